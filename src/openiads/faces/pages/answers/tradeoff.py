"""A trade-off as one HTML file: a figure along which one moves a point, and the table of all its numbers.

It is made from the plain mapping of the answer, so that a stored one is drawn like a fresh one:

``policies``
    In order from holding fire to weapons free: ``name``, ``control``, ``threshold``, and ``mean``, ``low`` and ``high``
    of ``civil`` and ``friend`` (shot at a crossing; a side that does not fly is not there), of ``leakers`` and of
    ``seconds_to_identify`` (or None).
``waiting``
    The same by ``questions``, how often a track is asked.
``prices``
    Between neighboring policies: ``engaged_per_leaker_fewer`` by side, None where no leaker is fewer.
``scenario``, ``seed``, ``replications``
    What it is of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from openiads.base.jsonable import JsonObject
from openiads.faces.pages import tradeoff_figure
from openiads.faces.pages.answers import page
from openiads.faces.pages.markup import document, section, table
from openiads.faces.pages.tradeoff_figure import drawing
from openiads.faces.words import text
from openiads.faces.words.misidentified import rate_cells

SIDES = ("civil", "friend")
CURVES = {"policies": "Control state and threshold", "waiting": "How often a track is asked"}
QUESTION = "What does sparing flights that are no threat cost, and what does not sparing them cost?"
SAID = (
    "Each point is one policy: hold, tight with the belief from which a track is hostile, free. Its strokes are 95 % "
    "intervals of both numbers. All points meet the same traffic on the same draws. In the gray strip none was seen to "
    "be shot at: the stroke shows what the rate is surely below. To the right more flights that are no threat are shot "
    "at, upward more threats get through; which is worse, and by how much, no simulation answers. No point says that a "
    "flight is safe."
)
MOVE = "Drag the point along the curve, or move the slider; arrow keys go from policy to policy."


def tradeoff_page(told: JsonObject, premises: page.Premises, digest: str) -> str:
    """The trade-off as HTML: it needs nothing else, and one script that the page's policy names.

    Parameters
    ----------
    told : mapping
        As above.
    premises : Premises
    digest : str
        Of the answer.

    Returns
    -------
    str
    """
    sides = _sides(told)
    curves = {key: told[key] for key in CURVES if len(told[key]) > 1}
    facts = [
        ("policies", str(len(told["policies"]))),
        ("replications each", text.number(told["replications"], 12)),
        ("seed", str(told["seed"])),
    ]
    shown = _figure(curves, sides) + f"<p>{escape(SAID)}</p>"
    parts = [
        page.header(told["scenario"], QUESTION, answer(told), facts),
        page.limits(premises, 0, page.SAMPLING),
        section("Both errors, policy by policy", shown),
        *(section(words, _table(told[key], sides)) for key, words in CURVES.items() if told[key]),
        page.provenance(told["scenario"], digest, told["seed"]),
    ]
    script = files("openiads.faces.pages").joinpath("scripts", "tradeoff.js").read_text(encoding="utf-8")
    return document(
        told["scenario"], parts, style=tradeoff_figure.STYLE, script=script, data=_data(told, curves, sides)
    )


def _sides(told: JsonObject) -> list[str]:
    return [side for side in SIDES if side in told["policies"][0]]


def answer(told: JsonObject) -> str:
    """Both ends of the curve in a sentence."""
    first, last, side = told["policies"][0], told["policies"][-1], _sides(told)[0]
    who = text.SIDE_WORDS[side]

    def end(point: JsonObject) -> str:
        rate = " ".join(rate_cells(point[side]))
        return f"{text.number(point['leakers']['mean'])} {_span(point['leakers'])} leakers, {who} shot at: {rate}"

    return f"Under {first['name']}: {end(first)} a crossing. Under {last['name']}: {end(last)} a crossing."


def _span(row: Mapping[str, float]) -> str:
    return text.span(row["low"], row["high"])


def _figure(curves: Mapping[str, Sequence[JsonObject]], sides: Sequence[str]) -> str:
    """What is chosen, the drawings, the slider and the numbers at the point; the point as the first policy of tight."""
    key, points = next(iter(curves.items()))
    start = _start(points)
    planes = "".join(drawing(curves[each], side, each) for each in curves for side in sides)
    planes = planes.replace('<svg class="plane"', '<svg class="plane" hidden').replace(" hidden", "", 1)
    choose = _radios("curve", "Along", {each: CURVES[each] for each in curves})
    choose += _radios("side", "Who", {side: text.sentence(text.SIDE_WORDS[side]) for side in sides})
    numbers = _numbers(points[start], sides[0])
    names = {
        "rate": f'<span class="who">{escape(text.sentence(text.SIDE_WORDS[sides[0]]))}</span> shot at, a crossing',
        "leakers": "Leakers a raid",
        "seconds": "Time to an identity",
    }
    cells = "".join(
        f'<div><dt>{names[cell]}</dt><dd data-cell="{cell}"><b>{escape(numbers[cell][0])}</b>'
        f"<span>{escape(numbers[cell][1])}</span></dd></div>"
        for cell in names
    )
    low, high = _ends(key, points)
    return (
        f'<div class="tradeoff"><div class="choose moves" hidden>{choose}</div><div>{planes}</div>'
        f'<div><p class="now">{escape(str(points[start]["name"]))}</p><div class="moves" hidden>'
        f'<input type="range" min="0" max="{len(points) - 1}" step="1" value="{start}" aria-label="Policy">'
        f'<div class="ends" aria-hidden="true"><span>{escape(low)}</span><span>{escape(high)}</span></div></div>'
        f'<dl>{cells}</dl><p class="price"></p><p class="moves" hidden>{escape(MOVE)}</p></div></div>'
    )


def _radios(name: str, legend: str, choices: Mapping[str, str]) -> str:
    """A choice; none where there is nothing to choose."""
    if len(choices) < 2:
        return ""
    boxes = "".join(
        f'<label><input type="radio" name="{name}" value="{key}"{" checked" if k == 0 else ""}>{escape(words)}</label>'
        for k, (key, words) in enumerate(choices.items())
    )
    return f"<fieldset><legend>{legend}</legend>{boxes}</fieldset>"


def _start(points: Sequence[JsonObject]) -> int:
    """Where the point stands first: in the middle."""
    return len(points) // 2


def _ends(key: str, points: Sequence[JsonObject]) -> tuple[str, str]:
    return str(points[0]["name"]), str(points[-1]["name"])


def _numbers(point: JsonObject, side: str) -> dict[str, list[str]]:
    """What is read off at a point: value and interval of each."""
    leak, wait = point["leakers"], point["seconds_to_identify"]
    return {
        "rate": [*rate_cells(point[side])],
        "leakers": [text.number(leak["mean"]), _span(leak)],
        "seconds": [f"{text.number(wait['mean'])} s", f"{_span(wait)} s"] if wait else ["–", "no track had one"],
    }


def _table(points: Sequence[JsonObject], sides: Sequence[str]) -> str:
    head = ["Policy", *(f"{text.sentence(text.SIDE_WORDS[side])} shot at, a crossing" for side in sides)]
    head += ["Leakers a raid", "Time to an identity"]
    rows = []
    for point in points:
        cells = [" ".join(rate_cells(point[side])) for side in sides]
        found = _numbers(point, sides[0])
        rows.append((str(point["name"]), *cells, " ".join(found["leakers"]), " ".join(found["seconds"])))
    return table(head, rows, caption="Mean and 95 % interval", numbers=range(1, len(head)))


def _price(told: JsonObject, k: int, side: str) -> str:
    """What a leaker fewer costs from a policy to the next, in a sentence; empty where that is no price."""
    prices = told["prices"]
    if k >= len(prices):
        return ""
    row = prices[k]
    value = row["engaged_per_leaker_fewer"].get(side)
    if value is None or value < 0.0:
        return ""
    who = text.SIDE_WORDS[side]
    return f"From here to {row['to']}: {text.number(value)} more {who} shot at for each leaker fewer."


def _data(told: JsonObject, curves: Mapping[str, Sequence[JsonObject]], sides: Sequence[str]) -> JsonObject:
    """What the script reads: of each curve the points with all that is told of them, by side."""
    out: JsonObject = {}
    for key, points in curves.items():
        rows = []
        for k, point in enumerate(points):
            numbers = {side: _numbers(point, side) for side in sides}
            spoken = {
                side: f"{point['name']}: {text.SIDE_WORDS[side]} shot at a crossing {' '.join(numbers[side]['rate'])}, "
                f"leakers {' '.join(numbers[side]['leakers'])}"
                for side in sides
            }
            price = {side: _price(told, k, side) if key == "policies" else "" for side in sides}
            rows.append({"name": point["name"], "numbers": numbers, "spoken": spoken, "price": price})
        out[key] = {"points": rows, "ends": list(_ends(key, points)), "start": _start(points)}
    words = {side: text.sentence(text.SIDE_WORDS[side]) for side in sides}
    return {"curves": out, "sides": list(sides), "words": words}
