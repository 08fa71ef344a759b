"""TOML with the line of every key: reading, bounds against huge input, and writing.

`tomllib` gives no positions, so a scanner cuts the accepted text into statements and maps key paths to lines; what it
merges equals what `tomllib` reads.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.slips import BACKSLASH, FORBIDDEN, SLASHED, binary_kind, kind_of, named, slip

#: Bounds that no honest scenario comes near; they keep the time to an answer under two seconds whatever is given.
LARGEST_FILE = 250_000  # characters or bytes
DEEPEST = 24  # levels of nesting, and names in one dotted key
MOST_ITEMS = 1000  # in one list or table
LARGEST_INTEGER = 2**63 - 1  # TOML's own bound
Loc = tuple[str | int, ...]

_TOKEN = re.compile("\"\"\"|'''|[\"'#\n\\[\\]{}.=,]")
_STRING_END = {quote: re.compile(f"[{quote}\n]") for quote in "\"'"}
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One header or one key with its value.

    Attributes
    ----------
    line : int
        Where it begins, from 1.
    text : str
    depth : int
        Deepest bracket nesting.
    parts : int
        Most names joined by dots in one key.
    """

    line: int
    text: str
    depth: int
    parts: int


@dataclass(slots=True)
class Lines:
    """Where things are in a file: key path -> line.

    Attributes
    ----------
    file : str
        Name for messages.
    of : dict of Loc to int
    """

    file: str = ""
    of: dict[Loc, int] = field(default_factory=dict)

    def line(self, loc: Loc) -> int:
        """Line of the longest known beginning of a key path; 0 when nothing of it is known."""
        for end in range(len(loc), 0, -1):
            if loc[:end] in self.of:
                return self.of[loc[:end]]
        return 0

    def head(self, mapping: Mapping[str, Json]) -> str:
        """`FILE:LINE` of the last key above all tables, below which one that is missing belongs; else line 1."""
        above = [loc[0] for loc in self.of if len(loc) == 1 and not isinstance(mapping.get(str(loc[0])), dict | list)]
        return f"{self.file}:{max((self.of[(key,)] for key in above), default=1)}" if self.file else ""

    def place(self, loc: Loc, value: Json = None) -> str:
        """`FILE:LINE: site[1].system = "x"`; line 1 of a file that has nothing of the key path."""
        line = self.line(loc) or (1 if self.of else 0)
        where = f"{self.file}:{line}" if line and self.file else self.file
        what = spelled(loc) + ("" if value is None else f" = {_shown(value)}")
        return f"{where}: {what}" if where and what else where or what


def parse_toml(text: str, file: str) -> JsonObject:
    """The mapping of a TOML text; InputError `FILE:LINE` on a syntax error or a duplicate key (the parser stops
    there).

    What would keep the parser busy (its time grows with the square of the names in a dotted key) or overrun its stack
    is refused before it runs.
    """
    if len(text) > LARGEST_FILE:
        raise _too_large(file)
    text = _plain_ends(text)
    _check_characters(text, file)
    pieces = scan(text)
    for piece in pieces:
        place = f"{file}:{piece.line}"
        if piece.depth > DEEPEST:
            raise InputError(place, f"nested deeper than {DEEPEST} levels", "Flatten it.")
        if piece.parts > DEEPEST:
            raise InputError(place, f"more than {DEEPEST} names joined by dots in one key", "Flatten it.")
    try:
        mapping = tomllib.loads(text)
    except ValueError as error:
        raise _syntax_error(error, text, pieces, file) from None
    fault = None if _plain(mapping, text) else _fault(mapping)
    if fault is not None:
        loc, reason, remedy = fault
        line = merged(text, file)[1].line(loc)
        raise InputError(f"{file}:{line}" if line else file, reason, remedy)
    return mapping


def _too_large(file: str) -> InputError:
    return InputError(file, f"larger than {LARGEST_FILE // 1000} kB", "A scenario is a few kilobytes of text.")


def accepted(text: str) -> JsonObject:
    """The mapping of a TOML text that was read before."""
    return tomllib.loads(_plain_ends(text))


def scan(text: str) -> list[Statement]:
    """Cuts TOML text (line ends as \\n) into its statements; what follows a broken statement may be cut wrongly."""
    found: list[Statement] = []
    at, line = 0, 1
    while at < len(text):
        end, depth, parts = statement_end(text, at)
        piece = text[at:end]
        stripped = piece.lstrip(" \t\n")
        if stripped and not stripped.startswith("#"):
            found.append(Statement(line + piece[: len(piece) - len(stripped)].count("\n"), stripped, depth, parts))
        line += piece.count("\n")
        at = end
    return found


