"""Ground anywhere on earth: the packaged heights of 1/12 degree (9 km), brought down to the sea at the coast.

The heights are means of cells.  Crests are understated: summits of single mountains reach 0.59 of their height, in
the middle of 38 (0.36 to 0.73), and outside the Levant no list of crests makes up for it.  A low flyer behind a ridge
is seen too early, so results against low flyers are optimistic for the defense.

There are no heights where those of the source are known to be wrong: the ice of Greenland more than 50 km from the
sea, and Antarctica's north of 70 S (but for the Peninsula), where the source has the bedrock, and Antarctica south of
85 S.  The sea of every latitude is 0, the Caspian too.  Lakes have the height of their surface, good to some tens of
meters.  Land below the sea is 0 but in the great basins (Dead Sea, Turpan, Qattara, Afar, Death Valley and others).

Heights come down to 0 over the last kilometers before the shore, as in the packaged Levant (`earth.terrain`).
"""

from __future__ import annotations

import functools
import hashlib
import io
import math
from collections.abc import Iterable
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.shorelines import shore_distance, within
from openiads.earth.terrain import (
    COAST_RAMP,
    LEVANT,
    METERS_PER_DEGREE,
    SHORE_SLACK,
    Terrain,
    check_choice,
    in_levant,
    levant,
    levant_basin,
    levant_inland,
    levant_mean_height,
    packaged_grid,
    sample,
)

PER_DEGREE = 12  # cells of heights
ROWS, COLUMNS = 180 * PER_DEGREE, 360 * PER_DEGREE
BANDS = 12  # into which the heights are packed, from the north
FINE = 120  # points a degree of the lattice of distances to the shore
TILE = 5  # degrees, of that lattice made at a time
TILES_KEPT = 48
CUT = 8000.0  # m, at which distances to the shore are cut
UNIT = 100.0  # m, in which they are kept
NO_HEIGHTS = "the packaged heights of the ice of Greenland and Antarctica are known to be wrong"
BIAS = "ridges stand at 0.4-0.7 of their height: results against low flyers are optimistic for the defense"
LABEL = "packaged world, 9 km cells, no crests"


def _packed() -> bytes:
    return files("openiads.shelf").joinpath("world", "heights.npz").read_bytes()


@functools.cache
def body_digest() -> bytes:
    """SHA-256 of everything that the heights come from."""
    outline = files("openiads.shelf").joinpath("world", "map.npz").read_bytes()
    return hashlib.sha256(_packed() + hashlib.sha256(outline).digest()).digest()


