"""Record what the program answers, as digests that a change of its structure must not move.

    python tools/digests.py                 run every case and write tests/house/digests.toml
    python tools/digests.py --only NAME...  run these cases alone; the others keep what is recorded
    python tools/digests.py --check         run every case and compare; nothing is written

Only the command line is used, so that the digests mean the same before and after modules move.  A run's *outcomes* are
all columns of all outcome rows, its *events* say what happened to whom and when, its *details* the numbers beside
them, each read with ``openiads query``.  An answer printed with ``--json`` gives its *numbers*: every number, truth
value, null, map row and verdict word of it, in sorted order.  So a key may be renamed and a sentence may be written
anew, but no digit may change.  Times on the clock, folders, versions and the program's own digests are left out: the
program's digests also cover the texts of catalog and scenario, which may gain a key without moving a result.

A change that means to move a result runs this program again and says in CHANGELOG.md what moved.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "house" / "digests.toml"

#: Beside the interpreter that runs this.
PROGRAM = Path(sys.executable).parent / "openiads"

#: Keys of an answer that may differ between two runs of one command.
LEFT_OUT = re.compile(r"(.*_)?(wall_s|out|version|seconds_taken|path|folder)")

#: Words of an answer that are results themselves; other words may be written anew.
RESULTS = frozenset({"supported", "contradicted", "depends", "undecided", "yes", "no", "between", "open"})

#: The columns of events that say what happened to whom and when; v0 to v5 are the details.
SUBJECTS = "point, replication, kind, code, time, flight, unit, radar, launcher, round, track"
DETAILS = f"{SUBJECTS}, v0, v1, v2, v3, v4, v5"

SWEPT = "--vary site.Guard.rounds=2,4 --vary 'raid.Intruder.speed=200 m/s,300 m/s' -n 10"


@dataclass(frozen=True)
class Case:
    """One command and how its answer is read.

    Attributes
    ----------
    name : str
        Short and unique; the folder of its results.
    command : str
        What a user types, without ``--out`` and ``--json``.
    stored : bool
        Whether outcomes and events are read from the stored folder; otherwise numbers are read from ``--json``.
    long : bool
        Takes a minute or more of processor time: not part of ``make test``.
    """

    name: str
    command: str
    stored: bool = False
    long: bool = False


def cases() -> tuple[Case, ...]:
    """Every case, the packaged scenarios first."""
    scenarios = sorted(path.stem for path in (ROOT / "src" / "openiads" / "shelf" / "scenarios").glob("*.toml"))
    return (
        *(Case(name, f"run {name} -n 8 --seed 1", stored=True) for name in scenarios),
        Case("sweep", f"sweep one_on_one --seed 1 {SWEPT}", stored=True),
        Case("compare", "compare raid24 raid24 --set-b site.Tartus.fire_units=2 -n 8 --seed 1"),
        Case("spread", "spread one_on_one --worlds 16 -n 4 --seed 1", long=True),
        Case("coverage", "coverage tartus_2016 --cells 40 --height '500 m'"),
        Case("envelope", "envelope s300pmu2 --height '1 km'"),
        Case("footprint", "footprint patriot_pac2 --against scud_b --samples 0"),
        Case("keep_out", "reach turkey_2013 --samples 0 --height '3 km'"),
        *(Case(f"claim_{name}", f"claims {name}", long=True) for name in CLAIMS),
    )


CLAIMS = ("ballistic", "clashes", "comparable", "defensive", "guarantee", "hotheads", "moskva")


class Failed(Exception):
    """A command of a case ended with an error."""


def asked(words: Iterable[str], program: Path, folder: Path) -> Any:
    """What ``openiads WORDS --json`` prints, run in ``folder``, as plain values."""
    line = [str(program), *words, "--json"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"openiads {' '.join(words)} ended with {done.returncode}:\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def digest(rows: Iterable[str]) -> str:
    """SHA-256 (hexadecimal) over lines of text."""
    found = hashlib.sha256()
    for row in rows:
        found.update(row.encode() + b"\n")
    return found.hexdigest()


def plain(value: Any) -> str:
    """One number or word, the same whether 2 or 2.0 is written."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    number = float(value)
    return repr(int(number)) if number.is_integer() and math.fabs(number) < 2.0**53 else repr(number)


