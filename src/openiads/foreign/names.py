"""What names of other files mean here: roles of features, sides, and entries of the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from openiads.base.units import QuantityError, quantity
from openiads.base.words import nearest
from openiads.catalog.records import Catalog, Entry
from openiads.foreign.features import Feature, plain

Role = Literal["site", "asset", "flight", "raid", "corridor", "zone", "skip"]
ROLES: dict[Role, tuple[str, ...]] = {
    "site": ("site", "sam", "samsite", "battery", "airdefense", "airdefence"),
    "asset": (
        "asset",
        "target",
        "airport",
        "airfield",
        "aerodrome",
        "airbase",
        "port",
        "base",
        "facility",
        "depot",
        "city",
    ),
    "flight": ("flight", "aircraft", "airliner"),
    "raid": ("raid", "strike"),
    "corridor": ("corridor", "airway"),
    "zone": (
        "zone",
        "airspace",
        "nofire",
        "nofirezone",
        "nofirearea",
        "freefire",
        "freefirezone",
        "freefirearea",
        "notified",
        "notice",
        "notifiedbox",
        "notifiedarea",
    ),
    "skip": ("skip",),
}
SIDES = {
    "hostile": ("hostile", "enemy", "red", "opfor"),
    "friend": ("friend", "friendly", "blue", "own"),
    "neutral": ("neutral", "civil", "civilian", "green", "white"),
}
#: What ids of recorded runs that openiads exports begin with, beside roles.
RECORDED = ("fire-unit", "radar", "post", "round", "track", "engagement", "event", "ship")
_EXPORTED = re.compile(r"([a-z-]+)/\d+(/area)?")
_ROLES = {word: role for role, words in ROLES.items() for word in words}
_SIDES = {word: side for side, words in SIDES.items() for word in words}
LONGEST_NAME = 80


def bare(text: str) -> str:
    """A name in small letters without anything but letters and digits."""
    return re.sub(r"[\W_]", "", text.casefold())


def role_of(feature: Feature) -> Role | None:
    """What a feature says that it is, or what its id says that openiads has exported; None where it says neither."""
    exported = _EXPORTED.fullmatch(feature.about.get("id", ""))
    if exported and (exported[2] or exported[1] in RECORDED):
        return "skip"
    for key in ("role", "kind"):
        if (role := _ROLES.get(bare(feature.about.get(key, "")))) is not None:
            return role
    return _ROLES.get(exported[1]) if exported else None


def side_of(feature: Feature) -> tuple[str, str]:
    """hostile, friend or neutral, and by which of its properties a feature says so; empty where it does not."""
    for key in ("side", "coalition", "color"):
        if (side := _SIDES.get(bare(feature.about.get(key, "")))) is not None:
            return side, "" if key == "side" else f"by its {key}"
    return "", "assumed"


class Known:
    """Entries of a kind by what they are called elsewhere: their key, their title, its first word, what it has in
    brackets.

    Parameters
    ----------
    entries : Mapping of str to Entry
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.names = list(entries)
        self._of: dict[str, set[str]] = {}
        for name, entry in entries.items():
            brackets = re.findall(r"\(([^)]+)\)", entry.title)
            for word in (entry.title, *entry.title.split()[:1], *brackets):
                self._of.setdefault(bare(word), set()).add(name)
        for name in entries:  # a key is never in doubt
            self._of[bare(name)] = {name}

    def find(self, text: str) -> str | None:
        """The name of the one entry that a text means; None for none and for several."""
        found = self._of.get(bare(text), set()) if bare(text) else set()
        return next(iter(found)) if len(found) == 1 else None

    def variant(self, text: str) -> str | None:
        """As `find`, and the entry whose key with a letter behind it begins the text: F-16C is an f16."""
        said = bare(text)
        begun = [
            name for name in self.names if re.search(r"\d$", name) and re.match(f"{re.escape(bare(name))}[a-z]", said)
        ]
        return self.find(text) or max(begun, key=len, default=None)

    def advice(self, text: str) -> str:
        """What to fill in where a text means none."""
        near = nearest(plain(text, 60).lower(), self.names) if text else ""
        return f"{near}openiads catalog list has all".strip()


def systems(known: Catalog) -> Known:
    """Systems of a catalog."""
    return Known(known.systems)


def threats(known: Catalog) -> Known:
    """Threats of a catalog."""
    return Known(known.threats)


class Names:
    """Names that were given, each once: the next of the same gets (2), (3) and so on behind it."""

    def __init__(self) -> None:
        self._given: dict[str, None] = {}  # in their order
        self._next: dict[str, int] = {}  # the number to try next behind a text

    def __len__(self) -> int:
        return len(self._given)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def give(self, wanted: str) -> str:
        """A name that was not given before."""
        name, count = wanted, 2
        while name in self._given:
            begin = plain(wanted, LONGEST_NAME - len(f" ({count})"))
            if self._next.get(begin, count) > count:
                count = self._next[begin]  # a longer number may leave less of a long text
                continue
            name = f"{begin} ({count})"
            count += 1
            self._next[begin] = count
        self._given[name] = None
        return name


def parts(text: str) -> Iterable[str]:
    """Names in one cell, between ; | or commas."""
    return (each.strip() for each in re.split(r"[;|,]", text) if each.strip())


def measure(said: str, kind: str, unit: str) -> float | None:
    """The SI value of a cell such as "500", "500 m" or "0,5 km"; None for what is none."""
    words = re.sub(r"(?<=\d),(?=\d)", ".", said.strip())
    if re.fullmatch(r"[+-]?\d+(?:\.\d*)?", words):
        words = f"{words} {unit}"
    try:
        return quantity(words, kind)
    except QuantityError:
        return None
