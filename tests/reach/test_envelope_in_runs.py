"""Envelope and simulation agree: what passes well inside is shot at and met where the envelope says, what stays well
outside never is.

A target flies straight toward an asset that lies abeam of the unit, so that the whole of its way is before the abeam
point.  A placement is *well inside* if the envelope of a slow crew (twice the published reaction time and 10 s) holds
at least 20 km of the way for a target 3 dB smaller, *well outside* if the envelope of an immediate crew
holds none of it and none 6 km nearer for a target 3 dB larger; what lies between is near an edge and
decides nothing.  Heights of 15 km and more are left out: there the lift that is left falls by a fifth a
kilometer, and the error of a track's climb decides whether its predicted path comes to where it suffices.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from engine.scenes import FACING, HOME, each, events, raid, scene, site
from openiads.earth.geodesy import offset
from openiads.reach import straight
from openiads.reach.envelope import UnitConditions, assess, reach_of
from openiads.reach.opportunities import passes
from openiads.reach.scenes import home, unit_world
from openiads.reach.straight import Target
from openiads.world.build import World
from openiads.world.codes import Event

pytestmark = [pytest.mark.compiled_only, pytest.mark.slow]  # dozens of worlds

COURSE = math.radians(FACING) + math.pi  # against the facing
REACTION = 10.0
SPEED = 250.0
HEIGHTS = (60.0, 500.0, 3000.0, 6000.0, 9000.0, 12_000.0)
CROSSINGS = (0.0, 15e3, 30e3, 60e3, 90e3, 140e3, 200e3, 230e3)
START = 260e3  # m before the abeam point
COUNT = 3  # replications of a placement
EDGE = 6e3  # m


@cache
def unit(system: str, decibels: float) -> World:
    """One fire unit on flat ground, and visitors whose signature is so much larger."""
    return unit_world(system, knobs={"f16.signature": decibels})


def held(system: str, height: float, crossing: float, limits: str, reaction: float, decibels: float) -> float:
    """Length (m) of the way to the abeam point that lies in the envelope."""
    return float(looked(system, height, crossing, limits, reaction, decibels)[1].sum()) * 500.0


def looked(system: str, height: float, crossing: float, limits: str, reaction: float, decibels: float) -> Any:
    """The way to the abeam point, and which of its points are in the envelope."""
    world = unit(system, decibels)
    target, question = Target(SPEED, threat="f16"), UnitConditions(reaction=reaction)
    reach = min(reach_of(world, 0, target, question), START)
    paths = straight.parallel(
        world.terrain,
        home(world),
        SPEED,
        height,
        reach,
        COURSE - math.radians(FACING),
        crossings=np.array([crossing, crossing + 1.0]),
        step=500.0,
    )
    inside = assess(world, 0, paths, target, (limits,), question)[limits][0] >= 0.0
    return paths, inside & (paths.along <= 0.0)


def farthest(system: str, height: float, crossing: float, limits: str) -> float:
    """Greatest ground range (m) on the way in the envelope of an immediate crew, against a target 3 dB larger."""
    paths, inside = looked(system, height, crossing, limits, 0.0, 3.0)
    return float((paths.away[0] * inside).max())


def side(system: str, height: float, crossing: float, limits: str) -> str:
    """On which side of the envelope's edge a placement lies, or "edge"."""
    if held(system, height, crossing, limits, 2.0 * REACTION + 10.0, -3.0) >= 20e3:
        return "inside"
    nearer = max(crossing - EDGE, 0.0)
    if held(system, height, crossing, limits, 0.0, 3.0) + held(system, height, nearer, limits, 0.0, 3.0) == 0.0:
        return "outside"
    return "edge"


def spot(place: Any) -> str:
    """A place (rad) as a scenario writes it."""
    return f"{math.degrees(float(place[0])):.9f} N {math.degrees(float(place[1])):.9f} E"


def flown(
    system: str, height: float, crossing: float, limits: str, count: int = COUNT
) -> tuple[float, list[tuple[float, float]]]:
    """Share of replications with a launch, and (ground range m, height m) of every intercept."""
    depot = offset(*HOME, COURSE + math.pi / 2.0, crossing)
    start = offset(float(depot[0]), float(depot[1]), COURSE + math.pi, START)

    guard = {key: value for key, value in site(system=system).items() if key not in ("launchers", "rounds")}
    if system == "s300pmu2":
        guard["low_altitude"] = "76n6"
    else:
        guard.pop("low_altitude")
    world = scene(
        raid("Visitor", "f16", origin=spot(start), altitude=f"{height} m", speed=f"{SPEED} m/s"),
        sites=[guard],
        model={"kill": "constant", "kill_probability": 0.25, "false_alarms": False, "limits": limits},
        duration=1500.0,
        asset=[{"name": "Depot", "at": spot(depot), "radius": "500 m"}],
    )

    def measure(result: Any) -> tuple[bool, list[tuple[float, float]]]:
        rows = events(result, Event.INTERCEPT)
        return len(events(result, Event.LAUNCH)) > 0, [(float(r["value"][3]), float(r["value"][4])) for r in rows]

    found = each(world, count, measure)
    return float(np.mean([shot for shot, _ in found])), [meeting for _, met in found for meeting in met]


