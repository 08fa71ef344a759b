"""The command of campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import FigureFile, Jobs, Json, Replications, picture_asked, reports_errors

if TYPE_CHECKING:
    from openiads.experiments.campaign import CampaignAnswer

CampaignName = Annotated[str, typer.Argument(help="A campaign file, or the name of a packaged campaign.")]
CampaignOut = Annotated[
    Path | None,
    typer.Option("--out", help="The campaign's folder; a part of this very campaign is continued.", show_default=False),
]
CampaignBoard = Annotated[
    Path | None,
    typer.Option("--html", help="Write the dashboard, day by day, as one HTML file.", show_default=False),
]
CampaignSeed = Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed.", show_default=False)]


@reports_errors
def campaign(
    name: CampaignName,
    replications: Replications = None,
    seed: CampaignSeed = None,
    jobs: Jobs = None,
    out: CampaignOut = None,
    figure: FigureFile = None,
    html: CampaignBoard = None,
    json: Json = False,
) -> None:
    """Many raids on many days against what is left: stocks, losses, repairs and cost, day by day."""
    from openiads.experiments import campaign as campaigns
    from openiads.experiments.campaign_file import load_campaign
    from openiads.faces.cli import show

    picture_asked(figure)
    with show.progress_bars() as phases:
        phases.phase("reading the campaign")
        asked = load_campaign(name).with_options(replications=replications, seed=seed)
        folder = out or campaigns.default_campaign_folder(asked)
        phases.phase("building the worlds, compiling if need be")
        found = campaigns.campaign(asked, jobs=jobs, out=folder, progress=show.running(phases, "running raids"))
        phases.phase("drawing the report")
        report = _drawn(found, figure, html, folder)
    if json:
        show.as_json(found.as_dict())
    else:
        _print(found, report)


def _drawn(found: CampaignAnswer, figure: Path | None, html: Path | None, folder: Path) -> Path:
    """The report in the campaign's folder, and the picture and the dashboard if they are asked for."""
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page
    from openiads.faces.pages.answers.campaign_board import board_page

    if figure is not None:
        answers.save(answers.course(found), figure)
    premises = page.premises_of(found.plan.campaign.scenario)
    if html is not None:
        page.write(board_page(found, premises), folder, html)
    return page.write(page.campaign_page(found, premises), folder)


def _print(found: CampaignAnswer, report: Path) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import campaign as words

    out, told = show.console(), found.as_dict()
    for line in words.lines(told):
        out.print(line)
    head, rows = words.head(told), words.table(told)
    out.print(show.grid("Day by day", head, rows[: words.MOST], numbers=range(1, len(head))))
    if len(rows) > words.MOST:
        out.print(f"The first {words.MOST} days of {len(rows)}; the report has all.")
    out.print(words.LEGEND)
    if told["closed_forms"]:
        heads = ("closed form", "value", "found", "leaves out")
        out.print(show.grid("Closed forms beside", heads, words.forms(told), numbers=(1, 2)))
    for line in words.notices(told):
        out.print(line)
    out.print(f"Seed: {told['seed']}\nDigest: {found.digest}\nReport: {report}")
