"""The durable folder of a sweep: a folder of runs that is right after any interruption.

``sweep.json``   what the sweep is, and its points; written once.  Resuming with anything else is refused, the field
                 named.
``lock``         held (flock) by whoever writes.
``points/``      ``p000012/`` is the run of point 12, an ordinary run folder.
``SEALED.json``  at the end: the digest of every point, and the sweep's.

A point is done when its run is sealed and agrees with what the point must be; there is no other state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openiads.base.errors import ResultsError
from openiads.base.version import __version__
from openiads.experiments.factors import Point
from openiads.runs import disk
from openiads.runs.digest import arithmetic_fingerprint, hash_of
from openiads.runs.folder import Damaged, Layout, checked, refuse_foreign, unnamed, with_check

#: Raised whenever the files of a sweep change their meaning; only its own format is read.
FORMAT = 1

#: What must be equal for a sweep to be resumed, with words for people, in the order in which they are compared.
COMPARED = {
    "format": "format of the store",
    "version": "version of openiads",
    "scenario": "scenario",
    "catalog": "catalog",
    "seed": "seed",
    "seeds": "way of giving seeds",
    "replications": "number of replications",
    "until": "stopping rule",
    "design": "design",
    "points": "number of points",
    "weighting": "weighting of intervals",
    "set": "fixed values",
    "vary": "varied values",
    "knobs": "sampled knobs",
    "sample": "sampled points",
    "fingerprint": "arithmetic of this machine",
}

#: Fields that the user did not choose.
_NOT_ASKED = ("format", "version", "catalog", "sample", "fingerprint")


@dataclass(frozen=True, slots=True)
class SweepIdentity:
    """What a sweep is.  fields : the names of ``COMPARED`` and their values, plain JSON."""

    fields: dict[str, Any]

    @property
    def hash(self) -> str:
        """SHA-256 of all fields."""
        return hash_of(self.fields)


def sweep_identity(scenario: str, catalog: str, canonical: dict[str, Any], points: Sequence[Point]) -> SweepIdentity:
    """The identity of a sweep on this machine.  scenario, catalog : hashes; canonical : what decides the results."""
    return SweepIdentity(
        {
            "format": FORMAT,
            "version": __version__,
            "scenario": scenario,
            "catalog": catalog,
            **canonical,
            "sample": hash_of([point.label for point in points]),
            "fingerprint": arithmetic_fingerprint(),
        }
    )


class SweepStore:
    """A sweep's folder.  ``create_or_resume`` for writing (takes the lock), ``open`` for reading."""

    def __init__(
        self, path: Path, identity: SweepIdentity, facts: dict[str, Any], lock: disk.Lock | None = None
    ) -> None:
        self.path, self.identity, self.facts, self._lock = path, identity, facts, lock

    @classmethod
    def create_or_resume(cls, path: Path, identity: SweepIdentity, facts: dict[str, Any]) -> SweepStore:
        """The store at ``path``, made now or continued.

        facts : what else a reader needs (the points, the scenario as text); written once, not compared
        """
        refuse_foreign(path, SWEEP)
        points = path / "points"
        if not points.is_dir():
            disk.make_folder(path)
            disk.make_folder(points)
        lock = disk.Lock(path / "lock")
        try:
            disk.sweep(path)
            try:
                stored, kept = _read_sweep(path)
            except FileNotFoundError:
                if any(points.glob("p*")):
                    raise unnamed(path, SWEEP) from None
                told = {"identity": identity.fields, "sweep": identity.hash, "facts": facts}
                disk.write_file(path / "sweep.json", with_check(told))
                return cls(path, identity, facts, lock)
            _refuse_mismatch(path, stored, identity, kept, facts)
            return cls(path, stored, kept, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path) -> SweepStore:
        """The store at ``path`` for reading."""
        if not path.is_dir():
            what = "is a file, not the folder of a sweep" if path.exists() else "there is no such folder"
            raise ResultsError(str(path), what, "Name the folder of a sweep")
        try:
            identity, facts = _read_sweep(path)
        except FileNotFoundError:
            raise ResultsError(
                str(path), "there is no sweep here (no sweep.json)", "Name the folder of a sweep"
            ) from None
        return cls(path, identity, facts)

    def close(self) -> None:
        """Give back the right to write."""
        if self._lock is not None:
            self._lock.release()

    def folder(self, index: int) -> Path:
        """Where the run of a point is."""
        return self.path / "points" / f"p{index:06d}"

    # -------------------------------------------------------------- the seal

    def seal(self, digest: str, points: Sequence[dict[str, Any]], wall_s: float) -> None:
        """Say that the sweep is complete; a seal already there must tell the same digest.

        points : digest, replications and failed replications of each
        """
        earlier = self.sealed()
        if earlier is not None and earlier["digest"] != digest:
            raise ResultsError(
                str(self.path / "SEALED.json"),
                f"the recomputed digest {digest[:12]} differs from the sealed one {earlier['digest'][:12]}",
                "The software or the machine has changed; run it anew with another --out",
            )
        if earlier is None:
            told = {"sweep": self.identity.hash, "digest": digest, "points": list(points), "wall_s": wall_s}
            disk.write_file(self.path / "SEALED.json", with_check(told))

    def sealed(self) -> dict[str, Any] | None:
        """What the seal says, or None if there is none that is whole and of this sweep."""
        try:
            told = checked(disk.read_file(self.path / "SEALED.json"))
        except (FileNotFoundError, Damaged):
            return None
        return told if told.get("sweep") == self.identity.hash else None

    def complete(self) -> dict[str, Any]:
        """The seal of a complete sweep; ResultsError if it is not complete."""
        told = self.sealed()
        if told is not None:
            return told
        of = len(self.facts["points"])
        many = f"{len(list((self.path / 'points').glob('p*/SEALED.json')))} of {of} points done"
        holder = disk.holder(self.path / "lock")
        if holder:
            raise ResultsError(
                str(self.path), f"this sweep is still being written by {holder} ({many})", "Wait for it to end"
            )
        version = self.identity.fields["version"]
        remedy = "Run the same command again with the same --out to complete it"
        if version != __version__:
            remedy = f"Complete it with openiads {version}, which began it, or run again with a new --out"
        raise ResultsError(str(self.path), f"this sweep is not complete ({many})", remedy)


