"""Each fault of the models and of behavior that was found by an experiment has that experiment as a test.

A fault is named by its row in the list of the second review (M: models and numbers, B: behavior against expectations).
"""

from __future__ import annotations

import re

import pytest

from house.source import ROOT
from house.test_choices import functions_of

R = "engine/test_registered.py::"
IDENTITY = "engine/test_identity.py::"
MISSES = "engine/test_misses.py::"

#: Row -> tests that repeat its experiment.
EXPERIMENTS: dict[str, tuple[str, ...]] = {
    "M1": ("world/test_lethality.py::test_the_terminal_error_does_not_move_the_kill_probability_it_was_fitted_to",),
    "M2": ("engine/test_choices.py::test_cases_of_swerling_order_first_detections_as_theory_says",),
    "M3": ("reach/test_looks.py::test_the_needed_ratio_is_exact_to_a_tenth_of_a_decibel_into_both_tails",),
    "M4": (
        R + "test_a_weak_radar_waits_for_its_target_and_does_not_waste_rounds",
        MISSES + "test_guidance_classes_are_told_apart_by_the_outcome",
        "doctrine/test_value.py::test_tracks_are_dealt_with_by_urgency_and_then_by_number",
        "world/test_capped.py::test_what_crews_count_on_is_the_same_in_every_world",
    ),
    "M5": (
        "world/test_doubts.py::test_no_value_in_doubt_that_a_world_read_is_outside_the_knobs",
        "world/test_doubts.py::test_counts_are_whole_in_every_world",
    ),
    "M6": (
        "physics/test_propagation.py::test_an_edge_lets_a_share_through_everywhere",
        "physics/test_propagation.py::test_loss_in_the_air_is_a_factor_everywhere",
    ),
    "M7": (
        "physics/test_windows.py::test_a_low_flyer_whose_track_sinks_below_the_sea_is_shot_at_on_the_sea",
        "doctrine/test_assignment.py::test_a_track_that_dives_below_the_ground_is_shot_at_on_the_ground",
    ),
    "M8": (
        "world/test_flights.py::test_a_time_on_target_that_cannot_be_met_is_refused_with_the_earliest",
        "world/test_flights.py::test_the_earliest_time_that_is_told_can_be_met",
    ),
    "M9": (
        "engine/test_closed_forms.py::test_a_living_target_taken_for_dead_is_let_go_as_the_two_state_recursion_says",
    ),
    "M10": ("statistics/test_moments.py::test_a_mean_far_from_zero_costs_the_deviation_no_digit",),
    "B1": (R + "test_a_fast_level_flyer_is_shot_at_as_a_slower_one",),
    "B2": (R + "test_fire_at_the_latest_chance_stops_a_lone_aircraft_as_well",),
    "B3": (
        R + "test_a_fast_low_flyer_is_met_in_its_short_window",
        "physics/test_windows.py::test_the_window_is_that_of_a_fine_grid_whatever_the_geometry",
    ),
    "B4": (R + "test_a_salvo_against_a_low_flyer_is_whole",),
    "B5": (
        IDENTITY + "test_a_friend_is_safe_at_the_packaged_error_rates",
        "scenario/test_identity.py::test_a_friend_with_a_crew_answers_unless_told_otherwise",
        "scenario/test_identity.py::test_friends_that_cannot_answer_are_named",
    ),
    "B6": (
        IDENTITY + "test_who_is_fired_at",
        "doctrine/test_identification.py::test_a_falling_missile_is_hostile_whatever_answers",
    ),
    "B7": (R + "test_leakers_grow_smoothly_with_the_delay_of_orders",),
    "B8": (
        MISSES + "test_the_chance_falls_with_range_without_a_cliff",
        MISSES + "test_a_low_target_is_hit_less_and_the_chance_has_no_cliff",
    ),
    "B9": (R + "test_the_share_of_kills_falls_smoothly_with_the_turn_of_an_evader",),
    "B10": (
        "audit/test_reasons.py::test_why_leakers_were_not_shot_at_is_told_truly",
        "audit/test_reasons.py::test_a_dead_radar_is_named_and_the_audit_agrees",
        R + "test_what_flies_above_every_round_is_out_of_height_and_not_harmless",
    ),
    "B11": (
        R + "test_announced_ballistic_missiles_find_rounds_kept_for_them",
        R + "test_a_reserve_is_fired_at_what_it_is_kept_for",
    ),
    "B12": ("engine/test_choices.py::test_a_round_flies_on_without_support_for_as_long_as_its_phase_allows",),
    "B13": (
        IDENTITY + "test_who_is_fired_at",
        "doctrine/test_assignment.py::test_under_free_what_has_answered_is_fired_at_only_if_hostile",
    ),
    "B14": ("engine/test_choices.py::test_a_lone_target_draws_hardly_a_round_more_than_its_salvo",),
    "B15": ("scenario/test_messages.py::test_every_fault_of_an_own_entry_is_told_with_place_and_remedy",),
}


def test_every_row_has_its_experiment() -> None:
    rows = {f"M{n}" for n in range(1, 11)} | {f"B{n}" for n in range(1, 16)}
    assert EXPERIMENTS.keys() == rows


@pytest.mark.parametrize("row", EXPERIMENTS)
def test_the_experiment_of_a_row_is_a_test(row: str) -> None:
    for test in EXPERIMENTS[row]:
        file, _, name = test.partition("::")
        assert name in functions_of(file), test


def test_what_the_page_of_findings_names_are_tests() -> None:
    """Every row of its table names tests that exist, or says that it is open."""
    page = (ROOT / "docs" / "what-moved.md").read_text(encoding="utf-8")
    rows = [line for line in page.partition("## What holds each finding")[2].splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 30
    for row in rows:
        cited = re.findall(r"`tests/([\w/]+\.py)::(\w+)`", row)
        assert cited or "| open" in row, row
        for file, name in cited:
            assert name in functions_of(file), f"{file}::{name}"
