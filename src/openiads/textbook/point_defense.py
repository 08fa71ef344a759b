"""Point defense in closed form: bursts of a gun, command-guided rounds, few channels, a layer behind a layer.

Every function is general inside the domain that its docstring states and raises InputError outside it.

Sources: bursts with a common bias [driels2013; przemieniecki2000]; command guidance [macfadzean1992]; leakage of layers
[wilk00], here with a capacity.
"""

from __future__ import annotations

import functools
import heapq
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.textbook.domain import FINITE, count, within

Floats = NDArray[np.float64]

# ------------------------------------------------------------------ guns

#: Half width, in deviations, of what a quadrature takes of a normal density: what is left out is below 1e-17.
_TAIL = 9.0
#: Panels and places in each over the aiming error, and places over the miss of one round.
_PANELS, _PLACES, _INNER = 32, 16, 96


def gun_round_hit(radius: float, dispersion: float, distance: float) -> float:
    """Probability that one round without aiming error hits a disc: 1 - exp(-a^2 / (2 (R d)^2)).

    Parameters
    ----------
    radius : float
        Of the disc, a, m, at least 0.
    dispersion : float
        Standard deviation d of rounds on each of two axes, rad, at least 0; without any, every round hits.
    distance : float
        R, m, at least 0.

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
    >>> round(textbook.gun_round_hit(radius=0.5, dispersion=0.002, distance=1000.0), 4)
    0.0308
    """
    return burst_hit(radius, dispersion, distance, 1)


def burst_hit(radius: float, dispersion: float, distance: float, rounds: int, bias: float = 0.0) -> float:
    """Probability that a burst hits a disc at least once when its rounds share one aiming error.

    1 - E[(1 - p(b))^n]: the error b is circular normal, the same for all rounds, and given b rounds are independent and
    hit with p(b), the offset circular normal probability.  Rounds taken as independent overstate it: more rounds do
    not cure a bias.  By quadrature, to ten digits over the whole domain.

    Parameters
    ----------
    radius : float
        Of the disc, m, at least 0.
    dispersion : float
        Standard deviation of rounds on each of two axes, rad, at least 0.
    distance : float
        m, at least 0.
    rounds : int
        At least 0.
    bias : float
        Standard deviation of the shared aiming error on each of two axes, rad, at least 0.

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
    >>> alone, shared = (textbook.burst_hit(0.5, 0.002, 1000.0, rounds=100, bias=b) for b in (0.0, 0.002))
    >>> round(alone, 3), round(shared, 3)
    (0.956, 0.696)
    """
    disc, far = within("radius", radius, 0.0, FINITE), within("distance", distance, 0.0, FINITE)
    spread = within("dispersion", dispersion, 0.0, FINITE) * far
    shared = within("bias", bias, 0.0, FINITE) * far
    fired = count("rounds", rounds)
    if fired == 0:
        return 0.0
    alike = spread == 0.0 or math.inf in (disc / spread, shared / spread)
    if alike or fired == 1:  # all rounds fall at one place
        together = math.hypot(spread, shared)
        return _rayleigh(disc / together) if together > 0.0 else 1.0
    size, error = disc / spread, shared / spread
    if error == 0.0:
        return -math.expm1(-0.5 * fired * size * size)
    return _shared_error(size, error, fired)


def _rayleigh(ratio: float) -> float:
    """Probability that a circular normal error is within so many deviations of one axis."""
    return -math.expm1(-0.5 * ratio * ratio)


@functools.cache
def _legendre(places: int) -> tuple[Floats, Floats]:
    """Places and weights of Gauss and Legendre between -1 and 1."""
    at, weights = np.polynomial.legendre.leggauss(places)
    return at, weights


def _shared_error(size: float, error: float, fired: int) -> float:
    """``burst_hit`` in units of the dispersion: radius of the disc, deviation of the shared error.

    Where the error leaves the aim well inside the disc a hit is sure; beyond ``last`` not one of all rounds comes near.
    """
    sure = max(0.0, size - _TAIL)
    last = min(size + math.sqrt(2.0 * math.log(fired) + _TAIL * _TAIL), _TAIL * error)
    if last <= sure:
        return _rayleigh(sure / error)
    places, weights = _legendre(_PLACES)
    width = (last - sure) / _PANELS
    at = (sure + width * (np.arange(_PANELS)[:, None] + 0.5 * (1.0 + places))).ravel()
    density = at / error / error * np.exp(-0.5 * (at / error) ** 2)
    hit = -np.expm1(fired * _log_miss(size, at))
    return _rayleigh(sure / error) + float(np.tile(0.5 * width * weights, _PANELS) @ (density * hit))


