"""Midcourse: a round flies toward the predicted intercept point of a track until its endgame begins.

The round flies toward the predicted intercept point raised by
``(1 - aim height / loft_top) x ground distance x min(loft_max, loft_rate x ground distance)``.  An aim that is raised
in proportion to the distance to go is an arc of a circle, close to a free-flight arc where 2 loft_rate = g / v^2.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.physics.flyout.airframe import (
    EJECTED,
    FLYING,
    HANDOVER,
    MIDCOURSE,
    PASSED,
    TERMINAL,
    TURNING,
    advance,
    flight_status,
    time_to_go,
    track_acceleration,
)
from openiads.physics.motion import local_up

LONGEST_AHEAD = 250.0  # s, how far ahead an intercept is predicted
STEER_GAIN = 1.0  # 1/s, of midcourse steering


@kernel("i8(Body, Interceptor, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8)", entry=True)
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
