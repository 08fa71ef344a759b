"""Who answers when asked who it is, and what is told of friends that cannot."""

from __future__ import annotations

import pytest

from engine.scenes import place, raid, scene
from openiads.scenario.identity import carries_iff
from openiads.scenario.load import warnings_of


@pytest.mark.parametrize("kind", ["aircraft", "airliner", "cruise", "drone", "ballistic"])
@pytest.mark.parametrize("side", ["hostile", "friend", "neutral"])
def test_a_friend_with_a_crew_answers_unless_told_otherwise(side, kind):
    assert carries_iff(side, kind, None) == (side == "friend" and kind in ("aircraft", "airliner"))
    assert carries_iff(side, kind, True)
    assert not carries_iff(side, kind, False)


def visitor(**more):
    """An aircraft that is no raid."""
    route = [place(150.0), place(80.0, 90.0)]
    return {"name": "Visitor", "kind": "f16", "side": "friend", "route": route, "altitude": "8 km"} | more


@pytest.mark.parametrize(
    ("raids", "flights", "told"),
    [
        ([raid("Own", side="friend")], [visitor()], []),
        ([raid("Own", side="friend", iff=False)], [], ['raid "Own" is']),
        ([raid("Own", "shahed136", side="friend")], [], ['raid "Own" is']),
        ([raid("Own", "shahed136", side="friend", iff=True)], [], []),
        ([raid("Own", "shahed136", side="friend", count=0)], [], []),
        ([raid("Own", side="friend", weapon="tomahawk", release_range="40 km")], [], ['raid "Own": its tomahawk']),
        ([raid("Theirs", iff=False)], [visitor(side="neutral")], []),
        ([], [visitor(iff=False)], ['flight "Visitor" is']),
        ([], [visitor(iff=False, transponder=True)], ['flight "Visitor" is']),
    ],
)
def test_friends_that_cannot_answer_are_named(raids, flights, told):
    found = [line for line in warnings_of(scene(*raids, flights=flights).scenario) if "without IFF" in line]
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))
