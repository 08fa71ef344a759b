"""Laws of coverage: the radar equation, horizons and terrain, radars together, agreement with looks of the engine."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.earth import geodesy, sight
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.terrain import Terrain
from openiads.faces.shapes.maps import coverage_data
from openiads.parts.sensing import BELOW_HORIZON, BELOW_MASK, DETECTED, VISIBLE
from openiads.reach import coverage, maps, scenes
from openiads.reach.coverage import DetectionQuestion
from openiads.reach.site_radars import CoverageQuestion, coverage_of
from openiads.scenario.load import load, loads

LAT, LON = math.radians(34.92), math.radians(35.90)
EARTH = 4.0 / 3.0 * MEAN_RADIUS


def scenario(terrain=None, **site):
    """One site, on flat ground if nothing else is said."""
    mapping = {
        "format": 1,
        "name": "look",
        "duration": "900 s",
        "terrain": terrain or {"source": "flat"},
        "model": {"attenuation": False},
        "asset": [{"name": "A", "at": "34.92 N 35.90 E", "radius": "500 m"}],
        "site": [
            {
                "name": "S",
                "system": "s300pmu2",
                "at": "34.92 N 35.90 E",
                "facing": "270 deg",
                "defends": ["A"],
                "low_altitude": "76n6",
                **site,
            }
        ],
    }
    return loads(toml_text(mapping), "look")


@pytest.fixture(scope="module")
def flat():
    return scenes.radar_world(scenario())


def rows(world, *names):
    return scenes.chosen(world, names)


def grid(world, k, size=60, reach=300e3, question=None):
    return coverage.map_around(world, [k], question or DetectionQuestion(), size=reach, cells=size)


def distances(where):
    return geodesy.bearing(LAT, LON, where.lats[:, None], where.lons[None, :])[1]


def far(found, k):
    """Greatest distance at which a height is detected, m."""
    return float(distances(found.map)[found.detected(k)].max(initial=0.0))


def test_sixteen_times_the_cross_section_doubles_the_free_space_range(flat):
    (k,) = rows(flat, "64n6e2")
    reach = {}
    for rcs in (0.05, 0.8):
        question = DetectionQuestion(heights=(9000.0,), above="sea", rcs=rcs)
        where = grid(flat, k, 400, 500e3, question)
        found = coverage.coverage(flat, question, [k], where=where)
        area = found.area(found.detected(0)) / math.pi
        reach[rcs] = math.hypot(math.sqrt(area), 9000.0 - float(flat.rows["radars"][k]["height"]))
    assert reach[0.8] == pytest.approx(2.0 * reach[0.05], rel=0.01)
    needed = coverage.needed_of(flat, k, DetectionQuestion())
    radar = flat.rows["radars"][k]
    assert reach[0.05] == pytest.approx(100e3 * (float(radar["reference_snr"]) * 0.05 / needed) ** 0.25, rel=0.02)


@pytest.mark.parametrize("factor", [1.0, 4.0 / 3.0, 2.0])
def test_over_flat_ground_the_horizon_bounds_what_is_seen(factor):
    world = scenes.radar_world(scenario(), scenes.Air(earth_factor=factor))
    (k,) = rows(world, "64n6e2")
    question = DetectionQuestion(heights=(50.0,), rcs=100.0)
    found = coverage.coverage(world, question, [k], where=grid(world, k, 300, 200e3, question))
    up = float(world.rows["radars"][k]["height"])
    horizon = sight.horizon_arc(up, factor * MEAN_RADIUS) + sight.horizon_arc(50.0, factor * MEAN_RADIUS)
    assert far(found, 0) == pytest.approx(horizon, abs=1500.0)
    assert found.earth_factor == pytest.approx(factor)


@pytest.mark.kernels
def test_lowest_visible_height_over_flat_ground_is_the_horizons(flat):
    (k,) = rows(flat, "64n6e2")
    where = grid(flat, k, 61, 200e3)
    up = float(flat.rows["radars"][k]["height"])
    expected = np.array([[sight.horizon_height(up, float(d), EARTH) for d in row] for row in distances(where)])
    for fine in (False, True):
        lowest = coverage.coverage(flat, DetectionQuestion(), [k], where=where, fine=fine).lowest()
        assert lowest == pytest.approx(expected, abs=2.0, rel=0.035)  # arcs on a sphere: 0.3 %


def hills(seed, lower=0.0):
    """Random hills about the site, lowered elsewhere by up to a share; the radar's own place keeps its height."""
    draws = np.random.default_rng(seed)
    waves = [(draws.uniform(0, 6.28), draws.uniform(0, 6.28), draws.uniform(6e3, 30e3)) for _ in range(6)]

    def surface(lat, lon):
        azimuth, distance = geodesy.bearing(LAT, LON, lat, lon)
        east, north = distance * np.sin(azimuth), distance * np.cos(azimuth)
        height = sum(np.cos((east * np.sin(a) + north * np.cos(a)) / w * 6.28 + p) for a, p, w in waves)
        there = np.clip(distance / 3000.0 - 0.3, 0.0, 1.0)
        return 250.0 * np.maximum(height / 3.0 + 0.3, 0.0) * (1.0 - lower * there * (0.5 + 0.5 * np.sin(east / 7e3)))

    return Terrain("hills", 0.0, surface, repr((seed, lower)).encode())


