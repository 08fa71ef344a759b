"""The catalog: what is known about each system, and who said so.

Every number is a `Value`: a number with a unit, an interval, its sources, an evidence status and a note. Entries come
from the TOML files in `catalog/entries`; `fields.toml` there says which fields an entry of each kind has, their
dimension and their meaning. A value without a known source, with an unknown status, a wrong unit or an interval that
does not hold its number fails the load.

SI and radians inside: `Value.si` is what the rest of the program reads. A ratio given in dB is read as a linear power
ratio.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.words import nearest

#: How to see every name: the remedy of errors about one that is not in the catalog.
LIST = "List them: openiads catalog list"
STATUSES = ("read", "relayed", "recalled", "derived", "assumption")
KINDS = (
    "systems",
    "posts",
    "radars",
    "receivers",
    "interceptors",
    "guns",
    "launchers",
    "threats",
    "jammers",
    "identification",
    "model",
)
#: Kinds of which one entry is in force at a time, a scenario's own instead of the packaged one, and what several are.
SETS = {"identification": "tables of identification", "model": "sets of assumptions"}
#: What is no part of the digest of a catalog: kinds that the program's text held before they became values here (rows
#: of outcomes tell one number from another, so two versions of them never share the digest of a run), and the books
#: that the models rest on, which no value has as its source.  Grades of evidence move no nominal value.
UNDIGESTED = ("model", "literature", "evidence")
#: What stands behind a kill probability, the strongest evidence first (docs/reference/evidence.md).
GRADES = ("combat_counted", "combat_claimed", "tested", "exporter", "guess")
#: How intervals are weighted: `value_at` and `scenario.knobs.Knob.at` say what each means.
PRIORS = ("uniform", "triangular", "log_uniform", "skeptical")


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the bibliography.

    Attributes
    ----------
    key : str
    title : str
    publisher : str
        Publisher, or journal with volume and pages.
    year : str
        Of publication; the day where it is known.
    url : str
        Empty where there is none.
    access : str
        How the text was consulted, and when it was read.
    authors : str
        Empty where `publisher` says who wrote it.
    doi, isbn : str
        Empty where there is none, or none that is sure.
    """

    key: str
    title: str
    publisher: str
    year: str
    access: str
    url: str = ""
    authors: str = ""
    doi: str = ""
    isbn: str = ""

    @property
    def citation(self) -> str:
        """Authors, title, publisher and year in one line, with DOI or ISBN."""
        numbers = (f"doi:{self.doi}" if self.doi else "", f"ISBN {self.isbn}" if self.isbn else "")
        return ", ".join(part for part in (self.authors, self.title, self.publisher, self.year, *numbers) if part)


@dataclass(frozen=True, slots=True)
class Value:
    """One number of the catalog with its interval and its evidence.

    Attributes
    ----------
    number, low, high : float
        As published, in `unit`; low and high are the declared interval (NaN where none was declared).
    unit : str
    source : tuple of str
        Keys of the bibliography.
    status : str
        One of STATUSES.
    note : str
        Conditions, or the reasoning behind an assumption.
    dimension : str
        What kind of quantity it is.
    scale : str
        "linear" or "log" (how an interval is sampled).
    exact : bool
        No knowledge spread (a count, a definition, a switch; the note says why).
    si : float
        The number in SI units and radians (decibels as a power ratio).
    si_low, si_high : float
        The interval that is sampled, SI: the declared one with the floor of its status on every missing side.
    variety : bool
        Whether the interval tells how different flights of one type fly, each at its own number, and not how little is
        known of one number; such an interval is never sampled as ignorance.
    grade : str
        Of a kill probability: what stands behind it, one of `GRADES`; empty for every other value.
    """

    number: float
    unit: str
    low: float
    high: float
    source: tuple[str, ...]
    status: str
    note: str
    dimension: str
    scale: str
    exact: bool
    si: float
    si_low: float
    si_high: float
    variety: bool = False
    grade: str = ""

    @property
    def certain(self) -> bool:
        """True when nothing is to be sampled."""
        return self.si_low == self.si_high

    @property
    def doubtful(self) -> bool:
        """True when one number is right and not known: an interval that is not the variety of many right ones."""
        return not self.certain and not self.variety


@dataclass(frozen=True, slots=True)
class Curve:
    """A table of numbers against numbers, such as drag against Mach number; its doubt is a factor on the last column.

    Attributes
    ----------
    columns : dict[str, tuple[float, ...]]
        Name -> numbers, SI, all of one length.
    source : tuple of str
    status : str
    note : str
    """

    columns: dict[str, tuple[float, ...]]
    source: tuple[str, ...]
    status: str
    note: str

    def __getattr__(self, name: str) -> tuple[float, ...]:
        columns: dict[str, tuple[float, ...]] = object.__getattribute__(self, "columns")
        if name in columns:
            return columns[name]
        raise AttributeError(name)


