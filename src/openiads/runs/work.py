"""What a run is asked for, and how it is computed: two objects that are handed down instead of long lists.

A ``Request`` decides results, with the scenario and the catalog; a ``Work`` decides none.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import Interrupted, UsageError
from openiads.runs.findings import Accumulator
from openiads.runs.jobs import Progress
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.stopping import MOST, Until, parse_until

if TYPE_CHECKING:
    from openiads.runs.cluster import Cluster
    from openiads.world.prebuilt import Prebuilt

REPLICATIONS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What is run of a scenario.

    Attributes
    ----------
    replications : int, optional
        How many (200); with ``until`` the most (25,600).
    seed : int
        Of every draw, 0 .. 4294967295.
    record : int
        So many first replications keep every look, track update and position.
    until : str or Until, optional
        ``METRIC:W``: stop once the half width of the metric's 95 % interval is at most W.
    knobs : mapping of str to float, optional
        Values of knobs by name; the others are nominal.
    """

    replications: int | None = None
    seed: int = 1
    record: int = 0
    until: str | Until | None = None
    knobs: Mapping[str, float] | None = None

    @property
    def rule(self) -> Until | None:
        """The stopping rule; UsageError if it makes no sense."""
        return parse_until(self.until)

    @property
    def most(self) -> int:
        """Replications asked for; with a stopping rule the most."""
        if self.replications is not None:
            return self.replications
        return MOST if self.rule else REPLICATIONS

    def check(self) -> None:
        """UsageError for a number that is none or too large."""
        check_numbers(replications=(self.most, 1), record=(self.record, 0), seed=(self.seed, 0))
        if self.seed >= 2**32 or self.most > 2**31:
            name = "seed" if self.seed >= 2**32 else "replications"
            raise UsageError(name, "too large", "Seeds end at 4294967295, replications at 2147483648")


@dataclass(frozen=True, slots=True)
class Work:
    """How something is computed; none of it changes a result.

    Attributes
    ----------
    jobs : int, optional
        Threads, or processes of a local cluster (all processors).
    out : str or Path, optional
        Folder that keeps what is computed, so that the same call continues it; None: a temporary one.
    progress : callable, optional
        Called with how much is done, and of how much: replications of a run, worlds of a study of knowledge.
    warn : callable, optional
        Called with each line about what may not be meant.
    cancel : threading.Event, optional
        When set, stops within one replication.
    on : str or Cluster, optional
        "threads" (None), "dask" for a cluster of this machine's processes, "dask:ADDRESS" for a scheduler that runs,
        or a cluster that is open already.
    chunk : int, optional
        Replications stored together.
    simulator : Simulator
        What builds worlds and runs them.
    prebuilt : Prebuilt, optional
        Build products that runs of many worlds share.
    watch : callable, optional
        Called after each chunk with what is gathered so far, from the calling thread; it must not change it.
    """

    jobs: int | None = None
    out: str | Path | None = None
    progress: Progress | None = None
    warn: Callable[[str], None] | None = None
    cancel: threading.Event | None = None
    on: str | Cluster | None = None
    chunk: int | None = None
    simulator: Simulator = field(default_factory=real_simulator)
    prebuilt: Prebuilt | None = None
    watch: Callable[[Accumulator], None] | None = None

    def check(self) -> None:
        """UsageError for a number of jobs or a size of chunks that makes no sense."""
        check_numbers(jobs=(self.jobs, 1), chunk=(self.chunk, 1))

    def place(self) -> AbstractContextManager[Cluster | None]:
        """What lends workers while it is entered: a cluster, or None for the threads of this process.

        A cluster that is open already stays open.
        """
        if self.on is None or self.on == "threads":
            return nullcontext()
        if not isinstance(self.on, str):
            return nullcontext(self.on)
        opened: AbstractContextManager[Cluster] = importlib.import_module("openiads.runs.cluster").opened(
            self.on, self.jobs, self.out, self.warn
        )
        return opened

    def tell(self, line: str) -> None:
        """Warn of something, if anybody listens."""
        if self.warn is not None:
            self.warn(line)

    def heed(self) -> None:
        """Interrupted once the cancel flag is set, before anything is stored."""
        if self.cancel is not None and self.cancel.is_set():
            raise Interrupted("run", "stopped before its first replication", "Run the same command again")


def check_numbers(**given: tuple[object, int]) -> None:
    """UsageError unless each number that is given is a whole one of at least its least: name = (number, least)."""
    for name, (value, least) in given.items():
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            raise UsageError(
                name, f"{value!r} is not a whole number of at least {least}", f"Give {name} from {least} up"
            )
