"""Sizes that a reader can take in: modules, functions, lists of parameters, and how often a type is left open.

What is still larger stands in the lists below, each with its reason.  They only shrink: an entry that is no longer
needed fails until it is taken out.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.source import PACKAGE, ROOT, is_kernel, modules

#: Lines of a module; lines of a function without its docstring; parameters of a function that is no kernel.
MOST_LINES, LONGEST, MOST_PARAMETERS = 450, 60, 8

FLOORS = "a model's formula that has not been cut yet"
COMMAND = "a command of the command line: typer reads its options from the parameters"
PUBLIC = "keyword arguments of the public API, handed down as one object"

LARGE_MODULES: dict[str, str] = {}

LONG_FUNCTIONS = {
    "physics/aiming.py: solve_aim": FLOORS,
    "physics/flyout/airframe.py: advance": FLOORS,
    "physics/flyout/midcourse.py: fly": FLOORS,
    "physics/flyout/terminal.py: endgame": FLOORS,
    "physics/motion.py: exit_path": FLOORS,
}

MANY_PARAMETERS = {
    "earth/terrain.py: __init__": FLOORS,
    "experiments/compare.py: compare": PUBLIC,
    "experiments/sweep.py: sweep": PUBLIC,
    "faces/cli/compare.py: compare": COMMAND,
    "faces/cli/contributions.py: contributions": COMMAND,
    "faces/cli/coverage.py: coverage": COMMAND,
    "faces/cli/envelope.py: envelope": COMMAND,
    "faces/cli/footprint.py: footprint": COMMAND,
    "faces/cli/import_.py: import_scenario": COMMAND,
    "faces/cli/mistakes.py: hotline": COMMAND,
    "faces/cli/mistakes.py: rare": COMMAND,
    "faces/cli/mistakes.py: tradeoff": COMMAND,
    "faces/cli/reach.py: reach": COMMAND,
    "faces/cli/run.py: run": COMMAND,
    "faces/cli/sensitivity.py: sensitivity": COMMAND,
    "faces/cli/spread.py: spread": COMMAND,
    "faces/cli/sweep.py: sweep": COMMAND,
    "physics/aiming.py: solve_aim": FLOORS,
    "physics/attenuation.py: attenuation_table": FLOORS,
    "physics/ballistics.py: fly_out": FLOORS,
    "physics/paths.py: terrain_following": FLOORS,
    "reach/envelope.py: envelopes": PUBLIC,
    "reach/exposure.py: exposed": PUBLIC,
    "reach/straight.py: parallel": PUBLIC,
    "runs/replicate.py: run": PUBLIC,
    "textbook/detection.py: cumulative_detection": FLOORS,
}

LAZY = "a module's attribute, which is whatever its name stands for"

#: Parameters and results that are Any, each with its reason and how often.
LEFT_OPEN = {
    "__init__.py: __getattr__": (1, LAZY),
    "doctrine/__init__.py: __getattr__": (1, LAZY),
    "reach/envelope.py: **more": (2, PUBLIC),
}

#: Where a name stands for Any below the faces: what JSON holds, what Numba makes, what an entry holds.
OPEN_NAMES = {
    "base/compiled.py": ["Kernel", "Type"],
    "base/jsonable.py": ["Json", "JsonObject"],
    "catalog/records.py": ["Field"],
}


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Parameters of a function, without that of the object or class."""
    given = node.args
    names = [each.arg for each in (*given.posonlyargs, *given.args)]
    own = names[:1] in (["self"], ["cls"])
    return len(names) + len(given.kwonlyargs) - own


def functions_of(text: str) -> Iterator[tuple[str, int, int]]:
    """(name, lines, parameters) of every function in a module's text; of a kernel the parameters are left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            kernel = isinstance(node, ast.FunctionDef) and is_kernel(node)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node.name, lines, 0 if kernel else parameters_of(node)


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def held(found: dict[str, int], known: dict[str, str], most: int) -> None:
    """Only what is listed is above the bound, and all that is listed is."""
    above = {name: size for name, size in found.items() if size > most}
    new = {name: size for name, size in above.items() if name not in known}
    assert not new, f"more than {most}: cut it (it may not be added to the list): {new}"
    done = sorted(known.keys() - above.keys())
    assert not done, f"no longer above {most}: take it out of the list: {done}"


def test_modules_are_short() -> None:
    held({place(path): path.read_text(encoding="utf-8").count("\n") for path in modules()}, LARGE_MODULES, MOST_LINES)


def every_function() -> Iterator[tuple[str, int, int]]:
    for path in modules():
        for name, lines, parameters in functions_of(path.read_text(encoding="utf-8")):
            yield f"{place(path)}: {name}", lines, parameters


def test_functions_are_short() -> None:
    longest: dict[str, int] = {}
    for name, lines, _ in every_function():
        longest[name] = max(lines, longest.get(name, 0))
    held(longest, LONG_FUNCTIONS, LONGEST)


def test_functions_take_few_parameters() -> None:
    most: dict[str, int] = {}
    for name, _, parameters in every_function():
        most[name] = max(parameters, most.get(name, 0))
    held(most, MANY_PARAMETERS, MOST_PARAMETERS)


def test_a_function_is_measured_without_its_docstring_and_a_kernel_without_its_parameters() -> None:
    nine = ", ".join(f"a{k}" for k in range(9))
    text = f'def f({nine}):\n    """One.\n\n    Two.\n    """\n    return 1\n\n@kernel("")\ndef g({nine}):\n    pass\n'
    assert list(functions_of(text)) == [("f", 2, 9), ("g", 2, 0)]
    assert list(functions_of("class A:\n    def m(self, a, /, b, *c, d, **e): ...")) == [("m", 1, 3)]


@pytest.mark.parametrize(
    ("found", "known", "told"),
    [({"a": 11}, {}, "cut it"), ({"a": 9}, {"a": "why"}, "take it out"), ({}, {"a": "why"}, "take it out")],
)
def test_what_grows_and_what_has_shrunk_are_both_told(found: dict[str, int], known: dict[str, str], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        held(found, known, 10)


def left_open() -> dict[str, int]:
    """How often each parameter, or result of a function, is Any."""
    command = [sys.executable, "-m", "ruff", "check", "--select", "ANN401", "--output-format", "concise", "--no-cache"]
    told = subprocess.run([*command, "src/openiads"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = Counter(re.findall(r"^src/openiads/(\S+?):\d+:\d+: ANN401 .* `(\S+)`$", told, re.M))
    assert found.total() == len(re.findall(": ANN401", told))
    return {f"{path}: {name}": count for (path, name), count in found.items()}


def test_types_are_named() -> None:
    """Only what is listed is Any, and all that is listed is: a new one is named, one that is gone is taken out."""
    assert left_open() == {name: count for name, (count, _) in LEFT_OPEN.items()}


def test_a_name_that_stands_for_any_is_given_in_three_places() -> None:
    found = {}
    for path in modules():
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"^(\w+)(?:: TypeAlias)? = (?:Any|\w+\[[^=\n]*\bAny\])$", text, re.M)
        if names and not place(path).startswith("faces/"):
            found[place(path)] = sorted(names)
    assert found == OPEN_NAMES
