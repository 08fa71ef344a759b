"""A library of the user's height files: indexed once, tiles picked by place, read when somebody asks.

Where tiles overlap the finer one counts; what has holes is filled from the next.  `openiads.earth.library_index` says
what the index holds.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.library_index import (
    LABEL,
    Box,
    Disagreement,
    Library,
    Record,
    changing,
    digest_of,
    folder,
    opened,
    tile_of,
    written,
)
from openiads.earth.packings import belonging, files_of, sha256_of
from openiads.earth.rasters import Mosaic, check_below, source_of, unreadable
from openiads.earth.terrain import Terrain, check_choice
from openiads.earth.tiles import Frame

SAMPLES = 40  # places each way at which two tiles are compared
TOLD_DIFFERENCE = 10.0  # m, of the middle one of the differences, from which two tiles disagree
TOLD_FEW = 30.0  # m, which more than a twentieth of the differences exceed when two tiles disagree

# ------------------------------------------------------------------ adding and removing


@dataclass(frozen=True)
class Added:
    """What came of adding: tiles that are new or were read again, those that were there, and those refused."""

    new: tuple[Record, ...]
    known: tuple[Record, ...]
    refused: tuple[InputError, ...]
    told: tuple[str, ...]  #: which of the new ones disagree with others


def add(paths: Sequence[Path], tick: Callable[[int, int], None] = lambda done, of: None) -> Added:
    """Index files of heights, and those of folders.

    Parameters
    ----------
    paths : sequence of Path
    tick : callable
        Told how many of how many are done.

    Raises
    ------
    InputError
        For a path that holds no heights at all.  Files that are refused do not keep the others out.
    """
    files = list(dict.fromkeys(each.resolve() for path in paths for each in files_of(path)))
    read, refused = _read(files, tick)
    with changing() as library:
        before = {each.path: each for each in library.records}
        known = {each.path for each in read if each.path in before and before[each.path].sha256 == each.sha256}
        new = [each for each in read if each.path not in known]
        again, arrived = {each.path for each in new}, {each.sha256 for each in new}
        kept = {path: each for path, each in before.items() if not (each.sha256 in arrived and each.state() == "gone")}
        every = tuple(sorted((kept | {each.path: each for each in read}).values(), key=lambda each: each.order))
        found, failed = _compared(new, every)
        bad = {each.place for each in failed}
        records = tuple(each for each in every if each.path not in bad)
        left = {each.sha256 for each in records if each.path not in again}
        old = [each for each in library.disagreements if {each.first, each.second} <= left]
        written(Library(records, (*old, *found)))
    new = [each for each in new if each.path not in bad]
    told = Library(records, tuple(found)).told(records)
    return Added(tuple(new), tuple(each for each in read if each.path in known), (*refused, *failed), told)


def _read(files: Sequence[Path], tick: Callable[[int, int], None]) -> tuple[list[Record], list[InputError]]:
    """What the index would hold of files, and which of them are refused."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    done = 0

    def indexed(path: Path) -> Record | InputError:
        nonlocal done
        try:
            about = path.stat()
            source = source_of(path)
            stamp = about.st_size, about.st_mtime_ns, now
            found = Record(str(path), sha256_of(path), *stamp, source.frame, len(belonging(path)))
        except InputError as refused:
            return refused
        except OSError as problem:
            return unreadable(path, problem)
        done += 1
        tick(done, len(files))
        return found

    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(indexed, files))
    return (
        [each for each in results if isinstance(each, Record)],
        [each for each in results if isinstance(each, InputError)],
    )


def remove(paths: Sequence[Path]) -> tuple[Record, ...]:
    """Take tiles out of the index, those of folders too; the files stay.  InputError where none of them is in it."""
    roots = [path.resolve() for path in paths]
    with changing() as library:
        gone = [each for each in library.records if any(Path(each.path).is_relative_to(root) for root in roots)]
        if not gone:
            raise InputError(str(paths[0]), "no tile of the library", "openiads terrain list shows what is in it.")
        names = {each.path for each in gone}
        records = tuple(each for each in library.records if each.path not in names)
        left = {each.sha256 for each in records}
        written(Library(records, tuple(d for d in library.disagreements if {d.first, d.second} <= left)))
    return tuple(gone)


# ------------------------------------------------------------------ tiles that disagree


def _compared(new: Sequence[Record], every: Sequence[Record]) -> tuple[list[Disagreement], list[InputError]]:
    """Where new tiles and any others that overlap them disagree, and which of them cannot be read."""
    found, failed = [], []
    fresh = {each.path for each in new}
    for one, other in _overlapping(every):
        if one.path not in fresh and other.path not in fresh:
            continue
        try:
            differ = difference(one, other)
        except InputError as problem:
            if problem.place in fresh:
                failed.append(problem)
            continue
        if differ is not None:
            found.append(differ)
    return found, failed


