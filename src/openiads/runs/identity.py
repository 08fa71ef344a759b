"""What a run is: its identity, the chunks it consists of, and how two identities differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openiads.base.errors import ResultsError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.version import __version__
from openiads.runs.digest import arithmetic_fingerprint, hash_of

#: Raised whenever files, columns, kinds of events or codes change their meaning; only its own format is read.
FORMAT = 1

#: What must be equal for a run to be resumed, with words for people, in the order in which they are compared.
COMPARED = {
    "format": "format of the store",
    "version": "version of openiads",
    "scenario": "scenario",
    "catalog": "catalog",
    "seed": "seed",
    "replications": "number of replications",
    "until": "stopping rule",
    "record": "number of recorded replications",
    "knobs": "knobs",
    "fingerprint": "arithmetic of this machine",
}


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What a run is.  Its hash names the run in every file of the store."""

    scenario: str  # hash
    catalog: str  # hash
    seed: int
    replications: int  # asked for; with a stopping rule the most
    chunk: int
    until: str = ""
    record: int = 0
    knobs: tuple[tuple[str, float], ...] = ()
    version: str = __version__
    fingerprint: str = ""
    format: int = FORMAT

    def as_dict(self) -> JsonObject:
        """For ``run.json``."""
        out = {name: getattr(self, name) for name in self.__slots__}
        out["knobs"] = {name: float(value) for name, value in self.knobs}
        return out

    @classmethod
    def from_dict(cls, told: JsonObject) -> RunIdentity:
        """From ``run.json``."""
        return cls(**{**told, "knobs": tuple(sorted(told["knobs"].items()))})

    @property
    def hash(self) -> str:
        """SHA-256 of all fields."""
        return hash_of(self.as_dict())

    @property
    def made_by(self) -> str:
        """The version of openiads that made the run."""
        return self.version


@dataclass(frozen=True, slots=True)
class Chunk:
    """Replications ``first .. last - 1`` of a run."""

    index: int
    first: int
    last: int


def chunks_of(replications: int, size: int, cuts: Sequence[int] = ()) -> list[Chunk]:
    """The chunks of a run: at most ``size`` replications each, cut at multiples of ``size`` and at ``cuts``."""
    edges = sorted({*range(0, replications, size), *(c for c in cuts if 0 < c < replications), replications})
    return [Chunk(k, a, b) for k, (a, b) in enumerate(zip(edges, edges[1:], strict=False))]


#: Fields of the identity that the user did not choose: what to do when they differ.
_NOT_ASKED = ("format", "version", "catalog", "fingerprint")


def mismatch(path: Path, stored: RunIdentity, name: str, now: object) -> ResultsError:
    """The error of a stored run whose field ``name`` is not the present one."""
    was = getattr(stored, name)
    if name not in _NOT_ASKED:
        return ResultsError(
            str(path),
            f"this folder holds another run: its {COMPARED[name]} ({name}) is {_short(was)}, asked is {_short(now)}",
            "Choose another folder with --out, or ask for the stored run",
        )
    if name == "fingerprint":
        remedy = "Run again with a new --out, or go on where it was begun"
    elif name == "catalog" and stored.version == __version__:
        remedy = f"Run again with a new --out, or use the copy of openiads {stored.version} that made it"
    else:
        remedy = f"Run again with a new --out, or use openiads {stored.version}, which made it"
    return ResultsError(
        str(path), f"made with another {COMPARED[name]} ({name}): {_short(was)}, here it is {_short(now)}", remedy
    )


def refuse_mismatch(path: Path, stored: RunIdentity, asked: RunIdentity) -> None:
    for name in COMPARED:
        if getattr(stored, name) != getattr(asked, name):
            raise mismatch(path, stored, name, getattr(asked, name))


def _short(value: object) -> str:
    if isinstance(value, tuple):
        value = dict(value)
    text = str(value)
    return (text[:12] if len(text) == 64 else text) or "none"


def identity_here(**fields: Json) -> RunIdentity:
    """A ``RunIdentity`` with this machine's arithmetic."""
    return RunIdentity(fingerprint=arithmetic_fingerprint(), **fields)
