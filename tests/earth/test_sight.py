"""Laws of horizons, lines of sight and mask tables."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth import geodesy, shapes, sight, terrain
from openiads.textbook import earth as textbook

LAT, LON = math.radians(34.9), math.radians(35.9)
EARTH = 4.0 / 3.0 * geodesy.MEAN_RADIUS


def hills(seed, scale=300.0, lower=0.0):
    """Random smooth hills around the site: sums of waves 6-30 km long; ``lower`` takes away up to that share."""
    draws = np.random.default_rng(seed)
    waves = [(draws.uniform(0, 6.28), draws.uniform(0, 6.28), draws.uniform(6e3, 30e3)) for _ in range(8)]

    def surface(lat, lon):
        azimuth, distance = geodesy.bearing(LAT, LON, lat, lon)
        east, north = distance * np.sin(azimuth), distance * np.cos(azimuth)
        height = sum(np.cos((east * np.sin(a) + north * np.cos(a)) / w * 6.28 + p) for a, p, w in waves)
        ground = scale * np.maximum(height / 3.0 + 0.3, 0.0)
        return ground * (1.0 - lower * (0.5 + 0.5 * np.sin(east / 7e3)))

    return terrain.Terrain("hills", 0.0, surface, repr((seed, scale, lower)).encode())


def target(azimuth, distance, height):
    lat, lon = geodesy.offset(LAT, LON, azimuth, distance)
    return float(lat), float(lon), float(height)


def test_horizon_range_is_the_same_with_ends_swapped_and_grows_with_height():
    assert sight.horizon_range(20.0, 500.0, EARTH) == sight.horizon_range(500.0, 20.0, EARTH)
    reach = [sight.horizon_range(h, 100.0, EARTH) for h in (0.0, 1.0, 10.0, 100.0, 1000.0)]
    assert reach == sorted(reach)
    assert sight.horizon_range(-5.0, -1.0, EARTH) == 0.0


def test_the_handbook_rule_is_within_a_fifth_of_a_percent_at_low_heights():
    assert textbook.horizon_rule(24.0, 100.0) == pytest.approx(sight.horizon_range(24.0, 100.0, EARTH), rel=2e-3)


def test_lowest_height_over_smooth_earth_is_just_visible():
    for antenna, distance in ((5.0, 20e3), (30.0, 60e3), (300.0, 250e3), (10e3, 900e3)):
        lowest = sight.horizon_height(antenna, distance, EARTH)
        assert textbook.visible_smooth(antenna, lowest * (1 + 1e-9) + 1e-6, distance, EARTH)
        assert not lowest or not textbook.visible_smooth(antenna, lowest * (1 - 1e-6) - 1e-6, distance, EARTH)


def test_everything_above_the_sea_is_seen_up_to_the_horizon_and_nothing_a_quarter_turn_away():
    assert sight.horizon_height(30.0, 0.999 * sight.horizon_arc(30.0, EARTH), EARTH) == 0.0
    assert sight.horizon_height(30.0, 2e7, EARTH) == sight.NEVER
    assert sight.ray_height(30.0, 1e5, 500.0, 2e7, EARTH) == sight.NEVER


def test_a_ray_passes_through_both_its_points():
    assert sight.ray_height(30.0, 4e4, 900.0, 4e4, EARTH) == pytest.approx(900.0, abs=1e-6)
    assert sight.ray_height(30.0, 4e4, 900.0, 0.0, EARTH) == pytest.approx(30.0, abs=1e-6)


def test_depression_exceeds_grazing_by_the_earths_curve_and_both_vanish_at_the_horizon():
    slant = math.sqrt(300.0 * (2 * EARTH + 300.0))
    assert textbook.grazing_angle(300.0, slant, EARTH) == pytest.approx(0.0, abs=1e-7)
    assert textbook.depression_angle(300.0, slant, EARTH) == pytest.approx(math.atan(slant / EARTH), abs=1e-7)
    assert textbook.depression_angle(300.0, 300.0, EARTH) == pytest.approx(math.pi / 2, abs=1e-6)
    assert textbook.grazing_angle(300.0, 100.0, EARTH) == math.pi / 2


def test_ground_range_is_what_the_geodesic_says():
    lat, lon = geodesy.direct(LAT, LON, 0.7, 150e3)
    enu = textbook.to_enu(LAT, LON, 30.0, lat, lon, 9000.0)
    assert sight.ground_range(30.0, *enu, geodesy.MEAN_RADIUS) == pytest.approx(150e3, rel=3e-3)


def test_mask_over_smooth_sea_is_the_horizon():
    table = sight.mask_table(shapes.flat(0.0), LAT, LON, 24.0, max_range=250e3, azimuths=36)
    for distance in np.linspace(0.0, 400e3, 333):
        expected = sight.horizon_height(24.0, float(distance), EARTH)
        assert sight.lowest_visible(table, 0, 1.234, float(distance)) == pytest.approx(expected, abs=0.5, rel=2e-4)


def test_mask_behind_a_ridge_is_the_ray_over_its_crest():
    wall = shapes.ridge(LAT, LON, 0.6, 15e3, 400.0, width=1000.0)
    table = sight.mask_table(wall, LAT, LON, 20.0, max_range=120e3, azimuths=360, range_step=50.0)
    azimuth = 0.6 // (2 * math.pi / 360) * (2 * math.pi / 360)
    crest = 15e3 / math.cos(azimuth - 0.6)
    for distance in (17e3, 30e3, 60e3, 119e3, 180e3):
        exact = sight.ray_height(20.0, crest, 400.0, distance, EARTH)
        assert sight.lowest_visible(table, 0, azimuth, distance) == pytest.approx(exact, rel=2e-3)
    assert sight.lowest_visible(table, 0, azimuth + math.pi, 10e3) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mask_agrees_with_direct_rays_through_the_same_points(seed):
    land = hills(seed)
    antenna = float(land.height(LAT, LON)) + 25.0
    table = sight.mask_table(land, LAT, LON, antenna, max_range=80e3, azimuths=360)
    draws = np.random.default_rng(seed)
    for _ in range(60):
        azimuth, distance = 2 * math.pi / 360 * draws.integers(360), 500.0 * draws.integers(4, 160)
        lowest = sight.lowest_visible(table, 0, azimuth, distance)
        slack = 0.1 + 1e-3 * abs(lowest - antenna)
        below, above = (target(azimuth, distance, lowest + off) for off in (-slack, slack))
        # half a meter more than the table's step, so that the count of steps is the table's
        assert sight.line_of_sight(land, (LAT, LON, antenna), above, step=500.5)
        if below[2] > 0.0:
            assert not sight.line_of_sight(land, (LAT, LON, antenna), below, step=500.5)


def test_mask_between_its_points_agrees_with_a_finer_one():
    land = hills(4)
    coarse = sight.mask_table(land, LAT, LON, 500.0, max_range=80e3)
    fine = sight.mask_table(land, LAT, LON, 500.0, max_range=80e3, azimuths=2880, range_step=125.0)
    draws = np.random.default_rng(4)
    errors = []
    for azimuth, distance in zip(draws.uniform(-7, 7, 2000), draws.uniform(1e3, 80e3, 2000), strict=True):
        pair = [sight.lowest_visible(t, 0, float(azimuth), float(distance)) for t in (coarse, fine)]
        errors.append(abs(pair[0] - pair[1]))
    assert np.mean(errors) < 3.0
    assert np.quantile(errors, 0.99) < 30.0


def test_lower_terrain_and_a_higher_antenna_never_lose_a_line_of_sight():
    high, low = hills(5), hills(5, lower=0.6)
    tables = [
        sight.mask_table(land, LAT, LON, mast, max_range=80e3, azimuths=72)
        for land, mast in ((high, 600.0), (low, 600.0), (high, 650.0))
    ]
    assert (tables[1][8:] <= tables[0][8:] + 1e-6).all()
    assert (tables[2][8:] <= tables[0][8:] + 1e-6).all()
    assert (tables[1][8:] < tables[0][8:] - 10.0).any()
    assert (tables[2][8:] < tables[0][8:] - 10.0).any()


def test_line_of_sight_is_the_same_both_ways_and_lost_only_to_higher_ground():
    land, lower = hills(6), hills(6, lower=0.6)
    draws = np.random.default_rng(6)
    seen = []
    for _ in range(150):
        ends = [target(a, d, 0.0) for a, d in zip(draws.uniform(0, 6.28, 2), draws.uniform(0, 40e3, 2), strict=True)]
        top = float(max(land.height(e[0], e[1]) for e in ends))
        a, b = ((*e[:2], top + float(up)) for e, up in zip(ends, draws.uniform(0.0, 150.0, 2), strict=True))
        seen.append(sight.line_of_sight(land, a, b))
        assert sight.line_of_sight(land, b, a) == seen[-1]
        assert sight.line_of_sight(lower, a, b) >= seen[-1]
        assert sight.line_of_sight(land, (*a[:2], a[2] + 100.0), b) >= seen[-1]
    assert 0.1 < np.mean(seen) < 0.9


def test_line_of_sight_over_the_sea_ends_at_the_horizon():
    sea = shapes.flat(0.0)
    reach = sight.horizon_arc(30.0, EARTH) + sight.horizon_arc(200.0, EARTH)
    for share, expected in ((0.995, True), (1.005, False)):
        lat, lon = geodesy.direct(LAT, LON, 4.0, share * reach)
        assert sight.line_of_sight(sea, (LAT, LON, 30.0), (lat, lon, 200.0)) is expected


def test_line_of_sight_straight_up_and_from_under_the_ground():
    assert sight.line_of_sight(shapes.flat(100.0), (LAT, LON, 101.0), (LAT, LON, 9000.0))
    assert not sight.line_of_sight(shapes.flat(100.0), (LAT, LON, 99.0), (LAT, LON, 9000.0))


def test_clearance_finds_the_ridge_from_either_end():
    wall = shapes.ridge(LAT, LON, 0.6, 15e3, 400.0, width=1000.0)
    a, b = (LAT, LON, 20.0), target(0.6, 60e3, 500.0)
    edge, back = textbook.clearance(wall, a, b, step=50.0), textbook.clearance(wall, b, a, step=50.0)
    share = 15.0 / 60.0
    straight = 20.0 * (1 - share) + 500.0 * share - 15e3 * 45e3 / (2 * EARTH)
    assert edge.height == pytest.approx(400.0 - straight, abs=2.0)
    assert (edge.near, edge.far) == pytest.approx((15e3, 45e3), abs=120.0)
    assert (back.height, back.near, back.far) == (edge.height, edge.far, edge.near)
    assert textbook.clearance(wall, a, target(0.6, 60e3, 20e3)).height < 0.0
    assert textbook.clearance(shapes.flat(0.0), a, a).height == pytest.approx(-20.0)


def test_tables_share_an_arena_and_azimuth_has_no_seam():
    first = sight.mask_table(shapes.flat(0.0), LAT, LON, 24.0, max_range=50e3, azimuths=8)
    second = sight.mask_table(hills(7), LAT, LON, 800.0, max_range=60e3, azimuths=90)
    arena = np.concatenate([first, second, np.full(5, np.nan)])
    for azimuth in np.linspace(-10.0, 10.0, 41):
        alone = sight.lowest_visible(second, 0, float(azimuth), 47_123.0)
        assert sight.lowest_visible(arena, first.size, float(azimuth), 47_123.0) == alone
        turned = sight.lowest_visible(second, 0, float(azimuth) + 2 * math.pi, 47_123.0)
        assert turned == pytest.approx(alone, abs=1e-6)
    step = [sight.lowest_visible(second, 0, 2 * math.pi + d, 47e3) for d in (-1e-9, 0.0, 1e-9)]
    assert max(step) - min(step) < 1e-3


def test_beyond_the_table_the_ray_goes_on_without_a_jump():
    table = sight.mask_table(hills(8), LAT, LON, 700.0, max_range=60e3, azimuths=90)
    at_edge, after = (sight.lowest_visible(table, 0, 1.0, d) for d in (60e3, 60e3 + 1.0))
    assert after == pytest.approx(at_edge, abs=0.5)
    far = [sight.lowest_visible(table, 0, 1.0, d) for d in (60e3, 200e3, 400e3, 1000e3)]
    assert far == sorted(far)
    assert far[-1] >= sight.horizon_height(700.0, 1000e3, EARTH)


def test_a_target_comes_up_a_valley_unseen():
    cut = shapes.valley(LAT, LON, 0.0, offset=12e3, width=4000.0, floor=50.0, height=600.0)
    table = sight.mask_table(cut, LAT, LON, 620.0, max_range=60e3)
    plain = sight.mask_table(shapes.flat(50.0), LAT, LON, 620.0, max_range=60e3)
    azimuth = math.atan2(12e3, 30e3)
    assert sight.lowest_visible(table, 0, azimuth, math.hypot(12e3, 30e3)) > 300.0
    assert sight.lowest_visible(plain, 0, azimuth, math.hypot(12e3, 30e3)) == pytest.approx(50.0, abs=0.1)


def test_from_tartus_the_sea_is_open_and_the_mountains_hide():
    land = terrain.levant(1.0)
    lat, lon = math.radians(34.91), math.radians(35.87)
    antenna = float(land.height(lat, lon)) + 24.0
    table = sight.mask_table(land, lat, lon, antenna)
    west, east = (sight.lowest_visible(table, 0, math.radians(a), 60e3) for a in (270.0, 80.0))
    assert west == pytest.approx(sight.horizon_height(antenna, 60e3, EARTH), abs=1.0)
    assert east > 1500.0


@pytest.mark.parametrize(
    "wrong",
    [{"antenna_height": -5.0}, {"earth_factor": 0.0}, {"max_range": 601e3}, {"range_step": 0.0}, {"azimuths": 2}],
)
def test_a_mask_with_impossible_numbers_is_refused(wrong):
    with pytest.raises(InputError, match="mask table"):
        sight.mask_table(shapes.flat(0.0), LAT, LON, **({"antenna_height": 10.0} | wrong))


def test_a_table_shorter_than_the_horizon_still_ends_at_the_horizon():
    table = sight.mask_table(shapes.flat(0.0), LAT, LON, 24.0, max_range=10e3, azimuths=8)
    for distance in (10.1e3, 15e3, 25e3, 80e3):
        expected = sight.horizon_height(24.0, distance, EARTH)
        assert sight.lowest_visible(table, 0, 2.0, distance) == pytest.approx(expected, abs=0.2, rel=5e-3)


def test_a_lower_edge_near_an_end_can_matter_more_than_a_higher_one_midway():
    """h sqrt(d / (d1 d2)): 60 m high at 1 km of 60 counts for more than 100 m high at 30 km."""
    walls = [shapes.ridge(LAT, LON, 0.6, at, top, width=500.0) for at, top in ((1e3, 260.0), (30e3, 353.0))]
    both = terrain.Terrain("two ridges", 0.0, lambda *p: np.maximum(*(wall.height(*p) for wall in walls)), b"two")
    a, b = (LAT, LON, 200.0), target(0.6, 60e3, 200.0)
    assert textbook.clearance(walls[1], a, b, step=50.0).height > textbook.clearance(walls[0], a, b, step=50.0).height
    assert textbook.clearance(both, a, b, step=50.0).near == pytest.approx(1e3, abs=60.0)


def test_grazing_lines_are_judged_alike_from_both_ends():
    land = hills(9)
    draws = np.random.default_rng(9)
    for _ in range(40):
        a, b = (target(x, d, 500.0) for x, d in zip(draws.uniform(0, 6.28, 2), draws.uniform(0, 40e3, 2), strict=True))
        edge = textbook.clearance(land, a, b).height
        a, b = (*a[:2], 500.0 + edge), (*b[:2], 500.0 + edge)  # now the worst edge about touches the line
        assert sight.line_of_sight(land, a, b) == sight.line_of_sight(land, b, a)


def test_what_is_taken_over_from_the_open_sea_changes_no_bit_of_a_mask():
    """Off Tartus: the sea to the west, mountains to the east; without the shortcut every sample is worked out."""
    ground, at = terrain.levant(0.5, "sea"), (math.radians(34.9), math.radians(35.7))
    around = sight.relief_around(ground, *at, 150e3, 360, 1000.0)
    shore = sight.shore_of(around)
    assert shore.max() == 150 and 0 < shore.min() < 30
    for height, factor in ((20.0, 4.0 / 3.0), (5.0, 1.1)):
        whole = sight.mask_over(ground, around, height, factor, 150e3, 360, 1000.0, np.zeros_like(shore))
        assert sight.mask_over(ground, around, height, factor, 150e3, 360, 1000.0).tobytes() == whole.tobytes()
