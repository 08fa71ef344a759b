"""Random draws by name: the same question asked twice gets the same answer, whoever asks and whenever.

A draw is a function of (seed, replication, purpose, actor, slot) through the counter-based generator Philox4x32-10
(Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).  Nothing is stored and
nothing advances, so a new radar does not change the luck of a missile, and threads cannot disturb each other.

Key = (seed, purpose).  Counter = (replication, actor low, actor high, slot).  All words are masked to 32 bits by
hand, so that the compiled and the plain twin agree.
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum

import numpy as np

from openiads.base.compiled import kernel

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
MULTIPLY_0 = np.uint64(0xD2511F53)
MULTIPLY_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
TO_UNIT = 1.0 / 4294967296.0


class Purpose(IntEnum):
    """What a draw is for; one number each, never reused."""

    NONE = 0
    FADE = 1  # target fluctuation: (flight, band), slot of the decorrelation time
    NOISE = 2  # receiver noise of a look: (radar, flight), slot of the look's time
    MEASURE = 3  # measurement errors: (radar, flight), slot of the look's time
    SCAN_PHASE = 4  # where a rotating antenna points at time 0: radar
    IFF_PERSISTENT = 5  # a flight's equipment or code is wrong for the whole run: flight, slot of the box
    IFF_REPLY = 6  # one interrogation fails: (post, flight), slot of its number and the box
    EVIDENCE = 7  # procedural evidence: flight, slot of the kind of evidence
    CREW = 8  # crew delay: (post, flight), slot of the engagement's number
    RELIABILITY = 9  # a round's own failure: flight, slot of the n-th shot at it
    KILL = 10  # the kill: flight, slot of the n-th shot at it
    COMMON = 11  # what a salvo's rounds share: flight, slot of the engagement's number
    ASSESS = 12  # kill assessment: flight, slot of the n-th shot at it
    SEEK = 13  # noise in the endgame of a round: flight, slot of the n-th shot at it and the sample
    SPACING = 14  # raid spacing and jitter: flight; slot 1: its variety, which variant and how large a cross section
    CEP = 15  # where a weapon lands: flight
    DAMAGE = 16  # damage at an asset: flight
    FALSE_ALARM = 17  # false alarms: radar, slot of the scan
    ARRIVAL = 18  # Poisson arrivals of the test switches: flight
    SERVICE = 19  # service times of the test switches: flight
    LINK = 20  # message loss: link, slot of the message's time
    SETUP = 21  # readiness at the start: element
    RULE = 22  # a user's doctrine function: unit, slot given by the rule
    WORLD = 23  # sampling of knobs: knob
    WARNING = 24  # how long before an intercept a flight notices it: flight
    READY = 25  # whether an element is ready when a raid comes: element; slot 1: an early-warning sensor's station
    EMIT = 26  # emission control: radar, slot 0 the phase of its blinking, n its n-th order
    HOMING = 27  # which of several emitters a weapon takes: flight
    BURST = 29  # aiming bias of a gun's burst and whether it kills: flight, slot of the n-th shot at it
    IDENTIFY = 31  # whether the code of the day of a unit is wrong: unit
    CIVIL = 33  # when a flight of an airway comes, whether it squawks and has a plan: flight
    HOTLINE = 32  # whether and when a notice comes through: (zone, line)
    STROBE = 30  # errors of a jammer's bearing: (radar, flight), slot of the look's time
    DEBRIS = 34  # where pieces of an intercept come down: flight, slot of the piece
    CAMPAIGN = 35  # between raids: a raid of the scenario, slot 0 its number of flights; an element, slot 1 its repair


def actor_number(qualified_name: str) -> int:
    """A stable 63-bit number of an actor's qualified name, e.g. ``flight/cruise[3]`` (SHA-256, first 8 bytes)."""
    return int.from_bytes(hashlib.sha256(qualified_name.encode()).digest()[:8], "big") >> 1


@kernel("tuple_of(u8, u8, u8, u8)(u8, u8, u8, u8, u8, u8)")
def philox4x32(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """Ten rounds of Philox4x32 on four counter words and two key words (each < 2**32).

    Source: [salmon2011], section 3 and the known-answer vectors of Random123.
    """
    c0, c1, c2, c3 = counter_0, counter_1, counter_2, counter_3
    k0, k1 = key_0, key_1
    for _ in range(10):
        p0 = MULTIPLY_0 * c0
        p1 = MULTIPLY_1 * c2
        c0 = ((p1 >> SHIFT) ^ c1 ^ k0) & MASK
        c1 = p1 & MASK
        c2 = ((p0 >> SHIFT) ^ c3 ^ k1) & MASK
        c3 = p0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


@kernel("tuple_of(f8, f8, f8, f8)(i8, i8, i8, i8, i8)")
def uniforms(seed, replication, purpose, actor, slot):
    """Four independent uniforms in (0, 1) named by seed, replication, purpose, actor and slot.

    Parameters
    ----------
    seed, replication, slot : int
        Taken modulo 2**32.
    purpose
        A ``Purpose``.
    actor
        As ``actor_number`` gives it, or several such numbers combined with ``pair``. Each value is (k + 1/2) / 2**32:
        never 0, never 1.
    """
    word = np.uint64(actor)
    w0, w1, w2, w3 = philox4x32(
        np.uint64(replication) & MASK,
        word & MASK,
        (word >> SHIFT) & MASK,
        np.uint64(slot) & MASK,
        np.uint64(seed) & MASK,
        np.uint64(purpose) & MASK,
    )
    return (
        (np.float64(w0) + 0.5) * TO_UNIT,
        (np.float64(w1) + 0.5) * TO_UNIT,
        (np.float64(w2) + 0.5) * TO_UNIT,
        (np.float64(w3) + 0.5) * TO_UNIT,
    )


@kernel("f8(i8, i8, i8, i8, i8)")
def uniform(seed, replication, purpose, actor, slot):
    """The first of ``uniforms``."""
    return uniforms(seed, replication, purpose, actor, slot)[0]


@kernel("i8(i8, i8)")
def pair(first, second):
    """One actor number for an ordered pair of actors, e.g. (radar, flight); 62 bits, collisions as likely as chance."""
    a = np.uint64(first)
    b = np.uint64(second)
    low = (a & MASK) * MULTIPLY_0 + (b & MASK) * MULTIPLY_1 + (b >> SHIFT)
    high = ((a >> SHIFT) & MASK) * WEYL_0 + ((b >> SHIFT) & MASK) * WEYL_1 + (low >> SHIFT)
    return np.int64(((high & np.uint64(0x3FFFFFFF)) << SHIFT) | (low & MASK))


@kernel("tuple_of(f8, f8)(f8, f8)")
def normals(u, v):
    """Two independent standard normals of two uniforms in (0, 1).  Source: Box and Muller (1958)."""
    radius = math.sqrt(-2.0 * math.log(u))
    return radius * math.cos(2.0 * math.pi * v), radius * math.sin(2.0 * math.pi * v)
