"""Recorded positions of aircraft as columns of numbers, with an account of what of their file cannot be used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError, InputErrors
from openiads.foreign.account import Account, Rows
from openiads.foreign.features import plain
from openiads.foreign.files import Source
from openiads.foreign.receivers import Reading, columns_of, height_factor, refuse_exchanged, speed_factor

Floats = NDArray[np.float64]

MOST_ADDRESSES = 50_000
BAD_SHARE = 0.1  # of the lines that may be wrong; more of them, and the file is not what it was taken for
TOLD = 20  # bad lines told one by one where there are too many
LONGEST_ADDRESS = 20
LOWEST, HIGHEST = -500.0, 30_000.0  # m, of aircraft that receivers hear
CALENDAR = 1e8  # s; smaller times are no Unix time
#: Unix times in other units than seconds: from here on, and how many a second.
PARTS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
EMPTY = frozenset({"", "nan", "none", "null", "na", "n/a", "nat", "-", "\\n"})
YES, NO = frozenset({"true", "1", "yes", "t"}), frozenset({"false", "0", "no", "f"})


@dataclass(frozen=True, eq=False)
class Positions:
    """The positions of a file that can be used, in the order of its lines.

    Attributes
    ----------
    lines : Rows
        Of the file, from 1.
    times : Floats
        UTC, s since 1970; s of the file's own clock where it has no calendar.
    aircraft : Rows
        Index into ``addresses`` of each.
    legs : Rows
        Number of what the file calls a flight; 0 where it says nothing.
    latitude, longitude : Floats
        Degrees.
    height : Floats
        m; nan where none is given.
    speed : Floats
        m/s over the ground; nan where none is given.
    course : Floats
        Degrees; nan where none is given.
    addresses : tuple of str
        In small letters, sorted.
    types : tuple of str
        Of each address; empty where none is given.
    squawks, planned : Floats
        Of each address: 1 yes, 0 no, nan not said.
    calendar : bool
        Whether times are of a calendar.
    """

    lines: Rows
    times: Floats
    aircraft: Rows
    legs: Rows
    latitude: Floats
    longitude: Floats
    height: Floats
    speed: Floats
    course: Floats
    addresses: tuple[str, ...]
    types: tuple[str, ...]
    squawks: Floats
    planned: Floats
    calendar: bool


def read_positions(source: Source, reading: Reading, account: Account, encoding: str | None = None) -> Positions:
    """Read a file's positions; what of it cannot be used is accounted for by its line.

    Raises
    ------
    InputError
        For a file that is no such table, whose units are not told, or of which nothing can be used; InputErrors with
        the first bad lines where more than a tenth are bad.
    """
    lines, columns, units = columns_of(source, encoding)
    cells = _Cells(source.file, lines, columns, account)
    lat, lon = cells.numbers("latitude", "latitude"), cells.numbers("longitude", "longitude")
    if reading.swap:
        lat, lon = lon, lat
    times, calendar = cells.times(reading.ahead)
    height = cells.heights(height_factor(source.file, units, reading.altitude_unit))
    refuse_exchanged(source.file, lat, lon)
    cells.bad(np.abs(lat) > 90.0, "a latitude beyond 90 degrees")
    cells.bad(np.abs(lon) > 360.0, "a longitude beyond 360 degrees")
    cells.bad((lat == 0.0) & (lon == 0.0), "at 0 N 0 E, as if never filled in")
    cells.bad((height < LOWEST) | (height > HIGHEST), "a height at which no aircraft flies")
    address = cells.addresses()
    cells.idle(np.isnan(lat) | np.isnan(lon), "no position")
    cells.idle(np.isnan(times), "no time")
    cells.idle(cells.grounded(), "on the ground")
    cells.refuse()
    keep = np.flatnonzero(~cells.out)
    if not len(keep):
        told = "; ".join(account.told()) or "no line has a position"
        raise InputError(source.file, f"no position can be used ({told})", "Check its headings, or take another file.")
    speed = cells.optional("speed") * speed_factor(units, reading.speed_unit, columns, account)
    names, aircraft = np.unique(np.array(address, dtype=object)[keep].astype(str), return_inverse=True)
    if len(names) > MOST_ADDRESSES:
        raise InputError(source.file, f"{len(names):,} addresses", f"Cut out a part: up to {MOST_ADDRESSES:,}.")
    aircraft = aircraft.reshape(-1).astype(np.int64)
    wide = (lon[keep] + 180.0) % 360.0 - 180.0
    return Positions(
        lines[keep],
        times[keep],
        aircraft,
        cells.legs()[keep],
        lat[keep],
        np.where(np.abs(lon[keep]) > 180.0, wide, lon[keep]),
        height[keep],
        speed[keep],
        cells.optional("course")[keep],
        tuple(str(name) for name in names),
        cells.types(keep, aircraft, len(names)),
        cells.codes(keep, aircraft, len(names)),
        cells.flags(keep, aircraft, len(names)),
        calendar,
    )


class _Cells:
    """The cells of a table, column by column, and which of its rows are out."""

    def __init__(self, file: str, lines: Rows, columns: dict[str, Sequence[str]], account: Account) -> None:
        self.file = file
        self.lines = lines
        self.columns = columns
        self.account = account
        self.out = np.zeros(len(lines), dtype=bool)
        self._bad: list[tuple[int, str]] = []
        self._bad_count = 0
        width = columns["width"][0]
        self.bad(np.array([bool(each) for each in columns["cells"]]), f"another number of cells than {width}")

    def _leave(self, which: NDArray[np.bool_], reason: str) -> Rows:
        fresh = which & ~self.out
        self.out |= fresh
        lines = self.lines[fresh]
        self.account.leave_out(reason, lines)
        return lines

    def bad(self, which: NDArray[np.bool_], reason: str) -> None:
        """Rows that are wrong."""
        lines = self._leave(which, reason)
        self._bad_count += len(lines)
        self._bad += [(int(line), reason) for line in lines[:TOLD]]

    def idle(self, which: NDArray[np.bool_], reason: str) -> None:
        """Rows that are as they should be and cannot be flown."""
        self._leave(which, reason)

    def refuse(self) -> None:
        """InputErrors where too many rows are wrong."""
        if self._bad_count > max(BAD_SHARE * len(self.lines), 1.0):
            first = sorted(self._bad)[:TOLD]
            share = f"{self._bad_count:,} of {len(self.lines):,} lines are wrong"
            problems = [InputError(f"{self.file}:{line}", reason, f"Correct it: {share}.") for line, reason in first]
            raise InputErrors(problems)

    def numbers(self, column: str, what: str) -> Floats:
        """A column as numbers; nan where a cell is empty; cells that are none are bad rows."""
        found, wrong = _numbers(self.columns[column])
        self.bad(wrong, f"a {what} that is no number")
        return found

    def optional(self, column: str) -> Floats:
        """A column as numbers that may be missing, nan where a cell is none."""
        if column not in self.columns:
            return np.full(len(self.lines), math.nan)
        return _numbers(self.columns[column])[0]

    def heights(self, factor: float) -> Floats:
        """Heights, m; "ground" is none."""
        told = ["" if cell.lower() == "ground" else cell for cell in self.columns["altitude"]]
        found, wrong = _numbers(told)
        self.bad(wrong, "a height that is no number")
        return found * factor

    def times(self, ahead: float) -> tuple[Floats, bool]:
        """UTC of each row, and whether it is of a calendar; rows whose time is none are bad."""
        found, wrong = _numbers(self.columns["time"])
        if wrong.mean() > 0.5:
            found, wrong, bare = _stamps(self.columns["time"], ahead)
            if bare:
                zone = "UTC" if ahead == 0.0 else f"{ahead / 3600.0:+g} h from UTC, as clock says"
                self.account.remarks.append(f"times without a zone are taken as {zone}: {bare:,}")
            self.bad(wrong, "a time that is none")
            return found, True
        self.bad(wrong, "a time that is none")
        middle = float(np.median(found[np.isfinite(found)])) if np.isfinite(found).any() else 0.0
        part = next((per for above, per in PARTS if abs(middle) >= above), 1.0)
        if "heard" in self.columns:  # when the position was heard, which is shown again until the next one
            heard = _numbers(self.columns["heard"])[0]
            found = np.where(np.isfinite(heard) & (heard <= found), heard, found)
        found = found / part
        calendar = abs(middle) / part >= CALENDAR
        if calendar:
            self.bad(np.abs(found - middle / part) > 400.0 * 86_400.0, "a time more than a year from the others")
        return found, calendar

    def addresses(self) -> list[str]:
        """The address of each row, in small letters; rows without one are bad."""
        told = [plain(cell, 60).lower() for cell in self.columns["address"]]
        self.bad(np.array([not 0 < len(each) <= LONGEST_ADDRESS for each in told]), "no address")
        return told

    def grounded(self) -> NDArray[np.bool_]:
        """Rows that say that the aircraft is on the ground."""
        says = np.array([cell.lower() == "ground" for cell in self.columns["altitude"]])
        if "ground" in self.columns:
            says |= np.array([cell.lower() in YES for cell in self.columns["ground"]])
        return says

    def legs(self) -> Rows:
        """A number for each text of the column that names flights."""
        if "flight" not in self.columns:
            return np.zeros(len(self.lines), dtype=np.int64)
        return np.unique(np.array(self.columns["flight"]), return_inverse=True)[1].reshape(-1).astype(np.int64)

    def types(self, keep: Rows, aircraft: Rows, count: int) -> tuple[str, ...]:
        """Type of each address: the last that its lines say."""
        found = [""] * count
        if "type" in self.columns:
            cells = self.columns["type"]
            for row, craft in zip(keep.tolist(), aircraft.tolist(), strict=True):
                if cells[row].lower() not in EMPTY:
                    found[craft] = plain(cells[row], 20).upper()
        return tuple(found)

    def codes(self, keep: Rows, aircraft: Rows, count: int) -> Floats:
        """1 for each address of which a code was heard, nan for the others."""
        found = np.full(count, math.nan)
        if "squawk" in self.columns:
            heard = np.array([cell.lower() not in EMPTY for cell in self.columns["squawk"]])[keep]
            found[aircraft[heard]] = 1.0
        return found

    def flags(self, keep: Rows, aircraft: Rows, count: int) -> Floats:
        """1 for each address whose plan is held, 0 whose is not, nan where nothing is said."""
        found = np.full(count, math.nan)
        if "planned" in self.columns:
            cells = [cell.lower() for cell in self.columns["planned"]]
            for value, words in ((0.0, NO), (1.0, YES)):
                found[aircraft[np.array([cell in words for cell in cells])[keep]]] = value
        return found


def _numbers(cells: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
    """Cells as numbers, nan where empty or wrong, and which are wrong."""
    empty = np.array([cell.lower() in EMPTY for cell in cells])
    try:
        found = np.array([cell if cell.lower() not in EMPTY else "nan" for cell in cells], dtype=np.float64)
    except (ValueError, OverflowError):
        found = np.array([_number(cell) for cell in cells])
    wrong = ~np.isfinite(found) & ~empty
    return np.where(np.isfinite(found), found, math.nan), wrong


def _number(cell: str) -> float:
    words = cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell
    try:
        return float(words)
    except (ValueError, OverflowError):
        return math.nan


def _stamps(cells: Sequence[str], ahead: float) -> tuple[Floats, NDArray[np.bool_], int]:
    """UTC of times of a calendar, which cells are none, and how many name no zone."""
    found = np.full(len(cells), math.nan)
    bare = 0
    for k, cell in enumerate(cells):
        try:
            read = datetime.fromisoformat(cell)
            found[k] = read.timestamp() if read.tzinfo else read.replace(tzinfo=UTC).timestamp() - ahead
        except (ValueError, OverflowError):
            continue
        bare += read.tzinfo is None
    wrong = np.isnan(found) & np.array([cell.lower() not in EMPTY for cell in cells])
    return found, wrong, bare
