"""What radars see of a target on straight paths, and where one holds it in hand for an engagement.

A radar sees where one look detects with a probability of one half or more, over the fluctuation of the target, by the
engine's own code (`parts.sensing`).  It holds what it sees, and through breaks that a round in the air survives in a
run (`parts.weapons.supported`): lobes over the sea, a crest, a moment abeam.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.earth.sight import lowest_visible
from openiads.parts.geometry import bearing, edge_factor
from openiads.parts.jamming import in_look
from openiads.parts.sensing import VISIBLE, cross_section, echo, look_gain, visibility
from openiads.physics.motion import local_up
from openiads.reach.looks import look_curve, needed_snr
from openiads.reach.straight import Paths, Target
from openiads.world.build import World
from openiads.world.sensed import SPOKE

Floats = NDArray[np.floating]

PROBABILITY = 0.5  # of detection in one look, from which on a radar sees
LOOKS = 33  # points at which a break is looked at again
NOBODY_JAMS = np.zeros(0, SPOKE)


@kernel(
    "void(f8[::1], Radar, Spokes, f8, f8, f8[:, :, ::1], f8[:, :, ::1], f8[:, ::1], f8, b1, f8[::1], b1[:, ::1])",
    entry=True,
)
def see(
    tables: np.ndarray,
    radar: np.void,
    spokes: np.ndarray,
    earth_radius: float,
    roughness: float,
    at: np.ndarray,
    velocity: np.ndarray,
    rcs: np.ndarray,
    needed: float,
    searching: bool,
    faces: np.ndarray,
    seen: np.ndarray,
) -> None:
    """Whether a radar detects at each point of some paths.

    spokes : how jammers stand in its receiver, none if nobody jams;
    at, velocity : ECEF, m and m/s, (paths, points, 3);  rcs : m2 by band and aspect;  needed : ratio from which it
    detects;  searching : as in `sensing.sense`;  faces : azimuth on which it is laid for each path (written into
    ``radar``, a copy), rad;  seen : out
    """
    for i in range(len(at)):
        radar["boresight"] = faces[i]
        for k in range(at.shape[1]):
            x, y, z = at[i, k, 0], at[i, k, 1], at[i, k, 2]
            vx, vy, vz = velocity[i, k, 0], velocity[i, k, 1], velocity[i, k, 2]
            seen[i, k] = False
            _, _, _, height = local_up(x, y, z)
            distance, azimuth, elevation, ground = bearing(radar["position"], radar["axes"], x, y, z)
            if distance > radar["range_max"] or distance < radar["range_min"]:
                continue
            low = lowest_visible(tables, radar["mask_table"], azimuth, ground)
            edges = 1.0
            if radar["edge_table"] >= 0:
                edges = edge_factor(tables, radar, azimuth, ground, low - height)
            found = visibility(
                radar, earth_radius, azimuth, elevation, ground, height, low, edges, radar["phase"], searching
            )
            dx, dy, dz = x - radar["position"][0], y - radar["position"][1], z - radar["position"][2]
            if found != VISIBLE or abs(dx * vx + dy * vy + dz * vz) < radar["least_radial_speed"] * distance:
                continue
            size = cross_section(rcs, radar["band"], dx, dy, dz, vx, vy, vz)
            gain = look_gain(radar, azimuth)
            signal, clutter = echo(tables, radar, earth_radius, roughness, distance, gain, ground, height, edges, size)
            noise = 1.0 + clutter
            if len(spokes) > 0:
                noise += in_look(radar, spokes, -1, azimuth, elevation, gain)
            seen[i, k] = needed <= signal / noise


def _look(
    world: World, row: int, target: Target, at: Floats, velocity: Floats, faces: Floats | None
) -> NDArray[np.bool_]:
    """Where a radar detects: in search, or laid on an azimuth for each path, in track; at, velocity : as ``see``."""
    radar = world.rows["radars"][row]
    needed = 0.0
    if world.rows["situation"][0]["detection_by_range"] == 0:
        needed = needed_snr(look_curve(world.tables, int(radar["pd_table"]), target.swerling), PROBABILITY)
    return looked(world, row, target.sections(world), needed, at, velocity, faces)


def looked(
    world: World, row: int, rcs: Floats, needed: float, at: Floats, velocity: Floats, faces: Floats | None = None
) -> NDArray[np.bool_]:
    """``see`` of a radar of a world: in search, or laid on an azimuth (rad) for each path, in track.

    The world's jammers count where its rows have what radars receive of them (`reach.jammed.with_spokes`).
    """
    radar = world.rows["radars"][row : row + 1].copy()[0]
    situation = world.rows["situation"][0]
    seen = np.zeros(at.shape[:2], bool)
    laid = np.full(len(at), float(radar["boresight"])) if faces is None else faces
    see(
        world.tables,
        radar,
        world.rows["spokes"][row] if "spokes" in world.rows else NOBODY_JAMS,
        float(situation["earth_radius"]),
        float(situation["sea_roughness"]),
        at,
        velocity,
        rcs,
        needed,
        faces is None,
        laid,
        seen,
    )
    return seen


def detected(world: World, radars: Sequence[int], paths: Paths, target: Target) -> NDArray[np.bool_]:
    """Points of some paths where one of some radars (rows) detects the target in search, (paths, points)."""
    found = np.zeros(paths.free.shape, bool)
    for k in radars:
        found |= _look(world, k, target, paths.at, paths.velocity, None)
    return found & paths.free


def sights(world: World, unit: int, paths: Paths, target: Target, faces: Floats) -> NDArray[np.bool_]:
    """Points of some paths where a unit's radar, laid on an azimuth (rad) for each path, sees the target in track."""
    row = int(world.rows["units"][unit]["radar"])
    if not world.rows["radars"][row]["emitting"]:
        return np.zeros(paths.free.shape, bool)
    return _look(world, row, target, paths.at, paths.velocity, faces) & paths.free


