"""Meeting a moving target: intercept time, lead point, closest approach, and how often a defense gets to shoot."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.errors import InputError


@kernel("f8(f8, f8, f8, f8, f8, f8, f8)")
def intercept_time(rx, ry, rz, vx, vy, vz, speed):
    """Earliest time (s) at which a round of constant speed from the origin meets a target of constant velocity.

    rx .. vz : position (m) and velocity (m/s) of the target relative to the launch point, at launch; speed : m/s,
    >= 0.  Returns inf where no meeting is possible.  Root of (v.v - s^2) t^2 + 2 r.v t + r.r = 0 in the form that
    keeps its digits when target and round are almost equally fast.
    """
    c = rx * rx + ry * ry + rz * rz
    if c == 0.0:
        return 0.0
    a = vx * vx + vy * vy + vz * vz - speed * speed
    b = rx * vx + ry * vy + rz * vz
    inside = b * b - a * c
    if a < 0.0:  # the faster round always gets there
        root = math.sqrt(inside)
        return c / (root - b) if b <= 0.0 else (root + b) / -a
    if b >= 0.0 or inside < 0.0:
        return math.inf
    return c / (math.sqrt(inside) - b)


@kernel("tuple_of(f8, f8, f8, f8)(f8, f8, f8, f8, f8, f8, f8)")
def lead_point(rx, ry, rz, vx, vy, vz, speed):
    """Where (m, relative to the launch point) and when (s) a round of constant speed meets the target.

    Arguments as for ``intercept_time``.  Returns (time, x, y, z); without a meeting time is inf and the point is the
    target's present position.
    """
    t = intercept_time(rx, ry, rz, vx, vy, vz, speed)
    if t == math.inf:
        return (t, rx, ry, rz)
    return (t, rx + t * vx, ry + t * vy, rz + t * vz)


@kernel("tuple_of(f8, f8)(f8, f8, f8, f8, f8, f8, f8)")
def closest_approach(rx, ry, rz, vx, vy, vz, longest):
    """Time (s) within [0, longest] of the least distance of a relative motion at constant velocity, and that (m)."""
    v2 = vx * vx + vy * vy + vz * vz
    t = 0.0
    if v2 > 0.0:
        t = min(max(-(rx * vx + ry * vy + rz * vz) / v2, 0.0), longest)
    x = rx + t * vx
    y = ry + t * vy
    z = rz + t * vz
    return (t, math.sqrt(x * x + y * y + z * z))


def firing_opportunities(
    detection_range: float,
    target_speed: float,
    interceptor_speed: float,
    reaction: float,
    assessment: float,
    max_range: float,
    min_range: float,
) -> list[float]:
    """Ranges (m) of successive intercepts of a target flying straight in, shoot-look-shoot at constant speeds.

    The first launch comes ``reaction`` (s) after detection, each later one ``assessment`` (s) after an intercept;
    X Vm/(Vm + Vt) is where a launch at range X meets the target; a launch waits until that is within ``max_range``,
    and the last is the one not inside ``min_range`` (m, > 0).  Speeds in m/s, above 0.
    """
    if not (target_speed > 0.0 and interceptor_speed > 0.0):
        raise InputError("speed", f"{target_speed} and {interceptor_speed} m/s", "both above 0")
    if not min_range > 0.0:
        raise InputError("min_range", f"{min_range} m", "a range above 0, or there is no last opportunity")
    if assessment < 0.0 or reaction < 0.0:
        raise InputError("delay", f"reaction {reaction} s, assessment {assessment} s", "not negative")
    share = interceptor_speed / (interceptor_speed + target_speed)
    found: list[float] = []
    at_launch = detection_range - reaction * target_speed
    while True:
        meet = min(at_launch * share, max_range)
        if meet < min_range:
            return found
        found.append(meet)
        at_launch = meet - assessment * target_speed
