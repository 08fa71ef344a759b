"""Contributions to a coalition: sums that come out exactly, symmetry, and those who add nothing."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.statistics.coalitions import Coalition, ends, every, first_in, last_in, shapley


def drawn(n: int, replications: int = 30, seed: int = 1) -> dict[Coalition, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {each: rng.integers(0, 40, replications).astype(float) for each in every(n)}


@pytest.mark.parametrize("n", range(1, 7))
def test_shapley_values_add_up_to_what_all_gain_in_every_replication(n: int) -> None:
    values = drawn(n)
    whole = values[frozenset(range(n))] - values[frozenset()]
    found = shapley(values, n)
    assert np.abs(found.sum(axis=0) - whole).max() <= 1e-12 * 40
    assert np.array_equal(np.rint(found * math.factorial(n)).sum(axis=0), math.factorial(n) * whole)


@pytest.mark.parametrize("n", [2, 4])
def test_a_shapley_value_is_the_mean_over_all_orders_of_arrival(n: int) -> None:
    values = drawn(n, 5)
    orders = list(itertools.permutations(range(n)))
    for member in range(n):
        added = [
            values[frozenset(order[: order.index(member) + 1])] - values[frozenset(order[: order.index(member)])]
            for order in orders
        ]
        assert shapley(values, n)[member] == pytest.approx(np.mean(added, axis=0), abs=1e-12)


def test_who_adds_nothing_to_anybody_has_nothing_and_equals_have_equal_shares() -> None:
    values = {each: np.array([float(min(1, len(each - {2}))), 3.0 * len(each - {2})]) for each in every(3)}
    found = shapley(values, 3)
    assert (found[2] == 0.0).all() and (found[0] == found[1]).all()
    assert last_in(values, 3, 0).tolist() == [0.0, 3.0]  # the first replication: either of two is enough
    assert first_in(values, 0).tolist() == [1.0, 3.0]


def test_ends_hold_each_case_once_and_are_all_cases_of_up_to_three_but_their_middle() -> None:
    assert [len(ends(n)) for n in (1, 2, 3, 4, 9)] == [2, 4, 8, 10, 20]
    assert [len(every(n)) for n in (1, 2, 3, 6)] == [2, 4, 8, 64]
    assert every(5)[: len(ends(5))] == ends(5) and len(set(every(5))) == 32


def test_shapley_values_without_all_coalitions_are_refused() -> None:
    with pytest.raises(UsageError, match="6 of 16 coalitions have no value"):
        shapley({each: np.zeros(3) for each in ends(4)}, 4)
