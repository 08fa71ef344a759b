"""The command post's cycle and the fire unit's crew: decisions (doctrine) applied to what the parts hold."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.draws import Purpose, pair, uniform
from openiads.doctrine.assignment import (
    UNSERVED,
    believed_class,
    envelope,
    exchanged,
    next_track,
    permitted,
    spare_time,
    why_not,
    window,
)
from openiads.doctrine.contracts import FIRE, Dials, Draw, Order, Own, Picture
from openiads.doctrine.evaluation import evaluate, evaluate_ballistic, inbound
from openiads.doctrine.firing import USER, fire, looks_again
from openiads.doctrine.identification import identify
from openiads.earth.sight import lowest_visible
from openiads.parts.engagements import assess, begin_decision, engage, free_channel, release, set_gate
from openiads.parts.flights import finish
from openiads.parts.interrogation import interrogate
from openiads.parts.links import forget, miss_launchers, relink
from openiads.parts.sensing import TOO_SLOW, angle_between, bearing
from openiads.parts.tracks import CONFIRMED, alike, prune
from openiads.parts.weapons import channel_free, fire_round, launcher_ready_at, ready_launcher, rounds_left, rounds_of
from openiads.physics import association
from openiads.physics.flyout import Guidance
from openiads.physics.motion import local_up
from openiads.world.codes import Action, Assignment, Element, Event, Gate, Identity, Side, Stage, Status, Terminal
from openiads.world.layout import LEVELS, MOST_PLOTS
from openiads.world.log import log

ELEMENT_DOWN, ON_POST = int(Event.ELEMENT_DOWN), int(Element.POST)
IDENTIFY, DECIDE, REVOKE = int(Event.IDENTIFY), int(Event.DECIDE), int(Event.REVOKE)
HOSTILE, HOSTILE_SIDE, KILLED = int(Identity.HOSTILE), int(Side.HOSTILE), int(Terminal.KILLED)
NONE, DECIDING, FIRING = int(Stage.NONE), int(Stage.DECIDING), int(Stage.FIRING)
FLYING, ASSESSING, SERVICE = int(Stage.FLYING), int(Stage.ASSESSING), int(Stage.SERVICE)
HOLD_ACTION, BREAK_OFF = int(Action.HOLD), int(Action.BREAK_OFF)
RULE_BAD_ORDER = int(Status.RULE_BAD_ORDER)
KILL_DRAW = int(Purpose.KILL)
HORIZON, MASK, SECTOR, SEARCH_MODE = int(Gate.HORIZON), int(Gate.MASK), int(Gate.SECTOR), int(Gate.SEARCH_MODE)
NOT_DETECTED, NO_FIRM_TRACK, OUT_OF_RANGE = int(Gate.NOT_DETECTED), int(Gate.NO_FIRM_TRACK), int(Gate.OUT_OF_RANGE)
NO_CHANNEL, NO_ROUND, NO_LAUNCHER = int(Gate.NO_CHANNEL), int(Gate.NO_ROUND), int(Gate.NO_LAUNCHER_READY)
OPERATOR_BUSY, HELD, ELSEWHERE = int(Gate.OPERATOR_BUSY), int(Gate.HELD_FOR_ASSESSMENT), int(Gate.ENGAGED_ELSEWHERE)
NO_TIME = int(Gate.NO_TIME)
UNIT_NOT_READY, NOT_THREATENING = int(Gate.UNIT_NOT_READY), int(Gate.NOT_THREATENING)
SUPPORT, RULE_HELD, ENGAGING = int(Gate.SUPPORT_WILL_BE_LOST), int(Gate.RULE_HELD), int(Gate.ENGAGING)
LINK_DOWN = int(Gate.LINK_DOWN)
NOT_IDENTIFIED, NOT_ACQUIRED = int(Gate.NOT_IDENTIFIED), int(Gate.NOT_ACQUIRED)

GREEDY, EXCHANGE, EXACT = int(Assignment.GREEDY), int(Assignment.EXCHANGE), int(Assignment.EXACT)
PROBABILITY_FLOOR = int(Gate.PROBABILITY_FLOOR)

SOON = 5.0  # s, a round that need wait no longer than this is as good as ready
ACTIVE = int(Guidance.ACTIVE)
MOST_WAITING = 8  # tracks compared when units are exchanged
ASSIGN_AHEAD = 30.0  # s, a track is assigned at most this long before its launch
LONGEST_WAIT = 1.0  # s, a round may be this early at the predicted intercept
RETRY = 1.0  # s until a crew asks again
PICTURE, OPERATOR, CHANNEL, LAUNCHER, MAGAZINE = 0, 1, 2, 3, 4


@kernel("void(Sim, i8)")
def judge(sim, post):
    """Interrogate, identify and evaluate every track of the post's picture."""
    situation = sim.situation[0]
    for n in range(situation["listed"]):
        k = sim.roster[n]
        track = sim.tracks[k]
        if track["state"] != CONFIRMED:
            continue
        interrogate(sim, post, k)
        before = track["identity"]
        track["identity"] = identify(situation, track, inbound(situation, track, sim.assets))
        if track["identity"] != before:
            belief = track["belief"]
            if track["identity"] == HOSTILE and track["flight"] >= 0:
                sim.flights[track["flight"]]["ever"] |= 4
            log(sim, IDENTIFY, track["flight"], -1, -1, -1, -1, track["serial"], track["identity"], belief[0],
                belief[1], belief[2], before, 0.0, 0.0)  # fmt: skip
        evaluate(situation, sim.posts[post], track, sim.assets, sim.cost[MOST_PLOTS + 3])
        if track["assessed_dead"] == 1 and track["dead_updates"] >= sim.posts[post]["revoke_updates"]:
            track["assessed_dead"] = 0
            log(sim, REVOKE, track["flight"], -1, -1, -1, -1, track["serial"], 1, track["dead_updates"], 0.0, 0.0, 0.0,
                0.0, 0.0)  # fmt: skip


