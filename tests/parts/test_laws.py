"""Laws of single kernels of the parts: what a new row holds, what time does to it, and when the next thing is due."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, TEXTBOOK, raid, scene, site
from openiads.earth.geodesy import to_geodetic
from openiads.engine.runner import Runner
from openiads.physics.flyout import Guidance, Status, fly, launch
from openiads.physics.motion import end_time, flight_state, local_up
from openiads.world.codes import Stage, TrackState
from openiads.world.layout import ENGAGEMENT, NOBODY, Sim
from openiads.world.sensed import TRACK
from parts.entries import (
    begin_all,
    close_in_now,
    confirm_one,
    engage_one,
    own_state_of,
    spend_one,
    track_for,
)

pytestmark = pytest.mark.compiled_only


def fresh(world, replication: int = 0, seed: int = 1) -> Sim:
    """The state of a replication at its start."""
    runner = Runner(world, seed)
    runner._reset(replication, True)
    return runner.sim


# ------------------------------------------------------------------ engagements


def engaged(dirty: bool) -> np.ndarray:
    """The row of a new engagement, on a row that is new, or one that was left full of another engagement's numbers."""
    sim = fresh(scene(raid("Intruder"), model=TEXTBOOK))
    if dirty:
        for name in ENGAGEMENT.names or ():
            sim.engagements[name] = 7
        sim.engagements["state"] = int(Stage.NONE)
    sim.situation[0]["now"] = 50.0
    sim.tracks[3]["serial"] = 11
    sim.tracks[3]["flight"] = 0
    engage_one(sim, 0, 0, 3, 60.0, 90.0, 0.8)
    return sim.engagements[sim.engagements["state"] != int(Stage.NONE)]


def test_a_new_engagement_holds_nothing_of_the_one_before() -> None:
    """Whatever an engagement left on its row: rounds still wanted, shots fired, a track of its own, a look."""
    clean, dirty = engaged(False), engaged(True)
    assert len(clean) == len(dirty) == 1
    later = {"salvo", "decide_at", "assess_at"}  # written before they are read
    for name in set(ENGAGEMENT.names or ()) - later:
        assert clean[name] == dirty[name], name
    assert clean["wanted"] == clean["in_flight"] == clean["fired"] == 0
    assert clean["state"] == int(Stage.ACQUIRING)


@pytest.mark.parametrize("since", [0.0, 0.05, 0.4, 1.0, 7.0])
def test_an_own_track_is_carried_on_at_its_speed(since: float) -> None:
    sim = fresh(scene(raid("Intruder"), model=TEXTBOOK))
    state = np.array([4.4e6, 3.1e6, 3.6e6, -120.0, 230.0, 40.0])
    sim.engagements[0]["own"] = 2
    sim.tracks[2]["x"][:6] = state
    sim.tracks[2]["time"] = 100.0
    sim.situation[0]["now"] = 100.0 + since
    found = np.array(own_state_of(sim, 0))
    assert found[:3] == pytest.approx(state[:3] + since * state[3:], abs=1e-6)
    assert found[3:].tolist() == state[3:].tolist()


# ------------------------------------------------------------------ flights


@pytest.mark.parametrize("jitter", [0.0, 40.0])
def test_what_a_flight_releases_is_as_late_as_the_flight(jitter: float) -> None:
    """Whenever its carrier comes, a weapon begins where and when the carrier is at its release."""
    strike = raid(
        "West",
        "f16",
        90.0,
        weapon="arm",
        release_range="40 km",
        weapons=3,
        count=2,
        jitter=f"{jitter} s",
        start="200 s",
    )
    world = scene(strike, model=CLEAR, sites=[site(doctrine={"control": "hold"})])
    late = set()
    for replication in range(8):
        sim = fresh(world, replication)
        begin_all(sim)
        for flight in sim.flights[sim.flights["parent"] >= 0]:
            carrier = sim.flights[int(flight["parent"])]
            late.add(round(float(carrier["shift"]), 3))
            first = float(flight["starts"])
            here = np.array(at(sim, flight, first + 1e-6)[:3])
            there = np.array(at(sim, carrier, first)[:3])
            assert np.sqrt(((here - there) ** 2).sum()) < 5.0
            length = float(end_time(sim.tables, int(flight["path"]))) - float(sim.tables[flight["path"]])
            assert float(flight["ends"]) - first == pytest.approx(length, abs=1e-6)
    assert (len(late) > 10) == (jitter > 0.0)


