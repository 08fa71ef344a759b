"""Heights of the ground, and the packaged Levant: its grid and its map.

`openiads.earth.shapes` makes ground of simple shapes, `openiads.earth.rasters` ground from the user's files.

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
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from openiads.base.errors import InputError

LEVANT = (29, 40, 28, 42)  # south, north, west, east of the packaged data, degrees
COAST_UNIT = 200.0  # m, of the packaged distances to the coast
COAST_RAMP = 6000.0  # m, over which the ground rises from the shoreline to the cell's mean
SHORE_SLACK = 1500.0  # m, accuracy of the packaged coastline
METERS_PER_DEGREE = 111_195.0
BASIN_INLAND = 15_000.0  # m from the coast within which a packaged cell below the sea may be one of the sea floor
MOST_TOLD = 60  # names of missing tiles in one error

#: A quantity (a height in m, or true and false) at latitudes and longitudes (rad) of one shape.
Surface: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Terrain:
    """Ground heights as a function of place.

    label : what it is, for people;  resolution : m, spacing of what it knows (0: exact formula);
    coarse : true where ridges between the grid points are likely to be understated;  bias : how, where it is known;
    files : names of the user's files that it comes from;  sea_elsewhere : the sea is put where it has no data.
    A height is that of the bare ground plus ``crest_factor`` times the crest above it; most terrain has no crests.
    """

    def __init__(
        self,
        label: str,
        resolution: float,
        surface: Surface,
        identity: bytes,
        *,
        crest: Surface | None = None,
        crest_factor: float = 0.0,
        land: Surface | None = None,
        known: Surface | None = None,
        coarse: bool = False,
        bias: str = "",
        files: tuple[str, ...] = (),
        sea_elsewhere: bool = False,
        givers: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        remarks: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self.label = label
        self.resolution = resolution
        self.coarse = coarse
        self.bias = bias
        self.files = files
        self.sea_elsewhere = sea_elsewhere
        self.crest_factor = crest_factor
        self._surface = surface
        self._crest = crest
        self._identity = identity
        self._land = land
        self._known = known
        self._givers = givers
        self._remarks = remarks

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

    def givers(self, lat: ArrayLike, lon: ArrayLike) -> np.ndarray | None:
        """Which of ``files`` gives the height at places (rad), by number, -1 for none; None without files."""
        if self._givers is None:
            return None
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        return self._givers(lat, lon)

    def remarks(self) -> tuple[str, ...]:
        """What users should hear about the data, a line each; more may show as more of it is read."""
        return self._remarks()

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


def sample(grid: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
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
    return sample(grid, (lat - LEVANT[0]) * per_degree - 0.5, (lon - LEVANT[2]) * per_degree - 0.5)


def levant_mean_height(mean: np.ndarray, coast: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Mean height (m) at degrees from the packaged arrays: the grid, brought down to the sea at the shoreline."""
    inland = _sample_packaged(coast, lat, lon) * COAST_UNIT
    return _sample_packaged(mean, lat, lon) * np.clip(inland / COAST_RAMP, 0.0, 1.0)


@functools.cache
def packaged_grid() -> tuple[np.ndarray, np.ndarray, np.ndarray, bytes]:
    body = files("openiads.shelf").joinpath("levant", "terrain.npz").read_bytes()
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return arrays["mean"], arrays["coast"], arrays["excess"], hashlib.sha256(body).digest()


