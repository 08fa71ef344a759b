"""The import contract holds, and each of its contracts catches a breach."""

import os
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


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("physics/detection.py", "import openiads.catalog.records"),
        ("physics/detection.py", "import numba"),
        ("doctrine/planted.py", "import openiads.world.build"),
        ("doctrine/planted.py", "import openiads.parts"),
        ("engine/planted.py", "import openiads.doctrine"),
        ("explain/planted.py", "import tomllib"),
        ("parts/planted.py", "import scipy"),
        ("engine/planted.py", "import duckdb"),
        ("explain/planted.py", "import socket"),
        ("explain/planted.py", "import distributed"),
    ],
)
def test_a_planted_breach_is_caught(module: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "openiads", ignore=shutil.ignore_patterns("__pycache__", "shelf", "static"))
    shutil.copytree(
        PACKAGE / "shelf", tmp_path / "openiads" / "shelf", ignore=lambda d, n: [x for x in n if x[-3:] != ".py"]
    )
    planted = tmp_path / "openiads" / module
    planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