def _overlapping(records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Pairs of tiles that cover more than a rim in common, the one that counts first."""
    by_row: dict[int, list[Record]] = {}
    for record in sorted(records, key=lambda each: each.order):
        south, _, north, _ = record.frame.bounds
        rows = range(int(np.floor(south)), int(np.floor(north)) + 1)
        met = {each.path: each for row in rows for each in by_row.get(row, ())}
        for other in met.values():
            if common(other.frame, record.frame) is not None:
                yield other, record
        for row in rows:
            by_row.setdefault(row, []).append(record)


def common(one: Frame, other: Frame) -> Box | None:
    """What two frames cover both, if it is wider than two of the coarser one's steps each way."""
    high, wide = 2.0 * max(one.lat_step, other.lat_step), 2.0 * max(one.lon_step, other.lon_step)
    return next((box for box in meetings(one, other) if box[2] - box[0] > high and box[3] - box[1] > wide), None)


def meetings(one: Frame, other: Frame) -> Iterator[Box]:
    """What two frames may cover both, by the ways around the earth; empty where north lies south of south."""
    a, b = one.bounds, other.bounds
    shift = 360.0 * round((a[1] - b[1]) / 360.0)
    for turn in (shift, shift - 360.0, shift + 360.0):
        yield max(a[0], b[0]), max(a[1], b[1] + turn), min(a[2], b[2]), min(a[3], b[3] + turn)


def difference(one: Record, other: Record) -> Disagreement | None:
    """How two tiles that overlap differ; None for no more than methods of measuring do."""
    box = common(one.frame, other.frame)
    if box is None:
        return None
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    lat = np.repeat(box[0] + share * (box[2] - box[0]), SAMPLES)
    lon = np.tile(box[1] + share * (box[3] - box[1]), SAMPLES)
    off = np.abs(tile_of(one).values(lat, lon) - tile_of(other).values(lat, lon))
    if not differs(off):
        return None
    middle, off = float(np.nanmedian(off)), np.where(np.isnan(off), -1.0, off)
    k = int(np.argmax(off))
    at = float(lat[k]), float((lon[k] + 180.0) % 360.0 - 180.0)
    return Disagreement(one.sha256, other.sha256, middle, float(off[k]), at)


def differs(off: NDArray[np.float64]) -> bool:
    """Whether differences (m; NaN: no data) are more than ways of measuring make."""
    both = off[~np.isnan(off)]
    return bool(both.size) and (float(np.median(both)) > TOLD_DIFFERENCE or float(np.mean(both > TOLD_FEW)) > 0.05)


# ------------------------------------------------------------------ ground


def covers(lat: float, lon: float) -> bool:
    """Whether a tile of the library has heights at a place (rad); none has for a user without a library.

    Raises
    ------
    InputError
        For a library that is damaged, and for a tile that is gone or has changed.
    """
    try:
        folder()
    except InputError:
        return False
    place = math.degrees(lat), math.degrees(lon)
    picked = opened().within([(*place, *place)])
    if not picked:
        return False
    return bool(_terrain_of(picked, (), "error", "ground").covers(lat, lon))


def terrain(boxes: Sequence[Box], on_missing: str = "error", below_sea: str | None = None) -> Terrain:
    """Ground from the tiles of the library that touch some boxes (degrees).

    Parameters
    ----------
    boxes : sequence of Box
    on_missing, below_sea : str
        As for `openiads.earth.rasters.from_file`.

    Raises
    ------
    InputError
        Where the library is empty, or has no tile there.
    """
    check_choice(on_missing)
    check_below(below_sea)
    library = opened()
    if not library.records:
        raise InputError("terrain library", "is empty", "Add height files with: openiads terrain add FOLDER")
    picked = library.within(boxes)
    if not picked:
        reason = f"none of its {len(library.records)} tiles lies there"
        raise InputError("terrain library", reason, "Add files that cover it with: openiads terrain add FOLDER")
    return _terrain_of(picked, library.told(picked), on_missing, below_sea)


@functools.lru_cache(maxsize=4)
def _terrain_of(picked: tuple[Record, ...], told: tuple[str, ...], on_missing: str, below_sea: str | None) -> Terrain:
    mosaic = Mosaic([tile_of(each, sea_below=below_sea == "sea") for each in picked], on_missing, below_sea)
    identity = hashlib.sha256(repr(("library", on_missing, below_sea)).encode() + digest_of(picked).encode())
    label = f"{LABEL}, {len(picked)} {'tile' if len(picked) == 1 else 'tiles'}"
    return mosaic.terrain(label, identity.digest(), lambda: told)
