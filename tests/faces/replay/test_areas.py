"""Zones, corridors, notices and mistakes in what the viewer reads, against the world and the log they come from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from engine.scenes import CLEAR, FACING, place, site
from openiads.base.toml import toml_text
from openiads.earth.geodesy import inverse, to_ecef
from openiads.faces.replay import pack, unpacked
from openiads.faces.replay.areas import band, circle
from openiads.parts.deconfliction import within
from openiads.parts.interrogation import along
from openiads.scenario.load import loads
from openiads.world.codes import Event

SURE = {"iff_persistent_failure": 0.0, "iff_reply_failure": 0.0}
OVER_IT = [place(150.0), place(80.0, FACING - 180.0)]
PLAIN = {"kind": "f16", "side": "neutral", "route": OVER_IT, "altitude": "8 km", "speed": "250 m/s"}


def mapping() -> dict[str, Any]:
    """Two silent visitors over one site: one is announced over a line, the other by nobody; and all kinds of places."""
    return {
        "format": 1,
        "name": "sky",
        "duration": "900 s",
        "model": CLEAR,
        "terrain": {"source": "flat"},
        "identification": SURE,
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": [site(party="Coast", doctrine={"control": "free"})],
        "flight": [PLAIN | {"name": "Visitor", "party": "Coalition"}, PLAIN | {"name": "Later", "start": "300 s"}],
        "hotline": [{"name": "Line", "between": ["Coast", "Coalition"]}],
        "corridor": [{"name": "East", "points": [place(90.0, 20.0), place(60.0, 80.0), place(90.0, 150.0)],
                      "width": "16 km", "floor": "6 km", "ceiling": "12 km"}],
        "airway": [{"name": "UL1", "corridor": "East", "flow": "6 1/h", "levels": ["9 km", "10 km"]}],
        "zone": [
            {"name": "Strike box", "party": "Coalition", "over": ["Line"], "sent": "30 s", "until": "280 s",
             "at": place(0.0), "radius": "400 km"},
            {"name": "Unheard", "party": "Coalition", "over": ["Line"], "sent": "40 s", "never": ["Guard"],
             "at": place(0.0), "radius": "40 km"},
            {"name": "Camp", "kind": "no_fire", "area": [place(20.0, a) for a in (10.0, 40.0, 70.0)]},
            {"name": "Gate", "kind": "free_fire", "route": [place(40.0, 200.0), place(80.0, 220.0)], "width": "8 km",
             "floor": "1 km"},
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("runs") / "sky"
    return oi.run(loads(toml_text(mapping())), replications=2, seed=1, record=1, out=folder)


@pytest.fixture(scope="module")
def header(sky: Any) -> dict[str, Any]:
    return unpacked(pack(sky, 0))[0]


def named(header: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in header["areas"] if each["name"] == name)


def points_about(ring: list[list[float]]) -> Iterator[tuple[float, float]]:
    """A grid of places (degrees) over a ring and around it."""
    lon, lat = np.array(ring).T
    wide, tall = np.ptp(lon), np.ptp(lat)
    for x in np.linspace(lon.min() - 0.23 * wide, lon.max() + 0.29 * wide, 31):
        for y in np.linspace(lat.min() - 0.23 * tall, lat.max() + 0.31 * tall, 31):
            yield float(x), float(y)


def holds(ring: list[list[float]], x: float, y: float) -> bool:
    """Even-odd, straight lines between the points, as a map fills it."""
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False):
        if (ay > y) != (by > y) and x < ax + (bx - ax) * (y - ay) / (by - ay):
            inside = not inside
    return inside


@pytest.mark.parametrize("name", ["Strike box", "Unheard", "Camp", "Gate"])
def test_an_outline_holds_what_the_engine_takes_for_inside(sky: Any, header: dict[str, Any], name: str) -> None:
    k = [zone.name for zone in sky.scenario.zones].index(name)
    row, area = sky.world.rows["zones"][k], named(header, name)
    ring = area["rings"][0]
    assert ring[0] == ring[-1]
    height = 3_000.0
    apart = 0
    for lon, lat in points_about(ring):
        spot = to_ecef(math.radians(lat), math.radians(lon), height)
        apart += bool(within(row, *spot)) != holds(ring, lon, lat)
    assert apart <= 6  # of 961: those within some 20 m of an edge


def test_a_bent_corridor_is_drawn_where_the_engine_has_it(sky: Any, header: dict[str, Any]) -> None:
    row, area = sky.world.rows["corridors"][0], named(header, "East")
    assert (area["floor"], area["ceiling"]) == (6_000.0, 12_000.0)
    apart = 0
    for lon, lat in points_about(area["rings"][0]):
        spot = to_ecef(math.radians(lat), math.radians(lon), 0.0)
        inside = along(row["points"], row["count"], row["half_width"], *spot, 0.0, False)
        apart += bool(inside) != holds(area["rings"][0], lon, lat)
    assert apart <= 6


def test_points_of_a_band_lie_half_a_width_from_its_axis() -> None:
    """A circle about a point; about a line nowhere nearer and nowhere farther."""
    assert all(abs(inverse(0.6, 0.6, *p)[0] - 5_000.0) < 1e-3 for p in circle((0.6, 0.6), 5_000.0))
    assert band([(0.6, 0.6), (0.6, 0.6)], 5_000.0) == circle((0.6, 0.6), 5_000.0)
    axis = [(0.6, 0.6), (0.6, 0.605), (0.603, 0.605)]
    for point in band(axis, 5_000.0):
        fine = [
            inverse(*point, a[0] + (b[0] - a[0]) * k / 40, a[1] + (b[1] - a[1]) * k / 40)[0]
            for a, b in zip(axis, axis[1:], strict=False)
            for k in range(41)
        ]
        assert min(fine) == pytest.approx(5_000.0, rel=0.01)


def test_who_heard_of_a_zone_when_is_what_the_log_says(sky: Any, header: dict[str, Any]) -> None:
    events = sky.events(0)
    notices = events[events["kind"] == Event.NOTICE]
    told = named(header, "Strike box")
    assert (told["party"], told["over"], told["sent"]) == ("Coalition", ["Line"], 30.0)
    assert (told["from"], told["to"]) == (0.0, 280.0)
    mine = notices[notices["code"] == [zone.name for zone in sky.scenario.zones].index("Strike box")]
    assert [time for _, time in told["heard"]] == pytest.approx(mine["time"].tolist()[:1], abs=1e-3)
    never = named(header, "Unheard")
    assert never["heard"] == []
    assert never["unheard"]
    camp = named(header, "Camp")
    assert "sent" not in camp  # nobody sends it: all know of it all along
    assert [time for _, time in camp["heard"]] == [0.0]


def test_a_notice_that_comes_before_the_first_cycle_is_in_the_log_as_well(tmp_path: Path) -> None:
    """A line without delay brings at 0 s what is sent then; the post looks at its notices when its first cycle ends."""
    made = mapping()
    made["zone"][0]["sent"] = "0 s"
    found = unpacked(pack(oi.run(loads(toml_text(made)), replications=1, seed=1, record=1), 0))[0]
    (_, time), *_ = named(found, "Strike box")["heard"]
    assert 0.0 < time < 30.0
    assert named(found, "Strike box")["unheard"] == []


def test_an_airway_is_drawn_along_its_corridor(header: dict[str, Any]) -> None:
    way, lane = named(header, "UL1"), named(header, "East")
    assert way["line"] == lane["line"]
    assert way["flow"] == pytest.approx(6.0)
    assert (way["floor"], way["ceiling"]) == (9_000.0, 10_000.0)


def test_notices_are_in_the_log_in_order_of_time_with_their_sentences(header: dict[str, Any]) -> None:
    times = [event["t"] for event in header["events"]]
    assert times == sorted(times)
    said = [event["text"] for event in header["events"] if event["kind"] == "notice"]
    assert "Coalition sends the notice of Strike box over Line" in said
    assert any("knows of Strike box" in line and "s after it was sent" in line for line in said)
    assert not any("Camp" in line for line in said)  # nobody sent it: known all along


def test_a_mistake_says_what_was_believed_and_what_stood_behind_it(sky: Any, header: dict[str, Any]) -> None:
    shots = [event for event in header["events"] if event["kind"] == "misidentified"]
    assert "Later" in {sky.names["flights"][event["flight"]] for event in shots}
    for event in shots:
        assert event["text"].startswith("mistake: ")
        assert "fires at a civil flight that it believes" in event["text"]
        assert "carries nothing that the post understands" in event["text"]
        assert event["at"] is not None


def test_a_replay_without_any_of_it_has_no_areas(duel: Any) -> None:
    header = unpacked(pack(duel, 0))[0]
    assert "areas" not in header
    assert not {"notice", "misidentified"} & {event["kind"] for event in header["events"]}
