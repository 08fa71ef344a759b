"""The outcome row of a replication: what its flights, rounds and assets came to."""

from __future__ import annotations

import math

from openiads.base import compiled
from openiads.base.compiled import kernel
from openiads.world.codes import Element, Milestone, RoundEnd, Side, Terminal
from openiads.world.elements import BY_HIT
from openiads.world.outcome import TALLY

HOSTILE, FRIEND, NEUTRAL = int(Side.HOSTILE), int(Side.FRIEND), int(Side.NEUTRAL)
KILLED, HIT_ASSET, REACHED_MISSED = int(Terminal.KILLED), int(Terminal.HIT_ASSET), int(Terminal.REACHED_MISSED)
RELEASED_LEFT = int(Terminal.RELEASED_LEFT)
TARGET_GONE = int(RoundEnd.TARGET_GONE)
ON_RADAR, ON_LAUNCHER, ON_POST = int(Element.RADAR), int(Element.LAUNCHER), int(Element.POST)
DETECTED, TRACKED = int(Milestone.DETECTED), int(Milestone.TRACKED)
IDENTIFIED, ENGAGED = int(Milestone.IDENTIFIED), int(Milestone.ENGAGED)

compiled.name_type("Tally", lambda: compiled.row_type(TALLY))


@kernel("void(Tally)")
def clear(out):
    """Set all counts to 0."""
    out["threats"] = 0
    out["detected"] = 0
    out["tracked"] = 0
    out["identified"] = 0
    out["engaged"] = 0
    out["killed"] = 0
    out["leakers"] = 0
    out["platform_leakers"] = 0
    out["asset_hits"] = 0
    out["civil_engaged"] = 0
    out["friend_engaged"] = 0
    out["overkill_rounds"] = 0
    out["first_detection_s"] = math.inf
    out["first_launch_s"] = math.inf
    for k in range(len(out["waited"])):
        out["waited"][k] = 0.0
    for k in range(len(out["terminal"])):
        out["terminal"][k] = 0
    for k in range(len(out["round_end"])):
        out["round_end"][k] = 0
    for k in range(len(out["by_class"])):
        for column in range(4):
            out["by_class"][k, column] = 0
    for k in range(len(out["lost"])):
        out["lost"][k] = 0
    for k in range(len(out["civil"])):
        out["civil"][k] = 0
        out["friend"][k] = 0


@kernel("void(Sim, i8, Tally)")
def tally_threat(sim, f, out):
    """Count a hostile flight that has ended."""
    flight = sim.flights[f]
    terminal = flight["terminal"]
    killed = 1 if terminal == KILLED else 0
    leaked = 1 if terminal == HIT_ASSET or terminal == REACHED_MISSED else 0
    engaged = 1 if flight["ever"] & ENGAGED else 0
    out["threats"] += 1
    out["detected"] += 1 if flight["ever"] & DETECTED else 0
    out["tracked"] += 1 if flight["ever"] & TRACKED else 0
    out["identified"] += 1 if flight["ever"] & IDENTIFIED else 0
    out["engaged"] += engaged
    out["killed"] += killed
    out["leakers"] += leaked
    out["platform_leakers"] += 1 if terminal == RELEASED_LEFT else 0
    row = flight["threat_class"] - 1
    out["by_class"][row, 0] += 1
    out["by_class"][row, 1] += killed
    out["by_class"][row, 2] += leaked
    out["by_class"][row, 3] += engaged
    out["first_detection_s"] = min(out["first_detection_s"], flight["first_detected"])
    for k in range(len(out["waited"])):
        out["waited"][k] += flight["waited"][k]


@kernel("void(Sim, Tally)")
def tally_losses(sim, out):
    """Count radars, launchers and posts that a hit put out of action; what failed or never worked is not lost."""
    for r in range(len(sim.radars)):
        out["lost"][ON_RADAR - 1] += 1 if sim.radars[r]["down"] == BY_HIT else 0
    for k in range(len(sim.launchers)):
        out["lost"][ON_LAUNCHER - 1] += 1 if sim.launchers[k]["down"] == BY_HIT else 0
    for p in range(len(sim.posts)):
        out["lost"][ON_POST - 1] += 1 if sim.posts[p]["down"] == BY_HIT else 0


@kernel("void(Sim, Tally)")
def tally(sim, out):
    """Count a replication's outcome; arrays are indexed by code less 1 (class, terminal, round end, resource)."""
    situation = sim.situation[0]
    clear(out)
    out["first_launch_s"] = situation["first_notional"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["terminal"] == 0:  # never released, or the replication failed
            continue
        out["terminal"][flight["terminal"] - 1] += 1
        engaged = 1 if flight["ever"] & ENGAGED else 0
        if flight["side"] == HOSTILE:
            tally_threat(sim, f, out)
        elif flight["side"] == NEUTRAL:
            out["civil_engaged"] += engaged
            out["civil"][flight["terminal"] - 1] += 1
        elif flight["side"] == FRIEND:
            out["friend_engaged"] += engaged
            out["friend"][flight["terminal"] - 1] += 1
    tally_losses(sim, out)
    for a in range(len(sim.assets)):
        out["asset_hits"] += sim.assets[a]["hits"]
    for k in range(situation["rounds_count"]):
        round_ = sim.rounds[k]
        out["round_end"][round_["end"] - 1] += 1 if round_["end"] > 0 else 0
        if round_["end"] == TARGET_GONE and sim.flights[round_["flight"]]["terminal"] == KILLED:
            out["overkill_rounds"] += 1
        if sim.flights[round_["flight"]]["side"] == HOSTILE:
            out["first_launch_s"] = min(out["first_launch_s"], round_["launched_at"])
