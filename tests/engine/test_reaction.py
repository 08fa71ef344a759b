"""The published reaction time is a total that the model's own chain and the crew's residual delay come to together."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from house.source import ROOT
from openiads.catalog.load import catalog

pytestmark = pytest.mark.compiled_only

#: Systems whose chain alone takes longer than what is published (decision 0014): their crews take the least time.
LONGER = ("s300vm", "s300v4")
WITHIN = ("s300pmu2", "s300pmu1", "s300ps", "s300f", "s300fm", "s300v", "patriot_pac2", "patriot_pac3", "s400")
COUNT = 31


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("fit_crew", ROOT / "tools" / "fit_crew.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", WITHIN)
def test_at_the_baseline_the_median_reaction_is_inside_its_published_interval(tool: Any, name: str) -> None:
    """Expected: a lone aircraft in the clear is shot at as long after its first detection as is published."""
    system = catalog()[name]
    median = tool.chain(name, system.crew_delay.si, COUNT)
    assert system.reaction_time.si_low <= median <= system.reaction_time.si_high


@pytest.mark.parametrize("name", LONGER)
def test_a_chain_that_is_too_long_leaves_its_crew_the_least_delay(tool: Any, name: str) -> None:
    """Expected: no crew is faster than 0.2 s, and the sum is told as longer than what is published."""
    system = catalog()[name]
    assert system.crew_delay.si == tool.LEAST
    assert tool.chain(name, tool.LEAST, COUNT) > system.reaction_time.si_high
    assert f"{name.removeprefix('s300').upper()}" in (ROOT / "docs/decisions/0014-crew-delay.md").read_text()


def test_a_slower_crew_delays_the_shot_by_as_much(tool: Any) -> None:
    """Expected: the delay is the last link: ten seconds more of it are eight to twelve seconds more to the shot."""
    fast, slow = (tool.chain("s300pmu2", crew, COUNT) for crew in (1.0, 11.0))
    assert 8.0 <= slow - fast <= 12.0
