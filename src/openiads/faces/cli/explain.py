"""The command that tells why things happened in a stored run."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.faces.cli.common import Json, RunFolder, reports_errors


@reports_errors
def explain(
    folder: RunFolder,
    replication: Annotated[int, typer.Option("--replication", "-r", min=0, help="Which replication.")],
    flight: Annotated[
        str | None, typer.Option("--flight", help="Only this flight, by name.", show_default=False)
    ] = None,
    fire_unit: Annotated[
        str | None, typer.Option("--fire-unit", help="Only this fire unit, by name.", show_default=False)
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="The chain of every flight, with every change of a gate.")
    ] = False,
    json: Json = False,
) -> None:
    """Why threats got through in a replication: a summary, then their kill chains and what kept units from shooting."""
    from openiads.explain.kill_chain import explain as explained
    from openiads.faces.cli import show

    found = explained(folder, replication, flight=flight, unit=fire_unit)
    if json:
        show.as_json(found.as_dict())
    else:
        print(found.text(whole=whole))
