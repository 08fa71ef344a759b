"""Ballistics in closed form: the rocket equation, the least-energy arc, and entry into an exponential atmosphere."""

from __future__ import annotations

import math

from openiads.base.constants import GM, MEAN_RADIUS, STANDARD_GRAVITY
from openiads.base.errors import InputError


def ideal_speed(specific_impulse: float, initial_mass: float, final_mass: float) -> float:
    """Ideal speed increment (m/s): specific impulse (s) x g0 x ln(mass ratio). Source: Tsiolkovsky's equation."""
    return specific_impulse * STANDARD_GRAVITY * math.log(initial_mass / final_mass)


def minimum_energy(ground_range: float, gm: float = GM, radius: float = MEAN_RADIUS) -> dict[str, float]:
    """Least-energy vacuum arc over a still sphere: ``speed`` m/s, ``angle`` rad, ``apogee`` m, ``time`` s.

    ground_range : m along the surface, 0 < range < pi radius.  Source: the Keplerian ellipse whose chord passes the
    free focus; v^2 = (2 gm/R) sin(phi/2) / (1 + sin(phi/2)), angle = 45 deg - phi/4.
    """
    phi = ground_range / radius
    if not 0.0 < phi < math.pi:
        raise InputError("ground_range", f"{ground_range} m", "a range above 0 and below half the circumference")
    s = math.sin(phi / 2.0)
    speed = math.sqrt(2.0 * gm / radius * s / (1.0 + s))
    angle = math.pi / 4.0 - phi / 4.0
    axis = radius * (1.0 + s) / 2.0
    q = 2.0 * s / (1.0 + s)  # v^2 R / gm
    eccentricity = math.sqrt(1.0 - q * (2.0 - q) * math.cos(angle) ** 2)
    anomaly = math.acos(min(max((1.0 - radius / axis) / eccentricity, -1.0), 1.0))
    time = 2.0 * math.sqrt(axis**3 / gm) * (math.pi - anomaly + eccentricity * math.sin(anomaly))
    return {"speed": speed, "angle": angle, "apogee": axis * (1.0 + eccentricity) - radius, "time": time}


def allen_eggers(
    speed: float, path_angle: float, ballistic_coefficient: float, density: float = 1.225, scale_height: float = 7000.0
) -> dict[str, float]:
    """Straight entry into an exponential atmosphere without gravity: ``max_deceleration`` (m/s^2) and its
    ``altitude`` (m, negative: below the ground) and ``speed_there``, and ``surface_speed`` (m/s).

    speed : m/s at entry; path_angle : rad below the horizon, > 0; ballistic_coefficient : kg/m^2, mass/(cd area).
    Source: [alleneggers1958], NACA Report 1381.
    """
    k = density * scale_height / (2.0 * ballistic_coefficient * math.sin(path_angle))
    return {
        "max_deceleration": speed * speed * math.sin(path_angle) / (2.0 * math.e * scale_height),
        "altitude": scale_height * math.log(2.0 * k),
        "speed_there": speed * math.exp(-0.5),
        "surface_speed": speed * math.exp(-k),
    }
