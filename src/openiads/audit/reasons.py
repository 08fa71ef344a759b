"""Whether the reasons told for not shooting can be true, by first principles.

Every change of a gate is in the log: what kept a fire unit from shooting at a flight, from when to when.  Here each
told gate is asked again of the truth: where flight and radars were, who worked and who was turned away, what the ground
hides, what a round of the catalog reaches, which channels, launchers and rounds were taken, what was believed of the
track.  A reason is false when at some second of its spell it cannot have held, not even as long before as its teller
may be behind: a post decides once a cycle on looks that are up to a frame old.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from openiads.audit import grounds, means
from openiads.audit.story import Story
from openiads.world.build import World
from openiads.world.codes import Event, Gate, Side, Terminal

LEAKED = (Terminal.HIT_ASSET, Terminal.REACHED_MISSED)

#: Gate -> series of whether it can hold for a flight at a fire unit, with the lag of whoever tells it.
GROUNDS: dict[Gate, Callable[[Story, int, int], np.ndarray]] = {
    Gate.NO_RADAR: grounds.no_radar,
    Gate.BEYOND_RADAR: grounds.beyond_radar,
    Gate.HORIZON: grounds.below_the_horizon,
    Gate.MASK: grounds.behind_terrain,
    Gate.SECTOR: grounds.out_of_sector,
    Gate.SEARCH_MODE: grounds.out_of_mode,
    Gate.JAMMED: grounds.jammed,
    Gate.NOT_DETECTED: grounds.not_detected,
    Gate.NO_FIRM_TRACK: grounds.no_firm_track,
    Gate.NOT_ACQUIRED: means.not_acquired,
    Gate.NOT_IDENTIFIED: grounds.not_identified,
    Gate.RULES_OF_ENGAGEMENT: grounds.forbidden,
    Gate.OUT_OF_RANGE: grounds.out_of_range,
    Gate.OUT_OF_HEIGHT: grounds.out_of_height,
    Gate.OUT_OF_SPEED: grounds.too_fast,
    Gate.NOT_ENOUGH_G: grounds.not_enough_lift,
    Gate.NO_TIME: grounds.no_time,
    Gate.SUPPORT_WILL_BE_LOST: grounds.support_will_be_lost,
    Gate.NO_CHANNEL: means.no_channel,
    Gate.NO_LAUNCHER_READY: means.no_launcher,
    Gate.NO_ROUND: means.no_round,
    Gate.PROBABILITY_FLOOR: grounds.below_the_floor,
    Gate.OPERATOR_BUSY: means.operator_busy,
    Gate.HELD_FOR_ASSESSMENT: means.assessed_dead,
    Gate.ENGAGED_ELSEWHERE: means.engaged_elsewhere,
    Gate.LINK_DOWN: grounds.link_down,
    Gate.UNIT_NOT_READY: means.unit_not_ready,
    Gate.NOT_THREATENING: grounds.not_threatening,
    Gate.RULE_HELD: means.rule_held,
    Gate.ENGAGING: means.engaging,
    Gate.TOO_EARLY: grounds.too_early,
    Gate.RESERVED: means.reserved,
    Gate.SILENT: grounds.silent,
    Gate.POINT_DEFENSE: means.left_to_point_defense,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A told reason: from ``start`` to ``end`` (s) a gate kept a fire unit from a flight.

    Parameters
    ----------
    flight, unit : int
        Rows.
    gate : Gate
    start, end : float
        s.
    false_for : int
        Seconds of it in which it cannot have held.
    first_false : float
        The first of them, s; NaN for none.
    last : bool
        Whether the flight's end found it.
    """

    flight: int
    unit: int
    gate: Gate
    start: float
    end: float
    false_for: int
    first_false: float
    last: bool

    def __str__(self) -> str:
        told = f"flight {self.flight}, unit {self.unit}, {self.start:.1f} s to {self.end:.1f} s: {self.gate.name}"
        return (
            told if not self.false_for else f"{told} is false for {self.false_for} s from {self.first_false:.0f} s on"
        )


def leakers(world: World, events: np.ndarray) -> list[int]:
    """Rows of the hostile flights that came through, in order."""
    ends = events[(events["kind"] == Event.TERMINAL) & np.isin(events["code"], LEAKED)]
    hostile = world.rows["flights"]["side"] == Side.HOSTILE
    return sorted(int(f) for f in ends["flight"] if hostile[f])


def audit_reasons(world: World, events: np.ndarray, flights: Iterable[int] | None = None) -> list[Reason]:
    """Every told reason of some flights, with how long it was false.

    Parameters
    ----------
    world : World
    events : ndarray, shape (n,), dtype ``EVENT``
        Of a replication that was recorded.
    flights : iterable of int, optional
        Their rows; those that leaked if left out.

    Returns
    -------
    list of Reason
    """
    story = Story(world, events)
    found = []
    for f in leakers(world, events) if flights is None else flights:
        ends = story.of(Event.TERMINAL, flight=f)
        over = float(ends["time"][0]) if len(ends) else float(story.end)
        for u in range(len(world.rows["units"])):
            changes = story.of(Event.GATE, flight=f, unit=u)
            holds: dict[int, np.ndarray] = {}
            for n, change in enumerate(changes):
                code, start = int(change["code"]), float(change["time"])
                end = float(changes[n + 1]["time"]) if n + 1 < len(changes) else over
                if code not in holds:
                    holds[code] = GROUNDS[Gate(code)](story, f, u)
                seconds = np.arange(math.ceil(start), max(math.floor(end), math.ceil(start)) + 1)
                seconds = seconds[(seconds < over) & (seconds <= story.end)]
                wrong = seconds[~holds[code][seconds]]
                first = float(wrong[0]) if len(wrong) else math.nan
                found.append(Reason(f, u, Gate(code), start, end, len(wrong), first, n + 1 == len(changes)))
    return found
