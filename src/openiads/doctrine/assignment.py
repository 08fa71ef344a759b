"""Assignment: may a fire unit shoot at a track, can it reach it, and which unit takes which track."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.physics.motion import local_up
from openiads.physics.reach import first_feasible, slack, time_to_reach
from openiads.world import layout
from openiads.world.codes import Control, Gate, Identity, ThreatClass

assert layout.SIM_FIELDS  # importing layout registers the types that signatures name

FREE, TIGHT, HOLD = int(Control.FREE), int(Control.TIGHT), int(Control.HOLD)
ASSUMED_FRIEND, FRIEND, NEUTRAL = int(Identity.ASSUMED_FRIEND), int(Identity.FRIEND), int(Identity.NEUTRAL)
HOSTILE, PENDING = int(Identity.HOSTILE), int(Identity.PENDING)
NOT_IDENTIFIED, RULES = int(Gate.NOT_IDENTIFIED), int(Gate.RULES_OF_ENGAGEMENT)
OUT_OF_RANGE, OUT_OF_HEIGHT = int(Gate.OUT_OF_RANGE), int(Gate.OUT_OF_HEIGHT)
OUT_OF_SPEED, NOT_ENOUGH_G, NO_TIME = int(Gate.OUT_OF_SPEED), int(Gate.NOT_ENOUGH_G), int(Gate.NO_TIME)
PROBABILITY_FLOOR = int(Gate.PROBABILITY_FLOOR)
BALLISTIC, AIRCRAFT = int(ThreatClass.BALLISTIC), int(ThreatClass.AIRCRAFT)
CRUISE, DRONE = int(ThreatClass.CRUISE), int(ThreatClass.DRONE)

CONFIRMED, POST = 3, -1  # state and owner of a track of the post's picture
AIR_HORIZON = 320.0  # s searched ahead for an intercept
BALLISTIC_HORIZON = 160.0
SPEED_RATIO = 1.0  # least arrival speed over the target's, no less than LEAST_SPEED
LEAST_SPEED = 400.0  # m/s
REQUIRED_AIR = (
    9.80665  # m/s2 a round needs against an air-breather that does not maneuver; three times it must be there
)
REQUIRED_BALLISTIC = 15.0


@kernel("i8(Track)")
def believed_class(track):
    """What a track is taken for when a kill probability is looked up: by filter class, speed and height."""
    if track["ballistic"] == 1:
        return BALLISTIC
    if track["speed"] < 100.0:
        return DRONE
    return CRUISE if track["height"] < 1000.0 else AIRCRAFT


@kernel("i8(i8, i8, i8)")
def permitted(control, identity, ballistic):
    """0 if the control state permits fire at this identity, else the gate that forbids it.

    Free: anything not friend, assumed friend or neutral.  Tight: hostile only.  Hold: nothing (self-defense is not
    declared in this model).
    """
    if identity == PENDING and control != HOLD:
        return NOT_IDENTIFIED
    if control == FREE and identity != FRIEND and identity != ASSUMED_FRIEND and identity != NEUTRAL:
        return 0
    if control == TIGHT and identity == HOSTILE:
        return 0
    return RULES


@kernel("tuple_of(f8, f8, f8, f8, f8)(f8[::1], Unit, Track, f8)")
def window(tables, unit, track, ready):
    """First and last feasible intercept of a track for a launch from ``ready`` on: (first, x, y, z, last); inf if
    none.
    """
    x = track["x"]
    at = unit["position"]
    ballistic = track["ballistic"]
    horizon = BALLISTIC_HORIZON if ballistic == 1 else AIR_HORIZON
    required = REQUIRED_BALLISTIC if ballistic == 1 else REQUIRED_AIR
    floor = LEAST_SPEED if ballistic == 1 else max(LEAST_SPEED, SPEED_RATIO * track["speed"])
    return first_feasible(
        tables, unit["flyout_table"], at[0], at[1], at[2], ready, x[0], x[1], x[2], x[3], x[4], x[5], track["time"],
        ballistic, required, floor, horizon,
    )  # fmt: skip


@kernel("i8(f8[::1], Unit, Track, f8)")
def why_not(tables, unit, track, ready):
    """The gate to name when ``window`` found nothing: what fails where the track comes closest to the unit."""
    x = track["x"]
    at = unit["position"]
    ahead = ready - track["time"]
    vv = max(x[3] * x[3] + x[4] * x[4] + x[5] * x[5], 1.0)
    dx = at[0] - x[0] - ahead * x[3]
    dy = at[1] - x[1] - ahead * x[4]
    dz = at[2] - x[2] - ahead * x[5]
    when = ahead + min(max((dx * x[3] + dy * x[4] + dz * x[5]) / vv, 0.0), AIR_HORIZON)
    px, py, pz = x[0] + when * x[3], x[1] + when * x[4], x[2] + when * x[5]
    _, _, _, height = local_up(px, py, pz)
    ox, oy, oz = px - at[0], py - at[1], pz - at[2]
    distance = math.sqrt(ox * ox + oy * oy + oz * oz)
    flat = math.sqrt(max(distance * distance - height * height, 0.0))
    table = unit["flyout_table"]
    if height >= (tables[table + 1] - 1.0) * tables[table + 3]:
        return OUT_OF_HEIGHT
    time, speed, available = time_to_reach(tables, table, flat, height)
    if time == math.inf:
        return OUT_OF_RANGE
    if speed < max(LEAST_SPEED, SPEED_RATIO * track["speed"]) and track["ballistic"] == 0:
        return OUT_OF_SPEED
    if available < 3.0 * REQUIRED_AIR:
        return NOT_ENOUGH_G
    return NO_TIME


@kernel("i8(Unit, Track, f8, f8, f8)")
def published_gate(unit, track, x, y, z):
    """0 if brochure limits allow an intercept at a point, else the gate: range, height, target speed."""
    at = unit["position"]
    ox, oy, oz = x - at[0], y - at[1], z - at[2]
    distance = math.sqrt(ox * ox + oy * oy + oz * oz)
    _, _, _, height = local_up(x, y, z)
    limits = unit["published"]
    farthest = limits[5] if track["ballistic"] == 1 else limits[1]
    if distance < limits[0] or distance > farthest:
        return OUT_OF_RANGE
    if height < limits[2] or height > limits[3]:
        return OUT_OF_HEIGHT
    return OUT_OF_SPEED if track["speed"] > limits[4] else 0


@kernel("tuple_of(i8, f8, f8, f8, f8)(Situation, f8[::1], Unit, Track, f8)")
def envelope(situation, tables, unit, track, ready):
    """(gate or 0, first, last, believed probability, spare time) of shooting at a track with a launch from ``ready``
    on.

    The spare time, s, is how long a launch at the first feasible intercept could wait.
    """
    if unit["pk"][believed_class(track)] < unit["floor"]:
        return PROBABILITY_FLOOR, math.inf, math.inf, 0.0, 0.0
    first, x, y, z, last = window(tables, unit, track, ready)
    if first == math.inf:
        return why_not(tables, unit, track, ready), first, last, 0.0, 0.0
    if situation["limits_published"] == 1:
        gate = published_gate(unit, track, x, y, z)
        if gate != 0:
            return gate, first, last, 0.0, 0.0
    at = unit["position"]
    required = REQUIRED_BALLISTIC if track["ballistic"] == 1 else REQUIRED_AIR
    spare = slack(tables, unit["flyout_table"], at[0], at[1], at[2], x, y, z, first - ready, required, 0.0)
    return 0, first, last, unit["pk"][believed_class(track)], spare


@kernel("i8(Tracks, i8, i8)")
def next_track(tracks, high, post):
    """The post's most urgent confirmed track not yet dealt with in this cycle: time to asset, then serial; -1 for
    none.
    """
    best = -1
    for k in range(high):
        track = tracks[k]
        if track["state"] != CONFIRMED or track["owner"] != POST or track["post"] != post or track["dealt"] == 1:
            continue
        if best < 0 or track["time_to_asset"] < tracks[best]["time_to_asset"]:
            best = k
        elif track["time_to_asset"] == tracks[best]["time_to_asset"] and track["serial"] < tracks[best]["serial"]:
            best = k
    return best
