"""Whether two systems let nearly the same share of one raid through: ``experiments.like_for_like``, paired."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.catalog.records import Catalog
from openiads.claims.bench import Bench, drivers, mean_band, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import Equivalence, PairEffort, PairStudy
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.experiments import like_for_like as table
from openiads.scenario.knobs import Knob, knob_list
from openiads.scenario.load import Scenario, catalog_of, validate
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments

#: Of one pair of runs, for each class: the difference, and replication by replication (NaN: one of the two failed).
Differences = dict[str, tuple[Figure, np.ndarray]]


#: What the batteries know from outside -> its name, and the search mode of engagement radars that have nothing else.
PICTURES = {
    "own": ("each side's own radars", ""),
    "alone": ("engagement radars alone, searching above the horizon", "high"),
    "alone_low": ("engagement radars alone, searching along the horizon", "low"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the two sides are made equal in, and the choices: one axis, the whole raid and each side's radars are the
    base.

    size : key of the table's normalizations;  axes : of its axes;  raid : times its raid
    picture : key of ``PICTURES``
    """

    size: str
    axes: str = "one"
    raid: float = 1.0
    picture: str = "own"


def scenario(side: str, case: Case, arm: str, limits: str) -> Scenario:
    """A cell of the table with its limits of engagement, and another raid or picture if the case has one."""
    made = table.scenario(side, case.size, case.axes, arm).with_values({"model.limits": limits})
    if case.raid == 1.0 and case.picture == "own":
        return made
    mapping = copy.deepcopy(dict(made.mapping()))
    mapping["name"] += f"_{case.raid:g}_{case.picture}"
    mapping["raid"] = [{**raid, "count": max(round(raid["count"] * case.raid), 1)} for raid in mapping["raid"]]
    if case.picture != "own":
        book, mode = catalog_of(made), PICTURES[case.picture][1]
        for site in mapping["site"]:
            site["radars_off"] = _surveillance(book, site["system"])
            site["doctrine"] = {**site.get("doctrine", {}), "search_mode": mode}
    return validate(mapping)


def _surveillance(book: Catalog, name: str) -> list[str]:
    """The radars of a system other than its engagement radar."""
    system = book[name]
    found = [*system.surveillance, system.get("low_altitude", "none")]
    return [radar for radar in dict.fromkeys(found) if radar not in ("none", system.engagement_radar)]


def choices(plan: PairStudy, size: str) -> list[tuple[tuple[str, str], Case]]:
    """Every choice taken alone: its kind and what is chosen, and the case."""
    facing = [(("facing", table.AXES[axes]), Case(size, axes=axes)) for axes in plan.facing]
    raids = [(("raid size", f"{24 * times:g} threats"), Case(size, raid=times)) for times in plan.raid_sizes]
    pictures = [(("outside picture", PICTURES[each][0]), Case(size, picture=each)) for each in plan.pictures]
    return facing + raids + pictures


def _nominal_only(claim: Equivalence) -> list[tuple[str, tuple[str, str] | None, Case, str]]:
    """What is flown with the nominal numbers alone: what it is beside, or which choice it is, the case and the arm."""
    plan = claim.study
    found: list[tuple[str, tuple[str, str] | None, Case, str]] = []
    for size in plan.normalizations:
        found += [("", choice, case, plan.verdict_on) for choice, case in choices(plan, size)]
        found += [(arm, None, Case(size), arm) for arm in plan.beside]
    return found + [("normalization", None, Case(size), plan.verdict_on) for size in plan.also]


def nominal(claim: Equivalence) -> list[Scenario]:
    """Every scenario of the claim: the deciding cells in every limits, everything else in the first."""
    plan, limits = claim.study, claim.rule.arms.limits
    flown = [(Case(size), plan.verdict_on, each) for size in plan.normalizations for each in limits]
    flown += [(case, arm, limits[0]) for _, _, case, arm in _nominal_only(claim)]
    return [scenario(side, case, arm, each) for case, arm, each in flown for side in plan.pair]


def gather(claim: Equivalence, effort: PairEffort, bench: Bench) -> list[Evidence]:
    """The deciding arm with sampled worlds, then choices and the arms beside it in the nominal world."""
    plan, arms, rule = claim.study, claim.rule.arms, claim.rule
    more = _nominal_only(claim)
    sampled = len(arms.limits) * (1 + len(arms.weighting) * effort.worlds * rule.seeds)
    bench.expect(2 * (len(plan.normalizations) * sampled + len(more)))
    found: list[Evidence] = []
    for size in plan.normalizations:
        for limits in arms.limits:
            found += _deciding(claim, effort, bench, size, limits)
    for beside, choice, case, arm in more:
        sides = [scenario(side, case, arm, arms.limits[0]) for side in plan.pair]
        far = differences(claim, bench, sides, effort.beside, ({}, {}))
        for name, (figure, _) in far.items():
            seen = Arm(_cell(name, case.size), arms.limits[0], arms.weighting[0])
            said = answer(figure, rule.delta)
            found.append(looked(seen, said, figure, _lines(claim), [], None, beside=choice or beside))
    return found


