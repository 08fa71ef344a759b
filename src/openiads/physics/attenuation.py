"""Attenuation of radar signals by the gases of the air: line by line, along a path, and as a table for the kernels.

Source: Recommendation ITU-R P.676-12, annex 1.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.errors import InputError
from openiads.earth.atmosphere import GAS_CONSTANT, density_and_sound
from openiads.physics.propagation import NEPER

TABLE_NODES = 33  # of the quadrature along each path of a table

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
    f = gigahertz(frequency, 1.0, 1000.0)
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


def gigahertz(frequency: float, low: float, high: float) -> float:
    """A frequency in GHz; InputError outside ``low`` to ``high`` (GHz)."""
    if not low * 1e9 <= frequency <= high * 1e9:
        raise InputError("frequency", f"{frequency:g} Hz is outside {low:g}-{high:g} GHz", "check the unit")
    return frequency / 1e9


@functools.lru_cache(maxsize=64)
def _profile(frequency: float, vapor_density: float, vapor_scale: float) -> tuple[Floats, Floats]:
    """Heights (m) and the logarithm of the specific attenuation (dB/m) there, line by line."""
    grid = np.concatenate((np.arange(0.0, 12e3, 100.0), np.arange(12e3, 100e3, 500.0)))
    state = [density_and_sound(float(h)) for h in grid]
    density = np.array([d for d, _ in state])
    temperature = np.array([a * a / (1.4 * GAS_CONSTANT) for _, a in state])
    vapor = vapor_density * np.exp(-grid / vapor_scale)
    gas = gas_attenuation(frequency, density * GAS_CONSTANT * temperature, vapor, temperature)
    return grid, np.log(np.maximum(gas.total_decibels, 1e-300))


@functools.lru_cache(maxsize=8)
def _places(nodes: int) -> tuple[Floats, Floats]:
    """Places and weights of Gauss and Legendre; finding them takes longer than using them."""
    at, weight = np.polynomial.legendre.leggauss(nodes)
    at.flags.writeable = weight.flags.writeable = False
    return at, weight


def path_attenuation(
    frequency: float,
    distance: ArrayLike,
    radar_height: float,
    target_height: ArrayLike,
    *,
    vapor_density: float = 7.5e-3,
    vapor_scale: float = 2000.0,
    earth_radius: float = MEAN_RADIUS * 4 / 3,
    nodes: int = 65,
) -> Floats:
    """One-way gaseous attenuation (dB) between a radar and a target through the standard atmosphere.

    distance : slant range, m;  heights : above the sea, m; arrays of one shape
    vapor_density : at the sea, kg/m3, falling exponentially with ``vapor_scale``, m;  earth_radius : effective, m
    The ray is straight over the effective earth; where it dips below the sea it counts as at sea level.
    Line by line on a height grid, Gauss-Legendre along the path.
    """
    grid, loss = _profile(frequency, vapor_density, vapor_scale)
    at, weight = _places(nodes)
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
    earth_radius: float = MEAN_RADIUS * 4 / 3,
    rows: int = 65,
    columns: int = 49,
) -> Floats:
    """Table for ``two_way_attenuation``: nepers per meter of path, there and back, over range and target height.

    Arguments as for ``path_attenuation``; ``max_range`` and ``max_height`` are the far corner of the table, rows are
    equal steps of range, columns equal steps of the root of height.
    Layout: rows, columns, range step, height scale, radar height, effective radius, then the values row by row.  Error
    against ``path_attenuation`` below 1 % of the decibels wherever the target is above the horizon (1-16 GHz, 400 km by
    100 km).
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
        nodes=TABLE_NODES,
    )
    header = [float(rows), float(columns), max_range / (rows - 1), scale, radar_height, earth_radius]
    return np.concatenate((header, (2 * NEPER * loss / away).ravel()))
