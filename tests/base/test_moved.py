"""Imports that the pages of 0.1.0 taught say in one line what takes their place."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

import openiads
from openiads.base import moved

TAUGHT = [
    "data.catalog",
    "data.knobs",
    "data.reading",
    "faces.answers",
    "study.allocation",
    "study.compare",
    "study.coverage",
    "study.envelope",
    "study.estimate",
    "study.knowledge",
    "study.like_for_like",
    "study.run",
    "study.standing",
    "study.straight",
    "study.twins",
    "study.unit",
]


@pytest.mark.parametrize("name", [*TAUGHT, "study.anything", "data.anything"])
@pytest.mark.parametrize("form", ["import openiads.{0}", "from openiads.{1} import {2}", "from openiads.{0} import x"])
def test_a_module_that_is_gone_names_the_public_one(name: str, form: str) -> None:
    package, _, module = name.rpartition(".")
    with pytest.raises(ModuleNotFoundError) as told:
        exec(form.format(name, package, module))
    line = str(told.value)
    assert line.startswith(f"openiads.{name} has moved: use ")
    assert "\n" not in line


@pytest.mark.parametrize("told", [*moved.MOVED.values(), moved.ELSEWHERE])
def test_what_takes_its_place_is_public(told: str) -> None:
    names = re.findall(r"\boi\.(\w+)|(?<!import )\bopeniads\.(\w+)", told)
    assert names
    for found in names:
        assert (found[0] or found[1]) in openiads.__all__ or found[0] == "__all__"


def test_what_still_stands_is_imported_and_what_never_was_is_missing() -> None:
    rules, contracts = (importlib.import_module(f"openiads.{name}") for name in ("doctrine", "doctrine.contracts"))
    assert rules.HOLD is contracts.HOLD
    assert importlib.import_module("openiads.world.codes") is openiads.codes
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'openiads\.nothing'"):
        importlib.import_module("openiads.nothing")


def test_the_finder_is_asked_last_and_stands_once() -> None:
    moved.refuse_moved()
    mine = [finder for finder in sys.meta_path if isinstance(finder, moved._Finder)]
    assert len(mine) == 1
    assert mine[0].find_spec("json", None) is None
    assert mine[0].find_spec("openiads.reach", None) is None
    code = "import sys, openiads; print(type(sys.meta_path[-1]).__module__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "openiads.base.moved", done


def test_a_script_that_imports_it_ends_with_that_line() -> None:
    program = "from openiads.study.unit import unit_world"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: openiads.study.unit has moved: use openiads.envelope (import openiads as oi; "
        "oi.envelope(...))"
    )
