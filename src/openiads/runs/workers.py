"""The workers of a cluster as what the chunks of a run are handed to: orders out, files back.

Nothing here opens a connection: ``runs.cluster`` does, and hands over Dask's client.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openiads.base.errors import ResultsError
from openiads.base.jsonable import JsonObject
from openiads.runs import disk, worker
from openiads.runs.folder import Damaged
from openiads.runs.identity import Chunk
from openiads.runs.store import Done, Store

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as Remote

#: Seconds to wait for a worker while there is none; after that the run ends, resumable.
PATIENCE = 60.0

#: The same once a worker has been refused: the others may still be on their way.
GRACE = 10.0

#: Seconds between looks at who is there.
LOOK = 0.5

#: Seconds between looks at what came back.
POLL = 0.05

#: How often a chunk is handed out before it is given up; each time Dask itself hands it on from three dead workers.
ATTEMPTS = 4

#: Seconds for which a network file system may hide a file that another host has finished.
LATE = 60.0

_AGAIN = "Run the same command again with the same --out to continue"


@dataclass(eq=False, slots=True)
class _Given:
    """A chunk that is out, and the promise made for it."""

    chunk: Chunk
    promise: Future[Done | None]
    attempts: int = 0
    remote: Remote | None = None  # Dask's future, None while it waits for a worker
    fit: frozenset[str] = frozenset()  # workers that it was given to
    trouble: str = ""  # the last

    def is_with(self, remote: Remote) -> bool:
        """Whether it is still out under this future of Dask's, and was not handed out anew meanwhile."""
        return self.remote is remote


