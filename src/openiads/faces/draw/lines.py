"""Lines of flights on maps, from the event log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
    """Latitudes and longitudes (degrees) and heights (m) of ECEF rows, shape (n, 3)."""
    import pymap3d

    rows = np.asarray(positions, dtype=float).reshape(-1, 3)
    lat, lon, height = pymap3d.ecef2geodetic(rows[:, 0], rows[:, 1], rows[:, 2])
    return np.asarray(lat), np.asarray(lon), np.asarray(height)


def line_of(rows: np.ndarray) -> Line:
    lat, lon, height = geodetic(rows["value"][:, :3])
    return Line(np.array(rows["time"]), lat, lon, height)
