"""CZML as an independent library reads it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from czml3 import Document, Packet

from faces.export.recorded import HOSTILE, check, count
from openiads.faces.export import czml
from openiads.faces.export.about import LIMITS
from openiads.faces.words.text import clean
from openiads.world.codes import Event


def read(story: Any, folder: Path) -> dict[str, Packet]:
    path = folder / "x.czml"
    path.write_bytes(czml.write(story))
    packets = Document.load(path).packets
    assert len({p.id for p in packets}) == len(packets)
    return {p.id: p for p in packets}


def samples(packet: Packet) -> list[tuple[float, float, float, float]]:
    values = packet.position.cartographicDegrees.values
    return [tuple(values[k : k + 4]) for k in range(0, len(values), 4)]


@pytest.fixture(scope="module")
def packets(story: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Packet]:
    return read(story, tmp_path_factory.mktemp("czml"))


def test_positions_are_the_recorded_ones(run: Any, story: Any, packets: dict[str, Packet]) -> None:
    moving = {m.id: samples(packets[m.id]) for m in story.picture if m.kind != "ship"}
    assert check(run, moving) > 2000


def test_things_are_there_while_they_are_in_the_air(story: Any, packets: dict[str, Packet]) -> None:
    for mover in story.picture:
        span = packets[mover.id].availability
        seconds = [(_time(t) - story.about.epoch).total_seconds() for t in (span.start, span.end)]
        assert seconds == [pytest.approx(mover.start, abs=1e-5), pytest.approx(mover.end, abs=1e-5)]


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def test_every_end_and_every_engagement_is_there(run: Any, story: Any, packets: dict[str, Packet]) -> None:
    kinds = [p.properties["kind"] for p in packets.values() if p.id.startswith("event/")]
    for kind in (Event.TERMINAL, Event.LAUNCH, Event.INTERCEPT, Event.DAMAGE):
        assert kinds.count(kind.name) == count(run, kind)
    drawn = [p for p in packets.values() if p.polyline is not None]
    assert len(drawn) == len([e for e in story.engagements if e.target]) > 0
    for packet in drawn:
        for reference in packet.polyline.positions.references.values:
            assert reference.removesuffix("#position") in packets


def test_an_engagement_is_drawn_from_the_fire_unit_on_the_ground(duel: Any, tmp_path: Path) -> None:
    from openiads.faces.export.gather import gather

    packets = read(gather(duel), tmp_path)
    (drawn,) = [p for p in packets.values() if p.polyline is not None]
    unit, flight = (name.removesuffix("#position") for name in drawn.polyline.positions.references.values)
    assert (packets[unit].name, packets[flight].name) == ("Guard/1", "Intruder[1]")


def test_the_color_of_a_track_follows_the_belief(story: Any, packets: dict[str, Packet]) -> None:
    changing = [m for m in story.tracks if [t for t, _ in m.beliefs[1:] if m.start < t < m.end]]
    assert changing
    for mover in changing:
        spans = packets[mover.id].point.color.values
        assert [s.start for s in spans][1:] == [s.end for s in spans][:-1]
        assert spans[0].start == story.about.at(mover.start)
        assert spans[-1].end == story.about.at(mover.end)


def test_the_document_says_where_it_comes_from(run: Any, story: Any, packets: dict[str, Packet]) -> None:
    facts = packets["about"].properties
    assert facts["limits"] == LIMITS
    assert (facts["digest"], facts["seed"], facts["scenario"]) == (run.digest, "3", "moskva_2015")
    clock = packets["document"].clock
    assert (clock.interval.start, clock.interval.end) == ("2015-12-01T00:00:00Z", "2015-12-01T00:15:00Z")


def test_hostile_names_stay_text(hostile: Any, tmp_path: Path) -> None:
    packets = read(hostile, tmp_path)
    for k, mover in enumerate(hostile.flights):
        name = clean(HOSTILE[int(mover.id.partition("/")[2]) % len(HOSTILE)])
        assert packets[mover.id].name == packets[mover.id].label.text == name, k
    told = [p.description for p in packets.values() if p.description]
    assert not [words for words in told if "<script" in str(words)]


def test_across_the_antimeridian_positions_stay_in_range(wrapped: Any, tmp_path: Path) -> None:
    from openiads.faces.export.gather import gather

    packets = read(gather(wrapped), tmp_path)
    lons = [spot[1] for spot in samples(packets["flight/0"])]
    assert min(lons) < -179.5
    assert max(lons) > 179.5


def test_no_file_holds_what_json_does_not_know(story: Any) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(czml.write(story), parse_constant=refuse)
