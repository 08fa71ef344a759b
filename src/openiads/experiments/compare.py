"""Two variants side by side on the same dice: what the change alone makes of every metric.

``compare(a, b)`` runs both with one seed and the same world knobs, or takes two stored runs that were made so.  Draws
are named, not streamed: replication r of both sides meets the same luck wherever the change does not reach, and the
difference b - a is sharper than either side.  Differences are in ``experiments.differences``, their intervals in
``statistics.paired``.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from openiads.base.errors import InputError, UsageError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.paths import is_file
from openiads.base.shown import Shown
from openiads.experiments.differences import Difference, Pairs, other_worlds
from openiads.runs import disk
from openiads.runs.digest import hash_of
from openiads.runs.findings import Accumulator
from openiads.runs.folder import Layout, refuse_foreign, write_checked
from openiads.runs.jobs import Progress
from openiads.runs.replicate import carry_out
from openiads.runs.run import Run, open_run
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.work import Request, Work
from openiads.scenario.edits import told_apart
from openiads.scenario.knobs import known_knobs
from openiads.statistics.intervals import CONFIDENCE
from openiads.statistics.many import FALSE_RATE, METHOD, discoveries
from openiads.world.outcome import METRICS

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster
    from openiads.scenario.load import Scenario

#: Differences between two scenarios of one name that are told at most.
MOST_TOLD = 3
#: In front of a path of changes: the rest names a knob.
KNOB = "knob."

#: The folder of a comparison: both runs, what came out, and the report that a face may write there.
COMPARISON = Layout("comparison", own=("a", "b", "compare.json", "report.html"))


@dataclass(frozen=True, slots=True)
class Variant:
    """One side of a comparison: a scenario and what is changed in it.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    changes : mapping
        Path -> value, as `Scenario.with_values` takes them; ``knob.NAME`` sets an uncertain parameter, in its own unit.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.Variant("one_on_one", {"site.Guard.rounds": 1}).changes
    {'site.Guard.rounds': 1}
    """

    scenario: Scenario | str | Path
    changes: Mapping[str, Json] = field(default_factory=dict)


#: What one side of a comparison may be given as.
Compared: TypeAlias = "Scenario | Variant | Run | str | Path"


@dataclass(frozen=True, slots=True)
class Discoveries:
    """Which of several outcomes differ, at a bound of the false discovery rate.

    Attributes
    ----------
    differ : tuple of str
        The metrics that do.
    of : int
        How many outcomes were asked.
    rate : float
        Share of false ones among those told to differ, at most and on average.
    """

    differ: tuple[str, ...]
    of: int
    rate: float

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {"differ": list(self.differ), "of": self.of, "rate": self.rate, "method": METHOD}


class Comparison(Shown):
    """Two runs and the differences between them; ``estimate(metric)`` gives one, ``summary()`` all as plain JSON."""

    def __init__(self, a: Run, b: Run, labels: Sequence[str] = (), confidence: float = CONFIDENCE) -> None:
        self.pairs = Pairs(a, b, confidence)
        self.a, self.b = a, b
        self.labels = tuple(labels) or _told_apart(a, b)
        self._found: dict[str, Difference] = {}

    def estimate(self, metric: str) -> Difference:
        """The paired difference of a metric, a class rate or any counted column of the outcome row."""
        if metric not in self._found:
            self._found[metric] = self.pairs.difference(metric)
        return self._found[metric]

    def discoveries(self, metrics: Sequence[str] = tuple(METRICS), rate: float = FALSE_RATE) -> Discoveries:
        """Which outcomes differ, many of them asked at once; inputs and what has no number are left out.

        Parameters
        ----------
        metrics : sequence of str
            All that are looked at.
        rate : float
            Share of false ones among those told to differ, at most and on average; 0 to 1.

        Returns
        -------
        Discoveries
            ``differ`` names them, ``of`` says among how many outcomes.
        """
        found = [each for each in map(self.estimate, metrics) if not each.given and not math.isnan(each.p)]
        told = discoveries([each.p for each in found], rate)
        differ = tuple(each.metric for each, yes in zip(found, told, strict=True) if yes)
        return Discoveries(differ, len(found), rate)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over the digests of both runs."""
        return hash_of([self.a.digest, self.b.digest])

    def summary(self, metrics: Sequence[str] = tuple(METRICS)) -> JsonObject:
        """What ``compare --json`` prints: plain JSON; what is infinite or undefined is null."""
        sides = {
            name: {
                "label": label,
                "scenario": each.name,
                "digest": each.digest,
                "scenario_digest": each.identity.scenario,
                "knobs": dict(each.identity.knobs),
                "failed_replications": int(each.seal["failed"]),
                "warnings": each.warnings,
                "out": each.out,
            }
            for name, label, each in zip("ab", self.labels, (self.a, self.b), strict=True)
        }
        return {
            **sides,
            "seed": self.a.seed,
            "replications": self.pairs.n,
            "confidence": self.pairs.confidence,
            "identical": self.pairs.certain,
            "warnings": self.pairs.warnings,
            "digest": self.digest,
            "discoveries": self.discoveries(metrics).as_dict(),
            "metrics": {metric: self.estimate(metric).as_dict() for metric in metrics},
        }


