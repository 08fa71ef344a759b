"""The dashboard of a campaign: day by day its stocks, leakers, losses and cost, and when each stock runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from openiads.base.jsonable import JsonObject
from openiads.faces.pages import small_charts
from openiads.faces.pages.answers import page
from openiads.faces.pages.markup import document, section, table
from openiads.faces.pages.small_charts import Line, chart
from openiads.faces.words import campaign as words
from openiads.faces.words import text
from openiads.statistics.intervals import wilson

if TYPE_CHECKING:
    from openiads.experiments.campaign import CampaignAnswer
    from openiads.experiments.campaign_days import Band

STYLE = """
.one-day label{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;font-weight:600;margin:0 0 12px}
.one-day output{font-size:1.15rem;min-width:4.6em}
.one-day input{flex:1 1 220px;min-width:0;accent-color:var(--accent);height:28px}
.one-day input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(150px,45%),1fr));gap:10px;margin:0}
.tile{border:1px solid var(--rule);border-radius:8px;padding:8px 12px;min-width:0}
.tile dt{color:var(--muted);font-size:.85rem;overflow-wrap:anywhere}
.tile dd{margin:0}
.tile b{font-size:1.35rem;font-variant-numeric:tabular-nums;display:block;line-height:1.3}
.tile span{color:var(--muted);font-size:.82rem;display:block;font-variant-numeric:tabular-nums}
.read{margin-top:16px}
.chart{touch-action:pan-y;cursor:col-resize}
.chart .cursor{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:3 2}
@media print{.one-day input{display:none}.charts figure{break-inside:avoid}}
"""
NOTE = (
    "Lines are means over campaigns, strokes 95 % intervals of the mean, bands what nine of ten campaigns lie between. "
    "Drag in a chart, or move the slider with the arrow keys, to read a day off."
)


@dataclass(frozen=True)
class Tile:
    """One measure, read off at each day: value, interval of the mean, spread over campaigns."""

    name: str
    cells: list[tuple[str, str, str]]


def board_page(found: CampaignAnswer, premises: page.Premises) -> str:
    """The dashboard as HTML: it needs nothing else, and one script that the page's policy names.

    Parameters
    ----------
    found : CampaignAnswer
    premises : Premises
        What it rests on, for the placard.

    Returns
    -------
    str
    """
    told = found.as_dict()
    said = words.lines(told)
    facts = [
        ("days", str(told["days"])),
        ("raids", str(told["raids"])),
        ("campaigns", str(told["replications"])),
        ("seed", str(told["seed"])),
    ]
    tiles = _tiles(found)
    body, known = ("".join(f"<p>{escape(line)}</p>" for line in lines) for lines in (said[1:], words.notices(told)))
    head = [text.sentence(each) for each in words.head(told)]
    numbers = table(head, words.table(told), caption=words.LEGEND, numbers=range(1, len(head)))
    parts = [
        page.header(found.name, told["question"] or "What do many raids come to?", said[0], facts),
        page.limits(premises, 0, page.SAMPLING),
        section("One day", _one_day(found.plan.days, tiles)),
        section(
            "Day by day",
            f'{body}<div class="charts">{"".join(_charts(found))}</div><p class="read">{escape(NOTE)}</p>{known}',
        ),
        section("When stocks run out", _run_out(found)),
        section("Day by day in numbers", numbers),
    ]
    if told["cost"] is not None:
        rows = words.cost_table(told)
        caption = f"Of a whole campaign, {told['cost']['unit']}."
        parts.append(section("Cost", table(("What", "Mean", "95 % interval"), rows, caption=caption, numbers=(1, 2))))
    if told["closed_forms"]:
        heads = ("Closed form", "Value", "Found", "What it leaves out")
        parts.append(section("Closed forms beside", table(heads, words.forms(told), numbers=(1, 2))))
    parts.append(page.provenance(told["scenario"], found.digest, told["seed"]))
    script = files("openiads.faces.pages").joinpath("scripts", "campaign.js").read_text(encoding="utf-8")
    return document(found.name, parts, style=small_charts.STYLE + STYLE, script=script, data=_data(found, tiles))


def _kinds(found: CampaignAnswer) -> list[tuple[str, str]]:
    """Kinds of round and the counts of what is left of each."""
    return [(kind, f"stock.{kind}") for kind in found.plan.kinds]


def _line(name: str, bands: Sequence[Band], *, step: bool = False) -> Line:
    mean, low, high = ([getattr(each, key) for each in bands] for key in ("mean", "low", "high"))
    return Line(name, mean, low, high, [each.p5 for each in bands], [each.p95 for each in bands], step)


def _charts(found: CampaignAnswer) -> list[str]:
    days = found.plan.days
    out = [
        chart(
            "Threats and leakers a day",
            days,
            [_line("threats", found.band("threats")), _line("leakers", found.band("leakers"))],
        ),
        *(
            chart(f"Rounds left: {kind}", days, [_line("on launchers and in the depot", found.band(name), step=True)])
            for kind, name in _kinds(found)
        ),
        chart("Campaigns that have run out", days, _shares(found), share=True),
        chart("Elements", days, [_line("out", found.band("down")), _line("lost that day", found.band("lost"))]),
    ]
    cost = found.plan.campaign.told.cost
    if cost is not None:
        bands = found.cost_so_far()
        out.append(chart(f"Cost of rounds so far, {cost.unit}", days, [_line("all kinds together", bands, step=True)]))
    return out


def _shares(found: CampaignAnswer) -> list[Line]:
    """For each kind of round the share of campaigns that have run out by each day, with its interval."""
    lines = []
    for row in found.run_out():
        shares = [share for _, share in row["by_day"]]
        ends = [wilson(round(share * row["n"]), row["n"]) for share in shares]
        lines.append(Line(row["interceptor"], shares, [low for low, _ in ends], [high for _, high in ends], step=True))
    return lines


def _tiles(found: CampaignAnswer) -> list[Tile]:
    def counted(name: str, bands: Sequence[Band]) -> Tile:
        return Tile(name, [_cells(each) for each in bands])

    tiles = [counted("Threats", found.band("threats")), counted("Leakers", found.band("leakers"))]
    tiles += [counted(f"Rounds left: {kind}", found.band(name)) for kind, name in _kinds(found)]
    for line in _shares(found):
        ends = zip(line.mean, line.low, line.high, strict=True)
        cells = [
            (text.percent(v), text.span(low, high, share=True), "of campaigns, by that day") for v, low, high in ends
        ]
        tiles.append(Tile(f"Ran out: {line.name}", cells))
    tiles.append(counted("Elements out", found.band("down")))
    cost = found.plan.campaign.told.cost
    if cost is not None:
        tiles.append(counted(f"Cost of rounds so far, {cost.unit}", found.cost_so_far()))
    return tiles


def _cells(band: Band) -> tuple[str, str, str]:
    spread = f"{text.number(band.p5)} to {text.number(band.p95)} in nine of ten"
    return text.number(band.mean), text.span(band.low, band.high), spread


def _one_day(days: Sequence[int], tiles: Sequence[Tile]) -> str:
    """The slider and the tiles, filled with the last day."""
    last = len(days) - 1
    shown = "".join(
        f'<div class="tile"><dt>{escape(tile.name)}</dt><dd><b>{escape(tile.cells[last][0])}</b>'
        f'<span class="interval">{escape(tile.cells[last][1])}</span>'
        f'<span class="spread">{escape(tile.cells[last][2])}</span></dd></div>'
        for tile in tiles
    )
    return (
        f'<div class="one-day" hidden><label for="day"><output id="day-now" for="day">Day {days[last]}</output>'
        f'<input id="day" type="range" min="0" max="{last}" step="1" value="{last}" aria-label="Day"></label></div>'
        f'<dl class="tiles">{shown}</dl>'
    )


def _run_out(found: CampaignAnswer) -> str:
    rows = [
        (
            row["interceptor"],
            text.percent(row["share"]),
            text.span(row["low"], row["high"], share=True),
            *(text.number(row[key]) for key in ("day_25", "median_day", "day_75")),
        )
        for row in found.run_out()
    ]
    head = ("Kind of round", "Ran out in", "95 % interval", "A quarter by day", "Half by day", "Three quarters by day")
    said = "Share of campaigns after some raid of which none was left, and by which day of all campaigns so many had."
    return table(head, rows, caption=said, numbers=range(1, len(head)))


def _data(found: CampaignAnswer, tiles: Sequence[Tile]) -> JsonObject:
    """What the script reads: days, what each tile says on each, and each day in a sentence."""
    days = found.plan.days
    spoken = [
        f"Day {day}: " + ", ".join(f"{tile.name} {tile.cells[k][0]}" for tile in tiles) for k, day in enumerate(days)
    ]
    return {
        "days": list(days),
        "tiles": [[list(cells) for cells in tile.cells] for tile in tiles],
        "spoken": list(spoken),
    }
