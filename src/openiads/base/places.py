"""Where the statements and values of a TOML text stand, to the character."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openiads.base.toml import Loc, accepted, end_of_string, statement_end

Span = tuple[int, int]

_BARE = re.compile(r"[^,\]}#\n]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text.

    Attributes
    ----------
    start, end : int
        Where it stands, from its first character to behind its line end.
    loc : tuple
        Key path of the table that it opens or of the value that it gives.
    table : tuple
        Key path of the table in which it stands; of a header the one it opens.
    header : int
        0 for a key and its value, 1 for `[table]`, 2 for `[[table]]`.
    """

    start: int
    end: int
    loc: Loc
    table: Loc
    header: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of a text stands.

    Attributes
    ----------
    pieces : tuple of Piece
    values : dict of Loc to (int, int)
        Of every value that is written out, inline ones within others too: its first character and that behind its last.
    """

    pieces: tuple[Piece, ...]
    values: dict[Loc, Span]


def places(text: str) -> Places:
    """Where the statements and values of an accepted TOML text stand."""
    pieces: list[Piece] = []
    values: dict[Loc, Span] = {}
    rows: dict[Loc, int] = {}
    table: Loc = ()
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        end = statement_end(text, at)[0]
        start = skip_blanks(text, at)
        at = end
        if start >= end:
            continue
        if text[start] == "[":
            twice = text.startswith("[[", start)
            names, _ = read_names(text, start + (2 if twice else 1))
            table = _opened(names, twice, rows)
            pieces.append(Piece(start, end, table, table, 2 if twice else 1))
            continue
        names, equals = read_names(text, start)
        loc = (*table, *names)
        read_value(text, skip_blanks(text, equals + 1), loc, values)
        pieces.append(Piece(start, end, loc, table, 0))
    return Places(tuple(pieces), values)


def skip_blanks(text: str, at: int) -> int:
    """The index after blanks, line ends and comments."""
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def read_names(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The names of a dotted key, and the index of what follows it (`=` or `]`)."""
    names: list[str] = []
    while True:
        at = skip_spaces(text, at)
        if text[at] in "\"'":
            end = end_of_string(text, text[at], at + 1)
            names.append(str(accepted(f"k = {text[at:end]}")["k"]))
        else:
            found = _NAME.match(text, at)
            assert found is not None, text[at : at + 20]
            end = found.end()
            names.append(found.group())
        at = skip_spaces(text, end)
        if text[at] != ".":
            return tuple(names), at
        at += 1


def skip_spaces(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _opened(names: tuple[str, ...], twice: bool, rows: dict[Loc, int]) -> Loc:
    """Key path of the table of a header; each name of a list of tables is followed by the number of its last row."""
    loc: Loc = ()
    for k, name in enumerate(names):
        loc = (*loc, name)
        if twice and k == len(names) - 1:
            rows[loc] = rows.get(loc, -1) + 1
        if loc in rows:
            loc = (*loc, rows[loc])
    return loc


def read_value(text: str, at: int, loc: Loc, values: dict[Loc, Span]) -> int:
    """Note where the value at ``at`` and all within it stand; the index behind it."""
    mark = text[at]
    if mark in "\"'":
        triple = text.startswith(mark * 3, at)
        end = end_of_string(text, mark * 3 if triple else mark, at + (3 if triple else 1))
    elif mark == "[":
        end, k = skip_blanks(text, at + 1), 0
        while text[end] != "]":
            end = skip_blanks(text, read_value(text, end, (*loc, k), values))
            end, k = (skip_blanks(text, end + 1) if text[end] == "," else end), k + 1
        end += 1
    elif mark == "{":
        end = skip_blanks(text, at + 1)
        while text[end] != "}":
            names, equals = read_names(text, end)
            end = skip_blanks(text, read_value(text, skip_blanks(text, equals + 1), (*loc, *names), values))
            end = skip_blanks(text, end + 1) if text[end] == "," else end
        end += 1
    else:
        found = _BARE.match(text, at)
        assert found is not None
        end = at + len(found.group().rstrip())
    values[loc] = (at, end)
    return end
