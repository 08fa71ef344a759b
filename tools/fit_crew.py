"""Residual crew delay of every system: what is left of its published reaction time after the model's own chain.

The reaction time is read as the time from the first detection of a lone, head-on, hostile aircraft 70 km away, or at
the reach of its farthest round if that is less, to the first launch at it, in the median (docs/decisions/0014).  It
flies at 6 km, or at half the least ceiling of the system's rounds if that is less.  Prints one line a system, none of a
system that fires at no aircraft; the values stand in the catalog's systems as ``crew_delay``.

Usage: python tools/fit_crew.py [REPLICATIONS [SYSTEM ...]]
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

import numpy as np

from openiads.catalog.load import catalog
from openiads.engine.runner import Runner
from openiads.scenario.load import Scenario, loads
from openiads.world.build import build
from openiads.world.codes import Event

LEAST = 0.2  # s, no crew is faster
FARTHEST, HIGHEST = 70e3, 6000.0  # m, of the aircraft when it comes in sight
NEAR = 0.4  # of the reach of a round: there a shot waits for nothing but the chain
SCENE = """
format = 1
name = "reaction"
duration = "400 s"
model = {{ false_alarms = false, attenuation = false }}
terrain = {{ source = "flat" }}
identification = {{ iff_false_reply = 0.0 }}
asset = [{{ name = "Depot", at = "34.92 N 35.90 E", radius = "500 m" }}]
[[site]]
name = "Guard"
system = "{system}"
at = "34.92 N 35.90 E"
facing = "270 deg"
fire_units = 1
defends = ["Depot"]
doctrine = {{ salvo = 1 }}
[[raid]]
name = "Intruder"
threat = "f16"
count = 1
target = "Depot"
origin = "34.915 N {east:.3f} E"
altitude = "{height} m"
speed = "250 m/s"
start = "0 s"
"""


def scene(system: str, share: float = 1.0) -> Scenario:
    """A lone aircraft that comes in sight of a system at a share of the reach of its farthest round."""
    rounds = [catalog()[row.text["interceptor"]] for row in catalog()[system].tables["launchers"]]
    distance = min(FARTHEST, share * max(each.max_range.si for each in rounds))
    height = min(HIGHEST, 0.5 * min(each.max_altitude.si for each in rounds))
    east = 35.90 - distance / (111_320.0 * math.cos(math.radians(34.92)))
    return loads(SCENE.format(system=system, east=east, height=height))


def reaction(scenario: Scenario, knobs: Mapping[str, float], replications: int) -> float:
    """Median time from first detection to first launch, s; infinite where it is not shot at."""
    runner = Runner(build(scenario, None, knobs), 1)
    times = []
    for k in range(replications):
        events = runner.replicate(k).events
        seen, fired = (events["time"][events["kind"] == kind] for kind in (Event.DETECT, Event.LAUNCH))
        times.append(fired[0] - seen[0] if len(fired) else math.inf)
    return float(np.median(times))


def chain(system: str, crew: float, replications: int) -> float:
    """The same with a crew delay, at the baseline."""
    return reaction(scene(system), {f"{system}.crew_delay": crew}, replications)


def main() -> None:
    """Print published time, chain and residual of every system."""
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("system             published    chain at 0.5 s    residual crew delay")
    wanted = sys.argv[2:]
    for name, system in catalog().systems.items():
        if (wanted and name not in wanted) or not any(
            catalog()[row.text["interceptor"]].si("pk_aircraft", 0.0) for row in system.tables["launchers"]
        ):
            continue
        published = system.reaction_time.si
        crew, told = 0.5, chain(name, 0.5, replications)
        for _ in range(3):
            crew = max(LEAST, crew + 0.95 * (published - (told if crew == 0.5 else chain(name, crew, replications))))
        print(f"{name:18} {published:8.1f} s {told:14.2f} s {crew:16.2f} s", flush=True)


if __name__ == "__main__":
    main()
