"""openiads: an open mission-level simulation of air and missile defense, for analysis, teaching and wargaming.

    import openiads as oi

    scenario = oi.load("tartus_2016.toml")
    run = oi.run(scenario, replications=1000, seed=1)
    run.estimate("leakers")
    oi.sweep("study.toml", out="swept").table()

The public names below are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from openiads.base import shown
from openiads.base.version import __version__

if TYPE_CHECKING:
    from openiads.catalog.load import catalog
    from openiads.experiments.compare import compare
    from openiads.experiments.design import load_study
    from openiads.experiments.query import query
    from openiads.experiments.sweep import open_sweep, sweep
    from openiads.faces.formats import export
    from openiads.runs.replicate import run
    from openiads.runs.run import open_run
    from openiads.scenario.load import load

__all__ = [
    "__version__",
    "catalog",
    "compare",
    "export",
    "load",
    "load_study",
    "open_run",
    "open_sweep",
    "query",
    "run",
    "sweep",
]

#: Public name -> the module that holds it.
_HOMES = {
    "catalog": "openiads.catalog.load",
    "compare": "openiads.experiments.compare",
    "export": "openiads.faces.formats",
    "load": "openiads.scenario.load",
    "load_study": "openiads.experiments.design",
    "open_run": "openiads.runs.run",
    "open_sweep": "openiads.experiments.sweep",
    "query": "openiads.experiments.query",
    "run": "openiads.runs.replicate",
    "sweep": "openiads.experiments.sweep",
}

# What notebooks show is drawn by the top floor, which is imported when something is first shown.
shown.painter = lambda: importlib.import_module("openiads.faces.notebook")


class _Package(ModuleType):
    """This package, in which a public name stays what it is although a package of the program is called the same.

    When Python has imported ``openiads.catalog``, it puts that package into this one as ``catalog``, where the function
    ``catalog`` belongs.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
