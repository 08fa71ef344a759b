"""Zones that posts know of: when each learns of them, what a track in one shows, and why a flight was shot at by
mistake.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.flights import state_of
from openiads.parts.interrogation import along, understood
from openiads.physics.motion import local_up
from openiads.world.codes import Cause, Evidence, Identity, Side
from openiads.world.elements import LEVELS
from openiads.world.log_elements import log_misidentified, log_notice

NOTIFIED = 1 << int(Evidence.NOTIFIED)
ORDERS = NOTIFIED | (1 << int(Evidence.NO_FIRE)) | (1 << int(Evidence.FREE_FIRE))
ELSEWHERE = 1 << int(Evidence.FROM_ELSEWHERE)
COMES_FROM = (
    (1 << int(Evidence.FROM_HOSTILE)) | (1 << int(Evidence.FROM_FRIEND)) | (1 << int(Evidence.FROM_NEUTRAL)) | ELSEWHERE
)
ANSWERED = (1 << int(Evidence.IFF_REPLY)) | (1 << int(Evidence.CIVIL_TRANSPONDER))
NO_FLIGHT_PLAN, OFF_CORRIDOR = 1 << int(Evidence.NO_FLIGHT_PLAN), 1 << int(Evidence.OFF_CORRIDOR)
HOSTILE, FOE = int(Identity.HOSTILE), int(Side.HOSTILE)
NO_REPLY, NO_EQUIPMENT, OFF_PLAN = int(Cause.NO_REPLY), int(Cause.NO_EQUIPMENT), int(Cause.OFF_PLAN)
WRONG_HEIGHT, MERGED_TRACK, CUT_LINK = int(Cause.WRONG_HEIGHT), int(Cause.MERGED_TRACK), int(Cause.CUT_LINK)
WEAPONS_FREE, NO_NOTICE = int(Cause.WEAPONS_FREE), int(Cause.NO_NOTICE)


@kernel("void(Sim)")
def deliver(sim):
    """Draw when each notice comes through: over the quickest of its lines, to all posts that are to have it alike."""
    for z in range(len(sim.zones)):
        zone = sim.zones[z]
        comes = math.inf if zone["lines"] > 0 else zone["sent"]
        for n in range(zone["lines"]):
            through, takes = dice.message(sim, z, n)
            if through < zone["reliability"][n]:
                comes = min(comes, zone["sent"] - zone["delay"][n] * math.log(takes))
        for p in range(len(sim.posts)):
            sim.notices[z, p] = comes + zone["later"][p]


@kernel("b1(Zone, f8, f8, f8)")
def inside_area(zone, x, y, z):
    """Whether a point lies above an area, whose edges are great circles: straight in the plane of its middle."""
    axes = zone["axes"]
    ahead = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
    if ahead <= 0.0:
        return False
    px = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / ahead
    py = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / ahead
    inside = False
    last = zone["count"] - 1
    for k in range(zone["count"]):
        a, b = zone["points"][k], zone["points"][last]
        if (a[1] > py) != (b[1] > py) and px < a[0] + (b[0] - a[0]) * (py - a[1]) / (b[1] - a[1]):
            inside = not inside
        last = k
    return inside


@kernel("b1(Zone, f8, f8, f8)")
def within(zone, x, y, z):
    """Whether a point lies in a zone: over its ground and between its heights."""
    _, _, _, height = local_up(x, y, z)
    if height < zone["floor"] or height > zone["ceiling"]:
        return False
    if zone["corners"] == 1:
        return inside_area(zone, x, y, z)
    return along(zone["points"], zone["count"], zone["half_width"], x, y, z, height, False)


@kernel("void(Sim, i8)")
def learn(sim, post):
    """Log the zones that a post has learned of since its last cycle; at its first one what a line brought before."""
    now, cycle = sim.situation[0]["now"], sim.posts[post]["cycle"]
    for z in range(len(sim.zones)):
        zone, since = sim.zones[z], now - sim.notices[z, post]
        if zone["origin"] == 0 and 0.0 <= since and now <= zone["ends"]:
            if since < cycle or (zone["lines"] > 0 and now <= cycle):
                log_notice(sim, post, z)


@kernel("void(Sim, i8, i8)")
def place_in_zones(sim, post, k):
    """Enter what the zones that a post knows of say of track ``k``: by where it is now, and by where it was first
    seen."""
    track = sim.tracks[k]
    now = sim.situation[0]["now"]
    dt = now - track["time"]
    x, first = track["x"], track["plot"]
    bits = track["evidence"] & ~(ORDERS | COMES_FROM)
    origins = 0
    for z in range(len(sim.zones)):
        zone = sim.zones[z]
        if zone["origin"] == 1:
            origins += 1
            if bits & COMES_FROM == 0 and within(zone, first[0], first[1], first[2]):
                bits |= zone["bit"]
        elif sim.notices[z, post] <= now and zone["starts"] <= now <= zone["ends"]:
            if within(zone, x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt):
                bits |= zone["bit"]
    if origins > 0 and bits & COMES_FROM == 0:
        bits |= ELSEWHERE
    track["evidence"] = bits


@kernel("i8(Sim, i8, i8, Track)")
def cause_of(sim, u, f, track):
    """Bits of ``codes.Cause``: what stands behind a shot of unit ``u`` at flight ``f`` on a post's track."""
    unit, flight = sim.units[u], sim.flights[f]
    bits = track["evidence"]
    cause = 0
    if not understood(sim, track["post"], f) and flight["transponder"] == 0:
        cause |= NO_EQUIPMENT
    elif bits & ANSWERED == 0:
        cause |= NO_REPLY
    if flight["flight_plan"] == 1 and bits & NO_FLIGHT_PLAN != 0:
        cause |= OFF_PLAN
    if track["questioned"] != f:
        cause |= MERGED_TRACK
    if track["identity"] != HOSTILE:
        cause |= WEAPONS_FREE
    if unit["level"] + 1 < LEVELS and unit["posts"][unit["level"] + 1] >= 0:
        cause |= CUT_LINK
    now = sim.situation[0]["now"]
    px, py, pz, _, _, _ = state_of(sim, f, now)
    if bits & OFF_CORRIDOR != 0:
        _, _, _, height = local_up(px, py, pz)
        for c in range(len(sim.corridors)):
            lane = sim.corridors[c]
            if along(lane["points"], lane["count"], lane["half_width"], px, py, pz, height, False):
                cause |= WRONG_HEIGHT
    for z in range(len(sim.zones)):
        zone = sim.zones[z]
        if zone["bit"] == NOTIFIED and sim.notices[z, track["post"]] > now and zone["starts"] <= now <= zone["ends"]:
            if within(zone, px, py, pz):
                cause |= NO_NOTICE
    return cause


@kernel("void(Sim, i8, i8, Track)")
def tell_mistake(sim, u, f, track):
    """If unit ``u`` has fired the first shot at flight ``f``, which is not hostile, log why."""
    if sim.flights[f]["side"] == FOE or sim.flights[f]["shots"] != 1:
        return
    log_misidentified(sim, u, f, track, cause_of(sim, u, f, track))
