"""Identity: evidence bits and a prior become a belief, and the belief a rung of the ladder."""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.world.codes import Evidence, Identity

ROWS = len(Evidence)
CIVIL_BAND = 1 << int(Evidence.CIVIL_BAND)
OUTSIDE_BAND = 1 << int(Evidence.OUTSIDE_BAND)
BALLISTIC_TRAJECTORY = 1 << int(Evidence.BALLISTIC_TRAJECTORY)
LOW_FAST_INBOUND = 1 << int(Evidence.LOW_FAST_INBOUND)
SMALL_SLOW_INBOUND = 1 << int(Evidence.SMALL_SLOW_INBOUND)
MOTION = CIVIL_BAND | OUTSIDE_BAND | BALLISTIC_TRAJECTORY | LOW_FAST_INBOUND | SMALL_SLOW_INBOUND
IFF_DONE = (1 << int(Evidence.IFF_REPLY)) | (1 << int(Evidence.IFF_NO_REPLY))
PENDING, UNKNOWN = int(Identity.PENDING), int(Identity.UNKNOWN)
ASSUMED_FRIEND, FRIEND = int(Identity.ASSUMED_FRIEND), int(Identity.FRIEND)
NEUTRAL, SUSPECT, HOSTILE = int(Identity.NEUTRAL), int(Identity.SUSPECT), int(Identity.HOSTILE)


@kernel("i8(Situation, Track, b1)")
def motion_evidence(situation, track, inbound):
    """The one bit that a track's speed, height and heading give; cause "motion", so it replaces an earlier one."""
    if track["ballistic"] == 1:
        return BALLISTIC_TRAJECTORY
    speed, height = track["speed"], track["height"]
    if inbound and height < situation["low_height"] and speed > situation["fast_speed"]:
        return LOW_FAST_INBOUND
    low, high = situation["civil_speed"][0], situation["civil_speed"][1]
    if low <= speed <= high and situation["civil_height"][0] <= height <= situation["civil_height"][1]:
        return CIVIL_BAND
    if inbound and speed <= situation["fast_speed"]:
        return SMALL_SLOW_INBOUND
    return OUTSIDE_BAND


@kernel("void(Situation, Track)")
def believe(situation, track):
    """Set the track's belief from the prior and its evidence, each likelihood ratio capped.  Source: Bayes' rule."""
    weights = track["belief"]
    for h in range(3):
        weights[h] = math.log(max(situation["prior"][h], 1e-12))
    for row in range(ROWS):
        if track["evidence"] & (1 << row) == 0:
            continue
        table = situation["evidence"][row]
        top = max(table[0], table[1], table[2], 1e-12)
        for h in range(3):
            weights[h] += max(math.log(max(table[h], 1e-12) / top), -situation["evidence_cap"])
    most = max(weights[0], weights[1], weights[2])
    total = 0.0
    for h in range(3):
        weights[h] = math.exp(weights[h] - most)
        total += weights[h]
    for h in range(3):
        weights[h] /= total


@kernel("i8(Situation, Track)")
def rung(situation, track):
    """The identity a belief amounts to; before the interrogations are over it is PENDING."""
    if track["evidence"] & IFF_DONE == 0:
        return PENDING
    hostile, friend, neutral = track["belief"][0], track["belief"][1], track["belief"][2]
    if hostile >= situation["identity_hostile"]:
        return HOSTILE
    if friend >= situation["identity_friend"]:
        return FRIEND
    if neutral >= situation["identity_neutral"]:
        return NEUTRAL
    if hostile >= situation["identity_suspect"]:
        return SUSPECT
    if friend >= situation["identity_assumed"]:
        return ASSUMED_FRIEND
    return UNKNOWN


@kernel("i8(Situation, Track, b1)")
def identify(situation, track, inbound):
    """Enter the motion evidence once the interrogations are over, set the belief, and return the identity."""
    bits = track["evidence"]
    if bits & IFF_DONE == 0:
        return PENDING
    bits = (bits & ~MOTION) | motion_evidence(situation, track, inbound)
    if bits != track["entered"]:
        track["evidence"] = bits
        track["entered"] = bits
        believe(situation, track)
    return rung(situation, track)
