"""What a user tries first comes out right, and ``explain`` names what held fire."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import (
    CLEAR,
    FACING,
    TEXTBOOK,
    column,
    each,
    events,
    gates,
    one,
    place,
    raid,
    scene,
    site,
    time_of,
)
from openiads.world.codes import Event, Gate, RoundEnd, Terminal

LOW = {"doctrine": {"search_mode": "low", "control": "tight", "salvo": 2}}


def cruise(distance=110.0, azimuth=FACING, name="Cruise", **more):
    """A cruise missile at 50 m above ground."""
    return raid(name, "tomahawk", distance, azimuth, **({"agl": "50 m", "speed": "240 m/s"} | more))


def seen_at(world, replication=0):
    """Time of the first detection, s."""
    return float(one(world, replication).outcome["first_detection_s"][0])


# ------------------------------------------------------------------ low flyers and the horizon


def test_a_low_cruise_missile_is_seen_late_and_later_still_without_the_low_altitude_radar():
    high = scene(raid("Aircraft", distance=110.0, speed="240 m/s"), model=CLEAR, sites=[site(low_altitude="76n6")])
    with_radar = scene(cruise(), model=CLEAR, sites=[site(low_altitude="76n6", **LOW)])
    without = scene(cruise(), model=CLEAR, sites=[site(low_altitude="none", **LOW)])
    off = scene(cruise(), model=CLEAR, sites=[site(low_altitude="76n6", radars_off=["76n6"], **LOW)])
    assert seen_at(high) < 30.0
    assert seen_at(with_radar) > seen_at(high) + 120.0
    assert seen_at(without) > seen_at(with_radar) + 20.0
    assert seen_at(off) == seen_at(without)


def test_a_later_detection_lets_more_cruise_missiles_through():
    raids = [cruise(azimuth=FACING + 4.0 * k, name=f"Cruise {k}", count=8, spacing="2 s") for k in range(-1, 2)]
    worlds = [
        scene(*raids, model=CLEAR, sites=[site(low_altitude=low, launchers=12, **LOW)]) for low in ("76n6", "none")
    ]
    with_radar, without = (column(world, 150, "leakers").mean() for world in worlds)
    assert with_radar < without


def test_the_gate_of_a_low_flyer_is_the_horizon_until_it_comes_up():
    world = scene(cruise(), model=CLEAR, sites=[site(low_altitude="76n6", **LOW)])
    result = one(world)
    first = events(result, Event.GATE, flight=0)[0]
    assert first["code"] == Gate.HORIZON
    assert gates(result)[-1] == Gate.ENGAGING or Gate.NOT_ACQUIRED in gates(result)


VALLEY = {
    "source": "valley",
    "origin": place(0.0),
    "bearing": f"{FACING} deg",
    "distance": "0 km",
    "width": "3 km",
    "height": "900 m",
    "base": "0 m",
}


def test_a_cruise_missile_comes_up_a_valley_unseen():
    """The site stands on the plateau, 20 km beside a deep valley; the missile turns out of it abreast of the site."""
    beside = {"terrain": VALLEY | {"bearing": "270 deg", "distance": "20 km"}}
    north = place(20.0, 0.0)  # the axis runs west to east, 20 km to the right of a westward look: north
    far = offset_place(110.0, 20.0)
    in_valley = cruise(route=[far, north])
    over_plateau = cruise(route=[offset_place(110.0, 35.0), place(35.0, 0.0)])
    hidden = scene(in_valley, model=CLEAR, sites=[site(low_altitude="76n6", **LOW)], **beside)
    open_ground = scene(over_plateau, model=CLEAR, sites=[site(low_altitude="76n6", **LOW)], **beside)
    seen_hidden = seen_range(hidden)
    assert seen_range(open_ground) > 38e3
    assert seen_hidden < 0.7 * seen_range(open_ground)
    assert Gate.MASK in gates(one(hidden))
    assert column(hidden, 40, "leakers").mean() > column(open_ground, 40, "leakers").mean()


def offset_place(west, north):
    """A place so many km west and north of the site."""
    return place(math.hypot(west, north), 270.0 + math.degrees(math.atan2(north, west)))


def seen_range(world):
    """Slant range of the first detection by any radar, m."""
    return float(events(one(world), Event.DETECT)["value"][0, 0])


def test_a_high_mast_on_the_low_altitude_radar_does_not_lift_the_engagement_radars_horizon():
    """The picture is earlier with a 39 m mast; a firm own track of the engagement radar is not."""
    normal, high = (
        scene(cruise(), model=CLEAR, sites=[site(low_altitude="76n6", mast=mast, **LOW)]) for mast in ("10 m", "39 m")
    )
    assert seen_at(high) < seen_at(normal) - 20.0
    for world in (normal, high):
        own = world.rows["radars"][-1]
        for replication in range(10):
            for row in events(one(world, replication), Event.ACQUIRE):
                reach = math.sqrt(2.0 * 4.0 / 3.0 * 6371e3) * (math.sqrt(own["height"]) + math.sqrt(row["value"][5]))
                assert row["value"][0] < reach + 500.0
    result = one(high)
    assert time_of(result, Event.ACQUIRE) - time_of(result, Event.TRACK) > 20.0
    assert Gate.HORIZON in gates(result)[1:]


# ------------------------------------------------------------------ saturation


def axes(count, angles, distance=120.0):
    """Aircraft on several axes, ``count`` each, abreast."""
    return [
        raid(f"Axis {a:+.0f}", distance=distance, azimuth=FACING + a, count=count, lateral_spacing="2 km")
        for a in angles
    ]


def waits(world, count, gate):
    """Share of replications in which a gate held fire at some flight."""
    return np.mean(each(world, count, lambda r: bool(np.any(events(r, Event.GATE)["code"] == gate))))


def test_a_raid_on_two_axes_loads_sector_and_channels():
    one_axis = scene(*axes(8, [0.0]), model=CLEAR, sites=[site(launchers=12)])
    two_axes = scene(*axes(4, [-70.0, 70.0]), model=CLEAR, sites=[site(launchers=12)])
    assert waits(one_axis, 30, Gate.SECTOR) == 0.0
    assert waits(two_axes, 30, Gate.SECTOR) == 1.0
    assert waits(one_axis, 30, Gate.NO_CHANNEL) == 1.0  # eight targets, six channels


def test_a_raid_split_over_two_axes_lets_more_through_than_on_one():
    close = {"distance": 45.0}
    one_axis = scene(*axes(12, [0.0], **close), model=CLEAR, sites=[site(launchers=12)])
    two_axes = scene(*axes(6, [-70.0, 70.0], **close), model=CLEAR, sites=[site(launchers=12)])
    assert column(two_axes, 150, "leakers").mean() > column(one_axis, 150, "leakers").mean() + 0.1


def test_leakers_grow_once_the_raid_exceeds_channels_and_magazines():
    model = TEXTBOOK | {"kill_probability": 0.9}
    leakers = []
    for count in (2, 6, 12, 24):
        world = scene(*axes(count, [0.0]), model=model, sites=[site(launchers=4, rounds=3)], duration=700.0)
        leakers.append(float(column(world, 100, "leakers").mean()))
    assert leakers[0] < 0.05
    assert leakers == sorted(leakers)
    assert leakers[2] > 1.0  # twelve rounds at 0.9 cannot stop twelve
    assert leakers[3] >= 12.0


def test_each_gate_of_a_saturated_unit_is_named():
    few = scene(*axes(4, [0.0]), model=TEXTBOOK | {"kill_probability": 0.21}, sites=[site(launchers=1, rounds=2)])
    result = one(few)
    assert int(result.outcome["rounds_fired"][0]) == 2
    assert all(Gate.NO_ROUND in gates(result, flight) for flight in range(4) if not killed(result, flight))


def killed(result, flight):
    """Whether a flight was killed."""
    return bool(events(result, Event.TERMINAL, flight=flight)["code"][0] == Terminal.KILLED)


def test_nothing_is_fired_at_what_is_believed_hopeless():
    world = scene(raid("Intruder"), model=TEXTBOOK | {"kill_probability": 0.1})
    assert one(world).outcome["rounds_fired"][0] == 0
    assert Gate.PROBABILITY_FLOOR in gates(one(world))


# ------------------------------------------------------------------ things that do not work


def two_units(**more):
    """Two fire units 6 km apart, weapons free."""
    return site(fire_units=2, launchers=8, **more)


def test_a_dead_engagement_radar_silences_its_unit_and_not_its_neighbor():
    raids = axes(4, [0.0])
    whole = scene(*raids, model=CLEAR, sites=[two_units()])
    dead = scene(*raids, model=CLEAR, sites=[two_units(failures=[{"element": "30n6e2/1", "at": "0 s"}])])
    for replication in range(5):
        fired = events(one(whole, replication), Event.LAUNCH)["unit"]
        assert set(fired.tolist()) == {0, 1}
        fired = events(one(dead, replication), Event.LAUNCH)["unit"]
        assert set(fired.tolist()) == {1}
    assert Gate.UNIT_NOT_READY in gates(one(dead), 0, 0)
    assert Gate.UNIT_NOT_READY not in gates(one(dead), 0, 1)


def test_a_radar_that_dies_under_a_flying_round_ends_its_support():
    plain = scene(raid("Intruder", distance=120.0), model=CLEAR)
    launched = time_of(one(plain), Event.LAUNCH)
    assert math.isfinite(launched)
    failure = [{"element": "30n6e2/1", "at": f"{launched + 5.0} s"}]
    world = scene(raid("Intruder", distance=120.0), model=CLEAR, sites=[site(failures=failure)])
    result = one(world)
    assert events(result, Event.ROUND_END)["code"].tolist() == [RoundEnd.SUPPORT_LOST]
    assert len(events(result, Event.LAUNCH)) == 1


# ------------------------------------------------------------------ control states


def test_weapons_hold_fires_nothing():
    world = scene(raid("Intruder"), model=CLEAR, sites=[site(doctrine={"control": "hold"})])
    assert column(world, 50, "rounds_fired").sum() == 0
    assert Gate.RULES_OF_ENGAGEMENT in gates(one(world))


def test_tight_holds_fire_at_what_free_shoots():
    """A silent airliner on its plan, off every corridor, stays unknown: free may shoot, tight may not."""
    route = [place(120.0), place(60.0, FACING - 180.0)]
    odd = {"name": "Odd", "kind": "a320", "side": "neutral", "route": route, "transponder": False}
    odd |= {"flight_plan": True}
    clean = {"iff_persistent_failure": 0.0, "iff_reply_failure": 0.0}
    free, tight = (
        scene(flights=[odd], model=CLEAR, sites=[site(doctrine={"control": control})], identification=clean)
        for control in ("free", "tight")
    )
    assert column(free, 20, "civil_engaged").mean() == 1.0
    assert column(tight, 20, "civil_engaged").sum() == 0
    assert Gate.RULES_OF_ENGAGEMENT in gates(one(tight))


# ------------------------------------------------------------------ nothing there


@pytest.mark.parametrize(
    ("lacking", "gate"),
    [
        ({"launchers": 0}, Gate.NO_ROUND),
        ({"rounds": 0}, Gate.NO_ROUND),
        ({"radars_off": ["64n6e2", "30n6e2"]}, Gate.NO_RADAR),
        ({"fire_units": 0}, None),
    ],
)
def test_what_a_site_lacks_lets_everyone_through_exactly(lacking, gate):
    world = scene(raid("Intruder", count=3, spacing="5 s"), model=CLEAR, sites=[site(**lacking)])
    for name, exact in (("leakers", 3), ("rounds_fired", 0), ("killed", 0), ("threats", 3)):
        assert np.all(column(world, 10, name) == exact)
    if gate is not None:
        assert gates(one(world))[-1] == gate


def test_no_site_lets_everyone_through_exactly():
    world = scene(raid("Intruder", count=3), sites=[])
    assert np.all(column(world, 5, "leakers") == 3)
    assert np.all(np.isinf(column(world, 5, "first_detection_s")))


def test_no_threats_leak_nothing():
    world = scene(raid("Intruder", count=0))
    for name in ("threats", "leakers", "rounds_fired", "detected"):
        assert np.all(column(world, 5, name) == 0)


def test_an_exact_hit_needs_a_dispersion_inside_the_asset():
    """Without anyone to stop it a flight of 10 m CEP hits an asset of 500 m radius and all but misses one of 1 m."""
    inside = scene(raid("Intruder"), sites=[])
    assert one(inside).outcome["end_hit_asset"][0] == 1
    small = [{"name": "Depot", "at": place(0.0), "radius": "10 m"}]
    hits = column(scene(raid("Intruder", altitude="1 km", distance=30.0), sites=[], asset=small), 4000, "end_hit_asset")
    assert abs(hits.mean() - 0.5) < 4.9 * 0.5 / math.sqrt(len(hits))  # half fall within the CEP


# ------------------------------------------------------------------ explain


def stories(world, replications=3):
    """What ``explain`` tells about the first replications of a world's scenario."""
    from openiads.explain.kill_chain import explain
    from openiads.runs.replicate import run

    done = run(world.scenario, replications=replications, seed=1, catalog=world.catalog)
    return [explain(done, replication) for replication in range(replications)]


