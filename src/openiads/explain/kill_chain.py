"""Why it went as it went: the kill chain of each flight, and what kept each fire unit from shooting.

``explain`` tells one replication; ``top_gates`` weighs the binding gates over all hostile flights that leaked, and
``first_bound`` says which resource bound first.  Everything is read from the stored key events.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject
from openiads.base.shown import Shown
from openiads.explain.cues import cues, early_radars
from openiads.explain.emission import elements_told
from openiads.explain.reasons import NOT_WAITING, RESOURCE, GateSpell, Reasons, reasons, shot_possible, steadied
from openiads.explain.sentences import gate_sentence, said
from openiads.runs.run import Run, open_run
from openiads.world.codes import Event, Gate, Side, Terminal, ThreatClass
from openiads.world.trace import gate_numbers

if TYPE_CHECKING:
    from openiads.explain.picture import PostPicture

#: The links of the chain, in order.
CHAIN = (
    Event.DETECT,
    Event.TRACK,
    Event.IDENTIFY,
    Event.ASSIGN,
    Event.ACQUIRE,
    Event.LAUNCH,
    Event.BURST,
    Event.INTERCEPT,
    Event.ASSESS,
    Event.TERMINAL,
    Event.STROBE,
    Event.JAMMING,
    Event.DECOYED,
    Event.MISIDENTIFIED,
    Event.LEAVE,
)

#: What becomes of a flight's track; nothing of the flight once that has ended, and not told of it then.
OF_TRACK = (Event.TRACK, Event.TRACK_DROP, Event.IDENTIFY, Event.SWAP)

LEAKED = (Terminal.HIT_ASSET, Terminal.REACHED_MISSED)


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a kill chain."""

    time: float
    kind: str  # codes.Event in lower case
    text: str
    unit: int = -1


@dataclass(slots=True)
class FlightStory:
    """What happened to one flight."""

    row: int
    name: str
    kind: str
    side: str
    terminal: str
    ended: float
    first: dict[str, float] = field(default_factory=dict)  # link of the chain -> time at which it first happened
    steps: list[Step] = field(default_factory=list)
    gates: list[GateSpell] = field(default_factory=list)
    shots: int = 0

    @property
    def leaked(self) -> bool:
        """Whether it reached what it aimed at."""
        return self.terminal in {t.name.lower() for t in LEAKED}

    @property
    def reasons(self) -> Reasons:
        """What kept fire units longest from shooting at it."""
        return reasons(self.gates)

    def chain(self, *, whole: bool) -> list[str]:
        """Steps and gates, a line each; gates that flicker are told as one unless ``whole``."""
        lines = [f"t={step.time:.1f} s: {step.text}" for step in self.steps]
        return lines + [str(gate) for gate in (self.gates if whole else steadied(self.gates))]


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """One replication, flight by flight.

    Parameters
    ----------
    scenario : str
    replication : int
    flights : list of FlightStory
    chosen : bool
        Whether a flight or a fire unit was asked for, so that its chain is told even if it did not leak.
    pictures : list of PostPicture
        Of posts, where the replication was recorded.
    elements : list of str
        Radars, posts and crews that were not ready, silent or decoyed.
    """

    scenario: str
    replication: int
    flights: list[FlightStory]
    chosen: bool = False
    pictures: list[PostPicture] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)

    def as_dict(self) -> JsonObject:
        """Plain JSON."""
        return {
            "scenario": self.scenario,
            "replication": self.replication,
            "flights": [
                {
                    "flight": f.name,
                    "class": f.kind,
                    "side": f.side,
                    "terminal": f.terminal,
                    "ended": f.ended if math.isfinite(f.ended) else None,
                    "shots": f.shots,
                    "first": f.first,
                    "chain": [{"time": s.time, "kind": s.kind, "text": s.text} for s in f.steps],
                    "gates": [
                        {
                            "unit": g.unit,
                            "start": g.start,
                            "end": g.end,
                            "gate": g.gate,
                            "text": g.text,
                            "possible": g.possible,
                        }
                        for g in f.gates
                    ],
                    "reasons": [{"gate": gate, "seconds": seconds} for gate, seconds in f.reasons.longest],
                    "possible_s": f.reasons.possible,
                }
                for f in self.flights
            ],
            "pictures": [each.as_dict() for each in self.pictures],
            "elements": self.elements,
        }

    def text(self, *, whole: bool = False) -> str:
        """The same for reading: a summary, then the chains of what leaked or was asked for.

        Parameters
        ----------
        whole : bool
            The chain of every flight, with every change of a gate.

        Returns
        -------
        str
        """
        told = [each.text() for each in self.pictures]
        return "\n".join([*self._summary(), *([""] * bool(self.elements)), *self.elements, *told, *self._chains(whole)])

    def _summary(self) -> list[str]:
        threats = [f for f in self.flights if f.side == "hostile"]
        leakers = [f for f in threats if f.leaked]
        head = f"{self.scenario}, replication {self.replication}"
        if self.chosen:
            told = [f"{f.name}: {f.reasons}" for f in self.flights if f.leaked]
            return [head, *told]
        shot_down = [f for f in self.flights if f.side != "hostile" and f.terminal == "killed"]
        lines = [f"{head}: {len(leakers)} of {len(threats)} threats got through"]
        lines += [f"Shot down although no threat: {', '.join(f.name for f in shot_down)}"] if shot_down else []
        if leakers:
            lines += ["", "Why they were not shot, in seconds of fire units that waited:"]
            lines += [f"  {f.name} ({f.kind}, {f.shots} shots): {f.reasons}" for f in leakers]
        return lines

    def _chains(self, whole: bool) -> list[str]:
        lines, short = [], []
        for flight in self.flights:
            wrong = flight.side != "hostile" and flight.terminal == "killed"
            ended = f"{flight.name} ({flight.side} {flight.kind}): {flight.terminal.replace('_', ' ')}, "
            ended += "1 shot" if flight.shots == 1 else f"{flight.shots} shots"
            if whole or self.chosen or wrong or (flight.leaked and flight.side == "hostile"):
                lines += ["", ended, *(f"  {line}" for line in flight.chain(whole=whole))]
            else:
                short.append(f"  {ended}")
        if short:
            lines += ["", "The others (--flight tells one, --all tells all):", *short]
        return lines


