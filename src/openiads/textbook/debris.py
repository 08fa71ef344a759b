"""Debris of an intercept in closed form: fall without air, fall at terminal speed, drift, and what meets a town.

Every function is general inside the domain that its docstring states and raises InputError outside it.  They tell
where pieces come down under stated assumptions; none says that a place is safe.

Sources: fall and drift are elementary mechanics; footprints, casualty areas and expected casualties as in [rcc321],
without its models of breakup, sheltering or secondary effects.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, ndtr

from openiads.base.constants import STANDARD_GRAVITY
from openiads.textbook.domain import FINITE, count, within

#: Air density at the sea (kg/m3) and scale height (m) of the exponential atmosphere of these functions.
SEA_DENSITY, SCALE_HEIGHT = 1.225, 7000.0

#: Deviations beyond which a normal footprint is taken to end (probability below 1e-300), and nodes of a panel.
_FAR, _NODES = 38.0, 24

# ------------------------------------------------------------------ fall


class Fall(NamedTuple):
    """Time of a fall (s), distance over the ground (m) and speed at the ground (m/s)."""

    time: float
    distance: float
    speed: float


def vacuum_fall(height: float, level_speed: float, up_speed: float = 0.0, gravity: float = STANDARD_GRAVITY) -> Fall:
    """Fall without air: t = (v_z + sqrt(v_z^2 + 2 g h)) / g, the far end of any footprint.

    Parameters
    ----------
    height : float
        Above the ground, m, at least 0.
    level_speed : float
        m/s, at least 0.
    up_speed : float
        m/s, finite; below 0 downward.
    gravity : float
        m/s2, above 0.

    Returns
    -------
    Fall
        Over a flat earth.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> found = textbook.vacuum_fall(height=5.0, level_speed=3.0, gravity=10.0)
    >>> round(found.time, 6), round(found.distance, 6), round(found.speed, 3)
    (1.0, 3.0, 10.44)
    """
    high, along = within("height", height, 0.0, FINITE), within("level_speed", level_speed, 0.0, FINITE)
    rising, g = within("up_speed", up_speed, -FINITE, FINITE), within("gravity", gravity, 0.0, FINITE, above=True)
    down = math.hypot(rising, math.sqrt(2.0 * g) * math.sqrt(high))
    if rising >= 0.0:
        time = (rising + down) / g
    else:
        time = 2.0 * high / (down - rising)  # the same without the difference of near numbers
    return Fall(time, along * time, math.hypot(along, down))


def terminal_speed(coefficient: float, density: float = SEA_DENSITY, gravity: float = STANDARD_GRAVITY) -> float:
    """Speed at which the drag of a falling piece equals its weight: sqrt(2 beta g / rho).

    Parameters
    ----------
    coefficient : float
        Ballistic coefficient beta, mass over drag area, kg/m2, above 0.
    density : float
        Of the air, kg/m3, above 0.
    gravity : float
        m/s2, above 0.

    Returns
    -------
    float
        m/s

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.terminal_speed(coefficient=5.0, density=1.0, gravity=10.0), 6)
    10.0
    """
    beta = within("coefficient", coefficient, 0.0, FINITE, above=True)
    air, g = within("density", density, 0.0, FINITE, above=True), within("gravity", gravity, 0.0, FINITE, above=True)
    return math.sqrt(2.0 * beta) * math.sqrt(g) / math.sqrt(air)


def terminal_fall(
    height: float,
    coefficient: float,
    scale_height: float = SCALE_HEIGHT,
    density: float = SEA_DENSITY,
    gravity: float = STANDARD_GRAVITY,
) -> Fall:
    """Straight fall at terminal speed through air that thins exponentially: t = (2 H / v0) (1 - exp(-h / 2H)).

    Parameters
    ----------
    height : float
        Above the ground, m, at least 0.
    coefficient : float
        Ballistic coefficient of the piece, kg/m2, above 0.
    scale_height : float
        H of the air, m, above 0.
    density : float
        Of the air at the ground, kg/m3, above 0.
    gravity : float
        m/s2, above 0.

    Returns
    -------
    Fall
        The distance is 0: `wind_drift` has what a wind makes of it.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> found = textbook.terminal_fall(height=1000.0, coefficient=50.0)
    >>> round(found.time, 3), round(found.speed, 3)
    (34.111, 28.294)
    """
    high = within("height", height, 0.0, FINITE)
    double = 2.0 * within("scale_height", scale_height, 0.0, FINITE, above=True)
    speed = terminal_speed(coefficient, density, gravity)
    return Fall(-double * math.expm1(-high / double) / speed, 0.0, speed)


def wind_drift(
    height: float,
    coefficient: float,
    wind: float,
    shear: float = 0.0,
    scale_height: float = SCALE_HEIGHT,
    density: float = SEA_DENSITY,
    gravity: float = STANDARD_GRAVITY,
) -> float:
    """How far a piece that falls at terminal speed drifts in a wind w0 + s z: the integral of w / v_t over its fall.

    Parameters
    ----------
    height : float
        Above the ground, m, at least 0.
    coefficient : float
        Ballistic coefficient of the piece, kg/m2, above 0.
    wind : float
        w0 at the ground, m/s, finite.
    shear : float
        s, 1/s, finite.
    scale_height : float
        H of the air, m, above 0.
    density : float
        Of the air at the ground, kg/m3, above 0.
    gravity : float
        m/s2, above 0.

    Returns
    -------
    float
        m, downwind; below 0 against the direction of a positive wind.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.wind_drift(height=1000.0, coefficient=50.0, wind=10.0), 1)
    341.1
    """
    at_ground, slope = within("wind", wind, -FINITE, FINITE), within("shear", shear, -FINITE, FINITE)
    high = within("height", height, 0.0, FINITE)
    double = 2.0 * within("scale_height", scale_height, 0.0, FINITE, above=True)
    speed = terminal_speed(coefficient, density, gravity)
    steady = -math.expm1(-high / double)  # integrals of exp(-z/2H) and z exp(-z/2H), over 2H and (2H)^2
    rising = float(gammainc(2.0, high / double))
    return double / speed * (at_ground * steady + slope * double * rising)


# ------------------------------------------------------------------ where it falls


def town_share(sigma_x: float, sigma_y: float, x: float, y: float, radius: float) -> float:
    """Probability that a piece of a normal footprint falls in a circle: the integral of the density over it.

    Parameters
    ----------
    sigma_x, sigma_y : float
        Standard deviations of the footprint along its axes, m, at least 0.
    x, y : float
        Center of the circle from that of the footprint, along the same axes, m.
    radius : float
        m, at least 0.

    Returns
    -------
    float
        0 to 1, to about 1e-12.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.town_share(sigma_x=1.0, sigma_y=1.0, x=0.0, y=0.0, radius=1.0), 9)
    0.39346934
    """
    wide, deep = within("sigma_x", sigma_x, 0.0, FINITE), within("sigma_y", sigma_y, 0.0, FINITE)
    over, up = within("x", x, -FINITE, FINITE), within("y", y, -FINITE, FINITE)
    reach = within("radius", radius, 0.0, FINITE)
    if wide < deep:  # along the wider axis, so that the sum is over the smoother one
        wide, deep, over, up = deep, wide, up, over
    if reach == 0.0:
        return 1.0 if wide == 0.0 and over == up == 0.0 else 0.0
    if wide == 0.0:
        return 1.0 if math.hypot(over, up) <= reach else 0.0
    if deep == 0.0:
        half = math.sqrt(max((reach - abs(up)) * (reach + abs(up)), 0.0))
        if abs(up) > reach:
            return 0.0
        return float(_between(np.array([(over - half) / wide]), np.array([(over + half) / wide]))[0])
    return _over_circle(wide, deep, over, up, reach)


def _between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Probability of a standard normal between two bounds, with the digits of both tails."""
    return np.where(low > 0.0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))


