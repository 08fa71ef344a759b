"""Estimates of a run's outcome columns, gathered chunk by chunk."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject
from openiads.statistics.intervals import CONFIDENCE, Interval, mean_interval, ratio_interval, wilson
from openiads.statistics.medians import median_interval
from openiads.statistics.moments import Moments
from openiads.world.outcome import (
    ADDED,
    BOUNDS,
    CLASSES,
    LOST,
    METRICS,
    OUTCOME,
    ROUND_ENDS,
    SPREAD,
    TERMINALS,
    UNCOUNTED,
)

_COLUMNS = frozenset(OUTCOME.names or ())


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

    def as_dict(self) -> JsonObject:
        """For JSON: what is infinite or undefined is null."""
        out: JsonObject = {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n}
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

#: What a metric can be at all where no limit is known: counts, times and ratios of counts are not below 0.
_COUNTS: Interval = (0.0, math.inf)

#: Which quantities bound a count from above, the least of those known.
_LIMITED_BY: dict[str, tuple[str, ...]] = dict.fromkeys(
    [
        "threats",
        "detected",
        "engaged",
        "killed",
        "leakers",
        "platform_leakers",
        "asset_hits",
        "tracked",
        "identified",
    ],
    ("threats",),
)
_LIMITED_BY |= {f"{c}_{k}": (c, "threats") for c in CLASSES for k in ("threats", "killed", "leakers", "engaged")}
_LIMITED_BY |= dict.fromkeys(["rounds_fired", "overkill_rounds", *(f"round_{r}" for r in ROUND_ENDS)], ("rounds",))
_LIMITED_BY |= dict.fromkeys([f"end_{t}" for t in TERMINALS], ("flights",))
_LIMITED_BY |= {"round_kills": ("rounds", "flights")}
_LIMITED_BY |= {name: (side,) for side in ("civil", "friend") for name in (f"{side}_engaged", *SPREAD[side])}
_LIMITED_BY |= {name: (name.removesuffix("_lost"),) for name in ("elements_lost", *LOST)}


def possible(metric: str) -> Interval:
    """The least and greatest value of a metric where no run's limits are at hand."""
    if metric in PROPORTIONS:
        return 0.0, 1.0
    return RATIOS[metric][2] or _COUNTS if metric in RATIOS else _COUNTS


def declared(metric: str) -> bool:
    """Whether a metric counts what the scenario declares, so that it is an input wherever it does not vary."""
    return metric.endswith("threats")


#: Everything that ``Accumulator.estimate`` takes.
ESTIMATED = frozenset([*RATIOS, *FIRST_TIMES, *PROPORTIONS, *_INTEGERS, *_FLOATS])


class Accumulator:
    """What the estimates need, gathered from outcome rows as they stream by in replication order.

    Parameters
    ----------
    limits : dict of str to float, optional
        Greatest possible values by name, as ``runs.run.bounds_of`` gives them; a missing one is unlimited, so that a
        failed replication then makes the upper end infinite.
    """

    def __init__(self, limits: dict[str, float] | None = None) -> None:
        self.limits = dict(limits or {})
        self.n = 0  # good replications
        self.failed = 0
        self._values: dict[str, Counter[int]] = {name: Counter() for name in _INTEGERS}
        self._pairs: dict[str, Counter[tuple[float, float]]] = {name: Counter() for name in RATIOS}
        self._sums = dict.fromkeys(_FLOATS, Moments())
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
        for name, sums in self._sums.items():  # exact, so that chunks of any size and order give the same last digit
            self._sums[name] = sums.merged(Moments.of(good[name].tolist()))
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
        """The finding for a metric of ``METRICS``, a ratio of ``RATIOS`` or any counted column of the outcome row.

        NaN, with ``n`` 0, of what a run stored by an earlier version did not count.
        """
        if metric in RATIOS:
            return self._ratio(metric, confidence)
        if metric in FIRST_TIMES:
            return self._first_time(metric, confidence)
        if metric in PROPORTIONS:
            return self._proportion(metric, confidence)
        if metric in ADDED and UNCOUNTED in self._values[metric]:
            return Finding(metric, math.nan, math.nan, math.nan, 0, self.failed, confidence)
        if metric in ESTIMATED:
            return self._mean(metric, confidence)
        known = ", ".join([*METRICS, "leak_rate"])
        raise UsageError(f'metric "{metric}"', "there is no such metric", f"Choose one of: {known}")

    def greatest(self, metric: str) -> float:
        """The greatest value that the metric can have in a replication; infinite if nothing limits it."""
        if metric in PROPORTIONS:
            return 1.0
        limit = min(map(self._limit, _LIMITED_BY.get(metric, ())), default=math.inf)
        seen = max(self._values[metric], default=0) if metric in self._values else 0
        return max(limit, float(seen))

    def _limit(self, name: str) -> float:
        """A limit by name: as many threats as flew in every replication, else as many as the scenario has flights."""
        flew = {"threats": "threats", **{c: f"{c}_threats" for c in CLASSES}}.get(name)
        if flew is not None and self.given(flew):
            return float(next(iter(self._values[flew])))
        return self.limits.get(name, math.inf)

    def given(self, metric: str) -> bool:
        """Whether a metric is what the scenario says, the same in every replication: an input, not an outcome."""
        return declared(metric) and metric in self._values and len(self._values[metric]) == 1 and not self.failed

    def _proportion(self, metric: str, confidence: float) -> Finding:
        yes = self._values[metric][1]
        if self.total == 0:
            return Finding(metric, math.nan, 0.0, 1.0, 0, 0, confidence)
        low = wilson(yes, self.total, confidence)[0]
        high = wilson(yes + self.failed, self.total, confidence)[1]
        return Finding(metric, yes / self.n if self.n else math.nan, low, high, self.n, self.failed, confidence)

    def _mean(self, metric: str, confidence: float) -> Finding:
        found = self._sums[metric] if metric in self._sums else Moments.of_counts(self._values[metric])
        if self.given(metric):  # declared by the scenario, not sampled: no spread is no doubt
            return Finding(metric, found.mean, found.mean, found.mean, self.n, 0, confidence)
        limit = self.greatest(metric)
        bounds = (0.0, limit)
        least = found.merged(Moments.of_counts({0.0: self.failed}))
        low, high = mean_interval(least, confidence, bounds)
        if self.failed:
            finite = math.isfinite(limit)
            most = found.merged(Moments.of_counts({limit: self.failed})) if finite else Moments()
            high = mean_interval(most, confidence, bounds)[1]  # of no sample it is the bound
        return Finding(metric, found.mean, low, high, self.n, self.failed, confidence)

    def _ratio(self, metric: str, confidence: float) -> Finding:
        up, down, bounds = RATIOS[metric]
        pairs = self._pairs[metric]
        ratio, low, high = ratio_interval(pairs, confidence, bounds or _COUNTS)
        if self.failed:
            most_up, most_down = self.greatest(up), self.greatest(down)
            low = high = math.nan
            if math.isfinite(most_up) and math.isfinite(most_down):
                small, large = Counter(pairs), Counter(pairs)
                small[(0.0, most_down)] += self.failed
                # A rate's worst case is all of them; a count's is all of the numerator and none of the denominator.
                large[(most_up, most_up if bounds and bounds[1] == 1.0 else 0.0)] += self.failed
                low = ratio_interval(small, confidence, bounds or _COUNTS)[1]
                high = ratio_interval(large, confidence, bounds or _COUNTS)[2]
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
