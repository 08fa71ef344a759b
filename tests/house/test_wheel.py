"""A wheel installed in an empty folder carries everything: it runs the demonstration and checks the run."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from house.source import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.compiled_only]


def call(command: list[str], where: Path, **more: str) -> str:
    """Run a command in a folder and return what it printed; a failure shows all output."""
    done = subprocess.run(command, cwd=where, env={**os.environ, **more}, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_wheel_in_an_empty_folder_runs_the_demonstration(tmp_path: Path) -> None:
    wheels, site, empty = (tmp_path / name for name in ("wheels", "site", "empty"))
    empty.mkdir()
    call([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)], ROOT)
    (wheel,) = wheels.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]
    assert "openiads/py.typed" in names
    viewer = [name.rpartition("/")[2] for name in names if name.startswith("openiads/faces/static/")]
    assert sorted(viewer) == ["index.html", "viewer.css", "viewer.js"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    call([*pip, str(wheel)], empty)

    run = [sys.executable, "-m", "openiads"]
    where = call([sys.executable, "-c", "import openiads; print(openiads.__file__)"], empty, PYTHONPATH=str(site))
    assert Path(where.strip()).is_relative_to(site)
    call([*run, "demo", "-n", "2"], empty, PYTHONPATH=str(site))
    stored = [path.parent for path in empty.rglob("run.json")]
    assert stored
    call([*run, "check", str(stored[0])], empty, PYTHONPATH=str(site))


def test_a_source_archive_carries_what_the_repository_has_and_nothing_else(tmp_path: Path) -> None:
    call([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)], ROOT)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        "src", "tests", "tools", "docs", "scenarios", "examples", "benchmarks", "requirements", "Makefile", "README.md",
        "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CITATION.cff", "pyproject.toml", "PKG-INFO",
        ".gitignore", ".github", ".ci", ".pre-commit-config.yaml",
    }  # fmt: skip
    assert {"scenarios/tartus_2016.toml", "requirements/run.txt", "tools/lock.py", "src/openiads/py.typed"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".parquet"))]
