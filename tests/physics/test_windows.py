"""Windows of feasible intercepts: found whatever the geometry, with their ends to a tenth of a second."""

import math

import numpy as np
import pytest

from openiads.base.compiled import PLAIN
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics.flyout import track_acceleration
from openiads.physics.reach import flyout_table
from openiads.physics.windows import LEAST_STEP, SPACING, WHOLE, Shot, feasible, first_feasible, meeting, surely_above
from physics.samples import long_range_round

RANGE = 220e3
NO_LIMITS = np.array([0.0, math.inf, -math.inf, math.inf])
PUBLISHED = np.array([3e3, 195e3, 10.0, 27e3])


@pytest.fixture(scope="module")
def table():
    return flyout_table(long_range_round(), RANGE, ranges=25 if PLAIN else 97, heights=10 if PLAIN else 19)


def shot_at(
    distance, height, speed, offset=0.0, climb=0.0, *, horizon=320.0, load=9.8, ballistic=0, doubt=(0.0, 0.0), level=0.0
):
    """A flight that comes from the north toward a launcher on the equator, passing it at ``offset`` (m)."""
    angle = distance / SEMI_MAJOR
    r = SEMI_MAJOR + height
    x, y, z = r * math.cos(angle), offset, r * math.sin(angle)
    vx = speed * math.sin(angle) + climb * math.cos(angle)
    vz = -speed * math.cos(angle) + climb * math.sin(angle)
    least = max(400.0, speed)
    return Shot(0, SEMI_MAJOR, 0.0, 0.0, 0.0, x, y, z, vx, 0.0, vz, 0.0, ballistic, load, least, horizon, *doubt, level)


def by_grid(table, limits, shot, step=0.02):
    """First and last feasible time on a grid so fine that no window hides, and the length of its shortest window."""
    pull = track_acceleration(shot.x, shot.y, shot.z, shot.vx, shot.vy, shot.vz, shot.ballistic)
    times = np.arange(0.0, shot.horizon + step / 2, step)
    inside = np.array([meeting(table, limits, shot, *pull, float(t))[0] >= 0.0 for t in times])
    if not inside.any():
        return math.inf, math.inf, math.inf
    change = np.diff(np.concatenate([[0], inside.astype(int), [0]]))
    begins, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1
    return times[begins[0]], times[ends[-1]], float((ends - begins).min() + 1) * step


def agrees(table, limits, shot) -> bool:
    """Whether there is a window; that it is the grid's is asserted, unless a part of it is shorter than the spacing."""
    first, _, _, _, last = first_feasible(table, limits, shot)
    grid_first, grid_last, shortest = by_grid(table, limits, shot)
    fall = 9.9 * shot.horizon / 2 if shot.ballistic else 0.0
    if shortest > max(SPACING / (math.hypot(shot.vx, shot.vz) + fall), LEAST_STEP):
        assert (first, last) == pytest.approx((grid_first, grid_last), abs=0.1), shot
    return grid_first < math.inf


@pytest.mark.compiled_only  # two million evaluations
def test_the_window_is_that_of_a_fine_grid_whatever_the_geometry(table) -> None:
    """Expected: both ends of the window within 0.1 s of a grid of 0.02 s, for flights of 40 to 1,500 m/s at 15 m to
    27 km that pass at 0 to 150 km; no window is missed that lasts two kilometers of the target's way."""
    rng = np.random.default_rng(14)
    found = 0
    for _ in range(60):
        speed = float(np.exp(rng.uniform(math.log(40.0), math.log(1500.0))))
        height = float(np.exp(rng.uniform(math.log(15.0), math.log(27e3))))
        offset = float(rng.choice([0.0, rng.uniform(0.0, 150e3)]))
        shot = shot_at(float(rng.uniform(2e3, 210e3)), height, speed, offset, load=float(rng.choice([3.0, 9.8, 60.0])))
        found += agrees(table, PUBLISHED if rng.random() < 0.5 else NO_LIMITS, shot)
    assert found > 20


@pytest.mark.compiled_only  # half a million evaluations
def test_the_window_of_a_falling_target_is_that_of_a_fine_grid(table) -> None:
    """Expected as for flights: a missile that comes down steeply at 500 to 2,500 m/s is feasible for seconds."""
    rng = np.random.default_rng(15)
    found = 0
    for _ in range(30):
        speed, steep = float(rng.uniform(500.0, 2500.0)), float(rng.uniform(0.2, 1.3))
        shot = shot_at(
            float(rng.uniform(5e3, 60e3)), float(rng.uniform(10e3, 60e3)), speed * math.cos(steep),
            float(rng.uniform(0.0, 20e3)), -speed * math.sin(steep), horizon=160.0, ballistic=1,
        )  # fmt: skip
        found += agrees(table, NO_LIMITS, shot)
    assert found > 10


