"""The keep-out map as files: outlines and cells (`faces.geo.layers`), with emergent and published limits.

Polygons are the outlines of cells where at least one fire unit may meet a flight of one height; cells say how many may.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from openiads.faces.geo import grids, layers
from openiads.faces.geo.areas import Area
from openiads.faces.geo.layers import Column, Layers
from openiads.faces.geo.provenance import provenance
from openiads.faces.words import text
from openiads.faces.words.envelope import asked
from openiads.faces.words.terrain import terrain_fields
from openiads.reach.keep_out import KeepOut

ENDINGS = tuple(layers.WRITERS)


def _told(found: KeepOut) -> dict[str, Any]:
    names = [found.world.names.units[u] for u in found.units]
    return {
        "units": names,
        "target": asked(found.target),
        "above": found.above,
        **terrain_fields(found.world.terrain),
        "note": text.FOOTER,
    }


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


def layers_of(found: KeepOut) -> Layers:
    """What is written of a keep-out map."""
    tags = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in _told(found).items()}
    tags |= provenance(found.world.scenario.name, found.digest)
    variables = [
        grids.cells(
            f"units_{arm}", f"how many fire units may meet the flight, {arm} limits", "1", counts.astype(np.int16)
        )
        for arm, counts in found.counts.items()
    ]
    above = [grids.heights(found.heights, found.above)]
    return Layers("Keep-out map", found.where, _areas(found), list(_columns(found)), tags, above, variables)


def write(found: KeepOut, path: Path) -> None:
    """Write a keep-out map in the format that a file's name asks for; pictures are `faces.draw.keep_out`'s."""
    layers.write(layers_of(found), path)
