"""Maps as files for other tools: outlines of cells as GeoJSON, KML, CZML and GeoParquet, cells as rows of numbers, as
GeoTIFF and as NetCDF.

Every file is made in memory and then written by ``save``: whole, or not at all and what had its name is kept.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.faces.geo import czml, geojson, geoparquet, kml
from openiads.faces.geo.areas import Area
from openiads.faces.geo.grids import Grid
from openiads.runs.disk import save

#: Ending of a file name -> what makes a file of areas under a title, with its provenance.
OUTLINED: dict[str, Callable[[Iterable[Area], str, Mapping[str, str]], bytes]] = {
    ".geojson": lambda areas, title, about: geojson.areas(areas),
    ".kml": lambda areas, title, about: kml.areas(areas, title),
    ".czml": lambda areas, title, about: czml.areas(areas, title),
    ".parquet": geoparquet.areas,
}


def outlined(areas: Iterable[Area], path: Path, title: str, about: Mapping[str, str]) -> None:
    """Write areas in the format that a file's name asks for.

    about : provenance, for formats that have a place for it
    """
    save(path, OUTLINED[path.suffix.lower()](areas, title, about))


def csv(path: Path, heads: Sequence[str], forms: Sequence[str], table: NDArray[Any]) -> None:
    """Write rows of numbers under heads; table : (rows, columns), forms : how each column is printed, "%.2f"."""
    out = io.BytesIO()
    np.savetxt(out, table, fmt=list(forms), delimiter=",", header=",".join(heads), comments="")
    save(path, out.getvalue())


def grid(path: Path, found: Grid) -> None:
    """Write labeled arrays as NetCDF."""
    from openiads.faces.geo.netcdf import netcdf

    save(path, netcdf(found))


def geotiff(
    path: Path,
    lats: NDArray[Any],
    lons: NDArray[Any],
    bands: Sequence[tuple[str, NDArray[Any]]],
    tags: Mapping[str, str],
) -> None:
    """Write bands of cells, each with a description, in EPSG:4326 as float32; what is not finite is "no data".

    lats, lons : centers of the cells, degrees, rising evenly;  bands : (what it is, values (rows, columns)).
    InputError without the package rasterio.
    """
    try:
        import rasterio
    except ImportError as missing:
        remedy = f"Write another format, or install it with: {how_to_install('geo')}"
        raise InputError(str(path), "writing GeoTIFF needs the package rasterio", remedy) from missing
    north, east = lats[1] - lats[0], lons[1] - lons[0]
    corner = rasterio.transform.from_origin(lons[0] - east / 2, lats[-1] + north / 2, east, north)
    shape = {"height": len(lats), "width": len(lons), "count": len(bands), "dtype": "float32"}
    # In memory: on a full disk GDAL closes a file of no bytes without a word.
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", crs="EPSG:4326", transform=corner, nodata=math.nan, compress="deflate", **shape
        ) as file:
            for n, (name, values) in enumerate(bands, 1):
                file.write(np.where(np.isfinite(values), values, np.nan)[::-1].astype(np.float32), n)
                file.set_band_description(n, name)
            file.update_tags(**tags)
        save(path, bytes(memory.getbuffer()))
