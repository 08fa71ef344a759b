"""Levers of a stored run, and the answer to what they would have done, on the same dice."""

from __future__ import annotations

import copy
import threading
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from openiads.base.errors import InputError, Interrupted, UsageError
from openiads.base.toml import toml_text
from openiads.experiments.whatif import ask, changed, counts, levers
from openiads.scenario.load import loads


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "duel"
    return oi.run("one_on_one", replications=30, seed=1, out=folder)


def test_every_lever_stands_where_the_scenario_has_it(base: Any) -> None:
    found = levers(base)
    assert len({lever.path for lever in found}) == len(found)
    assert list(dict.fromkeys(lever.group for lever in found)) == ["Intruder", "Guard"]
    for lever in found:
        assert not lever.refused(lever.value), lever
    scenario, label = changed(base, {lever.path: lever.value for lever in found})
    assert label == "nothing changed"
    assert scenario.digest() == base.scenario.digest()


def test_a_moved_lever_moves_that_and_nothing_else(base: Any) -> None:
    scenario, label = changed(base, {"raid[1].count": 3})
    assert label == "Intruder: number 3"
    assert scenario.raids[0].count == 3
    assert scenario.digest() == base.scenario.with_values({"raid[1].count": 3}).digest()


def test_a_radar_goes_off_and_on_again(base: Any) -> None:
    switches = [lever for lever in levers(base) if lever.kind == "switch"]
    assert all(lever.value is True for lever in switches)
    off, _ = changed(base, {switches[0].path: False})
    element = switches[0].path.partition(".radar.")[2]
    assert off.sites[0].radars_off == (element,)
    again = oi.run(off, replications=20, seed=1)
    on, _ = changed(again, {switches[0].path: True})
    assert on.sites[0].radars_off == ()


def test_a_value_outside_its_range_is_refused(base: Any) -> None:
    for values in ({"raid[1].count": -1}, {"raid[1].count": 2.5}, {"site[1].doctrine.control": "x"}, {"nothing": 1}):
        with pytest.raises(UsageError):
            changed(base, values)


def test_a_fire_unit_that_goes_takes_the_switch_of_its_radar_along(base: Any) -> None:
    radar = next(lever.path for lever in levers(base) if lever.kind == "switch" and lever.path.endswith("/1"))
    for values in ({radar: False, "site[1].fire_units": 0}, {"site[1].fire_units": 0, radar: False}):
        scenario, label = changed(base, values)
        assert scenario.sites[0].radars_off == ()
        assert label == "Guard: fire units 0"
    dark = copy.copy(base)
    dark._scenario = base.scenario.with_values({"site[1].radars_off": [radar.partition(".radar.")[2]]})
    assert changed(dark, {"site[1].fire_units": 0})[0].sites[0].radars_off == ()


def test_what_does_not_hold_as_a_whole_is_refused(base: Any) -> None:
    doomed = copy.copy(base)
    radar = next(lever.path for lever in levers(base) if lever.path.endswith("/1")).partition(".radar.")[2]
    doomed._scenario = base.scenario.with_values({"site[1].failures": [{"element": radar, "at": "60 s"}]})
    with pytest.raises(InputError, match="failures"):
        changed(doomed, {"site[1].fire_units": 0})


@pytest.fixture(scope="module")
def contested(base: Any) -> Any:
    """The duel, as if stored with a jammer, a second site and early warning."""
    mapping = base.scenario.mapping()
    mapping["raid"][0] |= {"jammer": "escort_jammer", "jammer_from": "10 s"}
    mapping["site"].append({**mapping["site"][0], "name": "Second"})
    mapping["site"][1]["doctrine"] = {"leaves": ["Guard"], "emission": "blink"}
    mapping["early_warning"] = [{"name": "Far", "radar": "a50_shmel", "reports_to": "Guard", "carrier": "ground",
                                 "at": mapping["site"][0]["at"]}]  # fmt: skip
    found = copy.copy(base)
    found._scenario = loads(toml_text(mapping))
    return found


