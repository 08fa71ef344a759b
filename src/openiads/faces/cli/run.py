"""Commands that run a scenario."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import (
    Jobs,
    Join,
    Json,
    On,
    Out,
    PartOf,
    Replications,
    Seed,
    by_part,
    load_changed,
    of_any_leaker,
    part_asked,
    program,
    reports_errors,
    warn,
)

if TYPE_CHECKING:
    from openiads.runs.division import Part
    from openiads.runs.run import Run
    from openiads.runs.work import Request, Work
    from openiads.scenario.load import Scenario

#: Changes that the name of a run's folder tells at most, and signs of each.
MOST_TOLD, LONGEST_TOLD = 3, 48


def run_folder(
    scenario: Scenario,
    seed: int,
    replications: int,
    until: str | None,
    record: int,
    chunk: int | None,
    changes: Sequence[str] = (),
) -> Path:
    """Where a run is kept without ``--out``: one folder for one command, so that repeating it continues it.

    Its name tells what was set, so that variants of a scenario are told apart in a list of folders.
    """
    from openiads.runs.replicate import default_folder

    base = default_folder(scenario, seed)
    told = ["".join(c if c.isalnum() or c in "._=" else "-" for c in change.replace(" ", "")) for change in changes]
    parts = [base.name, *(each[:LONGEST_TOLD] for each in told[:MOST_TOLD]), f"n{replications}"]
    parts += [f"until-{until.replace(':', '-')}"] if until else []
    parts += [f"record{record}"] if record else []
    parts += [f"chunk{chunk}"] if chunk else []
    return base.with_name("-".join(parts))


@reports_errors
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a packaged scenario.")],
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    chunk: Annotated[
        int | None, typer.Option("--chunk", min=1, help="Replications stored together.", show_default=False)
    ] = None,
    out: Out = None,
    record: Annotated[
        int, typer.Option("--record", min=0, help="Keep every look and position of the first so many replications.")
    ] = 0,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="path=value, for example site.Tartus.fire_units=1; may be repeated.", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until-ci", help="METRIC:W or W: stop once half the 95 % interval is at most W.", show_default=False
        ),
    ] = None,
    on: On = "threads",
    part: PartOf = None,
    join: Join = False,
    json: Json = False,
) -> None:
    """Run a scenario many times and print what comes out, with intervals."""
    from openiads.faces.cli import show
    from openiads.runs import replicate, stopping, work

    one = part_asked(part, join)
    until = of_any_leaker(until)
    with show.progress_bars() as phases:
        phases.phase("reading the scenario")
        loaded = load_changed(scenario, changes or [])
        most = replications or (stopping.MOST if until else work.REPLICATIONS)
        folder = out or run_folder(loaded, seed, most, until, record, chunk, changes or ())
        if one is None and not join:
            phases.phase("building the world, compiling if need be")
            made = replicate.run(
                loaded,
                replications=most,
                seed=seed,
                jobs=jobs,
                chunk=chunk,
                out=folder,
                record=record,
                until=until,
                progress=show.running(phases),
                warn=warn,
                on=on,
            )
    if one is None and not join:
        _print(made, json)
        return
    how = work.Work(jobs, folder, warn=warn, on=on, chunk=chunk)
    _in_parts(loaded, work.Request(most, seed, record, until), how, one, (scenario, changes, json))


def _in_parts(
    scenario: Scenario, asked: Request, how: Work, one: Part | None, typed: tuple[str, list[str] | None, bool]
) -> None:
    """Compute one part of a run, or join all, and print what came of it."""
    from openiads.faces.cli import show
    from openiads.runs import parts

    name, changes, json = typed
    record, folder = asked.record or None, Path(str(how.out))
    options = {"-n": asked.most, "--seed": asked.seed, "--record": record, "--chunk": how.chunk, "--set": changes}
    with show.progress_bars() as phases:
        if one is not None:
            phases.phase("building the world, compiling if need be")
            told = parts.compute_part(scenario, asked, replace(how, progress=show.running(phases)), one).summary()
        else:
            phases.phase("joining the parts")
            made = parts.join(scenario, asked, how, by_part("run", [name], folder, options))
    if one is not None:
        show.part(told, json)
    else:
        _print(made, json)


def _print(made: Run, json: bool, **more: str) -> None:
    from openiads.faces.cli import show

    summary = made.summary()
    if json:
        show.as_json({**summary, **more})
        return
    show.results(made.scenario.question, summary)
    for name, value in more.items():
        show.console().print(f"{name.capitalize()}: {value}")


@reports_errors
def demo(
    replications: Replications = None, seed: Seed = 2016, jobs: Jobs = None, out: Out = None, json: Json = False
) -> None:
    """Tartus, October 2016: a mixed raid on an S-300 site, a few hundred times, with a report to open in a browser."""
    from openiads.faces.cli import show
    from openiads.runs import replicate

    with show.progress_bars() as phases:
        phases.phase("preparing the scenario")
        loaded = load_changed("tartus_2016", [])
        most = replications or 300
        folder = out or run_folder(loaded, seed, most, None, 0, None)
        phases.phase("building the world, compiling if need be")
        progress = show.running(phases)
        made = replicate.run(loaded, replications=most, seed=seed, jobs=jobs, out=folder, progress=progress, warn=warn)
        phases.phase("drawing the report")
        from openiads.faces.pages import run_page

        written = run_page.write(made)
    _print(made, json, report=str(written.resolve()), view=f"{program()} view {shlex.quote(str(folder))}")
