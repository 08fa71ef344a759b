"""One knob at a time: ends of bands on the dice of the nominal world, paired; idle knobs do exactly nothing."""

import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.experiments.compare import Variant, compare
from openiads.experiments.knowledge import ask
from openiads.experiments.sampled import evaluate
from openiads.experiments.swings import End, Swing, _end, swings
from openiads.scenario.load import load
from openiads.statistics.sensitivity import told_of_many

RAID = load("raid24")
KNOBS = ["48n6e2.pk", "64n6e2.snr", "s300pmu2.setup_time"]


def test_each_end_is_the_paired_difference_that_compare_finds() -> None:
    made = swings(ask(RAID, "leakers", knobs=KNOBS, replications=15, seed=5))
    knob, swing = next(each for each in made.ranked() if each[0].name == "48n6e2.pk")
    for end, value in ((swing.at_low, knob.low), (swing.at_high, knob.high)):
        found = compare(
            RAID,
            Variant(RAID, {"knob.48n6e2.pk": value}),
            replications=15,
            seed=5,
            metrics=["leakers"],
        ).estimate("leakers")
        assert end.value == value
        assert end.difference == pytest.approx(found.difference, abs=1e-12)
        assert (end.low, end.high) == pytest.approx((found.low, found.high), abs=1e-12)
    assert swing.at_low.difference > swing.at_high.difference  # whose rounds kill less often lets more through


def test_swings_are_sorted_by_size_and_an_idle_knob_is_exactly_nothing() -> None:
    question = ask(RAID, "leakers", knobs=KNOBS, replications=10, seed=5)
    made = swings(question)
    sizes = [swing.size for _, swing in made.ranked()]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 3
    nominal = evaluate(question.scenario, [{}], "leakers", 10, 5).values[0]
    assert made.nominal == nominal.mean()
    for _, swing in made.ranked():
        if swing.size == 0.0:
            assert not swing.shown and (swing.at_low.low, swing.at_low.high) == (0.0, 0.0)
    assert made.digest == swings(question).digest


def test_the_size_is_the_reach_of_both_ends_and_the_nominal_world() -> None:
    def swing(low: float, high: float) -> Swing:
        return Swing(*(End(0.0, d, d, d, False) for d in (low, high)))

    assert [swing(*ends).size for ends in ((-1.0, 2.0), (1.0, 2.0), (-2.0, -1.0), (0.0, 0.0))] == [3.0, 2.0, 2.0, 0.0]


def test_too_few_worlds_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(UsageError, match=r"6 are too few\. Give at least 7"):
        swings(ask(RAID, knobs=KNOBS), worlds=6)


def test_dice_alone_are_seldom_shown() -> None:
    rng = np.random.default_rng(3)
    anything = (-math.inf, math.inf)
    ends = [_end(0.0, np.zeros(20), rng.normal(size=20), anything) for _ in range(2_000)]
    assert sum(end.probability < 0.005 for end in ends) / 2_000 == pytest.approx(0.005, abs=0.004)
    assert not any(told_of_many([end.probability for end in ends]))  # of 2,000 idle knobs none is told to matter
    assert sum(end.low <= 0.0 <= end.high for end in ends) / 2_000 == pytest.approx(0.95, abs=0.015)
    assert not math.isnan(ends[0].difference)


def test_no_end_leaves_what_is_possible_and_few_differing_pairs_are_not_believed() -> None:
    """One missile, which all ten pairs or one of ten lose: differences lie between -1 and 1."""
    nominal, bounds = np.zeros(10), (-1.0, 1.0)
    lost = np.ones(10)
    lost[0] = 0.0
    end = _end(0.0, nominal, lost, bounds)
    assert -1.0 <= end.low < end.difference == 0.9 < end.high <= 1.0
    once = _end(0.0, nominal, 1.0 - lost, bounds)
    assert once.low < 0.0 and once.high > 0.4  # what one of ten leaves open (Clopper and Pearson: 0.0025 to 0.445)
    made = swings(ask("one_on_one", "leakers", knobs=["48n6e2.pk", "48n6e2.reliability"], replications=8, seed=2))
    for swing in made.swings:
        for each in (swing.at_low, swing.at_high):
            assert -1.0 <= each.low <= each.difference <= each.high <= 1.0
