"""How often what hardly ever happens does: shots at flights that are not hostile, by the rare draws that lead to them.

Draws have names.  So very many replications can be sorted, without being run, by how many safeguards of identity fail
in them at once, and those in which some fail are run more often than they come.  Each of them is an ordinary
replication of an ordinary run, and stands for as many as its stratum has for each one that was run.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import Interrupted, ResultsError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.options import keywords_of
from openiads.base.shown import Shown
from openiads.engine.runner import Runner
from openiads.experiments.mistakes import MistakesQuestion
from openiads.parts.screening import screen
from openiads.runs.digest import hash_of
from openiads.runs.folder import Layout, refuse_foreign
from openiads.runs.jobs import default_jobs
from openiads.runs.misidentification import CAUSES, chain_words
from openiads.runs.work import Work, check_numbers
from openiads.scenario.load import catalog_of
from openiads.statistics.moments import Moments
from openiads.statistics.strata import LEAST_EFFECTIVE, Stratum, allotted, effective_size, stratified_mean
from openiads.world.airways import expected_crossings
from openiads.world.codes import Cause, Event, Side

if TYPE_CHECKING:
    from openiads.world.build import World

Ints = NDArray[np.int64]

#: Replications that are run, and those that are sorted, where nobody says.
REPLICATIONS, SCREENED = 4_000, 1_000_000
SIDES = {"civil": Side.NEUTRAL, "friend": Side.FRIEND}
COUNTS = ("civil_engaged", "civil_killed", "friend_engaged", "friend_killed")
STRATA = 4  # none fails, a flight is not heard, and one or two more safeguards fail besides
#: Shares of the replications that are run at least of a stratum, and that only show how strata spread.
LEAST_PART, PILOT_PART = 20, 5
_BLOCK = 10_000  # replications sorted, and
_BATCH = 10  # run, between two looks at whether to go on


@dataclass(frozen=True, kw_only=True)
class RareQuestion(MistakesQuestion):
    """What is asked of a rare mistake; the fields are the parameters of `rare`."""

    replications: int = REPLICATIONS
    screened: int = SCREENED


@dataclass(frozen=True)
class Sample:
    """Replications that were run, each with its stratum.

    Attributes
    ----------
    found : tuple of int
        Replications of each stratum among those that were sorted.
    numbers, strata : ndarray, shape (n,)
        Number and stratum of each that was run.
    counts : ndarray, shape (n, 4)
        Flights by ``COUNTS``.
    causes : tuple of tuple
        (row, side, bits of ``codes.Cause``) of each engaged flight.
    """

    found: tuple[int, ...]
    numbers: Ints
    strata: Ints
    counts: Ints
    causes: tuple[tuple[int, int, int], ...]

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much of all replications each that was run stands for; they add up to 1."""
        run = np.bincount(self.strata, minlength=len(self.found))
        share = np.array(self.found) / sum(self.found)
        return np.asarray(share[self.strata] / run[self.strata])


