"""Identity: evidence bits and a prior become a belief, and the belief a rung of the ladder.

Signs of one cause are entered together: what was heard, where and by what plan it flies, how it moves, where it comes
from, what was notified.
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.world.codes import Evidence, Identity

IFF_REPLY, IFF_NO_REPLY = 1 << int(Evidence.IFF_REPLY), 1 << int(Evidence.IFF_NO_REPLY)
CIVIL, NO_CIVIL = 1 << int(Evidence.CIVIL_TRANSPONDER), 1 << int(Evidence.NO_CIVIL_TRANSPONDER)
IN_CORRIDOR, OFF_CORRIDOR = 1 << int(Evidence.IN_CORRIDOR), 1 << int(Evidence.OFF_CORRIDOR)
FLIGHT_PLAN, NO_FLIGHT_PLAN = 1 << int(Evidence.FLIGHT_PLAN), 1 << int(Evidence.NO_FLIGHT_PLAN)
CIVIL_BAND = 1 << int(Evidence.CIVIL_BAND)
OUTSIDE_BAND = 1 << int(Evidence.OUTSIDE_BAND)
BALLISTIC_TRAJECTORY = 1 << int(Evidence.BALLISTIC_TRAJECTORY)
LOW_FAST_INBOUND = 1 << int(Evidence.LOW_FAST_INBOUND)
SMALL_SLOW_INBOUND = 1 << int(Evidence.SMALL_SLOW_INBOUND)
MOTION = CIVIL_BAND | OUTSIDE_BAND | BALLISTIC_TRAJECTORY | LOW_FAST_INBOUND | SMALL_SLOW_INBOUND
NOTIFIED = 1 << int(Evidence.NOTIFIED)
FROM = int(Evidence.FROM_HOSTILE)  # the first of four
COMES_FROM = 15 << FROM
SURELY = 50.0  # a cap beyond the least likelihood that is told from 0: the error of a notice alone limits what it says
IFF_DONE = IFF_REPLY | IFF_NO_REPLY
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


@kernel("f8(f8[:, :, ::1], i8, i8, i8, i8, i8, i8)")
def pair_probability(joint, bits, first, not_first, second, not_second, h):
    """P(what is known of two signs of one cause | h): summed over what is not known yet, so 1 before anything is."""
    total = 0.0
    for i in range(2):
        if bits & (not_first if i == 1 else first):
            continue
        for j in range(2):
            if bits & (not_second if j == 1 else second) == 0:
                total += joint[i, j, h]
    return total


@kernel("f8(f8[:, ::1], i8, i8)")
def motion_probability(motion, bits, h):
    """P(the one sign of motion | h), 1 before there is one."""
    if bits & CIVIL_BAND:
        return motion[0, h]
    if bits & LOW_FAST_INBOUND:
        return motion[1, h]
    if bits & SMALL_SLOW_INBOUND:
        return motion[2, h]
    if bits & BALLISTIC_TRAJECTORY:
        return motion[3, h]
    if bits & OUTSIDE_BAND:
        return motion[4, h]
    return 1.0


@kernel("void(f8[::1], f8, f8, f8, f8)")
def enter(weights, hostile, friend, neutral, cap):
    """Add the log likelihoods of one cause to the weights, none of them further below the greatest than the cap."""
    top = max(hostile, friend, neutral, 1e-12)
    weights[0] += max(math.log(max(hostile, 1e-12) / top), -cap)
    weights[1] += max(math.log(max(friend, 1e-12) / top), -cap)
    weights[2] += max(math.log(max(neutral, 1e-12) / top), -cap)


@kernel("void(Situation, Track)")
def believe(situation, track):
    """Set the track's belief from the prior and its evidence, each cause's ratios capped.  Source: Bayes' rule."""
    weights, bits = track["belief"], track["evidence"]
    for h in range(3):
        weights[h] = math.log(max(situation["prior"][h], 1e-12))
    cap = situation["evidence_cap"]
    said, route, motion = situation["replies"], situation["procedure"], situation["motion"]
    enter(
        weights,
        pair_probability(said, bits, IFF_REPLY, IFF_NO_REPLY, CIVIL, NO_CIVIL, 0),
        pair_probability(said, bits, IFF_REPLY, IFF_NO_REPLY, CIVIL, NO_CIVIL, 1),
        pair_probability(said, bits, IFF_REPLY, IFF_NO_REPLY, CIVIL, NO_CIVIL, 2),
        cap,
    )
    enter(
        weights,
        pair_probability(route, bits, IN_CORRIDOR, OFF_CORRIDOR, FLIGHT_PLAN, NO_FLIGHT_PLAN, 0),
        pair_probability(route, bits, IN_CORRIDOR, OFF_CORRIDOR, FLIGHT_PLAN, NO_FLIGHT_PLAN, 1),
        pair_probability(route, bits, IN_CORRIDOR, OFF_CORRIDOR, FLIGHT_PLAN, NO_FLIGHT_PLAN, 2),
        cap,
    )
    enter(
        weights,
        motion_probability(motion, bits, 0),
        motion_probability(motion, bits, 1),
        motion_probability(motion, bits, 2),
        situation["ballistic_cap"] if bits & BALLISTIC_TRAJECTORY else cap,
    )
    if bits & COMES_FROM != 0:
        for n in range(4):
            if bits & (1 << (FROM + n)) != 0:
                area = situation["origin"][n]
                enter(weights, area[0], area[1], area[2], cap)
    if bits & NOTIFIED != 0:
        enter(weights, situation["notice_error"], 1.0, 1.0, SURELY)
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
