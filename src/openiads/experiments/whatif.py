"""What if: a stored run with some of its scenario's settings changed, run again on the same dice and compared.

``levers`` lists what can be moved, ``changed`` turns moved levers into a scenario, ``ask`` runs it and pairs the answer
with the stored run, replication by replication.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from openiads.base.errors import UsageError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import quantity
from openiads.experiments.compare import Comparison
from openiads.runs.findings import Accumulator
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.world.prebuilt import Prebuilt

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

Value = float | int | str | bool

CONTROL = ("free", "tight", "hold")
EMISSION = ("on", "shutdown", "blink", "cued")
FIRE = ("single", "salvo", "shoot_look_shoot", "shoot_shoot_look")
#: Heights that a lever reaches, m: above the sea, above the ground.
ALTITUDES, AGLS = (100.0, 25_000.0, 100.0), (20.0, 3_000.0, 10.0)
#: Replications of an answer: as asked for by itself, least, most; of a run with fewer ``counts`` tells.
REPLICATIONS = (200, 20, 2000)
#: Last steps of made-up paths: whether something is there at all, whether a raid's jammers are on.
THERE, JAMMER = "there", "jammer"
#: Replications stored together, so that a partial answer comes soon.
_CHUNK = 10


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that can be moved.

    Attributes
    ----------
    path : str
        Where, as ``Scenario.with_values`` writes it; a switch's is made up.
    label : str
    group : str
    kind : {'number', 'choice', 'switch'}
        Number (minimum, maximum, step, unit), choice (choices) or switch.
    value : Value
    minimum : float
    maximum : float
    step : float
    unit : str
    choices : tuple of str
    """

    path: str
    label: str
    group: str
    kind: Literal["number", "choice", "switch"]
    value: Value
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    def refused(self, value: object) -> str:
        """Why a value cannot be taken; empty if it can."""
        if self.kind == "switch":
            return "" if isinstance(value, bool) else "it is neither true nor false"
        if self.kind == "choice":
            return "" if value in self.choices else f"choose one of: {', '.join(self.choices)}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "it is not a number"
        if isinstance(value, float) and not math.isfinite(value):
            return "it is not a number"
        if not self.minimum <= value <= self.maximum:
            return f"it lies outside {self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()
        return "it is not a whole number" if self.unit == "" and value != int(value) else ""


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """A changed run beside the one that was stored.

    Attributes
    ----------
    run : Run
    comparison : Comparison
    label : str
        The changes in words.
    seconds : float
        From the question.
    """

    run: Run
    comparison: Comparison
    label: str
    seconds: float


def counts(base: Run) -> tuple[int, int, int]:
    """Replications of an answer about a run: by itself as many as can be paired, least, most."""
    value, least, most = REPLICATIONS
    return min(value, base.replications), min(least, base.replications), most


def levers(base: Run) -> list[Lever]:
    """What of a run's scenario can be moved, raids first."""
    mapping = base.scenario.mapping()
    found: list[Lever] = []
    for n, raid in enumerate(mapping.get("raid", []), start=1):
        found += _of_raid(f"raid[{n}]", raid)
    for n, flight in enumerate(mapping.get("flight", []), start=1):
        found += _of_jammer(f"flight[{n}]", flight)
    sites = mapping.get("site", [])
    for n, site in enumerate(sites, start=1):
        if len(sites) > 1:
            found.append(Lever(f"site[{n}].{THERE}", "Takes part", str(site["name"]), "switch", True))
        found += _of_site(f"site[{n}]", site, base)
    for n, sensor in enumerate(mapping.get("early_warning", []), start=1):
        there = float(sensor.get("availability", 1.0)) > 0.0
        path = f"early_warning[{n}].{THERE}"
        found.append(Lever(path, "Takes part", str(sensor["name"]), "switch", there))
    return found


def _of_jammer(path: str, part: Mapping[str, Json]) -> list[Lever]:
    """A raid's or flight's noise jammer, if it carries one."""
    if "jammer" not in part:
        return []
    return [Lever(f"{path}.{JAMMER}", "Noise jamming", str(part["name"]), "switch", True)]


def _of_raid(path: str, raid: Mapping[str, Json]) -> list[Lever]:
    name, count = str(raid["name"]), int(raid["count"])
    found = [Lever(f"{path}.count", "Number", name, "number", count, 0, max(20, 3 * count))]
    for key, label, (low, high, step) in (
        ("altitude", "Height above the sea", ALTITUDES),
        ("agl", "Height above the ground", AGLS),
    ):
        if key in raid:
            height = quantity(raid[key], "length")
            ends = min(low, height), max(high, height)
            found.append(Lever(f"{path}.{key}", label, name, "number", height, *ends, step, "m"))
    return found + _of_jammer(path, raid)


