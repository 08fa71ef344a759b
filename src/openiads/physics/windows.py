"""When a launch can meet a target: the first and the last feasible intercept along its predicted path."""

from __future__ import annotations

import math
from typing import NamedTuple

from openiads.base import compiled
from openiads.base.compiled import kernel
from openiads.physics.flyout import track_acceleration
from openiads.physics.motion import local_up
from openiads.physics.reach import slack_at

SPACING = 2000.0  # m of the target's way between two points that are tried
LEAST_STEP, MOST_STEP = 0.5, 10.0  # s
FINE = 0.05  # s, to which an edge is found
SLOWEST = 300.0  # m/s, radial: no round of a table comes out more slowly, so its time to reach grows no faster
NEAR_ENOUGH = 2.0  # deviations by which a predicted point may lie below the ground and be taken for one on it
WHOLE = -1.0  # of ``feasible``: all of a window is asked for
INSIDE_STEPS = 4.0  # times the step while the intercept is feasible: only where it ends is asked


class Shot(NamedTuple):
    """A possible launch at a predicted path; SI, ECEF."""

    at: int  # offset of the flyout table
    sx: float  # launcher
    sy: float
    sz: float
    ready: float  # s, earliest launch
    x: float  # target at ``time``
    y: float
    z: float
    vx: float
    vy: float
    vz: float
    time: float
    ballistic: int
    required: float  # m/s2, a third of what the round must have available
    least: float  # m/s at arrival
    horizon: float  # s after ``ready`` that is searched
    height_doubt: float  # m, deviation of the target's height, and
    climb_doubt: float  # m/s, of its vertical velocity
    level_doubt: float  # m, deviation of a flight's height where it is held against a floor


def _shot_type() -> object:
    names = {"at": "i8", "ballistic": "i8"}
    return compiled.tuple_type(Shot, [compiled.resolve(names.get(name, "f8")) for name in Shot._fields])


compiled.name_type("Shot", _shot_type)


@kernel("tuple_of(f8, f8)(f8[::1], f8[::1], i8)")
def bounds(tables, limits, at):
    """Greatest distance and height (m) of an intercept, from the flyout table and the limits."""
    wide, tall = (tables[at] - 1.0) * tables[at + 2], (tables[at + 1] - 1.0) * tables[at + 3]
    return min(limits[1], math.sqrt(wide * wide + tall * tall) + 1000.0), min(limits[3], tall)


