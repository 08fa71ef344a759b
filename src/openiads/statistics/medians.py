"""Medians over replications, of times that may never come.

Source: David and Nagaraja, Order Statistics (3rd edition, 2003), 7.1.
"""

from __future__ import annotations

import math

import numpy as np

from openiads.statistics.intervals import CONFIDENCE, tail_of


def median_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Median with its distribution-free interval between the order statistics r and n + 1 - r.

    r is the greatest with P(Binomial(n, 1/2) < r) <= tail; with too few values for the confidence the interval is
    0 .. infinity.  Source: David and Nagaraja, Order Statistics (2003), 7.1.

    Parameters
    ----------
    values : ndarray
        Times, never negative; they may be infinite, not NaN.
    confidence : float, optional

    Returns
    -------
    tuple of float
        Median, low, high.
    """
    n = len(values)
    if n == 0:
        return math.nan, 0.0, math.inf
    ordered = np.sort(values)
    below, above = ordered[(n - 1) // 2], ordered[n // 2]
    median = float(above if below == above else (below + above) / 2.0)
    rank = _median_rank(n, confidence)
    if rank == 0:
        return median, 0.0, math.inf
    return median, float(ordered[rank - 1]), float(ordered[n - rank])


def _median_rank(n: int, confidence: float) -> int:
    """The greatest r with P(Binomial(n, 1/2) < r) <= tail; 0 if there is none."""
    from scipy.special import bdtr

    tail = tail_of(confidence)
    low, high = 0, (n + 1) // 2
    while low < high:
        middle = (low + high + 1) // 2
        if float(bdtr(middle - 1, n, 0.5)) <= tail:
            low = middle
        else:
            high = middle - 1
    return low
