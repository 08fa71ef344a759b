"""How many replications a question takes, and what common random numbers save."""

from __future__ import annotations

import math

from openiads.base.errors import UsageError
from openiads.statistics.intervals import CONFIDENCE, normal_quantile, tail_of


def runs_for_half_width(half_width: float, p: float = 0.5, confidence: float = CONFIDENCE) -> int:
    """Replications z² p (1 - p) / h² for a half width h of a probability near p, by the normal approximation."""
    z = normal_quantile(1.0 - tail_of(confidence))
    return _ceiling(z * z * p * (1.0 - p) / (half_width * half_width))


def runs_hoeffding(half_width: float, confidence: float = CONFIDENCE) -> int:
    """Replications log(1 / tail) / 2h² that suffice for a half width h of any probability.

    Source: Hoeffding (JASA 58, 1963), theorem 1.
    """
    return _ceiling(math.log(1.0 / tail_of(confidence)) / (2.0 * half_width * half_width))


def zero_failure_trials(reliability: float, confidence: float = CONFIDENCE) -> int:
    """Trials log(1 - confidence) / log(reliability) without a failure that demonstrate a reliability in 0 .. 1."""
    tail_of(confidence)
    return _ceiling(math.log1p(-confidence) / math.log(reliability))


def three_over_n(trials: float) -> float:
    """The rule of three: the familiar approximation of the 95 % `statistics.intervals.zero_failure_upper`."""
    if trials <= 0:
        raise UsageError("trials", f"{trials} is not above 0", "Give the number of trials")
    return 3.0 / trials


def _ceiling(value: float) -> int:
    """Round up, forgiving the last bits of a value that is a whole number in exact arithmetic."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= 1e-9 * max(1.0, abs(value)) else math.ceil(value)


def variance_of_difference(p1: float, p2: float, pairs: int = 1, *, common: bool) -> float:
    """Variance of the difference of two shares over ``pairs`` >= 1 pairs of yes/no trials of probabilities p1, p2.

    Parameters
    ----------
    p1 : float
    p2 : float
    pairs : int, optional
    common : bool
        Both trials of a pair compare one uniform number with their probability, d (1 - d) with d = |p1 - p2|; else they
        are independent, p1 (1 - p1) + p2 (1 - p2).

    Returns
    -------
    float
    """
    for p in (p1, p2):
        if not 0.0 <= p <= 1.0:
            raise UsageError("probability", f"{p} is no probability", "Give a number from 0 to 1")
    if pairs < 1:
        raise UsageError("pairs", f"{pairs} is not at least 1", "Give the number of pairs")
    apart = abs(p1 - p2)
    return (apart * (1.0 - apart) if common else p1 * (1.0 - p1) + p2 * (1.0 - p2)) / pairs


def variance_ratio(p1: float, p2: float) -> float:
    """How many times as many independent pairs equal pairs with common numbers; infinite where those never differ."""
    common = variance_of_difference(p1, p2, common=True)
    return variance_of_difference(p1, p2, common=False) / common if common > 0.0 else math.inf
