"""One file of heights: where its points lie, and its heights block by block, read when somebody asks for them.

A tile is read in blocks of ``BLOCK`` x ``BLOCK`` cells, of which those used last are kept (``KEPT`` bytes in all, for
every tile together), so that memory depends neither on how many files there are nor on how large they are.

Latitudes and longitudes are degrees; longitudes are angles: 285 E is 75 W, and a tile that ends at 180 E goes on at
180 W.  Row 0 is in the south, column 0 in the west.
"""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from openiads.earth.worldwide import packaged_basin

BLOCK = 512  # cells, each way
KEPT = 8_000_000  # bytes of blocks kept
SLACK = 1e-7  # cells by which a place may lie beyond a rim, for rounding
TALLEST = 9000.0  # m: no ground on Earth is higher
DEEPEST = -500.0  # m: no dry ground is lower
ABYSS = -12_000.0  # m: no sea floor is lower
#: Values that mean "missing" by long custom, whether or not a file declares them; those beyond all heights come by
#: themselves.
MISSING = (-9999.0, -32767.0, -32768.0)
MOST_ODD = 100  # values that are counted one by one
BELOW = -1.0  # m: what lies lower is below the sea

Heights = NDArray[np.float32]
Degrees = NDArray[np.float64]
Window = tuple[int, int, int, int]  # first row, end of rows, first column, end of columns


