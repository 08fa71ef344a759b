"""Modules that the pages of 0.1.0 taught and that are gone: importing one says in one line what takes its place.

The finder stands last, so that it is asked only where an import would fail anyhow.
"""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

#: Full name of a module that is gone -> what to use.
MOVED = {
    "openiads.data.catalog": "openiads.catalog (import openiads as oi; oi.catalog())",
    "openiads.data.knobs": "openiads.knob_list and openiads.sample (import openiads as oi; oi.knob_list(...))",
    "openiads.data.reading": "openiads.load and openiads.catalog_of (import openiads as oi; oi.load(...))",
    "openiads.data.scenario": "openiads.load (import openiads as oi; oi.load(...))",
    "openiads.engine.run": "openiads.run (import openiads as oi; oi.run(...))",
    "openiads.faces.answers": "openiads.charts (import openiads as oi; oi.charts.save(...))",
    "openiads.study.allocation": "openiads.textbook (from openiads.textbook import best_allocation)",
    "openiads.study.claims": "openiads.claims (import openiads as oi; oi.claims(...))",
    "openiads.study.compare": "openiads.compare and openiads.Variant (import openiads as oi; oi.compare(...))",
    "openiads.study.coverage": "openiads.coverage (import openiads as oi; oi.coverage(...))",
    "openiads.study.envelope": "openiads.envelope (import openiads as oi; oi.envelope(...))",
    "openiads.study.estimate": "openiads.statistics (from openiads.statistics import wilson)",
    "openiads.study.explain": "openiads.explain (import openiads as oi; oi.explain(...))",
    "openiads.study.footprint": "openiads.footprint (import openiads as oi; oi.footprint(...))",
    "openiads.study.knowledge": "openiads.spread and openiads.sensitivity (import openiads as oi; oi.spread(...))",
    "openiads.study.like_for_like": "openiads.like_for_like (import openiads as oi; oi.like_for_like.cells(...))",
    "openiads.study.neighbors": "openiads.reach (import openiads as oi; oi.reach(...))",
    "openiads.study.query": "openiads.query (import openiads as oi; oi.query(...))",
    "openiads.study.replicate": "openiads.run (import openiads as oi; oi.run(...))",
    "openiads.study.run": "openiads.open_run (import openiads as oi; oi.open_run(...))",
    "openiads.study.standing": "openiads.coverage (import openiads as oi; oi.coverage(...))",
    "openiads.study.straight": "openiads.envelope (import openiads as oi; oi.envelope(...))",
    "openiads.study.sweep": "openiads.sweep and openiads.open_sweep (import openiads as oi; oi.sweep(...))",
    "openiads.study.twins": "openiads.textbook (from openiads.textbook import raid_leakage)",
    "openiads.study.twins_of_run": "openiads.closed_forms (import openiads as oi; oi.closed_forms(...))",
    "openiads.study.unit": "openiads.envelope (import openiads as oi; oi.envelope(...))",
}
#: Packages that are gone: whatever else was in them has no public name of its own.
GONE = ("openiads.data", "openiads.study")
ELSEWHERE = "what the names of openiads itself offer (import openiads as oi; print(oi.__all__))"


class _Gone(ModuleType):
    """A package that is gone: its modules are refused one by one, so that each names what takes its place."""

    def __getattr__(self, name: str) -> ModuleType:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        raise refused(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for what no other finder has found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("openiads."):
            return None
        if fullname in GONE:
            return ModuleSpec(fullname, self, is_package=True)
        if fullname in MOVED or fullname.rpartition(".")[0] in GONE:
            raise refused(fullname)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Gone(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


def refused(name: str) -> ModuleNotFoundError:
    """The error about a module that is gone: one line."""
    return ModuleNotFoundError(f"{name} has moved: use {MOVED.get(name, ELSEWHERE)}")


def refuse_moved() -> None:
    """Let imports of what is gone say what takes its place; once for a process."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
