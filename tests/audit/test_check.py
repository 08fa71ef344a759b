import ast
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from house.source import PACKAGE
from openiads.audit.bursts import BURSTS
from openiads.audit.check import check_events, check_run, verify_run
from openiads.audit.ledger import CHECKS, unchecked
from openiads.audit.silence import SILENCE
from openiads.runs.replicate import run
from openiads.runs.run import open_run
from openiads.world.codes import Control, Down, Event, Gate, Identity, Look, RoundEnd, Terminal
from runs.fake_simulator import FAKE, FakeCatalog, FakeScenario, FakeSimulator, Runner, build

WORLD = build(FakeScenario(hidden=0.3), FakeCatalog())
LIMITS = {**WORLD.limits, "flight_side": WORLD.flight_side, "flight_class": WORLD.flight_class}
Logs = dict[int, np.ndarray]


@functools.cache
def recorded(count: int) -> tuple[Any, ...]:
    runner = Runner(WORLD, 3)
    return tuple(runner.replicate(k, record=True) for k in range(count))


def logs(count: int = 6) -> tuple[Logs, np.ndarray]:
    """Logs and outcome rows of the same replications each time, to change at will."""
    made = recorded(count)
    return {k: m.events.copy() for k, m in enumerate(made)}, np.concatenate([m.outcome for m in made])


def where(events: np.ndarray, kind: Event, code: int | None = None) -> np.ndarray:
    chosen = events["kind"] == kind
    return np.flatnonzero(chosen if code is None else chosen & (events["code"] == code))


def without(events: np.ndarray, row: int) -> np.ndarray:
    return np.delete(events, row)


def again(events: np.ndarray, row: int, **changes: object) -> np.ndarray:
    """The log with a copy of a row right after it, changed."""
    copy = events[row : row + 1].copy()
    for name, value in changes.items():
        copy[name] = value
    return np.concatenate([events[: row + 1], copy, events[row + 1 :]])


Fault = Callable[[np.ndarray, dict], np.ndarray]
FAULTS: dict[str, tuple[Fault, str]] = {}


def fault(check: str) -> Callable[[Fault], Fault]:
    def plant(function: Fault) -> Fault:
        FAULTS[function.__name__] = (function, check)
        return function

    return plant


@fault("times ordered")
def time_runs_backwards(e: np.ndarray, limits: dict) -> np.ndarray:
    e["time"][where(e, Event.ASSIGN)[0]] -= 50
    return e


@fault("times ordered")
def event_after_the_end(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["duration"] = 300.0
    return e


def told(e: np.ndarray, *rows: dict[str, Any]) -> np.ndarray:
    """The log with more events right after its first row, at its time; ``v`` gives their values."""
    more = np.repeat(e[:1], len(rows))
    for event, row in zip(more, rows, strict=True):
        for name in ("flight", "unit", "radar", "launcher", "round", "track"):
            event[name] = -1
        event["value"] = 0.0
        for name, value in row.items():
            if name == "v":
                event["value"][: len(value)] = value
            else:
                event[name] = value
    return np.concatenate([e[:1], more, e[1:]])


ON = {"kind": Event.JAMMING, "code": 1, "flight": 0}
OFF = ON | {"code": 0}
SEEN = {"kind": Event.STROBE, "code": 1, "flight": 0, "radar": 0, "v": (0.0, 1.0, 0.1, 20.0)}


@fault("jammers switch")
def a_jammer_is_switched_on_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, ON, ON)


@fault("jammers switch")
def a_jammer_is_off_before_it_is_on(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, OFF, ON)


@fault("strobes of jammers")
def the_bearing_of_a_silent_flight_is_taken(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, ON | {"flight": 1}, SEEN)


@fault("strobes of jammers")
def the_bearing_of_a_jammer_is_taken_after_it_is_off(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, ON, OFF, SEEN)


@fault("strobes of jammers")
def a_strobe_has_no_power(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, ON, SEEN | {"v": (0.0, 1.0, 0.1, -3.0)})


@fault("crossings of two")
def one_radar_crosses_strobes_with_itself(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, ON, SEEN, SEEN | {"code": 2})


@fault("jammed by somebody")
def a_look_is_jammed_by_nobody(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, {"kind": Event.LOOK, "code": Look.JAMMED, "flight": 0, "radar": 0})


@fault("jammed by somebody")
def a_gate_blames_a_jammer_that_comes_later(e: np.ndarray, limits: dict) -> np.ndarray:
    blamed = {"kind": Event.GATE, "code": Gate.JAMMED, "flight": 0, "unit": 0}
    return told(e, blamed, ON)


