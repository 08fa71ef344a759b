"""What each element of a defense contributes: taken out of the whole, put alone into nothing, and what others do to it.

Every case meets the same raid on the same draws.  A gain is what the defense wants more of: of leakers, those that are
prevented.  With v the gain of a case over the case without any element,

- *with the others* is v(all) - v(all but the element), what is lost without it (leave-one-out);
- *alone* is v(the element) - v(none), what it does by itself (first-one-in);
- *interaction* is the former less the latter: above 0 it works through others, below 0 they do its work too.

Many differences are looked at, so which of them are told is bounded by a false discovery rate.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.options import keywords_of, several
from openiads.base.shown import Shown
from openiads.experiments.differences import WANTED
from openiads.experiments.sampled import values_of
from openiads.runs.digest import hash_of
from openiads.runs.findings import RATIOS, Accumulator
from openiads.runs.folder import Layout, refuse_foreign, write_checked
from openiads.runs.jobs import Progress
from openiads.runs.replicate import carry_out
from openiads.runs.run import Run
from openiads.runs.work import Request, Work
from openiads.scenario.elements import Element, elements_of, only
from openiads.scenario.load import Scenario, scenario_with
from openiads.statistics.coalitions import Coalition, ends, every, first_in, last_in, shapley
from openiads.statistics.exchange import mean_p
from openiads.statistics.intervals import ANYTHING, CONFIDENCE, Interval
from openiads.statistics.many import FALSE_RATE, METHOD, discoveries
from openiads.statistics.paired import mean_difference
from openiads.world.prebuilt import Prebuilt

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster

Values = NDArray[np.float64]

#: Elements up to which all their combinations are run for Shapley values: 2^6 of them.
MOST_SHARED = 6
#: The three differences of an element, in the order in which they are told.
EFFECTS = ("with_others", "alone", "interaction")


@dataclass(frozen=True, kw_only=True)
class ContributionsQuestion:
    """What is asked of the elements of a defense; the fields are the parameters of `contributions`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--set": "changes"}

    scenario: str | Path | Scenario = field(kw_only=False)
    metric: str = field(default="leakers", kw_only=False)
    inside: str | Sequence[str] = ()
    always: str | Sequence[str] = ()
    shapley: bool = False
    replications: int | None = None
    seed: int = 1
    changes: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None
    out: str | Path | None = None
    on: str | Cluster | None = None
    progress: Progress | None = None
    warn: Callable[[str], None] | None = None
    cancel: threading.Event | None = None

    def work(self) -> Work:
        """How its cases are run."""
        return Work(self.jobs, self.out, self.progress, self.warn, self.cancel, self.on)


@dataclass(frozen=True, slots=True)
class Effect:
    """The mean of a paired difference, in units of gain.

    Attributes
    ----------
    value, low, high : float
        With its 95 % interval.
    p : float
        Probability of a difference as large, if the element did nothing.
    exact : bool
        No pair differs, so that the sample's difference is exactly 0 and has no interval.
    told : bool
        It differs from 0, with allowance for how many are looked at.
    """

    value: float
    low: float
    high: float
    p: float
    exact: bool
    told: bool = False

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one element contributes.

    Attributes
    ----------
    element : Element
    with_others, alone, interaction : Effect
    shapley : Effect, optional
        Its share of what all elements gain together.
    """

    element: Element
    with_others: Effect
    alone: Effect
    interaction: Effect
    shapley: Effect | None = None

    def as_dict(self) -> JsonObject:
        """For JSON."""
        told: JsonObject = {"element": self.element.name, "kind": self.element.kind, "stays": self.element.stays}
        told |= {name: getattr(self, name).as_dict() for name in EFFECTS}
        return told | ({"shapley": self.shapley.as_dict()} if self.shapley else {})


@dataclass(frozen=True, slots=True)
class Contributions(Shown):
    """What the elements of a defense contribute.

    Attributes
    ----------
    scenario : Scenario
    metric : str
    seed : int
    replications : int
    whole, none : float
        The metric's mean with all elements, and with none of them.
    rows : tuple of Contribution
        In the order of elements.
    total : Effect
        What all of them gain together.
    runs : int
        Different cases that were run.
    """

    scenario: Scenario
    metric: str
    seed: int
    replications: int
    whole: float
    none: float
    rows: tuple[Contribution, ...]
    total: Effect
    runs: int

    def ranked(self) -> list[Contribution]:
        """The elements, the one that is missed most first."""
        return sorted(self.rows, key=lambda row: (-row.with_others.value, -row.alone.value, row.element.name))

    @property
    def wanted(self) -> int:
        """+1 where the defense wants more of the metric, -1 less; what is neither counts as more."""
        return WANTED.get(self.metric, 0) or 1

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON, the element that is missed most first."""
        return plain(
            {
                "scenario": self.scenario.name,
                "scenario_digest": self.scenario.digest(),
                "metric": self.metric,
                "wanted": {1: "more", -1: "less", 0: None}[WANTED.get(self.metric, 0)],
                "seed": self.seed,
                "replications": self.replications,
                "runs": self.runs,
                "whole": self.whole,
                "none": self.none,
                "total": self.total.as_dict(),
                "false_discovery_rate": FALSE_RATE,
                "method": METHOD,
                "elements": [row.as_dict() for row in self.ranked()],
            }
        )


