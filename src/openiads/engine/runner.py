"""One replication: a World, a seed and a number in; the outcome row and the event log out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from openiads.base import compiled
from openiads.engine.rules import RULE_ERRORS, rule_of
from openiads.engine.step import TURNS, play
from openiads.physics.filtering import WORK
from openiads.physics.flyout import BODY
from openiads.world.build import World
from openiads.world.codes import Status
from openiads.world.layout import ENGAGEMENT, MOST_PLOTS, NOBODY, ROUND, Sim, View
from openiads.world.outcome import TALLY, outcome_row
from openiads.world.sensed import LOOK, PLOT, SPOKE, TRACK
from openiads.world.trace import EVENT, busiest

MOST_DOUBLINGS = 6  # of each capacity: which replications a runner ran before must not decide how one ends
FIRST_RECORDED = 32  # kinds of event from here on are not counted; those below 40 are of recorded replications only
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


def _bytes(array: np.ndarray) -> np.ndarray:
    """A contiguous array as bytes, sharing its memory."""
    return np.frombuffer(array.data, np.uint8) if array.size else np.zeros(0, np.uint8)


def _unheard(radars: int, jammers: int) -> np.ndarray:
    """Cells of radars and jammers of which nothing has been received yet."""
    spokes = np.zeros((radars, jammers), SPOKE)
    spokes["time"] = spokes["strobe_at"] = -math.inf
    return spokes


class Runner:
    """Runs replications of one world with one seed; owns its state, so each thread has one of its own."""

    def __init__(self, world: World, seed: int, rule: compiled.Kernel | None = None) -> None:
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
        self._doubled = dict.fromkeys(self.capacity, 0)
        self._entry = play if compiled.PLAIN else None
        self._tally = np.zeros(1, TALLY)
        self.sim = self._allocate()
        self._prepare()

    def _allocate(self) -> Sim:
        rows = self.world.rows
        capacity = self.capacity
        flights, radars, units = len(rows["flights"]), len(rows["radars"]), len(rows["units"])
        channels = int(rows["units"]["target_channels"].sum())
        return Sim(
            **{name: rows[name].copy() for name in ("situation", "flights", "radars", "posts", "units", "launchers")},
            model=rows["model"],
            magazines=rows["magazines"],
            platforms=rows["platforms"].copy(),
            engagements=np.zeros(channels, ENGAGEMENT),
            tracks=np.zeros(capacity["tracks"], TRACK),
            pictures=np.full(capacity["tracks"], NOBODY),
            roster=np.zeros(capacity["tracks"], np.int64),
            rounds=np.zeros(capacity["rounds"], ROUND),
            bodies=np.zeros(capacity["rounds"], BODY),
            interceptors=rows["interceptors"],
            plots=np.zeros(capacity["plots"], PLOT),
            jammers=rows["jammers"].copy(),
            spokes=_unheard(radars, len(rows["jammers"])),
            assets=rows["assets"].copy(),
            corridors=rows["corridors"],
            zones=rows["zones"],
            notices=np.full((len(rows["zones"]), len(rows["posts"])), math.inf),
            looks=np.zeros((radars, flights), LOOK),
            gates=np.zeros((flights, units), np.int64),
            events=np.zeros(capacity["events"] + 1, EVENT),  # the last row is spare
            tables=self.world.tables,
            cost=np.zeros((MOST_PLOTS + 4, max(2 * MOST_PLOTS, WORK, units) + 2)),
            candidates=np.zeros((5, max(2 * MOST_PLOTS, WORK, units, radars) + 2), np.int64),
        )

    def _prepare(self) -> None:
        """Byte views of what every replication copies or clears: copying bytes skips NumPy's field-by-field work."""
        sim, rows = self.sim, self.world.rows
        copied = ("situation", "platforms", "flights", "radars", "posts", "units", "launchers", "assets", "jammers")
        self._copied = [(_bytes(getattr(sim, name)), _bytes(rows[name])) for name in copied if len(rows[name])]
        room = len(sim.tracks)
        self.view = View(
            identity=np.zeros(room, np.int64),
            kind=np.zeros(room, np.int64),
            threatening=np.zeros(room, np.int64),
            in_flight=np.zeros(room, np.int64),
            track=np.zeros(room, np.int64),
            time_to_asset=np.zeros(room),
            position=np.zeros((room, 3)),
            velocity=np.zeros((room, 3)),
            dials=np.zeros(8),
        )
        self._cleared = [_bytes(getattr(sim, name)) for name in ("engagements", "tracks", "looks", "gates", "spokes")]
        self._due = sim.looks["due"]
        self._spoke_times = [sim.spokes["time"], sim.spokes["strobe_at"]]

    def _reset(self, replication: int, record: bool) -> None:
        for target, source in self._copied:
            target[...] = source
        for target in self._cleared:
            target.fill(0)
        self._due.fill(-1.0)
        for times in self._spoke_times:
            times.fill(-math.inf)
        self.sim.pictures.fill(NOBODY)
        row = self.sim.situation[0]
        row["seed"], row["replication"], row["record"] = self.seed, replication, int(record)
        row["sample_due"] = 0.0 if record else math.inf

    def replicate(self, replication: int, record: bool = False) -> Result:
        """Run one replication; capacity overflow runs it again with twice the room and the same draws.

        A failed replication is returned, not raised: ``status`` in the outcome row, the reason in ``message``.
        """
        if record and self.capacity["events"] < 200_000:
            self.capacity["events"] = 200_000
            self.sim = self._allocate()
            self._prepare()
        while True:
            self._reset(replication, record)
            message = self._play()
            status = int(self.sim.situation[0]["status"])
            name = CAPACITY.get(status, "")
            if not name or self._doubled[name] == MOST_DOUBLINGS:
                break
            self._doubled[name] += 1
            self.capacity[name] *= 2
            self.sim = self._allocate()
            self._prepare()
        if status and not message:
            message = self._reason(status)
        count = int(self.sim.situation[0]["events"])
        return Result(self._outcome(), self.sim.events[:count].copy(), message)

    def _play(self) -> str:
        try:
            if self._entry is None:
                self._entry = compiled.entry_point(play)
            self._entry(self.sim, self._tally[0], self.view, self.rule)
        except RULE_ERRORS as problem:
            row = self.sim.situation[0]
            row["status"] = int(Status.RULE_RAISED)
            row["status_time"] = row["now"]
            self._tally[:] = 0  # nothing was counted; what the replication before came to is none of this one's
            self._tally["first_detection_s"] = self._tally["first_launch_s"] = math.inf
            return f"{self.world.rule_text or 'engine'} raised {type(problem).__name__}: {problem}"
        return ""

    def _reason(self, status: int) -> str:
        row = self.sim.situation[0]
        what = Status(status).name.lower().replace("_", " ")
        if status == int(Status.RULE_BAD_ORDER):
            what = f"{self.world.rule_text}: not an order (action, own track, at least one round)"
        if status == int(Status.TOO_MUCH_WORK):
            return self._too_much()
        told = f"{what} at {float(row['status_time']):.2f} s, row {int(row['status_entity'])}"
        if status == int(Status.OVERFLOW_EVENTS):
            names = self.world.names
            told += f": {busiest(self.sim.events[: int(row['events'])], names.flights, names.radars, names.units)}"
        return told

    def _too_much(self) -> str:
        """What made a replication take more turns than any should."""
        row = self.sim.situation[0]
        phase = int(np.argmax(row["turns"]))
        what, noun = TURNS[phase]
        known = noun and phase == int(row["phase"])
        last = f", the last of {getattr(self.world.names, noun)[int(row['status_entity'])]}" if known else ""
        when, whole = float(row["status_time"]), float(row["duration"])
        return (
            f"stopped at {when:.2f} s of {whole:.0f} s after {int(row['work_most']):,} turns, looks and steps, "
            f"most of them {what} ({int(row['turns'][phase]):,}{last}). An interval in the scenario or in an entry of "
            "yours is far too short: see the frames, cycles and intervals of these."
        )

    def _outcome(self) -> np.ndarray:
        situation = self.sim.situation[0]
        events = self.sim.events["kind"][: int(situation["events"])]
        key = int((events < FIRST_RECORDED).sum())
        return outcome_row(self._tally[0], situation, key)