def _log_miss(size: float, offset: Floats) -> Floats:
    """Logarithm of the probability that one round misses a disc whose center is off its aim, in deviations.

    The density of the miss r, r exp(-(r - b)^2 / 2) I0(r b) exp(-r b), is integrated over the disc or over what is
    outside it, whichever keeps the digits.
    """
    inside = (offset > size) | (size < 1.0)
    low = np.where(inside, np.maximum(np.minimum(size, offset) - _TAIL, 0.0), size)
    high = np.where(inside, size, np.maximum(size, offset) + _TAIL)
    part = _miss_between(low, high, offset)
    return np.where(inside, np.log1p(-np.where(inside, part, 0.0)), np.log(np.where(inside, 1.0, part)))


def _miss_between(low: Floats, high: Floats, offset: Floats) -> Floats:
    """Probability of a miss between two distances from the center, row by row."""
    from scipy.special import i0e

    places, weights = _legendre(_INNER)
    half = 0.5 * (high - low)[:, None]
    miss = low[:, None] + half * (1.0 + places)
    density = miss * np.exp(-0.5 * (miss - offset[:, None]) ** 2) * i0e(miss * offset[:, None])
    return np.asarray((density * half) @ weights)


# ------------------------------------------------------------------ command guidance


def command_guided_kill(reliability: float, length: float, deviation: float, distance: float) -> float:
    """Kill probability of a round that is commanded from the ground: Rel L^2 / (L^2 + (R s)^2).

    The miss is what the ground radar's error in angle makes of the range, and grows with it.

    Parameters
    ----------
    reliability : float
        Probability that a round works, 0 to 1.
    length : float
        Scale L of the kill's Gaussian damage function, m, at least 0.
    deviation : float
        Error s in angle on each of two axes, rad, at least 0.
    distance : float
        R of the meeting from the radar, m, at least 0.

    Returns
    -------
    float
        0 to ``reliability``.

    Raises
    ------
    InputError
        For a number outside its domain, or a length of 0 together with a miss of 0.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.command_guided_kill(0.9, length=6.0, deviation=0.001, distance=6000.0), 6)
    0.45
    """
    from openiads.textbook.emission import gaussian_damage

    miss = within("deviation", deviation, 0.0, FINITE) * within("distance", distance, 0.0, FINITE)
    return within("reliability", reliability, 0.0, 1.0) * gaussian_damage(length, miss)


# ------------------------------------------------------------------ a stream on few channels


class Stream(NamedTuple):
    """Shots at each threat of a stream, in order of arrival, and the expected number that leak."""

    shots: tuple[int, ...]
    leakers: float


def stream_shots(
    threats: int, spacing: float, window: float, service: float, channels: int, most: int, kill: float = 0.0
) -> Stream:
    """A stream of threats on some channels, first come first served: shots that each gets, and expected leakers.

    Threat i comes into reach i spacings after the first and leaves it a window later.  It takes the channel that is
    free first, and keeps it for one shot after another, each of one service time, while a shot ends inside the window
    (its end counts) and fewer than the most were fired.  A threat that no channel can serve in time takes none.  A
    faster service may let more through: an earlier threat then has time for another shot, and a later one waits for it.

    Parameters
    ----------
    threats : int
        At least 0.
    spacing : float
        Time from one threat to the next, s, at least 0.
    window : float
        Time of each within reach, s, at least 0.
    service : float
        Time of a channel for a shot, s, at least 0.
    channels : int
        At least 0.
    most : int
        Most shots at one threat, at least 0.
    kill : float
        Probability that a shot kills, 0 to 1, only for the leakers: shots are spent whether one before them
        killed or not.

    Returns
    -------
    Stream
        ``shots`` at each threat, and ``leakers``: the sum of (1 - kill)^shots.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.stream_shots(4, spacing=1.0, window=25.0, service=10.0, channels=2, most=2, kill=0.5)
    Stream(shots=(2, 2, 0, 0), leakers=2.5)
    """
    number, limit = count("threats", threats), count("most", most)
    # times are taken as the decimals they print as, so that 1.1 s is not a little more: an end may meet the window's
    times = (("spacing", spacing), ("window", window), ("service", service))
    apart, reach, each = (Fraction(repr(within(name, time, 0.0, FINITE))) for name, time in times)
    lives = 1.0 - within("kill", kill, 0.0, 1.0)
    free = [Fraction(0)] * min(count("channels", channels), number)  # more channels than threats change nothing
    shots = []
    for i in range(number):
        start = max(free[0], i * apart) if free else i * apart
        room = i * apart + reach - start
        can = 0 if room < each or not free else limit if each == 0 else math.floor(room / each)
        fired = min(limit, can)
        if fired:
            heapq.heapreplace(free, start + fired * each)
        shots.append(fired)
    return Stream(tuple(shots), math.fsum(lives**fired for fired in shots))


