"""What openiads promises to Python: documented parameters, docs that import nothing deeper, commands that only ask."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from house.source import PACKAGE, ROOT

#: Packages and modules that pages may import besides openiads itself.
PUBLIC = ("openiads", "openiads.doctrine", "openiads.textbook", "openiads.statistics")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = sorted([*(ROOT / "examples").rglob("*.py"), *(ROOT / "docs" / "gallery").glob("*.py")])
FUNCTIONS = [name for name in oi.__all__ if callable(getattr(oi, name)) and not isinstance(getattr(oi, name), type)]
CLASSES = [name for name in oi.__all__ if isinstance(getattr(oi, name), type)]
for package in ("textbook", "statistics"):
    for inner in getattr(oi, package).__all__:
        (CLASSES if inner[0].isupper() else FUNCTIONS).append(f"{package}.{inner}")
COMMANDS = PACKAGE / "faces" / "cli"
LONGEST, MOST_PARAMETERS = 60, 8


# ------------------------------------------------------------------ names


def test_what_the_command_line_can_answer_python_can() -> None:
    import typer.main

    from openiads.faces.cli.main import app

    commands = set(getattr(typer.main.get_command(app), "commands", {}))
    #: Commands whose answer has another name here, or none of its own: the demo is a run with its report.
    elsewhere = {"twins": "closed_forms", "demo": "run", "schema": "load", "import": "import_scenario"}
    elsewhere["air-picture"] = "air_picture"
    machine = {"doctor", "terrain"}  # of the machine and the user's files on it, not of a question
    assert machine < commands
    assert {elsewhere.get(name, name) for name in commands - machine} <= set(oi.__all__)


def test_a_public_name_is_the_function_whatever_has_been_imported_before() -> None:
    """A package of the same name would hide the function as soon as anything in it is imported."""
    names = ["catalog", "claims", "explain", "reach"]
    for order in ("", "import openiads.reach.coverage, openiads.catalog.load, openiads.claims.verdict\n"):
        code = f"""
import importlib, inspect
{order}
import openiads as oi
from openiads.reach import coverage
importlib.import_module("openiads.explain.timelines")
assert inspect.ismodule(coverage) and inspect.ismodule(oi.catalog.load)
assert oi.catalog()["48n6e2"].name == "48n6e2"
for name in {names!r}:
    assert callable(getattr(oi, name)), name
    print(name, inspect.signature(getattr(oi, name)))
try:
    oi.reach(site="x")
except oi.errors.UsageError as error:
    print(error)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert 'reach(site=): there is no such parameter. Nearest: "sites".' in done.stdout
        assert "explain (run: 'str | Path | Run', replication: 'int'" in done.stdout


# ------------------------------------------------------------------ docstrings (numpydoc)


def sections(text: str) -> dict[str, str]:
    """Underlined headings of a docstring -> what stands under each; "" is what stands before the first."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def documented(text: str) -> list[str]:
    """Names that a Parameters section describes: ``name, name : type`` with an indented description below."""
    found = []
    for names, kind, body in re.findall(r"^(\**\w[\w, *]*)(?: : (.+))?\n((?:    .*\n?|\n)*)", text, flags=re.MULTILINE):
        assert kind or names.startswith("**"), f"{names} has no type"
        assert body.strip(), f"{names} is not described"
        found += [name.strip().lstrip("*") for name in names.split(",")]
    return found


def found_by(name: str) -> Any:
    """A public thing by its name below openiads: "run", or "textbook.salvo_kill"."""
    return functools.reduce(getattr, name.split("."), oi)


def docstring(name: str) -> str:
    value = found_by(name)
    if isinstance(value, types.ModuleType):
        value = value._function()
    return inspect.getdoc(value) or ""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_documents_every_parameter_and_no_other(name: str) -> None:
    found = sections(docstring(name))
    wanted = list(inspect.signature(found_by(name)).parameters)
    assert documented(found.get("Parameters", "")) == wanted
    assert found[""].strip().splitlines()[0].endswith((".", ":"))
    assert "Returns" in found or name == "view"
    assert "Raises" in found or name in ("catalog", "textbook.salvo_losses")
    errors = re.findall(r"^(\w+)$", found.get("Raises", ""), flags=re.MULTILINE)
    assert all(hasattr(oi.errors, error) for error in errors)
    assert found.get("Examples", "").lstrip().startswith((">>> import openiads as oi", ">>> from openiads import"))


@pytest.mark.compiled_only
@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_documents_what_makes_it(name: str) -> None:
    found = sections(docstring(name))
    assert documented(found["Parameters"]) == list(inspect.signature(found_by(name)).parameters)
    assert found["Examples"].lstrip().startswith((">>> import openiads as oi", ">>> from openiads import"))


@pytest.mark.parametrize("name", FUNCTIONS + CLASSES)
def test_the_examples_of_a_public_function_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(docstring(name), {}, name, None, 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert outcome.attempted
    assert not outcome.failed


# ------------------------------------------------------------------ what pages import


def imports(code: str) -> set[str]:
    """Full names of the modules of openiads that some code imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            deeper = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name for name in deeper if is_module(name)}
    return {name for name in found if name.partition(".")[0] == "openiads"}


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def code_blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_imports_nothing_deeper_than_what_is_public(page: Path) -> None:
    found = set().union(*(imports(code) for code in code_blocks(page)))
    assert found <= set(PUBLIC)


@pytest.mark.parametrize("program", EXAMPLES, ids=lambda p: str(p.relative_to(ROOT)))
def test_an_example_imports_nothing_deeper_than_what_is_public(program: Path) -> None:
    assert imports(program.read_text(encoding="utf-8")) <= set(PUBLIC)


def test_a_deeper_import_is_seen() -> None:
    assert imports("from openiads.reach import coverage") == {"openiads.reach", "openiads.reach.coverage"}
    assert imports("from openiads import coverage, world") == {"openiads", "openiads.world"}
    assert imports("import openiads as oi\nimport numpy") == {"openiads"}


# ------------------------------------------------------------------ commands


def functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("file", sorted(COMMANDS.glob("*.py")), ids=lambda p: p.stem)
def test_functions_of_commands_are_short_and_take_few_parameters(file: Path) -> None:
    """A command has a parameter for each of its options; whatever it calls takes them as one object."""
    for function in functions(file):
        assert (function.end_lineno or 0) - function.lineno < LONGEST, function.name
        is_command = any("reports_errors" in ast.dump(each) for each in function.decorator_list)
        count = len(function.args.args) + len(function.args.kwonlyargs)
        assert is_command or count <= MOST_PARAMETERS, f"{function.name}: {count} parameters"


def test_commands_hold_no_physics() -> None:
    """Grids, windows and margins are questions' business: a command has no number but counts and exit codes."""
    for name in ("coverage", "envelope", "footprint", "reach", "claims", "spread", "sensitivity", "check"):
        tree: Any = ast.parse((COMMANDS / f"{name}.py").read_text(encoding="utf-8"))
        numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, float)}
        assert numbers <= {0.5, 100.0, 1000.0}, name
        modules = {m for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for m in (n.module or "",)}
        assert not modules & {"numpy", "openiads.world.build", "openiads.reach.coverage", "openiads.reach.envelope"}
