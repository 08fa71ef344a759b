"""What one look of one radar at one flight comes to: geometry, signal, and the drawn detection and measurement."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.earth.sight import greatest_height, horizon_height
from openiads.parts import dice
from openiads.parts.flights import away_from, state_of
from openiads.parts.geometry import MEAN_RADIUS, angle_between, bearing, edge_factor
from openiads.parts.jamming import received
from openiads.parts.overhead import lowest_seen, surface_section
from openiads.physics.detection import fluctuation, probability_at, scan_gain, signal_to_noise, table_of
from openiads.physics.motion import local_up
from openiads.physics.propagation import (
    low_angle_error,
    two_ray_factor,
    two_way_attenuation,
)
from openiads.world.codes import Look

VISIBLE, DETECTED = int(Look.VISIBLE), int(Look.DETECTED)
BELOW_HORIZON, BELOW_MASK = int(Look.BELOW_HORIZON), int(Look.BELOW_MASK)
OUT_OF_SECTOR, OUT_OF_MODE = int(Look.OUT_OF_SECTOR), int(Look.OUT_OF_MODE)
OUT_OF_RANGE, TOO_SLOW = int(Look.OUT_OF_RANGE), int(Look.TOO_SLOW)
SILENT_LOOK = int(Look.SILENT)

REFERENCE_RANGE = 100_000.0
MONOPULSE_SLOPE = 1.6
LEAST_EDGE = 1e-6  # two-way power factor behind an edge below which nothing is looked for


@kernel("f8(f8[:, ::1], i8, f8, f8, f8, f8, f8, f8)")
def cross_section(rcs, band, dx, dy, dz, vx, vy, vz):
    """Mean cross-section (m2) seen along (dx, dy, dz) from the radar, from nose, beam and tail values of a band.

    Between the aspects the value goes as the cosine squared of the aspect angle, in square meters.
    """
    seen = math.sqrt((dx * dx + dy * dy + dz * dz) * (vx * vx + vy * vy + vz * vz))
    if not (seen > 0.0):
        return rcs[band, 1]
    cosine = (dx * vx + dy * vy + dz * vz) / seen
    end = rcs[band, 0] if cosine < 0.0 else rcs[band, 2]  # flying toward the radar shows the nose
    square = cosine * cosine
    return rcs[band, 1] + (end - rcs[band, 1]) * square


@kernel("f8(Radar)")
def edge_beam(radar):
    """Angle (rad) that a beam on the last elevation of a sector reaches beyond it: half its own width."""
    return 0.5 * radar["beam_elevation"]


@kernel("b1(Radar, f8)")
def in_track(radar, elevation):
    """Whether tracking covers an elevation: with a beam on the edge of its sector too, as in search."""
    margin = edge_beam(radar)
    return radar["track_low"] - margin <= elevation <= radar["track_high"] + margin


@kernel("b1(Radar, f8, f8)")
def in_mode(radar, elevation, t):
    """Whether the active search mode, or the one that shares its time in this frame, covers an elevation."""
    margin = edge_beam(radar)
    if radar["elevation_low"] - margin <= elevation <= radar["elevation_high"] + margin:
        return True
    if radar["shared_every"] == 0:
        return False
    frame = int(math.floor((t - radar["phase"]) / radar["frame"]))
    return frame % radar["shared_every"] == 0 and radar["shared_low"] <= elevation <= radar["shared_high"]


@kernel("f8(Radar, f8)")
def revisit(radar, elevation):
    """Time (s) between two search looks at an elevation (rad): longer where only a mode that shares the time looks."""
    margin = edge_beam(radar)
    if radar["elevation_low"] - margin <= elevation <= radar["elevation_high"] + margin:
        return radar["frame"]
    if radar["shared_low"] <= elevation <= radar["shared_high"]:
        return radar["frame"] * max(radar["shared_every"], 1)
    return radar["frame"]


@kernel("i8(Radar, f8, f8, f8, f8, f8, f8, f8, f8, b1)")
def visibility(radar, earth_radius, azimuth, elevation, ground, height, lowest, edges, t, searching):
    """How a point within a radar's range limits comes out of its mask, sector and elevations: VISIBLE or a reason.

    earth_radius : effective, m;  lowest, edges : lowest visible height and factor of the edge there;  t : s, which
    mode a radar with two is in;  searching : as in ``sense``
    """
    if height < lowest and (radar["edge_table"] < 0 or edges < LEAST_EDGE):
        smooth = horizon_height(radar["height"], ground, earth_radius)
        return BELOW_HORIZON if height < smooth else BELOW_MASK
    off = angle_between(azimuth, radar["boresight"])
    half = radar["search_half"] if searching else radar["track_half"]
    if abs(off) > half + 1e-12:
        return OUT_OF_SECTOR
    if not (in_mode(radar, elevation, t) if searching else in_track(radar, elevation)):
        return OUT_OF_MODE
    return VISIBLE


@kernel("f8(Radar, f8)")
def look_gain(radar, azimuth):
    """One-way gain of the beam at an azimuth over that at boresight."""
    off = angle_between(azimuth, radar["boresight"])
    return scan_gain(math.cos(off), radar["boresight_loss"]) if radar["phased"] == 1 else 1.0


@kernel("tuple_of(f8, f8)(f8[::1], Radar, f8, f8, f8, f8, f8, f8, f8, f8)")
def echo(tables, radar, earth_radius, roughness, distance, gain, ground, height, edges, rcs):
    """Signal of a mean cross-section (m2) at a VISIBLE point, and what is left of the surface's return, over noise.

    earth_radius : effective, m;  roughness : rms height of the sea, m;  gain : of ``look_gain``;
    ground : range along the sea, m;  edges : factor of the masking edge
    """
    loss = 1.0
    if radar["attenuation_table"] >= 0:
        loss = two_way_attenuation(tables, radar["attenuation_table"], distance, height)
    lobes = edges
    if radar["multipath"] == 1:
        lobes = two_ray_factor(
            radar["wavelength"], radar["height"], max(height, 0.0), ground, 1.0, roughness, earth_radius
        )
        lobes = edges * lobes * lobes * lobes * lobes
    free = signal_to_noise(radar["reference_snr"], REFERENCE_RANGE, distance, 1.0, gain, 1.0, loss)
    surface = surface_section(radar, earth_radius, distance, ground, height)
    return free * rcs * lobes, free * surface


@kernel("tuple_of(i8, f8, f8, f8, f8, f8, f8, f8, f8, f8)(Sim, i8, i8, f8, b1)")
def sense(sim, r, f, t, searching):
    """Geometry and mean signal of radar ``r`` looking at flight ``f`` at time ``t``.

    searching : True tests the search sector and the active mode's elevations, False the wider tracking sector
    Returns (code, distance, azimuth, elevation, lowest visible height, SNR ratio, height, radial speed, SNR without
    jamming, jamming by the flight itself over noise); the SNR is of the mean cross-section and 0 unless the code is
    VISIBLE, its noise that of receiver, surface and jammers; the speed, m/s, is positive away from the radar.
    """
    radar = sim.radars[r]
    flight = sim.flights[f]
    situation = sim.situation[0]
    x, y, z, vx, vy, vz = state_of(sim, f, t)
    if (
        searching and situation["record"] == 0
    ):  # most looks of a radar of short range end here; what is recorded tells the rest too
        off = away_from(radar["position"], x, y, z)
        if off > radar["range_max"] + 1.0 or off < radar["range_min"] - 1.0:
            return OUT_OF_RANGE, off, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    _, _, _, height = local_up(x, y, z)
    distance, azimuth, elevation, ground = bearing(radar["position"], radar["axes"], x, y, z)
    if distance > radar["range_max"] or distance < radar["range_min"]:
        return OUT_OF_RANGE, distance, azimuth, elevation, 0.0, 0.0, height, 0.0, 0.0, 0.0
    lowest = lowest_seen(sim.tables, radar, azimuth, ground, x, y, z)
    edges = 1.0
    bends, under = radar["edge_table"] >= 0, height < lowest
    if bends and under:
        edges = edge_factor(sim.tables, radar, azimuth, ground, lowest - height)
    code = visibility(radar, situation["earth_radius"], azimuth, elevation, ground, height, lowest, edges, t, searching)
    if code != VISIBLE:
        return code, distance, azimuth, elevation, lowest, 0.0, height, 0.0, 0.0, 0.0
    dx, dy, dz = x - radar["position"][0], y - radar["position"][1], z - radar["position"][2]
    along = (dx * vx + dy * vy + dz * vz) / distance
    if abs(along) < radar["least_radial_speed"]:
        return TOO_SLOW, distance, azimuth, elevation, lowest, 0.0, height, 0.0, 0.0, 0.0
    if bends and not under:
        edges = edge_factor(sim.tables, radar, azimuth, ground, lowest - height)
    rcs = cross_section(flight["rcs"], radar["band"], dx, dy, dz, vx, vy, vz)
    earth, sea = situation["earth_radius"], situation["sea_roughness"]
    gain = look_gain(radar, azimuth)
    signal, clutter = echo(sim.tables, radar, earth, sea, distance, gain, ground, height, edges, rcs)
    clear = snr = signal / (1.0 + clutter)
    own = 0.0
    if len(sim.jammers) > 0:
        own, others = received(sim, r, f, t, azimuth, elevation, gain)
        snr = signal / (1.0 + clutter + own + others)
        own /= 1.0 + clutter
    return VISIBLE, distance, azimuth, elevation, lowest, snr, height, along, clear, own


@kernel("b1(Sim, i8, i8, f8, f8)")
def detected(sim, r, f, drawn, u):
    """Whether a look of a drawn SNR ratio detects; ``u`` : uniform of its receiver's noise."""
    table = table_of(sim.tables, sim.radars[r]["pd_table"], sim.flights[f]["swerling"])
    return u < probability_at(sim.tables, table, drawn)


