"""The command of sweeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.base.errors import UsageError
from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Join,
    Json,
    On,
    PartOf,
    Replications,
    by_part,
    of_any_leaker,
    part_asked,
    picture_asked,
    reports_errors,
    warn,
)

if TYPE_CHECKING:
    from openiads.experiments.design import Study
    from openiads.experiments.sweep import Sweep
    from openiads.runs.division import Part

StudyName = Annotated[str, typer.Argument(help="A study file; with --vary a scenario (file or packaged name).")]
SweepOut = Annotated[
    Path | None,
    typer.Option("--out", help="The sweep's folder; a part of this very sweep is continued.", show_default=False),
]
Chunk = Annotated[
    int | None, typer.Option("--chunk", min=1, help="Replications of a point stored together.", show_default=False)
]
EveryPoint = Annotated[
    list[str] | None, typer.Option("--set", help="path=value at every point; may be repeated.", show_default=False)
]
Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", help="path=v1,v2,... like site.Tartus.fire_units=1,2; may be repeated.", show_default=False),
]
StudySeed = Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed.", show_default=False)]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", help="What the table shows; may be repeated.", show_default=False)
]
Until = Annotated[
    str | None,
    typer.Option("--until-ci", help="METRIC:W: a point ends once half its interval is at most W.", show_default=False),
]
Design = Annotated[
    str | None, typer.Option("--design", help="grid, latin_hypercube, sobol or knowledge.", show_default=False)
]
Points = Annotated[int | None, typer.Option("--points", min=1, help="Points of a sample.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="More than a million points are meant.")]


@reports_errors
def sweep(
    study: StudyName,
    out: SweepOut = None,
    jobs: Jobs = None,
    chunk: Chunk = None,
    changes: EveryPoint = None,
    vary: Vary = None,
    replications: Replications = None,
    seed: StudySeed = None,
    metrics: Metrics = None,
    until: Until = None,
    design: Design = None,
    points: Points = None,
    yes: Yes = False,
    on: On = "threads",
    part: PartOf = None,
    join: Join = False,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """Run a study: a scenario at every point of a design, and a table of what comes out."""
    from openiads.experiments import sweep as sweeps
    from openiads.experiments import sweep_parts
    from openiads.faces.cli import show
    from openiads.runs.work import Work

    one = part_asked(part, join)
    picture_asked(figure)
    until = of_any_leaker(until)
    options = {
        "set": changes,
        "vary": vary,
        "replications": replications,
        "seed": seed,
        "until": until,
        "design": design,
        "points": points,
        "metrics": metrics,
    }
    with show.progress_bars() as phases:
        phases.phase("reading the study")
        asked = _study(study, dict(options))
        folder, progress = out or sweeps.default_sweep_folder(asked), show.running(phases)
        if one is not None:
            how = Work(jobs, folder, progress, warn, on=on, chunk=chunk)
            told = sweep_parts.compute_sweep_part(asked, how, one, yes=yes).summary()
        elif join:
            made = sweep_parts.join_sweep_parts(folder, asked, _by_part(study, folder, options, chunk))
        else:
            phases.phase("building the world, compiling if need be")
            made = sweeps.sweep(asked, out=folder, jobs=jobs, chunk=chunk, progress=progress, warn=warn, yes=yes, on=on)
    if one is not None:
        show.part(told, json)
    else:
        _print(made, figure, json)


def _print(made: Sweep, figure: Path | None, json: bool) -> None:
    from openiads.faces.cli import show, tables

    with show.progress_bars() as phases:
        phases.phase("drawing the report")
        report = _drawn(made, figure)
    summary = made.summary()
    if json:
        show.as_json(summary)
    else:
        tables.points(summary)
        show.console().print(f"Report: {report}")


def _by_part(study: str, folder: Path, options: dict[str, Any], chunk: int | None) -> Callable[[Part], str]:
    """The command by which a part is computed."""
    named = {"until": "--until-ci", "metrics": "--metric"}
    given = {named.get(name, f"--{name}"): value for name, value in options.items()}
    return by_part("sweep", [study], folder, {**given, "--chunk": chunk})


def _drawn(made: Sweep, figure: Path | None) -> Path:
    """The report in the sweep's folder, and the picture if one is asked for."""
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page

    if figure is not None:
        answers.save(page.sweep_figure(made), figure)
    return page.write(page.sweep_page(made, page.premises_of(made.run(0).scenario)), made.path)


def _study(name: str, options: dict[str, Any]) -> Study:
    """The study of a file, or of a scenario and what is to vary; options replace keys of the file."""
    from openiads.base.paths import is_file
    from openiads.experiments import design
    from openiads.experiments.variation import varied
    from openiads.scenario.edits import setting
    from openiads.scenario.load import find_scenario

    options["set"] = dict(setting(each) for each in options["set"] or [])
    options["vary"] = dict(varied(each) for each in options["vary"] or [])
    if design.is_study(name):
        return design.load_study(name, **options)
    if not options["vary"] and options["design"] != "knowledge":
        if Path(name).suffix == ".toml" and not is_file(Path(name)):
            return design.load_study(name)
        raise UsageError(
            str(find_scenario(name)),
            "this is a scenario, and nothing varies",
            "Add --vary site.NAME.fire_units=1,2,3, or name a study file",
        )
    return design.quick_study(name, **options)