def explain(
    run: str | Path | Run, replication: int, flight: str | int | None = None, unit: str | int | None = None
) -> Explanation:
    """The kill chain of each flight of one replication, and why fire units did not shoot.

    Parameters
    ----------
    run : str, Path or Run
        A run, or its folder.
    replication : int
        Which replication, from 0 on.
    flight : str or int, optional
        Only this flight, by name or row.
    unit : str or int, optional
        Only the gates of this fire unit, by name or row.

    Returns
    -------
    Explanation
        ``text()`` for reading; ``table()`` has a row for each step of a kill chain.

    Raises
    ------
    UsageError
        For a replication, flight or fire unit that is not in the run.
    ResultsError
        For a folder that is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=3, seed=1)
    >>> oi.explain(run, 0).flights[0].side
    'hostile'
    """
    run = open_run(run) if isinstance(run, str | Path) else run
    facts, names = run.facts, run.facts["names"]
    only = None if flight is None else _row(flight, names["flights"], "flight")
    for_unit = None if unit is None else _row(unit, names["units"], "fire unit")
    events = run.key_events(replication)
    events = events[(events["kind"] < 32) | (events["kind"] == Event.MISIDENTIFIED)]
    whole = only is None and for_unit is None and replication < run.identity.record
    rows = range(len(names["flights"])) if only is None else [only]
    stories = []
    for row in rows:
        mine = events[events["flight"] == row]
        if len(mine) or only is not None:
            stories.append(_story(row, mine, facts, for_unit))
    chosen = only is not None or for_unit is not None
    elements = elements_told(events, names, float(facts["limits"].get("duration") or math.inf))
    if not whole:
        return Explanation(run.name, replication, stories, chosen, elements=elements)
    from openiads.explain.picture import pictures  # it needs the compiler

    return Explanation(run.name, replication, stories, chosen, pictures(run, replication), elements)


