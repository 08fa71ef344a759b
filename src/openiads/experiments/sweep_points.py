"""The points of a sweep: what a sweep is, and running its points one after another in the sweep's folder."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from openiads.base.errors import InputError, Interrupted, ResultsError
from openiads.base.jsonable import JsonObject
from openiads.experiments.design import Study
from openiads.experiments.factors import Point
from openiads.experiments.sweep_store import SweepIdentity, SweepStore, sweep_identity
from openiads.runs.digest import hash_of
from openiads.runs.findings import Finding
from openiads.runs.identity import COMPARED, identity_here
from openiads.runs.jobs import default_jobs
from openiads.runs.replicate import carry_out
from openiads.runs.run import Run, open_run
from openiads.runs.simulator import Simulator
from openiads.runs.stopping import MOST, parse_until
from openiads.runs.work import REPLICATIONS, Request, Work
from openiads.world.prebuilt import Prebuilt

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster
    from openiads.scenario.load import Scenario

#: What ``Run.capped`` or ``Run.nearer`` tells of one point.
Capped = list[JsonObject]

#: Replications stored together at a point, at most.
_LARGEST_CHUNK = 250


def identity_of(study: Study, simulator: Simulator) -> SweepIdentity:
    """What the sweep of a study is, on this machine."""
    catalog = simulator.catalog(study.scenario).digest
    return sweep_identity(study.scenario.digest(), catalog, study.canonical(), study.points)


def facts_of(study: Study) -> JsonObject:
    """What a reader of the sweep needs; plain JSON."""
    return {
        "name": study.name,
        "question": study.question,
        "metrics": list(study.metrics),
        "paths": [factor.path for factor in study.factors],
        "points": [{"values": point.values, "knobs": point.knobs} for point in study.points],
        "scenario": {"name": study.scenario.name, "mapping": study.scenario.mapping()},
    }


def sweep_digest(points: list[Point] | tuple[Point, ...], digests: list[str]) -> str:
    """SHA-256 over every point's values, knobs and run digest, in order."""
    return hash_of([[point.values, point.knobs, digest] for point, digest in zip(points, digests, strict=True)])


class Points:
    """Points of one sweep, one after another; the threads work inside a point."""

    def __init__(
        self,
        study: Study,
        store: SweepStore,
        work: Work,
        place: Cluster | None = None,
        points: Sequence[Point] | None = None,
    ) -> None:
        self.study, self.store, self.work, self.place = study, store, work, place
        self.points = tuple(points if points is not None else study.points)
        self.cancel = work.cancel or threading.Event()
        self.rule = parse_until(study.until)
        self.most = study.replications or (MOST if self.rule else REPLICATIONS)
        at_once = place.threads if place is not None else work.jobs or default_jobs()
        self.chunk = work.chunk or max(1, min(_LARGEST_CHUNK, math.ceil(self.most / (2 * at_once))))
        self.seals: list[JsonObject] = []
        self.findings: list[dict[str, Finding]] = []
        self.capped: list[Capped] = []
        self.nearer: list[Capped] = []
        self._built = Prebuilt()
        self._told: set[str] = set()
        self._variant: tuple[JsonObject, Scenario] | None = None

    def all(self) -> None:
        """Every point, read if it is stored whole, else run."""
        self.work.simulator.prepare()
        for point in self.points:
            if self.cancel.is_set():
                raise Interrupted("sweep", "stopped")
            made = self._point(point)
            self._tell(point, made.other_warnings)
            self.findings.append({metric: made.estimate(metric) for metric in self.study.metrics})
            self.seals.append(
                {"digest": made.digest, "replications": made.replications, "failed": int(made.seal["failed"])}
            )
            self.capped.append(made.capped)
            self.nearer.append(made.nearer)
            self._show(0)
        if any(self.capped):
            self.work.tell(
                f"at {sum(map(bool, self.capped))} of {len(self.points)} points the knobs ask a kill probability above "
                "reliability x common mode; it is capped there"
            )
        if any(self.nearer):
            self.work.tell(
                f"at {sum(map(bool, self.nearer))} of {len(self.points)} points a round with these knobs does not "
                "arrive where its kill probability is taken to have been said of it; it is taken to hold nearer there"
            )

    def told(self) -> tuple[str, list[JsonObject]]:
        """The sweep's digest, and what the seal says of each point."""
        return sweep_digest(self.points, [seal["digest"] for seal in self.seals]), self.seals

    def interrupted(self) -> Interrupted:
        """The error of a sweep stopped on the way."""
        told = f"stopped with {len(self.seals)} of {len(self.points)} points done"
        if self.work.out is None:
            return Interrupted("sweep", told, "Nothing is kept without out; name a folder to be able to continue")
        return Interrupted(str(self.store.path), told, "Run the same command again with the same --out to continue")

    def _point(self, point: Point) -> Run:
        try:
            scenario = self._scenario(point)
            stored = self._stored(point, scenario)
            if stored is not None:
                return stored
            request = Request(self.most, self.study.seed_of(point), until=self.rule, knobs=point.knobs or None)
            return carry_out(scenario, request, self._work_of(point))
        except InputError as wrong:
            raise InputError(f"{self.study.file}: {point}", f"{wrong.place}: {wrong.reason}", wrong.remedy) from wrong

    def _work_of(self, point: Point) -> Work:
        """How the run of a point is computed; its warnings are told afterwards, each once."""
        return replace(
            self.work,
            out=self.store.folder(point.index),
            chunk=self.chunk,
            progress=lambda done, of: self._show(done),
            warn=None,
            cancel=self.cancel,
            on=self.place,
            prebuilt=self._built,
        )

    def _scenario(self, point: Point) -> Scenario:
        """The scenario at a point; worlds of one variant share it."""
        if self._variant is None or self._variant[0] != point.values:
            self._variant = (point.values, self.study.variant(point))
        return self._variant[1]

    def _stored(self, point: Point, scenario: Scenario) -> Run | None:
        """The point's run if it is whole and is what it must be, found without building its world; else None."""
        folder = self.store.folder(point.index)
        if not (folder / "SEALED.json").exists():
            return None
        wanted = identity_here(
            scenario=scenario.digest(),
            catalog=self.work.simulator.catalog(scenario).digest,
            seed=self.study.seed_of(point),
            replications=self.most,
            chunk=self.chunk,
            until=str(self.rule) if self.rule else "",
            knobs=tuple(sorted(point.knobs.items())),
        )
        try:
            made = open_run(folder, simulator=self.work.simulator)
            made.store.verify()
        except ResultsError:
            return None  # running it again mends it or says what is wrong
        return made if all(getattr(made.identity, n) == getattr(wanted, n) for n in COMPARED) else None

    def _show(self, done: int) -> None:
        """Progress in replications over all points, ``done`` of them in the present one."""
        if self.work.progress is not None:
            self.work.progress(len(self.seals) * self.most + done, len(self.points) * self.most)

    def _tell(self, point: Point, lines: list[str]) -> None:
        for line in lines:
            if line not in self._told:
                self._told.add(line)
                self.work.tell(f"{point}: {line}")
