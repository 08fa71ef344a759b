"""A file of another program, read within bounds: what kind it is by its contents, its bytes, and its text."""

from __future__ import annotations

import codecs
import math
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from openiads.base.errors import InputError
from openiads.foreign.features import plain

LARGEST = 40_000_000  # bytes, unpacked
LARGEST_RECORDING = 200_000_000  # bytes of a Tacview recording, which is read line by line
TABLES = (".csv", ".tsv", ".txt")
RECORDING = b"FileType=text/acmi"
KINDS = ".geojson, .json, .kml, .kmz, .gpx, .csv, .scn, .acmi, .txt.acmi, .zip.acmi"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: The first line of a scenario of BlueSky, after those of comments.
_COMMAND = re.compile(rb"(?:\s*#[^\n]*\n|\s*\n)*[ \t]*\d{1,3}:\d\d:\d\d(?:\.\d*)?[ \t]*>")
_XML = re.compile(rb"\s*<[?!A-Za-z]")
#: Methods of archives that are read; the decompressors of others raise errors of their own.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


@dataclass(frozen=True)
class Source:
    """A file that is to be read.

    Attributes
    ----------
    file : str
        Name for messages.
    kind : {'geojson', 'xml', 'csv', 'scn', 'acmi'}
    data : bytes
        Unpacked.
    """

    file: str
    kind: str
    data: bytes


def source_of(path: Path) -> Source:
    """The file of a name, unpacked where it is an archive.

    Raises
    ------
    InputError
        For a file that cannot be read, is empty, too large or of another kind.
    """
    file = str(path)
    try:
        if path.is_dir():
            raise InputError(file, "is a folder", f"Name a file: {KINDS}.")
        if not path.is_file():
            raise InputError(file, "no such file", "Check the path.")
        with path.open("rb") as opened:
            data = opened.read(LARGEST_RECORDING + 1)
    except OSError as problem:
        remedy = "Check the path and its permissions."
        raise InputError(file, f"cannot be read: {problem.strerror}", remedy) from None
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        file, data = _member(path)
    kind = _kind(data, path, file)
    most = LARGEST_RECORDING if kind == "acmi" else LARGEST
    if len(data) > most:
        raise InputError(file, f"larger than {most / 1e6:.0f} MB", "Cut out the part that you need, or thin it.")
    return Source(file, kind, data)


def _kind(data: bytes, path: Path, file: str) -> str:
    if not data.strip(b"\xef\xbb\xbf\xfe\xff \t\r\n\0"):
        raise InputError(file, "is empty", "Save it again from the program that wrote it.")
    head = data[:4096]
    if encoding := marked(data):
        head = head.decode(encoding, "ignore").encode()  # with its mark, which says the order of its bytes
    # UTF-16 without its mark decodes to the wrong order at worst, and is then told as no text of a known kind.
    head = head.replace(b"\0", b"").lstrip()
    if head.startswith(RECORDING):
        return "acmi"
    if head.startswith((b"{", b"\x1e{")):
        return "geojson"
    if _XML.match(head):
        return "xml"
    lower = path.name.lower()
    if _COMMAND.match(head) or lower.endswith(".scn"):
        return "scn"
    if lower.endswith(TABLES):
        return "csv"
    told = {
        ".acmi": "not a Tacview text recording of version 2 (it does not begin with FileType=text/acmi/tacview)",
        ".geojson": "not GeoJSON (it does not begin with {)",
        ".json": "not GeoJSON (it does not begin with {)",
        ".kml": "not KML (it is no XML)",
        ".gpx": "not GPX (it is no XML)",
        ".gz": "packed with gzip",
        ".shp": "a shapefile",
        ".xlsx": "a workbook",
    }
    reason = next((words for ending, words in told.items() if lower.endswith(ending)), "of a kind that is not read")
    raise InputError(file, reason, f"Read are {KINDS}; save it as one of them.")


def _member(path: Path) -> tuple[str, bytes]:
    """Name and contents of the one file in an archive that is read: doc.kml or the first .kml, or a recording."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [each for each in archive.infolist() if _useful(each.filename)]
            found.sort(key=lambda each: (PurePosixPath(each.filename).name != "doc.kml", each.filename.count("/")))
            if not found:
                raise InputError(str(path), "an archive without .kml or .acmi in it", "Unpack it and name the file.")
            method = found[0].compress_type
            if method not in _METHODS:
                reason = f"is packed by a method that is not read ({_OTHER_METHODS.get(method, method)})"
                raise InputError(str(path), reason, "Pack it with the usual method of .zip, Deflate.")
            acmi = found[0].filename.lower().endswith((".acmi", ".txt"))
            with archive.open(found[0]) as inside:
                data = inside.read((LARGEST_RECORDING if acmi else LARGEST) + 1)
    except (RuntimeError, NotImplementedError) as problem:
        remedy = "Pack it plainly, without a password."
        raise InputError(str(path), f"cannot be unpacked ({plain(str(problem))})", remedy) from None
    except (OSError, EOFError, ValueError, OverflowError, zipfile.BadZipFile, zlib.error) as problem:
        reason = f"cannot be unpacked ({plain(str(problem))})"
        raise InputError(str(path), reason, "Fetch the file again.") from None
    return f"{path}:{plain(found[0].filename)}", data


def _useful(name: str) -> bool:
    lower = name.lower()
    return not lower.startswith("__macosx") and lower.endswith((".kml", ".acmi", ".txt", ".gpx", ".geojson", ".json"))


def marked(data: bytes) -> str | None:
    """The encoding that a text's mark of byte order says; None without a mark."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def text_of(source: Source, encoding: str | None = None) -> str:
    """The text of a file: by its mark of byte order, else UTF-8, or what the user says.

    Raises
    ------
    InputError
        For an unknown encoding, and for bytes that are none of it.
    """
    data = source.data
    wanted = encoding or marked(data) or "utf-8"
    try:
        return data.decode(wanted)
    except LookupError:
        remedy = "Give one such as utf-8, utf-16, cp1252 or cp1251."
        raise InputError("--encoding", f'"{wanted}" is no encoding of text', remedy) from None
    except UnicodeError as problem:
        start = problem.start if isinstance(problem, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        reason = f"not {wanted} text (byte {data[start] if start < len(data) else 0:#04x})"
        remedy = "Save it as UTF-8, or name its encoding: --encoding cp1252."
        raise InputError(f"{source.file}:{line}", reason, remedy) from None


def utc(text: str | None) -> float:
    """UTC (s since 1970) of an ISO 8601 time; nan for what is none. A time without a zone is UTC."""
    try:
        read = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return math.nan
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return math.nan


def stamp(seconds: float) -> str:
    """UTC of seconds since 1970, ISO 8601; empty for a time that is none of a calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return ""
