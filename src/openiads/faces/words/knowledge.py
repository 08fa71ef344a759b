"""How spreads and sensitivities read: sentences, and tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

MORRIS_HEAD = ("knob", "status", "moves it by", "direction", "uneven", "seen")
SOBOL_HEAD = ("knob", "status", "alone", "in all")
SWINGS_HEAD = ("knob", "status", "at its low end", "at its high end", "seen")
NUMBERS = (2, 3, 4)


def spread_lines(told: Mapping[str, Any]) -> list[str]:
    """Both spreads, each in a sentence of its own, and what the second rests on."""
    metric, dice, known = text.words(told["metric"]), told["dice"], told["knowledge"]
    number = text.number
    count = f"{told['worlds']} worlds of {len(told['knobs'])} knobs, {told['replications']} replications each"
    around = (
        f"{text.sentence(metric)}: {number(told['mean']['nominal'])} in the nominal world, "
        f"{number(told['mean']['worlds'])} over sampled ones ({count})."
    )
    by_dice = (
        f"Dice: one raid differs from the next by {number(dice['sd'], 2)} (standard deviation); 90 of 100 raids of the "
        f"nominal world give {number(dice['p5'])} to {number(dice['p95'])}."
    )
    unknown = (
        f"Knowledge: the mean differs from world to world by {number(known['sd'], 2)} "
        f"{span(known['sd_low'], known['sd_high'])} (standard deviation, without the dice); 90 of 100 sampled worlds "
        f"have {number(known['p5'])} to {number(known['p95'])} ({known['label']})."
    )
    lines = [around, by_dice, unknown, *capped_lines(told)]
    if known["below_noise"]:
        lines.append("The worlds differ by no more than dice explain, so 0 is shown; more replications would tell.")
        return lines
    parts = told["rests_on"]
    rests = [f"{_share(parts[name])} on {words}" for name, words in RESTS.items()]
    if parts["assumptions"]["share"] is not None:
        lines.append(f"That spread of knowledge (its variance) rests: {'; '.join(rests)}.{_holds(told, 'shares')}")
    return lines


#: Intervals that held the truth in a lesser share of trial studies are told with it.
ENOUGH = 0.87


def _holds(told: Mapping[str, Any], of: str) -> str:
    """How often intervals as wide as these held the truth, where it was not nearly as often as they say."""
    held = told["measured_coverage"]
    if held >= ENOUGH:
        return ""
    return f" With so few worlds intervals of {of} held the truth in as few as {100 * held:.0f} of 100 trial studies."


def capped_lines(told: Mapping[str, Any]) -> list[str]:
    """How many worlds have a capped kill probability; nothing if none."""
    if not told["capped_worlds"]:
        return []
    where = f"In {told['capped_worlds']} of {told['worlds']} worlds"
    return [f"{where} a round would kill more often than it works; its kill probability is capped there."]


RESTS = {
    "assumptions": "assumptions alone",
    "evidence": "numbers with evidence alone",
    "both_together": "both together",
}


def span(low: float | None, high: float | None) -> str:
    """An interval with two digits."""
    return "–" if low is None or high is None else f"[{text.number(low, 2)}, {text.number(high, 2)}]"


def _share(part: Mapping[str, Any]) -> str:
    return f"{text.percent(part['share'])} {text.span(part['low'], part['high'], share=True)}"


def morris_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One knob of a screening."""
    return (
        row["knob"],
        row["status"],
        f"{text.number(row['mu_star'], 2)} {span(row['mu_star_low'], row['mu_star_high'])}",
        text.number(row["mu"], 2),
        text.number(row["sigma"], 2),
        "yes" if row["shown"] else "no",
    )


def sobol_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One knob of Sobol indices."""
    first, total = ((row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("first", "total"))
    cells = [f"{text.number(value, 2)} {span(low, high)}" for value, low, high in (first, total)]
    return row["knob"], row["status"], *cells


def swings_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One knob at both ends of its band."""
    ends = [
        f"{text.number(end['difference'], 2)} {span(end['low'], end['high'])}"
        for end in (row["at_low"], row["at_high"])
    ]
    return row["knob"], row["status"], *ends, "yes" if row["shown"] else "no"


def sensitivity_table(told: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The head and the rows of a sensitivity's table."""
    head, cells, rows = {
        "morris": (MORRIS_HEAD, morris_cells, "effects"),
        "sobol": (SOBOL_HEAD, sobol_cells, "indices"),
        "swings": (SWINGS_HEAD, swings_cells, "swings"),
    }[told["method"]]
    return head, [cells(row) for row in told[rows]]


def _swings_lines(told: Mapping[str, Any], metric: str, count: str) -> list[str]:
    most = told["swings"][0]
    shown = sum(row["shown"] for row in told["swings"])
    if not shown:
        return [f"No knob moves {metric} by more than dice would show ({count}).", *capped_lines(told)]
    first = next(row for row in told["swings"] if row["shown"])
    ends = [text.number(told["nominal"] + first[end]["difference"], 3) for end in ("at_low", "at_high")]
    strongest = (
        f"Alone, {first['knob']} moves {metric} most: {ends[0]} at the low end of its band, {ends[1]} at the high end, "
        f"{text.number(told['nominal'], 3)} in the nominal world ({count})."
    )
    seen = f"{shown} of {len(told['swings'])} knobs move it by more than dice would show."
    unsure = f" The largest swing of all, {most['knob']}, is not among them." if not most["shown"] else ""
    return [strongest, seen + unsure, *capped_lines(told)]


def sensitivity_lines(told: Mapping[str, Any]) -> list[str]:
    """Which knob matters most, in a sentence, and how to read the table."""
    metric = text.words(told["metric"])
    count = f"{told['worlds']} worlds, {told['replications']} replications each"
    if told["method"] == "morris":
        shown = [row for row in told["effects"] if row["shown"]]
        if not shown:
            return [f"No knob moves {metric} by more than dice would show ({count}).", *capped_lines(told)]
        most = shown[0]
        strongest = (
            f"What moves {metric} most is {most['knob']}: by {text.number(most['mu_star'], 2)} "
            f"{span(most['mu_star_low'], most['mu_star_high'])} through its whole band ({count})."
        )
        seen = f"{len(shown)} of {len(told['effects'])} knobs move it by more than dice would show."
        return [strongest, seen, *capped_lines(told)]
    if told["method"] == "swings":
        return _swings_lines(told, metric, count)
    if not told["variance"]:
        alike = f"The sampled worlds do not differ in {metric} by more than dice explain ({count})."
        return [alike, *capped_lines(told)]
    most = told["indices"][0]
    share = text.percent(min(1.0, max(0.0, most["total"])))
    told_first = f"What matters most for {metric} is {most['knob']}: it takes part in {share} of the variance between"
    return [f"{told_first} worlds ({count}).{_holds(told, 'indices')}", *capped_lines(told)]


LEGENDS = {
    "morris": "Moves it by: mean size of the change through the whole band [95 %]; direction:\n"
    "the same with its sign; uneven: how much it differs from place to place; seen:\n"
    "more than dice alone would show.",
    "sobol": "Shares of the variance between worlds, dice taken out [95 %]: of the knob alone,\n"
    "and in all that it takes part in.",
    "swings": "Difference from the nominal world with this knob alone at an end of its band\n"
    "[95 %], replication by replication on the same dice; 0 [0, 0]: the same in all.\n"
    "Interactions are not seen.",
}
