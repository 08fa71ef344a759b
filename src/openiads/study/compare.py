"""Two variants side by side on the same dice: what the change alone makes of every metric.

``compare(a, b)`` runs both with one seed and the same world knobs, or takes two stored runs that were made so.  Draws
are named, not streamed: replication r of both sides meets the same luck wherever the change does not reach, and the
difference b - a is sharper than either side.  Methods are in ``study.paired``.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from openiads.base.errors import InputError, ResultsError, UsageError
from openiads.study import disk
from openiads.study.digest import hash_of
from openiads.study.estimate import CONFIDENCE, FIRST_TIMES, PROPORTIONS, RATIOS, Accumulator, Finding, wilson
from openiads.study.paired import (
    Gap,
    equivalent,
    left_out,
    mean_difference,
    median_difference,
    ratio_difference,
    share_difference,
    variance_saved,
)
from openiads.study.replicate import REPLICATIONS, Engine, Progress, Run, open_run, plain, real_engine, run
from openiads.world.outcome import CLASSES, METRICS

#: What the defense wants: +1 more of it, -1 less; what is not here is neither good nor bad.
WANTED = dict.fromkeys(("detected", "engaged", "killed", "tracked", "identified", "round_kills"), 1)
WANTED |= dict.fromkeys(
    ["leakers", "any_leaker", "platform_leakers", "asset_hits", "rounds_fired", "rounds_per_kill", *FIRST_TIMES], -1
)
WANTED |= dict.fromkeys(
    ("civil_engaged", "friend_engaged", "overkill_rounds", "leak_rate", "swaps", "false_tracks"), -1
)
WANTED |= {f"{c}_{what}": 1 for c in CLASSES for what in ("killed", "engaged", "kill_rate")}
WANTED |= {f"{c}_{what}": -1 for c in CLASSES for what in ("leakers", "leak_rate")}

#: In front of a path of changes: the rest names a knob.
KNOB = "knob."


@dataclass(frozen=True, slots=True)
class Variant:
    """One side of a comparison: a scenario (or its path or name) and what is changed in it.

    changes : path -> value as ``Scenario.with_values`` takes them; ``knob.NAME`` sets a knob, in its own unit
    """

    scenario: Any
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric on both sides and the paired difference b - a, for a first time of the medians.

    wanted : +1 where the defense wants more of it, -1 less, 0 neither; n : pairs in which both sides are good;
    failed : the others, which widen the interval to the worst case; better, equal, worse : pairs in which b is ahead,
    level, behind (None where neither is better; a 0/0 is in none of them); saved : variance saved by pairing;
    share : of a first time, the difference of the shares in which it came; certain : both sides are one computation
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

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0

    def within(self, delta: float) -> str:
        """``paired.equivalent`` for this interval."""
        return equivalent((self.low, self.high), delta)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is infinite or undefined is null."""
        told: dict[str, Any] = {
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "difference": {"value": self.difference, "low": self.low, "high": self.high, "n": self.n},
            "failed": self.failed,
            "wanted": {1: "more", -1: "less", 0: None}[self.wanted],
            "equal": self._share(self.equal),
            "variance_saved": dict(zip(("factor", "low", "high"), self.saved, strict=True)),
        }
        if self.better is not None and self.worse is not None:
            told |= {"b_better": self._share(self.better), "b_worse": self._share(self.worse)}
        if self.share is not None:
            told["share_difference"] = dict(zip(("value", "low", "high"), self.share, strict=True))
        return plain(told)

    def _share(self, count: int) -> dict[str, float]:
        """Share of the pairs that could be told apart, with Wilson's interval."""
        of = self.told
        low, high = wilson(count, of) if of else (0.0, 1.0)
        return {"share": count / of if of else math.nan, "low": low, "high": high, "n": of}

    @property
    def told(self) -> int:
        """Pairs in which both sides have a number."""
        return self.n if self.better is None or self.worse is None else self.better + self.equal + self.worse

    def __str__(self) -> str:
        return f"{self.difference:.4g} [{self.low:.4g}, {self.high:.4g}], n = {self.n}"


# ------------------------------------------------------------------ statistics of two runs


