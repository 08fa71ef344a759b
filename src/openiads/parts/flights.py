"""Flights: when each begins, how each ends, and what its end does to the asset below."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.homing import beside_radar, homed, strike_decoy
from openiads.physics.motion import flight_state, local_up
from openiads.world.codes import Element, Evasion, Terminal, ThreatClass
from openiads.world.elements import BY_HIT
from openiads.world.log import log_damage, log_evade, log_flight_state, log_terminal
from openiads.world.log_elements import log_element_down, log_jamming, log_not_ready

HIT_ASSET, REACHED_MISSED = int(Terminal.HIT_ASSET), int(Terminal.REACHED_MISSED)
IMPACT_UNDEFENDED, TRANSITED = int(Terminal.IMPACT_UNDEFENDED), int(Terminal.TRANSITED)
AIRBORNE_AT_END = int(Terminal.AIRBORNE_AT_END)
RELEASED_LEFT, TURNED_AWAY = int(Terminal.RELEASED_LEFT), int(Terminal.TURNED_AWAY)
TURN_AWAY = int(Evasion.TURN_AWAY)
ON_RADAR, ON_LAUNCHER, ON_POST = int(Element.RADAR), int(Element.LAUNCHER), int(Element.POST)
BALLISTIC = int(ThreatClass.BALLISTIC)
TWO_PI = 2.0 * math.pi
VARIANT = 3  # numbers of a variant: offset of its path, shift, end
DECIBEL = math.log(10.0) / 10.0


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(Sim, i8, f8)")
def state_of(sim, f, t):
    """Position and velocity of flight ``f`` at time ``t``: on its path, or in the turn it has begun."""
    flight = sim.flights[f]
    shift = flight["shift"]
    return flight_state(
        sim.tables, flight["path"], flight["turns_at"] - shift, flight["turn_rate"], flight["turn_angle"], t - shift
    )


@kernel("void(Sim, i8, f8)")
def delay(sim, f, later):
    """Let a flight begin and end ``later`` s later; what would lie before the run is not flown."""
    flight = sim.flights[f]
    flight["shift"] += later
    flight["starts"] = max(sim.tables[flight["path"]] + flight["shift"], 0.0)
    flight["ends"] += later
    flight["route_ends"] += later


@kernel("void(Sim, i8)")
def vary(sim, f):
    """Give flight ``f`` what differs between flights of one raid: its speed and height, one of the paths that were
    tabulated, and its cross section."""
    flight = sim.flights[f]
    share, normal = dice.variety(sim, f)
    if flight["variants"] > 0:
        at = flight["variants_at"] + VARIANT * int(share * flight["variants"])
        flight["path"] = int(sim.tables[at])
        flight["shift"] = sim.tables[at + 1]
        flight["starts"] = max(sim.tables[flight["path"]] + flight["shift"], 0.0)
        flight["ends"] = sim.tables[at + 2]
        flight["route_ends"] = flight["ends"]
    factor = math.exp(DECIBEL * flight["rcs_spread"] * normal)
    for band in range(3):
        for aspect in range(3):
            flight["rcs"][band, aspect] *= factor


@kernel("void(Sim)")
def muster(sim):
    """Draw which radars, posts and crews are not ready when the raid comes: they take no part from the start."""
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["outage"] > 0.0 and dice.readiness(sim, radar["actor"]) < radar["outage"]:
            radar["fails_at"] = 0.0
            radar["down"] = 1
            log_not_ready(sim, ON_RADAR, r, -1)
    for p in range(len(sim.posts)):
        post = sim.posts[p]
        if post["outage"] > 0.0 and dice.readiness(sim, post["actor"]) < post["outage"]:
            post["fails_at"] = 0.0
            post["down"] = 1
            log_not_ready(sim, ON_POST, p, -1)
    for u in range(len(sim.units)):
        unit = sim.units[u]
        if unit["outage"] > 0.0 and dice.readiness(sim, unit["actor"]) < unit["outage"]:
            unit["ready_at"] = math.inf
            alone = unit["posts"][0]  # the crew by itself
            sim.posts[alone]["fails_at"] = 0.0
            sim.posts[alone]["down"] = 1
            log_not_ready(sim, ON_POST, alone, u)


@kernel("f8(Sim, i8, f8)")
def enter_airway(sim, f, clock):
    """Draw when flight ``f`` enters its airway, after the one at ``clock``, and what it carries; returns when.

    One that has left it before the run, or enters it after its end or while it is closed, takes no part.
    """
    flight = sim.flights[f]
    since, squawks, planned = dice.civil(sim, f)
    clock -= math.log(since) / flight["flow"]
    begins = sim.tables[flight["path"]] + flight["shift"]
    delay(sim, f, clock - begins)
    flight["transponder"] = 1 if squawks < flight["carries"][0] else 0
    flight["flight_plan"] = 1 if planned < flight["carries"][1] else 0
    if flight["ends"] <= 0.0 or clock > min(sim.situation[0]["duration"], flight["open"][1]):
        flight["starts"] = flight["ends"] = flight["route_ends"] = math.inf
    return clock


@kernel("void(Sim)")
def begin(sim):
    """Set what differs between replications: elements that are not ready, launchers that do not work, the variety of
    flights, drawn jitter of the starts; with Poisson arrivals, drawn starts.
    """
    situation = sim.situation[0]
    if situation["outages"] > 0:
        muster(sim)
    for k in range(len(sim.launchers)):
        launcher = sim.launchers[k]
        if dice.setup(sim, k) >= launcher["readiness"]:
            launcher["fails_at"] = 0.0
            launcher["down"] = 1
    raid = -1
    clock = 0.0
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["variants"] > 0 or flight["rcs_spread"] > 0.0:
            vary(sim, f)
        if flight["parent"] >= 0:  # released on time by a flight that may itself be late
            delay(sim, f, sim.flights[flight["parent"]]["shift"] - flight["follows"])
            continue
        if flight["jitter"] > 0.0:
            begins = sim.tables[flight["path"]] + flight["shift"]
            delay(sim, f, max(flight["jitter"] * dice.spacing(sim, f), -begins))  # not before the run, in mid-route
        if flight["airway"] > 0:
            if f == 0 or sim.flights[f - 1]["airway"] != flight["airway"]:
                clock = flight["open"][0]
            clock = enter_airway(sim, f, clock)
            continue
        if flight["airway"] < 0:  # recorded: it comes when it came
            _, squawks, planned = dice.civil(sim, f)
            flight["transponder"] = 1 if squawks < flight["carries"][0] else 0
            flight["flight_plan"] = 1 if planned < flight["carries"][1] else 0
            continue
        if situation["arrivals_poisson"] == 1 and flight["raid"] >= 0:
            if flight["raid"] != raid:
                raid = flight["raid"]
                clock = 0.0
            clock -= math.log(dice.arrival(sim, f)) / situation["arrival_rate"]
            delay(sim, f, clock - flight["starts"])


@kernel("void(Sim, i8, i8, i8, f8)")
def finish(sim, f, terminal, asset, miss):
    """Give a flight its one terminal code, now."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    x, y, z, _, _, _ = state_of(sim, f, situation["now"])
    flight["terminal"] = terminal
    situation["ended"] = 1
    for r in range(len(sim.radars)):  # nobody looks at it any more
        sim.looks[r, f]["due"] = math.inf
    forgo(sim, f)
    log_terminal(sim, f, x, y, z, asset, miss)
    if flight["jammer"] >= 0 and sim.jammers[flight["jammer"]]["on"] == 1:
        sim.jammers[flight["jammer"]]["on"] = 0
        sim.jammers[flight["jammer"]]["due"] = math.inf
        log_jamming(sim, flight["jammer"])


