"""Packages that share their name with a public function, ``openiads.catalog`` for one: they can be called as it.

Python sets a package as an attribute of the one above as soon as anything in it is imported.  So ``openiads.catalog``
is this package, whatever else has that name, and only a package that can be called is ``oi.catalog()`` too.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from openiads.base.options import checked_call


class CallablePackage(ModuleType):
    """A package that is called as a function of one of its modules, which is imported when first called."""

    __public__: tuple[str, str]

    def __call__(self, *given: object, **named: object) -> object:
        return checked_call(self._function())(*given, **named)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._function())

    def _function(self) -> Callable[..., Any]:
        module, name = self.__public__
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return function


def callable_as(package: str, module: str, name: str) -> None:
    """Let a package be called as a function: ``package`` and ``module`` are full names."""
    found = sys.modules[package]
    found.__class__ = CallablePackage
    found.__public__ = (module, name)  # type: ignore[attr-defined]
