"""GeoJSON as an independent library reads it, and the rules of RFC 7946 on lines and rings."""

from __future__ import annotations

from typing import Any

import geojson as peer
import pytest

from faces.export.recorded import HOSTILE, check, count
from openiads.faces.export import geojson
from openiads.faces.export.about import LIMITS
from openiads.faces.export.gather import gather
from openiads.faces.words.text import clean
from openiads.world.codes import Event


def collection(story: Any) -> Any:
    read = peer.loads(geojson.write(story).decode())
    assert read.is_valid, read.errors()
    assert len({f["id"] for f in read.features}) == len(read.features)
    return read


@pytest.fixture(scope="module")
def read(story: Any) -> Any:
    return collection(story)


def named(read: Any, kind: str) -> list[Any]:
    return [f for f in read.features if f.properties["kind"] == kind]


def test_positions_are_the_recorded_ones(run: Any, story: Any, read: Any) -> None:
    moving = {
        f["id"]: [(t, *spot) for t, spot in zip(f.properties["times_s"], _spots(f), strict=True)]
        for kind in ("flight", "round", "track")
        for f in named(read, kind)
    }
    assert set(moving) == {m.id for m in story.picture if m.kind != "ship"}
    assert check(run, moving) > 2000


def _spots(feature: Any) -> list[Any]:
    inner = feature.geometry.coordinates
    return [inner] if feature.geometry.type == "Point" else inner


def test_every_place_engagement_and_event_is_there(run: Any, story: Any, read: Any) -> None:
    assert len(named(read, "asset")) == len(named(read, "asset area")) == 1
    assert len(named(read, "engagement")) == count(run, Event.ASSIGN)
    kinds = [f.properties["event"] for f in named(read, "event")]
    for kind in (Event.TERMINAL, Event.LAUNCH, Event.INTERCEPT):
        assert kinds.count(kind.name) == count(run, kind)


def test_the_collection_says_where_it_comes_from(run: Any, read: Any) -> None:
    facts = read["openiads"]
    assert (facts["limits"], facts["digest"], facts["scenario"]) == (LIMITS, run.digest, "moskva_2015")


def test_hostile_names_stay_text(hostile: Any) -> None:
    for feature in named(collection(hostile), "flight"):
        assert feature.properties["name"] == clean(HOSTILE[int(feature["id"].partition("/")[2]) % len(HOSTILE)])


def area(ring: Any) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2.0


def test_the_ring_of_an_asset_is_closed_and_runs_counterclockwise(read: Any) -> None:
    (ring,) = named(read, "asset area")[0].geometry.coordinates
    assert ring[0] == ring[-1]
    assert area(ring) > 0.0


def test_a_path_across_the_antimeridian_is_cut_there(wrapped: Any) -> None:
    read = collection(gather(wrapped))
    (flight,) = named(read, "flight")
    assert flight.geometry.type == "MultiLineString"
    first, second = flight.geometry.coordinates
    assert first[-1][0] == -180.0
    assert second[0][0] == 180.0
    assert first[-1][1:] == second[0][1:]
    assert len(first) + len(second) == len(flight.properties["times_s"]) + 2
    (ring,) = named(read, "asset area")
    assert ring.geometry.type == "MultiPolygon"
    east, west = ring.geometry.coordinates
    for (piece,) in (east, west):
        assert piece[0] == piece[-1]
        assert area(piece) > 0.0
        assert len({x > 0.0 for x, *_ in piece}) == 1