def test_a_low_flyer_whose_track_sinks_below_the_sea_is_shot_at_on_the_sea(table) -> None:
    """Expected: a track at -50 m that sinks at 5 m/s, known to 100 m and 10 m/s, is as feasible as one at 15 m; a
    track that is surely below the ground is not."""
    level = first_feasible(table, NO_LIMITS, shot_at(25e3, 15.0, 250.0))
    noisy = first_feasible(table, NO_LIMITS, shot_at(25e3, -50.0, 250.0, climb=-5.0, doubt=(100.0, 10.0)))
    assert noisy[0] == pytest.approx(level[0], abs=1.0)
    assert math.dist(noisy[1:4], (0.0, 0.0, 0.0)) >= SEMI_MAJOR - 100.0
    assert first_feasible(table, NO_LIMITS, shot_at(25e3, -500.0, 250.0, doubt=(100.0, 0.0)))[0] == math.inf


@pytest.mark.parametrize("level", [0.0, 5.0, 20.0, 25.0, 30.0, 37.5])
def test_a_flight_below_a_published_floor_is_not_lifted_to_it(table, level) -> None:
    """Expected: with a floor of 25 m there is an intercept from that height on and a deviation of the track above it,
    at most as much again, whatever the doubt of the prediction; once what flew at 8 m was taken to fly at 25 m.  A
    track known worse than the floor tells ever less of it: twice the excess comes off again."""
    floor = np.array([3e3, 195e3, 25.0, 27e3])
    above = 25.0 + min(level, 25.0) - 2.0 * max(level - 25.0, 0.0)
    for height in (2.0, 8.0, 15.0, 24.0, 26.0, 31.0, 44.0, 46.0, 49.0, 51.0, 200.0):
        shot = shot_at(25e3, height, 250.0, horizon=90.0, doubt=(math.inf, 0.0), level=level)
        assert (first_feasible(table, floor, shot)[0] < math.inf) == (height > above), height
        assert first_feasible(table, NO_LIMITS, shot)[0] < math.inf


@pytest.mark.parametrize("level", [50.0, 60.0, 300.0])
def test_a_height_that_is_known_too_badly_does_not_keep_a_round_below_its_floor(table, level) -> None:
    """Expected: where the deviation is twice the floor and more, a track at any height near the ground is as feasible
    as one at the floor: a unit whose post has a missile at 50 m somewhere between -100 and 200 m still takes it."""
    floor = np.array([3e3, 195e3, 25.0, 27e3])
    there = first_feasible(table, floor, shot_at(25e3, 25.1, 250.0, horizon=90.0, doubt=(math.inf, 0.0)))
    for height in (-40.0, 1.0, 8.0, 24.0, 30.0):
        shot = shot_at(25e3, height, 250.0, horizon=90.0, doubt=(math.inf, 0.0), level=level)
        assert first_feasible(table, floor, shot)[0] == pytest.approx(there[0], abs=0.2), height


def test_what_keeps_a_low_flyer_below_a_floor_has_no_cliff_over_its_deviation() -> None:
    """Expected: continuous over the deviation, at the floor itself without any, highest where both are equal."""
    deviations = np.linspace(0.0, 200.0, 2001)
    needed = np.array([surely_above(25.0, float(d)) for d in deviations])
    assert needed[0] == 25.0
    assert np.abs(np.diff(needed)).max() <= 2.0 * (deviations[1] - deviations[0]) + 1e-9
    assert deviations[needed.argmax()] == pytest.approx(25.0)
    assert surely_above(0.0, 50.0) == 0.0
    assert surely_above(-math.inf, 50.0) == -math.inf


def test_time_to_spare_is_where_the_table_says(table) -> None:
    shot = shot_at(80e3, 5e3, 300.0)
    pull = track_acceleration(shot.x, shot.y, shot.z, shot.vx, shot.vy, shot.vz, 0)
    first, x, y, z, last = first_feasible(table, NO_LIMITS, shot)
    spare, *place, _ = meeting(table, NO_LIMITS, shot, *pull, first)
    assert 0.0 <= spare < 0.1
    assert place == pytest.approx([x, y, z])
    assert last > first


@pytest.mark.compiled_only
def test_a_search_that_is_asked_less_says_the_same_of_what_is_asked(table) -> None:
    """The first alone is the first of the whole window, to the bit; later than enough, it is told to be no later than
    it is and later than enough.  Over the geometries of the grid's test, windows that have begun and none among them.
    """
    rng = np.random.default_rng(4)
    placed, late, none = 0, 0, 0
    for _ in range(600):
        speed, ballistic = float(rng.uniform(40.0, 1500.0)), int(rng.integers(2))
        given = (float(rng.uniform(2e3, 300e3)), float(rng.uniform(15.0, 30e3)), speed, float(rng.uniform(-40e3, 40e3)))
        shot = shot_at(*given, climb=float(rng.uniform(-300.0, 100.0)), ballistic=ballistic)
        limits = PUBLISHED if rng.integers(2) else NO_LIMITS
        whole = first_feasible(table, limits, shot)
        assert feasible(table, limits, shot, WHOLE) == whole
        for enough in (0.0, 15.0, 60.0, 1e9):
            part = feasible(table, limits, shot, enough)
            assert part[4] == part[0] or part[0] == math.inf
            if part[:4] == whole[:4]:
                placed += 1
                none += whole[0] == math.inf
            else:
                assert shot.ready + enough < part[0] <= whole[0] < math.inf
                late += 1
    assert min(placed - none, late, none) > 100