def burst(e: np.ndarray, **changes: Any) -> np.ndarray:
    """The log with a burst of 100 rounds at the first intercept, 3 m off: 2 m of scatter at a disc of 0.5 m."""
    row = where(e, Event.INTERCEPT)[0]
    e["value"][row, 0] = 3.0
    new = e[row : row + 1].copy()
    chance = 0.5 * (1.0 - np.exp(-0.5 * 0.25**2))
    new["kind"], new["code"] = Event.BURST, 100
    new["value"] = [[1000.0, 3.0, 2.0, chance, 100 * chance, 0.5]]
    for name, number in changes.items():
        if name.startswith("v"):
            new["value"][0, int(name[1:])] = number
        else:
            new[name] = number
    return np.concatenate([e[:row], new, e[row:]])


def test_a_log_with_bursts_that_keeps_its_laws_has_no_violation() -> None:
    events, rows = logs(2)
    events[1] = burst(events[1])
    names = {check.name for check in BURSTS}
    assert [v for v in check_events(events, rows, LIMITS, WORLD.names) if v.name in names] == []


@fault("bursts pass their target")
def burst_that_meets_nothing(e: np.ndarray, limits: dict) -> np.ndarray:
    return burst(e, round=9999)


@fault("bursts pass their target")
def burst_farther_off_than_its_round(e: np.ndarray, limits: dict) -> np.ndarray:
    return burst(e, v1=30.0)


@fault("bursts hit as they scatter")
def burst_surer_than_one_that_lies_on_its_target(e: np.ndarray, limits: dict) -> np.ndarray:
    return burst(e, v3=0.2, v4=20.0)


@fault("bursts hit as they scatter")
def burst_that_hits_more_often_than_its_rounds(e: np.ndarray, limits: dict) -> np.ndarray:
    return burst(e, v4=50.0)


@fault("left where declared")
def left_to_nobody(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_leaves"] = [0] * len(WORLD.names.units)
    e["code"][where(e, Event.GATE)[0]] = Gate.POINT_DEFENSE
    return e


LEFT = {"kind": Event.LEAVE, "code": 0, "track": 7, "unit": 0, "flight": 0, "v": (500.0, 0.95, 480.0)}
BACK = LEFT | {"code": 2, "v": (500.0,)}


@fault("left while there is time")
def left_when_it_could_not_be_taken_back(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, LEFT | {"v": (500.0, 0.95, 520.0)})


@fault("left while there is time")
def left_until_a_time_that_is_over(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, LEFT | {"time": 200.0, "v": (150.0, 0.95, 150.0)})


@fault("taken back for good")
def taken_back_without_having_been_left(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, BACK)


@fault("taken back for good")
def left_again_after_it_was_taken_back(e: np.ndarray, limits: dict) -> np.ndarray:
    return told(e, LEFT, BACK | {"time": 100.0}, LEFT | {"time": 110.0})


@fault("told while it is left")
def left_to_a_point_defense_after_all_was_taken_back(e: np.ndarray, limits: dict) -> np.ndarray:
    gate = {"kind": Event.GATE, "code": Gate.POINT_DEFENSE, "flight": 0, "unit": 0, "time": 120.0}
    look = {"kind": Event.LOOK, "code": 1, "flight": 0, "radar": 0}
    return told(e, LEFT, look, BACK | {"time": 100.0}, gate)


@fault("keys resolve")
def unknown_flight(e: np.ndarray, limits: dict) -> np.ndarray:
    e["flight"][where(e, Event.DETECT)[0]] = 99
    return e


@fault("rounds unique")
def round_launched_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.LAUNCH)[0])


@fault("tracks unique")
def serial_number_reused(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.TRACK)[0])


@fault("magazine")
def more_shots_than_rounds(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["launcher_rounds"] = [1, 1, 1, 1]
    return e


@fault("magazine and expended")
def round_conjured(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.LAUNCH)[1], 4] += 1
    return e


@fault("reloading")
def reloaded_at_once(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.LAUNCH)[0], kind=Event.RELOAD, code=4)


@fault("launch interval")
def launch_while_reloading(e: np.ndarray, limits: dict) -> np.ndarray:
    one, two = where(e, Event.LAUNCH)[:2]
    e["launcher"][two] = e["launcher"][one]
    return e


@fault("own launcher")
def launcher_of_a_neighbor(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.LAUNCH)[0]
    e["launcher"][row] = 3 - e["launcher"][row]
    return e


@fault("shots numbered")
def shot_number_skipped(e: np.ndarray, limits: dict) -> np.ndarray:
    e["code"][where(e, Event.LAUNCH)[1]] = 5
    return e


