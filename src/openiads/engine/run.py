"""One replication: a World, a seed and a number in; the outcome row and the event log out."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from openiads.base import compiled
from openiads.base.errors import InputError
from openiads.doctrine.contracts import HOLD, adopt
from openiads.engine.step import play
from openiads.parts.tracks import MOST_PLOTS
from openiads.physics.filtering import WORK
from openiads.world.build import World
from openiads.world.codes import RoundEnd, Side, Status, Terminal
from openiads.world.layout import BODY, ENGAGEMENT, LOOK, PLOT, ROUND, TRACK, Sim, View
from openiads.world.outcome import BOUNDS, CLASSES, OUTCOME, ROUND_ENDS, TERMINALS
from openiads.world.trace import EVENT

MOST_DOUBLINGS = 6
CAPACITY = {
    int(Status.OVERFLOW_TRACKS): "tracks",
    int(Status.OVERFLOW_ROUNDS): "rounds",
    int(Status.OVERFLOW_PLOTS): "plots",
    int(Status.OVERFLOW_EVENTS): "events",
}


@dataclass
class Result:
    """What one replication came to."""

    outcome: np.ndarray  # one row of outcome.OUTCOME
    events: np.ndarray  # rows of trace.EVENT
    message: str = ""


def no_rule(own: Any, picture: Any, dials: Any, draw: Any) -> Any:
    """Stands where a user's rule would; never asked."""
    return HOLD


