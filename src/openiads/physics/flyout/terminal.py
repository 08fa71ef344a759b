"""Endgame: proportional navigation against the true path of the target, to closest approach.

The guidance loop is that of one lag T: a = N' V_c s / (1 + sT) of the line of sight as measured.  The measurement
carries the three noises of the textbook, each fresh at every guidance sample (``noise_interval``) and held until the
next: glint, angle noise that does not change with range, and angle noise that does.  They are broadband, so the loop
passes what it is quick enough to follow; an error that lasts vanishes with the range, unless it displaces the apparent
target itself (``bias``).  What noise adds is flown beside the round as a small deviation of the linear loop: limits of
lift and structure bind what is commanded on purpose.  All are assumptions for a whole guidance class, not a seeker's
design.  Source: [zarchan2012], chapters 2 to 4 and 6.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.constants import STANDARD_GRAVITY
from openiads.base.draws import Purpose, normals, uniforms
from openiads.physics.flyout.airframe import (
    ACTIVE,
    CLOSED,
    COMMAND,
    FLYING,
    TERMINAL,
    TVM,
    advance,
    flight_status,
)
from openiads.physics.motion import flight_state, local_up

SEEK = int(Purpose.SEEK)
STEPS = 8.0  # in the time to go, of which one is flown
SLOTS = 4096  # of noise for one round: its samples, then where in a sample the endgame begins, then one for the caller


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8, f8, f8, f8, f8)")
def proportional(rx, ry, rz, wx, wy, wz, navigation):
    """Acceleration (m/s^2) of proportional navigation, across the line of sight: N' x closing speed x its rate.

    rx .. wz : position (m) and velocity (m/s) of the target relative to the round; the distance must be above 0.
    """
    r2 = rx * rx + ry * ry + rz * rz
    along = (rx * wx + ry * wy + rz * wz) / r2
    k = -navigation * along
    return (k * (wx - along * rx), k * (wy - along * ry), k * (wz - along * rz))


@kernel("tuple_of(f8, f8)(Body, Interceptor, f8)")
def noise_deviations(body, kind, r):
    """Deviations, in each axis across the line of sight, of one sample of the noises at range ``r`` (m) to the target.

    Returns (angle as the round sees it, rad; displacement of the apparent target, m).

    The angle noise is sqrt(a^2 + b^2 u^2): the echo that an active round hears falls with r^4, so u = (r/r0)^2; one
    that the ground radar lights falls with r^2 and with the square of the radar's distance R, so u = (r/r0) (R/R0);
    under command the round measures nothing.  The displacement is glint, and for command guidance the radar's angle
    error times R; track-via-missile keeps a share of that.
    """
    u = r / kind["terminal_r0"]
    u *= u if kind["guidance"] == ACTIVE else body["radar_range"] / kind["lit_range"]
    a = kind["terminal_a"]
    b = kind["terminal_b"] * u
    share = 0.0
    if kind["guidance"] == COMMAND:
        a = b = 0.0
        share = 1.0
    elif kind["guidance"] == TVM:
        share = kind["terminal_share"]
    radar = share * body["radar_range"] * body["radar_angle"]
    return math.sqrt(a * a + b * b), math.sqrt(body["glint"] * body["glint"] + radar * radar)


@kernel("tuple_of(f8, f8, f8, f8)(Body, i8)")
def noise_sample(body, n):
    """Four standard normals, the ``n``-th of a round's own stream: two axes of angle, two of displacement."""
    stream = body["stream"]
    u0, u1, u2, u3 = uniforms(stream[0], stream[1], SEEK, stream[2], stream[3] + n % (SLOTS - 2))
    n0, n1 = normals(u0, u1)
    n2, n3 = normals(u2, u3)
    return n0, n1, n2, n3


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(f8, f8, f8, f8, f8, f8)")
def across(x, y, z, rx, ry, rz):
    """Two unit vectors across a line of sight (rx, ry, rz) from an ECEF place: the first level, unless it is vertical.

    The line must be longer than 0, or the vectors are 0.
    """
    ux, uy, uz, _ = local_up(x, y, z)
    r = max(math.sqrt(rx * rx + ry * ry + rz * rz), 1e-9)
    nx, ny, nz = uy * rz - uz * ry, uz * rx - ux * rz, ux * ry - uy * rx
    n = math.sqrt(nx * nx + ny * ny + nz * nz)
    if n < 1e-6 * r:  # straight up or down: any direction across will do
        nx, ny, nz = -ry, rx, 0.0
        n = max(math.sqrt(nx * nx + ny * ny), 1e-9)
    nx, ny, nz = nx / n, ny / n, nz / n
    return nx, ny, nz, (ry * nz - rz * ny) / r, (rz * nx - rx * nz) / r, (rx * ny - ry * nx) / r


