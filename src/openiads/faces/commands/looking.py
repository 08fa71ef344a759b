"""Commands that look at scenarios and stored runs: report, explain, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.base.errors import ResultsError
from openiads.faces.commands.common import Json, told, warn


@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The file to write; report.html in the run's folder if left out.", show_default=False
        ),
    ] = None,
    replication: Annotated[int, typer.Option("--replication", min=0, help="The replication to draw.")] = 0,
    json: Json = False,
) -> None:
    """Write a run as one HTML file that needs nothing else."""
    from openiads.faces import report as reports
    from openiads.faces import show
    from openiads.study.replicate import open_run

    made = open_run(folder)
    with show.progress_bars() as phases:
        phases.phase("drawing the report")
        written = reports.write(made, out, replication)
    if json:
        show.as_json({"report": str(written.resolve()), "bytes": written.stat().st_size, "replication": replication})
    else:
        print(written.resolve())


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
    from openiads.faces import show
    from openiads.study.explain import explain as explained
    from openiads.study.replicate import open_run

    found = explained(open_run(folder), replication, flight=flight, unit=fire_unit)
    if json:
        show.as_json(found.as_dict())
    else:
        print(found.text())


@told
def check(
    target: Annotated[
        str, typer.Argument(metavar="SCENARIO|RUN", help="A scenario (file or packaged name), or the folder of a run.")
    ],
    again: Annotated[
        int, typer.Option("--again", min=0, help="Run so many replications of a stored run again and compare.")
    ] = 3,
    json: Json = False,
) -> None:
    """Validate a scenario (all errors at once), or re-verify a stored run."""
    from openiads.faces import show

    if Path(target).is_dir():
        _check_run(Path(target), again, json)
        return
    from openiads.data.reading import load
    from openiads.faces import text
    from openiads.study.replicate import preview

    scenario = load(target)
    with show.progress_bars() as phases:
        phases.phase("building the world, compiling if need be")
        warnings = preview(scenario)
    if json:
        show.as_json({"scenario": scenario.name, "ok": True, "warnings": warnings, "digest": scenario.digest()})
        return
    for line in warnings:
        warn(line)
    flights = sum(raid.count for raid in scenario.raids) + len(scenario.flights)
    counts = ", ".join(
        (
            text.plural(len(scenario.sites), "site", "sites"),
            text.plural(len(scenario.assets), "asset", "assets"),
            text.plural(flights, "flight", "flights"),
        )
    )
    print(f"{scenario.name}: in order ({counts})")


def _check_run(folder: Path, again: int, json: bool) -> None:
    from openiads import __version__
    from openiads.faces import show
    from openiads.study.invariants import check_run, verify_run
    from openiads.study.replicate import open_run

    made = open_run(folder)
    made.store.verify()
    violations = check_run(made)
    repeated = min(again, made.replications)
    if repeated and made.identity.version != __version__:
        repeated = 0
        warn(
            f"{folder}: made by openiads {made.identity.version}, this is {__version__}: its files are checked, but "
            "nothing is run again"
        )
    if repeated:
        violations += verify_run(made, repeated)
    rows = [{"check": v.name, "replication": v.replication, "time": v.time, "text": v.text} for v in violations]
    if json:
        show.as_json(
            {
                "run": str(folder),
                "ok": not rows,
                "replications": made.replications,
                "repeated": repeated,
                "violations": rows,
            }
        )
    else:
        for row in rows:
            print(f"replication {row['replication']}, t={row['time']:.1f} s: {row['check']}: {row['text']}")
    if rows:
        raise ResultsError(
            str(folder),
            f"{len(rows)} violations of the invariants",
            "This is a fault of the program; please report it.",
        )
    if not json:
        told = f"{repeated} run again with equal results" if repeated else "none run again"
        print(f"{folder}: sound ({made.replications} replications, {told})")
