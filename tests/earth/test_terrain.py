"""The packaged grid, the parametric shapes and the readers of terrain files."""

import csv
import gzip
import math
import re
import sys
import zipfile
from importlib.resources import files

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.earth import geodesy, rasters, shapes, terrain

LAT, LON = math.radians(34.9), math.radians(35.9)

#: Published elevations (m) of airfields in and around the scenario's region.
AIRFIELDS = {
    "Hmeimim": (35.401, 35.949, 48),
    "Beirut": (33.821, 35.488, 27),
    "Qlayaat": (34.589, 36.011, 23),
    "Rayak": (33.851, 35.988, 920),
    "Damascus": (33.411, 36.516, 616),
    "Hama": (35.118, 36.711, 309),
    "Aleppo": (36.181, 37.224, 389),
    "Palmyra": (34.557, 38.317, 403),
    "Incirlik": (37.002, 35.426, 73),
    "Gaziantep": (36.947, 37.479, 706),
    "Hatay": (36.363, 36.282, 82),
    "Larnaca": (34.875, 33.625, 2),
    "Akrotiri": (34.590, 32.988, 23),
    "Ben Gurion": (32.011, 34.887, 41),
    "Amman": (31.723, 35.993, 730),
}


def at(land, lat, lon):
    return float(land.height(math.radians(lat), math.radians(lon)))


