"""What folders of results share: their layout, checksums, damage, and refusing foreign ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openiads.base.errors import ResultsError
from openiads.runs import disk
from openiads.runs.digest import canonical_json, hash_of


class Damaged(Exception):
    """A stored file is not what was written; the message says how."""


def with_check(told: dict[str, Any]) -> bytes:
    """A small file's text: JSON with the hash of itself."""
    whole = {**told, "check": hash_of(told)}
    return json.dumps(whole, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def checked(data: bytes) -> dict[str, Any]:
    """What ``with_check`` wrote; ``Damaged`` if it does not agree with its own hash."""
    try:
        told = json.loads(data)
    except (ValueError, UnicodeDecodeError, RecursionError) as problem:
        raise Damaged(f"it is not readable ({problem})") from problem
    if not isinstance(told, dict) or told.pop("check", None) != hashlib.sha256(canonical_json(told)).hexdigest():
        raise Damaged("it does not agree with its own hash")
    return told


@dataclass(frozen=True, slots=True)
class Layout:
    """What marks a folder of results: ``NOUN.json`` says what it is, ``inside`` holds files like ``pattern``."""

    noun: str
    inside: str
    pattern: str
    read: Callable[[Path], Any]  # reads NOUN.json of a folder; ResultsError if it is damaged


def refuse_foreign(path: Path, layout: Layout) -> None:
    """ResultsError if ``path`` is anything but a run's folder, an empty one, or one still to be made.

    Nothing is touched.  What an interrupted start leaves (a lock, empty chunks, temporary files) counts as a run's.
    layout : of another folder of results than a run's
    """
    remedy = "Choose a new or an empty folder with --out"
    inside = path / layout.inside
    try:
        above = next((p for p in (path, *path.parents) if p.exists() or p.is_symlink()), path)
        if above != path and not above.is_dir():
            raise ResultsError(str(path), f"cannot be made: {above} is a file, not a folder", remedy)
        if above != path:
            return
        if not path.is_dir():
            raise ResultsError(str(path), "is a link to nothing" if path.is_symlink() else "is a file", remedy)
        if (path / f"{layout.noun}.json").exists():
            layout.read(path)
            return
        if any(inside.glob(layout.pattern)):
            raise unnamed(path, layout)
        foreign = sorted(p.name for p in path.iterdir() if p.name not in ("lock", layout.inside))
        foreign = [name for name in foreign if not (name.startswith(".") and name.endswith(disk.TEMPORARY))]
        if not foreign and inside.is_dir():
            foreign = sorted(f"{layout.inside}/{p.name}" for p in inside.iterdir() if p.suffix != disk.TEMPORARY)
    except OSError as problem:
        raise ResultsError(str(path), f"cannot be looked into: {problem.strerror}", remedy) from problem
    if foreign:
        few = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise ResultsError(
            str(path), f"holds other files ({few}) and no {layout.noun}", f"Nothing was touched. {remedy}"
        )


def unnamed(path: Path, layout: Layout) -> ResultsError:
    """The error of results without the file that says of what."""
    what = f"there are results here but no {layout.noun}.json to say of what"
    return ResultsError(str(path), what, "Choose another folder with --out")
