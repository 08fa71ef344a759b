"""The viewshed beside rays sampled one by one, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError
from openiads.earth import sight
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.viewshed import lowest_over_grid

EARTH = 4.0 / 3.0 * MEAN_RADIUS
CELL = (90.0, 90.0)

pytestmark = pytest.mark.kernels


def hills(seed, size=41, shortest=8.0, scale=300.0):
    """Random smooth hills, float32: waves of ``shortest`` cells and longer."""
    draws = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    height = np.zeros((size, size))
    for _ in range(12):
        wave, turn = draws.uniform(shortest, 4 * shortest), draws.uniform(0.0, 6.28)
        height += np.cos(2.0 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / wave + draws.uniform(0.0, 6.28))
    return (scale * np.maximum(height / 4.0 + 0.3, 0.0)).astype(np.float32)


def along(land, row, column, i, j, cell=CELL, earth=EARTH, antenna=0.0):
    """Lowest visible height at a cell from the ray to it sampled every twelfth of a cell, by an own formula."""
    steps = 12 * max(abs(i - row), abs(j - column))
    share = np.arange(1, steps) / steps
    share = share[share * max(abs(i - row), abs(j - column)) < max(abs(i - row), abs(j - column)) - 1.0 + 1e-9]
    if not len(share):
        return float(land[i, j])
    y, x = row + share * (i - row), column + share * (j - column)
    a, b = np.minimum(y.astype(int), len(land) - 2), np.minimum(x.astype(int), land.shape[1] - 2)
    v, u = y - a, x - b
    south = land[a, b] * (1 - u) + land[a, b + 1] * u
    ground = south * (1 - v) + (land[a + 1, b] * (1 - u) + land[a + 1, b + 1] * u) * v
    whole = math.hypot((i - row) * cell[0], (j - column) * cell[1]) / earth
    angle = np.arctan2(
        (earth + ground) * np.cos(share * whole) - earth - antenna, (earth + ground) * np.sin(share * whole)
    ).max()
    # the ray at that elevation meets the target's radius where r (cos a - tan e sin a) = R + h
    over = (earth + antenna) / (math.cos(whole) - math.tan(angle) * math.sin(whole)) - earth
    return max(over, float(land[i, j]))


def brute(land, row, column, antenna, cell=CELL):
    rows, columns = land.shape
    return np.array(
        [
            [
                along(land, row, column, i, j, cell, EARTH, antenna) if (i, j) != (row, column) else float(land[i, j])
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("cell", [(90.0, 90.0), (60.0, 110.0)])
def test_cells_agree_with_rays_sampled_one_by_one(seed, cell):
    land = hills(seed)
    row, column = (20, 20) if seed < 3 else (5, 33)
    antenna = float(land[row, column]) + 30.0
    mine, exact = lowest_over_grid(land, row, column, cell, antenna, EARTH), brute(land, row, column, antenna, cell)
    for above in (0.0, 20.0, 60.0, 150.0):
        differ = (mine <= land + above) != (exact <= land + above)
        assert differ.mean() <= 0.015
        # where they differ, the target is near the edge of the shadow
        assert np.abs(exact - land - above)[differ].max(initial=0.0) < 50.0
    assert np.median(np.abs(mine - exact)) < 5.0  # of lowest heights up to 2 km


def test_over_the_sea_it_is_the_smooth_horizon():
    sea = np.zeros((5, 301), np.float32)
    lowest = lowest_over_grid(sea, 2, 0, (500.0, 500.0), 25.0, EARTH)
    for k in range(1, 301):
        expected = sight.horizon_height(25.0, 500.0 * k, EARTH)
        assert lowest[2, k] == pytest.approx(expected, rel=2e-3, abs=0.3)


def test_behind_a_wall_it_is_the_ray_over_its_crest():
    land = np.zeros((3, 400), np.float32)
    land[:, 100] = 400.0
    lowest = lowest_over_grid(land, 1, 0, (200.0, 200.0), 20.0, EARTH)
    for k in (101, 150, 399):
        assert lowest[1, k] == pytest.approx(sight.ray_height(20.0, 20e3, 400.0, 200.0 * k, EARTH), rel=1e-5)
    assert lowest[1, 100] == 400.0


def test_eight_octants_are_mirror_images():
    land = hills(4)
    antenna = float(land[20, 20]) + 30.0

    def seen(grid):
        return lowest_over_grid(np.ascontiguousarray(grid), 20, 20, CELL, antenna, EARTH)

    whole = seen(land)
    for turn in (lambda g: g[::-1], lambda g: g[:, ::-1], lambda g: g.T, lambda g: g[::-1, ::-1].T):
        np.testing.assert_allclose(seen(turn(land)), turn(whole), rtol=1e-5, atol=1e-3)


def test_threads_change_nothing():
    land = hills(5, 130)
    one, many = (lowest_over_grid(land, 7, 100, CELL, 900.0, EARTH, threads) for threads in (1, 8))
    assert (one == many).all()
    assert (one >= land).all()


@settings(max_examples=12, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 10_000), row=st.integers(0, 40), column=st.integers(0, 40), share=st.floats(0.0, 1.0))
def test_lower_ground_elsewhere_and_a_higher_antenna_never_lose_a_line_of_sight(seed, row, column, share):
    land = hills(seed)
    antenna = float(land[row, column]) + 25.0
    lower = (land * (1.0 - share * hills(seed + 1, scale=1.0).clip(0.0, 1.0))).astype(np.float32)
    lowest = lowest_over_grid(land, row, column, CELL, antenna, EARTH)
    assert (lowest_over_grid(lower, row, column, CELL, antenna, EARTH) <= lowest + 0.01).all()
    assert (lowest_over_grid(land, row, column, CELL, antenna + 40.0, EARTH) <= lowest + 0.01).all()


@pytest.mark.parametrize(("row", "column", "antenna"), [(-1, 3, 500.0), (3, 41, 500.0), (3, 3, -10.0)])
def test_an_antenna_outside_the_grid_or_under_the_ground_is_refused(row, column, antenna):
    with pytest.raises(InputError, match="viewshed"):
        lowest_over_grid(hills(6), row, column, CELL, antenna, EARTH)
