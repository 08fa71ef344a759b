"""How long the envelope of one fire unit takes: ``python benchmarks/envelope.py [--json] [--quick]``.

One unit at six heights, both arms, inbound from 240 azimuths in steps of 500 m, as ``openiads envelope`` asks it; with
and without building its world, after the kernels are compiled.
"""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from bars import Bar, options, printed

from openiads.reach.envelope import envelopes
from openiads.reach.scenes import unit_world
from openiads.reach.straight import Target

SYSTEMS = ("s300pmu2", "s300f", "patriot_pac3_mse")
HEIGHTS = (50.0, 200.0, 1000.0, 3000.0, 10_000.0, 20_000.0)

BARS = (Bar("slowest_with_world_s", "<=", 5.0, "envelope of one unit at six heights, its world built, s"),)


def best(work: Callable[[], Any], repeats: int) -> float:
    """Least wall time, s, of some repeats."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def measured(*, quick: bool) -> dict[str, Any]:
    """Seconds for each system, and memory."""
    azimuths, repeats, systems = (24, 1, SYSTEMS[:1]) if quick else (240, 3, SYSTEMS)
    around = np.arange(azimuths) * (math.tau / azimuths)
    told: dict[str, Any] = {}
    for system in systems:
        world = unit_world(system)

        def cut(world: Any = world) -> Any:
            return envelopes(world, Target(), HEIGHTS, azimuths=around, step=500.0)

        cut()  # compiles
        alone = best(cut, repeats)
        build = best(lambda system=system: unit_world(system), repeats)
        told[system] = {"envelope_s": alone, "with_world_s": alone + build}
    told["slowest_with_world_s"] = max(each["with_world_s"] for each in told.values())
    told["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return told


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
