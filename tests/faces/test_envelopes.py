"""The commands about envelopes and reach: one JSON object, files that independent readers take, errors in one line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import geojson
import pytest
from fastkml import KML
from typer.testing import CliRunner

from openiads.faces.cli import app

pytestmark = pytest.mark.compiled_only


def call(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("envelope")
    files = [word for name in ("cut.geojson", "cut.kml", "cut.csv", "cut.png", "cut.svg")
             for word in ("--out", str(folder / name))]  # fmt: skip
    done = call("envelope", "s300f", "--rcs", "3 m2", "--height", "3 km", "--height", "100 m", "--at",
                "35.40 N 35.40 E", "--json", *files)  # fmt: skip
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
        total = sum(_area(ring) for rings in feature["geometry"]["coordinates"] for ring in rings)
        assert total == pytest.approx(area, rel=0.05)
    marks = list(KML.parse(folder / "cut.kml").features[0].features)
    assert [mark.name for mark in marks] == [
        "emergent: 100 m", "emergent: 3000 m", "published: 100 m", "published: 3000 m"
    ]  # fmt: skip


def _area(ring: list[list[float]]) -> float:
    """Signed area, km2, of a small ring of longitudes and latitudes."""
    import math

    scale = 111.195**2 * math.cos(math.radians(35.4))
    pairs = zip(ring[:-1], ring[1:], strict=True)
    return 0.5 * scale * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


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
