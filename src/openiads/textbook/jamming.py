"""Noise jamming in closed form: what range and detection a radar keeps against jammers.

A jammer adds noise.  With S the echo, N the receiver's noise and J the jamming in the receiver's bandwidth, the
threshold follows N + J (constant false-alarm rate) and S / (N + J) = (S/N) / (1 + J/N) counts.  The ratios of several
jammers to noise add, which their decibels do not.  A jammer aboard the target comes nearer with it (J as 1/R^2); one
elsewhere does not, and costs the fourth root of 1 + J/N in range.

Every function is general inside the domain that its docstring states and raises InputError outside it; powers and
ratios are linear, angles in radians.  `physics.jamming` has what the engine uses of it, `textbook.jammed_tracks` what
becomes of tracks and of guidance.

Sources: [skolnik2008] ch. 24; [barton2013] ch. 3; [schleher1999].
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from openiads.base.constants import BOLTZMANN
from openiads.base.errors import InputError
from openiads.physics.jamming import ONE_WAY_GAUSS, burn_through, receiver_constant
from openiads.textbook.domain import FINITE, within


@dataclass(frozen=True, slots=True)
class Radar:
    """A radar as the radar equation sees it.

    Parameters
    ----------
    peak_power : float
        Radiated, W, at least 0.
    gain : float
        On the beam axis, both ways, linear, above 0.
    wavelength : float
        m, above 0.
    bandwidth : float
        Of the receiver, noise and matched, Hz, above 0.
    temperature : float
        Of the system, K, above 0.
    loss : float
        What the echo loses, linear, at least 1.  The jamming does not lose it.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0).loss
    1.0
    """

    peak_power: float
    gain: float
    wavelength: float
    bandwidth: float
    temperature: float
    loss: float = 1.0

    def __post_init__(self) -> None:
        within("peak_power", self.peak_power, 0.0, FINITE)
        for name in ("gain", "wavelength", "bandwidth", "temperature"):
            within(name, getattr(self, name), 0.0, FINITE, above=True)
        within("loss", self.loss, 1.0, FINITE)

    def echo(self, rcs: float) -> float:
        """S/N of a cross section (m2) times range to the fourth power, m4."""
        received = self.gain * self.wavelength / (4.0 * math.pi)
        noise = BOLTZMANN * self.temperature * self.bandwidth * self.loss
        return self.peak_power * received * received * within("rcs", rcs, 0.0, FINITE) / (4.0 * math.pi * noise)

    def jamming(self, erp: float, bandwidth: float) -> float:
        """J/N of a jammer on the beam axis (effective radiated power in W, bandwidth in Hz) times range squared, m2."""
        power = within("erp", erp, 0.0, FINITE)
        over = max(within("bandwidth of the jammer", bandwidth, 0.0), self.bandwidth)
        return receiver_constant(self.gain, self.wavelength, 1.0, self.temperature) * power / over


@dataclass(frozen=True, slots=True)
class Jammer:
    """A noise jammer somewhere.

    Parameters
    ----------
    erp : float
        Effective radiated power toward the radar, over the whole bandwidth, W, at least 0.
    distance : float
        From the radar, m, above 0.
    bandwidth : float
        Of its noise, Hz, at least 0: what lies outside the receiver's bandwidth is lost, and one narrower than the
        receiver puts all its power into it.
    pattern : float
        One-way gain of the radar toward it over that of the beam axis, at least 0: 1 in the main beam, the sidelobe
        level outside, `beam_pattern` in between.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.Jammer(erp=1000.0, distance=150e3, bandwidth=10e6, pattern=0.001).erp
    1000.0
    """

    erp: float
    distance: float
    bandwidth: float
    pattern: float = 1.0

    def __post_init__(self) -> None:
        within("erp", self.erp, 0.0, FINITE)
        within("distance of the jammer", self.distance, 0.0, FINITE, above=True)
        within("bandwidth of the jammer", self.bandwidth, 0.0)
        within("pattern", self.pattern, 0.0, FINITE)


# ------------------------------------------------------------------ ratios


def echo_to_noise(radar: Radar, rcs: float, distance: float) -> float:
    """Single-pulse ratio of a target's echo to noise: P G^2 lambda^2 rcs / ((4 pi)^3 k T B L R^4).

    Parameters
    ----------
    radar : Radar
        Its own values.
    rcs : float
        Radar cross section, m2, at least 0.
    distance : float
        m, above 0.

    Returns
    -------
    float
        Linear power ratio, at least 0.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
    >>> round(textbook.echo_to_noise(radar, rcs=1.0, distance=100e3), 2)
    16.42
    """
    far = within("distance", distance, 0.0, above=True)
    return radar.echo(rcs) / far / far / far / far


def jamming_to_noise(radar: Radar, jammers: Iterable[Jammer]) -> float:
    """Ratio of jamming to noise in the receiver: the sum of ERP G g lambda^2 B_r / ((4 pi R)^2 k T B_r max(B_r, B_j)).

    Parameters
    ----------
    radar : Radar
        Its own values.
    jammers : iterable of Jammer
        None, one or many.

    Returns
    -------
    float
        Linear power ratio, at least 0.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
    >>> jammer = textbook.Jammer(erp=1000.0, distance=150e3, bandwidth=10e6, pattern=0.001)
    >>> round(textbook.jamming_to_noise(radar, [jammer, jammer]), 2)
    36.69
    """
    found = (radar.jamming(j.erp, j.bandwidth) * j.pattern / j.distance / j.distance for j in jammers)
    return math.fsum(found)


def beam_pattern(angle: float, beamwidth: float, sidelobe: float) -> float:
    """One-way gain over that of the beam axis: exp(-4 ln2 (angle / beamwidth)^2), never below the sidelobe level.

    Parameters
    ----------
    angle : float
        Off the axis, rad, of either sign.
    beamwidth : float
        Full width at half power, in the unit of ``angle``, above 0.
    sidelobe : float
        Level of the sidelobes, linear, 0 to 1.

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
    >>> round(textbook.beam_pattern(0.01, beamwidth=0.02, sidelobe=0.001), 6)
    0.5
    """
    ratio = within("angle", abs(angle), 0.0) / within("beamwidth", beamwidth, 0.0, FINITE, above=True)
    return max(math.exp(-ONE_WAY_GAUSS * ratio * ratio), within("sidelobe", sidelobe, 0.0, 1.0))


def sidelobe_angle(beamwidth: float, sidelobe: float) -> float:
    """Angle off the axis at which the main beam has fallen to the sidelobes: beamwidth sqrt(ln(1/sidelobe) / (4 ln2)).

    Parameters
    ----------
    beamwidth : float
        Full width at half power, above 0.
    sidelobe : float
        Level of the sidelobes, linear, 0 to 1; without sidelobes the angle is infinite.

    Returns
    -------
    float
        In the unit of ``beamwidth``.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.sidelobe_angle(1.5, 0.001), 3)
    2.368
    """
    width = within("beamwidth", beamwidth, 0.0, FINITE, above=True)
    level = within("sidelobe", sidelobe, 0.0, 1.0)
    return width * math.sqrt(-math.log(level) / ONE_WAY_GAUSS) if level > 0.0 else math.inf


def jammed_detection(snr: float, jamming: float, pfa: float) -> float:
    """Probability to detect a Swerling 1 target in one look against jamming: pfa^(1 / (1 + S/(N + J))).

    The threshold follows noise and jamming, so that the false-alarm probability stays as it was.

    Parameters
    ----------
    snr : float
        Mean ratio of echo to noise, linear, at least 0; may be infinite if ``jamming`` is not.
    jamming : float
        J/N of all jammers, linear, at least 0; infinity leaves the false alarms.
    pfa : float
        False-alarm probability, above 0 and below 1.

    Returns
    -------
    float
        ``pfa`` to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.jammed_detection(snr=99.0, jamming=0.0, pfa=1e-6), 3)
    0.871
    """
    signal, noise = within("snr", snr, 0.0), 1.0 + within("jamming", jamming, 0.0)
    if signal == noise == math.inf:
        raise InputError("snr", "echo and jamming are both infinite", "Give one of them as a finite ratio")
    if within("pfa", pfa, 0.0, 1.0, above=True) == 1.0:
        raise InputError("pfa", "a false alarm is certain", "Give a probability below 1")
    return math.exp(math.log(pfa) / (1.0 + signal / noise))


# ------------------------------------------------------------------ ranges


def noise_limited_range(radar: Radar, rcs: float, required: float) -> float:
    """Range (m) at which the echo stands over noise by the required ratio, without any jamming.

    Parameters
    ----------
    radar : Radar
        Its own values.
    rcs : float
        Radar cross section, m2, at least 0.
    required : float
        Least ratio of echo to noise, linear, above 0.

    Returns
    -------
    float
        m

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
    >>> round(textbook.noise_limited_range(radar, rcs=1.0, required=20.0))
    95196
    """
    return stand_off_range(radar, rcs, required, 0.0)


def self_screening_range(
    radar: Radar, rcs: float, erp: float, bandwidth: float, required: float, jamming: float = 0.0
) -> float:
    """Burn-through (m) of a target that carries its jammer: inside it the echo exceeds noise and jamming as required.

    With S/N = a / R^4 and J/N = b / R^2 it is the root of R^4 + b R^2 = a / q, R^2 = 2 (a/q) / (b + sqrt(b^2 + 4 a/q)):
    the noise-limited range without jamming, sqrt(a / (b q)) where jamming is all.

    Parameters
    ----------
    radar : Radar
        Its own values.
    rcs : float
        Radar cross section, m2, at least 0.
    erp : float
        Effective radiated power of the target's jammer, W, at least 0.
    bandwidth : float
        Of that jammer, Hz, at least 0.
    required : float
        Least ratio q of echo to noise and jamming, linear, above 0.
    jamming : float
        J/N of others that stand off, linear, at least 0.

    Returns
    -------
    float
        m

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
    >>> round(textbook.self_screening_range(radar, rcs=1.0, erp=1.0, bandwidth=10e6, required=20.0))
    14101
    """
    noise = 1.0 + within("jamming", jamming, 0.0)
    return burn_through(radar.echo(rcs) / noise, radar.jamming(erp, bandwidth) / noise, required)


def stand_off_range(radar: Radar, rcs: float, required: float, jamming: float) -> float:
    """Range (m) against jammers that stay where they are: the noise-limited one times (1 + J/N)^(-1/4).

    Parameters
    ----------
    radar : Radar
        Its own values.
    rcs : float
        Radar cross section, m2, at least 0.
    required : float
        Least ratio of echo to noise and jamming, linear, above 0.
    jamming : float
        J/N of all jammers in the direction of the look (`jamming_to_noise`), at least 0; infinity gives 0.

    Returns
    -------
    float
        m

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)
    >>> round(textbook.stand_off_range(radar, rcs=1.0, required=20.0, jamming=15.0))
    47598
    """
    noise = 1.0 + within("jamming", jamming, 0.0)
    return math.sqrt(math.sqrt(radar.echo(rcs) / within("required", required, 0.0, FINITE, above=True) / noise))
