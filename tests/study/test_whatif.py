"""Levers of a stored run, and the answer to what they would have done, on the same dice."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from openiads.base.errors import InputError, Interrupted, UsageError
from openiads.study.whatif import ask, changed, groups, levers


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "duel"
    return oi.run("one_on_one", replications=30, seed=1, out=folder)


def test_every_lever_stands_where_the_scenario_has_it(base: Any) -> None:
    found = levers(base)
    assert len({lever.path for lever in found}) == len(found)
    assert groups(found) == ["Intruder", "Guard"]
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


def test_what_does_not_hold_as_a_whole_is_refused(base: Any) -> None:
    radar = next(lever.path for lever in levers(base) if lever.kind == "switch" and lever.path.endswith("/1"))
    with pytest.raises(InputError, match="radars_off"):
        changed(base, {radar: False, "site[1].fire_units": 0})


def test_nothing_changed_is_the_same_computation(base: Any) -> None:
    answer = ask(base, {}, 20)
    assert answer.comparison.pairs.n == 20
    assert answer.comparison.estimate("leakers").difference == 0.0
    assert (answer.run.rows()["leakers"] == base.rows()["leakers"][:20]).all()


def test_partial_answers_grow_to_the_whole(base: Any) -> None:
    seen: list[tuple[int, int, float]] = []
    answer = ask(
        base, {"raid[1].count": 2}, 30,
        watch=lambda done, of, gathered: seen.append((done, of, gathered.estimate("threats").mean)),
    )  # fmt: skip
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
