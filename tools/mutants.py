"""Mutation testing: plant single faults into the models and see which of them the tests notice.

``python tools/mutants.py -n 40 --seed 1`` draws 40 mutants of physics, parts, doctrine, engine, statistics and runs
(``tools/mutations.py``), and runs each against the tests that are nearest to its module, in a copy of the tree.
Kernels of the mutant's floor and above are plain Python, those below come from the compile cache.
At first the tests are run once without a fault: what passes within ``--limit`` seconds takes part, and it is kept which
kernels each test calls.

All is kept in ``build/mutants``, so that a run that was stopped goes on where it ended and a larger sample begins with
what is known; what was killed stays so until its module changes, what survived is tried again when a test changes.
Survivors that no test can tell from the program stand in ``tests/mutants-equivalent.toml`` with the reason.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from mutations import Mutant, sample

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "src" / "openiads", ROOT / "tests"
KEPT = ROOT / "build" / "mutants"
EQUIVALENT = TESTS / "mutants-equivalent.toml"
FLOORS = ("physics", "parts", "doctrine", "engine", "statistics", "runs")
#: Many processes at once: what they do wrong shows only as a hang, and their tests take minutes.
LEFT_OUT = frozenset({"runs/cluster.py", "runs/coordinator.py", "runs/worker.py", "runs/workers.py"})
#: Floors whose kernels take the whole state have no entry from Python when compiled: with one of them all are plain.
STATE = ("world", "parts", "doctrine", "engine")
#: Folders of tests that hold laws of a floor, beside its own and those that import it.
ALSO = {"physics": ("validation",), "engine": ("audit",)}
WHOLE = 20.0  # s of processor time for a file of tests without a fault
SLACK = 6.0  # s of processor time that a process needs for itself


@dataclass(frozen=True)
class Tests:
    """A file of tests without a fault: seconds of those that pass in time, the kernels that each calls, and seconds of
    the whole process."""

    seconds: Mapping[str, float]
    kernels: Mapping[str, frozenset[str]]
    whole: float

    @property
    def start(self) -> float:
        """Seconds before the first test."""
        return max(self.whole - sum(self.seconds.values()), 1.0)


# ------------------------------------------------------------------ who imports whom


@cache
def imports(path: Path) -> frozenset[Path]:
    """The modules of the program and of the tests that a file imports itself."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        for name in names:
            parts = name.split(".")
            folder = ROOT / "src" if parts[0] == "openiads" else TESTS
            for file in (folder.joinpath(*parts).with_suffix(".py"), folder.joinpath(*parts, "__init__.py")):
                if file.is_file() and file != PACKAGE / "__init__.py":
                    found.add(file)
    return frozenset(found - {path})


@cache
def below(path: Path) -> frozenset[Path]:
    """All that a file imports, by way of others too, and itself."""
    found, left = {path}, [path]
    while left:
        new = imports(left.pop()) - found
        found |= new
        left += new
    return frozenset(found)


def name_of(path: Path) -> str:
    """The module's name."""
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


@cache
def plain_modules(floor: str) -> list[str]:
    """The modules whose kernels are plain when one of this floor has a fault: the floor's and all that import it."""
    floors = STATE if floor in STATE else (floor,)
    faulty = {path for each in floors for path in (PACKAGE / each).rglob("*.py")}
    return sorted(name_of(path) for path in PACKAGE.rglob("*.py") if below(path) & faulty)


def files_for(module: Path) -> list[Path]:
    """The files of tests that concern a module, nearest first: its mirror, those that import it, its floor's, and those
    of other folders of laws."""
    floor = module.relative_to(PACKAGE).parts[0]
    folders = (floor, *ALSO.get(floor, ()))
    own = {path for folder in folders for path in (TESTS / folder).glob("test_*.py")}
    others = {path for path in TESTS.glob("*/test_*.py") if module in imports(path)}
    left_out = {path for path in own | others if path.parent.name in ("house", "web", "faces")}
    return sorted((own | others) - left_out, key=lambda path: near(path, module))


def near(path: Path, module: Path) -> tuple[int, str]:
    """How near a file of tests stands to a module: lower is nearer."""
    floor, *names = module.relative_to(PACKAGE).with_suffix("").parts
    same = path.parent.name == floor
    mirror = same and path.stem.removeprefix("test_") in names
    return (0 if mirror else 1 if module in imports(path) else 2 if same else 3), path.as_posix()


# ------------------------------------------------------------------ a copy, and tests in it


