"""Heights of the ground: the packaged Levant grid, parametric shapes with exact answers, and the user's own files.

Latitudes and longitudes are radians, heights meters above the sea.  The geoid is taken to be the ellipsoid, so heights
above the sea are used as heights above the ellipsoid; in the Levant the two differ by 15-30 m everywhere alike, which
moves no line of sight.

The packaged grid is 5 arc-minutes (9 km).  Such cells understate ridges by a third, so named peaks and crest lines
(``peaks.csv`` of the packaged folder: published heights) give a crest surface, and the height used is

    mean + f (crest - mean),   0 <= f <= 1,

with f a world knob: 0 is the bare grid, 1 passes through the published crest heights.  Each named point raises its
surroundings as a Gaussian of its stated spread (2.5-6 km), and crest lines go straight between their points.  Toward
the coast the mean, which is an average over the cell's land, is brought down to 0 over the last ``COAST_RAMP``
meters before the shoreline; the sea is exactly 0.
"""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install

LEVANT = (29, 40, 28, 42)  # south, north, west, east of the packaged data, degrees
COAST_UNIT = 200.0  # m, of the packaged distances to the coast
COAST_RAMP = 6000.0  # m, over which the ground rises from the shoreline to the cell's mean
SHORE_SLACK = 1500.0  # m, accuracy of the packaged coastline
METERS_PER_DEGREE = 111_195.0
TALLEST = 9000.0  # m: no ground on Earth is higher
DEEPEST = -500.0  # m: no dry ground is lower
LARGEST = 60_000_000  # cells of one file
LONGEST_NUMBER = 40  # bytes of a height written as text
FOOT = 0.3048  # m


class Terrain:
    """Ground heights as a function of place.

    label : what it is, for people;  resolution : m, spacing of what it knows (0: exact formula);
    coarse : true where ridges between the grid points are likely to be understated;
    files : names of the user's files that it comes from;  sea_elsewhere : the sea is put where it has no data.
    A height is that of the bare ground plus ``crest_factor`` times the crest above it; most terrain has no crests.
    """

    def __init__(
        self,
        label: str,
        resolution: float,
        surface: Callable[[np.ndarray, np.ndarray], np.ndarray],
        identity: bytes,
        *,
        crest: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        crest_factor: float = 0.0,
        land: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        known: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        coarse: bool = False,
        files: tuple[str, ...] = (),
        sea_elsewhere: bool = False,
    ) -> None:
        self.label = label
        self.resolution = resolution
        self.coarse = coarse
        self.files = files
        self.sea_elsewhere = sea_elsewhere
        self.crest_factor = crest_factor
        self._surface = surface
        self._crest = crest
        self._identity = identity
        self._land = land
        self._known = known

    def height(self, lat: ArrayLike, lon: ArrayLike) -> np.ndarray:
        """Ground height (m above the sea) at places (rad); arrays broadcast, the result has their shape.

        Raises InputError for a place that is not finite, or outside the data where these say that is an error.
        """
        return self.raised(*self.relief(lat, lon))

    def relief(self, lat: ArrayLike, lon: ArrayLike) -> tuple[np.ndarray, np.ndarray | None]:
        """Bare ground and crest above it (m; None: no crests) at places (rad): the part of `height` that no crest
        factor changes.  Shapes and errors as there.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        if not (np.isfinite(lat).all() and np.isfinite(lon).all()):
            raise InputError(self.label, "a latitude or longitude is not a finite number", "Check the position.")
        return self._surface(lat, lon), None if self._crest is None else self._crest(lat, lon)

    def raised(self, bare: np.ndarray, crest: np.ndarray | None) -> np.ndarray:
        """Heights (m) of what `relief` gave, with this terrain's crest factor."""
        return bare if crest is None else bare + self.crest_factor * crest

    def is_land(self, lat: ArrayLike, lon: ArrayLike) -> np.ndarray:
        """Land or not, to the accuracy of the coastline (a place within 1.5 km of land counts as land).

        Terrain that knows no coastline says land everywhere.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        return np.ones(lat.shape, dtype=bool) if self._land is None else self._land(lat, lon)

    def covers(self, lat: ArrayLike, lon: ArrayLike) -> np.ndarray:
        """Whether there are data at places (rad): false where on_missing = "sea" put the sea."""
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        return np.ones(lat.shape, dtype=bool) if self._known is None else self._known(lat, lon)

    def digest(self) -> str:
        """SHA-256 (hex) of everything the heights depend on."""
        return hashlib.sha256(self._identity + repr(self.crest_factor).encode()).hexdigest()

    @functools.cached_property
    def relief_digest(self) -> str:
        """SHA-256 (hex) of everything that `relief` depends on."""
        return hashlib.sha256(self._identity).hexdigest()


# ------------------------------------------------------------------ the packaged grid


def lattice_centers(per_degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell centers (latitudes from the south, longitudes from the west), degrees, of the packaged window."""
    south, north, west, east = LEVANT
    lat = south + (np.arange((north - south) * per_degree) + 0.5) / per_degree
    lon = west + (np.arange((east - west) * per_degree) + 0.5) / per_degree
    return lat, lon


