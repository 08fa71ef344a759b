"""Cases of one scenario that differ in who may be taken for whom: each run on the same draws, and what came of it.

What is counted of a case are flights by side that are shot at and shot down, and leakers; and from its log what stood
behind each first shot at a flight that is not hostile, and how long identification took.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import JsonObject
from openiads.experiments.contributions import Effect, effect
from openiads.runs.folder import Layout, refuse_foreign, write_checked
from openiads.runs.jobs import Progress
from openiads.runs.misidentification import SIDES, chain_words
from openiads.runs.replicate import carry_out
from openiads.runs.run import Run
from openiads.runs.work import Request, Work
from openiads.scenario.load import Scenario, scenario_with
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments
from openiads.world.airways import expected_crossings
from openiads.world.codes import Cause, Event, Identity
from openiads.world.prebuilt import Prebuilt

Values = NDArray[np.float64]

#: Columns of outcomes that are kept of each case.
KEPT = ("civil_engaged", "civil_killed", "friend_engaged", "friend_killed", "leakers", "threats")
PENDING = int(Identity.PENDING)
DECLARED = "as declared"


@dataclass(frozen=True, kw_only=True)
class MistakesQuestion:
    """What is asked of a scenario with flights that are not hostile: what the questions on mistakes have in common."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--set": "changes"}

    scenario: str | Path | Scenario = field(kw_only=False)
    replications: int | None = None
    seed: int = 1
    changes: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None
    out: str | Path | None = None
    progress: Progress | None = None
    warn: Callable[[str], None] | None = None
    cancel: threading.Event | None = None

    def declared(self) -> Scenario:
        """Its scenario, read; InputError, and UsageError where every flight is hostile."""
        scenario = scenario_with(self.scenario, self.changes)
        single = {raid.side for raid in scenario.raids} | {flight.side for flight in scenario.flights}
        if not (single - {"hostile"} or scenario.airways or scenario.recordings):
            reason = "every flight is hostile: none can be shot at by mistake"
            raise UsageError(
                scenario.name, reason, "Give it a flight, a raid of friends, an airway or recorded traffic"
            )
        return scenario

    def request(self) -> Request:
        """What is run of each case."""
        return Request(self.replications, self.seed)

    def work(self) -> Work:
        """How the cases are run."""
        return Work(self.jobs, self.out, self.progress, self.warn, self.cancel)

    def keep(self, name: str, told: Mapping[str, Any]) -> None:
        """Put an answer into the folder as NAME.json, if one is asked for."""
        if self.out is not None:
            Path(self.out).mkdir(parents=True, exist_ok=True)
            write_checked(Path(self.out) / f"{name}.json", dict(told))


@dataclass(frozen=True, slots=True)
class Shot:
    """The first shot at a flight that is not hostile.

    Attributes
    ----------
    replication : int
    side : str
        "civil" or "friend".
    time : float
        s
    cause : Cause
    """

    replication: int
    side: str
    time: float
    cause: Cause


@dataclass(frozen=True)
class Counted:
    """What came of one case.

    Attributes
    ----------
    name : str
    values : dict of str to ndarray, shape (replications,)
        By ``KEPT``.
    crossings : dict of str to float
        Flights by side that come a raid, on average; only of sides that have any.
    shots : tuple of Shot
    waits : ndarray
        Time from each track's confirmation to its identity, s.
    warnings : tuple of str
        What its run told that ran but may not have been meant.
    """

    name: str
    values: dict[str, Values]
    crossings: dict[str, float]
    shots: tuple[Shot, ...]
    waits: Values
    warnings: tuple[str, ...] = ()

    def per_crossing(self, side: str, what: str = "engaged") -> JsonObject:
        """Flights of a side that are shot at (or killed) a crossing, with the interval; none seen: an upper bound."""
        return mean_of(self.values[f"{side}_{what}"], self.crossings[side])

    def chains(self, side: str) -> dict[str, int]:
        """How many first shots at flights of a side had which causes together."""
        found = Counter(chain_words(shot.cause) for shot in self.shots if shot.side == side)
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def mean_of(values: Values, size: float = 1.0, most: float | None = None) -> JsonObject:
    """Mean over replications, with its interval, over a size.

    most : of one replication; as many at once as were seen, and one at least
    """
    top = max(1.0, float(values.max(initial=0.0))) if most is None else most
    sample = Moments.of(values.tolist())
    low, high = mean_interval(sample, bounds=(0.0, top))
    return {"mean": sample.mean / size, "low": low / size, "high": high / size, "n": sample.n}


