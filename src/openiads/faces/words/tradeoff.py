"""How a trade-off of both errors reads: sentences, and a table of policies and of waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

LEGEND = (
    "Shot at a crossing, and leakers a raid [95 %]. Every point meets the same traffic on the same\n"
    "draws. To an identity: mean time from a track's confirmation. None seen is an upper bound."
)


def rate(value: Mapping[str, Any]) -> str:
    """A small rate with its interval; none seen as what it is at most."""
    if not value["mean"]:
        return f"none seen, at most {value['high']:.2g}"
    return f"{value['mean']:.2g} [{value['low']:.2g}, {value['high']:.2g}]"


def sides(told: Mapping[str, Any]) -> list[str]:
    """Sides that fly."""
    return [side for side in text.SIDE_WORDS if side in told["declared"]]


def head(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the table."""
    return ("policy", *(f"{text.SIDE_WORDS[side]} shot at" for side in sides(told)), "leakers", "to an identity, s")


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The scenario as declared, policies from the strictest to the loosest, and how often a track is asked."""
    rows = [{"name": "as declared"} | told["declared"], *told["policies"], *told["waiting"]]
    return [
        (
            row["name"],
            *(rate(row[side]) for side in sides(told)),
            f"{text.number(row['leakers']['mean'])} {text.span(row['leakers']['low'], row['leakers']['high'])}",
            "–" if row["seconds_to_identify"] is None else text.number(row["seconds_to_identify"]["mean"]),
        )
        for row in rows
    ]


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences: both ends of the curve, the steepest price, and what waiting costs."""
    n = text.number(told["replications"], 12)
    strict, loose = told["policies"][0], told["policies"][-1]
    leakers = [text.number(each["leakers"]["mean"]) for each in (strict, loose)]
    out = [
        (
            f"From holding fire to weapons free, {text.SIDE_WORDS[side]} shot at a crossing go from "
            f"{rate(strict[side])} to {rate(loose[side])}, leakers from {leakers[0]} to {leakers[1]} "
            f"({n} replications of each point)."
        )
        for side in sides(told)
    ]
    if len(told["waiting"]) > 1:
        short, long = told["waiting"][0], told["waiting"][-1]
        seconds = [each["seconds_to_identify"] for each in (short, long)]
        if None not in seconds:
            out.append(
                f"{text.sentence(long['name'])} and not {short['questions']} takes "
                f"{text.number(seconds[1]['mean'] - seconds[0]['mean'])} s more to an identity; leakers go from "
                f"{text.number(short['leakers']['mean'])} to {text.number(long['leakers']['mean'])}."
            )
    return out
