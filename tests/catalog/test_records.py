"""The catalog: every number has a unit, an interval, a source and a status, and faults are refused by name."""

import copy
import math

import pytest

from openiads.base.errors import InputError
from openiads.catalog.evidence import FLOOR
from openiads.catalog.load import catalog, load_catalog
from openiads.catalog.records import KINDS, STATUSES, launcher_rows, main_round, value_at
from openiads.scenario.signals import calibration

ALL_VALUES = [(e.name, path, v) for e in catalog().entries.values() for path, v in e.every_value()]


def raw():
    return copy.deepcopy(catalog().raw)


SYSTEMS = {
    "s300ps",
    "s300pmu1",
    "s300pmu2",
    "s300v",
    "s300vm",
    "s300v4",
    "s300f",
    "s300fm",
    "ak630",
    "patriot_pac2",
    "patriot_pac3",
    "patriot_pac3_mse",
}


SHORT = {"pantsir_s1", "tor_m1", "tor_m2", "osa_m", "iron_dome"}
MIDDLE = {"buk_m2", "nasams", "iris_t_slm"}
LONG = {"s400", "s400_home", "s200ve", "samp_t", "thaad"}


def test_the_catalog_holds_the_systems_and_the_threats():
    assert set(catalog().systems) == SYSTEMS | SHORT | MIDDLE | LONG
    assert set(catalog().radars) >= {"64n6e2", "96l6e", "76n6", "30n6e2", "9s15", "9s19", "9s32", "mpq53", "mpq65"}
    assert set(catalog().radars) >= {"mr800", "mr710", "3r41"}
    assert set(catalog().threats) >= {"f16", "tomahawk", "shahed136", "scud_b", "a320"}
    assert catalog()["48n6e2"].max_range.si == 200_000.0
    assert catalog()["48n6e2"].max_range.unit == "km"


def test_every_value_has_evidence_and_an_interval_that_holds_it():
    for entry, path, value in ALL_VALUES:
        where = f"{entry}.{path}"
        assert value.status in STATUSES, where
        assert value.source or value.status == "assumption", where
        assert all(key in catalog().sources for key in value.source), where
        assert value.si_low <= value.si <= value.si_high, where
        assert math.isfinite(value.si_low), where
        assert math.isfinite(value.si_high), where


def test_only_counts_and_reasoned_exceptions_have_no_doubt():
    for entry, path, value in ALL_VALUES:
        if value.certain and value.si != 0.0:
            assert value.dimension == "count" or (value.exact and value.note), f"{entry}.{path}"


def test_every_assumption_says_why_and_is_wide():
    for entry, path, value in ALL_VALUES:
        if value.status == "assumption":
            assert len(value.note) >= 6, f"{entry}.{path}"
            if not value.exact and value.dimension not in ("count", "probability", "angle") and value.number > 0:
                assert value.si_high / max(value.si_low, 1e-12) >= 1.25, f"{entry}.{path}"


def test_published_figures_stay_as_published():
    round_ = catalog()["48n6e2"]
    assert round_.pk_aircraft.number == 0.85
    assert (round_.pk_tbm if round_.has("pk_tbm") else round_.pk_ballistic).number == 0.6
    assert round_.structural_limit.si == pytest.approx(25 * 9.80665)
    assert catalog()["scud_b"].range_max.si == 300_000.0
    assert catalog()["76n6"].mast_40v6md.si == 39.0
    assert catalog()["30n6e2"].sector_half_width.si == pytest.approx(math.pi / 4)


def test_search_modes_of_the_engagement_radar_are_the_published_ones():
    size = {
        m.name: (m.elevation_high.number - m.elevation_low.number, m.azimuth_width.number)
        for m in catalog()["30n6e2"].modes
    }
    assert size == {"low": (1, 90), "high": (13, 64), "ballistic": (5, 64)}
    assert not any(m.shared for m in catalog()["30n6e2"].modes)


def test_reliability_is_above_every_kill_probability():
    for entry in catalog().interceptors.values():
        pks = [v.si for k, v in entry.values.items() if k.startswith("pk_")]
        assert len(pks) == 5
        assert max(pks) <= entry.reliability.si