@kernel("f8(f8[::1], Radar, Flight, i8, f8, f8, f8)", entry=True)
def alike_for(tables, radar, flight, code, distance, azimuth, elevation):
    """Time (s) for which further search looks at a flight surely come out as one that came out as ``code``.

    distance, azimuth, elevation : of that look, m and rad.  As long as the flight cannot have come into the radar's
    range; or as long as it can neither have come into its sector, nor gone out of its range limits, nor be so low that
    anything around hides it.  0 where that is not known: for other codes, radars that move, flights in a turn.
    """
    if radar["platform"] >= 0 or flight["turns_at"] < math.inf:
        return 0.0
    way = 0.0
    if code == OUT_OF_RANGE:
        way = distance - radar["range_max"] - 2.0
    elif code == OUT_OF_SECTOR and radar["cover_table"] >= 0:
        aside = abs(angle_between(azimuth, radar["boresight"])) - radar["search_half"] - 1e-6
        level = distance * math.cos(elevation)
        way = level * math.sin(min(max(aside, 0.0), 0.5 * math.pi))
        way = min(way, radar["range_max"] - distance, distance - radar["range_min"]) - 1.0
        out_to = 1.002 * (distance + max(way, 0.0)) + 1.0  # along the sea no farther than straight, but for the heights
        if flight["floor"] < greatest_height(tables, radar["cover_table"], out_to) + 1.0:
            return 0.0
    return max(way, 0.0) / flight["fastest"]


