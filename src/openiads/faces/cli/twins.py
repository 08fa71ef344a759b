"""The command that puts closed forms beside a run."""

from __future__ import annotations

import textwrap

from openiads.faces.cli.common import Json, RunFolder, reports_errors

#: Width of the paragraphs under the table.
WIDTH = 80


@reports_errors
def twins(
    folder: RunFolder,
    json: Json = False,
) -> None:
    """What textbook formulas say on a run's own ingredients, beside its figures, and why they differ."""
    from openiads.faces.api import closed_forms
    from openiads.faces.cli import show
    from openiads.faces.shapes.studies import closed_data
    from openiads.faces.words import closed_forms as words

    with show.progress_bars() as phases:
        phases.phase("measuring what the formulas need")
        found = closed_forms(folder)
    if json:
        show.as_json(closed_data(found))
        return
    out = show.console()
    rows = [words.cells(twin) for twin in found.formulas if twin.given]
    out.print(show.grid(f"Closed forms beside {found.scenario}", words.HEAD, rows, numbers=(1, 2, 3)))
    for twin in found.formulas:
        out.print(f"{twin.name} ({twin.model})", style="bold")
        for line in words.behind(twin):
            print(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False))
