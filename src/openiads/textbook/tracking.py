"""Tracking in closed form: steady-state gains, consistency of a filter, gates, and metrics of a track picture.

Sources: P. Kalata, "The tracking index", IEEE Trans. AES-20 (1984); Y. Bar-Shalom, X. Li, T. Kirubarajan, "Estimation
with Applications to Tracking and Navigation" (2001); OSPA: D. Schuhmacher, B.-T. Vo, B.-N. Vo, IEEE Trans. SP-56
(2008) 3447; GOSPA: A. Rahmathullah, A. Garcia-Fernandez, L. Svensson, FUSION 2017.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import InputError
from openiads.physics.association import Assignment, matrix_of

Floats = NDArray[np.float64]


class KalataGains(NamedTuple):
    """Steady-state gains of position and (times the period) velocity."""

    alpha: float
    beta: float


def kalata_gains(index: float) -> KalataGains:
    """Alpha-beta gains of the tracking index sigma_acceleration T2 / sigma_position (>= 0), piecewise-constant noise.

    Source: Kalata (1984).
    """
    if not index >= 0:
        raise InputError("index", f"tracking index {index} is negative", "give a value >= 0")
    # the textbook root (4 + L - sqrt(8 L + L2)) / 4 without cancellation for large indices
    r = 4.0 / (4.0 + index + math.sqrt(index * (8.0 + index)))
    alpha = 1.0 - r * r
    return KalataGains(alpha, 2.0 * (2.0 - alpha) - 4.0 * r)


def normalized_error(x: Floats, p: Floats, truth: ArrayLike) -> float:
    """Normalized estimation error squared over the states given in ``truth`` (the first ones of ``x``)."""
    error = np.asarray(truth, dtype=float)
    n = error.size
    error = error - x[:n]
    return float(error @ np.linalg.solve(p[:n, :n], error))


def gate_threshold(probability: float, degrees: int) -> float:
    """Squared distance within which a right measurement of ``degrees`` components falls with this probability."""
    from scipy.special import gammaincinv

    return float(2.0 * gammaincinv(degrees / 2.0, probability))


def nees_interval(degrees: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided interval in which the mean normalized error squared of ``runs`` independent runs should fall."""
    tail = (1.0 - confidence) / 2.0
    total: Sequence[float] = [gate_threshold(p, degrees * runs) / runs for p in (tail, 1.0 - tail)]
    return total[0], total[1]


def greedy_assignment(cost: ArrayLike, gate: float = 1e9) -> Assignment:
    """Take the cheapest free pair again and again: what global assignment is better than."""
    matrix = matrix_of(cost, gate)
    left = matrix.copy()
    pairs = []
    while left.size and left.min() < gate:
        i, j = (int(k) for k in np.unravel_index(int(left.argmin()), left.shape))
        pairs.append((i, j))
        left[i, :] = math.inf
        left[:, j] = math.inf
    pairs.sort()
    return Assignment(pairs, float(sum(matrix[i, j] for i, j in pairs)))


class Gospa(NamedTuple):
    """Value of the metric, summed localization error to the power p, and counts of missed truths and false tracks."""

    value: float
    localization: float
    missed: int
    false: int


def gospa(tracks: ArrayLike, truths: ArrayLike, *, cutoff: float, power: float = 2.0) -> Gospa:
    """Generalized optimal sub-pattern assignment metric with alpha = 2 of two sets of points, Euclidean.

    Source: Rahmathullah, Garcia-Fernandez and Svensson (FUSION 2017).

    Parameters
    ----------
    tracks : array_like, shape (n, d)
        Positions of tracks, m.
    truths : array_like, shape (m, d)
        Positions of what is there, m.
    cutoff : float
        Distance (m) beyond which a pair counts as one missed and one false, above 0.
    power : float
        At least 1.

    Returns
    -------
    Gospa
        ``value`` (m), summed localization error to the power, numbers missed and false.

    Raises
    ------
    InputError
        For a cutoff that is not above 0, or a power below 1.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.gospa([[0.0], [3.0]], [[1.0]], cutoff=5.0, power=1.0)
    Gospa(value=3.5, localization=1.0, missed=0, false=1)
    """
    distance = _within(tracks, truths, cutoff, power)
    pairs = _best_pairs(np.minimum(distance, cutoff) ** power)
    near = [(i, j) for i, j in pairs if distance[i, j] < cutoff]
    localization = float(sum(distance[i, j] ** power for i, j in near))
    missed, false = distance.shape[1] - len(near), distance.shape[0] - len(near)
    value = (localization + cutoff**power / 2 * (missed + false)) ** (1 / power)
    return Gospa(float(value), localization, missed, false)


def ospa(tracks: ArrayLike, truths: ArrayLike, *, cutoff: float, power: float = 2.0) -> float:
    """Optimal sub-pattern assignment metric of two sets of points, Euclidean; 0 for two empty sets.

    Source: Schuhmacher, Vo and Vo (IEEE Transactions on Signal Processing 56, 2008).

    Parameters
    ----------
    tracks : array_like, shape (n, d)
        Positions of tracks, m.
    truths : array_like, shape (m, d)
        Positions of what is there, m.
    cutoff : float
        Greatest error (m) of a point, and the error of one that is missed or false; above 0.
    power : float
        At least 1.

    Returns
    -------
    float
        m, 0 to `cutoff`.

    Raises
    ------
    InputError
        For a cutoff that is not above 0, or a power below 1.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.ospa([[0.0], [3.0]], [[1.0]], cutoff=5.0, power=1.0)
    3.0
    """
    distance = _within(tracks, truths, cutoff, power)
    few, many = sorted(distance.shape)
    if many == 0:
        return 0.0
    cost = np.minimum(distance, cutoff) ** power
    total = sum(cost[i, j] for i, j in _best_pairs(cost)) + cutoff**power * (many - few)
    return float((total / many) ** (1 / power))


def _best_pairs(cost: Floats) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)]


def _within(tracks: ArrayLike, truths: ArrayLike, cutoff: float, power: float) -> Floats:
    if not (cutoff > 0 and power >= 1):
        raise InputError("cutoff", "the metric needs a cutoff above 0 and a power of at least 1", "usual: 2")
    return distances(tracks, truths)


def distances(tracks: ArrayLike, truths: ArrayLike) -> Floats:
    """Euclidean distances between two sets of points, rows each, (tracks, truths); an empty set has none.

    Parameters
    ----------
    tracks : array_like, shape (n, d)
    truths : array_like, shape (m, d)

    Returns
    -------
    ndarray, shape (n, m)
    """
    a, b = (np.asarray(points, dtype=float) for points in (tracks, truths))
    a, b = (points.reshape(0, 0) if points.size == 0 else np.atleast_2d(points) for points in (a, b))
    if not (len(a) and len(b)):
        return np.zeros((len(a), len(b)))
    return np.asarray(np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=-1)))
