"""Intervals of a difference between two variants that met the same dice: every replication is one pair.

Means of differences get Student's t; a yes/no on both sides Tango's score interval; differences of ratios the
delete-one jackknife; differences of medians the percentile bootstrap.  ``variance_saved`` says what the pairing was
worth.  Differences are b - a throughout.

Sources: Tango (Statistics in Medicine 17, 1998); Efron, The Jackknife (1982); Efron and Tibshirani, An Introduction to
the Bootstrap (1993), section 13; Law, Simulation Modeling and Analysis (5th edition, 2015), section 11.2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.statistics.intervals import (
    ANYTHING,
    CONFIDENCE,
    Interval,
    clipped,
    mean_interval,
    normal_quantile,
    student_quantile,
    unseen_interval,
)
from openiads.statistics.moments import Moments

Values = NDArray[np.float64]

#: (difference, low, high); NaN where there is none.
Gap = tuple[float, float, float]

#: Pairs that differ (by weight) from which on the spread of the differences is believed.
_FEW = 5

#: Resamples of the bootstrap; the tails of 95 % then rest on 50 of them each.
RESAMPLES = 2000

#: Numbers that the bootstrap holds at once.
_AT_ONCE = 2**22


def mean_difference(a: Values, b: Values, confidence: float = CONFIDENCE, bounds: Interval = ANYTHING) -> Gap:
    """Mean d of b - a over pairs with Student's t interval d ± t √(s²/n), s² the variance of the differences.

    While few pairs differ (five by weight, (Σ|d|)²/Σd²), the spread among the differences says too little of those that
    did not come: the interval is then the hull of Student's and of Tango's for pairs that differ by the largest
    difference seen or not at all.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        One value a pair.
    confidence : float, optional
    bounds : Interval, optional
        Least and greatest difference possible, which the interval never leaves; they widen a sample without spread as
        in ``mean_interval``.

    Returns
    -------
    Gap
    """
    _same_length(a, b)
    if not len(a):
        return math.nan, *bounds
    found = Moments.of((b - a).tolist())
    low, high = mean_interval(found, confidence, bounds)
    sizes = Moments.of(np.abs(b - a).tolist())
    if 0.0 < sizes.weight < _FEW and found.spreads:
        most = float(np.abs(b - a).max())
        less, more = (float((np.maximum(side * (b - a), 0.0) / most).sum()) for side in (-1.0, 1.0))
        least, greatest = (most * end for end in tango(less, more, len(a), confidence))
        low, high = clipped(min(low, least), max(high, greatest), bounds)
    return found.mean, low, high


def share_difference(a: NDArray[np.bool_], b: NDArray[np.bool_], confidence: float = CONFIDENCE) -> Gap:
    """Difference of two shares over pairs of yes or no, with Tango's score interval.

    Parameters
    ----------
    a, b : ndarray of bool, shape (n,)
        Yes or no of each pair.
    confidence : float, optional

    Returns
    -------
    Gap
    """
    _same_length(a, b)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if not len(a):
        return math.nan, -1.0, 1.0
    return (only_b - only_a) / len(a), *tango(only_a, only_b, len(a), confidence)


def tango(only_a: float, only_b: float, pairs: int, confidence: float = CONFIDENCE) -> Interval:
    """Tango's score interval of p_b - p_a from ``pairs`` > 0, in ``only_a`` of which a alone was yes.

    It inverts the score test (c - b - n d) / √(n (2 q + d (1 - d))) of the difference d, b pairs in which a alone was
    yes and c in which b alone was, q the constrained maximum-likelihood chance of the former.
    Source: Tango (Statistics in Medicine 17, 1998).

    Parameters
    ----------
    only_a, only_b : float
        Pairs in which one side alone was yes.
    pairs : int
        All pairs.
    confidence : float, optional

    Returns
    -------
    Interval
    """
    if pairs <= 0 or min(only_a, only_b) < 0 or only_a + only_b > pairs * (1.0 + 1e-12):
        raise UsageError("interval", f"{only_a} and {only_b} of {pairs} pairs", "Both lie in 0 .. pairs, pairs > 0")
    z = normal_quantile(0.5 + confidence / 2.0)
    found = (only_b - only_a) / pairs

    def crossing(inside: float, outside: float) -> float:
        """Where the score passes z between the estimate and an end of [-1, 1]."""
        if abs(_score(only_a, only_b, pairs, outside)) <= z:
            return outside
        for _ in range(100):
            middle = (inside + outside) / 2.0
            if abs(_score(only_a, only_b, pairs, middle)) <= z:
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2.0

    return crossing(found, -1.0), crossing(found, 1.0)


def _score(only_a: float, only_b: float, pairs: int, gap: float) -> float:
    """Tango's statistic for the hypothesis that the difference is ``gap``; infinite where the data rule it out."""
    up = 2.0 * pairs
    middle = -only_a - only_b + (2.0 * pairs - only_b + only_a) * gap
    down = -only_a * gap * (1.0 - gap)
    alone = (math.sqrt(max(0.0, middle * middle - 4.0 * up * down)) - middle) / (2.0 * up)  # chance of a alone
    variance = pairs * (2.0 * alone + gap * (1.0 - gap))
    off = only_b - only_a - pairs * gap
    if variance <= 1e-12:
        return 0.0 if abs(off) <= 1e-9 * pairs else math.copysign(math.inf, off)
    return off / math.sqrt(variance)


# ------------------------------------------------------------------ ratios


