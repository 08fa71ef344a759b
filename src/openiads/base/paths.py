"""Questions about paths that users write, which may be any text."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether there is a file of a name; none has one that is too long for the system.

    Before Python 3.14 ``Path.is_file`` raises for such a name.
    """
    return _told(path.is_file)


def is_dir(path: Path) -> bool:
    """Whether there is a folder of a name; none has one that is too long for the system."""
    return _told(path.is_dir)


def _told(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except OSError as problem:
        if problem.errno != errno.ENAMETOOLONG:
            raise
        return False
