"""What is wrong with the fields of a file, in the words of whoever wrote it: place, what is allowed, what to do.

Models of pydantic say what a file may hold.  ``field_errors`` turns what pydantic says of a raw mapping into our
errors, and ``refusal`` is how a validator of such a model says something of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import Lines, Loc, clipped
from openiads.base.words import FEW, listed, nearest

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

#: So many are gathered; the first ``errors.SHOWN`` are printed.
MOST_PROBLEMS = 100

#: Kind of an error that comes with its own reason and remedy.
TOLD = "told"

_TABLE = ("is not a table", "Write a table: {{ key = value, ... }}.{keys}")
_TEXT = ("is not text", 'Write text in quotes: {name} = "...".')
_WHOLE = ("is not a whole number", "Write a whole number without quotes: {name} = 1.{allowed}")
_NUMBER = ("is not a number", "Write a finite number without quotes: {name} = 1.5.{allowed}")
_SWITCH = ("is neither true nor false", "Write true or false, without quotes: {name} = true.")
_LIST = ("is not a list", "Write a list in brackets: {name} = [...].")
_RANGE = ("out of range", "{allowed}")

#: Kind of error of pydantic -> reason and remedy, with what the field allows where that is known.
WORDS: dict[str, tuple[str, str]] = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "greater_than": _RANGE,
    "greater_than_equal": _RANGE,
    "less_than": _RANGE,
    "less_than_equal": _RANGE,
    "string_too_short": ("is too short a text", "Write at least {min_length} characters."),
    "string_too_long": ("is too long a text", "Write at most {max_length} characters."),
    "too_short": ("{actual_length} given", "Give at least {min_length}."),
    "too_long": ("more given than are allowed", "Give at most {max_length}."),
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """Annotation of a text that says in words what its pattern wants."""

    words: str


def refusal(reason: str, remedy: str, *at: str | int) -> PydanticCustomError:
    """What a validator of a model raises.

    Parameters
    ----------
    reason, remedy : str
        What is wrong, and what to do.
    *at : str or int
        Key path of what is wrong below what is validated: the key of a table.

    Returns
    -------
    PydanticCustomError
    """
    return PydanticCustomError(TOLD, "{reason}. {remedy}", {"reason": reason, "remedy": remedy, "at": list(at)})


def field_errors(
    error: ValidationError, mapping: Mapping[str, Json], lines: Lines, model: type[BaseModel]
) -> list[tuple[int, InputError]]:
    """What pydantic says of a raw mapping that was to be a ``model``, in our words, each with its line."""
    found = []
    rows = error.errors(include_url=False)
    wrong = [row["loc"] for row in rows]
    for row in rows[:MOST_PROBLEMS]:
        here = row["loc"]
        if row["type"] == "too_short" and any(len(at) > len(here) and at[: len(here)] == here for at in wrong):
            continue  # pydantic counts the right items alone; the wrong ones are told themselves
        loc, value, reason, remedy = problem_of(row, mapping, model)
        if row["type"] == "missing" and len(row["loc"]) == 1:  # what lies above the tables has no table to point at
            found.append((lines.line(loc), InputError(lines.head(mapping) or model.__name__.lower(), reason, remedy)))
        else:
            found.append((lines.line(loc), InputError(lines.place(loc, value), reason, remedy)))
    return found


def problem_of(row: ErrorDetails, mapping: Json, model: type[BaseModel] | None) -> tuple[Loc, Json, str, str]:
    """One error of pydantic: key path, the value to show (None: none), reason and remedy."""
    loc: Loc = row["loc"]
    kind, context = row["type"], row.get("ctx", {})
    if kind == "missing":
        return loc[:-1], None, f"{loc[-1]} is missing", f"Add {loc[-1]} = ..."
    if kind == "extra_forbidden":
        keys = keys_at(loc[:-1], model)
        told = ", ".join(keys) if len(keys) <= 2 * FEW else listed(keys)
        return loc, None, "unknown key", f"{nearest(str(loc[-1]), keys)}Keys here: {told}"
    if kind == TOLD:
        loc = (*loc, *context.get("at", ()))
    if loc and loc[-1] == "[key]":  # the name in a table of names
        loc = loc[:-1]
    value = value_at_path(mapping, loc)
    shown = None if isinstance(value, dict | list) else value
    if kind == TOLD:
        return loc, shown, context["reason"].removeprefix(f"{str(value)[:60]!r}: "), context["remedy"]
    if kind == "literal_error":
        allowed = context["expected"].replace(" or ", ", ").replace("'", '"')
        close = nearest(str(value), re.findall(r'"([^"]+)"', allowed))
        return loc, shown, "not allowed here", f"{close}Allowed: {allowed}"
    field = field_at(loc, model)
    if kind == "string_pattern_mismatch":
        return loc, shown, "not written as it must be", f"Write {_told_of(field) or 'it as the reference shows'}."
    if WORDS.get(kind) == _LIST and isinstance(value, dict) and loc:
        return loc, None, "is one table and not a list of tables", f"Write [[{loc[-1]}]] above each one."
    reason, remedy = WORDS.get(kind, ("not allowed here", "Write it as the reference of such files shows.{keys}"))
    keys = keys_at(loc, model)
    words: dict[str, Json] = {
        **{key: context.get(key, "some") for key in ("min_length", "max_length", "actual_length")},
        "name": clipped(next((step for step in reversed(loc) if isinstance(step, str)), "key")),
        "keys": f" Keys here: {', '.join(keys)}" if keys else "",
        "allowed": f" Allowed: {bounds}." if (bounds := _bounds(field, context)) else "",
    }
    return loc, shown, reason.format(**words), remedy.format(**words).strip()


def _told_of(field: FieldInfo | None) -> str:
    """How a text is written, in the words of its field."""
    if field is None:
        return ""
    parts = (*field.metadata, *within(field.annotation))
    words = next((part.words for part in parts if isinstance(part, Spelled)), field.description or "")
    return words.rstrip(".")


def _bounds(field: FieldInfo | None, context: JsonObject) -> str:
    """The numbers that a field allows, in words; of its error alone where the field is not known."""
    found = dict(context)
    for part in () if field is None else (*field.metadata, *within(field.annotation)):
        for key in ("ge", "gt", "le", "lt"):
            for each in (part, *getattr(part, "metadata", ())):
                if not isinstance(each, type) and getattr(each, key, None) is not None:
                    found.setdefault(key, getattr(each, key))
    low, high = found.get("ge"), found.get("le")
    if low is not None and high is not None:
        return f"{low:,} to {high:,}".replace(",", "")
    words = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))
    return " and ".join(f"{word} {found[key]}" for key, word in words if found.get(key) is not None)


def value_at_path(mapping: Json, loc: Loc) -> Json:
    """What a raw mapping holds at a key path; None where it holds nothing."""
    for step in loc:
        if isinstance(mapping, Mapping):
            mapping = mapping.get(step)
        elif isinstance(mapping, list) and isinstance(step, int) and step < len(mapping):
            mapping = mapping[step]
        else:
            return None
    return mapping


def keys_at(loc: Loc, model: type[BaseModel] | None) -> list[str]:
    """The keys allowed at a key path of a file that holds a ``model``; empty where no table is."""
    found = model_at(loc, model)
    return [] if found is None else list(fields_of(found))


def field_at(loc: Loc, model: type[BaseModel] | None) -> FieldInfo | None:
    """The field of a ``model`` at a key path, of an item of a list that of the list; None for none."""
    while loc and isinstance(loc[-1], int):
        loc = loc[:-1]
    found = model_at(loc[:-1], model)
    return None if found is None or not loc else fields_of(found).get(str(loc[-1]))


def model_at(loc: Loc, model: type[BaseModel] | None) -> type[BaseModel] | None:
    """The model of the table at a key path of a file that holds a ``model``; None where no table is."""
    found = model
    for step in loc:
        if isinstance(step, str) and found is not None:
            fields = fields_of(found)
            found = _model_in(fields[step].annotation) if step in fields else None
    return found


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Key in a file -> field of a model."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def within(annotation: object) -> Iterator[object]:
    """Everything that an annotation is made of."""
    for part in get_args(annotation):
        yield part
        yield from within(part)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The first model class inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
