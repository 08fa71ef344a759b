"""Tacview recordings as a small reader of their public description reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from faces.export.recorded import HOSTILE, check, count
from openiads.faces.export import acmi
from openiads.faces.export.about import LIMITS
from openiads.faces.words.text import clean
from openiads.world.codes import Event, Identity, Terminal


@dataclass
class Recording:
    """What a recording holds.  Of each object: positions (time, lon, lat, altitude), every value of each property
    with its time, and when it was removed."""

    facts: dict[str, str] = field(default_factory=dict)
    positions: dict[str, list[tuple[float, float, float, float]]] = field(default_factory=dict)
    values: dict[str, dict[str, list[tuple[float, str]]]] = field(default_factory=dict)
    removed: dict[str, float] = field(default_factory=dict)
    events: list[tuple[float, list[str]]] = field(default_factory=list)

    def name(self, id_: str) -> str:
        return self.values[id_]["Name"][0][1]


def parse(body: bytes) -> Recording:
    text = body.decode("utf-8-sig")
    lines = text.split("\n")
    assert lines[:2] == ["FileType=text/acmi/tacview", "FileVersion=2.2"]
    assert lines.pop() == ""
    found, now = Recording(), 0.0
    for line in lines[2:]:
        if line.startswith("#"):
            later = float(line[1:])
            assert later >= now
            now = later
        elif line.startswith("-"):
            assert line[1:] in found.positions
            assert line[1:] not in found.removed
            found.removed[line[1:]] = now
        else:
            id_, *rest = re.split(r"(?<!\\),", line)
            assert re.fullmatch(r"0|[1-9a-f][0-9a-f]*", id_), line
            for each in rest:
                key, _, value = each.partition("=")
                take(found, now, id_, key, value.replace("\\,", ","))
    return found


def take(found: Recording, now: float, id_: str, key: str, value: str) -> None:
    if id_ == "0" and key == "Event":
        found.events.append((now, value.split("|")))
    elif id_ == "0":
        found.facts[key] = value
    elif key == "T":
        assert id_ not in found.removed
        lon, lat, altitude = (float(part) for part in value.split("|"))
        found.positions.setdefault(id_, []).append((now, lon, lat, altitude))
    else:
        found.values.setdefault(id_, {}).setdefault(key, []).append((now, value))


@pytest.fixture(scope="module")
def read(story: Any) -> Recording:
    return parse(acmi.write(story))


def ids(story: Any) -> dict[str, str]:
    """Id in the file by id in the story: the file numbers them in the story's order."""
    return {thing.id: f"{k:x}" for k, thing in enumerate([*story.places, *story.picture], 1)}


def test_positions_are_the_recorded_ones(run: Any, story: Any, read: Recording) -> None:
    by_id = ids(story)
    assert set(by_id.values()) == set(read.positions)
    moving = {m.id: read.positions[by_id[m.id]] for m in story.picture if m.kind != "ship"}
    assert check(run, moving) > 2000


def test_what_ends_is_removed_then_and_what_stands_stays(story: Any, read: Recording) -> None:
    by_id = ids(story)
    for mover in story.picture:
        if mover.kind == "ship":
            assert by_id[mover.id] not in read.removed
        else:
            assert read.removed[by_id[mover.id]] == pytest.approx(mover.end, abs=1e-5)
    assert not [p for p in story.places if by_id[p.id] in read.removed]


def test_every_end_and_every_shot_is_told(run: Any, read: Recording) -> None:
    kinds = [event[0] for _, event in read.events]
    killed = count(run, Event.TERMINAL, code=int(Terminal.KILLED))
    assert kinds.count("Destroyed") == killed > 0
    assert kinds.count("LeftArea") == count(run, Event.TERMINAL) - killed > 0
    outcomes = [event[-1] for _, event in read.events if event[0] == "Timeout"]
    assert outcomes.count("Outcome:Kill") == count(run, Event.INTERCEPT, code=1)
    assert outcomes.count("Outcome:Miss") == count(run, Event.INTERCEPT, code=0)


def test_colors_follow_what_the_posts_believe(story: Any, read: Recording) -> None:
    by_id = ids(story)
    for mover in story.flights:
        told = read.values[by_id[mover.id]]["Color"]
        believed = [b for t, b in mover.beliefs if t <= mover.end]
        assert [color for _, color in told] == ["Violet", *(acmi.BELIEFS[b] for b in believed)]
    hostile = [m for m in story.flights if Identity.HOSTILE in {b for _, b in m.beliefs}]
    assert hostile


def test_the_header_says_where_it_comes_from(run: Any, read: Recording) -> None:
    assert read.facts["ReferenceTime"] == "2015-12-01T00:00:00Z"
    assert datetime.fromisoformat(read.facts["ReferenceTime"])
    for words in (LIMITS, run.digest, "seed: 3", "moskva_2015"):
        assert words in read.facts["Comments"]


def test_hostile_names_stay_text(hostile: Any) -> None:
    read, by_id = parse(acmi.write(hostile)), ids(hostile)
    assert "1999" not in read.facts["ReferenceTime"]
    for mover in hostile.flights:
        name = clean(HOSTILE[int(mover.id.partition("/")[2]) % len(HOSTILE)])
        assert read.name(by_id[mover.id]) == name.replace("\\", "/")
