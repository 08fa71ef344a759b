"""A ballistic missile's whole flight: thrust, free flight over the rotating earth with drag and J2, re-entry.

Point mass in rotating earth-centered coordinates (ECEF, m, m/s), fourth-order Runge-Kutta with fixed steps.  Thrust is
constant, along an elevation above the local horizontal of max(loft, 90 degrees - pitch rate x time) in a fixed plane;
range is set by the time of cut-off, direction by the plane.  The body stays attached.  What surrounds the missile is a
row of `SURROUNDINGS`, so that the closed-form cases (a sphere, no rotation, no air, even gravity) run through
the same code.  Source of the elevation program: [forden07].
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel, name_type, row_type
from openiads.base.constants import GM, J2, SEMI_MAJOR, SPIN, STANDARD_GRAVITY
from openiads.base.errors import InputError
from openiads.earth.atmosphere import density_and_sound
from openiads.earth.geodesy import enu_axes, inverse, to_ecef, to_geodetic
from openiads.physics.braking import DEEPEST, braked
from openiads.physics.motion import local_up

POINTS = 12
#: Latitude, longitude (rad) and height (m) of the launch of `full_burn`.
LAUNCH = (math.radians(35.0), math.radians(36.0), 0.0)

MISSILE = np.dtype(
    [
        ("launch_mass", "f8"),  # kg
        ("burnout_mass", "f8"),  # kg, with nothing left to burn
        ("thrust", "f8"),  # N, vacuum, constant
        ("burn_time", "f8"),  # s
        ("area", "f8"),  # m^2, reference
        ("loft", "f8"),  # rad, final elevation of thrust
        ("pitch_rate", "f8"),  # rad/s
        ("points", "i8"),  # count of the next two that are in use
        ("mach", "f8", (POINTS,)),  # rising
        ("cd", "f8", (POINTS,)),  # drag coefficient there, linear between, constant beyond
    ],
    align=True,
)

SURROUNDINGS = np.dtype(
    [
        ("gm", "f8"),  # m^3/s^2; 0: no central gravity
        ("even_gravity", "f8"),  # m/s^2, downward everywhere, added
        ("j2", "f8"),
        ("spin", "f8"),  # rad/s
        ("radius", "f8"),  # m, equatorial
        ("ellipsoid", "i8"),  # 1: heights above WGS-84; 0: above a sphere of this radius
        ("air", "i8"),  # 0 none, 1 US Standard Atmosphere, 2 constant, 3 exponential
        ("density", "f8"),  # kg/m^3 at height 0, for 2 and 3
        ("scale_height", "f8"),  # m, for 3
    ],
    align=True,
)

name_type("Missile", lambda: row_type(MISSILE))
name_type("Surroundings", lambda: row_type(SURROUNDINGS))


def surroundings(**values: float) -> np.void:
    """A row of `SURROUNDINGS`: the real earth with its air, except for the fields given."""
    row = np.zeros(1, SURROUNDINGS)[0]
    real = {
        "gm": GM,
        "j2": J2,
        "spin": SPIN,
        "radius": SEMI_MAJOR,
        "ellipsoid": 1,
        "air": 1,
        "density": 1.225,
        "scale_height": 7000.0,
    }
    for name, value in (real | values).items():
        row[name] = value
    return row


EARTH = surroundings()


@kernel("tuple_of(f8, f8, f8, f8)(Surroundings, f8, f8, f8)", entry=True)
def up_and_height(around, x, y, z):
    """Unit vector up and height (m) above the sphere or the ellipsoid at a position that is not the center."""
    if around["ellipsoid"] == 1:
        return local_up(x, y, z)
    r = math.sqrt(x * x + y * y + z * z)
    return (x / r, y / r, z / r, r - around["radius"])


@kernel("tuple_of(f8, f8, f8)(Surroundings, f8, f8, f8, f8, f8, f8)")
def gravity(around, x, y, z, vx, vy, vz):
    """Free-fall acceleration (m/s^2): gravitation with J2, even gravity, and the terms of rotation.

    With spin 0 it is gravitation alone.
    """
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    k = -around["gm"] / (r2 * r)
    c = 1.5 * around["j2"] * around["radius"] * around["radius"] / r2
    s = 5.0 * z * z / r2
    level = k * (1.0 + c * (1.0 - s)) - around["even_gravity"] / r
    polar = k * (1.0 + c * (3.0 - s)) - around["even_gravity"] / r
    w = around["spin"]
    return (level * x + w * (w * x + 2.0 * vy), level * y + w * (w * y - 2.0 * vx), polar * z)


@kernel("f8(Missile, f8)")
def drag_coefficient(kind, number):
    """Drag coefficient at a Mach number, linear between the kind's points, constant beyond them."""
    mach, cd = kind["mach"], kind["cd"]
    last = kind["points"] - 1
    if number >= mach[last]:
        return cd[last]
    i = 0
    while i < last and number >= mach[i + 1]:
        i += 1
    u = (number - mach[i]) / (mach[i + 1] - mach[i])
    return cd[i] + max(u, 0.0) * (cd[i + 1] - cd[i])


