"""The division of a run or a sweep into parts that jobs compute one by one, and what must hold before they are joined.

A part writes into a folder of its own, ``parts/3-of-16`` below the folder of the whole, with its own lock, its own seal
and ``part.json``, which says of what it is a part.  Nothing is shared between parts, so they need neither a scheduler
nor a common clock, and may even be computed in different places and brought together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import Json, JsonObject
from openiads.runs import disk
from openiads.runs.folder import PARTS, ResultFolder

Item = TypeVar("Item")
#: What holds a part of a run, or of a sweep.
Folder = TypeVar("Folder", bound="ResultFolder")

#: The command by which a part is computed.
Command = Callable[["Part"], str]

#: Parts told one by one in a message; the others are counted.
TOLD = 5
MOST_PARTS = 100_000  # of one run or sweep


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One part of several.

    Attributes
    ----------
    number : int
        From 1 on.
    of : int
        How many there are.
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.number:0{len(str(self.of))}d}-of-{self.of}"

    def folder(self, path: Path) -> Path:
        """Where it is below the folder of the whole."""
        return path / PARTS / self.name

    def block(self, items: Sequence[Item]) -> Sequence[Item]:
        """Its share of things that belong side by side."""
        return items[(self.number - 1) * len(items) // self.of : self.number * len(items) // self.of]

    def turns(self, items: Sequence[Item]) -> Sequence[Item]:
        """Its share of things that cost the more the later they come."""
        return items[self.number - 1 :: self.of]


def parse_part(text: str) -> Part:
    """``K/N`` as a part; UsageError if it is none."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
    if found is None:
        raise UsageError("part", f'"{text}" is not a part', "Write K/N, for example 3/16: the third of sixteen")
    part = Part(int(found[1]), int(found[2]))
    if not 1 <= part.number <= part.of:
        raise UsageError(
            "part",
            f'"{text}": there is no part {part.number} of {part.of}',
            f"Parts are numbered 1 .. {part.of}; let the numbers of a job array begin with 1 too",
        )
    return part


def divided(path: Path) -> dict[Part, Path]:
    """The folders of parts that lie below a folder, in order."""
    found = {}
    for each in (path / PARTS).glob("*-of-*"):
        named = re.fullmatch(r"(\d{1,9})-of-(\d{1,9})", each.name)
        if named is None or not each.is_dir():
            continue
        part = Part(int(named[1]), int(named[2]))
        if 1 <= part.number <= part.of and each.name == part.name:
            found[part] = each
    return dict(sorted(found.items()))


def refuse_unlike(path: Path, part: Part, kind: type[Folder], fields: JsonObject, compared: Mapping[str, str]) -> None:
    """Refuse to compute a part that could never be joined with those that are there already.

    Parameters
    ----------
    path : Path
        The folder of the whole.
    part : Part
        The one to be computed.
    kind : type
        Of the folders of parts.
    fields : JsonObject
        What it would be a part of.
    compared : mapping of str to str
        Fields that must agree, and words for them.

    Raises
    ------
    ResultsError
        Where the folder is divided otherwise, or a part there is one of something else.
    """
    there = divided(path)
    others = sorted({each.of for each in there} - {part.of})
    if others:
        raise ResultsError(
            str(path / PARTS),
            f"divided into {others[0]} parts already, asked is part {part}",
            f"Ask for part K/{others[0]}, or choose another folder with --out",
        )
    for other, folder in there.items():
        try:
            stored = kind.read_named(folder)[0].as_dict()
        except (FileNotFoundError, ResultsError):
            continue  # not begun, or damaged: told when the parts are joined
        for name, words in compared.items():
            if other != part and stored.get(name) != fields.get(name):
                raise ResultsError(
                    str(folder),
                    f"part {other} was computed with another {words} ({name}): {_short(stored.get(name))}, "
                    f"this part has {_short(fields.get(name))}",
                    "Compute all parts alike, or choose another folder with --out",
                )
        return


