"""The seam between layers: which tracks a post leaves to point defense, and when it takes one back.

The policy is declared (``doctrine.leaves``).  A track is left to a named unit of point defense only where that unit is
believed to kill it as surely as the goal asks, and only while the post's own units can still take it back: at the time
by which the point defense should have begun they must have time for as many rounds as their goal asks twice over, after
those of the other tracks that are left.  A point defense under the same command tells whether it has the track; of
another nothing is known but what was planned, and that a target flies on which it should have met.  What it has not
taken by then, or has missed, is taken back for good, and shot at whatever the point defense does.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import permitted
from openiads.doctrine.firing import looks_again
from openiads.engine.rounds import last_launch, offer
from openiads.parts.launchers import rounds_left
from openiads.parts.tracks import CONFIRMED, alike
from openiads.world.codes import Emission, Stage, TakenBack
from openiads.world.log_elements import log_leave

NO_STAGE, ACQUIRING, DECIDING = int(Stage.NONE), int(Stage.ACQUIRING), int(Stage.DECIDING)
ALWAYS, BLINK = int(Emission.NONE), int(Emission.BLINK)
KEPT, MISSED, IDLE, NO_LONGER = (int(why) for why in TakenBack)
LEAST_WORTH = 1.0  # cruise missiles at an asset of value 1: what is worth less is left as readily, not more
LEAST_SALVOS = 2.0  # that a post wants to be able to fire at what it takes back: one to shoot, one after a look


# ------------------------------------------------------------------ what a post knows of a point defense


@kernel("b1(Sim, i8, i8)")
def guards(sim, post, p):
    """Whether some unit of a post leaves tracks to unit ``p``."""
    bit = 1 << p
    for u in range(len(sim.units)):
        if sim.units[u]["post"] == post and sim.units[u]["leaves"] & bit != 0:
            return True
    return False


@kernel("i8(Sim, i8, i8, i8)")
def part_of(sim, post, p, whole):
    """What of a number of unit ``p``'s channels or rounds a post may count on.

    Units that leave tracks to it have their parts by plan, in turn: posts that do not hear of one another never leave
    it more than it has.
    """
    bit = 1 << p
    leaving = 0
    for u in range(len(sim.units)):
        if sim.units[u]["leaves"] & bit != 0:
            leaving += 1
    place, mine = 0, 0
    for u in range(len(sim.units)):
        if sim.units[u]["leaves"] & bit != 0:
            if sim.units[u]["post"] == post:
                mine += max(whole - place + leaving - 1, 0) // leaving
            place += 1
    return mine


@kernel("b1(Sim, i8, i8)")
def works(sim, post, p):
    """Whether a post must take unit ``p`` to work: under the same command as it is, else as it was planned."""
    now = sim.situation[0]["now"]
    unit = sim.units[p]
    radar = sim.radars[unit["radar"]]
    silent = radar["emitting"] == 0
    if silent and radar["policy"] == ALWAYS:
        return False
    if unit["post"] != post:  # whether its crew was ready when the raid came is not known
        return unit["outage"] > 0.0 or now >= unit["ready_at"]
    return unit["ready_at"] <= now < radar["fails_at"] and not (silent and radar["policy"] != BLINK)


@kernel("b1(Sim, i8, i8, i8)")
def has_channel(sim, post, p, k):
    """Whether unit ``p`` has a target channel for track ``k``, as the post knows: its own fight of it counts."""
    unit = sim.units[p]
    free = part_of(sim, post, p, unit["target_channels"]) - unit["left"]
    if unit["post"] == post:
        busy = unit["left"]
        for n in range(unit["target_channels"]):
            engagement = sim.engagements[unit["first_engagement"] + n]
            if engagement["state"] != NO_STAGE and not alike(sim, k, engagement["track"]):
                busy += 1
        free = min(free, unit["target_channels"] - busy)
    return free > 0


@kernel("i8(Sim, i8, i8)")
def rounds_known(sim, post, p):
    """Rounds of unit ``p`` that a post may count on for one more track: what it has, else what it came with, less a
    salvo for each track left to it.
    """
    unit = sim.units[p]
    if unit["post"] == post:
        return part_of(sim, post, p, rounds_left(sim, p)) - unit["left"] * unit["salvo"]
    total = -unit["reserve"]
    for n in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
        total += sim.launchers[n]["full"]
    return part_of(sim, post, p, max(total, 0)) - sim.posts[post]["given"][p] * unit["salvo"]


# ------------------------------------------------------------------ what the point defense promises


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


@kernel("tuple_of(f8, f8, f8, f8)(Sim, i8, i8, i8)")
def promise(sim, post, p, k):
    """What a post believes of unit ``p`` and track ``k``: (chance that it kills it before it does its harm, launch s,
    first intercept s, how long that launch is still off s); chance 0 if it cannot.

    Of salvos that follow one another the time left for them makes a number that need not be whole: half a turn is lost
    on average.
    """
    now = sim.situation[0]["now"]
    unit, track = sim.units[p], sim.tracks[k]
    if not works(sim, post, p) or permitted(unit, track) != 0 or not has_channel(sim, post, p, k):
        return 0.0, now, now, 0.0
    rounds = rounds_known(sim, post, p)
    if rounds <= 0:
        return 0.0, now, now, 0.0
    ready = ready_for(sim, p, k)
    planned = 0 if unit["post"] == post else 1
    gate, _, first, _, believed, spare = offer(sim, p, track, ready, math.inf, planned)
    harm = now + track["time_to_asset"]
    if gate != 0 or first >= harm:
        return 0.0, now, now, 0.0
    salvos = 1.0
    if track["left_to"] != 1 << p and looks_again(unit["fire_rule"]):  # once it is left only its time counts
        turn = max(first - ready - spare, 0.0) + max(unit["assess_delay"] + unit["crew_delay"], 1.0)
        last = last_launch(sim, p, track, ready + spare, harm, planned)
        salvos += max((last - ready - spare) / turn - 0.5, 0.0)
    shots = min(salvos * unit["salvo"], float(rounds))
    chance = 1.0 - math.exp(shots * math.log(max(1.0 - believed, 1e-12)))
    return chance, ready + spare, first, ready + spare - now - unit["crew_delay"]


# ------------------------------------------------------------------ what the post's own units could still do


@kernel("i8(Sim, i8, i8, f8, i8, f8)")
def own_chance(sim, u, k, at, held, others):
    """Whether unit ``u`` is in time if it begins at time ``at``: 1 it is, 0 too late, -1 it cannot shoot anyway.

    In time leaves room for the rounds that its goal asks twice over, for the looks between them, slow decisions and
    launches, after ``others`` tracks: whoever leaves a track must not miss the rounds not fired.  The later a launch,
    the later its first intercept, so that the last one tells; the end of a window does not, which may lie behind one
    in which no round comes down in time.  held : 1: a point defense has the track, and one salvo is enough
    """
    now = sim.situation[0]["now"]
    unit, track = sim.units[u], sim.tracks[k]
    if permitted(unit, track) != 0 or now < unit["ready_at"] or now >= sim.radars[unit["radar"]]["fails_at"]:
        return -1
    gate, _, first, _, believed, spare = offer(sim, u, track, at, math.inf, 0)
    harm = now + track["time_to_asset"]
    if gate != 0 or first >= harm:
        return -1
    failing = 2.0 * math.log(max(1.0 - unit["goal"], 1e-6)) - math.log(max(track["worth"], LEAST_WORTH))
    rounds = failing / min(math.log(max(1.0 - believed, 1e-12)), -1e-3)
    salvos = 1.0 if held == 1 else max(rounds / unit["salvo"], LEAST_SALVOS)
    slowly = unit["crew_delay"] * math.exp(2.0 * unit["crew_spread"])
    launching = unit["salvo"] * unit["salvo_interval"]
    turn = first - at - spare + slowly + launching + unit["assess_delay"]
    waits = others * max(slowly + launching, salvos * turn / unit["target_channels"])
    begins = at + spare + waits + slowly + launching + (salvos - 1.0) * turn
    if begins >= harm:
        return 0
    gate, _, first, _, _, _ = offer(sim, u, track, begins, math.inf, 0)
    return 1 if gate == 0 and first < harm else 0


@kernel("i8(Sim, i8, i8, f8, i8)")
def in_time(sim, post, k, at, held):
    """Whether a post can do without the point defense from time ``at`` on, after the other tracks left: 1 it can, 0 too
    late, -1 no unit of its own can shoot at the track anyway.
    """
    begins = at + sim.posts[post]["cycle"] + sim.posts[post]["link_delay"] + sim.model[0]["lost_limit"]
    able = 0
    for u in range(len(sim.units)):
        if sim.units[u]["post"] == post and sim.units[u]["leaves"] != 0:
            able += 1
    best = -1
    for u in range(len(sim.units)):
        if best < 1 and sim.units[u]["post"] == post and sim.units[u]["leaves"] != 0:
            best = max(best, own_chance(sim, u, k, begins, held, float(sim.posts[post]["left"]) / able))
    return best


# ------------------------------------------------------------------ leaving and taking back


@kernel("void(Sim, i8, i8, i8)")
def take_back(sim, post, k, why):
    """A track is the post's own again, for good; ``why`` is a ``codes.TakenBack``."""
    track = sim.tracks[k]
    track["taken_back"] = why
    if sim.situation[0]["record"] == 1:
        log_leave(sim, track, why, 0.0, 0.0)


