"""How fast the kernels are beside the same work in other tools: results are compared first, speeds in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from peers import flights_c, flights_numpy, flights_simpy, tracking
from peers.flights import Flights, compare, flights, fly_all
from replications import clocked

MIDCOURSE = ("position", "velocity", "age", "arrival")
WHOLE = (*MIDCOURSE, "peak_load", "miss", "closest_time")


def in_turns(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[float, float]:
    """CPU-seconds of two pieces of work, medians of several turns."""
    turns = [(clocked(time.process_time, ours), clocked(time.process_time, theirs)) for _ in range(times)]
    return statistics.median(a for a, _ in turns), statistics.median(b for _, b in turns)


def midcourse(work: Flights) -> np.ndarray:
    """The rounds flown to handover by the compiled kernels."""
    bodies = work.bodies.copy()
    fly_all(bodies, work.kind, work.tracks, work.tables, work.at, False)
    return bodies


def repeated(work: Flights, least: float = 0.05) -> int:
    """How often the compiled flight of this work must run to be timed well."""
    midcourse(work)
    return max(1, int(np.ceil(least / max(clocked(time.process_time, lambda: midcourse(work)), 1e-6))))


def with_c(kind: Any, count: int, times: int) -> dict[str, float]:
    """Midcourse and endgame together, against C."""
    work, c = flights(kind, count), flights_c.InC()
    ours, theirs = work.bodies.copy(), work.bodies.copy()
    fly_all(ours, work.kind, work.tracks, work.tables, work.at, True)
    steps = c.fly(theirs, work, True)
    compare("C", ours, theirs, WHOLE)

    def here() -> None:
        ours[:] = work.bodies
        fly_all(ours, work.kind, work.tracks, work.tables, work.at, True)

    def there() -> None:
        theirs[:] = work.bodies
        c.fly(theirs, work, True)

    mine, other = in_turns(here, there, times)
    return {"ratio_c_scalar": other / mine, "steps_per_s_c": steps / other, "steps_per_s_whole": steps / mine}


def with_numpy(kind: Any, count: int, times: int) -> dict[str, float]:
    """Midcourse, against arrays over the rounds."""
    work = flights(kind, count)
    theirs, steps = flights_numpy.fly(work)
    compare("NumPy batch", midcourse(work), theirs, MIDCOURSE)
    mine, other = in_turns(lambda: midcourse(work), lambda: flights_numpy.fly(work), times)
    return {
        "ratio_numpy_batch": other / mine,
        "steps_per_s_numpy_batch": steps / other,
        "steps_per_s_midcourse": steps / mine,
    }


def with_simpy(kind: Any, count: int, times: int) -> dict[str, float]:
    """Midcourse, against a process and an object for each round."""
    work = flights(kind, count)
    theirs, steps = flights_simpy.fly(work)
    compare("SimPy objects", midcourse(work), theirs, MIDCOURSE)
    often = repeated(work)

    def here() -> None:
        for _ in range(often):
            midcourse(work)

    mine, other = in_turns(here, lambda: flights_simpy.fly(work), times)
    return {"ratio_simpy_objects": often * other / mine, "steps_per_s_simpy": steps / other}


def with_filterpy(tracks: int, count: int, times: int) -> dict[str, float]:
    """Prediction and update of tracks, against filterpy."""
    work = tracking.looks(tracks, count)
    peer = tracking.InFilterpy(work)
    tracking.compare("filterpy", tracking.ours(work), peer.keep_all())
    often = 10 * times

    def here() -> None:
        for _ in range(often):
            tracking.ours(work)

    mine, other = in_turns(here, peer.keep_all, times)
    return {
        "ratio_filterpy": often * other / mine,
        "updates_per_s_filterpy": work.updates / other,
        "updates_per_s": often * work.updates / mine,
    }


def missing() -> dict[str, str]:
    """Why a ratio cannot be measured on this machine, by its name."""
    return {
        name: reason
        for name, there, reason in (
            ("ratio_c_scalar", flights_c.available(), "no gcc on this machine"),
            ("ratio_simpy_objects", flights_simpy.available(), "simpy is not installed"),
            ("ratio_filterpy", tracking.available(), "filterpy is not installed"),
        )
        if not there
    }


def everything(kind: Any, *, quick: bool) -> dict[str, float]:
    """All ratios but those that are `missing`."""
    times, left_out = (1 if quick else 7), missing()
    found = with_numpy(kind, 300 if quick else 4_000, times)
    if "ratio_c_scalar" not in left_out:
        found |= with_c(kind, 300 if quick else 1_500, times)
    if "ratio_simpy_objects" not in left_out:
        found |= with_simpy(kind, 5 if quick else 30, times)
    if "ratio_filterpy" not in left_out:
        found |= with_filterpy(24, 20 if quick else 100, times)
    return found
