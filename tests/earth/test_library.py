"""The library of height files: indexed once, picked by place, and honest about tiles that changed or disagree."""

import json
import os
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

from earth.terrain_files import at, hgt, hill, tiff
from openiads.base.errors import InputError
from openiads.earth import library, library_check, library_index
from openiads.earth.tiles import Frame

SMALL = hill(120, 120).astype("float32")
ALL = ((-90.0, -180.0, 90.0, 180.0),)


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A library of the test's own."""
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "index"))


@pytest.fixture
def tiles(tmp_path):
    """Two tiles side by side."""
    for west in (35, 36):
        hgt(tmp_path / f"N34E{west:03d}.hgt", hill() + 50.0 * (west - 35))
    return tmp_path


def test_the_index_holds_place_spacing_datum_time_and_hash(tiles):
    found = library.add([tiles])
    assert [each.name for each in found.new] == ["N34E035.hgt", "N34E036.hgt"]
    told = json.loads((tiles / "index" / "library.json").read_text())["tiles"][0]
    assert told["frame"] == {
        "rows": 1201, "columns": 1201, "south": 34.0, "west": 35.0, "lat_step": 1 / 1200, "lon_step": 1 / 1200,
        "edge": 0.0, "datum": "WGS 84",
    }  # fmt: skip
    assert len(told["sha256"]) == 64
    assert told["mtime_ns"] == (tiles / "N34E035.hgt").stat().st_mtime_ns
    again = library.add([tiles])
    assert (len(again.new), len(again.known)) == (0, 2)
    assert len(library_index.opened().records) == 2


def test_tiles_are_picked_by_place_and_opened_when_asked(tiles, monkeypatch):
    library.add([tiles])
    opened = []
    source_of = library_index.source_of
    monkeypatch.setattr(library_index, "source_of", lambda path: (opened.append(path.name), source_of(path))[1])
    land = library.terrain([(34.4, 36.3, 34.6, 36.7)])
    assert land.files == ("N34E036.hgt",)
    assert opened == []
    assert at(land, 34.5, 36.5) == pytest.approx(425.0, abs=1.0)
    assert opened == ["N34E036.hgt"]
    with pytest.raises(InputError, match="none of its 2 tiles lies there"):
        library.terrain([(50.0, 10.0, 51.0, 11.0)])


def test_an_empty_library_says_what_to_do():
    with pytest.raises(InputError, match=r"is empty. Add height files with: openiads terrain add"):
        library.terrain(ALL)


def test_a_tile_that_changed_under_the_library_is_told(tiles):
    library.add([tiles])
    path = tiles / "N34E036.hgt"
    hgt(path, hill() + 7.0)
    land = library.terrain([(34.4, 36.3, 34.6, 36.7)])
    with pytest.raises(
        InputError,
        match=r"N34E036\.hgt: a tile of the library that has changed since it was indexed.*"
        r"openiads terrain add .*N34E036\.hgt",
    ):
        at(land, 34.5, 36.5)
    assert any("has changed since" in line for line in library_check.check().problems)
    library.add([tiles])
    assert at(library.terrain([(34.4, 36.3, 34.6, 36.7)]), 34.5, 36.5) == pytest.approx(382.0, abs=1.0)
    path.unlink()
    assert any("is gone" in line for line in library_check.check().problems)


def test_a_tile_that_is_only_touched_is_the_same(tiles):
    library.add([tiles])
    before = library_index.digest_of(library_index.opened().records)
    os.utime(tiles / "N34E036.hgt", ns=(1, 1))
    assert at(library.terrain(ALL), 34.5, 36.5) == pytest.approx(425.0, abs=1.0)
    assert library_index.digest_of(library_index.opened().records) == before


def test_a_check_reads_again_even_what_has_its_old_time(tiles):
    library.add([tiles])
    path = tiles / "N34E036.hgt"
    time = path.stat().st_mtime_ns
    hgt(path, hill() + 7.0)
    os.utime(path, ns=(time, time))
    assert any("has changed since" in line for line in library_check.check().problems)


def test_the_finer_of_two_tiles_counts_and_their_disagreement_is_told(tiles):
    coarse = tiff(tiles / "other.tif", SMALL + 40.0, 34.0, 35.0)
    found = library.add([tiles])
    assert len(found.told) == 1
    assert found.told[0].startswith("N34E035.hgt and other.tif cover the same ground and differ by 40 m in the middle")
    land = library.terrain(ALL)
    assert at(land, 34.2, 35.2) == pytest.approx(330.0, abs=1.0)
    assert found.told[0] in land.remarks()
    assert library.terrain([(34.4, 36.3, 34.6, 36.7)]).remarks() == ()
    library.remove([coarse])
    assert library.terrain(ALL).remarks() == ()


def test_tiles_that_agree_are_not_spoken_of(tiles):
    tiff(tiles / "other.tif", SMALL, 34.0, 35.0)
    assert library.add([tiles]).told == ()
    assert library_check.check() == library_check.Checked((), ())


def test_neighbors_that_do_not_meet_are_told_by_a_check(tiles):
    hgt(tiles / "N34E036.hgt", hill() + 900.0)
    library.add([tiles])
    (line,) = library_check.check().remarks
    assert line.startswith(
        "N34E035.hgt and N34E036.hgt do not meet at their common rim: they differ there by 850 m in the middle and "
        "850 m at most (at 34."
    )
    assert line.endswith(" N 36.000 E): N34E035.hgt counts")


