"""The same work done with other tools; results are compared before speeds are."""