def over(world, terrain, antenna):
    """The same radars on other ground, with antennas at one height above the sea."""
    here = replace(world, terrain=terrain)
    ground = max(float(terrain.height(LAT, LON)), 0.0)
    return scenes.on_mast(here, range(len(world.rows["radars"])), antenna - ground)


@settings(max_examples=5, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 10_000), share=st.floats(0.1, 1.0))
def test_laws_over_random_terrain(flat, seed, share):
    low, high = rows(flat, "76n6"), rows(flat, "64n6e2")
    world = over(flat, hills(seed), 600.0)
    question = DetectionQuestion(heights=(30.0, 200.0, 1500.0))
    where = coverage.map_around(world, low, question, size=120e3, cells=60)
    one = coverage.coverage(world, question, low, where=where)
    both = coverage.coverage(world, question, low + high, where=where)
    for k in range(3):  # adding a radar never shrinks coverage, and counts add up
        assert not (one.detected(k) & ~both.detected(k)).any()
        assert ((both.count(k) > 0) == both.detected(k)).all()
        assert not (both.detected(k) & ~both.visible(k)).any()
    assert (both.lowest() <= one.lowest()).all()
    # the lowest visible height is consistent with what is in view at heights
    lowest, view = one.lowest("ground"), one.views[0]
    for k, height in enumerate(question.heights):
        hidden = np.isin(view.code[k], (BELOW_HORIZON, BELOW_MASK))
        clear = np.isin(view.code[k], (VISIBLE, DETECTED))
        assert (lowest[hidden] > height - 0.5).all()
        assert (lowest[clear] <= height + 0.5).all()
        assert not (one.blind(height) & one.visible(k)).any()
    # lower ground elsewhere never loses a line of sight, at heights above the sea
    sea = replace(question, heights=(700.0, 2000.0), above="sea")
    lowered = over(flat, hills(seed, share), 600.0)
    before = coverage.coverage(world, sea, low, where=maps.map_of(world.terrain, where.lats, where.lons))
    after = coverage.coverage(lowered, sea, low, where=maps.map_of(lowered.terrain, where.lats, where.lons))
    for k in range(2):
        assert not (before.visible(k) & ~after.visible(k)).any()
    # a larger target, a smaller demand and a higher antenna never see less
    larger = coverage.coverage(world, replace(question, rcs=4.0), low, where=where)
    surer = coverage.coverage(world, replace(question, probability=0.9), low, where=where)
    taller = coverage.coverage(over(flat, hills(seed), 650.0), question, low, where=where)
    for k in range(3):
        assert not (one.detected(k) & ~larger.detected(k)).any()
        assert not (surer.detected(k) & ~one.detected(k)).any()
        assert not (one.visible(k) & np.isin(taller.views[0].code[k], (BELOW_HORIZON, BELOW_MASK))).any()


@settings(max_examples=5, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 10_000), small=st.floats(12e3, 28e3))
def test_over_random_terrain_sixteen_times_the_cross_section_doubles_the_range_of_what_is_in_view(flat, seed, small):
    (k,) = rows(flat, "64n6e2")
    world = over(flat, hills(seed), 600.0)
    radar = world.rows["radars"][k]
    needed = coverage.needed_of(world, k, DetectionQuestion())
    rcs = needed / float(radar["reference_snr"]) * (small / 100e3) ** 4
    question = DetectionQuestion(heights=(4000.0,), above="sea", rcs=rcs)
    where = coverage.map_around(world, [k], question, size=150e3, cells=70)
    one, larger = (
        coverage.coverage(world, replace(question, rcs=share * rcs), [k], where=where) for share in (1.0, 16.0)
    )
    away = np.hypot(distances(where), 4000.0 - float(radar["height"]))
    for found, reach in ((one, small), (larger, 2.0 * small)):
        seen, view = found.detected(0), found.visible(0)
        assert (view == one.visible(0)).all()  # the ground does not care how large a target is
        assert (seen == view)[away < 0.98 * reach].all() and not seen[away > 1.02 * reach].any()
        assert seen.any()


