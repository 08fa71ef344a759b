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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


#: What one answer alone comes to: surely neither yes nor no is what no later look makes either of.
ALONE = {
    Answer.YES: Verdict.SUPPORTED,
    Answer.NO: Verdict.CONTRADICTED,
    Answer.BETWEEN: Verdict.DEPENDS,
    Answer.OPEN: Verdict.UNDECIDED,
}


def together(parts: Iterable[Verdict]) -> Verdict:
    """What parts come to that must all say the same: arms and choices of a cell, cells of a claim, its readings.

    It depends only where parts that are decided say both yes and no (a part that depends says both in itself), so that
    nothing undecided could make them agree any more.  An undecided part never makes a verdict depend; it keeps parts
    that agree so far from being settled.

    Parameters
    ----------
    parts : iterable of Verdict

    Returns
    -------
    Verdict
    """
    found = set(parts)
    if Verdict.DEPENDS in found or {Verdict.SUPPORTED, Verdict.CONTRADICTED} <= found:
        return Verdict.DEPENDS
    return found.pop() if len(found) == 1 else Verdict.UNDECIDED


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
    world that said otherwise would turn the verdict, whichever it is."""
    whole = pooled(seeds)
    total = sum(whole.values())
    for said in (Answer.YES, Answer.NO) if total else ():
        smoothed = (whole[said] + 1.0) / (total + 2.0)
        if abs(whole[said] / total - robust) <= math.sqrt(smoothed * (1.0 - smoothed) / total):
            return True
    return bool(by_one(seeds, robust))


def by_one(seeds: Sequence[Mapping[Answer, int]], robust: float) -> tuple[Verdict, ...]:
    """The other verdicts that the arm would come to if one world had said otherwise, in the order of ``Verdict``."""
    verdict = over_worlds(seeds, robust)
    found = {over_worlds(moved, robust) for moved in _one_moved(seeds)} - {verdict}
    return tuple(each for each in Verdict if each in found)


def _one_moved(seeds: Sequence[Mapping[Answer, int]]) -> Iterator[list[Counter[Answer]]]:
    """The counts with one world moved to another answer, in every way; to BETWEEN only where an arm has any."""
    whole = pooled(seeds)
    answers = [each for each in Answer if each is not Answer.BETWEEN or whole[each]]
    for k, counts in enumerate(seeds):
        for said in answers:
            for other in answers if counts.get(said, 0) else ():
                if other is not said:
                    moved = [Counter(each) for each in seeds]
                    moved[k].update({said: -1, other: 1})
                    yield moved


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
    near = any(look.near or look.near_share(robust) for look in looks)
    cell = looks[0].cell
    verdict = together([*verdicts, *(ALONE[answer] for _, answer in choices)])
    if verdict is not Verdict.DEPENDS:
        return CellVerdict(cell, verdict, (), near)
    turned = _turned(looks, verdicts)
    turned += _within(look for look, each in zip(looks, verdicts, strict=True) if each is Verdict.DEPENDS)
    turned += _turning(looks[0].nominal, verdicts, choices)
    return CellVerdict(cell, verdict, tuple(dict.fromkeys(turned)) or ("level",), near)


def _turning(nominal: Answer, verdicts: Iterable[Verdict], choices: Sequence[tuple[str, Answer]]) -> list[str]:
    """Kinds of the choices that settle otherwise than the decided arms, or else the nominal world; where neither says
    anything, kinds that say both in themselves, or else those that say what another kind does not."""
    arms = {each for each in verdicts if each is not Verdict.UNDECIDED}
    said = arms.pop() if len(arms) == 1 and Verdict.DEPENDS not in arms else ALONE[nominal]
    told = [(kind, ALONE[answer]) for kind, answer in choices if answer is not Answer.OPEN]
    if said is not Verdict.UNDECIDED:
        return [kind for kind, each in told if each is not said]
    kinds = {kind: together(each for name, each in told if name == kind) for kind, _ in told}
    both = [kind for kind, each in kinds.items() if each is Verdict.DEPENDS]
    return both or (list(kinds) if len(set(kinds.values())) > 1 else [])


def _within(looks: Iterable[Look]) -> list[str]:
    """What turns arms that depend in themselves: worlds that say different things, the level where some lie between."""
    said = [{a for a, n in look.worlds.items() if n and a is not Answer.OPEN} for look in looks]
    names = []
    if any(len(each) > 1 or Answer.BETWEEN not in each for each in said):
        names.append("worlds")
    if any(Answer.BETWEEN in each for each in said):
        names.append("level")
    return names


def _turned(looks: Sequence[Look], verdicts: Sequence[Verdict]) -> list[str]:
    """Of "limits" and "weighting": in which two arms differ that are decided otherwise and alike in the other; where no
    two are alike in either, both in which they differ."""
    arms = [(look, each) for look, each in zip(looks, verdicts, strict=True) if each is not Verdict.UNDECIDED]
    pairs = [(a, b) for k, (a, one) in enumerate(arms) for b, other in arms[k + 1 :] if one is not other]
    differ = [[name for name in ("limits", "weighting") if getattr(a, name) != getattr(b, name)] for a, b in pairs]
    alone = [names[0] for names in differ if len(names) == 1]
    found = set(alone) if alone else {name for names in differ for name in names}
    return [name for name in ("limits", "weighting") if name in found]


@dataclass(frozen=True, slots=True)
class Hinge:
    """An arm of which one sampled world, had it said otherwise, would give the claim another verdict.

    Attributes
    ----------
    cell, limits, weighting : str
    verdict : Verdict
        That other one.
    all_alike : bool
        All worlds of the arm said the same: it hangs on how few they are.
    """

    cell: str
    limits: str
    weighting: str
    verdict: Verdict
    all_alike: bool

    def as_dict(self) -> JsonObject:
        """Plain data."""
        arm = {"cell": self.cell, "limits": self.limits, "weighting": self.weighting}
        return {**arm, "to": str(self.verdict), "all_alike": self.all_alike}


@dataclass(frozen=True, slots=True)
class Judgment:
    """A claim's verdict: over its cells, with what it depends on, in words that can be quoted."""

    verdict: Verdict
    depends_on: tuple[str, ...]
    near: bool
    cells: tuple[CellVerdict, ...]
    readings: tuple[tuple[str, Verdict, tuple[str, ...]], ...] = ()  # of a sentence that can be read in several ways
    hinges: tuple[Hinge, ...] = ()  # arms of which one world that said otherwise would give another verdict

    def as_dict(self) -> JsonObject:
        """Plain data."""
        return {
            "verdict": str(self.verdict),
            "depends_on": list(self.depends_on),
            "near_the_line": self.near,
            "one_sample_turns": [hinge.as_dict() for hinge in self.hinges],
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
    near = any(cell.near for cell in found)
    verdict = together(cell.verdict for cell in found)
    if verdict is not Verdict.DEPENDS:
        return Judgment(verdict, (), near, found)
    split = len({cell.verdict for cell in found} - {Verdict.UNDECIDED}) > 1
    turned = dict.fromkeys(name for cell in found for name in cell.turned_by)
    return Judgment(verdict, (*([what] if split else []), *turned), near, found)


def hinges(looks: Sequence[Look], robust: float, judged: Callable[[Sequence[Verdict]], Verdict]) -> tuple[Hinge, ...]:
    """Every arm on one world of which the claim's verdict hangs.

    Parameters
    ----------
    looks : sequence of Look
        All arms of the claim.
    robust : float
    judged : callable
        The claim's verdict from those of its arms.

    Returns
    -------
    tuple of Hinge
    """
    verdicts = [look.verdict(robust) for look in looks]
    now, found = judged(verdicts), []
    for k, look in enumerate(looks):
        for other in by_one(look.seeds, robust):
            turned = judged([*verdicts[:k], other, *verdicts[k + 1 :]])
            if turned is not now:
                alike = sum(count > 0 for count in look.worlds.values()) == 1
                found.append(Hinge(look.cell, look.limits, look.weighting, turned, alike))
    return tuple(found)
