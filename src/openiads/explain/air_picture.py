"""How good the pictures of command posts were over a run: means over replications with their intervals.

Each replication is one observation of each measure of ``explain.picture``; a post that had no track in a replication
had an empty picture then.  A measure that a replication does not define (nothing held, no track) is left out of its
mean, and n says of how many it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.explain.picture import CUTOFF, EVERY, PostPicture, pictures_with_empty
from openiads.runs.run import Run, open_run
from openiads.statistics.intervals import CONFIDENCE, Interval, mean_interval
from openiads.statistics.moments import Moments

#: Replications that are looked at if none were recorded: each is run again with all its looks.
MOST = 20
MEASURES = ("completeness", "ambiguity", "spuriousness", "ospa", "gospa")


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of a measure over the replications that define it, with its 95 % interval; NaN of none.

    Attributes
    ----------
    mean : float
    low, high : float
        They never leave what is possible.
    n : int
    """

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class AirPicture(Shown):
    """The pictures of the command posts of a run.

    Attributes
    ----------
    scenario : str
    digest : str
        Of the run.
    replications : int
        How many were looked at.
    seed : int
    cutoff : float
        Distance (m) up to which a track stands for a flight.
    every : float
        Seconds between two looks.
    posts : mapping
        Name of a post -> measure (``completeness``, ``ambiguity``, ``spuriousness``, ``ospa`` and ``gospa`` in m).
    """

    scenario: str
    digest: str
    replications: int
    seed: int
    cutoff: float
    every: float
    posts: Mapping[str, Mapping[str, Measure]]

    def as_dict(self) -> JsonObject:
        """For JSON; what is undefined or infinite is null."""
        posts = {
            name: {what: {part: getattr(found, part) for part in found.__slots__} for what, found in measures.items()}
            for name, measures in self.posts.items()
        }
        told = {name: getattr(self, name) for name in ("scenario", "digest", "replications", "seed", "cutoff", "every")}
        return plain({**told, "posts": posts})


def air_picture(
    run: str | Path | Run, *, cutoff: float = CUTOFF, every: float = EVERY, replications: int | None = None
) -> AirPicture:
    """How good the picture of each command post of a run was: completeness, ambiguity, false tracks, OSPA and GOSPA.

    Parameters
    ----------
    run : str, Path or Run
        A run or its folder.
    cutoff : float
        Distance (m) up to which a track stands for a flight, above 0.
    every : float
        Seconds between two looks at the picture, above 0.
    replications : int, optional
        How many, from the first on; those that were recorded, or twenty if none were. What was not recorded is run
        again.

    Returns
    -------
    AirPicture
        ``table()`` has a row for each measure of each post.

    Raises
    ------
    UsageError
        For a number that is not above 0, or more replications than the run has.
    ResultsError
        For a folder that is not complete or damaged, or a replication that comes out otherwise than stored.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=3, seed=1, record=3)
    >>> found = oi.air_picture(run)
    >>> 0.0 < found.posts["Guard/54k6e2"]["completeness"].mean < 1.0
    True
    """
    made = open_run(run) if isinstance(run, str | Path) else run
    count = min(made.replications, made.identity.record or MOST) if replications is None else replications
    if not 1 <= count <= made.replications:
        raise UsageError("replications", f"{count} of {made.replications}", "Give one that the run has, 1 at least")
    found: dict[str, list[PostPicture]] = {}
    for replication in _good(made, count):
        for picture in pictures_with_empty(made, replication, cutoff=cutoff, every=every):
            found.setdefault(picture.post, []).append(picture)
    posts = {
        name: {what: _measure([getattr(each, what) for each in seen], what, cutoff) for what in MEASURES}
        for name, seen in found.items()
    }
    looked = max((len(seen) for seen in found.values()), default=0)
    return AirPicture(made.name, made.digest, looked, made.seed, cutoff, every, posts)


def _good(made: Run, count: int) -> list[int]:
    """Those of the first replications that did not fail."""
    rows = made.rows()[:count]
    return [int(each) for each in rows["replication"][rows["status"] == 0]]


def _measure(values: Sequence[float], what: str, cutoff: float) -> Measure:
    told = [value for value in values if not math.isnan(value)]
    if not told:
        return Measure(math.nan, *_bounds(what, cutoff), 0)
    sample = Moments.of(told)
    return Measure(sample.mean, *mean_interval(sample, CONFIDENCE, _bounds(what, cutoff)), sample.n)


def _bounds(what: str, cutoff: float) -> Interval:
    """The least and greatest value of a measure that is possible."""
    return {"ambiguity": (1.0, math.inf), "ospa": (0.0, cutoff), "gospa": (0.0, math.inf)}.get(what, (0.0, 1.0))
