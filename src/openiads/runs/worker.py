"""What a worker of a cluster does: build the world itself, compute a chunk, write the chunk's own files.

Nothing here knows what brought the order or takes the answer.  An order is small: the run's folder, what the run is,
the name of the simulator, a range of replications; the scenario is in the folder.  So are answers: plain facts, never
results, and never an exception for what people can mend (``refused``, ``unshared``, ``failed``).
"""

from __future__ import annotations

import hashlib
import importlib
import platform
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import OpeniadsError, ResultsError
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.runs.digest import arithmetic_fingerprint, row_digests
from openiads.runs.identity import COMPARED, FORMAT, Chunk, RunIdentity
from openiads.runs.jobs import compute
from openiads.runs.simulator import Runner, Simulator
from openiads.runs.store import Done, Store
from openiads.world.prebuilt import Prebuilt
from openiads.world.trace import Logs

if TYPE_CHECKING:
    from openiads.world.build import World

#: Worlds that a worker keeps; a sweep on one cluster takes turns among few.
KEPT = 4

#: Seconds for which a file that another host has just written may still be missing on a network file system.
LATE = 10.0

_worlds: OrderedDict[tuple[object, ...], World] = OrderedDict()
_built = Prebuilt()  # what the worlds of a sweep share
_building = threading.Lock()
_own = threading.local()


class _Unfit(Exception):
    """This worker cannot take part in the run; the message says why."""


class _Unshared(Exception):
    """This worker does not see the run's folder; the message says what it sees."""


def examine(folder: str, identity: JsonObject, simulator: str) -> JsonObject:
    """Compare this worker with the run, compile what is missing, build the world and run one replication of it."""

    def ready() -> JsonObject:
        asked = RunIdentity.from_dict(identity)
        store, found = _store(folder, asked), _simulator(simulator)
        _runner(store, found).replicate(0)  # the first may compile: alone, before threads share the work
        return {}

    return _answer(ready)


def work(folder: str, identity: JsonObject, simulator: str, numbers: tuple[int, int, int]) -> JsonObject:
    """Compute and store a chunk (its index, first and one past its last replication), unless it is stored already."""

    def done() -> JsonObject:
        store, chunk = _store(folder, RunIdentity.from_dict(identity)), Chunk(*numbers)
        stored = store.done(chunk) or _computed(store, _simulator(simulator), chunk)
        return {"rows": fingerprint(stored)}

    return _answer(done)


def fingerprint(done: Done) -> str:
    """SHA-256 over the row hashes of a chunk: what a worker says it wrote."""
    return hashlib.sha256(b"".join(done.digests)).hexdigest()


def _answer(task: Callable[[], JsonObject]) -> JsonObject:
    """The facts of a task, with the host's name; what people can mend is a fact too."""
    told: JsonObject = {"host": platform.node()}
    try:
        return told | task()
    except _Unfit as problem:
        return told | {"refused": str(problem)}
    except _Unshared as problem:
        return told | {"unshared": str(problem)}
    except ResultsError as problem:
        return told | {"failed": [problem.place, problem.reason, problem.remedy]}


def _computed(store: Store, simulator: Simulator, chunk: Chunk) -> Done:
    runner = _runner(store, simulator)
    record = store.identity.record
    made = compute(chunk, lambda r: runner.replicate(r, record=r < record), lambda: True, lambda n: None, Logs())
    assert made is not None  # it was never told to stop
    earlier = store.done(chunk)
    if earlier is None:
        return store.write(chunk, *made)
    if earlier.digests != row_digests(made[0]):
        raise ResultsError(
            str(store.file(chunk)),
            "two workers computed this chunk and their results differ",
            "Run the replications again with openiads check RUN on each kind of host; leave out those that differ",
        )
    return earlier


def _store(folder: str, asked: RunIdentity) -> Store:
    """The run's folder, opened for chunks alone: the coordinator has the lock and writes all else."""
    for name, here in (
        ("format", FORMAT),
        ("version", __version__),
        ("fingerprint", arithmetic_fingerprint()),
    ):
        if here != getattr(asked, name):
            raise _other(name, here, getattr(asked, name))
    path, until = Path(folder), time.monotonic() + LATE
    while not (path / "run.json").is_file():
        if time.monotonic() > until:
            raise _Unshared("there is no run.json there" if path.is_dir() else "there is no such folder there")
        time.sleep(0.1)
    store = Store.open(path)
    if store.identity != asked:
        raise _Unshared("another run lies there")
    return store


def _other(name: str, here: object, asked: object) -> _Unfit:
    return _Unfit(f"it has another {COMPARED[name]} ({name}): {here}, the run's is {asked}")


def _simulator(name: str) -> Simulator:
    module, _, function = name.partition(":")
    found: Simulator = getattr(importlib.import_module(module), function)()
    return found


def _runner(store: Store, simulator: Simulator) -> Runner:
    """A runner of this thread for the run's world and seed."""
    key = (*_key(store.identity), store.identity.seed)
    if getattr(_own, "key", None) != key:
        _own.runner = simulator.runner(_world(store, simulator), store.identity.seed)
        _own.key = key
    runner: Runner = _own.runner
    return runner


def _key(identity: RunIdentity) -> tuple[object, ...]:
    return identity.scenario, identity.catalog, identity.knobs


def _world(store: Store, simulator: Simulator) -> World:
    """The run's world, built here from the scenario that the run's folder holds, or kept from before."""
    asked = store.identity
    with _building:
        if _key(asked) not in _worlds:
            simulator.prepare()
            _worlds[_key(asked)] = _build(store, simulator)
        _worlds.move_to_end(_key(asked))
        while len(_worlds) > KEPT:
            _worlds.popitem(last=False)
        return _worlds[_key(asked)]


def _build(store: Store, simulator: Simulator) -> World:
    asked = store.identity
    try:
        scenario = simulator.restore(store.facts["scenario"])
        catalog = simulator.catalog(scenario)
    except OpeniadsError as problem:
        raise _Unfit(f"the scenario cannot be read there ({problem.place}: {problem.reason})") from problem
    for name, here in (("scenario", scenario.digest()), ("catalog", catalog.digest)):
        if here != getattr(asked, name):
            raise _other(name, here[:12], getattr(asked, name)[:12])
    return simulator.build(scenario, catalog, dict(asked.knobs) or None, prebuilt=_built)