def _row(asked: str | int, listed: list[str], noun: str) -> int:
    if isinstance(asked, str) and asked in listed:
        return listed.index(asked)
    if isinstance(asked, str) and asked.isdecimal():
        asked = int(asked)
    if isinstance(asked, int) and 0 <= asked < len(listed):
        return asked
    few = ", ".join(listed[:20]) + (" ..." if len(listed) > 20 else "")
    raise UsageError(f'{noun} "{asked}"', "there is no such one in this run", f"Choose one of: {few}")


def _story(row: int, events: np.ndarray, facts: JsonObject, unit: int | None) -> FlightStory:
    names = facts["names"]
    ends = events[events["kind"] == Event.TERMINAL]
    terminal = Terminal(int(ends["code"][0])).name.lower() if len(ends) else "none"
    ended = float(ends["time"][0]) if len(ends) else math.nan
    story = FlightStory(
        row,
        names["flights"][row],
        ThreatClass(facts["flight_class"][row]).name.lower(),
        Side(facts["flight_side"][row]).name.lower(),
        terminal,
        ended,
    )
    story.shots = int(np.sum(events["kind"] == Event.LAUNCH))
    for event in events:
        kind = Event(int(event["kind"]))
        if kind in CHAIN:
            story.first.setdefault(kind.name.lower(), float(event["time"]))
        if unit is not None and event["unit"] not in (-1, unit):
            continue
        if kind in OF_TRACK and event["time"] > ended:
            continue
        words = said(kind, event, names)
        if words:
            story.steps.append(Step(float(event["time"]), kind.name.lower(), words, int(event["unit"])))
    for time, words in cues(events, early_radars(facts), names):
        story.first.setdefault("cue", time)
        story.steps.append(Step(time, "cue", words))
    story.steps.sort(key=lambda step: step.time)
    for which in range(len(names["units"])) if unit is None else [unit]:
        story.gates += _spells(events, which, names["units"][which], ended, facts["limits"].get("duration"))
    return story


def _spells(events: np.ndarray, unit: int, name: str, ended: float, duration: float | None) -> list[GateSpell]:
    changes = events[(events["kind"] == Event.GATE) & (events["unit"] == unit)]
    if not len(changes):
        return []
    last = ended if math.isfinite(ended) else (duration if duration is not None else float(changes["time"][-1]))
    until = [*changes["time"][1:].tolist(), max(last, float(changes["time"][-1]))]
    possible = shot_possible(np.zeros(len(changes), np.int64), changes["code"]).tolist()
    numbers = gate_numbers(changes).tolist()
    return [
        GateSpell(
            name,
            float(c["time"]),
            float(end),
            Gate(int(c["code"])).name,
            gate_sentence(int(c["code"]), number),
            could,
        )
        for c, end, number, could in zip(changes, until, numbers, possible, strict=True)
    ]


def gate_changes(events: np.ndarray, duration: float) -> dict[str, np.ndarray]:
    """Every spell of every fire unit's gate at every flight, as columns: flight, unit, start, end (s), code, number.

    Parameters
    ----------
    events : ndarray
        Key events of one replication (dtype EVENT).
    duration : float
        Of the run, s. A spell ends with the next change, the flight's end, or the run's; those of length 0 are left
        out. Ordered by flight, unit and time.

    Returns
    -------
    dict of str to np.ndarray
    """
    changes = events[(events["kind"] == Event.GATE) & (events["flight"] >= 0)]
    changes = changes[np.lexsort((changes["time"], changes["unit"], changes["flight"]))]
    ends = events[events["kind"] == Event.TERMINAL]
    last = np.full(int(max(changes["flight"].max(initial=-1), ends["flight"].max(initial=-1))) + 2, duration)
    last[ends["flight"]] = ends["time"]
    until = last[changes["flight"]]
    goes_on = (np.diff(changes["flight"]) == 0) & (np.diff(changes["unit"]) == 0)
    until[:-1] = np.where(goes_on, np.minimum(changes["time"][1:], until[:-1]), until[:-1])
    kept = until > changes["time"]
    found = {
        "flight": changes["flight"],
        "unit": changes["unit"],
        "start": changes["time"],
        "end": until,
        "code": changes["code"],
        "number": gate_numbers(changes),
    }
    return {name: np.asarray(column[kept]) for name, column in found.items()}


