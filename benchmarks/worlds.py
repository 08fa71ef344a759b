"""How long a new world of a knowledge sample takes: ``python benchmarks/worlds.py [SCENARIO ...]`` prints JSON.

All knobs of a scenario are drawn.  ``first_ms``: with an empty store.  ``sample_ms``: each later world of a sample,
which makes flyout tables whenever its round's levels are new.  ``new_ms``: worlds with new values of every other knob,
once the levels' tables are there.  ``continuous_ms``: the flight of the rounds drawn between the levels too.
``alone_ms``: a build without a store.  CPU milliseconds; of several worlds least, median and ninth decile.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable

import numpy as np

from openiads.catalog.records import Catalog
from openiads.scenario.knobs import knob_list, sample
from openiads.scenario.load import Scenario, catalog_of, load
from openiads.world.build import build
from openiads.world.prebuilt import Prebuilt

NAMES = ("one_on_one", "raid24", "tartus_2016", "syria_2013", "turkey_2013", "moskva_2015")
WORLDS, SEED = 60, 2016
Knobs = dict[str, float]


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


def measured(name: str) -> dict[str, object]:
    """The measurements of one scenario."""
    scenario = load(name)
    catalog = catalog_of(scenario)
    knobs = [knob for knob in knob_list(catalog, scenario) if not knob.certain]
    rng = np.random.default_rng(SEED)
    first, others = (sample(knobs, rng.uniform(1e-9, 1.0, (WORLDS, len(knobs)))) for _ in range(2))
    between = [{knob.name: knob.at(float(rng.random())) for knob in knobs} for _ in range(WORLDS // 6)]
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
        "alone_ms": spread(clocked(scenario, catalog, first[:5], None)),
        "store_mb": store.size / 1e6,
    }


if __name__ == "__main__":
    json.dump({name: measured(name) for name in sys.argv[1:] or NAMES}, sys.stdout, indent=1)
    sys.stdout.write("\n")
