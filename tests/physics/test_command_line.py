"""Command along the line of sight: the miss grows with the radar's distance, and the kill probability falls with it."""

from __future__ import annotations

import numpy as np
import pytest

from openiads.catalog.load import catalog
from openiads.catalog.rounds import round_values
from openiads.physics import flyout
from openiads.physics.lethality import Miss, mean_kill_probability, miss_deviation

ANGLE = 0.001  # rad, of the engagement radar


def deviation(distance: float, glint: float = 0.0, guidance: str = "command") -> float:
    """Deviation (m) of the miss of a round at a distance of its target from the radar, with one closing speed."""
    kind = flyout.interceptor(round_values(catalog()["5v55r"]) | {"guidance": guidance}, "5v55r")
    body = flyout.new_bodies(1)[0]
    body["radar_range"], body["radar_angle"], body["glint"] = distance, ANGLE, glint
    return float(miss_deviation(body, kind, 900.0, 8.0))


@pytest.mark.parametrize("distance", np.geomspace(500.0, 80_000.0, 8))
def test_the_miss_under_command_is_proportional_to_the_distance_from_the_radar(distance):
    assert deviation(2.0 * distance) == pytest.approx(2.0 * deviation(distance), rel=1e-9)
    both = deviation(distance, glint=2.0)
    assert both**2 == pytest.approx(deviation(distance) ** 2 + deviation(0.0, glint=2.0) ** 2, rel=1e-9)


@pytest.mark.parametrize("distance", [2000.0, 5000.0, 10_000.0, 15_000.0])
def test_the_kill_probability_falls_as_the_line_of_sight_says(distance):
    """R L^2 / (L^2 + (R s)^2), s the radar's angle error as the loop passes it on; 0.9, 6 m and 1 mrad give the
    numbers of the textbook case."""
    reliability, lethal = 0.9, 6.0
    passed = deviation(distance) / distance
    chance = mean_kill_probability(lethal, reliability, Miss(deviation(distance)))
    expected = reliability * lethal**2 / (lethal**2 + (distance * passed) ** 2)
    assert chance == pytest.approx(expected, rel=1e-12)
    textbook = {2000.0: 0.81, 5000.0: 0.531147541, 10_000.0: 0.2382352941, 15_000.0: 0.124137931}
    assert mean_kill_probability(lethal, reliability, Miss(ANGLE * distance)) == pytest.approx(textbook[distance])


def test_only_command_carries_the_whole_error_of_the_radar_to_the_end():
    """Under the other classes the miss does not grow so with the distance from the radar."""
    grown = {name: deviation(40_000.0, 1.0, name) / deviation(10_000.0, 1.0, name) for name in ("command", "active")}
    assert grown["command"] > 3.9
    assert grown["active"] < 1.01


def test_the_growth_is_smooth_over_the_whole_range():
    found = np.array([deviation(r, glint=1.0) for r in np.linspace(0.0, 60_000.0, 241)])
    assert np.all(np.diff(found) > -1e-12)
    assert np.abs(np.diff(found, 2)).max() < 0.02 * found.max()
