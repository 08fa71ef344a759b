"""Closed forms of noise jamming: limits, laws, agreement with the radar equation step by step, domains."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from openiads import textbook
from openiads.base.errors import InputError
from openiads.physics.detection import detection_probability
from openiads.textbook import Jammer, Radar, detection

RADAR = Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
REQUIRED = 20.0
BEAM = (math.radians(1.5), 1e-3)
POWERS = [0.0, 1e-12, 1e-3, 1.0, 1e3, 1e9]


def ratio(distance: float, rcs: float, jammers: list[Jammer]) -> float:
    """Echo over noise and jamming, from the two ratios."""
    return textbook.echo_to_noise(RADAR, rcs, distance) / (1.0 + textbook.jamming_to_noise(RADAR, jammers))


# ------------------------------------------------------------------ ratios


def test_the_ratios_are_those_of_the_radar_equation_in_its_other_form() -> None:
    frequency = 299_792_458.0 / 0.03
    for distance in (1e3, 7e4):
        other = detection.radar_snr(
            distance,
            frequency=frequency,
            peak_power=1e6,
            pulse_width=1e-6,
            gain=1e4,
            rcs=0.3,
            system_temperature=1000.0,
            loss=2.0,
        )
        assert textbook.echo_to_noise(RADAR, 0.3, distance) == pytest.approx(other, rel=1e-12)
        jammer = Jammer(50.0, distance, 2e7, 0.02)
        received = detection.jam_to_noise(50.0, 2e7, 1e6, 1e4 * 0.02, 0.03, distance, 1000.0)
        assert textbook.jamming_to_noise(RADAR, [jammer]) == pytest.approx(received, rel=1e-12)


def test_jammers_add_in_power_whatever_their_order() -> None:
    jammers = [Jammer(10.0**k, 1e5 + 3e4 * k, 10.0 ** (5 + k), 10.0**-k) for k in range(4)]
    total = textbook.jamming_to_noise(RADAR, jammers)
    assert total == pytest.approx(sum(textbook.jamming_to_noise(RADAR, [j]) for j in jammers), rel=1e-13)
    assert total == textbook.jamming_to_noise(RADAR, jammers[::-1])
    assert textbook.jamming_to_noise(RADAR, []) == 0.0
    one, tenths = Jammer(100.0, 1e5, 1e7), [Jammer(10.0, 1e5, 1e7)] * 10
    together = textbook.jamming_to_noise(RADAR, tenths)
    assert together == pytest.approx(textbook.jamming_to_noise(RADAR, [one]), rel=1e-14)


def test_a_jammer_without_power_in_a_null_or_with_endless_bandwidth_adds_nothing() -> None:
    for nothing in (Jammer(0.0, 1e5, 1e7), Jammer(1e3, 1e5, 1e7, 0.0), Jammer(1e3, 1e5, math.inf)):
        assert textbook.jamming_to_noise(RADAR, [nothing]) == 0.0


# ------------------------------------------------------------------ ranges


@pytest.mark.parametrize("erp", POWERS)
@pytest.mark.parametrize("bandwidth", [0.0, 1e6, 1e8])
def test_at_burn_through_the_ratio_is_the_required_one(erp: float, bandwidth: float) -> None:
    elsewhere = Jammer(200.0, 1.2e5, 1e7, 1e-3)
    for others in ([], [elsewhere], [elsewhere] * 30):
        jamming = textbook.jamming_to_noise(RADAR, others)
        for rcs in (1e-3, 1.0, 100.0):
            at = textbook.self_screening_range(RADAR, rcs, erp, bandwidth, REQUIRED, jamming)
            assert ratio(at, rcs, [*others, Jammer(erp, at, bandwidth)]) == pytest.approx(REQUIRED, rel=1e-11)


def test_burn_through_tends_to_the_noise_limited_range_and_to_the_law_without_noise() -> None:
    clear = textbook.noise_limited_range(RADAR, 1.0, REQUIRED)
    assert textbook.self_screening_range(RADAR, 1.0, 0.0, 1e7, REQUIRED) == pytest.approx(clear, rel=1e-14)
    assert textbook.self_screening_range(RADAR, 1.0, 1e-15, 1e7, REQUIRED) == pytest.approx(clear, rel=1e-9)
    for erp in (1e9, 1e12):
        law = detection.burn_through_range(
            peak_power=1e6 / 2.0, gain=1e4, rcs=1.0, erp=erp, bandwidth_ratio=10.0, required_ratio=REQUIRED
        )
        assert textbook.self_screening_range(RADAR, 1.0, erp, 1e7, REQUIRED) == pytest.approx(law, rel=1e-6)


def test_more_power_of_the_jammer_never_gives_more_range() -> None:
    powers = [0.0, *np.logspace(-8, 8, 400)]
    aboard = [textbook.self_screening_range(RADAR, 1.0, erp, 1e7, REQUIRED) for erp in powers]
    jamming = [textbook.jamming_to_noise(RADAR, [Jammer(erp, 1.5e5, 1e7, 1e-3)]) for erp in powers]
    apart = [textbook.stand_off_range(RADAR, 1.0, REQUIRED, each) for each in jamming]
    for ranges in (aboard, apart):
        assert np.all(np.diff(ranges) <= 0.0)
        assert np.abs(np.diff(np.log(ranges))).max() < 0.05  # no cliff: less than a half of the step in power


def test_detection_falls_with_the_fourth_root_of_jamming_and_firm_tracks_with_the_sixth() -> None:
    much = np.logspace(4, 12, 9)
    seen = [textbook.stand_off_range(RADAR, 1.0, REQUIRED, j) for j in much]
    firm = [textbook.firm_track_range(RADAR, 1.0, BEAM[0], 200.0, j) for j in much]
    assert np.diff(np.log(seen)) / np.diff(np.log(much)) == pytest.approx(np.full(8, -0.25), abs=1e-4)
    assert np.diff(np.log(firm)) / np.diff(np.log(much)) == pytest.approx(np.full(8, -1.0 / 6.0), abs=1e-4)


@pytest.mark.parametrize("jamming", [0.0, 1e-6, 10.0, 1e9])
def test_at_the_firm_range_the_deviation_is_the_limit(jamming: float) -> None:
    for limit in (1.0, 200.0, 1e4):
        at = textbook.firm_track_range(RADAR, 0.3, BEAM[0], limit, jamming)
        left = textbook.echo_to_noise(RADAR, 0.3, at) / (1.0 + jamming)
        assert textbook.cross_range_deviation(at, BEAM[0], left) == pytest.approx(limit, rel=1e-12)


def test_nothing_is_left_of_an_echo_without_power_or_under_endless_jamming() -> None:
    silent = Radar(0.0, 1e4, 0.03, 1e6, 1000.0)
    for radar, rcs, jamming in ((silent, 1.0, 0.0), (RADAR, 0.0, 0.0), (RADAR, 1.0, math.inf)):
        assert textbook.stand_off_range(radar, rcs, REQUIRED, jamming) == 0.0
        assert textbook.firm_track_range(radar, rcs, BEAM[0], 200.0, jamming) == 0.0
        assert textbook.self_screening_range(radar, rcs, 1.0, 1e7, REQUIRED, jamming) == 0.0
    assert textbook.cross_range_deviation(1e4, 0.02, 0.0) == math.inf
    assert textbook.cross_range_deviation(0.0, 0.02, 3.0) == 0.0
    assert textbook.cross_range_deviation(1e4, 0.02, math.inf) == 0.0


# ------------------------------------------------------------------ direction


def test_jamming_opens_a_spoke_toward_the_jammer_and_leaves_a_circle_elsewhere() -> None:
    angles = np.radians(np.linspace(-20.0, 20.0, 1601))
    ranges = []
    for angle in angles:
        jammer = Jammer(100.0, 1.5e5, 1e7, textbook.beam_pattern(float(angle), *BEAM))
        ranges.append(textbook.stand_off_range(RADAR, 1.0, REQUIRED, textbook.jamming_to_noise(RADAR, [jammer])))
    found = np.array(ranges)
    assert found == pytest.approx(found[::-1], rel=1e-12)
    assert int(np.argmin(found)) == 800
    outside = np.abs(angles) > textbook.sidelobe_angle(*BEAM)
    assert np.ptp(found[outside]) == 0.0
    assert found[~outside].max() <= found[outside].min()


def test_where_sidelobes_begin_the_main_beam_has_their_level() -> None:
    for level in (1e-12, 1e-3, 0.5):
        at = textbook.sidelobe_angle(0.026, level)
        assert textbook.beam_pattern(at, 0.026, 0.0) == pytest.approx(level, rel=1e-12)
    assert textbook.sidelobe_angle(0.026, 1.0) == 0.0
    assert textbook.sidelobe_angle(0.026, 0.0) == math.inf
    assert textbook.beam_pattern(math.inf, 0.026, 1e-3) == 1e-3


# ------------------------------------------------------------------ detection


def test_detection_without_jamming_is_that_of_swerling_one_and_falls_to_the_false_alarms() -> None:
    for snr in (0.0, 1e-9, 1.0, 13.0, 1e6):
        for pfa in (1e-12, 1e-6, 0.3):
            exact = float(detection_probability(snr, swerling=1, pfa=pfa))
            assert textbook.jammed_detection(snr, 0.0, pfa) == pytest.approx(exact, abs=1e-9)
            assert textbook.jammed_detection(snr, 4.0, pfa) == pytest.approx(
                textbook.jammed_detection(snr / 5.0, 0.0, pfa)
            )
            falls = [textbook.jammed_detection(snr, j, pfa) for j in (0.0, 1e-6, 1.0, 1e6, math.inf)]
            assert falls == sorted(falls, reverse=True)
            assert falls[-1] == pytest.approx(pfa, rel=1e-12)
    assert textbook.jammed_detection(math.inf, 3.0, 1e-6) == 1.0


# ------------------------------------------------------------------ support


@pytest.mark.parametrize("erp", [1e-4, 0.3, 10.0, 100.0])
@pytest.mark.parametrize("distance", [2e4, 4e4, 8e4])
def test_the_gap_is_the_time_that_a_crossing_target_is_not_seen(erp: float, distance: float) -> None:
    """Step by step along the circle, with the pattern and the ratios."""
    speed, step = 250.0, 0.002
    snr, required = textbook.echo_to_noise(RADAR, 1.0, distance), 4.0
    jamming = textbook.jamming_to_noise(RADAR, [Jammer(erp, 1.5e5, 1e7)])
    gap = textbook.support_gap(snr, required, jamming, BEAM, distance, speed)
    times = np.arange(-40.0, 40.0, step) + 0.5 * step
    gains = np.array([textbook.beam_pattern(float(speed * t / distance), *BEAM) for t in times])
    unseen = step * np.count_nonzero(snr / (1.0 + jamming * gains) < required)
    assert math.isfinite(gap.time)
    assert unseen == pytest.approx(gap.time, abs=2.5 * step)


def test_a_target_is_always_lost_in_jammed_sidelobes_and_never_with_margin_enough() -> None:
    assert textbook.support_gap(5.0, 4.0, 0.2, BEAM, 4e4, 250.0) == (0.0, 0.0)
    assert textbook.support_gap(4.0, 4.0, 0.0, BEAM, 4e4, 250.0) == (0.0, 0.0)
    just = textbook.support_gap(8.0, 4.0, 999.0, BEAM, 4e4, 250.0)
    assert 0.0 < just.half_angle < textbook.sidelobe_angle(*BEAM)
    nowhere = (math.pi, math.inf)
    assert textbook.support_gap(8.0, 4.0, 1001.0, BEAM, 4e4, 250.0) == nowhere
    assert textbook.support_gap(8.0, 4.0, math.inf, BEAM, 4e4, 250.0) == nowhere
    assert textbook.support_gap(8.0, 4.0, math.inf, (0.02, 0.0), 4e4, 250.0) == nowhere
    assert textbook.support_gap(3.9, 4.0, 0.0, BEAM, 4e4, 250.0) == nowhere
    assert textbook.support_gap(3.9, 4.0, 0.0, (0.02, 0.0), 4e4, 250.0) == nowhere
    assert textbook.support_gap(4.0, 4.0, 1.0, (0.02, 0.0), 4e4, 250.0) == nowhere
    assert textbook.support_gap(8.0, 4.0, 500.0, (3.0, 0.0), 4e4, 250.0) == nowhere  # wider than the circle


def test_support_is_lost_beyond_the_limit_only() -> None:
    gap = textbook.support_gap(640.0, 4.0, 1835.0, BEAM, 4e4, 250.0)
    assert not gap.lost(gap.time)
    assert gap.lost(math.nextafter(gap.time, 0.0))
    assert gap.lost(0.0)
    assert not gap.lost(math.inf)


# ------------------------------------------------------------------ domains

OUTSIDE: list[tuple[Callable[[], object], str]] = [
    (lambda: Radar(-1.0, 1e4, 0.03, 1e6, 1000.0), "peak_power"),
    (lambda: Radar(1e6, 0.0, 0.03, 1e6, 1000.0), "gain"),
    (lambda: Radar(1e6, 1e4, math.nan, 1e6, 1000.0), "wavelength"),
    (lambda: Radar(1e6, 1e4, 0.03, 0.0, 1000.0), "bandwidth"),
    (lambda: Radar(1e6, 1e4, 0.03, 1e6, 0.0), "temperature"),
    (lambda: Radar(1e6, 1e4, 0.03, 1e6, 1000.0, 0.9), "loss"),
    (lambda: Jammer(-1.0, 1e5, 1e7), "erp"),
    (lambda: Jammer(1.0, 0.0, 1e7), "distance of the jammer"),
    (lambda: Jammer(1.0, 1e5, -1e7), "bandwidth of the jammer"),
    (lambda: Jammer(1.0, 1e5, 1e7, -0.1), "pattern"),
    (lambda: textbook.echo_to_noise(RADAR, -1.0, 1e4), "rcs"),
    (lambda: textbook.echo_to_noise(RADAR, 1.0, 0.0), "distance"),
    (lambda: textbook.beam_pattern(0.1, 0.0, 0.1), "beamwidth"),
    (lambda: textbook.beam_pattern(math.nan, 0.1, 0.1), "angle"),
    (lambda: textbook.beam_pattern(0.1, 0.1, 1.1), "sidelobe"),
    (lambda: textbook.sidelobe_angle(0.1, -0.1), "sidelobe"),
    (lambda: textbook.noise_limited_range(RADAR, 1.0, 0.0), "required"),
    (lambda: textbook.stand_off_range(RADAR, 1.0, 2.0, -1.0), "jamming"),
    (lambda: textbook.self_screening_range(RADAR, 1.0, -1.0, 1e7, 2.0), "erp"),
    (lambda: textbook.self_screening_range(RADAR, 1.0, 1.0, 1e7, -2.0), "required"),
    (lambda: textbook.jammed_detection(-1.0, 0.0, 1e-6), "snr"),
    (lambda: textbook.jammed_detection(1.0, -1.0, 1e-6), "jamming"),
    (lambda: textbook.jammed_detection(math.inf, math.inf, 1e-6), "snr"),
    (lambda: textbook.jammed_detection(1.0, 0.0, 0.0), "pfa"),
    (lambda: textbook.jammed_detection(1.0, 0.0, 1.0), "pfa"),
    (lambda: textbook.cross_range_deviation(-1.0, 0.1, 1.0), "distance"),
    (lambda: textbook.firm_track_range(RADAR, 1.0, 0.1, 0.0, 1.0), "limit"),
    (lambda: textbook.support_gap(1.0, 1.0, 1.0, BEAM, 0.0, 1.0), "distance"),
    (lambda: textbook.support_gap(1.0, 1.0, 1.0, BEAM, 1.0, 0.0), "speed"),
    (lambda: textbook.support_gap(1.0, 1.0, 1.0, (0.0, 0.1), 1.0, 1.0), "width of the beam"),
    (lambda: textbook.support_gap(9.0, 1.0, 1.0, BEAM, 1.0, 1.0).lost(-1.0), "limit"),
]


@pytest.mark.parametrize(("call", "place"), OUTSIDE)
def test_what_is_outside_a_domain_is_told_with_place_and_remedy(call: Callable[[], object], place: str) -> None:
    with pytest.raises(InputError) as told:
        call()
    assert told.value.place == place
    assert told.value.remedy.startswith("Give ")