class Workers:
    """Hands chunks to the workers of a cluster and takes back what they wrote.

    All decisions are made in ``submit`` and ``tick``, which the coordinator calls from its one thread; Dask's thread
    for callbacks only reads finished chunks back, keeps the promises and asks for the next look.
    """

    def __init__(
        self,
        client: Client,
        call: Callable[..., JsonObject],
        store: Store,
        simulator: str,
        stored: Callable[[Chunk], Done | None],
        counted: Callable[..., None],
        warn: Callable[[str], None],
    ) -> None:
        self._client, self._call, self._store, self._stored, self._counted, self._warn = (
            client,
            call,
            store,
            stored,
            counted,
            warn,
        )
        self._what = (str(store.path.absolute()), store.identity.as_dict(), simulator)
        self._threads: dict[str, int] = {}  # of the workers that are there, by address
        self._examined: dict[str, Remote] = {}  # address -> Dask's future of the examination
        self._fit: set[str] = set()
        self._refused: dict[str, str] = {}  # address -> why
        self._given: list[_Given] = []
        self._returned: queue.SimpleQueue[tuple[_Given, Remote, str]] = queue.SimpleQueue()
        self._looked = float("-inf")
        self._manned = time.monotonic()  # when there last was a worker that may be fit

    poll = POLL

    @property
    def width(self) -> int:
        """Chunks to have out at half load: twice the workers' threads, so that none waits for the coordinator."""
        return 2 * max(1, sum(n for address, n in self._threads.items() if address not in self._refused))

    def submit(self, chunk: Chunk) -> Future[Done | None]:
        """Hand over a chunk, unless it is stored already."""
        promise: Future[Done | None] = Future()
        done = self._stored(chunk)
        if done is not None:
            promise.set_result(done)
            return promise
        self._given.append(_Given(chunk, promise))
        self.tick()
        return promise

    def tick(self) -> None:
        """See to what came back and who is there; raises what ends the run."""
        while not self._returned.empty():
            self._take_back(*self._returned.get())
        if time.monotonic() - self._looked >= LOOK:
            self._look()
            self._looked = time.monotonic()
            self._given = [given for given in self._given if not given.promise.done()]
        for given in self._given:
            if given.remote is None and self._fit and not given.promise.done():
                self._hand_out(given)

    def stop(self) -> None:
        """Take back what is out.  A chunk that a worker is at is finished by it, and equal to any other's."""
        out = [given.remote for given in self._given if given.remote is not None]
        self._given = []
        with suppress(Exception):  # the scheduler may be what has gone
            self._client.cancel([*out, *self._examined.values()], force=True)
        disk.sweep(self._store.path / "chunks")  # what killed workers left

    def _order(self, task: Callable[..., JsonObject], workers: list[str], *more: object) -> Remote:
        """Dask's future of a task for one of these workers."""
        return self._client.submit(
            self._call, task, *self._what, *more, workers=workers, allow_other_workers=False, pure=False
        )

    # -------------------------------------------------------------- who is there

    def _look(self) -> None:
        try:
            self._threads = dict(self._client.nthreads())
        except OSError as problem:
            address = self._client.scheduler.address
            raise ResultsError(address, "the scheduler has gone", f"Start it anew. {_AGAIN}") from problem
        here = set(self._threads)
        self._fit &= here
        for address in here - self._fit - set(self._refused) - set(self._examined):
            self._examined[address] = self._order(worker.examine, [address])
            self._examined[address].add_done_callback(self._look_again)
        for address in list(self._examined):
            self._examine(address, present=address in here)
        for given in self._given:  # Dask would wait for ever for workers that are gone, or come back by another address
            if given.remote is not None and not given.promise.done() and not given.fit & here:
                given.remote, given.trouble = None, "all workers that it was given to ended"
        self._give_up_waiting()

    def _look_again(self, examined: Remote) -> None:
        """In Dask's thread for callbacks: a worker may be fit; points of a sweep are short beside the next look."""
        self._looked = float("-inf")

    def _examine(self, address: str, *, present: bool) -> None:
        """See whether the examination of a worker is over, and what it told."""
        found = self._examined[address]
        if present and not found.done():
            return
        del self._examined[address]
        if not present:
            return
        if found.status == "finished":
            told = found.result()
            if not self._heed(address, told):
                self._fit.add(address)
        else:
            self._refuse(address, f"it cannot begin ({found.exception()!r})", "unknown")

    def _heed(self, address: str, told: JsonObject) -> bool:
        """Whether a worker's answer was a complaint; one that ends the run is raised."""
        who = f"worker {address} on host {told['host']}"
        if "unshared" in told:
            raise ResultsError(
                str(self._store.path),
                f"the folder is not shared with {who}: {told['unshared']}",
                "Give --out a folder that every worker sees under the same path",
            )
        if "failed" in told:
            place, reason, remedy = told["failed"]
            raise ResultsError(f"{place} ({who})", reason, remedy)
        if "refused" in told:
            self._refuse(address, told["refused"], told["host"])
            return True
        return False

    def _refuse(self, address: str, why: str, host: str) -> None:
        if address not in self._refused:
            self._refused[address] = f"worker {address} on host {host} is not used: {why}"
            self._warn(self._refused[address])
        self._fit.discard(address)

    def _give_up_waiting(self) -> None:
        if self._fit or self._examined:
            self._manned = time.monotonic()
            return
        told = list(self._refused.values())
        patience = GRACE if told else PATIENCE
        if time.monotonic() - self._manned > patience:
            more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
            reason = f"no worker is left: {told[0]}{more}" if told else f"no worker has been there for {patience:.0f} s"
            remedy = "Give the workers the same openiads on the same kind of host" if told else "Start workers"
            raise ResultsError(self._client.scheduler.address, reason, f"{remedy}. {_AGAIN}")

    # -------------------------------------------------------------- chunks

    def _hand_out(self, given: _Given) -> None:
        chunk = given.chunk
        done = self._stored(chunk) if given.attempts else None  # a worker may have ended after its chunk
        if done is not None:
            given.promise.set_result(done)
            return
        given.attempts += 1
        if given.attempts > ATTEMPTS:
            raise ResultsError(
                str(self._store.file(chunk)),
                f"no worker could finish replications {chunk.first} .. {chunk.last - 1} ({given.trouble})",
                f"Look at the workers' memory and time limits, or take a smaller --chunk. {_AGAIN}",
            )
        given.fit = frozenset(self._fit)
        numbers = (chunk.index, chunk.first, chunk.last)
        given.remote = self._order(worker.work, sorted(given.fit), numbers)
        given.remote.add_done_callback(lambda remote: self._come_back(given, remote))

    def _come_back(self, given: _Given, remote: Remote) -> None:
        """In Dask's thread for callbacks: a chunk is finished or in trouble."""
        if not given.is_with(remote) or given.promise.done():
            return  # it was handed out anew meanwhile
        told: JsonObject = {}
        try:
            if remote.status == "finished":
                told = remote.result()
            if "rows" not in told:
                self._returned.put((given, remote, ""))
                return
            done = self._read_back(given.chunk, told)
            self._counted(given.chunk.last - given.chunk.first, stored=True)
            given.promise.set_result(done)
        except Damaged as problem:
            self._returned.put((given, remote, f"what host {told['host']} wrote is damaged: {problem}"))
        except Exception as problem:  # noqa: BLE001 - it must reach the coordinator, which waits for the promise
            given.promise.set_exception(problem)

    def _read_back(self, chunk: Chunk, told: JsonObject) -> Done:
        """A chunk that a worker says it has written, checked like any stored one."""
        until = time.monotonic() + LATE
        while True:
            try:
                done = self._store.read(chunk)
                break
            except FileNotFoundError:
                if time.monotonic() > until:
                    raise ResultsError(
                        str(self._store.file(chunk)),
                        f"the folder is not shared with worker {told['worker']} on host {told['host']}: it has written "
                        "this chunk, and it is not here",
                        "Give --out a folder that every worker sees under the same path",
                    ) from None
                sum(1 for _ in (self._store.path / "chunks").iterdir())  # lets a network file system look anew
                time.sleep(0.1)
        if worker.fingerprint(done) != told["rows"]:
            raise Damaged("its rows are not those that the worker computed")
        return done

    def _take_back(self, given: _Given, remote: Remote, trouble: str) -> None:
        """A chunk that came back without a result: to be handed out again, or what ends the run."""
        if not given.is_with(remote):
            return
        given.remote = None
        if remote.status == "finished" and not trouble:
            told = remote.result()
            self._heed(told["worker"], told)
            given.trouble = f"refused on host {told['host']}"
            return
        if remote.status == "error":
            problem = remote.exception()
            if type(problem).__name__ != "KilledWorker":
                raise problem
            trouble = f"each worker that was at it ended, the last one {problem.last_worker.address}"
        if remote.status in ("cancelled", "lost"):
            self._looked = float("-inf")  # perhaps the scheduler has gone
        given.trouble = trouble or "it was canceled"