#: What a field of an entry holds: a `Value`, a text, a switch, names, rows or a `Curve`, as `fields.toml` says of its
#: name.
Field: TypeAlias = Any


@dataclass(frozen=True)
class Row:
    """Named values, texts and switches: an entry, or one row of a table inside an entry (a search mode, a quoted
    range)."""

    values: dict[str, Value] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Field:
        if name.startswith("__"):
            raise AttributeError(name)
        for group in ("values", "text", "flags", "lists", "tables", "curves"):
            found = self.__dict__.get(group, {})
            if name in found:
                return found[name]
        raise AttributeError(f"{self.__dict__.get('name', 'row')} has no field {name!r}")

    def get(self, name: str, default: Field = None) -> Field:
        """The field of that name, or `default` where the entry leaves it out."""
        return getattr(self, name, default)

    def has(self, name: str) -> bool:
        """Whether the entry gives this field."""
        return getattr(self, name, None) is not None

    def si(self, name: str, default: float = math.nan) -> float:
        """The SI number of a value field, or `default` where it is left out."""
        value = self.values.get(name)
        return default if value is None else value.si


@dataclass(frozen=True)
class Entry(Row):
    """One thing of the catalog: `catalog()["48n6e2"].max_range.si`."""

    kind: str = ""
    name: str = ""
    title: str = ""
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)

    @cached_property
    def named(self) -> dict[str, str]:
        """Name of every value -> its path: ``modes.low.frame_time`` -> ``modes[0].frame_time``, the rows of a table by
        their own name, or counted from 1 where they have none."""
        found = {name: name for name in self.values}
        for table, rows in self.tables.items():
            for index, row in enumerate(rows):
                of = row.text.get("name", index + 1)
                found |= {f"{table}.{of}.{name}": f"{table}[{index}].{name}" for name in row.values}
        return found

    def every_value(self) -> Iterator[tuple[str, Value]]:
        """All values with their path inside the entry, tables included (`modes[0].frame_time`)."""
        yield from self.values.items()
        for table, rows in self.tables.items():
            for index, row in enumerate(rows):
                for name, value in row.values.items():
                    yield f"{table}[{index}].{name}", value


