"""Whether the tiles of the user's library are there, unchanged, whole and plausible, and meet their neighbors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth import packings
from openiads.earth.library import SAMPLES, differs, meetings
from openiads.earth.library_index import Record, changed, opened, place_told, tile_of
from openiads.earth.rasters import Mosaic
from openiads.earth.tiles import Degrees, Frame


@dataclass(frozen=True)
class Checked:
    """What became of the tiles: problems that keep a run from being computed, and what should be known."""

    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def check(tick: Callable[[int, int], None] = lambda done, of: None) -> Checked:
    """Read every tile of the library: is it there, unchanged, whole, plausible, and does it agree with the others?"""
    library = opened()
    problems: list[str] = []
    remarks: list[str] = []
    for k, record in enumerate(library.records):
        try:
            if record.state() == "" and _hash_now(record) != record.sha256:
                raise changed(record, "changed")
            tile = tile_of(record)
            tile.scan()
            mosaic = Mosaic([tile], "sea", None)
            mosaic.judge(tile)
            remarks += mosaic.remarks()
        except InputError as problem:
            problems.append(str(problem))
        tick(k + 1, len(library.records))
    return Checked(tuple(problems), (*remarks, *library.told(library.records), *_seams(library.records)))


def _hash_now(record: Record) -> str:
    packings.forget(Path(record.path))
    return packings.sha256_of(Path(record.path))


# ------------------------------------------------------------------ neighbors


def _seams(records: Sequence[Record]) -> Iterator[str]:
    """Neighbors that do not meet at their common rim, a line each."""
    by_row: dict[int, list[Record]] = {}
    for record in records:  # by precedence
        south, _, north, _ = record.frame.bounds
        rows = range(int(np.floor(south - 1e-3)), int(np.floor(north + 1e-3)) + 1)
        met = {each.path: each for row in rows for each in by_row.get(row, ())}
        for other in met.values():
            places = rim(other.frame, record.frame)
            if places is not None and (told := _seam(other, record, *places)):
                yield told
        for row in rows:
            by_row.setdefault(row, []).append(record)


def rim(one: Frame, other: Frame) -> tuple[Degrees, Degrees] | None:
    """Places along the rim that two frames have in common, side by side; None for frames that have none."""
    high, wide = 2.0 * max(one.lat_step, other.lat_step), 2.0 * max(one.lon_step, other.lon_step)
    share = (np.arange(SAMPLES * 4) + 0.5) / (SAMPLES * 4)
    for south, west, north, east in meetings(one, other):
        tall, broad = north - south, east - west
        if tall > high and -0.5 * wide < broad <= wide:
            return south + share * tall, np.full(share.shape, 0.5 * (west + east))
        if broad > wide and -0.5 * high < tall <= high:
            return np.full(share.shape, 0.5 * (south + north)), west + share * broad
    return None


def _seam(one: Record, other: Record, lat: Degrees, lon: Degrees) -> str:
    try:
        first, slope = _at_rim(one, lat, lon)
        second, too = _at_rim(other, lat, lon)
    except InputError:
        return ""  # told already
    off = np.abs(first - second)
    if not differs(np.maximum(off - np.maximum(slope, too), 0.0)):
        return ""
    k = int(np.nanargmax(off))
    return (
        f"{one.name} and {other.name} do not meet at their common rim: they differ there by {np.nanmedian(off):,.0f} m "
        f"in the middle and {off[k]:,.0f} m at most (at {place_told(lat[k], lon[k])}): {one.name} counts"
    )


def _at_rim(record: Record, lat: Degrees, lon: Degrees) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights of a tile along its rim, and by how much the ground itself may change to the next tile's first points."""
    frame, tile = record.frame, tile_of(record)
    heights = tile.values(lat, lon)
    if frame.edge == 0.0:  # posts on the rim, the same for both
        return heights, np.zeros(lat.shape)
    row, column = frame.fractions(lat, lon)
    up = np.where(row < 1.0, 1.0, np.where(row > frame.rows - 2.0, -1.0, 0.0))
    right = np.where(column < 1.0, 1.0, np.where(column > frame.columns - 2.0, -1.0, 0.0))
    inner = tile.values(lat + up * 1.5 * frame.lat_step, lon + right * 1.5 * frame.lon_step)
    return heights, np.nan_to_num(np.abs(heights - inner))
