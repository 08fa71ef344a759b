"""Names that users write are any text: one that no file can have is that of none."""

import errno
from pathlib import Path

import pytest

from openiads.base.paths import is_dir, is_file


def test_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert is_file(tmp_path / "file") and not is_dir(tmp_path / "file")
    assert is_dir(tmp_path) and not is_file(tmp_path)
    assert not is_file(tmp_path / "none") and not is_dir(tmp_path / "none")


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "a/" * 3000])
def test_a_name_that_no_file_can_have_is_that_of_none(name: str, tmp_path: Path) -> None:
    assert not is_file(tmp_path / name) and not is_dir(tmp_path / name)


def test_what_hides_an_answer_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "hidden")

    monkeypatch.setattr(Path, "is_file", hidden)
    with pytest.raises(PermissionError):
        is_file(tmp_path)
