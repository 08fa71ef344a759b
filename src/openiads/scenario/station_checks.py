"""What must hold of early-warning sensors: a radar that searches, a post that hears it, a way above the ground."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import QuantityError, position, quantity
from openiads.base.words import listed, nearest
from openiads.catalog.records import Catalog
from openiads.earth import shapes
from openiads.earth.geodesy import inverse
from openiads.earth.terrain import Terrain
from openiads.earth.worldwide import packaged_ground
from openiads.scenario.early_warning import EarlyWarning
from openiads.scenario.stations import way_faults, way_of

Loc = tuple[str | int, ...]
Problem = tuple[Loc, Json, str, str]  # as in `scenario.checks`


def station_problems(mapping: Mapping[str, Json], known: Catalog) -> Iterator[Problem]:
    """Everything in the early-warning sensors of a raw scenario mapping that single fields cannot show."""
    posts = {str(row.get("name")): row for kind in ("site", "command") for row in _tables(mapping, kind)}
    terrain = ground_of(mapping)
    for i, row in enumerate(_tables(mapping, "early_warning")):
        loc: Loc = ("early_warning", i)
        name, radar, hears = row.get("name"), row.get("radar"), row.get("reports_to")
        if isinstance(name, str) and name in posts:
            yield (*loc, "name"), name, "is the name of a site or command too", "Give the sensor another name."
        if isinstance(radar, str):
            yield from _radar((*loc, "radar"), radar, known)
        if isinstance(hears, str) and hears not in posts:
            names = f"{nearest(hears, list(posts))}Sites and commands: {listed(list(posts))}"
            yield (*loc, "reports_to"), hears, "a link that nobody hears: no site or command of that name", names
        try:
            sensor = EarlyWarning.model_validate(row)
        except ValidationError:
            continue  # its fields have been told
        duration = _duration(mapping)
        yield from _heard(loc, row, sensor, posts.get(sensor.reports_to), duration)
        for reason, remedy in way_faults(sensor, terrain, duration) if terrain is not None else ():
            key = "orbit" if sensor.orbit else "at"
            yield (*loc, key), None, reason, remedy


def _tables(mapping: Mapping[str, Json], kind: str) -> list[JsonObject]:
    rows = mapping.get(kind, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _radar(loc: Loc, radar: str, known: Catalog) -> Iterator[Problem]:
    """A radar of the catalog that searches by itself."""
    if radar not in known.of_kind("radars"):
        entry = known.entries.get(radar)
        reason = "not in the catalog" if entry is None else f"is one of the {entry.kind}, not of the radars"
        yield loc, radar, reason, known.hint(radar, "radars")
    elif known[radar].text["role"] == "engagement":
        reason = "is an engagement radar, which looks where its fire unit is told to"
        yield loc, radar, reason, "Name a surveillance radar."


def _heard(
    loc: Loc, row: JsonObject, sensor: EarlyWarning, post: JsonObject | None, duration: float
) -> Iterator[Problem]:
    """A link that somewhere along the way carries to a post that stands still."""
    if sensor.range is None or post is None or post.get("speed") is not None:
        return
    try:
        at = position(str(post.get("at", "")))
    except QuantityError:
        return
    lats, lons, _ = way_of(sensor, shapes.flat(), duration)
    some = slice(None, None, 10)
    apart = float(inverse(*at, lats[some], lons[some])[0].min())
    if apart > sensor.range + 5_000.0:  # the rest between the places that are looked at
        reason = f"a link that nobody hears: it never comes nearer to its post than {apart / 1000:.0f} km"
        yield (*loc, "range"), row["range"], reason, "Give the link more range, or move the sensor."


def _duration(mapping: Mapping[str, Json]) -> float:
    try:
        return quantity(mapping.get("duration", ""), "time")
    except QuantityError:
        return 0.0


def ground_of(mapping: Mapping[str, Json]) -> Terrain | None:
    """The terrain of a raw scenario mapping where that is at hand; None for the user's files and faulty settings."""
    table = mapping.get("terrain", {})
    table = table if isinstance(table, dict) else {}
    source = table.get("source", "levant")
    try:
        if source in ("levant", "world"):
            return packaged_ground(source, on_missing=table.get("on_missing", "error"))
        if source == "flat":
            return shapes.flat(quantity(table.get("height", "0 m"), "length"))
        lat, lon = position(str(table.get("origin", "")))
        bearing = quantity(table["bearing"], "angle")
        of = {
            key: quantity(table.get(key, "0 m"), "length") for key in ("distance", "height", "width", "shore", "base")
        }
        if source == "ridge":
            length = quantity(table["length"], "length") if "length" in table else math.inf
            given = (lat, lon, bearing, of["distance"], of["height"], of["width"], of["base"], length)
            return shapes.ridge(*given)
        if source == "coastal_range":
            plain = max(of["base"], 1.0)
            return shapes.coastal_range(
                lat, lon, bearing, of["shore"], of["distance"], of["height"], of["width"], plain
            )
        return shapes.valley(lat, lon, bearing, of["distance"], of["width"], of["base"], of["height"])
    except (KeyError, QuantityError, InputError):
        return None