@pytest.mark.parametrize(("system", "limits"), [("s300pmu2", "emergent"), ("patriot_pac2", "published")])
def test_what_is_well_inside_is_shot_at_and_what_is_well_outside_is_not(system: str, limits: str) -> None:
    inside, outside = [], []
    for height in HEIGHTS:
        for crossing in CROSSINGS:
            where = side(system, height, crossing, limits)
            if where != "edge":
                share, met = flown(system, height, crossing, limits)
                (inside if where == "inside" else outside).append((height, crossing, share, met))
    assert len(inside) >= 8 and len(outside) >= 8
    assert [case[:3] for case in outside if case[2] > 0.0] == []
    assert [case[:3] for case in inside if case[2] < 1.0] == []
    for height, crossing, _, met in inside:
        far = farthest(system, height, crossing, limits)
        assert met
        assert max(away for away, _ in met) <= far + EDGE, (height, crossing)


@pytest.mark.parametrize("height", [50.0, 100.0])
def test_runs_meet_low_targets_through_the_nulls_of_the_sea_as_far_as_the_envelope_says(height: float) -> None:
    """Nulls of a second cut neither the envelope nor an engagement: rounds meet the target all along its way."""
    paths, inside = looked("s300f", height, 0.0, "emergent", REACTION, 0.0)
    held = paths.away[0][inside]
    assert np.count_nonzero(np.diff(inside.astype(int))) == 2  # one stretch
    share, met = flown("s300f", height, 0.0, "emergent", 24)
    away = np.array([each for each, _ in met])
    assert share == 1.0
    assert held.min() - EDGE < away.min() and away.max() < held.max() + EDGE
    parts = np.linspace(held.min(), held.max(), 5)
    assert (np.histogram(away, parts)[0] > 0).all()


# ------------------------------------------------------------------ shots at a pass


def pass_in_runs(height: float, crossing: float, count: int = 16) -> list[float]:
    """Distances along the course (m, 0 abeam) of the intercepts in that of some replications in which a target past an
    S-300PMU-2 lives longest; it goes on to an asset 60 km behind."""
    abeam = offset(*HOME, COURSE + math.pi / 2.0, crossing)
    depot = offset(float(abeam[0]), float(abeam[1]), COURSE, 60e3)
    start = offset(float(abeam[0]), float(abeam[1]), COURSE + math.pi, START)
    guard = {key: value for key, value in site(system="s300pmu2").items() if key not in ("launchers", "rounds")}
    world = scene(
        raid("Visitor", "f16", origin=spot(start), altitude=f"{height} m", speed=f"{SPEED} m/s"),
        sites=[guard | {"low_altitude": "76n6"}],
        model={"kill": "constant", "kill_probability": 0.25, "false_alarms": False, "limits": "emergent"},
        duration=1500.0,
        asset=[{"name": "Depot", "at": spot(depot), "radius": "500 m"}],
    )
    found = each(world, count, lambda result: events(result, Event.INTERCEPT)["time"].tolist())
    return [SPEED * float(time) - START for time in max(found, key=len)]


@pytest.mark.parametrize(
    ("height", "crossing"), [(50.0, 0.0), (50.0, 2e3), (50.0, 15e3), (50.0, 23e3), (50.0, 28e3), (1000.0, 30e3)]
)
def test_shots_at_a_pass_come_where_a_run_has_them(height: float, crossing: float) -> None:
    """The first shots, after a turn of the radar where it must turn first, and others behind the unit.

    Later ones are shots near the edge of a sector, which a crew's second decides; so is the first at crossings from 24
    to 27 km, between which the earliest shot is lost.
    """
    target, asked = Target(SPEED, threat="f16"), np.array([crossing, crossing + 300e3])
    course = COURSE - math.radians(FACING)
    told = [c.along for c in passes(unit("s300pmu2", 0.0), target, height, course, asked)[0].chances]
    met = pass_in_runs(height, crossing)
    assert met[:2] == pytest.approx(told[:2], abs=EDGE), (met, told)
    assert met[0] < 0.0 < met[-1] and told[0] < 0.0 < told[-1]
