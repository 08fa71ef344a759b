"""A point-mass interceptor: launch, boost, lofted midcourse flight on a track, and terminal proportional navigation.

Positions and velocities are ECEF (m, m/s).  A round integrates on its own step grid, anchored at its launch, with a
drift-kick-drift step: half the drift, then lift (a pure rotation), drag (its closed form for constant density),
thrust and gravity at the middle, then the other half.  Lift only turns and drag only slows, so energy never rises
without thrust.

Midcourse law: the round flies toward the predicted intercept point raised by
``(1 - aim height / loft_top) x ground distance x min(loft_max, loft_rate x ground distance)``.  An aim that is raised
in proportion to the distance to go is an arc of a circle, close to a free-flight arc where 2 loft_rate = g / v^2.

Terminal law: proportional navigation on a line of sight whose end is displaced by an abstract error, a persistent and
a slowly varying part of equal variance, from draws given at launch (see ``seeker_deviation``).  Both are class-level
assumptions, not a seeker's design.  Source: [zarchan2012], chapters 2 and 3, for the laws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel, name_type, row_type
from openiads.base.errors import InputError
from openiads.earth.atmosphere import atmosphere
from openiads.physics.encounter import closest_approach, lead_point
from openiads.physics.motion import flight_state, local_up


class Guidance(IntEnum):
    """How a round is guided at the end."""

    NONE = 0
    COMMAND = 1
    SEMI_ACTIVE = 2
    TVM = 3
    ACTIVE = 4


class LaunchKind(IntEnum):
    """How a round leaves its launcher."""

    NONE = 0
    VERTICAL = 1
    INCLINED = 2


class Phase(IntEnum):
    """What a round is doing."""

    NONE = 0
    EJECTED = 1  # out of the tube, motor not lit
    TURNING = 2  # thrust turns over toward the aim, no lift yet
    MIDCOURSE = 3
    TERMINAL = 4


class Status(IntEnum):
    """Whether and why a round flies or has ended."""

    NONE = 0
    FLYING = 1
    HANDOVER = 2  # time for the endgame
    CLOSED = 3  # closest approach passed; miss and closest_time hold it
    SLOW = 4  # below its minimum speed
    EXPIRED = 5  # life over
    GROUND = 6
    PASSED = 7  # no longer closing on its track before handover


COMMAND, ACTIVE = int(Guidance.COMMAND), int(Guidance.ACTIVE)
EJECTED, TURNING = int(Phase.EJECTED), int(Phase.TURNING)
MIDCOURSE, TERMINAL = int(Phase.MIDCOURSE), int(Phase.TERMINAL)
FLYING, HANDOVER, CLOSED = int(Status.FLYING), int(Status.HANDOVER), int(Status.CLOSED)
SLOW, EXPIRED, GROUND, PASSED = int(Status.SLOW), int(Status.EXPIRED), int(Status.GROUND), int(Status.PASSED)
INCLINED = int(LaunchKind.INCLINED)

MACH_STEP = 0.25
MACHS = 24

INTERCEPTOR = np.dtype(
    [
        ("launch_mass", "f8"),  # kg
        ("boost_thrust", "f8"),  # N, vacuum, constant
        ("boost_time", "f8"),  # s
        ("boost_propellant", "f8"),  # kg
        ("sustain_thrust", "f8"),  # N, follows the boost at once
        ("sustain_time", "f8"),  # s; 0: no sustainer
        ("sustain_propellant", "f8"),  # kg
        ("area", "f8"),  # m^2, reference
        ("cd", "f8", (MACHS,)),  # zero-lift drag coefficient at Mach 0, 0.25, ...
        ("cn_max", "f8", (MACHS,)),  # largest normal-force coefficient at the same Mach numbers
        ("induced", "f8"),  # drag coefficient per squared normal-force coefficient
        ("structural_limit", "f8"),  # m/s^2, of aerodynamic lateral acceleration
        ("reaction_control", "f8"),  # m/s^2, extra lateral acceleration at any density
        ("lag", "f8"),  # s, first-order time constant, > 0
        ("minimum_speed", "f8"),  # m/s, below it after burnout the round is lost
        ("life", "f8"),  # s from launch
        ("launch_kind", "i8"),  # LaunchKind
        ("eject_speed", "f8"),  # m/s on leaving tube or rail
        ("ignition_delay", "f8"),  # s from leaving the tube
        ("launch_elevation", "f8"),  # rad, of an inclined launcher
        ("turn_rate", "f8"),  # rad/s of the turn-over
        ("turn_time", "f8"),  # s the turn-over phase lasts from ignition
        ("navigation", "f8"),  # effective navigation ratio
        ("loft_rate", "f8"),  # 1/m, see the module's text
        ("loft_max", "f8"),  # tangent of the largest raised angle
        ("loft_top", "f8"),  # m, height of the aim at which nothing is left of the loft
        ("guidance", "i8"),  # Guidance
        ("terminal_a", "f8"),  # rad, constant part of the angle error
        ("terminal_b", "f8"),  # rad, part that grows with range, at terminal_r0
        ("terminal_r0", "f8"),  # m
        ("glint", "f8"),  # m
        ("error_time", "f8"),  # s, time scale of the varying part of the angle error
        ("handover_range", "f8"),  # m to the target; 0: by time alone
        ("handover_time", "f8"),  # s to go
        ("burnout_speed", "f8"),  # m/s, derived: for time to go before burnout
        ("slow_length", "f8"),  # m, derived: distance over which a coasting round loses speed by 1/e
    ],
    align=True,
)

BODY = np.dtype(
    [
        ("position", "f8", (3,)),  # ECEF, m
        ("velocity", "f8", (3,)),  # ECEF, m/s
        ("acceleration", "f8", (3,)),  # lagged lateral acceleration, ECEF, m/s^2
        ("axis", "f8", (3,)),  # unit vector of thrust until the turn-over ends, ECEF
        ("aim", "f8", (3,)),  # predicted intercept point, ECEF, m
        ("arrival", "f8"),  # predicted intercept time, s
        ("launch_time", "f8"),  # s, when it leaves the tube
        ("age", "f8"),  # s since launch: its own clock; now = launch_time + age
        ("limit", "f8"),  # m/s^2, lateral acceleration available at the last step
        ("peak_load", "f8"),  # m/s^2, greatest lateral acceleration used
        ("miss", "f8"),  # m, at closest approach; inf before
        ("closest_time", "f8"),  # s; inf before
        ("draws", "f8", (6,)),  # standard normals of the angle error: persistent, cosine, sine of each axis
        ("ballistic", "i8"),  # 1 if the target falls freely, 0 if it holds its height
        ("steps", "i8"),  # integration steps flown
        ("phase", "i8"),  # Phase
        ("status", "i8"),  # Status
    ],
    align=True,
)

name_type("Interceptor", lambda: row_type(INTERCEPTOR))
name_type("Body", lambda: row_type(BODY))

MU = 3.986004418e14  # m^3/s^2
SPIN = 7.292115e-5  # rad/s
GRAVITY = 9.80665  # m/s^2
LONGEST_AHEAD = 250.0  # s, how far ahead an intercept is predicted
STEER_GAIN = 1.0  # 1/s, of midcourse steering
AIR_STEP = 100.0  # m; linear interpolation then errs by less than 3e-5 of the density
AIR_TOP = 100_000.0


def _air() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    formula = getattr(atmosphere, "py_func", atmosphere)  # plain, so that importing compiles nothing
    rows = np.array([formula(h) for h in np.arange(0.0, AIR_TOP + AIR_STEP, AIR_STEP)])
    return np.ascontiguousarray(rows[:, 2]), np.ascontiguousarray(rows[:, 3])


DENSITIES, SOUNDS = _air()
AIR_LAST = len(DENSITIES) - 2


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8, f8, f8, f8, i8)")
def track_acceleration(x, y, z, vx, vy, vz, ballistic):
    """Acceleration (m/s^2, rotating ECEF) of a target that falls freely (1) or holds height and speed (0)."""
    r2 = x * x + y * y + z * z
    if ballistic == 0:
        up = (x * vx + y * vy + z * vz) / r2
        k = up * up - (vx * vx + vy * vy + vz * vz) / r2
        return (k * x, k * y, k * z)
    k = -MU / (r2 * math.sqrt(r2))
    spin2 = SPIN * SPIN
    return ((k + spin2) * x + 2.0 * SPIN * vy, (k + spin2) * y - 2.0 * SPIN * vx, k * z)


@kernel("f8(Body, Interceptor, f8, f8, f8, f8)")
def advance(body, kind, dt, ax, ay, az):
    """Move a round by ``dt`` (s, > 0) with the wanted lateral acceleration (m/s^2, ECEF, across its velocity).

    The acceleration is cut to what structure, lift and reaction control allow; ``limit`` and ``peak_load`` are
    kept.  Its speed must be above 0.  Returns the height (m) in the middle of the step.
    """
    p = body["position"]
    v = body["velocity"]
    vx, vy, vz = v[0], v[1], v[2]
    half = 0.5 * dt
    x = p[0] + half * vx
    y = p[1] + half * vy
    z = p[2] + half * vz
    r2 = x * x + y * y + z * z
    _, _, _, height = local_up(x, y, z)
    u = min(max(height, 0.0) / AIR_STEP, AIR_LAST + 0.999)
    i = int(u)
    u -= i
    density = DENSITIES[i] + u * (DENSITIES[i + 1] - DENSITIES[i])
    sound = SOUNDS[i] + u * (SOUNDS[i + 1] - SOUNDS[i])
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    burning = body["age"] - kind["ignition_delay"]
    boost = kind["boost_time"]
    sustain = kind["sustain_time"]
    first = max(min(burning + dt, boost) - max(burning, 0.0), 0.0)
    second = max(min(burning + dt, boost + sustain) - max(burning, boost), 0.0)
    mass = kind["launch_mass"] - kind["boost_propellant"] * min(max((burning + half) / boost, 0.0), 1.0)
    if sustain > 0.0:
        mass -= kind["sustain_propellant"] * min(max((burning + half - boost) / sustain, 0.0), 1.0)
    push = (first * kind["boost_thrust"] + second * kind["sustain_thrust"]) / mass  # m/s of this step
    u = min(speed / (sound * MACH_STEP), MACHS - 1.001)
    i = int(u)
    u -= i
    cd = kind["cd"]
    cn = kind["cn_max"]
    drag = cd[i] + u * (cd[i + 1] - cd[i])
    force = 0.5 * density * speed * speed * kind["area"] / mass  # m/s^2 per unit coefficient
    lift_limit = min(kind["structural_limit"], force * (cn[i] + u * (cn[i + 1] - cn[i])))
    limit = lift_limit + kind["reaction_control"]
    turning = body["phase"] < MIDCOURSE
    load = math.sqrt(ax * ax + ay * ay + az * az)
    if turning or load <= 0.0:
        load = 0.0
        ax = ay = az = 0.0
    elif load > limit:
        ax *= limit / load
        ay *= limit / load
        az *= limit / load
        load = limit
    lift = min(load, lift_limit)
    if force > 1e-9:
        drag += kind["induced"] * (lift / force) * (lift / force)
    ax = vx + ax * dt
    ay = vy + ay * dt
    az = vz + az * dt
    slow = 1.0 / (1.0 + force * drag * dt / max(speed, 1e-6))
    keep = speed * slow / math.sqrt(ax * ax + ay * ay + az * az)  # lift turns, drag slows
    if turning:
        axis = body["axis"]
        tx, ty, tz = axis[0], axis[1], axis[2]
    else:
        tx = ax * keep / (speed * slow)
        ty = ay * keep / (speed * slow)
        tz = az * keep / (speed * slow)
    k = -MU / (r2 * math.sqrt(r2))
    spin2 = SPIN * SPIN
    vx = ax * keep + push * tx + dt * ((k + spin2) * x + 2.0 * SPIN * vy)
    vy = ay * keep + push * ty + dt * ((k + spin2) * y - 2.0 * SPIN * v[0])
    vz = az * keep + push * tz + dt * k * z
    v[0], v[1], v[2] = vx, vy, vz
    p[0], p[1], p[2] = x + half * vx, y + half * vy, z + half * vz
    body["age"] += dt
    body["steps"] += 1
    body["limit"] = limit
    body["peak_load"] = max(body["peak_load"], load)
    return height


@kernel("f8(Interceptor, f8, f8, f8)")
def time_to_go(kind, age, speed, distance):
    """Estimated time (s) to fly ``distance`` (m) from now: the rest of the boost at even acceleration, then a coast."""
    burn = kind["ignition_delay"] + kind["boost_time"] + kind["sustain_time"] - age
    spent = 0.0
    if burn > 0.0:
        mean = 0.5 * (speed + max(kind["burnout_speed"], speed))
        if distance <= mean * burn:
            return distance / max(mean, 1.0)
        distance -= mean * burn
        spent = burn
        speed = max(kind["burnout_speed"], speed)
    return spent + distance / max(speed, 1.0) * (1.0 + 0.5 * distance / kind["slow_length"])


@kernel("void(Body, Interceptor, f8, f8, f8, f8, f8, f8, f8, f8)")
def launch(body, kind, now, x, y, z, aim_x, aim_y, aim_z, arrival):
    """Start a round at time ``now`` (s) from an ECEF position (m) toward an aim (m) reached about ``arrival`` (s).

    Fills every field of ``body`` but ``draws`` and ``ballistic``, which the caller sets.
    """
    ux, uy, uz, _ = local_up(x, y, z)
    if kind["launch_kind"] == INCLINED:
        dx = aim_x - x
        dy = aim_y - y
        dz = aim_z - z
        rise = dx * ux + dy * uy + dz * uz
        dx -= rise * ux
        dy -= rise * uy
        dz -= rise * uz
        flat = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-6)
        c = math.cos(kind["launch_elevation"]) / flat
        s = math.sin(kind["launch_elevation"])
        ux = s * ux + c * dx
        uy = s * uy + c * dy
        uz = s * uz + c * dz
    speed = max(kind["eject_speed"], 1.0)
    p, v, a, axis, aim = body["position"], body["velocity"], body["acceleration"], body["axis"], body["aim"]
    p[0], p[1], p[2] = x, y, z
    v[0], v[1], v[2] = speed * ux, speed * uy, speed * uz
    a[0], a[1], a[2] = 0.0, 0.0, 0.0
    axis[0], axis[1], axis[2] = ux, uy, uz
    aim[0], aim[1], aim[2] = aim_x, aim_y, aim_z
    body["arrival"] = arrival
    body["launch_time"] = now
    body["age"] = 0.0
    body["steps"] = 0
    body["limit"] = 0.0
    body["peak_load"] = 0.0
    body["miss"] = math.inf
    body["closest_time"] = math.inf
    body["phase"] = EJECTED
    body["status"] = FLYING


@kernel("i8(Body, Interceptor, f8)")
def flight_status(body, kind, height):
    """``FLYING``, or why a round at this height (m) cannot go on: life, ground, or too slow after burnout."""
    v = body["velocity"]
    age = body["age"]
    if age > kind["life"]:
        return EXPIRED
    if age > kind["ignition_delay"] + kind["boost_time"] + kind["sustain_time"]:
        slowest = kind["minimum_speed"]
        if v[0] * v[0] + v[1] * v[1] + v[2] * v[2] < slowest * slowest:
            return SLOW
    return GROUND if height < -20.0 else FLYING


@kernel("i8(Body, Interceptor, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def fly(body, kind, until, tx, ty, tz, tvx, tvy, tvz, target_time, coarse_step, fine_step):
    """Fly a round in midcourse up to time ``until`` (s) on a track; returns its ``Status``, also kept in ``body``.

    tx .. tvz : believed ECEF position (m) and velocity (m/s) of the target at ``target_time`` (s), extrapolated
    freely falling or at constant height (``body["ballistic"]``).  Steps belong to the round's own grid: a step that
    begins before ``until`` is flown whole.  coarse_step : s, of the coast, an eighth of it under thrust; fine_step : s,
    until the turn-over ends.  ``HANDOVER`` comes when the time or range to go falls to the kind's handover values.
    """
    gx, gy, gz = track_acceleration(tx, ty, tz, tvx, tvy, tvz, body["ballistic"])
    p, v, axis, aim, lateral = body["position"], body["velocity"], body["axis"], body["aim"], body["acceleration"]
    turned = kind["ignition_delay"] + kind["turn_time"]
    burnt = kind["ignition_delay"] + kind["boost_time"] + kind["sustain_time"]
    while body["status"] == FLYING:
        age = body["age"]
        now = body["launch_time"] + age
        if now >= until:
            break
        k = 1.0 / math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
        ux, uy, uz = k * p[0], k * p[1], k * p[2]  # radial: the vertical to 0.2 degrees, enough for a loft
        speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
        ahead = body["arrival"] - target_time
        dx = tx + ahead * (tvx + 0.5 * ahead * gx) - p[0]
        dy = ty + ahead * (tvy + 0.5 * ahead * gy) - p[1]
        dz = tz + ahead * (tvz + 0.5 * ahead * gz) - p[2]
        aim[0], aim[1], aim[2] = p[0] + dx, p[1] + dy, p[2] + dz
        rise = dx * ux + dy * uy + dz * uz
        d2 = dx * dx + dy * dy + dz * dz
        flat = math.sqrt(max(d2 - rise * rise, 0.0))
        arrival = min(now + time_to_go(kind, age, speed, math.sqrt(d2)), now + LONGEST_AHEAD)
        body["arrival"] = 0.5 * (body["arrival"] + arrival)  # damped: a fast target makes the plain iteration swing
        _, _, _, height = local_up(aim[0], aim[1], aim[2])
        share = min(max(1.0 - height / kind["loft_top"], 0.0), 1.0)
        loft = share * flat * min(kind["loft_max"], kind["loft_rate"] * flat)
        dx += loft * ux
        dy += loft * uy
        dz += loft * uz
        d = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-6)
        dx /= d
        dy /= d
        dz /= d
        if age < turned - 1e-9:
            body["phase"] = EJECTED if age < kind["ignition_delay"] - 1e-9 else TURNING
            if body["phase"] == TURNING:  # swing the axis toward the aim, at most turn_rate x step
                c = axis[0] * dx + axis[1] * dy + axis[2] * dz
                angle = math.acos(min(max(c, -1.0), 1.0))
                step = min(kind["turn_rate"] * fine_step, angle)
                sx, sy, sz = dx - c * axis[0], dy - c * axis[1], dz - c * axis[2]
                s = math.sqrt(sx * sx + sy * sy + sz * sz)
                if s > 1e-9:
                    s = math.sin(step) / s
                    c = math.cos(step)
                    axis[0], axis[1], axis[2] = c * axis[0] + s * sx, c * axis[1] + s * sy, c * axis[2] + s * sz
            height = advance(body, kind, fine_step, 0.0, 0.0, 0.0)
        else:
            body["phase"] = MIDCOURSE
            since = now - target_time
            rx = tx + since * (tvx + 0.5 * since * gx) - p[0]
            ry = ty + since * (tvy + 0.5 * since * gy) - p[1]
            rz = tz + since * (tvz + 0.5 * since * gz) - p[2]
            wx = tvx + since * gx - v[0]
            wy = tvy + since * gy - v[1]
            wz = tvz + since * gz - v[2]
            r = math.sqrt(rx * rx + ry * ry + rz * rz)
            closing = -(rx * wx + ry * wy + rz * wz)  # times r
            if r <= kind["handover_range"] or r * r <= closing * kind["handover_time"]:
                body["phase"] = TERMINAL
                body["status"] = HANDOVER
                break
            if closing < 0.0 and age > burnt:
                body["status"] = PASSED
                break
            k = STEER_GAIN * speed
            along = (dx * v[0] + dy * v[1] + dz * v[2]) / (speed * speed)
            lateral[0] = k * (dx - along * v[0])
            lateral[1] = k * (dy - along * v[1])
            lateral[2] = k * (dz - along * v[2])
            step = coarse_step if age >= burnt else 0.125 * coarse_step
            height = advance(body, kind, step, lateral[0], lateral[1], lateral[2])
        body["status"] = flight_status(body, kind, height)
    return body["status"]


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
            ax += GRAVITY * ux
            ay += GRAVITY * uy
            az += GRAVITY * uz
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


# ------------------------------------------------------------------ host side


def resampled(mach: Any, values: Any, place: str) -> NDArray[np.float64]:
    """Coefficients at this module's Mach numbers from pairs at rising Mach numbers; held constant beyond the ends."""
    m, c = np.asarray(mach, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if m.ndim != 1 or m.shape != c.shape or m.size == 0 or np.any(np.diff(m) <= 0.0):
        raise InputError(place, "needs as many values as rising Mach numbers", "give two lists of one length")
    return np.interp(np.arange(MACHS) * MACH_STEP, m, c)


DERIVED = ("burnout_speed", "slow_length")
OPTIONAL = {
    "sustain_thrust": 0.0, "sustain_time": 0.0, "sustain_propellant": 0.0, "reaction_control": 0.0,
    "handover_range": 0.0, "loft_top": 40_000.0, "launch_elevation": 0.0, "ignition_delay": 0.0,
    "terminal_r0": 10_000.0, "terminal_a": 0.0, "terminal_b": 0.0, "glint": 0.0, "error_time": 1.0,
}  # fmt: skip
POSITIVE = (
    "launch_mass", "boost_thrust", "boost_time", "boost_propellant", "area", "structural_limit", "lag", "life",
    "navigation", "loft_top", "terminal_r0", "error_time", "handover_time", "launch_kind", "guidance",
)  # fmt: skip


def interceptor(values: Mapping[str, Any], place: str = "interceptor") -> Any:
    """One row of `INTERCEPTOR` from a mapping of field names to SI values, checked, derived fields filled in.

    ``cd`` and ``cn_max`` are numbers, 24 values, or a mapping with lists ``mach`` and ``value``; enums may be given
    by name (``guidance = "tvm"``, ``launch_kind = "vertical"``).  ``burnout_speed`` and ``slow_length`` are found by
    flying the round once, unless given.
    """
    row = np.zeros(1, INTERCEPTOR)[0]
    unknown = sorted(set(values) - set(INTERCEPTOR.names or ()))
    if unknown:
        raise InputError(f"{place}.{unknown[0]}", "no such field", f"fields: {', '.join(INTERCEPTOR.names or ())}")
    for name in INTERCEPTOR.names or ():
        if name in values:
            row[name] = _field(name, values[name], f"{place}.{name}")
        elif name in OPTIONAL:
            row[name] = OPTIONAL[name]
        elif name not in DERIVED:
            raise InputError(f"{place}.{name}", "missing", "give a value in SI units")
    for name in POSITIVE:
        if not row[name] > 0:
            raise InputError(f"{place}.{name}", f"{row[name]}", "a value above 0")
    if row["boost_propellant"] + row["sustain_propellant"] >= row["launch_mass"]:
        raise InputError(f"{place}.boost_propellant", "more propellant than launch mass", "lower it")
    if not row["burnout_speed"] > 0.0 or not row["slow_length"] > 0.0:
        _derive(row)
    return row


def _field(name: str, value: Any, place: str) -> Any:
    enums: dict[str, type[IntEnum]] = {"guidance": Guidance, "launch_kind": LaunchKind}
    if name in enums and isinstance(value, str):
        try:
            return int(enums[name][value.upper()])
        except KeyError:
            known = ", ".join(e.name.lower() for e in enums[name] if e)
            raise InputError(place, f'"{value}" is not known', f"one of {known}") from None
    if name in ("cd", "cn_max"):
        if isinstance(value, Mapping):
            return resampled(value["mach"], value["value"], place)
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (MACHS,))
    return value


