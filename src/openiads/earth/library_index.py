"""The index of the user's library of height files: what it holds of each tile, where it is kept, how tiles are opened.

It is one JSON file in a folder of the user's own (`folder`).  It holds of each tile where it lies, how fine it
is, its datum, its SHA-256, and its size and time, by which a tile that has changed under it is noticed.  Where tiles
overlap the finer one counts; what has holes is filled from the next.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from openiads.base import locks
from openiads.base.errors import InputError, ResultsError
from openiads.earth.packings import belonging, sha256_of
from openiads.earth.rasters import source_of
from openiads.earth.tiles import Frame, Heights, Source, Tile, Window

FORMAT = 1
INDEX = "library.json"
LABEL = "terrain library"  # how the label of ground from the library begins


_Kind = TypeVar("_Kind", Frame, "Record", "Disagreement")
Place = tuple[float, float]  # latitude and longitude, degrees
Box = tuple[float, float, float, float]  # south, west, north, east, degrees; east may lie beyond 180


@dataclass(frozen=True)
class Record:
    """What the index holds of one tile.

    Parameters
    ----------
    path : str
        Absolute.
    sha256 : str
        Of the file, and of what belongs to it.
    size, mtime_ns : int
        Of the file, when it was indexed.
    added : str
        When that was, in UTC.
    frame : Frame
        Where its points lie.
    files : int
        Of how many it is made: itself, what belongs to it, and what a VRT names.
    """

    path: str
    sha256: str
    size: int
    mtime_ns: int
    added: str
    frame: Frame
    files: int = 1

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.path).name

    @property
    def order(self) -> tuple[float, str, str]:
        """By which tiles that overlap take precedence: the finer, then by name and content."""
        return self.frame.lat_step, self.name, self.sha256

    def state(self) -> str:
        """What became of the file since it was indexed: "" for nothing, else "gone", "changed".

        The time of a file tells nothing of those that belong to it: of several all are hashed, once in a process.
        """
        path = Path(self.path)
        try:
            about = path.stat()
        except OSError:
            return "gone"
        same = (about.st_size, about.st_mtime_ns) == (self.size, self.mtime_ns)
        try:
            if same and self.files == 1 == len(belonging(path)):
                return ""
            return "" if sha256_of(path) == self.sha256 else "changed"
        except (OSError, InputError):  # a file of a VRT that is gone, or one that became something else
            return "changed"


@dataclass(frozen=True)
class Disagreement:
    """Two tiles that cover a place and differ there.

    Parameters
    ----------
    first, second : str
        SHA-256 of the one that counts, and of the other.
    middle, most : float
        m: the median of the differences, and the greatest.
    at : Place
        Where they differ most.
    """

    first: str
    second: str
    middle: float
    most: float
    at: Place


@dataclass(frozen=True)
class Library:
    """Tiles by precedence, and which of them disagree."""

    records: tuple[Record, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()

    def within(self, boxes: Sequence[Box]) -> tuple[Record, ...]:
        """The tiles that touch any of some boxes, by precedence."""
        return tuple(each for each in self.records if any(touches(each.frame, box) for box in boxes))

    def told(self, records: Sequence[Record]) -> tuple[str, ...]:
        """Which of some tiles disagree, a line each."""
        named = {each.sha256: each for each in records}
        return tuple(
            disagreement_told(each, named[each.first].name, named[each.second].name)
            for each in self.disagreements
            if each.first in named and each.second in named
        )


def disagreement_told(found: Disagreement, first: str, second: str) -> str:
    """One line about two tiles that disagree."""
    return (
        f"{first} and {second} cover the same ground and differ by {found.middle:,.0f} m in the middle and "
        f"{found.most:,.0f} m at most (at {place_told(*found.at)}): {first} counts"
    )


def place_told(lat: float, lon: float) -> str:
    """A place (degrees) in a message."""
    lon = (lon + 180.0) % 360.0 - 180.0
    return f"{abs(lat):.3f} {'N' if lat >= 0 else 'S'} {abs(lon):.3f} {'E' if lon >= 0 else 'W'}"


def touches(frame: Frame, box: Box) -> bool:
    """Whether a frame and a box (degrees) have a place in common, with longitudes as angles."""
    south, west, north, east = frame.bounds
    if box[2] < south or box[0] > north:
        return False
    return (box[1] - west) % 360.0 <= east - west or (west - box[1]) % 360.0 <= box[3] - box[1]


# ------------------------------------------------------------------ the index on disk


def folder() -> Path:
    """The folder of the index: ``OPENIADS_TERRAIN``, else the user's folder of data.

    Raises
    ------
    InputError
        For a user without a home folder.
    """
    named = os.environ.get("OPENIADS_TERRAIN")
    if named:
        return Path(named)
    home = Path(os.path.expanduser("~"))
    if os.environ.get("XDG_DATA_HOME"):
        base = Path(os.environ["XDG_DATA_HOME"])
    elif sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        base = Path(os.environ["LOCALAPPDATA"])
    elif not home.is_absolute():
        remedy = "Set OPENIADS_TERRAIN to a folder of your own."
        raise InputError("terrain library", "there is no home folder to keep it in", remedy)
    else:
        base = home / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
    return base / "openiads" / "terrain"


def opened() -> Library:
    """The library of this user; empty where there is none yet.

    Raises
    ------
    InputError
        For an index that is damaged or of another version.
    """
    path = folder() / INDEX
    try:
        about = path.stat()
    except OSError:
        return Library()
    return _read(path, about.st_mtime_ns, about.st_size, about.st_ino)


@functools.lru_cache(maxsize=2)
def _read(path: Path, mtime_ns: int, size: int, number: int) -> Library:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("format") != FORMAT:
            reason = f"is of format {told.get('format')!r}, not {FORMAT}"
            raise InputError(str(path), reason, "Remove it and add the tiles again.")
        records = [Record(**(each | {"frame": _typed(Frame(**each["frame"]))})) for each in told["tiles"]]
        differ = [Disagreement(**(each | {"at": _place(*each["at"])})) for each in told["disagreements"]]
        for record in records:
            _typed(record)
        for pair in differ:
            _typed(pair)
        if not all(min(each.frame.lat_step, each.frame.lon_step) > 0.0 for each in records):
            raise ValueError("a spacing of 0 or less")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise InputError(str(path), f"is damaged ({problem})", "Remove it and add the tiles again.") from problem
    return Library(tuple(sorted(records, key=lambda each: each.order)), tuple(differ))


def _typed(told: _Kind) -> _Kind:
    """What an index tells, as it is; TypeError or ValueError for a value of another type than it should have."""
    kinds: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
    for each in fields(told):
        value = getattr(told, each.name)
        wanted = kinds.get(str(each.type))
        if wanted is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise TypeError(f"{each.name} is {value!r:.40}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{each.name} is {value}")
    return told


def _place(lat: float, lon: float) -> Place:
    return float(lat), float(lon)


@contextmanager
def changing() -> Iterator[Library]:
    """The library as it is, to be changed and `written` before another process reads it to change it.

    Raises
    ------
    ResultsError
        Where its folder cannot be written.
    """
    path = folder() / f".{INDEX}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | locks.BINARY, 0o644)
    except OSError as problem:
        raise _unwritable(problem) from problem
    try:
        with suppress(OSError):  # a file system without locks: the index is whole still, but two may race
            locks.take(handle, wait=True)
        yield opened()
    finally:
        with suppress(OSError):
            locks.give_back(handle)
        os.close(handle)


def _unwritable(problem: OSError) -> ResultsError:
    remedy = "Make room, or set OPENIADS_TERRAIN to another folder."
    return ResultsError(str(folder() / INDEX), f"cannot be written ({problem.strerror})", remedy)


def written(library: Library) -> None:
    """Replace the index, whole or not at all."""
    path = folder() / INDEX
    body = {
        "format": FORMAT,
        "tiles": [asdict(each) for each in library.records],
        "disagreements": [asdict(each) for each in library.disagreements],
    }
    new = path.with_name(f".{INDEX}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("w", encoding="utf-8") as file:
            json.dump(body, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as problem:
        raise _unwritable(problem) from problem
    finally:
        new.unlink(missing_ok=True)


# ------------------------------------------------------------------ tiles, opened late


def changed(record: Record, state: str) -> InputError:
    """The error about a tile that is gone, has changed or lies elsewhere since it was indexed."""
    path = shlex.quote(record.path)
    if state == "gone":
        reason = "a tile of the library that is gone"
        remedy = f"Put it back, index it where it lies now (openiads terrain add), or: openiads terrain remove {path}"
    else:
        what = "has changed" if state == "changed" else "covers another area"
        reason = f"a tile of the library that {what} since it was indexed"
        remedy = f"Put it back as it was, or: openiads terrain add {path}"
    return InputError(record.path, reason, remedy)


class _Late:
    """A source that is opened, and held against the index, when it is first read."""

    def __init__(self, record: Record) -> None:
        self.frame = record.frame
        self._record = record
        self._source: Source | None = None

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """Windows of heights; InputError for a tile that is gone or has changed since it was indexed."""
        if self._source is None:
            state = self._record.state()
            if state:
                raise changed(self._record, state)
            self._source = source_of(Path(self._record.path))
            if replace(self._source.frame, datum="") != replace(self.frame, datum=""):
                raise changed(self._record, "elsewhere")
        return self._source.read(windows)


def tile_of(record: Record, *, sea_below: bool = False) -> Tile:
    """A tile of the library, not opened yet."""
    return Tile(Path(record.path), _Late(record), sea_below=sea_below)


def digest_of(records: Sequence[Record]) -> str:
    """SHA-256 (hex) of the contents and places of some tiles."""
    found = hashlib.sha256()
    for each in records:
        found.update(each.sha256.encode() + repr(replace(each.frame, datum="")).encode())
    return found.hexdigest()
