"""The one door to Numba: kernels are recorded here and compiled when first needed.

A kernel is a plain function with an explicit signature::

    @kernel("f8(f8, f8)")
    def horizon_range(radar_up, target_up): ...

Importing a kernel module compiles nothing and loads nothing from disk.  A kernel is compiled (or read from the
cache) when it is first called, or when a kernel that calls it is compiled, always for the one declared signature, so
that literal arguments never cause a second compilation.  ``warm()`` compiles a whole list beforehand.

``OPENIADS_PLAIN=1`` (read once, at import) leaves every kernel an ordinary Python function.
``OPENIADS_BOUNDS=1`` compiles with bounds checks, under a cache key of its own.

The cache lives in a per-user folder (``OPENIADS_CACHE`` names another) and is keyed by the text of the kernel's
module and of every openiads module it imports, transitively, the compile options, those of Numba's own switches that
change code, the versions of Python, Numba, llvmlite and NumPy, and the processor: Numba's own stamp sees neither a
change in another file's kernel nor a change of options.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import pickle
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from openiads.base import locks
from openiads.base.caches import cache_folder, usable_cache_folder
from openiads.base.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from llvmlite.ir import Value
    from numba.core.caching import FunctionCache as _Cache

#: A compiled kernel as Python sees it: Numba's dispatcher, the function itself in plain mode, or a bare entry point.
#: Its types are those of its signature, which mypy cannot read.
Kernel: TypeAlias = Any

#: A type of Numba's, which makes an array's when it is indexed.
Type: TypeAlias = Any

PLAIN = os.environ.get("OPENIADS_PLAIN", "") == "1"
BOUNDS = os.environ.get("OPENIADS_BOUNDS", "") == "1"

#: Options of every kernel.  fastmath stays off: it would make NaN guards vanish and results depend on the machine.
OPTIONS = {"nogil": True, "_nrt": False, "error_model": "numpy", "fastmath": False, "boundscheck": BOUNDS}

#: Settings of Numba, from its environment variables, that change the code that it makes.
NUMBA_SWITCHES = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "CPU_NAME", "CPU_FEATURES", "ENABLE_AVX", "BOUNDSCHECK")

#: Every kernel in definition order, which is also a valid order of compilation.
KERNELS: list[Kernel] = []

#: CPU-seconds each kernel took to compile or load in this process, by qualified name.
COMPILE_SECONDS: dict[str, float] = {}

#: Names usable in signatures beside Numba's own (i8, f8, b1, void, ...).
_names: dict[str, Callable[[], Type]] = {}


def name_type(name: str, make: Callable[[], Type]) -> None:
    """Let signatures say ``name``; ``make()`` returns the Numba type and is called only when Numba is in use."""
    _names[name] = make


def row_type(dtype: np.dtype) -> Type:
    """The Numba type of one row of a structured array of ``dtype``."""
    import numba

    return numba.from_dtype(dtype)


def rows_type(dtype: np.dtype) -> Type:
    """The Numba type of a one-dimensional contiguous structured array of ``dtype``."""
    return row_type(dtype)[::1]


def tuple_type(cls: type, fields: Iterable[Type]) -> Type:
    """The Numba type of the named tuple ``cls`` with these field types."""
    import numba

    types = tuple(fields)
    if len(set(types)) == 1:  # Numba knows a tuple of one type only by its shorter name
        return numba.types.NamedUniTuple(types[0], len(types), cls)
    return numba.types.NamedTuple(types, cls)


def shared_type(cls: type, fields: Iterable[Type]) -> Type:
    """The Numba type of a reference to the named tuple ``cls`` with these field types (``base.sharing``)."""
    from openiads.base.sharing import reference

    return reference(cls, tuple_type(cls, fields))


@functools.cache
def resolve(text: str) -> Type:
    """A signature or type written as text, as Numba's object."""
    import numba

    names = ("i8", "u8", "u4", "i4", "i1", "f8", "f4", "b1", "void", "unicode_type")
    scope = {k: getattr(numba.types, k) for k in names}
    scope["tuple_of"] = lambda *types: numba.types.Tuple(types)
    scope["function"] = lambda signature: numba.types.FunctionType(signature)
    for name, make in _names.items():
        if name in text:
            scope[name] = make()
    return eval(text, {"__builtins__": {}}, scope)  # our own source text, never a user's