def copy_tree(into: Path) -> None:
    """What tests need of the tree, with its times, so that compiled files of the last copy stay right."""
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, into / name
        if name.split("/")[0] in ("docs", "web", "benchmarks") or not (source.is_file() or source.is_symlink()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def run_tests(
    tree: Path, floor: str, files: Iterable[Path], *, limit: float = 0.0, only: Sequence[str] = (), most: float = 600.0
) -> tuple[int, float, dict[str, tuple[float, list[str]]], str]:
    """Run files of tests in a copy.

    Parameters
    ----------
    tree : Path
    floor : str
        Whose kernels are plain.
    files : iterable of Path
    limit : float
        Seconds of processor time of one test; 0 for no limit, and then nothing is noted and the first failure ends it.
    only : sequence of str
        The tests; all for none.
    most : float
        Seconds of processor time of the whole.

    Returns
    -------
    status : int
        Of pytest; -1 where the time was up.
    seconds : float
        Processor time.
    passed : dict
        Test -> seconds and kernels called; empty without a limit.
    output : str
    """
    with tempfile.TemporaryDirectory() as folder:
        told, chosen = Path(folder) / "told.json", Path(folder) / "only.json"
        chosen.write_text(json.dumps(list(only)), encoding="utf-8")
        environment = {
            "OPENIADS_PLAIN": "1",
            "OPENIADS_MUTANTS_PLAIN": ",".join(plain_modules(floor)),
            "OPENIADS_MUTANTS_ONLY": str(chosen) if only else "",
            "OPENIADS_MUTANTS_TOLD": str(told) if limit else "",
            "OPENIADS_MUTANTS_LIMIT": str(limit),
            "OPENIADS_MUTANTS_WHOLE": str(0.8 * most if limit else math.inf),
            "PYTHONPATH": os.pathsep.join(str(tree / each) for each in ("src", "tools")),
            "PYTHONPYCACHEPREFIX": str(KEPT / "compiled"),
            "PYTHONDONTWRITEBYTECODE": "" if limit else "1",
        }
        words = ["-q", "-p", "no:cacheprovider", "-p", "mutants_plugin", "--tb=line", "--no-header"]
        words += ["-m", "not slow and not budget and not browser", *([] if limit else ["-x"])]
        words += [str(path.relative_to(ROOT)) for path in files]
        with (Path(folder) / "output").open("w+b") as log:
            child = os.fork()
            if not child:
                _be_pytest(tree, words, environment, most, log.fileno())
            _, code, usage = os.wait4(child, 0)
            log.seek(0)
            output = log.read().decode("utf-8", "replace")
        status = os.waitstatus_to_exitcode(code)
        status = -1 if status < 0 else status
        used = usage.ru_utime + usage.ru_stime
        passed = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {}
    return status, used, passed, output


def preload() -> None:
    """Import what tests need of others, once: a run of tests is a fork of this process and imports ours alone."""
    for name in ("numpy", "scipy.stats", "scipy.optimize", "hypothesis", "numba", "pydantic", "pyarrow.parquet"):
        importlib.import_module(name)


def _be_pytest(tree: Path, words: list[str], environment: Mapping[str, str], most: float, log: int) -> NoReturn:
    """Become a run of pytest in the copy; never comes back."""
    code = 3
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chdir(tree)
        os.environ.update(environment)
        sys.path[:0] = [str(tree / "src"), str(tree / "tools")]
        sys.pycache_prefix = environment["PYTHONPYCACHEPREFIX"]
        sys.dont_write_bytecode = bool(environment["PYTHONDONTWRITEBYTECODE"])
        resource.setrlimit(resource.RLIMIT_CPU, (int(most) + 1, int(most) + 3))
        signal.alarm(int(20.0 * most + 60.0))  # what only waits ends too
        code = int(pytest.main(words))
        sys.stdout.flush()
    finally:
        os._exit(code)


def digest(paths: Iterable[Path]) -> str:
    """What stands for the texts of files."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def without_fault(tree: Path, floor: str, path: Path, limit: float) -> Tests:
    """A file of tests as it is, measured once for its text, that of all it imports, and the limit."""
    name = path.relative_to(TESTS).with_suffix("").as_posix().replace("/", ".")
    kept = KEPT / "without" / f"{'state' if floor in STATE else floor}.{name}.json"
    stamp = f"{digest(below(path))} {limit:g}"
    told = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if told.get("stamp") != stamp:
        _, used, passed, _ = run_tests(tree, floor, [path], limit=limit, most=WHOLE)
        told = {"stamp": stamp, "whole": used, "passed": passed}
        keep(kept, told)
        tell(f".. {floor}: {path.relative_to(ROOT)}: {len(passed)} tests in {used:.0f} s")
    return Tests(
        {test: took for test, (took, _) in told["passed"].items()},
        {test: frozenset(kernels) for test, (_, kernels) in told["passed"].items()},
        told["whole"],
    )


def keep(path: Path, told: object) -> None:
    """Write JSON so that a run that is stopped leaves the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(told), encoding="utf-8")
    new.replace(path)


def tell(line: str) -> None:
    """A line that is seen at once."""
    print(line, flush=True)


# ------------------------------------------------------------------ one mutant


def chosen_tests(mutant: Mutant, tests: Tests, left: float) -> list[str]:
    """The quickest tests of a file that together take no longer than ``left``; of a kernel those that call it."""
    kernel = f"{name_of(PACKAGE / mutant.file)}:{mutant.function}"
    found: list[str] = []
    left -= tests.start
    for each in sorted(tests.seconds, key=lambda each: tests.seconds[each]):
        if mutant.kernel and kernel not in tests.kernels[each]:
            continue
        left -= tests.seconds[each]
        if left < 0.0:
            break
        found.append(each)
    return found


