"""The domains of textbook formulas: UsageError for a number outside."""

from __future__ import annotations

import math

from openiads.base.errors import UsageError


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
