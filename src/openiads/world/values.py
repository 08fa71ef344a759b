"""Catalog values as the build reads them: SI, with the sampled knobs applied."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.catalog.records import Catalog, Entry


class Values:
    """SI numbers of catalog entries under a set of knob values (nominal where a knob is absent).

    A knob is named ``entry.knob`` or ``world.knob``.  Factors and offsets act where the knob's fields are read.
    """

    def __init__(self, catalog: Catalog, knobs: Mapping[str, float] | None = None) -> None:
        self.catalog = catalog
        self.knobs = dict(knobs or {})

    def knob(self, name: str, nominal: float) -> float:
        """The value of a knob, or its nominal one."""
        return self.knobs.get(name, nominal)

    def of(self, entry: Entry, field: str, default: float = math.nan) -> float:
        """A field of an entry, SI."""
        return self.knobs.get(f"{entry.name}.{field}", entry.si(field, default))

    def row(self, entry: Entry, table: str, number: int, field: str) -> float:
        """A field of a named row of a table of an entry, SI; its knob is ``entry.table.row.field``."""
        row = entry.tables[table][number]
        return self.knobs.get(f"{entry.name}.{table}.{row.text['name']}.{field}", row.si(field))

    def model(self, field: str) -> float:
        """An assumption of the model that belongs to no piece of equipment, SI."""
        return self.catalog.model.values[field].si

    def pk(self, entry: Entry, field: str) -> float:
        """A kill probability; the entry's ``pk`` knob in [0, 1] moves all classes together through their intervals."""
        value = entry.values[field]
        share = self.knobs.get(f"{entry.name}.pk")
        if share is None:
            return float(value.si)
        return float(value.si_low + share * (value.si_high - value.si_low))

    def signature(self, entry: Entry, band: str, aspect: str) -> float:
        """Cross-section of a threat, m2, with its ``signature`` knob in decibels."""
        for row in entry.tables["rcs"]:
            if row.text["band"] == band:
                return float(row.si(aspect) * 10.0 ** (self.knob(f"{entry.name}.signature", 0.0) / 10.0))
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
