"""Many replications of one scenario: on threads or a cluster, in chunks, into the durable store.

``run`` makes (or continues) a run and returns a ``runs.run.Run``; ``runs.run.open_run`` reads one back.  Replications
are numbered from 0 and each is a function of (world, seed, number), so neither threads, machines nor interruptions can
change the result.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.jsonable import JsonObject, plain
from openiads.runs.coordinator import Coordinator
from openiads.runs.findings import Accumulator
from openiads.runs.folder import output_folder
from openiads.runs.identity import RunIdentity, identity_here
from openiads.runs.jobs import Progress
from openiads.runs.run import Run
from openiads.runs.simulator import Runner, Simulator, real_simulator
from openiads.runs.stopping import Until
from openiads.runs.store import Store
from openiads.runs.work import Request, Work

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog
    from openiads.runs.cluster import Cluster
    from openiads.scenario.load import Scenario
    from openiads.world.build import World
    from openiads.world.prebuilt import Prebuilt

#: Replications of a run from which on a few are timed beforehand, and how many, to find the size of chunks.
_WORTH_TIMING, _TRIED = 2_000, 3

#: A run that stops when its answer is sharp has small chunks: its first look comes after 100 replications.
_CHUNK_UNTIL = 25

#: Replications of a chunk at most: short ones would fill memory otherwise.
_LARGEST_CHUNK = 250

#: Seconds of work in a chunk: what is done once a chunk is then less than a hundredth of it.
_WORTH_STORING = 2.0


def default_chunk(replications: int, seconds: float = 0.0) -> int:
    """A chunk size with which the first results land soon, files stay few, and every thread has work.

    Parameters
    ----------
    replications : int
    seconds : float, optional
        That one replication takes, if known; a chunk is then about two seconds of work, where eight chunks or more
        remain.

    Returns
    -------
    int
    """
    if replications <= 5_000:
        least = max(1, min(25, -(-replications // 8)))
    else:
        least = min(250, replications // 200)
    if seconds <= 0.0:
        return least
    return max(least, min(math.ceil(_WORTH_STORING / seconds), -(-replications // 8), _LARGEST_CHUNK))


def _seconds_each(runner: Runner) -> float:
    """How long a replication takes, from the second one on: the first may compile."""
    runner.replicate(0)
    begun = time.perf_counter()
    for replication in range(1, 1 + _TRIED):
        runner.replicate(replication)
    return (time.perf_counter() - begun) / _TRIED


def default_folder(scenario: Scenario, seed: int) -> Path:
    """``runs/<scenario>-<seed>-<first 8 of its hash>``: where the command line stores a run by itself."""
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in scenario.name)
    return Path("runs") / f"{plain}-{seed}-{scenario.digest()[:8]}"


def run(
    scenario: Scenario | str | Path,
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
    catalog: Catalog | None = None,
    knobs: Mapping[str, float] | None = None,
    prebuilt: Prebuilt | None = None,
    cancel: threading.Event | None = None,
    watch: Callable[[Accumulator], None] | None = None,
    on: str | Cluster | None = None,
    simulator: Simulator | None = None,
) -> Run:
    """Run replications 0 .. N-1 of a scenario.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    replications : int, optional
        How many; 200 if left out, with `until` at most 25,600.
    seed : int
        The seed; equal seeds give equal results.
    jobs : int, optional
        Threads, or processes of a local cluster; all processors if left out.
    chunk : int, optional
        Replications stored together.
    out : str or Path, optional
        The run's folder, continued if it holds a part of this run; left out, a temporary one that goes with the Run.
    record : int
        The first so many replications keep every look, track update and position.
    until : str, optional
        "METRIC:W": stop once half the width of its 95 % interval is at most W.
    progress : callable, optional
        Called with (replications done, of).
    warn : callable, optional
        Called before the first replication with each warning about the scenario.
    catalog : Catalog, optional
        In place of the packaged one with the scenario's own entries.
    knobs : mapping, optional
        Values of uncertain parameters by name; nominal if left out.  A kill probability above what reliability and
        common mode allow is capped: told in the warnings, and in ``capped``.
    prebuilt : Prebuilt, optional
        What runs of many parameter samples share; it changes no result.
    cancel : threading.Event, optional
        Stops the work within one replication when set.
    watch : callable, optional
        Called after each chunk with what is gathered so far, which it must not change.
    on : str or Cluster, optional
        "threads"; "dask" for a cluster of this machine's processes; "dask:ADDRESS" for a scheduler that runs.
    simulator : Simulator, optional
        The simulator; tests pass their own.

    Returns
    -------
    Run
        ``estimate(metric)`` gives a mean with its interval; ``outcomes`` has a row for each replication.

    Raises
    ------
    InputError
        For a bad scenario, or an unknown uncertain parameter.
    UsageError
        For numbers that make no sense.
    ResultsError
        Where the folder or the cluster cannot be used.
    Interrupted
        Where it is interrupted or the cancel flag is set; the same call continues.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=5, seed=1)
    >>> run.replications, run.estimate("threats").mean
    (5, 1.0)
    """
    request = Request(replications, seed, record, until, knobs)
    simulator = simulator or real_simulator()
    return carry_out(
        scenario,
        request,
        Work(jobs, out, progress, warn, cancel, on, chunk, simulator, prebuilt, watch),
        catalog=catalog,
    )


def carry_out(scenario: Scenario | str | Path, request: Request, work: Work, *, catalog: Catalog | None = None) -> Run:
    """Run what is asked for of a scenario, as ``run`` does.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Or its path or name.
    request : Request
        What is run.
    work : Work
        How it is computed.
    catalog : Catalog, optional
        Another one than the scenario's.

    Returns
    -------
    Run
        The complete run.
    """
    request.check()
    work.check()
    simulator = work.simulator
    if isinstance(scenario, str | Path):
        scenario = simulator.load(scenario)
    catalog = catalog if catalog is not None else simulator.catalog(scenario)
    begun = time.monotonic()
    if work.out is not None:
        Store.refuse_foreign(Path(work.out))  # before anything takes time
    with work.place() as place:
        ready = prepare(scenario, catalog, request, work)
        with output_folder(work.out) as path:
            store = Store.create_or_resume(path, ready.identity, ready.facts)
            try:
                gathered = Coordinator(store, ready.world, request.rule, work, place).all(begun)
            finally:
                store.close()
    made = Run(path, simulator=simulator, scenario=scenario, catalog=catalog, world=ready.world, gathered=gathered)
    if work.out is None:
        made.make_temporary()
    return made


@dataclass(frozen=True, slots=True)
class Ready:
    """What the replications of a run need, and what its folder says of them.

    Attributes
    ----------
    world : World
    identity : RunIdentity
    facts : JsonObject
    """

    world: World
    identity: RunIdentity
    facts: JsonObject


def prepare(scenario: Scenario, catalog: Catalog, request: Request, work: Work) -> Ready:
    """Compile and build what a run needs, and tell its warnings."""
    simulator = work.simulator
    simulator.prepare()
    work.heed()
    world = simulator.build(scenario, catalog, request.knobs, prebuilt=work.prebuilt)
    work.heed()
    runner = simulator.runner(world, request.seed)  # a rule that cannot be taken in is refused before all else
    work.heed()
    chunk = work.chunk if work.chunk is not None else _chunk_of(request, runner)
    warnings = simulator.warnings(scenario, world)
    for line in warnings:
        work.tell(line)
    identity = identity_of(scenario, catalog, request, chunk)
    return Ready(world, identity, {**_facts(scenario, world), "warnings": warnings})


def _chunk_of(request: Request, runner: Runner) -> int:
    """How many replications to store together, where nobody says."""
    if request.rule:
        return _CHUNK_UNTIL
    return default_chunk(request.most, _seconds_each(runner) if request.most >= _WORTH_TIMING else 0.0)


def identity_of(scenario: Scenario, catalog: Catalog, request: Request, chunk: int) -> RunIdentity:
    """What is run, on this machine."""
    return identity_here(
        scenario=scenario.digest(),
        catalog=catalog.digest,
        seed=request.seed,
        replications=request.most,
        record=min(request.record, request.most),
        chunk=chunk,
        until=str(request.rule) if request.rule else "",
        knobs=tuple(sorted((k, float(v)) for k, v in (request.knobs or {}).items())),
    )


def _facts(scenario: Scenario, world: World) -> JsonObject:
    """What a reader of the run needs without building the world again; plain JSON."""
    folder, origin = scenario.folder, getattr(scenario, "origin", None)
    names = {
        kind: list(getattr(world.names, kind, []))
        for kind in ("flights", "units", "radars", "launchers", "assets", "posts")
    }
    return {
        "name": scenario.name,
        "scenario": {
            "mapping": scenario.mapping(),
            "folder": str(folder.absolute()) if folder else None,
            "origin": list(origin) if origin else None,
        },
        "names": names,
        "flight_class": [int(v) for v in world.flight_class],
        "flight_side": [int(v) for v in world.flight_side],
        "limits": plain(world.limits),
    }
