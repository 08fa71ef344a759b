"""What one look of a radar covers and measures."""

import math

import numpy as np
import pytest

from openiads.parts.sensing import in_mode, in_track
from openiads.world.elements import RADAR


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
