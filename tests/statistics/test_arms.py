"""Arms of knowledge: what each says of the worlds, and when an answer rests on the prior."""

import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.statistics.arms import Rule, arms, stands
from openiads.statistics.intervals import clopper_pearson


def worlds(draw: np.random.Generator, means: np.ndarray, n: int = 40, dice: float = 1.0) -> np.ndarray:
    """Replications of worlds that meet common dice and a little of their own."""
    luck = draw.normal(size=n)
    return np.asarray(means[:, None] + dice * (luck + 0.3 * draw.normal(size=(len(means), n))))


def test_a_row_tells_share_median_and_spread_of_its_worlds() -> None:
    draw = np.random.default_rng(3)
    means = np.linspace(0.0, 10.0, 101)
    found, exact = arms({"uniform": worlds(draw, means), "without dice": means}, Rule(2.5))
    assert (exact.worlds, exact.holds) == (101, 76) and exact.share == 76 / 101
    assert (exact.low, exact.high) == clopper_pearson(76, 101)
    assert exact.median == 5.0 and exact.median_low < 5.0 < exact.median_high
    assert (exact.p5, exact.p95) == pytest.approx((0.5, 9.5))
    assert exact.undecided == 0 < found.undecided < 30
    assert found.median == pytest.approx(5.0, abs=0.4)
    assert (found.p5, found.p95) == pytest.approx((0.5, 9.5), abs=0.6)
    (mirrored,) = arms({"less": means}, Rule(2.5, least=False))
    assert mirrored.holds == 26  # 2.5 itself keeps both rules


def test_dice_common_to_worlds_do_not_spread_them() -> None:
    draw = np.random.default_rng(5)
    (found,) = arms({"one": worlds(draw, np.full(64, -3.0), n=60, dice=2.0)}, Rule(0.0))
    assert found.p95 - found.p5 < 0.15 and found.median < 0.0
    assert found.holds == 0 and found.low == 0.0


def test_the_interval_of_the_share_holds_the_share_of_the_prior() -> None:
    """1,000 samples of 30 worlds: 95 % or more, by Clopper and Pearson."""
    draw = np.random.default_rng(6)
    ends = [arms({"log-uniform": np.exp(draw.uniform(-3.0, 0.0, 30))}, Rule(0.3))[0] for _ in range(1000)]
    truth = -math.log(0.3) / 3.0
    assert np.mean([arm.low <= truth <= arm.high for arm in ends]) >= 0.945
    medians = [arm.median_low <= math.exp(-1.5) <= arm.median_high for arm in ends]
    assert np.mean(medians) >= 0.945


def test_an_answer_stands_only_if_no_arm_speaks_against_it() -> None:
    yes, no = np.ones(60), np.zeros(60)
    mixed = np.r_[np.ones(30), np.zeros(30)]
    rule = Rule(0.5)
    assert stands(arms({"uniform": yes, "skeptical": yes}, rule), 0.9) == "holds"
    assert stands(arms({"uniform": no, "skeptical": mixed}, rule), 0.9) == "fails"
    assert stands(arms({"uniform": yes, "skeptical": no}, rule), 0.9) == "depends"
    assert stands(arms({"uniform": yes, "skeptical": mixed}, rule), 0.5) == "undecided"
    fifty_four = np.r_[np.ones(54), np.zeros(6)]  # 54 of 60 keep a rule of 0.9 as a point, not with its interval
    assert stands(arms({"uniform": fifty_four}, rule), 0.85) == "undecided"


def test_few_worlds_leave_the_median_open_and_plain_data_null() -> None:
    (found,) = arms({"few": [1.0, 2.0, 3.0]}, Rule(2.0))
    assert found.median == 2.0 and math.isinf(found.median_low) and math.isinf(found.median_high)
    assert found.as_dict()["median_high"] is None and found.as_dict()["name"] == "few"


def test_what_makes_no_table_is_refused() -> None:
    for samples, told in (
        ({}, "none was given"),
        ({"a": [1.0]}, "one world"),
        ({"a": [1.0, math.nan]}, "not every output is a number"),
    ):
        with pytest.raises(UsageError, match=told):
            arms(samples, Rule(0.0))
    with pytest.raises(UsageError, match="between 0 and 1"):
        stands([], 0.9)
