"""One number at a time: each knob at the ends of its band, all others nominal, on the dice of the nominal world.

The simplest answer to "what matters", and the one that a reader can check by hand.  It sees no interactions and nothing
between the ends: that is what screening and Sobol indices (``experiments.knowledge``) are for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.experiments.knowledge import KnowledgeQuestion
from openiads.experiments.sampled import Values, evaluate
from openiads.runs.digest import hash_of
from openiads.runs.work import Work
from openiads.scenario.knobs import Knob
from openiads.statistics.intervals import CONFIDENCE, Interval
from openiads.statistics.paired import mean_difference
from openiads.statistics.sensitivity import chance_of, told_of_many


@dataclass(frozen=True, slots=True)
class End:
    """A knob at one end of its band.

    Attributes
    ----------
    value : float
        Of the knob.
    difference : float
        Of the metric's mean from the nominal world's, paired by replication, with its 95 % interval, which never leaves
        what is possible.
    low : float
    high : float
    shown : bool
        Whether dice alone would hardly give it, by ``statistics.sensitivity.told_of_many`` over both ends of all knobs.
    probability : float
        Of a difference as large, if dice alone gave it (Student's t of the pairs).
    """

    value: float
    difference: float
    low: float
    high: float
    shown: bool
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Swing:
    """What a knob does to the metric between the two ends of its band."""

    at_low: End
    at_high: End

    @property
    def size(self) -> float:
        """How far apart the metric's means are among both ends and the nominal world."""
        ends = (0.0, self.at_low.difference, self.at_high.difference)
        return max(ends) - min(ends)

    @property
    def shown(self) -> bool:
        """Whether either end differs from the nominal world by more than dice would show."""
        return self.at_low.shown or self.at_high.shown


@dataclass(frozen=True, slots=True)
class Swings(Shown):
    """One ``Swing`` a knob, in units of the metric.

    Attributes
    ----------
    question : KnowledgeQuestion
    nominal : float
        The metric's mean in the nominal world.
    swings : tuple of Swing
    capped : int
        Worlds whose knobs ask a kill probability above what works.
    nearer : int
        Worlds with a round that does not arrive at a reference engagement.
    """

    question: KnowledgeQuestion
    nominal: float
    swings: tuple[Swing, ...]
    capped: int
    nearer: int

    def ranked(self) -> list[tuple[Knob, Swing]]:
        """Knobs with their swings, the largest first."""
        return sorted(zip(self.question.knobs, self.swings, strict=True), key=lambda each: -each[1].size)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) over what it says."""
        return hash_of(self.as_dict())

    def as_dict(self) -> JsonObject:
        """For JSON, the largest first."""

        def told(end: End) -> JsonObject:
            return {name: getattr(end, name) for name in End.__slots__}

        rows = [
            {
                "knob": k.name,
                "status": k.status,
                "size": s.size,
                "shown": s.shown,
                "at_low": told(s.at_low),
                "at_high": told(s.at_high),
            }
            for k, s in self.ranked()
        ]
        return plain(
            {
                **self.question.as_dict(),
                "method": "swings",
                "worlds": worlds_of(self.question),
                "nominal": self.nominal,
                "capped_worlds": self.capped,
                "nearer_worlds": self.nearer,
                "swings": rows,
            }
        )


def worlds_of(question: KnowledgeQuestion) -> int:
    """How many worlds the swings of a question take: the nominal one and two for each knob."""
    return 1 + 2 * len(question.knobs)


def swings(question: KnowledgeQuestion, worlds: int | None = None, work: Work | None = None) -> Swings:
    """Each knob of a question at both ends of its band, the others nominal.

    Parameters
    ----------
    question : KnowledgeQuestion
    worlds : int, optional
        At most so many; UsageError if the knobs take more.
    work : Work, optional

    Returns
    -------
    Swings
    """
    needed = worlds_of(question)
    if worlds is not None and worlds < needed:
        raise UsageError("worlds", f"{worlds} are too few", f"Give at least {needed}, or choose fewer knobs")
    ends = [{knob.name: value} for knob in question.knobs for value in (knob.low, knob.high)]
    found = evaluate(question.scenario, [{}, *ends], question.metric, question.replications, question.seed, work)
    bounds = -found.greatest, found.greatest
    made = [
        _end(next(iter(world.values())), found.values[0], each, bounds)
        for world, each in zip(ends, found.values[1:], strict=True)
    ]
    # two ends are two chances for an idle knob
    told = told_of_many([min(1.0, 2.0 * end.probability) for end in made])
    made = [replace(end, shown=shown) for end, shown in zip(made, told, strict=True)]
    pairs = tuple(Swing(low, high) for low, high in zip(made[::2], made[1::2], strict=True))
    capped, nearer = int(found.capped.sum()), int(found.nearer.sum())
    return Swings(question, float(found.values[0].mean()), pairs, capped, nearer)


def _end(value: float, nominal: Values, there: Values, bounds: Interval) -> End:
    """An end from its replications and those of the nominal world, and the least and greatest difference possible."""
    if np.array_equal(nominal, there):
        return End(value, 0.0, 0.0, 0.0, False)
    mean, low, high = mean_difference(nominal, there, CONFIDENCE, bounds)
    return End(value, mean, low, high, False, chance_of(there - nominal))
