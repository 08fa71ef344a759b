"""Chunks of replications as jobs: how many at once, and computing one."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from openiads.runs.identity import Chunk
from openiads.runs.simulator import Replicated
from openiads.world.outcome import OUTCOME
from openiads.world.trace import Logs

#: progress(done, of): replications stored or computed so far; called from the calling thread.
Progress = Callable[[int, int], None]


def compute(
    chunk: Chunk,
    replicate: Callable[[int], Replicated],
    goes_on: Callable[[], bool],
    counted: Callable[[int], None],
    events: Logs,
) -> tuple[np.ndarray, Logs, dict[int, str]] | None:
    """Outcome rows, event logs and messages of a chunk's replications; None when told to stop on the way.

    Parameters
    ----------
    chunk : Chunk
    replicate : callable
    goes_on : callable
    counted : callable
    events : Logs
        Is filled anew; who keeps one for many chunks saves making room for each.

    Returns
    -------
    tuple[np.ndarray, Logs, dict[int, str]] or None
    """
    rows: list[bytes] = []
    messages = {}
    events.restart(chunk.last - chunk.first)
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


def default_jobs() -> int:
    """One thread for each processor this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
