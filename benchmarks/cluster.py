"""How runs grow with the workers of a local Dask cluster: ``python benchmarks/cluster.py [--quick]`` prints one object.

Times are wall times: ``*_s`` of a whole run, starting and ending its cluster included, and ``work_*_s`` from the first
chunk handed out to the seal.  One and two workers are measured in turns, several times, since a machine that other work
shares gives a different ratio at each; the object holds the best of each, the ratio of the best, and every turn.  Two
workers need two idle processors.  Two figures tell what the program itself would reach on a busy machine:
``scaling_running`` leaves out the time for which the workers waited for a processor that something else held, and
``scaling_cpu`` is twice the CPU time of the workers with one worker over that of workers and coordinator with two.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from bars import Bar, options, printed

from openiads.runs import cluster, replicate, worker
from openiads.runs.run import Run
from openiads.scenario.load import load

SEED = 1

BARS = (Bar("scaling_work_median", ">=", 1.7, "two Dask workers, times the work rate of one"),)


class Clock:
    """From the first chunk handed out to the last one taken: wall time, waiting for processors, and CPU time."""

    def __init__(self) -> None:
        self.first = self.last = self.waited = self.workers = self.coordinator = 0.0

    def begin(self) -> None:
        """A chunk is handed out."""
        if not self.first:
            self.first = time.perf_counter()
            self.waited, self.workers, self.coordinator = -waited(), -cpu(), -time.process_time()

    def __call__(self, done: int, of: int) -> None:
        if done == of and not self.last:
            self.last = time.perf_counter()
            self.waited += waited()
            self.workers += cpu()
            self.coordinator += time.process_time()


def cpu() -> float:
    """CPU seconds of this process's workers so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes())


def processes() -> list[psutil.Process]:
    """This process's workers."""
    return [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]


def waited() -> float:
    """Seconds that this process's workers have waited for a processor, their mean; 0 where the system does not tell."""
    workers = processes()
    told = [
        int(file.read_text().split()[1]) for p in workers for file in Path(f"/proc/{p.pid}/task").glob("*/schedstat")
    ]
    return sum(told) * 1e-9 / max(1, len(workers))


def timed(scenario: Any, replications: int, chunk: int, on: str, jobs: int | None, folder: Path) -> dict[str, float]:
    """Seconds of a run, of its work alone, and its digest."""
    clock = Clock()
    plain = cluster.Workers._hand_out

    def marked(self: Any, given: Any) -> None:
        clock.begin()
        plain(self, given)

    cluster.Workers._hand_out = marked
    try:
        begun = time.perf_counter()
        made = replicate.run(
            scenario, replications=replications, seed=SEED, jobs=jobs, chunk=chunk, out=folder, on=on, progress=clock
        )
        whole = time.perf_counter() - begun
    finally:
        cluster.Workers._hand_out = plain
    work = clock.last - clock.first
    return {
        "whole": whole,
        "work": work,
        "running": work - clock.waited,
        "workers": clock.workers,
        "coordinator": clock.coordinator,
        "digest": made.digest,
    }


