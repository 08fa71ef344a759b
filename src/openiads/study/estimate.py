"""Numbers with their doubt: intervals for yes/no, means, ratios and first times, over replications.

One replication is one independent observation.  A yes/no per replication gets a Wilson interval; sums over flights or
rounds treat the replication as the cluster; ratios use the delete-one jackknife; a first time is a share and a median
with "never" = infinity and an interval from order statistics.  Failed replications widen an interval to their worst
case.  ``Accumulator`` gathers what is needed while rows stream by: counts of values, not the rows themselves.

Near an end of what is possible, where few replications carry all there is, an interval does not rest on their spread.

Sources: Wilson (JASA 22, 1927); Clopper and Pearson (Biometrika 26, 1934); Hoeffding (JASA 58, 1963); Newcombe
(Statistics in Medicine 17, 1998); Brown, Cai and DasGupta (Statistical Science 16, 2001); Efron, The Jackknife (1982).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from openiads.base.errors import UsageError
from openiads.world.outcome import BOUNDS, CLASSES, METRICS, OUTCOME, ROUND_ENDS, TERMINALS

CONFIDENCE = 0.95
_COLUMNS = frozenset(OUTCOME.names or ())

#: Values away from an end of what is possible (by weight) from which on the spread among them is believed.
_BELIEVED = 5

Interval = tuple[float, float]


def _tail(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise UsageError("confidence", f"{confidence} is not between 0 and 1", "Use 0.95, for example")
    return (1.0 - confidence) / 2.0


def _counts(successes: float, trials: float) -> None:
    if trials <= 0 or not 0 <= successes <= trials:
        raise UsageError(
            "interval", f"{successes} successes of {trials} trials", "Successes lie in 0 .. trials, trials > 0"
        )


def normal_quantile(probability: float) -> float:
    """The standard normal deviate with this probability below it (0 < probability < 1)."""
    return NormalDist().inv_cdf(probability)


# ------------------------------------------------------------------ yes or no


def wilson(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Wilson score interval of a probability; trials > 0, 0 <= successes <= trials."""
    _counts(successes, trials)
    z = normal_quantile(1.0 - _tail(confidence))
    share, spread = successes / trials, z * z / trials
    center = (share + spread / 2.0) / (1.0 + spread)
    half = z / (1.0 + spread) * math.sqrt(share * (1.0 - share) / trials + spread / (4.0 * trials))
    low = 0.0 if successes == 0 else max(0.0, center - half)
    high = 1.0 if successes == trials else min(1.0, center + half)
    return low, high


def clopper_pearson(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Clopper-Pearson ("exact") interval of a probability: never covers less than stated."""
    from scipy.special import betaincinv

    _counts(successes, trials)
    tail = _tail(confidence)
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def jeffreys(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Equal-tailed interval of the posterior under the Jeffreys prior Beta(1/2, 1/2)."""
    from scipy.special import betaincinv

    _counts(successes, trials)
    tail = _tail(confidence)
    a, b = successes + 0.5, trials - successes + 0.5
    return float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1.0 - tail))


