"""Lines of flights on maps, from the event log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openiads.base.constants import INVERSE_FLATTENING, SEMI_MAJOR

FLATTENING = 1.0 / INVERSE_FLATTENING


@dataclass(frozen=True)
class Line:
    """A flown path: times (s), latitudes and longitudes (degrees), heights (m)."""

    times: np.ndarray
    latitudes: np.ndarray
    longitudes: np.ndarray
    heights: np.ndarray

    def at(self, time: float) -> tuple[float, float]:
        """Latitude and longitude (degrees) at a time, held at the ends."""
        return (
            float(np.interp(time, self.times, self.latitudes)),
            float(np.interp(time, self.times, self.longitudes)),
        )


def geodetic(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitudes and longitudes (degrees) and heights (m) of ECEF rows, shape (n, 3).

    Two rounds on the parametric latitude, for arrays what `earth.geodesy.to_geodetic` is for one place in kernels.
    Source: [bowring1976].
    """
    x, y, z = np.asarray(positions, dtype=float).reshape(-1, 3).T
    p = np.hypot(x, y)
    squeezed = 1.0 - FLATTENING
    first = FLATTENING * (2.0 - FLATTENING)  # eccentricity squared
    second = first / (squeezed * squeezed)
    lat = beta = np.arctan2(z, squeezed * p)
    for _ in range(2):
        lat = np.arctan2(
            z + second * squeezed * SEMI_MAJOR * np.sin(beta) ** 3, p - first * SEMI_MAJOR * np.cos(beta) ** 3
        )
        beta = np.arctan2(squeezed * np.sin(lat), np.cos(lat))
    sine = np.sin(lat)
    height = p * np.cos(lat) + z * sine - SEMI_MAJOR * np.sqrt(1.0 - first * sine * sine)
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), height


def on_the_ellipsoid(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """ECEF rows, shape (n, 3), of places (rad) on the ellipsoid."""
    first = FLATTENING * (2.0 - FLATTENING)
    across = SEMI_MAJOR / np.sqrt(1.0 - first * np.sin(lat) ** 2)
    flat = across * np.cos(lat)
    return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), (1.0 - first) * across * np.sin(lat)])


def line_of(rows: np.ndarray) -> Line:
    lat, lon, height = geodetic(rows["value"][:, :3])
    return Line(np.array(rows["time"]), lat, lon, height)
