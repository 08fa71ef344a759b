"""Reading the catalog's entries: values with their evidence, links between entries, and a user's own entries.

What an entry may hold says `catalog.schema`, what a number and its evidence `catalog.evidence`, what must make sense
beyond that `catalog.checks`.  Everything wrong is told at once, each fault with file and line where there is a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import MOST_PROBLEMS, problem_of
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import Lines, Loc, clipped, merged, parse_toml
from openiads.base.words import nearest
from openiads.catalog.checks import links, sense
from openiads.catalog.evidence import FieldSpec, Number, Reference, value_of
from openiads.catalog.grades import PREFIX, graded
from openiads.catalog.records import KINDS, LIST, SETS, Catalog, Curve, Entry, Row, Source, Value
from openiads.catalog.schema import entry_model

PLACE_OF_ENTRIES = "openiads.catalog"

#: How a user's own entry takes over another's fields.
BASED_ON = "based_on"


class Fault(NamedTuple):
    """What is wrong with an entry: key path (kind, name, field, ...), the value to show (None: none), what, what to
    do."""

    loc: Loc
    value: Json
    reason: str
    remedy: str


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
    return read_catalog(resources.files(PLACE_OF_ENTRIES) / "entries")


def read_catalog(folder: Traversable) -> Catalog:
    """The catalog of a folder of entries.

    Parameters
    ----------
    folder : Traversable
        With ``fields.toml``, ``sources.toml`` and a file of each kind; a folder in it, one for a family of systems, may
        hold further files of the same names.

    Returns
    -------
    Catalog

    Raises
    ------
    InputErrors
        With every fault of the files, each with its line.
    """
    raw: JsonObject = {}
    texts: dict[str, list[tuple[str, str]]] = {}
    twice: list[Fault] = []
    for kind in ("fields", "sources", "literature", "evidence", *KINDS):
        file = folder / f"{kind}.toml"
        texts[kind] = [(str(file), file.read_text(encoding="utf-8"))]
        raw[kind] = parse_toml(texts[kind][0][1], str(file))
        for more in _of_families(folder, kind):
            texts[kind].append((str(more), more.read_text(encoding="utf-8")))
            for name, table in parse_toml(texts[kind][-1][1], str(more)).items():
                if name in raw[kind]:
                    twice.append(Fault((kind, name), None, "the name is used in two files", "Rename one of the two."))
                raw[kind].setdefault(name, table)

    @cache
    def lines(kind: str) -> tuple[Lines, ...]:
        return tuple(merged(text, file)[1] for file, text in texts[kind])

    def told(fault: Fault) -> tuple[int, InputError]:
        kind, loc = str(fault.loc[0]), fault.loc[1:]
        found = next((each for each in reversed(lines(kind)) if each.line(loc[:1])), lines(kind)[0])
        return found.line(loc), InputError(found.place(loc, fault.value), fault.reason, fault.remedy)

    return _made(raw, told, twice)


def _of_families(folder: Traversable, kind: str) -> Iterator[Traversable]:
    """Further files of a kind: those of the folders beside the first ones, a folder for each family of systems."""
    for family in sorted((each for each in folder.iterdir() if each.is_dir()), key=lambda each: each.name):
        file = family / f"{kind}.toml"
        if file.is_file():
            yield file


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
    InputErrors
        Naming the entry and field of every fault.
    """
    return _made(raw, _told)


def _told(fault: Fault) -> tuple[int, InputError]:
    """A fault of an entry that came from no file."""
    return 0, InputError(Lines().place(fault.loc, fault.value), fault.reason, fault.remedy)


