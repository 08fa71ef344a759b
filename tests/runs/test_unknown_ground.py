"""What is unknown about the ground is told: by share, by tile, by file; one error names every missing tile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earth.terrain_files import hgt, hill, tiff
from openiads.base.errors import InputError
from openiads.earth import library
from openiads.runs.plausible import objections
from openiads.scenario.area import boxes
from openiads.scenario.load import Scenario, catalog_of, validate
from openiads.world.build import build


def scenario(folder: Path, **terrain: Any) -> Scenario:
    """A site in the middle of the tile N51E019, and one cruise missile."""
    mapping = {
        "format": 1,
        "name": "one",
        "duration": "300 s",
        "terrain": terrain,
        "asset": [{"name": "Depot", "at": "51.5 N 19.5 E", "radius": "500 m"}],
        "site": [
            {"name": "Guard", "system": "s300pmu2", "at": "51.5 N 19.5 E", "facing": "270 deg", "launchers": 4,
             "defends": ["Depot"]}
        ],
        "raid": [
            {"name": "West", "threat": "tomahawk", "count": 1, "target": "Depot", "origin": "51.5 N 18.6 E",
             "agl": "50 m"}
        ],
    }  # fmt: skip
    return validate(mapping).placed(folder)


def test_ground_without_data_is_told_by_share_and_tile(tmp_path: Path) -> None:
    hgt(tmp_path / "N51E019.hgt.gz", hill())
    found = objections(build(scenario(tmp_path, source="files", files=["N51E019.hgt.gz"], on_missing="sea")))
    radars, flight = found
    # a tile has 7,700 km2; radars of 300, 300 and 120 km look over 282,700, 282,700 and 45,200 km2
    assert radars.startswith("96 % of the ground within the radars' ranges has no data")
    assert "N51E018" in flight
    assert flight.startswith('flight "West[1]": 44 % of its way leads over ground without data')


def test_a_file_that_gives_nothing_is_named(tmp_path: Path) -> None:
    for name in ("N51E019.hgt", "N51E179.hgt"):
        hgt(tmp_path / name, hill())
    tiff(tmp_path / "under.tif", hill(120, 120).astype("float32"), 51.0, 19.0)
    files = ["N51E019.hgt", "N51E179.hgt", "under.tif"]
    found = objections(build(scenario(tmp_path, source="files", files=files, on_missing="sea")))
    assert any(line.startswith("no height is taken from N51E179.hgt, under.tif") for line in found)


def test_every_missing_tile_of_the_world_is_in_one_error(tmp_path: Path) -> None:
    hgt(tmp_path / "N51E019.hgt.gz", hill())
    with pytest.raises(InputError) as told:
        build(scenario(tmp_path, source="files", files=["N51E019.hgt.gz"]))
    said = str(told.value)
    assert said.count("N48E") >= 3 and said.count("N54E") >= 3  # as far as the farthest radar looks
    assert "N51E018" in said and "N51E019," not in said


def test_the_area_holds_all_that_a_world_asks_for(tmp_path: Path) -> None:
    """The tiles of a library are picked before a world is built: none that it touches may be missing."""
    from openiads.earth.library_index import touches
    from openiads.earth.tiles import Frame
    from openiads.world.ground import unknown_to_flights, unknown_to_radars

    hgt(tmp_path / "N51E019.hgt", hill())
    asked = scenario(tmp_path, source="files", files=["N51E019.hgt"], on_missing="sea")
    world, picked = build(asked), boxes(asked, catalog_of(asked))
    lacking = {tile for each in (unknown_to_radars(world), *unknown_to_flights(world).values()) for tile in each.tiles}
    assert len(lacking) > 40
    for tile in lacking:
        south, west = int(tile[1:3]), int(tile[4:])
        frame = Frame(1201, 1201, float(south), float(west), 1 / 1200, 1 / 1200, 0.0)
        assert any(touches(frame, box) for box in picked), tile


def test_a_library_gives_what_its_files_give_and_its_tiles_are_the_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "index"))
    for name in ("N51E019.hgt", "N51E018.hgt.gz", "S10E100.hgt"):
        hgt(tmp_path / name, hill())
    library.add([tmp_path])
    ours = scenario(tmp_path, source="library", on_missing="sea")
    theirs = scenario(tmp_path, source="files", files=["N51E018.hgt.gz", "N51E019.hgt"], on_missing="sea")
    mine, other = build(ours), build(theirs)
    assert (mine.tables == other.tables).all()
    assert mine.terrain.files == ("N51E018.hgt.gz", "N51E019.hgt")
    before = ours.digest()
    library.remove([tmp_path / "S10E100.hgt"])  # far from all of it
    assert scenario(tmp_path, source="library", on_missing="sea").digest() == before
    hgt(tmp_path / "N51E019.hgt", hill() + 1.0)
    library.add([tmp_path])
    assert scenario(tmp_path, source="library", on_missing="sea").digest() != before


def test_a_folder_of_tiles_is_part_of_the_identity(tmp_path: Path) -> None:
    (tmp_path / "dem").mkdir()
    hgt(tmp_path / "dem" / "N51E019.hgt", hill())
    asked = scenario(tmp_path, source="files", files=["dem"], on_missing="sea")
    before = asked.digest()
    hgt(tmp_path / "dem" / "N51E018.hgt", hill())
    assert asked.digest() != before
    assert build(asked).terrain.files == ("N51E018.hgt", "N51E019.hgt")


def test_sites_stand_on_ground_below_the_sea(tmp_path: Path) -> None:
    tiff(tmp_path / "low.tif", (hill(120, 240) * 0.0 - 400.0).astype("float32"), 51.0, 18.5, 2.0)
    told = {"source": "files", "files": ["low.tif"], "on_missing": "sea"}
    from openiads.earth.geodesy import to_geodetic

    def heights(world: Any) -> tuple[float, float]:
        unit = to_geodetic(*(float(v) for v in world.rows["units"][0]["position"]))[2]
        return float(unit), float(world.terrain.height(*np.radians([51.5, 19.2])))

    ground, sea = (heights(build(scenario(tmp_path, **told, below_sea=below))) for below in ("ground", "sea"))
    assert ground[0] == pytest.approx(sea[0] - 400.0, abs=1.0)
    assert (ground[1], sea[1]) == (-400.0, 0.0)
