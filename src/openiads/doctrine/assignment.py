"""Assignment: may a fire unit shoot at a track, can it reach it, and which unit takes which track."""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.physics.filtering import vertical_deviation
from openiads.physics.flyout import track_acceleration
from openiads.physics.motion import local_up
from openiads.physics.reach import slack, time_to_reach
from openiads.physics.windows import WHOLE, Shot, feasible, surely_above
from openiads.world.codes import Control, Evidence, Gate, Identity, ThreatClass, TrackState
from openiads.world.trace import GATE_RANK

FREE, TIGHT, HOLD = int(Control.FREE), int(Control.TIGHT), int(Control.HOLD)
ASSUMED_FRIEND, FRIEND, NEUTRAL = int(Identity.ASSUMED_FRIEND), int(Identity.FRIEND), int(Identity.NEUTRAL)
HOSTILE, PENDING = int(Identity.HOSTILE), int(Identity.PENDING)
NOTIFIED = 1 << int(Evidence.NOTIFIED)
ANSWERED = (1 << int(Evidence.IFF_REPLY)) | (1 << int(Evidence.CIVIL_TRANSPONDER)) | NOTIFIED
NO_FIRE, FREE_FIRE = 1 << int(Evidence.NO_FIRE), 1 << int(Evidence.FREE_FIRE)
NOT_IDENTIFIED, RULES = int(Gate.NOT_IDENTIFIED), int(Gate.RULES_OF_ENGAGEMENT)
OUT_OF_RANGE, OUT_OF_HEIGHT = int(Gate.OUT_OF_RANGE), int(Gate.OUT_OF_HEIGHT)
OUT_OF_SPEED, NOT_ENOUGH_G, NO_TIME = int(Gate.OUT_OF_SPEED), int(Gate.NOT_ENOUGH_G), int(Gate.NO_TIME)
PROBABILITY_FLOOR, RESERVED = int(Gate.PROBABILITY_FLOOR), int(Gate.RESERVED)
BALLISTIC, AIRCRAFT = int(ThreatClass.BALLISTIC), int(ThreatClass.AIRCRAFT)
CRUISE, DRONE = int(ThreatClass.CRUISE), int(ThreatClass.DRONE)

CONFIRMED = int(TrackState.CONFIRMED)
MORE = 1.0 + 1e-9  # times a greatest value: surely more
MOMENT = 1e-3  # s, by which times are told apart surely
TRIED = 32  # parts of the horizon at which it is asked why there is no intercept
UNSERVED = 1e4  # s, cost of leaving a track without a unit in a comparison of costs


@kernel("i8(Track)", entry=True)
def believed_class(track):
    """What a track is taken for when a kill probability or a load is looked up: by filter class, speed and height."""
    if track["ballistic"] == 1:
        return BALLISTIC
    if track["speed"] < 100.0:
        return DRONE
    return CRUISE if track["height"] < 1000.0 else AIRCRAFT


@kernel("b1(Unit, Track)")
def attacks(unit, track):
    """Whether a track's straight path comes within the declared self-defense distance of a fire unit."""
    x = track["x"]
    at = unit["position"]
    dx, dy, dz = at[0] - x[0], at[1] - x[1], at[2] - x[2]
    vv = max(x[3] * x[3] + x[4] * x[4] + x[5] * x[5], 1.0)
    when = max((dx * x[3] + dy * x[4] + dz * x[5]) / vv, 0.0)
    dx, dy, dz = dx - when * x[3], dy - when * x[4], dz - when * x[5]
    return dx * dx + dy * dy + dz * dz <= unit["self_defense"] * unit["self_defense"]


@kernel("i8(Unit, Track)")
def permitted(unit, track):
    """0 if the unit's control state permits fire at a track, else the gate that forbids it.

    Free: anything not friend, assumed friend or neutral, but of what has answered or was notified only the hostile.
    Tight: hostile only.  Hold: nothing, but where self-defense is declared a hostile track that comes at the unit
    itself.  In a free-fire zone tight is free, in a no-fire zone anything is hold.
    """
    control = unit["control"]
    identity = track["identity"]
    if track["evidence"] & FREE_FIRE != 0 and control == TIGHT:
        control = FREE
    if track["evidence"] & NO_FIRE != 0:
        control = HOLD
    if identity == PENDING and control != HOLD:
        return NOT_IDENTIFIED
    if (control == FREE or control == TIGHT) and identity == HOSTILE:
        return 0
    friendly = identity == FRIEND or identity == ASSUMED_FRIEND or identity == NEUTRAL
    if control == FREE and not friendly and track["evidence"] & ANSWERED == 0:
        return 0
    if control == HOLD and identity == HOSTILE and unit["self_defense"] > 0.0 and attacks(unit, track):
        return 0
    return RULES


