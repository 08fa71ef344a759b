"""How contributions of a defense's elements read: sentences and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openiads.faces.words import text

HEAD = ("element", "with the others", "alone", "interaction")
NUMBERS = (1, 2, 3)

#: What a gain is called, of metrics of which the defense wants less.
GAINS = {
    "leakers": "leakers prevented",
    "any_leaker": "raids without a leaker",
    "leak_rate": "leak rate taken off",
    "asset_hits": "hits prevented",
    "elements_lost": "losses prevented",
    "rounds_fired": "rounds saved (below 0: fired)",
}

#: Elements that a sentence names.
_FEW = 3


def gain_words(told: Mapping[str, Any]) -> str:
    """What the numbers of the table are, from ``Contributions.as_dict()``."""
    metric = told["metric"]
    if metric in GAINS:
        return GAINS[metric]
    return f"{'less' if told['wanted'] == 'less' else 'more'} of {text.words(metric)}"


def legend(told: Mapping[str, Any]) -> str:
    """What the columns say."""
    return (
        f"Gain: {gain_words(told)} [95 %, paired]. With the others: what is lost without\n"
        "the element. Alone: what it does with no other element. Interaction: the first\n"
        "less the second; above 0 it works through the others, below 0 they do its\n"
        "work too. *: differs from 0, with allowance for how many differences are looked\n"
        "at. 0 in every pair: no replication differs. An element with a dagger (†) stays\n"
        "in its place without power when it is taken out; all others are not there."
    )


def shown(metric: str, value: float | None) -> str:
    """A gain of a metric, a share in points."""
    return text.points(value) if text.is_share(metric) else text.number(value)


def cell(metric: str, effect: Mapping[str, Any]) -> str:
    """A difference with its interval, marked where it differs from 0; without one where no pair differs."""
    if effect["exact"]:
        return "0 in every pair"
    low, high = effect["low"], effect["high"]
    if low is None or high is None:
        span = "–"
    elif text.is_share(metric):
        span = f"[{text.points(low)}, {text.points(high)}]"
    else:
        span = text.span(low, high)
    return f"{'* ' if effect['told'] else ''}{shown(metric, effect['value'])} {span}"


def name_of(row: Mapping[str, Any]) -> str:
    """An element, with a dagger if its place stays when it is taken out."""
    return f"{row['element']} †" if row["stays"] else str(row["element"])


def table(told: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows; with a column of Shapley values where there are any."""
    metric, rows = told["metric"], told["elements"]
    shared = any("shapley" in row for row in rows) and len(rows) > 1
    names = ("with_others", "alone", "interaction", *(("shapley",) if shared else ()))
    head = (*HEAD, *(("Shapley value",) if shared else ()))
    return head, [(name_of(row), *(cell(metric, row[name]) for name in names)) for row in rows]


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in a few sentences: the whole, who is missed most, who works with or in place of others."""
    metric, rows = told["metric"], told["elements"]
    central = text.percent if text.is_share(metric) else text.number
    label = text.METRIC_WORDS.get(metric, text.sentence(text.words(metric)))
    n = text.number(told["replications"], 12)
    whole = (
        f"{label}: {central(told['whole'])} with the whole defense, {central(told['none'])} without its "
        f"{text.plural(len(rows), 'element', 'elements')} ({n} replications of each case)."
    )
    found = [whole]
    if len(rows) == 1:
        return found
    most = next((row for row in rows if row["with_others"]["told"] and row["with_others"]["value"] > 0.0), None)
    if most is None:
        found.append("No single element is missed: without any one of them the others do as well, so far as is shown.")
    else:
        effect = most["with_others"]
        span = cell(metric, effect).removeprefix("* ")
        unit = " points" if text.is_share(metric) else ""
        found.append(
            f"{most['element']} is missed most: the gain is less by {span}{unit} without it ({gain_words(told)})."
        )
    together = [row for row in rows if row["interaction"]["told"] and row["interaction"]["value"] > 0.0]
    instead = [row for row in rows if row["interaction"]["told"] and row["interaction"]["value"] < 0.0]
    idle = [row for row in rows if row["with_others"]["exact"] and row["alone"]["exact"]]
    worse = [row for row in rows if row["with_others"]["told"] and row["with_others"]["value"] < 0.0]
    found += _said(together, "gains more with the others than alone", "gain more with the others than alone")
    found += _said(
        instead,
        "gains less with the others than alone: others do its work too",
        "gain less with the others than alone: they do each other's work",
    )
    found += _said(worse, "makes it worse where the others are there", "make it worse where the others are there")
    found += _said(idle, "changes nothing in any replication", "change nothing in any replication")
    return found


def _said(rows: Sequence[Mapping[str, Any]], one: str, many: str) -> list[str]:
    """Who does something, in a sentence; none for nobody."""
    if not rows:
        return []
    names = [row["element"] for row in rows[:_FEW]]
    more = f" and {len(rows) - _FEW} more" if len(rows) > _FEW else ""
    return [f"{', '.join(names)}{more}: {one if len(rows) == 1 else many}."]