def tried(tree: Path, mutant: Mutant, limit: float, most: float) -> tuple[str, str]:
    """The verdict on a mutant (killed, timed out, survived, unreached) and the test that told it: files of tests one
    after the other, nearest first, until ``most`` seconds are spent."""
    file = tree / "src" / "openiads" / mutant.file
    floor = mutant.file.split("/")[0]
    module = PACKAGE / mutant.file
    verdict, left = "unreached", most
    for path in files_for(module):
        tests = without_fault(tree, floor, path, limit)
        only = chosen_tests(mutant, tests, left)
        if not only:
            continue
        expected = tests.start + sum(tests.seconds[each] for each in only)
        left -= expected
        try:
            file.unlink()
            file.write_bytes(mutant.within(module.read_bytes()))
            status, _, _, output = run_tests(tree, floor, [path], only=only, most=SLACK + 4.0 * expected)
        finally:
            file.unlink()
            shutil.copy2(module, file)
        if status == -1:
            return "timed out", path.relative_to(ROOT).as_posix()
        if status != 0:
            lines = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
            return "killed", (lines or output.splitlines() or [""])[0].split(" - ")[0][:200]
        verdict = "survived"
        if left <= 0.0:
            break
    return verdict, ""


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """(file, function, old, new) -> why no test can tell."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return {(row["file"], row["function"], row["old"], row["new"]): row["reason"] for row in rows}


def modules() -> dict[str, bytes]:
    """The texts that faults are planted in."""
    paths = [path for floor in FLOORS for path in sorted((PACKAGE / floor).rglob("*.py"))]
    named = {path.relative_to(PACKAGE).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in named.items() if name not in LEFT_OUT}


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample of mutants; 1 where fewer than ``--least`` of those that are no equivalents were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=40, help="how many mutants")
    parser.add_argument(
        "--seed", type=int, default=1, help="which: a larger sample of a seed begins with a smaller one"
    )
    parser.add_argument("--only", default="", help="only of modules whose path begins so: physics, or parts/tracks")
    parser.add_argument("--limit", type=float, default=2.0, help="seconds of processor time that a test may take")
    parser.add_argument("--most", type=float, default=20.0, help="seconds of tests without a fault for one mutant")
    parser.add_argument("--least", type=float, default=0.9, help="share of mutants that are to be noticed")
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    preload()
    chosen = [each for each in sample(modules(), asked.seed, asked.number) if each.file.startswith(asked.only)]
    kept = KEPT / "results.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    same = equivalents()
    verdicts: dict[str, tuple[Mutant, str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="openiads-mutants-") as folder:
        copy_tree(Path(folder))
        for number, mutant in enumerate(chosen, 1):
            verdict = judged(Path(folder), mutant, results, same, asked)
            keep(kept, results)
            verdicts[mutant.key] = mutant, *verdict
            tell(
                f"{number:4} of {len(chosen)}  {verdict[0]:<10} {mutant.told()}"
                + (f"  [{verdict[1]}]" * bool(verdict[1]))
            )
    return report(list(verdicts.values()), asked.least, time.monotonic() - begun)


def judged(
    tree: Path,
    mutant: Mutant,
    results: dict[str, list[str]],
    same: Mapping[tuple[str, str, str, str], str],
    asked: argparse.Namespace,
) -> tuple[str, str]:
    """The verdict on a mutant: known, listed, or found by running tests."""
    if (mutant.file, mutant.function, mutant.old, mutant.new) in same:
        return "equivalent", ""
    module = PACKAGE / mutant.file
    source, tests = digest([module]), f"{digest(files_for(module))} {asked.limit:g} {asked.most:g}"
    before = results.get(mutant.key)
    if before and before[2] == source and (before[0] in ("killed", "timed out") or before[3] == tests):
        return before[0], before[1]
    verdict, told = tried(tree, mutant, asked.limit, asked.most)
    results[mutant.key] = [verdict, told, source, tests]
    return verdict, told


def report(verdicts: Sequence[tuple[Mutant, str, str]], least: float, seconds: float) -> int:
    """Tell the shares by floor; 1 where too few were noticed."""
    order = ("killed", "timed out", "survived", "unreached", "equivalent")
    tell("")
    tell(f"{'floor':<12}" + "".join(f"{name:>12}" for name in order))
    for floor in (*FLOORS, ""):
        counts = Counter(verdict for mutant, verdict, _ in verdicts if mutant.file.startswith(floor))
        if counts:
            tell(f"{floor or 'all':<12}" + "".join(f"{counts[name]:12}" for name in order))
    counts = Counter(verdict for _, verdict, _ in verdicts)
    noticed, all_of_them = counts["killed"] + counts["timed out"], len(verdicts) - counts["equivalent"]
    share = noticed / all_of_them if all_of_them else 1.0
    tell(f"{noticed} of {all_of_them} noticed ({share:.0%}) in {seconds:.0f} s; survivors:")
    for mutant, verdict, _ in verdicts:
        if verdict in ("survived", "unreached"):
            tell(f"  {mutant.told()}")
    return 0 if share >= least else 1


if __name__ == "__main__":
    sys.exit(main())
