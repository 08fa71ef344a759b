import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from openiads.base.draws import Purpose, uniform
from openiads.base.errors import UsageError
from openiads.runs.findings import Accumulator
from openiads.statistics import intervals as est
from openiads.statistics import planning
from openiads.statistics.medians import median_interval
from openiads.statistics.moments import Moments
from openiads.world.outcome import METRICS, OUTCOME


def rows(n: int, **columns: object) -> np.ndarray:
    out = np.zeros(n, OUTCOME)
    out["replication"] = np.arange(n)
    for name, values in columns.items():
        out[name] = values
    return out


def test_yes_and_no_are_mirror_images() -> None:
    for method in (est.wilson, est.clopper_pearson, est.jeffreys):
        for k, n in ((0, 7), (3, 11), (20, 20)):
            low, high = method(k, n)
            other_low, other_high = method(n - k, n)
            assert (low, high) == pytest.approx((1 - other_high, 1 - other_low), abs=1e-12)
            assert 0 <= low < high <= 1


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilsons_ends_are_where_the_score_test_just_refuses(confidence: float) -> None:
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    for k, n in ((1, 9), (5, 10), (30, 400), (399, 400)):
        for end in est.wilson(k, n, confidence):
            assert abs(k / n - end) == pytest.approx(z * math.sqrt(end * (1 - end) / n), rel=1e-9)


SHARES = np.linspace(0.005, 0.995, 100)


def test_clopper_pearson_never_covers_less_than_it_says() -> None:
    worst = min(planning.coverage(est.clopper_pearson, p, n) for n in (5, 20, 60, 200) for p in SHARES)
    assert worst >= 0.95


@pytest.mark.parametrize(
    ("method", "worst", "near"),
    [(est.wilson, 0.90, 0.004), (est.jeffreys, 0.88, 0.004), (est.clopper_pearson, 0.95, 0.03)],
)
@pytest.mark.parametrize("n", [20, 50, 100, 200])
def test_coverage_by_enumeration_is_near_what_is_stated_on_average_and_never_far_below(
    method: Callable[[int, int], est.Interval], worst: float, near: float, n: int
) -> None:
    """Wilson dips to 0.91 beside 0 and 1, Jeffreys to 0.88 (n = 100, p = 0.025); the textbook interval to 0.1."""
    covered = [planning.coverage(method, p, n) for p in SHARES]
    assert min(covered) >= worst
    assert np.mean(covered) == pytest.approx(0.95, abs=near)
    textbook = [planning.coverage(est.wald, p, n) for p in SHARES]
    assert min(textbook) < 0.65 < worst


@pytest.mark.parametrize(("n1", "n2"), [(20, 20), (30, 15), (60, 60)])
def test_newcombes_coverage_by_enumeration_of_both_samples(n1: int, n2: int) -> None:
    ends = np.array([[est.newcombe(i, n1, j, n2) for j in range(n2 + 1)] for i in range(n1 + 1)])
    covered = []
    for p1, p2 in itertools.product(np.arange(0.05, 1.0, 0.1), repeat=2):
        first = [est.binomial_pmf(k, n1, p1) for k in range(n1 + 1)]
        second = [est.binomial_pmf(k, n2, p2) for k in range(n2 + 1)]
        holds = (ends[..., 0] <= p1 - p2) & (p1 - p2 <= ends[..., 1])
        covered.append(float(np.outer(first, second)[holds].sum()))
    assert min(covered) > 0.91
    assert np.mean(covered) == pytest.approx(0.953, abs=0.005)


