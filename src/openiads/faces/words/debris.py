"""How debris reads: sentences and a table of towns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

HEAD = ("town", "pieces a raid", "chance of any", "expected casualties")


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences, with what it must not be taken for."""
    n = text.number(told["replications"], 12)
    out = [f"{text.plural(told['kills'], 'kill', 'kills')} in {n} replications break up as declared."]
    far = told["footprint"]
    if far["median_m"] is not None:
        half, few = (text.number(far[name] / 1000.0) for name in ("median_m", "far_m"))
        out.append(
            f"Half of the pieces come down more than {half} km from below the kill, one in twenty more than {few} km."
        )
    if told["kills_of_other_classes"]:
        left = ", ".join(f"{count} of {name}" for name, count in sorted(told["kills_of_other_classes"].items()))
        out.append(f"No pieces are declared for some kills, which are left out: {left}.")
    return [*out, told["caution"]]


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each town; ends of expected casualties are over chance, numbers of pieces and casualty areas."""
    return [
        (
            row["town"],
            f"{text.number(row['pieces'])} {text.span(row['pieces_low'], row['pieces_high'])}",
            f"{text.percent(row['any'])} {text.span(row['any_low'], row['any_high'], share=True)}",
            "–"
            if row["expected_casualties"] is None
            else f"{text.number(row['expected_casualties'])} {text.span(row['expected_low'], row['expected_high'])}",
        )
        for row in told["towns"]
    ]
