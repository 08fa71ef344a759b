"""What raids are aimed at: an asset, a place, an element of a site, and where a ship will be."""

from __future__ import annotations

from openiads.base.errors import InputError
from openiads.base.words import nearest
from openiads.earth.geodesy import offset, to_geodetic
from openiads.scenario.model import Asset, Site
from openiads.scenario.traffic import Raid
from openiads.world.codes import Element
from openiads.world.draft import Draft, LatLon

Place = tuple[float, float, float]  # latitude, longitude (rad), height (m)


def element_of(draft: Draft, name: str) -> tuple[int, int, Place]:
    """(codes.Element, row, place) of "SITE/ELEMENT".

    Raises
    ------
    InputError
        No site has such an element.
    """
    names = draft.names
    site, _, element = name.partition("/")
    numbered = f"{site}/{element.partition('/')[2]}"  # a launcher's row goes without its kind: 5p85se/1/2 is 1/2
    nouns = (
        (Element.RADAR, names.radars, draft.radars, name),
        (Element.LAUNCHER, names.launchers, draft.launchers, numbered),
        (Element.POST, names.posts, draft.posts, name),
    )
    for kind, known, rows, wanted in nouns:
        if wanted in known:
            row = known.index(wanted)
            lat, lon, height = to_geodetic(*(float(c) for c in rows[row]["position"]))
            return int(kind), row, (float(lat), float(lon), float(height))
    every = [*names.radars, *names.posts, *names.launchers]
    raise InputError("raid.strikes", f"no element {name!r}", f"{nearest(name, every)}Elements: {', '.join(every)}")


def aim_of(draft: Draft, raid: Raid) -> Place:
    """Where a raid is aimed at the start; the height is above the ground there."""
    asset = _target(draft, raid)
    if asset is not None:
        return asset.at.latitude, asset.at.longitude, asset.height
    if raid.strikes is not None:
        _, _, (lat, lon, _) = element_of(draft, raid.strikes)
        return lat, lon, 0.0
    if raid.aim is None:
        raise InputError(f"raid.{raid.name}", "is aimed at nothing", "Give one of target, aim and strikes.")
    return raid.aim.latitude, raid.aim.longitude, 0.0


def aim_height(draft: Draft, raid: Raid) -> float:
    """Height above the sea (m) of what a raid is aimed at."""
    if raid.strikes is not None:
        return element_of(draft, raid.strikes)[2][2]
    lat, lon, height = aim_of(draft, raid)
    return draft.ground(lat, lon) + height


def ship_of(draft: Draft, raid: Raid) -> Site | None:
    """The ship under way that a raid is aimed at, or on which the element stands that it strikes."""
    asset = _target(draft, raid)
    name = (raid.strikes or "").partition("/")[0] if asset is None else asset.ship
    site = next((s for s in draft.scenario.sites if s.name == name), None)
    return site if site is not None and site.course is not None and site.speed else None


def ship_position(draft: Draft, raid: Raid, when: float) -> LatLon:
    """Where the ship under way that a raid is aimed at will be at a time (s)."""
    site = ship_of(draft, raid)
    if site is None:
        raise InputError(f"raid.{raid.name}", "is aimed at no ship under way", "Name an asset or a site with a course.")
    lat, lon = offset(site.at.latitude, site.at.longitude, site.course or 0.0, (site.speed or 0.0) * when)
    return float(lat), float(lon)


def _target(draft: Draft, raid: Raid) -> Asset | None:
    """The asset that a raid is aimed at."""
    if raid.target is None:
        return None
    return next(asset for asset in draft.scenario.assets if asset.name == raid.target)