@kernel("f8(f8, f8)")
def surely_above(floor, deviation):
    """Height (m) from which a flight measured with a deviation (m) is taken to be above a floor; the floor if none.

    A margin of one deviation, as long as that is less than the floor; a height that is known worse than the floor tells
    ever less of it, and nothing from twice the floor on: the unit's own radar will.
    """
    if floor <= 0.0:
        return floor
    return floor + min(deviation, floor) - NEAR_ENOUGH * max(deviation - floor, 0.0)


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], f8[::1], Shot, f8, f8, f8, f8)", entry=True)
def meeting(tables, limits, shot, gx, gy, gz, ahead):
    """``meeting_within`` the bounds of the shot's own table and limits."""
    farthest, tall = bounds(tables, limits, shot.at)
    return meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, ahead)


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], f8[::1], Shot, f8, f8, f8, f8, f8, f8)")
def meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, ahead):
    """(time to spare s or -inf, x, y, z, m beyond reach) of an intercept ``ahead`` s after ``ready``.

    The last says how far the point lies beyond the greatest distance or height of the table; not above 0: within;
    -inf: a falling target has come down.

    gx, gy, gz : acceleration of the path, m/s2; farthest, tall : of ``bounds``, m; limits : as in ``reach.slack``.
    A flight's point that lies below the ground, but not more than its doubt allows, is taken for one on it.  One that
    is above the least height of an intercept by less than its track's deviation, or than as much again as that height,
    is not counted on: what flies low is measured now above the floor and now below.  Where its height is known worse
    than that, it counts as one at the floor (``surely_above``).
    """
    s = shot.ready + ahead - shot.time
    x = shot.x + s * (shot.vx + 0.5 * s * gx)
    y = shot.y + s * (shot.vy + 0.5 * s * gy)
    z = shot.z + s * (shot.vz + 0.5 * s * gz)
    ux, uy, uz, height = local_up(x, y, z)
    if shot.ballistic == 1 and height < 0.0:
        return -math.inf, x, y, z, -math.inf
    if shot.ballistic == 0:
        deviation = shot.height_doubt + shot.climb_doubt * max(s, 0.0)
        if height < 0.0 and height > -NEAR_ENOUGH * deviation:
            lift = 0.01 - height
            x, y, z = x + lift * ux, y + lift * uy, z + lift * uz
            _, _, _, height = local_up(x, y, z)
        if height < surely_above(limits[2], shot.level_doubt):
            return -math.inf, x, y, z, 0.0
        if height < limits[2]:  # measured too badly to say so: taken for one that flies at the floor
            lift = limits[2] - height + 0.01
            x, y, z = x + lift * ux, y + lift * uy, z + lift * uz
            _, _, _, height = local_up(x, y, z)
    sx, sy, sz = shot.sx, shot.sy, shot.sz
    away = math.sqrt((x - sx) * (x - sx) + (y - sy) * (y - sy) + (z - sz) * (z - sz))
    beyond = max(away - farthest, height - tall)
    if beyond > 0.0:
        return -math.inf, x, y, z, beyond
    spare = slack_at(tables, shot.at, sx, sy, sz, x, y, z, height, ahead, shot.required, shot.least, limits)
    return spare, x, y, z, beyond


@kernel("f8(f8[::1], f8[::1], Shot, f8, f8, f8, f8, f8, f8, f8)")
def edge(tables, limits, shot, gx, gy, gz, farthest, tall, good, bad):
    """The feasible end of a bracket of one feasible and one infeasible time (s after ``ready``), found by halving."""
    while abs(good - bad) > FINE:
        middle = 0.5 * (good + bad)
        spare, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, middle)
        if spare >= 0.0:
            good = middle
        else:
            bad = middle
    return good


@kernel("f8(f8[::1], f8[::1], Shot, f8, f8, f8, f8, f8, f8, f8)")
def peak(tables, limits, shot, gx, gy, gz, farthest, tall, low, high):
    """The time (s after ``ready``) of the most to spare between two, by golden section."""
    ratio = 0.6180339887498949
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    first, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, a)
    second, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, b)
    while high - low > FINE and first < 0.0 and second < 0.0:
        if first > second:
            high, b, second = b, a, first
            a = high - ratio * (high - low)
            first, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, a)
        else:
            low, a, first = a, b, second
            b = low + ratio * (high - low)
            second, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, b)
    return a if first > second else b


