"""The workers of a cluster as what the chunks of a run are handed to: orders out, files back.

Nothing here opens a connection: ``runs.cluster`` does, and hands over Dask's client.
"""

from __future__ import annotations

import time
from collections import deque
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
    from distributed import Client, as_completed
    from distributed import Future as Remote

#: Seconds to wait for a worker while there is none; after that the run ends, resumable.
PATIENCE = 60.0

#: The same once a worker has been refused: the others may still be on their way.
GRACE = 10.0

#: Seconds between looks at who is there.
LOOK = 0.5

#: Seconds between looks at what came back.
POLL = 0.01

#: How often a chunk is handed out before it is given up.  Each time Dask itself hands it on from three dead workers.
#: Its ``retries=`` cannot count these: they are for exceptions of the task, and here a task that raised is a fault of
#: the program, told at once.  What comes here again has returned (a refusal, a file that is damaged when read back), or
#: may run on no worker that is left, for which Dask would wait.
ATTEMPTS = 4

#: Seconds for which a network file system may hide a file that another host has finished.
LATE = 60.0

_AGAIN = "Run the same command again with the same --out to continue"


@dataclass(eq=False, slots=True)
class _Given:
    """A chunk that was handed over, and the promise made for it."""

    chunk: Chunk
    promise: Future[Done | None]
    attempts: int = 0
    fit: frozenset[str] = frozenset()  # workers that it was given to
    trouble: str = ""  # the last
    missed: float | None = None  # since when it is said to be written and not to be seen


class Workers:
    """Hands chunks to the workers of a cluster and takes back what they wrote.

    All is done in ``submit`` and ``tick``, which the coordinator calls from its one thread; what came back in the
    meantime waits in Dask's ``as_completed``.
    """

    def __init__(
        self,
        client: Client,
        back: as_completed,
        call: Callable[..., JsonObject],
        store: Store,
        simulator: str,
        stored: Callable[[Chunk], Done | None],
        counted: Callable[..., None],
        warn: Callable[[str], None],
    ) -> None:
        self._client, self._back, self._call, self._store = client, back, call, store
        self._stored, self._counted, self._warn = stored, counted, warn
        self._what = (str(store.path.absolute()), store.identity.as_dict(), simulator)
        self._threads: dict[str, int] = {}  # of the workers that are there, by address
        self._examined: dict[Remote, str] = {}  # examinations that are out -> address
        self._fit: set[str] = set()
        self._refused: dict[str, str] = {}  # address -> why
        self._waiting: deque[_Given] = deque()  # chunks for which there is no worker yet
        self._out: dict[Remote, _Given] = {}
        self._late: list[tuple[_Given, JsonObject]] = []  # chunks that are written and cannot be seen here yet
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
        self._waiting.append(_Given(chunk, promise))
        self.tick()
        return promise

    def tick(self) -> None:
        """See to what came back and who is there; raises what ends the run."""
        for remote, told in self._back.next_batch(block=False):
            if remote in self._examined:
                self._judge(self._examined.pop(remote), told)
            elif remote in self._out:  # else it was handed out anew meanwhile
                self._take_back(self._out.pop(remote), told)
        if time.monotonic() - self._looked >= LOOK:
            self._look()
        while self._waiting and self._fit:
            self._hand_out(self._waiting.popleft())

    def stop(self) -> None:
        """Take back what is out.  A chunk that a worker is at is finished by it, and equal to any other's."""
        self._waiting.clear()
        with suppress(Exception):  # the scheduler may be what has gone
            self._client.cancel([*self._out, *self._examined], force=True)
        disk.sweep(self._store.path / "chunks")  # what killed workers left

    def _order(self, task: Callable[..., JsonObject], workers: list[str], *more: object) -> Remote:
        """Dask's future of a task for one of these workers."""
        remote = self._client.submit(
            self._call, task, *self._what, *more, workers=workers, allow_other_workers=False, pure=False
        )
        self._back.add(remote)
        return remote

    # -------------------------------------------------------------- who is there

    def _look(self) -> None:
        try:
            self._threads = dict(self._client.nthreads())
        except OSError as problem:
            address = self._client.scheduler.address
            raise ResultsError(address, "the scheduler has gone", f"Start it anew. {_AGAIN}") from problem
        here = set(self._threads)
        self._fit &= here
        # Dask would wait for ever for workers that are gone, or come back by another address.
        for remote in [remote for remote, address in self._examined.items() if address not in here]:
            del self._examined[remote]
            remote.cancel()
        for remote in [remote for remote, given in self._out.items() if not given.fit & here]:
            self._again(self._out.pop(remote), "all workers that it was given to ended")
            remote.cancel()
        for address in here - self._fit - set(self._refused) - set(self._examined.values()):
            self._examined[self._order(worker.examine, [address])] = address
        self._give_up_waiting()
        if self._late:
            sum(1 for _ in (self._store.path / "chunks").iterdir())  # lets a network file system look anew
        late, self._late = self._late, []
        for given, told in late:
            self._take_back(given, told)
        self._looked = time.monotonic()

    def _judge(self, address: str, told: object) -> None:
        """An examination is over: what it told, or the error (kind, error, traceback) that ended it."""
        if isinstance(told, dict):
            if not self._heed(address, told):
                self._fit.add(address)
        elif isinstance(told, tuple):
            self._refuse(address, f"it cannot begin ({told[1]!r})", "unknown")

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
        self._out[self._order(worker.work, sorted(given.fit), numbers)] = given

    def _take_back(self, given: _Given, told: object) -> None:
        """A chunk is finished, to be handed out again, or what ends the run.  told : as in ``_judge``, else it was
        canceled."""
        if isinstance(told, tuple):
            if type(told[1]).__name__ != "KilledWorker":
                raise told[1]
            self._again(given, f"each worker that was at it ended, the last one {told[1].last_worker.address}")
        elif not isinstance(told, dict):
            self._looked = float("-inf")  # perhaps the scheduler has gone
            self._again(given, "it was canceled")
        elif "rows" not in told:
            self._heed(told["worker"], told)
            self._again(given, f"refused on host {told['host']}")
        else:
            try:
                done = self._store.read(given.chunk)
                if worker.fingerprint(done) != told["rows"]:
                    raise Damaged("its rows are not those that the worker computed")
            except FileNotFoundError:
                self._miss(given, told)
            except Damaged as problem:
                self._again(given, f"what host {told['host']} wrote is damaged: {problem}")
            else:
                self._counted(given.chunk.last - given.chunk.first, stored=True)
                given.promise.set_result(done)

    def _miss(self, given: _Given, told: JsonObject) -> None:
        """A chunk that a worker says it has written is not here, or not yet."""
        self._late.append((given, told))
        given.missed = given.missed or time.monotonic()
        if time.monotonic() - given.missed > LATE:
            raise ResultsError(
                str(self._store.file(given.chunk)),
                f"the folder is not shared with worker {told['worker']} on host {told['host']}: it has written "
                "this chunk, and it is not here",
                "Give --out a folder that every worker sees under the same path",
            )

    def _again(self, given: _Given, trouble: str) -> None:
        given.trouble = trouble
        self._waiting.append(given)
