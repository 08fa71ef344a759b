"""Mutants of what users give: files, words of a command line, requests; the same for the same seed.

A mutant is a good input with one to three faults: a number at an edge, another unit or type, a token or a line dropped,
doubled or swapped, brackets nested, an encoding that is not meant, text cut short or put in from another input.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

TOKEN = re.compile(rb'"[^"\n]*"|\'[^\'\n]*\'|[A-Za-z_][A-Za-z_0-9.]*|[-+]?\d[\d_.:eE+-]*|[\[\]{}=,#]|\S')
NUMBER = re.compile(rb"(?<![A-Za-z_\d.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
UNIT = re.compile(rb"(?<=\d )(?:km|m|ft|NM|s|min|h|deg|rad|m/s|kn|N|S|E|W|%|dB|kg|MHz|GHz|Mach)\b")

#: Numbers where formulas break, and what looks like one.
EDGES = (
    *b"0 1 -1 0.0 -0.0 1e-320 1e-9 0.1 90 90.0000001 180 -180 181 360 1e5 1e9 1e20 1e308 -1e308 1e309".split(),
    *b"nan inf -inf +nan 2147483647 2147483648 4294967296 9223372036854775807 9223372036854775808".split(),
    *b"0x10 0o7 0b1 1_000 00 01 +5 1. .5 1,5 1e 5e-324 1e-400 1979-05-27 07:32:00 1/0".split(),
    b"9" * 400,
    "١٢".encode(),
    "½".encode(),
)
#: Values of other types, and text that something may choke on.
VALUES = (
    b'""',
    b'" "',
    b'"x"',
    b"true",
    b"false",
    b"[]",
    b"{}",
    b"[[]]",
    b"[{}]",
    b"{ a = 1 }",
    b"[1, 2]",
    b'["a", 1]',
    b"'''a\nb'''",
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\U0010ffff"',
    b'"' + b"a" * 5000 + b'"',
    '"ÄÖ שלום"'.encode(),
    b'"../../etc/passwd"',
    b'"/dev/zero"',
    b'"CON"',
    b'"%s%n{0}"',
    b'"1e308 km"',
    b'"nan km"',
    b'"-5 m"',
    b'"1 parsec"',
    b'"0 km"',
    b'"91 N 181 E"',
    b'"0 N 180 W"',
    b'"90 N 0 E"',
)
UNITS = tuple(b"km m ft NM s min h deg rad m/s kn N S E W % dB kg MHz Mach".split())
WRAPS = ((b"[", b"]"), (b"[[", b"]]"), (b"{ x = ", b" }"), (b'"', b'"'), (b"[" * 40, b"]" * 40), (b"-", b""))
MARKS = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\t",
    b"\x7f",
    b"\xc2\xa0",
    b"\xe2\x80\xae",
    b'"',
    b"\\",
    b"#",
    b"=",
)

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutant(dice: random.Random, inputs: Sequence[bytes], changes: Sequence[Change]) -> bytes:
    """One of the inputs with one to three faults."""
    data = dice.choice(inputs)
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
        data = dice.choice(changes)(dice, data, inputs)
    return data


def _replaced(dice: random.Random, data: bytes, what: re.Pattern[bytes], by: Sequence[bytes]) -> bytes:
    places = [found.span() for found in what.finditer(data)]
    if not places:
        return data
    start, end = dice.choice(places)
    return data[:start] + dice.choice(by) + data[end:]


def number(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A number at an edge."""
    return _replaced(dice, data, NUMBER, EDGES)


def unit(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """Another unit."""
    return _replaced(dice, data, UNIT, UNITS)


def value(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A value of another type."""
    return _replaced(dice, data, re.compile(rb"(?<== )[^\n]+"), VALUES)


def wrapped(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A value in brackets."""
    places = [found.span() for found in re.finditer(rb"(?<== )[^\n#]+", data)]
    if not places:
        return data
    start, end = dice.choice(places)
    opened, closed = dice.choice(WRAPS)
    return data[:start] + opened + data[start:end] + closed + data[end:]


def tokens(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A token dropped, doubled, or swapped with another."""
    places = [found.span() for found in TOKEN.finditer(data)]
    if len(places) < 2:
        return data
    (a, b), (c, d) = sorted(dice.sample(places, 2))
    how = dice.randrange(4)
    if how == 0:
        return data[:a] + data[b:]
    if how == 1:
        return data[:b] + b" " + data[a:b] + data[b:]
    if how == 2:
        return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]
    return data[:a] + data[c:d] + data[b:]


def lines(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A line dropped, doubled, moved, or taken from another input."""
    told = data.split(b"\n")
    k = dice.randrange(len(told))
    how = dice.randrange(4)
    if how == 0:
        del told[k]
    elif how == 1:
        told.insert(k, told[k])
    elif how == 2:
        told.insert(dice.randrange(len(told)), told.pop(k))
    else:
        told.insert(k, dice.choice(dice.choice(inputs).split(b"\n")))
    return b"\n".join(told)


def marks(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A byte or a sign that does not belong there."""
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(MARKS) + data[at:]


def flipped(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A bit turned, as a bad disk or line would."""
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def cut(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """The end missing, or a piece of the middle."""
    a, b = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return data[:a] if dice.random() < 0.5 else data[:a] + data[b:]


def encoded(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """Another encoding or other line ends."""
    text = data.decode("utf-8", "replace")
    how = dice.randrange(5)
    if how == 0:
        return text.encode("utf-16")
    if how == 1:
        return text.encode("latin-1", "replace")
    if how == 2:
        return b"\xef\xbb\xbf" + data
    return data.replace(b"\n", b"\r\n" if how == 3 else b"\r")


def repeated(dice: random.Random, data: bytes, inputs: Sequence[bytes]) -> bytes:
    """A token or a line many times."""
    places = [found.span() for found in TOKEN.finditer(data)]
    if not places:
        return data
    a, b = dice.choice(places)
    return data[:a] + data[a:b] * dice.choice((50, 3000)) + data[b:]


TEXT: tuple[Change, ...] = (number, number, unit, value, value, wrapped, tokens, tokens, lines, lines)
TEXT += (marks, cut, encoded, repeated, flipped)
BINARY: tuple[Change, ...] = (flipped, flipped, cut, marks, number, tokens)
