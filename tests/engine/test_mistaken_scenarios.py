"""What the pages of the scenarios of mistakes say of their safeguards: which help alone, which only together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from engine.scenes import column
from openiads.scenario.load import load
from openiads.world.build import build

pytestmark = pytest.mark.compiled_only

COUNT = 10
MAP = {"corridor.Departure.points": ["39.927 N 40.219 E", "40.023 N 39.774 E"]}
TIGHT = {"site.Battery.doctrine.control": "tight"}
SURE = {"hotline.Base.reliability": 1.0, "hotline.Base.delay": "0 s"}


def engaged(name: str, changes: Mapping[str, Any]) -> np.ndarray:
    """Flights that are not hostile and were shot at, by replication."""
    world = build(load(name).with_values(dict(changes)))
    return np.asarray(column(world, COUNT, "civil_engaged")) + np.asarray(column(world, COUNT, "friend_engaged"))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("airway_2014", {"zone.Airway.never": []}),
        ("airway_2014", {f"flight.Airliner {n}.flight_plan": True for n in (1, 2, 3, 4)}),
        ("departure_2020", MAP | TIGHT),
        ("exercise_2001", {"zone.Beyond.never": []}),
        ("il20_2018", SURE | {"zone.Way home.never": []}),
        ("il20_2018", {"flight.Guest.transponder": True}),
        ("il20_2018", {"site.Battery.doctrine.control": "hold"}),
    ],
)
def test_a_safeguard_that_a_page_says_helps_wholly_leaves_none(name: str, changes: Mapping[str, Any]) -> None:
    before = engaged(name, {})
    assert before.sum() >= 0.8 * COUNT
    assert engaged(name, changes).sum() == 0


@pytest.mark.parametrize("changes", [MAP, TIGHT])
def test_neither_the_map_nor_the_control_state_alone_saves_a_departure(changes: Mapping[str, Any]) -> None:
    assert np.array_equal(engaged("departure_2020", changes), engaged("departure_2020", {}))


def test_an_order_to_hold_saves_hardly_a_departure_from_a_crew_with_a_wrong_map() -> None:
    """It fires a little later, in self-defense, and then at one more or fewer in some replication."""
    held, free = (engaged("departure_2020", c) for c in ({"site.Battery.doctrine.control": "hold"}, {}))
    assert abs(held.sum() - free.sum()) <= 0.1 * free.sum()


def test_the_strike_is_no_part_of_why_the_guest_is_shot_at() -> None:
    """Its rounds and channels only delay the shot: without a strike the guest is shot at no less often."""
    assert np.all(engaged("il20_2018", {"raid.Strike.count": 0}) >= engaged("il20_2018", {}))


def test_a_better_line_never_raises_what_passing_packages_are_shot_at() -> None:
    """On the same draws; a perfect one leaves only what a track outside the block gives, none in these."""
    found = [
        engaged("tartus_deconfliction", {"hotline.Hotline.reliability": reliability, "hotline.Hotline.delay": delay})
        for reliability, delay in ((0.0, "60 s"), (0.5, "60 s"), (0.9, "60 s"), (1.0, "0 s"))
    ]
    assert found[0].sum() == 4 * COUNT
    assert all(np.all(better <= worse) for worse, better in zip(found, found[1:], strict=False))
    assert found[-1].sum() == 0
