"""Endgame: proportional navigation against the true path of the target, to closest approach.

The line of sight ends at a point displaced by an abstract error, a persistent and a slowly varying part of equal
variance, from draws given at launch (see ``seeker_deviation``).  Both are class-level assumptions, not a seeker's
design.  Source: [zarchan2012], chapters 2 and 3, for the law.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.constants import STANDARD_GRAVITY
from openiads.physics.flyout.airframe import (
    ACTIVE,
    CLOSED,
    COMMAND,
    FLYING,
    TERMINAL,
    advance,
    flight_status,
)
from openiads.physics.motion import flight_state, local_up


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8, f8, f8, f8, f8)")
def proportional(rx, ry, rz, wx, wy, wz, navigation):
    """Acceleration (m/s^2) of proportional navigation, across the line of sight: N' x closing speed x its rate.

    rx .. wz : position (m) and velocity (m/s) of the target relative to the round; the distance must be above 0.
    """
    r2 = rx * rx + ry * ry + rz * rz
    along = (rx * wx + ry * wy + rz * wz) / r2
    k = -navigation * along
    return (k * (wx - along * rx), k * (wy - along * ry), k * (wz - along * rz))


@kernel("f8(Interceptor, f8)")
def seeker_deviation(kind, r):
    """Standard deviation (m, across the line of sight at the target) of the abstract angle error at range ``r`` (m).

    Semi-active and track-via-missile: r sqrt(a^2 + (b r/r0)^2); active: r sqrt(a^2 + (b (r/r0)^2)^2); glint is added
    in quadrature.  For command guidance a and b are 0: its error is the radar's, given by the caller.
    """
    u = r / kind["terminal_r0"]
    if kind["guidance"] == ACTIVE:
        u = u * u
    a = kind["terminal_a"]
    b = kind["terminal_b"] * u
    if kind["guidance"] == COMMAND:
        a = b = 0.0
    return math.sqrt(r * r * (a * a + b * b) + kind["glint"] * kind["glint"])


@kernel("tuple_of(f8, f8)(Body, Interceptor, f8[::1], i8, f8, f8, f8, f8, f8, f8, f8)")
def endgame(body, kind, tables, at, exit_time, turn_rate, turn_angle, ex, ey, ez, fine_step):
    """Fly a round against the true path of its target to closest approach; returns (miss m, time s), kept in ``body``.

    tables, at, exit_time, turn_rate, turn_angle : the target's path, as in ``motion.flight_state``.
    ex, ey, ez : track minus truth (m, ECEF), used by command guidance alone: others meet it as heading error.
    fine_step : s, of the last 0.4 s; before, a step is time to go / 20, up to 10 fine steps.
    A round that ends earlier (slow, expired, ground) returns its distance at that time.
    """
    p, v, lagged, draws = body["position"], body["velocity"], body["acceleration"], body["draws"]
    body["phase"] = TERMINAL
    body["status"] = FLYING
    inverse_root = 0.7071067811865476
    follows = 1.0 if kind["guidance"] == COMMAND else 0.0
    ox = oy = oz = 0.0  # displacement of the apparent target one step ago
    before = 0.0
    now = body["launch_time"] + body["age"]
    tx, ty, tz, tvx, tvy, tvz = flight_state(tables, at, exit_time, turn_rate, turn_angle, now)
    while body["status"] == FLYING:
        rx, ry, rz = tx - p[0], ty - p[1], tz - p[2]
        wx, wy, wz = tvx - v[0], tvy - v[1], tvz - v[2]
        r = math.sqrt(rx * rx + ry * ry + rz * rz)
        closing = -(rx * wx + ry * wy + rz * wz)  # times r
        body["miss"] = r
        body["closest_time"] = now
        if closing <= 0.0 or r < 1e-6:
            body["status"] = CLOSED
            break
        dt = fine_step * min(max(r * r / (0.4 * closing), 1.0), 10.0)
        ux, uy, uz, _ = local_up(p[0], p[1], p[2])
        nx, ny, nz = uy * rz - uz * ry, uz * rx - ux * rz, ux * ry - uy * rx  # level, across the line of sight
        n = math.sqrt(nx * nx + ny * ny + nz * nz)
        if n < 1e-6 * r:  # straight up or down: any direction across will do
            nx, ny, nz = -ry, rx, 0.0
            n = max(math.sqrt(nx * nx + ny * ny), 1e-9)
        s = seeker_deviation(kind, r) * inverse_root
        c1 = math.cos(body["age"] / kind["error_time"])
        s1 = math.sin(body["age"] / kind["error_time"])
        e1 = s * (draws[0] + draws[1] * c1 + draws[2] * s1) / n
        e2 = s * (draws[3] + draws[4] * c1 + draws[5] * s1) / (n * r)
        qx = e1 * nx + e2 * (ry * nz - rz * ny) + follows * ex
        qy = e1 * ny + e2 * (rz * nx - rx * nz) + follows * ey
        qz = e1 * nz + e2 * (rx * ny - ry * nx) + follows * ez
        k = 1.0 / before if before > 0.0 else 0.0
        ax, ay, az = proportional(
            rx + qx, ry + qy, rz + qz, wx + k * (qx - ox), wy + k * (qy - oy), wz + k * (qz - oz), kind["navigation"]
        )
        ox, oy, oz = qx, qy, qz
        before = dt
        if body["ballistic"] == 0:
            ax += STANDARD_GRAVITY * ux
            ay += STANDARD_GRAVITY * uy
            az += STANDARD_GRAVITY * uz
        along = (ax * v[0] + ay * v[1] + az * v[2]) / (v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
        ax -= along * v[0]
        ay -= along * v[1]
        az -= along * v[2]
        load = math.sqrt(ax * ax + ay * ay + az * az)
        if load > body["limit"]:
            k = body["limit"] / load
            ax *= k
            ay *= k
            az *= k
        f = math.exp(-dt / kind["lag"])  # the response to the command: at the step's end, and its mean over the step
        m = (1.0 - f) * kind["lag"] / dt
        gx, gy, gz = lagged[0] - ax, lagged[1] - ay, lagged[2] - az
        lagged[0], lagged[1], lagged[2] = ax + f * gx, ay + f * gy, az + f * gz
        height = advance(body, kind, dt, ax + m * gx, ay + m * gy, az + m * gz)
        tx, ty, tz, tvx, tvy, tvz = flight_state(
            tables, at, exit_time, turn_rate, turn_angle, body["launch_time"] + body["age"]
        )
        sx, sy, sz = tx - p[0] - rx, ty - p[1] - ry, tz - p[2] - rz  # relative motion of this step
        moved = sx * sx + sy * sy + sz * sz
        u = -(rx * sx + ry * sy + rz * sz) / max(moved, 1e-12)
        if u <= 1.0:
            u = max(u, 0.0)
            rx, ry, rz = rx + u * sx, ry + u * sy, rz + u * sz
            body["miss"] = math.sqrt(rx * rx + ry * ry + rz * rz)
            body["closest_time"] = now + u * dt
            body["status"] = CLOSED
            break
        now = body["launch_time"] + body["age"]
        body["status"] = flight_status(body, kind, height)
    return (body["miss"], body["closest_time"])
