"""How a raid layer by layer reads: a sentence, a table of layers, and one of classes of threat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

HEAD = ("layer", "first shot at", "threats", "engaged", "killed", "fired", "left")
NUMBERS = (1, 2, 3, 4)
LEGEND = (
    "Threats a replication, in the order in which the raid meets the sites. Those of a\n"
    "layer: a fire unit of it held them as targets within its reach, whether or not it\n"
    "could shoot. Killed: by its rounds; every threat is killed by one layer, has\n"
    "leaked or ended otherwise. Fired: at any flight; left: with spare loads."
)
#: What became of threats that no layer killed.
NOBODY = "no round credited"


def finding(row: Mapping[str, Any]) -> str:
    """A mean with its interval."""
    return f"{text.number(row['mean'])} {text.span(row['low'], row['high'])}"


def layer_name(row: Mapping[str, Any]) -> str:
    """A layer's site with its system."""
    return f"{row['site']} ({row['system']})"


def _distance(row: Mapping[str, Any]) -> str:
    far = row["first_distance_m"]
    return "never" if far is None or math.isnan(far) else f"{text.number(far / 1000.0)} km"


def spent(row: Mapping[str, Any]) -> tuple[str, str]:
    """Rounds fired and left of a layer, by kind."""
    fired, left = [], []
    for each in row["spent"]:
        unit = " bursts" if each["unit"] == "bursts" else ""
        fired.append(f"{text.number(each['fired']['mean'])} {each['kind']}{unit}")
        stock = each["stock"]
        endless = stock is None or math.isinf(stock)
        left.append("endless" if endless else f"{text.number(each['left']['mean'])} of {text.number(stock, 12)}")
    return ", ".join(fired) or "–", ", ".join(left) or "–"


def rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows of the table, from ``Layers.as_dict()``: layers, then what leaked or ended otherwise."""
    found: list[tuple[str, ...]] = [("The raid", "", finding(told["threats"]["all"]), "", "", "", "")]
    for row in told["layers"]:
        stages = (finding(row[stage]["all"]) for stage in ("arrived", "engaged", "killed"))
        found.append((layer_name(row), _distance(row), *stages, *spent(row)))
    for how, counts in told["ended"].items():
        found.append((ending(how), "", finding(counts["all"]), "", "", "", ""))
    found.append(("Leaked", "", finding(told["leaked"]["all"]), "", "", "", ""))
    return found


def ending(how: str) -> str:
    """How threats ended that no layer killed and that did not leak."""
    return "Killed, no round credited" if how == NOBODY else text.TERMINAL_WORDS.get(how, text.words(how))


def classes(told: Mapping[str, Any]) -> list[str]:
    """The classes that flew."""
    return [name for name in told["threats"] if name != "all"]


def class_table(told: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows by class of threat: of each layer what it killed of those within its reach."""
    names = classes(told)
    head = ("", *(text.CLASS_WORDS.get(name, text.words(name)) for name in names))

    def means(counts: Mapping[str, Any]) -> list[str]:
        return [text.number(counts[name]["mean"]) for name in names]

    found = [("The raid", *means(told["threats"]))]
    for row in told["layers"]:
        cells = [
            f"{text.number(row['killed'][name]['mean'])} of {text.number(row['arrived'][name]['mean'])}"
            for name in names
        ]
        found.append((f"Killed by {row['site']}, of those within reach", *cells))
    found += [(ending(how), *means(counts)) for how, counts in told["ended"].items()]
    return head, [*found, ("Leaked", *means(told["leaked"]))]


def answer(told: Mapping[str, Any]) -> str:
    """The accounting in one sentence."""
    n = text.number(told["replications"], 12)
    whole = told["threats"]["all"]["mean"]
    raid = text.plural(whole, "threat", "threats")
    taken = [
        f"{row['site']} kills {text.number(row['killed']['all']['mean'])}"
        for row in told["layers"]
        if row["killed"]["all"]["mean"]
    ]
    most = 4
    more = [f"{len(taken) - most} more layers the others"] if len(taken) > most else []
    other = sum(counts["all"]["mean"] for counts in told["ended"].values())
    rest = [f"{text.number(other)} end otherwise"] if other else []
    leaked = f"{text.number(told['leaked']['all']['mean'])} leak"
    parts = [*(taken[:most] or ["no layer kills any"]), *more, *rest, leaked]
    return f"Of {raid}, {', '.join(parts[:-1])} and {parts[-1]} on average (n = {n})."
