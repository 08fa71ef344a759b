"""The command that tells why things happened in a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import Json, told


@told
def explain(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    replication: Annotated[int, typer.Option("--replication", "-r", min=0, help="Which replication.")],
    flight: Annotated[
        str | None, typer.Option("--flight", help="Only this flight, by name.", show_default=False)
    ] = None,
    fire_unit: Annotated[
        str | None, typer.Option("--fire-unit", help="Only this fire unit, by name.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """The kill chain of each flight, and why a fire unit did not shoot."""
    from openiads.explain.kill_chain import explain as explained
    from openiads.faces.cli import show
    from openiads.runs.run import open_run

    found = explained(open_run(folder), replication, flight=flight, unit=fire_unit)
    if json:
        show.as_json(found.as_dict())
    else:
        print(found.text())
