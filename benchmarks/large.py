"""A large case, and every packaged scenario: ``python benchmarks/large.py [--json] [--quick]``.

Ten sites in five brigades of two, forty fire units, three hundred flights that come at once.  Seconds of a replication
are by process time; memory is what stays resident after the replications, in this process alone.  For scale the rates
of the packaged scenarios follow.
"""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import replications
from bars import Bar, options, printed

from openiads.base.toml import toml_text
from openiads.earth.geodesy import offset
from openiads.engine.runner import Runner
from openiads.scenario.load import loads, packaged_scenarios
from openiads.world.build import build

SITES, UNITS, AXES, ON_AN_AXIS = 10, 4, 12, 25
QUICK = (2, 1, 2, 5)  # the same of the quick form
HOME = (math.radians(34.92), math.radians(35.90))
BARS = (
    Bar("large_s_per_replication", "<", 3.0, "10 sites, 40 units, 300 flights: a replication, CPU-s"),
    Bar("large_rss_mb", "<", 600.0, "resident memory then, MB"),
    Bar("least_reps_per_cpu_s", ">=", 15.0, "slowest packaged scenario, replications per CPU-second"),
)


def place(kilometers: float, degrees: float) -> str:
    """A place so far from the middle, as a file gives it."""
    lat, lon = offset(*HOME, math.radians(degrees), kilometers * 1000.0)
    return f"{math.degrees(float(lat)):.6f} N {math.degrees(float(lon)):.6f} E"


def scenario_text(count: int = SITES, units: int = UNITS, axes: int = AXES, on_an_axis: int = ON_AN_AXIS) -> str:
    """The large case as a scenario file, or one of its kind with other numbers."""
    names = [f"Site {n}" for n in range(count)]
    sites = [
        {
            "name": name,
            "system": "s300pmu2",
            "at": place(30.0, 360.0 / count * n),
            "facing": f"{360.0 / count * n} deg",
            "fire_units": units,
            "defends": ["Middle"],
            "doctrine": {"fire": "shoot_look_shoot", "salvo": 2, "control": "free"},
        }
        for n, name in enumerate(names)
    ]
    commands = [
        {
            "name": f"Brigade {n}",
            "post": "54k6e2",
            "at": place(20.0, 360.0 / count * (2 * n + 0.5)),
            "commands": names[2 * n : 2 * n + 2],
        }
        for n in range(count // 2)
    ]
    raids = [
        {
            "name": f"Axis {n}",
            "threat": "f16" if n % 3 else "tomahawk",
            "count": on_an_axis,
            "target": "Middle",
            "origin": place(170.0, 360.0 / axes * n),
            "start": "0 s",
            "spacing": "4 s",
            "lateral_spacing": "1 km",
        }
        for n in range(axes)
    ]
    return toml_text(
        {
            "format": 1,
            "name": "large",
            "duration": "900 s",
            "terrain": {"source": "flat"},
            "asset": [{"name": "Middle", "at": place(0.0, 0.0), "radius": "1 km"}],
            "site": sites,
            "command": commands,
            "raid": raids,
        }
    )


def resident_mb() -> float:
    """Megabytes of this process resident now; the peak where the system does not tell the present."""
    told = Path("/proc/self/statm")
    if told.exists():
        return int(told.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def measured(*, quick: bool) -> dict[str, Any]:
    """Figures of the large case, and replications per CPU-second of each packaged scenario."""
    count = 1 if quick else 5
    begun = time.perf_counter()
    world = build(loads(scenario_text(*QUICK) if quick else scenario_text()))
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
    for name in ["raid24"] if quick else packaged_scenarios():
        ready = replications.ready(replications.world_of(name))
        found["reps_per_cpu_s"][name] = replications.one_thread(ready, 10 * count, 1 if quick else 3)["reps_per_cpu_s"]
    found["least_reps_per_cpu_s"] = min(found["reps_per_cpu_s"].values())
    return found


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
