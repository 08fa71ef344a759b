"""How long the envelope of one fire unit takes: ``python benchmarks/envelope.py`` prints one JSON object.

One unit at six heights, both arms, inbound from 240 azimuths in steps of 500 m, as ``openiads envelope`` asks it; with
and without building its world, after the kernels are compiled.  The goal is 5 s with the world.
"""

from __future__ import annotations

import json
import math
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.reach.envelope import envelopes
from openiads.reach.scenes import unit_world
from openiads.reach.straight import Target

SYSTEMS = ("s300pmu2", "s300f", "patriot_pac3_mse")
HEIGHTS = (50.0, 200.0, 1000.0, 3000.0, 10_000.0, 20_000.0)
REPEATS = 3


def best(work: Callable[[], Any]) -> float:
    """Least wall time, s, of some repeats."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main() -> None:
    """Print the object."""
    around = np.arange(240) * (math.tau / 240)
    told: dict[str, Any] = {}
    for system in SYSTEMS:
        world = unit_world(system)

        def cut(world: Any = world) -> Any:
            return envelopes(world, Target(), HEIGHTS, azimuths=around, step=500.0)

        cut()  # compiles
        alone = best(cut)
        told[system] = {"envelope_s": alone, "with_world_s": alone + best(lambda system=system: unit_world(system))}
    told["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
