"""What every claim file has: the sentence, the arms, the common part of a rule and of an effort."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from openiads.base.fields import refusal
from openiads.scenario.measures import Name, Text
from openiads.statistics.intervals import CONFIDENCE

Texts = Annotated[tuple[Text, ...], Strict(False)]
Many = Annotated[int, Field(ge=1, le=1_000_000)]
Worlds = Annotated[int, Field(ge=1, le=10_000)]
#: A probability that an interval can lie above or below: 0 and 1 never, and nearer to them no effort that is allowed.
Line = Annotated[float, Field(ge=1e-5, le=1.0 - 1e-5)]
Limits = Literal["emergent", "published"]
Weighting = Literal["uniform", "triangular", "log_uniform", "skeptical"]
Ratio = Annotated[float, Field(gt=0.0)]


def rising(pair: tuple[float, float]) -> tuple[float, float]:
    """Two numbers, the lower first."""
    if not pair[0] < pair[1]:
        raise refusal("the lower end comes first", "Exchange the two numbers, or give two that differ.")
    return pair


def falling(pair: tuple[float, float]) -> tuple[float, float]:
    """Two numbers, the higher first."""
    if not pair[0] > pair[1]:
        raise refusal("the higher level comes first", "Exchange the two numbers, or give two that differ.")
    return pair


class Table(BaseModel):
    """A table of a claim file."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Arms(Table):
    """In which ways the evidence is looked at; the verdict says which of them turn it."""

    limits: Annotated[tuple[Limits, ...], Strict(False), Field(min_length=1)] = ("emergent", "published")
    weighting: Annotated[tuple[Weighting, ...], Strict(False), Field(min_length=1)] = (
        "uniform",
        "triangular",
        "log_uniform",
        "skeptical",
    )


class Rule(Table):
    """What every rule has."""

    robust: Line = Field(0.9, description="above it must lie the interval of the share of sampled worlds")
    seeds: Annotated[int, Field(ge=3, le=100)] = Field(3, description="worlds and dice are drawn anew with so many")
    arms: Arms = Arms()


class Flip(Table):
    """A number that is moved alone, all others nominal, to see where the answer flips."""

    sets: Text = Field(description="knob that is set")
    prior: Text = Field(description="knob whose interval says how likely its values are")
    values: Annotated[tuple[float, ...], Strict(False), Field(min_length=2)]
    compare: Text = Field(description="what the threshold is to be read against")


Flips = Annotated[tuple[Flip, ...], Strict(False)]


class Effort(Table):
    """Replications of the nominal world, sampled worlds of each seed, replications of each."""

    nominal: Many
    worlds: Worlds
    each: Many


class Statement(Table):
    """What every claim has."""

    format: Literal[1]
    name: Name
    sentence: Text
    said_by: Text
    source: Text
    question: Text
    caveats: Texts = Field((), description="what the verdict does not say, told with it")


def fewest(surely: float) -> int:
    """The fewest trials, all alike, whose 95 % interval (Clopper-Pearson) lies above a probability."""
    return math.floor(math.log(0.5 - 0.5 * CONFIDENCE) / math.log(surely)) + 1
