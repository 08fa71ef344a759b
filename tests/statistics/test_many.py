"""Many metrics at once: exact p-values, and the share of false ones among what is told to differ."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binomtest, false_discovery_control, ttest_rel

from openiads.base.errors import UsageError
from openiads.statistics import adjusted, discoveries
from openiads.statistics.exchange import mean_p, ratio_p, sign_p


def test_adjusted_values_are_those_of_scipy() -> None:
    draw = np.random.default_rng(4)
    for m in (1, 2, 7, 30):
        p = draw.random(m) ** 3
        assert adjusted(p.tolist()) == pytest.approx(false_discovery_control(p, method="by").tolist())
    assert adjusted([]) == [] and discoveries([]) == []
    with pytest.raises(UsageError, match="no probability"):
        adjusted([0.1, math.nan])
    with pytest.raises(UsageError, match="not between 0 and 1"):
        discoveries([0.1], rate=1.0)


def test_exchanges_of_few_pairs_are_all_counted() -> None:
    a, b = np.zeros(40), np.zeros(40)
    b[:5] = [1.0, 2.0, -1.0, 4.0, 1.0]
    apart = [
        abs(sum(s * g for s, g in zip(signs, b[:5], strict=True))) for signs in itertools.product((1, -1), repeat=5)
    ]
    assert mean_p(a, b) == pytest.approx(np.mean([each >= 7.0 for each in apart]))
    assert mean_p(a, a) == 1.0 and math.isnan(mean_p(a[:0], b[:0]))
    many = np.random.default_rng(1).normal(0.3, 1.0, (2, 60))
    assert mean_p(*many) == pytest.approx(ttest_rel(*many).pvalue)


def test_yes_and_no_are_mcnemars_exact_test() -> None:
    a, b = np.zeros(50), np.zeros(50)
    b[:9], a[9:11] = 1.0, 1.0
    assert sign_p(a, b) == pytest.approx(binomtest(2, 11).pvalue)
    never = np.full(5, np.inf)
    assert sign_p(never, never) == 1.0 and sign_p(never, np.arange(5.0)) == pytest.approx(2 / 32)


def test_a_ratio_with_constant_denominator_has_the_p_value_of_its_mean() -> None:
    draw = np.random.default_rng(2)
    a, b = np.full((80, 2), 8.0), np.full((80, 2), 8.0)
    a[:, 0] = draw.integers(0, 5, 80)
    for changed in (4, 60):
        b[:, 0] = a[:, 0]
        b[:changed, 0] += draw.integers(1, 3, changed)
        assert ratio_p(a, b) == pytest.approx(mean_p(a[:, 0], b[:, 0]), rel=1e-6)
    assert math.isnan(ratio_p(np.zeros((4, 2)), a[:4])) and ratio_p(a, a) == 1.0


def outcomes(draw: np.random.Generator, n: int, effect: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Twelve outcomes of n pairs that hang together, most of them in one sense, some against it; ``effect`` moves the
    first three of side b.
    """
    luck = draw.normal(size=(n, 1)) + 0.6 * draw.normal(size=(2, n, 4)).repeat(3, axis=2)
    found = []
    for k in range(12):
        a, b = (luck[side, :, k] + 0.4 * draw.normal(size=n) for side in (0, 1))
        sign = -1.0 if k % 4 == 3 else 1.0
        b = b + (effect if k < 3 else 0.0)
        if k % 3 == 0:
            found.append((np.maximum(0.0, np.round(2.0 + sign * a)), np.maximum(0.0, np.round(2.0 + sign * b))))
        elif k % 3 == 1:
            found.append(((a > 1.8).astype(float), (b > 1.8).astype(float)))
        else:
            found.append((sign * a, sign * b))
    return found


def told(pairs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Which of the outcomes are told to differ at 5 %, and which p-values are below it alone."""
    p = [sign_p(a, b) if set(np.unique([a, b])) <= {0.0, 1.0} else mean_p(a, b) for a, b in pairs]
    return np.array(discoveries(p)), np.array(p) < 0.05


@pytest.mark.parametrize("n", [12, 60])
def test_where_nothing_differs_hardly_anything_is_told_to(n: int) -> None:
    """1,000 comparisons of twelve outcomes: any is told in 5 % at most, each at its own 5 % gives 20 % or more."""
    draw = np.random.default_rng(11)
    found = [told(outcomes(draw, n, 0.0)) for _ in range(1000)]
    assert np.mean([many.any() for many, _ in found]) <= 0.05
    assert np.mean([alone.any() for _, alone in found]) > 0.2
    assert 0.02 < np.mean([alone for _, alone in found]) <= 0.06


def test_where_some_differ_the_false_among_the_told_keep_their_share() -> None:
    draw = np.random.default_rng(12)
    false, true = [], []
    for _ in range(600):
        many, _ = told(outcomes(draw, 60, 0.7))
        false.append(many[3:].sum() / max(1, many.sum()))
        true.append(many[:3].mean())
    assert np.mean(false) <= 0.05
    assert np.mean(true) > 0.6
