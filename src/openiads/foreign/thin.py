"""Turning points: the fewest positions of a line that keep all others within a tolerance beside the legs.

Source: Douglas and Peucker (1973), with distances to great circles on a sphere in place of those to chords, so that
poles and the 180th meridian are places as others. The leg with the largest error is cut first, so that the number of
turning points can be bounded and the tolerance that was reached is known.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.foreign.features import Places

#: Positions of a line above which those closer than a fraction of the tolerance are left out first.
MANY = 20_000
CLOSE = 0.25  # of the tolerance


@dataclass
class Looks:
    """How many distances between a position and a leg may still be found.

    Lines that are cut near their ends again and again need as many of them as positions times turning points.

    Attributes
    ----------
    left : int
        Below 0 by the last leg's positions at most.
    """

    left: int


def vectors(places: Places) -> NDArray[np.float64]:
    """Unit vectors (n, 3) of positions (degrees)."""
    lat, lon = np.radians(places[:, 0]), np.radians(places[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def apart(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance (m) between unit vectors, row by row, on a sphere."""
    chord = np.linalg.norm(first - second, axis=-1)
    return MEAN_RADIUS * 2.0 * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0))


def beside(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance (m) of unit vectors (n, 3) from a leg along a great circle."""
    normal = np.cross(start, end)
    size = float(np.linalg.norm(normal))
    ends = np.minimum(apart(points, start), apart(points, end))
    if size < 1e-12:
        return ends
    normal /= size
    across = MEAN_RADIUS * np.abs(np.arcsin(np.clip(points @ normal, -1.0, 1.0)))
    along = (points @ np.cross(normal, start) >= 0.0) & (points @ np.cross(end, normal) >= 0.0)
    return np.where(along, across, ends)


def turning_points(
    places: Places, tolerance: float, most: int, looks: Looks | None = None
) -> tuple[NDArray[np.int64], float]:
    """Rows to keep, the first and the last included, and how far (m) any other lies beside the legs.

    Parameters
    ----------
    places : Places
        (n, 3), n at least 1.
    tolerance : float
        m.
    most : int
        At most so many rows are kept, even if the tolerance is not reached; at least 2.
    looks : Looks, optional
        No leg is cut any more once they are used up, even if the tolerance is not reached; unbounded if left out.

    Returns
    -------
    tuple of (NDArray, float)
        No two rows in a sequence are the same place.
    """
    points = vectors(places)
    rows = _apart_rows(points, CLOSE * tolerance if len(points) > MANY else 0.0)
    slack = CLOSE * tolerance if len(points) > MANY else 0.0
    if len(rows) < 2:
        return rows, slack
    kept = {0, len(rows) - 1}
    legs: list[tuple[float, int, int, int]] = []

    def consider(first: int, last: int) -> None:
        if last - first > 1:
            if looks is not None:
                looks.left -= last - first - 1
            off = beside(points[rows[first + 1 : last]], points[rows[first]], points[rows[last]])
            worst = int(np.argmax(off))
            heapq.heappush(legs, (-float(off[worst]), first, first + 1 + worst, last))

    consider(0, len(rows) - 1)
    while legs and -legs[0][0] > tolerance - slack and len(kept) < most and (looks is None or looks.left > 0):
        _, first, middle, last = heapq.heappop(legs)
        kept.add(middle)
        consider(first, middle)
        consider(middle, last)
    reached = -legs[0][0] if legs else 0.0
    return _moving(rows[sorted(kept)], places), reached + slack


def _apart_rows(points: NDArray[np.float64], close: float) -> NDArray[np.int64]:
    """Rows that are farther than `close` (m) from the last one kept; the last row is kept where it is another place."""
    if close == 0.0:
        moved = np.ones(len(points), bool)
        moved[1:] = (points[1:] != points[:-1]).any(axis=1)
        return np.flatnonzero(moved)
    kept = [0]
    limit = 2.0 * np.sin(min(close / MEAN_RADIUS, np.pi) / 2.0)
    last = points[0]
    for row in range(1, len(points)):
        here = points[row]
        step = abs(here[0] - last[0]) + abs(here[1] - last[1]) + abs(here[2] - last[2])
        if step > 2.0 * limit or (step > 0.0 and float(np.linalg.norm(here - last)) > limit):
            kept.append(row)
            last = here
    end = len(points) - 1
    if kept[-1] != end and bool((points[end] != points[kept[-1]]).any()):
        kept.append(end)
    return np.array(kept, dtype=np.int64)


def _moving(rows: NDArray[np.int64], places: Places) -> NDArray[np.int64]:
    """Rows without those that are the same place as the one before."""
    here = places[rows, :2]
    moved = np.ones(len(rows), bool)
    moved[1:] = (here[1:] != here[:-1]).any(axis=1)
    return rows[moved]
