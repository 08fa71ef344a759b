"""Areas of a map: outlines of cells as polygons that any format can write.

Longitude and latitude in degrees (WGS 84), outer rings counterclockwise, rounded to a hundred-thousandth of a degree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """Some polygons of one meaning."""

    name: str
    told: Mapping[str, object]  #: what is said of it, by field
    polygons: Sequence[Sequence[Ring]]  #: each its outer ring and then its holes, closed
    shade: int = 0  #: which fill; 0 is the first
    height: float = 0.0  #: m, of the corners where a format has them

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
    parts = _at_antimeridian(cells, x, y) if place is None else _by_place(cells, x, y, place)
    return [[rounded(ring, outer=n == 0) for n, ring in enumerate(rings)] for rings in parts]


def _at_antimeridian(cells: NDArray[np.bool_], x: NDArray[Any], y: NDArray[Any]) -> Iterator[outlines.Polygon]:
    """Polygons of cells over longitudes x, apart on each side of the antimeridian."""
    half = 0.5 * float(x[1] - x[0])
    first, last = (math.floor((float(v) + 180.0) / 360.0) for v in (x[0] - half + 1e-9, x[-1] + half - 1e-9))
    for turn in range(first, last + 1):
        low, high = 360.0 * turn - 180.0, 360.0 * turn + 180.0
        mine = np.flatnonzero((x >= low) & (x < high))
        if not len(mine):
            continue
        a, b = int(mine[0]), int(mine[-1]) + 1
        ends = low if a > 0 else None, high if b < len(x) else None
        if b - a == 1:  # a lone column has no step of its own
            continue
        for rings in outlines.on_grid(cells[:, a:b], x[a:b], y, ends):
            yield [np.clip(ring - (360.0 * turn, 0.0), (-180.0, -90.0), (180.0, 90.0)) for ring in rings]


def _by_place(
    cells: NDArray[np.bool_],
    x: NDArray[Any],
    y: NDArray[Any],
    place: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]],
) -> Iterator[outlines.Polygon]:
    """Polygons of cells that stand anywhere, apart on each side of the antimeridian, to half a cell."""
    lons = np.asarray(place(*(grid.ravel() for grid in np.meshgrid(x, y)))[1]).reshape(len(y), len(x))
    split = float(np.ptp(lons)) > 180.0
    for edge, side in ((180.0, lons >= 0.0), (-180.0, lons < 0.0)) if split else ((0.0, np.ones(cells.shape, bool)),):
        for rings in outlines.on_grid(cells & side, x, y):
            placed = [np.column_stack(place(ring[:, 0], ring[:, 1])[::-1]) for ring in rings]
            for ring in placed:  # corners half a cell beyond the edge are drawn back to it
                ring[:, 0] = np.where(ring[:, 0] * edge < 0.0, edge, ring[:, 0])
            yield placed


def refuse_wide(lats: NDArray[Any], lons: NDArray[Any]) -> None:
    """InputError for places (degrees) about a pole, which these files cannot hold."""
    if np.ptp(lons) > 180.0 or np.abs(lats).max() > WIDEST:
        raise InputError("--out", "the map holds a pole", "Move the unit.")


def rounded(ring: NDArray[Any], *, outer: bool) -> Ring:
    """A ring, rounded; outer ones counterclockwise, holes clockwise."""
    turned = ring if (outlines.area_of(ring) > 0.0) == outer else ring[::-1]
    rows: Ring = np.round(turned, DIGITS).tolist()
    return rows
