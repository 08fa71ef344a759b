"""The crew of a fire unit: whether to shoot, with how many rounds, when to launch them, and what came of it."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import (
    believed_class,
    envelope,
    permitted,
    spare_time,
    why_not,
    window,
)
from openiads.doctrine.contracts import FIRE
from openiads.doctrine.evaluation import evaluate_ballistic, evaluation_stands
from openiads.doctrine.firing import USER, fire, looks_again
from openiads.earth.sight import lowest_visible
from openiads.engine.asking import ask_user, briefing
from openiads.engine.rounds import last_launch, no_round, offer, overdrawn, rounds_for
from openiads.parts import dice
from openiads.parts.deconfliction import tell_mistake
from openiads.parts.engagements import assess, begin_decision, is_active, own_state, release
from openiads.parts.flights import away_from, finish
from openiads.parts.gates import set_gate, set_gate_of_track, set_gate_wait
from openiads.parts.geometry import angle_between, azimuth_of, bearing
from openiads.parts.hypotheses import undecided
from openiads.parts.launchers import launcher_ready_at, ready_launcher, rounds_of
from openiads.parts.support import aim_share, support_probability
from openiads.parts.tracks import CONFIRMED
from openiads.parts.weapons import channel_free, fire_round
from openiads.physics.motion import local_up
from openiads.physics.windows import WHOLE
from openiads.world.codes import Action, Gate, Milestone, Stage, Status, Terminal
from openiads.world.layout import MOST_PLOTS
from openiads.world.log import log_decide, log_shorten

KILLED, ENGAGED = int(Terminal.KILLED), int(Milestone.ENGAGED)
NONE, DECIDING, FIRING = int(Stage.NONE), int(Stage.DECIDING), int(Stage.FIRING)
FLYING, ASSESSING, SERVICE = int(Stage.FLYING), int(Stage.ASSESSING), int(Stage.SERVICE)
HOLD_ACTION, BREAK_OFF = int(Action.HOLD), int(Action.BREAK_OFF)
RULE_BAD_ORDER = int(Status.RULE_BAD_ORDER)
NO_FIRM_TRACK = int(Gate.NO_FIRM_TRACK)
NO_CHANNEL, NO_ROUND, NO_LAUNCHER = int(Gate.NO_CHANNEL), int(Gate.NO_ROUND), int(Gate.NO_LAUNCHER_READY)
TOO_EARLY, RESERVED = int(Gate.TOO_EARLY), int(Gate.RESERVED)
PROBABILITY_FLOOR = int(Gate.PROBABILITY_FLOOR)
NOT_THREATENING = int(Gate.NOT_THREATENING)
SUPPORT, RULE_HELD, ENGAGING = int(Gate.SUPPORT_WILL_BE_LOST), int(Gate.RULE_HELD), int(Gate.ENGAGING)
NOT_ACQUIRED, SILENT = int(Gate.NOT_ACQUIRED), int(Gate.SILENT)


@kernel("i8(Sim, Unit, Track, Track)")
def forbidden(sim, unit, track, own):
    """0 if a crew may still shoot at the track it was given, else the gate: rules, or a missile that falls elsewhere.

    The ellipse of a predicted impact shrinks with every look, so that what threatened at assignment, or when the post
    last looked, may not any more: it is predicted anew when the track has changed.  While the post cannot say whether
    its track falls, the engagement radar's own track does.
    """
    gate = permitted(unit, track)
    if gate != 0:
        return gate
    unsure = undecided(sim.model[0], track)
    if unsure and own["ballistic"] == 1 and not undecided(sim.model[0], own):
        evaluate_ballistic(sim.posts[track["post"]], own, sim.assets, sim.cost[MOST_PLOTS + 3])
        return 0 if own["threatening"] == 1 else NOT_THREATENING
    if unsure or track["ballistic"] == 0:  # the post has weighed both hypotheses
        return 0 if track["threatening"] == 1 or not unsure else NOT_THREATENING
    if not evaluation_stands(track, sim.assets):
        evaluate_ballistic(sim.posts[track["post"]], track, sim.assets, sim.cost[MOST_PLOTS + 3])
    return 0 if track["threatening"] == 1 else NOT_THREATENING


@kernel("i8(Sim, i8, i8, f8, f8, f8)")
def support_gate(sim, u, magazine, x, y, z):
    """0 if the unit's radar will still see the predicted intercept, else the gate: sector, horizon or mask."""
    if sim.magazines[magazine]["optical"] == 1:
        return 0
    unit = sim.units[u]
    radar = sim.radars[unit["radar"]]
    distance, azimuth, _, ground = bearing(radar["position"], radar["axes"], x, y, z)
    if abs(angle_between(azimuth, radar["boresight"])) > radar["track_half"] or distance > radar["range_max"]:
        return SUPPORT
    _, _, _, height = local_up(x, y, z)
    if unit["remote"] == 1 and is_active(sim, magazine):  # its rounds may be led there on another radar's track
        return 0
    return SUPPORT if height < lowest_visible(sim.tables, radar["mask_table"], azimuth, ground) else 0


