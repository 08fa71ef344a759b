"""What each random draw of the parts is named by: one kernel for each ``Purpose``.

The same name gives the same value whoever asks, so what a name consists of (whose it is, and the slot in time or
count) stands here and nowhere else.  Slots of times count intervals shorter than any two draws that must differ.
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.base.draws import Purpose, normals, pair, uniform, uniforms
from openiads.physics.flyout import SLOTS

FADE, NOISE, MEASURE = int(Purpose.FADE), int(Purpose.NOISE), int(Purpose.MEASURE)
SCAN_PHASE, FALSE_ALARM, LINK = int(Purpose.SCAN_PHASE), int(Purpose.FALSE_ALARM), int(Purpose.LINK)
MOST_ASKED, BOXES = 1000, 2  # questions, as the catalog allows, and boxes that answer them
IFF_PERSISTENT, IFF_REPLY = int(Purpose.IFF_PERSISTENT), int(Purpose.IFF_REPLY)
IDENTIFY, HOTLINE, CIVIL = int(Purpose.IDENTIFY), int(Purpose.HOTLINE), int(Purpose.CIVIL)
CREW, SERVICE, ASSESS = int(Purpose.CREW), int(Purpose.SERVICE), int(Purpose.ASSESS)
WARNING, STROBE = int(Purpose.WARNING), int(Purpose.STROBE)
STATION = 1  # slot of an early-warning sensor's readiness
READY, EMIT, HOMING = int(Purpose.READY), int(Purpose.EMIT), int(Purpose.HOMING)
KILL, COMMON, SEEK = int(Purpose.KILL), int(Purpose.COMMON), int(Purpose.SEEK)
BURST = int(Purpose.BURST)
SETUP, SPACING, ARRIVAL, CEP = int(Purpose.SETUP), int(Purpose.SPACING), int(Purpose.ARRIVAL), int(Purpose.CEP)

LINK_SLOTS, SCAN_SLOTS, RULE_SLOTS = 8.0, 16.0, 16.0  # a second
SEEK_SLOTS = SLOTS  # of one round
SERVICE_SLOTS = 1 << 24  # service looks draw from other slots than search looks


# ------------------------------------------------------------------ looks


@kernel("i8(Radar, f8)")
def search_slot(radar, t):
    """Slot of a search look: a confirmation is another look than the alert it confirms, with draws of its own."""
    sooner = radar["confirm_interval"]
    return int(math.floor(t / (sooner if sooner > 0.0 else radar["frame"])))


@kernel("i8(Radar, f8)")
def service_slot(radar, t):
    """Slot of a service look."""
    return SERVICE_SLOTS + int(math.floor(t / radar["service_interval"]))


@kernel("tuple_of(f8, f8)(Sim, i8, i8, f8)")
def fade(sim, r, f, t):
    """Two uniforms of a flight's fluctuation: radars of one band share it within the decorrelation time."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    actor = pair(sim.flights[f]["actor"], radar["band"] + 1)
    slot = int(math.floor(t / radar["decorrelation"]))
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], FADE, actor, slot)
    return u0, u1


@kernel("f8(Sim, i8, i8, i8)")
def noise(sim, r, f, slot):
    """Uniform of the receiver's noise in one look."""
    situation = sim.situation[0]
    actor = pair(sim.radars[r]["actor"], sim.flights[f]["actor"])
    return uniform(situation["seed"], situation["replication"], NOISE, actor, slot)


@kernel("tuple_of(f8, f8, f8, f8)(Sim, i8, i8, i8)")
def measurement(sim, r, f, slot):
    """Standard normals of the errors of range, azimuth, elevation and radial speed in one look."""
    situation = sim.situation[0]
    actor = pair(sim.radars[r]["actor"], sim.flights[f]["actor"])
    u0, u1, u2, u3 = uniforms(situation["seed"], situation["replication"], MEASURE, actor, slot)
    n0, n1 = normals(u0, u1)
    n2, n3 = normals(u2, u3)
    return n0, n1, n2, n3


@kernel("tuple_of(f8, f8)(Sim, i8, i8, i8)")
def strobe(sim, r, f, slot):
    """Standard normals of the errors of azimuth and elevation of a jammer's bearing."""
    situation = sim.situation[0]
    actor = pair(sim.radars[r]["actor"], sim.flights[f]["actor"])
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], STROBE, actor, slot)
    return normals(u0, u1)


