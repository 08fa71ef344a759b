"""The circle around an area: its middle, and the distance of its farthest corner."""

from __future__ import annotations

import math

import numpy as np

from openiads.earth.geodesy import inverse
from openiads.foreign.features import Places
from openiads.foreign.thin import apart, vectors

ROUNDS = 300
FARTHEST = 8  # corners measured on the ellipsoid


def around(places: Places) -> tuple[float, float, float]:
    """Latitude and longitude (degrees) of the middle of the smallest circle around corners, nearly, and its radius (m).

    Source: Badoiu and Clarkson (2003): steps towards the farthest corner, each shorter than the one before.
    """
    points = vectors(places)
    middle = points[0]
    for turn in range(1, ROUNDS):
        far = points[int(np.argmin(points @ middle))]
        middle = middle + (far - middle) / (turn + 1.0)
        size = float(np.linalg.norm(middle))
        if size < 1e-9:  # corners all around the earth
            return float(places[0, 0]), float(places[0, 1]), math.inf
        middle = middle / size
    lat, lon = math.asin(float(np.clip(middle[2], -1.0, 1.0))), math.atan2(float(middle[1]), float(middle[0]))
    farthest = np.argsort(-apart(points, middle))[:FARTHEST]
    corners = np.radians(places[farthest, :2])
    radius = float(np.max(inverse(lat, lon, corners[:, 0], corners[:, 1])[0]))
    return math.degrees(lat), math.degrees(lon), radius