def crests():
    text = files("openiads.shelf").joinpath("levant", "peaks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [(r["name"], float(r["lat"]), float(r["lon"]), float(r["height"])) for r in rows]


def test_full_crests_reach_the_published_heights_and_none_stay_at_the_mean():
    full, bare, half = terrain.levant(1.0), terrain.levant(0.0), terrain.levant(0.5)
    for name, lat, lon, height in crests():
        assert at(full, lat, lon) >= 0.975 * height, name
        assert at(full, lat, lon) <= 1.08 * height, name
        assert at(half, lat, lon) == pytest.approx((at(full, lat, lon) + at(bare, lat, lon)) / 2, abs=0.6), name


def test_the_bare_grid_understates_ridges_by_about_a_third():
    bare = terrain.levant(0.0)
    shares = [at(bare, lat, lon) / height for _, lat, lon, height in crests()]
    assert 0.5 < np.median(shares) < 0.8


def test_more_crest_never_lowers_the_ground():
    lat, lon = np.radians(np.linspace(31, 39, 400))[:, None], np.radians(np.linspace(32, 40, 300))[None, :]
    rows = [terrain.levant(f).height(lat, lon) for f in (0.0, 0.3, 1.0)]
    assert (rows[0] <= rows[1]).all()
    assert (rows[1] <= rows[2]).all()


def test_airfields_stand_near_their_published_elevations():
    errors = {name: at(terrain.levant(0.0), lat, lon) - h for name, (lat, lon, h) in AIRFIELDS.items()}
    assert np.mean(np.abs(list(errors.values()))) < 46.0  # the error of the raw grid over 66 airports
    assert max(map(abs, errors.values())) < 200.0, errors


def test_tartus_and_latakia_are_near_the_sea_and_the_dead_sea_below_it():
    land = terrain.levant(1.0)
    for lat, lon in ((34.907, 35.870), (34.89, 35.89), (35.53, 35.79)):
        assert 0.0 <= at(land, lat, lon) < 30.0
    assert at(land, 31.5, 35.48) < -300.0


def test_the_sea_is_exactly_zero_and_not_land_and_towns_are_land():
    land = terrain.levant(1.0)
    lat, lon = np.radians([35.5, 34.0, 33.0, 36.2]), np.radians([35.5, 35.0, 34.0, 35.0])
    assert (land.height(lat, lon) == 0.0).all()
    assert not land.is_land(lat, lon).any()
    names = [t for t in terrain.towns() if not land.is_land(math.radians(t.lat), math.radians(t.lon))]
    assert names == []
    assert len(terrain.towns()) >= 40


def test_outside_the_window_is_an_error_unless_it_is_said_to_be_sea():
    with pytest.raises(InputError, match=r"45\.000 N 36\.000 E"):
        at(terrain.levant(), 45.0, 36.0)
    assert at(terrain.levant(on_missing="sea"), 45.0, 36.0) == 0.0
    assert not terrain.levant().is_land(math.radians(45.0), math.radians(36.0))


def test_a_place_that_is_not_a_number_and_a_crest_factor_of_two_are_refused():
    with pytest.raises(InputError, match="not a finite number"):
        shapes.flat().height(math.nan, 0.0)
    with pytest.raises(InputError, match="between 0 and 1"):
        terrain.levant(2.0)
    with pytest.raises(InputError, match="not a choice"):
        terrain.levant(on_missing="maybe")


def test_coastline_and_borders_lie_in_the_window_and_name_the_region():
    lines = terrain.coastline()
    points = np.concatenate(lines)
    assert ((points >= [28, 29]) & (points <= [42, 40])).all()
    tartus = np.hypot(points[:, 0] - 35.87, points[:, 1] - 34.9).min()
    assert tartus < 0.03
    names = {name for pair, _ in terrain.borders() for name in pair}
    assert {"Syria", "Lebanon", "Turkey", "Israel", "Jordan", "Iraq"} <= names
    assert all(len(pair) >= 2 for pair, _ in terrain.borders())


def test_the_coastline_agrees_with_the_land():
    """Along the coast, heights are 0 within the accuracy of the lattice, and land lies within 1.5 km."""
    points = np.radians(np.concatenate([line for line in terrain.coastline() if len(line) > 30]))
    land = terrain.levant(0.0)
    inside = (points[:, 1] > math.radians(29.1)) & (points[:, 1] < math.radians(39.9))
    assert land.is_land(points[inside, 1], points[inside, 0]).mean() > 0.995
    assert np.median(np.abs(land.height(points[inside, 1], points[inside, 0]))) < 5.0


def test_packaged_files_are_small_and_licensed():
    folder = files("openiads.shelf").joinpath("levant")
    assert len(folder.joinpath("terrain.npz").read_bytes()) < 200_000
    assert len(folder.joinpath("map.json").read_bytes()) < 250_000
    assert "BSD 3-Clause" in folder.joinpath("LICENSES.txt").read_text(encoding="utf-8")


def test_digest_tells_terrains_apart_and_names_the_same_one_alike():
    lands = [terrain.levant(0.5), terrain.levant(0.6), shapes.flat(), shapes.flat(1.0), terrain.levant(0.5, "sea")]
    assert len({land.digest() for land in lands}) == 5
    assert terrain.levant(0.5).digest() == lands[0].digest()
    assert len(lands[0].digest()) == 64


def test_ridge_has_its_exact_section():
    land = shapes.ridge(LAT, LON, 0.6, 15e3, 400.0, width=2000.0, base=50.0, length=20e3)
    for off, expected in ((0.0, 400.0), (1000.0, 225.0), (-1000.0, 225.0), (2000.0, 50.0), (9000.0, 50.0)):
        assert float(land.height(*geodesy.offset(LAT, LON, 0.6, 15e3 + off))) == pytest.approx(expected, abs=0.5)
    beside = geodesy.offset(LAT, LON, 0.6 + math.atan2(13e3, 15e3), math.hypot(13e3, 15e3))
    assert float(land.height(*beside)) == pytest.approx(50.0, abs=0.5)


def test_coastal_range_has_sea_plain_and_crest():
    land = shapes.coastal_range(LAT, LON, math.pi / 2, shore=-2e3, distance=30e3, height=1500.0, width=10e3, plain=64.0)
    for along, expected in ((-9e3, 0.0), (-2e3, 0.0), (14e3, 32.0), (30e3, 1500.0), (60e3, 64.0)):
        place = geodesy.offset(LAT, LON, math.pi / 2, along)
        assert float(land.height(*place)) == pytest.approx(expected, abs=0.2)
        assert bool(land.is_land(*place)) is (along > -3e3)
    with pytest.raises(InputError, match="stands in the sea"):
        shapes.coastal_range(LAT, LON, 0.0, shore=25e3, distance=30e3, height=1500.0, width=10e3)


def test_valley_has_floor_rim_and_mouth():
    land = shapes.valley(LAT, LON, 0.0, offset=5e3, width=2e3, floor=100.0, height=900.0, mouth=10e3)

    def height(north, east):
        return float(land.height(*geodesy.offset(LAT, LON, math.atan2(east, north), math.hypot(north, east))))

    assert height(40e3, 5e3) == pytest.approx(100.0, abs=0.1)
    assert height(40e3, 6e3) == pytest.approx(500.0, abs=1.0)
    assert height(40e3, 7.1e3) == pytest.approx(900.0, abs=0.1)
    assert height(40e3, -30e3) == pytest.approx(900.0, abs=0.1)
    assert height(0.0, 0.0) == pytest.approx(100.0, abs=0.1)


def test_a_shape_without_width_or_with_a_missing_number_is_refused():
    with pytest.raises(InputError, match="width = 0"):
        shapes.ridge(LAT, LON, 0.0, 15e3, 400.0, width=0.0)
    with pytest.raises(InputError, match="width = -1"):
        shapes.valley(LAT, LON, 0.0, 0.0, -1.0, 50.0, 400.0)
    with pytest.raises(InputError, match="height is not a number"):
        shapes.ridge(LAT, LON, 0.0, 15e3, math.nan)


# ------------------------------------------------------------------ files


def plane(n=1201):
    """Heights of a tilted plane on an n x n tile, row 0 in the north: 1000 a degree north plus 500 a degree east."""
    share = np.arange(n) / (n - 1)
    return np.round(1000.0 * share[::-1, None] + 500.0 * share[None, :])


def write_hgt(path, heights):
    body = heights.astype(">i2").tobytes()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(body, 1))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.name[:-4], body)
    else:
        path.write_bytes(body)
    return path