def _derive(row: Any) -> None:
    """Fill burnout speed and slow length from a flight to a still point 25 s of the ideal speed increment away."""
    exhaust = row["boost_thrust"] * row["boost_time"] / row["boost_propellant"]
    row["burnout_speed"] = 0.8 * exhaust * math.log(row["launch_mass"] / (row["launch_mass"] - row["boost_propellant"]))
    row["slow_length"] = 150_000.0
    burnt = row["ignition_delay"] + row["boost_time"] + row["sustain_time"]
    for _ in range(2):
        body = new_bodies(1)[0]
        far = 25.0 * row["burnout_speed"]
        target = (6378137.0 + 10_000.0, far, 0.0)
        launch(body, row, 0.0, 6378137.0, 0.0, 0.0, *target, 40.0)
        fly(body, row, burnt, *target, 0.0, 0.0, 0.0, 0.0, 0.5, 0.05)
        speed, begin = float(np.sqrt((body["velocity"] ** 2).sum())), body["age"]
        fly(body, row, math.inf, *target, 0.0, 0.0, 0.0, 0.0, 0.5, 0.05)
        later = float(np.sqrt((body["velocity"] ** 2).sum()))
        row["burnout_speed"] = speed
        fall = math.log(speed / later) if later < speed else 0.0
        row["slow_length"] = 0.5 * (speed + later) * (body["age"] - begin) / max(fall, 0.05)


