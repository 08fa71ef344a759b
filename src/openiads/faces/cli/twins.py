"""The command that puts closed forms beside a run."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import Json, told

#: Width of the paragraphs under the table.
WIDTH = 80


@told
def twins(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    json: Json = False,
) -> None:
    """What textbook formulas say on a run's own ingredients, beside its figures, and why they differ."""
    from openiads.explain.closed_forms import twins_beside
    from openiads.faces.cli import show
    from openiads.faces.words import closed_forms as shown
    from openiads.runs.run import open_run

    made = open_run(folder)
    with show.progress_bars() as phases:
        phases.phase("measuring what the formulas need")
        found = twins_beside(made)
    if json:
        rows = [twin.as_dict() for twin in found]
        show.as_json({"run": str(folder), "scenario": made.name, "replications": made.replications, "twins": rows})
        return
    out = show.console()
    given = [twin for twin in found if twin.given]
    out.print(
        show.grid(f"Closed forms beside {made.name}", shown.HEAD, list(map(shown.cells, given)), numbers=(1, 2, 3))
    )
    for twin in found:
        out.print(f"{twin.name} ({twin.model})", style="bold")
        for line in shown.behind(twin):
            print(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False))
