"""Sampled worlds run on the same dice: a metric, replication by replication, in each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError, ResultsError, UsageError
from openiads.runs.findings import FIRST_TIMES, RATIOS, Accumulator, possible
from openiads.runs.replicate import carry_out
from openiads.runs.run import Run
from openiads.runs.work import Request, Work
from openiads.statistics.paired import left_out
from openiads.world.prebuilt import Prebuilt

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worlds:
    """What came out in some worlds.

    Attributes
    ----------
    values : ndarray
        a metric, shape (worlds, replications).
    capped : ndarray
        Whether a world's knobs ask a kill probability above reliability x common mode, which is then capped, shape
        (worlds,).
    nearer : ndarray
        Whether a round with a world's knobs does not arrive at a reference engagement, which is then taken nearer,
        shape (worlds,).
    greatest : float
        The greatest value possible in a replication; infinite where nothing limits it.
    """

    values: Values
    capped: NDArray[np.bool_]
    nearer: NDArray[np.bool_]
    greatest: float = math.inf


def evaluate(
    scenario: Scenario | str | Path,
    worlds: Sequence[Mapping[str, float]],
    metric: str,
    replications: int,
    seed: int,
    work: Work | None = None,
) -> Worlds:
    """A metric in sampled worlds, replication by replication.

    The worlds share their build products.  Every world has the same seed, so that replication r of all of them meets
    the same dice.  Of a ratio of sums the values are the jackknife's pseudo-values, whose mean is the ratio without its
    bias.
    """
    work = work or Work()
    found, built = np.empty((len(worlds), replications)), Prebuilt()
    capped, nearer = np.zeros(len(worlds), bool), np.zeros(len(worlds), bool)
    greatest = 0.0 if len(worlds) else math.inf
    with work.place() as place:
        for w, knobs in enumerate(worlds):
            if work.progress is not None:
                work.progress(w, len(worlds))
            try:
                out = None if work.out is None else Path(work.out) / f"w{w:06d}"
                own = replace(work, out=out, on=place, progress=None, warn=None, prebuilt=built)
                made = carry_out(scenario, Request(replications, seed, knobs=dict(knobs) or None), own)
            except InputError as error:
                raise InputError(f"world {w}: {error.place}", error.reason, error.remedy) from error
            if w == 0:
                for line in made.other_warnings:
                    work.tell(line)
            capped[w], nearer[w] = bool(made.capped), bool(made.nearer)
            found[w] = values_of(made, metric, f"world {w}")
            greatest = max(greatest, greatest_of(made, metric))
    if work.progress is not None:
        work.progress(len(worlds), len(worlds))
    return Worlds(found, capped, nearer, greatest)


def greatest_of(made: Run, metric: str) -> float:
    """The greatest value of a metric that is possible in a replication."""
    return possible(metric)[1] if metric in RATIOS else made.gathered.greatest(metric)


def values_of(made: Run, metric: str, place: str = "run") -> Values:
    """One number a replication, shape (n,); ResultsError where a replication failed or has none."""
    rows = made.rows()
    if made.seal["failed"]:
        first = made.failures(1)[0]
        told = f"replication {first['replication']} failed: {first['message']}"
        raise ResultsError(place, told, "Leave out the knob that causes it (--without), or report the fault")
    if metric in RATIOS:
        up, down, _ = RATIOS[metric]
        pairs = np.column_stack([rows[up], rows[down]]).astype(float)
        ups, downs = pairs.sum(axis=0)
        ratio = ups / downs if downs else math.nan
        values = len(rows) * ratio - (len(rows) - 1) * left_out(pairs)
    else:
        Accumulator().estimate(metric)  # an unknown metric is refused in the usual words
        values = rows[metric].astype(float)
    if not np.isfinite(values).all():
        what = "it never came in some replication" if metric in FIRST_TIMES else "it is not defined"
        raise UsageError(f'metric "{metric}"', f"{what} ({place})", "Choose a metric that every replication has")
    return values
