"""Weapons that home on emission: which emitter one takes, how well it still knows where that is, and where it lands.

What has lost its emitter flies on to where it last heard it, the worse the longer ago that was.
Source of the growth of the deviation: [washburn2009].
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.world.codes import Element
from openiads.world.log_elements import log_decoyed

ON_RADAR = int(Element.RADAR)
TWO_PI = 2.0 * math.pi
CEP_TO_SIGMA = 1.0 / math.sqrt(2.0 * math.log(2.0))
NEVER = -math.inf


@kernel("f8(Sim, i8)")
def last_heard(sim, r):
    """When radar ``r`` last emitted, s, at most now; -inf: it never did."""
    radar = sim.radars[r]
    if radar["emitting"] == 1:
        until = min(sim.situation[0]["now"], radar["fails_at"])
        if until >= max(radar["emits_from"], radar["ready_at"]):
            return until
    return radar["last_emitted"]


@kernel("f8(f8, f8, f8, f8)", entry=True)
def remembered(emitting, growth, blind, since):
    """Deviation (m) of a weapon's aim ``since`` s after it last heard its emitter: grown, but no more than blind.

    emitting, blind : m, while the emitter emits, and of an aim that rests on nothing heard;  growth : m/s;
    since : s, >= 0, inf for never heard
    """
    if since == math.inf:
        return blind
    grown = growth * since
    return min(math.sqrt(emitting * emitting + grown * grown), max(blind, emitting))


@kernel("tuple_of(i8, f8)(Sim, i8, i8)")
def take_emitter(sim, f, r):
    """(number of the decoy from 0, or -1 for the radar itself; share of the decoys) that weapon ``f`` takes.

    Decoys that stood when it began share with the radar by their weights; without emission there is nothing to take.
    """
    radar = sim.radars[r]
    begun = sim.flights[f]["starts"]
    standing = 0
    for k in range(radar["decoys"]):
        standing += 1 if radar["decoy_down"][k] > begun else 0
    if standing == 0 or last_heard(sim, r) == NEVER:
        return -1, 0.0
    weight = standing * radar["decoy_weight"]
    share = weight / (1.0 + weight)
    u0, u1 = dice.homing(sim, f)
    if u0 >= share:
        return -1, share
    place = int(math.floor(u1 * standing))
    for k in range(radar["decoys"]):
        if radar["decoy_down"][k] > begun:
            if place == 0:
                return k, share
            place -= 1
    return -1, share


@kernel("tuple_of(f8, f8, f8)(Radar, i8)")
def beside_radar(radar, k):
    """Offset (ECEF, m) of a radar's ``k``-th decoy: they stand in a ring about it, the first to the north."""
    turn = TWO_PI * k / max(radar["decoys"], 1)
    east, north = radar["decoy_distance"] * math.sin(turn), radar["decoy_distance"] * math.cos(turn)
    axes = radar["axes"]
    return (
        east * axes[0, 0] + north * axes[1, 0],
        east * axes[0, 1] + north * axes[1, 1],
        east * axes[0, 2] + north * axes[1, 2],
    )


@kernel("tuple_of(f8, f8, f8, f8, i8, f8)(Sim, i8)")
def homed(sim, f):
    """(deviation m, offset of the aim from the end of the path, ECEF m, decoy or -1, share) of flight ``f`` now.

    One whose radar has no emission control and no decoys is blind as soon as the radar is silent.
    """
    flight = sim.flights[f]
    aimed = flight["cep"] * CEP_TO_SIGMA
    if flight["cep_blind"] <= 0.0 or flight["element"] != ON_RADAR:
        return aimed, 0.0, 0.0, 0.0, -1, 0.0
    now = sim.situation[0]["now"]
    r = flight["element_row"]
    radar = sim.radars[r]
    blind = flight["cep_blind"] * CEP_TO_SIGMA
    decoy, share = take_emitter(sim, f, r)
    heard = last_heard(sim, r)
    if decoy >= 0:
        heard = min(heard, radar["decoy_down"][decoy])
    if flight["growth"] > 0.0:
        aimed = remembered(aimed, flight["growth"], blind, now - heard)
    elif radar["emitting"] == 0 or now >= radar["fails_at"] or (heard < now and decoy >= 0):
        aimed = blind
    x, y, z = 0.0, 0.0, 0.0
    if flight["growth"] > 0.0 and radar["emitting"] == 0 and heard > NEVER:  # it may have moved on since
        x = radar["last_at"][0] - radar["position"][0]
        y = radar["last_at"][1] - radar["position"][1]
        z = radar["last_at"][2] - radar["position"][2]
    if decoy >= 0:
        dx, dy, dz = beside_radar(radar, decoy)
        x, y, z = x + dx, y + dy, z + dz
    return aimed, x, y, z, decoy, share


@kernel("void(Sim, i8, i8, f8, f8, f8, f8, f8, f8, f8)")
def strike_decoy(sim, f, decoy, x, y, z, off, deviation, share, reach):
    """Weapon ``f`` comes down at a point ``off`` m from the decoy it took, which is gone if that is in ``reach``."""
    now = sim.situation[0]["now"]
    r = sim.flights[f]["element_row"]
    if off <= reach:
        sim.radars[r]["decoy_down"][decoy] = min(sim.radars[r]["decoy_down"][decoy], now)
    log_decoyed(sim, f, r, decoy, x, y, z, off, deviation, share)
