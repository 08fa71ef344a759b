"""The only module that writes results: write to a temporary name, fsync, rename, fsync the folder.

Every primitive passes through ``Disk``, one small object that a test can replace (``use``) to fail the k-th call, to
record the order of operations, or to drop what was not yet synced.  An ``OSError`` becomes a ``ResultsError`` that
says where, why, how much room is left and how to go on.
"""

from __future__ import annotations

import errno
import os
import platform
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from openiads.base import locks
from openiads.base.errors import ResultsError

#: What temporary files end in; whatever has this ending was never finished.
TEMPORARY = ".tmp"

#: Seconds between tries to give a file a name that somebody has open; no tries where that is no hindrance.
_RENAME_PAUSES = (0.02, 0.1, 0.5) if os.name == "nt" else ()

_AGAIN = "run the same command again"
_RESUME = f"{_AGAIN}: finished chunks are kept"


class Disk:
    """The primitives.  ``before`` is called ahead of each with its name and path; a test's disk may raise there."""

    def before(self, operation: str, path: Path) -> None:
        """Called ahead of every primitive."""

    def make_folder(self, path: Path) -> None:
        """Make a folder and what is missing above it."""
        self.before("make_folder", path)
        path.mkdir(parents=True, exist_ok=True)

    def create(self, path: Path) -> int:
        """Open a new file for writing; it must not exist."""
        self.before("create", path)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | locks.BINARY, 0o644)

    def write(self, handle: int, path: Path, data: bytes) -> None:
        """Write all of ``data``, however many calls that takes."""
        self.before("write", path)
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]

    def sync(self, handle: int, path: Path) -> None:
        """Force a file's bytes to the medium."""
        self.before("sync", path)
        os.fsync(handle)

    def close(self, handle: int, path: Path) -> None:
        """Close a file; its descriptor is gone even if this fails."""
        try:
            self.before("close", path)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give a finished file its name, replacing what had it."""
        self.before("rename", target)
        for pause in _RENAME_PAUSES:
            try:
                source.replace(target)
                return
            except PermissionError:  # on Windows a file that somebody has open cannot be replaced
                time.sleep(pause)
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name that nothing has yet."""
        self.before("link", target)
        target.hardlink_to(source.resolve())  # of a link the file, not the link

    def sync_folder(self, path: Path) -> None:
        """Force a folder's entries to the medium."""
        self.before("sync_folder", path)
        folders = getattr(os, "O_DIRECTORY", None)
        if folders is None:  # Windows opens no folder, and keeps its entries in a journal
            return
        handle = os.open(path, os.O_RDONLY | folders)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there."""
        self.before("remove", path)
        path.unlink(missing_ok=True)

    def read(self, path: Path) -> bytes:
        """All bytes of a file."""
        self.before("read", path)
        return path.read_bytes()

    def lock(self, path: Path) -> int:
        """Open (or make) a file and take an exclusive lock on it at once; ``BlockingIOError`` if another has it."""
        self.before("lock", path)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | locks.BINARY, 0o644)
        try:
            locks.take(handle)
        except OSError:
            os.close(handle)
            raise
        return handle


_active = Disk()


@contextmanager
def use(replacement: Disk) -> Iterator[Disk]:
    """Let every primitive pass through ``replacement`` inside the block."""
    global _active
    before, _active = _active, replacement
    try:
        yield replacement
    finally:
        _active = before


def room(path: Path) -> str:
    """Free space at ``path`` in words; empty if it cannot be told."""
    try:
        return f"{shutil.disk_usage(path).free / 1e6:,.0f} MB free"
    except OSError:
        return ""


def _trouble(
    path: Path, problem: OSError, doing: str, need: int | None = None, *, again: str = _RESUME
) -> ResultsError:
    """The error of one failed primitive, with a remedy that fits its cause."""
    existing = next((p for p in (path, *path.parents) if p.exists()), Path("/"))
    told = [f"{need / 1e6:,.1f} MB needed" if need else "", room(existing)]
    facts = ", ".join(t for t in told if t)
    reason = f"cannot {doing}: {problem.strerror or problem}" + (f" ({facts})" if facts else "")
    if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        remedy = f"Free some space and {again}"
    elif problem.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP):
        remedy = "Choose another folder with --out"
    elif problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        remedy = f"Choose a folder you can write to (--out), or change its permissions and {again}"
    else:
        remedy = f"Check the medium and {again}"
    return ResultsError(str(path), reason, remedy)


def make_folder(path: Path) -> None:
    """Make a folder for results, and make its entry durable."""
    try:
        _active.make_folder(path)
        _active.sync_folder(path.parent)
    except OSError as problem:
        raise _trouble(path, problem, "make this folder") from problem


def write_file(path: Path, data: bytes, *, chunks: bool = True) -> None:
    """Write a file so that it is there whole or not at all: temporary name, fsync, rename, fsync of the folder.

    Parameters
    ----------
    path : Path
    data : bytes
    chunks : bool, optional
        What is written belongs to a run or rests on one, whose finished chunks a second try finds again.
    """
    temporary = _temporary(path)
    try:
        try:
            _write_synced(temporary, data)
            _active.rename(temporary, path)
        except OSError:
            # A left-over temporary file is swept at the next start; the first trouble is the one to tell.
            with suppress(OSError):
                _active.remove(temporary)
            raise
        _active.sync_folder(path.parent)
    except OSError as problem:
        again = _RESUME if chunks else _AGAIN
        raise _trouble(path, problem, "write results", len(data), again=again) from problem


def _temporary(path: Path) -> Path:
    # Processes of two hosts may have one number, so it takes more to tell them apart.
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(6)}{TEMPORARY}")


def adopt(source: Path, target: Path) -> None:
    """Let a finished file have a second name, or a copy where the medium has no second names.

    The name is durable once ``sync`` was called for its folder.

    Parameters
    ----------
    source : Path
    target : Path
        Replaced if it is another file.

    Raises
    ------
    ResultsError
        Where it cannot be read or written.
    """
    temporary = _temporary(target)
    try:
        if target.exists() and source.samefile(target):
            return
        try:
            try:
                _active.link(source, temporary)
            except OSError:  # no links on this medium, too many of one file, or another medium
                _write_synced(temporary, _active.read(source))
            _active.rename(temporary, target)
        except OSError:
            with suppress(OSError):
                _active.remove(temporary)
            raise
    except OSError as problem:
        raise _trouble(target, problem, "write results") from problem


def sync(folder: Path) -> None:
    """Make the names in a folder durable; ResultsError."""
    try:
        _active.sync_folder(folder)
    except OSError as problem:
        raise _trouble(folder, problem, "write results") from problem


def refuse_unwritable(path: Path) -> None:
    """ResultsError where a file of that name could not be written, found by writing an unnamed one beside it.

    For what takes long before it writes; a disk that fills up in the meantime is told by ``write_file``.
    """
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _active.before("create", path)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as problem:
        raise _trouble(path, problem, "write results", again=_AGAIN) from problem


def _write_synced(path: Path, data: bytes) -> None:
    handle = _active.create(path)
    try:
        _active.write(handle, path, data)
        _active.sync(handle, path)
    except OSError:
        os.close(handle)
        raise
    _active.close(handle, path)


def read_file(path: Path) -> bytes:
    """All bytes of a stored file; a file that is not there raises ``FileNotFoundError``, other trouble is told."""
    try:
        return _active.read(path)
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise _trouble(path, problem, "read results") from problem


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed run left in ``folder``; only the holder of the lock may call this."""
    try:
        for path in sorted(folder.glob(f".*{TEMPORARY}")):
            _active.remove(path)
    except OSError as problem:
        raise _trouble(folder, problem, "remove unfinished files") from problem


