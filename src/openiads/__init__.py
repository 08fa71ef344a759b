"""openiads: an open mission-level simulation of air and missile defense, for analysis, teaching and wargaming.

    import openiads as oi

    scenario = oi.load("tartus_2016.toml")
    run = oi.run(scenario, replications=1000, seed=1)
    run.estimate("leakers")

The public names below are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from openiads.data.catalog import catalog
    from openiads.data.reading import load
    from openiads.faces.export import export
    from openiads.study.compare import compare
    from openiads.study.replicate import run

__all__ = ["__version__", "catalog", "compare", "export", "load", "run"]

#: Public name -> the module that holds it.
_HOMES = {
    "catalog": "openiads.data.catalog",
    "compare": "openiads.study.compare",
    "export": "openiads.faces.export",
    "load": "openiads.data.reading",
    "run": "openiads.study.replicate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
