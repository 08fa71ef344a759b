"""One yardstick for quoted ranges: what states no target sets no radar's signal that has a range which does."""

import pytest

from openiads.catalog.load import catalog
from openiads.physics.calibration import calibrated_snr
from openiads.scenario.signals import calibration, quotes_of


def stated(radar):
    """The quoted ranges of a radar that are no unconditioned signal."""
    return [quote for quote in quotes_of(radar) if quote.kind != "noise_limited" or quote.rcs is not None]


RADARS = [
    radar
    for radar in catalog().of_kind("radars").values()
    if any(quote.kind != "instrumented" for quote in stated(radar))
]


@pytest.mark.parametrize("radar", RADARS, ids=lambda radar: radar.name)
def test_unconditioned_ranges_move_no_nominal_signal_where_a_target_is_stated(radar):
    """Expected: for every radar of every side the nominal value is that of the ranges that state a cross-section."""
    found = calibrated_snr(stated(radar), n_pulses=int(radar.pulses.si), pfa=radar.false_alarm_probability.si)
    whole = calibration(radar)
    assert whole.nominal == pytest.approx(found.nominal, abs=1e-9)
    assert whole.low <= whole.nominal <= whole.high


def test_both_engagement_radars_are_measured_alike():
    """Expected: both sides enter a range printed without a target, and it widens both upward by decibels."""
    for name in ("30n6e2", "mpq53", "mpq65"):
        quotes = quotes_of(catalog()[name])
        bare = [quote for quote in quotes if quote.kind == "noise_limited" and quote.rcs is None]
        assert bare, name
        without = calibrated_snr([quote for quote in quotes if quote not in bare], n_pulses=8)
        assert calibration(catalog()[name]).high > without.high + 1.0
