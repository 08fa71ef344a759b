"""What the air, the surface and a ridge do to a radar signal between antenna and target.

Gases attenuate (from a table that `openiads.physics.attenuation` makes), a smooth surface makes lobes and nulls, an
edge diffracts, clutter hides low targets.  Kernels return linear power factors (0..1 for losses).
Sources: Recommendation ITU-R P.526-15 (diffraction); L. Blake, "Radar Range-Performance Analysis" (1986), for the
two-ray factor over a spherical earth.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel

#: Nepers of power per decibel.
NEPER = math.log(10.0) / 10.0
#: Power factor 6.9 dB below 1, at the kink of the knife-edge approximation.
KNIFE_EDGE_AT_ZERO = math.exp(-0.69 * math.log(10.0))


@kernel("f8(f8[::1], i8, f8, f8)")
def two_way_attenuation(tables, at, distance, height):
    """Gaseous attenuation there and back as a linear factor, from the table that starts at ``tables[at]``.

    tables : arena of results of ``attenuation_table``;  at : offset of the wanted one
    distance : slant range, m, >= 0, held at the table's end beyond it (the mean loss per meter there goes on)
    height : of the target above the sea, m, held inside the table
    The mean loss per meter of the path is interpolated; see ``attenuation_table`` for the error.
    """
    columns = int(tables[at + 1])
    across = min(max(distance / tables[at + 2], 0.0), tables[at] - 1.0)
    along = min(math.sqrt(max(height, 0.0) / tables[at + 3]), columns - 1.0)
    i = min(int(across), int(tables[at]) - 2)
    j = min(int(along), columns - 2)
    fi = across - i
    fj = along - j
    cell = at + 4 + i * columns + j
    near = tables[cell] + fj * (tables[cell + 1] - tables[cell])
    far = tables[cell + columns] + fj * (tables[cell + columns + 1] - tables[cell + columns])
    return math.exp(-(near + fi * (far - near)) * max(distance, 0.0))


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

    wavelength : m;  radar_up, target_up : heights above the surface, m;  distance : m, > 0, slant range on a flat earth
    and along the surface on a sphere (the difference is negligible at the low angles where F matters)
    reflection : magnitude for a smooth surface, 0..1 (the phase is a half turn, horizontal polarization at low angles)
    surface_height : rms roughness, m;  earth_radius : effective, m; 0 or less means a flat earth
    On the sphere the reflection point solves the cubic, heights are reduced to its tangent plane and the reflected ray
    diverges.  Below the first quarter-wave of path difference the two-ray picture fails; there divergence is faded out,
    so that F falls steadily to 0 at the horizon instead of rising to 1.  At and beyond the horizon F = 0.
    """
    near, far = max(radar_up, 0.0), max(target_up, 0.0)
    divergence = 1.0
    if earth_radius > 0.0:
        half = 0.5 * distance
        p = 2.0 / math.sqrt(3.0) * math.sqrt(earth_radius * (near + far) + half * half)
        turn = 2.0 * earth_radius * distance * (far - near) / (p * p * p)
        to_point = half - p * math.sin(math.asin(min(max(turn, -1.0), 1.0)) / 3.0)
        beyond = distance - to_point
        near = near - to_point * to_point / (2.0 * earth_radius)
        far = far - beyond * beyond / (2.0 * earth_radius)
        if near <= 0.0 or far <= 0.0:
            return 0.0
        divergence = 1.0 / math.sqrt(1.0 + 2.0 * to_point * beyond / (earth_radius * (near + far)))
    difference = 2.0 * near * far / distance
    sine = min((near + far) / distance, 1.0)
    fade = min(4.0 * difference / wavelength, 1.0)
    strength = reflection * (1.0 - fade * (1.0 - divergence)) * surface_roughness(wavelength, surface_height, sine)
    half_wave = math.sin(math.pi * difference / wavelength)
    return math.sqrt((1.0 - strength) * (1.0 - strength) + 4.0 * strength * half_wave * half_wave)


@kernel("f8(f8, f8, f8, f8)")
def fresnel_parameter(above, to_edge, beyond, wavelength):
    """Diffraction parameter nu of an edge: positive when it stands above the line of sight.

    above : height of the edge over the line, m;  to_edge, beyond : distances from it to both ends, m, > 0
    Source: P.526-15, eq. 26.
    """
    return above * math.sqrt(2.0 / wavelength * (1.0 / to_edge + 1.0 / beyond))


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


@kernel("f8(f8, f8, f8)")
def clutter_factor(grazing, limit, loss_decibels):
    """Power factor by which surface clutter lowers a radar's signal-to-noise ratio at low grazing angles.

    grazing, limit : rad; no loss from ``limit`` on, full ``loss_decibels`` (>= 0) at and below 0, smooth between
    A class-level assumption, not a clutter model: see the radar's catalog entry for its interval.
    """
    if limit <= 0.0 or grazing >= limit:
        return 1.0
    t = max(grazing, 0.0) / limit
    return math.exp(-NEPER * loss_decibels * (1.0 - t) * (1.0 - t) * (1.0 + 2.0 * t))
