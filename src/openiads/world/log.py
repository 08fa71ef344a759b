"""Logging: a kernel for each kind of event writes it at the present time of a situation.

What the columns of a row hold is in ``trace.MEANING``; what an event concerns is read from the state, so that a caller
gives only what the state does not hold.
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.world.codes import Event, Status

OVERFLOW_EVENTS = int(Status.OVERFLOW_EVENTS)
DETECT, LOOK = int(Event.DETECT), int(Event.LOOK)
TRACK, TRACK_DROP, TRACK_UPDATE = int(Event.TRACK), int(Event.TRACK_DROP), int(Event.TRACK_UPDATE)
FALSE_TRACK, SWAP = int(Event.FALSE_TRACK), int(Event.SWAP)
IDENTIFY, REVOKE = int(Event.IDENTIFY), int(Event.REVOKE)
ASSIGN, ACQUIRE, DECIDE = int(Event.ASSIGN), int(Event.ACQUIRE), int(Event.DECIDE)
ASSESS, RELEASE, GATE = int(Event.ASSESS), int(Event.RELEASE), int(Event.GATE)
LAUNCH, HANDOVER, INTERCEPT = int(Event.LAUNCH), int(Event.HANDOVER), int(Event.INTERCEPT)
ROUND_STATE, ROUND_END = int(Event.ROUND_STATE), int(Event.ROUND_END)
FLIGHT_STATE, EVADE, TERMINAL = int(Event.FLIGHT_STATE), int(Event.EVADE), int(Event.TERMINAL)
DAMAGE, SHORTEN, BURST = int(Event.DAMAGE), int(Event.SHORTEN), int(Event.BURST)


@kernel("i8(Sim, i8)")
def new_event(sim, kind):
    """Row of a new event now, which concerns nobody yet.

    A full log ends the replication with ``OVERFLOW_EVENTS``; the row is then the spare one behind the log.
    """
    situation = sim.situation[0]
    spare = len(sim.events) - 1
    n = situation["events"]
    if n >= spare:
        n = spare
        situation["status"] = OVERFLOW_EVENTS
        situation["status_entity"] = spare
    else:
        situation["events"] = n + 1
    event = sim.events[n]
    event["time"] = situation["now"]
    event["kind"] = kind
    event["flight"] = -1
    event["unit"] = -1
    event["radar"] = -1
    event["launcher"] = -1
    event["round"] = -1
    event["track"] = -1
    event["code"] = 0
    for i in range(6):
        event["value"][i] = 0.0
    return n


# ------------------------------------------------------------------ looks and tracks


@kernel("void(Event, i8, i8, i8, f8, f8, f8, f8, f8, f8)")
def write_look(event, f, r, code, distance, azimuth, elevation, lowest, decibels, height):
    """What detections and looks say alike."""
    event["flight"] = f
    event["radar"] = r
    event["code"] = code
    event["value"][0] = distance
    event["value"][1] = azimuth
    event["value"][2] = elevation
    event["value"][3] = lowest
    event["value"][4] = decibels
    event["value"][5] = height


@kernel("void(Sim, i8, i8, f8, f8, f8, f8, f8, f8)")
def log_detect(sim, f, r, distance, azimuth, elevation, lowest, decibels, height):
    """Radar ``r`` detects flight ``f`` for the first time."""
    n = new_event(sim, DETECT)
    write_look(sim.events[n], f, r, 1, distance, azimuth, elevation, lowest, decibels, height)


@kernel("void(Sim, i8, i8, i8, f8, f8, f8, f8, f8, f8)")
def log_look(sim, f, r, code, distance, azimuth, elevation, lowest, decibels, height):
    """A search look of radar ``r`` at flight ``f``; ``code`` as ``trace.MEANING`` has it."""
    n = new_event(sim, LOOK)
    write_look(sim.events[n], f, r, code, distance, azimuth, elevation, lowest, decibels, height)


@kernel("i8(Sim, i8, Track, i8)")
def new_track_event(sim, kind, track, code):
    """Row of a new event about a track."""
    n = new_event(sim, kind)
    event = sim.events[n]
    event["flight"] = track["flight"]
    event["track"] = track["serial"]
    event["code"] = code
    return n


@kernel("tuple_of(f8, f8)(f8[:, ::1])")
def deviations(p):
    """Standard deviations of position (m) and velocity (m/s) of a track's covariance."""
    return math.sqrt(p[0, 0] + p[1, 1] + p[2, 2]), math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])