@kernel("tuple_of(f8, f8, f8, f8)(f8, Track)")
def believed_velocity(climb_spread, track):
    """Velocity of a flight's track as a prediction should take it, and the deviation of its vertical part, m/s.

    Flights are mostly level: the measured vertical part is trusted as far as it is surer than the spread of climbs
    (m/s), the mean of a normal belief after a normal measurement.
    """
    x = track["x"]
    ux, uy, uz, _ = local_up(x[0], x[1], x[2])
    deviation = vertical_deviation(x, track["p"], 3)
    trust = climb_spread * climb_spread / (climb_spread * climb_spread + deviation * deviation)
    excess = (1.0 - trust) * (x[3] * ux + x[4] * uy + x[5] * uz)
    return x[3] - excess * ux, x[4] - excess * uy, x[5] - excess * uz, math.sqrt(trust) * deviation


@kernel("f8(Magazine, Track)")
def level_doubt(magazine, track):
    """Deviation (m) of a track's height where a kind of round has a floor for what flies, else 0."""
    floor = magazine["limits"][0, 2]
    return vertical_deviation(track["x"], track["p"], 0) if track["ballistic"] == 0 and floor > 0.0 else 0.0


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], Unit, Magazine, Track, f8)")
def window(tables, unit, magazine, track, ready):
    """First and last feasible intercept of a track for a launch from ``ready`` on: (first, x, y, z, last); inf if
    none.
    """
    return opening(tables, unit, magazine, track, ready, WHOLE)


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], Unit, Magazine, Track, f8, f8)")
def opening(tables, unit, magazine, track, ready, enough):
    """``window`` as far as it is asked; ``enough`` : as in ``windows.feasible``."""
    x, at, ballistic = track["x"], unit["position"], track["ballistic"]
    vx, vy, vz = x[3], x[4], x[5]
    rise = 0.0
    if ballistic == 0:
        vx, vy, vz, rise = believed_velocity(magazine["climb_spread"], track)
    # a flight does not go below the ground, however sure its track is of that
    height = vertical_deviation(x, track["p"], 0) if ballistic == 1 else math.inf
    least, required = magazine["least_speed"], magazine["required"][believed_class(track)]
    if ballistic == 0:
        least = max(least, magazine["speed_ratio"] * track["speed"])
    if least > MORE * magazine["quickest"] or 3.0 * required > MORE * magazine["liveliest"]:
        return math.inf, 0.0, 0.0, 0.0, math.inf  # nowhere in the table
    shot = Shot(
        magazine["flyout_table"],
        at[0],
        at[1],
        at[2],
        ready,
        x[0],
        x[1],
        x[2],
        vx,
        vy,
        vz,
        track["time"],
        ballistic,
        required,
        least,
        magazine["horizon"][ballistic],
        height,
        rise,
        level_doubt(magazine, track),
    )
    return feasible(tables, magazine["limits"][ballistic], shot, enough)


@kernel("i8(f8[::1], Magazine, f8, f8, f8, f8, f8, i8, i8)")
def point_gate(tables, magazine, flat, height, distance, after, speed, kind, met):
    """The first gate that an intercept at a point meets, 0 for none: range, height, speed, lift, time.

    flat, distance : m along the surface and straight from the launcher;  after : s until the target is there;
    speed : m/s of the target;  kind : what it is taken for, `codes.ThreatClass`;  met : the gate of a point before,
    which stands if this one is no nearer to a shot
    """
    falls = kind == BALLISTIC
    table, limits = magazine["flyout_table"], magazine["limits"][1 if falls else 0]
    if distance < limits[0] or distance > limits[1]:
        return OUT_OF_RANGE
    time, arrival, available = time_to_reach(tables, table, flat, height)
    if time == math.inf:  # at another height a round may come as far
        if GATE_RANK[met] >= GATE_RANK[OUT_OF_HEIGHT]:
            return met  # whichever it is
        tall = (tables[table + 1] - 1.0) * tables[table + 3]
        for n in range(1, 5):  # eighths of the table's height, up to its middle
            other, _, _ = time_to_reach(tables, table, flat, 0.125 * n * tall)
            if other < math.inf:
                return OUT_OF_HEIGHT
        return OUT_OF_RANGE
    if height < limits[2] or height > limits[3]:
        return OUT_OF_HEIGHT
    least = magazine["least_speed"]
    if arrival < (least if falls else max(least, magazine["speed_ratio"] * speed)):
        return OUT_OF_SPEED
    if available < 3.0 * magazine["required"][kind]:
        return NOT_ENOUGH_G
    return NO_TIME if after < time else 0


