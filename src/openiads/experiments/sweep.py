"""Sweeps: a run for every point of a study, in one durable folder; and what they came to.

``sweep`` makes (or continues) a sweep and returns a ``Sweep``; ``open_sweep`` reads one back.  Every point has the same
seed unless the study says otherwise: two points share their dice, so their difference is sharper than either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.audit.check import check_run, verify_run
from openiads.audit.motion import Violation
from openiads.base.errors import Interrupted, ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.shown import Shown
from openiads.experiments.design import Study, load_study
from openiads.experiments.factors import Point
from openiads.experiments.sweep_points import Capped, Points, facts_of, identity_of, sweep_digest
from openiads.experiments.sweep_store import SweepStore
from openiads.runs.digest import hash_of
from openiads.runs.findings import Finding
from openiads.runs.folder import Kept, output_folder
from openiads.runs.jobs import Progress
from openiads.runs.replicate import default_folder
from openiads.runs.run import Run, open_run
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.work import Work

if TYPE_CHECKING:
    import pyarrow as arrow

    from openiads.runs.cluster import Cluster


def default_sweep_folder(study: Study) -> Path:
    """``runs/<study>-<seed>-<first 8 of a hash>``: where the command line stores a sweep by itself."""
    base = default_folder(study.scenario, study.seed).name.rsplit("-", 2)[0]
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in study.name)
    told = hash_of([study.scenario.digest(), study.canonical()])
    return Path("runs") / f"sweep-{plain}{'' if plain == base else '-' + base}-{study.seed}-{told[:8]}"


def sweep(
    study: Study | str | Path,
    *,
    out: str | Path | None = None,
    jobs: int | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
    cancel: threading.Event | None = None,
    yes: bool = False,
    on: str | Cluster | None = None,
    simulator: Simulator | None = None,
) -> Sweep:
    """Run every point of a study.

    Parameters
    ----------
    study : Study, str or Path
        A study, or its file.
    out : str or Path, optional
        The sweep's folder, continued if it holds a part of this sweep; a temporary one if left out.
    jobs : int, optional
        Threads or processes; all processors if left out.
    chunk : int, optional
        Replications of a point stored together.
    progress : callable, optional
        Called with (replications done, of) over all points.
    warn : callable, optional
        Called with each warning, each once, and with how many points have capped kill probabilities.
    cancel : threading.Event, optional
        Stops the work within one replication when set.
    yes : bool
        More than a million points are meant.
    on : str or Cluster, optional
        "threads", "dask" or "dask:ADDRESS", as for `run`; one cluster serves all points.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    Sweep
        ``table()`` has a row for each point; ``run(k)`` is the run of point k.

    Raises
    ------
    InputError
        For a bad study or scenario.
    UsageError
        For an unknown metric, or more points than are meant.
    ResultsError
        Where the folder or the cluster cannot be used.
    Interrupted
        Where the cancel flag is set; the same call continues.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.sweep("study.toml", out="swept").table()  # doctest: +SKIP
    """
    work = Work(jobs, out, progress, warn, cancel, on, chunk, simulator or real_simulator())
    if not isinstance(study, Study):
        study = load_study(study)
    study.refuse_absurd(yes)
    if out is not None:
        SweepStore.refuse_foreign(Path(out))  # before anything takes time
    begun = time.monotonic()
    identity = identity_of(study, work.simulator)
    with output_folder(out) as path, work.place() as place:
        store = SweepStore.create_or_resume(path, identity, facts_of(study))
        try:
            points = Points(study, store, work, place)
            points.all()
            store.seal(*points.told(), round(time.monotonic() - begun, 3))
        except Interrupted as stopped:
            raise points.interrupted() from stopped.__cause__
        finally:
            store.close()
    made = Sweep(
        path,
        simulator=work.simulator,
        metrics=study.metrics,
        findings=points.findings,
        capped=points.capped,
        nearer=points.nearer,
    )
    if out is None:
        made.make_temporary()
    return made


def open_sweep(path: str | Path, *, simulator: Simulator | None = None) -> Sweep:
    """A complete sweep, read back from its folder.

    Parameters
    ----------
    path : str or Path
        The folder.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    Sweep
        As `sweep` gives it.

    Raises
    ------
    ResultsError
        Where it is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.open_sweep("swept").run(0).estimate("killed")  # doctest: +SKIP
    """
    return Sweep(Path(path), simulator=simulator)


def is_sweep(path: str | Path) -> bool:
    """Whether a folder holds a sweep rather than a run."""
    return (Path(path) / "sweep.json").exists()


# ------------------------------------------------------------------ a complete sweep


class Sweep(Kept, Shown):
    """A complete sweep: its points, findings, runs and digest, read from its folder."""

    def __init__(
        self,
        path: Path,
        *,
        simulator: Simulator | None = None,
        metrics: tuple[str, ...] | None = None,
        findings: list[dict[str, Finding]] | None = None,
        capped: list[Capped] | None = None,
        nearer: list[Capped] | None = None,
    ) -> None:
        self.path = path
        self.store = SweepStore.open(path)
        self.seal = self.store.whole_seal()
        self.facts = self.store.facts
        self.points = tuple(Point(k, p["values"], p["knobs"]) for k, p in enumerate(self.facts["points"]))
        self.metrics = tuple(metrics or self.facts["metrics"])
        self._simulator = simulator
        self._findings = {metric: [each[metric] for each in findings] for metric in metrics or ()} if findings else {}
        self._capped, self._nearer = capped, nearer

    @property
    def digest(self) -> str:
        """The sweep's digest (hexadecimal)."""
        return str(self.seal["digest"])

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.facts["name"])

    def run(self, index: int) -> Run:
        """The run of a point; ResultsError if it is not the one that the seal was put on."""
        made = open_run(self.store.folder(index), simulator=self._simulator)
        if made.digest != self.seal["points"][index]["digest"]:
            raise ResultsError(
                str(made.path),
                "this run is not the one that the sweep was sealed with",
                "Move it away and run the same command again with the same --out",
            )
        return made

    def runs(self) -> Iterator[Run]:
        """The run of every point, in order, one at a time."""
        for point in self.points:
            yield self.run(point.index)

    def estimate(self, metric: str) -> list[Finding]:
        """The finding for a metric at every point, in order."""
        if metric not in self._findings:
            wanted = {*self.metrics, metric}
            found = [{each: made.estimate(each) for each in wanted} for made in self.runs()]
            self._findings |= {each: [row[each] for row in found] for each in wanted}
        return self._findings[metric]

    @property
    def capped(self) -> list[Capped]:
        """Of every point, in order, the kill probabilities that its knobs put above what works: as ``Run.capped``."""
        if self._capped is None:
            self._capped = [made.capped for made in self.runs()]
        return self._capped

    @property
    def nearer(self) -> list[Capped]:
        """Of every point, in order, the reference engagements that its rounds do not reach: as ``Run.nearer``."""
        if self._nearer is None:
            self._nearer = [made.nearer for made in self.runs()]
        return self._nearer

    def rows(self) -> list[JsonObject]:
        """A mapping for every point: ``point``, each varied path, and of each metric its mean, low, high and n."""
        out = []
        for point in self.points:
            row: JsonObject = {"point": point.index, **point.label}
            for metric in self.metrics:
                told = self.estimate(metric)[point.index].as_dict()
                row |= {metric if key == "mean" else f"{metric}_{key}": value for key, value in told.items()}
            out.append(row)
        return out

    def table(self) -> arrow.Table:
        """``rows`` as a pyarrow Table."""
        from openiads.runs.parquet import table_of

        return table_of(self.rows())

    def summary(self) -> JsonObject:
        """What ``sweep --json`` prints: plain JSON; what is infinite or undefined is null."""
        points = []
        for point in self.points:
            seal = self.seal["points"][point.index]
            found = {metric: self.estimate(metric)[point.index].as_dict() for metric in self.metrics}
            apart = {"capped": self.capped[point.index], "nearer": self.nearer[point.index]}
            points.append({**seal, "values": point.values, "knobs": point.knobs, **apart, "outcomes": found})
        fields = self.store.identity.fields
        return {
            "study": self.name,
            "question": self.facts["question"],
            "scenario": self.facts["scenario"]["name"],
            "design": fields["design"],
            "seed": fields["seed"],
            "seeds": fields["seeds"],
            "digest": self.digest,
            "wall_s": self.seal["wall_s"],
            "metrics": list(self.metrics),
            "points": points,
            "capped_points": sum(map(bool, self.capped)),
            "nearer_points": sum(map(bool, self.nearer)),
            "failed_replications": sum(each["failed"] for each in self.seal["points"]),
            "out": self.out,
            "version": fields["version"],
        }

    # -------------------------------------------------------------- checking

    def verify(self) -> str:
        """Check every file of every point and return the digest; ResultsError at any damage."""
        digests = []
        for made in self.runs():
            made.store.verify()
            digests.append(made.digest)
        found = sweep_digest(self.points, digests)
        if found != self.digest:
            raise ResultsError(
                str(self.path / "SEALED.json"),
                "damaged: the digest of the stored points is another",
                "Run the same command again with the same --out",
            )
        return found

    def check(self, again: int) -> tuple[list[tuple[int, Violation]], int]:
        """Every point's files and event logs checked, and ``again`` replications run again.

        The replications are drawn from all points by a seed made of the digest.  Returns (point, violation) pairs, and
        how many replications were run again.
        """
        self.verify()
        counts = np.array([seal["replications"] for seal in self.seal["points"]])
        edges = np.concatenate([[0], np.cumsum(counts)])
        chosen = np.sort(
            np.random.default_rng(int(self.digest[:16], 16)).choice(edges[-1], min(again, edges[-1]), replace=False)
        )
        found: list[tuple[int, Violation]] = []
        for made, point in zip(self.runs(), self.points, strict=True):
            mine = chosen[(chosen >= edges[point.index]) & (chosen < edges[point.index + 1])] - edges[point.index]
            violations = check_run(made)
            if len(mine):
                violations += verify_run(made, chosen=[int(r) for r in mine])
            found += [(point.index, violation) for violation in violations]
        return found, len(chosen)
