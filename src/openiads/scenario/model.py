"""What a user writes down: terrain, what is defended, who defends it, who comes.

Pydantic models, strict and frozen. A quantity is text with its unit in a file ("75 km") and an SI float here; it
writes itself back so that reading it again gives the same float. The keys of a file are singular (`[[site]]`), the
attributes here plural (`scenario.sites`). Named things are kept sorted by name, so that the order of entries in a
file changes nothing.

The checks here see one field or one object; what needs the catalog or the terrain is in `scenario.load`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from openiads.scenario.measures import (
    Agl,
    Altitude,
    Azimuth,
    Count,
    Decibels,
    Dials,
    Distance,
    Duration,
    EarthFactor,
    FileNames,
    GroundHeight,
    Key,
    MastHeight,
    Measure,
    Name,
    Names,
    Position,
    Probability,
    Rate,
    Reach,
    Route,
    Share,
    Side,
    Speed,
    Weight,
    _Part,
)

# ------------------------------------------------------------------ quantities


# ------------------------------------------------------------------ settings


class ModelSwitches(_Part):
    """Teaching and test switches: which models run.

    With all switches at their defaults every feature that needs no opt-in is on.
    """

    limits: Literal["emergent", "published"] = "emergent"
    detection: Literal["radar", "range"] = "radar"
    kill: Literal["encounter", "constant"] = "encounter"
    assessment: Literal["imperfect", "perfect"] = "imperfect"
    magazine: Literal["finite", "infinite"] = "finite"
    arrivals: Literal["scheduled", "poisson"] = "scheduled"
    service: Literal["crew", "fixed", "exponential"] = "crew"
    queue: Literal["wait", "lost"] = "wait"
    false_alarms: bool = True
    diffraction: bool = False
    multipath: bool = False
    attenuation: bool = True
    service_time: Duration | None = Field(None, description="mean service time with service = fixed or exponential")
    arrival_rate: Rate | None = Field(None, description="mean arrivals with arrivals = poisson")
    detection_range: Reach | None = Field(
        None, description='radius with detection = "range"; default: the instrumented range'
    )
    kill_probability: Probability | None = Field(
        None, description='single-shot probability with kill = "constant"; default: the catalog'
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.service != "crew" and self.service_time is None:
            raise PydanticCustomError("model", 'service = "{service}" needs service_time', {"service": self.service})
        if self.arrivals == "poisson" and not self.arrival_rate:
            raise PydanticCustomError("model", 'arrivals = "poisson" needs an arrival_rate above 0', {})
        return self


class Terrain(_Part):
    """The ground: a packaged grid, the user's files, or a simple shape with exact answers.

    origin : where a shape is placed (default: the first site); bearing : direction from the origin to the shape;
    distance : from the origin to its crest or axis; height : of the crest; width : from crest to foot, or from floor
    to rim; length : of a ridge's crest; shore : from the origin to the coast (negative: behind it); base : ground
    height elsewhere, the plain's, or the valley's floor
    """

    source: Literal["levant", "flat", "ridge", "coastal_range", "valley", "files"] = "levant"
    origin: Position | None = None
    bearing: Azimuth | None = None
    distance: Distance | None = None
    height: GroundHeight | None = None
    width: Distance | None = None
    length: Distance | None = None
    shore: Annotated[float, Measure("length", -1_000_000.0, 1_000_000.0, "-2 km")] | None = None
    base: GroundHeight = 0.0
    files: FileNames = ()
    on_missing: Literal["error", "sea"] = "error"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.source in ("ridge", "coastal_range", "valley"):
            lacking = [key for key in ("bearing", "distance", "height", "width") if getattr(self, key) is None]
            if lacking:
                raise PydanticCustomError(
                    "terrain",
                    'source = "{source}" needs {lacking}',
                    {"source": self.source, "lacking": ", ".join(lacking)},
                )
        if (self.source == "files") != bool(self.files):
            raise PydanticCustomError("terrain", 'files = [...] goes with source = "files", and only with it', {})
        return self


class WorldSettings(_Part):
    """World knobs at fixed values; None leaves the nominal value and the interval of the knob list.

    sea_roughness : rms height of the sea's surface where two-ray propagation applies (None: 0.3 m, a slight sea)
    """

    earth_factor: EarthFactor | None = None
    crest_factor: Share | None = None
    clutter_offset: Decibels | None = None
    common_mode_scale: Annotated[float, Measure("number", 0.0, 5.0, "1")] | None = None
    sea_roughness: Annotated[float, Measure("length", 0.0, 5.0, "0.3 m")] | None = None


class IdentificationSettings(_Part):
    """Prior beliefs and error parameters that replace the catalog's."""

    prior_hostile: Probability | None = None
    prior_friend: Probability | None = None
    prior_neutral: Probability | None = None
    iff_persistent_failure: Probability | None = None
    iff_reply_failure: Probability | None = None
    iff_false_reply: Probability | None = None

    @model_validator(mode="after")
    def _priors_add_up(self) -> Self:
        priors = [self.prior_hostile, self.prior_friend, self.prior_neutral]
        given = [prior for prior in priors if prior is not None]
        if given and (len(given) < 3 or abs(sum(given) - 1.0) > 1e-9):
            raise PydanticCustomError(
                "priors",
                "the three priors must be given together and add up to 1 (they give {total})",
                {"total": sum(given)},
            )
        return self