@pytest.mark.parametrize("name", ["N34E036.hgt", "N34E036.hgt.gz", "N34E036.hgt.zip", "n34e036.HGT"])
def test_hgt_tiles_are_read_plain_and_packed(tmp_path, name):
    land = rasters.from_file(write_hgt(tmp_path / name, plane()))
    assert at(land, 34.0, 36.0) == pytest.approx(0.0, abs=1.0)
    assert at(land, 35.0, 37.0) == pytest.approx(1500.0, abs=1.0)
    assert at(land, 34.75, 36.2) == pytest.approx(850.0, abs=1.0)
    assert land.resolution == pytest.approx(92.7, abs=0.1)
    assert bool(land.is_land(0.6, 0.6))


def test_neighboring_tiles_join_and_a_gap_is_an_error_or_sea(tmp_path):
    paths = [write_hgt(tmp_path / n, plane() + extra) for n, extra in (("N34E036.hgt", 0), ("N34E037.hgt", 500))]
    land = rasters.from_file(paths)
    assert at(land, 34.5, 36.9999) == pytest.approx(at(land, 34.5, 37.0001), abs=2.0)
    with pytest.raises(InputError, match="no heights at"):
        at(land, 36.5, 36.5)
    assert at(rasters.from_file(paths, on_missing="sea"), 36.5, 36.5) == 0.0
    assert land.digest() != rasters.from_file(paths[0]).digest()


def test_southern_and_western_tiles_are_placed_by_their_names(tmp_path):
    land = rasters.from_file(write_hgt(tmp_path / "S03W070.hgt", plane()))
    assert at(land, -2.0, -69.0) == pytest.approx(1500.0, abs=1.0)


@pytest.mark.parametrize("void", [-32768, -9999, -32767])
def test_voids_are_an_error_unless_they_are_said_to_be_sea(tmp_path, void):
    heights = plane()
    heights[600, 600] = void
    path = write_hgt(tmp_path / "N34E036.hgt", heights)
    with pytest.raises(InputError, match="1 of 1,442,401 heights are missing"):
        rasters.from_file(path)
    assert at(rasters.from_file(path, on_missing="sea"), 34.5, 36.5) == 0.0


