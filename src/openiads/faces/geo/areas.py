"""Areas of a map: outlines of cells as polygons that any format can write.

Longitude and latitude in degrees (WGS 84), outer rings counterclockwise, rounded to a hundred-thousandth of a degree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.faces.geo import outlines

DIGITS = 5
WIDEST = 89.0  # degrees of latitude up to which a map can be written
#: Fills, aabbggrr, from the lowest height to the highest.
FILLS = ("80540144", "808e6831", "8079b735", "8025e7fd")

Ring = list[list[float]]


@dataclass(frozen=True)
class Area:
    """Some polygons of one meaning, or one point."""

    name: str
    told: Mapping[str, object]  #: what is said of it, by field
    polygons: Sequence[Sequence[Ring]]  #: each its outer ring and then its holes, closed
    shade: int = 0  #: which fill; 0 is the first
    height: float = 0.0  #: m, of the corners where a format has them
    point: tuple[float, float, float] | None = None  #: longitude, latitude (degrees) and height (m), for no polygons

    @property
    def words(self) -> str:
        """What is said of it on one line."""
        return "; ".join(f"{key}: {value}" for key, value in self.told.items())

    @property
    def fill(self) -> int:
        """Which of the fills it has; the last for all beyond."""
        return min(self.shade, len(FILLS) - 1)


def polygons(
    cells: NDArray[np.bool_],
    x: NDArray[Any],
    y: NDArray[Any],
    place: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]] | None = None,
) -> list[list[Ring]]:
    """The outlines of true cells as polygons of (longitude, latitude), degrees; outer rings counterclockwise.

    place : latitudes and longitudes (degrees) of some x and y; left out, x is the longitude, of any turn, and y the
    latitude.  What lies across the antimeridian is cut there, and all longitudes are within 180 degrees of 0.
    """
    found = []
    for rings in outlines.on_grid(cells, x, y):
        if place is not None:
            rings = [np.column_stack(place(ring[:, 0], ring[:, 1])[::-1]) for ring in rings]
        found += written(rings)
    return found


def written(rings: Sequence[NDArray[Any]]) -> list[list[Ring]]:
    """A polygon, its outer ring and then its holes (degrees), as files have it: cut at the antimeridian, rounded."""
    outer, *holes = (_unwrapped(ring) for ring in rings)
    whole = [outer, *(hole + (360.0 * np.round((outer[0, 0] - hole[0, 0]) / 360.0), 0.0) for hole in holes)]
    turned = [ring if (outlines.area_of(ring) > 0.0) == (n == 0) else ring[::-1] for n, ring in enumerate(whole)]
    turns = range(int(np.floor((outer[:, 0].min() + 180.0) / 360.0)), int(np.ceil((outer[:, 0].max() + 180.0) / 360.0)))
    if list(turns) in ([0], []):
        return [[rounded(ring, outer=n == 0) for n, ring in enumerate(turned)]]
    found = []
    for turn in turns:
        west = 360.0 * turn - 180.0
        part = outlines.cut(outlines.cut(turned, west, east=True), west + 360.0, east=False)
        shifted = [ring - (360.0 * turn, 0.0) for ring in part if abs(outlines.area_of(ring)) > 0.0]
        found += [
            [rounded(ring, outer=n == 0) for n, ring in enumerate(polygon)] for polygon in outlines.nested(shifted)
        ]
    return found


def _unwrapped(ring: NDArray[Any]) -> NDArray[Any]:
    """A ring whose longitudes do not jump."""
    return np.column_stack([np.unwrap(ring[:, 0], period=360.0), ring[:, 1]])


def wrapped(lons: NDArray[Any]) -> NDArray[Any]:
    """Longitudes (degrees) within 180 degrees of Greenwich."""
    return np.where(np.abs(lons) > 180.0, (lons + 180.0) % 360.0 - 180.0, lons)


def refuse_wide(lats: NDArray[Any], lons: NDArray[Any]) -> None:
    """InputError for places (degrees, longitudes without a jump) about a pole, which these files cannot hold."""
    if np.ptp(lons) > 180.0 or np.abs(lats).max() > WIDEST:
        raise InputError("--out", "the map holds a pole", "Move the unit.")


def spot(latitude: float, longitude: float, height: float) -> tuple[float, float, float]:
    """A place (degrees, m above the sea) as files have it."""
    return round(float(wrapped(np.array(longitude))), DIGITS), round(latitude, DIGITS), round(height, 1)


def rounded(ring: NDArray[Any], *, outer: bool) -> Ring:
    """A ring, rounded; outer ones counterclockwise, holes clockwise."""
    turned = ring if (outlines.area_of(ring) > 0.0) == outer else ring[::-1]
    rows: Ring = np.round(turned, DIGITS).tolist()
    return rows
