"""Radar detection: signal to noise, exact detection probability, fluctuation.

Kernels work with linear power ratios in SI.  Exact probabilities need special functions that kernels do not have, so
they are tabulated once per (pulses, false-alarm probability, fluctuation) and interpolated with an error below 1e-4.

Square-law detector, N non-coherently integrated pulses, ``snr`` is the mean per-pulse power ratio.
Sources: J. Marcum and P. Swerling, "Studies of target detection by pulsed radar", IRE Trans. IT-6 (1960);
D. Meyer and H. Mayer, "Radar Target Detection" (1973); M. Richards, "Fundamentals of Radar Signal Processing" (2014).
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

#: Range (m) and cross-section (m2) that every calibrated signal-to-noise ratio refers to.
REFERENCE_RANGE = 100_000.0
REFERENCE_RCS = 1.0
#: Words of a table before its first probability: length, first decibel value, steps per decibel, false-alarm value.
TABLE_HEADER = 4
_TABLE_ERROR = 5e-5
_TABLE_EDGE = 1e-5

Floats = NDArray[np.float64]


# ------------------------------------------------------------------ kernels


@kernel("f8(f8[::1], i8, f8)")
def probability_at(tables, at, snr):
    """Detection probability from the table that starts at ``tables[at]``; absolute error below 1e-4.

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
    left = tables[at + 4 + cell]
    return left + (steps - cell) * (tables[at + 5 + cell] - left)


@kernel("f8(i8, f8, f8)")
def fluctuation(swerling, u1, u2):
    """Cross-section of one look divided by its mean, for slow fluctuation: mean 1, always two draws.

    swerling : 0 steady (gives 1); 1 or 2 exponential; 3 or 4 gamma of shape 2
    u1, u2 : uniforms in (0, 1)
    A table made for Swerling 2 or 4 holds the fluctuation already and takes the factor of 0.
    """
    if swerling == 0:
        return 1.0
    if swerling <= 2:
        return -math.log(u1)
    return -0.5 * (math.log(u1) + math.log(u2))


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


@kernel("f8(f8, f8)")
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


def pulse_table(n_pulses: int, pfa: float, swerling: int) -> Floats:
    """Table for ``probability_at`` of a target that fluctuates from pulse to pulse (Swerling 2 or 4; 0 is allowed).

    Layout: count, first value in decibels, steps per decibel, false-alarm probability, then the probabilities.
    The step is halved until linear interpolation is right to 5e-5 at every midpoint.
    """
    _check(n_pulses, pfa, swerling)
    if swerling not in (0, 2, 4):
        raise InputError("swerling", f"{swerling} fluctuates slowly", "use detection_table and fluctuation()")

    def exact(decibels: Floats) -> Floats:
        return detection_probability(10 ** (decibels / 10), swerling=swerling, n_pulses=n_pulses, pfa=pfa)

    coarse = np.arange(-60.0, 120.0, 1.0)
    probability = exact(coarse)
    first = coarse[np.flatnonzero(probability > pfa + _TABLE_EDGE)[0] - 1]
    last = coarse[np.flatnonzero(probability >= 1 - _TABLE_EDGE)[0]]
    per_decibel = 8
    while True:
        grid = first + np.arange(round((last - first) * per_decibel) + 1) / per_decibel
        values = exact(grid)
        middle = exact(grid[:-1] + 0.5 / per_decibel)
        if np.abs(middle - 0.5 * (values[1:] + values[:-1])).max() <= _TABLE_ERROR:
            break
        per_decibel *= 2
    return np.concatenate(([float(grid.size), first, float(per_decibel), pfa], np.maximum(values, pfa)))


def _check(n_pulses: int, pfa: float, swerling: int = 0) -> None:
    if n_pulses < 1:
        raise InputError("n_pulses", f"{n_pulses} pulses cannot be integrated", "give at least 1")
    if not 0 < pfa < 1:
        raise InputError("pfa", f"{pfa} is not a probability between 0 and 1", "usual values are 1e-4 to 1e-8")
    if swerling not in (0, 1, 2, 3, 4):
        raise InputError("swerling", f"{swerling} is not a Swerling case", "choose 0, 1, 2, 3 or 4")