# ------------------------------------------------------------------ the defense


class Asset(_Part):
    """What is defended. radius : of the area that matters; value : weight in the assignment; ship : name of the site
    whose ship it is, and with which it moves."""

    name: Name
    at: Position
    radius: Annotated[float, Measure("length", 1.0, 100_000.0, "500 m")]
    height: GroundHeight = 0.0
    value: Weight = 1.0
    ship: Key | None = None


class Doctrine(_Part):
    """How a site fights.

    fire : a named firing doctrine, or "my_rules.py:function" from the user's file; salvo : rounds at once; control :
    weapons free, tight or hold; engage : at the earliest or the latest feasible time; reserve : rounds kept back;
    goal : kill probability wanted per target; assignment : how tracks are given to fire units; self_defense : under
    hold, what comes at a fire unit itself may be shot at; keep : kinds of round kept for one class of target
    """

    fire: Annotated[
        str,
        StringConstraints(
            pattern=r"^(single|salvo|shoot_look_shoot|shoot_shoot_look|[^:\x00-\x1f]+\.py:[A-Za-z_][A-Za-z0-9_]*)$"
        ),
        Field(description='single, salvo, shoot_look_shoot, shoot_shoot_look or "FILE.py:FUNCTION"'),
    ] = "shoot_look_shoot"
    salvo: Annotated[int, Field(ge=1, le=16)] = 2
    control: Literal["free", "tight", "hold"] = "tight"
    engage: Literal["earliest", "latest"] = "earliest"
    reserve: Count = 0
    goal: Probability = 0.9
    search_mode: Literal["low", "high", "ballistic"] = "high"
    assignment: Literal["greedy", "exchange", "exact"] = "exchange"
    self_defense: bool = False
    keep: dict[Key, Literal["aircraft", "cruise", "drone", "ballistic"]] = Field(
        default_factory=dict, description="rounds kept for one class of target: interceptor = class"
    )
    dials: Dials = ()

    @property
    def rule_file(self) -> str:
        """The user's file of a rule, or an empty text."""
        return self.fire.rpartition(":")[0]

    @property
    def rule_name(self) -> str:
        """The name of the firing doctrine, or of the function in the user's file."""
        return self.fire.rpartition(":")[2]


class Failure(_Part):
    """An element that stops working: `30n6e2/1` is the engagement radar of fire unit 1, `64n6e2` the surveillance
    radar."""

    element: Key
    at: Duration = 0.0


