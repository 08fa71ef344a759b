"""Rasters that the package rasterio (extra ``geo``) reads: GeoTIFF, also cloud-optimized, VRT, and Esri float and BIL.

Only the windows that somebody asks for are read.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.earth.packings import check_sidecars, member_of, vrt_sources
from openiads.earth.tiles import Frame, Heights, Window

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".vrt": "VRT", ".bil": "EHdr", ".flt": "EHdr"}
CACHE = 36_000_000  # bytes of decoded blocks that GDAL keeps, of one file at a time; it would take 5 % of all memory
MAPPED = 3_000_000  # bytes from which memory is asked of the system, and goes back to it when it is freed
METERS = ("", "m", "meter", "meters", "metre", "metres")


class Raster:
    """A raster of one band on a grid of degrees.

    Parameters
    ----------
    path : Path
        Of the file; one in a .zip is read where it is.
    """

    def __init__(self, path: Path) -> None:
        try:
            import rasterio
        except ImportError as missing:
            remedy = f"Convert the file to .asc, or install it with: {how_to_install('geo')}"
            raise InputError(str(path), "reading GeoTIFF needs the package rasterio", remedy) from missing
        self._path, self._name, inside = path, str(path), path
        if path.suffix.lower() == ".zip":
            inside = Path(member_of(path))
            self._name = f"/vsizip/{path.resolve()}/{inside.as_posix()}"
        if inside.suffix.lower() == ".vrt":
            vrt_sources(path)
        check_sidecars(path)
        self._driver = DRIVERS[inside.suffix.lower()]
        try:
            _map_blocks()
            with rasterio.Env(GDAL_CACHEMAX=CACHE), rasterio.open(self._name, driver=self._driver) as file:
                self.frame = _frame(path, file)
        except rasterio.errors.RasterioError as problem:
            raise self._unreadable() from problem

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """Windows of heights in meters: scale and offset of the band are applied."""
        import rasterio

        if not windows:
            return
        rows = self.frame.rows
        try:
            with rasterio.Env(GDAL_CACHEMAX=CACHE), rasterio.open(self._name, driver=self._driver) as file:
                scale, offset = float(file.scales[0]), float(file.offsets[0])
                for first, end, west, east in windows:
                    window = ((rows - end, rows - first), (west, east))
                    raw = file.read(1, window=window, masked=True)
                    yield _meters(raw, scale, offset)[::-1]
        except rasterio.errors.RasterioError as problem:
            raise self._unreadable() from problem

    def _unreadable(self) -> InputError:
        kind = {"GTiff": "a GeoTIFF", "VRT": "a VRT"}.get(self._driver, "a raster")
        reason = f"cannot be read as {kind}: of another kind, cut short or damaged"
        return InputError(str(self._path), reason, "Fetch it again, or write it again as a plain GeoTIFF.")


@functools.cache
def _map_blocks() -> None:
    """Let the blocks that GDAL decodes, of 4 MB in the usual tiles, go back to the system when they are freed.

    glibc learns to keep what is freed at that size, in pieces between smaller things: 100 MB after a dozen tiles.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # other C libraries do not know it, nor need it
            ctypes.CDLL(None).mallopt(-3, MAPPED)  # M_MMAP_THRESHOLD


def _meters(raw: np.ma.MaskedArray, scale: float, offset: float) -> Heights:
    """Heights of what a band holds; NaN where it is masked, and its extremes as they are, so that they stand out."""
    if scale == 1.0 and offset == 0.0:
        return np.ma.filled(raw.astype(np.float32), np.nan)
    heights = raw.data.astype(float) * scale + offset
    if np.issubdtype(raw.dtype, np.integer) and raw.dtype.itemsize > 1:
        ends = np.iinfo(raw.dtype)
        extreme = (raw.data == ends.max) | ((raw.data == ends.min) & (ends.min < 0))
        heights = np.where(extreme, raw.data.astype(float), heights)
    heights[np.ma.getmaskarray(raw)] = np.nan
    return heights.astype(np.float32)


def _frame(path: Path, file: DatasetReader) -> Frame:
    """Where the cells of an opened file lie; InputError for what is no grid of degrees of one band in meters."""
    if file.crs is None:
        raise InputError(str(path), "says no coordinate system", "Write it with EPSG:4326.")
    if not file.crs.is_geographic or file.transform.b or file.transform.d:
        raise InputError(str(path), "not on a latitude-longitude grid", "Reproject it to EPSG:4326.")
    if "OVERVIEW_FILE" in file.tags(ns="OVERVIEWS"):  # coarser copies of the heights, in a file that it names
        raise InputError(str(path), "names another file as its overviews", "Write it again, e.g. with gdal_translate.")
    told = file.crs.to_wkt()
    unit = file.crs.units_factor[0].lower()
    if "degree" not in unit and unit != "unknown":
        raise InputError(str(path), f"coordinates in {unit}", "Reproject it to EPSG:4326.")
    if 'PRIMEM["' in told and 'PRIMEM["Greenwich"' not in told:
        raise InputError(str(path), "longitudes from another meridian than Greenwich", "Reproject it to EPSG:4326.")
    if file.count != 1 or min(file.width, file.height) < 2:
        reason = f"{file.count} bands of {file.width} x {file.height}"
        raise InputError(str(path), reason, "Give one band of at least 2 x 2 cells.")
    if (file.units[0] or "m").lower() not in METERS:
        raise InputError(str(path), f'heights in "{file.units[0]}"', "Convert them to meters.")
    scale, offset = float(file.scales[0]), float(file.offsets[0])
    if not (np.isfinite([scale, offset]).all() and scale > 0.0):
        reason = f"a scale of {scale:g} and an offset of {offset:g}"
        raise InputError(str(path), reason, "Write the heights as meters, with scale 1 and offset 0.")
    a, e, west, north = file.transform.a, file.transform.e, file.transform.c, file.transform.f
    if a <= 0.0 or e >= 0.0:
        raise InputError(str(path), "rows do not run from north to south", "Write it north up.")
    datum = told.split('"')[1] if '"' in told else "unknown"
    return Frame(file.height, file.width, north + e * (file.height - 0.5), west + a / 2, -e, a, 0.5, datum)
