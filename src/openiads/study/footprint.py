"""Defended footprint: on which ground a fire unit can still shoot at a ballistic missile that falls there.

For a grid of impact points around one fire unit a shot is *possible* when some point of the missile's arc can be met
by a round: it arrives there in time, fast enough and with lift to spare, as `doctrine.assignment` asks of a ballistic
target, and was launched no sooner than the published reaction time after a radar of the site first sees the missile
and after the unit's engagement radar sees it, which holds it without a break from then to the intercept.  A radar
sees where one look detects with a probability of one half or more, over the fluctuation of the target.  Sector,
elevations, horizon, range limits and signal are those of the engine, by its own code (`parts.sensing.sense`), and so
is the test of an intercept (`physics.reach.slack`, of which ``first_feasible`` is the search); here it is asked along
the true arc, where the engine asks it along a track carried on in free fall.

A shot that is possible need not be fired nor hit: tracks, identification, the crew's queue, channels, launchers and
kill probability are the engine's business.  So the footprint bounds what a run can defend.

Approximation: one arc is solved, to the unit itself; the arcs to the other points are that arc moved rigidly from the
local axes of one point to those of the other.  What that neglects (the change of gravity, of the earth's turning and
of its curvature with place) is told as ``arc_error``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.data.catalog import Catalog, Entry, catalog, value_at
from openiads.data.knobs import knob_list
from openiads.data.reading import loads
from openiads.data.rounds import missile_of
from openiads.data.scenario import Scenario, toml_text
from openiads.doctrine.assignment import LEAST_SPEED, REQUIRED_BALLISTIC
from openiads.earth.geodesy import bearing, enu_axes, inverse, offset, to_ecef, to_geodetic
from openiads.engine.run import Runner
from openiads.parts.flights import state_of
from openiads.parts.sensing import VISIBLE, sense
from openiads.physics.ballistics import solve_aim
from openiads.physics.motion import HEADER, ROW, end_time, state_at
from openiads.physics.reach import slack
from openiads.study.looks import required_snr
from openiads.world.build import World, build
from openiads.world.codes import ThreatClass

__all__ = ["LIMITS", "SAMPLES", "Band", "Footprint", "Plan", "arc_error", "assess", "footprints", "window_of"]

#: The two arms: flight alone bounds an intercept, or the published figures do too.
LIMITS = ("emergent", "published")
#: Worlds of the interval beside the nominal one.
SAMPLES = 6
PROBABILITY = 0.5  # of detection in one look, from which on a radar sees
STEP = 1.0  # s between two points of an arc
PLACE = (math.radians(35.0), math.radians(36.0))  # of the fire unit, on flat ground at sea level
CELLS = 32  # of a grid along its longer side
FIRST, FARTHEST = 40e3, 450e3  # m, from the unit to the edges of the first and of the largest grid
LEAST_CELL = 300.0  # m, where no shot is possible on a grid of such cells there is none
DEFAULT_SHARE = 0.9  # of the missile's greatest range, where no range is given
BALLISTIC = int(ThreatClass.BALLISTIC)
NO_LIMITS = (0.0, math.inf, -math.inf, math.inf)


@kernel("void(Sim, i8, f8, f8[::1], b1, f8[::1], f8[:, ::1])", entry=True)
def watch(sim: Any, radar: int, step: float, needed: Any, cued: bool, cue: Any, since: Any) -> None:
    """When each flight is first seen in search (``cue``, s), and at each sample since when ``radar`` has held it
    without a break (``since``, s; inf where it does not).

    radar : the engagement radar's row; step : s; needed : signal-to-noise ratio at which each radar sees;
    cued : whether other radars than this one search for it
    """
    for f in range(len(sim.flights)):
        begun = math.inf
        for k in range(since.shape[1]):
            t = k * step
            since[f, k] = math.inf
            if t > sim.flights[f]["ends"]:
                continue
            for r in range(len(sim.radars)):
                if cue[f] < math.inf or sim.radars[r]["emitting"] == 0 or not (cued or r == radar):
                    continue
                code, _, _, _, _, snr, _, _ = sense(sim, r, f, t, True)
                if code == VISIBLE and snr >= needed[r]:
                    cue[f] = t
            code, _, _, _, _, snr, _, _ = sense(sim, radar, f, t, False)
            begun = min(begun, t) if code == VISIBLE and snr >= needed[radar] else math.inf
            since[f, k] = begun


@kernel("void(Sim, i8, i8, f8, f8, f8[::1], f8[:, ::1], f8[::1], f8[::1])", entry=True)
def meet(sim: Any, u: int, m: int, step: float, reaction: float, cue: Any, since: Any, slow: Any, spare: Any) -> None:
    """Greatest time to spare (s) of a round of magazine ``m`` of unit ``u`` against each flight; -inf if it never meets
    it.

    reaction : s from being seen to a launch; cue, since : of ``watch``; slow : work, one number a sample.
    """
    at = sim.units[u]["position"]
    magazine = sim.magazines[m]
    for f in range(len(sim.flights)):
        spare[f] = -math.inf
        allowed = math.inf  # from each sample on, when the target is first slow enough to be shot at
        for n in range(since.shape[1]):
            k = since.shape[1] - 1 - n
            _, _, _, vx, vy, vz = state_of(sim, f, k * step)
            if math.sqrt(vx * vx + vy * vy + vz * vz) <= magazine["speed_limit"]:
                allowed = k * step
            slow[k] = allowed
        for k in range(since.shape[1]):
            ready = max(cue[f], since[f, k]) + reaction
            if ready >= k * step:
                continue
            if slow[int(ready / step)] > ready:
                ready = slow[int(ready / step) + 1]
            x, y, z, _, _, _ = state_of(sim, f, k * step)
            left = slack(
                sim.tables, magazine["flyout_table"], at[0], at[1], at[2], x, y, z, k * step - ready,
                REQUIRED_BALLISTIC, LEAST_SPEED, magazine["limits"][1],
            )  # fmt: skip
            spare[f] = max(spare[f], left)


# ------------------------------------------------------------------ host side


@dataclass(frozen=True)
class Plan:
    """A question: one fire unit of a system, a missile, where it comes from.  SI units."""

    system: str
    threat: str
    distance: float = math.nan  #: ground range of the missile, m; nan: ``DEFAULT_SHARE`` of its greatest
    off: float = 0.0  #: rad from the radar's facing to where the attack comes from, positive to the right
    cued: bool = True  #: surveillance radars of the site tell the unit where to look
    reaction: float = math.nan  #: s; nan: the published time of the system
    place: tuple[float, float] = PLACE  #: rad, of the fire unit; the ground is flat at sea level wherever it is
    azimuth: float = 0.0  #: rad, where the attack comes from

    def range_of(self, book: Catalog) -> float:
        """Ground range of the missile, m."""
        return DEFAULT_SHARE * float(book[self.threat].range_max.si) if math.isnan(self.distance) else self.distance

    def ground(self, along: Any, across: Any) -> tuple[Any, Any]:
        """Latitude and longitude (rad) of points forward and to the right of the unit, m."""
        course = self.azimuth + np.arctan2(across, along)
        return offset(*self.place, course, np.hypot(along, across))

    def plane(self, lat: Any, lon: Any) -> tuple[Any, Any]:
        """Coordinates forward and to the right of the unit (m) of places (rad): the inverse of ``ground``."""
        course, distance = bearing(*self.place, lat, lon)
        return distance * np.cos(course - self.azimuth), distance * np.sin(course - self.azimuth)


@dataclass(frozen=True)
class Band:
    """A number at the nominal values, and the least and greatest of the sampled worlds (nominal included)."""

    nominal: float
    low: float
    high: float


@dataclass(frozen=True)
class Footprint:
    """Where a shot is possible.  m and m2; forward is toward where the attack comes from, right is to its right."""

    limits: str
    along: NDArray[np.float64]  #: coordinates forward of the unit, rising, (n,)
    across: NDArray[np.float64]  #: coordinates to the right, rising, (m,)
    possible: NDArray[np.bool_]  #: (n, m), [along, across]
    area: Band
    forward: Band  #: widest extents; 0 where there is no shot on that side
    back: Band
    side: Band  #: to the wider of the two sides
    samples: int = field(default=0)  #: worlds of the bands beside the nominal one

    @property
    def cell(self) -> float:
        """Spacing of the grid, m."""
        return float(self.along[1] - self.along[0])


def _checked(plan: Plan, book: Catalog) -> tuple[Entry, Entry]:
    system, threat = book[plan.system], book[plan.threat]
    if system.kind != "systems":
        systems = ", ".join(book.systems)
        raise InputError(f"footprint.{plan.system}", "is not a system", f"One of {systems}.")
    if threat.kind != "threats" or threat.text["class"] != "ballistic":
        missiles = [e.name for e in book.threats.values() if e.text["class"] == "ballistic"]
        raise InputError(f"footprint.{plan.threat}", "is not a ballistic missile", f"One of {', '.join(missiles)}.")
    low, high = float(threat.range_min.si), float(threat.range_max.si)
    if not math.isnan(plan.distance) and not low <= plan.distance <= high:
        raise InputError(
            "footprint.range", f"{plan.distance / 1000:g} km, but {plan.threat} flies {low / 1000:g} to "
            f"{high / 1000:g} km", "Give a range within that.",
        )  # fmt: skip
    if plan.reaction < 0.0:
        raise InputError("footprint.reaction", f"{plan.reaction:g} s", "Give a time of 0 s or more.")
    return system, threat


def _degrees(angle: float) -> str:
    return f"{math.degrees(angle):.9f} deg"


def _spot(place: tuple[float, float]) -> str:
    return f"{math.degrees(place[0]):.9f}, {math.degrees(place[1]):.9f}"


def scenario_of(plan: Plan, limits: str = "published") -> Scenario:
    """One site of one fire unit on flat ground, one missile that falls on it."""
    distance = plan.range_of(catalog())
    origin = offset(*plan.place, plan.azimuth, distance)
    mapping = {
        "format": 1, "name": "footprint", "duration": "1800 s", "terrain": {"source": "flat"},
        "model": {"limits": limits, "kill": "constant", "false_alarms": False},
        "asset": [{"name": "Aim", "at": _spot(plan.place), "radius": "500 m"}],
        "site": [{"name": "Site", "system": plan.system, "at": _spot(plan.place),
                  "facing": _degrees((plan.azimuth - plan.off) % math.tau), "fire_units": 1,
                  "low_altitude": "none", "defends": ["Aim"], "doctrine": {"control": "free"}}],
        "raid": [{"name": "Raid", "threat": plan.threat, "count": 1, "target": "Aim", "start": "0 s",
                  "origin": _spot((float(origin[0]), float(origin[1])))}],
    }  # fmt: skip
    return loads(toml_text(mapping), "footprint")


def world_of(plan: Plan, limits: str = "published", knobs: Mapping[str, float] | None = None) -> World:
    """The world of ``scenario_of`` at knob values."""
    return build(scenario_of(plan, limits), None, knobs)


def _frame(place: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ECEF position at sea level, and local axes there: east, north, up."""
    return np.array(to_ecef(*place, 0.0)), np.array(enu_axes(*place)).reshape(3, 3)


