"""Reach, flyout tables and feasible intercepts."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics import flyout, reach
from openiads.physics.windows import Shot, first_feasible
from physics.samples import changed, long_range_round

TABLE_RANGE = 200e3


@pytest.fixture(scope="module")
def table():
    return reach.flyout_table(long_range_round(), TABLE_RANGE, 36_000.0, 26, 10)


def place(ground_range, height):
    a, r = ground_range / SEMI_MAJOR, SEMI_MAJOR + height
    return r * math.cos(a), r * math.sin(a), 0.0


def coming(ground_range, height, pace):
    """ECEF state of a level target flying at the launcher."""
    a = ground_range / SEMI_MAJOR
    return (*place(ground_range, height), pace * math.sin(a), -pace * math.cos(a), 0.0)


def test_the_table_agrees_with_flights_between_its_nodes(table) -> None:
    body, kind = flyout.new_bodies(1)[0], reach._planning(long_range_round())
    for ground_range, height in ((33e3, 9e3), (71e3, 13e3), (118e3, 9500.0)):
        time, speed, load = reach.time_to_reach(table, 0, ground_range, height)
        flown = reach.arrive(body, kind, ground_range, height, 0.0, 0.5, 0.05)
        assert time == pytest.approx(flown[0], rel=0.03)
        assert speed == pytest.approx(flown[1], rel=0.1)
        assert load == pytest.approx(flown[2], rel=0.25)


def test_time_of_flight_grows_with_range(table) -> None:
    times = [reach.time_to_reach(table, 0, x, 10e3)[0] for x in np.linspace(5e3, 160e3, 30)]
    assert all(b > a for a, b in zip(times, times[1:], strict=False))


def test_outside_the_table_nothing_is_reached(table) -> None:
    for x, h in ((1e6, 1e3), (TABLE_RANGE, 1e3), (1e4, 1e5), (math.nan, 1e3)):
        assert reach.time_to_reach(table, 0, x, h) == (math.inf, 0.0, 0.0)
    assert reach.time_to_reach(table, 0, 3e4, -50.0) == reach.time_to_reach(table, 0, 3e4, 0.0)


def test_a_table_may_lie_anywhere_in_the_arena(table) -> None:
    arena = np.concatenate([np.full(17, np.nan), table])
    assert reach.time_to_reach(arena, 17, 5e4, 9e3) == reach.time_to_reach(table, 0, 5e4, 9e3)


NO_LIMITS = np.array([0.0, math.inf, -math.inf, math.inf])


def feasible(table, state, ready=10.0, load=9.8, least=400.0, horizon=300.0, ballistic=0, seen=5.0):
    shot = Shot(0, SEMI_MAJOR, 0.0, 0.0, ready, *state, seen, ballistic, load, least, horizon, 0.0, 0.0, 0.0)
    return first_feasible(table, NO_LIMITS, shot)


def test_the_first_feasible_intercept_is_where_round_and_target_meet(table) -> None:
    first, x, y, _, last = feasible(table, coming(180e3, 10e3, 250.0))
    reached = SEMI_MAJOR * math.atan2(y, x)
    assert reached == pytest.approx(180e3 - 250.0 * (first - 5.0) * SEMI_MAJOR / (SEMI_MAJOR + 10e3), abs=400.0)
    time, speed, load = reach.time_to_reach(table, 0, reached, 10e3)
    assert time == pytest.approx(first - 10.0, abs=0.5)
    assert speed >= 400.0 and load >= 3 * 9.8 and last > first


def test_a_later_launch_never_meets_earlier(table) -> None:
    firsts = [feasible(table, coming(180e3, 10e3, 250.0), ready=r)[0] for r in (5.0, 20.0, 60.0)]
    assert firsts == sorted(firsts)


def test_more_load_asked_for_never_widens_the_window(table) -> None:
    windows = []
    for load in (5.0, 20.0, 60.0, 200.0):
        first, _, _, _, last = feasible(table, coming(150e3, 15e3, 250.0), load=load)
        windows.append(last - first if first < math.inf else 0.0)
    assert windows == sorted(windows, reverse=True) and windows[0] > 0.0 and windows[-1] == 0.0


def test_a_target_that_flies_away_or_stays_out_of_reach_is_not_feasible(table) -> None:
    x, y, z, u, v, w = coming(150e3, 10e3, 250.0)
    assert feasible(table, (x, y, z, -4 * u, -4 * v, -4 * w))[0] == math.inf
    assert feasible(table, coming(190e3, 60e3, 250.0))[0] == math.inf


def test_a_falling_target_is_met_before_it_lands(table) -> None:
    x, y, z = place(40e3, 60e3)
    first, px, py, pz, last = feasible(table, (x, y, z, -900.0, -700.0, 0.0), load=5.0, ballistic=1, horizon=90.0)
    assert first < last < math.inf
    assert math.sqrt(px * px + py * py + pz * pz) > SEMI_MAJOR
    assert first > 10.0


def test_a_launch_may_wait_for_the_time_to_spare_at_the_first_feasible_point(table) -> None:
    """A falling target is first met where there is air to turn in, long after a round could be there."""
    falling = (*place(40e3, 90e3), -900.0, -700.0, 0.0)
    first, x, y, z, _ = feasible(table, falling, load=20.0, least=300.0, ballistic=1, horizon=120.0)
    spare = reach.slack(table, 0, SEMI_MAJOR, 0.0, 0.0, x, y, z, first - 10.0, 20.0, 300.0, NO_LIMITS)
    assert spare > 10.0
    held = feasible(table, falling, ready=10.0 + spare - 1.0, load=20.0, least=300.0, ballistic=1, horizon=120.0)
    assert held[0] == pytest.approx(first, abs=0.2)
    late = feasible(table, falling, ready=10.0 + spare + 8.0, load=20.0, least=300.0, ballistic=1, horizon=120.0)
    assert late[0] > first + 1.0


@pytest.mark.compiled_only  # hundreds of whole flights
def test_reach_of_the_fitted_round_is_as_published() -> None:
    kind = long_range_round()
    distance = reach.greatest_range(kind)
    peak, apogee, _ = reach.long_shot(kind, distance)
    assert 195e3 < distance < 200e3
    assert 1900.0 < peak < 2100.0
    assert 30e3 < apogee < 40e3
    assert 27e3 < reach.ceiling(kind, distance) < 30e3
    assert reach.minimum_range(kind) < 5e3


@pytest.mark.compiled_only  # hundreds of whole flights
def test_more_drag_and_less_lift_reach_less() -> None:
    kind = long_range_round()
    heavy, weak = changed(cd=1.2), changed(cn_max=1.0)
    assert reach.greatest_range(heavy) < reach.greatest_range(kind)
    assert reach.ceiling(weak, 150e3) < reach.ceiling(kind, 150e3)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError):
        reach.flyout_table(long_range_round(), 0.0)


@pytest.mark.parametrize(("least", "greatest"), [(25.0, 27e3), (10.0, 6e3), (5.0, 15e3), (300.0, 35e3), (40e3, 150e3)])
def test_a_range_is_told_at_a_height_where_the_round_may_meet_its_target(least: float, greatest: float) -> None:
    """Expected: 10 km for every round that goes well beyond it, and always between its own limits."""
    height = reach.range_height(least, greatest)
    assert least <= height <= greatest
    assert height == 10_000.0 or not (least <= 10_000.0 <= 0.5 * greatest)


def test_a_flyout_table_holds_the_greatest_height_of_every_round() -> None:
    for greatest in np.arange(1e3, 36e3, 500.0):
        assert reach.table_height(float(greatest)) == 36_000.0  # as it always was for rounds in the air
    for greatest in np.arange(41e3, 200e3, 1e3):
        assert reach.table_height(float(greatest)) > greatest


@pytest.mark.parametrize("seconds", [0.0, 10.0, 40.0, 100.0])
def test_a_round_with_a_sustainer_is_known_to_slow_only_after_it(seconds: float) -> None:
    """Expected: the distance over which it slows is that of a coasting body, tens of kilometers and more, and it meets
    its target; measured before the motors ended it came out as 0, and no far shot arrived."""
    row = changed(sustain_time=seconds, sustain_propellant=2.0 * seconds, sustain_thrust=5e3 if seconds else 0.0)
    assert row["slow_length"] > 10e3
    assert reach.meeting(row, 120e3)[0] < math.inf


def test_a_slowing_that_is_given_is_kept() -> None:
    assert changed(slow_length=300e3)["slow_length"] == 300e3
    assert changed(slow_length=300e3)["burnout_speed"] == changed()["burnout_speed"]
