"""What this machine has of all that openiads uses, what is missing, and how to mend it: for users and for bug reports.

Each look is a function that returns ``Finding`` and never raises; none needs what it looks for.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from pathlib import Path

from openiads.base import locks
from openiads.base.extras import how_to_install, requirements_of
from openiads.base.jsonable import JsonObject
from openiads.base.version import __version__
from openiads.base.whole import REMEDY, broken_files

GOOD, NOTE, BAD = "good", "note", "bad"

#: Oldest and, where private parts are used, first too new version of what is asked for, as pyproject.toml says.
PYTHON = (3, 11)
#: Packages that an extra adds, by its name.
EXTRAS = ("geo", "cluster", "notebook", "data")
#: Programs that open the viewer, most likely first.
BROWSERS = (
    "xdg-open",
    "firefox",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "safari",
    "microsoft-edge",
    "wslview",
)
#: The typeface of pictures, which Matplotlib brings along.
FONT = "DejaVuSans.ttf"
#: Bytes that a first start writes: compiled kernels, and room for a run.
ROOM = 300e6
#: Numba's own switches that change how kernels are compiled or run.
SWITCHES = (
    "NUMBA_DISABLE_JIT",
    "NUMBA_OPT",
    "NUMBA_CPU_NAME",
    "NUMBA_CPU_FEATURES",
    "NUMBA_BOUNDSCHECK",
    "NUMBA_DEBUG",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    state : str
        ``good``; ``note``: works, and may not be meant; ``bad``: something cannot work.
    found : str
        What there is.
    remedy : str
        What to do, empty for nothing.
    """

    name: str
    state: str
    found: str
    remedy: str = ""


def versions() -> list[Finding]:
    """openiads, Python, the machine, and every package that openiads asks for."""
    told = f"{platform.python_implementation()} {platform.python_version()} ({sys.executable})"
    fits = sys.version_info >= PYTHON and platform.python_implementation() == "CPython"
    newer = f"Use CPython {PYTHON[0]}.{PYTHON[1]} or newer."
    found = [
        Finding("openiads", GOOD, f"{__version__} in {Path(str(resources.files('openiads')))}"),
        Finding("Python", GOOD if fits else BAD, told, "" if fits else newer),
        Finding("machine", GOOD, f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors"),
    ]
    try:
        wanted = [line for line in metadata.requires("openiads") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        remedy = "Install it (pip install .), so that versions are known."
        return [
            *found,
            Finding("packages", NOTE, "openiads itself is not installed: its source is on the path", remedy),
        ]
    return [*found, *(_package(line) for line in wanted)]


def _package(requirement: str) -> Finding:
    """An installed package against what is asked of it."""
    name = requirement.partition(";")[0]
    for sign in "<>=!~ [":
        name = name.partition(sign)[0]
    again = f"{sys.executable} -m pip install '{requirement.partition(';')[0].strip()}'"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, BAD, "missing", f"Install it: {again}")
    limits = requirement.partition(";")[0][len(name) :]
    outside = [limit for limit in limits.split(",") if limit and not _within(version, limit.strip())]
    if outside:
        return Finding(name, BAD, f"{version}, asked for {', '.join(outside)}", f"Install another: {again}")
    return Finding(name, GOOD, version)


def _within(version: str, limit: str) -> bool:
    """Whether a version keeps a limit such as ``>=2.1`` or ``<0.69``; other forms are not judged."""
    sign = limit[:2] if limit[:2] in (">=", "<=") else limit[:1]
    if sign not in (">=", "<=", "<", ">"):
        return True
    was, bound = _numbers(version), _numbers(limit[len(sign) :])
    return {">=": was >= bound, "<=": was <= bound, "<": was < bound, ">": was > bound}[sign]


def _numbers(version: str) -> tuple[int, ...]:
    parts = []
    for part in version.strip().split("."):
        digits = "".join(c for c in part if c.isdigit()) if part[:1].isdigit() else ""
        if not digits:
            break
        parts.append(int(digits))
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def extras() -> list[Finding]:
    """What optional packages add, and whether they are there."""
    adds = {
        "geo": "GeoTIFF files",
        "cluster": "runs on a cluster",
        "notebook": "replays in a notebook",
        "data": "tables in pandas and Polars, maps in xarray",
    }
    found = []
    for extra in EXTRAS:
        modules = [line.split(">")[0].split("<")[0] for line in requirements_of(extra)]
        missing = [name for name in modules if importlib.util.find_spec(name) is None]
        if missing or not modules:
            told = f"missing: {', '.join(missing) or extra} ({adds[extra]})"
            found.append(Finding(f"extra {extra}", NOTE, told, f"Where you need it: {how_to_install(extra)}"))
        else:
            found.append(Finding(f"extra {extra}", GOOD, ", ".join(f"{n} {metadata.version(n)}" for n in modules)))
    return found


def compiler() -> list[Finding]:
    """How kernels run, where they are kept, and what may be in the way."""
    from openiads.base import caches, packed

    found = []
    if os.environ.get("OPENIADS_PLAIN") == "1":
        told = "OPENIADS_PLAIN=1: kernels run as plain Python, a hundred times slower"
        found.append(Finding("compiling", NOTE, told, "Unset OPENIADS_PLAIN."))
    set_here = [f"{name}={os.environ[name]}" for name in SWITCHES if os.environ.get(name)]
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        remedy = "Unset NUMBA_DISABLE_JIT, or set OPENIADS_PLAIN=1."
        found.append(Finding("compiling", BAD, ", ".join(set_here), remedy))
    elif set_here:
        found.append(Finding("compiling", NOTE, ", ".join(set_here), "Unset what is not meant."))
    with warnings.catch_warnings(record=True) as told_of:
        warnings.simplefilter("always")
        folder = caches.usable_cache_folder()
    trouble = " ".join(str(each.message) for each in told_of)
    if folder is None:
        remedy = "Set OPENIADS_CACHE to a writable folder of your own."
        found.append(Finding("cache", BAD, f"{caches.cache_folder()}: no file can be made here", remedy))
        return found
    kept = sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in (".nbc", ".nbi", ".code"))
    first = "uses what came with the package, where it fits" if packed.archive().is_file() else "compiles"
    told = f"{folder}, {kept / 1e6:,.0f} MB" + ("" if kept else f" (the first start {first})")
    if folder != caches.cache_folder() or trouble:
        found.append(Finding("cache", NOTE, told, "Set OPENIADS_CACHE to a folder that stays."))
    else:
        found.append(Finding("cache", GOOD, told))
    free = shutil.disk_usage(folder).free
    remedy = "" if free > ROOM else "Make room, or set OPENIADS_CACHE to another disk."
    found.append(Finding("room for the cache", GOOD if free > ROOM else BAD, f"{free / 1e6:,.0f} MB free", remedy))
    found.append(_locking(folder))
    return found


