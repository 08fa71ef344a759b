"""What the run itself recorded, read from its log without the exporter; and names that try to break a file."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymap3d

from openiads.world.codes import Event

#: Markup, control characters, marks that reorder text, length, emoji, formulas, and the grammar of every format.
HOSTILE = (
    '<script>alert(1)</script> & "quotes" \']]> --> <b>',
    "bell\x07 null\x00 escape\x1b[31m half\ud800 \ufffe end",
    "\u202eevil\u202c \u2066x\u2069",
    "long " * 1000,
    "🚀 ракета صاروخ ミサイル",
    "=HYPERLINK(A1)",
    "@SUM(1)",
    "-2+3",
    "a,b\\,c|d\\",
    "line\r\n#12\n-1\n0,ReferenceTime=1999",
)


class Renamed:
    """A run whose scenario and things bear hostile names."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self.name = HOSTILE[0]
        self.names = {noun: [HOSTILE[k % len(HOSTILE)] for k in range(len(names))] for noun, names in run.names.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)


def positions(run: Any, replication: int = 0) -> dict[str, dict[float, np.ndarray]]:
    """Id of a thing -> time rounded to a microsecond -> ECEF position that the run recorded."""
    events = run.events(replication)
    kinds = {
        Event.FLIGHT_STATE: "flight",
        Event.TERMINAL: "flight",
        Event.ROUND_STATE: "round",
        Event.TRACK_UPDATE: "track",
    }
    found: dict[str, dict[float, np.ndarray]] = {}
    for row in events:
        noun = kinds.get(int(row["kind"]))
        if noun is not None:
            found.setdefault(f"{noun}/{row[noun]}", {})[round(float(row["time"]), 6)] = row["value"][:3].copy()
    return found


def count(run: Any, kind: Event, replication: int = 0, **wanted: int) -> int:
    """How many events of a kind the run logged."""
    rows = run.key_events(replication)
    rows = rows[rows["kind"] == kind]
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return len(rows)


def apart(earth: np.ndarray, lon: float, lat: float, height: float) -> float:
    """Meters between a recorded position and one of a file."""
    return math.dist(earth, [float(v) for v in pymap3d.geodetic2ecef(lat, lon, height)])


def check(run: Any, movers: dict[str, list[tuple[float, float, float, float]]]) -> int:
    """Assert that (time, lon, lat, height) of each thing are where the run says, within 1 m; how many were compared.

    A round's last position may be its target's at the intercept, which is no state of the round.
    """
    recorded, compared = positions(run), 0
    met = {round(float(r["time"]), 6) for r in run.key_events(0) if r["kind"] == Event.INTERCEPT}
    for name, samples in movers.items():
        own = recorded[name]
        for k, (time, *spot) in enumerate(samples):
            if name.startswith("round/") and k == len(samples) - 1 and time not in own:
                assert time in met, name
                continue
            assert apart(own[time], *spot) < 1.0, (name, time)
            compared += 1
        assert samples[0][0] == min(own), name
        assert samples[-1][0] >= max(own), name
    return compared
