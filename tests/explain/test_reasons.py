"""When a shot was possible, and how spells of gates are told."""

import numpy as np
import pytest

from openiads.explain.reasons import NO_SHOT, GateSpell, reasons, shot_possible, steadied
from openiads.world.codes import Gate


def possible(*gates: Gate, group: list[int] | None = None) -> list[bool]:
    codes = np.array(gates, np.int64)
    return shot_possible(np.zeros(len(codes), np.int64) if group is None else np.array(group), codes).tolist()


def test_place_course_and_speed_rule_a_shot_out() -> None:
    assert possible(*NO_SHOT) == [False] * len(NO_SHOT)
    assert possible(Gate.NO_CHANNEL, Gate.NO_ROUND, Gate.ENGAGING) == [True] * 3


def test_what_is_not_identified_and_then_still_too_far_was_too_far_before() -> None:
    """An approaching target is not nearer while the picture is made than when reach is asked at last."""
    assert possible(Gate.NOT_DETECTED, Gate.NOT_IDENTIFIED, Gate.OUT_OF_RANGE, Gate.NO_CHANNEL) == [
        False,
        False,
        False,
        True,
    ]
    assert possible(Gate.NOT_IDENTIFIED, Gate.NO_CHANNEL) == [True, True]
    assert possible(Gate.NOT_IDENTIFIED) == [True]  # reach was never asked: it counts
    assert possible(Gate.NOT_IDENTIFIED, Gate.NO_TIME) == [True, False]  # it came too late, not too early


def test_what_has_been_within_reach_and_is_lost_again_counts() -> None:
    assert possible(Gate.NO_CHANNEL, Gate.NO_FIRM_TRACK, Gate.OUT_OF_RANGE) == [True, True, False]


def test_pairs_of_flight_and_unit_do_not_speak_for_each_other() -> None:
    gates = (Gate.NO_CHANNEL, Gate.NOT_IDENTIFIED, Gate.NOT_IDENTIFIED, Gate.OUT_OF_RANGE)
    assert possible(*gates, group=[0, 0, 1, 1]) == [True, True, False, False]
    assert possible(Gate.NOT_IDENTIFIED, Gate.OUT_OF_RANGE, group=[0, 1]) == [True, False]


def spells(*parts: tuple[Gate, float], unit: str = "Guard/1") -> list[GateSpell]:
    found, now = [], 0.0
    for gate, seconds in parts:
        found.append(GateSpell(unit, now, now + seconds, gate.name, f"{gate.name} (12)", gate not in NO_SHOT))
        now += seconds
    return found


def test_gates_that_flicker_are_told_as_one_with_the_share_of_the_other() -> None:
    flicker = [(Gate.NO_FIRM_TRACK, 1.0), (Gate.NOT_IDENTIFIED, 1.0)] * 10
    one, two, three = steadied(spells(*flicker, (Gate.NO_ROUND, 30.0)))
    assert (one.start, one.end, one.gate) == (0.0, 19.0, "NO_FIRM_TRACK")
    assert one.between == {"NOT_IDENTIFIED": 9.0}
    assert "for 47 % of it" in str(one)
    assert "(12)" not in str(one)  # a number of one part is none of the whole
    assert (two.gate, two.end - two.start) == ("NOT_IDENTIFIED", 1.0)
    assert str(three) == "Guard/1, t=20.0 s to 50.0 s: NO_ROUND (12)"


def test_a_long_spell_between_two_equal_ones_stands_alone_and_units_are_kept_apart() -> None:
    apart = spells((Gate.NO_FIRM_TRACK, 5.0), (Gate.NOT_IDENTIFIED, 3.0), (Gate.NO_FIRM_TRACK, 5.0))
    assert steadied(apart) == apart
    two_units = spells((Gate.NO_ROUND, 9.0)) + spells((Gate.NO_CHANNEL, 1.0), (Gate.NO_ROUND, 9.0), unit="Guard/2")
    assert steadied(two_units) == two_units


def test_reasons_weigh_the_time_in_which_a_shot_was_possible() -> None:
    told = reasons(
        spells((Gate.HORIZON, 300.0), (Gate.NO_CHANNEL, 20.0), (Gate.ENGAGING, 50.0), (Gate.NO_CHANNEL, 5.0))
    )
    assert (told.possible, told.waited) == (25.0, 325.0)
    assert told.longest == (("NO_CHANNEL", 25.0),)
    assert str(told) == (
        "its place and course allowed a shot for 25 s, all fire units together, but: "
        "every guidance channel of the unit is taken 25 s"
    )


def test_reasons_where_no_shot_was_possible_name_what_ruled_it_out() -> None:
    told = reasons(spells((Gate.HORIZON, 300.0), (Gate.MASK, 20.0), (Gate.OUT_OF_RANGE, 9.0), (Gate.SECTOR, 1.0)))
    assert [gate for gate, _ in told.longest] == ["HORIZON", "MASK", "OUT_OF_RANGE"]
    assert str(told).startswith("its place, course or speed allowed no shot in 330 s, all fire units together: ")
    assert str(reasons([])) == "no fire unit had it under observation"


@pytest.mark.parametrize("seed", range(20))
def test_steadied_spells_fill_the_same_time_at_the_same_gates(seed: int) -> None:
    draw = np.random.default_rng(seed)
    codes = draw.choice([Gate.HORIZON, Gate.NO_CHANNEL, Gate.NO_ROUND], 40)
    given = spells(
        *((Gate(int(code)), float(length)) for code, length in zip(codes, draw.uniform(0.1, 6.0, 40), strict=True))
    )

    def seconds(told: list[GateSpell]) -> dict[str, float]:
        found: dict[str, float] = {}
        for spell in told:
            others = spell.between or {}
            found[spell.gate] = found.get(spell.gate, 0.0) + spell.end - spell.start - sum(others.values())
            for gate, length in others.items():
                found[gate] = found.get(gate, 0.0) + length
        return found

    told = steadied(given)
    assert [spell.end for spell in told[:-1]] == [spell.start for spell in told[1:]]
    assert seconds(told) == pytest.approx(seconds(given))
