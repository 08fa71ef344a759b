"""The figures of the packaged scenarios on README and docs: ``python tools/scenario_table.py [--measure | --compare]``.

Without an option the generated blocks are written again from ``docs/scenarios/results.toml`` and
``docs/scenarios/like_for_like.toml``.  ``--measure [NAME ...]`` first runs the named scenarios (all without names),
``--compare`` first runs the like-for-like table; both take minutes.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from openiads.base.toml import toml_value
from openiads.experiments.like_for_like import ARMS, AXES, CLASSES, SIDES, SIZES, Cell, cells
from openiads.runs.replicate import run
from openiads.scenario.load import load, packaged_scenarios

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "scenarios"
RESULTS, COMPARED = FOLDER / "results.toml", FOLDER / "like_for_like.toml"
SEED, REPLICATIONS, COMPARE_REPLICATIONS = 2016, 300, 100
#: Other counts: a share of one flight in eleven needs more; four that take a second and more a replication have fewer.
COUNTS = {"one_on_one": 5000} | dict.fromkeys(
    [f"tartus_2017_{k}" for k in ("arm", "contested", "jammed", "layers")], 100
)
HEAD = "# Written by tools/scenario_table.py; do not edit.\n\n"
BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


# ------------------------------------------------------------------ running


def measure(names: list[str]) -> None:
    """Run scenarios and put their figures into results.toml, beside those of the others."""
    results = read(RESULTS) if RESULTS.exists() else {}
    for name in names:
        scenario = load(name)
        n = COUNTS.get(name, REPLICATIONS)
        summary = run(scenario, replications=n, seed=SEED).summary()
        outcomes = summary["outcomes"]
        results[name] = {
            "question": scenario.question,
            "n": n,
            "seed": SEED,
            "scenario": scenario.digest()[:16],
            "failed": summary["failed_replications"],
            "threats": round(outcomes["threats"]["mean"], 2),
            "leakers": figure(outcomes["leakers"]),
            "rounds": figure(outcomes["rounds_fired"]),
            "classes": {kind: figure(row["leak_rate"]) for kind, row in summary["classes"].items()},
        }
        print(name, results[name]["leakers"], f"of {results[name]['threats']}, failed {results[name]['failed']}")
    results = {name: results[name] for name in packaged_scenarios() if name in results}
    blocks = [f"[{name}]\n{toml_lines(row)}" for name, row in results.items()]
    RESULTS.write_text(HEAD + "\n".join(blocks), encoding="utf-8")


def toml_lines(table: dict[str, Any]) -> str:
    """A table as TOML lines."""
    return "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())


def figure(row: dict[str, Any]) -> list[float]:
    """Mean, low and high of an estimate, rounded for print."""
    return [round(float(row[key]), 4) for key in ("mean", "low", "high")]


def compare() -> None:
    """Run the like-for-like table into like_for_like.toml."""
    rows = cells(COMPARE_REPLICATIONS, SEED, progress=lambda cell: print(cell.size, cell.axes, cell.arm, cell.side))
    lines = [f"n = {COMPARE_REPLICATIONS}\nseed = {SEED}\n", *(f"[[cell]]\n{cell_lines(cell)}" for cell in rows)]
    COMPARED.write_text(HEAD + "\n".join(lines), encoding="utf-8")


def cell_lines(cell: Cell) -> str:
    """One cell as TOML lines."""
    table = {
        "side": cell.side,
        "size": cell.size,
        "axes": cell.axes,
        "arm": cell.arm,
        "failed": cell.failed,
        "shares": {kind: [round(v, 4) for v in share] for kind, share in cell.shares.items()},
        "rounds": [round(v, 2) for v in cell.rounds],
    }
    return toml_lines(table)


# ------------------------------------------------------------------ pages


def read(path: Path) -> dict[str, Any]:
    """A TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def number(figures: list[float]) -> str:
    """A mean with its interval."""
    mean = figures[0]
    return between(figures, 1 if mean >= 0.95 or mean == 0.0 else 2 if mean >= 0.1 else 3)


def percent(figures: list[float]) -> str:
    """A share with its interval; near 0 and 1 with as many decimals as tell it from never and always."""
    mean, low, high = (100 * value for value in figures)
    rest = min(mean, 100 - mean)
    return between([mean, low, high], 0 if rest >= 10 else 2 if 0 < rest < 0.1 else 1, " %")


