"""Tracking: the constant-velocity filter of openiads against filterpy on the same tracks and measurements."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np

from openiads.base.compiled import kernel
from openiads.earth.geodesy import enu_axes, to_ecef
from openiads.physics.filtering import WORK, position_noise, predict_constant_velocity, update_position
from openiads.textbook.earth import rotate_from_enu

SITE = (math.radians(34.92), math.radians(35.90), 20.0)  # latitude, longitude, height
SIGMAS = (50.0, 0.002, 0.002)  # m, rad, rad
DENSITY = 20.0  # m2/s3, of the white-noise acceleration
INTERVAL = 5.0  # s between looks
AGREEMENT = 1e-9  # relative, asked of states and covariances before speeds count


@dataclass(frozen=True)
class Looks:
    """Tracks to be kept: first states and covariances, and one measured point (ECEF, m) a track and look."""

    states: np.ndarray  # (tracks, 6)
    covariances: np.ndarray  # (tracks, 6, 6)
    points: np.ndarray  # (tracks, looks, 3)
    radar: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3)

    @property
    def updates(self) -> int:
        """Predictions with an update each."""
        return self.points.shape[0] * self.points.shape[1]


@kernel("void(f8[:, ::1], f8[:, :, ::1], f8[:, :, ::1], f8[::1], f8[:, ::1], f8[::1])")
def keep_all(states, covariances, points, radar, axes, work):
    """Predict to and update with every point of every track, in place."""
    for t in range(points.shape[0]):
        x, p = states[t], covariances[t]
        for k in range(points.shape[1]):
            predict_constant_velocity(x, p, INTERVAL, DENSITY)
            update_position(
                x,
                p,
                6,
                points[t, k, 0],
                points[t, k, 1],
                points[t, k, 2],
                radar,
                axes,
                SIGMAS[0],
                SIGMAS[1],
                SIGMAS[2],
                work,
            )


def looks(tracks: int, count: int, seed: int = 24) -> Looks:
    """Straight flights 30 to 150 km away, seen ``count`` times."""
    draw = np.random.default_rng(seed)
    radar, axes = np.asarray(to_ecef(*SITE)), np.asarray(enu_axes(*SITE[:2])).reshape(3, 3)
    states, points = np.empty((tracks, 6)), np.empty((tracks, count, 3))
    for t in range(tracks):
        bearing, far = draw.uniform(0.0, math.tau), draw.uniform(30e3, 150e3)
        place = radar + rotate_from_enu(far * math.sin(bearing), far * math.cos(bearing), 8e3, *SITE[:2])
        course = draw.uniform(0.0, math.tau)
        velocity = np.asarray(rotate_from_enu(250.0 * math.sin(course), 250.0 * math.cos(course), 0.0, *SITE[:2]))
        states[t] = *(place + draw.normal(0.0, 100.0, 3)), *(velocity + draw.normal(0.0, 20.0, 3))
        times = INTERVAL * np.arange(1, count + 1)[:, None]
        points[t] = place + times * velocity + draw.normal(0.0, 100.0, (count, 3))
    start = np.diag([100.0**2] * 3 + [20.0**2] * 3)
    return Looks(states, np.repeat(start[None], tracks, axis=0), points, radar, axes)


def ours(work: Looks) -> tuple[np.ndarray, np.ndarray]:
    """States and covariances after all looks, by the compiled kernels."""
    states, covariances = work.states.copy(), work.covariances.copy()
    keep_all(states, covariances, work.points, work.radar, work.axes, np.zeros(WORK))
    return states, covariances


def available() -> bool:
    """Whether filterpy is installed."""
    return importlib.util.find_spec("filterpy") is not None


class InFilterpy:
    """The same filter in filterpy, with the same F, Q, H and R; R is worked out beforehand, which is to its favor."""

    def __init__(self, work: Looks) -> None:
        self.work = work
        h, unit = INTERVAL, np.eye(3)
        self.f = np.block([[unit, h * unit], [0.0 * unit, unit]])
        self.q = DENSITY * np.block([[h**3 / 3.0 * unit, h**2 / 2.0 * unit], [h**2 / 2.0 * unit, h * unit]])
        self.r = np.array([[self.noise(point) for point in row] for row in work.points])

    def noise(self, point: np.ndarray) -> np.ndarray:
        """Covariance of a measured point."""
        xx, xy, xz, yy, yz, zz = position_noise(*point.tolist(), self.work.radar, self.work.axes, *SIGMAS)
        return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])

    def keep_all(self) -> tuple[np.ndarray, np.ndarray]:
        """States and covariances after all looks."""
        from filterpy.kalman import KalmanFilter

        work = self.work
        states, covariances = np.empty_like(work.states), np.empty_like(work.covariances)
        for t in range(len(states)):
            kept = KalmanFilter(dim_x=6, dim_z=3)
            kept.F, kept.Q, kept.H = self.f, self.q, np.eye(3, 6)
            kept.x, kept.P = work.states[t][:, None].copy(), work.covariances[t].copy()
            for point, noise in zip(work.points[t], self.r[t], strict=True):
                kept.predict()
                kept.update(point[:, None], R=noise)
            states[t], covariances[t] = kept.x[:, 0], kept.P
        return states, covariances


def compare(peer: str, mine: tuple[np.ndarray, np.ndarray], theirs: tuple[np.ndarray, np.ndarray]) -> None:
    """Raise unless states agree to 1e-9 of their value and covariances to 1e-9 of the product of deviations."""
    x, p = mine
    for part in (slice(0, 3), slice(3, 6)):
        error = np.linalg.norm(theirs[0][:, part] - x[:, part], axis=1) / np.linalg.norm(x[:, part], axis=1)
        if not error.max() <= AGREEMENT:
            raise ValueError(f"{peer}: states differ by {error.max():.1e} of their value, more than {AGREEMENT:g}")
    deviation = np.sqrt(np.einsum("tii->ti", p))
    error = np.abs(theirs[1] - p) / (deviation[:, :, None] * deviation[:, None, :])
    if not error.max() <= AGREEMENT:
        raise ValueError(f"{peer}: covariances differ by {error.max():.1e}, more than {AGREEMENT:g}")
