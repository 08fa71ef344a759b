"""What happens in a replay: events, the lanes of the kill chain, engagements, gates and looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.explain.kill_chain import LEAKED, gate_changes
from openiads.explain.sentences import gate_sentence
from openiads.faces.export import story as stories
from openiads.faces.pages import brief
from openiads.faces.replay.areas import sent
from openiads.faces.replay.land import around
from openiads.faces.replay.scene import TIME, side_of
from openiads.faces.replay.words import mistake, told
from openiads.faces.words import text
from openiads.faces.words.text import clean
from openiads.world.codes import Event, Gate, Terminal, ThreatClass
from openiads.world.trace import EVENT

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Units of the look columns beside ``TIME``: degrees, m, dB.  NONE stands for no number.
AZIMUTH, RANGE, SNR, NONE = 1e-3, 1.0, 0.1, -(2**31)
#: Looks kept at most; those that could not have seen anything go first.
MOST_LOOKS = 150_000

LOOK_CODES = {
    "1": "detected",
    "0": "in view, not detected",
    "2": "jammed",
    "-1": "below the horizon",
    "-2": "behind terrain",
    "-3": "out of the sector",
    "-4": "out of the elevations",
    "-5": "out of range",
    "-6": "too slow",
    "-7": "silent",
}

#: What each reason not to shoot is about, which is what the viewer colors it by.
GATE_KINDS: dict[Gate, str] = {
    gate: kind
    for kind, gates in {
        "unseen": (
            Gate.HORIZON,
            Gate.MASK,
            Gate.NOT_DETECTED,
            Gate.NO_FIRM_TRACK,
            Gate.NOT_ACQUIRED,
            Gate.NOT_IDENTIFIED,
            Gate.NO_RADAR,
            Gate.BEYOND_RADAR,
        ),
        "jammed": (Gate.JAMMED,),
        "reach": (
            Gate.SECTOR,
            Gate.SEARCH_MODE,
            Gate.OUT_OF_RANGE,
            Gate.OUT_OF_HEIGHT,
            Gate.OUT_OF_SPEED,
            Gate.NOT_ENOUGH_G,
            Gate.NO_TIME,
            Gate.SUPPORT_WILL_BE_LOST,
            Gate.PROBABILITY_FLOOR,
            Gate.TOO_EARLY,
        ),
        "rule": (
            Gate.RULES_OF_ENGAGEMENT,
            Gate.HELD_FOR_ASSESSMENT,
            Gate.ENGAGED_ELSEWHERE,
            Gate.NOT_THREATENING,
            Gate.RULE_HELD,
            Gate.RESERVED,
            Gate.SILENT,
            Gate.POINT_DEFENSE,
        ),
        "resource": (
            Gate.NO_CHANNEL,
            Gate.NO_LAUNCHER_READY,
            Gate.NO_ROUND,
            Gate.OPERATOR_BUSY,
            Gate.LINK_DOWN,
            Gate.UNIT_NOT_READY,
        ),
        "engaging": (Gate.ENGAGING,),
        "free": (Gate.NONE,),
    }.items()
    for gate in gates
}


def _rounded(spot: Sequence[float] | None, middle: float) -> list[float] | None:
    return None if spot is None else [round(around(spot[0], middle), 5), round(spot[1], 5), round(spot[2], 1)]


def events(story: stories.Story, middle: float, areas: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Every moment of a story gathered without changes of gates, which are spells in the columns of ``gates``.

    areas : as ``replay.areas`` gives them: notices are named by their zones, and those sent over a line are told too
    """
    rows = np.array([moment.row for moment in story.moments], EVENT)
    columns = {name: rows[name].tolist() for name in ("flight", "unit", "radar", "round", "track")}
    kinds = {kind: stories.word(kind) for kind in Event}
    names = story.names | {"zones": [each["name"] for each in areas if "heard" in each]}
    found = []
    for moment, time, *keys in zip(story.moments, rows["time"].tolist(), *columns.values(), strict=True):
        found.append(
            {
                "t": round(round(time, 6), 3),
                "kind": kinds[moment.kind],
                **dict(zip(columns, keys, strict=True)),
                "text": _words(moment, names),
                "at": _rounded(moment.spot, middle),
            }
        )
    return sorted([*sent(areas), *found], key=lambda each: each["t"]) if areas else found


