"""The masking edge of a radar: what it leaves of the power, as far as its table goes and beyond."""

import math

import numpy as np
import pytest

from openiads.earth import shapes, sight
from openiads.parts.geometry import edge_factor
from openiads.world.elements import RADAR

LAT, LON, TOWARD = math.radians(34.9), math.radians(35.9), 0.6
FARTHEST = 60e3


@pytest.fixture(scope="module")
def ridge():
    """The arena of a mask over a wall of 400 m, 15 km off, and its edges, and the row of their radar."""
    wall = shapes.ridge(LAT, LON, TOWARD, 15e3, 400.0, width=1000.0)
    mask = sight.mask_table(wall, LAT, LON, 24.0, max_range=FARTHEST, azimuths=72)
    row = np.zeros(1, RADAR)[0]
    row["mask_table"], row["edge_table"], row["wavelength"] = 0, len(mask), 0.1
    return np.concatenate([mask, sight.edge_table(mask)]), row


@pytest.mark.parametrize("below", [-300.0, 0.0, 50.0, 300.0])
def test_an_edge_goes_on_beyond_the_last_range_of_its_table(ridge, below):
    """Expected: what the edge leaves goes on without a jump where the table ends, and for what stays as far below the
    lowest ray it changes by less than a decibel a kilometer; once nothing was left from there on."""
    arena, row = ridge
    found = [edge_factor(arena, row, TOWARD, d, below) for d in np.arange(40e3, 120e3, 250.0)]
    steps = np.abs(np.diff(10.0 * np.log10(found)))
    assert min(found) > 0.0 and steps.max() < 0.25, steps.max()


def test_an_edge_leaves_less_the_deeper_and_half_the_field_on_the_grazing_ray(ridge):
    """Expected: a quarter of the power each way, a sixteenth both ways, on the ray that grazes the edge, at any range;
    less below it and no more than a little over all above it."""
    arena, row = ridge
    for distance in (30e3, 59e3, 61e3, 100e3):
        factors = [edge_factor(arena, row, TOWARD, distance, below) for below in (400.0, 100.0, 10.0, 0.0, -10.0)]
        assert factors == sorted(factors)
        assert factors[3] == pytest.approx(1.0 / 16.0, rel=0.05)
