"""Which of what own catalog entries change a run never asks.

An entry that is based on another and changes a field is tried without that change: a world that comes out the same,
byte for byte, never asked for it.  A published limit of reach bounds no shot where reach emerges from flight.
"""

from __future__ import annotations

from collections.abc import Iterator

from openiads.base.errors import InputErrors
from openiads.base.jsonable import JsonObject
from openiads.base.words import listed
from openiads.catalog.load import BASED_ON
from openiads.scenario.load import Scenario, catalog_of
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt

#: Bytes of products that the tries share.
ROOM = 64_000_000
#: Fields that tell of an entry and are asked by nobody.
TOLD = frozenset({BASED_ON, "name", "title", "note", "notes", "description", "source", "sources"})
#: Published limits of a round.  They still say at which engagement its lethality is fitted.
PUBLISHED = frozenset(
    f"{prefix}{end}_{what}" for prefix in ("", "ballistic_") for end in ("min", "max") for what in ("range", "altitude")
)
#: Fields of an entry that are tried; each costs a world.
MOST = 24


def never_asked(world: World) -> list[str]:
    """A line for each own entry with changed fields that the world does not depend on, or not as their names promise.

    Parameters
    ----------
    world : World

    Returns
    -------
    list of str
        Nothing for a sampled world.
    """
    scenario = world.scenario
    if world.knobs or not scenario.catalog:
        return []
    known, shared = catalog_of(scenario), Prebuilt(ROOM)
    emergent = scenario.model.limits == "emergent"
    found = []
    for kind, name, entry in _own(scenario):
        base = known[str(entry[BASED_ON])]
        changed = [f for f in entry if f not in TOLD and _differs(known[name].values.get(f), base.values.get(f))]
        bounds = [f for f in changed if emergent and kind == "interceptors" and f in PUBLISHED]
        rest = [f for f in changed if f not in bounds][:MOST]
        idle = [f for f in rest if _idle(world, _without(scenario, kind, name, f), shared)]
        if bounds:
            found.append(
                f"{name} changes {listed(bounds)} of {base.name}, which bounds no shot here: reach comes from flight, "
                'radar and time unless [model] has limits = "published"'
            )
        if idle:
            found.append(f"{name} changes {listed(idle)} of {base.name}, which the run never asks")
    return found


def _own(scenario: Scenario) -> Iterator[tuple[str, str, JsonObject]]:
    """Own entries that are based on another: kind, name, fields."""
    for kind, entries in scenario.catalog.items():
        for name, entry in entries.items():
            if isinstance(entry.get(BASED_ON), str):
                yield kind, name, entry


def _differs(mine: object, theirs: object) -> bool:
    """Whether two values of the catalog differ in their number, not only in how well it is known."""
    return mine is not None and getattr(mine, "si", None) != getattr(theirs, "si", None)


def _without(scenario: Scenario, kind: str, name: str, field: str) -> Scenario:
    """The scenario with an own entry that leaves a field as it is in the entry that it is based on."""
    entry = {key: value for key, value in scenario.catalog[kind][name].items() if key != field}
    other = scenario.model_copy(update={"catalog": {**scenario.catalog, kind: {**scenario.catalog[kind], name: entry}}})
    return other.placed(scenario.folder)


def _idle(world: World, without: Scenario, shared: Prebuilt) -> bool:
    """Whether the world comes out the same without a change; a change that other entries cannot do without is asked."""
    try:
        return _same(world, build(without, prebuilt=shared))
    except InputErrors:
        return False


def _same(one: World, other: World) -> bool:
    """Whether two worlds start from the same numbers."""
    if one.rows.keys() != other.rows.keys() or one.tables.tobytes() != other.tables.tobytes():
        return False
    return all(one.rows[noun].tobytes() == other.rows[noun].tobytes() for noun in one.rows)
