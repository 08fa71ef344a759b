"""The work of one run: chunks go to threads or to a cluster's workers and come back in replication order.

What is stored already is read and not computed again.  Between the looks of a stopping rule everything is in flight at
once; rows are added up and hashed in replication order, whoever finishes first.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Protocol

from openiads.base.errors import Interrupted
from openiads.runs.digest import RunDigest
from openiads.runs.findings import Accumulator
from openiads.runs.identity import Chunk, chunks_of
from openiads.runs.jobs import compute, default_jobs
from openiads.runs.run import bounds_of
from openiads.runs.simulator import Replicated, Runner
from openiads.runs.stopping import Until, looks, sharp
from openiads.runs.store import Done, Store
from openiads.runs.work import Work
from openiads.world.trace import Logs

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster
    from openiads.world.build import World

#: Seconds between looks at the progress and the cancel flag, which threads heed by themselves.
_POLL = 0.2


class Pool(Protocol):
    """What chunks are handed to: the threads of this process, or the workers of a cluster.

    Attributes
    ----------
    width : int
        Chunks worked on at once.
    poll : float
        Seconds to wait for a chunk before ``tick`` is called again.
    """

    @property
    def width(self) -> int: ...

    @property
    def poll(self) -> float: ...

    def submit(self, chunk: Chunk) -> Future[Done | None]:
        """Hand over a chunk; the promise is None if it was stopped on the way."""
        ...

    def tick(self) -> None:
        """Called while waiting; raises what ends the run."""
        ...

    def stop(self) -> None:
        """Begin nothing more and wait for what runs."""
        ...


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


class Coordinator:
    """The coordinator of one run: hands chunks to threads or workers and takes them back in replication order."""

    def __init__(
        self, store: Store, world: World, rule: Until | None, work: Work, cluster: Cluster | None = None
    ) -> None:
        self.store, self.world, self.rule, self.cluster = store, world, rule, cluster
        self.simulator, self.progress, self.watch = work.simulator, work.progress, work.watch
        self.jobs, self.cancel = work.jobs or default_jobs(), work.cancel or threading.Event()
        self.resumable = work.out is not None
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
        self._asked = self.identity.replications

    def all(self, begun: float) -> Accumulator:
        """Every chunk up to N or to the look at which the answer is sharp; then the seal."""
        counts = looks(self.identity.replications) if self.rule else [self.identity.replications]
        chunks = chunks_of(self.identity.replications, self.identity.chunk, counts)
        edges = zip([0, *counts], counts, strict=False)
        return self._through([[c for c in chunks if a <= c.first and c.last <= b] for a, b in edges], begun)

    def some(self, chunks: list[Chunk], begun: float) -> Accumulator:
        """These chunks and no others; then the seal."""
        self._asked = sum(c.last - c.first for c in chunks)
        return self._through([chunks], begun)

    def _through(self, stages: list[list[Chunk]], begun: float) -> Accumulator:
        """One stage after another, up to the look at which the answer is sharp; then the seal."""
        used: list[Chunk] = []
        pool = self._pool()
        try:
            for stage in stages:
                self._stage(pool, stage)
                used += stage
                if sharp(self.rule, self.gathered):
                    break
        except (KeyboardInterrupt, _Cancelled) as stopped:
            self._stop.set()
            pool.stop()
            raise self._interrupted() from (None if isinstance(stopped, _Cancelled) else stopped)
        finally:
            self._stop.set()
            pool.stop()
        digest = self.digest.finish(self.identity.scenario, self.identity.catalog, self.identity.seed)
        wall = round(time.monotonic() - begun, 3)
        self.store.seal(used, digest, self.gathered.total, wall, self.gathered.failed)
        return self.gathered

    def _pool(self) -> Pool:
        if self.cluster is None:
            return _Threads(self._chunk, self.jobs)
        return self.cluster.workers(self.store, self.simulator, self._stored_already, self._counted)

    def _stage(self, pool: Pool, chunks: Iterable[Chunk]) -> None:
        waiting: deque[Future[Done | None]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(chunk))
            if len(waiting) > 2 * pool.width:
                self._take(pool, waiting.popleft())
        while waiting:
            self._take(pool, waiting.popleft())

    def _take(self, pool: Pool, future: Future[Done | None]) -> None:
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
            self.progress(self._count, self._asked)

    def _chunk(self, chunk: Chunk) -> Done | None:
        """One chunk, read if it is stored whole, else computed and stored; None when stopped on the way."""
        done = self._stored_already(chunk)
        if done is not None:
            return done
        if not hasattr(self._local, "logs"):
            self._local.logs = Logs()
        made = compute(chunk, self._replicate, self._goes_on, self._counted, self._local.logs)
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

    def _replicate(self, replication: int) -> Replicated:
        """One replication; the very first, which may compile, is not shared among threads."""
        record = replication < self.identity.record
        if self._warm:
            return self._runner().replicate(replication, record=record)
        with self._warming:
            result = self._runner().replicate(replication, record=record)
            self._warm = True
            return result

    def _runner(self) -> Runner:
        if not hasattr(self._local, "runner"):
            self._local.runner = self.simulator.runner(self.world, self.identity.seed)
        runner: Runner = self._local.runner
        return runner

    def _counted(self, replications: int, *, stored: bool = False) -> None:
        with self._count_lock:
            self._count += replications
            if stored:
                self._stored += replications

    def _interrupted(self) -> Interrupted:
        told = f"stopped with {self._stored} of {self._asked} replications stored"
        if not self.resumable:
            return Interrupted("run", told, "Nothing is kept without out; name a folder to be able to continue")
        return Interrupted(str(self.store.path), told, "Run the same command again with the same --out to continue")


class _Cancelled(Exception):
    """The cancel flag was seen."""