class Lock:
    """The exclusive right to write to a run's folder; the system frees it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._handle: int | None = _active.lock(path)
        except BlockingIOError as problem:
            raise ResultsError(
                str(path.parent),
                f"another process is writing here ({_holder(path)})",
                "Wait for it to end, or choose another folder with --out",
            ) from problem
        except OSError as problem:
            raise _trouble(path, problem, "lock this folder") from problem
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, f"process {os.getpid()} on {platform.node()}\n".encode())

    def release(self) -> None:
        """Give the right back."""
        if self._handle is not None:
            with suppress(OSError):  # what closes the file frees it too
                locks.give_back(self._handle)
            os.close(self._handle)
            self._handle = None


def holder(path: Path) -> str:
    """Who holds the lock file at ``path``; empty if nobody does, or if that cannot be told."""
    try:
        handle = os.open(path, os.O_RDONLY | locks.BINARY)
    except OSError:
        return ""
    try:
        locks.take(handle, shared=True)
        locks.give_back(handle)
    except BlockingIOError:
        return _holder(path)
    except OSError:
        return ""
    finally:
        os.close(handle)
    return ""


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() or "unnamed"
    except (OSError, UnicodeDecodeError):
        return "unnamed"


def save(path: Path, data: bytes) -> None:
    """Write a file whole, replacing what has its name only once all bytes are on the disk; ResultsError."""
    write_file(path, data, chunks=False)