@kernel("void(Sim, i8)")
def forgo(sim, f):
    """What flight ``f`` has not released by now it never will."""
    for g in range(len(sim.flights)):
        child = sim.flights[g]
        if child["parent"] == f and child["starts"] > sim.situation[0]["now"]:
            child["starts"] = math.inf
            child["ends"] = math.inf


@kernel("b1(Sim, i8)")
def released_all(sim, f):
    """Whether nothing that flight ``f`` carried stayed with it."""
    for g in range(len(sim.flights)):
        if sim.flights[g]["parent"] == f and sim.flights[g]["starts"] == math.inf:
            return False
    return True


@kernel("void(Sim, i8, f8, f8)")
def warn(sim, f, meets, within):
    """A round will meet flight ``f`` at a time: it evades a while before, if that begins ``within`` s from now.

    The while is log-normal about the model's time of warning, drawn once a flight.
    """
    flight = sim.flights[f]
    if flight["evasion"] == 0 or flight["turns_at"] < math.inf or flight["route_ends"] == math.inf:
        return
    model = sim.model[0]
    before = model["evasion_warning"] * math.exp(model["evasion_warning_spread"] * dice.warning(sim, f))
    now = sim.situation[0]["now"]
    if meets - before <= now + within:
        evade(sim, f, max(meets - before, now))