@kernel("tuple_of(i8, f8)(Sim, i8, f8)")
def promise(sim, e, arrival):
    """(gate or 0, what is left of a kill probability) of a round of engagement ``e`` launched now to meet its target at
    ``arrival``: it must keep its support until then, and one led along a track is no better than that track.
    """
    engagement = sim.engagements[e]
    x, y, z, vx, vy, vz = own_state(sim, e)
    ahead = arrival - sim.situation[0]["now"]
    radar = sim.radars[sim.units[engagement["unit"]]["radar"]]
    distance = away_from(radar["position"], x + vx * ahead, y + vy * ahead, z + vz * ahead)
    keeps = support_probability(sim, e, engagement["magazine"], arrival, distance)
    unit, magazine, kind = sim.units[engagement["unit"]], sim.magazines[engagement["magazine"]], 0
    if engagement["own"] >= 0:
        kind = believed_class(sim.tracks[engagement["own"]])
    share = aim_share(sim, e, magazine["aim"][kind], distance)
    gate = 0
    if keeps < unit["launch_margin"]:
        gate = SUPPORT
    elif share < 1.0 and magazine["pk_believed"][kind] * share < unit["floor"]:
        gate = PROBABILITY_FLOOR
    return gate, keeps * share


@kernel("tuple_of(i8, f8, f8, f8)(Sim, i8)")
def prospect(sim, e):
    """(gate or 0, first and last feasible intercept s, believed probability) of a shot of engagement ``e`` now.

    The probability is that of a kill by a round that keeps its support to the intercept, on the track as it is.
    With no round in the air the kind of round is chosen anew on what is known now.
    """
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    u = engagement["unit"]
    own_track = sim.tracks[engagement["own"]]
    if engagement["in_flight"] == 0:
        gate, magazine, first, last, believed, _ = offer(sim, u, own_track, now, WHOLE, 0)
        engagement["magazine"] = magazine if magazine >= 0 else engagement["magazine"]
    else:
        magazine = engagement["magazine"]
        gate, first, last, believed, _ = envelope(sim.tables, sim.units[u], sim.magazines[magazine], own_track, now)
    if gate == 0 and not channel_free(sim, u, engagement["magazine"], first):
        gate = NO_CHANNEL
    if gate == 0:
        gate, left = promise(sim, e, first)
        believed *= left
    return gate, first, last, believed


@kernel("i8(Sim, i8)")
def ahead_of(sim, e):
    """How many of the unit's other engagements have still to launch first, at what does its harm no later."""
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    harm = sim.tracks[engagement["track"]]["time_to_asset"]
    count = 0
    for other in range(unit["first_engagement"], unit["first_engagement"] + unit["target_channels"]):
        state = sim.engagements[other]["state"]
        if other != e and (state == DECIDING or state == FIRING) and sim.engagements[other]["fired"] == 0:
            if sim.tracks[sim.engagements[other]["track"]]["time_to_asset"] <= harm:
                count += 1
    return count


