"""Estimates, intervals and tests; knows no column of openiads."""

from openiads.statistics.intervals import clopper_pearson, jeffreys, newcombe, wilson
from openiads.statistics.many import adjusted, discoveries

__all__ = ["adjusted", "clopper_pearson", "discoveries", "jeffreys", "newcombe", "wilson"]
