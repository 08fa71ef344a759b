"""The independent checker on logs of the real engine: nothing to find, until a fault is planted."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openiads.audit.check import check_events, check_run, verify_run
from openiads.audit.ledger import unchecked
from openiads.audit.limits import LIMITS
from openiads.runs import replicate
from openiads.runs.run import open_run
from openiads.scenario.load import load
from openiads.world.codes import Event, Gate, Identity, RoundEnd, Terminal

pytestmark = pytest.mark.compiled_only

RUNS = {"tartus_2016": (12, 4), "raid24": (16, 5), "one_on_one": (200, 40)}  # replications, of these recorded


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run of each scenario, made when first asked for."""
    made: dict[str, Any] = {}

    def one(name: str) -> Any:
        if name not in made:
            count, record = RUNS[name]
            folder = tmp_path_factory.mktemp("runs") / name
            made[name] = replicate.run(load(name), replications=count, seed=20161001, record=record, out=folder)
        return made[name]

    return one


def limits_of(run: Any) -> dict[str, Any]:
    model = run.world.scenario.model
    through = model.diffraction or model.detection == "range"
    sides = {"flight_side": run.world.flight_side, "flight_class": run.world.flight_class}
    return {**run.world.limits, "mask_open": through, **sides}


@pytest.mark.parametrize("name", RUNS)
def test_the_engine_keeps_every_invariant(runs: Any, name: str) -> None:
    run = runs(name)
    assert run.summary()["failed_replications"] == 0
    assert [str(v) for v in check_run(run)] == []
    kinds = np.unique(np.concatenate([run.key_events(k)["kind"] for k in range(run.identity.record)]))
    recorded = {Event.LOOK, Event.FLIGHT_STATE, Event.ROUND_STATE, Event.LAUNCH, Event.INTERCEPT, Event.TERMINAL}
    assert set(kinds.tolist()) >= recorded  # there was something to check


@pytest.mark.parametrize("name", RUNS)
def test_the_engine_says_the_same_again(runs: Any, name: str) -> None:
    assert verify_run(runs(name), 3) == []


@pytest.mark.parametrize("name", ["tartus_2016", "raid24"])
def test_no_check_goes_unasked(runs: Any, name: str) -> None:
    limits = limits_of(runs(name))
    assert unchecked(limits) == []
    assert not {key for key in LIMITS if limits.get(key) is None}


def test_declared_limits_are_those_of_the_scenario(runs: Any) -> None:
    limits = limits_of(runs("tartus_2016"))
    assert limits["launcher_rounds"] == [4] * 16 and len(limits["unit_target_channels"]) == 2
    assert limits["unit_control"] == ["tight", "tight"]
    assert limits["duration"] == 900.0
    assert all(0 < load_ < 100 * 9.81 for load_ in limits["unit_round_load"])
    assert all(1500 < speed < 2500 for speed in limits["unit_round_speed"])


# ------------------------------------------------------------------ planted faults

Fault = Callable[[np.ndarray, dict[str, Any]], np.ndarray]
FAULTS: dict[str, tuple[Fault, str]] = {}


def fault(check: str) -> Callable[[Fault], Fault]:
    """Registers a fault that must be found by the named check."""

    def plant(function: Fault) -> Fault:
        FAULTS[function.__name__] = (function, check)
        return function

    return plant


def where(events: np.ndarray, kind: Event, code: int | None = None) -> np.ndarray:
    chosen = events["kind"] == kind
    return np.flatnonzero(chosen if code is None else chosen & (events["code"] == code))


def twice(events: np.ndarray, row: int) -> np.ndarray:
    return np.concatenate([events[: row + 1], events[row : row + 1], events[row + 1 :]])


