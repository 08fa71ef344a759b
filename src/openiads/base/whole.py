"""Whether the files of openiads itself are as they were installed: an installation may lose some, or be cut short.

Installers note the hash of every file they write (``RECORD``).  A clone has no such notes: there version control tells.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from importlib import metadata
from pathlib import Path

from openiads.base.errors import OpeniadsError

REMEDY = "The installation is not whole: install openiads again."


class NotWhole(OpeniadsError):
    """A file of openiads itself is missing or not as it was installed."""


def broken_files() -> list[tuple[Path, str]] | None:
    """Files of the package that are not as they were installed, each with what is wrong; None where nothing is noted.

    Takes a tenth of a second: ask once something has gone wrong.
    """
    try:
        installed = metadata.distribution("openiads")
    except metadata.PackageNotFoundError:
        return None
    # Not ``files``: from Python 3.12 on it leaves out what is missing.
    lines = csv.reader((installed.read_text("RECORD") or "").splitlines())
    rows = [row[:2] for row in lines if len(row) > 1]  # the list of files may be cut short too
    own = [(name, noted) for name, noted in rows if name.startswith("openiads/") and noted]
    if not own:
        return None
    found = []
    for name, noted in own:
        place = Path(str(installed.locate_file(name)))
        try:
            body = place.read_bytes()
        except OSError as problem:
            found.append((place, f"a file of openiads itself cannot be read ({problem.strerror or problem})"))
            continue
        kind, _, digest = noted.partition("=")
        if kind not in hashlib.algorithms_available:
            found.append((place, "the list of installed files is damaged where it tells of this one"))
            continue
        made = base64.urlsafe_b64encode(hashlib.new(kind, body).digest()).rstrip(b"=").decode()
        if made != digest:
            found.append((place, "a file of openiads itself is not as it was installed"))
    return found


def not_whole() -> NotWhole | None:
    """The error that an installation gives that is not whole; None for one that is, or of which nothing is noted."""
    broken = broken_files()
    if not broken:
        return None
    place, reason = broken[0]
    more = f", and {len(broken) - 1} more like it" if len(broken) > 1 else ""
    return NotWhole(str(place), reason + more, REMEDY)
