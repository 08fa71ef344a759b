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
from openiads.statistics import wilson

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
CASES = ("gulf_1991", "iraq_2003")
WORLDS, REPLICATIONS, NOMINAL, SEED = 40, 100, 1000, 1991
MEASURES = ("tracked", "engaged", "met", "killed", "rounds")
#: Rows of the page's table.
LABELS = [
    "nominal world: missiles", "engaged", "met by a round, of engaged", "killed, of engaged",
    "dice: 95 % interval of that share", "rounds fired at each engaged", "median height of the first meeting",
    "with published limits instead: killed of engaged, height", "sampled worlds x missiles each",
    "engaged, of missiles: median; middle 80 %; all worlds", "killed, of engaged", "killed, of missiles",
    "knobs that move kills most (rank correlation)", "knobs that move engaging most",
    "worlds with a capped kill probability",
]  # fmt: skip
FEWEST = 20  # engagements of a world from which on its share of kills is told


def engagements(
    scenario: Any, replications: int, knobs: dict[str, float] | None = None, prebuilt: oi.Prebuilt | None = None
) -> dict[str, Any]:
    """Counts over replications of one missile each: tracked, engaged, met by a round, killed; rounds fired; the
    median height (km) of the first meeting; and how many kill probabilities the knobs put too high.
    """
    heights = []
    run = oi.run(scenario, replications=replications, seed=SEED, knobs=knobs, prebuilt=prebuilt)
    for failed in run.failures(1):
        place = f"{scenario.name}, replication {failed['replication']}"
        raise oi.errors.ResultsError(place, failed["message"], "This is a fault of the program.")
    counts: dict[str, Any] = dict.fromkeys(("missiles", *MEASURES), 0)
    for k, row in enumerate(run.rows()):
        events = run.key_events(k)
        launched = int((events["kind"] == oi.codes.Event.LAUNCH).sum())
        met = events[events["kind"] == oi.codes.Event.INTERCEPT]
        counts["missiles"] += 1
        counts["tracked"] += int(row["tracked"] > 0)
        counts["engaged"] += int(launched > 0)
        counts["met"] += int(len(met) > 0)
        heights += met["value"][:1, 4].tolist()
        counts["killed"] += int(row["killed"])
        counts["rounds"] += launched
    height = float(np.median(heights)) / 1000.0 if heights else None
    return counts | {"height_km": height, "capped": len(run.capped)}


def worlds(scenario: Any, count: int) -> list[dict[str, float]]:
    """``count`` draws of every knob in doubt, each knob spread evenly over its band in an order of its own."""
    knobs = [knob for knob in oi.knob_list(oi.catalog_of(scenario), scenario) if not knob.certain]
    rng = np.random.default_rng((SEED, 0))
    shares = np.array([(rng.permutation(count) + rng.random(count)) / count for _ in knobs])
    return oi.sample(knobs, shares.T)


def share(counts: dict[str, Any], of: str = "engaged", what: str = "killed") -> float:
    """A share of counts; 0 where there is nothing to take it of."""
    return float(counts[what] / counts[of]) if counts[of] else 0.0


def ranked(drawn: list[dict[str, float]], rates: list[float], most: int = 3) -> dict[str, float]:
    """The knobs whose rank goes most with that of a rate over the worlds, with the rank correlation; what stays
    within 2.5 standard errors of none is left out.
    """
    if len(drawn) < 3:
        return {}
    order = np.argsort(np.argsort(rates, kind="stable"))
    found = {
        name: float(np.corrcoef(np.argsort(np.argsort([knobs[name] for knobs in drawn])), order)[0, 1])
        for name in drawn[0]
    }
    clear = [item for item in found.items() if abs(item[1]) > 2.5 / len(drawn) ** 0.5]
    return dict(sorted(clear, key=lambda item: -abs(item[1]))[:most])


