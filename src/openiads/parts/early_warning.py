"""Early-warning sensors: whether each is on station in this replication, and whether anybody hears it now."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.flights import away_from
from openiads.world.codes import Element
from openiads.world.log_elements import log_element_down

ON_RADAR = int(Element.RADAR)
NEVER = math.inf


@kernel("void(Sim)")
def begin_warning(sim):
    """Draw which early-warning sensors are there at all; one that is not takes no part, and nobody waits for it."""
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        if radar["early"] == 0 or dice.on_station(sim, r) < radar["on_station"]:
            continue
        radar["emitting"], radar["due"], radar["fails_at"], radar["down"] = 0, NEVER, 0.0, 1
        radar["post"] = radar["level"] = -1
        for n in range(len(radar["posts"])):
            radar["posts"][n] = -1
        if radar["platform"] >= 0:
            sim.platforms[radar["platform"]]["due"] = NEVER
        log_element_down(sim, ON_RADAR, r, -1)


@kernel("b1(Sim, i8)")
def heard(sim, r):
    """Whether the reports of a radar reach its post from where it is now."""
    radar = sim.radars[r]
    if radar["early"] == 0 or radar["link_range"] == NEVER:
        return True
    at = sim.posts[radar["post"]]["position"]
    return away_from(radar["position"], at[0], at[1], at[2]) <= radar["link_range"]


@kernel("b1(Platform, f8)")
def turning(carrier, way):
    """Whether a carrier that has flown ``way`` m along its racetrack is in one of its turns; never without turns."""
    half = carrier["leg"] + carrier["turn"]
    if carrier["turn"] <= 0.0:
        return False
    return way - half * math.floor(way / half) > carrier["leg"]
