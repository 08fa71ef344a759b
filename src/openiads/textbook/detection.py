"""The radar equation in its forms, noise jamming, Albersheim's estimate, and detection over many looks.

Linear power ratios in SI.  Sources: M. Skolnik, "Radar Handbook" (2008); M. Richards, "Fundamentals of Radar Signal
Processing" (2014); W. Albersheim, Proc. IEEE 69 (1981) 839.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.constants import BOLTZMANN, SPEED_OF_LIGHT
from openiads.base.errors import InputError
from openiads.physics.detection import detection_probability

Floats = NDArray[np.float64]


def jam_to_noise(
    erp: float,
    jammer_bandwidth: float,
    radar_bandwidth: float,
    receive_gain: float,
    wavelength: float,
    distance: float,
    system_temperature: float,
) -> float:
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


def jammed_snr(snr: float, jam: float) -> float:
    """Signal over noise plus jamming: ``jam`` (>= 0) is the jam-to-noise ratio, summed over jammers."""
    return snr / (1.0 + jam)


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
    wavelength = SPEED_OF_LIGHT / frequency
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


def albersheim_snr(pd: float, pfa: float, n_pulses: int = 1) -> float:
    """Albersheim's estimate of the required per-pulse ratio (linear) for a steady target.

    Within 0.3 dB of the exact ratio for 0.3 <= pd <= 0.9; below that it falls short, by 4 dB at pd = 0.1, pfa = 1e-3.
    Source: W. Albersheim, Proc. IEEE 69 (1981) 839; stated for 1e-7 <= pfa <= 1e-3, 0.1 <= pd <= 0.9, N <= 8096.
    """
    a = math.log(0.62 / pfa)
    b = math.log(pd / (1 - pd))
    decibels = -5 * math.log10(n_pulses) + (6.2 + 4.54 / math.sqrt(n_pulses + 0.44)) * math.log10(
        a + 0.12 * a * b + 1.7 * b
    )
    return float(10 ** (decibels / 10))


def binary_integration(probability: ArrayLike, m: int, n: int) -> Floats:
    """Probability that at least ``m`` of ``n`` independent looks succeed, each with ``probability``.

    InputError unless every probability lies in 0..1 and 1 <= m <= n.
    """
    from scipy.special import betainc

    if not 1 <= m <= n:
        raise InputError("m", f"{m} of {n} is not a rule", "choose 1 <= m <= n")
    each = np.asarray(probability, dtype=float)
    if not np.all((each >= 0.0) & (each <= 1.0)):
        raise InputError("probability", f"{each.tolist()} is not from 0 to 1", "give the probability of one look")
    return np.asarray(betainc(m, n - m + 1, each))


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