@kernel("void(Sim, Track)")
def log_track(sim, track):
    """A track is confirmed at its post."""
    n = new_track_event(sim, TRACK, track, 1)
    event = sim.events[n]
    event["radar"] = track["radar"]
    position, velocity = deviations(track["p"])
    event["value"][0] = position
    event["value"][1] = velocity
    event["value"][2] = track["height"]
    event["value"][3] = track["speed"]


@kernel("void(Sim, Track)")
def log_false_track(sim, track):
    """The track confirmed is one of false alarms."""
    n = new_track_event(sim, FALSE_TRACK, track, 1)
    event = sim.events[n]
    event["radar"] = track["radar"]
    for axis in range(3):
        event["value"][axis] = track["x"][axis]


@kernel("void(Sim, Track, i8)")
def log_track_update(sim, track, r):
    """A plot of radar ``r`` has updated a track."""
    n = new_track_event(sim, TRACK_UPDATE, track, track["owner"])
    event = sim.events[n]
    event["radar"] = r
    for i in range(6):
        event["value"][i] = track["x"][i]


@kernel("void(Sim, Track, i8)")
def log_track_drop(sim, track, why):
    """A confirmed track is dropped; ``why`` is a ``codes.Drop``."""
    n = new_track_event(sim, TRACK_DROP, track, why)
    sim.events[n]["value"][0] = sim.situation[0]["now"] - track["born"]


@kernel("void(Sim, Track, i8)")
def log_swap(sim, track, f):
    """A track now follows flight ``f`` and not the one before."""
    n = new_track_event(sim, SWAP, track, track["flight"])
    sim.events[n]["flight"] = f


@kernel("void(Sim, Track, i8)")
def log_identify(sim, track, before):
    """A track's identity is no longer ``before``."""
    n = new_track_event(sim, IDENTIFY, track, track["identity"])
    event = sim.events[n]
    for h in range(3):
        event["value"][h] = track["belief"][h]
    event["value"][3] = before


@kernel("void(Sim, Track)")
def log_revoke(sim, track):
    """The assessed kill of a track is revoked."""
    n = new_track_event(sim, REVOKE, track, 1)
    sim.events[n]["value"][0] = track["dead_updates"]


# ------------------------------------------------------------------ engagements


@kernel("void(Sim, i8, Track, f8, f8, f8)")
def log_assign(sim, u, track, first, last, probability):
    """Unit ``u`` is assigned a track: first and last feasible intercept, s, and the believed kill probability."""
    n = new_track_event(sim, ASSIGN, track, track["engagements"])
    event = sim.events[n]
    event["unit"] = u
    event["value"][0] = first
    event["value"][1] = last
    event["value"][2] = probability


@kernel("i8(Sim, i8, i8, i8)")
def new_engagement_event(sim, kind, e, code):
    """Row of a new event about an engagement."""
    n = new_event(sim, kind)
    engagement = sim.engagements[e]
    event = sim.events[n]
    event["flight"] = engagement["flight"]
    event["unit"] = engagement["unit"]
    event["track"] = engagement["serial"]
    event["code"] = code
    return n


@kernel("void(Sim, i8, f8, f8, f8, f8, f8)")
def log_acquire(sim, e, distance, azimuth, elevation, lowest, height):
    """The own track of engagement ``e`` is firm."""
    n = new_engagement_event(sim, ACQUIRE, e, 1)
    engagement = sim.engagements[e]
    event = sim.events[n]
    event["radar"] = sim.units[engagement["unit"]]["radar"]
    event["value"][0] = distance
    event["value"][1] = azimuth
    event["value"][2] = elevation
    event["value"][3] = lowest
    event["value"][4] = sim.situation[0]["now"] - engagement["assigned_at"]
    event["value"][5] = height


