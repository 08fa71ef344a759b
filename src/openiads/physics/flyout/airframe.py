"""A round as a point mass: its parameters and state, and one step of its flight.

Positions and velocities are ECEF (m, m/s).  A round integrates on its own step grid, anchored at its launch, with a
drift-kick-drift step: half the drift, then lift (a pure rotation), drag (its closed form for constant density),
thrust and gravity at the middle, then the other half.  Lift only turns and drag only slows, so energy never rises
without thrust.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel, name_type, row_type
from openiads.base.constants import GM, SPIN
from openiads.earth.atmosphere import atmosphere
from openiads.physics.motion import local_up


class Guidance(IntEnum):
    """How a round is guided at the end."""

    NONE = 0
    COMMAND = 1
    SEMI_ACTIVE = 2
    TVM = 3
    ACTIVE = 4
    GUN = 5  # not at all: shells of a burst fly straight


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


COMMAND, SEMI_ACTIVE = int(Guidance.COMMAND), int(Guidance.SEMI_ACTIVE)
TVM, ACTIVE = int(Guidance.TVM), int(Guidance.ACTIVE)
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
        ("terminal_a", "f8"),  # rad, deviation of the angle noise that does not change with range
        ("terminal_b", "f8"),  # rad, of the part that grows with range, at terminal_r0 and lit from lit_range
        ("terminal_r0", "f8"),  # m
        ("lit_range", "f8"),  # m, from radar to target, at which terminal_b holds where the radar lights the target
        ("terminal_share", "f8"),  # of the engagement radar's angle error that track-via-missile keeps
        ("noise_interval", "f8"),  # s, between two independent samples of the noises
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
        ("stream", "i8", (4,)),  # names its noise: seed, replication, actor, first slot of ``draws.Purpose.SEEK``
        ("bias", "f8", (3,)),  # m, ECEF: displacement of the apparent target that lasts to the end
        ("glint", "f8"),  # m, deviation of the apparent target by glint, in each axis across the line of sight
        ("radar_range", "f8"),  # m, from the engagement radar to the target
        ("radar_angle", "f8"),  # rad, deviation of one of its angle measurements
        ("ballistic", "i8"),  # 1 if the target falls freely, 0 if it holds its height
        ("steps", "i8"),  # integration steps flown
        ("phase", "i8"),  # Phase
        ("status", "i8"),  # Status
    ],
    align=True,
)

name_type("Interceptor", lambda: row_type(INTERCEPTOR))
name_type("Body", lambda: row_type(BODY))

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
    k = -GM / (r2 * math.sqrt(r2))
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
    k = -GM / (r2 * math.sqrt(r2))
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


@kernel("void(Body, Interceptor, f8, f8, f8, f8, f8, f8, f8, f8)", entry=True)
def launch(body, kind, now, x, y, z, aim_x, aim_y, aim_z, arrival):
    """Start a round at time ``now`` (s) from an ECEF position (m) toward an aim (m) reached about ``arrival`` (s).

    Fills every field of ``body`` but ``ballistic`` and what makes the miss (``stream`` .. ``radar_angle``), which the
    caller sets.
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


def new_bodies(count: int) -> NDArray[Any]:
    """``count`` rows of `BODY`, all zero: rounds not launched."""
    return np.zeros(count, BODY)