def test_a_step_in_a_part_of_a_seam_is_told_with_its_place(tiles):
    heights = hill() + 50.0
    heights[100:300, :50] += 200.0  # 17 % of the western rim, from 34.75 N to 34.92 N
    hgt(tiles / "N34E036.hgt", heights)
    library.add([tiles])
    (line,) = library_check.check().remarks
    assert "0 m in the middle and 200 m at most" in line
    assert 34.75 <= float(re.search(r"\(at ([\d.]+) N", line)[1]) <= 34.92


def test_ground_that_goes_on_steeply_in_the_next_tile_is_no_disagreement(tmp_path):
    slope = np.tile(60.0 * np.arange(120, dtype="float32"), (120, 1))  # of cells, none of which lies on the rim
    tiff(tmp_path / "west.tif", slope, 34.0, 35.0)
    east = tiff(tmp_path / "east.tif", slope[:, ::-1] + 60.0, 34.0, 36.0)
    library.add([tmp_path])
    assert library_check.check().remarks == ()
    tiff(east, slope[:, ::-1] + 260.0, 34.0, 36.0)
    library.add([east])
    assert len(library_check.check().remarks) == 1


def test_seams_are_found_whatever_the_size_and_across_180_degrees(tmp_path):
    flat = np.full((120, 120), 100.0, "float32")
    tiff(tmp_path / "wide.tif", flat, 50.0, 170.0, size=10.0)
    tiff(tmp_path / "east.tif", flat + 300.0, 52.0, -180.0)
    tiff(tmp_path / "above.tif", flat + 40.0, 60.0, 172.0)
    library.add([tmp_path])
    told = library_check.check().remarks
    pairs = sorted(line.partition(" do not meet")[0] for line in told)
    assert pairs == ["above.tif and wide.tif", "east.tif and wide.tif"]
    assert all("179." in line or "180." in line for line in told if "east" in line)


def test_of_two_that_add_at_once_neither_is_lost(tmp_path):
    for west in range(30, 36):
        hgt(tmp_path / f"{west}" / f"N34E{west:03d}.hgt", hill())
    told = "import sys; from pathlib import Path; from openiads.earth import library; library.add([Path(sys.argv[1])])"
    adding = [subprocess.Popen([sys.executable, "-c", told, str(tmp_path / f"{west}")]) for west in range(30, 36)]
    assert [each.wait() for each in adding] == [0] * 6
    assert sorted(each.name for each in library_index.opened().records) == [f"N34E0{k}.hgt" for k in range(30, 36)]


def test_whoever_changes_the_library_waits_for_the_one_who_does(tiles):
    order = []
    with library_index.changing():
        other = threading.Thread(target=lambda: (library.add([tiles]), order.append("added")))
        other.start()
        other.join(0.5)
        order.append("left")
    other.join()
    assert order == ["left", "added"]


def test_a_tile_that_was_moved_takes_its_old_place(tiles):
    library.add([tiles])
    (tiles / "elsewhere").mkdir()
    (tiles / "N34E036.hgt").rename(tiles / "elsewhere" / "N34E036.hgt")
    with pytest.raises(InputError, match=r"that is gone.*openiads terrain remove .*N34E036\.hgt"):
        at(library.terrain(ALL), 34.5, 36.5)
    library.add([tiles / "elsewhere"])
    assert [each.path for each in library_index.opened().records if each.name == "N34E036.hgt"] == [
        str(tiles / "elsewhere" / "N34E036.hgt")
    ]
    assert at(library.terrain(ALL), 34.5, 36.5) == pytest.approx(425.0, abs=1.0)


def test_files_that_are_refused_do_not_keep_the_others_out(tiles):
    (tiles / "N50E010.hgt").write_bytes(b"\0" * 1000)
    found = library.add([tiles])
    assert len(found.new) == 2
    assert next(str(each) for each in found.refused).startswith(
        f"{tiles / 'N50E010.hgt'}: 1000 bytes is not a whole tile"
    )


def test_a_damaged_index_says_what_to_do(tiles):
    (tiles / "index").mkdir()
    (tiles / "index" / "library.json").write_text('{"format": 1, "tiles": [{}], "disagreements": []}')
    with pytest.raises(InputError, match=r"is damaged .* Remove it and add the tiles again"):
        library_index.opened()
    (tiles / "index" / "library.json").write_text('{"format": 99}')
    with pytest.raises(InputError, match=r"is of format 99, not 1"):
        library_index.opened()


def test_without_a_home_no_folder_is_made(tmp_path, monkeypatch):
    for name in ("OPENIADS_TERRAIN", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="Set OPENIADS_TERRAIN"):
        library_index.folder()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("box", "met"),
    [
        ((51.2, 179.5, 51.4, 180.5), True),
        ((51.2, -180.5, 51.4, -179.5), True),
        ((51.2, -179.9, 51.4, -179.8), False),
        ((51.2, 539.5, 51.4, 539.6), True),
        ((52.5, 179.5, 53.0, 179.6), False),
        ((50.0, 170.0, 53.0, 190.0), True),
    ],
)
def test_boxes_and_tiles_meet_by_angle(box, met):
    assert library_index.touches(Frame(1201, 1201, 51.0, 179.0, 1 / 1200, 1 / 1200, 0.0), box) is met


def test_the_order_of_adding_changes_nothing(tiles, monkeypatch):
    tiff(tiles / "other.tif", SMALL + 40.0, 34.0, 35.0)
    library.add([tiles])
    one = library.terrain(ALL).digest()
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tiles / "second"))
    for path in sorted(tiles.glob("*.*"), reverse=True):
        if path.suffix in (".hgt", ".tif"):
            library.add([path])
    assert library.terrain(ALL).digest() == one
    assert np.isfinite(at(library.terrain(ALL), 34.5, 35.5))