@kernel("void(Sim, i8, f8)")
def evade(sim, f, begins):
    """Flight ``f`` flies its declared evasion from a time on, once.

    Turn away: half a circle at the declared load, then straight on and out; what it carried stays with it.
    Constant g: one full circle at the declared load, then on along its route, so much later.
    """
    situation = sim.situation[0]
    flight = sim.flights[f]
    _, _, _, vx, vy, vz = state_of(sim, f, begins)
    rate = flight["load"] / max(math.sqrt(vx * vx + vy * vy + vz * vz), 1.0)
    flight["turns_at"] = begins
    flight["met_at"] = -math.inf
    for r in range(len(sim.radars)):
        sim.looks[r, f]["alike"] = 0.0
    flight["turn_rate"] = rate
    if flight["evasion"] == TURN_AWAY:
        flight["turn_angle"] = math.pi
        flight["ends"] = begins + math.pi / rate + sim.model[0]["homeward_time"]
        flight["route_ends"] = math.inf
        forgo(sim, f)
    else:
        flight["turn_angle"] = TWO_PI
        flight["ends"] = begins + TWO_PI / rate
    situation["ended"] = 1
    log_evade(sim, f)


@kernel("void(Sim, i8)")
def resume(sim, f):
    """The full circle of flight ``f`` is flown: it goes on along its route, late by the circle."""
    flight = sim.flights[f]
    lost = sim.situation[0]["now"] - flight["turns_at"]
    flight["turns_at"] = math.inf
    flight["shift"] += lost
    flight["ends"] = flight["route_ends"] + lost
    flight["route_ends"] = math.inf  # one circle a flight
    sim.situation[0]["ended"] = 1
    for g in range(len(sim.flights)):  # what it carries is released later too
        child = sim.flights[g]
        if child["parent"] == f and child["starts"] > sim.situation[0]["now"]:
            delay(sim, g, lost)


@kernel("void(Sim, i8, i8, i8)")
def put_out(sim, element, row, f):
    """An element of a site is hit by flight ``f``: it works no more from now on."""
    now = sim.situation[0]["now"]
    if element == ON_RADAR:
        if now >= sim.radars[row]["fails_at"]:
            return
        sim.radars[row]["fails_at"] = now
        sim.radars[row]["down"] = BY_HIT
    elif element == ON_LAUNCHER:
        if now >= sim.launchers[row]["fails_at"]:
            return
        sim.launchers[row]["fails_at"] = now
        sim.launchers[row]["down"] = BY_HIT
    else:
        if now >= sim.posts[row]["fails_at"]:
            return
        sim.posts[row]["fails_at"] = now
        sim.posts[row]["down"] = BY_HIT
        sim.posts[row]["due"] = min(sim.posts[row]["due"], now)
    log_element_down(sim, element, row, f)


@kernel("f8(f8[::1], f8, f8, f8)")
def away_from(position, x, y, z):
    """Distance (m) of a point from a place."""
    dx, dy, dz = x - position[0], y - position[1], z - position[2]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@kernel("f8(f8[::1], f8, f8, f8)")
def beside(position, x, y, z):
    """Distance (m) of a point from a place along the ground: what flies level comes down below the end of its path."""
    dx, dy, dz = x - position[0], y - position[1], z - position[2]
    ux, uy, uz, _ = local_up(position[0], position[1], position[2])
    rise = dx * ux + dy * uy + dz * uz
    return math.sqrt(max(dx * dx + dy * dy + dz * dz - rise * rise, 0.0))


@kernel("void(Sim, i8, f8, f8, f8)")
def wreck(sim, f, x, y, z):
    """What an impact at a point does to radars, launchers and posts that it falls near enough to."""
    for r in range(len(sim.radars)):
        if beside(sim.radars[r]["position"], x, y, z) <= sim.radars[r]["hit_radius"]:
            put_out(sim, ON_RADAR, r, f)
    for k in range(len(sim.launchers)):
        if beside(sim.launchers[k]["position"], x, y, z) <= sim.launchers[k]["hit_radius"]:
            put_out(sim, ON_LAUNCHER, k, f)
    for p in range(len(sim.posts)):
        if beside(sim.posts[p]["position"], x, y, z) <= sim.posts[p]["hit_radius"]:
            put_out(sim, ON_POST, p, f)


