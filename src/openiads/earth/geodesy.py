"""WGS-84: geodetic and earth-centered coordinates, local axes, and geodesics.

Angles are radians, lengths meters, heights above the ellipsoid.  Latitude is geodetic.  Earth-centered coordinates
(ECEF) have x through latitude 0 longitude 0, z through the north pole.  Kernels take and return scalars; the two
geodesic functions at the end run on the host and accept arrays.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base import constants
from openiads.base.compiled import kernel

SEMI_MAJOR = constants.SEMI_MAJOR
INVERSE_FLATTENING = constants.INVERSE_FLATTENING
MEAN_RADIUS = constants.MEAN_RADIUS
FLATTENING = 1.0 / INVERSE_FLATTENING
SEMI_MINOR = SEMI_MAJOR * (1.0 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)
SECOND_ECCENTRICITY_SQUARED = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED)


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8)", entry=True)
def to_ecef(lat, lon, height):
    """ECEF position (x, y, z), m, of a geodetic position (rad, rad, m); any finite input."""
    sin_lat = math.sin(lat)
    cos_lat = math.cos(lat)
    normal = SEMI_MAJOR / math.sqrt(1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    out = (normal + height) * cos_lat
    return out * math.cos(lon), out * math.sin(lon), (normal * (1.0 - ECCENTRICITY_SQUARED) + height) * sin_lat


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8)", entry=True)
def to_geodetic(x, y, z):
    """Geodetic position (latitude, longitude, height) of an ECEF position (m); the inverse of ``to_ecef``.

    Two fixed rounds of Bowring's iteration on the parametric latitude, without trigonometry; better than 1e-12 rad
    and 1e-6 m for heights from -10 km to 2,000 km and beyond, at the poles too (longitude there is 0).  Within 50 km
    of the earth's center latitude has no single answer; the result is finite.
    Source: [bowring1976], equations for tan(phi) and the iteration of tan(beta).
    """
    p = math.sqrt(x * x + y * y)
    r = math.sqrt(p * p + z * z)
    if r < 5e4:
        return math.atan2(z, p), math.atan2(y, x), r - SEMI_MAJOR
    s = z * (1.0 + SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR / r) * (1.0 - FLATTENING)
    c = p
    for _ in range(2):
        n = math.sqrt(s * s + c * c)
        s /= n
        c /= n
        sine = z + SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR * s * s * s
        cosine = max(p - ECCENTRICITY_SQUARED * SEMI_MAJOR * c * c * c, 0.0)
        s = (1.0 - FLATTENING) * sine
        c = cosine
    n = math.sqrt(sine * sine + cosine * cosine)
    sin_lat = sine / n
    height = p * cosine / n + z * sin_lat - SEMI_MAJOR * math.sqrt(1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    return math.atan2(sine, cosine), math.atan2(y, x), height


@kernel("tuple_of(f8, f8, f8, f8, f8, f8, f8, f8, f8)(f8, f8)", entry=True)
def enu_axes(lat, lon):
    """Unit vectors east, north, up (x, y, z each) in ECEF at a geodetic position; nine scalars in that order."""
    sin_lat = math.sin(lat)
    cos_lat = math.cos(lat)
    sin_lon = math.sin(lon)
    cos_lon = math.cos(lon)
    return (
        -sin_lon,
        cos_lon,
        0.0,
        -sin_lat * cos_lon,
        -sin_lat * sin_lon,
        cos_lat,
        cos_lat * cos_lon,
        cos_lat * sin_lon,
        sin_lat,
    )


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8, f8, f8)", entry=True)
def rotate_to_enu(dx, dy, dz, lat, lon):
    """An ECEF difference or velocity as (east, north, up) at a geodetic position; same unit out as in."""
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    return ex * dx + ey * dy, nx * dx + ny * dy + nz * dz, ux * dx + uy * dy + uz * dz


def inverse(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> tuple[Any, Any]:
    """Length (m) of the geodesic between two positions and its azimuth (rad, (-pi, pi]) at the first.

    Arguments are radians, scalars or arrays that broadcast; the results have the broadcast shape, or are floats.
    Good to nanometers for any pair, nearly antipodal ones included.  Source: [karney2013], through geographiclib.
    """
    from geographiclib.geodesic import Geodesic

    wanted = Geodesic.DISTANCE | Geodesic.AZIMUTH
    args = np.broadcast_arrays(*(np.degrees(np.asarray(v, dtype=float)) for v in (lat1, lon1, lat2, lon2)))
    distance = np.empty(args[0].shape)
    azimuth = np.empty(args[0].shape)
    for at in np.ndindex(*args[0].shape):
        solved = Geodesic.WGS84.Inverse(*(float(v[at]) for v in args), wanted)
        distance[at] = solved["s12"]
        azimuth[at] = solved["azi1"]
    azimuth = np.radians(azimuth)
    return (float(distance), float(azimuth)) if distance.ndim == 0 else (distance, azimuth)


def direct(lat: ArrayLike, lon: ArrayLike, azimuth: ArrayLike, distance: ArrayLike) -> tuple[Any, Any]:
    """Position (latitude, longitude in [-pi, pi]) a geodesic reaches from a start on an azimuth after a distance.

    Radians and meters, scalars or arrays that broadcast.  Source: [karney2013], through geographiclib.
    """
    from geographiclib.geodesic import Geodesic

    wanted = Geodesic.LATITUDE | Geodesic.LONGITUDE
    start = (np.degrees(np.asarray(v, dtype=float)) for v in (lat, lon, azimuth))
    args = np.broadcast_arrays(*start, np.asarray(distance, dtype=float))
    lat_out = np.empty(args[0].shape)
    lon_out = np.empty(args[0].shape)
    lines: dict[tuple[float, ...], Any] = {}  # setting a geodesic up takes longer than a point on it
    for at in np.ndindex(*args[0].shape):
        begins = tuple(float(v[at]) for v in args[:3])
        if begins not in lines:
            lines[begins] = Geodesic.WGS84.Line(*begins, wanted | Geodesic.DISTANCE_IN)
        solved = lines[begins].Position(float(args[3][at]), wanted)
        lat_out[at] = solved["lat2"]
        lon_out[at] = solved["lon2"]
    lat_out, lon_out = np.radians(lat_out), np.radians(lon_out)
    return (float(lat_out), float(lon_out)) if lat_out.ndim == 0 else (lat_out, lon_out)


def _section_radius(lat: ArrayLike, azimuth: ArrayLike) -> tuple[Any, Any]:
    """Radius of curvature (m) of the ellipsoid at a latitude along an azimuth, and along the meridian."""
    squeeze = 1.0 - ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    across = SEMI_MAJOR / np.sqrt(squeeze)
    meridian = across * (1.0 - ECCENTRICITY_SQUARED) / squeeze
    return 1.0 / (np.cos(azimuth) ** 2 / meridian + np.sin(azimuth) ** 2 / across), meridian


def offset(lat: float, lon: float, azimuth: ArrayLike, distance: ArrayLike) -> tuple[Any, Any]:
    """Like ``direct``, for many points within 500 km of one start, vectorized and approximate.

    A circle of the mid-way radius of curvature stands for the geodesic: within 1 m up to 300 km and 5 m up to 500 km.
    """
    azimuth, distance = np.asarray(azimuth, dtype=float), np.asarray(distance, dtype=float)
    middle = lat + 0.5 * distance * np.cos(azimuth) / _section_radius(lat, azimuth)[1]
    radius = _section_radius(middle, azimuth)[0]
    angle = distance / radius
    flat, up = radius * np.sin(angle), -2.0 * radius * np.sin(angle / 2.0) ** 2
    ex, ey, _, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    east, north = flat * np.sin(azimuth), flat * np.cos(azimuth)
    x0, y0, z0 = to_ecef(lat, lon, 0.0)
    x, y, z = x0 + ex * east + nx * north + ux * up, y0 + ey * east + ny * north + uy * up, z0 + nz * north + uz * up
    p = np.hypot(x, y)
    tangent = z / (p * (1.0 - FLATTENING))
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    sine = tangent * cosine
    lat_out = np.arctan2(
        z + SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR * sine**3, p - ECCENTRICITY_SQUARED * SEMI_MAJOR * cosine**3
    )
    return lat_out, np.arctan2(y, x)


def bearing(lat: float, lon: float, target_lat: ArrayLike, target_lon: ArrayLike) -> tuple[Any, Any]:
    """Azimuth ([-pi, pi]) and distance of many points from one: the inverse of ``offset``, as accurate, within 500 km.

    Points farther than that are placed coarsely, but never nearer than 450 km.
    """
    target_lat, target_lon = np.asarray(target_lat, dtype=float), np.asarray(target_lon, dtype=float)
    out = SEMI_MAJOR / np.sqrt(1.0 - ECCENTRICITY_SQUARED * np.sin(target_lat) ** 2)
    x0, y0, z0 = to_ecef(lat, lon, 0.0)
    dx = out * np.cos(target_lat) * np.cos(target_lon) - x0
    dy = out * np.cos(target_lat) * np.sin(target_lon) - y0
    dz = out * (1.0 - ECCENTRICITY_SQUARED) * np.sin(target_lat) - z0
    ex, ey, _, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    east, north = ex * dx + ey * dy, nx * dx + ny * dy + nz * dz
    azimuth = np.arctan2(east, north)
    radius = _section_radius(0.5 * (lat + target_lat), azimuth)[0]
    return azimuth, radius * np.arctan2(np.hypot(east, north), radius + ux * dx + uy * dy + uz * dz)


def turned(lons: NDArray[np.float64], about: float) -> NDArray[np.float64]:
    """Longitudes (rad), each within half a turn of one: just over pi instead of just over -pi near pi."""
    apart = lons - about
    return np.where(np.abs(apart) > math.pi, about + (apart + math.pi) % math.tau - math.pi, lons)
