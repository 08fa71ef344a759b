"""Height files as they come: packings, dialects, sentinels, scales, longitudes, the sea floor, holes, folders."""

import math
import resource

import numpy as np
import pytest

from earth.terrain_files import MACOS, at, dted, hgt, hill, tiff
from openiads.base.errors import InputError
from openiads.earth import packings, rasters, terrain, tiles, worldwide

SMALL = hill(120, 120).astype("float32")


# ------------------------------------------------------------------ longitudes are angles


def test_a_file_with_longitudes_from_0_to_360_lies_where_it_is(tmp_path):
    land = rasters.from_file(tiff(tmp_path / "lon_0_360.tif", SMALL, 40.0, 285.0), "sea")
    assert at(land, 40.2, -74.8) == pytest.approx(330.0, abs=1.5)
    assert land.covers(*np.radians([40.2, 285.2]))
    assert not land.covers(*np.radians([40.2, 74.8]))


def test_tiles_meet_across_the_antimeridian_as_anywhere(tmp_path):
    west, east = hill(), hill() + 50.0
    there = [hgt(tmp_path / name, h) for name, h in (("N51E179.hgt", west), ("N51W180.hgt", east))]
    elsewhere = [hgt(tmp_path / name, h) for name, h in (("N51E019.hgt", west), ("N51E020.hgt", east))]
    across, along = rasters.from_file(there), rasters.from_file(elsewhere)
    lat, lon = np.meshgrid(np.linspace(51.01, 51.99, 40), np.linspace(-0.99, 0.99, 80))
    expected = along.height(np.radians(lat), np.radians(20.0 + lon))
    for turn in (0.0, 360.0, -360.0):
        assert across.height(np.radians(lat), np.radians(180.0 + lon + turn)) == pytest.approx(expected, abs=1e-6)


def test_one_file_across_the_antimeridian_is_as_good_as_two(tmp_path):
    wide = np.hstack([hill(120, 120), hill(120, 120) + 50.0]).astype("float32")
    import rasterio
    from rasterio.transform import Affine

    path = tmp_path / "across.tif"
    how = {"driver": "GTiff", "width": 240, "height": 120, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(1 / 120, 0, 179, 0, -1 / 120, 52), **how) as file:
        file.write(wide, 1)
    one = rasters.from_file(path)
    two = rasters.from_file(
        [tiff(tmp_path / "a.tif", wide[:, :120], 51.0, 179.0), tiff(tmp_path / "b.tif", wide[:, 120:], 51.0, -180.0)]
    )
    for lon in (179.2, 179.95, -179.9, -179.1):
        assert at(one, 51.5, lon) == pytest.approx(at(two, 51.5, lon), abs=0.01)


def test_a_grid_around_the_earth_has_no_seam(tmp_path):
    path = tmp_path / "world.asc"
    rows = [" ".join(str(100 + 10 * column) for column in range(360)) for _ in range(3)]
    head = "ncols 360\nnrows 3\nxllcorner 0\nyllcorner 10\ncellsize 1\n"
    path.write_text(head + "\n".join(rows))
    land = rasters.from_file(path)
    assert at(land, 11.5, 0.0) == pytest.approx((100 + 100 + 3590) / 2)
    assert at(land, 11.5, -0.5) == pytest.approx(100 + 3590)
    assert at(land, 11.5, -179.5) == pytest.approx(100 + 10 * 180)


# ------------------------------------------------------------------ numbers and what stands for none


def test_scale_and_offset_of_a_band_are_applied(tmp_path):
    raw = (SMALL * 10.0).astype("int16")
    land = rasters.from_file(tiff(tmp_path / "scaled.tif", raw, 34.0, 36.0, scales=0.1, offsets=0.0))
    assert at(land, 34.2, 36.2) == pytest.approx(330.0, abs=1.0)
    moved = rasters.from_file(tiff(tmp_path / "moved.tif", raw, 34.0, 36.0, scales=0.1, offsets=100.0))
    assert at(moved, 34.2, 36.2) == pytest.approx(430.0, abs=1.0)


def test_a_mark_for_missing_in_a_scaled_band_is_still_one(tmp_path):
    raw = (SMALL * 10.0).astype("int16")
    raw[:10, :10] = 32767
    path = tiff(tmp_path / "scaled.tif", raw, 34.0, 36.0, scales=0.1)
    with pytest.raises(InputError, match="100 of 14,400 heights are missing: 100 cells of 32,767"):
        rasters.from_file(path)


