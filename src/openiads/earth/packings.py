"""How height files come from those who publish them: their names, archives, folders, and what lies beside them."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from openiads.base.errors import InputError

#: Endings of files that are read, and what reads them.
KINDS = {
    ".hgt": "hgt", ".hgt.gz": "hgt", ".hgt.zip": "hgt",
    ".dt0": "dted", ".dt1": "dted", ".dt2": "dted",
    ".asc": "asc",
    ".tif": "raster", ".tiff": "raster", ".vrt": "raster", ".bil": "raster", ".flt": "raster",
    ".zip": "zip",
}  # fmt: skip
NAMES = ".hgt, .hgt.gz, .zip, .dt0, .dt1, .dt2, .asc, .tif, .vrt, .bil, .flt, or a folder of them"
#: What publishers put beside heights: errors, masks, sources, previews, derived maps.
BESIDE = re.compile(r"[_-](edm|flm|hem|wbm|acm|msk|stk|num|swb|ql|hai|hillshade|slope|aspect)$", re.IGNORECASE)
BESIDE_FOLDERS = {"__macosx", "auxfiles", "preview", "info", "doc", "docs"}
#: Files that change how their neighbor is read.
SIDECARS = (".aux.xml", ".msk")
REPLACED_SIDECARS = (".hdr", ".prj", ".tfw", ".blw")
MOST_FILES = 50_000  # of one folder
MOST_BYTES = 4_000_000  # of a VRT
#: Corner of a tile as publishers write it: N34E035, n34_e035, N34_00_E035_00, N034E035.
_CORNER = re.compile(r"(?<![A-Z])([NS])0?(\d{2})(?:_00)?_?([EW])(\d{3})(?!\d)", re.IGNORECASE)


def kind_of(path: Path) -> str | None:
    """What reads a file, by its name; None for nothing that does."""
    lower = path.name.lower()
    return next((KINDS[end] for end in sorted(KINDS, key=len, reverse=True) if lower.endswith(end)), None)


def corner_of(name: str) -> tuple[int, int] | None:
    """South and west edge (degrees) that the name of a tile tells; None where it tells none."""
    found = _CORNER.search(name)
    if found is None:
        return None
    south, west = int(found[2]), int(found[4])
    return south * (1 if found[1] in "Nn" else -1), west * (1 if found[3] in "Ee" else -1)


def is_beside(path: PurePosixPath | Path) -> bool:
    """Whether a file in a folder or an archive is no heights but what publishers put beside them."""
    stem = path.name.split(".")[0]
    folders = {part.lower() for part in path.parts[:-1]}
    return path.name.startswith(".") or bool(BESIDE.search(stem)) or bool(folders & BESIDE_FOLDERS)


# ------------------------------------------------------------------ archives


def member_of(path: Path) -> str:
    """The one file of heights in a .zip; InputError for none, several, or one whose name contradicts the archive's."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    except (OSError, zipfile.BadZipFile) as problem:
        raise InputError(str(path), f"cannot be unpacked ({problem})", "Fetch the file again.") from problem
    heights = [
        name
        for name in names
        if not is_beside(PurePosixPath(name)) and kind_of(Path(name)) in ("hgt", "dted", "asc", "raster")
    ]
    if len(heights) != 1:
        wanted = ".hgt" if path.name.lower().endswith(".hgt.zip") else "height"
        raise InputError(str(path), f"holds {len(heights)} {wanted} files", "Pack exactly one tile a file.")
    outer, inner = corner_of(path.name), corner_of(PurePosixPath(heights[0]).name)
    if outer is not None and inner is not None and outer != inner:
        reason = f"holds {heights[0]}, which is another tile than its own name says"
        raise InputError(str(path), reason, "One of the two names is wrong; fetch the file again.")
    return heights[0]


def unpacked(path: Path, limit: int) -> bytes:
    """The contents of a plain or packed file, never more than ``limit`` + 1 bytes of it."""
    with unpacking(path) as file:
        return file.read(limit + 1)


