"""The durable folder of a campaign: rows of raids in chunks of replications, right after any interruption.

``campaign.json``  what the campaign is; written once.  Going on with another one is refused, the field named.
``lock``           held by whoever writes.
``chunks/``        ``c000003.json`` has the rows of the fourth chunk, with the hash of itself.
``SEALED.json``    at the end: the digest of all rows.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.experiments.sweep_store import first_difference
from openiads.runs.digest import arithmetic_fingerprint, hash_of
from openiads.runs.folder import SEAL, Damaged, Layout, ResultFolder, read_checked, write_checked

#: Raised whenever the files of a campaign change their meaning; only its own format is read.
FORMAT = 1
#: Replications of a chunk.
CHUNK = 10

Rows = NDArray[np.void]

#: What must be equal for a campaign to be continued, with words for people.
COMPARED = {
    "format": "format of the store",
    "version": "version of openiads",
    "scenario": "scenario",
    "catalog": "catalog",
    "seed": "seed",
    "replications": "number of replications",
    "campaign": "course",
    "fingerprint": "arithmetic of this machine",
}
_NOT_ASKED = ("format", "version", "catalog", "fingerprint")


@dataclass(frozen=True, slots=True)
class CampaignIdentity:
    """What a campaign is.

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
        """The version of openiads that made it."""
        return str(self.fields["version"])

    def as_dict(self) -> JsonObject:
        """For ``campaign.json``."""
        return self.fields


def campaign_identity(scenario: str, catalog: str, canonical: JsonObject) -> CampaignIdentity:
    """The identity of a campaign on this machine; ``scenario`` and ``catalog`` are hashes."""
    rest = {key: value for key, value in canonical.items() if key not in ("seed", "replications")}
    return CampaignIdentity(
        {
            "format": FORMAT,
            "version": __version__,
            "scenario": scenario,
            "catalog": catalog,
            "seed": canonical["seed"],
            "replications": canonical["replications"],
            "campaign": rest,
            "fingerprint": arithmetic_fingerprint(),
        }
    )


class CampaignStore(ResultFolder[CampaignIdentity]):
    """A campaign's folder.  ``create_or_resume`` for writing (takes the lock), ``open`` for reading."""

    LAYOUT = Layout("campaign", "chunks", "c*")

    @classmethod
    def read_named(cls, path: Path) -> tuple[CampaignIdentity, JsonObject]:
        """Identity and facts in ``campaign.json``."""
        file = path / f"{cls.LAYOUT.noun}.json"
        remedy = "Nothing here can be used; run again with a new --out"
        try:
            told = read_checked(file)
        except Damaged as problem:
            raise ResultsError(str(file), f"damaged: {problem}", remedy) from problem
        stored, facts = told.get("identity"), told.get("facts")
        if not isinstance(stored, dict) or not isinstance(facts, dict) or stored.get("format") != FORMAT:
            raise ResultsError(str(file), "whole, but not what this version of openiads writes", remedy)
        return CampaignIdentity(stored), facts

    @classmethod
    def refuse_other(
        cls, path: Path, stored: tuple[CampaignIdentity, JsonObject], asked: tuple[CampaignIdentity, JsonObject]
    ) -> None:
        """ResultsError unless the stored campaign is the one asked for."""
        for name, words in COMPARED.items():
            was, now = stored[0].fields.get(name), asked[0].fields.get(name)
            if was == now:
                continue
            inner, old, new = first_difference(was, now)
            field = f"{name}.{inner}" if inner else name
            if name in _NOT_ASKED:
                reason, remedy = f"made with another {words} ({field})", "Run again with a new --out"
            else:
                reason = f"this folder holds another campaign: its {words} ({field}) is {old}, asked is {new}"
                remedy = "Choose another folder with --out, or ask for the stored campaign"
            raise ResultsError(str(path), reason, remedy)

    def stored_so_far(self) -> str:
        """Chunks stored, in words."""
        return f"{len(list((self.path / 'chunks').glob('c*.json')))} chunks stored"

    # -------------------------------------------------------------- chunks and the seal

    def file(self, index: int) -> Path:
        """Where a chunk is."""
        return self.path / "chunks" / f"c{index:06d}.json"

    def write(self, index: int, rows: Rows) -> None:
        """Store the rows of a chunk."""
        packed = base64.b64encode(rows.tobytes()).decode()
        write_checked(self.file(index), {"campaign": self.identity.hash, "rows": packed, "shape": list(rows.shape)})

    def read(self, index: int, dtype: np.dtype[np.void], shape: tuple[int, int]) -> Rows | None:
        """The rows of a chunk if they are stored whole; None if they must be computed."""
        try:
            told = read_checked(self.file(index))
        except (FileNotFoundError, Damaged):
            return None
        data = base64.b64decode(told.get("rows", ""))
        if told.get("campaign") != self.identity.hash or len(data) != dtype.itemsize * shape[0] * shape[1]:
            return None
        return np.frombuffer(bytearray(data), dtype).reshape(shape)

    def seal(self, digest: str, wall_s: float) -> None:
        """Say that all is there; a seal already there must tell the same digest."""
        if self.sealed_before(digest) is None:
            write_checked(self.path / SEAL, {"campaign": self.identity.hash, "digest": digest, "wall_s": wall_s})


def rows_digest(identity: CampaignIdentity, rows: Rows) -> str:
    """SHA-256 over what the campaign is and every row, in order of replications and raids."""
    told = {key: value for key, value in identity.fields.items() if key not in ("version", "fingerprint", "format")}
    return hashlib.sha256(bytes.fromhex(hash_of(told)) + np.ascontiguousarray(rows).tobytes()).hexdigest()