@kernel("f8(Sim, i8, f8)")
def time_to_wait(sim, e, first):
    """How long (s) a crew that fires late may still wait for a shot of engagement ``e``; not above 0: it fires now.

    A second salvo must meet the threat before it does its harm, and the first one early enough before its launch: the
    rounds of both leave one by one, after the first salvos of other engagements, the crew sees what came of the first,
    and decides twice, slowly.

    first : s, first intercept of a launch now
    """
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    own, harm = sim.tracks[engagement["own"]], now + sim.tracks[engagement["track"]]["time_to_asset"]
    slowly = unit["crew_delay"] * math.exp(2.0 * unit["crew_spread"])
    launching = unit["salvo"] * unit["salvo_interval"]
    if first >= harm:
        return 0.0
    again = last_launch(sim, engagement["unit"], own, now, harm, 0) - launching - slowly
    seen = again - unit["assess_delay"] - launching
    if first >= seen:
        return 0.0
    begins = last_launch(sim, engagement["unit"], own, now, seen, 0) - ahead_of(sim, e) * launching
    return begins - slowly - now


@kernel("void(Sim, i8, f8)")
def rest(sim, e, seconds):
    """Give the channel of an engagement back whose rule holds fire for long; it is not taken up for a while.

    One with rounds in the air is kept.
    """
    engagement = sim.engagements[e]
    track = sim.tracks[engagement["track"]]
    if seconds <= 0.0 or engagement["in_flight"] > 0:
        return
    if track["serial"] == engagement["serial"]:
        track["rests_until"] = sim.situation[0]["now"] + seconds
    release(sim, e)


@kernel("void(Sim, i8, Order, i8)")
def carry_out(sim, e, order, loaded):
    """Engagement ``e`` does what its fire rule has ordered, with the rounds that are loaded for it."""
    situation = sim.situation[0]
    now = situation["now"]
    engagement = sim.engagements[e]
    u, f = engagement["unit"], engagement["flight"]
    log_decide(sim, e, order.action, order.rounds)
    if order.action == BREAK_OFF:
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    if order.action != FIRE:
        if order.action != HOLD_ACTION:
            situation["status"] = RULE_BAD_ORDER
            situation["status_entity"] = u
        set_gate(sim, f, u, RULE_HELD)
        engagement["held_since"] = min(engagement["held_since"], now)
        if now - engagement["held_since"] >= sim.model[0]["hold_limit"]:
            rest(sim, e, sim.model[0]["hold_limit"])
        return
    engagement["held_since"] = math.inf
    if order.rounds < 1:
        situation["status"] = RULE_BAD_ORDER
        situation["status_entity"] = u
        return
    if loaded < 1:
        set_gate(sim, f, u, no_round(sim, u))
        return
    engagement["wanted"] = min(order.rounds, loaded)
    engagement["salvo"] = sim.flights[f]["shots"] + 1
    engagement["state"] = FIRING
    engagement["due"] = now


@kernel("void(Sim, i8, View, function(Order(Own, Picture, Dials, Draw)))")
def decide(sim, e, view, rule):
    """The crew decides on engagement ``e``: whether to shoot, and how many rounds."""
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    u = engagement["unit"]
    unit = sim.units[u]
    track = sim.tracks[engagement["track"]]
    own_track = sim.tracks[engagement["own"]]
    f = engagement["flight"]
    engagement["due"] = now + sim.model[0]["crew_retry"]
    if track["serial"] != engagement["serial"] or track["state"] != CONFIRMED:  # the post has lost it
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    gate = forbidden(sim, unit, track, own_track)
    loaded = rounds_for(sim, u, track)
    if gate != 0 or (loaded <= 0 and engagement["in_flight"] == 0):
        set_gate_of_track(sim, f, u, gate if gate != 0 else no_round(sim, u), track)
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    gate, first, last, believed = prospect(sim, e)
    loaded = min(loaded, rounds_of(sim, u, engagement["magazine"]))
    if gate != 0:
        set_gate_of_track(sim, f, u, gate, own_track)
        return
    if unit["latest"] == 1:
        spare = time_to_wait(sim, e, first)
        if spare > 0.0:
            set_gate_wait(sim, f, u, RULE_HELD, spare)
            hold = sim.model[0]["hold_limit"]  # what is judged now may be judged otherwise soon: it is asked again
            rest(sim, e, min(spare, 4.0 * hold) - hold)
            engagement["due"] = now + min(spare, sim.model[0]["crew_retry"])
            return
    own = briefing(sim, e, loaded, first, last, believed)
    order = ask_user(sim, e, own, view, rule) if unit["fire_rule"] == USER else fire(unit["fire_rule"], own)
    carry_out(sim, e, order, loaded)


