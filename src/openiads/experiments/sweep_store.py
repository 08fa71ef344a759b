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

from openiads.base.errors import ResultsError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.version import __version__
from openiads.experiments.factors import Point
from openiads.runs.digest import arithmetic_fingerprint, hash_of
from openiads.runs.folder import SEAL, Damaged, Layout, ResultFolder, read_checked, write_checked

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
    """What a sweep is.

    Attributes
    ----------
    fields : JsonObject
        The names of ``COMPARED`` and their values, plain JSON.
    """

    fields: JsonObject

    @property
    def hash(self) -> str:
        """SHA-256 of all fields."""
        return hash_of(self.fields)

    @property
    def made_by(self) -> str:
        """The version of openiads that made the sweep."""
        return str(self.fields["version"])

    def as_dict(self) -> JsonObject:
        """For ``sweep.json``."""
        return self.fields


def sweep_identity(scenario: str, catalog: str, canonical: JsonObject, points: Sequence[Point]) -> SweepIdentity:
    """The identity of a sweep on this machine.

    Parameters
    ----------
    scenario, catalog : str
        Hashes.
    canonical : JsonObject
        What decides the results.
    points : sequence of Point

    Returns
    -------
    SweepIdentity
    """
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


class SweepStore(ResultFolder[SweepIdentity]):
    """A sweep's folder.  ``create_or_resume`` for writing (takes the lock), ``open`` for reading."""

    LAYOUT = Layout("sweep", "points", "p*")

    @classmethod
    def read_named(cls, path: Path) -> tuple[SweepIdentity, JsonObject]:
        """Identity and facts in ``sweep.json``."""
        return _read_sweep(path / f"{cls.LAYOUT.noun}.json")

    @classmethod
    def refuse_other(
        cls, path: Path, stored: tuple[SweepIdentity, JsonObject], asked: tuple[SweepIdentity, JsonObject]
    ) -> None:
        """ResultsError unless the stored sweep is the one asked for."""
        refuse_mismatch(path, stored, asked)

    def stored_so_far(self) -> str:
        """Points done, in words."""
        done = len(list((self.path / "points").glob("p*/SEALED.json")))
        return f"{done} of {len(self.planned())} points done"

    def planned(self) -> list[int]:
        """The points that are to be stored."""
        return list(range(len(self.facts["points"])))

    def folder(self, index: int) -> Path:
        """Where the run of a point is."""
        return self.path / "points" / f"p{index:06d}"

    # -------------------------------------------------------------- the seal

    def seal(self, digest: str, points: Sequence[JsonObject], wall_s: float) -> None:
        """Say that the sweep is complete; a seal already there must tell the same digest.

        Parameters
        ----------
        digest : str
        points : sequence of JsonObject
            Digest, replications and failed replications of each.
        wall_s : float
        """
        if self.sealed_before(digest) is None:
            told = {self.LAYOUT.noun: self.identity.hash, "digest": digest, "points": list(points), "wall_s": wall_s}
            write_checked(self.path / SEAL, told)


def _read_sweep(file: Path) -> tuple[SweepIdentity, JsonObject]:
    remedy = "Nothing here can be used; run again with a new --out"
    try:
        told = read_checked(file)
    except Damaged as problem:
        raise ResultsError(str(file), f"damaged: {problem}", remedy) from problem
    stored = told.get("identity")
    if not isinstance(stored, dict) or "points" not in told.get("facts", {}):
        raise ResultsError(str(file), "whole, but not what this version of openiads writes", remedy)
    if stored.get("format") != FORMAT:
        version = str(stored.get("version", "of another version"))
        raise ResultsError(
            str(file.parent),
            f"made by openiads {version} in format {stored.get('format')} of sweeps; this is openiads {__version__}, "
            f"which reads format {FORMAT} (format)",
            f"Use openiads {version}, or run again with a new --out",
        )
    return SweepIdentity(stored), told["facts"]


def refuse_mismatch(
    path: Path, stored_here: tuple[SweepIdentity, JsonObject], asked_for: tuple[SweepIdentity, JsonObject]
) -> None:
    (stored, kept), (asked, facts) = stored_here, asked_for
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
            inner, was, now = first_difference(was, now)
            field = f"{name}.{inner}"
        elif name == "scenario":
            field, was, now = "scenario", stored.fields[name], asked.fields[name]
        raise ResultsError(
            str(path),
            f"this folder holds another sweep: its {words} ({field}) is {_short(was)}, asked is {_short(now)}",
            "Choose another folder with --out, or ask for the stored sweep",
        )


def first_difference(one: Json, other: Json) -> tuple[str, Json, Json]:
    """Where two unequal JSON values first differ, and what each has there."""
    if isinstance(one, dict) and isinstance(other, dict):
        key = next(k for k in sorted({*one, *other}) if one.get(k) != other.get(k))
        inner, was, now = first_difference(one.get(key), other.get(key))
        return f"{key}{inner and '.'}{inner}" if not inner.startswith("[") else f"{key}{inner}", was, now
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        k = next(k for k, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        inner, was, now = first_difference(one[k], other[k])
        return f"[{k + 1}]{inner and '.'}{inner}", was, now
    return "", one, other


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:12] if len(text) == 64 else text if len(text) <= 60 else f"{text[:57]}..."
