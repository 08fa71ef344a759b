"""Probability of detection by one look and by M of N, averaged over fluctuation."""

import itertools

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.physics.detection import detection_probability, fluctuation, fluctuation_tables
from openiads.physics.detection import required_snr as exact_snr
from openiads.reach import looks
from openiads.textbook.detection import binary_integration

TABLE = fluctuation_tables(10, 1e-6)
SNR = 10.0 ** (looks.DECIBELS / 10.0)


@pytest.mark.parametrize("swerling", range(5))
def test_one_look_has_the_exact_probability(swerling):
    """Expected: every case at its exact curve within 2e-4, per-pulse fluctuation from its own table."""
    exact = detection_probability(SNR, swerling=swerling, n_pulses=10, pfa=1e-6)
    assert np.abs(looks.look_curve(TABLE, 0, swerling) - exact).max() < 2e-4


@pytest.mark.parametrize("swerling", range(5))
@pytest.mark.parametrize("pulses", [1, 4, 8, 12, 32])
@pytest.mark.parametrize("alarm", [1e-8, 1e-6, 1e-4])
def test_the_needed_ratio_is_exact_to_a_tenth_of_a_decibel_into_both_tails(pulses, alarm, swerling):
    """Expected: within 0.1 dB of the root of the exact law from 0.01 to 0.9999.

    With 64 equal shares of the fluctuation 27.3 dB were needed for 0.999 at Swerling 1 and 8 pulses; exact is 34.4.
    """
    tables = fluctuation_tables(pulses, alarm)
    curve = looks.look_curve(tables, 0, swerling)
    for wanted in (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999):
        exact = 10.0 * np.log10(exact_snr(wanted, swerling=swerling, n_pulses=pulses, pfa=alarm))
        assert 10.0 * np.log10(looks.needed_snr(curve, wanted)) == pytest.approx(exact, abs=0.1)
        assert 10.0 * np.log10(looks.required_snr(tables, 0, wanted, swerling)) == pytest.approx(exact, abs=0.1)


@pytest.mark.parametrize("swerling", [1, 3])
def test_fades_are_spread_as_the_engine_draws_them(swerling):
    """Expected: the share of draws below each cross-section is the sum of the weights below it, within the dice."""
    draws = np.random.default_rng(1).uniform(size=(40_000, 2))
    drawn = np.sort([fluctuation(swerling, float(a), float(b)) for a, b in draws])
    factors, weights = looks.fades(swerling)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert factors @ weights == pytest.approx(1.0, abs=1e-4)
    below = np.searchsorted(drawn, factors) / len(drawn)
    assert np.abs(np.cumsum(weights) - 0.5 * weights - below).max() < 0.01


def test_looks_far_apart_are_independent():
    once = looks.look_curve(TABLE, 0)
    for m, n in ((1, 1), (2, 3), (3, 5)):
        apart = looks.look_curve(TABLE, 0, looks=(m, n), interval=10.0, decorrelation=1.0)
        assert apart == pytest.approx(binary_integration(once, m, n), abs=1e-9)


def test_looks_that_share_a_fade_gain_less_than_independent_ones():
    k = int(np.argmin(np.abs(looks.look_curve(TABLE, 0) - 0.3)))
    apart = looks.look_curve(TABLE, 0, looks=(1, 4), interval=2.0, decorrelation=1.0)[k]
    shared = looks.look_curve(TABLE, 0, looks=(1, 4), interval=0.2, decorrelation=1.0)[k]
    assert 0.3 < shared < apart - 0.1


@pytest.mark.parametrize("swerling", [1, 3])
@pytest.mark.parametrize(
    ("interval", "slots"),
    [
        (2.0, [1, 1, 1, 1, 1]),
        (0.6, [1, 1, 1, 1, 1]),
        (0.5, [2, 2, 1]),
        (0.4, [2, 2, 1]),
        (0.3, [3, 2]),
        (0.25, [4, 1]),
        (0.2, [5]),
        (0.01, [5]),
    ],
)
def test_m_of_n_looks_sum_the_ways_to_hit_when_a_fade_lasts_some_of_them(interval, slots, swerling):
    """Every way in which 5 looks can hit or miss, looks of one slot of 1 s with one cross-section between them."""
    snr = SNR[::60]
    chance = looks.chances(TABLE, 0, snr, swerling)
    exact = np.zeros((6, len(snr)))
    for way in itertools.product((False, True), repeat=5):
        probability, begin = np.ones(len(snr)), 0
        for size in slots:
            within = np.prod([chance if hit else 1.0 - chance for hit in way[begin : begin + size]], axis=0)
            probability, begin = probability * (within @ looks.fades(swerling).weights), begin + size
        exact[: sum(way) + 1] += probability
    for m in range(1, 6):
        curve = looks.look_curve(TABLE, 0, swerling, (m, 5), interval, decorrelation=1.0)
        assert curve[::60] == pytest.approx(exact[m], abs=1e-6)


@pytest.mark.parametrize("interval", [2.0, 0.5, 0.3, 0.1])
def test_how_looks_share_fades_does_not_move_the_mean_number_of_hits(interval):
    curves = [looks.look_curve(TABLE, 0, looks=(m, 6), interval=interval, decorrelation=1.0) for m in range(1, 7)]
    assert np.sum(curves, axis=0) == pytest.approx(6.0 * looks.look_curve(TABLE, 0), abs=1e-6)


def test_a_needed_ratio_gives_back_its_probability():
    curve = looks.look_curve(TABLE, 0, 3, (2, 3), 5.0, 1.0)
    for p in (0.1, 0.5, 0.9):
        needed = looks.needed_snr(curve, p)
        assert np.interp(10.0 * np.log10(needed), looks.DECIBELS, curve) == pytest.approx(p, abs=1e-9)
    assert looks.needed_snr(looks.look_curve(TABLE, 0), 0.5) == pytest.approx(
        looks.required_snr(TABLE, 0, 0.5), rel=2e-3
    )
    assert looks.needed_snr(0.4 * curve, 0.5) == float("inf")


@pytest.mark.parametrize("wrong", [(0, 1), (3, 2), (1, 65)])
def test_other_looks_are_refused(wrong):
    with pytest.raises(InputError, match="looks"):
        looks.look_curve(TABLE, 0, looks=wrong)


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.5])
def test_a_certain_or_impossible_detection_is_no_question(wrong):
    with pytest.raises(InputError, match="between 0 and 1"):
        looks.needed_snr(looks.look_curve(TABLE, 0), wrong)
