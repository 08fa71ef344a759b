"""How the air pictures of a run read: a sentence for each command post, and a table of measures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

HEAD = ("command post", "measure", "mean", "95 %", "n")
NUMBERS = (2, 3, 4)
#: Measure -> words, scale and unit ("%": a share).
SAID = {
    "completeness": ("flights held, of all in the air", 1.0, "%"),
    "ambiguity": ("tracks for each flight held", 1.0, ""),
    "spuriousness": ("tracks that stand for none", 1.0, "%"),
    "ospa": ("OSPA, km", 1e-3, ""),
    "gospa": ("GOSPA, km", 1e-3, ""),
}


def answer(told: Mapping[str, Any]) -> str:
    """What came of it, in one sentence for each post."""
    how = f"{text.plural(told['replications'], 'replication', 'replications')}, every {text.number(told['every'])} s"
    if not told["posts"]:
        return "No command post has a radar, or nothing flew: there is no picture."
    said = []
    for name, measures in told["posts"].items():
        held, false = measures["completeness"], measures["spuriousness"]
        none = (
            "it never had a track" if not false["n"] else f"{_cell('spuriousness', false['mean'])} of its tracks false"
        )
        said.append(f"{name} holds {_cell('completeness', held['mean'])} of what is in the air, {none}")
    return f"{'; '.join(said)} ({how}, cutoff {text.number(told['cutoff'] / 1000.0)} km)."


def rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows of the table, from ``AirPicture.as_dict()``."""
    return [
        (name, SAID[what][0], _cell(what, row["mean"]), _interval(what, row), text.number(row["n"], 12))
        for name, measures in told["posts"].items()
        for what, row in measures.items()
    ]


def _cell(what: str, value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    _, scale, unit = SAID[what]
    return text.percent(value) if unit == "%" else text.number(scale * value)


def _interval(what: str, row: Mapping[str, Any]) -> str:
    _, scale, unit = SAID[what]
    if row["low"] is None or row["high"] is None:
        return "–"
    return text.span(scale * row["low"], scale * row["high"], share=unit == "%")
