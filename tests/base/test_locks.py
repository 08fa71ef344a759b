"""Locks hold, are told and end; where the system locks bytes against everybody, as Windows does, too."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from base.windows import Bytes
from openiads.base import locks


@pytest.fixture(params=["files", "bytes"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "bytes":
        monkeypatch.setattr(locks, "fcntl", None)
        monkeypatch.setattr(locks, "msvcrt", Bytes())
    return request.param


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def test_a_lock_keeps_another_out_until_it_is_given_back(system: str, tmp_path: Path) -> None:
    one, other = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.take(one)
    with pytest.raises(BlockingIOError):
        locks.take(other)
    locks.give_back(one)
    locks.take(other)
    locks.give_back(other)
    os.close(one)
    os.close(other)


def test_who_waits_gets_the_lock(system: str, tmp_path: Path) -> None:
    one, other = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.take(one)
    waiting = threading.Thread(target=locks.take, args=(other,), kwargs={"wait": True})
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    locks.give_back(one)
    waiting.join(10)
    assert not waiting.is_alive()
    os.close(one)
    os.close(other)


def test_what_a_locked_file_says_can_be_read(system: str, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    one = opened(path)
    os.write(one, b"process 1")
    locks.take(one)
    assert os.lseek(one, 0, os.SEEK_CUR) == 9, "where the file is read and written stays"
    assert path.read_bytes() == b"process 1"
    os.write(one, b" on a host")
    locks.give_back(one)
    os.close(one)
    assert path.read_bytes() == b"process 1 on a host"


def test_a_file_system_without_locks_is_told_as_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none(handle: int, mode: int, count: int) -> None:
        raise OSError(errno.ENOTSUP, "not supported")

    one = opened(tmp_path / "lock")
    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setattr(locks, "msvcrt", SimpleNamespace(locking=none, LK_NBLCK=2))
    with pytest.raises(OSError, match="not supported") as caught:
        locks.take(one)
    assert not isinstance(caught.value, BlockingIOError)
    os.close(one)


def test_a_process_that_is_killed_gives_its_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"""
import os, time
from pathlib import Path
from openiads.base import locks
locks.take(os.open({str(path)!r}, os.O_RDWR | os.O_CREAT))
print("locked", flush=True)
time.sleep(60)
"""
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "locked\n"
    one = opened(path)
    with pytest.raises(BlockingIOError):
        locks.take(one)
    other.kill()
    other.wait()
    locks.take(one)
    os.close(one)


def test_modules_that_only_one_system_has_are_imported_in_one_place() -> None:
    only = re.compile(r"^\s*(?:import|from) (?:fcntl|msvcrt|pwd|grp|resource|termios)\b", re.M)
    source = Path(locks.__file__).parents[1]
    named = [path.name for path in source.rglob("*.py") if only.search(path.read_text(encoding="utf-8"))]
    assert named == []
    assert only.search("    import fcntl")
