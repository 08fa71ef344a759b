"""The keep-out map as files for other tools: outlines and cells (`faces.layers`), with emergent and published limits.

Polygons are the outlines of cells where at least one fire unit may meet a flight of one height; cells say how many may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.faces import layers, text
from openiads.faces.envelopes import asked
from openiads.faces.geofiles import Area
from openiads.faces.ground import terrain_fields
from openiads.faces.layers import Column, Layers
from openiads.study.coverage import Map
from openiads.study.straight import Target
from openiads.world.build import World

__all__ = ["ENDINGS", "KeepOut", "write"]

ENDINGS = tuple(layers.WRITERS)


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


def _told(found: KeepOut) -> dict[str, Any]:
    names = [found.world.names.units[u] for u in found.units]
    return {
        "units": names, "target": asked(found.target), "above": found.above, **terrain_fields(found.world.terrain),
        "note": text.FOOTER,
    }  # fmt: skip


def _areas(found: KeepOut) -> Iterator[Area]:
    for arm, counts in found.counts.items():
        for k, height in enumerate(found.heights):
            title = f"exposed at {height:g} m above {found.above}, {arm} limits"
            told = {"limits": arm, "height_m": height, "area_km2": round(found.area(arm, k) * 1e-6, 3), **_told(found)}
            yield Area(title, told, layers.outlined(found.where, (counts[k] > 0) & found.where.known), k)


def _columns(found: KeepOut) -> Iterator[Column]:
    for arm, counts in found.counts.items():
        for k, height in enumerate(found.heights):
            words = f"fire units that may meet a flight at {height:g} m above the {found.above}, {arm} limits"
            yield Column(f"units_at_{height:g}_m_{layers.suffix(found.above)}_{arm}", words, "%d", counts[k])


def write(found: KeepOut, path: Path) -> None:
    """Write a keep-out map in the format that a file's name asks for; pictures are `faces.reach_map`'s."""
    tags = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in _told(found).items()}
    layers.write(Layers("Keep-out map", found.where, _areas(found), list(_columns(found)), tags), path)
