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
from typing import TYPE_CHECKING, Any

from openiads.base import shown

__version__ = "0.1.0"

if TYPE_CHECKING:
    from openiads.data.catalog import catalog
    from openiads.data.reading import load
    from openiads.faces.export import export
    from openiads.study.compare import compare
    from openiads.study.design import load_study
    from openiads.study.query import query
    from openiads.study.replicate import run
    from openiads.study.run import open_run
    from openiads.study.sweep import open_sweep, sweep

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
    "catalog": "openiads.data.catalog",
    "compare": "openiads.study.compare",
    "export": "openiads.faces.export",
    "load": "openiads.data.reading",
    "load_study": "openiads.study.design",
    "open_run": "openiads.study.run",
    "open_sweep": "openiads.study.sweep",
    "query": "openiads.study.query",
    "run": "openiads.study.replicate",
    "sweep": "openiads.study.sweep",
}

# What notebooks show is drawn by the top floor, which is imported when something is first shown.
shown.painter = lambda: importlib.import_module("openiads.faces.notebook")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
