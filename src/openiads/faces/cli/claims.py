"""The command that runs claims and writes their page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from openiads.faces.cli.common import Jobs, Json, reports_errors

DEFAULT = Path("runs") / "claims"


@reports_errors
def claims(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Packaged claims or claim files; all if left out.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="The full effort: hours; stop and go on at will.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder of the page, the verdicts and their runs.")] = DEFAULT,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed.")] = 2016,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """What was said of these systems, as studies with a stated rule: verdicts, intervals, what would change them."""
    from openiads.base.words import listed
    from openiads.faces.api import claims_examined
    from openiads.faces.cli import show
    from openiads.faces.shapes.studies import claims_data
    from openiads.faces.words.claims_answer import details, sentence

    with show.progress_bars() as phases:

        def watch(name: str) -> Callable[[float, str], None]:
            phases.phase(f"claim {name}")
            bar = show.running(phases, f"claim {name}")
            return lambda share, what: bar(int(1000 * share), 1000)

        found = claims_examined(names or [], full=full, out=out, seed=seed, jobs=jobs, watch=watch)
    if json:
        show.as_json(claims_data(found))
        return
    console = show.console()
    for each in found.examined:
        console.print(f"“{each.result['sentence']}”", style="bold")
        console.print(f"  {sentence(each)}")
        for line in details(each):
            console.print(f"  - {line}")
        effort = f"{each.result['effort']}, {each.result['replications']} replications, seed {each.result['seed']}"
        marks = f"claim {each.result['claim_digest'][:12]}, digest {each.result['digest'][:12]}"
        console.print(f"  ({effort}; {marks})")
    console.print(f"Page: {found.page}")
    if found.left:
        names = [f"{path.parent.name}/{path.name}" for path in found.left]
        console.print(f"The page shows this call alone. Verdicts of other calls stay beside it: {listed(names)}")
    for line in found.changed():
        console.print(line)
