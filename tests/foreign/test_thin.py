"""Turning points: few, within the tolerance, anywhere on earth."""

from __future__ import annotations

import numpy as np
import pytest

from openiads.foreign.circles import around
from openiads.foreign.thin import apart, beside, turning_points, vectors


def off(places: np.ndarray, rows: np.ndarray) -> float:
    """How far any position lies from the nearest leg, m."""
    points = vectors(places)
    legs = [beside(points, points[a], points[b]) for a, b in zip(rows, rows[1:], strict=False)]
    return float(np.max(np.minimum.reduce(legs)))


@pytest.mark.parametrize("middle", [(35.0, 36.0), (10.0, 179.9), (89.5, 0.0)])
def test_a_wandering_line_is_kept_within_the_tolerance(middle: tuple[float, float]) -> None:
    draws = np.random.default_rng(5)
    steps = np.cumsum(draws.normal(0.0, 0.01, (400, 2)), axis=0)
    lat = middle[0] + steps[:, 0]
    lon = (middle[1] + steps[:, 1] / max(np.cos(np.radians(middle[0])), 0.05) + 180.0) % 360.0 - 180.0
    places = np.column_stack([np.clip(lat, -90, 90), lon, np.zeros(400)])
    few = {}
    for tolerance in (300.0, 1000.0, 5000.0):
        rows, reached = turning_points(places, tolerance, 1000)
        assert rows[0] == 0 and rows[-1] == 399
        assert off(places, rows) <= tolerance + 1e-6 and reached <= tolerance
        few[tolerance] = len(rows)
    assert few[300.0] > few[1000.0] > few[5000.0] >= 2


def test_a_bounded_number_tells_the_tolerance_that_it_reaches() -> None:
    draws = np.random.default_rng(6)
    places = np.column_stack([35 + np.cumsum(draws.normal(0, 0.01, 500)), np.linspace(30, 31, 500), np.zeros(500)])
    rows, reached = turning_points(places, 10.0, 20)
    assert len(rows) == 20 and reached > 10.0
    assert off(places, rows) <= reached + 1e-6


def test_a_great_circle_needs_its_ends_only_and_a_place_that_stays_is_one() -> None:
    along = np.linspace(0.0, 1.0, 50)
    a, b = vectors(np.array([[60.0, -170.0, 0.0], [60.0, 150.0, 0.0]]))
    mixed = np.outer(1.0 - along, a) + np.outer(along, b)
    mixed /= np.linalg.norm(mixed, axis=1)[:, None]
    places = np.degrees(np.column_stack([np.arcsin(mixed[:, 2]), np.arctan2(mixed[:, 1], mixed[:, 0]), np.zeros(50)]))
    assert turning_points(places, 1.0, 1000)[0].tolist() == [0, 49]
    assert turning_points(places[[3, 3, 3]], 1.0, 1000)[0].tolist() == [0]


def test_many_positions_close_together_are_thinned_within_the_tolerance_too() -> None:
    draws = np.random.default_rng(7)
    t = np.linspace(0.0, 1.0, 30_000)
    places = np.column_stack([35 + 0.3 * np.sin(9 * t) + draws.normal(0, 1e-4, 30_000), 30 + 2 * t, np.zeros(30_000)])
    rows, reached = turning_points(places, 500.0, 1000)
    assert len(rows) < 100 and reached <= 500.0
    assert off(places, rows) <= 500.0 + 1e-6


@pytest.mark.parametrize("lon", [35.0, 180.0])
def test_the_circle_around_an_area_holds_its_corners_and_little_more(lon: float) -> None:
    corners = [[34.0, lon - 0.1, 0.0], [34.0, lon + 0.1, 0.0], [34.2, lon + 0.1, 0.0], [34.2, lon - 0.1, 0.0]]
    places = np.array(corners)
    lat, middle, radius = around(places)
    assert lat == pytest.approx(34.1, abs=2e-3)
    assert (middle - lon + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=2e-3)
    half = float(apart(vectors(places[:1]), vectors(places[2:3]))[0]) / 2.0
    assert half <= radius * 1.01 and radius < 1.02 * half
