"""The outcome row of a replication: what its flights, rounds and assets came to."""

from __future__ import annotations

import math

from openiads.base import compiled
from openiads.base.compiled import kernel
from openiads.world.codes import RoundEnd, Side, Terminal
from openiads.world.layout import OUTCOME_PARTS

HOSTILE, FRIEND, NEUTRAL = int(Side.HOSTILE), int(Side.FRIEND), int(Side.NEUTRAL)
KILLED, HIT_ASSET, REACHED_MISSED = int(Terminal.KILLED), int(Terminal.HIT_ASSET), int(Terminal.REACHED_MISSED)
RELEASED_LEFT = int(Terminal.RELEASED_LEFT)
TARGET_GONE = int(RoundEnd.TARGET_GONE)

compiled.name_type("Parts", lambda: compiled.row_type(OUTCOME_PARTS))


@kernel("void(Parts)")
def clear(out):
    """Set all counts to 0."""
    for k in range(8):
        out["counts"][k] = 0
    for k in range(5):
        out["waited"][k] = 0.0
        for column in range(4):
            out["by_class"][k, column] = 0
    for k in range(10):
        out["terminal"][k] = 0
    for k in range(6):
        out["round_end"][k] = 0
    out["asset_hits"] = 0
    out["civil_engaged"] = 0
    out["friend_engaged"] = 0
    out["overkill"] = 0


@kernel("void(Sim, Parts)")
def tally(sim, out):
    """Count a replication's outcome; arrays are indexed by code less 1 (class, terminal, round end, resource)."""
    situation = sim.situation[0]
    clear(out)
    first_detection, first_launch = math.inf, situation["first_notional"]
    for f in range(len(sim.flights)):
        flight = sim.flights[f]
        if flight["terminal"] == 0:  # never released, or the replication failed
            continue
        out["terminal"][flight["terminal"] - 1] += 1
        engaged = 1 if flight["ever"] & 8 else 0
        if flight["side"] != HOSTILE:
            out["civil_engaged"] += engaged if flight["side"] == NEUTRAL else 0
            out["friend_engaged"] += engaged if flight["side"] == FRIEND else 0
            continue
        kind = flight["kind"] - 1
        killed = 1 if flight["terminal"] == KILLED else 0
        leaked = 1 if flight["terminal"] == HIT_ASSET or flight["terminal"] == REACHED_MISSED else 0
        out["counts"][0] += 1
        for bit in range(4):  # detected, tracked, identified, engaged
            out["counts"][1 + bit] += (flight["ever"] >> bit) & 1
        out["counts"][5] += killed
        out["counts"][6] += leaked
        out["counts"][7] += 1 if flight["terminal"] == RELEASED_LEFT else 0
        out["by_class"][kind, 0] += 1
        out["by_class"][kind, 1] += killed
        out["by_class"][kind, 2] += leaked
        out["by_class"][kind, 3] += engaged
        first_detection = min(first_detection, flight["first_detected"])
        for k in range(5):
            out["waited"][k] += flight["waited"][k]
    for a in range(len(sim.assets)):
        out["asset_hits"] += sim.assets[a]["hits"]
    for k in range(situation["rounds_count"]):
        round_ = sim.rounds[k]
        out["round_end"][round_["end"] - 1] += 1 if round_["end"] > 0 else 0
        if round_["end"] == TARGET_GONE and sim.flights[round_["flight"]]["terminal"] == KILLED:
            out["overkill"] += 1
        if sim.flights[round_["flight"]]["side"] == HOSTILE:
            first_launch = min(first_launch, round_["launched_at"])
    out["first_detection"], out["first_launch"] = first_detection, first_launch
