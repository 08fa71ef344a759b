"""Whether two systems let nearly the same share of one raid through: ``experiments.like_for_like``, paired."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.claims.bench import Bench, band, drivers, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import Equivalence, PairEffort
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.experiments import like_for_like as table
from openiads.scenario.knobs import Knob, knob_list
from openiads.scenario.load import Scenario, catalog_of
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments

#: Of one pair of runs, for each class: the difference, and replication by replication (NaN: one of the two failed).
Differences = dict[str, tuple[Figure, np.ndarray]]


def scenario(side: str, size: str, axes: str, arm: str, limits: str) -> Scenario:
    """A cell of the table with its limits of engagement."""
    return table.scenario(side, size, axes, arm).with_values({"model.limits": limits})


def nominal(claim: Equivalence) -> list[Scenario]:
    """Every scenario of the claim: the deciding arm in every limits, the arms beside it in the first."""
    plan, limits = claim.study, claim.rule.arms.limits
    arms = [(plan.verdict_on, each) for each in limits] + [(arm, limits[0]) for arm in plan.beside]
    return [
        scenario(side, size, axes, arm, each)
        for size in plan.normalizations
        for axes in plan.axes
        for arm, each in arms
        for side in plan.pair
    ]


def gather(claim: Equivalence, effort: PairEffort, bench: Bench) -> list[Evidence]:
    """The deciding arm with sampled worlds, then the arms beside it in the nominal world."""
    plan, arms = claim.study, claim.rule.arms
    cells = [(size, axes) for size in plan.normalizations for axes in plan.axes]
    each_side = len(cells) * len(arms.limits) * (1 + len(arms.weighting) * effort.worlds)
    bench.expect(2 * (each_side + len(cells) * len(plan.beside)))
    found: list[Evidence] = []
    for size, axes in cells:
        for limits in arms.limits:
            found += _deciding(claim, effort, bench, size, axes, limits)
        for arm in plan.beside:
            sides = [scenario(side, size, axes, arm, arms.limits[0]) for side in plan.pair]
            far = differences(claim, bench, sides, effort.beside, ({}, {}))
            found += [
                looked(
                    Arm(_cell(name, size, axes), arms.limits[0], arms.weighting[0]),
                    answer(figure, claim.rule.delta),
                    figure,
                    _lines(claim),
                    [],
                    None,
                    beside=arm,
                )
                for name, (figure, _) in far.items()
            ]
    return found


def _deciding(
    claim: Equivalence, effort: PairEffort, bench: Bench, size: str, axes: str, limits: str
) -> list[Evidence]:
    plan = claim.study
    sides = [scenario(side, size, axes, plan.verdict_on, limits) for side in plan.pair]
    here = differences(claim, bench, sides, effort.nominal, ({}, {}))
    doubts = [knob_list(catalog_of(side), side) for side in sides]
    arms = claim.rule.arms
    looks = len(plan.classes) * len(plan.normalizations) * len(plan.axes) * len(arms.limits) * len(arms.weighting)
    found = []
    for weighting in arms.weighting:
        drawn = _together(doubts, effort.worlds, weighting, bench.seed)
        far = [differences(claim, bench, sides, effort.each, pair) for pair in drawn]
        every = [{**first, **second} for first, second in drawn]
        for name in plan.classes:
            figure, figures = here[name][0], [each[name][0] for each in far]
            answers = [answer(each, claim.rule.delta) for each in figures]
            moved_by = drivers(every, [each.value for each in figures], looks)
            found.append(
                looked(
                    Arm(_cell(name, size, axes), limits, weighting),
                    answer(figure, claim.rule.delta),
                    figure,
                    _lines(claim),
                    answers,
                    band([each[name][1] for each in far]),
                    moved_by,
                )
            )
    return found


def _cell(name: str, size: str, axes: str) -> str:
    made = "typical" if size == "typical" else f"equal {size.replace('_', ' ')}"
    return f"{name} / {made} / {'one axis' if axes == 'one' else f'{axes} axes'}"


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
) -> Differences:
    """Per class: share that gets through on the second side less that on the first, paired by replication.

    A replication that failed on either side counts with the greatest difference there can be, both ways.
    """
    rows = [bench.run(side, replications, known).rows() for side, known in zip(sides, knobs, strict=True)]
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
            arm = by_arm.setdefault(each.beside or claim.study.verdict_on, {"yes": 0, "no": 0, "open": 0})
            arm[str(answer(each.look.figure, delta))] += 1
        told[f"{delta:g}"] = by_arm
    return told


def decide(claim: Equivalence, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """As every claim: each class in each row of the table is a cell."""
    return judge(cells, "which class of threat, made equal in what, on how many axes")