@kernel("f8(Missile, f8, f8)")
def mass_at(kind, t, cutoff):
    """Mass (kg) at ``t`` s after ignition, with thrust that ends at ``cutoff`` (s)."""
    flow = (kind["launch_mass"] - kind["burnout_mass"]) / kind["burn_time"]
    return kind["launch_mass"] - flow * min(t, cutoff)


@kernel("f8(Missile, Surroundings, f8, f8, f8, f8)")
def drag(kind, around, t, cutoff, height, speed):
    """Deceleration by drag over speed, 1/s, at a height (m) and a speed (m/s); there is air."""
    density = around["density"]
    sound = 340.0
    if around["air"] == 1:
        density, sound = density_and_sound(max(height, DEEPEST))
    elif around["air"] == 3:
        density *= math.exp(-height / around["scale_height"])
    return 0.5 * density * speed * kind["area"] * drag_coefficient(kind, speed / sound) / mass_at(kind, t, cutoff)


@kernel("tuple_of(f8, f8, f8)(Missile, Surroundings, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def acceleration(kind, around, t, cutoff, nx, ny, nz, x, y, z, vx, vy, vz):
    """Acceleration (m/s^2, rotating ECEF) at ``t`` s after ignition; thrust ends at ``cutoff`` (s).

    nx, ny, nz : unit normal of the plane of thrust (up x forward at launch).
    """
    ax, ay, az = gravity(around, x, y, z, vx, vy, vz)
    ux, uy, uz, height = up_and_height(around, x, y, z)
    mass = mass_at(kind, t, cutoff)
    if t < cutoff:
        elevation = max(kind["loft"], 0.5 * math.pi - kind["pitch_rate"] * t)
        fx, fy, fz = ny * uz - nz * uy, nz * ux - nx * uz, nx * uy - ny * ux
        f = kind["thrust"] / mass
        c = f * math.cos(elevation) / max(math.sqrt(fx * fx + fy * fy + fz * fz), 1e-9)
        s = f * math.sin(elevation)
        ax += s * ux + c * fx
        ay += s * uy + c * fy
        az += s * uz + c * fz
    if around["air"] > 0:
        k = -drag(kind, around, t, cutoff, height, math.sqrt(vx * vx + vy * vy + vz * vz))
        ax += k * vx
        ay += k * vy
        az += k * vz
    return (ax, ay, az)


@kernel("void(f8[::1], f8[::1], Missile, Surroundings, f8, f8, f8, f8, f8, f8)")
def step(out, s, kind, around, t, dt, cutoff, nx, ny, nz):
    """One Runge-Kutta step from the state ``s`` (6 numbers) into ``out``; they may be the same array."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    px, py, pz, qx, qy, qz = x, y, z, vx, vy, vz
    sx = sy = sz = tx = ty = tz = 0.0
    # a step lies wholly on one side of the cut-off; rounding of its ends must not light or quench it
    cutoff = cutoff + 1.0 if t + 0.5 * dt < cutoff else min(cutoff, t)
    for stage in range(4):
        at = t if stage == 0 else (t + 0.5 * dt if stage < 3 else t + dt)
        ax, ay, az = acceleration(kind, around, at, cutoff, nx, ny, nz, px, py, pz, qx, qy, qz)
        w = 1.0 / 6.0 if stage == 0 or stage == 3 else 1.0 / 3.0
        sx += w * qx
        sy += w * qy
        sz += w * qz
        tx += w * ax
        ty += w * ay
        tz += w * az
        h = dt if stage == 2 else 0.5 * dt
        px, py, pz = x + h * qx, y + h * qy, z + h * qz
        qx, qy, qz = vx + h * ax, vy + h * ay, vz + h * az
    out[0], out[1], out[2] = x + dt * sx, y + dt * sy, z + dt * sz
    out[3], out[4], out[5] = vx + dt * tx, vy + dt * ty, vz + dt * tz


@kernel("void(f8[::1], f8[::1], Missile, Surroundings, f8, f8, f8, f8, f8, f8)")
def advance(out, s, kind, around, t, dt, cutoff, nx, ny, nz):
    """A step as `step`, in equal parts where drag would change velocity by more than itself in one (`braking`)."""
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    parts = 1
    if around["air"] > 0 and speed > 0.0:
        _, _, _, height = up_and_height(around, s[0], s[1], s[2])
        brake = drag(kind, around, t + dt, cutoff, height, speed)  # at its lightest
        h = braked(dt, 2.0 * brake)
        parts = int(math.ceil(dt / h))
    h = dt / parts
    step(out, s, kind, around, t, h, cutoff, nx, ny, nz)
    for n in range(1, parts):
        step(out, out, kind, around, t + n * h, h, cutoff, nx, ny, nz)


@kernel("i8(f8[:, ::1], Missile, Surroundings, f8, f8, f8, f8, f8, f8, f8)", entry=True)
def integrate(rows, kind, around, cutoff, nx, ny, nz, dt, longest, ground):
    """Integrate from ``rows[0]`` (time, position, velocity) and fill the rows below; returns how many are filled.

    cutoff : s, end of thrust (a row falls on it; 0: none).  nx, ny, nz : see `acceleration`.  dt : s, the longest
    step.  longest : s, time of the last row.  ground : m, the flight ends where it sinks to this height, in a row
    that lies there to 1e-6 m.  Too few rows end the flight early: the caller checks the last time.
    """
    count = 1
    burn = math.ceil(cutoff / dt)
    while count < len(rows):
        s = rows[count - 1]
        t = s[0]
        if t >= longest - 1e-9:
            break
        h = dt
        if t < cutoff - 1e-9:
            h = cutoff / burn
        h = min(h, longest - t)
        new = rows[count]
        advance(new[1:], s[1:], kind, around, t, h, cutoff, nx, ny, nz)
        count += 1
        _, _, _, height = up_and_height(around, new[1], new[2], new[3])
        _, _, _, before = up_and_height(around, s[1], s[2], s[3])
        new[0] = t + h
        if height < ground and height < before:
            low = 0.0
            high = h
            for _ in range(60):
                h = 0.5 * (low + high)
                advance(new[1:], s[1:], kind, around, t, h, cutoff, nx, ny, nz)
                _, _, _, height = up_and_height(around, new[1], new[2], new[3])
                if height > ground:
                    low = h
                else:
                    high = h
            new[0] = t + h
            break
    return count


# ------------------------------------------------------------------ host side


@dataclass(frozen=True)
class Trajectory:
    """A solved flight: knots (ECEF) and what is quoted of it. Times in s since ignition, m, m/s, rad."""

    times: NDArray[np.float64]  #: (n,)
    positions: NDArray[np.float64]  #: (n, 3)
    velocities: NDArray[np.float64]  #: (n, 3), relative to the ground
    heights: NDArray[np.float64]  #: (n,)
    burnout_time: float
    burnout_speed: float
    burnout_height: float
    apogee: float
    flight_time: float
    impact_speed: float
    impact_angle: float  #: of the velocity below the horizon at the end
    ground_range: float  #: launch to impact along the ground
    azimuth: float  #: of the plane of thrust at launch
    landed: bool  #: False if it was still flying at the longest time

    @property
    def speeds(self) -> NDArray[np.float64]:
        """Speed relative to the ground at the knots, (n,)."""
        return np.sqrt((self.velocities**2).sum(axis=1))

    @property
    def greatest_coast_speed(self) -> float:
        """Greatest speed after burnout."""
        return float(self.speeds[self.times >= self.burnout_time - 1e-6].max())

    def speed_sinking_through(self, height: float) -> float:
        """Speed where the flight sinks through a height (m), interpolated; `InputError` if it does not."""
        top = int(np.argmax(self.heights))
        if not self.heights[-1] <= height <= self.heights[top]:
            raise InputError("height", f"{height:.0f} m is not passed on the way down", "choose one below the apogee")
        return float(np.interp(-height, -self.heights[top:], self.speeds[top:]))


def missile(values: Mapping[str, Any], place: str = "missile") -> np.void:
    """One row of `MISSILE` from SI values: ``launch_mass``, ``burnout_mass``, ``burn_time``, ``thrust`` or
    ``specific_impulse`` (s), ``area`` or ``diameter``, ``loft``, ``pitch_rate``, ``cd`` (a number or lists ``mach``
    and ``value``)."""
    row = np.zeros(1, MISSILE)[0]
    given = dict(values)
    if "diameter" in given:
        given["area"] = math.pi * given.pop("diameter") ** 2 / 4.0
    if "specific_impulse" in given:
        burnt = given["launch_mass"] - given["burnout_mass"]
        given["thrust"] = given.pop("specific_impulse") * STANDARD_GRAVITY * burnt / given["burn_time"]
    cd = given.pop("cd", 0.0)
    mach = [0.0] if not isinstance(cd, Mapping) else list(cd["mach"])
    value = [cd] if not isinstance(cd, Mapping) else list(cd["value"])
    if not (0 < len(mach) == len(value) <= POINTS) or any(b <= a for a, b in zip(mach, mach[1:], strict=False)):
        raise InputError(f"{place}.cd", "needs rising Mach numbers and as many values", f"at most {POINTS} points")
    row["points"] = len(mach)
    row["mach"][: len(mach)] = mach
    row["cd"][: len(mach)] = value
    for name, number in given.items():
        if name not in (MISSILE.names or ()):
            raise InputError(f"{place}.{name}", "no such field", f"fields: {', '.join(MISSILE.names or ())}")
        row[name] = number
    for name in ("launch_mass", "burnout_mass", "burn_time"):
        if not row[name] > 0.0:
            raise InputError(f"{place}.{name}", f"{row[name]}", "a value above 0")
    if row["burnout_mass"] > row["launch_mass"]:
        raise InputError(f"{place}.burnout_mass", "above the launch mass", "lower it")
    return row


def fly_out(
    kind: np.void,
    position: tuple[float, float, float],
    velocity: tuple[float, float, float],
    *,
    forward: tuple[float, float, float] = (0.0, 1.0, 0.0),
    cutoff: float | None = None,
    around: np.void = EARTH,
    dt: float = 0.1,
    longest: float = 3000.0,
    ground: float = 0.0,
) -> Trajectory:
    """Fly from an ECEF state until it sinks to ``ground`` (m) or ``longest`` (s).

    forward : level direction of flight (ECEF, any length); cutoff : s, end of thrust (default the full burn time;
    0 for a body without thrust).  Sources and domain: see the module's text.
    """
    burn = float(kind["burn_time"]) if cutoff is None else float(cutoff)
    up = np.array(up_and_height(around, *position)[:3])
    normal = np.cross(up, np.asarray(forward, dtype=np.float64))
    size = float(np.sqrt((normal * normal).sum()))
    if size < 1e-12:
        raise InputError("forward", "points straight up", "give a level direction")
    rows = np.zeros((int(longest / dt) + int(burn / dt) + 16, 7))
    rows[0] = 0.0, *position, *velocity
    count = integrate(rows, kind, around, burn, *(normal / size).tolist(), dt, longest, ground)
    return _told(rows[:count], kind, around, burn, longest, forward)


def full_burn(kind: np.void, dt: float = 0.5) -> Trajectory:
    """The flight of a missile at full burn from sea level at 35 degrees north toward the north, of which its published
    range, apogee and time of flight are taken to be said."""
    axes = enu_axes(*LAUNCH[:2])
    north, up = axes[3:6], axes[6:9]
    rise = (0.1 * up[0], 0.1 * up[1], 0.1 * up[2])  # a little speed, so that drag has a direction
    return fly_out(kind, to_ecef(*LAUNCH), rise, forward=(north[0], north[1], north[2]), dt=dt)


def _told(
    rows: NDArray[np.float64],
    kind: np.void,
    around: np.void,
    burn: float,
    longest: float,
    forward: tuple[float, float, float],
) -> Trajectory:
    heights = np.array([up_and_height(around, *r[1:4].tolist())[3] for r in rows])
    speeds = np.sqrt((rows[:, 4:] ** 2).sum(axis=1))
    top = int(np.argmax(heights))
    apogee = float(heights[top])
    if 0 < top < len(rows) - 1:
        apogee = _peak(rows[top - 1 : top + 2, 0], heights[top - 1 : top + 2])
    b = int(np.argmin(np.abs(rows[:, 0] - burn)))
    start, end = rows[0, 1:4], rows[-1, 1:4]
    lat, lon, _ = to_geodetic(*start.tolist())
    lat2, lon2, _ = to_geodetic(*end.tolist())
    up = np.array(up_and_height(around, *end.tolist())[:3])
    sinking = -float(up @ rows[-1, 4:]) / max(float(speeds[-1]), 1e-9)
    east, north = (np.array(enu_axes(lat, lon)[k : k + 3]) @ np.asarray(forward) for k in (0, 3))
    if around["ellipsoid"] == 1:
        ground_range = float(inverse(lat, lon, lat2, lon2)[0])
    else:
        cross = np.cross(start, end)
        ground_range = float(around["radius"]) * math.atan2(math.sqrt((cross * cross).sum()), float(start @ end))
    return Trajectory(
        times=rows[:, 0].copy(),
        positions=rows[:, 1:4].copy(),
        velocities=rows[:, 4:].copy(),
        heights=heights,
        burnout_time=burn,
        burnout_speed=float(speeds[b]),
        burnout_height=float(heights[b]),
        apogee=apogee,
        flight_time=float(rows[-1, 0]),
        impact_speed=float(speeds[-1]),
        impact_angle=math.asin(min(max(sinking, -1.0), 1.0)),
        ground_range=ground_range,
        azimuth=math.atan2(east, north),
        landed=bool(rows[-1, 0] < longest - 1e-9),
    )


def _peak(t: NDArray[np.float64], h: NDArray[np.float64]) -> float:
    """Vertex of the parabola through three points."""
    a, b, c = np.polyfit(t - t[1], h, 2)
    return float(c - b * b / (4.0 * a)) if a < 0.0 else float(h.max())
