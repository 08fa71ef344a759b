"""The seam between layers: which tracks a post leaves to point defense, because that is believed to take them.

A declared policy of sites (``doctrine.leaves``).  A track is left where a named point defense works, has a channel and
rounds that no other track left to it needs, meets it before it does its harm, and is believed to kill it at least as
surely as the goal asks, the more surely the more the track is worth.  What comes too soon, is worth too much or is more
than the point defense can take, is shot at.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import permitted
from openiads.doctrine.firing import looks_again
from openiads.engine.offers import offer
from openiads.parts.launchers import rounds_left
from openiads.parts.tracks import alike
from openiads.world.codes import Stage

NONE = int(Stage.NONE)
LEAST_WORTH = 1.0  # cruise missiles at an asset of value 1: what is worth less is left as readily, not more


@kernel("b1(Sim, i8, i8)")
def has_channel(sim, p, k):
    """Whether unit ``p`` has a target channel for track ``k`` beside those left to it: its own fight of it counts."""
    unit = sim.units[p]
    busy = unit["left"]
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] != NONE and not alike(sim, k, engagement["track"]):
            busy += 1
    return busy < unit["target_channels"]


@kernel("f8(Sim, i8, i8)")
def ready_for(sim, p, k):
    """When unit ``p`` would launch at track ``k`` at the earliest, s: not long before the track is nearest to it."""
    now = sim.situation[0]["now"]
    unit, track = sim.units[p], sim.tracks[k]
    soonest = now + unit["crew_delay"]
    if track["ballistic"] == 1:
        return soonest
    x, at = track["x"], unit["position"]
    dt = now - track["time"]
    dx, dy, dz = at[0] - x[0] - dt * x[3], at[1] - x[1] - dt * x[4], at[2] - x[2] - dt * x[5]
    vv = max(x[3] * x[3] + x[4] * x[4] + x[5] * x[5], 1.0)
    nearest = max((dx * x[3] + dy * x[4] + dz * x[5]) / vv, 0.0)
    return max(soonest, now + nearest - 0.5 * sim.magazines[unit["first_magazine"]]["horizon"][0])


@kernel("f8(Sim, i8, i8)")
def believed_to_kill(sim, p, k):
    """Probability with which unit ``p`` is believed to kill track ``k`` before it does its harm; 0 if it cannot."""
    now = sim.situation[0]["now"]
    unit, track = sim.units[p], sim.tracks[k]
    radar, post = sim.radars[unit["radar"]], sim.posts[unit["post"]]
    down = now < unit["ready_at"] or now >= radar["fails_at"] or radar["emitting"] == 0 or now >= post["fails_at"]
    if down or permitted(unit, track) != 0 or not has_channel(sim, p, k):
        return 0.0
    rounds = rounds_left(sim, p) - unit["left"] * unit["salvo"]
    if rounds <= 0:
        return 0.0
    ready = ready_for(sim, p, k)
    gate, _, first, last, believed, spare = offer(sim, p, track, ready)
    harm = now + track["time_to_asset"]
    if gate != 0 or first >= harm:
        return 0.0
    salvos = 1
    if looks_again(unit["fire_rule"]):
        flown = max(first - ready - spare, 0.0)
        cycle = max(flown + unit["assess_delay"] + unit["crew_delay"], 1.0)
        salvos += int((min(last, harm) - first) / cycle)
    shots = min(salvos * unit["salvo"], rounds)
    return 1.0 - math.exp(shots * math.log(max(1.0 - believed, 1e-12)))


@kernel("i8(Sim, i8, i8)")
def left_to(sim, post, k):
    """Bit of the unit of point defense to which a post leaves track ``k`` in this cycle; 0 for none."""
    worth = max(sim.tracks[k]["worth"], LEAST_WORTH)
    for p in range(len(sim.units)):
        bit = 1 << p
        goal = -1.0
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post and sim.units[u]["leaves"] & bit != 0:
                goal = max(goal, sim.units[u]["goal"])
        if goal >= 0.0 and 1.0 - believed_to_kill(sim, p, k) <= (1.0 - goal) / worth:
            sim.units[p]["left"] += 1
            return bit
    return 0


@kernel("void(Sim)")
def begin_leaving(sim):
    """A new cycle of a post: nothing is left to anybody yet."""
    for p in range(len(sim.units)):
        sim.units[p]["left"] = 0
