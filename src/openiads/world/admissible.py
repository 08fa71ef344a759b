"""Which values of knobs go together: a round cannot kill more often than it works.

The kill probability of a round, its reliability and the common-mode factor are in doubt each on its own, but a kill
probability above the product of the other two has no meaning: `build` refuses such a world.  Whoever samples worlds
asks here first, without building them.
"""

from __future__ import annotations

from collections.abc import Mapping

from openiads.data.catalog import Catalog
from openiads.data.knobs import used_entries
from openiads.data.scenario import Scenario
from openiads.world.places import CLASS_FIELDS, common_mode
from openiads.world.values import Values


def why_not(scenario: Scenario, catalog: Catalog, knobs: Mapping[str, float]) -> str:
    """What keeps these knobs from making a world of the scenario, in words; empty if nothing does."""
    if scenario.model.kill == "constant":
        return ""
    values = Values(catalog, knobs)
    for name in sorted(used_entries(catalog, scenario)):
        entry = catalog[name]
        if entry.kind != "interceptors":
            continue
        most = values.of(entry, "reliability") * common_mode(scenario, values, entry)
        for field in CLASS_FIELDS.values():
            given = scenario.model.kill_probability
            pk = values.pk(entry, field) if given is None else given
            if pk > most:
                return f"{name}.{field}: {pk:.3g} is more than reliability x common mode, {most:.3g}"
    return ""


__all__ = ["why_not"]