def test_damaged_files_say_what_is_wrong(tmp_path):
    short = tmp_path / "N34E036.hgt"
    short.write_bytes(b"\0" * 1000)
    broken_gz, broken_zip = tmp_path / "N34E036.hgt.gz", tmp_path / "N35E036.hgt.zip"
    broken_gz.write_bytes(gzip.compress(b"\0" * 99_999)[:-20])
    broken_zip.write_bytes(b"PK no archive")
    empty = tmp_path / "N36E036.hgt.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    cases = [
        (short, "1000 bytes is not a whole tile"),
        (broken_gz, "cannot be unpacked"),
        (broken_zip, "cannot be unpacked"),
        (empty, "holds 0 .hgt files"),
        (tmp_path / "N99E036.hgt", "no such terrain file"),
        (write_hgt(tmp_path / "mountain.hgt", plane(11)), "does not say which tile"),
        (write_hgt(tmp_path / "N37E036.hgt", plane() * 8), "look like feet"),
    ]
    for path, message in cases:
        with pytest.raises(InputError, match=message):
            rasters.from_file(path)
    other = tmp_path / "terrain.xyz"
    other.write_text("")
    with pytest.raises(InputError, match="not a known kind"):
        rasters.from_file(other)
    with pytest.raises(InputError, match="none given"):
        rasters.from_file([])


def test_a_packed_bomb_is_read_no_further_than_a_tile(tmp_path):
    bomb = tmp_path / "N34E036.hgt.gz"
    bomb.write_bytes(gzip.compress(b"\0" * 60_000_000, 9))
    with pytest.raises(InputError, match="25934403 bytes is not a whole tile"):
        rasters.from_file(bomb)


HEAD = "ncols 3\nnrows 2\nxllcorner 36\nyllcorner 34\ncellsize 0.5\nNODATA_value -1\n"


def test_ascii_grids_are_read_with_their_cells_in_place(tmp_path):
    path = tmp_path / "hills.asc"
    path.write_text(HEAD + "10 20 30\n40 50 60\n")
    land = rasters.from_file(path)
    assert at(land, 34.25, 36.25) == 40.0
    assert at(land, 34.75, 37.25) == 30.0
    assert at(land, 34.5, 36.5) == 30.0
    assert at(land, 34.0, 36.0) == 40.0  # half a cell beyond the outer center
    with pytest.raises(InputError, match="no heights"):
        at(land, 33.9, 36.0)
    path.write_text(HEAD.replace("corner", "center") + "10 20 30\n40 50 60\n")
    assert at(rasters.from_file(path), 34.0, 36.0) == 40.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "10 20 30\n40 50", "5 heights for 2 rows of 3"),
        (HEAD + "10 20 30\n40 -1 60", "1 of 6 heights are missing"),
        (HEAD + "10 20 30\n40 nan 60", "1 of 6 heights are missing"),
        (HEAD + "10 20 30\n40 x 60", "not a number"),
        (HEAD.replace("cellsize 0.5\n", "") + "10 20 30\n40 50 60", "no cellsize"),
        (HEAD.replace("36", "250000").replace("34", "3800000") + "10 20 30\n40 50 60", "not degrees"),
        (HEAD.replace("cellsize 0.5", "cellsize 0") + "10 20 30\n40 50 60", "cell size"),
        (HEAD + "10 20 30\n40 50 29032", "1 cell of 29,032: missing values that the file does not declare"),
        (HEAD + "10 20 30\n40 28251 29032", "look like feet"),
        ("", "no nrows"),
    ],
)
def test_wrong_ascii_grids_say_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "hills.asc"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        rasters.from_file(path)


def test_a_missing_tile_is_named(tmp_path):
    land = rasters.from_file(write_hgt(tmp_path / "N34E036.hgt", plane()))
    for lat, lon, tile in ((35.5, 36.5, "N35E036"), (34.5, 35.5, "N34E035"), (-0.5, -3.5, "S01W004")):
        with pytest.raises(InputError, match=f"tile {tile}"):
            at(land, lat, lon)


