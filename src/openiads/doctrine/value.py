"""Value at risk: what a track threatens to do, in what order a post deals with tracks, and which may take a round.

The harm of a class is a yardstick of posts (``damage_*`` of the catalog's behavior), weighed with the value of the
asset that the track threatens.  A post deals first with what averts most harm a round and second left: the weighted
index of scheduling jobs with due dates ([pinedo2016], section 14.2).  Rounds are kept for tracks of more value that
wait, and for announced threats.
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.doctrine.assignment import AIRCRAFT, BALLISTIC, CONFIRMED, CRUISE, DRONE, believed_class


@kernel("f8(Model, i8)")
def harm(model, kind):
    """What one of a class does that gets through, in cruise missiles."""
    if kind == BALLISTIC:
        return model["damage_ballistic"]
    if kind == DRONE:
        return model["damage_drone"]
    return model["damage_cruise"] if kind == CRUISE else model["damage_aircraft"]


@kernel("f8(Model, Track, Assets)")
def worth_of(model, track, assets):
    """Value at risk of a track: the harm of its class times the value of the asset that it threatens; 0 for none."""
    if track["threatening"] == 0 or track["asset"] < 0:
        return 0.0
    return harm(model, believed_class(track)) * assets[track["asset"]]["value"]


@kernel("f8(Model, Track, f8, i8)")
def urgency_of(model, track, chance, salvo):
    """Harm averted per round and second left by a salvo of ``salvo`` rounds that kill with ``chance`` each."""
    rounds = max(salvo, 1)
    averted = track["worth"] * (1.0 - (1.0 - chance) ** rounds) / rounds
    return averted / max(track["time_to_asset"], model["urgency_time"])


@kernel("i8(Tracks, i8[::1], i8, i8)")
def rounds_wanted(tracks, rows, k, salvo):
    """Rounds that the waiting tracks of more value than track ``k`` will take, a salvo each."""
    total = 0
    for j in rows:
        track = tracks[j]
        waits = track["state"] == CONFIRMED and track["engagements"] == 0 and track["assessed_dead"] == 0
        if waits and track["refused"] == 0 and track["worth"] > tracks[k]["worth"] + 1e-12:
            total += salvo
    return total


@kernel("i8(Model, Unit, Track)")
def rounds_announced(model, unit, track):
    """Rounds that a unit keeps for announced classes of more harm than that of a track."""
    mine = harm(model, believed_class(track))
    total = 0
    for kind in range(AIRCRAFT, BALLISTIC + 1):
        if harm(model, kind) > mine + 1e-12:
            total += unit["reserves"][kind]
    return total


@kernel("i8(Tracks, i8[::1])")
def next_track(tracks, rows):
    """Of some rows of tracks, the most urgent confirmed one not yet dealt with in this cycle; of equals the one with
    the lesser serial; -1 for none.
    """
    best = -1
    most, serial = -math.inf, 0
    for k in rows:
        track = tracks[k]
        if track["state"] != CONFIRMED or track["dealt"] == 1:
            continue
        if best < 0 or track["urgency"] > most or (track["urgency"] == most and track["serial"] < serial):
            best, most, serial = k, track["urgency"], track["serial"]
    return best
