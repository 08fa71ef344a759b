"""Ballistic tracks state their own errors: normalized error squared of the filter as such, and of the engine's tracks.

A filter whose noises are those of the world has a normalized estimation error squared (NEES) that is chi-square with
as many degrees of freedom as states.  Runs are independent, looks of one run are not, so the mean over the runs is
tested look by look.  Source: Bar-Shalom, Li, Kirubarajan (2001), section 5.4.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from engine.scenes import CLEAR, raid, replications, scene, site
from openiads.catalog.load import catalog
from openiads.earth.geodesy import direct, enu_axes, to_ecef
from openiads.engine.runner import Runner
from openiads.physics import ballistics
from openiads.physics import filtering as f
from openiads.physics.aiming import solve_aim
from openiads.physics.motion import state_at
from openiads.textbook import tracking
from openiads.world.build import model_of
from openiads.world.values import Values

pytestmark = pytest.mark.compiled_only

MODEL = model_of(Values(catalog()))[0]
BALLISTIC_NOISE, BETA_WALK = float(MODEL["ballistic_noise"]), float(MODEL["coefficient_walk"])
BETA_START, BETA_VARIANCE = float(MODEL["log_coefficient"]), float(MODEL["coefficient_variance"])

#: A Scud-B as in G. Forden, Science and Global Security 15 (2007) 133; body and warhead stay together.
SCUD = ballistics.missile(
    {
        "launch_mass": 5897.0,
        "burnout_mass": 2198.0,
        "specific_impulse": 230.0,
        "burn_time": 75.0,
        "diameter": 0.84,
        "loft": math.radians(47.6563),
        "pitch_rate": math.radians(1.348),
        "cd": {"mach": [0.0, 0.85, 1.0, 1.2, 2.0, 4.5], "value": [0.2, 0.2, 0.27, 0.27, 0.2, 0.2]},
    }
)
PLACE = (math.radians(34.92), math.radians(35.90))
RADAR = np.array(to_ecef(*PLACE, 30.0))
AXES = np.array(enu_axes(*PLACE)).reshape(3, 3)
SIGMAS = (30.0, 0.0025, 0.0025)  # range m, azimuth and elevation rad, about those of a long-range radar
PERIOD = 6.0  # s between looks
LEVEL = 0.999  # of all looks of a test together


@cache
def scud_arc() -> np.ndarray:
    """Truth at each look of a Scud-B that comes down 20 km beside the radar from 250 km away, from 80 s to 5 km up.

    Rows of position, velocity and log ballistic coefficient: what is left of its mass over drag coefficient times area.
    """
    aim = direct(*PLACE, math.radians(120.0), 20e3)
    start = direct(*PLACE, math.radians(200.0), 250e3)
    path = solve_aim(start[0], start[1], 0.0, aim[0], aim[1], 0.0, SCUD, dt=0.5)
    times = np.arange(80.0, path.times[np.flatnonzero(path.heights > 5e3)[-1]], PERIOD)
    spline = CubicHermiteSpline(path.times, path.positions, path.velocities)
    mass = 5897.0 - (5897.0 - 2198.0) / 75.0 * path.burnout_time
    coefficient = math.log(mass / (0.2 * math.pi * 0.42**2))  # at Mach 2 and more, as all along
    return np.column_stack((spline(times), spline(times, 1), np.full(len(times), coefficient)))


def shaken_arc(rng: np.random.Generator, q: float, walk: float) -> np.ndarray:
    """The same fall, but driven by the noise that the filter believes in."""
    x = scud_arc()[0].copy()
    rows, h = [x.copy()], 0.5
    for _ in range(len(scud_arc()) - 1):
        for _ in range(round(PERIOD / h)):
            f.move_ballistic(x, h, math.exp(-x[6]))
            u, v = rng.normal(size=(2, 3)) * math.sqrt(q * h)  # white noise integrated once, and what is new in twice
            x[:3] += h * (0.5 * u + v / math.sqrt(12.0))
            x[3:6] += u
            x[6] += math.sqrt(walk * h) * rng.normal()
        rows.append(x.copy())
    return np.array(rows)


def look(rng: np.random.Generator, position: np.ndarray) -> tuple[float, float, float]:
    """One noisy measurement of an ECEF position, converted without bias."""
    east, north, up = AXES @ (position - RADAR)
    flat = math.hypot(east, north)
    n = rng.normal(size=3) * SIGMAS
    point = math.hypot(flat, up) + n[0], math.atan2(east, north) + n[1], math.atan2(up, flat) + n[2]
    return f.measured_position(RADAR, AXES, *point, *SIGMAS[1:])


def falling(points: np.ndarray, dt: float) -> np.ndarray:
    """Acceleration (m/s2) at the newer of two points of a missile above the air, six values, ``dt`` s apart."""
    return np.array(f.ballistic_acceleration(*points[3:], *(points[3:] - points[:3]) / dt, 0.0))


def followed(
    runs: int, q: float, walk: float, variance: float, shaken: bool = False, mistaken: float = 1.0
) -> np.ndarray:
    """NEES over seven states of ``runs`` tracks (runs by look); two looks start a track.

    q, walk : process noise that the filter believes in;  variance : of its first log coefficient
    shaken : the truth moves with just this noise, else it falls as Newton says
    mistaken : the filter takes the measurements for this many times as bad as they are
    """
    rng = np.random.default_rng(2007)
    work, out = np.zeros(f.WORK), []
    told = [mistaken * sigma for sigma in SIGMAS]
    for _ in range(runs):
        truth = shaken_arc(rng, q, walk) if shaken else scud_arc()
        points = np.array([*look(rng, truth[0, :3]), *look(rng, truth[1, :3])])
        x, p = np.zeros(7), np.zeros((7, 7))
        f.two_point_start(x, p, points, PERIOD, RADAR, AXES, *told, q, falling(points, PERIOD))
        f.switch_to_ballistic(x, p, truth[1, 6] + math.sqrt(variance) * rng.normal(), variance)
        values = [tracking.normalized_error(x, p, truth[1])]
        for state in truth[2:]:
            f.predict_ballistic(x, p, PERIOD, q, walk, work)
            f.update_position(x, p, 7, *look(rng, state[:3]), RADAR, AXES, *told, work)
            values.append(tracking.normalized_error(x, p, state))
        out.append(values)
    return np.array(out)


#: The noise of a fall that nothing disturbs; a little is left for rounding and for what a linear filter overlooks.
QUIET = {"q": 1e-4, "walk": 1e-9, "variance": 0.03**2}
#: What the engine's ballistic tracks believe in, but for the coefficient of an unknown missile.
ENGINE = {"q": BALLISTIC_NOISE, "walk": BETA_WALK, "variance": 0.03**2}


def heights() -> np.ndarray:
    """Height above the radar's plane (m) at each look at which ``followed`` scores a track."""
    return (scud_arc()[1:, :3] - RADAR) @ AXES[2]


