"""Runs are stored, continued and guarded where the system is Windows, as far as that can be simulated here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from base import windows
from openiads.base.errors import ResultsError
from openiads.runs import disk
from openiads.runs.replicate import run
from openiads.runs.run import open_run
from runs.fake_simulator import FAKE, FakeScenario

OPTIONS = {"replications": 20, "chunk": 5, "seed": 11, "jobs": 1, "simulator": FAKE}


class Ended(disk.Disk):
    """Loses power ahead of the file of that name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def before(self, operation: str, path: Path) -> None:
        if operation == "rename" and path.name == self.name:
            raise KeyboardInterrupt


def test_a_run_is_stored_continued_and_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reference = run(FakeScenario(), **OPTIONS).digest
    windows.simulate(monkeypatch)
    with disk.use(Ended("c000002.parquet")), pytest.raises(BaseException):  # noqa: B017, PT011 - whatever ends it
        run(FakeScenario(), **OPTIONS, out=tmp_path / "run")
    made = run(FakeScenario(), **OPTIONS, out=tmp_path / "run")
    assert made.digest == open_run(tmp_path / "run").digest == reference
    assert not list((tmp_path / "run").glob(".*.tmp"))


def test_bytes_stay_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    windows.simulate(monkeypatch)
    data = b"one\ntwo\r\n\x1a\x00three"
    disk.write_file(tmp_path / "file", data)
    assert disk.read_file(tmp_path / "file") == data
    handle = os.open(tmp_path / "text", os.O_WRONLY | os.O_CREAT)
    os.write(handle, b"one\n")
    os.close(handle)
    assert (tmp_path / "text").read_bytes() == b"one\r\n", "the simulation writes text as Windows does"


def test_two_writers_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    windows.simulate(monkeypatch)
    assert disk.holder(tmp_path / "lock") == ""
    first = disk.Lock(tmp_path / "lock")
    assert disk.holder(tmp_path / "lock").startswith(f"process {os.getpid()} on ")
    with pytest.raises(ResultsError, match=f"another process is writing here \\(process {os.getpid()} on "):
        disk.Lock(tmp_path / "lock")
    first.release()
    first.release()
    assert disk.holder(tmp_path / "lock") == ""
    disk.Lock(tmp_path / "lock").release()


@pytest.mark.parametrize(("failures", "gives_up"), [(1, False), (3, False), (9, True)])
def test_a_file_that_somebody_has_open_is_replaced_once_it_is_closed(
    failures: int, gives_up: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(disk, "_RENAME_PAUSES", (0.0, 0.0, 0.0))
    left = [failures]
    replace = Path.replace

    def replaces(source: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(13, "The process cannot access the file because it is being used")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", replaces)
    (tmp_path / "file").write_bytes(b"old")
    if gives_up:
        with pytest.raises(ResultsError, match="being used"):
            disk.write_file(tmp_path / "file", b"new")
    else:
        disk.write_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == (b"old" if gives_up else b"new")
    assert not list(tmp_path.glob(".*"))
