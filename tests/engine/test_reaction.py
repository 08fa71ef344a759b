"""The published reaction time is a total that the model's own chain and the crew's residual delay come to together."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from house.source import ROOT
from openiads.catalog.load import catalog
from openiads.experiments.factors import unit_sample
from openiads.scenario.knobs import knob_list, sample

pytestmark = pytest.mark.compiled_only

#: Systems whose chain alone takes longer than what is published (decision 0014): their crews take the least time.
LONGER = ("s300vm", "s300v4")
WITHIN = ("s300pmu2", "s300pmu1", "s300ps", "s300f", "s300fm", "s300v", "patriot_pac2", "patriot_pac3", "s400")
COUNT = 31
SAMPLED = ("s300pmu2", "s300f", "patriot_pac2", "pantsir_s1")
#: Share of parameter samples that come out inside, at least, where what is published is narrower than one search frame.
NARROW = {"s300v": 0.7, "s300vm": 0.5, "s400": 0.4}


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


@pytest.mark.parametrize("name", [*SAMPLED, *NARROW])
def test_in_parameter_samples_the_reaction_is_inside_what_is_published(tool: Any, name: str) -> None:
    """Expected: whatever is drawn of radar, post, crew, round and behavior, the sum stays inside what is published,
    which is stretched to hold what the nominal chain gives; a published interval of two or three seconds is narrower
    than what one radar frame leaves open and is left in some samples (the shares in decision 0014).
    """
    published = catalog()[name].reaction_time
    nominal = tool.chain(name, catalog()[name].crew_delay.si, COUNT)
    low, high = (end * min(1.0, nominal / published.si) for end in (published.si_low, published.si_high))
    high = max(published.si_high, published.si_high * nominal / published.si)
    knobs = knob_list(catalog(), tool.scene(name, tool.NEAR))
    found = [
        tool.reaction(tool.scene(name, tool.NEAR), row, 7)
        for row in sample(knobs, unit_sample("knowledge", 16, len(knobs), 3))
    ]
    inside = np.mean([low <= each <= high for each in found])
    assert inside >= NARROW.get(name, 0.85), (np.sort(found).round(1).tolist(), low, high)


@pytest.mark.parametrize(
    ("field", "values", "most"),
    [
        ("interrogation_interval", (1.0, 1.5, 1.9, 2.0, 2.1, 2.5, 3.0, 3.9, 4.0, 4.1, 5.0, 6.0), 3.0),
        ("decision_cycle", (1.0, 1.5, 1.9, 2.0, 2.1, 2.5, 3.0, 3.9, 4.0, 4.1, 5.0), 3.0),
        ("link_delay_unit", (0.1, 0.5, 0.6, 1.0, 1.5, 2.0), 1.5),
    ],
)
def test_the_reaction_time_has_no_cliff(tool: Any, field: str, values: tuple[float, ...], most: float) -> None:
    """Expected: between neighbors a tenth of a second apart nothing is added but that and the grain of the post's
    cycle and the radar's frame, a second; it never falls by more than that, and grows by two seconds for each of
    the interval between questions (three are put), since they do not wait for the post's cycle to be put.
    """
    scene = tool.scene("s300pmu2", tool.NEAR)
    found = np.array([tool.reaction(scene, {f"54k6e2.{field}": value}, COUNT) for value in values])
    steps, widths = np.diff(found), np.diff(values)
    assert (steps >= -1.0).all(), found.round(1)
    assert (steps <= most * widths + 1.0).all(), found.round(1)