def holds(
    world: World, unit: int, paths: Paths, target: Target, kinds: Sequence[int], faces: Floats
) -> NDArray[np.bool_]:
    """Points of some paths where a unit's radar, laid on an azimuth for each path, has the target in hand, (paths,
    points): where it sees it, and between two sights if a round survives the break.

    kinds : rows of the rounds; that which survives longest counts

    Breaks are narrower than a step where lobes over the sea make them, so each that may be short enough is looked at
    again in fine steps.
    """
    row = int(world.rows["units"][unit]["radar"])
    interval = world.rows["radars"][row]["service_interval"]
    allowed = float(world.rows["magazines"]["support_break"][list(kinds)].max() + interval)
    held = sights(world, unit, paths, target, faces)
    step, width = float(paths.times[1] - paths.times[0]), held.shape[1]
    change = np.diff(held.astype(np.int8), axis=1, append=0).ravel()
    ends, begins = np.flatnonzero(change < 0), np.flatnonzero(change > 0)  # the last point seen; the last one unseen
    after = np.searchsorted(begins, ends)
    known = after < len(begins)
    ends, after = ends[known], begins[after[known]] + 1
    short = (ends // width == after // width) & ((after - ends - 2) * step <= allowed)
    path, first, last = ends[short] // width, ends[short] % width, after[short] % width
    if not len(path):
        return held
    place = first[:, None] + np.linspace(0.0, 1.0, LOOKS) * (last - first)[:, None]
    j = np.minimum(place.astype(np.int64), width - 2)
    share = (place - j)[:, :, None]
    at, velocity = (
        (1.0 - share) * each[path[:, None], j] + share * each[path[:, None], j + 1]
        for each in (paths.at, paths.velocity)
    )
    seen = _look(world, row, target, at, velocity, faces[path])
    since = np.arange(LOOKS) - np.maximum.accumulate(np.where(seen, np.arange(LOOKS), 0), axis=1)
    longest = since.max(axis=1) / (LOOKS - 1) * (last - first) * step
    for i, a, b in zip(path[longest <= allowed], first[longest <= allowed], last[longest <= allowed], strict=True):
        held[i, a:b] = paths.free[i, a:b].all()
    return held & paths.free
