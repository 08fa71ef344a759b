"""Coverage files are valid for independent readers and say what the arrays say."""

import csv
import json
import math
import re
import subprocess
import sys

import geojson
import numpy as np
import pytest
from fastkml import KML
from typer.testing import CliRunner

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.earth import library
from openiads.faces.cli.main import app
from openiads.faces.draw import coverage as coverage_map
from openiads.faces.geo import coverage as areas
from openiads.faces.geo.areas import polygons
from openiads.faces.words import coverage as coverages
from openiads.faces.words import terrain
from openiads.reach import coverage, scenes
from openiads.reach.coverage import DetectionQuestion
from openiads.reach.site_radars import CoverageAnswer
from openiads.scenario.load import load


@pytest.fixture(scope="module")
def found():
    world = scenes.radar_world(load("tartus_2016"))
    rows = scenes.chosen(world, ["64n6e2", "76n6"])
    question = DetectionQuestion(heights=(50.0, 3000.0))
    where = coverage.map_around(world, rows, question, size=300e3, cells=90)
    return coverage.coverage(world, question, rows, where=where)


def whole(found):
    """A coverage as an answer of that scenario."""
    return CoverageAnswer("tartus_2016", "levant", found, digest="ab" * 32)


def ring_area(ring):
    x, y = np.array(ring).T
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def test_polygons_have_the_area_and_the_holes_of_their_cells():
    lats, lons = np.linspace(30.0, 31.0, 101), np.linspace(35.0, 36.0, 101)
    y, x = np.meshgrid(lats - 30.5, lons - 35.5, indexing="ij")
    disk = np.hypot(x, y)
    found = polygons((disk < 0.4) & (disk > 0.2), lons, lats)
    assert len(found) == 1 and len(found[0]) == 2
    outer, hole = (ring_area(ring) for ring in found[0])
    assert outer == pytest.approx(math.pi * 0.16, rel=0.02)
    assert hole == pytest.approx(-math.pi * 0.04, rel=0.04)
    assert all(ring[0] == ring[-1] for ring in found[0])
    assert polygons(np.zeros((5, 5), bool), lons[:5], lats[:5]) == []


def test_geojson_is_valid_and_its_areas_are_those_of_the_cells(found, tmp_path):
    path = tmp_path / "seen.geojson"
    areas.write(whole(found), path)
    read = geojson.loads(path.read_text(encoding="utf-8"))
    assert read.is_valid
    assert [f["properties"]["radar"] for f in read["features"]] == ["any", "Tartus/64n6e2", "Tartus/76n6"] * 2
    for feature in read["features"]:
        total = 0.0
        for rings in feature["geometry"]["coordinates"]:
            middle = np.mean([lat for _, lat in rings[0]])
            total += sum(ring_area(ring) for ring in rings) * 111.195**2 * math.cos(math.radians(middle))
        assert total == pytest.approx(feature["properties"]["area_km2"], rel=0.04)
        assert feature["properties"]["terrain_sha256"] == found.terrain.digest()


def test_kml_is_read_by_another_reader(found, tmp_path):
    path = tmp_path / "seen.kml"
    areas.write(whole(found), path)
    (document,) = KML.from_string(path.read_bytes()).features
    marks = list(document.features)
    assert [mark.name for mark in marks[:2]] == ["any: 50 m above ground", "Tartus/64n6e2: 50 m above ground"]
    assert len(marks) == 6
    assert all(mark.geometry.is_valid if hasattr(mark.geometry, "is_valid") else mark.geometry for mark in marks)
    west, south, east, north = marks[3].geometry.bounds
    assert 33.0 < west < 35.9 < east < 38.0 and 33.0 < south < 34.9 < north < 37.0


