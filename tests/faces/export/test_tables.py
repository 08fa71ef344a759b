"""Tables as the csv module reads them: units in the headers, no formula in a cell, every number that of the run."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from typing import Any

import pytest

from faces.export.recorded import HOSTILE, check, count
from openiads.faces.export import tables
from openiads.faces.export.about import LIMITS
from openiads.faces.words.text import clean
from openiads.world.codes import Event
from openiads.world.outcome import OUTCOME


def read(story: Any) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(tables.write(story))) as archive:
        assert archive.testzip() is None
        found = {}
        for name in archive.namelist():
            body = archive.read(name)
            assert body.endswith(b"\r\n")
            assert body.count(b"\r\n") == body.count(b"\n")
            rows = list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
            assert not [row for row in rows if None in row or None in row.values()], name
            found[name] = rows
    return found


@pytest.fixture(scope="module")
def sheets(story: Any) -> dict[str, list[dict[str, str]]]:
    return read(story)


def test_positions_are_the_recorded_ones(run: Any, story: Any, sheets: Any) -> None:
    moving: dict[str, Any] = {}
    for row in sheets["tracks.csv"]:
        if row["kind"] != "ship":
            numbers = [float(row[key]) for key in ("time_s", "longitude_deg", "latitude_deg", "height_m")]
            moving.setdefault(row["id"], []).append(tuple(numbers))
    assert set(moving) == {m.id for m in (*story.flights, *story.rounds, *story.tracks, *story.radar_tracks)}
    assert check(run, moving) > 3000


def test_every_event_engagement_and_outcome_is_there(run: Any, story: Any, sheets: Any) -> None:
    events = sheets["events.csv"]
    assert len(events) == len(story.moments)
    assert [r["kind"] for r in events].count("TERMINAL") == count(run, Event.TERMINAL)
    assert {r["code"] for r in events if r["kind"] == "TERMINAL"} <= {
        "KILLED",
        "HIT_ASSET",
        "RELEASED_LEFT",
        "AIRBORNE_AT_END",
        "REACHED_MISSED",
    }
    assert sum(int(r["rounds"]) for r in sheets["engagements.csv"]) == count(run, Event.LAUNCH)
    rows = sheets["outcomes.csv"]
    assert list(rows[0]) == list(OUTCOME.names or ())
    assert [float(r["killed"]) for r in rows] == run.rows()["killed"].tolist()
    assert len(sheets["things.csv"]) == sum(len(x) for x in (story.picture, story.radar_tracks, story.places))


def test_the_tables_say_where_they_come_from(run: Any, sheets: Any) -> None:
    facts = {row["what"]: row["value"] for row in sheets["about.csv"]}
    assert (facts["limits"], facts["digest"], facts["seed"]) == (LIMITS, run.digest, "3")


def test_no_cell_is_a_formula(hostile: Any) -> None:
    sheets = read(hostile)
    names = {row["id"]: row["name"] for row in sheets["things.csv"]}
    for mover in hostile.flights:
        name = clean(HOSTILE[int(mover.id.partition("/")[2]) % len(HOSTILE)])
        assert names[mover.id] == (f"'{name}" if name[0] in "=@-" else name)
    for rows in sheets.values():
        for row in rows:
            for value in row.values():
                assert value[:1] not in tables.FORMULA or math.isfinite(float(value)), value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-1.5, "-1.5"),
        (math.nan, ""),
        (math.inf, "never"),
        (3, "3"),
        ("-1.5", "'-1.5"),
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_numbers_stay_numbers_and_formulas_become_text(value: Any, shown: str) -> None:
    assert tables.cell(value) == shown


def test_the_same_run_gives_the_same_bytes(story: Any) -> None:
    assert tables.write(story) == tables.write(story)
