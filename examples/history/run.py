"""The model beside history: ``python examples/history/run.py`` writes results.json, which docs/history.md quotes.

Each case is a scenario in this folder in which every replication is one missile that comes at a place that one battery
guards.  A *world* is one draw of everything in doubt (the knobs of the catalog entries in use), spread evenly over the
intervals; the nominal world is run beside them.  Nothing here is fitted to the outcome of history.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import openiads as oi
from openiads.base.errors import InputError
from openiads.data.knobs import knob_list
from openiads.data.reading import catalog_of
from openiads.engine.run import Runner
from openiads.study.estimate import wilson
from openiads.world.build import build
from openiads.world.codes import Event, RoundEnd

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
CASES = ("gulf_1991", "iraq_2003")
WORLDS, REPLICATIONS, NOMINAL, SEED = 40, 100, 1000, 1991
MEASURES = ("tracked", "engaged", "met", "killed", "rounds")
ENDED = (int(RoundEnd.KILL), int(RoundEnd.MISS))  # ways in which a round ends at its target


def engagements(scenario: Any, replications: int, knobs: dict[str, float] | None = None) -> dict[str, Any]:
    """Counts over replications of one missile each: tracked, engaged, met by a round, killed; rounds fired; and the
    median height (km) of the first meeting.
    """
    heights = []
    runner = Runner(build(scenario, None, knobs), SEED)
    counts: dict[str, Any] = dict.fromkeys(("missiles", *MEASURES), 0)
    for k in range(replications):
        result = runner.replicate(k)
        if result.message:
            raise InputError(f"{scenario.name}, replication {k}", result.message, "This is a fault of the program.")
        row = result.outcome[0]
        launched = int((result.events["kind"] == int(Event.LAUNCH)).sum())
        ends = result.events[result.events["kind"] == int(Event.ROUND_END)]
        ends = ends[np.isin(ends["code"], ENDED)]
        counts["missiles"] += 1
        counts["tracked"] += int(row["tracked"] > 0)
        counts["engaged"] += int(launched > 0)
        counts["met"] += int(len(ends) > 0)
        heights += ends["value"][:1, 2].tolist()
        counts["killed"] += int(row["killed"])
        counts["rounds"] += launched
    return counts | {"height_km": float(np.median(heights)) / 1000.0 if heights else None}


def worlds(scenario: Any, count: int, batch: int = 0) -> list[dict[str, float]]:
    """``count`` draws of every knob in doubt, each knob spread evenly over its band in an order of its own.

    batch : another number, other draws
    """
    knobs = [knob for knob in knob_list(catalog_of(scenario), scenario) if not knob.certain]
    rng = np.random.default_rng((SEED, batch))
    shares = np.array([(rng.permutation(count) + rng.random(count)) / count for _ in knobs])
    return [{knob.name: knob.at(float(shares[k, n])) for k, knob in enumerate(knobs)} for n in range(count)]


def share(counts: dict[str, Any], of: str = "engaged", what: str = "killed") -> float:
    """A share of counts; 0 where there is nothing to take it of."""
    return float(counts[what] / counts[of]) if counts[of] else 0.0


def ranked(drawn: list[dict[str, float]], rates: list[float], most: int = 3) -> dict[str, float]:
    """The knobs whose rank goes most with that of the kill rate over the worlds, with the rank correlation."""
    if len(drawn) < 3:
        return {}
    order = np.argsort(np.argsort(rates, kind="stable"))
    found = {
        name: float(np.corrcoef(np.argsort(np.argsort([knobs[name] for knobs in drawn])), order)[0, 1])
        for name in drawn[0]
    }
    return dict(sorted(found.items(), key=lambda item: -abs(item[1]))[:most])


def case(name: str, count: int = WORLDS, replications: int = REPLICATIONS, nominal: int = NOMINAL) -> dict[str, Any]:
    """One case: the nominal world with its dice interval, and the sampled worlds."""
    scenario = oi.load(FOLDER / f"{name}.toml")
    middle = engagements(scenario, nominal)
    low, high = wilson(middle["killed"], middle["engaged"])
    found: list[dict[str, Any]] = []
    drawn: list[dict[str, float]] = []
    refused = batch = 0
    while len(found) < count:
        for knobs in worlds(scenario, count, batch):
            try:
                counts = engagements(scenario, replications, knobs)
            except InputError as error:
                if "works that often" not in error.remedy:
                    raise
                refused += 1  # a draw in which a round would kill more often than it works contradicts itself
                continue
            if len(found) < count:
                found.append(counts)
                drawn.append(knobs)
        batch += 1
    drivers = ranked(drawn, [share(counts) for counts in found])
    rates = sorted(share(counts) for counts in found)
    return {
        "nominal": middle, "kill_rate": share(middle), "dice_low": low, "dice_high": high,
        "world_rates": rates, "worlds_low": rates[0], "worlds_high": rates[-1],
        "worlds_median": float(np.median(rates)),
        "engaged_rates": sorted(share(counts, "missiles", "engaged") for counts in found),
        "worlds": len(found), "refused_worlds": refused, "replications": replications,
        "drivers": drivers, "rounds_per_engaged": share(middle, "engaged", "rounds"),
    }  # fmt: skip


def main() -> None:
    """Run every case and write the results."""
    out: dict[str, Any] = {"seed": SEED, "cases": {name: case(name) for name in CASES}}
    text = json.dumps(out, indent=1, default=float)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    for name, found in out["cases"].items():
        sys.stdout.write(
            f"{name}: {found['nominal']['engaged']} of {found['nominal']['missiles']} engaged, "
            f"{found['kill_rate']:.2f} of these killed [{found['dice_low']:.2f}, {found['dice_high']:.2f}]; "
            f"{found['worlds']} worlds {found['worlds_low']:.2f} to {found['worlds_high']:.2f}, "
            f"median {found['worlds_median']:.2f}; {found['refused_worlds']} refused\n"
        )


if __name__ == "__main__":
    main()
