"""Who was shot at though no threat: the section of a run's page, with rates, bounds and what stood behind the shots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from openiads.base.jsonable import JsonObject
from openiads.faces.pages.markup import section, table
from openiads.faces.words import text
from openiads.faces.words.misidentified import CAUSE_WORDS, RATES, rate_cells

STYLE = """
.bars{list-style:none;margin:4px 0 14px;padding:0;max-width:720px}
.bars li{margin:0 0 10px}
.bars .said{display:flex;flex-wrap:wrap;gap:0 12px;justify-content:space-between}
.bars .said span:last-child{font-variant-numeric:tabular-nums;color:var(--muted);font-size:.93rem}
.bars .track{position:relative;height:12px;background:var(--page);border-radius:3px;margin-top:3px}
.bars .track i{position:absolute;top:0;bottom:0}
.bars .band{background:var(--accent);opacity:.3;border-radius:3px;min-width:2px}
.bars .mean{width:3px;margin-left:-1.5px;background:var(--accent)}
"""
SAID = (
    "Civil flights and friends that were shot at, and shot down. A crossing is one such flight of a raid; flight hours "
    "are as planned; raids are replications. None seen is not none: what stands then is the upper end of the 95 % "
    "interval. These are figures of this set-up and its assumptions, and say of no flight that it is safe."
)
CAUSES = (
    "Flights shot at a crossing by what stood behind the first shot, with 95 % intervals. Several come together, so "
    "that they add to more than all."
)


def shot_at_section(told: Mapping[str, JsonObject]) -> str:
    """The section; empty where nothing but the raid flies.

    Parameters
    ----------
    told : mapping
        As ``runs.misidentification.misidentified`` gives it.
    """
    if not told:
        return ""
    parts = [f"<p>{escape(SAID)}</p>", *(f"<p>{escape(_sentence(side, found))}</p>" for side, found in told.items())]
    head = ("Who, and what happened", *(text.sentence(said) for said in RATES.values()))
    parts.append(table(head, _rates(told), caption="Mean and 95 % interval", numbers=range(1, len(head))))
    for side, found in told.items():
        if found["causes"]:
            parts.append(
                f"<h3>What stood behind the shots: {escape(text.SIDE_WORDS[side])}</h3>{_bars(found['causes'])}"
            )
    if any(found["causes"] for found in told.values()):
        parts.append(f"<p>{escape(CAUSES)}</p>{_chains(told)}")
    return section("Who was shot at", "".join(parts))


def _sentence(side: str, found: JsonObject) -> str:
    """How many fly, and whether any is shot at."""
    hours = found["flight_hours"]
    long = f", {text.number(hours)} flight hours," if hours else ""
    share = found["engaged"].get("per_raid")
    if not share:
        return f"{text.sentence(text.SIDE_WORDS[side])}: {text.number(found['flights'])} a raid{long}."
    some = text.percent(share["mean"]) if share["mean"] else f"none seen, at most {text.percent(share['high'])}"
    who = text.sentence(text.SIDE_WORDS[side])
    return f"{who}: {text.number(found['flights'])} a raid{long} and shot at in {some} of {share['n']} raids."


def _rates(told: Mapping[str, JsonObject]) -> list[tuple[str, ...]]:
    rows = []
    for side, found in told.items():
        for what, words in (("engaged", "shot at"), ("killed", "shot down")):
            cells = [" ".join(rate_cells(found[what][key])) if key in found[what] else "–" for key in RATES]
            rows.append((f"{text.sentence(text.SIDE_WORDS[side])}: {words}", *cells))
    return rows


def _bars(causes: Mapping[str, JsonObject]) -> str:
    """One bar for each cause, the most frequent first, all on one scale."""
    ranked = sorted(causes.items(), key=lambda each: -each[1]["mean"])
    top = max(rate["high"] for _, rate in ranked) or 1.0
    rows = []
    for cause, rate in ranked:
        low, mean, high = (100.0 * rate[key] / top for key in ("low", "mean", "high"))
        band = f'<i class="band" style="left:{low:.2f}%;width:{high - low:.2f}%"></i>'
        words = escape(text.sentence(CAUSE_WORDS.get(cause, text.words(cause))))
        rows.append(
            f'<li><div class="said"><span>{words}</span><span>{escape(" ".join(rate_cells(rate)))}</span></div>'
            f'<div class="track" aria-hidden="true">{band}<i class="mean" style="left:{mean:.2f}%"></i></div></li>'
        )
    return f'<ul class="bars">{"".join(rows)}</ul>'


def _chains(told: Mapping[str, JsonObject]) -> str:
    """What came together, as a table that is folded away."""
    rows: list[Sequence[str]] = []
    for side, found in told.items():
        for chain, count in found["chains"].items():
            words = "; ".join(CAUSE_WORDS.get(each, text.words(each)) for each in chain.split(" + "))
            rows.append((text.sentence(text.SIDE_WORDS[side]), words, text.number(count, 12)))
        if found["untold"]:
            untold = "shot at again after its first shot, or not told by the log"
            rows.append((text.sentence(text.SIDE_WORDS[side]), untold, text.number(found["untold"], 12)))
    shown = table(("Who", "What came together", "First shots"), rows, numbers=(2,))
    return f"<details><summary>What came together</summary>{shown}</details>"
