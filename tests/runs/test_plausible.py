"""What a check says of scenarios that were hardly meant: each expectation is a sentence that names thing and figure."""

from __future__ import annotations

from typing import Any

import pytest

from engine.scenes import CLEAR, place, raid, scene, site
from openiads.base.errors import InputError
from openiads.runs.plausible import objections
from openiads.runs.simulator import preview
from openiads.scenario.load import load, packaged_scenarios
from openiads.world.build import World, build

#: A ridge 2 km high and 4 km wide across the way, 40 km before the site.
RIDGE = {
    "source": "ridge",
    "origin": place(0.0),
    "bearing": "270 deg",
    "distance": "40 km",
    "height": "2 km",
    "width": "4 km",
}
DEPOT = {"name": "Depot", "radius": "500 m"}


def world(*raids: Any, **more: Any) -> World:
    return scene(*raids, model=CLEAR, **more)


def one_line(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_nothing_is_said_of_packaged_scenarios() -> None:
    for name in packaged_scenarios():
        assert objections(build(load(name))) == [], name


# ------------------------------------------------------------------ ways below the ground


def test_a_level_way_through_a_ridge_is_refused_with_share_and_depth() -> None:
    """The ridge stands above 1 km over about half its width: some percent of a way of 100 km."""
    with pytest.raises(InputError) as told:
        objections(world(raid("West", altitude="1 km"), terrain=RIDGE))
    said = str(told.value)
    assert 'raid "West": ' in said
    assert "of its way lies below the ground" in said
    assert "way 1,000 m above the sea" in said
    assert "agl" in told.value.remedy
    deepest = float(said.split("by ")[1].split(" m", maxsplit=1)[0].replace(",", ""))
    assert 900.0 < deepest <= 1000.0


def test_a_way_over_the_ridge_or_along_the_ground_is_not() -> None:
    assert objections(world(raid("West", altitude="2.1 km"), terrain=RIDGE)) == []
    follower = raid("West", "tomahawk", 100.0, agl="50 m")
    assert objections(world(follower, terrain=RIDGE)) == []


def test_a_way_that_only_touches_the_ground_is_a_warning() -> None:
    low = raid("West", distance=400.0, altitude="1.98 km")
    said = one_line([line for line in objections(world(low, terrain=RIDGE)) if "ground" in line])
    assert said.startswith('raid "West" goes into the ground: 0.')


def test_a_single_flight_is_held_against_the_ground_too() -> None:
    low = {
        "name": "Liner",
        "kind": "a320",
        "side": "neutral",
        "route": [place(90.0), place(10.0)],
        "altitude": "1 km",
    }
    with pytest.raises(InputError, match='flight "Liner"'):
        objections(world(flights=[low], terrain=RIDGE))


def test_sampled_worlds_are_not_looked_at() -> None:
    sampled = world(raid("West", altitude="1 km"), terrain=RIDGE, knobs={"world.crest_factor": 0.5})
    assert objections(sampled) == []


# ------------------------------------------------------------------ places


def test_a_site_with_its_coordinates_swapped_is_told() -> None:
    at = "50.0 N 10.0 E"
    other = "10.0 N 50.0 E"
    depot = [{**DEPOT, "at": at}]
    close = raid("West", origin="50.0 N 9.0 E")
    fine = objections(world(close, asset=depot, sites=[site(at=at)]))
    assert fine == []
    found = objections(world(close, asset=depot, sites=[site(at=other)]))
    said = next(line for line in found if line.startswith('site "Guard"'))
    assert "stands 5,7" in said or "stands 5,8" in said or "stands 5,6" in said
    assert said.endswith("its rounds reach 200 km: are latitude and longitude of one of them swapped?")


def test_a_swapped_site_that_is_still_in_reach_is_told_too() -> None:
    """Near 35 degrees north and east a swapped site stands 140 km off, within reach; once nothing was said."""
    depot = [{**DEPOT, "at": "34.92 N 35.90 E"}]
    close = raid("West", origin="34.9 N 35.0 E")
    assert objections(world(close, asset=depot, sites=[site(at="34.95 N 35.92 E")])) == []
    (said,) = objections(world(close, asset=depot, sites=[site(at="35.90 N 34.92 E")]))
    assert said == (
        'site "Guard" stands 141 km from Depot, which it defends, and would stand 0 km from it with latitude and '
        "longitude the other way round: are they swapped?"
    )
    far = objections(world(close, asset=depot, sites=[site(at="35.39 N 35.93 E")]))
    assert not [line for line in far if "swapped" in line]  # another site up the coast is meant


def test_a_raid_from_the_other_side_of_the_world_is_told() -> None:
    far = raid("West", origin="10.0 N 50.0 E", altitude="6 km")
    at = "50.0 N 10.0 E"
    found = objections(world(far, asset=[{**DEPOT, "at": at}], sites=[site(at=at)]))
    said = one_line(found)
    assert said.startswith('raid "West" starts ')
    assert said.endswith("km from its aim: are latitude and longitude of one of them swapped?")


def test_a_raid_that_never_comes_within_reach_is_told_with_distance_and_reach() -> None:
    away = [{**DEPOT, "at": place(400.0, 0.0)}]
    north = raid("North", origin=place(500.0, 0.0))
    said = one_line(objections(world(north, asset=away, sites=[site(defends=[])])))
    assert said == (
        'raid "North" never comes within reach of a site: it passes "Guard" at 400 km, whose rounds reach 200 km'
    )


def test_a_carrier_that_stays_away_and_releases_what_comes_near_is_fine() -> None:
    apart = raid("West", distance=500.0, weapon="tomahawk", weapons=1, release_range="300 km")
    assert objections(world(apart)) == []


def test_a_civil_flight_on_another_continent_is_told() -> None:
    lost = {
        "name": "Liner",
        "kind": "a320",
        "side": "neutral",
        "route": ["40 N 80 W", "41 N 80 W"],
    }
    said = one_line(objections(world(flights=[lost])))
    assert said.startswith('flight "Liner" comes no nearer than ')


# ------------------------------------------------------------------ work


def test_a_radar_that_turns_too_often_is_told_with_what_it_costs() -> None:
    made = world(raid("West", count=20, spacing="1 s"))
    assert objections(made) == []
    made.rows["radars"]["frame"][0] = 0.001
    said = one_line(objections(made))
    assert said == (
        'radar "Guard/64n6e2" looks every 0.001 s at up to 20 flights: 18 million times a replication, which takes 6 s '
        "or more"
    )


# ------------------------------------------------------------------ figures that nobody asks

ARROW = {
    "interceptors": {"arrow": {"based_on": "48n6e2"}},
    "launchers": {"rack": {"based_on": "5p85se", "carries": ["arrow"]}},
    "systems": {
        "archer": {
            "based_on": "s300pmu2",
            "launchers": [
                {
                    "launcher": "rack",
                    "interceptor": "arrow",
                    "count": {"value": 8, "status": "assumption", "note": "as the others"},
                    "rounds": {"value": 4, "status": "assumption", "note": "as the others"},
                }
            ],
        }
    },
}


def with_arrow(limits: str = "emergent", **fields: tuple[float, str]) -> list[str]:
    """Warnings for a round that changes some fields, (value, unit), of the one that it is based on."""
    values = {
        name: {"value": value, "low": value * 0.9, "high": value * 1.1, "status": "assumption", "note": "invented"}
        | ({"unit": unit} if unit else {})
        for name, (value, unit) in fields.items()
    }
    catalog = {**ARROW, "interceptors": {"arrow": {"based_on": "48n6e2", **values}}}
    made = scene(raid("West"), model=CLEAR | {"limits": limits}, sites=[site(system="archer")], catalog=catalog)
    return [line for line in preview(made.scenario) if "arrow" in line]


def test_a_published_limit_bounds_no_shot_under_emergent_limits_and_that_is_told() -> None:
    assert one_line(with_arrow(max_range=(40.0, "km"), max_altitude=(20.0, "km"))) == (
        "arrow changes max_range, max_altitude of 48n6e2, which bounds no shot here: reach comes from flight, radar "
        'and time unless [model] has limits = "published"'
    )
    assert with_arrow(limits="published", max_altitude=(20.0, "km")) == []


def test_of_several_changes_only_what_the_run_never_asks_is_named() -> None:
    """Drag is known by a coefficient and an area: what the round measures across is asked by nobody."""
    said = one_line(with_arrow(diameter=(400.0, "mm"), launch_mass=(1_850.0, "kg")))
    assert said == "arrow changes diameter of 48n6e2, which the run never asks"


def test_an_entry_that_changes_nothing_is_not_told() -> None:
    assert with_arrow() == []