def _over_circle(wide: float, deep: float, over: float, up: float, reach: float) -> float:
    """Gauss-Legendre sum over the angle t of the chords at x = over + reach sin t, in panels between all that bends."""
    steps = np.arange(-_FAR, _FAR + 0.5)
    at = (wide * steps - over) / reach  # sines at which the density along x has gone on by a deviation
    edges = (deep * steps[:, None] + np.array([up, -up])[None, :]).ravel() / reach
    ends = np.sqrt(np.maximum(1.0 - edges * edges, 0.0))[np.abs(edges) <= 1.0]  # and where a chord's end has
    first, last = max(-1.0, at[0]), min(1.0, at[-1])
    if first >= last:
        return 0.0
    sines = np.concatenate([at, ends, -ends, np.linspace(-1.0, 1.0, 9), [first, last]])
    bounds = np.unique(np.arcsin(np.clip(sines[(sines >= first) & (sines <= last)], -1.0, 1.0)))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = 0.5 * np.diff(bounds)
    angle = (0.5 * (bounds[:-1] + bounds[1:]))[:, None] + half[:, None] * nodes
    chord = reach * np.cos(angle)
    along = (over + reach * np.sin(angle)) / wide
    density = np.exp(-0.5 * along * along) / (wide * math.sqrt(2.0 * math.pi))
    inside = density * _between((up - chord) / deep, (up + chord) / deep) * chord
    return min(float(np.sum(half[:, None] * weights * inside)), 1.0)


def any_piece(share: float, pieces: int) -> float:
    """Probability that at least one of some independent pieces falls where one falls with a probability: 1-(1-p)^n.

    Parameters
    ----------
    share : float
        Probability p of one piece, 0 to 1.
    pieces : int
        Number n, at least 0.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.any_piece(share=0.5, pieces=2)
    0.75
    """
    p, many = within("share", share, 0.0, 1.0), count("pieces", pieces)
    if many == 0 or p == 0.0:
        return 0.0
    return -math.expm1(many * math.log1p(-p)) if p < 1.0 else 1.0


def expected_casualties(pieces: float, share: float, casualty_area: float, population: float, area: float) -> float:
    """Expected casualties E_c of pieces that fall over a populated area: n p A_c N / A, people spread evenly.

    It is a mean under its assumptions, without shelter, breakup on impact or fire, and no statement of safety.

    Parameters
    ----------
    pieces : float
        Pieces n that can hurt, at least 0; may be a mean.
    share : float
        Probability p that one of them falls on the area, 0 to 1.
    casualty_area : float
        About a piece within which a person is a casualty, m2, at least 0.
    population : float
        People on the area, at least 0.
    area : float
        m2, above 0.

    Returns
    -------
    float

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.expected_casualties(pieces=10, share=0.5, casualty_area=2.0, population=1000, area=1e6)
    0.01
    """
    falling = within("pieces", pieces, 0.0, FINITE) * within("share", share, 0.0, 1.0)
    density = within("population", population, 0.0, FINITE) / within("area", area, 0.0, FINITE, above=True)
    return falling * within("casualty_area", casualty_area, 0.0, FINITE) * density
