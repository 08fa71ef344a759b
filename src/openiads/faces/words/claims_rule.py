"""The rule of a claim in words: of one world, of a cell, of the sentence."""

from __future__ import annotations

from openiads.faces.words import text
from openiads.faces.words.claims import Told, listed

#: Method -> how the verdicts of cells make that of the sentence.
SENTENCES = {
    "kill_over_area": (
        "The sentence is supported if every class is, contradicted if no class has a yes in the nominal world, and "
        "otherwise it depends on the class."
    ),
    "equivalence": (
        "The sentence is supported if every cell is, contradicted if every cell is; otherwise it depends on class, "
        "normalization or axes. While cells that are undecided could still make all alike, it is undecided."
    ),
    "largest_raid": "The sentence is what this one raid comes to.",
    "ratios": (
        "The sentence is supported if every figure is similar, contradicted if every figure differs, and otherwise it "
        "depends on which figure is meant."
    ),
}


def rule_of(told: Told) -> str:
    """The rule in words: of one world, of a cell over its worlds and arms, of the sentence over its cells."""
    parts = (_rule_of_worlds(told), _rule_of_cells(told), SENTENCES[told.method])
    return " ".join(parts)


def _rule_of_cells(told: Told) -> str:
    """From worlds and arms to the verdict of a cell."""
    arms = "A cell is what its arms (limits, weights) agree on; where they settle on different things it depends."
    if told.method == "ratios":
        return arms
    robust = text.percent(told.rule["robust"])
    return (
        f"In an arm a cell is supported where at least {robust} of the sampled worlds say yes, contradicted where at "
        f"least {robust} say no; it depends where their counts rule both out, and is undecided otherwise. {arms}"
    )


def _rule_of_worlds(told: Told) -> str:
    """What one world says; of ratios, what all of them say."""
    rule = told.rule
    if told.method == "ratios":
        low, high = rule["band"]
        first, last = (100 * end for end in rule["knowledge"])
        return (
            f"Similar where the {first:g} to {last:g} % percentiles of the ratio over sampled worlds lie within "
            f"{low:g} to {high:g}, different where they lie outside; otherwise the figure is open (undecided). A "
            "figure that only one side has counts as infinitely larger."
        )
    if told.method == "kill_over_area":
        area, rest = text.percent(rule["area_share"]), text.percent(1.0 - rule["area_share"])
        line = f"{rule['kill_probability']:g}"
        return (
            f"Yes where the lower end of the interval of the kill probability is above {line} at points that make up "
            f"at least {area} of the area, no where its upper end is below {line} at more than {rest}; otherwise open."
        )
    if told.method == "equivalence":
        also = listed([f"{d:g}" for d in rule["also_shown"]])
        shown = f" (shown too: {also})" if also else ""
        within = f"±{rule['delta']:g}{shown}"
        return (
            f"Yes where the interval of the paired difference lies within {within}, no where outside; otherwise open."
        )
    high, low = rule["levels"]
    return (
        f"Yes where a raid of {rule['reference']} threats ({rule['reference_source']}) leaves the base untouched "
        f"with at least {high:g}; no where with less than {low:g}; between them neither."
    )
