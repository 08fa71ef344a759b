"""The command that tells where debris comes down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import FigureFile, Json, picture_asked, reports_errors

RunFolder = Annotated[Path, typer.Argument(help="The folder of a complete run.")]
Declared = Annotated[Path, typer.Argument(help="A file that declares pieces, wind and towns.")]


@reports_errors
def debris(run: RunFolder, declared: Declared, figure: FigureFile = None, json: Json = False) -> None:
    """Where pieces of what a run killed come down under declared assumptions; never whether a place is safe."""
    from openiads.experiments.debris import debris as answer
    from openiads.experiments.debris_file import load_debris
    from openiads.faces.cli import show
    from openiads.faces.words import debris as words

    picture_asked(figure)
    with show.progress_bars() as phases:
        phases.phase("reading what pieces, wind and towns are declared")
        told = load_debris(declared)
        phases.phase("following the pieces of every kill")
        found = answer(run, told)
        if figure is not None:
            from openiads.faces.pages import answers

            answers.save(answers.fallen(found), figure)
    if json:
        show.as_json(found.as_dict())
        return
    out = show.console()
    for line in words.lines(found.as_dict()):
        out.print(line)
    rows = words.table(found.as_dict())
    if rows:
        out.print(show.grid("Towns", words.HEAD, rows, numbers=range(1, len(words.HEAD))))
    out.print(f"Digest: {found.digest}")
