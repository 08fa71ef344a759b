"""Racetracks: they close, keep their speed, turn with their radius to their side, and stay within their reach."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.earth.geodesy import inverse, to_geodetic
from openiads.physics.motion import state_at
from openiads.physics.racetrack import racetrack, racetrack_path, turn_load

A, B = (math.radians(34.0), math.radians(35.0)), (math.radians(34.9), math.radians(35.3))


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("ends", [(A, B), (A, A)])
def test_it_closes_and_keeps_its_speed(ends: tuple[tuple[float, float], ...], right: bool) -> None:
    track = racetrack(*ends, 9_000.0, right=right)
    table = racetrack_path(track, 170.0, 2.5 * track.length / 170.0)
    once = track.length / 170.0
    for t in np.linspace(1.0, once, 37):
        here, again = state_at(table, 0, t), state_at(table, 0, t + once)
        assert np.linalg.norm(np.subtract(here[:3], again[:3])) < 1.0
        assert math.hypot(*here[3:]) == pytest.approx(170.0, rel=0.004)


@pytest.mark.parametrize("right", [True, False])
def test_turns_go_to_their_side_about_the_two_places(right: bool) -> None:
    track = racetrack(A, B, 9_000.0, right=right)
    middle_of_turn = np.array([track.leg + 0.5 * math.pi * track.radius])
    lat, lon = (float(c[0]) for c in track.places(middle_of_turn))
    assert inverse(*B, lat, lon)[0] == pytest.approx(9_000.0, rel=2e-3)
    table = racetrack_path(track, 170.0, 2.0 * track.length / 170.0)
    turn = []
    for t in np.arange(0.0, track.length / 170.0, 5.0):
        x, y, z, vx, vy, vz = state_at(table, 0, t)
        later = state_at(table, 0, t + 5.0)[3:]
        cross = np.cross((vx, vy, vz), later) @ np.array((x, y, z))
        turn.append(float(cross))
    total = sum(math.copysign(1.0, t) for t in turn if abs(t) > 0.05 * max(map(abs, turn)))
    assert (total < 0) is right


def test_it_stays_within_its_reach_of_the_middle() -> None:
    track = racetrack(A, B, 9_000.0)
    lats, lons = track.places(np.linspace(0.0, track.length, 300))
    away = inverse(*track.middle, lats, lons)[0]
    assert away.max() <= track.reach * 1.002
    assert track.reach == pytest.approx(0.5 * track.leg + 9_000.0)


def test_a_table_holds_its_end_and_the_load_is_that_of_a_level_turn() -> None:
    track = racetrack(A, A, 9_000.0)
    table = racetrack_path(track, 150.0, 600.0)
    assert to_geodetic(*state_at(table, 0, 601.0)[:3])[2] == pytest.approx(0.0, abs=1.0)
    assert turn_load(150.0, 9_000.0) == pytest.approx(math.hypot(1.0, 150.0**2 / 9_000.0 / 9.80665))