def interval(runs: int, looks: int) -> tuple[float, float]:
    """Where the means of ``looks`` looks all lie together with probability ``LEVEL`` or more (Bonferroni)."""
    return tracking.nees_interval(7, runs, 1.0 - (1.0 - LEVEL) / looks)


def test_the_ballistic_filter_is_consistent_on_a_scud_arc():
    """Chi-square test at every look of an arc from another integrator, from 80 s over the apogee into dense air."""
    runs = replications(400)
    nees = followed(runs, **QUIET).mean(axis=0)
    low, high = interval(runs, len(nees))
    assert heights().max() > 60e3
    assert heights()[-1] < 10e3
    assert low > 6.2
    assert high < 7.9
    assert np.all((low < nees) & (nees < high)), nees


def test_the_ballistic_filter_is_consistent_where_its_process_noise_is_true():
    """A fall shaken by the engine's noise; below 25 km drag bends the motion more than a linear filter sees."""
    runs = replications(200)
    nees, thin = followed(runs, **ENGINE, shaken=True).mean(axis=0), heights() > 25e3
    low, high = interval(runs, int(thin.sum()))
    assert np.all((low < nees[thin]) & (nees[thin] < high)), nees
    assert low < nees[~thin].mean() < 10.0


@pytest.mark.parametrize("wrong", [{"mistaken": 1.15}, {"mistaken": 0.87}, {"q": 1.0}, {"walk": 1e-3}])
def test_the_chi_square_test_finds_a_filter_that_is_not(wrong):
    runs = replications(400)
    nees = followed(runs, **(QUIET | wrong)).mean(axis=0)
    low, high = interval(runs, len(nees))
    assert np.any((nees < low) | (nees > high))