def at(sim: Sim, flight: np.void, time: float) -> tuple[float, ...]:
    """State of a flight on its path."""
    shift = float(flight["shift"])
    return tuple(flight_state(sim.tables, int(flight["path"]), math.inf, 0.0, 0.0, time - shift))


# ------------------------------------------------------------------ tracks


def test_a_new_track_holds_nothing_of_the_one_before() -> None:
    """Whatever a track left on its row; what its first plot writes is left out, and its number is its own."""
    clean, dirty = (fresh(scene(raid("Intruder"), model=TEXTBOOK)) for _ in range(2))
    for name in TRACK.names or ():
        dirty.tracks[name] = 7
    assert track_for(clean, -1, 0) == track_for(dirty, -1, 0) == 0
    first_plot = "born flight other_p other_x p plot plot_range plot_sigma plot_speed radar state time updated x"
    evaluation = "dealt evaluated_time height odds speed spread threat_at unit urgency worth"
    later = {*first_plot.split(), *evaluation.split()}  # written before they are read
    for name in set(TRACK.names or ()) - later:
        assert np.array_equal(clean.tracks[0][name], dirty.tracks[0][name]), name
    assert clean.tracks[0]["hits"] == 1
    assert clean.tracks[0]["in_flight"] == clean.tracks[0]["engagements"] == clean.tracks[0]["asked"] == 0
    assert clean.tracks[0]["belief"].tolist() == clean.situation[0]["prior"].tolist()


def test_tracks_have_numbers_of_their_own_also_on_rows_that_are_used_again() -> None:
    sim = fresh(scene(raid("Intruder"), model=TEXTBOOK))
    rows, serials = [], []
    for n in range(12):
        k = track_for(sim, -1, 0)
        rows.append(k)
        serials.append(int(sim.tracks[k]["serial"]))
        if n % 3 == 2:
            sim.pictures[k] = NOBODY  # free again
    assert len(set(rows)) < 12
    assert serials == list(range(serials[0], serials[0] + 12))
    assert sim.situation[0]["tracks_high"] == max(rows) + 1


@pytest.mark.parametrize("full", ["posts", "radars", "neither"])
def test_a_picture_holds_as_many_tracks_as_it_can_and_not_one_more(full: str) -> None:
    sim = fresh(scene(raid("Intruder"), model=TEXTBOOK))
    most = 5
    for rows in (sim.posts, sim.radars):
        rows["held"] = 0
        rows["track_capacity"] = 1000
    if full != "neither":
        getattr(sim, full)["track_capacity"] = most
    states = []
    for _ in range(most + 2):
        k = track_for(sim, -1, 0)
        sim.tracks[k]["radar"] = 0
        sim.tracks[k]["flight"] = 0
        sim.tracks[k]["state"] = int(TrackState.TENTATIVE)
        sim.tracks[k]["p"][:6, :6] = np.diag([100.0**2] * 3 + [10.0**2] * 3)
        sim.tracks[k]["x"][:6] = at(sim, sim.flights[0], float(sim.flights[0]["starts"]) + 1.0)
        confirm_one(sim, k)
        states.append(int(sim.tracks[k]["state"]))
    held = most + 2 if full == "neither" else most
    assert states[:held] == [int(TrackState.CONFIRMED)] * held
    assert int(TrackState.CONFIRMED) not in states[held:]
    assert sim.posts[0]["held"] == sim.radars[0]["held"] == held


