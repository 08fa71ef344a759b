"""What a scenario must make sense of beyond its fields: names that exist, ranges a missile can fly, sites on land.

The checks read the raw mapping, so that they speak up beside errors of single fields; what a field check already
refuses is skipped here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.paths import is_file
from openiads.base.units import QuantityError, position, quantity
from openiads.base.words import listed, nearest
from openiads.catalog.load import own_entries
from openiads.catalog.records import Catalog, Entry, launcher_rows
from openiads.scenario import emission
from openiads.scenario.deconfliction_checks import deconfliction_problems
from openiads.scenario.layers import problems as layers
from openiads.scenario.traffic_checks import traffic_problems

if TYPE_CHECKING:
    from openiads.base.toml import Lines
    from openiads.earth.terrain import Terrain


Loc = tuple[str | int, ...]
Problem = tuple[Loc, Json, str, str]  # where, the value to show (None: none), reason, remedy
Place = tuple[float, float]

HARBOR = 5000.0  # m; a ship with sea within it is in port
NAMED = (
    "asset",
    "site",
    "command",
    "raid",
    "flight",
    "corridor",
    "early_warning",
    "hotline",
    "zone",
    "origin",
    "airway",
    "recorded",
)


def problems_of(mapping: Mapping[str, Json], lines: Lines, folder: Path | None) -> Iterator[Problem]:
    """Everything in a raw scenario mapping that single fields cannot show."""
    given = mapping.get("catalog", {})
    tables = given.items() if isinstance(given, dict) else ()
    entries = {
        kind: {name: entry for name, entry in table.items() if isinstance(entry, dict)}
        for kind, table in tables
        if isinstance(table, dict)
    }
    own = own_entries(entries)
    for fault in own.faults:
        yield ("catalog", *fault.loc), fault.value, fault.reason, fault.remedy
    for problem in _senses(mapping, lines, folder, own.catalog):
        if not (isinstance(problem[1], str) and problem[1] in own.left_out):  # its own fault has been told
            yield problem


def _senses(mapping: Mapping[str, Json], lines: Lines, folder: Path | None, known: Catalog) -> Iterator[Problem]:
    """What does not make sense beside the catalog."""
    for kind in NAMED:
        yield from _repeated(kind, _rows(mapping, kind), lines)
    assets = {row["name"]: row for _, row in _rows(mapping, "asset") if isinstance(row.get("name"), str)}
    for loc, site in _rows(mapping, "site"):
        yield from _site(loc, site, known, assets)
        yield from _rule_file(loc, site, folder)
    for loc, raid in _rows(mapping, "raid"):
        yield from _raid(loc, raid, known, assets)
    yield from _commands(mapping, known)
    if mapping.get("early_warning"):
        from openiads.scenario.station_checks import station_problems

        yield from station_problems(mapping, known)
    yield from deconfliction_problems(mapping)
    for loc, asset in _rows(mapping, "asset"):
        sites = [str(row.get("name")) for _, row in _rows(mapping, "site")]
        yield from _dangling((*loc, "ship"), asset.get("ship"), sites, "site")
    for loc, raid in _rows(mapping, "raid"):
        yield from _strikes(loc, raid, mapping, known)
        yield from _releases(loc, raid, known)
    corridors = dict.fromkeys(str(row.get("name")) for _, row in _rows(mapping, "corridor"))
    for loc, flight in _rows(mapping, "flight"):
        yield from _flight(loc, flight, known, corridors)
    yield from traffic_problems(mapping, known, folder)
    yield from layers(mapping, known)
    yield from _terrain(mapping, known, folder)


def _commands(mapping: Mapping[str, Json], known: Catalog) -> Iterator[Problem]:
    """Chains of command: everyone below exists, has one command above and is not above itself; links join them."""
    sites = {str(row.get("name")): row for _, row in _rows(mapping, "site")}
    commands = {str(row.get("name")): row for _, row in _rows(mapping, "command")}
    above: dict[str, str] = {}
    for loc, row in _rows(mapping, "command"):
        name = str(row.get("name"))
        yield from _unknown((*loc, "post"), row.get("post"), known, "posts")
        if name in sites:
            yield (*loc, "name"), name, "is the name of a site too", "Give the command another name."
        below = row.get("commands", [])
        for i, each in enumerate(below if isinstance(below, list) else []):
            yield from _dangling((*loc, "commands", i), each, [*sites, *commands], "site or command")
            if not isinstance(each, str):
                continue
            if each in above:
                reason = f"is already commanded by {above[each]}"
                yield (*loc, "commands", i), each, reason, "A site has one command above it: take it out of one list."
            above.setdefault(each, name)
    for loc, row in _rows(mapping, "command"):
        chain = [str(row.get("name"))]
        while chain[-1] in above and above[chain[-1]] not in chain:
            chain.append(above[chain[-1]])
        if above.get(chain[-1]) == chain[0]:
            told = " < ".join([*chain, chain[0]])
            yield (*loc, "commands"), None, f"a command above itself: {told}", "Break the circle."
    for loc, row in _rows(mapping, "link"):
        lower = row.get("from")
        if not isinstance(lower, str):
            continue
        if lower not in above:
            named = lower in sites or lower in commands
            reason = "a link to nowhere: no command above it" if named else "no site or command of that name"
            remedy = f"Add [[command]] with commands = [{json.dumps(lower)}], or take the link out."
            names = f"{nearest(lower, list(above))}Names with a command above them: {listed(list(above))}."
            yield (*loc, "from"), lower, reason, remedy if named else names
            continue
        if lower in sites or lower in commands:  # else the command above it has been told that there is none
            yield from _reaches(loc, row, {**sites, **commands}[lower], commands[above[lower]])


def _reaches(loc: Loc, link: JsonObject, lower: JsonObject, upper: JsonObject) -> Iterator[Problem]:
    """A link between places that stand still carries as far as they are apart."""
    start, end = _place(lower.get("at")), _place(upper.get("at"))
    if start is None or end is None or "range" not in link or lower.get("speed") is not None:
        return
    from openiads.earth.geodesy import inverse

    try:
        carries = quantity(link["range"], "length")
    except QuantityError:
        return
    apart = inverse(*start, *end)[0]
    if apart > carries:
        reason = f"a link to nowhere: its ends are {apart / 1000:.0f} km apart"
        yield (*loc, "range"), link["range"], reason, "Give the link more range, or move its ends."


def _strikes(loc: Loc, raid: JsonObject, mapping: Mapping[str, Json], known: Catalog) -> Iterator[Problem]:
    """An element that a raid strikes: `SITE/ELEMENT`."""
    strikes = raid.get("strikes")
    if not isinstance(strikes, str):
        return
    sites = {str(row.get("name")): row for _, row in _rows(mapping, "site")}
    name, _, element = strikes.partition("/")
    if name not in sites:
        yield (*loc, "strikes"), strikes, "no site of that name", f"{nearest(name, list(sites))}Write SITE/ELEMENT."
        return
    site = sites[name]
    system = known.systems.get(site.get("system", "")) if isinstance(site.get("system"), str) else None
    if system is None:
        return
    whole = (system.engagement_radar, "power")  # of several units, or no thing in one place
    elements = [e for e in _elements(site, system, known) if e != whole[0] and e.split("/")[0] != whole[1]]
    yield from _dangling((*loc, "strikes"), element, elements, f"element of {name}")


def _releases(loc: Loc, raid: JsonObject, known: Catalog) -> Iterator[Problem]:
    """A weapon that flights of a raid release exists and flies by itself."""
    weapon = raid.get("weapon")
    if not isinstance(weapon, str):
        return
    yield from _unknown((*loc, "weapon"), weapon, known, "threats")
    entry = known.threats.get(weapon)
    if entry is not None and entry.text["class"] == "ballistic":
        yield (*loc, "weapon"), weapon, "a ballistic missile is launched from the ground", "Write it as a raid."
    if entry is not None and entry.text["class"] != "ballistic":
        yield from _flies((*loc, "weapon"), {}, entry)


def _rows(mapping: Mapping[str, Json], kind: str) -> list[tuple[Loc, JsonObject]]:
    rows = mapping.get(kind, [])
    return [((kind, i), row) for i, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _repeated(kind: str, rows: list[tuple[Loc, JsonObject]], lines: Lines) -> Iterator[Problem]:
    seen: dict[str, Loc] = {}
    for loc, row in rows:
        name = row.get("name")
        if not isinstance(name, str):
            continue
        if name in seen:
            line = lines.line((*seen[name], "name"))
            where = f"line {line}" if line else f"{kind}[{int(seen[name][1]) + 1}]"
            yield (*loc, "name"), name, f"the name is already used in {where}", f"Give each {kind} its own name."
        seen.setdefault(name, loc)


def _unknown(loc: Loc, name: object, known: Catalog, kind: str) -> Iterator[Problem]:
    """One problem where a text is no entry of the kind."""
    if isinstance(name, str) and name not in known.of_kind(kind):
        entry = known.entries.get(name)
        reason = "not in the catalog" if entry is None else f"is one of the {entry.kind}, not of the {kind}"
        yield loc, name, reason, known.hint(name, kind)


def _dangling(loc: Loc, name: object, names: Collection[str], what: str) -> Iterator[Problem]:
    if isinstance(name, str) and name not in names:
        known = list(names)
        yield loc, name, f"no {what} of that name", f"{nearest(name, known)}Names: {listed(known)}"


def _site(loc: Loc, site: JsonObject, known: Catalog, assets: JsonObject) -> Iterator[Problem]:
    yield from _unknown((*loc, "system"), site.get("system"), known, "systems")
    defends = site.get("defends", [])
    for i, name in enumerate(defends if isinstance(defends, list) else []):
        yield from _dangling((*loc, "defends", i), name, assets, "asset")
    system = known.systems.get(site.get("system", "")) if isinstance(site.get("system"), str) else None
    if system is None:
        return
    limits = (
        ("fire_units", system.max_fire_units.si),
        ("launchers", sum(row.count.si_high for row in system.launchers)),
        ("rounds", max(known[row.launcher].tubes.si for row in system.launchers)),
    )
    for key, most in limits:
        count = site.get(key)
        if isinstance(count, int) and not isinstance(count, bool) and most < count <= 64:
            yield (*loc, key), count, f"more than a {system.name} has", f"Allowed: 0 to {most:.0f}."
    low = site.get("low_altitude")
    choices = [*system.get("low_altitude_choices", ()), "none"]
    if isinstance(low, str) and low not in choices:
        yield (
            (*loc, "low_altitude"),
            low,
            f"not a low-altitude radar of {system.name}",
            f"{nearest(low, choices)}Choices: {', '.join(choices)}",
        )
    afloat = bool(system.get("afloat", False))
    if not afloat and site.get("speed") is not None and site.get("ship") is None:
        yield (*loc, "speed"), site["speed"], f"{system.name} stands on the ground", "Remove course and speed."
    doctrine = site.get("doctrine")
    keep = doctrine.get("keep", {}) if isinstance(doctrine, dict) else {}
    fired = [row.interceptor for row in system.launchers]
    for name in keep if isinstance(keep, dict) else ():
        yield from _dangling((*loc, "doctrine", "keep", name), name, fired, f"round of {system.name}")
    if isinstance(doctrine, dict) and doctrine.get("remote") is True and not system.flags.get("engage_on_remote"):
        reason = f"no source says that {system.name} launches on another radar's track"
        yield (*loc, "doctrine", "remote"), None, reason, "Take remote out, or name a system that can."
    elements = _elements(site, system, known)
    off = site.get("radars_off", [])
    radars = [e for e in elements if e.split("/")[0] in known.radars]
    yield from emission.problems(loc, site, radars)
    for i, name in enumerate(off if isinstance(off, list) else []):
        yield from _dangling((*loc, "radars_off", i), name, radars, "radar of this site")
    failures = site.get("failures", [])
    for i, row in enumerate(failures if isinstance(failures, list) else []):
        if isinstance(row, dict):
            yield from _dangling((*loc, "failures", i, "element"), row.get("element"), elements, "element of this site")


def _elements(site: JsonObject, system: Entry, known: Catalog) -> list[str]:
    """Names of what can be off or fail at a site: `64n6e2`, `30n6e2/1`, `5p85se/1/3`; `30n6e2` alone means all of
    them. Launchers are numbered through in each fire unit: `m902/1/1`, ..., `m901/1/5`."""
    units = site.get("fire_units", 1)
    units = min(units, 64) if isinstance(units, int) else 0
    launchers = site.get("launchers")
    launchers = min(launchers, 64) if isinstance(launchers, int) else None
    low = site.get("low_altitude", system.get("low_altitude", "none"))
    names = [system.post, *system.surveillance, system.engagement_radar, "power"]
    names += [low] if isinstance(low, str) and low in known.radars else []
    names += [f"{system.engagement_radar}/{u + 1}" for u in range(units)]
    names += [f"power/{u + 1}" for u in range(units)]
    kinds = [row.launcher for row in launcher_rows(system, launchers)]
    names += [f"{kind}/{u + 1}/{n + 1}" for u in range(units) for n, kind in enumerate(kinds)]
    return names


def _rule_file(loc: Loc, site: JsonObject, folder: Path | None) -> Iterator[Problem]:
    doctrine = site.get("doctrine")
    fire = doctrine.get("fire") if isinstance(doctrine, dict) else None
    if isinstance(fire, str) and ".py:" in fire and folder is not None:
        name = fire.rpartition(":")[0]
        if not is_file(folder / name):
            yield (
                (*loc, "doctrine", "fire"),
                fire,
                f"no file {name} beside the scenario",
                "Give the path relative to the scenario file.",
            )


def _raid(loc: Loc, raid: JsonObject, known: Catalog, assets: JsonObject) -> Iterator[Problem]:
    yield from _unknown((*loc, "threat"), raid.get("threat"), known, "threats")
    yield from _unknown((*loc, "jammer"), raid.get("jammer"), known, "jammers")
    yield from _dangling((*loc, "target"), raid.get("target"), assets, "asset")
    threat = known.threats.get(raid.get("threat", "")) if isinstance(raid.get("threat"), str) else None
    if threat is None:
        return
    if threat.text["class"] == "ballistic":
        yield from _ballistic(loc, raid, threat, assets)
        return
    yield from _flies(loc, raid, threat)


def _flies(loc: Loc, row: JsonObject, threat: Entry) -> Iterator[Problem]:
    """Speed and height are given by the scenario or by the catalog."""
    if "speed" not in row and not threat.has("speed"):
        yield loc, None, f"no speed, and {threat.name} has none in the catalog", 'Add speed = "250 m/s".'
    if not {"altitude", "agl"} & row.keys() and not (threat.has("altitude") or threat.has("agl")):
        yield (
            loc,
            None,
            f"no height, and {threat.name} has none in the catalog",
            'Add altitude = "7 km" or agl = "50 m".',
        )


def _ballistic(loc: Loc, raid: JsonObject, threat: Entry, assets: JsonObject) -> Iterator[Problem]:
    for key in ("altitude", "agl", "speed", "route"):
        if raid.get(key) not in (None, []):
            yield (
                (*loc, key),
                raid[key] if key != "route" else None,
                "a ballistic missile flies its own path",
                f"Remove {key}; give origin.",
            )
    asset = assets.get(raid.get("target", ""), {}) if isinstance(raid.get("target"), str) else {}
    start, end = _place(raid.get("origin")), _place(raid.get("aim", asset.get("at")))
    if start is None or end is None:
        return
    from openiads.earth.geodesy import inverse

    distance = inverse(*start, *end)[0]
    low, high = threat.range_min.si, threat.range_max.si
    if not low <= distance <= high:
        reason = f"{distance / 1000:.1f} km from its target, out of the range of {threat.name}"
        yield (*loc, "origin"), raid.get("origin"), reason, f"Allowed: {low / 1000:g} km to {high / 1000:g} km."


def _flight(loc: Loc, flight: JsonObject, known: Catalog, corridors: Collection[str]) -> Iterator[Problem]:
    yield from _unknown((*loc, "kind"), flight.get("kind"), known, "threats")
    yield from _unknown((*loc, "jammer"), flight.get("jammer"), known, "jammers")
    yield from _dangling((*loc, "corridor"), flight.get("corridor"), corridors, "corridor")
    kind = known.threats.get(flight.get("kind", "")) if isinstance(flight.get("kind"), str) else None
    if kind is None:
        return
    if kind.text["class"] == "ballistic":
        yield (*loc, "kind"), flight["kind"], "a ballistic missile flies no route", "Write it as a raid."
    else:
        yield from _flies(loc, flight, kind)


def _terrain(mapping: Mapping[str, Json], known: Catalog, folder: Path | None) -> Iterator[Problem]:
    """Files that exist, and on terrain that knows its coast sites that stand on land and ships that do not."""
    terrain = mapping.get("terrain", {})
    if not isinstance(terrain, dict):
        return
    files = terrain.get("files", [])
    for i, name in enumerate(files if isinstance(files, list) else []):
        if folder is not None and isinstance(name, str) and not (folder / name).exists():
            yield (
                ("terrain", "files", i),
                name,
                "no such file or folder beside the scenario",
                "Give the path relative to the scenario file.",
            )
    places = [(loc, place) for loc, site in _rows(mapping, "site") if (place := _place(site.get("at"))) is not None]
    source = terrain.get("source", "levant")
    if not places or source not in ("levant", "world", "coastal_range"):
        return
    ground = _coast(source, terrain, places[0][1])
    if ground is None:
        return
    for loc, place in places:
        if _afloat(mapping["site"][loc[1]], known):
            if _far_from_sea(ground, place):
                yield (*loc, "at"), mapping["site"][loc[1]]["at"], "a ship on land", "Move the site to sea."
        elif not bool(ground.is_land(*place)):
            inside = bool(ground.covers(*place))
            reason = "in the sea" if inside else "outside the packaged Levant terrain"
            remedy = "Move the site onto land." if inside else 'Choose another terrain source: "world", or "files".'
            yield (*loc, "at"), mapping["site"][loc[1]]["at"], reason, remedy
        elif not bool(ground.covers(*place)):
            from openiads.earth.worldwide import NO_HEIGHTS

            remedy = 'Give your own heights with source = "files".'
            yield (*loc, "at"), mapping["site"][loc[1]]["at"], NO_HEIGHTS, remedy


def _afloat(site: JsonObject, known: Catalog) -> bool:
    system = known.systems.get(site["system"]) if isinstance(site.get("system"), str) else None
    return system is not None and bool(system.get("afloat", False))


def _far_from_sea(ground: Terrain, place: Place) -> bool:
    """Land here and for some kilometers on all sides: the coastline is not exact enough to refuse a ship in port."""
    from openiads.earth.geodesy import offset

    around = [offset(*place, turn * math.pi / 4.0, HARBOR) for turn in range(8)]
    return all(bool(ground.is_land(*here)) for here in [place, *around])


def with_ground(mapping: Mapping[str, Json]) -> Mapping[str, Json]:
    """The mapping with the packaged world as its terrain, if it names none and a site or asset stands outside the
    packaged Levant."""
    terrain = mapping.get("terrain", {})
    if not isinstance(terrain, dict) or "source" in terrain or terrain.get("files"):
        return mapping
    from openiads.earth.worldwide import packaged_source

    rows = [row for kind in ("site", "asset") for _, row in _rows(mapping, kind)]
    places = [place for row in rows if (place := _place(row.get("at"))) is not None]
    if packaged_source(places) == "levant":
        return mapping
    return {**mapping, "terrain": {**terrain, "source": "world"}}


def _coast(source: str, terrain: JsonObject, first: Place) -> Terrain | None:
    """Terrain that knows where the sea is; None while its own settings are faulty."""
    from openiads.earth.shapes import coastal_range
    from openiads.earth.worldwide import packaged_ground

    if source in ("levant", "world"):
        return packaged_ground(source)
    try:
        bearing = quantity(terrain["bearing"], "angle")
        shore, distance, height, width = (
            quantity(terrain.get(k, "0 m"), "length") for k in ("shore", "distance", "height", "width")
        )
        return coastal_range(*(_place(terrain.get("origin")) or first), bearing, shore, distance, height, width)
    except (KeyError, QuantityError, InputError):
        return None


def _place(text: Json) -> Place | None:
    try:
        return position(text)
    except QuantityError:
        return None
