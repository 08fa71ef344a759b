"""What a user writes down: terrain, what is defended, who defends it, who comes.

Pydantic models, strict and frozen. A quantity is text with its unit in a file ("75 km") and an SI float here; it
writes itself back so that reading it again gives the same float. The keys of a file are singular (`[[site]]`), the
attributes here plural (`scenario.sites`). Named things are kept sorted by name, so that the order of entries in a
file changes nothing.

The checks here see one field or one object; what needs the catalog or the terrain is in `data.reading`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    Strict,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from openiads.base.units import KINDS, QuantityError, position, quantity, written, written_position

__all__ = [
    "Asset",
    "Command",
    "Corridor",
    "Doctrine",
    "Failure",
    "Flight",
    "IdentificationSettings",
    "Link",
    "Measure",
    "ModelSwitches",
    "Position",
    "Raid",
    "Scenario",
    "Site",
    "Terrain",
    "WorldSettings",
    "keys_at",
    "measure_at",
    "scenario_schema",
    "toml_text",
    "toml_value",
]

# ------------------------------------------------------------------ quantities


@dataclass(frozen=True, slots=True)
class Measure:
    """Annotation of a float that a file gives as text with a unit.

    kind : a key of base.units.KINDS; low, high : the SI values allowed; example : shown in messages and editors
    """

    kind: str
    low: float = -math.inf
    high: float = math.inf
    example: str = ""

    def read(self, text: Any) -> float:
        """The SI value of text such as "75 km"; kinds without units take bare numbers too."""
        try:
            value = quantity(text, self.kind)
        except QuantityError as error:
            raise PydanticCustomError(
                "quantity", "{reason}. {remedy}", {"reason": error.reason, "remedy": error.remedy}
            ) from None
        if not self.low <= value <= self.high:
            raise PydanticCustomError("range", "out of range. Allowed: {allowed}", {"allowed": self.allowed()})
        return value

    def allowed(self) -> str:
        """The allowed range in words, with units."""
        if math.isinf(self.high):
            return f"{written(self.low, self.kind)} or more"
        return f"{written(self.low, self.kind)} to {written(self.high, self.kind)}"

    def write(self, value: float) -> str | float:
        """What a file holds: text with a unit, or the bare number of a kind without units."""
        return value if "" in KINDS[self.kind].factors else written(value, self.kind)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        kind = KINDS[self.kind]
        if "" in kind.factors:
            bounds = {"minimum": self.low, "maximum": self.high}
            return {"type": "number", **{key: bound for key, bound in bounds.items() if math.isfinite(bound)}}
        units = "|".join(_escaped(unit) for unit in kind.units)
        shown = "any" if math.isinf(self.low) else self.allowed()
        return {
            "type": "string",
            "pattern": rf"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*({units})\s*$",
            "examples": [self.example or kind.example],
            "description": f"{self.kind.replace('_', ' ')} with its unit; allowed: {shown}",
        }


def _escaped(unit: str) -> str:
    return unit.replace("/", r"\/")


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the earth. latitude, longitude : geodetic WGS-84, radians, north and east positive."""

    latitude: float
    longitude: float

    @classmethod
    def read(cls, text: Any) -> Position:
        """The place of text such as "34.92 N 35.90 E"; a Position passes."""
        if isinstance(text, Position):
            return text
        try:
            return cls(*position(text))
        except QuantityError as error:
            raise PydanticCustomError(
                "position", "{reason}. {remedy}", {"reason": error.reason, "remedy": error.remedy}
            ) from None

    def written(self) -> str:
        """Text that reads back as the same place."""
        return written_position(self.latitude, self.longitude)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(lambda place: place.written())
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": r"\d",
            "examples": ["34.92 N 35.90 E"],
            "description": "latitude and longitude with letters, or two signed decimal degrees, latitude first",
        }


