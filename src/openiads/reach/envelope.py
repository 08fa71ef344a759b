"""Engagement envelope: where one fire unit can meet a target that flies straight and level.

A point belongs to the envelope of a fire unit, for a target of one speed, height and cross-section, if an engagement
whose intercept lies there is possible.  The target flies to the point on a straight level path, and

- a radar of the site has detected it in search before (one look detects with a probability of one half or more, over
  the fluctuation of the target), and the published reaction time has passed since;
- the unit's engagement radar holds it from then on up to the point itself, so that a round is guided there: it sees it
  (horizon, mask, sector, elevations, range limits, radial speed and signal), and sees it again before a break has
  lasted longer than its rounds survive in a run (`parts.weapons.supported`);
- a round that left after both is there in time, fast enough for the target and with three times a required lift (a
  constant of the model) available; a launcher of that kind of round covers the direction;
- with *published* limits: the point also lies within the published distances and heights of an intercept, and the
  target is no faster than published.  *Emergent* limits are flight, radar and time alone.

Every test is the engine's own code: `parts.sensing` for the radars (`reach.hold`), `physics.reach.slack` for the round,
with the numbers of `doctrine.assignment`.  What is left to runs: tracks and their errors, identification, the crew's
queue, channels, the look of each radar at its own time, and whether the round kills.

The path to a point is either *inbound*, toward the unit (crossing distance 0), or *straight*, a family of parallel
paths with one course, past the unit at their crossing distances.  A unit whose radar can turn in action, and that has
no target in hand, turns to a target outside its sector, as in a run: once, to where the target is first detected, and
a launch waits for that.  (Shots at one pass turn it again, `reach.opportunities`.)  Heights are above the sea unless
said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.physics.reach import slack
from openiads.reach import straight
from openiads.reach.hold import detected, holds
from openiads.reach.scenes import home, magazines_of, site_of, system_of, unit_world
from openiads.reach.straight import Paths, Target
from openiads.world.build import World
from openiads.world.prebuilt import Prebuilt
from openiads.world.units import flight_limits
from openiads.world.values import Values

Floats = NDArray[np.floating]

#: The two arms: flight alone bounds an intercept, or the published figures do too.
LIMITS = ("emergent", "published")
VOLUME_HEIGHTS = (15.0, 50.0, 200.0, 500.0, *np.arange(1000.0, 4000.0, 1000.0), *np.arange(4000.0, 36_000.0, 2000.0))
VOLUME_AZIMUTHS = 30  # of the half circle to one side of the facing
FACES = 12  # azimuths to which a radar is turned against targets that pass
LOW_STEP = 250.0  # m, of ``low_reach``


def arms_of(limits: str) -> tuple[str, ...]:
    """The arms that a word asks for, "both" or one of them; InputError for another word."""
    if limits not in (*LIMITS, "both"):
        raise InputError("--limits", f"{limits!r}", f"One of {', '.join(LIMITS)}, both.")
    return LIMITS if limits == "both" else (limits,)


@kernel("void(f8[::1], i8, f8[::1], f8[:, :, ::1], f8[:, ::1], f8, f8, f8[::1], f8[:, ::1])", entry=True)
def spare_times(
    tables: Floats,
    at: int,
    launcher: Floats,
    points: Floats,
    after: Floats,
    required: float,
    floor: float,
    limits: Floats,
    out: Floats,
) -> None:
    """`reach.slack` (s) of a round at points (paths, points, 3) that the target reaches ``after`` s from the earliest
    launch; the greater of that and what ``out`` holds is put there."""
    for i in range(len(points)):
        for k in range(points.shape[1]):
            if after[i, k] >= 0.0:
                out[i, k] = max(out[i, k], slack(
                    tables, at, launcher[0], launcher[1], launcher[2], points[i, k, 0], points[i, k, 1],
                    points[i, k, 2], after[i, k], required, floor, limits,
                ))  # fmt: skip


# ------------------------------------------------------------------ what is asked


@dataclass(frozen=True)
class UnitConditions:
    """How the unit stands to what is asked.

    cued : surveillance radars of the site tell it where to look;  turn : it has no target in hand and may turn its
    radar;  reaction : s from detection to launch, nan for the published time;  round : only this kind, "" for any
    """

    cued: bool = True
    turn: bool = True
    reaction: float = math.nan
    round: str = ""

    def delay(self, world: World, unit: int) -> float:
        """Reaction time of a unit, s; InputError below 0."""
        if self.reaction < 0.0:
            raise InputError("envelope.reaction", f"{self.reaction:g} s", "Give a time of 0 s or more.")
        if not math.isnan(self.reaction):
            return self.reaction
        return Values(world.catalog, world.knobs).of(world.catalog[system_of(world, unit)], "reaction_time")


@dataclass(frozen=True)
class Watch:
    """When a round may leave against a target on some paths; s from the start of each path."""

    seen: Floats  #: first detection in search, (paths,); inf: never
    ready: Floats  #: earliest launch for an intercept at each point; inf where it is not guided, (paths, points)


@dataclass(frozen=True)
class Envelope:
    """Where an engagement is possible, height by height."""

    limits: str
    paths: tuple[Paths, ...]  #: one family for each height
    spare: tuple[Floats, ...]  #: s by which a launch could wait, -inf where none is possible, (paths, points)

    @property
    def heights(self) -> Floats:
        """Heights, m, (heights,)."""
        return np.array([paths.height for paths in self.paths])

    def inside(self, k: int) -> NDArray[np.bool_]:
        """Points of height ``k`` that belong to it."""
        return self.spare[k] >= 0.0

    def area(self, k: int) -> float:
        """Its ground area at height ``k``, m2."""
        return float((self.paths[k].cells * self.inside(k)).sum())

    def farthest(self, k: int) -> float:
        """Greatest ground range of a point of height ``k``, m; 0 if there is none."""
        return float((self.paths[k].away * self.inside(k)).max(initial=0.0))

    def nearest(self, k: int) -> float:
        """Least ground range of a point of height ``k``, m; inf if there is none."""
        return float(np.where(self.inside(k), self.paths[k].away, math.inf).min(initial=math.inf))

    @property
    def volume(self) -> float:
        """Its volume, m3: from the ground up, areas taken as straight between heights, as at the lowest below it."""
        heights = np.concatenate([[0.0], self.heights])
        areas = [self.area(k) for k in range(len(self.paths))]
        return float(np.trapezoid([areas[0], *areas], heights))


def reach_of(world: World, unit: int, target: Target, question: UnitConditions) -> float:
    """From where on (m) a path is followed, so that nothing earlier changes an intercept: as far as any radar looks, or
    as the target flies while the radar turns, the crew reacts and the longest flight of a round goes on."""
    far = 0.0
    for m in magazines_of(world, unit, question.round):
        at = int(world.rows["magazines"][m]["flyout_table"])
        ranges, heights = int(world.tables[at]), int(world.tables[at + 1])
        times = world.tables[at + 4 : at + 4 + 3 * ranges * heights : 3]
        longest = float(times[np.isfinite(times)].max(initial=0.0))
        waiting = longest + question.delay(world, unit) + 40.0
        far = max(far, ranges * float(world.tables[at + 2]) + target.speed * waiting)
    lit = world.rows["radars"]["range_max"][world.rows["radars"]["emitting"] == 1]
    return min(far, float(lit.max(initial=0.0)) + straight.STEP)


# ------------------------------------------------------------------ the engagement


def watch(
    world: World, unit: int, paths: Paths, target: Target, question: UnitConditions, face: float | None = None
) -> Watch:
    """When a round of a unit may leave against a target on some paths.

    face : azimuth (rad) to which the unit's radar turns once a target is detected; left out it stays on its facing, but
    turns to an inbound target outside its sector.  It cannot turn in search, nor where the question forbids it.
    """
    radar = world.rows["radars"][int(world.rows["units"][unit]["radar"])]
    seen = first_seen(paths, site_detects(world, unit, paths, target, question))
    laid, turning = _laid(radar, paths, turns(world, unit, question), face)
    held = holds(world, unit, paths, target, magazines_of(world, unit, question.round), laid)
    return Watch(seen, earliest(paths, held, seen + turning, question.delay(world, unit)))


def site_detects(world: World, unit: int, paths: Paths, target: Target, question: UnitConditions) -> NDArray[np.bool_]:
    """Points of some paths where what cues a unit detects the target in search, (paths, points)."""
    own = int(world.rows["units"][unit]["radar"])
    radars, site = world.rows["radars"], f"{site_of(world, unit)}/"
    able = [k for k, name in enumerate(world.names.radars) if name.startswith(site) and int(radars[k]["unit"]) < 0]
    searching = [k for k in [own, *(able if question.cued else [])] if radars[k]["emitting"] == 1]
    return detected(world, searching, paths, target)


def first_seen(paths: Paths, found: NDArray[np.bool_]) -> Floats:
    """Time (s) of the first point of each path that is marked; inf for none."""
    return np.where(found.any(axis=1), paths.times[np.argmax(found, axis=1)], math.inf)


def earliest(paths: Paths, held: NDArray[np.bool_], laid: Floats, delay: float) -> Floats:
    """Earliest launch (s) for an intercept at each point: ``delay`` after the radar is laid (s, (paths,)) and the hold
    that lasts to there has begun; inf where there is none."""
    lost = np.where(held, -1, np.arange(held.shape[1]))
    since = np.maximum.accumulate(lost, axis=1) + 1  # point at which the hold that lasts to here began
    begun = np.where(held, paths.times[np.minimum(since, held.shape[1] - 1)], math.inf)
    ready = np.maximum(begun, laid[:, None]) + delay
    return np.where(ready <= paths.times, ready, math.inf)


def turns(world: World, unit: int, question: UnitConditions) -> bool:
    """Whether a unit's radar turns in action, and may."""
    return question.turn and float(world.rows["radars"][int(world.rows["units"][unit]["radar"])]["slew_rate"]) > 0.0


