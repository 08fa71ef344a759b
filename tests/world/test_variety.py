"""Flights of one raid differ: each draws its own speed, height and cross section; no parameter sample moves it."""

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, each, raid, scene
from openiads.base.errors import InputError, InputErrors
from openiads.engine.runner import Runner
from openiads.physics.motion import end_time, local_up, state_at
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import catalog_of
from openiads.world.build import World
from openiads.world.variety import VARIANTS, levels
from world.test_model import content

pytestmark = pytest.mark.compiled_only
COUNT = 300


def flown(world: World, count: int = COUNT) -> np.ndarray:
    """Rows of flights as each replication drew them, (replications, flights)."""
    runner = Runner(world, 1)
    found = []
    for k in range(count):
        assert runner.replicate(k).outcome["status"][0] == 0
        found.append(runner.sim.flights.copy())
    return np.array(found)


def midway(world: World, path: int) -> tuple[float, float]:
    """Speed (m/s) and height (m) in the midst of a path."""
    x, y, z, vx, vy, vz = state_at(world.tables, path, 0.5 * (world.tables[path] + end_time(world.tables, path)))
    return math.sqrt(vx * vx + vy * vy + vz * vz), local_up(x, y, z)[3]


def varied(**more: object) -> World:
    """Four aircraft over a depot that nobody defends."""
    return scene(raid("West", count=4, lateral_spacing="2 km", **more), model=CLEAR, sites=[], duration=60.0)


def test_levels_have_the_deviation_that_is_declared() -> None:
    found = levels()
    assert len(found) == VARIANTS and found == sorted(found)
    assert sum(found) == pytest.approx(0.0, abs=1e-12)
    assert np.std(found) == pytest.approx(1.0, abs=1e-12)


def test_each_flight_draws_a_speed_and_a_height_of_its_own() -> None:
    """Expected: mean and deviation as declared, for every flight; the next flight's are independent of them, so that
    correlations are within chance."""
    world = varied(speed_spread="15 m/s", height_spread="300 m")
    rows = flown(world)
    known = {int(path): midway(world, int(path)) for path in np.unique(rows["path"])}
    assert len(known) == 4 * VARIANTS
    speed, height = np.moveaxis(np.array([[known[int(path)] for path in one] for one in rows["path"]]), 2, 0)
    for values, mean, deviation in ((speed, 250.0, 15.0), (height, 6000.0, 300.0)):
        assert np.all(np.abs(values.mean(axis=0) - mean) < 4.0 * deviation / math.sqrt(COUNT) + 0.01 * deviation)
        assert np.all(np.abs(values.std(axis=0) / deviation - 1.0) < 4.0 / math.sqrt(2.0 * COUNT))
    chance = 4.0 / math.sqrt(COUNT)
    assert abs(np.corrcoef(speed[:, 0], speed[:, 1])[0, 1]) < chance
    assert abs(np.corrcoef(height[:, 2], height[:, 3])[0, 1]) < chance


def test_every_variant_is_as_likely_as_the_next() -> None:
    rows = flown(varied(speed_spread="15 m/s"))
    counts = np.unique(rows["path"], return_counts=True)[1]
    expected = COUNT / VARIANTS
    assert len(counts) == 4 * VARIANTS
    assert np.all(np.abs(counts - expected) < 4.5 * math.sqrt(expected))


def test_whatever_its_speed_a_flight_is_on_target_in_time() -> None:
    """Expected: the n-th flight ends at the time on target plus n spacings, for every variant."""
    own = {key: value for key, value in raid("West", count=3, spacing="7 s").items() if key != "start"}
    timed = own | {"time_on_target": "600 s", "speed_spread": "20 m/s"}
    rows = flown(scene(timed, model=CLEAR, sites=[], duration=700.0), 40)
    assert len(np.unique(rows["path"])) > 15
    assert np.allclose(rows["ends"], 600.0 + 7.0 * np.arange(3), atol=1e-6)
    assert rows["starts"].min() >= 0.0


