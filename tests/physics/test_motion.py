"""Paths of flights: routes, terrain following, and reactions."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import direct, enu_axes, inverse, to_ecef, to_geodetic
from openiads.physics import motion, paths

A = math.radians(34.0), math.radians(35.0)
B = math.radians(35.0), math.radians(36.0)
C = math.radians(35.0), math.radians(37.0)


def states(table, count=200):
    times = np.linspace(table[0], motion.end_time(table, 0), count)
    return times, np.array([motion.state_at(table, 0, float(t)) for t in times])


def heights(rows):
    return np.array([to_geodetic(*row[:3].tolist())[2] for row in rows])


def test_a_level_route_keeps_its_height_and_ground_speed() -> None:
    table = paths.level_route([A, B, C], 9000.0, 250.0, 100.0)
    _, rows = states(table)
    assert np.abs(heights(rows) - 9000.0).max() < 0.5
    speed = np.sqrt((rows[:, 3:] ** 2).sum(axis=1)) / (1.0 + 9000.0 / 6.37e6)
    assert np.abs(speed - 250.0).max() < 0.3


def test_a_route_starts_and_ends_at_its_end_points_and_stays_there() -> None:
    table = paths.level_route([A, B, C], 9000.0, 250.0, 100.0)
    for t, place in ((100.0, A), (motion.end_time(table, 0), C)):
        lat, lon, _ = to_geodetic(*motion.position_at(table, 0, t))
        assert inverse(lat, lon, *place)[0] < 0.01
    before, after = motion.state_at(table, 0, -50.0), motion.state_at(table, 0, 1e6)
    assert before[:3] == motion.position_at(table, 0, 100.0)
    assert before[3:] == (0.0, 0.0, 0.0) and after[3:] == (0.0, 0.0, 0.0)


def test_a_leg_is_a_geodesic() -> None:
    table = paths.level_route([A, C], 0.0, 250.0)
    azimuth = inverse(*A, *C)[1]
    for t in (100.0, 333.3, 700.0):
        lat, lon = direct(*A, azimuth, 250.0 * t)
        gap = np.array(motion.position_at(table, 0, t)) - to_ecef(lat, lon, 0.0)
        assert math.sqrt((gap**2).sum()) < 0.01


def test_a_turn_keeps_to_the_load_limit() -> None:
    table = paths.level_route([A, B, C], 9000.0, 250.0, 0.0, load_limit=2.0)
    times, rows = states(table, 8000)
    load = np.sqrt((np.gradient(rows[:, 3:], times, axis=0) ** 2).sum(axis=1)) / 9.80665
    assert np.median(load[load > 1.0]) == pytest.approx(math.sqrt(3.0), rel=0.01)  # level part of 2 g
    assert load.max() < 2.0  # the cubic overshoots a little where the turn sets in


def test_interpolation_errs_less_than_half_a_meter() -> None:
    radius = 250.0**2 / (9.80665 * 2.0)

    def circle(t):
        a = 250.0 * t / radius
        return np.stack([radius * np.cos(a), radius * np.sin(a), 0.0 * t], axis=1)

    table = paths.tabulate(circle, 0.0, 100.0, 5.0)
    times = np.linspace(0.0, 100.0, 1234)
    rows = np.array([motion.state_at(table, 0, float(t)) for t in times])
    assert np.abs(rows[:, :3] - circle(times)).max() < 0.5
    assert np.abs(np.sqrt((rows[:, 3:] ** 2).sum(axis=1)) - 250.0).max() < 0.5


def test_tables_share_an_arena() -> None:
    first, second = paths.level_route([A, B], 9000.0, 250.0), paths.level_route([B, C], 500.0, 240.0, 7.0)
    arena = np.concatenate([first, second])
    assert motion.state_at(arena, len(first), 50.0) == motion.state_at(second, 0, 50.0)


def test_a_route_with_altitudes_climbs_between_its_points() -> None:
    table = paths.level_route([A, C], [1000.0, 9000.0], 250.0)
    _, rows = states(table, 50)
    h = heights(rows)
    assert np.all(np.diff(h) > 0.0)
    assert h[0] == pytest.approx(1000.0, abs=60.0) and h[-1] == pytest.approx(9000.0, abs=60.0)


@pytest.mark.parametrize(
    ("points", "altitude", "speed", "load"),
    [
        ([A], 100.0, 250.0, 2.0),
        ([A, A], 100.0, 250.0, 2.0),
        ([A, B], 100.0, 0.0, 2.0),
        ([A, B], 100.0, 250.0, 1.0),
        ([A, B, A], 100.0, 250.0, 2.0),
        ([A, B], [1.0, 2.0, 3.0], 250.0, 2.0),
    ],
)
def test_an_impossible_route_is_refused(points, altitude, speed, load) -> None:
    with pytest.raises(InputError):
        paths.level_route(points, altitude, speed, 0.0, load)


def test_a_terrain_follower_keeps_its_height_above_a_ridge_and_the_sea() -> None:
    def ridge(lat, lon):
        return np.maximum(800.0 * np.exp(-(((lat - math.radians(34.5)) / 0.001) ** 2)) - 30.0, 0.0)

    table = paths.terrain_following([A, B], 60.0, 240.0, ridge)
    _, rows = states(table, 600)
    places = [to_geodetic(*row[:3].tolist()) for row in rows]
    above = np.array([h - max(ridge(lat, lon), 0.0) for lat, lon, h in places])
    assert above.min() > 60.0 - 2.0
    assert above[:100].max() < 61.0  # over the sea it is just at its height
    assert max(h for _, _, h in places) > 800.0
    slope = np.diff(heights(rows)) / (240.0 * motion.end_time(table, 0) / 599)
    assert np.abs(slope).max() < 0.105


@pytest.mark.parametrize("place", [(34.0, 35.0), (-60.0, 170.0), (0.0, 0.0), (89.9, 10.0)])
@pytest.mark.parametrize("azimuth", [0.0, 1.0, 2.5, -1.7])
def test_an_exit_keeps_height_and_speed(place, azimuth) -> None:
    lat, lon = (math.radians(v) for v in place)
    axes = enu_axes(lat, lon)
    v = [250.0 * (math.sin(azimuth) * axes[k] + math.cos(azimuth) * axes[3 + k]) for k in range(3)]
    for since in (0.0, 5.0, 30.0, 400.0):
        out = motion.exit_path(*to_ecef(lat, lon, 9000.0), *v, since, 0.06, math.pi)
        assert to_geodetic(*out[:3])[2] == pytest.approx(9000.0, abs=5.0)
        assert math.sqrt(sum(c * c for c in out[3:])) == pytest.approx(250.0, abs=0.01)
    assert motion.exit_path(*to_ecef(lat, lon, 9000.0), *v, 0.0, 0.06, math.pi)[:3] == to_ecef(lat, lon, 9000.0)


def test_an_exit_to_the_left_and_to_the_right_mirror_each_other() -> None:
    x = to_ecef(0.0, 0.0, 9000.0)
    left = motion.exit_path(*x, 0.0, 250.0, 0.0, 60.0, 0.06, 2.0)
    right = motion.exit_path(*x, 0.0, 250.0, 0.0, 60.0, -0.06, 2.0)
    assert left[2] > 0.0  # flying east, left is north
    assert left[:2] == pytest.approx(right[:2], rel=1e-12) and left[2] == pytest.approx(-right[2], rel=1e-12)


def test_velocity_of_an_exit_is_the_derivative_of_its_position() -> None:
    x, v = to_ecef(0.6, 0.6, 9000.0), (100.0, 200.0, -50.0)
    for since in (3.0, 20.0, 90.0, 300.0):
        a = motion.exit_path(*x, *v, since - 0.05, 0.05, 2.5)
        b = motion.exit_path(*x, *v, since + 0.05, 0.05, 2.5)
        now = motion.exit_path(*x, *v, since, 0.05, 2.5)
        slope = (np.array(b[:3]) - np.array(a[:3])) / 0.1
        assert np.abs(slope - np.array(now[3:])).max() < 0.1


def test_a_flight_follows_its_table_until_it_reacts() -> None:
    table = paths.level_route([A, C], 9000.0, 250.0)
    never = (math.inf, 0.0, 0.0)
    assert motion.flight_state(table, 0, *never, 321.0) == motion.state_at(table, 0, 321.0)
    assert motion.flight_state(table, 0, 300.0, 0.05, 3.0, 300.0) == motion.state_at(table, 0, 300.0)
    calm = np.array(motion.flight_state(table, 0, *never, 400.0)[:3])
    turned = np.array(motion.flight_state(table, 0, 300.0, 0.05, 3.0, 400.0)[:3])
    assert math.sqrt(((calm - turned) ** 2).sum()) > 10_000.0
    straight = np.array(motion.flight_state(table, 0, 300.0, 0.0, 0.0, 400.0)[:3])
    assert math.sqrt(((calm - straight) ** 2).sum()) < 5.0


def test_local_up_agrees_with_the_geodetic_vertical() -> None:
    for lat, lon, h in ((0.6, 0.5, 0.0), (-1.2, 3.0, 30_000.0), (0.0, 0.0, 1000.0), (1.5707, 1.0, 20_000.0)):
        ux, uy, uz, height = motion.local_up(*to_ecef(lat, lon, h))
        up = enu_axes(lat, lon)[6:]
        assert max(abs(a - b) for a, b in zip((ux, uy, uz), up, strict=True)) < 1e-6
        assert height == pytest.approx(h, abs=0.5)