def faces_of(world: World, unit: int, paths: Paths, question: UnitConditions) -> list[float | None]:
    """Azimuths to which a unit's radar may turn against targets on some paths, as ``watch`` takes them."""
    if paths.approach == "inbound" or not turns(world, unit, question):
        return [None]
    return [None, *(np.arange(FACES) * (math.tau / FACES)).tolist()]


def _laid(radar: np.void, paths: Paths, turn: bool, face: float | None) -> tuple[Floats, Floats]:
    """Azimuth (rad) on which a radar is laid for each path, and the time (s) that turning there takes."""
    facing = float(radar["boresight"])
    away = paths.at[:, 0] - radar["position"]
    azimuth = np.arctan2(away @ radar["axes"][0], away @ radar["axes"][1])
    if face is not None:
        azimuth = np.full(len(azimuth), face)
    off = np.abs((azimuth - facing + math.pi) % math.tau - math.pi)
    moves = (off > (0.0 if face is not None else float(radar["track_half"]))) & turn
    moves &= (face is not None) | (paths.approach == "inbound")
    return np.where(moves, azimuth, facing), np.where(moves, off, 0.0) / max(float(radar["slew_rate"]), 1e-9)


def assess(
    world: World, unit: int, paths: Paths, target: Target, arms: Sequence[str] = LIMITS,
    question: UnitConditions | None = None, when: Watch | None = None,
) -> dict[str, Floats]:  # fmt: skip
    """Greatest time (s) by which a launch could wait and still meet the target at each point, by arm.

    -inf where no engagement is possible.  when : of ``watch``; left out, the best of what turning the radar allows.
    The world's magazines must have published limits.  InputError for a target or an arm that makes no sense.
    """
    target.checked()
    if not arms or not set(arms) <= set(LIMITS):
        raise InputError("--limits", f"{', '.join(arms)}", f"One of {', '.join(LIMITS)}, both.")
    question = question or UnitConditions()
    if when is None:
        out = {arm: np.full(paths.free.shape, -math.inf) for arm in arms}
        for face in faces_of(world, unit, paths, question):
            laid = watch(world, unit, paths, target, question, face)
            for arm, spare in assess(world, unit, paths, target, arms, question, laid).items():
                out[arm] = np.maximum(out[arm], spare)
        return out
    after = paths.times[None, :] - when.ready
    row, kind = world.rows["units"][unit], target.kind(paths.height)
    out = {}
    for arm in arms:
        spare = np.full(after.shape, -math.inf)
        for m in magazines_of(world, unit, question.round):
            magazine = world.rows["magazines"][m]
            fits = magazine["pk_believed"][kind] >= row["floor"] and int(magazine["classes"]) >> kind & 1
            limits, fastest = magazine["limits"], float(magazine["speed_limit"])
            if arm == "emergent" and magazine["burst"] == 0:  # a gun is used within its limits, whatever flies
                entry = world.catalog[world.names.interceptors[int(magazine["interceptor"])]]
                limits, fastest = flight_limits(entry, magazine)
            if not fits or target.speed > fastest:
                continue
            required, floor = _demands(magazine, target, kind)
            allowed = np.where(_covered(world, unit, m, paths), after, -math.inf)
            spare_times(
                world.tables, int(magazine["flyout_table"]), row["position"], paths.at, allowed, required, floor,
                np.ascontiguousarray(limits[0]), spare,
            )  # fmt: skip
        out[arm] = np.where(spare >= 0.0, spare, -math.inf)
    return out