def levant(crest_factor: float = 0.5, on_missing: str = "error") -> Terrain:
    """The packaged Levant, 29-40 N, 28-42 E (5 arc-minutes, coastline to 1-2 km).

    crest_factor : f of the module's first lines, 0-1;  on_missing : outside the window, "error" or "sea".
    """
    check_choice(on_missing)
    if not 0.0 <= crest_factor <= 1.0:
        raise InputError("crest factor", f"{crest_factor} is not between 0 and 1", "0 is the bare grid, 1 full crests.")
    mean, coast, excess, body = packaged_grid()
    south, north, west, east = LEVANT

    def known(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        return (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)

    def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        inside = known(lat, lon)
        lat, lon = np.degrees(lat), np.degrees(lon)
        if not inside.all() and on_missing == "error":
            raise outside("packaged Levant terrain", lat, lon, inside)
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
        label,
        METERS_PER_DEGREE / 12,
        surface,
        identity,
        crest=crest,
        crest_factor=float(crest_factor),
        land=land,
        known=known,
        coarse=True,
        sea_elsewhere=on_missing == "sea",
    )


def in_levant(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether places (degrees, longitudes within 180) lie in the packaged Levant."""
    south, north, west, east = LEVANT
    return (lat >= south) & (lat < north) & (lon >= west) & (lon < east)


def levant_basin(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether the packaged Levant lies below the sea at places in it (degrees) or in a cell beside: the Dead Sea."""
    mean, coast = packaged_grid()[:2]
    south, north, west, _ = LEVANT
    per_degree = mean.shape[0] // (north - south)
    i, j = (((v - first) * per_degree).astype(np.int64) for v, first in ((lat, south), (lon, west)))
    cells = np.meshgrid(*lattice_centers(per_degree), indexing="ij")
    low = np.pad((mean < 0.0) & (_sample_packaged(coast, *cells) * COAST_UNIT > BASIN_INLAND), 1)
    return np.any([low[i + di, j + dj] for di in range(3) for dj in range(3)], axis=0)


def levant_inland(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Distance (m) from the shore at places in the packaged Levant (degrees), negative at sea."""
    return _sample_packaged(packaged_grid()[1], lat, lon) * COAST_UNIT


def check_choice(on_missing: str) -> None:
    if on_missing not in ("error", "sea"):
        raise InputError("on_missing", f'"{on_missing}" is not a choice', 'Use "error" or "sea".')


class NoHeights(InputError):
    """There are no heights at some places."""

    def with_tiles(self, tiles: Sequence[str]) -> NoHeights:
        """The same, with other tiles named as missing."""
        return NoHeights(self.place, self.reason, missing_remedy(tiles))


def missing_remedy(tiles: Sequence[str]) -> str:
    """What to do about missing tiles."""
    if len(tiles) == 1:
        remedy = f"Add a file that covers it (tile {tiles[0]}), "
    else:
        more = f" and {len(tiles) - MOST_TOLD} more" if len(tiles) > MOST_TOLD else ""
        remedy = f"Add files that cover {len(tiles)} tiles ({', '.join(tiles[:MOST_TOLD])}{more}), "
    return remedy + 'shorten the radar\'s range, or say on_missing = "sea".'


def outside(label: str, lat: np.ndarray, lon: np.ndarray, inside: np.ndarray) -> NoHeights:
    """The error for places without data; angles in degrees."""
    at = np.unravel_index(int(np.argmin(inside)), inside.shape)
    tiles = missing_tiles(lat[~inside], lon[~inside])
    place = f"{lat[at]:.3f} N {(lon[at] + 180.0) % 360.0 - 180.0:.3f} E"
    return NoHeights(label, f"no heights at {place}", missing_remedy(tiles))


def missing_tiles(lat: np.ndarray, lon: np.ndarray) -> list[str]:
    """Names of the one-degree tiles that hold places (degrees), from the south and the west."""
    south = np.floor(np.ravel(lat)).astype(int)
    west = np.floor(np.mod(np.ravel(lon) + 180.0, 360.0) - 180.0).astype(int)
    return [tile_name(int(row), int(column)) for row, column in np.unique(np.stack([south, west], axis=1), axis=0)]


def tile_name(south: int, west: int) -> str:
    """How publishers call the one-degree tile of a southwest corner (degrees): N34E035."""
    return f"{'N' if south >= 0 else 'S'}{abs(south):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}"


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