@kernel("i8(Sim, Unit, Track)")
def forbidden(sim, unit, track):
    """0 if a crew may still shoot at the track it was given, else the gate: rules, or a missile that falls elsewhere.

    The ellipse of a predicted impact shrinks with every look, so that what threatened at assignment, or when the post
    last looked, may not any more: it is predicted anew.
    """
    gate = permitted(unit, track)
    if gate != 0 or track["ballistic"] == 0:
        return gate
    evaluate_ballistic(sim.posts[track["post"]], track, sim.assets, sim.cost[MOST_PLOTS + 3])
    return 0 if track["threatening"] == 1 else NOT_THREATENING


@kernel("i8(Sim, i8, i8)")
def unit_gate(sim, u, k):
    """What of a unit's own state keeps it from taking track ``k`` now: not ready, no round, sector, no channel; else
    0.
    """
    now = sim.situation[0]["now"]
    unit = sim.units[u]
    radar = sim.radars[unit["radar"]]
    if now < max(unit["ready_at"], radar["slewing_until"]) or now >= radar["fails_at"] or radar["emitting"] == 0:
        return UNIT_NOT_READY
    if rounds_left(sim, u) <= 0:
        return NO_ROUND
    if free_channel(sim, u) < 0:
        return NO_CHANNEL
    track = sim.tracks[k]
    x = track["x"]
    dt = now - track["time"]
    _, azimuth, _, _ = bearing(radar["position"], radar["axes"], x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt)
    outside = abs(angle_between(azimuth, radar["boresight"])) > radar["track_half"]
    turns = radar["slew_rate"] > 0.0 or radar["relay_time"] > 0.0
    if outside and (unit["targets_held"] > 0 or not turns):
        return SECTOR
    return 0


