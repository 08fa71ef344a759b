"""Flight of ballistic missiles: conservation, closed forms, aiming."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import direct, inverse, to_geodetic
from openiads.physics import ballistics, motion, paths
from openiads.physics.aiming import solve_aim
from openiads.textbook import ballistics as textbook

DEGREE = math.pi / 180.0
SCUD = ballistics.missile(
    {
        "launch_mass": 5897.0,
        "burnout_mass": 2198.0,
        "specific_impulse": 230.0,
        "burn_time": 75.0,
        "diameter": 0.84,
        "loft": 47.6563 * DEGREE,
        "pitch_rate": 1.348 * DEGREE,
        "cd": {"mach": [0.0, 0.85, 1.0, 1.2, 2.0, 4.5], "value": [0.2, 0.2, 0.27, 0.27, 0.2, 0.2]},
    }
)
STONE = ballistics.missile({"launch_mass": 1.0, "burnout_mass": 1.0, "burn_time": 1.0, "area": 1.0})
SPHERE = ballistics.surroundings(j2=0.0, spin=0.0, ellipsoid=0, air=0, radius=6371000.0)
R = 6371000.0


def thrown(around, velocity, dt=0.5):
    return ballistics.fly_out(STONE, (R, 0.0, 0.0), velocity, cutoff=0.0, around=around, dt=dt)


def test_energy_and_angular_momentum_are_kept_without_air() -> None:
    path = thrown(SPHERE, (1300.0, 1200.0, 300.0))
    r = np.sqrt((path.positions**2).sum(axis=1))
    energy = 0.5 * path.speeds**2 - SPHERE["gm"] / r
    spin = np.cross(path.positions, path.velocities)
    assert np.ptp(energy) < 1e-6 * abs(energy[0])
    assert np.abs(spin - spin[0]).max() < 1e-9 * np.abs(spin).max()


def test_the_jacobi_integral_is_kept_on_the_rotating_flattened_earth() -> None:
    around = ballistics.surroundings(air=0)
    path = thrown(around, (1300.0, 1200.0, 300.0))
    x, y, z = path.positions.T
    r = np.sqrt(x * x + y * y + z * z)
    j2 = 0.5 * around["j2"] * (around["radius"] / r) ** 2 * (3.0 * z * z / r**2 - 1.0)
    energy = 0.5 * path.speeds**2 - around["gm"] / r * (1.0 - j2) - 0.5 * around["spin"] ** 2 * (x * x + y * y)
    assert np.ptp(energy) < 1e-9 * abs(energy[0])


def test_drag_only_takes_energy() -> None:
    stone = ballistics.missile({"launch_mass": 500.0, "burnout_mass": 500.0, "burn_time": 1.0, "area": 0.2, "cd": 0.3})
    around = ballistics.surroundings(j2=0.0, spin=0.0, ellipsoid=0, radius=R)
    path = ballistics.fly_out(stone, (R, 0.0, 0.0), (1000.0, 900.0, 0.0), cutoff=0.0, around=around, dt=0.2)
    energy = 0.5 * path.speeds**2 - around["gm"] / np.sqrt((path.positions**2).sum(axis=1))
    assert np.all(np.diff(energy) < 1e-4)
    assert energy[-1] < energy[0] - 1e5


@pytest.mark.parametrize(
    ("level", "rise", "drop"), [(900.0, 700.0, 0.0), (300.0, 900.0, 0.0), (600.0, 0.0, 8e3), (1000.0, 400.0, 30e3)]
)
def test_a_stone_comes_down_as_fast_and_as_steep_as_on_paper(level, rise, drop) -> None:
    """Even gravity: the level speed stays, the sinking speed is sqrt(rise^2 + 2 g drop)."""
    around = ballistics.surroundings(gm=0.0, even_gravity=9.8, j2=0.0, spin=0.0, ellipsoid=0, air=0, radius=1e9)
    path = ballistics.fly_out(STONE, (1e9 + drop, 0.0, 0.0), (rise, level, 0.0), cutoff=0.0, around=around, dt=0.25)
    sinking = math.sqrt(rise * rise + 2.0 * 9.8 * drop)
    assert path.impact_speed == pytest.approx(math.hypot(level, sinking), rel=2e-3)
    assert path.impact_angle == pytest.approx(math.atan2(sinking, level), abs=2e-3)


@pytest.mark.parametrize("angle", [0.3, 0.8, 1.2])
def test_an_arc_without_air_comes_down_as_it_went_up(angle) -> None:
    speed = 2000.0
    path = thrown(SPHERE, (speed * math.sin(angle), speed * math.cos(angle), 0.0))
    assert path.impact_angle == pytest.approx(angle, abs=1e-4)
    assert path.impact_speed == pytest.approx(speed, rel=1e-5)


def test_the_least_energy_arc_flies_as_its_closed_form_says() -> None:
    arc = textbook.minimum_energy(450e3, radius=R)
    v, a = arc["speed"], arc["angle"]
    path = thrown(SPHERE, (v * math.sin(a), v * math.cos(a), 0.0))
    assert path.ground_range == pytest.approx(450e3, rel=1e-6)
    assert path.apogee == pytest.approx(arc["apogee"], rel=1e-5)
    assert path.flight_time == pytest.approx(arc["time"], rel=1e-6)
    for turn in (-0.05, 0.05):
        other = thrown(SPHERE, (v * math.sin(a + turn), v * math.cos(a + turn), 0.0))
        assert other.ground_range < path.ground_range


def test_a_rotating_earth_shifts_the_impact_west_of_a_shot_north() -> None:
    """Over the still sphere a shot along the axis stays in its plane; the spin moves it by kilometers."""
    still = thrown(SPHERE, (1300.0, 0.0, 0.0))
    spinning = thrown(ballistics.surroundings(j2=0.0, ellipsoid=0, air=0, radius=R), (1300.0, 0.0, 0.0))
    assert abs(still.positions[-1, 1]) < 1e-6
    assert spinning.positions[-1, 1] < -1000.0  # what goes up falls back to the west


def test_straight_entry_agrees_with_the_closed_form() -> None:
    beta, angle, speed = 2000.0, 45.0 * DEGREE, 2200.0
    told = textbook.allen_eggers(speed, angle, beta)
    kind = ballistics.missile({"launch_mass": beta, "burnout_mass": beta, "burn_time": 1.0, "area": 1.0, "cd": 1.0})
    flat = ballistics.surroundings(gm=0.0, j2=0.0, spin=0.0, ellipsoid=0, radius=1e10, air=3)
    path = ballistics.fly_out(
        kind,
        (1e10 + 1e5, 0.0, 0.0),
        (-speed * math.sin(angle), speed * math.cos(angle), 0.0),
        cutoff=0.0,
        around=flat,
        dt=0.1,
    )
    assert path.impact_speed == pytest.approx(told["surface_speed"], rel=1e-3)
    slowing = -np.gradient(path.speeds, path.times)
    at = int(np.argmax(slowing))
    assert slowing[at] == pytest.approx(told["max_deceleration"], rel=2e-3)
    assert path.heights[at] == pytest.approx(told["altitude"], abs=150.0)


def test_halved_steps_change_nothing_that_matters() -> None:
    one, two = (
        ballistics.fly_out(SCUD, (6378137.0, 0.0, 0.0), (0.1, 0.0, 0.0), forward=(0.0, 1.0, 1.0), dt=dt)
        for dt in (0.5, 0.25)
    )
    assert one.ground_range == pytest.approx(two.ground_range, abs=5.0)
    assert one.flight_time == pytest.approx(two.flight_time, abs=0.01)
    assert one.apogee == pytest.approx(two.apogee, abs=5.0)


@pytest.mark.parametrize("azimuth", [40.0, 130.0, 220.0, 310.0])
@pytest.mark.parametrize("distance", [70e3, 180e3, 290e3])
def test_a_solved_shot_lands_at_its_aim(azimuth, distance) -> None:
    lat, lon = direct(35.0 * DEGREE, 37.0 * DEGREE, azimuth * DEGREE, distance)
    path = solve_aim(35.0 * DEGREE, 37.0 * DEGREE, 400.0, lat, lon, 20.0, SCUD, dt=0.5)
    hit = to_geodetic(*path.positions[-1].tolist())
    assert inverse(hit[0], hit[1], lat, lon)[0] < 1e-3 * distance
    assert hit[2] == pytest.approx(20.0, abs=0.1)
    assert path.landed and path.flight_time == path.times[-1]


def test_a_scud_at_full_range_behaves_as_published() -> None:
    lat, lon = direct(35.0 * DEGREE, 37.0 * DEGREE, 220.0 * DEGREE, 297e3)
    path = solve_aim(35.0 * DEGREE, 37.0 * DEGREE, 400.0, lat, lon, 0.0, SCUD, dt=0.5)
    assert 75e3 < path.apogee < 90e3
    assert 290.0 < path.flight_time < 320.0
    assert 1400.0 < path.burnout_speed < 1550.0


@pytest.mark.parametrize("distance", [5e3, 350e3])
def test_an_aim_out_of_reach_is_refused(distance) -> None:
    lat, lon = direct(0.6, 0.6, 1.0, distance)
    with pytest.raises(InputError, match="km"):
        solve_aim(0.6, 0.6, 0.0, lat, lon, 0.0, SCUD, dt=0.5)


def test_a_ballistic_path_table_follows_the_trajectory() -> None:
    path = ballistics.fly_out(SCUD, (6378137.0, 0.0, 0.0), (0.1, 0.0, 0.0), forward=(0.0, 1.0, 0.0), dt=0.25)
    table = paths.ballistic_path(path, 50.0)
    gaps = [
        np.abs(np.array(motion.position_at(table, 0, 50.0 + t)) - p).max()
        for t, p in zip(path.times.tolist(), path.positions, strict=True)
    ]
    assert max(gaps) < 0.5
    assert motion.end_time(table, 0) == pytest.approx(50.0 + path.flight_time)


def test_nonsense_missiles_are_refused() -> None:
    good = {"launch_mass": 2.0, "burnout_mass": 1.0, "burn_time": 1.0, "area": 1.0}
    for wrong in (
        {"burnout_mass": 3.0},
        {"burn_time": 0.0},
        {"color": 1.0},
        {"cd": {"mach": [1.0, 0.5], "value": [1.0, 1.0]}},
    ):
        with pytest.raises(InputError):
            ballistics.missile(good | wrong)
    with pytest.raises(InputError):
        textbook.minimum_energy(0.0)
    with pytest.raises(InputError):
        thrown(SPHERE, (100.0, 0.0, 0.0)).speed_sinking_through(1e6)


@pytest.mark.parametrize("cd", [0.2, 10.0, 100.0])
@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_strong_drag_slows_and_never_throws(cd, dt) -> None:
    """Expected: a light body of much drag is never faster than it began or than it falls; undivided steps blew up."""
    light = ballistics.missile({"launch_mass": 50, "burnout_mass": 50, "burn_time": 1, "diameter": 1.0, "cd": cd})
    flight = ballistics.fly_out(
        light, (6378137.0 + 8000.0, 0.0, 0.0), (0.0, 2000.0, 0.0), cutoff=0.0, dt=dt, longest=900.0
    )
    assert np.isfinite(flight.positions).all()
    assert flight.speeds.max() <= 2000.0 + 1e-6
    terminal = math.sqrt(2.0 * 9.81 * 50.0 / (1.225 * cd * math.pi / 4.0))
    assert flight.impact_speed == pytest.approx(terminal, rel=0.03) if flight.landed else cd == 100.0
