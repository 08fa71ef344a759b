"""Closed forms of raids and defenses, for teaching and for checking the simulation."""