@kernel("tuple_of(f8, f8)(Body, Interceptor, f8[::1], i8, f8, f8, f8, f8)", entry=True)
def endgame(body, kind, tables, at, exit_time, turn_rate, turn_angle, fine_step):
    """Fly a round against the true path of its target to closest approach; returns (miss m, time s), kept in ``body``.

    body : with what makes the miss (``stream``, ``bias``, ``glint``, ``radar_range``, ``radar_angle``).
    tables, at, exit_time, turn_rate, turn_angle : the target's path, as in ``motion.flight_state``.
    fine_step : s, of the last 0.4 s; before, a step is about time to go / 20, up to 10 fine steps, and ends with the
    sample of the noises in which it began.
    A round that ends earlier (slow, expired, ground) returns its distance at that time.
    """
    p, v, lagged, bias = body["position"], body["velocity"], body["acceleration"], body["bias"]
    body["phase"] = TERMINAL
    body["status"] = FLYING
    now = body["launch_time"] + body["age"]
    tx, ty, tz, tvx, tvy, tvz = flight_state(tables, at, exit_time, turn_rate, turn_angle, now)
    nx, ny, nz, mx, my, mz = across(p[0], p[1], p[2], tx - p[0], ty - p[1], tz - p[2])
    ox = oy = oz = 0.0  # relative velocity one step ago, m/s
    before = 0.0  # s, that step
    sample = 0
    left = 0.0  # s of the present sample of the noises; the first has begun before
    u, _, _, _ = uniforms(body["stream"][0], body["stream"][1], SEEK, body["stream"][2], body["stream"][3] + SLOTS - 2)
    a1 = a2 = d1 = d2 = 0.0  # the present sample, in two axes: angle, rad, and displacement, m
    y1 = y2 = s1 = s2 = f1 = f2 = 0.0  # what noise has made of place (m), speed (m/s) and of the angle followed (rad)
    while body["status"] == FLYING:
        rx, ry, rz = tx - p[0], ty - p[1], tz - p[2]
        wx, wy, wz = tvx - v[0], tvy - v[1], tvz - v[2]
        r = math.sqrt(rx * rx + ry * ry + rz * rz)
        closing = -(rx * wx + ry * wy + rz * wz) / max(r, 1e-9)
        body["miss"] = r
        body["closest_time"] = now
        if closing <= 0.0 or r < 1e-6:
            break
        if left < 1e-9:
            left = kind["noise_interval"] * (u if sample == 0 else 1.0)
            angle, shift = noise_deviations(body, kind, r)
            if angle + shift > 0.0:
                a1, a2, d1, d2 = noise_sample(body, sample)
                a1, a2, d1, d2 = angle * a1, angle * a2, shift * d1, shift * d2
            sample += 1
        dt = max(r / (STEPS * closing), fine_step)
        dt = left / max(math.ceil(left / dt - 1e-6), 1.0)
        left -= dt
        steers = r > fine_step * closing  # in its last step nothing that it does is felt any more
        ux, uy, uz, _ = local_up(p[0], p[1], p[2])
        # the command is that of the middle of the step: one of its start would lag once more
        h = 0.5 * dt if steers else 0.0
        k = h / before if before > 0.0 else 0.0
        ax, ay, az = proportional(
            rx + bias[0] + h * wx,
            ry + bias[1] + h * wy,
            rz + bias[2] + h * wz,
            wx + k * (wx - ox),
            wy + k * (wy - oy),
            wz + k * (wz - oz),
            kind["navigation"],
        )
        ox, oy, oz = wx, wy, wz
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
        if not steers:
            ax, ay, az = lagged[0], lagged[1], lagged[2]
        f = math.exp(-dt / kind["lag"])  # the response to a command: at the step's end, and its mean over the step
        m = (1.0 - f) * kind["lag"] / dt
        sx, sy, sz = lagged[0] - ax, lagged[1] - ay, lagged[2] - az
        lagged[0], lagged[1], lagged[2] = ax + f * sx, ay + f * sy, az + f * sz
        height = advance(body, kind, dt, ax + m * sx, ay + m * sy, az + m * sz)
        # noise beside it, as a small deviation: the angle followed lags, and how fast it turns is flown
        if steers:
            h = 1.0 / (r - 0.5 * dt * closing)
            e1 = (1.0 - f) * (a1 + h * (d1 + y1 + 0.5 * dt * s1) - f1)
            e2 = (1.0 - f) * (a2 + h * (d2 + y2 + 0.5 * dt * s2) - f2)
            f1 += e1
            f2 += e2
            k = kind["navigation"] * closing
            y1 += dt * (s1 - 0.5 * k * e1)
            y2 += dt * (s2 - 0.5 * k * e2)
            s1 -= k * e1
            s2 -= k * e2
        else:
            y1 += dt * s1
            y2 += dt * s2
        tx, ty, tz, tvx, tvy, tvz = flight_state(
            tables, at, exit_time, turn_rate, turn_angle, body["launch_time"] + body["age"]
        )
        sx, sy, sz = tx - p[0] - rx, ty - p[1] - ry, tz - p[2] - rz  # relative motion of this step
        rx, ry, rz = rx + y1 * nx + y2 * mx, ry + y1 * ny + y2 * my, rz + y1 * nz + y2 * mz
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
    if body["status"] == FLYING:
        body["status"] = CLOSED
    return (body["miss"], body["closest_time"])