def between(figures: list[float], digits: int, unit: str = "") -> str:
    """A mean and the ends of its interval with so many decimals; one more where the ends would look the same."""
    mean, low, high = figures
    if low < high and f"{low:.{digits}f}" == f"{high:.{digits}f}":
        digits += 1
    return f"{mean:.{digits}f}{unit} ({low:.{digits}f} to {high:.{digits}f})"


def count(threats: float) -> str:
    """Threats, whole where they are: what a carrier killed in time never released does not count."""
    return f"{threats:.0f}" if threats == int(threats) else f"{threats:.1f}"


def table(link: str) -> str:
    """The table of all packaged scenarios; link : from the page to the folder of their pages."""
    told = "leakers at catalog values, 95 % interval of chance alone"
    lines = [f"| scenario | question | {told} | n | seed |", "| --- | --- | --- | --- | --- |"]
    for name, row in read(RESULTS).items():
        leakers = f"{number(row['leakers'])} of {count(row['threats'])}"
        lines.append(f"| [`{name}`]({link}{name}.md) | {row['question']} | {leakers} | {row['n']} | {row['seed']} |")
    return "\n".join(lines) + "\n"


def one_line(name: str) -> str:
    """What one scenario came to."""
    row = read(RESULTS)[name]
    kinds = ", ".join(f"{kind} {percent(share)}" for kind, share in row["classes"].items())
    leakers = f"{number(row['leakers'])} of {count(row['threats'])} threats get through"
    how = f"{row['n']} replications, seed {row['seed']}, 95 % intervals, {row['failed']} failed"
    said = f"{leakers}, {number(row['rounds'])} rounds are fired\n({how})."
    return f"{said}\nShare that gets through, by class: {kinds}.\n"


def comparison() -> str:
    """The like-for-like table: one table for each row and number of axes."""
    found = read(COMPARED)
    held = {(c["size"], c["axes"], c["arm"], c["side"]): c for c in found["cell"]}
    failed = sum(cell["failed"] for cell in found["cell"])
    each = f"Each cell: {found['n']} replications, seed {found['seed']}; mean and 95 % interval of the leakers' share."
    parts = [f"{each}\nFailed replications: {failed}."]
    for size, what in SIZES.items():
        for axes, how in AXES.items():
            lines = [f"### {what.title[0].upper()}{what.title[1:]}; {how}\n"]
            lines.append("| arm | side | " + " | ".join((*CLASSES, "all")) + " | rounds fired |")
            lines.append("| --- " * (len(CLASSES) + 4) + "|")
            for arm, named in ARMS.items():
                for side, called in SIDES.items():
                    cell = held[size, axes, arm, side]
                    shares = " | ".join(percent(cell["shares"][kind]) for kind in (*CLASSES, "all"))
                    lines.append(f"| {named} | {called} | {shares} | {cell['rounds'][0]:.1f} |")
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Page -> its text with the generated blocks as they should be."""
    made = {}
    for path in [ROOT / "README.md", *sorted(FOLDER.glob("*.md"))]:

        def block(match: re.Match[str], path: Path = path) -> str:
            name = match["name"]
            if name == "table":
                text = table("docs/scenarios/" if path.name == "README.md" else "")
            else:
                text = comparison() if name == "like for like" else one_line(name)
            return f"{match[1]}{text}{match[3]}"

        made[path] = BLOCK.sub(block, path.read_text(encoding="utf-8"))
    return made


def stale() -> list[str]:
    """Pages whose blocks are not those of the figures, and scenarios that changed since they were measured."""
    found = [str(p.relative_to(ROOT)) for p, text in pages().items() if p.read_text(encoding="utf-8") != text]
    results = read(RESULTS)
    known = {name: load(name).digest()[:16] for name in packaged_scenarios()}
    return found + [name for name, digest in known.items() if results.get(name, {}).get("scenario") != digest]


def main(arguments: list[str]) -> None:
    """Run what is asked for, then write every page whose blocks differ."""
    if arguments[:1] == ["--measure"]:
        measure(arguments[1:] or packaged_scenarios())
    elif arguments == ["--compare"]:
        compare()
    elif arguments:
        sys.exit(__doc__)
    for path, text in pages().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
