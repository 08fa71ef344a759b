"""Radar detection: signal to noise, exact detection probability, fluctuation.

Kernels work with linear power ratios in SI.  Exact probabilities need special functions that kernels do not have, so
they are tabulated once per (pulses, false-alarm probability, fluctuation) and interpolated with an error below 1e-4,
and of less than 1 % of what is small, detections and misses alike (from the false-alarm probability to misses of 1e-6).

Square-law detector, N non-coherently integrated pulses, ``snr`` is the mean per-pulse power ratio.
Sources: J. Marcum and P. Swerling, "Studies of target detection by pulsed radar", IRE Trans. IT-6 (1960);
D. Meyer and H. Mayer, "Radar Target Detection" (1973); M. Richards, "Fundamentals of Radar Signal Processing" (2014).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

#: Range (m) and cross-section (m2) that every calibrated signal-to-noise ratio refers to.
REFERENCE_RANGE = 100_000.0
REFERENCE_RCS = 1.0
#: Words of a table before its first probability: length, first decibel value, steps per decibel, false-alarm value.
TABLE_HEADER = 4
#: Swerling cases that fluctuate from pulse to pulse, each with a table of its own.
PULSE_BY_PULSE = (2, 4)
_TABLE_ERROR = 5e-5
_TABLE_SHARE = 3e-3  # error as a share of the probability to detect, and of that to miss
_TABLE_EDGE = 1e-6  # probability to miss at the end of a table
_KNOTS = 4  # exact values a decibel
_TABLE_BEGIN = 2e-3  # share above the false-alarm probability at its beginning

Floats = NDArray[np.float64]


# ------------------------------------------------------------------ kernels


@kernel("f8(f8[::1], i8, f8)")
def probability_at(tables, at, snr):
    """Detection probability from the table that starts at ``tables[at]``; see ``pulse_table`` for the error.

    tables : arena of one or more results of ``detection_table`` or ``pulse_table``, laid end to end
    at : offset of the wanted table in the arena
    snr : linear per-pulse power ratio; at or below zero gives the false-alarm probability, large values give 1
    """
    if not (snr > 0.0):
        return tables[at + 3]
    steps = (10.0 * math.log10(snr) - tables[at + 1]) * tables[at + 2]
    last = tables[at] - 1.0
    if steps < 0.0:
        return tables[at + 3]
    if steps >= last:
        return 1.0
    cell = int(steps)
    left = tables[at + TABLE_HEADER + cell]
    return left + (steps - cell) * (tables[at + TABLE_HEADER + 1 + cell] - left)


@kernel("i8(f8[::1], i8, i8)", entry=True)
def table_of(tables, at, swerling):
    """Offset of the table that looks at a target of a Swerling case use, from the radar's steady one at ``at``.

    Slow fluctuation (1, 3) multiplies the ratio and uses the steady table; the tables of 2 and 4 follow it, in that
    order (``fluctuation_tables``).
    """
    if swerling != 2 and swerling != 4:
        return at
    second = at + TABLE_HEADER + int(tables[at])
    if swerling == 2:
        return second
    return second + TABLE_HEADER + int(tables[second])


@kernel("f8(i8, f8, f8)")
def fluctuation(swerling, u1, u2):
    """Cross-section of one look divided by its mean, as far as it is the same for all pulses of the look; mean 1.

    swerling : 1 exponential, 3 gamma of shape 2; 0 (steady), 2 and 4 (anew in every pulse, which is in their tables,
    see ``table_of``) give 1
    u1, u2 : uniforms in (0, 1)
    """
    if swerling == 1:
        return -math.log(u1)
    if swerling == 3:
        return -0.5 * (math.log(u1) + math.log(u2))
    return 1.0


@kernel("f8(f8, f8, f8, f8, f8, f8, f8)")
def signal_to_noise(reference_snr, reference_range, distance, rcs_ratio, gain_ratio, propagation4, attenuation):
    """Per-pulse signal-to-noise ratio (linear) of a target, scaled from a reference.

    reference_snr : linear, at ``reference_range`` (m) on the reference cross-section
    distance : slant range, m; below 1 m it is taken as 1 m
    rcs_ratio : cross-section over the reference one;  gain_ratio : one-way antenna gain over that of the beam axis
    propagation4 : pattern-propagation factor to the fourth power;  attenuation : two-way, linear, 0..1
    Source: the radar equation in ratio form.
    """
    ratio = reference_range / max(distance, 1.0)
    square = ratio * ratio
    return reference_snr * square * square * rcs_ratio * gain_ratio * gain_ratio * propagation4 * attenuation


@kernel("f8(f8, f8)", entry=True)
def scan_gain(cosine, exponent):
    """One-way gain of a phased array off its boresight, over that at boresight: cosine to the power ``exponent``.

    cosine : of the angle between face normal and target; at or below zero (behind the face) gives 0
    exponent : > 0; 1 is the projected aperture, 1.5 is usual with element mismatch
    """
    if not (cosine > 0.0):
        return 0.0
    return math.exp(exponent * math.log(min(cosine, 1.0)))


# ------------------------------------------------------------------ exact detection probability


def detection_threshold(n_pulses: int, pfa: float) -> float:
    """Square-law detector threshold over the noise power for ``n_pulses`` integrated pulses."""
    from scipy.special import gammainccinv

    _check(n_pulses, pfa)
    return float(gammainccinv(n_pulses, pfa))


def detection_probability(snr: ArrayLike, *, swerling: int, n_pulses: int = 1, pfa: float = 1e-6) -> Floats:
    """Exact detection probability of Swerling 0-4 targets; ``snr`` is the linear per-pulse mean, any shape, >= 0.

    The sum of N pulses is a central chi-square with N + K pairs of degrees of freedom, K Poisson for a steady target
    and negative binomial for a fluctuating one; the misses are summed, which needs only K up to a little above the
    threshold and has no cancellation.  Absolute error below 1e-9.
    """
    from scipy.special import gammainc, gammaln, xlog1py, xlogy

    _check(n_pulses, pfa, swerling)
    values = np.asarray(snr, dtype=float)
    if not np.all(values >= 0):
        raise InputError("snr", "a signal-to-noise ratio is negative or not a number", "give linear power ratios >= 0")
    threshold = detection_threshold(n_pulses, pfa)
    k = np.arange(int(threshold + 14 * math.sqrt(threshold) + 80))
    misses = gammainc(n_pulses + k, threshold)
    total = np.minimum(values.reshape(-1, 1) * n_pulses, 1e300)
    if swerling == 0:
        log_weight = xlogy(k, total) - total - gammaln(k + 1)
    else:
        shape = {1: 1, 2: n_pulses, 3: 2, 4: 2 * n_pulses}[swerling]
        ratio = total / shape
        ways = gammaln(k + shape) - gammaln(shape) - gammaln(k + 1)
        log_weight = ways - xlog1py(shape + k, ratio) + xlogy(k, ratio)
    missed = np.exp(log_weight) @ misses
    return np.clip(1.0 - missed, 0.0, 1.0).reshape(values.shape)


def required_snr(pd: float, *, swerling: int, n_pulses: int = 1, pfa: float = 1e-6) -> float:
    """Per-pulse signal-to-noise ratio (linear) that gives detection probability ``pd`` exactly; pfa < pd < 1."""
    return _required_snr(float(pd), int(swerling), int(n_pulses), float(pfa))


@functools.lru_cache(maxsize=1024)
def _required_snr(pd: float, swerling: int, n_pulses: int, pfa: float) -> float:
    _check(n_pulses, pfa, swerling)
    if not pfa < pd < 1:
        raise InputError("pd", f"{pd} is not between the false-alarm probability {pfa} and 1", "choose pfa < pd < 1")

    # the probability rises with the ratio, so a grid that zooms in finds the root with few vector evaluations
    low, high = -80.0, 160.0
    while high - low > 1e-10:
        grid = np.linspace(low, high, 65)
        values = detection_probability(10 ** (grid / 10), swerling=swerling, n_pulses=n_pulses, pfa=pfa)
        above = int(np.clip(np.searchsorted(values, pd), 1, grid.size - 1))
        low, high = float(grid[above - 1]), float(grid[above])
    return float(10 ** ((low + high) / 20))


# ------------------------------------------------------------------ tables for the kernels


def detection_table(n_pulses: int, pfa: float) -> Floats:
    """Table of a steady target (Swerling 0) for ``probability_at``; slow fluctuation multiplies the ratio before."""
    return pulse_table(n_pulses, pfa, 0)


def fluctuation_tables(n_pulses: int, pfa: float) -> Floats:
    """What ``table_of`` finds its way in: the steady table and those of Swerling 2 and 4 after it."""
    return np.concatenate([pulse_table(n_pulses, pfa, case) for case in (0, *PULSE_BY_PULSE)])


def pulse_table(n_pulses: int, pfa: float, swerling: int) -> Floats:
    """Table for ``probability_at`` of a target that fluctuates from pulse to pulse (Swerling 2 or 4; 0 is allowed).

    Layout: count, first value in decibels, steps per decibel, false-alarm probability, then the probabilities.
    The step is halved until linear interpolation is right at every midpoint to 5e-5, and to 0.3 % of the probabilities
    to detect and to miss.  It goes from 0.2 % above the false-alarm probability to misses of 1e-6.
    """
    _check(n_pulses, pfa, swerling)
    if swerling not in (0, *PULSE_BY_PULSE):
        raise InputError("swerling", f"{swerling} fluctuates slowly", "use detection_table and fluctuation()")
    return _pulse_table(int(n_pulses), float(pfa), int(swerling)).copy()


@functools.lru_cache(maxsize=64)
def _pulse_table(n_pulses: int, pfa: float, swerling: int) -> Floats:
    def exact(decibels: Floats) -> Floats:
        return detection_probability(10 ** (decibels / 10), swerling=swerling, n_pulses=n_pulses, pfa=pfa)

    coarse = np.arange(-90.0, 140.0, 2.0)
    probability = exact(coarse)
    first = coarse[np.flatnonzero(probability > pfa * (1 + _TABLE_BEGIN))[0] - 1]
    last = coarse[np.flatnonzero(probability >= 1 - _TABLE_EDGE)[0]]
    # the log of the odds is smooth in decibels: a spline through a few exact values carries the whole table
    knots = np.linspace(first, last, round((last - first) * _KNOTS) + 1)
    odds = np.clip(exact(knots), pfa, 1 - 1e-3 * _TABLE_EDGE)
    smooth = _spline(knots, np.log(odds) - np.log1p(-odds))

    def between(decibels: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-smooth(decibels))))

    per_decibel = 8
    while True:
        grid = first + np.arange(round((last - first) * per_decibel) + 1) / per_decibel
        values, middle = between(grid), between(grid[:-1] + 0.5 / per_decibel)
        small = np.minimum(middle, np.maximum(1.0 - middle, _TABLE_EDGE))
        allowed = np.minimum(_TABLE_ERROR, _TABLE_SHARE * small)
        if np.all(np.abs(middle - 0.5 * (values[1:] + values[:-1])) <= allowed):
            break
        per_decibel *= 2
    header = [float(grid.size), first, float(per_decibel), pfa]
    return np.concatenate((header, np.maximum.accumulate(np.maximum(values, pfa))))


def _spline(knots: Floats, values: Floats) -> Callable[[Floats], Floats]:
    """The cubic spline through values whose third derivative does not jump at the outer two inner knots.

    That of ``scipy.interpolate``, to the bit; loading that package takes 0.3 s and 25 MB.  C. de Boor, A Practical
    Guide to Splines, 1978, chapter IV.
    """
    from scipy.linalg import solve_banded

    step = np.diff(knots)
    slope = np.diff(values) / step
    bands, right = np.zeros((3, knots.size)), np.empty(knots.size)
    bands[0, 2:], bands[1, 1:-1], bands[2, :-2] = step[:-1], 2 * (step[:-1] + step[1:]), step[1:]
    right[1:-1] = 3 * (step[1:] * slope[:-1] + step[:-1] * slope[1:])
    two, last = knots[2] - knots[0], knots[-1] - knots[-3]
    bands[1, 0], bands[0, 1], bands[1, -1], bands[2, -2] = step[1], two, step[-2], last
    right[0] = ((step[0] + 2 * two) * step[1] * slope[0] + step[0] ** 2 * slope[1]) / two
    right[-1] = (step[-1] ** 2 * slope[-2] + (2 * last + step[-1]) * step[-2] * slope[-1]) / last
    lean = solve_banded((1, 1), bands, right)
    bend = (lean[:-1] + lean[1:] - 2 * slope) / step
    square, cube = (slope - lean[:-1]) / step - bend, bend / step

    def at(places: Floats) -> Floats:
        k = np.clip(np.searchsorted(knots, places, side="right") - 1, 0, knots.size - 2)
        far = places - knots[k]
        return np.asarray(values[k] + lean[k] * far + square[k] * (far * far) + cube[k] * (far * far * far))

    return at


def _check(n_pulses: int, pfa: float, swerling: int = 0) -> None:
    if n_pulses < 1:
        raise InputError("n_pulses", f"{n_pulses} pulses cannot be integrated", "give at least 1")
    if not 0 < pfa < 1:
        raise InputError("pfa", f"{pfa} is not a probability between 0 and 1", "usual values are 1e-4 to 1e-8")
    if swerling not in (0, 1, 2, 3, 4):
        raise InputError("swerling", f"{swerling} is not a Swerling case", "choose 0, 1, 2, 3 or 4")
