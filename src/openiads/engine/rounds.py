"""Whose rounds a post may spend on a track: what is left, what doctrine keeps back, which track comes first, what a
unit would shoot at it, and which tracks are left to point defense.

The seam between layers is a declared policy of sites (``doctrine.leaves``).  A track is left where a named point
defense works, has a channel and rounds that no other track left to it needs, meets it before it does its harm, and is
believed to kill it at least as surely as the goal asks, the more surely the more the track is worth.  What comes too
soon, is worth too much or is more than the point defense can take, is shot at.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import attacks, believed_class, permitted, shot_at
from openiads.doctrine.firing import looks_again
from openiads.doctrine.value import rounds_announced, rounds_wanted, urgency_of, worth_of
from openiads.parts.launchers import rounds_left, rounds_of
from openiads.parts.tracks import alike
from openiads.physics.windows import WHOLE
from openiads.world.codes import Gate, Stage
from openiads.world.trace import GATE_RANK

NO_ROUND, RESERVED = int(Gate.NO_ROUND), int(Gate.RESERVED)
PROBABILITY_FLOOR, NO_STAGE = int(Gate.PROBABILITY_FLOOR), int(Stage.NONE)
LEAST_WORTH = 1.0  # cruise missiles at an asset of value 1: what is worth less is left as readily, not more


@kernel("i8(Sim, i8)")
def no_round(sim, u):
    """The gate of a unit that has no round to spare: none at all, or only those that its doctrine keeps back."""
    return NO_ROUND if rounds_left(sim, u) + sim.units[u]["reserve"] <= 0 else RESERVED


@kernel("i8(Sim, i8, Track)")
def rounds_for(sim, u, track):
    """Rounds of a unit that a track may have: with the reserve for ballistic missiles and what comes at the unit."""
    left = rounds_left(sim, u)
    if sim.units[u]["reserve"] > 0 and (track["ballistic"] == 1 or attacks(sim.units[u], track)):
        left += sim.units[u]["reserve"]
    return left


@kernel("void(Sim, i8, i8)")
def rank(sim, post, k):
    """Set a track's value at risk, and its place in the order in which the post deals with tracks."""
    track, model = sim.tracks[k], sim.model[0]
    track["dealt"] = 0
    track["worth"] = worth_of(model, track, sim.assets)
    if sim.posts[post]["by_value"] == 0:
        track["urgency"] = -track["time_to_asset"]
        return
    kind = believed_class(track)
    best = 0.0
    salvo = 1
    for u in range(len(sim.units)):
        unit = sim.units[u]
        if unit["post"] == post:
            for m in range(unit["first_magazine"], unit["first_magazine"] + unit["magazines"]):
                if sim.magazines[m]["pk_believed"][kind] > best:
                    best, salvo = sim.magazines[m]["pk_believed"][kind], unit["salvo"]
    track["urgency"] = urgency_of(model, track, best, salvo)


@kernel("b1(Sim, i8, i8)")
def rounds_kept(sim, post, k):
    """Whether all rounds that the post's units have left are kept for tracks of more value, or announced threats."""
    if sim.situation[0]["magazine_infinite"] == 1 or sim.posts[post]["by_value"] == 0:
        return False
    track = sim.tracks[k]
    left, loaded, salvo = 0, 0, 1
    for u in range(len(sim.units)):
        if sim.units[u]["post"] == post:
            rounds = rounds_for(sim, u, track)
            loaded += max(rounds, 0)
            left += max(rounds - rounds_announced(sim.model[0], sim.units[u], track), 0)
            salvo = max(salvo, sim.units[u]["salvo"])
    wanted = rounds_wanted(sim.tracks, sim.roster[: sim.situation[0]["listed"]], k, salvo)
    return loaded > 0 and left <= wanted


@kernel("tuple_of(i8, i8, f8, f8, f8, f8)(Sim, i8, Track, f8, f8)")
def offer(sim, u, track, ready, enough):
    """The kind of round a unit would shoot at a track: (gate or 0, magazine, first, last, believed, spare).

    Among the kinds with rounds left and a feasible intercept those that need not wait for the target to come nearer
    go first, and of these the one believed to kill most surely; equal ones in the catalog's order.  Without any, the
    gate that the kind furthest along met.

    enough : s, spare time of which it is only asked whether it is more (``assignment.shot_at``), not below
    ``soon_ready``; ``WHOLE``: all is asked
    """
    unit = sim.units[u]
    gate, magazine, first, last, believed, spare = PROBABILITY_FLOOR, -1, math.inf, math.inf, 0.0, 0.0
    best, nothing = -math.inf, True
    for m in range(unit["first_magazine"], unit["first_magazine"] + unit["magazines"]):
        if rounds_of(sim, u, m) <= 0:
            if nothing and magazine < 0:
                gate = NO_ROUND
            continue
        g, a, b, surely, wait = shot_at(sim.tables, unit, sim.magazines[m], track, ready, enough)
        merit = surely - (1.0 if wait > sim.model[0]["soon_ready"] else 0.0)
        if g == 0 and merit > best:
            gate, magazine, first, last, believed, spare, best = 0, m, a, b, surely, wait, merit
        elif g != 0 and magazine < 0 and (nothing or GATE_RANK[g] > GATE_RANK[gate]):
            gate, nothing = g, False
    return gate, magazine, first, last, believed, spare


# ------------------------------------------------------------------ what is left to point defense


@kernel("b1(Sim, i8, i8)")
def has_channel(sim, p, k):
    """Whether unit ``p`` has a target channel for track ``k`` beside those left to it: its own fight of it counts."""
    unit = sim.units[p]
    busy = unit["left"]
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] != NO_STAGE and not alike(sim, k, engagement["track"]):
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
    gate, _, first, last, believed, spare = offer(sim, p, track, ready, WHOLE)
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
