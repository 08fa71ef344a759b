"""What jammers do to radars: ratio of jamming to noise, strobes, and what range is left, by closed form and by azimuth.

The closed forms are those of `physics.jamming`, with a radar's own numbers, gases on the way added: a target of one
cross-section in free space, no horizon, no clutter, no lobes, within the radar's range limit.  They say what range
is left clear of the jammer's bearing, at it, and against a target that carries the jammer (burn-through).  By azimuth
every look is the engine's own (`reach.hold`), with all of these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.earth.geodesy import bearing, to_geodetic
from openiads.parts.jamming import in_look
from openiads.parts.sensing import TOO_SLOW, VISIBLE
from openiads.physics.detection import scan_gain
from openiads.physics.motion import state_at
from openiads.physics.propagation import two_way_attenuation
from openiads.reach.coverage import DetectionQuestion, needed_of
from openiads.reach.hold import looked
from openiads.reach.jammed import carriers, received_at, with_spokes
from openiads.reach.outline import REFERENCE_RANGE
from openiads.reach.straight import ecef, inbound
from openiads.world.build import World
from openiads.world.radars import BANDS

Floats = NDArray[np.floating]

AZIMUTH_STEP = 5.0  # degrees
BEAMWIDTHS = np.arange(-2.0, 2.25, 0.25)  # off a jammer, at which the range is looked at too
MOST_SPOKES = 12
EDGE = 1e-4  # rad
RANGE_STEP = 500.0  # m
SPEED = 250.0  # m/s of a target that comes in; as in a map, fast enough to be seen
HALVINGS = 60


@dataclass(frozen=True)
class Emitter:
    """A jammer, where it stands and what it radiates."""

    name: str  #: of the flight that carries it
    kind: str  #: of the catalog
    title: str  #: of that kind
    latitude: float  #: rad
    longitude: float
    height: float  #: m above the sea
    bands: tuple[str, ...]  #: in which it radiates
    on: bool  #: whether it radiates then


@dataclass(frozen=True)
class Effect:
    """What one jammer does to one radar.  Ranges are slant ranges of a target in free space, m."""

    radar: str
    jammer: str
    distance: float  #: m, slant
    azimuth: float  #: rad, from the radar
    ratio: float  #: jamming over noise with the beam on it, linear; 0: nothing is received
    why_not: str  #: why nothing is received, or ""
    strobe: bool  #: whether the radar takes its bearing while it does not see it
    clear: float  #: range without jamming
    sidelobes: float  #: range far from its bearing
    toward: float  #: range at its bearing
    screening: float  #: range of a target that carries it: burn-through


@dataclass(frozen=True)
class Ranges:
    """How far one radar sees in each direction, by height.  m along the ground; 0 where it does not see."""

    radar: str
    azimuths: Floats  #: rad, (azimuths,)
    clear: Floats  #: without jamming, (heights, azimuths)
    jammed: Floats  #: with it


@dataclass(frozen=True)
class Jammed:
    """What all jammers of a question do to the radars asked."""

    time: float  #: s of the scenario
    emitters: tuple[Emitter, ...]
    effects: tuple[Effect, ...]  #: radar by radar, jammer by jammer
    ranges: tuple[Ranges, ...]  #: radar by radar


def jammed(world: World, rows: Sequence[int], question: DetectionQuestion, when: float) -> Jammed:
    """What the jammers of a world do to some of its radars (rows) at a time (s)."""
    spokes, codes, on = received_at(world, when)
    emitters = tuple(_emitter(world, j, when, bool(on[j])) for j in range(len(on)))
    effects = tuple(
        _effect(world, k, j, spokes[k], int(codes[k, j]), emitters[j], question) for k in rows for j in range(len(on))
    )
    around = tuple(ranges(world, k, question, when, _azimuths(world.rows["radars"][k], spokes[k])) for k in rows)
    return Jammed(when, emitters, effects, around)


def _azimuths(radar: np.void, spokes: np.ndarray) -> Floats:
    """Azimuths (rad) all round, closer together about the strongest jammers that a radar receives, and to both sides
    of the edges of its sector."""
    heard = spokes[spokes["ratio"] > 0.0]
    strongest = heard[np.argsort(-heard["ratio"], kind="stable")][:MOST_SPOKES]
    close = strongest["azimuth"][:, None] + BEAMWIDTHS[None, :] * float(radar["beam_azimuth"])
    half, steps = float(radar["search_half"]), np.radians(np.arange(0.0, 360.0, AZIMUTH_STEP))
    rims = float(radar["boresight"]) + np.array([-1.0, 1.0]) * half if half < math.pi else np.zeros(0)
    edges = np.concatenate([rims - EDGE, rims + EDGE])
    return np.unique(np.concatenate([steps, close.ravel() % math.tau, edges % math.tau]).round(9))


def _emitter(world: World, j: int, when: float, on: bool) -> Emitter:
    jammer = world.rows["jammers"][j]
    flight = int(jammer["flight"])
    name = world.names.flights[flight]
    row = world.rows["flights"][flight]
    place = state_at(world.tables, int(row["path"]), when - float(row["shift"]))[:3]
    lat, lon, height = (float(v) for v in to_geodetic(*place))
    bands = tuple(band for band, k in BANDS.items() if jammer["erp"][k] > 0.0)
    kind = _kind(world, name)
    return Emitter(name, kind, world.catalog[kind].title, lat, lon, height, bands, on)


def _kind(world: World, name: str) -> str:
    """Catalog key of the jammer aboard a flight, which is one of a raid, "Strike[3]", or a single one."""
    every = carriers(world.scenario)
    return next(str(each.jammer) for each in every if each.name in (name, name.rpartition("[")[0]))


def _effect(
    world: World, row: int, j: int, spokes: np.ndarray, code: int, emitter: Emitter, question: DetectionQuestion
) -> Effect:
    radar, ratio, mine = world.rows["radars"][row], float(spokes[j]["ratio"]), spokes[j : j + 1]
    place = ecef(*(np.array(v) for v in (emitter.latitude, emitter.longitude, emitter.height)))
    distance = float(np.linalg.norm(place - radar["position"]))
    lat, lon, _ = to_geodetic(*(float(v) for v in radar["position"]))
    azimuth = float(bearing(float(lat), float(lon), emitter.latitude, emitter.longitude)[0]) % math.tau
    off = abs(math.remainder(azimuth - float(radar["boresight"]), math.tau))
    gain = float(scan_gain(math.cos(off), float(radar["boresight_loss"]))) if radar["phased"] == 1 else 1.0
    aside = float(in_look(radar, mine, -1, azimuth + math.pi, 0.0, 1.0))
    toward = float(in_look(radar, mine, -1, float(mine["azimuth"][0]), float(mine["elevation"][0]), gain))
    signal = float(radar["reference_snr"]) * REFERENCE_RANGE**4 * question.rcs_in(int(radar["band"]))
    needed = needed_of(world, row, question)

    def left(gained: float, jamming: float, carried: float = 0.0) -> float:
        if not math.isfinite(needed):
            return 0.0
        return float(range_left(world.tables, radar, emitter.height, signal * gained, needed, jamming, carried))

    looks = code in (VISIBLE, TOO_SLOW)  # what carries it in flight would not be too slow
    inside = off <= float(radar["search_half"]) + 1e-12
    return Effect(
        world.names.radars[row],
        emitter.name,
        distance,
        azimuth,
        ratio,
        _why_not(world, row, j, emitter, ratio),
        looks and ratio * gain >= float(radar["strobe_ratio"]),
        left(1.0, 0.0),
        left(1.0, aside),
        left(gain * gain, toward) if inside else math.nan,
        left(gain * gain, toward, distance) if inside else math.nan,
    )


def _why_not(world: World, row: int, j: int, emitter: Emitter, ratio: float) -> str:
    """Why a radar receives nothing of a jammer."""
    if ratio > 0.0:
        return ""
    if not emitter.on:
        return "off"
    radar, jammer = world.rows["radars"][row], world.rows["jammers"][j]
    return "another band" if jammer["erp"][int(radar["band"])] <= 0.0 else "hidden"


@kernel("f8(f8[::1], Radar, f8, f8, f8, f8, f8)", entry=True)
def range_left(
    tables: np.ndarray,
    radar: np.void,
    height: float,
    signal: float,
    needed: float,
    jamming: float,
    carried: float,
) -> float:
    """Farthest slant range (m), within the radar's, at which a target in free space has a ratio of ``needed``.

    height : of target and jammer above the sea, m, for the gases;  signal : over noise, times the range to the fourth
    power;  jamming : over noise in the look;  carried : m, from where it is so strong if the target carries the jammer;
    0: the jammer stays where it is
    """
    table = radar["attenuation_table"]
    there = two_way_attenuation(tables, table, carried, height) if table >= 0 and carried > 0.0 else 1.0
    near, far = 1.0, max(radar["range_max"], 1.0)
    for k in range(HALVINGS + 1):
        middle = far if k == 0 else math.sqrt(near * far)
        share = two_way_attenuation(tables, table, middle, height) if table >= 0 else 1.0
        noise = jamming
        if carried > 0.0:
            noise *= carried * carried / (middle * middle) * math.sqrt(share / max(there, 1e-30))
        if signal * share >= needed * middle * middle * middle * middle * (1.0 + noise):
            near = middle
            if k == 0:
                break
        elif k > 0:
            far = middle
    return near


def ranges(world: World, row: int, question: DetectionQuestion, when: float, azimuths: Floats) -> Ranges:
    """How far a radar sees a target that comes in from some azimuths (rad), by height."""
    radar = world.rows["radars"][row]
    lat, lon, _ = to_geodetic(*(float(v) for v in radar["position"]))
    rcs = np.repeat([[question.rcs_in(k)] for k in range(len(BANDS))], 3, axis=1)
    needed, reach = needed_of(world, row, question), float(radar["range_max"])
    family = inbound(
        world.terrain, (float(lat), float(lon)), SPEED, question.heights[0], reach, azimuths=azimuths, step=RANGE_STEP,
        above=question.above,
    )  # fmt: skip
    found: dict[bool, list[Floats]] = {False: [], True: []}
    for height in question.heights:
        paths = family.raised(world.terrain, SPEED, height, question.above)
        for noisy, each in found.items():
            heard = with_spokes(world, when) if noisy else world
            seen = looked(heard, row, rcs, needed, paths.at, paths.velocity) & paths.free
            each.append((paths.along * seen).max(axis=1))
    return Ranges(world.names.radars[row], azimuths, np.array(found[False]), np.array(found[True]))
