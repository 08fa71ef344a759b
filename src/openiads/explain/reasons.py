"""When a target's place allowed a shot, what kept a unit from it, and how spells that flicker are told as one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from openiads.explain.sentences import gate_sentence
from openiads.world.codes import Gate
from openiads.world.trace import GATE_RANK

#: Gates at which the place, course or speed of the target rules a shot out, whatever the unit sees, has or decides.
#: What flies in from far away spends most of its time at them, so they say little about why it got through.
NO_SHOT = (
    Gate.BEYOND_RADAR,
    Gate.HORIZON,
    Gate.MASK,
    Gate.SECTOR,
    Gate.OUT_OF_RANGE,
    Gate.OUT_OF_HEIGHT,
    Gate.OUT_OF_SPEED,
    Gate.NOT_ENOUGH_G,
    Gate.NO_TIME,
    Gate.TOO_EARLY,
    Gate.SUPPORT_WILL_BE_LOST,
)

#: Those of them that end as the target comes nearer: before them it was farther away.
STILL_TOO_FAR = (Gate.OUT_OF_RANGE, Gate.TOO_EARLY)

#: Gates at which a unit does not wait to shoot.
NOT_WAITING = (Gate.NONE, Gate.ENGAGING)

#: Which gate means that a resource binds, in the words of ``world.outcome.BOUNDS``.
RESOURCE = {
    Gate.SILENT: "picture",
    Gate.JAMMED: "picture",
    Gate.NOT_DETECTED: "picture",
    Gate.NO_FIRM_TRACK: "picture",
    Gate.NOT_IDENTIFIED: "picture",
    Gate.NOT_ACQUIRED: "picture",
    Gate.OPERATOR_BUSY: "operator",
    Gate.NO_CHANNEL: "channel",
    Gate.NO_LAUNCHER_READY: "launcher",
    Gate.NO_ROUND: "magazine",
}

#: A spell shorter than this (s) between two at one gate is told with them.
FLICKER = 3.0
#: Share of a spell below which what flickers in it is not told.
LEAST_SHARE = 0.01
#: Reasons told of a flight.
MOST = 3


def shot_possible(group: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Whether the target's place, course and speed allowed a shot during each spell, as far as gates tell.

    What the unit sees, has and decides is not asked: one without rounds counts.

    Gates are asked in the order of ``codes.ASKED``, those of the air picture before those of reach.  A spell at one of
    the former says nothing of reach by itself: it is left out where the target was still too far when reach was asked
    next, and had not been within reach before; otherwise it counts.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        A number for each pair of flight and fire unit; spells of a pair lie together, in order of time.
    codes : ndarray of int, shape (n,)
        Their gates.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    n = len(codes)
    if n == 0:
        return np.zeros(0, bool)
    ruled_out = np.isin(codes, NO_SHOT)
    unasked = ~ruled_out & (GATE_RANK[codes] < GATE_RANK[Gate.OUT_OF_RANGE]) & (codes != Gate.NONE)
    within = ~ruled_out & ~unasked & (codes != Gate.NONE)
    before = np.cumsum(within) - within  # spells within reach before this one, over all pairs
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    since = before - np.repeat(before[first], np.diff(np.r_[first, n]))
    telling = np.where(unasked, n, np.arange(n))
    following = np.minimum.accumulate(telling[::-1])[::-1]
    here = np.minimum(following, n - 1)
    too_far = (following < n) & (group[here] == group) & np.isin(codes[here], STILL_TOO_FAR)
    return ~ruled_out & ~(unasked & too_far & (since == 0))


@dataclass(frozen=True, slots=True)
class GateSpell:
    """From ``start`` to ``end`` (s) this gate kept ``unit`` from shooting at the flight.

    Parameters
    ----------
    unit, gate, text : str
        Fire unit, name of the gate, and the gate in words.
    start, end : float
        s.
    possible : bool
        Whether a shot was possible meanwhile, as ``shot_possible`` tells.
    between : dict of str to float
        Of spells told as one: seconds at other gates in between.
    """

    unit: str
    start: float
    end: float
    gate: str
    text: str
    possible: bool = True
    between: dict[str, float] | None = None

    def __str__(self) -> str:
        told = f"{self.unit}, t={self.start:.1f} s to {self.end:.1f} s: {self.text}"
        whole = self.end - self.start
        parts = [
            f"for {100.0 * seconds / whole:.0f} % of it {gate_sentence(Gate[gate])}"
            for gate, seconds in sorted((self.between or {}).items(), key=lambda item: -item[1])
            if seconds >= LEAST_SHARE * whole
        ]
        return f"{told}; {', '.join(parts)}" if parts else told


def steadied(spells: Sequence[GateSpell], shortest: float = FLICKER) -> list[GateSpell]:
    """Spells of one flight for reading: what flickers between two equal gates is told as one spell.

    Parameters
    ----------
    spells : sequence of GateSpell
        By unit, in order of time.
    shortest : float
        A spell shorter than this (s), between two at one gate, is told with them.

    Returns
    -------
    list of GateSpell
    """
    found: list[GateSpell] = []
    for _, group in itertools.groupby(spells, key=lambda spell: spell.unit):
        mine = list(group)
        k = 0
        while k < len(mine):
            last, between = k, dict[str, float]()
            while (
                last + 2 < len(mine)
                and mine[last + 2].gate == mine[k].gate
                and mine[last + 1].end - mine[last + 1].start < shortest
            ):
                other = mine[last + 1]
                between[other.gate] = between.get(other.gate, 0.0) + other.end - other.start
                last += 2
            first = mine[k]
            if last == k:
                found.append(first)
            else:
                words = gate_sentence(Gate[first.gate])  # a number would be that of its first part alone
                found.append(
                    GateSpell(first.unit, first.start, mine[last].end, first.gate, words, first.possible, between)
                )
            k = last + 1
    return found


@dataclass(frozen=True, slots=True)
class Reasons:
    """What kept fire units longest from shooting at a flight.

    Parameters
    ----------
    possible : float
        Seconds, summed over fire units, in which a unit waited although the target's place and course allowed a shot.
    waited : float
        Seconds in which one waited at all.
    longest : tuple of (str, float)
        Gate and seconds, longest first: of the time in which a shot was possible, or of all where there is none.
    """

    possible: float
    waited: float
    longest: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        if not self.longest:
            return "no fire unit had it under observation"
        named = ", ".join(f"{gate_sentence(Gate[gate])} {seconds:.0f} s" for gate, seconds in self.longest)
        if self.possible > 0.0:
            return (
                f"its place and course allowed a shot for {self.possible:.0f} s, all fire units together, but: {named}"
            )
        return f"its place, course or speed allowed no shot in {self.waited:.0f} s, all fire units together: {named}"


def reasons(spells: Iterable[GateSpell], most: int = MOST) -> Reasons:
    """The longest reasons why units did not shoot at a flight.

    Parameters
    ----------
    spells : iterable of GateSpell
        Of one flight.
    most : int
        How many are told.

    Returns
    -------
    Reasons
    """
    waiting = [spell for spell in spells if Gate[spell.gate] not in NOT_WAITING]
    chances = [spell for spell in waiting if spell.possible]
    weighed: dict[str, float] = {}
    for spell in chances or waiting:
        weighed[spell.gate] = weighed.get(spell.gate, 0.0) + spell.end - spell.start
    ranked = sorted(((gate, s) for gate, s in weighed.items() if s > 0.0), key=lambda item: (-item[1], item[0]))
    return Reasons(
        sum(spell.end - spell.start for spell in chances),
        sum(spell.end - spell.start for spell in waiting),
        tuple(ranked[:most]),
    )
