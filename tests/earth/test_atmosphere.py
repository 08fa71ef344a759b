"""Laws of the standard atmosphere."""

import math

import numpy as np
import pytest

from openiads.earth import atmosphere as air


def test_pressure_and_density_fall_with_height_everywhere():
    rows = [air.atmosphere(float(h)) for h in np.arange(-5000.0, 400e3, 250.0)]
    pressure, density = np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    assert (np.diff(pressure) < 0).all()
    assert (np.diff(density) < 0).all()


def test_no_jump_at_any_layer_boundary_nor_at_the_top():
    for base in air.BASES[1:]:
        height = air.EARTH_RADIUS * base / (air.EARTH_RADIUS - base)
        below, above = air.atmosphere(float(height) - 0.01), air.atmosphere(float(height) + 0.01)
        assert above == pytest.approx(below, rel=1e-5)


def test_air_is_in_hydrostatic_balance():
    for height in (-3e3, 1e3, 9e3, 15e3, 25e3, 40e3, 49e3, 60e3, 75e3, 95e3):
        up, down = air.atmosphere(height + 5.0)[1], air.atmosphere(height - 5.0)[1]
        gravity = 9.80665 * (air.EARTH_RADIUS / (air.EARTH_RADIUS + height)) ** 2
        assert (down - up) / 10.0 == pytest.approx(air.atmosphere(height)[2] * gravity, rel=1e-5)


def test_air_is_an_ideal_gas_with_the_sound_speed_of_its_temperature():
    for height in (0.0, 12e3, 50e3):
        temperature, pressure, density, sound = air.atmosphere(height)
        assert pressure == pytest.approx(density * 287.0529 * temperature, rel=1e-6)
        assert sound == pytest.approx(math.sqrt(1.4 * 287.0529 * temperature), rel=1e-6)


def test_the_hot_kernel_agrees_with_the_full_one():
    for height in np.linspace(-5e3, 150e3, 200):
        assert air.density_and_sound(float(height)) == air.atmosphere(float(height))[2:]


def test_the_tail_stays_near_the_published_density_and_finite_without_end():
    assert air.atmosphere(86e3)[2] == pytest.approx(6.958e-6, rel=1e-3)  # [ussa1976], Table I
    assert air.atmosphere(100e3)[2] == pytest.approx(5.604e-7, rel=0.1)
    assert np.isfinite(air.atmosphere(1e9)).all()
