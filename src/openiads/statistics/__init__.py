"""Estimates and intervals; knows no column of openiads."""

from openiads.statistics.intervals import clopper_pearson, jeffreys, newcombe, wilson

__all__ = ["clopper_pearson", "jeffreys", "newcombe", "wilson"]
