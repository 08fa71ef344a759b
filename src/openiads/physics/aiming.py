"""Aiming a ballistic missile: the azimuth and the cut-off of thrust with which it comes down on a place."""

from __future__ import annotations

import math

import numpy as np

from openiads.base.errors import InputError
from openiads.earth.geodesy import enu_axes, inverse, to_ecef
from openiads.physics.ballistics import EARTH, Trajectory, fly_out


def _launched(
    kind: np.void,
    place: tuple[float, float, float],
    azimuth: float,
    cutoff: float,
    around: np.void,
    ground: float,
    dt: float,
) -> Trajectory:
    lat, lon, height = place
    x = to_ecef(lat, lon, height)
    axes = enu_axes(lat, lon)
    east, north, up = axes[0:3], axes[3:6], axes[6:9]
    s, c = math.sin(azimuth), math.cos(azimuth)
    forward = (s * east[0] + c * north[0], s * east[1] + c * north[1], s * east[2] + c * north[2])
    rise = (0.1 * up[0], 0.1 * up[1], 0.1 * up[2])  # a little speed, so that drag has a direction
    return fly_out(kind, x, rise, forward=forward, cutoff=cutoff, around=around, dt=dt, ground=ground)


def greatest_range(
    kind: np.void, lat: float, lon: float, height: float, azimuth: float, around: np.void = EARTH, dt: float = 0.5
) -> tuple[float, float]:
    """Greatest range (m) over the loft angle at full burn, and that angle (rad), from a place on an azimuth (rad)."""

    def at(loft: float) -> float:
        row = kind.copy()
        row["loft"] = loft
        return _launched(row, (lat, lon, height), azimuth, float(kind["burn_time"]), around, 0.0, dt).ground_range

    low, high = math.radians(25.0), math.radians(70.0)
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = high - golden * (high - low), low + golden * (high - low)
    fa, fb = at(a), at(b)
    for _ in range(24):
        if fa > fb:
            high, b, fb = b, a, fa
            a = high - golden * (high - low)
            fa = at(a)
        else:
            low, a, fa = a, b, fb
            b = low + golden * (high - low)
            fb = at(b)
    return max(fa, fb), 0.5 * (low + high)


def solve_aim(
    launch_lat: float,
    launch_lon: float,
    launch_height: float,
    aim_lat: float,
    aim_lon: float,
    aim_height: float,
    kind: np.void,
    around: np.void = EARTH,
    dt: float = 0.25,
    place: str = "ballistic missile",
) -> Trajectory:
    """Trajectory from a place to an aim point (rad, rad, m above the ellipsoid), by azimuth and cut-off time.

    The impact lies within 0.05 % of the range (and 20 m) of the aim.  An aim beyond the range at the missile's own
    loft is tried with the loft of greatest range.  `InputError` if it is beyond that too, or so near that thrust
    would end before the missile has pitched over.
    """
    distance, azimuth = inverse(launch_lat, launch_lon, aim_lat, aim_lon)
    origin = (launch_lat, launch_lon, launch_height)
    aim = np.array(to_ecef(aim_lat, aim_lon, aim_height))
    axes = enu_axes(aim_lat, aim_lon)

    def shot(heading: float, cutoff: float) -> Trajectory:
        return _launched(kind, origin, heading, cutoff, around, aim_height, dt)

    def error(path: Trajectory) -> tuple[float, float]:
        """How far the impact lies to the right of and beyond the aim, m."""
        gap = path.positions[-1] - aim
        e, n = (float(np.dot(gap, axes[k : k + 3])) for k in (0, 3))
        arrive = inverse(aim_lat, aim_lon, launch_lat, launch_lon)[1] + math.pi
        return e * math.cos(arrive) - n * math.sin(arrive), e * math.sin(arrive) + n * math.cos(arrive)

    full = float(kind["burn_time"])
    shortest = 0.3 * full
    low, high = shortest, full
    farthest = shot(azimuth, full)
    if farthest.ground_range < distance:
        kind = kind.copy()
        kind["loft"] = greatest_range(kind, *origin, azimuth, around)[1]
        farthest = shot(azimuth, full)
    if farthest.ground_range < distance * (1.0 - 5e-4) or not farthest.landed:
        most = farthest.ground_range / 1000.0
        raise InputError(
            place,
            f"aim is {distance / 1000:.0f} km away, range at full burn is {most:.0f} km",
            "move the launch point or the aim closer",
        )
    nearest = shot(azimuth, shortest)
    if nearest.ground_range > distance:
        least = nearest.ground_range / 1000.0
        raise InputError(
            place, f"aim is {distance / 1000:.0f} km away, least range is {least:.0f} km", "move the launch point away"
        )
    cutoff = full
    near, far = nearest.ground_range, farthest.ground_range
    path, goal = farthest, min(5e-4 * distance, 20.0)
    for _ in range(40):
        # regula falsi on the range kept inside its bracket, and the azimuth turned by the miss to the side
        right, beyond = error(path)
        if math.sqrt(right * right + beyond * beyond) <= max(goal, 1.0):
            return path
        azimuth -= right / distance
        if path is not farthest or beyond > 0.0:
            if beyond > 0.0:
                high, far = cutoff, distance + beyond
            else:
                low, near = cutoff, distance + beyond
            share = min(max((distance - near) / max(far - near, 1.0), 0.02), 0.98)
            cutoff = low + share * (high - low)
        path = shot(azimuth, cutoff)
    right, beyond = error(path)
    if math.sqrt(right * right + beyond * beyond) > max(1e-3 * distance, 20.0):
        raise InputError(place, f"no trajectory found; the best misses by {beyond:.0f} m", "check the missile's values")
    return path
