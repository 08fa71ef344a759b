"""Catalog values as the build reads them: SI, with the sampled knobs applied."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.catalog.records import Catalog, Entry
from openiads.scenario.moved import moved


class Values:
    """SI numbers of catalog entries under a set of knob values (nominal where a knob is absent).

    A knob is named ``entry.knob`` or ``world.knob``.  Factors and offsets act where the knob's fields are read.

    Attributes
    ----------
    read : set of (str, str)
        Entry and path of every value that was asked for.
    """

    def __init__(self, catalog: Catalog, knobs: Mapping[str, float] | None = None) -> None:
        self.catalog = catalog
        found = moved(catalog, knobs or {})
        self.knobs = {**found.factors, **(knobs or {})}
        self._moved = found.fields
        self.read: set[tuple[str, str]] = set()

    def knob(self, name: str, nominal: float) -> float:
        """The value of a knob, or its nominal one."""
        return self.knobs.get(name, nominal)

    def of(self, entry: Entry, field: str, default: float = math.nan) -> float:
        """A field of an entry, SI."""
        key = (entry.name, field)
        self.read.add(key)
        found = self._moved.get(key)
        return entry.si(field, default) if found is None else found

    def count(self, entry: Entry, field: str) -> int:
        """A field that counts."""
        return round(self.of(entry, field))

    def row(self, entry: Entry, table: str, number: int, field: str) -> float:
        """A field of a row of a table of an entry, SI."""
        key = (entry.name, f"{table}[{number}].{field}")
        self.read.add(key)
        found = self._moved.get(key)
        return entry.tables[table][number].si(field) if found is None else found

    def moves(self, entry: Entry, field: str) -> bool:
        """Whether this world's value of a field is another than the catalog's."""
        return (entry.name, field) in self._moved

    def model(self, field: str) -> float:
        """An assumption of the model that belongs to no piece of equipment, SI."""
        return self.of(self.catalog.model, field)

    def pk(self, entry: Entry, field: str) -> float:
        """A kill probability; the entry's ``pk`` knob moves all classes together through their intervals."""
        return self.of(entry, field)

    def signature(self, entry: Entry, band: str, aspect: str) -> float:
        """Cross-section of a threat, m2, with its ``signature`` knob in decibels."""
        for number, row in enumerate(entry.tables["rcs"]):
            if row.text["band"] == band:
                square_meters = self.row(entry, "rcs", number, aspect)
                return float(square_meters * 10.0 ** (self.knob(f"{entry.name}.signature", 0.0) / 10.0))
        return math.nan


class Arena:
    """The flat array of tables, grown at build time; ``add`` returns the offset at which a table begins.

    One array that doubles, not a list of tables joined at the end: the tables of a large world are not held twice.
    """

    def __init__(self) -> None:
        self._all = np.empty(1 << 16)
        self._size = 0
        self._length: dict[int, int] = {}

    def add(self, table: ArrayLike) -> int:
        """Append a table."""
        part = np.ravel(table)
        at, end = self._size, self._size + len(part)
        if end > len(self._all):
            grown = np.empty(max(2 * len(self._all), end))
            grown[:at] = self._all[:at]
            self._all = grown
        self._all[at:end] = part
        self._size = end
        self._length[at] = len(part)
        return at

    def part(self, at: int) -> NDArray[np.float64]:
        """The table that begins at an offset."""
        return self._all[at : at + self._length[at]]

    def array(self) -> NDArray[np.float64]:
        """All tables in one array; room that was not used has never been touched, so it takes no memory."""
        return self._all[: self._size] if self._size else np.zeros(1)
