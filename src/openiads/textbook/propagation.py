"""Propagation beside what the simulation asks: slant paths to space, rain, lobes over a flat sea, and the exact edge.

Sources: Recommendations ITU-R P.676-12 (gases), P.838-3 (rain), P.526-15 (diffraction).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import InputError
from openiads.physics.attenuation import gas_attenuation, gigahertz

Floats = NDArray[np.float64]


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
    f = gigahertz(frequency, 1.0, 350.0)
    if not math.radians(5) - 1e-12 <= elevation <= math.pi / 2 + 1e-12:
        raise InputError(
            "elevation",
            f"{elevation} rad is outside 5-90 degrees",
            "use path_attenuation for low angles",
        )
    gas = gas_attenuation(frequency, dry_pressure, vapor_density, temperature)
    dry_height, wet_height = _equivalent_heights(f, dry_pressure / 100, vapor_density * 1000, temperature)
    if vapor_content is None:
        wet = float(gas.vapor_decibels) * 1000 * wet_height
    else:
        wet = _zenith_vapor(f, vapor_content, station_height / 1000)
    return (float(gas.dry_decibels) * 1000 * dry_height + wet) / math.sin(elevation)


# Strength and frequency (GHz) of the oxygen terms, and frequency, strength and width of the vapor terms.
_DRY_TERMS = np.array(
    [
        (0.1597, 118.750334),
        (0.1066, 368.498246),
        (0.1325, 424.76302),
        (0.1242, 487.249273),
        (0.0938, 715.392902),
        (0.1448, 773.83949),
        (0.1374, 834.145546),
    ]
)
_WET_TERMS = np.array(
    [
        (22.23508, 1.52, 2.56),
        (183.310087, 7.62, 10.2),
        (325.152888, 1.56, 2.7),
        (380.197353, 4.15, 5.7),
        (439.150807, 0.2, 0.91),
        (448.001085, 1.63, 2.46),
        (474.689092, 0.76, 2.22),
        (488.490108, 0.26, 2.49),
        (556.935985, 7.81, 10.0),
        (620.70087, 1.25, 2.35),
        (752.033113, 16.2, 20.0),
        (916.171582, 1.47, 2.58),
        (970.315022, 1.36, 2.44),
        (987.926764, 1.6, 1.86),
    ]
)


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
    "kh": (
        (-5.3398, -0.10008, 1.13098),
        (-0.35351, 1.2697, 0.454),
        (-0.23789, 0.86036, 0.15354),
        (-0.94158, 0.64552, 0.16817),
        (-0.18961, 0.71147),
    ),
    "kv": (
        (-3.80595, 0.56934, 0.81061),
        (-3.44965, -0.22911, 0.51059),
        (-0.39902, 0.73042, 0.11899),
        (0.50167, 1.07319, 0.27195),
        (-0.16398, 0.63297),
    ),
    "ah": (
        (-0.14318, 1.82442, -0.55187),
        (0.29591, 0.77564, 0.19822),
        (0.32177, 0.63773, 0.13164),
        (-5.3761, -0.9623, 1.47828),
        (16.1721, -3.2998, 3.4399),
        (0.67849, -1.95537),
    ),
    "av": (
        (-0.07771, 2.3384, -0.76284),
        (0.56727, 0.95545, 0.54039),
        (-0.20238, 1.1452, 0.26809),
        (-48.2991, 0.791669, 0.116226),
        (48.5833, 0.791459, 0.116479),
        (-0.053739, 0.83433),
    ),
}


def rain_attenuation(frequency: float, rain_rate: float, *, elevation: float = 0.0, tilt: float = math.pi / 4) -> float:
    """Specific attenuation by rain, dB/m, one way.

    frequency : Hz, 1-1000 GHz;  rain_rate : m/s (1 mm/h is 2.78e-7);  elevation : of the path, rad
    tilt : of the polarization from horizontal, rad; a quarter turn is vertical, an eighth stands for circular
    Source: P.838-3.
    """
    x = math.log10(gigahertz(frequency, 1.0, 1000.0))
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


def far_two_ray_factor(wavelength: float, radar_up: float, target_up: float, distance: float) -> float:
    """Field over free-space field of a direct and a perfectly reflected ray, far away over a plane, one way.

    The path difference is taken as 2 h1 h2 / d, its limit where both heights are small beside the distance.  The
    simulation's `physics.propagation.two_ray_factor` has the exact difference and the weaker reflected ray; over a
    smooth plane both agree up to terms of the order of h1 h2 / d2.

    Parameters
    ----------
    wavelength : float
        m, above 0.
    radar_up, target_up : float
        Heights above the plane, m.
    distance : float
        m, above 0.

    Returns
    -------
    float
        F = 2 abs(sin(2 pi h1 h2 / (wavelength d))), 0 to 2.

    Raises
    ------
    InputError
        For a wavelength or a distance that is not above 0.
    """
    for name, value in (("wavelength", wavelength), ("distance", distance)):
        if not value > 0.0:
            raise InputError(name, f"{value} m", "Give a length above 0.")
    return 2.0 * abs(math.sin(2.0 * math.pi * radar_up * target_up / (wavelength * distance)))


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
