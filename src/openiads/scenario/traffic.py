"""Who comes, as a user writes it down: raids, single flights, and announced routes.  Otherwise as `scenario.model`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    Strict,
    model_validator,
)

from openiads.base.fields import refusal
from openiads.scenario.measures import (
    Agl,
    Altitude,
    Count,
    Distance,
    Duration,
    Key,
    Measure,
    Name,
    Part,
    Position,
    Probability,
    Rate,
    Reach,
    Route,
    Side,
    Speed,
    Weight,
)


class Raid(Part):
    """A group of like threats on one axis.

    It has one of target, aim and strikes, one of origin and route, at most one of altitude and agl, and of start and
    time_on_target.

    Attributes
    ----------
    name : Name
    threat : Key
    count : Count
    side : {'hostile', 'friend'}
        "friend" is a stream of own aircraft.
    iff : bool, optional
        Whether a military mode answers the post's questions; None: that of a friend's aircraft does.
    transponder : bool, optional
        Whether a civil transponder answers; None: as the catalog says.
    target : Key, optional
        Name of an asset.
    aim : Position, optional
        A place.
    strikes : Key, optional
        An element of a site, "Tartus/30n6e2/1", aimed at instead of an asset.
    weapon : Key, optional
        What each one releases before its target, after which it leaves.
    weapons : int
        How many of them.
    weapon_spacing : Duration
        Time between them.
    release_range : Reach, optional
        How far before its target.
    evasion : {'none', 'turn_away', 'constant_g'}
        Declared, flown some seconds before a round would meet one of them.
    evasion_load : float, optional
        Load of the evasive turn, m/s^2.
    origin : Position, optional
        Where they start.
    route : Route
        All turning points, the first being the start.
    altitude : Altitude, optional
        Above the sea.
    agl : Agl, optional
        Above the ground.
    speed : Speed, optional
    start : Duration, optional
        Of the first.
    time_on_target : Duration, optional
        Of the first.
    spacing : Duration
        Time between them.
    lateral_spacing : Distance
        Distance between neighboring paths.
    jitter : Duration
        Standard deviation of each one's time.
    speed_spread : float, optional
        Standard deviation of each one's speed about that of the raid, m/s.
    height_spread : float, optional
        Standard deviation of each one's height about that of the raid, m.
    rcs_spread : float, optional
        Standard deviation of each one's cross section about that of its type, dB.
    jammer : Key, optional
        Noise jammer that each one carries, a catalog entry.
    jammer_from : Duration, optional
        It radiates from then on; None: from the start.
    jammer_until : Duration, optional
        And until then; None: to the end.
    party : Key, optional
        Whose they are; posts of another party do not understand their military mode.
    unit : Key, optional
        Flights of one unit share their code of the day; None: those of the raid are one.
    """

    name: Name
    threat: Key
    count: Count
    side: Literal["hostile", "friend"] = "hostile"
    iff: bool | None = None
    transponder: bool | None = None
    target: Key | None = None
    aim: Position | None = None
    strikes: Key | None = None
    weapon: Key | None = None
    weapons: Annotated[int, Field(ge=1, le=64)] = 1
    weapon_spacing: Duration = 1.0
    release_range: Reach | None = None
    evasion: Literal["none", "turn_away", "constant_g"] = "none"
    evasion_load: Annotated[float, Measure("acceleration", 1.0, 150.0, "5 g")] | None = None
    origin: Position | None = None
    route: Route = ()
    altitude: Altitude | None = None
    agl: Agl | None = None
    speed: Speed | None = None
    start: Duration | None = None
    time_on_target: Duration | None = None
    spacing: Duration = 0.0
    lateral_spacing: Distance = 0.0
    jitter: Duration = 0.0
    speed_spread: Annotated[float, Measure("speed", 0.0, 1_000.0, "20 m/s")] | None = None
    height_spread: Annotated[float, Measure("length", 0.0, 20_000.0, "500 m")] | None = None
    rcs_spread: Annotated[float, Measure("decibel", 0.0, 10.0, "2 dB")] | None = None
    jammer: Key | None = None
    jammer_from: Duration | None = None
    jammer_until: Duration | None = None
    party: Key | None = None
    unit: Key | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(getattr(self, key) is not None for key in ("target", "aim", "strikes")) != 1:
            given = [key for key in ("target", "aim", "strikes") if getattr(self, key) is not None]
            reason = f"is aimed at {' and '.join(given)}" if given else "is aimed at nothing"
            raise refusal(reason, "Give one of target, aim and strikes.", *given[1:2])
        if (self.weapon is None) != (self.release_range is None):
            key = "weapon" if self.release_range is None else "release_range"
            raise refusal("weapon and release_range go together", "Give both or neither.", key)
        _exactly_one(self, "origin", "route")
        _at_most_one(self, "altitude", "agl")
        _at_most_one(self, "start", "time_on_target")
        for key in ("speed_spread", "height_spread"):
            if self.weapon is not None and getattr(self, key):
                told = f"{key} of carriers, whose weapons are released at one time and height"
                raise refusal(told, f"Remove {key}, or make several raids.", key)
        _jams(self)
        return self

    @property
    def begins(self) -> Position:
        """Where the raid starts."""
        return self.route[0] if self.route else self.origin  # type: ignore[return-value]


class Flight(Part):
    """One aircraft that is not part of a raid; `kind` is a threat entry of the catalog.

    `jammer`, `jammer_from` and `jammer_until` are as of a raid: a stand-off jammer is a hostile flight on a route.
    So are `party` and `unit`, but that a flight without a unit is one of its own.
    """

    name: Name
    kind: Key
    side: Side = "neutral"
    route: Annotated[Route, Field(min_length=2)]
    altitude: Altitude | None = None
    agl: Agl | None = None
    speed: Speed | None = None
    start: Duration = 0.0
    iff: bool | None = None
    transponder: bool | None = None
    flight_plan: bool = False
    corridor: Key | None = None
    jammer: Key | None = None
    jammer_from: Duration | None = None
    jammer_until: Duration | None = None
    party: Key | None = None
    unit: Key | None = None

    @model_validator(mode="after")
    def _one_height(self) -> Self:
        _at_most_one(self, "altitude", "agl")
        _jams(self)
        return self


class Corridor(Part):
    """An announced air route: a band of `width` along `points` between two altitudes."""

    name: Name
    points: Annotated[Route, Field(min_length=2)]
    width: Annotated[float, Measure("length", 100.0, 500_000.0, "20 km")]
    floor: Altitude = 0.0
    ceiling: Altitude = 20_000.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.floor < self.ceiling:
            raise refusal("the floor is not below the ceiling", "Lower the floor, or raise the ceiling.", "floor")
        return self


class Airway(Part):
    """Airliners along an announced corridor, at random: a Poisson stream that has flown since long before the run.

    Attributes
    ----------
    name : Name
    corridor : Key
        Along whose points they fly, and which their plans name.
    climbs_from, descends_to : Key, optional
        ICAO code of a packaged airport, or a place, from which they climb to the corridor's first point, and to which
        they descend from its last one; None: they are at their height all along.
    flow : Rate
        Mean flights a time through it, both ways together.
    kinds : dict[Key, Weight]
        Threat entry of the catalog -> its share, in any unit.
    levels : tuple of Altitude
        Heights at which they fly, in equal shares.
    both_ways : bool
    squawking : Probability
        Share whose civil transponder is on.
    planned : Probability
        Share of which the posts hold the plan.
    start, until : Duration
        They enter it from then on, and until then; None: it is open all along.
    """

    name: Name
    corridor: Key
    climbs_from: Key | None = None
    descends_to: Key | None = None
    flow: Rate
    kinds: dict[Key, Weight] = Field(
        default_factory=lambda: {"a320": 1.0}, description="threat entry of the catalog = its share", min_length=1
    )
    levels: Annotated[tuple[Altitude, ...], Strict(False), Field(min_length=1, max_length=32)]
    both_ways: bool = False
    squawking: Probability = 1.0
    planned: Probability = 1.0
    start: Duration | None = None
    until: Duration | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not sum(self.kinds.values()) > 0.0:
            raise refusal("no kind has a share above 0", "Write kinds = { a320 = 1 }.", "kinds")
        if self.until is not None and self.until <= (self.start or 0.0):
            raise refusal("closes before it opens", "Raise until, or lower start.", "until")
        return self


def _jams(part: Raid | Flight) -> None:
    """When a jammer radiates makes sense only of one, and only forward in time."""
    for key in ("jammer_from", "jammer_until"):
        if part.jammer is None and getattr(part, key) is not None:
            raise refusal(f"{key} without a jammer", f'Add jammer = "escort_jammer", or remove {key}.', key)
    if part.jammer_until is not None and part.jammer_until <= (part.jammer_from or 0.0):
        raise refusal("the jammer is off before it is on", "Raise jammer_until, or lower jammer_from.", "jammer_until")
    if part.jammer is not None and part.side != "hostile":
        reason = f'a jammer aboard of side "{part.side}"'
        raise refusal(reason, 'Only hostile flights jam: side = "hostile", or remove jammer.', "jammer")


def _exactly_one(part: Part, first: str, second: str) -> None:
    if (getattr(part, first) in (None, ())) == (getattr(part, second) in (None, ())):
        both = getattr(part, first) not in (None, ())
        reason = f"both {first} and {second} are given" if both else f"neither {first} nor {second} is given"
        raise refusal(reason, f"Give either {first} or {second}.", *([second] if both else []))


def _at_most_one(part: Part, first: str, second: str) -> None:
    if getattr(part, first) is not None and getattr(part, second) is not None:
        raise refusal(f"both {first} and {second} are given", f"Give {first} or {second}, not both.", second)
