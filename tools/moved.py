"""What moved since release 0.1, step by step: the tables of docs/what-moved.md.

``python tools/moved.py measure STEP`` runs the scenarios of release 0.1, as the checkout has them, with the same draws
as every other step and puts them into ``benchmarks/moved.json`` as the last step, in place of one of that name.
``python tools/moved.py`` writes the tables of the page, between its markers, from that file and
``benchmarks/repeated.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from openiads.runs.simulator import real_simulator
from openiads.statistics import discoveries
from openiads.statistics.exchange import mean_p
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments
from openiads.statistics.paired import mean_difference

ROOT = Path(__file__).resolve().parents[1]
DATA, REPEATED = ROOT / "benchmarks" / "moved.json", ROOT / "benchmarks" / "repeated.json"
ENDS = ("rounds_fired", "round_kill", "round_target_gone", "round_miss", "round_support_lost")
PAGE = ROOT / "docs" / "what-moved.md"


def measure(step: str) -> None:
    """Run every scenario of release 0.1 and keep leakers and rounds of each replication under the step's name."""
    told = json.loads(DATA.read_text())
    simulator, found = real_simulator(), {}
    for name in told["steps"][0]["scenarios"]:
        scenario = simulator.load(name)
        runner = simulator.runner(simulator.build(scenario, simulator.catalog(scenario)), told["seed"])
        rows = np.concatenate([runner.replicate(k).outcome for k in range(told["replications"])])
        found[name] = {"leakers": rows["leakers"].tolist(), "rounds": rows["rounds_fired"].tolist()}
        print(name, rows["leakers"].mean(), flush=True)
    told["steps"] = [row for row in told["steps"] if row["commit"] != step] + [{"commit": step, "scenarios": found}]
    DATA.write_text(json.dumps(told, separators=(",", ":")).replace('{"commit"', '\n{"commit"') + "\n")


def told_mean(numbers: np.ndarray) -> str:
    """A mean of counts with its 95 % interval, which never leaves what is possible."""
    sample = Moments.of(numbers.tolist())
    low, high = mean_interval(sample, bounds=(0.0, np.inf))
    return f"{sample.mean:.2f} [{low:.2f}, {high:.2f}]"


def told_gap(a: np.ndarray, b: np.ndarray) -> str:
    """A paired difference with its 95 % interval; exactly 0 where every pair agrees."""
    if (a == b).all():
        return "0"
    gap, low, high = mean_difference(a, b)
    return f"{gap:+.2f} [{low:+.2f}, {high:+.2f}]"


def ends(steps: list[dict]) -> list[str]:
    """The table of scenarios: release 0.1 and the last step."""
    lines = [
        "| scenario | leakers, 0.1 | leakers now | paired difference | rounds, 0.1 | rounds now |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, new in steps[-1]["scenarios"].items():
        a, b = (np.array(row["leakers"], float) for row in (steps[0]["scenarios"][name], new))
        rounds = [float(np.mean(row["rounds"])) for row in (steps[0]["scenarios"][name], new)]
        means = " | ".join(told_mean(x) for x in (a, b))
        lines.append(f"| `{name}` | {means} | {told_gap(a, b)} | {rounds[0]:.1f} | {rounds[1]:.1f} |")
    return lines


def step_by_step(steps: list[dict]) -> list[str]:
    """The table of paired differences that each step makes; in bold what is told to differ of all cells together."""
    names = list(steps[-1]["scenarios"])
    lines = [
        "| step | " + " | ".join(f"`{name}`" for name in names) + " |",
        "| --- |" + " ---: |" * len(names),
    ]
    pairs = [
        [tuple(np.array(row["scenarios"][name]["leakers"], float) for row in step) for name in names]
        for step in zip(steps[:-1], steps[1:], strict=True)
    ]
    differ = np.reshape(discoveries([mean_p(a, b) for row in pairs for a, b in row]), (len(pairs), len(names)))
    for number, (new, row, bold) in enumerate(zip(steps[1:], pairs, differ, strict=True), 1):
        cells = [f"**{told_gap(*pair)}**" if it else told_gap(*pair) for pair, it in zip(row, bold, strict=True)]
        lines.append(f"| {number} ({new['commit']}) | " + " | ".join(cells) + " |")
    return lines


def repeated(told: dict) -> dict[str, list[str]]:
    """Tables of the experiments that were repeated."""
    pk = ["| round | class | error x 1/3 | x 1 | x 3 |", "| --- | --- | ---: | ---: | ---: |"]
    for name, row in told["terminal_error"].items():
        for k, threat in enumerate(("aircraft", "cruise", "ballistic")):
            pk.append(f"| {name} | {threat} | " + " | ".join(f"{row[f][k]:.2f}" for f in ("0.33", "1.0", "3.0")) + " |")
    miss = [
        "| round | varied | deviation of the miss on an axis (and what heading or lift leaves), m |",
        "| --- | --- | --- |",
    ]
    for name, row in told["misses"].items():
        for what, found in row.items():
            miss.append(f"| {name} | {what} | " + ", ".join(f"{a:.2f} ({b:.1f})" for a, b in found) + " |")
    tables = {"pk": pk, "miss": miss}
    for name in ("tartus_2016", "raid24"):
        lines = [
            "| world | leakers | paired difference | fired | kill | target gone | miss | support lost |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for label, row in told[name].items():
            ends_ = " | ".join(f"{row[k]:.1f}" for k in ENDS)
            apart = f"{row['difference']:+.2f} ± {row['half']:.2f}"
            lines.append(f"| {label} | {row['leakers']:.2f} | {apart} | {ends_} |")
        tables[name] = lines
    return tables


def filled(text: str, tables: dict[str, list[str]]) -> str:
    """A page with its tables between their marks written anew."""
    for name, lines in tables.items():
        begin, end = f"<!-- table {name} -->", f"<!-- end {name} -->"
        before, rest = text.split(begin)
        text = before + begin + "\n\n" + "\n".join(lines) + "\n\n" + end + rest.split(end)[1]
    return text


def page() -> str:
    """The page with its tables written anew."""
    steps = json.loads(DATA.read_text())["steps"]
    tables = {"ends": ends(steps), "steps": step_by_step(steps)} | repeated(json.loads(REPEATED.read_text()))
    return filled(PAGE.read_text(), tables)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2])
    PAGE.write_text(page())
