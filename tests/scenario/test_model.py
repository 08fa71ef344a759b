"""Scenarios: quantities write themselves back, the order of entries changes nothing, edits are validated again."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.base.errors import InputError, InputErrors
from openiads.base.toml import toml_text
from openiads.earth.worldwide import BIAS
from openiads.scenario.edits import setting
from openiads.scenario.load import (
    YOUNGER,
    Scenario,
    catalog_of,
    load,
    loads,
    packaged_scenarios,
    scenario_schema,
    warnings_of,
)
from openiads.scenario.measures import Measure, Position

PACKAGED = [
    "airway_2014",
    "campaign_30_days",
    "chukchi_coast",
    "cook_strait",
    "departure_2020",
    "exercise_2001",
    "hmeimim_2018",
    "il20_2018",
    "keflavik",
    "moskva_2015",
    "moskva_2015_with_shore",
    "moskva_2022",
    "one_on_one",
    "patriot_drones",
    "patriot_drones_inner",
    "raid24",
    "syria_2013",
    "tartus_2016",
    "tartus_2016_pmu2",
    "tartus_2016_v4",
    "tartus_2017_arm",
    "tartus_2017_contested",
    "tartus_2017_jammed",
    "tartus_2017_layers",
    "tartus_deconfliction",
    "turkey_2013",
]


def test_the_packaged_scenarios_load_without_a_warning():
    assert packaged_scenarios() == PACKAGED
    for name in PACKAGED:
        scenario = load(name)
        assert scenario.name == name
        told = [f"the ground is the packaged world, 9 km cells, whose {BIAS}"]
        # the battery of departure_2020 holds its map the wrong way round, so that its corridor is not where they fly
        found = [line for line in warnings_of(scenario) if name != "departure_2020" or "lies beside it" not in line]
        assert found == (told if scenario.terrain.source == "world" else [])


@pytest.mark.parametrize("name", PACKAGED)
def test_writing_and_reading_again_gives_an_equal_scenario(name):
    scenario = load(name)
    again = loads(scenario.toml())
    assert again == scenario
    assert again.digest() == scenario.digest()
    assert Scenario.model_validate(json.loads(scenario.json_text())) == scenario


def test_the_benchmark_workload_is_the_fixed_one():
    scenario = load("raid24")
    (site,) = scenario.sites
    assert (site.fire_units, site.launchers * site.rounds, site.low_altitude) == (1, 48, "76n6")
    assert (site.doctrine.fire, site.doctrine.salvo, site.doctrine.control) == ("shoot_look_shoot", 2, "tight")
    assert scenario.duration == 600.0
    counts = {
        threat: sum(r.count for r in scenario.raids if r.threat == threat) for threat in ("f16", "tomahawk", "scud_b")
    }
    assert counts == {"f16": 12, "tomahawk": 8, "scud_b": 4}
    assert {r.speed for r in scenario.raids if r.threat == "f16"} == {250.0}
    assert {r.speed for r in scenario.raids if r.threat == "tomahawk"} == {240.0}


@pytest.mark.parametrize("name", ["tartus_2016", "raid24"])
def test_every_threat_starts_after_the_beginning_and_arrives_within_the_run(name):
    from openiads.earth.geodesy import inverse

    scenario = load(name)
    for raid in scenario.raids:
        entry = catalog_of(scenario)[raid.threat]
        aim = scenario.asset(raid.target).at
        distance = inverse(aim.latitude, aim.longitude, raid.begins.latitude, raid.begins.longitude)[0]
        flight_time = entry.flight_time.si if entry.has("flight_time") else distance / (raid.speed or entry.speed.si)
        assert raid.time_on_target - flight_time - 3 * raid.jitter > 0.0, raid.name
        last = raid.time_on_target + (raid.count - 1) * raid.spacing + 3 * raid.jitter
        assert last <= scenario.duration, raid.name


def test_quantities_are_si_and_radians_inside():
    scenario = load("tartus_2016")
    strike = next(raid for raid in scenario.raids if raid.threat == "f16")
    assert strike.altitude == 7000.0
    assert scenario.flights[0].altitude == pytest.approx(35000 * 0.3048)
    assert scenario.sites[0].facing == pytest.approx(4.276056667)
    assert scenario.sites[0].at == Position.read("34.92 N 35.90 E")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.floats(-1.57, 1.57),
    st.floats(-3.14, 3.14),
    st.floats(5.0, 3000.0),
    st.floats(0.0, 86400.0),
    st.floats(1.0, 1e5),
)
def test_any_quantity_survives_writing_bit_for_bit(latitude, longitude, speed, time, radius):
    base = load("one_on_one").mapping()
    base["asset"][0] |= {"radius": Measure("length").write(radius)}
    base["raid"][0] |= {"speed": Measure("speed").write(speed), "start": Measure("time").write(time)}
    base["raid"][0] |= {"origin": Position(latitude, longitude).written()}
    scenario = Scenario.model_validate(base)
    raid = Scenario.model_validate(scenario.mapping()).raids[0]
    assert (raid.speed, raid.start, raid.origin) == (speed, time, Position(latitude, longitude))
    assert scenario.assets[0].radius == radius


def test_the_order_of_entries_in_a_file_changes_nothing():
    mapping = load("tartus_2016").mapping()
    for kind in ("asset", "raid"):
        mapping[kind].reverse()
    mapping["site"][0]["defends"].reverse()
    mapping = dict(reversed(mapping.items()))
    again = loads(toml_text(mapping))
    assert again == load("tartus_2016")
    assert again.digest() == load("tartus_2016").digest()


def test_units_reexpressed_give_the_same_digest():
    scenario = load("one_on_one")
    same = scenario.with_values(
        {"duration": "5 min", "raid.Intruder.altitude": "6000 m", "site.Guard.facing": "270.0 deg"}
    )
    assert same.digest() == scenario.digest()


def test_another_value_gives_another_digest():
    scenario = load("one_on_one")
    assert scenario.with_values({"site.Guard.rounds": 1}).digest() != scenario.digest()


def test_the_contents_of_a_rule_file_are_part_of_the_digest(tmp_path):
    text = load("one_on_one").with_values({"site.Guard.doctrine.fire": "rules.py:mine"}).toml()
    (tmp_path / "rules.py").write_text("def mine(own, picture, dials, draw): ...\n")
    (tmp_path / "s.toml").write_text(text)
    first = load(tmp_path / "s.toml")
    assert first.folder == tmp_path.resolve()
    assert first.named_files() == ("rules.py",)
    digest = first.digest()
    (tmp_path / "rules.py").write_text("def mine(own, picture, dials, draw): return None\n")
    assert load(tmp_path / "s.toml").digest() != digest


def test_line_ends_of_a_scenario_and_its_rules_do_not_change_what_it_is(tmp_path):
    """Version control writes the line ends of the system that it runs on; the study stays the same."""
    text = load("one_on_one").with_values({"site.Guard.doctrine.fire": "rules.py:mine"}).toml()
    rules = "def mine(own, picture, dials, draw):\n    return None\n"
    digests = set()
    for end in ("\n", "\r\n"):
        (tmp_path / "rules.py").write_text(rules, encoding="utf-8", newline=end)
        (tmp_path / "s.toml").write_text(text, encoding="utf-8", newline=end)
        digests.add(load(tmp_path / "s.toml").digest())
    assert len(digests) == 1


def test_values_are_set_by_name():
    scenario = load("tartus_2016").with_values(
        {
            "site.Tartus.fire_units": 1,
            "raid.Loitering munitions.count": 0,
            "model.kill": "constant",
            "duration": "950 s",
        }
    )
    assert scenario.sites[0].fire_units == 1
    assert {r.name: r.count for r in scenario.raids}["Loitering munitions"] == 0
    assert (scenario.model.kill, scenario.duration) == ("constant", 950.0)
    by_number = load("tartus_2016").with_values({"site[1].doctrine.salvo": 3})
    assert by_number.sites[0].doctrine.salvo == 3


def test_a_name_with_a_dot_is_set_in_quotes():
    scenario = load("one_on_one").with_values(
        {"asset.Depot.name": "St. John", "site.Guard.defends": ["St. John"], "raid.Intruder.target": "St. John"}
    )
    assert scenario.with_values({'asset."St. John".value': 2.0}).assets[0].value == 2.0


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("site.Tartos.fire_units", 1, 'Nearest: "Tartus"'),
        ("site.Tartus.fire_units", 7, "Allowed: 0 to 6"),
        ("site.Tartus.fire_unit", 1, 'Nearest: "fire_units"'),
        ("duration", 600, "600 has no unit"),
        ("duration.x", 600, "leads to no value"),
        ("site[9].at", "1 N 1 E", "there is no [9] here"),
        ("..", 1, "not a path"),
    ],
)
def test_a_bad_edit_says_what_is_wrong(path, value, message):
    with pytest.raises(InputError) as caught:
        load("tartus_2016").with_values({path: value})
    assert message in str(caught.value)


def test_settings_of_a_command_line_are_toml_values():
    assert setting("site.Tartus.fire_units=1") == ("site.Tartus.fire_units", 1)
    assert setting('site.Tartus.defends=["Port"]') == ("site.Tartus.defends", ["Port"])
    assert setting("duration=300 s") == ("duration", "300 s")
    assert setting('duration="300 s"') == ("duration", "300 s")
    with pytest.raises(InputError, match="not path=value"):
        setting("duration")


def test_an_own_entry_takes_over_the_fields_of_another():
    far = {
        "value": 150,
        "unit": "km",
        "low": 120,
        "high": 180,
        "status": "assumption",
        "note": "what if it saw farther",
    }
    own = {"radars": {"far": {"based_on": "76n6", "title": "far", "instrumented_range": far}}}
    scenario = load("one_on_one").with_values({"catalog": own})
    assert catalog_of(scenario)["far"].instrumented_range.si == 150_000.0
    assert catalog_of(scenario)["far"].rotation == catalog_of(scenario)["76n6"].rotation
    assert catalog_of(scenario).digest != catalog_of(load("one_on_one")).digest
    assert loads(scenario.toml()) == scenario


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"site.Guard.launchers": 0}, "has no launcher"),
        ({"site.Guard.rounds": 0}, "has no round"),
        ({"site.Guard.fire_units": 0}, "has no fire unit"),
        ({"site.Guard.radars_off": ["64n6e2"]}, "surveillance radar off"),
        ({"site.Guard.radars_off": ["30n6e2/1"]}, "engagement radar off"),
        ({"site.Guard.doctrine.control": "hold"}, "holds its weapons"),
        ({"raid.Intruder.count": 0}, "no threats"),
        ({"site": []}, "no site"),
        ({"raid.Intruder.start": "400 s"}, "after the end"),
    ],
)
def test_zero_of_anything_runs_with_a_warning(change, warning):
    found = warnings_of(load("one_on_one").with_values(change))
    assert any(warning in text for text in found)


def test_a_frozen_scenario_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        load("one_on_one").duration = 3.0


def test_the_json_schema_fits_the_packaged_scenarios():
    schema = scenario_schema()
    assert set(schema["properties"]) == set(load("tartus_2016").mapping()) | {*YOUNGER}  # left out without one
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name", "duration"]
    for name in PACKAGED:
        _fits(load(name).mapping(), schema, schema["$defs"], name)


def test_the_json_schema_refuses_a_speed_without_a_unit():
    schema = scenario_schema()
    mapping = load("one_on_one").mapping()
    for wrong in (250, "250", "250 kg"):
        mapping["raid"][0]["speed"] = wrong
        with pytest.raises(AssertionError):
            _fits(mapping, schema, schema["$defs"], "")


def test_every_example_of_the_json_schema_matches_its_pattern():
    seen = 0
    left = [scenario_schema()]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            if "pattern" in item and "examples" in item:
                seen += 1
                assert all(re.search(item["pattern"], example) for example in item["examples"])
            left += list(item.values())
        elif isinstance(item, list):
            left += item
    assert seen > 20


def _fits(value, schema, definitions, where):
    """Checks the part of JSON Schema that this schema uses."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        assert any(_accepts(value, choice, definitions) for choice in schema["anyOf"]), f"{where}: {value!r}"
        return
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]]), f"{where}: {value!r}"
    if "enum" in schema:
        assert value in schema["enum"], where
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{where}: {value!r}"
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for key, item in value.items():
            if key in properties:
                _fits(item, properties[key], definitions, f"{where}.{key}")
            else:
                assert schema.get("additionalProperties") is not False, f"{where}.{key}"
    if isinstance(value, list):
        for i, item in enumerate(value):
            _fits(item, schema["items"], definitions, f"{where}[{i}]")


