"""The container and the conda recipe, as far as neither Docker nor a conda channel is needed to try them.

Every copied file exists, is let through to the builder, and is all that the package needs to be built; what the recipe
asks for is what pyproject.toml asks for.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from house.source import ROOT

#: What the channel calls packages that it splits or renames.
RENAMED = {"duckdb": "python-duckdb", "matplotlib": "matplotlib-base"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def recipe() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8"))


def orders() -> list[tuple[str, str]]:
    """The orders of the Dockerfile, each with its words on one line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def copies() -> list[tuple[list[str], str]]:
    """What is copied from the tree, and where to."""
    found = [shlex.split(rest) for word, rest in orders() if word == "COPY" and "--from=" not in rest]
    return [(names, target) for *names, target in found]


def let_through(name: str) -> bool:
    """Whether the builder gets a file: its list refuses all and then names what it lets through."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    return any(name == each or name.startswith(f"{each}/") for each in allowed)


def test_every_copied_file_exists_and_reaches_the_builder() -> None:
    named = [name for names, _ in copies() for name in names]
    assert "src" in named
    for name in named:
        if name == "wheelhous[e]":  # may be missing; nothing but it may match
            assert fnmatch("wheelhouse", name)
            assert let_through("wheelhouse/one.whl")
        else:
            assert (ROOT / name).exists(), name
            assert let_through(name), name
    assert not let_through("tests/conftest.py")


def test_what_is_copied_is_all_that_the_package_is_built_from(tmp_path: Path) -> None:
    """The container's own order for it, in a folder that holds nothing else, without an index."""
    for names, target in copies():
        for name in names:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.is_file():
                folder = tmp_path / target
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder)
    (order,) = [rest for word, rest in orders() if word == "RUN" and rest.endswith(" .")]
    program, module, pip, install, *options = shlex.split(order)
    assert (program, module, pip, install) == ("/openiads/bin/python", "-m", "pip", "install")
    assert {"--no-deps", "--no-index", "--no-build-isolation"} <= set(options)
    options = [each for each in options if each != "."]
    made = tmp_path / "made"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", *options, "--wheel-dir", str(made), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = made.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"openiads/shelf/scenarios/tartus_2016.toml", "openiads/faces/static/viewer.js"} <= names


def test_the_container_installs_the_lock_by_hash_and_runs_as_nobody_special() -> None:
    runs = [rest for word, rest in orders() if word == "RUN"]
    (locked,) = [rest for rest in runs if "-r " in rest]
    assert {"--require-hashes", "--only-binary", "--find-links"} <= set(shlex.split(locked))
    names, target = next(each for each in copies() if "requirements/run.txt" in each[0])
    assert f"-r {target}run.txt" in locked
    assert ("USER", "openiads") in orders()
    (command,) = [rest for word, rest in orders() if word == "CMD"]
    assert json.loads(command)[0] == "openiads"
    assert ("ARG", "PIP_NO_INDEX=0") in orders()


def test_the_recipe_asks_for_what_the_project_asks_for(recipe: dict[str, Any], project: dict[str, Any]) -> None:
    asked = {}
    for line in project["project"]["dependencies"]:
        name, bounds = re.fullmatch(r"([\w\-]+)(.*)", line.partition(";")[0].strip()).groups()  # type: ignore[union-attr]
        asked[RENAMED.get(name, name)] = bounds
    wanted = dict(line.split(" ", 1) for line in recipe["requirements"]["run"])
    assert wanted.pop("python") == project["project"]["requires-python"]
    assert wanted == asked
    host = dict((line + " ").split(" ", 1) for line in recipe["requirements"]["host"])
    (builder,) = project["build-system"]["requires"]
    assert f"hatchling{host['hatchling'].strip()}" == builder


def test_the_recipe_is_of_this_version_and_license(recipe: dict[str, Any], project: dict[str, Any]) -> None:
    about = project["project"]
    assert recipe["context"]["version"] == about["version"]
    assert recipe["about"]["summary"] == about["description"]
    assert recipe["about"]["license"] == about["license"]
    texts = {path.relative_to(ROOT).as_posix() for name in about["license-files"] for path in ROOT.glob(name)}
    assert set(recipe["about"]["license_file"]) == texts
    (entry,) = recipe["build"]["python"]["entry_points"]
    assert entry == "openiads = " + about["scripts"]["openiads"]


def test_the_recipe_builds_without_an_index_and_tries_what_it_built(recipe: dict[str, Any]) -> None:
    script = recipe["build"]["script"]
    assert all(option in script for option in ("--no-deps", "--no-build-isolation", "--no-index"))
    assert (ROOT / "conda" / recipe["source"]["path"]).resolve() == ROOT
    tried = [line for each in recipe["tests"] if "script" in each for line in each["script"]]
    assert "openiads check tartus_2016" in tried
