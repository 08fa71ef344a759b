"""What `knobs.toml` says, and the names and paths of catalog values that knobs move."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.toml import parse_toml
from openiads.catalog.load import parse_value
from openiads.catalog.records import Entry, Value

KINDS = ("offset", "factor", "replaces", "share", "joint", "state")
BUILDS = ("none", "mask", "flyout", "arcs", "tables", "relief", "misses")
_ROW = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


@cache
def _file() -> JsonObject:
    text = (resources.files("openiads.scenario") / "knobs.toml").read_text(encoding="utf-8")
    told = parse_toml(text, "knobs.toml")
    for row in told["knob"]:
        bands = ("ranges", "value", "own", "joint")
        if row["kind"] not in KINDS or row["rebuild"] not in BUILDS or row["band"] not in bands:
            raise InputError(f"knobs.{row.get('name')}", "unknown kind, band or rebuild", "See the head of knobs.toml.")
    return told


def templates(applies_to: str) -> list[JsonObject]:
    """The rows of `knobs.toml` for the world or for a kind of entry."""
    return [row for row in _file()["knob"] if row["applies_to"] == applies_to]


def templates_of(entry: Entry) -> list[JsonObject]:
    """Those that an entry has."""
    return [row for row in templates(entry.kind) if _fits(row, entry)]


def template(entry: Entry, name: str) -> JsonObject | None:
    """The row of an entry with a name, if there is one."""
    return next((row for row in _by_name(entry.kind).get(name, ()) if _fits(row, entry)), None)


@cache
def _by_name(kind: str) -> dict[str, list[JsonObject]]:
    found: dict[str, list[JsonObject]] = {}
    for row in templates(kind):
        found.setdefault(row["name"], []).append(row)
    return found


def _fits(row: JsonObject, entry: Entry) -> bool:
    return bool(row.get("sort", "") in ("", entry.text.get("class", "")))


def unread(kind: str) -> frozenset[str]:
    """Fields of a kind of entry of which no world reads the interval."""
    return frozenset(_file()["unread"].get(kind, ()))


def rebuild_of(kind: str, field: str) -> str:
    """The build product that a single value of an entry of a kind changes."""
    return str(_file()["rebuild"].get(kind, {}).get(field, "none"))


def own_value(row: JsonObject) -> Value:
    """The interval that a row of `knobs.toml` brings itself."""
    dimension = "decibel" if row["kind"] == "offset" else "number"
    return parse_value(f"knobs.{row['name']}", row["value"], dimension)


def factors_of(entry: Entry) -> dict[str, Value]:
    """Intervals of the factors that a joint knob of an entry samples with its fields."""
    return {row["name"]: own_value(row) for row in templates_of(entry) if row.get("within")}


def paths(entry: Entry, fields: Iterable[str]) -> tuple[str, ...]:
    """The paths of values of an entry that fields name, ``table[*].field`` for those of every row, each once."""
    found: dict[str, None] = {}
    known = dict(entry.every_value())
    for field in fields:
        if "[*]" not in field:
            found |= {field: None} if field in known else {}
            continue
        table, _, inner = field.partition("[*].")
        every = (f"{table}[{k}].{inner}" for k in range(len(entry.tables.get(table, ()))))
        found |= dict.fromkeys(path for path in every if path in known)
    return tuple(found)
