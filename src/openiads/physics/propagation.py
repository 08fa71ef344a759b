"""What the air, the surface and a ridge do to a radar signal between antenna and target.

Gases attenuate (from a table that `openiads.physics.attenuation` makes), a smooth surface makes lobes and nulls, an
edge diffracts, what the surface returns competes with the echo.  Kernels return linear power factors (0..1 for losses).
Sources: Recommendation ITU-R P.526-15 (diffraction); L. Blake, "Radar Range-Performance Analysis" (1986), for the
two-ray factor over a spherical earth.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel

#: Nepers of power per decibel.
NEPER = math.log(10.0) / 10.0
#: Words of an attenuation table before its first value.
ATTENUATION_HEADER = 6
#: Exponent of a two-way Gaussian pattern at one beamwidth off its axis, and the two-way power of its sidelobes.
TWO_WAY_GAUSS = 8.0 * math.log(2.0)
SIDELOBES = 1e-5
HALVED = math.log(2.0)
#: Power factor 6.9 dB below 1, at the kink of the knife-edge approximation.
KNIFE_EDGE_AT_ZERO = math.exp(-0.69 * math.log(10.0))


@kernel("f8(f8[::1], i8, f8, f8)")
def two_way_attenuation(tables, at, distance, height):
    """Gaseous attenuation there and back as a linear factor, from the table that starts at ``tables[at]``.

    tables : arena of results of ``attenuation_table``;  at : offset of the wanted one
    distance : slant range, m, held at the table's end beyond it (the mean loss per meter there goes on); below 0 as 0
    height : of the target above the sea, m; below 0 as 0; above the table's top the path is cut off where it leaves
    it, because the air above absorbs nothing to speak of
    The mean loss per meter of the path is interpolated; see ``attenuation_table`` for the error.
    """
    columns = int(tables[at + 1])
    path = max(distance, 0.0)
    top = tables[at + 3] * (columns - 1.0) * (columns - 1.0)
    if height > top:
        path *= share_below(top, tables[at + 4], height, path * path / (2.0 * tables[at + 5]))
    across = min(path / tables[at + 2], tables[at] - 1.0)
    along = min(math.sqrt(max(height, 0.0) / tables[at + 3]), columns - 1.0)
    i = min(int(across), int(tables[at]) - 2)
    j = min(int(along), columns - 2)
    fi = across - i
    fj = along - j
    cell = at + ATTENUATION_HEADER + i * columns + j
    near = tables[cell] + fj * (tables[cell + 1] - tables[cell])
    far = tables[cell + columns] + fj * (tables[cell + columns + 1] - tables[cell + columns])
    return math.exp(-(near + fi * (far - near)) * path)


@kernel("f8(f8, f8, f8, f8)")
def share_below(top, low, high, sag):
    """Share (0..1) of a straight ray that lies below a height, over the effective earth.

    top : the height, m;  low, high : heights of its ends, low < top < high, m;  sag : its length squared over twice
    the earth's radius, m, >= 0
    """
    if low >= top:
        return 0.0
    rise, climb = top - low, high - low - sag
    root = math.sqrt(climb * climb + 4.0 * sag * rise)
    if climb >= 0.0:
        return min(2.0 * rise / (climb + root), 1.0)
    return min((root - climb) / (2.0 * sag), 1.0)


@kernel("f8(f8, f8, f8)")
def surface_roughness(wavelength, surface_height, sine):
    """Specular reflection of a rough surface over that of a smooth one (Ament).

    wavelength : m;  surface_height : rms height, m (a quarter of a sea's significant height);  sine : of grazing
    Source: W. Ament, Proc. IRE 41 (1953) 142.
    """
    phase = 2.0 * math.pi * surface_height * sine / wavelength
    return math.exp(-2.0 * phase * phase)


@kernel("f8(f8, f8, f8, f8, f8, f8, f8)")
def two_ray_factor(wavelength, radar_up, target_up, distance, reflection, surface_height, earth_radius):
    """Pattern-propagation factor F (field over free-space field, 0..2) of direct plus reflected ray, one way.

    wavelength : m, > 0;  radar_up, target_up : heights above the surface, m, below 0 as 0;  distance : m, >= 0, slant
    range on a flat earth and along the surface on a sphere
    reflection : magnitude for a smooth surface, 0..1 (the phase is a half turn, horizontal polarization at low angles)
    surface_height : rms roughness, m;  earth_radius : effective, m; 0 or less means a flat earth
    On the sphere the reflection point solves the cubic, heights are reduced to its tangent plane and the reflected ray
    diverges.  Below the first quarter-wave of path difference the two-ray picture fails; there divergence is faded out,
    so that F falls steadily to 0 at the horizon instead of rising to 1.  At and beyond the horizon F = 0.
    The difference of the paths is 4 h1 h2 / (d + sqrt(d2 + 4 h1 h2)), exact for the slant range d over a plane, and the
    reflected ray is weaker by the ratio of the paths: both matter where the target stands high over a near radar.
    """
    near, far = max(radar_up, 0.0), max(target_up, 0.0)
    divergence = 1.0
    if earth_radius > 0.0:
        half = 0.5 * distance
        p = 2.0 / math.sqrt(3.0) * math.sqrt(earth_radius * (near + far) + half * half)
        if not (p * p * p > 0.0):
            return 0.0
        turn = 2.0 * earth_radius * distance * (far - near) / (p * p * p)
        to_point = half - p * math.sin(math.asin(min(max(turn, -1.0), 1.0)) / 3.0)
        beyond = distance - to_point
        near = near - to_point * to_point / (2.0 * earth_radius)
        far = far - beyond * beyond / (2.0 * earth_radius)
        if near <= 0.0 or far <= 0.0:
            return 0.0
        divergence = 1.0 / math.sqrt(1.0 + 2.0 * to_point * beyond / (earth_radius * (near + far)))
    direct = distance
    if earth_radius > 0.0:
        direct = math.sqrt(distance * distance + (far - near) * (far - near))
    reflected = math.sqrt(direct * direct + 4.0 * near * far)
    if not (reflected > 0.0):
        return 0.0
    difference = 4.0 * near * far / (direct + reflected)
    sine = min((near + far) / reflected, 1.0)
    fade = min(4.0 * difference / wavelength, 1.0)
    strength = reflection * (1.0 - fade * (1.0 - divergence)) * surface_roughness(wavelength, surface_height, sine)
    strength *= direct / reflected
    half_wave = math.sin(math.pi * difference / wavelength)
    return math.sqrt((1.0 - strength) * (1.0 - strength) + 4.0 * strength * half_wave * half_wave)


@kernel("f8(f8, f8, f8, f8)")
def fresnel_parameter(above, to_edge, beyond, wavelength):
    """Diffraction parameter nu of an edge: positive when it stands above the line of sight.

    above : height of the edge over the line, m;  to_edge, beyond : distances from it to both ends, m, below 1 mm as
    1 mm;  wavelength : m, > 0
    Source: P.526-15, eq. 26.
    """
    return above * math.sqrt(2.0 / wavelength * (1.0 / max(to_edge, 1e-3) + 1.0 / max(beyond, 1e-3)))


@kernel("f8(f8)")
def knife_edge_loss(nu):
    """One-way power factor (0..1) behind a knife edge; within 0.15 dB of the exact loss for nu > -0.7, 1 below -0.78.

    Source: P.526-15, eq. 31.
    """
    if nu <= -0.78:
        return 1.0
    t = nu - 0.1
    root = math.sqrt(t * t + 1.0) + t
    return min(KNIFE_EDGE_AT_ZERO / (root * root), 1.0)


@kernel("f8(f8, f8, f8, f8, f8, f8)")
def clutter_section(per_meter, distance, above, antenna, beamwidth, earth_radius):
    """Cross-section (m2) of the surface in a target's range cell that is left after Doppler processing.

    per_meter : reflectivity of the surface times azimuth beamwidth times range cell over the radar's clutter
    improvement, m2 per m of range, >= 0
    distance : along the surface, m, below 1 m as 1 m;  above, antenna : heights of target and antenna over it, m, below
    0 (antenna: below 1 m) as that
    beamwidth : in elevation, half power, rad, > 0;  earth_radius : effective, m, > 0

    The illuminated cell grows with the first power of range.  A beam on a target stands ``above / distance`` over the
    surface, and a Gaussian pattern of the beamwidth weakens both ways, never below the sidelobes.  The surface is in
    shadow beyond the antenna's horizon: half of it remains there and the eighth power of range takes the rest.
    Sources: Skolnik (2008) on surface clutter; the pattern, sidelobes and the shadow are assumptions of class.
    """
    away = max(distance, 1.0)
    off = max(above, 0.0) / away / beamwidth
    seen = math.exp(-TWO_WAY_GAUSS * min(off * off, 100.0)) + SIDELOBES
    beyond = min(away / math.sqrt(2.0 * earth_radius * max(antenna, 1.0)), 1e6)
    square = beyond * beyond
    fourth = square * square
    return per_meter * away * seen / (1.0 + fourth * fourth)


@kernel("f8(f8, f8, f8, f8, f8)")
def look_down(distance, antenna, cell, beamwidth, earth_radius):
    """How many times its range cell a pulse covers of the surface that it meets at an angle.

    distance : slant range, m, > 0;  antenna : height over the surface, m;  cell : range cell, m, > 0;  beamwidth : in
    elevation, rad, > 0;  earth_radius : effective, m, > 0
    The secant of the grazing angle psi, and where the beam is shorter on the ground than the pulse, the beam: R times
    beamwidth over sin psi.  Near 1 for an antenna close to the surface.
    Source: [skolnik2008], chapter 3 (surface clutter of airborne radar, low and high grazing angles).
    """
    sine = min(max(antenna / distance - distance / (2.0 * earth_radius), 0.0), 1.0)
    cosine = math.sqrt(1.0 - sine * sine)
    beam = beamwidth * distance / (cell * max(sine, 1e-6))
    return min(1.0 / max(cosine, 1e-6), beam)


@kernel("f8(f8, f8, f8, f8)")
def low_angle_error(share, off, beamwidth, half):
    """Standard deviation (rad) of elevation from the surface's reflection, at low angles.

    share : of a beamwidth that it comes to at the surface;  off : height angle over the surface in beamwidths, below 0
    as 0;  beamwidth : in elevation, rad;  half : height angle, in beamwidths, at which half of it is left, > 0
    A sixteenth is left at twice that, nothing to speak of at four times: the reflected ray leaves the beam.
    Source: Barton, Proc. IEEE 62 (1974) 687, for a quarter of a beamwidth; the form is an assumption.
    """
    halves = min(max(off, 0.0) / half, 20.0)
    return share * beamwidth * math.exp(-HALVED * halves * halves)
