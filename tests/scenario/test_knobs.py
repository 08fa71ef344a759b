"""The knob list: what carries knowledge spread, once, and what each knob does at a draw."""

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.scenario.knobs import LEVELS, calibration, knob_list, nominal_values, quotes_of, sample
from openiads.scenario.load import load


@pytest.fixture(scope="module")
def knobs():
    return {knob.name: knob for knob in knob_list(catalog(), load("tartus_2016"))}


def test_the_knobs_of_the_design_are_all_there(knobs):
    wanted = {f"world.{k}" for k in ("earth_factor", "crest_factor", "clutter", "common_mode")}
    wanted |= {f"{r}.snr" for r in ("64n6e2", "76n6", "30n6e2")}
    wanted |= {f"48n6e2.{k}" for k in ("impulse", "drag", "terminal_error", "pk", "reliability")}
    wanted |= {f"{t}.signature" for t in ("f16", "tomahawk", "shahed136", "scud_b", "a320")}
    wanted |= {f"{t}.speed" for t in ("f16", "tomahawk", "shahed136", "a320")}
    wanted |= {f"{t}.cep_factor" for t in ("f16", "tomahawk", "shahed136", "scud_b")}
    wanted |= {"s300pmu2.crew"}
    assert set(knobs) == wanted


def test_a_radar_that_the_scenario_leaves_out_has_no_knob(knobs):
    assert "96l6e.snr" not in knobs
    assert "96l6e.snr" in {knob.name for knob in knob_list(catalog())}


def test_every_knob_spans_its_nominal_value(knobs):
    for knob in knobs.values():
        assert knob.low < knob.high, knob.name
        assert knob.low <= knob.nominal <= knob.high, knob.name
        assert knob.at(0.0) == pytest.approx(knob.low)
        assert knob.at(1.0) == pytest.approx(knob.high)
    assert nominal_values(knobs.values())["world.earth_factor"] == pytest.approx(4 / 3)


def test_offsets_are_nominal_at_zero_and_factors_at_one(knobs):
    for knob in knobs.values():
        if knob.kind in ("offset", "factor"):
            assert knob.nominal == (0.0 if knob.kind == "offset" else 1.0), knob.name


def test_a_knob_that_replaces_bears_the_name_of_its_field(knobs):
    for knob in knobs.values():
        if knob.kind == "replaces":
            assert knob.fields == (knob.name.partition(".")[2],)
            assert knob.world or knob.nominal == catalog()[knob.entry].si(knob.fields[0])


def test_no_knob_that_does_not_replace_bears_the_name_of_a_field(knobs):
    for knob in knobs.values():
        if knob.kind != "replaces" and not knob.world:
            assert knob.name.partition(".")[2] not in catalog()[knob.entry].values


def test_kill_probabilities_move_together_through_their_intervals(knobs):
    knob = knobs["48n6e2.pk"]
    assert (knob.kind, knob.low, knob.high) == ("share", 0.0, 1.0)
    assert set(knob.fields) == {key for key in catalog()["48n6e2"].values if key.startswith("pk_")}
    assert knob.name not in nominal_values([knob])


def test_a_signature_of_ten_times_is_ten_decibels(knobs):
    rcs = catalog()["shahed136"].rcs[0].nose
    assert rcs.si_high / rcs.si == pytest.approx(10.0)
    assert knobs["shahed136.signature"].high == pytest.approx(10.0)


def test_a_world_setting_of_the_scenario_fixes_its_knob():
    fixed = load("tartus_2016").with_values({"world.earth_factor": 1.5})
    knob = next(k for k in knob_list(catalog(), fixed) if k.name == "world.earth_factor")
    assert knob.certain
    assert knob.world
    assert knob.at(0.9) == 1.5


def test_what_must_be_rebuilt_is_declared(knobs):
    assert {k.name.rpartition(".")[2] for k in knobs.values() if k.rebuild == "mask"} == {
        "earth_factor",
        "crest_factor",
    }
    assert {k.name.rpartition(".")[2] for k in knobs.values() if k.rebuild == "flyout"} == {"impulse", "drag"}


def test_instrumented_ranges_cap_and_do_not_calibrate():
    found = calibration(catalog()["64n6e2"])
    assert found.instrumented_range == 300_000.0
    assert found.low < found.nominal < found.high
    kinds = [quote.kind for quote in quotes_of(catalog()["64n6e2"])]
    assert kinds.count("instrumented") == 1


def test_a_loss_that_the_simulation_applies_is_undone_by_the_calibration():
    radar = catalog()["64n6e2"]
    assert calibration(radar, lambda _: 2.0).nominal == pytest.approx(calibration(radar).nominal + 3.0103, abs=1e-3)


def test_a_sample_names_world_knobs_first_and_gives_each_column_to_its_knob(knobs):
    rows = list(knobs.values())
    shares = np.random.default_rng(4).uniform(0.01, 0.99, (3, len(rows)))
    worlds = sample(reversed(rows), shares)
    world_first = [k.name for k in reversed(rows) if k.world] + [k.name for k in reversed(rows) if not k.world]
    assert all(list(world) == world_first for world in worlds)
    for n, world in enumerate(worlds):
        for k, name in enumerate(world_first):
            if knobs[name].rebuild != "flyout":
                assert world[name] == knobs[name].at(shares[n, k])
    triangular = sample(reversed(rows), shares, "triangular")[0]
    crew = world_first.index("s300pmu2.crew")
    assert triangular["s300pmu2.crew"] == knobs["s300pmu2.crew"].at(shares[0, crew], "triangular")


def test_flyout_knobs_take_the_middles_of_equal_parts(knobs):
    shares = np.linspace(0.001, 0.999, 1000)[:, None]
    drag = [world["48n6e2.drag"] for world in sample([knobs["48n6e2.drag"]], shares)]
    assert sorted(set(drag)) == [knobs["48n6e2.drag"].at((k + 0.5) / LEVELS) for k in range(LEVELS)]
    assert len({drag.count(value) for value in set(drag)}) == 1
    crew = [world["s300pmu2.crew"] for world in sample([knobs["s300pmu2.crew"]], shares)]
    assert len(set(crew)) == 1000


@pytest.mark.parametrize("shares", [[[0.5]], [0.5, 0.5], [[0.0, 0.5]], [[0.5, 1.0]], [[0.5, np.nan]]])
def test_shares_that_fit_no_sample_are_refused(knobs, shares):
    with pytest.raises(InputError, match="one column for each knob"):
        sample([knobs["48n6e2.drag"], knobs["64n6e2.snr"]], shares)
