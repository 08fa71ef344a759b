"""A file that cannot be written is refused in one line, before anything is computed."""

import errno
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import openiads
from openiads.faces.cli.common import unwritable
from openiads.faces.cli.main import app

COMMANDS = {
    "coverage": ["coverage", "raid24"],
    "envelope": ["envelope", "s300pmu2"],
    "footprint": ["footprint", "s300pmu2", "--against", "scud_b"],
    "reach": ["reach", "raid24"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_computed(command: str, tmp_path: Path) -> None:
    (tmp_path / "map.png").mkdir()
    (tmp_path / "pipe.png").symlink_to("/dev/full")
    for name, reason in (("map.png", "is a folder"), ("pipe.png", "is a device or a pipe")):
        done = CliRunner().invoke(app, [*COMMANDS[command], "--out", str(tmp_path / name)])
        assert done.exit_code == 65
        assert done.stderr == f'--out: "{tmp_path / name}" {reason}. Name a file.\n'
        assert done.stdout == ""


def test_a_folder_that_takes_no_file_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("openiads.runs.disk.tempfile.TemporaryFile", closed)
    for words in (COMMANDS["reach"], ["sweep", "none.toml"]):
        option = "--out" if words[0] == "reach" else "--figure"
        done = CliRunner().invoke(app, [*words, option, str(tmp_path / "map.png")])
        assert done.exit_code == 74
        assert re.fullmatch(rf"{tmp_path}/map\.png: cannot write results: Permission denied .*\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_trouble_without_a_name_is_not_told_as_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Libraries raise OSErrors of words alone; only a full disk is mended by making room."""
    assert unwritable(OSError("the library says so")) == 74
    assert capsys.readouterr().err == "output: cannot be written (the library says so). Choose another place.\n"
    unwritable(OSError(errno.ENOSPC, "No space left on device"))
    assert capsys.readouterr().err.endswith("(No space left on device). Make room or choose another place.\n")


@pytest.mark.parametrize("words", [["check"], ["sweep"], ["claims"], ["coverage"], ["report"], ["terrain", "add"]])
def test_a_name_that_no_file_can_have_is_not_told_as_output(words: list[str]) -> None:
    done = CliRunner().invoke(app, [*words, "a" * 5000])
    assert done.exit_code == 65
    assert len(done.stderr.splitlines()) == 1 and "output" not in done.stderr
    assert done.stderr.startswith("aaa") and len(done.stderr) < 1000


def test_a_missing_file_of_the_program_itself_is_not_told_as_output(capsys: pytest.CaptureFixture[str]) -> None:
    own = str(Path(openiads.__file__).parent / "shelf" / "lost.toml")
    assert unwritable(FileNotFoundError(errno.ENOENT, "No such file or directory", own)) == 70
    told = capsys.readouterr().err
    assert told.startswith(f"{own}: a file of openiads itself cannot be read (No such file or directory). ")
    assert told.endswith("install openiads again.\n")
    for other in (own.replace("openiads", "openiads_runs"), "lost.toml"):
        assert unwritable(FileNotFoundError(errno.ENOENT, "No such file or directory", other)) == 74
    assert unwritable(OSError(errno.ENOSPC, "No space left on device", own)) == 74
