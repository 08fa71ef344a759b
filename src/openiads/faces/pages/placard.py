"""What must be read before any answer of a run: scope, ground, what is left out, what is assumed, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiads.earth.terrain import Terrain
    from openiads.runs.run import Run
    from openiads.scenario.load import Scenario


def placard(run: Run) -> list[str]:
    """The limits of a run, the scope first, its warnings last; the world need not be built for it."""
    from openiads.faces.pages.brief import parameters, used_entries
    from openiads.faces.pages.premises import scope
    from openiads.faces.words import text
    from openiads.faces.words.text import clean
    from openiads.scenario.load import catalog_of

    scenario = _scenario(run)
    book = catalog_of(scenario)
    used = parameters(used_entries(scenario, book), book)
    shares = (sum(row.status == "assumption" for row in used), len(used))
    points = scope(scenario.mapping().get("model", {}), shares, _ground(run, scenario), int(run.seal["failed"]))
    points.append(
        "Intervals are about sampling variability, with every parameter at its baseline; they say nothing about "
        "parameter uncertainty."
    )
    return [*points, text.FOOTER, *(clean(line) for line in run.warnings)]


def _scenario(run: Run) -> Scenario:
    """The scenario of a run as it is stored.  It was checked when the run began; checking it again needs kernels."""
    from pydantic import ValidationError

    from openiads.scenario.layers import aboard
    from openiads.scenario.load import Scenario

    try:
        return Scenario.model_validate(dict(aboard(run.facts["scenario"]["mapping"])))
    except ValidationError:
        return run.scenario  # of another version: this says what is wrong, and what to do


def _ground(run: Run, scenario: Scenario) -> Terrain | None:
    """Terrain whose label and coarseness are those of the run, None for one that is a formula; no world is built."""
    from openiads.faces.pages.premises import terrain_of

    source = scenario.terrain.source
    if scenario.terrain.packaged:
        from openiads.earth.worldwide import packaged_ground

        return packaged_ground(source)  # what stands on crests does not matter here
    return terrain_of(run) if source in ("files", "library") else None
