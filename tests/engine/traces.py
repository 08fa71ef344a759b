"""Three small scenes, and a program that writes their event logs: ``python traces.py FOLDER SCENE ...``.

The same program runs compiled, plain and with bounds checks; what it writes is compared between processes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

_HEAD = """
format = 1
name = "{name}"
duration = "{duration}"

[terrain]
source = "{terrain}"
{shape}

[[asset]]
name = "Depot"
at = "34.92 N 35.90 E"
radius = "500 m"

[[site]]
name = "Guard"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "270 deg"
launchers = 2
rounds = 2
low_altitude = "{low}"
defends = ["Depot"]
doctrine = {{ fire = "shoot_look_shoot", salvo = 2, control = "{control}", goal = 0.9, search_mode = "{mode}" }}
"""

AIRCRAFT = (
    _HEAD.format(
        name="two aircraft", duration="75 s", terrain="flat", shape="", low="none", control="free", mode="high"
    )
    + """
[model]
multipath = true

[[raid]]
name = "Pair"
threat = "f16"
count = 2
target = "Depot"
origin = "34.92 N 35.50 E"
altitude = "6 km"
speed = "250 m/s"
lateral_spacing = "3 km"
start = "0 s"
jitter = "1 s"
"""
)

CRUISE = (
    _HEAD.format(
        name="two cruise missiles",
        duration="100 s",
        terrain="ridge",
        low="76n6",
        control="free",
        mode="low",
        shape='origin = "34.92 N 35.90 E"\nbearing = "270 deg"\ndistance = "8 km"\nheight = "25 m"\nwidth = "2 km"',
    )
    + """
[model]
diffraction = true
false_alarms = false

[[raid]]
name = "Low"
threat = "tomahawk"
count = 2
target = "Depot"
origin = "34.92 N 35.52 E"
agl = "60 m"
spacing = "4 s"
lateral_spacing = "1 km"
start = "0 s"
"""
)

BALLISTIC = (
    _HEAD.format(
        name="a ballistic missile",
        duration="310 s",
        terrain="flat",
        shape="",
        low="none",
        control="tight",
        mode="ballistic",
    )
    + """
[model]
false_alarms = false

[[raid]]
name = "Falling"
threat = "scud_b"
count = 1
target = "Depot"
origin = "34.92 N 33.20 E"
time_on_target = "300 s"
"""
)

SCENES = {"aircraft": AIRCRAFT, "cruise": CRUISE, "ballistic": BALLISTIC}
SEED = 5


def trace(name: str, prebuilt: Any = None) -> Any:
    """The recorded result of the first replication of a scene."""
    from openiads.engine.runner import Runner
    from openiads.scenario.load import loads
    from openiads.world.build import build

    return Runner(build(loads(SCENES[name]), prebuilt=prebuilt), SEED).replicate(0, record=True)


def main(folder: str, *names: str) -> None:
    """Write each scene's events and outcome row as raw bytes, and its message."""
    from openiads.world.prebuilt import Prebuilt

    shared = Prebuilt()  # all scenes fire the same round: plain, its flyout table alone takes half a minute
    for name in names:
        result = trace(name, shared)
        np.save(Path(folder) / f"{name}.events.npy", result.events)
        np.save(Path(folder) / f"{name}.outcome.npy", result.outcome)
        (Path(folder) / f"{name}.message").write_text(result.message, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
