"""Where compiled kernels are kept: the user's own folder, or one below the system's temporary one.

A user may have no home (a container, a system account, ``env -u HOME``) or one that cannot be written to.
"""

from __future__ import annotations

import functools
import os
import stat
import tempfile
import threading
import warnings
from pathlib import Path


def cache_folder() -> Path:
    """The folder that compiled kernels are meant to lie in: what ``OPENIADS_CACHE`` names, or the user's own."""
    named = os.environ.get("OPENIADS_CACHE")
    return Path(os.path.expanduser(named)) if named else _own_folder() or _shared_folder()


def _own_folder() -> Path | None:
    """The folder in the user's caches; None for a user without a home, for whom ``~`` would be a folder's name."""
    for name in ("XDG_CACHE_HOME", *(("LOCALAPPDATA",) if os.name == "nt" else ())):
        base = os.environ.get(name, "")
        if Path(base).is_absolute():  # the standard has others ignored
            return Path(base) / "openiads"
    home = os.path.expanduser("~")
    return Path(home, ".cache", "openiads") if Path(home).is_absolute() else None


def _shared_folder() -> Path:
    """A folder of this user below the system's temporary one, which all users share."""
    user = os.getuid() if hasattr(os, "getuid") else "own"
    return Path(tempfile.gettempdir()) / f"openiads-{user}"


@functools.cache
def usable_cache_folder() -> Path | None:
    """The folder that compiled kernels do lie in, made if need be; None, after a warning, where none can be had."""
    named, own = os.environ.get("OPENIADS_CACHE"), _own_folder()
    wanted = cache_folder() if named else own
    trouble = "this user has no home folder" if wanted is None else _refusal(wanted, named=bool(named))
    if not trouble:
        return wanted
    remedy = "Set OPENIADS_CACHE to a writable folder of your own."
    shared = None if named else _shared_folder()
    if shared is not None and not (_private(shared) or _refusal(shared, named=False)):
        where = "" if wanted is None else f"{wanted}: "
        kept = f"compiled kernels are kept in {shared}, which the system may empty"
        warnings.warn(f"{where}{trouble}; {kept}. {remedy}", stacklevel=2)
        return shared
    warnings.warn(
        f"{wanted or shared}: cannot keep compiled kernels here ({trouble}); every start will compile anew. {remedy}",
        stacklevel=2,
    )
    return None


def folder_of(program: str) -> Path | None:
    """A folder for what another program caches, where it would find none of its own either; None where it will."""
    folder = usable_cache_folder()
    return folder / program if folder is not None and folder == _shared_folder() else None


def _refusal(folder: Path, *, named: bool) -> str:
    """Why no code can be kept in a folder; empty where it can.

    Code is loaded from it, so nobody else may write to it.  One that the user named may be another's: a cluster's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_mode & 0o002 and os.name != "nt":
            return "every user can write to it, and code is loaded from it"
        if not named and hasattr(os, "getuid") and found.st_uid not in (os.getuid(), 0):
            return "it is another user's, and code is loaded from it"
        probe = folder / f".probe-{os.getpid()}-{threading.get_ident()}"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # never through a link that lies there
        probe.unlink()
    except OSError as problem:
        return problem.strerror or str(problem)
    return ""


def _private(folder: Path) -> str:
    """Why a folder below a shared one is not to be trusted, for code is loaded from it; empty where it is this user's
    alone.  It is made if it is missing."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as problem:
        return problem.strerror or str(problem)
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if not own or found.st_mode & 0o022 or not stat.S_ISDIR(found.st_mode):
        return "it is another user's"
    return ""


__all__ = ["cache_folder", "folder_of", "usable_cache_folder"]
