"""The laws of early-warning sensors over real logs, and the planted faults that they find."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.scenes import CLEAR, place, scene
from engine.test_early_warning import eye, sensor, skimmer, still
from openiads.audit.check import check_run
from openiads.audit.orbits import Station, stations
from openiads.audit.stations import audit_stations, behind_ground
from openiads.engine.runner import Runner
from openiads.physics.motion import state_at
from openiads.runs.replicate import run
from openiads.scenario.load import loads
from openiads.world.build import World
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only
EARTH = 4.0 / 3.0 * 6_371_000.0
ORBIT = {"at": None, "orbit": [place(20.0, 80.0), place(60.0, 85.0)], "turn_radius": "6 km", "turns": "right"}


def warned(**more: Any) -> World:
    given = {k: v for k, v in (sensor(**ORBIT) | more).items() if v is not None}
    return scene(skimmer(150.0), model=CLEAR, catalog=eye(), duration=650.0, early_warning=[given])


@functools.cache
def logged(blind: bool = True) -> tuple[World, np.ndarray, list[Station | None]]:
    world = warned(on_station="60 s", off_station="500 s", blind_in_turns=blind)
    log = Runner(world, 1).replicate(0, record=True).events
    return world, log, stations(world.scenario.mapping(), world.names.radars)


def found(change: Callable[[np.ndarray], np.ndarray]) -> set[str]:
    world, log, of = logged()
    log = change(log.copy())
    told = audit_stations(0, log, of, {"earth_radius": EARTH}) + behind_ground(world, 0, log)
    return {violation.name for violation in told}


def first_seen(log: np.ndarray) -> int:
    return int(np.flatnonzero((log["kind"] == Event.DETECT) & (log["radar"] == 2))[0])


def test_a_clean_log_keeps_every_law() -> None:
    assert found(lambda log: log) == set()
    _, log, of = logged()
    assert (log["radar"] == 2).sum() > 20 and of[:2] == [None, None] and of[2] is not None


def early(log: np.ndarray) -> np.ndarray:
    log["time"][first_seen(log)] = 30.0
    return log


def late(log: np.ndarray) -> np.ndarray:
    log["time"][first_seen(log)] = 520.0
    return log


def never_there(log: np.ndarray) -> np.ndarray:
    row = log[first_seen(log) : first_seen(log) + 1].copy()
    row["kind"], row["time"], row["code"] = Event.ELEMENT_DOWN, 0.0, 1
    return np.concatenate([row, log])


def over_the_horizon(log: np.ndarray) -> np.ndarray:
    log["value"][first_seen(log), 0] = 480e3
    return log


def in_a_turn(log: np.ndarray) -> np.ndarray:
    _, _, of = logged()
    station = of[2]
    assert station is not None
    times = np.arange(60.0, 500.0, 1.0)
    log["time"][first_seen(log)] = times[station.turning(times)][5]
    return log


@pytest.mark.parametrize(
    ("plant", "law"),
    [
        (early, "on station"),
        (late, "on station"),
        (never_there, "on station"),
        (over_the_horizon, "within its horizon"),
        (in_a_turn, "blind in turns"),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[np.ndarray], np.ndarray], law: str) -> None:
    assert law in found(plant)


def test_a_detection_through_a_mountain_is_found() -> None:
    """The same log over another ground: a wall stands between the orbit and the flight."""
    world, log, _ = logged()
    lat, lon = (float(c) for c in np.degrees([0.6094763, 0.6265732]))
    wall = {
        "source": "ridge",
        "origin": f"{lat:.6f} N {lon:.6f} E",
        "bearing": "270 deg",
        "distance": "10 km",
        "height": "8500 m",
        "width": "5 km",
    }
    given = {k: v for k, v in sensor(**ORBIT).items() if v is not None}
    walled = scene(skimmer(150.0), model=CLEAR, catalog=eye(), duration=650.0, early_warning=[given], terrain=wall)
    assert {v.name for v in behind_ground(walled, 0, log)} == {"over the ground"}
    assert behind_ground(world, 0, log) == []


@pytest.mark.parametrize("turns", ["left", "right"])
def test_the_audits_racetrack_is_that_of_the_run(turns: str) -> None:
    """Two geometries, one orbit: within 300 m all around."""
    world = warned(turns=turns)
    station = stations(world.scenario.mapping(), world.names.radars)[2]
    assert station is not None
    times = np.linspace(0.0, 640.0, 60)
    path = int(world.rows["platforms"]["path"][0])
    ground = np.array([state_at(world.tables, path, t)[:3] for t in times.tolist()])
    mine = station.at(times)
    up = ground / np.linalg.norm(ground, axis=1)[:, None]
    off = mine - ground - 9000.0 * up
    assert np.linalg.norm(off, axis=1).max() < 300.0


def test_a_stored_run_with_early_warning_passes_the_checker(tmp_path: Path) -> None:
    """An aircraft, a balloon, and one that is there in half of the replications."""
    three = [
        {k: v for k, v in each.items() if v is not None}
        for each in (
            sensor(**ORBIT, availability=0.5, delay="5 s"),
            still("3 km") | {"name": "Balloon"},
            sensor(name="Circle", at=place(70.0, 120.0), delay="15 s", blind_in_turns=True, on_station="50 s"),
        )
    ]
    world = scene(
        skimmer(150.0, count=3, spacing="10 s"), model=CLEAR, catalog=eye(), duration=650.0, early_warning=three
    )
    made = run(loads(world.scenario.toml()), replications=6, seed=3, record=6, out=tmp_path / "r")
    assert [str(v) for v in check_run(made)] == []
