"""References to named tuples of arrays, for Numba: one word where a tuple would be passed as some two hundred.

Numba hands a tuple to every function field by field, and an array is seven words.  A reference is made where a kernel
is entered from Python and lives as long as that call; what it points to is not changed by any kernel.

``base.compiled`` imports this module only when Numba is in use.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from numba.core import cgutils, types
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, models, register_model, typeof_impl, unbox

if TYPE_CHECKING:
    from llvmlite.ir import IRBuilder, Value
    from numba.core.base import BaseContext
    from numba.core.datamodel.manager import DataModelManager
    from numba.core.pythonapi import _UnboxContext


class _Named(Protocol):
    """A class of named tuples."""

    _fields: tuple[str, ...]


class _Whole(Protocol):
    """The type of a named tuple as Numba would have it: those of its fields."""

    types: tuple[types.Type, ...]


#: The tuple's class and its type as Numba would have it, by the name of the reference.
_TUPLES: dict[str, tuple[type[_Named], _Whole]] = {}


class Reference(types.Type):
    """The type of a reference to a named tuple; its name holds the class's and what the tuple's layout comes to.

    Compiled code is stored under the types of its arguments: code for another layout must not be taken for it.
    """


def reference(cls: type[_Named], whole: _Whole) -> Reference:
    """The type of references to ``cls``, whose values as Numba would have them are of the type ``whole``."""
    name = f"{cls.__name__}.{hashlib.sha256(str(whole).encode()).hexdigest()[:16]}"
    _TUPLES[name] = cls, whole
    found = Reference(name)
    typeof_impl.register(cls)(lambda value, context: found)
    return found


@register_model(Reference)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: DataModelManager, told: Reference) -> None:
        super().__init__(manager, told, manager.lookup(_TUPLES[told.name][1]).get_data_type().as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):
    key = Reference

    def generic_resolve(self, told: Reference, name: str) -> types.Type:
        cls, whole = _TUPLES[told.name]
        return whole.types[cls._fields.index(name)]


@lower_getattr_generic(Reference)  # type: ignore[untyped-decorator]
def _field(context: BaseContext, builder: IRBuilder, told: Reference, value: Value, name: str) -> Value:
    cls, whole = _TUPLES[told.name]
    n = cls._fields.index(name)
    place = cgutils.gep_inbounds(builder, value, 0, n)
    return context.data_model_manager[whole.types[n]].load_from_data_pointer(builder, place)


@unbox(Reference)  # type: ignore[untyped-decorator]
def _from_python(told: Reference, given: Value, c: _UnboxContext) -> NativeValue:
    whole = _TUPLES[told.name][1]
    native = c.unbox(whole, given)
    data = c.context.data_model_manager[whole].as_data(c.builder, native.value)
    place = cgutils.alloca_once_value(c.builder, data)
    return NativeValue(place, is_error=native.is_error, cleanup=native.cleanup)