@kernel("f8(f8, f8, f8, f8)")
def next_try(spare, beyond, speed, step):
    """Seconds to the next point to try: no more than a step, unless the launch cannot be feasible before.

    Out of reach, the target must first come nearer; too late by so much, a round must have so much less to fly.
    """
    if beyond > 0.0:
        return max(step, beyond / (speed + 100.0))
    if -math.inf < spare < 0.0:
        return max(step, -spare / (1.0 + speed / SLOWEST))
    return step


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], f8[::1], Shot)")
def first_feasible(tables, limits, shot):
    """First and last feasible intercept of a predicted target path: (time s, x, y, z m, last time s).

    The path is carried on freely falling or level.  Points are tried at most two kilometers of the target's way apart,
    so that no longer window is missed; ends are found to 0.05 s.  A launch at the last time's own latest moment still
    arrives.  Both times are inf when there is none within the horizon.
    limits : least and greatest distance and height of an intercept, m (as in ``reach.slack``)
    """
    return feasible(tables, limits, shot, WHOLE)


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], f8[::1], Shot, f8)")
def feasible(tables, limits, shot, enough):
    """``first_feasible`` as far as it is asked: all of it where ``enough`` is below 0 (``WHOLE``).

    Else the first alone, and told as the last one too; where it surely lies more than ``enough`` s after ``ready``, a
    time not after it and still beyond that, at no place.  Most of the search is for where a window begins and ends.
    """
    gx, gy, gz = track_acceleration(shot.x, shot.y, shot.z, shot.vx, shot.vy, shot.vz, shot.ballistic)
    speed = math.sqrt(shot.vx * shot.vx + shot.vy * shot.vy + shot.vz * shot.vz)
    if shot.ballistic == 1:
        speed += 0.5 * shot.horizon * math.sqrt(gx * gx + gy * gy + gz * gz)
    step = min(max(SPACING / max(speed, 1.0), LEAST_STEP), MOST_STEP)
    farthest, tall = bounds(tables, limits, shot.at)
    farthest2 = farthest * farthest
    sx, sy, sz = shot.sx, shot.sy, shot.sz
    first, last = math.inf, math.inf
    now, before = 0.0, -1.0
    earlier, previous = -math.inf, -math.inf  # to spare at the last two points
    long_before = 0.0
    while True:
        s = shot.ready + now - shot.time
        dx = shot.x + s * (shot.vx + 0.5 * s * gx) - sx
        dy = shot.y + s * (shot.vy + 0.5 * s * gy) - sy
        dz = shot.z + s * (shot.vz + 0.5 * s * gz) - sz
        away2 = dx * dx + dy * dy + dz * dz
        spare, beyond = -math.inf, 1.0
        if away2 > farthest2:  # most points are told apart here
            beyond = math.sqrt(away2) - farthest
            if shot.ballistic == 0 and dx * shot.vx + dy * shot.vy + dz * shot.vz > 0.0:
                beyond = -math.inf  # a flight that has left for good
        else:
            spare, _, _, _, beyond = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, now)
        if spare < 0.0 and previous < 0.0 and -math.inf < earlier < previous and previous > spare > -math.inf:
            best = peak(tables, limits, shot, gx, gy, gz, farthest, tall, long_before, now)
            hidden, _, _, _, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, best)
            if hidden >= 0.0:
                if first == math.inf:
                    if 0.0 <= enough < long_before:
                        return (shot.ready + long_before, 0.0, 0.0, 0.0, shot.ready + long_before)
                    first = edge(tables, limits, shot, gx, gy, gz, farthest, tall, best, long_before)
                    if enough >= 0.0:
                        break
                last = edge(tables, limits, shot, gx, gy, gz, farthest, tall, best, now)
        if spare >= 0.0:
            if first == math.inf:
                if 0.0 <= enough < before:
                    return (shot.ready + before, 0.0, 0.0, 0.0, shot.ready + before)
                first = now if before < 0.0 else edge(tables, limits, shot, gx, gy, gz, farthest, tall, now, before)
                if enough >= 0.0:
                    break
            last = now
        elif previous >= 0.0:
            last = edge(tables, limits, shot, gx, gy, gz, farthest, tall, before, now)
            if last + step < now:  # what the longer step inside has passed over
                now, spare = last + step, -math.inf
                beyond = 0.0
        if now >= shot.horizon or beyond == -math.inf:
            break
        long_before, earlier = before, previous
        before, previous = now, spare
        ahead = INSIDE_STEPS * step if spare >= 0.0 else next_try(spare, beyond, speed, step)
        now = min(now + ahead, shot.horizon)
    if first == math.inf:
        return (math.inf, 0.0, 0.0, 0.0, math.inf)
    _, x, y, z, _ = meeting_within(tables, limits, shot, gx, gy, gz, farthest, tall, first)
    return (shot.ready + first, x, y, z, shot.ready + (first if enough >= 0.0 else last))
