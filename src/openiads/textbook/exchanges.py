"""Salvo exchanges between two forces that fire and defend.

Sources: Hughes, Fleet Tactics (1986), and Naval Research Logistics 42 (1995).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from openiads.base.errors import UsageError
from openiads.textbook.domain import at_least, whole


@dataclass(frozen=True, slots=True)
class Force:
    """One side of an exchange of salvos.

    Parameters
    ----------
    units : float
        At least 0; may be a mean.
    strike : float
        Good shots that each unit sends in a salvo, at least 0.
    defense : float
        Shots that each unit stops, at least 0.
    staying : float
        Hits that put a unit out of action, above 0.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.Force(units=3, strike=3, defense=1, staying=1).strike
    3
    """

    units: float
    strike: float
    defense: float
    staying: float

    def __post_init__(self) -> None:
        for name in ("units", "strike", "defense"):
            at_least(name, getattr(self, name), 0.0)
        if not 0.0 < self.staying < math.inf:
            raise UsageError("staying", f"{self.staying} is not above 0", "Give the hits that put a unit out of action")


def unstopped(attacker: Force, defender: Force) -> float:
    """Shots of one salvo that the defender does not stop: max(0, strike x attackers - defense x defenders)."""
    return max(0.0, attacker.strike * attacker.units - defender.defense * defender.units)


def salvo_losses(a: Force, b: Force) -> tuple[float, float]:
    """Units that each side loses when both fire at once; none loses more than it has.

    Parameters
    ----------
    a, b : Force
        The two sides.

    Returns
    -------
    tuple of float
        Units that a and b lose.

    Examples
    --------
    >>> from openiads import textbook
    >>> side = textbook.Force(units=2.0, strike=1.0, defense=0.0, staying=1.0)
    >>> textbook.salvo_losses(side, side)
    (2.0, 2.0)
    """
    return min(a.units, unstopped(b, a) / a.staying), min(b.units, unstopped(a, b) / b.staying)


def salvo_exchange(a: Force, b: Force, salvos: int) -> list[tuple[float, float]]:
    """Units left on both sides after each of some salvos; what is lost neither fires nor defends.

    Parameters
    ----------
    a, b : Force
        The two sides.
    salvos : int
        At least 0.

    Returns
    -------
    list of tuple
        Units left of a and b, after each salvo.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> side = textbook.Force(units=2, strike=1, defense=0.5, staying=1)
    >>> textbook.salvo_exchange(side, side, 2)
    [(1.0, 1.0), (0.5, 0.5)]
    """
    whole("salvos", salvos, 0)
    left = []
    for _ in range(salvos):
        lost_a, lost_b = salvo_losses(a, b)
        a = Force(a.units - lost_a, a.strike, a.defense, a.staying)
        b = Force(b.units - lost_b, b.strike, b.defense, b.staying)
        left.append((a.units, b.units))
    return left