def test_places_without_data_are_known_as_such(tmp_path):
    heights = plane()
    heights[590:610, 590:610] = -32768
    path = write_hgt(tmp_path / "N34E036.hgt", heights)
    land = rasters.from_file(path, on_missing="sea")
    places = np.radians([[34.5, 36.5], [34.2, 36.2], [35.5, 36.5]])
    assert land.covers(*places.T).tolist() == [False, True, False]
    packaged = terrain.levant(0.5, on_missing="sea")
    assert packaged.covers(*np.radians([[34.5, 45.0], [36.5, 36.5]])).tolist() == [True, False]
    assert shapes.flat(0.0).covers(0.6, 0.6)


def test_heights_in_feet_are_told_by_the_packaged_ones(tmp_path):
    lat, lon = (np.radians(first + (np.arange(1201) / 1200)) for first in (33.0, 36.0))
    meters = terrain.levant(0.0).height(lat[::-1, None], lon[None, :])
    right = rasters.from_file(write_hgt(tmp_path / "N33E036.hgt", meters))
    assert at(right, 33.5, 36.5) == pytest.approx(at(terrain.levant(0.0), 33.5, 36.5), abs=1.0)
    with pytest.raises(InputError, match="look like feet"):
        rasters.from_file(write_hgt(tmp_path / "N33E036.hgt", meters / 0.3048))


def test_a_text_grid_too_large_for_its_header_is_not_read(tmp_path):
    path = tmp_path / "huge.asc"
    path.write_text(HEAD.replace("nrows 2", "nrows 99999").replace("ncols 3", "ncols 99999"))
    with pytest.raises(InputError, match="Give at most"):
        rasters.from_file(path)
    path.write_text(HEAD + "0" * 100_000)
    with pytest.raises(InputError, match="Give at most"):
        rasters.from_file(path)


def test_geotiff_without_rasterio_says_how_to_get_it(tmp_path, monkeypatch):
    path = tmp_path / "hills.tif"
    path.write_bytes(b"II*\0")
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=rf"rasterio.*: {re.escape(how_to_install('geo'))}$"):
        rasters.from_file(path)


def test_geotiff_is_read_with_its_cells_in_place(tmp_path):
    import rasterio
    from rasterio.transform import from_origin

    path = tmp_path / "hills.tif"
    heights = np.array([[10, 20, 30], [40, 50, -999]], dtype="int16")
    shape = {"driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "int16", "nodata": -999}
    with rasterio.open(path, "w", crs="EPSG:4326", transform=from_origin(36, 35, 0.5, 0.5), **shape) as file:
        file.write(heights, 1)
    with pytest.raises(InputError, match="1 of 6 heights are missing"):
        rasters.from_file(path)
    land = rasters.from_file(path, on_missing="sea")
    assert [at(land, 34.25, 36.25), at(land, 34.75, 37.25), at(land, 34.25, 37.25)] == [40.0, 30.0, 0.0]
    with rasterio.open(path, "w", crs="EPSG:32637", transform=from_origin(2e5, 4e6, 90, 90), **shape) as file:
        file.write(heights, 1)
    with pytest.raises(InputError, match="Reproject"):
        rasters.from_file(path)
    with rasterio.open(path, "w", crs="EPSG:4326", transform=from_origin(36, 35, 0.5, 0.5), **shape) as file:
        file.write(heights, 1)
        file.units = ["ft"]
    with pytest.raises(InputError, match='heights in "ft"'):
        rasters.from_file(path, on_missing="sea")
    big = np.arange(1_000_000, dtype="int16").reshape(1000, 1000)
    with rasterio.open(
        path,
        "w",
        crs="EPSG:4326",
        transform=from_origin(36, 35, 0.001, 0.001),
        **(shape | {"width": 1000, "height": 1000}),
    ) as file:
        file.write(big, 1)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(InputError, match="cannot be read"):
        rasters.from_file(path, on_missing="sea")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    with pytest.raises(InputError, match="cannot be read"):
        rasters.from_file(path)
    path.write_bytes(b"not a tiff")
    with pytest.raises(InputError, match="cannot be read"):
        rasters.from_file(path)