@dataclass(frozen=True)
class RareAnswer(Shown):
    """How often flights that are not hostile are shot at, however rarely.

    Attributes
    ----------
    name : str
    seed : int
    screened : int
        Replications that were sorted.
    sample : Sample
        Those that were run.
    crossings : dict of str to float
        Flights of each side that come a raid, on average.
    flight_hours : dict of str to float
        Of each side a raid, as planned.
    digest : str
    path : Path, optional
        Folder that keeps the rows with their weights.
    warnings : tuple of str
        What ran but may not have been meant.
    """

    name: str
    seed: int
    screened: int
    sample: Sample
    crossings: dict[str, float]
    flight_hours: dict[str, float]
    digest: str
    path: Path | None = None
    warnings: tuple[str, ...] = ()

    def rates(self) -> JsonObject:
        """By side and by what was done to its flights: the mean a raid, with all that follows from it."""
        return {
            side: {what: self._rate(side, what) for what in ("engaged", "killed")} | {"chains": self._chains(side)}
            for side in self.crossings
        }

    def _rate(self, side: str, what: str) -> JsonObject:
        """One count a crossing, a flight hour and a raid, and the share of raids with any."""
        values = self.sample.counts[:, COUNTS.index(f"{side}_{what}")]
        strata, effective = self._strata(values), effective_size((self.sample.weights * values).tolist())
        counted = _means(strata)
        told: JsonObject = {
            "effective": effective,
            "told": effective >= LEAST_EFFECTIVE,
            "unseen_share": sum(each.found for each in strata if each.found and not each.seen.total) / self.screened,
            "per_crossing": {name: value / self.crossings[side] for name, value in counted.items()},
            "per_raid": _means(self._strata((values > 0).astype(np.int64))),
        }
        hours = self.flight_hours[side]
        if hours > 0.0:
            told["per_flight_hour"] = {name: value / hours for name, value in counted.items()}
        return told

    def _strata(self, values: Ints) -> list[Stratum]:
        found = []
        for k, many in enumerate(self.sample.found):
            mine = values[self.sample.strata == k]
            sample = Moments.of_counts({float(v): n for v, n in Counter(mine.tolist()).items()})
            found.append(Stratum(many, sample, float(max(1, mine.max(initial=0)))))
        return found

    def _chains(self, side: str) -> list[JsonObject]:
        """What stood behind the first shots, by what came together: share a crossing, and effective number."""
        weights = self.sample.weights
        by_chain: dict[int, Counter[int]] = {}
        for row, whose, bits in self.sample.causes:
            if whose == SIDES[side]:
                by_chain.setdefault(bits, Counter())[row] += 1
        found = []
        for bits, rows in by_chain.items():
            values = np.zeros(len(weights), np.int64)
            values[list(rows)] = list(rows.values())
            ends = {name: value / self.crossings[side] for name, value in _means(self._strata(values)).items()}
            found.append(
                {
                    "chain": chain_words(Cause(bits)),
                    "causes": [cause.name.lower() for cause in CAUSES if bits & cause and cause.name],
                    "per_crossing": ends.pop("mean"),
                    **ends,
                    "effective": effective_size((weights * values).tolist()),
                    "seen": int(values.sum()),
                }
            )
        return sorted(found, key=lambda each: (-each["per_crossing"], each["chain"]))

    def strata(self) -> list[JsonObject]:
        """A mapping for each stratum: how many of all replications are in it, how many were run, and what came."""
        sample, out = self.sample, []
        for k, found in enumerate(sample.found):
            mine = sample.strata == k
            row: JsonObject = {"failing": k, "found": found, "share": found / self.screened, "run": int(mine.sum())}
            out.append(row | {name: int(sample.counts[mine, c].sum()) for c, name in enumerate(COUNTS)})
        return out

    def rows(self) -> list[JsonObject]:
        """A mapping for each replication that was run: its number, stratum, weight and counts."""
        sample = self.sample
        return [
            {"replication": int(number), "failing": int(stratum), "weight": float(weight)}
            | {name: int(value) for name, value in zip(COUNTS, counts, strict=True)}
            for number, stratum, weight, counts in zip(
                sample.numbers, sample.strata, sample.weights, sample.counts, strict=True
            )
        ]

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return plain(
            {
                "scenario": self.name,
                "seed": self.seed,
                "screened": self.screened,
                "replications": len(self.sample.numbers),
                "warnings": self.warnings,
                "crossings": self.crossings,
                "flight_hours": self.flight_hours,
                "least_effective": LEAST_EFFECTIVE,
                "rates": self.rates(),
                "strata": self.strata(),
                "digest": self.digest,
                "out": None if self.path is None else str(self.path),
            }
        )


def _means(strata: Sequence[Stratum]) -> dict[str, float]:
    """Mean with its interval, and the interval if strata in which none was seen hide none.

    For what was not seen each stratum has as many at once as were seen in any of its replications, and one at least.
    """
    mean, low, high = stratified_mean(strata, bounds=(0.0, max(each.most for each in strata)))
    _, seen_low, seen_high = stratified_mean(strata, bounds=(0.0, max(each.most for each in strata)), unseen=False)
    return {"mean": mean, "low": low, "high": high, "seen_low": seen_low, "seen_high": seen_high}


@keywords_of(RareQuestion)
def rare(question: RareQuestion) -> RareAnswer:
    """How often flights that are not hostile are shot at and shot down, however rarely.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    replications : int
        Replications that are run; a fifth of them shows how many to run of what, and does not count.
    seed : int
        The seed; equal seeds give equal results.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads; all processors if left out.
    out : str or Path, optional
        Folder for ``rare.json``, which has a row for each replication that was run, with its weight.
    progress : callable, optional
        Called with (replications done, of), those that are sorted first.
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.
    screened : int
        Replications that are sorted by what their draws tell, of which those are taken.

    Returns
    -------
    RareAnswer
        ``rates()`` has rates by side with intervals and what stood behind the shots, ``strata()`` what was run.

    Raises
    ------
    InputError
        For a bad scenario.
    UsageError
        Where no flight is anything but hostile, or for numbers that make no sense.
    ResultsError
        Where a replication fails, or the folder cannot be used.
    Interrupted
        Where the cancel flag is set.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.rare("turkey_2013", replications=200, screened=10_000).rates()  # doctest: +SKIP
    """
    return rare_of(question)


