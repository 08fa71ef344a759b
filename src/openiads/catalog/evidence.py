"""One number of the catalog and who said so, as a file gives it: read, checked within its bounds and turned into SI.

`Evidence` is who said something and how sure it is; `Number` adds the number itself with its interval.  `FieldSpec` is
what `fields.toml` says of a field: its dimension, whether it is required, and the lowest and highest number that makes
sense.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic_core import InitErrorDetails, ValidationError

from openiads.base.errors import InputError
from openiads.base.fields import refusal
from openiads.base.jsonable import Json
from openiads.base.units import KINDS, QuantityError, quantity
from openiads.base.words import nearest
from openiads.catalog.records import Value

#: Dimensions of a number: the kinds of quantity with units, and a whole number.
DIMENSIONS = (*KINDS, "count")

#: Least half-width of an interval, as a share of the number, by evidence status (models, section 7). A derived value
#: is arithmetic on relayed ones.
FLOOR = {"read": 0.05, "relayed": 0.10, "recalled": 0.20, "derived": 0.10, "assumption": 0.50}


class Strictly(BaseModel):
    """Base of all: nothing is turned into something else, nothing unknown is passed over."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        protected_namespaces=(),
        arbitrary_types_allowed=True,
    )


class Evidence(Strictly):
    """Who said it, and how sure it is.

    Attributes
    ----------
    source : tuple of str
        Keys of the bibliography; none where somebody assumes.
    status : str
        One of `records.STATUSES`.
    note : str
        Conditions, or the reasoning behind an assumption.
    """

    source: Annotated[tuple[str, ...], Strict(False)] = ()
    status: Literal["read", "relayed", "recalled", "derived", "assumption"]
    note: str = ""


class Number(Evidence):
    """A number with its unit, its interval and its evidence, as a file gives it.

    Attributes
    ----------
    value : float
    unit : str
    low, high : float, optional
        Ends of the interval.
    scale : {'linear', 'log'}, optional
        How the interval is sampled.
    exact : bool
        Nothing is in doubt; the note says why.
    variety : bool
        Flights of one type differ in it: its interval is no ignorance.
    grade : str, optional
        Of a kill probability: what stands behind it.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] | None = None
    exact: bool = False
    variety: bool = False
    grade: Literal["combat_counted", "combat_claimed", "tested", "exporter", "guess"] | None = None


class Reference(Strictly):
    """One line of the bibliography."""

    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    year: str = Field(min_length=1)
    access: str = Field(min_length=1)
    authors: str = ""
    url: str = ""
    doi: str = ""
    isbn: str = ""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What `fields.toml` says of one field.

    Attributes
    ----------
    key : str
    takes : str
        A dimension, "text", "names", "switch" or "one of a|b".
    required : bool
    meaning : str
    least, most : str
        Text of the lowest and highest number with their units; empty where the field is no number.
    low, high : float
        The same in SI.
    """

    key: str
    takes: str
    required: bool
    meaning: str
    least: str = ""
    most: str = ""
    low: float = -math.inf
    high: float = math.inf

    @property
    def allowed(self) -> str:
        """The numbers allowed, in words."""
        return f"Allowed: {self.least} to {self.most}."


#: Problem of a table: key path below it, reason, remedy.
Fault: TypeAlias = tuple[tuple[str | int, ...], str, str]


def field_spec(key: str, row: Json) -> FieldSpec:
    """A field as a row of `fields.toml` tells; InputError, without a place, for a row that tells nothing."""
    words = isinstance(row, list) and len(row) in (3, 5) and all(isinstance(word, str) for word in row)
    if not words or row[1] not in ("required", "optional"):
        remedy = 'Write KEY = [DIMENSION, "required" or "optional", MEANING], of a number with its LOWEST and HIGHEST.'
        raise InputError("", "is no definition of a field", remedy)
    takes, number = row[0], row[0] in DIMENSIONS
    if not (number or takes in ("text", "names", "switch") or takes.startswith("one of ")):
        raise InputError("", f'"{takes}" is no dimension', nearest(takes, [*DIMENSIONS, "text", "names", "switch"]))
    if number != (len(row) == 5):
        raise InputError("", "a number has bounds, and nothing else has", "Add its LOWEST and HIGHEST, with units.")
    bounds = [in_si(end, "", takes) for end in row[3:]]
    return FieldSpec(key, takes, row[1] == "required", *row[2:5], *bounds)


def in_si(number: float | str, unit: str, dimension: str) -> float:
    """The number in SI; a count is a kind of its own here, without a unit.  QuantityError for a wrong unit."""
    text = number if isinstance(number, str) else f"{number!r} {unit}".rstrip()
    return _in_si(text, "number" if dimension == "count" else dimension)


