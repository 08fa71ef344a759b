"""What aircraft release: it comes down on what it is aimed at, standing or under way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.scenes import each, events, place, raid, scene, site
from openiads.earth.geodesy import inverse, to_geodetic
from openiads.physics.motion import end_time, state_at
from openiads.world.build import World
from openiads.world.codes import Element, Event

HOLD = {"control": "hold"}
HARMLESS = {"doctrine": HOLD}


def striking(threat: str, element: str, **more: Any) -> dict[str, Any]:
    """A raid from 60 km that strikes an element instead of the depot."""
    return {k: v for k, v in raid("West", threat, 60.0, strikes=element, **more).items() if k != "target"}


def end_of(world: World, flight: int) -> tuple[float, float, float, float]:
    """Time, latitude, longitude (rad) and height (m) of the end of a flight's path as planned."""
    row = world.rows["flights"][flight]
    table = world.tables[row["path"] :]
    x, y, z, _, _, _ = state_at(table, 0, float(end_time(table, 0)))
    return float(row["ends"]), *(float(value) for value in to_geodetic(x, y, z))


def ship(course: float = 180.0) -> dict[str, Any]:
    """A cruiser under way from the scenes' place, weapons on hold."""
    return {
        "name": "Cruiser",
        "system": "s300f",
        "at": place(0.0),
        "facing": "270 deg",
        "course": f"{course} deg",
        "speed": "10 m/s",
        "defends": ["Depot"],
        "doctrine": HOLD,
    }


def test_an_anti_radiation_missile_comes_down_on_its_radar() -> None:
    world = scene(striking("arm", "Guard/30n6e2/1", count=4, spacing="3 s"), sites=[site(**HARMLESS)])
    assert abs(end_of(world, 0)[3] - to_geodetic(*world.rows["radars"]["position"][1].tolist())[2]) < 1.0
    down = each(world, 20, lambda result: len(events(result, Event.ELEMENT_DOWN, code=int(Element.RADAR))))
    assert np.mean(down) > 0.9  # a dispersion of 8 m against a hit radius of 50 m, four times


def test_a_released_missile_begins_at_its_carrier_and_ends_at_its_target() -> None:
    strike = striking("f16", "Guard/64n6e2", weapon="arm", release_range="40 km", weapons=2)
    world = scene(strike, sites=[site(**HARMLESS)])
    row = world.rows["flights"][1]
    x, y, z, _, _, _ = state_at(world.tables[row["path"] :], 0, float(world.tables[row["path"]]))
    assert to_geodetic(x, y, z)[2] == pytest.approx(6000.0, abs=5.0)
    assert end_of(world, 1)[3] == pytest.approx(to_geodetic(*world.rows["radars"]["position"][0].tolist())[2], abs=1.0)


def test_a_released_decoy_keeps_its_height() -> None:
    strike = striking("f16", "Guard/64n6e2", weapon="decoy", release_range="40 km")
    assert end_of(scene(strike, sites=[site(**HARMLESS)]), 1)[3] == pytest.approx(6000.0, abs=5.0)


@pytest.mark.parametrize("threat", ["arm", "f16"])
def test_what_strikes_a_ship_under_way_is_aimed_where_it_will_be(threat: str) -> None:
    release = {"weapon": "arm", "release_range": "40 km", "weapons": 2} if threat == "f16" else {}
    strike = striking(threat, "Cruiser/3r41/1", count=2, spacing="20 s", **release)
    world = scene(strike, sites=[ship()])
    struck = range(2) if threat == "arm" else [k for k, row in enumerate(world.rows["flights"]) if row["parent"] >= 0]
    for flight in struck:
        when, lat, lon, _ = end_of(world, flight)
        start = world.scenario.sites[0].at
        way, course = inverse(start.latitude, start.longitude, lat, lon)
        assert float(way) == pytest.approx(10.0 * when, abs=5.0)
        assert math.degrees(float(course)) % 360.0 == pytest.approx(180.0, abs=1.0)


def test_missiles_released_at_a_ship_hit_it() -> None:
    cruiser = {"name": "Hull", "at": place(0.0), "radius": "90 m", "ship": "Cruiser"}
    strike = raid("West", "f16", 90.0, weapon="arm", release_range="40 km", weapons=4) | {"target": "Hull"}
    depot = {"name": "Depot", "at": place(20.0, 90.0), "radius": "500 m"}
    world = scene(strike, sites=[ship()], asset=[depot, cruiser])
    assert np.mean(each(world, 10, lambda result: result.outcome["asset_hits"][0])) == 4.0