@fault("target channels")
def too_many_targets(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.RELEASE), 0] = 400
    limits["unit_target_channels"] = [1, 1]
    return e


@fault("missile channels")
def too_many_rounds_in_flight(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_missile_channels"] = [1, 1]
    return e


@fault("control state")
def suspect_engaged_under_tight(e: np.ndarray, limits: dict) -> np.ndarray:
    e["code"][where(e, Event.IDENTIFY, Identity.HOSTILE)[0]] = Identity.SUSPECT
    return e


@fault("control state")
def friend_engaged_under_free(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_control"] = ["free", "free"]
    e["code"][where(e, Event.IDENTIFY, Identity.HOSTILE)[0]] = Identity.ASSUMED_FRIEND
    return e


@fault("control state")
def shot_under_hold(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_control"] = [int(Control.HOLD), int(Control.TIGHT)]
    return e


@fault("firm track")
def launch_without_acquisition(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.ACQUIRE)[0])


@fault("detected before tracked")
def track_of_the_unseen(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.DETECT)[0])


@fault("tracked before identified")
def belief_about_nothing(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.TRACK)[0])


@fault("tracked before assigned")
def assigned_at_once(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_assign_delay"] = [30.0, 30.0]
    return e


@fault("assigned before launched")
def fired_unassigned(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.ASSIGN)[0])


@fault("launched before intercept")
def intercept_before_launch(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.INTERCEPT)[0], 5] += 3
    return e


@fault("assessed after its rounds ended")
def assessed_at_once(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.ASSESS)[0], 1] = 0.1
    return e


@fault("assessment knows the truth")
def false_truth(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.ASSESS)[0]
    e["value"][row, 0] = 1 - e["value"][row, 0]
    return e


@fault("one terminal code per flight")
def flight_lost_from_the_books(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.TERMINAL)[0])


@fault("one terminal code per flight")
def flight_dies_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.TERMINAL)[0])


@fault("one terminal code per round")
def round_vanishes(e: np.ndarray, limits: dict) -> np.ndarray:
    return without(e, where(e, Event.ROUND_END)[-1])


@fault("kills credited once")
def kill_credited_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.INTERCEPT, 1)[0])


@fault("kills credited once")
def kill_without_intercept(e: np.ndarray, limits: dict) -> np.ndarray:
    e["code"][where(e, Event.INTERCEPT, 1)[0]] = 0
    return e


@fault("nobody acts after death")
def ghost_is_seen(e: np.ndarray, limits: dict) -> np.ndarray:
    dead = where(e, Event.TERMINAL)[0]
    seen = e[where(e, Event.DETECT)[:1]].copy()
    seen["flight"], seen["time"] = e["flight"][dead], e["time"][dead] + 1
    at = np.searchsorted(e["time"], seen["time"][0], side="right")
    return np.concatenate([e[:at], seen, e[at:]])


@fault("nothing destroyed acts")
def dead_radar_sees(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.DETECT)[0]
    down = e[row : row + 1].copy()
    down["kind"], down["code"], down["flight"], down["time"] = Event.ELEMENT_DOWN, 1, -1, e["time"][row] - 1e-3
    return np.concatenate([e[:row], down, e[row:]])


@fault("nothing destroyed acts")
def radar_that_is_off_sees(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["radar_emitting"] = [0, 1, 1]
    return e


@fault("damage is a hit")
def damage_from_nowhere(e: np.ndarray, limits: dict) -> np.ndarray:
    return again(e, where(e, Event.TERMINAL, Terminal.KILLED)[0], kind=Event.DAMAGE, code=0)


@fault("probabilities")
def belief_beyond_certainty(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.IDENTIFY)[0], 0] = 1.2
    return e


@fault("gates chain")
def gate_out_of_the_blue(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.GATE, Gate.ENGAGING)[0], 0] = Gate.NO_ROUND
    return e


@fault("detection in reach")
def seen_below_the_mask(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.LOOK, 1)[0]
    e["value"][row, 3] = e["value"][row, 5] + 200
    return e


