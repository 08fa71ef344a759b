"""Readers of height files that need no other package: SRTM tiles, DTED, and Esri ASCII grids."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from gzip import GzipFile
from pathlib import Path
from typing import IO

import numpy as np

from openiads.base.errors import InputError
from openiads.earth.packings import corner_of, member_of, unpacked, unpacked_size, unpacking
from openiads.earth.tiles import Frame, Heights, Window

LARGEST = 60_000_000  # cells of a text grid
LONGEST_NUMBER = 40  # bytes of a height written as text
COARSEST = 1.0  # degrees between points


# ------------------------------------------------------------------ SRTM tiles

#: Bytes of a tile -> its rows and columns: of 3", of 1", of 1" with half as many columns in the far north, of 2".
HGT_SIZES = {2 * rows * columns: (rows, columns) for rows, columns in ((1201, 1201), (3601, 3601), (3601, 1801))}
HGT_SIZES |= {2 * 1801 * 1801: (1801, 1801), 2 * 1201 * 601: (1201, 601)}


class Hgt:
    """An SRTM tile, plain, in .gz or in .zip: big-endian meters, north first, posts on the rims; its name says where.

    Parameters
    ----------
    path : Path
        Of the file.
    """

    def __init__(self, path: Path) -> None:
        corner = corner_of(path.name)
        if corner is None and path.name.lower().endswith(".zip"):
            corner = corner_of(member_of(path))
        if corner is None:
            raise InputError(str(path), "the name does not say which tile it is", "Name it like N34E036.hgt.")
        self._path = path
        size = unpacked_size(path)
        if size not in HGT_SIZES:
            size = len(unpacked(path, max(HGT_SIZES)))
        if size not in HGT_SIZES:
            reason = f"{size} bytes is not a whole tile (2,884,802 or 25,934,402 bytes)"
            raise InputError(str(path), reason, "The file is cut short or of another kind; fetch it again.")
        rows, columns = HGT_SIZES[size]
        south, west = corner
        self.frame = Frame(rows, columns, float(south), float(west), 1.0 / (rows - 1), 1.0 / (columns - 1), 0.0)

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """Windows of heights; a packed tile is unpacked once for those that come from the north on."""
        if not windows:
            return
        rows, columns = self.frame.rows, self.frame.columns
        with unpacking(self._path) as file:
            at, kept = 0, np.empty((0, columns), ">i2")  # rows from the north: the next one read, and the last ones
            for first, end, west, east in windows:
                top, bottom = rows - end, rows - first
                if top < at - len(kept) or top > at:
                    file.seek(2 * top * columns)
                    at, kept = top, kept[:0]
                if bottom > at:
                    new = self._rows(file, bottom - at)
                    kept, at = np.concatenate([kept[len(kept) - (at - top) :], new]), bottom
                begin = len(kept) - (at - top)
                part = kept[begin : begin + end - first][::-1, west:east].astype(np.float32)
                part[part == -32768.0] = np.nan
                yield part

    def _rows(self, file: IO[bytes] | GzipFile, count: int) -> np.ndarray:
        length = 2 * count * self.frame.columns
        body = file.read(length)
        if len(body) != length:
            raise InputError(str(self._path), "is not a whole tile: cut short", "Fetch the file again.")
        return np.frombuffer(body, dtype=">i2").reshape(count, self.frame.columns)


# ------------------------------------------------------------------ DTED

DTED_HEAD = 80 + 648 + 2700  # bytes of its three headers


class Dted:
    """A DTED tile (level 0, 1 or 2): columns from the west, each from the south, sign and magnitude.

    Parameters
    ----------
    path : Path
        Of the file.  Source of the form: MIL-PRF-89020B.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            head = file.read(DTED_HEAD)
        if len(head) < DTED_HEAD or head[:3] != b"UHL" or head[80:83] != b"DSI":
            raise InputError(str(path), "not a DTED file", "It is cut short or of another kind; fetch it again.")
        try:
            west, south = _dms(head[4:12]), _dms(head[12:20])
            lon_step, lat_step = (int(head[k : k + 4]) / 36_000.0 for k in (20, 24))
            columns, rows = int(head[47:51]), int(head[51:55])
        except ValueError as problem:
            raise InputError(str(path), f"its header is damaged ({problem})", "Fetch the file again.") from problem
        datum = head[80 + 144 : 80 + 149].decode("ascii", errors="replace").strip() or "WGS84"
        if datum not in ("WGS84", "WGE"):
            reason = f"on the datum {datum}, up to hundreds of meters from WGS 84"
            raise InputError(str(path), reason, "Transform it to WGS 84 (EPSG:4326).")
        size = DTED_HEAD + columns * (12 + 2 * rows)
        if rows < 2 or columns < 2 or path.stat().st_size != size:
            reason = f"{path.stat().st_size:,} bytes for {rows} rows of {columns}"
            raise InputError(str(path), reason, "The file is cut short; fetch it again.")
        self._path = path
        self.frame = Frame(rows, columns, south, west, lat_step, lon_step, 0.0)

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """Windows of heights."""
        length = 12 + 2 * self.frame.rows
        with self._path.open("rb") as file:
            for first, end, west, east in windows:
                file.seek(DTED_HEAD + west * length)
                body = np.frombuffer(file.read((east - west) * length), np.uint8).reshape(east - west, length)
                raw = np.ascontiguousarray(body[:, 8 + 2 * first : 8 + 2 * end]).view(">i2")
                size = (raw.astype(np.int32) & 0x7FFF).astype(np.float32)
                part = np.where(raw < 0, -size, size).T
                part[part == -32767.0] = np.nan
                yield np.ascontiguousarray(part)