def statement_end(text: str, start: int) -> tuple[int, int, int]:
    """Index after the line end that closes the statement at `start`, its deepest bracket nesting, and the most names
    joined by dots in it."""
    depth = deepest = 0
    parts = most = 1
    at = start
    while (token := _TOKEN.search(text, at)) is not None:
        mark, at = token.group(), token.end()
        if mark == ".":
            parts += 1
            most = max(most, parts)
        elif mark == "#":
            at = _index(text, "\n", at)
        elif mark[0] in "\"'":
            at = end_of_string(text, mark, at)
        else:
            parts = 1
            if mark == "\n" and depth <= 0:
                return at, deepest, most
            if mark in "[{":
                depth += 1
                deepest = max(deepest, depth)
            elif mark in "]}":
                depth -= 1
    return len(text), deepest, most


def end_of_string(text: str, quote: str, at: int) -> int:
    """Index after the closing quote of a string whose opening quote ends at `at` (or of the line, or text, when it
    never closes)."""
    while True:
        if len(quote) == 1:
            found = _STRING_END[quote].search(text, at)
            close = -1 if found is None else found.start()
        else:
            close = text.find(quote, at)
        if close < 0:
            return len(text)
        if quote[0] == '"' and text[close] == '"' and _escaped(text, at, close):
            at = close + 1
            continue
        if len(quote) == 1:
            return close + (text[close] != "\n")
        close += 3
        extra = 0
        while extra < 2 and text[close : close + 1] == quote[0]:
            close, extra = close + 1, extra + 1
        return close


