"""Where a flight is at a time: tables of knots, cubic Hermite between them, and the closed form of a reaction.

A path is a run of numbers in a flat array (the arena ``tables``) from index ``at``::

    start time (s), step (s), count of knots, kind (0 air-breathing, 1 ballistic), then count rows of
    ECEF position (m) and velocity (m/s)

Before its first and after its last knot a flight stands still at the end.  `openiads.physics.paths` builds the tables.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SECOND_ECCENTRICITY_SQUARED, SEMI_MAJOR, SEMI_MINOR

HEADER = 4  #: numbers before the first knot
ROW = 6  #: numbers per knot


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(f8[::1], i8, f8)", entry=True)
def state_at(tables, at, t):
    """ECEF position (m) and velocity (m/s) at time ``t`` (s) of the path stored at ``at``; at rest outside it."""
    dt = tables[at + 1]
    count = int(tables[at + 2])
    since = (t - tables[at]) / dt
    last = count - 1
    if since < 0.0 or since >= last:
        k = at + 4 + (0 if since < 0.0 else last * 6)
        if since == last:
            return (tables[k], tables[k + 1], tables[k + 2], tables[k + 3], tables[k + 4], tables[k + 5])
        return (tables[k], tables[k + 1], tables[k + 2], 0.0, 0.0, 0.0)
    i = int(since)
    u = since - i
    k = at + 4 + i * 6
    uu = u * u
    b = uu * (3.0 - 2.0 * u)  # weights of the two positions and, times dt, of the two velocities
    a = 1.0 - b
    c = u * (1.0 - u) * (1.0 - u) * dt
    d = uu * (u - 1.0) * dt
    e = 6.0 * u * (1.0 - u) / dt  # weights of their derivatives
    f = (1.0 - u) * (1.0 - 3.0 * u)
    g = u * (3.0 * u - 2.0)
    return (
        a * tables[k] + b * tables[k + 6] + c * tables[k + 3] + d * tables[k + 9],
        a * tables[k + 1] + b * tables[k + 7] + c * tables[k + 4] + d * tables[k + 10],
        a * tables[k + 2] + b * tables[k + 8] + c * tables[k + 5] + d * tables[k + 11],
        e * (tables[k + 6] - tables[k]) + f * tables[k + 3] + g * tables[k + 9],
        e * (tables[k + 7] - tables[k + 1]) + f * tables[k + 4] + g * tables[k + 10],
        e * (tables[k + 8] - tables[k + 2]) + f * tables[k + 5] + g * tables[k + 11],
    )


@kernel("tuple_of(f8, f8, f8)(f8[::1], i8, f8)", entry=True)
def position_at(tables, at, t):
    """ECEF position (m) at time ``t`` (s) of the path stored at ``at``; the end points outside it."""
    x, y, z, _, _, _ = state_at(tables, at, t)
    return (x, y, z)


@kernel("f8(f8[::1], i8)", entry=True)
def end_time(tables, at):
    """Time (s) of the last knot of the path stored at ``at``."""
    return tables[at] + tables[at + 1] * (tables[at + 2] - 1.0)


@kernel("tuple_of(f8, f8, f8, f8)(f8, f8, f8)", entry=True)
def local_up(x, y, z):
    """Unit vector of the ellipsoid's normal (up) at an ECEF position (m) and the height (m) above the ellipsoid.

    Closed form without trigonometry for hot loops: up to 1e-6 rad and 0.5 m below 40 km, 3 m at 100 km.  The
    position must not be the earth's center.
    """
    q = x * x + y * y
    r = math.sqrt(q + z * z)
    surface = SEMI_MINOR / math.sqrt(1.0 - ECCENTRICITY_SQUARED * q / (r * r))  # radius at this geocentric latitude
    height = r - surface
    uz = z * (1.0 + SECOND_ECCENTRICITY_SQUARED) / (1.0 + SECOND_ECCENTRICITY_SQUARED * height / r)
    norm = 1.0 / math.sqrt(q + uz * uz)
    return (x * norm, y * norm, uz * norm, height)


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def exit_path(px, py, pz, vx, vy, vz, since, turn_rate, turn_angle):
    """State after a level turn about the local up and then straight flight, both at constant height and speed.

    px .. vz : ECEF position (m) and velocity (m/s) where the reaction begins; only the level part of the velocity
        is flown.  since : s after that, >= 0.  turn_rate : rad/s, positive to the left seen from above.
    turn_angle : rad, >= 0.  Returns ECEF position and velocity.
    The plane of the turn is wrapped on the ellipsoid's curvature in the direction flown (Euler's theorem); height is
    kept within 5 m over 100 km.
    """
    ux, uy, uz, height = local_up(px, py, pz)
    climb = vx * ux + vy * uy + vz * uz
    ax = vx - climb * ux
    ay = vy - climb * uy
    az = vz - climb * uz
    speed = math.sqrt(ax * ax + ay * ay + az * az)
    if speed < 1e-9:
        return (px, py, pz, 0.0, 0.0, 0.0)
    ax = ax / speed
    ay = ay / speed
    az = az / speed
    bx = uy * az - uz * ay  # left of the path
    by = uz * ax - ux * az
    bz = ux * ay - uy * ax
    rate = abs(turn_rate)
    side = 1.0 if turn_rate >= 0.0 else -1.0
    along = speed * since
    left = 0.0
    heading = 0.0
    if rate > 1e-12:
        turning = min(since, turn_angle / rate)
        heading = rate * turning
        radius = speed / rate
        straight = speed * (since - turning)
        along = radius * math.sin(heading) + straight * math.cos(heading)
        left = side * (radius * (1.0 - math.cos(heading)) + straight * math.sin(heading))
        heading = side * heading
    va = speed * math.cos(heading)
    vb = speed * math.sin(heading)
    d = math.sqrt(along * along + left * left)
    if d < 1e-6:
        return (px, py, pz, va * ax + vb * bx, va * ay + vb * by, va * az + vb * bz)
    ca = along / d
    cb = left / d
    dx = ca * ax + cb * bx
    dy = ca * ay + cb * by
    dz = ca * az + cb * bz
    # curvature of the ellipsoid toward (dx, dy, dz): north and east parts of the direction
    level = max(1.0 - uz * uz, 1e-12)
    north = dz * dz / level  # squared cosine of the azimuth: the north vector's z is sqrt(1 - uz^2)
    w = 1.0 - ECCENTRICITY_SQUARED * uz * uz
    prime = SEMI_MAJOR / math.sqrt(w)
    meridian = prime * (1.0 - ECCENTRICITY_SQUARED) / w
    curve = 1.0 / (north / meridian + (1.0 - min(north, 1.0)) / prime) + height
    phi = d / curve
    s = math.sin(phi)
    c = math.cos(phi)
    vr = va * ca + vb * cb
    vt = (vb * ca - va * cb) * s / phi
    ex = cb * ax - ca * bx  # minus the transverse direction
    ey = cb * ay - ca * by
    ez = cb * az - ca * bz
    fall = curve * (1.0 - c)
    return (
        px + curve * s * dx - fall * ux,
        py + curve * s * dy - fall * uy,
        pz + curve * s * dz - fall * uz,
        vr * (c * dx - s * ux) - vt * ex,
        vr * (c * dy - s * uy) - vt * ey,
        vr * (c * dz - s * uz) - vt * ez,
    )


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(f8[::1], i8, f8, f8, f8, f8)", entry=True)
def flight_state(tables, at, exit_time, turn_rate, turn_angle, t):
    """State at ``t`` of a flight that follows the table at ``at`` until ``exit_time`` (inf: never reacts), then turns.

    The turn is that of ``exit_path`` from the state at ``exit_time``.
    """
    if t <= exit_time:
        return state_at(tables, at, t)
    px, py, pz, vx, vy, vz = state_at(tables, at, exit_time)
    return exit_path(px, py, pz, vx, vy, vz, t - exit_time, turn_rate, turn_angle)
