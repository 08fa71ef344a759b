"""The command that asks stored results in SQL."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.base.errors import UsageError
from openiads.faces.cli.common import Json, RunOrSweepFolder, reports_errors


@reports_errors
def query(
    folder: RunOrSweepFolder,
    sql: Annotated[str, typer.Argument(help="One SELECT over the views outcomes, events and points.")],
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values, all rows.")] = False,
) -> None:
    """Ask a stored run or sweep in SQL; nothing is ever written."""
    from openiads.experiments.query import query as asked
    from openiads.faces.cli import show, tables
    from openiads.faces.shapes.studies import query_data

    if json and csv:
        raise UsageError("--json --csv", "both are asked for", "Choose one")
    with show.progress_bars() as phases:
        phases.phase("reading")
        found = asked(folder, sql)
    if json:
        show.as_json(query_data(found))
    elif csv:
        tables.answer_csv(found.columns, found.rows)
    else:
        tables.answer(found.columns, found.rows)