@settings(max_examples=4, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 10_000), course=st.floats(0.0, 6.28), away=st.floats(12e3, 45e3))
def test_over_random_terrain_a_line_of_sight_is_the_same_both_ways(seed, course, away):
    """The antenna of either end is seen from the other, or neither is; where the ray all but touches, either may be."""
    land = hills(seed)
    ends = [(LAT, LON), tuple(float(v) for v in geodesy.offset(LAT, LON, course, away))]
    worlds = []
    for lat, lon in ends:
        place = f"{math.degrees(lat):.6f} N {math.degrees(lon):.6f} E"
        worlds.append(scenes.radar_world(scenario(at=place, low_altitude="76n6")))
    for up in (15.0, 60.0, 150.0, 400.0):  # m above the ground, at both ends
        heights = [max(float(land.height(*end)), 0.0) + up for end in ends]
        over_it = []
        for n, world in enumerate(worlds):
            (k,) = rows(world, "76n6")
            raised = scenes.on_mast(replace(world, terrain=land), [k], up)
            lat, lon = ends[1 - n]
            where = maps.map_of(land, np.array([lat, lat + 1e-9]), np.array([lon, lon + 1e-9]))
            lowest = coverage.coverage(raised, DetectionQuestion(), [k], where=where).lowest()[0, 0]
            over_it.append(heights[1 - n] - float(lowest))
        if min(abs(gap) for gap in over_it) > 12.0:  # m: a mask has steps in azimuth and range
            assert (over_it[0] > 0.0) == (over_it[1] > 0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_fine_line_of_sight_agrees_with_the_masks_but_at_edges(flat, seed):
    world = over(flat, hills(seed), 500.0)
    low = rows(flat, "76n6")
    question = DetectionQuestion(heights=(50.0, 300.0))
    where = coverage.map_around(world, low, question, size=80e3, cells=160)
    masks, fine = (coverage.coverage(world, question, low, where=where, fine=each) for each in (False, True))
    for k in range(2):
        assert (masks.visible(k) == fine.visible(k)).mean() > 0.97
    assert 0.05 < masks.visible(0).mean() < 0.95


def test_every_cell_is_what_a_look_of_the_engine_meets(flat):
    """A flight flown over cells of the map meets in each second what the map says of its place."""
    from openiads.reach.approach import approach

    land = {
        "source": "ridge",
        "origin": "34.92 N 35.90 E",
        "bearing": "270 deg",
        "distance": "25 km",
        "height": "400 m",
        "width": "4 km",
    }
    route = {
        "name": "R",
        "kind": "f16",
        "side": "hostile",
        "route": ["35.4 N 34.6 E", "34.93 N 35.85 E"],
        "agl": "300 m",
        "speed": "250 m/s",
    }
    world = scenes.radar_world(scenario(land), route=route)
    low = rows(world, "76n6")
    way = approach(world, 0, low, rcs=2.0)
    question = DetectionQuestion(heights=(300.0,), rcs=2.0)
    agree = []
    for k in range(0, len(way.times) - 1, 7):
        lats, lons = way.lats[k] + np.array([0.0, 1e-9]), way.lons[k] + np.array([0.0, 1e-9])
        where = maps.map_of(world.terrain, lats, lons)
        level = replace(question, heights=(float(way.heights[k]),), above="sea")
        code = coverage.coverage(world, level, low, where=where).views[0].code[0, 0, 0]
        agree.append((code in (VISIBLE, DETECTED)) == (way.snr[0, k] > 0.0))
        needed = coverage.needed_of(world, low[0], level)
        agree.append((code == DETECTED) == (way.snr[0, k] >= needed))
    assert all(agree)
    assert way.snr[0].max() > 0.0 and way.snr[0].min() == 0.0


def test_propagation_switches_do_what_they_say():
    tartus = load("tartus_2016")
    base = scenes.radar_world(tartus)
    low = rows(base, "76n6")
    question = DetectionQuestion(heights=(60.0, 3000.0), rcs=0.5)
    where = coverage.map_around(base, low, question, size=240e3, cells=80)

    def area(k, **air):
        found = coverage.coverage(scenes.radar_world(tartus, scenes.Air(**air)), question, low, where=where)
        return found.area(found.visible(k)), found.area(found.detected(k))

    clear, lossy = area(1, attenuation=False), area(1, attenuation=True)
    assert clear[0] == lossy[0] and clear[1] >= lossy[1]
    assert area(0, earth_factor=1.0)[0] < area(0)[0] < area(0, earth_factor=2.0)[0]
    assert area(0, diffraction=True)[0] > area(0, diffraction=False)[0]


def test_over_the_sea_multipath_moves_what_is_detected_and_not_what_is_in_view():
    found = []
    for on in (None, False):
        world = scenes.radar_world(load("moskva_2015"), scenes.Air(multipath=on))
        low = rows(world, "mr710")
        question = DetectionQuestion(heights=(50.0, 3000.0), rcs=0.5)
        where = coverage.map_around(world, low, question, size=300e3, cells=80)
        found.append(coverage.coverage(world, question, low, where=where))
    assert [each.multipath for each in found] == [True, False]
    assert (found[0].visible(0) == found[1].visible(0)).all()
    assert (found[0].detected(1) != found[1].detected(1)).any()


def test_a_sector_is_seen_and_nothing_behind_it(flat):
    face = rows(flat, "30n6e2")
    question = DetectionQuestion(heights=(3000.0,), rcs=10.0)
    found = coverage.coverage(
        flat, question, face, where=coverage.map_around(flat, face, question, size=80e3, cells=41)
    )
    azimuth = geodesy.bearing(LAT, LON, found.map.lats[:, None], found.map.lons[None, :])[0]
    behind = np.cos(azimuth - math.radians(270.0)) < -0.2
    assert found.visible(0).any()
    assert not found.visible(0)[behind].any()
    assert np.isinf(found.lowest()[behind]).all()


def test_names_choose_radars_and_wrong_ones_are_told(flat):
    assert rows(flat, "S/76n6") == rows(flat, "76n6")
    assert len(scenes.chosen(flat, sites=["S"])) == 3
    with pytest.raises(InputError, match="no radar"):
        scenes.chosen(flat, ["an_mpq53"])
    with pytest.raises(InputError, match="no radar belongs"):
        scenes.chosen(flat, sites=["Nowhere"])
    off = scenes.radar_world(scenario(radars_off=["76n6"]))
    with pytest.raises(InputError, match="is on"):
        scenes.chosen(off, ["76n6"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"above": "clouds"},
        {"heights": ()},
        {"heights": (math.nan,)},
        {"heights": (-10.0,)},
        {"rcs": 0.0},
        {"probability": 1.0},
        {"looks": (3, 2)},
    ],
)
def test_senseless_questions_are_refused(flat, wrong):
    with pytest.raises(InputError):
        coverage.coverage(flat, DetectionQuestion(**wrong), where=grid(flat, 0, 4))