@kernel("tuple_of(i8, i8, f8, f8, f8, f8)(Sim, i8, Track, f8)")
def offer(sim, u, track, ready):
    """The kind of round a unit would shoot at a track: (gate or 0, magazine, first, last, believed, spare).

    Among the kinds with rounds left and a feasible intercept those that need not wait for the target to come nearer
    go first, and of these the one believed to kill most surely; equal ones in the catalog's order.  Without any, the
    gate that the kind furthest along met.
    """
    unit = sim.units[u]
    gate, magazine, first, last, believed, spare = PROBABILITY_FLOOR, -1, math.inf, math.inf, 0.0, 0.0
    best = -math.inf
    for m in range(unit["first_magazine"], unit["first_magazine"] + unit["magazines"]):
        if rounds_of(sim, u, m) <= 0:
            if magazine < 0:
                gate = NO_ROUND
            continue
        g, a, b, chance, wait = envelope(sim.tables, unit, sim.magazines[m], track, ready)
        merit = chance - (1.0 if wait > SOON else 0.0)
        if g == 0 and merit > best:
            gate, magazine, first, last, believed, spare, best = 0, m, a, b, chance, wait, merit
        elif g != 0 and magazine < 0 and (gate == PROBABILITY_FLOOR or gate == NO_ROUND or g > gate):
            gate = g
    return gate, magazine, first, last, believed, spare


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
    _, azimuth, _, _ = bearing(radar["position"], radar["axes"], x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt)
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
    if gate == 0:
        gate = unit_gate(sim, u, k)
    if gate == 0:
        gate, magazine, first, _, _, spare = offer(sim, u, track, now + unit["crew_delay"] + turning_time(sim, u, k))
        if gate == 0 and spare > ASSIGN_AHEAD:  # it will come within reach, but a channel now would only wait
            gate = OUT_OF_RANGE
    if gate == 0 and sim.posts[post]["free_at"] > now:
        gate = OPERATOR_BUSY
    return gate, magazine, first - now + 0.01 * unit["targets_held"]  # of two equals the one with less to do


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
        if sim.units[u]["post"] != post or working_on(sim, u, k):
            continue
        gate, _, cost = price(sim, post, u, k)
        if gate != 0:
            set_gate(sim, sim.tracks[k]["flight"], u, gate, 0.0)
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
            association.assign(
                sim.cost, rows, len(sim.units), UNSERVED, sim.candidates[1], sim.cost[MOST_PLOTS : MOST_PLOTS + 3],
                sim.candidates[2:5],
            )  # fmt: skip
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
    """Give the post's tracks to fire units, most urgent first, one decision of the post's operator at a time."""
    rows = sim.roster[: sim.situation[0]["listed"]]
    for k in rows:
        sim.tracks[k]["dealt"] = 0
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
    hold = 0
    if track["threatening"] == 0:
        hold = NOT_THREATENING
    elif track["assessed_dead"] == 1:
        hold = HELD
    if hold == 0 and not wants_more(sim, k):
        hold = -1
    if hold != 0:
        for u in range(len(sim.units)):  # its own units only: posts would overwrite one another's reasons for ever
            if sim.units[u]["post"] == post and (hold > 0 or not working_on(sim, u, k)):
                set_gate(sim, track["flight"], u, hold if hold > 0 else ELSEWHERE, 0.0)
        return
    if track["refused"] == 1:
        return
    if doubled(sim, k):
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:
                set_gate(sim, track["flight"], u, ELSEWHERE, 0.0)
        return
    u, magazine = choose_unit(sim, post, k)
    if u < 0:
        if situation["queue_lost"] == 1 and no_channel_free(sim, post, k):
            track["refused"] = 1
        return
    unit = sim.units[u]
    _, first, last, believed, _ = envelope(sim.tables, unit, sim.magazines[magazine], track, now + unit["crew_delay"])
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

    None yet; or one, whose rounds in the air promise less than the goal of the unit that fired them.
    """
    track = sim.tracks[k]
    if track["engagements"] == 0:
        return True
    if track["engagements"] > 1 or track["in_flight"] == 0:
        return False
    for e in range(len(sim.engagements)):
        engagement = sim.engagements[e]
        if engagement["state"] != NONE and engagement["track"] == k and engagement["serial"] == track["serial"]:
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


@kernel("b1(Sim, i8, i8)")
def cut_off(sim, u, f):
    """Whether a living post above the one that commands a fire unit now holds a track of flight ``f``."""
    unit = sim.units[u]
    for n in range(unit["level"] + 1, LEVELS):
        post = unit["posts"][n]
        if post >= 0 and sim.situation[0]["now"] < sim.posts[post]["fails_at"]:
            if sim.flights[f]["tracked"] & (1 << post) != 0:
                return True
    return False


@kernel("void(Sim, i8)")
def name_unseen(sim, post):
    """Gates of flights that the post has no confirmed track of: what the radar that came furthest met."""
    now = sim.situation[0]["now"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["starts"] > now or flight["terminal"] != 0 or flight["tracked"] & (1 << post) != 0:
            continue
        gate = OUT_OF_RANGE
        rank = -1
        for r in range(len(sim.radars)):
            radar = sim.radars[r]
            if radar["post"] != post or radar["emitting"] == 0 or now >= radar["fails_at"]:
                continue
            code = sim.looks[r, f]["code"]
            if code == 9 and rank < 6:
                rank, gate = 6, NO_FIRM_TRACK
            elif (code == 1 or code == TOO_SLOW) and rank < 5:
                rank, gate = 5, NOT_DETECTED
            elif code == -4 and rank < 4:
                rank, gate = 4, SEARCH_MODE
            elif code == -3 and rank < 3:
                rank, gate = 3, SECTOR
            elif code == -2 and rank < 2:
                rank, gate = 2, MASK
            elif code == -1 and rank < 1:
                rank, gate = 1, HORIZON
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:  # what another post sees would be seen here too if the link held
                cut = flight["tracked"] != 0 and cut_off(sim, u, f)
                set_gate(sim, f, u, LINK_DOWN if cut else gate, 0.0)


@kernel("i8(i8)")
def resource_of(gate):
    """Which resource a gate stands for: picture, operator, channel, launcher, magazine; -1 for none of them."""
    if gate == OPERATOR_BUSY:
        return OPERATOR
    if gate == NO_CHANNEL:
        return CHANNEL
    if gate == NO_LAUNCHER:
        return LAUNCHER
    if gate == NO_ROUND:
        return MAGAZINE
    seeing = gate == HORIZON or gate == MASK or gate == SECTOR or gate == SEARCH_MODE or gate == NOT_DETECTED
    if seeing or gate == NO_FIRM_TRACK or gate == NOT_ACQUIRED or gate == NOT_IDENTIFIED:
        return PICTURE
    return -1


@kernel("void(Sim, i8)")
def count_waiting(sim, post):
    """Add a cycle to what each hostile flight waits for: the gate that the unit furthest along meets."""
    now = sim.situation[0]["now"]
    cycle = sim.posts[post]["cycle"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["side"] != HOSTILE_SIDE or flight["starts"] > now or flight["terminal"] != 0:
            continue
        furthest = 0
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post:
                furthest = max(furthest, sim.gates[f, u])
        which = resource_of(furthest)
        if which >= 0:
            flight["waited"][which] += cycle


@kernel("void(Sim, i8)")
def mark_tracked(sim, post):
    """Note which flights the post has a confirmed track of (for the gates of the others)."""
    bit = 1 << post
    for f in range(len(sim.flights)):
        sim.flights[f]["tracked"] &= ~bit
    for n in range(sim.situation[0]["listed"]):
        track = sim.tracks[sim.roster[n]]
        if track["state"] == CONFIRMED and track["flight"] >= 0:
            sim.flights[track["flight"]]["tracked"] |= bit


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
            log(sim, ELEMENT_DOWN, -1, -1, -1, -1, -1, -1, ON_POST, post, 0.0, 0.0, 0.0, 0.0, 0.0)
        return
    if post_row["alone"] == 1 and idle(sim, post):
        post_row["due"] = post_row["cycle"] + now if engaged(sim, post) else math.inf
        forget(sim, post)
        return
    prune(sim, post)
    judge(sim, post)
    mark_tracked(sim, post)
    name_unseen(sim, post)
    assign(sim, post)
    count_waiting(sim, post)


# ------------------------------------------------------------------ the crew of a fire unit


@kernel("i8(Sim, i8, View)")
def fill_picture(sim, post, view):
    """Copy the post's confirmed tracks into the picture arrays that rules read; the number of rows."""
    count = 0
    now = sim.situation[0]["now"]
    for k in range(sim.situation[0]["tracks_high"]):
        if sim.pictures[k] != post or sim.tracks[k]["state"] != CONFIRMED:
            continue
        track = sim.tracks[k]
        if count >= len(view.time):
            break
        dt = now - track["time"]
        view.rows[0, count] = track["identity"]
        view.rows[1, count] = track["kind"]
        view.rows[2, count] = track["threatening"]
        view.rows[3, count] = track["in_flight"]
        view.rows[4, count] = k
        view.time[count] = track["time_to_asset"]
        for axis in range(3):
            view.position[count, axis] = track["x"][axis] + dt * track["x"][axis + 3]
            view.velocity[count, axis] = track["x"][axis + 3]
        count += 1
    return count


