"""The knob list: what carries knowledge spread, once, and what each knob does at a draw."""

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.catalog.records import PRIORS
from openiads.scenario.knobs import COARSE, DRAWS, LEVELS, knob_list, known_knobs, nominal_values, sample, set_only
from openiads.scenario.load import load
from openiads.scenario.signals import calibration, quotes_of


@pytest.fixture(scope="module")
def knobs():
    return {knob.name: knob for knob in knob_list(catalog(), load("tartus_2016"))}


def test_what_is_correlated_has_a_knob_and_every_other_value_one_of_its_own(knobs):
    wanted = {f"world.{k}" for k in ("earth_factor", "crest_factor", "clutter", "common_mode")}
    wanted |= {f"{r}.{k}" for r in ("64n6e2", "76n6", "30n6e2") for k in ("snr", "beam", "frame", "search_elevation")}
    wanted |= {f"48n6e2.{k}" for k in ("flight", "terminal_error", "pk", "reliability", "support_break_limit")}
    wanted |= {f"{t}.signature" for t in ("f16", "tomahawk", "shahed136", "scud_b", "a320")}
    wanted |= {f"{t}.cep_factor" for t in ("f16", "tomahawk", "shahed136", "scud_b")}
    wanted |= {"s300pmu2.crew", "s300pmu2.hit_radii", "30n6e2.track_elevation_low", "5p85se.readiness", "scud_b.flight"}
    wanted |= {"behavior.acquire_limit", "behavior.reference", "identification.iff_reply_failure"}
    assert wanted <= set(knobs)
    assert len(knobs) >= 200


def test_no_value_has_two_knobs_but_where_one_is_common_to_many_entries(knobs):
    for entry in {knob.entry for knob in knobs.values() if knob.entry}:
        moved = [path for knob in knobs.values() if knob.entry == entry for path in knob.fields]
        assert len(moved) == len(set(moved)), entry


def test_variety_is_no_ignorance(knobs):
    """A strike aircraft flies at 240 to 590 m/s: many right numbers, not one that nobody knows."""
    assert catalog()["f16"].speed.variety and not catalog()["tomahawk"].speed.variety
    assert not {"f16.speed", "f16.altitude", "tomahawk.agl"} & set(knobs)
    assert "tomahawk.speed" in knobs


def test_a_count_is_sampled_as_a_count(knobs):
    knob = knobs["30n6e2.track_capacity"]
    assert (knob.low, knob.nominal, knob.high) == (6.0, 12.0, 24.0)
    shares = (np.arange(19 * 50) + 0.5) / (19 * 50)
    found = [knob.at(float(u)) for u in shares]
    assert sorted(set(found)) == list(range(6, 25))
    assert {found.count(n) for n in range(6, 25)} == {50}
    for prior in PRIORS:
        assert {knob.at(u, prior) for u in (1e-9, 0.3, 1 - 1e-9)} <= set(range(6, 25)), prior


def test_a_knob_that_only_a_joint_one_samples_can_still_be_set():
    tartus = load("tartus_2016")
    single = {knob.name: knob.within for knob in set_only(catalog(), tartus)}
    assert single["48n6e2.impulse"] == single["48n6e2.lag"] == "48n6e2.flight"
    assert single["48n6e2.pk_ballistic"] == "48n6e2.pk"
    known_knobs(["48n6e2.drag", "48n6e2.pk_ballistic", "30n6e2.modes.low.frame_time"], catalog(), tartus)
    with pytest.raises(InputError, match="not a knob of tartus_2016"):
        known_knobs(["48n6e2.drga"], catalog(), tartus)


def test_a_sceptic_grants_what_was_counted_and_no_more_than_what_is_claimed(knobs):
    """Ballistic missiles: 0.025 a round, the least of the count of 1991, to the seller's 0.6."""
    from openiads.scenario.moved import kill_probability

    knob, value = knobs["48n6e2.pk"], catalog()["48n6e2"].values["pk_ballistic"]
    figures = [
        kill_probability(catalog(), "pk_ballistic", value, knob.at(u, "skeptical")) for u in (1e-9, 0.5, 1 - 1e-9)
    ]
    assert figures[0] == pytest.approx(0.025) and figures[2] == pytest.approx(0.6)
    assert figures[1] == pytest.approx(np.sqrt(0.025 * 0.6))
    even = [
        kill_probability(catalog(), "pk_ballistic", value, knob.at(u, "log_uniform")) for u in (1e-9, 0.5, 1 - 1e-9)
    ]
    assert even == pytest.approx([value.si_low, np.sqrt(value.si_low * value.si_high), value.si_high])


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
            named = {} if knob.world else catalog()[knob.entry].named
            what = knob.name.partition(".")[2]
            assert knob.fields[0] == named.get(what, what)
            assert knob.world or knob.nominal == dict(catalog()[knob.entry].every_value())[knob.fields[0]].si


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
    of = {
        build: {k.name.rpartition(".")[2] for k in knobs.values() if k.rebuild == build}
        for build in ("flyout", "misses")
    }
    assert of == {"flyout": {"flight"}, "misses": {"reference"}}
    assert {k.steps for k in knobs.values()} == {0, COARSE, DRAWS}


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
            if not knobs[name].steps:
                assert world[name] == knobs[name].at(shares[n, k])
    triangular = sample(reversed(rows), shares, "triangular")[0]
    crew = world_first.index("s300pmu2.crew")
    assert triangular["s300pmu2.crew"] == knobs["s300pmu2.crew"].at(shares[0, crew], "triangular")


def test_flyout_knobs_take_the_middles_of_equal_parts(knobs):
    shares = np.linspace(0.001, 0.999, 1000)[:, None]
    single = {knob.name: knob for knob in set_only(catalog(), load("tartus_2016"))}
    for knob, count in (
        (single["48n6e2.drag"], LEVELS),
        (knobs["48n6e2.flight"], DRAWS),
        (knobs["30n6e2.frequency"], COARSE),
    ):
        taken = [world[knob.name] for world in sample([knob], shares)]
        assert sorted(set(taken)) == [knob.at((k + 0.5) / count) for k in range(count)]
        assert max(map(taken.count, set(taken))) - min(map(taken.count, set(taken))) <= 1
    crew = [world["s300pmu2.crew"] for world in sample([knobs["s300pmu2.crew"]], shares)]
    assert len(set(crew)) == 1000


@pytest.mark.parametrize("shares", [[[0.5]], [0.5, 0.5], [[0.0, 0.5]], [[0.5, 1.0]], [[0.5, np.nan]]])
def test_shares_that_fit_no_sample_are_refused(knobs, shares):
    with pytest.raises(InputError, match="one column for each knob"):
        sample([knobs["48n6e2.pk"], knobs["64n6e2.snr"]], shares)
