"""A complete run, read from its folder: its outcomes, estimates, events and digest."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import numpy as np

from openiads.base.errors import ResultsError, UsageError
from openiads.base.shown import Replayed
from openiads.runs.digest import row_digests
from openiads.runs.findings import Accumulator, Finding
from openiads.runs.identity import Chunk, Identity, mismatch
from openiads.runs.simulator import Engine, capped, real_engine
from openiads.runs.store import Store
from openiads.world.codes import Side, Status
from openiads.world.outcome import BOUNDS, CLASSES, METRICS, OUTCOME, ROUND_ENDS, TERMINALS
from openiads.world.trace import EVENT


def open_run(path: str | Path, *, engine: Engine | None = None) -> Run:
    """A complete run, read back from its folder.

    Parameters
    ----------
    path : str or Path
        The folder.
    engine : Engine, optional
        The simulator; tests pass their own.

    Returns
    -------
    Run
        As `run` gives it.

    Raises
    ------
    ResultsError
        Where it is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> kept = oi.run("one_on_one", replications=3, seed=1, out="kept")
    >>> oi.open_run("kept").digest == kept.digest
    True
    """
    return Run(Path(path), engine=engine)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: arrays become lists, infinity and NaN become None."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def bounds_of(facts: dict[str, Any]) -> dict[str, float]:
    """Greatest counts per replication that the scenario itself allows."""
    sides = facts["flight_side"]
    bounds = {
        "flights": float(len(sides)),
        "threats": float(sides.count(int(Side.HOSTILE))),
        "civil": float(sides.count(int(Side.NEUTRAL))),
        "friend": float(sides.count(int(Side.FRIEND))),
    }
    rounds = facts["limits"].get("launcher_rounds")
    if (
        rounds is not None
        and not facts["limits"].get("magazine_infinite")
        and all(r is not None and r >= 0 for r in rounds)
    ):
        bounds["rounds"] = float(sum(rounds))
    return bounds


class Run(Replayed):
    """A complete run: its outcomes, estimates, events and digest, read from its folder."""

    def __init__(
        self,
        path: Path,
        *,
        engine: Engine | None = None,
        scenario: Any = None,
        catalog: Any = None,
        world: Any = None,
        gathered: Accumulator | None = None,
    ) -> None:
        self.path = path
        self.store = Store.open(path)
        self.seal, self.chunks = self.store.complete()
        self.facts: dict[str, Any] = self.store.facts
        self._engine, self._scenario, self._catalog, self._world = engine, scenario, catalog, world
        self._gathered = gathered
        self._clean: weakref.finalize | None = None

    @property
    def identity(self) -> Identity:
        """What the run is: hashes, seed, knobs, version."""
        return self.store.identity

    @property
    def digest(self) -> str:
        """The run digest (hexadecimal)."""
        return str(self.seal["digest"])

    @property
    def seed(self) -> int:
        """The seed of every draw."""
        return self.identity.seed

    @property
    def replications(self) -> int:
        """Replications in the run, failed ones included."""
        return int(self.seal["replications"])

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.facts["name"])

    @property
    def names(self) -> dict[str, list[str]]:
        """Row -> name, by noun: flights, units, radars, launchers, assets, posts."""
        return self.facts["names"]

    @property
    def engine(self) -> Engine:
        """The floors below."""
        if self._engine is None:
            self._engine = real_engine()
        return self._engine

    @property
    def scenario(self) -> Any:
        """The Scenario, restored from the store if need be."""
        if self._scenario is None:
            restored = self.engine.restore(self.facts["scenario"])
            if restored.digest() != self.identity.scenario:
                raise ResultsError(
                    str(self.path),
                    "the scenario (scenario) cannot be restored: a rule or terrain file has changed or gone",
                    "Put the file back as it was, or run again with a new --out",
                )
            self._scenario = restored
        return self._scenario

    @property
    def catalog(self) -> Any:
        """The Catalog that the run used; ResultsError if this installation has another."""
        if self._catalog is None:
            found = self.engine.catalog(self.scenario)
            if found.digest != self.identity.catalog:
                raise mismatch(self.path, self.identity, "catalog", found.digest)
            self._catalog = found
        return self._catalog

    @property
    def world(self) -> Any:
        """The World, built again if need be."""
        if self._world is None:
            self._world = self.engine.build(self.scenario, self.catalog, dict(self.identity.knobs) or None)
        return self._world

    @property
    def warnings(self) -> list[str]:
        """What ran but may not have been meant."""
        return list(self.facts.get("warnings", []))

    @property
    def capped(self) -> list[dict[str, Any]]:
        """The kill probabilities that the draw of knobs put too high: ``field``, ``asked``, ``used``."""
        return list(self.facts["limits"].get("capped", []))

    @property
    def other_warnings(self) -> list[str]:
        """``warnings`` without those about capped kill probabilities, which studies of many worlds count."""
        known = capped(self.facts["limits"])
        return [line for line in self.warnings if line not in known]

    # -------------------------------------------------------------- outcomes

    def rows(self) -> np.ndarray:
        """All outcome rows (dtype OUTCOME), in replication order."""
        return np.concatenate([self.store.trusted(chunk).rows for chunk in self.chunks])

    def row(self, replication: int) -> np.ndarray:
        """The outcome row (dtype OUTCOME) of one replication; UsageError if it is not in the run."""
        chunk = self._chunk_of(replication)
        return self.store.trusted(chunk).rows[replication - chunk.first]

    @property
    def outcomes(self) -> Any:
        """All outcome rows as a pyarrow Table."""
        import pyarrow as arrow

        rows = self.rows()
        return arrow.table({name: np.ascontiguousarray(rows[name]) for name in OUTCOME.names or ()})

    @property
    def gathered(self) -> Accumulator:
        """What the estimates are made from."""
        if self._gathered is None:
            gathered = Accumulator(bounds_of(self.facts))
            for done in self.store.walk():
                gathered.add(done.rows)
            self._gathered = gathered
        return self._gathered

    def keep(self, gathered: Accumulator) -> None:
        """Make the estimates from what a pass over all rows has gathered already."""
        self._gathered = gathered

    def estimate(self, metric: str, confidence: float = 0.95) -> Finding:
        """The finding for a metric, a class rate (``cruise_leak_rate``) or any counted column of the outcome row."""
        return self.gathered.estimate(metric, confidence)

    def failures(self, most: int = 20) -> list[dict[str, Any]]:
        """The first failed replications: replication, status, time, entity, message."""
        out: list[dict[str, Any]] = []
        if not self.seal["failed"]:
            return out
        for done in self.store.walk():
            for row in done.rows[done.rows["status"] != 0]:
                replication = int(row["replication"])
                out.append(
                    {
                        "replication": replication,
                        "status": Status(int(row["status"])).name.lower(),
                        "time": plain(float(row["status_time"])),
                        "entity": int(row["status_entity"]),
                        "message": done.messages.get(replication, ""),
                    }
                )
                if len(out) == most:
                    return out
        return out

    def summary(self) -> dict[str, Any]:
        """What ``run --json`` prints: plain JSON; what is infinite or undefined is null."""

        def told(metric: str) -> dict[str, Any]:
            return self.estimate(metric).as_dict()

        present = [c for c in CLASSES if any(self.gathered.histogram(f"{c}_threats"))]
        counted = ("threats", "engaged", "killed", "leakers")
        classes = {
            c: {k: told(f"{c}_{k}") for k in counted} | {k: told(f"{c}_{k}") for k in ("leak_rate", "kill_rate")}
            for c in present
        }
        bounds = {b: told(f"bound_{b}") for b in BOUNDS}
        waited = {b: self.estimate(f"bound_{b}").mean for b in BOUNDS}
        longest = max(waited, key=lambda b: waited[b]) if any(v > 0 for v in waited.values()) else None
        return {
            "scenario": self.name,
            "seed": self.seed,
            "replications": self.replications,
            "digest": self.digest,
            "wall_s": self.seal["wall_s"],
            "outcomes": {metric: told(metric) for metric in METRICS},
            "failed_replications": int(self.seal["failed"]),
            "out": None if self._clean is not None else str(self.path),
            "classes": classes,
            "terminal": {code: told(f"end_{code}") for code in TERMINALS},
            "round_ends": {code: told(f"round_{code}") for code in ROUND_ENDS},
            "bounds": bounds,
            "bound_longest": longest,
            "leakers_distribution": {str(k): v for k, v in self.gathered.histogram("leakers").items()},
            "until": self.identity.until or None,
            "failures": self.failures(5),
            "warnings": self.warnings,
            "version": self.identity.version,
            "scenario_digest": self.identity.scenario,
            "catalog_digest": self.identity.catalog,
        }

    # -------------------------------------------------------------- events

    def key_events(self, replication: int) -> np.ndarray:
        """The stored event log (dtype EVENT) of a replication; recorded kinds too if it was recorded."""
        chunk = self._chunk_of(replication)
        return self.store.events(chunk)[replication - chunk.first]

    def events(self, replication: int) -> np.ndarray:
        """The whole event log (dtype EVENT) with looks, updates and positions; run again if it was not recorded."""
        if replication < self.identity.record:
            return self.key_events(replication)
        return np.array(self.again(replication, record=True).events, EVENT)

    def again(self, replication: int, *, record: bool = False) -> Any:
        """Run one replication again (it is deterministic); ResultsError if it comes out otherwise than stored."""
        chunk = self._chunk_of(replication)
        stored = self.store.trusted(chunk).digests[replication - chunk.first]
        result = self.engine.runner(self.world, self.seed).replicate(replication, record=record)
        if row_digests(np.array(result.outcome, OUTCOME))[0] != stored:
            raise ResultsError(
                str(self.path),
                f"replication {replication} comes out otherwise than stored",
                f"The software or the machine has changed since: use the openiads {self.identity.version} that made "
                "it, or run again with a new --out",
            )
        return result

    def _chunk_of(self, replication: int) -> Chunk:
        for chunk in self.chunks:
            if chunk.first <= replication < chunk.last:
                return chunk
        raise UsageError(
            "replication",
            f"{replication} is not in this run",
            f"Replications are numbered 0 .. {self.replications - 1}",
        )
