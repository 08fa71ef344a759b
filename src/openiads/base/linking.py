"""Kernels in two forms, for Numba: what other kernels link, and machine code for those that Python calls.

Numba optimizes every kernel together with all that it calls, down to the last, and writes machine code for the whole of
it: LLVM would work on a kernel ten calls below the engine's entry ten times.  Here a kernel keeps its own code and that
of its callees as LLVM's intermediate form, which its callers take in (``Library``).  Only when Python calls a kernel,
or somebody wants its address, is all of it optimized at once and turned into machine code (``machine_code``).

``base.compiled`` imports this module only when Numba is in use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from llvmlite import binding
from numba import _dynfunc
from numba.core import caching, codegen, compiler, config, targetconfig
from numba.core.environment import Environment
from numba.core.runtime import rtsys

if TYPE_CHECKING:
    from types import BuiltinFunctionType

    from numba.core.base import BaseContext
    from numba.core.funcdesc import FunctionDescriptor
    from numba.core.typing import Context


class Library(codegen.JITCodeLibrary):
    """Code to be linked: not optimized across functions and without machine code."""

    def finalize(self) -> None:
        """Take in what the kernel calls.  Whoever links two libraries may have one kernel from both, and keeps one."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            if library is rtsys.library:  # reference counting, which no kernel does
                continue
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == binding.Linkage.external:
                function.linkage = binding.Linkage.linkonce_odr
        self._finalize_dynamic_globals()
        self.offer(self._final_module)

    def offer(self, module: binding.ModuleRef) -> None:
        """Give this code to whoever links the library."""
        self._final_module = self._shared_module = module
        self._finalized = True

    def serialize_using_object_code(self) -> tuple[str, str, bytes]:
        """What the cache stores: the intermediate form, for there is no other."""
        return self.name, "linked", self._final_module.as_bitcode()


class Compiler(compiler.Compiler):
    """Numba's compiler, into a library to be linked."""

    def __init__(self, typing: Context, target: BaseContext, library: None, *rest: object) -> None:
        super().__init__(typing, target, Library(target.codegen(), "linked"), *rest)
        self.state.targetctx.get_executable = _executable  # the context is a copy for this compilation alone


#: Options of a kernel in the form that other kernels link: no wrappers for calls from Python or C either.
LINKED = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": Compiler}


def _executable(library: Library, described: FunctionDescriptor, environment: Environment) -> BuiltinFunctionType:
    """The object by which Numba knows a compiled kernel, without an address to call."""
    name = described.qualname.rpartition(".")[2]
    return _dynfunc.make_function(described.lookup_module(), name, "a linked kernel", 0, environment, (library,))


class Cached(caching.CompileResultCacheImpl):
    """Numba's way of storing kernels, for linked ones too."""

    def rebuild(self, target: BaseContext, stored: tuple) -> compiler.CompileResult:
        """A kernel as it was when it was stored."""
        (name, kind, *code), described, environment, signature, *_, referenced = stored
        if kind != "linked":
            return super().rebuild(target, stored)
        library = Library(target.codegen(), name)
        library.offer(binding.parse_bitcode(*code))
        return compiler.compile_result(
            typing_context=target.typing_context,
            target_context=target,
            entry_point=_executable(library, described, environment),
            library=library,
            signature=signature,
            objectmode=False,
            fndesc=described,
            environment=environment,
            referenced_envs=referenced,
        )


@dataclass(frozen=True)
class Names:
    """The symbols of a kernel's machine code.

    Attributes
    ----------
    function, python, address, environment : str
        The kernel itself, for calls from compiled code; for calls from Python; for calls as C makes them; and where
        Numba keeps the address of the Python objects that the code uses, of which kernels have none.
    """

    function: str
    python: str
    address: str
    environment: str


