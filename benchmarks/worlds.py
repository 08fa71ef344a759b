"""How long a new world of a knowledge sample takes: ``python benchmarks/worlds.py [SCENARIO ...]``.

All knobs of a scenario are drawn.  ``first_ms``: with an empty store.  ``sample_ms``: each later world of a sample,
which makes flyout tables whenever its round's levels are new.  ``new_ms``: worlds with new values of every other knob,
once the levels' tables are there.  ``continuous_ms``: the flight of the rounds drawn between the levels too.
``alone_ms``: a build without a store.  CPU milliseconds; of several worlds least, median and ninth decile.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from bars import Bar, options, printed

from openiads.catalog.records import Catalog
from openiads.scenario.knobs import knob_list, sample
from openiads.scenario.load import Scenario, catalog_of, load
from openiads.world.build import build
from openiads.world.prebuilt import Prebuilt

NAMES = ("one_on_one", "raid24", "tartus_2016", "syria_2013", "turkey_2013", "moskva_2015")
WORLDS, SEED = 60, 2016
Knobs = dict[str, float]

BARS = (Bar("slowest_new_ms", "<=", 50.0, "new world on known flyout tables, slowest scenario, CPU-ms"),)


def clocked(scenario: Scenario, catalog: Catalog, worlds: Iterable[Knobs], store: Prebuilt | None) -> list[float]:
    """CPU milliseconds of each build."""
    found = []
    for knobs in worlds:
        begun = time.process_time()
        build(scenario, catalog, knobs, prebuilt=store)
        found.append(1000.0 * (time.process_time() - begun))
    return found


def spread(times: list[float]) -> dict[str, float]:
    """Least, median and ninth decile."""
    return {"least": min(times), "median": float(np.median(times)), "ninth_decile": float(np.percentile(times, 90))}


def of(name: str, count: int) -> dict[str, Any]:
    """The measurements of one scenario."""
    scenario = load(name)
    catalog = catalog_of(scenario)
    knobs = [knob for knob in knob_list(catalog, scenario) if not knob.certain]
    rng = np.random.default_rng(SEED)
    first, others = (sample(knobs, rng.uniform(1e-9, 1.0, (count, len(knobs)))) for _ in range(2))
    between = [{knob.name: knob.at(float(rng.random())) for knob in knobs} for _ in range(max(1, count // 6))]
    flight = {knob.name for knob in knobs if knob.rebuild == "flyout"}
    known = [{key: (old if key in flight else new)[key] for key in new} for old, new in zip(first, others, strict=True)]
    build(scenario, catalog)  # compiles
    store = Prebuilt()
    drawn = clocked(scenario, catalog, first, store)
    return {
        "knobs": len(knobs),
        "first_ms": drawn[0],
        "sample_ms": spread(drawn[1:]),
        "new_ms": spread(clocked(scenario, catalog, known, store)),
        "continuous_ms": spread(clocked(scenario, catalog, between, store)),
        "alone_ms": spread(clocked(scenario, catalog, first[: max(1, count // 12)], None)),
        "store_mb": store.size / 1e6,
    }


def measured(*, quick: bool, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """The measurements of every scenario, and the slowest of their medians of a new world."""
    found: dict[str, Any] = {name: of(name, 2 if quick else WORLDS) for name in (NAMES[:1] if quick else names)}
    return {"slowest_new_ms": max(each["new_ms"]["median"] for each in found.values()), **found}


if __name__ == "__main__":
    parser = options(__doc__)
    parser.add_argument("scenario", nargs="*", default=NAMES)
    chosen = parser.parse_args()
    printed(measured(quick=chosen.quick, names=chosen.scenario), BARS, chosen)
