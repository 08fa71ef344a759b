"""Noise jamming: what jammers put into a radar's receiver, the bearings it takes of them, and where two of these cross.

Powers add, by azimuth and elevation of each jammer against the beam; a jammer that the earth or a ridge hides from the
radar does nothing.  A look at a target has the threshold of noise, clutter and jamming together (constant false-alarm
rate), so jamming lowers its signal, and worsens what is measured.  The bearing of a jammer that is not seen itself is a
strobe; strobes of two radars of one post that cross give a position.  That the two are of one jammer is taken as known:
several jammers at once would make crossings where nobody is.
Sources: [skolnik2008], chapter 24; [barton2013], chapter 3; [schleher1999].
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.flights import state_of
from openiads.parts.geometry import angle_between, bearing, edge_factor
from openiads.parts.overhead import lowest_seen
from openiads.physics.jamming import jamming_to_noise, pattern_gain, pattern_gain_2d
from openiads.physics.motion import local_up
from openiads.physics.propagation import two_way_attenuation
from openiads.world.codes import JammerFaces
from openiads.world.log_elements import log_jamming

FRESH = 0.2  # s, for which a jammer stands where it was found
FAR_OFF = 8.0  # squared beamwidths, beyond which a Gaussian beam is below 3e-10
AHEAD, AHEAD_AND_ASTERN, ABEAM = int(JammerFaces.AHEAD), int(JammerFaces.AHEAD_AND_ASTERN), int(JammerFaces.ABEAM)


@kernel("f8(Jammer, f8)")
def sector_share(jammer, cosine):
    """What of a jammer's power goes to a radar, by the cosine of the angle between its flight and the way there.

    All inside its sector; beyond its edge it falls as a beam of the sector's width does, to what is left outside.
    """
    if jammer["faces"] < AHEAD:
        return 1.0
    angle = math.acos(min(max(cosine, -1.0), 1.0))
    if jammer["faces"] == AHEAD_AND_ASTERN:
        angle = min(angle, math.pi - angle)
    elif jammer["faces"] == ABEAM:
        angle = abs(angle - 0.5 * math.pi)
    return pattern_gain(max(angle - jammer["sector"], 0.0), max(jammer["sector"], 1e-6), jammer["outside"])


@kernel("void(Sim)")
def find_next_jammer(sim):
    """Remember which jammer begins or ceases to radiate next."""
    situation = sim.situation[0]
    situation["jammer_due"] = math.inf
    for j in range(len(sim.jammers)):
        if sim.jammers[j]["due"] < situation["jammer_due"]:
            situation["jammer_due"], situation["jammer_next"] = sim.jammers[j]["due"], j


@kernel("void(Sim)")
def begin_jammers(sim):
    """When each jammer begins to radiate: as declared, and not before its flight."""
    for j in range(len(sim.jammers)):
        jammer = sim.jammers[j]
        jammer["due"] = max(jammer["begins"], sim.flights[jammer["flight"]]["starts"])
    find_next_jammer(sim)


@kernel("void(Sim, i8)")
def switch_jammer(sim, j):
    """Jammer ``j`` begins or ceases to radiate now, if its flight flies and has not ended with it on."""
    now = sim.situation[0]["now"]
    jammer = sim.jammers[j]
    flight = sim.flights[jammer["flight"]]
    jammer["due"] = math.inf
    if jammer["on"] == 1:
        jammer["on"] = 0
        log_jamming(sim, j)
    elif flight["terminal"] == 0 and now < jammer["ends"]:
        if flight["starts"] <= now:
            jammer["on"] = 1
            jammer["due"] = jammer["ends"]
            log_jamming(sim, j)
        else:
            jammer["due"] = flight["starts"]
    find_next_jammer(sim)


@kernel("f8(f8, f8, f8)", entry=True)
def strobe_signal(snr, clear, own):
    """A jammer's own signal over all else in a look, as a strobe has it.

    snr, clear : echo over noise with and without jamming, > 0;  own : jamming by the target itself over noise.  All
    jamming over noise is clear / snr - 1; what of it is not the target's own is noise to its bearing.
    """
    return own / max(clear / snr - own, 1.0)


@kernel("b1(Sim, i8, f8)")
def radiates(sim, j, t):
    """Whether jammer ``j`` radiates at time ``t``: its flight flies, and it is on."""
    jammer = sim.jammers[j]
    flight = sim.flights[jammer["flight"]]
    return flight["starts"] <= t and flight["terminal"] == 0 and jammer["begins"] <= t < jammer["ends"]


@kernel("void(Sim, i8, i8, f8)")
def receive(sim, r, j, t):
    """Work out where jammer ``j`` stands for radar ``r`` at time ``t``, and what a beam on it would receive."""
    radar, jammer, spoke = sim.radars[r], sim.jammers[j], sim.spokes[r, j]
    spoke["time"] = t
    spoke["ratio"] = 0.0
    erp = jammer["erp"][radar["band"]]
    if not radiates(sim, j, t) or erp <= 0.0:
        return
    x, y, z, vx, vy, vz = state_of(sim, jammer["flight"], t)
    _, _, _, height = local_up(x, y, z)
    distance, azimuth, elevation, ground = bearing(radar["position"], radar["axes"], x, y, z)
    spoke["azimuth"] = azimuth
    spoke["elevation"] = elevation
    lowest = lowest_seen(sim.tables, radar, azimuth, ground, x, y, z)
    power = 1.0  # two-way factors: of the edge and of the air; a jammer's way is one of the two
    if radar["edge_table"] >= 0:
        power = edge_factor(sim.tables, radar, azimuth, ground, lowest - height)
    elif height < lowest:
        return
    if radar["attenuation_table"] >= 0:
        power *= two_way_attenuation(sim.tables, radar["attenuation_table"], distance, height)
    position = radar["position"]
    dx, dy, dz = position[0] - x, position[1] - y, position[2] - z
    square = (dx * dx + dy * dy + dz * dz) * (vx * vx + vy * vy + vz * vz)
    cosine = (dx * vx + dy * vy + dz * vz) / math.sqrt(square) if square > 0.0 else 1.0
    share = sector_share(jammer, cosine) * math.sqrt(max(power, 0.0))
    spoke["ratio"] = jamming_to_noise(
        radar["jamming_constant"], erp, jammer["bandwidth"], radar["receiver_bandwidth"], distance, share
    )


@kernel("tuple_of(f8, f8)(Sim, i8, i8, f8, f8, f8, f8)")
def received(sim, r, f, t, azimuth, elevation, gain):
    """Jamming over noise in a look of radar ``r`` at flight ``f``: by the flight itself, and by all others.

    azimuth, elevation : of the look, rad;  gain : of the beam there over that at boresight, one way.  Where a jammer
    stands is worked out anew every ``FRESH`` s at the most: it flies some fifty meters in that time.
    """
    when = max(t, sim.situation[0]["now"])
    for j in range(len(sim.jammers)):
        if not 0.0 <= when - sim.spokes[r, j]["time"] <= FRESH:
            receive(sim, r, j, when)
    mine = sim.flights[f]["jammer"]
    own = sim.spokes[r, mine]["ratio"] * gain if mine >= 0 else 0.0
    return own, in_look(sim.radars[r], sim.spokes[r], mine, azimuth, elevation, gain)


@kernel("f8(Radar, Spokes, i8, f8, f8, f8)", entry=True)
def in_look(radar, spokes, skipped, azimuth, elevation, gain):
    """Jamming over noise in a look of a radar, of all jammers but one row (-1: of all).

    spokes : how each jammer stands in this radar's receiver;  azimuth, elevation, gain : as in ``received``
    """
    total = 0.0
    most = 0.0
    cosine = math.cos(elevation)
    for j in range(len(spokes)):
        spoke = spokes[j]
        if j != skipped and spoke["ratio"] > 0.0:
            beam = spoke["beam"] = toward(radar, spoke, azimuth, elevation, cosine) * gain
            total += spoke["ratio"] * max(beam, radar["sidelobe"])
            if beam < radar["sidelobe"]:
                most = max(most, spoke["ratio"])
    if most > 0.0 and radar["cancelers"] > 0:
        total -= canceled(radar, spokes, skipped)
    return max(total, 0.0)


@kernel("f8(Radar, Spoke, f8, f8, f8)")
def toward(radar, spoke, azimuth, elevation, cosine):
    """Gain of the main beam of a look toward a jammer, over that on its axis; 0 where no sidelobes are so low.

    cosine : of ``elevation``
    """
    above = (spoke["elevation"] - elevation) / radar["beam_elevation"]
    across = angle_between(spoke["azimuth"], azimuth) * cosine / radar["beam_azimuth"]
    if above * above + across * across > FAR_OFF:
        return 0.0
    return pattern_gain_2d(across, above, 1.0, 1.0, 0.0)


@kernel("f8(Radar, Spokes, i8)")
def canceled(radar, spokes, skipped):
    """What the cancelers of a radar take off: of the strongest jammers in its sidelobes, so many at once.

    ``beam`` of the spokes must be that of the look.
    """
    less = 0.0
    last, row = math.inf, -1
    for _ in range(radar["cancelers"]):
        best, found, rest = 0.0, -1, 0.0
        for j in range(len(spokes)):
            ratio = spokes[j]["ratio"]
            if j == skipped or ratio <= best or ratio > last or (ratio == last and j <= row):
                continue
            beam = spokes[j]["beam"]
            if beam < radar["sidelobe"]:
                best, found = ratio, j
                rest = max(beam, radar["sidelobe"] * radar["cancellation"])
        if found < 0:
            break
        less += best * (radar["sidelobe"] - rest)
        last, row = best, found
    return less


@kernel("f8(Radar, f8, f8, f8, f8)")
def through_at(radar, distance, snr, clear, own):
    """Distance (m) at which a radar would see a target with even chance, if jamming goes on as in this look.

    snr, clear : signal over noise with and without jamming, > 0;  own : jamming by the target itself over noise, which
    grows as it comes; that by others stays.  The positive root of a quadratic in the distance squared.
    """
    square = distance * distance
    signal = clear * square * square / max(radar["even_signal"], 1e-9)
    noise = max(clear / max(snr, 1e-30) - own, 1.0)
    mine = own * square
    return math.sqrt(2.0 * signal / (mine + math.sqrt(mine * mine + 4.0 * noise * signal)))


@kernel("tuple_of(f8, f8, f8)(Radar, f8, f8)")
def direction(radar, azimuth, elevation):
    """Unit vector (ECEF) of a bearing from a radar."""
    axes = radar["axes"]
    east, north = math.cos(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth)
    up = math.sin(elevation)
    return (
        east * axes[0, 0] + north * axes[1, 0] + up * axes[2, 0],
        east * axes[0, 1] + north * axes[1, 1] + up * axes[2, 1],
        east * axes[0, 2] + north * axes[1, 2] + up * axes[2, 2],
    )


@kernel("tuple_of(f8, f8, f8)(Sim, i8, i8, f8)")
def cross_strobes(sim, r, f, t):
    """Where the strobe just taken by radar ``r`` of flight ``f`` crosses another radar's of the same post.

    Returns the distance from ``r``, m, its deviation, and when the other strobe has come over its link, s; distance 0
    without a crossing.  Of several partners the one whose
    crossing is the steepest.  Along the bearing an error of the other one counts by its distance over the sine of the
    angle between them, and what the jammer may have flown since then as well.
    """
    j = sim.flights[f]["jammer"]
    radar, mine = sim.radars[r], sim.spokes[r, j]
    ax, ay, az = direction(radar, mine["strobe_azimuth"], mine["strobe_elevation"])
    steepest = radar["strobe_sine"]
    distance, sigma, told = 0.0, 0.0, 0.0
    for n in range(len(sim.radars)):
        other, spoke = sim.radars[n], sim.spokes[n, j]
        late = t - spoke["strobe_at"]
        if n == r or other["post"] != radar["post"] or late > radar["strobe_age"]:
            continue
        bx, by, bz = direction(other, spoke["strobe_azimuth"], spoke["strobe_elevation"])
        cosine = ax * bx + ay * by + az * bz
        square = 1.0 - cosine * cosine
        if square <= steepest * steepest:
            continue
        wx = other["position"][0] - radar["position"][0]
        wy = other["position"][1] - radar["position"][1]
        wz = other["position"][2] - radar["position"][2]
        along_a, along_b = ax * wx + ay * wy + az * wz, bx * wx + by * wy + bz * wz
        near = (along_a - cosine * along_b) / square
        far = (cosine * along_a - along_b) / square
        if near <= 0.0 or far <= 0.0 or near > radar["range_max"]:
            continue
        steepest = math.sqrt(square)
        flown = 0.5 * sim.model[0]["false_alarm_speed"] * max(late, 0.0)
        aside = far * spoke["strobe_sigma"][0]
        turned = near * mine["strobe_sigma"][0] * cosine
        distance = near
        sigma = math.sqrt(aside * aside + turned * turned + flown * flown) / steepest
        told = spoke["strobe_arrives"]
    return distance, sigma, told
