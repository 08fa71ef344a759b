"""Early warning in closed form: how far an elevated sensor sees a low flyer, against what surface, and what that buys.

Every function is general inside the domain that its docstring states and raises InputError outside it; angles in
radians, ratios linear.

Sources: horizon, clutter and airborne radars [skolnik2008] ch. 2, 3, 26; range equation with clutter [barton2013]
ch. 3; successive intercepts at constant speeds [macfadzean1992].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from openiads.base.constants import MEAN_RADIUS, SPEED_OF_LIGHT
from openiads.base.errors import InputError
from openiads.physics.encounter import firing_opportunities
from openiads.textbook.domain import FINITE, within

#: Radius of the earth on which rays of a standard atmosphere run straight, m.
BENT_RADIUS = 4.0 / 3.0 * MEAN_RADIUS
#: A whole number of beams or shots is taken as such within this share: quotients of decimals are not exact.
ROUNDING = 1e-9
MOST_SHOTS = 100_000


class Warned(NamedTuple):
    """Range at which a low flyer comes over the horizon (m), and its time from there to the sensor (s)."""

    distance: float
    time: float


def warning(sensor: float, target: float, speed: float, earth_radius: float = BENT_RADIUS) -> Warned:
    """Geometric reach of a sensor to a low flyer over a smooth earth, and the warning it gives.

    d = sqrt(2 k a h1 + h1^2) + sqrt(2 k a h2 + h2^2), k a the radius of the earth with bent rays.

    Parameters
    ----------
    sensor : float
        Height of the antenna above the sea, m, at least 0.
    target : float
        Height of the target above the sea, m, at least 0.
    speed : float
        Of the target toward the sensor, m/s, above 0.
    earth_radius : float
        Radius of the earth times the refraction factor, m, above 0.

    Returns
    -------
    Warned
        ``distance`` and ``time``.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> mast, aircraft = (textbook.warning(up, target=50.0, speed=250.0) for up in (24.0, 9000.0))
    >>> round(mast.time), round(aircraft.time)
    (197, 1681)
    """
    radius = within("earth_radius", earth_radius, 0.0, FINITE, above=True)
    heights = (within(name, up, 0.0, FINITE) for name, up in (("sensor", sensor), ("target", target)))
    distance = math.fsum(math.sqrt(up * (2.0 * radius + up)) for up in heights)
    return Warned(distance, distance / within("speed", speed, 0.0, FINITE, above=True))


# ------------------------------------------------------------------ against the surface


@dataclass(frozen=True, slots=True)
class LookDown:
    """A radar that looks down at a surface.

    Parameters
    ----------
    sigma0 : float
        Mean reflectivity of the surface, m2 per m2, at least 0.
    azimuth : float
        Beamwidth in azimuth, rad, above 0.
    pulse : float
        Compressed pulse, s, above 0.
    improvement : float
        Ratio by which processing raises the target over the surface, linear, above 0.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.LookDown(sigma0=0.001, azimuth=0.02, pulse=1e-6, improvement=1e5).pulse
    1e-06
    """

    sigma0: float
    azimuth: float
    pulse: float
    improvement: float

    def __post_init__(self) -> None:
        within("sigma0", self.sigma0, 0.0, FINITE)
        for name in ("azimuth", "pulse", "improvement"):
            within(name, getattr(self, name), 0.0, FINITE, above=True)

    @property
    def surface(self) -> float:
        """Cross section of the surface that competes, after processing, per meter of range at grazing angle 0, m."""
        return self.sigma0 * self.azimuth * 0.5 * SPEED_OF_LIGHT * self.pulse / self.improvement


def signal_to_clutter(radar: LookDown, rcs: float, distance: float, height: float) -> float:
    """Ratio of a target at the surface to the surface around it: rcs I / (sigma0 R theta (c tau / 2) sec psi).

    The cell is bounded by the beam across and by the pulse along, psi is the grazing angle over a flat earth, sin psi =
    height / R.  The ratio falls with the first power of range.

    Parameters
    ----------
    radar : LookDown
        Its own values and the surface's.
    rcs : float
        Radar cross section, m2, at least 0.
    distance : float
        Slant range R, m, above the height.
    height : float
        Of the radar over the surface, m, at least 0.

    Returns
    -------
    float
        Linear power ratio; infinite over a surface that returns nothing.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.LookDown(sigma0=0.001, azimuth=0.02, pulse=1e-6, improvement=1e5)
    >>> round(textbook.signal_to_clutter(radar, rcs=1.0, distance=100e3, height=9000.0))
    332
    """
    up = within("height", height, 0.0, FINITE)
    far = within("distance", distance, up, FINITE, above=True)
    echo = within("rcs", rcs, 0.0, FINITE)
    if radar.surface == 0.0:
        return math.inf
    sine = up / far
    return echo * math.sqrt((1.0 - sine) * (1.0 + sine)) / (radar.surface * far)


def clutter_limited_range(radar: LookDown, rcs: float, required: float, height: float = 0.0) -> float:
    """Slant range (m) out to which a target at the surface exceeds it by a required ratio.

    At grazing angle 0 it is X = rcs I / (sigma0 theta (c tau / 2) q); with R sec psi = X and sin psi = h / R it is
    R^2 = (X^2 + X sqrt(X^2 - 4 h^2)) / 2, and there is no such range where X < 2 h.

    Parameters
    ----------
    radar : LookDown
        Its own values and the surface's.
    rcs : float
        Radar cross section, m2, at least 0.
    required : float
        Least ratio q of target to surface, linear, above 0.
    height : float
        Of the radar over the surface, m, at least 0.

    Returns
    -------
    float
        m; 0 where the target does not exceed the surface at any range, infinite over one that returns nothing.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> radar = textbook.LookDown(sigma0=0.001, azimuth=0.02, pulse=1e-6, improvement=1e5)
    >>> round(textbook.clutter_limited_range(radar, rcs=0.1, required=20.0, height=9000.0))
    166538
    """
    least = within("required", required, 0.0, FINITE, above=True)
    up, echo = within("height", height, 0.0, FINITE), within("rcs", rcs, 0.0, FINITE)
    if echo == 0.0:
        return 0.0
    if radar.surface == 0.0:
        return math.inf
    level = echo / (radar.surface * least)
    ratio = 2.0 * up / level
    if ratio > 1.0:
        return 0.0
    return level * math.sqrt(0.5 + 0.5 * math.sqrt((1.0 - ratio) * (1.0 + ratio)))


# ------------------------------------------------------------------ what a remote track is worth


def cue_spread(position: float, velocity: float, acceleration: float, delay: float) -> float:
    """Standard deviation (m) of where a target is when a cue arrives: sqrt(sp^2 + (sv t)^2 + (a t^2 / 2)^2).

    Parameters
    ----------
    position : float
        Deviation sp of the track in position, m, at least 0.
    velocity : float
        Deviation sv of the track in velocity, m/s, at least 0.
    acceleration : float
        Of a target that may turn, m/s2, at least 0.
    delay : float
        From the track's time to the search, s, at least 0.

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
    >>> textbook.cue_spread(position=30.0, velocity=4.0, acceleration=0.0, delay=10.0)
    50.0
    """
    wait = within("delay", delay, 0.0, FINITE)
    moved = within("velocity", velocity, 0.0, FINITE) * wait
    turned = 0.5 * within("acceleration", acceleration, 0.0, FINITE) * wait * wait
    return math.hypot(within("position", position, 0.0, FINITE), moved, turned)


class CueSearch(NamedTuple):
    """Beams that a cue makes a radar search, and the mean time until the target's own (s)."""

    beams: int
    mean_time: float


