"""The event log: one row layout for everything that happens (``world.log`` has the kernels that write it).

Columns of every row: ``time`` (s), ``kind`` (``codes.Event``), the actors concerned (row numbers, -1 for none:
``flight, unit, radar, launcher, round, track``), one ``code`` and six values ``v0 .. v5``.  ``MEANING`` says what code
and values hold for each kind; everything is SI, angles in radians, positions in ECEF meters.

Two levels.  *Key* events (kind < 32, or 40 and more) are logged for every replication.  *Recorded* events (kind 32 to
39) are logged only for replications that are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from openiads.base import compiled
from openiads.world.codes import ASKED, Detail, Event, Gate

EVENT = np.dtype(
    [
        ("time", "f8"),
        ("kind", "i4"),
        ("flight", "i4"),  # truth: row of the flight concerned, -1 for none (a false track has none)
        ("unit", "i4"),  # fire unit
        ("radar", "i4"),
        ("launcher", "i4"),
        ("round", "i4"),
        ("track", "i4"),  # serial number of the track, never reused within a replication
        ("code", "i4"),
        ("value", "f8", (6,)),
    ],
    align=True,
)

#: kind -> (what ``code`` holds, what v0 .. v5 hold)
MEANING: dict[Event, tuple[str, tuple[str, ...]]] = {
    Event.DETECT: (
        "1: first detection of this flight by this radar, logged when its batch of looks ends",
        ("range", "azimuth", "elevation", "mask height", "SNR, dB", "height"),
    ),
    Event.TRACK: (
        "1: confirmed at the command post",
        ("position sd", "velocity sd", "height", "speed", "", ""),
    ),
    Event.TRACK_DROP: (
        "codes.Drop",
        ("age", "", "", "", "", ""),
    ),
    Event.IDENTIFY: (
        "codes.Identity now believed",
        ("P(hostile)", "P(friend)", "P(neutral)", "Identity before", "", ""),
    ),
    Event.ASSIGN: (
        "engagement number at this flight",
        (
            "first feasible intercept time",
            "last feasible intercept time",
            "believed single-shot probability",
            "rounds wanted",
            "",
            "",
        ),
    ),
    Event.ACQUIRE: (
        "1: engagement radar's own track is firm",
        ("range", "azimuth", "elevation", "mask height", "time since assignment", "height"),
    ),
    Event.DECIDE: ("codes.Action ordered", ("service time", "rounds ordered", "", "", "", "")),
    Event.LAUNCH: (
        "n-th shot at this flight, from 1",
        (
            "predicted intercept time",
            "ground range of predicted intercept",
            "height of predicted intercept",
            "believed probability",
            "rounds left on launcher",
            "target range now",
        ),
    ),
    Event.INTERCEPT: (
        "1: kill, 0: none",
        (
            "miss distance",
            "kill probability",
            "closing speed",
            "ground range from unit",
            "height",
            "round's time of flight",
        ),
    ),
    Event.ASSESS: ("1: assessed killed, 0: assessed alive", ("true state: 1 dead", "delay", "", "", "", "")),
    Event.REVOKE: ("1: an assessed kill is revoked", ("updates seen", "", "", "", "", "")),
    Event.RELEASE: ("1: target channel released", ("held for", "", "", "", "", "")),
    Event.ROUND_END: ("codes.RoundEnd", ("time of flight", "ground range flown", "height", "speed", "", "")),
    Event.TERMINAL: ("codes.Terminal", ("x", "y", "z", "asset row or -1", "miss from the asset's center", "")),
    Event.DAMAGE: ("asset row", ("hits so far", "", "", "", "", "")),
    Event.GATE: (
        "codes.Gate now binding for (flight, unit)",
        ("Gate before", "a number that the gate names", "codes.Detail: what the number is", "", "", ""),
    ),
    Event.ELEMENT_DOWN: ("codes.Element: 1 radar, 2 launcher, 3 post", ("its row", "codes.Down", "", "", "", "")),
    Event.SLEW: ("1: begins", ("azimuth from", "azimuth to", "seconds", "", "", "")),
    Event.SWAP: ("flight row that the track followed before", ("", "", "", "", "", "")),
    Event.OVERLOAD: (
        "1: an engagement radar leaves out service for want of time, 0: no longer",
        ("time asked for, share", "engagements served", "engagements left out", "", "", ""),
    ),
    Event.RELOAD: ("rounds loaded", ("spare loads left", "", "", "", "", "")),
    Event.EVADE: ("codes.Evasion", ("lateral acceleration", "path ends now", "", "", "", "")),
    Event.DEVOLVE: ("command post's row before, -1 none", ("row now, -1 none", "", "", "", "", "")),
    Event.HANDOVER: (
        "1: the round holds a missile channel from now on, 0: it does not",
        ("time to go", "range to the target", "", "", "", ""),
    ),
    Event.EMISSION: (
        "1: a radar is switched on, 0: off",
        ("codes.Emission", "time it has emitted so far", "", "", "", ""),
    ),
    Event.DECOYED: (
        "number of the emitting decoy that a weapon took, from 1",
        ("x of the impact", "y", "z", "distance from the decoy", "deviation of its aim", "share that the decoys took"),
    ),
    Event.SHORTEN: ("codes.Gate that kept the rest of a salvo", ("rounds not launched", "", "", "", "", "")),
    Event.STROBE: (
        "1: a radar takes the bearing of a jammer that it cannot see, 2: crossed with another radar's, a position",
        ("distance of the crossing", "azimuth", "elevation", "jamming over noise in the beam, dB", "", ""),
    ),
    Event.JAMMING: ("1: a noise jammer begins to radiate, 0: it ends", ("jammer's row", "", "", "", "", "")),
    Event.BURST: (
        "rounds of the burst",
        (
            "range",
            "distance of its center from the target",
            "scatter of a round",
            "chance of a hit by one round",
            "expected hits",
            "radius of the target",
        ),
    ),
    Event.FALSE_TRACK: ("1: a track confirmed on false alarms", ("x", "y", "z", "", "", "")),
    Event.LOOK: (
        "1 detected, 0 in view but not, 2 not because of jamming; others as codes.Look",
        ("range", "azimuth", "elevation", "mask height", "SNR, dB", "height"),
    ),
    Event.TRACK_UPDATE: ("owner: -1 the command post, else the radar's row", ("x", "y", "z", "vx", "vy", "vz")),
    Event.FLIGHT_STATE: ("0", ("x", "y", "z", "vx", "vy", "vz")),
    Event.LEAVE: (
        "0: a track is left to the unit; else codes.TakenBack: it is taken back from it",
        (
            "until when it waits for the unit",
            "believed chance of a kill",
            "when the unit must have it",
            "post's row",
            "",
            "",
        ),
    ),
    Event.NOTICE: ("a post learns of a zone: the zone's row", ("post's row", "when it was sent", "", "", "", "")),
    Event.MISIDENTIFIED: (
        "of the first shot at a flight that is not hostile: bits of codes.Cause",
        ("codes.Side", "codes.Identity believed", "P(hostile)", "evidence bits by codes.Evidence", "codes.Control", ""),
    ),
    Event.ROUND_STATE: ("phase: 1 launch, 2 boost, 3 midcourse, 4 terminal", ("x", "y", "z", "vx", "vy", "vz")),
}

#: Gate -> its place among those asked: how near a unit at it is to a shot.
_PLACES = {int(gate): place for place, gate in enumerate(ASKED)}
GATE_RANK = np.array([_PLACES.get(code, 0) for code in range(max(Gate) + 1)])

#: Gate -> what its number is, if it has one; those left out have none.  ``world.log`` has a kernel for each.
GATE_DETAIL: dict[Gate, Detail] = {
    Gate.HORIZON: Detail.HEIGHT,
    Gate.MASK: Detail.HEIGHT,
    Gate.SECTOR: Detail.ANGLE,
    Gate.NOT_IDENTIFIED: Detail.PROBABILITY,
    Gate.RULES_OF_ENGAGEMENT: Detail.PROBABILITY,
    Gate.OUT_OF_SPEED: Detail.SPEED,
    Gate.BEYOND_RADAR: Detail.DISTANCE,
    Gate.JAMMED: Detail.DISTANCE,
    Gate.TOO_EARLY: Detail.DURATION,
    Gate.OPERATOR_BUSY: Detail.DURATION,
    Gate.RULE_HELD: Detail.DURATION,
    Gate.SILENT: Detail.POLICY,
}


def gate_numbers(rows: np.ndarray) -> np.ndarray:
    """The numbers that gates name.

    Parameters
    ----------
    rows : GATE events, dtype ``EVENT``, shape (n,)

    Returns
    -------
    The number of each, shape (n,), in the unit of its gate's ``Detail``; NaN where it carries none, or one of another
    kind than its gate names, as in logs written before numbers had a kind.
    """
    declared = np.zeros(max(Gate) + 1)
    for gate, detail in GATE_DETAIL.items():
        declared[gate] = detail
    wanted = declared[rows["code"]]
    return np.where((wanted != Detail.NONE) & (rows["value"][:, 2] == wanted), rows["value"][:, 1], np.nan)


def busiest(rows: np.ndarray, flights: Sequence[str], radars: Sequence[str], units: Sequence[str]) -> str:
    """What makes most of a log: the most frequent kind of event, and the flight, radar and fire unit in most of those.

    Parameters
    ----------
    rows : ndarray, shape (n,), dtype ``EVENT``
        At least one.
    flights, radars, units : sequence of str
        Names by row.

    Returns
    -------
    str
    """
    kinds, counts = np.unique(rows["kind"], return_counts=True)
    kind = int(kinds[np.argmax(counts)])
    mine = rows[rows["kind"] == kind]
    told = f"{len(rows):,} events, {len(mine):,} of them {Event(kind).name}"
    for column, noun, names in (
        ("flight", "flight", flights),
        ("radar", "radar", radars),
        ("unit", "fire unit", units),
    ):
        known = mine[column][mine[column] >= 0]
        if len(known):
            row, count = max(enumerate(np.bincount(known).tolist()), key=lambda each: each[1])
            told += f", {count:,} of {noun} {names[row]}"
    return told


compiled.name_type("Event", lambda: compiled.row_type(EVENT))


#: Columns of a table of events: which replication, the row's place in its log, and the fields of a row, value split.
COLUMNS: dict[str, np.dtype[Any]] = {
    "replication": np.dtype(np.int32),
    "sequence": np.dtype(np.int32),
    "time": EVENT["time"],
    "kind": np.dtype(np.int16),
    **{name: EVENT[name] for name in ("flight", "unit", "radar", "launcher", "round", "track", "code")},
    **{f"v{k}": EVENT["value"].base for k in range(6)},
}

#: Fields of a row that are columns as they are; logs that are split into columns at once.
_WHOLE = [name for name in EVENT.names or () if name != "value"]
_AT_ONCE = 32

#: Bytes of columns that are kept for the next logs at most; what was recorded in full would stay for nothing.
_KEPT = 64_000_000


class Logs:
    """Event logs of many replications as the columns of one table, taken in one after the other.

    Logs are split some at a time: each by itself, between two replications, would find nothing of NumPy in the
    processor's cache, and all at the end would be kept twice.
    logs : how many are expected; room for more is made when needed
    """

    def __init__(self, logs: int = 1) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self.restart(logs)

    def restart(self, logs: int) -> None:
        """Forget all logs and expect so many; what ``columns`` gave before is written over.

        The room stays: fresh memory for each chunk of a run takes as long as filling it.
        """
        self._expected, self._taken = logs, 0
        self._rows = 0
        self._waiting: list[tuple[int, np.ndarray]] = []
        if not self._columns or sum(column.nbytes for column in self._columns.values()) > _KEPT:
            self._columns = {name: np.empty(0, dtype) for name, dtype in COLUMNS.items()}

    def add(self, replication: int, events: np.ndarray) -> None:
        """Take in the log (rows of dtype EVENT) of a replication."""
        self._waiting.append((replication, events))
        if len(self._waiting) == _AT_ONCE:
            self._split()

    def columns(self) -> dict[str, np.ndarray]:
        """The columns that ``COLUMNS`` names, of all logs so far."""
        self._split()
        return {name: column[: self._rows] for name, column in self._columns.items()}

    def _split(self) -> None:
        self._taken += len(self._waiting)
        self._make_room(self._rows + sum(len(events) for _, events in self._waiting))
        out = self._columns
        for replication, events in self._waiting:
            here = slice(self._rows, self._rows + len(events))
            out["replication"][here] = replication
            out["sequence"][here] = np.arange(len(events))
            for name in _WHOLE:
                out[name][here] = events[name]
            values = events["value"]
            for k in range(6):
                out[f"v{k}"][here] = values[:, k]
            self._rows = here.stop
        self._waiting = []

    def _make_room(self, rows: int) -> None:
        if rows <= len(self._columns["time"]):
            return
        to_come = rows * max(0, self._expected - self._taken) // self._taken
        for name, column in self._columns.items():
            wider = np.empty(rows + to_come + to_come // 16, column.dtype)
            wider[: self._rows] = column[: self._rows]
            self._columns[name] = wider