class Site(_Part):
    """A SAM system in one place.

    facing : azimuth of the middle of the engagement sectors; launchers : of each fire unit; rounds : ready in each
    launcher; reloads : spare loads of each; mast : height of the low-altitude radar's antenna above ground;
    radars_off : radars that do not emit; arrives : then it halts and sets up; departs : then it leaves its place;
    course and speed : of a ship; None takes the catalog's value
    """

    name: Name
    system: Key
    at: Position
    facing: Azimuth
    fire_units: Annotated[int, Field(ge=0, le=64)] = 1
    launchers: Annotated[int, Field(ge=0, le=64)] | None = None
    rounds: Annotated[int, Field(ge=0, le=128)] | None = None
    reloads: Annotated[int, Field(ge=0, le=64)] | None = None
    defends: Names = ()
    doctrine: Doctrine = Doctrine()
    low_altitude: Key | None = None
    mast: MastHeight | None = None
    radars_off: Names = ()
    arrives: Duration | None = None
    departs: Duration | None = None
    course: Azimuth | None = None
    speed: Annotated[float, Measure("speed", 0.0, 30.0, "18 kt")] | None = None
    failures: Annotated[
        tuple[Failure, ...],
        Strict(False),
        AfterValidator(lambda rows: tuple(sorted(rows, key=lambda f: (f.at, f.element)))),
    ] = ()
    fire_unit_positions: Annotated[tuple[Position, ...], Strict(False), Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _positions_match(self) -> Self:
        if self.fire_unit_positions and len(self.fire_unit_positions) != self.fire_units:
            counts = {"given": len(self.fire_unit_positions), "units": self.fire_units}
            raise PydanticCustomError("site", "fire_unit_positions holds {given} places for {units} fire units", counts)
        if (self.course is None) != (self.speed is None):
            raise PydanticCustomError("site", "a ship under way needs both course and speed", {})
        return self


class Command(_Part):
    """A command post above sites: their radars report to it and it directs their fire units, through links.

    post : catalog entry; commands : names of sites or of other commands; fails_at : then it works no more
    """

    name: Name
    post: Key
    at: Position
    commands: Annotated[Names, Field(min_length=1)]
    assignment: Literal["greedy", "exchange", "exact"] = "exchange"
    fails_at: Duration | None = None


class Link(_Part):
    """What is known of the link from a site or command to the command above it; None takes the catalog's value.

    from_ (`from` in a file) : name of the lower end, and the link's; range : beyond it nothing is heard; fails_at :
    then it is cut
    """

    name: Name = Field(alias="from")
    delay: Annotated[float, Measure("time", 0.0, 600.0, "0.5 s")] | None = None
    loss: Probability | None = None
    range: Reach | None = None
    fails_at: Duration | None = None


# ------------------------------------------------------------------ who comes


class Raid(_Part):
    """A group of like threats on one axis.

    target : name of an asset, or aim : a place; origin : where they start, or route : all turning points, the first
    being the start; altitude above sea or agl above ground; start or time_on_target of the first; spacing : time
    between them; lateral_spacing : distance between neighboring paths; jitter : standard deviation of each one's
    time; side "friend" is a stream of own aircraft; strikes : an element of a site, "Tartus/30n6e2/1", aimed at instead
    of an asset; weapon : what each one releases at release_range before its target, weapons of them at
    weapon_spacing, after which it leaves; evasion : declared, flown when a round is launched at one of them
    """

    name: Name
    threat: Key
    count: Count
    side: Literal["hostile", "friend"] = "hostile"
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

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(getattr(self, key) is not None for key in ("target", "aim", "strikes")) != 1:
            raise PydanticCustomError("choice", "give one of target, aim and strikes", {})
        if (self.weapon is None) != (self.release_range is None):
            raise PydanticCustomError("raid", "weapon and release_range go together", {})
        _exactly_one(self, "origin", "route")
        _at_most_one(self, "altitude", "agl")
        _at_most_one(self, "start", "time_on_target")
        return self

    @property
    def begins(self) -> Position:
        """Where the raid starts."""
        return self.route[0] if self.route else self.origin  # type: ignore[return-value]


class Flight(_Part):
    """One aircraft that is not part of a raid; kind : a threat entry of the catalog."""

    name: Name
    kind: Key
    side: Side = "neutral"
    route: Annotated[Route, Field(min_length=2)]
    altitude: Altitude | None = None
    agl: Agl | None = None
    speed: Speed | None = None
    start: Duration = 0.0
    transponder: bool | None = None
    flight_plan: bool = False
    corridor: Key | None = None

    @model_validator(mode="after")
    def _one_height(self) -> Self:
        _at_most_one(self, "altitude", "agl")
        return self


class Corridor(_Part):
    """An announced air route: a band of `width` along `points` between two altitudes."""

    name: Name
    points: Annotated[Route, Field(min_length=2)]
    width: Annotated[float, Measure("length", 100.0, 500_000.0, "20 km")]
    floor: Altitude = 0.0
    ceiling: Altitude = 20_000.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.floor < self.ceiling:
            raise PydanticCustomError("corridor", "the floor is not below the ceiling", {})
        return self


def _exactly_one(part: Any, first: str, second: str) -> None:
    if (getattr(part, first) in (None, ())) == (getattr(part, second) in (None, ())):
        raise PydanticCustomError("choice", "give either {first} or {second}", {"first": first, "second": second})


def _at_most_one(part: Any, first: str, second: str) -> None:
    if getattr(part, first) is not None and getattr(part, second) is not None:
        raise PydanticCustomError("choice", "give {first} or {second}, not both", {"first": first, "second": second})


# ------------------------------------------------------------------ writing TOML
