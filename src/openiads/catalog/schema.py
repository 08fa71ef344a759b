"""What an entry of the catalog may hold: models of pydantic, made from `fields.toml`, the one place that says it.

`Evidence` is who said something and how sure it is; `Number` adds the number itself with its interval.  The models of
entries give each field what `fields.toml` tells: its dimension, whether it is required, and the lowest and highest
number that makes sense.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, Strict, ValidationInfo, create_model
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError, core_schema

from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import refusal
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import toml_value
from openiads.base.units import KINDS, QuantityError, quantity
from openiads.base.words import nearest
from openiads.catalog.records import Curve, Value

#: Dimensions of a number: the kinds of quantity with units, and a whole number.
DIMENSIONS = (*KINDS, "count")

#: Key of a sub-table in `fields.toml` that says whether its fields are those of rows or the columns of a curve.
FORM = "form"

#: Least half-width of an interval, as a share of the number, by evidence status (models, section 7). A derived value
#: is arithmetic on relayed ones.
FLOOR = {"read": 0.05, "relayed": 0.10, "recalled": 0.20, "derived": 0.10, "assumption": 0.50}

#: As many rows as the drag table of a ballistic missile holds (physics.ballistics.POINTS).
MOST_POINTS = 12

_EXAMPLE = 'status = "assumption", note = "why"'


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
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] | None = None
    exact: bool = False


class Reference(Strictly):
    """One line of the bibliography."""

    title: str
    publisher: str
    year: str
    url: str
    access: str


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
    faults = [*_evidence_faults(given, sources), *_number_faults(given, spec)]
    if faults:
        raise _refused(given, faults)
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
        raise _refused(
            given, [((), "scale log with a bound at or below zero", "Raise the lower bound, or leave scale out.")]
        )
    evidence = (given.source, given.status, given.note)
    return Value(number, unit, low, high, *evidence, dimension, scale, given.exact, si, si_low, si_high)


def _refused(given: object, faults: list[Fault]) -> ValidationError:
    rows = [InitErrorDetails(type=refusal(reason, remedy), loc=loc, input=given) for loc, reason, remedy in faults]
    return ValidationError.from_exception_data("value", rows)


def _evidence_faults(given: Evidence, sources: Mapping[str, object]) -> list[Fault]:
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


# ------------------------------------------------------------------ fields of an entry


@dataclass(frozen=True, slots=True)
class Measured:
    """Annotation of a field that holds a `Number`, which becomes a `Value` within its bounds."""

    spec: FieldSpec

    def table(self, given: Json) -> Json:
        """A table passes; anything else is told how a number is written."""
        if isinstance(given, dict):
            return given
        kind = "number" if self.spec.takes == "count" else self.spec.takes
        unit = f', unit = "{KINDS[kind].written[0]}"' if KINDS[kind].written[0] else ""
        known = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
        number = toml_value(given) if known else "1"
        remedy = f"Write {self.spec.key} = {{ value = {number}{unit}, {_EXAMPLE} }}."
        raise refusal("a number comes with its unit and who said so", remedy)

    def value(self, given: Number, info: ValidationInfo) -> Value:
        """The value, its sources looked up in the context of the validation."""
        return value_of(given, self.spec, info.context["sources"] if info.context else {})

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.with_info_after_validator_function(self.value, handler(source))
        return core_schema.no_info_before_validator_function(self.table, read)


@dataclass(frozen=True, slots=True)
class Columns:
    """Annotation of a field that holds the columns of a `Curve`."""

    key: str
    specs: tuple[FieldSpec, ...]

    def table(self, given: Json) -> Json:
        """A table passes; anything else is told how a curve is written."""
        if isinstance(given, dict):
            return given
        columns = ", ".join(f"{spec.key} = [...]" for spec in self.specs)
        remedy = f"Write one table of lists: {self.key} = {{ {columns}, {_EXAMPLE} }}."
        raise refusal("is not a table of columns", remedy)

    def curve(self, given: Evidence, info: ValidationInfo) -> Curve:
        """The curve: columns of one length, numbers within their bounds, the first column rising."""
        columns: dict[str, tuple[float, ...]] = {spec.key: getattr(given, spec.key) for spec in self.specs}
        faults = _evidence_faults(given, info.context["sources"] if info.context else {})
        if not given.note and given.status != "assumption":
            faults.append(((), "a curve without a note", 'Add note = "what it is of".'))
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1 or not 1 <= max(lengths) <= MOST_POINTS:
            told = ", ".join(f"{len(column)} of {key}" for key, column in columns.items())
            faults.append(
                (
                    (),
                    f"columns of different or wrong lengths: {told}",
                    f"Give 1 to {MOST_POINTS} rows, of each column as many.",
                )
            )
        for spec in self.specs:
            faults += [
                ((spec.key, k), "out of range", spec.allowed)
                for k, number in enumerate(columns[spec.key])
                if not spec.low <= number <= spec.high
            ]
        first = self.specs[0].key
        rising = zip(columns[first], columns[first][1:], strict=False)
        faults += [
            ((first, k + 1), "the first column does not increase", "Sort the rows, and give each number once.")
            for k, (a, b) in enumerate(rising)
            if b <= a
        ]
        if faults:
            raise _refused(given, faults)
        return Curve(columns, given.source, given.status, given.note)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.with_info_after_validator_function(self.curve, handler(source))
        return core_schema.no_info_before_validator_function(self.table, read)


@dataclass(frozen=True, slots=True)
class Rows:
    """Annotation of a field that holds rows of one kind: `[[NAME.launchers]]`."""

    key: str
    specs: tuple[FieldSpec, ...]

    def rows(self, given: Json) -> Json:
        """A list of tables passes; anything else is told how rows are written."""
        if isinstance(given, list) and given and all(isinstance(row, dict) for row in given):
            return given
        keys = ", ".join(spec.key for spec in self.specs if spec.required)
        raise refusal("is not a list of rows", f"Write [[KIND.NAME.{self.key}]] once for each row, with {keys}.")

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.rows, handler(source))


_Definition: TypeAlias = tuple[Json, Json]


def _definition(spec: FieldSpec) -> _Definition:
    """Type and default of a field, as `create_model` takes them."""
    holds: object
    if spec.takes == "text":
        holds = Annotated[str, Field(min_length=1, max_length=4000)]
    elif spec.takes == "switch":
        holds = bool
    elif spec.takes == "names":
        holds = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Strict(False)]
    elif spec.takes.startswith("one of "):
        holds = Literal[tuple(spec.takes.removeprefix("one of ").split("|"))]
    else:
        holds = Annotated[Number, Measured(spec)]
    return (holds, ...) if spec.required else (holds | None, None)


def entry_model(kind: str, fields: Mapping[str, Json]) -> type[BaseModel]:
    """The model of the entries of one kind.

    Parameters
    ----------
    kind : str
    fields : mapping
        The table of that kind in `fields.toml`.

    Returns
    -------
    type of BaseModel
        Each field a `Value`, a text, a switch, names, rows (models) or a `Curve`.

    Raises
    ------
    InputErrors
        For rows that define no field, the place of each the key below the kind.
    """
    if not isinstance(fields, dict):
        raise InputErrors([InputError("", "is not a table of fields", f"Write [{kind}] and its fields below.")])
    definitions: JsonObject = {"title": (Annotated[str, Field(min_length=1, max_length=400)], ...)}
    problems: list[InputError] = []
    for key, row in fields.items():
        if isinstance(row, dict):
            definitions[key] = _inner_definition(kind, key, row, problems)
        else:
            definitions |= {spec.key: _definition(spec) for spec in _specs({key: row}, "", problems)}
    if problems:
        raise InputErrors(problems)
    made: type[BaseModel] = create_model(kind, __base__=Strictly, **definitions)
    return made


def _inner_definition(kind: str, key: str, table: Mapping[str, Json], problems: list[InputError]) -> _Definition:
    """Type and default of a field that holds rows or the columns of a curve; what defines none is noted."""
    form, need, _ = _form(key, table.get(FORM), problems)
    specs = tuple(_specs({name: row for name, row in table.items() if name != FORM}, f"{key}.", problems))
    if form == "columns":
        columns: JsonObject = {s.key: (Annotated[tuple[float, ...], Strict(False)], ...) for s in specs}
        curve = create_model(f"{kind}.{key}", __base__=Evidence, **columns)
        holds: Json = Annotated[curve, Columns(key, specs)]
    else:
        inner: JsonObject = {s.key: _definition(s) for s in specs}
        row = create_model(f"{kind}.{key}", __base__=Strictly, **inner)
        holds = Annotated[tuple[row, ...], Strict(False), Rows(key, specs)]
    return (holds, ...) if need == "required" else (holds | None, None)


def _form(key: str, row: Json, problems: list[InputError]) -> tuple[str, str, str]:
    """Whether a sub-table is of rows or of columns, whether it is required, and what it means."""
    if isinstance(row, list) and len(row) == 3 and row[0] in ("rows", "columns") and row[1] in ("required", "optional"):
        return row[0], row[1], str(row[2])
    remedy = f'Write {FORM} = ["rows" or "columns", "required" or "optional", MEANING].'
    problems.append(InputError(key, "does not say what it is a table of", remedy))
    return "rows", "optional", ""


def _specs(rows: Mapping[str, Json], path: str, problems: list[InputError]) -> Iterator[FieldSpec]:
    """The fields that rows of `fields.toml` define; those that define none are noted."""
    for key, row in rows.items():
        try:
            yield field_spec(key, row)
        except InputError as error:
            problems.append(InputError(f"{path}{key}", error.reason, error.remedy))