def sides_of(cases: Sequence[Counted]) -> list[str]:
    """Sides that fly in all cases."""
    return [side for side in SIDES if all(side in case.crossings for case in cases)]


def run_cases(
    cases: Mapping[str, Scenario],
    request: Request,
    work: Work,
    layout: Layout,
) -> dict[str, Counted]:
    """Run cases on the same draws; cases of one scenario are one run.

    Parameters
    ----------
    cases : mapping
        Name -> scenario.
    request : Request
    work : Work
        Its folder keeps every case as a run, ``c0000`` and so on.
    layout : Layout
        Of that folder.

    Returns
    -------
    dict of str to Counted
        In the same order.

    Raises
    ------
    ResultsError
        Where a replication fails.
    """
    names = [f"c{k:04d}" for k in range(len(cases))]
    if work.out is not None:
        refuse_foreign(Path(work.out), replace(layout, own=(*names, *layout.own)))
    found: dict[str, Counted] = {}
    done: dict[str, Counted] = {}
    built = Prebuilt()
    with work.place() as place:
        for k, (name, scenario) in enumerate(cases.items()):
            if work.progress is not None:
                work.progress(k, len(cases))
            digest = scenario.digest()
            if digest not in done:
                out = None if work.out is None else Path(work.out) / names[k]
                warn = work.warn if k == 0 else None
                own = replace(work, out=out, on=place, progress=None, warn=warn, prebuilt=built)
                done[digest] = counted(name, carry_out(scenario, request, own))
            found[name] = replace(done[digest], name=name)
    if work.progress is not None:
        work.progress(len(cases), len(cases))
    return found


def counted(name: str, made: Run) -> Counted:
    """What a run came to; ResultsError where a replication failed."""
    if made.seal["failed"]:
        first = made.failures(1)[0]
        told = f"replication {first['replication']} failed: {first['message']}"
        raise ResultsError(name, told, "Run that case by itself to find out why")
    rows = made.rows()
    flights = made.world.rows["flights"]
    come = expected_crossings(flights, float(made.scenario.duration))
    sides = np.asarray(made.world.flight_side)
    shots: list[Shot] = []
    waits: list[float] = []
    for chunk in made.store.complete()[1]:
        for k, log in enumerate(made.store.events(chunk)):
            _read(log, chunk.first + k, shots, waits)
    return Counted(
        name,
        {column: rows[column].astype(float) for column in KEPT},
        {side: float(come[sides == code].sum()) for side, code in SIDES.items() if (sides == code).any()},
        tuple(shots),
        np.array(waits),
        tuple(made.warnings),
    )


def _read(log: np.ndarray, replication: int, shots: list[Shot], waits: list[float]) -> None:
    """Add a replication's first shots at flights that are not hostile, and its times to identity."""
    names = {int(code): side for side, code in SIDES.items()}
    shots += [
        Shot(replication, names[int(row["value"][0])], float(row["time"]), Cause(int(row["code"])))
        for row in log[log["kind"] == Event.MISIDENTIFIED]
    ]
    begun = {int(row["track"]): float(row["time"]) for row in log[log["kind"] == Event.TRACK]}
    for row in log[log["kind"] == Event.IDENTIFY]:
        since = begun.get(int(row["track"]))
        if int(row["value"][3]) == PENDING and since is not None:
            waits.append(float(row["time"]) - since)


def paired(base: Counted, case: Counted) -> dict[str, Effect]:
    """Paired differences of a case against another: engaged a crossing by side, and leakers a raid."""
    found = {}
    for side in sides_of([base, case]):
        one, other = (each.values[f"{side}_engaged"] for each in (base, case))
        most = max(1.0, float(max(one.max(), other.max())))
        size = base.crossings[side]
        found[side] = effect((other - one) / size, most / size)
    one, other = (each.values["leakers"] for each in (base, case))
    most = max(1.0, float(base.values["threats"].max()), float(case.values["threats"].max()))
    found["leakers"] = effect(other - one, most)
    return found
