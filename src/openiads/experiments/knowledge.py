"""Questions about what is not known: knobs sampled from their intervals, every world on the same dice.

``spread`` keeps what dice do and what is not known apart, and says how much of the latter rests on assumptions.
``screen`` (Morris) and ``indices`` (Sobol) say which knob matters.  Each takes a ``KnowledgeQuestion`` of ``ask``.  The
statistics are in ``statistics.spread`` and ``statistics.sensitivity``; here worlds are run, by ``evaluate`` alone.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import InputError, UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.base.words import nearest
from openiads.catalog.records import PRIORS
from openiads.experiments.flights import flights_of, kept_of
from openiads.experiments.sampled import Values, Worlds, evaluate
from openiads.runs.digest import hash_of
from openiads.runs.findings import RATIOS, Accumulator
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.work import Work
from openiads.scenario.joint import Joint
from openiads.scenario.knobs import Knob, knob_list, sample, set_only
from openiads.statistics.arms import Arm, Rule, arms, stands
from openiads.statistics.sensitivity import COVERED, Effect, Index, morris, saltelli, sobol, trajectories
from openiads.statistics.spread import (
    LABEL,
    Knowledge,
    Shares,
    covered,
    crossed,
    dice_variance,
    halves,
    interval,
    percentiles,
    shares,
)

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog
    from openiads.scenario.load import Scenario

REPLICATIONS = 50
TRAJECTORIES = 10
BASE_POINTS = 32
SPREAD_WORLDS = 64
#: Share of the samples in which a rule is asked to hold.
SHARE = 0.9

#: Base rows of a design that is worth running.
_FEWEST = 4


# ------------------------------------------------------------------ knobs and worlds


def chosen(
    scenario: Scenario, catalog: Catalog, patterns: Sequence[str] = (), without: Sequence[str] = ()
) -> tuple[Knob, ...]:
    """The knobs of a scenario that are in doubt and match a pattern (``*.snr``; or all), less those ``without``.

    InputError for a pattern that matches none, and if none is left.
    """
    doubtful = {knob.name: knob for knob in knob_list(catalog, scenario) if not knob.certain}
    names = list(doubtful)
    for pattern in (*patterns, *without):
        if not fnmatch.filter(names, pattern):
            told = f"no knob of {scenario.name} that is in doubt matches"
            single = {knob.name: knob.within for knob in set_only(catalog, scenario)}
            within = sorted({single[name] for name in fnmatch.filter(single, pattern)})
            sampled = f"It is sampled with others by {', '.join(within)}. " if within else nearest(pattern, names)
            owner, _, what = pattern.partition(".")
            value = catalog[owner].values.get(what) if owner in catalog else None
            if value is not None and value.variety:
                sampled = "It is variety, not ignorance: give it in the scenario. "
            raise InputError(f"knobs {pattern}", told, f"{sampled}List them: openiads catalog knobs {scenario.name}")
    wanted = {name for pattern in patterns or ("*",) for name in fnmatch.filter(names, pattern)}
    wanted -= {name for pattern in without for name in fnmatch.filter(names, pattern)}
    if not wanted:
        raise InputError(scenario.name, "no knob in doubt is left", "Choose others with --knobs")
    return tuple(knob for name, knob in doubtful.items() if name in wanted)


@dataclass(frozen=True, slots=True)
class KnowledgeQuestion:
    """What a study of knowledge was about."""

    scenario: Scenario
    knobs: tuple[Knob, ...]
    metric: str
    replications: int
    seed: int
    weighting: str

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {
            "scenario": self.scenario.name,
            "scenario_digest": self.scenario.digest(),
            "metric": self.metric,
            "replications": self.replications,
            "seed": self.seed,
            "weighting": self.weighting,
            "knobs": [knob.name for knob in self.knobs],
        }


def ask(
    scenario: Scenario | str | Path,
    metric: str = "leakers",
    *,
    knobs: Sequence[str] = (),
    without: Sequence[str] = (),
    replications: int = REPLICATIONS,
    seed: int = 1,
    weighting: str = "uniform",
    simulator: Simulator | None = None,
) -> KnowledgeQuestion:
    """A question about a scenario (or its path or name): its metric, and the knobs that match ``knobs`` (patterns; all
    without) and not ``without``; every world gets ``replications`` of ``seed``."""
    simulator = simulator or real_simulator()
    if isinstance(scenario, str | Path):
        scenario = simulator.load(scenario)
    if metric not in RATIOS:
        Accumulator().estimate(metric)
    if replications < 2:
        raise UsageError("replications", "one replication does not show the dice", "Give at least 2")
    if weighting not in PRIORS:
        remedy = f"{nearest(weighting, list(PRIORS))}Give one of {', '.join(PRIORS)}"
        raise UsageError(f'weighting "{weighting}"', "there is no such weighting", remedy)
    taken = chosen(scenario, simulator.catalog(scenario), knobs, without)
    return KnowledgeQuestion(scenario, taken, metric, replications, seed, weighting)


def _run(question: KnowledgeQuestion, worlds: Sequence[Mapping[str, float]], work: Work | None) -> Worlds:
    return evaluate(question.scenario, worlds, question.metric, question.replications, question.seed, work)


def _power_of_two(worlds: int, each: int, least: int = _FEWEST) -> int:
    """The greatest power of two of base rows with ``each`` worlds a row within ``worlds``."""
    if worlds < least * each:
        raise UsageError("worlds", f"{worlds} are too few", f"Give at least {least * each}, or choose fewer knobs")
    return 1 << ((worlds // each).bit_length() - 1)


# ------------------------------------------------------------------ which number matters


@dataclass(frozen=True, slots=True)
class Screening(Shown):
    """Morris screening: one ``Effect`` a knob, in units of the metric for the whole band.

    Attributes
    ----------
    question : KnowledgeQuestion
    trajectories : int
    effects : tuple of Effect
    capped : int
        Worlds whose knobs ask a kill probability above what works.
    nearer : int
        Worlds with a round that does not arrive at a reference engagement.
    """

    question: KnowledgeQuestion
    trajectories: int
    effects: tuple[Effect, ...]
    capped: int
    nearer: int

    def ranked(self) -> list[tuple[Knob, Effect]]:
        """Knobs with their effects, the strongest first."""
        return sorted(zip(self.question.knobs, self.effects, strict=True), key=lambda each: -each[1].mu_star)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON, the strongest first."""
        rows = [
            {"knob": k.name, "status": k.status, "shown": e.shown} | {f: getattr(e, f) for f in Effect.__slots__}
            for k, e in self.ranked()
        ]
        worlds = self.trajectories * (len(self.question.knobs) + 1)
        return plain(
            {**self.question.as_dict(), "method": "morris", "worlds": worlds, "trajectories": self.trajectories,
             "capped_worlds": self.capped, "nearer_worlds": self.nearer, "effects": rows}
        )  # fmt: skip


