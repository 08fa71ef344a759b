"""Draws by name: same name, same draw; another name, an unrelated one."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from openiads.base.draws import (
    Purpose,
    actor_number,
    normals,
    pair,
    philox4x32,
    uniform,
    uniforms,
)

seeds = st.integers(0, 2**32 - 1)
actors = st.integers(0, 2**63 - 1)


@given(seed=seeds, replication=seeds, actor=actors, slot=seeds)
def test_a_draw_depends_on_its_name_alone(seed, replication, actor, slot):
    first = uniforms(seed, replication, Purpose.KILL, actor, slot)
    uniforms(seed + 1, replication, Purpose.KILL, actor, slot)
    assert uniforms(seed, replication, Purpose.KILL, actor, slot) == first
    assert all(0.0 < value < 1.0 for value in first)
    assert uniform(seed, replication, Purpose.KILL, actor, slot) == first[0]


@given(seed=seeds, replication=seeds, actor=actors, slot=seeds, part=st.integers(0, 4))
def test_changing_any_part_of_the_name_changes_all_four_values(seed, replication, actor, slot, part):
    name = [seed, replication, int(Purpose.KILL), actor, slot]
    other = list(name)
    other[part] = other[part] ^ 1
    assert uniforms(*name) != uniforms(*other)


def test_the_high_half_of_an_actor_number_counts():
    assert uniforms(1, 2, 3, 5, 4) != uniforms(1, 2, 3, 5 + 2**32, 4)
    assert uniforms(1, 2, 3, 5, 4) != uniforms(1, 2, 3, 5 + 2**62, 4)


def test_purposes_are_never_reused():
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_actor_numbers_are_stable_and_fit_a_signed_word():
    assert actor_number("flight/cruise[3]") == 0x70B8F8F8D1D5E1D6 or actor_number("flight/cruise[3]") > 0
    numbers = {actor_number(f"flight/cruise[{i}]") for i in range(10_000)}
    assert len(numbers) == 10_000
    assert all(0 <= number < 2**63 for number in numbers)


def test_a_block_is_a_bijection_of_its_counter():
    zero = np.uint64(0)
    blocks = {philox4x32(np.uint64(i), zero, zero, zero, np.uint64(7), zero) for i in range(3000)}
    assert len(blocks) == 3000


def sample(count: int) -> np.ndarray:
    return np.array([uniforms(3, r, Purpose.NOISE, 77, 5) for r in range(count)])


def test_uniforms_are_uniform_and_their_four_lanes_unrelated():
    values = sample(5000)
    assert stats.kstest(values.ravel(), "uniform").pvalue > 1e-4
    lanes = np.corrcoef(values.T) - np.eye(4)
    assert np.abs(lanes).max() < 4.9 / math.sqrt(5000)
    lag = np.corrcoef(values[:-1, 0], values[1:, 0])[0, 1]
    assert abs(lag) < 4.9 / math.sqrt(5000)


def test_draws_of_neighboring_actors_and_slots_are_unrelated():
    a = np.array([uniform(1, r, Purpose.KILL, 10, 0) for r in range(4000)])
    for other in ((11, 0), (10, 1)):
        b = np.array([uniform(1, r, Purpose.KILL, *other) for r in range(4000)])
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.9 / math.sqrt(4000)


@given(first=actors, second=actors)
def test_a_pair_is_ordered_and_fits_a_signed_word(first, second):
    assert 0 <= pair(first, second) < 2**62
    if first != second:
        assert pair(first, second) != pair(second, first)


def test_pairs_of_many_actors_do_not_collide():
    names = [actor_number(f"a{i}") for i in range(60)] + list(range(60))
    assert len({pair(a, b) for a in names for b in names}) == len(names) ** 2


def test_normals_are_standard_and_unrelated():
    values = np.array([normals(u, v) for u, v, _, _ in sample(5000)])
    for column in values.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(values.T)[0, 1]) < 4.9 / math.sqrt(5000)
    assert all(math.isfinite(x) for x in normals(2.0**-33, 1.0 - 2.0**-33))
