"""What one look of a radar covers and measures."""

import math

import numpy as np
import pytest

from openiads.parts.sensing import (
    MEAN_RADIUS,
    MONOPULSE_SLOPE,
    displacement,
    in_mode,
    in_track,
    measurement_error,
    reflection_error,
)
from openiads.physics.propagation import low_angle_error
from openiads.world.elements import RADAR
from openiads.world.layout import MODEL


def radar(low, high, beam):
    """A radar that searches and tracks between two elevations, rad."""
    row = np.zeros(1, RADAR)
    row["track_low"], row["track_high"], row["beam_elevation"] = low, high, beam
    row["elevation_low"], row["elevation_high"], row["frame"] = low, high, 1.0
    return row[0]


@pytest.mark.parametrize("low", [-3.0, 0.0, 1.0])
def test_a_beam_on_the_edge_of_a_track_sector_sees_half_its_width_beyond(low):
    """Expected: tracking ends where search with the same edge does, half a beam below and above.

    It ended at the edge itself, so that a radar whose tracks begin at 0 degrees held none at -0.1 degrees, where every
    low flyer beyond some kilometers lies, while one that begins at -0.2 degrees held all.
    """
    beam = math.radians(0.9)
    row = radar(math.radians(low), math.radians(75.0), beam)
    for elevation in np.radians(np.linspace(-5.0, 80.0, 1701)):
        assert in_track(row, elevation) == in_mode(row, elevation, 0.0)
    assert in_track(row, math.radians(low) - 0.49 * beam)
    assert not in_track(row, math.radians(low) - 0.51 * beam)


@pytest.mark.parametrize("height", [10.0, 60.0, 200.0, 2000.0])
@pytest.mark.parametrize("snr", [1.0, 30.0, 1e4])
def test_reflections_count_once(height, snr):
    """Expected: with no track all of them; a track as bad as one look leaves the rest of the variance, and never
    together more than there are; one that is sure leaves nearly all, for it has averaged what in truth is slow.
    """
    model, row = np.zeros(1, MODEL)[0], np.zeros(1, RADAR)[0]
    model["low_angle_error"], model["low_angle_limit"] = 0.1, 0.25
    row["height"], row["beam_elevation"], row["sigma_angle"] = 20.0, math.radians(1.0), 0.3e-3
    distance = 25e3
    elevation = (height - 20.0) / distance - distance / (2.0 * MEAN_RADIUS)
    low = reflection_error(model, row, distance, elevation)
    off = height / distance / row["beam_elevation"]
    assert low == pytest.approx(low_angle_error(0.1, off, row["beam_elevation"], 0.25), rel=0.02)
    assert displacement(model, row, distance, elevation, snr, 0.0) == pytest.approx(distance * low, rel=1e-12)
    rest = measurement_error(snr, row["beam_elevation"] / MONOPULSE_SLOPE, row["sigma_angle"])
    look = distance * math.hypot(low, rest)
    told = [displacement(model, row, distance, elevation, snr, share * look) for share in np.linspace(0.0, 1.5, 31)]
    assert all(0.0 <= b <= a for a, b in zip(told, told[1:], strict=False))
    assert told[20] == pytest.approx(0.0, abs=1e-3 * distance * low)  # one look: its own reflection is all there is
    for share, beside in zip(np.linspace(0.0, 1.0, 21), told, strict=False):
        held = low * low / (low * low + rest * rest) * (share * look) ** 2
        assert math.sqrt(beside**2 + held) == pytest.approx(distance * low, rel=1e-6)