def test_a_track_that_starts_on_a_falling_missile_must_know_that_it_falls():
    """Two looks 12 s apart on the way down: without gravity the start is 59 m/s off and does not say so."""
    rng, runs, dt = np.random.default_rng(11), replications(400), 2.0 * PERIOD
    k = int(np.flatnonzero(heights() > 45e3)[-1]) - 1
    older, newer = scud_arc()[k], scud_arc()[k + 2]
    known, unknown = [], []
    for _ in range(runs):
        points = np.array([*look(rng, older[:3]), *look(rng, newer[:3])])
        for pull, out in ((falling(points, dt), known), (np.zeros(3), unknown)):
            x, p = np.zeros(6), np.zeros((6, 6))
            f.two_point_start(x, p, points, dt, RADAR, AXES, *SIGMAS, QUIET["q"], pull)
            out.append(tracking.normalized_error(x, p, newer[:6]))
    low, high = tracking.nees_interval(6, runs, LEVEL)
    assert low < np.mean(known) < high
    assert np.mean(unknown) > 4.0 * high


def test_the_engines_noise_makes_tracks_of_a_quiet_fall_pessimistic_by_design():
    """Nothing shakes a missile of the scenarios, but the engine leaves room for one that wobbles or sheds parts.

    So its NEES lies below the seven states in thin air; only where drag sets in, and the coefficient is still unknown
    (a deviation of its whole logarithm), does it rise to about that.
    """
    nees = followed(replications(200), **(ENGINE | {"variance": BETA_VARIANCE})).mean(axis=0)
    settled = (np.arange(len(nees)) >= 8) & (heights() > 35e3)
    assert 4.0 < nees[settled].mean() < 5.5
    assert nees.max() < 10.0
    assert abs(BETA_START - scud_arc()[0, 6]) < math.sqrt(BETA_VARIANCE)


def engine_tracks() -> np.ndarray:
    """(hits, NEES of position and velocity) of the post's ballistic tracks of a Scud at four times of its flight."""
    world = scene(raid("Scud", "scud_b", 250.0), model=CLEAR, sites=[site(doctrine={"control": "hold"})])
    flight_ends = float(world.rows["flights"]["ends"][0])
    values = []
    for fraction in (0.55, 0.65, 0.75, 0.85):
        world.rows["situation"]["duration"] = fraction * flight_ends
        runner = Runner(world, 3)
        for replication in range(replications(100)):
            runner.replicate(replication)
            sim, flight = runner.sim, runner.sim.flights[0]
            for track in sim.tracks[(sim.tracks["state"] == 3) & (sim.tracks["owner"] == -1)]:
                if track["flight"] == 0 and track["ballistic"] == 1:
                    truth = state_at(sim.tables, flight["path"], track["time"] - flight["shift"])
                    values.append((track["hits"], tracking.normalized_error(track["x"], track["p"], truth)))
    return np.array(values)


def test_ballistic_tracks_of_a_scud_are_consistent():
    """The post's settled tracks keep inside the band that their process noise explains: below their six dimensions."""
    hits, nees = engine_tracks().T
    settled = nees[hits >= 8]
    assert len(settled) > 150
    assert 3.0 < settled.mean() < 5.0
    assert np.mean(settled > tracking.gate_threshold(0.999, 6)) < 0.01
    young = nees[hits < 8]  # from the second plot on
    assert len(young) > 50  # few: a track of the high mode no longer ends at the first missed look
    assert 4.0 < young.mean() < 7.0
    assert np.mean(young > tracking.gate_threshold(0.999, 6)) < 0.02


@pytest.mark.parametrize(("system", "distance"), [("s300pmu2", 200.0), ("patriot_pac2", 155.0)])
def test_a_distant_aircraft_at_nine_kilometers_is_followed_as_an_aircraft(system, distance):
    """Its first plots may say any speed: two of them lie kilometers off, some seconds apart.

    Neither the post's tracks nor those of the engagement radar, which has no other to compare with, take it for
    something that falls once they have had a few looks.
    """
    guard = site(system=system)
    for key in ("launchers", "rounds", *(["low_altitude"] if system != "s300pmu2" else [])):
        del guard[key]
    world = scene(raid("Visitor", "f16", distance, altitude="9 km"), model=CLEAR, sites=[guard])
    kinds = []
    for seconds in (30.0, 60.0, 90.0, 120.0):
        world.rows["situation"]["duration"] = seconds
        runner = Runner(world, 4)
        for replication in range(10):
            runner.replicate(replication)
            tracks = runner.sim.tracks
            settled = tracks[(tracks["state"] == 3) & (tracks["hits"] >= 5)]
            kinds.extend(zip(settled["owner"] >= 0, settled["ballistic"], strict=True))
    own, falling = np.array(kinds).T
    assert own.sum() > 10 and (own == 0).sum() > 20
    assert falling.sum() == 0