def left_out(pairs: Values) -> Values:
    """Ratio of sums with each replication left out in turn, shape (n,); pairs (n, 2) of numerator and denominator."""
    up, down = pairs.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (up - pairs[:, 0]) / (down - pairs[:, 1])


def ratio_difference(a: Values, b: Values, confidence: float = CONFIDENCE, bounds: Interval = ANYTHING) -> Gap:
    """Difference of two ratios of sums by the delete-one jackknife over replications.

    Variance (n - 1)/n Σ (d_i - d̄)² over the differences d_i without replication i.  0/0 on a side is NaN.
    Source: Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), chapter 3.

    Parameters
    ----------
    a, b : ndarray of float, shape (n, 2)
        Numerator and denominator of each replication.
    confidence : float, optional
    bounds : Interval, optional
        The least and greatest difference possible; they stand in where one replication bears a whole denominator, or
        nothing varies.

    Returns
    -------
    Gap
    """
    _same_length(a, b)
    n = len(a)
    (up_a, down_a), (up_b, down_b) = a.sum(axis=0), b.sum(axis=0)
    if not n or down_a == 0.0 or down_b == 0.0:
        return math.nan, *bounds
    gap = float(up_b / down_b - up_a / down_a)
    gaps = left_out(b) - left_out(a)
    if n < 2 or not np.isfinite(gaps).all():
        return gap, *bounds
    variance = (n - 1) / n * float(((gaps - gaps.mean()) ** 2).sum())
    if variance <= 1e-24:
        return gap, *unseen_interval(gap, n, confidence, bounds)
    half = student_quantile(0.5 + confidence / 2.0, n - 1) * math.sqrt(variance)
    return gap, max(bounds[0], gap - half), min(bounds[1], gap + half)


# ------------------------------------------------------------------ medians


def median_difference(a: Values, b: Values, confidence: float = CONFIDENCE, seed: int = 0) -> Gap:
    """Difference of the medians of two times over pairs, with the percentile bootstrap of pairs.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.

    Parameters
    ----------
    a, b : ndarray of float, shape (n,)
        A time that never came is infinite; two medians that are both "never" differ by 0.
    confidence : float, optional
    seed : int, optional
        Of the resampling.

    Returns
    -------
    Gap
    """
    from scipy.stats import bootstrap

    _same_length(a, b)
    n = len(a)
    if n < 2:
        return math.nan, -math.inf, math.inf

    def gap(first: Values, second: Values, axis: int = -1) -> Values:
        with np.errstate(invalid="ignore"):
            found = np.median(second, axis=axis) - np.median(first, axis=axis)
        return np.where(np.isnan(found), 0.0, found)

    with np.errstate(invalid="ignore"):  # its standard error, which is not used, has no value with infinities
        resampled = bootstrap(
            (a, b),
            gap,
            n_resamples=RESAMPLES,
            batch=max(1, _AT_ONCE // n),
            paired=True,
            vectorized=True,
            confidence_level=confidence,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).bootstrap_distribution
    tail = (1.0 - confidence) / 2.0
    # Its own quantiles interpolate, which infinities do not bear.
    low, high = np.quantile(resampled, tail, method="lower"), np.quantile(resampled, 1.0 - tail, method="higher")
    return float(gap(a, b)), float(low), float(high)


# ------------------------------------------------------------------ what pairing was worth


def variance_saved(a: Values, b: Values, confidence: float = CONFIDENCE) -> Gap:
    """(Var(a) + Var(b)) / Var(b - a): how many times more replications independent dice would have needed.

    The interval is the jackknife's, of the logarithm.  NaN where nothing varies or there are fewer than three pairs,
    infinite where the difference never varies.  Source: Law, Simulation Modeling and Analysis (5th edition, 2015),
    section 11.2.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        One value a pair.
    confidence : float, optional

    Returns
    -------
    Gap
    """
    _same_length(a, b)
    n = len(a)
    if n < 3:
        return math.nan, 0.0, math.inf
    apart, together = a.var(ddof=1) + b.var(ddof=1), (b - a).var(ddof=1)
    if apart == 0.0:
        return math.nan, 0.0, math.inf
    if together <= 1e-24 * apart:
        return math.inf, 0.0, math.inf
    factor = float(apart / together)
    above, below = _variances_left_out(a) + _variances_left_out(b), _variances_left_out(b - a)
    if (above <= 0.0).any() or (below <= 1e-12 * together).any():
        return factor, 0.0, math.inf
    logs = np.log(above / below)
    spread = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum()))
    half = student_quantile(0.5 + confidence / 2.0, n - 1) * spread
    return factor, factor * math.exp(-half), factor * math.exp(min(half, 700.0))


def _variances_left_out(values: Values) -> Values:
    """Sample variance with each of n >= 3 values left out in turn."""
    n = len(values)
    squares = (values - values.mean()) ** 2
    return (squares.sum() - n / (n - 1) * squares) / (n - 2)


def equivalent(interval: Interval, delta: float) -> str:
    """Where an interval of a difference lies against +-delta, delta > 0: "inside", "outside" or "undecided".

    Inside means that every value of the interval is less than delta in size; outside that none is.  To be meant, delta
    is chosen before the result is seen.
    """
    if not delta > 0.0:
        raise UsageError("delta", f"{delta} is not above 0", "Give the largest difference that does not matter")
    low, high = interval
    if -delta < low and high < delta:
        return "inside"
    return "outside" if low >= delta or high <= -delta else "undecided"


def _same_length(a: np.ndarray, b: np.ndarray) -> None:
    if len(a) != len(b):
        raise UsageError("pairs", f"{len(a)} values on one side, {len(b)} on the other", "Give one pair a replication")