@kernel("Order(Sim, i8, Own, View, function(Order(Own, Picture, Dials, Draw)))")
def ask_user(sim, e, own, view, rule):
    """A user's rule on a fresh copy of the picture; whatever it writes there is lost."""
    situation = sim.situation[0]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    count = fill_picture(sim, sim.tracks[engagement["track"]]["post"], view)
    row = -1
    for i in range(count):
        if view.rows[4, i] == engagement["track"]:
            row = i
    if row < 0:  # the post's picture does not hold it any more
        return Order(HOLD_ACTION, 0, 0)
    own = Own(own.now, row, own.unit, own.loaded, own.in_flight, own.fired, own.elsewhere, own.salvo, own.probability,
              own.first, own.last, own.time_to_asset)  # fmt: skip
    for i in range(8):
        view.dials[i] = unit["dials"][i]
    picture = Picture(count, view.rows[0], view.rows[1], view.rows[2], view.time, view.rows[3],
                      view.position, view.velocity)  # fmt: skip
    actor = pair(unit["actor"], sim.flights[engagement["flight"]]["actor"])
    slot = int(math.floor(own.now * 16.0))
    order = rule(own, picture, Dials(view.dials), Draw(situation["seed"], situation["replication"], actor, slot))
    if order.action == FIRE and order.track != row:  # an engagement fires at its own track: action 0 is refused
        return Order(0, order.track, 0)
    return order