def wald(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """The textbook interval share +- z * deviation.  Here only to show its poor coverage; nothing uses it."""
    _counts(successes, trials)
    z = normal_quantile(1.0 - _tail(confidence))
    share = successes / trials
    half = z * math.sqrt(share * (1.0 - share) / trials)
    return share - half, share + half


def zero_failure_upper(trials: float, confidence: float = CONFIDENCE) -> float:
    """One-sided upper bound of a probability of which 0 cases were seen in ``trials`` > 0 trials."""
    _counts(0, trials)
    _tail(confidence)
    return -math.expm1(math.log1p(-confidence) / trials)


def three_over_n(trials: float) -> float:
    """The rule of three: the familiar approximation of the 95 % ``zero_failure_upper``."""
    _counts(0, trials)
    return 3.0 / trials


def newcombe(x1: float, n1: float, x2: float, n2: float, confidence: float = CONFIDENCE) -> Interval:
    """Newcombe's hybrid-score interval of p1 - p2 from two independent samples (his method 10)."""
    low1, high1 = wilson(x1, n1, confidence)
    low2, high2 = wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    below = math.hypot(p1 - low1, high2 - p2)
    above = math.hypot(high1 - p1, p2 - low2)
    return p1 - p2 - below, p1 - p2 + above


def variance_of_difference(p1: float, p2: float, pairs: int = 1, *, common: bool) -> float:
    """Variance of the difference of two shares over ``pairs`` >= 1 pairs of yes/no trials of probabilities p1, p2.

    common : both trials of a pair compare one uniform number with their probability, d (1 - d) with d = |p1 - p2|; else
    they are independent, p1 (1 - p1) + p2 (1 - p2)
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


def binomial_pmf(k: int, n: int, p: float) -> float:
    """Probability of k successes in n trials of probability p."""
    if p in (0.0, 1.0):
        return float(k == n * p)
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(p) + (n - k) * math.log1p(-p))


# ------------------------------------------------------------------ how many replications


def runs_for_half_width(half_width: float, p: float = 0.5, confidence: float = CONFIDENCE) -> int:
    """Replications for a half width of a probability near p, by the normal approximation."""
    z = normal_quantile(1.0 - _tail(confidence))
    return _ceiling(z * z * p * (1.0 - p) / (half_width * half_width))


def runs_hoeffding(half_width: float, confidence: float = CONFIDENCE) -> int:
    """Replications that suffice for a half width of a probability whatever it is (Hoeffding's inequality)."""
    return _ceiling(math.log(1.0 / _tail(confidence)) / (2.0 * half_width * half_width))


def zero_failure_trials(reliability: float, confidence: float = CONFIDENCE) -> int:
    """Trials without a failure that demonstrate a reliability (0 < reliability < 1) with this confidence."""
    _tail(confidence)
    return _ceiling(math.log1p(-confidence) / math.log(reliability))


def _ceiling(value: float) -> int:
    """Round up, forgiving the last bits of a value that is a whole number in exact arithmetic."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= 1e-9 * max(1.0, abs(value)) else math.ceil(value)


# ------------------------------------------------------------------ means, ratios, medians


def student_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t; above 1,000 degrees of freedom the normal one with its first two corrections."""
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

    evenness : of a ratio of sums over clusters, the mean size of a cluster over the largest: what a cluster has above m
        times its own size, over the largest size, is a value within the bounds, less m
    """
    least, most = bounds
    if most <= least:
        return least, most
    share = min(max((mean - least) / (most - least), 0.0), 1.0)
    allowed = -math.log(_tail(confidence)) / n

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


def _few_left_the_end(total: float, squares: float, n: float, bounds: Interval) -> bool:
    """Whether too few of n values lie away from one of the bounds for the spread that they show to be believed.

    They are counted by weight, (sum of distances)^2 / sum of squared distances: one far away counts as one however many
    lie beside the end.
    """
    for end in bounds:
        away = abs(total - n * end)
        if away * away < min(_BELIEVED, n / 2.0) * (squares - 2.0 * end * total + n * end * end):
            return True
    return False


def mean_interval(
    total: float, squares: float, n: int, confidence: float = CONFIDENCE, bounds: Interval | None = None
) -> Interval:
    """Student-t interval of the mean of n values with this sum and sum of squares.

    bounds : the least and greatest value possible.  With no spread at all in the sample the interval then reaches as
    far as values unseen in n trials still may (Clopper-Pearson), instead of having no width; while few values have left
    an end it is ``bounded_interval``, since the next may be as far away as any.
    """
    if n < 2:
        return (-math.inf, math.inf) if bounds is None else bounds
    mean = total / n
    variance = max(0.0, (squares - total * mean) / (n - 1))
    if variance <= 1e-18 * max(1.0, mean * mean):
        if bounds is None:
            return mean, mean
        unseen = -math.expm1(math.log(_tail(confidence)) / n)
        return mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)
    if bounds is not None and _few_left_the_end(total, squares, n, bounds):
        return bounded_interval(mean, n, confidence, bounds)
    half = student_quantile(1.0 - _tail(confidence), n - 1) * math.sqrt(variance / n)
    low, high = mean - half, mean + half
    return (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))


def ratio_interval(
    pairs: Counter[tuple[float, float]], confidence: float = CONFIDENCE, bounds: Interval | None = None
) -> tuple[float, float, float]:
    """(ratio, low, high) of sum(x) / sum(y) over clusters (x, y) with multiplicity, by the delete-one jackknife.

    0/0 is NaN throughout; x/0 is infinite; without spread, or while few clusters have left an end, ``bounds`` widen it
    as in ``mean_interval``.
    """
    n = sum(pairs.values())
    up = math.fsum(x * m for (x, _), m in pairs.items())
    down = math.fsum(y * m for (_, y), m in pairs.items())
    if down == 0.0:
        return (math.nan, math.nan, math.nan) if up == 0.0 else (math.inf, 0.0, math.inf)
    ratio = up / down
    if n < 2 or any(down - y <= 0.0 for _, y in pairs):
        return (ratio, *(bounds or (0.0, math.inf)))
    left_out = {pair: (up - pair[0]) / (down - pair[1]) for pair in pairs}
    middle = math.fsum(left_out[p] * m for p, m in pairs.items()) / n
    variance = (n - 1) / n * math.fsum(m * (left_out[p] - middle) ** 2 for p, m in pairs.items())
    if variance <= 1e-24 * max(1.0, ratio * ratio):
        return (ratio, *mean_interval(ratio * n, ratio * ratio * n, n, confidence, bounds))
    if bounds is not None:
        size = max(y for _, y in pairs)  # a cluster that is smaller has its ratio, and for the rest the whole's
        shares = [((x + (size - y) * ratio) / size, m) for (x, y), m in pairs.items()]
        total, squares = (math.fsum(m * s**k for s, m in shares) for k in (1, 2))
        if _few_left_the_end(total, squares, n, bounds):
            return (ratio, *bounded_interval(ratio, n, confidence, bounds, down / n / size))
    half = student_quantile(1.0 - _tail(confidence), n - 1) * math.sqrt(variance)
    low, high = ratio - half, ratio + half
    return (ratio, low, high) if bounds is None else (ratio, max(low, bounds[0]), min(high, bounds[1]))


def median_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """(median, low, high): distribution-free interval between order statistics; values may be infinite, not NaN.

    With too few values for the confidence the interval is 0 .. infinity (values are times, never negative).
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

    tail = _tail(confidence)
    low, high = 0, (n + 1) // 2
    while low < high:
        middle = (low + high + 1) // 2
        if float(bdtr(middle - 1, n, 0.5)) <= tail:
            low = middle
        else:
            high = middle - 1
    return low


# ------------------------------------------------------------------ findings


@dataclass(frozen=True, slots=True)
class Finding:
    """One number with its interval.  ``nan`` is 0/0; for a first time low and high bracket the median."""

    metric: str
    mean: float
    low: float
    high: float
    n: int
    failed: int = 0
    confidence: float = CONFIDENCE
    share: float | None = None  # of replications in which it happened at all
    share_low: float | None = None
    share_high: float | None = None
    median: float | None = None

    @property
    def half_width(self) -> float:
        """Half the length of the interval; infinite where there is none."""
        half = (self.high - self.low) / 2.0
        return half if math.isfinite(half) else math.inf

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is infinite or undefined is null."""
        out: dict[str, Any] = {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n}
        if self.share is not None:
            out |= {
                "share": self.share,
                "share_low": self.share_low,
                "share_high": self.share_high,
                "median": self.median,
            }
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in out.items()}

    def __str__(self) -> str:
        if self.share is not None and self.median is not None:
            return f"{self.median:.1f} s [{self.low:.1f}, {self.high:.1f}] in {self.share:.0%}, n = {self.n}"
        return f"{self.mean:.4g} [{self.low:.4g}, {self.high:.4g}], n = {self.n}"


#: Ratio metrics: name -> (numerator, denominator, bounds of the ratio).
RATIOS: dict[str, tuple[str, str, Interval | None]] = {"rounds_per_kill": ("rounds_fired", "killed", None)}
RATIOS |= {f"{name}_leak_rate": (f"{name}_leakers", f"{name}_threats", (0.0, 1.0)) for name in CLASSES}
RATIOS |= {f"{name}_kill_rate": (f"{name}_killed", f"{name}_threats", (0.0, 1.0)) for name in CLASSES}
RATIOS |= {"leak_rate": ("leakers", "threats", (0.0, 1.0))}

FIRST_TIMES = ("first_detection_s", "first_launch_s")
PROPORTIONS = ("any_leaker",)
_FLOATS = tuple(f"bound_{name}" for name in BOUNDS)
_SKIP = {"replication", "status", "status_time", "status_entity", *FIRST_TIMES, *_FLOATS}
_INTEGERS = tuple(name for name in (OUTCOME.names or ()) if name not in _SKIP)

#: Which quantity bounds a count from above, for failed replications and for samples without spread.
_LIMITED_BY = dict.fromkeys(
    [
        "threats",
        "detected",
        "engaged",
        "killed",
        "leakers",
        "any_leaker",
        "platform_leakers",
        "asset_hits",
        "tracked",
        "identified",
        *(f"{c}_{k}" for c in CLASSES for k in ("threats", "killed", "leakers", "engaged")),
    ],
    "threats",
)
_LIMITED_BY |= dict.fromkeys(
    ["rounds_fired", "round_kills", "overkill_rounds", *(f"round_{r}" for r in ROUND_ENDS)], "rounds"
)
_LIMITED_BY |= dict.fromkeys([f"end_{t}" for t in TERMINALS], "flights")
_LIMITED_BY |= {"civil_engaged": "civil", "friend_engaged": "friend"}


#: Everything that ``Accumulator.estimate`` takes.
ESTIMATED = frozenset([*RATIOS, *FIRST_TIMES, *PROPORTIONS, *_INTEGERS, *_FLOATS])


class Accumulator:
    """What the estimates need, gathered from outcome rows as they stream by in replication order.

    limits : greatest possible values by name (``threats, rounds, civil, friend, flights``); a missing one is
    unlimited, so that a failed replication then makes the upper end infinite.
    """

    def __init__(self, limits: dict[str, float] | None = None) -> None:
        self.limits = dict(limits or {})
        self.n = 0  # good replications
        self.failed = 0
        self._values: dict[str, Counter[int]] = {name: Counter() for name in _INTEGERS}
        self._pairs: dict[str, Counter[tuple[float, float]]] = {name: Counter() for name in RATIOS}
        self._sums = {name: [0.0, 0.0] for name in _FLOATS}
        self._times: dict[str, list[np.ndarray]] = {name: [] for name in FIRST_TIMES}

    def add(self, rows: np.ndarray) -> None:
        """Take in the next rows (dtype OUTCOME); failed ones are only counted."""
        good = rows[rows["status"] == 0]
        self.n += len(good)
        self.failed += len(rows) - len(good)
        if not len(good):
            return
        for name, counter in self._values.items():
            values, counts = np.unique(good[name], return_counts=True)
            counter.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        for name, pairs in self._pairs.items():
            up, down, _ = RATIOS[name]
            values, counts = np.unique(good[up] << 32 | good[down], return_counts=True)  # both are counts below 2**31
            both = zip((values >> 32).astype(float).tolist(), (values & 0xFFFFFFFF).astype(float).tolist(), strict=True)
            pairs.update(dict(zip(both, counts.tolist(), strict=True)))
        for name, sums in self._sums.items():
            for value in good[name].tolist():  # one by one, so that chunks of any size give the same last digit
                sums[0] += value
                sums[1] += value * value
        for name, parts in self._times.items():
            parts.append(good[name].copy())

    @property
    def total(self) -> int:
        """Replications seen, failed ones included."""
        return self.n + self.failed

    def histogram(self, column: str) -> dict[int, int]:
        """How often each value of an integer column occurred in good replications."""
        return dict(sorted(self._values[column].items()))

    def estimate(self, metric: str, confidence: float = CONFIDENCE) -> Finding:
        """The finding for a metric of ``METRICS``, a ratio of ``RATIOS`` or any counted column of the outcome row."""
        if metric in RATIOS:
            return self._ratio(metric, confidence)
        if metric in FIRST_TIMES:
            return self._first_time(metric, confidence)
        if metric in PROPORTIONS:
            return self._proportion(metric, confidence)
        if metric in ESTIMATED:
            return self._mean(metric, confidence)
        known = ", ".join([*METRICS, "leak_rate"])
        raise UsageError(f'metric "{metric}"', "there is no such metric", f"Choose one of: {known}")

    def greatest(self, metric: str) -> float:
        """The greatest value that the metric can have in a replication; infinite if nothing limits it."""
        if metric in PROPORTIONS:
            return 1.0
        limit = self.limits.get(_LIMITED_BY.get(metric, ""), math.inf)
        seen = max(self._values[metric], default=0) if metric in self._values else 0
        return max(limit, float(seen))

    def _proportion(self, metric: str, confidence: float) -> Finding:
        yes = self._values[metric][1]
        if self.total == 0:
            return Finding(metric, math.nan, 0.0, 1.0, 0, 0, confidence)
        low = wilson(yes, self.total, confidence)[0]
        high = wilson(yes + self.failed, self.total, confidence)[1]
        return Finding(metric, yes / self.n if self.n else math.nan, low, high, self.n, self.failed, confidence)

    def _mean(self, metric: str, confidence: float) -> Finding:
        if metric in self._sums:
            total, squares = self._sums[metric]
        else:
            values = self._values[metric]
            total = float(sum(v * m for v, m in values.items()))
            squares = float(sum(v * v * m for v, m in values.items()))
        limit = self.greatest(metric)
        bounds = (0.0, limit) if math.isfinite(limit) else None
        if metric.endswith("threats") and not self.failed:
            bounds = None  # declared by the scenario, not sampled: no spread is no doubt
        low = mean_interval(total, squares, self.total, confidence, bounds)[0]
        if self.failed == 0:
            high = mean_interval(total, squares, self.total, confidence, bounds)[1]
        elif bounds is None:
            high = math.inf
        else:
            worst = total + self.failed * limit, squares + self.failed * limit * limit
            high = mean_interval(*worst, self.total, confidence, bounds)[1]
        mean = total / self.n if self.n else math.nan
        return Finding(metric, mean, low, high, self.n, self.failed, confidence)

    def _ratio(self, metric: str, confidence: float) -> Finding:
        up, down, bounds = RATIOS[metric]
        pairs = self._pairs[metric]
        ratio, low, high = ratio_interval(pairs, confidence, bounds)
        if self.failed:
            most_up, most_down = self.greatest(up), self.greatest(down)
            low = high = math.nan
            if math.isfinite(most_up) and math.isfinite(most_down):
                small, large = Counter(pairs), Counter(pairs)
                small[(0.0, most_down)] += self.failed
                # A rate's worst case is all of them; a count's is all of the numerator and none of the denominator.
                large[(most_up, most_up if bounds and bounds[1] == 1.0 else 0.0)] += self.failed
                low, high = ratio_interval(small, confidence, bounds)[1], ratio_interval(large, confidence, bounds)[2]
        return Finding(metric, ratio, low, high, self.n, self.failed, confidence)

    def _first_time(self, metric: str, confidence: float) -> Finding:
        values = np.concatenate(self._times[metric]) if self._times[metric] else np.empty(0)
        happened = int(np.isfinite(values).sum())
        early = np.concatenate([values, np.zeros(self.failed)])
        late = np.concatenate([values, np.full(self.failed, math.inf)])
        median, low, _ = median_interval(early, confidence)
        high = median_interval(late, confidence)[2]
        if self.failed:
            median = median_interval(values, confidence)[0]
        mean = math.fsum(values) / self.n if self.n and happened == self.n else (math.inf if self.n else math.nan)
        shares = (0.0, 1.0)
        if self.total:
            least, most = happened, happened + self.failed
            shares = wilson(least, self.total, confidence)[0], wilson(most, self.total, confidence)[1]
        share = happened / self.n if self.n else math.nan
        return Finding(metric, mean, low, high, self.n, self.failed, confidence, share, shares[0], shares[1], median)


__all__ = [
    "CONFIDENCE",
    "FIRST_TIMES",
    "METRICS",
    "RATIOS",
    "Accumulator",
    "Finding",
    "binomial_pmf",
    "bounded_interval",
    "clopper_pearson",
    "coverage",
    "jeffreys",
    "mean_interval",
    "median_interval",
    "newcombe",
    "normal_quantile",
    "ratio_interval",
    "runs_for_half_width",
    "runs_hoeffding",
    "student_quantile",
    "three_over_n",
    "variance_of_difference",
    "variance_ratio",
    "wald",
    "wilson",
    "zero_failure_trials",
    "zero_failure_upper",
]
