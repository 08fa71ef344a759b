"""The table of knobs: every knob is in it, and the figures at its ends follow from the model."""

import math

import pytest

from openiads.catalog.load import catalog
from openiads.explain import knob_table, round_table
from openiads.scenario.knobs import knob_list, set_only
from openiads.scenario.load import catalog_of, load

pytestmark = pytest.mark.compiled_only


@pytest.fixture(scope="module")
def rows():
    scenario = load("turkey_2013")
    return {row["knob"]: row for row in knob_table.table(catalog_of(scenario), scenario)}


def figure(rows, knob: str, name: str):
    return next(each for each in rows[knob]["figures"] if each["name"] == name)


def test_every_knob_of_a_scenario_has_a_row(rows):
    scenario = load("turkey_2013")
    assert list(rows) == [knob.name for knob in knob_list(catalog_of(scenario), scenario)]
    told = [figure for row in rows.values() for figure in row["figures"]]
    assert all(set(figure) == {"name", "unit", "low", "nominal", "high"} for figure in told)


def test_nominal_figures_are_those_of_the_reach_table(rows):
    published = {each.name: each.model for each in round_table.figures(catalog()["pac2_gemt"])}
    assert figure(rows, "pac2_gemt.flight", "reach")["nominal"] == pytest.approx(published["range"])
    assert figure(rows, "pac2_gemt.flight", "peak speed")["nominal"] == pytest.approx(published["peak speed"])


def test_more_impulse_and_less_drag_reach_farther_and_fly_faster(rows):
    single = {knob.name: knob for knob in set_only(catalog(), load("turkey_2013"))}
    for name in ("reach", "peak speed"):
        told = [knob_table.implied(single[f"pac2_gemt.{what}"], catalog()) for what in ("impulse", "drag")]
        impulse, drag = (next(each for each in figures if each.name == name) for figures in told)
        assert impulse.low < impulse.nominal < impulse.high
        assert drag.low > drag.nominal > drag.high


def test_what_is_sampled_of_a_flight_keeps_its_published_reach(rows):
    reach, published = figure(rows, "pac2_gemt.flight", "reach"), catalog()["pac2_gemt"].max_range
    assert published.si_low <= 1000.0 * reach["low"] < 1000.0 * reach["high"] <= published.si_high


def test_a_detection_range_goes_with_the_fourth_root(rows):
    every = {row["knob"]: row for row in knob_table.table(catalog(), load("one_on_one"))}
    row, seen = every["30n6e2.snr"], figure(every, "30n6e2.snr", "range on 1 m2")
    assert seen["high"] < catalog()["30n6e2"].instrumented_range.si / 1000.0
    for end in ("low", "high"):
        assert seen[end] == pytest.approx(seen["nominal"] * 10.0 ** (row[end] / 40.0))
    shrunk = figure(rows, "scud_b.signature", "detection range over the nominal")
    areas = figure(rows, "scud_b.signature", "nose-on cross-section")
    assert shrunk["low"] == pytest.approx((areas["low"] / areas["nominal"]) ** 0.25)


def test_the_horizon_follows_the_earth_factor(rows):
    horizon = figure(rows, "world.earth_factor", "horizon")
    assert horizon["nominal"] == pytest.approx(4.12 * (math.sqrt(20.0) + math.sqrt(100.0)), rel=0.01)
    assert horizon["high"] == pytest.approx(horizon["low"] * math.sqrt(2.0), rel=1e-3)