def compare(
    a: Compared,
    b: Compared,
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
    on: str | Cluster | None = None,
    simulator: Simulator | None = None,
) -> Comparison:
    """Compare two variants on common random numbers, replications 0 .. N-1 of each, or two stored runs.

    Parameters
    ----------
    a, b : str, Path, Scenario, Variant or Run
        Scenarios, their files or packaged names, or a `Variant` of one; or on both sides a run, or its folder.
    replications : int, optional
        Of each side; 200 if left out.
    seed : int
        The seed; equal seeds give equal results.
    jobs : int, optional
        Threads or processes; all processors if left out.
    chunk : int, optional
        Replications stored together.
    out : str or Path, optional
        Folder that gets both runs, ``a/`` and ``b/``, and ``compare.json``; the same call continues it.
    knobs : mapping, optional
        Values of uncertain parameters on both sides, by name; those of the world can be given only here.
    metrics : sequence of str
        What ``compare.json`` holds.
    confidence : float
        Of the intervals, 0 to 1.
    progress : callable, optional
        Called with (replications done, of) over both sides.
    warn : callable, optional
        Called with each warning.
    cancel : threading.Event, optional
        Stops the work when set.
    on : str or Cluster, optional
        "threads", "dask" or "dask:ADDRESS", as for `run`.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    Comparison
        ``estimate(metric)`` gives the difference b - a with its interval; ``table()`` all of them.

    Raises
    ------
    InputError
        For a bad scenario, or an unknown uncertain parameter.
    UsageError
        For sides that cannot be compared, or an unknown metric.
    ResultsError
        Where the folder or the cluster cannot be used.
    Interrupted
        Where the cancel flag is set; the same call continues.

    Examples
    --------
    >>> import openiads as oi
    >>> one = oi.Variant("one_on_one", {"site.Guard.rounds": 1})
    >>> oi.compare("one_on_one", one, replications=5).estimate("rounds_fired").difference <= 0.0
    True
    """
    for metric in metrics:
        Accumulator().estimate(metric)  # an unknown one is refused before anything runs
    if _stored(a) and _stored(b):
        if replications is not None or out is not None or knobs:
            raise UsageError("compare", "stored runs are compared as they are", "Leave out -n, --out and --set")
        sides = [each if isinstance(each, Run) else open_run(each, simulator=simulator) for each in (a, b)]
        made = Comparison(sides[0], sides[1], confidence=confidence)
        for line in made.pairs.warnings:
            if warn is not None:
                warn(line)
        return made
    if _stored(a) or _stored(b):
        raise UsageError("compare", "one side is a stored run, the other is not", "Give two scenarios or two runs")
    if out is not None:
        refuse_foreign(Path(out), COMPARISON)
    work = Work(jobs, out, progress, warn, cancel, on, chunk, simulator or real_simulator())
    ready = [_ready(each, dict(knobs or {}), work.simulator) for each in (a, b)]
    _look_ahead(ready[0], ready[1], seed, work)
    runs = _both(ready, Request(replications, seed), work)
    made = Comparison(runs[0], runs[1], [side.label for side in ready], confidence)
    if out is not None:
        disk.sweep(Path(out))
        write_checked(Path(out) / "compare.json", {"compare": made.summary(metrics)})
    return made


