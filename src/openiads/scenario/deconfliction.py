"""What parties tell one another, and the orders that go with places: hotlines, zones, and where flights come from.

Otherwise as `scenario.model`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from openiads.base.fields import refusal
from openiads.scenario.measures import Altitude, Duration, Key, Measure, Name, Names, Part, Position, Probability, Reach

MOST_CORNERS = 8  # places of an area or a route, as many as a row holds
HIGHEST = 100_000.0  # m

Places = Annotated[tuple[Position, ...], Strict(False), Field(max_length=MOST_CORNERS)]


class Hotline(Part):
    """A line between two parties over which notices go.

    Attributes
    ----------
    name : Name
    between : tuple of Key
        Two parties, each of which has a site, a raid or a flight.
    reliability : Probability
        That a message arrives at all.
    delay : Duration
        Mean of the exponential time that a message takes.
    """

    name: Name
    between: Names
    reliability: Probability = 1.0
    delay: Duration = 0.0

    @model_validator(mode="after")
    def _two_parties(self) -> Self:
        if len(set(self.between)) != 2 or len(self.between) != 2:
            told = ", ".join(self.between) or "nobody"
            reason = f"a hotline between {told}: it joins two parties"
            raise refusal(reason, 'Write between = ["Coast", "Coalition"].', "between")
        return self


class Zone(Part):
    """A block of airspace and time with a meaning, and which posts learn of it when.

    It has one of `area`, `route` with `width`, and `at` with `radius`.

    Attributes
    ----------
    name : Name
    kind : {'notified', 'no_fire', 'free_fire'}
        Flights in it are announced; nothing in it is shot at; weapons are free in it.
    area : tuple of Position
        Corners, three to eight, in order around it; its edges are great circles.
    route : tuple of Position
        Points along it, two to eight.
    width : float, optional
        Whole width of a route.
    at : Position, optional
        Center of a circle.
    radius : Reach, optional
        Of the circle.
    floor, ceiling : Altitude
        Heights above the sea between which it holds.
    start, until : Duration
        When it holds; None: to the end.
    party : Key, optional
        Whose notice it is.
    over : Names
        Hotlines over which it is sent; none: all posts have it without a message.
    sent : Duration
        When.
    late : dict[Key, Duration]
        Site or command -> further delay to its post.
    never : Names
        Sites and commands whose posts do not get it.
    """

    name: Name
    kind: Literal["notified", "no_fire", "free_fire"] = "notified"
    area: Places = ()
    route: Places = ()
    width: Annotated[float, Measure("length", 100.0, 500_000.0, "20 km")] | None = None
    at: Position | None = None
    radius: Reach | None = None
    floor: Altitude = -500.0
    ceiling: Altitude = HIGHEST
    start: Duration = 0.0
    until: Duration | None = None
    party: Key | None = None
    over: Names = ()
    sent: Duration = 0.0
    late: dict[Key, Duration] = Field(default_factory=dict, description="site or command = further delay to its post")
    never: Names = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        shapes = [key for key in ("area", "route", "at") if getattr(self, key) not in (None, ())]
        if len(shapes) != 1:
            reason = f"has {' and '.join(shapes)}" if shapes else "has no place"
            raise refusal(reason, "Give one of area, route with width, and at with radius.", *shapes[1:2])
        for place, size in (("route", "width"), ("at", "radius")):
            if (shapes[0] == place) != (getattr(self, size) is not None):
                key = place if shapes[0] == place else size
                raise refusal(f"{place} and {size} go together", "Give both or neither.", key)
        least = {"area": 3, "route": 2, "at": 0}[shapes[0]]
        if len(getattr(self, shapes[0]) if least else ()) < least:
            raise refusal(f"less than {least} places", f"Give {least} to {MOST_CORNERS} places.", shapes[0])
        if not self.floor < self.ceiling:
            raise refusal("inside out: the floor is not below the ceiling", "Lower the floor.", "floor")
        if self.until is not None and not self.start < self.until:
            raise refusal("inside out: it ends before it starts", "Raise until, or lower start.", "until")
        if self.over and self.party is None:
            raise refusal("sent by nobody", 'Say whose notice it is: party = "Coalition".', "over")
        return self


class Origin(Part):
    """Where flights come from: a track that is first seen in it is taken to come from there.

    Attributes
    ----------
    name : Name
    of : {'hostile', 'friend', 'neutral'}
        Whose flights mostly begin there.
    at : Position
    radius : Reach
    """

    name: Name
    of: Literal["hostile", "friend", "neutral"]
    at: Position
    radius: Reach
