"""The work that interceptor kernels are compared on: many rounds of one kind, each against a target of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.base.compiled import kernel, name_type, rows_type
from openiads.earth.geodesy import to_ecef
from openiads.parts.weapons import COARSE, FINE, TURN
from openiads.physics.encounter import lead_point
from openiads.physics.flyout import BODY, HANDOVER, endgame, fly, launch, new_bodies, track_acceleration
from openiads.physics.paths import tabulate
from openiads.textbook.earth import rotate_from_enu

SITE = (math.radians(34.92), math.radians(35.90), 20.0)  # latitude, longitude, height
MEAN_SPEED = 1_100.0  # m/s, for the first guess of the meeting point
LONGEST = 260.0  # s of every target's path
THRUST_STEP = 0.125 * COARSE  # s: the kernel's own step in midcourse while the motor burns
AGREEMENT = 1e-9  # relative, asked of every result before its speed counts
FLOORS = {"miss": 100.0}  # m: a miss is a difference of positions that are themselves known to 1e-9 m

name_type("RoundRows", lambda: rows_type(BODY))


@dataclass(frozen=True)
class Flights:
    """Rounds just launched at time 0, the tracks they fly on and the paths of their targets."""

    kind: Any  # row of INTERCEPTOR
    bodies: np.ndarray  # rows of BODY
    tracks: np.ndarray  # (count, 6): ECEF position and velocity at time 0
    tables: np.ndarray  # paths, as motion.state_at reads them
    at: np.ndarray  # (count,): where each path begins

    def first(self, count: int) -> Flights:
        """The first ``count`` of them."""
        return Flights(self.kind, self.bodies[:count].copy(), self.tracks[:count].copy(), self.tables, self.at[:count])


@kernel("void(RoundRows, Interceptor, f8[:, ::1], f8[::1], i8[::1], b1)")
def fly_all(bodies, kind, tracks, tables, at, to_the_end):
    """Fly every round to handover on the track it was given and, if asked, on to its closest approach."""
    for k in range(len(bodies)):
        body = bodies[k]
        status = fly(
            body,
            kind,
            math.inf,
            tracks[k, 0],
            tracks[k, 1],
            tracks[k, 2],
            tracks[k, 3],
            tracks[k, 4],
            tracks[k, 5],
            0.0,
            COARSE,
            TURN,
        )
        if to_the_end and status == HANDOVER:
            endgame(body, kind, tables, at[k], math.inf, 0.0, 0.0, FINE)


def flights(kind: Any, count: int, seed: int = 24) -> Flights:
    """``count`` rounds against aircraft, low flyers and (one in five) falling targets 20 to 110 km away."""
    draw = np.random.default_rng(seed)
    bodies = new_bodies(count)
    tracks = np.empty((count, 6))
    pieces, at, filled = [], np.zeros(count, np.int64), 0
    site = np.asarray(to_ecef(*SITE))
    for k in range(count):
        falling = k % 5 == 4
        bearing, far = draw.uniform(0.0, math.tau), draw.uniform(20e3, 110e3)
        height, speed, sink = draw.uniform(200.0, 15e3), draw.uniform(180.0, 500.0), 0.0
        course = bearing + math.pi + draw.uniform(-0.3, 0.3)
        if falling:
            far, height, sink = 0.5 * far, draw.uniform(40e3, 60e3), -900.0
        place = site + rotate_from_enu(far * math.sin(bearing), far * math.cos(bearing), height, *SITE[:2])
        velocity = rotate_from_enu(speed * math.sin(course), speed * math.cos(course), sink, *SITE[:2])
        tracks[k] = *place, *velocity
        bodies[k]["ballistic"] = int(falling)
        bodies[k]["stream"] = seed, k, 0, 0
        bodies[k]["glint"], bodies[k]["radar_range"], bodies[k]["radar_angle"] = 2.0, far, 1e-3
        meet, *point = lead_point(*(place - site).tolist(), *tracks[k, 3:].tolist(), MEAN_SPEED)
        launch(bodies[k], kind, 0.0, *site.tolist(), *(site + point).tolist(), meet)
        table = path_of(tracks[k], falling)
        at[k] = filled
        filled += len(table)
        pieces.append(table)
    return Flights(kind, bodies, tracks, np.concatenate(pieces), at)


def path_of(track: np.ndarray, falling: bool) -> np.ndarray:
    """The path of a target as a table: the track at constant acceleration."""
    bend = np.asarray(track_acceleration(*track.tolist(), int(falling)))

    def path(times: np.ndarray) -> np.ndarray:
        t = times[:, None]
        return track[None, :3] + t * (track[None, 3:] + 0.5 * t * bend)

    return tabulate(path, 0.0, LONGEST, 10.0, ballistic=falling)


def compare(peer: str, ours: np.ndarray, theirs: np.ndarray, fields: tuple[str, ...]) -> None:
    """Raise unless a peer's rounds came out as ours: flown at all, the same end, and numbers to 1e-9."""
    if not (ours["status"] == theirs["status"]).all():
        raise ValueError(f"{peer}: ends differ in {(ours['status'] != theirs['status']).sum()} of {len(ours)} flights")
    if np.mean(ours["age"]) < 5.0:
        raise ValueError(f"{peer}: the flights compared are no flights")
    for name in fields:
        never = np.isinf(ours[name]) & (ours[name] == theirs[name])  # a round that never met its target
        with np.errstate(invalid="ignore"):
            error, size = np.where(never, 0.0, np.abs(theirs[name] - ours[name])), np.abs(ours[name])
        if error.ndim == 2:  # a vector's error is measured by its length
            error, size = np.linalg.norm(error, axis=1), np.linalg.norm(size, axis=1)
        worst = np.max(error / np.maximum(size, FLOORS.get(name, 1e-3)))
        if not worst <= AGREEMENT:
            raise ValueError(f"{peer}: {name} differs by {worst:.1e} of its value, more than {AGREEMENT:g}")
