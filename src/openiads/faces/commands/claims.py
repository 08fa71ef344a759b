"""The command that runs claims and writes their page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.commands.common import Jobs, Json, told


@told
def claims(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Packaged claims or claim files; all if left out.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="The full effort: hours; stop and go on at will.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder of the page, the verdicts and their runs.")] = Path(
        "claims"
    ),
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed.")] = 2016,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """What was said of these systems, as studies with a stated rule: verdicts, intervals, and what would change them."""
    from openiads.data.knobs import knob_list
    from openiads.faces import claims as faces
    from openiads.faces import show
    from openiads.study import disk
    from openiads.study.claims import examine as examining
    from openiads.study.claims.statement import load_claim, packaged_claims

    wanted = [load_claim(name) for name in (names or packaged_claims())]
    results: list[Any] = []
    with show.progress_bars() as phases:
        for claim in wanted:
            phases.phase(f"claim {claim.name}")
            folder = out / ("full" if full else "quick") / f"{claim.name}-{claim.digest[:8]}-{seed}"
            results.append(
                examining.examine(
                    claim, full=full, out=folder, seed=seed, jobs=jobs, progress=_progress(phases, claim.name)
                )
            )
        phases.phase("drawing the page")
        told_ = [result.as_dict() for result in results]
        stated = [{"rule": claim.told.rule.model_dump(), "method": claim.told.method} for claim in wanted]
        arms = [_arms(result) for result in results]
        status = {knob.name: knob.status for knob in knob_list(_book())}
        page = faces.page(told_, stated, arms, status)
        disk.make_folder(out)
        disk.write_file(out / "claims.html", page.encode())
    if json:
        show.as_json({"claims": told_, "page": str((out / "claims.html").resolve())})
        return
    console = show.console()
    for given, result, rule in zip(wanted, told_, stated, strict=True):
        console.print(f"“{result['sentence']}”", style="bold")
        console.print(f"  {faces.sentence(result, rule['rule'], rule['method'])}")
        effort = f"{result['effort']}, {result['replications']} replications, seed {result['seed']}"
        console.print(f"  ({effort}; claim {given.digest[:12]}, digest {result['digest'][:12]})")
    console.print(f"Page: {(out / 'claims.html').resolve()}")


def _progress(phases: Any, name: str) -> Any:
    from openiads.faces import show

    bar = show.running(phases, f"claim {name}")
    return lambda share, what: bar(int(1000 * share), 1000)


def _arms(result: Any) -> dict[tuple[str, str, str], str]:
    """(cell, limits, weighting) -> verdict of the arm."""
    from openiads.study.claims.examine import METHODS, arm_verdict

    method = METHODS[result.claim.told.method]
    return {
        (e.look.cell, e.look.limits, e.look.weighting): str(arm_verdict(method, result.claim, e))
        for e in result.evidence
        if not e.beside
    }


def _book() -> Any:
    from openiads.data.catalog import catalog

    return catalog()
