"""Numbers with their doubt: intervals for yes/no, means and ratios, over replications.

One replication is one independent observation.  A yes/no per replication gets a Wilson interval; sums over flights or
rounds treat the replication as the cluster; ratios use the delete-one jackknife.  Medians are in ``medians``, sums in
``moments``.

An interval never leaves what is possible.  Near an end of that, where few replications carry all there is, it does not
rest on their spread.

Sources: Wilson (JASA 22, 1927); Clopper and Pearson (Biometrika 26, 1934); Hoeffding (JASA 58, 1963); Newcombe
(Statistics in Medicine 17, 1998); Brown, Cai and DasGupta (Statistical Science 16, 2001); Efron, The Jackknife (1982).
"""

from __future__ import annotations

import math
from collections import Counter
from statistics import NormalDist

from openiads.base.errors import UsageError
from openiads.statistics.moments import Moments

CONFIDENCE = 0.95

#: Values away from an end of what is possible (by weight) from which on the spread among them is believed.
_BELIEVED = 5

Interval = tuple[float, float]

#: Bounds that leave nothing out.
ANYTHING: Interval = (-math.inf, math.inf)


def tail_of(confidence: float) -> float:
    """What lies beyond each end of an interval of this confidence; UsageError for one outside 0 .. 1."""
    if not 0.0 < confidence < 1.0:
        raise UsageError("confidence", f"{confidence} is not between 0 and 1", "Use 0.95, for example")
    return (1.0 - confidence) / 2.0


def check_counts(successes: float, trials: float) -> None:
    """UsageError unless trials > 0 and 0 <= successes <= trials."""
    if trials <= 0 or not 0 <= successes <= trials:
        raise UsageError(
            "interval", f"{successes} successes of {trials} trials", "Successes lie in 0 .. trials, trials > 0"
        )


def normal_quantile(probability: float) -> float:
    """The standard normal deviate with this probability below it (0 < probability < 1)."""
    return NormalDist().inv_cdf(probability)


# ------------------------------------------------------------------ yes or no