def clustered(shape: tuple[int, int], mean: float, correlation: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Beta-binomial clusters: leakers and threats of replications in which threats share their luck.

    The worse the luck the larger the raid too, so that a ratio's parts go together.  correlation : of two threats of
    one replication
    """
    draw = np.random.default_rng(seed)
    spread = (1.0 - correlation) / correlation
    luck = draw.beta(mean * spread, (1.0 - mean) * spread, shape)
    threats = np.maximum(1, np.round(draw.integers(4, 33, shape) * (0.3 + 1.4 * luck))).astype(int)
    return draw.binomial(threats, luck), threats


@pytest.mark.parametrize(
    ("n", "mean", "least"), [(30, 0.5, 0.93), (60, 0.2, 0.90), (200, 0.2, 0.925), (200, 0.5, 0.935)]
)
@pytest.mark.parametrize("correlation", [0.3, 0.6])
def test_means_and_ratios_over_clusters_cover_where_pooled_flights_do_not(
    n: int, mean: float, least: float, correlation: float
) -> None:
    """2,000 repetitions (standard error 0.005); skewed clusters cost up to 0.04 at n = 60, pooling them costs 0.4."""
    many = clustered((400_000, 1), mean, correlation, 1)
    true_mean, true_ratio = many[0].mean(), many[0].sum() / many[1].sum()
    held = Counter[str]()
    for leakers, threats in zip(*clustered((2000, n), mean, correlation, 2), strict=True):
        low, high = est.mean_interval(Moments.of(leakers.tolist()))
        held["mean"] += low <= true_mean <= high
        pairs = Counter(zip(leakers.astype(float).tolist(), threats.astype(float).tolist(), strict=True))
        _, low, high = est.ratio_interval(pairs)
        held["ratio"] += low <= true_ratio <= high
        low, high = est.wilson(int(leakers.sum()), int(threats.sum()))
        held["pooled"] += low <= true_ratio <= high
    assert least < held["mean"] / 2000 < 0.97
    assert least < held["ratio"] / 2000 < 0.97
    assert held["pooled"] / 2000 < 0.65


def test_common_numbers_cut_the_variance_of_a_difference_as_the_closed_form_says() -> None:
    """10^5 pairs of the engine's own draws: one number for both variants of a pair, or one for each."""
    p1, p2, pairs = 0.75, 0.7, 100_000
    first, second = (np.array([uniform(3, k, int(Purpose.KILL), actor, 1) for k in range(pairs)]) for actor in (1, 2))
    common = np.var((first < p1).astype(float) - (first < p2))
    apart = np.var((first < p1).astype(float) - (second < p2))
    assert common == pytest.approx(planning.variance_of_difference(p1, p2, common=True), rel=0.05)
    assert apart / common == pytest.approx(planning.variance_ratio(p1, p2), rel=0.05)
    assert planning.variance_ratio(0.4, 0.4) == math.inf
    assert planning.variance_of_difference(0.9, 0.2, 50, common=False) == pytest.approx(0.25 / 50)
    with pytest.raises(UsageError):
        planning.variance_of_difference(1.2, 0.1, common=True)
    with pytest.raises(UsageError):
        planning.variance_of_difference(0.2, 0.1, 0, common=True)


def test_two_sided_clopper_pearson_of_nothing_seen_is_the_closed_form() -> None:
    for n in (3, 40, 900):
        assert est.clopper_pearson(0, n)[1] == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-12)
        assert planning.zero_failure_upper(n) == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)


def test_students_quantile_joins_smoothly_and_equals_its_closed_forms() -> None:
    assert est.student_quantile(0.975, 1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-10)
    assert est.student_quantile(0.975, 2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-10)
    from scipy.special import stdtrit

    for freedom in (1001, 5000):
        assert est.student_quantile(0.975, freedom) == pytest.approx(float(stdtrit(freedom, 0.975)), rel=1e-8)


def test_mean_interval_is_students() -> None:
    values = np.array([2.0, 3.0, 3.0, 7.0])
    gathered = Accumulator()
    gathered.add(rows(4, rounds_fired=values))
    found = gathered.estimate("rounds_fired")
    half = est.student_quantile(0.975, 3) * values.std(ddof=1) / 2
    assert (found.mean, found.low, found.high) == pytest.approx((3.75, 3.75 - half, 3.75 + half))


def test_no_spread_does_not_mean_no_doubt() -> None:
    gathered = Accumulator({"threats": 8})
    gathered.add(rows(200, leakers=0, threats=8))
    found = gathered.estimate("leakers")
    assert found.mean == found.low == 0.0
    assert found.high == pytest.approx(8 * (1 - 0.025 ** (1 / 200)))
    assert gathered.estimate("leak_rate").high == pytest.approx(1 - 0.025 ** (1 / 200))


