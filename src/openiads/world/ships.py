"""Sites under way: a platform that moves, with places along its way at which masks are made."""

from __future__ import annotations

import math

from openiads.physics.paths import level_route
from openiads.scenario.model import Site
from openiads.world.draft import Draft, LatLon, blank
from openiads.world.elements import PLATFORM

MASK_SPACING = 1000.0  # m between two masks along a ship's way, unless that takes more than
MOST_MASKS = 40


def add_ship(draft: Draft, site: Site) -> tuple[int, tuple[LatLon, ...]]:
    """A platform for a site under way; everything of the site then stands at the ship's reference point.

    Returns
    -------
    tuple of int and tuple of LatLon
        Row of the platform, -1 for a site that stands still, and the places (rad) along its way, none for such a site.
    """
    if site.course is None or not site.speed:
        return -1, ()
    at, speed = (site.at.latitude, site.at.longitude), site.speed
    length = speed * draft.scenario.duration
    way = (at, draft.away(at, site.course, length + 1.0))
    row = blank(PLATFORM)
    row["path"] = draft.arena.add(
        draft.prebuilt.once(("ship", way, speed), lambda: level_route(way, 0.0, speed, 0.0, 2.0))
    )
    row["masks"] = min(math.ceil(length / MASK_SPACING) + 1, MOST_MASKS)
    row["spacing"] = max(length / max(int(row["masks"]) - 1, 1), 1.0)
    row["speed"], row["heading"] = speed, site.course
    platform = draft.ships[site.name] = len(draft.platforms)
    draft.platforms.append(row)
    spacing = float(row["spacing"])
    return platform, tuple(draft.away(at, site.course, n * spacing) for n in range(int(row["masks"])))
