"""How spreads and sensitivities read: sentences, and tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openiads.base.words import listed
from openiads.faces.words import text

MORRIS_HEAD = ("parameter", "status", "moves it by", "direction", "uneven", "seen")
SOBOL_HEAD = ("parameter", "status", "alone", "in all")
SWINGS_HEAD = ("parameter", "status", "at its low end", "at its high end", "seen")
NUMBERS = (2, 3, 4)

#: Columns of the table of arms of knowledge.
ARMS_HEAD = ("prior", "samples", "rule holds in", "95 %", "median", "95 %", "90 of 100 samples")


def arms_table(told: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The head and the rows of the priors of a spread, without the share of a rule where none was asked."""
    rows = arms_rows(told["priors"])
    if "rule" in told:
        return ARMS_HEAD, rows
    return (*ARMS_HEAD[:2], *ARMS_HEAD[4:]), [(*row[:2], *row[4:]) for row in rows]


def arms_lines(told: Mapping[str, Any]) -> list[str]:
    """What was asked of the samples under each prior, and whether it holds whatever the prior."""
    if "priors" not in told:
        return []
    if "rule" not in told:
        medians = [row["median"] for row in told["priors"]]
        low, high = text.number(min(medians)), text.number(max(medians))
        return [f"The median of the samples is {low} to {high} by the prior; what changes with it rests on it."]
    rule = told["rule"]
    asked = f"at {'least' if rule['least'] else 'most'} {text.number(rule['threshold'])}"
    return [f"Asked: {asked} in more than {text.percent(rule['share'])} of the samples. {STANDS[told['answer']]}"]


