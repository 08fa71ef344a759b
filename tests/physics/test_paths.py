"""The moving average of a profile of heights, against averages taken by hand and by counting."""

import numpy as np
import pytest

from openiads.physics.paths import _averaged

S = np.array([0.0, 1_000.0, 1_500.0, 4_000.0])
HEIGHTS = np.array([100.0, 300.0, 50.0, 900.0])


@pytest.mark.parametrize("window", [10.0, 400.0, 1_200.0])
def test_an_average_is_that_of_many_samples(window: float) -> None:
    at = np.array([3_900.0, 5.0, 1_000.0, 1_490.0, 2_000.0, 700.0])  # in no order
    around = np.linspace(-0.5, 0.5, 20_001) * window
    counted = np.interp(at[:, None] + around, S, HEIGHTS).mean(axis=1)
    assert _averaged(S, HEIGHTS, window)(at) == pytest.approx(counted, abs=0.02)


def test_level_and_straight_profiles_stay_as_they_are_away_from_their_ends() -> None:
    at = np.linspace(300.0, 3_700.0, 50)
    assert _averaged(S, np.full(4, 70.0), 500.0)(at) == pytest.approx(np.full(50, 70.0), abs=1e-9)
    assert _averaged(S, 10.0 + 0.25 * S, 500.0)(at) == pytest.approx(10.0 + 0.25 * at, abs=1e-9)


def test_the_slope_of_an_average_has_no_steps() -> None:
    smooth = _averaged(S, HEIGHTS, 400.0)
    at = np.linspace(0.0, 4_000.0, 40_001)
    slopes = np.diff(smooth(at)) / np.diff(at)
    assert np.abs(np.diff(slopes)).max() < 0.01 * np.abs(np.diff(HEIGHTS) / np.diff(S)).max()
