"""SIMDIS scenarios as a strict reader of the format's public description reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from faces.export.recorded import HOSTILE, check
from openiads.faces.export import asi
from openiads.faces.export.about import LIMITS
from openiads.faces.words.text import clean

HEAD = {"Version", "RefLLA", "CoordSystem", "ReferenceYear", "DegreeAngles", "ScenarioInfo"}
WORD = re.compile(r'"([^"]*)"|(\S+)')


@dataclass
class Platform:
    name: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    positions: list[tuple[datetime, float, float, float]] = field(default_factory=list)


def parse(body: bytes) -> tuple[dict[str, list[str]], dict[int, Platform], list[str]]:
    """Keywords of the head, platforms by number, comments.  A keyword that is not known, or of a platform that has not
    been begun, is a fault."""
    head: dict[str, list[str]] = {}
    platforms: dict[int, Platform] = {}
    comments = []
    for line in body.decode("utf-8").splitlines():
        if not line.strip():
            continue
        if line.startswith("#"):
            comments.append(line)
            continue
        assert line.count('"') % 2 == 0, line
        keyword, *values = [a or b for a, b in WORD.findall(line)]
        if keyword in HEAD:
            assert not platforms and keyword not in head
            head[keyword] = values
            continue
        assert re.fullmatch(r"[1-9]\d*", values[0]), line
        number = int(values[0])
        if keyword == "PlatformID":
            assert number not in platforms
            platforms[number] = Platform()
        elif keyword == "PlatformData":
            time, lat, lon, height = values[1:]
            at = datetime.strptime(time, "%j %Y %H:%M:%S.%f").replace(tzinfo=UTC)
            assert -90.0 <= float(lat) <= 90.0 and -180.0 <= float(lon) <= 180.0
            platforms[number].positions.append((at, float(lat), float(lon), float(height)))
        elif keyword == "PlatformName":
            platforms[number].name = values[1]
        else:
            assert keyword in {"PlatformType", "PlatformIcon", "PlatformFHN"}, line
            platforms[number].facts[keyword] = values[1]
    return head, platforms, comments


@pytest.fixture(scope="module")
def read(story: Any) -> Any:
    return parse(asi.write(story))


def test_the_head_says_how_to_read_it(story: Any, read: Any) -> None:
    head, _, comments = read
    assert set(head) == HEAD
    assert (head["CoordSystem"], head["DegreeAngles"], head["ReferenceYear"]) == (["LLA"], ["1"], ["2015"])
    assert head["ScenarioInfo"] == [story.about.title]
    assert f"# limits: {LIMITS}" in comments and f"# digest: {story.about.digest}" in comments


def test_every_thing_is_a_platform_where_the_run_had_it(run: Any, story: Any, read: Any) -> None:
    _, platforms, _ = read
    things = [*story.places, *story.picture]
    assert [one.name for one in platforms.values()] == [thing.name for thing in things]
    movers = {}
    for thing, one in zip(things, platforms.values(), strict=True):
        times = [(at - story.about.epoch).total_seconds() for at, *_ in one.positions]
        assert times == sorted(times)
        movers[thing.id] = [(t, lon, lat, h) for t, (_, lat, lon, h) in zip(times, one.positions, strict=True)]
    assert check(run, {name: line for name, line in movers.items() if re.match("flight|round|track", name)}) > 1000
    stands = next(one for one in platforms.values() if one.name == "Hmeimim")
    assert len(stands.positions) == 2 and stands.positions[0][1:] == stands.positions[1][1:]


def test_sides_and_types_are_those_of_the_run(story: Any, read: Any) -> None:
    by_name = {one.name: one.facts for one in read[1].values()}
    for mover in story.flights:
        assert by_name[mover.name]["PlatformFHN"] == mover.facts["side"][0].upper()
    assert {by_name[m.name]["PlatformType"] for m in story.rounds} == {"missile"}
    (ship,) = story.ships
    assert by_name[ship.name] == {"PlatformType": "ship", "PlatformIcon": asi.ICON, "PlatformFHN": "F"}


def test_hostile_names_stay_one_quoted_word(hostile: Any) -> None:
    _, platforms, _ = parse(asi.write(hostile))
    wanted = [clean(t.name).replace("\\", "/").replace('"', "'") for t in [*hostile.places, *hostile.picture]]
    assert [one.name for one in platforms.values()] == wanted
    assert any('"' in name for name in HOSTILE)


def test_a_year_that_ends_under_way_and_the_antimeridian(wrapped: Any) -> None:
    from openiads.faces.export.gather import gather

    story = gather(wrapped, epoch="2023-12-31T23:59:00Z")
    head, platforms, _ = parse(asi.write(story))
    assert head["ReferenceYear"] == ["2023"]
    flown = next(one for one in platforms.values() if one.facts.get("PlatformType") == "aircraft")
    assert {at.year for at, *_ in flown.positions} == {2023, 2024}
    lons = [lon for _, _, lon, _ in flown.positions]
    assert min(lons) < -179.5 and max(lons) > 179.5