def _made(
    raw: Mapping[str, Json], told: Callable[[Fault], tuple[int, InputError]], begun: Iterable[Fault] = ()
) -> Catalog:
    faults: list[Fault] = list(begun)
    models = _models(raw["fields"], faults)
    sources = _bibliography(raw, faults)
    named = {**raw["sources"], **raw.get("literature", {}), **sources}  # a faulty one is told once, where it stands
    entries: dict[str, Entry] = {}
    for kind in KINDS:
        tables = raw.get(kind, {})
        for name, table in tables.items() if kind in models else ():
            if name in entries:
                reason = f"the name is already used in {entries[name].kind}"
                faults.append(Fault((kind, name), None, reason, "Rename one of the two."))
                continue
            behind = raw.get("evidence", {}).get(name, {})
            found = list(_entry_faults(kind, name, table, models[kind], named, behind))
            if isinstance(found[0], Entry):
                entries[name] = found[0]
            else:
                faults += [each for each in found if isinstance(each, Fault)]
    if not faults:
        faults += checked(entries.values(), entries)
    if faults:
        ordered = sorted((told(fault) for fault in faults[:MOST_PROBLEMS]), key=lambda pair: pair[0])
        raise InputErrors(error for _, error in ordered)
    return Catalog(entries, sources, dict(raw))


def checked(entries: Iterable[Entry], known: Mapping[str, Entry]) -> list[Fault]:
    """What makes no sense in entries among all that are known."""
    problems = [problem for entry in entries for problem in (*links(entry, known), *sense(entry))]
    return [Fault(*problem) for problem in problems]


def _models(fields: Mapping[str, Json], faults: list[Fault]) -> dict[str, type[BaseModel]]:
    """The model of each kind of entry; what defines none is noted."""
    found: dict[str, type[BaseModel]] = {}
    for kind, table in fields.items():
        try:
            found[kind] = entry_model(kind, table)
        except InputErrors as error:
            places = [each.place.split(".") if each.place else () for each in error.problems]
            faults += [
                Fault(("fields", kind, *place), None, each.reason, each.remedy)
                for place, each in zip(places, error.problems, strict=True)
            ]
    return found


@cache
def _packaged_models() -> dict[str, type[BaseModel]]:
    return _models(catalog().raw["fields"], [])


def _bibliography(raw: Mapping[str, Json], faults: list[Fault]) -> dict[str, Source]:
    """Sources of values and books of methods under one list of keys; what is no line of it is noted."""
    found: dict[str, Source] = {}
    for file in ("sources", "literature"):
        for key, table in raw.get(file, {}).items():
            if key in found:
                faults.append(Fault((file, key), None, "the key is already used", "Rename one of the two."))
                continue
            try:
                told = Reference.model_validate(table)
            except ValidationError as error:
                faults += _faults_of(error, (file, key), table, Reference)
            else:
                found[key] = Source(key, **told.model_dump())
    return found


def _entry_faults(
    kind: str,
    name: str,
    table: Json,
    model: type[BaseModel],
    sources: Mapping[str, Json],
    behind: Mapping[str, Json],
) -> Iterator[Entry | Fault]:
    """The entry that a table holds, or else every fault of its fields; ``behind``: evidence of its kill probabilities
    by class of target."""
    try:
        told = model.model_validate(table, context={"sources": sources})
    except ValidationError as error:
        yield from _faults_of(error, (kind, name), table, model)
        return
    row = _row(table, told)
    curves = {key: content for key in table if isinstance(content := getattr(told, key), Curve)}
    tables = {
        key: tuple(_row(each, inner) for each, inner in zip(table[key], getattr(told, key), strict=True))
        for key in table
        if isinstance(table[key], list) and table[key] and isinstance(table[key][0], dict)
    }
    title = row.text.pop("title")
    entry = Entry(row.values, row.text, row.flags, row.lists, kind, name, title, tables, curves)
    if kind != "interceptors":
        yield entry
        return
    entry, problems = graded(entry, behind, sources)
    if problems:
        yield from (Fault(*problem) for problem in problems)
    else:
        yield entry


def _row(table: Mapping[str, Json], told: BaseModel) -> Row:
    """The fields of a model in the order of its table, sorted by what they hold."""
    row = Row({}, {}, {}, {})
    for key in table:
        content = getattr(told, key)
        if isinstance(content, Value):
            row.values[key] = content
        elif isinstance(content, str):
            row.text[key] = content
        elif isinstance(content, bool):
            row.flags[key] = content
        elif isinstance(content, tuple) and all(isinstance(item, str) for item in content):
            row.lists[key] = content
    return row


