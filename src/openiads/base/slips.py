"""What somebody meant who wrote something that is not TOML, told from the line on which reading stopped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

#: What is told where nothing better fits.
GENERAL = 'Text needs quotes, and a quantity is text: range = "75 km".'

# Control characters other than tab and line ends, and the marks that reorder text on screen.
_CONTROL = "\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# What shows nothing and makes two names differ that look alike.
_UNSEEN = "\u00ad\u115f\u1160\u180e\u200b\u2028\u2029\u2060-\u2064\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
#: Characters that no file may hold.  Joiners are writing between letters of scripts that have them.
FORBIDDEN = re.compile(f"[{_CONTROL}{_UNSEEN}]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb\u2039\u203a\u2032\u2033\uff02]")
_DASH = re.compile("[\u2010-\u2015\u2212\uff0d]")
#: A name of a file in which an escape made a character: "tiles\north.hgt" has a line end.
SLASHED = re.compile(r"[^ ]*[\b\t\n\f\r][^ ]*\.\w{1,6}|[A-Za-z]:[\b\t\n\f\r].*", re.DOTALL)
_NO_ESCAPE = re.compile(r"\\(?![btnfr\"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
BACKSLASH = "Write a path with / or in single quotes: \"C:/dem/N34E036.hgt\" or 'C:\\dem\\N34E036.hgt'."


#: First bytes of files that people name by mistake, and what such a file is.
_BINARY = {
    b"II*\0": "a TIFF picture or height file",
    b"MM\0*": "a TIFF picture or height file",
    b"II+\0": "a TIFF picture or height file",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"PK\x03\x04": "an archive or office document (zip)",
    b"PAR1": "a table of results (Parquet)",
    b"\x89PNG": "a picture (PNG)",
    b"CDF": "a NetCDF file",
    b"\x89HDF": "an HDF5 or NetCDF file",
    b"SQLite format 3": "an SQLite database",
}


def binary_kind(data: bytes) -> str | None:
    """What a file is that is no text, by its first bytes; None if that cannot be told."""
    return next((kind for mark, kind in _BINARY.items() if data.startswith(mark)), None)


def named(character: str) -> str:
    """A character that is not seen, by its number and name: ``U+200B, zero width space``."""
    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "").lower()
    return f"{number}, {name}" if name else number


def kind_of(character: str) -> str:
    """What sort of forbidden character this is, in words."""
    if character == "\r":
        return "a carriage return that ends no line"
    return "a control or text-direction character" if re.match(f"[{_CONTROL}]", character) else "an invisible character"


def slip(line: str, text: str, told: str) -> tuple[str, str]:
    """What is wrong with a line that is not TOML, and what to do.

    Parameters
    ----------
    line : str
        The line on which reading stopped.
    text : str
        The whole file.
    told : str
        What the reader of TOML says of it.

    Returns
    -------
    tuple of str
        Reason and remedy.
    """
    other = _other_format(text)
    if other:
        return f"this is {other} and not TOML", "Write key = value; the scenarios of openiads are examples."
    bare = _QUOTED.sub('""', line)
    for sense in (_signs, _backslash, _header, _assignment, _value):
        found = sense(line, bare)
        if found:
            return f"not TOML: {found[0]}", found[1]
    return f"not TOML: {told[:200]}", GENERAL


def _other_format(text: str) -> str:
    """The format of a file that is another one altogether; empty where it may be TOML."""
    first = next((row.strip() for row in text.split("\n") if row.strip() and not row.lstrip().startswith("#")), "")
    if first.startswith("{") or re.match(r"\[\s*(\{|\"[^\"]*\"\s*,|$)", first):
        return "JSON"
    if re.match(r"<[?!a-zA-Z]", first):
        return "XML or HTML"
    if first == "---" or re.fullmatch(r"[\w-]+:( .*)?", first):
        return "YAML"
    return ""


def _signs(line: str, bare: str) -> tuple[str, str] | None:
    for pattern, what, remedy in (
        (_SPACE, "a space", "Write a plain space."),
        (_CURLY, "a quotation mark", 'Write plain quotes: "...".'),
        (_DASH, "a dash", "Write a plain hyphen, -."),
    ):
        found = pattern.search(bare)
        if found:
            column = line.find(found.group()) + 1
            return f"{what} of another kind in column {column} ({named(found.group())})", remedy
    return None


def _backslash(line: str, bare: str) -> tuple[str, str] | None:
    for quoted in re.findall(r"\"[^\"]*\"?", line):
        if re.search(r"\\(?![btnfr\"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})", quoted) or re.match(
            r"\"[A-Za-z]:\\", quoted
        ):
            return "a backslash in double quotes begins an escape", BACKSLASH
    return None


def _header(line: str, bare: str) -> tuple[str, str] | None:
    words = bare.strip()
    if words.startswith("//"):
        return "a comment begins with #", "Write # in place of //."
    opened = re.match(r"(\[+)\s*([\w.\"-]+)\s*(\]*)", words)
    if opened and "=" not in words and len(opened[1]) != len(opened[3]) and len(opened[1]) <= 2:
        return "a header in brackets that do not match", f"Write {opened[1]}{opened[2]}{']' * len(opened[1])}."
    if re.fullmatch(r"\w+", words):
        return f'"{words[:60]}" stands alone', f"Write [{words[:60]}] for a table, or {words[:60]} = value."
    return None


def _assignment(line: str, bare: str) -> tuple[str, str] | None:
    colon = re.match(r"\s*([\w.-]+)\s*:\s*(.*)", line)
    if colon and "=" not in bare.partition(":")[0]:
        return "a key and its value are joined by =", f"Write {colon[1]} = {colon[2].strip()[:60]}"
    if re.fullmatch(r"\s*[\w.-]+\s*=\s*(#.*)?", bare):
        return "a key without a value", "Write the value after =, or remove the line."
    if bare.count('"') % 2 or bare.count("'") % 2:
        return "a quotation mark that is not closed on its line", 'Close it: "...".'
    if re.search(r"[;,]\s*(#.*)?$", bare) and bare.count("[") <= bare.count("]"):
        return "a sign after the value", "End the line with the value, without comma or semicolon."
    return None


_VALUES: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (
        r"(?i)true|false|yes|no|on|off",
        lambda m: ("a switch of another spelling", f"Write {_switch(m[0])}, in small letters and without quotes."),
    ),
    (r"(?i)none|null|nil", lambda m: ("there is no empty value", "Leave the line out.")),
    (r"([+-]?\d+),(\d+)", lambda m: ("decimals are written with a point", f"Write {m[1]}.{m[2]}.")),
    (r"([+-]?)(\.\d+)", lambda m: ("a number begins with a digit", f"Write {m[1]}0{m[2]}.")),
    (r"([+-]?\d+)\.", lambda m: ("a number ends with a digit", f"Write {m[1]}.0.")),
    (
        r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?\s*([^\W\d_][^\"',=]*|%|°)",
        lambda m: ("a quantity without quotes", f'Write "{m[0][:60].strip()}".'),
    ),
    (r"[^\W\d_][^\"',=\[\]{}]*", lambda m: ("text without quotes", f'Write "{m[0][:60].strip()}".')),
)


def _switch(word: str) -> str:
    return "true" if word.lower() in ("true", "yes", "on") else "false"


def _value(line: str, bare: str) -> tuple[str, str] | None:
    given = bare.partition("=")[2].partition("#")[0].strip()
    if not given:
        return None
    parts = [part.strip() for part in given.strip("[]").split(",")] if given.startswith("[") else [given]
    for part in parts:
        for pattern, told in _VALUES:
            found = re.fullmatch(pattern, part)
            if found and part not in ("true", "false"):
                return told(found)
    return None


__all__ = ["BACKSLASH", "FORBIDDEN", "GENERAL", "SLASHED", "kind_of", "named", "slip"]