def _turned(plan: Plan, along: float, across: float) -> tuple[tuple[float, float], NDArray[np.float64]]:
    """A place ``along`` and ``across`` the attack from the unit, and the unit's local axes there, carried along the
    geodesic, which keep their angle to it."""
    place, distance = plan.place, math.hypot(along, across)
    if distance == 0.0:
        return place, _frame(place)[1]
    course = plan.azimuth + math.atan2(across, along)
    found = offset(*place, course, distance)
    there = (float(found[0]), float(found[1]))
    turn = inverse(*there, *place)[1] + math.pi - course  # how far the course has turned against north on the way
    east, north, up = _frame(there)[1]
    c, s = math.cos(turn), math.sin(turn)
    return there, np.array([c * east - s * north, s * east + c * north, up])


def _moved(arc: NDArray[np.float64], plan: Plan, along: float, across: float) -> Any:
    """The table of an arc that ends at the unit, moved so that it ends at a point beside it."""
    home, axes = _frame(plan.place)
    there, new = _turned(plan, along, across)
    rows = arc[HEADER:].reshape(-1, ROW).copy()
    turn = axes.T @ new  # a vector (as a row) out of the one frame into the other
    rows[:, :3] = (rows[:, :3] - home) @ turn + _frame(there)[0]
    rows[:, 3:] = rows[:, 3:] @ turn
    return np.concatenate([arc[:HEADER], rows.ravel()])


