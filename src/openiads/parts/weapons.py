"""Rounds: launch, flight on the engagement radar's track, intercept, and their ends."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.engagements import is_active, own_state
from openiads.parts.flights import away_from, finish, state_of, warn
from openiads.parts.geometry import bearing
from openiads.parts.guns import burst_result, lay, meeting_time
from openiads.parts.launchers import spend
from openiads.parts.radars import set_occupancy
from openiads.parts.sensing import angle_error, displacement, sense
from openiads.parts.support import FAINTEST
from openiads.physics.filtering import vertical_deviation
from openiads.physics.flyout import Guidance, endgame, fly, launch
from openiads.physics.flyout import Status as Flight
from openiads.physics.lethality import kill_probability
from openiads.physics.motion import local_up
from openiads.world.codes import ChannelPhase, Milestone, RoundEnd, Stage, Status, Terminal
from openiads.world.log import (
    log_handover,
    log_intercept,
    log_launch,
    log_round_end,
    log_round_state,
    log_shorten,
)

TERMINAL_CHANNEL, MIDCOURSE_CHANNEL = int(ChannelPhase.TERMINAL), int(ChannelPhase.MIDCOURSE)
NO_CHANNEL_NEEDED = int(ChannelPhase.NONE)
KILL, MISS, TARGET_GONE = int(RoundEnd.KILL), int(RoundEnd.MISS), int(RoundEnd.TARGET_GONE)
SUPPORT_LOST, SELF_DESTRUCT = int(RoundEnd.SUPPORT_LOST), int(RoundEnd.SELF_DESTRUCT)
ROUND_AIRBORNE = int(RoundEnd.AIRBORNE_AT_END)
KILLED, ENGAGED = int(Terminal.KILLED), int(Milestone.ENGAGED)
ASSESSING = int(Stage.ASSESSING)
FLYING, HANDOVER, PASSED = int(Flight.FLYING), int(Flight.HANDOVER), int(Flight.PASSED)
CLOSED = int(Flight.CLOSED)
COMMAND, TVM = int(Guidance.COMMAND), int(Guidance.TVM)
OVERFLOW_ROUNDS, BAD_STATE = int(Status.OVERFLOW_ROUNDS), int(Status.BAD_STATE)

COARSE, TURN, FINE = 0.5, 0.05, 0.004  # s, integration steps in midcourse, until the turn-over ends, and at the end
MIDCOURSE, WAITING, CLOSING = 0, 2, 1  # what a round's due time means: update, start of the endgame, intercept


@kernel("b1(Sim, i8, i8, f8)")
def channel_free(sim, u, magazine, arrival):
    """Whether the unit has a missile channel for a round of a kind that is to arrive at a time.

    A round that needs its channel only at the end shares them with those whose last seconds fall into the same time.
    """
    unit = sim.units[u]
    mine = sim.magazines[magazine]
    if mine["channel"] == NO_CHANNEL_NEEDED:
        return True
    if mine["channel"] != TERMINAL_CHANNEL:
        return unit["missiles_held"] < unit["missile_channels"]
    ours = sim.interceptors[mine["interceptor"]]["handover_time"]
    busy = 0
    for k in range(sim.situation[0]["rounds_first"], sim.situation[0]["rounds_count"]):
        round_ = sim.rounds[k]
        if round_["end"] != 0 or round_["unit"] != u:
            continue
        theirs = sim.magazines[round_["magazine"]]
        if round_["channel"] == 1:
            busy += 1
        elif theirs["channel"] == TERMINAL_CHANNEL:
            last = ours + sim.interceptors[theirs["interceptor"]]["handover_time"]
            if abs(sim.bodies[k]["arrival"] - arrival) <= last:
                busy += 1
    return busy < unit["missile_channels"]


@kernel("b1(Sim, i8, i8, f8, f8, f8, f8, f8)")
def fire_round(sim, e, launcher_row, believed, arrival, x, y, z):
    """Launch one round of engagement ``e`` from a ready launcher toward a predicted intercept; False when rows run
    out.
    """
    situation = sim.situation[0]
    now = situation["now"]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    launcher = sim.launchers[launcher_row]
    k = situation["rounds_count"]
    if k >= len(sim.rounds):
        situation["status"] = OVERFLOW_ROUNDS
        situation["status_entity"] = k
        return False
    situation["rounds_count"] = k + 1
    flight = sim.flights[engagement["flight"]]
    flight["shots"] += 1
    flight["ever"] |= ENGAGED
    round_ = sim.rounds[k]
    magazine = sim.magazines[engagement["magazine"]]
    round_["unit"] = engagement["unit"]
    round_["magazine"] = engagement["magazine"]
    gun = magazine["burst"] > 0
    round_["channel"] = 0 if gun or magazine["channel"] == TERMINAL_CHANNEL else 1
    round_["launcher"] = launcher_row
    round_["engagement"] = e
    round_["flight"] = engagement["flight"]
    round_["track"] = engagement["track"]
    round_["serial"] = engagement["serial"]
    round_["shot"] = flight["shots"]
    round_["salvo"] = engagement["salvo"]
    round_["end"] = 0
    round_["launched_at"] = now
    round_["terminal"] = MIDCOURSE
    round_["pk_believed"] = believed
    round_["due"] = now
    spend(sim, launcher_row)
    unit["next_launch"] = now + unit["salvo_interval"]
    unit["missiles_held"] += round_["channel"]
    unit["guided"] += 0 if gun else 1
    set_occupancy(sim, unit["radar"])
    engagement["in_flight"] += 1
    engagement["fired"] += 1
    track = sim.tracks[engagement["track"]]
    if track["serial"] == engagement["serial"]:
        track["survival"] *= 1.0 - believed
        track["in_flight"] += 1
    body = sim.bodies[k]
    body["ballistic"] = sim.tracks[engagement["own"]]["ballistic"]
    at = launcher["position"]
    if gun:
        lay(body, now, at[0], at[1], at[2], x, y, z, arrival)
    else:
        launch(body, sim.interceptors[magazine["interceptor"]], now, at[0], at[1], at[2], x, y, z, arrival)
    _, _, _, ground = bearing(unit["position"], unit["axes"], x, y, z)
    tx, ty, tz, _, _, _ = own_state(sim, e)
    distance, _, _, _ = bearing(unit["position"], unit["axes"], tx, ty, tz)
    log_launch(sim, k, arrival, ground, local_up(x, y, z)[3], distance)
    return True


@kernel("void(Sim, i8, i8)")
def end_round(sim, k, how):
    """Give a round its one end, free its channel and its share of the commitment ledger."""
    now = sim.situation[0]["now"]
    sim.situation[0]["ended"] = 1
    round_ = sim.rounds[k]
    round_["end"] = how
    round_["due"] = math.inf
    unit = sim.units[round_["unit"]]
    unit["missiles_held"] -= round_["channel"]
    gun = sim.magazines[round_["magazine"]]["burst"] > 0
    if not gun and (round_["terminal"] != CLOSING or not is_active(sim, round_["magazine"])):
        unit["guided"] -= 1
    round_["channel"] = 0
    set_occupancy(sim, unit["radar"])
    body = sim.bodies[k]
    v = body["velocity"]
    p = body["position"]
    _, _, _, ground = bearing(unit["position"], unit["axes"], p[0], p[1], p[2])
    _, _, _, height = local_up(p[0], p[1], p[2])
    speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    log_round_end(sim, k, ground, height, speed)
    track = sim.tracks[round_["track"]]
    if track["serial"] == round_["serial"]:
        track["in_flight"] -= 1
        survives = max(1.0 - round_["pk_believed"], 1e-9)
        track["survival"] = 1.0 if track["in_flight"] == 0 else track["survival"] / survives
    engagement = sim.engagements[round_["engagement"]]
    engagement["in_flight"] -= 1
    if engagement["in_flight"] == 0:
        if engagement["wanted"] > 0:  # its last rounds found no moment to go: their salvo is over
            log_shorten(sim, round_["engagement"], sim.gates[round_["flight"], round_["unit"]])
            engagement["wanted"] = 0
        engagement["state"] = ASSESSING
        engagement["due"] = now + unit["assess_delay"]
        unit["due"] = min(unit["due"], engagement["due"])


@kernel("b1(Sim, i8)")
def supported(sim, k):
    """Whether a round's support holds: its engagement radar has its own track and saw the target within the limit of
    the round's phase.

    In midcourse a round flies on along the last prediction; in its last seconds it needs what the radar sees.
    A radar that fails or turns away sees nothing more, so its break is counted from its last look; one interval between
    looks is no break.
    """
    round_ = sim.rounds[k]
    unit = sim.units[round_["unit"]]
    engagement = sim.engagements[round_["engagement"]]
    if engagement["own"] < 0:
        return False
    gap = sim.situation[0]["now"] - engagement["last_seen"]
    magazine = sim.magazines[round_["magazine"]]
    limit = magazine["midcourse_break"] if round_["terminal"] == MIDCOURSE else magazine["support_break"]
    return gap <= limit + sim.radars[unit["radar"]]["service_interval"] + 1e-9


@kernel("void(Sim, i8, b1, f8, f8)")
def pass_target(sim, k, hit, chance, closing):
    """Log a round's closest approach at a closing speed (m/s), and let it and, if it has hit, its target end."""
    round_ = sim.rounds[k]
    unit = sim.units[round_["unit"]]
    x, y, z, _, _, _ = state_of(sim, round_["flight"], sim.situation[0]["now"])
    _, _, _, ground = bearing(unit["position"], unit["axes"], x, y, z)
    _, _, _, height = local_up(x, y, z)
    log_intercept(sim, k, 1 if hit else 0, chance, closing, ground, height)
    if hit:
        finish(sim, round_["flight"], KILLED, -1, 0.0)
    end_round(sim, k, KILL if hit else MISS)


