"""Claims as a page and in a terminal: the sentence, what it comes to, how sure, and what would change that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from openiads.faces import text
from openiads.faces.figures import MUTED, blank, headline, style, svg
from openiads.faces.markup import POLICY, STYLE, behind, section, table

#: Verdict -> how a sentence begins that tells it.
VERDICTS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "depends": "It depends",
    "undecided": "Undecided",
}
COLORS = {"supported": "#009e73", "contradicted": "#d55e00", "depends": "#0072b2", "undecided": "#8a8f98"}
TURNED = {
    "limits": "whether published limits gate the shots",
    "weighting": "how intervals are weighted",
    "worlds": "numbers that are not known well enough",
}
WHAT = {
    "kill_over_area": "probability that the missile is killed, reached over the stated share of the area",
    "equivalence": "share that gets through Patriot less share that gets through the S-300",
    "largest_raid": "probability that nothing hits the base",
    "ratios": "ratio, land over sea",
}
LINES = {
    "kill_over_area": lambda rule: (rule["kill_probability"],),
    "equivalence": lambda rule: (-rule["delta"], rule["delta"]),
    "largest_raid": lambda rule: tuple(rule["levels"]),
    "ratios": lambda rule: tuple(rule["band"]),
}
ANSWER_WORDS = ("yes", "no", "open")


def sentence(told: Mapping[str, Any], rule: Mapping[str, Any], method: str) -> str:
    """What a claim came to, in one sentence that can be quoted without misleading."""
    said = VERDICTS[told["verdict"]]
    cells = told["cells"]
    groups = {v: [c["cell"] for c in cells if c["verdict"] == v] for v in VERDICTS}
    parts = [f"{_listed(names)}: {VERDICTS[v].lower()}" for v, names in groups.items() if names]
    effort = "" if told["effort"] == "full" else " This is a quick look with few replications."
    on = f" on {_listed([TURNED.get(name, name) for name in told['depends_on']])}" if told["depends_on"] else ""
    near = " Some figures stand near the line." if told["near_the_line"] else ""
    return f"{said}{on}. {_capital(_measure(told, rule, method))} By cell: {'; '.join(parts)}.{near}{effort}"


def _measure(told: Mapping[str, Any], rule: Mapping[str, Any], method: str) -> str:
    """What was measured, in the nominal world."""
    deciding = [e for e in told["evidence"] if not e["beside"]]
    values = [e["figure"][0] for e in deciding if e["figure"][0] is not None]
    low, high = (min(values), max(values)) if values else (math.nan, math.nan)
    if method == "kill_over_area":
        reach = f"{text.percent(low)} to {text.percent(high)}" if low != high else text.percent(low)
        share = text.percent(rule["area_share"])
        return f"in the nominal world a single missile is killed with {reach}, by class, over at least {share} of the area."
    if method == "equivalence":
        return (
            f"in the nominal world, with equal kill probabilities and crews, the shares that get through differ by "
            f"{_points(low)} to {_points(high)} percentage points, cell by cell; within {_points(rule['delta'])} counts as comparable."
        )
    if method == "largest_raid":
        strict, loose = (f"{level:g}" for level in rule["levels"])
        first, second = told["figures"][strict], told["figures"][loose]
        return (
            f"of the stated mix the largest raid without a hit on the base has {_range(first)} threats at a probability of "
            f"{strict} and {_range(second)} at {loose}; the reference is {rule['reference']}."
        )
    return f"nominal ratios of land over sea lie between {low:.2g} and {high:.2g}."


def _range(by: Mapping[str, int]) -> str:
    numbers = sorted(set(by.values()))
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"


def _points(share: float) -> str:
    return f"{100 * share:.0f}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# ------------------------------------------------------------------ tables


HEAD = (
    "cell",
    "limits",
    "weights",
    "nominal (95 %)",
    "says",
    "sampled worlds (5-95 %)",
    "yes",
    "no",
    "open",
    "verdict",
)


def rows_of(told: Mapping[str, Any], arms: Mapping[tuple[str, str, str], str]) -> list[tuple[str, ...]]:
    """One row for each arm of each cell.  arms : (cell, limits, weighting) -> verdict of the arm."""
    found = []
    for e in told["evidence"]:
        if e["beside"]:
            continue
        key = (e["cell"], e["limits"], e["weighting"])
        counts = [str(e["worlds"][a]) for a in ANSWER_WORDS]
        near = " (near the line)" if e["near_the_line"] else ""
        found.append(
            (e["cell"], e["limits"], e["weighting"], _figure(e["figure"]), e["nominal"] + near, _band(e["band"]), *counts,
             arms.get(key, "–"))
        )  # fmt: skip
    return found


def beside_of(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """What is shown beside, never decisive."""
    return [
        (e["beside"].replace("_", " "), e["cell"], e["limits"], _figure(e["figure"]), e["nominal"])
        for e in told["evidence"]
        if e["beside"]
    ]


def changers(told: Mapping[str, Any], status: Mapping[str, str]) -> list[str]:
    """What would change the verdict: choices that turn a cell, and the knobs that move the figures most."""
    found = []
    for name, words in TURNED.items():
        cells = [c["cell"] for c in told["cells"] if name in c["turned_by"]]
        if cells:
            found.append(f"{_capital(words)} turns {_listed(cells)}.")
    strongest: dict[str, float] = {}
    for e in told["evidence"]:
        for name, value in e["drivers"]:
            if abs(value) > abs(strongest.get(name, 0.0)):
                strongest[name] = value
    for name, value in sorted(strongest.items(), key=lambda pair: -abs(pair[1]))[:2]:
        known = f" ({status[name]})" if name in status else ""
        found.append(f"{name}{known} goes with the figure over sampled worlds: rank correlation up to {value:+.1f}.")
    if not strongest:
        found.append("No single number moves the figures beyond what chance would give with so few worlds.")
    return found


def _figure(values: Sequence[float | None]) -> str:
    value, low, high, error = values
    if value is None:
        return "–"
    return f"{value:.2f}" if not error else f"{value:.2f} ({_short(low)} to {_short(high)})"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _band(values: Sequence[float] | None) -> str:
    return "–" if values is None else f"{values[0]:.2f} to {values[2]:.2f}"


# ------------------------------------------------------------------ the figure


def figure(told: Mapping[str, Any], rule: Mapping[str, Any], method: str) -> Figure:
    """Every arm of every cell: the nominal figure with its dice, the band of sampled worlds below it, the lines."""
    shown = [e for e in told["evidence"] if not e["beside"]]
    names = list(dict.fromkeys(e["cell"] for e in shown))
    arms = list(dict.fromkeys((e["limits"], e["weighting"]) for e in shown))
    with style("claims"):
        made = blank(8.6, 1.3 + 0.42 * len(names) + 0.1 * len(names) * len(arms))
        axes = made.subplots()
        verdicts = {c["cell"]: c["verdict"] for c in told["cells"]}
        for row, name in enumerate(names):
            mine = [e for e in shown if e["cell"] == name]
            for k, e in enumerate(mine):
                y = row + 0.7 * (k - (len(mine) - 1) / 2) / max(len(mine), 1)
                color = COLORS[verdicts[name]]
                if e["band"] is not None:
                    axes.plot(
                        [e["band"][0], e["band"][2]], [y, y], color=color, lw=5, alpha=0.28, solid_capstyle="butt"
                    )
                if e["figure"][0] is not None:
                    filled = e["limits"] == "emergent"
                    axes.plot(e["figure"][0], y, "o", ms=4, color=color, mfc=color if filled else "white")
                    axes.plot(e["figure"][1:3], [y, y], color=color, lw=1.1)
        for line in LINES[method](rule):
            axes.axvline(line, color=MUTED, lw=0.9, ls="--")
        if method == "ratios":
            axes.set_xscale("log", base=2)
            ends = [v for e in shown if e["band"] for v in (e["band"][0], e["band"][2]) if v and v > 0]
            ends += [0.4, 2.5]
            axes.set_xlim(min(ends) * 0.9, max(ends) * 1.1)
            axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
        axes.set_yticks(np.arange(len(names)), [text.shorten(name, 44) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlabel(WHAT[method])
        headline(made, "Dots: nominal world (hollow: published limits), thin line: dice, wide band: sampled worlds")
    return made


# ------------------------------------------------------------------ the page


def page(results: Sequence[Mapping[str, Any]], statements: Sequence[Mapping[str, Any]], arms: Sequence[Any],
         status: Mapping[str, str]) -> str:  # fmt: skip
    """The whole page; results, claims as they were stated and verdicts of arms go together."""
    quick = any(told["effort"] != "full" for told in results)
    points = [
        text.SCOPE,
        "A verdict is about a model built on public sources, under a rule that was stated before the first result. It is "
        "no judgment of a person who spoke, and no forecast.",
        "Dice (thin lines) and what is not known (wide bands) are never mixed. A band is a sampling of published or assumed "
        "intervals, not a probability.",
    ]
    if quick:
        points.append("These are quick looks: at most some thousand replications each, so that much stays undecided.")
    body = [
        '<header><h1>openiads · claims</h1><p class="question">What was said of the S-300, and what a model of it says</p>'
        f"{_overview(results)}</header>",
        section("Read this first", _points_list(points), kind="placard"),
    ]
    body += [_claim(*each, status) for each in zip(results, statements, arms, strict=True)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}"><title>openiads claims</title>'
        f"<style>{STYLE}</style></head><body><main>{''.join(body)}<footer>{escape(text.FOOTER)}</footer></main></body></html>"
    )


def _overview(results: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (f"“{told['sentence']}”", VERDICTS[told["verdict"]], _listed([TURNED.get(n, n) for n in told["depends_on"]])
         if told["depends_on"] else "–")
        for told in results
    ]  # fmt: skip
    return table(("what was said", "verdict", "depends on"), rows)


def _points_list(points: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(point)}</li>" for point in points) + "</ul>"


def _claim(told: Mapping[str, Any], stated: Mapping[str, Any], arms: Any, status: Mapping[str, str]) -> str:
    rule, method = stated["rule"], stated["method"]
    picture = svg(figure(told, rule, method), f"claim-{told['claim']}", f"Evidence on the claim {told['claim']}")
    numbers = table(HEAD, rows_of(told, arms), numbers=(3, 5, 6, 7, 8))
    beside = beside_of(told)
    more = ""
    if beside:
        head = ("beside", "cell", "limits", "nominal (95 %)", "says")
        more = f"<details><summary>Shown beside, never decisive</summary>{table(head, beside, numbers=(3,))}</details>"
    facts = [
        ("replications", text.number(told["replications"], 12)), ("failed", text.number(told["failed_replications"], 12)),
        ("seed", str(told["seed"])), ("effort", told["effort"]), ("claim", told["claim_digest"][:12]),
        ("digest", told["digest"][:12]),
    ]  # fmt: skip
    items = "".join(f"<li>{escape(name)} <b>{escape(value)}</b></li>" for name, value in facts)
    return (
        f"<section><h2>“{escape(told['sentence'])}”</h2><p>Said by {escape(told['said_by'])} ({escape(told['source'])}).</p>"
        f"<p><b>Question.</b> {escape(told['question'])}</p>"
        f'<p class="answer">{escape(sentence(told, rule, method))}</p>'
        f"{behind(picture, _capital(WHAT[method]) + '. Dashed: the lines of the rule.', numbers)}{more}"
        f"<h3>What would change it</h3>{_points_list(changers(told, status))}"
        f'<h3>The rule</h3><p>{escape(_rule(rule, method))}</p><ul class="facts">{items}</ul></section>'
    )


def _rule(rule: Mapping[str, Any], method: str) -> str:
    robust = f" A cell counts as settled where at least {text.percent(rule['robust'])} of the sampled worlds agree." if (
        "robust" in rule) else ""  # fmt: skip
    if method == "kill_over_area":
        return (
            f"Yes where the lower end of the interval of the kill probability is above {rule['kill_probability']:g} over at "
            f"least {text.percent(rule['area_share'])} of the area.{robust}"
        )
    if method == "equivalence":
        also = _listed([f"{d:g}" for d in rule["also_shown"]])
        return f"Comparable where the interval of the paired difference lies within ±{rule['delta']:g} (also stated: {also}).{robust}"
    if method == "largest_raid":
        high, low = rule["levels"]
        return (
            f"Yes where the reference raid ({rule['reference']} threats; {rule['reference_source']}) leaves the base untouched "
            f"with at least {high:g}; no where with less than {low:g}.{robust}"
        )
    low, high = rule["band"]
    ends = f"{text.percent(rule['knowledge'][0])} to {text.percent(rule['knowledge'][1])}"
    return f"Similar where the ratio lies within {low:g} to {high:g} over {ends} of the sampled worlds."


__all__ = ["figure", "page", "rows_of", "sentence"]
