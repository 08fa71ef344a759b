"""The types of a scenario's fields: quantities with units, positions, names and counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from openiads.base.fields import Spelled, refusal
from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import KINDS, QuantityError, position, quantity, written, written_position


@dataclass(frozen=True, slots=True)
class Measure:
    """Annotation of a float that a file gives as text with a unit.

    Attributes
    ----------
    kind : str
        a key of base.units.KINDS.
    low, high : float
        The SI values allowed.
    example : str
        Shown in messages and editors.
    """

    kind: str
    low: float = -math.inf
    high: float = math.inf
    example: str = ""

    def read(self, text: Json) -> float:
        """The SI value of text such as "75 km"; kinds without units take bare numbers too."""
        try:
            value = quantity(text, self.kind)
        except QuantityError as error:
            raise refusal(error.reason, error.remedy) from None
        if not self.low <= value <= self.high:
            raise refusal("out of range", f"Allowed: {self.allowed()}.")
        return value

    def allowed(self) -> str:
        """The allowed range in words, with units."""
        if math.isinf(self.high):
            return f"{written(self.low, self.kind)} or more"
        return f"{written(self.low, self.kind)} to {written(self.high, self.kind)}"

    def write(self, value: float) -> str | float:
        """What a file holds: text with a unit, or the bare number of a kind without units."""
        return value if "" in KINDS[self.kind].factors else written(value, self.kind)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
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
    """A place on the earth.

    Attributes
    ----------
    latitude, longitude : float
        Geodetic WGS-84, radians, north and east positive.
    """

    latitude: float
    longitude: float

    @classmethod
    def read(cls, text: Json) -> Position:
        """The place of text such as "34.92 N 35.90 E"; a Position passes."""
        if isinstance(text, Position):
            return text
        try:
            return cls(*position(text))
        except QuantityError as error:
            raise refusal(error.reason, error.remedy) from None

    def written(self) -> str:
        """Text that reads back as the same place."""
        return written_position(self.latitude, self.longitude)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
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
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$"),
    Spelled("1 to 80 characters without a space at its ends"),
]
Text = Annotated[str, StringConstraints(max_length=4000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Side = Literal["hostile", "friend", "neutral"]


def _without_attributes(schema: JsonObject) -> None:
    """Leave the table of attributes out of what an editor shows of a table of a file: each field has its own words."""
    if "description" in schema:
        schema["description"] = schema["description"].partition("\n\nAttributes\n")[0]


class Part(BaseModel):
    """Base of everything in a scenario: strict, frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=False,
        str_strip_whitespace=False,
        json_schema_extra=_without_attributes,
    )


def _sorted_names(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(items))


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_NamedPart = TypeVar("_NamedPart", bound=_Named)


def sorted_parts(items: tuple[_NamedPart, ...]) -> tuple[_NamedPart, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


FileName = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
FileNames = Annotated[tuple[FileName, ...], Strict(False)]  # their order counts where they overlap
Names = Annotated[tuple[Key, ...], Strict(False), AfterValidator(_sorted_names)]


def _legs(points: tuple[Position, ...]) -> tuple[Position, ...]:
    """A route leads somewhere: one place is none, and no two places in a row are the same."""
    if len(points) == 1:
        raise refusal("a route of one place", "Give two places or more, the first of them the start.")
    for k, (here, there) in enumerate(pairwise(points)):
        if here == there:
            raise refusal("the same place as the one before", "Remove one of the two.", k + 1)
    return points


Route = Annotated[tuple[Position, ...], Strict(False), Field(max_length=1000), AfterValidator(_legs)]
Dials = Annotated[tuple[Annotated[float, Field(ge=-1e12, le=1e12)], ...], Strict(False), Field(max_length=8)]