def screen(question: KnowledgeQuestion, worlds: int | None = None, work: Work | None = None) -> Screening:
    """Morris screening of the question's knobs.

    Parameters
    ----------
    question : KnowledgeQuestion
    worlds : int, optional
        At most so many, at least two trajectories of one world more than there are knobs (10 trajectories).
    work : Work, optional

    Returns
    -------
    Screening
    """
    each = len(question.knobs) + 1
    count = TRAJECTORIES if worlds is None else worlds // each
    if count < 2:
        raise UsageError("worlds", f"{worlds} are too few", f"Give at least {2 * each}, or choose fewer knobs")
    u = trajectories(len(question.knobs), count, question.seed)
    # not `sample`: the steps between a trajectory's worlds, ends of bands included, are the method's own and few
    chosen_worlds = [
        {knob.name: knob.at(float(x), question.weighting) for knob, x in zip(question.knobs, row, strict=True)}
        for row in u
    ]
    found = _run(question, chosen_worlds, work)
    effects = tuple(morris(u, found.values))
    return Screening(question, count, effects, int(found.capped.sum()), int(found.nearer.sum()))


@dataclass(frozen=True, slots=True)
class Indices(Shown):
    """Sobol indices: one ``Index`` a knob, and the variance that they share; capped and nearer as in
    ``Screening``."""

    question: KnowledgeQuestion
    base: int
    indices: tuple[Index, ...]
    variance: float
    capped: int
    nearer: int

    def ranked(self) -> list[tuple[Knob, Index]]:
        """Knobs with their indices, the largest total first."""
        return sorted(zip(self.question.knobs, self.indices, strict=True), key=lambda each: -each[1].total)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON, the largest total first."""
        rows = [
            {"knob": k.name, "status": k.status} | {f: getattr(e, f) for f in Index.__slots__} for k, e in self.ranked()
        ]
        worlds = self.base * (len(self.question.knobs) + 2)
        return plain(
            {**self.question.as_dict(), "method": "sobol", "worlds": worlds, "base_points": self.base,
             "measured_coverage": covered(self.base, COVERED), "variance": self.variance,
             "capped_worlds": self.capped, "nearer_worlds": self.nearer, "indices": rows}
        )  # fmt: skip


def indices(question: KnowledgeQuestion, worlds: int | None = None, work: Work | None = None) -> Indices:
    """First and total Sobol indices of the question's knobs.

    Parameters
    ----------
    question : KnowledgeQuestion
    worlds : int, optional
        At most so many; a power of two (32) of base rows, each of two worlds more than there are knobs.
    work : Work, optional

    Returns
    -------
    Indices
    """
    factors = len(question.knobs)
    base = BASE_POINTS if worlds is None else _power_of_two(worlds, factors + 2)
    u = saltelli(factors, base, question.seed)
    outputs = _run(question, sample(question.knobs, u, question.weighting), work)
    found, variance = sobol(outputs.values, factors, question.seed)
    return Indices(question, base, tuple(found), variance, int(outputs.capped.sum()), int(outputs.nearer.sum()))


# ------------------------------------------------------------------ two spreads


@dataclass(frozen=True, slots=True)
class Spread(Shown):
    """A metric with both its doubts, never mixed.

    Attributes
    ----------
    question : KnowledgeQuestion
    nominal : ndarray
        Replications of the nominal world, shape (n,).
    worlds : ndarray
        Those of the sampled ones, (worlds, n).
    knowledge : Knowledge
    shares : Shares
    capped : int
        Sampled worlds whose knobs ask a kill probability above what works.
    nearer : int
        Sampled worlds with a round that does not arrive at a reference engagement.
    flights : tuple of Joint
        What is kept of the flights of each round and missile whose flight was sampled.
    beside : tuple of Spread
        The same question under other priors.
    rule : Rule, optional
        What was asked of the mean of a sample.
    share : float
        Share of the samples in which it was asked to hold.
    """

    question: KnowledgeQuestion
    nominal: Values
    worlds: Values
    knowledge: Knowledge
    shares: Shares
    capped: int
    nearer: int
    flights: tuple[Joint, ...] = ()
    beside: tuple[Spread, ...] = ()
    rule: Rule | None = None
    share: float = SHARE

    def arms(self) -> list[Arm]:
        """The samples under each prior: where the rule holds, median, 5th and 95th percentile."""
        samples = {each.question.weighting: each.worlds for each in (self, *self.beside)}
        return arms(samples, self.rule or Rule(-math.inf))

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON."""
        n, sd = self.question.replications, math.sqrt(self.knowledge.variance)
        low, high = interval(self.worlds)
        around = percentiles(self.worlds, self.knowledge.variance)
        dice = np.percentile(self.nominal, [5.0, 50.0, 95.0], method="inverted_cdf")
        parts = {name: getattr(self.shares, name) for name in ("group", "others", "together")}
        words = {"group": "assumptions", "others": "evidence", "together": "both_together"}
        statuses = [knob.status for knob in self.question.knobs]
        told = {
            **self.question.as_dict(),
            "worlds": len(self.worlds),
            "capped_worlds": self.capped,
            "nearer_worlds": self.nearer,
            "mean": {"nominal": float(self.nominal.mean()), "worlds": float(self.worlds.mean()), "n": n},
            "dice": {
                "sd": math.sqrt(dice_variance(self.worlds)),
                "p5": dice[0], "p50": dice[1], "p95": dice[2],
                "label": "replications of the nominal world",
            },
            "knowledge": {
                "sd": sd,
                "sd_low": math.sqrt(low), "sd_high": math.sqrt(high),
                "variance": self.knowledge.variance, "variance_of_means": self.knowledge.raw,
                "noise": self.knowledge.noise, "below_noise": self.knowledge.negative,
                "p5": around[0], "p50": around[1], "p95": around[2], "label": LABEL,
            },
            "rests_on": {
                words[name]: {"share": part.value, "low": part.low, "high": part.high} for name, part in parts.items()
            },
            "measured_coverage": covered(len(self.worlds) // 4),
            "statuses": {status: statuses.count(status) for status in sorted(set(statuses))},
            "published": [kept_of(each) for each in self.flights],
        }  # fmt: skip
        return plain(told | self._priors())

    def _priors(self) -> JsonObject:
        """Priors side by side, and what was asked of them; nothing of a single prior without a rule."""
        if not self.beside and self.rule is None:
            return {}
        found = self.arms()
        told: JsonObject = {"priors": [arm.as_dict() for arm in found]}
        if self.rule is not None:
            asked = {"threshold": self.rule.threshold, "least": self.rule.least, "share": self.share}
            told |= {"rule": asked, "answer": stands(found, self.share)}
        return told


def spread(question: KnowledgeQuestion, worlds: int | None = None, work: Work | None = None) -> Spread:
    """Dice and knowledge apart, and the share of the knowledge variance that rests on assumptions.

    Parameters
    ----------
    question : KnowledgeQuestion
    worlds : int, optional
        At most so many (64), four times a power of two; the nominal world is run beside them.
    work : Work, optional

    Returns
    -------
    Spread
    """
    worlds = SPREAD_WORLDS if worlds is None else worlds
    rows = _power_of_two(worlds, 4)
    assumed = np.array([knob.status == "assumption" for knob in question.knobs])
    sampled = sample(question.knobs, crossed(assumed, rows, question.seed), question.weighting)
    found = _run(question, [{}, *sampled], work)
    nominal, outputs = found.values[0], found.values[1:]
    capped, nearer = int(found.capped[1:].sum()), int(found.nearer[1:].sum())
    flights = flights_of(question.scenario, question.knobs)
    parts = shares(outputs, question.seed)
    return Spread(question, nominal, outputs, halves(outputs), parts, capped, nearer, flights)
