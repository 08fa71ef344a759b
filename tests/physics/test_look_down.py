"""How much of the surface a pulse covers that meets it at an angle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.physics.propagation import look_down

EARTH = 4.0 / 3.0 * 6_371_000.0
BEAM = math.radians(4.5)


def test_close_to_the_surface_it_is_one() -> None:
    for distance in (5e3, 30e3, 100e3):
        assert look_down(distance, 10.0, 150.0, BEAM, EARTH) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("distance", [30e3, 60e3, 150e3, 300e3])
def test_it_is_the_secant_of_the_grazing_angle(distance: float) -> None:
    sine = 9000.0 / distance - distance / (2.0 * EARTH)
    assert look_down(distance, 9000.0, 150.0, BEAM, EARTH) == pytest.approx(
        1.0 / math.sqrt(1.0 - sine * sine), rel=1e-12
    )


def test_below_itself_the_beam_and_not_the_pulse_bounds_the_cell() -> None:
    """Straight down, the length on the ground is that of the beam: R phi over the cell."""
    assert look_down(9000.0, 9000.0, 150.0, BEAM, EARTH) == pytest.approx(BEAM * 9000.0 / 150.0, rel=1e-3)


def test_it_has_no_step_and_never_falls_below_one_for_a_beam_wider_than_the_cell() -> None:
    found = np.array([look_down(d, 9000.0, 150.0, BEAM, EARTH) for d in np.linspace(9_050.0, 400e3, 4000)])
    assert (found >= 1.0).all()
    assert np.abs(np.diff(found[200:])).max() < 0.01