@keywords_of(ContributionsQuestion)
def contributions(question: ContributionsQuestion) -> Contributions:
    """What each element of a defense contributes: without it, with it alone, and its interaction with the others.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    metric : str
        A metric that is one number in every replication.
    inside : str or sequence of str
        Names of sites, or patterns of them, of which each search radar and each fire unit is an element.
    always : str or sequence of str
        Names of elements, or patterns of them, that are there in every case.
    shapley : bool
        Also each element's Shapley value, from all combinations of six elements at most.
    replications : int, optional
        Of each case; 200 if left out.
    seed : int
        The seed; equal seeds give equal results.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads or processes; all processors if left out.
    out : str or Path, optional
        Folder that keeps every case as a run, and ``contributions.json``; the same call continues it.
    on : str or Cluster, optional
        "threads", "dask" or "dask:ADDRESS", as for `run`.
    progress : callable, optional
        Called with (cases done, cases).
    warn : callable, optional
        Called with each warning about the whole scenario.
    cancel : threading.Event, optional
        Stops the work when set.

    Returns
    -------
    Contributions
        ``table()`` has a row for each element, the one that is missed most first; ``ranked()`` the same as objects.

    Raises
    ------
    InputError
        For an unknown scenario, or where what is left without an element makes no scenario.
    UsageError
        For an unknown metric or element, or more elements than Shapley values are worked out for.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> found = oi.contributions("one_on_one", replications=5)
    >>> [row.element.name for row in found.ranked()]
    ['Guard']
    """
    return contributions_of(question)


def contributions_of(question: ContributionsQuestion) -> Contributions:
    """The answer to a question."""
    Accumulator().estimate(question.metric)  # an unknown one is refused before anything runs
    scenario = scenario_with(question.scenario, question.changes)
    elements = elements_of(scenario, _names(question.inside), _names(question.always))
    shared = question.shapley or len(every(min(len(elements), MOST_SHARED))) == len(ends(len(elements)))
    if shared and len(elements) > MOST_SHARED:
        remedy = f"Keep some with --always, or leave --shapley out: {2 ** len(elements):,} combinations"
        raise UsageError("--shapley", f"{len(elements)} elements are more than {MOST_SHARED}", remedy)
    cases = (every if shared else ends)(len(elements))
    request = Request(question.replications, question.seed)
    found = _run(scenario, elements, cases, (question.metric, request, question.work()))
    told = made_of(scenario, elements, found, question.metric, request)
    if question.out is not None:
        write_checked(Path(question.out) / "contributions.json", {"contributions": told.as_dict()})
    return told


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(str(each) for each in several(given))


@dataclass(frozen=True, slots=True)
class Cases:
    """The metric in every case, replication by replication, its greatest value, and how many runs that took."""

    values: Mapping[Coalition, Values]
    most: float
    runs: int