@kernel("void(Sim, i8)")
def end_salvo(sim, e):
    """The rest of a salvo is off: its rounds in the air are waited for, and without any its result is looked at."""
    engagement = sim.engagements[e]
    flying = engagement["in_flight"] > 0
    if engagement["fired"] > 0 and engagement["wanted"] > 0:
        log_shorten(sim, e, sim.gates[engagement["flight"], engagement["unit"]])
    if flying:
        set_gate(sim, engagement["flight"], engagement["unit"], ENGAGING)
    engagement["wanted"] = 0
    engagement["state"] = FLYING if flying else ASSESSING
    engagement["due"] = math.inf if flying else sim.situation[0]["now"]


@kernel("void(Sim, i8, i8, Track)")
def note_shot(sim, u, f, track):
    """Unit ``u`` has fired at flight ``f`` on a track of its post: it is engaging, and a mistake is logged."""
    tell_mistake(sim, u, f, track)
    set_gate(sim, f, u, ENGAGING)


@kernel("void(Sim, i8)")
def launch_next(sim, e):
    """Launch the next round an engagement wants as soon as launcher, channel and geometry allow."""
    situation = sim.situation[0]
    now = situation["now"]
    engagement = sim.engagements[e]
    u = engagement["unit"]
    unit = sim.units[u]
    f = engagement["flight"]
    own = sim.tracks[engagement["own"]]
    engagement["due"] = now + sim.model[0]["crew_retry"]
    track = sim.tracks[engagement["track"]]
    magazine = sim.magazines[engagement["magazine"]]
    lost = track["serial"] != engagement["serial"] or track["state"] != CONFIRMED
    ban = 0 if lost else forbidden(sim, unit, track, own)
    if lost or ban != 0:  # lost, or believed otherwise since the decision
        set_gate_of_track(sim, f, u, ban if ban != 0 else NO_FIRM_TRACK, track)
        end_salvo(sim, e)
        return
    first, x, y, z, _ = window(sim.tables, unit, magazine, own, now)
    if first < math.inf and not channel_free(sim, u, engagement["magazine"], first):
        set_gate(sim, f, u, NO_CHANNEL)
        return
    kept, left = promise(sim, e, first) if first < math.inf else (SUPPORT, 0.0)
    gate = 0 if first < math.inf else why_not(sim.tables, unit, magazine, own, now)
    if gate == 0:
        gate = support_gate(sim, u, engagement["magazine"], x, y, z)
    gate = kept if gate == 0 else gate
    seen = now - engagement["last_seen"] <= 2.0 * sim.radars[unit["radar"]]["service_interval"]
    silent = sim.radars[unit["radar"]]["emitting"] == 0  # since its last look
    if gate == 0 and (silent or not seen):
        gate = SILENT if silent else NOT_ACQUIRED
    wait = spare_time(sim.tables, unit, magazine, own, x, y, z, first - now) if gate == 0 else 0.0
    if wait > sim.model[0]["early_arrival"]:  # a round fired now would be there before the target can be met
        set_gate_wait(sim, f, u, TOO_EARLY, wait)
        engagement["due"] = now + min(wait, 5.0)
        return
    azimuth = azimuth_of(unit["position"], unit["axes"], x, y, z)
    launcher = ready_launcher(sim, u, engagement["magazine"], azimuth)
    if gate == 0 and (launcher < 0 or now < unit["next_launch"]):
        gate = NO_LAUNCHER
        soonest = max(launcher_ready_at(sim, u, engagement["magazine"], azimuth), unit["next_launch"])
        if soonest == math.inf:
            gate = no_round(sim, u)
        engagement["due"] = min(max(soonest, now + 0.01), now + 60.0)
    elif gate == 0 and overdrawn(sim, u, track):
        gate = no_round(sim, u)
    if gate != 0:
        set_gate_of_track(sim, f, u, gate, own)
        if gate == NO_ROUND or gate == RESERVED:
            end_salvo(sim, e)
        return  # the rest of a salvo is asked for again while its first rounds fly
    if not fire_round(sim, e, launcher, magazine["pk_believed"][believed_class(own)] * left, first, x, y, z):
        return
    note_shot(sim, u, f, track)
    engagement["wanted"] -= 1
    if engagement["wanted"] == 0:
        engagement["state"] = FLYING
        engagement["due"] = now + sim.model[0]["crew_retry"] if unit["fire_rule"] == USER else math.inf
    else:
        engagement["due"] = max(now, unit["next_launch"])


