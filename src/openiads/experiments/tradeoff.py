"""The price of sparing: flights shot at by mistake against leakers, along the control state and the threshold.

A policy moves along one curve: what is held back spares flights that are not hostile, and lets hostile ones through.
Every point meets the same traffic on the same draws, so that differences between points are paired.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.options import keywords_of
from openiads.base.shown import Shown
from openiads.experiments.contributions import Effect
from openiads.experiments.mistakes import DECLARED, Counted, MistakesQuestion, mean_of, paired, run_cases, sides_of
from openiads.experiments.safeguard_list import with_questions
from openiads.runs.digest import hash_of
from openiads.runs.folder import Layout
from openiads.scenario.load import Scenario, catalog_of, validate

#: Beliefs from which a track is hostile under tight, and how often a track is asked, where nobody says.
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
QUESTIONS = (1, 2, 3, 5, 8)
MOST_QUESTIONS = 1_000


@dataclass(frozen=True, kw_only=True)
class TradeoffQuestion(MistakesQuestion):
    """What is asked of a trade-off; the fields are the parameters of `tradeoff`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--set": "changes", "--threshold": "thresholds", "--questions": "questions"}

    thresholds: Sequence[float] = THRESHOLDS
    questions: Sequence[int] = QUESTIONS


@dataclass(frozen=True, slots=True)
class TradePoint:
    """One policy.

    Attributes
    ----------
    name : str
    control : str
        "hold", "tight" or "free"; of a point along the questions and the one as declared "".
    threshold : float, optional
        Belief from which a track is hostile; None: as declared.
    questions : int, optional
        How often a track is asked; None: as declared.
    case : Counted
    against : dict of str to Effect
        Paired differences against the scenario as declared: of "civil" and "friend" engaged a crossing, and "leakers".
    """

    name: str
    control: str
    threshold: float | None
    questions: int | None
    case: Counted
    against: dict[str, Effect]


