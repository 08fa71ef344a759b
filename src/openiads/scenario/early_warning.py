"""Early warning from elsewhere: a sensor in the air or far off, and the post that it reports to."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from openiads.base.fields import refusal
from openiads.scenario.measures import (
    Altitude,
    Azimuth,
    Duration,
    Key,
    Measure,
    Name,
    Part,
    Position,
    Probability,
    Reach,
    Route,
)

GRAVITY = 9.80665  # m/s2
STEEPEST = 2.0  # load factor of a turn: a bank of 60 degrees
#: What each carrier must have and what it may not.
NEEDS = {"aircraft": ("altitude", "speed"), "aerostat": ("at", "height"), "ground": ("at",), "ship": ("at",)}
FOREIGN = {
    "aircraft": ("height", "course"),
    "aerostat": ("orbit", "altitude", "speed", "course"),
    "ground": ("orbit", "altitude", "speed", "course"),
    "ship": ("orbit", "altitude"),
}


class EarlyWarning(Part):
    """A radar in the air or far off whose plots go to the post of a site or command.

    Attributes
    ----------
    name : Name
    radar : Key
        Catalog entry.
    reports_to : Key
        Name of the site or command whose post hears it; what is above that hears it through its links.
    carrier : {'aircraft', 'aerostat', 'ground', 'ship'}
        An aircraft on a racetrack, a tethered balloon, a mast on the ground, or a ship.
    at : Position, optional
        Where it stands; of an aircraft the center of a circle, of a ship where it starts.
    orbit : Route
        Of an aircraft: the centers of the two turns of its racetrack.
    altitude : Altitude, optional
        Of an aircraft, above the sea.
    height : float, optional
        Of the antenna above the ground or the waterline (None: the catalog's; a balloon needs it).
    speed : float, optional
        Over the ground, m/s, of an aircraft or ship.
    course : Azimuth, optional
        Of a ship under way.
    turns : {'left', 'right'}
        Of the racetrack.
    turn_radius : Reach
    facing : Azimuth
        Of an antenna that does not turn, at the start; it turns with its carrier.
    blind_in_turns : bool
        Whether it sees nothing while its aircraft turns.
    on_station : Duration
        It looks from then on.
    off_station : Duration, optional
        Until then.
    availability : Probability
        That it is on station at all, drawn once a replication.
    delay : float, optional
        Of a report to its post, s (None: that of the post's own radars).
    loss : Probability, optional
        Share of reports that are lost (None: that of the post's own radars).
    range : Reach, optional
        Beyond it from the post nothing is heard.
    """

    name: Name
    radar: Key
    reports_to: Key
    carrier: Literal["aircraft", "aerostat", "ground", "ship"] = "aircraft"
    at: Position | None = None
    orbit: Annotated[Route, Field(max_length=2)] = ()
    altitude: Altitude | None = None
    height: Annotated[float, Measure("length", 0.5, 10_000.0, "3 km")] | None = None
    speed: Annotated[float, Measure("speed", 0.0, 400.0, "170 m/s")] | None = None
    course: Azimuth | None = None
    turns: Literal["left", "right"] = "left"
    turn_radius: Annotated[float, Measure("length", 100.0, 100_000.0, "10 km")] = 10_000.0
    facing: Azimuth = 0.0
    blind_in_turns: bool = False
    on_station: Duration = 0.0
    off_station: Duration | None = None
    availability: Probability = 1.0
    delay: Annotated[float, Measure("time", 0.0, 600.0, "5 s")] | None = None
    loss: Probability | None = None
    range: Reach | None = None

    @model_validator(mode="after")
    def _fits_its_carrier(self) -> Self:
        for key in NEEDS[self.carrier]:
            if getattr(self, key) is None:
                raise refusal(f'carrier = "{self.carrier}" needs {key}', f"Add {key}.", "carrier")
        for key in FOREIGN[self.carrier]:
            if getattr(self, key) not in (None, ()):
                raise refusal(f'does not go with carrier = "{self.carrier}"', f"Leave {key} out.", key)
        if self.carrier == "aircraft" and (self.at is None) != bool(self.orbit):
            reason = "both at and orbit are given" if self.orbit else "neither orbit nor at is given"
            remedy = 'Give orbit = ["...", "..."], the centers of its two turns, or at, the center of a circle.'
            raise refusal(reason, remedy, *(["at"] if self.orbit else []))
        if self.carrier == "ship" and (self.course is None) != (self.speed is None):
            key = "course" if self.speed is None else "speed"
            raise refusal("a ship under way needs both course and speed", "Give both or neither.", key)
        if self.carrier == "aircraft":
            self._can_turn()
        if self.off_station is not None and self.off_station <= self.on_station:
            raise refusal("it leaves before it comes", "Give off_station a later time than on_station.", "off_station")
        return self

    def _can_turn(self) -> None:
        speed = self.speed or 0.0
        if not speed > 0.0:
            raise refusal("an aircraft cannot stand still", 'Give speed = "170 m/s".', "speed")
        lateral = speed * speed / (self.turn_radius * GRAVITY)
        if math.hypot(1.0, lateral) > STEEPEST:
            least = speed * speed / (GRAVITY * math.sqrt(STEEPEST * STEEPEST - 1.0))
            reason = f"turns of {math.hypot(1.0, lateral):.1f} g at this speed"
            raise refusal(reason, f"Give a turn_radius of {least / 1000:.1f} km or more.", "turn_radius")

    @property
    def begins(self) -> Position:
        """A place of its way: where it stands or starts, or the center of its first turn."""
        return self.orbit[0] if self.orbit else self.at  # type: ignore[return-value]

    @property
    def moves(self) -> bool:
        """Whether it is somewhere else later."""
        return self.carrier in ("aircraft", "ship") and (self.speed or 0.0) > 0.0

    def roams(self, duration: float) -> float:
        """How far (m) it can come from ``begins`` in a time (s)."""
        if self.carrier != "aircraft":
            return (self.speed or 0.0) * duration
        return 2.0 * self.turn_radius + (_apart(*self.orbit) if self.orbit else 0.0)


def _apart(one: Position, other: Position) -> float:
    """Distance (m) between two places, to half a percent."""
    east = math.remainder(other.longitude - one.longitude, math.tau) * math.cos(0.5 * (one.latitude + other.latitude))
    return 6_378_137.0 * math.hypot(other.latitude - one.latitude, east)
