"""The one door to Numba: kernels are recorded here and compiled when first needed.

A kernel is a plain function with an explicit signature::

    @kernel("f8(f8, f8)")
    def horizon_range(radar_up, target_up): ...

Importing a kernel module compiles nothing and loads nothing from disk.  A kernel is compiled (or read from the
cache) when it is first called, or when a kernel that calls it is compiled, always for the one declared signature, so
that literal arguments never cause a second compilation.  ``warm()`` compiles a whole list beforehand.  Machine code is
made only of kernels that Python calls (``base.linking``).

``OPENIADS_PLAIN=1`` (read once, at import) leaves every kernel an ordinary Python function.
``OPENIADS_BOUNDS=1`` compiles with bounds checks, under a cache key of its own.

What is kept on disk, and under which key, is told in ``base.stored``.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from openiads.base import packed, stored
from openiads.base.errors import InputError, UsageError
from openiads.base.kernel_options import OPTIONS

if TYPE_CHECKING:
    import numpy as np
    from llvmlite.ir import Value
    from numba.core.compiler import CompileResult

    from openiads.base.linking import Machine

#: A compiled kernel as Python sees it: Numba's dispatcher, the function itself in plain mode, or a bare entry point.
#: Its types are those of its signature, which mypy cannot read.
Kernel: TypeAlias = Any

#: A type of Numba's, which makes an array's when it is indexed.
Type: TypeAlias = Any

PLAIN = os.environ.get("OPENIADS_PLAIN", "") == "1"
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

    Any kernel can be called from Python, and gets machine code of its own when it is.  ``entry`` marks those that the
    program itself calls: theirs is made when kernels are warmed, and comes with the package (``base.packed``).
    """

    def record(function: Callable[..., object]) -> Kernel:
        if PLAIN:
            KERNELS.append(function)
            return function
        from openiads.base.linking import LINKED

        compiled = _dispatcher(function, **LINKED)
        _compile_by_declaration(compiled, signature)
        _machine_code_on_demand(compiled, signature)
        compiled.entry = entry
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


def _dispatcher(function: Callable[..., object], **changed: object) -> Kernel:
    import numba

    if numba.config.DISABLE_JIT:  # the environment, or a file .numba_config.yaml in this folder
        raise UsageError(
            "Numba",
            "its compilation is switched off (NUMBA_DISABLE_JIT)",
            "Switch it on again (unset NUMBA_DISABLE_JIT), or set OPENIADS_PLAIN=1 to run without it, far slower.",
        )
    _allow_nested_arrays()
    dispatcher = numba.njit(**{**OPTIONS, **changed})(function)
    dispatcher._cache = stored.cache_for(function)
    return dispatcher


def _compile_by_declaration(dispatcher: Kernel, signature: str) -> None:
    """Make the dispatcher compile its declared signature, and only that, when a kernel that calls it is compiled."""
    from numba.core import typing
    from numba.core.compiler_lock import global_compiler_lock

    from openiads.base.linking import less_optimization

    def ensure() -> None:
        if dispatcher.overloads:
            return
        # Two threads may want a kernel at once: the second waits here.  A lock of our own would deadlock with Numba's,
        # which is held while one kernel's compilation asks for another's.
        with global_compiler_lock, _counted(dispatcher), less_optimization():
            if not dispatcher.overloads:
                before, dispatcher._can_compile = dispatcher._can_compile, True
                dispatcher.compile(resolve(signature))
                dispatcher._can_compile = before

    def get_call_template(args: tuple[Type, ...], kws: dict[str, Type]) -> tuple[object, ...]:
        ensure()
        order, args = dispatcher._compiler.fold_argument_types(args, kws)
        name = dispatcher.py_func.__name__
        template = typing.make_concrete_template(f"CallTemplate({name})", name, dispatcher.nopython_signatures)
        return template, order, args, {}

    dispatcher.get_call_template = get_call_template
    dispatcher.ensure = ensure


@contextmanager
def _counted(dispatcher: Kernel) -> Iterator[None]:
    """Count the processor time of what is done for a kernel."""
    begun = time.process_time()
    yield
    name = f"{dispatcher.py_func.__module__}.{dispatcher.py_func.__name__}"
    COMPILE_SECONDS[name] = COMPILE_SECONDS.get(name, 0.0) + time.process_time() - begun


