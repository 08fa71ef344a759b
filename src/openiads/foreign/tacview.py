"""Tacview recordings (ACMI 2, text) as features: aircraft as lines with times, ground units and buildings as points.

Source of the form: Tacview's technical reference of ACMI 2.2. Altitudes are meters above the sea. A recording that
was begun in the middle, frames that go back in time, and objects that come back after their removal are read.
"""

from __future__ import annotations

import io
import math
from array import array as numbers
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from openiads.base.errors import InputError
from openiads.foreign.features import Feature, Gathering, plain
from openiads.foreign.files import Source, marked, utc

#: Seconds between positions of an object that are looked at: recordings hold ten and more a second.
SPACING = 1.0
MOST_OBJECTS = 100_000
MOST_POSITIONS = 5_000_000
LONGEST_LINE = 1_000_000
LARGEST_NUMBER = 1e15
DEFENDED = ("Building", "Aerodrome", "Airport", "Bridge", "Static", "Infrastructure")
#: Properties of the recording itself that are used.
GLOBAL = ("ReferenceTime", "ReferenceLongitude", "ReferenceLatitude", "DataSource")
KEPT = ("Type", "Name", "Pilot", "CallSign", "Group", "Coalition", "Color", "Country")


@dataclass
class _Object:
    """What is known of an object so far; its positions as flat arrays of numbers.

    Attributes
    ----------
    line : int
        On which it appeared.
    about : dict of str to str
    now : list of float
        Longitude, latitude, altitude, which a frame may give in part.
    times, spots : array
        s from the reference; longitude, latitude and altitude one after the other.
    """

    line: int
    about: dict[str, str] = field(default_factory=dict)
    now: list[float] = field(default_factory=lambda: [math.nan] * 3)
    times: numbers[float] = field(default_factory=lambda: numbers("d"))
    spots: numbers[float] = field(default_factory=lambda: numbers("d"))


class _Recording:
    def __init__(self, file: str) -> None:
        self.file = file
        self.about: dict[str, str] = {}
        self.done: list[_Object] = []
        self.flying: dict[str, _Object] = {}
        self.time = 0.0
        self.odd: Counter[str] = Counter()
        self.first_odd: dict[str, int] = {}
        self.backwards = 0
        self._positions = 0

    def line(self, number: int, text: str) -> None:
        """Take one line of the recording."""
        if text.startswith("#"):
            time = _number(text[1:])
            if not math.isfinite(time):
                self._not_read("a time that is none", number)
            else:
                self.time = time
        elif text.startswith("-"):
            gone = self.flying.pop(text[1:].strip(), None)
            if gone is not None:
                self.done.append(gone)
        else:
            head, *parts = _fields(text)
            if head.strip() == "0":
                self._global(parts)
            elif parts:
                self._object(head.strip(), parts, number)
            else:
                self._not_read("a line of another form", number)

    def _not_read(self, what: str, number: int) -> None:
        self.odd[what] += 1
        self.first_odd.setdefault(what, number)

    def _global(self, parts: list[str]) -> None:
        for part in parts:
            key, _, value = part.partition("=")
            if key.strip() in GLOBAL:
                self.about[key.strip()] = plain(value)

    def _object(self, name: str, parts: list[str], number: int) -> None:
        if len(name) > 40:
            self._not_read("a line of another form", number)
            return
        one = self.flying.get(name)
        if one is None:
            if len(self.flying) + len(self.done) >= MOST_OBJECTS:
                raise InputError(self.file, f"more than {MOST_OBJECTS:,} objects", "Cut out the part that you need.")
            one = self.flying[name] = _Object(number)
        for part in parts:
            key, sign, value = part.partition("=")
            if key == "T":
                self._place(one, value, number)
            elif key in KEPT:
                one.about[key.lower()] = plain(value)
            elif not sign:
                self._not_read("a property without a value (decimal commas?)", number)

    def _place(self, one: _Object, value: str, number: int) -> None:
        given = value.split("|")
        if len(given) not in (3, 5, 6, 9):
            self._not_read("a position of another form", number)
            return
        for k in range(3):
            if given[k].strip():
                one.now[k] = _number(given[k])
        if not all(map(math.isfinite, one.now[:2])):
            return
        if one.times and self.time < one.times[-1]:
            self.backwards += 1
            return
        if len(one.times) > 1 and one.times[-1] - one.times[-2] < SPACING:
            one.times[-1] = self.time  # the newest position always stands last, so that an object's end is kept
            one.spots[-3:] = numbers("d", one.now)
            return
        self._positions += 1
        if self._positions > MOST_POSITIONS:
            reason = f"more than {MOST_POSITIONS:,} positions, {SPACING:g} s apart"
            raise InputError(self.file, reason, "Cut out the part that you need.")
        one.times.append(self.time)
        one.spots.extend(one.now)


