"""A complete run, read from its folder: its outcomes, estimates, events and digest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Replayed
from openiads.runs.digest import row_digests
from openiads.runs.findings import Accumulator, Finding
from openiads.runs.folder import Kept
from openiads.runs.identity import Chunk, RunIdentity, mismatch
from openiads.runs.misidentification import misidentified
from openiads.runs.simulator import Replicated, Simulator, drawn_apart, real_simulator
from openiads.runs.store import Store
from openiads.world.codes import Side, Status, ThreatClass
from openiads.world.outcome import BOUNDS, CLASSES, LOST, METRICS, OUTCOME, ROUND_ENDS, TERMINALS
from openiads.world.trace import EVENT

if TYPE_CHECKING:
    import pyarrow as arrow

    from openiads.catalog.records import Catalog
    from openiads.scenario.load import Scenario
    from openiads.world.build import World
    from openiads.world.prebuilt import Prebuilt


def open_run(path: str | Path, *, simulator: Simulator | None = None) -> Run:
    """A complete run, read back from its folder.

    Parameters
    ----------
    path : str or Path
        The folder.
    simulator : Simulator, optional
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
    return Run(Path(path), simulator=simulator)


def bounds_of(facts: JsonObject) -> dict[str, float]:
    """Greatest counts per replication that the scenario itself allows."""
    sides, classes = facts["flight_side"], facts["flight_class"]
    threats = [kind for kind, side in zip(classes, sides, strict=True) if side == int(Side.HOSTILE)]
    bounds = {
        **{c.name.lower(): float(threats.count(int(c))) for c in ThreatClass if c},
        "flights": float(len(sides)),
        "threats": float(sides.count(int(Side.HOSTILE))),
        "civil": float(sides.count(int(Side.NEUTRAL))),
        "friend": float(sides.count(int(Side.FRIEND))),
    }
    bounds |= {kind: float(len(facts["names"][kind])) for kind in ("radars", "launchers", "posts")}
    bounds["elements"] = bounds["radars"] + bounds["launchers"] + bounds["posts"]
    rounds = facts["limits"].get("launcher_rounds")
    if (
        rounds is not None
        and not facts["limits"].get("magazine_infinite")
        and all(r is not None and r >= 0 for r in rounds)
    ):
        bounds["rounds"] = float(sum(rounds))
    return bounds


class Run(Kept, Replayed):
    """A complete run: its outcomes, estimates, events and digest, read from its folder."""

    def __init__(
        self,
        path: Path,
        *,
        simulator: Simulator | None = None,
        scenario: Scenario | None = None,
        catalog: Catalog | None = None,
        world: World | None = None,
        gathered: Accumulator | None = None,
    ) -> None:
        self.path = path
        self.store = Store.open(path)
        self.seal, self.chunks = self.store.complete()
        self.facts: JsonObject = self.store.facts
        self._simulator, self._scenario, self._catalog, self._world = simulator, scenario, catalog, world
        self._gathered = gathered

    @property
    def identity(self) -> RunIdentity:
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
    def simulator(self) -> Simulator:
        """The floors below."""
        if self._simulator is None:
            self._simulator = real_simulator()
        return self._simulator

    @property
    def scenario(self) -> Scenario:
        """The Scenario, restored from the store if need be."""
        if self._scenario is None:
            restored = self.simulator.restore(self.facts["scenario"])
            if restored.digest() != self.identity.scenario:
                raise ResultsError(
                    str(self.path),
                    "the scenario (scenario) cannot be restored: a rule or terrain file has changed or gone",
                    "Put the file back as it was, or run again with a new --out",
                )
            self._scenario = restored
        return self._scenario

    @property
    def catalog(self) -> Catalog:
        """The Catalog that the run used; ResultsError if this installation has another."""
        if self._catalog is None:
            found = self.simulator.catalog(self.scenario)
            if found.digest != self.identity.catalog:
                raise mismatch(self.path, self.identity, "catalog", found.digest)
            self._catalog = found
        return self._catalog

    @property
    def world(self) -> World:
        """The World, built again if need be."""
        return self.build()

    def build(self, prebuilt: Prebuilt | None = None) -> World:
        """The World, built once.

        Parameters
        ----------
        prebuilt : Prebuilt, optional
            What other builds left; it saves time and changes nothing.

        Returns
        -------
        World
        """
        if self._world is None:
            knobs = dict(self.identity.knobs) or None
            self._world = self.simulator.build(self.scenario, self.catalog, knobs, prebuilt=prebuilt)
        return self._world

    @property
    def warnings(self) -> list[str]:
        """What ran but may not have been meant."""
        return list(self.facts.get("warnings", []))

    @property
    def capped(self) -> list[JsonObject]:
        """The kill probabilities that the draw of knobs put too high: ``field``, ``asked``, ``used``."""
        return list(self.facts["limits"].get("capped", []))

    @property
    def nearer(self) -> list[JsonObject]:
        """The reference engagements that the round as drawn does not reach: ``field``, ``asked``, ``used``, m."""
        return list(self.facts["limits"].get("nearer", []))

    @property
    def other_warnings(self) -> list[str]:
        """``warnings`` without those that one draw of knobs brings; studies of many worlds count them."""
        known = drawn_apart(self.facts["limits"])
        return [line for line in self.warnings if line not in known]

    # -------------------------------------------------------------- outcomes

    def rows(self) -> np.ndarray:
        """All outcome rows (dtype OUTCOME), in replication order."""
        return np.concatenate([self.store.trusted(chunk).rows for chunk in self.chunks])

    def row(self, replication: int) -> np.void:
        """The outcome row (dtype OUTCOME) of one replication; UsageError if it is not in the run."""
        chunk = self._chunk_of(replication)
        return self.store.trusted(chunk).rows[replication - chunk.first]

    @property
    def outcomes(self) -> arrow.Table:
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

    def failures(self, most: int = 20) -> list[JsonObject]:
        """The first failed replications: replication, status, time, entity, message."""
        out: list[JsonObject] = []
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

    def summary(self) -> JsonObject:
        """What ``run --json`` prints: plain JSON; what is infinite or undefined is null."""

        def told(metric: str) -> JsonObject:
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
            "out": self.out,
            "classes": classes,
            "terminal": {code: told(f"end_{code}") for code in TERMINALS},
            "sides": self._sides(),
            "misidentified": misidentified(self),
            "lost": {name.removesuffix("_lost"): told(name) for name in LOST},
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

    def _sides(self) -> JsonObject:
        """What became of flights that are no threats, by side; a side of which none flies is left out."""
        counts = self.facts["flight_side"]
        flown = {"civil": counts.count(int(Side.NEUTRAL)), "friend": counts.count(int(Side.FRIEND))}
        return {
            side: {
                "flights": count,
                "engaged": self.estimate(f"{side}_engaged").as_dict(),
                "terminal": {code: self.estimate(f"{side}_{code}").as_dict() for code in TERMINALS},
            }
            for side, count in flown.items()
            if count
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

    def again(self, replication: int, *, record: bool = False) -> Replicated:
        """Run one replication again (it is deterministic); ResultsError if it comes out otherwise than stored."""
        chunk = self._chunk_of(replication)
        stored = self.store.trusted(chunk).digests[replication - chunk.first]
        result = self.simulator.runner(self.world, self.seed).replicate(replication, record=record)
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
