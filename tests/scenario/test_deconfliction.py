"""What a hotline, a zone and an origin may not be: each told with its place, its reason and what to do."""

from __future__ import annotations

import math

import pytest

from engine.scenes import place, site
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.scenario.deconfliction_checks import crosses_itself
from openiads.scenario.load import loads, warnings_of

OVER = [place(150.0), place(80.0, 90.0)]
VISITOR = {
    "name": "Visitor",
    "kind": "f16",
    "route": OVER,
    "altitude": "8 km",
    "speed": "250 m/s",
    "party": "Coalition",
}
CIRCLE = {"at": place(0.0), "radius": "100 km"}
LINE = {"name": "Line", "between": ["Coast", "Coalition"]}


def text(**tables):
    """A scenario of two parties."""
    return toml_text(
        {
            "format": 1,
            "name": "scene",
            "duration": "900 s",
            "terrain": {"source": "flat"},
            "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
            "site": [site(party="Coast")],
            "flight": [VISITOR],
        }
        | tables
    )


def zone(**more):
    return {"zone": [{"name": "Block"} | more]}


SQUARE = ["34 N 35 E", "34 N 36 E", "35 N 36 E", "35 N 35 E"]
WRONG = {
    "a hotline between one party": ({"hotline": [LINE | {"between": ["Coast", "Coast"]}]}, "joins two parties"),
    "between one": ({"hotline": [LINE | {"between": ["Coast"]}]}, "joins two parties"),
    "between nobody": ({"hotline": [LINE | {"between": []}]}, "joins two parties"),
    "a party of nobody": ({"hotline": [LINE | {"between": ["Coast", "Moon"]}]}, "no party of that name"),
    "a zone whose floor is above": (zone(**CIRCLE, floor="9 km", ceiling="5 km"), "inside out: the floor"),
    "a zone that ends before": (zone(**CIRCLE, start="60 s", until="30 s"), "inside out: it ends"),
    "an area whose edges cross": (zone(area=[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]), "inside out: its edges"),
    "an area of no width": (zone(area=["34 N 35 E", "34 N 35 E", "35 N 35 E"]), "inside out: its edges"),
    "an area of two places": (zone(area=SQUARE[:2]), "less than 3 places"),
    "two shapes": (zone(**CIRCLE, area=SQUARE), "has area and at"),
    "no shape": (zone(), "has no place"),
    "a route without width": (zone(route=OVER), "route and width go together"),
    "a notice of nobody": (zone(**CIRCLE, over=["Line"]) | {"hotline": [LINE]}, "sent by nobody"),
    "over no line": (zone(**CIRCLE, party="Coalition", over=["Wire"]), "no hotline of that name"),
    "from beside the line": (
        zone(**CIRCLE, party="Moon", over=["Line"]) | {"hotline": [LINE]},
        "Moon is at neither end of Line",
    ),
    "never to nobody": (zone(**CIRCLE, never=["Nowhere"]), "no site or command of that name"),
    "late to nobody": (zone(**CIRCLE, late={"Nowhere": "60 s"}), "no site or command of that name"),
    "one cost": ({"identification": {"cost_wrong": 3.0}}, "go together"),
    "no cost": ({"identification": {"cost_wrong": 0.0, "cost_leak": 0.0}}, "one of them is above 0"),
    "costs and a threshold": (
        {"identification": {"cost_wrong": 3.0, "cost_leak": 1.0, "threshold_hostile": 0.9}},
        "are a threshold already",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_refused_at_its_place(what):
    tables, told = WRONG[what]
    with pytest.raises(InputError) as refused:
        loads(text(**tables))
    assert told in str(refused.value)
    assert "scenario:" in str(refused.value)


def test_an_area_across_180_degrees_is_one():
    """Corners on both sides of the date line, near a pole and over it."""

    def corners(*places):
        return [(math.radians(lat), math.radians(lon)) for lat, lon in places]

    across = corners((50, 179), (50, -179), (52, -179), (52, 179))
    assert not crosses_itself(across)
    assert not crosses_itself(across[::-1])
    assert crosses_itself([across[0], across[2], across[1], across[3]])
    assert not crosses_itself(corners((89, 0), (89, 90), (89, 180), (89, -90)))
    assert crosses_itself(corners((0, 0), (0, 120), (0, -120)))  # the whole equator bounds nothing
    loads(text(**zone(area=["50 N 179 E", "50 N 179 W", "52 N 179 W", "52 N 179 E"])))


def told_of(**tables):
    return "\n".join(warnings_of(loads(text(**tables))))


LANE = {"name": "Airway", "points": OVER, "width": "20 km", "floor": "9 km", "ceiling": "13 km"}


def test_plans_that_contradict_routes_are_told():
    """They run: who is off its plan is what such a scenario may be about."""
    assert "flight_plan = true" in told_of(corridor=[LANE], flight=[VISITOR | {"corridor": "Airway"}])
    planned = VISITOR | {"corridor": "Airway", "flight_plan": True}
    assert "flies above or below it" in told_of(corridor=[LANE], flight=[planned])
    assert "Airway" not in told_of(corridor=[LANE], flight=[planned | {"altitude": "10 km"}])


def test_corridors_that_share_air_are_told_with_the_rule():
    other = LANE | {"name": "Other"}
    assert "share air" in told_of(corridor=[LANE, other])
    assert "share air" not in told_of(corridor=[LANE, other | {"floor": "14 km", "ceiling": "18 km"}])


def test_notices_that_come_when_all_is_over_are_told():
    late = zone(**CIRCLE, sent="300 s", until="200 s")
    assert "nobody knows of it in time" in told_of(**late)
    assert "after the end of the run" in told_of(**zone(**CIRCLE, start="1000 s"))


def test_a_scenario_without_any_of_it_is_written_as_before():
    scenario = loads(text())
    written = scenario.mapping()
    assert not {"hotline", "zone", "origin"} & set(written)
    assert set(written["identification"]) == set()
    assert "party" not in loads(text(site=[site()], flight=[])).mapping()["site"][0]


def test_what_is_declared_reads_back_equal():
    tables = zone(**CIRCLE, party="Coalition", over=["Line"], late={"Guard": "60 s"}, until="300 s") | {
        "hotline": [LINE]
    }
    scenario = loads(text(**tables, origin=[{"name": "Field", "of": "neutral", **CIRCLE}]))
    assert loads(scenario.toml()) == scenario
    assert scenario.digest() != loads(text()).digest()
