"""The contested sky: ``python benchmarks/contested.py [--json] [--quick]``.

raid24 with two escort jammers, a salvo of four anti-radiation missiles, an early-warning aircraft and two point-defense
units under one command, against raid24 itself: replications per CPU-second, taken in turns in one run.  Then ten sites
in five brigades, sixty fire units and five hundred flights, twenty of which jam: seconds of a replication by process
time, and memory.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import large
import replications
from bars import Bar, options, printed

from openiads.base.toml import toml_text
from openiads.engine.runner import Runner
from openiads.scenario.load import load, loads
from openiads.world.build import build

TURNS, AT_ONCE = 6, 20
AXES, ON_AN_AXIS, UNITS, ESCORTS = 12, 40, 6, 20
BARS = (
    Bar("contested_share", ">=", 0.5, "raid24 contested: its rate over that of raid24"),
    Bar("contested_s_per_replication", "<=", 6.0, "10 sites, 60 units, 20 jammers, 500 flights: a replication, CPU-s"),
    Bar("contested_rss_mb", "<=", 700.0, "resident memory then, MB"),
)


def contested() -> str:
    """raid24 with everything of the contested sky, as a scenario file."""
    mapping = load("raid24").mapping()
    near = {"facing": "245 deg", "defends": ["Naval facility"]}
    mapping["site"] += [
        {"name": f"Pantsir {n}", "system": "pantsir_s1", "at": f"34.9{n} N 35.9 E", **near} for n in (1, 3)
    ]
    names = [site["name"] for site in mapping["site"]]
    mapping["command"] = [{"name": "Group", "post": "54k6e2", "at": "34.93 N 35.92 E", "commands": names}]
    escort = {"threat": "escort_jammer_aircraft", "count": 1, "target": "Naval facility", "altitude": "8 km",
              "speed": "250 m/s", "time_on_target": "590 s", "jammer": "escort_jammer"}  # fmt: skip
    mapping["raid"] += [
        {"name": "Escort west", "origin": "35.02 N 34.42 E", **escort},
        {"name": "Escort south-west", "origin": "34.10 N 34.82 E", **escort},
        {"name": "Anti-radiation", "threat": "arm", "count": 4, "strikes": "Tartus/64n6e2", "origin": "34.95 N 35.0 E",
         "start": "250 s", "spacing": "2 s"},
    ]  # fmt: skip
    mapping["early_warning"] = [
        {"name": "Aircraft", "radar": "a50_shmel", "reports_to": "Group", "altitude": "9 km", "speed": "170 m/s",
         "orbit": ["34.9 N 36.5 E", "35.5 N 36.5 E"]},
    ]  # fmt: skip
    mapping["name"] = "raid24 contested"
    return toml_text(mapping)


def large_text(quick: bool) -> str:
    """The large case with jammers among its flights."""
    base = large.scenario_text(*large.QUICK) if quick else large.scenario_text(10, UNITS, AXES, ON_AN_AXIS)
    mapping = loads(base).mapping()
    escorts = [
        {"name": f"Escort {n}", "threat": "escort_jammer_aircraft", "count": 1, "target": "Middle", "altitude": "9 km",
         "origin": large.place(175.0, 360.0 / ESCORTS * n), "start": "5 s", "jammer": "escort_jammer",
         "speed": "250 m/s"}
        for n in range(2 if quick else ESCORTS)
    ]  # fmt: skip
    mapping["raid"] += escorts
    return toml_text(mapping)


def rate(runner: Runner, first: int, count: int) -> float:
    """Replications per CPU-second."""
    clock = time.process_time()
    for k in range(first, first + count):
        result = runner.replicate(k)
        if result.outcome["status"][0] != 0:
            raise ValueError(result.message)
    return count / (time.process_time() - clock)


def measured(*, quick: bool) -> dict[str, Any]:
    """Rates of raid24 and of it contested, in turns, and the figures of the large case."""
    turns, count = (1, 2) if quick else (TURNS, AT_ONCE)
    worlds = {"raid24": build(load("raid24")), "contested": build(loads(contested()))}
    runners = {name: Runner(world, replications.SEED) for name, world in worlds.items()}
    for runner in runners.values():
        runner.replicate(0)
    rates = [{name: rate(runner, turn * count, count) for name, runner in runners.items()} for turn in range(turns)]
    found: dict[str, Any] = {f"{name}_reps_per_cpu_s": statistics.median(r[name] for r in rates) for name in runners}
    found["contested_share"] = statistics.median(r["contested"] / r["raid24"] for r in rates)
    runners.clear()
    world = build(loads(large_text(quick)))
    found |= {f"contested_{noun}": len(world.rows[noun]) for noun in ("flights", "units", "radars", "jammers")}
    runner = Runner(world, replications.SEED)
    rate(runner, 0, 1)
    found["contested_s_per_replication"] = statistics.median(1.0 / rate(runner, k, 1) for k in range(1 if quick else 3))
    found["contested_rss_mb"] = large.resident_mb()
    return found


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