class _Heights:
    """The grid of heights, m, unpacked band by band where it is asked for.

    Row 0 holds the cells that touch the north pole, column 0 the last one again, so that the grid closes around.
    """

    def __init__(self) -> None:
        self.held = np.load(io.BytesIO(_packed()), allow_pickle=False)
        self.grid = np.zeros((ROWS, COLUMNS + 2), np.int16)
        self.done: set[int] = set()

    def around(self, first: int, last: int) -> NDArray[np.int16]:
        """The grid, with the rows from ``first`` to ``last`` unpacked."""
        rows = ROWS // BANDS
        for band in range(max(first, 0) // rows, min(last, ROWS - 1) // rows + 1):
            if band not in self.done:
                step = int(self.held["step"][0])
                cells = np.cumsum(self.held[f"band{band:02d}"].astype(np.int32), axis=1) * step
                self.grid[band * rows : (band + 1) * rows, 1:-1] = cells
                self.grid[band * rows : (band + 1) * rows, 0] = cells[:, -1]
                self.grid[band * rows : (band + 1) * rows, -1] = cells[:, 0]
                self.done.add(band)
        return self.grid


@functools.cache
def _heights() -> _Heights:
    return _Heights()


@functools.cache
def _unknown() -> NDArray[np.bool_]:
    bits = _heights().held["unknown"]
    return np.unpackbits(bits, axis=1, count=COLUMNS).astype(bool)


def inland(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed distance (m) to the shore at places (degrees), land positive, cut at 8 km; bilinear between points."""
    lon = (lon + 180.0) % 360.0 - 180.0
    south = np.clip(np.floor(lat / TILE).astype(np.int64), -90 // TILE, 90 // TILE - 1)
    west = np.clip(np.floor(lon / TILE).astype(np.int64), -180 // TILE, 180 // TILE - 1)
    key = south * 1000 + west
    out = np.empty(lat.shape)
    for each in np.unique(key):
        here = key == each
        tile = _tile(int(south[here][0]), int(west[here][0]))
        row = (lat[here] - TILE * south[here]) * FINE + 0.5
        column = (lon[here] - TILE * west[here]) * FINE + 0.5
        out[here] = sample(tile, row, column) * UNIT
    return out


@functools.lru_cache(maxsize=TILES_KEPT)
def _tile(south: int, west: int) -> NDArray[np.int8]:
    """Distances to the shore in ``UNIT`` on a tile's lattice and one point around."""
    spare = math.ceil(CUT / METERS_PER_DEGREE * FINE) + 1
    lats = south * TILE + (np.arange(-spare, TILE * FINE + spare) + 0.5) / FINE
    narrow = math.cos(math.radians(min(max(abs(south), abs(south + 1)) * TILE, 89.0)))
    aside = min(math.ceil(spare / narrow), 20 * FINE)
    lons = west * TILE + (np.arange(-aside, TILE * FINE + aside) + 0.5) / FINE
    found = shore_distance(within(lats, lons), lats, 1.0 / FINE, CUT)
    cut = found[spare - 1 : len(lats) - spare + 1, aside - 1 : len(lons) - aside + 1]
    return np.ascontiguousarray(np.rint(cut / UNIT).astype(np.int8))


def mean_height(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height (m) of the cells' means at places (degrees), bilinear; what lies at sea has that of the land nearby."""
    row = (90.0 - lat) * PER_DEGREE - 0.5
    column = ((lon + 180.0) % 360.0) * PER_DEGREE + 0.5
    if not row.size:
        return np.zeros(lat.shape)
    grid = _heights().around(math.floor(float(row.min())), math.floor(float(row.max())) + 1)
    return sample(grid, row, column)


def has_heights(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the packaged heights are to be believed at places (degrees)."""
    row = np.clip(np.floor((90.0 - lat) * PER_DEGREE).astype(np.int64), 0, ROWS - 1)
    column = np.floor(((lon + 180.0) % 360.0) * PER_DEGREE).astype(np.int64) % COLUMNS
    return ~_unknown()[row, column]


def world(on_missing: str = "error") -> Terrain:
    """The packaged world: 9 km cells, a coastline good to 1 to 2 km, no crests.

    on_missing : where there are no heights (Greenland's and Antarctica's ice), "error" or "sea".
    Raises InputError when asked for such a place, or for one that is not on earth.
    """
    check_choice(on_missing)

    def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        lat, lon = np.degrees(lat), np.degrees(lon)
        known = has_heights(lat, lon)
        if not known.all() and on_missing == "error":
            raise _no_heights(lat, lon, known)
        ramp = np.clip(inland(lat, lon) / COAST_RAMP, 0.0, 1.0)
        return np.where(known, mean_height(lat, lon) * ramp, 0.0)

    def land(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return inland(np.degrees(lat), np.degrees(lon)) > -SHORE_SLACK

    def known(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return has_heights(np.degrees(lat), np.degrees(lon))

    return Terrain(
        LABEL,
        METERS_PER_DEGREE / PER_DEGREE,
        surface,
        body_digest() + repr(("world", on_missing)).encode(),
        land=land,
        known=known,
        coarse=True,
        bias=BIAS,
        sea_elsewhere=on_missing == "sea",
    )


def packaged_basin(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether the packaged ground lies below the sea at places (degrees) or in a cell beside: Dead Sea, Turpan."""
    lat, lon, near = _apart(lat, lon)
    row = np.clip(np.floor((90.0 - lat) * PER_DEGREE).astype(np.int64), 1, ROWS - 2)
    column = np.clip(np.floor((lon + 180.0) * PER_DEGREE).astype(np.int64), 0, COLUMNS - 1) + 1
    found = np.zeros(lat.shape, dtype=bool)
    if lat.size:
        grid = _heights().around(int(row.min()) - 1, int(row.max()) + 1)
        found |= np.any([grid[row + i, column + j] < 0 for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
        found[near] = levant_basin(lat[near], lon[near])
    return found


def packaged_mean(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Mean height (m) of the packaged ground at places (degrees), without crests; 0 where it knows none."""
    lat, lon, near = _apart(lat, lon)
    found = np.where(has_heights(lat, lon), mean_height(lat, lon), 0.0)
    found[near] = levant_mean_height(*packaged_grid()[:2], lat[near], lon[near])
    return found


def packaged_sea(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether the packaged map has the sea at places (degrees), farther out than its coastline may err."""
    lat, lon, near = _apart(lat, lon)
    shore = np.empty(lat.shape)
    shore[~near] = inland(lat[~near], lon[~near])
    shore[near] = levant_inland(lat[near], lon[near])
    return shore < -SHORE_SLACK


def _apart(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (degrees) of one shape, longitudes within 180, and which of them the packaged Levant holds."""
    lat, lon = np.broadcast_arrays(lat, np.mod(np.asarray(lon, dtype=float) + 180.0, 360.0) - 180.0)
    return lat, lon, in_levant(lat, lon)


def packaged_source(places: Iterable[tuple[float, float]]) -> str:
    """Which packaged ground holds all of some places (rad): "levant", or "world" if one lies outside the Levant."""
    south, north, west, east = LEVANT
    held = (south <= math.degrees(lat) <= north and west <= math.degrees(lon) <= east for lat, lon in places)
    return "levant" if all(held) else "world"


def packaged_ground(source: str, crest_factor: float = 0.5, on_missing: str = "sea") -> Terrain:
    """The packaged ground of a scenario's terrain source, "levant" or "world".

    crest_factor : of the Levant; the world has no crests
    """
    return levant(crest_factor, on_missing) if source == "levant" else world(on_missing)


def _no_heights(lat: np.ndarray, lon: np.ndarray, known: np.ndarray) -> InputError:
    at = np.unravel_index(int(np.argmin(known)), known.shape)
    ns, ew = "N" if lat[at] >= 0 else "S", "E" if (lon[at] + 180.0) % 360.0 >= 180.0 else "W"
    there = f"{abs(lat[at]):.3f} {ns} {abs((lon[at] + 180.0) % 360.0 - 180.0):.3f} {ew}"
    return InputError(
        "packaged world",
        f"no heights at {there}: {NO_HEIGHTS}",
        'Give height files (source = "files"), shorten the radar\'s range, or say on_missing = "sea".',
    )
