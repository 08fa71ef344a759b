"""Defended footprint: on which ground a fire unit can still shoot at a ballistic missile that falls there.

For a grid of impact points around one fire unit a shot is *possible* when some point of the missile's arc can be met
by a round: it arrives there in time, fast enough and with lift to spare, as `doctrine.assignment` asks of a ballistic
target, and was launched no sooner than the published reaction time after a radar of the site first sees the missile
and after the unit's engagement radar sees it, which holds it from then to the intercept, through breaks that a round
survives in a run (`parts.weapons.supported`).  A radar sees where one look detects with a probability of one half or
more, over the fluctuation of the target.  Sector, elevations, horizon, range limits and signal are those of the engine,
by its own code (`parts.sensing.sense`), and so is the test of an intercept (`physics.reach.slack`, of which
``first_feasible`` is the search); here it is asked along the true arc, where the engine asks it along a track carried
on in free fall.

A shot that is possible need not be fired nor hit: tracks, identification, the crew's queue, channels, launchers and
kill probability are the engine's business.  So the footprint bounds what a run can defend.

The arcs are those of `reach.attack`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.catalog.records import value_at
from openiads.engine.runner import Runner
from openiads.parts.flights import state_of
from openiads.parts.sensing import VISIBLE, sense
from openiads.physics.reach import slack
from openiads.reach.attack import Box, Plan, arc_of, checked, moved, scenario_of, world_of
from openiads.reach.defaults import sampled
from openiads.reach.looks import required_snr
from openiads.world.build import World
from openiads.world.codes import ThreatClass
from openiads.world.units import flight_limits

if TYPE_CHECKING:
    from openiads.world.layout import Sim

#: The two arms: flight alone bounds an intercept, or the published figures do too.
LIMITS = ("emergent", "published")
#: Worlds of the interval beside the nominal one.
SAMPLES = 6
PROBABILITY = 0.5  # of detection in one look, from which on a radar sees
STEP = 1.0  # s between two points of an arc
CELLS = 32  # of a grid along its longer side
FIRST, FARTHEST = 40e3, 450e3  # m, from the unit to the edges of the first and of the largest grid
LEAST_CELL = 300.0  # m, where no shot is possible on a grid of such cells there is none
BALLISTIC = int(ThreatClass.BALLISTIC)

#: Coordinates along and across, which of them are possible, [along, across], and the box.
Mapped: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], Box]


@kernel("void(Sim, i8, f8, f8, f8[::1], b1, f8[::1], f8[:, ::1])", entry=True)
def watch(
    sim: Sim,
    radar: int,
    step: float,
    allowed: float,
    needed: np.ndarray,
    cued: bool,
    cue: np.ndarray,
    since: np.ndarray,
) -> None:
    """When each missile is first seen in search (``cue``, s), and at each sample since when ``radar`` has held it
    (``since``, s; inf where it does not): it sees it, or is between two sights no farther apart than ``allowed`` (s).

    radar : the engagement radar's row; step : s; needed : signal-to-noise ratio at which each radar sees;
    cued : whether other radars than this one search for it
    """
    for f in range(len(cue)):
        begun = math.inf
        last = -1  # sample at which it was last seen
        for k in range(since.shape[1]):
            t = k * step
            since[f, k] = math.inf
            if t > sim.flights[f]["ends"]:
                continue
            for r in range(len(sim.radars)):
                if cue[f] < math.inf or sim.radars[r]["emitting"] == 0 or not (cued or r == radar):
                    continue
                code, _, _, _, _, snr, _, _, _, _ = sense(sim, r, f, t, True)
                if code == VISIBLE and snr >= needed[r]:
                    cue[f] = t
            code, _, _, _, _, snr, _, _, _, _ = sense(sim, radar, f, t, False)
            if code == VISIBLE and snr >= needed[radar]:
                if last < 0 or (k - last) * step > allowed:
                    begun, last = t, k - 1
                for n in range(last + 1, k + 1):
                    since[f, n] = begun
                last = k


@kernel("void(Sim, i8, i8, f8, f8, f8[::1], f8[:, ::1], f8[::1], f8[::1])", entry=True)
def meet(
    sim: Sim,
    u: int,
    m: int,
    step: float,
    reaction: float,
    cue: np.ndarray,
    since: np.ndarray,
    slow: np.ndarray,
    spare: np.ndarray,
) -> None:
    """Greatest time to spare (s) of a round of magazine ``m`` of unit ``u`` against each flight; -inf if it never meets
    it.

    reaction : s from being seen to a launch; cue, since : of ``watch``; slow : work, one number a sample.
    """
    at = sim.units[u]["position"]
    magazine = sim.magazines[m]
    for f in range(len(spare)):
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
                sim.tables,
                magazine["flyout_table"],
                at[0],
                at[1],
                at[2],
                x,
                y,
                z,
                k * step - ready,
                magazine["required"][BALLISTIC],
                magazine["least_speed"],
                magazine["limits"][1],
            )
            spare[f] = max(spare[f], left)


# ------------------------------------------------------------------ host side


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


def assess(
    world: World, plan: Plan, points: NDArray[np.float64], reaction: float, arms: tuple[str, ...] = LIMITS
) -> dict[str, NDArray[np.float64]]:
    """Greatest time to spare (s) at impact points, by arm; negative infinity where no shot is possible.

    world : of ``world_of`` with published limits; points : (n, 2), m forward and to the right of the unit;
    reaction : s
    """
    arc = arc_of(world)
    paths = [moved(arc, plan, float(a), float(b)) for a, b in points]
    rows = dict(world.rows)
    flights = np.repeat(world.rows["flights"][:1], len(points))
    flights["path"] = len(world.tables) + np.arange(len(points)) * len(arc)
    magazines, jammers = world.rows["magazines"].copy(), world.rows["jammers"].copy()
    jammers["flight"] += len(points) - 1  # their carriers follow the missiles
    everyone = np.concatenate([flights, world.rows["flights"][1:]])
    rows |= {"flights": everyone, "magazines": magazines, "jammers": jammers}
    flown = World(
        world.scenario,
        world.catalog,
        world.knobs,
        world.terrain,
        world.names,
        rows,
        np.concatenate([world.tables, *paths]),
        world.rule_text,
        world.digest,
    )
    sim = Runner(flown, 1).sim
    unit = rows["units"][0]
    radar = int(unit["radar"])
    needed = np.array([required_snr(world.tables, int(r["pd_table"]), PROBABILITY) for r in rows["radars"]])
    count = int(float(flights["ends"].max()) / STEP) + 1
    cue, since = np.full(len(points), math.inf), np.empty((len(points), count))
    allowed = float(magazines["support_break"].max() + rows["radars"]["service_interval"][radar])
    watch(sim, radar, STEP, allowed, needed, plan.cued, cue, since)
    found = {}
    for arm in arms:
        for flies, as_told in zip(magazines, world.rows["magazines"], strict=True):
            limits, fastest = as_told["limits"], float(as_told["speed_limit"])
            if arm == "emergent" and as_told["burst"] == 0:  # a gun is used within its limits, whatever flies
                entry = world.catalog[world.names.interceptors[int(as_told["interceptor"])]]
                limits, fastest = flight_limits(entry, as_told)
            flies["limits"], flies["speed_limit"] = limits, fastest
        best = np.full(len(points), -math.inf)
        for m in range(len(magazines)):
            able = magazines[m]["pk_believed"][BALLISTIC] >= unit["floor"]
            if able and int(magazines[m]["classes"]) >> BALLISTIC & 1:
                spare = np.empty(len(points))
                meet(sim, 0, m, STEP, reaction, cue, since, np.empty(count), spare)
                best = np.maximum(best, spare)
        found[arm] = np.where(best >= 0.0, best, -math.inf)
    return found


MOST = 1.5 * FARTHEST  # m, from the unit to a corner of a chosen window, at most


def _grid(box: Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates along and across of square cells that fill a box, with the unit on one of them."""
    cell = max(box[1] - box[0], box[3] - box[2]) / CELLS
    ends = [(math.floor(low / cell + 1e-9), math.ceil(high / cell - 1e-9)) for low, high in (box[:2], box[2:])]
    (rear, front), (left, right) = ends
    return cell * np.arange(rear, front + 1.0), cell * np.arange(left, right + 1.0)