@kernel("i8(f8[::1], Unit, Magazine, Track, f8)")
def why_not(tables, unit, magazine, track, ready):
    """The gate to name when ``window`` found nothing: the one met where the predicted path comes nearest to a shot."""
    x, at = track["x"], unit["position"]
    falls = track["ballistic"] == 1
    vx, vy, vz = x[3], x[4], x[5]
    if not falls:
        vx, vy, vz, _ = believed_velocity(magazine["climb_spread"], track)
    gx, gy, gz = track_acceleration(x[0], x[1], x[2], vx, vy, vz, track["ballistic"])
    horizon = magazine["horizon"][track["ballistic"]]
    limits = magazine["limits"][track["ballistic"]]
    lowest = max(limits[2], 0.0) if falls else 0.0
    floor = -math.inf if falls else surely_above(limits[2], level_doubt(magazine, track))
    gate, kind = OUT_OF_RANGE, believed_class(track)
    for n in range(TRIED + 1):
        after = n * horizon / TRIED
        s = ready + after - track["time"]
        px, py, pz = (
            x[0] + s * (vx + 0.5 * s * gx),
            x[1] + s * (vy + 0.5 * s * gy),
            x[2] + s * (vz + 0.5 * s * gz),
        )
        ox, oy, oz = px - at[0], py - at[1], pz - at[2]
        distance = math.sqrt(ox * ox + oy * oy + oz * oz)
        if not falls and (distance < limits[0] or distance > limits[1]):
            continue  # out of range at any height, the gate that there is already
        _, _, _, height = local_up(px, py, pz)
        if height < lowest:
            if falls:
                break
            height = lowest  # a flight does not go below the ground
        low = height < floor
        if not falls and not low:
            height = max(height, limits[2] + 0.01)  # what is measured too badly is taken for one at the floor
        flat = math.sqrt(max(distance * distance - height * height, 0.0))
        found = point_gate(tables, magazine, flat, height, distance, after, track["speed"], kind, gate)
        if found == 0 and low:
            found = OUT_OF_HEIGHT
        if found == 0:  # feasible for a moment between two points of the search
            return NO_TIME
        if GATE_RANK[found] > GATE_RANK[gate]:
            gate = found
    return gate


@kernel("tuple_of(i8, f8, f8, f8, f8)(f8[::1], Unit, Magazine, Track, f8)")
def envelope(tables, unit, magazine, track, ready):
    """(gate or 0, first, last, believed probability, spare time) of shooting at a track with a launch from ``ready``
    on.

    The spare time, s, is how long a launch at the first feasible intercept could wait.
    """
    return shot_at(tables, unit, magazine, track, ready, WHOLE)


@kernel("tuple_of(i8, f8, f8, f8, f8)(f8[::1], Unit, Magazine, Track, f8, f8)")
def shot_at(tables, unit, magazine, track, ready, enough):
    """``envelope`` as far as it is asked: with ``enough`` (s) of 0 or more the last intercept is not looked for.

    Spare time beyond that is told as some time beyond it, and the first intercept then as one not after it.
    """
    kind = believed_class(track)
    believed = magazine["pk_believed"][kind]
    if magazine["classes"] & (1 << kind) == 0:
        return RESERVED, math.inf, math.inf, 0.0, 0.0
    if believed < unit["floor"]:
        return PROBABILITY_FLOOR, math.inf, math.inf, 0.0, 0.0
    if track["speed"] > magazine["speed_limit"]:
        return OUT_OF_SPEED, math.inf, math.inf, 0.0, 0.0
    most = enough + magazine["slowest"] + MOMENT if enough >= 0.0 else WHOLE  # no round flies longer than that
    first, x, y, z, last = opening(tables, unit, magazine, track, ready, most)
    if first == math.inf:
        return why_not(tables, unit, magazine, track, ready), first, last, 0.0, 0.0
    if enough >= 0.0 and first - ready > most:
        return 0, first, last, believed, first - ready - magazine["slowest"]
    return 0, first, last, believed, spare_time(tables, unit, magazine, track, x, y, z, first - ready)


@kernel("f8(f8[::1], Unit, Magazine, Track, f8, f8, f8, f8)")
def spare_time(tables, unit, magazine, track, x, y, z, ahead):
    """How long a launch at an intercept point ``ahead`` s from now can wait, s."""
    at = unit["position"]
    ballistic = track["ballistic"]
    required = magazine["required"][believed_class(track)]
    table, limits = magazine["flyout_table"], magazine["limits"][ballistic]
    return slack(tables, table, at[0], at[1], at[2], x, y, z, ahead, required, 0.0, limits)


@kernel("i8(f8[:, ::1], i8, i8)")
def exchanged(cost, rows, columns):
    """Column for row 0 after one exchange; ``cost`` is of tracks (rows, most urgent first) by units (columns).

    Row 0 takes its cheapest column c unless a later row j and another column d make cost[0, d] + cost[j, c] less
    than cost[0, c] plus the best that row j can do elsewhere; inf is a pair that cannot be.  -1: row 0 has none.
    """
    best = -1
    for c in range(columns):
        if cost[0, c] < math.inf and (best < 0 or cost[0, c] < cost[0, best]):
            best = c
    if best < 0:
        return -1
    gain = 0.0
    taken = best
    for j in range(1, rows):
        if cost[j, best] == math.inf:
            continue
        other = UNSERVED  # what row j costs if it may not have the column
        for d in range(columns):
            if d != best:
                other = min(other, cost[j, d])
        for d in range(columns):
            if d == best or cost[0, d] == math.inf:
                continue
            saved = cost[0, best] + other - cost[0, d] - cost[j, best]
            if saved > gain + 1e-9:
                gain = saved
                taken = d
    return taken
