"""What of recorded positions may not be meant: feet for meters, knots for m/s, exchanged coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.foreign.positions import Positions
from openiads.foreign.thin import apart, vectors

Floats = NDArray[np.float64]

FEW = 20  # hops or heights from which nothing is concluded
SOONEST, LATEST = 1.0, 60.0  # s between positions that are compared with speeds and courses
SLOWEST = 30.0  # m/s below which courses and speeds of positions say little
CLOSE = 1.25  # factor within which speeds agree
#: How many times the flown speed a reported one is, where its unit was taken for another.
MISTAKEN = (
    (3600.0 / 1852.0, "are they knots taken for m/s?"),
    (1852.0 / 3600.0, "are they m/s taken for knots?"),
    (3.6, "are they km/h taken for m/s?"),
    (1.852, "are they km/h taken for knots?"),
)
ASKEW, RIGHT = 45.0, 15.0  # deg that courses differ in the middle: wrong beyond the first, right within the second
QUANTUM = 25.0  # ft, in which transponders give their height
FOOT = 0.3048
NEARLY = 0.3  # of a foot
MOST = 0.95  # of heights that are multiples


def doubts(positions: Positions, file: str) -> list[str]:
    """A line for each doubt about positions that are sorted by aircraft and time.

    Raises
    ------
    InputError
        Where courses fit the positions only with latitude and longitude exchanged.
    """
    rows = np.flatnonzero((np.diff(positions.aircraft) == 0) & _between(np.diff(positions.times)))
    found = [*_heights(positions)]
    if len(rows) < FEW:
        return found
    places = np.column_stack([positions.latitude, positions.longitude])
    points = vectors(places)
    took = positions.times[rows + 1] - positions.times[rows]
    flown = apart(points[rows], points[rows + 1]) / took
    moving = flown > SLOWEST
    found += _speeds(0.5 * (positions.speed[rows] + positions.speed[rows + 1])[moving], flown[moving])
    told = positions.course[rows]
    usable = moving & np.isfinite(told)
    if usable.sum() >= FEW:
        found += _courses(places, rows[usable], told[usable], file)
    return found


def _between(took: Floats) -> NDArray[np.bool_]:
    return np.asarray((took >= SOONEST) & (took <= LATEST))


def _speeds(told: Floats, flown: Floats) -> list[str]:
    """Whether the speeds that are told are those between positions."""
    usable = np.isfinite(told) & (told > 0.0)
    if usable.sum() < FEW:
        return []
    ratio = float(np.median(told[usable] / flown[usable]))
    if 1.0 / CLOSE <= ratio <= CLOSE:
        return []
    near = min(MISTAKEN, key=lambda each: abs(np.log(ratio / each[0])))
    asks = near[1] if abs(np.log(ratio / near[0])) < np.log(1.1) else "are times, places or units others than told?"
    return [f"its speeds are {ratio:.2g} times those between its positions: {asks}"]


def _courses(places: Floats, rows: NDArray[np.int64], told: Floats, file: str) -> list[str]:
    """Whether the courses that are told lead from one position to the next."""
    off = _askew(places, rows, told)
    if off <= ASKEW:
        return []
    if np.abs(places[:, 1]).max() <= 90.0 and _askew(places[:, ::-1], rows, told) <= RIGHT:
        reason = "courses fit the positions only with latitude and longitude exchanged"
        raise InputError(file, reason, "Exchange the two headings; an import takes --swap.")
    return [f"its courses differ from those between its positions by {off:.0f} deg in the middle"]


def _askew(places: Floats, rows: NDArray[np.int64], told: Floats) -> float:
    """Difference (deg) in the middle of courses told and those between neighbors, on a sphere."""
    lat, lon = np.radians(places[:, 0]), np.radians(places[:, 1])
    turn = lon[rows + 1] - lon[rows]
    east = np.sin(turn) * np.cos(lat[rows + 1])
    north = np.cos(lat[rows]) * np.sin(lat[rows + 1]) - np.sin(lat[rows]) * np.cos(lat[rows + 1]) * np.cos(turn)
    course = np.degrees(np.arctan2(east, north))
    return float(np.median(np.abs((course - told + 180.0) % 360.0 - 180.0)))


def _heights(positions: Positions) -> list[str]:
    """Whether heights are in the steps of transponders in another unit than told; some of them must be steps apart."""
    known = positions.height[np.isfinite(positions.height) & (np.abs(positions.height) > 1.0)]
    if len(np.unique(known)) < FEW:
        return []

    def steps(values: Floats) -> float:
        return float(np.mean(np.abs((values + QUANTUM / 2.0) % QUANTUM - QUANTUM / 2.0) <= NEARLY))

    right = steps(known / FOOT)
    if right < MOST and steps(known) > MOST:  # feet, read as meters
        return ["its heights are multiples of 25 m, as transponders give feet: are they feet taken for meters?"]
    if right < MOST and steps(known / FOOT / FOOT) > MOST:  # meters, read as feet and so made too small
        return ["its heights would be the steps of 25 ft of transponders in meters: are they meters taken for feet?"]
    return []
