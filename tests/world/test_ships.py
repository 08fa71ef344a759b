"""A ship stays at sea: where its course meets land, the message says which ship, when and where."""

from __future__ import annotations

import math
import re

import pytest

from openiads.base.errors import InputError
from openiads.scenario.load import loads
from openiads.world.build import build

SHIP = """
format = 1
name = "ship"
duration = "{duration} s"
[terrain]
{terrain}
[[asset]]
name = "Depot"
at = "33.90 N 35.50 E"
radius = "500 m"
[[site]]
name = "Guard"
system = "s300fm"
at = "{at}"
facing = "90 deg"
launchers = 4
defends = ["Depot"]
course = "{course} deg"
speed = "30 m/s"
"""
LEVANT = 'source = "levant"'
RIDGE = """source = "ridge"
origin = "33.90 N 35.30 E"
bearing = "90 deg"
distance = "20 km"
height = "500 m"
width = "5 km"
"""


def built(at: str = "33.90 N 35.30 E", course: int = 90, duration: int = 3600, terrain: str = LEVANT) -> None:
    build(loads(SHIP.format(at=at, course=course, duration=duration, terrain=terrain)))


def told(**more: object) -> str:
    with pytest.raises(InputError) as caught:
        built(**more)  # type: ignore[arg-type]
    assert caught.value.place == 'site "Guard"'
    assert caught.value.remedy
    return caught.value.reason


def test_a_course_that_meets_land_is_told_with_ship_time_and_place() -> None:
    found = re.fullmatch(
        r"its course meets land (\d+) s after the start, at ([\d.]+) N ([\d.]+) E \(ground \d+ m .*", told()
    )
    assert found
    seconds, lat, lon = (float(part) for part in found.groups())
    assert lat == pytest.approx(33.9, abs=0.001)
    run = (lon - 35.30) * 111_320.0 * math.cos(math.radians(33.9))
    assert run == pytest.approx(30.0 * seconds, abs=150.0), "time and place are of one point of its way"
    assert 35.45 < lon < 35.52, "the shore of Beirut"


def test_the_place_is_where_a_known_slope_rises() -> None:
    found = re.search(r"(\d+) s after", told(terrain=RIDGE))
    assert found
    shore = 30.0 * float(found[1])
    assert 5_000.0 < shore < 20_000.0
    sooner = re.search(r"(\d+) s after", told(terrain=RIDGE.replace("20 km", "15 km")))
    assert sooner
    assert 30.0 * float(sooner[1]) == pytest.approx(shore - 5_000.0, abs=60.0)


def test_a_ship_that_ends_before_the_shore_or_turns_away_sails() -> None:
    built(duration=400)
    built(course=270, duration=1800)


def test_a_ship_that_starts_on_land_is_told_so() -> None:
    reason = told(at="33.90 N 35.516 E", terrain=RIDGE)
    assert reason.startswith("is under way and stands on land: 33.900 N 35.516 E (ground ")
