"""Tracks and guidance under noise jamming in closed form: accuracy, firm tracks, gaps in the support of a round.

Every function is general inside the domain that its docstring states and raises InputError outside it; powers and
ratios are linear, angles in radians.

Sources: [skolnik2008] ch. 24; [barton2013] for the accuracy of angles; [schleher1999].
"""

from __future__ import annotations

import math
from typing import NamedTuple

from openiads.textbook.domain import FINITE, within
from openiads.textbook.jamming import Radar, sidelobe_angle

#: Slope of a monopulse pattern: an angle is measured with beamwidth / (1.6 sqrt(2 S/N)) [barton2013].
ANGLE_SLOPE = 1.6


def cross_range_deviation(distance: float, beamwidth: float, ratio: float) -> float:
    """Standard deviation (m) across the line of sight of one measurement: R theta / (1.6 sqrt(2 S/(N + J))).

    Parameters
    ----------
    distance : float
        m, at least 0.
    beamwidth : float
        Full width at half power, rad, above 0.
    ratio : float
        Echo over noise and jamming, linear, at least 0; at 0 the deviation is infinite.

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
    >>> textbook.cross_range_deviation(16e3, beamwidth=0.02, ratio=50.0)
    20.0
    """
    across = within("distance", distance, 0.0, FINITE) * within("beamwidth", beamwidth, 0.0, FINITE, above=True)
    echo = math.sqrt(2.0 * within("ratio", ratio, 0.0))
    return across / (ANGLE_SLOPE * echo) if echo > 0.0 else math.inf


def firm_track_range(radar: Radar, rcs: float, beamwidth: float, limit: float, jamming: float) -> float:
    """Range (m) inside which `cross_range_deviation` is below a limit: it falls with (1 + J/N)^(-1/6).

    As the ratio falls as 1/R^4 the deviation grows as K R^3, and the range is (limit / K)^(1/3).  Detection falls
    faster, with (1 + J/N)^(-1/4): a firm track needs both, so the lesser of the two ranges counts.

    Parameters
    ----------
    radar : Radar
        Its own values.
    rcs : float
        Radar cross section, m2, at least 0.
    beamwidth : float
        Full width at half power, rad, above 0.
    limit : float
        Largest deviation across the line of sight, m, above 0.
    jamming : float
        J/N of all jammers in the direction of the look, at least 0; infinity gives 0.

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
    >>> clear, jammed = (textbook.firm_track_range(radar, 1.0, 0.026, 200.0, j) for j in (0.0, 63.0))
    >>> round(clear / jammed, 6)
    2.0
    """
    noise = 1.0 + within("jamming", jamming, 0.0)
    width = within("beamwidth", beamwidth, 0.0, FINITE, above=True)
    allowed = within("limit", limit, 0.0, FINITE, above=True)
    return math.cbrt(allowed * ANGLE_SLOPE / width * math.sqrt(2.0 * radar.echo(rcs) / noise))


class SupportGap(NamedTuple):
    """Half angle (rad) around a jammer in which a target is not seen, and the time (s) a crossing target spends there.

    An infinite time stands for a target that is not seen in any direction (half angle pi).
    """

    half_angle: float
    time: float

    def lost(self, limit: float) -> bool:
        """Whether a round in flight that goes without its radar for at most ``limit`` (s, at least 0) loses it."""
        return self.time > within("limit", limit, 0.0)


def support_gap(
    snr: float,
    required: float,
    jamming: float,
    beam: tuple[float, float],
    distance: float,
    speed: float,
) -> SupportGap:
    """How long an engagement radar loses a target that crosses a jammer's azimuth at constant range and speed.

    It is seen while (S/N) / (1 + g J/N) is at least q, g the beam's gain toward the jammer: blocked within
    theta sqrt(ln(1/g) / (4 ln2)), g = ((S/N)/q - 1) / (J/N), for 2 R angle / v.

    Parameters
    ----------
    snr : float
        Echo over noise without jamming, linear, at least 0.
    required : float
        Least ratio q of echo to noise and jamming, linear, above 0.
    jamming : float
        J/N with the beam right at the jammer, at least 0.
    beam : (float, float)
        Full width at half power, rad, above 0, and level of the sidelobes, linear, 0 to 1.
    distance : float
        Of the target, m, above 0.
    speed : float
        Of the target, m/s, above 0.

    Returns
    -------
    SupportGap
        Both 0 where the target is seen even at the jammer's own azimuth; pi and infinite where it is seen nowhere.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> gap = textbook.support_gap(640.0, 4.0, 1835.0, (0.026, 0.001), distance=40e3, speed=250.0)
    >>> round(gap.time, 1), gap.lost(limit=4.0)
    (7.8, True)
    """
    margin = within("snr", snr, 0.0, FINITE) / within("required", required, 0.0, FINITE, above=True) - 1.0
    noise = within("jamming", jamming, 0.0)
    width = within("width of the beam", beam[0], 0.0, FINITE, above=True)
    floor = within("sidelobe", beam[1], 0.0, 1.0)
    far, fast = (within(n, v, 0.0, FINITE, above=True) for n, v in (("distance", distance), ("speed", speed)))
    nowhere = SupportGap(math.pi, math.inf)
    if margin < 0.0 or (floor > 0.0 and floor * noise > margin):
        return nowhere
    if noise <= margin:
        return SupportGap(0.0, 0.0)
    half = sidelobe_angle(width, margin / noise)  # where the pattern has fallen to what is allowed
    return SupportGap(half, 2.0 * far * half / fast) if half < math.pi else nowhere
