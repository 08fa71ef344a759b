"""Paths through positions at given times, tabulated for flight as those of `openiads.physics.paths` are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR

Floats = NDArray[np.float64]

STEP = 5.0  #: s between knots of a table, the longest
WINDOW = 10.0  #: s over which a path is averaged, so that its velocity is continuous
HALF = 0.02  #: s to either side from which the velocity of a knot is taken


def normals_of(latitude: Floats, longitude: Floats) -> Floats:
    """Unit vectors (n, 3) normal to the ellipsoid at places (rad)."""
    level = np.cos(latitude)
    return np.column_stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])


def positions_of(normals: Floats, heights: Floats) -> Floats:
    """ECEF positions (n, 3), m, above the places whose normals (n, 3), of any length, are given; heights (n,) in m.

    It is the closed form of `openiads.earth.geodesy.to_ecef` with the normal in place of latitude and longitude, so
    that poles and the 180th meridian are places as others.
    """
    unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    curved = SEMI_MAJOR / np.sqrt(1.0 - ECCENTRICITY_SQUARED * unit[:, 2] ** 2)
    out = (curved + heights)[:, None] * unit
    out[:, 2] -= ECCENTRICITY_SQUARED * curved * unit[:, 2]
    return np.asarray(out)


def timed_path(times: Floats, normals: Floats, heights: Floats, step: float = STEP, window: float = WINDOW) -> Floats:
    """Table of a flight that is where it was at each of some times, and evenly between them.

    Between two positions it flies the great circle and climbs evenly; that way is averaged over a window, so that it
    turns and changes its speed within about as long, and lies beside a corner by the change of velocity times an eighth
    of the window at most.

    Parameters
    ----------
    times
        Seconds, shape (n,), rising, n at least 2.
    normals
        Unit normals of the ellipsoid, shape (n, 3); neighbors some hundreds of kilometers apart at most.
    heights
        Meters above the sea, shape (n,).
    step
        Longest time between knots, s.
    window
        Seconds, above 0.

    Returns
    -------
    ndarray
        As `openiads.physics.motion` reads it, from the first to the last time.

    Raises
    ------
    InputError
        For fewer than two positions, and for times that do not rise.
    """
    if len(times) < 2 or bool((np.diff(times) <= 0.0).any()):
        raise InputError("positions", "a path needs two positions or more at rising times", "Sort them by time.")
    since = times - times[0]
    duration = float(since[-1])
    smooth = _Averaged(since, np.column_stack([normals, heights]), window)
    count = max(int(np.ceil(duration / step)), 1) + 1
    knots = np.linspace(0.0, duration, count)
    half = min(HALF, duration / 100.0)
    before, after = np.maximum(knots - half, 0.0), np.minimum(knots + half, duration)
    found = smooth.at(np.concatenate([knots, after, before]))
    here, ahead, behind = np.split(positions_of(found[:, :3], found[:, 3]), 3)
    velocity = (ahead - behind) / (after - before)[:, None]
    head = np.array([times[0], knots[1] - knots[0], count, 0.0])
    return np.concatenate([head, np.hstack([here, velocity]).ravel()])


class _Averaged:
    """Moving average of columns that are piecewise linear in time, the end legs going on beyond the ends."""

    def __init__(self, times: Floats, columns: Floats, window: float) -> None:
        self.window = window
        slope = np.diff(columns, axis=0) / np.diff(times)[:, None]
        self.times = np.concatenate([[times[0] - window], times, [times[-1] + window]])
        ends = (columns[0] - slope[0] * window, columns[-1] + slope[-1] * window)
        self.columns = np.vstack([ends[0], columns, ends[1]])
        self.slope = np.vstack([slope[:1], slope, slope[-1:]])
        steps = np.diff(self.times)[:, None]
        areas = np.cumsum(0.5 * (self.columns[1:] + self.columns[:-1]) * steps, axis=0)
        self.area = np.vstack([np.zeros((1, columns.shape[1])), areas])

    def _integral(self, at: Floats) -> Floats:
        i = np.clip(np.searchsorted(self.times, at, side="right") - 1, 0, len(self.slope) - 1)
        d = (at - self.times[i])[:, None]
        return np.asarray(self.area[i] + d * (self.columns[i] + 0.5 * self.slope[i] * d))

    def at(self, times: Floats) -> Floats:
        """The columns at times (n,) within the ends, shape (n, columns)."""
        upper, lower = self._integral(times + self.window / 2.0), self._integral(times - self.window / 2.0)
        return np.asarray((upper - lower) / self.window)
