"""The earth in closed form: local axes, angles over a smooth sphere, and the height that counts in the standard air."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads.earth.atmosphere import EARTH_RADIUS as STANDARD_RADIUS
from openiads.earth.geodesy import enu_axes, inverse, rotate_to_enu, to_ecef
from openiads.earth.sight import horizon_arc, profile
from openiads.earth.terrain import Terrain

Vector = tuple[float, float, float]
Place = tuple[float, float, float]  # latitude, longitude (rad), height above the sea (m)

TURN = 2.0 * math.pi
SNAP = 1e-8  # m: below this an ECEF difference is rounding, so its direction means nothing


def rotate_from_enu(east: float, north: float, up: float, lat: float, lon: float) -> Vector:
    """An (east, north, up) difference or velocity as ECEF (x, y, z): the inverse of ``rotate_to_enu``."""
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    return ex * east + nx * north + ux * up, ey * east + ny * north + uy * up, nz * north + uz * up


def to_enu(lat: float, lon: float, height: float, target_lat: float, target_lon: float, target_height: float) -> Vector:
    """Local (east, north, up), m, of a geodetic target seen from a geodetic position."""
    x, y, z = to_ecef(lat, lon, height)
    tx, ty, tz = to_ecef(target_lat, target_lon, target_height)
    return rotate_to_enu(tx - x, ty - y, tz - z, lat, lon)


def azimuth_elevation_range(east: float, north: float, up: float) -> Vector:
    """Azimuth [0, 2 pi) from north through east, elevation, and range of a local (east, north, up) position, m.

    Finite everywhere: straight above, straight below and on top of the radar the azimuth is 0; on top of it the
    elevation is 0 too.
    """
    flat = math.sqrt(east * east + north * north)
    azimuth = 0.0
    if flat >= SNAP and (abs(east) >= SNAP or north < 0.0):
        azimuth = math.atan2(east, north)
        if azimuth < 0.0:
            azimuth += TURN
        if azimuth >= TURN:
            azimuth = 0.0
    return azimuth, math.atan2(up, flat), math.sqrt(flat * flat + up * up)


def horizon_rule(radar_up: float, target_up: float) -> float:
    """The handbook rule 4,120 m x (sqrt(h1) + sqrt(h2)), heights in m >= 0, for the 4/3 earth: within 0.2 %."""
    return 4120.0 * (math.sqrt(max(radar_up, 0.0)) + math.sqrt(max(target_up, 0.0)))


def visible_smooth(radar_up: float, target_up: float, ground_range: float, earth_radius: float) -> bool:
    """Whether radar and target (heights above the sea, m) see each other over a smooth earth; grazing counts.

    An end below the sea sees nothing.
    """
    arcs = horizon_arc(radar_up, earth_radius) + horizon_arc(target_up, earth_radius)
    return radar_up >= 0.0 and target_up >= 0.0 and ground_range <= arcs


def depression_angle(sensor_up: float, slant_range: float, earth_radius: float) -> float:
    """Angle (rad) below the horizontal at which a sensor sees a point of the smooth surface at a slant range.

    sensor_up : m, >= 0;  slant_range : m, > 0; shorter than the height counts as straight down.
    Source: law of cosines in the triangle sensor, point, center.
    """
    top = sensor_up * (sensor_up + 2.0 * earth_radius) + slant_range * slant_range
    return math.asin(max(-1.0, min(1.0, top / (2.0 * slant_range * (earth_radius + sensor_up)))))


def grazing_angle(sensor_up: float, slant_range: float, earth_radius: float) -> float:
    """Angle (rad) between the ray from a sensor and the smooth surface where it meets it; below 0 beyond the horizon.

    Arguments and source as ``depression_angle``.
    """
    top = sensor_up * (sensor_up + 2.0 * earth_radius) - slant_range * slant_range
    return math.asin(max(-1.0, min(1.0, top / (2.0 * slant_range * earth_radius))))


def geopotential(height: float) -> float:
    """Geopotential height (m) of a geometric height above the sea (m), > -6,000 km.  Source: [ussa1976], eq. 18."""
    return STANDARD_RADIUS * height / (STANDARD_RADIUS + height)


class Clearance(NamedTuple):
    """The worst edge of a path: height over the line of sight (m; below 0: clear), arcs to it from either end (m)."""

    height: float
    near: float
    far: float


def clearance(
    terrain: Terrain,
    a: Place,
    b: Place,
    earth_factor: float = 4.0 / 3.0,
    step: float = 250.0,
) -> Clearance:
    """The terrain edge that matters most between two places (lat, lon, height above the sea), for knife-edge loss.

    Among even steps of at most ``step`` m strictly between the ends: the one with the greatest h sqrt(d / (d1 d2)),
    which is the greatest diffraction parameter at any wavelength.  ``near`` is the arc from ``a``, ``far`` from ``b``;
    swapping a and b swaps them.  A path of no length gets the ends' least clearance.
    """
    first, second = sorted((a, b))
    arc_length = float(inverse(a[0], a[1], b[0], b[1])[0])
    finest = min(step, 0.5 * arc_length) if arc_length > 2e-3 else step
    path = profile(terrain, first, second, earth_factor, finest)
    if len(path.arc) < 3:
        over = float((path.ground - path.ray).max())
        return Clearance(over, path.total / 2.0, path.total / 2.0)
    arc, over = path.arc[1:-1], (path.ground - path.ray)[1:-1]
    worst = int(np.argmax(over * np.sqrt(path.total / (arc * (path.total - arc)))))
    near, far = float(arc[worst]), float(path.total - arc[worst])
    return Clearance(float(over[worst]), near, far) if first == a else Clearance(float(over[worst]), far, near)
