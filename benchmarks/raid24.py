"""How fast openiads is on the workload raid24: ``python benchmarks/raid24.py [--json] [--quick]``.

``--quick`` repeats less and compiles nothing; ``--no-peers`` leaves out the other tools; ``--no-starts`` leaves out
what needs processes of its own.  What is left out, or not to be had on this machine, is null, never missing.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ratios
import replications
import starts
from bars import Bar, options, printed

MANY = 2_000  # replications of the long run whose memory is looked at

BARS = (
    Bar("reps_per_cpu_s", ">=", 40.0, "raid24, replications per CPU-second"),
    Bar("one_on_one_reps_per_cpu_s", ">=", 5_000.0, "one_on_one, replications per CPU-second"),
    Bar("thread_scaling", ">=", 1.8, "two threads, times the wall rate of one"),
    Bar("dispatch_us", "<=", 30.0, "call of the compiled replication, us"),
    Bar("steps_per_replication", "<=", 40_000.0, "integration steps of rounds per replication"),
    Bar("cold_first_result_s", "<=", 30.0, "first result from an empty compile cache, s"),
    Bar("warm_first_result_s", "<=", 2.5, "first result from a full compile cache, s"),
    Bar("demo_extra_s", "<=", 25.0, "demonstration beyond a first result, s"),
    Bar("help_s", "<=", 0.5, "openiads --help, s"),
    Bar("rss_mb", "<=", 400.0, "resident memory of 10 and of 2,000 replications, MB"),
    Bar("compile_cpu_s", "<=", 45.0, "compilation of all kernels, CPU-s"),
    Bar("ratio_c_scalar", ">=", 0.8, "interceptor kernel, times the speed of C"),
    Bar("ratio_simpy_objects", ">=", 1_000.0, "interceptor kernel, times the speed of SimPy objects"),
    Bar("ratio_filterpy", ">=", 200.0, "tracking kernel, times the speed of filterpy"),
    Bar("scaling_flights_10x", "<=", 12.0, "ten times the flights, times the CPU time"),
    Bar("scaling_replications_10x", "<=", 10.5, "ten times the replications, times the CPU time"),
)

#: Every key of the object printed, in order; those that this run did not measure are null.
KEYS = (
    "reps_per_cpu_s",
    "reps_per_cpu_s_median",
    "reps_measured",
    "reps_per_s_1_thread",
    "reps_per_s_2_threads",
    "thread_scaling",
    "thread_scaling_best",
    "thread_scaling_running",
    "thread_cpu_ratio",
    "dispatch_us",
    "one_on_one_reps_per_cpu_s",
    "rounds_per_replication",
    "looks_per_replication",
    "updates_per_replication",
    "steps_per_replication",
    "leakers_per_replication",
    "scaling_flights_10x",
    "looks_per_replication_10x",
    "scaling_replications_10x",
    "cold_first_result_s",
    "cold_first_result_cpu_s",
    "warm_first_result_s",
    "warm_first_result_best_s",
    "warm_first_result_cpu_s",
    "warm_command_s",
    "demo_extra_s",
    "help_s",
    "rss_mb",
    "rss_mb_10",
    "rss_mb_many",
    "rss_many_replications",
    "compile_cpu_s",
    "ratio_c_scalar",
    "ratio_simpy_objects",
    "ratio_numpy_batch",
    "ratio_filterpy",
    "steps_per_s_midcourse",
    "steps_per_s_whole",
    "steps_per_s_c",
    "steps_per_s_numpy_batch",
    "steps_per_s_simpy",
    "updates_per_s",
    "updates_per_s_filterpy",
    "not_run",
    "machine",
    "versions",
)


def machine() -> dict[str, Any]:
    """What this ran on, and how busy it was."""
    model = platform.processor() or platform.machine()
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        names = [line.partition(":")[2].strip() for line in listing.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpus": usable, "model": model, "system": platform.platform(), "load_1_min": os.getloadavg()[0]}


def versions() -> dict[str, str | None]:
    """Versions of Python and of the packages that matter; None where one is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in ("openiads", "numba", "llvmlite", "numpy", "scipy", "simpy", "filterpy"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def measured(
    *, quick: bool, peers: bool = True, from_outside: bool = True, told: Callable[[str], None] = lambda what: None
) -> dict[str, Any]:
    """The whole object, with every one of `KEYS`."""
    found: dict[str, Any] = dict.fromkeys(KEYS)
    found.update(machine=machine(), versions=versions(), not_run={})
    world = replications.world_of("raid24")
    told("other tools" if peers else "without other tools")
    if peers:
        found.update(ratios.everything(world.rows["interceptors"][0], quick=quick))
        found["not_run"] |= ratios.missing()
    if from_outside:
        told("first results, memory and compilation, in processes of their own")
        found.update(starts.everything(quick=quick, many=MANY, times=1 if quick else 5))
    told("replications of raid24")
    count, times = (20, 2) if quick else (200, 5)
    runner = replications.ready(world)
    one = replications.one_thread(runner, count, times)
    for name in ("looks", "updates", "steps", "leakers"):
        one[f"{name}_per_replication"] = one.pop(name)
    one["rounds_per_replication"] = one.pop("rounds_fired")
    found.update(one, reps_measured=count, dispatch_us=replications.dispatch(runner))
    told("two threads")
    found.update(replications.two_threads(world, count, 1 if quick else 5))
    told("how cost grows")
    found.update(replications.growth_with_flights(runner, *((1, 1) if quick else (10, 3))))
    found["scaling_replications_10x"] = replications.growth_with_replications(world, *((2, 1) if quick else (50, 3)))
    told("one_on_one")
    small = replications.one_thread(replications.ready(replications.world_of("one_on_one")), 10 * count, times)
    found["one_on_one_reps_per_cpu_s"] = small["reps_per_cpu_s"]
    if quick:
        left = {bar.figure: "not part of the quick form" for bar in BARS if found[bar.figure] is None}
        found["not_run"] = left | found["not_run"]
    return found


def main() -> None:
    """Measure and print."""
    parser = options(__doc__)
    parser.add_argument("--no-peers", action="store_true", help="leave out C, NumPy, SimPy and filterpy")
    parser.add_argument("--no-starts", action="store_true", help="leave out what needs processes of its own")
    chosen = parser.parse_args()
    begun = time.perf_counter()

    def told(what: str) -> None:
        print(f"{time.perf_counter() - begun:6.0f} s: {what} ...", file=sys.stderr, flush=True)

    found = measured(quick=chosen.quick, peers=not chosen.no_peers, from_outside=not chosen.no_starts, told=told)
    printed(found, BARS, chosen)


if __name__ == "__main__":
    main()