# ------------------------------------------------------------------ a layer behind a layer


def leakers_law(raid: int, layers: Iterable[tuple[float, float]]) -> Floats:
    """Law of the number that passes layers one behind another, each serving at most so many of what reaches it.

    Parameters
    ----------
    raid : int
        Threats, at least 0.
    layers : iterable of (float, float)
        From outside in: probability that a threat that is served is killed, 0 to 1, and the capacity, a whole number of
        at least 0 or infinity.

    Returns
    -------
    ndarray
        Probability of 0, 1, ... ``raid`` leakers.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> [round(float(p), 6) for p in textbook.leakers_law(2, [(0.5, 2), (1.0, 1)])]
    [0.75, 0.25, 0.0]
    """
    many = count("raid", raid)
    law = np.zeros(many + 1)
    law[many] = 1.0
    for kill, capacity in layers:
        one = within("kill of a layer", kill, 0.0, 1.0)
        served = many if capacity == math.inf else min(count("capacity", capacity), many)
        after = np.zeros(many + 1)
        for reach in np.flatnonzero(law):
            tried = min(int(reach), served)
            after[reach - tried : reach + 1] += law[reach] * _binomial(tried, one)[::-1]
        law = after
    return law


def _binomial(trials: int, p: float) -> Floats:
    """Probability of 0, 1, ... successes."""
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(trials + 1.0)
    ways = gammaln(trials + 1.0) - gammaln(k + 1.0) - gammaln(trials - k + 1.0)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(trials - k, -p)))


class Layered(NamedTuple):
    """Expected leakers of two layers, probability of none, and what the product of leakages would give."""

    expected: float
    none: float
    product: float


def layer_behind_layer(raid: int, outer_leak: float, inner_kill: float, capacity: float) -> Layered:
    """A layer of limited capacity behind one without: expected leakers, and the probability of none.

    Threats leak the outer layer independently, and at most so many of them are served inside:
    E = sum over k of Binomial(k; N, l) (k - p min(k, c)), none = sum to k = c of Binomial(k; N, l) p^k.  The product of
    leakages N l (1 - p) is right only where the inner layer never saturates.

    Parameters
    ----------
    raid : int
        Threats N, at least 0.
    outer_leak : float
        Probability l that one passes the outer layer, 0 to 1.
    inner_kill : float
        Probability p that the inner layer kills one that it serves, 0 to 1.
    capacity : float
        Threats c that it can serve, a whole number of at least 0, or infinity.

    Returns
    -------
    Layered
        ``expected`` leakers, the probability of ``none``, and the ``product`` of leakages times the raid.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.layer_behind_layer(raid=2, outer_leak=0.5, inner_kill=1.0, capacity=1)
    Layered(expected=0.25, none=0.75, product=0.0)
    """
    leak, kill = within("outer_leak", outer_leak, 0.0, 1.0), within("inner_kill", inner_kill, 0.0, 1.0)
    law = leakers_law(raid, [(1.0 - leak, math.inf), (kill, capacity)])
    return Layered(float(law @ np.arange(law.size)), float(law[0]), raid * leak * (1.0 - kill))
