"""A command post's cycle: judge the tracks of its picture and give them to fire units."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import (
    UNSERVED,
    envelope,
    exchanged,
    permitted,
)
from openiads.doctrine.evaluation import evaluate, inbound
from openiads.doctrine.identification import identify
from openiads.doctrine.value import next_track
from openiads.engine.gates import count_waiting, mark_tracked, name_unseen, works_at
from openiads.engine.rounds import no_round, offer, rank, rounds_for, rounds_kept
from openiads.engine.seam import begin_leaving, guards, leave, let_by, review
from openiads.parts.deconfliction import learn, place_in_zones
from openiads.parts.emission import regulate
from openiads.parts.engagements import engage, free_channel
from openiads.parts.gates import set_gate_of_track
from openiads.parts.geometry import angle_between, azimuth_of
from openiads.parts.hypotheses import exchange, undecided
from openiads.parts.interrogation import interrogate
from openiads.parts.links import forget, miss_launchers, relink
from openiads.parts.tracks import CONFIRMED, alike, prune
from openiads.physics import association
from openiads.world.codes import Assignment, Element, Emission, Gate, Identity, Milestone, Stage
from openiads.world.layout import MOST_PLOTS
from openiads.world.log import log_identify, log_revoke
from openiads.world.log_elements import log_element_down
from openiads.world.trace import GATE_RANK

ON_POST = int(Element.POST)
HOSTILE, IDENTIFIED = int(Identity.HOSTILE), int(Milestone.IDENTIFIED)
NONE = int(Stage.NONE)
SECTOR = int(Gate.SECTOR)
TOO_EARLY, RESERVED = int(Gate.TOO_EARLY), int(Gate.RESERVED)
RULE_HELD = int(Gate.RULE_HELD)
NO_CHANNEL, NO_ROUND = int(Gate.NO_CHANNEL), int(Gate.NO_ROUND)
OPERATOR_BUSY, HELD, ELSEWHERE = int(Gate.OPERATOR_BUSY), int(Gate.HELD_FOR_ASSESSMENT), int(Gate.ENGAGED_ELSEWHERE)
ENGAGING = int(Gate.ENGAGING)
UNIT_NOT_READY, NOT_THREATENING = int(Gate.UNIT_NOT_READY), int(Gate.NOT_THREATENING)
SILENT = int(Gate.SILENT)
ALWAYS, BLINK = int(Emission.NONE), int(Emission.BLINK)
POINT_DEFENSE = int(Gate.POINT_DEFENSE)

GREEDY, EXCHANGE = int(Assignment.GREEDY), int(Assignment.EXCHANGE)

TAKEN_BACK_COST = 1e3  # s, of giving a track back to a point defense that it was taken from; below ``UNSERVED``
MOST_WAITING = 8  # tracks compared when units are exchanged


@kernel("void(Sim, i8, i8)")
def weigh_threat(sim, post, k):
    """Evaluate a track; one that may fall as well as fly threatens what either threatens."""
    situation, row, track = sim.situation[0], sim.posts[post], sim.tracks[k]
    work = sim.cost[MOST_PLOTS + 3]
    either = undecided(sim.model[0], track)
    if either and track["updated"] <= track["evaluated_at"]:  # nothing new is known
        track["time_to_asset"] = track["threat_at"] - situation["now"]
        return
    evaluate(situation, row, track, sim.assets, either, work)
    if either and track["threatening"] == 0:
        exchange(track)
        evaluate(situation, row, track, sim.assets, True, work)
        exchange(track)
    track["threat_at"] = situation["now"] + track["time_to_asset"]
    if either:
        track["evaluated_at"] = situation["now"]


@kernel("void(Sim, i8)")
def judge(sim, post):
    """Interrogate, identify and evaluate every track of the post's picture."""
    situation = sim.situation[0]
    cosine = math.cos(situation["inbound_angle"])
    if situation["zones"] > 0:
        learn(sim, post)
    for n in range(situation["listed"]):
        k = sim.roster[n]
        track = sim.tracks[k]
        if track["state"] != CONFIRMED:
            continue
        interrogate(sim, post, k)
        if situation["zones"] > 0:
            place_in_zones(sim, post, k)
        before = track["identity"]
        track["identity"] = identify(situation, track, inbound(cosine, track, sim.assets))
        if track["identity"] != before:
            if track["identity"] == HOSTILE and track["flight"] >= 0:
                sim.flights[track["flight"]]["ever"] |= IDENTIFIED
            log_identify(sim, track, before)
        weigh_threat(sim, post, k)
        if track["assessed_dead"] == 1 and track["dead_updates"] >= sim.posts[post]["revoke_updates"]:
            track["assessed_dead"] = 0
            log_revoke(sim, track)


