"""Guns in the chain: a lone gun against the closed form, and what more or fewer rounds, guns and looks may not do.

Expectations were written before the first run: each docstring says what and why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, column, each, events, one, place, raid, scene, site
from openiads.catalog.load import catalog
from openiads.physics.gunnery import Burst, burst_kill
from openiads.world.build import World
from openiads.world.codes import Event, RoundEnd, ThreatClass

GUN = "ao18"
#: A gun whose every figure is exact: it always fires, a hit always kills.
FIGURES = {
    "burst_rounds": 100,
    "dispersion": 2.0,
    "bias": 2.0,
    "radius_aircraft": 1.5,
    "hit_kill_aircraft": 1.0,
    "reliability": 1.0,
}
UNITS = {"dispersion": "mrad", "bias": "mrad", "radius_aircraft": "m", "radius_cruise": "m"}


def exact(name: str, number: float) -> dict[str, Any]:
    """A value of an own entry."""
    unit = {"unit": UNITS[name]} if name in UNITS else {}
    return {"value": number, **unit, "status": "assumption", "exact": True, "note": "of the test"}


def entries(*, sight: str = "radar", **figures: float) -> dict[str, Any]:
    """Own entries: a gun with exact figures, on the mounts and in the system of the AK-630."""
    gun = {"based_on": GUN, "sight": sight, **{k: exact(k, v) for k, v in (FIGURES | figures).items()}}
    system = catalog().raw["systems"]["ak630"]
    rows = [row | {"launcher": "mount", "interceptor": "gun"} for row in system["launchers"]]
    ready = {"readiness": exact("readiness", 1.0)}
    return {
        "guns": {"gun": gun},
        "launchers": {"mount": {"based_on": "ak630_mount", "carries": ["gun"], **ready}},
        "systems": {"lone": {"based_on": "ak630", "launchers": rows, "pk_floor": exact("pk_floor", 0.0)}},
    }


def guns(own: Mapping[str, Any] | None = None, *passes: Any, **more: Any) -> World:
    """A site of guns whose depot stands beside it, against straight level flyers past it."""
    guard = site(system="lone", launchers=more.pop("launchers", 1), rounds=more.pop("rounds", 6), **more)
    raids = passes or (flyer(),)
    return scene(*raids, model=CLEAR, sites=[guard], catalog=own or entries(), duration=200.0)


def flyer(**more: Any) -> Any:
    """An aircraft that flies straight and level to the guns at 500 m."""
    return raid("Flyer", "f16", 15.0, **({"altitude": "500 m", "speed": "200 m/s"} | more))


def bursts(world: World, count: int) -> np.ndarray:
    """The BURST and INTERCEPT events of replications, a row each: range, offset, kill chance told, killed."""
    rows = []
    for found in each(world, count, lambda r: (events(r, Event.BURST), events(r, Event.INTERCEPT))):
        for burst, met in zip(*found, strict=True):
            rows.append((burst["value"][0], burst["value"][1], met["value"][1], met["code"]))
    return np.array(rows)


# ------------------------------------------------------------------ against the closed form


@pytest.mark.compiled_only
@pytest.mark.parametrize("bias", [0.5, 2.0, 6.0])
def test_a_lone_gun_kills_a_straight_flyer_as_the_closed_form_says(bias):
    """Expected: burst by burst, at whatever range each is met, kills come with 1 - E_b[(1 - p(b))^n], within three
    standard errors of their sum; the bias has its declared spread; the chance told is that of the drawn bias."""
    world = guns(entries(bias=bias))
    rows = bursts(world, 600)
    assert len(rows) > 600
    burst = Burst(100, 0.002, 0.001 * bias, 1.5)
    chance = np.array([burst_kill(burst, r) for r in rows[:, 0]])
    error = math.sqrt(float(np.sum(chance * (1.0 - chance))))
    assert abs(rows[:, 3].sum() - chance.sum()) <= 3.0 * error
    drawn = (rows[:, 1] / (0.001 * bias * rows[:, 0])) ** 2
    assert abs(drawn.mean() - 2.0) <= 3.0 * 2.0 / math.sqrt(len(drawn))
    assert abs(rows[:, 2].sum() - chance.sum()) <= 3.0 * error


@pytest.mark.compiled_only
def test_a_target_that_turns_while_shells_fly_is_missed():
    """Expected: shells go where it would have been. One that turns a corner within reach is tens of meters off it in
    the three seconds of their flight, far beyond what any bias of a straight flyer is."""
    corner = {"route": [place(15.0), place(2.5, FACING + 50.0)]}
    straight, turning = (bursts(guns(None, flyer(**way)), 100) for way in ({}, corner))
    straight_off, turned_off = (rows[:, 1] / (0.002 * rows[:, 0]) for rows in (straight, turning))
    assert straight_off.max() < 5.5
    assert turned_off.max() > 8.0
    assert np.all(turning[turned_off > 8.0][:, 2] < 0.05)


@pytest.mark.compiled_only
def test_every_burst_lies_within_the_limits_of_the_gun_and_takes_its_time():
    """Expected: from 300 m to 4 km and a little beyond, where a burst that begins in time is met; a burst of 100
    rounds takes 1.33 s and the mount is not ready again before."""
    world = guns(rounds=6)
    for result in each(world, 50, lambda r: r):
        launches, met = events(result, Event.LAUNCH), events(result, Event.BURST)
        assert np.all((met["value"][:, 0] > 250.0) & (met["value"][:, 0] < 4400.0))
        assert np.all(np.diff(launches["time"]) >= 100.0 / 75.0 - 1e-9)


@pytest.mark.compiled_only
@pytest.mark.parametrize("speed", [300.0, 560.0, 650.0, 690.0])
def test_shells_meet_a_target_that_is_as_fast_as_they_are(speed):
    """Expected: head-on at shells of 680 m/s, what was aimed at within 4 km is met within them, half a burst and a
    margin of the track's error; the time from the middle of a burst to the meeting is distance over shell speed."""
    fast = raid("Fast", "supersonic_asm", 30.0, altitude="300 m", speed=f"{speed} m/s")
    for result in each(guns(entries(radius_cruise=1.5), fast), 20, lambda r: r):
        met = events(result, Event.BURST)
        fired = {int(row["round"]): float(row["time"]) for row in events(result, Event.LAUNCH)}
        assert np.all(met["value"][:, 0] < 4000.0 + 0.7 * speed + 200.0), met["value"][:, 0]
        flown = np.array([row["time"] - fired[int(row["round"])] for row in met]) - 0.5 * 100.0 / 75.0
        assert flown == pytest.approx(met["value"][:, 0] / 680.0, abs=1e-6)