def _arc(world: World) -> NDArray[np.float64]:
    """The table of the one missile's path."""
    at = int(world.rows["flights"][0]["path"])
    return world.tables[at : at + HEADER + ROW * int(world.tables[at + 2])].copy()


def arc_error(plan: Plan, along: float, across: float) -> float:
    """How far (m) an arc moved to a point beside the unit lies from the arc solved for that point, at most, below
    40 km, where intercepts are.

    The solved arc starts from the place that the moved one starts from.
    """
    arc = _arc(world_of(plan))
    moved = _moved(arc, plan, along, across)
    there = _turned(plan, along, across)[0]
    start = to_geodetic(*state_at(moved, 0, float(moved[0]))[:3])
    kind = missile_of(catalog()[plan.threat])
    solved = solve_aim(float(start[0]), float(start[1]), 0.0, *there, 0.0, kind, place="footprint")
    end = float(end_time(moved, 0)) - float(moved[0])
    falling = (solved.heights < 40e3) & (solved.times > 0.5 * solved.flight_time)
    worst = 0.0
    for t, x in zip(solved.times[falling], solved.positions[falling], strict=True):
        # the two may land a fraction of a second apart: compare the same time before the end
        when = float(moved[0]) + max(end - (solved.flight_time - float(t)), 0.0)
        worst = max(worst, math.dist(state_at(moved, 0, when)[:3], x))
    return worst