def rule_of(world: World) -> Any:
    """The world's fire rule as the engine takes it: the user's, checked and compiled, or a stand-in."""
    if not world.rule_text:
        return adopt(no_rule, "built-in")
    file, _, name = world.rule_text.partition(":")
    folder = getattr(world.scenario, "_folder", None)
    path = Path(file) if folder is None else Path(folder) / file
    spec = importlib.util.spec_from_file_location(f"user_rule_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise InputError(world.rule_text, "no such file", f"Put the rule in {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if function is None:
        raise InputError(world.rule_text, f"{path.name} has no function {name!r}", "Check the name after the colon.")
    return adopt(function, world.rule_text)


class Runner:
    """Runs replications of one world with one seed; owns its state, so each thread has one of its own."""

    def __init__(self, world: World, seed: int, rule: Any = None) -> None:
        self.world = world
        self.seed = int(seed)
        self.rule = rule_of(world) if rule is None else rule
        flights = len(world.rows["flights"])
        self.capacity = {
            "tracks": 2 * flights + 48,
            "rounds": 4 * flights + 32,
            "plots": 2 * flights + 64,
            "events": 1024 + 160 * flights,
        }
        self._entry = play if compiled.PLAIN else None
        self.sim = self._allocate()
        rows = self.capacity["tracks"]
        self.view = View(
            np.zeros((5, rows), np.int64), np.zeros(rows), np.zeros((rows, 3)), np.zeros((rows, 3)), np.zeros(8)
        )

    def _allocate(self) -> Sim:
        rows = self.world.rows
        capacity = self.capacity
        flights, radars, units = len(rows["flights"]), len(rows["radars"]), len(rows["units"])
        channels = int(rows["units"]["target_channels"].sum())
        return Sim(
            **{name: rows[name].copy() for name in ("situation", "flights", "radars", "posts", "units", "launchers")},
            engagements=np.zeros(channels, ENGAGEMENT),
            tracks=np.zeros(capacity["tracks"], TRACK),
            rounds=np.zeros(capacity["rounds"], ROUND),
            bodies=np.zeros(capacity["rounds"], BODY),
            kinds=rows["kinds"],
            plots=np.zeros(capacity["plots"], PLOT),
            assets=rows["assets"].copy(),
            corridors=rows["corridors"],
            looks=np.zeros((radars, flights), LOOK),
            gates=np.zeros((flights, units), np.int64),
            events=np.zeros(capacity["events"], EVENT),
            tables=self.world.tables,
            cost=np.zeros((MOST_PLOTS + 4, max(2 * MOST_PLOTS, WORK) + 2)),
            candidates=np.zeros((5, max(2 * MOST_PLOTS, WORK) + 2), np.int64),
        )

    def _reset(self, replication: int, record: bool) -> None:
        sim, rows = self.sim, self.world.rows
        for name in ("situation", "flights", "radars", "posts", "units", "launchers", "assets"):
            getattr(sim, name)[:] = rows[name]
        for name in ("engagements", "tracks", "looks", "gates"):
            getattr(sim, name).fill(np.zeros((), getattr(sim, name).dtype))
        sim.looks["due"] = -1.0
        row = sim.situation[0]
        row["seed"], row["replication"], row["record"] = self.seed, replication, int(record)
        row["sample_due"] = 0.0 if record else math.inf

    def replicate(self, replication: int, record: bool = False) -> Result:
        """Run one replication; capacity overflow runs it again with twice the room and the same draws.

        A failed replication is returned, not raised: ``status`` in the outcome row, the reason in ``message``.
        """
        if record and self.capacity["events"] < 200_000:
            self.capacity["events"] = 200_000
            self.sim = self._allocate()
        for _ in range(MOST_DOUBLINGS):
            self._reset(replication, record)
            message = self._play()
            status = int(self.sim.situation[0]["status"])
            if status not in CAPACITY:
                break
            self.capacity[CAPACITY[status]] *= 2
            self.sim = self._allocate()
        if status and not message:
            message = self._reason(status)
        count = int(self.sim.situation[0]["events"])
        return Result(self._outcome(), self.sim.events[:count].copy(), message)

    def _play(self) -> str:
        try:
            if self._entry is None:
                play(self.sim, self.view, self.rule)
                self._entry = compiled.entry_point(play)
            else:
                self._entry(self.sim, self.view, self.rule)
        except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as problem:
            row = self.sim.situation[0]
            row["status"] = int(Status.RULE_RAISED)
            row["status_time"] = row["now"]
            return f"{self.world.rule_text or 'engine'} raised {type(problem).__name__}: {problem}"
        return ""

    def _reason(self, status: int) -> str:
        row = self.sim.situation[0]
        what = Status(status).name.lower().replace("_", " ")
        return f"{what} at {float(row['status_time']):.2f} s, row {int(row['status_entity'])}"

    # ------------------------------------------------------------------ the outcome row

    def _outcome(self) -> np.ndarray:
        sim = self.sim
        situation = sim.situation[0]
        out = np.zeros(1, OUTCOME)
        row = out[0]
        row["replication"] = situation["replication"]
        row["status"], row["status_time"] = situation["status"], situation["status_time"]
        row["status_entity"] = situation["status_entity"]
        flights = sim.flights
        rounds = sim.rounds[: int(situation["rounds_count"])]
        hostile = flights["side"] == Side.HOSTILE
        leaked = (flights["terminal"] == Terminal.HIT_ASSET) | (flights["terminal"] == Terminal.REACHED_MISSED)
        killed = flights["terminal"] == Terminal.KILLED
        engaged = (flights["ever"] & 8) > 0
        row["threats"] = hostile.sum()
        for bit, name in ((1, "detected"), (2, "tracked"), (4, "identified"), (8, "engaged")):
            row[name] = (hostile & ((flights["ever"] & bit) > 0)).sum()
        row["killed"] = (hostile & killed).sum()
        row["leakers"] = (hostile & leaked).sum()
        row["any_leaker"] = int(row["leakers"] > 0)
        row["platform_leakers"] = (hostile & (flights["terminal"] == Terminal.RELEASED_LEFT)).sum()
        row["asset_hits"] = sim.assets["hits"].sum()
        row["rounds_fired"] = len(rounds) + situation["notional"]
        row["round_kills"] = (rounds["end"] == RoundEnd.KILL).sum() if not situation["notional"] else killed.sum()
        row["first_detection_s"] = flights["first_detected"][hostile].min(initial=math.inf)
        mine = hostile[rounds["flight"]] if len(rounds) else np.zeros(0, bool)
        row["first_launch_s"] = rounds["launched_at"][mine].min(initial=math.inf)
        row["civil_engaged"] = ((flights["side"] == Side.NEUTRAL) & engaged).sum()
        row["friend_engaged"] = ((flights["side"] == Side.FRIEND) & engaged).sum()
        row["overkill_rounds"] = (rounds["end"] == RoundEnd.TARGET_GONE).sum()
        row["false_tracks"], row["swaps"] = situation["false_tracks"], situation["swaps"]
        for k, name in enumerate(BOUNDS):
            row[f"bound_{name}"] = flights["waited"][hostile, k].sum()
        for k, name in enumerate(TERMINALS):
            row[f"end_{name}"] = (flights["terminal"] == k + 1).sum()
        for k, name in enumerate(ROUND_ENDS):
            row[f"round_{name}"] = (rounds["end"] == k + 1).sum()
        for k, name in enumerate(CLASSES):
            mine = hostile & (flights["kind"] == k + 1)
            row[f"{name}_threats"], row[f"{name}_killed"] = mine.sum(), (mine & killed).sum()
            row[f"{name}_leakers"], row[f"{name}_engaged"] = (mine & leaked).sum(), (mine & engaged).sum()
        row["looks"], row["updates"] = situation["looks"], situation["updates"]
        row["steps"], row["events_key"] = situation["steps"], (sim.events["kind"][: int(situation["events"])] < 32).sum()
        return out


