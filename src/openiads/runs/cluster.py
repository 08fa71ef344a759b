"""Runs on a cluster: chunks go to Dask workers, their files come back through the run's folder.  The one door to Dask.

``opened`` starts a cluster of this machine's processes or joins one that runs; ``Cluster.workers`` is to ``replicate``
what its threads are.  Dask carries orders and small facts, restarts and reschedules; results never pass through it.
A worker is examined once (same arithmetic, version, catalog, folder) before it gets its first chunk, and whatever it
wrote is read back and checked before it counts.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from openiads.base.errors import ResultsError, UsageError
from openiads.base.extras import how_to_install
from openiads.base.jsonable import JsonObject
from openiads.runs.identity import Chunk
from openiads.runs.jobs import default_jobs
from openiads.runs.simulator import Simulator
from openiads.runs.store import Done, Store
from openiads.runs.workers import Workers

if TYPE_CHECKING:
    from distributed import Client

#: Seconds within which a scheduler must answer.
ANSWER = 10.0


#: Begins a local worker: Ctrl-C reaches all processes of a terminal, and only the coordinator is to act on it.
_DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"


@contextmanager
def opened(
    on: str, jobs: int | None, out: str | Path | None, warn: Callable[[str], None] | None = None
) -> Iterator[Cluster]:
    """The cluster that ``on`` names ("dask" or "dask:ADDRESS"), for as long as the context lasts.

    Parameters
    ----------
    on : str
    jobs : int, optional
        Processes of a local cluster (one per processor).
    out : str or Path, optional
        The folder of what is run; other hosts must see it, so an address needs one.
    warn : callable, optional
        Called with each worker that is not used, once.

    Returns
    -------
    Iterator[Cluster]

    Raises
    ------
    UsageError
        Not ``dask``, extra not installed.
    ResultsError
        No answer, cannot be started.
    """
    address = address_of(on)
    if address and jobs:
        raise UsageError("jobs", "the workers of a running cluster are what they are", f"Leave out --jobs with {on}")
    if address and out is None:
        raise UsageError("out", "workers on other hosts need a folder that they see", f"Name one to run on {on}")
    try:
        import distributed
    except ImportError as problem:
        remedy = f"Install it with: {how_to_install('cluster')}"
        raise UsageError("on", f"{on} needs the extra cluster ({problem})", remedy) from problem
    from dask import config
    from distributed.utils import silence_logging_cmgr

    with ExitStack() as stack:
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        stack.enter_context(config.set({"distributed.comm.timeouts.connect": ANSWER}))
        client = _joined(distributed, address, stack) if address else _started(distributed, jobs, stack)
        yield Cluster(client, warn)


def address_of(on: str) -> str:
    """The scheduler's address in ``dask:ADDRESS``, empty for ``dask``; UsageError if it is neither."""
    kind, colon, address = on.partition(":")
    if kind != "dask" or (colon and not re.fullmatch(r"((tcp|tls)://)?(\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5}", address)):
        remedy = "Give threads, dask, or dask:tcp://HOST:PORT with a scheduler's address"
        raise UsageError("on", f'"{on}" names nothing to run on', remedy)
    return f"tcp://{address}" if address and "://" not in address else address


def _joined(distributed: ModuleType, address: str, stack: ExitStack) -> Client:
    from distributed.utils import LoopRunner, sync

    async def kind() -> str:
        arguments = distributed.Security().get_connection_args("client")
        async with distributed.rpc(address, timeout=ANSWER, connection_args=arguments) as there:
            return str((await there.identity())["type"])

    runner = LoopRunner()
    runner.start()
    stack.callback(runner.stop)
    remedy = "Start it (dask scheduler) or mend the address; --on dask needs none"
    try:
        # Dask's own time-out ends with the connection: whoever takes it and says nothing would be waited for for ever.
        found = sync(runner.loop, kind, callback_timeout=ANSWER)
        client = found == "Scheduler" and distributed.Client(
            address, timeout=ANSWER, set_as_default=False, loop=runner.loop
        )
    except OSError as problem:
        raise ResultsError(address, f"no Dask scheduler answers within {ANSWER:.0f} s", remedy) from problem
    except Exception as problem:  # a stranger's bytes can fail anywhere in Dask's reading of them
        reason = f"what answers there is no Dask scheduler that fits the Dask here ({type(problem).__name__})"
        raise ResultsError(address, reason, remedy) from problem
    if not client:
        raise ResultsError(address, f"this is a {found.lower()}, not a scheduler", remedy)
    stack.callback(client.close)
    return client


def _started(distributed: ModuleType, jobs: int | None, stack: ExitStack) -> Client:
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="openiads-", ignore_cleanup_errors=True))
    try:
        cluster = distributed.LocalCluster(
            n_workers=jobs or default_jobs(),
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,  # no web pages that nobody asked for
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},  # else it warns of a busy port
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            local_directory=scratch,
            preload=[_DEAF],
        )
        stack.callback(cluster.close)
        client = distributed.Client(cluster, set_as_default=False)
    except (OSError, RuntimeError) as problem:
        reason = f"a local cluster cannot be started ({problem})"
        raise ResultsError("dask", reason, "Leave out --on to use threads") from problem
    stack.callback(client.close)
    return client


def at_worker(task: Callable[..., JsonObject], *order: object) -> JsonObject:
    """Runs there: the answer to an order, with the worker's address."""
    from distributed import get_worker

    return {"worker": get_worker().address, **task(*order)}


class Cluster:
    """A connection to a scheduler, for one run or one after another."""

    def __init__(self, client: Client, warn: Callable[[str], None] | None = None) -> None:
        self.client, self._warn = client, warn
        self._told: set[str] = set()

    @property
    def threads(self) -> int:
        """Chunks that its workers compute at once, at least 1."""
        return max(1, sum(self.client.nthreads().values()))

    def tell(self, line: str) -> None:
        """Warn of something, once over all runs."""
        if self._warn is not None and line not in self._told:
            self._warn(line)
        self._told.add(line)

    def workers(
        self,
        store: Store,
        simulator: Simulator,
        stored: Callable[[Chunk], Done | None],
        counted: Callable[..., None],
    ) -> Workers:
        """Its workers as what the chunks of a run are handed to."""
        if not simulator.name:
            raise UsageError(
                "simulator", "it has no name by which a worker finds it", 'Give it a name = "module:function"'
            )
        from distributed import as_completed

        back = as_completed(loop=self.client.loop, with_results=True, raise_errors=False)
        return Workers(self.client, back, at_worker, store, simulator.name, stored, counted, self.tell)
