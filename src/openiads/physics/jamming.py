"""Noise jamming of a radar: antenna pattern toward the jammer, jamming power over noise, and what range is left.

Kernels work with linear power ratios in SI.  Powers of several jammers add, so their ratios to noise do; the threshold
follows noise and jamming together (constant false-alarm rate), so that the ratio that counts is S / (N + J), and S/N
divided by 1 + J/N.  `openiads.textbook.jamming` has the same formulas with checked arguments.

Sources: [skolnik2008] ch. 24; [barton2013] ch. 3; [schleher1999].
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.base.constants import BOLTZMANN
from openiads.base.errors import InputError

#: Exponent of a one-way Gaussian power pattern at one beamwidth off its axis: half the power at half the width.
ONE_WAY_GAUSS = 4.0 * math.log(2.0)


# ------------------------------------------------------------------ kernels


@kernel("f8(f8, f8, f8)")
def pattern_gain(off, beamwidth, sidelobe):
    """One-way antenna gain over that of the beam axis: a Gaussian main beam, never below the sidelobes; 0..1.

    off : angle off the axis, rad, of either sign
    beamwidth : full width at half power, in the unit of ``off``, > 0
    sidelobe : mean sidelobe gain over that of the axis, linear, 0..1
    """
    ratio = off / beamwidth
    return max(math.exp(-ONE_WAY_GAUSS * ratio * ratio), sidelobe)


@kernel("f8(f8, f8, f8, f8, f8)")
def pattern_gain_2d(off_azimuth, off_elevation, beam_azimuth, beam_elevation, sidelobe):
    """``pattern_gain`` of a beam with two widths: the product of the Gaussian in azimuth and that in elevation.

    off_azimuth, off_elevation : angles off the axis, rad, of either sign; across the beam, so that the caller
    multiplies a difference of azimuths by the cosine of elevation and takes it the short way around
    beam_azimuth, beam_elevation : full widths at half power, rad, > 0;  sidelobe : as in ``pattern_gain``
    """
    across = off_azimuth / beam_azimuth
    along = off_elevation / beam_elevation
    return max(math.exp(-ONE_WAY_GAUSS * (across * across + along * along)), sidelobe)


@kernel("f8(f8, f8, f8, f8, f8, f8)")
def jamming_to_noise(constant, erp, jammer_bandwidth, receiver_bandwidth, distance, pattern):
    """Noise power of one jammer over receiver noise, both in the receiver's bandwidth (linear, >= 0).

    constant : of the receiver, see ``receiver_constant``
    erp : radiated toward the radar, over the whole jammer bandwidth, W, >= 0
    jammer_bandwidth : Hz, >= 0; one narrower than the receiver puts all its power into it
    receiver_bandwidth : Hz, > 0;  distance : jammer to radar, m; below 1 m it is taken as 1 m
    pattern : one-way gain toward the jammer over that of the beam axis, see ``pattern_gain``
    """
    far = max(distance, 1.0)
    return constant * erp * pattern / (far * far * max(jammer_bandwidth, receiver_bandwidth))


# ------------------------------------------------------------------ what a world computes once


def receiver_constant(gain: float, wavelength: float, loss: float, noise_temperature: float) -> float:
    """What of the ratio of jamming to noise belongs to the radar: G lambda^2 / ((4 pi)^2 L k T).

    Parameters
    ----------
    gain : float
        On the beam axis at reception, linear, above 0.
    wavelength : float
        m, above 0.
    loss : float
        What the jamming loses on its one way (air, polarization, reception), linear, at least 1.  The radar's own loss
        of the echo is another number: the reference cases ``JAM-*`` take 3 dB for the echo and 1 here.
    noise_temperature : float
        Of the system, K, above 0.

    Returns
    -------
    float
        m2 / (W s); times ERP over distance squared and bandwidth it is J/N on the beam axis.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    for name, value in (("gain", gain), ("wavelength", wavelength), ("noise_temperature", noise_temperature)):
        _above_zero(name, value)
    if not 1.0 <= loss < math.inf:
        raise InputError("loss", f"{loss} is no loss", "Give a finite power ratio of at least 1")
    spread = wavelength / (4.0 * math.pi)
    return gain * spread * spread / (loss * BOLTZMANN * noise_temperature)


