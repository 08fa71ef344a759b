"""How far and how fast an interceptor reaches: the flyout table for planning, time to spare, published reach.

A flyout table is a run of numbers in a flat array (the arena ``tables``) from index ``at``::

    count of ranges, count of heights, range step (m), height step (m), then for each range and height
    time of flight (s), arrival speed (m/s), available lateral acceleration (m/s^2)

It is built by flying the compiled round against still points; what a round cannot reach has time inf.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics.flyout import FLYING, HANDOVER, PASSED, fly, launch, new_bodies
from openiads.physics.motion import local_up

LAST_LEG = 0.5  # s to go at which a round of the table is taken to arrive
USUAL_HEIGHT = 10_000.0  # m, of the target of which a range is told, where the round's own limits allow it
TABLE_HEIGHT = 36_000.0  # m, up to which a flyout table goes; higher for a round that is made for more
TABLE_ABOVE = 1.1  # then this multiple of its greatest height, and
HIGHEST_USUAL = 40_000.0  # m, what counts as more: intervals of rounds in the air end here


@kernel("tuple_of(f8, f8, f8)(Body, Interceptor, f8, f8, f8, f8, f8)", entry=True)
def arrive(body, kind, ground_range, height, target_speed, coarse_step, fine_step):
    """Fly a round from the equator at sea level to a target that is at a point when the round comes there.

    ground_range : m along the surface; height : m; target_speed : m/s, level and head-on along the line of fire, 0
    for a still point.  Returns time of flight (s), arrival speed (m/s) and available lateral acceleration (m/s^2)
    there; inf, 0, 0 when it does not arrive.
    """
    angle = ground_range / SEMI_MAJOR
    r = SEMI_MAJOR + height
    c = math.cos(angle)
    s = math.sin(angle)
    ballistic = body["ballistic"]
    body["ballistic"] = 0
    time = 1.0 + ground_range / 1200.0
    for _ in range(6):  # find the time at which round and target meet at the point
        spin = target_speed / r
        launch(body, kind, 0.0, SEMI_MAJOR, 0.0, 0.0, r * c, r * s, 0.0, time)
        c0 = math.cos(angle + spin * time)
        s0 = math.sin(angle + spin * time)
        status = FLYING
        now = 0.0
        while status == FLYING:
            a = angle + spin * (time - now)
            if target_speed > 0.0:
                c0 = math.cos(a)
                s0 = math.sin(a)
            until = math.inf if target_speed <= 0.0 else now + 2.0
            status = fly(
                body, kind, until, r * c0, r * s0, 0.0, target_speed * s0, -target_speed * c0, 0.0, now, coarse_step,
                fine_step,
            )  # fmt: skip
            now = body["launch_time"] + body["age"]
        met = body["arrival"]
        # a round just short of its last leg at one step can be past the point at the next: it was there
        if status != HANDOVER and (status != PASSED or met - now > 1.1 * coarse_step):
            body["ballistic"] = ballistic
            return (math.inf, 0.0, 0.0)
        if target_speed <= 0.0 or abs(met - time) < 0.02:
            time = met
            break
        time = met
    body["ballistic"] = ballistic
    v = body["velocity"]
    return (time, math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), body["limit"])


@kernel("void(f8[::1], Body, Interceptor, f8, f8)", entry=True)
def fill_table(table, body, kind, coarse_step, fine_step):
    """Fill a flyout table whose four header numbers are set.

    A place or two that are not reached between places that are, are flown again with finer steps: a long step can
    carry a round that comes in flat into the ground beside its aim.
    """
    ranges = int(table[0])
    heights = int(table[1])
    for i in range(ranges):
        for j in range(heights):
            k = 4 + (i * heights + j) * 3
            table[k], table[k + 1], table[k + 2] = arrive(
                body, kind, max(i * table[2], 200.0), max(j * table[3], 10.0), 0.0, coarse_step, fine_step
            )
    for j in range(heights):
        last = ranges - 1
        while last > 0 and table[4 + (last * heights + j) * 3] == math.inf:
            last -= 1
        reached = False
        for i in range(last):
            k = 4 + (i * heights + j) * 3
            after = min(table[k + 3 * heights], table[4 + (min(i + 2, last) * heights + j) * 3])
            step = 0.5 * coarse_step
            while reached and after < math.inf and table[k] == math.inf and step > 0.1 * coarse_step:
                table[k], table[k + 1], table[k + 2] = arrive(
                    body, kind, i * table[2], max(j * table[3], 10.0), 0.0, step, fine_step
                )
                step *= 0.5
            reached = reached or table[k] < math.inf


@kernel("tuple_of(f8, f8, f8)(f8[::1], i8, f8, f8)")
def time_to_reach(tables, at, ground_range, height):
    """Time of flight (s), arrival speed (m/s), available lateral acceleration (m/s^2) at a point, bilinear.

    ground_range : m, >= 0; height : m, negative is taken as 0.  Time is inf, the others 0, outside the table or
    where a neighboring node is not reached.
    """
    u = ground_range / tables[at + 2]
    w = max(height, 0.0) / tables[at + 3]
    rows = int(tables[at + 1])
    if not (u >= 0.0 and u < tables[at] - 1.0 and w < tables[at + 1] - 1.0):
        return (math.inf, 0.0, 0.0)
    i = int(u)
    j = int(w)
    u -= i
    w -= j
    k = at + 4 + (i * rows + j) * 3
    m = k + rows * 3
    a = (1.0 - u) * (1.0 - w)
    b = (1.0 - u) * w
    c = u * (1.0 - w)
    d = u * w
    time = 0.0
    if a > 0.0:
        time += a * tables[k]
    if b > 0.0:
        time += b * tables[k + 3]
    if c > 0.0:
        time += c * tables[m]
    if d > 0.0:
        time += d * tables[m + 3]
    if time == math.inf:
        return (math.inf, 0.0, 0.0)
    return (
        time,
        a * tables[k + 1] + b * tables[k + 4] + c * tables[m + 1] + d * tables[m + 4],
        a * tables[k + 2] + b * tables[k + 5] + c * tables[m + 2] + d * tables[m + 5],
    )


@kernel("f8(f8[::1], i8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8[::1])")
def slack(tables, at, sx, sy, sz, x, y, z, after, required_g, min_speed, limits):
    """Time to spare (s) of a round that may leave at once and must be at (x, y, z) ``after`` s from now; -inf if never.

    sx, sy, sz : launcher, ECEF m.  required_g : m/s^2, a third of what the round must have available there.
    limits : least and greatest distance and height of an intercept, m (published figures; 0, inf, -inf, inf for none).
    A launch should wait for as long as this is positive at the first feasible point: a round that leaves earlier meets
    its target before that point, where lift, speed or height do not suffice.
    """
    _, _, _, height = local_up(x, y, z)
    return slack_at(tables, at, sx, sy, sz, x, y, z, height, after, required_g, min_speed, limits)


@kernel("f8(f8[::1], i8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8[::1])")
def slack_at(tables, at, sx, sy, sz, x, y, z, height, after, required_g, min_speed, limits):
    """``slack`` at a point whose height (m, ``local_up``) is known."""
    r2 = sx * sx + sy * sy + sz * sz
    if height < max(limits[2], 0.0) or height > limits[3]:
        return -math.inf
    k = (sx * x + sy * y + sz * z) / r2
    dx = x - k * sx
    dy = y - k * sy
    dz = z - k * sz
    flat = math.sqrt(dx * dx + dy * dy + dz * dz)  # in the launcher's horizontal plane through the target's foot
    if k <= 0.0:
        return -math.inf
    away = (x - sx) * (x - sx) + (y - sy) * (y - sy) + (z - sz) * (z - sz)
    if away < limits[0] * limits[0] or away > limits[1] * limits[1]:
        return -math.inf
    t = flat / (k * math.sqrt(r2))  # tangent of the central angle
    ground_range = math.sqrt(r2) * t * (1.0 - t * t / 3.0)  # arc tangent to 1e-7 below 300 km
    time, speed, available = time_to_reach(tables, at, ground_range, height)
    if speed < min_speed or available < 3.0 * required_g:
        return -math.inf
    return after - time


# ------------------------------------------------------------------ host side

COARSE, FINE = 0.5, 0.05  # s, steps of the planning flights


def _planning(kind: np.void) -> np.void:
    """A copy of an interceptor row that flies on its track to within the last leg."""
    row = np.zeros(1, kind.dtype)
    row[0] = kind
    row[0]["handover_time"] = LAST_LEG
    row[0]["handover_range"] = 0.0
    return row[0]


def range_height(least: float, greatest: float) -> float:
    """Height (m) of the target of which a greatest range is told: 10 km, as far as the round's limits allow.

    A round whose ceiling is below 20 km is asked at half of it, and one that meets nothing below 10 km at its least.

    Parameters
    ----------
    least, greatest : float
        Published least and greatest height of an intercept, m.

    Returns
    -------
    float
    """
    return max(least, min(USUAL_HEIGHT, 0.5 * greatest))


def table_height(greatest: float) -> float:
    """Height (m) up to which a flyout table of a round goes, of which a greatest height (m) is published."""
    return TABLE_HEIGHT if greatest <= HIGHEST_USUAL else TABLE_ABOVE * greatest


def flyout_table(
    kind: np.void, range_max: float, height_max: float = TABLE_HEIGHT, ranges: int = 97, heights: int = 19
) -> NDArray[np.float64]:
    """Flyout table of an interceptor row out to ``range_max`` and up to ``height_max`` (m); see the module's text."""
    if not (range_max > 0.0 and height_max > 0.0 and ranges > 1 and heights > 1):
        raise InputError("flyout", f"range {range_max} m, height {height_max} m, {ranges} x {heights}", "all above 0")
    table = np.zeros(4 + ranges * heights * 3)
    table[:4] = ranges, heights, range_max / (ranges - 1), height_max / (heights - 1)
    fill_table(table, new_bodies(1)[0], _planning(kind), COARSE, FINE)
    return table


