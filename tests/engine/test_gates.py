"""The number of a gate says what it is: no number is told as another kind than it was logged as."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.engine.runner import Runner
from openiads.explain.kill_chain import gate_changes
from openiads.explain.sentences import GATES, gate_sentence
from openiads.scenario.load import load, packaged_scenarios
from openiads.world.build import build
from openiads.world.codes import Detail, Event, Gate
from openiads.world.trace import EVENT, GATE_DETAIL, gate_numbers

#: What a number of each kind can be, so that one of another kind stands out.
POSSIBLE = {
    Detail.HEIGHT: (-500.0, 60_000.0),
    Detail.ANGLE: (-math.pi, math.pi),
    Detail.DISTANCE: (0.0, 2_000_000.0),
    Detail.SPEED: (0.0, 8_000.0),
    Detail.PROBABILITY: (0.0, 1.0),
    Detail.DURATION: (0.0, 1_000.0),
}


def gate_row(gate: Gate, detail: Detail, number: float) -> np.ndarray:
    """A log of one change of gate, flight 0 and unit 0."""
    row = np.zeros(1, EVENT)
    row["kind"], row["code"] = Event.GATE, gate
    row["value"][0, 1:3] = number, detail
    return row


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("gate", Gate)
def test_a_gate_tells_a_number_of_the_kind_it_names_and_of_no_other(gate: Gate, detail: Detail) -> None:
    number = 1443.0 if detail in (Detail.HEIGHT, Detail.DISTANCE) else 0.625
    row = gate_row(gate, detail, number)
    fits = detail != Detail.NONE and GATE_DETAIL.get(gate) == detail
    told = float(gate_numbers(row)[0])
    assert told == number if fits else math.isnan(told)
    sentence = gate_sentence(gate, told)
    assert sentence.startswith(GATES[gate][0])
    assert any(letter.isdigit() for letter in sentence) == (fits and GATES[gate][1] != "" and detail != Detail.POLICY)
    assert str(gate_changes(row, 10.0)["number"][0]) == str(told)


def test_each_kind_of_number_is_told_in_its_own_unit() -> None:
    assert gate_sentence(Gate.SECTOR, math.radians(-40.0)).endswith("(40° off its middle)")
    assert gate_sentence(Gate.HORIZON, 1443.2).endswith("(it must climb above 1,443 m)")
    assert gate_sentence(Gate.BEYOND_RADAR, 123_456.0).endswith("(at 123,456 m)")
    assert gate_sentence(Gate.OUT_OF_SPEED, 912.4).endswith("(at 912 m/s)")
    assert gate_sentence(Gate.RULES_OF_ENGAGEMENT, 0.0).endswith("(P(hostile) is 0.00)")
    assert gate_sentence(Gate.NO_CHANNEL, 3.0) == GATES[Gate.NO_CHANNEL][0]


def test_a_log_from_before_numbers_had_kinds_tells_its_gates_without_them() -> None:
    assert np.isnan(gate_numbers(gate_row(Gate.SECTOR, Detail.NONE, 1442.9330071085415))).all()


@pytest.mark.compiled_only
@pytest.mark.parametrize("name", packaged_scenarios())
def test_every_gate_that_a_run_logs_names_a_number_of_its_kind(name: str) -> None:
    runner = Runner(build(load(name)), 7)
    for replication in range(3):
        events = runner.replicate(replication).events
        rows = events[events["kind"] == Event.GATE]
        assert len(rows)
        for gate, detail, number in zip(rows["code"], rows["value"][:, 2], rows["value"][:, 1], strict=True):
            if detail == Detail.NONE:
                assert number == 0.0
                continue
            assert GATE_DETAIL[Gate(gate)] == detail
            low, high = POSSIBLE[Detail(int(detail))]
            assert low <= number <= high, (Gate(gate).name, number)


@pytest.mark.compiled_only
def test_a_target_beyond_the_edge_of_the_sector_is_told_by_its_angle_and_not_by_a_height() -> None:
    """In this replication a radar twice looks just beyond its sector: once that was told as 82,674 degrees."""
    world = build(load("syria_2013"))
    events = Runner(world, 7).replicate(0).events
    rows = events[(events["kind"] == Event.GATE) & (events["code"] == Gate.SECTOR)]
    numbers = gate_numbers(rows)
    told = np.isfinite(numbers)
    assert told.sum() >= 2
    radars = world.rows["radars"]
    for row, number in zip(rows[told], numbers[told], strict=True):
        half = radars["track_half"][world.rows["units"]["radar"][row["unit"]]]
        assert half < abs(number) <= math.pi