Duration = Annotated[float, Measure("time", 0.0, 86_400.0, "600 s")]
RunTime = Annotated[float, Measure("time", 1.0, 86_400.0, "600 s")]
Distance = Annotated[float, Measure("length", 0.0, 5_000_000.0, "75 km")]
Reach = Annotated[float, Measure("length", 1.0, 5_000_000.0, "75 km")]
Altitude = Annotated[float, Measure("length", -500.0, 100_000.0, "7 km")]
Agl = Annotated[float, Measure("length", 1.0, 20_000.0, "50 m")]
MastHeight = Annotated[float, Measure("length", 0.5, 100.0, "24 m")]
GroundHeight = Annotated[float, Measure("length", 0.0, 9_000.0, "1500 m")]
Speed = Annotated[float, Measure("speed", 5.0, 3_000.0, "250 m/s")]
Azimuth = Annotated[float, Measure("angle", -2 * math.pi, 2 * math.pi, "270 deg")]
Probability = Annotated[float, Measure("probability", 0.0, 1.0, "0.9")]
Rate = Annotated[float, Measure("rate", 0.0, 100.0, "0.1 1/s")]
EarthFactor = Annotated[float, Measure("number", 1.0, 2.0, "1.3333")]
Share = Annotated[float, Measure("number", 0.0, 1.0, "0.5")]
Decibels = Annotated[float, Measure("decibel", -30.0, 30.0, "0 dB")]
Weight = Annotated[float, Measure("number", 0.0, 1e6, "1")]

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]
Text = Annotated[str, StringConstraints(max_length=4000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Side = Literal["hostile", "friend", "neutral"]


class _Part(BaseModel):
    """Base of everything in a scenario: strict, frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=False,
        str_strip_whitespace=False,
    )


def _sorted_names(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(items))


def _sorted_parts(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


FileName = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
FileNames = Annotated[tuple[FileName, ...], Strict(False), AfterValidator(_sorted_names)]
Names = Annotated[tuple[Key, ...], Strict(False), AfterValidator(_sorted_names)]
Route = Annotated[tuple[Position, ...], Strict(False), Field(max_length=1000)]
Dials = Annotated[tuple[Annotated[float, Field(ge=-1e12, le=1e12)], ...], Strict(False), Field(max_length=8)]

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


class Scenario(_Part):
    """A whole scenario: `openiads.data.reading.load` reads one, `toml()` and `mapping()` write it."""

    model_config = ConfigDict(title="openiads scenario")

    format: Literal[1] = 1
    name: Name
    question: Text = ""
    date: Annotated[str, StringConstraints(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] = ""
    duration: RunTime
    model: ModelSwitches = ModelSwitches()
    terrain: Terrain = Terrain()
    world: WorldSettings = WorldSettings()
    identification: IdentificationSettings = IdentificationSettings()
    assets: Annotated[tuple[Asset, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="asset")] = ()
    sites: Annotated[tuple[Site, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="site")] = ()
    commands: Annotated[tuple[Command, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="command")] = ()
    links: Annotated[tuple[Link, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="link")] = ()
    raids: Annotated[tuple[Raid, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="raid")] = ()
    flights: Annotated[tuple[Flight, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="flight")] = ()
    corridors: Annotated[
        tuple[Corridor, ...], Strict(False), AfterValidator(_sorted_parts), Field(alias="corridor")
    ] = ()

    catalog: dict[str, dict[str, dict[str, Any]]] = Field(
        default_factory=dict,
        description="own catalog entries: kind, name, fields; based_on takes over the fields of another entry",
    )

    _folder: Path | None = PrivateAttr(None)
    _json: str | None = PrivateAttr(None)  # written once: a scenario never changes

    @property
    def folder(self) -> Path | None:
        """Where relative files (rules, terrain) are looked for; None for a scenario that came from no file."""
        return self._folder

    def placed(self, folder: Path | None) -> Scenario:
        """The same scenario with its relative files in `folder`."""
        other = self.model_copy()
        other._folder = folder
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.mapping() == other.mapping()

    def __hash__(self) -> int:
        return hash(self.json_text())

    def mapping(self) -> dict[str, Any]:
        """The scenario as a file holds it: plain mappings, lists and text with units; what is None is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def json_text(self) -> str:
        """Canonical JSON: sorted keys, every default written out, the same for any order of entries in the file."""
        if self._json is None:
            self._json = json.dumps(
                self.mapping(), sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
            )
        return self._json

    def toml(self) -> str:
        """The scenario as a TOML file that loads as an equal scenario."""
        return toml_text(self.mapping())

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON and of the contents of the rule and terrain files it names."""
        found = hashlib.sha256(self.json_text().encode())
        for name in self.named_files():
            path = Path(name) if self._folder is None else self._folder / name
            found.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
        return found.hexdigest()

    def named_files(self) -> tuple[str, ...]:
        """The user's files that take part: rules and terrain, sorted."""
        rules = {site.doctrine.rule_file for site in self.sites}
        return tuple(sorted((rules | set(self.terrain.files)) - {""}))

    def with_values(self, changes: Mapping[str, Any]) -> Scenario:
        """A new scenario with values replaced: `{"site.Tartus.fire_units": 1, "duration": "300 s"}`.

        Named things are addressed by name, in quotes where it holds a dot: `asset."St. John".radius`. The edited
        mapping is validated again, catalog checks included; raises InputErrors.
        """
        from openiads.data.reading import edited, validate

        return validate(edited(self.mapping(), changes)).placed(self._folder)

    def asset(self, name: str) -> Asset:
        """The asset of that name (KeyError without one; a loaded scenario has no dangling names)."""
        return {asset.name: asset for asset in self.assets}[name]


def scenario_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def keys_at(loc: tuple[str | int, ...], model: type[BaseModel] | None = None) -> list[str]:
    """The keys allowed at a key path of a file that holds a ``model`` (a scenario); empty where no table is."""
    model = _model_at(loc, model or Scenario)
    return [] if model is None else list(_fields(model))


def measure_at(loc: tuple[str | int, ...]) -> Measure | None:
    """What kind of quantity a scenario file has at a key path; None where it has no quantity."""
    model = _model_at(loc[:-1], Scenario)
    field = None if model is None else _fields(model).get(str(loc[-1]))
    return (
        None
        if field is None
        else next((m for m in (*field.metadata, *_within(field.annotation)) if isinstance(m, Measure)), None)
    )


def _model_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel] | None:
    found: type[BaseModel] | None = model
    for step in loc:
        if isinstance(step, str) and found is not None:
            fields = _fields(found)
            found = _model_in(fields[step].annotation) if step in fields else None
    return found


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Key in a file -> field of a model."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _within(annotation: Any) -> list[Any]:
    """Everything that an annotation is made of."""
    return [found for part in get_args(annotation) for found in (part, *_within(part))]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model class inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)


# ------------------------------------------------------------------ writing TOML


def toml_text(mapping: Mapping[str, Any]) -> str:
    """TOML of a mapping: plain keys, then tables, then arrays of tables, their own tables inline."""
    plain = {k: v for k, v in mapping.items() if not isinstance(v, dict) and not _rows(v)}
    blocks = [_lines(plain)] if plain else []
    blocks += [f"[{_key(k)}]\n{_lines(v)}" for k, v in mapping.items() if isinstance(v, dict)]
    blocks += [f"[[{_key(k)}]]\n{_lines(row)}" for k, v in mapping.items() if _rows(v) for row in v]
    return "\n\n".join(block.rstrip() for block in blocks) + "\n"


def _rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _lines(mapping: Mapping[str, Any]) -> str:
    return "\n".join(f"{_key(k)} = {toml_value(v)}" for k, v in mapping.items())


def _key(key: str) -> str:
    return key if key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key) else toml_value(key)


def toml_value(value: Any) -> str:
    """One TOML value; mappings are written inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