@pytest.mark.parametrize("mark", [32767, 9999, -9999, -32767])
def test_marks_for_missing_that_a_file_does_not_declare_are_told(tmp_path, mark):
    heights = SMALL.astype("int16")
    heights[:10, :10] = mark
    path = tiff(tmp_path / "marked.tif", heights, 34.0, 36.0)
    with pytest.raises(InputError, match=f"100 cells of {mark:,}: missing values that the file does not declare"):
        rasters.from_file(path)
    land = rasters.from_file(path, "sea")
    assert not land.covers(*np.radians([34.98, 36.02]))
    assert at(land, 34.5, 36.5) == pytest.approx(375.0, abs=1.5)
    assert any("does not declare" in line for line in land.remarks())


def test_many_heights_above_all_mountains_are_feet(tmp_path):
    with pytest.raises(InputError, match="look like feet"):
        rasters.from_file(tiff(tmp_path / "feet.tif", SMALL * 30.0, 50.0, 36.0))


def test_holes_are_filled_from_the_next_file_and_the_rest_is_told(tmp_path):
    holed = SMALL.copy()
    holed[40:80, 40:80] = -9999.0
    first = tiff(tmp_path / "first.tif", holed, 34.0, 36.0, nodata=-9999.0)
    second = tiff(tmp_path / "second.tif", np.full((120, 120), 800.0, "float32"), 34.0, 36.0)
    land = rasters.from_file([first, second])
    assert [at(land, 34.5, 36.5), at(land, 34.1, 36.1)] == [800.0, pytest.approx(315.0, abs=1.5)]
    half = np.full((120, 120), 800.0, "float32")
    half[:, :60] = -9999.0
    with pytest.raises(InputError, match="800 of 14,400 heights are missing"):
        rasters.from_file([first, tiff(tmp_path / "half.tif", half, 34.0, 36.0, nodata=-9999.0)])
    assert land.givers(*np.radians([[34.5, 34.1, 33.0], [36.5, 36.1, 36.0]])).tolist() == [1, 0, -1]


def test_a_hole_does_not_pull_down_the_ground_beside_it(tmp_path):
    heights = np.full((120, 120), 700.0, "float32")
    heights[60, 60] = -9999.0
    land = rasters.from_file(tiff(tmp_path / "one.tif", heights, 34.0, 36.0, nodata=-9999.0), "sea")
    lat, lon = np.meshgrid(np.linspace(34.4, 34.6, 200), np.linspace(36.4, 36.6, 200))
    found = land.height(np.radians(lat), np.radians(lon)).round(6)
    assert set(np.unique(found)) == {0.0, 700.0}
    assert ((found == 0.0) == ~land.covers(np.radians(lat), np.radians(lon))).all()


# ------------------------------------------------------------------ the sea floor


def shelf(depth):
    """Sea floor in the west, a plain of 5 m in the east."""
    heights = np.full((120, 120), 5.0, "float32")
    heights[:, :72] = -depth
    return heights


def test_a_chart_of_the_sea_floor_is_told_and_can_be_the_sea(tmp_path):
    path = tiff(tmp_path / "shelf.tif", shelf(60.0), 50.0, 36.0)
    land = rasters.from_file(path)
    told = (
        "shelf.tif: 60 % of the heights lie below the sea, down to -60 m, and count as ground. "
        'A chart of the sea floor? Say below_sea = "sea" (or "ground")'
    )
    assert land.remarks() == (told,)
    assert rasters.from_file(path, below_sea="ground").remarks() == ()
    sea = rasters.from_file(path, below_sea="sea")
    zero = rasters.from_file(tiff(tmp_path / "zero.tif", np.maximum(shelf(60.0), 0.0), 50.0, 36.0))
    lat, lon = np.meshgrid(np.linspace(50.01, 50.99, 50), np.linspace(36.01, 36.99, 300))
    places = np.radians(lat), np.radians(lon)
    assert (sea.height(*places) == zero.height(*places)).all()
    assert sea.covers(*places).all()
    assert sea.digest() != land.digest()


