"""The floors below as studies use them: build a world, run its replications, tell what may not be meant."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from openiads.scenario.knobs import known_knobs
from openiads.world.codes import Side


@dataclass(frozen=True, slots=True)
class Engine:
    """The floors below, as this module uses them; tests pass their own."""

    build: Callable[..., Any]  # (scenario, catalog, knobs, prebuilt=) -> World
    runner: Callable[..., Any]  # (world, seed) -> Runner
    load: Callable[[Any], Any]  # path or name -> Scenario
    catalog: Callable[[Any], Any]  # scenario -> Catalog, its own entries included
    restore: Callable[[dict[str, Any]], Any]  # what ``scenario_facts`` wrote -> Scenario
    prepare: Callable[[], Any] = lambda: None  # compile what is not compiled yet
    warnings: Callable[[Any, Any], list[str]] = lambda scenario, world: []  # (scenario, world): what may not be meant
    name: str = ""  # "module:function" that returns this engine: how a worker of a cluster finds it


def _later(module: str, name: str) -> Callable[..., Any]:
    """A function of a module that is imported when it is first called: to look at a run, nothing is compiled."""

    def call(*args: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **named)

    return call


def real_engine() -> Engine:
    """The engine of openiads; each part is imported when first used."""
    reading = importlib.import_module("openiads.scenario.load")

    def restore(facts: dict[str, Any]) -> Any:
        folder = facts.get("folder")
        return reading.validate(facts["mapping"]).placed(Path(folder) if folder else None)

    def warnings(scenario: Any, world: Any) -> list[str]:
        return reading.warnings_of(scenario) + too_late(world) + capped(world.limits)

    built = _later("openiads.world.build", "build")

    def build(scenario: Any, catalog: Any, knobs: Mapping[str, float] | None = None, **shared: Any) -> Any:
        if knobs:
            known_knobs(knobs, catalog, scenario)  # a name that is none would change nothing, and nobody would know
        return built(scenario, catalog, knobs, **shared)

    return Engine(
        build,
        _later("openiads.engine.run", "Runner"),
        reading.load,
        reading.catalog_of,
        restore,
        _later("openiads.engine.warming", "prepare"),
        warnings,
        f"{__name__}:real_engine",
    )


def too_late(world: Any) -> list[str]:
    """The raids and hostile flights of a world that take off in time but end their path after the run's end.

    Raids that only begin after the end are not told here: the scenario's own warnings name them.
    """
    rows, scenario = world.rows["flights"], world.scenario
    end = scenario.duration

    def told(what: str, last: float) -> str:
        return f"{what} cannot arrive before the run ends at {end:g} s: the path ends at {last:.0f} s"

    found = []
    for number, raid in enumerate(scenario.raids):
        begins = raid.time_on_target if raid.time_on_target is not None else raid.start
        mine = rows["raid"] == number
        late = mine & (rows["ends"] > end)
        if late.any() and (begins is None or begins <= end):
            of = f"{late.sum()} of {mine.sum()} flights of raid" if late.sum() < mine.sum() else "raid"
            found.append(told(f'{of} "{raid.name}"', rows["ends"][late].max()))
    alone = (rows["raid"] < 0) & (rows["side"] == int(Side.HOSTILE)) & (rows["ends"] > end) & (rows["starts"] <= end)
    found += [told(f'flight "{world.names.flights[k]}"', rows["ends"][k]) for k in np.flatnonzero(alone)]
    return found


def capped(limits: Mapping[str, Any]) -> list[str]:
    """The kill probabilities that a draw of knobs put above reliability x common mode; limits : of a world or run."""
    return [
        f"{row['field']} is capped at {row['used']:.3f}: the knobs ask {row['asked']:.3f}, more than reliability and "
        "common mode allow"
        for row in limits.get("capped", [])
    ]


def preview(scenario: Any, *, engine: Engine | None = None) -> list[str]:
    """Make a scenario ready to run, without running it: InputError for what only shows then, else its warnings."""
    engine = engine or real_engine()
    world = engine.build(scenario, engine.catalog(scenario), None)
    engine.runner(world, 1)
    return engine.warnings(scenario, world)