def test_cross_sections_are_log_normal_about_the_type() -> None:
    """Expected: in decibels mean 0 and the declared deviation, one factor for all bands and aspects of a flight."""
    world = varied(rcs_spread="3 dB")
    decibels = 10.0 * np.log10(flown(world)["rcs"] / world.rows["flights"]["rcs"])
    assert np.allclose(decibels, decibels[:, :, :1, :1])
    own = decibels[:, :, 0, 0]
    assert np.all(np.abs(own.mean(axis=0)) < 4.0 * 3.0 / math.sqrt(COUNT))
    assert np.all(np.abs(own.std(axis=0) / 3.0 - 1.0) < 4.0 / math.sqrt(2.0 * COUNT))
    assert abs(np.corrcoef(own[:, 0], own[:, 1])[0, 1]) < 4.0 / math.sqrt(COUNT)


def test_what_shows_a_larger_cross_section_is_seen_from_farther() -> None:
    """Expected: first detection comes earlier with more, by rank: range follows the fourth root."""
    world = scene(raid("West", distance=300.0, rcs_spread="6 dB"), model=CLEAR)
    size = [float(rows["rcs"][0, 0, 0]) for rows in flown(world, 60)]
    seen = [float(rows["first_detected"][0]) for rows in flown(world, 60)]
    ranks = [np.argsort(np.argsort(values)) for values in (size, seen)]
    assert np.corrcoef(*ranks)[0, 1] < -0.5


def test_a_raid_of_one_mean_leaks_about_as_much_when_it_varies_a_little() -> None:
    """Expected: a variety of a few percent moves leakers by less than a flight in four; the mean stays the mean."""
    same, other = (
        np.array(
            each(
                scene(raid("West", count=4, lateral_spacing="2 km", **more), model=CLEAR),
                40,
                lambda result: float(result.outcome["leakers"][0]),
            )
        )
        for more in ({}, {"speed_spread": "5 m/s", "height_spread": "100 m", "rcs_spread": "1 dB"})
    )
    assert abs(same.mean() - other.mean()) < 1.0


def test_nothing_declared_and_no_spread_are_one_world() -> None:
    assert content(varied()) == content(varied(speed_spread="0 m/s", height_spread="0 m", rcs_spread="0 dB"))


def test_variety_is_no_parameter_and_goes_about_the_sample() -> None:
    """Expected: no knob more; in a sample whose type is slower all its flights are, by as much."""
    flying = {"agl": "200 m", "count": 3}
    plain, world, slow = (
        scene(raid("Drones", "shahed136", **flying, **more), model=CLEAR, sites=[], knobs=knobs)
        for more, knobs in (
            ({}, None),
            ({"speed_spread": "2 m/s"}, None),
            ({"speed_spread": "2 m/s"}, {"shahed136.speed": 40.0}),
        )
    )
    names = [{knob.name for knob in knob_list(catalog_of(w.scenario), w.scenario)} for w in (plain, world)]
    assert names[0] == names[1]
    nominal = catalog_of(world.scenario)["shahed136"].si("speed")
    for each_, speed in ((world, nominal), (slow, 40.0)):
        at = [int(row["variants_at"]) for row in each_.rows["flights"]]
        paths = [int(each_.tables[k + 3 * v]) for k in at for v in range(VARIANTS)]
        assert np.mean([midway(each_, path)[0] for path in paths]) == pytest.approx(speed, abs=0.05)


@pytest.mark.parametrize(
    ("flying", "told"),
    [
        (
            {"threat": "scud_b", "speed_spread": "5 m/s", "distance": 250.0},
            r"a ballistic missile flies by its own arc\. Remove speed_spread\.",
        ),
        ({"speed_spread": "200 m/s"}, r"the least of its flights would be at -\d+ m/s\. Give \d+ at most\."),
        (
            {"threat": "tomahawk", "agl": "50 m", "height_spread": "100 m"},
            r"the least of its flights would be at -\d+ m\. Give \d+ at most\.",
        ),
    ],
)
def test_variety_that_cannot_be_is_one_line_that_says_what_to_do(flying: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told) as problem:
        scene(raid("West", **flying), model=CLEAR)
    assert "\n" not in str(problem.value)


def test_carriers_do_not_vary_in_speed_or_height() -> None:
    told = "speed_spread of carriers, whose weapons are released at one time and height"
    carriers = raid("West", weapon="tomahawk", release_range="40 km", speed_spread="5 m/s")
    with pytest.raises(InputErrors, match=told):
        scene(carriers, model=CLEAR)
