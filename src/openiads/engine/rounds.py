"""Whose rounds a post may spend on a track: what is left, what doctrine keeps back, which track comes first, and what
a unit would shoot at it.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import attacks, believed_class, shot_at
from openiads.doctrine.value import rounds_announced, rounds_wanted, urgency_of, worth_of
from openiads.parts.launchers import rounds_left, rounds_of
from openiads.world.codes import Gate
from openiads.world.trace import GATE_RANK

NO_ROUND, RESERVED = int(Gate.NO_ROUND), int(Gate.RESERVED)
PROBABILITY_FLOOR = int(Gate.PROBABILITY_FLOOR)
HALVINGS = 6  # with which the last launch is found


@kernel("i8(Sim, i8)")
def no_round(sim, u):
    """The gate of a unit that has no round to spare: none at all, or only those that its doctrine keeps back."""
    return NO_ROUND if rounds_left(sim, u) + sim.units[u]["reserve"] <= 0 else RESERVED


@kernel("i8(Sim, i8, Track)")
def rounds_for(sim, u, track):
    """Rounds of a unit that a track may have: with the reserve for ballistic missiles and what comes at the unit,
    without what the unit itself keeps for announced classes of more harm.
    """
    left = rounds_left(sim, u)
    if sim.units[u]["reserve"] > 0 and (track["ballistic"] == 1 or attacks(sim.units[u], track)):
        left += sim.units[u]["reserve"]
    return left - announced(sim, u, track)


@kernel("i8(Sim, i8, Track)")
def announced(sim, u, track):
    """Rounds that a unit keeps back from a track for announced classes of more harm, where its post goes by value."""
    if sim.situation[0]["magazine_infinite"] == 1 or sim.posts[sim.units[u]["post"]]["by_value"] == 0:
        return 0
    return rounds_announced(sim.model[0], sim.units[u], track)


@kernel("b1(Sim, i8, Track)")
def overdrawn(sim, u, track):
    """Whether what a unit has left is kept from a track now that its other engagements have fired."""
    return (sim.units[u]["reserve"] > 0 or announced(sim, u, track) > 0) and rounds_for(sim, u, track) <= 0


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
            loaded += max(rounds + announced(sim, u, track), 0)
            left += max(rounds, 0)
            salvo = max(salvo, sim.units[u]["salvo"])
    wanted = rounds_wanted(sim.tracks, sim.roster[: sim.situation[0]["listed"]], k, salvo)
    return loaded > 0 and left <= wanted


@kernel("tuple_of(i8, i8, f8, f8, f8, f8)(Sim, i8, Track, f8, f8, i8)")
def offer(sim, u, track, ready, enough, planned):
    """The kind of round a unit would shoot at a track: (gate or 0, magazine, first, last, believed, spare).

    planned : 1: of all the kinds that it came with, whatever is left of them

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
        if planned == 0 and rounds_of(sim, u, m) <= 0:
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


@kernel("f8(Sim, i8, Track, f8, f8, i8)")
def last_launch(sim, u, track, soonest, harm, planned):
    """The last launch (s) of unit ``u`` that meets a track before ``harm`` (s), one from ``soonest`` on does.

    The later the launch, the later its first intercept: so the time between is halved.  The last intercept of a window
    does not tell, which may lie behind one in which no round comes down in time.
    """
    horizon = sim.magazines[sim.units[u]["first_magazine"]]["horizon"][track["ballistic"]]
    good, bad = soonest, min(harm, soonest + horizon)
    for _ in range(HALVINGS):
        middle = 0.5 * (good + bad)
        gate, _, first, _, _, _ = offer(sim, u, track, middle, math.inf, planned)
        if gate == 0 and first < harm:
            good = middle
        else:
            bad = middle
    return good
