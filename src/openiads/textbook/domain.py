"""The domains of textbook formulas: UsageError for a number outside; `within` and `count` raise InputError."""

from __future__ import annotations

import math
import sys

from openiads.base.errors import InputError, UsageError

#: The end of a domain without infinity.
FINITE = sys.float_info.max
#: Up to here every whole number is a float.
MOST_COUNTED = 2**53


def share(name: str, value: float) -> None:
    """Refuse what is no probability."""
    if not 0.0 <= value <= 1.0:
        raise UsageError(name, f"{value} is no probability", "Give a number from 0 to 1")


def at_least(name: str, value: float, least: float) -> None:
    """Refuse what is below the least, or not finite."""
    if not least <= value < math.inf:
        raise UsageError(name, f"{value} is not at least {least:g} and finite", f"Give {name} from {least:g} up")


def whole(name: str, value: float, least: int) -> None:
    """Refuse what is no whole number of at least the least."""
    at_least(name, value, least)
    if value != int(value):
        raise UsageError(name, f"{value} is not a whole number", "Give a whole number")


def within(name: str, value: float, least: float, most: float = math.inf, *, above: bool = False) -> float:
    """The value as a float, or InputError unless it lies from least to most; ``above``: the least itself is outside.

    Infinity is inside only where ``most`` says so by its name: the greatest finite number is meant by ``FINITE``.
    """
    number = float(value)
    if least <= number <= most and not (above and number == least):
        return number
    low = f"above {least:g}" if above else f"of at least {least:g}"
    if most == math.inf:
        remedy = f"Give a number {low}"
    elif most == FINITE:
        remedy = f"Give a finite number {low}"
    else:
        remedy = f"Give a number {low} and at most {most:.6g}"
    raise InputError(name, f"{value} is outside its domain", remedy)


def count(name: str, value: float, least: int = 0) -> int:
    """The value as an int, or InputError unless it is a whole number from the least to 2^53."""
    if not (least <= value <= MOST_COUNTED and value == int(value)):
        raise InputError(name, f"{value} is outside its domain", f"Give a whole number of at least {least}")
    return int(value)
