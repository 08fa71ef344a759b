"""The arms of the comparison make equal what they say they make equal, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from openiads.experiments.like_for_like import ARMS, AXES, CLASSES, CREW, POST, PRIOR, SIDES, SIZES, cells, scenario
from openiads.scenario.load import Scenario
from openiads.world.build import World, build
from openiads.world.codes import ThreatClass

pytestmark = pytest.mark.compiled_only

EVIDENCE = ("crew_delay", "crew_spread", "assess_delay", "assess_false_kill", "assess_false_miss", "salvo_interval")
COMMANDING = ("cycle", "service_time", "link_delay", "interrogation_interval", "track_capacity")


def world(side: str, arm: str, axes: str = "one") -> World:
    return build(scenario(side, "fire_units", axes, arm))


def values(world: World, noun: str, names: tuple[str, ...]) -> set[Any]:
    """The different rows of some columns of a noun."""
    return {tuple(float(v) for v in row) for row in zip(*(world.rows[noun][name] for name in names), strict=True)}


def evidence(world: World) -> tuple[set[Any], ...]:
    """Kill probabilities, reliability, crews, posts of sites, launchers: what the matched arm makes equal."""
    chances = {tuple(row) for row in world.rows["magazines"]["pk_believed"].tolist()}
    posts = {tuple(float(row[name]) for name in COMMANDING) for row in world.rows["posts"] if row["alone"] == 0}
    return (
        chances,
        values(world, "magazines", ("reliability",)),
        values(world, "units", EVIDENCE),
        posts,
        values(world, "launchers", ("interval", "readiness")),
    )


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("arm", ["matched", "structure"])
def test_matched_arms_have_equal_evidence_on_both_sides(arm: str, axes: str) -> None:
    ours, theirs = (world(side, arm, axes) for side in SIDES)
    for one, other in zip(evidence(ours), evidence(theirs), strict=True):
        assert one == other
        assert len(one) == 1
    assert ours.rows["magazines"]["pk_believed"][0][int(ThreatClass.BALLISTIC)] == PRIOR["pk_ballistic"]
    assert ours.rows["units"]["crew_delay"][0] == CREW["crew_delay"][0]
    assert ours.rows["posts"]["service_time"][0] == POST["service_time"][0]


def test_as_claimed_the_sides_differ_in_evidence() -> None:
    ours, theirs = (evidence(world(side, "as_claimed")) for side in SIDES)
    assert ours[0] != theirs[0]
    assert ours[2] != theirs[2]


def test_only_the_structure_arm_has_one_round_on_both_sides() -> None:
    ours, theirs = (world(side, "structure").rows["interceptors"] for side in SIDES)
    assert len(ours) == len(theirs) == 1
    assert ours.tobytes() == theirs.tobytes()
    claimed = world("patriot_pac3", "as_claimed").rows["interceptors"]
    matched = world("patriot_pac3", "matched").rows["interceptors"]
    assert claimed.tobytes() == matched.tobytes()  # matched changes no flight
    assert len(matched) == 2


def test_structure_stays_when_rounds_are_made_equal() -> None:
    ours, theirs = (world(side, "structure") for side in SIDES)
    assert set(ours.rows["magazines"]["channel"]) != set(theirs.rows["magazines"]["channel"])
    assert (ours.rows["radars"]["unit"] < 0).any()  # search radars
    assert not (theirs.rows["radars"]["unit"] < 0).any()
    assert set(ours.rows["launchers"]["full"]) == {4}
    assert set(theirs.rows["launchers"]["full"]) == {4, 16}


@pytest.mark.parametrize(("size", "noun"), [("fire_units", "units"), ("launchers", "launchers"), ("rounds", "rounds")])
def test_a_row_makes_equal_what_its_name_says(size: str, noun: str) -> None:
    rows = [build(scenario(side, size, "one", "as_claimed")).rows for side in SIDES]
    counts = [int(r["launchers"]["loaded"].sum()) if noun == "rounds" else len(r[noun]) for r in rows]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("arm", ARMS)
def test_both_sides_of_every_row_meet_the_same_raid(arm: str) -> None:
    for size in SIZES:
        for axes in AXES:
            ours, theirs = (scenario(side, size, axes, arm).mapping() for side in SIDES)
            assert ours["raid"] == theirs["raid"]
            assert sum(raid["count"] for raid in ours["raid"]) == 24
            assert ours["asset"] == theirs["asset"]


def test_half_laid_means_two_facings_under_one_command() -> None:
    made: Scenario = scenario("patriot_pac3", "typical", "laid", "matched")
    assert [site.fire_units for site in made.sites] == [2, 2]
    assert len({site.facing for site in made.sites}) == 2
    assert made.commands[0].post == "matched_msq116"


def test_no_patriot_radar_is_laid_anew_in_the_comparison() -> None:
    assert set(world("patriot_pac3", "as_claimed").rows["radars"]["relay_time"]) == {0.0}


def test_cells_hold_shares_with_intervals() -> None:
    found = cells(4, 3, sizes=["fire_units"], axes=["one"], arms=["as_claimed", "matched"], jobs=1)
    assert [(cell.arm, cell.side) for cell in found] == [(a, s) for a in ("as_claimed", "matched") for s in SIDES]
    for cell in found:
        assert cell.failed == 0
        assert set(cell.shares) == {*CLASSES, "all"}
        assert all(0.0 <= low <= mean <= high for mean, low, high in cell.shares.values())
        assert np.isfinite(cell.rounds).all()
        assert cell.rounds[0] > 0.0


def test_the_round_of_the_structure_arm_is_the_one_the_s300_has_anyway() -> None:
    matched, structure = (world("s300pmu2", arm) for arm in ("matched", "structure"))
    assert matched.rows["interceptors"].tobytes() == structure.rows["interceptors"].tobytes()