def _of_site(path: str, site: Mapping[str, Json], base: Run) -> list[Lever]:
    name, doctrine = str(site["name"]), site.get("doctrine", {})
    found = []
    if not site.get("fire_unit_positions"):
        units = int(site.get("fire_units", 1))
        found.append(Lever(f"{path}.fire_units", "Fire units", name, "number", units, 0, max(4, 2 * units)))
    first = [launcher for launcher in base.names["launchers"] if launcher.startswith(f"{name}/1/")]
    if first:
        found.append(
            Lever(f"{path}.launchers", "Launchers of each", name, "number", len(first), 0, max(12, len(first)))
        )
    salvo, control = int(doctrine.get("salvo", 2)), str(doctrine.get("control", "tight"))
    fire = str(doctrine.get("fire", "shoot_look_shoot"))
    found.append(Lever(f"{path}.doctrine.salvo", "Rounds in a salvo", name, "number", salvo, 1, max(4, salvo)))
    found.append(Lever(f"{path}.doctrine.control", "Weapons control state", name, "choice", control, choices=CONTROL))
    if fire in FIRE:
        found.append(Lever(f"{path}.doctrine.fire", "Rule of fire", name, "choice", fire, choices=FIRE))
    emission = str(doctrine.get("emission", "on"))
    label = "Emission of its radars"
    found.append(Lever(f"{path}.doctrine.emission", label, name, "choice", emission, choices=EMISSION))
    off = set(site.get("radars_off", ()))
    for radar in base.names["radars"]:
        if radar.startswith(f"{name}/"):
            element = radar[len(name) + 1 :]
            on = element not in off and element.partition("/")[0] not in off
            found.append(Lever(f"{path}.radar.{element}", f"Radar {element} is on", name, "switch", on))
    return found


def changed(base: Run, values: Mapping[str, Json]) -> tuple[Scenario, str]:
    """The scenario with some levers moved, and the changes in words.

    Parameters
    ----------
    base : Run
    values : mapping
        Path -> value; a value that is the lever's own changes nothing, nor does the switch of a radar whose fire unit
        is taken away, or any lever of a site that is.  UsageError for a path that is no lever or a value out of its
        range, InputErrors where the scenario as a whole does not hold.

    Returns
    -------
    tuple[Scenario, str]
    """
    known = {lever.path: lever for lever in levers(base)}
    edits: JsonObject = {}
    said = []
    taken: list[tuple[str, Json]] = []
    for path, value in values.items():
        lever = known.get(path)
        if lever is None:
            raise UsageError(f'"{path[:200]}"', "there is no such lever", "Open the panel again")
        refused = lever.refused(value)
        if refused:
            raise UsageError(f"{lever.group}: {lever.label}", refused, "Move it back")
        if value == lever.value or _gone(path, values):
            continue
        said.append(f"{lever.group}: {lever.label.lower()} {_word(value)}{' ' + lever.unit if lever.unit else ''}")
        if path.endswith((f".{THERE}", f".{JAMMER}", ".emission")):
            taken.append((path, value))
        elif lever.kind == "switch":
            _switch(edits, base, path, bool(value))
        elif lever.unit:
            edits[path] = f"{float(value):g} {lever.unit}"
        else:
            edits[path] = int(value) if lever.kind == "number" else value
    _drop_gone(edits, base)
    scenario = base.scenario.with_values(edits) if edits else base.scenario
    scenario = _with_or_without(scenario, taken) if taken else scenario
    return scenario, "; ".join(said) or "nothing changed"


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.replace("_", " ") if isinstance(value, str) else f"{value:g}"


def _unit(element: str) -> int:
    """The fire unit that an element belongs to, counted from 1; 0 for the site's own (``30n6e2/2`` is unit 2's)."""
    number = element.partition("/")[2].partition("/")[0]
    return int(number) if number.isdecimal() else 0


def _with_or_without(scenario: Scenario, taken: Sequence[tuple[str, Json]]) -> Scenario:
    """The scenario with what its switches of sites, sensors, jammers and emission add or take away."""
    from openiads.scenario.elements import Element, elements_of, only
    from openiads.scenario.load import validate

    mapping = scenario.mapping()
    absent: list[Element] = []
    for path, value in taken:
        part = path.partition(".")[0]
        noun, _, number = part.partition("[")
        row = mapping[noun][int(number[:-1]) - 1]
        if path.endswith(f".{JAMMER}"):
            for key in ("jammer", "jammer_from", "jammer_until"):
                row.pop(key, None)
        elif path.endswith(".emission"):
            doctrine = {key: told for key, told in row.get("doctrine", {}).items() if key != "emission"}
            row["doctrine"] = doctrine if value == "on" else doctrine | {"emission": value}
        elif value:
            row["availability"] = 1.0
        else:
            kind = noun.replace("_", " ")
            absent += [each for each in elements_of(scenario) if (each.kind, each.name) == (kind, row["name"])]
    return only(validate(mapping, folder=scenario.folder), absent, ())


