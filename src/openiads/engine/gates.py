"""What holds fire: the gate of each flight at each fire unit, and which resource the flights wait for."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.parts.gates import set_gate, set_gate_jammed
from openiads.parts.pictures import forget_tracked, note_tracked, tracked_at_all, tracked_by
from openiads.parts.sensing import (
    BELOW_HORIZON,
    BELOW_MASK,
    DETECTED,
    OUT_OF_MODE,
    OUT_OF_RANGE,
    OUT_OF_SECTOR,
    SILENT_LOOK,
    TOO_SLOW,
    VISIBLE,
)
from openiads.parts.tracks import CONFIRMED
from openiads.world.codes import Gate, Look, Resource, Side, Stage
from openiads.world.elements import LEVELS
from openiads.world.trace import GATE_RANK

HOSTILE_SIDE = int(Side.HOSTILE)
NO_STAGE, ACQUIRING = int(Stage.NONE), int(Stage.ACQUIRING)
HORIZON, MASK, SECTOR, SEARCH_MODE = int(Gate.HORIZON), int(Gate.MASK), int(Gate.SECTOR), int(Gate.SEARCH_MODE)
JAMMED, LOOK_JAMMED = int(Gate.JAMMED), int(Look.JAMMED)
NOT_DETECTED, NO_FIRM_TRACK = int(Gate.NOT_DETECTED), int(Gate.NO_FIRM_TRACK)
NO_RADAR, BEYOND_RADAR = int(Gate.NO_RADAR), int(Gate.BEYOND_RADAR)
NO_CHANNEL, NO_ROUND, NO_LAUNCHER = int(Gate.NO_CHANNEL), int(Gate.NO_ROUND), int(Gate.NO_LAUNCHER_READY)
OPERATOR_BUSY = int(Gate.OPERATOR_BUSY)
LINK_DOWN = int(Gate.LINK_DOWN)
NOT_IDENTIFIED, NOT_ACQUIRED = int(Gate.NOT_IDENTIFIED), int(Gate.NOT_ACQUIRED)
SILENT = int(Gate.SILENT)


PICTURE, OPERATOR, CHANNEL = int(Resource.PICTURE), int(Resource.OPERATOR), int(Resource.CHANNEL)
LAUNCHER, MAGAZINE = int(Resource.LAUNCHER), int(Resource.MAGAZINE)


@kernel("b1(Sim, i8, i8)")
def cut_off(sim, u, f):
    """Whether a living post above the one that commands a fire unit now holds a track of flight ``f``."""
    unit = sim.units[u]
    for n in range(unit["level"] + 1, LEVELS):
        post = unit["posts"][n]
        if post >= 0 and sim.situation[0]["now"] < sim.posts[post]["fails_at"]:
            if tracked_by(sim.flights[f], post):
                return True
    return False


@kernel("tuple_of(i8, i8)(i8)")
def met_by(look):
    """How far a radar came with a look (``codes.Look``), and the gate that it met there."""
    if look == DETECTED:
        return 6, NO_FIRM_TRACK
    if look == LOOK_JAMMED:
        return 5, JAMMED
    if look == VISIBLE or look == TOO_SLOW:
        return 5, NOT_DETECTED
    if look == OUT_OF_MODE:
        return 4, SEARCH_MODE
    if look == OUT_OF_SECTOR:
        return 3, SECTOR
    if look == BELOW_MASK:
        return 2, MASK
    if look == BELOW_HORIZON:
        return 1, HORIZON
    if look == SILENT_LOOK:
        return -1, SILENT
    return 0, BEYOND_RADAR if look == OUT_OF_RANGE else NOT_DETECTED


@kernel("b1(Sim, i8, i8)")
def works_at(sim, u, f):
    """Whether unit ``u`` has an engagement of flight ``f``: by its cue, and by its own radar once that has it."""
    unit = sim.units[u]
    for n in range(unit["target_channels"]):
        engagement = sim.engagements[unit["first_engagement"] + n]
        if engagement["state"] == NO_STAGE:
            continue
        if engagement["state"] == ACQUIRING:
            track = sim.tracks[engagement["track"]]
            if track["serial"] == engagement["serial"] and track["flight"] == f:
                return True
        elif engagement["flight"] == f:
            return True
    return False


@kernel("void(Sim, i8)")
def name_unseen(sim, post):
    """Gates of flights that the post has no confirmed track of: what the radar that came furthest met."""
    now = sim.situation[0]["now"]
    mine, count = sim.candidates[0], 0  # the post's radars that work
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        never = radar["emitting"] == 0 and radar["policy"] == 0
        if radar["post"] == post and not (never or now >= radar["fails_at"] or now < radar["ready_at"]):
            mine[count] = r
            count += 1
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["starts"] > now or flight["terminal"] != 0 or tracked_by(flight, post):
            continue
        gate = NO_RADAR
        furthest = -2
        through = 0.0
        for n in range(count):
            r = mine[n]
            far, met = met_by(sim.looks[r, f]["code"])
            if now < sim.radars[r]["slewing_until"]:  # it looks at nothing: its last look tells if no other radar does
                far = -1
            if far > furthest:
                furthest, gate, through = far, met, sim.looks[r, f]["through"]
        for u in range(len(sim.units)):
            if sim.units[u]["post"] == post and not works_at(sim, u, f):
                # what another post sees would be seen here too if the link held
                cut = tracked_at_all(flight) and cut_off(sim, u, f)
                if gate == JAMMED and not cut:
                    set_gate_jammed(sim, f, u, through)
                else:
                    set_gate(sim, f, u, LINK_DOWN if cut else gate)


@kernel("i8(i8)")
def resource_of(gate):
    """Which resource (``codes.Resource``) a gate stands for; 0 for none."""
    if gate == OPERATOR_BUSY:
        return OPERATOR
    if gate == NO_CHANNEL:
        return CHANNEL
    if gate == NO_LAUNCHER:
        return LAUNCHER
    if gate == NO_ROUND:
        return MAGAZINE
    seeing = gate == HORIZON or gate == MASK or gate == SECTOR or gate == SEARCH_MODE or gate == JAMMED
    seeing = seeing or gate == NOT_DETECTED or gate == SILENT
    if seeing or gate == NO_FIRM_TRACK or gate == NOT_ACQUIRED or gate == NOT_IDENTIFIED:
        return PICTURE
    return 0


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
                gate = sim.gates[f, u]
                furthest = gate if GATE_RANK[gate] > GATE_RANK[furthest] else furthest
        which = resource_of(furthest)
        if which > 0:
            flight["waited"][which - 1] += cycle


@kernel("void(Sim, i8)")
def mark_tracked(sim, post):
    """Note which flights the post has a confirmed track of (for the gates of the others)."""
    for f in range(len(sim.flights)):
        forget_tracked(sim.flights[f], post)
    for n in range(sim.situation[0]["listed"]):
        track = sim.tracks[sim.roster[n]]
        if track["state"] == CONFIRMED and track["flight"] >= 0:
            note_tracked(sim.flights[track["flight"]], post)
