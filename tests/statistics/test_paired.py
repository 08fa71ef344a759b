"""Intervals of paired differences: published figures, exact coverage, laws."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multinomial

from openiads.base.errors import UsageError
from openiads.statistics.intervals import normal_quantile, student_quantile
from openiads.statistics.paired import (
    equivalent,
    mean_difference,
    median_difference,
    ratio_difference,
    share_difference,
    tango,
    variance_saved,
)


def test_tango_gives_the_published_interval() -> None:
    """Airway hyper-responsiveness of 21 children: Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014)."""
    assert tango(7, 1, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)


@pytest.mark.parametrize(("only_a", "only_b", "pairs"), [(3, 9, 40), (0, 4, 15), (12, 12, 30)])
def test_tango_ends_where_the_constrained_likelihood_says(only_a: int, only_b: int, pairs: int) -> None:
    """The score at either end, with the nuisance parameter found by direct search, is the normal quantile."""
    for end in tango(only_a, only_b, pairs):

        def unlikely(alone: float, gap: float = end) -> float:
            chances = np.array([alone, alone + gap, 1.0 - 2.0 * alone - gap])
            counts = np.array([only_a, only_b, pairs - only_a - only_b])
            return -float((counts[counts > 0] * np.log(np.maximum(chances[counts > 0], 1e-300))).sum())

        edges = (max(0.0, -end), (1.0 - end) / 2.0)
        alone = minimize_scalar(unlikely, bounds=edges, method="bounded", options={"xatol": 1e-12}).x
        score = (only_b - only_a - pairs * end) / math.sqrt(pairs * (2.0 * alone + end * (1.0 - end)))
        assert abs(score) == pytest.approx(normal_quantile(0.975), rel=1e-4)


def test_tango_is_symmetric_and_stays_within_one() -> None:
    for n in (1, 5, 12):
        for a in range(n + 1):
            for b in range(n + 1 - a):
                low, high = tango(a, b, n)
                assert -1.0 <= low <= (b - a) / n <= high <= 1.0
                assert tango(b, a, n) == pytest.approx((-high, -low), abs=1e-12)


@pytest.mark.parametrize("pairs", [10, 25, 50])
def test_paired_shares_meet_their_coverage_by_enumeration(pairs: int) -> None:
    tables = [(i, j) for i in range(pairs + 1) for j in range(pairs + 1 - i)]
    ends = np.array([tango(i, j, pairs) for i, j in tables])
    counts = np.array([(i, j, pairs - i - j) for i, j in tables])
    found = []
    for only_a in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        for only_b in (0.0, 0.02, 0.1, 0.3, 0.5):
            gap = only_b - only_a
            chance = multinomial.pmf(counts, pairs, [only_a, only_b, 1.0 - only_a - only_b])
            found.append(float(chance[(ends[:, 0] <= gap + 1e-12) & (gap - 1e-12 <= ends[:, 1])].sum()))
    assert min(found) > 0.92
    assert np.mean(found) > 0.95


def covered(make: object, truth: float, repeats: int) -> float:
    """Share of ``repeats`` intervals of make(rng) that hold the truth."""
    rng = np.random.default_rng(20160101)
    ends = [make(rng)[1:] for _ in range(repeats)]  # type: ignore[operator]
    return float(np.mean([low <= truth <= high for low, high in ends]))


def test_differences_of_counts_meet_their_coverage() -> None:
    """Leaker-like counts: what both sides share is Poisson, what each has alone too."""

    def make(rng: np.random.Generator) -> tuple[float, float, float]:
        common = rng.poisson(1.0, 40)
        return mean_difference(common + rng.poisson(0.6, 40), common + rng.poisson(0.3, 40), bounds=(-30.0, 30.0))

    assert 0.93 < covered(make, -0.3, 2000) < 0.97


def test_differences_of_ratios_meet_their_coverage_on_clustered_data() -> None:
    """Each replication has its own chance of a leak, shared by both sides: flights of one are far from independent."""

    def side(rng: np.random.Generator, chance: np.ndarray, flights: np.ndarray) -> np.ndarray:
        return np.column_stack([rng.binomial(flights, chance), flights]).astype(float)

    def make(rng: np.random.Generator) -> tuple[float, float, float]:
        chance, flights = rng.beta(0.8, 0.8, 60), rng.integers(4, 21, 60)
        return ratio_difference(side(rng, chance, flights), side(rng, 0.5 * chance, flights), bounds=(-1.0, 1.0))

    assert 0.92 < covered(make, -0.25, 2000) < 0.97


def test_differences_of_medians_meet_their_coverage_with_times_that_never_come() -> None:
    def make(rng: np.random.Generator) -> tuple[float, float, float]:
        common = rng.normal(100.0, 10.0, 40)
        b = common + 5.0 + rng.normal(0.0, 3.0, 40)
        b[rng.random(40) < 0.2] = np.inf
        return median_difference(common + rng.normal(0.0, 3.0, 40), b, seed=1)

    rng = np.random.default_rng(3)
    common = rng.normal(100.0, 10.0, 400_000)
    second = common + 5.0 + rng.normal(0.0, 3.0, 400_000)
    second[rng.random(400_000) < 0.2] = np.inf
    truth = float(np.median(second) - np.median(common + rng.normal(0.0, 3.0, 400_000)))
    assert 0.92 < covered(make, truth, 300) <= 1.0


def test_medians_that_are_both_never_do_not_differ() -> None:
    never, times = np.full(9, np.inf), np.arange(9.0)
    assert median_difference(never, never) == (0.0, 0.0, 0.0)
    assert median_difference(times, never) == (math.inf, math.inf, math.inf)
    assert median_difference(times, times + 4.0) == (4.0, pytest.approx(4.0), pytest.approx(4.0))


def test_a_sample_without_differences_keeps_some_doubt_where_bounds_are_known() -> None:
    same = np.full(50, 2.0)
    gap, low, high = mean_difference(same, same, bounds=(-10.0, 10.0))
    assert gap == 0.0 and -1.0 < low < 0.0 < high < 1.0
    gap, low, high = share_difference(np.zeros(50, bool), np.zeros(50, bool))
    assert gap == 0.0 and -0.1 < low < 0.0 < high < 0.1


def test_a_ratio_is_undefined_at_nothing_over_nothing_and_unbounded_when_one_replication_bears_it() -> None:
    none, some = np.zeros((5, 2)), np.tile([1.0, 2.0], (5, 1))
    assert math.isnan(ratio_difference(none, some)[0])
    alone = none.copy()
    alone[2] = (3.0, 4.0)
    assert ratio_difference(some, alone, bounds=(-1.0, 1.0)) == (0.25, -1.0, 1.0)


def test_variance_saved_is_what_the_correlation_says_and_its_interval_covers_it() -> None:
    """Var(a) = Var(b) = 1 with correlation r: the factor is 1 / (1 - r)."""

    def make(rng: np.random.Generator) -> tuple[float, float, float]:
        common = rng.normal(size=80)
        a, b = (math.sqrt(0.75) * common + 0.5 * rng.normal(size=80) for _ in range(2))
        return variance_saved(a, b)

    assert 0.92 < covered(make, 4.0, 2000) < 0.97


def test_variance_saved_of_no_difference_is_infinite_and_of_no_variance_undefined() -> None:
    values = np.arange(10.0)
    assert variance_saved(values, values + 3.0)[0] == math.inf
    assert math.isnan(variance_saved(np.ones(10), np.ones(10))[0])
    assert variance_saved(values, np.r_[values[:-1], 20.0])[1:] == (0.0, math.inf)


def test_equivalence_takes_the_whole_interval() -> None:
    assert equivalent((-0.05, 0.09), 0.1) == "inside"
    assert equivalent((-0.05, 0.1), 0.1) == "undecided"
    assert equivalent((0.1, 0.3), 0.1) == "outside"
    assert equivalent((-0.5, -0.1), 0.1) == "outside"
    assert equivalent((-math.inf, math.inf), 0.1) == "undecided"
    assert equivalent((math.nan, math.nan), 0.1) == "undecided"
    with pytest.raises(UsageError, match="not above 0"):
        equivalent((0.0, 1.0), 0.0)


def test_pairs_that_do_not_match_are_refused() -> None:
    with pytest.raises(UsageError, match="3 values on one side, 2 on the other"):
        mean_difference(np.zeros(3), np.zeros(2))
    with pytest.raises(UsageError, match="5 and 2 of 6 pairs"):
        tango(5, 2, 6)


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8])
def test_ratios_of_large_counts_keep_their_digits(size: float) -> None:
    """Against exact arithmetic: a ratio a hundred million times its deviation still has its difference and its interval
    to 1e-5 of the interval."""
    draw = np.random.default_rng(8)
    sides = []
    for more in (0, 2):
        down = draw.integers(8, 12, 60).astype(float)
        sides.append(np.column_stack([size * down + draw.integers(0, 5, 60) + more, down]))
    exact = [[(Fraction(x), Fraction(y)) for x, y in side.tolist()] for side in sides]
    sums = [[sum(row[k] for row in side) for k in (0, 1)] for side in exact]
    gap = sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
    without = [[(up - x) / (down - y) for x, y in side] for side, (up, down) in zip(exact, sums, strict=True)]
    apart = [b - a for a, b in zip(*without, strict=True)]
    middle = sum(apart) / 60
    error = math.sqrt(Fraction(59, 60) * sum((each - middle) ** 2 for each in apart))
    found, low, high = ratio_difference(*sides)
    half = student_quantile(0.975, 59) * error
    assert found == pytest.approx(float(gap), abs=1e-5 * half)
    assert (high - low) / 2.0 == pytest.approx(half, rel=1e-5)