@pytest.mark.parametrize("n", [20, 100, 300])
def test_near_an_end_the_interval_covers_where_students_does_not_by_enumeration(n: int) -> None:
    """Raids of 24 that all leak or none: Student's interval cut off at 0 dips to 0.87 where three of n do."""
    ends = [est.mean_interval(Moments.of_counts({24.0: k, 0.0: n - k}), bounds=(0.0, 24.0)) for k in range(n + 1)]
    always = [est.bounded_interval(k / n, n) for k in range(n + 1)]
    shares = [p for p in (*np.linspace(0.2, 40.0, 60) / n, *np.linspace(0.02, 0.5, 12)) if p <= 0.5]
    assert min(_covered(ends, p, 24.0) for p in shares) > 0.91
    assert min(_covered(always, p, 1.0) for p in shares) >= 0.95
    assert _covered(always, 1.0 - shares[3], 1.0) == pytest.approx(_covered(always, shares[3], 1.0))


def _covered(ends: list[tuple[float, float]], p: float, scale: float) -> float:
    """Chance that the interval of k of n, of which each of n has the chance p, holds scale * p."""
    n = len(ends) - 1
    return sum(est.binomial_pmf(k, n, p) for k, (low, high) in enumerate(ends) if low <= scale * p <= high)


def test_one_leaker_is_no_more_certain_than_none() -> None:
    """300 raids of 24: none leaks; one missile; one raid; from both ends; and of many the spread is believed again."""
    highs = []
    for leakers in ([0] * 300, [1] + [0] * 299, [24] + [0] * 299):
        gathered, other = Accumulator({"threats": 24}), Accumulator({"threats": 24})
        gathered.add(rows(300, leakers=leakers, threats=24))
        other.add(rows(300, leakers=24 - np.array(leakers), threats=24))
        found, mirrored = gathered.estimate("leak_rate"), other.estimate("leak_rate")
        highs.append(found.high)
        assert (found.low, found.high) == pytest.approx((1.0 - mirrored.high, 1.0 - mirrored.low), abs=1e-12)
        assert gathered.estimate("leakers").high == pytest.approx(24 * found.high)
    assert highs[0] == pytest.approx(1 - 0.025 ** (1 / 300))
    assert highs[0] < highs[1] < highs[2] < 0.025
    values = np.array([3.0] * 40 + [0.0] * 260)
    student = est.mean_interval(Moments.of(values.tolist()))
    assert est.mean_interval(Moments.of(values.tolist()), bounds=(0.0, 24.0)) == student


def test_a_ratio_over_clusters_of_unequal_size_near_its_end_is_no_narrower_than_over_equal_ones() -> None:
    equal = est.ratio_interval(Counter({(0.0, 10.0): 199, (2.0, 10.0): 1}), bounds=(0.0, 1.0))
    mixed = est.ratio_interval(Counter({(0.0, 10.0): 99, (2.0, 10.0): 1, (0.0, 5.0): 100}), bounds=(0.0, 1.0))
    assert equal[1:] == pytest.approx(est.bounded_interval(0.001, 200))
    assert mixed[2] > 4.0 / 3.0 * 0.95 * equal[2]
    assert mixed[1] <= mixed[0] <= mixed[2]


def test_jackknife_of_a_ratio_with_constant_denominator_is_the_interval_of_the_mean() -> None:
    values = [1.0, 4.0, 2.0, 2.0, 6.0]
    ratio, low, high = est.ratio_interval(Counter((v, 2.0) for v in values))
    expected = est.mean_interval(Moments.of(v / 2 for v in values))
    assert ratio == pytest.approx(1.5)
    assert (low, high) == pytest.approx(expected)


def test_jackknife_equals_leaving_out_one_by_one() -> None:
    pairs = [(1, 2), (3, 2), (0, 1), (5, 3), (3, 2)]
    ratio, low, high = est.ratio_interval(Counter((float(x), float(y)) for x, y in pairs))
    up, down = sum(x for x, _ in pairs), sum(y for _, y in pairs)
    left = np.array([(up - x) / (down - y) for x, y in pairs])
    half = est.student_quantile(0.975, 4) * math.sqrt(4 / 5 * np.sum((left - left.mean()) ** 2))
    assert (ratio, low, high) == pytest.approx((up / down, up / down - half, up / down + half))


