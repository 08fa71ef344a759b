"""The standard streams and the signal to end: closed streams, readers that go away, full disks, SIGTERM.

``main`` calls ``prepare`` first; from then on stdout and stderr are there, whatever the shell did to them.
"""

from __future__ import annotations

import codecs
import json
import os
import signal
import sys
import unicodedata
import warnings
from contextlib import suppress
from types import FrameType
from typing import TextIO

from openiads.base.jsonable import Json

#: How signs are written where a terminal has none of them; letters lose accents, all else becomes a question mark.
PLAIN_SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u2550", "-"),
    **dict.fromkeys("\u2502\u2503\u2551", "|"),
    **dict.fromkeys("\u2018\u2019\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u2033", '"'),
    **dict.fromkeys("\u00b7\u2022", "*"),
    **dict.fromkeys("\u00b5\u03bc", "u"),
    "\u2026": "...",
    "\u00d7": "x",
    "\u00b0": " deg",
    "\u00b1": "+-",
    "\u2192": "->",
    "\u2190": "<-",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2248": "~",
    "\u221e": "inf",
    "\u221a": "sqrt",
    "\u2044": "/",
    "\u03c3": "sigma",
    "\u0394": "d",
    "\u00df": "ss",
    "\u00e6": "ae",
    "\u00f8": "o",
}
_PLAINLY = "openiads.plainly"


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
    codecs.register_error(_PLAINLY, _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what stands in for a stream in a test or a notebook has no such thing
            with suppress(OSError):  # a stream whose descriptor was exchanged below it keeps its own way
                stream.reconfigure(errors=_PLAINLY)
    warnings.showwarning = _warned
    signal.signal(signal.SIGTERM, _end)


def _plainly(problem: UnicodeError) -> tuple[str, int]:
    """What is written for signs that the encoding of a stream does not have."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    return "".join(map(plainly, problem.object[problem.start : problem.end])), problem.end


def plainly(sign: str) -> str:
    """A sign in ASCII: by the table, as its letters without accents, or as a question mark."""
    if sign in PLAIN_SIGNS:
        return PLAIN_SIGNS[sign]
    letters = unicodedata.normalize("NFKD", sign)
    return "".join(PLAIN_SIGNS.get(c, c) for c in letters if not unicodedata.combining(c)).encode(
        "ascii", "ignore"
    ).decode() or ("" if unicodedata.combining(sign) else "?")


def json_text(value: Json, *, indent: int | None = None) -> None:
    """Print JSON on stdout, with escapes where its encoding lacks a sign, so that nothing of it is lost."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        text = json.dumps(value, indent=indent, allow_nan=False)
    print(text, flush=True)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of Python's, as one line without the place in the program from which it came."""
    tell(f"warning: {str(message).strip().partition(chr(10))[0]}")


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
