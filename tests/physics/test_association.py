"""Assignment against enumeration and SciPy; metrics against their axioms."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openiads.base.errors import InputError
from openiads.physics import association as a
from openiads.textbook import tracking

GATE = 30.0


def least_cost(cost, gate):
    """Least cost over every way to pair or leave rows, a row left alone costing the gate: by enumeration."""
    rows, columns = cost.shape
    best = np.inf
    for choice in itertools.product(range(-1, columns), repeat=rows):
        taken = [j for j in choice if j >= 0]
        if len(set(taken)) == len(taken):
            total = sum(gate if j < 0 else cost[i, j] for i, j in enumerate(choice))
            best = min(best, total)
    return best


def total_cost(pairs, cost, gate):
    return sum(cost[i, j] for i, j in pairs) + gate * (cost.shape[0] - len(pairs))


@pytest.mark.parametrize("shape", [(1, 1), (2, 4), (4, 2), (3, 3), (4, 4), (1, 5), (5, 1)])
def test_assignment_equals_enumeration_with_gated_pairs(shape):
    rng = np.random.default_rng(sum(shape))
    for _ in range(30):
        cost = rng.uniform(0, 60, shape)
        got = a.assignment(cost, GATE)
        assert total_cost(got.pairs, cost, GATE) == pytest.approx(least_cost(cost, GATE))
        assert all(cost[i, j] < GATE for i, j in got.pairs)
        assert got.cost == pytest.approx(sum(cost[i, j] for i, j in got.pairs))


@pytest.mark.parametrize("shape", [(20, 20), (12, 40), (40, 12), (64, 64)])
def test_assignment_equals_scipy_on_large_matrices(shape):
    rng = np.random.default_rng(7)
    for scale in (1.0, 1e6):
        cost = rng.exponential(scale, shape)
        rows, columns = linear_sum_assignment(cost)
        got = a.assignment(cost, 1e12)
        assert len(got.pairs) == min(shape)
        assert got.cost == pytest.approx(cost[rows, columns].sum(), rel=1e-12)


def test_ties_and_whole_numbers_are_solved():
    cost = np.random.default_rng(9).integers(0, 4, (15, 15)).astype(float)
    rows, columns = linear_sum_assignment(cost)
    assert a.assignment(cost).cost == cost[rows, columns].sum()


def test_no_row_or_column_is_used_twice_and_scratch_is_not_read():
    cost = np.random.default_rng(2).uniform(0, 50, (9, 6))
    row_to_col = np.full(9, 77, dtype=np.int64)
    values, indices = np.full((3, 20), np.nan), np.full((3, 20), -5, dtype=np.int64)
    paired = a.assign(cost, 9, 6, GATE, row_to_col, values, indices)
    used = row_to_col[row_to_col >= 0]
    assert paired == used.size == np.unique(used).size
    assert set(row_to_col.tolist()) <= set(range(-1, 6))


def test_only_the_named_corner_of_a_larger_matrix_is_read():
    cost = np.full((10, 10), np.nan)
    cost[:3, :4] = np.random.default_rng(5).uniform(0, 10, (3, 4))
    row_to_col = np.full(10, 77, dtype=np.int64)
    a.assign(cost, 3, 4, GATE, row_to_col, np.empty((3, 11)), np.empty((3, 11), dtype=np.int64))
    want = a.assignment(cost[:3, :4], GATE)
    assert [(i, int(j)) for i, j in enumerate(row_to_col[:3])] == want.pairs
    assert set(row_to_col[3:]) == {77}


def test_nothing_to_pair_is_fine():
    assert a.assignment(np.zeros((0, 3))).pairs == []
    assert a.assignment(np.zeros((3, 0))).pairs == []
    assert a.assignment(np.full((2, 2), 1e3), GATE).pairs == []
    assert tracking.greedy_assignment(np.full((2, 2), 1e3), GATE).pairs == []


def test_infinite_cost_is_never_chosen():
    cost = np.array([[np.inf, 5.0], [np.inf, 1.0]])
    assert a.assignment(cost, GATE).pairs == [(1, 1)]


def test_global_assignment_is_never_worse_than_greedy_and_sometimes_better():
    rng = np.random.default_rng(8)
    differences = []
    for _ in range(50):
        cost = rng.uniform(0, 10, (6, 6))
        differences.append(tracking.greedy_assignment(cost).cost - a.assignment(cost).cost)
    assert min(differences) > -1e-9
    assert max(differences) > 0.1


def test_bad_matrices_are_refused():
    for bad in ([1.0, 2.0], [[np.nan]], [[-np.inf]]):
        with pytest.raises(InputError):
            a.assignment(bad)
    with pytest.raises(InputError):
        a.assignment([[1.0]], np.inf)


def test_metrics_are_zero_for_equal_pictures_and_symmetric():
    rng = np.random.default_rng(3)
    one, two = rng.uniform(0, 100, (4, 2)), rng.uniform(0, 100, (6, 2))
    assert tracking.gospa(one, one[::-1], cutoff=20.0).value == pytest.approx(0.0)
    assert tracking.ospa(one, one[::-1], cutoff=20.0) == pytest.approx(0.0)
    assert tracking.gospa(one, two, cutoff=20.0).value == pytest.approx(tracking.gospa(two, one, cutoff=20.0).value)
    assert tracking.ospa(one, two, cutoff=20.0) == pytest.approx(tracking.ospa(two, one, cutoff=20.0))


def test_metrics_keep_the_triangle_inequality():
    rng = np.random.default_rng(6)
    for _ in range(40):
        x, y, z = (rng.uniform(0, 60, (rng.integers(1, 5), 2)) for _ in range(3))
        for metric in (tracking.ospa, lambda p, q, cutoff: tracking.gospa(p, q, cutoff=cutoff).value):
            assert metric(x, z, cutoff=25.0) <= metric(x, y, cutoff=25.0) + metric(y, z, cutoff=25.0) + 1e-9


def test_missed_and_false_tracks_are_told_apart():
    tracks, truths = [[0.0, 0.0], [500.0, 0.0]], [[1.0, 0.0], [100.0, 0.0], [200.0, 0.0]]
    got = tracking.gospa(tracks, truths, cutoff=10.0)
    assert (got.missed, got.false) == (2, 1)
    assert got.value**2 == pytest.approx(1.0 + 3 * 50.0)


def test_empty_pictures_have_defined_distances():
    assert tracking.ospa([], [], cutoff=5.0) == 0.0
    assert tracking.ospa([], [[1.0, 2.0]], cutoff=5.0) == 5.0
    assert tracking.gospa([], [], cutoff=5.0).value == 0.0
    with pytest.raises(InputError):
        tracking.ospa([], [], cutoff=0.0)
