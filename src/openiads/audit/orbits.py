"""Where early-warning sensors are, from what a scenario declares: a racetrack in the plane of its middle, put back on
the ellipsoid.  A geometry of its own: none of the engine's, parts' or physics' code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from openiads.audit.motion import geodetic
from openiads.base.jsonable import JsonObject
from openiads.base.units import position, quantity

_A, _F = 6378137.0, 1 / 298.257223563  # WGS-84
LATE = 3.0  # s, by which a look may be logged after it was made


def on_earth(lat: float, lon: float, height: float) -> np.ndarray:
    """ECEF (m) of a geodetic place (rad, m)."""
    n = _A / math.sqrt(1.0 - _F * (2.0 - _F) * math.sin(lat) ** 2)
    flat = (n + height) * math.cos(lat)
    return np.array([flat * math.cos(lon), flat * math.sin(lon), (n * (1.0 - _F) ** 2 + height) * math.sin(lat)])


@dataclass(frozen=True)
class Station:
    """What a scenario declares of a sensor; places in rad, the rest in SI units."""

    name: str
    carrier: str
    places: tuple[tuple[float, float], ...]
    altitude: float | None
    speed: float
    course: float
    radius: float
    right: bool
    comes: float
    leaves: float
    blind: bool

    def at(self, times: np.ndarray) -> np.ndarray:
        """Where a moving sensor is, ECEF m, shape (times, 3), at its altitude; one that stands still: its place."""
        height = self.altitude or 0.0
        first, last = (on_earth(*each, 0.0) for each in (self.places[0], self.places[-1]))
        if self.carrier != "aircraft":
            lat, lon = self.places[0]
            north = np.array([-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)])
            east = np.array([-math.sin(lon), math.cos(lon), 0.0])
            run = self.speed * (math.sin(self.course) * east + math.cos(self.course) * north)
            return first + times[:, None] * run
        middle = 0.5 * (first + last)
        lat, lon = (float(c) for c in geodetic(middle)[:2])
        normal = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        leg = float(np.linalg.norm(last - first))
        north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
        ahead = (last - first) / leg if leg > 1.0 else north
        side = np.cross(ahead, normal) * (-1.0 if self.right else 1.0)  # away from the side to which it turns
        x, y = self._plane(times, leg)
        flat = middle + x[:, None] * ahead + y[:, None] * side
        lats, lons, _ = geodetic(flat)
        return np.array([on_earth(float(p), float(q), height) for p, q in zip(lats, lons, strict=True)])

    def _plane(self, times: np.ndarray, leg: float) -> tuple[np.ndarray, np.ndarray]:
        """Along the legs and aside of their middle line, m."""
        arc = math.pi * self.radius
        s = (times * self.speed) % (2.0 * (leg + arc))
        sign = np.where(s < leg + arc, 1.0, -1.0)
        s = s % (leg + arc)
        turn = np.clip(s - leg, 0.0, None) / self.radius
        along = np.minimum(s, leg) - 0.5 * leg + self.radius * np.sin(turn)
        return sign * along, sign * self.radius * np.cos(turn)

    def turning(self, times: np.ndarray) -> np.ndarray:
        """Whether it is in a turn, for ``LATE`` seconds and more."""
        first, last = (on_earth(*each, 0.0) for each in (self.places[0], self.places[-1]))
        leg, arc = float(np.linalg.norm(last - first)), math.pi * self.radius
        s = (times * self.speed) % (leg + arc)
        return (s > leg + (LATE + 1.0) * self.speed) & (s < leg + arc - self.speed)


def stations(mapping: JsonObject, names: list[str]) -> list[Station | None]:
    """Of each radar, the sensor that it is; None of a site's."""
    found = {}
    for row in mapping.get("early_warning", []):
        places = tuple(position(text) for text in row.get("orbit") or [row["at"]])
        moves = row["carrier"] in ("aircraft", "ship") and row.get("speed") is not None
        found[f"{row['name']}/{row['radar']}"] = Station(
            row["name"],
            row["carrier"],
            places,
            quantity(row["altitude"], "length") if row.get("altitude") is not None else None,
            quantity(row["speed"], "speed") if moves else 0.0,
            quantity(row["course"], "angle") if row.get("course") is not None else 0.0,
            quantity(row["turn_radius"], "length"),
            row["turns"] == "right",
            quantity(row["on_station"], "time"),
            quantity(row["off_station"], "time") if row.get("off_station") is not None else math.inf,
            bool(row["blind_in_turns"]),
        )
    return [found.get(name) for name in names]