def assess(
    world: World, plan: Plan, points: NDArray[np.float64], reaction: float, arms: tuple[str, ...] = LIMITS
) -> dict[str, NDArray[np.float64]]:
    """Greatest time to spare (s) at impact points, by arm; negative infinity where no shot is possible.

    world : of ``world_of`` with published limits; points : (n, 2), m forward and to the right of the unit;
    reaction : s
    """
    arc = _arc(world)
    paths = [_moved(arc, plan, float(a), float(b)) for a, b in points]
    rows = dict(world.rows)
    flights = np.repeat(world.rows["flights"], len(points))
    flights["path"] = len(world.tables) + np.arange(len(points)) * len(arc)
    magazines = world.rows["magazines"].copy()
    rows |= {"flights": flights, "magazines": magazines}
    moved = World(
        world.scenario, world.catalog, world.knobs, world.terrain, world.names, rows,
        np.concatenate([world.tables, *paths]), world.rule_text, world.digest,
    )  # fmt: skip
    sim = Runner(moved, 1).sim
    unit = rows["units"][0]
    radar = int(unit["radar"])
    needed = np.array([required_snr(world.tables, int(r["pd_table"]), PROBABILITY) for r in rows["radars"]])
    count = int(float(flights["ends"].max()) / STEP) + 1
    cue, since = np.full(len(points), math.inf), np.empty((len(points), count))
    watch(sim, radar, STEP, needed, plan.cued, cue, since)
    found = {}
    for arm in arms:
        if arm == "emergent":
            magazines["limits"], magazines["speed_limit"] = NO_LIMITS, math.inf
        else:
            magazines["limits"] = world.rows["magazines"]["limits"]
            magazines["speed_limit"] = world.rows["magazines"]["speed_limit"]
        best = np.full(len(points), -math.inf)
        for m in range(len(magazines)):
            able = magazines[m]["pk"][BALLISTIC] >= unit["floor"]
            if able and int(magazines[m]["classes"]) >> BALLISTIC & 1:
                spare = np.empty(len(points))
                meet(sim, 0, m, STEP, reaction, cue, since, np.empty(count), spare)
                best = np.maximum(best, spare)
        found[arm] = np.where(best >= 0.0, best, -math.inf)
    return found


