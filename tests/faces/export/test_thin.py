"""Thinning keeps its promise: whichever way the kept positions are joined, no recorded one is farther than it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymap3d
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.faces.export.thin import TOLERANCE, spaced, thinned


def degrees(earth: np.ndarray) -> np.ndarray:
    return np.column_stack(pymap3d.ecef2geodetic(*earth.T, deg=False))


def errors(times: np.ndarray, earth: np.ndarray, keep: np.ndarray) -> tuple[float, float]:
    """Greatest distance (m) of a recorded position from the kept ones, joined in space and joined in degrees."""

    def joined(values: np.ndarray) -> np.ndarray:
        return np.column_stack([np.interp(times, times[keep], column[keep]) for column in values.T])

    flat = degrees(earth)
    flat[:, 1] = np.unwrap(flat[:, 1])
    back = np.column_stack(pymap3d.geodetic2ecef(*joined(flat).T, deg=False))
    return (
        float(np.linalg.norm(joined(earth) - earth, axis=1).max()),
        float(np.linalg.norm(back - earth, axis=1).max()),
    )


def circling(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Times and ECEF positions of a flight that turns, climbs and speeds up at random."""
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(0.0, 0.02, n)) + rng.uniform(0.0, 6.0)
    step = 250.0 + np.cumsum(rng.normal(0.0, 2.0, n))
    east, north = np.cumsum(step * np.sin(heading)), np.cumsum(step * np.cos(heading))
    up = 5000.0 + np.cumsum(rng.normal(0.0, 5.0, n))
    lat, lon = rng.uniform(-80.0, 80.0), rng.choice([35.0, 179.9, -179.95])
    return np.arange(float(n)), np.column_stack(pymap3d.enu2ecef(east, north, up, lat, lon, 0.0))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([1.0, TOLERANCE, 50.0]))
def test_no_recorded_position_is_farther_than_the_tolerance(seed: int, tolerance: float) -> None:
    times, earth = circling(seed)
    keep = thinned(times, earth, degrees(earth), tolerance)
    assert keep[0] and keep[-1]
    assert max(errors(times, earth, keep)) <= 1.001 * tolerance + 0.01


def test_a_straight_level_flight_of_twenty_minutes_needs_few_positions() -> None:
    times = np.arange(1200.0)
    earth = np.column_stack(pymap3d.geodetic2ecef(35.0 + 0.002 * times, np.full(1200, 35.0), np.full(1200, 6000.0)))
    keep = thinned(times, earth, degrees(earth))
    assert 2 <= keep.sum() < 40
    assert max(errors(times, earth, keep)) <= TOLERANCE


def test_a_change_of_speed_on_a_straight_line_is_kept() -> None:
    times = np.arange(60.0)
    north = np.where(times < 30.0, 100.0 * times, 3000.0 + 300.0 * (times - 30.0))
    earth = np.column_stack(pymap3d.enu2ecef(np.zeros(60), north, np.full(60, 500.0), 10.0, 20.0, 0.0))
    assert thinned(times, earth, degrees(earth))[30]


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_positions_are_all_kept(n: int) -> None:
    times, earth = circling(1, n)
    assert thinned(times, earth, degrees(earth)).tolist() == [True] * n


@pytest.mark.parametrize(
    ("every", "kept"), [(0.0, [0, 1, 2, 3, 4, 5]), (2.0, [0, 2, 4, 5]), (2.5, [0, 3, 5]), (100.0, [0, 5])]
)
def test_positions_are_so_many_seconds_apart(every: float, kept: list[int]) -> None:
    assert np.flatnonzero(spaced(np.arange(6.0), every)).tolist() == kept


def test_the_paths_of_a_run_are_within_the_tolerance(run: Any, story: Any) -> None:
    from faces.export.recorded import positions

    recorded = positions(run)
    for mover in story.flights:
        own = recorded[mover.id]
        times, earth = np.array(list(own)), np.array(list(own.values()))
        keep = np.isin(times, np.round(mover.line.times, 6))
        assert keep.sum() == len(mover.line.times), mover.name
        assert max(errors(times, earth, keep)) <= TOLERANCE + 0.01, mover.name
    assert sum(len(m.line.times) for m in story.flights) < 0.2 * sum(m.seen for m in story.flights)
