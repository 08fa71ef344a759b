"""Every choice that a scenario or a catalog entry can name is flown end to end by a test that states what it expects.

The schema, the codes of doctrine and the fields of entries are walked; ``FLOWN`` says for each choice which test flies
it.  A new choice without a test fails here, and so does a test that is gone.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from openiads.scenario import early_warning, model, settings, traffic
from openiads.world.codes import FireRule

TESTS = Path(__file__).parents[1]
C = "engine/test_choices.py::"
S = "engine/test_structure.py::"
IDENTITY = "engine/test_identity.py::test_who_is_fired_at"
CLOSED = "engine/test_closed_forms.py::"
FIRST = "engine/test_first_tries.py::"
JAM = "engine/test_jamming.py::"
WEAR = "engine/test_wear.py::"
AEW = "engine/test_early_warning.py::"
EMISSION = "engine/test_emission.py::"
SEARCH = C + "test_a_search_mode_sees_what_it_is_for_at_least_as_early"
RULE = C + "test_a_fire_rule_gives_a_lone_target_the_rounds_it_is_named_after"
KEPT = C + "test_rounds_kept_for_one_class_are_fired_at_it_and_at_no_other"
ANNOUNCED = C + "test_rounds_announced_for_a_class_are_fired_at_it"
NEAR = C + "test_of_a_near_cruise_missile_and_a_far_one_the_near_is_served_first"
SWERLING = C + "test_cases_of_swerling_order_first_detections_as_theory_says"
EXCHANGE = S + "test_exchange_and_exact_assignment_serve_both_targets"
GREEDY = S + "test_greedy_assignment_gives_the_unit_that_is_first_and_leaves_a_target_to_nobody"
LOST = CLOSED + "test_lost_arrivals_meet_erlangs_formula_whatever_the_service_law"
FRIEND = "engine/test_identity.py::test_friends_are_fired_at_as_often_as_they_stay_silent"
CREST = C + "test_a_crest_hides_a_low_flyer_that_flat_ground_shows"
REGISTERED = "engine/test_registered.py::"
GUIDANCE = "engine/test_misses.py::test_guidance_classes_are_told_apart_by_the_outcome"
IN_TURN = "engine/test_deconfliction.py::test_who_answers_the_first_mode_is_not_asked_in_the_second"
AIRWAY = "engine/test_airways.py::"

#: Choice -> the test that flies it.
FLOWN: dict[str, str] = {
    "Doctrine.fire=single": RULE,
    "Doctrine.fire=salvo": RULE,
    "Doctrine.fire=shoot_look_shoot": RULE,
    "Doctrine.fire=shoot_shoot_look": RULE,
    "Doctrine.fire=user": "engine/test_rules.py::test_another_rule_fights_otherwise",
    "Doctrine.control=free": FIRST + "test_tight_holds_fire_at_what_free_shoots",
    "Doctrine.control=tight": FIRST + "test_tight_holds_fire_at_what_free_shoots",
    "Doctrine.control=hold": FIRST + "test_weapons_hold_fires_nothing",
    "Doctrine.engage=earliest": REGISTERED + "test_fire_at_the_latest_chance_stops_a_lone_aircraft_as_well",
    "Doctrine.engage=latest": REGISTERED + "test_fire_at_the_latest_chance_stops_a_lone_aircraft_as_well",
    "Doctrine.reserves=aircraft": ANNOUNCED,
    "Doctrine.reserves=cruise": ANNOUNCED,
    "Doctrine.reserves=drone": ANNOUNCED,
    "Doctrine.reserves=ballistic": REGISTERED + "test_announced_ballistic_missiles_find_rounds_kept_for_them",
    "Doctrine.priority=value": NEAR,
    "Doctrine.priority=time": NEAR,
    "Doctrine.remote=True": AEW
    + "test_rounds_that_see_for_themselves_may_go_on_another_radars_track_and_only_where_that_is_said",
    "Doctrine.remote=False": AEW
    + "test_rounds_that_see_for_themselves_may_go_on_another_radars_track_and_only_where_that_is_said",
    "IdentificationSettings.modes=together": IN_TURN,
    "IdentificationSettings.modes=in_turn": IN_TURN,
    "Airway.both_ways=True": AIRWAY + "test_they_fly_their_levels_both_ways",
    "Airway.both_ways=False": AIRWAY + "test_so_many_cross_as_the_flow_says",
    "EarlyWarning.carrier=aircraft": AEW + "test_from_an_orbit_the_horizon_is_that_of_its_altitude",
    "EarlyWarning.carrier=aerostat": AEW + "test_it_sees_down_to_the_horizon_of_its_height",
    "EarlyWarning.carrier=ground": AEW + "test_a_radar_far_off_on_a_mast_or_a_ship_sees_for_the_site",
    "EarlyWarning.carrier=ship": AEW + "test_a_radar_far_off_on_a_mast_or_a_ship_sees_for_the_site",
    "EarlyWarning.blind_in_turns=True": AEW + "test_an_aircraft_that_is_blind_in_its_turns_sees_only_on_its_legs",
    "EarlyWarning.blind_in_turns=False": AEW + "test_it_moves_along_its_racetrack_and_takes_nothing_else_along",
    "EarlyWarning.turns=left": AEW + "test_a_racetrack_to_the_left_is_the_mirror_of_one_to_the_right",
    "EarlyWarning.turns=right": AEW + "test_a_racetrack_to_the_left_is_the_mirror_of_one_to_the_right",
    "Doctrine.emission=on": EMISSION + "test_always_on_is_what_nothing_declared_means",
    "Doctrine.emission=shutdown": EMISSION + "test_shutting_down_saves_radars_and_always_on_loses_them",
    "Doctrine.emission=blink": EMISSION + "test_a_radar_that_blinks_detects_as_often_as_its_looks_make_it",
    "Doctrine.emission=cued": EMISSION + "test_a_silent_radar_makes_no_false_plots",
    "Doctrine.emission_of=on": EMISSION + "test_always_on_is_what_nothing_declared_means",
    "Doctrine.emission_of=shutdown": EMISSION
    + "test_rounds_in_the_air_lose_their_support_when_their_radar_falls_silent",
    "Doctrine.emission_of=blink": EMISSION + "test_the_order_of_entries_means_nothing",
    "Doctrine.emission_of=cued": EMISSION + "test_single_radars_have_their_own_policy",
    "Doctrine.search_mode=low": SEARCH,
    "Doctrine.search_mode=high": SEARCH,
    "Doctrine.search_mode=ballistic": SEARCH,
    "Doctrine.assignment=greedy": GREEDY,
    "Doctrine.assignment=exchange": EXCHANGE,
    "Doctrine.assignment=exact": EXCHANGE,
    "Doctrine.self_defense=False": FIRST + "test_weapons_hold_fires_nothing",
    "Doctrine.self_defense=True": WEAR + "test_under_hold_with_self_defense_a_unit_shoots_only_at_what_comes_at_itself",
    "Doctrine.keep=aircraft": S + "test_rounds_kept_for_aircraft_leave_ballistic_missiles_to_the_others",
    "Doctrine.keep=cruise": KEPT,
    "Doctrine.keep=drone": KEPT,
    "Doctrine.keep=ballistic": S + "test_rounds_kept_for_ballistic_missiles_are_fired_at_them",
    "Command.assignment=greedy": GREEDY,
    "Command.assignment=exchange": EXCHANGE,
    "Command.assignment=exact": EXCHANGE,
    "Command.priority=value": NEAR,
    "Command.priority=time": NEAR,
    "Raid.side=hostile": IDENTITY,
    "Raid.side=friend": FRIEND,
    "Raid.iff=False": C + "test_a_friend_that_is_told_to_be_silent_is_not_believed_a_friend",
    "Raid.iff=True": C + "test_a_friend_that_is_told_to_be_silent_is_not_believed_a_friend",
    "Raid.transponder=False": CLOSED + "test_an_airliner_without_a_transponder_is_always_taken_for_hostile",
    "Raid.transponder=True": IDENTITY,
    "Raid.evasion=none": WEAR + "test_aircraft_that_nobody_shoots_at_do_not_turn_away",
    "Raid.evasion=turn_away": WEAR + "test_aircraft_that_turn_away_drop_out_when_shot_at_and_bear_nothing",
    "Raid.evasion=constant_g": REGISTERED + "test_the_share_of_kills_falls_smoothly_with_the_turn_of_an_evader",
    "Flight.side=hostile": IDENTITY,
    "Flight.side=friend": IDENTITY,
    "Flight.side=neutral": IDENTITY,
    "Flight.iff=False": IDENTITY,
    "Flight.iff=True": IDENTITY,
    "Flight.transponder=False": IDENTITY,
    "Flight.transponder=True": IDENTITY,
    "Flight.flight_plan=False": IDENTITY,
    "Flight.flight_plan=True": IDENTITY,
    "ModelSwitches.limits=emergent": C + "test_published_limits_hold_intercepts_inside_what_is_published",
    "ModelSwitches.limits=published": C + "test_published_limits_hold_intercepts_inside_what_is_published",
    "ModelSwitches.detection=radar": CLOSED + "test_a_closing_target_is_detected_with_the_cumulative_probability",
    "ModelSwitches.detection=range": CLOSED + "test_a_salvo_of_n_kills_with_one_minus_q_to_the_n",
    "ModelSwitches.kill=encounter": "engine/test_headline.py::"
    "test_kills_are_as_many_as_the_probabilities_of_their_rounds_promise",
    "ModelSwitches.kill=constant": CLOSED + "test_a_salvo_of_n_kills_with_one_minus_q_to_the_n",
    "ModelSwitches.assessment=imperfect": CLOSED
    + "test_a_living_target_taken_for_dead_is_let_go_as_the_two_state_recursion_says",
    "ModelSwitches.assessment=perfect": CLOSED + "test_shoot_look_shoot_spends_a_truncated_geometric_number_of_rounds",
    "ModelSwitches.magazine=finite": CLOSED + "test_a_magazine_lasts_with_the_binomial_probability",
    "ModelSwitches.magazine=infinite": CLOSED + "test_an_infinite_magazine_leaves_no_leaker_of_a_slow_flight",
    "ModelSwitches.arrivals=scheduled": FIRST + "test_leakers_grow_once_the_raid_exceeds_channels_and_magazines",
    "ModelSwitches.arrivals=poisson": LOST,
    "ModelSwitches.service=crew": "engine/test_dice.py::test_the_crew_takes_engagements_up_one_after_another",
    "ModelSwitches.service=fixed": LOST,
    "ModelSwitches.service=exponential": LOST,
    "ModelSwitches.queue=wait": S + "test_targets_beyond_the_channels_are_named_as_waiting_for_one",
    "ModelSwitches.queue=lost": LOST,
    "ModelSwitches.false_alarms=False": C + "test_false_alarms_are_plots_that_only_the_switch_brings",
    "ModelSwitches.false_alarms=True": C + "test_false_alarms_are_plots_that_only_the_switch_brings",
    "ModelSwitches.diffraction=False": C + "test_diffraction_never_shows_a_low_flyer_later",
    "ModelSwitches.diffraction=True": C + "test_diffraction_never_shows_a_low_flyer_later",
    "ModelSwitches.multipath=False": C + "test_a_sea_surface_makes_lobes_only_where_it_is_switched_on",
    "ModelSwitches.multipath=True": "engine/test_sea.py::"
    "test_a_packaged_ships_radars_see_the_lobes_of_the_sea_and_a_site_on_land_does_not",
    "ModelSwitches.attenuation=False": C + "test_the_air_takes_signal_from_a_distant_target",
    "ModelSwitches.attenuation=True": C + "test_the_air_takes_signal_from_a_distant_target",
    "Terrain.source=levant": "engine/test_scenarios.py::"
    "test_a_packaged_scenario_runs_without_failure_and_keeps_the_invariants",
    "Terrain.source=world": C + "test_the_packaged_world_hides_what_stands_behind_its_mountains",
    "Terrain.source=flat": CLOSED + "test_first_detection_on_flat_ground_is_the_horizon_crossing",
    "Terrain.source=ridge": CREST,
    "Terrain.source=coastal_range": CREST,
    "Terrain.source=valley": FIRST + "test_a_cruise_missile_comes_up_a_valley_unseen",
    "Terrain.source=files": C + "test_ground_of_a_file_hides_what_stands_behind_it",
    "Terrain.source=library": C + "test_ground_of_the_library_hides_as_its_file_does",
    "Terrain.below_sea=ground": C + "test_a_sea_floor_is_ground_or_sea",
    "Terrain.below_sea=sea": C + "test_a_sea_floor_is_ground_or_sea",
    "Terrain.on_missing=error": C + "test_ground_that_is_not_known_is_refused_or_taken_for_sea",
    "Terrain.on_missing=sea": C + "test_ground_that_is_not_known_is_refused_or_taken_for_sea",
    "WorldSettings.ducting=none": C + "test_a_duct_lets_a_low_flyer_be_seen_farther",
    "WorldSettings.ducting=evaporation": C + "test_a_duct_lets_a_low_flyer_be_seen_farther",
    "WorldSettings.ducting=surface": C + "test_a_duct_lets_a_low_flyer_be_seen_farther",
    "WorldSettings.ducting=drawn": C + "test_a_drawn_duct_shows_a_low_flyer_when_the_declared_one_does",
    "threats.swerling=0": SWERLING,
    "threats.swerling=1": SWERLING,
    "threats.swerling=2": SWERLING,
    "threats.swerling=3": SWERLING,
    "threats.swerling=4": SWERLING,
    "threats.class=aircraft": ANNOUNCED,
    "threats.class=cruise": ANNOUNCED,
    "threats.class=drone": ANNOUNCED,
    "threats.class=ballistic": WEAR + "test_a_scud_aimed_at_a_defended_asset_draws_shots",
    "threats.class=airliner": CLOSED + "test_an_airliner_that_answers_is_never_engaged_under_tight",
    "threats.seeks=place": WEAR + "test_a_hit_post_is_out_of_action_and_its_unit_hears_from_nobody",
    "threats.seeks=emitter": WEAR + "test_an_anti_radiation_missile_mostly_misses_a_silent_radar",
    "threats.terrain_following=True": FIRST
    + "test_a_low_cruise_missile_is_seen_late_and_later_still_without_the_low_altitude_radar",
    "threats.terrain_following=False": WEAR + "test_decoys_absorb_rounds_and_harm_nothing",
    "threats.transponder=True": CLOSED + "test_an_airliner_that_answers_is_never_engaged_under_tight",
    "threats.transponder=False": IDENTITY,
    "interceptors.guidance=command": GUIDANCE,
    "interceptors.guidance=semi_active": GUIDANCE,
    "interceptors.guidance=tvm": GUIDANCE,
    "interceptors.guidance=active": S + "test_a_round_that_sees_for_itself_uses_no_slot",
    "interceptors.launch_kind=vertical": RULE,
    "interceptors.launch_kind=inclined": S
    + "test_a_battery_that_faces_south_fires_north_only_when_it_has_been_laid_anew",
    "interceptors.channel_phase=flight": S
    + "test_a_fire_unit_of_the_s300pmu2_guides_twelve_missiles_at_six_targets_under_load_and_never_more",
    "interceptors.channel_phase=terminal": S + "test_a_patriot_round_holds_one_of_nine_slots_in_its_last_seconds_only",
    "interceptors.channel_phase=midcourse": S + "test_a_pac3_gives_its_channel_back_at_handover",
    "interceptors.track_on_jam=True": JAM + "test_a_round_that_may_be_led_by_the_bearing_of_a_jammer_is_not_lost",
    "interceptors.track_on_jam=False": JAM + "test_a_round_that_may_be_led_by_the_bearing_of_a_jammer_is_not_lost",
    "jammers.faces=around": JAM + "test_a_jammer_radiates_between_its_times_and_in_its_sector",
    "jammers.faces=ahead": JAM + "test_a_jammer_radiates_between_its_times_and_in_its_sector",
    "jammers.faces=ahead_and_astern": JAM + "test_a_jammer_radiates_between_its_times_and_in_its_sector",
    "jammers.faces=abeam": JAM + "test_a_jammer_radiates_between_its_times_and_in_its_sector",
    "radars.kind=rotating": CLOSED + "test_a_track_is_confirmed_m_minus_one_frames_after_a_sure_first_detection",
    "radars.kind=phased": "engine/test_dice.py::test_a_phased_array_sees_less_off_its_boresight",
    "radars.role=surveillance": WEAR + "test_a_lost_surveillance_radar_leaves_the_fire_unit_fighting_by_itself",
    "radars.role=low_altitude": FIRST
    + "test_a_low_cruise_missile_is_seen_late_and_later_still_without_the_low_altitude_radar",
    "radars.role=engagement": FIRST + "test_a_dead_engagement_radar_silences_its_unit_and_not_its_neighbor",
    "radars.sea_multipath=True": "engine/test_sea.py::"
    "test_a_packaged_ships_radars_see_the_lobes_of_the_sea_and_a_site_on_land_does_not",
    "radars.sea_multipath=False": C + "test_a_sea_surface_makes_lobes_only_where_it_is_switched_on",
    "radars.modes.shared=True": C + "test_a_mode_that_shares_a_radars_time_shows_what_the_other_does_not",
    "radars.modes.shared=False": C + "test_a_mode_that_shares_a_radars_time_shows_what_the_other_does_not",
    "systems.afloat=True": "engine/test_sea.py::test_a_ship_at_rest_equals_a_site_on_flat_sea",
    "systems.afloat=False": "engine/test_sea.py::test_a_ship_at_rest_equals_a_site_on_flat_sea",
    "systems.engage_on_remote=True": S + "test_where_the_catalog_allows_it_active_rounds_fly_on_another_radars_track",
    "systems.engage_on_remote=False": S + "test_where_the_catalog_allows_it_active_rounds_fly_on_another_radars_track",
}

#: Kinds of entries whose choices are flown.
FLOWN_KINDS = ("systems", "radars", "interceptors", "threats", "jammers")

#: Fields of entries whose choices say how a value is known or which rows a table has: nothing flies by them.  Whether a
#: mode is ``steered`` is told of a radar and read by nothing.
NOT_FLOWN = {"radars.band", "radars.ranges.kind", "radars.modes.steered", "threats.rcs.band"}


def values_of(annotation: Any) -> list[Any]:
    """The values that an annotation lists: of a Literal, of a bool, and of what holds them."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if annotation is bool:
        return [False, True]
    return [value for part in get_args(annotation) for value in values_of(part)]


