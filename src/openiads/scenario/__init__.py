"""Scenarios: their model, reading, checks, edits by path, and the uncertain parameters of their worlds."""