def cue_search(spread: float, distance: float, beamwidth: float, dwell: float, deviations: float = 2.0) -> CueSearch:
    """Beams, edge to edge, that cover so many deviations of a cue either way in two angles, and the mean time of it.

    n = ceil(2 m s / (R theta)) in each angle, n^2 in all; the target is in each of them alike, so that on average half
    of the others come before its own: (n^2 - 1) / 2 dwells.

    Parameters
    ----------
    spread : float
        Standard deviation s of the cue across the line of sight, m, at least 0.
    distance : float
        From the radar to the cue, m, above 0.
    beamwidth : float
        rad, above 0.
    dwell : float
        In each beam, s, at least 0.
    deviations : float
        Covered either way, m, at least 0.

    Returns
    -------
    CueSearch
        ``beams``, at least 1, and the ``mean_time``, which is 0 where the cue fits into one beam.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.cue_search(spread=700.0, distance=80e3, beamwidth=0.02, dwell=0.02)
    CueSearch(beams=4, mean_time=0.03)
    """
    cell = within("distance", distance, 0.0, FINITE, above=True) * within(
        "beamwidth", beamwidth, 0.0, FINITE, above=True
    )
    across = 2.0 * within("deviations", deviations, 0.0, FINITE) * within("spread", spread, 0.0, FINITE) / cell
    side = max(1, math.ceil(across * (1.0 - ROUNDING)))
    return CueSearch(side * side, 0.5 * (side * side - 1) * within("dwell", dwell, 0.0, FINITE))


class Shots(NamedTuple):
    """Shots at a closing target, and the ranges of the first and the last meeting (m; None without a shot)."""

    shots: int
    first: float | None
    last: float | None


def successive_shots(
    first_launch: float, reach: float, least: float, speeds: tuple[float, float], look: float
) -> Shots:
    """Shoot-look-shoot at a target that flies straight in, launches from a range at which its track begins.

    A launch at range X meets it at P = X u / (u + v), or waits until that is the reach; the next one follows a look
    later, at P - v t.  Only the range of the first launch tells a battery that fires on a remote track from one that is
    bound to its own horizon.

    Parameters
    ----------
    first_launch : float
        Range of the target when the first round could be launched, m, at least 0.
    reach : float
        Greatest range of a meeting, m, above 0.
    least : float
        Least range of a meeting, m, above 0.
    speeds : (float, float)
        Of the round and of the target, u and v, m/s, above 0.
    look : float
        From a meeting to the next launch, s, at least 0.

    Returns
    -------
    Shots
        ``shots``, and the meetings ``first`` and ``last``.

    Raises
    ------
    InputError
        For a number outside its domain, or where the shots have no end worth counting (more than 100,000).

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.successive_shots(40e3, reach=150e3, least=5e3, speeds=(1000.0, 250.0), look=8.0).shots
    6
    """
    start = within("first_launch", first_launch, 0.0, FINITE)
    ends = [within(name, far, 0.0, FINITE, above=True) for name, far in (("reach", reach), ("least", least))]
    fast = [
        within(f"speed of the {of}", v, 0.0, FINITE, above=True)
        for of, v in zip(("round", "target"), speeds, strict=True)
    ]
    pause = within("look", look, 0.0, FINITE)
    step = fast[1] * (pause * fast[0] + ends[1]) / (fast[0] + fast[1])  # least difference of two meetings
    if step < min(start, ends[0]) / MOST_SHOTS:
        raise InputError(
            "look", f"{pause} s leaves more than {MOST_SHOTS} shots", "Give a longer look or a slower round"
        )
    meetings = firing_opportunities(start, fast[1], fast[0], 0.0, pause, *ends)
    return Shots(len(meetings), meetings[0], meetings[-1]) if meetings else Shots(0, None, None)