def _escaped(text: str, start: int, at: int) -> bool:
    """Whether an odd number of backslashes stands before `at`, none of them before `start`."""
    first = at
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def _index(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found


def merged(text: str, file: str = "") -> tuple[JsonObject, Lines]:
    """The mapping that the statements of accepted TOML text add up to, and the line of each key path."""
    lines = Lines(file)
    root: JsonObject = {}
    table = root
    path: Loc = ()
    for statement in scan(_plain_ends(text)):
        content = tomllib.loads(statement.text)
        if statement.text.startswith("["):
            table, path = _open(root, content, statement.text.startswith("[["), lines, statement.line)
        else:
            _pour(content, table, path, lines, statement.line)
    return root, lines


def _open(root: JsonObject, header: Json, repeated: bool, lines: Lines, line: int) -> tuple[JsonObject, Loc]:
    """The table a header opens, and its key path."""
    names = []
    while isinstance(header, dict) and header:
        name, header = next(iter(header.items()))
        names.append(name)
    table: Json = root
    path: Loc = ()
    for depth, name in enumerate(names):
        last = depth == len(names) - 1
        path = (*path, name)
        lines.of.setdefault(path, line)
        table = table.setdefault(name, [] if last and repeated else {})
        if isinstance(table, list):
            if last and repeated:
                table.append({})
            path = (*path, len(table) - 1)
            lines.of.setdefault(path, line)
            table = table[-1]
    return table, path


def _pour(content: JsonObject, table: JsonObject, path: Loc, lines: Lines, line: int) -> None:
    for key, value in content.items():
        here = (*path, key)
        lines.of.setdefault(here, line)
        if isinstance(value, dict):
            _pour(value, table.setdefault(key, {}), here, lines, line)
        else:
            table[key] = value


def _plain_ends(text: str) -> str:
    """Text as TOML counts its lines: without the mark that some editors put before it, line ends as \\n."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _check_characters(text: str, file: str) -> None:
    bad = FORBIDDEN.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        remedy = "Save the file with usual line ends." if bad.group() == "\r" else "Remove it."
        raise InputError(f"{file}:{line}", f"{kind_of(bad.group())} ({named(bad.group())}) in column {column}", remedy)


def _plain(mapping: Mapping[str, Json], text: str) -> bool:
    """Whether `_fault` would find nothing, without asking where: most files are right, and the way there is long.  A
    forbidden character comes into a text that has none by an escape alone."""
    if "\\" in text:
        return False
    left: list[Json] = [mapping]
    for _ in range(DEEPEST):
        inner: list[Json] = []
        for item in left:
            if len(item) > MOST_ITEMS:
                return False
            for part in item.values() if isinstance(item, dict) else item:
                kind = type(part)
                if kind is dict or kind is list:
                    inner.append(part)
                elif kind is int and not -LARGEST_INTEGER - 1 <= part <= LARGEST_INTEGER:
                    return False
        if not inner:
            return True
        left = inner
    return False


def _fault(mapping: Mapping[str, Json]) -> tuple[Loc, str, str] | None:
    """The first thing no scenario needs, as key path, reason and remedy: forbidden characters by way of escapes, deep
    nesting by way of dotted keys, endless lists and tables, integers that are none of TOML's."""
    left: list[tuple[Json, Loc]] = [(mapping, ())]
    while left:
        item, loc = left.pop()
        if len(loc) > DEEPEST:
            return loc, f"keys nested deeper than {DEEPEST} levels", "Flatten them."
        if isinstance(item, str) and (bad := FORBIDDEN.search(item)):
            return loc, f"an escape for {kind_of(bad.group())} ({named(bad.group())})", "Remove it."
        if isinstance(item, str) and SLASHED.fullmatch(item):
            return (
                loc,
                f"a backslash in double quotes made a character of a path ({clipped(toml_value(item))})",
                BACKSLASH,
            )
        if isinstance(item, int) and not -LARGEST_INTEGER - 1 <= item <= LARGEST_INTEGER:
            return loc, *_HUGE
        if isinstance(item, dict | list) and len(item) > MOST_ITEMS:
            what = "keys in one table" if isinstance(item, dict) else "items in one list"
            first = MOST_ITEMS if isinstance(item, list) else list(item)[MOST_ITEMS]
            reason = f"{len(item):,} {what}, more than {MOST_ITEMS:,}"
            return (*loc, first), reason, "A scenario has a few dozen of anything."
        if isinstance(item, dict):
            for key, part in item.items():
                left += [(key, (*loc, key)), (part, (*loc, key))]
        elif isinstance(item, list):
            left += [(part, (*loc, k)) for k, part in enumerate(item)]
    return None


_HUGE = ("an integer beyond 64 bits", "Integers go from -9223372036854775808 to 9223372036854775807.")


def _syntax_error(error: ValueError, text: str, pieces: list[Statement], file: str) -> InputError:
    if not isinstance(error, tomllib.TOMLDecodeError):  # Python's own limit on the digits of an integer; no position
        return InputError(f"{file}:{_line_of_huge(pieces)}", *_HUGE)
    message = str(error)
    at = _AT_LINE.search(message)
    total = text.count("\n") + (not text.endswith("\n"))
    line = (int(at.group(1)) if at.group(1) else total) if at else 0
    reason = _AT_LINE.sub("", message)
    place = f"{file}:{line}" if line else file
    if "overwrite" in reason or "twice" in reason or "mutate" in reason:
        first = _first_of_duplicate(pieces, line)
        return InputError(
            place, f"the key or table is already given{f' in line {first}' if first else ''}", "Keep one of the two."
        )
    rows = text.split("\n")
    return InputError(place, *slip(rows[line - 1] if 0 < line <= len(rows) else "", text, reason))


def _line_of_huge(pieces: list[Statement]) -> int:
    """Line of the first statement with an integer of more digits than Python reads."""
    for piece in pieces:
        try:
            tomllib.loads(piece.text)
        except tomllib.TOMLDecodeError:
            continue
        except ValueError:
            return piece.line
    return 1


def _first_of_duplicate(pieces: list[Statement], line: int) -> int:
    """Line where the key of the last statement at or before `line` was given first; 0 when that is not found."""
    before = [piece for piece in pieces if piece.line <= line]
    if not before:
        return 0
    seen: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for number, piece in enumerate(before):
        head = piece.text.split("\n")[0].split("#")[0].strip()
        if piece.text.startswith("["):
            key: tuple[str, ...] = (head,)
            if head.startswith("[["):
                header = (head, str(number))
                continue
            header = key
        else:
            key = (*header, head.split("=")[0].strip())
        if piece is before[-1]:
            return seen.get(key, 0)
        seen.setdefault(key, piece.line)
    return 0


def read_text(path: Path) -> str:
    """The text of a file; InputError if it cannot be read, is too large or is not UTF-8."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _too_large(str(path))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read: {error.strerror}", "Check the path and its permissions."
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kind = binary_kind(data)
        if kind is not None:
            raise InputError(
                str(path), f"this is {kind}, not a text in TOML", "Name the file of a scenario or a study here."
            ) from None
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        line = 1 if wide else data.count(b"\n", 0, error.start) + 1
        told = "UTF-16 text, not UTF-8" if wide else f"not UTF-8 text (byte {error.object[error.start]:#04x})"
        raise InputError(f"{path}:{line}", told, "Save the file as UTF-8.") from None


def spelled(loc: Loc) -> str:
    """`site[1].doctrine.salvo`; lists count from 1."""
    text = ""
    for step in loc:
        text += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if text else ''}{clipped(step)}"
    return text


def clipped(text: str) -> str:
    """A text short enough for a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _shown(value: Json) -> str:
    text = toml_value(value) if isinstance(value, str | int | float | bool | list | dict) else str(value)
    return clipped(text)


def toml_text(mapping: Mapping[str, Json]) -> str:
    """TOML of a mapping: plain keys, then tables, then arrays of tables, their own tables inline."""
    plain = {k: v for k, v in mapping.items() if not isinstance(v, dict) and not _rows(v)}
    blocks = [_lines(plain)] if plain else []
    blocks += [f"[{key_text(k)}]\n{_lines(v)}" for k, v in mapping.items() if isinstance(v, dict)]
    blocks += [f"[[{key_text(k)}]]\n{_lines(row)}" for k, v in mapping.items() if _rows(v) for row in v]
    return "\n\n".join(block.rstrip() for block in blocks) + "\n"


def _rows(value: object) -> TypeGuard[list[JsonObject]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _lines(mapping: Mapping[str, Json]) -> str:
    return "\n".join(f"{key_text(k)} = {toml_value(v)}" for k, v in mapping.items())


def key_text(key: str) -> str:
    """A key as TOML writes it."""
    return key if key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key) else toml_value(key)


def toml_value(value: object) -> str:
    """One TOML value; mappings are written inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key_text(k)} = {toml_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