def _both(sides: Sequence[Side], request: Request, work: Work) -> list[Run]:
    """The runs of both sides, one after the other on one place; progress and warnings are those of both."""
    runs = []
    with work.place() as place:
        for k, side in enumerate(sides):
            own = replace(
                work,
                out=None if work.out is None else Path(work.out) / "ab"[k],
                progress=_half(work.progress, k),
                warn=_named(work.warn, k),
                on=place,
            )
            runs.append(carry_out(side.scenario, replace(request, knobs=side.knobs or None), own))
    return runs


@dataclass(frozen=True, slots=True)
class Side:
    """A variant made ready: the changed scenario, its knobs, and how it is called."""

    scenario: Scenario
    knobs: dict[str, float]
    label: str


def _stored(side: Compared) -> TypeGuard[Run | str | Path]:
    """Whether a side is a run, or the folder of one."""
    return isinstance(side, Run) or (isinstance(side, str | Path) and is_file(Path(side) / "run.json"))


def _ready(side: Compared, knobs: dict[str, float], simulator: Simulator) -> Side:
    assert not isinstance(side, Run)  # of two runs nothing is made ready
    given = side if isinstance(side, Variant) else Variant(side)
    scenario = simulator.load(given.scenario) if isinstance(given.scenario, str | Path) else given.scenario
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
        check_knobs({**knobs, **own}, scenario, simulator)
    parts = [scenario.name, *(f"{path}={value}" for path, value in given.changes.items())]
    return Side(scenario, {**knobs, **{name: float(value) for name, value in own.items()}}, ", ".join(parts))


def _look_ahead(a: Side, b: Side, seed: int, work: Work) -> None:
    """Refuse B before A has run for nothing, and say where the two scenarios fix their worlds differently."""
    simulator = work.simulator
    simulator.prepare()
    simulator.runner(simulator.build(b.scenario, simulator.catalog(b.scenario), b.knobs or None), seed)
    for line in other_worlds(a.scenario.mapping(), b.scenario.mapping()):
        work.tell(line)


def check_knobs(knobs: Mapping[str, Json], scenario: Scenario, simulator: Simulator) -> None:
    """InputError unless every name is a knob of the scenario and its value a number inside the knob's band."""
    known = known_knobs(knobs, simulator.catalog(scenario), scenario)
    for name, value in knobs.items():
        place, knob = f"{KNOB}{name}", known[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not knob.low <= value <= knob.high:
            raise InputError(place, f"{value!r} is outside its band", f"Give {knob.low:g} to {knob.high:g}")


def _half(progress: Progress | None, side: int) -> Progress | None:
    """The progress of one of two runs as that of both."""
    if progress is None:
        return None
    return lambda done, of: progress(side * of + done, 2 * of)


def _named(warn: Callable[[str], None] | None, side: int) -> Callable[[str], None] | None:
    return None if warn is None else lambda line: warn(f"{'AB'[side]}: {line}")


def _told_apart(a: Run, b: Run) -> tuple[str, str]:
    """Names of two stored runs; of one name, with what their scenarios differ in."""
    if a.name != b.name:
        return a.name, b.name
    found = told_apart(a.scenario.mapping(), b.scenario.mapping())
    sides: tuple[list[str], list[str]] = [a.name], [b.name]
    for path, *values in found[:MOST_TOLD]:
        for side, value in zip(sides, values, strict=True):
            plain = isinstance(value, str | int | float)
            side.append(f"{path}={value}" if plain else f"{'without' if value is None else 'another'} {path}")
    more = [f"{len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
    return ", ".join([*sides[0], *more]), ", ".join([*sides[1], *more])