def test_a_deep_sea_is_told_as_below_the_sea_and_not_as_missing(tmp_path):
    path = tiff(tmp_path / "deep.tif", shelf(600.0), 50.0, 36.0)
    with pytest.raises(InputError, match=r"60 % of the heights lie more than 500 m below the sea, down to -600 m"):
        rasters.from_file(path)
    assert at(rasters.from_file(path, below_sea="sea"), 50.5, 36.2) == 0.0
    assert at(rasters.from_file(path, below_sea="ground"), 50.5, 36.2) == -600.0


def test_the_dead_sea_stays_ground(tmp_path):
    path = tiff(tmp_path / "dead.tif", np.full((120, 120), -430.0, "float32"), 31.0, 35.0)
    assert at(rasters.from_file(path, below_sea="sea"), 31.5, 35.5) == -430.0
    assert at(rasters.from_file(path), 31.5, 35.5) == -430.0
    assert not worldwide.packaged_basin(np.array([34.5, 36.2]), np.array([35.0, 30.04])).any()


@pytest.mark.parametrize(("south", "west", "lat", "lon"), [(36.0, -117.0, 36.23, -116.83), (42.0, 89.0, 42.67, 89.2)])
def test_basins_of_the_world_stay_ground_and_other_low_land_does_not(tmp_path, south, west, lat, lon):
    """Death Valley and Turpan; the same heights off the Dutch coast are taken for the sea floor."""
    path = tiff(tmp_path / "low.tif", np.full((120, 120), -80.0, "float32"), south, west)
    assert at(rasters.from_file(path, below_sea="sea"), lat, lon) == -80.0
    path = tiff(tmp_path / "floor.tif", np.full((120, 120), -80.0, "float32"), 54.0, 3.0)
    assert at(rasters.from_file(path, below_sea="sea"), 54.5, 3.5) == 0.0


@pytest.mark.parametrize(("lat", "lon", "sea"), [(66.0, -20.5, True), (65.0, -18.5, False), (70.2, 180.0, True)])
def test_off_any_coast_a_missing_tile_is_sea(tmp_path, lat, lon, sea):
    """One tile somewhere else: off Iceland and beside 180 degrees the packaged map knows that there is sea."""
    land = rasters.from_file(
        tiff(tmp_path / "away.tif", np.full((120, 120), 5.0, "float32"), 1.0, 30.0), on_missing="sea"
    )
    for turn in (0.0, 360.0):
        assert bool(land.covers(math.radians(lat), math.radians(lon + turn))) == sea


def test_feet_are_found_anywhere(tmp_path):
    """Heights of the packaged world in Castile, written as feet."""
    lat, lon = np.meshgrid(42.0 - (np.arange(120) + 0.5) / 120, -4.0 + (np.arange(120) + 0.5) / 120, indexing="ij")
    meters = worldwide.packaged_mean(lat, lon)
    assert (meters > 300.0).mean() > 0.9
    assert at(rasters.from_file(tiff(tmp_path / "m.tif", meters.astype("float32"), 41.0, -4.0)), 41.5, -3.5) > 300.0
    feet = tiff(tmp_path / "feet.tif", (meters / 0.3048).astype("float32"), 41.0, -4.0)
    with pytest.raises(InputError, match=r"3\.3 times those of the packaged terrain"):
        rasters.from_file(feet)


# ------------------------------------------------------------------ packings and dialects


def test_publishers_packings_are_read(tmp_path):
    nasa = hgt(
        tmp_path / "NASADEM_HGT_n34e035.zip", hill(), "n34e035.hgt", {"n34e035.num": b"\0", "n34e035.swb": b"\0"}
    )
    mac = hgt(tmp_path / "N34E035.hgt.zip", hill(), "", {"__MACOSX/._N34E035.hgt": MACOS})
    for path in (nasa, mac):
        assert at(rasters.from_file(path), 34.2, 35.2) == pytest.approx(330.0, abs=1.0)
    with pytest.raises(InputError, match="another tile than its own name says"):
        rasters.from_file(hgt(tmp_path / "N35E035.hgt.zip", hill(), "N34E035.hgt"))


