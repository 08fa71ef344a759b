"""Bursts of a gun: chance of a hit by one round and by many that share an aiming error, and the flight of their shells.

Rounds scatter normally about the center of their burst, by the dispersion d (rad) in each axis across the line of
fire; the center lies off the target by the bias (rad) in each axis, drawn once for the whole burst.  So a burst is not
so many independent rounds: more of them do not cure a bias.  The target is a disc of radius a square to the line of
fire, and a round that hits it kills with a probability of its own.

Sources: Driels, Weaponeering, 2nd edition, 2013 (bursts, bias); Przemieniecki, Mathematical Methods in Defense
Analyses, 3rd edition, 2000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

STRIPS = 96  # across the disc
FARTHEST = 9.0  # deviations beyond which nothing of a normal law is counted
PANELS = (0.0, 0.1, 0.4, 1.2, 3.0, FARTHEST)  # of the mean over the bias, in deviations of it,
NODES = 24  # and places of Gauss and Legendre in each


@kernel("f8(f8, f8, f8)", entry=True)
def round_hit(radius, deviation, offset):
    """Probability that one round hits a disc of ``radius`` (m) whose center is ``offset`` (m) off its mean.

    deviation : of the round, m, in each of two axes; 0: it comes exactly there

    The integral over the disc in strips at equal steps of an angle, which is exact to 1e-9 while the disc is not much
    wider than the scatter, and to 1e-6 beyond; 1 - exp(-a^2/2 s^2) without an offset.
    """
    if radius <= 0.0:
        return 0.0
    if deviation <= 0.0:
        return 1.0 if offset <= radius else 0.0
    if offset - radius > FARTHEST * deviation:
        return 0.0
    if radius - offset > FARTHEST * deviation:
        return 1.0
    count = int(math.ceil(STRIPS * max(1.0, min(0.08 * radius / deviation, 50.0))))
    step = math.pi / count
    scale = 1.0 / (1.4142135623730951 * deviation)
    total = 0.0
    for i in range(count):
        angle = -0.5 * math.pi + (i + 0.5) * step
        half = radius * math.cos(angle)
        off = (radius * math.sin(angle) - offset) / deviation
        total += half * math.exp(-0.5 * off * off) * math.erf(half * scale)
    return min(total * step / (2.5066282746310002 * deviation), 1.0)


@kernel("f8(f8, f8)", entry=True)
def any_of(chance, rounds):
    """Probability that at least one of so many independent rounds does what one does with probability ``chance``."""
    if chance >= 1.0:
        return 1.0 if rounds > 0.0 else 0.0
    if chance <= 0.0:
        return 0.0
    if chance < 1e-5:  # 1 - p loses its digits there
        return 1.0 - math.exp(-rounds * chance * (1.0 + 0.5 * chance))
    return 1.0 - math.exp(rounds * math.log(1.0 - chance))


@dataclass(frozen=True)
class Burst:
    """What a burst does to a target.

    Parameters
    ----------
    rounds
        Of the burst.
    dispersion
        rad, of a round about the burst's center, in each axis.
    bias
        rad, of the burst's center about the target, in each axis.
    radius
        m, of the disc that stands for the target.
    hit_kill
        Probability that a hit kills.
    """

    rounds: int
    dispersion: float
    bias: float
    radius: float
    hit_kill: float = 1.0


def burst_kill(burst: Burst, distance: float) -> float:
    """Probability that a burst kills at a distance (m, > 0): 1 - E_b[(1 - k p(b))^n], b the bias.

    With ``hit_kill`` 1 it is the probability of at least one hit.  The mean is over the Rayleigh law of the bias's
    size, to about 1e-7.
    """
    if not distance > 0.0:
        raise InputError("distance", f"{distance} m", "Give a distance above 0.")
    scatter, spread = burst.dispersion * distance, burst.bias * distance
    if spread <= 0.0:
        return float(any_of(burst.hit_kill * round_hit(burst.radius, scatter, 0.0), float(burst.rounds)))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = 0.0
    for low, high in pairwise(PANELS):
        for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
            b = 0.5 * (low + high) + 0.5 * (high - low) * node
            one = burst.hit_kill * round_hit(burst.radius, scatter, b * spread)
            law = 0.5 * (high - low) * weight * b * math.exp(-0.5 * b * b)
            total += law * any_of(one, float(burst.rounds))
    return float(total)


def shell_table(
    shell_speed: float, burst_time: float, reach: tuple[float, float], ranges: int = 65, heights: int = 33
) -> NDArray[np.float64]:
    """A table as `physics.reach.flyout_table` makes of an interceptor, of the burst of a gun.

    Parameters
    ----------
    shell_speed
        Mean, m/s, taken as constant along a straight way.
    burst_time
        s; the burst counts as fired at its middle.
    reach
        Ground range and height, m, out to which the table goes.
    ranges, heights
        Nodes.

    Returns
    -------
    ndarray
        Time is that of half the burst and of the flight of a shell; its lateral acceleration is 0.
    """
    far, high = reach
    if not (shell_speed > 0.0 and burst_time >= 0.0 and far > 0.0 and high > 0.0):
        raise InputError("burst", f"{shell_speed} m/s, {burst_time} s, {far} m by {high} m", "all above 0")
    table = np.zeros(4 + ranges * heights * 3)
    table[:4] = ranges, heights, far / (ranges - 1), high / (heights - 1)
    x, y = np.meshgrid(np.arange(ranges) * table[2], np.arange(heights) * table[3], indexing="ij")
    rows = table[4:].reshape(ranges, heights, 3)
    rows[:, :, 0] = 0.5 * burst_time + np.hypot(x, y) / shell_speed
    rows[:, :, 1] = shell_speed
    return table
