"""Headings and units of tables of positions, as public receivers and the `traffic` library give them.

Sources: the documentation of OpenSky's state vectors (meters, m/s, Unix time), of the Python library traffic (feet,
knots, times of a calendar), and of readsb's fields (feet, knots).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.words import listed
from openiads.foreign.account import Account, Rows
from openiads.foreign.features import plain
from openiads.foreign.files import Source, text_of
from openiads.foreign.tables import separator_of

Floats = NDArray[np.float64]

MOST_POSITIONS = 1_000_000
MOST_COLUMNS = 200
TO_METERS = {"m": 1.0, "ft": 0.3048, "km": 1000.0}
TO_SPEED = {"m/s": 1.0, "kt": 1852.0 / 3600.0, "km/h": 1.0 / 3.6}
#: Column -> headings in small letters and figures alone, the first that there is; with the unit that a heading implies.
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "time": tuple((name, "") for name in ("timestamp", "time", "utc", "datetime", "unixtime", "epoch", "ts")),
    "heard": (("lastposupdate", ""), ("timeposition", "")),
    "address": tuple((name, "") for name in ("icao24", "hex", "icao", "icaoaddress", "address", "modes", "addr")),
    "latitude": (("latitude", ""), ("lat", "")),
    "longitude": (("longitude", ""), ("lon", ""), ("long", ""), ("lng", "")),
    "altitude": (
        ("altitude", ""),
        ("alt", ""),
        ("baroaltitude", "m"),
        ("altbaro", "ft"),
        ("geoaltitude", "m"),
        ("altgeom", "ft"),
    ),
    "speed": (("velocity", "m/s"), ("groundspeed", "kt"), ("gs", "kt"), ("speed", "")),
    "course": (("track", ""), ("truetrack", ""), ("heading", ""), ("course", "")),
    "ground": (("onground", ""), ("ground", "")),
    "flight": (("flightid", ""),),
    "type": (("typecode", ""), ("icaotype", ""), ("aircrafttype", ""), ("type", ""), ("t", "")),
    "squawk": (("squawk", ""),),
    "planned": (("planned", ""), ("flightplan", "")),
}
NEEDED = ("time", "address", "latitude", "longitude", "altitude")
_UNIT = re.compile(r"[\s_(\[]+(m|ft|feet|km|kt|kts|knots|m/s|mps|km/h|kmh|deg|utc|s)[)\]]?$", re.IGNORECASE)
_UNITS = {"feet": "ft", "kts": "kt", "knots": "kt", "mps": "m/s", "kmh": "km/h"}


@dataclass(frozen=True)
class Reading:
    """How a file is to be read where it does not say.

    Attributes
    ----------
    ahead : float
        How much (s) the clock of times without a zone is ahead of UTC.
    altitude_unit : {'m', 'ft'}, optional
    speed_unit : {'m/s', 'kt', 'km/h'}, optional
    swap : bool
        Latitude and longitude are exchanged throughout the file.
    """

    ahead: float = 0.0
    altitude_unit: str | None = None
    speed_unit: str | None = None
    swap: bool = False


def columns_of(source: Source, encoding: str | None) -> tuple[Rows, dict[str, Sequence[str]], dict[str, str]]:
    """Line of each row, cells of each column that is known, and the unit that its heading names or implies."""
    if source.kind != "csv":
        raise InputError(source.file, "no table of positions", "Save it as CSV, with a first line of headings.")
    text = text_of(source, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as problem:
        raise InputError(f"{source.file}:{reader.line_num}", f"no table ({problem})", "Save it as CSV again.") from None
    if rows and re.fullmatch(r"sep=.?", "".join(rows[0][1]).strip(), re.IGNORECASE):
        del rows[0]
    if not rows:
        raise InputError(source.file, "is empty", "Save it again.")
    (first, heading), rows = rows[0], rows[1:]
    known, units = headings(heading, f"{source.file}:{first}")
    if not rows:
        raise InputError(source.file, "has a heading and no lines", "Save it again.")
    if len(rows) > MOST_POSITIONS:
        reason = f"{len(rows):,} lines, more than {MOST_POSITIONS:,}"
        raise InputError(source.file, reason, "Cut out the time or the area that you need.")
    lines = np.array([line for line, _ in rows], dtype=np.int64)
    width = len(heading)
    counts = np.array([len(row) for _, row in rows], dtype=np.int64)
    full = [row if len(row) == width else [*row, *[""] * width][:width] for _, row in rows]
    table = list(zip_longest(*full, fillvalue=""))
    cells: dict[str, Sequence[str]] = {name: [cell.strip() for cell in table[k]] for name, k in known.items()}
    cells["cells"] = [str(count) if count != width else "" for count in counts.tolist()]
    cells["width"] = [str(width)]
    return lines, cells, units


def headings(cells: Sequence[str], place: str) -> tuple[dict[str, int], dict[str, str]]:
    """Index of each known column in a heading, and its unit.

    Raises
    ------
    InputError
        For a heading without what positions need.
    """
    if len(cells) > MOST_COLUMNS:
        raise InputError(place, f"{len(cells):,} columns", "It is no table of positions; save the right one.")
    if cells and cells[0].strip() == "MSG":
        reason = "BaseStation messages, which have no headings"
        raise InputError(place, reason, "Convert them to a table with one line of headings, one position a line.")
    bare, said = [], []
    for cell in cells:
        words = plain(cell, 60).strip().lower()
        unit = _UNIT.search(words)
        bare.append(re.sub(r"[^a-z0-9]", "", words[: unit.start()] if unit else words))
        said.append(_UNITS.get(unit[1].lower(), unit[1].lower()) if unit else "")
    known, units = {}, {}
    for column, names in COLUMNS.items():
        for name, implied in names:
            if name in bare:
                known[column] = bare.index(name)
                units[column] = said[known[column]] or implied
                break
    if "altitude" in known and not units["altitude"] and "groundspeed" in bare:
        units["altitude"] = "ft"  # as the library traffic has them, together
    lacking = [name for name in NEEDED if name not in known]
    if lacking:
        given = listed([plain(cell, 30) for cell in cells[:30]])
        reason = f"no column for {' and '.join(lacking)} in the heading ({given})"
        remedy = "The first line names the columns: timestamp, icao24, latitude, longitude, altitude, ..."
        raise InputError(place, reason, remedy)
    return known, units


def height_factor(file: str, units: dict[str, str], asked: str | None) -> float:
    """Meters of one unit of the heights; InputError where nobody says which it is, or two say different ones."""
    said = units["altitude"]
    if asked is None and said not in TO_METERS:
        reason = "does not say whether its heights are feet or meters"
        raise InputError(
            file, reason, 'Say altitude_unit = "ft" or "m", or write altitude_ft or altitude_m above them.'
        )
    if asked is not None and said in TO_METERS and said != asked:
        reason = f"the heading says that heights are in {said}, altitude_unit that they are in {asked}"
        raise InputError(file, reason, "Take altitude_unit out, or correct the heading.")
    return TO_METERS[asked or said]


def speed_factor(
    units: dict[str, str], asked: str | None, columns: dict[str, Sequence[str]], account: Account
) -> float:
    """Meters a second of one unit of the speeds; nan where nobody says which it is."""
    if "speed" not in columns:
        return math.nan
    unit = asked or units["speed"]
    if unit not in TO_SPEED:
        account.remarks.append("speeds without a unit are not held against the positions: speed_unit says which it is")
        return math.nan
    return TO_SPEED[unit]


def refuse_exchanged(file: str, lat: Floats, lon: Floats) -> None:
    """InputError where most latitudes are beyond 90 degrees and their longitudes are not."""
    known = np.isfinite(lat) & np.isfinite(lon)
    beyond = known & (np.abs(lat) > 90.0) & (np.abs(lat) <= 360.0) & (np.abs(lon) <= 90.0)
    if known.any() and float(beyond.sum()) > 0.5 * float(known.sum()):
        reason = "most latitudes are beyond 90 degrees: latitude and longitude are exchanged"
        raise InputError(file, reason, "Exchange the two headings; an import takes --swap.")
