"""What holds fire: the gate of each flight at each fire unit, and which resource the flights wait for."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.parts.gates import set_gate
from openiads.parts.sensing import TOO_SLOW
from openiads.parts.tracks import CONFIRMED
from openiads.world.codes import Gate, Side
from openiads.world.layout import LEVELS

HOSTILE_SIDE = int(Side.HOSTILE)
HORIZON, MASK, SECTOR, SEARCH_MODE = int(Gate.HORIZON), int(Gate.MASK), int(Gate.SECTOR), int(Gate.SEARCH_MODE)
NOT_DETECTED, NO_FIRM_TRACK, OUT_OF_RANGE = int(Gate.NOT_DETECTED), int(Gate.NO_FIRM_TRACK), int(Gate.OUT_OF_RANGE)
NO_CHANNEL, NO_ROUND, NO_LAUNCHER = int(Gate.NO_CHANNEL), int(Gate.NO_ROUND), int(Gate.NO_LAUNCHER_READY)
OPERATOR_BUSY = int(Gate.OPERATOR_BUSY)
LINK_DOWN = int(Gate.LINK_DOWN)
NOT_IDENTIFIED, NOT_ACQUIRED = int(Gate.NOT_IDENTIFIED), int(Gate.NOT_ACQUIRED)


PICTURE, OPERATOR, CHANNEL, LAUNCHER, MAGAZINE = 0, 1, 2, 3, 4


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
                set_gate(sim, f, u, LINK_DOWN if cut else gate)


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
