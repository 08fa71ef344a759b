"""What a fire rule is told: its engagement, and a copy of the post's picture; what it answers is checked."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.doctrine.contracts import FIRE, Dials, Draw, Order, Own, Picture
from openiads.parts import dice
from openiads.parts.tracks import CONFIRMED
from openiads.world.codes import Action

HOLD_ACTION = int(Action.HOLD)


@kernel("i8(Sim, i8, View)")
def fill_picture(sim, post, view):
    """Copy the post's confirmed tracks into the picture arrays that rules read; the number of rows."""
    count = 0
    now = sim.situation[0]["now"]
    for k in range(sim.situation[0]["tracks_high"]):
        if sim.pictures[k] != post or sim.tracks[k]["state"] != CONFIRMED:
            continue
        track = sim.tracks[k]
        if count >= len(view.track):
            break
        dt = now - track["time"]
        view.identity[count] = track["identity"]
        view.kind[count] = track["threat_class"]
        view.threatening[count] = track["threatening"]
        view.in_flight[count] = track["in_flight"]
        view.track[count] = k
        view.time_to_asset[count] = track["time_to_asset"]
        for axis in range(3):
            view.position[count, axis] = track["x"][axis] + dt * track["x"][axis + 3]
            view.velocity[count, axis] = track["x"][axis + 3]
        count += 1
    return count


@kernel("Order(Sim, i8, Own, View, function(Order(Own, Picture, Dials, Draw)))")
def ask_user(sim, e, own, view, rule):
    """A user's rule on a fresh copy of the picture; whatever it writes there is lost."""
    situation = sim.situation[0]
    engagement = sim.engagements[e]
    unit = sim.units[engagement["unit"]]
    count = fill_picture(sim, sim.tracks[engagement["track"]]["post"], view)
    row = -1
    for i in range(count):
        if view.track[i] == engagement["track"]:
            row = i
    if row < 0:  # the post's picture does not hold it any more
        return Order(HOLD_ACTION, 0, 0)
    own = Own(
        own.now,
        row,
        own.unit,
        own.loaded,
        own.in_flight,
        own.fired,
        own.elsewhere,
        own.salvo,
        own.probability,
        own.first,
        own.last,
        own.time_to_asset,
    )
    for i in range(8):
        view.dials[i] = unit["dials"][i]
    picture = Picture(
        count,
        view.identity,
        view.kind,
        view.threatening,
        view.time_to_asset,
        view.in_flight,
        view.position,
        view.velocity,
    )
    actor, slot = dice.rule_key(sim, engagement["unit"], engagement["flight"])
    order = rule(own, picture, Dials(view.dials), Draw(situation["seed"], situation["replication"], actor, slot))
    if order.action == FIRE and order.track != row:  # an engagement fires at its own track: action 0 is refused
        return Order(0, order.track, 0)
    return order


@kernel("Own(Sim, i8, i8, f8, f8, f8)")
def briefing(sim, e, loaded, first, last, believed):
    """What a fire rule is told of engagement ``e`` that asks it."""
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    track = sim.tracks[engagement["track"]]
    u = engagement["unit"]
    mine, others = engagement["in_flight"], track["in_flight"] - engagement["in_flight"]
    fired, salvo, urgency = engagement["fired"], sim.units[u]["salvo"], track["time_to_asset"]
    return Own(now, 0, u, loaded, mine, fired, others, salvo, believed, first - now, last - now, urgency)