def _gone(path: str, values: Mapping[str, Json]) -> bool:
    """Whether a path is a lever of a site, or the switch of a radar of a fire unit, that another takes away."""
    if values.get(f"{path.partition('.')[0]}.{THERE}") is False and not path.endswith(f".{THERE}"):
        return True
    site, switch, element = path.partition(".radar.")
    units = values.get(f"{site}.fire_units")
    return bool(switch) and isinstance(units, int | float) and _unit(element) > units


def _drop_gone(edits: JsonObject, base: Run) -> None:
    """Take radars of fire units that are no more from the lists of those that are off."""
    for n, site in enumerate(base.scenario.mapping().get("site", []), start=1):
        units, key = edits.get(f"site[{n}].fire_units"), f"site[{n}].radars_off"
        off = list(edits.get(key, site.get("radars_off", [])))
        if units is not None and any(_unit(element) > units for element in off):
            edits[key] = [element for element in off if _unit(element) <= units]


def _switch(edits: JsonObject, base: Run, path: str, on: bool) -> None:
    """Put a radar on the list of those that are off, or take it from there."""
    site, _, element = path.partition(".radar.")
    key = f"{site}.radars_off"
    own = base.scenario.mapping()["site"][int(site[5:-1]) - 1]
    off = list(edits.get(key, own.get("radars_off", [])))
    if on:
        kind = element.partition("/")[0]
        if kind in off and kind != element:  # all of a kind were off: the others stay so
            off.remove(kind)
            front = f"{own['name']}/"
            radars = (name.removeprefix(front) for name in base.names["radars"] if name.startswith(front))
            off += [name for name in radars if name.partition("/")[0] == kind]
        off = [name for name in off if name != element]
    elif element not in off:
        off.append(element)
    edits[key] = off


def ask(
    base: Run,
    values: Mapping[str, Json],
    replications: int = REPLICATIONS[0],
    *,
    watch: Callable[[int, int, Accumulator], None] | None = None,
    cancel: threading.Event | None = None,
    prebuilt: Prebuilt | None = None,
    jobs: int | None = None,
    out: Path | None = None,
) -> WhatIfAnswer:
    """Run the changed scenario on the dice of a stored run, and compare replication by replication.

    Parameters
    ----------
    base : Run
    values : mapping
        Lever path -> value.
    replications : int, optional
    watch : callable, optional
        Called with replications done, asked for, and what is gathered so far.
    cancel : threading.Event, optional
    prebuilt : Prebuilt, optional
        Shared by several questions about one run.
    jobs : int, optional
    out : Path, optional
        The folder of the answer, None a temporary one.

    Returns
    -------
    WhatIfAnswer

    Raises
    ------
    UsageError
    InputErrors
    ResultsError
    Interrupted
        Once ``cancel`` is set.
    """
    begun = time.monotonic()
    _, least, most = counts(base)
    if isinstance(replications, bool) or not isinstance(replications, int) or not least <= replications <= most:
        raise UsageError("replications", f"{replications!r}", f"Give a whole number from {least} to {most}")
    scenario, label = changed(base, values)

    def told(gathered: Accumulator) -> None:
        if watch is not None:
            watch(gathered.total, replications, gathered)

    made = run(
        scenario,
        replications=replications,
        seed=base.seed,
        jobs=jobs,
        chunk=_CHUNK,
        prebuilt=prebuilt,
        knobs=dict(base.identity.knobs) or None,
        cancel=cancel,
        watch=told,
        simulator=base.simulator,
        out=out,
    )
    comparison = Comparison(base, made, ("as stored", label))  # both sides over the pairs: base may be longer
    return WhatIfAnswer(made, comparison, label, time.monotonic() - begun)


def rehearse(base: Run, prebuilt: Prebuilt) -> None:
    """Build what changed worlds of a run share and run one replication, so that the first answer comes sooner."""
    world = base.simulator.build(base.scenario, base.catalog, dict(base.identity.knobs) or None, prebuilt=prebuilt)
    base.simulator.runner(world, base.seed).replicate(0)
