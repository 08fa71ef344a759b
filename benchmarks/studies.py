"""What the machinery of runs, sweeps and queries costs: ``python studies.py [--quick] [--json]``.

- *machinery*: CPU time of a run or sweep beside that of its replications alone, which are timed inside the same run;
  worlds are built outside of both.
- *memory*: peak resident memory of 100,000 replications over that of 1,000, each in a process of its own.
- *events*: rows of key events written to the store a second, and the time DuckDB takes to group them.
- *spread*: CPU time of the two spreads of Tartus with every value in doubt sampled, and how many these are; two minutes
  were asked on two processors.
- *until*: wall time until ``any_leaker`` is known to 0.02 on the benchmark raid.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from bars import Bar, options, printed

import openiads as oi
from openiads.engine.runner import Runner
from openiads.experiments.design import quick_study
from openiads.experiments.query import connect
from openiads.experiments.sweep import sweep
from openiads.runs import replicate
from openiads.runs.identity import chunks_of, identity_here
from openiads.runs.simulator import Simulator, real_simulator
from openiads.runs.store import Store
from openiads.scenario.load import load
from openiads.world.build import build
from openiads.world.outcome import OUTCOME

SEED = 1

BARS = (
    Bar("machinery_raid24", "<", 0.03, "machinery of a run beside its replications"),
    Bar("memory_ratio", "<=", 1.1, "memory of 100,000 replications over that of 1,000"),
    Bar("events_written_s", "<", 10.0, "ten million key events written, s"),
    Bar("events_grouped_s", "<", 1.0, "ten million key events grouped, s"),
    Bar("spread_cpu_s", "<=", 240.0, "spread of 64 worlds of 32 replications of Tartus, CPU-s"),
    Bar("spread_knobs", ">=", 200, "values in doubt that it samples"),
    Bar("until_wall_s", "<", 60.0, "raid24 until any_leaker is known to 0.02, s"),
)


class Clocked:
    """The simulator of openiads, with the CPU time of its builds and of its replications."""

    def __init__(self) -> None:
        self.building = self.replicating = 0.0
        self._lock = threading.Lock()
        real, clock = real_simulator(), self

        class Timed(Runner):
            def replicate(self, replication: int, record: bool = False) -> Any:
                begun = time.thread_time()
                result = super().replicate(replication, record)
                with clock._lock:
                    clock.replicating += time.thread_time() - begun
                return result

        class Clocking(type(real)):  # type: ignore[misc]
            def build(self, *given: Any, **shared: Any) -> Any:
                begun = time.process_time()  # nothing else runs meanwhile but threads of the build itself
                world = super().build(*given, **shared)
                clock.building += time.process_time() - begun
                return world

            def runner(self, world: Any, seed: int) -> Runner:
                return Timed(world, seed)

        self.simulator = Clocking()


def shares(work: Any) -> dict[str, float]:
    """CPU time of a piece of work beside that of the replications in it; worlds left out."""
    clocked = Clocked()
    begun = time.process_time()
    work(clocked.simulator)
    whole = time.process_time() - begun - clocked.building
    return {
        "engine_s": clocked.replicating,
        "building_s": clocked.building,
        "machinery": whole / clocked.replicating - 1.0,
    }


def of_run(name: str, replications: int, jobs: int) -> dict[str, float]:
    """A run at the default chunk."""

    def work(simulator: Simulator) -> None:
        with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
            replicate.run(
                name, replications=replications, seed=SEED, jobs=jobs, out=Path(folder, "run"), simulator=simulator
            )

    replicate.run(name, replications=4, seed=SEED)  # compiles, and loads what is loaded once
    found = shares(work)
    each = found["engine_s"] / replications
    return {**found, "chunk_s": each * replicate.default_chunk(replications, each)}


def of_sweep(name: str, points: int, replications: int, jobs: int) -> dict[str, float]:
    """A sweep over worlds of one scenario."""
    replicate.run(name, replications=4, seed=SEED)
    study = quick_study(name, design="knowledge", points=points, replications=replications, seed=SEED)

    def work(simulator: Simulator) -> None:
        with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
            sweep(study, out=Path(folder, "sweep"), jobs=jobs, simulator=simulator)

    found = shares(work)
    milliseconds = found["machinery"] * found["engine_s"] / points * 1e3
    return {**found, "machinery_ms_a_point": milliseconds, "building_ms_a_point": found["building_s"] / points * 1e3}


def peak(replications: int) -> float:
    """Peak resident memory, MB, of a run in a process of its own."""
    program = (
        "import pathlib, tempfile\n"
        "from openiads.runs.replicate import run\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        f"    run('one_on_one', replications={replications}, seed={SEED}, out=folder + '/r').summary()\n"
        "lines = pathlib.Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(line.split()[1] for line in lines if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def events(rows: int, threads: int = 2) -> dict[str, float]:
    """Writing so many rows of key events in chunks of one second's work, and grouping them."""
    scenario = load("raid24")
    world = build(scenario)
    runner = Runner(world, SEED)
    results = [runner.replicate(k) for k in range(100)]
    logs = [np.array(result.events) for result in results]
    outcomes = np.concatenate([result.outcome for result in results]).astype(OUTCOME)
    replications = -(-rows // sum(map(len, logs))) * len(logs)
    identity = identity_here(
        scenario=scenario.digest(), catalog=world.catalog.digest, seed=SEED, replications=replications, chunk=100
    )
    facts = {"name": "raid24", "flight_side": [], "limits": {}, "names": {}}
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        store = Store.create_or_resume(Path(folder, "run"), identity, facts)
        chunks = chunks_of(replications, 100)

        def write(mine: list[Any]) -> None:
            for chunk in mine:
                numbered = outcomes.copy()
                numbered["replication"] = np.arange(chunk.first, chunk.last)
                store.write(chunk, numbered, logs, {})

        begun = time.perf_counter()
        workers = [threading.Thread(target=write, args=(chunks[k::threads],)) for k in range(threads)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        written = time.perf_counter() - begun
        store.seal(chunks, "0" * 64, replications, 0.0, 0)
        store.close()
        size = sum(f.stat().st_size for f in Path(folder, "run", "chunks").glob("e*"))
        begun = time.perf_counter()
        connection = connect(Path(folder, "run"))
        opened = time.perf_counter() - begun
        seconds = []
        for _ in range(3):
            begun = time.perf_counter()
            found = connection.execute("SELECT kind, count(*), avg(time) FROM events GROUP BY kind").fetchall()
            seconds.append(time.perf_counter() - begun)
        connection.close()
    total = sum(row[1] for row in found)
    return {
        "events_rows": float(total),
        "events_written_s": written * rows / total,
        "events_mb": size / 1e6,
        "events_opened_s": opened,
        "events_grouped_s": min(seconds),
    }


def until(half_width: float) -> dict[str, float]:
    """Until the share of raids with a leaker is known to so much."""
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        begun = time.perf_counter()
        made = replicate.run("raid24", until=f"any_leaker:{half_width}", seed=SEED, out=Path(folder, "run"))
        wall = time.perf_counter() - begun
        found = made.estimate("any_leaker")
    return {"until_wall_s": wall, "until_n": float(found.n), "until_half_width": found.half_width}


def of_spread(name: str, worlds: int, replications: int) -> dict[str, float]:
    """Both spreads of a scenario, with the building of its worlds."""
    replicate.run(name, replications=4, seed=SEED)
    begun = time.process_time()
    found = oi.spread(name, worlds=worlds, replications=replications, seed=SEED)
    return {"spread_cpu_s": time.process_time() - begun, "spread_knobs": float(len(found.question.knobs))}


def measured(*, quick: bool) -> dict[str, Any]:
    """Every figure."""
    n = 20 if quick else 10_000
    found: dict[str, Any] = {"replications": n}
    for name in ("raid24", "one_on_one"):
        for key, value in of_run(name, n, 1).items():
            found[f"{key}_{name}"] = value
    for label, size in (("one_on_one", (2, 10)),) if quick else (("one_on_one", (100, 50)), ("raid24", (10, 100))):
        for key, value in of_sweep(label, *size, 1).items():
            found[f"sweep_{key}_{label}"] = value
    few = peak(10 if quick else 1_000)
    many = few if quick else peak(100_000)
    found |= {"memory_few_mb": few, "memory_many_mb": many, "memory_ratio": many / few}
    found |= events(100_000 if quick else 10_000_000)
    found |= of_spread("tartus_2016", *((16, 2) if quick else (64, 32)))
    found |= until(0.2 if quick else 0.02)
    return found


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
