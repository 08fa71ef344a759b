"""Sums that keep their digits: exact, whatever the order and the cut."""

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads.base.errors import UsageError
from openiads.statistics.intervals import mean_interval, student_quantile
from openiads.statistics.moments import Moments

FLOATS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=12)


@pytest.mark.parametrize("ratio", [1.0, 1e4, 1e8, 1e10, 1e12])
def test_a_mean_far_from_zero_costs_the_deviation_no_digit(ratio: float) -> None:
    """Mean over deviation of 1e10: right to 1e-6 (the values' own digits end at 1e-16 of them), where the sum of
    squares in floats has none left: it gives 0 or what is far off.
    """
    draws = ratio + np.random.default_rng(7).normal(0.0, 1.0, 500)
    exact = statistics.stdev(map(Fraction, draws.tolist()))
    found = Moments.of(draws.tolist())
    assert found.deviation == pytest.approx(float(exact), rel=1e-12)
    assert found.mean == pytest.approx(ratio, rel=1e-9, abs=0.2)
    low, high = mean_interval(found)
    assert (high - low) / 2.0 == pytest.approx(
        student_quantile(0.975, 499) * float(exact) / math.sqrt(500), rel=1e-6, abs=ratio * 2.0**-50
    )
    total, squares = math.fsum(draws), math.fsum(draws * draws)
    naive = (squares - total * total / 500) / 499
    if ratio >= 1e10:
        assert abs(naive - float(exact) ** 2) > 0.5 * float(exact) ** 2


@given(FLOATS, st.integers(0, 12), st.randoms())
def test_order_and_cut_change_nothing(values: list[float], cut: int, shuffle: object) -> None:
    mixed = list(values)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    whole = Moments.of(values)
    assert Moments.of(mixed[:cut]).merged(Moments.of(mixed[cut:])) == whole
    assert Moments.of(mixed[cut:]).merged(Moments.of(mixed[:cut])) == whole
    assert Moments().merged(whole) == whole


@given(FLOATS, st.floats(-1e6, 1e6))
def test_moments_are_those_of_exact_arithmetic(values: list[float], end: float) -> None:
    exact = [Fraction(v) for v in values]
    found, away = Moments.of(values), Moments.of(values).less(end)
    assert found.mean == float(sum(exact) / len(exact))
    assert away.mean == float(sum(v - Fraction(end) for v in exact) / len(exact))
    if len(values) > 1:
        assert found.variance == float(statistics.variance(exact)) == away.variance
    squares = sum((v - Fraction(end)) ** 2 for v in exact)
    assert away.weight == (float(sum(v - Fraction(end) for v in exact) ** 2 / squares) if squares else 0.0)


def test_counts_of_values_are_the_values() -> None:
    values = [0.1, 0.1, 3.0, -2.5, 0.1]
    assert Moments.of_counts({0.1: 3, 3.0: 1, -2.5: 1}) == Moments.of(values)
    assert math.isnan(Moments().mean) and Moments().variance == 0.0


def test_equal_values_do_not_spread_and_rounding_is_no_spread() -> None:
    assert not Moments.of([0.1] * 9).spreads
    assert not Moments.of([0.3, 0.1 + 0.2]).spreads
    assert Moments.of([1e10, 1e10 + 1e-4]).spreads


def test_what_has_no_mean_is_refused() -> None:
    for value in (math.inf, math.nan):
        with pytest.raises(UsageError, match="has no mean"):
            Moments.of([1.0, value])