def test_rounds_per_kill_is_null_at_nothing_over_nothing_and_when_nothing_is_killed() -> None:
    quiet, wasted = Accumulator(), Accumulator()
    quiet.add(rows(5))
    wasted.add(rows(5, rounds_fired=2))
    assert math.isnan(quiet.estimate("rounds_per_kill").mean)
    assert quiet.estimate("rounds_per_kill").as_dict()["mean"] is None
    assert wasted.estimate("rounds_per_kill").mean == math.inf
    assert wasted.estimate("rounds_per_kill").as_dict()["mean"] is None


def test_first_time_counts_never_as_infinite() -> None:
    gathered = Accumulator()
    gathered.add(rows(40, first_launch_s=[10.0 + k for k in range(30)] + [math.inf] * 10))
    found = gathered.estimate("first_launch_s")
    assert found.share == 0.75
    assert found.median == 29.5
    assert found.low < found.median < found.high < math.inf
    assert found.mean == math.inf
    assert found.as_dict()["mean"] is None
    never = Accumulator()
    never.add(rows(40, first_launch_s=math.inf))
    assert never.estimate("first_launch_s").median == math.inf


def test_median_interval_covers_by_exact_binomial_count() -> None:
    for n in (6, 20, 101, 500):
        _, low, high = median_interval(np.arange(1.0, n + 1))
        below, above = int(low), int(high)
        covered = sum(est.binomial_pmf(k, n, 0.5) for k in range(below, above))
        assert covered >= 0.95
        narrower = sum(est.binomial_pmf(k, n, 0.5) for k in range(below + 1, above - 1))
        assert narrower < 0.95
    assert median_interval(np.arange(5.0))[1:] == (0.0, math.inf)


def test_a_failed_replication_widens_to_its_worst_case() -> None:
    whole, broken = Accumulator({"threats": 4}), Accumulator({"threats": 4})
    good = rows(50, any_leaker=[1] * 10 + [0] * 40, leakers=[2] * 10 + [0] * 40, first_launch_s=np.arange(50.0))
    whole.add(good)
    broken.add(good)
    broken.add(rows(5, status=6, leakers=99))
    found = broken.estimate("any_leaker")
    assert found.n == 50
    assert found.failed == 5
    assert found.low == est.wilson(10, 55)[0]
    assert found.high == est.wilson(15, 55)[1]
    for metric in ("any_leaker", "leakers", "first_launch_s"):
        assert broken.estimate(metric).low <= whole.estimate(metric).low
        assert broken.estimate(metric).high > whole.estimate(metric).high
    assert broken.estimate("rounds_fired").high == math.inf
    assert broken.estimate("leakers").mean == whole.estimate("leakers").mean


def test_rows_in_parts_give_the_same_as_rows_at_once() -> None:
    draw = np.random.default_rng(5)
    many = rows(
        300,
        leakers=draw.poisson(2, 300),
        threats=9,
        rounds_fired=draw.poisson(12, 300),
        killed=draw.poisson(5, 300),
        bound_channel=draw.random(300),
        first_detection_s=draw.random(300),
        any_leaker=draw.integers(0, 2, 300),
    )
    once, parts = Accumulator(), Accumulator()
    once.add(many)
    for k in range(0, 300, 7):
        parts.add(many[k : k + 7])
    for metric in [*METRICS, "leak_rate", "bound_channel", "end_killed"]:
        assert repr(once.estimate(metric)) == repr(parts.estimate(metric))


def test_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="any_leaker"):
        Accumulator().estimate("glory")


def test_nothing_uses_the_wald_interval() -> None:
    """The name stands in its own definition, and nowhere else in the package or its tools."""
    root = Path(est.__file__).parents[3]
    named = {
        path.name: len(re.findall(r"\bwald\b", path.read_text(encoding="utf-8"), re.IGNORECASE))
        for folder in ("src", "tools")
        for path in (root / folder).rglob("*.py")
    }
    assert {name: count for name, count in named.items() if count} == {"intervals.py": 1}