def _wanted(line: NDArray[np.float64], used: NDArray[np.bool_]) -> tuple[float, float, bool]:
    """Edges of the next grid along one axis: past an edge that is reached, else close about what is used; and whether
    an edge was reached."""
    cell, last = float(line[1] - line[0]), len(line) - 1
    first, end = int(np.argmax(used)), last - int(np.argmax(used[::-1]))
    beyond = 0.5 * float(line[-1] - line[0])
    low = line[0] - beyond if first == 0 else line[first] - 1.5 * cell
    high = line[-1] + beyond if end == last else line[end] + 1.5 * cell
    reached = (first == 0 and line[0] > -FARTHEST) or (end == last and line[-1] < FARTHEST)
    return max(min(float(low), 0.0), -FARTHEST), min(max(float(high), 0.0), FARTHEST), reached


def _look(world: World, plan: Plan, box: Box, reaction: float, arm: str) -> Mapped:
    """(coordinates along, across, map, box) of an arm on the grid of a box."""
    along, across = _grid(box)
    points = np.stack(np.meshgrid(along, across, indexing="ij"), axis=-1).reshape(-1, 2)
    return along, across, assess(world, plan, points, reaction, (arm,))[arm].reshape(len(along), -1) >= 0.0, box


def _map(world: World, plan: Plan, box: Box, reaction: float, arm: str) -> Mapped:
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
        rear, front, more = _wanted(along, np.asarray(possible.any(axis=1)))
        left, right, wider = _wanted(across, np.asarray(possible.any(axis=0)))
        if not (more or wider) and max(front - rear, right - left) / CELLS > 0.7 * cell:
            break
        box = (rear, front, left, right)
    return along, across, possible, box