@lru_cache(maxsize=8192)
def _in_si(text: str, kind: str) -> float:
    return quantity(text, kind)


# ------------------------------------------------------------------ one number


def value_of(given: Number, spec: FieldSpec, sources: Mapping[str, object]) -> Value:
    """A number as the program reads it.

    Parameters
    ----------
    given : Number
    spec : FieldSpec
    sources : mapping
        The bibliography.

    Returns
    -------
    Value

    Raises
    ------
    ValidationError
        With every fault of it.
    """
    faults = [*evidence_faults(given, sources), *_number_faults(given, spec)]
    if faults:
        raise refused(given, faults)
    number, unit, dimension = given.value, given.unit, spec.takes
    low = math.nan if given.low is None else given.low
    high = math.nan if given.high is None else given.high
    scale = given.scale or ("log" if unit == "dB" and dimension == "ratio" else "linear")
    if given.exact or (dimension == "count" and given.low is None and given.high is None):
        bounds = (number, number)
    else:
        bounds = _interval(number, low, high, given.status, dimension, "linear" if unit == "dB" else scale)
    si, si_low, si_high = (in_si(n, unit, dimension) for n in (number, *bounds))
    if scale == "log" and si_low <= 0.0:
        raise refused(
            given, [((), "scale log with a bound at or below zero", "Raise the lower bound, or leave scale out.")]
        )
    evidence = (given.source, given.status, given.note)
    told = (number, unit, low, high, *evidence, dimension, scale, given.exact, si, si_low, si_high)
    return Value(*told, given.variety, given.grade or "")


def refused(given: object, faults: list[Fault]) -> ValidationError:
    """Faults of a table as what a validator raises."""
    rows = [InitErrorDetails(type=refusal(reason, remedy), loc=loc, input=given) for loc, reason, remedy in faults]
    return ValidationError.from_exception_data("value", rows)


def evidence_faults(given: Evidence, sources: Mapping[str, object]) -> list[Fault]:
    """What is wrong with who said something."""
    found: list[Fault] = []
    if not given.source and given.status != "assumption":
        remedy = "Name a key of the bibliography (openiads catalog sources), or mark it as an assumption and say why."
        found.append(((), "without a source", remedy))
    for k, key in enumerate(given.source):
        if key not in sources:
            remedy = f"{nearest(key, list(sources))}List them: openiads catalog sources. Name any other in the note."
            found.append((("source", k), "is not in the bibliography", remedy))
    if given.status == "assumption" and not given.note:
        found.append(((), "an assumption without its reasoning", 'Add note = "why".'))
    return found


def _number_faults(given: Number, spec: FieldSpec) -> list[Fault]:
    found: list[Fault] = []
    if given.exact and not given.note:
        found.append(((), "exact without a reason", 'Say in the note why nothing is in doubt: note = "why".'))
    ends = {"value": given.value, "low": given.low, "high": given.high}
    try:
        si = {key: in_si(number, given.unit, spec.takes) for key, number in ends.items() if number is not None}
    except QuantityError as error:
        return [*found, ((), error.reason, error.remedy)]
    for key, number in si.items():
        told = f"{ends[key]:g} {given.unit}".rstrip()
        if not spec.low <= number <= spec.high:
            found.append(((), f"{key} = {told} is out of range", spec.allowed))
        elif spec.takes == "count" and key == "value" and number != int(number):
            found.append(((), f"{told} is not a whole number", spec.allowed))
    low, high = ends["low"], ends["high"]
    if low is not None and high is not None and low > high:
        reason = f"the interval {low:g} to {high:g} does not hold the value {given.value:g}: its ends are reversed"
        found.append(((), reason, "Exchange low and high."))
    elif (low is not None and low > given.value) or (high is not None and high < given.value):
        told = " to ".join("..." if end is None else f"{end:g}" for end in (low, high))
        reason = f"the interval {told} does not hold the value {given.value:g}"
        found.append(((), reason, "Widen the interval, or correct the value."))
    return found


def _interval(number: float, low: float, high: float, status: str, dimension: str, scale: str) -> tuple[float, float]:
    """The declared interval with the floor of its status on each side that is missing or has no width; the declared end
    of a count is an end, as twelve launchers at most are not thirteen."""
    share = FLOOR[status]
    whole = dimension == "count"
    if math.isnan(low) or (low == number and not whole):
        low = number / (1.0 + share) if scale == "log" else number - share * abs(number)
    if math.isnan(high) or (high == number and not whole):
        high = number * (1.0 + share) if scale == "log" else number + share * abs(number)
    if dimension == "probability":
        low, high = max(low, 0.0), min(high, 1.0)
    if whole:
        low, high = math.floor(low), math.ceil(high)
    return low, high
