"""Reading the catalog's entries: values with their evidence, links between entries, and a user's own entries."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import parse_toml
from openiads.base.units import QuantityError, quantity
from openiads.base.words import nearest
from openiads.catalog.checks import check_links, check_sense
from openiads.catalog.grades import graded
from openiads.catalog.records import KINDS, LIST, STATUSES, Catalog, Curve, Entry, Row, Source, Value

# Least half-width of an interval, as a share of the number, by evidence status (models, section 7). A derived value
# is arithmetic on relayed ones.
FLOOR = {"read": 0.05, "relayed": 0.10, "recalled": 0.20, "derived": 0.10, "assumption": 0.50}
#: Keys of a value, in the order in which they are told.
KEYS = dict.fromkeys(
    ("value", "unit", "low", "high", "source", "status", "note", "scale", "exact", "variety", "grade")
).keys()
PLACE_OF_ENTRIES = "openiads.catalog"


@cache
def catalog() -> Catalog:
    """What is known of each system, and who said so.

    Returns
    -------
    Catalog
        Entries by name, ``catalog()["48n6e2"]``; each value with its interval, unit, source and status.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.catalog()["48n6e2"].max_range.unit
    'km'
    """
    folder = resources.files(PLACE_OF_ENTRIES) / "entries"
    raw: JsonObject = {}
    for kind in ("fields", "sources", "literature", "evidence", *KINDS):
        file = folder / f"{kind}.toml"
        raw[kind] = parse_toml(file.read_text(encoding="utf-8"), f"{kind}.toml")
    return load_catalog(raw)


def load_catalog(raw: Mapping[str, Json]) -> Catalog:
    """Builds a catalog from parsed TOML.

    Parameters
    ----------
    raw : mapping
        {"fields": ..., "sources": ..., "literature": ..., "evidence": ..., "systems": {name: table}, ...}; what is
        left out is empty.

    Returns
    -------
    Catalog

    Raises
    ------
    InputError
        Naming the entry and field at the first fault.
    """
    sources = _bibliography(raw["sources"], raw.get("literature", {}))
    entries: dict[str, Entry] = {}
    for kind in KINDS:
        for name, table in raw.get(kind, {}).items():
            if name in entries:
                raise InputError(
                    f"{kind}.{name}", f"the name is already used in {entries[name].kind}", "Rename one of the two."
                )
            entries[name] = _entry(kind, name, table, raw["fields"].get(kind, {}), sources)
    evidence = raw.get("evidence", {})
    for name, entry in entries.items():
        if entry.kind == "interceptors":
            entries[name] = graded(entry, evidence.get(name, {}), sources)
    check_links(entries)
    for entry in entries.values():
        check_sense(entry)
    return Catalog(entries, sources, dict(raw))


def _bibliography(sources: Mapping[str, Json], literature: Mapping[str, Json]) -> dict[str, Source]:
    """Sources of values and books of methods under one list of keys."""
    allowed = {field.name for field in dataclasses.fields(Source)} - {"key"}
    found: dict[str, Source] = {}
    for file, rows in (("sources", sources), ("literature", literature)):
        for key, row in rows.items():
            place = f"{file}.{key}"
            if key in found:
                raise InputError(place, "the key is already used", "Rename one of the two.")
            unknown = sorted(set(row) - allowed)
            missing = [name for name in ("title", "publisher", "year", "access") if not row.get(name)]
            if unknown or missing:
                fault = f"unknown keys {unknown}" if unknown else f"without {', '.join(missing)}"
                raise InputError(place, fault, f"A source has {', '.join(sorted(allowed))}.")
            found[key] = Source(key, **{name: str(text) for name, text in row.items()})
    return found


def _entry(
    kind: str, name: str, table: Mapping[str, Json], fields: Mapping[str, Json], sources: Mapping[str, Source]
) -> Entry:
    place = f"{kind}.{name}"
    row = _row(
        place,
        {k: v for k, v in table.items() if k != "title" and not _is_table(v) and not _is_curve(v)},
        fields,
        sources,
    )
    tables: dict[str, tuple[Row, ...]] = {}
    curves: dict[str, Curve] = {}
    for key, content in table.items():
        if _is_table(content):
            inner = _known(place, key, fields)
            tables[key] = tuple(_row(f"{place}.{key}[{i + 1}]", item, inner, sources) for i, item in enumerate(content))
        elif _is_curve(content):
            curves[key] = _curve(f"{place}.{key}", content, _known(place, key, fields), sources)
    missing = [key for key, spec in fields.items() if _required(spec) and key not in table]
    if kind == "systems" and "engagement_radar" in missing:
        raise InputError(
            place, "launchers without a guidance radar", "Name the radar that guides them: engagement_radar = ..."
        )
    if missing:
        raise InputError(
            place, f"without {', '.join(missing)}", "Add the missing fields; fields.toml says what they mean."
        )
    title = table.get("title", "")
    if not isinstance(title, str) or not title:
        raise InputError(place, "without a title", 'Add title = "..."')
    return Entry(row.values, row.text, row.flags, row.lists, kind, name, title, tables, curves)


def _row(place: str, table: Mapping[str, Json], fields: Mapping[str, Json], sources: Mapping[str, Source]) -> Row:
    row = Row({}, {}, {}, {})
    for key, content in table.items():
        spec = _known(place, key, fields)
        dimension = spec[0] if isinstance(spec, list) else ""
        where = f"{place}.{key}"
        if isinstance(content, bool) and dimension == "switch":
            row.flags[key] = content
        elif isinstance(content, str) and dimension == "text":
            row.text[key] = content
        elif isinstance(content, str) and dimension.startswith("one of "):
            allowed = dimension.removeprefix("one of ").split("|")
            if content not in allowed:
                raise InputError(where, f"{content!r} is not one of {', '.join(allowed)}", nearest(content, allowed))
            row.text[key] = content
        elif isinstance(content, list) and dimension == "names" and all(isinstance(item, str) for item in content):
            row.lists[key] = tuple(content)
        elif isinstance(content, dict) and dimension not in ("", "text", "switch", "names"):
            row.values[key] = _value(where, content, dimension, sources)
        else:
            raise InputError(where, f"is not a {dimension or 'table'}", "fields.toml says what each field holds.")
    missing = [
        key for key, spec in fields.items() if _required(spec) and not isinstance(spec, dict) and key not in table
    ]
    if missing and "[" in place:
        raise InputError(
            place, f"without {', '.join(missing)}", "Add the missing fields; fields.toml says what they mean."
        )
    return row


def parse_value(place: str, table: Mapping[str, Json], dimension: str) -> Value:
    """One value row outside the entries (knobs.toml), with sources of the packaged bibliography."""
    return _value(place, table, dimension, catalog().sources)


def _value(place: str, table: Mapping[str, Json], dimension: str, sources: Mapping[str, Source]) -> Value:
    unknown = set(table) - KEYS
    if unknown:
        raise InputError(
            place,
            f"unknown keys {sorted(unknown)}",
            f"A value has {', '.join(KEYS)}.",
        )
    source, status, note = _evidence(place, table, sources)
    number, low, high = (_number(place, table, key) for key in ("value", "low", "high"))
    if math.isnan(number):
        raise InputError(place, "without a value", "Add value = ...")
    if low > number or high < number or low > high:
        raise InputError(place, f"the interval {low} to {high} does not hold the value {number}", "Widen the interval.")
    unit = table.get("unit", "")
    scale = table.get("scale", "log" if unit == "dB" and dimension == "ratio" else "linear")
    if scale not in ("linear", "log"):
        raise InputError(place, f"scale {scale!r}", 'Give "linear" or "log".')
    exact = table.get("exact", False)
    if exact and not note:
        raise InputError(place, "exact without a reason", "Say in the note why nothing is in doubt.")
    if status == "assumption" and not note:
        raise InputError(place, "an assumption without its reasoning", "Add a note.")
    if exact or (dimension == "count" and math.isnan(low) and math.isnan(high)):
        bounds = (number, number)
    else:
        bounds = _interval(number, low, high, status, dimension, "linear" if unit == "dB" else scale)
    si, si_low, si_high = (_si(place, n, unit, dimension) for n in (number, *bounds))
    if scale == "log" and si_low <= 0.0:
        raise InputError(place, "scale log with a bound at or below zero", "Raise the lower bound.")
    variety, grade = table.get("variety", False), str(table.get("grade", ""))
    if variety not in (True, False):
        raise InputError(f"{place}.variety", f"{variety!r}", "Give true: flights of one type differ in it.")
    told = (number, unit, low, high, source, status, note, dimension, scale, exact)
    return Value(*told, si, si_low, si_high, variety, grade)


def _interval(number: float, low: float, high: float, status: str, dimension: str, scale: str) -> tuple[float, float]:
    """The declared interval with the floor of its status on each side that is missing or has no width; the declared end
    of a count is an end, as twelve launchers at most are not thirteen."""
    share = FLOOR[status]
    whole = dimension == "count"
    if math.isnan(low) or (low == number and not whole):
        low = number / (1.0 + share) if scale == "log" else number - share * abs(number)
    if math.isnan(high) or (high == number and not whole):
        high = number * (1.0 + share) if scale == "log" else number + share * abs(number)
    if dimension == "probability":
        low, high = max(low, 0.0), min(high, 1.0)
    if whole:
        low, high = math.floor(low), math.ceil(high)
    return low, high


def _si(place: str, number: float, unit: str, dimension: str) -> float:
    """The number in SI; a count is a kind of its own here, without a unit."""
    try:
        return quantity(f"{number!r} {unit}", "number" if dimension == "count" else dimension)
    except QuantityError as error:
        raise InputError(place, error.reason, error.remedy) from None


def _number(place: str, table: Mapping[str, Json], key: str) -> float:
    number = table.get(key, math.nan)
    if isinstance(number, bool) or not isinstance(number, int | float) or math.isinf(number):
        raise InputError(place, f"{key} = {number!r} is not a number", "Give a finite number.")
    return float(number)


def _evidence(place: str, table: Mapping[str, Json], sources: Mapping[str, Source]) -> tuple[tuple[str, ...], str, str]:
    source = tuple(table.get("source", ()))
    status = table.get("status", "")
    if status not in STATUSES:
        raise InputError(place, f"status {status!r}", f"Give one of {', '.join(STATUSES)}.")
    if not source and status != "assumption":
        raise InputError(
            place, "without a source", "Name a key of sources.toml, or mark it as an assumption and say why."
        )
    for key in source:
        if key not in sources:
            raise InputError(place, f"source {key!r} is not in the bibliography", nearest(key, list(sources)))
    return source, status, str(table.get("note", ""))


def _curve(place: str, table: Mapping[str, Json], spec: Mapping[str, Json], sources: Mapping[str, Source]) -> Curve:
    source, status, note = _evidence(place, table, sources)
    columns: dict[str, tuple[float, ...]] = {}
    for key, column in table.items():
        if isinstance(column, list) and key != "source":
            _known(place, key, spec)
            if not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in column):
                raise InputError(f"{place}.{key}", "holds something that is not a number", "Give finite numbers only.")
            columns[key] = tuple(float(n) for n in column)
    if len({len(column) for column in columns.values()}) != 1 or not note:
        raise InputError(
            place,
            "columns of different lengths, or no note",
            "Give each column the same number of rows and add a note.",
        )
    first = next(iter(columns.values()))
    if any(b <= a for a, b in zip(first, first[1:], strict=False)):
        raise InputError(place, "the first column does not increase", "Sort the rows.")
    return Curve(columns, source, status, note)


def _known(place: str, key: str, fields: Mapping[str, Json]) -> Json:
    if key not in fields:
        raise InputError(
            f"{place}.{key}",
            "unknown field",
            f"{nearest(key, list(fields))}The reference page of catalog fields lists them.",
        )
    return fields[key]


def _required(spec: Json) -> bool:
    return isinstance(spec, list) and "optional" not in spec[1:2]


def _is_table(content: object) -> bool:
    return isinstance(content, list) and bool(content) and isinstance(content[0], dict)


def _is_curve(content: object) -> bool:
    return isinstance(content, dict) and any(
        isinstance(column, list) for key, column in content.items() if key != "source"
    )


def extended(entries: Mapping[str, Json]) -> Catalog:
    """The packaged catalog with a scenario's own entries: {kind: {name: table}}; `based_on` takes over another
    entry's fields.

    Raises
    ------
    InputError
        For an unknown kind, an entry that is already packaged, or a fault in an entry.
    """
    if not entries:
        return catalog()
    return _extended(json.dumps(entries, sort_keys=True, default=str))


@lru_cache(maxsize=16)
def _extended(text: str) -> Catalog:
    raw = copy.deepcopy(catalog().raw)
    packaged = catalog().entries
    for kind, tables in json.loads(text).items():
        if kind not in KINDS:
            raise InputError(
                f"catalog.{kind[:60]}", "not a kind of entry", f"{nearest(kind, list(KINDS))}Kinds: {', '.join(KINDS)}"
            )
        for name, table in tables.items():
            place = f"catalog.{kind}.{name[:60]}"
            if name in packaged:
                raise InputError(
                    place, "is already in the packaged catalog", f'Choose another name and write based_on = "{name}".'
                )
            based = table.pop("based_on", None)
            if based is not None and based not in raw[kind]:
                raise InputError(
                    place,
                    f'based_on = "{str(based)[:60]}": not among the {kind}',
                    f"{nearest(str(based), list(raw[kind]))}{LIST}",
                )
            raw[kind][name] = {**copy.deepcopy(raw[kind][based] if based is not None else {}), **table}
            behind = raw["evidence"].get(based, {}) if based is not None else {}
            raw["evidence"][name] = {c: row for c, row in behind.items() if f"pk_{c}" not in table}
    try:
        return load_catalog(raw)
    except InputError as error:
        raise InputError(f"catalog.{error.place}", error.reason, error.remedy) from None
