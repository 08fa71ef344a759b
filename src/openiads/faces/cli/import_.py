"""The command that makes a scenario of a file of another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import Json, given, refuse_files, reports_errors, warn

if TYPE_CHECKING:
    from openiads.foreign.convert import Imported

#: Problems of the scenario's check that are told; the check itself tells all.
MOST_TOLD = 5


def option(name: str, text: str) -> typer.models.OptionInfo:
    """An option that has no default of its own."""
    return typer.Option(name, help=text, show_default=False)


File = Annotated[Path, typer.Argument(help="GeoJSON, KML, GPX, CSV, a BlueSky scenario or a Tacview recording.")]
OutFile = Annotated[Path | None, option("--out", "The scenario's file; named after FILE if left out.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")]
Name = Annotated[str | None, option("--name", "The scenario's name; that of the file if left out.")]
Points = Annotated[str, typer.Option("--points", help="A point that does not say what it is: asset, site or skip.")]
Areas = Annotated[
    str, typer.Option("--areas", help="An area: asset (its circle), notified, no_fire, free_fire or skip.")
]
Lines = Annotated[
    str, typer.Option("--lines", help="A line: flight, raid, corridor, airway, recorded, a kind of zone, or skip.")
]
System = Annotated[str | None, option("--system", "The system of sites that name none.")]
Threat = Annotated[str | None, option("--threat", "The threat of flights and raids that name none.")]
FlightSide = Annotated[str, typer.Option("--side", help="Of flights that name none: neutral, friend or hostile.")]
Facing = Annotated[str | None, option("--facing", "Azimuth of sites that name none, e.g. 245deg.")]
Radius = Annotated[str, typer.Option("--radius", help="Of assets that are points.")]
Tolerance = Annotated[str, typer.Option("--tolerance", help="How far a position may lie beside the legs of a route.")]
Bounds = Annotated[
    str | None, option("--bounds", 'Take what lies within: "34 N 35 E; 36 N 37 E", southwest and northeast corner.')
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Take the first so many.", show_default=False)]
Only = Annotated[list[str] | None, option("--only", "Take what has a property: KEY=VALUE; may be given again.")]
Swap = Annotated[bool, typer.Option("--swap", help="Latitude and longitude are exchanged in the file.")]
Encoding = Annotated[str | None, option("--encoding", "Of a text that is not UTF-8, e.g. cp1252.")]
AltitudeUnit = Annotated[str | None, option("--altitude-unit", "Of recorded positions that do not say it: m or ft.")]
Clock = Annotated[str, typer.Option("--clock", help="Of recorded times without a zone: UTC or +03:00.")]


@reports_errors
def import_scenario(
    file: File,
    out: OutFile = None,
    overwrite: Overwrite = False,
    name: Name = None,
    points: Points = "asset",
    areas: Areas = "asset",
    lines: Lines = "flight",
    system: System = None,
    threat: Threat = None,
    side: FlightSide = "neutral",
    facing: Facing = None,
    radius: Radius = "500 m",
    tolerance: Tolerance = "100 m",
    bounds: Bounds = None,
    limit: Limit = None,
    only: Only = None,
    swap: Swap = False,
    encoding: Encoding = None,
    altitude_unit: AltitudeUnit = None,
    clock: Clock = "UTC",
    json: Json = False,
) -> None:
    """Make a scenario of places, areas, routes, an order of battle, or a recording of another program."""
    from openiads.faces.cli import show
    from openiads.foreign.convert import imported
    from openiads.foreign.question import ImportQuestion
    from openiads.runs import disk

    if out is not None:
        _refuse(out, overwrite=overwrite)
    asked = given(name=name, system=system, threat=threat, facing=facing, bounds=bounds, limit=limit, only=only)
    asked |= {"points": points, "areas": areas, "lines": lines, "side": side, "radius": radius, "swap": swap}
    asked |= {"clock": clock} | given(altitude_unit=altitude_unit)
    made = imported(ImportQuestion(file, tolerance=tolerance, encoding=encoding, **asked))
    target = out or Path(f"{made.name}.toml")
    if out is None:
        _refuse(target, overwrite=overwrite)
    disk.save(target, made.text.encode())
    if json:
        show.as_json({"scenario": str(target.resolve()), **made.to_dict()})
    else:
        _tell(made, target)


def _refuse(out: Path, *, overwrite: bool) -> None:
    """Refuse a file that could not be written, or that is there and was not asked to be replaced."""
    from openiads.base.errors import UsageError

    refuse_files([out], (".toml",))
    if out.exists() and not overwrite:
        raise UsageError("--out", f'"{out}" is there already', "Name another file, or say --overwrite.")


def _tell(made: Imported, target: Path) -> None:
    """What was made, left out and is left to do."""
    for line in (*made.remarks, *made.left_out):
        warn(line)
    if made.open:
        shown = ", ".join(f"{key} in line {line}" for line, key in made.open[:MOST_TOLD])
        more = f" and {len(made.open) - MOST_TOLD:,} more" if len(made.open) > MOST_TOLD else ""
        warn(f"to fill in before it runs: {shown}{more} (marked TODO)")
    else:
        for problem in made.problems[:MOST_TOLD]:
            warn(f"not accepted yet: {problem}")
    if made.counts["recorded"] and not (target.parent / made.recorded).exists():
        warn(f"copy {made.recorded} to beside {target}, which names it")
    counts = ", ".join(f"{count:,} {_noun(table, count)}" for table, count in made.counts.items() if count)
    print(f"{target.resolve()}: {counts}")
    print(f"Check it with: openiads check {target}")


def _noun(table: str, count: int) -> str:
    if table == "recorded":
        return "file of recorded positions" if count == 1 else "files of recorded positions"
    return table[:-1] if count == 1 else table
