"""How contributions and layers read: who is missed, who works with or in place of others, and who does nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from openiads.experiments.contributions import Cases, made_of
from openiads.faces.words import contributions, layers
from openiads.runs.work import Request
from openiads.scenario.elements import Element
from openiads.scenario.load import load
from openiads.statistics.coalitions import every


def told(worth: Any, metric: str = "leakers", stays: str = "") -> dict[str, Any]:
    """Three elements; ``worth`` of a coalition is what it prevents of 20."""
    noise = np.random.default_rng(4).integers(0, 2, 60).astype(float)
    values = {each: 20.0 - worth(each) + noise for each in every(3)}
    elements = [Element(name, "site", stays=stays) for name in ("One", "Two", "Idle")]
    return made_of(load("one_on_one"), elements, Cases(values, 30.0, 8), metric, Request(60, 1)).as_dict()


def test_who_works_in_place_of_another_and_who_does_nothing_is_said() -> None:
    lines = contributions.lines(told(lambda each: 9.0 * bool(each - {2})))
    assert lines[1].startswith("No single element is missed")
    assert "One, Two: gain less with the others than alone: they do each other's work." in lines
    assert "Idle: changes nothing, neither with all the others nor alone." in lines


def test_who_works_only_with_another_is_said() -> None:
    lines = contributions.lines(told(lambda each: 9.0 * ({0, 1} <= each)))
    assert lines[1].startswith("One is missed most: the gain is less by 9 [")
    assert lines[1].endswith("] without it (leakers prevented).")
    assert "One, Two: gain more with the others than alone." in lines


def test_an_element_that_makes_it_worse_is_said() -> None:
    lines = contributions.lines(told(lambda each: 9.0 * (0 in each) - 2.0 * (1 in each)))
    assert "Two: makes it worse where the others are there." in lines


def test_the_table_marks_what_differs_and_what_stays_in_its_place() -> None:
    head, rows = contributions.table(told(lambda each: 9.0 * bool(each - {2}), stays="something strikes it"))
    assert head == (*contributions.HEAD, "Shapley value")
    assert rows[-1] == ("Idle †", *["0 in every pair"] * 4)
    assert all(row[2].startswith("* 9 ") for row in rows[:2])


def test_other_metrics_are_gained_the_way_the_defense_wants_them() -> None:
    assert contributions.gain_words({"metric": "killed", "wanted": "more"}) == "more of killed"
    assert contributions.gain_words({"metric": "civil_killed", "wanted": "less"}) == "less of civil killed"
    assert contributions.shown("any_leaker", -0.25) == "−25"


def mean(value: float) -> dict[str, float]:
    return {"mean": value, "low": value, "high": value}


@pytest.fixture
def account() -> dict[str, Any]:
    counts = {stage: {"all": mean(n), "drone": mean(n)} for stage, n in (("arrived", 8), ("engaged", 6), ("killed", 5))}
    guns = {"kind": "ao18", "unit": "bursts", "fired": mean(12.0), "stock": None, "left": mean(0.0)}
    layer = {"site": "Close", "system": "ak630", "first_distance_m": None, **counts, "spent": [guns]}
    return {
        "replications": 10,
        "threats": {"all": mean(10.0), "drone": mean(10.0)},
        "layers": [layer],
        "ended": {"turned_away": {"all": mean(2.0), "drone": mean(2.0)}},
        "leaked": {"all": mean(3.0), "drone": mean(3.0)},
    }


def test_an_account_by_layers_reads_from_the_raid_to_what_leaked(account: dict[str, Any]) -> None:
    assert layers.answer(account) == "Of 10 threats, Close kills 5, 2 end otherwise and 3 leak on average (n = 10)."
    rows = layers.rows(account)
    assert [row[0] for row in rows] == ["The raid", "Close (ak630)", "Turned away", "Leaked"]
    assert rows[1][1] == "never" and rows[1][5:] == ("12 ao18 bursts", "endless")
    _, by_class = layers.class_table(account)
    assert by_class[1] == ("Killed by Close, of those within reach", "5 of 8")