@pytest.mark.parametrize("shape", [(3601, 1801), (1801, 1801)])
def test_tiles_of_other_sizes_are_read_as_what_they_are(tmp_path, shape):
    land = rasters.from_file(hgt(tmp_path / "N60E010.hgt", hill(*shape)))
    assert at(land, 60.2, 10.2) == pytest.approx(330.0, abs=1.0)
    assert at(land, 60.9, 10.1) == pytest.approx(395.0, abs=1.0)


def test_a_folder_means_its_tiles_and_not_what_lies_beside_them(tmp_path):
    inner = tmp_path / "Copernicus_DSM_COG_10_N34_00_E035_00_DEM"
    (inner / "AUXFILES").mkdir(parents=True)
    tiff(inner / "Copernicus_DSM_COG_10_N34_00_E035_00_DEM.tif", SMALL, 34.0, 35.0)
    for name in ("Copernicus_DSM_COG_10_N34_00_E035_00_WBM.tif", "AUXFILES/anything.tif"):
        tiff(inner / name, np.full((120, 120), 3.0, "float32"), 34.0, 35.0)
    hgt(tmp_path / "N34E036.hgt.gz", hill() + 50.0)
    (tmp_path / "readme.txt").write_text("heights")
    land = rasters.from_file(tmp_path)
    assert sorted(land.files) == ["Copernicus_DSM_COG_10_N34_00_E035_00_DEM.tif", "N34E036.hgt.gz"]
    assert [at(land, 34.2, 35.2), at(land, 34.2, 36.2)] == pytest.approx([330.0, 380.0], abs=1.5)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="a folder without height files"):
        rasters.from_file(tmp_path / "empty")


def test_dted_is_read_as_another_reader_does(tmp_path):
    import rasterio

    heights = hill(121, 61)
    heights[5, 7], heights[100, 50] = -32767, -12
    path = dted(tmp_path / "n34.dt1", heights, 34, 35)
    land = rasters.from_file(path, "sea")
    with rasterio.open(path) as file:
        theirs = file.read(1)
    i, j = np.meshgrid(np.arange(121), np.arange(61), indexing="ij")
    mine = land.height(np.radians(35.0 - i / 120.0), np.radians(35.0 + j / 60.0))
    assert mine == pytest.approx(np.where(theirs == -32767, 0, theirs), abs=1e-3)
    with pytest.raises(InputError, match="datum WGS72"):
        rasters.from_file(dted(tmp_path / "old.dt1", heights, 34, 35, "WGS72"))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match="cut short"):
        rasters.from_file(path)


def test_a_vrt_stands_for_its_files_and_names_those_that_are_missing(tmp_path):
    tiff(tmp_path / "one.tif", SMALL, 34.0, 36.0)
    vrt = tmp_path / "all.vrt"
    vrt.write_text(
        '<VRTDataset rasterXSize="120" rasterYSize="120"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>36, 0.008333333333333333, 0, 35, 0, -0.008333333333333333</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">one.tif</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert at(rasters.from_file(vrt), 34.2, 36.2) == pytest.approx(330.0, abs=1.5)
    before = packings.sha256_of(vrt)
    tiff(tmp_path / "one.tif", SMALL + 1.0, 34.0, 36.0)
    assert packings.sha256_of(vrt) != before
    (tmp_path / "one.tif").unlink()
    with pytest.raises(InputError, match=r"1 of its 1 files are missing: .*one\.tif"):
        rasters.from_file(vrt)
    vrt.write_text(vrt.read_text().replace("one.tif", "/vsicurl/http://example.com/one.tif"))
    with pytest.raises(InputError, match="is no plain file"):
        rasters.from_file(vrt)


def test_a_cloud_optimized_geotiff_is_read_window_by_window(tmp_path):
    path = tiff(tmp_path / "cog.tif", hill(2000, 2000).astype("int16"), 34.0, 35.0, driver="COG")
    asked = []
    source = rasters.source_of(path)
    tile = tiles.Tile(path, source)
    read = source.read
    source.read = lambda windows: (asked.extend(windows), read(windows))[1]
    assert tile.values(np.array([34.2]), np.array([35.2]))[0] == pytest.approx(330.0, abs=1.0)
    assert len(asked) == 1
    assert (asked[0][1] - asked[0][0]) * (asked[0][3] - asked[0][2]) <= 513 * 513


GRID = "10 20 30\n40 50 60\n"
HEAD = "ncols 3\nnrows 2\nxllcorner 36\nyllcorner 34\n"


@pytest.mark.parametrize(
    "body",
    [
        (HEAD + "dx 0.5\ndy 0.5\n" + GRID).encode(),
        (HEAD + "cellsize 0.5\n" + GRID).encode("utf-8-sig"),
        (HEAD + "cellsize 0.5\n" + GRID).encode("utf-16"),
        (HEAD + "cellsize 0,5\n" + GRID.replace("0", "0,0")).encode(),
        (HEAD.upper() + "CELLSIZE 0.5\nNODATA_VALUE -9999\n" + GRID).encode(),
        (HEAD.replace("\n", "\r\n") + "cellsize 0.5\r\n" + GRID).encode(),
        ("# written by a program\n" + HEAD + "cellsize 0.5\n" + GRID).encode(),
    ],
)
def test_dialects_of_esri_ascii_are_read(tmp_path, body):
    path = tmp_path / "hills.asc"
    path.write_bytes(body)
    land = rasters.from_file(path)
    assert [at(land, 34.25, 36.25), at(land, 34.75, 37.25)] == [40.0, 30.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "cellsize 5\n" + GRID, "a cell of 5 degrees"),
        (HEAD + "cellsize 0.5\n" + GRID.replace("30", "30,5"), 'decimal commas, "30,5"'),
        (HEAD + "cellsize 0,5\n" + GRID.replace("30", "30.5"), "decimal commas and decimal points"),
        ("DSAA\n3 2\n" + GRID, "a Surfer grid"),
        ("north: 35\nsouth: 34\n" + GRID, "a GRASS ASCII grid"),
    ],
)
def test_other_text_grids_are_told_by_their_cause(tmp_path, text, message):
    path = tmp_path / "hills.asc"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        rasters.from_file(path)


