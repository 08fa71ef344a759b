"""The function and the command: where files go, what is refused, one line for each error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import openiads as oi
from openiads.base.errors import ResultsError, UsageError
from openiads.faces.cli import main
from openiads.faces.formats import FORMATS


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, ["export", *words])


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_one_file_and_the_same_again(run: Any, name: str, tmp_path: Path) -> None:
    first = oi.export(run, name, out=tmp_path / f"a.{FORMATS[name][1]}")
    again = oi.export(run.path, name, out=str(tmp_path / f"b.{FORMATS[name][1]}"))
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.size == first.path.stat().st_size
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([first.path.name, again.path.name])


def test_without_out_the_file_is_named_after_the_run(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert oi.export(run, "geojson", 1).path == Path("moskva_2015-3-r1.geojson")
    assert (tmp_path / "moskva_2015-3-r1.geojson").is_file()


def test_tables_go_into_a_folder_of_their_own(run: Any, tmp_path: Path) -> None:
    written = oi.export(run, "csv", out=tmp_path / "tables")
    assert {p.name for p in written.path.iterdir()} == {
        "about.csv",
        "things.csv",
        "tracks.csv",
        "engagements.csv",
        "events.csv",
        "outcomes.csv",
    }
    assert oi.export(run, "csv", out=tmp_path / "tables").size == written.size
    (written.path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files \(mine.txt\)"):
        oi.export(run, "csv", out=tmp_path / "tables")


def test_every_keeps_recorded_positions_at_that_spacing(run: Any, tmp_path: Path) -> None:
    def positions(every: float | None) -> int:
        return oi.export(run, "czml", out=tmp_path / "x.czml", every=every).counts["positions_written"]

    whole = oi.export(run, "czml", out=tmp_path / "x.czml", every=0.0).counts
    assert whole["positions_written"] > 0.99 * whole["positions_recorded"]
    assert positions(60.0) < positions(10.0) < whole["positions_written"] / 3
    assert positions(None) < whole["positions_written"]


def test_json_says_what_was_written(run: Any, tmp_path: Path) -> None:
    done = call(
        str(run.path), "--format", "kml", "--out", str(tmp_path / "x.kml"), "--epoch", "2016-10-04T06:00:00Z", "--json"
    )
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["format"], told["epoch"]) == ("kml", "2016-10-04T06:00:00Z")
    assert Path(told["export"]).stat().st_size == told["bytes"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--format", "czlm"], 2, 'Nearest: "czml"'),
        (["--format", "KML"], 2, 'Nearest: "kml"'),
        (["--format", "kml", "-r", "2"], 2, "Replications are numbered 0 .. 1"),
        (["--format", "kml", "--epoch", "x"], 2, "--epoch 2016-10-04T06:00:00Z"),
        (["--format", "kml", "--out", "{run}/x.kml"], 2, "lies among the run's own files"),
        (["--format", "csv", "--out", "{run}"], 2, "lies among the run's own files"),
        (["--format", "kml", "--out", "{tmp}"], 2, "is a folder"),
        (["--format", "csv", "--out", "{tmp}/file"], 2, "is a file"),
        (["--format", "kml", "--out", "{tmp}/nowhere/x.kml"], 74, "cannot write results"),
    ],
)
def test_what_cannot_be_is_one_line(run: Any, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / "file").write_text("mine")
    done = call(str(run.path), *(word.format(run=run.path, tmp=tmp_path) for word in words))
    assert done.exit_code == code
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_run_that_is_not_complete_or_damaged_is_refused(run: Any, tmp_path: Path) -> None:
    for fault in ("unsealed", "damaged"):
        copy = tmp_path / fault
        shutil.copytree(run.path, copy)
        if fault == "unsealed":
            (copy / "SEALED.json").unlink()
        else:
            chunk = next((copy / "chunks").glob("e*.parquet"))
            body = bytearray(chunk.read_bytes())
            body[len(body) // 2] ^= 0xFF
            chunk.write_bytes(bytes(body))
        done = call(str(copy), "--format", "czml", "--out", str(tmp_path / "x.czml"))
        assert done.exit_code == ResultsError.exit_code
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x.czml").exists()
