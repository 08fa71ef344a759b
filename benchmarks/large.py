"""A large case, and every packaged scenario: ``python benchmarks/large.py`` (``--json``: one JSON object).

Ten sites in five brigades of two, forty fire units, three hundred flights that come at once.  Seconds of a replication
are by process time; memory is what stays resident after the replications, in this process alone.  For scale the rates
of the packaged scenarios follow.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import replications

from openiads.base.toml import toml_text
from openiads.earth.geodesy import offset
from openiads.engine.run import Runner
from openiads.scenario.load import loads, packaged_scenarios
from openiads.world.build import World, build

SITES, UNITS, AXES, ON_AN_AXIS = 10, 4, 12, 25
HOME = (math.radians(34.92), math.radians(35.90))
#: What the project asks of a replication of the large case.
WANTED = {"large_s_per_replication": 3.0, "large_rss_mb": 600.0}


def place(kilometers: float, degrees: float) -> str:
    """A place so far from the middle, as a file gives it."""
    lat, lon = offset(*HOME, math.radians(degrees), kilometers * 1000.0)
    return f"{math.degrees(float(lat)):.6f} N {math.degrees(float(lon)):.6f} E"


def scenario_text() -> str:
    """The large case as a scenario file."""
    names = [f"Site {n}" for n in range(SITES)]
    sites = [
        {
            "name": name, "system": "s300pmu2", "at": place(30.0, 360.0 / SITES * n),
            "facing": f"{360.0 / SITES * n} deg", "fire_units": UNITS, "defends": ["Middle"],
            "doctrine": {"fire": "shoot_look_shoot", "salvo": 2, "control": "free"},
        }
        for n, name in enumerate(names)
    ]  # fmt: skip
    commands = [
        {"name": f"Brigade {n}", "post": "54k6e2", "at": place(20.0, 360.0 / SITES * (2 * n + 0.5)),
         "commands": names[2 * n : 2 * n + 2]}
        for n in range(SITES // 2)
    ]  # fmt: skip
    raids = [
        {"name": f"Axis {n}", "threat": "f16" if n % 3 else "tomahawk", "count": ON_AN_AXIS, "target": "Middle",
         "origin": place(170.0, 360.0 / AXES * n), "start": "0 s", "spacing": "4 s", "lateral_spacing": "1 km"}
        for n in range(AXES)
    ]  # fmt: skip
    return toml_text(
        {
            "format": 1, "name": "large", "duration": "900 s", "terrain": {"source": "flat"},
            "asset": [{"name": "Middle", "at": place(0.0, 0.0), "radius": "1 km"}],
            "site": sites, "command": commands, "raid": raids,
        }
    )  # fmt: skip


def large_world() -> World:
    """The built large case."""
    return build(loads(scenario_text()))


def resident_mb() -> float:
    """Megabytes of this process resident now; the peak where the system does not tell the present."""
    told = Path("/proc/self/statm")
    if told.exists():
        return int(told.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def measured(count: int) -> dict[str, Any]:
    """Figures of the large case, and replications per CPU-second of each packaged scenario."""
    begun = time.perf_counter()
    world = large_world()
    found: dict[str, Any] = {"large_build_s": time.perf_counter() - begun}
    for noun in ("flights", "units", "radars", "posts", "launchers"):
        found[f"large_{noun}"] = len(world.rows[noun])
    runner = Runner(world, replications.SEED)
    runner.replicate(0)
    seconds, rows = [], []
    for k in range(count):
        clock = time.process_time()
        rows.append(runner.replicate(k))
        seconds.append(time.process_time() - clock)
    failed = [each.message for each in rows if each.outcome["status"][0] != 0]
    if failed:
        raise ValueError(f"{len(failed)} of {count} replications failed: {failed[0]}")
    found["large_s_per_replication"] = statistics.median(seconds)
    found["large_s_per_replication_worst"] = max(seconds)
    for name in ("rounds_fired", "looks", "updates", "steps", "leakers"):
        found[f"large_{name}"] = statistics.mean(float(each.outcome[name][0]) for each in rows)
    found["large_rss_mb"] = resident_mb()
    found["reps_per_cpu_s"] = {}
    for name in packaged_scenarios():
        ready = replications.ready(replications.world_of(name))
        found["reps_per_cpu_s"][name] = replications.one_thread(ready, 10 * count, 3)["reps_per_cpu_s"]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of a table")
    parser.add_argument("--count", type=int, default=5, help="replications of the large case (default 5)")
    chosen = parser.parse_args()
    found = measured(chosen.count)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    for key, value in found.items():
        asked = f"   < {WANTED[key]:g}  {'met' if value < WANTED[key] else 'MISS'}" if key in WANTED else ""
        for name, each in value.items() if isinstance(value, dict) else [("", value)]:
            print(f"{key + (f'.{name}' if name else ''):<40}{each:>14,.4g}{asked}")


if __name__ == "__main__":
    main()
