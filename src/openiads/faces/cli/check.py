"""The command that checks scenarios, studies and stored folders."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.base.errors import ResultsError
from openiads.faces.cli.common import Json, reports_errors, warn


@reports_errors
def check(
    target: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|RUN",
            help="A scenario (file or packaged name), a study file, or the folder of a run or sweep.",
        ),
    ],
    again: Annotated[
        int, typer.Option("--again", min=0, help="Run so many replications of a stored run again and compare.")
    ] = 3,
    json: Json = False,
) -> None:
    """Validate a scenario or a study (all errors at once), or re-verify a stored run or sweep."""
    from openiads.faces.api import checked
    from openiads.faces.cli import show
    from openiads.faces.shapes.studies import check_data, check_sentence

    with show.progress_bars() as phases:
        found = checked(target, again, phases)
    for line in () if json and found.what == "scenario" else found.warnings:
        warn(line)
    if json:
        show.as_json(check_data(found))
    rows = found.facts.get("violations", ())
    for row in () if json else rows:
        at = f"point {row['point']}, " if "points" in found.facts else ""
        print(f"{at}replication {row['replication']}, t={row['time']:.1f} s: {row['check']}: {row['text']}")
    if rows:
        reason, remedy = (
            f"{len(rows)} violations of the invariants",
            "This is a fault of the program; please report it.",
        )
        raise ResultsError(found.name, reason, remedy)
    if not json:
        print(f"{found.name}: {check_sentence(found)}")