@kernel("i8(Sim, i8, i8)")
def unit_gate(sim, u, k):
    """What of a unit's own state keeps it from taking track ``k`` now: not ready, no round, sector, no channel; else
    0.
    """
    now = sim.situation[0]["now"]
    unit = sim.units[u]
    radar = sim.radars[unit["radar"]]
    if now < max(unit["ready_at"], radar["slewing_until"]) or now >= radar["fails_at"]:
        return UNIT_NOT_READY
    if radar["emitting"] == 0 and radar["policy"] != BLINK:  # one that blinks acquires when it is on again
        return UNIT_NOT_READY if radar["policy"] == ALWAYS else SILENT
    if rounds_for(sim, u, sim.tracks[k]) <= 0:
        return no_round(sim, u)
    if free_channel(sim, u) < 0:
        return NO_CHANNEL
    track = sim.tracks[k]
    x = track["x"]
    dt = now - track["time"]
    azimuth = azimuth_of(radar["position"], radar["axes"], x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt)
    outside = abs(angle_between(azimuth, radar["boresight"])) > radar["track_half"]
    turns = radar["slew_rate"] > 0.0 or radar["relay_time"] > 0.0
    if outside and (unit["targets_held"] > 0 or not turns):
        return SECTOR
    return 0


@kernel("b1(Sim, i8, i8)")
def inherited(sim, u, k):
    """Whether a unit still fights track ``k``'s target on the order of another post, as far as its own track tells."""
    unit = sim.units[u]
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] == NONE or engagement["own"] < 0:
            continue
        old = sim.tracks[engagement["track"]]
        if old["serial"] == engagement["serial"] and old["post"] == unit["post"]:
            continue
        if sim.tracks[engagement["own"]]["state"] == CONFIRMED and alike(sim, k, engagement["own"]):
            return True
    return False


@kernel("f8(Sim, i8, i8)")
def turning_time(sim, u, k):
    """Time (s) for which a unit's radar would be blind to be laid on track ``k``; 0 inside its sector."""
    track = sim.tracks[k]
    radar = sim.radars[sim.units[u]["radar"]]
    x = track["x"]
    dt = sim.situation[0]["now"] - track["time"]
    azimuth = azimuth_of(radar["position"], radar["axes"], x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt)
    away = abs(angle_between(azimuth, radar["boresight"]))
    if away <= radar["track_half"]:
        return 0.0
    return away / radar["slew_rate"] if radar["slew_rate"] > 0.0 else radar["relay_time"]


@kernel("tuple_of(i8, i8, f8)(Sim, i8, i8, i8)")
def price(sim, post, u, k):
    """(gate or 0, magazine, cost s) of giving track ``k`` to unit ``u``: the time of its first feasible intercept."""
    now = sim.situation[0]["now"]
    unit = sim.units[u]
    track = sim.tracks[k]
    gate = permitted(unit, track)
    magazine = -1
    first = math.inf
    if gate == 0 and inherited(sim, u, k):
        gate = ELSEWHERE
    if gate == 0 and unit["leaves"] & track["left_to"] != 0 and track["taken_back"] == 0:
        gate = POINT_DEFENSE
    if gate == 0 and track["had"] != 0 and track["had"] >> u & 1 == 1:
        gate = RULE_HELD
    if gate == 0:
        gate = unit_gate(sim, u, k)
    if gate == 0:
        ready = now + unit["crew_delay"] + turning_time(sim, u, k)
        enough = max(sim.model[0]["assign_ahead"], sim.model[0]["soon_ready"])
        gate, magazine, first, _, _, spare = offer(sim, u, track, ready, enough, 0)
        # it will come within reach, but a channel now would only wait
        if gate == 0 and spare > sim.model[0]["assign_ahead"]:
            gate = TOO_EARLY
    if gate == 0 and sim.posts[post]["free_at"] > now:
        gate = OPERATOR_BUSY
    if track["taken_back"] != 0 and guards(sim, post, u):  # it had its time: others first
        first += TAKEN_BACK_COST
    return gate, magazine, first - now + 0.01 * unit["targets_held"]  # of two equals the one with less to do


@kernel("b1(Sim, i8, i8)")
def told_before(sim, f, k):
    """Whether another track of flight ``f`` has been dealt with in this cycle."""
    for n in range(sim.situation[0]["listed"]):
        j = sim.roster[n]
        other = sim.tracks[j]
        if j != k and other["flight"] == f and other["state"] == CONFIRMED and other["dealt"] == 1:
            return True
    return False


