"""The command that says which uncertain parameter matters."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Json,
    On,
    Replications,
    ScenarioName,
    Seed,
    picture_asked,
    reports_errors,
)
from openiads.faces.cli.uncertainty_options import (
    Changes,
    Knobs,
    Metric,
    Out,
    Weighting,
    Without,
    Worlds,
    options_of,
    watched,
)

Method = Annotated[
    str, typer.Option("--method", help="morris (screening), sobol (shares of variance) or swings (ends).")
]


@reports_errors
def sensitivity(
    scenario: ScenarioName,
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
) -> None:
    """Which number matters: what each knob does to a metric between the ends of its band."""
    from openiads.experiments.uncertainty import SensitivityQuestion, method_named, sensitivity_of
    from openiads.faces.cli import show
    from openiads.faces.words import knowledge

    method_named(method)
    picture_asked(figure)
    found, report = watched(
        lambda phases: sensitivity_of(
            SensitivityQuestion(
                scenario,
                method=method,
                **options_of(
                    phases,
                    changes,
                    metric=metric,
                    knobs=knobs,
                    without=without,
                    worlds=worlds,
                    replications=replications,
                    seed=seed,
                    weighting=weighting,
                    jobs=jobs,
                    out=out,
                    on=on,
                ),
            )
        ),
        figure,
        out,
    )
    if json:
        show.as_json(found)
        return
    head, rows = knowledge.sensitivity_table(found)
    printed = show.console()
    printed.print("\n".join(knowledge.sensitivity_lines(found)))
    printed.print(show.grid("", head, rows, numbers=knowledge.NUMBERS))
    printed.print(knowledge.LEGENDS[method])
    if report is not None:
        printed.print(f"Report: {report}")
