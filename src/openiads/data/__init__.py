"""FLOOR 3: what is known, and who said so: the catalog with its evidence, the knobs, scenarios and their reading."""