def _run(
    scenario: Scenario, elements: Sequence[Element], cases: Sequence[Coalition], how: tuple[str, Request, Work]
) -> Cases:
    """Run every case; cases of one scenario are one run."""
    metric, request, work = how
    kept = [only(scenario, elements, {elements[k].name for k in case}) for case in cases]
    names = [f"c{k:04d}" for k in range(len(cases))]
    if work.out is not None:
        refuse_foreign(Path(work.out), Layout("contributions", own=(*names, "contributions.json", "report.html")))
    found: dict[Coalition, Values] = {}
    done: dict[str, tuple[Values, float]] = {}
    built = Prebuilt()
    with work.place() as place:
        for k, (case, variant) in enumerate(zip(cases, kept, strict=True)):
            if work.progress is not None:
                work.progress(k, len(cases))
            digest = variant.digest()
            if digest not in done:
                out = None if work.out is None else Path(work.out) / names[k]
                warn = work.warn if k == 0 else None
                own = replace(work, out=out, on=place, progress=None, warn=warn, prebuilt=built)
                done[digest] = _numbers(carry_out(variant, request, own), metric, _called(case, elements))
            found[case] = done[digest][0]
    if work.progress is not None:
        work.progress(len(cases), len(cases))
    return Cases(found, max(most for _, most in done.values()), len(done))


def _called(case: Coalition, elements: Sequence[Element]) -> str:
    return f"with {', '.join(elements[k].name for k in sorted(case)) or 'no element'}"


def _numbers(made: Run, metric: str, case: str) -> tuple[Values, float]:
    """One number a replication and the greatest that it could be; ResultsError where a replication failed."""
    if made.seal["failed"]:
        first = made.failures(1)[0]
        told = f"replication {first['replication']} failed: {first['message']}"
        raise ResultsError(case, told, "Run that case by itself to find out why")
    most = np.inf if metric in RATIOS else made.gathered.greatest(metric)
    return values_of(made, metric, case), float(most)


def made_of(
    scenario: Scenario, elements: Sequence[Element], cases: Cases, metric: str, request: Request
) -> Contributions:
    """Contributions from the metric in every case."""
    n = len(elements)
    sign = float(WANTED.get(metric, 0) or 1)
    gains = {case: sign * values for case, values in cases.values.items()}
    last = [last_in(gains, n, k) for k in range(n)]
    first = [first_in(gains, k) for k in range(n)]
    shares = shapley(gains, n) if len(gains) == 2**n else None
    triples = [
        (effect(late, cases.most), effect(early, cases.most), effect(late - early, 2.0 * cases.most))
        for late, early in zip(last, first, strict=True)
    ]
    told = iter(discoveries([each.p for triple in triples for each in triple]))
    marked = [[replace(each, told=next(told)) for each in triple] for triple in triples]
    fair = [None if shares is None else effect(shares[k], cases.most) for k in range(n)]
    rows = [
        Contribution(element, late, early, between, share)
        for element, (late, early, between), share in zip(elements, marked, fair, strict=True)
    ]
    whole, none = (cases.values[case] for case in (frozenset(range(n)), frozenset[int]()))
    total = effect(sign * (whole - none), cases.most)
    return Contributions(
        scenario,
        metric,
        request.seed,
        request.most,
        float(whole.mean()),
        float(none.mean()),
        tuple(rows),
        replace(total, told=total.p <= FALSE_RATE),
        cases.runs,
    )


def effect(differences: Values, most: float, confidence: float = CONFIDENCE) -> Effect:
    """The mean of paired differences of which none exceeds ``most`` in size, with its interval."""
    if not np.any(differences):
        return Effect(0.0, 0.0, 0.0, 1.0, True)
    bounds: Interval = (-most, most) if np.isfinite(most) else ANYTHING
    nothing = np.zeros(len(differences))
    value, low, high = mean_difference(nothing, differences, confidence, bounds)
    return Effect(value, low, high, mean_p(nothing, differences), False)