def test_every_round_of_the_planned_systems_is_there():
    rounds = {"5v55r", "5v55rm", "48n6e", "48n6e2", "48n6m", "9m82", "9m83", "9m82m", "9m83m", "9m82md"}
    assert set(catalog().interceptors) >= rounds | {"pac2_gemt", "pac3_cri", "pac3_mse"}
    for entry in catalog().interceptors.values():
        assert entry.channel_phase in ("flight", "terminal", "midcourse")
        assert (entry.channel_phase == "midcourse") == (entry.guidance == "active")
        assert (entry.launch_kind == "inclined") == entry.has("launch_elevation")


def test_every_planned_threat_class_is_there():
    air = {"f16", "f15e", "tornado", "stealth_strike", "bomber", "male_drone", "shahed136", "tomahawk"}
    weapons = {"supersonic_asm", "arm", "decoy", "a320"}
    missiles = {"scud_b", "scud_c", "al_husayn", "fateh110", "tochka_u"}
    assert set(catalog().threats) >= air | weapons | missiles
    arm = catalog()["arm"]
    assert arm.seeks == "emitter" and arm.cep_blind.si > arm.cep.si


def test_whatever_homes_on_emission_forgets_its_emitter_little_by_little():
    """Without a growth a radar that falls silent a moment before the impact would be as safe as after a minute."""
    seekers = [each for each in catalog().threats.values() if each.text.get("seeks") == "emitter"]
    assert len(seekers) >= 3
    for threat in seekers:
        assert threat.has("memory_growth"), threat.name
        forgotten = threat.cep_blind.si / (threat.memory_growth.si * math.sqrt(2.0 * math.log(2.0)))  # s
        assert threat.memory_growth.doubtful and 5.0 <= forgotten <= 120.0, (threat.name, forgotten)


def test_both_sides_have_the_same_class_level_assumptions():
    """What is assumed for a guidance class is the same number for every round of it, whoever built it."""
    names = (
        "terminal_a",
        "terminal_b",
        "noise_interval",
        "terminal_r0",
        "handover_time",
        "firm_position",
        "firm_velocity",
    )
    for guidance in ("tvm", "semi_active", "active", "command"):
        rounds = [e for e in catalog().interceptors.values() if e.guidance == guidance]
        for name in (*names, "support_break_limit", "reliability", "common_mode", "induced", "navigation"):
            assert len({entry.si(name) for entry in rounds}) == 1, f"{guidance} {name}"
        assert {entry.has("terminal_share") for entry in rounds} == {guidance == "tvm"}


def test_every_threat_has_a_span_that_fits_its_body():
    """Wings are up to twice as long as the body, fins a good tenth of it; a height is below the span."""
    for threat in catalog().threats.values():
        assert 0.1 < threat.span.si / threat.length.si < 2.0, threat.name
        assert not threat.has("depth") or threat.depth.si < threat.span.si


def test_every_threat_has_a_signature_in_every_band():
    for threat in catalog().threats.values():
        assert [row.band for row in threat.rcs] == ["S", "C", "X"]
        for row in threat.rcs:
            assert row.beam.si >= row.nose.si


def test_missing_sides_of_an_interval_get_the_floor_of_their_status():
    table = {"value": 100, "unit": "m", "source": ["calc"], "status": "recalled", "note": ""}
    changed = raw()
    changed["threats"]["f16"]["length"] = table
    value = load_catalog(changed)["f16"].length
    assert (value.si_low, value.si_high) == pytest.approx(
        (100 * (1 - FLOOR["recalled"]), 100 * (1 + FLOOR["recalled"]))
    )
    changed["threats"]["f16"]["length"] = {**table, "low": 100, "high": 130}
    value = load_catalog(changed)["f16"].length
    assert (value.si_low, value.si_high) == pytest.approx((80.0, 130.0))
    changed["threats"]["f16"]["length"] = {**table, "exact": True, "note": "a definition"}
    assert load_catalog(changed)["f16"].length.certain


def test_sampling_runs_from_low_to_high_and_keeps_the_median_of_a_ratio():
    value = catalog()["f16"].rcs[0].nose
    assert value_at(value, 0.0) == pytest.approx(value.si_low)
    assert value_at(value, 1.0) == pytest.approx(value.si_high)
    assert value_at(value, 0.5) == pytest.approx(math.sqrt(value.si_low * value.si_high))