@kernel("void(Sim, i8)")
def fly_burst(sim, k):
    """A burst's due time: when it is fired, or when the middle of it meets its target; then it needs its support."""
    round_ = sim.rounds[k]
    now = sim.situation[0]["now"]
    if sim.situation[0]["record"] == 1 and round_["terminal"] != CLOSING:
        log_round_state(sim, k)
    if round_["terminal"] != CLOSING:
        round_["terminal"] = CLOSING
        round_["meets"] = round_["due"] = max(meeting_time(sim, k), now)
        return
    if sim.magazines[round_["magazine"]]["optical"] == 0 and not supported(sim, k):
        end_round(sim, k, SUPPORT_LOST)
        return
    chance, closing = burst_result(sim, k)
    _, _, kill = dice.burst(sim, round_["flight"], round_["shot"])
    if sim.situation[0]["kill_constant"] == 1:
        chance = sim.magazines[round_["magazine"]]["pk_believed"][sim.flights[round_["flight"]]["threat_class"]]
    pass_target(sim, k, kill < chance, chance, closing)


@kernel("void(Sim, i8)")
def fly_round(sim, k):
    """A round's due time: a midcourse update, the start of its endgame, or its intercept."""
    situation = sim.situation[0]
    now = situation["now"]
    round_ = sim.rounds[k]
    flight = sim.flights[round_["flight"]]
    if flight["terminal"] != 0:
        end_round(sim, k, TARGET_GONE)
        return
    if sim.magazines[round_["magazine"]]["burst"] > 0:
        fly_burst(sim, k)
        return
    unit = sim.units[round_["unit"]]
    kind = sim.interceptors[sim.magazines[round_["magazine"]]["interceptor"]]
    alone = round_["terminal"] == CLOSING and is_active(sim, round_["magazine"])
    if not alone and not supported(sim, k):
        end_round(sim, k, SUPPORT_LOST)
        return
    if round_["terminal"] == CLOSING:  # a round that needs support is looked after until it meets its target
        round_["due"] = min(now + sim.radars[unit["radar"]]["uplink_interval"], round_["meets"])
        if now >= round_["meets"] or alone:
            intercept(sim, k)
        return
    body = sim.bodies[k]
    # whoever comes to its last seconds is noticed by then, so that these are flown against the path as it will be
    warn(sim, round_["flight"], body["arrival"], math.inf if round_["terminal"] == WAITING else 1.0)
    if situation["record"] == 1:
        log_round_state(sim, k)
    if round_["terminal"] == WAITING:
        close_in(sim, k)
        return
    own = sim.tracks[sim.engagements[round_["engagement"]]["own"]]
    x = own["x"]
    before = body["steps"]
    until = now + sim.radars[unit["radar"]]["uplink_interval"]
    status = fly(body, kind, until, x[0], x[1], x[2], x[3], x[4], x[5], own["time"], COARSE, TURN)
    situation["steps"] += body["steps"] - before
    if not (body["position"][0] == body["position"][0]):
        situation["status"] = BAD_STATE
        situation["status_entity"] = k
        return
    round_["due"] = body["launch_time"] + body["age"]
    if status == HANDOVER:
        round_["terminal"] = WAITING
    elif status != FLYING:
        end_round(sim, k, MISS if status == PASSED else SELF_DESTRUCT)


