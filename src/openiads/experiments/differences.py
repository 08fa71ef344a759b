"""The paired difference of every metric between two runs that met the same dice.

``Pairs`` takes the outcome rows of both, replication by replication, and chooses for each metric the method of
``statistics.paired`` that fits it: shares, ratios of sums, first times, or means.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import UsageError
from openiads.base.jsonable import Json, JsonObject, plain
from openiads.runs.findings import FIRST_TIMES, PROPORTIONS, RATIOS, Accumulator, Finding
from openiads.runs.run import Run, bounds_of
from openiads.statistics.exchange import mean_p, ratio_p, sign_p
from openiads.statistics.intervals import CONFIDENCE, Interval, wilson
from openiads.statistics.paired import (
    Gap,
    equivalent,
    left_out,
    mean_difference,
    median_difference,
    ratio_difference,
    share_difference,
    variance_saved,
)
from openiads.world.outcome import ADDED, CLASSES, LOST, UNCOUNTED

#: What the defense wants: +1 more of it, -1 less; what is not here is neither good nor bad.
WANTED = dict.fromkeys(("detected", "engaged", "killed", "tracked", "identified", "round_kills"), 1)
WANTED |= dict.fromkeys(
    ["leakers", "any_leaker", "platform_leakers", "asset_hits", "rounds_fired", "rounds_per_kill", *FIRST_TIMES], -1
)
WANTED |= dict.fromkeys(
    ("civil_engaged", "friend_engaged", "overkill_rounds", "leak_rate", "swaps", "false_tracks"), -1
)
WANTED |= dict.fromkeys(("civil_killed", "friend_killed", "elements_lost", *LOST), -1)
WANTED |= {f"{c}_{what}": 1 for c in CLASSES for what in ("killed", "engaged", "kill_rate")}
WANTED |= {f"{c}_{what}": -1 for c in CLASSES for what in ("leakers", "leak_rate")}


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric on both sides of the pairs and their difference b - a, for a first time of the medians.

    Attributes
    ----------
    metric : str
    wanted : int
        +1 where the defense wants more of it, -1 less, 0 neither.
    a : Finding
    b : Finding
    difference : float
    low : float
    high : float
    n : int
        Pairs in which both sides are good.
    failed : int
        The others, which widen the interval to the worst case.
    better, equal, worse : int, optional
        Pairs in which b is ahead, level, behind (None where neither is better; a 0/0 is in none of them).
    saved : Gap
        Variance saved by pairing.
    share : Gap, optional
        Of a first time, the difference of the shares in which it came.
    certain : bool
        Both sides are one computation.
    level : bool
        Both sides are equal in every pair, so that the sample's difference is exactly 0 and has no interval.
    possible : Interval
        The interval with what ``n`` equal pairs may have missed; else the interval itself.
    p : float
        Probability of a difference at least as large if the change did nothing; NaN where there is none.
    given : bool
        An input: what the scenarios declare, the same in every replication of a side.
    """

    metric: str
    wanted: int
    a: Finding
    b: Finding
    difference: float
    low: float
    high: float
    n: int
    failed: int
    better: int | None
    equal: int
    worse: int | None
    saved: Gap
    share: Gap | None = None
    certain: bool = False
    level: bool = False
    possible: Interval = (-math.inf, math.inf)
    p: float = math.nan
    given: bool = False

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0

    def within(self, delta: float) -> str:
        """``paired.equivalent`` for this interval; of equal pairs for what they may have missed."""
        return equivalent(self.possible, delta)

    @property
    def unlike(self) -> float:
        """Share of pairs that may differ at most where none of n did, with the confidence of the interval."""
        if not self.level or self.certain or not self.n:
            return math.nan
        return -math.expm1(math.log1p(-self.a.confidence) / self.n)

    def as_dict(self) -> JsonObject:
        """For JSON: what is infinite or undefined is null."""
        told: JsonObject = {
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "difference": {"value": self.difference, "low": self.low, "high": self.high, "n": self.n},
            "failed": self.failed,
            "wanted": {1: "more", -1: "less", 0: None}[self.wanted],
            "equal": self._share(self.equal),
            "variance_saved": dict(zip(("factor", "low", "high"), self.saved, strict=True)),
            "input": self.given,
            "exact": self.level or self.certain,
            "unlike_at_most": self.unlike,
            "p": self.p,
        }
        if self.better is not None and self.worse is not None:
            told |= {"b_better": self._share(self.better), "b_worse": self._share(self.worse)}
        if self.share is not None:
            told["share_difference"] = dict(zip(("value", "low", "high"), self.share, strict=True))
        return plain(told)

    def _share(self, count: int) -> dict[str, float]:
        """Share of the pairs that could be told apart, with Wilson's interval."""
        of = self.told
        low, high = wilson(count, of, self.a.confidence) if of else (0.0, 1.0)
        return {"share": count / of if of else math.nan, "low": low, "high": high, "n": of}

    @property
    def told(self) -> int:
        """Pairs in which both sides have a number."""
        return self.n if self.better is None or self.worse is None else self.better + self.equal + self.worse

    def __str__(self) -> str:
        if self.level or self.certain:
            return f"exactly 0 in every pair, n = {self.n}"
        return f"{self.difference:.4g} [{self.low:.4g}, {self.high:.4g}], n = {self.n}"


