"""Places of lines on maps, against an independent library and the kernels' own way."""

from __future__ import annotations

import numpy as np
import pymap3d

from openiads.earth.geodesy import to_geodetic
from openiads.faces.draw.lines import geodetic, on_the_ellipsoid

RNG = np.random.default_rng(7)
LAT = np.concatenate([RNG.uniform(-90.0, 90.0, 500), [90.0, -90.0, 0.0, 0.0, 45.0]])
LON = np.concatenate([RNG.uniform(-180.0, 180.0, 500), [0.0, 0.0, 180.0, -180.0, 180.0]])
UP = np.concatenate([RNG.uniform(-500.0, 600e3, 500), [0.0, 1e3, 0.0, 1e3, 30e3]])
EARTH = np.column_stack(pymap3d.geodetic2ecef(LAT, LON, UP))


def test_places_are_those_of_an_independent_library() -> None:
    lat, lon, height = geodetic(EARTH)
    np.testing.assert_allclose(lat, LAT, atol=1e-10)
    np.testing.assert_allclose(height, UP, atol=1e-5)
    aside = np.radians(lon - LON) * np.cos(np.radians(LAT))
    np.testing.assert_allclose(np.sin(aside), 0.0, atol=1e-10)


def test_places_are_those_of_the_engine() -> None:
    lat, _, height = geodetic(EARTH)
    own = np.array([to_geodetic(*row) for row in EARTH.tolist()])
    np.testing.assert_allclose(np.radians(lat), own[:, 0], atol=1e-12)
    np.testing.assert_allclose(height, own[:, 2], atol=1e-6)


def test_what_is_on_the_ellipsoid_comes_back_at_height_zero() -> None:
    lat, _, height = geodetic(on_the_ellipsoid(np.radians(LAT), np.radians(LON)))
    np.testing.assert_allclose(lat, LAT, atol=1e-10)
    np.testing.assert_allclose(height, 0.0, atol=1e-6)
    flat = np.column_stack(pymap3d.geodetic2ecef(LAT, LON, 0.0 * UP))
    np.testing.assert_allclose(on_the_ellipsoid(np.radians(LAT), np.radians(LON)), flat, atol=1e-6)
