"""How height files come from those who publish them: their names, archives, folders, and what lies beside them."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import re
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
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
#: What unpacking raises for archives that are damaged, or packed by rules that are not ours.
_PACKED_ODDLY = (RuntimeError, NotImplementedError, ValueError, KeyError, lzma.LZMAError)
_DAMAGED = (OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error)
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


def check_regular(path: Path) -> None:
    """InputError for a pipe, a socket, a device or a link that leads nowhere: opening one may never end."""
    if not path.is_file():
        raise InputError(str(path), "no regular file", "Put the file itself there, or take this one away.")


def _heights_in(path: Path) -> list[str]:
    """The files of heights in a .zip; InputError for one that cannot be unpacked."""
    check_regular(path)
    try:
        with zipfile.ZipFile(path) as archive:
            every = [each for each in archive.infolist() if not each.is_dir()]
    except _PACKED_ODDLY as problem:
        raise _oddly_packed(path, problem) from problem
    except _DAMAGED as problem:
        raise InputError(str(path), f"cannot be unpacked ({problem})", "Fetch the file again.") from problem
    kinds = ("hgt", "dted", "asc", "raster")
    heights = [
        each for each in every if not is_beside(PurePosixPath(each.filename)) and kind_of(Path(each.filename)) in kinds
    ]
    for each in heights:
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _oddly_packed(path, f"{each.filename} is packed by method {each.compress_type}")
    return [each.filename for each in heights]


def _oddly_packed(path: Path, problem: object) -> InputError:
    reason = f"cannot be unpacked ({problem})"
    return InputError(str(path), reason, "Pack it plainly (stored or deflated), without a password.")


def member_of(path: Path) -> str:
    """The one file of heights in a .zip; InputError for none, several, or one whose name contradicts the archive's."""
    heights = _heights_in(path)
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
    try:
        with ExitStack() as opened:
            try:
                file = _opened(path, opened)
            except _PACKED_ODDLY as problem:  # encrypted members too
                raise _oddly_packed(path, problem) from problem
            yield file
    except _DAMAGED as problem:
        raise InputError(str(path), f"cannot be unpacked ({problem})", "Fetch the file again.") from problem


def _opened(path: Path, opened: ExitStack) -> IO[bytes] | gzip.GzipFile:
    lower = path.name.lower()
    if lower.endswith(".gz"):
        return opened.enter_context(gzip.open(path))
    if lower.endswith(".zip"):
        member = member_of(path)
        return opened.enter_context(opened.enter_context(zipfile.ZipFile(path)).open(member))
    return opened.enter_context(path.open("rb"))


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
    except (*_DAMAGED, *_PACKED_ODDLY):
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
        return len(_heights_in(path)) == 1
    except InputError:
        return True  # the reason is told when it is read


def belonging(path: Path) -> list[Path]:
    """A file of heights, what lies beside it and changes how it is read, and the same of the files of a .vrt."""
    found = [path, *_beside(path)]
    if path.suffix.lower() == ".vrt":
        for each in vrt_sources(path):
            found += [each, *_beside(each)]
    return found


def _beside(path: Path) -> list[Path]:
    beside = [path.with_name(path.name + end) for end in SIDECARS]
    beside += [path.with_suffix(end) for end in REPLACED_SIDECARS]
    return [each for each in beside if each.is_file()]


# ------------------------------------------------------------------ descriptions that name other files

#: How files begin that are TIFF; each holds a byte of 0, so that no reader takes them for a text.
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: An element of XML, in bytes that may be heights: some letters follow it.
_ELEMENT = re.compile(rb"<[!?A-Za-z][\w\s:.=\"'-]{4}")
_SOURCES = ("sourcefilename", "sourcedataset")
_FETCH = "Fetch the tiles and name those."


def check_sidecars(path: Path) -> None:
    """InputError where what lies beside a file would send its reader to anything but plain files."""
    told = path.with_name(path.name + ".aux.xml")
    if told.exists():
        _check_texts(told, _described(told))
    for each in (path.with_name(path.name + end) for end in (".msk", ".ovr")):
        if each.exists() and (not each.is_file() or not _head_of(each).startswith(_TIFF)):
            raise InputError(str(each), "no TIFF, as a file of this name should be", "Take it away.")


