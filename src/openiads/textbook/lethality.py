"""Kill probability in closed form: of a Gaussian miss, of independent shots, and how many shots a goal takes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def gaussian_kill(lethal_radius: float, deviation: float, reliability: float = 1.0) -> float:
    """Kill probability for a miss that is normal with ``deviation`` (m) on each of two axes: R L^2 / (L^2 + s^2)."""
    return reliability * lethal_radius * lethal_radius / (lethal_radius * lethal_radius + deviation * deviation)


def combined(probabilities: ArrayLike) -> float:
    """Probability that at least one of several independent shots kills: 1 - product of (1 - p)."""
    return 1.0 - float(np.prod(1.0 - np.asarray(probabilities, dtype=np.float64)))


def shots_needed(probability: float, goal: float) -> float:
    """Least number of independent shots with 1 - (1 - p)^n >= goal; inf if there is none."""
    if goal <= 0.0:
        return 0.0
    if probability >= 1.0:
        return 1.0
    if probability <= 0.0 or goal >= 1.0:
        return math.inf
    n = max(math.ceil(math.log1p(-goal) / math.log1p(-probability) - 1e-9), 1)
    return float(n)