def choices_of_scenarios() -> set[str]:
    """Choices of the schema of scenarios."""
    found = {f"Doctrine.fire={rule.name.lower()}" for rule in FireRule if rule}
    for module in (model, traffic, early_warning, settings):
        for name, part in vars(module).items():
            if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == module.__name__:
                for key, field in part.model_fields.items():
                    found |= {f"{name}.{key}={value}" for value in values_of(field.annotation)}
    return found


def choices_of_entries() -> set[str]:
    """Choices of the fields of catalog entries."""
    fields = tomllib.loads(files("openiads.catalog.entries").joinpath("fields.toml").read_text())
    found: set[str] = set()

    def walk(table: dict[str, Any], path: str) -> None:
        for key, row in table.items():
            here = f"{path}.{key}" if path else key
            if isinstance(row, dict):
                walk(row, here)
            elif isinstance(row, list) and here.split(".")[0] in FLOWN_KINDS:
                if row[0].startswith("one of ") and here not in NOT_FLOWN:
                    found.update(f"{here}={value}" for value in row[0].removeprefix("one of ").split("|"))
                elif row[0] == "switch" and here not in NOT_FLOWN:
                    found.update({f"{here}=True", f"{here}=False"})
                elif here == "threats.swerling":
                    found.update(f"{here}={case}" for case in range(int(row[3]), int(row[4]) + 1))

    walk(fields, "")
    return found


@functools.cache
def functions_of(file: str) -> dict[str, str]:
    """Tests of a file, with their docstrings and those of the module."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name: ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_choice_is_flown_by_a_test() -> None:
    choices = choices_of_scenarios() | choices_of_entries()
    assert choices - FLOWN.keys() == set()
    assert FLOWN.keys() - choices == set()


@pytest.mark.parametrize("file", sorted({test.split("::")[0] for test in FLOWN.values()}))
def test_the_tests_that_fly_them_exist(file: str) -> None:
    named = {test.split("::")[1] for test in FLOWN.values() if test.startswith(file)}
    assert named - functions_of(file).keys() == set()


def test_a_choice_that_nobody_flies_would_show() -> None:
    class More(BaseModel):
        way: Literal["known", "new"] = "known"

    assert [f"More.way={value}" for value in values_of(More.model_fields["way"].annotation)] == [
        "More.way=known",
        "More.way=new",
    ]
    assert len(choices_of_scenarios()) > 70 and len(choices_of_entries()) > 25
    assert not any(re.search(r"\s", choice) for choice in FLOWN)