@kernel("f8(Sim, i8, i8, f8, f8)")
def deadline(sim, post, p, launch, meets):
    """Until when (s) a post waits for unit ``p``: to have begun if it tells, else for what comes of its first salvo."""
    unit = sim.units[p]
    cycle = sim.posts[post]["cycle"]
    if unit["post"] == post:
        return launch + unit["crew_delay"] * math.exp(2.0 * unit["crew_spread"]) + cycle
    return meets + unit["salvo"] * unit["salvo_interval"] + unit["assess_delay"] + cycle


@kernel("f8(Sim, i8, i8, f8)")
def told_by(sim, post, p, until):
    """When (s) a post knows at the latest whether unit ``p`` has a track whose deadline is ``until``: one of the same
    command is assigned it some time before its launch, and then has it soon or not at all.
    """
    if sim.units[p]["post"] != post:
        return until
    model = sim.model[0]
    return until - max(model["assign_ahead"] - model["acquire_limit"], 0.0)


@kernel("b1(Sim, i8, i8, i8)")
def patient(sim, post, p, k):
    """Whether a track left to unit ``p``, which has not got it, stays left; taken back otherwise."""
    now = sim.situation[0]["now"]
    track = sim.tracks[k]
    late = now > track["left_until"]
    if sim.units[p]["post"] != post:  # what is not seen any more may be dead
        late = late and track["updated"] > track["left_until"]
    if late:
        take_back(sim, post, k, IDLE)
    elif in_time(sim, post, k, now, 0) == 0:
        take_back(sim, post, k, IDLE if now > told_by(sim, post, p, track["left_until"]) else NO_LONGER)
    return track["taken_back"] == 0