@dataclass(frozen=True)
class Catalog:
    """All entries by name, and the bibliography."""

    entries: dict[str, Entry]
    sources: dict[str, Source]
    raw: JsonObject = field(repr=False)

    def __getitem__(self, name: str) -> Entry:
        try:
            return self.entries[name]
        except KeyError:
            raise InputError(f'catalog["{name}"]', "not in the catalog", self.hint(name)) from None

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def hint(self, name: str, kind: str = "") -> str:
        """What to do about a name that is not here."""
        names = list(self.of_kind(kind)) if kind else list(self.entries)
        return f"{nearest(name, names)}List them: openiads catalog list"

    def of_kind(self, kind: str) -> dict[str, Entry]:
        """The entries of one kind (`"radars"`), by name."""
        return {name: entry for name, entry in self.entries.items() if entry.kind == kind}

    @property
    def systems(self) -> dict[str, Entry]:
        return self.of_kind("systems")

    @property
    def posts(self) -> dict[str, Entry]:
        return self.of_kind("posts")

    @property
    def radars(self) -> dict[str, Entry]:
        return self.of_kind("radars")

    @property
    def interceptors(self) -> dict[str, Entry]:
        return self.of_kind("interceptors")

    @property
    def guns(self) -> dict[str, Entry]:
        return self.of_kind("guns")

    @property
    def launchers(self) -> dict[str, Entry]:
        return self.of_kind("launchers")

    @property
    def threats(self) -> dict[str, Entry]:
        return self.of_kind("threats")

    @property
    def receivers(self) -> dict[str, Entry]:
        return self.of_kind("receivers")

    @property
    def jammers(self) -> dict[str, Entry]:
        return self.of_kind("jammers")

    @property
    def identification(self) -> Entry:
        """The table of identification evidence: a scenario's own, else the packaged one.

        Raises
        ------
        InputError
            A scenario with more than one of its own.
        """
        return self._only("identification")

    @property
    def model(self) -> Entry:
        """The assumptions of the model that belong to no piece of equipment: a scenario's own, else the packaged ones.

        Raises
        ------
        InputError
            A scenario with more than one set of its own.
        """
        return self._only("model")

    def _only(self, kind: str) -> Entry:
        """The one entry of a kind of ``SETS`` that is in force."""
        packaged, *own = self.of_kind(kind).values()
        if len(own) > 1:
            names = ", ".join(entry.name for entry in own)
            raise InputError(f"catalog.{kind}", f"{len(own)} {SETS[kind]}: {names}", "Keep one.")
        return own[0] if own else packaged

    def value(self, path: str) -> Value:
        """The value at `entry.field`, tables as `entry.table[0].field` or `entry.table.rowname.field`."""
        name, _, rest = path.partition(".")
        for spelled, value in self[name].every_value():
            if spelled == rest:
                return value
        parts = rest.split(".")
        if len(parts) == 3:
            for row in self[name].tables.get(parts[0], ()):
                if parts[1] in row.text.values() and parts[2] in row.values:
                    return row.values[parts[2]]
        raise InputError(f'catalog["{name}"]', f"no value {rest!r}", f"See: openiads catalog show {name}")

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical content, the bibliography included; the order of entries in the files does
        not matter.  Kinds of ``UNDIGESTED`` are left out, and so are the bounds of fields, which refuse and change no
        number."""
        raw = {kind: content for kind, content in self.raw.items() if kind not in UNDIGESTED}
        fields = raw.get("fields", {}).items()
        raw["fields"] = {kind: _without_bounds(spec) for kind, spec in fields if kind not in UNDIGESTED}
        text = json.dumps(raw, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _without_bounds(table: JsonObject) -> JsonObject:
    """What the fields of a kind mean: of each its dimension, whether it is required and its meaning."""
    return {
        key: _without_bounds(row) if isinstance(row, dict) else row[:3] for key, row in table.items() if key != "form"
    }


def value_at(value: Value, u: float, weighting: str = "uniform") -> float:
    """The SI number at u in (0, 1) of a value's interval.

    Parameters
    ----------
    value : Value
    u : float
    weighting : {"uniform", "triangular", "log_uniform", "skeptical"}
        "uniform" over the interval, "triangular" with its peak at the nominal number, or "log_uniform" over the
        logarithm of an interval above 0 (one that is not is uniform). "skeptical" is uniform here: it differs for kill
        probabilities alone, whose skeptical interval their knob knows. A value of scale "log" is interpolated in its
        logarithm whatever the weighting. A count is a whole number, each of the interval's as likely as the next where
        the weighting is uniform. A certain value gives its number whatever u is.

    Returns
    -------
    float
    """
    if value.certain:
        return value.si
    if not 0.0 <= u <= 1.0:
        raise InputError("value_at", f"u = {u}", "Give a number from 0 to 1.")
    if weighting not in PRIORS:
        remedy = f"{nearest(weighting, list(PRIORS))}Give one of {', '.join(PRIORS)}."
        raise InputError("value_at", f"weighting {weighting!r}", remedy)
    whole = 0.5 if value.dimension == "count" else 0.0
    low, peak, high = value.si_low - whole, value.si, value.si_high + whole
    logarithmic = low > 0.0 and (value.scale == "log" or weighting == "log_uniform")
    if logarithmic:
        low, peak, high = math.log(low), math.log(peak), math.log(high)
    found = _triangular(low, peak, high, u) if weighting == "triangular" else low + u * (high - low)
    found = math.exp(found) if logarithmic else found
    return min(max(float(round(found)), value.si_low), value.si_high) if whole else found


def _triangular(low: float, peak: float, high: float, u: float) -> float:
    """Quantile of the triangular distribution."""
    if u < (peak - low) / (high - low):
        return low + math.sqrt(u * (high - low) * (peak - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - peak))


def main_round(system: Entry) -> Row:
    """The first row of a system's launchers: its most numerous launcher with the round in it."""
    rows: tuple[Row, ...] = system.tables["launchers"]
    return rows[0]


def launcher_rows(system: Entry, count: int | None = None, numbers: Sequence[int] | None = None) -> tuple[Row, ...]:
    """The row of `system.launchers` of every launcher of one fire unit, in order: launcher k + 1 is of row k.

    Parameters
    ----------
    system : Entry
    count : int, optional
        Launchers in place; the catalog's nominal number if left out. Fewer than that are taken in the order of the
        rows; more go to the rows that have room up to the upper end of their count.
    numbers : sequence of int, optional
        Launchers of each row of a full fire unit; the catalog's nominal numbers if left out.

    Returns
    -------
    tuple of Row
    """
    rows = system.tables["launchers"]
    numbers = [int(row.count.si) for row in rows] if numbers is None else list(numbers)
    spare = sum(numbers) if count is None else count
    spare -= sum(numbers)
    for i, row in enumerate(rows):
        more = min(max(spare, 0), int(row.count.si_high) - numbers[i])
        numbers[i] += more
        spare -= more
    found = tuple(row for row, number in zip(rows, numbers, strict=True) for _ in range(number))
    return found if count is None else found[:count]
