"""Packaged scenarios stand in the README's table and have a page; the figures shown are those measured."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from house.source import ROOT
from openiads.scenario.load import load, packaged_scenarios

pytestmark = pytest.mark.compiled_only

PARTS = (
    "## Result",
    "## Order of battle",
    "## What is sourced and what is assumed",
    "## What is modeled and what is not",
)


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


def test_a_share_that_is_nearly_all_or_nearly_none_is_not_told_as_all_or_none() -> None:
    told = tool().percent
    assert told([0.9983, 0.9951, 1.0]) == "99.8 % (99.5 to 100.0)"
    assert told([0.0004, 0.0, 0.0012]) == "0.04 % (0.00 to 0.12)"
    assert told([0.0, 0.0, 0.0122]) == "0.0 % (0.0 to 1.2)"
    assert told([0.3354, 0.3096, 0.3613]) == "34 % (31 to 36)"


def test_every_share_has_an_interval_of_some_width_also_as_printed() -> None:
    """Never seen in so many replications is no certainty: such a share reaches as far as they leave open."""
    table = tool()
    shares = [share for row in table.read(table.RESULTS).values() for share in row["classes"].values()]
    shares += [share for cell in table.read(table.COMPARED)["cell"] for share in cell["shares"].values()]
    assert len(shares) > 200
    for mean, low, high in shares:
        assert low <= mean <= high
        shown = table.percent([mean, low, high]).partition("(")[2].rstrip(")").split(" to ")
        assert float(shown[0]) < float(shown[1])
        assert mean not in (0.0, 1.0) or high - low > 0.005


def test_the_comparison_shown_is_complete() -> None:
    table = tool()
    expected = len(table.SIZES) * len(table.AXES) * len(table.ARMS) * len(table.SIDES)
    assert len(table.read(table.COMPARED)["cell"]) == expected