def _measures(
    along: NDArray[np.float64], across: NDArray[np.float64], possible: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    """Area, and extents forward, back and to the wider side."""
    if not possible.any():
        return 0.0, 0.0, 0.0, 0.0
    area = float(possible.sum()) * float(along[1] - along[0]) ** 2
    lengthwise, sideways = along[possible.any(axis=1)], across[possible.any(axis=0)]
    return area, max(float(lengthwise.max()), 0.0), max(-float(lengthwise.min()), 0.0), float(np.abs(sideways).max())


def _worlds(plan: Plan, samples: int) -> list[tuple[dict[str, float], float]]:
    """Knob values and reaction times (s): first the nominal ones, then ``samples`` from the intervals.

    What is sampled: signal to noise of every radar, the missile's signature, the flight of every round, and the
    reaction time.  Each is spread evenly (a Latin square with a fixed shuffle), so that few worlds reach both ends.
    """
    book = catalog()
    nominal = book[plan.system].reaction_time
    fixed = not math.isnan(plan.reaction)
    out: list[tuple[dict[str, float], float]] = [({}, plan.reaction if fixed else float(nominal.si))]
    knobs = sampled(book, scenario_of(plan))
    rng = np.random.default_rng(1)
    shares = np.array([(rng.permutation(samples) + 0.5) / samples for _ in range(len(knobs) + 1)])
    for n in range(samples):
        values = {knob.name: knob.at(float(shares[k, n])) for k, knob in enumerate(knobs)}
        out.append((values, plan.reaction if fixed else value_at(nominal, float(shares[-1, n]))))
    return out


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
    checked(plan, catalog())
    if window is not None:
        _check_window(window)
    if not set(arms) <= set(LIMITS) or not arms:
        raise InputError("footprint.limits", f"{', '.join(arms)}", f"One of {', '.join(LIMITS)}, both.")
    maps: dict[str, Mapped] = {}
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