class Pairs:
    """The outcome rows of two runs, replication by replication.

    Raises UsageError if the runs do not share their seed and their world knobs.
    """

    def __init__(self, a: Run, b: Run, confidence: float = CONFIDENCE) -> None:
        refuse_unpaired(a, b)
        self.a, self.b, self.confidence = a, b, confidence
        self.n = min(a.replications, b.replications)
        self._rows = a.rows()[: self.n], b.rows()[: self.n]
        self._good = tuple(rows["status"] == 0 for rows in self._rows)
        self.both = self._good[0] & self._good[1]
        same = ("scenario", "catalog", "seed", "knobs", "version", "fingerprint")
        self.certain = all(getattr(a.identity, name) == getattr(b.identity, name) for name in same)

    def difference(self, metric: str) -> Difference:
        """The paired difference of a metric; UsageError if there is no such metric."""
        sides = self.a.estimate(metric, self.confidence), self.b.estimate(metric, self.confidence)
        share = None
        if metric in RATIOS:
            gap, values, saved = self._ratio(metric)
        elif metric in FIRST_TIMES:
            gap, values, saved = self._first_time(metric)
            share = self._yes(metric, np.isfinite, yes=0.0, no=math.inf)
        else:
            gap, values, saved = self._number(metric)
        if self.certain:  # one computation made twice: no sample, no doubt
            gap, share = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0) if share else None
        wanted = WANTED.get(metric, 0)
        more, less, equal = (int(sign(*values).sum()) for sign in (_above, _below, np.equal))
        better, worse = (more, less) if wanted > 0 else (less, more)
        return Difference(
            metric, wanted, *sides, *gap, int(self.both.sum()), int(self.n - self.both.sum()),
            better if wanted else None, equal, worse if wanted else None, saved, share, self.certain,
        )  # fmt: skip

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
        bounds = (-most[0], most[1]) if all(map(math.isfinite, most)) else None
        if metric.endswith("threats"):
            bounds = None  # declared by the scenario, not sampled: no spread is no doubt
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