@kernel("void(Sim, i8, i8, i8)")
def log_decide(sim, e, action, rounds):
    """The crew of engagement ``e`` orders an action and so many rounds."""
    n = new_engagement_event(sim, DECIDE, e, action)
    event = sim.events[n]
    event["value"][0] = sim.situation[0]["now"] - sim.engagements[e]["firm_at"]
    event["value"][1] = rounds


@kernel("void(Sim, i8, i8, i8)")
def log_assess(sim, e, killed, dead):
    """The result of engagement ``e`` is assessed; both are 1 or 0."""
    n = new_engagement_event(sim, ASSESS, e, killed)
    event = sim.events[n]
    event["value"][0] = dead
    event["value"][1] = sim.units[sim.engagements[e]["unit"]]["assess_delay"]


@kernel("void(Sim, i8)")
def log_release(sim, e):
    """Engagement ``e`` gives its target channel back."""
    n = new_engagement_event(sim, RELEASE, e, 1)
    sim.events[n]["value"][0] = sim.situation[0]["now"] - sim.engagements[e]["assigned_at"]


@kernel("void(Sim, i8, i8)")
def log_shorten(sim, e, gate):
    """The rest of engagement ``e``'s salvo is not launched: the gate that kept it."""
    n = new_engagement_event(sim, SHORTEN, e, gate)
    sim.events[n]["value"][0] = sim.engagements[e]["wanted"]


@kernel("void(Sim, i8, i8, i8, i8, i8, f8)")
def log_gate(sim, f, u, gate, before, detail, number):
    """What keeps unit ``u`` from shooting at flight ``f`` changes; the number is a ``codes.Detail``."""
    n = new_event(sim, GATE)
    event = sim.events[n]
    event["flight"] = f
    event["unit"] = u
    event["code"] = gate
    event["value"][0] = before
    event["value"][1] = number
    event["value"][2] = detail


# ------------------------------------------------------------------ rounds


@kernel("i8(Sim, i8, i8, i8)")
def new_round_event(sim, kind, k, code):
    """Row of a new event about a round."""
    n = new_event(sim, kind)
    round_ = sim.rounds[k]
    event = sim.events[n]
    event["flight"] = round_["flight"]
    event["unit"] = round_["unit"]
    event["round"] = k
    event["track"] = round_["serial"]
    event["code"] = code
    return n


@kernel("void(Sim, i8, f8, f8, f8, f8)")
def log_launch(sim, k, arrival, ground, height, distance):
    """Round ``k`` is launched: time, ground range and height of its predicted intercept; the target's distance now."""
    n = new_round_event(sim, LAUNCH, k, sim.rounds[k]["shot"])
    round_ = sim.rounds[k]
    event = sim.events[n]
    event["radar"] = sim.units[round_["unit"]]["radar"]
    event["launcher"] = round_["launcher"]
    event["value"][0] = arrival
    event["value"][1] = ground
    event["value"][2] = height
    event["value"][3] = round_["pk_believed"]
    event["value"][4] = sim.launchers[round_["launcher"]]["loaded"]
    event["value"][5] = distance


@kernel("void(Sim, i8, f8)")
def log_handover(sim, k, distance):
    """Round ``k`` begins its endgame at a distance from its target."""
    n = new_round_event(sim, HANDOVER, k, sim.rounds[k]["channel"])
    event = sim.events[n]
    event["launcher"] = sim.rounds[k]["launcher"]
    event["value"][0] = sim.bodies[k]["arrival"] - sim.situation[0]["now"]
    event["value"][1] = distance


