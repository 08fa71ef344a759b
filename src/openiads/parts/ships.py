"""Ships and orbiting aircraft: what stands on them moves along their way, once a second."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.early_warning import turning
from openiads.parts.geometry import angle_between
from openiads.physics.motion import local_up, state_at

STEP = 1.0  # s between two moves: at 16 m/s the places lag by 16 m at most


@kernel("void(f8[::1], f8, f8, f8, f8, f8, f8, f8)")
def put(position, x, y, z, ux, uy, uz, height):
    """Put a place ``height`` m above a point along its upward normal."""
    position[0] = x + height * ux
    position[1] = y + height * uy
    position[2] = z + height * uz


@kernel("void(f8[:, ::1], f8, f8, f8)")
def lay(axes, ux, uy, uz):
    """Local axes (east, north, up in rows) of a place with an upward normal."""
    flat = max(math.sqrt(ux * ux + uy * uy), 1e-12)
    ex, ey = -uy / flat, ux / flat
    axes[0, 0], axes[0, 1], axes[0, 2] = ex, ey, 0.0
    axes[1, 0], axes[1, 1], axes[1, 2] = -uz * ey, uz * ex, ux * ey - uy * ex
    axes[2, 0], axes[2, 1], axes[2, 2] = ux, uy, uz


@kernel("void(Sim, i8)")
def sail(sim, p):
    """Move everything on ship ``p`` to where it is now; its radars take the mask of the nearest place on its way.

    An aircraft that is blind in its turns sees nothing until it is moved again.
    """
    now = sim.situation[0]["now"]
    ship = sim.platforms[p]
    ship["due"] = now + STEP
    x, y, z, vx, vy, vz = state_at(sim.tables, ship["path"], now)
    ux, uy, uz, _ = local_up(x, y, z)
    flat = max(math.sqrt(ux * ux + uy * uy), 1e-12)
    ex, ey = -uy / flat, ux / flat
    turned = 0.0
    if vx * vx + vy * vy + vz * vz > 0.0:
        heading = math.atan2(vx * ex + vy * ey, -vx * uz * ey + vy * uz * ex + vz * (ux * ey - uy * ex))
        turned = angle_between(heading, ship["heading"])
        ship["heading"] = heading
    way = ship["speed"] * now
    blind = ship["blind"] == 1 and turning(ship, way)
    place = min(int(math.floor(way / ship["spacing"] + 0.5)), ship["masks"] - 1)
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["platform"] == p:
            put(radar["position"], x, y, z, ux, uy, uz, radar["height"])
            lay(radar["axes"], ux, uy, uz)
            radar["boresight"] += turned
            radar["mask_table"] = radar["mask_base"] + place * radar["mask_stride"]
            if radar["edge_table"] >= 0:
                radar["edge_table"] = radar["edge_base"] + place * radar["edge_stride"]
            if blind:
                radar["slewing_until"] = now + STEP
    for u in range(len(sim.units)):
        unit = sim.units[u]
        if unit["platform"] == p:
            put(unit["position"], x, y, z, ux, uy, uz, unit["height"])
            lay(unit["axes"], ux, uy, uz)
    for k in range(len(sim.launchers)):
        launcher = sim.launchers[k]
        if launcher["platform"] == p:
            put(launcher["position"], x, y, z, ux, uy, uz, launcher["height"])
            launcher["arc_center"] += turned
    for c in range(len(sim.posts)):
        if sim.posts[c]["platform"] == p:
            put(sim.posts[c]["position"], x, y, z, ux, uy, uz, 10.0)
    for a in range(len(sim.assets)):
        if sim.assets[a]["platform"] == p:
            put(sim.assets[a]["position"], x, y, z, ux, uy, uz, sim.assets[a]["height"])
