"""The command that tells what each element of a defense contributes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Json,
    On,
    Replications,
    ScenarioName,
    Seed,
    changed,
    picture_asked,
    reports_errors,
    warn,
)
from openiads.faces.cli.uncertainty_options import Changes, Metric

if TYPE_CHECKING:
    from openiads.experiments.contributions import Contributions

Inside = Annotated[
    list[str] | None,
    typer.Option(
        "--inside",
        help="Site, or pattern, of which each search radar and fire unit is an element; may be repeated.",
        show_default=False,
    ),
]
Always = Annotated[
    list[str] | None,
    typer.Option(
        "--always", help="Element, or pattern, that is there in every case; may be repeated.", show_default=False
    ),
]
Shapley = Annotated[bool, typer.Option("--shapley", help="Also Shapley values, from all combinations of at most 6.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Keep every case as a run in this folder; the same command continues it.", show_default=False
    ),
]


@reports_errors
def contributions(
    scenario: ScenarioName,
    metric: Metric = "leakers",
    inside: Inside = None,
    always: Always = None,
    shapley: Shapley = False,
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    on: On = "threads",
    changes: Changes = None,
    out: Out = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """What each element of the defense contributes: with the others, alone, and their interaction."""
    from openiads.experiments.contributions import ContributionsQuestion, contributions_of
    from openiads.faces.cli import show

    picture_asked(figure)
    with show.progress_bars() as phases:
        phases.phase("reading the scenario, compiling if need be")
        found = contributions_of(
            ContributionsQuestion(
                scenario,
                metric,
                inside=tuple(inside or ()),
                always=tuple(always or ()),
                shapley=shapley,
                replications=replications,
                seed=seed,
                jobs=jobs,
                on=on,
                changes=changed(changes),
                out=out,
                progress=show.running(phases, "running cases"),
                warn=warn,
            )
        )
        phases.phase("drawing the report")
        report = _drawn(found, figure, out)
    if json:
        show.as_json(found.as_dict())
        return
    _print(found, report)


def _drawn(found: Contributions, figure: Path | None, out: Path | None) -> Path | None:
    """The picture if one is asked for, and the report in the folder of the cases if there is one."""
    if figure is None and out is None:
        return None
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page

    if figure is not None:
        answers.save(answers.gains(found), figure)
    if out is None:
        return None
    return page.write(page.contributions_page(found, page.premises_of(found.scenario)), out)


def _print(found: Contributions, report: Path | None) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import contributions as words

    out, told = show.console(), found.as_dict()
    for line in words.lines(told):
        out.print(line)
    head, rows = words.table(told)
    out.print(show.grid(f"Gain: {words.gain_words(told)}", head, rows, numbers=range(1, len(head))))
    out.print(words.legend(told))
    out.print(f"Seed: {found.seed}\nDigest: {found.digest}")
    if report is not None:
        out.print(f"Report: {report}")
