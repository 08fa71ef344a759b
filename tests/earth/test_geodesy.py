"""Laws of the WGS-84 geometry."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.earth import geodesy
from openiads.textbook import earth as textbook

latitudes = st.floats(-math.pi / 2, math.pi / 2)
longitudes = st.floats(-math.pi + 1e-9, math.pi)
heights = st.floats(-10e3, 2000e3)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(latitudes, longitudes, heights)
def test_a_place_survives_the_way_to_ecef_and_back(lat, lon, height):
    back = geodesy.to_geodetic(*geodesy.to_ecef(lat, lon, height))
    assert back[0] == pytest.approx(lat, abs=1e-12)
    assert back[2] == pytest.approx(height, abs=1e-6)
    off = (back[1] - lon + math.pi) % (2 * math.pi) - math.pi
    assert abs(off) * math.cos(lat) < 1e-12  # longitude means nothing at the poles


def test_ecef_survives_the_way_back_even_deep_inside_and_at_the_axis():
    for point in [(0.0, 0.0, 6.0e6), (0.0, 0.0, -7.0e6), (6.0e6, 0.0, 0.0), (1e5, -1e5, 1e5), (1e-7, 0.0, 6.4e6)]:
        assert geodesy.to_ecef(*geodesy.to_geodetic(*point)) == pytest.approx(point, abs=1.0)
    for point in [(0.0, 0.0, 0.0), (5.0, 0.0, 0.0), (0.0, 0.0, 100.0)]:
        assert np.isfinite(geodesy.to_geodetic(*point)).all()


def test_equator_and_pole_lie_where_the_ellipsoid_says():
    assert geodesy.to_ecef(0.0, 0.0, 0.0) == (geodesy.SEMI_MAJOR, 0.0, 0.0)
    assert geodesy.to_ecef(math.pi / 2, 0.0, 100.0)[2] == pytest.approx(geodesy.SEMI_MINOR + 100.0, abs=1e-6)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(latitudes, longitudes)
def test_local_axes_are_orthonormal_and_right_handed(lat, lon):
    axes = np.array(geodesy.enu_axes(lat, lon)).reshape(3, 3)
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-14)
    assert np.cross(axes[0], axes[1]) == pytest.approx(axes[2], abs=1e-14)


def test_rotating_to_local_axes_and_back_changes_nothing():
    rotated = geodesy.rotate_to_enu(1.0, -2.0, 3.0, 0.61, -1.9)
    assert textbook.rotate_from_enu(*rotated, 0.61, -1.9) == pytest.approx((1.0, -2.0, 3.0), abs=1e-14)
    assert math.dist(rotated, (0, 0, 0)) == pytest.approx(math.sqrt(14.0), rel=1e-14)


def test_north_up_and_east_are_where_they_should_be():
    lat, lon = math.radians(34.9), math.radians(35.9)
    east, north, up = textbook.to_enu(lat, lon, 10.0, lat + 1e-5, lon, 10.0)
    assert (abs(east) < 1e-6, north > 60.0, abs(up) < 1e-3) == (True, True, True)
    assert textbook.to_enu(lat, lon, 10.0, lat, lon + 1e-5, 10.0)[0] > 50.0
    assert textbook.to_enu(lat, lon, 10.0, lat, lon, 1010.0) == pytest.approx((0.0, 0.0, 1000.0), abs=1e-8)


def test_azimuth_runs_clockwise_from_north_through_one_turn():
    for degrees in (0.0, 45.0, 90.0, 179.0, 180.0, 200.0, 270.0, 359.0):
        a = math.radians(degrees)
        seen = textbook.azimuth_elevation_range(1e4 * math.sin(a), 1e4 * math.cos(a), 1e4)
        assert seen == pytest.approx((a, math.pi / 4, math.sqrt(2) * 1e4), rel=1e-12, abs=1e-12)


def test_overhead_and_on_top_of_the_radar_are_finite():
    assert textbook.azimuth_elevation_range(0.0, 0.0, 9e3) == (0.0, math.pi / 2, 9e3)
    assert textbook.azimuth_elevation_range(-5e-11, -3e-10, 9e3)[0] == 0.0
    assert textbook.azimuth_elevation_range(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert textbook.azimuth_elevation_range(-1e-10, 4e4, 0.0)[0] == 0.0  # rounding must not turn it to the other side


def test_direct_and_inverse_geodesics_undo_each_other():
    draws = np.random.default_rng(3)
    lat, lon = draws.uniform(-1.5, 1.5, 50), draws.uniform(-3.1, 3.1, 50)
    azimuth, distance = draws.uniform(-3.1, 3.1, 50), draws.uniform(1.0, 1.9e7, 50)
    end = geodesy.direct(lat, lon, azimuth, distance)
    back_distance, back_azimuth = geodesy.inverse(lat, lon, *end)
    assert back_distance == pytest.approx(distance, abs=1e-6)
    assert np.abs(np.sin(back_azimuth - azimuth)).max() < 1e-9


def test_geodesic_distance_is_the_same_both_ways_and_finite_for_antipodes():
    there, _ = geodesy.inverse(0.6, 0.6, 0.5, -2.0)
    back, _ = geodesy.inverse(0.5, -2.0, 0.6, 0.6)
    assert there == pytest.approx(back, abs=1e-7)
    half_meridian, _ = geodesy.inverse(0.0, 0.0, 0.0, math.pi)
    assert half_meridian == pytest.approx(20003931.4586, abs=1e-3)  # over the pole, the shortest way
    assert geodesy.inverse(0.3, 0.3, 0.3, 0.3)[0] == 0.0


@pytest.mark.parametrize("degrees", [-60.0, 0.0, 34.9, 70.0])
def test_near_field_offsets_agree_with_geodesics(degrees):
    lat, lon = math.radians(degrees), math.radians(35.9)
    azimuth = np.linspace(-3.0, 3.0, 25)
    for distance, allowed in ((100e3, 0.1), (300e3, 1.0), (500e3, 5.0)):
        near = geodesy.offset(lat, lon, azimuth, distance)
        apart, _ = geodesy.inverse(*near, *geodesy.direct(lat, lon, azimuth, distance))
        assert apart.max() < allowed
        back_azimuth, back_distance = geodesy.bearing(lat, lon, *near)
        assert back_distance == pytest.approx(distance, abs=allowed)
        assert back_azimuth == pytest.approx(azimuth, abs=allowed / distance)


def test_far_points_are_never_taken_for_near_ones():
    draws = np.random.default_rng(5)
    lat, lon = draws.uniform(-1.5, 1.5, 300), draws.uniform(-3.1, 3.1, 300)
    true, _ = geodesy.inverse(0.61, 0.63, lat, lon)
    _, distance = geodesy.bearing(0.61, 0.63, lat, lon)
    assert (distance[true > 500e3] > 450e3).all()
