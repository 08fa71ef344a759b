"""From evidence to a verdict, by the rule that a claim states before its first result.

A claim is judged in *cells* (a class of missile, a size of raid, a figure that is compared).  Each cell is looked at
in several *arms*: limits of engagement (emergent, published) times how intervals are weighted (uniform, triangular).
In an arm there is one answer for the nominal world, with the interval of the dice, and a count over sampled worlds.
The two are never mixed: the nominal world tells what the catalog's own numbers give, the sampled worlds how far that
rests on numbers that nobody knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openiads.base.jsonable import JsonObject
from openiads.statistics.intervals import clopper_pearson


class Answer(StrEnum):
    """What one world says of a cell.

    BETWEEN : surely neither yes nor no (a rule with two levels);  OPEN : the dice leave it unsettled
    """

    YES = "yes"
    NO = "no"
    BETWEEN = "between"
    OPEN = "open"


class Verdict(StrEnum):
    """What a cell or a claim comes to."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    DEPENDS = "depends"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the 95 % interval of the dice and its standard error (0 where nothing is thrown)."""

    value: float
    low: float
    high: float
    error: float = 0.0

    def near(self, line: float) -> bool:
        """Whether the number lies within one standard error of a line (a stated threshold), or on it."""
        return abs(self.value - line) <= max(self.error, 1e-9)


@dataclass(frozen=True, slots=True)
class Look:
    """One arm of a cell.

    Attributes
    ----------
    cell : str
    limits : str
    weighting : str
    nominal : Answer
        Answer of the nominal world.
    figure : Figure
        The number behind it.
    near : bool
        It is near the line.
    worlds : dict of Answer to int
        Answers over sampled worlds, each with its own dice.
    band : tuple[float, float, float], optional
        5, 50 and 95 % of the number over them, dice taken out (sampling of intervals, not probability).
    """

    cell: str
    limits: str
    weighting: str
    nominal: Answer
    figure: Figure
    near: bool
    worlds: dict[Answer, int]
    band: tuple[float, float, float] | None

    def verdict(self, robust: float) -> Verdict:
        """Supported or contradicted where at least ``robust`` of the worlds say so; see ``over_worlds``."""
        return over_worlds(self.worlds, robust)


def over_worlds(worlds: dict[Answer, int], robust: float) -> Verdict:
    """The verdict over sampled worlds.

    ``yes`` (``no``) robustly: at least that share of all worlds.  DEPENDS only where the counts rule both out: the 95 %
    interval (Clopper-Pearson) of the share of worlds that could still say yes, open ones included, ends below
    ``robust``, and so does that for no.  Worlds BETWEEN can never say either.  Else UNDECIDED: more worlds or more
    replications would tell.
    """
    total = sum(worlds.values())
    if total == 0:
        return Verdict.UNDECIDED
    yes, no, still = (worlds.get(a, 0) for a in (Answer.YES, Answer.NO, Answer.OPEN))
    if yes / total >= robust:
        return Verdict.SUPPORTED
    if no / total >= robust:
        return Verdict.CONTRADICTED
    could_yes, could_no = clopper_pearson(yes + still, total)[1], clopper_pearson(no + still, total)[1]
    return Verdict.DEPENDS if could_yes < robust and could_no < robust else Verdict.UNDECIDED


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """What a cell comes to over its arms, and which choices turn it."""

    cell: str
    verdict: Verdict
    turned_by: tuple[str, ...]  # of "limits", "weighting", "worlds", "level"
    near: bool


def of_cell(looks: Sequence[Look], verdicts: Sequence[Verdict]) -> CellVerdict:
    """All arms of one cell together: agreed, or dependent on what turns it."""
    found = set(verdicts)
    near = any(look.near for look in looks)
    cell = looks[0].cell
    if len(found) == 1 and Verdict.DEPENDS not in found:
        return CellVerdict(cell, found.pop(), (), near)
    turned = [name for name in ("limits", "weighting") if _turns(looks, verdicts, name)]
    turned += _within(look for look, verdict in zip(looks, verdicts, strict=True) if verdict is Verdict.DEPENDS)
    settled = found - {Verdict.UNDECIDED}
    if not turned or settled <= {Verdict.SUPPORTED} or settled <= {Verdict.CONTRADICTED}:
        return CellVerdict(cell, Verdict.UNDECIDED, (), near)
    return CellVerdict(cell, Verdict.DEPENDS, tuple(turned), near)


def _within(looks: Iterable[Look]) -> list[str]:
    """What turns arms that depend in themselves: worlds that say different things, the level where some lie between."""
    said = [{a for a, n in look.worlds.items() if n and a is not Answer.OPEN} for look in looks]
    names = []
    if any(len(each) > 1 or Answer.BETWEEN not in each for each in said):
        names.append("worlds")
    if any(Answer.BETWEEN in each for each in said):
        names.append("level")
    return names


def _turns(looks: Sequence[Look], verdicts: Sequence[Verdict], name: str) -> bool:
    """Whether two arms that differ in this choice alone are supported here and contradicted (or dependent) there."""
    other = "weighting" if name == "limits" else "limits"
    for k, a in enumerate(looks):
        for m, b in enumerate(looks):
            alone = getattr(a, name) != getattr(b, name) and getattr(a, other) == getattr(b, other)
            if alone and verdicts[k] != verdicts[m] and Verdict.UNDECIDED not in (verdicts[k], verdicts[m]):
                return True
    return False


@dataclass(frozen=True, slots=True)
class Judgment:
    """A claim's verdict: over its cells, with what it depends on, in words that can be quoted."""

    verdict: Verdict
    depends_on: tuple[str, ...]
    near: bool
    cells: tuple[CellVerdict, ...]

    def as_dict(self) -> JsonObject:
        """Plain data."""
        return {
            "verdict": str(self.verdict),
            "depends_on": list(self.depends_on),
            "near_the_line": self.near,
            "cells": [
                {"cell": c.cell, "verdict": str(c.verdict), "turned_by": list(c.turned_by), "near_the_line": c.near}
                for c in self.cells
            ],
        }


def judge(cells: Iterable[CellVerdict], what: str) -> Judgment:
    """All cells together: supported (contradicted) only if every cell is.

    Parameters
    ----------
    cells : iterable of CellVerdict
    what : str
        What the cells differ in ("which class of missile"), named when settled cells differ.

    Returns
    -------
    Judgment
    """
    found = tuple(cells)
    kinds = Counter(cell.verdict for cell in found)
    near = any(cell.near for cell in found)
    turned = dict.fromkeys(name for cell in found for name in cell.turned_by)
    if len(kinds) == 1 and Verdict.DEPENDS not in kinds:
        return Judgment(next(iter(kinds)), (), near, found)
    split = len(kinds.keys() - {Verdict.UNDECIDED}) > 1
    named = ([what] if split else []) + list(turned)
    return Judgment(Verdict.DEPENDS if named else Verdict.UNDECIDED, tuple(named), near, found)
