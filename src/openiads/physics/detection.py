"""Radar detection: signal to noise, exact detection probability, fluctuation, noise jamming, calibration.

Kernels work with linear power ratios in SI.  Exact probabilities need special functions that kernels do not have, so
they are tabulated once per (pulses, false-alarm probability, fluctuation) and interpolated with an error below 1e-4.

Square-law detector, N non-coherently integrated pulses, ``snr`` is the mean per-pulse power ratio.
Sources: J. Marcum and P. Swerling, "Studies of target detection by pulsed radar", IRE Trans. IT-6 (1960);
D. Meyer and H. Mayer, "Radar Target Detection" (1973); M. Richards, "Fundamentals of Radar Signal Processing" (2014).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

BOLTZMANN = 1.380649e-23
LIGHT = 299792458.0
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


@kernel("f8(f8, f8, f8, f8, f8, f8, f8)")
def jam_to_noise(erp, jammer_bandwidth, radar_bandwidth, receive_gain, wavelength, distance, system_temperature):
    """Noise-jamming power over receiver noise, both in the radar's bandwidth.

    erp : effective radiated power toward the radar, W (0 = none);  bandwidths : Hz, > 0; a jammer narrower than the
    receiver puts all its power into it
    receive_gain : linear, toward the jammer: the beam's own for self-screening, a sidelobe's for stand-off
    wavelength : m;  distance : jammer to radar, m, below 1 m taken as 1 m;  system_temperature : K, > 0
    Source: one-way transmission equation.
    """
    spread = 4.0 * math.pi * max(distance, 1.0)
    power = erp * receive_gain * wavelength * wavelength / (spread * spread)
    return power / (BOLTZMANN * system_temperature * max(jammer_bandwidth, radar_bandwidth))


@kernel("f8(f8, f8)")
def jammed_snr(snr, jam):
    """Signal over noise plus jamming: ``jam`` (>= 0) is the jam-to-noise ratio, summed over jammers."""
    return snr / (1.0 + jam)


@kernel("f8(f8, f8)")
def scan_gain(cosine, exponent):
    """One-way gain of a phased array off its boresight, over that at boresight: cosine to the power ``exponent``.

    cosine : of the angle between face normal and target; at or below zero (behind the face) gives 0
    exponent : > 0; 1 is the projected aperture, 1.5 is usual with element mismatch
    """
    if not (cosine > 0.0):
        return 0.0
    return math.exp(exponent * math.log(min(cosine, 1.0)))


# ------------------------------------------------------------------ radar equation


def radar_snr(
    distance: float,
    *,
    frequency: float,
    peak_power: float,
    pulse_width: float,
    gain: float,
    rcs: float = 1.0,
    system_temperature: float = 290.0,
    loss: float = 1.0,
) -> float:
    """Single-pulse signal-to-noise ratio (linear) from the full radar equation, monostatic, matched filter.

    SI units; ``gain`` and ``loss`` are linear power ratios (``loss`` >= 1 lowers the result).
    """
    return _constant(frequency, peak_power, pulse_width, gain, rcs, system_temperature, loss) / distance**4


def radar_range(
    snr: float,
    *,
    frequency: float,
    peak_power: float,
    pulse_width: float,
    gain: float,
    rcs: float = 1.0,
    system_temperature: float = 290.0,
    loss: float = 1.0,
) -> float:
    """Range (m) at which the single-pulse signal-to-noise ratio falls to ``snr`` (linear); inverse of ``radar_snr``."""
    return (_constant(frequency, peak_power, pulse_width, gain, rcs, system_temperature, loss) / snr) ** 0.25


def _constant(
    frequency: float, power: float, width: float, gain: float, rcs: float, temperature: float, loss: float
) -> float:
    wavelength = LIGHT / frequency
    energy = power * width * gain**2 * wavelength**2 * rcs
    return energy / ((4 * math.pi) ** 3 * BOLTZMANN * temperature * loss)


def search_solid_angle(azimuth: tuple[float, float], elevation: tuple[float, float]) -> float:
    """Solid angle (sr) of a sector between two azimuths and two elevations (rad)."""
    return (azimuth[1] - azimuth[0]) * (math.sin(elevation[1]) - math.sin(elevation[0]))


def search_snr(
    distance: float,
    *,
    power_aperture: float,
    solid_angle: float,
    search_time: float,
    rcs: float = 1.0,
    system_temperature: float = 290.0,
    loss: float = 1.0,
) -> float:
    """Signal-to-noise ratio (linear) of a volume search.

    power_aperture : average power times antenna area, W m2;  solid_angle : searched, sr;  search_time : of a frame, s
    """
    noise = BOLTZMANN * system_temperature * loss
    return power_aperture * rcs * search_time / (4 * math.pi * noise * solid_angle * distance**4)


def burn_through_range(
    *, peak_power: float, gain: float, rcs: float, erp: float, bandwidth_ratio: float, required_ratio: float
) -> float:
    """Range (m) inside which a self-screening target's echo exceeds its noise jamming by ``required_ratio`` (linear).

    bandwidth_ratio : jammer over receiver bandwidth; below 1 counts as 1 (all jamming power is received)
    Receiver noise is left out.  No jamming (``erp`` 0) gives infinity.
    """
    if erp <= 0:
        return math.inf
    return math.sqrt(peak_power * gain * rcs * max(bandwidth_ratio, 1.0) / (4 * math.pi * erp * required_ratio))


def stand_off_burn_through_range(
    *,
    peak_power: float,
    gain: float,
    rcs: float,
    erp: float,
    bandwidth_ratio: float,
    required_ratio: float,
    jammer_range: float,
    sidelobe_ratio: float,
) -> float:
    """Range (m) at which a target is seen against a jammer elsewhere.

    jammer_range : radar to jammer, m;  sidelobe_ratio : gain toward the jammer over the beam's, linear; the rest as in
    ``burn_through_range``
    """
    if erp <= 0:
        return math.inf
    signal = peak_power * gain * rcs * jammer_range**2 * max(bandwidth_ratio, 1.0)
    return float((signal / (4 * math.pi * erp * sidelobe_ratio * required_ratio)) ** 0.25)


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


def albersheim_snr(pd: float, pfa: float, n_pulses: int = 1) -> float:
    """Albersheim's estimate of the required per-pulse ratio (linear) for a steady target, good to about 0.2 dB.

    Source: W. Albersheim, Proc. IEEE 69 (1981) 839; domain 1e-7 <= pfa <= 1e-3, 0.1 <= pd <= 0.9, N <= 8096.
    """
    a = math.log(0.62 / pfa)
    b = math.log(pd / (1 - pd))
    decibels = -5 * math.log10(n_pulses) + (6.2 + 4.54 / math.sqrt(n_pulses + 0.44)) * math.log10(
        a + 0.12 * a * b + 1.7 * b
    )
    return float(10 ** (decibels / 10))


def binary_integration(probability: ArrayLike, m: int, n: int) -> Floats:
    """Probability that at least ``m`` of ``n`` independent looks succeed, each with ``probability``."""
    from scipy.special import betainc

    if not 1 <= m <= n:
        raise InputError("m", f"{m} of {n} is not a rule", "choose 1 <= m <= n")
    return np.asarray(betainc(m, n - m + 1, np.asarray(probability, dtype=float)))


class CumulativeDetection(NamedTuple):
    """Scan by scan: slant range (m), single-scan probability, probability of at least one detection so far."""

    ranges: Floats
    single: Floats
    cumulative: Floats

    def range_reached(self, probability: float) -> float:
        """Range (m) of the first scan whose cumulative probability reaches ``probability``; NaN if none does."""
        hits = np.flatnonzero(self.cumulative >= probability)
        return float(self.ranges[hits[0]]) if hits.size else math.nan


def cumulative_detection(
    *,
    start_range: float,
    stop_range: float,
    speed: float,
    scan_time: float,
    reference_snr: float,
    reference_range: float,
    swerling: int,
    n_pulses: int = 1,
    pfa: float = 1e-6,
) -> CumulativeDetection:
    """Detection of a radially closing target by independent scans, the first at ``start_range``.

    Ranges in m, speed in m/s, times in s, ``reference_snr`` linear at ``reference_range`` (fourth-power law).
    """
    step = speed * scan_time
    if not (step > 0 and start_range > 0 and stop_range <= start_range):
        raise InputError("cumulative_detection", "the target does not close", "give speed > 0 and start >= stop")
    count = math.floor((start_range - stop_range) / step + 1e-9) + 1
    ranges = np.asarray(start_range - step * np.arange(count), dtype=np.float64)
    ranges = ranges[ranges > 0]
    snr = reference_snr * (reference_range / ranges) ** 4
    single = detection_probability(snr, swerling=swerling, n_pulses=n_pulses, pfa=pfa)
    cumulative = np.asarray(1.0 - np.cumprod(1.0 - single), dtype=np.float64)
    return CumulativeDetection(ranges, single, cumulative)


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


# ------------------------------------------------------------------ one calibration for every radar


class QuotedRange(NamedTuple):
    """A published range (m) and what it says.

    kind : ``noise_limited`` (sets the ratio), ``instrumented`` (only caps range), ``horizon_limited`` (lower bound)
    rcs : cross-section interval, m2, or None when not stated (1-5 m2, uniform in the logarithm)
    pd : single-look detection probability interval, or None when not stated (0.5-0.9, uniform)
    loss : linear one-for-all loss (>= 1) the simulation applies at that range beside the fourth-power law, such as
        atmospheric attenuation there and back
    """

    distance: float
    kind: str = "noise_limited"
    rcs: tuple[float, float] | None = None
    pd: tuple[float, float] | None = None
    loss: float = 1.0


class Calibration(NamedTuple):
    """Signal-to-noise ratio in decibels on 1 m2 at 100 km: nominal, and the ends of the central 90 %.

    instrumented_range : smallest range cap quoted, m; infinity when none is
    quotes : how many quoted ranges set the value
    """

    nominal: float
    low: float
    high: float
    instrumented_range: float
    quotes: int


UNKNOWN_RCS = (1.0, 5.0)
UNKNOWN_PD = (0.5, 0.9)
#: How far (dB) a radar known only by horizon-limited ranges may exceed what they need: an assumption.
HEADROOM = (0.0, 10.0)
_NODES = 101


def calibrated_snr(
    quotes: Sequence[QuotedRange], *, swerling: int = 1, n_pulses: int = 1, pfa: float = 1e-6
) -> Calibration:
    """One signal-to-noise interval from all quoted ranges of a radar: the same function for every radar.

    Each noise-limited range gives a distribution of the ratio at 1 m2 and 100 km, by putting midpoint quantiles of
    cross-section and detection probability (taken as independent) through the exact detection law.  The ranges of one
    radar are pooled with equal weight for the band, so that quotes that disagree widen it, and the nominal value is
    the mean of their medians, because the median of a pool with a gap in it may sit at either edge of the gap.
    Horizon-limited ranges bound the distribution from below, quantile by quantile, because both rest on the same
    unstated conventions; when there is nothing else, the bound plus ``HEADROOM`` is taken.  No random numbers.
    """
    noise, bound, cap = [], [], math.inf
    for i, quote in enumerate(quotes):
        _check_quote(i, quote, pfa)
        if quote.kind == "instrumented":
            cap = min(cap, quote.distance)
        elif quote.kind == "noise_limited":
            noise.append(_quote_samples(quote, swerling, n_pulses, pfa))
        else:
            bound.append(_quote_samples(quote, swerling, n_pulses, pfa))
    if not noise and not bound:
        raise InputError(
            "quotes", "no range says how strong the radar is", "add one of kind noise_limited or horizon_limited"
        )
    at = (np.arange(2001) + 0.5) / 2001
    floor = np.max([np.quantile(b, at) for b in bound], axis=0) if bound else np.full(at.size, -np.inf)
    if noise:
        quantiles = np.maximum(np.quantile(np.concatenate(noise), at), floor)
        nominal = max(float(np.mean([np.median(n) for n in noise])), float(np.median(floor)))
    else:
        headroom = HEADROOM[0] + (HEADROOM[1] - HEADROOM[0]) * (np.arange(_NODES) + 0.5) / _NODES
        quantiles = np.sort(np.add.outer(floor[::10], headroom).ravel())
        nominal = float(np.median(quantiles))
    low, high = (float(v) for v in np.quantile(quantiles, [0.05, 0.95]))
    return Calibration(nominal, low, high, cap, len(noise) + len(bound))


def _quote_samples(quote: QuotedRange, swerling: int, n_pulses: int, pfa: float) -> Floats:
    """Equally likely values (dB, 1 m2 at 100 km) implied by one quoted range."""
    at = (np.arange(_NODES) + 0.5) / _NODES
    rcs_low, rcs_high = np.log10(quote.rcs or UNKNOWN_RCS)
    rcs = 10 * (rcs_low + (rcs_high - rcs_low) * at)
    pd_low, pd_high = quote.pd or UNKNOWN_PD
    # the requirement is smooth in the probability, so a few exact roots carry the whole interval
    knots = np.linspace(pd_low, pd_high, 9) if pd_high > pd_low else np.array([pd_low])
    roots = [10 * math.log10(required_snr(p, swerling=swerling, n_pulses=n_pulses, pfa=pfa)) for p in knots]
    needed = np.interp(pd_low + (pd_high - pd_low) * at, knots, roots)
    shift = 40 * math.log10(quote.distance / REFERENCE_RANGE) + 10 * math.log10(quote.loss)
    return np.asarray(np.subtract.outer(needed, rcs).ravel() + shift)


def _check_quote(i: int, quote: QuotedRange, pfa: float) -> None:
    place = f"quotes[{i}]"
    if quote.kind not in ("noise_limited", "instrumented", "horizon_limited"):
        raise InputError(
            f"{place}.kind", f"unknown kind {quote.kind!r}", "use noise_limited, instrumented or horizon_limited"
        )
    if not quote.distance > 0:
        raise InputError(f"{place}.distance", f"range {quote.distance} m is not positive", "give a range above 0")
    if quote.rcs is not None and not 0 < quote.rcs[0] <= quote.rcs[1]:
        raise InputError(f"{place}.rcs", f"{quote.rcs} is not an interval above 0", "give low <= high in m2")
    if quote.pd is not None and not pfa < quote.pd[0] <= quote.pd[1] < 1:
        raise InputError(f"{place}.pd", f"{quote.pd} is not an interval of probabilities", "give pfa < low <= high < 1")
    if not quote.loss >= 1:
        raise InputError(f"{place}.loss", f"loss {quote.loss} is a gain", "give a linear loss >= 1")
