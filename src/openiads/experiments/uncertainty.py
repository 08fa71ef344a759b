"""Questions about parameter uncertainty, asked in one call: both spreads apart, and which number matters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from openiads.base.errors import UsageError
from openiads.base.options import keywords_of, several
from openiads.base.words import nearest
from openiads.catalog.records import PRIORS
from openiads.experiments import knowledge
from openiads.experiments.knowledge import SHARE, Indices, KnowledgeQuestion, Screening, Spread
from openiads.experiments.swings import Swings, swings
from openiads.runs.jobs import Progress
from openiads.runs.work import Work
from openiads.scenario.load import Scenario, scenario_with
from openiads.statistics.arms import Rule

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster

Found = Spread | Screening | Indices | Swings
Method = Callable[[KnowledgeQuestion, int | None, Work | None], Screening | Indices | Swings]

#: The weighting that stands for all of them, side by side.
EACH = "each"

METHODS: Mapping[str, Method] = {"morris": knowledge.screen, "sobol": knowledge.indices, "swings": swings}


@dataclass(frozen=True, kw_only=True)
class UncertaintyQuestion:
    """What is asked of a scenario's uncertain parameters: what `spread` and `sensitivity` have in common."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--set": "changes"}

    scenario: str | Path | Scenario = field(kw_only=False)
    metric: str = field(default="leakers", kw_only=False)
    knobs: str | Sequence[str] = ()
    without: str | Sequence[str] = ()
    worlds: int | None = None
    replications: int | None = None
    seed: int = 1
    weighting: str = "uniform"
    changes: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None
    out: str | Path | None = None
    on: str | Cluster | None = None
    progress: Progress | None = None
    warn: Callable[[str], None] | None = None
    cancel: threading.Event | None = None

    def question(self) -> KnowledgeQuestion:
        """The question, its scenario read and its parameters found; InputError, UsageError."""
        count = knowledge.REPLICATIONS if self.replications is None else self.replications
        return knowledge.ask(
            scenario_with(self.scenario, self.changes),
            self.metric,
            knobs=several(self.knobs),
            without=several(self.without),
            replications=count,
            seed=self.seed,
            weighting=self.weighting,
        )

    def work(self) -> Work:
        """How its worlds are run."""
        return Work(self.jobs, self.out, self.progress, self.warn, self.cancel, self.on)


@dataclass(frozen=True, kw_only=True)
class SpreadQuestion(UncertaintyQuestion):
    """What is asked of a scenario's uncertain parameters; the fields are the parameters of `spread`."""

    at_least: float | None = None
    at_most: float | None = None
    share: float = SHARE

    def rule(self) -> Rule | None:
        """What is asked of a sample's mean, if anything; UsageError for two rules or a share outside 0 .. 1."""
        if self.at_least is not None and self.at_most is not None:
            raise UsageError("--at-most", "there is an --at-least already", "Ask one of them")
        if not 0.0 < self.share < 1.0:
            raise UsageError("--share", f"{self.share} is not between 0 and 1", f"Give {SHARE}, for example")
        if self.at_least is not None:
            return Rule(self.at_least)
        return None if self.at_most is None else Rule(self.at_most, least=False)


@dataclass(frozen=True, kw_only=True)
class SensitivityQuestion(UncertaintyQuestion):
    """What is asked of a scenario's uncertain parameters; the fields are the parameters of `sensitivity`."""

    method: str = "morris"


def method_named(name: str) -> Method:
    """A method of `sensitivity`; UsageError if there is none of that name."""
    if name not in METHODS:
        remedy = f"{nearest(name, list(METHODS))}Give morris, sobol or swings"
        raise UsageError(f'method "{name}"', "there is no such method", remedy)
    return METHODS[name]


