"""KML as an independent library reads it."""

from __future__ import annotations

import warnings
from typing import Any
from xml.etree import ElementTree

import pytest

from faces.export.recorded import HOSTILE, check, count
from openiads.faces.export import kml
from openiads.faces.export.about import LIMITS
from openiads.faces.geo import kml as grammar
from openiads.faces.words.text import clean
from openiads.world.codes import Event

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that a faster parser is not installed
    from fastkml import KML


def document(story: Any) -> Any:
    (found,) = KML.from_string(kml.write(story).decode(), strict=True).features
    return found


@pytest.fixture(scope="module")
def read(story: Any) -> Any:
    return document(story)


def marks(read: Any, folder: str) -> list[Any]:
    return next(f for f in read.features if f.name.startswith(folder)).features


def data(mark: Any) -> dict[str, str]:
    return {row.name: row.value for row in mark.extended_data.elements}


def test_positions_are_the_recorded_ones(run: Any, story: Any, read: Any) -> None:
    moving = {}
    for folder in ("Flights", "Rounds", "Tracks"):
        for mark in marks(read, folder):
            moving[data(mark)["id"]] = [
                (round((item.when.dt - story.about.epoch).total_seconds(), 6), item.coord.x, item.coord.y, item.coord.z)
                for item in mark.kml_geometry.track_items
            ]
    assert set(moving) == {m.id for m in story.picture if m.kind != "ship"}
    assert check(run, moving) > 2000


def test_every_place_engagement_and_event_is_there(run: Any, story: Any, read: Any) -> None:
    assert [m.name for m in marks(read, "Places")] == [p.name for p in story.places]
    assert len(marks(read, "Engagements")) == len([e for e in story.engagements if e.target_at])
    kinds = [data(m)["kind"] for m in marks(read, "Events")]
    for kind in (Event.TERMINAL, Event.LAUNCH, Event.INTERCEPT):
        assert kinds.count(kind.name) == count(run, kind)


def test_heights_are_absolute_everywhere(story: Any) -> None:
    root = ElementTree.fromstring(kml.write(story))
    shapes = [e for e in root.iter() if e.tag.endswith(("}Track", "}LineString", "}Point"))]
    assert len(shapes) > 100
    for shape in shapes:
        assert shape.findtext(f"{{{grammar.KML}}}altitudeMode") == "absolute"


def test_ids_are_unique_and_styles_exist(story: Any) -> None:
    root = ElementTree.fromstring(kml.write(story))
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    used = {e.text for e in root.iter(f"{{{grammar.KML}}}styleUrl")}
    assert used and {u[1:] for u in used} <= set(ids)


def test_the_document_says_where_it_comes_from(run: Any, read: Any) -> None:
    facts = data(read)
    assert (facts["limits"], facts["digest"], facts["seed"]) == (LIMITS, run.digest, "3")
    assert LIMITS in read.description


def test_hostile_names_stay_text(hostile: Any) -> None:
    read = document(hostile)
    names = {data(m)["id"]: m.name for m in marks(read, "Flights")}
    for mover in hostile.flights:
        assert names[mover.id] == clean(HOSTILE[int(mover.id.partition("/")[2]) % len(HOSTILE)])
    for folder in read.features:
        assert not [m for m in folder.features if "<script" in (m.description or "")]
    assert all(style.styles[-1].text == "$[description]" for style in read.styles)
