"""What a page needs of a whole run in one pass: the estimates, and some replications for each value of a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openiads.runs.findings import Accumulator
from openiads.runs.run import Run, bounds_of

#: Replications named for each value of a count.
MOST = 20
#: Different values of a count for which replications are named.
VALUES = 500


@dataclass(frozen=True, slots=True)
class Overview:
    """examples : column -> value -> the first good replications with it, at most ``MOST``."""

    gathered: Accumulator
    examples: dict[str, dict[int, list[int]]]

    def where(self, column: str, least: int = 1) -> list[int]:
        """The first replications in which a count is at least ``least``."""
        found = [r for value, rows in self.examples[column].items() if value >= least for r in rows]
        return sorted(found)[:MOST]


def overview(run: Run, columns: Sequence[str]) -> Overview:
    """One pass over the outcome rows of a run; its own estimates rest on it from then on.

    Parameters
    ----------
    run : Run
    columns : sequence of str
        Counts of the outcome row (``world.outcome.OUTCOME``) for which to name replications.

    Returns
    -------
    Overview
    """
    gathered = Accumulator(bounds_of(run.facts))
    examples: dict[str, dict[int, list[int]]] = {column: {} for column in columns}
    for rows in run.store.batches():
        gathered.add(rows)
        good = rows[rows["status"] == 0]
        for column, found in examples.items():
            _take(found, good[column], good["replication"])
    run.keep(gathered)
    return Overview(gathered, examples)


def _take(found: dict[int, list[int]], values: np.ndarray, replications: np.ndarray) -> None:
    order = np.argsort(values, kind="stable")
    different, first, counts = np.unique(values[order], return_index=True, return_counts=True)
    for value, at, count in zip(different.tolist(), first.tolist(), counts.tolist(), strict=True):
        if value not in found and len(found) >= VALUES:
            continue
        held = found.setdefault(value, [])
        if len(held) < MOST:
            held += replications[order[at : at + min(count, MOST - len(held))]].tolist()


def recorded(run: Run) -> list[int]:
    """Replications of which every look and position is stored, at most ``MOST`` of them."""
    return list(range(min(int(run.identity.record), run.replications, MOST)))
