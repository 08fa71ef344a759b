"""GeoJSON as features: collections, single features and bare geometries, also one feature a line.

Source of the form: RFC 7946 and RFC 8142. Heights are meters above the sea.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.foreign.features import Feature, Gathering, Heights, Places, array, open_ring, plain
from openiads.foreign.files import Source, text_of, utc

#: Names of properties that hold a feature's name, the first that there is.
NAMES = ("name", "title", "label", "id", "designation")
WGS84 = ("crs84", "epsg:4326", "epsg::4326", "epsg:4979", "epsg::4979")
LARGEST_NUMBER = 1e15
DEEPEST = 8  # collections of geometries within each other
OTHER = {"Topology": "TopoJSON", "esriGeometryPoint": "Esri JSON"}


def read(source: Source, into: Gathering, encoding: str | None = None) -> None:
    """Read a file's features.

    Raises
    ------
    InputError
        For text that is no JSON, JSON that is no GeoJSON, and coordinates on another system than WGS 84.
    """
    for where, each in _features(_parsed(text_of(source, encoding), source.file), source.file):
        if not isinstance(each, dict):
            into.leave_out("no feature", where)
            continue
        properties = each.get("properties")
        about = _about(properties if isinstance(properties, dict) else {})
        if isinstance(each.get("id"), str | int):
            about.setdefault("id", plain(str(each["id"])))
        name = next((about[key] for key in NAMES if about.get(key)), "")
        geometry = each if "coordinates" in each or "geometries" in each else each.get("geometry")
        if geometry is None:
            into.leave_out("no geometry", where)
            continue
        times = _times(properties if isinstance(properties, dict) else {})
        for found in _geometries(geometry, into, where, 0):
            _take(found, name, about, where, times, into)


def _parsed(text: str, file: str) -> list[Json]:
    """The JSON values of a text: one, or one a line."""
    try:
        return [json.loads(text, parse_constant=lambda _: None)]
    except RecursionError:
        raise InputError(file, "brackets within each other beyond what can be read", "Save it again.") from None
    except ValueError as problem:
        first = problem
    # Not by splitlines, which cuts at marks that a string of JSON may hold. A record after a mark may have many lines.
    lines = [line.strip() for line in text.split("\x1e" if "\x1e" in text else "\n")]
    try:
        return [json.loads(line, parse_constant=lambda _: None) for line in lines if line]
    except (ValueError, RecursionError):
        at = f"{file}:{first.lineno}" if isinstance(first, json.JSONDecodeError) else file
        reason = f"not JSON: {first.msg if isinstance(first, json.JSONDecodeError) else first}"
        raise InputError(at, reason, "It may be cut short; save it again from the program that wrote it.") from None


def _features(values: list[Json], file: str) -> Iterator[tuple[str, Json]]:
    """Place and contents of every feature."""
    count = 0
    for value in values:
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            told = "Esri JSON" if isinstance(value, dict) and "geometryType" in value else "JSON of another kind"
            raise InputError(file, f"is {told}, not GeoJSON", "Save it as GeoJSON.")
        if value["type"] in OTHER:
            raise InputError(file, f"is {OTHER[value['type']]}, not GeoJSON", "Save it as GeoJSON.")
        _check_system(value, file)
        inner = value.get("features") if value["type"] == "FeatureCollection" else [value]
        if not isinstance(inner, list):
            raise InputError(file, "a collection without a list of features", "Save it again as GeoJSON.")
        for each in inner:
            count += 1
            yield f"feature {count}", each


def _check_system(value: JsonObject, file: str) -> None:
    """Refuse a declared system other than longitude and latitude on WGS 84, an older version's member `crs`."""
    declared = value.get("crs")
    properties = declared.get("properties") if isinstance(declared, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and not name.lower().endswith(WGS84):
        reason = f'its coordinates are on "{plain(name, 60)}"'
        raise InputError(file, reason, "Save it with longitude and latitude on WGS 84 (EPSG:4326).")


def _about(properties: JsonObject) -> dict[str, str]:
    """Properties as text; what is empty or nested is left out."""
    kept: dict[str, str] = {}
    for key, value in list(properties.items())[:200]:
        if isinstance(value, bool):
            kept[plain(key, 60).lower()] = "true" if value else "false"
        elif isinstance(value, str | int | float) and plain(str(value)):
            kept[plain(key, 60).lower()] = plain(str(value))
    return kept


def _times(properties: JsonObject) -> list[float]:
    """Times of the positions of a line: seconds, or ISO 8601, as programs put them beside the geometry."""
    for key in ("times_s", "coordTimes", "times"):
        given = properties.get(key)
        if isinstance(given, list) and given:
            return [utc(each) if isinstance(each, str) else _number(each) for each in given]
    return []


def _geometries(geometry: Json, into: Gathering, where: str, depth: int) -> Iterator[tuple[str, Json]]:
    """Type and coordinates of a geometry and of those in it."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or not isinstance(kind, str):
        into.leave_out("a geometry without a type", where)
    elif kind == "GeometryCollection":
        inner = geometry.get("geometries")
        for each in inner if isinstance(inner, list) and depth < DEEPEST else []:
            yield from _geometries(each, into, where, depth + 1)
        if depth >= DEEPEST or not isinstance(inner, list):
            into.leave_out("a collection of geometries that cannot be read", where)
    else:
        coordinates = geometry.get("coordinates")
        if kind.startswith("Multi") and isinstance(coordinates, list):
            parts = _joined(coordinates) if kind == "MultiLineString" else coordinates
            for each in parts:
                yield kind.removeprefix("Multi"), each
        else:
            yield kind, coordinates


def _joined(parts: list[Json]) -> list[Json]:
    """Lines, those that were cut at the antimeridian in one piece again."""
    made: list[Json] = []
    for part in parts:
        last = made[-1] if made else None
        before = last[-1] if isinstance(last, list) and last else None
        after = part[0] if isinstance(part, list) and part else None
        if (
            isinstance(last, list)
            and isinstance(part, list)
            and isinstance(before, list)
            and isinstance(after, list)
            and before[1:] == after[1:]
            and [abs(v) for v in (*before[:1], *after[:1]) if isinstance(v, int | float)] == [180, 180]
        ):
            last[-1:] = part[1:]
        else:
            made.append(list(part) if isinstance(part, list) else part)  # a copy, which may grow
    return made


def _number(value: Json) -> float:
    """A number; nan for what is none, or none of this world."""
    usual = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
    return float(value) if usual else math.nan


def _positions(given: Json) -> Places | None:
    """Positions of a list of longitude, latitude and perhaps a height; None for what is none."""
    rows: list[list[float]] = []
    for each in given if isinstance(given, list) else []:
        if not isinstance(each, list) or len(each) < 2:
            return None
        numbers = [_number(value) for value in each[:3]]
        rows.append([numbers[1], numbers[0], *numbers[2:]])
    return array(rows) if rows else None


def _take(
    found: tuple[str, Json], name: str, about: dict[str, str], where: str, times: list[float], into: Gathering
) -> None:
    kind, coordinates = found
    holes = 0
    if kind == "Point":
        places = _positions([coordinates])
    elif kind == "Polygon":
        rings = coordinates if isinstance(coordinates, list) else []
        places, holes = _positions(rings[0] if rings else None), max(len(rings) - 1, 0)
    else:
        places = _positions(coordinates)
    shape = {"Point": "point", "LineString": "line", "Polygon": "area"}.get(kind)
    if shape is None or places is None:
        into.leave_out(f"no geometry of GeoJSON: {plain(kind, 40)}" if shape is None else "no coordinates", where)
        return
    heights: Heights = "sea" if np.isfinite(places[:, 2]).any() else "none"
    if shape == "area":
        into.take(Feature("area", name, open_ring(places), where, about, heights, None, holes))
    elif shape == "line":
        timed = np.array(times) if len(times) == len(places) else None
        into.take(Feature("line", name, places, where, about, heights, timed))
    else:
        into.take(Feature("point", name, places, where, about, heights))