def _words(moment: stories.Moment, names: dict[str, list[str]]) -> str:
    """A moment as a sentence of the log."""
    if moment.kind == Event.MISIDENTIFIED:
        return mistake(moment.row, names)
    return moment.words or told(moment.kind, moment.row, names)


def lanes(run: Run, key: np.ndarray) -> list[dict[str, Any]]:
    """The kill chain of every flight that flew."""
    facts = run.facts
    found = []
    for lane in brief.lanes(key, run.names["flights"], facts["flight_class"], facts["flight_side"]):
        first = {stage: round(time, 3) for stage, time in lane.first.items() if math.isfinite(time)}
        if not first and lane.terminal == Terminal.NONE:
            continue  # never released by its carrier
        found.append(
            {
                "flight": lane.flight,
                "name": clean(lane.name),
                "side": side_of(lane.side),
                "class": "" if lane.kind == ThreatClass.NONE else stories.word(lane.kind),
                "first": first,
                "launches": [round(time, 3) for time in lane.launches],
                "intercepts": [[round(time, 3), kill] for time, kill in lane.intercepts],
                "ends": round(lane.ends, 3) if math.isfinite(lane.ends) else None,
                "end": text.TERMINAL_WORDS.get(lane.terminal.name.lower(), ""),
                "leaked": lane.terminal in LEAKED,
            }
        )
    return found


def engagements(story: stories.Story) -> list[dict[str, Any]]:
    """From each assignment to its release."""
    return [
        {
            "unit": each.unit_row,
            "flight": each.flight_row,
            "from": round(each.assigned, 3),
            "to": None if math.isnan(each.released) else round(each.released, 3),
            "rounds": each.rounds,
            "kills": each.kills,
            "verdict": each.verdict,
        }
        for each in story.engagements
    ]


def gates(run: Run, key: np.ndarray) -> tuple[np.ndarray, list[str], list[str]]:
    """Columns flight, unit, from, to, index of the text, (5, spells), Int32; the texts; and the kind of each."""
    found = gate_changes(key, float(run.scenario.duration))
    texts: dict[tuple[str, str], int] = {}
    index = [
        texts.setdefault((text.sentence(gate_sentence(code, number)), GATE_KINDS[Gate(code)]), len(texts))
        for code, number in zip(found["code"].tolist(), found["number"].tolist(), strict=True)
    ]
    columns = [found["flight"], found["unit"], np.rint(found["start"] / TIME), np.rint(found["end"] / TIME), index]
    return np.array(columns, dtype="<i4").reshape(5, -1), [said for said, _ in texts], [kind for _, kind in texts]


def spells(key: np.ndarray, kind: Event, column: str, code: int, end: float) -> dict[int, list[list[float]]]:
    """From when to when (s) something holds, by row.

    key : key events;  kind : of those that switch it;  column : that has the row;  code : of those that begin it, any
    other ends it;  end : s, of what holds until the last
    """
    found: dict[int, list[list[float]]] = {}
    for event in key[key["kind"] == kind]:
        mine, time = found.setdefault(int(event[column]), []), round(float(event["time"]), 3)
        holds = bool(mine) and mine[-1][1] == end
        if event["code"] == code and not holds:
            mine.append([time, end])
        elif event["code"] != code and holds:
            mine[-1][1] = time
    return {row: mine for row, mine in found.items() if mine}


def looks(found: np.ndarray, most: int = MOST_LOOKS) -> tuple[np.ndarray, bool]:
    """Columns time, radar, azimuth, range, SNR, flight, code, (7, looks), Int32; and whether some are left out.

    found : the replication's events.  Beyond ``most`` the looks that met nothing in view go, then every n-th stays.
    """
    rows = found[found["kind"] == Event.LOOK]
    whole = len(rows)
    if len(rows) > most:
        rows = rows[rows["code"] >= 0]
    if len(rows) > most:
        rows = rows[:: math.ceil(len(rows) / most)] if most else rows[:0]
    value = rows["value"]
    snr = np.where(np.isfinite(value[:, 4]), value[:, 4] / SNR, NONE)
    columns = [
        rows["time"] / TIME,
        rows["radar"],
        np.degrees(value[:, 1]) % 360.0 / AZIMUTH,
        value[:, 0] / RANGE,
        np.clip(snr, NONE, 2**31 - 1),
        rows["flight"],
        rows["code"],
    ]
    return np.rint(np.vstack(columns)).astype("<i4"), len(rows) < whole


def codes(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The different words of a field, in order of first use."""
    return list(dict.fromkeys(str(row[name]) for row in rows if row[name]))
