"""Means of rare things: cases sorted beforehand into strata, of which the rare ones are looked at more often.

Two-phase (double) sampling for stratification: all of M cases are sorted by what is cheap to know of them, and of each
stratum some are looked at.  With shares w and means m of the strata the mean is the sum of w m, without bias, and its
variance the sum of w^2 s^2/n and of w (m - mean)^2/M.  Source: [neyman1938].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openiads.base.errors import UsageError
from openiads.statistics.intervals import CONFIDENCE, Interval, clipped, mean_interval, wilson
from openiads.statistics.moments import Moments

#: Effective number of cases from which on a rate is told; from fewer only what it is at most.
LEAST_EFFECTIVE = 10.0


@dataclass(frozen=True, slots=True)
class Stratum:
    """Cases of one kind.

    Parameters
    ----------
    found : int
        How many of all that were sorted.
    seen : Moments
        Of the values of those that were looked at, the first of them.
    most : float, optional
        Greatest value possible in it, where it is less than the bound of all.

    Examples
    --------
    >>> Stratum(found=900, seen=Moments.of([0.0, 0.0])).seen.mean
    0.0
    """

    found: int
    seen: Moments
    most: float = math.inf


def stratified_mean(
    strata: Sequence[Stratum],
    confidence: float = CONFIDENCE,
    bounds: Interval = (0.0, math.inf),
    unseen: bool = True,
) -> tuple[float, float, float]:
    """Mean over all cases, low and high, of strata that were looked at more or less often.

    Each stratum has its own interval, which holds where nothing or hardly anything was seen; they are joined by the
    squares of their distances from the means, as are those of the shares.  A stratum all of whose cases were looked at
    has no error within it, but its share and its mean stand for cases to come: its interval stays.
    Source: the joining is the "MOVER" of [zou2008].

    Parameters
    ----------
    strata : sequence of Stratum
        All cases that were sorted are in one of them.
    confidence : float, optional
        0 to 1.
    bounds : Interval, optional
        Least and greatest value possible of a case.
    unseen : bool, optional
        Whether strata in which only 0 was seen add what they may hide to the interval; without, it holds if they hide
        nothing.

    Returns
    -------
    tuple of float
        Mean, low and high.

    Raises
    ------
    UsageError
        For a stratum with cases of which none was looked at, or with fewer than were looked at.

    Examples
    --------
    >>> few = Stratum(10, Moments.of_counts({0.0: 5, 1.0: 5}))
    >>> rest = Stratum(990, Moments.of_counts({0.0: 500}))
    >>> round(stratified_mean([few, rest], bounds=(0.0, 1.0))[0], 6)
    0.005
    """
    total = sum(stratum.found for stratum in strata)
    used = [stratum for stratum in strata if stratum.found]
    for stratum in used:
        if not 0 < stratum.seen.n <= stratum.found:
            told = f"{stratum.seen.n} of {stratum.found} cases looked at"
            raise UsageError("strata", told, "Look at one at least of each stratum, and at none twice")
    mean = math.fsum(stratum.found / total * stratum.seen.mean for stratum in used)
    below = above = 0.0
    for stratum in used:
        share, middle = stratum.found / total, stratum.seen.mean
        within = bounds[0], min(bounds[1], stratum.most)
        hides = unseen or stratum.seen.total
        low, high = mean_interval(stratum.seen, confidence, within) if hides else (middle, middle)
        least, most = wilson(stratum.found, total, confidence) if stratum.found < total else (1.0, 1.0)
        rise, fall = (share - least, most - share) if middle > mean else (most - share, share - least)
        below += (share * (middle - low)) ** 2 + ((middle - mean) * rise) ** 2
        above += (share * (high - middle)) ** 2 + ((middle - mean) * fall) ** 2
    return mean, *clipped(mean - math.sqrt(below), mean + math.sqrt(above), bounds)


def effective_size(contributions: Sequence[float]) -> float:
    """Kish's effective number of cases: (sum of weights)^2 / sum of squares; 0 of none.

    Parameters
    ----------
    contributions : sequence of float
        What each case adds to an estimate, at least 0; those that add nothing do not count.

    Returns
    -------
    float
        As many as there are if all add alike, and fewer otherwise.

    Raises
    ------
    UsageError
        For a number below 0 or none.

    Examples
    --------
    >>> effective_size([2.0, 2.0, 2.0, 0.0])
    3.0
    """
    if not all(math.isfinite(each) and each >= 0.0 for each in contributions):
        raise UsageError("contributions", "a weight below 0 or not finite", "Give weights from 0 up")
    largest = max(contributions, default=0.0)
    if largest == 0.0:
        return 0.0
    scaled = [each / largest for each in contributions]
    return math.fsum(scaled) ** 2 / math.fsum(each * each for each in scaled)


def allotted(weights: Sequence[float], room: Sequence[int], least: int, most: int) -> list[int]:
    """How many cases of each stratum to look at: in proportion to weights, within what there is.

    With weights of share times standard deviation the variance of the mean is least (Neyman's allocation).

    Parameters
    ----------
    weights : sequence of float
        Of each stratum, at least 0.
    room : sequence of int
        Cases of each stratum, at least 0.
    least : int
        Of each stratum that has as many; of one with fewer all.
    most : int
        In all.

    Returns
    -------
    list of int
        What small strata leave goes to the others.

    Raises
    ------
    UsageError
        Where the least of each are more than all.

    Examples
    --------
    >>> allotted([1.0, 1.0, 0.0], [1_000, 10, 0], 1, 100)
    [90, 10, 0]
    """
    given = [min(each, least) for each in room]
    left = most - sum(given)
    if left < 0:
        raise UsageError("replications", f"{most} for {len(room)} strata", f"Give {sum(given)} at least")
    while left > 0:
        open_ = [k for k in range(len(room)) if given[k] < room[k] and weights[k] > 0.0]
        total = math.fsum(weights[k] for k in open_)
        if not open_:
            break
        more = {k: min(room[k] - given[k], int(left * weights[k] / total)) for k in open_}
        if not any(more.values()):
            more = {max(open_, key=lambda k: weights[k]): 1}
        for k, many in more.items():
            given[k] += many
        left -= sum(more.values())
    return given
