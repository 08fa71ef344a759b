"""The standard streams and the signal to end: closed streams, readers that go away, full disks, SIGTERM.

``main`` calls ``prepare`` first; from then on stdout and stderr are there, whatever the shell did to them.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TextIO


class Terminated(KeyboardInterrupt):
    """The system asked the program to end (SIGTERM); everything that heeds Ctrl-C heeds this too."""


def prepare() -> None:
    """Open what the shell has closed, and let SIGTERM act like Ctrl-C.

    Python leaves a stream that was closed (``2>&-``) as None, and then ``print(..., file=sys.stderr)`` writes to
    stdout; worse, the next file to be opened would take the stream's number.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough; a second must not cut short what ends in order
    raise Terminated


def tell(line: str) -> None:
    """A line on stderr; if nobody can read it, nothing."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def abandon_stdout() -> None:
    """Send what is still to be written to stdout nowhere, so that Python does not fail on it again at exit."""
    _abandon(sys.stdout)


def settle_stderr() -> None:
    """Write what is left for stderr, or drop it where nobody can read it."""
    try:
        sys.stderr.flush()
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
