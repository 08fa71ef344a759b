"""Exclusive locks on open files, freed by the system when a process ends, on every system that Python runs on.

Unix locks a whole file for those who ask (flock).  Windows locks bytes against everybody, readers too, so there a byte
far behind the end of the file is locked, and what the file says of its holder can still be read.
"""

from __future__ import annotations

import errno
import importlib
import os
import time
from types import ModuleType

fcntl: ModuleType | None
msvcrt: ModuleType | None
try:
    fcntl, msvcrt = importlib.import_module("fcntl"), None
except ImportError:
    fcntl, msvcrt = None, importlib.import_module("msvcrt")

#: The byte that stands for the file where bytes are locked.
BYTE = 2**30
#: Seconds between two tries of one who waits where the system has no waiting of its own.
_PAUSE = 0.05
#: Errors by which systems say that another has the lock.
_TAKEN = (errno.EACCES, errno.EAGAIN, getattr(errno, "EDEADLOCK", errno.EDEADLK))

#: Flags for ``os.open`` that every file of bytes needs: Windows would write line ends of its own.
BINARY = getattr(os, "O_BINARY", 0)


def take(handle: int, *, wait: bool = False, shared: bool = False) -> None:
    """Lock an open file.

    Parameters
    ----------
    handle : int
        Its descriptor; the lock ends at the latest when it is closed.
    wait : bool, optional
        Wait for whoever has the lock; otherwise ``BlockingIOError`` at once.
    shared : bool, optional
        Beside others that share it; where there is no such lock, an exclusive one.

    Raises
    ------
    BlockingIOError
        Another has the lock.
    OSError
        The file system has no locks.
    """
    if fcntl is not None:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
        return
    while True:
        try:
            _byte(handle, "LK_NBLCK")
            return
        except OSError as problem:
            if problem.errno not in _TAKEN:
                raise
            if not wait:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from problem
        time.sleep(_PAUSE)


def give_back(handle: int) -> None:
    """Unlock an open file; Windows frees what is not unlocked only some time after it is closed."""
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_UN)
    else:
        _byte(handle, "LK_UNLCK")


def _byte(handle: int, mode: str) -> None:
    assert msvcrt is not None
    before = os.lseek(handle, 0, os.SEEK_CUR)
    os.lseek(handle, BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(handle, getattr(msvcrt, mode), 1)
    finally:
        os.lseek(handle, before, os.SEEK_SET)


__all__ = ["BINARY", "give_back", "take"]