def scaling(replications: int, chunk: int, turns: int) -> dict[str, Any]:
    """One worker and two in turns."""
    scenario = load("raid24")
    found: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        for turn in range(turns):
            for workers in (1, 2):
                out = Path(folder, f"{turn}-{workers}")
                found[workers].append(timed(scenario, replications, chunk, "dask", workers, out))
        size = stored(Path(folder, "0-1"))
    digests = {each["digest"] for runs in found.values() for each in runs}
    if len(digests) != 1:
        raise ValueError("one worker and two came to different digests")
    pairs = list(zip(found[1], found[2], strict=True))
    best = {(w, k): min(each[k] for each in found[w]) for w in (1, 2) for k in ("whole", "work")}
    return {
        "replications": replications,
        "chunk": chunk,
        "one_worker_s": best[1, "whole"],
        "two_workers_s": best[2, "whole"],
        "work_one_worker_s": best[1, "work"],
        "work_two_workers_s": best[2, "work"],
        "scaling_work": best[1, "work"] / best[2, "work"],
        "scaling_whole": best[1, "whole"] / best[2, "whole"],
        "scaling_running": statistics.median(a["running"] / b["running"] for a, b in pairs),
        "scaling_cpu": statistics.median(2 * a["workers"] / (b["workers"] + b["coordinator"]) for a, b in pairs),
        "coordinator_cpu_share": statistics.median(b["coordinator"] / b["workers"] for a, b in pairs),
        "reps_per_worker_cpu_s": replications / min(a["workers"] for a, _ in pairs),
        "scaling_work_turns": [a["work"] / b["work"] for a, b in pairs],
        "scaling_running_turns": [a["running"] / b["running"] for a, b in pairs],
        "scaling_whole_turns": [a["whole"] / b["whole"] for a, b in pairs],
        "bytes_per_replication": size / replications,
    }


def stored(run: Path) -> int:
    """Bytes of a run's chunks."""
    return sum(path.stat().st_size for path in (run / "chunks").iterdir())


def overhead(chunks: int) -> dict[str, float]:
    """What a chunk costs beside its replications: one worker, one replication a chunk that takes next to nothing.

    The scenario is ``one_on_one``, whose replication costs some 0.2 ms; the rest is Dask, the writing and syncing of
    two files, and reading them back.
    """
    scenario = load("one_on_one")
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        many = timed(scenario, chunks, 1, "dask", 1, Path(folder, "many"))
        here = time.perf_counter()
        replicate.run(scenario, replications=chunks, seed=SEED, jobs=1, chunk=1, out=Path(folder, "here"))
        here = time.perf_counter() - here
    return {"ms_per_chunk": many["work"] / chunks * 1e3, "ms_per_chunk_on_threads": here / chunks * 1e3}


def coordinator(chunk: int, chunks: int) -> dict[str, float]:
    """CPU seconds of the coordinator for 1,000 replications: reading back, adding up, and the seal at the end."""
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        out = Path(folder, "run")
        made = replicate.run(load("raid24"), replications=chunk * chunks, seed=SEED, chunk=chunk, out=out)
        begun = time.process_time()
        for each in made.chunks:
            done = made.store.read(each)
            worker.fingerprint(done)
        read = time.process_time() - begun
        rows = [made.store.read(each, events=False).rows for each in made.chunks]
        begun = time.process_time()
        gathered = type(made.gathered)({})
        for each in rows:
            gathered.add(each)
        added = time.process_time() - begun
        (out / "SEALED.json").unlink()
        begun = time.process_time()
        made.store.seal(made.chunks, made.digest, made.replications, 0.0, 0)
        sealed = time.process_time() - begun
    thousands = chunk * chunks / 1e3
    return {
        "coordinator_read_s_per_1000": read / thousands,
        "coordinator_add_s_per_1000": added / thousands,
        "seal_s_per_1000": sealed / thousands,
        "bytes_of_seal_per_chunk": seal_bytes(made),
    }


def seal_bytes(made: Run) -> float:
    """Bytes that a chunk adds to the seal."""
    return len(json.dumps([made.seal["chunks"], made.seal["files"]], indent=1)) / len(made.chunks)


def measured(*, quick: bool) -> dict[str, Any]:
    """Every figure."""
    replicate.run(load("raid24"), replications=2, seed=SEED)  # compiles what is missing
    found = scaling(*((20, 10, 1) if quick else (1_200, 50, 3)))
    found |= {} if quick else overhead(300)  # one more cluster, and nothing that the others do not call
    found |= coordinator(*((10, 2) if quick else (250, 4)))
    found |= {"cpus": len(os.sched_getaffinity(0)), "load_1_min": os.getloadavg()[0]}
    found["scaling_work_median"] = statistics.median(found["scaling_work_turns"])
    return found


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
