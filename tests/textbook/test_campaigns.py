"""Closed forms of campaigns: convolutions, balance of flows, enumeration, limits, domains."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, poisson

from openiads import textbook
from openiads.base.errors import InputError

# ------------------------------------------------------------------ stocks


def test_days_of_a_stock_without_resupply_are_its_whole_quotient() -> None:
    for stock in range(0, 60, 7):
        assert textbook.stock_days(stock, 5, 2.0) == stock // 10
    assert textbook.stock_days(13, 10, 1.3) == 1
    assert textbook.stock_days(39, 10, 1.3) == 3
    assert textbook.stock_days(0.3, 0.1, 1.0) == 3  # whatever the digits of a tenth


def test_more_of_anything_good_never_shortens_a_stock() -> None:
    def days(**changes: float) -> int:
        return textbook.stock_days(**{"stock": 96, "threats": 10, "rounds": 1.9, "resupply": 8, "cap": 96, **changes})

    for name, values in (("stock", range(0, 200, 5)), ("resupply", range(25)), ("cap", range(0, 200, 5))):
        assert np.all(np.diff([days(**{name: value}) for value in values]) >= 0)
    assert np.all(np.diff([days(rounds=r) for r in np.linspace(0.0, 5.0, 51)]) <= 0)
    assert days(rounds=0.0) == days(resupply=19) == 10_000
    assert days(resupply=19, cap=10) == 1  # what cannot be kept does not help
    assert days(rounds=0.0, most=30) == 30


def test_a_stock_out_with_one_round_each_is_a_poisson_tail_to_its_last_digits() -> None:
    for mean in (0.3, 6.0, 60.0, 2000.0):
        for stock in (0, 3, 20, 100, 2500):
            found = textbook.stock_out(mean, 1.0, [0.0, 1.0], stock).probability
            assert found == pytest.approx(poisson.sf(stock, mean), rel=1e-9, abs=1e-290)


def test_a_compound_sum_is_the_sum_over_numbers_of_threats() -> None:
    law = [0.1, 0.5, 0.0, 0.4]
    one, total, found = np.array([1.0]), np.zeros(400), textbook.stock_out(4.0, 2.0, law, 21)
    for threats in range(100):
        total[: len(one)] += poisson.pmf(threats, 8.0) * one
        one = np.convolve(one, law)
    assert found.probability == pytest.approx(total[22:].sum(), rel=1e-10)
    assert found.mean == pytest.approx(float(np.arange(400) @ total), rel=1e-10)
    assert found.deviation**2 == pytest.approx(float(np.arange(400) ** 2 @ total) - found.mean**2, rel=1e-9)


def test_stock_outs_at_the_edges() -> None:
    assert textbook.stock_out(0.0, 5.0, [0.0, 1.0], 0) == (0.0, 0.0, 0.0)
    assert textbook.stock_out(5.0, 5.0, [1.0], 0).probability == 0.0
    assert textbook.stock_out(5.0, 5.0, [1.0, 0.0], 0).probability == 0.0
    assert textbook.stock_out(5000.0, 1.0, [0.0, 1.0], 10).probability == 1.0
    odd = textbook.stock_out(2.0, 1.0, [0.0, 0.0, 1.0], 3).probability  # three rounds serve one threat of two
    assert odd == pytest.approx(poisson.sf(1, 2.0), rel=1e-12)


# ------------------------------------------------------------------ repair


def test_with_a_crew_for_each_machine_they_fail_by_themselves() -> None:
    share = 5.0 / 35.0
    for crews in (4, 9):
        found = textbook.machines_down(4, 30.0, 5.0, crews)
        assert found == pytest.approx(binom.pmf(range(5), 4, share), rel=1e-12)


def test_flows_between_neighboring_states_balance() -> None:
    for machines, crews in ((1, 1), (5, 2), (300, 7)):
        found = textbook.machines_down(machines, 20.0, 3.0, crews)
        assert sum(found) == pytest.approx(1.0, abs=1e-12)
        for k in range(machines):
            up, down = found[k] * (machines - k) / 20.0, found[k + 1] * min(k + 1, crews) / 3.0
            assert up == pytest.approx(down, rel=1e-9, abs=1e-300)


def test_repair_at_the_edges() -> None:
    assert textbook.machines_down(3, math.inf, 5.0, 1) == [1.0, 0.0, 0.0, 0.0]
    assert textbook.machines_down(3, 30.0, 0.0, 1) == [1.0, 0.0, 0.0, 0.0]
    assert textbook.machines_down(3, 30.0, 5.0, 0) == [0.0, 0.0, 0.0, 1.0]
    assert textbook.machines_down(0, 30.0, 5.0, 1) == [1.0]


# ------------------------------------------------------------------ cost and attrition


def test_rounds_and_kills_of_a_threat_are_those_of_an_enumeration() -> None:
    for kill in (0.0, 1e-12, 0.3, 1.0):
        for salvo, looks in ((1, 1), (2, 3), (4, 2)):
            rounds, alive = 0.0, 1.0
            for _ in range(looks):
                rounds += salvo * alive
                alive *= (1.0 - kill) ** salvo
            found = textbook.cost_exchange(kill, salvo, looks, 3.0, 2.0)
            assert found.rounds == pytest.approx(rounds, rel=1e-9)
            assert found.kill == pytest.approx(1.0 - alive, rel=1e-3, abs=1e-15)
    assert textbook.cost_exchange(0.0, 2, 2, 1.0, 1.0) == (4.0, 0.0, math.inf)
    assert math.isnan(textbook.cost_exchange(0.0, 2, 2, 0.0, 1.0).ratio)
    assert textbook.cost_exchange(0.5, 1, 1, 0.0, 1.0).ratio == 0.0


def test_a_defense_a_little_too_small_spirals_down_and_one_a_little_larger_never_leaks() -> None:
    small = textbook.raid_days(4.0, 21.0, 5.0, 0.4, 0.3, 30)
    large = textbook.raid_days(4.0, 20.0, 5.0, 0.4, 0.3, 30)
    assert small.leakers[0] == 1.0
    assert small.leakers[-1] > 15.0
    assert min(small.units) >= 0.0
    assert large.leakers == [0.0] * 30
    assert large.units == [4.0] * 30
    more = textbook.raid_days(4.0, 0.0, 5.0, 0.4, 0.3, 9, cap=5.0).units
    assert more[-1] == pytest.approx(5.0)
    assert textbook.raid_days(4.0, 21.0, 5.0, 0.4, 0.3, 0) == ([], [])


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (textbook.stock_days, (-1, 1, 1.0)),
        (textbook.stock_days, (1, 1, math.inf)),
        (textbook.stock_days, (1, 1, 1.0, 0.0, -1.0)),
        (textbook.stock_out, (1.0, -1.0, [0.0, 1.0], 1)),
        (textbook.stock_out, (1.0, 1.0, [0.5], 1)),
        (textbook.stock_out, (1.0, 1.0, [0.0, 1.0], 1.5)),
        (textbook.stock_out, (1e9, 1.0, [0.0, 1.0], 1)),
        (textbook.machines_down, (-1, 30.0, 5.0, 1)),
        (textbook.machines_down, (3, 0.0, 5.0, 1)),
        (textbook.machines_down, (3, 30.0, 5.0, 0.5)),
        (textbook.cost_exchange, (0.5, 0, 1, 1.0, 1.0)),
        (textbook.cost_exchange, (0.5, 1, 1, 1.0, 0.0)),
        (textbook.cost_exchange, (1.5, 1, 1, 1.0, 1.0)),
        (textbook.raid_days, (-1.0, 1.0, 1.0, 1.0, 1.0, 1)),
        (textbook.raid_days, (1.0, 1.0, 1.0, 1.0, 1.0, -1)),
        (textbook.raid_days, (1.0, math.nan, 1.0, 1.0, 1.0, 1)),
    ],
)
def test_what_lies_outside_the_domain_is_refused(function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        function(*given)
