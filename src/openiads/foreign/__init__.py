"""Other programs' files as scenarios: readers of each format, one neutral record, and what makes TOML of it."""