@kernel("tuple_of(b1, f8, b1)(Sim, i8, i8, f8, f8, f8, i8)")
def detects(sim, r, f, t, snr, clear, slot):
    """Whether a look of mean ``snr`` detects, the drawn SNR ratio, and whether it would detect without jamming alone.

    Fluctuation from look to look is drawn per (flight, band, slot of the decorrelation time), so looks inside a slot
    and radars of one band share it; that from pulse to pulse is in its table, and the drawn ratio is then the mean one.
    Receiver noise is drawn afresh for each ``slot`` of the look.
    clear : mean SNR ratio without jamming, as in ``sense``; both answers rest on the same draws
    """
    if sim.situation[0]["detection_by_range"] == 1:
        return True, 1000.0, False
    u0, u1 = dice.fade(sim, r, f, t)
    faded = fluctuation(sim.flights[f]["swerling"], u0, u1)
    u = dice.noise(sim, r, f, slot)
    hit = detected(sim, r, f, snr * faded, u)
    return hit, snr * faded, not hit and clear > snr and detected(sim, r, f, clear * faded, u)


@kernel("f8(f8, f8, f8)")
def measurement_error(snr, cell, floor):
    """Standard deviation of a measurement: a resolution cell over sqrt(2 SNR), combined with a floor; unit of both.

    Source: [barton1964], accuracy of range and angle.
    """
    part = cell / math.sqrt(2.0 * max(snr, 1.0))
    return math.sqrt(part * part + floor * floor)


