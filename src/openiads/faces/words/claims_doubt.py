"""What a verdict of a claim rests on, in words: what turns it, where it flips, what it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text
from openiads.faces.words.claims import FEW, TURNED, Told, listed

#: Of the table of thresholds.
FLIPS = ("cell", "number", "line", "flips at", "share of the prior above, by weighting", "read against")


def changers(told: Told) -> list[str]:
    """What would change the verdict: choices that turn a cell, thresholds, and the knobs that move the figures most."""
    found = []
    for name, words in TURNED.items():
        cells = [told.title(c["cell"]) for c in told.result["cells"] if name in c["turned_by"]]
        if cells:
            named = listed(cells) if len(cells) <= FEW else f"{len(cells)} cells"
            found.append(f"{text.sentence(words)}: turns {named}.")
    found += [flip_said(told, each) for each in told.result["flips"] if each["thresholds"]]
    strongest: dict[str, float] = {}
    for e in told.deciding:
        for name, value in e["drivers"]:
            if abs(value) > abs(strongest.get(name, 0.0)):
                strongest[name] = value
    for name, value in sorted(strongest.items(), key=lambda pair: -abs(pair[1]))[:2]:
        known = f" ({told.knobs[name]})" if name in told.knobs else ""
        way = "up" if value > 0 else "down"
        found.append(f"{name}{known}: as it rises the figure goes {way}, rank correlation up to {value:+.2f}.")
    moved = any(e["band"] and e["band"][0] != e["band"][2] for e in told.deciding)
    if not moved:
        found.append(
            "No parameter that is sampled: over parameter samples the figures move no more than chance does. The order "
            "of battle, the raid and the rule are not sampled."
        )
    elif not strongest:
        found.append("No single number goes with a figure beyond what chance gives over so many numbers and figures.")
    if told.result["verdict"] == "undecided":
        more = "" if told.result["effort"] == "full" else "; the full effort has both"
        found.append(f"More replications and more parameter samples may settle what is open{more}.")
    return found


def flip_said(told: Told, flip: Mapping[str, Any]) -> str:
    """Where one figure crosses its line when one number is moved alone."""
    cell, sets, line = told.title(flip["cell"]), flip["sets"], f"{flip['line']:g}"
    at = listed([f"{value:.2g}" for value in flip["thresholds"]])
    return f"{cell} crosses {line} where {sets} is {at}, all else nominal ({_priors(flip)}; {flip['compare']})."


def _priors(flip: Mapping[str, Any]) -> str:
    """How much of each prior lies above the thresholds."""
    shares = {name: "/".join(text.percent(v) for v in above) for name, above in flip["prior_above"].items()}
    return "share of the prior above: " + ", ".join(f"{name.replace('_', '-')} {v}" for name, v in shares.items())


def flips_of(told: Told) -> list[tuple[str, ...]]:
    """The thresholds as rows under ``FLIPS``."""
    found: list[tuple[str, ...]] = []
    for flip in told.result["flips"]:
        at = listed([f"{value:.2g}" for value in flip["thresholds"]]) or "never"
        above = _priors(flip).partition(": ")[2] if flip["thresholds"] else "–"
        found.append((told.title(flip["cell"]), flip["sets"], f"{flip['line']:g}", at, above, flip["compare"]))
    return found
