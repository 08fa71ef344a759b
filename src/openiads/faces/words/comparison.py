"""How a paired comparison reads: one sentence, and a table that fits 80 columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

HEAD = ("", "A", "B", "B − A [95 %]", "ahead", "saved")
NUMBERS = (1, 2, 3, 4, 5)
LEGEND = (
    "*: differs, with allowance for how many outcomes are looked at. Ahead: B is\n"
    "better / as good / worse in % of the pairs. Saved: how many times as many\n"
    "replications it would take without common random numbers."
)


#: What ``answer`` reads of a comparison.
ANSWERED = ("leakers", "civil_killed", "friend_killed")


def answer(told: Mapping[str, Any]) -> str:
    """What the comparison says of leakers and of aircraft shot down by mistake, from ``Comparison.summary()``."""
    n = text.number(told["replications"], 12)
    if told["identical"]:
        return f"A and B are the same computation: every difference is exactly 0 (n = {n})."
    row = told["metrics"].get("leakers")
    if row is None or row["difference"]["value"] is None:
        return f"No answer about leakers (n = {n}); the table has what was asked."
    wrong = "".join(f"; {clause}" for clause in shot_down(told["metrics"]))
    if row.get("exact"):
        most = text.percent(row["unlike_at_most"])
        return f"A and B let equally many leak in every pair (n = {n}; 95 %: less than {most} of pairs differ){wrong}."
    value, low, high = (row["difference"][key] for key in ("value", "low", "high"))
    more = value > 0
    if low is None or high is None:
        sized, shown = text.number(abs(value)), False
    else:
        near, far = (low, high) if more else (-high, -low)
        sized, shown = f"{text.number(abs(value))} {text.span(near, far)}", near > 0.0
    unit = f"(95 % interval, n = {n} pairs)"
    if not shown:
        return f"No difference in leakers shown: B − A is {text.number(value)} {text.span(low, high)} {unit}{wrong}."
    return (
        f"B lets {sized} {'more' if more else 'fewer'} leak {unit}; it does better in "
        f"{text.percent(row['b_better']['share'])} of them, as well in {text.percent(row['equal']['share'])}, worse in "
        f"{text.percent(row['b_worse']['share'])}{wrong}."
    )


def shot_down(metrics: Mapping[str, Any]) -> list[str]:
    """What either side shoots down that is no threat, a clause for each kind of aircraft that is shot down at all."""
    found = []
    for side, aircraft in text.SIDE_WORDS.items():
        row = metrics.get(f"{side}_killed")
        if row is None or not (row["a"]["mean"] or row["b"]["mean"]):
            continue
        gap = row["difference"]
        sides = " and ".join(f"{name} {text.number(row[key]['mean'])}" for name, key in (("A", "a"), ("B", "b")))
        span = f"{text.number(gap['value'])} {text.span(gap['low'], gap['high'])}"
        found.append(f"{aircraft} shot down in a raid: {sides}, B − A {span}")
    return found


def warnings(told: Mapping[str, Any]) -> list[str]:
    """What ran on either side but may not have been meant, the side named, from ``Comparison.summary()``."""
    a, b = (told[side].get("warnings", []) for side in "ab")
    both = [f"A and B: {line}" for line in a if line in b]
    only = [f"{name}: {line}" for name, own, other in (("A", a, b), ("B", b, a)) for line in own if line not in other]
    return [*told.get("warnings", []), *both, *only]


def found(told: Mapping[str, Any]) -> str:
    """How many outcomes differ when so many are looked at, from ``Comparison.summary()``."""
    among = told["discoveries"]
    count, of = len(among["differ"]), among["of"]
    if not of:
        return "No outcome has a number on both sides."
    rate = f"false discovery rate {text.number(100.0 * among['rate'])} %"
    return f"{count or 'None'} of {text.plural(of, 'outcome differs', 'outcomes differ')} ({rate})."


def given(told: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """What the scenarios set themselves, which is no outcome and stands in no table: what it is, in A, in B."""
    return [
        (text.METRIC_WORDS.get(name, text.sentence(text.words(name))), row["a"]["mean"], row["b"]["mean"])
        for name, row in told["metrics"].items()
        if row["input"]
    ]


def inputs(told: Mapping[str, Any]) -> str:
    """The same in a sentence; empty if nothing was asked."""
    said = []
    for label, *sides in given(told):
        a, b = map(text.number, sides)
        said.append(f"{label}: {a}" if a == b else f"{label}: {a} in A, {b} in B")
    return f"Set by the scenario, no outcome: {'; '.join(said)}." if said else ""


def rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows of the table, from ``Comparison.summary()``: outcomes, marked where they differ."""
    differ = set(told["discoveries"]["differ"])
    outcomes = [(name, row) for name, row in told["metrics"].items() if not row["input"]]
    return [(f"{name} *" if name in differ else name, *cells(name, row)[1:]) for name, row in outcomes]


def cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """One row of the table."""
    time = name in text.TIMES
    shown = text.percent if text.is_share(name) else text.number
    sides = [shown(row[side].get("median") if time else row[side]["mean"]) for side in "ab"]
    three = (
        "/".join(_whole(row[key]["share"]) for key in ("b_better", "equal", "b_worse")) if "b_better" in row else "–"
    )
    return name, *sides, difference(name, row), three, saved(row["variance_saved"]["factor"])


def difference(name: str, row: Mapping[str, Any]) -> str:
    """A difference and its interval; without one where no pair differs."""
    shown, gap = text.percent if text.is_share(name) else text.number, row["difference"]
    if row.get("exact") and gap["value"] is not None:
        return "0 in every pair"
    span = "–" if gap["low"] is None or gap["high"] is None else f"[{shown(gap['low'])}, {shown(gap['high'])}]"
    return f"{shown(gap['value'])} {span}"


def saved(factor: float | None) -> str:
    """How many times the variance that independent dice would give."""
    return "–" if factor is None else f"× {text.number(factor, 2)}"


def _whole(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else text.percent(share).removesuffix(" %")


def verdict(metric: str, delta: float, where: str) -> str:
    """The sentence of an equivalence question."""
    words = {
        "inside": "A and B are equivalent: the whole interval lies inside",
        "outside": "A and B differ by more than that: the whole interval lies outside",
        "undecided": "Undecided: the interval reaches both inside and outside",
    }
    return f"{metric}: {words[where]} ± {text.number(delta)}."
