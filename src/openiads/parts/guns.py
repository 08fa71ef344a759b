"""Bursts of guns: laid on the target's predicted way, flown by shells that nothing guides, hit or miss together.

A burst counts as fired at its middle.  It is aimed where the target would be if it went on as it does then; its center
lies off that by the bias of the burst, one draw for all its rounds, and by what the target has turned away meanwhile.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.flights import away_from, state_of
from openiads.physics.flyout import CLOSED, track_acceleration
from openiads.physics.flyout.terminal import across
from openiads.physics.gunnery import any_of, round_hit
from openiads.world.codes import ThreatClass
from openiads.world.log import log_burst

BALLISTIC = int(ThreatClass.BALLISTIC)
STEPS = 40  # of the search for the time of meeting, each half-way to what the last one says: it ends for targets up to
# some three times as fast as the shells, where whole steps would leave those out that are as fast
TERMINAL_PHASE = 4  # as rounds of the log have it


@kernel("void(Body, f8, f8, f8, f8, f8, f8, f8, f8)")
def lay(body, now, sx, sy, sz, x, y, z, arrival):
    """A burst from a place toward where it is to meet its target: a straight way, ECEF, m."""
    took = max(arrival - now, 1e-3)
    body["position"][0], body["position"][1], body["position"][2] = sx, sy, sz
    body["velocity"][0], body["velocity"][1], body["velocity"][2] = (x - sx) / took, (y - sy) / took, (z - sz) / took
    body["aim"][0], body["aim"][1], body["aim"][2] = x, y, z
    body["arrival"] = arrival
    body["launch_time"] = now
    body["age"] = 0.0
    body["miss"] = body["closest_time"] = math.inf
    body["steps"] = 0
    body["phase"] = TERMINAL_PHASE
    body["status"] = CLOSED


@kernel("f8(Sim, i8)")
def meeting_time(sim, k):
    """When the shells of burst ``k`` from the middle of it are at the distance of their target, s."""
    round_ = sim.rounds[k]
    magazine = sim.magazines[round_["magazine"]]
    begun = round_["launched_at"] + 0.5 * magazine["burst_time"]
    at = sim.bodies[k]["position"]
    when = begun
    for _ in range(STEPS):
        x, y, z, _, _, _ = state_of(sim, round_["flight"], when)
        when += 0.5 * (begun + away_from(at, x, y, z) / magazine["shell_speed"] - when)
    return when


@kernel("tuple_of(f8, f8, f8)(Sim, i8, f8)")
def turned_away(sim, k, when):
    """How far (m, ECEF) a target is at a time from where the middle of burst ``k`` was aimed: what it has turned."""
    round_ = sim.rounds[k]
    f = round_["flight"]
    begun = round_["launched_at"] + 0.5 * sim.magazines[round_["magazine"]]["burst_time"]
    x, y, z, vx, vy, vz = state_of(sim, f, begun)
    falls = 1 if sim.flights[f]["threat_class"] == BALLISTIC else 0
    ax, ay, az = track_acceleration(x, y, z, vx, vy, vz, falls)
    s = when - begun
    tx, ty, tz, _, _, _ = state_of(sim, f, when)
    return (
        tx - x - s * (vx + 0.5 * s * ax),
        ty - y - s * (vy + 0.5 * s * ay),
        tz - z - s * (vz + 0.5 * s * az),
    )


@kernel("tuple_of(f8, f8)(Sim, i8)")
def burst_result(sim, k):
    """Burst ``k`` passes its target now: (probability of a kill, closing speed m/s); its miss is that of its center."""
    now = sim.situation[0]["now"]
    round_ = sim.rounds[k]
    f = round_["flight"]
    flight = sim.flights[f]
    magazine = sim.magazines[round_["magazine"]]
    body = sim.bodies[k]
    p = body["position"]
    x, y, z, vx, vy, vz = state_of(sim, f, now)
    rx, ry, rz = x - p[0], y - p[1], z - p[2]
    distance = max(math.sqrt(rx * rx + ry * ry + rz * rz), 1.0)
    ux, uy, uz, wx, wy, wz = across(p[0], p[1], p[2], rx, ry, rz)
    dx, dy, dz = turned_away(sim, k, now)
    first, second, _ = dice.burst(sim, f, round_["shot"])
    aside = magazine["bias"] * distance * first + dx * ux + dy * uy + dz * uz
    above = magazine["bias"] * distance * second + dx * wx + dy * wy + dz * wz
    round_["miss"] = math.sqrt(aside * aside + above * above)
    kind = flight["threat_class"]
    radius = magazine["lethal"][kind] * flight["size"]
    scatter = magazine["dispersion"] * distance
    chance = round_hit(radius, scatter, round_["miss"])
    speed = magazine["shell_speed"] / distance
    sx, sy, sz = speed * rx - vx, speed * ry - vy, speed * rz - vz
    body["velocity"][0], body["velocity"][1], body["velocity"][2] = speed * rx, speed * ry, speed * rz
    p[0], p[1], p[2] = x, y, z
    log_burst(sim, k, distance, scatter, chance, radius)
    kills = magazine["reliability"] * any_of(magazine["certain"][kind] * chance, float(magazine["burst"]))
    return kills, math.sqrt(sx * sx + sy * sy + sz * sz)
