"""The keep-out map as files for other tools: polygons (GeoJSON, KML), cells (CSV, GeoTIFF).

Polygons are the outlines of cells where at least one fire unit may meet a flight of one height; cells say how many may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.faces import geofiles, text
from openiads.faces.envelopes import asked
from openiads.faces.ground import terrain_fields
from openiads.study.coverage import Map
from openiads.study.straight import Target
from openiads.world.build import World

__all__ = ["WRITERS", "KeepOut", "write"]


@dataclass(frozen=True)
class KeepOut:
    """A keep-out map, and what it was asked of."""

    world: World
    units: list[int]
    target: Target
    heights: list[float]  #: m, rising
    above: str  #: what the heights are above: "ground" or "sea"
    counts: NDArray[np.int64]  #: units that may meet it, (heights, rows, columns)
    where: Map


def _told(found: KeepOut) -> dict[str, Any]:
    names = [found.world.names.units[u] for u in found.units]
    return {
        "units": names, "target": asked(found.target), "above": found.above, "limits": "emergent",
        **terrain_fields(found.world.terrain), "note": text.FOOTER,
    }  # fmt: skip


def _areas(found: KeepOut) -> Iterator[geofiles.Area]:
    lats, lons = np.degrees(found.where.lats), np.degrees(found.where.lons)
    for k, height in enumerate(found.heights):
        cells = (found.counts[k] > 0) & found.where.known
        area = round(float((found.where.areas * cells).sum()) * 1e-6, 3)
        title = f"exposed at {height:g} m above {found.above}"
        told = {"height_m": height, "area_km2": area, **_told(found)}
        yield geofiles.Area(title, told, geofiles.polygons(cells, lons, lats), k)


def _geojson(found: KeepOut, path: Path) -> None:
    geofiles.geojson(_areas(found), path)


def _kml(found: KeepOut, path: Path) -> None:
    geofiles.kml(_areas(found), path, "Keep-out map")


def _csv(found: KeepOut, path: Path) -> None:
    lat, lon = np.meshgrid(np.degrees(found.where.lats), np.degrees(found.where.lons), indexing="ij")
    above = "agl" if found.above == "ground" else "amsl"
    heads = ["latitude_deg", "longitude_deg", "ground_m", "terrain_known"]
    heads += [f"units_at_{height:g}_m_{above}" for height in found.heights]
    table = np.column_stack([each.ravel() for each in (lat, lon, found.where.ground, found.where.known, *found.counts)])
    forms = ["%.6f", "%.6f", "%.1f", "%d"] + ["%d"] * len(found.heights)
    geofiles.csv(path, heads, forms, table)


def _tiff(found: KeepOut, path: Path) -> None:
    bands = [
        (f"fire units that may meet a flight at {height:g} m above the {found.above}",
         np.where(found.where.known, found.counts[k], np.nan))
        for k, height in enumerate(found.heights)
    ]  # fmt: skip
    tags = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in _told(found).items()}
    geofiles.geotiff(path, np.degrees(found.where.lats), np.degrees(found.where.lons), bands, tags)


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[KeepOut, Path], None]] = {
    ".geojson": _geojson, ".kml": _kml, ".csv": _csv, ".tif": _tiff,
}  # fmt: skip


def write(found: KeepOut, path: Path) -> None:
    """Write a keep-out map in the format that a file's name asks for; pictures are `faces.reach_map`'s."""
    WRITERS[path.suffix.lower()](found, path)