# ------------------------------------------------------------------ laws


@pytest.mark.compiled_only
def test_no_burst_is_the_same_as_no_gun_exactly():
    """Expected: a mount without a round never fires, and what comes through is what comes through without a mount."""
    raids = [flyer(), raid("Strike", "tomahawk", 25.0, agl="60 m")]
    without, empty = (
        np.array(each(guns(None, *raids, **dry), 20, lambda r: [r.outcome[k][0] for k in ("leakers", "killed")]))
        for dry in ({"launchers": 0}, {"rounds": 0})
    )
    assert np.array_equal(without, empty)
    assert without[:, 1].max() == 0


@pytest.mark.compiled_only
def test_more_bursts_and_more_guns_never_let_more_through():
    """Expected: leakers fall with the bursts of a mount and with the mounts, by no more than chance against it."""
    raids = [raid("Strike", "f16", 25.0, altitude="300 m", speed="220 m/s", count=6, spacing="3 s")]
    for key, rising in (("rounds", (1, 2, 4, 10)), ("fire_units", (1, 2, 4))):
        shares = [column(guns(None, *raids, launchers=2, **{key: n}), 200, "leakers").mean() for n in rising]
        assert all(b <= a + 0.25 for a, b in zip(shares, shares[1:], strict=False)), (key, shares)
        assert shares[-1] < shares[0] - 0.2, (key, shares)


@pytest.mark.compiled_only
def test_a_burst_that_loses_its_radar_goes_nowhere_and_one_with_an_optical_sight_goes_on():
    """Expected: the fire control fails while shells fly: no burst of a radar-laid gun kills after that but for its
    coasting time; an optical sight lays them to the end."""
    fails = {"failures": [{"element": "mr123/1", "at": "56 s"}]}
    ends = {}
    for sight in ("radar", "optical"):
        own = entries(sight=sight)
        ends[sight] = []
        for result in each(guns(own, rounds=10, **fails), 60, lambda r: r):
            rows = events(result, Event.ROUND_END)
            ends[sight] += rows[rows["time"] > 59.5]["code"].tolist()
    assert RoundEnd.SUPPORT_LOST not in ends["optical"]
    assert RoundEnd.KILL not in ends["radar"]