@fault("times ordered")
def launch_logged_late(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["time"][where(e, Event.LAUNCH)[1]] -= 40.0
    return e


@fault("keys resolve")
def launcher_nobody_has(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["launcher"][where(e, Event.LAUNCH)[0]] = 40
    return e


@fault("rounds unique")
def one_round_launched_twice(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return twice(e, where(e, Event.LAUNCH)[0])


@fault("magazine and expended")
def round_conjured(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.LAUNCH)[2], 4] += 1.0
    return e


@fault("magazine")
def one_launcher_fires_all(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["launcher"][where(e, Event.LAUNCH)] = e["launcher"][where(e, Event.LAUNCH)[0]]
    return e


@fault("launch interval")
def no_time_to_reload(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    rows = where(e, Event.LAUNCH)
    e["launcher"][rows[1]] = e["launcher"][rows[0]]
    e["time"][rows[1]] = e["time"][rows[0]] + 0.5
    return e[np.argsort(e["time"], kind="stable")]


@fault("shots numbered")
def shot_skipped(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["code"][where(e, Event.LAUNCH)[3]] += 2
    return e


@fault("target channels")
def channels_never_let_go(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return np.delete(e, where(e, Event.RELEASE))


@fault("missile channels")
def rounds_guided_for_ever(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return np.delete(e, np.concatenate([where(e, Event.INTERCEPT), where(e, Event.ROUND_END)]))


@fault("control state")
def suspect_engaged_under_tight(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    track = e["track"][where(e, Event.LAUNCH)[0]]
    e["code"][where(e, Event.IDENTIFY)[e["track"][where(e, Event.IDENTIFY)] == track]] = Identity.SUSPECT
    return e


@fault("firm track")
def launch_without_a_track_of_its_own(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return np.delete(e, where(e, Event.ACQUIRE)[0])


@fault("detected before tracked")
def track_of_the_unseen(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    flight = e["flight"][where(e, Event.TRACK)[0]]
    return np.delete(e, [k for k in where(e, Event.DETECT) if e["flight"][k] == flight])


@fault("assigned before launched")
def fired_unasked(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    launch = e[where(e, Event.LAUNCH)[0]]
    return np.delete(e, [k for k in where(e, Event.ASSIGN) if e["track"][k] == launch["track"]])


@fault("launched before intercept")
def impossible_flight_time(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.INTERCEPT)[0], 5] += 5.0
    return e


@fault("assessed after its rounds ended")
def assessed_at_once(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.ASSESS)[0], 1] = 0.01
    return e


@fault("one terminal code per flight")
def flight_lost_from_the_books(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return np.delete(e, where(e, Event.TERMINAL, Terminal.KILLED)[0])


@fault("one terminal code per round")
def round_vanishes(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    return np.delete(e, where(e, Event.ROUND_END)[3])


@fault("kills credited once")
def kill_without_an_intercept(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["code"][where(e, Event.INTERCEPT, 1)[0]] = 0
    return e


@fault("nobody acts after death")
def ghost_is_seen(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    dead = e[where(e, Event.TERMINAL, Terminal.KILLED)[0]]
    look = e[where(e, Event.LOOK, 1)[:1]].copy()
    look["flight"], look["time"] = dead["flight"], dead["time"] + 2.0
    return np.concatenate([e, look])


@fault("nothing destroyed acts")
def dead_radar_sees(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    radar = e["radar"][where(e, Event.DETECT)[-1]]
    limits["radar_fails_at"] = [1.0 if k == radar else None for k in range(len(limits["radar_fails_at"]))]
    return e


@fault("gates chain")
def gate_out_of_the_blue(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.GATE, Gate.ENGAGING)[0], 0] = Gate.LINK_DOWN
    return e


@fault("detection in reach")
def seen_beyond_range(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.LOOK, 1)[5], 0] = 1.0e6
    return e


@fault("detection in reach")
def seen_behind_the_engagement_radar(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    radar = next(k for k, half in enumerate(limits["radar_track_half"]) if half < 3.0)
    rows = where(e, Event.DETECT)
    row = rows[e["radar"][rows] == radar][0]
    e["value"][row, 1] = (e["value"][row, 1] + math.pi) % (2 * math.pi)
    return e


@fault("looks agree with truth")
def look_in_the_wrong_place(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.LOOK, 1)[200], 0] *= 0.7
    return e


@fault("positions continuous")
def flight_jumps(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["value"][where(e, Event.FLIGHT_STATE)[400], 0] += 3000.0
    return e


@fault("energy")
def round_speeds_up_without_thrust(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    rows = where(e, Event.ROUND_STATE)
    mine = rows[e["round"][rows] == e["round"][rows[-1]]]
    e["value"][mine[-3:], 3:] *= 1.1
    return e


@fault("round in limits")
def round_turns_too_hard(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    rows = where(e, Event.ROUND_STATE)
    mine = rows[(e["round"][rows] == e["round"][rows[0]]) & (e["code"][rows] >= 3)]
    e["value"][mine[4], 3:] = np.roll(e["value"][mine[4], 3:], 1)
    return e


@fault("round flight in time")
def round_flies_for_ever(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["time"][where(e, Event.LAUNCH)[0]] = 0.0
    limits["unit_interceptor_life"] = [100.0] * len(limits["unit_interceptor_life"])
    return e


@fault("row agrees with log")
def miss_told_as_self_destruct(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["code"][where(e, Event.ROUND_END, RoundEnd.MISS)[0]] = RoundEnd.SELF_DESTRUCT
    return e


@fault("first times agree with log")
def first_launch_misreported(e: np.ndarray, limits: dict[str, Any]) -> np.ndarray:
    e["time"][where(e, Event.LAUNCH)] += 0.3
    return e


def test_at_least_ten_faults_are_planted() -> None:
    assert len(FAULTS) >= 10


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_planted_in_a_real_log_is_found(runs: Any, name: str) -> None:
    plant, check = FAULTS[name]
    run, limits = runs("raid24"), limits_of(runs("raid24"))
    clean = {k: run.key_events(k) for k in (0, 1)}
    assert check_events(clean, run.rows()[:2], limits, run.world.names) == []
    faulty = {0: clean[0], 1: plant(clean[1].copy(), limits)}
    found = check_events(faulty, run.rows()[:2], limits, run.world.names)
    assert check in {v.name for v in found if v.replication == 1}, {v.name for v in found}


def test_a_damaged_store_is_found_first(runs: Any, tmp_path: Path) -> None:
    made = replicate.run(load("one_on_one"), replications=30, seed=3, chunk=10, out=tmp_path / "run")
    assert check_run(made) == []
    file = tmp_path / "run" / "chunks" / "c000001.parquet"
    text = bytearray(file.read_bytes())
    text[len(text) // 2] ^= 4
    file.write_bytes(text)
    assert [v.name for v in check_run(open_run(tmp_path / "run"))] == ["store"]