@kernel("i8(Sim, i8, Magazine, f8, f8, f8)")
def support_gate(sim, u, magazine, x, y, z):
    """0 if the unit's radar will still see the predicted intercept, else the gate: sector, horizon or mask."""
    unit = sim.units[u]
    radar = sim.radars[unit["radar"]]
    distance, azimuth, _, ground = bearing(radar["position"], radar["axes"], x, y, z)
    if abs(angle_between(azimuth, radar["boresight"])) > radar["track_half"] or distance > radar["range_max"]:
        return SUPPORT
    _, _, _, height = local_up(x, y, z)
    if (
        unit["remote"] == 1 and sim.kinds[magazine["kind"]]["guidance"] == ACTIVE
    ):  # its rounds may be led there on another radar's track
        return 0
    return SUPPORT if height < lowest_visible(sim.tables, radar["mask_table"], azimuth, ground) else 0


@kernel("void(Sim, i8, View, function(Order(Own, Picture, Dials, Draw)))")
def decide(sim, e, view, rule):
    """The crew decides on engagement ``e``: whether to shoot, and how many rounds."""
    situation = sim.situation[0]
    now = situation["now"]
    engagement = sim.engagements[e]
    u = engagement["unit"]
    unit = sim.units[u]
    track = sim.tracks[engagement["track"]]
    own_track = sim.tracks[engagement["own"]]
    f = engagement["flight"]
    engagement["due"] = now + RETRY
    if track["serial"] != engagement["serial"] or track["state"] != CONFIRMED:  # the post has lost it
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    gate = forbidden(sim, unit, track)
    loaded = rounds_left(sim, u)
    if gate != 0 or (loaded <= 0 and engagement["in_flight"] == 0):
        set_gate(sim, f, u, gate if gate != 0 else NO_ROUND, 0.0)
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    if engagement["in_flight"] == 0:  # the kind of round is chosen anew on what is known now
        gate, magazine, first, last, believed, _ = offer(sim, u, own_track, now)
        engagement["magazine"] = magazine if magazine >= 0 else engagement["magazine"]
    else:
        gate, first, last, believed, _ = envelope(
            sim.tables, unit, sim.magazines[engagement["magazine"]], own_track, now
        )
    loaded = min(loaded, rounds_of(sim, u, engagement["magazine"]))
    if gate == 0 and not channel_free(sim, u, engagement["magazine"], first):
        gate = NO_CHANNEL
    if gate != 0:
        set_gate(sim, f, u, gate, first)
        return
    if unit["latest"] == 1 and last - now > 1.5 * (first - now):
        set_gate(sim, f, u, RULE_HELD, last - now)
        return
    own = Own(now, 0, u, loaded, engagement["in_flight"], engagement["fired"],
              track["in_flight"] - engagement["in_flight"], unit["salvo"], believed, first - now, last - now,
              track["time_to_asset"])  # fmt: skip
    order = ask_user(sim, e, own, view, rule) if unit["fire_rule"] == USER else fire(unit["fire_rule"], own)
    log(sim, DECIDE, f, u, -1, -1, -1, engagement["serial"], order.action, now - engagement["firm_at"], order.rounds,
        0.0,
        0.0, 0.0, 0.0)  # fmt: skip
    if order.action == BREAK_OFF:
        if engagement["in_flight"] == 0:
            release(sim, e)
        return
    if order.action != FIRE:
        if order.action != HOLD_ACTION:
            situation["status"] = RULE_BAD_ORDER
            situation["status_entity"] = u
        set_gate(sim, f, u, RULE_HELD, 0.0)
        return
    if order.rounds < 1:
        situation["status"] = RULE_BAD_ORDER
        situation["status_entity"] = u
        return
    if loaded < 1:
        set_gate(sim, f, u, NO_ROUND, 0.0)
        return
    engagement["wanted"] = min(order.rounds, loaded)
    engagement["salvo"] = sim.flights[f]["shots"] + 1
    engagement["state"] = FIRING
    engagement["due"] = now


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
    engagement["due"] = now + RETRY
    track = sim.tracks[engagement["track"]]
    magazine = sim.magazines[engagement["magazine"]]
    lost = track["serial"] != engagement["serial"] or track["state"] != CONFIRMED
    ban = 0 if lost else forbidden(sim, unit, track)
    if lost or ban != 0:  # lost, or believed otherwise since the decision
        set_gate(sim, f, u, ban if ban != 0 else NO_FIRM_TRACK, 0.0)
        engagement["wanted"] = 0
        engagement["state"] = FLYING if engagement["in_flight"] > 0 else ASSESSING
        engagement["due"] = math.inf if engagement["in_flight"] > 0 else now
        return
    first, x, y, z, _ = window(sim.tables, unit, magazine, own, now)
    if first < math.inf and not channel_free(sim, u, engagement["magazine"], first):
        set_gate(sim, f, u, NO_CHANNEL, 0.0)
        return
    gate = (
        support_gate(sim, u, magazine, x, y, z) if first < math.inf else why_not(sim.tables, unit, magazine, own, now)
    )
    seen = now - engagement["last_seen"] <= 2.0 * sim.radars[unit["radar"]]["service_interval"]
    if gate == 0 and not seen:
        gate = NOT_ACQUIRED
    wait = spare_time(sim.tables, unit, magazine, own, x, y, z, first - now) if gate == 0 else 0.0
    if wait > LONGEST_WAIT:  # a round fired now would be there before the target can be met
        set_gate(sim, f, u, NO_TIME, wait)
        engagement["due"] = now + min(wait, 5.0)
        return
    _, azimuth, _, _ = bearing(unit["position"], unit["axes"], x, y, z)
    launcher = ready_launcher(sim, u, engagement["magazine"], azimuth)
    if gate == 0 and (launcher < 0 or now < unit["next_launch"]):
        gate = NO_LAUNCHER
        soonest = max(launcher_ready_at(sim, u, engagement["magazine"], azimuth), unit["next_launch"])
        if soonest == math.inf:
            gate = NO_ROUND
        engagement["due"] = min(max(soonest, now + 0.01), now + 60.0)
    if gate != 0:
        set_gate(sim, f, u, gate, 0.0)
        waits = gate == NO_LAUNCHER or gate == NOT_ACQUIRED  # a target that fades is waited for
        if gate == NO_ROUND or (not waits and engagement["in_flight"] > 0):
            engagement["wanted"] = 0  # the rest of the salvo is off
            engagement["state"] = FLYING if engagement["in_flight"] > 0 else ASSESSING
            engagement["due"] = math.inf if engagement["in_flight"] > 0 else now
        return
    if not fire_round(sim, e, launcher, magazine["pk"][believed_class(own)], first, x, y, z):
        return
    set_gate(sim, f, u, ENGAGING, 0.0)
    engagement["wanted"] -= 1
    if engagement["wanted"] == 0:
        engagement["state"] = FLYING
        engagement["due"] = now + RETRY if unit["fire_rule"] == USER else math.inf
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
    result = assess(sim, e)
    if result == 1 or not looks_again(unit["fire_rule"]):
        track = sim.tracks[engagement["track"]]
        if result != 1 and track["serial"] == engagement["serial"]:
            track["refused"] = 1  # the rule gives a target no more than this
            set_gate(sim, engagement["flight"], engagement["unit"], RULE_HELD, 0.0)
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
        for _ in range(unit["salvo"]):
            flight["shots"] += 1
            flight["ever"] |= 8
            u = uniform(situation["seed"], situation["replication"], KILL_DRAW, flight["actor"], flight["shots"])
            situation["notional"] += 1
            situation["first_notional"] = min(situation["first_notional"], situation["now"])
            if u < sim.magazines[engagement["magazine"]]["pk"][flight["pk_class"]] and flight["terminal"] == 0:
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
