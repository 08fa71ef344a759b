"""Departures and approaches: ways of airliners that climb from an airport to their height and descend to another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.errors import InputError
from openiads.physics.paths import ground_track, turn_radius
from openiads.physics.waypoints import timed_path
from openiads.scenario.aerodromes import aerodrome_of
from openiads.scenario.traffic import Airway
from openiads.world.draft import Draft, LatLon
from openiads.world.routes import Profile, Table, load_of, speed_of

Floats = NDArray[np.float64]

SPACING = 500.0  # m between the places at which speed and height are found
SAME = 1.0  # m, within which a corridor's end is the airport


@dataclass(frozen=True)
class Way:
    """One direction of an airway: its corridor's points, and where on the ground it begins and ends.

    Attributes
    ----------
    points : tuple of LatLon
        Of the corridor, in the order flown.
    begins, ends : tuple of float, optional
        Latitude, longitude (rad) and height (m); None: at its height.
    """

    points: tuple[LatLon, ...]
    begins: tuple[float, float, float] | None
    ends: tuple[float, float, float] | None

    @property
    def level(self) -> bool:
        """Whether it is at its height all along."""
        return self.begins is None and self.ends is None

    @property
    def route(self) -> tuple[LatLon, ...]:
        """All turning points."""
        points = list(self.points)
        if self.begins is not None and _apart(self.begins, points[0]) > SAME:
            points.insert(0, self.begins[:2])
        if self.ends is not None and _apart(self.ends, points[-1]) > SAME:
            points.append(self.ends[:2])
        return tuple(points)


def _apart(one: tuple[float, ...], other: LatLon) -> float:
    north = one[0] - other[0]
    east = math.remainder(one[1] - other[1], 2.0 * math.pi) * math.cos(other[0])
    return MEAN_RADIUS * math.hypot(north, east)


def ways_of(draft: Draft, airway: Airway, points: list[LatLon]) -> list[Way]:
    """The directions in which an airway is flown; the way back begins where the way there ends."""
    begins = _on_ground(draft, airway.climbs_from)
    ends = _on_ground(draft, airway.descends_to)
    there = Way(tuple(points), begins, ends)
    return [there, Way(tuple(points[::-1]), ends, begins)] if airway.both_ways else [there]


def _on_ground(draft: Draft, text: str | None) -> tuple[float, float, float] | None:
    """Latitude, longitude and height of an aerodrome: its elevation, or the ground where that is higher."""
    port = None if text is None else aerodrome_of(text)
    if port is None:
        return None
    return port.latitude, port.longitude, max(port.elevation, draft.ground(port.latitude, port.longitude), 0.0)


def climbing_path(draft: Draft, airway: Airway, way: Way, profile: Profile) -> Table:
    """Path of an airliner that climbs from where its way begins, and descends to where it ends.

    Its height is the least of its level, of a climb from the one and of a descent to the other, both of even gradient;
    where they meet below its level, it never gets there. Its speed is that near airports up to some height, and from
    there grows evenly with height to the catalog's at the catalog's height.

    Raises
    ------
    InputError
        Where legs are too short for their turns.
    """
    entry, value = profile.entry, draft.values.of
    level = profile.altitude if profile.altitude is not None else value(entry, "altitude")
    cruise, low = speed_of(draft, profile), value(entry, "low_speed")
    gradients = value(entry, "climb_gradient"), value(entry, "descent_gradient")
    limit, top = value(entry, "low_speed_height"), value(entry, "altitude", level)
    radius = turn_radius(cruise, load_of(draft, entry))
    route = way.route
    key = ("climbing", route, way.begins, way.ends, level, cruise, low, *gradients, limit, top, radius)

    def flown() -> Table:
        try:
            track = ground_track(route, radius)
        except InputError as problem:
            place = f"airway.{airway.name}"
            raise InputError(
                place, f"{problem.place}: {problem.reason}", "Lengthen the leg, or move a point."
            ) from None
        s = np.linspace(0.0, track.length, max(int(math.ceil(track.length / SPACING)) + 1, 3))
        heights = np.full(len(s), level)
        if way.begins is not None:
            heights = np.minimum(heights, way.begins[2] + gradients[0] * s)
        if way.ends is not None:
            heights = np.minimum(heights, way.ends[2] + gradients[1] * (track.length - s))
        speeds = speeds_at(heights, low, cruise, limit, top)
        slowness = 0.5 * (1.0 / speeds[1:] + 1.0 / speeds[:-1])
        times = np.concatenate([[0.0], np.cumsum(np.diff(s) * slowness)])
        return timed_path(times, track.surface(s)[1], heights)

    return draft.prebuilt.once(key, flown)


def speeds_at(heights: Floats, low: float, cruise: float, limit: float, top: float) -> Floats:
    """Ground speeds (m/s) at heights (m): ``low`` up to ``limit``, ``cruise`` from ``top`` on, even between.

    Where ``top`` is not above ``limit``, the speed changes at ``limit``.
    """
    share = np.clip((heights - limit) / max(top - limit, 1.0), 0.0, 1.0)
    return np.asarray(low + (cruise - low) * share)
