"""Stopping when the answer is sharp enough, looked at only after 100, 200, 400, ... complete replications.

Looking often and stopping at the first narrow interval biases the answer; looking at a few fixed counts hardly does.
``coverage_when_stopping`` gives the exact probability that the interval reported at the stop holds the truth, for a
yes/no per replication; the tests hold it above 0.92 for nominal 0.95 over a grid of probabilities (a single look at 100
has no more at its worst there).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import UsageError
from openiads.runs.findings import ESTIMATED, Accumulator, Finding
from openiads.statistics.intervals import binomial_pmf, wilson
from openiads.world.outcome import METRICS

FIRST_LOOK = 100

#: Without an upper limit of the user's, ``until`` gives up after so many replications.
MOST = 25_600


@dataclass(frozen=True, slots=True)
class Until:
    """Stop when the half width of the metric's 95 % interval is at most ``half_width``."""

    metric: str
    half_width: float

    def __str__(self) -> str:
        return f"{self.metric}:{self.half_width!r}"

    def reached(self, finding: Finding) -> bool:
        """Whether this finding is sharp enough; an interval that does not exist never is."""
        return finding.half_width <= self.half_width


def parse_until(text: str | Until | None) -> Until | None:
    """``METRIC:W`` (or just ``W``, for ``any_leaker``) as an ``Until``; UsageError if it makes no sense."""
    if text is None or isinstance(text, Until):
        return text
    metric, _, number = text.rpartition(":")
    metric = metric.strip() or "any_leaker"
    try:
        width = float(number)
    except ValueError:
        width = math.nan
    if not (math.isfinite(width) and width > 0):
        raise UsageError(
            f'until-ci "{text}"', "the half width is not a positive number", "Write METRIC:W, e.g. any_leaker:0.02"
        )
    if metric not in ESTIMATED:
        raise UsageError(f'until-ci "{text}"', f'there is no metric "{metric}"', f"Choose one of: {', '.join(METRICS)}")
    return Until(metric, width)


def looks(most: int) -> list[int]:
    """The counts of complete replications at which a look is taken: 100, 200, 400, ... and ``most`` itself."""
    counts = []
    count = FIRST_LOOK
    while count < most:
        counts.append(count)
        count *= 2
    return [*counts, most]


def sharp(until: Until | None, gathered: Accumulator) -> bool:
    """Whether the run may stop now."""
    return until is not None and until.reached(gathered.estimate(until.metric))


def coverage_when_stopping(probability: float, half_width: float, most: int) -> float:
    """Exact chance that the Wilson interval reported at the stop holds ``probability``, by enumerating all paths."""
    alive = np.array([1.0])  # probability of each number of successes so far, not stopped
    before, covered = 0, 0.0
    for count in looks(most):
        step = np.array([binomial_pmf(k, count - before, probability) for k in range(count - before + 1)])
        alive = np.convolve(alive, step)
        for k in range(count + 1):
            low, high = wilson(k, count)
            if count == most or (high - low) / 2.0 <= half_width:
                covered += float(alive[k]) if low <= probability <= high else 0.0
                alive[k] = 0.0
        before = count
    return covered
