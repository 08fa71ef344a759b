"""Scenario files of BlueSky as features: aircraft with their waypoints as lines, areas, circles.

The form is BlueSky's own, documented in its wiki and its help texts: a line is `HH:MM:SS.ss>COMMAND arguments`, with
commas or spaces between them; heights are feet or flight levels, speeds calibrated knots or Mach numbers, distances
nautical miles. Only what places aircraft and airspace is read; the rest is accounted for by its command.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass, field

import numpy as np

from openiads.base.errors import InputError, InputErrors
from openiads.earth.atmosphere import atmosphere
from openiads.foreign.features import Feature, Gathering, Heights, array, plain
from openiads.foreign.files import Source, text_of
from openiads.foreign.thin import apart, vectors
from openiads.physics.airspeeds import true_airspeed
from openiads.scenario.aerodromes import aerodrome_of

FOOT, KNOT, MILE = 0.3048, 1852.0 / 3600.0, 1852.0
LEVEL = 100.0 * FOOT  # m of a flight level
FASTEST_MACH = 5.0  # smaller numbers are Mach numbers, as BlueSky reads them
LONGEST_LINE = 10_000
_LINE = re.compile(r"\s*(\d{1,3}):(\d{2}):(\d{2}(?:\.\d*)?)\s*>\s*(.*)", re.ASCII)
_ANGLE = re.compile(r"([NSEW])?([+-]?\d+(?:\.\d*)?)(?:'(\d+(?:\.\d*)?))?(?:'(\d+(?:\.\d*)?)\"?)?", re.IGNORECASE)
AREAS = ("POLY", "POLYALT", "BOX", "CIRCLE", "AREA", "LINE", "POLYLINE")


@dataclass
class _Aircraft:
    """What is known of an aircraft so far."""

    line: int
    start: float
    about: dict[str, str]
    places: list[list[float]] = field(default_factory=list)
    speed: float = math.nan
    goes: list[float] | None = None


class _Reader:
    def __init__(self, file: str, into: Gathering) -> None:
        self.file = file
        self.into = into
        self.aircraft: dict[str, _Aircraft] = {}
        self.fixes: dict[str, tuple[float, float]] = {}

    def command(self, number: int, time: float, text: str) -> None:
        """Take one command; InputError without a place for one that cannot be read."""
        words = [word for word in re.split(r"[,\s]+", text.strip()) if word]
        if not words:
            return
        name, given = words[0].upper(), words[1:]
        if "," in text:  # between commas an argument may be left out
            given = [word.strip() for word in re.split(r"\s*,\s*|\s+", text.strip()[len(words[0]) :].strip(" ,"))]
        if name in ("CRE", "CREATE"):
            self._create(number, time, given)
        elif name in ("ADDWPT", "DEST", "ORIG"):
            self._waypoint(name, given)
        elif len(given) > 1 and given[0].upper() in ("ADDWPT", "DEST", "ORIG") and name in self.aircraft:
            self._waypoint(given[0].upper(), [name, *given[1:]])  # the callsign may come first
        elif name in ("DEFWPT", "DEFFIX"):
            if len(given) < 3:
                raise InputError("", f"{name} without a place", "Write DEFWPT NAME,LAT,LON.")
            self.fixes[given[0].upper()] = _angle(given[1], "latitude"), _angle(given[2], "longitude")
        elif name in AREAS:
            self._area(number, name, given)
        else:
            self.into.leave_out(f"commands that place nothing: {plain(name, 20)}", f"line {number}")

    def _create(self, number: int, time: float, given: list[str]) -> None:
        if len(given) < 4:
            raise InputError("", "CRE without a place", "Write CRE CALLSIGN,TYPE,LAT,LON,HDG,ALT,SPD.")
        call = given[0].upper()
        if call in self.aircraft:
            raise InputError("", f'"{plain(call, 20)}" is created twice', "Give each aircraft its own callsign.")
        lat, lon = _angle(given[2], "latitude"), _angle(given[3], "longitude")
        height = _height(given[5]) if len(given) > 5 else math.nan
        one = _Aircraft(number, time, {"type": plain(given[1], 20)}, [[lat, lon, height]])
        one.speed = _speed(given[6], height) if len(given) > 6 else math.nan
        self.aircraft[call] = one

    def _waypoint(self, name: str, given: list[str]) -> None:
        if len(given) < 2:
            raise InputError("", f"{name} without a place", f"Write {name} CALLSIGN,LAT,LON or the name of a fix.")
        one = self.aircraft.get(given[0].upper())
        if one is None:
            raise InputError("", f'{name} of "{plain(given[0], 20)}", which is not created', "Create it before.")
        place, rest = self._place(given[1:])
        if name == "ADDWPT":
            height = _height(rest[0]) if rest and rest[0] else math.nan
            one.places.append([*place, height if math.isfinite(height) else one.places[-1][2]])
        elif name == "DEST":
            one.goes = [*place, one.places[-1][2]]

    def _place(self, given: list[str]) -> tuple[tuple[float, float], list[str]]:
        """A place of two angles, or of the name of a fix that the file defines or of a packaged airport."""
        if _ANGLE.fullmatch(given[0]) and len(given) > 1:
            return (_angle(given[0], "latitude"), _angle(given[1], "longitude")), given[2:]
        fix = self.fixes.get(given[0].upper())
        if fix is not None:
            return fix, given[1:]
        port = aerodrome_of(given[0])
        if port is None:
            reason = f'"{plain(given[0], 20)}" is no fix that the file defines, and no packaged airport'
            raise InputError("", reason, "Define it: 00:00:00.00>DEFWPT NAME,LAT,LON.")
        return (math.degrees(port.latitude), math.degrees(port.longitude)), given[1:]

    def _area(self, number: int, name: str, given: list[str]) -> None:
        about: dict[str, str] = {}
        if name in ("AREA", "LINE", "POLYLINE") or not given:
            self.into.leave_out(f"commands that place nothing: {name}", f"line {number}")
            return
        label, rest = plain(given[0], 60), given[1:]
        if name == "POLYALT":
            about |= _between(rest[:2])
            rest = rest[2:]
        if name == "CIRCLE":
            if len(rest) < 3:
                raise InputError("", "CIRCLE without a place or a radius", "Write CIRCLE NAME,LAT,LON,RADIUS.")
            about |= {"radius": f"{_number(rest[2]) * MILE:.0f} m"} | _between(rest[3:5])
            places = [[_angle(rest[0], "latitude"), _angle(rest[1], "longitude")]]
            self.into.take(Feature("point", label, array(places), f"line {number}", {"role": "zone"} | about))
            return
        corners = rest[:4] if name == "BOX" else rest
        if name == "BOX":
            about |= _between(rest[4:6])
        if len(corners) % 2 or len(corners) < (4 if name == "BOX" else 6):
            reason = f"{name} with {len(corners)} numbers for its corners"
            raise InputError("", reason, "Give a latitude and a longitude of each corner.")
        places = [
            [_angle(corners[k], "latitude"), _angle(corners[k + 1], "longitude")] for k in range(0, len(corners), 2)
        ]
        if name == "BOX":
            (south, west), (north, east) = places
            places = [[south, west], [south, east], [north, east], [north, west]]
        self.into.take(Feature("area", label, array(places), f"line {number}", {"role": "zone"} | about))

    def finish(self) -> None:
        """The aircraft as lines."""
        for call, one in self.aircraft.items():
            if one.goes is not None and one.goes[:2] != one.places[-1][:2]:
                one.places.append([*one.goes[:2], one.places[-1][2]])
            where = f"line {one.line}"
            if len(one.places) < 2:
                self.into.leave_out("an aircraft without a waypoint or a destination", where)
                continue
            places = array(one.places)
            heights: Heights = "sea" if bool(np.isfinite(places[:, 2]).any()) else "none"
            legs = apart(vectors(places)[1:], vectors(places)[:-1])
            times = None
            if math.isfinite(one.speed):
                times = one.start + np.concatenate([[0.0], np.cumsum(legs)]) / one.speed
            self.into.take(Feature("line", call, places, where, one.about, heights, times))


def read(source: Source, into: Gathering, encoding: str | None = None) -> None:
    """Read a scenario file.

    Raises
    ------
    InputErrors
        For every line that cannot be read, with its number.
    """
    reader = _Reader(source.file, into)
    problems: list[InputError] = []
    for number, line in enumerate(io.StringIO(text_of(source, encoding)), 1):
        text = line.split("#", 1)[0].strip()[:LONGEST_LINE]
        if not text:
            continue
        found = _LINE.fullmatch(text)
        try:
            if found is None:
                raise InputError("", "no line of a scenario of BlueSky", "Write 00:00:00.00>COMMAND arguments.")
            time = int(found[1]) * 3600.0 + int(found[2]) * 60.0 + float(found[3])
            reader.command(number, time, found[4])
        except InputError as problem:
            problems.append(InputError(f"{source.file}:{number}", problem.reason, problem.remedy))
    if problems:
        raise InputErrors(problems)
    reader.finish()
    if any(math.isfinite(one.speed) for one in reader.aircraft.values()):
        into.remarks.append("speeds over the ground are those of the air in the standard atmosphere, without wind")


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("", f'"{plain(text, 20)}" is no number', "Correct it.")
    return value


def _angle(text: str, axis: str) -> float:
    """Degrees of 52.3, N52.3, S05'12'30.5 and the like."""
    found = _ANGLE.fullmatch(text.strip())
    if found is None:
        raise InputError("", f'"{plain(text, 20)}" is no {axis}', "Write decimal degrees, 52.31.")
    side = (found[1] or "").upper()
    if side and (side in "NS") != (axis == "latitude"):
        raise InputError("", f'"{plain(text, 20)}" stands where a {axis} belongs', "The latitude comes first.")
    whole = float(found[2])
    size = abs(whole) + float(found[3] or 0.0) / 60.0 + float(found[4] or 0.0) / 3600.0
    return -size if side in ("S", "W") or found[2].startswith("-") else size


def _height(text: str) -> float:
    """Meters of a flight level (FL350) or of feet (35000); nan for an empty text."""
    words = text.strip().upper()
    if not words:
        return math.nan
    if words.startswith("FL"):
        return _number(words[2:]) * LEVEL
    return _number(words) * FOOT


def _speed(text: str, height: float) -> float:
    """True air speed (m/s) of calibrated knots or a Mach number at a height; nan where there is none."""
    words = text.strip().upper().removeprefix("M")
    if not words:
        return math.nan
    value = _number(words)
    at = height if math.isfinite(height) else 0.0
    sound = float(atmosphere(at)[3])
    if value <= 0.0:
        return math.nan
    if value < FASTEST_MACH:
        return value * sound
    if text.strip().upper().startswith("M"):
        return value / 100.0 * sound  # M78
    return true_airspeed(value * KNOT, at)


def _between(given: list[str]) -> dict[str, str]:
    """Floor and ceiling of two heights, in either order."""
    told = sorted(each for text in given if math.isfinite(each := _height(text)))
    if len(told) < 2:
        return {}
    return {"floor": f"{told[0]:.1f} m", "ceiling": f"{told[1]:.1f} m"}