def numbers(value: Any, key: str = "") -> Iterator[str]:
    """Every number, truth value, null, map row and verdict word of an answer, in the order found."""
    if LEFT_OUT.fullmatch(key):
        return
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from numbers(each, key)
    elif not isinstance(value, str) or value in RESULTS or re.fullmatch("[01]+", value):
        yield plain(value)


def table(folder: Path, name: str, select: str, program: Path) -> dict[str, list[Any]]:
    """A table of a stored run or sweep, by the names of its columns."""
    told = asked(["query", name, select], program, folder)
    return dict(zip(told["columns"], map(list, zip(*told["rows"], strict=True)), strict=True))


def columns(found: dict[str, list[Any]]) -> Iterator[str]:
    """The columns of a table in the order of their names, one line each: their order in the table is no result."""
    for name in sorted(found):
        yield f"{name}: {' '.join(map(plain, found[name]))}"


def of(case: Case, program: Path, folder: Path) -> dict[str, str]:
    """The digests of a case, run in ``folder``."""
    words, kept = shlex.split(case.command), f"{case.name}_results"  # a folder called raid24 would hide the scenario
    if not case.stored:
        keeps = words[0] in ("claims", "compare", "spread")
        answer = asked([*words, *(["--out", kept] if keeps else [])], program, folder)
        return {"numbers": digest(sorted(numbers(answer)))}
    asked([*words, "--out", kept], program, folder)
    outcomes = table(folder, kept, "SELECT * FROM outcomes ORDER BY point, replication", program)
    details = table(folder, kept, f"SELECT {DETAILS} FROM events ORDER BY point, replication, sequence", program)
    events = {name: details[name] for name in SUBJECTS.split(", ")}
    return {
        "outcomes": digest(columns(outcomes)),
        "events": digest(columns(events)),
        "details": digest(columns(details)),
    }


def arithmetic(folder: Path) -> str:
    """The fingerprint of this machine's arithmetic, as a stored run in ``folder`` tells it."""
    for path in sorted(folder.glob("*/run.json")):
        told = re.search(r'"fingerprint": "([0-9a-f]+)"', path.read_text(encoding="utf-8"))
        if told:
            return told[1]
    raise Failed(f"no run in {folder} tells the fingerprint of this machine's arithmetic")


def recorded() -> dict[str, Any]:
    """What is recorded: ``arithmetic``, and ``case`` by name."""
    if not RECORD.exists():
        return {"case": {}}
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))


def written(machine: str, found: dict[str, dict[str, str]]) -> str:
    """The text of the record."""
    lines = [
        "# What the program answered, as digests (SHA-256).  Made by tools/digests.py, which says what each covers;",
        "# compared by tests/house/test_digests.py.  Every command is run with --out and --json.",
        f'arithmetic = "{machine}"  # another machine may differ in a last bit',
    ]
    for case in cases():
        if case.name in found:
            lines += ["", f"[case.{case.name}]", f'command = "openiads {case.command}"']
            lines += [f'{key} = "{value}"' for key, value in found[case.name].items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the cases that are asked for; record or compare their digests."""
    asks = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asks.add_argument("--only", nargs="+", metavar="NAME", default=[case.name for case in cases()])
    asks.add_argument("--check", action="store_true")
    told = asks.parse_args()
    if unknown := set(told.only) - {case.name for case in cases()}:
        asks.error(f"no case is called {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in cases())}")
    before = recorded()
    kept = {name: {k: v for k, v in each.items() if k != "command"} for name, each in before["case"].items()}
    differ, machine = [], before.get("arithmetic", "")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for case in (case for case in cases() if case.name in told.only):
            begun = sum(os.times()[:4])
            found = of(case, PROGRAM, folder)
            same = kept.get(case.name) == found
            state = "equal" if same else "DIFFERS" if case.name in kept else "new"
            print(f"{case.name:24} {state:8} {sum(os.times()[:4]) - begun:7.1f} CPU-s", flush=True)
            differ += [] if same else [case.name]
            kept[case.name] = found
            if any(folder.glob("*/run.json")):
                machine = arithmetic(folder)
            if not told.check:
                RECORD.write_text(written(machine, kept), encoding="utf-8")
    if told.check:
        if differ and machine != before.get("arithmetic"):
            print(f"recorded on a machine of other arithmetic: {before.get('arithmetic')}, here {machine}")
        return int(bool(differ))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as why:
        sys.exit(str(why))
