"""Estimates of a run's outcome columns, gathered chunk by chunk."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject
from openiads.statistics.intervals import CONFIDENCE, Interval, mean_interval, median_interval, ratio_interval, wilson
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
_LIMITED_BY |= {name: side for side in ("civil", "friend") for name in (f"{side}_engaged", *SPREAD[side])}
_LIMITED_BY |= {name: name.removesuffix("_lost") for name in ("elements_lost", *LOST)}

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