@keywords_of(SpreadQuestion)
def spread(question: SpreadQuestion) -> Spread:
    """Sampling variability and parameter uncertainty of a metric, apart, and how much of the latter is assumption.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    metric : str
        A metric that is one number in every replication.
    knobs : str or sequence of str
        Patterns of uncertain parameters to sample, ``"*.snr"``; all if left out.
    without : str or sequence of str
        Patterns of those to leave nominal.
    worlds : int, optional
        At most so many parameter samples; 64 if left out.
    replications : int, optional
        Of each sample; 50 if left out.
    seed : int
        The seed; equal seeds give equal results.
    weighting : {"uniform", "triangular", "log_uniform", "skeptical", "each"}
        Of the intervals. "skeptical": kill probabilities from the lowest figure that somebody independent counted.
        "each": the question under all four, side by side; both doubts are then told of the first.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads or processes; all processors if left out.
    out : str or Path, optional
        Folder that keeps every sample as a run; the same call continues it.
    on : str or Cluster, optional
        "threads", "dask" or "dask:ADDRESS", as for `run`.
    progress : callable, optional
        Called with (samples done, samples).
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.
    at_least, at_most : float, optional
        A rule about the mean of a sample: in what share of the samples it holds is told, with its interval.
    share : float
        Share of the samples that is asked for, 0 to 1: whether the rule holds in it under every prior.

    Returns
    -------
    Spread
        ``table()`` has a row for each of the two; ``arms()`` one for each prior.

    Raises
    ------
    InputError
        For an unknown scenario or a pattern that fits nothing.
    UsageError
        For an unknown metric or weighting, or too few samples.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> found = oi.spread("one_on_one", "rounds_fired", knobs="*.snr", worlds=16, replications=3)
    >>> sorted(found.to_dict()["rests_on"])
    ['assumptions', 'both_together', 'evidence']
    """
    return spread_of(question)


def spread_of(question: SpreadQuestion) -> Spread:
    """The answer to a question."""
    rule = question.rule()
    priors = PRIORS if question.weighting == EACH else (question.weighting,)
    found = []
    for prior in priors:
        out = question.out if question.out is None or len(priors) == 1 else Path(question.out) / prior
        own = replace(question, weighting=prior, out=out)
        found.append(knowledge.spread(own.question(), question.worlds, own.work()))
    return replace(found[0], beside=tuple(found[1:]), rule=rule, share=question.share)


@keywords_of(SensitivityQuestion)
def sensitivity(question: SensitivityQuestion) -> Screening | Indices | Swings:
    """Which uncertain parameter matters: what each does to a metric between the ends of its interval.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    metric : str
        A metric that is one number in every replication.
    knobs : str or sequence of str
        Patterns of uncertain parameters to vary, ``"*.snr"``; all if left out.
    without : str or sequence of str
        Patterns of those to leave nominal.
    worlds : int, optional
        At most so many parameter samples; the method's own number if left out.
    replications : int, optional
        Of each sample; 50 if left out.
    seed : int
        The seed; equal seeds give equal results.
    weighting : {"uniform", "triangular", "log_uniform", "skeptical"}
        Of the intervals. "skeptical": kill probabilities from the lowest figure that somebody independent counted.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.
    jobs : int, optional
        Threads or processes; all processors if left out.
    out : str or Path, optional
        Folder that keeps every sample as a run; the same call continues it.
    on : str or Cluster, optional
        "threads", "dask" or "dask:ADDRESS", as for `run`.
    progress : callable, optional
        Called with (samples done, samples).
    warn : callable, optional
        Called with each warning about the scenario.
    cancel : threading.Event, optional
        Stops the work when set.
    method : {"morris", "sobol", "swings"}
        Screening, shares of variance, or each parameter at both ends of its interval.

    Returns
    -------
    Screening, Indices or Swings
        ``table()`` has a row for each parameter, the strongest first; ``ranked()`` the same as objects.

    Raises
    ------
    InputError
        For an unknown scenario or a pattern that fits nothing.
    UsageError
        For an unknown metric, method or weighting, or too few samples.
    ResultsError
        Where a replication fails, or the folder cannot be used.

    Examples
    --------
    >>> import openiads as oi
    >>> found = oi.sensitivity("one_on_one", "rounds_fired", knobs="64n6e2.snr", replications=3, method="swings")
    >>> found.to_dict()["worlds"]
    3
    """
    return sensitivity_of(question)


def sensitivity_of(question: SensitivityQuestion) -> Screening | Indices | Swings:
    """The answer to a question."""
    return method_named(question.method)(question.question(), question.worlds, question.work())
