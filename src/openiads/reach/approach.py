"""Warning along a route: what each radar would see of one flight, when it is first detected, and how long is left.

The flight flies the engine's own path, and every look is the engine's own (`parts.sensing.sense`): geometry, mask,
sector, aspect, radial speed, signal.  From the signal along the way follows the probability that some radar has
detected it by each time, averaged over what a replication draws: where each radar's scan begins, the fluctuation of the
target, which looks in one slot of the decorrelation time and radars of one band share, and the noise of each look.
Looks come once a frame, or, at the elevations of a second mode that shares the radar's time, once in so many frames,
whichever of them it is; that a phased array looks again sooner after an alert changes nothing before the alert.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import to_geodetic
from openiads.engine.runner import Runner
from openiads.parts.flights import state_of
from openiads.parts.sensing import VISIBLE, sense
from openiads.reach.looks import chances, fades
from openiads.world.build import World

if TYPE_CHECKING:
    from openiads.world.layout import Sim

Floats = NDArray[np.float64]

STEP = 0.25  # s between two samples of the signal
PHASES = 16  # ways in which the radars' scans may begin


@dataclass(frozen=True)
class Approach:
    """One flight toward some radars.  Seconds from its start; arrays over the samples (n,)."""

    times: Floats
    lats: Floats  #: rad
    lons: Floats
    heights: Floats  #: m above the sea
    radars: tuple[str, ...]
    snr: Floats  #: mean ratio at each radar, 0 where it has no view, (radars, n)
    cumulative: Floats  #: probability of at least one detection by each radar by then, (radars, n)
    any: Floats  #: by any of them

    @property
    def ends(self) -> float:
        """When the route ends, s."""
        return float(self.times[-1])

    def detected(self, probability: float) -> float:
        """When the probability that any radar has detected it reaches a value, s; infinite if never."""
        return first_time(self.times, self.any, probability)

    def warning(self, probability: float) -> float:
        """Time from then to the end of the route, s; 0 if never."""
        return max(self.ends - self.detected(probability), 0.0)


@kernel("void(Sim, i8, f8, i8[::1], f8[:, ::1], f8[:, ::1])", entry=True)
def listen(sim: Sim, f: int, step: float, rows: np.ndarray, places: np.ndarray, snr: np.ndarray) -> None:
    """Positions (ECEF, m) of a flight and the mean ratio at some radars in search, every ``step`` s from its start."""
    for k in range(len(places)):
        t = sim.flights[f]["starts"] + k * step
        x, y, z, _, _, _ = state_of(sim, f, t)
        places[k, 0] = x
        places[k, 1] = y
        places[k, 2] = z
        for n in range(len(rows)):
            code, _, _, _, _, ratio, _, _, _, _ = sense(sim, rows[n], f, t, True)
            snr[n, k] = ratio if code == VISIBLE else 0.0


def approach(world: World, flight: int = 0, radars: Sequence[int] | None = None, rcs: float | None = None) -> Approach:
    """What radars see of a flight of a world on its way.

    flight : row;  radars : rows, all that are on if left out;  rcs : m2 from every side, with exponential
    fluctuation, instead of the catalog's.  InputError without a radar or a flight.
    """
    rows = world.rows["radars"]
    chosen = [k for k in range(len(rows)) if rows[k]["emitting"]] if radars is None else list(radars)
    if not chosen or not 0 <= flight < len(world.rows["flights"]):
        raise InputError("approach", "no radar is on, or no flight flies", "Give a route and radars that are on.")
    sim = Runner(world, 1).sim
    row = sim.flights[flight]
    if rcs is not None:
        row["rcs"], row["swerling"] = rcs, 1
    times = np.append(np.arange(0.0, float(row["ends"] - row["starts"]), STEP), float(row["ends"] - row["starts"]))
    places, snr, usual = np.empty((len(times), 3)), *np.empty((2, len(chosen), len(times)))
    every = sim.radars["shared_every"].copy()
    for out, shared in ((usual, 0 * every), (snr, np.minimum(every, 1))):  # without a second mode, and always in it
        sim.radars["shared_every"] = shared
        listen(sim, flight, STEP, np.array(chosen, dtype=np.int64), places, out)
    where = np.array([to_geodetic(*(float(v) for v in place)) for place in places])
    swerling = int(row["swerling"])
    clock = times + float(row["starts"])
    rare = (snr > 0.0) & (usual <= 0.0)
    each = np.array([_cumulative(world, [k], clock, snr[[n]], rare[[n]], swerling) for n, k in enumerate(chosen)])
    together = _cumulative(world, chosen, clock, snr, rare, swerling) if len(chosen) > 1 else each[0]
    names = tuple(world.names.radars[k] for k in chosen)
    return Approach(times, where[:, 0], where[:, 1], where[:, 2], names, snr, each, together)


def first_time(times: Floats, cumulative: Floats, probability: float) -> float:
    """When a rising probability reaches a value, interpolated; infinite if never."""
    if not len(times) or cumulative[-1] < probability:
        return math.inf
    k = int(np.argmax(cumulative >= probability))
    if k == 0:
        return float(times[0])
    share = (probability - cumulative[k - 1]) / (cumulative[k] - cumulative[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))


def _cumulative(
    world: World, rows: Sequence[int], times: Floats, snr: Floats, rare: NDArray[np.bool_], swerling: int
) -> Floats:
    """Probability that one of some radars has detected by each time, (n,).

    rare : samples at elevations that only a radar's second mode looks at, (radars, n).  Looks of a band in one
    fluctuation slot share the fade; slots of radars of one band are taken to be those of the first of them, which have
    the same length where the catalog gives the band one.
    """
    radars = [world.rows["radars"][k] for k in rows]
    total = np.zeros(len(times))
    for p in range(PHASES):
        for carried in (0, 1) if rare.any() else (0,):
            missed, weight = np.ones(len(times)), 1.0
            for band in sorted({int(radar["band"]) for radar in radars}):
                mine = [n for n, radar in enumerate(radars) if int(radar["band"]) == band]
                looks = []
                for m, n in enumerate(mine):
                    phase = (p * (2 * m + 1) + 0.5) % PHASES / PHASES
                    if rare[n].any() and weight == 1.0:  # of the first such radar: how likely the frame began before
                        weight = 1.0 - phase if carried else phase
                    looks.append(_looks(world, radars[n], times, snr[n], rare[n], swerling, phase, carried))
                at, misses = (np.concatenate(part) for part in zip(*looks, strict=True))
                missed *= _missed(times, at, misses, fades(swerling).weights, float(radars[mine[0]]["decorrelation"]))
            total += weight * (1.0 - missed)
    return np.maximum.accumulate(total / PHASES)


def _looks(
    world: World,
    radar: np.void,
    times: Floats,
    snr: Floats,
    rare: NDArray[np.bool_],
    swerling: int,
    phase: float,
    carried: int,
) -> tuple[Floats, Floats]:
    """Times of a radar's looks that have a view, and the probability that each misses at every fade, (looks, fades).

    rare : samples that only the second mode looks at, from its scan's first frame on;  carried : 1 if the frame of a
    look began before the frame's number changed, for the place of the target in the scan, which is taken to be anywhere
    """
    frame = float(radar["frame"])
    first = math.ceil(times[0] / frame - phase)
    frames = np.arange(first, math.ceil(times[-1] / frame - phase))
    at = (frames + phase) * frame
    ratio = np.interp(at, times, snr)
    # a look between a sample with a view and one without has none: the signal does not fade out, it is cut off
    k = np.clip(np.searchsorted(times, at), 1, len(times) - 1)
    ratio[(snr[k] <= 0.0) | (snr[k - 1] <= 0.0)] = 0.0
    every = max(int(radar["shared_every"]), 1)
    ratio[(rare[k] | rare[k - 1]) & ((frames - carried) % every != 0)] = 0.0
    at, ratio = at[ratio > 0.0], ratio[ratio > 0.0]
    if world.rows["situation"][0]["detection_by_range"] == 1:
        return at, np.zeros((len(at), len(fades(swerling).weights)))
    return at, 1.0 - chances(world.tables, int(radar["pd_table"]), ratio, swerling)


def _missed(times: Floats, at: Floats, misses: Floats, weights: Floats, slot: float) -> Floats:
    """Probability that all looks up to each time missed, the fade shared within slots and drawn anew between them.

    weights : of the fades, the second axis of ``misses``
    """
    out = np.ones(len(times))
    order = np.argsort(at, kind="stable")
    at, misses = at[order], misses[order]
    slots = np.floor(at / slot)
    before = 1.0
    for begin, end in _runs(slots):
        within = np.cumprod(misses[begin:end], axis=0) @ weights
        for n in range(begin, end):
            out[np.searchsorted(times, at[n]) :] = before * within[n - begin]
        before *= float(within[-1])
    return out


def _runs(values: Floats) -> list[tuple[int, int]]:
    """Stretches of equal values as (begin, end)."""
    cuts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(a, b) for a, b in zip(cuts[:-1], cuts[1:], strict=True) if b > a]