class Pairs:
    """The outcome rows of two runs, replication by replication; of the longer run only those that the other has too.

    Parameters
    ----------
    a, b : Run
    confidence : float, optional

    Attributes
    ----------
    n : int
        How many pairs.
    warnings : list of str
        What else than the change differs between the two.

    Raises
    ------
    UsageError
        If the runs do not share their seed, their world knobs, their version and their catalog.
    """

    def __init__(self, a: Run, b: Run, confidence: float = CONFIDENCE) -> None:
        refuse_unpaired(a, b)
        self.warnings = warnings_of(a, b)
        self.a, self.b, self.confidence = a, b, confidence
        self.n = min(a.replications, b.replications)
        self._rows = a.rows()[: self.n], b.rows()[: self.n]
        self._sides = tuple(_first(run, self.n, rows) for run, rows in zip((a, b), self._rows, strict=True))
        self._good = tuple(rows["status"] == 0 for rows in self._rows)
        self.both = self._good[0] & self._good[1]
        same = ("scenario", "catalog", "seed", "knobs", "version", "fingerprint")
        self.certain = all(getattr(a.identity, name) == getattr(b.identity, name) for name in same)

    def difference(self, metric: str) -> Difference:
        """The paired difference of a metric; UsageError if there is no such metric."""
        sides = [side.estimate(metric, self.confidence) for side in self._sides]
        if metric in ADDED and any((rows[metric] == UNCOUNTED).any() for rows in self._rows):
            return self._uncounted(metric, sides)
        share = None
        if metric in RATIOS:
            gap, values, saved = self._ratio(metric)
        elif metric in FIRST_TIMES:
            gap, values, saved = self._first_time(metric)
            share = self._yes(metric, np.isfinite, yes=0.0, no=math.inf)
        else:
            gap, values, saved = self._number(metric)
        level = bool(self.both.all()) and self._equal(metric) and gap[0] == 0.0
        missed = gap[1], gap[2]
        if level and not self.certain and missed == (0.0, 0.0):
            missed = -math.inf, math.inf  # nothing bounds it, so equal pairs say nothing of the next
        p = self._p(metric, values)
        if level or self.certain:  # one computation made twice, or no pair that differs: nothing to be in doubt of
            gap, share, p = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0) if share else None, 1.0
        elif not self.both.all() and not (gap[1] > 0.0 or gap[2] < 0.0):
            p = 1.0  # what failed may have made the difference
        wanted = WANTED.get(metric, 0)
        more, less, equal = (int(sign(*values).sum()) for sign in (_above, _below, np.equal))
        better, worse = (more, less) if wanted > 0 else (less, more)
        return Difference(
            metric,
            wanted,
            sides[0],
            sides[1],
            *gap,
            int(self.both.sum()),
            int(self.n - self.both.sum()),
            better if wanted else None,
            equal,
            worse if wanted else None,
            saved,
            share,
            self.certain,
            level,
            (0.0, 0.0) if self.certain else missed if level else (gap[1], gap[2]),
            p,
            all(side.given(metric) for side in self._sides),
        )

    def _uncounted(self, metric: str, sides: Sequence[Finding]) -> Difference:
        """Of what an earlier version of openiads did not count nothing is known."""
        none, good = (math.nan, math.nan, math.nan), int(self.both.sum())
        return Difference(
            metric, WANTED.get(metric, 0), sides[0], sides[1], *none, good, self.n - good, None, 0, None, none
        )

    def _equal(self, metric: str) -> bool:
        """Whether both sides are equal in every pair, of a ratio in both its parts."""
        return all(
            np.array_equal(*self._column(name)) for name in (RATIOS[metric][:2] if metric in RATIOS else [metric])
        )

    def _p(self, metric: str, values: tuple[np.ndarray, np.ndarray]) -> float:
        """The p-value of a difference in the good pairs, of a first time of its sign."""
        if metric in RATIOS:
            sides = zip(*(self._column(name) for name in RATIOS[metric][:2]), strict=True)
            return ratio_p(*(np.column_stack(each) for each in sides))
        return (sign_p if metric in (*FIRST_TIMES, *PROPORTIONS) else mean_p)(*values)

    def _column(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A column of both sides in the good pairs, as floats."""
        first, second = (rows[name][self.both].astype(float) for rows in self._rows)
        return first, second

    def _filled(self, name: str, fill_a: float, fill_b: float) -> tuple[np.ndarray, np.ndarray]:
        """A column of both sides in all pairs; what failed gets a value of its own side."""
        a, b = self._rows
        good_a, good_b = self._good
        return np.where(good_a, a[name].astype(float), fill_a), np.where(good_b, b[name].astype(float), fill_b)

    def _widened(self, gap: Gap, low: Gap, high: Gap) -> Gap:
        """The estimate of the good pairs, the low end of one worst case and the high end of the other."""
        return gap[0], low[1], high[2]

    def _number(self, metric: str) -> tuple[Gap, tuple[np.ndarray, np.ndarray], Gap]:
        most = self.a.gathered.greatest(metric), self.b.gathered.greatest(metric)
        values = self._column(metric)
        saved = variance_saved(*values, self.confidence)
        if metric in PROPORTIONS:
            return self._yes(metric, np.sign, yes=1.0, no=0.0), values, saved
        bounds = (-most[0], most[1])
        if all(side.given(metric) for side in self._sides):  # declared by the scenario, not sampled: nothing in doubt
            apart = float(values[1][0] - values[0][0])
            return (apart, apart, apart), values, saved
        gap = mean_difference(*values, self.confidence, bounds)
        if not self.both.all():
            if not all(map(math.isfinite, most)):
                return (gap[0], -math.inf, math.inf), values, saved
            ends = ((most[0], 0.0), (0.0, most[1]))
            worst = (mean_difference(*self._filled(metric, *end), self.confidence, bounds) for end in ends)
            gap = self._widened(gap, *worst)
        return gap, values, saved

    def _yes(self, metric: str, of: Callable[[np.ndarray], np.ndarray], *, yes: float, no: float) -> Gap:
        """Difference of the shares in which ``of`` the column is true, as it is of ``yes`` and not of ``no``."""

        def gap(sides: Sequence[np.ndarray]) -> Gap:
            first, second = (of(side).astype(bool) for side in sides)
            return share_difference(first, second, self.confidence)

        found = gap(self._column(metric))
        if self.both.all():
            return found
        return self._widened(found, gap(self._filled(metric, yes, no)), gap(self._filled(metric, no, yes)))

    def _ratio(self, metric: str) -> tuple[Gap, tuple[np.ndarray, np.ndarray], Gap]:
        up, down, limits = RATIOS[metric]
        bounds = (limits[0] - limits[1], limits[1] - limits[0]) if limits else (-math.inf, math.inf)
        ups, downs = self._column(up), self._column(down)
        sides = [np.column_stack(each) for each in zip(ups, downs, strict=True)]
        gap = ratio_difference(sides[0], sides[1], self.confidence, bounds)
        if not self.both.all():
            gap = self._worst_ratio(metric, gap, bounds)
        parts = [left_out(side) for side in sides]
        with np.errstate(invalid="ignore", divide="ignore"):
            values = ups[0] / downs[0], ups[1] / downs[1]
        if not all(np.isfinite(part).all() for part in parts):
            return gap, values, (math.nan, 0.0, math.inf)
        return gap, values, variance_saved(parts[0], parts[1], self.confidence)

    def _worst_ratio(self, metric: str, gap: Gap, bounds: tuple[float, float]) -> Gap:
        """A failed replication of one side at the ratio's least or greatest, of the other at the opposite."""
        up, down, limits = RATIOS[metric]
        filled: dict[str, list[np.ndarray]] = {"least": [], "most": []}
        for k, side in enumerate((self.a, self.b)):
            ups, downs = side.gathered.greatest(up), side.gathered.greatest(down)
            if not (math.isfinite(ups) and math.isfinite(downs)):
                return (gap[0], *bounds)
            for name, pair in (("least", (0.0, downs)), ("most", (ups, ups if limits and limits[1] == 1.0 else 0.0))):
                fills = [(value, value) for value in pair]
                columns = [self._filled(c, *fill)[k] for c, fill in zip((up, down), fills, strict=True)]
                filled[name].append(np.column_stack(columns))
        low = ratio_difference(filled["most"][0], filled["least"][1], self.confidence, bounds)
        high = ratio_difference(filled["least"][0], filled["most"][1], self.confidence, bounds)
        return self._widened(gap, low, high)

    def _first_time(self, metric: str) -> tuple[Gap, tuple[np.ndarray, np.ndarray], Gap]:
        values = self._column(metric)
        seed = self.a.seed
        gap = median_difference(*values, self.confidence, seed)
        if not self.both.all():
            ends = ((math.inf, 0.0), (0.0, math.inf))
            worst = (median_difference(*self._filled(metric, *end), self.confidence, seed) for end in ends)
            gap = self._widened(gap, *worst)
        always = all(np.isfinite(side).all() for side in values)
        saved = variance_saved(*values, self.confidence) if always else (math.nan, 0.0, math.inf)
        return gap, values, saved


def _first(run: Run, n: int, rows: np.ndarray) -> Accumulator:
    """What the first n replications of a run come to, so that both sides of a difference are of the same sample."""
    if n == run.replications:
        return run.gathered
    gathered = Accumulator(bounds_of(run.facts))
    gathered.add(rows)
    return gathered


def _above(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b > a


def _below(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b < a


def refuse_unpaired(a: Run, b: Run) -> None:
    """UsageError unless two runs share their seed, their version, their packaged catalog and their world knobs.

    Catalogs are told apart by their hashes; those of scenarios with different entries of their own differ rightly.
    """
    if a.seed != b.seed:
        raise UsageError("compare", f"A has seed {a.seed}, B seed {b.seed}", "Run both with one seed")
    one, other = a.identity, b.identity
    if one.version != other.version:
        told = f"A was made by openiads {one.version}, B by {other.version}: the difference is also one of versions"
        raise UsageError("compare", told, "Run both with one version")
    if one.catalog != other.catalog and _table(a, "catalog") == _table(b, "catalog"):
        names = [identity.catalog[:12] for identity in (one, other)]
        told = f"A was made with catalog {names[0]}, B with {names[1]}, which are not of the scenarios"
        raise UsageError("compare", told, "Run both with one catalog")
    worlds = [{k: v for k, v in each.identity.knobs if k.startswith("world.")} for each in (a, b)]
    for name in sorted(worlds[0] | worlds[1]):
        values = [f"{world[name]:g}" if name in world else "nominal" for world in worlds]
        if values[0] != values[1]:
            raise UsageError(
                "compare",
                f"A and B live in two worlds: {name} is {values[0]} in A and {values[1]} in B",
                "Run both with the same world knobs",
            )


def warnings_of(a: Run, b: Run) -> list[str]:
    """What two runs that can be paired do not share, in words."""
    found = other_worlds(*(run.facts["scenario"]["mapping"] for run in (a, b)))
    if a.identity.fingerprint != b.identity.fingerprint:
        found.append("A and B were made on unlike machines: last bits differ, and with them whole replications may")
    return found


def other_worlds(a: Mapping[str, Json], b: Mapping[str, Json]) -> list[str]:
    """A line if two scenarios (``Scenario.mapping``) fix their worlds differently."""
    if (a.get("world") or {}) == (b.get("world") or {}):
        return []
    return ["A and B have different [world] tables, so that the difference is also one of worlds"]


def _table(run: Run, name: str) -> Json:
    """A table of the scenario that a run was made of, as stored; empty if it has none."""
    return run.facts["scenario"]["mapping"].get(name) or {}
