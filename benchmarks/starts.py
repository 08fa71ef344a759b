"""Measurements from outside: the command line in processes of its own, with a compile cache and a home of its own."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POLL = 0.004  # s

GATHER = """
from openiads.engine import warming
kernels = [k for share in range(len(warming.SHARES)) for k in warming.kernels_of(share)]
"""
COMPILE = (
    GATHER
    + """
import time
from openiads.base import compiled
begun = time.process_time()
compiled.warm(kernels)
print(time.process_time() - begun)
"""
)

#: Runs the command line and writes the peak of resident memory, in kB, to the file named first.
WATCHED = """
import atexit, pathlib, sys
told = pathlib.Path(sys.argv.pop(1))
def tell():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    told.write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
atexit.register(tell)
from openiads.faces.cli.main import main
main()
"""


@dataclass(frozen=True)
class Home:
    """A home for processes: empty with an empty compile cache, filled by what runs there; or the user's own."""

    folder: Path
    empty: bool = True

    def environment(self) -> dict[str, str]:
        """The environment of a process at home here."""
        left_out = ("OPENIADS_PLAIN", "OPENIADS_BOUNDS", *(["XDG_CACHE_HOME"] if self.empty else []))
        kept = {key: value for key, value in os.environ.items() if key not in left_out}
        if not self.empty:
            return kept
        return {**kept, "HOME": str(self.folder), "OPENIADS_CACHE": str(self.folder / "kernels")}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A Python process, with the repository as its folder."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, process: subprocess.Popen[str]) -> str:
        """Wait for a process and return what it printed; raises if it failed."""
        out, told = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, process.args))} failed:\n{told}")
        return out


@contextlib.contextmanager
def new_home(*, empty: bool = True) -> Iterator[Home]:
    """A home, and a folder for results that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="openiads-bench-") as folder:
        yield Home(Path(folder), empty)


def children_cpu() -> float:
    """CPU-seconds of all finished child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def first_result(home: Home, run: str) -> dict[str, float]:
    """Seconds from process start until the first replication of raid24 is stored, until the end, and CPU-seconds."""
    out = home.folder / run
    stored, begun, cpu = out / "chunks" / "c000000.parquet", time.perf_counter(), children_cpu()
    process = home.start("-m", "openiads", "run", "raid24", "-n", "1", "--out", str(out), "--json")
    while not stored.exists() and process.poll() is None:
        time.sleep(POLL)
    first = time.perf_counter() - begun
    home.finish(process)
    return {"stored": first, "ended": time.perf_counter() - begun, "cpu": children_cpu() - cpu}


def peak_memory(home: Home, replications: int) -> float | None:
    """Peak resident memory (MB) of a run of raid24; None where the system does not tell."""
    if not Path("/proc/self/status").exists():
        return None
    told, out = home.folder / f"memory-{replications}", home.folder / f"run-{replications}"
    home.finish(
        home.start("-c", WATCHED, str(told), "run", "raid24", "-n", str(replications), "--out", str(out), "--json")
    )
    return int(told.read_text()) / 1024.0


def help_seconds(home: Home, times: int) -> float:
    """Best wall seconds of ``openiads --help``."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        home.finish(home.start("-m", "openiads", "--help"))
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def demo_seconds(home: Home) -> float:
    """Wall seconds of ``openiads demo``, its report included."""
    begun = time.perf_counter()
    home.finish(home.start("-m", "openiads", "demo", "--out", str(home.folder / "demo"), "--json"))
    return time.perf_counter() - begun


def compile_seconds() -> float:
    """CPU-seconds to compile every kernel of the package from an empty cache, imports left out."""
    with new_home() as home:
        return float(json.loads(home.finish(home.start("-c", COMPILE))))


def everything(*, quick: bool, many: int, times: int) -> dict[str, float | None]:
    """All of these measurements; quick compiles nothing and leaves out the demonstration and the long run."""
    with new_home(empty=not quick) as home:
        cold = dict.fromkeys(("stored", "cpu")) if quick else first_result(home, "cold")
        warm = [first_result(home, f"warm-{k}") for k in range(times)]
        warm_stored = statistics.median(run["stored"] for run in warm)
        few, large = peak_memory(home, 10), None if quick else peak_memory(home, many)
        known = [each for each in (few, large) if each is not None]
        return {
            "cold_first_result_s": cold["stored"],
            "cold_first_result_cpu_s": cold["cpu"],
            "warm_first_result_s": warm_stored,
            "warm_first_result_best_s": min(run["stored"] for run in warm),
            "warm_first_result_cpu_s": statistics.median(run["cpu"] for run in warm),
            "warm_command_s": statistics.median(run["ended"] for run in warm),
            "demo_extra_s": None if quick else demo_after_warming(home) - warm_stored,
            "help_s": help_seconds(home, times),
            "rss_mb": max(known) if known else None,
            "rss_mb_10": few,
            "rss_mb_many": large,
            "rss_many_replications": None if quick else many,
            "compile_cpu_s": None if quick else compile_seconds(),
        }


def demo_after_warming(home: Home) -> float:
    """The demonstration with its kernels compiled and fonts found: its second run."""
    home.finish(home.start("-m", "openiads", "run", "tartus_2016", "-n", "1", "--out", str(home.folder / "tartus")))
    return demo_seconds(home)
