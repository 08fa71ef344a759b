"""Which replications are worth running for a rare mistake: how many safeguards of identity fail in each, by its draws.

Draws have names, so what a flight will answer in a replication is known without flying it.  The kernels asked here are
those that the engine asks: what is said of a replication holds when it is run.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.interrogation import CIVIL_MODE, MILITARY, answers
from openiads.world.codes import Evidence, Side

HOSTILE = int(Side.HOSTILE)
NOTIFIED = 1 << int(Evidence.NOTIFIED)


@kernel("b1(Sim, i8, i8)")
def heard(sim, post, f):
    """Whether a post hears flight ``f`` in any mode, if it asks all its questions."""
    situation = sim.situation[0]
    most = situation["interrogations"]
    later = most if situation["in_turn"] == 1 else 0
    for n in range(most):
        if answers(sim, post, f, CIVIL_MODE, n + later) or answers(sim, post, f, MILITARY, n):
            return True
    return False


@kernel("b1(Sim, i8)")
def unheard(sim, f):
    """Whether some post hears nothing of flight ``f``."""
    for p in range(len(sim.posts)):
        if not heard(sim, p, f):
            return True
    return False


@kernel("i8(Sim)")
def notice_missing(sim):
    """1 if a notice that goes over hotlines comes through on none of them before the block or the run ends, else 0."""
    for z in range(len(sim.zones)):
        zone = sim.zones[z]
        if zone["bit"] != NOTIFIED or zone["lines"] == 0:
            continue
        ends = min(zone["ends"], sim.situation[0]["duration"])
        comes = math.inf
        for n in range(zone["lines"]):
            through, takes = dice.message(sim, z, n)
            if through < zone["reliability"][n]:
                comes = min(comes, zone["sent"] - zone["delay"][n] * math.log(takes))
        if comes > ends:
            return 1
    return 0


@kernel("tuple_of(b1, f8)(Sim, i8, f8)")
def comes(sim, f, clock):
    """Whether flight ``f`` takes part, and when it enters its airway after the one at ``clock``; sets what it carries.

    As ``flights.enter_airway`` draws it, which moves the flight besides.
    """
    flight = sim.flights[f]
    if flight["airway"] == 0:
        return True, clock
    if flight["airway"] < 0:  # recorded: it comes when it came
        _, squawks, planned = dice.civil(sim, f)
        flight["transponder"] = 1 if squawks < flight["carries"][0] else 0
        flight["flight_plan"] = 1 if planned < flight["carries"][1] else 0
        return True, clock
    if f == 0 or sim.flights[f - 1]["airway"] != flight["airway"]:
        clock = flight["open"][0]
    since, squawks, planned = dice.civil(sim, f)
    clock -= math.log(since) / flight["flow"]
    flight["transponder"] = 1 if squawks < flight["carries"][0] else 0
    flight["flight_plan"] = 1 if planned < flight["carries"][1] else 0
    leaves = flight["ends"] + clock - (sim.tables[flight["path"]] + flight["shift"])
    return leaves > 0.0 and clock <= min(sim.situation[0]["duration"], flight["open"][1]), clock


@kernel("i8(Sim)")
def failing(sim):
    """How many safeguards fail at once for the worst flight that is not hostile: 0 if all posts hear every such flight.

    Else 1, one more if the flight has no plan, and one more if a notice over hotlines does not come.
    """
    worst = 0
    clock = 0.0
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        takes_part, clock = comes(sim, f, clock)
        if flight["side"] != HOSTILE and takes_part and unheard(sim, f):
            worst = max(worst, 1 if flight["flight_plan"] == 1 else 2)
    return worst + notice_missing(sim) if worst > 0 else 0


@kernel("void(Sim, i8, i8, i8[::1])", entry=True)
def screen(sim, seed, first, out):
    """Fill in how many safeguards fail in each of some replications, from the ``first`` on.

    sim : as a replication begins; its situation and what airliners carry are overwritten
    """
    sim.situation[0]["seed"] = seed
    for k in range(len(out)):
        sim.situation[0]["replication"] = first + k
        out[k] = failing(sim)
