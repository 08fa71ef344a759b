"""Packaged scenarios stand in the README's table and have a page; the figures shown are those measured."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from house.source import ROOT
from openiads.data.reading import load, packaged_scenarios

pytestmark = pytest.mark.compiled_only

PARTS = (
    "## Result", "## Order of battle", "## What is sourced and what is assumed", "## What is modeled and what is not",
)  # fmt: skip


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scenario_table", ROOT / "tools" / "scenario_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_stands_in_the_table_and_has_a_page(name: str) -> None:
    row = f"| [`{name}`](docs/scenarios/{name}.md) | {load(name).question} |"
    assert row in (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "scenarios" / f"{name}.md").read_text(encoding="utf-8")
    assert [part for part in PARTS if part not in page] == []
    assert f"openiads run {name} " in page


def test_no_scenario_is_shown_that_is_not_packaged() -> None:
    table = tool()
    assert list(table.read(table.RESULTS)) == packaged_scenarios()
    assert all(row["failed"] == 0 for row in table.read(table.RESULTS).values())


def test_shown_figures_are_those_measured_of_the_scenarios_as_they_are() -> None:
    assert tool().stale() == [], "run python tools/scenario_table.py --measure"


def test_the_comparison_shown_is_complete() -> None:
    table = tool()
    expected = len(table.SIZES) * len(table.AXES) * len(table.ARMS) * len(table.SIDES)
    assert len(table.read(table.COMPARED)["cell"]) == expected
