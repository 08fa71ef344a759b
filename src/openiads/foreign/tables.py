"""Tables as features: an order of battle as CSV, one row a place, whatever its separator and its decimal sign."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence

from openiads.base.errors import InputError, InputErrors
from openiads.base.units import QuantityError, position
from openiads.base.words import listed, nearest
from openiads.foreign.angles import angle, looks_like_mgrs
from openiads.foreign.features import Feature, Gathering, Heights, array, plain
from openiads.foreign.files import Source, text_of

SEPARATORS = ",;\t|"
MOST_COLUMNS = 500
MOST_PROBLEMS = 50
#: Column -> other headings of it, in small letters and without anything but letters and digits.
COLUMNS = {
    "name": ("name", "site", "unit", "designation", "title", "id", "asset", "place", "location", "label", "callsign"),
    "latitude": ("latitude", "lat", "latdeg", "latitudedeg", "latwgs84", "y", "ycoord", "breite"),
    "longitude": (
        "longitude",
        "lon",
        "long",
        "lng",
        "londeg",
        "longitudedeg",
        "lonwgs84",
        "x",
        "xcoord",
        "lange",
        "laenge",
    ),
    "position": ("position", "coordinates", "coordinate", "latlon", "latlong", "at", "coords"),
    "mgrs": ("mgrs", "grid", "gridreference", "usng", "utm", "easting", "northing"),
    "system": ("system", "type", "weaponsystem", "samsystem", "sam", "equipment", "model", "weapon"),
    "role": ("role", "kind", "category", "class", "featuretype"),
    "facing": ("facing", "azimuth", "heading", "orientation", "bearing", "pad"),
    "fire_units": ("fireunits", "units", "batteries", "firechannels"),
    "launchers": ("launchers", "tels", "launchersperunit"),
    "rounds": ("rounds", "missiles", "roundsperlauncher"),
    "reloads": ("reloads", "reload"),
    "mast": ("mast", "mastheight", "antennaheight"),
    "low_altitude": ("lowaltitude", "lowaltituderadar"),
    "defends": ("defends", "protects", "defended"),
    "side": ("side", "coalition", "country", "affiliation", "force", "allegiance"),
    "radius": ("radius", "size"),
    "value": ("value", "weight", "priority"),
    "height": ("height", "altitude", "alt", "elevation", "ele", "msl"),
    "threat": ("threat", "aircraft"),
    "count": ("count", "number", "quantity", "qty"),
}
_HEADINGS = {heading: column for column, headings in COLUMNS.items() for heading in headings}
#: A first line that spreadsheets write to name the separator, without it.
_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
#: Ends of a heading that name a unit: "radius (km)", "alt_ft".
_UNITS = re.compile(r"[\s_(\[]+(m|km|ft|nmi|nm|mi|deg)[)\]]?$", re.IGNORECASE)


def read(source: Source, into: Gathering, encoding: str | None = None) -> None:
    """Read a table's rows.

    Raises
    ------
    InputError
        For a table without columns for places, and for every cell of a place that is none, with its line.
    """
    text = text_of(source, encoding)
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise InputError(f"{source.file}:{reader.line_num}", f"no table ({problem})", "Save it as CSV again.") from None
    if rows and _SEPARATOR.fullmatch("".join(rows[0][1]).strip()):
        del rows[0]
    if not rows:
        raise InputError(source.file, "is empty", "Save the table again.")
    head = _head(rows[0][1], f"{source.file}:{rows[0][0]}")
    if len(rows) == 1:
        raise InputError(source.file, "has a heading and no rows", "Save the table again.")
    problems: list[InputError] = []
    for line, row in rows[1:]:
        try:
            _row(row, head, f"line {line}", into)
        except InputError as problem:
            place = problem.place if problem.place.startswith(source.file) else f"{source.file}:{line}"
            problems.append(InputError(place, problem.reason, problem.remedy))
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise InputErrors(problems)


def separator_of(text: str) -> str:
    """What stands between the cells of a heading: the sign that it holds most often."""
    heading = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    if marked := re.fullmatch(r"sep=(.)", heading.strip() or heading, re.IGNORECASE):
        return marked[1]
    return max(SEPARATORS, key=heading.count)


def heading_of(text: str) -> tuple[str, str]:
    """What a column's heading means, or the heading itself, and the unit that it names."""
    text = plain(text)  # short, because the search takes time as the square of a row of spaces or _
    unit = _UNITS.search(text)
    words = text[: unit.start()] if unit else text
    bare = re.sub(r"[^a-z0-9]", "", words.lower().replace("ä", "a"))
    whole = re.sub(r"[^a-z0-9]", "", text.lower().replace("ä", "a"))
    column = _HEADINGS.get(bare) or _HEADINGS.get(whole)
    return column or plain(text, 60).lower(), {"nm": "nmi"}.get(unit[1].lower(), unit[1].lower()) if unit else ""


