"""The command that puts two variants side by side on the same dice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Json,
    On,
    Replications,
    Seed,
    picture_asked,
    reports_errors,
    warn,
)

if TYPE_CHECKING:
    from openiads.experiments.compare import Comparison

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for both runs; a part of this comparison in it is continued.",
                 show_default=False),
]  # fmt: skip
Both = Annotated[
    list[str] | None,
    typer.Option("--set", help="path=value for both sides; knob.NAME=value sets a knob; may be repeated.",
                 show_default=False),
]  # fmt: skip
OnlyA = Annotated[list[str] | None, typer.Option("--set-a", help="path=value for A alone.", show_default=False)]
OnlyB = Annotated[
    list[str] | None,
    typer.Option("--set-b", help="path=value for B alone, such as site.Tartus.fire_units=3.", show_default=False),
]


@reports_errors
def compare(
    a: Annotated[str, typer.Argument(help="A scenario (file or name), or the folder of a stored run.")],
    b: Annotated[str, typer.Argument(help="The same for the other side.")],
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    changes: Both = None,
    changes_a: OnlyA = None,
    changes_b: OnlyB = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", help="What to compare; may be repeated; the usual ones if left out.",
                     show_default=False),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option("--within", help="METRIC:DELTA: also say whether A and B are equivalent within ± DELTA.",
                     show_default=False),
    ] = None,
    out: Out = None,
    on: On = "threads",
    figure: FigureFile = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Two scenarios or variants on the same dice: the difference, with its interval."""
    from openiads.base.paths import is_file
    from openiads.experiments.compare import compare as compared
    from openiads.faces.cli import show
    from openiads.runs.work import REPLICATIONS
    from openiads.world.outcome import METRICS

    picture_asked(figure)
    question = _delta(within)
    wanted = list(metrics or METRICS)
    asked = [*wanted, question[0]] if question else wanted
    stored = is_file(Path(a) / "run.json") or is_file(Path(b) / "run.json")
    with show.progress_bars() as phases:
        phases.phase("reading the scenarios, compiling if need be")
        if stored:
            _refuse_options(replications, out, changes, changes_a, changes_b, on != "threads")
            made = compared(a, b, metrics=asked, warn=warn)
        else:
            sides, knobs = _sides(a, b, changes or [], changes_a or [], changes_b or [])
            count = replications or REPLICATIONS
            made = compared(
                *sides, replications=count, seed=seed, jobs=jobs, knobs=knobs, metrics=asked,
                out=out or folder(sides, knobs, seed, count), progress=show.running(phases), warn=warn, on=on,
            )  # fmt: skip
        phases.phase("working out the differences")
        summary = made.summary(wanted)
        if question:
            metric, delta = question
            summary["within"] = {"metric": metric, "delta": delta, "verdict": made.estimate(metric).within(delta)}
        phases.phase("drawing the report")
        report = _drawn(made, wanted, figure, None if stored else made.a.path.parent)
    if json:
        show.as_json(summary)
        return
    _print(summary, out or ("" if stored else made.a.path.parent), report, stored=stored)


def _drawn(made: Comparison, metrics: list[str], figure: Path | None, folder: Path | None) -> Path | None:
    """The picture if one is asked for, and the report in the comparison's folder; stored runs have none."""
    if figure is None and folder is None:
        return None
    from openiads.faces.pages import answers
    from openiads.faces.pages.answers import page

    if figure is not None:
        answers.save(answers.differences(made, metrics), figure)
    if folder is None:
        return None
    return page.write(page.comparison_page(made, page.premises_of(made.a.scenario), metrics), folder)


def _print(summary: dict[str, Any], where: Path | str, report: Path | None, *, stored: bool) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import comparison

    out = show.console()
    out.print(comparison.answer(summary))
    for line in comparison.warnings({**summary, "warnings": []}) if stored else ():
        warn(line)
    out.print(f"A: {summary['a']['label']}\nB: {summary['b']['label']}")
    out.print(comparison.found(summary))
    out.print(show.grid("On the same dice", comparison.HEAD, comparison.rows(summary), numbers=comparison.NUMBERS))
    out.print(comparison.LEGEND)
    if said := comparison.inputs(summary):
        out.print(said)
    if "within" in summary:
        asked = summary["within"]
        out.print(comparison.verdict(asked["metric"], asked["delta"], asked["verdict"]))
    failed = [summary[side]["failed_replications"] for side in "ab"]
    if any(failed):
        out.print(f"Failed replications: {failed[0]} of A, {failed[1]} of B (intervals are widened to the worst case)")
    out.print(f"Seed: {summary['seed']}\nDigest: {summary['digest']}")
    if where:
        out.print(f"Folder: {where}")
    if report is not None:
        out.print(f"Report: {report}")


def _sides(a: str, b: str, both: list[str], only_a: list[str], only_b: list[str]) -> tuple[list[Any], dict[str, float]]:
    """The variants of the command line, and the knobs that both share."""
    from openiads.experiments.compare import KNOB, Variant
    from openiads.scenario.edits import setting
    from openiads.scenario.load import load

    shared = dict(setting(change) for change in both)
    knobs = {path.removeprefix(KNOB): shared.pop(path) for path in list(shared) if path.startswith(KNOB)}
    own = [shared | dict(setting(change) for change in only) for only in (only_a, only_b)]
    return [Variant(load(name), changes) for name, changes in zip((a, b), own, strict=True)], knobs


def folder(sides: list[Any], knobs: dict[str, float], seed: int, replications: int) -> Path:
    """Where a comparison is kept without ``--out``: one folder for one command, so that repeating it continues it."""
    from openiads.runs.digest import hash_of

    names = ["".join(c if c.isalnum() or c in "-_" else "-" for c in side.scenario.name) for side in sides]
    asked = [[side.scenario.digest(), {path: str(value) for path, value in side.changes.items()}] for side in sides]
    marks = hash_of([asked, {name: str(value) for name, value in knobs.items()}])[:8]
    return Path("runs") / f"compare-{names[0]}-{names[1]}-{seed}-{marks}-n{replications}"


def _delta(text: str | None) -> tuple[str, float] | None:
    """``METRIC:DELTA`` as a pair."""
    from openiads.base.errors import UsageError

    if text is None:
        return None
    metric, _, number = text.rpartition(":")
    try:
        delta = float(number)
    except ValueError:
        delta = 0.0
    if not metric or not 0.0 < delta < float("inf"):
        raise UsageError(f'--within "{text}"', "not METRIC:DELTA", "For example: --within leak_rate:0.1")
    return metric, delta


def _refuse_options(*given: object) -> None:
    from openiads.base.errors import UsageError

    if any(given):
        raise UsageError("compare", "stored runs are compared as they are", "Leave out -n, --out, --set and --on")