def _above(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b > a


def _below(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return b < a


def refuse_unpaired(a: Run, b: Run) -> None:
    """UsageError unless two runs share their seed and their world knobs."""
    if a.seed != b.seed:
        raise UsageError("compare", f"A has seed {a.seed}, B seed {b.seed}", "Run both with one seed")
    worlds = [{k: v for k, v in each.identity.knobs if k.startswith("world.")} for each in (a, b)]
    for name in sorted(worlds[0] | worlds[1]):
        values = [f"{world[name]:g}" if name in world else "nominal" for world in worlds]
        if values[0] != values[1]:
            raise UsageError(
                "compare", f"A and B live in two worlds: {name} is {values[0]} in A and {values[1]} in B",
                "Run both with the same world knobs",
            )  # fmt: skip


# ------------------------------------------------------------------ a comparison


class Comparison:
    """Two runs and the differences between them; ``estimate(metric)`` gives one, ``summary()`` all as plain JSON."""

    def __init__(self, a: Run, b: Run, labels: Sequence[str] = (), confidence: float = CONFIDENCE) -> None:
        self.pairs = Pairs(a, b, confidence)
        self.a, self.b = a, b
        self.labels = tuple(labels) or (a.name, b.name)
        self._found: dict[str, Difference] = {}

    def estimate(self, metric: str) -> Difference:
        """The paired difference of a metric, a class rate or any counted column of the outcome row."""
        if metric not in self._found:
            self._found[metric] = self.pairs.difference(metric)
        return self._found[metric]

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over the digests of both runs."""
        return hash_of([self.a.digest, self.b.digest])

    def summary(self, metrics: Sequence[str] = tuple(METRICS)) -> dict[str, Any]:
        """What ``compare --json`` prints: plain JSON; what is infinite or undefined is null."""
        kept = [None if each._clean is not None else str(each.path) for each in (self.a, self.b)]
        sides = {
            name: {
                "label": label,
                "scenario": each.name,
                "digest": each.digest,
                "scenario_digest": each.identity.scenario,
                "knobs": dict(each.identity.knobs),
                "failed_replications": int(each.seal["failed"]),
                "warnings": each.warnings,
                "out": where,
            }
            for name, label, each, where in zip("ab", self.labels, (self.a, self.b), kept, strict=True)
        }
        return {
            **sides,
            "seed": self.a.seed,
            "replications": self.pairs.n,
            "confidence": self.pairs.confidence,
            "identical": self.pairs.certain,
            "digest": self.digest,
            "metrics": {metric: self.estimate(metric).as_dict() for metric in metrics},
        }


def compare(
    a: Any,
    b: Any,
    *,
    replications: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    chunk: int | None = None,
    out: str | Path | None = None,
    knobs: Mapping[str, float] | None = None,
    metrics: Sequence[str] = tuple(METRICS),
    confidence: float = CONFIDENCE,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
    cancel: threading.Event | None = None,
    engine: Engine | None = None,
) -> Comparison:
    """Compare two variants on the same dice, replications 0 .. N-1 of each, or two stored runs.

    a, b : a Scenario, the path or name of one, or a ``Variant``; or on both sides a Run or the folder of one
    replications : N (200) of each side; seed, jobs, chunk, progress, warn, cancel : as for ``run``
    out : folder that gets both runs, a/ and b/, and compare.json with the metrics; the same call continues it
    knobs : values of knobs on both sides; world knobs can be given only here

    Raises InputError (scenario, knob), UsageError (not comparable), ResultsError (store), Interrupted.
    """
    for metric in metrics:
        Accumulator().estimate(metric)  # an unknown one is refused before anything runs
    stored = [_stored(each) for each in (a, b)]
    if any(stored) and not all(stored):
        raise UsageError("compare", "one side is a stored run, the other is not", "Give two scenarios or two runs")
    if all(stored):
        if replications is not None or out is not None or knobs:
            raise UsageError("compare", "stored runs are compared as they are", "Leave out -n, --out and --set")
        sides = [each if isinstance(each, Run) else open_run(each, engine=engine) for each in (a, b)]
        return Comparison(sides[0], sides[1], confidence=confidence)
    engine = engine or real_engine()
    if out is not None:
        _refuse_foreign(Path(out))
    ready = [_ready(each, dict(knobs or {}), engine) for each in (a, b)]
    _look_ahead(ready[0], ready[1], seed, engine, warn)
    count = replications or REPLICATIONS
    runs = []
    for k, side in enumerate(ready):
        runs.append(
            run(
                side.scenario, replications=count, seed=seed, jobs=jobs, chunk=chunk, knobs=side.knobs or None,
                out=None if out is None else Path(out) / "ab"[k], progress=_half(progress, k), warn=_named(warn, k),
                cancel=cancel, engine=engine,
            )
        )  # fmt: skip
    made = Comparison(runs[0], runs[1], [side.label for side in ready], confidence)
    if out is not None:
        _write(Path(out) / "compare.json", made.summary(metrics))
    return made


@dataclass(frozen=True, slots=True)
class Side:
    """A variant made ready: the changed scenario, its knobs, and how it is called."""

    scenario: Any
    knobs: dict[str, float]
    label: str


def _stored(side: Any) -> bool:
    """Whether a side is a run, or the folder of one."""
    return isinstance(side, Run) or (isinstance(side, str | Path) and (Path(side) / "run.json").is_file())


def _ready(side: Any, knobs: dict[str, float], engine: Engine) -> Side:
    given = side if isinstance(side, Variant) else Variant(side)
    scenario = engine.load(given.scenario) if isinstance(given.scenario, str | Path) else given.scenario
    changes = {path: value for path, value in given.changes.items() if not path.startswith(KNOB)}
    own = {path.removeprefix(KNOB): value for path, value in given.changes.items() if path.startswith(KNOB)}
    for name in own:
        if name.startswith("world."):
            raise UsageError(
                f"{KNOB}{name}", "a world knob is shared by both sides", "Set it for both (--set, or knobs=)"
            )
    if changes:
        scenario = scenario.with_values(changes)
    if own or knobs:
        check_knobs({**knobs, **own}, scenario, engine)
    parts = [scenario.name, *(f"{path}={value}" for path, value in given.changes.items())]
    return Side(scenario, {**knobs, **{name: float(value) for name, value in own.items()}}, ", ".join(parts))


def _look_ahead(a: Side, b: Side, seed: int, engine: Engine, warn: Callable[[str], None] | None) -> None:
    """Refuse B before A has run for nothing, and say where the two scenarios fix their worlds differently."""
    engine.prepare()
    engine.runner(engine.build(b.scenario, engine.catalog(b.scenario), b.knobs or None), seed)
    worlds = [getattr(side.scenario, "world", None) for side in (a, b)]
    if warn is not None and worlds[0] != worlds[1]:
        warn("A and B have different [world] tables, so that the difference is also one of worlds")


def check_knobs(knobs: Mapping[str, Any], scenario: Any, engine: Engine) -> None:
    """InputError unless every name is a knob of the scenario and its value a number inside the knob's band."""
    from openiads.data.catalog import nearest
    from openiads.data.knobs import knob_list

    known = {knob.name: knob for knob in knob_list(engine.catalog(scenario), scenario)}
    for name, value in knobs.items():
        place = f"{KNOB}{name}"
        if name not in known:
            raise InputError(
                place, f"not a knob of {scenario.name}", f"{nearest(name, list(known))}See docs/reference/catalog.md"
            )
        knob = known[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not knob.low <= value <= knob.high:
            raise InputError(place, f"{value!r} is outside its band", f"Give {knob.low:g} to {knob.high:g}")


def _half(progress: Progress | None, side: int) -> Progress | None:
    """The progress of one of two runs as that of both."""
    if progress is None:
        return None
    return lambda done, of: progress(side * of + done, 2 * of)


def _named(warn: Callable[[str], None] | None, side: int) -> Callable[[str], None] | None:
    return None if warn is None else lambda line: warn(f"{'AB'[side]}: {line}")


def _refuse_foreign(path: Path) -> None:
    """ResultsError if a folder holds anything but a comparison."""
    if path.exists() and not path.is_dir():
        raise ResultsError(str(path), "is a file", "Choose a new or an empty folder with --out")
    foreign = sorted(p.name for p in path.glob("*") if p.name not in ("a", "b", "compare.json"))
    foreign = [name for name in foreign if not name.endswith(disk.TEMPORARY)]
    if foreign:
        few = ", ".join(foreign[:3])
        remedy = "Nothing was touched. Choose a new or an empty folder with --out"
        raise ResultsError(str(path), f"holds other files ({few}) and no comparison", remedy)


def _write(path: Path, told: dict[str, Any]) -> None:
    data = json.dumps({"compare": told, "check": hash_of(told)}, indent=1, sort_keys=True, allow_nan=False).encode()
    disk.sweep(path.parent)
    disk.write_file(path, data + b"\n")


__all__ = [
    "KNOB",
    "WANTED",
    "Comparison",
    "Difference",
    "Pairs",
    "Variant",
    "check_knobs",
    "compare",
    "refuse_unpaired",
]