@kernel("void(Sim, i8, i8, i8)")
def name_reason(sim, k, u, gate):
    """What keeps unit ``u`` from shooting at track ``k``'s flight, as its post sees it.

    What a unit at work on the flight has met itself stands, and of several tracks of one flight the one that comes
    nearest to a shot tells.
    """
    f = sim.tracks[k]["flight"]
    if f < 0 or works_at(sim, u, f):
        return
    if GATE_RANK[gate] < GATE_RANK[sim.gates[f, u]] and told_before(sim, f, k):
        return
    set_gate_of_track(sim, f, u, gate, sim.tracks[k])


@kernel("tuple_of(i8, i8)(Sim, i8, i8)")
def choose_unit(sim, post, k):
    """(unit, magazine) that is to shoot at track ``k``, by the post's way of assignment; -1 for none.  Gates are set.

    Greedy: who reaches it first.  Exchange: see ``assignment.exchanged``.  Exact: least total cost over the waiting
    tracks.  Units are columns of the cost, so each counts once, whatever channels it has free.
    """
    how = sim.posts[post]["assignment"]
    rows = 1
    best = -1
    able = 0
    for u in range(len(sim.units)):
        sim.cost[0, u] = math.inf
        if sim.units[u]["post"] != post:
            continue
        if working_on(sim, u, k):
            name_reason(sim, k, u, ENGAGING)  # where its own radar follows another flight than the track now does
            continue
        gate, _, cost = price(sim, post, u, k)
        if gate != 0:
            name_reason(sim, k, u, gate)
            continue
        sim.cost[0, u] = cost
        able += 1
        if best < 0 or cost < sim.cost[0, best]:
            best = u
    if able > 1 and how != GREEDY:
        for n in range(sim.situation[0]["listed"]):
            j = sim.roster[n]
            if rows < MOST_WAITING and waits(sim, j) and j != k:
                for u in range(len(sim.units)):
                    sim.cost[rows, u] = math.inf
                    if sim.units[u]["post"] == post:
                        gate, _, cost = price(sim, post, u, j)
                        sim.cost[rows, u] = cost if gate == 0 else math.inf
                rows += 1
        if how == EXCHANGE:
            best = exchanged(sim.cost, rows, len(sim.units))
        else:
            work, marks = sim.cost[MOST_PLOTS : MOST_PLOTS + 3], sim.candidates[2:5]
            association.assign(sim.cost, rows, len(sim.units), UNSERVED, sim.candidates[1], work, marks)
            best = sim.candidates[1, 0] if sim.candidates[1, 0] >= 0 else best
    if best < 0:
        return -1, -1
    _, magazine, _ = price(sim, post, best, k)
    return best, magazine


@kernel("b1(Sim, i8)")
def waits(sim, k):
    """Whether a track of the post is confirmed, threatens and waits for its first fire unit."""
    track = sim.tracks[k]
    if track["state"] != CONFIRMED:
        return False
    free = track["engagements"] == 0 and track["assessed_dead"] == 0 and track["refused"] == 0
    return free and track["threatening"] == 1 and track["dealt"] == 0


@kernel("void(Sim, i8)")
def assign(sim, post):
    """Give the post's tracks to fire units, in the order of its doctrine, one decision of its operator at a time."""
    rows = sim.roster[: sim.situation[0]["listed"]]
    for k in rows:
        rank(sim, post, k)
    if sim.situation[0]["leaving"] == 1:
        begin_leaving(sim, post)
    k = next_track(sim.tracks, rows)
    while k >= 0:
        sim.tracks[k]["dealt"] = 1
        consider(sim, post, k)
        k = next_track(sim.tracks, rows)


