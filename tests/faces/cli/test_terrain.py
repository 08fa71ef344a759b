"""openiads terrain: add, list, check, remove, as a user types them."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from earth.terrain_files import hgt, hill
from house.source import ROOT
from openiads.base.toml import toml_text
from openiads.faces.cli.main import app
from openiads.scenario.load import load, loads
from openiads.world.build import build


def call(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tiles, and a library of the test's own."""
    monkeypatch.setenv("OPENIADS_TERRAIN", str(tmp_path / "index"))
    for west in (35, 36):
        hgt(tmp_path / f"N34E{west:03d}.hgt", hill() + 50.0 * (west - 35))
    return tmp_path


def test_tiles_are_added_listed_checked_and_removed(tiles: Path) -> None:
    assert "The library is empty" in call("terrain", "list").stdout
    added = call("terrain", "add", str(tiles))
    assert added.exit_code == 0
    assert added.stdout.startswith("2 tiles added; the library holds 2 tiles\n")
    listed = json.loads(call("terrain", "list", "--json").stdout)
    assert [(each["south"], each["west"], each["north"], each["east"]) for each in listed["tiles"]] == [
        (34.0, 35.0, 35.0, 36.0),
        (34.0, 36.0, 35.0, 37.0),
    ]
    assert {each["datum"] for each in listed["tiles"]} == {"WGS 84"}
    assert "34.00 N 35.00 E" in call("terrain", "list").stdout
    checked = call("terrain", "check")
    assert (checked.exit_code, checked.stdout) == (0, "2 tiles: in order\n")
    gone = call("terrain", "remove", str(tiles / "N34E036.hgt"))
    assert gone.stdout == "1 tile removed; the library holds 1 tile\n"


def test_a_changed_tile_fails_the_check(tiles: Path) -> None:
    call("terrain", "add", str(tiles))
    hgt(tiles / "N34E036.hgt", hill() + 7.0)
    checked = call("terrain", "check")
    assert checked.exit_code == 65
    assert "N34E036.hgt" in checked.stdout and "has changed since it was indexed" in checked.stdout
    assert "1 tile of 2 cannot be used" in checked.stderr


def test_a_file_that_is_refused_is_told_and_the_others_are_added(tiles: Path) -> None:
    (tiles / "N50E010.hgt").write_bytes(b"\0" * 1000)
    added = call("terrain", "add", str(tiles), "--json")
    assert added.exit_code == 65
    told = json.loads(added.stdout)
    assert len(told["added"]) == 2 and len(told["refused"]) == 1
    assert "not a whole tile" in added.stderr


def test_a_scenario_is_told_what_it_would_use_and_lacks(tiles: Path) -> None:
    call("terrain", "add", str(tiles))
    told = json.loads(call("terrain", "check", "one_on_one", "--json").stdout)
    assert [Path(each["path"]).name for each in told["tiles"]] == ["N34E035.hgt", "N34E036.hgt"]
    assert "N35E036" in told["lacking"]
    assert 0.0 < told["unknown_to_radars"] < 1.0


def test_the_commands_of_the_page_work_as_written(tiles: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "terrain.md").read_text(encoding="utf-8")
    block = page.partition("## A library of tiles")[2].partition("```sh\n")[2].partition("```")[0]
    assert len(block.splitlines()) == 3
    for line in block.splitlines():
        found = call(*shlex.split(line.replace("~/dem", shlex.quote(str(tiles))))[1:])
        assert found.exit_code == 0, (line, found.stderr)
    settings = page.partition("## A library of tiles")[2].partition("```toml\n")[2].partition("```")[0]
    written = load("one_on_one").mapping() | tomllib.loads(settings)
    assert build(loads(toml_text(written), "one_on_one")).terrain.files == ("N34E035.hgt", "N34E036.hgt")


def test_nothing_to_add_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    refused = call("terrain", "add", str(tmp_path / "none"))
    assert refused.exit_code == 65 and "a folder without height files" in refused.stderr


def _answered(command: str, at: str, *words: str) -> dict[str, Any]:
    found = call(command, *words, "--at", at, "--height", "300m", "--json")
    assert found.exit_code == 0, found.stderr
    told: dict[str, Any] = json.loads(found.stdout)
    return told


def test_a_system_stands_on_the_library_where_that_covers_the_place_else_on_the_world(tmp_path: Path) -> None:
    hgt(tmp_path / "abroad" / "N51E019.hgt", hill())
    call("terrain", "add", str(tmp_path / "abroad"))
    asked = ("--system", "s300pmu2", "--radar", "76n6", "--size", "20km", "--cells", "8")
    inside = _answered("coverage", "51.5 N 19.5 E", *asked)
    assert inside["terrain"]["note"].startswith("Terrain: the user's terrain library: N51E019.hgt, 93 m cells")
    assert inside["radars"][0]["ground_m"] == pytest.approx(375.0, abs=1.0)
    outside = _answered("coverage", "48.5 N 19.5 E", *asked)
    assert outside["terrain"]["note"].startswith("Terrain: packaged world, 9 km cells")
    unit = _answered("envelope", "51.5 N 19.5 E", "s300pmu2", "--against", "f16")
    assert unit["terrain"] == "the user's terrain library: N51E019.hgt"


def test_a_tile_of_the_library_that_is_gone_is_told_with_what_mends_it(tmp_path: Path) -> None:
    path = hgt(tmp_path / "abroad" / "N51E019.hgt", hill())
    call("terrain", "add", str(path))
    path.unlink()
    refused = call("coverage", "--system", "s300pmu2", "--at", "51.5 N 19.5 E")
    assert refused.exit_code == 65
    assert "is gone" in refused.stderr and f"openiads terrain remove {path}" in refused.stderr
