"""How safeguards read: sentences, and a table of what each changes alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text
from openiads.faces.words.tradeoff import rate

LEGEND = (
    "Differences against the scenario as declared [95 %, paired on the same draws]: flights shot\n"
    "at a crossing, leakers a raid. *: differs from 0, with allowance for how many are looked at.\n"
    "0 in every pair: no replication differs. With: as good as it can be of its kind."
)


def sides(told: Mapping[str, Any]) -> list[str]:
    """Sides that fly."""
    return [side for side in text.SIDE_WORDS if side in told["declared"]]


def title(row: Mapping[str, Any]) -> str:
    """What the case is."""
    return f"{row['way']} {row['safeguard']}"


def cell(effect: Mapping[str, Any]) -> str:
    """A difference with its interval, marked where it differs from 0."""
    if effect["exact"]:
        return "0 in every pair"
    return (
        f"{'* ' if effect['told'] else ''}{_small(effect['value'])} [{_small(effect['low'])}, {_small(effect['high'])}]"
    )


def _small(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2g}".replace("-", "−")


def head(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the table."""
    return (
        "safeguard",
        *(f"{text.SIDE_WORDS[side]} shot at" for side in sides(told)),
        "leakers",
        "causes that are left",
    )


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each safeguard, the one that spares most first."""
    return [
        (
            title(row),
            *(cell(row["differences"][side]) for side in sides(told)),
            cell(row["differences"]["leakers"]),
            causes(row, sides(told)),
        )
        for row in told["safeguards"]
    ]


def causes(case: Mapping[str, Any], named: list[str]) -> str:
    """What stood behind first shots, and how often, by what came together."""
    found = [f"{text.words(chain)} ({count})" for side in named for chain, count in case[side]["chains"].items()]
    return "; ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "") or "none"


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences: as declared, and which single safeguard helps and hurts most."""
    n = text.number(told["replications"], 12)
    out = []
    for side in sides(told):
        out.append(
            f"{text.sentence(text.SIDE_WORDS[side])} shot at a crossing as declared: {rate(told['declared'][side])} "
            f"({n} replications of each case)."
        )
        shown = [row for row in told["safeguards"] if row["differences"][side]["told"]]
        better = [row for row in shown if row["differences"][side]["value"] < 0.0]
        worse = [row for row in shown if row["differences"][side]["value"] > 0.0]
        if better:
            best = min(better, key=lambda row: row["differences"][side]["value"])
            pays = best["differences"]["leakers"]
            cost = (
                f", for {_small(pays['value'])} leakers a raid"
                if pays["told"]
                else ", with no leaker more that is shown"
            )
            out.append(
                f"{text.sentence(title(best))} fewest of them are shot at: "
                f"{cell(best['differences'][side]).removeprefix('* ')}{cost}."
            )
        if worse:
            most = max(worse, key=lambda row: row["differences"][side]["value"])
            out.append(f"{text.sentence(title(most))} most are: {cell(most['differences'][side]).removeprefix('* ')}.")
        if not shown:
            out.append(f"No single safeguard is shown to change how often {text.SIDE_WORDS[side]} are shot at.")
    return out
