"""The command that writes a stored run or sweep as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import Json, RunOrSweepFolder, reports_errors


@reports_errors
def report(
    folder: RunOrSweepFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write; report.html in that folder if left out.", show_default=False),
    ] = None,
    replication: Annotated[
        int | None,
        typer.Option(
            "--replication", min=0, help="The replication of a run to draw; 0 if left out.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a run or a sweep as one HTML file that needs nothing else."""
    from openiads.experiments.sweep import is_sweep
    from openiads.faces import api
    from openiads.faces.cli import show

    with show.progress_bars() as phases:
        phases.phase("drawing the report")
        written = api.report(folder, out, replication)
    if json:
        which = {} if is_sweep(folder) else {"replication": replication or 0}
        show.as_json({"report": str(written.resolve()), "bytes": written.stat().st_size, **which})
    else:
        print(written.resolve())
