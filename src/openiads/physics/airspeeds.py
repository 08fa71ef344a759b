"""Indicated and true air speed in the standard atmosphere, without wind and without errors of instruments."""

from __future__ import annotations

import math

from openiads.earth.atmosphere import HEAT_RATIO, atmosphere

_POWER = (HEAT_RATIO - 1.0) / HEAT_RATIO


def true_airspeed(calibrated: float, height: float) -> float:
    """True air speed of a calibrated one: that at which an instrument shows the same at sea level.

    Parameters
    ----------
    calibrated
        m/s, at least 0, below the speed of sound.
    height
        m above the sea.

    Returns
    -------
    float
        m/s.

    Source: the pressure of a flow brought to rest without loss (Saint-Venant's equation), which is what an air speed
    indicator is calibrated by; the atmosphere is that of [ussa1976].
    """
    _, sea, _, sound_sea = atmosphere(0.0)
    _, pressure, _, sound = atmosphere(height)
    half = (HEAT_RATIO - 1.0) / 2.0
    impact = sea * ((1.0 + half * (calibrated / sound_sea) ** 2) ** (1.0 / _POWER) - 1.0)
    return float(sound * math.sqrt(((impact / pressure + 1.0) ** _POWER - 1.0) / half))
