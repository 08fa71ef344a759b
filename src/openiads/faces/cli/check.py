"""The command that checks scenarios, studies and stored folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openiads.base.errors import ResultsError
from openiads.faces.cli.common import Json, told, warn


@told
def check(
    target: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|RUN",
            help="A scenario (file or packaged name), a study file, or the folder of a run or sweep.",
        ),
    ],
    again: Annotated[
        int, typer.Option("--again", min=0, help="Run so many replications of a stored run again and compare.")
    ] = 3,
    json: Json = False,
) -> None:
    """Validate a scenario or a study (all errors at once), or re-verify a stored run or sweep."""
    from openiads.faces.cli import show

    if Path(target).is_dir():
        _check_folder(Path(target), again, json)
        return
    from openiads.experiments.design import is_study

    if is_study(target):
        _check_study(target, json)
        return
    from openiads.faces.words import text
    from openiads.runs.simulator import preview
    from openiads.scenario.load import load

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


def _check_study(file: str, json: bool) -> None:
    from openiads.experiments.design import load_study
    from openiads.faces.cli import show
    from openiads.faces.words import text

    study = load_study(file)
    if json:
        show.as_json({"study": study.name, "ok": True, "points": study.size, "design": study.design})
    else:
        print(f"{study.name}: in order ({text.plural(study.size, 'point', 'points')})")


def _check_folder(folder: Path, again: int, json: bool) -> None:
    """Check a run or a sweep: its files, its event logs, and ``again`` replications run again."""
    from openiads.audit.check import check_run, verify_run
    from openiads.base.version import __version__
    from openiads.experiments.sweep import is_sweep, open_sweep
    from openiads.faces.cli import show
    from openiads.runs.run import open_run

    swept = open_sweep(folder) if is_sweep(folder) else None
    made = open_run(folder) if swept is None else None
    version = made.identity.version if made is not None else swept.store.identity.fields["version"] if swept else ""
    if again and version != __version__:
        again = 0
        warn(
            f"{folder}: made by openiads {version}, this is {__version__}: its files are checked, but nothing is run "
            "again"
        )
    if swept is not None:
        found, repeated = swept.check(again)
        count = sum(each["replications"] for each in swept.seal["points"])
    elif made is not None:
        made.store.verify()
        repeated = min(again, made.replications)
        violations = check_run(made) + (verify_run(made, repeated) if repeated else [])
        found, count = [(0, v) for v in violations], made.replications
    rows = [
        {"point": k, "check": v.name, "replication": v.replication, "time": v.time, "text": v.text} for k, v in found
    ]
    points = {"points": len(swept.points)} if swept else {}
    if json:
        show.as_json(
            {
                "run": str(folder),
                "ok": not rows,
                "replications": count,
                **points,
                "repeated": repeated,
                "violations": rows,
            }
        )
    else:
        for row in rows:
            at = f"point {row['point']}, " if swept else ""
            print(f"{at}replication {row['replication']}, t={row['time']:.1f} s: {row['check']}: {row['text']}")
    if rows:
        raise ResultsError(
            str(folder),
            f"{len(rows)} violations of the invariants",
            "This is a fault of the program; please report it.",
        )
    if not json:
        told = f"{repeated} run again with equal results" if repeated else "none run again"
        of = f"{len(swept.points)} points, " if swept else ""
        print(f"{folder}: sound ({of}{count} replications, {told})")