def test_cells_of_two_sizes_lie_in_place(tmp_path):
    path = tmp_path / "hills.asc"
    path.write_text(HEAD + "dx 0.5\ndy 0.25\n" + GRID)
    land = rasters.from_file(path)
    assert [at(land, 34.125, 36.25), at(land, 34.375, 37.25)] == [40.0, 30.0]


def test_coordinates_from_another_meridian_or_in_grads_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"coordinates in grad|another meridian"):
        rasters.from_file(tiff(tmp_path / "paris.tif", SMALL, 34.0, 36.0, crs="EPSG:4807"))


def test_all_missing_tiles_are_named_in_one_error(tmp_path):
    land = rasters.from_file(hgt(tmp_path / "N34E036.hgt", hill()))
    lat, lon = np.meshgrid(np.radians([33.5, 34.5, 35.5]), np.radians([35.5, 36.5, 37.5]))
    with pytest.raises(terrain.NoHeights, match=r"8 tiles \(N33E035, N33E036, N33E037, N34E035, N34E037, N35E035"):
        land.height(lat, lon)
    assert terrain.missing_tiles(np.array([-0.5, 10.0]), np.array([180.5, 185.0])) == ["S01W180", "N10W175"]


def test_tiles_that_nobody_published_are_sea_where_the_packaged_map_knows_the_sea(tmp_path):
    land = rasters.from_file(hgt(tmp_path / "N34E036.hgt", hill()), "sea")
    assert land.covers(*np.radians([[34.5, 34.5], [34.0, 36.5]])).all()  # off Lebanon
    assert not land.covers(*np.radians([34.5, 39.0]))  # the Syrian desert
    assert land.covers(*np.radians([[68.0, 52.5, 10.0], [5.0, 179.9, -140.0]])).all()  # far from there
    assert not land.covers(*np.radians([[62.0, 51.5], [10.0, 19.5]])).any()  # Norway, Poland


def test_many_large_tiles_take_little_memory(tmp_path):
    row = np.tile(hill(2, 3601)[:1], (3601, 1))
    names = [hgt(tmp_path / f"N{50 + k // 4}E{10 + k % 4:03d}.hgt", row) for k in range(8)]
    land = rasters.from_file(names)  # 100 million heights
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lat, lon = np.meshgrid(np.radians(np.linspace(50.05, 51.95, 200)), np.radians(np.linspace(10.05, 13.95, 200)))
    assert land.height(lat, lon).min() >= 300.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB; whole tiles are 415 MB
    assert math.isclose(land.resolution, 30.9, abs_tol=0.1)
