"""What is compiled and kept on disk: under which key, in which form, and who may fill the cache.

The cache lives in a per-user folder (``OPENIADS_CACHE`` names another) and is keyed by the text of the kernel's
module and of every openiads module it imports, transitively, the compile options, those of Numba's own switches that
change code, the versions of Python, Numba, llvmlite and NumPy, and the processor: Numba's own stamp sees neither a
change in another file's kernel nor a change of options.

Two things are kept of a kernel: what its callers link (``linking.Library``, in Numba's own files) and, where Python
calls it, machine code (``linking.Machine``).  Machine code may also come with the package (``base.packed``).
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base import locks
from openiads.base.caches import cache_folder, usable_cache_folder
from openiads.base.kernel_options import OPTIONS

if TYPE_CHECKING:
    from numba.core.caching import FunctionCache as _Cache
    from numba.core.typing.templates import Signature

#: Settings of Numba, from its environment variables, that change the code that it makes, beside the processor's.
NUMBA_SWITCHES = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX", "BOUNDSCHECK")

#: Said of every kernel's key: changed when the same source comes to other code.
FORM = "less optimization, linked"


@contextmanager
def filling_cache() -> Iterator[None]:
    """Hold the right to fill the cache, waiting for whoever has it; the system frees it when a process ends.

    Without a cache, or on a file system without locks, nothing is held: compiling twice wastes time and harms nothing.
    """
    folder = usable_cache_folder()
    if folder is None:
        yield
        return
    with (folder / "filling.lock").open("a") as file:
        with suppress(OSError):
            locks.take(file.fileno(), wait=True)
        yield


# ------------------------------------------------------------------ the key

#: An import statement: what it comes from and the names, in one line or in parentheses; or a plain import.
_STATEMENT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.M)


def _imports(module: str) -> tuple[str, ...]:
    """Modules of openiads and of the module's own package that its source imports, itself included, transitively."""
    followed = {"openiads", module.partition(".")[0]}
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name in seen or name.partition(".")[0] not in followed or _source(name) is None:
            continue
        seen.add(name)
        todo.extend(_direct_imports(name))
    return tuple(sorted(seen))


@functools.cache
def _direct_imports(module: str) -> tuple[str, ...]:
    """Names that may be modules in the import statements of a module's source; reading too many does no harm."""
    found = []
    for package, names, plain in _STATEMENT.findall(_source(module) or ""):
        words = re.findall(r"[\w.]+", names or plain)
        found += [package, *(f"{package}.{word}" for word in words)] if package else words
    return tuple(found)


@functools.cache
def _source(module: str) -> str | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin).read_text(encoding="utf-8")


@functools.cache
def _sources(module: str, file: str) -> str:
    """A checksum of the text of a module and of every module that it imports, as far as they are followed."""
    told = hashlib.sha256()
    for name in _imports(module) or (module,):
        text = _source(name)
        if text is None:
            text = Path(file).read_text(encoding="utf-8")
        told.update(f"{name}\0{text}\0".encode())
    return told.hexdigest()


@functools.cache
def key_of(module: str, file: str, made_by: str, processor: str) -> str:
    """What compiled code of a module is kept under.

    Parameters
    ----------
    module : str
    file : str
        Its file, where it cannot be found by its name.
    made_by : str
        The versions of what made the code.
    processor : str
        What it was made for.

    Returns
    -------
    str
    """
    import numba

    switches = [(name, str(getattr(numba.config, name, None))) for name in NUMBA_SWITCHES]
    told = "\0".join([_sources(module, file), repr(sorted(OPTIONS.items())), FORM, repr(switches), made_by, processor])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@functools.cache
def _own_key(module: str, file: str) -> str:
    """The key of what is compiled on this machine."""
    import llvmlite.binding
    import numba
    import numpy

    made_by = f"{sys.version} {numba.__version__} {llvmlite.__version__} {numpy.__version__}"
    # Hosts of a cluster may share one home folder and differ in their processors, for which code is compiled.
    name = numba.config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = numba.config.CPU_FEATURES
    if features is None:
        features = llvmlite.binding.get_host_cpu_features().flatten()
    return key_of(module, file, made_by, f"{name} {features}")


# ------------------------------------------------------------------ machine code


def _place(function: Callable[..., object]) -> Path | None:
    """The file of a kernel's machine code; None where nothing can be kept."""
    folder = usable_cache_folder()
    if folder is None or not Path(function.__code__.co_filename).is_file():
        return None
    key = _own_key(function.__module__, function.__code__.co_filename)
    return folder / key / f"{function.__module__}.{function.__qualname__}.code"


def find_code(function: Callable[..., object]) -> bytes | None:
    """A kernel's machine code from the user's cache; None where there is none or the file is damaged."""
    place = _place(function)
    try:
        kept = place.read_bytes() if place is not None else b""
    except OSError:
        return None
    checksum, content = kept[:32], kept[32:]
    return content if content and hashlib.sha256(content).digest() == checksum else None


def keep_code(function: Callable[..., object], content: bytes) -> None:
    """Put a kernel's machine code into the user's cache; a full disk costs the next start, not this one."""
    place = _place(function)
    if place is None:
        return
    half = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(hashlib.sha256(content).digest() + content)
        half.replace(place)
    except OSError:
        with suppress(OSError):
            half.unlink()


# ------------------------------------------------------------------ what Numba keeps


def cache_for(function: Callable[..., object]) -> _Cache:
    """Numba's cache of what callers of a kernel link."""
    from numba.core import caching

    if not Path(function.__code__.co_filename).is_file() or usable_cache_folder() is None:
        return caching.NullCache()
    return _cache_class()(function)


@functools.cache
def _cache_class() -> type[_Cache]:
    """A Numba cache whose place and stamp are ours; other packages' caches are untouched."""
    from numba.core import caching

    from openiads.base import linking

    class Locator(caching._CacheLocator):
        def __init__(self, function: Callable[..., object], file: str) -> None:
            self._key = _own_key(function.__module__, file)
            self._place = str((usable_cache_folder() or cache_folder()) / self._key)
            self._name = f"{function.__module__}-{function.__qualname__}"

        def get_cache_path(self) -> str:
            return self._place

        def get_source_stamp(self) -> str:
            return self._key

        def get_disambiguator(self) -> str:
            return hashlib.sha256(self._name.encode()).hexdigest()[:10]

        @classmethod
        def from_function(cls, function: Callable[..., object], file: str) -> Locator:
            return cls(function, file)

    class Impl(linking.Cached):
        _locator_classes = [Locator]

    class Cache(caching.FunctionCache):
        _impl_class = Impl

        def load_overload(self, sig: Signature, target_context: object) -> object:
            try:
                return super().load_overload(sig, target_context)
            except Exception:  # noqa: BLE001 - a damaged file can raise anything: compile and replace it
                with suppress(Exception):
                    self.flush()  # else the index that cannot be read would be read again to save what is compiled
                return None

    return Cache
