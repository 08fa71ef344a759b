"""Civil traffic along airways: Poisson streams at their heights along a corridor, squawking and planned by share."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import (
    CLEAR,
    FACING,
    agrees,
    column,
    each,
    events,
    one,
    place,
    replications,
    scene,
    share_agrees,
    site,
)
from openiads.base.errors import InputError
from openiads.world.airways import expected_crossings
from openiads.world.codes import Event, Terminal

LANE = {
    "name": "Lane",
    "points": [place(150.0), place(80.0, FACING - 180.0)],
    "width": "20 km",
    "floor": "8 km",
    "ceiling": "13 km",
}
STREAM = {"name": "Stream", "corridor": "Lane", "flow": "36 1/h", "levels": ["9 km", "10 km"]}
LENGTH = 230_000.0  # m
DURATION = 900.0


def sky(*, control="hold", corridor=LANE, **more):
    return scene(
        model=CLEAR,
        duration=DURATION,
        sites=[site(doctrine={"control": control})],
        corridor=[corridor],
        airway=[STREAM | more],
    )


def transit(world):
    flights = world.rows["flights"]
    return float((flights["ends"] - flights["starts"]).mean())


def ends(result, *which):
    return sum(int(result.outcome[f"civil_{end.name.lower()}"][0]) for end in which)


def test_so_many_cross_as_the_flow_says():
    """Poisson, with mean flow (T + transit): those in the air at the start and those that enter."""
    world = sky()
    count = replications(300)
    crossed = np.array(each(world, count, lambda result: ends(result, *[t for t in Terminal if t])))
    mean = 36.0 / 3600.0 * (DURATION + transit(world))
    agrees(crossed, mean, math.sqrt(mean))
    assert crossed.var() == pytest.approx(mean, rel=4.9 * math.sqrt(2.0 / count))


@pytest.mark.parametrize(
    "open_from", [{}, {"start": "600 s"}, {"start": "100 s", "until": "400 s"}, {"both_ways": True}]
)
def test_as_many_come_as_are_expected_of_rows_that_are_more(open_from):
    world = sky(**open_from)
    come = expected_crossings(world.rows["flights"], DURATION)
    crossed = np.array(each(world, replications(200), lambda result: ends(result, *[t for t in Terminal if t])))
    assert come.sum() < len(world.rows["flights"])
    agrees(crossed, float(come.sum()), math.sqrt(float(come.sum())))


def test_as_many_fly_at_the_end_as_at_any_time():
    """Little's law: flow times transit are in the air, at the end as at the beginning."""
    world = sky()
    aloft = np.array(each(world, replications(300), lambda result: ends(result, Terminal.AIRBORNE_AT_END)))
    mean = 36.0 / 3600.0 * transit(world)
    agrees(aloft, mean, math.sqrt(mean))


def test_a_stream_that_opens_late_or_closes_brings_fewer():
    late = np.array(each(sky(start="600 s"), 200, lambda result: ends(result, *[t for t in Terminal if t])))
    agrees(late, 3.0, math.sqrt(3.0))
    brief = np.array(
        each(sky(start="0 s", until="200 s"), 200, lambda result: ends(result, *[t for t in Terminal if t]))
    )
    agrees(brief, 2.0, math.sqrt(2.0))


def test_they_fly_their_levels_both_ways():
    world = sky(both_ways=True)
    result = one(world, record=True)
    states = events(result, Event.FLIGHT_STATE)
    headings = {np.sign(float(states[states["flight"] == f]["value"][0, 4])) for f in np.unique(states["flight"])}
    assert headings == {-1.0, 1.0}


@pytest.mark.parametrize(("squawking", "planned"), [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)])
def test_an_airliner_on_its_plan_or_that_squawks_is_spared_under_tight(squawking, planned):
    world = sky(control="tight", squawking=squawking, planned=planned)
    world.rows["situation"]["iff_persistent"] = world.rows["situation"]["iff_reply"] = 0.0
    assert column(world, 20, "civil_engaged").sum() == 0


def test_a_squawking_airliner_on_its_plan_under_hold_is_never_engaged():
    """Whatever fails of its equipment."""
    assert column(sky(), replications(60), "civil_engaged").sum() == 0


def test_shares_that_do_not_squawk_are_drawn_for_each_flight():
    """Above no corridor and without a plan the silent are taken for hostile: as many as do not squawk."""
    high = LANE | {"floor": "15 km", "ceiling": "18 km"}
    world = sky(control="tight", corridor=high, squawking=0.7, planned=0.0, flow="20 1/h", levels=["9 km"])
    world.rows["situation"]["iff_persistent"] = world.rows["situation"]["iff_reply"] = 0.0
    share_agrees(np.concatenate(each(world, replications(40), taken_for_hostile)), 0.3)


def taken_for_hostile(result):
    """Of each flight that was identified: whether it was last believed to be hostile rather than not."""
    rows = events(result, Event.IDENTIFY)
    last = {int(flight): rows[rows["flight"] == flight][-1] for flight in np.unique(rows["flight"]) if flight >= 0}
    return np.array([int(row["value"][0] > 0.5) for row in last.values()])


def test_wrong_airways_are_refused():
    for changed, told in (
        ({"corridor": "Nowhere"}, "no corridor of that name"),
        ({"kinds": {"a999": 1}}, "not in the catalog"),
        ({"kinds": {"scud_b": 1}}, "flies no route"),
        ({"kinds": {"a320": 0}}, "no kind has a share"),
        ({"until": "10 s", "start": "20 s"}, "closes before it opens"),
        ({"flow": "99 1/s"}, "flights within the run"),
    ):
        with pytest.raises(InputError) as refused:
            sky(**changed)
        assert told in str(refused.value)


def test_no_flow_is_no_traffic():
    assert len(sky(flow="0 1/h").rows["flights"]) == 0
