"""How often one fire unit may shoot at a target that passes straight, and how long it has for the last shot.

Shoot, look, shoot: the first launch comes as early as the envelope allows (`reach.envelope`), each later one the
system's assessment delay and its crew's delay after the intercept before.  A radar that can turn in action turns as in
a run: to where the target is, once the target is outside its sector and no round is on its way, and as often as that
comes to be; so a target that flies over the unit is met as it comes, and again as it leaves.  An opportunity is a
launch with its intercept; whether the round hits is not asked, and a target that is hit is not shot at again.
Channels, launchers and rounds are taken to be free.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.reach import straight
from openiads.reach.envelope import (
    UnitConditions,
    Watch,
    assess,
    earliest,
    first_seen,
    reach_of,
    site_detects,
    turns,
)
from openiads.reach.hold import holds
from openiads.reach.scenes import home, magazines_of
from openiads.reach.straight import Paths, Target
from openiads.world.build import World

Floats = NDArray[np.floating]
STEP = 250.0  # m between two points of a pass


@dataclass(frozen=True)
class Opportunity:
    """One launch and its intercept: s from the start of the pass, ground range and place along the course in m."""

    launch: float
    intercept: float
    ground_range: float
    along: float


@dataclass(frozen=True)
class Pass:
    """What a unit may do about one straight pass."""

    crossing: float  #: m, positive to the right of the course
    height: float  #: m
    seen: float  #: s, first detection; inf for never
    chances: tuple[Opportunity, ...]  #: shoot-look-shoot, in order
    last: Opportunity | None  #: the last launch that still meets the target

    @property
    def warning(self) -> float:
        """Time (s) from first detection to the last launch that still meets the target; 0 if there is none."""
        return self.last.launch - self.seen if self.last is not None else 0.0


def chain(
    times: Floats, latest: Floats, ready: Floats, pause: float, free: float = -math.inf
) -> list[tuple[int, float]]:
    """Successive intercepts along a path as (point, launch time): each as early as it can be.

    times : s, at which the target is at each point, rising;  latest : s, launch of a round that meets it there, -inf
    where none can;  ready : s, earliest launch allowed for each point;  pause : s from an intercept to the next launch;
    free : s, before which none is launched
    """
    found: list[tuple[int, float]] = []
    while True:
        able = np.flatnonzero((latest >= ready) & (latest >= free))
        if not len(able):
            return found
        k = int(able[0])
        found.append((k, float(latest[k])))
        free = float(times[k]) + pause


def passes(
    world: World,
    target: Target,
    height: float,
    course: float,
    crossings: Iterable[float],
    *,
    unit: int = 0,
    limits: str = "emergent",
    question: UnitConditions | None = None,
) -> list[Pass]:
    """Straight passes of a target with a course (rad) at crossing distances (m, two or more, evenly spaced)."""
    question = question or UnitConditions()
    paths = straight.parallel(
        world.terrain,
        home(world, unit),
        target.speed,
        height,
        reach_of(world, unit, target, question),
        course,
        crossings=np.array(list(crossings)),
        step=STEP,
    )
    row = world.rows["units"][unit]
    own = world.rows["radars"][int(row["radar"])]
    kinds, delay = magazines_of(world, unit, question.round), question.delay(world, unit)
    found = site_detects(world, unit, paths, target, question)
    seen = first_seen(paths, found)
    shots = _Shots(paths, float(row["assess_delay"]), float(row["crew_delay"]))
    watched = _Watched(own, paths, turns(world, unit, question), seen)
    known = found
    while watched.turned(known):
        held = holds(world, unit, paths, target, kinds, watched.faces)
        ready = earliest(paths, held, watched.laid, delay)
        shots.add(ready, assess(world, unit, paths, target, (limits,), question, Watch(seen, ready))[limits])
        known = found.copy()
        known[:, 1:] |= held[:, :-1]  # what it held a moment ago it need not be told of
        watched.lost(shots.busy)
    return [shots.of(i, float(seen[i])) for i in range(len(seen))]


class _Watched:
    """Where a unit's radar is laid on each path, and from when on: as a run turns it (`parts.service.turn`).

    faces : azimuths, rad;  laid : s, inf once nothing is to come
    """

    def __init__(self, radar: np.void, paths: Paths, turns: bool, seen: Floats) -> None:
        away = paths.at - radar["position"]
        self.azimuths = np.arctan2(away @ radar["axes"][0], away @ radar["axes"][1])
        self.half, self.rate, self.turns = float(radar["track_half"]), float(radar["slew_rate"]), turns
        self.times = paths.times
        self.faces = np.full(len(seen), float(radar["boresight"]))
        self.laid = seen.copy()

    def _off(self) -> Floats:
        """Angle (rad) between the target and the middle of the sector, (paths, points)."""
        return np.abs((self.azimuths - self.faces[:, None] + math.pi) % math.tau - math.pi)

    def turned(self, known: NDArray[np.bool_]) -> bool:
        """Lay the radar on targets outside its sector, from the first point on where each is known; False if no path
        has anything to come."""
        if self.turns:
            there, first = _first(known & (self.times >= self.laid[:, None]))
            path = np.arange(len(first))
            off = self._off()[path, first]
            outside = there & (off > self.half)
            at = np.where(there, np.maximum(self.laid, self.times[first]), math.inf)
            self.laid = at + np.where(outside, off / max(self.rate, 1e-9), 0.0)
            self.faces = np.where(outside, self.azimuths[path, first], self.faces)
        return bool((self.laid <= self.times[-1]).any())

    def lost(self, busy: Floats) -> None:
        """Go on to where the target has left the sector and no round is on its way any more (s, of each path)."""
        gone, first = _first((self._off() > self.half) & (self.times >= self.laid[:, None]))
        self.laid = np.where(gone & self.turns, np.maximum(self.times[first], busy), math.inf)


def _first(marked: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Whether a path has a marked point, and the first, (paths,) each."""
    return np.asarray(marked.any(axis=1)), np.argmax(marked, axis=1)