def _read_sweep(path: Path) -> tuple[SweepIdentity, dict[str, Any]]:
    file = path / "sweep.json"
    remedy = "Nothing here can be used; run again with a new --out"
    try:
        told = checked(disk.read_file(file))
    except Damaged as problem:
        raise ResultsError(str(file), f"damaged: {problem}", remedy) from problem
    stored = told.get("identity")
    if not isinstance(stored, dict) or "points" not in told.get("facts", {}):
        raise ResultsError(str(file), "whole, but not what this version of openiads writes", remedy)
    if stored.get("format") != FORMAT:
        version = str(stored.get("version", "of another version"))
        raise ResultsError(
            str(path),
            f"made by openiads {version} in format {stored.get('format')} of sweeps; this is openiads {__version__}, "
            f"which reads format {FORMAT} (format)",
            f"Use openiads {version}, or run again with a new --out",
        )
    return SweepIdentity(stored), told["facts"]


SWEEP = Layout("sweep", "points", "p*", _read_sweep)


def _refuse_mismatch(
    path: Path, stored: SweepIdentity, asked: SweepIdentity, kept: dict[str, Any], facts: dict[str, Any]
) -> None:
    for name, words in COMPARED.items():
        was, now = stored.fields.get(name), asked.fields.get(name)
        if was == now:
            continue
        if name in _NOT_ASKED:
            raise ResultsError(
                str(path),
                f"made with another {words} ({name}): {_short(was)}, here it is {_short(now)}",
                f"Run again with a new --out, or use openiads {stored.fields.get('version')} as it was",
            )
        field = name
        if name == "scenario":  # the hashes say nothing to people: what differs in the text does
            was, now = kept.get("scenario", {}).get("mapping"), facts.get("scenario", {}).get("mapping")
        if isinstance(was, dict) and isinstance(now, dict) and was != now:
            inner, was, now = _first_difference(was, now)
            field = f"{name}.{inner}"
        elif name == "scenario":
            field, was, now = "scenario", stored.fields[name], asked.fields[name]
        raise ResultsError(
            str(path),
            f"this folder holds another sweep: its {words} ({field}) is {_short(was)}, asked is {_short(now)}",
            "Choose another folder with --out, or ask for the stored sweep",
        )


def _first_difference(one: Any, other: Any) -> tuple[str, Any, Any]:
    """Where two unequal JSON values first differ, and what each has there."""
    if isinstance(one, dict) and isinstance(other, dict):
        key = next(k for k in sorted({*one, *other}) if one.get(k) != other.get(k))
        inner, was, now = _first_difference(one.get(key), other.get(key))
        return f"{key}{inner and '.'}{inner}" if not inner.startswith("[") else f"{key}{inner}", was, now
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        k = next(k for k, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        inner, was, now = _first_difference(one[k], other[k])
        return f"[{k + 1}]{inner and '.'}{inner}", was, now
    return "", one, other


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text[:12] if len(text) == 64 else text if len(text) <= 60 else f"{text[:57]}..."