def _deciding(claim: Equivalence, effort: PairEffort, bench: Bench, size: str, limits: str) -> list[Evidence]:
    plan, arms = claim.study, claim.rule.arms
    sides = [scenario(side, Case(size), plan.verdict_on, limits) for side in plan.pair]
    here = differences(claim, bench, sides, effort.nominal, ({}, {}))
    doubts = [knob_list(catalog_of(side), side) for side in sides]
    looks = len(plan.classes) * len(plan.normalizations) * len(arms.limits) * len(arms.weighting)
    found = []
    for weighting in arms.weighting:
        drawn = {s: _together(doubts, effort.worlds, weighting, s) for s in bench.seeds(claim.rule.seeds)}
        far = [[differences(claim, bench, sides, effort.each, pair, s) for pair in pairs] for s, pairs in drawn.items()]
        every = [{**first, **second} for pairs in drawn.values() for first, second in pairs]
        for name in plan.classes:
            figure = here[name][0]
            figures = [[each[name][0] for each in seed] for seed in far]
            found.append(
                looked(
                    Arm(_cell(name, size), limits, weighting),
                    answer(figure, claim.rule.delta),
                    figure,
                    _lines(claim),
                    [[answer(each, claim.rule.delta) for each in seed] for seed in figures],
                    mean_band([[each[name][1] for each in seed] for seed in far]),
                    drivers(every, [each.value for seed in figures for each in seed], looks),
                )
            )
    return found


def _cell(name: str, size: str) -> str:
    made = "typical" if size == "typical" else f"equal {size.replace('_', ' ')}"
    return f"{name} / {made}"


def _lines(claim: Equivalence) -> tuple[float, float]:
    return (-claim.rule.delta, claim.rule.delta)


def _together(
    doubts: list[tuple[Knob, ...]], count: int, weighting: str, seed: int
) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Worlds for both sides: what they share (the world, the raid, one round in both) has one value in both."""
    union = {knob.name: knob for doubt in doubts for knob in doubt}
    drawn = worlds(list(union.values()), count, weighting, seed)
    first, second = ({knob.name for knob in doubt} for doubt in doubts)
    return [({k: v for k, v in w.items() if k in first}, {k: v for k, v in w.items() if k in second}) for w in drawn]


def differences(
    claim: Equivalence,
    bench: Bench,
    sides: list[Scenario],
    replications: int,
    knobs: tuple[Mapping[str, float], Mapping[str, float]],
    seed: int | None = None,
) -> Differences:
    """Per class: share that gets through on the second side less that on the first, paired by replication.

    A replication that failed on either side counts with the greatest difference there can be, both ways.
    """
    rows = [bench.run(side, replications, known, seed).rows() for side, known in zip(sides, knobs, strict=True)]
    good = (rows[0]["status"] == 0) & (rows[1]["status"] == 0)
    failed = int((~good).sum())
    found = {}
    for name in claim.study.classes:
        first, second = (each[f"{name}_leakers"] / np.maximum(each[f"{name}_threats"], 1) for each in rows)
        far = np.where(good, second - first, math.nan)
        found[name] = paired(far[good], failed), far
    return found


def paired(far: np.ndarray, failed: int = 0) -> Figure:
    """The mean of paired differences in -1 .. 1 with its Student interval, failed pairs in their worst case."""
    n = len(far)
    if n == 0:
        return Figure(math.nan, -1.0, 1.0)
    low, high = mean_interval(Moments.of(far.tolist()), bounds=(-1.0, 1.0))
    lost = failed / (n + failed)
    error = float(far.std(ddof=1) / math.sqrt(n)) if n > 1 else 1.0
    if error == 0.0:  # no spread in the sample is not none at all: the interval tells how much may be unseen
        error = (high - low) / 4.0
    return Figure(float(far.mean()), low * (1 - lost) - lost, high * (1 - lost) + lost, error)


def answer(figure: Figure, delta: float) -> Answer:
    """YES if the interval lies inside -delta .. +delta, NO if it lies wholly outside, else OPEN."""
    if -delta <= figure.low and figure.high <= delta:
        return Answer.YES
    return Answer.NO if figure.low > delta or figure.high < -delta else Answer.OPEN


def figures(claim: Equivalence, evidence: list[Evidence]) -> JsonObject:
    """For each stated delta and each arm: how many cells of the nominal world lie inside, outside, or are open.

    One set of limits and one row for each cell, so that the arms can be read against each other.
    """
    first = claim.rule.arms
    kept = [e for e in evidence if (e.look.limits, e.look.weighting) == (first.limits[0], first.weighting[0])]
    told: JsonObject = {}
    for delta in sorted({claim.rule.delta, *claim.rule.also_shown}):
        by_arm: dict[str, dict[str, int]] = {}
        for each in kept:
            label = ": ".join(each.choice) if each.choice else each.beside or claim.study.verdict_on
            arm = by_arm.setdefault(label, {"yes": 0, "no": 0, "open": 0})
            arm[str(answer(each.look.figure, delta))] += 1
        told[f"{delta:g}"] = by_arm
    return told


def decide(claim: Equivalence, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """As every claim: each class in each normalization is a cell."""
    return judge(cells, "which class of threat, made equal in what")
