"""What the commands about parameter uncertainty share: their options, progress, and the report of a kept study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.faces.cli.common import changed, given, warn

if TYPE_CHECKING:
    from openiads.experiments.uncertainty import Found
    from openiads.faces.cli.show import Phases

Metric = Annotated[str, typer.Option("--metric", help="A metric that is one number in every replication.")]
Knobs = Annotated[
    list[str] | None,
    typer.Option(
        "--knobs",
        help="Pattern of knobs to sample, such as *.snr; may be repeated; all if left out.",
        show_default=False,
    ),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="Pattern of knobs to leave nominal.", show_default=False)
]
Worlds = Annotated[
    int | None, typer.Option("--worlds", min=2, help="At most so many sampled worlds.", show_default=False)
]
Weighting = Annotated[
    str,
    typer.Option("--weighting", "--prior", help="Of intervals: uniform, triangular, log_uniform or skeptical."),
]
SpreadWeighting = Annotated[
    str,
    typer.Option(
        "--weighting", "--prior", help="Of intervals: uniform, triangular, log_uniform, skeptical; each for all four."
    ),
]
AtLeast = Annotated[
    float | None, typer.Option("--at-least", help="Rule: the mean of a sample is at least this.", show_default=False)
]
AtMost = Annotated[
    float | None, typer.Option("--at-most", help="Rule: the mean of a sample is at most this.", show_default=False)
]
Share = Annotated[float, typer.Option("--share", help="Share of the samples in which the rule is asked to hold.")]
IN_NINE_OF_TEN = 0.9
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="path=value, as for run; may be repeated.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Keep every world as a run in this folder; the same command continues it.", show_default=False
    ),
]


def options_of(phases: Phases, changes: list[str] | None, **options: object) -> dict[str, Any]:
    """The fields of a question from the options of a command, with progress and warnings on stderr."""
    from openiads.faces.cli import show

    progress = show.running(phases, "running worlds")
    return given(**options) | {"changes": changed(changes), "progress": progress, "warn": warn}


def watched(
    work: Callable[[Phases], Found], figure: Path | None, out: Path | None
) -> tuple[dict[str, Any], Path | None]:
    """What some long work says, with progress while it lasts, and its report if its worlds are kept."""
    from openiads.faces.cli import show

    with show.progress_bars() as phases:
        phases.phase("reading the scenario, compiling if need be")
        found = work(phases)
        if figure is None and out is None:
            return found.as_dict(), None
        phases.phase("drawing the report")
        return found.as_dict(), _drawn(found, figure, out)


def _drawn(found: Found, figure: Path | None, out: Path | None) -> Path | None:
    """The picture if one is asked for, and the report in the folder of the worlds if there is one."""
    from openiads.experiments.knowledge import Spread
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page

    if figure is not None:
        answers.save(found.figure(), figure)
    if out is None:
        return None
    premises = page.premises_of(found.question.scenario)
    if isinstance(found, Spread):
        return page.write(page.spread_page(found, premises), out)
    return page.write(page.sensitivity_page(found, premises), out)
