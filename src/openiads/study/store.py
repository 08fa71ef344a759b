"""The durable store of one run: a folder that is right after any interruption.

``run.json``   what the run is; written once.  Resuming with anything else is refused and the field named.
``lock``       held (flock) by whoever writes.
``chunks/``    ``e000123.parquet`` (key events) is written before ``c000123.parquet`` (outcome rows and their hashes); a
               chunk is done when its outcome file exists and agrees with itself, with its events and with the run.
``SEALED.json`` at the end: the hash of every file, the digest.

Nothing else is state.  Damage is found by hashes: of each row (stored beside it), of the events' file (in the outcome
file's footer), of every page (Parquet checksums), of ``run.json`` and ``SEALED.json`` (in themselves).
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads import __version__
from openiads.base.errors import ResultsError
from openiads.study import disk
from openiads.study.digest import RunDigest, arithmetic_fingerprint, canonical_json, hash_of, row_digests
from openiads.world.outcome import OUTCOME
from openiads.world.trace import COLUMNS, EVENT, Logs

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

#: Raised whenever files, columns, kinds of events or codes change their meaning; only its own format is read.
FORMAT = 1

#: Files read at once, where many are.
_READERS = 2

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
class Identity:
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

    def as_dict(self) -> dict[str, Any]:
        """For ``run.json``."""
        out = {name: getattr(self, name) for name in self.__slots__}
        out["knobs"] = {name: float(value) for name, value in self.knobs}
        return out

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Identity:
        """From ``run.json``."""
        return cls(**{**told, "knobs": tuple(sorted(told["knobs"].items()))})

    @property
    def hash(self) -> str:
        """SHA-256 of all fields."""
        return hash_of(self.as_dict())


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


@dataclass(frozen=True, slots=True)
class Done:
    """A stored chunk as read back."""

    rows: np.ndarray
    digests: list[bytes]
    messages: dict[int, str]  # replication -> why it failed


class Damaged(Exception):
    """A stored file is not what was written; the message says how."""


class Store:
    """A run's folder.  ``create_or_resume`` for writing (takes the lock), ``open`` for reading."""

    def __init__(self, path: Path, identity: Identity, facts: dict[str, Any], lock: disk.Lock | None = None) -> None:
        self.path = path
        self.identity = identity
        self.facts = facts
        self._hash = identity.hash
        self._lock = lock
        self._files: dict[str, str] = {}  # file name -> hash, once the seal has been read
        self._written: dict[str, str] = {}  # the same of what this process wrote

    # -------------------------------------------------------------- opening and closing

    @classmethod
    def create_or_resume(cls, path: Path, identity: Identity, facts: dict[str, Any]) -> Store:
        """The store at ``path``, made now or continued; the chunk size of a continued run is the recorded one.

        facts : what else a reader needs (the scenario as text, names); written once, not compared.
        """
        refuse_foreign(path)
        chunks = path / "chunks"
        if not chunks.is_dir():
            disk.make_folder(path)
            disk.make_folder(chunks)
        lock = disk.Lock(path / "lock")
        try:
            disk.sweep(path)
            disk.sweep(chunks)
            try:
                stored, kept = _read_run(path)
            except FileNotFoundError:
                if any(chunks.glob("*.parquet")):
                    raise unnamed(path) from None
                disk.write_file(path / "run.json", _run_file(identity, facts))
                return cls(path, identity, facts, lock)
            _refuse_mismatch(path, stored, identity)
            return cls(path, stored, kept, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path) -> Store:
        """The store at ``path`` for reading."""
        if not path.is_dir():
            what = "is a file, not the folder of a run" if path.exists() else "there is no such folder"
            raise ResultsError(str(path), what, "Name the folder of a run")
        try:
            identity, facts = _read_run(path)
        except FileNotFoundError:
            raise ResultsError(str(path), "there is no run here (no run.json)", "Name the folder of a run") from None
        return cls(path, identity, facts)

    def close(self) -> None:
        """Give back the right to write."""
        if self._lock is not None:
            self._lock.release()

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
        event_bytes = _parquet(_table(events), base, packed=True)
        base["events"] = event_hash = hashlib.sha256(event_bytes).hexdigest()
        digests = row_digests(rows)
        outcome_bytes = _parquet(_outcome_table(rows, digests, messages), base)
        disk.write_file(self.file(chunk, "e"), event_bytes)
        disk.write_file(self.file(chunk, "c"), outcome_bytes)
        self._written[self.file(chunk, "e").name] = event_hash
        self._written[self.file(chunk, "c").name] = hashlib.sha256(outcome_bytes).hexdigest()
        return Done(rows, digests, messages)

    def read(self, chunk: Chunk, *, events: bool = True) -> Done:
        """A stored chunk, every hash checked; ``FileNotFoundError`` if it is not done, ``Damaged`` if it disagrees.

        events : check the events' file too.
        """
        table, told = _parse(disk.read_file(self.file(chunk, "c")))
        expected = {"run": self._hash, "chunk": chunk.index, "first": chunk.first, "last": chunk.last, "format": FORMAT}
        wrong = [name for name, value in expected.items() if told.get(name) != value]
        if wrong:
            raise Damaged(f"it is not this chunk of this run (its {', '.join(wrong)})")
        rows = _rows(table)
        if rows["replication"].tolist() != list(range(chunk.first, chunk.last)):
            raise Damaged("its replications are not the expected ones")
        digests = row_digests(rows)
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
            table, told = _parse(data)
            if told.get("run") != self._hash or told.get("chunk") != chunk.index:
                raise Damaged("it is not this chunk of this run")
            return _events(table, chunk)
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
        earlier = self.sealed()
        if earlier is not None:
            if earlier["digest"] != digest:
                raise ResultsError(
                    str(self.path / "SEALED.json"),
                    f"the recomputed digest {digest[:12]} differs from the sealed one {earlier['digest'][:12]}",
                    "The software or the machine has changed; run it anew with another --out",
                )
            wall_s = earlier["wall_s"]
        files = {}
        for chunk in chunks:
            for kind in "ec":
                path = self.file(chunk, kind)
                wrote = self._written.get(path.name)
                files[path.name] = wrote or hashlib.sha256(disk.read_file(path)).hexdigest()
        told = {
            "run": self._hash,
            "digest": digest,
            "replications": replications,
            "failed": failed,
            "wall_s": wall_s,
            "chunks": [[c.index, c.first, c.last] for c in chunks],
            "files": files,
        }
        if earlier is not None and {k: v for k, v in earlier.items() if k != "check"} == told:
            return
        disk.write_file(self.path / "SEALED.json", with_check(told))

    def sealed(self) -> dict[str, Any] | None:
        """What the seal says, or None if there is none that is whole and of this run."""
        try:
            told = checked(disk.read_file(self.path / "SEALED.json"))
        except (FileNotFoundError, Damaged):
            return None
        return told if told.get("run") == self._hash else None

    def complete(self) -> tuple[dict[str, Any], list[Chunk]]:
        """The seal and the chunks of a complete run; ResultsError if it is not complete."""
        told = self.sealed()
        if told is None:
            stored = len(list((self.path / "chunks").glob("c*.parquet")))
            whole = len(chunks_of(self.identity.replications, self.identity.chunk))
            of = "" if self.identity.until else f" of {whole}"
            many = f"{stored}{of} chunks stored"
            holder = disk.holder(self.path / "lock")
            if holder:
                raise ResultsError(
                    str(self.path), f"this run is still being written by {holder} ({many})", "Wait for it to end"
                )
            remedy = "Run the same command again with the same --out to complete it"
            if self.identity.version != __version__:
                began = f"openiads {self.identity.version}, which began it"
                remedy = f"Complete it with {began}, or run again with a new --out"
            raise ResultsError(str(self.path), f"this run is not complete ({many})", remedy)
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
        return _rows(arrow.concat_tables(tables))

    def _sealed_table(self, chunk: Chunk) -> Any:
        """The outcomes of a chunk whose file is the one that was sealed; None if it is not."""
        path = self.file(chunk)
        try:
            data = disk.read_file(path)
            self._agrees(path, data)
            return _parse(data, sums=False)[0]
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
            raise self._damage(self.path / "SEALED.json", "the digest of the stored rows is another")
        return found


