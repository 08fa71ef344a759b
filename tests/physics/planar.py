"""The guidance kernel alone, in a plane: a round without lag, limits, gravity or air."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.physics.encounter import closest_approach, lead_point
from openiads.physics.flyout import proportional


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