def _sample(grid: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Bilinear value of a grid at fractional rows and columns, held constant beyond the outer cell centers."""
    rows, columns = grid.shape
    row, column = np.clip(row, 0.0, rows - 1.0), np.clip(column, 0.0, columns - 1.0)
    i = np.minimum(row.astype(np.int64), max(rows - 2, 0))
    j = np.minimum(column.astype(np.int64), max(columns - 2, 0))
    v, u = row - i, column - j
    cells = grid.reshape(-1)
    first = i * columns + j
    down, right = (columns if rows > 1 else 0), (1 if columns > 1 else 0)
    south = cells[first] * (1.0 - u) + cells[first + right] * u
    north = cells[first + down] * (1.0 - u) + cells[first + down + right] * u
    return south * (1.0 - v) + north * v


def _sample_packaged(grid: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Bilinear value of a packaged grid at degrees."""
    per_degree = grid.shape[0] // (LEVANT[1] - LEVANT[0])
    return _sample(grid, (lat - LEVANT[0]) * per_degree - 0.5, (lon - LEVANT[2]) * per_degree - 0.5)


def levant_mean_height(mean: np.ndarray, coast: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Mean height (m) at degrees from the packaged arrays: the grid, brought down to the sea at the shoreline."""
    inland = _sample_packaged(coast, lat, lon) * COAST_UNIT
    return _sample_packaged(mean, lat, lon) * np.clip(inland / COAST_RAMP, 0.0, 1.0)


@functools.cache
def _packaged() -> tuple[np.ndarray, np.ndarray, np.ndarray, bytes]:
    body = files("openiads.shelf").joinpath("levant", "terrain.npz").read_bytes()
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return arrays["mean"], arrays["coast"], arrays["excess"], hashlib.sha256(body).digest()


def levant(crest_factor: float = 0.5, on_missing: str = "error") -> Terrain:
    """The packaged Levant, 29-40 N, 28-42 E (5 arc-minutes, coastline to 1-2 km).

    crest_factor : f of the module's first lines, 0-1;  on_missing : outside the window, "error" or "sea".
    """
    _check_choice(on_missing)
    if not 0.0 <= crest_factor <= 1.0:
        raise InputError("crest factor", f"{crest_factor} is not between 0 and 1", "0 is the bare grid, 1 full crests.")
    mean, coast, excess, body = _packaged()
    south, north, west, east = LEVANT

    def known(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        return (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)

    def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        inside = known(lat, lon)
        lat, lon = np.degrees(lat), np.degrees(lon)
        if not inside.all() and on_missing == "error":
            raise _outside("packaged Levant terrain", lat, lon, inside)
        return np.where(inside, levant_mean_height(mean, coast, lat, lon), 0.0)

    def crest(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
        return np.where(inside, _sample_packaged(excess, lat, lon), 0.0)

    def land(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        inside = known(lat, lon)
        lat, lon = np.degrees(lat), np.degrees(lon)
        return inside & (_sample_packaged(coast, lat, lon) * COAST_UNIT > -SHORE_SLACK)

    identity = body + repr(("levant", on_missing)).encode()
    label = f"packaged Levant, 9 km, crest factor {crest_factor:g}"
    return Terrain(
        label, METERS_PER_DEGREE / 12, surface, identity, crest=crest, crest_factor=float(crest_factor), land=land,
        known=known, coarse=True, sea_elsewhere=on_missing == "sea",
    )  # fmt: skip


def _check_choice(on_missing: str) -> None:
    if on_missing not in ("error", "sea"):
        raise InputError("on_missing", f'"{on_missing}" is not a choice', 'Use "error" or "sea".')


def _outside(label: str, lat: np.ndarray, lon: np.ndarray, inside: np.ndarray) -> InputError:
    """The error for places without data; angles in degrees."""
    at = np.unravel_index(int(np.argmin(inside)), inside.shape)
    south, west = math.floor(lat[at]), math.floor(lon[at])
    tile = f"{'N' if south >= 0 else 'S'}{abs(south):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}"
    return InputError(
        label,
        f"no heights at {lat[at]:.3f} N {lon[at]:.3f} E",
        f'Add a file that covers it (tile {tile}), shorten the radar\'s range, or say on_missing = "sea".',
    )


# ------------------------------------------------------------------ the packaged map


@functools.cache
def _map_features() -> list[dict[str, Any]]:
    text = files("openiads.shelf").joinpath("levant", "map.json").read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def _lines(kind: str) -> list[tuple[tuple[str, ...], np.ndarray]]:
    return [
        (tuple(each["properties"]["countries"]), np.array(each["geometry"]["coordinates"]))
        for each in _map_features()
        if each["properties"]["kind"] == kind
    ]


def coastline() -> list[np.ndarray]:
    """Coastline of 29-40 N, 28-42 E as arrays [n, 2] of (longitude, latitude), degrees, for maps."""
    return [line for _, line in _lines("coast")]


def borders() -> list[tuple[tuple[str, ...], np.ndarray]]:
    """De facto borders as (countries that touch, array [n, 2] of (longitude, latitude) in degrees), for maps."""
    return _lines("border")


@dataclass(frozen=True)
class Town:
    """A town for maps and reports; latitude and longitude in degrees."""

    name: str
    country: str
    lat: float
    lon: float


@functools.cache
def towns() -> tuple[Town, ...]:
    """Towns of the region (degrees, rounded to 0.01)."""
    text = files("openiads.shelf").joinpath("levant", "towns.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return tuple(Town(r["name"], r["country"], float(r["lat"]), float(r["lon"])) for r in rows)


# ------------------------------------------------------------------ parametric shapes


def _formula(kind: str, values: dict[str, float], surface: Any, land: Any = None) -> Terrain:
    for name, value in values.items():
        if math.isnan(value):
            raise InputError(f"terrain {kind}", f"{name} is not a number", "Give a finite value.")
    text = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return Terrain(kind, 0.0, surface, f"{kind}({text})".encode(), land=land)


def _positive(kind: str, **values: float) -> None:
    for name, value in values.items():
        if not value > 0.0:
            raise InputError(f"terrain {kind}", f"{name} = {value} m is not above 0", "Give a positive length.")


def _bump(distance: np.ndarray, width: float) -> np.ndarray:
    """1 at distance 0, falling as cos^2 to exactly 0 at ``width`` and beyond."""
    return np.cos(0.5 * np.pi * np.clip(np.abs(distance) / width, 0.0, 1.0)) ** 2


def _along_across(lat0: float, lon0: float, axis: float, lat: Any, lon: Any) -> tuple[np.ndarray, np.ndarray]:
    """Distance along an axis from the origin and to the right of it (m): s cos and s sin of the relative azimuth."""
    from openiads.earth.geodesy import bearing as bearing_to  # has kernels, which who only looks needs none of

    azimuth, distance = bearing_to(lat0, lon0, lat, lon)
    return distance * np.cos(azimuth - axis), distance * np.sin(azimuth - axis)


def flat(height: float = 0.0) -> Terrain:
    """Ground of one height everywhere; 0 is the sea surface."""
    return _formula("flat", {"height": height}, lambda lat, lon: np.full(lat.shape, float(height)))


def ridge(
    lat: float,
    lon: float,
    bearing: float,
    distance: float,
    height: float,
    width: float = 2000.0,
    base: float = 0.0,
    length: float = math.inf,
) -> Terrain:
    """One straight ridge across a bearing.

    The crest, ``height`` above the sea, stands ``distance`` from the origin (lat, lon) along ``bearing`` and runs
    square to it.  The section is base + (height - base) cos^2(pi x / 2 width) for x within ``width`` of the crest and
    ``base`` beyond; past ``length``/2 to either side the crest sinks to the base over another ``width``.
    """
    _positive("ridge", width=width, length=length)

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, across = _along_across(lat, lon, bearing, lats, lons)
        side = _bump(np.maximum(np.abs(across) - length / 2, 0.0), width)
        return base + (height - base) * _bump(along - distance, width) * side

    values = {"lat": lat, "lon": lon, "bearing": bearing, "distance": distance, "height": height}
    return _formula("ridge", values | {"width": width, "base": base, "length": length}, surface)


def coastal_range(
    lat: float,
    lon: float,
    bearing: float,
    shore: float,
    distance: float,
    height: float,
    width: float = 8000.0,
    plain: float = 50.0,
) -> Terrain:
    """Sea, then a plain, then a range parallel to the shore.

    Along ``bearing`` from the origin: sea (0) up to ``shore`` (negative: behind the origin); from there a plain rising
    evenly to ``plain`` meters above the sea at ``distance`` and level beyond; on it a range with its crest at
    ``distance``, ``height`` above the sea, of the same cos^2 section as ``ridge``.
    """
    _positive("coastal range", width=width)
    if distance - width < shore:
        reason = "the range's foot (distance - width) stands in the sea"
        raise InputError("terrain coastal range", reason, "Increase distance or reduce width.")

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, _ = _along_across(lat, lon, bearing, lats, lons)
        ground = plain * np.clip((along - shore) / (distance - shore), 0.0, 1.0)
        return ground + (height - plain) * _bump(along - distance, width)

    def land(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        return _along_across(lat, lon, bearing, lats, lons)[0] >= shore

    values = {"lat": lat, "lon": lon, "bearing": bearing, "shore": shore, "distance": distance, "height": height}
    return _formula("coastal range", values | {"width": width, "plain": plain}, surface, land)


def valley(
    lat: float,
    lon: float,
    bearing: float,
    offset: float,
    width: float,
    floor: float,
    height: float,
    mouth: float = -math.inf,
) -> Terrain:
    """A straight valley through a plateau.

    Its axis runs along ``bearing``, ``offset`` to the right of the origin (lat, lon).  The section is
    height - (height - floor) cos^2(pi y / 2 width) for y within ``width`` of the axis and ``height`` beyond.  Plateau
    and valley begin ``mouth`` along the bearing; before that the ground is level at ``floor``, rising within ``width``.
    """
    _positive("valley", width=width)

    def surface(lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        along, across = _along_across(lat, lon, bearing, lats, lons)
        plateau = 1.0 - _bump(across - offset, width)
        begun = 1.0 if mouth == -math.inf else 1.0 - _bump(np.maximum(along - mouth, 0.0), width)
        return floor + (height - floor) * plateau * begun

    values = {"lat": lat, "lon": lon, "bearing": bearing, "offset": offset, "width": width}
    return _formula("valley", values | {"floor": floor, "height": height, "mouth": mouth}, surface)


# ------------------------------------------------------------------ the user's files


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
    _check_choice(on_missing)
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
                heights[here] = _sample(grid.heights, *grid.fractions(lat[here], lon[here]))
                found |= here
        if not found.all() and on_missing == "error":
            raise _outside(", ".join(name.name for name in names), lat, lon, found)
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
        label, step, surface, identity.digest(), known=known, coarse=step > 500.0,
        files=tuple(name.name for name in names), sea_elsewhere=on_missing == "sea",
    )  # fmt: skip


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
    mean, coast, _, _ = _packaged()
    there = (lat >= LEVANT[0]) & (lat <= LEVANT[1]) & (lon >= LEVANT[2]) & (lon <= LEVANT[3])
    known = levant_mean_height(mean, coast, lat[there], lon[there])
    high = known > 300.0
    if high.sum() < 100:
        return
    ratio = mine[there][high] / known[high] * FOOT
    if np.quantile(ratio, 0.25) > 0.75 and np.quantile(ratio, 0.75) < 1.33:
        reason = f"heights {float(np.median(ratio)) / FOOT:.1f} times those of the packaged terrain"
        raise InputError(str(path), reason, "They look like feet; convert them to meters.")
