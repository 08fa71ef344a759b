"""Both doubts of every variant of a knowledge sweep: its points are worlds that all variants meet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.experiments.sampled import values_of
from openiads.faces.pages.answers.common import key_of
from openiads.runs.findings import Finding, possible
from openiads.statistics.intervals import mean_interval, wilson
from openiads.statistics.moments import Moments
from openiads.statistics.spread import knowledge, percentiles

if TYPE_CHECKING:
    from openiads.experiments.sweep import Sweep


@dataclass(frozen=True)
class Doubts:
    """A variant over its sampled worlds.

    dice : the mean over worlds with the interval that dice leave to it; low, high : 5th and 95th percentile of the
    means of worlds with dice taken out
    """

    dice: Finding
    low: float
    high: float
    worlds: int


def is_sampled(sweep: Sweep) -> bool:
    """Whether points are sampled worlds."""
    return sweep.store.identity.fields["design"] == "knowledge" and any(point.knobs for point in sweep.points)


def doubts_of(sweep: Sweep, metric: str) -> dict[str, Doubts]:
    """Both doubts of every variant, by ``key_of`` of its values.

    Raises UsageError for a metric that is not a number in every replication.
    """
    common = sweep.store.identity.fields["seeds"] == "common"
    groups: dict[str, list[np.ndarray]] = {}
    for point, run in zip(sweep.points, sweep.runs(), strict=True):
        groups.setdefault(key_of(point.values), []).append(values_of(run, metric, str(point)))
    return {key: _doubts(metric, found, common) for key, found in groups.items()}


def _doubts(metric: str, found: list[np.ndarray], common: bool) -> Doubts:
    n = min(map(len, found))  # a stopping rule may end one world sooner
    outputs = np.array([each[:n] for each in found])
    each = outputs.mean(axis=0)  # of replication r over all worlds: its spread is that of dice alone
    mean = float(each.mean())
    low, high = mean_interval(Moments.of(each.tolist()), bounds=possible(metric))
    if metric == "any_leaker" and float(np.ptp(each)) == 0.0:
        low, high = wilson(mean * n, n)
    if not math.isfinite(high):
        low = high = math.nan
    dice = Finding(metric, mean, low, high, n)
    if len(outputs) < 2:
        return Doubts(dice, math.nan, math.nan, len(outputs))
    around = percentiles(outputs, knowledge(outputs, common=common).variance)
    return Doubts(dice, around[0], around[2], len(outputs))