@fault("detection in reach")
def seen_out_of_sector(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["radar_boresight"], limits["radar_track_half"] = [np.radians(90)] * 3, [np.radians(60)] * 3
    return e


@fault("detection in reach")
def seen_out_of_range(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["radar_range_max"] = [100e3] * 3
    return e


@fault("looks agree with truth")
def look_in_the_wrong_place(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.LOOK, 1)[0], 0] *= 0.9
    return e


@fault("round flight in time")
def round_that_never_tires(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_interceptor_life"] = [20.0, 20.0]
    return e


@fault("round in limits")
def round_too_fast(e: np.ndarray, limits: dict) -> np.ndarray:
    limits["unit_round_speed"] = [1000.0, 1000.0]
    return e


@fault("energy")
def round_speeds_up_without_thrust(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.ROUND_STATE)[5]
    mine = np.flatnonzero(
        (e["kind"] == Event.ROUND_STATE) & (e["round"] == e["round"][row]) & (e["time"] > e["time"][row])
    )
    e["value"][mine, 3:] *= 1.1
    return e


@fault("positions continuous")
def flight_jumps(e: np.ndarray, limits: dict) -> np.ndarray:
    e["value"][where(e, Event.FLIGHT_STATE)[30], 0] += 2000
    return e


@fault("row agrees with log")
def hit_not_counted(e: np.ndarray, limits: dict) -> np.ndarray:
    e["code"][where(e, Event.ROUND_END, RoundEnd.MISS)[0]] = RoundEnd.SELF_DESTRUCT
    return e


@fault("first times agree with log")
def first_launch_misreported(e: np.ndarray, limits: dict) -> np.ndarray:
    e["time"][where(e, Event.LAUNCH)[0]] += 0.2
    return e


def switched(e: np.ndarray, row: int, code: int, before: float = 1e-3) -> np.ndarray:
    """The log with the radar of a row switched off (0) or on (1) just before it."""
    new = e[row : row + 1].copy()
    new["kind"], new["code"], new["flight"], new["time"] = Event.EMISSION, code, -1, e["time"][row] - before
    return np.concatenate([e[:row], new, e[row:]])


def never_on(e: np.ndarray, radar: int) -> np.ndarray:
    """The log with a radar that is silent from the start, and does nothing but start tracks."""
    active = [Event.DETECT, Event.LOOK, Event.ACQUIRE, Event.LAUNCH, Event.SLEW, Event.TRACK_UPDATE]
    e = e[~((e["radar"] == radar) & np.isin(e["kind"], active))]
    new = e[:1].copy()
    new["kind"], new["code"], new["flight"], new["radar"], new["time"] = Event.EMISSION, 0, -1, radar, 0.0
    return np.concatenate([new, e])


def homed(e: np.ndarray, **changes: float) -> np.ndarray:
    """The log with a weapon that takes a decoy of the radar that saw it first, as the first flight's end."""
    row = where(e, Event.TERMINAL)[0]
    seen = e[where(e, Event.DETECT)[0]]
    new = e[row : row + 1].copy()
    new["kind"], new["code"], new["radar"] = Event.DECOYED, 1, seen["radar"]
    new["value"][0, 3:] = [changes.get("off", 4.0), 5.0, changes.get("share", 0.5)]
    new["time"] += changes.get("later", 0.0)
    return np.concatenate([e[: row + 1], new, e[row + 1 :]])


@fault("emission alternates")
def switched_on_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    return switched(e, where(e, Event.DETECT)[0], 1)


@fault("emission alternates")
def switched_off_twice(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.DETECT)[-1]
    return switched(switched(e, row, 0), row, 0, 2e-3)


@fault("nothing silent looks")
def silent_radar_detects(e: np.ndarray, limits: dict) -> np.ndarray:
    return switched(e, where(e, Event.DETECT)[0], 0)


@fault("nothing silent looks")
def silent_radar_looks_in_vain(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.LOOK)[0]
    e["code"][row] = 0  # in view and not detected: it has looked all the same
    return switched(e, row, 0)


@fault("nothing silent looks")
def silent_radar_acquires(e: np.ndarray, limits: dict) -> np.ndarray:
    return switched(e, where(e, Event.ACQUIRE)[0], 0)


@fault("nothing silent looks")
def launch_under_a_silent_radar(e: np.ndarray, limits: dict) -> np.ndarray:
    return switched(e, where(e, Event.LAUNCH)[0], 0)


@fault("nothing silent looks")
def silent_radar_holds_a_track(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.LOOK, 1)[0]
    e[row]["kind"], e[row]["code"] = Event.TRACK_UPDATE, e[row]["radar"]
    return switched(e, row, 0)


@fault("tracks need emission")
def track_of_a_radar_that_never_emitted(e: np.ndarray, limits: dict) -> np.ndarray:
    return never_on(e, int(e["radar"][where(e, Event.TRACK)[0]]))


@fault("tracks need emission")
def false_plots_of_a_radar_that_never_emitted(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.TRACK)[0]
    false = again(e, row, kind=Event.FALSE_TRACK, flight=-1, track=9999)
    return never_on(without(false, row), int(e["radar"][row]))


@fault("decoyed weapons land at the decoy")
def decoyed_weapon_lands_elsewhere(e: np.ndarray, limits: dict) -> np.ndarray:
    return homed(e, off=400.0)


@fault("decoyed weapons land at the decoy")
def decoyed_weapon_flies_on(e: np.ndarray, limits: dict) -> np.ndarray:
    return homed(e, later=-5.0)


@fault("decoyed weapons land at the decoy")
def weapon_takes_two_decoys(e: np.ndarray, limits: dict) -> np.ndarray:
    return homed(homed(e))


@fault("decoyed weapons land at the decoy")
def decoys_of_a_radar_that_never_emitted(e: np.ndarray, limits: dict) -> np.ndarray:
    made = homed(e)
    return never_on(made, int(made["radar"][where(made, Event.DECOYED)[0]]))


@fault("not ready from the start")
def ready_and_then_not(e: np.ndarray, limits: dict) -> np.ndarray:
    row = where(e, Event.DETECT)[0]
    late = again(e, row, kind=Event.ELEMENT_DOWN, code=3, flight=-1, radar=-1)
    late["value"][row + 1, :2] = 0.0, Down.NOT_READY
    return late


def test_a_log_with_emission_control_that_keeps_its_laws_has_no_violation() -> None:
    """A radar that is silent for a while after its last look, a weapon that lands at a decoy, an element not ready."""
    events, rows = logs(3)
    e = homed(events[1])
    names = {check.name for check in SILENCE}
    last = max(np.flatnonzero(e["radar"] >= 0))
    new = e[last : last + 1].copy()
    new["kind"], new["code"], new["flight"] = Event.EMISSION, 0, -1
    first = e[:1].copy()
    first["kind"], first["code"], first["flight"], first["time"] = Event.ELEMENT_DOWN, 3, -1, 0.0
    first["value"][0, :2] = 0.0, Down.NOT_READY
    events[1] = np.concatenate([first, e[: last + 1], new, e[last + 1 :]])
    assert [v for v in check_events(events, rows, LIMITS, WORLD.names) if v.name in names] == []


def test_a_clean_log_has_no_violation() -> None:
    events, rows = logs()
    assert [str(v) for v in check_events(events, rows, LIMITS, WORLD.names)] == []
    assert (rows["killed"].sum() > 5) and (rows["leakers"].sum() > 2) and (rows["round_target_gone"].sum() > 2)
    assert unchecked(LIMITS) == []
    assert "magazine" in unchecked({})


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    plant, check = FAULTS[name]
    events, rows = logs(3)
    limits = dict(LIMITS)
    events[1] = plant(events[1].copy(), limits)
    found = [v for v in check_events(events, rows, limits, WORLD.names) if v.name == check]
    assert found
    assert any(v.replication == 1 for v in found)
    assert all("\n" not in str(v) for v in found)


def test_every_check_has_its_fault() -> None:
    assert {check.name for check in CHECKS} - {check for _, check in FAULTS.values()} <= {"recorded times ordered"}


def test_the_auditor_shares_no_code_and_no_constant_with_what_it_audits() -> None:
    modules = sorted((PACKAGE / "audit").glob("*.py"))
    assert len(modules) > 3
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                taken = [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
            else:
                taken = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for floor in ("earth", "physics", "parts", "doctrine", "engine", "base.constants"):
                assert not [name for name in taken if f"{name}.".startswith(f"openiads.{floor}.")], module


def test_a_stored_run_is_checked_in_any_portions(tmp_path: Path) -> None:
    made = run(FakeScenario(fails=0.1), replications=30, seed=2, record=2, chunk=4, out=tmp_path / "r", simulator=FAKE)
    assert check_run(made) == []
    assert check_run(made, batch=1) == []
    assert verify_run(made, 6) == []
    file = tmp_path / "r" / "chunks" / "c000002.parquet"
    file.write_bytes(file.read_bytes()[:-7])
    assert [v.name for v in check_run(open_run(tmp_path / "r", simulator=FAKE))] == ["store"]


def test_an_engine_that_answers_otherwise_is_found(tmp_path: Path) -> None:
    run(FakeScenario(), replications=10, seed=2, out=tmp_path / "r", simulator=FAKE)

    class Other(Runner):
        def replicate(self, replication: int, record: bool = False):
            result = super().replicate(replication, record)
            result.events["value"][:, 5] += 1e-9
            return result

    other = FakeSimulator(runner=Other)
    assert {v.text for v in verify_run(open_run(tmp_path / "r", simulator=other), 3)} == {
        "its events differ from the stored ones"
    }
