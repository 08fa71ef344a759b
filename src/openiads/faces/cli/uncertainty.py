"""Commands about what is not known: both spreads apart, and which number matters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Json,
    On,
    Replications,
    Seed,
    load_changed,
    picture_asked,
    told,
    warn,
)

Scenario = Annotated[str, typer.Argument(help="A scenario file, or the name of a packaged scenario.")]
Metric = Annotated[str, typer.Option("--metric", help="A metric that is one number in every replication.")]
Method = Annotated[
    str, typer.Option("--method", help="morris (screening), sobol (shares of variance) or swings (ends).")
]
Knobs = Annotated[
    list[str] | None,
    typer.Option("--knobs", help="Pattern of knobs to sample, such as *.snr; may be repeated; all if left out.",
                 show_default=False),
]  # fmt: skip
Without = Annotated[
    list[str] | None, typer.Option("--without", help="Pattern of knobs to leave nominal.", show_default=False)
]
Worlds = Annotated[
    int | None, typer.Option("--worlds", min=2, help="At most so many sampled worlds.", show_default=False)
]
Weighting = Annotated[str, typer.Option("--weighting", help="Of intervals: uniform or triangular.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="path=value, as for run; may be repeated.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Keep every world as a run in this folder; the same command continues it.",
                 show_default=False),
]  # fmt: skip


@told
def spread(
    scenario: Scenario,
    metric: Metric = "leakers",
    knobs: Knobs = None,
    without: Without = None,
    worlds: Worlds = None,
    replications: Replications = None,
    seed: Seed = 1,
    weighting: Weighting = "uniform",
    jobs: Jobs = None,
    on: On = "threads",
    changes: Changes = None,
    out: Out = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """Two doubts apart: what dice do, and what is not known; and how much of the latter rests on assumptions."""
    from openiads.experiments import knowledge as study
    from openiads.faces.cli import show
    from openiads.faces.words import knowledge

    picture_asked(figure)

    def work(phases: Any) -> Any:
        question = _question(scenario, changes, metric, knobs, without, replications, seed, weighting)
        return study.spread(question, worlds, _work(phases, jobs, out, on))

    found, report = _watched(work, figure, out)
    if json:
        show.as_json(found)
        return
    show.console().print("\n".join(knowledge.spread_lines(found)))
    if report is not None:
        show.console().print(f"Report: {report}")


@told
def sensitivity(
    scenario: Scenario,
    metric: Metric = "leakers",
    method: Method = "morris",
    knobs: Knobs = None,
    without: Without = None,
    worlds: Worlds = None,
    replications: Replications = None,
    seed: Seed = 1,
    weighting: Weighting = "uniform",
    jobs: Jobs = None,
    on: On = "threads",
    changes: Changes = None,
    out: Out = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Which number matters: what each knob does to a metric between the ends of its band."""
    from openiads.base.errors import UsageError
    from openiads.experiments import knowledge as study
    from openiads.experiments.swings import swings
    from openiads.faces.cli import show
    from openiads.faces.words import knowledge

    methods: dict[str, Any] = {"morris": study.screen, "sobol": study.indices, "swings": swings}
    if method not in methods:
        raise UsageError(f'method "{method}"', "there is no such method", "Give morris, sobol or swings")

    picture_asked(figure)

    def work(phases: Any) -> Any:
        question = _question(scenario, changes, metric, knobs, without, replications, seed, weighting)
        return methods[method](question, worlds, _work(phases, jobs, out, on))

    found, report = _watched(work, figure, out)
    if json:
        show.as_json(found)
        return
    head, rows = knowledge.sensitivity_table(found)
    printed = show.console()
    printed.print("\n".join(knowledge.sensitivity_lines(found)))
    printed.print(show.grid("", head, rows, numbers=knowledge.NUMBERS))
    printed.print(knowledge.LEGENDS[method])
    if report is not None:
        show.console().print(f"Report: {report}")


def _watched(work: Any, figure: Path | None, out: Path | None) -> tuple[dict[str, Any], Path | None]:
    """What some long work says, with progress while it lasts, and its report if its worlds are kept."""
    from openiads.faces.cli import show

    with show.progress_bars() as phases:
        phases.phase("reading the scenario, compiling if need be")
        found = work(phases)
        if figure is None and out is None:
            return found.as_dict(), None
        phases.phase("drawing the report")
        return found.as_dict(), _drawn(found, figure, out)


def _drawn(found: Any, figure: Path | None, out: Path | None) -> Path | None:
    """The picture if one is asked for, and the report in the folder of the worlds if there is one."""
    from openiads.experiments.knowledge import Spread
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page

    whole = isinstance(found, Spread)
    if figure is not None:
        answers.save(answers.spreads(found) if whole else answers.tornado(found), figure)
    if out is None:
        return None
    made = page.spread_page if whole else page.sensitivity_page
    return page.write(made(found, page.premises_of(found.question.scenario)), out)


def _question(
    name: str, changes: list[str] | None, metric: str, knobs: list[str] | None, without: list[str] | None,
    replications: int | None, seed: int, weighting: str,
) -> Any:  # fmt: skip
    from openiads.experiments import knowledge as study

    return study.ask(
        load_changed(name, changes or []), metric, knobs=knobs or (), without=without or (),
        replications=study.REPLICATIONS if replications is None else replications, seed=seed, weighting=weighting,
    )  # fmt: skip


def _work(phases: Any, jobs: int | None, out: Path | None, on: str) -> Any:
    from openiads.experiments.knowledge import Work
    from openiads.faces.cli import show

    return Work(jobs, out, show.running(phases, "running worlds"), warn, on=on)