@kernel("void(Sim, i8)")
def set_errors(sim, k):
    """What makes the miss of a round at the start of its endgame: its stream of noise, its target, its radar.

    Command guidance flies on the track, so the track's error now stays to the end, and what reflections of the ground
    do to the elevation of a low target beyond what is in that error already; track-via-missile keeps its share of the
    latter.  Others meet both as heading errors.
    """
    now = sim.situation[0]["now"]
    round_ = sim.rounds[k]
    f = round_["flight"]
    radar_row = sim.units[round_["unit"]]["radar"]
    radar = sim.radars[radar_row]
    body, bias, stream = sim.bodies[k], sim.bodies[k]["bias"], sim.bodies[k]["stream"]
    kind = sim.interceptors[sim.magazines[round_["magazine"]]["interceptor"]]
    stream[0], stream[1], stream[2], stream[3] = dice.seek(sim, f, round_["shot"])
    x, y, z, vx, vy, vz = state_of(sim, f, now)
    p = body["position"]
    dx, dy, dz = x - p[0], y - p[1], z - p[2]
    square = (dx * dx + dy * dy + dz * dz) * (vx * vx + vy * vy + vz * vz)
    along = dx * vx + dy * vy + dz * vz
    ahead = along * along / square if square > 0.0 else 0.0  # cosine squared of the aspect
    glint = sim.flights[f]["glint"]
    body["glint"] = math.sqrt(glint[0] * glint[0] * ahead + glint[1] * glint[1] * (1.0 - ahead))
    _, distance, _, elevation, _, snr, _, _, _, _ = sense(sim, radar_row, f, now, False)
    body["radar_range"] = distance
    body["radar_angle"] = angle_error(radar, max(snr, FAINTEST))
    share = 1.0 if kind["guidance"] == COMMAND else kind["terminal_share"] if kind["guidance"] == TVM else 0.0
    known = 0.0  # of height by the track that it flies on, m
    if kind["guidance"] == COMMAND:
        own = sim.tracks[sim.engagements[round_["engagement"]]["own"]]
        known = vertical_deviation(own["x"], own["p"], 0)
    reflected = displacement(sim.model[0], radar, distance, elevation, max(snr, FAINTEST), known)
    up = share * reflected * dice.low_angle(sim, f, round_["shot"])
    ux, uy, uz, _ = local_up(x, y, z)
    bias[0], bias[1], bias[2] = up * ux, up * uy, up * uz
    if kind["guidance"] == COMMAND:
        ox, oy, oz, _, _, _ = own_state(sim, round_["engagement"])
        bias[0], bias[1], bias[2] = bias[0] + ox - x, bias[1] + oy - y, bias[2] + oz - z


