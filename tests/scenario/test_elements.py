"""A defense without some of its elements: what is left is a valid scenario, and nothing of the raid changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openiads.base.errors import InputErrors, UsageError
from openiads.base.toml import toml_text
from openiads.scenario.elements import Element, elements_of, only
from openiads.scenario.load import Scenario, load, loads

AT = {"Long": "34.93 N 35.92 E", "Close": "34.92 N 35.89 E"}


def site(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "system": "s300pmu2", "at": AT[name], "facing": "270 deg", **more}


def scenario(**more: Any) -> Scenario:
    """Two sites under a group, the group under a corps, a sensor that reports to the group."""
    tables: dict[str, Any] = {
        "format": 1,
        "name": "layered",
        "duration": "400 s",
        "terrain": {"source": "flat"},
        "asset": [{"name": "Base", "at": "34.92 N 35.90 E", "radius": "500 m"}],
        "site": [site("Long", doctrine={"leaves": ["Close"]}), site("Close")],
        "command": [
            {"name": "Group", "post": "5n83s", "at": "34.94 N 35.93 E", "commands": ["Close", "Long"]},
            {"name": "Corps", "post": "5n83s", "at": "34.95 N 35.94 E", "commands": ["Group"]},
        ],
        "link": [{"from": "Long", "delay": "1 s"}, {"from": "Group", "delay": "2 s"}],
        "early_warning": [
            {"name": "Mast", "radar": "64n6e2", "reports_to": "Group", "carrier": "ground", "at": "34.99 N 35.99 E"}
        ],
        "raid": [
            {
                "name": "Low",
                "threat": "tomahawk",
                "count": 3,
                "target": "Base",
                "origin": "34.92 N 35.2 E",
                "agl": "60 m",
            }
        ],
    }
    return loads(toml_text(tables | more))


def names(given: Scenario, **how: Any) -> list[str]:
    return [each.name for each in elements_of(given, **how)]


def without(given: Scenario, *gone: str, **how: Any) -> dict[str, Any]:
    elements = elements_of(given, **how)
    return only(given, elements, {each.name for each in elements} - set(gone)).mapping()


def listed(mapping: dict[str, Any], kind: str) -> list[str]:
    return [row.get("name", row.get("from")) for row in mapping.get(kind, [])]


def test_elements_are_sites_commands_and_sensors() -> None:
    assert names(scenario()) == ["Close", "Long", "Corps", "Group", "Mast"]
    opened = names(load("tartus_2016"), inside=("Tartus",))
    assert opened == ["Tartus/64n6e2", "Tartus/76n6", "Tartus/1", "Tartus/2"]
    assert names(scenario(), always=("L*", "Corps")) == ["Close", "Group", "Mast"]


def test_all_of_it_is_the_scenario_itself_and_the_raid_is_never_touched() -> None:
    given = scenario()
    elements = elements_of(given)
    assert only(given, elements, {each.name for each in elements}) is given
    for kept in ((), ("Long",), ("Close", "Group")):
        left = only(given, elements, kept).mapping()
        for key in ("raid", "asset", "terrain", "duration"):
            assert json.dumps(left[key]) == json.dumps(given.mapping()[key])


def test_a_site_goes_from_every_list_that_names_it() -> None:
    left = without(scenario(), "Close")
    assert listed(left, "site") == ["Long"] and "leaves" not in left["site"][0]["doctrine"]
    assert {row["name"]: row["commands"] for row in left["command"]} == {"Group": ["Long"], "Corps": ["Group"]}
    left = without(scenario(), "Long")
    assert listed(left, "link") == ["Group"]


def test_a_command_leaves_what_it_commands_to_itself() -> None:
    left = without(scenario(), "Group")
    assert listed(left, "site") == ["Close", "Long"]
    assert listed(left, "command") == []  # the corps has nobody left
    assert listed(left, "link") == [] and listed(left, "early_warning") == []  # nobody hears the sensor
    left = without(scenario(), "Corps")
    assert listed(left, "command") == ["Group"] and listed(left, "link") == ["Long"]
    assert listed(left, "early_warning") == ["Mast"]


def test_nothing_of_the_defense_may_be_left() -> None:
    given = scenario()
    left = only(given, elements_of(given), ())
    assert not (left.sites or left.commands or left.links or left.early_warnings)


def test_parts_of_a_site_are_off_or_without_power_and_keep_their_numbers() -> None:
    given = load("tartus_2016")
    left = without(given, "Tartus/76n6", "Tartus/1", inside=("Tartus",))["site"][0]
    assert left["radars_off"] == ["76n6"] and left["fire_units"] == 2
    assert [(each["element"], each["at"]) for each in left["failures"]] == [("power/1", "0 s")]


def test_what_a_raid_strikes_or_stands_on_a_ship_stays_without_power() -> None:
    strikes = {
        "name": "Hunters",
        "threat": "tomahawk",
        "count": 1,
        "strikes": "Long/30n6e2/1",
        "origin": "34.92 N 35.2 E",
        "agl": "60 m",
    }
    given = scenario(raid=[strikes])
    by_name = {each.name: each for each in elements_of(given)}
    assert by_name["Long"].stays == "Hunters strikes it" and by_name["Close"].stays == ""
    left = without(given, "Long")
    assert listed(left, "site") == ["Close", "Long"]
    assert [each["element"] for each in left["site"][1]["failures"]] == ["power"]
    asset = {"name": "Base", "at": "34.92 N 35.90 E", "radius": "500 m"}
    ship = {"name": "Close", "system": "s300f", "at": "34.9 N 35.5 E", "facing": "270 deg"}
    afloat = scenario(site=[site("Long"), ship], asset=[asset, {**asset, "name": "Hull", "ship": "Close"}])
    assert {each.name: each.stays for each in elements_of(afloat)}["Close"] == "Hull stands on its ship"


def test_nothing_is_left_to_a_point_defense_without_power() -> None:
    strikes = {
        "name": "Hunters",
        "threat": "tomahawk",
        "count": 1,
        "strikes": "Close/30n6e2/1",
        "origin": "34.92 N 35.2 E",
        "agl": "60 m",
    }
    left = without(scenario(raid=[strikes]), "Close")
    assert "leaves" not in left["site"][1]["doctrine"]


def test_the_order_of_entries_means_nothing() -> None:
    given = scenario()
    turned = scenario(site=given.mapping()["site"][::-1], command=given.mapping()["command"][::-1])
    assert elements_of(turned) == elements_of(given)
    kept = {"Close", "Group"}
    assert only(turned, elements_of(turned), kept).digest() == only(given, elements_of(given), kept).digest()


def test_names_of_nothing_and_an_empty_defense_are_refused() -> None:
    with pytest.raises(UsageError, match=r'--inside "Lang": names nothing.*Nearest: "Long"'):
        elements_of(scenario(), inside=("Lang",))
    with pytest.raises(UsageError, match="no element of a defense is left"):
        elements_of(scenario(), always=("*",))


def test_what_makes_no_scenario_is_told_with_what_is_missing() -> None:
    wrong = (Element("Long", "radar", "Long"),)
    with pytest.raises(InputErrors, match=r"without Long: site\[2\]\.radars_off\[1\]"):
        only(scenario(), wrong, ())


def test_who_is_gone_is_told_nothing_and_a_line_to_nobody_goes() -> None:
    """Names of sites that are out go from a zone's lists; a line whose party is out goes, and what was sent over it."""
    parties = [site("Long", party="Coast"), site("Close", party="Inland")]
    lines = [{"name": "Line", "between": ["Coast", "Inland"]}]
    zone = {"name": "Block", "at": "34.92 N 35.90 E", "radius": "50 km", "party": "Inland", "over": ["Line"]}
    told = zone | {"late": {"Long": "9 s", "Close": "5 s"}, "never": ["Close"]}
    standing = {"name": "Order", "kind": "no_fire", "at": "34.92 N 35.90 E", "radius": "9 km", "never": ["Close"]}
    made = scenario(site=parties, hotline=lines, zone=[told, standing])
    elements = elements_of(made)
    without = only(made, elements, {element.name for element in elements} - {"Close"})
    assert without.hotlines == ()
    assert [part.name for part in without.zones] == ["Order"]
    assert without.zones[0].never == ()
    same = only(made, elements, {element.name for element in elements} - {"Mast"})
    assert same.zones == made.zones and same.hotlines == made.hotlines