@kernel("void(Sim, i8, i8, f8, f8, f8, f8)")
def log_intercept(sim, k, killed, chance, closing, ground, height):
    """Round ``k`` passes its target at the closing speed, a ground range from its unit and a height."""
    n = new_round_event(sim, INTERCEPT, k, killed)
    round_ = sim.rounds[k]
    event = sim.events[n]
    event["launcher"] = round_["launcher"]
    event["value"][0] = round_["miss"]
    event["value"][1] = chance
    event["value"][2] = closing
    event["value"][3] = ground
    event["value"][4] = height
    event["value"][5] = sim.situation[0]["now"] - round_["launched_at"]


@kernel("void(Sim, i8, f8, f8, f8, f8)")
def log_burst(sim, k, distance, scatter, chance, radius):
    """Burst ``k`` passes its target at a distance from the gun: scatter of a round (m), its chance of a hit, and the
    radius of the target (m).
    """
    round_ = sim.rounds[k]
    rounds = sim.magazines[round_["magazine"]]["burst"]
    n = new_round_event(sim, BURST, k, rounds)
    event = sim.events[n]
    event["launcher"] = round_["launcher"]
    event["value"][0] = distance
    event["value"][1] = round_["miss"]
    event["value"][2] = scatter
    event["value"][3] = chance
    event["value"][4] = rounds * chance
    event["value"][5] = radius


@kernel("void(Sim, i8, f8, f8, f8)")
def log_round_end(sim, k, ground, height, speed):
    """Round ``k`` has ended at a ground range from its unit, a height and a speed."""
    n = new_round_event(sim, ROUND_END, k, sim.rounds[k]["end"])
    round_ = sim.rounds[k]
    event = sim.events[n]
    event["launcher"] = round_["launcher"]
    event["value"][0] = sim.situation[0]["now"] - round_["launched_at"]
    event["value"][1] = ground
    event["value"][2] = height
    event["value"][3] = speed


@kernel("void(Sim, i8)")
def log_round_state(sim, k):
    """Where round ``k`` is."""
    body = sim.bodies[k]
    n = new_round_event(sim, ROUND_STATE, k, body["phase"])
    event = sim.events[n]
    for axis in range(3):
        event["value"][axis] = body["position"][axis]
        event["value"][3 + axis] = body["velocity"][axis]


# ------------------------------------------------------------------ flights


@kernel("void(Sim, i8, f8, f8, f8, f8, f8, f8)")
def log_flight_state(sim, f, x, y, z, vx, vy, vz):
    """Where flight ``f`` is."""
    n = new_event(sim, FLIGHT_STATE)
    event = sim.events[n]
    event["flight"] = f
    event["value"][0] = x
    event["value"][1] = y
    event["value"][2] = z
    event["value"][3] = vx
    event["value"][4] = vy
    event["value"][5] = vz


@kernel("void(Sim, i8)")
def log_evade(sim, f):
    """Flight ``f`` begins its declared evasion."""
    n = new_event(sim, EVADE)
    event = sim.events[n]
    event["flight"] = f
    event["code"] = sim.flights[f]["evasion"]
    event["value"][0] = sim.flights[f]["load"]
    event["value"][1] = sim.flights[f]["ends"]


@kernel("void(Sim, i8, f8, f8, f8, i8, f8)")
def log_terminal(sim, f, x, y, z, asset, miss):
    """Flight ``f`` has ended at a place, so far from an asset's center."""
    n = new_event(sim, TERMINAL)
    event = sim.events[n]
    event["flight"] = f
    event["code"] = sim.flights[f]["terminal"]
    event["value"][0] = x
    event["value"][1] = y
    event["value"][2] = z
    event["value"][3] = asset
    event["value"][4] = miss


@kernel("void(Sim, i8, i8)")
def log_damage(sim, f, asset):
    """Flight ``f`` has hit an asset."""
    n = new_event(sim, DAMAGE)
    event = sim.events[n]
    event["flight"] = f
    event["code"] = asset
    event["value"][0] = sim.assets[asset]["hits"]