def test_csv_and_archive_hold_every_cell(found, tmp_path):
    areas.write(whole(found), tmp_path / "seen.csv")
    with (tmp_path / "seen.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found.map.ground.size
    counts = np.array([int(row["radars_at_3000_m_agl"]) for row in rows]).reshape(found.map.ground.shape)
    assert (counts == found.count(1)).all()
    areas.write(whole(found), tmp_path / "seen.npz")
    with np.load(tmp_path / "seen.npz", allow_pickle=False) as arrays:
        assert arrays["codes"].shape == (2, 2, *found.map.ground.shape)
        assert (arrays["lowest_amsl_m"] == found.lowest()).all()


def test_geotiff_lies_where_the_map_lies(found, tmp_path):
    rasterio = pytest.importorskip("rasterio")
    areas.write(whole(found), tmp_path / "seen.tif")
    with rasterio.open(tmp_path / "seen.tif") as file:
        assert file.crs.to_epsg() == 4326
        assert file.count == 4 and "sea" in file.descriptions[0]
        k, j = 70, 12
        lon, lat = math.degrees(found.map.lons[j]), math.degrees(found.map.lats[k])
        told = next(file.sample([(lon, lat)]))
        assert told[0] == pytest.approx(found.lowest()[k, j])
        assert told[2] == found.count(0)[k, j]


def test_geotiff_without_rasterio_says_how_to_get_it(found, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=f"{re.escape(how_to_install('geo'))}$"):
        areas.write(whole(found), tmp_path / "seen.tif")


def test_a_map_of_own_files_says_which_they_are_how_fine_and_their_hash(tmp_path):
    for west in (34, 35, 36, 37):
        lines = ["ncols 21", "nrows 41", f"xllcorner {west}", "yllcorner 34", "cellsize 0.05", *["100 " * 21] * 41]
        (tmp_path / f"hills_{west}.asc").write_text("\n".join(lines), encoding="ascii")
    world = scenes.radar_world(
        load("tartus_2016").with_values({"terrain.on_missing": "sea"}), dem=sorted(tmp_path.glob("*.asc"))
    )
    rows = scenes.chosen(world, ["76n6"])
    where = coverage.map_around(world, rows, DetectionQuestion(), size=60e3, cells=20)
    found = coverage.coverage(world, DetectionQuestion(), rows, where=where)
    said = terrain.terrain_note(found.terrain)
    assert said.startswith("Terrain: the user's hills_34.asc, hills_35.asc, hills_36.asc and 1 more, 5.56 km cells")
    assert found.terrain.digest()[:12] in said and "sea where they have no data" in said and "understate" in said
    told = " ".join(text.get_text() for text in coverage_map.draw(found, "Own files", packaged=False).texts)
    assert found.terrain.digest()[:12] in told and "hills_34.asc" in told
    areas.write(whole(found), tmp_path / "seen.geojson")
    properties = json.loads((tmp_path / "seen.geojson").read_text(encoding="utf-8"))["features"][0]["properties"]
    assert properties["terrain_resolution_m"] == pytest.approx(5559.75, abs=0.1)
    assert properties["terrain_sha256"] == found.terrain.digest() and "hills_36.asc" in properties["terrain"]
    assert coverages.as_data(found)["terrain"]["files"] == [f"hills_{west}.asc" for west in (34, 35, 36, 37)]


@pytest.mark.parametrize("show", ["heights", "lowest"])
def test_a_map_says_what_was_asked_and_where_the_ground_comes_from(found, show):
    figure = coverage_map.draw(found, "Tartus", show=show)
    told = " ".join(text.get_text() for text in figure.texts) + " ".join(
        text.get_text() for text in figure.legends[0].get_texts()
    )
    assert "packaged Levant" in told and "understate ridges" in told and "not for operational use" in told
    if show == "heights":
        assert "Target 1 m²" in told and "probability 0.5" in told and "50 m above ground" in told
    else:
        assert "50 m to 100 m" in told


def test_the_json_sums_up_the_areas(found):
    data = coverages.as_data(found)
    low = data["heights"][0]
    assert low["detected_km2"] == pytest.approx(found.area(found.detected(0)) / 1e6)
    assert low["detected_km2"] >= max(each["detected_km2"] for each in low["radars"].values())
    assert low["blind_km2"] > 0.0
    assert data["terrain"]["coarse"] is True


# ------------------------------------------------------------------ the command


def command(*arguments, folder):
    return subprocess.run(
        [sys.executable, "-m", "openiads", "coverage", *arguments], cwd=folder, capture_output=True, text=True
    )


@pytest.mark.compiled_only
def test_the_command_answers_for_a_site_with_mast_and_route(tmp_path):
    done = command(
        "--system",
        "s300pmu2",
        "--at",
        "34.92 N 35.90 E",
        "--radar",
        "76n6",
        "--height",
        "50 m",
        "--mast",
        "6 m",
        "--size",
        "150 km",
        "--cells",
        "60",
        "--threat",
        "tomahawk",
        "--route",
        "35.0 N 34.6 E; 34.92 N 35.88 E",
        "--out",
        "a.png",
        "--out",
        "a.svg",
        "--out",
        "a.geojson",
        "--json",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["heights"][0]["in_view_km2"] < told["before"]["heights"][0]["in_view_km2"]
    assert 0.0 < told["approach"]["radars"]["any"]["warning_s"]["p90"] < told["approach"]["duration_s"]
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "a.svg").read_text().startswith("<svg")


@pytest.mark.compiled_only
def test_a_site_stands_on_any_coast_that_own_files_cover_and_nowhere_else(tmp_path):
    lines = ["ncols 81", "nrows 81", "xllcenter 24", "yllcenter 33", "cellsize 0.05", *["150 " * 81] * 81]
    (tmp_path / "island.asc").write_text("\n".join(lines), encoding="ascii")
    there = ("--system", "s300pmu2", "--at", "35.0 N 25.9 E", "--radar", "76n6", "--size", "60 km", "--cells", "20")
    done = command(*there, "--dem", "island.asc", "--out", "a.geojson", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "island.asc" in done.stdout.replace("\n", " ")
    for words in (there, (*there[:3], "10 N 25.9 E", *there[4:], "--dem", "island.asc")):
        refused = command(*words, folder=tmp_path)
        assert refused.returncode == 65 and len(refused.stderr.strip().splitlines()) == 1
        assert "--dem" in refused.stderr or "no terrain data" in refused.stderr


@pytest.mark.compiled_only
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "needs a scenario"),
        (("raid24", "--rcs", "1 m2", "--threat", "f16"), "Give one of the two"),
        (("raid24", "--rcs", "1 furlong"), "--rcs"),
        (("raid24", "--out", "map.jpg"), "End it in one of"),
        (("raid24", "--out", "nowhere/map.png"), "no folder"),
        (("raid24", "--looks", "three"), "--looks"),
        (("raid24", "--radar", "an_mpq53"), "no radar"),
        (("raid24", "--dem", "missing.hgt"), "no such terrain file"),
        (("raid24", "--show", "all"), "heights, lowest, azimuth"),
        (("raid24", "--show", "azimuth"), "Give --jammer"),
        (("--system", "s300pmu2", "--at", "somewhere"), "--at"),
        (("raid24", "--k", "3"), "earth_factor"),
        (("raid24", "--extent", "35 N 36 E; 34 N 37 E"), "is empty"),
        (("raid24", "--extent", "35 N 36 E"), "--extent"),
        (("raid24", "--extent", "34 N 36 E; 35 N 37 E", "--size", "60 km"), "Give the corners, or"),
        (("raid24", "--center", "nowhere"), "--center"),
        (("raid24", "--route", "35 N 36 E"), "two or more places"),
        (("--system", "s300pmu2", "--at", "35.0 N 34.9 E"), "--at"),
    ],
)
def test_wrong_options_are_told_in_one_line(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["coverage", *arguments])
    assert done.exit_code == 65, done.stderr
    assert isinstance(done.exception, SystemExit), "no traceback"
    assert told in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


