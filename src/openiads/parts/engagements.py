"""Engagements: a fire unit is assigned a track, its crew takes it up, assesses the result and lets it go."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.gates import set_gate, set_gate_wait
from openiads.parts.radars import set_occupancy
from openiads.parts.tracks import drop
from openiads.physics.flyout import Guidance
from openiads.world.codes import Drop, Gate, ServiceTime, Stage
from openiads.world.log import log_assess, log_assign, log_release

NONE, ACQUIRING, DECIDING = int(Stage.NONE), int(Stage.ACQUIRING), int(Stage.DECIDING)
SERVICE = int(Stage.SERVICE)
NOT_ACQUIRED, OPERATOR_BUSY = int(Gate.NOT_ACQUIRED), int(Gate.OPERATOR_BUSY)
CREW_TIME, FIXED_TIME = int(ServiceTime.CREW), int(ServiceTime.FIXED)
NO_REASON = int(Drop.NONE)
ACTIVE = int(Guidance.ACTIVE)


@kernel("b1(Sim, i8)")
def is_active(sim, magazine):
    """Whether a kind of round sees its target for itself at the end."""
    return sim.interceptors[sim.magazines[magazine]["interceptor"]]["guidance"] == ACTIVE


@kernel("i8(Sim, i8)")
def free_channel(sim, u):
    """A free engagement row of the unit, one per target channel; -1 for none."""
    unit = sim.units[u]
    for n in range(unit["target_channels"]):
        if sim.engagements[unit["first_engagement"] + n]["state"] == NONE:
            return unit["first_engagement"] + n
    return -1


@kernel("void(Sim, i8)")
def wake(sim, r):
    """Let an engagement radar that had nothing to serve go on with its turns, as if it had never ceased."""
    radar = sim.radars[r]
    if radar["service_due"] < math.inf or radar["service_next"] <= 0.0:
        return
    now = sim.situation[0]["now"]
    while radar["service_next"] <= now:  # its turns of this time came before a post's
        radar["service_next"] += radar["service_interval"]
    radar["service_due"] = radar["service_next"]


@kernel("void(Sim, i8, i8, i8, f8, f8, f8)")
def engage(sim, u, magazine, k, first, last, believed):
    """Unit ``u`` is assigned the post's track ``k``: it takes a target channel and sets out to acquire it."""
    situation = sim.situation[0]
    now = situation["now"]
    unit = sim.units[u]
    track = sim.tracks[k]
    e = free_channel(sim, u)
    engagement = sim.engagements[e]
    engagement["unit"] = u
    engagement["track"] = k
    engagement["serial"] = track["serial"]
    engagement["magazine"] = magazine
    engagement["searching_until"] = -1.0
    engagement["own"] = -1
    engagement["flight"] = -1
    engagement["state"] = ACQUIRING
    engagement["assigned_at"] = now
    engagement["firm_at"] = math.inf
    engagement["wanted"] = 0
    engagement["in_flight"] = 0
    engagement["fired"] = 0
    engagement["last_seen"] = now
    engagement["held_since"] = math.inf
    engagement["signal"] = engagement["seen_at"] = 0.0
    engagement["jamming_own"] = engagement["jamming_others"] = 0.0
    engagement["stretch"] = 1.0
    engagement["due"] = math.inf
    unit["targets_held"] += 1
    track["engagements"] += 1
    wake(sim, unit["radar"])
    set_occupancy(sim, unit["radar"])
    log_assign(sim, u, track, first, last, believed)
    if situation["service_kind"] != CREW_TIME:
        engagement["state"] = SERVICE
        engagement["flight"] = track["flight"]
        engagement["due"] = now + service_time(sim, track["flight"])
        unit["due"] = min(unit["due"], engagement["due"])
    set_gate(sim, track["flight"], u, NOT_ACQUIRED)


@kernel("void(Engagement, f8, f8, f8, f8)")
def note_signal(engagement, distance, snr, clear, own):
    """Keep what a look at the target said of its signal and of what jams it.

    distance : m;  snr, clear : with and without jamming, > 0;  own : jamming by the target itself over noise
    """
    square = distance * distance
    engagement["signal"] = clear * distance * distance * distance * distance
    engagement["seen_at"] = distance
    if clear > snr > 0.0:
        engagement["jamming_own"] = own * square
        engagement["jamming_others"] = max(clear / snr - 1.0 - own, 0.0)
    else:
        engagement["jamming_own"] = 0.0
        engagement["jamming_others"] = 0.0


@kernel("f8(Engagement, f8)")
def noise_at(engagement, distance):
    """Noise with jamming over noise without at a distance (m) of the target: its own jamming grows as it comes."""
    square = max(distance * distance, 1.0)
    return 1.0 + engagement["jamming_others"] + engagement["jamming_own"] / square


@kernel("f8(Sim, i8)")
def service_time(sim, f):
    """Teaching switch: how long a channel is held for a flight, fixed or exponential, s."""
    situation = sim.situation[0]
    if situation["service_kind"] == FIXED_TIME or f < 0:
        return situation["service_time"]
    return -situation["service_time"] * math.log(dice.service(sim, f))


@kernel("void(Sim, i8)")
def release(sim, e):
    """Let an engagement go: its channel, its own track, its mark on the post's track."""
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    if engagement["own"] >= 0:
        drop(sim, engagement["own"], NO_REASON)
    track = sim.tracks[engagement["track"]]
    if track["serial"] == engagement["serial"]:
        track["engagements"] -= 1
    engagement["state"] = NONE
    engagement["own"] = -1
    engagement["due"] = math.inf
    unit["targets_held"] -= 1
    set_occupancy(sim, unit["radar"])
    log_release(sim, e)


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(Sim, i8)")
def own_state(sim, e):
    """Position and velocity of an engagement's target now by the engagement radar's own track."""
    own = sim.tracks[sim.engagements[e]["own"]]
    dt = sim.situation[0]["now"] - own["time"]
    x = own["x"]
    return x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt, x[3], x[4], x[5]


@kernel("void(Sim, i8)")
def begin_decision(sim, e):
    """The unit's operator takes this engagement up after the one in hand; the crew delay is drawn."""
    situation = sim.situation[0]
    now = situation["now"]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    f = engagement["flight"]
    delay = unit["crew_delay"] * math.exp(unit["crew_spread"] * dice.crew(sim, engagement["unit"], f))
    begins = max(now, unit["operator_free_at"])
    if begins > now:
        set_gate_wait(sim, f, engagement["unit"], OPERATOR_BUSY, begins - now)
    engagement["state"] = DECIDING
    engagement["decide_at"] = begins + delay
    engagement["due"] = engagement["decide_at"]
    unit["operator_free_at"] = engagement["decide_at"]
    unit["due"] = min(unit["due"], engagement["due"])


@kernel("b1(Sim, i8)")
def assess(sim, e):
    """Whether an engagement's target is assessed killed after the last salvo, drawn with the error rates."""
    situation = sim.situation[0]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    flight = sim.flights[engagement["flight"]]
    dead = flight["terminal"] != 0
    if situation["assessment_perfect"] == 1:
        killed = dead
    else:
        u = dice.assessment(sim, engagement["unit"], engagement["flight"])
        killed = u >= unit["assess_false_miss"] if dead else u < unit["assess_false_kill"]
    log_assess(sim, e, 1 if killed else 0, 1 if dead else 0)
    track = sim.tracks[engagement["track"]]
    if killed and track["serial"] == engagement["serial"]:
        track["assessed_dead"] = 1
        track["dead_updates"] = 0
    return killed