def _locking(folder: Path) -> Finding:
    """Whether the file system of the cache has locks, as runs need where they are stored."""
    name = folder / f".locking-{os.getpid()}"
    try:
        handle = os.open(name, os.O_RDWR | os.O_CREAT | locks.BINARY, 0o600)
        try:
            locks.take(handle)
            locks.give_back(handle)
        finally:
            os.close(handle)
            name.unlink()
    except OSError as problem:
        told = f"none on this file system ({problem.strerror or problem})"
        return Finding("locks", BAD, told, "Store runs (--out) on a local disk.")
    return Finding("locks", GOOD, "files can be locked")


def parts() -> list[Finding]:
    """What the package itself brings: scenarios, ground, coast, viewer, font."""
    shelf = resources.files("openiads") / "shelf"
    wanted = {
        "scenarios": shelf / "scenarios" / "tartus_2016.toml",
        "terrain": shelf / "levant",
        "viewer": resources.files("openiads") / "faces" / "static" / "viewer.js",
    }
    broken = broken_files()
    if broken is None:
        found = [Finding("files", GOOD, "not installed but a clone: nothing to compare with")]
    else:
        told = "; ".join(f"{place}: {reason}" for place, reason in broken[:3])
        found = [Finding("files", BAD if broken else GOOD, told or "as they were installed", REMEDY if broken else "")]
    for name, place in wanted.items():
        there = place.is_file() or place.is_dir()
        remedy = "" if there else REMEDY
        found.append(Finding(name, GOOD if there else BAD, "packaged" if there else f"missing: {place}", remedy))
    spec = importlib.util.find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        font = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / FONT
        remedy = "" if font.is_file() else "Pictures use another typeface: install matplotlib again."
        found.append(Finding("fonts", GOOD if font.is_file() else NOTE, FONT if font.is_file() else "missing", remedy))
    return found


def surroundings() -> list[Finding]:
    """The browser, the terminal, the folder for runs, and kinds of machines that need to know more."""
    found = []
    browsers = [name for name in BROWSERS if shutil.which(name)]
    shown = bool(os.environ.get("BROWSER") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform in ("win32", "darwin") or (browsers and shown):
        found.append(Finding("browser", GOOD, os.environ.get("BROWSER") or ", ".join(browsers) or "the system's own"))
    else:
        told = f"{', '.join(browsers) or 'none'}{'' if shown else ', and no screen to show it'}"
        remedy = "openiads view --no-open prints the address; forward its port (ssh -L) to a machine with a browser."
        found.append(Finding("browser", NOTE, told, remedy))
    encoding = (getattr(sys.stdout, "encoding", None) or "unknown").lower()
    plain = not encoding.startswith("utf")
    remedy = "Set PYTHONIOENCODING=utf-8 where the terminal can show it." if plain else ""
    found.append(Finding("terminal", NOTE if plain else GOOD, encoding, remedy))
    here = Path.cwd()
    writable = os.access(here, os.W_OK)
    remedy = "" if writable else "Go to a folder of your own, or name one with --out."
    found.append(Finding("this folder", GOOD if writable else NOTE, str(here), remedy))
    if _in_container():
        remedy = "openiads view --listen 0.0.0.0 --port 8000 --no-open, and publish 127.0.0.1:8000:8000."
        found.append(Finding("container", NOTE, "this is one: nothing outside reaches its loopback", remedy))
    return found


def _in_container() -> bool:
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists() or "container" in os.environ


LOOKS: tuple[Callable[[], list[Finding]], ...] = (versions, extras, compiler, parts, surroundings)


def examined() -> list[Finding]:
    """Everything that is looked at; a look that itself fails is told as that."""
    found: list[Finding] = []
    for look in LOOKS:
        try:
            found += look()
        except Exception as problem:  # noqa: BLE001 - a doctor that falls ill would tell nothing of all else
            told = f"could not be looked at ({type(problem).__name__}: {problem})"
            found.append(Finding(look.__name__, BAD, told, "Send this with a bug report."))
    return found


def report(found: list[Finding]) -> JsonObject:
    """The findings as plain data."""
    worst = BAD if any(each.state == BAD for each in found) else GOOD
    return {"version": __version__, "state": worst, "findings": [asdict(each) for each in found]}


__all__ = ["BAD", "GOOD", "NOTE", "Finding", "examined", "report"]
