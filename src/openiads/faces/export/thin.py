"""Fewer positions on a flown path: what a straight line in time restores is left out."""

from __future__ import annotations

import numpy as np

from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR

#: m by which a path may differ from the recorded one at any recorded time.
TOLERANCE = 5.0


def spaced(times: np.ndarray, every: float) -> np.ndarray:
    """Mask of recorded positions at least ``every`` seconds apart, the first and the last included.

    times : s, (n,), increasing; every : s, 0 keeps all
    """
    keep = np.zeros(len(times), bool)
    last = -np.inf
    for k, time in enumerate(times.tolist()):
        if time - last >= every - 1e-9:
            keep[k], last = True, time
    keep[-1:] = True
    return keep


def thinned(times: np.ndarray, earth: np.ndarray, geodetic: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Mask of the positions to keep, so that joining them by straight lines in time is off by at most ``tolerance``.

    times : s, (n,), increasing; earth : ECEF, m, (n, 3); geodetic : latitude, longitude (rad), height (m), (n, 3)
    tolerance : m.  Some viewers join earth-centered positions, others degrees; the error of both is kept small.
    Source: Douglas and Peucker (1973), with the line in time between two kept positions in place of their chord.
    """
    n = len(times)
    keep = np.zeros(n, bool)
    keep[:1] = keep[-1:] = True
    if n < 3:
        return keep
    flat = np.column_stack([geodetic[:, 0], np.unwrap(geodetic[:, 1]), geodetic[:, 2]])
    scale = _meters(geodetic[:, 0], geodetic[:, 2])
    while True:
        at = np.flatnonzero(keep)
        error = np.maximum(_off(times, earth, at, 1.0), _off(times, flat, at, scale))
        span = np.minimum(np.cumsum(keep) - 1, len(at) - 2)
        worst = np.maximum.reduceat(error[:-1], at[:-1])
        late = np.flatnonzero((worst > tolerance)[span] & (error == worst[span]))
        if not len(late):
            return keep
        keep[late[np.unique(span[late], return_index=True)[1]]] = True


def _meters(latitude: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Meters north of a radian of latitude, east of one of longitude, and 1, at each position; (n, 3)."""
    squeeze = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    across = SEMI_MAJOR / np.sqrt(squeeze)
    north = across * (1.0 - ECCENTRICITY_SQUARED) / squeeze + height
    return np.column_stack([north, (across + height) * np.cos(latitude), np.ones(len(latitude))])


def _off(times: np.ndarray, values: np.ndarray, at: np.ndarray, scale: np.ndarray | float) -> np.ndarray:
    """Distance (m) of each position from the straight line in time between the kept ones around it."""
    joined = np.column_stack([np.interp(times, times[at], column[at]) for column in values.T])
    return np.linalg.norm((joined - values) * scale, axis=1)
