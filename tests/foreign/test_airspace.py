"""Areas, lines and circles of other programs as zones, and lines as airways."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foreign.made import imported
from openiads.base.errors import InputError, UsageError
from openiads.earth.geodesy import direct

SQUARE = [[35.0, 34.0], [36.0, 34.0], [36.0, 35.0], [35.0, 35.0], [35.0, 34.0]]


def geojson(*features: tuple[str, Any, dict[str, Any]]) -> str:
    made = [
        {"type": "Feature", "properties": about, "geometry": {"type": kind, "coordinates": places}}
        for kind, places, about in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": made})


def zone(made: Any) -> Any:
    """The one zone of an import."""
    (found,) = made.scenario().zones
    return found


@pytest.mark.parametrize("kind", ["notified", "no_fire", "free_fire"])
def test_areas_are_zones_of_the_kind_asked_for(tmp_path: Path, kind: str) -> None:
    made = imported(tmp_path, "a.geojson", geojson(("Polygon", [SQUARE], {"name": "Box"})), areas=kind)
    found = zone(made)
    assert (found.name, found.kind) == ("Box", kind)
    assert [round(math.degrees(p.latitude), 6) for p in found.area] == [34.0, 34.0, 35.0, 35.0]
    assert made.counts["zones"] == 1
    assert not made.problems


@pytest.mark.parametrize(
    ("role", "kind"),
    [("No-Fire", "no_fire"), ("free fire area", "free_fire"), ("zone", "notified"), ("notice", "notified")],
)
def test_a_feature_that_says_what_it_is_is_that(tmp_path: Path, role: str, kind: str) -> None:
    about = {"role": role, "floor": "FL100", "ceiling": "9 km", "start": "60", "until": "10 min", "party": "Coalition"}
    found = zone(imported(tmp_path, "a.geojson", geojson(("Polygon", [SQUARE], about))))
    assert found.kind == kind
    assert (found.floor, found.ceiling) == (pytest.approx(3048.0), 9000.0)
    assert (found.start, found.until, found.party) == (60.0, 600.0, "Coalition")


def test_circles_and_routes_are_zones_too(tmp_path: Path) -> None:
    line = ("LineString", [[35.0, 34.0], [36.0, 34.5]], {"role": "notified", "width": "10 km", "name": "Way"})
    point = ("Point", [35.5, 34.5], {"role": "nofire", "radius": "8 km", "name": "Circle"})
    circle, way = imported(tmp_path, "a.geojson", geojson(line, point)).scenario().zones
    assert (circle.kind, circle.radius) == ("no_fire", 8000.0)
    assert (way.kind, way.width, len(way.route)) == ("notified", 10_000.0, 2)


def test_a_circle_without_a_radius_is_left_to_fill_in(tmp_path: Path) -> None:
    made = imported(tmp_path, "a.geojson", geojson(("Point", [35.5, 34.5], {"role": "nofire"})))
    assert [key for _, key in made.open] == ["radius"]


def test_many_corners_are_made_eight_and_it_says_how_far_off_the_others_lie(tmp_path: Path) -> None:
    """Of a circle, the sagitta of an eighth of it at best."""
    lat, lon = direct(*np.radians((34.5, 35.5)), np.linspace(0.0, 2.0 * np.pi, 61)[:-1], 20_000.0)
    ring = [[float(b), float(a)] for a, b in zip(np.degrees(lat), np.degrees(lon), strict=True)]
    made = imported(tmp_path, "a.geojson", geojson(("Polygon", [[*ring, ring[0]]], {})), areas="no_fire")
    assert len(zone(made).area) == 8
    (told,) = [line for line in made.remarks if "corners" in line]
    off = float(told.partition("up to ")[2].partition(" m")[0].replace(",", ""))
    assert 20_000.0 * (1.0 - math.cos(math.pi / 8.0)) * 0.9 < off < 4_500.0


def test_across_180_an_area_stays_one_and_is_accepted(tmp_path: Path) -> None:
    ring = [[179.0, 51.0], [-179.0, 51.0], [-179.0, 52.0], [179.0, 52.0], [179.0, 51.0]]
    made = imported(tmp_path, "a.geojson", geojson(("Polygon", [ring], {})), areas="no_fire")
    assert not made.problems
    assert [round(math.degrees(p.longitude)) for p in zone(made).area] == [179, -179, -179, 179]


def test_an_area_whose_edges_cross_is_told_by_the_check(tmp_path: Path) -> None:
    bow = [[35.0, 34.0], [36.0, 35.0], [36.0, 34.0], [35.0, 35.0], [35.0, 34.0]]
    made = imported(tmp_path, "a.geojson", geojson(("Polygon", [bow], {})), areas="no_fire")
    assert "inside out: its edges cross" in str(made.problems[0])


def test_kml_areas_are_zones(tmp_path: Path) -> None:
    ring = "<LinearRing><coordinates>35,34,0 36,34,0 36,35,0 35,34,0</coordinates></LinearRing>"
    area = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    text = f"<kml><Document><Placemark><name>Box</name>{area}</Placemark></Document></kml>"
    made = imported(tmp_path, "a.kml", text, areas="free_fire")
    assert (zone(made).kind, len(zone(made).area)) == ("free_fire", 3)


def test_a_line_is_an_airway_along_its_corridor(tmp_path: Path) -> None:
    places = [[34.0, 34.0, 9000.0], [35.0, 34.5, 9000.0], [36.0, 34.5, 9000.0]]
    about = {"name": "L1", "flow": "12", "width": "18 km", "climbs_from": "OSLK", "both_ways": "yes"}
    scenario = imported(tmp_path, "a.geojson", geojson(("LineString", places, about)), lines="airway").scenario()
    (corridor,), (airway,) = scenario.corridors, scenario.airways
    assert (airway.corridor, airway.levels) == (corridor.name, (9000.0,))
    assert airway.flow == pytest.approx(12.0 / 3600.0)
    assert (airway.climbs_from, airway.both_ways) == ("OSLK", True)


def test_an_airway_without_a_flow_is_left_to_fill_in(tmp_path: Path) -> None:
    made = imported(tmp_path, "a.geojson", geojson(("LineString", [[34.0, 34.0], [36.0, 34.5]], {})), lines="airway")
    assert [key for _, key in made.open] == ["flow", "levels"]


def test_words_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='areas: "no-fire"'):
        imported(tmp_path, "a.geojson", geojson(("Polygon", [SQUARE], {})), areas="no-fire")
    with pytest.raises(UsageError, match="no table of positions"):
        imported(tmp_path, "a.geojson", geojson(("Polygon", [SQUARE], {})), lines="recorded")
    with pytest.raises(UsageError, match="altitude"):
        imported(tmp_path, "a.geojson", geojson(("Polygon", [SQUARE], {})), altitude_unit="yd")


BLUESKY = """# Two aircraft and three areas
00:00:00.00>DEFWPT ALPHA,34.5,36.0
00:00:00.00>CRE TST1,A320,34.0,34.0,70,FL350,280
00:00:00.00>ADDWPT TST1,ALPHA,FL350
00:00:00.00>DEST TST1,OSDI
00:10:00.00>CRE TST2 B744 N35'30 E034'30 90 30000 M78
00:10:00.00>ADDWPT TST2 35.6 36.5
00:00:00.00>POLYALT LOW,20000,0,34.0,35.0,35.0,35.0,35.0,36.0
00:00:00.00>BOX SQUARE,34,35,35,36
00:00:00.00>CIRCLE ROUND,34.5,35.5,10
00:00:00.00>ASAS ON
00:00:01.00>PAN TST1
"""


def test_a_scenario_of_bluesky_is_its_routes_and_areas(tmp_path: Path) -> None:
    made = imported(tmp_path, "day.scn", BLUESKY, threat="a320")
    assert made.format == "BlueSky"
    first, second = made.scenario().flights
    assert [round(math.degrees(p.longitude), 3) for p in first.route] == [34.0, 36.0, 36.516]
    assert first.altitude == pytest.approx(35_000 * 0.3048, abs=1.0)
    assert first.speed == pytest.approx(470.0 * 1852.0 / 3600.0, rel=0.01)  # 280 kt calibrated at FL350
    assert second.start - first.start == 600.0
    assert second.speed == pytest.approx(0.78 * 303.1, rel=0.005)  # of the speed of sound at 30,000 ft
    low, round_, square = made.scenario().zones
    assert (low.name, round_.name, square.name) == ("LOW", "ROUND", "SQUARE")
    assert low.ceiling == pytest.approx(6096.0)
    assert round_.radius == 18_520.0
    assert len(square.area) == 4
    assert made.left_out == (
        "1 left out: commands that place nothing: ASAS (line 11)",
        "1 left out: commands that place nothing: PAN (line 12)",
    )


def test_bad_lines_of_bluesky_are_all_told(tmp_path: Path) -> None:
    lines = [
        "00:00:00.00>CRE TST1,A320,34.0,34.0,70,FL350,280",
        "00:00:00.00>CRE TST1,A320,34.0,34.0,70,FL350,280",
        "00:00:00.00>ADDWPT TST1,NOWHERE",
        "00:00:00.00>ADDWPT TST9,34,35",
        "ADDWPT TST1,34,35",
        "00:00:00.00>CRE TST2,A320,x,34.0",
        "00:00:00.00>POLY P,34,35,36",
    ]
    with pytest.raises(InputError) as refused:
        imported(tmp_path, "day.scn", "\n".join(lines))
    told = str(refused.value).splitlines()
    assert [line.partition("day.scn:")[2].partition(":")[0] for line in told] == ["2", "3", "4", "5", "6", "7"]
    for line, words in zip(
        told, ["created twice", "no fix", "not created", "no line", "no latitude", "3 numbers"], strict=True
    ):
        assert words in line


def test_an_aircraft_that_goes_nowhere_is_told(tmp_path: Path) -> None:
    text = BLUESKY + "00:00:00.00>CRE TST3,A320,34.0,34.0,70,FL350,280\n"
    made = imported(tmp_path, "day.scn", text, threat="a320")
    assert "1 left out: an aircraft without a waypoint or a destination (line 13)" in made.left_out
