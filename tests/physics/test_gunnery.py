"""Bursts of guns: one round at a disc, many that share an aiming error, and the table that plans them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import i0e
from scipy.stats import ncx2

from openiads.base.errors import InputError
from openiads.physics.gunnery import Burst, any_of, burst_kill, round_hit, shell_table
from openiads.physics.reach import time_to_reach

SHELLS = Burst(100, 0.002, 0.002, 0.5)


@pytest.mark.parametrize("distance", [200.0, 500.0, 1000.0, 2000.0, 3000.0, 10_000.0])
def test_one_round_without_an_offset_hits_as_the_closed_form_says(distance):
    """1 - exp(-a^2 / 2 (R d)^2)."""
    scatter = 0.002 * distance
    assert round_hit(0.5, scatter, 0.0) == pytest.approx(-math.expm1(-0.125 / scatter**2), rel=1e-9)


@pytest.mark.parametrize("radius", [0.05, 0.5, 3.0, 30.0])
@pytest.mark.parametrize("offset", [0.0, 0.3, 2.0, 7.0, 29.0])
def test_one_round_off_its_mean_hits_as_the_noncentral_chi_square_says(radius, offset):
    for scatter in (0.4, 1.0, 5.0):
        expected = ncx2.cdf((radius / scatter) ** 2, 2, (offset / scatter) ** 2)
        assert round_hit(radius, scatter, offset) == pytest.approx(expected, rel=2e-6, abs=1e-12)


def test_a_round_that_does_not_scatter_hits_inside_the_disc_and_nowhere_else():
    assert round_hit(1.0, 0.0, 0.99) == 1.0
    assert round_hit(1.0, 0.0, 1.01) == 0.0
    assert round_hit(0.0, 1.0, 0.0) == 0.0


def test_a_round_falls_off_smoothly_with_every_input():
    """No cliff between neighbors, over ranges at which a disc is far wider, and far smaller, than the scatter."""
    offsets = [round_hit(1.0, 0.01, 1.0 + 0.0005 * n) for n in range(-200, 200)]
    assert all(a >= b - 1e-9 for a, b in pairwise(offsets))
    assert max(a - b for a, b in pairwise(offsets)) < 0.03
    wide = [round_hit(0.5, 0.5 * 1.02**n, 0.4) for n in range(-250, 250)]
    assert max(abs(a - b) for a, b in pairwise(wide)) < 0.03


@pytest.mark.parametrize(
    ("distance", "rounds", "bias", "expected"),
    [
        (1000.0, 100, 0.0, 0.95606307),
        (1000.0, 100, 0.002, 0.69574466),
        (1000.0, 100, 0.005, 0.22863443),
        (2000.0, 100, 0.002, 0.30622469),
        (2000.0, 300, 0.002, 0.61466369),
    ],
)
def test_a_burst_shares_its_bias(distance, rounds, bias, expected):
    """Chance of at least one hit, by an independent quadrature; independent rounds would overstate it."""
    burst = replace(SHELLS, rounds=rounds, bias=bias)
    assert burst_kill(burst, distance) == pytest.approx(expected, rel=1e-6)
    whole = math.hypot(burst.dispersion, bias) * distance
    assert burst_kill(burst, distance) <= any_of(round_hit(0.5, whole, 0.0), rounds) + 1e-9


@pytest.mark.parametrize("hit_kill", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("bias", [0.0005, 0.003, 0.02])
@pytest.mark.parametrize("distance", [150.0, 1200.0, 4000.0])
def test_a_burst_kills_as_a_quadrature_over_its_bias_says(distance, bias, hit_kill):
    burst = Burst(250, 0.0015, bias, 0.4, hit_kill)
    scatter, spread = burst.dispersion * distance, bias * distance
    b = np.linspace(0.0, 10.0 * spread, 40_001)
    p = ncx2.cdf((0.4 / scatter) ** 2, 2, (b / scatter) ** 2)
    kills = -np.expm1(250 * np.log1p(-np.minimum(hit_kill * p, 1.0 - 1e-16)))
    law = b / spread**2 * np.exp(-0.5 * (b / spread) ** 2)
    assert burst_kill(burst, distance) == pytest.approx(np.trapezoid(kills * law, b), rel=2e-4, abs=1e-9)


def test_a_bias_that_moves_the_whole_law_is_the_rice_law_of_one_round():
    """One round, hit for certain inside the disc: the mean over the bias is the law of the summed scatter."""
    burst = Burst(1, 0.002, 0.003, 1.5)
    whole = math.hypot(0.002, 0.003) * 800.0
    assert burst_kill(burst, 800.0) == pytest.approx(round_hit(1.5, whole, 0.0), rel=1e-7)
    offset = np.linspace(0.0, 1.5, 20_001)
    rice = offset / 1.6**2 * np.exp(-0.5 * ((offset - 2.4) / 1.6) ** 2) * i0e(offset * 2.4 / 1.6**2)
    assert round_hit(1.5, 1.6, 2.4) == pytest.approx(np.trapezoid(rice, offset), rel=1e-6)


@pytest.mark.parametrize("distance", np.geomspace(100.0, 8000.0, 9))
def test_more_rounds_surer_hits_and_less_error_never_kill_less(distance):
    base = Burst(100, 0.002, 0.003, 0.5, 0.5)
    least = burst_kill(base, distance)
    for better in ({"rounds": 101}, {"hit_kill": 0.6}, {"radius": 0.6}, {"bias": 0.002}):
        assert burst_kill(replace(base, **better), distance) >= least
    assert burst_kill(base, 1.1 * distance) <= least + 1e-9


def test_many_rounds_do_not_cure_a_bias_and_no_round_does_nothing():
    far = Burst(2000, 0.001, 0.02, 0.3)
    assert burst_kill(replace(far, rounds=20_000), 2000.0) < 2.0 * burst_kill(far, 2000.0)
    assert burst_kill(replace(far, rounds=0), 2000.0) == 0.0
    assert any_of(0.0, 100.0) == 0.0
    assert any_of(1.0, 1.0) == 1.0
    assert any_of(1e-9, 100.0) == pytest.approx(1e-7, rel=1e-6)
    with pytest.raises(InputError):
        burst_kill(far, 0.0)


def test_the_planning_table_of_a_gun_says_half_the_burst_and_the_way_of_a_shell():
    table = shell_table(700.0, 3.0, (5000.0, 4000.0))
    for ground, height in ((0.0, 0.0), (1234.0, 567.0), (4000.0, 50.0), (300.0, 2500.0)):
        time, speed, lift = time_to_reach(table, 0, ground, height)
        assert time == pytest.approx(1.5 + math.hypot(ground, height) / 700.0, abs=0.03)
        assert (speed, lift) == (pytest.approx(700.0), 0.0)
    assert time_to_reach(table, 0, 6000.0, 0.0)[0] == math.inf
    with pytest.raises(InputError):
        shell_table(0.0, 3.0, (5000.0, 4000.0))