def new_bodies(count: int) -> NDArray[Any]:
    """``count`` rows of `BODY`, all zero: rounds not launched."""
    return np.zeros(count, BODY)


def single_lag_miss(flight_time: Any, lag: float, navigation: float, target_acceleration: float) -> Any:
    """Miss (m) of linear proportional navigation with a single lag after a step of target acceleration.

    flight_time : s, from the step to the end; lag : s, > 0.  Equals n_T T^2 x^2/2 1F1(N'; 3; -x) with x = t_F/T, the
    inverse transform of s^(N'-3)/(s+1)^N'.  Source: [zarchan2012], chapter 3 (adjoint of the single-lag loop).
    """
    from scipy.special import hyp1f1

    x = np.asarray(flight_time, dtype=np.float64) / lag
    return target_acceleration * lag * lag * 0.5 * x * x * hyp1f1(navigation, 3.0, -x)


def linear_homing(
    flight_time: float,
    navigation: float,
    times: Any,
    *,
    heading_error: float = 0.0,
    speed: float = 0.0,
    target_acceleration: float = 0.0,
    augmented: bool = False,
) -> tuple[NDArray[np.float64], float]:
    """Commanded acceleration (m/s^2) at ``times`` (s) and miss (m) of linear homing without lag.

    flight_time : s; navigation : N' > 1.  heading_error : rad, of a round flying at ``speed`` (m/s);
    target_acceleration : m/s^2, constant; augmented : half N' times it is added to the command.
    Without lag or limits the miss is exactly 0.  Source: [zarchan2012], chapter 2: the solution of
    y'' = n_T - n_c, n_c = N' (y + y' t_go) / t_go^2.
    """
    if not navigation > 1.0:
        raise InputError("navigation", f"{navigation}", "a ratio above 1, or the round does not close in")
    t = np.asarray(times, dtype=np.float64)
    if np.any(t < 0.0) or np.any(t > flight_time):
        raise InputError("times", "outside the flight", f"times between 0 and {flight_time} s")
    left = 1.0 - t / flight_time
    power = navigation - 2.0
    with np.errstate(divide="ignore"):
        decay = left**power
        growth = -np.log(left) if power == 0.0 else (1.0 - decay) / power
    command = -speed * heading_error * navigation / flight_time * decay
    if augmented:
        return command + 0.5 * navigation * target_acceleration * decay, 0.0
    return command + navigation * target_acceleration * growth, 0.0