def _head(cells: Sequence[str], place: str) -> list[tuple[str, str]]:
    """Column and unit of each cell of a heading; of two columns of one meaning the second keeps its heading."""
    if len(cells) > MOST_COLUMNS:
        raise InputError(place, f"{len(cells):,} columns", "It is no table of places; save the right one.")
    head: list[tuple[str, str]] = []
    for cell in cells:
        column, unit = heading_of(cell)
        taken = column in {name for name, _ in head}
        head.append((plain(cell, 60).lower() if taken else column, unit))
    names = [name for name, _ in head]
    if "position" in names or {"latitude", "longitude"} <= set(names):
        return head
    if "mgrs" in names:
        reason = "gives places as grid references (MGRS, UTM)"
        raise InputError(place, reason, "Convert them to columns latitude and longitude.")
    given = [plain(cell, 30) for cell in cells]
    lacking = [name for name in ("latitude", "longitude") if name not in names]
    near = nearest(lacking[0], [each.lower() for each in given])
    reason = f"no column for {' and '.join(lacking)} in the heading ({listed(given)})"
    raise InputError(place, reason, f"{near}The first row names the columns: name, system, latitude, longitude, ...")


def _row(cells: Sequence[str], head: Sequence[tuple[str, str]], where: str, into: Gathering) -> None:
    row: dict[str, str] = {}
    for (column, unit), cell in zip(head, cells, strict=False):
        if words := plain(cell):
            row[column] = f"{words} {unit}" if unit and re.fullmatch(r"[+-]?[\d.,]+", words) else words
    at = [_bare(row.get(key, "")) for key in ("latitude", "longitude")]
    if not any(at) and not row.get("position"):
        into.leave_out("a row without a place", where)
        return
    lat, lon = (
        _together(row["position"]) if row.get("position") else (angle(at[0], "latitude"), angle(at[1], "longitude"))
    )
    height = _meters(row.get("height", ""))
    about = {key: value for key, value in row.items() if key not in ("latitude", "longitude", "position", "height")}
    heights: Heights = "sea" if math.isfinite(height) else "none"
    into.take(Feature("point", row.get("name", ""), array([[lat, lon, height]]), where, about, heights))


def _bare(text: str) -> str:
    return text.removesuffix(" deg")


def _together(text: str) -> tuple[float, float]:
    """Latitude and longitude of one cell."""
    if looks_like_mgrs(text):
        raise InputError("", f'"{text[:40]}" is a grid reference (MGRS)', "Convert it to latitude and longitude.")
    try:
        lat, lon = position(text)
    except QuantityError as problem:
        raise InputError("", problem.reason, problem.remedy) from None
    return math.degrees(lat), math.degrees(lon)


def _meters(text: str) -> float:
    """A height in meters; nan for none that can be read, which is no part of a place on the ground."""
    found = re.fullmatch(r"([+-]?\d+(?:[.,]\d+)?)\s*(m|km|ft)?", text)
    if found is None:
        return math.nan
    return float(found[1].replace(",", ".")) * {"km": 1000.0, "ft": 0.3048}.get(found[2] or "m", 1.0)
