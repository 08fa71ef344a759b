"""The file of a replay: a header of JSON, then arrays as they lie in memory, so that a browser reads them in place.

====== =====================================================================================
bytes  content
====== =====================================================================================
0-7    ``OIADSRP1``
8-11   length H of the header, little-endian, a multiple of 8
12-15  0
16 ... H bytes of JSON (UTF-8), filled up with spaces
after  sections, little-endian, each at a multiple of 8 from the end of the header
====== =====================================================================================
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from openiads.base.errors import InputError

MAGIC = b"OIADSRP1"
_START = 16


def packed(header: Mapping[str, Any], sections: Mapping[str, bytes]) -> bytes:
    """A replay file; ``sections`` are laid one after the other and their places written into the header."""
    places: dict[str, dict[str, int]] = {}
    body = bytearray()
    for name, data in sections.items():
        places[name] = {"offset": len(body), "length": len(data)}
        body += data + b"\0" * (-len(data) % 8)
    told = json.dumps({**header, "sections": places}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    front = told.encode("utf-8", errors="replace")
    front += b" " * (-len(front) % 8)
    return b"".join((MAGIC, struct.pack("<II", len(front), 0), front, bytes(body)))


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Header and sections of a replay file; InputError for what is none."""
    problem = InputError("replay", "not a replay file, or cut short", "Write it again with openiads export")
    if len(data) < _START or data[:8] != MAGIC:
        raise problem
    (length,) = struct.unpack_from("<I", data, 8)
    if len(data) < _START + length:
        raise problem
    try:
        header = json.loads(data[_START : _START + length])
    except (ValueError, RecursionError):  # no UTF-8, no JSON, or brackets without end
        raise problem from None
    places = header.get("sections") if isinstance(header, dict) else None
    body = data[_START + length :]
    if not isinstance(places, dict) or not all(_within(at, len(body)) for at in places.values()):
        raise problem
    return header, {name: body[at["offset"] : at["offset"] + at["length"]] for name, at in places.items()}


def _within(at: object, size: int) -> bool:
    """Whether the place of a section is one, and inside so many bytes."""
    if not isinstance(at, dict):
        return False
    offset, length = at.get("offset"), at.get("length")
    if type(offset) is not int or type(length) is not int:
        return False
    return offset >= 0 and length >= 0 and offset + length <= size
