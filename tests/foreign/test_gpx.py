"""GPX: waypoints are places, routes and tracks are ways; tracks have a height, a speed and a start."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from foreign.made import degrees, gpx, imported
from openiads.base.errors import UsageError


def test_waypoints_and_routes_become_assets_and_raids(tmp_path: Path) -> None:
    way = [(34.9, 34.5), (35.1, 35.0), (34.91, 35.87)]
    made = imported(
        tmp_path,
        "a.gpx",
        gpx([("Port", 34.91, 35.87)], [("West", way)]),
        lines="raid",
        threat="tomahawk",
        radius="1 km",
    )
    scenario = made.scenario()
    assert scenario.asset("Port").radius == 1000.0
    (raid,) = scenario.raids
    assert (raid.threat, raid.count, raid.side, raid.altitude, raid.agl) == ("tomahawk", 1, "hostile", None, None)
    assert [degrees(each) for each in raid.route] == way[:2] and degrees(raid.aim) == way[2]


def test_a_ballistic_missile_has_an_origin_and_an_aim_and_no_route(tmp_path: Path) -> None:
    made = imported(
        tmp_path, "a.gpx", gpx(routes=[("Shot", [(32.7, 34.5), (33.8, 35.0), (34.91, 35.87)])]), threat="scud_b"
    )
    (raid,) = made.scenario().raids
    assert (degrees(raid.origin), degrees(raid.aim), raid.route) == ((32.7, 34.5), (34.91, 35.87), ())


def test_a_corridor_has_points_and_a_width(tmp_path: Path) -> None:
    made = imported(tmp_path, "a.gpx", gpx(routes=[("Airway", [(34.0, 34.5), (35.0, 35.0)])]), lines="corridor")
    (corridor,) = made.scenario().corridors
    assert corridor.width == 20_000.0 and len(corridor.points) == 2
    assert 'width = "20 km"  # assumed' in made.text


def test_a_track_is_thinned_within_the_tolerance_and_says_so(tmp_path: Path) -> None:
    def spot(second: int) -> tuple[float, float, float, str]:
        turned = max(second - 600, 0) / 600.0  # ten minutes east, then a gentle bend to the north
        lat, lon = 35.0 + 0.5 * turned**2, 33.0 + second * 200.0 / 91_000.0
        return lat, lon, 6000.0 + second % 2, f"2021-03-04T05:{second // 60:02d}:{second % 60:02d}Z"

    track = [spot(second) for second in range(0, 1200, 5)]
    made = imported(tmp_path, "a.gpx", gpx(tracks=[("One", track)]), threat="f16", tolerance="500 m")
    (flight,) = made.scenario().flights
    assert 3 <= len(flight.route) <= 8
    assert f"Routes have {len(flight.route)} turning points of 240 positions" in made.text
    from openiads.earth.geodesy import inverse

    legs = list(zip(flight.route, flight.route[1:], strict=False))
    for lat, lon, *_ in track:
        here = (math.radians(lat), math.radians(lon))
        off = []
        for a, b in legs:
            length, course = inverse(a.latitude, a.longitude, b.latitude, b.longitude)
            apart, bearing = inverse(a.latitude, a.longitude, *here)
            along = apart * math.cos(bearing - course)
            if -600.0 <= along <= length + 600.0:
                off.append(abs(apart * math.sin(bearing - course)))
        assert min(off) < 520.0
    assert flight.altitude == pytest.approx(6000.0, abs=1.0)
    assert flight.start == 0.0 and made.scenario().date == "2021-03-04"


def test_the_encoding_of_xml_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="encoding: a file of GPX says its encoding itself"):
        imported(tmp_path, "a.gpx", gpx([("Port", 34.91, 35.87)]), encoding="utf-8")


def test_what_stands_still_is_no_flight(tmp_path: Path) -> None:
    here = [(34.9, 35.9, 5.0, f"2021-03-04T05:00:{k:02d}Z") for k in range(20)]
    made = imported(tmp_path, "a.gpx", gpx([("Port", 34.91, 35.87)], tracks=[("Parked", here)]))
    assert made.counts["flights"] == 0
    assert made.left_out == ("1 left out: moves less than 1,000 m (line 2)",)