def _fields(text: str) -> list[str]:
    """The parts of a line between commas that no backslash stands before."""
    if "\\" not in text:
        return text.split(",")
    parts, part, at = [], "", 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            part += text[at + 1]
            at += 2
        elif text[at] == ",":
            parts.append(part)
            part, at = "", at + 1
        else:
            part += text[at]
            at += 1
    return [*parts, part]


def _number(text: str) -> float:
    """A number; nan for what is none, or none of this world."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if abs(value) < LARGEST_NUMBER else math.nan


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """Numbered lines after the header; one that ends in a backslash goes on in the next."""
    stream = io.TextIOWrapper(io.BytesIO(source.data), encoding=marked(source.data) or "utf-8", errors="replace")
    held, begun = "", 0
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), 1):
        words = line.rstrip("\r\n")
        if not held:
            begun = number
        if words.endswith("\\") and len(held) < LONGEST_LINE:
            held += words[:-1] + " "
            continue
        whole, held = held + words, ""
        if number > 2 and whole.strip() and not whole.startswith("//"):
            yield begun, whole
        elif number == 2 and not words.startswith("FileVersion=2"):
            reason = f'version "{plain(words.partition("=")[2], 20)}" of the form'
            raise InputError(f"{source.file}:2", reason, "Open it in Tacview and save it as version 2.")


def read(source: Source, into: Gathering) -> None:
    """Read a recording.

    Raises
    ------
    InputError
        For another version of the form, or more than can be held.
    """
    recording = _Recording(source.file)
    for number, text in _lines(source):
        recording.line(number, text)
    zero = utc(recording.about.get("ReferenceTime"))
    into.zero = zero if math.isfinite(zero) else None
    east, north = (_number(recording.about.get(f"Reference{axis}", "0")) for axis in ("Longitude", "Latitude"))
    origin = (0.0 if math.isnan(north) else north, 0.0 if math.isnan(east) else east)
    for what, count in recording.odd.items():
        into.leave_out(what, f"line {recording.first_odd[what]}", count)
    if recording.backwards:
        into.leave_out("a position before the one that was read last", "out of order", recording.backwards)
    own = recording.about.get("DataSource", "").startswith("openiads")
    for one in sorted([*recording.done, *recording.flying.values()], key=lambda each: each.line):
        if own and "/" in one.about.get("name", "") and "Ground" in one.about.get("type", ""):
            into.leave_out("fire units and radars, which a site brings with it", f"line {one.line}")
        else:
            _take(one, origin, zero, into)


def _take(one: _Object, origin: tuple[float, float], zero: float, into: Gathering) -> None:
    """An object as a feature: what flies as a line, what stands as a point, by its type."""
    where = f"line {one.line}"
    tags = set(one.about.get("type", "").replace(" ", "+").split("+"))
    flies, stands = "Air" in tags, "Ground" in tags and bool(tags & {"AntiAircraft", *DEFENDED})
    if not one.times or not (flies or stands):
        into.leave_out(_why_not(one, tags), where)
        return
    spots = np.frombuffer(one.spots, dtype=np.float64).reshape(-1, 3)
    places = np.column_stack([spots[:, 1] + origin[0], spots[:, 0] + origin[1], spots[:, 2]])
    about = dict(one.about)
    name = one.about.get("callsign") or one.about.get("pilot") or one.about.get("name", "")
    if stands:
        about["role"] = "site" if "AntiAircraft" in tags else "asset"
        into.take(Feature("point", one.about.get("name", name), places[:1], where, about, "sea"))
        return
    times = np.frombuffer(one.times, dtype=np.float64) + (zero if math.isfinite(zero) else 0.0)
    into.take(Feature("line", name, places, where, about, "sea", times))


def _why_not(one: _Object, tags: set[str]) -> str:
    if not one.times:
        return "an object that is nowhere"
    if "Weapon" in tags or "Projectile" in tags:
        return "weapons and projectiles: a scenario makes its own"
    kind = one.about.get("type", "")
    return f"neither an aircraft nor a site nor a building: {kind}" if kind else "an object without a type"
