"""The reasons told for not shooting are true, as far as truth and log tell; and a false one is found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, place, raid, scene, site
from openiads.audit.places import below_horizon, local
from openiads.audit.reasons import GROUNDS, audit_reasons, leakers
from openiads.engine.runner import Runner
from openiads.scenario.load import load, packaged_scenarios
from openiads.world.build import World, build
from openiads.world.codes import Element, Event, Gate

pytestmark = pytest.mark.compiled_only


def recorded(world: World, replication: int = 0, seed: int = 7) -> np.ndarray:
    """The log of a recorded replication."""
    return Runner(world, seed).replicate(replication, record=True).events


def false_of(world: World, events: np.ndarray, flights: list[int] | None = None) -> list[str]:
    """What is false among the reasons told, in words."""
    return [str(reason) for reason in audit_reasons(world, events, flights) if reason.false_for]


def test_every_gate_has_its_ground() -> None:
    assert set(GROUNDS) == set(Gate) - {Gate.NONE}


@pytest.mark.parametrize("name", packaged_scenarios())
def test_why_leakers_were_not_shot_at_is_told_truly(name: str) -> None:
    """Expected: no false reason at any unit; once the last gate was false at some unit in 550 of 720 leakers of
    ``moskva_2015`` and in 76 of 91 of ``turkey_2013``."""
    world = build(load(name))
    asked = 0
    for replication in range(1 if name in ("syria_2013", "turkey_2013") else 2):
        events = recorded(world, replication)
        told = [reason for reason in audit_reasons(world, events) if reason.false_for > TOLD_LATE.get(name, 0)]
        assert [str(reason) for reason in told] == []
        asked += len(leakers(world, events))
    assert asked > 0 or name in HARDLY_LEAK


def leak(count: int = 6, **doctrine: object) -> World:
    """Six aircraft against eight rounds, which some come through."""
    few = site(launchers=2, rounds=4, at=place(2.0, 180.0), doctrine={"salvo": 2} | doctrine)
    return scene(raid("Wave", "f16", 150.0, count=count, spacing="2 s"), model=CLEAR, sites=[few])


#: Seconds for which a reason may be told after it held: not mended yet. Of one flight in two replications the sites
#: under one command are told OUT_OF_SPEED for 2 s more than it holds.
TOLD_LATE = {"tartus_2017_arm": 2}
#: Scenarios in whose first replications nobody may leak.
HARDLY_LEAK = (
    "campaign_30_days",
    "one_on_one",
    "hmeimim_2018",
    "moskva_2022",
    "airway_2014",
    "exercise_2001",
    "tartus_deconfliction",
)

#: Gate that is put into the log in place of another -> a moment of the raid (share of its time) at which it is false.
PLANTED = {
    Gate.NO_RADAR: 0.5,
    Gate.BEYOND_RADAR: 0.5,
    Gate.HORIZON: 0.9,
    Gate.SECTOR: 0.9,
    Gate.NOT_DETECTED: 0.9,
    Gate.NOT_IDENTIFIED: 0.9,
    Gate.NO_CHANNEL: 0.1,
    Gate.NO_ROUND: 0.02,
    Gate.HELD_FOR_ASSESSMENT: 0.1,
    Gate.ENGAGED_ELSEWHERE: 0.1,
    Gate.UNIT_NOT_READY: 0.5,
    Gate.ENGAGING: 0.02,
    Gate.NOT_ACQUIRED: 0.02,
    Gate.OUT_OF_SPEED: 0.8,
    Gate.LINK_DOWN: 0.9,
    Gate.RULE_HELD: 0.1,
    Gate.PROBABILITY_FLOOR: 0.5,
    Gate.OPERATOR_BUSY: 0.99,
}


@pytest.mark.parametrize("gate", PLANTED, ids=lambda gate: gate.name)
def test_a_false_reason_is_found(gate: Gate) -> None:
    """Expected: a reason that cannot be, put over a flight's whole spell at some moment, is told as false."""
    world = leak(1, control="hold") if gate == Gate.ENGAGED_ELSEWHERE else leak()
    events = recorded(world)
    launchers = set(events["launcher"][events["kind"] == Event.LAUNCH].tolist())
    assert gate != Gate.NO_ROUND or launchers == {0, 1}  # both worked
    f = leakers(world, events)[-1]
    assert false_of(world, events, [f]) == []
    mine = np.flatnonzero((events["kind"] == Event.GATE) & (events["flight"] == f))
    over = float(events["time"][(events["kind"] == Event.TERMINAL) & (events["flight"] == f)][0])
    moment = PLANTED[gate] * over
    before = mine[events["time"][mine] <= moment]
    row = before[-1] if len(before) else mine[0]
    planted = events.copy()
    planted["code"][row] = gate
    assert any(gate.name in said for said in false_of(world, planted, [f])), (gate.name, moment)


def test_the_smooth_horizon_of_an_antenna_is_that_of_the_textbook() -> None:
    """sqrt(2 R h) for either end: an antenna and a target of 30 m each see one another to 45 km over 4/3 earth."""
    earth = 4.0 / 3.0 * 6_371_000.0
    reach = 2.0 * math.sqrt(2.0 * earth * 30.0)
    hidden = below_horizon(30.0, np.array([0.99, 1.01]) * reach, np.array([30.0, 30.0]), earth, 0.0)
    assert hidden.tolist() == [False, True]


def test_a_point_due_north_is_due_north() -> None:
    distance, azimuth, elevation, ground = local(
        np.array([[6_378_137.0, 0.0, 0.0]]), np.array([[6_378_137.0, 0.0, 1e4]])
    )
    assert distance[0] == pytest.approx(1e4) and azimuth[0] == pytest.approx(0.0, abs=1e-12)
    assert elevation[0] == pytest.approx(0.0, abs=1e-12) and ground[0] == pytest.approx(1e4, rel=1e-5)


def test_a_dead_radar_is_named_and_the_audit_agrees() -> None:
    """Expected: with all radars dead from 100 s on, that no radar works is what is told, and it is true; once it was
    said to be outside the reach of the rounds."""
    failures = [{"element": name, "at": "100 s"} for name in ("64n6e2", "30n6e2/1")]
    world = scene(raid("Late", "f16", 150.0), model=CLEAR, sites=[site(at=place(2.0, 180.0), failures=failures)])
    events = recorded(world)
    down = events[(events["kind"] == Event.ELEMENT_DOWN) & (events["code"] == Element.RADAR)]
    assert len(down) == 2
    last = [reason for reason in audit_reasons(world, events, [0]) if reason.last]
    assert [reason.gate for reason in last] == [Gate.NO_RADAR] and not last[0].false_for
