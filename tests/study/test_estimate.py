import math
from collections import Counter
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from openiads.base.errors import UsageError
from openiads.study import estimate as est
from openiads.study.estimate import Accumulator
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


def test_clopper_pearson_never_covers_less_than_it_says() -> None:
    worst = min(est.coverage(est.clopper_pearson, p, n) for n in (5, 20, 60) for p in np.linspace(0.01, 0.99, 33))
    assert worst >= 0.95


def test_two_sided_clopper_pearson_of_nothing_seen_is_the_closed_form() -> None:
    for n in (3, 40, 900):
        assert est.clopper_pearson(0, n)[1] == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-12)
        assert est.zero_failure_upper(n) == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)


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


def test_jackknife_of_a_ratio_with_constant_denominator_is_the_interval_of_the_mean() -> None:
    values = [1.0, 4.0, 2.0, 2.0, 6.0]
    ratio, low, high = est.ratio_interval(Counter((v, 2.0) for v in values))
    expected = est.mean_interval(sum(values) / 2, sum(v * v for v in values) / 4, 5)
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
        _, low, high = est.median_interval(np.arange(1.0, n + 1))
        below, above = int(low), int(high)
        covered = sum(est.binomial_pmf(k, n, 0.5) for k in range(below, above))
        assert covered >= 0.95
        narrower = sum(est.binomial_pmf(k, n, 0.5) for k in range(below + 1, above - 1))
        assert narrower < 0.95
    assert est.median_interval(np.arange(5.0))[1:] == (0.0, math.inf)


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
    source = Path(est.__file__).parents[1]
    users = [p for p in source.rglob("*.py") if "wald(" in p.read_text(encoding="utf-8")]
    assert [p.name for p in users] == ["estimate.py"]
    assert Path(est.__file__).read_text(encoding="utf-8").count("wald(") == 1
