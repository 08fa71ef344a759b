"""Departures and approaches: airliners climb from an airport to their height, descend to another, slower when low."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, agrees, each, one, place, replications, scene, site
from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.earth.geodesy import to_geodetic
from openiads.physics.motion import state_at
from openiads.scenario.load import loads, warnings_of
from openiads.world.build import World
from openiads.world.climbs import speeds_at
from openiads.world.codes import Terminal

A320 = catalog()["a320"]
UP, DOWN, LOW = (A320.si(key) for key in ("climb_gradient", "descent_gradient", "low_speed"))
LANE = {"name": "Lane", "points": [place(20.0), place(320.0)], "width": "20 km", "floor": "0 km", "ceiling": "13 km"}
STREAM = {"name": "Stream", "corridor": "Lane", "flow": "36 1/h", "levels": ["10 km"]}
HOME = place(0.0)
FAR = place(340.0)


def sky(corridor=LANE, terrain=None, **more) -> World:
    ground = {"terrain": {"source": "flat", "height": terrain}} if terrain else {}
    return scene(
        model=CLEAR,
        duration=900.0,
        sites=[site(doctrine={"control": "hold"})],
        corridor=[corridor],
        airway=[STREAM | more],
        **ground,
    )


def flown(world: World, flight: int = 0, every: float = 5.0):
    """Times, heights, ground speeds and way of a flight, s and m."""
    at = int(world.rows["flights"]["path"][flight])
    begin, step, count = world.tables[at : at + 3]
    times = np.arange(begin, begin + step * (count - 1.0) + 1e-6, every)
    states = np.array([state_at(world.tables, at, float(t)) for t in times])
    heights = np.array([to_geodetic(*(float(v) for v in state[:3]))[2] for state in states])
    speeds = np.linalg.norm(states[:, 3:], axis=1)
    return (
        times - begin,
        heights,
        speeds,
        np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(states[:, :3], axis=0), axis=1))]),
    )


def test_a_departure_climbs_evenly_to_its_level_and_stays() -> None:
    _, heights, _, way = flown(sky(climbs_from=HOME))
    level = heights >= 10_000.0 - 1.0
    climbing = (heights > 200.0) & (heights < 9_800.0)
    slope = np.polyfit(way[climbing], heights[climbing], 1)[0]
    assert heights[0] == pytest.approx(0.0, abs=20.0)
    assert slope == pytest.approx(UP, rel=0.01)
    assert heights.max() == pytest.approx(10_000.0, abs=1.0)
    assert level[np.argmax(level) :].all()


def test_an_approach_is_a_departure_backwards_with_its_own_gradient() -> None:
    _, heights, _, way = flown(sky(descends_to=FAR))
    sinking = (heights > 200.0) & (heights < 9_800.0)
    assert np.polyfit(way[sinking], heights[sinking], 1)[0] == pytest.approx(-DOWN, rel=0.01)
    assert heights[0] == pytest.approx(10_000.0, abs=1.0)
    assert heights[-1] == pytest.approx(0.0, abs=20.0)


def test_it_is_slow_when_low_and_speeds_up_with_height() -> None:
    _, heights, speeds, _ = flown(sky(climbs_from=HOME))
    low = (heights > 100.0) & (heights < 2_800.0)
    assert speeds[low] == pytest.approx(np.full(low.sum(), LOW), rel=0.01)
    assert (np.diff(speeds) > -0.3).all()
    top = speeds_at(np.array([10_000.0]), LOW, A320.si("speed"), 3_048.0, A320.si("altitude"))[0]
    assert speeds[-1] == pytest.approx(top, rel=0.01)


@pytest.mark.parametrize("level", np.linspace(2_000.0, 12_500.0, 22).tolist())
def test_speed_and_time_change_evenly_with_the_level(level: float) -> None:
    """No cliff: a level 10 m higher changes the time of the way by less than a second."""
    here = flown(sky(climbs_from=HOME, levels=[f"{level} m"]))[0][-1]
    above = flown(sky(climbs_from=HOME, levels=[f"{level + 10.0} m"]))[0][-1]
    assert abs(above - here) <= 5.0  # the grid of times


def test_where_climb_and_descent_meet_below_the_level_it_is_not_reached() -> None:
    short = LANE | {"points": [place(20.0), place(60.0)]}
    _, heights, _, _ = flown(sky(short, climbs_from=HOME, descends_to=place(80.0)))
    meets = 80_000.0 * UP * DOWN / (UP + DOWN)
    assert heights.max() == pytest.approx(meets, rel=0.02)
    assert meets < 10_000.0


def test_it_begins_on_the_ground_where_that_is_high() -> None:
    _, heights, _, _ = flown(sky(terrain="900 m", climbs_from=HOME))
    assert heights[0] == pytest.approx(900.0, abs=20.0)


def test_packaged_airports_are_known_by_their_code() -> None:
    lane = LANE | {"points": ["35.3 N 35.6 E", "34.5 N 34.0 E"]}
    world = sky(lane, climbs_from="OSLK")
    at = int(world.rows["flights"]["path"][0])
    lat, lon, height = to_geodetic(*(float(v) for v in state_at(world.tables, at, world.tables[at])[:3]))
    assert (math.degrees(lat), math.degrees(lon)) == pytest.approx((35.401, 35.949), abs=1e-3)
    assert height == pytest.approx(48.0, abs=20.0)


def test_the_way_back_descends_where_the_way_there_climbed() -> None:
    world = sky(climbs_from=HOME, both_ways=True)
    there, back = flown(world, 0)[1], flown(world, 1)[1]
    assert there[0] == pytest.approx(0.0, abs=20.0) == back[-1]
    assert there[-1] == pytest.approx(10_000.0, abs=1.0) == back[0]


def test_as_many_come_as_the_flow_says() -> None:
    world = sky(climbs_from=HOME, start="0 s")
    crossed = np.array(
        each(
            world,
            replications(200),
            lambda r: sum(int(r.outcome[f"civil_{end.name.lower()}"][0]) for end in Terminal if end),
        )
    )
    agrees(crossed, 9.0, 3.0)


def test_without_either_the_path_is_level_as_it_was() -> None:
    _, heights, speeds, _ = flown(sky())
    assert heights == pytest.approx(np.full(len(heights), 10_000.0), abs=0.5)
    assert np.ptp(speeds) < 0.5


def test_an_airport_at_the_corridors_end_is_no_leg_of_its_own() -> None:
    assert flown(sky(climbs_from=place(20.0)))[3][-1] == pytest.approx(300_000.0, rel=2e-3)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"climbs_from": "XXXX"}, 'climbs_from = "XXXX": no packaged airport and no place'),
        ({"descends_to": "LTAFF"}, '"LTAFF": no packaged airport and no place. Nearest: "LT'),
        ({"climbs_from": HOME, "kinds": {"f16": 1}}, "f16 has no climb_gradient in the catalog"),
        ({"climbs_from": place(19.5)}, "airway.Stream"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, told: str) -> None:
    bent = LANE | {"points": [place(20.0), place(320.0, 200.0), place(320.0)]}
    with pytest.raises(InputError) as refused:
        sky(bent if "Stream" in told else LANE, **changed)
    assert told in str(refused.value)


TOLD = """format = 1
name = "told"
duration = "600 s"
terrain = {{ source = "flat" }}
[[corridor]]
name = "Lane"
points = ["34 N 34 E", "34 N 36 E"]
width = "20 km"
floor = "8 km"
ceiling = "12 km"
[[airway]]
name = "Stream"
corridor = "Lane"
flow = "{flow}"
levels = ["9 km", "{level}"]
[[flight]]
name = "Visitor"
kind = "a320"
route = ["{start}", "{end}"]
altitude = "10 km"
flight_plan = true
corridor = "Lane"
"""
FITS = {"flow": "6 1/h", "level": "10 km", "start": "34 N 34 E", "end": "34 N 36 E"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"start": "34 N 33 E", "end": "34 N 37 E"}, ""),
        ({"start": "34.05 N 34 E", "end": "33.95 N 36 E"}, ""),
        ({"flow": "0 1/h"}, 'airway "Stream" has no flow: nobody flies on it'),
        ({"level": "13 km"}, 'airway "Stream" flies above or below corridor "Lane": 13 km'),
        ({"start": "35 N 34 E", "end": "35 N 36 E"}, "but all of its route lies beside it"),
        ({"start": "34 N 34 E", "end": "35 N 36 E"}, "% of its route lies beside it"),
        ({"start": "34 N 38 E", "end": "35 N 38 E"}, "but all of its route lies beside it"),
    ],
)
def test_flows_on_nothing_and_plans_beside_routes_are_told(changed: dict[str, str], told: str) -> None:
    found = [
        line for line in warnings_of(loads(TOLD.format(**FITS | changed))) if "airway" in line or "corridor" in line
    ]
    assert bool(found) == bool(told)
    assert told in " ".join(found)


def test_how_much_lies_beside_grows_evenly_with_the_offset() -> None:
    """A route parallel to the axis: inside up to half the width, all of it beside from there on."""
    for off in np.linspace(0.0, 0.3, 31):
        text = TOLD.format(**FITS | {"start": f"{34 + off} N 34 E", "end": f"{34 + off} N 36 E"})
        found = " ".join(line for line in warnings_of(loads(text)) if "beside" in line)
        km = off * 110.92
        if km < 9.0:
            assert found == ""
        if km > 10.5:
            assert "lies beside it" in found


def test_it_ends_at_the_airport_and_hits_nothing() -> None:
    world = sky(descends_to=HOME, corridor=LANE | {"points": [place(120.0), place(20.0)]}, start="0 s", flow="200 1/h")
    result = one(world)
    assert result.outcome["civil_transited"][0] > 0
    assert result.outcome["civil_hit_asset"][0] == 0