@kernel("f8(Sim, i8)")
def scan_phase(sim, r):
    """Uniform of where a radar's frame begins."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], SCAN_PHASE, sim.radars[r]["actor"], 0)


@kernel("tuple_of(f8, f8, f8, f8)(Sim, i8)")
def false_plot(sim, r):
    """Four uniforms of a false alarm in the batch that ends now: whether, range, azimuth, elevation."""
    situation = sim.situation[0]
    slot = int(math.floor(situation["now"] * SCAN_SLOTS))
    return uniforms(situation["seed"], situation["replication"], FALSE_ALARM, sim.radars[r]["actor"], slot)


@kernel("f8(Sim, i8, i8)")
def link(sim, r, f):
    """Uniform of the loss of a report sent now."""
    situation = sim.situation[0]
    actor = pair(sim.radars[r]["actor"], sim.flights[f]["actor"])
    slot = int(math.floor(situation["now"] * LINK_SLOTS))
    return uniform(situation["seed"], situation["replication"], LINK, actor, slot)


# ------------------------------------------------------------------ identity


@kernel("f8(Sim, i8, i8)")
def equipment(sim, f, box):
    """Uniform of whether one box of a flight's identification equipment is right all through the run."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], IFF_PERSISTENT, sim.flights[f]["actor"], box)


@kernel("f8(Sim, i8, i8, i8, i8)")
def reply(sim, post, f, box, n):
    """Uniform of one box's reply to a post's ``n``-th interrogation of a flight."""
    situation = sim.situation[0]
    actor = pair(sim.posts[post]["actor"], sim.flights[f]["actor"])
    return uniform(situation["seed"], situation["replication"], IFF_REPLY, actor, n + box * MOST_ASKED)


@kernel("f8(Sim, i8)")
def one_box(sim, f):
    """Uniform of whether a flight's military and civil modes are one box."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], IFF_PERSISTENT, sim.flights[f]["actor"], BOXES)


@kernel("f8(Sim, i8)")
def code(sim, f):
    """Uniform of whether the code of the day is wrong in the unit of a flight."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], IDENTIFY, sim.flights[f]["group"], 0)


@kernel("tuple_of(f8, f8)(Sim, i8, i8)")
def message(sim, z, n):
    """Two uniforms of a zone's notice over its n-th hotline: whether it comes through, and how long it takes."""
    situation = sim.situation[0]
    actor = pair(sim.zones[z]["actor"], sim.zones[z]["line"][n])
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], HOTLINE, actor, 0)
    return u0, u1


# ------------------------------------------------------------------ crews


@kernel("f8(Sim, i8, i8)")
def crew(sim, u, f):
    """Standard normal of a crew's delay after the shots at a flight so far."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    actor = pair(sim.units[u]["actor"], flight["actor"])
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], CREW, actor, flight["shots"])
    n, _ = normals(u0, u1)
    return n


@kernel("f8(Sim, i8)")
def service(sim, f):
    """Uniform of the teaching switch's service time for a flight."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], SERVICE, sim.flights[f]["actor"], 0)


@kernel("f8(Sim, i8, i8)")
def assessment(sim, u, f):
    """Uniform of a unit's assessment after the last shot at a flight."""
    situation = sim.situation[0]
    flight = sim.flights[f]
    actor = pair(sim.units[u]["actor"], flight["actor"])
    return uniform(situation["seed"], situation["replication"], ASSESS, actor, flight["shots"])


@kernel("tuple_of(i8, i8)(Sim, i8, i8)")
def rule_key(sim, u, f):
    """(actor, slot) of the draws that a user's rule may make now for a unit and a flight."""
    actor = pair(sim.units[u]["actor"], sim.flights[f]["actor"])
    return actor, int(math.floor(sim.situation[0]["now"] * RULE_SLOTS))


# ------------------------------------------------------------------ rounds


