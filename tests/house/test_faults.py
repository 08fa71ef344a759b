"""Each fault of robustness, answers, environments and laws that was found has a test that holds the right answer.

A fault is named by its row in the list of the second review (R: robustness, T: laws that no test held, E: files and
environments, G: the user's own coast, C: statistics, P: pages and terminals, M: numbers); those of models and behavior
are in ``test_experiments.py``.
"""

from __future__ import annotations

import pytest

from house.test_choices import functions_of
from house.test_experiments import EXPERIMENTS

SCHEMA = "catalog/test_schema.py::"
MESSAGES = "scenario/test_messages.py::"
TERMINALS = "faces/cli/test_terminals.py::"
CACHES = "base/test_caches.py::"
SLIPS = "base/test_slips.py::"
MARKS = "faces/draw/test_marks.py::"
LAWS = "parts/test_laws.py::"
RASTERS = "earth/test_rasters.py::"
PLAUSIBLE = "runs/test_plausible.py::"
VERDICT = "claims/test_verdict.py::"

#: Row -> tests that hold what is right.
HELD: dict[str, tuple[str, ...]] = {
    "R1": (
        SCHEMA + "test_a_number_that_makes_no_sense_is_refused_in_every_field",
        SCHEMA + "test_a_mutated_own_entry_loads_or_is_told",
        SCHEMA + "test_what_an_entry_cannot_be_based_on_is_told",
    ),
    "R2": (MESSAGES + "test_a_chain_whose_lower_end_is_nowhere_is_told",),
    "R3": (
        "world/test_flights.py::test_a_time_on_target_that_cannot_be_met_is_refused_with_the_earliest",
        SCHEMA + "test_a_number_that_makes_no_sense_is_refused_in_every_field",
    ),
    "R4": (
        "engine/test_choices.py::test_a_replication_that_would_not_end_ends_and_says_what_took_its_turns",
        "runs/test_plausible.py::test_a_radar_that_turns_too_often_is_told_with_what_it_costs",
    ),
    "R5": (
        MESSAGES + "test_every_fault_of_a_scenario_is_told_with_place_and_remedy",
        MESSAGES + "test_every_fault_of_a_study_is_told_with_place_and_remedy",
        MESSAGES + "test_every_fault_of_a_claim_is_told_with_place_and_remedy",
    ),
    "R6": ("reach/test_outline.py::test_a_radar_that_needs_no_signal_covers_the_disc_of_its_own_greatest_range",),
    "R7": ("faces/server/test_child.py::test_none_is_left_behind_and_nothing_is_said_when_the_server_goes_first",),
    "R8": (
        "house/test_wheel.py::test_a_wheel_of_the_source_archive_is_the_wheel_of_the_repository",
        "house/test_wheel.py::test_an_installation_that_is_not_whole_is_told_as_that",
        "house/test_wheel.py::test_a_packaged_scenario_that_is_lost_is_told_as_that",
        "faces/cli/test_refused_files.py::test_a_missing_file_of_the_program_itself_is_not_told_as_output",
    ),
    "R9": (
        "house/test_benchmarks.py::test_the_quick_form_gives_every_figure",
        "house/test_benchmarks.py::test_another_tool_comes_to_the_same_results",
    ),
    "T1": ("reach/test_looks.py::test_m_of_n_looks_sum_the_ways_to_hit_when_a_fade_lasts_some_of_them",),
    "T2": ("physics/test_encounter.py::test_opportunities_are_counted_exactly",),
    "T3": ("house/test_choices.py::test_every_choice_is_flown_by_a_test",),
    "T4": (
        LAWS + "test_a_new_engagement_holds_nothing_of_the_one_before",
        LAWS + "test_an_own_track_is_carried_on_at_its_speed",
        LAWS + "test_what_a_flight_releases_is_as_late_as_the_flight",
        LAWS + "test_the_end_of_a_round_is_due_from_now_on_and_no_later_than_its_meeting",
        "base/test_constants.py::test_a_constant_is_the_published_one",
        "base/test_constants.py::test_the_earth_turns_once_in_a_sidereal_day",
        "physics/test_propagation.py::test_two_rays_over_a_plane_are_the_sum_of_both_fields",
        "physics/test_attenuation.py::test_strengths_and_widths_run_smoothly_along_a_branch",
        "physics/test_detection.py::test_albersheim_gives_the_numbers_that_others_print",
        "physics/test_ballistics.py::test_a_stone_comes_down_as_fast_and_as_steep_as_on_paper",
        "physics/test_flyout.py::test_a_flight_does_not_depend_on_the_longitude",
    ),
    "E1": (
        "runs/test_plausible.py::test_a_level_way_through_a_ridge_is_refused_with_share_and_depth",
        "runs/test_plausible.py::test_a_single_flight_is_held_against_the_ground_too",
    ),
    "E2": (
        RASTERS + "test_a_file_with_longitudes_from_0_to_360_lies_where_it_is",
        RASTERS + "test_tiles_meet_across_the_antimeridian_as_anywhere",
        RASTERS + "test_one_file_across_the_antimeridian_is_as_good_as_two",
    ),
    "E3": (
        RASTERS + "test_a_chart_of_the_sea_floor_is_told_and_can_be_the_sea",
        RASTERS + "test_a_deep_sea_is_told_as_below_the_sea_and_not_as_missing",
        RASTERS + "test_the_dead_sea_stays_ground",
    ),
    "E4": (RASTERS + "test_scale_and_offset_of_a_band_are_applied",),
    "E5": ("world/test_flights.py::test_a_time_on_target_that_cannot_be_met_is_refused_with_the_earliest",),
    "E6": (
        "runs/test_unknown_ground.py::test_ground_without_data_is_told_by_share_and_tile",
        "runs/test_unknown_ground.py::test_a_file_that_gives_nothing_is_named",
        RASTERS + "test_holes_are_filled_from_the_next_file_and_the_rest_is_told",
    ),
    "E7": (
        TERMINALS + "test_a_result_is_printed_in_any_encoding",
        TERMINALS + "test_every_sign_can_be_written_in_every_encoding",
        TERMINALS + "test_json_loses_nothing",
    ),
    "E8": (
        "faces/server/test_guard.py::test_the_name_of_the_machine_opens_the_viewer_as_its_number_does",
        "faces/server/test_guard.py::test_only_the_right_token_host_and_origin_reach_a_route",
    ),
    "E9": (
        RASTERS + "test_publishers_packings_are_read",
        RASTERS + "test_tiles_of_other_sizes_are_read_as_what_they_are",
        RASTERS + "test_a_folder_means_its_tiles_and_not_what_lies_beside_them",
        "earth/test_publishers.py::test_srtm_is_read_plain_and_as_published",
    ),
    "E10": (
        RASTERS + "test_marks_for_missing_that_a_file_does_not_declare_are_told",
        RASTERS + "test_many_heights_above_all_mountains_are_feet",
    ),
    "E11": (
        RASTERS + "test_dialects_of_esri_ascii_are_read",
        RASTERS + "test_other_text_grids_are_told_by_their_cause",
        RASTERS + "test_cells_of_two_sizes_lie_in_place",
    ),
    "E12": (
        "reach/test_coverage.py::test_a_map_is_as_large_as_the_window_asked_for",
        "reach/test_coverage.py::test_a_map_by_its_corners_has_nearly_square_cells_and_answers_as_any_other",
    ),
    "E13": (
        "faces/geo/test_coverage.py::test_a_map_across_the_antimeridian_is_written_within_180_degrees",
        "faces/geo/test_footprint.py::test_a_footprint_across_the_antimeridian_is_cut_there",
    ),
    "E14": ("faces/geo/test_coverage.py::test_fine_maps_say_when_their_cells_are_wider_than_the_terrain",),
    "E15": (
        CACHES + "test_a_user_without_a_home_has_a_folder_of_his_own_below_the_temporary_one",
        CACHES + "test_a_home_that_is_no_place_is_none",
        CACHES + "test_code_is_not_loaded_from_a_folder_that_another_may_fill",
    ),
    "E16": ("base/test_compiled.py::test_where_numba_is_switched_off_one_line_names_plain_mode",),
    "E17": ("world/test_ships.py::test_a_course_that_meets_land_is_told_with_ship_time_and_place",),
    "E18": (
        RASTERS + "test_all_missing_tiles_are_named_in_one_error",
        "runs/test_unknown_ground.py::test_every_missing_tile_of_the_world_is_in_one_error",
    ),
    "E19": (
        SLIPS + "test_the_mark_that_editors_put_before_a_text_is_read",
        SLIPS + "test_an_unseen_sign_is_named_with_its_line_and_column",
    ),
    "E20": (
        SLIPS + "test_a_slip_is_told_by_its_cause_on_its_line",
        SLIPS + "test_another_format_is_named",
        "scenario/test_edits.py::test_a_place_that_a_list_does_not_have_is_told",
    ),
    "G1": (
        "reach/test_exposure.py::test_shares_far_from_the_levant_are_named_and_add_up",
        "earth/test_territory.py::test_known_places_of_the_world",
        "earth/test_worldwide.py::test_land_and_sea_anywhere",
        RASTERS + "test_tiles_that_nobody_published_are_sea_where_the_packaged_map_knows_the_sea",
    ),
    "G2": (
        "house/test_first_minutes.py::test_nothing_tells_to_install_what_is_in_no_index",
        "earth/test_terrain.py::test_geotiff_without_rasterio_says_how_to_get_it",
    ),
    "C6": (
        "statistics/test_possible.py::test_no_interval_leaves_what_is_possible",
        "statistics/test_possible.py::test_no_difference_leaves_what_is_possible_and_turning_the_sides_turns_it",
    ),
    "C7": (
        "statistics/test_many.py::test_adjusted_values_are_those_of_scipy",
        "statistics/test_many.py::test_where_nothing_differs_hardly_anything_is_told_to",
    ),
    "P2": (
        "engine/test_gates.py::test_every_gate_that_a_run_logs_names_a_number_of_its_kind",
        "engine/test_gates.py::test_a_target_beyond_the_edge_of_the_sector_is_told_by_its_angle_and_not_by_a_height",
    ),
    "P3": ("faces/pages/test_run_page.py::test_the_command_of_a_changed_run_gives_its_digest",),
    "P4": ("faces/words/test_comparison.py::test_warnings_belong_to_the_answer",),
    "P5": (
        "experiments/test_compare.py::test_stored_variants_of_one_scenario_are_named_by_what_differs",
        "faces/cli/test_main.py::test_folders_of_variants_are_told_apart_by_what_was_set",
    ),
    "P7": (
        MARKS + "test_a_name_without_a_line_is_nearest_to_its_own_place",
        MARKS + "test_a_lone_name_stands_beside_its_place_without_a_line",
    ),
    "P8": ("faces/replay/test_replay.py::test_the_reach_of_a_fire_unit_is_drawn_to_its_ceiling",),
    "P11": ("faces/words/test_text.py::test_a_share_has_one_rounding_in_sentence_table_and_picture",),
    "P14": (
        MESSAGES + "test_every_fault_of_an_own_entry_is_told_with_place_and_remedy",
        MESSAGES + "test_a_route_of_one_place_is_told_with_its_line",
        SCHEMA + "test_everything_wrong_is_told_at_once",
    ),
    "P15": (
        "faces/cli/test_sweep.py::test_an_answer_wider_than_the_page_stands_on_its_side_and_loses_no_cell",
        "faces/draw/test_kit.py::test_a_picture_is_written_in_the_format_of_its_name_and_the_same_again",
        "faces/draw/test_kit.py::test_ticks_of_shares_end_at_all",
    ),
    "P18": (
        "runs/test_store.py::test_a_run_grows_and_keeps_what_is_stored",
        "runs/test_store.py::test_a_run_that_is_killed_as_it_grows_goes_on",
        "runs/test_store.py::test_only_a_run_of_the_same_question_grows",
    ),
    "P1": (
        "faces/pages/test_opening.py::test_killed_aircraft_of_other_sides_stand_in_the_first_sentence_with_their_interval",
        "engine/test_closed_forms.py::test_an_airliner_that_is_shot_down_is_counted_on_its_own_side_and_not_as_a_threat",
    ),
    "P6": (
        "faces/pages/test_opening.py::test_own_losses_stand_in_the_third_sentence",
        "engine/test_wear.py::test_what_a_hit_puts_out_of_action_is_counted_by_kind_and_what_fails_by_itself_is_not",
        "scenario/test_load.py::test_sites_stand_beside_what_they_defend",
    ),
    "P9": (
        PLAUSIBLE + "test_a_published_limit_bounds_no_shot_under_emergent_limits_and_that_is_told",
        PLAUSIBLE + "test_of_several_changes_only_what_the_run_never_asks_is_named",
    ),
    "P10": (
        PLAUSIBLE + "test_a_site_with_its_coordinates_swapped_is_told",
        PLAUSIBLE + "test_a_swapped_site_that_is_still_in_reach_is_told_too",
        PLAUSIBLE + "test_a_raid_that_never_comes_within_reach_is_told_with_distance_and_reach",
    ),
    "P12": (
        "explain/test_kill_chain.py::test_the_text_begins_with_what_got_through_and_why_and_tells_only_leakers_in_full",
        "explain/test_reasons.py::test_gates_that_flicker_are_told_as_one_with_the_share_of_the_other",
    ),
    "P13": ("explain/test_reasons.py::test_reasons_weigh_the_time_in_which_a_shot_was_possible",),
    "P17": ("world/test_doubts.py::test_no_value_in_doubt_that_a_world_read_is_outside_the_knobs",),
    "C1": (
        VERDICT + "test_one_seed_below_the_rule_keeps_the_others_from_settling",
        VERDICT + "test_a_share_of_worlds_near_the_rule_is_flagged",
    ),
    "C2": (
        VERDICT + "test_to_engage_and_to_kill_are_two_sentences",
        "claims/test_flips.py::test_a_flip_tells_the_threshold_and_the_share_of_every_prior_above_it",
    ),
    "C3": (
        "claims/test_examine.py::test_a_picture_and_a_raid_size_are_what_they_say",
        "experiments/test_like_for_like.py::test_half_laid_means_two_facings_under_one_command",
    ),
    "C4": ("claims/test_layers.py::test_at_the_reference_a_layer_is_a_choice_like_an_order_of_battle",),
    "C5": (VERDICT + "test_counts_are_whole_in_every_sampled_world",),
    "M6": EXPERIMENTS["M6"],
    "M10": EXPERIMENTS["M10"],
}

ROWS = {
    *(f"R{n}" for n in range(1, 10)),
    *(f"T{n}" for n in range(1, 5)),
    *(f"E{n}" for n in range(1, 21)),
    *("G1", "G2"),
    *(f"C{n}" for n in range(1, 8)),
    *(f"P{n}" for n in range(1, 19) if n != 16),
    *("M6", "M10"),
}


def test_every_row_has_its_test() -> None:
    assert HELD.keys() == ROWS


@pytest.mark.parametrize("row", HELD)
def test_what_holds_a_row_is_a_test(row: str) -> None:
    for test in HELD[row]:
        file, _, name = test.partition("::")
        assert name in functions_of(file), test