def kernel(signature: str, *, entry: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Record a function as a kernel of this signature; in plain mode the function itself is returned.

    Kernels that take the whole state (``Sim``) are called by kernels alone, so they get no wrapper for calls from
    Python and no machine code of their own (``base.linking``); ``entry`` asks for both.
    """

    def record(function: Callable[..., object]) -> Kernel:
        if PLAIN:
            KERNELS.append(function)
            return function
        from openiads.base.linking import LINKED

        compiled = _dispatcher(function, signature, **(LINKED if "(Sim" in signature and not entry else {}))
        KERNELS.append(compiled)
        return compiled

    return record


@functools.cache
def _allow_nested_arrays() -> None:
    """Let a field that is itself an array (``row["position"]``) be passed where a kernel declares an array.

    Numba types both with one data model but has no cast between them.
    """
    from numba.core import types
    from numba.core.imputils import lower_cast

    def same(context: object, builder: object, fromty: Type, toty: Type, value: Value) -> Value:
        return value

    lower_cast(types.NestedArray, types.Array)(same)


def _dispatcher(function: Callable[..., object], signature: str, **changed: object) -> Kernel:
    import numba

    if numba.config.DISABLE_JIT:  # the environment, or a file .numba_config.yaml in this folder
        raise UsageError(
            "Numba",
            "its compilation is switched off (NUMBA_DISABLE_JIT)",
            "Switch it on again (unset NUMBA_DISABLE_JIT), or set OPENIADS_PLAIN=1 to run without it, far slower.",
        )
    _allow_nested_arrays()
    dispatcher = numba.njit(**{**OPTIONS, **changed})(function)
    dispatcher._cache = _cache_for(function)
    _compile_by_declaration(dispatcher, signature)
    return dispatcher


def _compile_by_declaration(dispatcher: Kernel, signature: str) -> None:
    """Make the dispatcher compile its declared signature, and only that, at the first call or the first use."""
    plain_template = dispatcher.get_call_template
    finished = False

    def ensure() -> None:
        nonlocal finished
        if finished:
            return
        from numba.core.compiler_lock import global_compiler_lock

        from openiads.base.linking import less_optimization

        # Two threads may want a kernel at once: the second waits here.  A lock of our own would deadlock with Numba's,
        # which is held while one kernel's compilation asks for another's.
        with global_compiler_lock:
            if dispatcher.overloads:
                return
            begun = time.process_time()
            with less_optimization():
                dispatcher.compile(resolve(signature))
            if "(Sim" not in signature:  # a reference is not matched by Numba: its calls come to compile_for_args
                dispatcher.disable_compile()
            name = f"{dispatcher.py_func.__module__}.{dispatcher.py_func.__name__}"
            COMPILE_SECONDS[name] = time.process_time() - begun
            finished = True

    def check_types(wanted: tuple[Type, ...], args: tuple[object, ...]) -> None:
        given = tuple(dispatcher.typeof_pyval(each) for each in args)
        context = dispatcher.typingctx
        if len(given) != len(wanted) or any(
            context.can_convert(g, w) is None for g, w in zip(given, wanted, strict=True)
        ):
            name = dispatcher.py_func.__name__
            raise TypeError(f"{name}{given} does not fit the declared signature {signature}")

    def get_call_template(args: tuple[Type, ...], kws: dict[str, Type]) -> tuple[object, ...]:
        ensure()
        return plain_template(args, kws)

    def compile_for_args(*args: object, **kws: object) -> Kernel:
        if dispatcher.targetoptions.get("no_cpython_wrapper"):
            raise TypeError(f"{dispatcher.py_func.__name__} is called by kernels alone: declare it with entry=True")
        ensure()
        compiled = next(iter(dispatcher.overloads.values()))
        check_types(compiled.signature.args, args)
        return compiled.entry_point  # Numba's C code calls it with the arguments, whatever their types

    dispatcher.get_call_template = get_call_template
    dispatcher._compile_for_args = compile_for_args
    dispatcher.ensure = ensure


def warm(kernels: Iterable[Kernel] | None = None) -> None:
    """Compile or load the given kernels (default: all recorded so far) with what they call."""
    if PLAIN:
        return
    for each in KERNELS if kernels is None else kernels:
        each.ensure()


def stored(dispatcher: Kernel) -> bool:
    """Whether a kernel's compiled form lies in the cache on disk; always False where there is no usable cache."""
    index = getattr(getattr(dispatcher._cache, "_cache_file", None), "_index_path", None)
    return index is not None and Path(index).is_file()


def entry_point(dispatcher: Kernel) -> Kernel:
    """The compiled function behind a kernel, without Numba's look-up of argument types: call it with the right ones."""
    dispatcher.ensure()
    return next(iter(dispatcher.overloads.values())).entry_point


def adopt_function(function: Callable[..., object], signature: str, place: str) -> Kernel:
    """Compile a user's function for a declared first-class signature; in plain mode it is returned as it is.

    Parameters
    ----------
    function : Callable[..., object]
    signature : str
    place : str
        Names the function in an error. What does not compile is an InputError with Numba's reason cut short.

    Returns
    -------
    Kernel
    """
    if PLAIN:
        return _raising(function)
    from numba.core.errors import NumbaError

    # A user's slip must not reach the engine's memory, and a division by zero raises as it does in plain Python (the
    # kernels' error model would make it 0 or infinity).
    dispatcher = _dispatcher(function, signature, boundscheck=True, error_model="python")
    try:
        dispatcher.ensure()
    except NumbaError as problem:
        told = [line.strip() for line in str(problem).splitlines() if line.strip() and "Failed in" not in line]
        reason = f"cannot be compiled: {told[0] if told else problem}"
        raise InputError(place, reason, "Use arithmetic, loops and math only.") from None
    return as_first_class(dispatcher)


def _raising(function: Callable[..., object]) -> Callable[..., object]:
    """A function of named tuples that raises at a division by zero, as the compiled one does: NumPy's scalars would
    only warn, so plain numbers become Python's own and elements of arrays raise too."""
    import numpy

    @functools.wraps(function)
    def called(*given: Kernel) -> object:
        own = [type(each)(*(v.item() if isinstance(v, numpy.generic) else v for v in each)) for each in given]
        with numpy.errstate(divide="raise"):
            return function(*own)

    return called


def as_first_class(kernel: Kernel) -> Kernel:
    """A kernel ready to be passed as a function.

    Numba looks a function argument's addresses up anew at every call, by hashing types and asking LLVM (about 0.15 ms);
    here they are looked up once.
    """
    if PLAIN:
        return kernel
    kernel.ensure()
    compiled = next(iter(kernel.overloads.values()))
    names = (compiled.fndesc.llvm_cfunc_wrapper_name, compiled.fndesc.llvm_func_name)
    addresses = {name: compiled.library.get_pointer_to_function(name) for name in names}
    library = SimpleNamespace(get_pointer_to_function=addresses.__getitem__)
    found = SimpleNamespace(fndesc=compiled.fndesc, library=library)
    kernel.get_compile_result = lambda signature: found
    return kernel


# ------------------------------------------------------------------ the cache on disk


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
def _cache_key(module: str, file: str) -> str:
    import llvmlite.binding
    import numba
    import numpy

    told = hashlib.sha256()
    names = _imports(module) or (module,)
    for name in names:
        text = _source(name)
        if text is None:
            text = Path(file).read_text(encoding="utf-8")
        told.update(f"{name}\0{text}\0".encode())
    told.update(f"{sorted(OPTIONS.items())!r} less optimization".encode())
    told.update(repr([(name, str(getattr(numba.config, name, None))) for name in NUMBA_SWITCHES]).encode())
    told.update(f"{sys.version} {numba.__version__} {llvmlite.__version__} {numpy.__version__}".encode())
    # Hosts of a cluster may share one home folder and differ in their processors, for which code is compiled.
    told.update(f"{llvmlite.binding.get_host_cpu_name()} {llvmlite.binding.get_host_cpu_features().flatten()}".encode())
    return told.hexdigest()[:32]


def _cache_for(function: Callable[..., object]) -> _Cache:
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
            self._key = _cache_key(function.__module__, file)
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

        def load_overload(self, sig: Type, target_context: object) -> object:
            try:
                return super().load_overload(sig, target_context)
            except (pickle.UnpicklingError, EOFError, ValueError, KeyError):  # a damaged file: compile and replace it
                return None

    return Cache
