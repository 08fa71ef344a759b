"""What a fire unit offers against a track: which kind of round it would shoot, and with what prospect."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.doctrine.assignment import envelope
from openiads.parts.launchers import rounds_of
from openiads.world.codes import Gate
from openiads.world.trace import GATE_RANK

NO_ROUND, PROBABILITY_FLOOR = int(Gate.NO_ROUND), int(Gate.PROBABILITY_FLOOR)


@kernel("tuple_of(i8, i8, f8, f8, f8, f8)(Sim, i8, Track, f8)")
def offer(sim, u, track, ready):
    """The kind of round a unit would shoot at a track: (gate or 0, magazine, first, last, believed, spare).

    Among the kinds with rounds left and a feasible intercept those that need not wait for the target to come nearer
    go first, and of these the one believed to kill most surely; equal ones in the catalog's order.  Without any, the
    gate that the kind furthest along met.
    """
    unit = sim.units[u]
    gate, magazine, first, last, believed, spare = PROBABILITY_FLOOR, -1, math.inf, math.inf, 0.0, 0.0
    best, nothing = -math.inf, True
    for m in range(unit["first_magazine"], unit["first_magazine"] + unit["magazines"]):
        if rounds_of(sim, u, m) <= 0:
            if nothing and magazine < 0:
                gate = NO_ROUND
            continue
        g, a, b, chance, wait = envelope(sim.tables, unit, sim.magazines[m], track, ready)
        merit = chance - (1.0 if wait > sim.model[0]["soon_ready"] else 0.0)
        if g == 0 and merit > best:
            gate, magazine, first, last, believed, spare, best = 0, m, a, b, chance, wait, merit
        elif g != 0 and magazine < 0 and (nothing or GATE_RANK[g] > GATE_RANK[gate]):
            gate, nothing = g, False
    return gate, magazine, first, last, believed, spare
