"""How a run goes over time: counts at even times in each replication, and their spread over replications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.explain.kill_chain import LEAKED, sampled
from openiads.world.codes import Event, Side, Terminal

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Replications that the lines rest on at most; times; quantiles.
MOST, TIMES, QUANTILES = 300, 121, (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A count over time.

    Attributes
    ----------
    name : str
    t : ndarray
        s, (times,).
    low, middle, high : ndarray
        10, 50 and 90 % of the replications, (times,).
    """

    name: str
    t: np.ndarray
    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray


def steps(events: np.ndarray, hostile: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Times (s) at which each count of one replication changes, and by how much.

    Parameters
    ----------
    events : ndarray
        Key events (dtype EVENT).
    hostile : ndarray
        Whether each flight is, (flights,). The counts: tracks that command posts hold, rounds in flight, threats killed
        so far, leakers so far.

    Returns
    -------
    dict[str, tuple[np.ndarray, np.ndarray]]
    """
    kind, time, code = events["kind"], events["time"], events["code"]
    born = (kind == Event.TRACK) & (code == 1) | (kind == Event.FALSE_TRACK)
    gone = (kind == Event.TRACK_DROP) & np.isin(events["track"], events["track"][born])
    ended = (kind == Event.TERMINAL) & (events["flight"] >= 0)
    ended[ended] = hostile[events["flight"][ended]]
    changes = {
        "Tracks held": ((born, 1), (gone, -1)),
        "Rounds in flight": ((kind == Event.LAUNCH, 1), (kind == Event.ROUND_END, -1)),
        "Threats killed so far": ((ended & (code == Terminal.KILLED), 1),),
        "Leakers so far": ((ended & np.isin(code, LEAKED), 1),),
    }
    return {
        name: (
            np.concatenate([time[at] for at, _ in parts]),
            np.concatenate([np.full(int(at.sum()), by) for at, by in parts]),
        )
        for name, parts in changes.items()
    }


def count_at(when: np.ndarray, by: np.ndarray, times: np.ndarray) -> np.ndarray:
    """A count at some times (s), from its changes."""
    order = np.argsort(when, kind="stable")
    return np.concatenate([[0], np.cumsum(by[order])])[np.searchsorted(when[order], times, side="right")]


def timelines(run: Run, most: int = MOST) -> list[Timeline]:
    """The counts of ``steps`` over time, from the first ``most`` replications; none for a run without events."""
    hostile = np.asarray(run.facts["flight_side"]) == Side.HOSTILE
    duration = float(run.facts["limits"]["duration"])
    times = np.linspace(0.0, duration, TIMES)
    found: dict[str, list[np.ndarray]] = {}
    for _, events in _each(run, most):
        for name, (when, by) in steps(events, hostile).items():
            found.setdefault(name, []).append(count_at(when, by, times))
    return [
        Timeline(name, times, *np.quantile(np.array(rows), QUANTILES, axis=0, method="inverted_cdf"))
        for name, rows in found.items()
    ]


def _each(run: Run, most: int) -> Iterable[tuple[int, np.ndarray]]:
    for part in sampled(run, most):
        yield from part
