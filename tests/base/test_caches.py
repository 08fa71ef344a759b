"""Kernels are kept in the user's own folder, and for a user who has none in a safe one below the temporary one."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from openiads.base import caches


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A user without a home, an entry, or a word about caches; everything that may be made lies below tmp_path."""
    for name in ("OPENIADS_CACHE", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path.replace("~", os.environ.get("HOME", "~"), 1))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    caches.usable_cache_folder.cache_clear()
    yield
    caches.usable_cache_folder.cache_clear()
    assert list((tmp_path / "here").iterdir()) == [], "nothing is made where somebody happens to be"


def found() -> tuple[Path | None, list[str]]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        folder = caches.usable_cache_folder()
        assert caches.usable_cache_folder() == folder
    return folder, [str(each.message) for each in told]


def shared(tmp_path: Path) -> Path:
    return tmp_path / "tmp" / f"openiads-{os.getuid()}"


def test_a_user_without_a_home_has_a_folder_of_his_own_below_the_temporary_one(tmp_path: Path) -> None:
    folder, (told,) = found()
    assert folder == caches.cache_folder() == shared(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert "this user has no home folder" in told
    assert str(folder) in told
    assert "OPENIADS_CACHE" in told
    assert caches.folder_of("matplotlib") == folder / "matplotlib"


@pytest.mark.parametrize("home", ["", "~", "relative", "."])
def test_a_home_that_is_no_place_is_none(home: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", home)
    assert found()[0] == shared(tmp_path)


def test_a_home_that_takes_no_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    folder, (told,) = found()
    assert folder == shared(tmp_path)
    assert str(tmp_path / "file" / ".cache" / "openiads") in told


def test_a_home_is_used_and_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert found() == (tmp_path / ".cache" / "openiads", [])
    assert caches.folder_of("matplotlib") is None
    caches.usable_cache_folder.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", "~/relative")
    assert found() == (tmp_path / ".cache" / "openiads", [])
    caches.usable_cache_folder.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert found() == (tmp_path / "x" / "openiads", [])
    caches.usable_cache_folder.cache_clear()
    monkeypatch.setenv("OPENIADS_CACHE", "~/mine")
    assert found() == (tmp_path / "mine", [])


def test_a_folder_that_was_named_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OPENIADS_CACHE", str(tmp_path / "file" / "x"))
    folder, (told,) = found()
    assert folder is None
    assert "every start will compile anew" in told
    assert not shared(tmp_path).exists()


@pytest.mark.parametrize("planted", ["link", "open to all", "file"])
def test_code_is_not_loaded_from_a_folder_that_another_may_fill(planted: str, tmp_path: Path) -> None:
    place = shared(tmp_path)
    if planted == "link":
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    elif planted == "file":
        place.write_text("")
    else:
        place.mkdir()
        place.chmod(0o777)
    folder, (told,) = found()
    assert folder is None
    assert "every start will compile anew" in told


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
@pytest.mark.parametrize("named", [True, False])
def test_a_folder_that_everybody_can_write_to_gives_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    base = tmp_path / "open"
    folder = base if named else base / "openiads"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    monkeypatch.setenv("OPENIADS_CACHE" if named else "XDG_CACHE_HOME", str(base))
    where, told = found()
    assert where != folder
    assert len(told) == 1 and "every user can write to it" in told[0]


def test_the_probe_of_a_folder_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "cache"
    precious.write_text("kept", encoding="utf-8")
    folder.mkdir(mode=0o700)
    (folder / f".probe-{os.getpid()}-{threading.get_ident()}").symlink_to(precious)
    monkeypatch.setenv("OPENIADS_CACHE", str(folder))
    found()
    assert precious.read_text(encoding="utf-8") == "kept"