Box = tuple[float, float, float, float]  #: m: rear and front, left and right edge
MOST = 1.5 * FARTHEST  # m, from the unit to a corner of a chosen window, at most


def _grid(box: Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates along and across of square cells that fill a box, with the unit on one of them."""
    cell = max(box[1] - box[0], box[3] - box[2]) / CELLS
    ends = [(math.floor(low / cell + 1e-9), math.ceil(high / cell - 1e-9)) for low, high in (box[:2], box[2:])]
    (rear, front), (left, right) = ends
    return cell * np.arange(rear, front + 1.0), cell * np.arange(left, right + 1.0)


def _wanted(line: NDArray[np.float64], used: Any) -> tuple[float, float, bool]:
    """Edges of the next grid along one axis: past an edge that is reached, else close about what is used; and whether
    an edge was reached."""
    cell, last = float(line[1] - line[0]), len(line) - 1
    first, end = int(np.argmax(used)), last - int(np.argmax(used[::-1]))
    beyond = 0.5 * float(line[-1] - line[0])
    low = line[0] - beyond if first == 0 else line[first] - 1.5 * cell
    high = line[-1] + beyond if end == last else line[end] + 1.5 * cell
    reached = (first == 0 and line[0] > -FARTHEST) or (end == last and line[-1] < FARTHEST)
    return max(min(float(low), 0.0), -FARTHEST), min(max(float(high), 0.0), FARTHEST), reached


def _look(world: World, plan: Plan, box: Box, reaction: float, arm: str) -> tuple[Any, Any, Any, Box]:
    """(coordinates along, across, map, box) of an arm on the grid of a box."""
    along, across = _grid(box)
    points = np.stack(np.meshgrid(along, across, indexing="ij"), axis=-1).reshape(-1, 2)
    return along, across, assess(world, plan, points, reaction, (arm,))[arm].reshape(len(along), -1) >= 0.0, box


def _map(world: World, plan: Plan, box: Box, reaction: float, arm: str) -> tuple[Any, Any, Any, Box]:
    """(coordinates along, across, map, box) of an arm on a grid that holds all of it and is not much larger.

    The grid grows while shots are possible at its edge.  Places beyond a gap wider than the first grid are not looked
    for: there the missile is launched almost over the unit and could be shot at on its way up.
    """
    for _ in range(16):
        along, across, possible, _ = _look(world, plan, box, reaction, arm)
        cell = float(along[1] - along[0])
        if not possible.any():
            if cell < LEAST_CELL:
                break
            box = (0.25 * box[0], 0.25 * box[1], 0.25 * box[2], 0.25 * box[3])  # a footprint smaller than a cell
            continue
        rear, front, more = _wanted(along, possible.any(axis=1))
        left, right, wider = _wanted(across, possible.any(axis=0))
        if not (more or wider) and max(front - rear, right - left) / CELLS > 0.7 * cell:
            break
        box = (rear, front, left, right)
    return along, across, possible, box


def _measures(along: Any, across: Any, possible: Any) -> tuple[float, float, float, float]:
    """Area, and extents forward, back and to the wider side."""
    if not possible.any():
        return 0.0, 0.0, 0.0, 0.0
    area = float(possible.sum()) * float(along[1] - along[0]) ** 2
    lengthwise, sideways = along[possible.any(axis=1)], across[possible.any(axis=0)]
    return area, max(float(lengthwise.max()), 0.0), max(-float(lengthwise.min()), 0.0), float(np.abs(sideways).max())


def _worlds(plan: Plan, samples: int) -> list[tuple[dict[str, float], float]]:
    """Knob values and reaction times (s): first the nominal ones, then ``samples`` from the intervals.

    What is sampled: signal to noise of every radar, the missile's signature, impulse and drag of every round, and the
    reaction time.  Each is spread evenly (a Latin square with a fixed shuffle), so that few worlds reach both ends.
    """
    book = catalog()
    nominal = book[plan.system].reaction_time
    fixed = not math.isnan(plan.reaction)
    out: list[tuple[dict[str, float], float]] = [({}, plan.reaction if fixed else float(nominal.si))]
    wanted = ("snr", "signature", "impulse", "drag")
    knobs = [k for k in knob_list(book, scenario_of(plan)) if k.name.split(".")[1] in wanted and not k.certain]
    rng = np.random.default_rng(1)
    shares = np.array([(rng.permutation(samples) + 0.5) / samples for _ in range(len(knobs) + 1)])
    for n in range(samples):
        values = {knob.name: knob.at(float(shares[k, n])) for k, knob in enumerate(knobs)}
        out.append((values, plan.reaction if fixed else value_at(nominal, float(shares[-1, n]))))
    return out


def window_of(plan: Plan, places: NDArray[np.floating]) -> Box:
    """The smallest box along the attack that holds some places, (n, 2) rad."""
    along, across = plan.plane(places[:, 0], places[:, 1])
    return float(np.min(along)), float(np.max(along)), float(np.min(across)), float(np.max(across))


def _check_window(box: Box) -> None:
    wide = max(box[1] - box[0], box[3] - box[2])
    if not (min(box[1] - box[0], box[3] - box[2]) > 0.0 and wide >= LEAST_CELL * CELLS and max(map(abs, box)) <= MOST):
        reason = f"{wide / 1000:.3g} km wide, to {max(map(abs, box)) / 1000:.3g} km from the unit"
        remedy = f"Give at least {LEAST_CELL * CELLS / 1000:.3g} km, no farther than {MOST / 1000:g} km from the unit."
        raise InputError("footprint window", reason, remedy)


def footprints(
    plan: Plan, arms: tuple[str, ...] = LIMITS, samples: int = SAMPLES, window: Box | None = None
) -> list[Footprint]:
    """The footprint of each arm, with bands over ``samples`` worlds (0: none).

    window : the box along the attack that is looked at, m; left out, it grows until it holds the footprint.
    `InputError` if the system or missile is unknown or unfit, the missile does not fly that far, or the window is
    empty.
    """
    _checked(plan, catalog())
    if window is not None:
        _check_window(window)
    if not set(arms) <= set(LIMITS) or not arms:
        raise InputError("footprint.limits", f"{', '.join(arms)}", f"One of {', '.join(LIMITS)}, both.")
    maps: dict[str, tuple[Any, Any, Any, Box]] = {}
    measures: dict[str, list[tuple[float, float, float, float]]] = {arm: [] for arm in arms}
    for values, reaction in _worlds(plan, samples):
        world = world_of(plan, "published", values)
        for arm in arms:
            box = maps[arm][3] if arm in maps else (-FIRST, FIRST, -FIRST, FIRST)
            found = (
                _map(world, plan, box, reaction, arm) if window is None else _look(world, plan, window, reaction, arm)
            )
            maps.setdefault(arm, found)
            measures[arm].append(_measures(*found[:3]))
    out = []
    for arm in arms:
        table = np.array(measures[arm])
        area, forward, back, side = (Band(float(t[0]), float(t.min()), float(t.max())) for t in table.T)
        out.append(Footprint(arm, *maps[arm][:3], area, forward, back, side, samples))
    return out
