"""A run as tables of comma-separated values (RFC 4180, UTF-8): one replication's tracks, engagements and events, and
the outcomes of all replications.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from openiads.faces.export.story import Story, word
from openiads.world.codes import Event, Gate, Identity, RoundEnd, Status, Terminal
from openiads.world.outcome import OUTCOME

#: What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

#: Kind of event -> the codes that its code is one of.
CODES: dict[Event, Callable[[int], Any]] = {
    Event.IDENTIFY: Identity,
    Event.ROUND_END: RoundEnd,
    Event.TERMINAL: Terminal,
    Event.GATE: Gate,
}

Row = Iterable[Any]


def cell(value: object) -> str:
    """A value as a cell: nothing for nan, ``never`` for infinity; text that looks like a formula gets an apostrophe."""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return repr(value) if math.isfinite(value) else "never"
    words = str(value)
    return f"'{words}" if isinstance(value, str) and words.startswith(FORMULA) else words


def table(head: Row, rows: Iterable[Row]) -> bytes:
    """Rows under a header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _tracks(story: Story) -> Iterator[Row]:
    at = story.about.at
    for mover in (*story.picture, *story.radar_tracks):
        owner = mover.facts.get("owner", "truth")
        for time, (lon, lat, height) in mover.spots():
            yield mover.kind, mover.id, mover.name, owner, time, at(time), lat, lon, height


def _things(story: Story) -> Iterator[Row]:
    for mover in (*story.picture, *story.radar_tracks):
        facts = mover.facts
        yield (
            mover.kind, mover.id, mover.name, facts.get("side", ""), facts.get("class", ""), facts.get("owner", ""),
            facts.get("follows", facts.get("target", "")), facts.get("fire unit", ""), mover.start, mover.end,
            facts.get("end", ""), facts.get("believed", ""), mover.seen, math.nan, math.nan, math.nan, math.nan,
        )  # fmt: skip
    for place in story.places:
        lon, lat, height = place.spot
        blank = [""] * 5
        yield (
            place.kind, place.id, place.name, *blank, math.nan, math.nan, "", "", math.nan, lat, lon, height,
            place.radius,
        )  # fmt: skip


def _engagements(story: Story) -> Iterator[Row]:
    for one in story.engagements:
        yield (
            one.id, one.unit, one.flight, one.track, one.number, one.assigned, one.acquired, one.launched,
            one.intercepted, one.assessed, one.released, one.rounds, one.kills, one.verdict,
        )  # fmt: skip


def _events(story: Story) -> Iterator[Row]:
    nouns = (("flight", "flights"), ("unit", "units"), ("radar", "radars"), ("launcher", "launchers"))
    for moment in story.moments:
        row, kind = moment.row, moment.kind
        code = int(row["code"])
        names = [
            story.names[noun][int(row[key])] if 0 <= int(row[key]) < len(story.names[noun]) else ""
            for key, noun in nouns
        ]
        numbers = [int(row[key]) if int(row[key]) >= 0 else "" for key in ("round", "track")]
        lon, lat, height = moment.spot or (math.nan,) * 3
        said = CODES[kind](code).name if kind in CODES else str(code)
        yield (
            moment.time, story.about.at(moment.time), kind.name, said, *names, *numbers, lat, lon, height,
            moment.words, *row["value"].tolist(),
        )  # fmt: skip


def _outcomes(story: Story) -> Iterator[Row]:
    for done in story.run.store.walk():
        for row in done.rows.tolist():
            named = dict(zip(OUTCOME.names or (), row, strict=True))
            yield [word(Status(value)) if name == "status" else value for name, value in named.items()]


def files(story: Story) -> dict[str, bytes]:
    """The tables by file name; their headers name the units."""
    place = ("latitude_deg", "longitude_deg", "height_m")
    return {
        "about.csv": table(("what", "value"), story.about.rows()),
        "things.csv": table(
            ("kind", "id", "name", "side", "class", "owner", "follows", "fire_unit", "start_s", "end_s", "end",
             "believed", "positions_recorded", *place, "radius_m"),
            _things(story),
        ),
        "tracks.csv": table(("kind", "id", "name", "owner", "time_s", "time_utc", *place), _tracks(story)),
        "engagements.csv": table(
            ("id", "unit", "flight", "track", "number", "assigned_s", "acquired_s", "first_launch_s",
             "last_intercept_s", "assessed_s", "released_s", "rounds", "kills", "assessed"),
            _engagements(story),
        ),
        "events.csv": table(
            ("time_s", "time_utc", "kind", "code", "flight", "unit", "radar", "launcher", "round", "track", *place,
             "words", *(f"v{k}" for k in range(6))),
            _events(story),
        ),
        "outcomes.csv": table(OUTCOME.names or (), _outcomes(story)),
    }  # fmt: skip


def write(story: Story) -> bytes:
    """All tables in one zip file, the same bytes for the same run."""
    return packed(files(story))


def packed(found: dict[str, bytes]) -> bytes:
    """Files in one zip archive without times of day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in found.items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
