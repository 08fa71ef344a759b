"""Counts over time: from changes to a count, and over replications to a band."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.explain.kill_chain import gate_changes, sampled
from openiads.explain.overview import MOST, overview, recorded
from openiads.explain.timelines import count_at, steps, timelines
from openiads.world.codes import Event, Gate, Terminal
from openiads.world.trace import EVENT, GATE_DETAIL


def log(*rows: tuple[Any, ...]) -> np.ndarray:
    """Rows of (time, kind, flight, unit, track, code, value 1)."""
    out = np.zeros(len(rows), EVENT)
    for k, (time, kind, flight, unit, track, code, number) in enumerate(rows):
        out[k]["time"], out[k]["kind"], out[k]["flight"], out[k]["unit"] = time, kind, flight, unit
        out[k]["track"], out[k]["code"], out[k]["value"][1] = track, code, number
        if kind == Event.GATE:
            out[k]["value"][2] = GATE_DETAIL.get(code, 0)
    return out


@pytest.fixture(scope="module")
def run() -> Any:
    return oi.run("one_on_one", replications=30, seed=1, record=1)


def test_a_count_holds_from_its_change_on() -> None:
    found = count_at(np.array([5.0, 2.0, 8.0]), np.array([1, 1, -1]), np.array([0.0, 2.0, 4.9, 5.0, 8.0, 9.0]))
    assert found.tolist() == [0, 1, 1, 2, 1, 1]


def test_tracks_rounds_and_ends_are_counted_once() -> None:
    events = log(
        (1.0, Event.TRACK, 0, -1, 7, 1, 0.0),
        (2.0, Event.TRACK, 0, -1, 8, 2, 0.0),
        (3.0, Event.LAUNCH, 0, 0, 7, 1, 0.0),
        (4.0, Event.ROUND_END, 0, 0, 7, 1, 0.0),
        (5.0, Event.TERMINAL, 0, -1, -1, Terminal.KILLED, 0.0),
        (6.0, Event.TRACK_DROP, 0, -1, 7, 1, 0.0),
        (7.0, Event.TRACK_DROP, 0, -1, 8, 1, 0.0),
        (8.0, Event.TERMINAL, 1, -1, -1, Terminal.HIT_ASSET, 0.0),
        (9.0, Event.TERMINAL, 2, -1, -1, Terminal.HIT_ASSET, 0.0),
    )
    found = {name: (when.tolist(), by.tolist()) for name, (when, by) in steps(events, np.array([1, 1, 0]) == 1).items()}
    assert found["Tracks held"] == ([1.0, 6.0], [1, -1])
    assert found["Rounds in flight"] == ([3.0, 4.0], [1, -1])
    assert found["Threats killed so far"] == ([5.0], [1])
    assert found["Leakers so far"] == ([8.0], [1])


def test_lines_begin_with_nothing_and_end_with_the_outcome(run: Any) -> None:
    lines = {line.name: line for line in timelines(run)}
    killed = np.quantile(run.rows()["killed"], (0.1, 0.5, 0.9), method="inverted_cdf")
    line = lines["Threats killed so far"]
    assert [line.low[-1], line.middle[-1], line.high[-1]] == killed.tolist()
    for each in lines.values():
        assert each.high[0] == 0
        assert (each.low <= each.middle).all() and (each.middle <= each.high).all()


def test_a_sample_is_the_first_replications(run: Any) -> None:
    numbers = [replication for part in sampled(run, 7) for replication, _ in part]
    assert numbers == list(range(7))
    assert [r for part in sampled(run) for r, _ in part] == list(range(30))


def test_a_spell_ends_with_the_next_gate_the_flight_or_the_run() -> None:
    events = log(
        (1.0, Event.GATE, 0, 0, -1, Gate.HORIZON, 3.0),
        (4.0, Event.GATE, 0, 0, -1, Gate.ENGAGING, 0.0),
        (2.0, Event.GATE, 0, 1, -1, Gate.NO_ROUND, 0.0),
        (3.0, Event.GATE, 1, 0, -1, Gate.HORIZON, 0.0),
        (9.0, Event.TERMINAL, 0, -1, -1, Terminal.KILLED, 0.0),
    )
    found = gate_changes(events, 20.0)
    rows = list(zip(*(found[name].tolist() for name in ("flight", "unit", "start", "end")), strict=True))
    assert rows == [(0, 0, 1.0, 4.0), (0, 0, 4.0, 9.0), (0, 1, 2.0, 9.0), (1, 0, 3.0, 20.0)]
    assert found["number"][0] == 3.0


def test_an_overview_estimates_what_the_run_does_and_names_replications(run: Any) -> None:
    found = overview(run, ["leakers", "rounds_fired"])
    again = oi.open_run(run.path)
    assert found.gathered.estimate("leakers") == again.estimate("leakers")
    rows = run.rows()
    for value, replications in found.examples["rounds_fired"].items():
        assert replications == rows["replication"][rows["rounds_fired"] == value].tolist()[:MOST]
    assert found.where("leakers") == rows["replication"][rows["leakers"] > 0].tolist()[:MOST]
    assert recorded(run) == [0]