class Machine(codegen.JITCodeLibrary):
    """Machine code of a kernel and of all that it calls.  Nothing links it."""

    names: Names
    caller: BuiltinFunctionType

    def ready(self, function: Callable[..., object], names: Names, environment: Environment) -> Machine:
        """Make the code callable from Python as ``caller``."""
        self.names = names
        self.codegen._engine._defined_symbols |= {names.function, names.python, names.address}
        address, module = self.get_pointer_to_function(names.python), sys.modules[function.__module__]
        self.caller = _dynfunc.make_function(
            module, function.__name__, "a compiled kernel", address, environment, (self,)
        )
        self.codegen.set_env(names.environment, environment)
        return self

    def told(self) -> SimpleNamespace:
        """As Numba asks for the code of a function that is passed as an argument: its addresses, looked up once."""
        names = self.names
        found = {name: self.get_pointer_to_function(name) for name in (names.function, names.address)}
        described = SimpleNamespace(llvm_func_name=names.function, llvm_cfunc_wrapper_name=names.address)
        library = SimpleNamespace(get_pointer_to_function=found.__getitem__)
        return SimpleNamespace(fndesc=described, library=library)


def machine_code(function: Callable[..., object], made: compiler.CompileResult) -> tuple[Machine, bytes]:
    """Machine code of a kernel that was compiled to be linked, and the bytes from which ``loaded`` makes it again.

    Parameters
    ----------
    function : Callable[..., object]
        The kernel as it was written.
    made : CompileResult

    Returns
    -------
    Machine
    bytes
        Empty where the code cannot be loaded by another process.
    """
    context, described, environment = made.target_context, made.fndesc, made.environment
    library = Machine(context.codegen(), made.library.name)
    library.enable_object_caching()
    library.add_linking_library(rtsys.library)
    library.add_linking_library(made.library)
    context.create_cpython_wrapper(library, described, environment, None, release_gil=True)
    context.create_cfunc_wrapper(library, described, environment, None)
    library.finalize()
    names = Names(
        described.llvm_func_name,
        described.llvm_cpython_wrapper_name,
        described.llvm_cfunc_wrapper_name,
        context.get_env_name(described),
    )
    library.ready(function, names, environment)
    own = environment.consts or library.has_dynamic_globals or library._reload_init  # objects of this process
    head = json.dumps({"name": library.name, **asdict(names)}).encode()
    return library, b"" if own else head + b"\n" + library._get_compiled_object()


def loaded(function: Callable[..., object], target: BaseContext, stored: bytes) -> Machine:
    """Machine code as ``machine_code`` told it, ready to be called."""
    head, _, code = stored.partition(b"\n")
    told = json.loads(head)
    library = Machine(target.codegen(), told.pop("name"))
    library.enable_object_caching()
    library._set_compiled_object(code)
    library._finalize_final_module()
    names = Names(**told)
    environment = Environment(function.__globals__)
    environment.env_name = names.environment
    return library.ready(function, names, environment)


def option_values(options: targetconfig.TargetConfig) -> dict[str, object]:
    """Every option of a compilation with its value, set or default, in their order.

    As ``TargetConfig.values`` tells it, in a fifteenth of the time: Numba asks hundreds of thousands of times, as it
    looks up what it has compiled by the options among others.
    """
    kind = type(options)
    if kind not in _DEFAULTS:
        _DEFAULTS[kind] = {name: option.default for name, option in kind.options.items()}
    return {**_DEFAULTS[kind], **options._values}


_DEFAULTS: dict[type, dict[str, object]] = {}
targetconfig.TargetConfig.values = option_values


@contextmanager
def less_optimization() -> Iterator[None]:
    """Have LLVM spare itself work: level 1, and no search for loops to vectorize.

    The kernels are short, branch, and call each other; the highest level takes a tenth of all compilation for two to
    three per cent of their speed.  Only while a kernel of ours is compiled: other people's functions keep what they
    asked for.
    """
    asked = config.OPT, config.LOOP_VECTORIZE
    config.OPT, config.LOOP_VECTORIZE = config._OptLevel("1"), 0
    try:
        yield
    finally:
        config.OPT, config.LOOP_VECTORIZE = asked
