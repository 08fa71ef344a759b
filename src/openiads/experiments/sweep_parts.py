"""Parts of one sweep: each computes points of its own, in turn, and joined they are the sweep made in one piece."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from openiads.base.errors import Interrupted, ResultsError, UsageError
from openiads.base.jsonable import JsonObject
from openiads.experiments.design import Study
from openiads.experiments.sweep import Sweep
from openiads.experiments.sweep_points import Points, facts_of, identity_of, sweep_digest
from openiads.experiments.sweep_store import COMPARED, SweepIdentity, SweepStore, refuse_mismatch
from openiads.runs import disk
from openiads.runs.division import Command, Division, Part, ranges, refuse_unlike
from openiads.runs.folder import SEAL, Layout
from openiads.runs.run import open_run
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.work import Work

#: The fact that says which part a folder holds.
_PART = "part"


class SweepPartStore(SweepStore):
    """The folder of one part of a sweep, with the runs of its points."""

    LAYOUT = Layout("part", "points", "p*")

    @property
    def part(self) -> Part:
        """Which one it is."""
        return Part(*self.facts[_PART])

    def planned(self) -> list[int]:
        """Its points."""
        return list(self.part.turns(super().planned()))

    def stored_so_far(self) -> str:
        """Its points, and how many of them are stored, in words."""
        return f"points {ranges(self.planned())}, {super().stored_so_far()}"


@dataclass(frozen=True, slots=True)
class PartedSweep:
    """What became of one part of a sweep.

    Attributes
    ----------
    part : Part
    path : Path
        Its folder.
    points : list of int
        Its points, numbered from 0 as everywhere.
    failed : int
        Replications that failed.
    """

    part: Part
    path: Path
    points: list[int]
    failed: int

    def summary(self) -> JsonObject:
        """What ``sweep --part --json`` prints."""
        return {
            "part": self.part.number,
            "of": self.part.of,
            "points": self.points,
            "failed_replications": self.failed,
            "out": str(self.path),
        }


def compute_sweep_part(study: Study, work: Work, part: Part, *, yes: bool = False) -> PartedSweep:
    """Compute the points of one part of a sweep into a folder of its own below the sweep's, or go on with it.

    Parameters
    ----------
    study : Study
        The whole sweep.
    work : Work
        How it is computed; ``out`` is the folder of the whole sweep.
    part : Part
    yes : bool, optional
        More than a million points are meant.

    Returns
    -------
    PartedSweep

    Raises
    ------
    UsageError
        For fewer points than parts, or a cluster.
    ResultsError
        Where the folder holds something else, parts of another division or of another sweep.
    Interrupted
        Where the cancel flag is set; the same call continues.
    """
    work.check()
    study.refuse_absurd(yes)
    if study.size < part.of:
        raise UsageError(
            "part",
            f"{study.size} points cannot be divided into {part.of} parts",
            f"Ask for at most {study.size} parts, or divide the run of a point (openiads run --part)",
        )
    if work.on not in (None, "threads"):
        raise UsageError("part", "a part is computed by the threads of one machine", "Leave out --on")
    if work.out is None:
        raise UsageError("part", "a part needs a folder that stays", "Name one")
    begun, whole = time.monotonic(), Path(work.out)
    identity, path = identity_of(study, work.simulator), part.folder(whole)
    _refuse_whole(whole, identity, facts_of(study))
    refuse_unlike(whole, part, SweepPartStore, identity.as_dict(), COMPARED)
    store = SweepPartStore.create_or_resume(path, identity, {**facts_of(study), _PART: [part.number, part.of]})
    points = Points(study, store, work, points=part.turns(study.points))
    try:
        points.all()
        store.seal(*points.told(), round(time.monotonic() - begun, 3))
    except Interrupted as stopped:
        raise points.interrupted() from stopped.__cause__
    finally:
        store.close()
    return PartedSweep(part, path, store.planned(), sum(seal["failed"] for seal in points.seals))


def _refuse_whole(path: Path, identity: SweepIdentity, facts: JsonObject) -> None:
    """Refuse a folder that holds anything but parts, or the sweep that these parts were joined to."""
    SweepStore.refuse_foreign(path, parts=True)
    try:
        stored = SweepStore.read_named(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    refuse_mismatch(path, stored, (identity, facts))


class _SweepDivision(Division[SweepPartStore]):
    def share(self, part: Part, like: SweepPartStore) -> str:
        return f"points {ranges(list(part.turns(range(len(like.facts['points'])))))}"


def join_sweep_parts(path: Path, study: Study, command: Command, *, simulator: Simulator | None = None) -> Sweep:
    """Join the parts of a sweep.

    Parameters
    ----------
    path : Path
        The sweep's folder, in which the parts are.
    study : Study
        The sweep that is meant.
    command : callable
        The command by which a part is computed, for messages.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    Sweep
        The complete sweep.

    Raises
    ------
    ResultsError
        For a part that is missing, incomplete, damaged, of another sweep or of another division.
    """
    simulator = simulator or real_simulator()
    division = _SweepDivision(path, SweepPartStore, COMPARED, command)
    first = next(iter(division.folders.values()), None)
    if first is not None:  # its arithmetic is that of the parts, not of the machine that joins them
        here = {**identity_of(study, simulator).fields, "fingerprint": first.identity.fields["fingerprint"]}
        refuse_mismatch(first.path, (first.identity, first.facts), (SweepIdentity(here), facts_of(study)))
    parts = list(division.every())
    identity = parts[0][1].identity
    facts = {name: value for name, value in parts[0][1].facts.items() if name != _PART}
    _refuse_whole(path, identity, facts)
    seals: dict[int, JsonObject] = {}
    for part, folder, seal in parts:
        if folder.part != part or len(folder.planned()) != len(seal["points"]):
            raise division.damaged(part, "it does not hold what its name says", folder.path)
        for point, told in zip(folder.planned(), seal["points"], strict=True):
            _read(division, part, folder.folder(point), told["digest"], simulator)
            seals[point] = told
    ordered = [seals[point.index] for point in study.points]
    digest = sweep_digest(study.points, [told["digest"] for told in ordered])
    store = SweepStore.create_or_resume(path, identity, facts, parts=True)
    try:
        for _part, folder, _seal in parts:
            for point in folder.planned():
                _adopt(folder.folder(point), store.folder(point))
        disk.sync(path / "points")
        store.seal(digest, ordered, round(sum(float(seal["wall_s"]) for _, _, seal in parts), 3))
    finally:
        store.close()
    return Sweep(path, simulator=simulator, metrics=study.metrics)


def _read(division: _SweepDivision, part: Part, folder: Path, digest: str, simulator: Simulator) -> None:
    """Check every file of the run of a point against the seals of the run and of the part."""
    try:
        found = open_run(folder, simulator=simulator).store.verify()
    except ResultsError as problem:
        raise division.damaged(part, problem, Path(problem.place)) from problem
    if found != digest:
        raise division.damaged(part, "this run is not the one that the part was sealed with", folder)


def _adopt(source: Path, target: Path) -> None:
    """Give every file of a run a second name in another folder, its seal last."""
    for folder in (target, target / "chunks"):
        if not folder.is_dir():
            disk.make_folder(folder)
    for each in sorted((source / "chunks").glob("*.parquet")):
        disk.adopt(each, target / "chunks" / each.name)
    disk.sync(target / "chunks")
    for name in ("run.json", SEAL):
        disk.adopt(source / name, target / name)
    disk.sync(target)