def _dms(text: bytes) -> float:
    """Degrees of DDDMMSSH."""
    words = text.decode("ascii", errors="replace")
    if words[-1] not in "NSEW":
        raise ValueError(f"{words!r} is no position")
    degrees = int(words[:3]) + int(words[3:5]) / 60.0 + int(words[5:7]) / 3600.0
    return -degrees if words[-1] in "SW" else degrees


# ------------------------------------------------------------------ Esri ASCII grids


class Ascii:
    """An Esri ASCII grid in degrees, held whole.

    Marks of byte order, UTF-16, ``dx`` and ``dy`` in place of ``cellsize``, comments, and decimal commas are read.

    Parameters
    ----------
    path : Path
        Of the file.
    """

    def __init__(self, path: Path) -> None:
        _check_asc_size(path)
        words = _words(path)
        head, at = _head(path, words)
        need = "It needs ncols, nrows, xllcorner, yllcorner, cellsize."
        try:
            rows, columns = int(head["nrows"]), int(head["ncols"])
            wide = head["dx"] if "dx" in head else head["cellsize"]
            high = head["dy"] if "dy" in head else head.get("cellsize", wide)
            south = head["yllcenter"] if "yllcenter" in head else head["yllcorner"] + high / 2
            west = head["xllcenter"] if "xllcenter" in head else head["xllcorner"] + wide / 2
        except KeyError as missing:
            raise InputError(str(path), f"the header has no {missing.args[0]}", need) from missing
        except (ValueError, OverflowError) as problem:
            raise InputError(str(path), f"not a number: {problem}", "Write an Esri ASCII grid of numbers.") from problem
        for step in (wide, high):
            if not (math.isfinite(step) and step > 0.0):
                raise InputError(str(path), f"a cell size of {step:g}", "Write the degrees between two cells.")
        _place_told(path, south, west, rows, high)
        for step in (wide, high):
            if step > COARSEST:
                reason = f"a cell of {step:g} degrees"
                remedy = "Is it minutes, seconds or meters? Write the degrees between two cells, at most 1."
                raise InputError(str(path), reason, remedy)
        values = _numbers(path, words[at:])
        if rows < 2 or columns < 2 or rows * columns > LARGEST or values.size != rows * columns:
            reason = f"{values.size} heights for {rows} rows of {columns}"
            raise InputError(str(path), reason, "The file is cut short, too small or too large; write it again.")
        heights = values.reshape(rows, columns)[::-1]
        with np.errstate(over="ignore"):  # programs that count in 8 bytes write their lowest number for no data
            holes = heights == np.float32(head.get("nodata_value", head.get("nodata", -9999.0)))
        if np.isinf(heights[~holes]).any():
            reason = "a height beyond any number of 4 bytes (3.4e38 m)"
            raise InputError(str(path), reason, "Declare missing values as NODATA_value, and write heights in meters.")
        self._heights = np.where(holes, np.float32(np.nan), heights)
        self.frame = Frame(rows, columns, south, west, high, wide, 0.5)

    def read(self, windows: Sequence[Window]) -> Iterator[Heights]:
        """Windows of heights."""
        for first, end, west, east in windows:
            yield self._heights[first:end, west:east]


