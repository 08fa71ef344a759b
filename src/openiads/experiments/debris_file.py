"""Debris files: into what pieces a kill breaks up, the wind they fall through, and the towns below.

A debris file is TOML.  All of it is declared by its user with bounds: no catalog entry says into what a kill breaks up,
since nothing public tells it.  ``load_debris`` tells everything wrong with a file at once, each with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from openiads.base import toml
from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import field_errors, refusal
from openiads.base.jsonable import Json
from openiads.scenario.measures import Measure, Name, Position, Text

Killed = Literal["aircraft", "cruise", "drone", "ballistic", "airliner"]
Speed = Annotated[float, Measure("speed", 0.0, 2_000.0, "20 m/s")]
Angle = Annotated[float, Measure("angle", -7.0, 7.0, "270 deg")]
Radius = Annotated[float, Measure("length", 1.0, 200_000.0, "2 km")]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Doubt(_Table):
    """A figure with the bounds of its doubt."""

    value: Annotated[float, Field(ge=0.0, le=1e6)]
    low: Annotated[float, Field(ge=0.0, le=1e6)]
    high: Annotated[float, Field(ge=0.0, le=1e6)]

    @model_validator(mode="after")
    def _ordered(self) -> Doubt:
        if not self.low <= self.value <= self.high:
            raise refusal("the bounds do not hold the value", "Write low <= value <= high.", "value")
        return self


class Spread(_Table):
    """Bounds between which pieces differ, each logarithm as likely."""

    low: Annotated[float, Field(gt=0.0, le=1e6)]
    high: Annotated[float, Field(gt=0.0, le=1e6)]

    @model_validator(mode="after")
    def _ordered(self) -> Spread:
        if not self.low <= self.high:
            raise refusal("the bounds are the wrong way round", "Write low <= high.", "low")
        return self


class Pieces(_Table):
    """What a kill of one class breaks up into."""

    number: Doubt = Field(description="pieces that can hurt, with the bounds of the doubt")
    coefficient: Spread = Field(description="ballistic coefficients of pieces, kg/m2: from the lightest to the densest")
    throw: Speed = Field(20.0, description="standard deviation of the speed that the breakup gives a piece, per axis")
    casualty_area: Doubt = Field(description="about a piece within which a person is a casualty, m2, with bounds")
    note: Text = Field("", description="where the figures come from")


class Wind(_Table):
    """A wind that grows with height: speed + shear x height."""

    bearing: Angle = Field(0.0, alias="from", description="where it blows from, from north clockwise")
    speed: Speed = Field(0.0, description="at the ground")
    shear: Annotated[float, Field(ge=-0.05, le=0.05)] = Field(0.0, description="increase with height, 1/s")


class Town(_Table):
    """A circle in which people live, spread evenly."""

    name: Name
    at: Position = Field(description="its center")
    radius: Radius
    population: Annotated[int, Field(ge=0, le=100_000_000)] | None = Field(
        None, description="people in it; without it nothing is said of casualties"
    )


class DebrisFile(_Table):
    """The keys of a debris file."""

    format: Literal[1] = Field(description="1")
    pieces: dict[Killed, Pieces] = Field(min_length=1, description="by class of what is killed")
    wind: Wind = Field(Wind(), description="calm if left out")
    town: tuple[Town, ...] = Field((), strict=False, description="what lies below")
    note: Text = Field("", description="where the figures come from")


def load_debris(path: str | Path) -> DebrisFile:
    """Read a debris file; InputErrors with every fault at once."""
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), "is a folder" if path.is_dir() else "no such file", "Give a debris file.")
    text = toml.read_text(path)
    return debris_of(toml.parse_toml(text, str(path)), toml.merged(text, str(path))[1])


def debris_of(mapping: Mapping[str, Json], lines: toml.Lines) -> DebrisFile:
    """The debris file of a raw mapping."""
    try:
        told = DebrisFile.model_validate(dict(mapping))
    except ValidationError as error:
        found = field_errors(error, mapping, lines, DebrisFile)
        raise InputErrors(each for _, each in sorted(found, key=lambda pair: pair[0])) from None
    names = [town.name for town in told.town]
    for k, name in enumerate(names):
        if name in names[:k]:
            raise InputError(lines.place(("town", k, "name"), name), "two towns of one name", "Rename one of them.")
    return told
