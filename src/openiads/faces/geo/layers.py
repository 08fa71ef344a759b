"""Maps of cells as files: outlines (GeoJSON, KML, CZML, GeoParquet), and every cell (CSV, GeoTIFF, NetCDF)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.faces.geo import areas, files, grids
from openiads.faces.geo.areas import Area
from openiads.faces.geo.grids import Grid, Variable
from openiads.reach.maps import Map


@dataclass(frozen=True)
class Column:
    """One number a cell."""

    head: str  #: of the column of a table
    words: str  #: of the band of a GeoTIFF
    form: str  #: how a table prints it, "%.1f"
    values: NDArray[Any]  #: (rows, columns)


@dataclass(frozen=True)
class Layers:
    """What is written of one map."""

    title: str
    where: Map
    areas: Iterable[Area]
    columns: Sequence[Column]
    tags: Mapping[str, str]  #: provenance and what was asked: of a GeoTIFF, a NetCDF and a GeoParquet file
    coordinates: Sequence[Variable] = ()  #: of labeled arrays, beside latitude and longitude
    variables: Sequence[Variable] = ()  #: of labeled arrays, beside the ground


def suffix(above: str) -> str:
    """How the head of a column says what heights are above ("ground" or "sea")."""
    return "agl" if above == "ground" else "amsl"


def outlined(where: Map, cells: NDArray[np.bool_]) -> list[list[areas.Ring]]:
    """Polygons of some cells of a map."""
    return areas.polygons(cells, np.degrees(where.lons), np.degrees(where.lats))


def _outlines(found: Layers, path: Path) -> None:
    files.outlined(found.areas, path, found.title, found.tags)


def _csv(found: Layers, path: Path) -> None:
    where = found.where
    lat, lon = np.meshgrid(np.degrees(where.lats), areas.wrapped(np.degrees(where.lons)), indexing="ij")
    heads = ["latitude_deg", "longitude_deg", "ground_m", "terrain_known", *(each.head for each in found.columns)]
    forms = ["%.6f", "%.6f", "%.1f", "%d", *(each.form for each in found.columns)]
    columns = [lat, lon, where.ground, where.known, *(each.values for each in found.columns)]
    files.csv(path, heads, forms, np.column_stack([column.ravel() for column in columns]))


def _tiff(found: Layers, path: Path) -> None:
    where = found.where
    bands = [(each.words, np.where(where.known, each.values.astype(np.float32), np.nan)) for each in found.columns]
    files.geotiff(path, np.degrees(where.lats), np.degrees(where.lons), bands, found.tags)


def grid(found: Layers) -> Grid:
    """A map as labeled arrays."""
    return grids.grid_of(found.where, found.title, found.tags, found.coordinates, found.variables)


def _netcdf(found: Layers, path: Path) -> None:
    files.grid(path, grid(found))


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[Layers, Path], None]] = {
    **dict.fromkeys(files.OUTLINED, _outlines),
    ".csv": _csv,
    ".tif": _tiff,
    ".nc": _netcdf,
}


def write(found: Layers, path: Path) -> None:
    """Write a map in the format that a file's name asks for."""
    WRITERS[path.suffix.lower()](found, path)