@pytest.mark.parametrize("path", ["48n6e2.max_range", "f16.cep", "s300pmu2.reaction_time", "54k6e2.link_loss"])
def test_the_triangular_weighting_has_its_law(path):
    value = catalog().value(path)
    at = [value_at(value, u / 200, "triangular") for u in range(201)]
    assert at == sorted(at)
    assert at[0] == pytest.approx(value.si_low)
    assert at[-1] == pytest.approx(value.si_high)
    low, mode, high = (math.log(x) if value.scale == "log" else x for x in (value.si_low, value.si, value.si_high))
    assert value_at(value, (mode - low) / (high - low), "triangular") == pytest.approx(value.si)


def test_an_unknown_weighting_and_a_draw_outside_the_unit_interval_are_refused():
    value = catalog()["f16"].cep
    with pytest.raises(InputError, match="weighting"):
        value_at(value, 0.5, "bell")
    with pytest.raises(InputError, match=r"u = 1\.5"):
        value_at(value, 1.5)


def test_the_digest_follows_content_and_not_order():
    changed = raw()
    changed["threats"] = dict(reversed(changed["threats"].items()))
    assert load_catalog(changed).digest == catalog().digest
    changed["threats"]["f16"]["length"]["value"] = 15.1
    changed["threats"]["f16"]["length"]["note"] = "longer"
    assert load_catalog(changed).digest != catalog().digest


def test_assumptions_that_were_code_once_leave_the_digest_alone():
    """They moved from the program's text; the outcomes of a run tell one number from another."""
    changed = raw()
    changed["model"]["behavior"]["reference_height"]["value"] = 0.4
    assert load_catalog(changed).digest == catalog().digest
    assert load_catalog(changed).model.values["reference_height"].si == 0.4


def test_every_kind_of_entry_has_numbers_and_none_of_them_may_lose_its_source():
    tried = set()
    for entry in catalog().entries.values():
        published = [path for path, v in entry.every_value() if path in entry.values and v.status != "assumption"]
        for path in published[:1]:
            changed = raw()
            del changed[entry.kind][entry.name][path]["source"]
            with pytest.raises(InputError, match=f"{entry.name}.{path}: without a source"):
                load_catalog(changed)
            tried.add(entry.kind)
    assert tried >= set(KINDS) - {"identification", "model", "receivers", "jammers"}  # these hold assumptions alone


FAULTS = {
    "unknown source": (("threats", "f16", "length"), {"source": ["nobody"]}, "not in the bibliography"),
    "no source": (("threats", "f16", "length"), {"source": []}, "without a source"),
    "unknown status": (("threats", "f16", "length"), {"status": "guessed"}, 'status = "guessed": not allowed here'),
    "wrong unit": (("threats", "f16", "length"), {"unit": "kg"}, "unknown unit"),
    "no unit": (("threats", "f16", "length"), {"unit": ""}, "no unit"),
    "low above high": (("threats", "f16", "length"), {"low": 20, "high": 10}, "does not hold the value"),
    "value outside": (("threats", "f16", "length"), {"low": 20, "high": 30}, "does not hold the value"),
    "not a number": (("threats", "f16", "length"), {"value": True}, "is not a number"),
    "infinite": (("threats", "f16", "length"), {"value": math.inf}, "is not a number"),
    "unknown key": (("threats", "f16", "length"), {"vlaue": 3}, 'unknown key. Nearest: "value"'),
    "assumption without a note": (("threats", "f16", "cep"), {"note": ""}, "without its reasoning"),
    "exact without a reason": (("threats", "f16", "length"), {"exact": True, "note": ""}, "without a reason"),
    "probability above one": (("launchers", "5p85se", "readiness"), {"value": 1.5, "high": 2}, "at most 1"),
    "radar range of zero": (
        ("radars", "76n6", "instrumented_range"),
        {"value": 0},
        "0 km is out of range. Allowed: 100 m to 5000 km.",
    ),
    "kill above reliability": (
        ("interceptors", "48n6e2", "pk_aircraft"),
        {"value": 0.99, "high": 1},
        "above the reliability",
    ),
}