# ------------------------------------------------------------------ over the whole run


def sampled(run: Run, most: int | None = None) -> Iterator[list[tuple[int, np.ndarray]]]:
    """Replications with their key events, a chunk at a time: all of a run, or its first ``most``."""
    last = run.replications if most is None else most
    for chunk in run.chunks:
        if chunk.first >= last:
            return
        numbers = range(chunk.first, min(chunk.last, last))
        yield list(zip(numbers, run.store.events(chunk)[: len(numbers)], strict=True))


def top_gates(run: Run, most: int | None = None) -> list[JsonObject]:
    """What kept the units from shooting at hostile flights that leaked: each gate's share of the waiting time.

    Time from each change of gate to the next, or to the flight's end, over all units and replications; ENGAGING and
    NONE are not waiting.  Longest first: gate, share, possible (the part of the share in which a shot was possible, as
    ``reasons.shot_possible`` tells), seconds (a replication, all units), text.

    Parameters
    ----------
    run : Run
    most : int, optional
        Only the first so many replications.

    Returns
    -------
    list of JsonObject
    """
    hostile = np.flatnonzero(np.asarray(run.facts["flight_side"]) == Side.HOSTILE)
    seconds: dict[int, float] = {}
    chances: dict[int, float] = {}
    for part in sampled(run, most):
        for _, events in part:
            ends = events[(events["kind"] == Event.TERMINAL) & np.isin(events["code"], LEAKED)]
            leaked = np.intersect1d(ends["flight"], hostile)
            spells = gate_changes(events[np.isin(events["flight"], leaked)], math.inf)
            possible = shot_possible(spells["flight"].astype(np.int64) << 32 | spells["unit"], spells["code"])
            waiting = ~np.isin(spells["code"], NOT_WAITING)
            _weigh(seconds, spells, waiting)
            _weigh(chances, spells, waiting & possible)
    whole = math.fsum(seconds.values())
    order = sorted((code for code in seconds if seconds[code] > 0), key=lambda code: (-seconds[code], code))
    return [
        {
            "gate": Gate(code).name,
            "share": seconds[code] / whole,
            "possible": chances.get(code, 0.0) / whole,
            "seconds": seconds[code] / min(run.replications, most or run.replications),
            "text": gate_sentence(code),
        }
        for code in order
    ]


def _weigh(seconds: dict[int, float], spells: dict[str, np.ndarray], chosen: np.ndarray) -> None:
    """Add the lengths of chosen spells by gate; by replication, so that chunks of any size give the same last digit."""
    codes, lengths = spells["code"][chosen], (spells["end"] - spells["start"])[chosen]
    for code in np.unique(codes).tolist():
        seconds[code] = seconds.get(code, 0.0) + math.fsum(lengths[codes == code])


def first_bound(run: Run, most: int | None = None) -> dict[str, float]:
    """Share of replications in which each resource was the first to bind for a hostile flight; ``none``: none ever did.

    The picture binds every flight until it is seen, so it is counted only where nothing else ever binds.

    Parameters
    ----------
    run : Run
    most : int, optional
        Only the first so many replications.

    Returns
    -------
    dict of str to float
    """
    hostile = np.flatnonzero(np.asarray(run.facts["flight_side"]) == Side.HOSTILE)
    counts: dict[str, int] = {}
    for part in sampled(run, most):
        for _, events in part:
            gates = events[(events["kind"] == Event.GATE) & np.isin(events["flight"], hostile)]
            bound = [RESOURCE[Gate(int(code))] for code in gates["code"] if int(code) in RESOURCE]
            first = next((b for b in bound if b != "picture"), bound[0] if bound else "none")
            counts[first] = counts.get(first, 0) + 1
    return {
        name: count / sum(counts.values())
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    }