def _accepts(value, schema, definitions):
    try:
        _fits(value, schema, definitions, "")
    except AssertionError:
        return False
    return True


def test_priors_must_add_up():
    with pytest.raises(InputErrors, match="add up to 1"):
        load("one_on_one").with_values(
            {"identification": {"prior_hostile": 0.5, "prior_friend": 0.2, "prior_neutral": 0.2}}
        )


def test_a_detection_range_of_zero_is_refused_with_the_allowed_range() -> None:
    from openiads.base.errors import OpeniadsError
    from openiads.scenario.load import loads

    text = 'format = 1\nname = "x"\nduration = "60 s"\n[model]\ndetection = "range"\ndetection_range = "0 km"\n'
    with pytest.raises(OpeniadsError) as error:
        loads(text, "zero.toml")
    assert "zero.toml:6" in str(error.value) and "detection_range" in str(error.value)


@pytest.mark.parametrize("path", ["knob.48n6e2.pk", "48n6e2.pk"])
def test_a_parameter_among_the_values_of_a_scenario_is_told_with_the_commands_that_take_it(path: str) -> None:
    """Once all that was told is that "knob" is no key."""
    with pytest.raises(InputError) as caught:
        load("one_on_one").with_values({path: 0.7})
    assert f"{path}: the catalog's, and no value of a scenario" in str(caught.value)
    assert "compare SCENARIO SCENARIO --set-b knob.48n6e2.pk=..." in str(caught.value)
    assert "spread SCENARIO --knobs 48n6e2.pk." in str(caught.value)