@contextmanager
def unpacking(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """A plain or packed file, opened to be read from its beginning; InputError for one that cannot be unpacked."""
    lower = path.name.lower()
    try:
        if lower.endswith(".gz"):
            with gzip.open(path) as file:
                yield file
        elif lower.endswith(".zip"):
            member = member_of(path)
            with zipfile.ZipFile(path) as archive, archive.open(member) as inside:
                yield inside
        else:
            with path.open("rb") as plain:
                yield plain
    except (RuntimeError, NotImplementedError) as problem:  # encrypted or oddly packed members
        remedy = "Pack it plainly, without a password."
        raise InputError(str(path), f"cannot be unpacked ({problem})", remedy) from problem
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise InputError(str(path), f"cannot be unpacked ({problem})", "Fetch the file again.") from problem


def unpacked_size(path: Path) -> int | None:
    """Bytes that a plain or packed file holds by what it says itself; None where it cannot be told without reading."""
    lower = path.name.lower()
    try:
        if lower.endswith(".gz"):
            with path.open("rb") as file:
                file.seek(-4, os.SEEK_END)
                return int.from_bytes(file.read(4), "little")
        if lower.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                return archive.getinfo(member_of(path)).file_size
        return path.stat().st_size
    except (OSError, zipfile.BadZipFile):
        return None


# ------------------------------------------------------------------ folders, and what belongs to a file


def files_of(path: Path) -> list[Path]:
    """The files of heights that a name stands for: itself, or those of a folder and its folders, by name.

    Raises
    ------
    InputError
        For a name that is no file of a known kind, and for a folder without one.
    """
    if path.is_dir():
        found = [each for each in _walk(path) if _is_heights(each, path)]
        if not found:
            raise InputError(str(path), "a folder without height files", f"Put some there: {NAMES}.")
        return found
    if not path.is_file():
        raise InputError(str(path), "no such terrain file", "Check the name; paths are relative to the scenario.")
    if kind_of(path) is None:
        raise InputError(str(path), "not a known kind of terrain file", f"Use {NAMES}.")
    return [path]


def _walk(folder: Path) -> Iterator[Path]:
    count = 0
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                remedy = "Name the folder that holds the tiles."
                raise InputError(str(folder), f"holds more than {MOST_FILES:,} files", remedy)
            yield Path(here) / name


def _is_heights(path: Path, folder: Path) -> bool:
    kind = kind_of(path)
    if kind is None or is_beside(path.relative_to(folder)):
        return False
    if kind != "zip":
        return True
    try:
        member_of(path)
    except InputError:
        return False
    return True


def belonging(path: Path) -> list[Path]:
    """A file of heights, what lies beside it and changes how it is read, and the files that a .vrt is made of."""
    beside = [path.with_name(path.name + end) for end in SIDECARS]
    beside += [path.with_suffix(end) for end in REPLACED_SIDECARS]
    found = [path, *(each for each in beside if each.is_file())]
    if path.suffix.lower() == ".vrt":
        found += [each for each in vrt_sources(path) if each.is_file()]
    return found


def vrt_sources(path: Path) -> list[Path]:
    """The files that a .vrt is made of; InputError for one that is not XML, or that names anything but plain files."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(str(path), "too large for a VRT", f"At most {MOST_BYTES:,} bytes; name the tiles instead.")
        body = path.read_bytes()
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise InputError(str(path), "declares entities", "Write it again, e.g. with gdalbuildvrt.")
        root = ElementTree.fromstring(body)
    except (OSError, ElementTree.ParseError) as problem:
        raise InputError(str(path), f"cannot be read as a VRT ({problem})", "Write it again.") from problem
    found = []
    for tag in ("SourceFilename", "SourceDataset"):
        for each in root.iter(tag):
            name = (each.text or "").strip()
            if name.startswith("/vsi") or "://" in name or "<" in name or not name:
                raise InputError(str(path), f'its source "{name}" is no plain file', "Fetch the tiles and name those.")
            found.append(path.parent / name if each.get("relativeToVRT") == "1" else Path(name))
    missing = [each for each in found if not each.is_file()]
    if missing:
        reason = f"{len(missing)} of its {len(found)} files are missing: {listing(str(each) for each in missing)}"
        raise InputError(str(path), reason, "Fetch them, or write the VRT again.")
    return found


def listing(names: Iterable[str], most: int = 8) -> str:
    """Some names on one line, those beyond a few counted."""
    every = list(names)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {rest} more" if rest > 0 else "")


# ------------------------------------------------------------------ what is in a file

_KNOWN: dict[tuple[str, int, int], str] = {}


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file and of what belongs to it; read again only if size or time of one changed."""
    return _sha256(path) if (every := belonging(path)) == [path] else _joint(every)


def forget(path: Path) -> None:
    """Read a file again when its SHA-256 is asked for next, whatever its time says."""
    for each in belonging(path):
        gone = str(each.resolve())
        for key in [key for key in _KNOWN if key[0] == gone]:
            del _KNOWN[key]


def _joint(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + bytes.fromhex(_sha256(path)))
    return found.hexdigest()


def _sha256(path: Path) -> str:
    about = path.stat()
    key = (str(path.resolve()), about.st_size, about.st_mtime_ns)
    if key not in _KNOWN:
        with path.open("rb") as file:
            _KNOWN[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _KNOWN[key]
