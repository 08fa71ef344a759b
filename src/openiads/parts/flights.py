"""Flights: when each begins, how each ends, and what its end does to the asset below."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.draws import Purpose, normals, uniform, uniforms
from openiads.physics.motion import local_up, position_at, state_at
from openiads.world.codes import Event, Terminal
from openiads.world.log import log

CEP_DRAW = int(Purpose.CEP)
ARRIVAL, SPACING, SETUP = int(Purpose.ARRIVAL), int(Purpose.SPACING), int(Purpose.SETUP)
TERMINAL, DAMAGE, FLIGHT_STATE = int(Event.TERMINAL), int(Event.DAMAGE), int(Event.FLIGHT_STATE)
HIT_ASSET, REACHED_MISSED = int(Terminal.HIT_ASSET), int(Terminal.REACHED_MISSED)
IMPACT_UNDEFENDED, TRANSITED = int(Terminal.IMPACT_UNDEFENDED), int(Terminal.TRANSITED)
AIRBORNE_AT_END = int(Terminal.AIRBORNE_AT_END)
CEP_TO_SIGMA = 1.0 / math.sqrt(2.0 * math.log(2.0))


@kernel("void(Flight, f8)")
def delay(flight, later):
    """Let a flight begin and end ``later`` s later."""
    flight["shift"] += later
    flight["starts"] = max(flight["starts"] + later, 0.0)  # what would lie before the run is not flown
    flight["ends"] += later


@kernel("void(Sim)")
def begin(sim):
    """Set what differs between replications: launchers that do not work, drawn jitter of the starts; with Poisson
    arrivals, drawn starts.
    """
    situation = sim.situation[0]
    for k in range(len(sim.launchers)):
        launcher = sim.launchers[k]
        if uniform(situation["seed"], situation["replication"], SETUP, launcher["actor"], 0) >= launcher["readiness"]:
            launcher["fails_at"] = 0.0
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["jitter"] > 0.0:
            u, v, _, _ = uniforms(situation["seed"], situation["replication"], SPACING, flight["actor"], 0)
            n, _ = normals(u, v)
            delay(flight, flight["jitter"] * n)
    if situation["arrivals_poisson"] == 0:
        return
    raid = -1
    clock = 0.0
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["raid"] < 0:
            continue
        if flight["raid"] != raid:
            raid = flight["raid"]
            clock = 0.0
        u = uniform(situation["seed"], situation["replication"], ARRIVAL, flight["actor"], 0)
        clock -= math.log(u) / situation["arrival_rate"]
        delay(flight, clock - flight["starts"])


@kernel("void(Sim, i8, i8, i8, f8)")
def finish(sim, f, terminal, asset, miss):
    """Give a flight its one terminal code, now."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    x, y, z = position_at(sim.tables, flight["path"], situation["now"] - flight["shift"])
    flight["terminal"] = terminal
    flight["dead_at"] = situation["now"]
    situation["ended"] = 1
    log(sim, TERMINAL, f, -1, -1, -1, -1, -1, terminal, x, y, z, asset, miss, 0.0)


@kernel("void(Sim, i8)")
def arrive(sim, f):
    """A flight comes to the end of its path: impact within its dispersion, or the end of a route."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    if flight["asset"] < 0 and flight["cep"] <= 0.0:
        finish(sim, f, TRANSITED, -1, 0.0)
        return
    u, v, _, _ = uniforms(situation["seed"], situation["replication"], CEP_DRAW, flight["actor"], 0)
    n, _ = normals(u, v)
    _, m = normals(u, v)
    sigma = flight["cep"] * CEP_TO_SIGMA
    x, y, z = position_at(sim.tables, flight["path"], situation["now"] - flight["shift"])
    ux, uy, uz, _ = local_up(x, y, z)
    flat = max(math.sqrt(ux * ux + uy * uy), 1e-9)
    ex, ey = -uy / flat, ux / flat  # east; north is up cross east
    x += sigma * (n * ex - m * uz * ey)
    y += sigma * (n * ey + m * uz * ex)
    z += sigma * m * (ux * ey - uy * ex)
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
        log(sim, DAMAGE, f, -1, -1, -1, -1, -1, struck, sim.assets[struck]["hits"], 0.0, 0.0, 0.0, 0.0, 0.0)
        return
    a = flight["asset"]
    finish(sim, f, REACHED_MISSED if a >= 0 else IMPACT_UNDEFENDED, a, miss if miss < math.inf else sigma)


@kernel("void(Sim)")
def close(sim):
    """The end of the run: whoever still flies is AIRBORNE_AT_END."""
    for f in range(len(sim.flights)):
        if sim.flights[f]["terminal"] == 0:
            finish(sim, f, AIRBORNE_AT_END, -1, 0.0)


@kernel("void(Sim)")
def sample(sim):
    """Log the state of every flight in the air (recorded replications, once a second)."""
    now = sim.situation[0]["now"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["terminal"] != 0 or flight["starts"] > now:
            continue
        x, y, z, vx, vy, vz = state_at(sim.tables, flight["path"], now - flight["shift"])
        log(sim, FLIGHT_STATE, f, -1, -1, -1, -1, -1, 0, x, y, z, vx, vy, vz)
