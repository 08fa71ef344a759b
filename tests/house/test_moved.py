"""The pages of what moved say what their stored results say, and their tools still write them."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from openiads.scenario.load import packaged_scenarios

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["moved", "movers"])
def test_a_page_holds_the_tables_of_its_results(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    tool = import_module(name)
    assert tool.PAGE.read_text() == tool.page(), f"run python tools/{name}.py"


def test_every_scenario_of_release_0_1_is_in_every_step() -> None:
    """The same replications in each, or differences would not be paired; what is packaged since has no first step."""
    told = json.loads((ROOT / "benchmarks" / "moved.json").read_text())
    first = set(told["steps"][0]["scenarios"])
    assert len(first) == 9  # those of release 0.1
    assert first <= set(packaged_scenarios())
    for step in told["steps"]:
        assert set(step["scenarios"]) == first, step["commit"]
        for found in step["scenarios"].values():
            assert len(found["leakers"]) == len(found["rounds"]) == told["replications"]
