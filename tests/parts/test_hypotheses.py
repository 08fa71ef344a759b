"""Two hypotheses of a fast track: the odds that it falls follow from its plots, whatever it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.catalog.load import catalog
from openiads.earth.geodesy import enu_axes, to_ecef
from openiads.parts.hypotheses import ask_whether_it_falls, choose, exchange, seed_other, undecided, weigh
from openiads.physics import filtering as f
from openiads.world.build import model_of
from openiads.world.sensed import TRACK
from openiads.world.values import Values

MODEL = model_of(Values(catalog()))[0]
HOME = (math.radians(34.92), math.radians(35.90))
RADAR = np.array(to_ecef(*HOME, 30.0))
AXES = np.ascontiguousarray(np.array(enu_axes(*HOME)).reshape(3, 3))
SIGMAS = (50.0, 2e-3, 2e-3)  # m and rad, of a search radar
CLEAR = math.log(float(MODEL["class_odds"]))


def truth(falls, seconds, speed=900.0, height=20e3, distance=80e3):
    """State (ECEF) of what flies level, or falls freely, toward the radar from the east after a while."""
    x = np.zeros(7)
    x[:3] = RADAR + distance * AXES[0] + height * AXES[2]
    x[3:6] = -speed * AXES[0]
    if falls:
        x[6] = float(MODEL["log_coefficient"])
        for _ in range(round(seconds)):
            f.move_ballistic(x, 1.0, math.exp(-x[6]))
    else:
        x[:3] += seconds * x[3:6]
    return x


def followed(falls, looks, seed, interval=5.0):
    """A track after so many looks at something of truth, as the engine follows it."""
    rng = np.random.default_rng(seed)
    track, work = np.zeros(1, TRACK)[0], np.zeros(f.WORK)
    track["noise"], track["state"] = MODEL["maneuver_noise"], 3
    start = truth(falls, 0.0)
    track["x"][:6] = start[:6] + np.concatenate([rng.normal(0.0, 150.0, 3), rng.normal(0.0, 60.0, 3)])
    track["p"][:3, :3], track["p"][3:6, 3:6] = 150.0**2 * np.eye(3), 60.0**2 * np.eye(3)
    track["speed"], track["height"] = 900.0, 20e3
    ask_whether_it_falls(MODEL, track)
    noise, walk = float(MODEL["ballistic_noise"]), float(MODEL["coefficient_walk"])
    for n in range(1, looks + 1):
        for x, p, ballistic in (
            (track["x"], track["p"], track["ballistic"]),
            (track["other_x"], track["other_p"], 1 - track["ballistic"]),
        ):
            if ballistic:
                f.predict_ballistic(x, p, interval, noise, walk, work)
            else:
                f.predict_constant_velocity(x, p, interval, float(MODEL["maneuver_noise"]))
        place = truth(falls, n * interval)[:3]
        rx, ry, rz, ax, ay, az, ex, ey, ez, distance, cosine = f.look_frame(*place, RADAR, AXES)
        frame = np.array([[rx, ry, rz], [ax, ay, az], [ex, ey, ez]])
        scale = np.array([SIGMAS[0], distance * cosine * SIGMAS[1], distance * SIGMAS[2]])
        plot = place + frame.T @ (scale * rng.standard_normal(3))
        weigh(MODEL, track, *plot, RADAR, AXES, *SIGMAS)
        for x, p, size in (
            (track["x"], track["p"], 6 + int(track["ballistic"])),
            (track["other_x"], track["other_p"], 7 - int(track["ballistic"])),
        ):
            f.update_position(x, p, size, *plot, RADAR, AXES, *SIGMAS, work)
        choose(MODEL, track)
    return track


@pytest.mark.parametrize("falls", [False, True])
def test_what_flies_and_what_falls_are_told_apart_within_a_minute(falls):
    """Expected: gravity bends the path by 4 km in 30 s, 25 deviations of a look at 80 km: all are told after 8 looks,
    and hardly any is ever taken for the other."""
    found = [int(followed(falls, 8, seed)["ballistic"]) for seed in range(40)]
    assert np.mean(np.array(found) == int(falls)) >= 0.95


def test_the_first_looks_leave_it_undecided():
    """Expected: nothing is known before the first look, so that it may be either."""
    track = followed(False, 0, 1)
    assert track["both"] == 1 and undecided(MODEL, track) and track["odds"] == 0.0


def test_wrong_decisions_are_as_rare_as_the_odds_say():
    """Expected as of a sequential test: of level flyers less than one in ``class_odds`` is ever decided to fall."""
    wrong = sum(int(followed(False, looks, seed)["ballistic"]) for seed in range(60) for looks in (2, 4))
    assert wrong <= 4


def test_a_slow_or_low_track_is_not_asked_and_a_very_high_one_falls():
    for speed, height, both, ballistic in ((250.0, 9e3, 0, 0), (900.0, 500.0, 0, 0), (900.0, 60e3, 1, 1)):
        track = np.zeros(1, TRACK)[0]
        track["x"][:3] = to_ecef(*HOME, height)
        track["p"][:3, :3] = 500.0**2 * np.eye(3)
        track["speed"], track["height"] = speed, height
        ask_whether_it_falls(MODEL, track)
        assert (track["both"], track["ballistic"]) == (both, ballistic)


def test_exchange_is_its_own_inverse_and_a_new_hypothesis_starts_from_the_winner():
    track = followed(True, 3, 5)
    before = track.copy()
    exchange(track)
    assert track["ballistic"] != before["ballistic"]
    exchange(track)
    assert track.tobytes() == before.tobytes() or np.array_equal(track["x"], before["x"])
    seed_other(MODEL, track)
    np.testing.assert_array_equal(track["other_x"][:6], track["x"][:6])


def test_odds_stay_within_twice_what_decides():
    track = followed(True, 12, 3)
    assert abs(track["odds"]) <= 2.0 * CLEAR + 1e-9
