"""Closed forms of identification: integrals, limits, the kernels that say the same, domains."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from openiads import textbook
from openiads.base.errors import InputError
from openiads.world.identity import silence

PRIOR = (0.3, 0.2, 0.5)
EVIDENCE = ((0.999, 0.011, 0.98), (0.95, 0.7, 0.05), (0.9, 0.6, 0.15))

# ------------------------------------------------------------------ belief


def test_belief_does_not_depend_on_order_or_scale_and_is_bayes_rule() -> None:
    found = textbook.belief_after(PRIOR, EVIDENCE)[-1]
    weights = np.array(PRIOR) * np.prod(EVIDENCE, axis=0)
    assert found == pytest.approx(weights / weights.sum(), rel=1e-13)
    assert textbook.belief_after(PRIOR, EVIDENCE[::-1])[-1] == pytest.approx(found, rel=1e-13)
    scaled = [[1e-200 * p for p in row] for row in EVIDENCE]
    assert textbook.belief_after([1e150 * p for p in PRIOR], scaled)[-1] == pytest.approx(found, rel=1e-12)


def test_thousands_of_signs_neither_underflow_nor_exclude_what_a_cap_keeps() -> None:
    told = textbook.belief_after([1.0, 1.0], [[1e-9, 1.0]] * 1000)
    assert told[-1] == [0.0, 1.0]
    capped = textbook.belief_after([1.0, 1.0], [[0.0, 1.0]], cap=math.log(100.0))[-1]
    assert capped[0] == pytest.approx(1.0 / 101.0, rel=1e-12)
    assert textbook.belief_after([0.0, 1.0], [[1.0, 0.5]])[-1] == [0.0, 1.0]
    assert textbook.belief_after(PRIOR, []) == []


def test_silence_is_that_of_the_posts_generator_and_stays_above_the_share_of_broken_boxes() -> None:
    for fails in (0.0, 0.01, 0.5, 1.0):
        for lost in (0.0, 0.05, 1.0):
            found = [textbook.no_reply(fails, lost, n) for n in range(12)]
            assert found == pytest.approx([silence(fails, lost, n) for n in range(12)], rel=1e-13)
            assert found[0] == 1.0
            assert min(found) >= fails
            assert np.all(np.diff(found) <= 0.0)


# ------------------------------------------------------------------ two errors


def test_the_area_under_the_curve_is_its_integral() -> None:
    for separation in (-1.0, 0.0, 0.5, 2.0, 6.0):

        def slope(t: float, d: float = separation) -> float:
            density = math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi)
            return density * (1.0 - textbook.operating_point(d, t).hold_hostile)

        assert textbook.roc_area(separation) == pytest.approx(quad(slope, -12.0, 12.0)[0], rel=1e-9)


def test_a_higher_threshold_spares_civil_flights_and_holds_fire_without_a_cliff() -> None:
    found = np.array([textbook.operating_point(2.0, t) for t in np.linspace(-9.0, 11.0, 4001)])
    assert np.all(np.diff(found[:, 0]) <= 0.0)
    assert np.all(np.diff(found[:, 1]) >= 0.0)
    assert np.abs(np.diff(found, axis=0)).max() < 0.003
    assert textbook.operating_point(2.0, math.inf) == (0.0, 1.0)
    assert textbook.operating_point(2.0, -math.inf) == (1.0, 0.0)
    assert textbook.operating_point(0.0, 30.0).shoot_civil == pytest.approx(4.906713927148187e-198, rel=1e-9)


def test_the_price_is_the_slope_of_the_curve_of_losses_against_leakers() -> None:
    for threshold in (-1.0, 0.3, 2.0):
        low, high = (textbook.trade(120.0, 24.0, 0.8, 2.0, threshold + step) for step in (-1e-5, 1e-5))
        slope = (high.civil_lost - low.civil_lost) / (low.leakers - high.leakers)
        assert textbook.trade(120.0, 24.0, 0.8, 2.0, threshold).price == pytest.approx(slope, rel=1e-6)


def test_prices_at_the_edges() -> None:
    assert textbook.trade(0.0, 24.0, 0.8, 2.0, 1.0)[::2] == (0.0, 0.0)
    assert textbook.trade(10.0, 0.0, 0.8, 2.0, 1.0).price == math.inf
    assert math.isnan(textbook.trade(0.0, 0.0, 0.8, 2.0, 1.0).price)
    assert textbook.trade(10.0, 1.0, 0.5, 2.0, -1000.0).price == math.inf
    assert textbook.trade(10.0, 8.0, 0.0, 2.0, 1.0)[:2] == (0.0, 8.0)


def test_the_threshold_of_least_cost_is_the_minimum_and_lies_where_belief_is_just_enough() -> None:
    flights, costs = (120.0, 24.0), (5.0, 2.0)

    def cost(t: float) -> float:
        found = textbook.trade(*flights, 0.8, 1.5, t)
        return costs[0] * found.civil_lost + costs[1] * found.leakers

    best = textbook.least_cost_threshold(*flights, 1.5, *costs)
    assert best == pytest.approx(minimize_scalar(cost, bounds=(-5.0, 8.0), method="bounded").x, abs=1e-4)
    ratio = math.exp(1.5 * best - 0.5 * 1.5**2)  # likelihood hostile over civil
    belief = textbook.belief_after(flights[::-1], [(ratio, 1.0)])[0][0]
    assert belief == pytest.approx(textbook.least_cost_belief(*costs), rel=1e-12)
    assert textbook.trade(*flights, 0.8, 1.5, best).price == pytest.approx(costs[1] / costs[0], rel=1e-12)


# ------------------------------------------------------------------ notice


def test_a_notice_late_or_never_saves_nobody_and_a_perfect_one_everybody() -> None:
    assert textbook.notice_in_time(1.0, 0.0, 0.0) == 1.0
    assert textbook.notice_in_time(0.9, 120.0, 0.0) == 0.0
    assert textbook.notice_in_time(0.9, math.inf, math.inf) == 0.0
    assert textbook.notice_in_time(0.9, 120.0, math.inf) == pytest.approx(0.9, rel=1e-15)
    assert textbook.notice_in_time(0.9, 120.0, 60.0, channels=0) == 0.0
    assert textbook.engaged_despite_notice(0.05, textbook.notice_in_time(1.0, 1.0, math.inf)) == 0.0


def test_two_lines_are_two_chances() -> None:
    one = textbook.notice_in_time(0.6, 100.0, 50.0)
    assert textbook.notice_in_time(0.6, 100.0, 50.0, channels=2) == pytest.approx(1.0 - (1.0 - one) ** 2, rel=1e-13)
    times = np.linspace(0.0, 900.0, 901)
    known = np.array([textbook.notice_in_time(0.9, 120.0, t) for t in times])
    assert np.all(np.diff(known) > 0.0)
    assert np.diff(known).max() <= 0.9 / 120.0


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (textbook.belief_after, ([0.0, 0.0], [])),
        (textbook.belief_after, ([1.0, 1.0], [[1.0]])),
        (textbook.belief_after, ([1.0, 0.0], [[0.0, 1.0]])),
        (textbook.belief_after, ([1.0, -1.0], [])),
        (textbook.no_reply, (1.1, 0.0, 1)),
        (textbook.no_reply, (0.1, 0.0, -1)),
        (textbook.operating_point, (math.nan, 0.0)),
        (textbook.operating_point, (math.inf, 0.0)),
        (textbook.roc_area, (math.nan,)),
        (textbook.trade, (-1.0, 1.0, 0.5, 1.0, 0.0)),
        (textbook.trade, (1.0, 1.0, 1.5, 1.0, 0.0)),
        (textbook.least_cost_threshold, (1.0, 1.0, 0.0, 1.0, 1.0)),
        (textbook.least_cost_threshold, (1.0, 1.0, 1.0, 0.0, 1.0)),
        (textbook.least_cost_belief, (0.0, 0.0)),
        (textbook.notice_in_time, (1.2, 1.0, 1.0)),
        (textbook.notice_in_time, (0.9, -1.0, 1.0)),
        (textbook.notice_in_time, (0.9, 1.0, math.nan)),
        (textbook.notice_in_time, (0.9, 1.0, 1.0, 1.5)),
        (textbook.engaged_despite_notice, (0.5, 1.5)),
    ],
)
def test_what_lies_outside_the_domain_is_refused(function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        function(*given)