def _demands(magazine: np.void, target: Target, kind: int) -> tuple[float, float]:
    """A third of the lateral acceleration (m/s2) and the least speed (m/s) of a round at a target; none of shells."""
    if magazine["burst"] > 0:
        return 0.0, 0.0
    floor = max(float(magazine["least_speed"]), float(magazine["speed_ratio"]) * target.speed)
    return max(float(magazine["required"][kind]), target.load), floor


def _covered(world: World, unit: int, magazine: int, paths: Paths) -> NDArray[np.bool_]:
    """Points in whose direction some launcher of a kind of round can fire."""
    row = world.rows["units"][unit]
    first = int(row["first_launcher"])
    launchers = world.rows["launchers"][first : first + int(row["launchers"])]
    mine = launchers[launchers["magazine"] == magazine]
    if any(each["arc_half"] >= math.pi for each in mine):
        return np.ones(paths.free.shape, bool)
    away = paths.at - row["position"]
    azimuth = np.arctan2(away @ row["axes"][0], away @ row["axes"][1])
    out = np.zeros(azimuth.shape, bool)
    for center, half in {(float(each["arc_center"]), float(each["arc_half"])) for each in mine}:
        off = (azimuth - center + math.pi) % math.tau - math.pi
        out |= np.abs(off) <= half + 1e-9
    return out