def arms_rows(told: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """The rows of the table of arms, from ``statistics.arms.Arm.as_dict()`` of each."""
    return [
        (
            row["name"],
            text.number(row["worlds"], 12),
            text.percent(row["share"]),
            text.span(row["low"], row["high"], share=True),
            text.number(row["median"]),
            text.span(row["median_low"], row["median_high"]),
            f"{text.number(row['p5'])} to {text.number(row['p95'])}",
        )
        for row in told
    ]


#: Whether an answer stands in all arms, by what ``statistics.arms.stands`` says.
STANDS = {
    "holds": "The answer holds under every prior.",
    "fails": "The answer fails under every prior.",
    "depends": "The answer depends on the prior: one says yes, another no.",
    "undecided": "Undecided: under some prior the interval of the share reaches both sides.",
}


def spread_lines(told: Mapping[str, Any]) -> list[str]:
    """Both spreads, each in a sentence of its own, and what the second rests on."""
    metric, dice, known = text.words(told["metric"]), told["dice"], told["knowledge"]
    number = text.number
    count = (
        f"{told['worlds']} samples of {text.plural(len(told['knobs']), 'parameter', 'parameters')}, "
        f"{told['replications']} replications each"
    )
    around = (
        f"{text.sentence(metric)}: {number(told['mean']['nominal'])} at the baseline, "
        f"{number(told['mean']['worlds'])} over parameter samples ({count})."
    )
    by_dice = (
        f"Sampling variability: one raid differs from the next by {number(dice['sd'], 2)} (standard deviation); 90 of "
        f"100 raids at the baseline give {number(dice['p5'])} to {number(dice['p95'])}."
    )
    unknown = (
        f"Parameter uncertainty: the mean differs from sample to sample by "
        f"{number(known['sd'], 2)} {span(known['sd_low'], known['sd_high'])} (standard deviation, without sampling "
        f"variability); 90 of 100 samples have {number(known['p5'])} to {number(known['p95'])} ({known['label']})."
    )
    lines = [around, by_dice, unknown, *arms_lines(told), *published_lines(told), *capped_lines(told)]
    if known["below_noise"]:
        lines.append(
            "The samples differ by no more than chance explains, so 0 is shown; more replications may show more."
        )
        return lines
    parts = told["rests_on"]
    rests = [f"{_share(parts[name])} on {words}" for name, words in RESTS.items()]
    if parts["assumptions"]["share"] is not None:
        lines.append(f"The variance due to parameters rests: {'; '.join(rests)}.{_holds(told, 'shares')}")
    return lines


#: Words and scale of the published figures of a flight.
FIGURES = {
    "max_range": ("reach", 1e-3, "km"),
    "range_max": ("range", 1e-3, "km"),
    "max_altitude": ("ceiling", 1e-3, "km"),
    "apogee": ("apogee", 1e-3, "km"),
    "peak_speed": ("peak speed", 1.0, "m/s"),
    "average_speed": ("average speed", 1.0, "m/s"),
    "burnout_speed": ("burnout speed", 1.0, "m/s"),
    "flight_time": ("time of flight", 1.0, "s"),
}


def published_lines(told: Mapping[str, Any]) -> list[str]:
    """What sampled flights keep of what is published, one sentence for each round and missile."""
    lines = []
    for row in told.get("published", ()):
        name, scale, unit = FIGURES[row["figures"][0]["figure"]]
        ends = {said: [text.number(scale * end) for end in row["figures"][0][said]] for said in ("before", "after")}
        missed = [FIGURES[figure][0] for figure in row.get("beyond", ())]
        but = f" Its nominal flight does not keep its published {listed(missed)}; what lies between is allowed."
        lines.append(
            f"{row['entry']}: flights are drawn so that what is published of them is kept, {row['kept']} of "
            f"{row['tried']} draws ({text.percent(row['survives'])} of the prior); {name} {ends['after'][0]} to "
            f"{ends['after'][1]} {unit}, without that {ends['before'][0]} to {ends['before'][1]} {unit}."
            f"{but if missed else ''}"
        )
    return lines


#: Intervals that held the truth in a lesser share of trial studies are told with it.
ENOUGH = 0.87


def _holds(told: Mapping[str, Any], of: str) -> str:
    """How often intervals as wide as these held the truth, where it was not nearly as often as they say."""
    held = told["measured_coverage"]
    if held >= ENOUGH:
        return ""
    return f" With so few samples intervals of {of} held the truth in as few as {100 * held:.0f} of 100 trial studies."


def capped_lines(told: Mapping[str, Any]) -> list[str]:
    """In how many worlds a kill probability is capped, and in how many it is taken to hold nearer; nothing if none."""
    said = {
        "capped_worlds": "an interceptor would kill more often than it works; its kill probability is capped there",
        "nearer_worlds": "an interceptor does not arrive at the range at which its kill probability is taken to have "
        "been stated; it is taken to hold at a nearer one there",
    }
    many = {what: told.get(key, 0) for key, what in said.items()}  # answers of an earlier version have only the first
    return [f"In {n} of {told['worlds']} parameter samples {what}." for what, n in many.items() if n]


RESTS = {
    "assumptions": "assumptions alone",
    "evidence": "parameters with evidence alone",
    "both_together": "both together",
}


def span(low: float | None, high: float | None) -> str:
    """An interval with two digits."""
    if low is None or high is None:
        return "–"
    return f"[{text.number(low, 2, high - low)}, {text.number(high, 2, high - low)}]"


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
        return [f"No parameter moves {metric} by more than chance would ({count}).", *capped_lines(told)]
    first = next(row for row in told["swings"] if row["shown"])
    ends = [text.number(told["nominal"] + first[end]["difference"], 3) for end in ("at_low", "at_high")]
    strongest = (
        f"Alone, {first['knob']} moves {metric} most: {ends[0]} at the low end of its interval, {ends[1]} at the high "
        f"end, {text.number(told['nominal'], 3)} at the baseline ({count})."
    )
    seen = f"{shown} of {len(told['swings'])} parameters move it by more than chance would."
    unsure = f" The largest difference of all, {most['knob']}, is not among them." if not most["shown"] else ""
    return [strongest, seen + unsure, *capped_lines(told)]


def sensitivity_lines(told: Mapping[str, Any]) -> list[str]:
    """Which knob matters most, in a sentence, and how to read the table."""
    metric = text.words(told["metric"])
    count = f"{told['worlds']} parameter samples, {told['replications']} replications each"
    if told["method"] == "morris":
        shown = [row for row in told["effects"] if row["shown"]]
        if not shown:
            return [f"No parameter moves {metric} by more than chance would ({count}).", *capped_lines(told)]
        most = shown[0]
        strongest = (
            f"What moves {metric} most is {most['knob']}: by {text.number(most['mu_star'], 2)} "
            f"{span(most['mu_star_low'], most['mu_star_high'])} through its whole interval ({count})."
        )
        seen = f"{len(shown)} of {len(told['effects'])} parameters move it by more than chance would."
        return [strongest, seen, *capped_lines(told)]
    if told["method"] == "swings":
        return _swings_lines(told, metric, count)
    if not told["variance"]:
        alike = f"The parameter samples do not differ in {metric} by more than chance explains ({count})."
        return [alike, *capped_lines(told)]
    most = told["indices"][0]
    share = text.percent(min(1.0, max(0.0, most["total"])))
    told_first = f"What matters most for {metric} is {most['knob']}: it takes part in {share} of the variance between"
    return [f"{told_first} parameter samples ({count}).{_holds(told, 'indices')}", *capped_lines(told)]


LEGENDS = {
    "morris": "Moves it by: mean size of the change through the whole interval [95 %];\n"
    "direction: the same with its sign; uneven: how much it differs from place to\n"
    "place; seen: more than chance alone would show.",
    "sobol": "Shares of the variance between parameter samples, without sampling variability\n"
    "[95 %]; alone: first-order index, in all: total-order index (with interactions).",
    "swings": "Difference from the baseline with this parameter alone at an end of its interval\n"
    "[95 %], replication by replication with common random numbers; 0 [0, 0]: the\n"
    "same in all. Interactions are not seen.",
}
