"""One replication as things that move, things that stand, engagements and events: what every format writes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.lines import Line
from openiads.faces.export.about import About
from openiads.faces.words import text
from openiads.world.codes import Event, Identity, Side, ThreatClass

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Longitude and latitude (degrees), height (m).
Spot = tuple[float, float, float]

#: Kinds of event that the pictures mark; ``events.csv`` has all.
MARKED = (Event.LAUNCH, Event.INTERCEPT, Event.TERMINAL, Event.DAMAGE, Event.ELEMENT_DOWN, Event.FALSE_TRACK)


@dataclass(frozen=True)
class Mover:
    """Something with a path.  kind : flight, round, track (of a command post), radar track, ship

    line : positions kept; seen : positions recorded; beliefs : (time, what is believed from then on)
    """

    id: str
    kind: str
    name: str
    side: Side
    what: ThreatClass
    line: Line
    seen: int
    facts: dict[str, Any] = field(default_factory=dict)
    beliefs: list[tuple[float, Identity]] = field(default_factory=list)
    unit: int = -1  #: of a round: row of the fire unit that launched it, and of the flight it was launched at
    flight: int = -1  #: of a track: row of the flight that most of its updates came from, -1 for none
    radar: int = -1  #: of a radar track: row of the radar that holds it

    @property
    def start(self) -> float:
        """s, of the first position."""
        return round(float(self.line.times[0]), 6)

    @property
    def end(self) -> float:
        """s, of the last position."""
        return round(float(self.line.times[-1]), 6)

    def spots(self) -> Iterator[tuple[float, Spot]]:
        """Times and positions, rounded to a microsecond, a centimeter and a centimeter."""
        line = self.line
        for time, *spot in zip(
            line.times.tolist(), line.longitudes.tolist(), line.latitudes.tolist(), line.heights.tolist(), strict=True
        ):
            yield round(time, 6), rounded((spot[0], spot[1], spot[2]))

    def at(self, time: float) -> Spot:
        """Where it is at a time; held at the ends."""
        return self.all_at(np.array([time]))[0]

    def all_at(self, times: np.ndarray) -> list[Spot]:
        """Where it is at each of many times."""
        line = self.line
        lon = (np.interp(times, line.times, self._unwrapped) + 180.0) % 360.0 - 180.0
        lat, height = (np.interp(times, line.times, column) for column in (line.latitudes, line.heights))
        return [rounded(spot) for spot in zip(lon.tolist(), lat.tolist(), height.tolist(), strict=True)]

    @cached_property
    def _unwrapped(self) -> np.ndarray:
        """Longitudes without the jump at the antimeridian."""
        return np.unwrap(self.line.longitudes, period=360.0)


@dataclass(frozen=True)
class Place:
    """Something on the ground.  kind : site, asset, post, radar, fire unit; radius : m, 0 for a point."""

    id: str
    kind: str
    name: str
    spot: Spot
    radius: float = 0.0


@dataclass
class Engagement:
    """From an assignment of a flight to a fire unit to its release; times in s, nan for never.

    shooter, target : id of the thing that the unit stands on or is, and of the flight; empty for none in the air
    unit_row, flight_row : their rows, -1 for a flight that never was
    unit_at, target_at : where the unit stands and where the target is at the last intercept, else at the end
    """

    id: str
    unit: str
    flight: str
    shooter: str
    target: str
    track: int
    number: int
    assigned: float
    acquired: float = math.nan
    launched: float = math.nan
    intercepted: float = math.nan
    assessed: float = math.nan
    released: float = math.nan
    rounds: int = 0
    kills: int = 0
    verdict: str = ""
    end: float = math.nan
    unit_at: Spot | None = None
    target_at: Spot | None = None
    unit_row: int = -1
    flight_row: int = -1


@dataclass(frozen=True)
class Moment:
    """One key event; row : as stored (dtype EVENT); spot : where, None if nowhere."""

    row: np.void
    kind: Event
    words: str
    spot: Spot | None

    @property
    def time(self) -> float:
        """s."""
        return round(float(self.row["time"]), 6)


@dataclass(frozen=True)
class Story:
    """Everything an export writes; ``run`` for what only tables hold."""

    about: About
    names: dict[str, list[str]]
    flights: list[Mover]
    rounds: list[Mover]
    tracks: list[Mover]
    radar_tracks: list[Mover]
    ships: list[Mover]
    places: list[Place]
    engagements: list[Engagement]
    moments: list[Moment]
    run: Run
    log: np.ndarray  #: the replication's own events, all that were recorded (dtype EVENT)

    @property
    def picture(self) -> list[Mover]:
        """What moves in a picture: flights, rounds, ships, and the tracks of the command posts."""
        return [*self.flights, *self.rounds, *self.tracks, *self.ships]

    @property
    def marked(self) -> list[tuple[int, Moment, Spot]]:
        """Number, event and place of what a picture marks."""
        return [(k, m, m.spot) for k, m in enumerate(self.moments) if m.kind in MARKED and m.spot is not None]


def rounded(spot: Spot) -> Spot:
    """A position to a centimeter."""
    return round(spot[0], 7) + 0.0, round(spot[1], 7) + 0.0, round(spot[2], 2) + 0.0  # never -0.0


def word(code: Enum) -> str:
    """A code of ``world.codes`` as words."""
    return text.words(code.name)
