"""How a hotline's worth reads: sentences, and a table of lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text
from openiads.faces.words.tradeoff import rate

HEAD = ("reliability", "mean delay, s", "prevented a raid", "closed form", "avoidable left", "leakers more")
LEGEND = (
    "Engagements of flights that are not hostile, a raid [95 %, paired with no line on the same\n"
    "draws]. Closed form: r (1 - exp(-T/tau)), T from the notice to each shot without it; a dash\n"
    "where it does not hold."
)


def difference(effect: Mapping[str, Any]) -> str:
    """A paired difference with its interval."""
    if effect["exact"]:
        return "0 in every pair"
    return f"{text.number(effect['value'])} {text.span(effect['low'], effect['high'])}"


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each line."""
    return [
        (
            text.number(row["reliability"]),
            text.number(row["delay_s"]),
            difference(row["prevented"]),
            text.number(row["expected"]),
            rate(row["avoidable_left"]),
            difference(row["leakers"]),
        )
        for row in told["lines"]
    ]


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences."""
    n = text.number(told["replications"], 12)
    without = f"Without a line {rate(told['avoidable'])} engagements a raid are of flights in a block that was notified"
    out = [f"{without}, of which the post had not heard ({n} replications of each line)."]
    if told["lines"]:
        best = max(told["lines"], key=lambda row: (row["prevented"]["value"], row["reliability"], -row["delay_s"]))
        out.append(
            f"A line with reliability {text.number(best['reliability'])} and a mean delay of "
            f"{text.number(best['delay_s'])} s prevents most: {difference(best['prevented'])}; leakers more: "
            f"{difference(best['leakers'])}."
        )
    return out
