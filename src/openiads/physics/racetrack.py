"""The racetrack that an aircraft on station flies: two straight legs, and half circles about two places."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import STANDARD_GRAVITY
from openiads.earth.geodesy import inverse, offset, to_ecef
from openiads.physics.paths import tabulate

Floats = NDArray[np.float64]


class Racetrack(NamedTuple):
    """A racetrack about two places; a circle where both are the same.

    Attributes
    ----------
    middle : (float, float)
        Latitude and longitude half-way between the places, rad.
    azimuth : float
        Of the legs, from the first place to the second, rad.
    leg : float
        Length of a leg, m.
    radius : float
        Of the turns, m.
    side : int
        Direction of the turns: 1 right, -1 left.
    """

    middle: tuple[float, float]
    azimuth: float
    leg: float
    radius: float
    side: int

    @property
    def length(self) -> float:
        """Once around, m."""
        return 2.0 * (self.leg + math.pi * self.radius)

    @property
    def reach(self) -> float:
        """From the middle to its farthest point, m."""
        return 0.5 * self.leg + self.radius

    def places(self, way: Floats) -> tuple[Floats, Floats]:
        """Latitudes and longitudes (rad) after ``way`` (n,) m from the beginning of the first leg."""
        half = self.leg + math.pi * self.radius
        s = np.mod(way, half)
        back = np.where(np.mod(way, 2.0 * half) >= half, -1.0, 1.0)  # the second half is the first turned about
        angle = np.maximum(s - self.leg, 0.0) / self.radius
        along = np.minimum(s, self.leg) - 0.5 * self.leg + self.radius * np.sin(angle)
        aside = -self.side * self.radius * np.cos(angle)  # right of the line between the places; turns lead across it
        x, y = back * along, back * aside
        lats, lons = offset(*self.middle, self.azimuth + np.arctan2(y, x), np.hypot(x, y))
        return lats, lons


def racetrack(
    first: tuple[float, float], second: tuple[float, float], radius: float, *, right: bool = False
) -> Racetrack:
    """The racetrack about two places (latitude and longitude, rad); ``radius`` of its turns in m."""
    leg, out = inverse(*first, *second)
    lat, lon = (first[0], first[1]) if leg < 1.0 else offset(*first, out, 0.5 * leg)
    middle = (float(lat), float(lon))
    azimuth = 0.0 if leg < 1.0 else inverse(*middle, *second)[1]
    return Racetrack(middle, float(azimuth), float(leg) if leg >= 1.0 else 0.0, radius, 1 if right else -1)


def turn_load(speed: float, radius: float) -> float:
    """Load factor of a level turn at a speed (m/s) with a radius (m)."""
    lateral = speed * speed / (radius * STANDARD_GRAVITY)
    return math.sqrt(1.0 + lateral * lateral)


def racetrack_path(track: Racetrack, speed: float, duration: float) -> Floats:
    """Table (`openiads.physics.motion`) of its ground track at a ground speed (m/s) for a duration (s), height 0."""

    def path(times: Floats) -> Floats:
        lats, lons = track.places(times * speed)
        return np.array([to_ecef(p, q, 0.0) for p, q in zip(lats.tolist(), lons.tolist(), strict=True)])

    return tabulate(path, 0.0, duration, 5.0)