class _Shots:
    """Shots at the targets of some paths so far.

    busy : s until which the last one is not assessed, (paths,)
    """

    def __init__(self, paths: Paths, assessing: float, crew: float) -> None:
        self.paths, self.assessing, self.crew = paths, assessing, crew
        self.busy = np.full(len(paths.across), -math.inf)
        self.chances: list[list[Opportunity]] = [[] for _ in paths.across]
        self.last: list[Opportunity | None] = [None] * len(paths.across)

    def _chance(self, i: int, k: int, launch: float) -> Opportunity:
        paths = self.paths
        return Opportunity(launch, float(paths.times[k]), float(paths.away[i, k]), float(paths.along[k]))

    def add(self, ready: Floats, spare: Floats) -> None:
        """Those that a position of the radar allows: ``ready`` s is the earliest launch for each point, which may wait
        ``spare`` s; -inf where there is none."""
        possible = spare >= 0.0
        latest = np.where(possible, ready + np.where(possible, spare, 0.0), -math.inf)
        pause = self.assessing + self.crew
        for i, mine in enumerate(self.chances):
            free = float(self.busy[i]) + self.crew
            found = chain(self.paths.times, latest[i], ready[i], pause, free)
            mine += [self._chance(i, k, launch) for k, launch in found]
            if mine:
                self.busy[i] = mine[-1].intercept + self.assessing
            k = int(np.argmax(latest[i]))
            held = self.last[i]
            if latest[i, k] > (-math.inf if held is None else held.launch):
                self.last[i] = self._chance(i, k, float(latest[i, k]))

    def of(self, i: int, seen: float) -> Pass:
        """What may be done on a path whose target is first detected at ``seen`` s."""
        return Pass(float(self.paths.across[i]), self.paths.height, seen, tuple(self.chances[i]), self.last[i])
