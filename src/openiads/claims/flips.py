"""Where an answer flips: one number moved alone, the value at which a figure crosses its line, how likely that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.catalog.records import Catalog
from openiads.claims.basics import Flip
from openiads.scenario.knobs import Knob, known_knobs
from openiads.scenario.load import Scenario, catalog_of
from openiads.scenario.moved import moved

#: So many even shares of an interval stand for a prior.
SHARES = 2001


@dataclass(frozen=True, slots=True)
class Flipped:
    """One figure over the values of one number.

    Attributes
    ----------
    cell, sets : str
    values, figures : tuple of float
        Of the number, rising, and of the figure.
    line : float
        That the figure is held against.
    thresholds : tuple of float
        Values at which the figure crosses the line, linear between those tried; none where it never does.
    above : mapping of str to tuple of float
        Weighting -> share of the prior above each threshold.
    compare : str
        What the thresholds are to be read against.
    """

    cell: str
    sets: str
    values: tuple[float, ...]
    figures: tuple[float, ...]
    line: float
    thresholds: tuple[float, ...]
    above: Mapping[str, tuple[float, ...]]
    compare: str

    def as_dict(self) -> JsonObject:
        """Plain data."""
        return {
            "cell": self.cell,
            "sets": self.sets,
            "values": list(self.values),
            "figures": [v if math.isfinite(v) else None for v in self.figures],
            "line": self.line,
            "thresholds": list(self.thresholds),
            "prior_above": {name: list(shares) for name, shares in self.above.items()},
            "compare": self.compare,
        }


def crossings(values: Sequence[float], figures: Sequence[float], line: float) -> list[float]:
    """Values at which a figure crosses a line, linear between neighbors; what is not finite crosses nothing."""
    found = []
    for k in range(len(values) - 1):
        one, two = figures[k] - line, figures[k + 1] - line
        if math.isfinite(one) and math.isfinite(two) and (one < 0.0) != (two < 0.0):
            found.append(values[k] + (values[k + 1] - values[k]) * one / (one - two))
    return found


def prior(book: Catalog, sets: str, knob: Knob, weighting: str) -> np.ndarray:
    """Values that a knob gives to a number over even shares of its interval, rising (shares,).

    Raises
    ------
    InputError
        If the knob does not move the number.
    """
    drawn = [knob.at((k + 0.5) / SHARES, weighting) for k in range(SHARES)]
    if sets != knob.name:
        owner, _, what = sets.partition(".")
        key = (owner, book[owner].named.get(what, what))
        if key not in moved(book, {knob.name: drawn[0]}).fields:
            raise InputError(f"flips.{sets}", f"is not moved by {knob.name}", "Give the knob that samples it as prior.")
        drawn = [moved(book, {knob.name: u}).fields[key] for u in drawn]
    return np.sort(np.asarray(drawn, float))


def flipped(
    flip: Flip,
    flown: Scenario,
    weightings: Sequence[str],
    figures: Mapping[str, Sequence[float]],
    lines: Sequence[float],
) -> list[Flipped]:
    """A figure of each cell against each line, with the thresholds and how much of each prior lies above them.

    Parameters
    ----------
    flip : Flip
    flown : Scenario
        Whose catalog and knobs are meant.
    weightings : sequence of str
    figures : mapping of str to sequence of float
        Cell -> figure at each of the values.
    lines : sequence of float

    Returns
    -------
    list of Flipped
    """
    book = catalog_of(flown)
    known = known_knobs([flip.sets, flip.prior], book, flown)
    volumes = {name: prior(book, flip.sets, known[flip.prior], name) for name in weightings}
    order = np.argsort(flip.values, kind="stable")
    values = [flip.values[k] for k in order]
    found = []
    for cell, given in figures.items():
        mine = [given[k] for k in order]
        for line in lines:
            at = crossings(values, mine, line)
            above = {name: tuple(float((drawn > t).mean()) for t in at) for name, drawn in volumes.items()}
            found.append(Flipped(cell, flip.sets, tuple(values), tuple(mine), line, tuple(at), above, flip.compare))
    return found
