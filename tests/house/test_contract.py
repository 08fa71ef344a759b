"""The import contract holds, and each of its contracts catches a breach."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house.source import PACKAGE, ROOT

COMMAND = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """Run the contract of pyproject.toml against the package in a source folder."""
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"}
    command = [*COMMAND, "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True)


def test_the_import_contract_holds() -> None:
    done = lint(PACKAGE.parent)
    assert done.returncode == 0, done.stdout + done.stderr


#: Module -> what is planted in it, each against one sentence of the contract.
BREACHES = {
    "physics/detection.py": ("openiads.catalog.records", "numba"),
    "doctrine/planted.py": ("openiads.world.build", "openiads.parts"),
    "engine/planted.py": ("openiads.doctrine", "duckdb"),
    "explain/planted.py": ("tomllib", "socket", "distributed"),
    "parts/planted.py": ("scipy",),
}


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the package in which all breaches are planted at once."""
    folder = tmp_path_factory.mktemp("breached")
    shutil.copytree(PACKAGE, folder / "openiads", ignore=shutil.ignore_patterns("__pycache__", "shelf", "static"))
    shutil.copytree(
        PACKAGE / "shelf", folder / "openiads" / "shelf", ignore=lambda d, n: [x for x in n if x[-3:] != ".py"]
    )
    for module, imports in BREACHES.items():
        planted = folder / "openiads" / module
        lines = "".join(f"import {name}\n" for name in imports)
        planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{lines}")
    done = lint(folder)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
    return done.stdout


@pytest.mark.parametrize(("module", "name"), [(module, name) for module in BREACHES for name in BREACHES[module]])
def test_a_planted_breach_is_caught(module: str, name: str, breached: str) -> None:
    planted = "openiads." + module.removesuffix(".py").replace("/", ".")
    assert re.search(rf"^\W*{re.escape(planted)} -> {re.escape(name)} \(l\. ?\d+\)", breached, re.MULTILINE)
