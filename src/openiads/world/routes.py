"""Paths of what flies: tables of knots along declared routes, level, over the ground or ballistic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import STANDARD_GRAVITY
from openiads.catalog.records import Entry
from openiads.catalog.rounds import drawn_missile
from openiads.earth.geodesy import bearing, inverse, offset
from openiads.physics.aiming import solve_aim
from openiads.physics.ballistics import missile
from openiads.physics.motion import end_time
from openiads.physics.paths import (
    Track,
    ballistic_path,
    ground_track,
    level_route,
    terrain_following,
    turn_radius,
)
from openiads.scenario.joint import MISSILE as FLOWN
from openiads.world.draft import Draft, LatLon

Points: TypeAlias = list[LatLon]
Table: TypeAlias = NDArray[np.float64]  # of knots, as `physics.motion` reads it
Route: TypeAlias = tuple[LatLon, ...]


@dataclass(frozen=True)
class Profile:
    """How something flies along its route; what is None is as in its entry.

    Parameters
    ----------
    entry
        Of the catalog.
    altitude, agl
        Height above the sea or above the ground, m; at most one of them.
    speed
        Ground speed, m/s.
    """

    entry: Entry
    altitude: float | None = None
    agl: float | None = None
    speed: float | None = None


def speed_of(draft: Draft, profile: Profile) -> float:
    """Ground speed, m/s."""
    return profile.speed if profile.speed is not None else draft.values.of(profile.entry, "speed")


def height_of(draft: Draft, profile: Profile) -> tuple[str, float]:
    """Whether a flight keeps its "altitude" above the sea or its "agl" above the ground, and how much, m."""
    follows = profile.agl is not None or (
        profile.altitude is None and bool(profile.entry.flags.get("terrain_following"))
    )
    key, given = ("agl", profile.agl) if follows else ("altitude", profile.altitude)
    return key, draft.values.of(profile.entry, key) if given is None else given


def load_of(draft: Draft, entry: Entry) -> float:
    """Load factor of the turns on a flight's path."""
    model = draft.values.model
    given = draft.values.of(entry, "max_load_factor") / STANDARD_GRAVITY
    return min(max(given, model("turn_load_least")), model("turn_load_greatest"))


def path_table(draft: Draft, points: Points, profile: Profile, end: float | None = None) -> Table:
    """Path along points, following the ground or level.

    Parameters
    ----------
    points
        Latitude and longitude of the turning points, rad.
    end
        Height above the sea (m) to which the last leg of a level path leads; None: it stays level.
    """
    entry, terrain = profile.entry, draft.terrain
    kept, above = height_of(draft, profile)
    speed, load, route = speed_of(draft, profile), load_of(draft, entry), tuple(points)
    key = (route, speed, load)
    if kept == "agl":
        on_ground = ("following", *key, above, terrain.relief_digest, terrain.crest_factor)
        return draft.prebuilt.once(on_ground, lambda: _following(draft, route, above, speed, load))
    heights = above if end is None else (*[above] * (len(points) - 1), end)

    def flown() -> Table:
        return level_route(route, heights, speed, 0.0, load, track=_track(draft, route, speed, load)[1])

    return draft.prebuilt.once(("level", *key, heights), flown)


def _track(draft: Draft, route: Route, speed: float, load: float) -> tuple[tuple[object, ...], Track]:
    """Key and ground track of a route; at what speed it is flown matters for its turns alone."""
    radius = turn_radius(speed, load)
    key = ("track", route, radius if len(route) > 2 else 0.0)
    return key, draft.prebuilt.once(key, lambda: ground_track(route, radius))


def _following(draft: Draft, route: Route, above: float, speed: float, load: float) -> Table:
    """Path of a route that follows the ground."""
    key, track = _track(draft, route, speed, load)
    terrain = draft.terrain

    def height(lats: Table, lons: Table) -> Table:
        below = ("relief below", *key, terrain.relief_digest)
        return terrain.raised(*draft.prebuilt.once(below, lambda: terrain.relief(lats, lons)))

    return terrain_following(route, above, speed, height, 0.0, load, track=track)


def ballistic_table(
    draft: Draft,
    entry: Entry,
    begins: tuple[float, float, float],
    ends: tuple[float, float, float],
    place: str,
) -> Table:
    """Path of a ballistic missile from a place to an aim (rad, rad, m above the sea).

    place : where the aim is declared, for the error that it cannot be reached
    """
    drawn = {name: draft.values.of(entry, name) for name in FLOWN if entry.has(name)}
    values = drawn_missile(entry, drawn)
    kind = missile(values, entry.name)

    def solved() -> Table:
        return ballistic_path(solve_aim(*begins, *ends, kind, place=place), 0.0)

    return draft.prebuilt.once(("arc", kind.tobytes(), *begins, *ends), solved)


def flight_time(table: Table) -> float:
    """Time (s) from the first knot of a path to its end."""
    return float(end_time(table, 0)) - float(table[0])


def moved_aside(points: tuple[tuple[float, float], ...], aside: float) -> tuple[tuple[float, float], ...]:
    """A route moved to the right of its first course (m; below 0: to the left), the last point unmoved."""
    course = float(bearing(*points[0], *points[1])[0])
    turn = course + (math.pi / 2.0 if aside > 0.0 else -math.pi / 2.0)
    moved = [offset(lat, lon, turn, abs(aside)) for lat, lon in points[:-1]]
    return (*((float(a), float(b)) for a, b in moved), points[-1])


def way_home(out: Points, target: tuple[float, float], radius: float, farthest: float) -> Points:
    """Turning points of a flight that turns back from the end of ``out``, where it releases at ``target``.

    Two quarter turns of ``radius`` (m), the first begun at the release, to the side on which its start lies; then
    straight toward the start, ``farthest`` (m) at most.
    """
    course = float(inverse(*out[-1], *target)[1])
    ahead = offset(*out[-1], course, radius)  # a quarter turn begins one radius before its corner
    back = float(inverse(float(ahead[0]), float(ahead[1]), *out[0])[1])
    side = math.copysign(math.pi / 2.0, math.remainder(back - course, 2.0 * math.pi))
    aside = offset(float(ahead[0]), float(ahead[1]), course + side, 3.0 * radius)
    corners = [(float(lat), float(lon)) for lat, lon in (ahead[:2], aside[:2])]
    way, toward = inverse(*corners[1], *out[0])
    end = offset(*corners[1], float(toward), max(min(float(way), farthest), 4.0 * radius))
    return [*corners, (float(end[0]), float(end[1]))]
