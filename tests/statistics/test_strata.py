"""Means over strata that are looked at more or less often: exact in limits, without bias, honest where few came."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.statistics.intervals import clopper_pearson, mean_interval
from openiads.statistics.moments import Moments
from openiads.statistics.strata import Stratum, allotted, effective_size, stratified_mean


def strata_of(values, kinds, run):
    """Strata of some cases with the first so many of each looked at."""
    out = []
    for k, many in enumerate(run):
        mine = values[kinds == k]
        out.append(Stratum(len(mine), Moments.of(mine[:many].tolist())))
    return out


def test_one_stratum_is_a_plain_mean_with_its_interval():
    seen = Moments.of([0.0, 1.0, 1.0, 0.0, 1.0] * 20)
    mean, low, high = stratified_mean([Stratum(5_000, seen)], bounds=(0.0, 1.0))
    assert (low, high) == pytest.approx(mean_interval(seen, bounds=(0.0, 1.0)))
    assert mean == 0.6


def test_all_cases_looked_at_have_the_mean_of_all():
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 3, 2_000)
    values = rng.poisson(kinds.astype(float)).astype(float)
    strata = strata_of(values, kinds, [2_000] * 3)
    assert stratified_mean(strata, bounds=(0.0, 20.0))[0] == pytest.approx(values.mean(), rel=1e-12)


def test_none_seen_anywhere_is_the_upper_bound_of_the_least_looked_at():
    strata = [Stratum(9_900, Moments.of_counts({0.0: 300})), Stratum(100, Moments.of_counts({0.0: 100}))]
    mean, low, high = stratified_mean(strata, bounds=(0.0, 1.0))
    ends = [0.99 * clopper_pearson(0, 300)[1], 0.01 * clopper_pearson(0, 100)[1]]
    assert (mean, low) == (0.0, 0.0)
    assert high == pytest.approx(math.hypot(*ends))
    assert stratified_mean(strata, bounds=(0.0, 1.0), unseen=False) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("rates", [(0.0, 0.01, 0.6), (0.002, 0.05, 0.9), (0.3, 0.3, 0.3), (0.0, 0.0, 0.02)])
def test_without_bias_and_covered_as_often_as_stated(rates):
    """1,000 samples: the mean of estimates is the truth, and 95 % intervals hold it in 93 % at least."""
    rng = np.random.default_rng(7)
    shares, run, many = np.array([0.9, 0.09, 0.01]), [300, 300, 300], 40_000
    truth = float(shares @ np.array(rates))
    estimates, held = [], 0
    for _ in range(1_000):
        found = rng.multinomial(many, shares)
        strata = []
        for cases, n, rate in zip(found, run, rates, strict=True):
            n = min(n, cases)
            hits = int(rng.binomial(n, rate))
            strata.append(Stratum(int(cases), Moments.of_counts({1.0: hits, 0.0: n - hits})))
        mean, low, high = stratified_mean(strata, bounds=(0.0, 1.0))
        estimates.append(mean)
        held += low <= truth <= high
    error = np.std(estimates) / math.sqrt(len(estimates))
    assert abs(np.mean(estimates) - truth) <= 4.0 * error
    assert held >= 930


def test_effective_size_is_the_number_of_equal_ones_and_less_of_others():
    assert effective_size([0.1] * 7 + [0.0] * 3) == pytest.approx(7.0)
    assert effective_size([1.0, 1e-9]) == pytest.approx(1.0, abs=1e-6)
    assert effective_size([]) == effective_size([0.0]) == 0.0
    assert effective_size([1e300, 1e300]) == pytest.approx(2.0)
    with pytest.raises(UsageError, match="below 0"):
        effective_size([-1.0])


@pytest.mark.parametrize(
    ("weights", "room", "least", "most", "given"),
    [
        ([1.0, 1.0], [1_000, 1_000], 1, 100, [50, 50]),
        ([3.0, 1.0], [1_000, 1_000], 0, 100, [75, 25]),
        ([1.0, 1.0, 1.0], [1_000, 10, 0], 1, 100, [90, 10, 0]),
        ([0.0, 1.0], [1_000, 1_000], 5, 100, [5, 95]),
        ([1.0, 1.0], [3, 4], 1, 100, [3, 4]),
    ],
)
def test_cases_are_allotted_by_weight_within_what_there_is(weights, room, least, most, given):
    assert allotted(weights, room, least, most) == given


def test_too_few_to_look_at_one_of_each_are_refused():
    with pytest.raises(UsageError, match="2 for 3 strata"):
        allotted([1.0] * 3, [5] * 3, 1, 2)
    with pytest.raises(UsageError, match="0 of 5 cases"):
        stratified_mean([Stratum(5, Moments())])
