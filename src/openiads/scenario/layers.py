"""Sites that stand together or one behind the other: several on one ship, and point defense to which others leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import Loc
from openiads.base.words import listed, nearest
from openiads.catalog.records import Catalog
from openiads.scenario.model import ABOARD

#: Where, the value to show (None: none), reason, remedy.
Problem = tuple[Loc, Json, str, str]

NOWHERE = "0 N 0 E"  # of a site on a ship that is none, which is told


def _sites(mapping: Mapping[str, Json]) -> list[tuple[int, JsonObject]]:
    rows = mapping.get("site", [])
    return [(i, row) for i, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def aboard(mapping: Mapping[str, Json]) -> Mapping[str, Json]:
    """The mapping with place, course and speed of its ship for each site that stands on another's."""
    sites = {row["name"]: row for _, row in _sites(mapping) if isinstance(row.get("name"), str)}
    if not any(isinstance(row.get("ship"), str) for row in sites.values()):
        return mapping

    def placed(row: Json) -> Json:
        if not isinstance(row, dict) or not isinstance(row.get("ship"), str):
            return row
        carrier = sites.get(row["ship"], {})
        return row | {"at": NOWHERE} | {key: carrier[key] for key in ABOARD if key in carrier}

    return {**mapping, "site": [placed(row) for row in mapping["site"]]}


def problems(mapping: Mapping[str, Json], known: Catalog) -> Iterator[Problem]:
    """What does not make sense of ships that carry several sites, and of what is left to point defense."""
    sites = {row["name"]: row for _, row in _sites(mapping) if isinstance(row.get("name"), str)}
    for i, site in _sites(mapping):
        yield from _ship(("site", i), site, sites, known)
        yield from _leaves(("site", i), site, sites)
    yield from _circle(mapping)


def _ship(loc: Loc, site: JsonObject, sites: Mapping[str, JsonObject], known: Catalog) -> Iterator[Problem]:
    """The ship that a site stands on is another site that is one, and says where both are."""
    ship = site.get("ship")
    if not isinstance(ship, str):
        return
    place = (*loc, "ship")
    carrier = sites.get(ship)
    if carrier is None:
        yield place, ship, "no site of that name", f"{nearest(ship, list(sites))}Names: {listed(list(sites))}"
        return
    if ship == site.get("name"):
        yield place, ship, "a site on its own ship", "Name the site that has the ship's place, or leave ship out."
    elif carrier.get("ship") is not None:
        remedy = f'Write ship = "{carrier["ship"]}", the site that has the place.'
        yield place, ship, "that site itself stands on another's ship", remedy
    else:
        system = known.systems.get(str(carrier.get("system")))
        if system is not None and not system.get("afloat", False):
            remedy = "Name a site whose system is afloat, or give this one a place of its own."
            yield place, ship, f"{ship} ({system.name}) stands on the ground and is no ship", remedy
    for key in ABOARD:
        if key in site:
            value = site[key] if isinstance(site[key], str) else None
            yield (*loc, key), value, f"stands on the ship of {ship} and moves with it", f"Remove {key}."


def _leaves(loc: Loc, site: JsonObject, sites: Mapping[str, JsonObject]) -> Iterator[Problem]:
    """What a site leaves is left to other sites that can shoot."""
    for n, name in _left(site):
        place = (*loc, "doctrine", "leaves", n)
        other = sites.get(name)
        if other is None:
            known = [each for each in sites if each != site.get("name")]
            yield place, name, "no site of that name", f"{nearest(name, known)}Names: {listed(known)}"
        elif name == site.get("name"):
            yield place, name, "a site that leaves to itself", "Name another site, or take it out."
        else:
            lacking = [what for what in ("fire_units", "launchers", "rounds") if other.get(what) == 0]
            if lacking:
                remedy = f"Give {name} {lacking[0].replace('_', ' ')}, or take it out."
                yield place, name, f"a point defense without {lacking[0].replace('_', ' ')} takes nothing", remedy


def _left(site: JsonObject) -> list[tuple[int, str]]:
    doctrine = site.get("doctrine")
    names = doctrine.get("leaves") if isinstance(doctrine, dict) else None
    return [(n, name) for n, name in enumerate(names) if isinstance(name, str)] if isinstance(names, list) else []


def _circle(mapping: Mapping[str, Json]) -> Iterator[Problem]:
    """Sites that leave to one another would leave it to nobody."""
    below = {
        row["name"]: {name for _, name in _left(row)} for _, row in _sites(mapping) if isinstance(row.get("name"), str)
    }
    for i, site in _sites(mapping):
        name = site.get("name")
        seen: list[str] = []
        todo = [each for each in below.get(name, ()) if each != name] if isinstance(name, str) else []
        while todo:
            each = todo.pop()
            if each not in seen:
                seen.append(each)
                todo += sorted(below.get(each, ()))
        if name in seen:
            told = " and ".join(sorted({str(name), *[s for s in seen if name in below.get(s, ())]}))
            place = ("site", i, "doctrine", "leaves")
            yield place, None, f"{told} leave what comes to each other, and nobody takes it", "Break the circle."
            return