def _faults_of(error: ValidationError, loc: Loc, table: Json, model: type[BaseModel]) -> Iterator[Fault]:
    """What pydantic says of the table at a key path, what is missing from one table in one line."""
    missing: dict[Loc, list[str]] = {}
    rows = error.errors(include_url=False)
    for row in rows[:MOST_PROBLEMS]:
        if row["type"] == "missing":
            missing.setdefault(row["loc"][:-1], []).append(str(row["loc"][-1]))
            continue
        inner, value, reason, remedy = problem_of(row, table, model)
        yield Fault((*loc, *inner), value, reason, remedy)
    for inner, keys in missing.items():
        remedy = "Add what is missing; the reference page of catalog fields says what it is."
        reason = f"without {', '.join(keys)}"
        if loc[0] == "systems" and "engagement_radar" in keys:
            reason = f"launchers without a guidance radar: {reason}"
        if not inner and len(keys) > 1 and loc[0] not in ("sources", "literature"):
            remedy += f' Or write {BASED_ON} = "NAME" to take over the fields of another entry.'
        yield Fault((*loc, *inner), None, reason, remedy)


def parse_value(place: str, table: Mapping[str, Json], dimension: str) -> Value:
    """One value row outside the entries (knobs.toml), with sources of the packaged bibliography."""
    try:
        return value_of(Number.model_validate(table), FieldSpec("value", dimension, True, ""), catalog().sources)
    except ValidationError as error:
        told = [problem_of(row, table, Number) for row in error.errors(include_url=False)]
        raise InputErrors(
            InputError(Lines().place((place, *loc), value), reason, remedy) for loc, value, reason, remedy in told
        ) from None


# ------------------------------------------------------------------ a user's own entries


class Own(NamedTuple):
    """The packaged catalog with a user's own entries, and what is wrong with them.

    Attributes
    ----------
    catalog : Catalog
        Without the entries that are faulty and those that need one of them.
    faults : tuple of Fault
        In the order of kinds and names.
    left_out : frozenset of str
        Names of own entries that are not in the catalog.
    """

    catalog: Catalog
    faults: tuple[Fault, ...]
    left_out: frozenset[str]


def extended(entries: Mapping[str, Json]) -> Catalog:
    """The packaged catalog with a scenario's own entries: {kind: {name: table}}; `based_on` takes over another
    entry's fields.

    Raises
    ------
    InputErrors
        With every unknown kind, every entry that is already packaged, and every fault in an entry.
    """
    found = own_entries(entries)
    if found.faults:
        raise InputErrors(_told(fault._replace(loc=("catalog", *fault.loc)))[1] for fault in found.faults)
    return found.catalog


def own_entries(entries: Mapping[str, Json]) -> Own:
    """As `extended`, with what is wrong told beside what is right."""
    if not entries:
        return Own(catalog(), (), frozenset())
    # A date becomes a list of its text, which no field takes for what it is to hold.
    return _own(json.dumps(entries, sort_keys=True, default=lambda date: [[str(date)]]))


@lru_cache(maxsize=16)
def _own(text: str) -> Own:
    given: JsonObject = json.loads(text)
    packaged = catalog()
    faults: list[Fault] = []
    raw: JsonObject = {**packaged.raw, **{kind: dict(packaged.raw[kind]) for kind in KINDS}}
    tables = _own_tables(given, packaged, faults)
    made: dict[str, Entry] = {}
    for (kind, name), table in tables.items():
        whole = _based(kind, name, tables, faults)
        if whole is None:
            continue
        raw[kind][name] = whole
        behind = _behind(kind, name, tables)
        for each in _entry_faults(kind, name, whole, _packaged_models()[kind], packaged.sources, behind):
            if isinstance(each, Entry):
                made[name] = each
            elif len(each.loc) < 3 or str(each.loc[2]) in table or BASED_ON not in table:  # else the other's own fault
                faults.append(each)
    names = {name for _, name in tables}
    known = {**packaged.entries, **made}
    broken = names - made.keys()
    told = checked(made.values(), known)  # but of a name that is an own entry whose fault has been told
    faults += [fault for fault in told if not (isinstance(fault.value, str) and fault.value in broken)]
    for kind, words in SETS.items():
        sets = [name for name, entry in made.items() if entry.kind == kind]
        if len(sets) > 1:
            reason = f"{len(sets)} {words}: {', '.join(sets)}"
            faults.append(Fault((kind, sets[1]), None, reason, "Keep one."))
    broken |= {str(fault.loc[1]) for fault in faults if len(fault.loc) > 1}
    good = _without(made, broken)
    entries: dict[str, Entry] = {}
    for kind in KINDS:
        entries |= packaged.of_kind(kind) | {name: entry for name, entry in good.items() if entry.kind == kind}
    return Own(Catalog(entries, packaged.sources, raw), tuple(faults), frozenset(names - good.keys()))


