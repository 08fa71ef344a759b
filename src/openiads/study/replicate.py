"""Many replications of one scenario: on threads or a cluster, in chunks, into the durable store; what they came to.

``run`` makes (or continues) a run and returns a ``Run``; ``open_run`` reads one back.  Replications are numbered from 0
and each is a function of (world, seed, number), so neither threads, machines nor interruptions can change the result.
"""

from __future__ import annotations

import importlib
import math
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.base.errors import Interrupted, ResultsError, UsageError
from openiads.base.shown import Replayed
from openiads.study.digest import RunDigest, row_digests
from openiads.study.estimate import Accumulator, Finding
from openiads.study.stopping import MOST, Until, looks, parse_until, sharp
from openiads.study.store import (
    Chunk,
    Done,
    Identity,
    Store,
    chunks_of,
    identity_here,
    mismatch,
    refuse_foreign,
)
from openiads.world.codes import Side, Status
from openiads.world.outcome import BOUNDS, CLASSES, METRICS, OUTCOME, ROUND_ENDS, TERMINALS
from openiads.world.trace import EVENT, Logs

if TYPE_CHECKING:
    from openiads.study.cluster import Cluster

REPLICATIONS = 200

#: Seconds between looks at the progress and the cancel flag, which threads heed by themselves.
_POLL = 0.2

#: Replications of a run from which on a few are timed beforehand, and how many, to find the size of chunks.
_WORTH_TIMING, _TRIED = 2_000, 3

#: A run that stops when its answer is sharp has small chunks: its first look comes after 100 replications.
_CHUNK_UNTIL = 25

#: Replications of a chunk at most: short ones would fill memory otherwise.
_LARGEST_CHUNK = 250

#: Seconds of work in a chunk: what is done once a chunk is then less than a hundredth of it.
_WORTH_STORING = 2.0

#: progress(done, of): replications stored or computed so far; called from the calling thread.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Engine:
    """The floors below, as this module uses them; tests pass their own."""

    build: Callable[..., Any]  # (scenario, catalog, knobs, prebuilt=) -> World
    runner: Callable[..., Any]  # (world, seed) -> Runner
    load: Callable[[Any], Any]  # path or name -> Scenario
    catalog: Callable[[Any], Any]  # scenario -> Catalog, its own entries included
    restore: Callable[[dict[str, Any]], Any]  # what ``scenario_facts`` wrote -> Scenario
    prepare: Callable[[], Any] = lambda: None  # compile what is not compiled yet
    warnings: Callable[[Any, Any], list[str]] = lambda scenario, world: []  # (scenario, world): what may not be meant
    name: str = ""  # "module:function" that returns this engine: how a worker of a cluster finds it


def _later(module: str, name: str) -> Callable[..., Any]:
    """A function of a module that is imported when it is first called: to look at a run, nothing is compiled."""

    def call(*args: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **named)

    return call


def real_engine() -> Engine:
    """The engine of openiads; each part is imported when first used."""
    reading = importlib.import_module("openiads.data.reading")

    def restore(facts: dict[str, Any]) -> Any:
        folder = facts.get("folder")
        return reading.validate(facts["mapping"]).placed(Path(folder) if folder else None)

    def warnings(scenario: Any, world: Any) -> list[str]:
        return reading.warnings_of(scenario) + too_late(world) + capped(world.limits)

    return Engine(
        _later("openiads.world.build", "build"),
        _later("openiads.engine.run", "Runner"),
        reading.load,
        reading.catalog_of,
        restore,
        _later("openiads.engine.warming", "prepare"),
        warnings,
        f"{__name__}:real_engine",
    )


