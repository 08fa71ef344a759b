"""Meeting a moving target."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.physics.encounter import closest_approach, firing_opportunities, intercept_time, lead_point

place = st.floats(-1e5, 1e5)
pace = st.floats(-800.0, 800.0)


@given(place, place, place, pace, pace, pace, st.floats(1.0, 3000.0))
def test_round_and_target_are_at_the_same_place_at_the_intercept(x, y, z, u, v, w, speed) -> None:
    t, px, py, pz = lead_point(x, y, z, u, v, w, speed)
    assert t >= 0.0
    if t < 1e5:
        assert math.sqrt(px * px + py * py + pz * pz) == pytest.approx(speed * t, rel=1e-6, abs=1e-3)


@given(place, place, place, pace, pace, pace, st.floats(1.0, 3000.0))
def test_no_earlier_meeting_exists(x, y, z, u, v, w, speed) -> None:
    t = intercept_time(x, y, z, u, v, w, speed)
    end = min(t, 5000.0)
    for k in range(1, 50):
        s = end * k / 50.0
        gap = math.sqrt((x + s * u) ** 2 + (y + s * v) ** 2 + (z + s * w) ** 2) - speed * s
        assert gap > -1e-5 * (1.0 + speed * s)


def test_a_faster_round_always_meets_and_a_slower_one_only_from_ahead() -> None:
    assert intercept_time(1e4, 0.0, 0.0, 300.0, 0.0, 0.0, 301.0) == pytest.approx(1e4)
    assert intercept_time(1e4, 0.0, 0.0, 300.0, 0.0, 0.0, 299.0) == math.inf
    assert intercept_time(1e4, 0.0, 0.0, -300.0, 0.0, 0.0, 100.0) == pytest.approx(25.0)
    assert intercept_time(0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0) == 0.0


def test_equal_speeds_are_no_special_case() -> None:
    near = [intercept_time(2e4, 5e3, 0.0, -300.0, 0.0, 0.0, 300.0 + d) for d in (-1e-9, 0.0, 1e-9)]
    assert near[0] == pytest.approx(near[1], rel=1e-9) and near[2] == pytest.approx(near[1], rel=1e-9)
    assert intercept_time(2e4, 0.0, 0.0, 300.0, 0.0, 0.0, 300.0) == math.inf


def test_closest_approach_lies_within_the_step() -> None:
    assert closest_approach(-100.0, 30.0, 0.0, 50.0, 0.0, 0.0, 10.0) == pytest.approx((2.0, 30.0))
    assert closest_approach(-100.0, 30.0, 40.0, 50.0, 0.0, 0.0, 2.0)[0] == 2.0
    assert closest_approach(100.0, 0.0, 0.0, 50.0, 0.0, 0.0, 10.0) == (0.0, 100.0)
    assert closest_approach(3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 10.0) == (0.0, 5.0)


@given(
    detection=st.floats(2e4, 4e5),
    target=st.floats(50.0, 1500.0),
    round_=st.floats(300.0, 2500.0),
    reaction=st.floats(0.0, 30.0),
    assessment=st.floats(0.0, 40.0),
    farthest=st.floats(1e4, 2e5),
    nearest=st.floats(500.0, 9e3),
)
def test_opportunities_come_at_the_ranges_of_a_geometric_series_and_stop_at_the_last(
    detection, target, round_, reaction, assessment, farthest, nearest
) -> None:
    """m' = (m - a Vt) s with s = Vm / (Vm + Vt): m + a Vm shrinks by s from each intercept to the next."""
    share = round_ / (round_ + target)
    first = min((detection - reaction * target) * share, farthest)
    found = firing_opportunities(detection, target, round_, reaction, assessment, farthest, nearest)
    lead = assessment * round_
    series = [share**k * (first + lead) - lead for k in range(len(found) + 1)]
    assert found == pytest.approx(series[:-1], rel=1e-6, abs=1e-3)
    assert series[-1] < nearest + 1e-3
    if found:
        assert found[-1] >= nearest
        exact = math.log((nearest + lead) / (first + lead)) / math.log(share)
        if abs(exact - round(exact)) > 1e-6:
            assert len(found) == math.floor(exact) + 1


def test_opportunities_are_counted_exactly() -> None:
    """150 km, 300 m/s against 1,200 m/s, 15 s to react: by hand, for an assessment of 0, 10 and 30 s."""
    counts = [len(firing_opportunities(1.5e5, 300.0, 1200.0, 15.0, a, 7.5e4, 5e3)) for a in (0.0, 10.0, 30.0)]
    assert counts == [13, 8, 5]


def test_a_longer_assessment_never_gives_more_opportunities() -> None:
    counts = [len(firing_opportunities(1.5e5, 300.0, 1200.0, 15.0, float(a), 7.5e4, 5e3)) for a in range(0, 60, 5)]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1] > 0


def test_nothing_is_fired_at_what_is_seen_too_late() -> None:
    assert firing_opportunities(3000.0, 300.0, 900.0, 12.0, 6.0, 4.5e4, 2000.0) == []
    with pytest.raises(InputError):
        firing_opportunities(3000.0, 300.0, 0.0, 12.0, 6.0, 4.5e4, 2000.0)
    with pytest.raises(InputError):
        firing_opportunities(3000.0, 300.0, 900.0, 12.0, 0.0, 4.5e4, 0.0)
