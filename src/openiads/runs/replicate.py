"""Many replications of one scenario: on threads or a cluster, in chunks, into the durable store.

``run`` makes (or continues) a run and returns a ``runs.run.Run``; ``runs.run.open_run`` reads one back.  Replications
are numbered from 0 and each is a function of (world, seed, number), so neither threads, machines nor interruptions can
change the result.
"""

from __future__ import annotations

import importlib
import math
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import Interrupted, UsageError
from openiads.runs.coordinator import Coordinator
from openiads.runs.findings import Accumulator
from openiads.runs.folder import refuse_foreign
from openiads.runs.identity import identity_here
from openiads.runs.jobs import Progress, default_jobs
from openiads.runs.run import Run, plain
from openiads.runs.simulator import Engine, real_engine
from openiads.runs.stopping import MOST, Until, parse_until
from openiads.runs.store import RUN, Store

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster

REPLICATIONS = 200

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
    engine : Engine, optional
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
    engine = engine or real_engine()
    rule = parse_until(until)
    most = replications if replications is not None else (MOST if rule else REPLICATIONS)
    _check_numbers(most, seed, jobs, chunk, record)
    if isinstance(scenario, str | Path):
        scenario = engine.load(scenario)
    catalog = catalog if catalog is not None else engine.catalog(scenario)
    begun = time.monotonic()
    if out is not None:
        refuse_foreign(Path(out), RUN)  # before anything takes time
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
                work = Coordinator(store, world, engine, rule, threads, progress, stop, place, watch)
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
    opened: AbstractContextManager[Cluster] = importlib.import_module("openiads.runs.cluster").opened(
        on, jobs, out, warn
    )
    return opened


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