# ------------------------------------------------------------------ weapons


@pytest.mark.parametrize("endless", [False, True])
@pytest.mark.parametrize("loads", [0, 1, 3])
@pytest.mark.parametrize("loaded", [1, 2, 4])
def test_a_launcher_gives_one_round_and_is_reloaded_after_its_last_if_there_is_another_load(
    loaded: int, loads: int, endless: bool
) -> None:
    sim = fresh(scene(raid("Intruder"), model=TEXTBOOK))
    now, launcher = 321.0, sim.launchers[0]
    sim.situation[0]["now"] = now
    sim.situation[0]["magazine_infinite"] = int(endless)
    launcher["loaded"], launcher["loads"], launcher["reloaded_at"] = loaded, loads, -1.0
    launcher["interval"], launcher["reload_time"] = 5.0, 1800.0
    before = sim.launchers[1:].copy()
    spend_one(sim, 0)
    assert launcher["loaded"] == (loaded if endless else loaded - 1)
    assert launcher["loads"] == loads
    assert launcher["ready_at"] == now + 5.0
    empty = loaded == 1 and not endless
    assert launcher["reloaded_at"] == (now + 1800.0 if empty and loads else -1.0)
    assert (sim.launchers[1:] == before).all()


@pytest.mark.parametrize("shift", [0.0, 13.7])
@pytest.mark.parametrize("late", [0.0, 0.3, 40.0])
@pytest.mark.parametrize("guidance", [Guidance.COMMAND, Guidance.SEMI_ACTIVE, Guidance.TVM, Guidance.ACTIVE])
def test_the_end_of_a_round_is_due_from_now_on_and_no_later_than_its_meeting(
    guidance: Guidance, late: float, shift: float
) -> None:
    """A round handed over ``late``: even if it has met its target already, time does not run backward.

    A round that needs support is looked after every uplink interval until then; an active one is left alone.
    """
    world = scene(raid("Intruder", distance=60.0), model=TEXTBOOK)
    sim = fresh(world)
    row = int(sim.magazines[0]["interceptor"])
    kind, unit, flight = sim.interceptors[row], sim.units[0], sim.flights[0]
    before = int(kind["guidance"])
    kind["guidance"] = int(guidance)
    try:
        flight["shift"] += shift
        begun = flight["starts"] + shift + 30.0
        body = sim.bodies[0]
        target = at(sim, flight, begun)
        launch(body, kind, begun, *sim.launchers[0]["position"].tolist(), *target[:3], begun + 50.0)
        now = begun
        while body["status"] == int(Status.FLYING):
            fly(body, kind, now + 1.0, *at(sim, flight, now), now, 0.5, 0.05)
            now = float(body["launch_time"] + body["age"])
        assert body["status"] == int(Status.HANDOVER)
        now += late
        sim.situation[0]["now"] = now
        sim.engagements[0]["own"] = 0
        sim.tracks[0]["x"][:6] = at(sim, flight, now)
        sim.tracks[0]["time"] = now
        unit["guided"] = unit["missiles_held"] = 1
        sim.rounds[0]["channel"] = 1
        close_in_now(sim, 0)
        due, meets = float(sim.rounds[0]["due"]), float(sim.rounds[0]["meets"])
    finally:
        kind["guidance"] = before
    interval = float(sim.radars[int(unit["radar"])]["uplink_interval"])
    assert now <= due <= meets
    assert meets == pytest.approx(max(float(body["closest_time"]) + shift, now), abs=1e-6)
    if guidance == Guidance.ACTIVE:
        assert due == meets
        assert unit["guided"] == 0
    else:
        assert due == pytest.approx(min(now + interval, meets), abs=1e-9)
        assert unit["guided"] == 1
    if late < 1.0:
        assert meets > now
        x, y, z = at(sim, flight, meets)[:3]
        assert local_up(x, y, z)[3] == pytest.approx(to_geodetic(x, y, z)[2], abs=1.0)
