"""What an entry of the catalog may hold: models of pydantic, made from `fields.toml`, the one place that says it.

Each field of a model is a number (`catalog.evidence`), a text, a switch, names, rows or the columns of a curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, GetCoreSchemaHandler, Strict, ValidationInfo, create_model
from pydantic_core import CoreSchema, core_schema

from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import refusal
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import toml_value
from openiads.base.units import KINDS
from openiads.catalog.evidence import (
    Evidence,
    FieldSpec,
    Number,
    Strictly,
    evidence_faults,
    field_spec,
    refused,
    value_of,
)
from openiads.catalog.records import Curve, Value

#: Key of a sub-table in `fields.toml` that says whether its fields are those of rows or the columns of a curve.
FORM = "form"

_EXAMPLE = 'status = "assumption", note = "why"'

#: A plain number above it is no quantity; an integer of hundreds of digits cannot even be asked whether it is finite.
GREATEST = 1e300


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
        known = isinstance(given, int | float) and not isinstance(given, bool) and abs(given) < GREATEST
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
    """Annotation of a field that holds the columns of a `Curve`, of at most so many rows."""

    key: str
    most: int
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
        faults = evidence_faults(given, info.context["sources"] if info.context else {})
        if not given.note and given.status != "assumption":
            faults.append(((), "a curve without a note", 'Add note = "what it is of".'))
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1 or not 1 <= max(lengths) <= self.most:
            told = ", ".join(f"{len(column)} of {key}" for key, column in columns.items())
            faults.append(
                (
                    (),
                    f"columns of different or wrong lengths: {told}",
                    f"Give 1 to {self.most} rows, of each column as many.",
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
            raise refused(given, faults)
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
    form, need, most = _form(key, table.get(FORM), problems)
    specs = tuple(_specs({name: row for name, row in table.items() if name != FORM}, f"{key}.", problems))
    if form == "columns":
        columns: JsonObject = {s.key: (Annotated[tuple[float, ...], Strict(False)], ...) for s in specs}
        curve = create_model(f"{kind}.{key}", __base__=Evidence, **columns)
        holds: Json = Annotated[curve, Columns(key, most, specs)]
    else:
        inner: JsonObject = {s.key: _definition(s) for s in specs}
        row = create_model(f"{kind}.{key}", __base__=Strictly, **inner)
        holds = Annotated[tuple[row, ...], Strict(False), Rows(key, specs)]
    return (holds, ...) if need == "required" else (holds | None, None)


def _form(key: str, row: Json, problems: list[InputError]) -> tuple[str, str, int]:
    """Whether a sub-table is of rows or of columns, whether it is required, and how many rows columns have at most."""
    words = isinstance(row, list) and len(row) >= 3 and all(isinstance(word, str) for word in row)
    if words and row[1] in ("required", "optional"):
        if row[0] == "rows" and len(row) == 3:
            return row[0], row[1], 0
        if row[0] == "columns" and len(row) == 4 and row[3].isdecimal():
            return row[0], row[1], int(row[3])
    remedy = f'Write {FORM} = ["rows" or "columns", "required" or "optional", MEANING], of columns with the MOST rows.'
    problems.append(InputError(key, "does not say what it is a table of", remedy))
    return "rows", "optional", 0


def _specs(rows: Mapping[str, Json], path: str, problems: list[InputError]) -> Iterator[FieldSpec]:
    """The fields that rows of `fields.toml` define; those that define none are noted."""
    for key, row in rows.items():
        try:
            yield field_spec(key, row)
        except InputError as error:
            problems.append(InputError(f"{path}{key}", error.reason, error.remedy))
