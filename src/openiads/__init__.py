"""openiads: an open mission-level simulation of air and missile defense, for analysis, teaching and wargaming.

    import openiads as oi

    run = oi.run("tartus_2016", replications=1000, seed=1)
    run.estimate("leakers")
    oi.coverage("raid24", heights=["50 m", "3 km"]).figure()
    oi.sweep("study.toml", out="swept").table()

What the command line can answer, these functions can.  An answer has ``to_dict()``, what the command prints with
``--json``, and, where it has one, ``table()`` (Arrow) and ``figure()`` (matplotlib); a notebook displays it.

The public names are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from openiads.base import shown
from openiads.base.moved import refuse_moved
from openiads.base.version import __version__

if TYPE_CHECKING:
    from openiads import doctrine, statistics, textbook
    from openiads.base import errors
    from openiads.catalog.load import catalog
    from openiads.experiments import like_for_like
    from openiads.experiments.campaign import campaign
    from openiads.experiments.campaign_file import load_campaign
    from openiads.experiments.compare import Variant, compare
    from openiads.experiments.contributions import contributions
    from openiads.experiments.debris import debris
    from openiads.experiments.design import load_study
    from openiads.experiments.hotline import hotline
    from openiads.experiments.query import query
    from openiads.experiments.rare import rare
    from openiads.experiments.safeguards import safeguards
    from openiads.experiments.sweep import open_sweep, sweep
    from openiads.experiments.tradeoff import tradeoff
    from openiads.experiments.uncertainty import sensitivity, spread
    from openiads.explain.air_picture import air_picture
    from openiads.explain.kill_chain import explain
    from openiads.explain.layers import layers
    from openiads.faces.api import check, claims, closed_forms, report, view
    from openiads.faces.formats import export
    from openiads.faces.pages import answers as charts
    from openiads.foreign.convert import import_scenario
    from openiads.reach.defended import footprint
    from openiads.reach.envelope import envelope_volume, low_reach
    from openiads.reach.fire_unit import envelope
    from openiads.reach.keep_out import keep_out
    from openiads.reach.neighbors import reach
    from openiads.reach.site_radars import coverage
    from openiads.runs.replicate import run
    from openiads.runs.run import open_run
    from openiads.scenario.knobs import knob_list, sample
    from openiads.scenario.load import catalog_of, load
    from openiads.world import codes
    from openiads.world.prebuilt import Prebuilt

#: Public function or class -> the module that holds it.
_HOMES = {
    "Prebuilt": "openiads.world.prebuilt",
    "Variant": "openiads.experiments.compare",
    "air_picture": "openiads.explain.air_picture",
    "catalog_of": "openiads.scenario.load",
    "check": "openiads.faces.api",
    "closed_forms": "openiads.faces.api",
    "compare": "openiads.experiments.compare",
    "campaign": "openiads.experiments.campaign",
    "contributions": "openiads.experiments.contributions",
    "load_campaign": "openiads.experiments.campaign_file",
    "coverage": "openiads.reach.site_radars",
    "debris": "openiads.experiments.debris",
    "envelope": "openiads.reach.fire_unit",
    "envelope_volume": "openiads.reach.envelope",
    "export": "openiads.faces.formats",
    "hotline": "openiads.experiments.hotline",
    "footprint": "openiads.reach.defended",
    "import_scenario": "openiads.foreign.convert",
    "keep_out": "openiads.reach.keep_out",
    "knob_list": "openiads.scenario.knobs",
    "layers": "openiads.explain.layers",
    "load": "openiads.scenario.load",
    "load_study": "openiads.experiments.design",
    "low_reach": "openiads.reach.envelope",
    "open_run": "openiads.runs.run",
    "open_sweep": "openiads.experiments.sweep",
    "query": "openiads.experiments.query",
    "rare": "openiads.experiments.rare",
    "report": "openiads.faces.api",
    "safeguards": "openiads.experiments.safeguards",
    "run": "openiads.runs.replicate",
    "sample": "openiads.scenario.knobs",
    "sensitivity": "openiads.experiments.uncertainty",
    "spread": "openiads.experiments.uncertainty",
    "tradeoff": "openiads.experiments.tradeoff",
    "sweep": "openiads.experiments.sweep",
    "view": "openiads.faces.api",
}
#: Public module -> its full name; the packages among them that are called as functions are ``base.packages``'.
_MODULES = {
    "catalog": "openiads.catalog",
    "charts": "openiads.faces.pages.answers",
    "claims": "openiads.claims",
    "codes": "openiads.world.codes",
    "doctrine": "openiads.doctrine",
    "errors": "openiads.base.errors",
    "explain": "openiads.explain",
    "like_for_like": "openiads.experiments.like_for_like",
    "reach": "openiads.reach",
    "statistics": "openiads.statistics",
    "textbook": "openiads.textbook",
}

__all__ = [
    "Prebuilt",
    "Variant",
    "__version__",
    "air_picture",
    "campaign",
    "catalog",
    "catalog_of",
    "charts",
    "check",
    "claims",
    "closed_forms",
    "codes",
    "compare",
    "contributions",
    "coverage",
    "debris",
    "doctrine",
    "envelope",
    "envelope_volume",
    "errors",
    "explain",
    "export",
    "footprint",
    "hotline",
    "import_scenario",
    "keep_out",
    "knob_list",
    "layers",
    "like_for_like",
    "load",
    "load_campaign",
    "load_study",
    "low_reach",
    "open_run",
    "open_sweep",
    "query",
    "rare",
    "reach",
    "report",
    "run",
    "safeguards",
    "sample",
    "sensitivity",
    "spread",
    "statistics",
    "sweep",
    "textbook",
    "tradeoff",
    "view",
]

# What answers look like is drawn by the top floor, which is imported when something is first shown.
shown.painter = lambda: importlib.import_module("openiads.faces.notebook")
refuse_moved()


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value: Any = importlib.import_module(_MODULES[name])
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        if not isinstance(value, type):
            value = importlib.import_module("openiads.base.options").checked_call(value)
    else:
        raise AttributeError(_unknown(name))
    globals()[name] = value
    return value


def _unknown(name: str) -> str:
    from openiads.base.words import nearest

    near = "" if name.startswith("_") else nearest(name, __all__)
    return f"module {__name__!r} has no attribute {name!r}" + (f". {near.strip()}" if near else "")


def __dir__() -> list[str]:
    return sorted(__all__)
