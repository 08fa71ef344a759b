"""Grids of places for maps: evenly spaced in latitude and longitude, with the ground under each cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.terrain import Terrain

Grid32 = NDArray[np.float32]

STRIP = 64  # rows of a map handled at a time, so that work arrays stay small
MOST_CELLS = 20_000_000
POLE = math.radians(89.9)  # latitude at which a map ends
FARTHEST = 450e3  # m, half the side of the largest map: how far plane and globe agree


@dataclass(frozen=True)
class Map:
    """A grid of places, south to north and west to east, evenly spaced in angle."""

    lats: NDArray[np.float64]  #: rad, (rows,)
    lons: NDArray[np.float64]  #: rad, (columns,)
    ground: Grid32  #: m above the sea, (rows, columns)
    known: NDArray[np.bool_]  #: whether the terrain has data there; elsewhere the sea is put

    @property
    def cell(self) -> tuple[float, float]:
        """Size of a cell south to north and, in the middle of the map, west to east, m."""
        middle = 0.5 * float(self.lats[0] + self.lats[-1])
        north, east = float(self.lats[1] - self.lats[0]), float(self.lons[1] - self.lons[0])
        return north * MEAN_RADIUS, east * MEAN_RADIUS * math.cos(middle)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north and east rim, rad: half a cell beyond the centers of the outer cells."""
        high, wide = 0.5 * float(self.lats[1] - self.lats[0]), 0.5 * float(self.lons[1] - self.lons[0])
        return tuple(
            float(v) for v in (self.lats[0] - high, self.lons[0] - wide, self.lats[-1] + high, self.lons[-1] + wide)
        )  # type: ignore[return-value]

    @property
    def areas(self) -> NDArray[np.float64]:
        """Area of the cells of each row, m2, (rows, 1)."""
        north, east = float(self.lats[1] - self.lats[0]), float(self.lons[1] - self.lons[0])
        return (north * east * MEAN_RADIUS * MEAN_RADIUS * np.cos(self.lats))[:, None]


def square(center: tuple[float, float], half: float, cells: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (rad) of the cells of a square map about a place; one that reaches a pole ends before
    it, and goes around it once at the most.

    half : of the side, rad along the meridian
    """
    wide = min(half / max(math.cos(center[0]), 1e-6), math.pi)
    lats = centers(max(center[0] - half, -POLE), min(center[0] + half, POLE), cells)
    return lats, centers(center[1] - wide, center[1] + wide, cells)


def centers(low: float, high: float, cells: int) -> NDArray[np.float64]:
    """Centers of cells that fill an interval from rim to rim."""
    return low + (high - low) * (np.arange(cells) + 0.5) / cells


def map_within(
    terrain: Terrain, low: tuple[float, float], high: tuple[float, float], *, cells: int = 400
) -> Map:  # fmt: skip
    """The map between its southwest and its northeast corner (latitude and longitude, rad), of nearly square cells.

    cells : along the longer side.  InputError for an empty or too large map, or where the terrain has no data at all.
    """
    if high[1] < low[1]:
        high = (high[0], high[1] + math.tau)  # across 180 degrees
    north = (high[0] - low[0]) * MEAN_RADIUS
    east = (high[1] - low[1]) * MEAN_RADIUS * max(math.cos(0.5 * (low[0] + high[0])), 0.01)
    longer, shorter = max(north, east), min(north, east)
    check_map(cells, longer if shorter > 0.0 else 0.0)
    rows, columns = (max(2, round(cells * side / longer)) for side in (north, east))
    return map_of(terrain, centers(low[0], high[0], rows), centers(low[1], high[1], columns))


def check_map(cells: int, size: float) -> None:
    """InputError for a map of less than 2 cells a side, of too many, or empty, or wider than plane and globe agree."""
    if not (cells >= 2 and cells * cells <= MOST_CELLS and 0.0 < size <= 2.0 * FARTHEST):
        reason = f"{cells} x {cells} cells over {size / 1000:g} km"
        remedy = f"At least 2 cells a side, at most {MOST_CELLS:,}, over more than 0 and at most {FARTHEST / 500:g} km."
        raise InputError("coverage map", reason, remedy)


def map_of(terrain: Terrain, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> Map:
    """The map of given latitudes and longitudes (rad, rising evenly) on a terrain."""
    ground = np.empty((len(lats), len(lons)), np.float32)
    known = np.empty(ground.shape, bool)
    for begin in range(0, len(lats), STRIP):
        strip = lats[begin : begin + STRIP, None]
        ground[begin : begin + STRIP] = terrain.height(strip, lons[None, :])
        known[begin : begin + STRIP] = terrain.covers(strip, lons[None, :])
    if not known.any():
        reason = "no terrain data anywhere on the map"
        raise InputError(terrain.label, reason, "Add a file that covers it, or move the map.")
    return Map(lats, lons, ground, known)