def rare_of(question: RareQuestion) -> RareAnswer:
    """The answer to a question."""
    check_numbers(replications=(question.replications, 2 * LEAST_PART), screened=(question.screened, 2))
    work = question.work()
    work.check()
    if question.out is not None:
        refuse_foreign(Path(question.out), Layout("rare", own=("rare.json",)))
    scenario = question.declared()
    work.simulator.prepare()
    world = work.simulator.build(scenario, catalog_of(scenario))
    come = expected_crossings(world.rows["flights"], float(scenario.duration))
    sides = np.asarray(world.flight_side)
    names = [side for side in SIDES if (sides == SIDES[side]).any()]
    warnings = tuple(work.simulator.warnings(scenario, world))
    for line in warnings:
        work.tell(line)
    sample = _Sampling(world, question.seed, work).taken(question.screened, question.replications)
    aloft = np.asarray(world.limits["flight_aloft"])
    hours = {side: float(aloft[sides == SIDES[side]].sum()) / 3600.0 for side in names}
    told = RareAnswer(
        scenario.name,
        question.seed,
        question.screened,
        sample,
        {side: float(come[sides == SIDES[side]].sum()) for side in names},
        hours,
        hash_of([scenario.digest(), question.seed, sample.found, sample.numbers.tolist(), sample.counts.tolist()]),
        None if question.out is None else Path(question.out),
        warnings,
    )
    question.keep("rare", {"rare": told.as_dict(), "rows": told.rows()})
    return told


class _Sampling:
    """Sorts replications of a world and runs some, on threads that each have a runner."""

    def __init__(self, world: World, seed: int, work: Work) -> None:
        self.world, self.seed, self.work = world, seed, work
        self.threads = work.jobs or default_jobs()
        self._own = threading.local()
        self._done, self._of = 0, 1
        self._lock = threading.Lock()

    def taken(self, screened: int, most: int) -> Sample:
        """Sort the first replications, run a few of each stratum to see how they spread, and then those that count.

        Those few are the last of each stratum and do not count: how many are run of a stratum must not depend on what
        counts, or the mean would not be without bias.
        """
        self._of = screened + most
        failing = self._sorted(screened)
        found = np.bincount(failing, minlength=STRATA)[:STRATA]
        least = max(1, most // LEAST_PART)
        few = [max(0, min(many - least, most // PILOT_PART // STRATA)) for many in found.tolist()]
        members = [np.flatnonzero(failing == k) for k in range(STRATA)]
        tried = np.concatenate([mine[len(mine) - n :] for mine, n in zip(members, few, strict=True)])
        squares = (self._run(tried)[0].sum(axis=1) ** 2).astype(float)
        spread = [float(np.sqrt((squares[failing[tried] == k].sum() + 0.5) / (few[k] + 1.0))) for k in range(STRATA)]
        weights = [many * deviation for many, deviation in zip(found.tolist(), spread, strict=True)]
        room = [many - n for many, n in zip(found.tolist(), few, strict=True)]
        shares = allotted(weights, room, least, most - len(tried))
        numbers = np.concatenate([mine[:n] for mine, n in zip(members, shares, strict=True)]).astype(np.int64)
        counts, causes = self._run(numbers)
        return Sample(tuple(found.tolist()), numbers, failing[numbers], counts, causes)

    def _sorted(self, screened: int) -> Ints:
        failing = np.zeros(screened, np.int64)

        def block(first: int) -> None:
            part = failing[first : first + _BLOCK]
            sim = Runner(self.world, self.seed).sim
            screen(sim, self.seed, first, part)
            self._counted(len(part))

        block(0)  # the kernel loads in one thread
        self._all(block, range(_BLOCK, screened, _BLOCK))
        return failing

    def _run(self, numbers: Ints) -> tuple[Ints, tuple[tuple[int, int, int], ...]]:
        counts = np.zeros((len(numbers), len(COUNTS)), np.int64)
        causes: list[list[tuple[int, int, int]]] = [[] for _ in numbers]

        def batch(first: int) -> None:
            if not hasattr(self._own, "runner"):
                self._own.runner = self.work.simulator.runner(self.world, self.seed)
            for row in range(first, min(first + _BATCH, len(numbers))):
                made = self._own.runner.replicate(int(numbers[row]))
                if made.outcome["status"][0] != 0:
                    told = f"replication {int(numbers[row])} failed: {made.message}"
                    raise ResultsError(self.world.scenario.name, told, "Run that replication by itself to find out why")
                counts[row] = [made.outcome[name][0] for name in COUNTS]
                for event in made.events[made.events["kind"] == int(Event.MISIDENTIFIED)]:
                    causes[row].append((row, int(event["value"][0]), int(event["code"])))
            self._counted(min(_BATCH, len(numbers) - first))

        self._all(batch, range(0, len(numbers), _BATCH))
        return counts, tuple(each for of_row in causes for each in of_row)

    def _all(self, job: Callable[[int], None], firsts: Sequence[int]) -> None:
        """Do a job for each of several beginnings, on threads; Interrupted where the cancel flag is set."""
        with ThreadPoolExecutor(self.threads) as pool:
            waiting = [pool.submit(self._unless_stopped, job, first) for first in firsts]
            try:
                for promise in waiting:
                    promise.result()
            except BaseException:
                for promise in waiting:
                    promise.cancel()
                raise

    def _unless_stopped(self, job: Callable[[int], None], first: int) -> None:
        if self.work.cancel is not None and self.work.cancel.is_set():
            raise Interrupted("rare", "stopped on the way", "Nothing was kept; run the same again")
        job(first)

    def _counted(self, more: int) -> None:
        with self._lock:
            self._done += more
            if self.work.progress is not None:
                self.work.progress(self._done, self._of)