@kernel("void(Sim, i8)")
def close_in(sim, k):
    """Fly the endgame against the target's true path at once; the intercept falls due at closest approach."""
    situation = sim.situation[0]
    now = situation["now"]
    round_ = sim.rounds[k]
    flight = sim.flights[round_["flight"]]
    unit = sim.units[round_["unit"]]
    magazine = sim.magazines[round_["magazine"]]
    kind = sim.interceptors[magazine["interceptor"]]
    body = sim.bodies[k]
    if magazine["channel"] == TERMINAL_CHANNEL and round_["channel"] == 0:
        if unit["missiles_held"] >= unit["missile_channels"]:  # no slot for its last seconds
            end_round(sim, k, SUPPORT_LOST)
            return
        unit["missiles_held"] += 1
        round_["channel"] = 1
    elif magazine["channel"] == MIDCOURSE_CHANNEL and round_["channel"] == 1:
        unit["missiles_held"] -= 1
        round_["channel"] = 0
    active = is_active(sim, round_["magazine"])
    if active:
        unit["guided"] -= 1
        set_occupancy(sim, unit["radar"])
    tx, ty, tz, _, _, _ = state_of(sim, round_["flight"], now)
    log_handover(sim, k, away_from(body["position"], tx, ty, tz))
    set_errors(sim, k)
    body["launch_time"] -= flight["shift"]
    begun = body["steps"]
    path, turns_at = flight["path"], flight["turns_at"] - flight["shift"]
    rate, angle = flight["turn_rate"], flight["turn_angle"]
    miss, when = endgame(body, kind, sim.tables, path, turns_at, rate, angle, FINE)
    body["launch_time"] += flight["shift"]
    situation["steps"] += body["steps"] - begun
    round_["miss"] = miss
    round_["terminal"] = CLOSING
    round_["meets"] = max(when + flight["shift"], now)
    round_["due"] = round_["meets"]
    if not active:
        round_["due"] = min(now + sim.radars[unit["radar"]]["uplink_interval"], round_["meets"])


