"""Small situations that the engine's tests share: one site on simple ground, and whoever comes.

A scene is a short TOML text, read through the front door; distances are km and azimuths degrees from the site.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from openiads.base.toml import toml_text
from openiads.earth.geodesy import offset
from openiads.engine.runner import Result, Runner
from openiads.scenario.load import loads
from openiads.world.build import World, build
from openiads.world.codes import Event

VERIFY = os.environ.get("OPENIADS_VERIFY") == "1"
#: Standard errors of the closed form that an agreement test allows.
STANDARD_ERRORS = 4.9
HOME = (math.radians(34.92), math.radians(35.90))
FACING = 270.0
#: Every model replaced by its textbook form: all inside the radius is seen, kills are constant, nothing is misjudged.
TEXTBOOK = {
    "detection": "range",
    "detection_range": "150 km",
    "kill": "constant",
    "assessment": "perfect",
    "false_alarms": False,
    "attenuation": False,
}
#: Real radars, nothing between them and the target.
CLEAR = {"false_alarms": False, "attenuation": False}


def replications(usual: int) -> int:
    """How many replications a statistical test runs: ``usual``, and 50 times as many in ``make verify``."""
    return 50 * usual if VERIFY else usual


def place(distance: float, azimuth: float = FACING) -> str:
    """A place ``distance`` km from the site toward ``azimuth`` degrees, as a file gives it."""
    lat, lon = offset(*HOME, math.radians(azimuth), distance * 1000.0)
    return f"{math.degrees(float(lat)):.9f} N {math.degrees(float(lon)):.9f} E"


def site(name: str = "Guard", **more: Any) -> dict[str, Any]:
    """One S-300PMU-2 site of one fire unit without a low-altitude radar, weapons free; ``more`` replaces fields."""
    doctrine = {"fire": "shoot_look_shoot", "salvo": 1, "control": "free"} | more.pop("doctrine", {})
    plain = {
        "name": name,
        "system": "s300pmu2",
        "at": place(0.0),
        "facing": f"{FACING} deg",
        "fire_units": 1,
        "launchers": 4,
        "rounds": 4,
        "low_altitude": "none",
        "defends": ["Depot"],
    }
    return plain | more | {"doctrine": doctrine}


def raid(name: str, threat: str = "f16", distance: float = 100.0, azimuth: float = FACING, **more: Any) -> Any:
    """A raid from a place toward the depot, starting at 0 s; an aircraft flies at 6 km and 250 m/s."""
    plain: dict[str, Any] = {"name": name, "threat": threat, "count": 1, "target": "Depot", "start": "0 s"}
    if not more.keys() & {"origin", "route"}:
        plain["origin"] = place(distance, azimuth)
    if threat == "f16":
        plain |= {"altitude": "6 km", "speed": "250 m/s"}
    return plain | more


def scene(
    *raids: Any,
    model: Mapping[str, Any] = TEXTBOOK,
    sites: Any = None,
    duration: float = 900.0,
    flights: Any = (),
    knobs: Mapping[str, float] | None = None,
    **more: Any,
) -> World:
    """A built world of one site (or ``sites``) that defends a depot beside it against raids, on flat ground."""
    mapping = {
        "format": 1,
        "name": "scene",
        "duration": f"{duration} s",
        "model": dict(model),
        "terrain": {"source": "flat"},
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site()] if sites is None else sites,
        "raid": list(raids),
        "flight": list(flights),
        "identification": {"iff_false_reply": 0.0} | more.pop("identification", {}),
    } | more
    text = toml_text({key: value for key, value in mapping.items() if value != []})
    return build(loads(text), None, knobs)


def each(world: World, count: int, measure: Callable[[Result], Any], seed: int = 1, record: bool = False) -> list[Any]:
    """``measure`` of the results of replications 0 .. count-1, in order, on two threads."""

    def part(first: int) -> list[Any]:
        runner = Runner(world, seed)
        return [measure(good(runner.replicate(k, record))) for k in range(first, count, 2)]

    good(Runner(world, seed).replicate(0))  # kernels load in one thread
    out: list[Any] = [None] * count
    with ThreadPoolExecutor(2) as pool:
        for first, values in enumerate(pool.map(part, range(min(2, count)))):
            out[first::2] = values
    return out


def good(result: Result) -> Result:
    """The result of a replication that did not fail."""
    assert result.outcome["status"][0] == 0, result.message
    return result


def column(world: World, count: int, name: str, seed: int = 1) -> np.ndarray:
    """One column of the outcome rows of ``count`` replications."""
    return np.array(each(world, count, lambda result: result.outcome[name][0], seed))


def one(world: World, replication: int = 0, record: bool = False, seed: int = 1) -> Result:
    """One good replication."""
    return good(Runner(world, seed).replicate(replication, record))


def events(result: Result, kind: Event, **where: int) -> np.ndarray:
    """The events of a kind, those whose columns have the given values."""
    rows = result.events[result.events["kind"] == int(kind)]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def time_of(result: Result, kind: Event, **where: int) -> float:
    """When an event first happened, s; inf for never."""
    rows = events(result, kind, **where)
    return float(rows["time"][0]) if len(rows) else math.inf


def gates(result: Result, flight: int = 0, unit: int = 0) -> list[int]:
    """The gates (codes) that held one unit from shooting at one flight, in order."""
    return events(result, Event.GATE, flight=flight, unit=unit)["code"].tolist()


def agrees(values: Any, mean: float, deviation: float) -> None:
    """The mean of independent values is within ``STANDARD_ERRORS`` of a closed form of known standard deviation."""
    values = np.asarray(values, dtype=float)
    error = deviation / math.sqrt(len(values))
    assert abs(values.mean() - mean) <= STANDARD_ERRORS * error + 1e-12, (values.mean(), mean, error)


def share_agrees(hits: Any, probability: float) -> None:
    """A share of independent yes/no values meets a closed-form probability."""
    agrees(hits, probability, math.sqrt(probability * (1.0 - probability)))
