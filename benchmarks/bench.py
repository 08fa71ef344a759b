"""Every benchmark, each in a process of its own, and a closing table: ``python benchmarks/bench.py [--quick]``.

It takes about half an hour on two idle processors.  The table comes at the end: the figure, what was measured, what is
asked, and whether it is met, missed or not run on this machine, with the reason.  A figure that is missed ends with 0,
because a busy machine misses some; a benchmark that fails, or whose results differ from a peer's, ends with 1.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bars import Bar, options, rows, table

HERE = Path(__file__).resolve().parent

#: In the order in which they run: what a busy machine disturbs most comes first.
BENCHMARKS = (
    "raid24",
    "contested",
    "large",
    "studies",
    "studies_pairing",
    "worlds",
    "envelope",
    "viewsheds",
    "cluster",
    "viewer",
)


#: Packages beyond those of openiads without which a benchmark does not even start.
NEEDED = {"cluster": ("distributed", "psutil"), "viewer": ("playwright", "psutil")}


def run(name: str, *, quick: bool) -> dict[str, Any]:
    """The figures of one benchmark; raises RuntimeError with the last line of what it said if it fails."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def bars_of(name: str) -> Sequence[Bar]:
    """What a benchmark asks of its figures."""
    return tuple(importlib.import_module(name).BARS)


def closing(found: dict[str, dict[str, Any]], without: dict[str, str], *, quick: bool) -> str:
    """The table of all benchmarks, and a line that counts.

    ``without`` says, by name, why a benchmark has no figures: ``not run: ...`` or ``FAILED: ...``.
    """
    lines: list[tuple[str, str, str, str, str]] = []
    for name in BENCHMARKS:
        if name in found:
            lines += [(*each[:3], name, each[3]) for each in rows(bars_of(name), found[name], quick=quick)]
        if name in without:
            lines.append(("the whole of it", "-", "", name, without[name]))
    verdicts = [line[4].partition(":")[0] for line in lines]
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in ("met", "MISSED", "quick", "not run", "FAILED"))
    return f"{table(lines, ('figure', 'measured', 'asked', 'benchmark', ''))}\n\n{counted}"


def main() -> int:
    """Run what is asked for and print."""
    parser = options(__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS, metavar="NAME")
    chosen = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    without: dict[str, str] = {}
    begun, load = time.perf_counter(), os.getloadavg()[0]
    for name in chosen.only:
        print(f"{time.perf_counter() - begun:6.0f} s: {name} ...", file=sys.stderr, flush=True)
        lacking = [each for each in NEEDED.get(name, ()) if importlib.util.find_spec(each) is None]
        if lacking:
            without[name] = f"not run: not installed: {', '.join(lacking)}"
            continue
        try:
            found[name] = run(name, quick=chosen.quick)
        except RuntimeError as why:
            without[name] = f"FAILED: {why}"
    if chosen.json:
        print(json.dumps({**found, "without_figures": without}, indent=1))
    else:
        print(closing(found, without, quick=chosen.quick))
        print(f"load before and after, of {os.cpu_count()} processors: {load:.1f}, {os.getloadavg()[0]:.1f}")
    return int(any(why.startswith("FAILED") for why in without.values()))


if __name__ == "__main__":
    sys.exit(main())
