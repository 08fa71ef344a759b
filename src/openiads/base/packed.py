"""Machine code that comes with the package, so that a first start need not compile.

``tools/kernels.py`` compiles the kernels that the program calls from Python for a level of processors instead of this
one, and stores their machine code under the key of what it was made from: the source text of the kernels and of all
that they import, the options, the versions of Python, Numba, llvmlite and NumPy, the system, and the level.  Code is
found only under the key that this process works out anew; there is no other way to it, so that none can be out of date.
What is not found is compiled.  It comes as names and machine code; nothing is unpickled to load it.

The user's own cache goes first, and is not written to: a package that cannot be written to serves as well.
"""

from __future__ import annotations

import functools
import platform
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

#: Where the package carries it: an archive for each kind of Python, made when a wheel is built.
FOLDER = Path(__file__).resolve().parent.parent / "shelf" / "kernels"

#: By the machine's name, the level of processors that code is shipped for and the features that it may use: what every
#: x86-64 processor of the last ten years has (its "v3"), and every 64-bit ARM one.  Nothing that is shipped multiplies
#: and adds in one step, which would round once instead of twice: the compiler does so only where it is asked to.
LEVELS = {
    "x86_64": (
        "x86-64-v3",
        "avx avx2 bmi bmi2 cmov cx16 cx8 f16c fma fxsr lzcnt mmx movbe popcnt sahf sse sse2 sse3 sse4.1 sse4.2 ssse3",
    ),
    "aarch64": ("generic", "neon"),
}


def level() -> tuple[str, str]:
    """The level of processors that code is shipped for on this kind of machine, and its features as LLVM lists them;
    empty where none is."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    name, features = LEVELS.get(machine, ("", ""))
    return name, ",".join(f"+{each}" for each in features.split())


@functools.cache
def usable() -> bool:
    """Whether this processor has what shipped code may use, and nobody asked for code of another kind."""
    import llvmlite.binding
    import numba

    name, features = level()
    if not name or numba.config.CPU_NAME is not None or numba.config.CPU_FEATURES is not None:
        return False
    here = llvmlite.binding.get_host_cpu_features()
    return all(here.get(each.removeprefix("+"), False) for each in features.split(","))


def archive() -> Path:
    """The archive for this Python."""
    return FOLDER / f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}-{sys.platform}-{level()[0]}.zip"


def name_of(function: Callable[..., object]) -> str:
    """The name in the archive of a kernel's machine code, which is its key."""
    import llvmlite.binding
    import numba
    import numpy

    from openiads.base import stored

    # Numba's code depends on the first two numbers of NumPy's version, and on no more of Python's.
    abi = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}"
    array = ".".join(numpy.__version__.split(".")[:2])
    made_by = f"{abi} {numba.__version__} {llvmlite.__version__} {array}"
    processor = f"{llvmlite.binding.get_process_triple()} {' '.join(level())}"
    key = stored.key_of(function.__module__, function.__code__.co_filename, made_by, processor)
    return f"{function.__module__}.{function.__qualname__}-{key}"


def find_code(function: Callable[..., object]) -> bytes | None:
    """A kernel's machine code from the package; None where there is none for this kernel, version and processor."""
    if not (function.__module__.startswith("openiads.") and archive().is_file() and usable()):
        return None
    try:
        with zipfile.ZipFile(archive()) as file:
            return file.read(name_of(function))  # its checksum is compared
    except KeyError:
        return None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        _damaged(str(problem) or type(problem).__name__)
        return None


@functools.cache
def _damaged(reason: str) -> None:
    """Warn, once."""
    warnings.warn(
        f"{archive()}: the compiled kernels that come with openiads cannot be read ({reason}); they are compiled "
        "instead, which takes half a minute. Install openiads again.",
        stacklevel=2,
    )