@pytest.mark.compiled_only
def test_the_order_of_entries_means_nothing():
    sites = [site(name, system="lone", launchers=1) for name in ("Guard", "Other")]
    one_way, other = (
        scene(flyer(), model=CLEAR, sites=order, catalog=entries(), duration=200.0) for order in (sites, sites[::-1])
    )
    for k in range(5):
        a, b = one(one_way, k), one(other, k)
        assert a.events.tobytes() == b.events.tobytes()


# ------------------------------------------------------------------ with missiles in one unit


def mixed() -> dict[str, Any]:
    """Own entries: a fire unit of an S-300 with a gun beside its launchers, as a Pantsir has both."""
    own = entries()
    system = catalog().raw["systems"]["s300pmu2"]
    gun = {
        "launcher": "mount",
        "interceptor": "gun",
        "count": exact("count", 1.0),
        "rounds": exact("rounds", 10.0),
    }
    floor = {"pk_floor": exact("pk_floor", 0.01)}
    both = {"based_on": "s300pmu2", "launchers": [*system["launchers"], gun], **floor}
    return own | {"systems": own["systems"] | {"both": both}}


@pytest.mark.compiled_only
def test_a_fire_unit_may_have_missiles_and_a_gun_as_two_magazines():
    """Expected: missiles far out; inside their least range, or when they are spent, the gun; which is which is told
    by the launcher of each launch, and the gun never fires beyond its range."""
    guard = site(system="both", launchers=13, rounds=1)
    intruders = raid("Intruder", "f16", 60.0, count=16, spacing="4 s", altitude="400 m", speed="220 m/s")
    world = scene(intruders, model=CLEAR, sites=[guard], catalog=mixed(), duration=600.0)
    kinds = world.rows["launchers"]["magazine"]
    gun = int(np.flatnonzero(world.rows["magazines"]["burst"] > 0)[0])
    fired: dict[bool, list[float]] = {True: [], False: []}
    for result in each(world, 40, lambda r: r):
        for e in events(result, Event.LAUNCH):
            fired[bool(kinds[e["launcher"]] == gun)].append(float(e["value"][1]))
    assert len(fired[True]) > 20
    assert len(fired[False]) > 100
    assert max(fired[True]) < 4_300.0 < max(fired[False])


# ------------------------------------------------------------------ what is in the log


@pytest.mark.compiled_only
def test_a_recorded_run_with_guns_keeps_every_law_of_logs():
    """Expected: no violation; reasons that leakers are told by can be true."""
    from openiads.audit.check import check_events
    from openiads.audit.reasons import audit_reasons

    world = guns(None, raid("Strike", "tomahawk", 25.0, agl="60 m", count=4, spacing="6 s"), launchers=2)
    results = each(world, 6, lambda r: (r.events.copy(), r.outcome.copy()), record=True)
    logs = {k: log for k, (log, _) in enumerate(results)}
    rows = np.concatenate([row for _, row in results])
    limits = {**world.limits, "flight_side": world.flight_side.tolist(), "flight_class": world.flight_class.tolist()}
    assert check_events(logs, rows, limits, world.names) == []
    false = [str(r) for log in logs.values() for r in audit_reasons(world, log) if r.false_for]
    assert false == []


@pytest.mark.compiled_only
def test_the_limits_of_a_gun_hold_whatever_limits_the_scenario_takes():
    """Expected: shells have no range of flight to be found: what bounds them is how the gun is used."""
    for which in ("published", "emergent"):
        guard = site(system="lone", launchers=1, rounds=6)
        world = scene(flyer(), model=CLEAR | {"limits": which}, sites=[guard], catalog=entries(), duration=200.0)
        magazine = world.rows["magazines"][0]
        assert magazine["limits"][0, :2].tolist() == [300.0, 4000.0]
        assert magazine["pk_believed"][ThreatClass.AIRCRAFT] == pytest.approx(
            burst_kill(Burst(100, 0.002, 0.002, 1.5), 2000.0)
        )
