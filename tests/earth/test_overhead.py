"""Lines of sight over a grid of heights: the smooth horizon, the masks of fixed places, and independent profiles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth import shapes
from openiads.earth.geodesy import MEAN_RADIUS, enu_axes, inverse, offset
from openiads.earth.overhead import grid_places, height_grid, lowest_from, plane_of
from openiads.earth.sight import line_of_sight, lowest_visible, mask_table
from openiads.earth.terrain import Terrain

LAT, LON = math.radians(34.9), math.radians(35.9)
FACTOR = 4.0 / 3.0
EARTH = FACTOR * MEAN_RADIUS


def grid(terrain: Terrain, reach: float = 300e3) -> np.ndarray:
    axes = plane_of(LAT, LON)
    lats, lons, scale = grid_places(axes, reach)
    return height_grid(terrain, terrain.relief(lats, lons), axes, scale, FACTOR)


def lowest(tables: np.ndarray, here: tuple[float, float], antenna: float, there: tuple[float, float]) -> float:
    axes = np.array(enu_axes(*here)).reshape(3, 3)
    up = enu_axes(*there)[6:]
    return float(lowest_from(tables, 0, axes, antenna, *up, inverse(*here, *there)[0]))


@pytest.mark.parametrize("target", [5.0, 50.0, 300.0, 5000.0])
@pytest.mark.parametrize("sensor", [10.0, 24.0, 100.0, 1000.0, 3000.0, 9000.0, 12000.0])
def test_over_the_sea_the_reach_is_the_closed_form_of_the_smooth_horizon(sensor: float, target: float) -> None:
    """Registered: sqrt(2 k a h + h2) for each end, over 10 m to 12 km; the arc of it along the sea."""
    sea = grid(shapes.flat(0.0), 1e6)
    arc = EARTH * sum(math.atan2(math.sqrt(2.0 * EARTH * h + h * h), EARTH) for h in (sensor, target))
    for share, seen in ((0.9995, True), (1.0005, False)):
        there = offset(LAT, LON, 1.0, arc * share)
        assert (lowest(sea, (LAT, LON), sensor, tuple(map(float, there))) < target) is seen


def hills() -> Terrain:
    """A range of 1500 m across the west, 40 km off."""
    return shapes.ridge(LAT, LON, math.radians(270.0), 40e3, 1500.0, 12e3, 0.0, 150e3)


@pytest.mark.parametrize("antenna", [30.0, 800.0, 3000.0, 9000.0])
def test_it_agrees_with_the_mask_of_the_place(antenna: float) -> None:
    """Where the sensor stands still both answer the same question, each by its own walk."""
    tables = grid(hills())
    mask = mask_table(hills(), LAT, LON, antenna, max_range=200e3)
    dice = np.random.default_rng(3)
    off = []
    for azimuth, away in zip(dice.uniform(0, math.tau, 400), dice.uniform(5e3, 190e3, 400), strict=True):
        there = tuple(float(c) for c in offset(LAT, LON, azimuth, away))
        off.append(abs(lowest(tables, (LAT, LON), antenna, there) - lowest_visible(mask, 0, azimuth, away)))
    assert np.median(off) < 5.0
    assert np.percentile(off, 95) < 40.0


def test_it_agrees_with_lines_of_sight_along_a_way() -> None:
    """From places along 60 km, with one grid; targets within 60 m of the limit are left out."""
    tables, land = grid(hills()), hills()
    dice = np.random.default_rng(5)
    right = total = 0
    for _ in range(250):
        here = tuple(float(c) for c in offset(LAT, LON, dice.uniform(0, math.tau), dice.uniform(0, 30e3)))
        there = tuple(float(c) for c in offset(*here, dice.uniform(3.9, 5.5), dice.uniform(20e3, 200e3)))
        antenna, height = dice.uniform(1800.0, 9000.0), dice.uniform(10.0, 3000.0)
        least = lowest(tables, here, antenna, there)
        if abs(least - height) < 60.0 or height < float(land.height(*there)) + 20.0:
            continue
        total += 1
        right += line_of_sight(land, (*here, antenna), (*there, height), FACTOR) == (height > least)
    assert total > 120
    assert right == total


def test_the_answer_has_no_steps_as_sensor_or_target_move() -> None:
    tables = grid(hills())
    for antenna in (500.0, 3000.0, 9000.0):
        way = [
            lowest(tables, offset(LAT, LON, 1.57, s), antenna, offset(LAT, LON, 4.7, 70e3)) for s in range(0, 4000, 50)
        ]
        out = [lowest(tables, (LAT, LON), antenna, offset(LAT, LON, 4.7, 55e3 + s)) for s in range(0, 4000, 50)]
        assert np.abs(np.diff(way)).max() < 10.0 and np.abs(np.diff(out)).max() < 25.0


def test_higher_sensors_see_lower() -> None:
    tables = grid(hills())
    there = tuple(float(c) for c in offset(LAT, LON, 4.7, 75e3))
    heights = [lowest(tables, (LAT, LON), up, there) for up in (50.0, 500.0, 1500.0, 3000.0, 6000.0, 9000.0, 12000.0)]
    assert (np.diff(heights) < 1e-6).all() and heights[0] > 2000.0 and heights[-1] < 1e-6


def test_a_grid_that_reaches_around_the_earth_is_refused() -> None:
    with pytest.raises(InputError, match="reaches"):
        grid_places(plane_of(LAT, LON), 3e6)