def case(name: str, count: int = WORLDS, replications: int = REPLICATIONS, nominal: int = NOMINAL) -> dict[str, Any]:
    """One case: the nominal world with its dice interval, and the sampled worlds."""
    scenario = oi.load(FOLDER / f"{name}.toml")
    middle = engagements(scenario, nominal)
    low, high = wilson(middle["killed"], middle["engaged"])
    bounded = engagements(scenario.with_values({"model.limits": "published"}), nominal)
    drawn, prebuilt = worlds(scenario, count), oi.Prebuilt()
    found = [engagements(scenario, replications, knobs, prebuilt) for knobs in drawn]
    told = [(knobs, counts) for knobs, counts in zip(drawn, found, strict=True) if counts["engaged"] >= FEWEST]
    rates = [share(counts) for _, counts in told]
    reached = [share(counts, "missiles", "engaged") for counts in found]
    return {
        "nominal": middle, "published_limits": bounded, "kill_rate": share(middle), "dice_low": low, "dice_high": high,
        "rounds_per_engaged": share(middle, "engaged", "rounds"),
        "worlds": len(found), "replications": replications,
        "capped_worlds": sum(counts["capped"] > 0 for counts in found),
        "kill_rates": spread(rates), "worlds_with_kill_rate": len(rates), "engaged_rates": spread(reached),
        "killed_of_missiles": spread([share(counts, "missiles") for counts in found]),
        "drivers_of_kills": ranked([knobs for knobs, _ in told], rates), "drivers_of_engaging": ranked(drawn, reached),
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    """Least, median and greatest of some worlds, and the ends of the middle eight tenths."""
    marks = {"low": 0, "tenth": 10, "median": 50, "ninetieth": 90, "high": 100}
    return {name: float(np.percentile(values, mark)) for name, mark in marks.items()} if values else {}


def table(results: dict[str, Any]) -> str:
    """The model's side as the page has it: a Markdown table, one column a case."""
    cases = list(results["cases"].values())

    def percent(value: float) -> str:
        nearly = 0.0 < value < 0.005 or 0.995 <= value < 1.0  # no share that is nearly all is told as all
        return f"{100.0 * value:.{1 if nearly else 0}f} %"

    def band(found: dict[str, float]) -> str:
        inner = f"{percent(found['tenth'])} to {percent(found['ninetieth'])}"
        return f"{percent(found['median'])}; {inner}; {percent(found['low'])} to {percent(found['high'])}"

    def drivers(found: dict[str, float]) -> str:
        return ", ".join(f"`{name}` {value:+.1f}" for name, value in found.items()) or "none beyond chance"

    def one(found: dict[str, Any]) -> list[str]:
        middle, bounded = found["nominal"], found["published_limits"]
        return [
            f"{middle['missiles']:,}",
            f"{middle['engaged']:,} ({percent(share(middle, 'missiles', 'engaged'))})",
            f"{middle['met']:,} ({percent(share(middle, 'engaged', 'met'))})",
            f"{middle['killed']:,} ({percent(found['kill_rate'])})",
            f"{percent(found['dice_low'])} to {percent(found['dice_high'])}",
            f"{found['rounds_per_engaged']:.1f}",
            f"{middle['height_km']:.0f} km",
            f"{percent(share(bounded))} of {bounded['engaged']:,}, at {bounded['height_km']:.0f} km",
            f"{found['worlds']} x {found['replications']}",
            band(found["engaged_rates"]),
            band(found["kill_rates"]) + f" (in {found['worlds_with_kill_rate']} worlds)",
            band(found["killed_of_missiles"]),
            drivers(found["drivers_of_kills"]),
            drivers(found["drivers_of_engaging"]),
            str(found["capped_worlds"]),
        ]

    rows = [LABELS, *(one(found) for found in cases)]
    lines = [" | ".join(cells) for cells in zip(*rows, strict=True)]
    head = " | ".join(["", *(f"`{name}`" for name in results["cases"])]).strip()
    return "\n".join(f"| {line} |" for line in (head, " | ".join(["---"] * len(rows)), *lines))


def main() -> None:
    """Run every case and write the results."""
    out: dict[str, Any] = {"seed": SEED, "cases": {name: case(name) for name in CASES}}
    text = json.dumps(out, indent=1, default=float)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    for name, found in out["cases"].items():
        middle, rates, reached = found["nominal"], found["kill_rates"], found["engaged_rates"]
        sys.stdout.write(
            f"{name}: {middle['engaged']} of {middle['missiles']} engaged, {found['kill_rate']:.2f} of these killed "
            f"[{found['dice_low']:.2f}, {found['dice_high']:.2f}]; {found['worlds']} worlds: engaged "
            f"{reached['low']:.2f} to {reached['high']:.2f}, killed of engaged {rates['low']:.2f} to "
            f"{rates['high']:.2f}, median {rates['median']:.2f}; {found['capped_worlds']} worlds capped\n"
        )


if __name__ == "__main__":
    main()
