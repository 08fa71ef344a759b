"""How many replications an answer takes, what common numbers save, and how often an interval holds the truth.

Sources: Hoeffding (JASA 58, 1963); Hanley and Lippman-Hand (JAMA 249, 1983) for the rule of three; Law, Simulation
Modeling and Analysis (5th edition, 2015), section 11.2, for common numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from openiads.base.errors import UsageError
from openiads.statistics.intervals import CONFIDENCE, Interval, binomial_pmf, check_counts, normal_quantile, tail_of


def zero_failure_upper(trials: float, confidence: float = CONFIDENCE) -> float:
    """One-sided upper bound 1 - (1 - confidence)^(1/n) of a probability of which 0 cases were seen in n > 0 trials."""
    check_counts(0, trials)
    tail_of(confidence)
    return -math.expm1(math.log1p(-confidence) / trials)


def three_over_n(trials: float) -> float:
    """The rule of three, 3/n: the familiar approximation of the 95 % ``zero_failure_upper``."""
    check_counts(0, trials)
    return 3.0 / trials


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


def coverage(interval: Callable[[int, int], Interval], probability: float, trials: int) -> float:
    """Exact probability that ``interval(successes, trials)`` holds the true ``probability``, by enumeration."""
    covered = []
    for k in range(trials + 1):
        low, high = interval(k, trials)
        if low <= probability <= high:
            covered.append(binomial_pmf(k, trials, probability))
    return math.fsum(covered)


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


def _ceiling(value: float) -> int:
    """Round up, forgiving the last bits of a value that is a whole number in exact arithmetic."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= 1e-9 * max(1.0, abs(value)) else math.ceil(value)