@kernel("void(Sim, i8, i8, f8, f8, f8, f8, f8)")
def come_down_at_decoy(sim, f, decoy, x, y, z, deviation, share):
    """Weapon ``f`` comes down at a point, aimed at a decoy of the radar that it was meant for."""
    radar = sim.radars[sim.flights[f]["element_row"]]
    dx, dy, dz = beside_radar(radar, decoy)
    at = radar["position"] if radar["emitting"] == 1 else radar["last_at"]
    off = beside(at, x - dx, y - dy, z - dz)
    strike_decoy(sim, f, decoy, x, y, z, off, deviation, share, radar["hit_radius"])


@kernel("void(Sim, i8)")
def arrive(sim, f):
    """A flight comes to the end of its path: impact within its dispersion, the end of a route, or of an evasion."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    if flight["turns_at"] < math.inf:
        if flight["evasion"] == TURN_AWAY:
            left = flight["leaves"] == 1 and released_all(sim, f)
            finish(sim, f, RELEASED_LEFT if left else TURNED_AWAY, -1, 0.0)
        else:
            resume(sim, f)
        return
    if flight["leaves"] == 1:
        finish(sim, f, RELEASED_LEFT, -1, 0.0)
        return
    if flight["asset"] < 0 and flight["element"] == 0 and flight["cep"] <= 0.0:
        finish(sim, f, TRANSITED, -1, 0.0)
        return
    n, m = dice.impact(sim, f)
    sigma, off_x, off_y, off_z, decoy, share = homed(sim, f)
    x, y, z, _, _, _ = state_of(sim, f, situation["now"])
    x, y, z = x + off_x, y + off_y, z + off_z
    if flight["asset"] >= 0 and sim.assets[flight["asset"]]["platform"] >= 0 and flight["threat_class"] != BALLISTIC:
        at = sim.assets[flight["asset"]]["position"]  # it has followed the ship
        x, y, z = at[0], at[1], at[2]
    ux, uy, uz, _ = local_up(x, y, z)
    flat = max(math.sqrt(ux * ux + uy * uy), 1e-9)
    ex, ey = -uy / flat, ux / flat  # east; north is up cross east
    x += sigma * (n * ex - m * uz * ey)
    y += sigma * (n * ey + m * uz * ex)
    z += sigma * m * (ux * ey - uy * ex)
    if decoy >= 0:
        come_down_at_decoy(sim, f, decoy, x, y, z, sigma, share)
    wreck(sim, f, x, y, z)
    struck = -1
    miss = math.inf
    for a in range(len(sim.assets)):  # the aim point's own asset, or any other that the impact falls on
        asset = sim.assets[a]
        dx, dy, dz = x - asset["position"][0], y - asset["position"][1], z - asset["position"][2]
        rise = dx * ux + dy * uy + dz * uz
        off = math.sqrt(max(dx * dx + dy * dy + dz * dz - rise * rise, 0.0))
        if a == flight["asset"] or (off <= asset["radius"] and struck < 0 and flight["asset"] < 0):
            miss = off
        if off <= asset["radius"] and (struck < 0 or a == flight["asset"]):
            struck = a
    if struck >= 0:
        sim.assets[struck]["hits"] += 1
        finish(sim, f, HIT_ASSET, struck, miss if miss < math.inf else 0.0)
        log_damage(sim, f, struck)
        return
    a = flight["asset"]
    aimed = a >= 0 or flight["element"] > 0
    finish(sim, f, REACHED_MISSED if aimed else IMPACT_UNDEFENDED, a, miss if miss < math.inf else sigma)


@kernel("void(Sim)")
def close(sim):
    """The end of the run: whoever still flies is AIRBORNE_AT_END; what was never released takes no part."""
    now = sim.situation[0]["now"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        came = flight["starts"] <= now or (flight["parent"] < 0 and flight["airway"] <= 0)
        if flight["terminal"] == 0 and came:
            finish(sim, f, AIRBORNE_AT_END, -1, 0.0)


@kernel("void(Sim)")
def sample(sim):
    """Log the state of every flight in the air (recorded replications, once a second)."""
    now = sim.situation[0]["now"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["terminal"] != 0 or flight["starts"] > now:
            continue
        x, y, z, vx, vy, vz = state_of(sim, f, now)
        log_flight_state(sim, f, x, y, z, vx, vy, vz)
