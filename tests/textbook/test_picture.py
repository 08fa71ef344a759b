"""Metrics of a track picture: exact small cases, and the axioms of a distance between sets."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError, UsageError
from openiads.textbook import gospa, ospa, picture_quality

#: Sets of up to four points of the plane.
SETS = st.lists(st.tuples(st.floats(-9.0, 9.0), st.floats(-9.0, 9.0)), max_size=4)
POWERS = st.sampled_from([1.0, 2.0, 3.0])
CUTOFFS = st.sampled_from([0.5, 3.0, 20.0])


def value(metric: str, a: list, b: list, cutoff: float, power: float) -> float:
    if metric == "ospa":
        return ospa(a, b, cutoff=cutoff, power=power)
    return gospa(a, b, cutoff=cutoff, power=power).value


def by_definition(metric: str, a: list, b: list, cutoff: float, power: float) -> float:
    """The least over all ways to pair the smaller set off, written out."""
    few, many = sorted((a, b), key=len)
    if not many:
        return 0.0
    ways = itertools.permutations(many, len(few))
    pairs = min(sum(min(cutoff, math.dist(x, y)) ** power for x, y in zip(few, way, strict=True)) for way in ways)
    if metric == "ospa":
        return ((pairs + cutoff**power * (len(many) - len(few))) / len(many)) ** (1.0 / power)
    return (pairs + cutoff**power / 2.0 * (len(many) - len(few))) ** (1.0 / power)


@pytest.mark.parametrize("metric", ["ospa", "gospa"])
@settings(max_examples=80, deadline=None)
@given(a=SETS, b=SETS, c=SETS, cutoff=CUTOFFS, power=POWERS)
def test_both_are_distances_between_sets(metric: str, a: list, b: list, c: list, cutoff: float, power: float) -> None:
    """Identity, symmetry, the triangle inequality, no order of points; and the least over all pairings."""
    ab, bc, ac = (value(metric, x, y, cutoff, power) for x, y in ((a, b), (b, c), (a, c)))
    assert value(metric, a, a[::-1], cutoff, power) == pytest.approx(0.0, abs=1e-12)
    assert value(metric, b, a, cutoff, power) == pytest.approx(ab)
    assert ac <= ab + bc + 1e-9
    assert ab == pytest.approx(by_definition(metric, a, b, cutoff, power), abs=1e-9)
    if sorted(set(a)) != sorted(set(b)) or len(a) != len(b):
        assert ab > 0.0 or all(math.dist(x, y) < 1e-9 for x, y in zip(sorted(a), sorted(b), strict=False))
    if metric == "ospa":
        assert ab <= cutoff + 1e-9


def test_small_cases_by_hand() -> None:
    assert ospa([], [], cutoff=5.0) == gospa([], [], cutoff=5.0).value == 0.0
    assert ospa([[0.0]], [], cutoff=5.0) == 5.0
    assert gospa([[0.0]], [], cutoff=5.0, power=1.0) == (2.5, 0.0, 0, 1)
    assert gospa([[0.0], [3.0]], [[1.0]], cutoff=5.0, power=1.0) == (3.5, 1.0, 0, 1)
    assert ospa([[0.0], [3.0]], [[1.0]], cutoff=5.0, power=1.0) == 3.0
    assert gospa([[0.0]], [[7.0]], cutoff=5.0, power=2.0) == pytest.approx((5.0, 0.0, 1, 1))
    with pytest.raises(InputError, match="cutoff above 0"):
        ospa([[0.0]], [[1.0]], cutoff=0.0)


def test_completeness_ambiguity_and_spuriousness_by_hand() -> None:
    """Two objects for three times: one held all the time, once by two tracks; the other once; one false track."""
    objects = np.array([[0.0, 0.0], [100.0, 0.0]])
    pictures = [
        ([[1.0, 0.0]], objects),
        ([[1.0, 0.0], [-1.0, 0.0], [101.0, 0.0]], objects),
        ([[0.0, 2.0], [500.0, 0.0]], objects),
    ]
    found = picture_quality(pictures, cutoff=10.0)
    assert found == pytest.approx((4 / 6, 5 / 4, 1 / 6))
    assert picture_quality(pictures, cutoff=1e4) == pytest.approx((5 / 6, 6 / 5, 0.0))
    assert picture_quality([(objects, objects)] * 3, cutoff=1.0) == (1.0, 1.0, 0.0)


def test_what_is_not_there_has_no_share() -> None:
    assert all(map(math.isnan, picture_quality([], cutoff=1.0)))
    nothing = picture_quality([([], [[0.0]])], cutoff=1.0)
    assert nothing.completeness == 0.0 and math.isnan(nothing.ambiguity) and math.isnan(nothing.spuriousness)
    false = picture_quality([([[0.0]], [])], cutoff=1.0)
    assert math.isnan(false.completeness) and false.spuriousness == 1.0
    with pytest.raises(UsageError, match="not above 0"):
        picture_quality([], cutoff=0.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SETS, SETS), max_size=4), CUTOFFS)
def test_shares_stay_in_their_range_and_a_wider_cutoff_holds_no_less(
    pictures: list[tuple[list, list]], cutoff: float
) -> None:
    near, far = (picture_quality(pictures, c) for c in (cutoff, 2.0 * cutoff))
    for found in (near, far):
        assert math.isnan(found.completeness) or 0.0 <= found.completeness <= 1.0
        assert math.isnan(found.ambiguity) or found.ambiguity >= 1.0
        assert math.isnan(found.spuriousness) or 0.0 <= found.spuriousness <= 1.0
    assert math.isnan(near.completeness) or far.completeness >= near.completeness
    assert math.isnan(near.spuriousness) or far.spuriousness <= near.spuriousness