@pytest.mark.parametrize(("path", "change", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_value_is_refused_with_its_place(path, change, message):
    changed = raw()
    table = changed[path[0]][path[1]][path[2]]
    table.update(change)
    with pytest.raises(InputError) as caught:
        load_catalog(changed)
    assert message in str(caught.value)
    assert str(caught.value).startswith(".".join(path))


def test_a_quoted_range_of_zero_is_refused():
    changed = raw()
    changed["radars"]["64n6e2"]["ranges"][1]["range"].update({"value": 0, "low": 0})
    with pytest.raises(InputError, match=r"ranges\[2\].range: value = 0 km is out of range"):
        load_catalog(changed)


def test_launchers_without_a_guidance_radar_are_refused():
    changed = raw()
    del changed["systems"]["s300pmu2"]["engagement_radar"]
    with pytest.raises(InputError, match="launchers without a guidance radar"):
        load_catalog(changed)


def test_a_dangling_name_between_entries_is_refused_with_the_nearest():
    changed = raw()
    changed["systems"]["s300pmu2"]["launchers"][0]["interceptor"] = "48n6e22"
    with pytest.raises(InputError, match='Nearest: "48n6e2"'):
        load_catalog(changed)


def test_a_missing_and_an_unknown_field_are_refused():
    changed = raw()
    del changed["radars"]["76n6"]["frequency"]
    with pytest.raises(InputError, match="without frequency"):
        load_catalog(changed)
    changed = raw()
    changed["radars"]["76n6"]["frequencey"] = changed["radars"]["76n6"].pop("frequency")
    with pytest.raises(InputError, match='Nearest: "frequency"'):
        load_catalog(changed)


def test_an_unknown_entry_and_field_say_what_to_do():
    with pytest.raises(InputError, match='Nearest: "s300pmu2"'):
        catalog()["s300pmu3"]
    with pytest.raises(AttributeError, match="no field 'colour'"):
        _ = catalog()["48n6e2"].colour


def test_the_round_of_the_catalog_is_a_round_the_flight_model_takes():
    from openiads.physics.flyout import INTERCEPTOR

    entry = catalog()["48n6e2"]
    named = set(INTERCEPTOR.names) & (set(entry.values) | set(entry.text) | set(entry.curves))
    optional = {
        "sustain_thrust",
        "sustain_time",
        "sustain_propellant",
        "launch_elevation",
        "burnout_speed",
        "lit_range",
        "slow_length",
    }
    assert named == set(INTERCEPTOR.names) - optional


# ------------------------------------------------------------------ launchers and the rounds in them


def test_launchers_are_numbered_through_the_rows_of_a_fire_unit():
    changed = raw()
    rows = changed["systems"]["s300pmu2"]["launchers"]
    second = copy.deepcopy(rows[0])
    second["rounds"]["value"] = 2
    rows[0]["count"].update({"value": 4, "low": 2, "high": 6})
    second["count"].update({"value": 2, "low": 1, "high": 3})
    rows.append(second)
    system = load_catalog(changed)["s300pmu2"]
    assert [row.rounds.si for row in launcher_rows(system)] == [4, 4, 4, 4, 2, 2]
    assert [row.rounds.si for row in launcher_rows(system, 3)] == [4, 4, 4]
    assert [row.rounds.si for row in launcher_rows(system, 9)] == [4, 4, 4, 4, 4, 4, 2, 2, 2]
    assert main_round(system) is system.launchers[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounds": {"value": 5, "source": ["calc"], "status": "derived"}}, "5 rounds on 5p85se. Allowed: 1 to 4."),
        (
            {"rounds": {"value": 0, "source": ["calc"], "status": "derived"}},
            "rounds: value = 0 is out of range. Allowed: 1 to 128.",
        ),
        ({"count": {"value": 0, "source": ["calc"], "status": "derived"}}, "0 launchers"),
        ({"launcher": "5p85see"}, 'Nearest: "5p85se"'),
        ({"interceptor": "30n6e2"}, "is not among the interceptors"),
    ],
)
def test_a_launcher_row_that_cannot_be_is_refused_with_its_place(change, message):
    changed = raw()
    changed["systems"]["s300pmu2"]["launchers"][0].update(change)
    with pytest.raises(InputError) as caught:
        load_catalog(changed)
    assert str(caught.value).startswith("systems.s300pmu2.launchers[1]")
    assert message in str(caught.value)


def test_a_launcher_that_cannot_carry_the_round_is_refused():
    changed = raw()
    changed["interceptors"]["other"] = copy.deepcopy(changed["interceptors"]["48n6e2"])
    changed["systems"]["s300pmu2"]["launchers"][0]["interceptor"] = "other"
    with pytest.raises(InputError, match=r"5p85se cannot carry other\. It carries .*48n6e2"):
        load_catalog(changed)


def test_an_inclined_round_needs_a_launcher_that_is_trained():
    changed = raw()
    changed["interceptors"]["48n6e2"]["launch_kind"] = "inclined"
    with pytest.raises(InputError, match="5p85se is without elevation, azimuth_arc, train_rate"):
        load_catalog(changed)


def test_a_system_without_launchers_is_refused():
    changed = raw()
    del changed["systems"]["s300pmu2"]["launchers"]
    with pytest.raises(InputError, match="without launchers"):
        load_catalog(changed)


def test_a_phased_radar_turns_or_is_laid_anew():
    changed = raw()
    del changed["radars"]["30n6e2"]["slew_rate"]
    with pytest.raises(InputError, match="slew_rate or relay_time"):
        load_catalog(changed)
    changed["radars"]["30n6e2"]["relay_time"] = {"value": 5, "unit": "min", "status": "assumption", "note": "a test"}
    assert load_catalog(changed)["30n6e2"].relay_time.si == 300.0


# ------------------------------------------------------------------ the systems as published


@pytest.mark.parametrize("name", sorted(n for n in SYSTEMS if n.startswith("s300")))
def test_an_s300_fire_unit_engages_six_targets_with_twelve_rounds(name):
    system = catalog()[name]
    assert (system.target_channels.si, system.missile_channels.si) == (6, 12)


@pytest.mark.parametrize("name", sorted(n for n in SYSTEMS if n.startswith("patriot")))
def test_a_patriot_battery_has_nine_slots_one_radar_and_its_own_post(name):
    system = catalog()[name]
    assert system.missile_channels.si == 9
    assert system.missile_channels.status == "relayed"
    assert system.surveillance == ()
    assert not system.has("low_altitude")
    assert system.fire_unit_post == "msq104"
    assert catalog()[main_round(system).interceptor].launch_kind == "inclined"


def test_every_launcher_holds_the_published_number_of_rounds():
    held = {(row.launcher, row.interceptor): row.rounds.si for s in catalog().systems.values() for row in s.launchers}
    assert held[("5p85se", "48n6e2")] == held[("5p85se", "48n6e")] == held[("5p85s", "5v55r")] == 4
    assert (held[("9a83", "9m83")], held[("9a82", "9m82")]) == (4, 2)
    assert (held[("m901", "pac2_gemt")], held[("m902", "pac3_cri")]) == (4, 16)
    assert (held[("m903", "pac3_mse")], held[("m903", "pac2_gemt")]) == (12, 4)


def test_the_cruiser_has_sixty_four_rounds_in_eight_drums():
    (row,) = catalog()["s300f"].launchers
    assert (row.count.si, row.rounds.si) == (8, 8)
    assert catalog()["s300f"].afloat


def test_a_patriot_radar_searches_ninety_degrees_and_tracks_in_a_hundred_and_twenty():
    for name in ("mpq53", "mpq65"):
        radar = catalog()[name]
        assert 2 * radar.sector_half_width.number == 90
        assert 2 * radar.track_sector_half_width.number == 120
        assert [mode.name for mode in radar.modes] == ["all"]
        assert radar.has("relay_time")
        assert not radar.has("slew_rate")


def test_search_modes_lie_inside_what_the_radar_can_track():
    for radar in catalog().radars.values():
        for mode in radar.modes:
            assert mode.elevation_high.si <= radar.track_elevation_high.si + 1e-9, f"{radar.name}: {mode.name}"
            assert mode.azimuth_width.si <= 2 * radar.track_sector_half_width.si + 1e-9, f"{radar.name}: {mode.name}"


def test_a_turning_radar_looks_all_round_and_follows_its_rotation():
    for radar in catalog().radars.values():
        if radar.kind == "rotating":
            assert radar.sector_half_width.number == 180
            assert radar.track_update_interval.si == pytest.approx(radar.rotation.si / radar.faces.si)


def test_one_calibration_serves_every_radar():
    for radar in catalog().radars.values():
        found = calibration(radar)
        assert found.low < found.nominal < found.high, radar.name
        assert found.instrumented_range == radar.instrumented_range.si, radar.name


def test_the_crew_delay_is_less_than_the_reaction_time_it_is_part_of():
    for system in catalog().systems.values():
        assert system.crew_delay.si < system.reaction_time.si


def test_the_declared_end_of_a_count_is_an_end():
    assert catalog()["s300ps"].launchers[0].count.si_high == 12
    assert catalog()["patriot_pac2"].missile_channels.si_high == 9