def too_late(world: Any) -> list[str]:
    """The raids and hostile flights of a world that take off in time but end their path after the run's end.

    Raids that only begin after the end are not told here: the scenario's own warnings name them.
    """
    rows, scenario = world.rows["flights"], world.scenario
    end = scenario.duration

    def told(what: str, last: float) -> str:
        return f"{what} cannot arrive before the run ends at {end:g} s: the path ends at {last:.0f} s"

    found = []
    for number, raid in enumerate(scenario.raids):
        begins = raid.time_on_target if raid.time_on_target is not None else raid.start
        mine = rows["raid"] == number
        late = mine & (rows["ends"] > end)
        if late.any() and (begins is None or begins <= end):
            of = f"{late.sum()} of {mine.sum()} flights of raid" if late.sum() < mine.sum() else "raid"
            found.append(told(f'{of} "{raid.name}"', rows["ends"][late].max()))
    alone = (rows["raid"] < 0) & (rows["side"] == int(Side.HOSTILE)) & (rows["ends"] > end) & (rows["starts"] <= end)
    found += [told(f'flight "{world.names.flights[k]}"', rows["ends"][k]) for k in np.flatnonzero(alone)]
    return found


def capped(limits: Mapping[str, Any]) -> list[str]:
    """The kill probabilities that a draw of knobs put above reliability x common mode; limits : of a world or run."""
    return [
        f"{row['field']} is capped at {row['used']:.3f}: the knobs ask {row['asked']:.3f}, more than reliability and "
        "common mode allow"
        for row in limits.get("capped", [])
    ]


def preview(scenario: Any, *, engine: Engine | None = None) -> list[str]:
    """Make a scenario ready to run, without running it: InputError for what only shows then, else its warnings."""
    engine = engine or real_engine()
    world = engine.build(scenario, engine.catalog(scenario), None)
    engine.runner(world, 1)
    return engine.warnings(scenario, world)


