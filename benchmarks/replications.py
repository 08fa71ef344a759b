"""Measurements inside this process: replications, threads, dispatch, how cost grows.

Rates of one thread are by process time, which other work on the machine does not count into; whatever is compared is
measured in turns, so that a machine that slows down slows both.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from openiads.base import compiled
from openiads.engine.runner import Runner
from openiads.runs import replicate
from openiads.runs.simulator import real_simulator
from openiads.scenario.load import load
from openiads.world.build import World, build
from openiads.world.outcome import OUTCOME

SEED = 1
FLIGHT_FACTOR = 10


def world_of(name: str, changes: dict[str, Any] | None = None) -> World:
    """A packaged scenario's world, with values replaced."""
    return build(load(name).with_values(changes or {}))


def ready(world: World) -> Runner:
    """A runner that has compiled all it needs and grown to the room it needs."""
    runner = Runner(world, SEED)
    for replication in range(3):
        runner.replicate(replication)
    return runner


def clocked(clock: Callable[[], float], work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes on a clock."""
    begun = clock()
    work()
    return clock() - begun


def outcomes(runner: Runner, count: int) -> np.ndarray:
    """Outcome rows of the first ``count`` replications; raises if one of them failed."""
    rows = np.concatenate([runner.replicate(k).outcome for k in range(count)]).astype(OUTCOME)
    failed = int((rows["status"] != 0).sum())
    if failed:
        raise ValueError(f"{runner.world.scenario.name}: {failed} of {count} replications failed")
    return rows


def one_thread(runner: Runner, count: int, best_of: int) -> dict[str, float]:
    """Replications per CPU-second, and what a replication consists of."""
    seconds, rows = [], np.zeros(0, OUTCOME)
    for _ in range(best_of):
        begun = time.process_time()
        rows = outcomes(runner, count)
        seconds.append(time.process_time() - begun)
    means = {name: float(rows[name].mean()) for name in ("rounds_fired", "looks", "updates", "steps", "leakers")}
    return {
        "reps_per_cpu_s": count / min(seconds),
        "reps_per_cpu_s_median": count / statistics.median(seconds),
        **means,
    }


@dataclass(frozen=True)
class Shared:
    """What it took to share replications among threads."""

    wall: float  # s
    cpu: float  # s, of all threads
    running: (
        float | None
    )  # s of wall time, mean of the threads, less what they waited for a processor; None where not told


def waited() -> float | None:
    """Seconds this thread has waited for a processor that something else held; None where the system does not tell."""
    told = Path("/proc/thread-self/schedstat")
    return int(told.read_text().split()[1]) * 1e-9 if told.exists() else None


def on_threads(runners: Sequence[Runner], count: int) -> Shared:
    """Run ``count`` replications, shared among threads with a runner each."""
    numbers, lock = iter(range(count)), threading.Lock()
    running: list[float | None] = []

    def work(runner: Runner) -> None:
        before, begun = waited(), time.perf_counter()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            runner.replicate(number)
        after, ended = waited(), time.perf_counter()
        running.append(None if before is None or after is None else ended - begun - (after - before))

    workers = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    wall, cpu = time.perf_counter(), time.process_time()
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    known = [each for each in running if each is not None]
    return Shared(wall, cpu, sum(known) / len(known) if known else None)


def two_threads(world: World, count: int, times: int) -> dict[str, float | None]:
    """Wall rate of two threads, and its ratio to one thread: the median of runs in turns.

    The wall ratio needs two idle processors.  On a busy machine two more figures tell what the program itself would
    reach: ``thread_scaling_running`` leaves out the time for which threads waited for a processor, and
    ``thread_cpu_ratio`` is the CPU time of one thread over that of two for the same work, 1 if they do not hinder each
    other.
    """
    runners = [ready(world) for _ in range(2)]
    turns = [(on_threads(runners[:1], count), on_threads(runners, count)) for _ in range(times)]
    told = [one.running / two.running for one, two in turns if one.running and two.running]
    return {
        "reps_per_s_1_thread": count / min(one.wall for one, _ in turns),
        "reps_per_s_2_threads": count / min(two.wall for _, two in turns),
        "thread_scaling": statistics.median(one.wall / two.wall for one, two in turns),
        "thread_scaling_best": max(one.wall / two.wall for one, two in turns),
        "thread_scaling_running": statistics.median(told) if told else None,
        "thread_cpu_ratio": statistics.median(one.cpu / two.cpu for one, two in turns),
    }


def dispatch(runner: Runner, calls: int = 200, times: int = 20) -> float:
    """Microseconds of one call into the compiled replication and back, with nothing to do inside.

    A situation that has ended already is given in; what remains is handing over the arguments, the set-up of a
    replication and the tally at its end.
    """
    if compiled.PLAIN:
        raise ValueError("plain kernels have no dispatch")
    runner._reset(0, record=False)
    before = runner.sim.situation[0].copy()
    best = float("inf")
    for _ in range(times):
        runner.sim.situation[0] = before
        runner.sim.situation[0]["status"] = 1  # a replication that has ended: the loop is not entered

        def work() -> None:
            for _ in range(calls):
                runner._play()

        best = min(best, clocked(time.process_time, work))
    if int(runner.sim.situation[0]["status"]) != 1:
        raise ValueError("the compiled replication did not return as it was entered")
    return best / calls * 1e6


def more_flights() -> dict[str, Any]:
    """Changes that make raid24 ten times as large on the same axes in the same time."""
    changes: dict[str, Any] = {}
    for raid in load("raid24").raids:
        place = f'raid."{raid.name}"'
        changes[f"{place}.count"] = FLIGHT_FACTOR * raid.count
        changes[f"{place}.spacing"] = f"{raid.spacing / FLIGHT_FACTOR} s"
        if raid.lateral_spacing:
            changes[f"{place}.lateral_spacing"] = f"{2.0 * raid.lateral_spacing / FLIGHT_FACTOR} m"
    return changes


def growth_with_flights(runner: Runner, count: int, times: int) -> dict[str, float]:
    """CPU time of a replication with ten times the flights over that of one with the usual number."""
    large = ready(world_of("raid24", more_flights()))
    ratios, steps = [], []
    for _ in range(times):
        usual = clocked(time.process_time, lambda: outcomes(runner, FLIGHT_FACTOR * count)) / FLIGHT_FACTOR
        begun = time.process_time()
        rows = outcomes(large, count)
        ratios.append((time.process_time() - begun) / usual)
        steps.append(float(rows["looks"].mean()))
    return {"scaling_flights_10x": statistics.median(ratios), "looks_per_replication_10x": steps[-1]}


def growth_with_replications(world: World, count: int, times: int) -> float:
    """CPU time of a whole run (store included, building left out) of ten times the replications over that of one."""

    class Built(type(real_simulator())):  # type: ignore[misc]
        def build(self, *given: object, **shared: object) -> World:
            return world

    simulator = Built()

    def run(n: int) -> None:
        with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
            replicate.run(
                world.scenario,
                replications=n,
                seed=SEED,
                jobs=1,
                chunk=25,
                out=Path(folder, "run"),
                simulator=simulator,
                catalog=world.catalog,
            )

    run(1)
    return statistics.median(
        clocked(time.process_time, lambda: run(10 * count)) / clocked(time.process_time, lambda: run(count))
        for _ in range(times)
    )