def vrt_sources(path: Path) -> list[Path]:
    """The files that a .vrt is made of.

    GDAL, which reads it, takes names whatever their case, sources that are descriptions themselves, and addresses:
    whatever could lead it anywhere but to plain files of heights is refused.

    Raises
    ------
    InputError
        For one that is not XML, that computes what it holds, or that names anything but plain files.
    """
    root = _described(path)
    _check_texts(path, root)
    found = []
    for each in root.iter():
        told = {_local(name): value for name, value in each.attrib.items()}
        if _local(each.tag) == "subclass" or "subclass" in told:
            reason = f"a {each.tag} that is computed as it is read (subClass)"
            raise InputError(str(path), reason, "Write what it gives to a GeoTIFF and name that.")
        if any(name in told for name in _SOURCES):
            raise InputError(str(path), "names a source in an attribute", "Write it again, e.g. with gdalbuildvrt.")
        if _local(each.tag) in _SOURCES:
            found.append(_source(path, each, told.get("relativetovrt", "0")))
    missing = [each for each in found if not each.is_file()]
    if missing:
        reason = f"{len(missing)} of its {len(found)} files are missing: {listing(str(each) for each in missing)}"
        raise InputError(str(path), reason, "Fetch them, or write the VRT again.")
    for source in dict.fromkeys(found):
        _check_source(path, source)
    return found


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as problem:
        raise InputError(str(path), f"cannot be read ({problem.strerror})", "Check its permissions.") from problem


def _described(path: Path) -> ElementTree.Element:
    """The elements of a description, in the part of XML that all who read it understand alike."""
    check_regular(path)
    again = "Write it again, e.g. with gdalbuildvrt."
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(
                str(path), "too large for a description", f"At most {MOST_BYTES:,} bytes; name the tiles instead."
            )
        body = path.read_bytes().decode("utf-8-sig")
        if "\0" in body:
            raise InputError(str(path), "cannot be read as XML (UTF-16, or no text)", again)
        if "<!" in body or "<?" in re.sub(r"\A\s*<\?xml\s", "", body):
            raise InputError(str(path), "declares entities, or holds comments or instructions", again)
        return ElementTree.fromstring(body)
    except UnicodeDecodeError as problem:
        raise InputError(str(path), "cannot be read as XML (no text in UTF-8)", again) from problem
    except (OSError, ElementTree.ParseError) as problem:
        raise InputError(str(path), f"cannot be read as XML ({problem})", again) from problem


def _local(name: str) -> str:
    """A name of XML without its namespace, in small letters, as GDAL compares it."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _check_texts(path: Path, root: ElementTree.Element) -> None:
    for each in root.iter():
        for text in (each.text, each.tail, *each.attrib.values()):
            name = (text or "").strip()
            if name.lower().startswith("/vsi") or "://" in name or name.upper() == "OVERVIEW_FILE":
                raise InputError(str(path), f'its source "{name}" is no plain file', _FETCH)


def _source(path: Path, element: ElementTree.Element, relative: str) -> Path:
    """The file that an element of a .vrt names."""
    name = (element.text or "").strip()
    device = re.match(r"[A-Za-z]:[\\/]", name) is not None and os.name == "nt"
    if not name or len(element) or "<" in name or ":" in (name[2:] if device else name):
        raise InputError(str(path), f'its source "{name}" is no plain file', _FETCH)
    if relative not in ("0", "1"):
        raise InputError(str(path), f'relativeToVRT is "{relative}"', 'Use "0" or "1".')
    return path.parent / name if relative == "1" else Path(name)


def _check_source(path: Path, source: Path) -> None:
    """InputError for a source that is no file of heights but a description, or of a kind that is not read here."""
    head = _head_of(source)
    if not head.startswith(_TIFF):
        if _ELEMENT.search(head):
            raise InputError(str(path), f'its source "{source.name}" is a description, no file of heights', _FETCH)
        if source.suffix.lower() == ".vrt" or kind_of(source) not in ("hgt", "dted", "asc", "raster"):
            raise InputError(str(path), f'its source "{source.name}" is of no kind that is read', _FETCH)
    check_sidecars(source)


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
    check_regular(path)
    about = path.stat()
    key = (str(path.resolve()), about.st_size, about.st_mtime_ns)
    if key not in _KNOWN:
        with path.open("rb") as file:
            _KNOWN[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _KNOWN[key]
