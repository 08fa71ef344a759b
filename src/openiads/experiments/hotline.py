"""What a hotline prevents: shots at announced flights, against how surely and how soon a notice comes through.

Draws of the line are the same in every case and belong to nothing else, so a surer or quicker line spares whoever a
worse one spared.  Where the notice is known T after it was sent, a shot at T without it is prevented with probability
r (1 - exp(-T/tau)) [`textbook.notice_in_time`]; that is told beside what was run.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.options import Quantity, keywords_of, quantity
from openiads.base.shown import Shown
from openiads.experiments.contributions import Effect, effect
from openiads.experiments.mistakes import Counted, MistakesQuestion, mean_of, paired, run_cases
from openiads.runs.digest import hash_of
from openiads.runs.folder import Layout
from openiads.scenario.load import Scenario, validate
from openiads.textbook.identification import notice_in_time
from openiads.world.codes import Cause

#: Reliabilities and mean delays of the line, where nobody says.
RELIABILITIES = (0.25, 0.5, 0.75, 0.9, 1.0)
DELAYS = ("0 s", "30 s", "120 s", "600 s")
NONE = "no line"
LONGEST = 1e6  # s


@dataclass(frozen=True, kw_only=True)
class HotlineQuestion(MistakesQuestion):
    """What is asked of a hotline; the fields are the parameters of `hotline`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {
        "--set": "changes",
        "--reliability": "reliabilities",
        "--delay": "delays",
    }

    reliabilities: Sequence[float] = RELIABILITIES
    delays: Sequence[Quantity] = DELAYS


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A line of one quality.

    Attributes
    ----------
    reliability : float
    delay : float
        Mean, s.
    prevented : Effect
        Engaged flights fewer than without the line, a raid, paired.
    expected : float, optional
        By the closed form; None where it does not hold.
    remaining : JsonObject
        Avoidable engagements that remain, a raid: of flights in a notified block of which the post had not heard.
    leakers : Effect
        Leakers more than without the line, a raid, paired.
    """

    reliability: float
    delay: float
    prevented: Effect
    expected: float | None
    remaining: JsonObject
    leakers: Effect


@dataclass(frozen=True, slots=True)
class HotlineCurve(Shown):
    """What lines of several qualities prevent.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    replications : int
    without : Counted
        The scenario with lines over which nothing comes.
    points : tuple of LinePoint
    """

    scenario: Scenario
    seed: int
    replications: int
    without: Counted
    points: tuple[LinePoint, ...]

    @property
    def avoidable(self) -> JsonObject:
        """Engagements a raid, without any line, of which a notice in time would have told."""
        return mean_of(avoidable(self.without))

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def rows(self) -> list[JsonObject]:
        """A mapping for each line: its quality, what it prevents and what the defense pays."""
        return [
            {
                "reliability": point.reliability,
                "delay_s": point.delay,
                "prevented": point.prevented.as_dict(),
                "expected": point.expected,
                "avoidable_left": point.remaining,
                "leakers": point.leakers.as_dict(),
            }
            for point in self.points
        ]

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return plain(
            {
                "scenario": self.scenario.name,
                "scenario_digest": self.scenario.digest(),
                "seed": self.seed,
                "replications": self.replications,
                "warnings": self.without.warnings,
                "avoidable": self.avoidable,
                "lines": self.rows(),
            }
        )


def avoidable(case: Counted) -> NDArray[np.float64]:
    """Engagements of each replication of which a notice in time would have told."""
    found = np.zeros(len(case.values["leakers"]))
    for shot in case.shots:
        if shot.cause & Cause.NO_NOTICE:
            found[shot.replication] += 1.0
    return found


@keywords_of(HotlineQuestion)
def hotline(question: HotlineQuestion) -> HotlineCurve:
    """Engagements of announced flights that a hotline prevents, against its reliability and its delay.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario with a hotline and a notified block that is sent over it, its file or its packaged name.
    replications : int, optional
        Of each line; 200 if left out.
    seed : int
        The seed; equal seeds give equal results.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads; all processors if left out.
    out : str or Path, optional
        Folder that keeps every case as a run, and ``hotline.json``; the same call continues it.
    progress : callable, optional
        Called with (cases done, cases).
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.
    reliabilities : sequence of float
        Probabilities that a message comes through at all, 0 to 1; of all lines.
    delays : sequence of str or float
        Means of the time that a message takes, "30 s", or numbers of s; of all lines.

    Returns
    -------
    HotlineCurve
        ``rows()`` has one for each line: prevented, what the closed form expects, and what the defense pays.

    Raises
    ------
    InputError
        For a bad scenario or a delay that is none.
    UsageError
        For a reliability out of range, or a scenario without a notice over a hotline.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.hotline("il20_2018", reliabilities=[0.9], delays=["60 s"]).rows()  # doctest: +SKIP
    """
    return hotline_of(question)


def hotline_of(question: HotlineQuestion) -> HotlineCurve:
    """The answer to a question."""
    for value in question.reliabilities:
        if not 0.0 <= value <= 1.0:
            raise UsageError("--reliability", f"{value} is no probability", "Give numbers from 0 to 1")
    delays = [quantity("--delay", value, "time") for value in question.delays]
    for value in delays:
        if not 0.0 <= value <= LONGEST:
            raise UsageError("--delay", f"{value:g} s", f"Give 0 s to {LONGEST:g} s")
    scenario = question.declared()
    if not any(zone.over and zone.kind == "notified" for zone in scenario.zones):
        reason = "no notified block is sent over a hotline"
        raise UsageError(scenario.name, reason, "Declare a [[hotline]] and a [[zone]] that goes over it")
    qualities = [(float(r), tau) for r in sorted(set(question.reliabilities)) for tau in sorted(set(delays))]
    request = question.request()
    cases = {NONE: _with_line(scenario, 0.0, 0.0)}
    cases |= {_named(*quality): _with_line(scenario, *quality) for quality in qualities}
    found = run_cases(cases, request, question.work(), Layout("hotline", own=("hotline.json",)))
    without = found[NONE]
    points = tuple(_point(scenario, without, found[_named(*quality)], quality) for quality in qualities)
    answer = HotlineCurve(scenario, request.seed, request.most, without, points)
    question.keep("hotline", {"hotline": answer.as_dict()})
    return answer


def _named(reliability: float, delay: float) -> str:
    return f"{reliability:g} after {delay:g} s"


def _with_line(scenario: Scenario, reliability: float, delay: float) -> Scenario:
    """The same scenario with all its lines of one quality."""
    mapping = copy.deepcopy(scenario.mapping())
    for line in mapping["hotline"]:
        line["reliability"], line["delay"] = reliability, f"{delay!r} s"
    return validate(mapping, folder=scenario.folder)


def _point(scenario: Scenario, without: Counted, case: Counted, quality: tuple[float, float]) -> LinePoint:
    before, after = (_engaged(each) for each in (without, case))
    fewer, most = before - after, max(1.0, float(before.max()), float(after.max()))
    return LinePoint(
        *quality,
        effect(fewer, most),
        _expected(scenario, without, quality),
        mean_of(avoidable(case)),
        paired(without, case)["leakers"],
    )


def _engaged(case: Counted) -> NDArray[np.float64]:
    """Flights that are not hostile that are shot at in each replication."""
    return np.asarray(sum((case.values[f"{side}_engaged"] for side in case.crossings), np.zeros(1)))


def _expected(scenario: Scenario, without: Counted, quality: tuple[float, float]) -> float | None:
    """Engagements that the closed form says are prevented a raid; None where it does not say.

    It holds where all posts have the notice at once, all blocks are announced at one time over as many lines, and a
    notice rules out that its flight is hostile.
    """
    zones = [zone for zone in scenario.zones if zone.over and zone.kind == "notified"]
    alike = {(zone.sent, len(zone.over)) for zone in zones}
    late = any(zone.late or zone.never for zone in zones)
    error = scenario.identification.notice_error
    if len(alike) != 1 or late or error is None or error > 0.0:
        return None
    sent, lines = alike.pop()
    reliability, delay = quality
    known = [
        notice_in_time(reliability, delay, max(shot.time - sent, 0.0), lines)
        for shot in without.shots
        if shot.cause & Cause.NO_NOTICE
    ]
    return math.fsum(known) / len(without.values["leakers"])
