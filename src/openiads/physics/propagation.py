"""What the air, the surface and a ridge do to a radar signal between antenna and target.

Gases and rain attenuate, a smooth surface makes lobes and nulls, an edge diffracts, clutter hides low targets.
Kernels return linear power factors (0..1 for losses); decibels appear only where a name says so.
Sources: Recommendations ITU-R P.676-12 (gases), P.838-3 (rain), P.526-15 (diffraction); L. Blake, "Radar
Range-Performance Analysis" (1986), for the two-ray factor over a spherical earth.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.atmosphere import GAS_CONSTANT, density_and_sound

LIGHT = 299792458.0
EARTH_RADIUS = 6371000.0
#: Nepers of power per decibel.
NEPER = math.log(10.0) / 10.0
#: Power factor 6.9 dB below 1, at the kink of the knife-edge approximation.
KNIFE_EDGE_AT_ZERO = math.exp(-0.69 * math.log(10.0))
#: Words of an attenuation table before its first value.
TABLE_HEADER = 4

Floats = NDArray[np.float64]

# Lines of oxygen: frequency (GHz), then the coefficients a1, a2, a3, a5, a6 of P.676-12 table 1 (a4 is 0 throughout).
_OXYGEN = np.array([
    (50.474214, 0.975, 9.651, 6.69, 2.566, 6.85),
    (50.987745, 2.529, 8.653, 7.17, 2.246, 6.8),
    (51.50336, 6.193, 7.709, 7.64, 1.947, 6.729),
    (52.021429, 14.32, 6.819, 8.11, 1.667, 6.64),
    (52.542418, 31.24, 5.983, 8.58, 1.388, 6.526),
    (53.066934, 64.29, 5.201, 9.06, 1.349, 6.206),
    (53.595775, 124.6, 4.474, 9.55, 2.227, 5.085),
    (54.130025, 227.3, 3.8, 9.96, 3.17, 3.75),
    (54.67118, 389.7, 3.182, 10.37, 3.558, 2.654),
    (55.221384, 627.1, 2.618, 10.89, 2.56, 2.952),
    (55.783815, 945.3, 2.109, 11.34, -1.172, 6.135),
    (56.264774, 543.4, 0.014, 17.03, 3.525, -0.978),
    (56.363399, 1331.8, 1.654, 11.89, -2.378, 6.547),
    (56.968211, 1746.6, 1.255, 12.23, -3.545, 6.451),
    (57.612486, 2120.1, 0.91, 12.62, -5.416, 6.056),
    (58.323877, 2363.7, 0.621, 12.95, -1.932, 0.436),
    (58.446588, 1442.1, 0.083, 14.91, 6.768, -1.273),
    (59.164204, 2379.9, 0.387, 13.53, -6.561, 2.309),
    (59.590983, 2090.7, 0.207, 14.08, 6.957, -0.776),
    (60.306056, 2103.4, 0.207, 14.15, -6.395, 0.699),
    (60.434778, 2438.0, 0.386, 13.39, 6.342, -2.825),
    (61.150562, 2479.5, 0.621, 12.92, 1.014, -0.584),
    (61.800158, 2275.9, 0.91, 12.63, 5.014, -6.619),
    (62.41122, 1915.4, 1.255, 12.17, 3.029, -6.759),
    (62.486253, 1503.0, 0.083, 15.13, -4.499, 0.844),
    (62.997984, 1490.2, 1.654, 11.74, 1.856, -6.675),
    (63.568526, 1078.0, 2.108, 11.34, 0.658, -6.139),
    (64.127775, 728.7, 2.617, 10.88, -3.036, -2.895),
    (64.67891, 461.3, 3.181, 10.38, -3.968, -2.59),
    (65.224078, 274.0, 3.8, 9.96, -3.528, -3.68),
    (65.764779, 153.0, 4.473, 9.55, -2.548, -5.002),
    (66.302096, 80.4, 5.2, 9.06, -1.66, -6.091),
    (66.836834, 39.8, 5.982, 8.58, -1.68, -6.393),
    (67.369601, 18.56, 6.818, 8.11, -1.956, -6.475),
    (67.900868, 8.172, 7.708, 7.64, -2.216, -6.545),
    (68.431006, 3.397, 8.652, 7.17, -2.492, -6.6),
    (68.960312, 1.334, 9.65, 6.69, -2.773, -6.65),
    (118.750334, 940.3, 0.01, 16.64, -0.439, 0.079),
    (368.498246, 67.4, 0.048, 16.4, 0.0, 0.0),
    (424.76302, 637.7, 0.044, 16.4, 0.0, 0.0),
    (487.249273, 237.4, 0.049, 16.0, 0.0, 0.0),
    (715.392902, 98.1, 0.145, 16.0, 0.0, 0.0),
    (773.83949, 572.3, 0.141, 16.2, 0.0, 0.0),
    (834.145546, 183.1, 0.145, 14.7, 0.0, 0.0),
])  # fmt: skip

# Lines of water vapor: frequency (GHz), then b1 ... b6 of P.676-12 table 2; the last one stands for the continuum.
_WATER = np.array([
    (22.23508, 0.1079, 2.144, 26.38, 0.76, 5.087, 1.0),
    (67.80396, 0.0011, 8.732, 28.58, 0.69, 4.93, 0.82),
    (119.99594, 0.0007, 8.353, 29.48, 0.7, 4.78, 0.79),
    (183.310087, 2.273, 0.668, 29.06, 0.77, 5.022, 0.85),
    (321.22563, 0.047, 6.179, 24.04, 0.67, 4.398, 0.54),
    (325.152888, 1.514, 1.541, 28.23, 0.64, 4.893, 0.74),
    (336.227764, 0.001, 9.825, 26.93, 0.69, 4.74, 0.61),
    (380.197353, 11.67, 1.048, 28.11, 0.54, 5.063, 0.89),
    (390.134508, 0.0045, 7.347, 21.52, 0.63, 4.81, 0.55),
    (437.346667, 0.0632, 5.048, 18.45, 0.6, 4.23, 0.48),
    (439.150807, 0.9098, 3.595, 20.07, 0.63, 4.483, 0.52),
    (443.018343, 0.192, 5.048, 15.55, 0.6, 5.083, 0.5),
    (448.001085, 10.41, 1.405, 25.64, 0.66, 5.028, 0.67),
    (470.888999, 0.3254, 3.597, 21.34, 0.66, 4.506, 0.65),
    (474.689092, 1.26, 2.379, 23.2, 0.65, 4.804, 0.64),
    (488.490108, 0.2529, 2.852, 25.86, 0.69, 5.201, 0.72),
    (503.568532, 0.0372, 6.731, 16.12, 0.61, 3.98, 0.43),
    (504.482692, 0.0124, 6.731, 16.12, 0.61, 4.01, 0.45),
    (547.67644, 0.9785, 0.158, 26.0, 0.7, 4.5, 1.0),
    (552.02096, 0.184, 0.158, 26.0, 0.7, 4.5, 1.0),
    (556.935985, 497.0, 0.159, 30.86, 0.69, 4.552, 1.0),
    (620.700807, 5.015, 2.391, 24.38, 0.71, 4.856, 0.68),
    (645.766085, 0.0067, 8.633, 18.0, 0.6, 4.0, 0.5),
    (658.00528, 0.2732, 7.816, 32.1, 0.69, 4.14, 1.0),
    (752.033113, 243.4, 0.396, 30.86, 0.68, 4.352, 0.84),
    (841.051732, 0.0134, 8.177, 15.9, 0.33, 5.76, 0.45),
    (859.965698, 0.1325, 8.055, 30.6, 0.68, 4.09, 0.84),
    (899.303175, 0.0547, 7.914, 29.85, 0.68, 4.53, 0.9),
    (902.611085, 0.0386, 8.429, 28.65, 0.7, 5.1, 0.95),
    (906.205957, 0.1836, 5.11, 24.08, 0.7, 4.7, 0.53),
    (916.171582, 8.4, 1.441, 26.73, 0.7, 5.15, 0.78),
    (923.112692, 0.0079, 10.293, 29.0, 0.7, 5.0, 0.8),
    (970.315022, 9.009, 1.919, 25.5, 0.64, 4.94, 0.67),
    (987.926764, 134.6, 0.257, 29.85, 0.68, 4.55, 0.9),
    (1780.0, 17506.0, 0.952, 196.3, 2.0, 24.15, 5.0),
])  # fmt: skip


# ------------------------------------------------------------------ kernels


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


# ------------------------------------------------------------------ gases and rain


class GasAttenuation(NamedTuple):
    """Specific attenuation by dry air and by water vapor, dB/m."""

    dry_decibels: Floats
    vapor_decibels: Floats

    @property
    def total_decibels(self) -> Floats:
        """Both together, dB/m."""
        return self.dry_decibels + self.vapor_decibels


def gas_attenuation(
    frequency: float, dry_pressure: ArrayLike, vapor_density: ArrayLike, temperature: ArrayLike
) -> GasAttenuation:
    """Specific attenuation line by line at a frequency (Hz, 1-1000 GHz), one way.

    dry_pressure : Pa, without the vapor's share;  vapor_density : kg/m3;  temperature : K; arrays of one shape
    Source: P.676-12 annex 1.
    """
    f = _gigahertz(frequency, 1.0, 1000.0)
    p, rho, t = np.broadcast_arrays(
        np.asarray(dry_pressure, float) / 100, np.asarray(vapor_density, float) * 1000, np.asarray(temperature, float)
    )
    p, rho, t = p[..., None], rho[..., None], t[..., None]
    theta = 300 / t
    e = rho * t / 216.7

    line, a1, a2, a3, a5, a6 = _OXYGEN.T
    width = np.sqrt((a3 * 1e-4 * (p * theta**0.8 + 1.1 * e * theta)) ** 2 + 2.25e-6)
    overlap = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8
    strength = a1 * 1e-7 * p * theta**3 * np.exp(a2 * (1 - theta))
    dry = (strength * _line_shape(f, line, width, overlap)).sum(axis=-1)
    debye = 5.6e-4 * (p + e) * theta**0.8
    nitrogen = 1.4e-12 * p * theta**1.5 / (1 + 1.9e-5 * f**1.5)
    dry = dry + (f * p * theta**2 * (6.14e-5 / (debye * (1 + (f / debye) ** 2)) + nitrogen))[..., 0]

    line, b1, b2, b3, b4, b5, b6 = _WATER.T
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)
    width = 0.535 * width + np.sqrt(0.217 * width**2 + 2.1316e-12 * line**2 / theta)
    strength = b1 * 1e-1 * e * theta**3.5 * np.exp(b2 * (1 - theta))
    wet = (strength * _line_shape(f, line, width, 0.0)).sum(axis=-1)
    return GasAttenuation(0.182e-3 * f * dry, 0.182e-3 * f * wet)


def _line_shape(f: float, line: Floats, width: Floats, overlap: Floats | float) -> Floats:
    below = (width - overlap * (line - f)) / ((line - f) ** 2 + width**2)
    above = (width - overlap * (line + f)) / ((line + f) ** 2 + width**2)
    return np.asarray(f / line * (below + above))


def gas_attenuation_slant(
    frequency: float,
    elevation: float,
    *,
    dry_pressure: float,
    vapor_density: float,
    temperature: float,
    vapor_content: float | None = None,
    station_height: float = 0.0,
) -> float:
    """One-way attenuation (dB) from a station to space, by equivalent heights and the cosecant law.

    frequency : Hz, 1-350 GHz;  elevation : rad, 5-90 degrees;  dry_pressure : Pa, vapor_density : kg/m3 and
    temperature : K, all at the station;  vapor_content : integrated water vapor above it, kg/m2: used when known,
    else the vapor's equivalent height;  station_height : above the sea, m
    Source: P.676-12 annex 2, sections 2.2 and 2.3.
    """
    f = _gigahertz(frequency, 1.0, 350.0)
    if not math.radians(5) - 1e-12 <= elevation <= math.pi / 2 + 1e-12:
        raise InputError("elevation", f"{elevation} rad is outside 5-90 degrees", "use path_attenuation for low angles")
    gas = gas_attenuation(frequency, dry_pressure, vapor_density, temperature)
    dry_height, wet_height = _equivalent_heights(f, dry_pressure / 100, vapor_density * 1000, temperature)
    if vapor_content is None:
        wet = float(gas.vapor_decibels) * 1000 * wet_height
    else:
        wet = _zenith_vapor(f, vapor_content, station_height / 1000)
    return (float(gas.dry_decibels) * 1000 * dry_height + wet) / math.sin(elevation)


# Strength and frequency (GHz) of the oxygen terms, and frequency, strength and width of the vapor terms.
_DRY_TERMS = np.array([
    (0.1597, 118.750334), (0.1066, 368.498246), (0.1325, 424.76302), (0.1242, 487.249273), (0.0938, 715.392902),
    (0.1448, 773.83949), (0.1374, 834.145546),
])  # fmt: skip
_WET_TERMS = np.array([
    (22.23508, 1.52, 2.56), (183.310087, 7.62, 10.2), (325.152888, 1.56, 2.7), (380.197353, 4.15, 5.7),
    (439.150807, 0.2, 0.91), (448.001085, 1.63, 2.46), (474.689092, 0.76, 2.22), (488.490108, 0.26, 2.49),
    (556.935985, 7.81, 10.0), (620.70087, 1.25, 2.35), (752.033113, 16.2, 20.0), (916.171582, 1.47, 2.58),
    (970.315022, 1.36, 2.44), (987.926764, 1.6, 1.86),
])  # fmt: skip


def _equivalent_heights(f: float, p: float, rho: float, t: float) -> tuple[float, float]:
    """Equivalent heights (km) of dry air and vapor: GHz, hPa, g/m3, K."""
    rp = (p + rho * t / 216.7) / 1013.25
    celsius = t - 273.15
    t1 = 5.104 / (1 + 0.066 * rp**-2.3) * math.exp(-(((f - 59.7) / (2.87 + 12.4 * math.exp(-7.9 * rp))) ** 2))
    strength, line = _DRY_TERMS.T
    t2 = float((strength * math.exp(2.12 * rp) / ((f - line) ** 2 + 0.025 * math.exp(2.2 * rp))).sum())
    t3 = 0.0114 * f / (1 + 0.14 * rp**-2.6) * (15.02 * f**2 - 1353 * f + 5.333e4)
    t3 /= f**3 - 151.3 * f**2 + 9629 * f - 6803
    dry = 6.1 * (0.7832 + 0.00709 * celsius) / (1 + 0.17 * rp**-1.1) * (1 + t1 + t2 + t3)
    if f < 70:
        dry = min(dry, 10.7 * rp**0.3)
    sigma = 1.013 / (1 + math.exp(-8.6 * (rp - 0.57)))
    wet_line, wet_strength, width = _WET_TERMS.T
    terms = float((wet_strength * sigma / ((f - wet_line) ** 2 + width * sigma)).sum())
    wet = 1.9298 - 0.04166 * celsius + 0.0517 * rho + (1.1674 - 0.00622 * celsius + 0.0063 * rho) * terms
    return dry, wet


def _zenith_vapor(f: float, content: float, height: float) -> float:
    """Zenith attenuation (dB) by the integrated vapor: GHz, kg/m2, km."""
    if content <= 0:
        return 0.0
    rho = content / 2.38
    celsius = 14 * math.log(0.22 * content / 2.38) + 3
    here, reference = (
        float(gas_attenuation(g * 1e9, 84500.0, rho / 1000, celsius + 273.15).vapor_decibels) for g in (f, 20.6)
    )
    zenith = 0.0176 * content * here / reference
    if f < 20:
        return zenith
    a = -0.1113
    for strength, center, width in ((0.2048, 22.43, 3.097), (0.2326, 183.5, 4.096), (0.2073, 325.0, 3.651)):
        a += strength * math.exp(-(((f - center) / width) ** 2))
    b = 8.741e4 * math.exp(-0.587 * f) + 312.2 * f**-2.38 + 0.723
    return float(zenith * (a * min(max(height, 0.0), 4.0) ** b + 1))


# Four or five Gaussians in log10(GHz) (height, center, width), then slope and constant, for k and alpha, H and V.
_RAIN: dict[str, tuple[tuple[float, ...], ...]] = {
    "kh": ((-5.3398, -0.10008, 1.13098), (-0.35351, 1.2697, 0.454), (-0.23789, 0.86036, 0.15354),
           (-0.94158, 0.64552, 0.16817), (-0.18961, 0.71147)),
    "kv": ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899),
           (0.50167, 1.07319, 0.27195), (-0.16398, 0.63297)),
    "ah": ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),
           (-5.3761, -0.9623, 1.47828), (16.1721, -3.2998, 3.4399), (0.67849, -1.95537)),
    "av": ((-0.07771, 2.3384, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.1452, 0.26809),
           (-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479), (-0.053739, 0.83433)),
}  # fmt: skip


def rain_attenuation(frequency: float, rain_rate: float, *, elevation: float = 0.0, tilt: float = math.pi / 4) -> float:
    """Specific attenuation by rain, dB/m, one way.

    frequency : Hz, 1-1000 GHz;  rain_rate : m/s (1 mm/h is 2.78e-7);  elevation : of the path, rad
    tilt : of the polarization from horizontal, rad; a quarter turn is vertical, an eighth stands for circular
    Source: P.838-3.
    """
    x = math.log10(_gigahertz(frequency, 1.0, 1000.0))
    if rain_rate <= 0:
        return 0.0

    def curve(name: str) -> float:
        total = _RAIN[name][-1][0] * x + _RAIN[name][-1][1]
        for height, center, width in _RAIN[name][:-1]:
            total += height * math.exp(-(((x - center) / width) ** 2))
        return total

    kh, kv, ah, av = 10 ** curve("kh"), 10 ** curve("kv"), curve("ah"), curve("av")
    mix = math.cos(elevation) ** 2 * math.cos(2 * tilt)
    k = (kh + kv + (kh - kv) * mix) / 2
    alpha = (kh * ah + kv * av + (kh * ah - kv * av) * mix) / (2 * k)
    return float(k * (rain_rate * 3.6e6) ** alpha) / 1000


def _gigahertz(frequency: float, low: float, high: float) -> float:
    if not low * 1e9 <= frequency <= high * 1e9:
        raise InputError("frequency", f"{frequency:g} Hz is outside {low:g}-{high:g} GHz", "check the unit")
    return frequency / 1e9


# ------------------------------------------------------------------ along a radar path


def path_attenuation(
    frequency: float,
    distance: ArrayLike,
    radar_height: float,
    target_height: ArrayLike,
    *,
    vapor_density: float = 7.5e-3,
    vapor_scale: float = 2000.0,
    earth_radius: float = EARTH_RADIUS * 4 / 3,
    nodes: int = 65,
) -> Floats:
    """One-way gaseous attenuation (dB) between a radar and a target through the standard atmosphere.

    distance : slant range, m;  heights : above the sea, m; arrays of one shape
    vapor_density : at the sea, kg/m3, falling exponentially with ``vapor_scale``, m;  earth_radius : effective, m
    The ray is straight over the effective earth; where it dips below the sea it counts as at sea level.
    Line by line on a height grid, Gauss-Legendre along the path.
    """
    grid = np.concatenate((np.arange(0.0, 12e3, 100.0), np.arange(12e3, 100e3, 500.0)))
    state = [density_and_sound(float(h)) for h in grid]
    density = np.array([d for d, _ in state])
    temperature = np.array([a * a / (1.4 * GAS_CONSTANT) for _, a in state])
    vapor = vapor_density * np.exp(-grid / vapor_scale)
    gas = gas_attenuation(frequency, density * GAS_CONSTANT * temperature, vapor, temperature)
    loss = np.log(np.maximum(gas.total_decibels, 1e-300))

    at, weight = np.polynomial.legendre.leggauss(nodes)
    share = 0.5 * (at + 1)
    length, top = np.broadcast_arrays(np.asarray(distance, float), np.asarray(target_height, float))
    length, top = length[..., None], top[..., None]
    height = radar_height + (top - radar_height) * share - length**2 * share * (1 - share) / (2 * earth_radius)
    local = np.where(height < grid[-1], np.exp(np.interp(height, grid, loss)), 0.0)
    return np.asarray((local * weight).sum(axis=-1) * 0.5 * length[..., 0])


def attenuation_table(
    frequency: float,
    *,
    radar_height: float,
    max_range: float,
    max_height: float = 40_000.0,
    vapor_density: float = 7.5e-3,
    vapor_scale: float = 2000.0,
    earth_radius: float = EARTH_RADIUS * 4 / 3,
    rows: int = 65,
    columns: int = 49,
) -> Floats:
    """Table for ``two_way_attenuation``: nepers per meter of path, there and back, over range and target height.

    Arguments as for ``path_attenuation``; ``max_range`` and ``max_height`` are the far corner of the table, rows are
    equal steps of range, columns equal steps of the root of height.
    Layout: rows, columns, range step, height scale, then the values row by row.  Error against ``path_attenuation``
    below 1 % of the decibels wherever the target is above the horizon (1-16 GHz, 400 km by 40 km).
    """
    if not (max_range > 0 and max_height > 0 and rows >= 2 and columns >= 2):
        raise InputError("attenuation_table", "the table has no extent", "give max_range and max_height above 0")
    distance = np.linspace(0.0, max_range, rows)
    scale = max_height / (columns - 1) ** 2
    height = scale * np.arange(columns) ** 2
    away = np.maximum(distance, 1.0)[:, None]
    loss = path_attenuation(
        frequency,
        away,
        radar_height,
        height[None, :],
        vapor_density=vapor_density,
        vapor_scale=vapor_scale,
        earth_radius=earth_radius,
    )
    header = [float(rows), float(columns), max_range / (rows - 1), scale]
    return np.concatenate((header, (2 * NEPER * loss / away).ravel()))


# ------------------------------------------------------------------ lobes and edges in closed form


def lobe_elevations(radar_up: float, wavelength: float, count: int) -> Floats:
    """Elevations (rad) of the first ``count`` lobes of an antenna ``radar_up`` m above a flat reflecting surface."""
    return np.arcsin((2 * np.arange(1, count + 1) - 1) * wavelength / (4 * radar_up))


def null_elevations(radar_up: float, wavelength: float, count: int) -> Floats:
    """Elevations (rad) of the first ``count`` nulls above the horizon, as ``lobe_elevations``."""
    return np.arcsin(np.arange(1, count + 1) * wavelength / (2 * radar_up))


def knife_edge_exact(nu: ArrayLike) -> Floats:
    """Exact one-way power factor behind a knife edge (above 1 where the edge adds to the direct field).

    Source: P.526-15, eq. 27, with the Fresnel integrals.
    """
    from scipy.special import fresnel

    sine, cosine = fresnel(np.asarray(nu, dtype=float))
    return np.asarray(((1 - cosine - sine) ** 2 + (cosine - sine) ** 2) / 4)
