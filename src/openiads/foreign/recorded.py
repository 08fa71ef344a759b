"""Recorded positions as flights: sorted, cleaned of what no aircraft flies, cut at gaps, heights filled in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from openiads.foreign.account import Account, Rows, runs_of
from openiads.foreign.doubts import doubts
from openiads.foreign.files import Source
from openiads.foreign.positions import Positions, read_positions
from openiads.foreign.receivers import Reading
from openiads.foreign.thin import apart, vectors

Floats = NDArray[np.float64]
Which = NDArray[np.bool_]

LEAST = 3  # positions of a flight
SHORTEST = 10.0  # s of a flight
SLACK = 1000.0  # m that a position may be off, times of receivers being right to some seconds only
STEEPEST = 100.0  # m/s, faster than which nothing with a transponder climbs or falls for long
HEIGHT_SLACK = 150.0  # m
ROUNDS = 20  # times that single wrong positions are looked for
RUNS = 6  # of lines, told of each reason


@dataclass(frozen=True)
class Sorting:
    """How positions are made into flights.

    Attributes
    ----------
    gap : float
        Without a position for longer (s) a flight has ended, and the next position begins another.
    fastest : float
        m/s; what would be flown faster is a wrong position, or another flight.
    """

    gap: float = 300.0
    fastest: float = 400.0


@dataclass(frozen=True, eq=False)
class Flown:
    """A flight as it was recorded.

    Attributes
    ----------
    name : str
        Its address, with its number behind it where the address has several.
    type : str
        As the file says; empty where it does not.
    squawks, planned : float
        1 yes, 0 no, nan not said.
    lines : Rows
        Of the file.
    times : Floats
        As of `Positions`, rising.
    places : Floats
        Latitude and longitude (degrees), height (m); shape (n, 3).
    """

    name: str
    type: str
    squawks: float
    planned: float
    lines: Rows
    times: Floats
    places: Floats


@dataclass(frozen=True, eq=False)
class Recording:
    """What a file of positions holds.

    Attributes
    ----------
    flights : tuple of Flown
        By address and time.
    calendar : bool
        Whether times are of a calendar.
    account : Account
    """

    flights: tuple[Flown, ...]
    calendar: bool
    account: Account


def recording_of(source: Source, reading: Reading, sorting: Sorting, encoding: str | None = None) -> Recording:
    """Read a file and sort its positions into flights.

    Raises
    ------
    InputError
        As `read_positions`, and where courses fit only with latitude and longitude exchanged.
    """
    account = Account()
    positions = _sorted(read_positions(source, reading, account, encoding), account)
    account.remarks += doubts(positions, source.file)
    flights = flights_of(positions, sorting, account)
    return Recording(flights, positions.calendar, account)


def _sorted(positions: Positions, account: Account) -> Positions:
    """By aircraft and time, each place and each time once."""
    order = np.lexsort((positions.lines, positions.times, positions.aircraft))
    positions = _taken(positions, order)
    same = _same(positions)
    here = (np.diff(positions.latitude) == 0.0) & (np.diff(positions.longitude) == 0.0)
    at_once = same & (np.diff(positions.times) == 0.0)
    account.leave_out("given twice", positions.lines[1:][at_once & here])
    account.leave_out("another place at the same time", positions.lines[1:][at_once & ~here])
    positions = _taken(positions, np.flatnonzero(np.concatenate([[True], ~at_once])))
    again = _same(positions) & (np.diff(positions.latitude) == 0.0) & (np.diff(positions.longitude) == 0.0)
    account.leave_out("the place before repeated", positions.lines[1:][again])
    return _taken(positions, np.flatnonzero(np.concatenate([[True], ~again])))


def _taken(positions: Positions, rows: Rows) -> Positions:
    columns = ("lines", "times", "aircraft", "legs", "latitude", "longitude", "height", "speed", "course")
    return replace(positions, **{name: getattr(positions, name)[rows] for name in columns})


def _same(positions: Positions) -> Which:
    """Whether each position is of the same aircraft as the one before, from the second on."""
    return np.asarray(np.diff(positions.aircraft) == 0)


def flights_of(positions: Positions, sorting: Sorting, account: Account) -> tuple[Flown, ...]:
    """Flights of positions that are sorted by aircraft and time; what is none is accounted for."""
    positions = _without_strays(positions, sorting, account)
    heights = _steady_heights(positions, sorting, account)
    cuts = _cuts(positions, sorting, account)
    made: list[Flown] = []
    filled: list[Rows] = []
    counts: dict[int, int] = {}
    for rows in np.split(np.arange(len(positions.lines)), cuts):
        times, height = positions.times[rows], heights[rows]
        known = np.isfinite(height)
        if len(rows) < LEAST or times[-1] - times[0] < SHORTEST:
            reason = f"of a flight of fewer than {LEAST} positions or {SHORTEST:g} s"
            account.leave_out(reason, positions.lines[rows])
            continue
        if not known.any():
            account.leave_out("of a flight without a height", positions.lines[rows])
            continue
        filled.append(positions.lines[rows][~known])
        height = np.interp(times, times[known], height[known])
        craft = int(positions.aircraft[rows[0]])
        counts[craft] = counts.get(craft, 0) + 1
        name = positions.addresses[craft] + (f"/{counts[craft]}" if counts[craft] > 1 else "")
        places = np.column_stack([positions.latitude[rows], positions.longitude[rows], height])
        said = float(positions.squawks[craft]), float(positions.planned[craft])
        made.append(Flown(name, positions.types[craft], *said, positions.lines[rows], times, places))
    lines = np.concatenate([*filled, np.zeros(0, dtype=np.int64)])
    if len(lines):
        account.remarks.append(f"{len(lines):,} heights are taken from those before and after: {runs_of(lines, RUNS)}")
    return tuple(made)


def _far(points: Floats, times: Floats, first: Rows, last: Rows, fastest: float) -> Which:
    """Whether two positions are farther apart than an aircraft flies in their time."""
    way = apart(points[first], points[last])
    return np.asarray(way > fastest * (times[last] - times[first]) + SLACK)


def _without_strays(positions: Positions, sorting: Sorting, account: Account) -> Positions:
    """Positions without single ones to which no aircraft could have flown, and back."""
    strays: list[Rows] = []
    for _ in range(ROUNDS):
        count = len(positions.lines)
        if count < LEAST:
            break
        points = _points(positions)
        rows = np.arange(count)
        near = _same(positions) & (np.diff(positions.times) <= sorting.gap)
        hop = near & _far(points, positions.times, rows[:-1], rows[1:], sorting.fastest)
        direct = ~_far(points, positions.times, rows[:-2], rows[2:], sorting.fastest)
        stray = hop[:-1] & hop[1:] & direct
        stray[1:] &= ~stray[:-1]  # of two neighbors the first; the other is looked at again
        if not stray.any():
            break
        strays.append(positions.lines[1:-1][stray])
        positions = _taken(positions, np.flatnonzero(np.concatenate([[True], ~stray, [True]])))
    if strays:
        account.leave_out("a jump that no aircraft flies, and back", np.concatenate(strays))
    return positions


def _points(positions: Positions) -> Floats:
    return vectors(np.column_stack([positions.latitude, positions.longitude]))


def _steady_heights(positions: Positions, sorting: Sorting, account: Account) -> Floats:
    """Heights, nan where a single one is other than an aircraft can have between its neighbors."""
    heights = positions.height.copy()
    rows = np.flatnonzero(np.isfinite(heights))
    if len(rows) >= LEAST:
        near = (np.diff(positions.aircraft[rows]) == 0) & (np.diff(positions.times[rows]) <= sorting.gap)
        hop = near & (np.abs(np.diff(heights[rows])) > STEEPEST * np.diff(positions.times[rows]) + HEIGHT_SLACK)
        across = np.abs(heights[rows][2:] - heights[rows][:-2])
        direct = across <= STEEPEST * (positions.times[rows][2:] - positions.times[rows][:-2]) + HEIGHT_SLACK
        odd = rows[1:-1][hop[:-1] & hop[1:] & direct]
        if len(odd):
            lines = positions.lines[odd]
            account.remarks.append(f"{len(odd):,} heights jump and are not used: {runs_of(lines, RUNS)}")
        heights[odd] = math.nan
    return heights


def _cuts(positions: Positions, sorting: Sorting, account: Account) -> Rows:
    """Rows at which another flight begins."""
    rows = np.arange(len(positions.lines))
    same = _same(positions) & (np.diff(positions.legs) == 0)
    gap = same & (np.diff(positions.times) > sorting.gap)
    jump = same & ~gap & _far(_points(positions), positions.times, rows[:-1], rows[1:], sorting.fastest)
    begun = positions.lines[1:]
    if gap.any():
        told = f"without a position for more than {sorting.gap:g} s a flight ends and another begins"
        account.remarks.append(f"{told}: {runs_of(begun[gap], RUNS)}")
    if jump.any():
        told = f"where none flies faster than {sorting.fastest:g} m/s another flight begins"
        account.remarks.append(f"{told}: {runs_of(begun[jump], RUNS)}")
    return rows[1:][~same | gap | jump]
