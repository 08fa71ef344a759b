"""What Windows does otherwise, for tests on Unix: locks on bytes, files as text, folders that cannot be opened."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from openiads.base import locks

#: A flag that no system uses, for files of bytes.
BINARY = 0x4000_0000


class Bytes:
    """``msvcrt`` by the locks on bytes that Unix has: of an open file, exclusive, from where the file is read."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        self.held: dict[tuple[int, int, int], int] = {}

    def locking(self, handle: int, mode: int, count: int) -> None:
        told = os.fstat(handle)
        key = (told.st_dev, told.st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        assert count == 1
        if mode == self.LK_UNLCK:
            if self.held.get(key) != handle:
                raise PermissionError(errno.EACCES, "not locked")
            del self.held[key]
        elif key in self.held:
            raise PermissionError(errno.EACCES, "Permission denied")
        else:
            self.held[key] = handle


def simulate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions of ``os`` that write results behave as on Windows."""
    text: set[int] = set()
    open_file, write = os.open, os.write

    def opens(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        handle = open_file(path, flags & ~BINARY, mode, **more)
        text.discard(handle)
        if not flags & BINARY:
            text.add(handle)
        return handle

    def writes(handle: int, data: Any) -> int:
        if handle in text and b"\n" in bytes(data):
            write(handle, bytes(data).replace(b"\n", b"\r\n"))
            return len(data)
        return write(handle, data)

    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setattr(locks, "msvcrt", Bytes())
    monkeypatch.setattr(locks, "BINARY", BINARY)
    monkeypatch.setattr(os, "open", opens)
    monkeypatch.setattr(os, "write", writes)
    for name in ("O_DIRECTORY", "pwrite", "getuid", "setsid"):
        monkeypatch.delattr(os, name)
    monkeypatch.delattr(errno, "EDQUOT")