def test_switches_of_what_contests_the_sky_stand_where_the_scenario_has_it(contested: Any) -> None:
    found = {lever.path: lever.value for lever in levers(contested)}
    assert {path: found[path] for path in ("raid[1].jammer", "site[1].there", "early_warning[1].there")} == {
        "raid[1].jammer": True,
        "site[1].there": True,
        "early_warning[1].there": True,
    }
    assert (found["site[1].doctrine.emission"], found["site[2].doctrine.emission"]) == ("on", "blink")
    scenario, label = changed(contested, found)
    assert label == "nothing changed"
    assert scenario.digest() == contested.scenario.digest()


def test_a_jammer_that_is_off_is_not_there_nor_when_it_radiates(contested: Any) -> None:
    scenario, label = changed(contested, {"raid[1].jammer": False})
    assert label == "Intruder: noise jamming no"
    assert (scenario.raids[0].jammer, scenario.raids[0].jammer_from) == (None, None)
    assert scenario.with_values({"raid[1].jammer": "escort_jammer", "raid[1].jammer_from": "10 s"}).digest() == (
        contested.scenario.digest()
    )


def test_emission_is_moved_for_one_site_alone(contested: Any) -> None:
    scenario, _ = changed(contested, {"site[1].doctrine.emission": "shutdown", "site[2].doctrine.emission": "on"})
    assert [site.doctrine.emission for site in scenario.sites] == ["shutdown", None]
    assert scenario.sites[1].doctrine.leaves == ("Guard",)


def test_a_site_that_takes_no_part_is_gone_with_its_levers_and_what_was_left_to_it(contested: Any) -> None:
    values = {"site[1].there": False, "site[1].doctrine.salvo": 4, "early_warning[1].there": False}
    scenario, label = changed(contested, values)
    assert label == "Guard: takes part no; Far: takes part no"
    assert [site.name for site in scenario.sites] == ["Second"]
    assert (scenario.sites[0].doctrine.leaves, scenario.early_warnings) == (None, ())


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, float("nan"), float("inf")])
def test_numbers_beyond_all_bounds_are_refused(base: Any, value: float) -> None:
    with pytest.raises(UsageError):
        changed(base, {"raid[1].count": value})


def test_both_sides_of_an_answer_are_of_the_pairs(base: Any) -> None:
    for asked, paired in ((20, 20), (40, 30)):
        answer = ask(base, {"raid[1].count": 2}, asked)
        for metric in ("leakers", "rounds_fired", "leak_rate"):
            found = answer.comparison.estimate(metric)
            assert (found.a.n, found.b.n, found.n) == (paired, paired, paired)
            assert found.b.mean - found.a.mean == pytest.approx(found.difference)
        assert answer.comparison.estimate("leakers").a.mean == base.rows()["leakers"][:paired].mean()


def test_an_answer_has_by_itself_no_more_replications_than_can_be_paired(base: Any) -> None:
    assert counts(base)[0] == base.replications == 30
    few = copy.copy(base)
    few.seal = {**base.seal, "replications": 6}
    assert counts(few)[:2] == (6, 6)


def test_a_question_canceled_before_its_world_is_built_runs_nothing(base: Any) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Interrupted, match="before its first replication"):
        ask(base, {"raid[1].count": 2}, 20, cancel=cancel)


def test_nothing_changed_is_the_same_computation(base: Any) -> None:
    answer = ask(base, {}, 20)
    assert answer.comparison.pairs.n == 20
    assert answer.comparison.estimate("leakers").difference == 0.0
    assert (answer.run.rows()["leakers"] == base.rows()["leakers"][:20]).all()


def test_partial_answers_grow_to_the_whole(base: Any) -> None:
    seen: list[tuple[int, int, float]] = []
    answer = ask(
        base,
        {"raid[1].count": 2},
        30,
        watch=lambda done, of, gathered: seen.append((done, of, gathered.estimate("threats").mean)),
    )
    assert [done for done, _, _ in seen] == [10, 20, 30]
    assert {of for _, of, _ in seen} == {30}
    assert seen[-1][2] == answer.run.estimate("threats").mean == 2.0


def test_a_canceled_question_leaves_nothing_behind(base: Any) -> None:
    cancel = threading.Event()
    with pytest.raises(Interrupted):
        ask(base, {}, 2000, cancel=cancel, watch=lambda *_: cancel.set())


@pytest.mark.parametrize("count", [0, 19, 2001, True])
def test_replications_have_bounds(base: Any, count: int) -> None:
    with pytest.raises(UsageError, match="replications"):
        ask(base, {}, count)
