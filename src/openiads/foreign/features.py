"""What files of other programs are read into: points, lines and areas, and an account of what was left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.slips import FORBIDDEN

#: Features that a scenario takes; a list of TOML holds no more (`base.toml.MOST_ITEMS`).
MOST_FEATURES = 1000
#: Positions kept of all features together.
MOST_POSITIONS = 5_000_000
FARTHEST_UP = 1e9  # m; a height beyond is no number of this world, and sums of them overflow
LONGEST_TEXT = 200  # characters of a property that are kept
MOST_REASONS = 30  # told one by one
SHOWN = 3  # places named of what was left out for one reason
LONGITUDE_FIRST = "Longitude comes first in this format"

Places = NDArray[np.float64]  # (n, 3): latitude, longitude (degrees), height (m; nan where there is none)
Heights = Literal["sea", "ground", "none"]


def plain(text: str, most: int = LONGEST_TEXT) -> str:
    """Text of a file in one line, without what a scenario may not hold, and not too long."""
    if text.isascii() and text.isprintable() and len(text) <= most:
        return " ".join(text.split())
    lone = text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text
    words = " ".join(FORBIDDEN.sub(" ", lone.replace("\r", " ").replace("\n", " ").replace("\t", " ")).split())
    return words if len(words) <= most else words[: most - 3].rstrip() + "..."


@dataclass(frozen=True, eq=False)
class Feature:
    """One thing of a file.

    Attributes
    ----------
    kind : {'point', 'line', 'area'}
    name : str
        Empty where the file has none.
    places : Places
        One row of a point, the corners of an area (its last not its first again).
    where : str
        In the file, for messages: "feature 3", "line 12".
    about : Mapping of str to str
        Its properties, names in small letters.
    heights : {'sea', 'ground', 'none'}
        What its heights are measured from; none: they say nothing.
    times : NDArray, optional
        UTC of each row of `places`, seconds since 1970.
    holes : int
        Of an area.
    """

    kind: Literal["point", "line", "area"]
    name: str
    places: Places
    where: str
    about: Mapping[str, str] = field(default_factory=dict)
    heights: Heights = "none"
    times: NDArray[np.float64] | None = None
    holes: int = 0


@dataclass(frozen=True)
class Choice:
    """Which features of a file are taken.

    Attributes
    ----------
    limit : int, optional
        At most so many, the first of the file; None: all, and an error if they are more than a scenario takes.
    bounds : tuple of float, optional
        South, west, north, east, degrees; what has no position within is left out. West may be east of east.
    only : tuple of (str, str)
        Property and value: all of them must hold.
    swap : bool
        Latitude and longitude are exchanged throughout the file.
    """

    limit: int | None = None
    bounds: tuple[float, float, float, float] | None = None
    only: tuple[tuple[str, str], ...] = ()
    swap: bool = False


class Gathering:
    """The features of one file that are taken, and what was not.

    Parameters
    ----------
    file : str
        Name for messages.
    choice : Choice
    longitude_first : bool
        Whether the format has the longitude first.
    """

    def __init__(self, file: str, choice: Choice, *, longitude_first: bool = True) -> None:
        self.file = file
        self.choice = choice
        self.taken: list[Feature] = []
        self.remarks: list[str] = []
        self.zero: float | None = None  # UTC (s) of second 0, where the file has one
        self._first = longitude_first
        self._left: dict[str, tuple[int, list[str]]] = {}
        self._nowhere: list[str] = []
        self._odd_heights = 0
        self._usable = 0
        self._positions = 0

    def leave_out(self, reason: str, where: str, count: int = 1) -> None:
        """Account for something that is not taken."""
        if reason not in self._left and len(self._left) >= MOST_REASONS:
            reason = "other reasons"
        known, places = self._left.get(reason, (0, []))
        self._left[reason] = (known + count, places if len(places) >= SHOWN else [*places, where])

    def take(self, feature: Feature) -> None:
        """Take a feature, if it is one of those that are asked for; InputError for coordinates that are none."""
        if not np.isfinite(feature.places[:, :2]).all():
            self.leave_out("a coordinate that is no number", feature.where)
            return
        placed = self._placed(feature)
        if not self._wanted(placed):
            return
        self._usable += 1
        if self.choice.limit is not None and self._usable > self.choice.limit:
            self.leave_out(f"beyond the limit of {self.choice.limit:,}", feature.where)
            return
        if self._usable > MOST_FEATURES:
            return  # counted on, so that the message can say how many there are
        self._positions += len(placed.places)
        if self._positions > MOST_POSITIONS:
            reason = f"more than {MOST_POSITIONS:,} positions"
            raise InputError(self.file, reason, "Take a part of it: --bounds, --only or --limit.")
        if (odd := np.abs(placed.places[:, 2]) > FARTHEST_UP).any():
            self._odd_heights += int(odd.sum())
            places = placed.places.copy()
            places[odd, 2] = math.nan
            placed = replace(placed, places=places)
        if not placed.places[:, :2].any():
            self._nowhere.append(feature.where)
        self.taken.append(placed)

    def _placed(self, feature: Feature) -> Feature:
        """The feature with its positions on earth, longitudes within 180 degrees."""
        places = feature.places
        if self.choice.swap:
            places = places[:, [1, 0, 2]]
        size = np.abs(places[:, :2]).max(axis=0)
        if size[0] > 90.0 or size[1] > 360.0:
            row = int(np.argmax((np.abs(places[:, 0]) > 90.0) | (np.abs(places[:, 1]) > 360.0)))
            raise self._beyond(feature.where, float(places[row, 0]), float(places[row, 1]))
        if size[1] > 180.0:
            places = places.copy()
            outside = np.abs(places[:, 1]) > 180.0
            places[outside, 1] = (places[outside, 1] + 180.0) % 360.0 - 180.0
        return feature if places is feature.places else replace(feature, places=places)

    def _beyond(self, where: str, lat: float, lon: float) -> InputError:
        place = f"{self.file}: {where}"
        if abs(lat) > 360.0 or abs(lon) > 360.0:
            reason = f"{lat:g}, {lon:g} are no degrees; they look like meters of a projected system"
            return InputError(place, reason, "Save the file with longitude and latitude on WGS 84 (EPSG:4326).")
        reason = f"latitude {lat:g} is beyond 90 degrees"
        if abs(lon) > 90.0:
            return InputError(place, reason, "Correct it.")
        first = f"{LONGITUDE_FIRST}: if" if self._first else "If"
        return InputError(place, reason, f"{first} both are exchanged throughout, say --swap.")

    def _wanted(self, feature: Feature) -> bool:
        for key, value in self.choice.only:
            if feature.about.get(key, "").casefold() != value.casefold():
                self.leave_out(f"{key} is not {value}", feature.where)
                return False
        if self.choice.bounds is None:
            return True
        south, west, north, east = self.choice.bounds
        lat, lon = feature.places[:, 0], feature.places[:, 1]
        across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        if not bool(((lat >= south) & (lat <= north) & across).any()):
            self.leave_out("outside the bounds", feature.where)
            return False
        return True

    def finish(self) -> None:
        """InputError where nothing was taken, or more than a scenario takes."""
        if self.choice.limit is None and self._usable > MOST_FEATURES:
            reason = f"{self._usable:,} features, more than the {MOST_FEATURES:,} that a scenario takes"
            raise InputError(self.file, reason, "Take a part: --bounds, --only, or the first ones with --limit.")
        if self._nowhere:
            shown = ", ".join(self._nowhere[:SHOWN]) + (", ..." if len(self._nowhere) > SHOWN else "")
            self.remarks.append(f"at 0 N 0 E, as if a position had never been filled in: {shown}")
        if self._odd_heights:
            reason = f"heights beyond {FARTHEST_UP / 1000.0:,.0f} km are none and are ignored: {self._odd_heights:,}"
            self.remarks.append(reason)
        if not self.taken:
            told = f" ({'; '.join(self.left_out())})" if self._left else ""
            raise InputError(
                self.file, f"holds nothing that a scenario takes{told}", "Points, lines and areas are taken."
            )

    def left_out(self) -> list[str]:
        """What was not taken and why, a line for each reason."""
        return [
            f"{count:,} left out: {reason} ({', '.join(places)}{', ...' if count > len(places) else ''})"
            for reason, (count, places) in self._left.items()
        ]


def array(rows: Sequence[Sequence[float]]) -> Places:
    """Positions from rows of latitude, longitude and perhaps a height."""
    made = np.full((len(rows), 3), math.nan)
    for k, row in enumerate(rows):
        made[k, : min(len(row), 3)] = row[:3]
    return made


def open_ring(places: Places) -> Places:
    """Corners of a ring without the last one, where that is the first again."""
    closed = len(places) > 1 and bool((places[0, :2] == places[-1, :2]).all())
    return places[:-1] if closed else places
