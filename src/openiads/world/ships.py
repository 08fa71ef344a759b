"""Sites under way: a platform that moves, with places along its way at which masks are made."""

from __future__ import annotations

import math

from openiads.base.errors import InputError
from openiads.physics.paths import level_route
from openiads.scenario.model import Site
from openiads.world.draft import Draft, LatLon, Row, blank
from openiads.world.elements import PLATFORM

MASK_SPACING = 1000.0  # m between two masks along a ship's way, unless that takes more than
MOST_MASKS = 40
#: Height (m) from which ground under a ship is land and no error of interpolation between sea and shore.
LAND = 10.0
SOUNDINGS, MOST_SOUNDINGS = 500.0, 400  # m between places at which a way is held against the ground, and their number


def add_ship(draft: Draft, site: Site) -> tuple[int, tuple[LatLon, ...]]:
    """A platform for a site under way; everything of the site then stands at the ship's reference point.

    One ship may carry several sites: those that name it have its platform.

    Returns
    -------
    tuple of int and tuple of LatLon
        Row of the platform, -1 for a site that stands still, and the places (rad) along its way, none for such a site.
    """
    if site.ship is not None:
        site = next(each for each in draft.scenario.sites if each.name == site.ship)
    if site.course is None or not site.speed:
        return -1, ()
    if site.name in draft.ships:
        return draft.ships[site.name], _way(draft, site, draft.platforms[draft.ships[site.name]])
    at, speed = (site.at.latitude, site.at.longitude), site.speed
    length = speed * draft.scenario.duration
    _keep_to_sea(draft, site, length)
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
    return platform, _way(draft, site, row)


def _way(draft: Draft, site: Site, row: Row) -> tuple[LatLon, ...]:
    """The places (rad) along the way of a ship at which masks are made."""
    at, spacing = (site.at.latitude, site.at.longitude), float(row["spacing"])
    return tuple(draft.away(at, site.course or 0.0, n * spacing) for n in range(int(row["masks"])))


def _keep_to_sea(draft: Draft, site: Site, length: float) -> None:
    """InputError that names when and where a ship's way meets land."""
    if draft.scenario.terrain.source == "flat":  # its height is that of all there is
        return
    at, course, speed = (site.at.latitude, site.at.longitude), site.course or 0.0, site.speed or 1.0

    def ground(run: float) -> float:
        return draft.ground(*draft.away(at, course, run))

    step = length / min(max(math.ceil(length / SOUNDINGS), 1), MOST_SOUNDINGS)
    far = next((k * step for k in range(math.ceil(length / step) + 1) if ground(k * step) > LAND), None)
    if far is None:
        return
    near = max(far - step, 0.0)
    while far - near > 10.0:
        middle = (near + far) / 2.0
        near, far = (near, middle) if ground(middle) > LAND else (middle, far)
    lat, lon = (math.degrees(angle) for angle in draft.away(at, course, far))
    where = f"{abs(lat):.3f} {'S' if lat < 0.0 else 'N'} {abs(lon):.3f} {'W' if lon < 0.0 else 'E'}"
    place = f"{where} (ground {ground(far):.0f} m above the sea)"
    if far == 0.0:
        raise InputError(f'site "{site.name}"', f"is under way and stands on land: {place}", "Put it on the sea.")
    raise InputError(
        f'site "{site.name}"',
        f"its course meets land {far / speed:.0f} s after the start, at {place}",
        "Change its course or speed, or end the run before that.",
    )
