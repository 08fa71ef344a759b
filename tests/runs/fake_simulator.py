"""A stand-in for the simulator: small worlds whose event logs obey every law.

Replications are drawn from NumPy's Philox by (seed, replication).  Also a program:
``python fake_simulator.py OUT N CHUNK JOBS SLOWNESS [ON]`` makes (or continues) a run and prints its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pymap3d

from openiads.base.errors import Interrupted
from openiads.runs.replicate import run
from openiads.runs.simulator import Simulator
from openiads.world.codes import Detail, Event, Gate, Identity, RoundEnd, Side, Status, Terminal, ThreatClass
from openiads.world.outcome import BOUNDS, OUTCOME, ROUND_ENDS, TERMINALS
from openiads.world.trace import EVENT

SITE = (34.9, 35.9)
DURATION = 600.0
LIFE = 120.0
SPEED = 400.0


@dataclass(frozen=True)
class FakeScenario:
    name: str = "fake raid"
    duration: float = DURATION
    threats: int = 6
    hidden: float = 0.15  # chance that a threat stays below the horizon
    fails: float = 0.0  # chance that a replication fails
    slowness: float = 0.0  # s a replication takes besides
    folder: None = None

    def mapping(self) -> dict[str, Any]:
        return {"name": self.name, "threats": self.threats, "hidden": self.hidden, "fails": self.fails}

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.mapping(), sort_keys=True).encode()).hexdigest()

    def with_values(self, changes: dict[str, Any]) -> FakeScenario:
        return replace(self, **changes)


class FakeCatalog:
    @property
    def digest(self) -> str:
        return hashlib.sha256(b"fake catalog").hexdigest()


def build(
    scenario: FakeScenario, catalog: FakeCatalog, knobs: dict[str, float] | None = None, *, prebuilt: object = None
) -> SimpleNamespace:
    """One post, a surveillance radar, two units with a radar and two launchers each, threats and one airliner."""
    kinds = [ThreatClass.AIRCRAFT, ThreatClass.CRUISE, ThreatClass.BALLISTIC]
    classes = [int(kinds[f % 3]) for f in range(scenario.threats)] + [int(ThreatClass.AIRLINER)]
    names = SimpleNamespace(
        flights=[f"threat[{f}]" for f in range(scenario.threats)] + ["airliner"],
        units=["Site/1", "Site/2"],
        radars=["Site/search", "Site/1/radar", "Site/2/radar"],
        launchers=["Site/1/1", "Site/1/2", "Site/2/1", "Site/2/2"],
        assets=["Port"],
        posts=["Site"],
    )
    places = [pymap3d.geodetic2ecef(SITE[0] + 0.01 * k, SITE[1], 40.0) for k in range(3)]
    limits = {
        "duration": scenario.duration,
        "magazine_infinite": False,
        "mask_open": False,
        "radar_position": np.array(places),
        "unit_target_channels": np.array([2, 2]),
        "unit_missile_channels": np.array([4, 4]),
        "unit_control": ["tight", "tight"],
        "unit_assign_delay": [1.0, 1.0],
        "unit_launch_delay": [4.0, 4.0],
        "unit_assess_delay": [5.0, 5.0],
        "unit_interceptor_life": [LIFE, LIFE],
        "unit_burn_time": [0.0, 0.0],
        "unit_round_speed": [2500.0, 2500.0],
        "unit_round_load": [250.0, 250.0],
        "launcher_unit": [0, 0, 1, 1],
        "launcher_rounds": [4, 4, 4, 4],
        "launcher_interval": [3.0] * 4,
        "launcher_loads": [0] * 4,
        "launcher_reload_time": [600.0] * 4,
        "launcher_channel": [1] * 4,
        "unit_self_defense": [0.0, 0.0],
        "unit_leaves": [0, 0],
        "radar_range_max": [300e3, 200e3, 200e3],
        "radar_range_min": [0.0] * 3,
        "radar_boresight": [0.0, np.radians(270), np.radians(270)],
        "radar_track_half": [np.pi, np.radians(60), np.radians(60)],
    }
    pk = (knobs or {}).get("pk", 0.7)
    return SimpleNamespace(
        names=names,
        flight_class=np.array(classes),
        flight_side=np.array([1] * scenario.threats + [int(Side.NEUTRAL)]),
        scenario=scenario,
        catalog=catalog,
        digest=scenario.digest(),
        limits=limits,
        pk=pk,
    )


@dataclass
class Log:
    """Rows as they happen; sorted by time at the end, equal times in order of entry."""

    rows: list[tuple] = field(default_factory=list)

    def add(
        self,
        at: float,
        kind: int,
        flight: int = -1,
        unit: int = -1,
        radar: int = -1,
        launcher: int = -1,
        round_: int = -1,
        track: int = -1,
        code: int = 0,
        values: tuple = (),
    ) -> None:
        self.rows.append(
            (
                at,
                int(kind),
                flight,
                unit,
                radar,
                launcher,
                round_,
                track,
                int(code),
                (*values, *(0.0,) * (6 - len(values))),
            )
        )

    def array(self) -> np.ndarray:
        return np.array(sorted(self.rows, key=lambda row: row[0]), EVENT)


class Runner:
    """Draws a raid in which every engagement is spaced so that channels and launchers suffice."""

    def __init__(self, world: SimpleNamespace, seed: int) -> None:
        self.world, self.seed = world, seed

    def replicate(self, replication: int, record: bool = False) -> SimpleNamespace:
        scenario = self.world.scenario
        if scenario.slowness:
            clock.sleep(scenario.slowness)
        draw = np.random.Generator(np.random.Philox(key=self.seed, counter=[0, 0, 0, replication]))
        row = np.zeros(1, OUTCOME)
        row["replication"] = replication
        row["first_detection_s"] = row["first_launch_s"] = np.inf
        if draw.random() < scenario.fails:
            row["status"], row["status_time"], row["status_entity"] = int(Status.BAD_STATE), 12.5, 1
            return SimpleNamespace(
                outcome=row, events=np.zeros(0, EVENT), message="flight threat[1]: height is not a number"
            )
        raid = Raid(self.world, draw, record)
        for flight in range(scenario.threats):
            raid.threat(flight)
        raid.airliner(scenario.threats)
        events = raid.log.array()
        score(row, events, self.world)
        for k, name in enumerate(BOUNDS):
            row[f"bound_{name}"] = draw.random() * (k + 1)
        row["looks"], row["steps"] = 100 + replication, 10
        return SimpleNamespace(outcome=row, events=events, message="")


class Raid:
    """The flights of one replication, one after another."""

    def __init__(self, world: SimpleNamespace, draw: np.random.Generator, record: bool) -> None:
        self.world, self.draw, self.record, self.log = world, draw, record, Log()
        self.rounds, self.fired = 0, [0, 0, 0, 0]

    def place(self, flight: int, at: float) -> np.ndarray:
        """ECEF position at a time: straight lines towards the site from the west."""
        away = 150e3 - SPEED * (at - 60.0 * flight)
        start = np.array(pymap3d.enu2ecef(-150e3, 1e3 * flight, 9e3, *SITE, 0.0))
        end = np.array(pymap3d.enu2ecef(0.0, 1e3 * flight, 9e3, *SITE, 0.0))
        return end + (start - end) * away / 150e3

    def seen(self, radar: int, flight: int, at: float) -> tuple[float, ...]:
        where = self.place(flight, at)
        lat, lon, height = pymap3d.ecef2geodetic(*self.world.limits["radar_position"][radar])
        azimuth, elevation, away = pymap3d.ecef2aer(*where, lat, lon, height)
        return (
            float(away),
            float(np.radians(azimuth)),
            float(np.radians(elevation)),
            50.0,
            20.0,
            float(pymap3d.ecef2geodetic(*where)[2]),
        )

    def states(self, flight: int, begin: float, end: float) -> None:
        if self.record:
            for at in np.arange(begin, end, 1.0):
                velocity = self.place(flight, at + 0.5) - self.place(flight, at - 0.5)
                self.log.add(float(at), Event.FLIGHT_STATE, flight, values=(*self.place(flight, at), *velocity))
                if (at - begin) % 10 == 0 and at > begin + 20:
                    self.log.add(float(at), Event.LOOK, flight, radar=0, code=1, values=self.seen(0, flight, float(at)))

    def end(self, flight: int, at: float, code: Terminal, asset: int = -1) -> None:
        self.log.add(at, Event.TERMINAL, flight, code=code, values=(*self.place(flight, at), float(asset), 10.0))
        if code == Terminal.HIT_ASSET:
            self.log.add(at, Event.DAMAGE, flight, code=asset, values=(1.0,))

    def belief(self, flight: int, at: float, code: Identity, hostile: float, neutral: float) -> None:
        self.log.add(
            at, Event.IDENTIFY, flight, track=flight, code=code, values=(hostile, 1 - hostile - neutral, neutral)
        )

    def threat(self, flight: int) -> None:
        draw, unit, begin = self.draw, flight % 2, 60.0 * flight
        arrival = begin + 150e3 / SPEED
        after = Terminal.HIT_ASSET if draw.random() < 0.8 else Terminal.REACHED_MISSED
        if arrival > DURATION:
            arrival, after = DURATION, Terminal.AIRBORNE_AT_END
        self.log.add(begin + 1, Event.GATE, flight, unit, code=Gate.HORIZON, values=(0.0, 120.0, Detail.HEIGHT))
        if draw.random() < self.world.scenario.hidden:
            self.states(flight, begin, arrival)
            self.end(flight, arrival, after, 0 if after == Terminal.HIT_ASSET else -1)
            return
        at = begin + 5 + 3 * draw.random()
        self.log.add(at, Event.DETECT, flight, radar=0, code=1, values=self.seen(0, flight, at))
        self.log.add(at + 4, Event.TRACK, flight, track=flight, code=1, values=(80.0, 20.0, 9e3, 240.0))
        self.log.add(
            at + 4, Event.GATE, flight, unit, code=Gate.NOT_IDENTIFIED, values=(Gate.HORIZON, 0.6, Detail.PROBABILITY)
        )
        self.belief(flight, at + 5, Identity.SUSPECT, 0.6, 0.1)
        self.belief(flight, at + 8, Identity.HOSTILE, 0.95, 0.02)
        self.log.add(at + 8, Event.GATE, flight, unit, code=Gate.NO_CHANNEL, values=(float(Gate.NOT_IDENTIFIED),))
        ended = self.engage(flight, unit, at + 10 + draw.random())
        self.states(flight, begin, arrival if ended is None else ended)
        if ended is None:
            self.end(flight, arrival, after, 0 if after == Terminal.HIT_ASSET else -1)

    def engage(self, flight: int, unit: int, at: float) -> float | None:
        """One salvo of two; the time of the kill, or None."""
        self.log.add(at, Event.ASSIGN, flight, unit, track=flight, code=1, values=(at + 30, at + 90, 0.8, 2.0))
        self.log.add(
            at + 2,
            Event.ACQUIRE,
            flight,
            unit,
            radar=1 + unit,
            track=flight,
            code=1,
            values=self.seen(1 + unit, flight, at + 2),
        )
        self.log.add(at + 2, Event.GATE, flight, unit, code=Gate.ENGAGING, values=(float(Gate.NO_CHANNEL),))
        killed = None
        for k in range(2):
            launcher, launched = 2 * unit + k, at + 6 + 0.5 * k
            hit = launched + 30.0
            self.fired[launcher] += 1
            left = float(4 - self.fired[launcher])
            self.log.add(
                launched,
                Event.LAUNCH,
                flight,
                unit,
                1 + unit,
                launcher,
                self.rounds,
                flight,
                k + 1,
                (hit, 4e4, 9e3, 0.8, left, 1e5),
            )
            self.fly(self.rounds, unit, flight, launched, hit if killed is None else killed)
            if killed is None:
                kill = int(self.draw.random() < self.world.pk)
                self.log.add(
                    hit,
                    Event.INTERCEPT,
                    flight,
                    unit,
                    launcher=launcher,
                    round_=self.rounds,
                    track=flight,
                    code=kill,
                    values=(5.0, 0.7, 1500.0, 4e4, 9e3, hit - launched),
                )
                self.log.add(
                    hit,
                    Event.ROUND_END,
                    flight,
                    unit,
                    round_=self.rounds,
                    code=RoundEnd.KILL if kill else RoundEnd.MISS,
                )
                if kill:
                    killed = hit
                    self.end(flight, hit, Terminal.KILLED)
            else:
                self.log.add(killed + 0.1, Event.ROUND_END, flight, unit, round_=self.rounds, code=RoundEnd.TARGET_GONE)
            self.rounds += 1
        done = at + 6.5 + 30.0 + 6.0
        self.log.add(
            done,
            Event.ASSESS,
            flight,
            unit,
            track=flight,
            code=int(killed is not None),
            values=(float(killed is not None), 6.0),
        )
        self.log.add(done, Event.RELEASE, flight, unit, track=flight, code=1, values=(done - at - 2,))
        return killed

    def fly(self, round_: int, unit: int, flight: int, begin: float, end: float) -> None:
        """A round that coasts, slowing down evenly."""
        if not self.record:
            return
        start = np.array(self.world.limits["radar_position"][1 + unit])
        aim = self.place(flight, end)
        toward = (aim - start) / np.linalg.norm(aim - start)
        for at in np.arange(begin, end, 1.0):
            past = at - begin
            where = start + toward * (1500.0 * past - 0.5 * 20.0 * past * past)
            self.log.add(
                float(at),
                Event.ROUND_STATE,
                flight,
                unit,
                round_=round_,
                code=3,
                values=(*where, *(toward * (1500.0 - 20.0 * past))),
            )

    def airliner(self, flight: int) -> None:
        at = 60.0 * flight + 10
        self.log.add(at, Event.DETECT, flight, radar=0, code=1, values=self.seen(0, flight, at))
        self.log.add(at + 4, Event.TRACK, flight, track=flight, code=1, values=(80.0, 20.0, 9e3, 240.0))
        self.belief(flight, at + 6, Identity.NEUTRAL, 0.01, 0.98)
        self.states(flight, 60.0 * flight, at + 100)
        self.end(flight, at + 100, Terminal.TRANSITED)


def score(row: np.ndarray, events: np.ndarray, world: SimpleNamespace) -> None:
    """The outcome row of a log."""
    side, classes = world.flight_side, world.flight_class

    def flights(kind: Event, code: int | None = None) -> np.ndarray:
        chosen = events["kind"] == kind
        if code is not None:
            chosen &= events["code"] == code
        return events["flight"][chosen]

    def hostile(rows: np.ndarray) -> np.ndarray:
        return rows[side[rows] == Side.HOSTILE]

    ended, launched = flights(Event.TERMINAL), flights(Event.LAUNCH)
    leaked = hostile(
        np.concatenate([flights(Event.TERMINAL, Terminal.HIT_ASSET), flights(Event.TERMINAL, Terminal.REACHED_MISSED)])
    )
    killed = hostile(flights(Event.TERMINAL, Terminal.KILLED))
    engaged = np.unique(hostile(launched))
    row["threats"], row["killed"], row["leakers"] = len(hostile(ended)), len(killed), len(leaked)
    row["any_leaker"], row["engaged"] = int(len(leaked) > 0), len(engaged)
    row["detected"] = len(np.unique(hostile(flights(Event.DETECT))))
    row["tracked"] = len(np.unique(hostile(flights(Event.TRACK, 1))))
    row["identified"] = len(np.unique(hostile(flights(Event.IDENTIFY, Identity.HOSTILE))))
    row["asset_hits"], row["rounds_fired"] = len(flights(Event.DAMAGE)), len(launched)
    row["round_kills"] = len(flights(Event.INTERCEPT, 1))
    for column, kind in (("first_detection_s", Event.DETECT), ("first_launch_s", Event.LAUNCH)):
        times = events["time"][(events["kind"] == kind) & (side[events["flight"]] == Side.HOSTILE)]
        row[column] = times.min() if len(times) else np.inf
    for code, name in enumerate(TERMINALS, 1):
        row[f"end_{name}"] = len(flights(Event.TERMINAL, code))
    for of, prefix in ((Side.NEUTRAL, "civil"), (Side.FRIEND, "friend")):
        for code, name in enumerate(TERMINALS, 1):
            row[f"{prefix}_{name}"] = (side[flights(Event.TERMINAL, code)] == of).sum()
    for code, name in enumerate(ROUND_ENDS, 1):
        row[f"round_{name}"] = len(flights(Event.ROUND_END, code))
    for kind in ThreatClass:
        if kind:
            name = kind.name.lower()
            for word, chosen in (
                ("threats", hostile(ended)),
                ("killed", killed),
                ("leakers", leaked),
                ("engaged", engaged),
            ):
                row[f"{name}_{word}"] = int(np.sum(classes[chosen] == kind))
    row["events_key"] = int(np.sum(events["kind"] < 32))


def _scenario_of(told: dict[str, Any]) -> FakeScenario:
    return FakeScenario(**told["mapping"])


@dataclass(frozen=True)
class FakeSimulator(Simulator):
    """The whole stand-in; a test replaces single parts of it: ``FakeSimulator(build=mine)``."""

    build: Callable[..., Any] = build
    runner: Callable[..., Any] = Runner
    load: Callable[..., Any] = lambda _: FakeScenario()
    catalog: Callable[..., Any] = lambda _: FakeCatalog()
    restore: Callable[..., Any] = _scenario_of
    prepare: Callable[[], None] = lambda: None
    warnings: Callable[..., list[str]] = lambda scenario, world: []
    name: str = "runs.fake_simulator:simulator"


FAKE = FakeSimulator()


def simulator() -> FakeSimulator:
    """Where a worker of a cluster finds it."""
    return FAKE


def slow_simulator() -> FakeSimulator:
    """The same, and a worker of a cluster takes its time."""
    return FakeSimulator(
        restore=lambda told: FakeScenario(**told["mapping"], slowness=0.1), name="runs.fake_simulator:slow_simulator"
    )


class Deadly(Runner):
    def replicate(self, replication: int, record: bool = False) -> SimpleNamespace:
        if replication >= 5:
            os._exit(1)
        return super().replicate(replication, record)


def deadly_simulator() -> FakeSimulator:
    """The same, and replication 5 is the end of the process that computes it."""
    return FakeSimulator(runner=Deadly, name="runs.fake_simulator:deadly_simulator")


if __name__ == "__main__":
    folder, count, chunk, jobs, slowness, *on = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts tests in the background has it ignored
    try:
        made = run(
            FakeScenario(slowness=float(slowness)),
            replications=int(count),
            seed=11,
            chunk=int(chunk),
            jobs=int(jobs),
            out=Path(folder),
            record=3,
            simulator=slow_simulator() if on else FAKE,
            on=on[0] if on else None,
        )
    except Interrupted as stopped:
        sys.exit(str(stopped))
    print(made.digest)