@dataclass(frozen=True, slots=True)
class Tradeoff(Shown):
    """Both errors along the policies.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    replications : int
    base : Counted
        The scenario as declared.
    policies : tuple of TradePoint
        From holding fire over falling thresholds to weapons free.
    waiting : tuple of TradePoint
        By how often a track is asked before it has an identity.
    """

    scenario: Scenario
    seed: int
    replications: int
    base: Counted
    policies: tuple[TradePoint, ...]
    waiting: tuple[TradePoint, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def rows(self) -> list[JsonObject]:
        """A mapping for each point: the policy, both errors with their intervals, and the time to an identity."""
        sides = sides_of([self.base])
        return [_row(point, sides) for point in (*self.policies, *self.waiting)]

    def prices(self) -> list[JsonObject]:
        """Between neighboring policies: flights shot at a raid for each leaker fewer, and whether either differs."""
        sides, found = sides_of([self.base]), []
        for one, other in zip(self.policies, self.policies[1:], strict=False):
            more = {
                side: float((other.case.values[f"{side}_engaged"] - one.case.values[f"{side}_engaged"]).mean())
                for side in sides
            }
            fewer = float((one.case.values["leakers"] - other.case.values["leakers"]).mean())
            price = {side: value / fewer if fewer > 0.0 else math.nan for side, value in more.items()}
            found.append(
                {
                    "from": one.name,
                    "to": other.name,
                    "leakers_fewer": fewer,
                    "engaged_more": more,
                    "engaged_per_leaker_fewer": price,
                }
            )
        return found

    def as_dict(self) -> JsonObject:
        """For JSON."""
        sides = sides_of([self.base])
        return plain(
            {
                "scenario": self.scenario.name,
                "scenario_digest": self.scenario.digest(),
                "seed": self.seed,
                "replications": self.replications,
                "warnings": self.base.warnings,
                "declared": _numbers(self.base, sides),
                "policies": [_row(point, sides) for point in self.policies],
                "prices": self.prices(),
                "waiting": [_row(point, sides) for point in self.waiting],
            }
        )


def _row(point: TradePoint, sides: list[str]) -> JsonObject:
    told: JsonObject = {name: getattr(point, name) for name in ("name", "control", "threshold", "questions")}
    told |= _numbers(point.case, sides)
    return told | {"against": {name: each.as_dict() for name, each in point.against.items()}}


def _numbers(case: Counted, sides: list[str]) -> JsonObject:
    """Both errors of a case with their intervals."""
    most = max(1.0, float(case.values["threats"].max(initial=0.0)))
    told: JsonObject = {side: case.per_crossing(side) for side in sides}
    waits = case.waits
    seconds = mean_of(waits, most=float(waits.max())) if len(waits) else None
    return told | {"leakers": mean_of(case.values["leakers"], most=most), "seconds_to_identify": seconds}


@keywords_of(TradeoffQuestion)
def tradeoff(question: TradeoffQuestion) -> Tradeoff:
    """Flights shot at by mistake against leakers, along control states, thresholds, and how often a track is asked.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    replications : int, optional
        Of each point; 200 if left out.
    seed : int
        The seed; equal seeds give equal results.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads; all processors if left out.
    out : str or Path, optional
        Folder that keeps every point as a run, and ``tradeoff.json``; the same call continues it.
    progress : callable, optional
        Called with (points done, points).
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.
    thresholds : sequence of float
        Beliefs from which a track is hostile under tight, 0 to 1.
    questions : sequence of int
        How often a track is asked before it has an identity, 1 to 1,000.

    Returns
    -------
    Tradeoff
        ``rows()`` has one for each point, ``prices()`` what a leaker fewer costs between neighbors.

    Raises
    ------
    InputError
        For a bad scenario.
    UsageError
        For a threshold or a number of questions out of range, or where every flight is hostile.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.tradeoff("turkey_2013", thresholds=[0.9], questions=[3], replications=20).rows()  # doctest: +SKIP
    """
    return tradeoff_of(question)


def tradeoff_of(question: TradeoffQuestion) -> Tradeoff:
    """The answer to a question."""
    for value in question.thresholds:
        if not 0.0 <= value <= 1.0:
            raise UsageError("--threshold", f"{value} is no belief", "Give numbers from 0 to 1")
    for value in question.questions:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_QUESTIONS:
            raise UsageError("--questions", f"{value}", f"Give whole numbers from 1 to {MOST_QUESTIONS:,}")
    scenario = question.declared()
    points = _policies(scenario, question.thresholds) + _waits(scenario, question.questions)
    request = question.request()
    cases = {DECLARED: scenario} | {name: made for name, _, _, _, made in points}
    found = run_cases(cases, request, question.work(), Layout("tradeoff", own=("tradeoff.json",)))
    base = found[DECLARED]
    made = [
        TradePoint(name, control, threshold, asked, found[name], paired(base, found[name]))
        for name, control, threshold, asked, _ in points
    ]
    answer = Tradeoff(
        scenario,
        request.seed,
        request.most,
        base,
        tuple(point for point in made if point.questions is None),
        tuple(point for point in made if point.questions is not None),
    )
    question.keep("tradeoff", {"tradeoff": answer.as_dict()})
    return answer


Point = tuple[str, str, float | None, int | None, Scenario]


def _policies(scenario: Scenario, thresholds: Sequence[float]) -> list[Point]:
    """Hold; tight from the highest threshold down; free."""
    found: list[Point] = [("hold", "hold", None, None, _policy(scenario, "hold", None))]
    found += [
        (f"tight from {value:g}", "tight", value, None, _policy(scenario, "tight", value))
        for value in sorted(set(thresholds), reverse=True)
    ]
    return [*found, ("free", "free", None, None, _policy(scenario, "free", None))]


def _policy(scenario: Scenario, control: str, threshold: float | None) -> Scenario:
    """All sites under one control state."""
    mapping = copy.deepcopy(scenario.mapping())
    for site in mapping.get("site", []):
        site.setdefault("doctrine", {})["control"] = control
    if threshold is not None:
        rules = mapping.setdefault("identification", {})
        for key in ("cost_wrong", "cost_leak"):
            rules.pop(key, None)
        rules["threshold_hostile"] = threshold
    return validate(mapping, folder=scenario.folder)


def _waits(scenario: Scenario, questions: Sequence[int]) -> list[Point]:
    """By how often a track is asked."""
    asked = int(catalog_of(scenario).identification.si("interrogations"))
    found: list[Point] = []
    for value in sorted(set(questions)):
        mapping = copy.deepcopy(scenario.mapping())
        made = validate(mapping, folder=scenario.folder) if with_questions(mapping, value, asked) else scenario
        found.append((f"asked {value} {'time' if value == 1 else 'times'}", "", None, value, made))
    return found
