"""Support: the probability of no long gap is exact, and grows with the signal."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from openiads.parts.support import no_long_gap, seen_in_a_slot
from openiads.physics.detection import detection_probability, detection_table

WORK = np.zeros(64)


@given(some.floats(0.0, 1.0), some.integers(0, 9), some.integers(1, 4))
def test_the_probability_of_no_long_gap_is_exact(seen, slots, run):
    """Expected: the sum over all patterns of seen and unseen slots without so many unseen in a row."""
    total = 0.0
    for pattern in itertools.product((0, 1), repeat=slots):
        if "0" * run not in "".join(map(str, pattern)):
            total += np.prod([seen if each else 1.0 - seen for each in pattern])
    assert no_long_gap(seen, slots, run, WORK) == pytest.approx(total, abs=1e-12)


def test_a_longer_flight_keeps_support_less_often_and_a_longer_break_limit_more_often():
    """Expected: about exp(-n (1 - q) q^k) for rare gaps, q the share unseen; monotone in each argument."""
    kept = [no_long_gap(0.8, slots, 3, WORK) for slots in (5, 20, 80, 320)]
    assert kept == sorted(kept, reverse=True)
    assert kept[2] == pytest.approx(np.exp(-80 * 0.8 * 0.2**3), rel=0.02)
    assert [no_long_gap(0.8, 40, run, WORK) for run in (1, 2, 3, 6)] == sorted(
        no_long_gap(0.8, 40, run, WORK) for run in (1, 2, 3, 6)
    )
    assert no_long_gap(1.0, 100, 1, WORK) == pytest.approx(1.0)
    assert no_long_gap(0.0, 5, 3, WORK) == 0.0


@pytest.mark.parametrize("decibels", [5.0, 10.0, 15.0, 20.0])
def test_one_look_a_slot_is_seen_as_often_as_the_first_law_of_swerling_says(decibels):
    """Expected: the mean over exponential fades is Swerling's first case, exact to a percent."""
    table, signal = detection_table(10, 1e-6), 10.0 ** (decibels / 10.0)
    exact = float(detection_probability(signal, swerling=1, n_pulses=10, pfa=1e-6))
    assert seen_in_a_slot(table, 0, signal, 1.0) == pytest.approx(exact, abs=0.015)


@given(some.floats(-10.0, 30.0), some.floats(0.1, 6.0), some.floats(1.0, 8.0))
def test_more_signal_and_more_looks_are_seen_more_often(decibels, more, looks):
    table, signal = detection_table(10, 1e-6), 10.0 ** (decibels / 10.0)
    least = seen_in_a_slot(table, 0, signal, looks)
    assert 0.0 <= least <= seen_in_a_slot(table, 0, signal * 10.0 ** (more / 10.0), looks) + 1e-9 <= 1.0 + 2e-9
    assert seen_in_a_slot(table, 0, signal, looks + 1.0) >= least - 1e-12