@kernel("f8(Sim, i8, i8)")
def goal_at(sim, post, p):
    """The greatest goal of a post's units that leave tracks to unit ``p``; below 0: none does."""
    bit = 1 << p
    goal = -1.0
    for u in range(len(sim.units)):
        if sim.units[u]["post"] == post and sim.units[u]["leaves"] & bit != 0:
            goal = max(goal, sim.units[u]["goal"])
    return goal


@kernel("b1(Sim, i8, i8, i8, f8)")
def enough(sim, post, p, k, chance):
    """Whether a chance of a kill is enough to leave a track to unit ``p``: the goal, and more for more worth."""
    return 1.0 - chance <= (1.0 - goal_at(sim, post, p)) / max(sim.tracks[k]["worth"], LEAST_WORTH)


@kernel("void(Sim, i8, i8)")
def review(sim, post, k):
    """A track that a point defense fights on the post's order: taken back when it has not acquired it in time, or has
    missed it.
    """
    track = sim.tracks[k]
    if track["left_to"] == 0 or track["taken_back"] != 0:
        return
    if track["had"] != 0:
        take_back(sim, post, k, MISSED)
        return
    for e in range(len(sim.engagements)):
        engagement = sim.engagements[e]
        if engagement["state"] == NO_STAGE or engagement["track"] != k or engagement["serial"] != track["serial"]:
            continue
        p = engagement["unit"]
        if not guards(sim, post, p):
            return
        if engagement["state"] == ACQUIRING:
            patient(sim, post, p, k)
        elif engagement["state"] == DECIDING and engagement["fired"] > 0:
            take_back(sim, post, k, MISSED)
        elif (
            not enough(sim, post, p, k, 1.0 - track["survival"])
            and in_time(sim, post, k, sim.situation[0]["now"], 1) == 0
        ):
            take_back(sim, post, k, NO_LONGER)
        return