def _machine_code_on_demand(dispatcher: Kernel, signature: str) -> None:
    """Have a linked kernel get its machine code when Python calls it."""
    from numba.core.compiler_lock import global_compiler_lock

    found: list[Machine] = []

    def link(made: CompileResult) -> None:
        """Numba would call the address of a linked kernel, which has none."""
        dispatcher.overloads[tuple(made.signature.args)] = made

    def machine() -> Machine:
        if found:
            return found[0]
        with global_compiler_lock, _counted(dispatcher):
            if not found:
                code = _machine_of(dispatcher)
                dispatcher._insert([each._code for each in resolve(signature).args], code.caller, False)
                dispatcher._can_compile = "(Sim" in signature  # a reference is not matched by Numba's C code
                found.append(code)
        return found[0]

    def compile_for_args(*args: object, **kws: object) -> Kernel:
        code = machine()
        _check_types(dispatcher, signature, args)
        return code.caller  # Numba's C code calls it with the arguments, whatever their types

    def search_conversions(*args: object) -> bool:
        """Numba looks for conversions among compiled overloads, of which code from a cache has none."""
        given = [dispatcher.typeof_pyval(each) for each in args]
        return bool(dispatcher.typingctx.install_possible_conversions(given, resolve(signature).args))

    def explain(*args: object) -> None:
        _check_types(dispatcher, signature, args)
        name, given = dispatcher.py_func.__name__, tuple(dispatcher.typeof_pyval(each) for each in args)
        raise TypeError(f"{name}{given} fits the declared signature {signature} in more than one way")

    dispatcher.add_overload = link
    dispatcher._compile_for_args = compile_for_args
    dispatcher._search_new_conversions = search_conversions
    dispatcher._explain_matching_error = explain
    dispatcher.machine = machine


def _machine_of(dispatcher: Kernel) -> Machine:
    """A kernel's machine code: from the user's cache, from the package, or made here and kept."""
    from openiads.base import linking

    function = dispatcher.py_func
    content = stored.find_code(function) or packed.find_code(function)
    if content is not None:
        return linking.loaded(function, dispatcher.targetctx, content)
    code, content = made_anew(dispatcher)
    if content:
        stored.keep_code(function, content)
    return code


def made_anew(dispatcher: Kernel) -> tuple[Machine, bytes]:
    """A kernel's machine code, made here, and what another process can load it from (empty: none can)."""
    from numba.core.compiler_lock import global_compiler_lock

    from openiads.base import linking

    dispatcher.ensure()
    with global_compiler_lock, linking.less_optimization():
        return linking.machine_code(dispatcher.py_func, next(iter(dispatcher.overloads.values())))


def _check_types(dispatcher: Kernel, signature: str, args: tuple[object, ...]) -> None:
    wanted = resolve(signature).args
    given = tuple(dispatcher.typeof_pyval(each) for each in args)
    context = dispatcher.typingctx
    if len(given) != len(wanted) or any(context.can_convert(g, w) is None for g, w in zip(given, wanted, strict=True)):
        name = dispatcher.py_func.__name__
        raise TypeError(f"{name}{given} does not fit the declared signature {signature}")


def warm(kernels: Iterable[Kernel] | None = None) -> None:
    """Compile or load the given kernels (default: all recorded so far) with what they call."""
    if PLAIN:
        return
    for each in KERNELS if kernels is None else kernels:
        each.ensure()
        if each.entry:
            each.machine()


def ready(dispatcher: Kernel) -> bool:
    """Whether a kernel's machine code need not be made: it lies in the cache on disk, or in the package."""
    function = dispatcher.py_func
    return stored.find_code(function) is not None or packed.find_code(function) is not None


def entry_point(dispatcher: Kernel) -> Kernel:
    """The compiled function behind a kernel, without Numba's look-up of argument types: call it with the right ones."""
    return dispatcher.machine().caller


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
    dispatcher = _dispatcher(function, boundscheck=True, error_model="python")
    _compile_by_declaration(dispatcher, signature)
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
    if hasattr(kernel, "machine"):
        found = kernel.machine().told()
    else:
        kernel.ensure()
        compiled = next(iter(kernel.overloads.values()))
        names = (compiled.fndesc.llvm_cfunc_wrapper_name, compiled.fndesc.llvm_func_name)
        addresses = {name: compiled.library.get_pointer_to_function(name) for name in names}
        library = SimpleNamespace(get_pointer_to_function=addresses.__getitem__)
        found = SimpleNamespace(fndesc=compiled.fndesc, library=library)
    kernel.get_compile_result = lambda signature: found
    return kernel
