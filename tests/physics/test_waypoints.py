"""Paths through positions at given times: where they lead, how fast, and what averaging does to a corner."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import direct, inverse, to_ecef, to_geodetic
from openiads.physics.motion import end_time, state_at
from openiads.physics.waypoints import WINDOW, normals_of, positions_of, timed_path

SPEED, HEIGHT = 230.0, 10_000.0


def straight(start: tuple[float, float], course: float, every: float, count: int, climb: float = 0.0):
    """Times, normals and heights of a geodesic flown at one speed."""
    times = np.arange(count) * every
    lat, lon = direct(*np.radians(start), math.radians(course), SPEED * times)
    return times, normals_of(np.asarray(lat), np.asarray(lon)), HEIGHT + climb * times


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 0.0), (34.9, 35.9), (-89.99, 12.0), (90.0, 0.0), (51.0, 179.999)])
def test_places_of_normals_are_those_of_latitude_and_longitude(lat: float, lon: float) -> None:
    p, q = math.radians(lat), math.radians(lon)
    normals = normals_of(np.array([p]), np.array([q]))
    assert positions_of(3.0 * normals, np.array([HEIGHT]))[0] == pytest.approx(to_ecef(p, q, HEIGHT), abs=1e-6)


@pytest.mark.parametrize("start", [(34.9, 35.9), (52.0, 179.5), (89.5, 30.0), (-0.1, -179.9)])
@pytest.mark.parametrize("every", [1.0, 10.0, 60.0, 300.0])
def test_a_straight_flight_is_flown_at_its_speed_and_height(start: tuple[float, float], every: float) -> None:
    """Chords of normals are not quite geodesics, and not quite even: beyond 60 s some meters."""
    times, normals, heights = straight(start, 70.0, every, 12)
    table = timed_path(times, normals, heights)
    angle = SPEED * every / 6.37e6
    allowed = 2.0 + 0.02 * 6.37e6 * angle**3  # of a chord's parameter against its arc, and of the ellipsoid
    for t in np.linspace(times[0] + WINDOW, times[-1] - WINDOW, 37):
        x, y, z, u, v, w = state_at(table, 0, float(t))
        lat, lon, height = to_geodetic(x, y, z)
        wanted = direct(*np.radians(start), math.radians(70.0), SPEED * t)
        assert inverse(lat, lon, float(wanted[0]), float(wanted[1]))[0] < allowed
        assert height == pytest.approx(HEIGHT, abs=0.5)
        level = SPEED * (1.0 + HEIGHT / 6.37e6)
        assert math.sqrt(u * u + v * v + w * w) == pytest.approx(level, rel=4e-3)
    assert end_time(table, 0) == pytest.approx(times[-1])


def test_it_begins_and_ends_where_it_was() -> None:
    times, normals, heights = straight((34.9, 35.9), 70.0, 10.0, 12, climb=10.0)
    table = timed_path(times + 100.0, normals, heights)
    places = positions_of(normals, heights)
    for t, k in ((100.0, 0), (100.0 + float(times[-1]), -1)):
        assert np.linalg.norm(np.array(state_at(table, 0, t)[:3]) - places[k]) < 0.1


def test_a_corner_is_cut_by_an_eighth_of_the_window_times_the_change_of_velocity() -> None:
    times, first, heights = straight((34.9, 35.9), 0.0, 60.0, 3)
    corner = direct(*np.radians((34.9, 35.9)), 0.0, SPEED * 120.0)
    lat, lon = direct(float(corner[0]), float(corner[1]), math.pi / 2.0, SPEED * np.array([60.0, 120.0]))
    normals = np.vstack([first, normals_of(np.asarray(lat), np.asarray(lon))])
    table = timed_path(np.arange(5) * 60.0, normals, np.full(5, HEIGHT), step=0.5)
    there = positions_of(normals[2:3], np.array([HEIGHT]))[0]
    off = np.linalg.norm(np.array(state_at(table, 0, 120.0)[:3]) - there)
    change = math.sqrt(2.0) * SPEED * (1.0 + HEIGHT / 6.37e6)
    assert off == pytest.approx(change * WINDOW / 8.0, rel=0.01)
    # straight again half a window later
    assert np.linalg.norm(np.array(state_at(table, 0, 150.0)[3:])) == pytest.approx(change / math.sqrt(2.0), rel=3e-3)


def test_uneven_times_and_coarse_knots_stay_near() -> None:
    times, normals, heights = straight((34.9, 35.9), 200.0, 1.0, 600)
    keep = np.unique(np.concatenate([[0, 599], np.random.default_rng(3).choice(600, 60, replace=False)]))
    table = timed_path(times[keep], normals[keep], heights[keep])
    for t in (7.3, 121.9, 344.4, 580.1):
        wanted = positions_of(normals[int(t) : int(t) + 1], heights[:1])[0]
        x, y, z, *_ = state_at(table, 0, float(int(t)))
        assert np.linalg.norm(np.array([x, y, z]) - wanted) < 3.0


def test_times_must_rise() -> None:
    times, normals, heights = straight((34.9, 35.9), 70.0, 10.0, 3)
    with pytest.raises(InputError, match="rising times"):
        timed_path(times[[0, 0, 1]], normals, heights)
    with pytest.raises(InputError, match="two positions"):
        timed_path(times[:1], normals[:1], heights[:1])