def default_chunk(replications: int, seconds: float = 0.0) -> int:
    """A chunk size with which the first results land soon, files stay few, and every thread has work.

    seconds : that one replication takes, if known; a chunk is then about two seconds of work, where eight chunks or
    more remain
    """
    if replications <= 5_000:
        least = max(1, min(25, -(-replications // 8)))
    else:
        least = min(250, replications // 200)
    if seconds <= 0.0:
        return least
    return max(least, min(math.ceil(_WORTH_STORING / seconds), -(-replications // 8), _LARGEST_CHUNK))


def _seconds_each(runner: Any) -> float:
    """How long a replication takes, from the second one on: the first may compile."""
    runner.replicate(0)
    begun = time.perf_counter()
    for replication in range(1, 1 + _TRIED):
        runner.replicate(replication)
    return (time.perf_counter() - begun) / _TRIED


def default_jobs() -> int:
    """One thread for each processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_folder(scenario: Any, seed: int) -> Path:
    """``runs/<scenario>-<seed>-<first 8 of its hash>``: where the command line stores a run by itself."""
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in scenario.name)
    return Path("runs") / f"{plain}-{seed}-{scenario.digest()[:8]}"


def run(
    scenario: Any,
    *,
    replications: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    chunk: int | None = None,
    out: str | Path | None = None,
    record: int = 0,
    until: str | Until | None = None,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
    catalog: Any = None,
    knobs: dict[str, float] | None = None,
    prebuilt: Any = None,
    cancel: threading.Event | None = None,
    watch: Callable[[Accumulator], None] | None = None,
    on: str | Cluster | None = None,
    engine: Engine | None = None,
) -> Run:
    """Run replications 0 .. N-1 of a scenario and return the complete ``Run``.

    scenario : a Scenario, or the path or name of one
    replications : N (200); with ``until`` the most (25,600)
    jobs : threads, or processes of a local cluster (all processors); chunk : replications stored together
    out : the run's folder, continued if it holds a part of this run; None: a temporary folder that goes with the Run
    record : the first so many replications keep every look, track update and position
    until : ``METRIC:W``, stop once the half width of its 95 % interval is at most W (looks at 100, 200, 400, ...)
    progress : called with (replications done, of); cancel : when set, stops within one replication
    watch : called after each chunk with what is gathered so far, from the calling thread; it must not change it
    warn : called before the first replication with each warning about the scenario
    knobs : values of knowledge knobs by name; None is nominal.  Kill probabilities that a draw puts above what
        reliability and common mode allow are capped: told in the warnings, and in ``facts["limits"]["capped"]``
    prebuilt : a `world.prebuilt.Prebuilt` that runs of many worlds share; it changes no result
    on : "threads" (None), "dask" for a cluster of this machine's processes, "dask:ADDRESS" for a scheduler that runs,
        or a cluster that is open already (`study.cluster.opened`)

    Raises InputError (bad scenario), ResultsError (store, cluster), Interrupted (Ctrl-C or cancel; run again to
    continue).
    """
    engine = engine or real_engine()
    rule = parse_until(until)
    most = replications if replications is not None else (MOST if rule else REPLICATIONS)
    _check_numbers(most, seed, jobs, chunk, record)
    if isinstance(scenario, str | Path):
        scenario = engine.load(scenario)
    catalog = catalog if catalog is not None else engine.catalog(scenario)
    begun = time.monotonic()
    if out is not None:
        refuse_foreign(Path(out))  # before anything takes time
    with place_of(on, jobs, out, warn) as place:
        engine.prepare()
        _heed(cancel)
        shared = {} if prebuilt is None else {"prebuilt": prebuilt}
        world = engine.build(scenario, catalog, knobs, **shared)
        _heed(cancel)
        runner = engine.runner(world, seed)  # a rule that cannot be taken in is refused before anything is stored
        _heed(cancel)
        if chunk is None:
            timed = rule is None and most >= _WORTH_TIMING
            chunk = _CHUNK_UNTIL if rule else default_chunk(most, _seconds_each(runner) if timed else 0.0)
        warnings = engine.warnings(scenario, world)
        if warn is not None:
            for line in warnings:
                warn(line)
        identity = identity_here(
            scenario=scenario.digest(),
            catalog=catalog.digest,
            seed=seed,
            replications=most,
            record=min(record, most),
            chunk=chunk,
            until=str(rule) if rule else "",
            knobs=tuple(sorted((k, float(v)) for k, v in (knobs or {}).items())),
        )
        temporary = out is None
        path = Path(tempfile.mkdtemp(prefix="openiads-")) if out is None else Path(out)
        try:
            store = Store.create_or_resume(path, identity, {**_facts(scenario, world), "warnings": warnings})
            try:
                threads, stop = jobs or default_jobs(), cancel or threading.Event()
                work = _Work(store, world, engine, rule, threads, progress, stop, place, watch)
                gathered = work.all(begun, resumable=not temporary)
            finally:
                store.close()
        except BaseException:
            if temporary:
                shutil.rmtree(path, ignore_errors=True)
            raise
    made = Run(path, engine=engine, scenario=scenario, catalog=catalog, world=world, gathered=gathered)
    if temporary:
        made._clean = weakref.finalize(made, shutil.rmtree, str(path), ignore_errors=True)
    return made


def _heed(cancel: threading.Event | None) -> None:
    """Interrupted once the cancel flag is set, before anything is stored."""
    if cancel is not None and cancel.is_set():
        raise Interrupted("run", "stopped before its first replication", "Run the same command again")


def place_of(
    on: str | Cluster | None, jobs: int | None, out: str | Path | None, warn: Callable[[str], None] | None = None
) -> AbstractContextManager[Cluster | None]:
    """What lends workers while it is entered: a cluster, or None for the threads of this process.

    on, jobs, out, warn : as for ``run``; a cluster that is open already stays open
    """
    if on is None or on == "threads":
        return nullcontext()
    if not isinstance(on, str):
        return nullcontext(on)
    opened: AbstractContextManager[Cluster] = importlib.import_module("openiads.study.cluster").opened(
        on, jobs, out, warn
    )
    return opened


def open_run(path: str | Path, *, engine: Engine | None = None) -> Run:
    """A complete run read back from its folder; ResultsError if it is not complete or damaged."""
    return Run(Path(path), engine=engine)


def _check_numbers(replications: int, seed: int, jobs: int | None, chunk: int | None, record: int) -> None:
    for name, value, least in (
        ("replications", replications, 1),
        ("jobs", jobs, 1),
        ("chunk", chunk, 1),
        ("record", record, 0),
        ("seed", seed, 0),
    ):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            raise UsageError(
                name, f"{value!r} is not a whole number of at least {least}", f"Give {name} from {least} up"
            )
    if seed >= 2**32 or replications > 2**31:
        raise UsageError(
            "seed" if seed >= 2**32 else "replications",
            "too large",
            "Seeds end at 4294967295, replications at 2147483648",
        )


def _facts(scenario: Any, world: Any) -> dict[str, Any]:
    """What a reader of the run needs without building the world again; plain JSON."""
    folder = getattr(scenario, "folder", None)
    names = {
        kind: list(getattr(world.names, kind, []))
        for kind in ("flights", "units", "radars", "launchers", "assets", "posts")
    }
    return {
        "name": scenario.name,
        "scenario": {"mapping": scenario.mapping(), "folder": str(folder.absolute()) if folder else None},
        "names": names,
        "flight_class": [int(v) for v in world.flight_class],
        "flight_side": [int(v) for v in world.flight_side],
        "limits": plain(world.limits),
    }


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


# ------------------------------------------------------------------ the work


def compute(
    chunk: Chunk, replicate: Callable[[int], Any], goes_on: Callable[[], bool], counted: Callable[[int], None]
) -> tuple[np.ndarray, Logs, dict[int, str]] | None:
    """Outcome rows, event logs and messages of a chunk's replications; None when told to stop on the way."""
    rows: list[bytes] = []
    events, messages = Logs(chunk.last - chunk.first), {}
    for replication in range(chunk.first, chunk.last):
        if not goes_on():
            return None
        result = replicate(replication)
        rows.append(result.outcome.tobytes())  # NumPy would copy a hundred fields one by one
        events.add(replication, result.events)
        if result.outcome["status"][0] != 0:
            messages[replication] = str(result.message)
        counted(1)
    return np.frombuffer(bytearray().join(rows), OUTCOME), events, messages


class _Threads:
    """Threads of this process as what chunks are handed to; ``cluster.Workers`` is the same for a cluster."""

    def __init__(self, chunk: Callable[[Chunk], Done | None], jobs: int) -> None:
        self.width = jobs  # chunks worked on at once
        self.poll = _POLL
        self._chunk = chunk
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="replicate")

    def submit(self, chunk: Chunk) -> Future[Done | None]:
        """Hand over a chunk."""
        return self._pool.submit(self._chunk, chunk)

    def tick(self) -> None:
        """Called while waiting; threads need no looking after."""

    def stop(self) -> None:
        """Begin nothing more and wait for what runs."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Work:
    """The coordinator of one run: hands chunks to threads or workers and takes them back in replication order."""

    def __init__(
        self,
        store: Store,
        world: Any,
        engine: Engine,
        rule: Until | None,
        jobs: int,
        progress: Progress | None,
        cancel: threading.Event,
        cluster: Cluster | None = None,
        watch: Callable[[Accumulator], None] | None = None,
    ) -> None:
        self.watch = watch
        self.store, self.world, self.engine, self.rule, self.jobs = store, world, engine, rule, jobs
        self.progress, self.cancel, self.cluster = progress, cancel, cluster
        self.identity = store.identity
        self.gathered = Accumulator(bounds_of(store.facts))
        self.digest = RunDigest()
        self._stop = threading.Event()
        self._count = 0
        self._count_lock = threading.Lock()
        self._local = threading.local()
        self._warm = False
        self._warming = threading.Lock()
        self._stored = 0

    def all(self, begun: float, *, resumable: bool) -> Accumulator:
        """Every chunk up to N or to the look at which the answer is sharp; then the seal."""
        counts = looks(self.identity.replications) if self.rule else [self.identity.replications]
        chunks = chunks_of(self.identity.replications, self.identity.chunk, counts)
        used: list[Chunk] = []
        pool = self._pool()
        try:
            for count in counts:
                stage = [c for c in chunks if len(used) <= c.index and c.last <= count]
                self._stage(pool, stage)
                used += stage
                if sharp(self.rule, self.gathered):
                    break
        except (KeyboardInterrupt, _Cancelled) as stopped:
            self._stop.set()
            pool.stop()
            raise self._interrupted(resumable) from (None if isinstance(stopped, _Cancelled) else stopped)
        finally:
            self._stop.set()
            pool.stop()
        digest = self.digest.finish(self.identity.scenario, self.identity.catalog, self.identity.seed)
        wall = round(time.monotonic() - begun, 3)
        self.store.seal(used, digest, self.gathered.total, wall, self.gathered.failed)
        return self.gathered

    def _pool(self) -> Any:
        if self.cluster is None:
            return _Threads(self._chunk, self.jobs)
        return self.cluster.workers(self.store, self.engine, self._stored_already, self._counted)

    def _stage(self, pool: Any, chunks: Iterable[Chunk]) -> None:
        waiting: deque[Future[Done | None]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(chunk))
            if len(waiting) > 2 * pool.width:
                self._take(pool, waiting.popleft())
        while waiting:
            self._take(pool, waiting.popleft())

    def _take(self, pool: Any, future: Future[Done | None]) -> None:
        """Wait for the next chunk in order, showing progress meanwhile."""
        while True:
            if self.cancel.is_set():
                raise _Cancelled
            pool.tick()
            try:
                done = future.result(pool.poll)
            except NotYet:
                if future.done():  # a time-out raised by the work itself
                    raise
                self._show()
                continue
            if done is None:
                raise _Cancelled
            self.gathered.add(done.rows)
            self.digest.add(done.digests)
            self._show()
            if self.watch is not None:
                self.watch(self.gathered)
            return

    def _show(self) -> None:
        if self.progress is not None:
            self.progress(self._count, self.identity.replications)

    def _chunk(self, chunk: Chunk) -> Done | None:
        """One chunk, read if it is stored whole, else computed and stored; None when stopped on the way."""
        done = self._stored_already(chunk)
        if done is not None:
            return done
        made = compute(chunk, self._replicate, self._goes_on, self._counted)
        if made is None:
            return None
        done = self.store.write(chunk, *made)
        with self._count_lock:
            self._stored += chunk.last - chunk.first
        return done

    def _goes_on(self) -> bool:
        return not (self._stop.is_set() or self.cancel.is_set())

    def _stored_already(self, chunk: Chunk) -> Done | None:
        """A chunk that is stored whole, counted; None if it must be computed."""
        done = self.store.done(chunk)
        if done is not None:
            self._counted(chunk.last - chunk.first, stored=True)
        return done

    def _replicate(self, replication: int) -> Any:
        """One replication; the very first, which may compile, is not shared among threads."""
        record = replication < self.identity.record
        if self._warm:
            return self._runner().replicate(replication, record=record)
        with self._warming:
            result = self._runner().replicate(replication, record=record)
            self._warm = True
            return result

    def _runner(self) -> Any:
        if not hasattr(self._local, "runner"):
            self._local.runner = self.engine.runner(self.world, self.identity.seed)
        return self._local.runner

    def _counted(self, replications: int, *, stored: bool = False) -> None:
        with self._count_lock:
            self._count += replications
            if stored:
                self._stored += replications

    def _interrupted(self, resumable: bool) -> Interrupted:
        told = f"stopped with {self._stored} of {self.identity.replications} replications stored"
        if not resumable:
            return Interrupted("run", told, "Nothing is kept without out; name a folder to be able to continue")
        return Interrupted(str(self.store.path), told, "Run the same command again with the same --out to continue")


class _Cancelled(Exception):
    """The cancel flag was seen."""


# ------------------------------------------------------------------ a complete run


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


__all__ = [
    "REPLICATIONS",
    "Engine",
    "Run",
    "bounds_of",
    "capped",
    "compute",
    "default_chunk",
    "default_folder",
    "default_jobs",
    "open_run",
    "place_of",
    "plain",
    "preview",
    "real_engine",
    "run",
    "too_late",
]
