"""The commands about envelopes and reach: one JSON object, files that independent readers take, errors in one line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import czml3
import geojson
import pytest
from fastkml import KML
from typer.testing import CliRunner

from openiads.faces.cli.main import app

pytestmark = pytest.mark.compiled_only


def call(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("envelope")
    files = [
        word
        for name in ("cut.geojson", "cut.kml", "cut.czml", "cut.csv", "cut.png", "cut.svg")
        for word in ("--out", str(folder / name))
    ]
    done = call(
        "envelope",
        "s300f",
        "--rcs",
        "3 m2",
        "--height",
        "3 km",
        "--height",
        "100 m",
        "--at",
        "35.40 N 35.40 E",
        "--json",
        *files,
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), folder


def test_json_holds_both_arms_and_rising_heights(made: tuple[dict[str, Any], Path]) -> None:
    data, _ = made
    assert set(data["limits"]) == {"emergent", "published"}
    for cuts in data["limits"].values():
        assert [cut["height_m"] for cut in cuts] == [100.0, 3000.0]
        assert 0.0 < cuts[0]["area_km2"] < cuts[1]["area_km2"]
    assert data["target"]["rcs_m2"] == 3.0 and data["kill_probability"] is None
    assert max(each["opportunities"] for each in data["passes"]) > 0


def test_polygons_have_the_area_of_the_cut_for_independent_readers(made: tuple[dict[str, Any], Path]) -> None:
    data, folder = made
    read = geojson.loads((folder / "cut.geojson").read_text(encoding="utf-8"))
    assert read.is_valid
    assert [f["properties"]["limits"] for f in read["features"]] == ["emergent"] * 2 + ["published"] * 2
    wanted = [cut["area_km2"] for cuts in data["limits"].values() for cut in cuts]
    for feature, area in zip(read["features"], wanted, strict=True):
        shapes = feature["geometry"]["coordinates"]
        assert sum(_area(ring) for rings in shapes for ring in rings) == pytest.approx(area, rel=0.015)
        for outer, *holes in shapes:
            assert _area(outer) > 0.0 and all(_area(hole) < 0.0 for hole in holes)
            assert outer[0] == outer[-1] and all(hole[0] == hole[-1] for hole in holes)
    marks = list(KML.parse(folder / "cut.kml").features[0].features)
    assert [mark.name for mark in marks] == [
        "emergent: 100 m",
        "emergent: 3000 m",
        "published: 100 m",
        "published: 3000 m",
    ]


def test_czml_holds_the_same_polygons_at_their_height(made: tuple[dict[str, Any], Path]) -> None:
    _, folder = made
    features = geojson.loads((folder / "cut.geojson").read_text(encoding="utf-8"))["features"]
    wanted = [(each["properties"]["height_m"], shape) for each in features for shape in each["geometry"]["coordinates"]]
    first, *packets = json.loads((folder / "cut.czml").read_text(encoding="utf-8"))
    assert first["id"] == "document" and len({packet["id"] for packet in packets}) == len(packets) == len(wanted)
    for written, (height, (outer, *holes)) in zip(packets, wanted, strict=True):
        packet = czml3.Packet.model_validate_json(json.dumps(written))
        assert packet.polygon is not None
        flat = [value for lon, lat in outer for value in (lon, lat, height)]
        assert json.loads(packet.polygon.positions.dumps())["cartographicDegrees"] == flat
        assert len(written["polygon"]["holes"]["cartographicDegrees"]) == len(holes)
        assert packet.polygon.height == height


def test_geotiff_says_of_each_place_what_the_table_says(made: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    done = call(
        "envelope",
        "s300f",
        "--rcs",
        "3 m2",
        "--height",
        "3 km",
        "--at",
        "35.40 N 35.40 E",
        "--limits",
        "emergent",
        "--out",
        str(tmp_path / "cut.tif"),
    )
    assert done.exit_code == 0, done.output
    with (made[1] / "cut.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["height_m"] == "3000.0"][::501]
    with rasterio.open(tmp_path / "cut.tif") as file:
        assert file.count == 1 and "emergent" in file.descriptions[0]
        places = [(float(row["longitude_deg"]), float(row["latitude_deg"])) for row in rows]
        told = [float(each[0]) for each in file.sample(places)]
    near = [abs(a - float(row["spare_s_emergent"])) < 3.0 for a, row in zip(told, rows, strict=True)]
    assert len(near) > 20 and sum(near) / len(near) > 0.95  # the rest lie at an edge, where a cell is another's


def test_what_lies_across_north_is_one_polygon_with_a_hole_about_the_unit(made: tuple[dict[str, Any], Path]) -> None:
    _, folder = made
    for feature in geojson.loads((folder / "cut.geojson").read_text(encoding="utf-8"))["features"]:
        ((outer, *holes),) = feature["geometry"]["coordinates"]  # all round, from the nearest to the farthest range
        assert len(holes) == 1
        for ring in (outer, holes[0]):
            lons, lats = zip(*ring, strict=True)
            assert min(lons) < 35.4 < max(lons) and min(lats) < 35.4 < max(lats)
            north = [b for (a, b), (c, _) in zip(ring[:-1], ring[1:], strict=True) if (a < 35.4) != (c < 35.4)]
            assert len(north) == 2  # the meridian of the unit is crossed once north and once south of it


def _area(ring: list[list[float]]) -> float:
    """Signed area, km2, of a ring of longitudes and latitudes: east over the sine of latitude is true to area."""
    import math

    points = [(math.radians(lon), math.sin(math.radians(lat))) for lon, lat in ring]
    pairs = zip(points[:-1], points[1:], strict=True)
    return 0.5 * 6371.0**2 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def test_the_table_has_a_row_for_each_point_inside(made: tuple[dict[str, Any], Path]) -> None:
    _, folder = made
    with (folder / "cut.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["height_m"] for row in rows} == {"100.0", "3000.0"}
    assert all(float(row["spare_s_emergent"]) >= 0.0 for row in rows if row["spare_s_emergent"] != "nan")
    assert (folder / "cut.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (folder / "cut.svg").read_text(encoding="utf-8")


def test_tables_and_pictures_of_reach(tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    done = call("reach", "tartus_2016", "--samples", "0", "--height", "3 km", "--size", "200 km", "--out", str(out))
    assert done.exit_code == 0, done.output
    for words in ("high sea", "Larnaca - Beirut", "OSLK", "not intent", str(out)):
        assert words in done.output.replace("\n", " ") or words in done.output.replace("\n", "")
    assert out.read_bytes().startswith(b"\x89PNG")


def test_reach_as_json() -> None:
    done = call("reach", "tartus_2016", "--samples", "0", "--against", "b52", "--json")
    assert done.exit_code == 65 and "b52" in done.stderr
    done = call("reach", "tartus_2016", "--samples", "0", "--json")
    data = json.loads(done.stdout)
    assert data["sites"] == ["Tartus"] and data["territories"]["Syria"] and data["airports"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("envelope", "nike"), "not a system"),
        (("envelope", "s300f", "--limits", "brochure"), "One of"),
        (("envelope", "s300f", "--against", "f16", "--rcs", "1 m2"), "Give one of the two"),
        (("envelope", "s300f", "--against", "scud_b"), "level"),
        (("envelope", "s300f", "--height", "tall"), "--height"),
        (("envelope", "s300f", "--out", "cut.kml"), "--at"),
        (("envelope", "s300f", "--out", "cut.doc"), "End it in"),
        (("envelope", "s300f", "--round", "48n6e2"), "--round"),
        (("envelope", "s300f", "--dem", "x.asc"), "--at"),
        (("envelope", "s300pmu2", "--at", "35 N 25.9 E"), "--dem"),
        (("envelope", "s300pmu2", "--at", "35 N 36 E", "--dem", "x.asc"), "no such terrain file"),
        (("reach", "tartus_2016", "--site", "Nowhere"), "Nowhere"),
        (("reach", "tartus_2016", "--size", "0 km"), "--size"),
        (("reach", "tartus_2016", "--height=-10 m"), "--height"),
        (("reach", "tartus_2016", "--out", "map.shp"), "End it in"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(words: tuple[str, ...], told: str) -> None:
    done = call(*words)
    assert done.exit_code == 65
    assert told in done.stderr and "Traceback" not in done.output
