"""The command that tells how good the pictures of command posts were."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.faces.cli.common import Json, RunFolder, given, reports_errors


@reports_errors
def air_picture(
    folder: RunFolder,
    cutoff: Annotated[
        float, typer.Option("--cutoff", help="Distance (m) up to which a track stands for a flight.")
    ] = 5000.0,
    every: Annotated[float, typer.Option("--every", help="Seconds between two looks at the picture.")] = 5.0,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", min=1, help="How many; the recorded ones, or 20 if none were.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """How good the picture of each command post of a stored run was: completeness, ambiguity, OSPA and GOSPA."""
    from openiads.explain.air_picture import air_picture as looked
    from openiads.faces.cli import show
    from openiads.faces.words import air_picture as words

    with show.progress_bars() as phases:
        phases.phase("holding tracks against flights")
        told = looked(folder, cutoff=cutoff, every=every, **given(replications=replications)).as_dict()
    if json:
        show.as_json(told)
        return
    out = show.console()
    out.print(words.answer(told))
    out.print(show.grid("", words.HEAD, words.rows(told), numbers=words.NUMBERS))