def _greatest(feasible: Callable[[float], bool], low: float, high: float, step: float) -> float:
    """Greatest argument of a grid and the gap above it that is feasible, to a thousandth of the step; 0 if none."""
    x = high
    while x >= low and not feasible(x):
        x -= step
    if x < low:
        return 0.0
    good, bad = x, x + step
    while bad - good > step / 1000.0:
        mid = 0.5 * (good + bad)
        good, bad = (mid, bad) if feasible(mid) else (good, mid)
    return good


def greatest_range(
    kind: np.void,
    target_speed: float = 250.0,
    height: float = USUAL_HEIGHT,
    load: float = 5 * 9.80665,
    limit: float = 400e3,
) -> float:
    """Reach (m): greatest ground range against a head-on target at ``height`` with arrival speed of at least 1.5
    times the target's and ``load`` (m/s^2) available; 0 if there is none."""
    row, body = _planning(kind), new_bodies(1)[0]

    def feasible(x: float) -> bool:
        time, speed, available = arrive(body, row, x, height, target_speed, COARSE, FINE)
        return time < math.inf and speed >= 1.5 * target_speed and available >= load

    return _greatest(feasible, 1000.0, limit, 5000.0)


def meeting(
    kind: np.void, ground_range: float, target_speed: float = 250.0, height: float = USUAL_HEIGHT
) -> tuple[float, float, float]:
    """Time of flight (s), arrival speed (m/s), available lateral acceleration (m/s^2) where a round meets a head-on
    target of ``target_speed`` at a ground range and height (m); inf, 0, 0 when it does not arrive."""
    found = arrive(new_bodies(1)[0], _planning(kind), ground_range, height, target_speed, COARSE, FINE)
    return float(found[0]), float(found[1]), float(found[2])


