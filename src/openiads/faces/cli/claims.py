"""The command that runs claims and writes their page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import Jobs, Json, told

DEFAULT = Path("runs") / "claims"


@told
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
    from openiads.claims.examine import examine
    from openiads.claims.statement import load_claim, packaged_claims
    from openiads.faces.cli import show
    from openiads.faces.pages.claims import page
    from openiads.faces.words.claims import sentence
    from openiads.runs import disk

    wanted = [load_claim(name) for name in (names or packaged_claims())]
    results = []
    with show.progress_bars() as phases:
        for claim in wanted:
            phases.phase(f"claim {claim.name}")
            folder = folder_of(out, claim, full=full, seed=seed)
            progress = _progress(phases, claim.name)
            results.append(examine(claim, full=full, out=folder, seed=seed, jobs=jobs, progress=progress))
        phases.phase("drawing the page")
        all_told = [gather_told(result) for result in results]
        disk.write_file(out / "claims.html", page(all_told).encode())
    shown = (out / "claims.html").resolve()
    if json:
        show.as_json({"claims": [{**told.result, "answer": sentence(told)} for told in all_told], "page": str(shown)})
        return
    console = show.console()
    for each in all_told:
        console.print(f"“{each.result['sentence']}”", style="bold")
        console.print(f"  {sentence(each)}")
        effort = f"{each.result['effort']}, {each.result['replications']} replications, seed {each.result['seed']}"
        marks = f"claim {each.result['claim_digest'][:12]}, digest {each.result['digest'][:12]}"
        console.print(f"  ({effort}; {marks})")
    console.print(f"Page: {shown}")


def _progress(phases: Any, name: str) -> Any:
    from openiads.faces.cli import show

    bar = show.running(phases, f"claim {name}")
    return lambda share, what: bar(int(1000 * share), 1000)


def folder_of(out: Path, claim: Any, *, full: bool, seed: int) -> Path:
    """The folder of one claim with this rule, effort and seed."""
    return out / ("full" if full else "quick") / f"{claim.name}-{claim.digest[:8]}-{seed}"


def gather_told(result: Any) -> Any:
    """A result (``examine.Result``) with what its words and its page need (``faces.words.claims.Told``)."""
    from openiads.catalog.load import catalog
    from openiads.claims.examine import METHODS, arm_verdict
    from openiads.faces.words.claims import Told
    from openiads.scenario.knobs import knob_list

    told, book = result.claim.told, catalog()
    arms = {
        (e.look.cell, e.look.limits, e.look.weighting): str(arm_verdict(METHODS[told.method], result.claim, e))
        for e in result.evidence
        if not e.beside
    }
    titles = {name: book[name].title for name in book.entries}
    knobs = {knob.name: f"{knob.meaning}; {knob.status}" for knob in knob_list(book)}
    rule, study = told.rule.model_dump(), told.study.model_dump()
    return Told(result.as_dict(), told.method, rule, study, arms, titles, knobs)
