"""The command that keeps sampling variability and parameter uncertainty apart."""

from __future__ import annotations

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
    IN_NINE_OF_TEN,
    AtLeast,
    AtMost,
    Changes,
    Knobs,
    Metric,
    Out,
    Share,
    SpreadWeighting,
    Without,
    Worlds,
    options_of,
    watched,
)


@reports_errors
def spread(
    scenario: ScenarioName,
    metric: Metric = "leakers",
    knobs: Knobs = None,
    without: Without = None,
    worlds: Worlds = None,
    replications: Replications = None,
    seed: Seed = 1,
    weighting: SpreadWeighting = "uniform",
    at_least: AtLeast = None,
    at_most: AtMost = None,
    share: Share = IN_NINE_OF_TEN,
    jobs: Jobs = None,
    on: On = "threads",
    changes: Changes = None,
    out: Out = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """Two doubts apart: what dice do, and what is not known; and how much of the latter rests on assumptions."""
    from openiads.experiments.uncertainty import SpreadQuestion, spread_of
    from openiads.faces.cli import show
    from openiads.faces.words import knowledge

    picture_asked(figure)
    found, report = watched(
        lambda phases: spread_of(
            SpreadQuestion(
                scenario,
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
                    at_least=at_least,
                    at_most=at_most,
                    share=share,
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
    show.console().print("\n".join(knowledge.spread_lines(found)))
    if "priors" in found:
        head, rows = knowledge.arms_table(found)
        show.console().print(show.grid("", head, rows, numbers=range(1, len(head))))
    if report is not None:
        show.console().print(f"Report: {report}")