def wilson(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Wilson score interval of a probability: (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n).

    Source: Wilson (JASA 22, 1927).

    Parameters
    ----------
    successes : float
        0 to `trials`.
    trials : float
        Above 0.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    tuple of float
        Its lower and its upper end.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import statistics
    >>> low, high = statistics.wilson(8, 10)
    >>> round(low, 2), round(high, 2)
    (0.49, 0.94)
    """
    check_counts(successes, trials)
    z = normal_quantile(1.0 - tail_of(confidence))
    share, spread = successes / trials, z * z / trials
    center = (share + spread / 2.0) / (1.0 + spread)
    half = z / (1.0 + spread) * math.sqrt(share * (1.0 - share) / trials + spread / (4.0 * trials))
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == trials else min(1.0, center + half)
    return low, high


def clopper_pearson(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Clopper-Pearson ("exact") interval of a probability: never covers less than stated.

    The ends are the quantiles B(tail; k, n - k + 1) and B(1 - tail; k + 1, n - k) of the beta distribution.
    Source: Clopper and Pearson (Biometrika 26, 1934).

    Parameters
    ----------
    successes : float
        0 to `trials`.
    trials : float
        Above 0.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    tuple of float
        Its lower and its upper end.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import statistics
    >>> low, high = statistics.clopper_pearson(8, 10)
    >>> round(low, 2), round(high, 2)
    (0.44, 0.97)
    """
    from scipy.special import betaincinv

    check_counts(successes, trials)
    tail = tail_of(confidence)
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def jeffreys(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Equal-tailed interval of the posterior Beta(k + 1/2, n - k + 1/2) under the Jeffreys prior.

    Source: Brown, Cai and DasGupta (Statistical Science 16, 2001).

    Parameters
    ----------
    successes : float
        0 to `trials`.
    trials : float
        Above 0.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    tuple of float
        Its lower and its upper end.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import statistics
    >>> low, high = statistics.jeffreys(8, 10)
    >>> round(low, 2), round(high, 2)
    (0.5, 0.96)
    """
    from scipy.special import betaincinv

    check_counts(successes, trials)
    tail = tail_of(confidence)
    a, b = successes + 0.5, trials - successes + 0.5
    return float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1.0 - tail))


def wald(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """The textbook interval share +- z * deviation.  Here only to show its poor coverage; nothing uses it."""
    check_counts(successes, trials)
    z = normal_quantile(1.0 - tail_of(confidence))
    share = successes / trials
    half = z * math.sqrt(share * (1.0 - share) / trials)
    return share - half, share + half


def newcombe(x1: float, n1: float, x2: float, n2: float, confidence: float = CONFIDENCE) -> Interval:
    """Newcombe's hybrid-score interval of p1 - p2 from two independent samples (his method 10).

    With the Wilson intervals (l, u) of both: p1 - p2 less √((p1 - l1)² + (u2 - p2)²) to p1 - p2 plus
    √((u1 - p1)² + (p2 - l2)²).
    Source: Newcombe (Statistics in Medicine 17, 1998).

    Parameters
    ----------
    x1, n1 : float
        Successes and trials of the first sample.
    x2, n2 : float
        Of the second.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    tuple of float
        Its lower and its upper end.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import statistics
    >>> low, high = statistics.newcombe(8, 10, 2, 10)
    >>> low > 0.0
    True
    """
    low1, high1 = wilson(x1, n1, confidence)
    low2, high2 = wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    below = math.hypot(p1 - low1, high2 - p2)
    above = math.hypot(high1 - p1, p2 - low2)
    return p1 - p2 - below, p1 - p2 + above


def binomial_pmf(k: int, n: int, p: float) -> float:
    """Probability C(n, k) p^k (1 - p)^(n - k) of k successes in n trials of probability p."""
    if p in (0.0, 1.0):
        return float(k == n * p)
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(p) + (n - k) * math.log1p(-p))


# ------------------------------------------------------------------ means and ratios


def student_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t; above 1,000 degrees of freedom the normal one with its first two corrections.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    if freedom > 1000:
        z = normal_quantile(probability)
        return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom * freedom)
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def bounded_interval(
    mean: float, n: int, confidence: float = CONFIDENCE, bounds: Interval = (0.0, 1.0), evenness: float = 1.0
) -> Interval:
    """Interval of the mean of n > 0 independent values within ``bounds``, however they are spread there.

    All means m with n KL(mean, m) <= log(2 / (1 - confidence)) on the scale of the bounds, KL the divergence of a coin
    of chance ``mean`` from one of chance m: it holds the true mean at least as often as stated, and of values all at an
    end it is Clopper and Pearson's.  Source: Hoeffding (JASA 58, 1963), theorem 1.

    Parameters
    ----------
    mean : float
    n : int
    confidence : float, optional
    bounds : Interval, optional
    evenness : float, optional
        Of a ratio of sums over clusters, the mean size of a cluster over the largest: what a cluster has above m times
        its own size, over the largest size, is a value within the bounds, less m.

    Returns
    -------
    Interval
    """
    least, most = bounds
    if most <= least:
        return least, most
    share = min(max((mean - least) / (most - least), 0.0), 1.0)
    allowed = -math.log(tail_of(confidence)) / n

    def beyond(other: float) -> bool:
        seen = other + evenness * (share - other)
        apart = 0.0 if seen <= 0.0 else seen * math.log(seen / other)
        return apart + (0.0 if seen >= 1.0 else (1.0 - seen) * math.log((1.0 - seen) / (1.0 - other))) > allowed

    ends = []
    for inside, outside in ((share, 0.0), (share, 1.0)):
        for _ in range(64):
            middle = (inside + outside) / 2.0
            if middle in (inside, outside):
                break
            inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
        ends.append(least + outside * (most - least))
    return ends[0], ends[1]


def _few_left_the_end(sample: Moments, bounds: Interval) -> bool:
    """Whether too few values lie away from one of the bounds for the spread that they show to be believed.

    They are counted by weight, (sum of distances)^2 / sum of squared distances: one far away counts as one however many
    lie beside the end.
    """
    believed = min(_BELIEVED, sample.n / 2.0)
    return any(sample.less(end).weight < believed for end in bounds)


def _finite(bounds: Interval) -> bool:
    return all(map(math.isfinite, bounds))


def clipped(low: float, high: float, bounds: Interval) -> Interval:
    """An interval without what lies beyond the bounds."""
    return min(max(low, bounds[0]), bounds[1]), max(min(high, bounds[1]), bounds[0])


def unseen_interval(mean: float, n: int, confidence: float = CONFIDENCE, bounds: Interval = ANYTHING) -> Interval:
    """What n > 0 equal values leave open: as far from them as values unseen in n trials may take the mean.

    Each end is Clopper and Pearson's of a yes that never came.  Where one of the bounds is infinite nothing can be said
    and the interval has no width.
    Source: Clopper and Pearson (Biometrika 26, 1934).

    Parameters
    ----------
    mean : float
        What all of them are.
    n : int
    confidence : float, optional
    bounds : Interval, optional
        The least and greatest value possible.

    Returns
    -------
    Interval
    """
    if not _finite(bounds):
        return mean, mean
    unseen = -math.expm1(math.log(tail_of(confidence)) / n)
    return mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)


def mean_interval(sample: Moments, confidence: float = CONFIDENCE, bounds: Interval = ANYTHING) -> Interval:
    """Student-t interval m ± t √(s²/n) of the mean of n values, inside what is possible.

    Parameters
    ----------
    sample : Moments
        Of the values; two of them at least, for fewer the interval is the bounds.
    confidence : float, optional
    bounds : Interval, optional
        The least and greatest value possible; either may be infinite, and the interval never leaves them.  If both are
        finite, a sample without any spread gets ``unseen_interval`` instead of no width, and while few values have left
        an end the interval is ``bounded_interval``, since the next may be as far away as any.

    Returns
    -------
    Interval
    """
    if sample.n < 2:
        return bounds
    mean, n = sample.mean, sample.n
    if not sample.spreads:
        return unseen_interval(mean, n, confidence, bounds)
    if _finite(bounds) and _few_left_the_end(sample, bounds):
        return bounded_interval(mean, n, confidence, bounds)
    half = student_quantile(1.0 - tail_of(confidence), n - 1) * math.sqrt(sample.variance / n)
    return clipped(mean - half, mean + half, bounds)


def ratio_interval(
    pairs: Counter[tuple[float, float]], confidence: float = CONFIDENCE, bounds: Interval = ANYTHING
) -> tuple[float, float, float]:
    """Ratio sum(x) / sum(y) over clusters with its interval, by the delete-one jackknife.

    Variance (n - 1)/n Σ (r_i - r̄)² over the ratios r_i without cluster i.  0/0 is NaN throughout; x/0 is infinite.
    Source: Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), chapter 3.

    Parameters
    ----------
    pairs : Counter of (x, y)
        How often each pair of a cluster's sums came.
    confidence : float, optional
    bounds : Interval, optional
        Of the ratio; it never leaves them, and they widen it as in ``mean_interval`` without spread, or while few
        clusters have left an end.

    Returns
    -------
    tuple of float
        Ratio, low, high.
    """
    n = sum(pairs.values())
    up = math.fsum(x * m for (x, _), m in pairs.items())
    down = math.fsum(y * m for (_, y), m in pairs.items())
    if down == 0.0:
        return (math.nan, math.nan, math.nan) if up == 0.0 else (math.inf, *clipped(0.0, math.inf, bounds))
    ratio = up / down
    if n < 2 or any(down - y <= 0.0 for _, y in pairs):
        return (ratio, *bounds)
    left_out = {pair: (up - pair[0]) / (down - pair[1]) for pair in pairs}
    middle = math.fsum(left_out[p] * m for p, m in pairs.items()) / n
    variance = (n - 1) / n * math.fsum(m * (left_out[p] - middle) ** 2 for p, m in pairs.items())
    if variance <= 1e-24 * max(1.0, ratio * ratio):
        return (ratio, *unseen_interval(ratio, n, confidence, bounds))
    if _finite(bounds):
        size = max(y for _, y in pairs)  # a cluster that is smaller has its ratio, and for the rest the whole's
        shares: Counter[float] = Counter()
        for (x, y), m in pairs.items():
            shares[(x + (size - y) * ratio) / size] += m
        if _few_left_the_end(Moments.of_counts(shares), bounds):
            return (ratio, *bounded_interval(ratio, n, confidence, bounds, down / n / size))
    half = student_quantile(1.0 - tail_of(confidence), n - 1) * math.sqrt(variance)
    return ratio, *clipped(ratio - half, ratio + half, bounds)
