"""US Standard Atmosphere 1976, from 5 km below the sea to 86 km, with a thin tail above.

Source: [ussa1976], Table 4 (layers) and equations 18, 23, 33a, 33b, 42 and 50.
"""

from __future__ import annotations

import math

import numpy as np

from openiads.base.compiled import kernel
from openiads.base.constants import STANDARD_GRAVITY

EARTH_RADIUS = 6356766.0  # m, the standard's own
GAS_CONSTANT = 8314.32 / 28.9644  # J/(kg K), of dry air with the standard's R* and M0
HEAT_RATIO = 1.4
LAPSE_FACTOR = STANDARD_GRAVITY / GAS_CONSTANT  # K per geopotential meter

# Layer bases (geopotential m) and lapse rates (K/m).  The last one is the tail: constant temperature without end.
BASES = np.array([0.0, 11000.0, 20000.0, 32000.0, 47000.0, 51000.0, 71000.0, 84852.0])
LAPSES = np.array([-0.0065, 0.0, 0.001, 0.0028, 0.0, -0.0028, -0.002, 0.0])


def _base_values() -> tuple[np.ndarray, np.ndarray]:
    """Temperature (K) and pressure (Pa) at the base of each layer, built up from sea level."""
    temperature, pressure = [288.15], [101325.0]
    for layer in range(len(BASES) - 1):
        rise = float(BASES[layer + 1] - BASES[layer])
        low, lapse = temperature[-1], float(LAPSES[layer])
        high = low + lapse * rise
        fall = LAPSE_FACTOR / lapse * math.log(high / low) if lapse != 0.0 else LAPSE_FACTOR * rise / low
        temperature.append(high)
        pressure.append(pressure[-1] * math.exp(-fall))
    return np.array(temperature), np.array(pressure)


BASE_TEMPERATURES, BASE_PRESSURES = _base_values()


@kernel("tuple_of(f8, f8, f8, f8)(f8)", entry=True)
def atmosphere(height):
    """Temperature (K), pressure (Pa), density (kg/m3) and speed of sound (m/s) at a geometric height (m).

    height : above the sea, >= -5 km for the standard (the lowest layer continues below); above 86 km the temperature
    stays at its 86 km value and pressure and density fall exponentially, all without a jump: within 10 % of the
    standard's density to 100 km, and lower than it above 120 km, where drag no longer matters.
    Temperature is the molecular-scale one, which differs from the kinetic by up to 0.04 % between 80 and 86 km.
    """
    level = EARTH_RADIUS * height / (EARTH_RADIUS + height)
    b = 0
    while b < 7 and level >= BASES[b + 1]:
        b += 1
    low = BASE_TEMPERATURES[b]
    lapse = LAPSES[b]
    rise = level - BASES[b]
    temperature = low + lapse * rise
    if lapse == 0.0:
        fall = LAPSE_FACTOR * rise / low
    else:
        fall = LAPSE_FACTOR / lapse * math.log(temperature / low)
    pressure = BASE_PRESSURES[b] * math.exp(-fall)
    return (
        temperature,
        pressure,
        pressure / (GAS_CONSTANT * temperature),
        math.sqrt(HEAT_RATIO * GAS_CONSTANT * temperature),
    )


@kernel("tuple_of(f8, f8)(f8)", entry=True)
def density_and_sound(height):
    """Density (kg/m3) and speed of sound (m/s) at a geometric height (m): the part of ``atmosphere`` flight needs."""
    _, _, density, sound = atmosphere(height)
    return density, sound