def _place_told(path: Path, south: float, west: float, rows: int, step: float) -> None:
    """Refuse a grid that is not in degrees before its cell size is spoken of."""
    if not (-90.0 <= south <= 90.0 and -360.0 <= west <= 360.0):
        reason = f"corner {south:g} N {west:g} E, step {step:g}: not degrees"
        raise InputError(str(path), reason, "Reproject it to latitude and longitude (EPSG:4326).")


def _words(path: Path) -> list[str]:
    """The words of a text file in UTF-8 or UTF-16, with or without a mark of byte order, without comments."""
    body = path.read_bytes()
    wide = body[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and b"\0" in body[:200]:
        raise InputError(str(path), "UTF-16 without its mark, or no text at all", "Write it as plain text (UTF-8).")
    text = body.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    if "#" in text[:2000] or "/*" in text[:2000]:
        lines = (line for line in text.splitlines() if not line.lstrip().startswith(("#", "/*")))
        text = "\n".join(lines)
    for mark, name in (("DSAA", "a Surfer grid"), ("north:", "a GRASS ASCII grid"), ("{", "JSON"), ("<", "XML")):
        if text.lstrip()[: len(mark)].lower() == mark.lower():
            raise InputError(str(path), f"{name}, not an Esri ASCII grid", "Write it as an Esri ASCII grid or GeoTIFF.")
    words = text.split()
    if any(re.fullmatch(r"-?\d+,\d+([eE][-+]?\d+)?", word) for word in words[1:14:2]):  # commas in the header's numbers
        if any("." in word for word in words[:2000]):
            raise InputError(str(path), "decimal commas and decimal points", "Write numbers with points only.")
        words = [word.replace(",", ".") for word in words]
    return words


def _head(path: Path, words: Sequence[str]) -> tuple[dict[str, float], int]:
    """The header, and where the heights begin."""
    head: dict[str, float] = {}
    at = 0
    try:
        while at + 1 < len(words) and words[at][:1].isalpha() and words[at].lower() not in ("nan", "inf"):
            head[words[at].lower()] = float(words[at + 1])
            at += 2
    except ValueError as problem:
        raise InputError(str(path), f"not a number: {problem}", "Write an Esri ASCII grid of numbers.") from problem
    return head, at


def _numbers(path: Path, words: Sequence[str]) -> Heights:
    try:
        with np.errstate(over="ignore"):  # infinite then, which is spoken of when the missing values are known
            return np.array(words, dtype=np.float32)
    except ValueError as problem:
        comma = next((word for word in words if re.fullmatch(r"-?\d+,\d+", word)), "")
        if comma:
            reason = f'decimal commas, "{comma}"'
            raise InputError(str(path), reason, "Write numbers with points, header and heights alike.") from problem
        raise InputError(str(path), f"not a number: {problem}", "Write an Esri ASCII grid of numbers.") from problem


def _check_asc_size(path: Path) -> None:
    """Refuse a grid that is too large by its header, or a file longer than its grid could be, before reading it."""
    with path.open("rb") as file:
        words = file.read(1000).decode("ascii", errors="ignore").replace("\0", "").lower().split()
    told = {key: word for key, word in zip(words[:-1], words[1:], strict=True) if key in ("nrows", "ncols")}
    try:
        cells = int(told.get("nrows", "0")) * int(told.get("ncols", "0"))
    except ValueError:
        cells = 0  # what is wrong with it is said when it is read
    length = path.stat().st_size
    if cells > LARGEST or length > 2000 + 2 * LONGEST_NUMBER * max(cells, 600):
        reason = f"{cells:,} cells in {length:,} bytes"
        raise InputError(str(path), reason, f"Give at most {LARGEST:,} cells in one file, as plain numbers.")
