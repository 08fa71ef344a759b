"""The page of claims: for each the sentence, the answer, a picture of the evidence, the numbers and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.kit import BLUE, GREEN, MUTED, VERMILION, blank, headline, style, svg
from openiads.faces.pages.markup import POLICY, STYLE, behind, section, table
from openiads.faces.words import claims as words
from openiads.faces.words import text
from openiads.faces.words.claims import Told
from openiads.faces.words.claims_answer import VERDICTS, close, details, sentence
from openiads.faces.words.claims_doubt import FLIPS, changers, flips_of
from openiads.faces.words.claims_rule import rule_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = {"supported": GREEN, "contradicted": VERMILION, "depends": BLUE, "undecided": "#8a8f98"}

#: Where a band ends that has no end: beyond every axis.
BEYOND = 1e6

VERDICT = (
    "A verdict is about a model built on public sources, under a rule that was stated before any result by it. It is "
    "no judgment of a person who spoke, and no forecast."
)
DOUBT = (
    "Sampling variability (thin lines) and parameter uncertainty (wide bands) are never mixed: bands are of the means "
    "of parameter samples, drawn together by what the chance of few replications puts into them. A band is "
    "a sampling of published or assumed intervals, not a probability."
)


# ------------------------------------------------------------------ the figure


def figure(told: Told) -> Figure:
    """Every arm of every cell: the nominal figure with its dice, the band of sampled worlds, the lines of the rule.

    The largest raid shows its other sizes too, without color: they decide nothing.
    """
    verdicts = {c["cell"]: c["verdict"] for c in told.result["cells"]}
    drawn = [*told.deciding, *(e for e in told.result["evidence"] if e["beside"] == "size")]
    names = list(dict.fromkeys(e["cell"] for e in drawn))
    if told.method == "largest_raid":
        names.sort(key=lambda name: int(name.split()[0]))
    arms = len({(e["limits"], e["weighting"]) for e in told.deciding})
    with style("claims"):
        made = blank(8.6, 1.5 + (0.18 + 0.085 * arms) * len(names))
        axes = made.subplots()
        for row, name in enumerate(names):
            mine = [e for e in drawn if e["cell"] == name]
            color = COLORS[verdicts[name]] if name in verdicts else MUTED
            for k, e in enumerate(mine):
                _draw(axes, _scaled(e, told.drawn_per(name)), row + 0.7 * (k - (len(mine) - 1) / 2) / len(mine), color)
        for line in told.lines:
            axes.axvline(line, color=MUTED, lw=0.9, ls="--")
        if told.method == "ratios":
            _log(axes, told)
        if told.method == "reach_over_others":
            axes.set_xscale("symlog", linthresh=0.1)
        labels = [text.shorten(told.title(name), 44) for name in names]
        if len(verdicts) <= words.FEW:
            labels = [f"{k}\n{verdicts[n]}" if n in verdicts else k for k, n in zip(labels, names, strict=True)]
        axes.set_yticks(np.arange(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.45, -0.55)
        axes.set_xlabel(told.what)
        cells = "1 cell" if len(verdicts) == 1 else f"{len(verdicts)} cells"
        headline(made, f"{text.sentence(VERDICTS[told.result['verdict']])}: {cells}, each looked at in {arms} ways")
    return made


def _scaled(e: Mapping[str, Any], per: float) -> Mapping[str, Any]:
    """Evidence with its figure and band over a number."""
    if per == 1.0:
        return e
    figure, band = ([None if v is None else v / per for v in e[key] or ()] for key in ("figure", "band"))
    return {**e, "figure": figure, "band": band or None}


def _draw(axes: Axes, e: Mapping[str, Any], y: float, color: str) -> None:
    """One arm: a wide band, a thin interval, a dot that is hollow where published limits gate the shots."""
    if e["band"] is not None and e["band"][0] is not None:
        high = BEYOND if e["band"][2] is None else e["band"][2]
        axes.plot([e["band"][0], high], [y, y], color=color, lw=5, alpha=0.28, solid_capstyle="butt")
    value, low, high, _ = e["figure"]
    if value is not None:
        axes.plot([low, high], [y, y], color=color, lw=1.1)
        axes.plot(value, y, "o", ms=4, color=color, mfc=color if e["limits"] == "emergent" else "white")


def _log(axes: Axes, told: Told) -> None:
    """Ratios on a logarithmic axis that holds the lines and every band."""
    values = [v for e in told.deciding for v in (e["figure"][0], *(e["band"] or ())) if v]
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(0.4, *values) * 0.9, max(2.5, *values) * 1.1)
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")


# ------------------------------------------------------------------ the page


def page(all_told: Sequence[Told]) -> str:
    """The whole page, in the order given."""
    points = [
        text.SCOPE,
        VERDICT,
        DOUBT,
    ]
    if any(told.result["effort"] != "full" for told in all_told):
        points.append("These are quick looks. Much stays undecided until the full effort is run.")
    asked = "What was said of these systems, and what a model of them says"
    top = f'<header><h1>openiads · claims</h1><p class="question">{asked}</p>{_overview(all_told)}</header>'
    body = top + section("Read this first", _list(points), kind="placard") + "".join(map(_claim, all_told))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}"><title>openiads claims</title>'
        f"<style>{STYLE}</style></head><body><main>{body}<footer>{escape(text.FOOTER)}</footer></main></body></html>"
    )


def _overview(all_told: Sequence[Told]) -> str:
    rows = [
        (
            f"“{told.result['sentence']}”",
            told.result["verdict"] + (" (near the line)" if close(told.result) else ""),
            "; ".join(words.TURNED.get(n, n) for n in told.result["depends_on"]) or "–",
            told.result["effort"],
        )
        for told in all_told
    ]
    return table(("what was said", "verdict", "depends on", "effort"), rows)


def _list(points: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(point)}</li>" for point in points) + "</ul>"


def _claim(told: Told) -> str:
    """One claim."""
    result = told.result
    picture = svg(figure(told), f"claim-{result['claim']}", f"Evidence on the claim {result['claim']}")
    caption = (
        f"{text.sentence(told.what)}. Dots: nominal numbers (hollow: published limits), thin lines: sampling "
        "variability, wide bands: parameter samples, dashed: the lines of the rule."
    )
    return (
        f"<section><h2>“{escape(result['sentence'])}”</h2>"
        f"<p>Said by {escape(result['said_by'])} ({escape(result['source'])}).</p>"
        f"<p><b>Question.</b> {escape(result['question'])}</p>"
        f'<p class="answer">{escape(sentence(told))}</p>{_list(details(told))}'
        f"{behind(picture, caption, table(words.HEAD, words.rows_of(told), numbers=(3, 5, 6, 7, 8, 9)))}"
        f"{_folded('Other deltas, nominal', words.DELTAS, words.deltas_of(told), (2, 3, 4))}"
        f"{_folded('Choices, and what is shown beside', words.BESIDE, words.beside_of(told), (3,))}"
        f"{_folded('Where the answer flips', FLIPS, flips_of(told), ())}"
        f"<h3>What would change it</h3>{_list(changers(told))}"
        f"{_caveats(result)}"
        f'<h3>The rule</h3><p>{escape(rule_of(told))}</p><ul class="facts">{_facts(result)}</ul></section>'
    )


def _caveats(result: Mapping[str, Any]) -> str:
    """What the verdict does not say."""
    return f"<h3>What it does not say</h3>{_list(result['caveats'])}" if result["caveats"] else ""


def _folded(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """A table folded away under its title; nothing without rows."""
    if not rows:
        return ""
    return f"<details><summary>{escape(title)}</summary>{table(head, rows, numbers=numbers)}</details>"


def _facts(result: Mapping[str, Any]) -> str:
    facts = {
        "replications": text.number(result["replications"], 12),
        "failed": text.number(result["failed_replications"], 12),
        "seeds": ", ".join(map(str, result["seeds"])),
        "effort": result["effort"],
        "claim": result["claim_digest"][:12],
        "digest": result["digest"][:12],
    }
    return "".join(f"<li>{escape(name)} <b>{escape(value)}</b></li>" for name, value in facts.items())
