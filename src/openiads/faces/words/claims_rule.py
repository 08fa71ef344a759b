"""The rule of a claim in words: of one world, of a cell, of the sentence."""

from __future__ import annotations

from openiads.faces.words import text
from openiads.faces.words.claims import Told, listed

#: Method -> how the verdicts of cells make that of the sentence.
SENTENCES = {
    "kill_over_area": (
        "To engage and to kill are two sentences: each is supported if every class is, contradicted if every class is, "
        "and otherwise it depends on the class. The claim is what both come to; if both are decided and differ, it "
        "depends on which is meant."
    ),
    "equivalence": (
        "The sentence is supported if every cell is, contradicted if every cell is; otherwise it depends on class or "
        "normalization. While cells that are undecided could still make all alike, it is undecided."
    ),
    "largest_raid": "The sentence is what this one raid comes to.",
    "ratios": (
        "The sentence is supported if every figure is similar, contradicted if every figure differs, and otherwise it "
        "depends on which figure is meant. While figures that are undecided could still make all alike, it is "
        "undecided."
    ),
    "reach_over_others": (
        "Capability, posture and control state are three sentences: each is supported if every measure of it is, "
        "contradicted if every one is, and otherwise it depends on the measure. The claim is what all three come to; "
        "where decided readings differ, it depends on which is meant."
    ),
    "raised_price": (
        "The sentence, read as a price, is supported if every cell is, contradicted if every cell is; otherwise it "
        "depends on the kind of attack and the price, or is undecided."
    ),
    "kept_apart": (
        "The sentence is supported if both cells are, contradicted if both are; otherwise it depends on what is named, "
        "or is undecided."
    ),
}


def rule_of(told: Told) -> str:
    """The rule in words: of one world, of a cell over its worlds and arms, of the sentence over its cells."""
    parts = (_rule_of_worlds(told), _rule_of_cells(told), SENTENCES[told.method])
    return " ".join(parts)


def _rule_of_cells(told: Told) -> str:
    """From worlds, arms and choices to the verdict of a cell."""
    robust, seeds = text.percent(told.rule["robust"]), told.rule["seeds"]
    return (
        "In an arm a cell is supported where the lower end of the 95 % interval (Clopper-Pearson) of the share of "
        f"parameter samples that say yes, over those of all {seeds} seeds, is above {robust} and the share is at "
        f"least {robust} in every seed alone; contradicted likewise for no; it depends where the counts rule both "
        "out, and is undecided otherwise. A cell is settled only if every arm (limits, weights) and every choice taken "
        "alone with the nominal numbers says the same; where they settle on different things it depends, and what is "
        "undecided never makes it depend. A cell is near the line if the nominal figure is within a standard error of "
        "a line, or in an arm the share of samples within one of the rule, or if one sample that said otherwise would "
        "turn the verdict of an arm, whichever it is."
    )


def _rule_of_worlds(told: Told) -> str:
    """What one world says; of ratios, what all of them say."""
    rule = told.rule
    if told.method == "ratios":
        low, high = rule["band"]
        return (
            f"Yes where the ratio lies within {low:g} to {high:g}, ends included, no where outside; open where neither "
            "side has any. A figure that only one side has counts as infinitely larger."
        )
    if told.method == "kill_over_area":
        area, rest = text.percent(rule["area_share"]), text.percent(1.0 - rule["area_share"])
        engage, kill = (f"{rule[name]:g}" for name in ("engage_probability", "kill_probability"))
        return (
            f"Yes where the lower end of the interval of the probability to meet a missile is above {engage} (to kill "
            f"it: {kill}) at points that make up at least {area} of the area, no where its upper end is below that at "
            f"more than {rest}; otherwise open."
        )
    if told.method == "equivalence":
        also = listed([f"{d:g}" for d in rule["also_shown"]])
        shown = f" (shown too: {also})" if also else ""
        within = f"±{rule['delta']:g}{shown}"
        return (
            f"Yes where the interval of the paired difference lies within {within}, no where outside; otherwise open."
        )
    if told.method in OTHERS:
        return OTHERS[told.method](told)
    high, low = rule["levels"]
    return (
        f"Yes where a raid of {rule['reference']} threats ({rule['reference_source']}) leaves the base untouched "
        f"with at least {high:g}; no where with less than {low:g}; between them neither."
    )


def _reach(told: Told) -> str:
    """Of measures of reach."""
    rule = told.rule
    pairs = {
        "of the engagement volume over other states": [text.percent(v) for v in rule["over_neighbors"]],
        "civil flights a day within it": [f"{v:g}" for v in rule["civil_flights"]],
        "of civil flights fired at": [text.percent(v) for v in rule["engaged"]],
    }
    none = ", ".join(f"{values[0]} {what}" for what, values in pairs.items())
    counts = ", ".join(values[1] for values in pairs.values())
    return (
        f"Yes (no threat) where the figure is surely less than {none}; no where surely at least {counts}; else neither."
    )


def _price(told: Told) -> str:
    """Of the price of an attack."""
    rule = told.rule
    size, reach = rule["reach"] * rule["times"], rule["reach"]
    loss = f" Loss: yes where the share shot down is surely above {text.percent(rule['loss'])}, no where below."
    return (
        f"Yes where of {size} sent at least {reach} reach the target with a probability surely below "
        f"{rule['chance']:g} with the delivery, no where surely above; otherwise open.{loss if rule['loss_of'] else ''}"
    )


def _channel(told: Told) -> str:
    """Of a channel between parties."""
    rule = told.rule
    return (
        "Prevented: yes where the interval of the share of raids with an engagement without the channel that have none "
        f"with it is above {rule['prevented']:g}, no where below. Price: yes where the interval of the share of the "
        f"raid that gets through more lies at or below {rule['price']:g}, no where above; otherwise open."
    )


#: What one world says, of claims about others than the raid.
OTHERS = {"reach_over_others": _reach, "raised_price": _price, "kept_apart": _channel}
