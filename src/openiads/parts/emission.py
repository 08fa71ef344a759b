"""Emission control: radars that are silent for a while, blink, or wait for a cue, as their site's doctrine declares.

A post decides on its picture alone, once a cycle; a crew takes a while to obey, and a transmitter to come back.
A silent radar looks at nothing and serves nothing; its tracks coast.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.radars import frame_time, look_round
from openiads.parts.tracks import CONFIRMED
from openiads.world.codes import Emission, Identity, Look
from openiads.world.log_elements import log_emission

SHUTDOWN, BLINK, CUED = int(Emission.SHUTDOWN), int(Emission.BLINK), int(Emission.CUED)
ASSUMED_FRIEND, NEUTRAL = int(Identity.ASSUMED_FRIEND), int(Identity.NEUTRAL)
SILENT = int(Look.SILENT)
NEVER = math.inf


@kernel("void(Sim)")
def find_next_switch(sim):
    """Remember which radar is switched next; only orders and switches change that."""
    situation = sim.situation[0]
    situation["emission_due"] = NEVER
    for r in range(len(sim.radars)):
        if sim.radars[r]["switch_at"] < situation["emission_due"]:
            situation["emission_due"] = sim.radars[r]["switch_at"]
            situation["emission_next"] = r


@kernel("void(Sim, i8, i8, i8)")
def mark_looks(sim, r, was, code):
    """Set the last look of a radar at every flight whose last look was ``was`` (0: any)."""
    for f in range(len(sim.flights)):
        if was == 0 or sim.looks[r, f]["code"] == was:
            sim.looks[r, f]["code"] = code
            sim.looks[r, f]["alike"] = 0.0


@kernel("void(Sim, i8)")
def fall_silent(sim, r):
    """Radar ``r`` emits no more from now on; what it has looked at in this batch until now counts."""
    situation = sim.situation[0]
    now = situation["now"]
    radar = sim.radars[r]
    begun = max(radar["emits_from"], radar["ready_at"])
    if now >= begun:
        if now > begun and radar["post"] >= 0 and now >= radar["slewing_until"]:
            step = frame_time(sim, r, now) / radar["sectors"]
            look_round(sim, r, max(radar["due"] - step, 0.0), step)
        radar["emitted"] += now - max(begun, 0.0)
        radar["last_emitted"] = now
        for axis in range(3):
            radar["last_at"][axis] = radar["position"][axis]
    radar["emitting"] = 0
    if radar["policy"] != BLINK:  # one that blinks goes on looking in a moment
        mark_looks(sim, r, 0, SILENT)
    log_emission(sim, r)


@kernel("void(Sim, i8)")
def resume_emission(sim, r):
    """Radar ``r`` emits from now on."""
    radar = sim.radars[r]
    radar["emitting"] = 1
    radar["emits_from"] = sim.situation[0]["now"]
    mark_looks(sim, r, SILENT, 0)
    log_emission(sim, r)


@kernel("void(Sim)")
def begin_emission(sim):
    """First state of the radars with emission control: cued ones are silent, blinking ones somewhere in a period."""
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        silent = radar["policy"] == CUED
        if radar["policy"] == BLINK:
            into = dice.blink_phase(sim, r) * radar["blink_period"]
            on = radar["blink_duty"] * radar["blink_period"]
            silent = into >= on
            if radar["blink_duty"] < 1.0:
                radar["switch_at"] = radar["blink_period"] - into if silent else on - into
        if silent:
            radar["emitting"] = 0
            if radar["policy"] == CUED:
                mark_looks(sim, r, 0, SILENT)
            log_emission(sim, r)
    find_next_switch(sim)


@kernel("void(Sim, i8)")
def switch(sim, r):
    """Radar ``r`` is switched on or off, as ordered or as its blinking goes; one that works no more stays as it is."""
    now = sim.situation[0]["now"]
    radar = sim.radars[r]
    radar["switch_at"] = NEVER
    if now < radar["fails_at"]:
        if radar["emitting"] == 1:
            fall_silent(sim, r)
        else:
            resume_emission(sim, r)
        if radar["policy"] == BLINK:
            share = radar["blink_duty"] if radar["emitting"] == 1 else 1.0 - radar["blink_duty"]
            radar["switch_at"] = now + share * radar["blink_period"]
    find_next_switch(sim)


@kernel("f8(Sim, Track, Radar, f8)")
def nearest(sim, track, radar, ahead):
    """Least distance (m) from a radar of a track that flies straight on for ``ahead`` s from now, as it is believed."""
    now = sim.situation[0]["now"]
    x, at = track["x"], radar["position"]
    dt = now - track["time"]
    px, py, pz = x[0] + x[3] * dt - at[0], x[1] + x[4] * dt - at[1], x[2] + x[5] * dt - at[2]
    square = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    soon = -(px * x[3] + py * x[4] + pz * x[5]) / square if square > 0.0 else 0.0
    soon = min(max(soon, 0.0), ahead)
    px, py, pz = px + soon * x[3], py + soon * x[4], pz + soon * x[5]
    return math.sqrt(px * px + py * py + pz * pz)


@kernel("b1(Sim, i8)")
def called_for(sim, r):
    """Whether a track of the picture just listed, not believed friend or neutral, calls for an order to radar ``r``.

    To a cued one, that it comes near enough; to one that shuts down, that it is as fast as a weapon and comes at it.
    """
    radar = sim.radars[r]
    shuts = radar["policy"] == SHUTDOWN
    ahead = radar["alarm_time"] if shuts else radar["cue_time"]
    reach = radar["alarm_radius"] if shuts else radar["cue_range"]
    for n in range(sim.situation[0]["listed"]):
        track = sim.tracks[sim.roster[n]]
        if track["state"] != CONFIRMED or ASSUMED_FRIEND <= track["identity"] <= NEUTRAL:
            continue
        if shuts and track["speed"] < radar["alarm_speed"]:
            continue
        if nearest(sim, track, radar, ahead) <= reach:
            return True
    return False


@kernel("b1(Sim, i8)")
def seen_for(sim, post):
    """Whether some radar that works emits and reports to a post."""
    now = sim.situation[0]["now"]
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["post"] == post and radar["emitting"] == 1 and radar["ready_at"] <= now < radar["fails_at"]:
            return True
    return False


@kernel("void(Sim, i8)")
def give_order(sim, r):
    """Let radar ``r`` be switched over once its crew has obeyed and, to emit, its transmitter has come back."""
    radar = sim.radars[r]
    radar["orders"] += 1
    delay = radar["order_delay"] * math.exp(radar["order_spread"] * dice.order(sim, r))
    if radar["emitting"] == 0:
        delay += radar["resume_time"]
    radar["switch_at"] = sim.situation[0]["now"] + delay
    find_next_switch(sim)


@kernel("void(Sim, i8)")
def regulate(sim, post):
    """A post's orders to the radars that report to it, on the picture just listed.

    A shutdown ends with the threat, where another radar shows the post that it has gone, or after its declared time.
    """
    now = sim.situation[0]["now"]
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["post"] != post or (radar["policy"] != SHUTDOWN and radar["policy"] != CUED):
            continue
        if radar["switch_at"] < NEVER or now >= radar["fails_at"] or now < radar["ready_at"]:
            continue
        called = called_for(sim, r)
        if called:
            radar["wanted_at"] = now
        if radar["policy"] == CUED:
            idle = now - max(radar["wanted_at"], radar["emits_from"]) >= radar["silence"]
            if (called and radar["emitting"] == 0) or (not called and radar["emitting"] == 1 and idle):
                give_order(sim, r)
        elif radar["emitting"] == 1:
            if called:
                give_order(sim, r)
        elif not called and (seen_for(sim, post) or now - radar["last_emitted"] >= radar["silence"]):
            give_order(sim, r)
