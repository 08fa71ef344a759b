"""The story of a replication says what the log says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from faces.export.recorded import HOSTILE, apart, count, positions
from openiads.base.errors import UsageError
from openiads.faces.export import gather as gathering
from openiads.faces.export.about import NO_DATE, epoch_of, stamp
from openiads.faces.export.gather import gather
from openiads.faces.words.text import clean
from openiads.world.codes import Event, Identity, Status, Terminal
from openiads.world.outcome import OUTCOME
from openiads.world.trace import EVENT


def test_every_flight_round_and_track_is_there_once(run: Any, story: Any) -> None:
    recorded = positions(run)
    assert {m.id for m in story.flights} == {name for name in recorded if name.startswith("flight/")}
    assert {m.id for m in story.rounds} == {name for name in recorded if name.startswith("round/")}
    assert len(story.rounds) == count(run, Event.LAUNCH)
    confirmed = {int(r["track"]) for r in run.key_events(0) if r["kind"] in (Event.TRACK, Event.IDENTIFY)}
    assert {m.id for m in story.tracks} <= {f"track/{serial}" for serial in confirmed}
    assert {m.id for m in (*story.tracks, *story.radar_tracks)} <= {n for n in recorded if n.startswith("track/")}


def test_every_key_event_is_told_and_every_end_is_marked(run: Any, story: Any) -> None:
    log = run.key_events(0)
    assert [int(m.kind) for m in story.moments] == log["kind"][log["kind"] < Event.LOOK].tolist()
    ends = [m for _, m, _ in story.marked if m.kind == Event.TERMINAL]
    assert len(ends) == count(run, Event.TERMINAL) == len(story.flights)
    for moment in ends:
        assert apart(moment.row["value"][:3], *moment.spot) < 0.1
        flight = story.flights[[m.id for m in story.flights].index(f"flight/{moment.row['flight']}")]
        assert flight.facts["end"] == Terminal(int(moment.row["code"])).name.lower().replace("_", " ")
        assert flight.end == pytest.approx(moment.time, abs=1e-6)


def test_engagements_account_for_every_round_and_kill(run: Any, story: Any) -> None:
    assert len(story.engagements) == count(run, Event.ASSIGN)
    assert sum(e.rounds for e in story.engagements) == count(run, Event.LAUNCH)
    assert sum(e.kills for e in story.engagements) == count(run, Event.INTERCEPT, code=1) > 0
    for one in story.engagements:
        order = [t for t in (one.assigned, one.acquired, one.launched, one.intercepted) if not math.isnan(t)]
        assert order == sorted(order)
        assert one.end >= one.assigned


def test_rounds_begin_at_their_ship_wherever_it_is(story: Any) -> None:
    (ship,) = story.ships
    assert ship.name == "Cruiser"
    moved = apart(np.array(_earth(ship.at(0.0))), *ship.at(900.0))
    assert moved == pytest.approx(900.0 * 12 * 1852 / 3600, rel=0.01)
    for round_ in story.rounds:
        assert apart(np.array(_earth(round_.at(round_.start))), *ship.at(round_.start)) < 200.0


def _earth(spot: Any) -> Any:
    import pymap3d

    return [float(v) for v in pymap3d.geodetic2ecef(spot[1], spot[0], spot[2])]


def test_what_stands_on_a_ship_is_no_place_on_the_ground(run: Any, story: Any) -> None:
    assert "Moskva" in run.names["assets"]
    assert "Moskva" not in [p.name for p in story.places]
    hmeimim = next(p for p in story.places if p.name == "Hmeimim")
    assert (hmeimim.kind, hmeimim.spot[:2], hmeimim.radius) == ("asset", (35.95, 35.4), 1500.0)


def test_a_replication_that_was_not_recorded_is_run_again(run: Any) -> None:
    again = gather(run, 1)
    assert len(again.flights) == count(run, Event.TERMINAL, 1)
    assert sum(m.seen for m in again.flights) > 1000


def test_a_replication_without_rounds_has_none() -> None:
    import openiads as oi

    held = oi.load("one_on_one").with_values({"site.Guard.doctrine.control": "hold"})
    story = gather(oi.run(held, replications=1, seed=1))
    assert (len(story.flights), story.rounds, story.engagements) == (1, [], [])


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"replication": 2}, "replication"),
        ({"replication": -1}, "replication"),
        ({"every": -1.0}, "--every"),
        ({"every": math.nan}, "--every"),
        ({"epoch": "noon"}, "--epoch"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Any, options: dict[str, Any], place: str) -> None:
    with pytest.raises(UsageError) as caught:
        gather(run, **options)
    assert caught.value.place == place
    assert caught.value.remedy


def test_a_replication_that_failed_says_so() -> None:
    row = np.zeros(1, OUTCOME)[0]
    assert gathering._failure(row) == ""
    row["status"], row["status_time"] = Status.RULE_RAISED, 12.5
    assert gathering._failure(row) == "this replication failed (rule raised) at 12.5 s"


# ------------------------------------------------------------------ beliefs


def _log(*rows: tuple[float, Event, int, int, int]) -> np.ndarray:
    made = np.zeros(len(rows), EVENT)
    for row, (time, kind, flight, track, code) in zip(made, rows, strict=True):
        row["time"], row["kind"], row["flight"], row["track"], row["code"] = time, kind, flight, track, code
    return made


def test_a_flight_is_what_its_track_is_believed_to_be_until_the_track_is_gone() -> None:
    flights, tracks = gathering._beliefs(
        _log(
            (1.0, Event.TRACK, 0, 7, 1),
            (2.0, Event.IDENTIFY, 0, 7, Identity.UNKNOWN),
            (3.0, Event.IDENTIFY, 0, 7, Identity.HOSTILE),
            (4.0, Event.SWAP, 1, 7, 0),
            (5.0, Event.TRACK_DROP, 1, 7, 1),
        )
    )
    assert flights[0] == [
        (1.0, Identity.PENDING),
        (2.0, Identity.UNKNOWN),
        (3.0, Identity.HOSTILE),
        (4.0, Identity.NONE),
    ]
    assert flights[1] == [(4.0, Identity.HOSTILE), (5.0, Identity.NONE)]
    assert tracks[7] == [(1.0, Identity.PENDING), (2.0, Identity.UNKNOWN), (3.0, Identity.HOSTILE)]


def test_of_two_tracks_of_a_flight_the_later_word_counts() -> None:
    flights, _ = gathering._beliefs(
        _log(
            (1.0, Event.IDENTIFY, 0, 7, Identity.HOSTILE),
            (2.0, Event.IDENTIFY, 0, 8, Identity.FRIEND),
            (3.0, Event.TRACK_DROP, 0, 8, 1),
        )
    )
    assert flights[0] == [(1.0, Identity.HOSTILE), (2.0, Identity.FRIEND), (3.0, Identity.HOSTILE)]


# ------------------------------------------------------------------ clock and names


@pytest.mark.parametrize(
    ("date", "asked", "at"),
    [
        ("", None, "2000-01-01T00:00:00Z"),
        ("2016", None, "2016-01-01T00:00:00Z"),
        ("2016-10", None, "2016-10-01T00:00:00Z"),
        ("2016-10-04", None, "2016-10-04T00:00:00Z"),
        ("2016-10-04", "1991-01-18T02:00:00+03:00", "1991-01-17T23:00:00Z"),
        ("", "1991-01-18", "1991-01-18T00:00:00Z"),
        ("", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_time_zero_is_the_asked_time_or_the_scenarios_date(date: str, asked: str | None, at: str) -> None:
    assert stamp(epoch_of(date, asked, 900.0)[0], 0.0) == at


@pytest.mark.parametrize(
    ("date", "asked"),
    [("2016-13-45", None), ("", "yesterday"), ("", "9999-12-31T23:59:00Z"), ("", "0001-01-01T00:00:00+05:00")],
)
def test_what_is_no_time_is_refused(date: str, asked: str | None) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        epoch_of(date, asked, 900.0)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.5, "00:00:00.5Z"), (3661.0, "01:01:01Z"), (0.1234567, "00:00:00.123457Z"), (59.9999999, "00:01:00Z")],
)
def test_times_are_told_to_the_microsecond(seconds: float, shown: str) -> None:
    assert stamp(NO_DATE, seconds) == f"2000-01-01T{shown}"


def test_names_lose_what_no_file_can_hold_and_nothing_else() -> None:
    assert clean("Ü 🚀 صاروخ <&>") == "Ü 🚀 صاروخ <&>"
    assert clean("a\tb\r\nc\u2028d") == "a b c d"
    for name in HOSTILE:
        assert not [c for c in clean(name) if ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 or c in "\u202e\u2066\ufffe"]