@kernel("void(Sim, i8)")
def intercept(sim, k):
    """Closest approach: the drawn kill, and the ends that follow.

    Draws are named by the flight and the n-th shot at it; what a salvo shares is drawn once for the salvo.
    """
    situation = sim.situation[0]
    now = situation["now"]
    round_ = sim.rounds[k]
    flight = sim.flights[round_["flight"]]
    if sim.bodies[k]["status"] != CLOSED:  # too slow, too old or on the ground before it met its target
        end_round(sim, k, SELF_DESTRUCT)
        return
    magazine = sim.magazines[round_["magazine"]]
    if situation["kill_constant"] == 1:
        chance = magazine["pk_believed"][flight["threat_class"]]
    else:
        kind = flight["threat_class"]
        radius = max(magazine["lethal"][kind] * flight["size"], magazine["least_lethal"])
        chance = kill_probability(round_["miss"], radius, magazine["reliability"] * magazine["certain"][kind])
    works = True
    if situation["kill_constant"] == 0:
        works = dice.common(sim, round_["unit"], round_["flight"], round_["salvo"]) < magazine["common_mode"]
    hit = works and dice.kill(sim, round_["flight"], round_["shot"]) < chance
    _, _, _, vx, vy, vz = state_of(sim, round_["flight"], now)
    v = sim.bodies[k]["velocity"]
    rx, ry, rz = v[0] - vx, v[1] - vy, v[2] - vz
    pass_target(sim, k, hit, chance, math.sqrt(rx * rx + ry * ry + rz * rz))


@kernel("void(Sim)")
def close_rounds(sim):
    """The end of the run: rounds still in the air are AIRBORNE_AT_END."""
    for k in range(sim.situation[0]["rounds_count"]):
        if sim.rounds[k]["end"] == 0:
            end_round(sim, k, ROUND_AIRBORNE)
