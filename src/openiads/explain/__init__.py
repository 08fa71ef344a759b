"""Accounts of a run: the kill chain of each flight, timelines, what went into it, closed forms beside it."""
