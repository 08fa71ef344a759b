"""Which defended asset a track threatens, and how surely a ballistic one will fall on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.scenes import CLEAR, HOME, raid, scene
from openiads.doctrine.evaluation import (
    circle_probability,
    evaluate_air,
    evaluate_ballistic,
    evaluation_stands,
    impact_ellipse,
    inbound,
    predicted_impact,
)
from openiads.earth.geodesy import enu_axes, offset, to_ecef
from openiads.physics.motion import state_at
from openiads.world.sensed import TRACK


@pytest.mark.parametrize("radius", [100.0, 600.0, 3000.0])
@pytest.mark.parametrize("sigma", [50.0, 500.0, 2500.0])
@pytest.mark.parametrize("off", [0.0, 0.5, 1.0, 2.0])
def test_probability_in_a_circle_meets_the_noncentral_chi_square(radius, sigma, off):
    """The squared distance over sigma squared is noncentral chi-square of two degrees of freedom."""
    sigma = max(sigma, radius / 20.0)  # the stated domain
    center = off * (radius + sigma)
    exact = st.ncx2.cdf((radius / sigma) ** 2, 2, max((center / sigma) ** 2, 1e-12))
    assert circle_probability(center, 0.0, sigma, sigma, radius) == pytest.approx(exact, abs=5e-3)
    assert circle_probability(0.6 * center, -0.8 * center, sigma, sigma, radius) == pytest.approx(exact, abs=5e-3)


@pytest.mark.parametrize(("along", "across"), [(0.0, 0.0), (900.0, 0.0), (0.0, 900.0), (1500.0, -700.0)])
def test_probability_in_a_circle_of_an_elongated_error_meets_a_count(along, across):
    draws = np.random.default_rng(5).normal(size=(400_000, 2)) * (1200.0, 300.0)
    share = (np.hypot(draws[:, 0] - along, draws[:, 1] - across) <= 600.0).mean()
    assert circle_probability(along, across, 1200.0, 300.0, 600.0) == pytest.approx(share, abs=5e-3)


def test_probability_in_a_circle_without_error_is_inside_or_outside():
    assert circle_probability(99.0, 0.0, 0.0, 0.0, 100.0) == 1.0
    assert circle_probability(0.0, 101.0, 0.0, 0.0, 100.0) == 0.0
    assert circle_probability(1e6, 0.0, 10.0, 10.0, 100.0) == 0.0


WORLD = scene(raid("Scud", "scud_b", 250.0), model=CLEAR)
POST = WORLD.rows["posts"][0]


def scud_track(share, error=0.0):
    """A ballistic track that knows the state of the Scud at a share of its flight (and a sideways velocity error)."""
    flight = WORLD.rows["flights"][0]
    begins, ends = float(flight["starts"]), float(flight["ends"])
    t = begins + share * (ends - begins)
    track = np.zeros(1, TRACK)[0]
    track["x"][:6] = state_at(WORLD.tables, flight["path"], t - flight["shift"])
    track["x"][4] += error
    track["x"][6] = math.log(16_000.0)  # near a spent Scud's mass over drag area
    track["p"][:6, :6] = np.diag([100.0**2] * 3 + [5.0**2] * 3)
    track["time"], track["ballistic"], track["evaluated_at"] = t, 1, -math.inf
    return track, ends - t


@pytest.mark.parametrize(("share", "miss"), [(0.5, 400.0), (0.75, 400.0), (0.9, 400.0)])
def test_the_predicted_impact_of_a_scud_is_near_its_aim_and_its_time(share, miss):
    track, left = scud_track(share)
    x, y, z, fall = predicted_impact(track, 0.0, np.full(64, math.nan))
    aim = WORLD.rows["assets"]["position"][0]
    assert math.dist((x, y, z), aim) < miss
    assert fall == pytest.approx(left, abs=2.0)


def by_differences(track):
    """Standard deviations (m) of the predicted impact along its principal axes, from the whole fall flown 14 times."""
    steps, columns = [100.0] * 3 + [2.0] * 3 + [0.05], []
    for i, h in enumerate(steps):
        ends = []
        for side in (h, -h):
            moved = track.copy()
            moved["x"][i] += side
            ends.append(np.array(predicted_impact(moved, 0.0, np.zeros(64))[:3]))
        columns.append((ends[0] - ends[1]) / (2.0 * h))
    carried = np.array(columns).T
    return np.sqrt(np.linalg.eigvalsh(carried @ track["p"] @ carried.T)[:0:-1])


@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_the_ellipse_of_a_predicted_impact_is_that_of_the_fall_itself(share):
    """The fall is linear in the state to a tenth; carrying the covariance straight leaves the bending out."""
    track, _ = scud_track(share)
    track["p"][6, 6] = 0.03**2
    x, y, z, fall, *axis, long, short = impact_ellipse(track, 0.0, np.zeros(64))
    assert fall < math.inf
    assert np.linalg.norm(axis) == pytest.approx(1.0)
    assert (long, short) == pytest.approx(tuple(by_differences(track)), rel=0.15)


def test_what_three_deviations_exclude_is_not_threatened_and_what_they_reach_is():
    """Carried off across its path, a missile threatens the depot while the edge of that is within its ellipse."""
    asset = WORLD.rows["assets"][0]
    size = float(asset["radius"] + asset["buffer"])
    seen = set()
    for error in np.arange(0.0, 400.0, 5.0):
        track, _ = scud_track(0.75, error=float(error))
        x, y, z, _, *axis, long, short = impact_ellipse(track, 382.2, np.zeros(64))
        away = np.array(asset["position"]) - (x, y, z)
        up = np.array((x, y, z)) / np.linalg.norm((x, y, z))
        off = np.array([away @ axis, away @ np.cross(up, axis)])
        edge = max(1.0 - size / np.hypot(*off), 0.0) * np.hypot(*(off / (long, short)))
        evaluate_ballistic(POST, track, WORLD.rows["assets"], np.zeros(64))
        if abs(edge - 3.0) > 0.05:
            seen.add((bool(edge < 3.0), int(track["threatening"])))
    assert (False, 1) not in seen
    assert {(True, 1), (False, 0)} <= seen


def test_an_object_that_does_not_fall_threatens_nothing():
    track, _ = scud_track(0.5)
    axes = np.array(enu_axes(*HOME)).reshape(3, 3)
    track["x"][3:6] = 9000.0 * axes[0]
    assert predicted_impact(track, 0.0, np.full(64, math.nan))[3] == math.inf
    evaluate_ballistic(POST, track, WORLD.rows["assets"], np.full(64, math.nan))
    assert track["threatening"] == 0


def situation(track):
    """The situation at the time of a track."""
    rows = WORLD.rows["situation"].copy()
    rows["now"] = track["time"]
    return rows[0]


def test_a_falling_scud_threatens_the_asset_it_is_aimed_at_and_not_one_far_off():
    track, left = scud_track(0.85)
    evaluate_ballistic(POST, track, WORLD.rows["assets"], np.full(64, math.nan))
    assert (track["threatening"], track["asset"]) == (1, 0)
    assert track["impact_at"] - track["time"] == pytest.approx(left, rel=0.05)
    wide, _ = scud_track(0.85, error=1500.0)
    evaluate_ballistic(POST, wide, WORLD.rows["assets"], np.full(64, math.nan))
    assert wide["threatening"] == 0


def flying(east, north, course, speed=250.0, height=6000.0):
    """A track of an aircraft some meters east and north of the depot, on a course (degrees)."""
    away, azimuth = math.hypot(east, north), math.atan2(east, north)
    lat, lon = offset(*HOME, azimuth, away)
    axes = np.array(enu_axes(float(lat), float(lon))).reshape(3, 3)
    track = np.zeros(1, TRACK)[0]
    track["x"][:3] = to_ecef(float(lat), float(lon), height)
    heading = math.radians(course)
    track["x"][3:6] = speed * (math.sin(heading) * axes[0] + math.cos(heading) * axes[1])
    track["speed"], track["height"] = speed, height
    return track


def air(track):
    """The track after evaluation."""
    evaluate_air(situation(track), POST, track, WORLD.rows["assets"])
    return track


def test_an_aircraft_toward_the_asset_threatens_it_after_the_time_of_its_way():
    track = air(flying(-50e3, 0.0, 90.0))
    assert track["threatening"] == 1
    assert track["time_to_asset"] == pytest.approx(50e3 / 250.0, rel=0.01)
    assert inbound(math.cos(situation(track)["inbound_angle"]), track, WORLD.rows["assets"])


def test_an_aircraft_that_passes_far_off_threatens_nothing():
    track = air(flying(-50e3, 60e3, 90.0))
    assert track["threatening"] == 0
    assert track["time_to_asset"] == math.inf


def test_an_aircraft_that_leaves_is_not_inbound_and_threatens_nothing_from_afar():
    track = air(flying(-50e3, 0.0, 270.0))
    assert track["threatening"] == 0
    assert not inbound(math.cos(situation(track)["inbound_angle"]), track, WORLD.rows["assets"])


def test_twice_the_speed_halves_the_time_to_the_asset():
    slow, fast = air(flying(-50e3, 0.0, 90.0)), air(flying(-50e3, 0.0, 90.0, speed=500.0))
    assert fast["time_to_asset"] == pytest.approx(slow["time_to_asset"] / 2.0)


def test_an_evaluation_stands_until_the_track_changes_or_an_asset_may_move():
    track, _ = scud_track(0.85)
    assets = WORLD.rows["assets"].copy()
    track["evaluated_hits"] = -1
    assert not evaluation_stands(track, assets)
    evaluate_ballistic(POST, track, assets, np.zeros(64))
    assert evaluation_stands(track, assets)
    track["hits"] += 1
    assert not evaluation_stands(track, assets)
    evaluate_ballistic(POST, track, assets, np.zeros(64))
    track["time"] += 1.0
    assert not evaluation_stands(track, assets)
    evaluate_ballistic(POST, track, assets, np.zeros(64))
    assets["platform"][0] = 0
    assert not evaluation_stands(track, assets)


@settings(max_examples=100, deadline=None)
@given(some.floats(-5.0, 12.0), some.floats(100.0, 6000.0), some.floats(100.0, 30e3))
def test_a_predicted_impact_is_no_farther_than_the_fall_whatever_the_drag(log_coefficient, speed, height):
    """Steps of 2 and 8 s are divided where drag is strong: undivided, a body of 10 kg/m2 was flung into space.

    Expected: it falls for as long as in a vacuum or longer, and no farther than it could have gone in one.
    """
    track, _ = scud_track(0.5)
    axes = np.array(enu_axes(*HOME)).reshape(3, 3)
    begin = np.array(to_ecef(*HOME, height))
    track["x"][:3], track["x"][3:6], track["x"][6] = begin, speed * axes[0], log_coefficient
    x, y, z, fall = predicted_impact(track, 0.0, np.full(64, math.nan))
    assert np.isfinite((x, y, z)).all()
    away = math.hypot(*((np.array((x, y, z)) - begin) @ axes[:2].T))
    assert away <= speed * (fall if fall < math.inf else 960.0) + 300.0
    assert fall > 0.97 * math.sqrt(2.0 * height / 9.9)