@pytest.mark.parametrize(
    ("case", "gate"),
    [
        (lambda: scene(cruise(), model=CLEAR, sites=[site(**LOW)]), Gate.HORIZON),
        (lambda: scene(raid("Intruder"), model=CLEAR, sites=[site(launchers=0)]), Gate.NO_ROUND),
        (
            lambda: scene(raid("Intruder"), model=CLEAR, sites=[site(doctrine={"control": "hold"})]),
            Gate.RULES_OF_ENGAGEMENT,
        ),
        (
            lambda: scene(raid("Intruder"), model=CLEAR, sites=[site(failures=[{"element": "30n6e2/1", "at": "0 s"}])]),
            Gate.UNIT_NOT_READY,
        ),
        (lambda: scene(*axes(8, [0.0]), model=CLEAR, sites=[site(launchers=12)]), Gate.NO_CHANNEL),
        (lambda: scene(*axes(4, [-70.0, 70.0]), model=CLEAR, sites=[site(launchers=12)]), Gate.SECTOR),
    ],
)
def test_explain_names_the_binding_gate(case, gate):
    for explanation in stories(case()):
        spells = [spell for flight in explanation.flights for spell in flight.gates]
        assert any(spell.gate == gate.name and spell.end > spell.start for spell in spells)
        assert explanation.text()
        for flight in explanation.flights:
            assert flight.terminal in {t.name.lower() for t in Terminal}