@kernel("b1(Sim, i8, i8, i8)")
def still_left(sim, post, p, k):
    """Whether a track that was left to unit ``p`` in an earlier cycle, and that nobody fights, stays so.

    What was judged once is not judged anew with every look: only what the point defense is known to be, its time and
    the post's own count.  A launch that is still to come is expected as the track now says, never later once it is due.
    """
    track = sim.tracks[k]
    if not works(sim, post, p) or not has_channel(sim, post, p, k) or not patient(sim, post, p, k):
        return False
    if sim.units[p]["post"] == post and rounds_known(sim, post, p) <= 0:
        return False
    chance, launch, meets, spare = promise(sim, post, p, k)
    if chance > 0.0:
        until = deadline(sim, post, p, launch, meets)
        track["left_until"] = until if spare > 0.0 else min(until, track["left_until"])
    return True


@kernel("void(Sim, i8, i8)")
def count_left(sim, post, p):
    """One track more is left to unit ``p`` in this cycle."""
    sim.units[p]["left"] += 1
    sim.posts[post]["left"] += 1


@kernel("void(Sim, i8, i8)")
def leave(sim, post, k):
    """Decide whether a track that nobody fights is left to a unit of point defense in this cycle."""
    track = sim.tracks[k]
    if track["taken_back"] != 0 or track["engagements"] > 0:
        return
    now = sim.situation[0]["now"]
    before = track["left_to"]
    for p in range(len(sim.units)):
        if before == 1 << p:
            if still_left(sim, post, p, k):
                count_left(sim, post, p)
                return
            if track["taken_back"] != 0:
                return
    track["left_to"] = 0
    for p in range(len(sim.units)):
        if not guards(sim, post, p):
            continue
        chance, launch, meets, _ = promise(sim, post, p, k)
        if chance <= 0.0 or not enough(sim, post, p, k, chance):
            continue
        until = deadline(sim, post, p, launch, meets)
        known = max(now, told_by(sim, post, p, until))
        if in_time(sim, post, k, known, 0) < 1:
            continue
        track["left_to"], track["left_until"] = 1 << p, until
        count_left(sim, post, p)
        if sim.units[p]["post"] != post and before != track["left_to"]:
            sim.posts[post]["given"][p] += 1
        if sim.situation[0]["record"] == 1 and before != track["left_to"]:
            log_leave(sim, track, KEPT, chance, known)
        return


@kernel("void(Sim, i8)")
def begin_leaving(sim, post):
    """A new cycle of a post: nothing is left yet; who did not take a track that still flies gets no other."""
    sim.posts[post]["left"] = 0
    for p in range(len(sim.units)):
        sim.units[p]["left"] = 0
    for n in range(sim.situation[0]["listed"]):
        track = sim.tracks[sim.roster[n]]
        if track["state"] == CONFIRMED and track["taken_back"] == IDLE and track["assessed_dead"] == 0:
            for p in range(len(sim.units)):
                if track["left_to"] == 1 << p:
                    sim.units[p]["left"] += sim.units[p]["target_channels"]


@kernel("b1(Sim, i8)")
def let_by(sim, e):
    """Whether an engagement without a round in the air does not hold others from its track: that of a point defense
    from which it was taken back.
    """
    engagement = sim.engagements[e]
    track = sim.tracks[engagement["track"]]
    return track["taken_back"] != 0 and guards(sim, track["post"], engagement["unit"])