def planar_homing(
    start: tuple[float, float],
    speed: float,
    heading_error: float,
    target: tuple[float, float],
    target_velocity: tuple[float, float],
    navigation: float,
    dt: float = 0.002,
    longest: float = 600.0,
) -> dict[str, Any]:
    """A round without lag, limits, gravity or air against a target of constant velocity, in a plane.

    start, target : m; speed : m/s, first along the collision course turned by ``heading_error`` (rad, counterclock-
    wise); then accelerated by `proportional`.  Returns ``time`` (s) and ``miss`` (m) of closest approach and, for the
    steps before it, ``times`` and ``acceleration`` (m/s^2, signed: positive to the left of the line of sight).
    `InputError` if the two do not meet.
    """
    rx, ry = target[0] - start[0], target[1] - start[1]
    meet, lead_x, lead_y, _ = lead_point(rx, ry, 0.0, *target_velocity, 0.0, speed)
    if meet == math.inf:
        raise InputError("speed", f"{speed} m/s does not reach the target", "raise it")
    course = math.atan2(lead_y, lead_x) + heading_error
    vx, vy = target_velocity[0] - speed * math.cos(course), target_velocity[1] - speed * math.sin(course)
    s = np.array([rx, ry, vx, vy])

    def rate(q: NDArray[np.float64]) -> NDArray[np.float64]:
        ax, ay, _ = proportional(q[0], q[1], 0.0, q[2], q[3], 0.0, navigation)
        return np.array([q[2], q[3], -ax, -ay])

    times, loads = [], []
    t = 0.0
    while t < longest:
        ax, ay, _ = proportional(s[0], s[1], 0.0, s[2], s[3], 0.0, navigation)
        times.append(t)
        loads.append((s[0] * ay - s[1] * ax) / math.sqrt(s[0] * s[0] + s[1] * s[1]))
        a = rate(s)
        b = rate(s + 0.5 * dt * a)
        c = rate(s + 0.5 * dt * b)
        d = rate(s + dt * c)
        new = s + dt / 6.0 * (a + 2.0 * b + 2.0 * c + d)
        move = new[:2] - s[:2]
        u, miss = closest_approach(s[0], s[1], 0.0, move[0], move[1], 0.0, 1.0)
        if u < 1.0:
            return {"time": t + u * dt, "miss": miss, "times": np.array(times), "acceleration": np.array(loads)}
        s = new
        t += dt
    raise InputError("heading_error", f"no closest approach within {longest} s", "a smaller heading error")
