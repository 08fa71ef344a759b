"""Footprints and keep-out maps as files: valid for independent readers, where the unit stands, of the cells' area."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import geojson
import numpy as np
import pytest
from fastkml import KML
from typer.testing import CliRunner

from openiads.earth.geodesy import inverse
from openiads.faces.cli.main import app
from openiads.faces.draw import footprint as footprint_map
from openiads.reach import footprint
from openiads.reach.attack import Plan
from openiads.reach.defended import FootprintAnswer

pytestmark = pytest.mark.compiled_only

AT, FROM = (36.95, 37.40), 160.0  # degrees: the unit, and where the attack comes from


def call(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def ask(*words: str) -> Any:
    return call(
        "footprint",
        "patriot_pac2",
        "--against",
        "scud_b",
        "--at",
        f"{AT[0]} N {AT[1]} E",
        "--from",
        f"{FROM} deg",
        *words,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("footprint")
    kinds = ("geojson", "kml", "csv", "tif", "png", "svg")
    files = [word for kind in kinds for word in ("--out", str(folder / f"ground.{kind}"))]
    done = ask("--samples", "1", "--json", *files)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), folder


def ring_area(ring: list[list[float]]) -> float:
    """Signed area, km2, of a small ring of longitudes and latitudes."""
    scale = 111.195**2 * math.cos(math.radians(AT[0]))
    return 0.5 * scale * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring[:-1], ring[1:], strict=True))


def seen_from_unit(lon: float, lat: float) -> tuple[float, float]:
    """Distance (km) and angle off the attack's direction (rad) of a place."""
    away, course = inverse(*(math.radians(v) for v in (*AT, lat, lon)))
    return float(away) * 1e-3, float(course) - math.radians(FROM)


def test_geojson_has_the_area_of_each_arm_on_the_side_of_the_attack(made: tuple[dict[str, Any], Path]) -> None:
    data, folder = made
    read = geojson.loads((folder / "ground.geojson").read_text(encoding="utf-8"))
    assert read.is_valid
    assert [each["properties"]["limits"] for each in read["features"]] == ["emergent", "published"]
    for each in read["features"]:
        told = each["properties"]
        arm = data["limits"][told["limits"]]
        rings = [ring for rings in each["geometry"]["coordinates"] for ring in rings]
        assert sum(ring_area(ring) for ring in rings) == pytest.approx(arm["area_km2"]["nominal"], rel=0.06)
        assert told["area_low_km2"] <= told["area_km2"] <= told["area_high_km2"]
        assert told["attack_from_deg"] == pytest.approx(FROM) and "not for operational use" in told["note"]
        places = [seen_from_unit(*corner) for ring in rings for corner in ring]
        reach = max(away * math.cos(off) for away, off in places), max(-away * math.cos(off) for away, off in places)
        for found, side in zip(reach, ("forward_km", "back_km"), strict=True):
            assert found == pytest.approx(arm[side]["nominal"], abs=arm["cell_km"])


def test_the_picture_says_both_areas_and_what_it_stands_on(made: tuple[dict[str, Any], Path]) -> None:
    data, folder = made
    assert (folder / "ground.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "ground.svg").read_text(encoding="utf-8").startswith("<svg")
    plan = Plan("patriot_pac2", "scud_b", place=(math.radians(AT[0]), math.radians(AT[1])), azimuth=2.8)
    found = footprint.footprints(plan, samples=0)
    figure = footprint_map.draw(FootprintAnswer(plan, 270e3, 9.0, found), "Patriot")
    told = " ".join(each.get_text() for each in (*figure.texts, *figure.legends[0].get_texts()))
    for words in ("emergent limits: 3,", "published limits: 8", "flat ground at sea level", "not for operational use"):
        assert words in told
    assert data["limits"]["published"]["area_km2"]["nominal"] < 900.0


def test_kml_is_read_by_another_reader_and_lies_about_the_unit(made: tuple[dict[str, Any], Path]) -> None:
    marks = list(KML.parse(made[1] / "ground.kml").features[0].features)
    assert [mark.name for mark in marks] == ["emergent: a shot is possible", "published: a shot is possible"]
    west, south, east, north = marks[1].geometry.bounds
    assert west < AT[1] < east and south < AT[0] < north


def test_the_table_has_a_row_for_each_cell(made: tuple[dict[str, Any], Path]) -> None:
    data, folder = made
    with (folder / "ground.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, arm in data["limits"].items():
        mine = [row for row in rows if row["limits"] == name]
        assert len(mine) == sum(len(line) for line in arm["map"])
        assert sum(int(row["possible"]) for row in mine) == sum(line.count("1") for line in arm["map"])
    for row in rows[::400]:
        away, off = seen_from_unit(float(row["longitude_deg"]), float(row["latitude_deg"]))
        assert away * math.cos(off) == pytest.approx(float(row["forward_km"]), abs=0.01)
        assert away * math.sin(off) == pytest.approx(float(row["right_km"]), abs=0.01)


def test_geotiff_says_of_each_place_what_the_table_says(made: tuple[dict[str, Any], Path]) -> None:
    rasterio = pytest.importorskip("rasterio")
    data, folder = made
    with (folder / "ground.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with rasterio.open(folder / "ground.tif") as file:
        assert file.crs.to_epsg() == 4326 and file.count == 2
        assert "emergent" in file.descriptions[0] and "published" in file.descriptions[1]
        for band, name in enumerate(data["limits"]):
            mine = [row for row in rows if row["limits"] == name]
            places = [(float(row["longitude_deg"]), float(row["latitude_deg"])) for row in mine]
            told = np.array([each[band] for each in file.sample(places)])
            wanted = np.array([int(row["possible"]) for row in mine])
            assert (told == wanted).mean() > 0.97  # cells are half as wide, and turned


def test_a_chosen_window_bounds_the_map_and_an_empty_one_is_refused() -> None:
    half = json.loads(ask("--samples", "0", "--size", "24 km", "--json").stdout)["limits"]["published"]
    assert half["rear_km"] == pytest.approx(-12.0) and len(half["map"]) == len(half["map"][0])
    assert half["forward_km"]["nominal"] <= 12.0 + half["cell_km"]
    aside = ask("--samples", "0", "--size", "30 km", "--center", "37.6 N 37.4 E")
    assert aside.exit_code == 0 and "within the chosen map" in aside.output
    corners = json.loads(ask("--samples", "0", "--extent", "36.8 N 37.2 E; 37.1 N 37.6 E", "--json").stdout)
    assert set(corners["limits"]) == {"emergent", "published"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "map.shp"), "End it in one of"),
        (("--out", "nowhere/map.kml"), "no folder"),
        (("--size", "1 km"), "footprint window"),
        (("--size", "40 km", "--center", "30 N 30 E"), "footprint window"),
        (("--extent", "37 N 37 E; 36 N 38 E"), "is empty"),
        (("--extent", "36 N 37 E"), "--extent"),
        (("--extent", "36 N 37 E; 37 N 38 E", "--size", "60 km"), "Give the corners, or"),
        (("--center", "37 N 37 E"), "--size"),
        (("--from", "south"), "--from"),
    ],
)
def test_windows_and_files_that_cannot_be_are_one_line(words: tuple[str, ...], told: str) -> None:
    done = ask("--samples", "0", *words)
    assert done.exit_code == 65 and told in done.stderr and "Traceback" not in done.output
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_needs_a_place() -> None:
    done = call("footprint", "patriot_pac2", "--against", "scud_b", "--out", "map.kml")
    assert done.exit_code == 65 and "--at" in done.stderr


