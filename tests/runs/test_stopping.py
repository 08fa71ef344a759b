from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.runs.findings import Accumulator, Finding
from openiads.runs.stopping import Until, coverage_when_stopping, looks, parse_until, sharp
from openiads.statistics.intervals import mean_interval, ratio_interval
from openiads.statistics.moments import Moments
from openiads.world.outcome import OUTCOME


def test_looks_are_taken_at_fixed_counts_only() -> None:
    assert looks(900) == [100, 200, 400, 800, 900]
    assert looks(100) == [100]
    assert looks(30) == [30]


@pytest.mark.parametrize(
    "text",
    [
        "glory:0.1",
        "status:0.1",
        "replication:0.1",
        "status_entity:0.1",
        "status_time:0.1",
        "any_leaker:0",
        "any_leaker:-1",
        "any_leaker:nan",
        "any_leaker:",
        "any_leaker",
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_until(text)


def test_a_bare_width_is_about_any_leaker() -> None:
    assert parse_until("0.02") == Until("any_leaker", 0.02)
    assert parse_until("leakers:0.1") == Until("leakers", 0.1)
    assert parse_until(None) is None
    assert parse_until(str(Until("leakers", 0.1))) == Until("leakers", 0.1)


def test_stopping_keeps_the_stated_coverage() -> None:
    worst = min(
        coverage_when_stopping(p, width, 1600)
        for p in (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97)
        for width in (0.02, 0.03, 0.05, 0.08)
    )
    assert worst > 0.92
    assert coverage_when_stopping(0.3, 1e-9, 100) == pytest.approx(0.95, abs=0.02)


def covered_when_stopping(
    until: Until, finding: Callable[[np.ndarray], Finding], samples: np.ndarray, truth: float
) -> tuple[float, Counter[int]]:
    """Share of samples whose interval at the stop holds the truth, and how often each count was the last."""
    held, stops = 0, Counter[int]()
    for sample in samples:
        for count in looks(len(sample)):
            found = finding(sample[:count])
            if until.reached(found) or count == len(sample):
                break
        held += found.low <= truth <= found.high
        stops[count] += 1
    return held / len(samples), stops


def mean_of(sample: np.ndarray) -> Finding:
    low, high = mean_interval(Moments.of(sample.tolist()))
    return Finding("leakers", float(sample.mean()), low, high, len(sample))


def rate_of(sample: np.ndarray) -> Finding:
    return Finding("leak_rate", *ratio_interval(Counter(map(tuple, sample.tolist()))), len(sample))


@pytest.mark.parametrize("width", [0.35, 0.25, 0.18])
def test_stopping_on_a_mean_keeps_nearly_the_stated_coverage(width: float) -> None:
    """2,000 runs of up to 1,600 skewed counts (negative binomial, mean 2, variance 6); standard error 0.005."""
    samples = np.random.default_rng(7).negative_binomial(1.0, 1.0 / 3.0, (2000, 1600)).astype(float)
    covered, stops = covered_when_stopping(Until("leakers", width), mean_of, samples, 2.0)
    assert 0.925 < covered < 0.97
    assert len(stops) > 1  # the rule did look more than once and did stop early
    assert stops[1600] < 2000


def test_stopping_on_a_rate_of_clusters_keeps_nearly_the_stated_coverage() -> None:
    draw = np.random.default_rng(8)
    luck = draw.beta(0.5, 1.0, (1000, 800))
    samples = np.stack([draw.binomial(20, luck), np.full(luck.shape, 20)], axis=-1).astype(float)
    covered, stops = covered_when_stopping(Until("leak_rate", 0.0432), rate_of, samples, 1.0 / 3.0)
    assert 0.925 < covered < 0.97
    assert len(stops) > 1


def test_an_interval_that_does_not_exist_never_stops_a_run() -> None:
    gathered = Accumulator()
    gathered.add(np.zeros(100, OUTCOME))
    assert not sharp(Until("rounds_per_kill", 1e9), gathered)
    assert not sharp(None, gathered)
    assert sharp(Until("any_leaker", 0.05), gathered)
