"""What happens next: the phases of a replication in order.

Equal times are ordered: rounds (intercept), flights (damage), ships, switches of jammers, of emission, looks, service
of tracks, plots arriving, decisions of the posts, then the crews' (launch); within a kind by row.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.engine.crew import operate
from openiads.engine.post import command
from openiads.parts.deconfliction import deliver
from openiads.parts.early_warning import begin_warning
from openiads.parts.emission import begin_emission, switch
from openiads.parts.flights import arrive, begin, close, sample
from openiads.parts.fusion import fuse
from openiads.parts.jamming import begin_jammers, switch_jammer
from openiads.parts.outcomes import tally
from openiads.parts.radars import begin_scans, search
from openiads.parts.service import serve
from openiads.parts.ships import sail
from openiads.parts.weapons import close_rounds, fly_round
from openiads.world.codes import Status

TOO_MUCH_WORK = int(Status.TOO_MUCH_WORK)
#: Phase -> what takes a turn in it, and the noun of its row in ``Names``, for messages.
TURNS = (
    ("updates of rounds in flight", ""),
    ("ends of flights", "flights"),
    ("moves of ships and orbiting aircraft", ""),
    ("search looks", "radars"),
    ("looks at engaged targets", "radars"),
    ("arrivals of plots", "posts"),
    ("decision cycles", "posts"),
    ("decisions of crews", "units"),
    ("samples of the record", ""),
    ("ends", ""),
    ("switches of emission", "radars"),  # between ships and looks
    ("switches of jammers", ""),  # before those of emission
)
ROUND, FLIGHT, SHIP, LOOK, SERVICE, LINK, POST, UNIT, SAMPLE, END = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
EMISSION, JAMMER = 10, 11


@kernel("tuple_of(f8, i8, i8)(Sim)")
def next_due(sim):
    """(time, phase, row) of what falls due next; the earlier phase wins a tie."""
    situation = sim.situation[0]
    when = situation["duration"]
    phase = END
    row = 0
    if situation["round_due"] < when:
        when, phase, row = situation["round_due"], ROUND, situation["round_next"]
    if situation["flight_due"] < when:
        when, phase, row = situation["flight_due"], FLIGHT, situation["flight_next"]
    for p in range(len(sim.platforms)):
        if sim.platforms[p]["due"] < when:
            when, phase, row = sim.platforms[p]["due"], SHIP, p
    if situation["jammer_due"] < when:
        when, phase, row = situation["jammer_due"], JAMMER, situation["jammer_next"]
    if situation["emission_due"] < when:
        when, phase, row = situation["emission_due"], EMISSION, situation["emission_next"]
    later, second = math.inf, 0  # of what is asked in the same pass and comes after it at equal times
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["due"] < when:
            when, phase, row = radar["due"], LOOK, r
        if radar["service_due"] < later:
            later, second = radar["service_due"], r
    if later < when:
        when, phase, row = later, SERVICE, second
    later = math.inf
    for p in range(len(sim.posts)):
        post = sim.posts[p]
        if post["fuse_due"] < when:
            when, phase, row = post["fuse_due"], LINK, p
        if post["due"] < later:
            later, second = post["due"], p
    if later < when:
        when, phase, row = later, POST, second
    for u in range(len(sim.units)):
        if sim.units[u]["due"] < when:
            when, phase, row = sim.units[u]["due"], UNIT, u
    if situation["sample_due"] < when:
        when, phase, row = situation["sample_due"], SAMPLE, 0
    return when, phase, row


@kernel("void(Sim)")
def find_next_round(sim):
    """Remember which round falls due next; only rounds and crews change that."""
    situation = sim.situation[0]
    situation["round_due"] = math.inf
    for k in range(situation["rounds_first"], situation["rounds_count"]):
        if sim.rounds[k]["due"] < situation["round_due"]:
            situation["round_due"] = sim.rounds[k]["due"]
            situation["round_next"] = k


@kernel("b1(Sim)")
def settled(sim):
    """Whether no track and no plot of any flight is left: one may be confirmed or judged after its flight ended."""
    for k in range(sim.situation[0]["tracks_high"]):
        if sim.tracks[k]["state"] != 0 and sim.tracks[k]["flight"] >= 0:
            return False
    for i in range(sim.situation[0]["plots_count"]):
        if sim.plots[i]["flight"] >= 0:
            return False
    return True


@kernel("void(Sim)")
def find_next_arrival(sim):
    """Remember which flight's path ends next."""
    situation = sim.situation[0]
    situation["flight_due"] = math.inf
    for f in range(len(sim.flights)):
        if sim.flights[f]["terminal"] == 0 and sim.flights[f]["ends"] < situation["flight_due"]:
            situation["flight_due"] = sim.flights[f]["ends"]
            situation["flight_next"] = f
    situation["open_flights"] = 0
    for f in range(len(sim.flights)):
        if sim.flights[f]["terminal"] == 0 and sim.flights[f]["starts"] < math.inf:
            situation["open_flights"] += 1
    first = situation["rounds_first"]
    while first < situation["rounds_count"] and sim.rounds[first]["end"] != 0:
        first += 1
    situation["rounds_first"] = first


@kernel("void(Sim)")
def begin_play(sim):
    """What is drawn, sent and set in motion before the first turn of a replication."""
    begin(sim)
    if sim.situation[0]["zones"] > 0:
        deliver(sim)
    begin_scans(sim)
    begin_warning(sim)
    if sim.situation[0]["emission"] > 0:
        begin_emission(sim)
    if len(sim.jammers) > 0:
        begin_jammers(sim)
    find_next_arrival(sim)
    find_next_round(sim)


@kernel("void(Sim, Tally, View, function(Order(Own, Picture, Dials, Draw)))", entry=True)
def play(sim, out, view, rule):
    """One replication from start to end, or to the first status that is not OK; counted in ``out``."""
    situation = sim.situation[0]
    begin_play(sim)
    while situation["status"] == 0:
        when, phase, row = next_due(sim)
        situation["now"] = when
        if phase == END:
            break
        situation["work"] += 1
        situation["turns"][phase] += 1
        situation["phase"] = phase
        if situation["work"] + situation["looks"] + situation["steps"] > situation["work_most"]:
            situation["status"] = TOO_MUCH_WORK
            situation["status_entity"] = row
            break
        if situation["open_flights"] == 0 and situation["rounds_first"] == situation["rounds_count"] and settled(sim):
            break  # nothing that is counted can change any more
        if phase == ROUND:
            fly_round(sim, row)
        elif phase == FLIGHT:
            arrive(sim, row)
        elif phase == SHIP:
            sail(sim, row)
        elif phase == LOOK:
            search(sim, row)
        elif phase == SERVICE:
            serve(sim, row)
        elif phase == LINK:
            fuse(sim, row)
        elif phase == POST:
            command(sim, row)
        elif phase == UNIT:
            operate(sim, row, view, rule)
        elif phase == EMISSION:
            switch(sim, row)
        elif phase == JAMMER:
            switch_jammer(sim, row)
        else:
            sample(sim)
            situation["sample_due"] += 1.0
        if situation["ended"] == 1:
            situation["ended"] = 0
            find_next_arrival(sim)
        if phase == ROUND or phase == UNIT:
            find_next_round(sim)
    if situation["status"] == 0:
        close(sim)
        close_rounds(sim)
    else:
        situation["status_time"] = situation["now"]
    tally(sim, out)
