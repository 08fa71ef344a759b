"""Gates: what keeps a fire unit from shooting at a flight, one kernel for each kind of number that a gate names."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.world.codes import Detail, Gate
from openiads.world.log import log_gate

NO_NUMBER, HEIGHT, ANGLE = int(Detail.NONE), int(Detail.HEIGHT), int(Detail.ANGLE)
DISTANCE, SPEED, PROBABILITY, DURATION = (
    int(Detail.DISTANCE),
    int(Detail.SPEED),
    int(Detail.PROBABILITY),
    int(Detail.DURATION),
)
JAMMED = int(Gate.JAMMED)
SECTOR, BEYOND_RADAR, OUT_OF_SPEED = int(Gate.SECTOR), int(Gate.BEYOND_RADAR), int(Gate.OUT_OF_SPEED)
NOT_IDENTIFIED, RULES = int(Gate.NOT_IDENTIFIED), int(Gate.RULES_OF_ENGAGEMENT)
SILENT, POLICY = int(Gate.SILENT), int(Detail.POLICY)


@kernel("f8(Sim, i8)")
def silent_by(sim, u):
    """What (``codes.Emission``) keeps a unit's radar silent, or else another one of its post."""
    unit = sim.units[u]
    radar = sim.radars[unit["radar"]]
    if radar["emitting"] == 0 and radar["policy"] != 0:
        return float(radar["policy"])
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["post"] == unit["post"] and radar["emitting"] == 0 and radar["policy"] != 0:
            return float(radar["policy"])
    return 0.0


@kernel("void(Sim, i8, i8, i8, i8, f8)")
def change_gate(sim, f, u, gate, detail, number):
    """Remember what keeps unit ``u`` from shooting at flight ``f``; a change is logged, with its number."""
    if f < 0 or sim.flights[f]["terminal"] != 0:
        return
    before = sim.gates[f, u]
    if before == gate:
        return
    sim.gates[f, u] = gate
    if gate == SILENT:
        detail, number = POLICY, silent_by(sim, u)
    log_gate(sim, f, u, gate, before, detail, number)


@kernel("void(Sim, i8, i8, i8)")
def set_gate(sim, f, u, gate):
    """A gate without a number."""
    change_gate(sim, f, u, gate, NO_NUMBER, 0.0)


@kernel("void(Sim, i8, i8, i8, f8)")
def set_gate_below(sim, f, u, gate, height):
    """HORIZON or MASK: the flight must rise above a height, m above the sea."""
    change_gate(sim, f, u, gate, HEIGHT, height)


@kernel("void(Sim, i8, i8, f8)")
def set_gate_sector(sim, f, u, angle):
    """SECTOR: the flight is so far off the middle of what the radar faces, rad."""
    change_gate(sim, f, u, SECTOR, ANGLE, angle)


@kernel("void(Sim, i8, i8, f8)")
def set_gate_range(sim, f, u, distance):
    """BEYOND_RADAR: the flight is so far from the radar, m."""
    change_gate(sim, f, u, BEYOND_RADAR, DISTANCE, distance)


@kernel("void(Sim, i8, i8, f8)")
def set_gate_jammed(sim, f, u, distance):
    """JAMMED: a radar would burn through at such a distance, m."""
    change_gate(sim, f, u, JAMMED, DISTANCE, distance)


@kernel("void(Sim, i8, i8, i8, f8)")
def set_gate_wait(sim, f, u, gate, seconds):
    """OPERATOR_BUSY, TOO_EARLY or RULE_HELD: the unit waits so long."""
    change_gate(sim, f, u, gate, DURATION, seconds)


@kernel("void(Sim, i8, i8, i8, Track)")
def set_gate_of_track(sim, f, u, gate, track):
    """A gate that rules, identity or reach set for a track; some of them name a number of the track."""
    if gate == NOT_IDENTIFIED or gate == RULES:
        change_gate(sim, f, u, gate, PROBABILITY, track["belief"][0])
    elif gate == OUT_OF_SPEED:
        change_gate(sim, f, u, gate, SPEED, track["speed"])
    else:
        change_gate(sim, f, u, gate, NO_NUMBER, 0.0)
