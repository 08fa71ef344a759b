"""Height files as publishers name and lay them out, written by GDAL and read by openiads with and without it."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from openiads.earth import rasters
from openiads.earth.rasters import source_of

rasterio = pytest.importorskip("rasterio")


def plane(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Ground that rises by 60 m a degree to the north and 30 m to the east, without a bend anywhere."""
    return 100.0 + 60.0 * (lat - 30.0) + 30.0 * (lon - 30.0)


def written(path: Path, driver: str, south: int, west: int, shape: tuple[int, int], *, posts: bool, **how: str) -> Path:
    """A square degree of the plane, of posts on the rims or of cells centered on the northern and western rim."""
    from rasterio.shutil import copy
    from rasterio.transform import Affine

    rows, columns = shape
    high, wide = 1.0 / (rows - posts), 1.0 / (columns - posts)
    lat = south + 1.0 - np.arange(rows)[:, None] * high
    lon = west + np.arange(columns)[None, :] * wide
    heights = plane(lat, lon)
    place = Affine(wide, 0.0, west - wide / 2, 0.0, -high, south + 1.0 + high / 2)
    kind = "int16" if posts else "float32"
    told = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": kind, "crs": "EPSG:4326"}
    with rasterio.MemoryFile() as memory:
        with memory.open(transform=place, **told) as file:
            file.write(np.round(heights).astype(kind) if posts else heights.astype(kind), 1)
        with memory.open() as file:
            copy(file, path, driver=driver, **how)
    return path


def off(files: list[Path] | Path, south: float, west: float, north: float, east: float) -> float:
    """The greatest error (m) of ground from files against the plane, over a box."""
    lat, lon = np.meshgrid(np.linspace(south, north, 83), np.linspace(west, east, 79), indexing="ij")
    land = rasters.from_file(files)
    return float(np.abs(land.height(np.radians(lat), np.radians(lon)) - plane(lat, lon)).max())


@pytest.mark.parametrize(("south", "columns"), [(34, 1200), (50, 800), (60, 600), (70, 400), (80, 240), (85, 120)])
def test_copernicus_tiles_are_read_in_every_band_of_latitude(tmp_path, south, columns):
    tiles = [
        written(tmp_path / f"Copernicus_DSM_COG_30_N{south}_00_E{west:03d}_00_DEM.tif", "COG", south, west,
                (1200, columns), posts=False, compress="DEFLATE")
        for west in (34, 35)
    ]  # fmt: skip
    half = 15.0 / columns + 60.0 / 2400.0  # m that the plane rises over half a cell, at the rim of all data
    assert off([tmp_path], south + 0.01, 34.01, south + 0.99, 35.9) < half
    assert off(tiles, south + 0.01, 34.01, south + 0.99, 34.98) < 0.001


def test_copernicus_tiles_meet_where_the_spacing_changes(tmp_path):
    for south, columns in ((49, 1200), (50, 800)):
        written(tmp_path / f"Copernicus_DSM_COG_30_N{south}_00_E034_00_DEM.tif", "COG", south, 34,
                (1200, columns), posts=False)  # fmt: skip
    assert off([tmp_path], 49.01, 34.01, 50.99, 34.99) < 60.0 / 2400.0 + 0.01


@pytest.mark.parametrize(("ending", "count"), [("dt0", 121), ("dt1", 1201), ("dt2", 3601)])
def test_dted_of_every_level_is_read(tmp_path, ending, count):
    path = written(tmp_path / f"n34.{ending}", "DTED", 34, 35, (count, count), posts=True)
    assert off(path, 34.0, 35.0, 35.0, 36.0) <= 0.51
    assert source_of(path).frame.bounds == pytest.approx((34.0, 35.0, 35.0, 36.0))


@pytest.mark.parametrize("count", [1201, 3601])
@pytest.mark.parametrize("packed", ["", ".zip", "NASADEM_HGT_n34e035.zip"])
def test_srtm_is_read_plain_and_as_published(tmp_path, count, packed):
    path = written(tmp_path / "N34E035.hgt", "SRTMHGT", 34, 35, (count, count), posts=True)
    if packed:
        outer = tmp_path / (packed if packed.startswith("NASADEM") else path.name + packed)
        inner = "n34e035" if packed.startswith("NASADEM") else "N34E035"
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, f"{inner}.hgt")
            if packed.startswith("NASADEM"):
                archive.writestr(f"{inner}.num", b"\1" * 100)
                archive.writestr(f"{inner}.swb", b"\0" * 100)
        path = outer
    assert off(path, 34.0, 35.0, 35.0, 36.0) <= 0.51


@pytest.mark.parametrize(("shape", "how"), [((120, 120), {}), ((120, 80), {}), ((120, 80), {"FORCE_CELLSIZE": "YES"})])
def test_esri_ascii_is_read_as_gdal_writes_it(tmp_path, shape, how):
    path = written(tmp_path / "a.asc", "AAIGrid", 34, 35, shape, posts=False, **how)
    if how:  # one size for both ways: GDAL says so against its better knowledge, and it is the file that counts
        with rasterio.open(path) as file:
            assert source_of(path).frame.lon_step == pytest.approx(file.transform.a)
        return
    assert ("dx" in path.read_text()[:200]) == (shape[0] != shape[1])
    assert off(path, 34.01, 35.0, 34.99, 35.97) < 0.001


def test_with_and_without_rasterio_heights_are_the_same(tmp_path, monkeypatch):
    files = [
        written(tmp_path / "N34E035.hgt", "SRTMHGT", 34, 35, (1201, 1201), posts=True),
        written(tmp_path / "n35.dt1", "DTED", 35, 35, (1201, 1201), posts=True),
        written(tmp_path / "a.asc", "AAIGrid", 36, 35, (120, 120), posts=False),
    ]
    theirs = {}
    for path in files:
        with rasterio.open(path) as file:
            theirs[path] = file.read(1)[::-1]
    monkeypatch.setitem(sys.modules, "rasterio", None)
    for path in files:
        source = source_of(path)
        (mine,) = source.read([(0, source.frame.rows, 0, source.frame.columns)])
        np.testing.assert_array_equal(mine, theirs[path].astype(np.float32))
