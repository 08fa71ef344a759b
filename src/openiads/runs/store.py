"""The durable store of one run: a folder that is right after any interruption.

``run.json``   what the run is; written once, and again where more replications are asked for.  Resuming with anything
               else is refused and the field named.
``lock``       held (flock) by whoever writes.
``chunks/``    ``e000123.parquet`` (key events) is written before ``c000123.parquet`` (outcome rows and their hashes); a
               chunk is done when its outcome file exists and agrees with itself, with its events and with the run.
``SEALED.json`` at the end: the hash of every file, the digest.

Nothing else is state.  Damage is found by hashes: of each row (stored beside it), of the events' file (in the outcome
file's footer), of every page (Parquet checksums), of ``run.json`` and ``SEALED.json`` (in themselves).
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.runs import disk
from openiads.runs.digest import CANONICAL, EARLIER, RunDigest, row_digests
from openiads.runs.folder import SEAL, Damaged, Layout, ResultFolder, read_checked, write_checked
from openiads.runs.identity import FORMAT, Chunk, RunIdentity, chunks_of, refuse_mismatch
from openiads.runs.parquet import (
    event_rows,
    is_earlier,
    log_table,
    logs_of,
    outcome_rows,
    outcome_table,
    parquet_bytes,
    parse_parquet,
)
from openiads.world.trace import Logs

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow as arrow


#: The fact that names, by their hashes, the runs with fewer replications that a run was before.
GROWN = "grown_from"
#: Files read at once, where many are.
_READERS = 2


@dataclass(frozen=True, slots=True)
class Done:
    """A stored chunk as read back."""

    rows: np.ndarray
    digests: list[bytes]
    messages: dict[int, str]  # replication -> why it failed


class Store(ResultFolder[RunIdentity]):
    """A run's folder.  ``create_or_resume`` for writing (takes the lock), ``open`` for reading."""

    LAYOUT = Layout("run", "chunks", "*.parquet")

    def __init__(self, path: Path, identity: RunIdentity, facts: JsonObject, lock: disk.Lock | None = None) -> None:
        super().__init__(path, identity, facts, lock)
        self._files: dict[str, str] = {}  # file name -> hash, once the seal has been read
        self._written: dict[str, str] = {}  # the same of what this process wrote
        #: The run, and what it was with fewer replications: chunks of either are its own.
        self._mine = {self._hash, *facts.get(GROWN, ())}

    @classmethod
    def read_named(cls, path: Path) -> tuple[RunIdentity, JsonObject]:
        """Identity and facts in ``run.json``."""
        return _read_run(path / f"{cls.LAYOUT.noun}.json")

    @classmethod
    def refuse_other(
        cls, path: Path, stored: tuple[RunIdentity, JsonObject], asked: tuple[RunIdentity, JsonObject]
    ) -> None:
        """ResultsError unless the stored run is the one asked for; its chunk size stays the recorded one."""
        refuse_mismatch(path, stored[0], asked[0])

    @classmethod
    def grown(
        cls, stored: tuple[RunIdentity, JsonObject], asked: tuple[RunIdentity, JsonObject]
    ) -> tuple[RunIdentity, JsonObject] | None:
        """The stored run with more replications, if that is all that is asked for: the first ones are the same."""
        (was, facts), wanted = stored, asked[0]
        now = replace(was, replications=wanted.replications, record=wanted.record)
        fixed = was.until or wanted.until or was.record != min(wanted.record, was.replications)
        if fixed or wanted.replications <= was.replications or now != replace(wanted, chunk=was.chunk):
            return None
        return now, {**facts, GROWN: [*facts.get(GROWN, ()), was.hash]}

    @classmethod
    def surroundings(cls) -> JsonObject:
        """The machine."""
        return {
            "platform": {
                "system": platform.system(),
                "machine": platform.machine(),
                "python": platform.python_version(),
                "numpy": np.__version__,
            }
        }

    def stored_so_far(self) -> str:
        """Chunks stored, in words."""
        stored = len(list((self.path / "chunks").glob("c*.parquet")))
        whole = len(self.planned())
        return f"{stored}{'' if self.identity.until else f' of {whole}'} chunks stored"

    def planned(self) -> list[Chunk]:
        """The chunks that are to be stored, where no stopping rule decides."""
        return chunks_of(self.identity.replications, self.identity.chunk)

    # -------------------------------------------------------------- chunks

    def file(self, chunk: Chunk, kind: str = "c") -> Path:
        """Where a chunk's outcomes (``c``) or events (``e``) are."""
        return self.path / "chunks" / f"{kind}{chunk.index:06d}.parquet"

    def write(
        self, chunk: Chunk, rows: np.ndarray, events: Logs | Sequence[np.ndarray], messages: dict[int, str]
    ) -> Done:
        """Store a chunk: its outcome rows (dtype OUTCOME) and the event log of each replication (dtype EVENT)."""
        if not isinstance(events, Logs):
            events = logs_of(list(zip(range(chunk.first, chunk.last), events, strict=True)))
        base = {"run": self._hash, "chunk": chunk.index, "first": chunk.first, "last": chunk.last, "format": FORMAT}
        event_bytes = parquet_bytes(log_table(events), base, packed=True)
        base["events"] = event_hash = hashlib.sha256(event_bytes).hexdigest()
        digests = row_digests(rows)
        outcome_bytes = parquet_bytes(outcome_table(rows, digests, messages), base)
        disk.write_file(self.file(chunk, "e"), event_bytes)
        disk.write_file(self.file(chunk, "c"), outcome_bytes)
        self._written[self.file(chunk, "e").name] = event_hash
        self._written[self.file(chunk, "c").name] = hashlib.sha256(outcome_bytes).hexdigest()
        return Done(rows, digests, messages)

    def read(self, chunk: Chunk, *, events: bool = True) -> Done:
        """A stored chunk, every hash checked; ``FileNotFoundError`` if it is not done, ``Damaged`` if it disagrees.

        Parameters
        ----------
        chunk : Chunk
        events : bool, optional
            Check the events' file too.

        Returns
        -------
        Done
        """
        table, told = parse_parquet(disk.read_file(self.file(chunk, "c")))
        expected = {"chunk": chunk.index, "first": chunk.first, "last": chunk.last, "format": FORMAT}
        wrong = [name for name, value in expected.items() if told.get(name) != value]
        wrong += [] if told.get("run") in self._mine else ["run"]
        if wrong:
            raise Damaged(f"it is not this chunk of this run (its {', '.join(wrong)})")
        rows = outcome_rows(table)
        if rows["replication"].tolist() != list(range(chunk.first, chunk.last)):
            raise Damaged("its replications are not the expected ones")
        digests = row_digests(rows, EARLIER if is_earlier(table) else CANONICAL)
        if table["digest"].to_pylist() != digests:
            raise Damaged("a row does not agree with its hash")
        messages = {int(r): m for r, m in zip(rows["replication"], table["message"].to_pylist(), strict=True) if m}
        if events:
            try:
                data = disk.read_file(self.file(chunk, "e"))
            except FileNotFoundError:
                raise Damaged("its events are missing") from None
            if hashlib.sha256(data).hexdigest() != told.get("events"):
                raise Damaged("its events do not agree with their hash")
        return Done(rows, digests, messages)

    def done(self, chunk: Chunk) -> Done | None:
        """A stored chunk, or None if it must be computed (again)."""
        try:
            return self.read(chunk)
        except (FileNotFoundError, Damaged):
            return None

    def events(self, chunk: Chunk) -> list[np.ndarray]:
        """The stored event log (dtype EVENT) of each replication of a chunk of a complete run.

        The file's hash must be the one in the seal, as everywhere; ResultsError if not.
        """
        path = self.file(chunk, "e")
        try:
            data = disk.read_file(path)
            self._agrees(path, data)
            table, told = parse_parquet(data)
            if told.get("run") not in self._mine or told.get("chunk") != chunk.index:
                raise Damaged("it is not this chunk of this run")
            return event_rows(table, chunk)
        except FileNotFoundError as problem:
            raise self._damage(path, "it is missing") from problem
        except Damaged as problem:
            raise self._damage(path, str(problem)) from problem

    def _agrees(self, path: Path, data: bytes) -> None:
        """``Damaged`` unless the bytes of a file are those that the seal was put on."""
        if not self._files:
            self.complete()
        if hashlib.sha256(data).hexdigest() != self._files.get(path.name):
            raise Damaged("it does not agree with the seal")

    def _damage(self, path: Path, how: str) -> ResultsError:
        """The error of a damaged file, with the remedy that this run allows."""
        if self.identity.version == __version__:
            remedy = "Run the same command again with the same --out; only this chunk is recomputed"
        else:
            remedy = f"Use openiads {self.identity.version}, which made this run, or run again with a new --out"
        return ResultsError(str(path), f"damaged: {how}", remedy)

    # -------------------------------------------------------------- the seal

    def seal(self, chunks: Sequence[Chunk], digest: str, replications: int, wall_s: float, failed: int) -> None:
        """Say that the run is complete; a seal already there must tell the same digest."""
        earlier = self.sealed_before(digest)
        if earlier is not None:
            wall_s = earlier["wall_s"]
        files = {}
        for chunk in chunks:
            for kind in "ec":
                path = self.file(chunk, kind)
                wrote = self._written.get(path.name)
                files[path.name] = wrote or hashlib.sha256(disk.read_file(path)).hexdigest()
        told = {
            self.LAYOUT.noun: self._hash,
            "digest": digest,
            "replications": replications,
            "failed": failed,
            "wall_s": wall_s,
            "chunks": [[c.index, c.first, c.last] for c in chunks],
            "files": files,
        }
        if earlier is not None and {k: v for k, v in earlier.items() if k != "check"} == told:
            return
        write_checked(self.path / SEAL, told)

    def trust(self, files: dict[str, str]) -> None:
        """Take the hashes of files, by name, that somebody has just read and checked; the seal then needs no look."""
        self._written |= files

    def complete(self) -> tuple[JsonObject, list[Chunk]]:
        """The seal and the chunks of a complete run; ResultsError if it is not complete."""
        told = self.whole_seal()
        self._files = told["files"]
        return told, [Chunk(*each) for each in told["chunks"]]

    def trusted(self, chunk: Chunk, *, events: bool = False) -> Done:
        """A chunk of a complete run; damage is an error that says how to mend it."""
        try:
            return self.read(chunk, events=events)
        except FileNotFoundError as problem:
            raise self._damage(self.file(chunk), "it is missing") from problem
        except Damaged as problem:
            raise self._damage(self.file(chunk), str(problem)) from problem

    def walk(self) -> Iterator[Done]:
        """Every chunk of a complete run in replication order, checked, one at a time."""
        for chunk in self.complete()[1]:
            yield self.trusted(chunk)

    def batches(self, least: int = 5_000) -> Iterator[np.ndarray]:
        """All outcome rows (dtype OUTCOME) of a complete run in replication order, at least so many at a time.

        For who sums up a long run: files are read side by side and trusted by the hash that the seal holds, and columns
        of several are put together at once.  One that disagrees is read as ``trusted`` does, which tells how to mend.
        """
        from concurrent.futures import ThreadPoolExecutor

        group: list[Chunk] = []
        with ThreadPoolExecutor(_READERS, thread_name_prefix="read") as pool:
            chunks = self.complete()[1]
            for chunk in chunks:
                group.append(chunk)
                if chunk is chunks[-1] or chunk.last - group[0].first >= least:
                    yield self._together(group, pool)
                    group = []

    def _together(self, group: list[Chunk], pool: ThreadPoolExecutor) -> np.ndarray:
        import pyarrow as arrow

        tables = list(pool.map(self._sealed_table, group))
        if any(table is None for table in tables):
            return np.concatenate([self.trusted(chunk).rows for chunk in group])
        return outcome_rows(arrow.concat_tables(tables))

    def _sealed_table(self, chunk: Chunk) -> arrow.Table | None:
        """The outcomes of a chunk whose file is the one that was sealed; None if it is not."""
        path = self.file(chunk)
        try:
            data = disk.read_file(path)
            self._agrees(path, data)
            return parse_parquet(data, sums=False)[0]
        except (FileNotFoundError, Damaged):
            return None

    def verify(self) -> str:
        """Check every file of a complete run against the seal and return the digest; ResultsError at any damage."""
        told, chunks = self.complete()
        digest = RunDigest()
        expected = 0
        for chunk in chunks:
            if chunk.first != expected:
                raise self._damage(self.file(chunk), f"replications {expected} .. {chunk.first - 1} are missing")
            done = self.trusted(chunk, events=True)
            for kind in "ec":
                path = self.file(chunk, kind)
                if hashlib.sha256(disk.read_file(path)).hexdigest() != told["files"].get(path.name):
                    raise self._damage(path, "it does not agree with the seal")
            digest.add(done.digests)
            expected = chunk.last
        found = digest.finish(self.identity.scenario, self.identity.catalog, self.identity.seed)
        if found != told["digest"] or expected != told["replications"]:
            raise self._damage(self.path / SEAL, "the digest of the stored rows is another")
        return found


def _read_run(file: Path) -> tuple[RunIdentity, JsonObject]:
    try:
        told = read_checked(file)
        stored = told["identity"]
        if stored["format"] != FORMAT:
            version = str(stored.get("version", "of another version"))
            raise ResultsError(
                str(file.parent),
                f"made by openiads {version} in format {stored['format']} of the store; this is openiads "
                f"{__version__}, which reads format {FORMAT} (format)",
                f"Use openiads {version}, or run again with a new --out",
            )
        return RunIdentity.from_dict(stored), told["facts"]
    except Damaged as problem:
        raise ResultsError(
            str(file), f"damaged: {problem}", "Nothing here can be used; run again with a new --out"
        ) from problem
    except (KeyError, TypeError, AttributeError) as problem:
        raise ResultsError(
            str(file),
            "whole, but not what this version of openiads writes",
            "Use the version that made it, or run again with a new --out",
        ) from problem
