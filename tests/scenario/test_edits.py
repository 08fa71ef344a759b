"""Changes of scenarios by path: counting starts at 1, and two scenarios are told apart by paths that lead there."""

from __future__ import annotations

import pytest

from openiads.base.errors import InputError
from openiads.scenario.edits import edited, told_apart
from openiads.scenario.load import load


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("site[0].launchers", "no [0] here: counting starts at 1"),
        ("raid[0]", "no [0] here: counting starts at 1"),
        ("site[7].launchers", "no [7] here: the last is [1]"),
        ("flight[1].kind", "no [1] here: the list is empty"),
    ],
)
def test_a_place_that_a_list_does_not_have_is_told(path: str, told: str) -> None:
    mapping = load("one_on_one").mapping() | {"flight": []}
    with pytest.raises(InputError) as caught:
        edited(mapping, {path: 1})
    assert told in caught.value.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"site.Guard.rounds": 4},
        {"duration": "299 s", "raid.Intruder.count": 3},
        {"site.Guard.doctrine.salvo": 1, "model.false_alarms": True},
        {"world.earth_factor": 1.2},
    ],
)
def test_what_was_changed_is_what_tells_them_apart(changes: dict[str, object]) -> None:
    plain = load("one_on_one")
    found = told_apart(plain.mapping(), plain.with_values(changes).mapping())
    assert {path: value for path, _, value in found} == changes
    assert (
        plain.with_values({path: value for path, _, value in found}).mapping() == plain.with_values(changes).mapping()
    )
    assert told_apart(plain.mapping(), plain.mapping()) == []


def test_names_with_dots_lead_back_and_what_only_one_has_is_one_difference() -> None:
    one = {"asset": [{"name": "St. John", "value": 1}]}
    other = {"asset": [{"name": "St. John", "value": 2}, {"name": "Port", "value": 1}]}
    found = told_apart(one, other)
    assert ('asset."St. John".value', 1, 2) in found
    assert ("asset.Port", None, {"name": "Port", "value": 1}) in found
    assert edited(one, {found[0][0]: 2})["asset"][0]["value"] == 2
