"""Folders of results: their layout, checksums, lock, seal, going on after an interruption, and refusing foreign ones.

``ResultFolder`` is what the folders of runs and of sweeps have in common; comparisons and claims, which hold runs and a
few small files, use its parts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from openiads.base.errors import ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.runs import disk
from openiads.runs.digest import canonical_json, hash_of

SEAL = "SEALED.json"

#: Where a folder of results keeps the parts that jobs compute for it one by one.
PARTS = "parts"


class Kept:
    """A result that is read from a folder, which may be a temporary one.

    Attributes
    ----------
    path : Path
        The folder.
    """

    path: Path
    _gone: weakref.finalize | None = None

    @property
    def out(self) -> str | None:
        """The folder as text; None for a temporary one."""
        return None if self._gone is not None else str(self.path)

    def make_temporary(self) -> None:
        """Remove the folder when this object goes."""
        self._gone = weakref.finalize(self, shutil.rmtree, str(self.path), ignore_errors=True)


@contextmanager
def output_folder(out: str | Path | None) -> Iterator[Path]:
    """The folder ``out``, or for None a temporary one that is removed if what fills it fails."""
    if out is not None:
        yield Path(out)
        return
    path = Path(tempfile.mkdtemp(prefix="openiads-"))
    try:
        yield path
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


# ------------------------------------------------------------------ small files that check themselves


class Damaged(Exception):
    """A stored file is not what was written; the message says how."""


def with_check(told: JsonObject) -> bytes:
    """A small file's text: JSON with the hash of itself."""
    whole = {**told, "check": hash_of(told)}
    return json.dumps(whole, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def checked(data: bytes) -> JsonObject:
    """What ``with_check`` wrote; ``Damaged`` if it does not agree with its own hash."""
    try:
        told = json.loads(data)
    except (ValueError, UnicodeDecodeError, RecursionError) as problem:
        raise Damaged(f"it is not readable ({problem})") from problem
    if not isinstance(told, dict) or told.pop("check", None) != hashlib.sha256(canonical_json(told)).hexdigest():
        raise Damaged("it does not agree with its own hash")
    return told


def write_checked(path: Path, told: JsonObject) -> None:
    """Write a small file whole, with the hash of itself; ResultsError where it cannot be written."""
    disk.write_file(path, with_check(told))


def read_checked(path: Path) -> JsonObject:
    """Read what ``write_checked`` wrote; ``Damaged`` or ``FileNotFoundError`` if it is not there as it was."""
    return checked(disk.read_file(path))


# ------------------------------------------------------------------ whose folder it is


@dataclass(frozen=True, slots=True)
class Layout:
    """What a folder of results looks like.

    Attributes
    ----------
    noun : str
        What it holds: ``NOUN.json`` says of what exactly.
    inside, pattern : str
        The folder of its parts, and what their names are like; empty where parts have names of their own.
    own : tuple of str
        Other names that belong there.
    """

    noun: str
    inside: str = ""
    pattern: str = ""
    own: tuple[str, ...] = ()


def refuse_foreign(
    path: Path, layout: Layout, read: Callable[[Path], object] | None = None, *, parts: bool = False
) -> None:
    """Refuse a folder that is anything but one of this layout, an empty one, or one still to be made.

    Nothing is touched.  What an interrupted start leaves (a lock, empty parts, temporary files) counts as its own.

    Parameters
    ----------
    path : Path
        Where the results are to go.
    layout : Layout
        What may lie there.
    read : callable, optional
        Reads ``NOUN.json`` of a folder, so that a damaged one is told; a folder that has one is then its own.
    parts : bool, optional
        Parts that are not joined may lie there.

    Raises
    ------
    ResultsError
        For anything else; the message names it.
    """
    remedy = "Choose a new or an empty folder with --out"
    try:
        above = next((p for p in (path, *path.parents) if p.exists() or p.is_symlink()), path)
        if above != path and not above.is_dir():
            raise ResultsError(str(path), f"cannot be made: {above} is a file, not a folder", remedy)
        if above != path:
            return
        if not path.is_dir():
            raise ResultsError(str(path), "is a link to nothing" if path.is_symlink() else "is a file", remedy)
        if read is not None and (path / f"{layout.noun}.json").exists():
            read(path)
            return
        if (path / PARTS).is_dir() and not parts:
            raise ResultsError(
                str(path),
                f"holds parts that are not joined, and no {layout.noun}",
                "Join them: the same command with --join; or choose another folder with --out",
            )
        foreign = _foreign(path, layout)
    except OSError as problem:
        raise ResultsError(str(path), f"cannot be looked into: {problem.strerror}", remedy) from problem
    if foreign:
        few = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise ResultsError(
            str(path), f"holds other files ({few}) and no {layout.noun}", f"Nothing was touched. {remedy}"
        )


def _foreign(path: Path, layout: Layout) -> list[str]:
    """Names in a folder that do not belong to its layout; ResultsError for parts without the file that names them."""
    inside = path / layout.inside
    if layout.inside and any(inside.glob(layout.pattern)):
        raise unnamed(path, layout)
    known = {"lock", PARTS, layout.inside, f"{layout.noun}.json" if not layout.inside else "", *layout.own}
    foreign = sorted(p.name for p in path.iterdir() if p.name not in known)
    foreign = [name for name in foreign if not (name.startswith(".") and name.endswith(disk.TEMPORARY))]
    if not foreign and layout.inside and inside.is_dir():
        foreign = sorted(f"{layout.inside}/{p.name}" for p in inside.iterdir() if p.suffix != disk.TEMPORARY)
    return foreign


def unnamed(path: Path, layout: Layout) -> ResultsError:
    """The error of results without the file that says of what."""
    what = f"there are results here but no {layout.noun}.json to say of what"
    return ResultsError(str(path), what, "Choose another folder with --out")


# ------------------------------------------------------------------ folders that are written bit by bit


class Identity(Protocol):
    """What a folder's results are of."""

    @property
    def hash(self) -> str:
        """SHA-256 of all that decides the results."""
        ...

    @property
    def made_by(self) -> str:
        """The version of openiads that made them."""
        ...

    def as_dict(self) -> JsonObject:
        """For ``NOUN.json``."""
        ...


AnyIdentity = TypeVar("AnyIdentity", bound=Identity)


class ResultFolder(ABC, Generic[AnyIdentity]):
    """A folder of results that is right after any interruption.

    ``create_or_resume`` opens it for writing and takes the lock, ``open`` for reading.  ``NOUN.json`` is written once,
    and again where the results grow; ``SEALED.json`` says at the end that all is there.

    Attributes
    ----------
    path : Path
    identity : AnyIdentity
        What the results are of.
    facts : JsonObject
        What else a reader needs; written once, not compared.
    """

    LAYOUT: ClassVar[Layout]

    def __init__(self, path: Path, identity: AnyIdentity, facts: JsonObject, lock: disk.Lock | None = None) -> None:
        self.path = path
        self.identity = identity
        self.facts = facts
        self._hash = identity.hash
        self._lock = lock

    # -------------------------------------------------------------- what runs and sweeps differ in

    @classmethod
    @abstractmethod
    def read_named(cls, path: Path) -> tuple[AnyIdentity, JsonObject]:
        """Identity and facts in ``NOUN.json``; ``FileNotFoundError`` without one, ResultsError if it is no good."""

    @classmethod
    @abstractmethod
    def refuse_other(
        cls, path: Path, stored: tuple[AnyIdentity, JsonObject], asked: tuple[AnyIdentity, JsonObject]
    ) -> None:
        """ResultsError, the field named, unless what is stored (identity, facts) is what is asked for."""

    @classmethod
    def grown(
        cls, stored: tuple[AnyIdentity, JsonObject], asked: tuple[AnyIdentity, JsonObject]
    ) -> tuple[AnyIdentity, JsonObject] | None:
        """What ``NOUN.json`` is to say where what is asked for only goes on from what is stored; None elsewhere."""
        return None

    @classmethod
    def surroundings(cls) -> JsonObject:
        """What else ``NOUN.json`` tells of how the results were made."""
        return {}

    @abstractmethod
    def stored_so_far(self) -> str:
        """How much of it is stored, in words."""

    # -------------------------------------------------------------- opening and closing

    @classmethod
    def refuse_foreign(cls, path: Path, *, parts: bool = False) -> None:
        """ResultsError if a folder is anything but one of these, an empty one, or one still to be made.

        Parameters
        ----------
        path : Path
        parts : bool, optional
            It may hold parts that are not joined.
        """
        refuse_foreign(path, cls.LAYOUT, cls.read_named, parts=parts)

    @classmethod
    def create_or_resume(cls, path: Path, identity: AnyIdentity, facts: JsonObject, *, parts: bool = False) -> Self:
        """The folder at ``path``, made now or continued, locked for writing.

        Parameters
        ----------
        path : Path
        identity : AnyIdentity
            What the results are of; a folder of other ones is refused.
        facts : JsonObject
            Written only if the folder is made now.
        parts : bool, optional
            The folder may hold parts that are not joined.

        Returns
        -------
        ResultFolder
            With identity and facts as they are recorded.

        Raises
        ------
        ResultsError
            Foreign, damaged, of another identity, or another process is writing there.
        """
        cls.refuse_foreign(path, parts=parts)
        inside = path / cls.LAYOUT.inside
        if not inside.is_dir():
            disk.make_folder(path)
            disk.make_folder(inside)
        lock = disk.Lock(path / "lock")
        try:
            disk.sweep(path)
            disk.sweep(inside)
            try:
                stored = cls.read_named(path)
            except FileNotFoundError:
                if any(inside.glob(cls.LAYOUT.pattern)):
                    raise unnamed(path, cls.LAYOUT) from None
                cls._name(path, identity, facts)
                return cls(path, identity, facts, lock)
            grown = cls.grown(stored, (identity, facts))
            if grown is not None:
                cls._name(path, *grown)
                return cls(path, *grown, lock)
            cls.refuse_other(path, stored, (identity, facts))
            return cls(path, *stored, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _name(cls, path: Path, identity: AnyIdentity, facts: JsonObject) -> None:
        """Write ``NOUN.json``."""
        told = {"identity": identity.as_dict(), cls.LAYOUT.noun: identity.hash, "facts": facts}
        write_checked(path / f"{cls.LAYOUT.noun}.json", {**told, **cls.surroundings()})

    @classmethod
    def open(cls, path: Path) -> Self:
        """The folder at ``path`` for reading; ResultsError if there is none or it is damaged."""
        noun = cls.LAYOUT.noun
        if not path.is_dir():
            what = f"is a file, not the folder of a {noun}" if path.exists() else "there is no such folder"
            raise ResultsError(str(path), what, f"Name the folder of a {noun}")
        try:
            identity, facts = cls.read_named(path)
        except FileNotFoundError:
            reason = f"there is no {noun} here (no {noun}.json)"
            raise ResultsError(str(path), reason, f"Name the folder of a {noun}") from None
        return cls(path, identity, facts)

    def close(self) -> None:
        """Give back the right to write."""
        if self._lock is not None:
            self._lock.release()

    # -------------------------------------------------------------- the seal

    def sealed(self) -> JsonObject | None:
        """What the seal says, or None if there is none that is whole and of these results."""
        try:
            told = read_checked(self.path / SEAL)
        except (FileNotFoundError, Damaged):
            return None
        return told if told.get(self.LAYOUT.noun) == self._hash else None

    def sealed_before(self, digest: str) -> JsonObject | None:
        """The seal that is there already; ResultsError if it tells another digest than the one found now."""
        earlier = self.sealed()
        if earlier is not None and earlier["digest"] != digest:
            raise ResultsError(
                str(self.path / SEAL),
                f"the recomputed digest {digest[:12]} differs from the sealed one {earlier['digest'][:12]}",
                "The software or the machine has changed; run it anew with another --out",
            )
        return earlier

    def whole_seal(self) -> JsonObject:
        """The seal of a complete folder; ResultsError, with what to do, if it is not complete."""
        told = self.sealed()
        if told is not None:
            return told
        noun, many, holder = self.LAYOUT.noun, self.stored_so_far(), disk.holder(self.path / "lock")
        if holder:
            reason = f"this {noun} is still being written by {holder} ({many})"
            raise ResultsError(str(self.path), reason, "Wait for it to end")
        remedy = "Run the same command again with the same --out to complete it"
        if self.identity.made_by != __version__:
            began = f"openiads {self.identity.made_by}, which began it"
            remedy = f"Complete it with {began}, or run again with a new --out"
        raise ResultsError(str(self.path), f"this {noun} is not complete ({many})", remedy)
