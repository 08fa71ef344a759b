"""Closed forms of the textbooks, in plain Python and NumPy: to learn from, and to hold the simulation against."""
