"""How likely looks of a radar detect: averaged over the target's fluctuation, one look or M of N.

The detection tables are the engine's own (`physics.detection`), and so is the way fluctuation is shared: looks within
one slot of the decorrelation time see the same cross-section, looks of different slots see independent ones.  Targets
that fluctuate from pulse to pulse (Swerling 2 and 4) have tables of their own and fade no further.

The average over the fluctuation is a quadrature in the logarithm of the cross-section, because the last misses come
from the rare deep fades: at probability 0.9999 from those to a ten-thousandth of the mean and less.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.physics.detection import TABLE_HEADER, table_of

Floats = NDArray[np.float64]

NODES = 160  # of the quadrature over a fluctuation
DEEPEST, HIGHEST = 1e-7, 40.0  # cross-sections over the mean between which they lie
MOST_LOOKS = 64
DECIBELS = np.linspace(-40.0, 80.0, 1201)  # mean signal-to-noise ratios of a curve


class Fades(NamedTuple):
    """Cross-sections over their mean, and how likely each is: two arrays of one length, the weights sum to 1."""

    factors: Floats
    weights: Floats


@lru_cache
def fades(swerling: int) -> Fades:
    """Fluctuation of the cross-section from look to look as a quadrature; one value where there is none.

    Parameters
    ----------
    swerling
        Case 0 to 4.  The steady case has no fluctuation, and that of 2 and 4 is in their tables.
    """
    if swerling not in (1, 3):
        return Fades(np.ones(1), np.ones(1))
    x = np.geomspace(DEEPEST, HIGHEST, NODES)
    density = np.exp(-x) if swerling == 1 else 4.0 * x * np.exp(-2.0 * x)
    weights = density * x  # equal steps of the logarithm
    return Fades(x, weights / weights.sum())


def probabilities(tables: Floats, at: int, snr: Floats) -> Floats:
    """`physics.detection.probability_at` for an array of ratios (linear), of the same shape."""
    count, first, steps, alarm = tables[at : at + TABLE_HEADER]
    values = tables[at + TABLE_HEADER : at + TABLE_HEADER + int(count)]
    with np.errstate(divide="ignore"):
        place = (10.0 * np.log10(np.maximum(snr, 0.0)) - first) * steps
    return np.interp(place, np.arange(int(count)), values, left=alarm, right=1.0)


def chances(tables: Floats, at: int, snr: Floats, swerling: int) -> Floats:
    """Probability that a look detects at each ratio (linear) and each fade of a Swerling case: (ratios, fades).

    at : of the radar's steady table in the arena
    """
    return probabilities(tables, table_of(tables, at, swerling), snr[:, None] * fades(swerling).factors)


def look_probability(tables: Floats, at: int, snr: float, swerling: int = 1) -> float:
    """Probability that one look detects, averaged over the fluctuation of the cross-section.

    tables, at : the arena and the radar's detection table;  snr : mean ratio, linear
    """
    return float(chances(tables, at, np.array([snr]), swerling)[0] @ fades(swerling).weights)


def look_curve(
    tables: Floats,
    at: int,
    swerling: int = 1,
    looks: tuple[int, int] = (1, 1),
    interval: float = math.inf,
    decorrelation: float = 1.0,
) -> Floats:
    """Probability of at least M detections in N looks at each mean ratio of ``DECIBELS``, which it never falls with.

    looks : (M, N), 1 <= M <= N <= 64;  interval : s between looks;  decorrelation : s within which looks see the same
    cross-section.  InputError for other looks.
    """
    wanted, count = looks
    if not 1 <= wanted <= count <= MOST_LOOKS:
        raise InputError("looks", f"{wanted} of {count}", f"Give M of N with 1 <= M <= N <= {MOST_LOOKS}.")
    snr = 10.0 ** (DECIBELS / 10.0)
    chance, weights = chances(tables, at, snr, swerling), fades(swerling).weights
    shared = min(max(int(decorrelation / interval), 1), count) if interval > 0.0 else count
    hits = np.zeros((len(snr), count + 1))
    hits[:, 0] = 1.0
    for begin in range(0, count, shared):
        size = min(shared, count - begin)
        ways = [math.comb(size, k) * chance**k * (1.0 - chance) ** (size - k) for k in range(size + 1)]
        slot = np.stack(ways) @ weights
        before, hits = hits, np.zeros_like(hits)
        for k in range(size + 1):
            hits[:, k:] += slot[k][:, None] * before[:, : count + 1 - k]
    return np.maximum.accumulate(np.clip(hits[:, wanted:].sum(axis=1), 0.0, 1.0))


def needed_snr(curve: Floats, probability: float) -> float:
    """The mean ratio (linear) at which a curve of ``look_curve`` first reaches a probability; infinite if none does.

    InputError unless 0 < probability < 1.
    """
    _checked(probability)
    if curve[-1] < probability:
        return math.inf
    k = int(np.argmax(curve >= probability))
    if k == 0:
        return float(10.0 ** (DECIBELS[0] / 10.0))
    share = (probability - curve[k - 1]) / (curve[k] - curve[k - 1])
    return float(10.0 ** ((DECIBELS[k - 1] + share * (DECIBELS[k] - DECIBELS[k - 1])) / 10.0))


def required_snr(tables: Floats, at: int, probability: float, swerling: int = 1) -> float:
    """The mean signal-to-noise ratio (linear) at which one look detects with a probability; infinite if none does.

    tables, at : the arena and the radar's detection table;  probability : above 0, below 1
    """
    _checked(probability)
    low, high = float(DECIBELS[0]), float(DECIBELS[-1])
    if look_probability(tables, at, 10 ** (high / 10), swerling) < probability:
        return math.inf
    for _ in range(40):
        middle = 0.5 * (low + high)
        if look_probability(tables, at, 10 ** (middle / 10), swerling) < probability:
            low = middle
        else:
            high = middle
    return float(10 ** (high / 10))


def _checked(probability: float) -> None:
    if not 0.0 < probability < 1.0:
        raise InputError("coverage", f"detection probability {probability}", "Give a number between 0 and 1.")
