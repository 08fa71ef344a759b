"""The filter kernels run on the host: blocks of measurements, other measurements than plots, the steady state."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import InputError
from openiads.physics.filtering import WORK, predict_constant_velocity, update_scalar

Floats = NDArray[np.float64]


def update_block(x: Floats, p: Floats, rows: ArrayLike, residuals: ArrayLike, variances: ArrayLike) -> float:
    """Take several measurements linearized at one state into ``x`` and ``p`` in place; returns the squared distance.

    rows : m x n, for the first n states;  residuals : m, measured less predicted from ``x`` as given
    variances : m, of independent noises
    """
    work = np.zeros(WORK)
    before = x.copy()
    d2 = 0.0
    for row, residual, variance in zip(
        np.atleast_2d(rows), np.atleast_1d(residuals), np.atleast_1d(variances), strict=True
    ):
        h = np.zeros(x.size)
        h[: len(row)] = row
        moved = float(h @ (x - before))
        d2 += update_scalar(x, p, h.size, h, float(residual) - moved, float(variance), work)
    return d2


def bearing_range(x: ArrayLike) -> tuple[Floats, Floats]:
    """Bearing (rad, from +x toward +y) and range (m) of a position (x, y[, ...]), with their rows by (x, y, z)."""
    px, py = (float(v) for v in np.asarray(x, dtype=float)[:2])
    r = math.hypot(px, py)
    if r == 0:
        raise InputError("bearing_range", "the target is on top of the sensor", "bearing is undefined there")
    rows = np.array([[-py / r**2, px / r**2, 0.0], [px / r, py / r, 0.0]])
    return np.array([math.atan2(py, px), r]), rows


def elevation_bearing_range(x: ArrayLike) -> tuple[Floats, Floats]:
    """Elevation, bearing (rad) and range (m) of a position (x, y, z), with their rows by (x, y, z)."""
    px, py, pz = (float(v) for v in np.asarray(x, dtype=float)[:3])
    flat = math.hypot(px, py)
    r = math.hypot(flat, pz)
    if flat == 0:
        raise InputError("elevation_bearing_range", "the target is straight above", "bearing is undefined there")
    rows = np.array(
        [
            [-px * pz / (r * r * flat), -py * pz / (r * r * flat), flat / (r * r)],
            [-py / flat**2, px / flat**2, 0.0],
            [px / r, py / r, pz / r],
        ]
    )
    return np.array([math.atan2(pz, flat), math.atan2(py, px), r]), rows


def steady_state(dt: float, q: float, variance: float) -> tuple[Floats, Floats]:
    """Predicted and updated covariance (2 x 2: position, velocity) of one axis after endless updates.

    dt : period, s;  q : as in ``predict_constant_velocity``;  variance : of the measured position, m2; all > 0
    The filter's own kernels are run until nothing changes.
    """
    if not (dt > 0 and q > 0 and variance > 0):
        raise InputError("steady_state", "period, noise density and variance must be positive", "there is none at 0")
    x, p, work = np.zeros(6), np.diag([variance] * 3 + [variance / dt**2] * 3), np.zeros(WORK)
    h = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    block = np.ix_([0, 3], [0, 3])
    last = np.zeros((2, 2))
    for _ in range(1_000_000):
        predict_constant_velocity(x, p, dt, q)
        predicted = p[block].copy()
        update_scalar(x, p, 6, h, 0.0, variance, work)
        if np.allclose(p[block], last, rtol=1e-13, atol=0.0):
            break
        last = p[block].copy()
    return predicted, p[block].copy()
