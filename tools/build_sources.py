"""Writes the catalog's bibliography (sources.toml) from the fact file.

    python tools/build_sources.py FACTS.yaml src/openiads/catalog/entries/sources.toml

Run once when the fact file changes; needs PyYAML, which the package itself does not.
"""

import sys
from pathlib import Path

import yaml

HEADER = (
    "# The bibliography: one table a source. Built by tools/build_sources.py;"
    " `access` says whether the text itself was read.\n"
)

# Sources that only the catalog uses.
MORE = [
    {
        "id": "forden07",
        "title": "GUI Missile Flyout: a general program for simulating ballistic missiles, Tables 1 and 3",
        "publisher": "G. Forden, Science & Global Security 15",
        "year": "2007",
        "url": None,
        "access": "values read in an open re-implementation that quotes them",
    },
    {
        "id": "sp07",
        "title": "MALD Muddles Along (a small air-launched decoy)",
        "publisher": "StrategyPage",
        "year": "2007",
        "url": "https://strategypage.com/htmw/htmurph/articles/20070601.aspx",
        "access": "read",
    },
    {
        "id": "calibration",
        "title": "Fitted in this project to published behavior; residuals are in the generated fit table",
        "publisher": "openiads",
        "year": "2026",
        "url": None,
        "access": "own calculation",
    },
]


def quoted(text: object) -> str:
    """A TOML basic string."""
    plain = "" if text is None else str(text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(facts: str, target: str) -> None:
    """Writes one table for each source, sorted by key."""
    rows = yaml.safe_load(Path(facts).read_text(encoding="utf-8"))["sources"] + MORE
    lines = [HEADER]
    for row in sorted(rows, key=lambda r: r["id"]):
        lines.append(f"[{row['id']}]")
        lines += [f"{key} = {quoted(row.get(key))}" for key in ("title", "publisher", "year", "url", "access")]
        lines.append("")
    Path(target).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
