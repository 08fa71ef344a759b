"""Ground from height files: SRTM, DTED, Esri ASCII, GeoTIFF, VRT, and folders of them, checked before it is believed.

Files are read block by block where somebody asks (`openiads.earth.tiles`).  Where several cover a place, the first that
has data there counts: the next one fills its holes.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.packings import check_regular, files_of, kind_of, listing, member_of, sha256_of
from openiads.earth.raster_files import Raster
from openiads.earth.readers import LARGEST, Ascii, Dted, Hgt
from openiads.earth.terrain import (
    METERS_PER_DEGREE,
    Terrain,
    check_choice,
    outside,
)
from openiads.earth.tiles import DEEPEST, TALLEST, Degrees, Facts, Frame, Source, Tile
from openiads.earth.worldwide import packaged_mean, packaged_sea

FOOT = 0.3048  # m
TOLD_BELOW = 0.01  # share of a file's heights below the sea from which it is told
BELOW_SEA = ("ground", "sea")
Unit = Callable[[Degrees], Degrees]  #: makes degrees of a latitude or longitude in another unit


def source_of(path: Path) -> Source:
    """What reads a file of heights.

    Raises
    ------
    InputError
        For a file of no known kind, or one whose header is wrong.
    """
    check_regular(path)
    kind = kind_of(path)
    if kind == "zip":
        kind = kind_of(Path(member_of(path)))
        if kind in ("asc", "dted"):
            raise InputError(str(path), "such files are not read from archives", "Unpack it.")
    readers: dict[str | None, Callable[[Path], Source]] = {"hgt": Hgt, "dted": Dted, "asc": Ascii, "raster": Raster}
    try:
        source = readers[kind](path)
    except OSError as problem:
        raise unreadable(path, problem) from problem
    check_frame(path, source.frame)
    return source


def unreadable(path: Path, problem: OSError) -> InputError:
    """The error about a file that the system does not let us read."""
    return InputError(str(path), f"cannot be read ({problem.strerror})", "Check its permissions.")


def check_frame(path: Path, frame: Frame) -> None:
    """InputError for a grid that is not in degrees."""
    place_ok = -90.0 - 1e-6 <= frame.south and frame.north <= 90.0 + 1e-6
    steps_ok = frame.lat_step > 0.0 and frame.lon_step > 0.0
    if not place_ok or not -360.0 <= frame.west <= 360.0 or not steps_ok:
        reason = f"corner {frame.south:g} N {frame.west:g} E, step {frame.lat_step:g}: not degrees"
        raise InputError(str(path), reason, "Reproject it to latitude and longitude (EPSG:4326).")
    if frame.columns * frame.lon_step > 360.0 + 2.0 * frame.lon_step:
        reason = f"{frame.columns} columns of {frame.lon_step:g} degrees go more than once around the earth"
        raise InputError(str(path), reason, "Write it again with its true spacing.")


def from_file(
    paths: str | Path | Iterable[str | Path], on_missing: str = "error", below_sea: str | None = None
) -> Terrain:
    """Terrain from the user's files, or from folders of them.

    Parameters
    ----------
    paths : path or paths
        .hgt, .hgt.gz, .zip, .dt0, .dt1, .dt2, .asc (Esri ASCII grid); with the extra ``geo`` .tif, .vrt, .bil and
        .flt.  Geographic coordinates in degrees and heights in meters are required.  Where files overlap the first one
        that has data counts.
    on_missing : {'error', 'sea'}
        Holes in the data (when reading) and places outside it (when asking): an error, or the sea (0 m).
    below_sea : {'ground', 'sea'}, optional
        What lies below the sea is ground, or the sea (but for basins that the packaged grid knows, as
        about the Dead Sea).  Left out, it
        is ground, and told; heights lower than any dry ground are refused.

    Raises
    ------
    InputError
        For a file that is missing, damaged, of the wrong size, or holds implausible heights.
    """
    check_choice(on_missing)
    check_below(below_sea)
    names = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    if not names:
        raise InputError("terrain files", "none given", "Name at least one file.")
    files = [each for name in names for each in files_of(name)]
    identity = hashlib.sha256(repr((on_missing, below_sea)).encode())
    for file in files:
        identity.update(file.name.encode() + bytes.fromhex(sha256_of(file)))
    return _terrain_of(tuple(files), on_missing, below_sea, identity.digest())


def check_below(below_sea: str | None) -> None:
    """InputError for anything but a choice of ``below_sea``."""
    if below_sea is not None and below_sea not in BELOW_SEA:
        raise InputError("below_sea", f'"{below_sea}" is not a choice', 'Use "ground" or "sea".')


@functools.lru_cache(maxsize=4)
def _terrain_of(files: tuple[Path, ...], on_missing: str, below_sea: str | None, identity: bytes) -> Terrain:
    """Terrain of files whose contents have an identity; small ones are read and checked at once, large ones as they
    are asked for."""
    tiles = [Tile(file, source_of(file), sea_below=below_sea == "sea") for file in files]
    mosaic = Mosaic(tiles, on_missing, below_sea)
    if sum(tile.frame.rows * tile.frame.columns for tile in tiles) <= LARGEST:
        for tile in tiles:
            tile.scan()
            mosaic.judge(tile)
            _check_unit(tile)
        mosaic.check_holes()
    label = files[0].name if len(files) == 1 else f"{files[0].name} and {len(files) - 1} more"
    return mosaic.terrain(label, identity)


class Mosaic:
    """Tiles side by side and over each other, as one surface.

    Parameters
    ----------
    tiles : sequence of Tile
        The first of those that have data at a place counts.
    on_missing, below_sea : str
        As for `from_file`.
    """

    def __init__(self, tiles: Sequence[Tile], on_missing: str, below_sea: str | None) -> None:
        self.tiles = tuple(tiles)
        self.on_missing = on_missing
        self.below_sea = below_sea
        self._by_cell: dict[tuple[int, int], list[int]] = {}
        self._judged: dict[int, int] = {}
        for k, tile in enumerate(self.tiles):
            for cell in _cells(tile.frame):
                self._by_cell.setdefault(cell, []).append(k)

    def givers(self, lat: Degrees, lon: Degrees, unit: Unit = np.asarray) -> NDArray[np.int32]:
        """Which tile gives the height at places of any shape (-1: none)."""
        return self.values(lat, lon, unit, heights=False)[1]

    def values(
        self, lat: Degrees, lon: Degrees, unit: Unit = np.asarray, *, heights: bool = True
    ) -> tuple[Degrees, NDArray[np.int32]]:
        """Heights at places of any shape, NaN where no tile has data, and which tile gives each (-1: none).

        unit : what makes degrees of the places, of some at a time: there may be a million
        heights : whether they are wanted; left out they are NaN, which is quicker
        """
        shape = np.shape(lat)
        lat, lon = np.ravel(lat), np.ravel(lon)
        found, givers = np.full(lat.size, np.nan), np.full(lat.size, -1, np.int32)
        for (row, column), part in _by_cells(unit(lat), unit(lon)):
            for k in self._by_cell.get((row, column), ()):
                tile, todo = self.tiles[k], part[givers[part] < 0]
                here = todo[tile.frame.inside(unit(lat[todo]), unit(lon[todo]))]
                if len(here) and heights:
                    found[here] = tile.values(unit(lat[here]), unit(lon[here]))
                    givers[here[~np.isnan(found[here])]] = k
                elif len(here):
                    givers[here[tile.known(unit(lat[here]), unit(lon[here]))]] = k
                self.judge(tile)
        return found.reshape(shape), givers.reshape(shape)

    def judge(self, tile: Tile) -> None:
        """InputError for a tile of which what has been read so far cannot be heights of the ground."""
        facts = tile.facts
        if self._judged.get(id(tile)) == facts.cells:
            return
        self._judged[id(tile)] = facts.cells
        if facts.tall:
            reason = f"heights up to {max(facts.tall):,.0f} m; nothing on land is above {TALLEST:,.0f}"
            raise InputError(str(tile.path), reason, "The heights look like feet; convert them to meters.")
        if facts.deep and self.below_sea is None:
            share = _percent(facts.deep / max(facts.cells - facts.holes, 1))
            reason = f"{share} of the heights lie more than {-DEEPEST:g} m below the sea, down to {facts.low:,.0f} m"
            remedy = 'A chart of the sea floor? Say below_sea = "sea" (or "ground"). Or missing values not declared?'
            raise InputError(str(tile.path), reason, remedy)

    def check_holes(self) -> None:
        """InputError where points have no data that no other tile has either, unless the sea is put there."""
        if self.on_missing == "sea":
            return
        for tile in self.tiles:
            if not tile.facts.holes:
                continue
            alone = sum(int(np.isnan(self.values(lat, lon)[0]).sum()) for lat, lon in tile.holes())
            if alone:
                odd = _odd_told(tile.facts)
                reason = f"{alone:,} of {tile.facts.cells:,} heights are missing" + (f": {odd}" if odd else "")
                raise InputError(str(tile.path), reason, 'Fill them, or say on_missing = "sea".')

    def remarks(self) -> tuple[str, ...]:
        """What users should hear about the tiles, a line each."""
        lines = []
        for tile in self.tiles:
            facts, name = tile.facts, tile.path.name
            share = facts.below / max(facts.cells - facts.holes, 1)
            if odd := _odd_told(facts):
                lines.append(f"{name}: {odd}")
            if self.below_sea is None and share > TOLD_BELOW:
                lines.append(
                    f"{name}: {_percent(share)} of the heights lie below the sea, down to {facts.low:,.0f} m, and "
                    'count as ground. A chart of the sea floor? Say below_sea = "sea" (or "ground")'
                )
        return tuple(lines)

    def terrain(self, label: str, identity: bytes, remarks: Callable[[], tuple[str, ...]] = tuple) -> Terrain:
        """The tiles as a terrain.

        label : what it is, for people;  identity : of everything the heights depend on;  remarks : more to be told
        """
        sea = self.on_missing == "sea"

        def surface(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
            heights, givers = self.values(lat, lon, np.degrees)
            if not sea and (givers < 0).any():
                raise outside(label, np.degrees(lat), np.degrees(lon), givers >= 0)
            heights[givers < 0] = 0.0
            return heights

        def known(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
            lat, lon = np.asarray(lat), np.asarray(lon)
            found = np.asarray(self.givers(lat, lon, np.degrees) >= 0)
            if sea and not found.all():  # publishers make no tiles of the open sea
                found[~found] = packaged_sea(np.degrees(lat[~found]), np.degrees(lon[~found]))
            return found

        step = max(tile.frame.lat_step for tile in self.tiles) * METERS_PER_DEGREE if self.tiles else 0.0
        return Terrain(
            label,
            step,
            surface,
            identity,
            known=known,
            coarse=step > 500.0,
            files=tuple(tile.path.name for tile in self.tiles),
            sea_elsewhere=sea,
            givers=lambda lat, lon: self.givers(lat, lon, np.degrees),
            remarks=lambda: (*self.remarks(), *remarks()),
        )


def _cells(frame: Frame) -> set[tuple[int, int]]:
    """Square degrees (south, west from 0 to 359) that a frame touches."""
    south, west, north, east = frame.bounds
    rows = range(math.floor(south - 1e-9), math.floor(north + 1e-9) + 1)
    columns = range(math.floor(west - 1e-9), min(math.floor(east + 1e-9), math.floor(west) + 360) + 1)
    return {(row, column % 360) for row in rows for column in columns}


def _by_cells(lat: Degrees, lon: Degrees) -> list[tuple[tuple[int, int], NDArray[np.int32]]]:
    """The square degrees (south, west from 0 to 359) in which places (n,) lie, from the south and the west, and which
    places lie in each."""
    number = _cell_numbers(lat, lon)
    order = np.argsort(number, kind="stable").astype(np.int32)
    number = number[order]
    firsts = np.flatnonzero(np.diff(number, prepend=-1))
    cells = [divmod(int(each), 360) for each in number[firsts]]
    parts = np.split(order, firsts[1:]) if len(order) else []
    return [((row - 90, column), part) for (row, column), part in zip(cells, parts, strict=True)]


def _cell_numbers(lat: Degrees, lon: Degrees) -> NDArray[np.int32]:
    """360 (south + 90) + west of the square degree in which each place lies."""
    number = np.floor(np.mod(lon, 360.0)).astype(np.int32)
    number %= 360  # rounding makes 360 of what lies just below 0
    number += 360 * (np.floor(lat).astype(np.int32) + 90)
    return number


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %" if share >= 0.01 else f"{100.0 * share:.1g} %"


def _odd_told(facts: Facts) -> str:
    """What a file has in place of heights without saying so, or nothing."""
    told = [f"{count:,} {'cell' if count == 1 else 'cells'} of {value:,.10g}" for value, count in facts.odd.items()]
    return f"{listing(told, 3)}: missing values that the file does not declare" if told else ""


def _check_unit(tile: Tile) -> None:
    """Refuse heights that are about 1 / 0.3048 of the packaged ones nearly everywhere above 300 m: they are feet.

    Files on low ground, or where the packaged ground knows no heights, cannot be checked so.
    """
    frame = tile.frame
    rows, columns = (np.linspace(0, n - 1, 40).astype(int) for n in (frame.rows, frame.columns))
    lat = np.repeat(frame.south + rows * frame.lat_step, len(columns))
    lon = np.mod(np.tile(frame.west + columns * frame.lon_step, len(rows)) + 180.0, 360.0) - 180.0
    known, mine = packaged_mean(lat, lon), tile.values(lat, lon)
    high = (known > 300.0) & ~np.isnan(mine)
    if high.sum() < 100:
        return
    ratio = mine[high] / known[high] * FOOT
    if np.quantile(ratio, 0.25) > 0.75 and np.quantile(ratio, 0.75) < 1.33:
        reason = f"heights {float(np.median(ratio)) / FOOT:.1f} times those of the packaged terrain"
        raise InputError(str(tile.path), reason, "They look like feet; convert them to meters.")