@dataclass(frozen=True)
class Frame:
    """Where the points of a file lie.

    Parameters
    ----------
    rows, columns : int
        Of points, at least 2 each.
    south, west : float
        Degrees, of the southwestern point.
    lat_step, lon_step : float
        Degrees between points.
    edge : float
        How many steps each side reaches beyond the outer points: 0 for posts, 0.5 for cells.
    datum : str
        As the file says it, or as its kind has it.
    """

    rows: int
    columns: int
    south: float
    west: float
    lat_step: float
    lon_step: float
    edge: float
    datum: str = "WGS 84"

    @property
    def north(self) -> float:
        """Latitude of the northernmost points, degrees."""
        return self.south + (self.rows - 1) * self.lat_step

    @property
    def around(self) -> bool:
        """Whether the columns go around the whole earth, so that the last and the first are neighbors."""
        return abs(self.columns * self.lon_step - 360.0) < 0.5 * self.lon_step

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north and east rim, degrees; east may lie beyond 180."""
        high, wide = self.edge * self.lat_step, self.edge * self.lon_step
        east = self.west + (self.columns - 1) * self.lon_step
        return self.south - high, self.west - wide, self.north + high, east + wide

    def fractions(self, lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
        """Fractional rows and columns of places; columns from just west of the first on around the earth."""
        slack = 0.0 if self.around else (self.edge + SLACK) * self.lon_step
        east = np.mod(lon - self.west + slack, 360.0) - slack
        return (lat - self.south) / self.lat_step, east / self.lon_step

    def inside(self, lat: Degrees, lon: Degrees) -> NDArray[np.bool_]:
        """Whether places lie in the covered rectangle, its rim included."""
        row, column = self.fractions(lat, lon)
        slack = self.edge + SLACK
        found = (row >= -slack) & (row <= self.rows - 1 + slack)
        return found if self.around else found & (column <= self.columns - 1 + slack)


class Source(Protocol):
    """What reads a file: its frame, and windows of its heights (float32, south first; NaN: declared as missing)."""

    frame: Frame

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """The heights in some windows, in their order."""


@dataclass
class Facts:
    """What the heights read so far are like."""

    cells: int = 0
    holes: int = 0  #: without data, declared or not
    low: float = np.inf  #: m
    high: float = -np.inf  #: m
    below: int = 0  #: cells below the sea where no dry basin is known
    deep: int = 0  #: cells that are lower than any dry ground
    odd: dict[float, int] = field(default_factory=dict)  #: values that must mean "missing" though nobody says so

    @property
    def tall(self) -> list[float]:
        """Values above all ground that are no single mark for "missing"."""
        unknown = [value for value in self.odd if TALLEST < value < 60_000.0 and value not in (9999.0, 32767.0)]
        return unknown if len(unknown) > 1 else []


class Tile:
    """A file of heights, in meters above the sea.

    Parameters
    ----------
    path : Path
        Of the file, for messages.
    source : Source
        What reads it.
    sea_below : bool
        Whether what lies below the sea is the sea, but for basins that the packaged grid knows.
    """

    def __init__(self, path: Path, source: Source, *, sea_below: bool = False) -> None:
        self.path = path
        self.frame = source.frame
        self.facts = Facts()
        self.sea_below = sea_below
        self._source = source
        self._counted: dict[tuple[int, int], bool] = {}  # blocks read so far, and whether they have holes
        self._lock = threading.Lock()

    def values(self, lat: Degrees, lon: Degrees) -> Degrees:
        """Heights at places (n,) inside the frame, bilinear; NaN where the nearest point has no data.

        Points without data beside one that has some do not count: a hole does not pull down its surroundings.
        """
        i, j, v, u = self._cells(lat, lon)
        across = self._across
        number = -(i // BLOCK) * across + j // BLOCK  # from the north, as packed tiles can be read at one go
        order = np.argsort(number, kind="stable")
        firsts = np.flatnonzero(np.diff(number[order], prepend=np.iinfo(np.int64).min // 2))
        wanted = [(int(i[order[k]] // BLOCK), int(j[order[k]] // BLOCK)) for k in firsts]
        out = np.empty(len(lat))
        for part, (bi, bj), block in zip(np.split(order, firsts[1:]), wanted, self._blocks(wanted), strict=True):
            out[part] = _bilinear(block, i[part] - bi * BLOCK, j[part] - bj * BLOCK, v[part], u[part])
        return out

    def known(self, lat: Degrees, lon: Degrees) -> NDArray[np.bool_]:
        """Whether there are heights at places (n,) inside the frame; blocks known to be whole are not read for that."""
        i, j, _, _ = self._cells(lat, lon)
        blocks = np.unique((i // BLOCK) * self._across + j // BLOCK)
        if all(self._counted.get(divmod(int(each), self._across), True) is False for each in blocks):
            return np.ones(len(lat), dtype=bool)
        return ~np.isnan(self.values(lat, lon))

    @property
    def _across(self) -> int:
        """Blocks from west to east."""
        return -(-(self.frame.columns + self.frame.around) // BLOCK)

    def _cells(self, lat: Degrees, lon: Degrees) -> tuple[NDArray[np.int64], NDArray[np.int64], Degrees, Degrees]:
        """Rows and columns south and west of places, and how far on toward the next each lies (0 to 1)."""
        frame = self.frame
        columns = frame.columns + frame.around
        row, column = frame.fractions(lat, lon)
        row, column = np.clip(row, 0.0, frame.rows - 1.0), np.clip(column, 0.0, columns - 1.0)
        i = np.minimum(row.astype(np.int64), frame.rows - 2)
        j = np.minimum(column.astype(np.int64), columns - 2)
        return i, j, row - i, column - j

    def scan(self) -> Facts:
        """Read every block once; what all heights are like."""
        for _ in self._blocks(self._numbers(), keep=False):
            pass
        return self.facts

    def holes(self) -> Iterator[tuple[Degrees, Degrees]]:
        """Latitudes and longitudes of points without data, block by block."""
        frame = self.frame
        for (bi, bj), block in zip(self._numbers(), self._blocks(self._numbers(), keep=False), strict=True):
            i, j = np.nonzero(np.isnan(block[:BLOCK, :BLOCK]))
            if len(i):
                south, west = np.float64(frame.south), np.float64(frame.west)
                yield south + (i + bi * BLOCK) * frame.lat_step, west + (j + bj * BLOCK) * frame.lon_step

    def _numbers(self) -> list[tuple[int, int]]:
        return [(i, j) for i in reversed(range(-(-self.frame.rows // BLOCK))) for j in range(self._across)]

    def _blocks(self, wanted: Sequence[tuple[int, int]], *, keep: bool = True) -> Iterator[Heights]:
        """Blocks by number, from what is kept or from the file; each with the first row and column of the next."""
        kept = {number: block for number in wanted if (block := _KEEPER.get((self, number))) is not None}
        missing = [number for number in wanted if number not in kept]
        read = self._source.read([self._window(number) for number in missing])
        for number in wanted:
            if number in kept:
                yield _unpacked(kept[number])
                continue
            block = self._cleaned(number, self._joined(number, next(read)))
            if keep:
                _KEEPER.put((self, number), _packed(block))
            yield block

    def _window(self, number: tuple[int, int]) -> Window:
        i, j = (n * BLOCK for n in number)
        return i, min(i + BLOCK + 1, self.frame.rows), j, min(j + BLOCK + 1, self.frame.columns)

    def _joined(self, number: tuple[int, int], block: Heights) -> Heights:
        """A block with the first column beside the last one, where columns go around the earth."""
        first, end, _, east = self._window(number)
        if not self.frame.around or east < self.frame.columns or block.shape[1] > BLOCK:
            return block
        return np.hstack([block, next(iter(self._source.read([(first, end, 0, 1)])))])

    def _cleaned(self, number: tuple[int, int], block: Heights) -> Heights:
        """A block with what cannot be a height taken out, and, if asked for, the sea where it lies below the sea."""
        block = np.array(block, dtype=np.float32)
        low, high = float(block.min()), float(block.max())
        if low >= BELOW and high <= TALLEST and not (self.sea_below and low < 0.0):  # nothing of all this, as mostly
            self._count(number, block[:BLOCK, :BLOCK])
            return block
        wild = (block > TALLEST) | (block < ABYSS) | np.isin(block, np.array(MISSING, np.float32))
        values = block[wild]
        block[wild | ~np.isfinite(block)] = np.nan
        under = block < BELOW
        if under.any():
            i, j = np.nonzero(under)
            lat = self.frame.south + (i + number[0] * BLOCK) * self.frame.lat_step
            lon = self.frame.west + (j + number[1] * BLOCK) * self.frame.lon_step
            under[i, j] = ~packaged_basin(lat, lon)
        self._count(number, block[:BLOCK, :BLOCK], under[:BLOCK, :BLOCK], values, bool(np.isnan(block).any()))
        if self.sea_below:
            block[under | ((block < 0.0) & (block >= BELOW))] = 0.0
        return block

    def _count(
        self,
        number: tuple[int, int],
        block: Heights,
        under: NDArray[np.bool_] | None = None,
        odd: Heights | None = None,
        holed: bool = False,
    ) -> None:
        with self._lock:
            if number in self._counted:
                return
            facts, known = self.facts, block[~np.isnan(block)]
            self._counted[number] = holed
            facts.cells += block.size
            facts.holes += block.size - known.size
            facts.below += 0 if under is None else int(under.sum())
            facts.deep += int((known < DEEPEST).sum())
            if known.size:
                facts.low, facts.high = min(facts.low, float(known.min())), max(facts.high, float(known.max()))
            for value, count in zip(*np.unique(odd, return_counts=True), strict=True) if odd is not None else ():
                if float(value) in facts.odd or len(facts.odd) < MOST_ODD:
                    facts.odd[float(value)] = facts.odd.get(float(value), 0) + int(count)


def _bilinear(
    block: Heights, i: NDArray[np.int64], j: NDArray[np.int64], v: Degrees, u: Degrees
) -> NDArray[np.float64]:
    """Bilinear values of a block at rows i + v and columns j + u; NaN where the nearest point is."""
    corners = np.stack([block[i, j], block[i, j + 1], block[i + 1, j], block[i + 1, j + 1]]).astype(float)
    south = corners[0] * (1.0 - u) + corners[1] * u
    value = south * (1.0 - v) + (corners[2] * (1.0 - u) + corners[3] * u) * v
    rough = np.isnan(value)
    if not rough.any():
        return value
    some, v, u = corners[:, rough], v[rough], u[rough]
    weights = np.stack([(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v]) * ~np.isnan(some)
    total = weights.sum(axis=0)
    nearest = some[2 * (v > 0.5) + (u > 0.5), np.arange(len(u))]
    mean = (np.nan_to_num(some) * weights).sum(axis=0) / np.where(total > 0.0, total, 1.0)
    value[rough] = np.where(np.isnan(nearest), np.nan, mean)
    return value


# ------------------------------------------------------------------ blocks that are kept


def _packed(block: Heights) -> NDArray[np.generic]:
    """Whole meters take half the room; what is not is kept as it is."""
    gone = np.isnan(block)
    whole = np.where(gone, np.float32(-32768.0), block)
    narrow = whole.astype(np.int16)
    kept: NDArray[np.generic] = narrow if (narrow == whole).all() else block
    # in pages of its own: amid what comes and goes while a tile is read it would keep that memory from going back
    room = np.frombuffer(mmap.mmap(-1, kept.nbytes), kept.dtype).reshape(kept.shape)
    room[...] = kept
    return room


def _unpacked(block: NDArray[np.generic]) -> Heights:
    if block.dtype != np.int16:
        return block  # type: ignore[return-value]
    wide = block.astype(np.float32)
    wide[block == -32768] = np.nan
    return wide


class _Keeper:
    """The blocks used last, of all tiles of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Tile, tuple[int, int]], NDArray[np.generic]] = OrderedDict()
        self._size = 0

    def get(self, key: tuple[Tile, tuple[int, int]]) -> NDArray[np.generic] | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: tuple[Tile, tuple[int, int]], block: NDArray[np.generic]) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = block
                self._size += block.nbytes
            while self._size > KEPT and len(self._kept) > 1:
                self._size -= self._kept.popitem(last=False)[1].nbytes


_KEEPER = _Keeper()