def test_a_map_by_its_corners_has_nearly_square_cells_and_answers_as_any_other(flat):
    low, high = (LAT - 0.004, LON - 0.012), (LAT + 0.006, LON + 0.003)
    where = maps.map_within(flat.terrain, low, high, cells=50)
    assert where.bounds == pytest.approx((*low, *high), abs=1e-12)
    assert max(where.ground.shape) == 50 and where.cell[0] == pytest.approx(where.cell[1], rel=0.03)
    (k,) = rows(flat, "76n6")
    question = DetectionQuestion(heights=(50.0,))
    found = coverage.coverage(flat, question, [k], where=where)
    aside = coverage.map_around(flat, [k], question, size=120e3, cells=50, center=(LAT, LON + 0.005))
    assert float(aside.lons.mean()) == pytest.approx(LON + 0.005)
    other = coverage.coverage(flat, question, [k], where=aside)
    for each in (found, other):  # over flat ground what is in view depends on the distance alone
        away = distances(each.map)
        assert away[each.visible(0)].max() < away[~each.visible(0) & (away > 5e3)].min(initial=1e6) + 500.0
    with pytest.raises(InputError, match="coverage map"):
        maps.map_within(flat.terrain, low, (high[0], low[1]))


@pytest.mark.parametrize("cells", [2, 7, 20, 111])
def test_a_map_is_as_large_as_the_window_asked_for(flat, cells):
    low, high = (LAT - 0.004, LON - 0.004), (LAT + 0.004, LON + 0.005)
    where = maps.map_within(flat.terrain, low, high, cells=cells)
    exact = MEAN_RADIUS**2 * (math.sin(high[0]) - math.sin(low[0])) * (high[1] - low[1])
    assert float((where.areas * np.ones(where.ground.shape)).sum()) == pytest.approx(exact, rel=1e-5)
    assert where.bounds == pytest.approx((*low, *high), abs=1e-12)
    (k,) = rows(flat, "76n6")
    around = coverage.map_around(flat, [k], DetectionQuestion(), size=80e3, cells=cells)
    side = 80e3 / MEAN_RADIUS
    assert around.bounds[2] - around.bounds[0] == pytest.approx(side, rel=1e-9)