# ------------------------------------------------------------------ across the antimeridian


def winding(ring):
    """Twice the area of a closed ring, degrees squared."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))


def test_outlines_across_the_antimeridian_are_cut_there_and_keep_their_area():
    cells = np.zeros((40, 60), bool)
    cells[5:35, 10:50] = True
    cells[15:25, 25:40] = False  # a hole over the cut
    cells[1:3, 28:32] = True
    x, y = 179.0 + (np.arange(60) + 0.5) / 30.0, -18.0 + (np.arange(40) + 0.5) / 40.0
    whole = polygons(cells, x - 20.0, y)
    parts = polygons(cells, x, y)
    assert len(whole) == 2 and len(parts) == 4
    for part in parts:
        lons = [spot[0] for ring in part for spot in ring]
        assert max(lons) <= 180.0 and min(lons) >= -180.0 and max(lons) - min(lons) < 1.1
        assert all(ring[0] == ring[-1] for ring in part)
        assert winding(part[0]) > 0.0
    area = [sum(winding(ring) for part in found for ring in part) for found in (whole, parts)]
    assert area[1] == pytest.approx(area[0], rel=1e-3)
    assert geojson.MultiPolygon(parts).is_valid


def test_a_map_across_the_antimeridian_is_written_within_180_degrees(tmp_path):
    scenario = tmp_path / "across.toml"
    scenario.write_text(
        'format = 1\nname = "across"\nduration = "300 s"\n[terrain]\nsource = "flat"\n'
        '[[asset]]\nname = "Depot"\nat = "17.5 S 179.95 E"\nradius = "500 m"\n'
        '[[site]]\nname = "Guard"\nsystem = "s300pmu2"\nat = "17.5 S 179.95 E"\nfacing = "90 deg"\nlaunchers = 4\n'
        'defends = ["Depot"]\n'
    )
    out = [tmp_path / f"map{ending}" for ending in (".geojson", ".csv", ".kml")]
    words = ["--radar", "76n6", "--height", "300m", "--size", "80km", "--cells", "40", "--json"]
    done = CliRunner().invoke(
        app, ["coverage", str(scenario), *words, *(word for file in out for word in ("--out", str(file)))]
    )
    assert done.exit_code == 0, done.stderr
    (feature,) = json.loads(out[0].read_text())["features"]
    parts = feature["geometry"]["coordinates"]
    lons = [[spot[0] for spot in part[0]] for part in parts]
    assert [(max(each) <= 180.0, min(each) >= -180.0) for each in lons] == [(True, True)] * 2
    assert sorted((min(each) > 0.0) for each in lons) == [False, True]
    assert 180.0 in lons[0] + lons[1] and -180.0 in lons[0] + lons[1]
    with out[1].open() as file:
        table = [float(row["longitude_deg"]) for row in csv.DictReader(file)]
    assert len(table) == 1600 and max(table) <= 180.0 and min(table) >= -180.0
    told = re.findall(r"(-?\d+\.\d+),-17", out[2].read_text())
    assert all(abs(float(lon)) <= 180.0 for lon in told)


def test_fine_maps_say_when_their_cells_are_wider_than_the_terrain(tmp_path):
    words = ["raid24", "--radar", "76n6", "--height", "300m", "--fine", "--no-diffraction", "--json"]
    wide, narrow = (
        json.loads(CliRunner().invoke(app, ["coverage", *words, "--size", size, "--cells", "20"]).stdout)
        for size in ("300 km", "60 km")
    )
    assert "--fine looks over cells of" in wide["remarks"][0]
    assert narrow["remarks"] == []


def test_what_the_users_tiles_do_not_reach_is_told_with_the_tiles_that_would(tmp_path, monkeypatch):
    """Beyond a library's tiles the sea is put; Python, JSON and terminal say how much of the map that is, and where."""
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "library"))
    heights = np.full((1201, 1201), 150, ">i2").tobytes()
    (tmp_path / "N47E025.hgt").write_bytes(heights)
    assert len(library.add([tmp_path / "N47E025.hgt"]).new) == 1
    words = ["--system", "s300pmu2", "--at", "47.5 N 25.5 E", "--json"]
    coverage_words = ["coverage", *words, "--radar", "76n6", "--no-diffraction", "--height", "1 km", "--cells", "10"]
    near, far = (CliRunner().invoke(app, [*coverage_words, "--size", size]) for size in ("40 km", "200 km"))
    assert json.loads(near.stdout)["remarks"] == [] and not near.stderr.strip()
    (told,) = json.loads(far.stdout)["remarks"]
    inside = 75.0 * 111.0 / 200.0**2  # of a degree's tile at 47.5 N in the map, km
    assert re.match(r"(\d+) % of the map has no terrain data", told) and float(told[:2]) == pytest.approx(
        100.0 * (1.0 - inside), abs=6.0
    )
    assert "N46E024, N46E025" in told and "N47E025" not in told and "openiads terrain add" in told
    assert " ".join(far.stderr.split()).startswith(f"warning: {told}")