def antenna_gain(beam_azimuth: float, beam_elevation: float, efficiency: float) -> float:
    """Gain on the axis of a beam from its widths: efficiency x 4 pi / (azimuth x elevation).

    Parameters
    ----------
    beam_azimuth, beam_elevation : float
        Full widths at half power, rad, above 0 and at most 2 pi and pi.
    efficiency : float
        Above 0 and at most 1.  1 stands for all power inside the two widths; 4 ln 2 / pi = 0.88 is the directivity
        of a narrow Gaussian beam without losses; 26,000 over the widths in degrees, a usual value of real antennas
        with their losses, is 0.63 [stutzman1998].

    Returns
    -------
    float
        Linear power ratio.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    most = {"beam_azimuth": 2.0 * math.pi, "beam_elevation": math.pi, "efficiency": 1.0}
    given = {"beam_azimuth": beam_azimuth, "beam_elevation": beam_elevation, "efficiency": efficiency}
    for name, value in given.items():
        if not 0.0 < value <= most[name]:
            raise InputError(
                name, f"{value} is outside its domain", f"Give a number above 0 and up to {most[name]:.6g}"
            )
    return efficiency * 4.0 * math.pi / (beam_azimuth * beam_elevation)


# ------------------------------------------------------------------ ranges


def burn_through(signal: float, jamming: float, required: float) -> float:
    """Range (m) at which a target that screens itself is seen: the root of a quadratic in the range squared.

    S/N falls as ``signal`` / R^4 and J/N as ``jamming`` / R^2, so that S / (N + J) = ``required`` where
    R^4 + jamming R^2 - signal / required = 0.  Without jamming it is the noise-limited range, with much jamming
    sqrt(signal / (jamming required)).

    Parameters
    ----------
    signal : float
        S/N times the range to the fourth power, m4, at least 0.
    jamming : float
        J/N times the range squared, m2, at least 0; infinity gives 0.
    required : float
        Least ratio of signal to noise and jamming, linear, above 0.

    Returns
    -------
    float
        m; it is seen nearer than that.

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    if not 0.0 <= signal < math.inf:
        raise InputError("signal", f"{signal} m4 is no signal", "Give a finite number of at least 0")
    if not jamming >= 0.0:
        raise InputError("jamming", f"{jamming} m2 is no jamming", "Give a number of at least 0")
    _above_zero("required", required)
    clear = math.sqrt(signal / required)  # the noise-limited range squared
    if jamming == math.inf or clear == 0.0:
        return 0.0
    # 2 clear^2 / (jamming + sqrt(jamming^2 + 4 clear^2)), without squares that overflow and without cancellation
    larger, smaller = max(jamming, 2.0 * clear), min(jamming, 2.0 * clear)
    ratio = smaller / larger
    root = larger * math.sqrt(1.0 + ratio * ratio)
    return math.sqrt(clear) * math.sqrt(2.0 * clear / (jamming + root))


def stand_off_range(clear: float, jamming: float) -> float:
    """Range (m) that is left where jamming does not change with the target's range: clear x (1 + J/N)^(-1/4).

    Parameters
    ----------
    clear : float
        Range without jamming, m, at least 0.
    jamming : float
        J/N of all jammers in the direction of the look, linear, at least 0; infinity gives 0.

    Returns
    -------
    float
        m

    Raises
    ------
    InputError
        For a number outside its domain.
    """
    if not 0.0 <= clear < math.inf:
        raise InputError("clear", f"{clear} m is no range", "Give a finite number of at least 0")
    if not jamming >= 0.0:
        raise InputError("jamming", f"{jamming} is no ratio of jamming to noise", "Give a number of at least 0")
    return clear / math.sqrt(math.sqrt(1.0 + jamming))


def _above_zero(name: str, value: float) -> None:
    if not 0.0 < value < math.inf:
        raise InputError(name, f"{value} is outside its domain", "Give a finite number above 0")