def envelopes(
    world: World, target: Target, heights: Sequence[float], arms: Sequence[str] = LIMITS, *, unit: int = 0,
    question: UnitConditions | None = None, course: float | None = None, step: float = straight.STEP,
    azimuths: Floats | None = None, above: str = "sea",
) -> dict[str, Envelope]:  # fmt: skip
    """Envelope of each arm at some heights (m, rising): inbound from every azimuth, or on parallel paths of a course.

    course : rad;  step : m between points;  azimuths : rad, of inbound paths.  InputError for bad questions.
    """
    target.checked()
    question = question or UnitConditions()
    levels = [float(h) for h in heights]
    if not levels or min(levels) < 0.0 or not all(math.isfinite(h) for h in levels) or sorted(set(levels)) != levels:
        told = ", ".join(f"{level:g} m" for level in levels) or "no height"
        raise InputError("--height", told, "Give one or more heights of 0 m or more, rising.")
    reach, place = reach_of(world, unit, target, question), home(world, unit)
    if course is None:
        first = straight.inbound(world.terrain, place, target.speed, levels[0], reach, azimuths=azimuths, step=step,
                                 above=above)  # fmt: skip
    else:
        first = straight.parallel(world.terrain, place, target.speed, levels[0], reach, course, step=step, above=above)
    families = [first, *(first.raised(world.terrain, target.speed, height, above) for height in levels[1:])]
    found = [assess(world, unit, paths, target, arms, question) for paths in families]
    return {arm: Envelope(arm, tuple(families), tuple(each[arm] for each in found)) for arm in arms}


# ------------------------------------------------------------------ two numbers of a system


