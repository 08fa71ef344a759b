"""What is missing on a machine is found, named and can be mended; what is there is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from openiads.base import caches, machine, packed
from openiads.base.machine import BAD, GOOD, NOTE


def one(found: list[machine.Finding], name: str) -> machine.Finding:
    (finding,) = [each for each in found if each.name == name]
    return finding


def call(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openiads", "doctor", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **more})


def test_a_good_machine_is_told_as_that_and_every_look_is_made() -> None:
    done = call("--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["state"] == "good"
    names = {each["name"] for each in told["findings"]}
    wanted = {"openiads", "Python", "machine", "numba", "numpy", "cache", "locks", "terrain", "viewer", "fonts"}
    assert wanted | {"scenarios", "browser", "terminal", "this folder", "extra geo"} <= names
    assert all(each["remedy"] for each in told["findings"] if each["state"] != "good")
    assert "0 to mend" in call().stdout


def test_what_must_be_mended_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call(OPENIADS_CACHE=str(tmp_path / "file" / "x"), NUMBA_DISABLE_JIT="1", PYTHONIOENCODING="ascii")
    assert done.returncode == 69
    assert done.stderr == ""
    ill = [line for line in done.stdout.splitlines() if line.startswith("! ")]
    assert [line.split()[1] for line in ill] == ["compiling", "cache"]
    assert "OPENIADS_CACHE to a writable folder" in done.stdout
    assert "unset NUMBA_DISABLE_JIT" in done.stdout.replace("Unset", "unset")


def test_every_package_that_is_asked_for_is_told_with_its_version() -> None:
    found = {each.name: each for each in machine.versions()}
    for line in metadata.requires("openiads") or []:
        if "extra ==" not in line:
            name = line.split(">")[0].split("<")[0]
            assert found[name].found == metadata.version(name)


@pytest.mark.parametrize(
    ("requirement", "state", "told"),
    [
        ("no-such-package>=1", BAD, "missing"),
        ("numpy>=2.1", GOOD, ""),
        ("numpy>=99", BAD, "asked for >=99"),
        ("numpy<1", BAD, "asked for <1"),
        ("numpy>=2,<1.5", BAD, "asked for <1.5"),
        ("numpy", GOOD, ""),
    ],
)
def test_a_package_is_held_against_what_is_asked(requirement: str, state: str, told: str) -> None:
    found = machine._package(requirement)
    assert found.state == state
    assert told in found.found
    assert (state == GOOD) or f"install '{requirement}'" in found.remedy


@pytest.mark.parametrize(
    ("version", "limit", "kept"),
    [
        ("0.68.1", "<0.69", True),
        ("0.69.0", "<0.69", False),
        ("0.69.0rc1", "<0.69", False),
        ("2.10", ">=2.9", True),
        ("2.0", ">=2.0.0", True),
        ("2.0.0", "<=2", True),
        ("1.9", ">1.9", False),
        ("3.1", "!=3.1", True),
    ],
)
def test_versions_are_numbers_and_not_text(version: str, limit: str, kept: bool) -> None:
    assert machine._within(version, limit) is kept


def test_an_empty_cache_is_told_with_what_the_first_start_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(caches, "usable_cache_folder", lambda: tmp_path)
    monkeypatch.setattr(packed, "FOLDER", tmp_path / "kernels")
    assert "(the first start compiles)" in one(machine.compiler(), "cache").found
    packed.FOLDER.mkdir()
    packed.archive().write_bytes(b"any")
    assert "(the first start uses what came with the package" in one(machine.compiler(), "cache").found


def test_a_cache_that_is_not_where_it_should_be_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packed, "FOLDER", tmp_path / "kernels")
    monkeypatch.setattr(caches, "usable_cache_folder", lambda: tmp_path)
    monkeypatch.setattr(caches, "cache_folder", lambda: tmp_path / "other")
    found = machine.compiler()
    assert one(found, "cache").state == NOTE
    assert "first start compiles" in one(found, "cache").found
    assert one(found, "locks").state == GOOD
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_and_a_file_system_without_locks_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(caches, "usable_cache_folder", lambda: tmp_path)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: machine.shutil._ntuple_diskusage(1, 1, 1000))

    def none(handle: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(machine.locks, "take", none)
    found = machine.compiler()
    assert one(found, "room for the cache").state == BAD
    assert one(found, "locks").state == BAD
    assert "local disk" in one(found, "locks").remedy


def test_a_package_that_is_not_whole_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine.resources, "files", lambda name: tmp_path)
    for name in ("scenarios", "terrain", "viewer"):
        assert one(machine.parts(), name).state == BAD
        assert "install openiads again" in one(machine.parts(), name).remedy


def test_a_machine_without_a_browser_or_a_screen_is_told_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert "--no-open" in one(machine.surroundings(), "browser").remedy
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(machine.shutil, "which", lambda name: name if name == "firefox" else None)
    assert one(machine.surroundings(), "browser") == machine.Finding("browser", GOOD, "firefox")


def test_a_container_is_told_how_to_show_the_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_in_container", lambda: True)
    assert "--listen 0.0.0.0" in one(machine.surroundings(), "container").remedy
    monkeypatch.setattr(machine, "_in_container", lambda: False)
    assert "container" not in [each.name for each in machine.surroundings()]


def test_a_look_that_fails_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def falls_ill() -> list[machine.Finding]:
        raise ValueError("of all things")

    monkeypatch.setattr(machine, "LOOKS", (falls_ill, machine.parts))
    found = machine.examined()
    assert found[0].state == BAD
    assert "ValueError: of all things" in found[0].found
    assert one(found, "viewer").state == GOOD
