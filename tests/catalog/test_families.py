"""Entries of a family of systems in a folder of their own: read as if in the first file, told where they stand."""

from importlib import resources
from pathlib import Path
from shutil import copytree

import pytest

from openiads.base.errors import InputErrors
from openiads.catalog.load import catalog, load_catalog, read_catalog


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    """A copy of the packaged entries."""
    with resources.as_file(resources.files("openiads.catalog") / "entries") as folder:
        return Path(copytree(folder, tmp_path / "entries"))


def test_entries_of_folders_are_the_same_in_one_file() -> None:
    """Expected: where an entry stands is no part of what is known; the first files come first."""
    assert load_catalog(catalog().raw).digest == catalog().digest
    names = list(catalog().systems)
    assert names[0] == "s300pmu2"
    assert set(names[-13:]) >= {"pantsir_s1", "buk_m2", "thaad"}


def test_a_fault_in_a_folder_is_told_with_its_own_file_and_line(entries: Path) -> None:
    file = entries / "short_range" / "systems.toml"
    text = file.read_text(encoding="utf-8")
    at = text[: text.index('post = "tor_m1_post"')].count("\n") + 1
    file.write_text(text.replace('post = "tor_m1_post"', 'post = "tor_m3_post"'), encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        read_catalog(entries)
    (told,) = [str(problem) for problem in caught.value.problems]
    assert told.startswith(f'{file}:{at}: tor_m1.post = "tor_m3_post"')
    assert "tor_m1_post" in told or "tor_m2_post" in told


def test_a_name_in_two_files_is_refused(entries: Path) -> None:
    file = entries / "weapons" / "threats.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("kalibr", "tomahawk"), encoding="utf-8")
    with pytest.raises(InputErrors, match=r"weapons/threats\.toml:\d+: tomahawk: the name is used in two files"):
        read_catalog(entries)


def test_a_limit_of_guidance_is_a_published_limit() -> None:
    raw = {**catalog().raw, "interceptors": {**catalog().raw["interceptors"]}}
    raw["interceptors"]["57e6"] = {**raw["interceptors"]["57e6"], "guidance_limits": ["max_altitud"]}
    with pytest.raises(
        InputErrors, match=r"57e6\.guidance_limits\[1\].*'max_altitud' is no published limit.*max_altitude"
    ):
        load_catalog(raw)