@kernel("f8(Sim, i8, i8)")
def kill(sim, f, shot):
    """Uniform of the kill by the n-th shot at a flight, from 1."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], KILL, sim.flights[f]["actor"], shot)


@kernel("f8(Sim, i8, i8, i8)")
def common(sim, u, f, shot):
    """Uniform of what the rounds of a salvo share; ``shot`` is the number of its first."""
    situation = sim.situation[0]
    actor = pair(sim.units[u]["actor"], sim.flights[f]["actor"])
    return uniform(situation["seed"], situation["replication"], COMMON, actor, shot)


@kernel("tuple_of(i8, i8, i8, i8)(Sim, i8, i8)")
def seek(sim, f, shot):
    """Name of the noise of the n-th shot at a flight, which its endgame draws: seed, replication, actor, first slot."""
    situation = sim.situation[0]
    return situation["seed"], situation["replication"], sim.flights[f]["actor"], shot * SEEK_SLOTS


@kernel("tuple_of(f8, f8, f8)(Sim, i8, i8)")
def burst(sim, f, shot):
    """Two standard normals of the aiming bias of the n-th shot at a flight, a burst, and the uniform of its kill."""
    situation = sim.situation[0]
    actor = sim.flights[f]["actor"]
    u0, u1, u2, _ = uniforms(situation["seed"], situation["replication"], BURST, actor, shot)
    n0, n1 = normals(u0, u1)
    return n0, n1, u2


@kernel("f8(Sim, i8, i8)")
def low_angle(sim, f, shot):
    """Standard normal of what reflections do to the elevation at the end of the n-th shot at a flight."""
    seed, replication, actor, first = seek(sim, f, shot)
    u0, u1, _, _ = uniforms(seed, replication, SEEK, actor, first + SEEK_SLOTS - 1)
    n, _ = normals(u0, u1)
    return n


# ------------------------------------------------------------------ what differs between replications from the start


@kernel("f8(Sim, i8)")
def setup(sim, k):
    """Uniform of whether launcher ``k`` works at all."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], SETUP, sim.launchers[k]["actor"], 0)


@kernel("f8(Sim, i8)")
def on_station(sim, r):
    """Uniform of whether an early-warning sensor is on station in this replication."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], READY, sim.radars[r]["actor"], STATION)


@kernel("f8(Sim, i8)")
def spacing(sim, f):
    """Standard normal of the jitter of a flight's start."""
    situation = sim.situation[0]
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], SPACING, sim.flights[f]["actor"], 0)
    n, _ = normals(u0, u1)
    return n


@kernel("tuple_of(f8, f8)(Sim, i8)")
def variety(sim, f):
    """Uniform of which of its variants a flight flies, and standard normal of its cross section in decibels."""
    situation = sim.situation[0]
    u0, u1, u2, _ = uniforms(situation["seed"], situation["replication"], SPACING, sim.flights[f]["actor"], 1)
    n, _ = normals(u0, u1)
    return u2, n


@kernel("f8(Sim, i8)")
def warning(sim, f):
    """Standard normal of how long before an intercept a flight notices it."""
    situation = sim.situation[0]
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], WARNING, sim.flights[f]["actor"], 0)
    n, _ = normals(u0, u1)
    return n


@kernel("f8(Sim, i8)")
def readiness(sim, actor):
    """Uniform of whether an element, by its name number, is ready when the raid comes."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], READY, actor, 0)


@kernel("f8(Sim, i8)")
def blink_phase(sim, r):
    """Uniform of where a radar's blinking begins."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], EMIT, sim.radars[r]["actor"], 0)


@kernel("f8(Sim, i8)")
def order(sim, r):
    """Standard normal of how long a radar's crew takes over its last order to emit or be silent."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], EMIT, radar["actor"], radar["orders"])
    n, _ = normals(u0, u1)
    return n


@kernel("tuple_of(f8, f8)(Sim, i8)")
def homing(sim, f):
    """Two uniforms of which emitter a weapon takes: whether a decoy, and which."""
    situation = sim.situation[0]
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], HOMING, sim.flights[f]["actor"], 0)
    return u0, u1


@kernel("f8(Sim, i8)")
def arrival(sim, f):
    """Uniform of the time between a flight of Poisson arrivals and the one before."""
    situation = sim.situation[0]
    return uniform(situation["seed"], situation["replication"], ARRIVAL, sim.flights[f]["actor"], 0)


@kernel("tuple_of(f8, f8, f8)(Sim, i8)")
def civil(sim, f):
    """Three uniforms of a flight of an airway: the time since the one before, whether it squawks, has a plan."""
    situation = sim.situation[0]
    u0, u1, u2, _ = uniforms(situation["seed"], situation["replication"], CIVIL, sim.flights[f]["actor"], 0)
    return u0, u1, u2


@kernel("tuple_of(f8, f8)(Sim, i8)")
def impact(sim, f):
    """Two standard normals, east and north, of where a flight comes down."""
    situation = sim.situation[0]
    u0, u1, _, _ = uniforms(situation["seed"], situation["replication"], CEP, sim.flights[f]["actor"], 0)
    return normals(u0, u1)
