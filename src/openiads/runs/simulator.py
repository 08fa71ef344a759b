"""The simulator as runs use it: build a world, run its replications, tell what may not be meant.

``Simulator`` says what is needed; ``real_simulator`` gives the one of openiads.  Its parts are imported when they are
first used, so that looking at a stored run compiles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.base.words import listed
from openiads.scenario.knobs import known_knobs
from openiads.world.codes import Emission, Side

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog
    from openiads.scenario.load import Scenario
    from openiads.world.build import World
    from openiads.world.prebuilt import Prebuilt


class Replicated(Protocol):
    """What one replication came to.

    Attributes
    ----------
    outcome : ndarray, shape (1,), dtype ``world.outcome.OUTCOME``
    events : ndarray, shape (n,), dtype ``world.trace.EVENT``
    message : str
        Why it failed; empty if it did not.
    """

    outcome: np.ndarray
    events: np.ndarray
    message: str


class Runner(Protocol):
    """Runs the replications of one world with one seed; each thread has one of its own."""

    def replicate(self, replication: int, record: bool = False) -> Replicated:
        """Run one replication.

        Parameters
        ----------
        replication : int
            Its number, from 0; with world and seed it decides everything.
        record : bool
            Log every look, track update and position too.

        Returns
        -------
        Replicated
        """
        ...


class Simulator(Protocol):
    """The floors below, as runs use them; tests bring their own.

    Attributes
    ----------
    name : str
        ``"module:function"`` that returns this simulator: how a worker of a cluster finds it.  Empty: not at all.
    """

    name: str

    def build(
        self,
        scenario: Scenario,
        catalog: Catalog,
        knobs: Mapping[str, float] | None = None,
        *,
        prebuilt: Prebuilt | None = None,
    ) -> World:
        """Make a world of a scenario; ``knobs`` replaces nominal values by name, ``prebuilt`` only saves time."""
        ...

    def runner(self, world: World, seed: int) -> Runner:
        """A runner of a world; InputError for a rule that cannot be taken in."""
        ...

    def load(self, path: str | Path) -> Scenario:
        """The scenario of a path or name."""
        ...

    def catalog(self, scenario: Scenario) -> Catalog:
        """The catalog that a scenario runs with, its own entries included."""
        ...

    def restore(self, facts: JsonObject) -> Scenario:
        """The scenario that a stored run holds as ``facts["scenario"]``."""
        ...

    def prepare(self) -> None:
        """Compile what is not compiled yet."""

    def warnings(self, scenario: Scenario, world: World) -> list[str]:
        """What runs but may not be meant; InputError for what cannot be, such as a way below the ground."""
        return []


class _Openiads(Simulator):
    """The simulator of openiads."""

    name = f"{__name__}:real_simulator"

    def build(
        self,
        scenario: Scenario,
        catalog: Catalog,
        knobs: Mapping[str, float] | None = None,
        *,
        prebuilt: Prebuilt | None = None,
    ) -> World:
        from openiads.world.build import build

        if knobs:
            known_knobs(knobs, catalog, scenario)  # a name that is none would change nothing, and nobody would know
        return build(scenario, catalog, knobs, prebuilt=prebuilt)

    def runner(self, world: World, seed: int) -> Runner:
        from openiads.engine.runner import Runner

        return Runner(world, seed)

    def load(self, path: str | Path) -> Scenario:
        from openiads.scenario.load import load

        return load(path)

    def catalog(self, scenario: Scenario) -> Catalog:
        from openiads.scenario.load import catalog_of

        return catalog_of(scenario)

    def restore(self, facts: JsonObject) -> Scenario:
        from openiads.scenario.load import validate

        folder = facts.get("folder")
        return validate(facts["mapping"]).placed(Path(folder) if folder else None)

    def prepare(self) -> None:
        from openiads.engine.warming import prepare

        prepare()

    def warnings(self, scenario: Scenario, world: World) -> list[str]:
        from openiads.runs.plausible import objections
        from openiads.runs.unasked import never_asked
        from openiads.scenario.load import warnings_of

        found = warnings_of(scenario) + too_late(world) + never_cued(world) + objections(world) + never_asked(world)
        return found + drawn_apart(world.limits) + list(world.limits.get("recorded", []))


def real_simulator() -> Simulator:
    """The simulator of openiads; each part is imported when first used."""
    return _Openiads()


def too_late(world: World) -> list[str]:
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


def never_cued(world: World) -> list[str]:
    """The radars of a world that are silent until cued, at posts to which no radar reports that looks without a cue."""
    radars, found = world.rows["radars"], []
    waits = radars["policy"] == int(Emission.CUED)
    for post in np.unique(radars["post"][waits]):
        mine = radars["post"] == post
        if not (mine & ~waits & (radars["emitting"] == 1)).any():
            names = [world.names.radars[k] for k in np.flatnonzero(mine & waits)]
            found.append(
                f"{listed(names)} will stay silent: silent until cued, and no other radar that emits reports to "
                f"{world.names.posts[post]}, which would cue them"
            )
    return found


def drawn_apart(limits: JsonObject) -> list[str]:
    """What a draw of knobs made impossible together, in words: kill probabilities above reliability x common mode, and
    reference engagements at which the round as drawn does not arrive.
    """
    return [
        f"{row['field']} is capped at {row['used']:.3f}: the knobs ask {row['asked']:.3f}, more than reliability and "
        "common mode allow"
        for row in limits.get("capped", [])
    ] + [
        f"{row['field']} is taken to hold at {row['used'] / 1000:.3g} km: a round with these knobs does not arrive at "
        f"{row['asked'] / 1000:.3g} km, where it is taken to have been said of it"
        for row in limits.get("nearer", [])
    ]


def preview(scenario: Scenario, *, simulator: Simulator | None = None) -> list[str]:
    """Make a scenario ready to run, without running it: InputError for what only shows then, else its warnings."""
    simulator = simulator or real_simulator()
    world = simulator.build(scenario, simulator.catalog(scenario))
    simulator.runner(world, 1)
    return simulator.warnings(scenario, world)
