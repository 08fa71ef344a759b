"""How fast openiads is on the workload raid24, in one run: ``python benchmarks/raid24.py [--json] [--quick]``.

``--quick`` repeats less and leaves out what takes long; ``--no-peers`` leaves out the other tools; ``--no-starts``
leaves out what needs processes of its own.  What is left out, or not to be had on this machine, is null, never missing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
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

ROOT = Path(__file__).resolve().parents[1]
MANY = 2_000  # replications of the long run whose memory is looked at

#: What is asked for: key, comparison, bound.
WANTED = (
    ("reps_per_cpu_s", ">=", 40.0),
    ("one_on_one_reps_per_cpu_s", ">=", 5_000.0),
    ("thread_scaling", ">=", 1.8),
    ("dispatch_us", "<=", 30.0),
    ("steps_per_replication", "<=", 40_000.0),
    ("cold_first_result_s", "<=", 30.0),
    ("warm_first_result_s", "<=", 2.5),
    ("demo_extra_s", "<=", 25.0),
    ("help_s", "<=", 0.5),
    ("rss_mb", "<=", 400.0),
    ("kernel_lines", "<=", 2_000.0),
    ("compile_cpu_s", "<=", 45.0),
    ("ratio_c_scalar", ">=", 0.8),
    ("ratio_simpy_objects", ">=", 1_000.0),
    ("ratio_filterpy", ">=", 200.0),
    ("scaling_flights_10x", "<=", 12.0),
    ("scaling_replications_10x", "<=", 10.5),
)

#: Every key of the object printed, in order; those that this run did not measure are null.
KEYS = (
    "reps_per_cpu_s", "reps_per_cpu_s_median", "reps_measured", "reps_per_s_1_thread", "reps_per_s_2_threads",
    "thread_scaling", "thread_scaling_best",
    "thread_scaling_running", "thread_cpu_ratio", "dispatch_us", "one_on_one_reps_per_cpu_s",
    "rounds_per_replication", "looks_per_replication", "updates_per_replication", "steps_per_replication",
    "leakers_per_replication", "scaling_flights_10x", "looks_per_replication_10x", "scaling_replications_10x",
    "cold_first_result_s", "cold_first_result_cpu_s", "warm_first_result_s", "warm_first_result_best_s",
    "warm_first_result_cpu_s", "warm_command_s", "demo_extra_s", "help_s", "rss_mb", "rss_mb_10", "rss_mb_many",
    "rss_many_replications", "kernel_lines", "compile_cpu_s", "ratio_c_scalar", "ratio_simpy_objects",
    "ratio_numpy_batch", "ratio_filterpy", "steps_per_s_midcourse", "steps_per_s_whole", "steps_per_s_c",
    "steps_per_s_numpy_batch", "steps_per_s_simpy", "updates_per_s", "updates_per_s_filterpy", "machine", "versions",
)  # fmt: skip


def kernel_lines() -> int:
    """Lines of all kernels, counted as the tests count them."""
    sys.path.insert(0, str(ROOT / "tests"))
    from house.source import code_lines, kernels_of, modules

    texts = [path.read_text(encoding="utf-8") for path in modules()]
    return sum(code_lines(text, kernel) for text in texts for kernel in kernels_of(text))


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


def measured(*, quick: bool, peers: bool, from_outside: bool, told: Callable[[str], None]) -> dict[str, Any]:
    """The whole object, with every one of `KEYS`."""
    found: dict[str, Any] = dict.fromkeys(KEYS)
    found.update(kernel_lines=kernel_lines(), machine=machine(), versions=versions())
    world = replications.world_of("raid24")
    told("other tools" if peers else "without other tools")
    found.update(ratios.everything(world.rows["interceptors"][0], quick=quick, peers=peers))
    if from_outside:
        told("first results, memory and compilation, in processes of their own")
        found.update(starts.everything(quick=quick, many=MANY, times=2 if quick else 5))
    told("replications of raid24")
    count, times = (20, 2) if quick else (200, 5)
    runner = replications.ready(world)
    one = replications.one_thread(runner, count, times)
    for name in ("looks", "updates", "steps", "leakers"):
        one[f"{name}_per_replication"] = one.pop(name)
    one["rounds_per_replication"] = one.pop("rounds_fired")
    found.update(one, reps_measured=count, dispatch_us=replications.dispatch(runner))
    told("two threads")
    found.update(replications.two_threads(world, count, 2 if quick else 5))
    told("how cost grows")
    if not quick:
        found.update(replications.growth_with_flights(runner, 10, 3))
        found["scaling_replications_10x"] = replications.growth_with_replications(world, 50, 3)
    told("one_on_one")
    small = replications.one_thread(replications.ready(replications.world_of("one_on_one")), 10 * count, times)
    found["one_on_one_reps_per_cpu_s"] = small["reps_per_cpu_s"]
    return found


def table(found: dict[str, Any]) -> str:
    """The object for people: what was asked for first, then all the rest."""
    lines = [f"{'':4}{'':34}{'measured':>14}   asked for"]
    asked = {key: (sign, bound) for key, sign, bound in WANTED}
    for key in [*asked, *(key for key in KEYS if key not in asked)]:
        value = found[key]
        if isinstance(value, dict):
            lines += [f"    {key}.{name:<{33 - len(key)}}{shown(each):>14}" for name, each in value.items()]
            continue
        sign, bound = asked.get(key, ("", 0.0))
        mark = "" if not sign or value is None else ("met" if meets(value, sign, bound) else "MISS")
        lines.append(f"{mark:<5}{key:<33}{shown(value):>14}" + (f"   {sign} {bound:g}" if sign else ""))
    return "\n".join(lines)


def meets(value: float, sign: str, bound: float) -> bool:
    """Whether a figure keeps its bound."""
    return value >= bound if sign == ">=" else value <= bound


def shown(value: Any) -> str:
    """A figure with four digits; a dash where there is none."""
    if value is None:
        return "-"
    return (
        f"{value:,.4g}"
        if isinstance(value, float) and abs(value) < 10_000
        else f"{value:,.0f}"
        if isinstance(value, int | float)
        else str(value)
    )


def rounded(value: Any) -> Any:
    """Floats cut to six digits, for reading."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of a table")
    parser.add_argument("--quick", action="store_true", help="fewer repeats; leave out what takes long")
    parser.add_argument("--no-peers", action="store_true", help="leave out C, NumPy, SimPy and filterpy")
    parser.add_argument("--no-starts", action="store_true", help="leave out what needs processes of its own")
    chosen = parser.parse_args()

    begun = time.perf_counter()

    def told(what: str) -> None:
        print(f"{time.perf_counter() - begun:6.0f} s: {what} ...", file=sys.stderr, flush=True)

    found = measured(quick=chosen.quick, peers=not chosen.no_peers, from_outside=not chosen.no_starts, told=told)
    print(json.dumps(rounded(found), indent=2) if chosen.json else table(found))


if __name__ == "__main__":
    main()