# ------------------------------------------------------------------ run.json and other small files


def _run_file(identity: Identity, facts: dict[str, Any]) -> bytes:
    machine = {
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    return with_check({"identity": identity.as_dict(), "run": identity.hash, "platform": machine, "facts": facts})


def with_check(told: dict[str, Any]) -> bytes:
    """A small file's text: JSON with the hash of itself."""
    whole = {**told, "check": hash_of(told)}
    return json.dumps(whole, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def checked(data: bytes) -> dict[str, Any]:
    """What ``with_check`` wrote; ``Damaged`` if it does not agree with its own hash."""
    try:
        told = json.loads(data)
    except (ValueError, UnicodeDecodeError, RecursionError) as problem:
        raise Damaged(f"it is not readable ({problem})") from problem
    if not isinstance(told, dict) or told.pop("check", None) != hashlib.sha256(canonical_json(told)).hexdigest():
        raise Damaged("it does not agree with its own hash")
    return told


def _read_run(path: Path) -> tuple[Identity, dict[str, Any]]:
    file = path / "run.json"
    try:
        told = checked(disk.read_file(file))
        stored = told["identity"]
        if stored["format"] != FORMAT:
            version = str(stored.get("version", "of another version"))
            raise ResultsError(
                str(path),
                f"made by openiads {version} in format {stored['format']} of the store; this is openiads "
                f"{__version__}, which reads format {FORMAT} (format)",
                f"Use openiads {version}, or run again with a new --out",
            )
        return Identity.from_dict(stored), told["facts"]
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


@dataclass(frozen=True, slots=True)
class Layout:
    """What marks a folder of results: ``NOUN.json`` says what it is, ``inside`` holds files like ``pattern``."""

    noun: str
    inside: str
    pattern: str
    read: Callable[[Path], Any]  # reads NOUN.json of a folder; ResultsError if it is damaged


RUN = Layout("run", "chunks", "*.parquet", lambda path: _read_run(path))


def refuse_foreign(path: Path, layout: Layout = RUN) -> None:
    """ResultsError if ``path`` is anything but a run's folder, an empty one, or one still to be made.

    Nothing is touched.  What an interrupted start leaves (a lock, empty chunks, temporary files) counts as a run's.
    layout : of another folder of results than a run's
    """
    remedy = "Choose a new or an empty folder with --out"
    inside = path / layout.inside
    try:
        above = next((p for p in (path, *path.parents) if p.exists() or p.is_symlink()), path)
        if above != path and not above.is_dir():
            raise ResultsError(str(path), f"cannot be made: {above} is a file, not a folder", remedy)
        if above != path:
            return
        if not path.is_dir():
            raise ResultsError(str(path), "is a link to nothing" if path.is_symlink() else "is a file", remedy)
        if (path / f"{layout.noun}.json").exists():
            layout.read(path)
            return
        if any(inside.glob(layout.pattern)):
            raise unnamed(path, layout)
        foreign = sorted(p.name for p in path.iterdir() if p.name not in ("lock", layout.inside))
        foreign = [name for name in foreign if not (name.startswith(".") and name.endswith(disk.TEMPORARY))]
        if not foreign and inside.is_dir():
            foreign = sorted(f"{layout.inside}/{p.name}" for p in inside.iterdir() if p.suffix != disk.TEMPORARY)
    except OSError as problem:
        raise ResultsError(str(path), f"cannot be looked into: {problem.strerror}", remedy) from problem
    if foreign:
        few = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise ResultsError(
            str(path), f"holds other files ({few}) and no {layout.noun}", f"Nothing was touched. {remedy}"
        )


def unnamed(path: Path, layout: Layout = RUN) -> ResultsError:
    """The error of results without the file that says of what."""
    what = f"there are results here but no {layout.noun}.json to say of what"
    return ResultsError(str(path), what, "Choose another folder with --out")


#: Fields of the identity that the user did not choose: what to do when they differ.
_NOT_ASKED = ("format", "version", "catalog", "fingerprint")


def mismatch(path: Path, stored: Identity, name: str, now: Any) -> ResultsError:
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


def _refuse_mismatch(path: Path, stored: Identity, asked: Identity) -> None:
    for name in COMPARED:
        if getattr(stored, name) != getattr(asked, name):
            raise mismatch(path, stored, name, getattr(asked, name))


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        value = dict(value)
    text = str(value)
    return (text[:12] if len(text) == 64 else text) or "none"


# ------------------------------------------------------------------ tables


def _parquet(table: Any, told: dict[str, Any], *, packed: bool = False) -> bytes:
    """A table as the bytes of a file, with what is told in its footer.

    packed : whole numbers as packed differences and nothing else, which takes half the time of dictionaries and a
        compression; what has a fraction gains by the latter alone
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    sink = io.BytesIO()
    footer = {"openiads": json.dumps(told, sort_keys=True)}
    whole = [each.name for each in table.schema if packed and arrow.types.is_integer(each.type)]
    parquet.write_table(
        table.replace_schema_metadata(footer),
        sink,
        compression={name: "none" if name in whole else "snappy" for name in table.column_names},
        use_dictionary=False,
        column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED") or None,
        write_batch_size=16_384,  # the usual thousand takes a tenth longer
        write_page_checksum=not packed,  # the hash of a whole file of events is checked before it is parsed
        write_statistics=False,
    )
    return sink.getvalue()


def _parse(data: bytes, *, sums: bool = True) -> tuple[Any, dict[str, Any]]:
    """A file's table and what its footer tells; sums : check those of its pages."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(arrow.BufferReader(data), page_checksum_verification=sums) as file:
            table = file.read(use_threads=False)
        told = json.loads((table.schema.metadata or {})[b"openiads"])
    except (arrow.ArrowException, OSError, ValueError, KeyError, MemoryError, RecursionError) as problem:
        raise Damaged("it cannot be read") from problem
    if not isinstance(told, dict):
        raise Damaged("its footer is not ours")
    return table, told


def _outcome_table(rows: np.ndarray, digests: list[bytes], messages: dict[int, str]) -> Any:
    import pyarrow as arrow

    data: dict[str, Any] = {name: arrow.array(np.ascontiguousarray(rows[name])) for name in OUTCOME.names or ()}
    data["message"] = arrow.array([messages.get(int(r), "") for r in rows["replication"]], arrow.string())
    data["digest"] = arrow.array(digests, arrow.binary(32))
    return arrow.table(data)


#: How Arrow calls the types of the outcome row.
_ARROW = {np.dtype("i8"): "int64", np.dtype("f8"): "double"}


def _plain(column: Any, dtype: np.dtype) -> np.ndarray:
    """A column without missing values as an array.  Arrow's own way would load pandas where that is installed."""
    parts = [np.frombuffer(part.buffers()[1], dtype, len(part), part.offset * dtype.itemsize) for part in column.chunks]
    return np.concatenate([np.empty(0, dtype), *parts])


def _rows(table: Any) -> np.ndarray:
    rows = np.empty(table.num_rows, OUTCOME)
    for name in OUTCOME.names or ():
        if name not in table.column_names or table[name].null_count:
            raise Damaged(f"its column {name} is missing")
        if str(table[name].type) != _ARROW[OUTCOME[name]]:
            raise Damaged(f"its column {name} has another type")
        rows[name] = _plain(table[name], OUTCOME[name])
    if "digest" not in table.column_names or "message" not in table.column_names:
        raise Damaged("its hashes are missing")
    return rows


def event_table(numbered: Sequence[tuple[int, np.ndarray]]) -> Any:
    """Event logs (replication, rows of dtype EVENT) as one Arrow table with the columns of ``trace.COLUMNS``."""
    return _table(logs_of(numbered))


def logs_of(numbered: Sequence[tuple[int, np.ndarray]]) -> Logs:
    """Event logs (replication, rows of dtype EVENT) as columns."""
    logs = Logs(len(numbered))
    for replication, events in numbered:
        logs.add(replication, events)
    return logs


def _table(logs: Logs) -> Any:
    import pyarrow as arrow

    found = {name: arrow.array(values) for name, values in logs.columns().items()}
    fields = [arrow.field(name, column.type, nullable=False) for name, column in found.items()]
    return arrow.table(list(found.values()), schema=arrow.schema(fields))


def _events(table: Any, chunk: Chunk) -> list[np.ndarray]:
    replication = _plain(table["replication"], COLUMNS["replication"])
    rows = np.zeros(table.num_rows, EVENT)
    for name in ("time", "kind", "flight", "unit", "radar", "launcher", "round", "track", "code"):
        rows[name] = _plain(table[name], COLUMNS[name])
    for k in range(6):
        rows["value"][:, k] = _plain(table[f"v{k}"], COLUMNS[f"v{k}"])
    edges = np.searchsorted(replication, np.arange(chunk.first, chunk.last + 1))
    return [rows[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def identity_here(**fields: Any) -> Identity:
    """An ``Identity`` with this machine's arithmetic."""
    return Identity(fingerprint=arithmetic_fingerprint(), **fields)


__all__ = [
    "COMPARED",
    "FORMAT",
    "Chunk",
    "Damaged",
    "Done",
    "Identity",
    "Layout",
    "Store",
    "checked",
    "chunks_of",
    "event_table",
    "identity_here",
    "logs_of",
    "mismatch",
    "refuse_foreign",
    "unnamed",
    "with_check",
]