def ceiling(kind: np.void, reach: float, load: float = 3 * 9.80665) -> float:
    """Greatest height (m) at which ``load`` (m/s^2) is available at some ground range inside half of ``reach`` (m)."""
    return _greatest(lambda height: climbs(kind, reach, height, load), 1000.0, 60_000.0, 1000.0)


def climbs(kind: np.void, reach: float, height: float, load: float = 3 * 9.80665) -> bool:
    """Whether ``load`` (m/s^2) is available at a height (m), at some ground range inside half of ``reach`` (m)."""
    row, body = _planning(kind), new_bodies(1)[0]
    for x in np.linspace(0.05, 0.5, 7) * reach:
        time, _, available = arrive(body, row, float(x), height, 0.0, COARSE, FINE)
        if time < math.inf and available >= load:
            return True
    return False


def minimum_range(
    kind: np.void, height: float = 1000.0, target_speed: float = 250.0, load: float = 5 * 9.80665, out_to: float = 20e3
) -> float:
    """Ground range (m) from which on a head-on target at ``height`` (m) is met at every range out to ``out_to`` with
    ``load`` (m/s^2) available, to 250 m; inf if not even there.

    A round that is launched upward can also meet what is nearly overhead; that is no range to count on, because
    between it and the ranges told here nothing is met.
    """
    row, body = _planning(kind), new_bodies(1)[0]
    least = math.inf
    for x in np.arange(out_to, 499.0, -250.0):
        time, speed, available = arrive(body, row, float(x), height, target_speed, COARSE, FINE)
        if not (time < math.inf and available >= load and speed >= 1.5 * target_speed):
            break
        least = float(x)
    return least


def long_shot(kind: np.void, ground_range: float, height: float = USUAL_HEIGHT) -> tuple[float, float, float]:
    """Peak speed (m/s), apogee (m) and time of flight (s, inf if it does not arrive) of a shot at a still point."""
    row, body = _planning(kind), new_bodies(1)[0]
    angle, r = ground_range / SEMI_MAJOR, SEMI_MAJOR + height
    point = (r * math.cos(angle), r * math.sin(angle), 0.0)
    launch(body, row, 0.0, SEMI_MAJOR, 0.0, 0.0, *point, 1.0 + ground_range / 1200.0)
    peak = apogee = 0.0
    while body["status"] == FLYING:
        fly(body, row, body["age"] + 0.25, *point, 0.0, 0.0, 0.0, 0.0, COARSE, FINE)
        peak = max(peak, float(np.sqrt((body["velocity"] ** 2).sum())))
        apogee = max(apogee, local_up(*(float(c) for c in body["position"]))[3])
    return peak, apogee, float(body["arrival"]) if body["status"] == HANDOVER else math.inf
