"""A recorded replication as time series: where flights were, who worked, what was tracked, engaged, loaded.

Everything is read from the event log and from what the world declares; nothing is asked of the engine.  A series has a
value for each whole second of the run; a span is a pair of times (start, end), s, end inf for what never ended.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from openiads.audit.motion import geodetic
from openiads.world.build import World
from openiads.world.codes import Element, Emission, Event, Identity

Span = tuple[float, float]
Answer = TypeVar("Answer")


def kept(method: Callable[[Story, int], Answer]) -> Callable[[Story, int], Answer]:
    """Keep what a method says of a row for as long as its story lives."""

    @functools.wraps(method)
    def ask(self: Story, row: int) -> Answer:
        key = (method.__name__, row)
        if key not in self.memory:
            self.memory[key] = method(self, row)
        return self.memory[key]

    return ask


class Held(NamedTuple):
    """A confirmed track of a post while it follows one flight."""

    serial: int
    flight: int
    post: int
    start: float
    end: float


class Fight(NamedTuple):
    """An engagement: who, of which track and flight, from assignment to release."""

    unit: int
    serial: int
    flight: int
    start: float
    end: float


class Story:
    """What happened in one recorded replication.

    Parameters
    ----------
    world : World
    events : ndarray, shape (n,), dtype ``EVENT``
        Of a replication that was recorded.
    """

    def __init__(self, world: World, events: np.ndarray) -> None:
        self.world, self.events = world, events
        self.rows = world.rows
        self.memory: dict[tuple[str, int], Any] = {}
        self.end = math.floor(float(events["time"].max(initial=0.0))) + 1
        self.times = np.arange(self.end + 1, dtype=float)
        self._by_kind = {Event(int(kind)): events[events["kind"] == kind] for kind in np.unique(events["kind"])}

    def of(self, kind: Event, **where: int) -> np.ndarray:
        """Events of a kind, those whose columns have the given values."""
        rows = self._by_kind.get(kind, self.events[:0])
        for name, value in where.items():
            rows = rows[rows[name] == value]
        return rows

    # -------------------------------------------------------------- series

    def during(self, spans: Iterable[Span], before: float = 0.0, after: float = 0.0) -> np.ndarray:
        """Series: whether a second lies in one of some spans, widened by so many seconds before and after each."""
        found = np.zeros(len(self.times), bool)
        for start, end in spans:
            first = max(math.floor(start - before), 0)
            last = len(found) if end == math.inf else max(math.ceil(end + after) + 1, 0)
            found[first : max(last, first)] = True
        return found

    def lately(self, series: np.ndarray, lag: float, lead: float = 1.0) -> np.ndarray:
        """Series: whether another one was true at some time since ``lag`` s before, or is ``lead`` s later."""
        back, ahead = math.ceil(lag), math.ceil(lead)
        total = np.concatenate([[0], np.cumsum(series)])
        n = np.arange(len(series))
        return total[np.minimum(n + ahead + 1, len(series))] > total[np.maximum(n - back, 0)]

    def steps(self, first: int, changes: Iterable[tuple[float, int]]) -> np.ndarray:
        """Series of a number that begins as ``first`` and changes at times; a change counts from its second on."""
        found = np.full(len(self.times), first)
        for time, value in sorted(changes):
            found[math.floor(time) :] = value
        return found

    # -------------------------------------------------------------- flights

    @functools.cached_property
    def _states(self) -> dict[int, np.ndarray]:
        found: dict[int, np.ndarray] = {}
        for row in self.of(Event.FLIGHT_STATE):
            f, n = int(row["flight"]), round(float(row["time"]))
            if f not in found:
                found[f] = np.full((len(self.times), 6), np.nan)
            found[f][n] = row["value"]
        return found

    def flight(self, f: int) -> np.ndarray:
        """Series of a flight's state, ECEF m and m/s, shape (times, 6); NaN where it is not in the air."""
        return self._states.get(f, np.full((len(self.times), 6), np.nan))

    @kept
    def height(self, f: int) -> np.ndarray:
        """Series of a flight's height, m."""
        return geodetic(self.flight(f)[:, :3])[2]

    # -------------------------------------------------------------- radars, posts, units

    def _posts(self, noun: str, row: int) -> np.ndarray:
        which = {"units": "unit", "radars": "radar"}[noun]
        other = {"units": "radar", "radars": "unit"}[noun]
        changes = self.of(Event.DEVOLVE, **{which: row, other: -1})
        return self.steps(int(self.rows[noun][row]["post"]), ((float(e["time"]), int(e["value"][0])) for e in changes))

    @kept
    def post_of_unit(self, u: int) -> np.ndarray:
        """Series of the post that commands a fire unit."""
        return self._posts("units", u)

    @kept
    def post_of_radar(self, r: int) -> np.ndarray:
        """Series of the post that a radar reports to; -1 for none."""
        return self._posts("radars", r)

    def fails(self, element: Element, row: int) -> float:
        """When a radar, launcher or post ceased to work, s; inf for never."""
        noun = {Element.RADAR: "radars", Element.LAUNCHER: "launchers", Element.POST: "posts"}[element]
        planned = float(self.rows[noun][row]["fails_at"])
        rows = self.of(Event.ELEMENT_DOWN, code=int(element))
        return min([planned, *(float(e["time"]) for e in rows if int(e["value"][0]) == row)])

    @kept
    def turning(self, r: int) -> list[Span]:
        """Spans in which a radar turns and is blind."""
        return [(float(e["time"]), float(e["time"] + e["value"][2])) for e in self.of(Event.SLEW, radar=r)]

    @kept
    def facing(self, r: int) -> np.ndarray:
        """Series of the azimuth (rad) that a radar faces."""
        found = np.full(len(self.times), float(self.rows["radars"][r]["boresight"]))
        for e in self.of(Event.SLEW, radar=r):
            found[math.ceil(float(e["time"] + e["value"][2])) :] = e["value"][1]
        return found

    @kept
    def emits(self, r: int) -> np.ndarray:
        """Series: whether emission control lets a radar emit; one that blinks counts as emitting."""
        switches = self.of(Event.EMISSION, radar=r)
        switches = switches[switches["value"][:, 0] != Emission.BLINK]
        return self.steps(1, ((float(e["time"]), int(e["code"])) for e in switches)) == 1

    @kept
    def works(self, r: int) -> np.ndarray:
        """Series: whether a radar stands, emits and does not turn."""
        radar = self.rows["radars"][r]
        up = (self.times >= radar["ready_at"]) & (self.times < self.fails(Element.RADAR, r))
        return up & (radar["emitting"] == 1) & self.emits(r) & ~self.during(self.turning(r))

    # -------------------------------------------------------------- tracks

    @functools.cached_property
    def tracks(self) -> list[Held]:
        """Confirmed tracks of posts, a row for each flight that one followed."""
        drops = {int(e["track"]): float(e["time"]) for e in self.of(Event.TRACK_DROP)}
        swaps: dict[int, list[tuple[float, int]]] = {}
        for e in self.of(Event.TRACK_UPDATE, code=-1):  # also to a false alarm and back, which is no swap
            swaps.setdefault(int(e["track"]), []).append((float(e["time"]), int(e["flight"])))
        found = []
        for e in [*self.of(Event.TRACK), *self.of(Event.FALSE_TRACK)]:
            serial, start = int(e["track"]), float(e["time"])
            post = int(self.post_of_radar(int(e["radar"]))[min(math.floor(start), self.end)])
            ways = [(start, int(e["flight"]))]
            ways += [way for way in swaps.get(serial, []) if way[0] > start]
            ways = [way for n, way in enumerate(ways) if n == 0 or way[1] != ways[n - 1][1]]
            ends = [*(time for time, _ in ways[1:]), drops.get(serial, math.inf)]
            found += [Held(serial, f, post, a, b) for (a, f), b in zip(ways, ends, strict=True)]
        return found

    def held(self, f: int, posts: np.ndarray, after: float = 0.0) -> np.ndarray:
        """Series: whether the post of a series has a confirmed track of a flight, told for ``after`` s longer; below 0,
        so much less at both ends.
        """
        found = np.zeros(len(self.times), bool)
        for track in self.tracks:
            if track.flight == f:
                found |= self.during([(track.start, track.end)], min(after, 0.0), after) & (posts == track.post)
        return found

    def identities(self, serial: int) -> list[tuple[float, Identity]]:
        """What a track was believed to be, from when on; before the first it was pending."""
        rows = self.of(Event.IDENTIFY, track=serial)
        return [(0.0, Identity.PENDING), *((float(e["time"]), Identity(int(e["code"]))) for e in rows)]

    # -------------------------------------------------------------- engagements, rounds

    @functools.cached_property
    def fights(self) -> list[Fight]:
        """All engagements, in order of assignment."""
        found = []
        for e in self.of(Event.ASSIGN):
            u, serial, start = int(e["unit"]), int(e["track"]), float(e["time"])
            ends = self.of(Event.RELEASE, unit=u, track=serial)
            over = [float(r["time"]) for r in ends if abs(r["time"] - r["value"][0] - start) < 1e-6]
            found.append(Fight(u, serial, int(e["flight"]), start, min(over, default=math.inf)))
        return found

    @functools.cached_property
    def rounds(self) -> dict[int, tuple[Any, float]]:
        """Rounds by row: their launch event, and when they ended."""
        ends = {int(e["round"]): float(e["time"]) for e in self.of(Event.ROUND_END)}
        return {int(e["round"]): (e, ends.get(int(e["round"]), math.inf)) for e in self.of(Event.LAUNCH)}

    @kept
    def loaded(self, k: int) -> np.ndarray:
        """Series of the rounds on a launcher that works; 0 once it does not."""
        launcher = self.rows["launchers"][k]
        left = int(launcher["loaded"])
        changes = []
        happened = [*self.of(Event.LAUNCH, launcher=k), *self.of(Event.RELOAD, launcher=k)]
        for e in sorted(happened, key=lambda row: float(row["time"])):
            left = int(e["value"][4]) if e["kind"] == Event.LAUNCH else int(e["code"])
            changes.append((float(e["time"]), left))
        series = self.steps(int(launcher["loaded"]), changes)
        return np.where(self.times < self.fails(Element.LAUNCHER, k), series, 0)

    def launchers(self, u: int) -> range:
        """Rows of a unit's launchers."""
        unit = self.rows["units"][u]
        return range(int(unit["first_launcher"]), int(unit["first_launcher"] + unit["launchers"]))

    @kept
    def left(self, u: int) -> np.ndarray:
        """Series of the rounds on a unit's working launchers."""
        return np.sum([self.loaded(k) for k in self.launchers(u)] or [np.zeros(len(self.times), int)], axis=0)
