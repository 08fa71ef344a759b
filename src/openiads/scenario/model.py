"""What a user writes down: what is defended, who defends it, who comes; the ground and the switches are in
`scenario.settings`.

Pydantic models, strict and frozen. A quantity is text with its unit in a file ("75 km") and an SI float here; it
writes itself back so that reading it again gives the same float. The keys of a file are singular (`[[site]]`), the
attributes here plural (`scenario.sites`). Named things are kept sorted by name, so that the order of entries in a
file changes nothing.

The checks here see one field or one object; what needs the catalog or the terrain is in `scenario.load`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    StringConstraints,
    model_serializer,
    model_validator,
)

from openiads.base.fields import refusal
from openiads.base.jsonable import JsonObject
from openiads.scenario.emission import Availability, DeclaredPolicy, EmissionRules, ManyDecoys, Policy
from openiads.scenario.measures import (
    Azimuth,
    Count,
    Dials,
    Duration,
    GroundHeight,
    Key,
    MastHeight,
    Measure,
    Name,
    Names,
    Part,
    Position,
    Probability,
    Reach,
    Weight,
)

# ------------------------------------------------------------------ the defense


class Asset(Part):
    """What is defended.

    Attributes
    ----------
    name : Name
    at : Position
    radius : float
        Of the area that matters.
    height : GroundHeight
    value : Weight
        Weight in the assignment.
    ship : Key, optional
        Name of the site whose ship it is, and with which it moves.
    """

    name: Name
    at: Position
    radius: Annotated[float, Measure("length", 1.0, 100_000.0, "500 m")]
    height: GroundHeight = 0.0
    value: Weight = 1.0
    ship: Key | None = None


class Doctrine(Part):
    """How a site fights.

    Attributes
    ----------
    fire : str
        A named firing doctrine, or "my_rules.py:function" from the user's file.
    salvo : int
        Rounds at once.
    control : {'free', 'tight', 'hold'}
        Weapons free, tight or hold.
    engage : {'earliest', 'latest'}
        At the earliest or the latest feasible time.
    reserve : Count
        Rounds kept for ballistic missiles and for what comes at the fire unit itself.
    reserves : dict[{'aircraft', 'cruise', 'drone', 'ballistic'}, Count]
        Rounds kept for announced threats: a class of less value at risk may not take them.
    priority : {'value', 'time'}
        Which track comes first: that of most value at risk per round and second left, or of least time left.
    goal : Probability
        Kill probability wanted per target.
    search_mode : {'low', 'high', 'ballistic'}
    assignment : {'greedy', 'exchange', 'exact'}
        How tracks are given to fire units.
    self_defense : bool
        Under hold, what comes at a fire unit itself may be shot at.
    keep : dict[Key, {'aircraft', 'cruise', 'drone', 'ballistic'}]
        Kinds of round kept for one class of target.
    leaves : Names, optional
        Names of sites of point defense: what these are believed to take is not shot at.
    launch_margin : Probability, optional
        Least probability that a round keeps its support to the intercept; None takes the catalog's.
    remote : bool, optional
        Whether rounds that see for themselves may be launched on another radar's track, where the catalog says that
        the system can; None does what it can.
    emission : {'on', 'shutdown', 'blink', 'cued'}, optional
        When the site's radars emit; None: always.
    emission_of : dict[Key, {'on', 'shutdown', 'blink', 'cued'}], optional
        The same for single radars.
    emission_rules : EmissionRules, optional
    dials : Dials
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
    reserves: dict[Literal["aircraft", "cruise", "drone", "ballistic"], Count] = Field(
        default_factory=dict, description="rounds kept for announced threats: class = rounds"
    )
    priority: Literal["value", "time"] = "value"
    goal: Probability = 0.9
    search_mode: Literal["low", "high", "ballistic"] = "high"
    assignment: Literal["greedy", "exchange", "exact"] = "exchange"
    self_defense: bool = False
    keep: dict[Key, Literal["aircraft", "cruise", "drone", "ballistic"]] = Field(
        default_factory=dict, description="rounds kept for one class of target: interceptor = class"
    )
    launch_margin: Probability | None = Field(
        default=None, description="no shot below this probability of support to the intercept (catalog)"
    )
    remote: bool | None = Field(
        default=None, description="launch on another radar's track, where the system can (default: where it can)"
    )
    emission: DeclaredPolicy = None
    emission_of: dict[Key, Policy] | None = None
    emission_rules: EmissionRules | None = None
    leaves: Names | None = Field(
        default=None, description="sites of point defense to which it leaves what they are believed to take"
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


class Failure(Part):
    """An element that stops working: `30n6e2/1` is the engagement radar of fire unit 1, `64n6e2` the surveillance
    radar."""

    element: Key
    at: Duration = 0.0


#: What a site on another's ship has from there.
ABOARD = ("at", "course", "speed")


class Site(Part):
    """A SAM system in one place; None takes the catalog's value.

    Attributes
    ----------
    name : Name
    system : Key
    at : Position
    facing : Azimuth
        Azimuth of the middle of the engagement sectors.
    fire_units : int
    launchers : int, optional
        Of each fire unit.
    rounds : int, optional
        Ready in each launcher.
    reloads : int, optional
        Spare loads of each.
    defends : Names
    doctrine : Doctrine
    low_altitude : Key, optional
    mast : MastHeight, optional
        Height of the low-altitude radar's antenna above ground.
    radars_off : Names
        Radars that do not emit.
    arrives : Duration, optional
        Then it halts and sets up.
    departs : Duration, optional
        Then it leaves its place.
    course : Azimuth, optional
        Of a ship under way.
    speed : float, optional
        Of a ship under way, m/s.
    ship : Key, optional
        Name of another site on whose ship this one stands, and with which it moves; it has no place of its own.
    failures : tuple of Failure
    emitter_decoys : tuple of EmitterDecoys, optional
    availability : Availability, optional
        How surely its elements are ready; None: surely.
    fire_unit_positions : tuple of Position
    party : Key, optional
        Whose it is.
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
    ship: Key | None = None
    failures: Annotated[
        tuple[Failure, ...],
        Strict(False),
        AfterValidator(lambda rows: tuple(sorted(rows, key=lambda f: (f.at, f.element)))),
    ] = ()
    emitter_decoys: ManyDecoys | None = None
    availability: Availability | None = None
    fire_unit_positions: Annotated[tuple[Position, ...], Strict(False), Field(max_length=64)] = ()
    party: Key | None = None

    @model_validator(mode="after")
    def _positions_match(self) -> Self:
        if self.fire_unit_positions and len(self.fire_unit_positions) != self.fire_units:
            reason = f"{len(self.fire_unit_positions)} places for {self.fire_units} fire units"
            raise refusal(reason, "Give a place for each fire unit, or leave all of them out.", "fire_unit_positions")
        if (self.course is None) != (self.speed is None):
            key = "course" if self.speed is None else "speed"
            raise refusal("a ship under way needs both course and speed", "Give both or neither.", key)
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, write: SerializerFunctionWrapHandler) -> JsonObject:
        """As a file has it: what stands on another site's ship says no place of its own."""
        told: JsonObject = write(self)
        return told if self.ship is None else {key: told[key] for key in told if key not in ABOARD}


class Command(Part):
    """A command post above sites: their radars report to it and it directs their fire units, through links.

    Attributes
    ----------
    name : Name
    post : Key
        Catalog entry.
    at : Position
    commands : Names
        Names of sites or of other commands.
    assignment : {'greedy', 'exchange', 'exact'}
    priority : {'value', 'time'}
        Which track comes first, as in a site's doctrine.
    fails_at : Duration, optional
        Then it works no more.
    availability : Probability, optional
        That it is ready when a raid comes; None: surely.
    """

    name: Name
    post: Key
    at: Position
    commands: Annotated[Names, Field(min_length=1)]
    assignment: Literal["greedy", "exchange", "exact"] = "exchange"
    priority: Literal["value", "time"] = "value"
    fails_at: Duration | None = None
    availability: Probability | None = None


class Link(Part):
    """What is known of the link from a site or command to the command above it; None takes the catalog's value.

    Attributes
    ----------
    name : Name
        `from` in a file: the name of the lower end, and the link's.
    delay : float, optional
        Of a message, s.
    loss : Probability, optional
        Share of messages that are lost.
    range : Reach, optional
        Beyond it nothing is heard.
    fails_at : Duration, optional
        Then it is cut.
    """

    name: Name = Field(alias="from")
    delay: Annotated[float, Measure("time", 0.0, 600.0, "0.5 s")] | None = None
    loss: Probability | None = None
    range: Reach | None = None
    fails_at: Duration | None = None
