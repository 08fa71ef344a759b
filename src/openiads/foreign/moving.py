"""Lines of a file as flights, raids and corridors: turning points, one height, one speed, a start."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.catalog.records import Entry
from openiads.foreign.features import Feature, Places
from openiads.foreign.thin import Looks, apart, turning_points, vectors

MOST_LEGS = 1000  # turning points that a scenario takes of one route
MOST_TURNS = 4000  # turning points of all routes together, which a scenario's size allows
MOST_LOOKS = 200_000_000  # distances between positions and legs that are found for all lines of a file
COARSEST = 50_000.0  # m; tolerances are widened up to here
STANDS = 200.0  # m from its first or last position within which an aircraft still or again stands
SHORTEST = 1000.0  # m; what moves less far has no route
ASSUMED_SPEED = 200.0  # m/s, for the length of the run alone, where nothing says how fast a flight is
SLOWEST, FASTEST = 5.0, 3000.0  # m/s, that a scenario takes
LOWEST, HIGHEST = -500.0, 100_000.0  # m above the sea
LOWEST_AGL, HIGHEST_AGL = 1.0, 20_000.0  # m above the ground


@dataclass(frozen=True)
class Way:
    """A line that has become a route.

    Attributes
    ----------
    feature : Feature
    places : Places
        Its turning points.
    off : float
        How far (m) its other positions lie beside the legs at most.
    of : int
        Positions that it had.
    length : float
        m.
    start, end : float
        UTC (s); nan without times.
    lag : float
        How far (m) the flight is ahead of or behind its recorded place at most, because the route has one speed.
    """

    feature: Feature
    places: Places
    off: float
    of: int
    length: float
    start: float
    end: float
    lag: float

    @property
    def speed(self) -> float:
        """m/s, the mean; nan without times."""
        took = self.end - self.start
        return self.length / took if took > 0.0 else math.nan


def ways(lines: list[Feature], tolerance: float) -> tuple[list[Way], float]:
    """Routes of lines, and the tolerance (m) that their number allows: wider than asked where they are many.

    Lines that need more than `MOST_LOOKS` keep the turning points found so far, and their `off` says how far the
    others lie beside the legs; no wider tolerance is tried then.
    """
    spent = 0
    while True:
        made, used = _all_ways(lines, tolerance)
        spent += used
        few = sum(len(way.places) for way in made) <= MOST_TURNS
        if few or tolerance >= COARSEST or spent >= MOST_LOOKS:
            return made, tolerance
        tolerance = min(2.0 * tolerance, COARSEST)


def _all_ways(lines: list[Feature], tolerance: float) -> tuple[list[Way], int]:
    """Routes of lines and the looks that they took; a line may use its share of them and what others left."""
    made: list[Way] = []
    left, positions = MOST_LOOKS, sum(len(line.places) for line in lines)
    for line in lines:
        share = max(left, 0) * len(line.places) // max(positions, 1)
        looks = Looks(share)
        made.append(_way(line, tolerance, looks))
        left -= share - looks.left
        positions -= len(line.places)
    return made, MOST_LOOKS - left


def _way(line: Feature, tolerance: float, looks: Looks) -> Way:
    places, times = _moving(line)
    rows, off = turning_points(places, tolerance, MOST_LEGS, looks)
    points = vectors(places)
    steps = np.concatenate([[0.0], np.cumsum(apart(points[1:], points[:-1]))])
    kept = points[rows]
    legs = np.concatenate([[0.0], np.cumsum(apart(kept[1:], kept[:-1]))])
    if times is None or not times[-1] > times[0]:
        return Way(line, places[rows], off, len(line.places), float(legs[-1]), math.nan, math.nan, 0.0)
    along = np.interp(steps, steps[rows], legs)
    even = legs[-1] * (times - times[0]) / (times[-1] - times[0])
    lag = float(np.max(np.abs(along - even)))
    return Way(line, places[rows], off, len(line.places), float(legs[-1]), float(times[0]), float(times[-1]), lag)


def _moving(line: Feature) -> tuple[Places, NDArray[np.float64] | None]:
    """Positions and times of a line without what it stands at its beginning and its end; times that do not grow are
    none."""
    times = line.times
    if times is None or len(line.places) < 3 or not np.isfinite(times).all() or bool((np.diff(times) < 0.0).any()):
        return line.places, times if times is not None and len(times) > 1 and _grow(times) else None
    points = vectors(line.places)
    left = np.flatnonzero(apart(points, points[0]) > STANDS)
    there = np.flatnonzero(apart(points, points[-1]) > STANDS)
    first = max(int(left[0]) - 1, 0) if len(left) else 0
    last = min(int(there[-1]) + 1, len(points) - 1) if len(there) else len(points) - 1
    first = first if times[first] - times[0] > STANDS / SLOWEST else 0
    last = last if times[-1] - times[last] > STANDS / SLOWEST else len(points) - 1
    if last - first < 1:
        return line.places, times
    return line.places[first : last + 1], times[first : last + 1]


def _grow(times: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(times).all() and (np.diff(times) >= 0.0).all())


def height_of(way: Way) -> tuple[str, float, str]:
    """`altitude` or `agl`, its value (m) and what there is to say of it; an empty key where the line has none."""
    heights = way.feature.places[:, 2]
    known = heights[np.isfinite(heights)]
    if way.feature.heights == "none" or not len(known):
        return "", math.nan, ""
    key, low, high = ("altitude", LOWEST, HIGHEST) if way.feature.heights == "sea" else ("agl", LOWEST_AGL, HIGHEST_AGL)
    middle = round(float(np.median(known)))
    if not low <= middle <= high:
        return "", math.nan, f"its heights ({middle:,} m) are none that a flight can have"
    least, most = float(known.min()), float(known.max())
    said = f"the median; it goes from {least:,.0f} to {most:,.0f} m" if most - least > 1.0 else ""
    return key, float(middle), said


def speed_for(way: Way, kind: Entry | None) -> float:
    """The speed (m/s) at which a route is flown: its own, its kind's, or one that is assumed."""
    if math.isfinite(way.speed):
        return way.speed
    return kind.si("speed") if kind is not None and kind.has("speed") else ASSUMED_SPEED
