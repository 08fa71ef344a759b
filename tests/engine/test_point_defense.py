"""Layers of defense: queues on channels, one layer behind another, several sites on one ship, and who leaves what.

Expectations were written before the first run: each docstring says what and why.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, TEXTBOOK, column, each, events, gates, one, place, raid, scene, site
from engine.test_guns import exact
from openiads.world.build import World
from openiads.world.codes import Event, Gate

# ------------------------------------------------------------------ closed forms


def served_of_stream(threats: int, spacing: float, window: float, service: float, channels: int) -> int:
    """How many of a stream are served on channels, first come first served, once each: the queue with a deadline.

    The shot of the teaching switch falls at the end of a service, and who begins one does not ask whether it will end
    in time: a service that the deadline cuts short is wasted, and holds its channel all the same.
    """
    free = [0.0] * channels
    served = 0
    for k in range(threats):
        arrives, gone = k * spacing, k * spacing + window
        first = min(range(channels), key=free.__getitem__)
        begins = max(arrives, free[first])
        if begins < gone:
            free[first] = begins + service
            served += begins + service <= gone
    return served


def sized(channels: int) -> dict[str, Any]:
    """An own system with so many target channels."""
    return {"systems": {"channels": {"based_on": "s300pmu2", "target_channels": exact("target_channels", channels)}}}


@pytest.mark.compiled_only
@pytest.mark.parametrize(
    ("threats", "spacing", "channels"), [(8, 60.0, 4), (8, 12.0, 4), (16, 12.0, 4), (16, 12.0, 1), (16, 20.0, 2)]
)
def test_a_stream_of_threats_is_served_on_channels_as_the_queue_says(threats, spacing, channels):
    """Expected: what leaks of a stream is n - p times what is served before its deadline, within three standard errors
    and what a track that is firm some looks late leaves of the window."""
    service, window, p, speed = 130.0, 600.0, 0.6, 250.0
    teaching = TEXTBOOK | {"service": "fixed", "service_time": f"{service} s", "kill_probability": p}
    stream = raid("Stream", "f16", 170.0, count=threats, spacing=f"{spacing} s", speed=f"{speed} m/s")
    guard = site(system="channels", doctrine={"fire": "single", "priority": "time"})
    world = scene(stream, model=teaching, sites=[guard], catalog=sized(channels), duration=2000.0)
    leaked = column(world, 200, "leakers")
    error = 3.0 * math.sqrt(threats * p * (1.0 - p) / len(leaked))
    found = [served_of_stream(threats, spacing, window - late, service, channels) for late in range(0, 71, 5)]
    most, least = threats - p * min(found), threats - p * max(found)
    assert least - error <= leaked.mean() <= most + error, (least, leaked.mean(), most)
    assert most - least <= 2.0 * p


@pytest.mark.compiled_only
@pytest.mark.parametrize("channels", [2, 4, 6])
def test_a_layer_of_limited_capacity_behind_another_leaks_as_the_binomial_says(channels):
    """Expected: of what comes through the outer layer, binomial, the inner one serves at most its channels; so more
    leak than the product of the leakages says, within three standard errors."""
    count, p = 24, 0.7
    teaching = TEXTBOOK | {
        "detection_range": "100 km",
        "service": "fixed",
        "service_time": "300 s",
        "kill_probability": p,
        "queue": "lost",
    }
    stream = raid("Wave", "f16", 400.0, count=count, spacing="8 s")
    outer = site("Outer", at=place(250.0), fire_units=4, doctrine={"fire": "single"})
    inner = site("Inner", system="channels", doctrine={"fire": "single"})
    world = scene(stream, model=teaching, sites=[outer, inner], catalog=sized(channels), duration=2400.0)
    leaked = column(world, 300, "leakers")
    through = np.arange(count + 1)
    chance = np.array([math.comb(count, k) * (1.0 - p) ** k * p ** (count - k) for k in through])
    expected = float(chance @ (through - p * np.minimum(through, channels)))
    assert expected > count * (1.0 - p) ** 2
    assert abs(leaked.mean() - expected) <= 3.0 * leaked.std() / math.sqrt(len(leaked)), (leaked.mean(), expected)


# ------------------------------------------------------------------ the seam

#: A point defense of some kilometers: rounds of the S-300 that are allowed a short reach, on a quick unit.
SHORT = {
    "interceptors": {
        "dart": {
            "based_on": "48n6e2",
            **{f"pk_{kind}": exact("pk", 0.8) for kind in ("aircraft", "cruise", "drone", "airliner")},
            "pk_ballistic": exact("pk", 0.5),
            "max_range": {"value": 25, "unit": "km", "status": "assumption", "exact": True, "note": "of the test"},
            "reliability": exact("reliability", 0.97),
        }
    },
    "launchers": {
        "rail": {"based_on": "5p85se", "carries": ["dart"], "readiness": exact("readiness", 1.0)},
    },
    "systems": {
        "close": {
            "based_on": "s300pmu2",
            "launchers": [
                {
                    "launcher": "rail",
                    "interceptor": "dart",
                    "count": exact("count", 4),
                    "rounds": exact("rounds", 4),
                }
            ],
        }
    },
}


def layered(
    *raids: Any, close: bool = True, leaves: bool = False, short: Any = (), hub: bool = False, **long: Any
) -> Any:
    """A long-range site beside the depot, and a point defense at it; ``hub``: both under one command."""
    policy = {"leaves": ["Close"]} if leaves else {}
    outer = site("Long", launchers=8, rounds=4, at=place(3.0, FACING + 90.0), doctrine={"salvo": 2} | policy, **long)
    inner = site("Close", system="close", doctrine={"salvo": 2}, **dict(short))
    sites = [outer, inner] if close else [outer]
    model = CLEAR | {"limits": "published"}
    names = [each["name"] for each in sites]
    command = [{"name": "Hub", "post": "54k6e2", "at": place(3.1, FACING + 90.0), "commands": names}] if hub else []
    return scene(*raids, model=model, sites=sites, catalog=SHORT, duration=600.0, command=command)


def rounds_of(world: World, count: int, name: str) -> float:
    """Mean rounds that the units of a site fire."""
    mine = [u for u, unit in enumerate(world.names.units) if unit.startswith(f"{name}/")]
    return float(np.mean(each(world, count, lambda r: int(np.isin(events(r, Event.LAUNCH)["unit"], mine).sum()))))


STRIKE = raid("Strike", "f16", 90.0, count=4, spacing="20 s", altitude="3 km", speed="240 m/s")


@pytest.mark.compiled_only
def test_without_a_policy_nothing_is_left_and_with_one_the_long_range_unit_holds():
    """Expected: with the policy, and one command over both, the point defense shoots at most of a few flights that it
    can take, and the gate names it; the long-range unit keeps more than half of its rounds; no more leak."""
    plain, left = layered(STRIKE, hub=True), layered(STRIKE, leaves=True, hub=True)
    assert rounds_of(plain, 60, "Long") > 4.0
    assert rounds_of(left, 60, "Long") < 0.5 * rounds_of(plain, 60, "Long")
    assert rounds_of(left, 60, "Close") > 4.0
    unit = left.names.units.index("Long/1")
    told = [int(Gate.POINT_DEFENSE) in gates(r, f, unit) for r in each(left, 20, lambda r: r) for f in range(4)]
    assert np.mean(told) > 0.6
    assert column(left, 200, "leakers").mean() <= column(plain, 200, "leakers").mean() + 0.02


@pytest.mark.compiled_only
@pytest.mark.parametrize("count", [2, 6, 16])
def test_adding_point_defense_never_adds_leakers(count):
    """Expected: beyond chance no more leak with a point defense than without, whatever the raid."""
    wave = raid("Wave", "f16", 90.0, count=count, spacing="3 s", altitude="3 km", speed="240 m/s")
    without, with_it = (column(layered(wave, close=close), 150, "leakers") for close in (False, True))
    error = math.hypot(without.std(), with_it.std()) / math.sqrt(len(without))
    assert with_it.mean() <= without.mean() + 3.0 * error + 1e-9


@pytest.mark.compiled_only
def test_more_than_the_point_defense_can_take_is_shot_at():
    """Expected: a policy does not leave what has no channel or round at the point defense, so a large wave still meets
    the long-range rounds, and hardly more leak than without the policy."""
    wave = raid("Wave", "f16", 90.0, count=16, spacing="2 s", altitude="3 km", speed="240 m/s")
    plain, left = layered(wave), layered(wave, leaves=True)
    assert rounds_of(left, 40, "Long") > 6.0
    without, with_it = column(plain, 150, "leakers"), column(left, 150, "leakers")
    error = math.hypot(without.std(), with_it.std()) / math.sqrt(150)
    assert with_it.mean() <= without.mean() + 3.0 * error + 1e-9


@pytest.mark.compiled_only
@pytest.mark.parametrize("short", [{"rounds": 1, "launchers": 1}, {"radars_off": ["30n6e2/1"]}, {"doctrine": "hold"}])
def test_nothing_is_left_to_a_point_defense_that_cannot(short):
    """Expected: without rounds for the goal, with its radar off, or with weapons held, it is left nothing."""
    if short.get("doctrine") == "hold":
        inner = site("Close", system="close", doctrine={"salvo": 2, "control": "hold"})
        outer = site("Long", launchers=8, at=place(3.0, FACING + 90.0), doctrine={"salvo": 2, "leaves": ["Close"]})
        world = scene(STRIKE, model=CLEAR, sites=[outer, inner], catalog=SHORT, duration=600.0)
    else:
        world = layered(STRIKE, leaves=True, short=short)
    unit = world.names.units.index("Long/1")
    for result in each(world, 10, lambda r: r):
        for flight in range(4):
            assert int(Gate.POINT_DEFENSE) not in gates(result, flight, unit)


@pytest.mark.compiled_only
def test_reasons_told_with_a_policy_can_be_true():
    """Expected: the audit finds no false reason, of leakers or others, among those of the long-range unit."""
    from openiads.audit.reasons import audit_reasons

    world = layered(STRIKE, leaves=True)
    unit = world.names.units.index("Long/1")
    for result in each(world, 4, lambda r: r, record=True):
        told = audit_reasons(world, result.events, range(4))
        mine = [r for r in told if r.unit == unit and r.gate == Gate.POINT_DEFENSE]
        assert [str(r) for r in mine if r.false_for] == []
    assert mine


# ------------------------------------------------------------------ on one ship


def fleet(**more: Any) -> World:
    """A cruiser under way with its missiles, and close-in guns on the same ship."""
    sea = {"source": "flat", "height": "0 m"}
    ship = site("Cruiser", system="s300f", course="180 deg", speed="12 m/s")
    guns = {"name": "Guns", "system": "ak630", "ship": "Cruiser", "facing": f"{FACING} deg", "fire_units": 2}
    guns |= {"doctrine": {"control": "free"}, "defends": ["Hull"]}
    ship["defends"] = ["Hull"]
    hull = {"name": "Hull", "at": place(0.0), "radius": "90 m", "ship": "Cruiser"}
    strike = raid("Strike", "tomahawk", 60.0, target="Hull", agl="30 m")
    return scene(strike, model=CLEAR, sites=[guns, ship], asset=[hull], terrain=sea, duration=400.0, **more)


@pytest.mark.compiled_only
def test_several_sites_stand_on_one_ship_and_move_with_it():
    """Expected: one platform carries both; what stands on it stays together while it sails, and each shoots."""
    world = fleet()
    assert len(world.rows["platforms"]) == 1
    for noun in ("units", "radars", "launchers", "posts"):
        assert set(world.rows[noun]["platform"].tolist()) == {0}
    spread = np.linalg.norm(np.ptp(world.rows["units"]["position"], axis=0))
    assert spread < 100.0
    result = one(world, record=True)
    fired = {world.names.units[int(e["unit"])].split("/")[0] for e in events(result, Event.LAUNCH)}
    assert fired <= {"Cruiser", "Guns"}


@pytest.mark.compiled_only
def test_a_ship_written_back_is_the_same_ship():
    """Expected: a site on another's ship is written without a place of its own, and reads back as the same scenario; it
    goes along when the ship's course is changed."""
    from openiads.scenario.load import loads

    scenario = fleet().scenario
    text = scenario.toml()
    assert loads(text) == scenario
    guns = next(row for row in scenario.mapping()["site"] if row["name"] == "Guns")
    assert not guns.keys() & {"at", "course", "speed"}
    turned = scenario.with_values({"site.Cruiser.course": "90 deg"})
    assert {s.course for s in turned.sites} == {math.pi / 2.0}