def test_a_footprint_across_the_antimeridian_is_cut_there(tmp_path: Path) -> None:
    files = [tmp_path / "map.geojson", tmp_path / "map.csv"]
    out = [word for file in files for word in ("--out", str(file))]
    place = ["--at", "10 N 179.99 E", "--size", "60 km"]
    done = call("footprint", "patriot_pac2", "--against", "scud_b", "--samples", "0", *place, *out)
    assert done.exit_code == 0, done.stderr
    told = json.loads(files[0].read_text())
    lons = [
        [spot[0] for ring in part for spot in ring]
        for each in told["features"]
        for part in each["geometry"]["coordinates"]
    ]
    assert all(-180.0 <= lon <= 180.0 for part in lons for lon in part)
    assert {round(max(part)) for part in lons} == {180, -180} or {min(part) > 0.0 for part in lons} == {True, False}
    assert all(max(part) - min(part) < 2.0 for part in lons)
    with files[1].open() as file:
        assert all(-180.0 <= float(row["longitude_deg"]) <= 180.0 for row in csv.DictReader(file))


@pytest.mark.parametrize("place", ["90 N 10 E"])
def test_a_map_that_no_such_file_can_hold_is_refused(place: str, tmp_path: Path) -> None:
    done = call(
        "footprint",
        "patriot_pac2",
        "--against",
        "scud_b",
        "--samples",
        "0",
        "--at",
        place,
        "--size",
        "60 km",
        "--out",
        str(tmp_path / "map.kml"),
    )
    assert done.exit_code == 65 and "pole" in done.stderr


# ------------------------------------------------------------------ keep-out maps


def test_keep_out_maps_are_valid_files_of_the_drawn_cells(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    files = [word for kind in ("geojson", "kml", "csv", "tif") for word in ("--out", str(tmp_path / f"out.{kind}"))]
    done = call(
        "reach", "tartus_2016", "--samples", "0", "--height", "500 m", "--height", "3 km", "--size", "260 km", *files
    )
    assert done.exit_code == 0, done.output
    read = geojson.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
    assert read.is_valid
    told = [each["properties"] for each in read["features"]]
    assert [(each["limits"], each["height_m"]) for each in told] == [
        ("emergent", 500.0),
        ("emergent", 3000.0),
        ("published", 500.0),
        ("published", 3000.0),
    ]
    assert 0.0 < told[2]["area_km2"] <= told[0]["area_km2"] < told[3]["area_km2"] < told[1]["area_km2"]
    assert len(told[0]["terrain_sha256"]) == 64 and told[0]["units"]
    for feature in read["features"]:
        area = sum(ring_area(ring) for rings in feature["geometry"]["coordinates"] for ring in rings)
        assert area * math.cos(math.radians(34.9)) / math.cos(math.radians(AT[0])) == pytest.approx(
            feature["properties"]["area_km2"], rel=0.04
        )
    marks = list(KML.parse(tmp_path / "out.kml").features[0].features)
    assert [mark.name for mark in marks] == [
        f"exposed at {height} m above ground, {arm} limits"
        for arm in ("emergent", "published")
        for height in (500, 3000)
    ]
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with rasterio.open(tmp_path / "out.tif") as file:
        some = rows[::997]
        places = [(float(row["longitude_deg"]), float(row["latitude_deg"])) for row in some]
        heads = [f"units_at_{height}_m_agl_{arm}" for arm in ("emergent", "published") for height in (500, 3000)]
        assert [each.tolist() for each in file.sample(places)] == [[float(row[head]) for head in heads] for row in some]
        assert ["emergent" in words for words in file.descriptions] == [True, True, False, False]
