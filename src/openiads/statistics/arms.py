"""Arms of knowledge side by side: one question under several priors of what is not known.

Each arm (uniform, log-uniform, skeptical, ...) is a sample of worlds under its own prior.  The table of arms
tells of each the share of worlds in which a rule holds, with its interval, and median and spread of their means.  An
answer that stands in one arm and not in the other rests on the prior, and is no answer.

Sources: Clopper and Pearson (Biometrika 26, 1934) for the share; David and Nagaraja, Order Statistics (2003), 7.1, for
the median; Berger, Statistical Decision Theory and Bayesian Analysis (1985), 4.7, for answers under several priors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.statistics.intervals import CONFIDENCE, clopper_pearson, mean_interval
from openiads.statistics.medians import median_interval
from openiads.statistics.moments import Moments
from openiads.statistics.sensitivity import replicated
from openiads.statistics.spread import knowledge, percentiles

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of a world: that its mean is at least, or at most, a number.

    Parameters
    ----------
    threshold : float
        In the unit of the outputs.
    least : bool
        True: at least that; false: at most.
    """

    threshold: float
    least: bool = True

    def holds(self, values: Values) -> NDArray[np.bool_]:
        """Where it holds."""
        return values >= self.threshold if self.least else values <= self.threshold


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm.

    Attributes
    ----------
    name : str
        Of the prior.
    worlds : int
        How many were sampled.
    holds : int
        In how many of them the rule holds.
    share, low, high : float
        Share of such worlds with its Clopper-Pearson interval.
    undecided : int
        Worlds whose own interval, over their replications, lies on both sides of the threshold.
    median, median_low, median_high : float
        Of the means of worlds, with its interval; infinite ends where too few worlds tell.
    p5, p95 : float
        Percentiles of the means of worlds without what dice add.
    """

    name: str
    worlds: int
    holds: int
    share: float
    low: float
    high: float
    undecided: int
    median: float
    median_low: float
    median_high: float
    p5: float
    p95: float

    def as_dict(self) -> JsonObject:
        """For JSON: what is infinite is null."""
        return plain({name: getattr(self, name) for name in self.__slots__})


def arms(samples: Mapping[str, ArrayLike], rule: Rule, confidence: float = CONFIDENCE) -> list[Arm]:
    """A table of arms, one for each named sample of worlds.

    Parameters
    ----------
    samples : mapping of str to array_like, shape (worlds, n) or (worlds,)
        Outputs of the worlds of each arm, n replications each; replication r of every world met the same dice.
    rule : Rule
        What is asked of a world.
    confidence : float, optional
        Of the intervals.

    Returns
    -------
    list of Arm
        In the order given.

    Raises
    ------
    UsageError
        For no arm, an arm of fewer than two worlds, or an output that is no number.
    """
    if not samples:
        raise UsageError("arms", "none was given", "Give at least one named sample of worlds")
    return [_arm(name, replicated(np.asarray(found, dtype=float)), rule, confidence) for name, found in samples.items()]


def _arm(name: str, outputs: Values, rule: Rule, confidence: float) -> Arm:
    if len(outputs) < 2:
        raise UsageError(f'arm "{name}"', "one world has no spread", "Sample at least two")
    means = outputs.mean(axis=1)
    holds = int(rule.holds(means).sum())
    low, high = clopper_pearson(holds, len(means), confidence)
    middle, least, most = median_interval(means - means.min(), confidence)  # it takes what is not below 0
    several = outputs.shape[1] > 1
    variance = knowledge(outputs).variance if several else float(means.var(ddof=1))
    p5, p95 = percentiles(outputs, variance, (5.0, 95.0))
    told = math.isfinite(most)
    return Arm(
        name,
        len(means),
        holds,
        holds / len(means),
        low,
        high,
        sum(_undecided(each, rule.threshold, confidence) for each in outputs) if several else 0,
        middle + means.min(),
        least + means.min() if told else -math.inf,
        most + means.min() if told else math.inf,
        p5,
        p95,
    )


def _undecided(world: Values, threshold: float, confidence: float) -> bool:
    low, high = mean_interval(Moments.of(world.tolist()), confidence)
    return low < threshold < high


def stands(found: Sequence[Arm], share: float) -> str:
    """Whether the rule holds in this share of worlds, under every prior.

    Parameters
    ----------
    found : sequence of Arm
    share : float
        Of worlds that is asked for, between 0 and 1.

    Returns
    -------
    str
        "holds" if the lower end of every arm's share is above it, "fails" if every upper end is below, "depends" where
        one arm says the one and another the other, else "undecided".

    Raises
    ------
    UsageError
        For no arm, or a share outside 0 .. 1.
    """
    if not found or not 0.0 < share < 1.0:
        raise UsageError(
            "share", f"{share} of {len(found)} arms", "Ask for a share between 0 and 1 of at least one arm"
        )
    above, below = [arm.low > share for arm in found], [arm.high < share for arm in found]
    if all(above):
        return "holds"
    if all(below):
        return "fails"
    return "depends" if any(above) and any(below) else "undecided"
