"""The command that writes a replication for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import Json, reports_errors, warn


@reports_errors
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    kind: Annotated[str, typer.Option("--format", help="czml, kml, geojson, csv, acmi, asi, stonesoup or html.")],
    replication: Annotated[int, typer.Option("--replication", "-r", min=0, help="Which replication.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="The file; named after scenario, seed and replication if left out. With csv and stonesoup, a folder "
            "unless it ends in .zip.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option(
            "--every",
            min=0.0,
            help="Keep a recorded position every so many seconds, 0 for all; else thinned to 5 m (stonesoup: all).",
            show_default=False,
        ),
    ] = None,
    epoch: Annotated[
        str | None,
        typer.Option(
            "--epoch",
            help="UTC of time 0, for example 2016-10-04T06:00:00Z; else the scenario's date.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write one replication for Cesium, Google Earth, QGIS, Tacview, SIMDIS, Stone Soup, a spreadsheet or a browser."""
    from openiads.faces import formats
    from openiads.faces.cli import show

    with show.progress_bars() as phases:
        phases.phase("gathering the replication")
        written = formats.export(folder, kind, replication, out, every=every, epoch=epoch)
    if not json:
        if written.note:
            warn(written.note)
        print(written.path.resolve())
        return
    show.as_json(
        {
            "export": str(written.path.resolve()),
            "format": kind,
            "replication": replication,
            "bytes": written.size,
            "epoch": written.epoch,
            "left_out": written.note or None,
            **written.counts,
        }
    )