@kernel("void(Sim, i8)")
def look_at_result(sim, e):
    """After the salvo: assess, and either let the engagement go or let the crew decide again."""
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    if engagement["fired"] == 0:
        release(sim, e)
        return
    killed = assess(sim, e)
    if killed or not looks_again(unit["fire_rule"]):
        track = sim.tracks[engagement["track"]]
        if track["serial"] == engagement["serial"] and not looks_again(unit["fire_rule"]):
            if track["left_to"] != 0:  # more than this unit's rule gives it is given by those who left it to it
                track["had"] |= 1 << engagement["unit"]
            else:
                track["refused"] = 1  # the rule gives a target no more than this, also if it turns out to live
            if not killed:
                set_gate(sim, engagement["flight"], engagement["unit"], RULE_HELD)
        release(sim, e)
        return
    engagement["last_seen"] = max(engagement["last_seen"], sim.situation[0]["now"] - 1.0)
    begin_decision(sim, e)


@kernel("void(Sim, i8)")
def end_service(sim, e):
    """Teaching switch: the drawn service time is over; a notional salvo is fired and its result drawn."""
    situation = sim.situation[0]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    f = engagement["flight"]
    if f >= 0 and sim.flights[f]["terminal"] == 0:
        flight = sim.flights[f]
        chance = sim.magazines[engagement["magazine"]]["pk_believed"][flight["threat_class"]]
        for _ in range(unit["salvo"]):
            flight["shots"] += 1
            flight["ever"] |= ENGAGED
            situation["notional"] += 1
            situation["first_notional"] = min(situation["first_notional"], situation["now"])
            killed = dice.kill(sim, f, flight["shots"]) < chance
            if killed and flight["terminal"] == 0:
                finish(sim, f, KILLED, -1, 0.0)
    track = sim.tracks[engagement["track"]]
    if track["serial"] == engagement["serial"]:
        track["refused"] = 1  # served once
    release(sim, e)


@kernel("void(Sim, i8, View, function(Order(Own, Picture, Dials, Draw)))")
def operate(sim, u, view, rule):
    """What falls due at a fire unit now, engagement by engagement; sets when it is due next."""
    situation = sim.situation[0]
    now = situation["now"]
    unit = sim.units[u]
    unit["due"] = math.inf
    for n in range(unit["target_channels"]):
        e = unit["first_engagement"] + n
        engagement = sim.engagements[e]
        if engagement["state"] != NONE and engagement["due"] <= now:
            state = engagement["state"]
            engagement["due"] = math.inf
            if state == DECIDING or state == FLYING:
                decide(sim, e, view, rule)
            elif state == FIRING:
                launch_next(sim, e)
            elif state == ASSESSING:
                look_at_result(sim, e)
            elif state == SERVICE:
                end_service(sim, e)
            if situation["status"] != 0:
                return
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] != NONE:
            unit["due"] = min(unit["due"], max(engagement["due"], now))
