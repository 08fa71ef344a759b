"""What a sample keeps of what is published of flights, told with the answer that rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from openiads.base.jsonable import JsonObject
from openiads.scenario.bands import factors_of
from openiads.scenario.joint import Joint, joint
from openiads.scenario.knobs import Knob
from openiads.scenario.load import catalog_of

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario


def flights_of(scenario: Scenario, knobs: Iterable[Knob]) -> tuple[Joint, ...]:
    """The flights that a question samples, each with what it keeps of what is published."""
    names = [knob.entry for knob in knobs if knob.kind == "joint"]
    if not names:
        return ()
    catalog = catalog_of(scenario)
    return tuple(joint(catalog[name], factors_of(catalog[name]), catalog.model) for name in names)


def kept_of(flight: Joint) -> JsonObject:
    """Plain JSON: the interval that is asked of each published figure, what the prior gives, and what is kept."""
    intervals = {"asked": flight.bounds, "before": flight.before, "after": flight.after}
    figures = [
        {"figure": name, **{said: list(found[name]) for said, found in intervals.items()}} for name in flight.bounds
    ]
    told: JsonObject = {
        "entry": flight.entry,
        "kept": len(flight.draws),
        "tried": flight.tried,
        "survives": flight.survives,
    }
    return {**told, "beyond": list(flight.beyond), "figures": figures}
