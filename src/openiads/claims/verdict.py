"""From evidence to a verdict, by the rule that a claim states before its first result.

A claim is judged in *cells* (a class of missile, a size of raid, a figure that is compared).  Each cell is looked at
in several *arms*: limits of engagement (emergent, published) times how intervals are weighted (uniform, triangular,
log-uniform, skeptical).  In an arm there is one answer for the nominal world, with the interval of the dice, and a
count over sampled worlds, which are drawn anew with several seeds.  *Choices* that no interval samples (facing, the
size of a raid, the order of battle) are taken one at a time with the nominal numbers.  Nominal and sampled worlds are
never mixed: the nominal world tells what the catalog's own numbers give, the sampled worlds how far that rests on
numbers that nobody knows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    seeds : tuple of Counter of Answer
        Answers over the sampled worlds of each seed, each world with its own dice.
    band : tuple[float, float, float], optional
        5, 50 and 95 % of the number over them, dice taken out (sampling of intervals, not probability).
    """

    cell: str
    limits: str
    weighting: str
    nominal: Answer
    figure: Figure
    near: bool
    seeds: tuple[Counter[Answer], ...]
    band: tuple[float, float, float] | None

    @property
    def worlds(self) -> Counter[Answer]:
        """Answers over the worlds of all seeds together."""
        return pooled(self.seeds)

    def verdict(self, robust: float) -> Verdict:
        """Supported or contradicted where surely more than ``robust`` of the worlds say so; see ``over_worlds``."""
        return over_worlds(self.seeds, robust)

    def near_share(self, robust: float) -> bool:
        """Whether the share of worlds that say yes, or no, is near the rule; see ``near_rule``."""
        return near_rule(self.seeds, robust)


def pooled(seeds: Iterable[Mapping[Answer, int]]) -> Counter[Answer]:
    """The counts of all seeds together."""
    whole: Counter[Answer] = Counter()
    for counts in seeds:
        whole.update(counts)
    return whole


def over_worlds(seeds: Sequence[Mapping[Answer, int]], robust: float) -> Verdict:
    """The verdict over sampled worlds.

    ``yes`` (``no``) robustly: the lower end of the 95 % interval (Clopper-Pearson) of the share of worlds that say so,
    over the worlds of all seeds, is above ``robust``, and the share is at least ``robust`` in every seed alone.
    DEPENDS only where the counts rule both out: the interval of the share of worlds that could still say yes, open ones
    included, ends below ``robust``, and so does that for no.  Worlds BETWEEN can never say either.  Else UNDECIDED:
    more worlds or more replications would tell.

    Parameters
    ----------
    seeds : sequence of mapping of Answer to int
        How many worlds said what, for each seed; their order is of no consequence.
    robust : float

    Returns
    -------
    Verdict
    """
    whole = pooled(seeds)
    total = sum(whole.values())
    if total == 0:
        return Verdict.UNDECIDED
    for said, verdict in ((Answer.YES, Verdict.SUPPORTED), (Answer.NO, Verdict.CONTRADICTED)):
        alone = all(counts.get(said, 0) >= robust * sum(counts.values()) - 1e-9 for counts in seeds)
        if alone and clopper_pearson(whole[said], total)[0] > robust:
            return verdict
    still = whole[Answer.OPEN]
    could_yes, could_no = (clopper_pearson(whole[said] + still, total)[1] for said in (Answer.YES, Answer.NO))
    return Verdict.DEPENDS if could_yes < robust and could_no < robust else Verdict.UNDECIDED


def near_rule(seeds: Sequence[Mapping[Answer, int]], robust: float) -> bool:
    """Whether the share of worlds that say yes, or that say no, lies within one standard error of ``robust``, or one
    world that said otherwise would turn a settled verdict."""
    whole = pooled(seeds)
    total = sum(whole.values())
    if total == 0:
        return False
    for said in (Answer.YES, Answer.NO):
        smoothed = (whole[said] + 1.0) / (total + 2.0)
        if abs(whole[said] / total - robust) <= math.sqrt(smoothed * (1.0 - smoothed) / total):
            return True
    verdict = over_worlds(seeds, robust)
    if verdict not in (Verdict.SUPPORTED, Verdict.CONTRADICTED):
        return False
    said = Answer.YES if verdict is Verdict.SUPPORTED else Answer.NO
    fewer = [[Counter(c) for c in seeds] for _ in seeds]
    for k, counts in enumerate(fewer):
        counts[k].update({said: -1, Answer.OPEN: 1})
    return any(over_worlds(counts, robust) is not verdict for counts in fewer)


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """What a cell comes to over its arms, and which choices turn it."""

    cell: str
    verdict: Verdict
    turned_by: tuple[str, ...]  # of "limits", "weighting", "worlds", "level", and the kinds of choices
    near: bool


def of_cell(
    looks: Sequence[Look],
    verdicts: Sequence[Verdict],
    robust: float,
    choices: Sequence[tuple[str, Answer]] = (),
) -> CellVerdict:
    """All arms of one cell and its choices together: agreed, or dependent on what turns it.

    Parameters
    ----------
    looks : sequence of Look
        The arms.
    verdicts : sequence of Verdict
        Of each arm.
    robust : float
    choices : sequence of (str, Answer)
        Kind of each choice and what it comes to with the nominal numbers.  One that does not say what the arms agree on
        keeps the cell from being settled.

    Returns
    -------
    CellVerdict
    """
    found = set(verdicts)
    near = any(look.near or look.near_share(robust) for look in looks)
    cell = looks[0].cell
    if len(found) == 1 and Verdict.DEPENDS not in found:
        return _with_choices(CellVerdict(cell, found.pop(), (), near), choices)
    turned = [name for name in ("limits", "weighting") if _turns(looks, verdicts, name)]
    turned += _within(look for look, verdict in zip(looks, verdicts, strict=True) if verdict is Verdict.DEPENDS)
    settled = found - {Verdict.UNDECIDED}
    if not turned or settled <= {Verdict.SUPPORTED} or settled <= {Verdict.CONTRADICTED}:
        return CellVerdict(cell, Verdict.UNDECIDED, (), near)
    kinds = [kind for kind, answer in choices if {answer, looks[0].nominal} == {Answer.YES, Answer.NO}]
    return CellVerdict(cell, Verdict.DEPENDS, tuple(dict.fromkeys([*turned, *kinds])), near)


def _with_choices(agreed: CellVerdict, choices: Sequence[tuple[str, Answer]]) -> CellVerdict:
    """What all arms agree on, unless a choice settles otherwise (dependent) or stays open (undecided)."""
    said = {Verdict.SUPPORTED: Answer.YES, Verdict.CONTRADICTED: Answer.NO}.get(agreed.verdict)
    if said is None:
        return agreed
    kinds = [kind for kind, answer in choices if answer not in (said, Answer.OPEN)]
    if kinds:
        return CellVerdict(agreed.cell, Verdict.DEPENDS, tuple(dict.fromkeys(kinds)), agreed.near)
    if any(answer is Answer.OPEN for _, answer in choices):
        return CellVerdict(agreed.cell, Verdict.UNDECIDED, (), agreed.near)
    return agreed


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
    readings: tuple[tuple[str, Verdict, tuple[str, ...]], ...] = ()  # of a sentence that can be read in several ways

    def as_dict(self) -> JsonObject:
        """Plain data."""
        return {
            "verdict": str(self.verdict),
            "depends_on": list(self.depends_on),
            "near_the_line": self.near,
            "readings": {name: {"verdict": str(v), "depends_on": list(on)} for name, v, on in self.readings},
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
