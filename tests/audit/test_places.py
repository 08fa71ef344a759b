"""Places and lines of sight of the audit, which reckons them on its own."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from openiads.audit.places import clearance
from openiads.earth.geodesy import to_ecef
from openiads.earth.terrain import Terrain

EARTH = 4.0 / 3.0 * 6_371_000.0


def beyond(middle: float) -> Terrain:
    """Ground of 5 km more than 2 degrees of longitude from a meridian (degrees), and the sea elsewhere."""

    def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        apart = (np.degrees(lon) - middle + 180.0) % 360.0 - 180.0
        return np.where(np.abs(apart) > 2.0, 5000.0, 0.0)

    return Terrain("made", 0.0, surface, b"")


def least(middle: float) -> float:
    """Clearance of a ray from 50 m to 10 km, 60 km on, that crosses a meridian in its middle."""
    lons = [math.radians((middle + apart + 180.0) % 360.0 - 180.0) for apart in (-0.5, 0.5)]
    low, high = (np.array(to_ecef(math.radians(60.0), *end)) for end in zip(lons, (50.0, 10e3), strict=True))
    return clearance(SimpleNamespace(terrain=beyond(middle)), low, high, EARTH)  # type: ignore[arg-type]


@pytest.mark.parametrize("middle", [180.0, -180.0, 0.0])
def test_a_ray_across_180_degrees_goes_the_short_way(middle: float) -> None:
    """Nothing but the sea lies under it; the long way around the earth goes over the ground of 5 km."""
    assert least(middle) == pytest.approx(least(20.0), abs=0.01)
    assert least(middle) > 40.0
