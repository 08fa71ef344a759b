"""Parts of one run: each computed by a job of its own, and joined to a run that is the same as one made in one piece.

``compute_part`` is what a job of a job array does.  It needs no scheduler: the chunks of a run are numbered, and part
K of N has the K-th block of them.  ``join_parts`` checks that all parts are there, whole and of one run, gives their
chunks a second name in the run's own folder, and seals it.  Joining computes no replication and may be repeated.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import JsonObject
from openiads.runs import disk
from openiads.runs.coordinator import Coordinator
from openiads.runs.digest import RunDigest
from openiads.runs.division import Command, Division, Part, refuse_unlike
from openiads.runs.findings import Accumulator
from openiads.runs.folder import Damaged, Layout
from openiads.runs.identity import COMPARED, Chunk, RunIdentity, chunks_of, mismatch, refuse_mismatch
from openiads.runs.replicate import default_chunk, identity_of, prepare
from openiads.runs.run import Run, bounds_of
from openiads.runs.store import Store
from openiads.runs.work import Request, Work

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

#: In what parts of one run must agree.
ALIKE = {**COMPARED, "chunk": "number of replications stored together"}

#: Chunks of a part, where there are replications for so many: parts then differ by a fifth at most.
_AT_LEAST = 4

#: The fact that says which part a folder holds.
_PART = "part"


class PartStore(Store):
    """The folder of one part of a run; its chunks are those of the whole, numbers and all."""

    LAYOUT = Layout("part", "chunks", "*.parquet")

    @classmethod
    def grown(
        cls, stored: tuple[RunIdentity, JsonObject], asked: tuple[RunIdentity, JsonObject]
    ) -> tuple[RunIdentity, JsonObject] | None:
        """A part does not grow: with more replications it would hold others."""
        return None

    @classmethod
    def refuse_other(
        cls, path: Path, stored: tuple[RunIdentity, JsonObject], asked: tuple[RunIdentity, JsonObject]
    ) -> None:
        """ResultsError unless the stored part is one of the run asked for; the size of chunks decides too."""
        refuse_mismatch(path, stored[0], asked[0])
        if stored[0].chunk != asked[0].chunk:
            raise ResultsError(
                str(path),
                f"the {ALIKE['chunk']} (chunk) is {stored[0].chunk} here, asked is {asked[0].chunk}",
                f"Ask for --chunk {stored[0].chunk}, or choose another folder with --out",
            )

    @property
    def part(self) -> Part:
        """Which one it is."""
        return Part(*self.facts[_PART])

    def planned(self) -> list[Chunk]:
        """Its chunks."""
        return list(self.part.block(super().planned()))

    def stored_so_far(self) -> str:
        """Its replications, and how much of them is stored, in words."""
        return f"{replications(self.planned())}, {super().stored_so_far()}"


@dataclass(frozen=True, slots=True)
class Parted:
    """What became of one part.

    Attributes
    ----------
    part : Part
    path : Path
        Its folder.
    first, last : int
        Its replications are ``first .. last - 1``.
    failed : int
        How many of them failed.
    """

    part: Part
    path: Path
    first: int
    last: int
    failed: int

    def summary(self) -> JsonObject:
        """What ``run --part --json`` prints."""
        return {
            "part": self.part.number,
            "of": self.part.of,
            "first_replication": self.first,
            "replications": self.last - self.first,
            "failed_replications": self.failed,
            "out": str(self.path),
        }


def replications(chunks: list[Chunk]) -> str:
    """The replications of chunks that lie side by side, in words."""
    return f"replications {chunks[0].first:,} to {chunks[-1].last - 1:,}"


def chunk_of_parts(most: int, part: Part, chunk: int | None) -> int:
    """Replications stored together: never timed, since all parts must come to the same size.

    Parameters
    ----------
    most : int
        Replications of the whole run.
    part : Part
    chunk : int, optional
        What the user asks for.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        Where a part would be left with nothing.
    """
    if most < part.of:
        raise UsageError(
            "part", f"{most:,} replications cannot be divided into {part.of:,} parts", f"Ask for at most {most:,} parts"
        )
    if chunk is None:
        return max(1, min(default_chunk(most), most // (_AT_LEAST * part.of)))
    if -(-most // chunk) < part.of:
        raise UsageError(
            "chunk",
            f"{most:,} replications stored {chunk:,} at a time are too few pieces for {part.of:,} parts",
            f"Ask for --chunk {most // part.of} or less",
        )
    return chunk


def check_parts(request: Request, work: Work) -> None:
    """UsageError for what cannot be computed in parts."""
    request.check()
    work.check()
    if request.rule is not None:
        raise UsageError(
            "part", "a stopping rule looks at all replications, which no part has", "Leave out --until-ci and give -n"
        )
    if work.on not in (None, "threads"):
        raise UsageError("part", "a part is computed by the threads of one machine", "Leave out --on")
    if work.out is None:
        raise UsageError("part", "a part needs a folder that stays", "Name one")


def compute_part(scenario: Scenario | str | Path, request: Request, work: Work, part: Part) -> Parted:
    """Compute one part of a run into a folder of its own below the run's, or go on with it.

    Parameters
    ----------
    scenario : Scenario, str or Path
    request : Request
        What the whole run is asked for.
    work : Work
        How it is computed; ``out`` is the folder of the whole run.
    part : Part

    Returns
    -------
    Parted

    Raises
    ------
    UsageError
        For what cannot be computed in parts.
    ResultsError
        Where the folder holds something else, parts of another division or of another run.
    """
    check_parts(request, work)
    assert work.out is not None
    chunk = chunk_of_parts(request.most, part, work.chunk)
    whole, simulator = Path(work.out), work.simulator
    if isinstance(scenario, str | Path):
        scenario = simulator.load(scenario)
    catalog = simulator.catalog(scenario)
    identity = identity_of(scenario, catalog, request, chunk)
    _refuse_whole(whole, identity)
    refuse_unlike(whole, part, PartStore, identity.as_dict(), ALIKE)
    begun, path = time.monotonic(), part.folder(whole)
    ready = prepare(
        scenario,
        catalog,
        request,
        Work(
            jobs=work.jobs,
            out=path,
            warn=work.warn,
            cancel=work.cancel,
            chunk=chunk,
            simulator=simulator,
            prebuilt=work.prebuilt,
        ),
    )
    facts = {**ready.facts, _PART: [part.number, part.of]}
    store = PartStore.create_or_resume(path, ready.identity, facts)
    try:
        chunks = store.planned()
        gathered = Coordinator(store, ready.world, None, work).some(chunks, begun)
    finally:
        store.close()
    return Parted(part, path, chunks[0].first, chunks[-1].last, gathered.failed)


def _refuse_whole(path: Path, identity: RunIdentity) -> None:
    """Refuse a folder that holds anything but parts, or the run that these parts were joined to."""
    Store.refuse_foreign(path, parts=True)
    try:
        stored = Store.read_named(path)[0]
    except (FileNotFoundError, NotADirectoryError):
        return
    refuse_mismatch(path, stored, identity)
    if stored.chunk != identity.chunk:
        raise ResultsError(
            str(path),
            f"this run lies here already, stored {stored.chunk} replications at a time, its parts {identity.chunk}",
            "Choose another folder with --out for a run in parts",
        )


class _RunDivision(Division[PartStore]):
    def share(self, part: Part, like: PartStore) -> str:
        whole = chunks_of(like.identity.replications, like.identity.chunk)
        return replications(list(part.block(whole)))


def join(scenario: Scenario, request: Request, work: Work, command: Command) -> Run:
    """Join the parts of a run.

    Parameters
    ----------
    scenario : Scenario
    request : Request
        The whole run; arithmetic and size of chunks are those of the parts, whichever machine joins them.
    work : Work
        ``out`` is the run's folder, in which the parts are.
    command : callable
        The command by which a part is computed, for messages.

    Returns
    -------
    Run
        The complete run.

    Raises
    ------
    ResultsError
        For a part that is missing, incomplete, damaged, of another run or of another division.
    """
    check_parts(request, work)
    path, simulator = Path(str(work.out)), work.simulator
    asked = identity_of(scenario, simulator.catalog(scenario), request, 1)
    division = _RunDivision(path, PartStore, ALIKE, command)
    for folder in division.folders.values():
        for name in COMPARED:
            if name != "fingerprint" and getattr(folder.identity, name) != getattr(asked, name):
                raise mismatch(folder.path, folder.identity, name, getattr(asked, name))
    parts = list(division.every())
    first = parts[0][1]
    _refuse_whole(path, first.identity)
    facts = {name: value for name, value in first.facts.items() if name != _PART}
    gathered, digest, failed, wall = Accumulator(bounds_of(facts)), RunDigest(), 0, 0.0
    chunks: list[Chunk] = []
    for part, folder, seal in parts:
        if [[c.index, c.first, c.last] for c in folder.planned()] != seal["chunks"] or folder.part != part:
            raise division.damaged(part, "it does not hold what its name says", folder.path)
        for chunk in folder.planned():
            _read(division, part, folder, chunk, seal["files"], gathered, digest)
            chunks.append(chunk)
        failed, wall = failed + int(seal["failed"]), wall + float(seal["wall_s"])
    told = digest.finish(first.identity.scenario, first.identity.catalog, first.identity.seed)
    _seal(path, parts, facts, chunks, (told, gathered.total, round(wall, 3), failed))
    return Run(path, simulator=simulator, scenario=scenario, gathered=gathered)


def _read(
    division: _RunDivision,
    part: Part,
    folder: PartStore,
    chunk: Chunk,
    files: dict[str, str],
    gathered: Accumulator,
    digest: RunDigest,
) -> None:
    """Add a chunk of a part, once every one of its hashes agrees."""
    try:
        done = folder.read(chunk, events=False)
        for kind in "ce":
            path = folder.file(chunk, kind)
            if hashlib.sha256(disk.read_file(path)).hexdigest() != files.get(path.name):
                raise Damaged(f"{path.name} does not agree with the seal of the part")
    except FileNotFoundError:
        raise division.damaged(part, f"chunk {chunk.index} is missing", folder.file(chunk)) from None
    except Damaged as problem:
        raise division.damaged(part, f"damaged: {problem}", folder.file(chunk)) from problem
    gathered.add(done.rows)
    digest.add(done.digests)


def _seal(
    path: Path,
    parts: list[tuple[Part, PartStore, JsonObject]],
    facts: JsonObject,
    chunks: list[Chunk],
    told: tuple[str, int, float, int],
) -> None:
    """Give every chunk its name in the run's own folder, and put the seal on it."""
    identity = parts[0][1].identity
    store = Store.create_or_resume(path, identity, facts, parts=True)
    try:
        for _part, folder, seal in parts:
            own = {}
            for chunk in folder.planned():
                for kind in "ec":
                    target = store.file(chunk, kind)
                    disk.adopt(folder.file(chunk, kind), target)
                    if target.name in seal["files"]:
                        own[target.name] = seal["files"][target.name]
            store.trust(own)  # never what a part's seal says of the chunks of others
        disk.sync(path / "chunks")
        digest, count, wall, failed = told
        store.seal(chunks, digest, count, wall, failed)
    finally:
        store.close()
