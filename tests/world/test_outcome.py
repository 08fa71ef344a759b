"""The outcome row: every column has one source, named once."""

from __future__ import annotations

import numpy as np

from openiads.world.layout import SITUATION
from openiads.world.outcome import OF_SITUATION, OUTCOME, SPREAD, TALLY, outcome_row

COMPUTED = {"any_leaker", "rounds_fired", "round_kills", "events_key", "elements_lost"}


def counted() -> tuple[np.void, np.void]:
    """A tally and a situation in which every number is another one."""
    tally, situation = np.zeros(1, TALLY)[0], np.zeros(1, SITUATION)[0]
    number = 1
    for name in TALLY.names or ():
        size = tally[name].size
        numbers = np.arange(number, number + size).reshape(tally[name].shape)
        tally[name] = numbers if size > 1 else number
        number += size
    for name in (*OF_SITUATION, "rounds_count"):
        situation[name] = number
        number += 1
    return tally, situation


def test_every_column_has_exactly_one_source() -> None:
    scalars = [name for name in TALLY.names or () if name not in SPREAD]
    spread = [column for columns in SPREAD.values() for column in columns]
    sources = [*scalars, *spread, *OF_SITUATION, *COMPUTED]
    assert len(sources) == len(set(sources))
    assert set(sources) == set(OUTCOME.names or ())


def test_every_column_holds_what_its_name_says_and_nothing_twice() -> None:
    tally, situation = counted()
    row = outcome_row(tally, situation, 999)[0]
    assert row["events_key"] == 999
    assert row["any_leaker"] == 1
    assert row["rounds_fired"] == situation["rounds_count"]
    assert row["round_kills"] == row["round_kill"] == tally["round_end"][0]
    assert row["leakers"] == tally["leakers"]
    assert row["overkill_rounds"] == tally["overkill_rounds"]
    assert row["bound_magazine"] == tally["waited"][4]
    assert row["end_airborne_at_end"] == tally["terminal"][9]
    assert row["ballistic_leakers"] == tally["by_class"][3, 2]
    assert row["civil_killed"] == tally["civil"][0]
    assert row["friend_transited"] == tally["friend"][8]
    assert row["posts_lost"] == tally["lost"][2]
    assert row["elements_lost"] == tally["lost"].sum()
    assert row["status_entity"] == situation["status_entity"]
    plain = [row[name] for name in OUTCOME.names or () if name not in COMPUTED]
    assert len(set(plain)) == len(plain)


def test_rounds_of_the_teaching_switch_count_as_fired_and_their_kills_as_kills() -> None:
    tally, situation = counted()
    situation["notional"] = 7
    row = outcome_row(tally, situation, 0)[0]
    assert row["rounds_fired"] == situation["rounds_count"] + 7
    assert row["round_kills"] == tally["killed"]
