"""The earth: its shape, its air, its terrain, and what can be seen over it."""