class Division(Generic[Folder]):
    """The parts that lie in a folder, all of one whole and one number.

    Parameters
    ----------
    path : Path
        The folder of the whole.
    kind : type
        Of the folders of parts.
    compared : mapping of str to str
        Fields in which parts must agree, and words for them.
    command : callable
        The command by which a part is computed, for messages.

    Raises
    ------
    ResultsError
        No parts, parts of several divisions, or parts of several wholes.
    """

    def __init__(self, path: Path, kind: type[Folder], compared: Mapping[str, str], command: Command) -> None:
        self.path, self.kind, self.command = path, kind, command
        there = divided(path)
        if not there:
            raise ResultsError(
                str(path), "there are no parts here to join", f"Compute them first, each by {command(Part(1, 2))}"
            )
        self.of = self._one_number(there)
        self.folders: dict[Part, Folder] = {}
        for part, folder in there.items():
            try:
                self.folders[part] = kind(folder, *kind.read_named(folder))
            except FileNotFoundError:
                continue  # it was begun and has nothing yet
            except ResultsError as problem:
                raise ResultsError(
                    problem.place,
                    f"part {part}: {problem.reason}",
                    f"Remove the folder {folder} and compute this part again by {command(part)}",
                ) from problem
        if self.folders:
            self._one_whole(compared)

    def _one_number(self, there: Mapping[Part, Path]) -> int:
        numbers = sorted({part.of for part in there})
        if len(numbers) > 1:
            told = "; ".join(f"{ranges([p.number for p in there if p.of == n])} of {n}" for n in numbers)
            raise ResultsError(
                str(self.path / PARTS),
                f"parts of several divisions lie here: {told}",
                "Move away the folders of all but one of them and join again",
            )
        if numbers[0] > MOST_PARTS:
            raise ResultsError(
                str(self.path / PARTS),
                f"{numbers[0]:,} parts are more than can be joined ({MOST_PARTS:,})",
                "Move away what is no part, or divide the run into fewer",
            )
        return numbers[0]

    def _one_whole(self, compared: Mapping[str, str]) -> None:
        for name, words in compared.items():
            groups: dict[str, list[Part]] = {}
            for part, folder in self.folders.items():
                groups.setdefault(_short(folder.identity.as_dict().get(name)), []).append(part)
            if len(groups) > 1:
                told = "; ".join(f"{value} in {ranges([p.number for p in parts])}" for value, parts in groups.items())
                fewest = min(groups.values(), key=len)
                raise ResultsError(
                    str(self.path / PARTS),
                    f"the {self.of} parts differ in their {words} ({name}): {told}",
                    "Move away the folders of those that are to go and compute them again like the others, "
                    f"for example by {self.command(fewest[0])}",
                )

    def every(self) -> Iterator[tuple[Part, Folder, JsonObject]]:
        """Each part with its folder and seal, in order; ResultsError that names all that are not complete."""
        parts = [Part(number, self.of) for number in range(1, self.of + 1)]
        found = [(part, self._seal(part)) for part in parts]
        missing = [part for part, seal in found if seal is None]
        if missing:
            told = [f"{part.number}: {self._state(part)}" for part in missing[:TOLD]]
            told += [f"and {len(missing) - TOLD} more"] if len(missing) > TOLD else []
            raise ResultsError(
                str(self.path),
                f"{len(missing)} of {self.of} parts are not complete ({'; '.join(told)})",
                f"Compute {'it' if len(missing) == 1 else 'each'} by {self.command(missing[0])}, then join again",
            )
        for part, seal in found:
            assert seal is not None
            yield part, self.folders[part], seal

    def _seal(self, part: Part) -> JsonObject | None:
        folder = self.folders.get(part)
        return None if folder is None else folder.sealed()

    def _state(self, part: Part) -> str:
        """What there is of a part that is not complete, in words."""
        holder = disk.holder(part.folder(self.path) / "lock")
        writing = f", being computed by {holder}" if holder else ""
        if part in self.folders:
            return self.folders[part].stored_so_far() + writing
        if writing:
            return "begun" + writing
        known = next(iter(self.folders.values()), None)
        share = self.share(part, known) if known is not None else ""
        return f"missing{share and f', {share}'}"

    def share(self, part: Part, like: Folder) -> str:
        """What a part that nobody has begun would hold, in words, told from another one."""
        return ""

    def damaged(self, part: Part, problem: ResultsError | str, where: Path) -> ResultsError:
        """The error of a part that is not as it was sealed."""
        reason = problem if isinstance(problem, str) else problem.reason
        return ResultsError(
            str(where),
            f"part {part}: {reason}",
            f"Compute what is damaged again by {self.command(part)}, then join again",
        )


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in words: ``1-3, 7``."""
    told: list[list[int]] = []
    for number in sorted(numbers):
        if told and number == told[-1][-1] + 1:
            told[-1][1:] = [number]
        else:
            told.append([number])
    return ", ".join("-".join(map(str, each)) for each in told)


def _short(value: Json) -> str:
    text = "none" if value in (None, "", {}) else str(value)
    return text[:12] if len(text) == 64 else text if len(text) <= 60 else f"{text[:57]}..."
