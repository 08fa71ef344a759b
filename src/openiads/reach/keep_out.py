"""The keep-out map: over which ground a flight is exposed, to how many fire units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.reach.coverage import Map
from openiads.reach.straight import Target
from openiads.world.build import World


@dataclass(frozen=True)
class KeepOut:
    """A keep-out map, and what it was asked of."""

    world: World
    units: list[int]
    target: Target
    heights: list[float]  #: m, rising
    above: str  #: what the heights are above: "ground" or "sea"
    counts: Mapping[str, NDArray[np.int64]]  #: units that may meet it, by arm, (heights, rows, columns)
    where: Map

    def area(self, arm: str, k: int) -> float:
        """Where at least one unit may meet a flight of height ``k``, m2."""
        return float((self.where.areas * ((self.counts[arm][k] > 0) & self.where.known)).sum())
