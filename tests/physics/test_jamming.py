"""Noise jamming: the pattern toward a jammer, what it adds to noise, and the ranges that are left."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from openiads.base.constants import BOLTZMANN
from openiads.base.errors import InputError
from openiads.physics.jamming import (
    antenna_gain,
    burn_through,
    jamming_to_noise,
    pattern_gain,
    pattern_gain_2d,
    receiver_constant,
    stand_off_range,
)

WIDE = [1e-300, 1e-30, 1e-6, 1e-2, 1.0, 3.0, 1e3, 1e9, 1e40, 1e300]

# ------------------------------------------------------------------ pattern


def test_the_pattern_is_one_on_the_axis_and_half_at_half_the_beamwidth() -> None:
    for width in (0.01, 0.3, 2.0):
        assert pattern_gain(0.0, width, 0.001) == 1.0
        assert pattern_gain(0.5 * width, width, 0.001) == pytest.approx(0.5, rel=1e-14)
        assert pattern_gain(width, width, 0.001) == pytest.approx(1.0 / 16.0, rel=1e-14)


def test_the_pattern_is_symmetric_falls_and_ends_at_the_sidelobes_without_a_step() -> None:
    off = np.linspace(0.0, 0.2, 4001)
    gain = np.array([pattern_gain(each, 0.026, 1e-3) for each in off])
    assert gain.tolist() == [pattern_gain(-each, 0.026, 1e-3) for each in off]
    assert np.all(np.diff(gain) <= 0.0)
    assert gain[-1] == 1e-3
    assert np.abs(np.diff(gain)).max() < 4e-3  # the steepest slope of the Gaussian times the step
    floor = 0.026 * math.sqrt(math.log(1e3) / (4.0 * math.log(2.0)))
    assert np.all(gain[off > floor] == 1e-3)
    assert np.all(gain[off < floor] > 1e-3)


@pytest.mark.parametrize("off", [1e3, 1e200, 1e308, math.inf])
def test_far_off_the_axis_only_the_sidelobes_are_left(off: float) -> None:
    for sidelobe in (0.0, 1e-5, 1.0):
        assert pattern_gain(off, 0.02, sidelobe) == sidelobe
        assert pattern_gain_2d(off, 0.0, 0.02, 0.03, sidelobe) == sidelobe
        assert pattern_gain_2d(0.0, -off, 0.02, 0.03, sidelobe) == sidelobe


def test_a_pattern_in_two_angles_is_that_of_either_when_the_other_is_on_axis_and_their_product_inside() -> None:
    for x in (0.0, 0.003, -0.01, 0.02):
        assert pattern_gain_2d(x, 0.0, 0.02, 0.05, 1e-3) == pattern_gain(x, 0.02, 1e-3)
        assert pattern_gain_2d(0.0, x, 0.02, 0.05, 1e-3) == pattern_gain(x, 0.05, 1e-3)
        for y in (0.01, -0.03):
            product = pattern_gain(x, 0.02, 0.0) * pattern_gain(y, 0.05, 0.0)
            assert pattern_gain_2d(x, y, 0.02, 0.05, 0.0) == pytest.approx(product, rel=1e-13)


def test_a_round_beam_looks_the_same_in_every_direction() -> None:
    for turn in np.linspace(0.0, 2.0 * math.pi, 13):
        x, y = 0.012 * math.cos(turn), 0.012 * math.sin(turn)
        assert pattern_gain_2d(x, y, 0.02, 0.02, 0.0) == pytest.approx(pattern_gain(0.012, 0.02, 0.0), rel=1e-12)


# ------------------------------------------------------------------ jamming over noise

RADAR = receiver_constant(1e4, 0.03, 1.0, 1000.0)


def ratio(
    erp: float = 100.0, bandwidth: float = 1e7, receiver: float = 1e6, distance: float = 1e5, pattern: float = 1.0
) -> float:
    return float(jamming_to_noise(RADAR, erp, bandwidth, receiver, distance, pattern))


def test_jamming_over_noise_is_the_one_way_equation_written_out() -> None:
    spread = 4.0 * math.pi * 1e5
    received = 100.0 * 1e4 * 0.03**2 / spread**2 * 1e6 / 1e7
    assert ratio() == pytest.approx(received / (BOLTZMANN * 1000.0 * 1e6), rel=1e-13)
    assert receiver_constant(1e4, 0.03, 2.0, 500.0) == pytest.approx(RADAR, rel=1e-14)


def test_jamming_goes_with_power_gain_and_the_inverse_square_of_distance() -> None:
    assert ratio(erp=0.0) == 0.0
    assert ratio(pattern=0.0) == 0.0
    for factor in (1e-6, 0.5, 3.0, 1e6):
        assert ratio(erp=100.0 * factor) == pytest.approx(factor * ratio(), rel=1e-13)
        assert ratio(pattern=factor) == pytest.approx(factor * ratio(), rel=1e-13)
        assert ratio(distance=1e5 / math.sqrt(factor)) == pytest.approx(factor * ratio(), rel=1e-12)


def test_a_barrage_over_k_receiver_bandwidths_delivers_one_kth_and_a_narrow_jammer_all() -> None:
    spot = ratio(bandwidth=1e6)
    for share in (1e-9, 0.5, 1.0):
        assert ratio(bandwidth=share * 1e6) == spot
    assert ratio(bandwidth=0.0) == spot
    for k in (1.0 + 1e-9, 2.0, 100.0):
        assert ratio(bandwidth=k * 1e6) == pytest.approx(spot / k, rel=1e-12)


def test_a_jammer_on_top_of_the_radar_counts_as_one_meter_away() -> None:
    assert ratio(distance=0.0) == ratio(distance=1.0) < math.inf


# ------------------------------------------------------------------ burn-through


@pytest.mark.parametrize("signal", [1e-20, 1.0, 1e12, 1e21, 1e60])
@pytest.mark.parametrize("jamming", [0.0, *WIDE])
def test_burn_through_solves_its_equation(signal: float, jamming: float) -> None:
    """Where the numbers allow it, against a bracketed root of the unexpanded equation."""
    for required in (0.01, 1.0, 20.0):
        found = burn_through(signal, jamming, required)
        clear = (signal / required) ** 0.25
        assert 0.0 <= found <= clear * (1.0 + 1e-15)
        if jamming <= 1e100:
            at = math.log(found)
            low, high = at - 1.0, at + 1.0

            def excess(x: float, jamming: float = jamming, required: float = required) -> float:
                over = math.exp(-2.0 * x)
                return math.log(signal) - 4.0 * x - math.log(required) - math.log1p(jamming * over)

            assert found == pytest.approx(math.exp(brentq(excess, low, high, xtol=1e-13, rtol=1e-14)), rel=1e-11)


def test_without_jamming_burn_through_is_the_noise_limited_range_and_with_much_the_square_root_law() -> None:
    signal, required = 1e21, 20.0
    clear = (signal / required) ** 0.25
    assert burn_through(signal, 0.0, required) == pytest.approx(clear, rel=1e-15)
    for small in (1e-300, 1e-12, 1e-3):
        assert burn_through(signal, small, required) == pytest.approx(clear, rel=1e-9)
    for much in (1e20, 1e100, 1e290):
        assert burn_through(signal, much, required) == pytest.approx(math.sqrt(signal / (much * required)), rel=1e-9)
    assert burn_through(signal, math.inf, required) == 0.0
    assert burn_through(0.0, 1.0, required) == burn_through(0.0, 0.0, required) == 0.0


def test_burn_through_falls_with_jamming_without_a_cliff() -> None:
    jamming = np.logspace(-5, 20, 2001)
    found = np.array([burn_through(1e21, each, 20.0) for each in jamming])
    assert np.all(np.diff(found) <= 0.0)
    slope = np.diff(np.log(found)) / np.diff(np.log(jamming))
    assert slope.min() == pytest.approx(-0.5, abs=1e-3)  # from R independent of J to R as 1/sqrt(J), nothing steeper
    assert np.abs(np.diff(slope)).max() < 0.01


def test_the_range_against_a_jammer_elsewhere_falls_with_the_fourth_root() -> None:
    assert stand_off_range(1e5, 0.0) == 1e5
    assert stand_off_range(1e5, 15.0) == pytest.approx(5e4, rel=1e-15)
    assert stand_off_range(1e5, math.inf) == stand_off_range(0.0, 3.0) == 0.0
    for jamming in (1e-9, 0.3, 7.0, 1e8, 1e300):
        left = stand_off_range(1e5, jamming)
        assert (1e5 / left) ** 4 == pytest.approx(1.0 + jamming, rel=1e-12)


# ------------------------------------------------------------------ gain


def test_the_gain_of_a_beam_follows_from_its_widths() -> None:
    """41,253 square degrees make the sphere."""
    degree = math.radians(1.0)
    assert antenna_gain(degree, degree, 1.0) == pytest.approx(41252.96, rel=1e-6)
    assert antenna_gain(2 * degree, 10 * degree, 0.63) == pytest.approx(0.63 * 41252.96 / 20.0, rel=1e-6)
    assert antenna_gain(2 * degree, 10 * degree, 0.5) == antenna_gain(10 * degree, 2 * degree, 0.5)


def test_a_narrow_gaussian_beam_has_the_directivity_that_the_docstring_says() -> None:
    """All power of the pattern over the sphere, integrated numerically."""
    from scipy.integrate import quad

    width = 0.02
    power = quad(lambda t: 2.0 * math.pi * math.sin(t) * pattern_gain(t, width, 0.0), 0.0, 0.2, epsrel=1e-10)[0]
    assert 4.0 * math.pi / power == pytest.approx(antenna_gain(width, width, 4.0 * math.log(2.0) / math.pi), rel=1e-4)


# ------------------------------------------------------------------ domains


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (lambda: receiver_constant(0.0, 0.03, 1.0, 1000.0), "gain"),
        (lambda: receiver_constant(1e4, -0.03, 1.0, 1000.0), "wavelength"),
        (lambda: receiver_constant(1e4, 0.03, 0.5, 1000.0), "loss"),
        (lambda: receiver_constant(1e4, 0.03, math.inf, 1000.0), "loss"),
        (lambda: receiver_constant(1e4, 0.03, 1.0, math.nan), "noise_temperature"),
        (lambda: antenna_gain(0.0, 0.1, 0.6), "beam_azimuth"),
        (lambda: antenna_gain(0.1, 4.0, 0.6), "beam_elevation"),
        (lambda: antenna_gain(0.1, 0.1, 1.1), "efficiency"),
        (lambda: burn_through(-1.0, 0.0, 1.0), "signal"),
        (lambda: burn_through(math.inf, 0.0, 1.0), "signal"),
        (lambda: burn_through(1.0, -1.0, 1.0), "jamming"),
        (lambda: burn_through(1.0, math.nan, 1.0), "jamming"),
        (lambda: burn_through(1.0, 1.0, 0.0), "required"),
        (lambda: stand_off_range(-1.0, 0.0), "clear"),
        (lambda: stand_off_range(1.0, -0.1), "jamming"),
    ],
)
def test_what_is_outside_a_domain_is_told_with_place_and_remedy(call: object, place: str) -> None:
    with pytest.raises(InputError) as told:
        call()  # type: ignore[operator]
    assert told.value.place == place
    assert told.value.remedy
