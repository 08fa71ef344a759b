"""Maps as files for other tools: outlines of cells as GeoJSON, KML and CZML, cells as rows of numbers and as GeoTIFF.

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
from openiads.faces.geo import czml, geojson, kml
from openiads.faces.geo.areas import Area
from openiads.runs.disk import save

#: Ending of a file name -> what makes a file of areas under a title.
OUTLINED: dict[str, Callable[[Iterable[Area], str], bytes]] = {
    ".geojson": lambda areas, title: geojson.areas(areas),
    ".kml": kml.areas,
    ".czml": czml.areas,
}


def outlined(areas: Iterable[Area], path: Path, title: str) -> None:
    """Write areas in the format that a file's name asks for."""
    save(path, OUTLINED[path.suffix.lower()](areas, title))


def csv(path: Path, heads: Sequence[str], forms: Sequence[str], table: NDArray[Any]) -> None:
    """Write rows of numbers under heads; table : (rows, columns), forms : how each column is printed, "%.2f"."""
    out = io.BytesIO()
    np.savetxt(out, table, fmt=list(forms), delimiter=",", header=",".join(heads), comments="")
    save(path, out.getvalue())


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