def test_a_window_across_the_antimeridian_goes_on_beyond_it(flat):
    where = maps.map_within(flat.terrain, (LAT, math.radians(179.5)), (LAT + 0.01, math.radians(-179.5)), cells=10)
    assert np.degrees(where.bounds[3] - where.bounds[1]) == pytest.approx(1.0)
    assert (np.diff(where.lons) > 0.0).all()


def test_impossible_maps_are_refused(flat):
    for wrong in ({"size": 0.0}, {"size": 2e6}, {"cells": 1}, {"cells": 10_000}):
        with pytest.raises(InputError, match="coverage map"):
            coverage.map_around(flat, [0], DetectionQuestion(), **wrong)
    with pytest.raises(InputError, match="--mast"):
        scenes.on_mast(flat, [0], -3.0)
    with pytest.raises(InputError, match="--system"):
        scenes.site_scenario("s300pmu9", (LAT, LON))
    with pytest.raises(InputError, match="--threat"):
        scenes.of_threat(flat, "f17", DetectionQuestion())
    diffracting = scenes.radar_world(scenario(), scenes.Air(diffraction=True))
    with pytest.raises(InputError, match="diffraction"):
        coverage.coverage(diffracting, where=grid(flat, 0, 4), fine=True)


def test_a_threat_shows_its_nose_in_each_band(flat):
    question = scenes.of_threat(flat, "tomahawk", DetectionQuestion())
    entry = flat.catalog["tomahawk"]
    assert question.rcs == tuple(float(row.si("nose")) for band in "SCX" for row in entry.rcs if row.band == band)
    assert question.swerling == int(entry.swerling.si)


@pytest.mark.parametrize("fine", [False, True])
def test_behind_a_ridge_the_lowest_height_is_the_ray_over_its_crest(fine):
    """As the reference case TERR-RIDGE-LOS, through the public function."""
    land = {
        "source": "ridge",
        "origin": "34.92 N 35.90 E",
        "bearing": "0 deg",
        "distance": "20 km",
        "height": "500 m",
        "width": "3 km",
    }
    world = scenes.radar_world(scenario(land))
    low = rows(world, "76n6")
    where = maps.map_of(world.terrain, LAT + np.linspace(0.0, 60e3, 121) / MEAN_RADIUS, LON + np.linspace(0, 3e-5, 3))
    lowest = coverage.coverage(world, DetectionQuestion(), low, where=where, fine=fine).lowest()[:, 0]
    antenna = float(world.rows["radars"][low[0]]["height"])
    for k in (60, 80, 100, 118):
        away = float(geodesy.bearing(LAT, LON, where.lats[k], where.lons[0])[1])
        assert lowest[k] == pytest.approx(sight.ray_height(antenna, 20e3, 500.0, away, EARTH), rel=0.02)
    assert lowest[10] == pytest.approx(0.0, abs=1.0)


def test_what_a_ship_sees_of_the_open_sea_does_not_depend_on_its_longitude() -> None:
    """Expected: the same area to the last digits from one side of 180 degrees to the other, and at it."""
    areas = []
    for lon in ("179.0 E", "179.9 E", "179.999 E", "180.0 E", "179.999 W", "179.0 W"):
        question = CoverageQuestion(system="s300f", at=f"10.0 N {lon}", heights=("300 m",), size="200 km", cells=40)
        found = coverage_data(coverage_of(question))
        assert "optimistic for the defense" in found["terrain"]["note"]
        areas.append(found["heights"][0]["detected_km2"])
    assert areas == pytest.approx([areas[0]] * len(areas), rel=1e-9)
    assert areas[0] > 10_000.0
