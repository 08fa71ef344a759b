"""One at a time: what each uncertain parameter moves, and docs/reference/movers.md.

``python tools/movers.py measure raid24`` runs every parameter of a scenario at both ends of its interval, all else at
the baseline, with the same draws, and writes ``benchmarks/movers.json`` (minutes for each scenario).  ``python
tools/movers.py`` writes the tables of the page, between its markers, from that file.  A first look with few
replications at all parameters picks those that are run with more.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from moved import filled

from openiads.runs.simulator import real_simulator
from openiads.scenario.joint import DRAWS
from openiads.scenario.knobs import Knob, knob_list
from openiads.world.prebuilt import Prebuilt

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "benchmarks" / "movers.json"
PAGE = ROOT / "docs" / "reference" / "movers.md"
TOLD = 20  # rows of a table
SEED, LOOKS, FULL, PICKED = 2016, 20, 60, 30


def values_of(knob: Knob) -> list[float]:
    """The ends of an interval; of a joint parameter, whose draws have no order, four of them, and of a state."""
    if knob.kind in ("joint", "state"):
        return [(int(DRAWS * share) + 0.5) / DRAWS for share in (0.125, 0.375, 0.625, 0.875)]
    return [knob.low, knob.high]


class Asked:
    """Leakers of a scenario's replications under one parameter after the other."""

    def __init__(self, name: str):
        self.simulator = real_simulator()
        self.scenario = self.simulator.load(name)
        self.catalog = self.simulator.catalog(self.scenario)
        self.prebuilt = Prebuilt()
        self.knobs = [knob for knob in knob_list(self.catalog, self.scenario) if not knob.certain]

    def leakers(self, knobs: dict[str, float] | None, count: int) -> np.ndarray:
        """Leakers of each replication, shape (count,)."""
        world = self.simulator.build(self.scenario, self.catalog, knobs, prebuilt=self.prebuilt)
        runner = self.simulator.runner(world, SEED)
        return np.array([float(runner.replicate(k).outcome["leakers"][0]) for k in range(count)])

    def row(self, knob: Knob, base: np.ndarray, count: int) -> dict[str, Any]:
        """Mean leakers, and the paired difference from the baseline with its half interval, at each value."""
        ends = []
        for value in values_of(knob):
            found = self.leakers({knob.name: value}, count)
            apart = found - base[:count]
            half = 1.96 * float(apart.std(ddof=1)) / count**0.5
            ends.append([value, float(found.mean()), float(apart.mean()), half])
        return {"name": knob.name, "kind": knob.kind, "status": knob.status, "meaning": knob.meaning, "ends": ends}


def size(row: dict) -> float:
    """The largest difference that a parameter makes."""
    return max(abs(end[2]) for end in row["ends"])


def measure(name: str, looks: int = LOOKS, full: int = FULL) -> None:
    """Screen all parameters of a scenario, run the largest in full, and keep what was found."""
    asked, begin = Asked(name), time.process_time()
    base = asked.leakers(None, full)
    screened = []
    for number, knob in enumerate(asked.knobs):
        screened.append(asked.row(knob, base, looks))
        if number % 20 == 0:
            print(name, number, len(asked.knobs), round(time.process_time() - begin), flush=True)
    order = sorted(range(len(screened)), key=lambda k: -size(screened[k]))
    rows = sorted((asked.row(asked.knobs[k], base, full) for k in order[:PICKED]), key=lambda row: -size(row))
    told = json.loads(DATA.read_text()) if DATA.exists() else {}
    told[name] = {
        "seed": SEED,
        "looks": looks,
        "full": full,
        "asked": len(asked.knobs),
        "baseline": [float(base.mean()), 1.96 * float(base.std(ddof=1)) / full**0.5],
        "rows": rows,
        "rest": [[screened[k]["name"], round(size(screened[k]), 3)] for k in order[PICKED:]],
    }
    DATA.write_text(json.dumps(told, indent=1) + "\n")
    for row in rows[:24]:
        ends = "; ".join(f"{v:.4g}: {m:.2f} ({d:+.2f} ± {h:.2f})" for v, m, d, h in row["ends"])
        print(f"{size(row):6.2f} {row['name']:40s} {ends} {row['status']}")
    print(name, "baseline", told[name]["baseline"], round(time.process_time() - begin), "CPU s", flush=True)


def table(found: dict) -> list[str]:
    """The largest movers of a scenario."""
    mean, half = found["baseline"]
    looked = f"{found['asked']} parameters were looked at with {found['looks']} replications at each end"
    full = f"the largest {len(found['rows'])} of them with {found['full']}"
    name, most = found["rest"][0]
    rest = f"the largest of the others moved {most:.2f} at first look (`{name}`)"
    lines = [
        f"Baseline {mean:.2f} ± {half:.2f} leakers. {looked}, {full}; {rest}.",
        "",
        "| parameter | status | value: leakers (paired difference) |",
        "| --- | --- | --- |",
    ]
    for row in found["rows"][:TOLD]:
        ends = "; ".join(f"{v:.4g}: {m:.2f} ({d:+.2f} ± {h:.2f})" for v, m, d, h in row["ends"])
        lines.append(f"| `{row['name']}` | {row['status']} | {ends} |")
    return lines


def page() -> str:
    """The page with its tables written anew."""
    told = json.loads(DATA.read_text())
    before = ["| parameter | status | leakers at the low and at the high end |", "| --- | --- | --- |"]
    before += [f"| `{name}` | {status} | {low:.2f}, {high:.2f} |" for name, status, low, high in told["before"][:TOLD]]
    return filled(PAGE.read_text(), {"before": before} | {n: table(told[n]) for n in told if n != "before"})


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        options = [int(word) for word in sys.argv[2:] if word.isdigit()]
        for scenario in [word for word in sys.argv[2:] if not word.isdigit()]:
            measure(scenario, *options)
    else:
        PAGE.write_text(page())