def envelope_volume(system: str, *, limits: str = "emergent", **more: Any) -> float:
    """Volume of the envelope of one fire unit on flat ground at sea level, inbound targets, from the sea to 34 km.

    Parameters
    ----------
    system : str
        A system of the catalog, "patriot_pac2".
    limits : {"emergent", "published"}
        What bounds an intercept: flight, radar and time alone, or the published figures too.
    **more
        ``speed`` (m/s), ``rcs`` (m2), ``knobs`` (values of uncertain parameters by name), ``turn`` (whether it may turn
        its radar to the target) and ``prebuilt`` (what many calls share).

    Returns
    -------
    float
        km3.

    Raises
    ------
    InputError
        For an unknown system, or a target that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.envelope_volume("patriot_pac2", limits="published") > 0.0
    True
    """
    return envelope_volumes(system, (limits,), **more)[limits]


def envelope_volumes(
    system: str, arms: Sequence[str] = LIMITS, *, speed: float = 250.0, rcs: float = 1.0,
    knobs: Mapping[str, float] | None = None, turn: bool = True, prebuilt: Prebuilt | None = None,
) -> dict[str, float]:  # fmt: skip
    """Volume (km3) of the envelope of one fire unit of a system on flat ground at sea level, inbound targets.

    arms : kinds of limits, "emergent" or "published";  speed : m/s;  rcs : m2;  knobs : values by name;  turn : it may
    turn its radar to the target;  prebuilt : as ``build``.  Heights from the sea to 34 km.
    """
    world = unit_world(system, knobs=knobs, prebuilt=prebuilt)
    half = (np.arange(VOLUME_AZIMUTHS) + 0.5) * (math.pi / VOLUME_AZIMUTHS)
    found = envelopes(
        world, Target(speed, rcs), VOLUME_HEIGHTS, arms, question=UnitConditions(turn=turn), azimuths=half
    )
    # sector, arcs and gain are the same to both sides of the facing
    return {limits: 2.0 * each.volume * 1e-9 for limits, each in found.items()}


def low_reach(
    system: str, height: float = 50.0, rcs: float = 1.0, *, limits: str = "emergent", **more: Any
) -> tuple[float, float]:
    """Ground ranges at which a low inbound target over the sea is first detected, and first met.

    Parameters
    ----------
    system : str
        A system of the catalog, "s300pmu2".
    height : float
        Of the target above the sea, m.
    rcs : float
        Its radar cross-section, m2.
    limits : {"emergent", "published"}
        What bounds an intercept: flight, radar and time alone, or the published figures too.
    **more
        ``mast`` (of the low-altitude radar, m), ``speed`` (m/s), ``knobs`` (values of uncertain parameters by name) and
        ``prebuilt`` (what many calls share).

    Returns
    -------
    tuple of float
        m, 0 for never.

    Raises
    ------
    InputError
        For an unknown system, or a target that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> detected, met = oi.low_reach("s300pmu2")
    >>> detected > met > 0.0
    True
    """
    detected, met = low_reaches(system, height, rcs, (limits,), **more)
    return detected, met[limits]


def low_reaches(
    system: str, height: float = 50.0, rcs: float = 1.0, arms: Sequence[str] = LIMITS, *, mast: float | None = None,
    speed: float = 250.0, knobs: Mapping[str, float] | None = None, prebuilt: Prebuilt | None = None,
) -> tuple[float, dict[str, float]]:  # fmt: skip
    """Ground ranges (m) at which a low inbound target over the sea is first detected by any radar of a site, and at
    which a round can first meet it, for each kind of limits; 0 for never.

    height : m above the sea;  rcs : m2;  mast : of the low-altitude radar, m, the catalog's if left out;
    speed : m/s;  knobs : values by name;  prebuilt : as ``build``.  The target flies along the facing of the engagement
    radar.
    """
    world = unit_world(system, knobs=knobs, mast=mast, prebuilt=prebuilt)
    target, question = Target(speed, rcs), UnitConditions()
    facing = float(world.rows["radars"][int(world.rows["units"][0]["radar"])]["boresight"])
    paths = straight.inbound(
        world.terrain, home(world), speed, height, reach_of(world, 0, target, question),
        azimuths=np.array([facing, facing + 0.01]), step=LOW_STEP,
    )  # fmt: skip
    when = watch(world, 0, paths, target, question)
    detected = float(paths.along[np.searchsorted(paths.times, when.seen[0])]) if when.seen[0] < math.inf else 0.0
    found = assess(world, 0, paths, target, arms, question, when)
    return detected, {limits: float((paths.along * (inside[0] >= 0.0)).max()) for limits, inside in found.items()}
