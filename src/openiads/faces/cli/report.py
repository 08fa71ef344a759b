"""Commands that look at scenarios and stored runs: report, explain, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.base.errors import UsageError
from openiads.faces.cli.common import Json, told


@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run or a sweep.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write; report.html in that folder if left out.", show_default=False),
    ] = None,
    replication: Annotated[
        int | None,
        typer.Option("--replication", min=0, help="The replication of a run to draw; 0 if left out.",
                     show_default=False),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Write a run or a sweep as one HTML file that needs nothing else."""
    from openiads.experiments.sweep import is_sweep, open_sweep
    from openiads.faces.cli import show
    from openiads.faces.pages import run_page as reports
    from openiads.faces.pages.answers import page
    from openiads.runs.run import open_run

    drawn: dict[str, int] = {}
    if is_sweep(folder):
        if replication is not None:
            raise UsageError("--replication", f"{folder} is a sweep", "Give the folder of a point: points/p000000")
        swept = open_sweep(folder)
        with show.progress_bars() as phases:
            phases.phase("drawing the report")
            told = page.sweep_page(swept, page.premises_of(swept.run(0).scenario))
            written = page.write(told, swept.path, out)
    else:
        made = open_run(folder)
        drawn = {"replication": replication or 0}
        with show.progress_bars() as phases:
            phases.phase("drawing the report")
            written = reports.write(made, out, replication or 0)
    if json:
        show.as_json({"report": str(written.resolve()), "bytes": written.stat().st_size, **drawn})
    else:
        print(written.resolve())