@kernel("void(Sim, i8, i8)")
def consider(sim, post, k):
    """Find a fire unit for one track, or name what holds fire."""
    situation = sim.situation[0]
    now = situation["now"]
    track = sim.tracks[k]
    gate = 0
    if situation["leaving"] == 1:
        review(sim, post, k)
    if track["threatening"] == 0:
        gate = NOT_THREATENING
    elif track["assessed_dead"] == 1:
        gate = HELD
    elif not wants_more(sim, k):
        gate = ELSEWHERE
    if gate != 0:
        for u in range(len(sim.units)):  # its own units only: posts would overwrite one another's reasons for ever
            if sim.units[u]["post"] == post:
                name_reason(sim, k, u, gate)
        return
    if track["refused"] == 1:
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:
                name_reason(sim, k, u, RULE_HELD)
        return
    if doubled(sim, k):
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:
                name_reason(sim, k, u, ELSEWHERE)
        return
    if situation["leaving"] == 1:
        leave(sim, post, k)
    kept = rounds_kept(sim, post, k)
    if kept or now < track["rests_until"]:
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:
                name_reason(sim, k, u, RESERVED if kept else RULE_HELD)
        return
    u, magazine = choose_unit(sim, post, k)
    if u < 0:
        if situation["queue_lost"] == 1 and no_channel_free(sim, post, k):
            track["refused"] = 1
        return
    unit = sim.units[u]
    _, first, last, believed, _ = envelope(sim.tables, unit, sim.magazines[magazine], track, now + unit["crew_delay"])
    for other in range(len(sim.units)):  # who could shoot as well is not asked to
        if other != u and sim.units[other]["post"] == post and sim.cost[0, other] < math.inf:
            name_reason(sim, k, other, ELSEWHERE)
    engage(sim, u, magazine, k, first, last, believed)
    sim.posts[post]["free_at"] = now + sim.posts[post]["service_time"]


@kernel("b1(Sim, i8)")
def doubled(sim, k):
    """Whether a track looks like one that is being engaged: two tracks of one flight draw one engagement."""
    for n in range(sim.situation[0]["listed"]):
        j = sim.roster[n]
        if j != k and sim.tracks[j]["state"] == CONFIRMED and sim.tracks[j]["engagements"] > 0 and alike(sim, k, j):
            return True
    return False


@kernel("b1(Sim, i8)")
def wants_more(sim, k):
    """Whether the commitment ledger leaves room for another engagement of a track.

    None yet; or one, whose rounds in the air promise less than the goal of the unit that fired them; or that of a point
    defense that has let a track by.
    """
    track = sim.tracks[k]
    if track["engagements"] == 0:
        return True
    if track["engagements"] > 1 or (track["in_flight"] == 0 and track["taken_back"] == 0):
        return False
    for e in range(len(sim.engagements)):
        engagement = sim.engagements[e]
        if engagement["state"] != NONE and engagement["track"] == k and engagement["serial"] == track["serial"]:
            if track["in_flight"] == 0:
                return let_by(sim, e)
            return engagement["wanted"] == 0 and 1.0 - track["survival"] < sim.units[engagement["unit"]]["goal"]
    return False


@kernel("b1(Sim, i8, i8)")
def no_channel_free(sim, post, k):
    """Whether every unit of the post may shoot at track ``k`` and has all its channels taken."""
    track = sim.tracks[k]
    for u in range(len(sim.units)):
        unit = sim.units[u]
        if unit["post"] != post:
            continue
        if free_channel(sim, u) >= 0 or permitted(unit, track) != 0:
            return False
    return True


@kernel("b1(Sim, i8, i8)")
def working_on(sim, u, k):
    """Whether unit ``u`` has an engagement with track ``k``."""
    unit = sim.units[u]
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] != NONE and engagement["track"] == k and engagement["serial"] == sim.tracks[k]["serial"]:
            return True
    return False


@kernel("b1(Sim, i8)")
def engaged(sim, post):
    """Whether a track of a post's picture is being engaged."""
    for k in range(sim.situation[0]["tracks_high"]):
        if sim.pictures[k] == post and sim.tracks[k]["state"] == CONFIRMED and sim.tracks[k]["engagements"] > 0:
            return True
    return False


@kernel("b1(Sim, i8)")
def idle(sim, post):
    """Whether no fire unit hears from a post."""
    for u in range(len(sim.units)):
        if sim.units[u]["post"] == post:
            return False
    return True


@kernel("void(Sim, i8)")
def command(sim, post):
    """One cycle of a command post: prune, judge, assign, and name what holds fire."""
    post_row = sim.posts[post]
    now = sim.situation[0]["now"]
    post_row["due"] = now + post_row["cycle"]
    relink(sim)
    miss_launchers(sim)
    if now >= post_row["fails_at"]:  # nobody decides any more; its units finish what they have in hand
        post_row["due"] = post_row["cycle"] + now if engaged(sim, post) else math.inf
        forget(sim, post)
        if post_row["down"] == 0:
            post_row["down"] = 1
            log_element_down(sim, ON_POST, post, -1)
        return
    if post_row["alone"] == 1 and idle(sim, post):
        post_row["due"] = post_row["cycle"] + now if engaged(sim, post) else math.inf
        forget(sim, post)
        return
    prune(sim, post)
    judge(sim, post)
    if sim.situation[0]["emission"] > 0:
        regulate(sim, post)
    mark_tracked(sim, post)
    name_unseen(sim, post)
    assign(sim, post)
    count_waiting(sim, post)
