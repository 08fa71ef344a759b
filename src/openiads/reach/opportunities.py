"""How often one fire unit may shoot at a target that passes straight, and how long it has for the last shot.

Shoot, look, shoot: the first launch comes as early as the envelope allows (`reach.envelope`), each later one the
system's assessment delay and its crew's delay after the intercept before.  The radar turns once, to the azimuth that
allows the most.  An opportunity is a launch with its
intercept; whether the round hits is not asked, and a target that is hit is not shot at again.  Channels, launchers and
rounds are taken to be free.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.reach import straight
from openiads.reach.envelope import UnitConditions, assess, faces_of, reach_of, watch
from openiads.reach.scenes import home
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


def chain(times: Floats, latest: Floats, ready: Floats, pause: float) -> list[tuple[int, float]]:
    """Successive intercepts along a path as (point, launch time): each as early as it can be.

    times : s, at which the target is at each point, rising;  latest : s, launch of a round that meets it there, -inf
    where none can;  ready : s, earliest launch allowed for each point;  pause : s from an intercept to the next launch
    """
    found: list[tuple[int, float]] = []
    free = -math.inf
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
    pause = float(row["assess_delay"] + row["crew_delay"])
    best: list[Pass | None] = [None] * len(paths.across)
    for face in faces_of(world, unit, paths, question):
        when = watch(world, unit, paths, target, question, face)
        spare = assess(world, unit, paths, target, (limits,), question, when)[limits]
        possible = spare >= 0.0
        latest = np.where(possible, when.ready + np.where(possible, spare, 0.0), -math.inf)
        for i in range(len(best)):
            found = _passed(paths, i, float(when.seen[i]), latest[i], when.ready[i], pause)
            held = best[i]
            if held is None or (len(found.chances), found.warning) > (len(held.chances), held.warning):
                best[i] = found
    return [each for each in best if each is not None]


def _passed(paths: Paths, i: int, seen: float, latest: Floats, ready: Floats, pause: float) -> Pass:
    def chance(k: int, launch: float) -> Opportunity:
        return Opportunity(launch, float(paths.times[k]), float(paths.away[i, k]), float(paths.along[k]))

    chances = tuple(chance(k, launch) for k, launch in chain(paths.times, latest, ready, pause))
    k = int(np.argmax(latest))
    last = chance(k, float(latest[k])) if latest[k] > -math.inf else None
    return Pass(float(paths.across[i]), paths.height, seen, chances, last)
