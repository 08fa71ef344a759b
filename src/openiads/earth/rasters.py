"""Ground from the user's files: SRTM tiles, Esri ASCII grids and GeoTIFF, checked before they are believed."""

from __future__ import annotations

import gzip
import hashlib
import math
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.earth.terrain import (
    LEVANT,
    METERS_PER_DEGREE,
    Terrain,
    check_choice,
    levant_mean_height,
    outside,
    packaged_grid,
    sample,
)

TALLEST = 9000.0  # m: no ground on Earth is higher
DEEPEST = -500.0  # m: no dry ground is lower
LARGEST = 60_000_000  # cells of one file
LONGEST_NUMBER = 40  # bytes of a height written as text
FOOT = 0.3048  # m


@dataclass(frozen=True)
class Grid:
    """Heights (m) at points: row 0 in the south, column 0 in the west; degrees; ``edge`` is how many cells each side
    reaches beyond the outer points (0 for posts, 0.5 for cells); ``holes`` are points without data, None for none."""

    heights: np.ndarray
    south: float
    west: float
    lat_step: float
    lon_step: float
    edge: float
    holes: np.ndarray | None = None

    def inside(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Whether places (degrees) lie in the covered rectangle, its rim included (1e-9 cells of slack)."""
        slack = self.edge + 1e-9
        row, column = self.fractions(lat, lon)
        rows, columns = self.heights.shape
        return (row >= -slack) & (row <= rows - 1 + slack) & (column >= -slack) & (column <= columns - 1 + slack)

    def known(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Whether the nearest point of places (degrees) lies in the rectangle and has data."""
        found = self.inside(lat, lon)
        if self.holes is not None:
            at = self.fractions(lat, lon)
            row, column = (
                np.clip(np.rint(v), 0, n - 1).astype(int) for v, n in zip(at, self.heights.shape, strict=True)
            )
            found &= ~self.holes[row, column]
        return found

    def fractions(self, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Fractional row and column of places (degrees)."""
        return (lat - self.south) / self.lat_step, (lon - self.west) / self.lon_step


def from_file(paths: str | Path | Iterable[str | Path], on_missing: str = "error") -> Terrain:
    """Terrain from the user's files: .hgt, .hgt.gz, .hgt.zip, .asc (Esri ASCII grid), .tif (extra ``geo``).

    Geographic coordinates in degrees and heights in meters are required.  Where files overlap the first one counts.
    on_missing : holes in the data (when reading) and places outside it (when asking): "error" or "sea" (0 m).
    Raises InputError for a file that is missing, damaged, of the wrong size, or holds implausible heights.
    """
    check_choice(on_missing)
    names = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    if not names:
        raise InputError("terrain files", "none given", "Name at least one file.")
    grids = [_checked(name, _read(name), on_missing) for name in names]

    def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        heights = np.zeros(lat.shape)
        found = np.zeros(lat.shape, dtype=bool)
        for grid in grids:
            here = grid.inside(lat, lon) & ~found
            if here.any():
                heights[here] = sample(grid.heights, *grid.fractions(lat[here], lon[here]))
                found |= here
        if not found.all() and on_missing == "error":
            raise outside(", ".join(name.name for name in names), lat, lon, found)
        return heights

    def known(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        return np.any([grid.known(lat, lon) for grid in grids], axis=0)

    identity = hashlib.sha256(on_missing.encode())
    for grid in grids:
        place = (grid.heights.shape, grid.south, grid.west, grid.lat_step, grid.lon_step, grid.edge)
        identity.update(repr(place).encode() + grid.heights.astype("<f4").tobytes())
    label = names[0].name if len(names) == 1 else f"{names[0].name} and {len(names) - 1} more"
    step = max(grid.lat_step for grid in grids) * METERS_PER_DEGREE
    return Terrain(
        label,
        step,
        surface,
        identity.digest(),
        known=known,
        coarse=step > 500.0,
        files=tuple(name.name for name in names),
        sea_elsewhere=on_missing == "sea",
    )


def _read(path: Path) -> Grid:
    lower = path.name.lower()
    if not path.is_file():
        raise InputError(str(path), "no such terrain file", "Check the name; paths are relative to the scenario.")
    if lower.endswith((".hgt", ".hgt.gz", ".hgt.zip")):
        return _read_hgt(path)
    if lower.endswith(".asc"):
        return _read_asc(path)
    if lower.endswith((".tif", ".tiff")):
        return _read_tiff(path)
    raise InputError(str(path), "not a known kind of terrain file", "Use .hgt, .hgt.gz, .hgt.zip, .asc or .tif.")


def _hgt_bytes(path: Path, limit: int) -> bytes:
    """The contents of a plain or packed .hgt, never more than ``limit`` + 1 bytes of it."""
    try:
        if path.name.lower().endswith(".gz"):
            with gzip.open(path) as file:
                return file.read(limit + 1)
        if path.name.lower().endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                members = [m for m in archive.namelist() if m.lower().endswith(".hgt")]
                if len(members) != 1:
                    raise InputError(str(path), f"holds {len(members)} .hgt files", "Pack exactly one tile a file.")
                with archive.open(members[0]) as member:
                    return member.read(limit + 1)
        with path.open("rb") as plain:
            return plain.read(limit + 1)
    except RuntimeError as problem:  # zipfile's complaint about encrypted or oddly packed members
        remedy = "Pack it plainly, without a password."
        raise InputError(str(path), f"cannot be unpacked ({problem})", remedy) from problem
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise InputError(str(path), f"cannot be unpacked ({problem})", "Fetch the file again.") from problem


def _read_hgt(path: Path) -> Grid:
    named = re.match(r"([NS])(\d{2})([EW])(\d{3})", path.name.upper())
    if named is None:
        raise InputError(str(path), "the name does not say which tile it is", "Name it like N34E036.hgt.")
    south = int(named[2]) * (1 if named[1] == "N" else -1)
    west = int(named[4]) * (1 if named[3] == "E" else -1)
    sizes = {2 * n * n: n for n in (1201, 3601)}
    body = _hgt_bytes(path, max(sizes))
    if len(body) not in sizes:
        reason = f"{len(body)} bytes is not a whole tile (2,884,802 or 25,934,402 bytes)"
        raise InputError(str(path), reason, "The file is cut short or of another kind; fetch it again.")
    n = sizes[len(body)]
    heights = np.frombuffer(body, dtype=">i2").reshape(n, n)[::-1].astype(np.float32)
    return Grid(heights, float(south), float(west), 1.0 / (n - 1), 1.0 / (n - 1), 0.0)


def _read_asc(path: Path) -> Grid:
    _check_asc_size(path)
    words = path.read_text(encoding="ascii", errors="replace").split()
    head: dict[str, float] = {}
    at = 0
    try:
        while at + 1 < len(words) and words[at][:1].isalpha() and words[at].lower() not in ("nan", "inf"):
            head[words[at].lower()] = float(words[at + 1])
            at += 2
        rows, columns, step = int(head["nrows"]), int(head["ncols"]), head["cellsize"]
        south = head["yllcenter"] if "yllcenter" in head else head["yllcorner"] + step / 2
        west = head["xllcenter"] if "xllcenter" in head else head["xllcorner"] + step / 2
        values = np.array(words[at:], dtype=np.float32)
    except KeyError as missing:
        reason = f"the header has no {missing.args[0]}"
        raise InputError(str(path), reason, "It needs ncols, nrows, xllcorner, yllcorner, cellsize.") from missing
    except ValueError as problem:
        raise InputError(str(path), f"not a number: {problem}", "Write an Esri ASCII grid of numbers.") from problem
    if not (math.isfinite(step) and step > 0.0):
        raise InputError(str(path), f"a cell size of {step:g}", "Write the degrees between two cells.")
    if rows < 2 or columns < 2 or rows * columns > LARGEST or values.size != rows * columns:
        reason = f"{values.size} heights for {rows} rows of {columns}"
        raise InputError(str(path), reason, "The file is cut short, too small or too large; write it again.")
    heights = values.reshape(rows, columns)[::-1]
    holes = heights == np.float32(head.get("nodata_value", -9999.0))
    return Grid(np.where(holes, np.float32(np.nan), heights), south, west, step, step, 0.5)


def _check_asc_size(path: Path) -> None:
    """Refuse a grid that is too large by its header, or a file longer than its grid could be, before reading it."""
    with path.open("rb") as file:
        words = file.read(1000).decode("ascii", errors="replace").lower().split()
    told = {key: word for key, word in zip(words[:-1], words[1:], strict=True) if key in ("nrows", "ncols")}
    try:
        cells = int(told.get("nrows", "0")) * int(told.get("ncols", "0"))
    except ValueError:
        cells = 0  # what is wrong with it is said when it is read
    length = path.stat().st_size
    if cells > LARGEST or length > 1000 + LONGEST_NUMBER * max(cells, 1000):
        reason = f"{cells:,} cells in {length:,} bytes"
        raise InputError(str(path), reason, f"Give at most {LARGEST:,} cells in one file, as plain numbers.")


def _read_tiff(path: Path) -> Grid:
    try:
        import rasterio
    except ImportError as missing:
        remedy = f"Convert the file to .asc, or install it with: {how_to_install('geo')}"
        raise InputError(str(path), "reading GeoTIFF needs the package rasterio", remedy) from missing
    try:
        with rasterio.open(path, driver="GTiff") as file:
            if file.crs is None:
                raise InputError(str(path), "says no coordinate system", "Write it with EPSG:4326.")
            if not file.crs.is_geographic or file.transform.b or file.transform.d:
                reason = "not on a latitude-longitude grid"
                raise InputError(str(path), reason, "Reproject it to EPSG:4326.")
            if file.count != 1 or file.width * file.height > LARGEST or min(file.width, file.height) < 2:
                reason = f"{file.count} bands of {file.width} x {file.height}"
                raise InputError(str(path), reason, f"Give one band of at most {LARGEST:,} cells.")
            if (file.units[0] or "m").lower() not in ("m", "meter", "meters", "metre", "metres"):
                raise InputError(str(path), f'heights in "{file.units[0]}"', "Convert them to meters.")
            heights = file.read(1, masked=True).astype(np.float32).filled(np.nan)
            a, e, west, north = file.transform.a, file.transform.e, file.transform.c, file.transform.f
    except rasterio.errors.RasterioError as problem:
        reason = "cannot be read as a GeoTIFF: of another kind, cut short or damaged"
        raise InputError(str(path), reason, "Fetch it again, or write it again as a plain GeoTIFF.") from problem
    if a <= 0.0 or e >= 0.0:
        raise InputError(str(path), "rows do not run from north to south", "Write it north up.")
    return Grid(heights[::-1], north + e * (len(heights) - 0.5), west + a / 2, -e, a, 0.5)


def _checked(path: Path, grid: Grid, on_missing: str) -> Grid:
    """The grid with holes filled by the sea, or an error that says what is wrong with it."""
    place_ok = -90.0 <= grid.south and grid.south + (len(grid.heights) - 1) * grid.lat_step <= 90.0
    if not place_ok or not -180.0 <= grid.west <= 360.0 or not grid.lat_step > 0.0 or not grid.lon_step > 0.0:
        reason = f"corner {grid.south:g} N {grid.west:g} E, step {grid.lat_step:g}: not degrees"
        raise InputError(str(path), reason, "Reproject it to latitude and longitude (EPSG:4326).")
    holes = ~np.isfinite(grid.heights) | (grid.heights < DEEPEST)
    if holes.any() and on_missing == "error":
        reason = f"{int(holes.sum()):,} of {holes.size:,} heights are missing"
        raise InputError(str(path), reason, 'Fill them, or say on_missing = "sea".')
    heights = np.where(holes, np.float32(0.0), grid.heights)
    if heights.max() > TALLEST:
        reason = f"a height of {heights.max():,.0f} m; nothing on land is above {TALLEST:,.0f}"
        raise InputError(str(path), reason, "The heights look like feet; convert them to meters.")
    kept = holes if holes.any() else None
    found = Grid(np.ascontiguousarray(heights), grid.south, grid.west, grid.lat_step, grid.lon_step, grid.edge, kept)
    _check_unit(path, found)
    return found


def _check_unit(path: Path, grid: Grid) -> None:
    """Refuse heights that are about 1 / 0.3048 of the packaged ones nearly everywhere above 300 m: they are feet.

    Files outside the packaged window, or on low ground, cannot be checked so.
    """
    rows, columns = (np.linspace(0, n - 1, 40).astype(int) for n in grid.heights.shape)
    lat = np.repeat(grid.south + rows * grid.lat_step, len(columns))
    lon = np.tile(grid.west + columns * grid.lon_step, len(rows))
    mine = grid.heights[np.ix_(rows, columns)].ravel()
    mean, coast, _, _ = packaged_grid()
    there = (lat >= LEVANT[0]) & (lat <= LEVANT[1]) & (lon >= LEVANT[2]) & (lon <= LEVANT[3])
    known = levant_mean_height(mean, coast, lat[there], lon[there])
    high = known > 300.0
    if high.sum() < 100:
        return
    ratio = mine[there][high] / known[high] * FOOT
    if np.quantile(ratio, 0.25) > 0.75 and np.quantile(ratio, 0.75) < 1.33:
        reason = f"heights {float(np.median(ratio)) / FOOT:.1f} times those of the packaged terrain"
        raise InputError(str(path), reason, "They look like feet; convert them to meters.")
