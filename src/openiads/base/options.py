"""What public functions share: quantities as text or numbers, unknown names refused, errors that name parameters.

A public function with many parameters takes them as one dataclass, which the command of the same name fills as well.
`keywords_of` turns such a function into one of keyword parameters::

    @dataclass(frozen=True)
    class EnvelopeQuestion:
        system: str
        speed: Quantity = 250.0

    @keywords_of(EnvelopeQuestion)
    def envelope(question: EnvelopeQuestion) -> EnvelopeAnswer: ...

    envelope("s300f", speed="300 m/s")

Errors below name the options of the command line (``--height``); a Python caller reads the parameter instead.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar

from openiads.base import units
from openiads.base.errors import InputError, OpeniadsError, UsageError
from openiads.base.jsonable import Json
from openiads.base.words import nearest

#: Text with a unit ("75 km"), or a number in SI units and radians.
Quantity: TypeAlias = str | float
#: Text ("34.92 N 35.90 E"), or latitude and longitude in radians.
Position: TypeAlias = str | tuple[float, float]
#: Text ("34 N 35 E; 36 N 37 E"), or the southwest and the northeast corner.
Extent: TypeAlias = str | tuple[Position, Position]

P = ParamSpec("P")
Q = TypeVar("Q")
A = TypeVar("A")

_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")
_SI = {"length": "m", "speed": "m/s", "acceleration": "m/s2", "angle": "rad", "time": "s", "area": "m2"}


class Phases(Protocol):
    """Whom long work tells how far it is."""

    def phase(self, name: str) -> None:
        """Begin the next phase, of unknown length."""

    def count(self, done: int, of: int) -> None:
        """How far the phase is."""


class Silent:
    """Phases that nobody follows."""

    def phase(self, name: str) -> None:
        """Begin the next phase."""

    def count(self, done: int, of: int) -> None:
        """How far the phase is."""


# ------------------------------------------------------------------ values


def quantity(option: str, value: Quantity, kind: str) -> float:
    """A quantity in SI units and radians.

    Parameters
    ----------
    option : str
        How the command line calls it, ``--height``; errors name it.
    value : str or float
        Text with a unit, or a number in SI units or radians.
    kind : str
        A key of `base.units.KINDS`, such as "length".

    Raises
    ------
    InputError
        Where the value is no such quantity.
    """
    if isinstance(value, str):
        try:
            return units.quantity(value, kind)
        except InputError as error:
            raise InputError(option, error.reason, error.remedy) from None
    if isinstance(value, bool) or not _is_number(value) or not math.isfinite(value):
        unit, example = _SI[kind], units.KINDS[kind].example
        raise InputError(
            option, f"{value!r} is not a quantity", f'Write a number of {unit}, or text, e.g. "{example}".'
        )
    return float(value)


def position(option: str, value: Position) -> tuple[float, float]:
    """Latitude and longitude in radians, from text or from such a pair; InputError names the option."""
    if isinstance(value, str):
        try:
            return units.position(value)
        except InputError as error:
            raise InputError(option, error.reason, error.remedy) from None
    pair: tuple[Any, ...] = tuple(value) if isinstance(value, Sequence) else ()
    if len(pair) != 2 or not all(_is_number(each) and math.isfinite(each) for each in pair):
        raise InputError(option, f"{value!r} is not a position", 'Write text, e.g. "34.92 N 35.90 E".')
    if abs(pair[0]) > math.pi / 2 or abs(pair[1]) > math.pi:
        remedy = 'Numbers are radians; write degrees as text, "34.92 N 35.90 E".'
        raise InputError(option, f"{value!r} is beyond the poles or the date line", remedy)
    return float(pair[0]), float(pair[1])


def corners(option: str, value: Extent) -> tuple[tuple[float, float], tuple[float, float]]:
    """The southwest and the northeast corner (rad) of a window; InputError if it is empty."""
    parts: Sequence[Position] = [p.strip() for p in value.split(";")] if isinstance(value, str) else tuple(value)
    shown = f'"{value}"' if isinstance(value, str) else repr(value)
    if len(parts) != 2:
        raise InputError(option, shown, 'Give the southwest and the northeast corner, "34 N 35 E; 36 N 37 E".')
    low, high = (position(option, part) for part in parts)
    wide = (high[1] - low[1]) % math.tau  # a window may lie across the antimeridian, but not around the earth
    if not (low[0] < high[0] and 0.0 < wide < math.pi):
        raise InputError(option, f"{shown} is empty", "The first corner is southwest of the second.")
    return low, high


def several(value: object) -> tuple[Json, ...]:
    """One value or a sequence of them, as a tuple: text and numbers are one value."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or hasattr(value, "__float__")


def no_other_window(center: object, size: object, extent: object) -> None:
    """Refuse a window of a map that is given twice; InputError."""
    if extent is not None and (center is not None or size is not None):
        raise InputError("--extent", "given with --center or --size", "Give the corners, or the middle and the side.")


# ------------------------------------------------------------------ parameters


def keywords_of(question: Callable[P, Q]) -> Callable[[Callable[[Q], A]], Callable[P, A]]:
    """A decorator: the function takes the fields of a dataclass as parameters, and its errors name these.

    Parameters
    ----------
    question : type
        The dataclass.  Its ``OPTIONS`` says which option of the command line is which field, where that is not plain
        from their names.
    """

    def decorated(work: Callable[[Q], A]) -> Callable[P, A]:
        signature = inspect.signature(question)
        options: Mapping[str, str] = getattr(question, "OPTIONS", {})

        @functools.wraps(work)
        def called(*given: P.args, **named: P.kwargs) -> A:
            check_call(work.__name__, signature, given, named)
            try:
                return work(question(*given, **named))
            except OpeniadsError as error:
                _spell(error, options)
                raise

        result = inspect.signature(work).return_annotation
        called.__signature__ = signature.replace(return_annotation=result)  # type: ignore[attr-defined]
        return called

    return decorated


def checked_call(function: Callable[P, A]) -> Callable[P, A]:
    """The same function, which refuses names that are no parameters with the nearest one (UsageError)."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def called(*given: P.args, **named: P.kwargs) -> A:
        check_call(function.__name__, signature, given, named)
        try:
            return function(*given, **named)
        except OpeniadsError as error:
            _spell(error, {})
            raise

    return called


def check_call(name: str, signature: inspect.Signature, given: Sequence[Any], named: Mapping[str, Any]) -> None:
    """UsageError, with the nearest valid name, unless a function may be called so."""
    kinds = {each.kind for each in signature.parameters.values()}
    known = [k for k, each in signature.parameters.items() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    for word in named:
        if word not in known and inspect.Parameter.VAR_KEYWORD not in kinds:
            remedy = f"{nearest(word, known)}Parameters: {', '.join(known)}."
            raise UsageError(f"{name}({word}=)", "there is no such parameter", remedy)
    try:
        signature.bind(*given, **named)
    except TypeError as error:
        raise UsageError(f"{name}()", str(error), f"Parameters: {', '.join(known) or 'none'}.") from None


def _spell(error: OpeniadsError, options: Mapping[str, str]) -> None:
    """Name parameters of Python in an error in place of the command line's options."""

    def spelled(found: re.Match[str]) -> str:
        return options.get(found[0], found[0][2:].replace("-", "_"))

    error.place, error.reason, error.remedy = (
        _OPTION.sub(spelled, words) for words in (error.place, error.reason, error.remedy)
    )
