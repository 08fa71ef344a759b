"""Kernels that only kernels call, for Numba: optimized and turned into machine code in those that Python calls.

Numba optimizes every kernel together with all that it calls, down to the last, and writes machine code for the whole of
it: LLVM would work on a kernel ten calls below the engine's entry ten times.  A linked kernel keeps its own code and
that of its callees as LLVM's intermediate form, which its callers take in.

``base.compiled`` imports this module only when Numba is in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from llvmlite import binding
from numba import _dynfunc
from numba.core import caching, codegen, compiler, config, targetconfig

if TYPE_CHECKING:
    from types import BuiltinFunctionType

    from numba.core.base import BaseContext
    from numba.core.funcdesc import FunctionDescriptor
    from numba.core.lowering import Environment
    from numba.core.typing import Context


class Library(codegen.JITCodeLibrary):
    """Code to be linked: not optimized across functions and without machine code."""

    def finalize(self) -> None:
        """Take in what the kernel calls.  Whoever links two libraries may have one kernel from both, and keeps one."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
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


#: Options of a kernel that only kernels call: no wrappers for calls from Python or C either.
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
