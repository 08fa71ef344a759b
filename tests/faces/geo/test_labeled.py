"""Maps as NetCDF, xarray and GeoParquet: what independent readers find is what was computed."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import netCDF4
import numpy as np
import pyarrow.parquet
import pytest
import shapely
import xarray

import openiads as oi
from openiads.base.errors import InputError, UsageError
from openiads.base.extras import how_to_install
from openiads.base.version import __version__
from openiads.faces.geo import geoparquet, grids
from openiads.faces.geo.areas import Area
from openiads.faces.geo.grids import Grid, Variable
from openiads.faces.geo.netcdf import netcdf
from openiads.scenario.load import load
from openiads.world.codes import Look

pytestmark = pytest.mark.compiled_only

ACROSS = {"system": "s300pmu2", "at": "67.5 N 179.95 E", "radars": "76n6", "heights": ["300 m"], "size": "80 km"}

ANSWERS: dict[str, Callable[[], Any]] = {
    "coverage": lambda: oi.coverage(
        "tartus_2016", radars=["64n6e2", "76n6"], heights=["50 m", "3 km"], size="300 km", cells=60
    ),
    "across": lambda: oi.coverage(**ACROSS, cells=40),
    "envelope": lambda: oi.envelope(
        "patriot_pac2", speed="300 m/s", rcs="2 m2", heights=["1 km", "5 km"], at="36.95 N 37.40 E", facing="90 deg"
    ),
    "keep_out": lambda: oi.keep_out("raid24", heights=["500 m", "3 km"], size="100 km"),
    "footprint": lambda: oi.footprint("patriot_pac2", against="scud_b", at="36.95 N 37.40 E", samples=0),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return {name: ask() for name, ask in ANSWERS.items()}


@pytest.fixture(scope="module")
def folder(answers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tmp_path_factory.mktemp("labeled")
    for name, answer in answers.items():
        for ending in (".nc", ".parquet", ".geojson"):
            answer.save(found / f"{name}{ending}")
    return found


# ------------------------------------------------------------------ NetCDF and xarray


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("engine", ["netcdf4", "scipy"])
def test_the_file_and_the_dataset_are_one(name: str, engine: str, answers: dict[str, Any], folder: Path) -> None:
    with xarray.open_dataset(folder / f"{name}.nc", engine=engine) as read:
        xarray.testing.assert_identical(read.load(), answers[name].to_xarray())


@pytest.mark.parametrize("name", ANSWERS)
def test_attributes_follow_the_conventions_and_say_where_it_comes_from(name: str, folder: Path) -> None:
    with netCDF4.Dataset(folder / f"{name}.nc") as file:
        assert file.data_model == "NETCDF3_64BIT_OFFSET"
        assert file.Conventions == "CF-1.11"
        assert __version__ in file.source and __version__ in file.history
        assert "not for operational use" in file.comment and file.scenario and file.title
        for axis, unit in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
            values = file[axis]
            assert (values.units, values.standard_name, values.dimensions) == (unit, axis, (axis,))
            assert (np.diff(values[:]) > 0.0).all()
        assert file["crs"].grid_mapping_name == "latitude_longitude"
        assert float(file["crs"].inverse_flattening) == pytest.approx(298.257223563)
        for each in file.variables.values():
            if "latitude" in each.dimensions and each.name != "latitude":
                assert each.grid_mapping == "crs" and each.long_name
                assert hasattr(each, "units") or len(each.flag_values) == len(each.flag_meanings.split())
        if "height" in file.variables:
            assert (file["height"].units, file["height"].positive, file["height"].axis) == ("m", "up", "Z")


def test_coverage_has_the_cells_of_the_answer(answers: dict[str, Any], folder: Path) -> None:
    found = answers["coverage"].found
    with xarray.open_dataset(folder / "coverage.nc", engine="netcdf4") as read:
        assert read.attrs["scenario_sha256"] == load("tartus_2016").digest()
        assert read.attrs["terrain_sha256"] == found.terrain.digest()
        assert read.height.values.tolist() == [50.0, 3000.0] and read.height.standard_name == "height"
        assert read.latitude.values == pytest.approx(np.degrees(found.map.lats))
        assert (read.radars.sel(height=3000.0).values == found.count(1)).all()
        assert read.radar_name.values.tolist() == [view.name for view in found.views]
        meanings = dict(zip(read.look.flag_values.tolist(), read.look.flag_meanings.split(), strict=True))
        assert meanings == {int(code): code.name.lower() for code in Look}
        for r, view in enumerate(found.views):
            assert (read.look.isel(radar=r).values == view.code).all()
        lowest = found.lowest()
        assert (np.isnan(read.lowest_visible_altitude.values) == ~np.isfinite(lowest)).all()
        assert read.lowest_visible_altitude.values[np.isfinite(lowest)] == pytest.approx(lowest[np.isfinite(lowest)])
        assert read.ground.standard_name == "surface_altitude"
        assert (read.ground.values == found.map.ground).all()


def test_a_map_across_180_degrees_has_longitudes_that_rise(folder: Path) -> None:
    with xarray.open_dataset(folder / "across.nc", engine="netcdf4") as read:
        lons = read.longitude.values
        assert lons[0] < 180.0 < lons[-1] and (np.diff(lons) > 0.0).all()
        near = read.sel(longitude=180.4, method="nearest")
        assert int(near.radars.max()) == 1


def test_an_envelope_has_the_time_to_spare(answers: dict[str, Any], folder: Path) -> None:
    answer = answers["envelope"]
    with xarray.open_dataset(folder / "envelope.nc", engine="netcdf4") as read:
        assert read.height.standard_name == "altitude" and read.attrs["system"] == "patriot_pac2"
        for arm, found in answer.cuts.items():
            spare = read[f"spare_{arm}"]
            assert spare.units == "s" and spare.shape[0] == 2
            for k in range(2):
                inside = spare.isel(height=k)
                wide = np.cos(np.radians(read.latitude)) * 6371e3**2 * math.radians(1.0) ** 2
                steps = float(np.diff(read.latitude)[0] * np.diff(read.longitude)[0])
                area = float((inside.notnull() * wide).sum()) * steps
                assert area == pytest.approx(found.area(k), rel=0.02)
                assert float(inside.max()) == pytest.approx(found.spare[k][found.inside(k)].max(), abs=3.0)


def test_a_keep_out_map_counts_units_and_a_footprint_its_cells(answers: dict[str, Any], folder: Path) -> None:
    kept, shot = answers["keep_out"], answers["footprint"]
    with xarray.open_dataset(folder / "keep_out.nc", engine="netcdf4") as read:
        assert read.attrs["scenario_sha256"] == load("raid24").digest()
        for arm, counts in kept.counts.items():
            assert (read[f"units_{arm}"].values == counts).all()
    with xarray.open_dataset(folder / "footprint.nc", engine="netcdf4") as read:
        for each in shot.found:
            share = float(read[f"possible_{each.limits}"].mean())
            assert share == pytest.approx(each.possible.mean(), abs=0.03)


def test_the_same_answer_is_the_same_bytes(answers: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    for ending in (".nc", ".parquet"):
        answers["coverage"].save(tmp_path / f"again{ending}")
        assert (tmp_path / f"again{ending}").read_bytes() == (folder / f"coverage{ending}").read_bytes()


def test_texts_beyond_ascii_and_empty_ones_are_read_back(tmp_path: Path) -> None:
    names = np.array(["Größe", "", "防空"])
    made = Grid([Variable("name", ("thing",), names)], [grids.datum()], {"title": "Ü"})
    (tmp_path / "texts.nc").write_bytes(netcdf(made))
    with xarray.open_dataset(tmp_path / "texts.nc", engine="netcdf4") as read:
        assert read.name.values.tolist() == names.tolist() and read.attrs["title"] == "Ü"


def test_what_has_no_cells_or_no_place_says_so(tmp_path: Path) -> None:
    run = oi.run("one_on_one", replications=2, seed=1)
    with pytest.raises(AttributeError):
        _ = run.to_xarray
    nowhere = oi.envelope("patriot_pac2", speed="300 m/s", rcs="2 m2", heights=["3 km"])
    with pytest.raises(InputError, match="needs a place on earth"):
        nowhere.to_xarray()
    with pytest.raises(InputError, match="needs a place on earth"):
        nowhere.save(tmp_path / "cut.nc")
    assert list(tmp_path.iterdir()) == []


def test_without_xarray_it_says_how_to_get_it(answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match=f"{re.escape(how_to_install('data'))}$") as told:
        answers["coverage"].to_xarray()
    assert "\n" not in str(told.value)


# ------------------------------------------------------------------ GeoParquet


@pytest.mark.parametrize("name", ANSWERS)
def test_geoparquet_has_the_areas_of_geojson(name: str, folder: Path) -> None:
    read = geopandas.read_parquet(folder / f"{name}.parquet")
    told = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    assert read.crs.equals("OGC:CRS84")
    assert len(read) == len(told) > 0
    assert read.geometry.is_valid.all()
    for (_, row), feature in zip(read.iterrows(), told, strict=True):
        wanted = shapely.geometry.shape(feature["geometry"])
        assert row.geometry.equals_exact(wanted, 0.0)
        for key, value in feature["properties"].items():
            assert list(row[key]) == value if isinstance(value, list) else row[key] == value


@pytest.mark.parametrize("name", ANSWERS)
def test_its_metadata_are_those_of_the_specification(name: str, folder: Path) -> None:
    told = pyarrow.parquet.read_schema(folder / f"{name}.parquet").metadata
    geo, about = json.loads(told[b"geo"]), json.loads(told[b"openiads"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    west, south, east, north = column["bbox"]
    read = geopandas.read_parquet(folder / f"{name}.parquet")
    assert read.total_bounds.tolist() == [west, south, east, north]
    assert -180.0 <= west < east <= 180.0
    assert about["openiads_version"] == __version__ and "not for operational use" in about["note"]


def test_polygons_across_180_degrees_are_split(folder: Path) -> None:
    (row,) = geopandas.read_parquet(folder / "across.parquet").geometry
    sides = sorted(part.bounds for part in row.geoms)
    assert sides[0][0] == -180.0 and sides[-1][2] == 180.0
    assert all(part[2] - part[0] < 2.0 for part in sides)


def test_an_area_of_nothing_is_an_empty_geometry(tmp_path: Path) -> None:
    (tmp_path / "none.parquet").write_bytes(geoparquet.areas([Area("unseen", {"height_m": 1.0}, [])], "None", {}))
    read = geopandas.read_parquet(tmp_path / "none.parquet")
    assert read.geometry.is_empty.tolist() == [True]


def test_holes_run_the_other_way(tmp_path: Path) -> None:
    outer = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
    hole = [[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 1.0], [1.0, 1.0]]
    made = shapely.from_wkb(geoparquet.wkb([[outer, hole]]))
    assert made.area == 15.0 and made.geoms[0].exterior.is_ccw and not made.geoms[0].interiors[0].is_ccw


# ------------------------------------------------------------------ tables


def test_tables_are_those_of_pandas_and_polars() -> None:
    import pandas
    import polars

    run = oi.run("one_on_one", replications=5, seed=1)
    for answer in (run, oi.query(run, "SELECT replication, killed, status FROM outcomes ORDER BY replication")):
        table = answer.table()
        frame, lazy = answer.to_pandas(), answer.to_polars()
        assert isinstance(frame, pandas.DataFrame) and isinstance(lazy, polars.DataFrame)
        assert frame.columns.tolist() == lazy.columns == table.column_names
        assert lazy.to_dicts() == table.to_pylist()
        assert frame.to_dict("list")[table.column_names[0]] == table.column(0).to_pylist()


def test_a_query_without_rows_and_one_with_a_name_twice_keep_their_columns() -> None:
    run = oi.run("one_on_one", replications=3, seed=1)
    empty = oi.query(run, "SELECT replication, killed FROM outcomes WHERE false").to_pandas()
    assert empty.columns.tolist() == ["replication", "killed"] and len(empty) == 0
    twice = oi.query(run, "SELECT 1 AS a, 2 AS a, 3 AS b").to_polars()
    assert twice.to_dicts() == [{"a": 1, "a_1": 2, "b": 3}]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_is_told_in_one_line(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = oi.query(oi.run("one_on_one", replications=2, seed=1), "SELECT 1 AS n")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=f"{re.escape(how_to_install('data'))}$") as told:
        getattr(answer, f"to_{package}")()
    assert f"needs the package {package}" in str(told.value) and "\n" not in str(told.value)


def test_what_has_no_table_says_so() -> None:
    from openiads.base.shown import Shown

    with pytest.raises(UsageError):
        Shown().to_pandas()