def _own_tables(given: Mapping[str, Json], packaged: Catalog, faults: list[Fault]) -> dict[tuple[str, str], JsonObject]:
    """The tables of own entries by kind and name; those that can be none are noted."""
    found: dict[tuple[str, str], JsonObject] = {}
    kinds: dict[str, str] = {}
    for kind in sorted(given, key=lambda kind: KINDS.index(kind) if kind in KINDS else -1):
        if kind not in KINDS:
            remedy = f"{nearest(kind, list(KINDS))}Kinds: {', '.join(KINDS)}."
            faults.append(Fault((kind,), None, "not a kind of entry", remedy))
            continue
        for name, table in given[kind].items():
            if name in packaged:
                remedy = f'Choose another name and write {BASED_ON} = "{clipped(name)}".'
                faults.append(Fault((kind, name), None, "is already in the packaged catalog", remedy))
            elif name in kinds:
                reason = f"the name is already used in {kinds[name]}"
                faults.append(Fault((kind, name), None, reason, "Rename one of the two."))
            else:
                found[kind, name] = table
                kinds[name] = kind
    return found


def _based(
    kind: str, name: str, tables: Mapping[tuple[str, str], JsonObject], faults: list[Fault]
) -> JsonObject | None:
    """The whole table of an own entry, with the fields of what it is based on; None, and noted, where that is none."""
    packaged = catalog().raw[kind]
    chain, whole = [name], dict(tables[kind, name])
    while BASED_ON in whole:
        base = whole.pop(BASED_ON)
        place = (kind, name, BASED_ON) if len(chain) == 1 else None
        fault = None
        if not isinstance(base, str):
            fault = Fault((kind, name, BASED_ON), None, "is not the name of an entry", f'Write {BASED_ON} = "NAME".')
        elif base in chain:
            reason = f"is based on itself: {', '.join([*chain, base])}"
            fault = Fault((kind, name, BASED_ON), base, reason, "Base one of them on another entry.")
        elif base not in packaged and (kind, base) not in tables:
            known = [*packaged, *(own for other, own in tables if other == kind)]
            fault = Fault((kind, name, BASED_ON), base, f"not among the {kind}", f"{nearest(base, known)}{LIST}")
        if fault is not None:
            if place is not None or fault.reason.startswith("is based"):
                faults.append(fault)  # further up it has been told of the other entry
            return None
        chain.append(base)
        whole = {**(packaged[base] if base in packaged else tables[kind, base]), **whole}
    return whole


def _behind(kind: str, name: str, tables: Mapping[tuple[str, str], JsonObject]) -> JsonObject:
    """Evidence of what an own entry takes over of a packaged one; what it gives itself has none of that."""
    own: set[str] = set()
    while (kind, name) in tables and BASED_ON in tables[kind, name]:
        own |= tables[kind, name].keys()
        name = tables[kind, name][BASED_ON]
    evidence: JsonObject = catalog().raw["evidence"].get(name, {})
    return {target: row for target, row in evidence.items() if f"{PREFIX}{target}" not in own}


def _without(made: Mapping[str, Entry], broken: Collection[str]) -> dict[str, Entry]:
    """The entries that are not broken and name none that is."""
    good = {name: entry for name, entry in made.items() if name not in broken}
    while True:
        names = made.keys() - good.keys() | set(broken)
        still = {name: entry for name, entry in good.items() if not names & set(_named(entry))}
        if len(still) == len(good):
            return good
        good = still


def _named(entry: Entry) -> Iterator[str]:
    """Every name and text in an entry."""
    for row in (entry, *(row for rows in entry.tables.values() for row in rows)):
        yield from row.text.values()
        for names in row.lists.values():
            yield from names