@kernel("f8(Radar, f8)")
def angle_error(radar, snr):
    """Standard deviation (rad) of an angle measured at a signal to noise ratio, azimuth and elevation together."""
    azimuth = measurement_error(snr, radar["beam_azimuth"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    elevation = measurement_error(snr, radar["beam_elevation"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    return math.sqrt(0.5 * (azimuth * azimuth + elevation * elevation))


@kernel("tuple_of(f8, f8)(Radar, f8, f8)")
def bearing_errors(radar, snr, elevation):
    """Standard deviations (rad) of azimuth and elevation measured at a signal to noise ratio."""
    azimuth = measurement_error(snr, radar["beam_azimuth"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    up = measurement_error(snr, radar["beam_elevation"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    return azimuth / max(math.cos(elevation), 0.05), up


@kernel("f8(Model, Radar, f8, f8)")
def reflection_error(model, radar, distance, elevation):
    """Standard deviation (rad) that the surface's reflection adds to the elevation of a low target (`low_angle_error`).

    distance, elevation : of the target from the radar, m and rad
    """
    flat = distance * math.cos(elevation)
    above = radar["height"] - radar["clutter_base"] + distance * math.sin(elevation) + flat * flat / (2.0 * MEAN_RADIUS)
    beam = radar["beam_elevation"]
    return low_angle_error(model["low_angle_error"], above / max(flat, 1.0) / beam, beam, model["low_angle_limit"])


@kernel("f8(Model, Radar, f8, f8, f8, f8)")
def displacement(model, radar, distance, elevation, snr, known):
    """Deviation (m) by which reflections displace a low target upward or down, beyond what a track's error holds.

    snr : > 0;  known : m, deviation of the height of a track whose error counts as well, 0 for none.  A track that
    averages looks holds of its own variance the share that reflections have in that of one look: they count once.
    """
    low = reflection_error(model, radar, distance, elevation)
    rest = measurement_error(snr, radar["beam_elevation"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    share = low * low / (low * low + rest * rest)
    return math.sqrt(max(distance * distance * low * low - share * known * known, 0.0))


@kernel("tuple_of(f8, f8, f8, f8, f8, f8, f8)(Sim, i8, i8, f8, f8, f8, f8, f8, i8)")
def measure(sim, r, f, distance, azimuth, elevation, along, snr, slot):
    """A drawn measurement: (range, azimuth, elevation, the deviations of these three, radial speed).

    Low over the surface the error of elevation is greater, by what it reflects.
    """
    radar = sim.radars[r]
    sigma_range = measurement_error(snr, radar["resolution"], radar["sigma_range"])
    sigma_elevation = measurement_error(snr, radar["beam_elevation"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    low = reflection_error(sim.model[0], radar, distance, elevation)
    sigma_elevation = math.sqrt(sigma_elevation * sigma_elevation + low * low)
    sigma_azimuth = measurement_error(snr, radar["beam_azimuth"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    sigma_azimuth /= max(math.cos(elevation), 0.05)
    n0, n1, n2, n3 = dice.measurement(sim, r, f, slot)
    return (
        distance + sigma_range * n0,
        azimuth + sigma_azimuth * n1,
        elevation + sigma_elevation * n2,
        sigma_range,
        sigma_azimuth,
        sigma_elevation,
        along + radar["sigma_radial"] * n3,
    )
