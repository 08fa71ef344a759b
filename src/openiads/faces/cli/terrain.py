"""The commands about the user's library of height files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.faces.cli.common import Json, reports_errors, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openiads.earth.library_index import Record

app = typer.Typer(
    help="Your own height files: index them once, and scenarios pick the tiles they need.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Height files, or folders of them.")]


@app.command("add")
@reports_errors
def terrain_add(paths: Paths, json: Json = False) -> None:
    """Index height files: where each lies, how fine it is, its datum, its SHA-256.  The files stay where they are."""
    from openiads.base.errors import InputErrors
    from openiads.earth import library, library_index
    from openiads.faces.cli import show

    with show.progress_bars() as phases:
        phases.phase("reading height files")
        found = library.add(paths, phases.count)
    for line in found.told:
        warn(line)
    if json:
        told = {"added": _data(found.new), "known": _data(found.known), "disagreements": list(found.told)}
        show.as_json(told | {"refused": [str(each) for each in found.refused], "library": str(library_index.folder())})
    else:
        known = f", {len(found.known):,} were there" if found.known else ""
        print(f"{_tiles(len(found.new))} added{known}; the library holds {_tiles(len(library_index.opened().records))}")
        print(f'Use them with: [terrain] source = "library". Index: {library_index.folder()}')
    if found.refused:
        raise InputErrors(found.refused)


@app.command("list")
@reports_errors
def terrain_list(json: Json = False) -> None:
    """What is in the library: each tile with its corners, spacing, datum, size, time and SHA-256."""
    from openiads.earth import library_index
    from openiads.faces.cli import show

    records = sorted(library_index.opened().records, key=lambda each: (each.frame.south, each.frame.west, each.name))
    if json:
        show.as_json({"library": str(library_index.folder()), "tiles": _data(records)})
        return
    if not records:
        print("The library is empty. Add height files with: openiads terrain add FOLDER")
        return
    head = ("tile", "southwest", "northeast", "step, m", "datum", "MB", "added", "SHA-256")
    rows = [
        (
            each.name,
            _corner(each.frame.bounds[0], each.frame.bounds[1]),
            _corner(each.frame.bounds[2], each.frame.bounds[3]),
            f"{each.frame.lat_step * 111_195.0:,.0f}",
            each.frame.datum,
            f"{each.size / 1e6:,.1f}",
            each.added[:10],
            each.sha256[:12],
        )
        for each in records
    ]
    out = show.console()
    out.print(show.grid("Terrain library", head, rows, numbers=(3, 5)))
    out.print(f"{_tiles(len(records))}. Index: {library_index.folder()}")


@app.command("check")
@reports_errors
def terrain_check(
    scenario: Annotated[
        str | None,
        typer.Argument(help="Only tell which tiles this scenario would use, and which it lacks.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Read every tile again: is it there, unchanged, whole and plausible, and does it agree with its neighbors?"""
    from openiads.base.errors import InputError
    from openiads.earth import library_check, library_index
    from openiads.faces.cli import show

    if scenario is not None:
        _for_scenario(scenario, json=json)
        return
    with show.progress_bars() as phases:
        phases.phase("reading height files")
        found = library_check.check(phases.count)
    count = len(library_index.opened().records)
    if json:
        show.as_json({"tiles": count, "problems": list(found.problems), "remarks": list(found.remarks)})
    else:
        for line in found.remarks:
            warn(line)
        print(*found.problems, sep="\n", end="\n" if found.problems else "")
    if found.problems:
        raise InputError(
            "terrain library",
            f"{_tiles(len(found.problems))} of {count:,} cannot be used",
            "Fetch them again and add them, or take them out with: openiads terrain remove PATH",
        )
    if not json:
        print(f"{_tiles(count)}: in order")


@app.command("remove")
@reports_errors
def terrain_remove(paths: Paths, json: Json = False) -> None:
    """Take tiles out of the library, by file or by folder.  The files stay where they are."""
    from openiads.earth import library, library_index
    from openiads.faces.cli import show

    gone = library.remove(paths)
    if json:
        show.as_json({"removed": _data(gone)})
    else:
        print(f"{_tiles(len(gone))} removed; the library holds {_tiles(len(library_index.opened().records))}")


def _for_scenario(name: str, *, json: bool) -> None:
    """Which tiles a scenario would use, and which it lacks."""
    from openiads.earth import library_index
    from openiads.faces.cli import show
    from openiads.scenario.area import boxes
    from openiads.scenario.load import catalog_of, scenario_with
    from openiads.world.build import build
    from openiads.world.ground import unknown_to_flights, unknown_to_radars

    asked = scenario_with(name, {"terrain.source": "library", "terrain.on_missing": "sea"})
    picked = library_index.opened().within(boxes(asked, catalog_of(asked)))
    world = build(asked)
    radars, flights = unknown_to_radars(world), unknown_to_flights(world)
    lacking = sorted({*radars.tiles, *(tile for each in flights.values() for tile in each.tiles)})
    if json:
        told: dict[str, Any] = {"scenario": asked.name, "tiles": _data(picked), "lacking": lacking}
        show.as_json(told | {"unknown_to_radars": radars.share, "remarks": list(world.terrain.remarks())})
        return
    for line in world.terrain.remarks():
        warn(line)
    print(f"{asked.name}: {_tiles(len(picked))} of the library lie near; {100.0 * radars.share:.1f} % of the ground")
    print(f"within the radars' ranges has no data. Lacking: {', '.join(lacking) or 'nothing'}")


def _tiles(count: int) -> str:
    return f"{count:,} {'tile' if count == 1 else 'tiles'}"


def _corner(lat: float, lon: float) -> str:
    lon = (lon + 180.0) % 360.0 - 180.0
    return f"{abs(lat):.2f} {'N' if lat >= 0 else 'S'} {abs(lon):.2f} {'E' if lon >= 0 else 'W'}"


def _data(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Tiles as JSON has them."""
    return [
        {
            "path": each.path,
            "south": each.frame.bounds[0],
            "west": each.frame.bounds[1],
            "north": each.frame.bounds[2],
            "east": each.frame.bounds[3],
            "rows": each.frame.rows,
            "columns": each.frame.columns,
            "step_m": each.frame.lat_step * 111_195.0,
            "datum": each.frame.datum,
            "bytes": each.size,
            "modified_ns": each.mtime_ns,
            "added": each.added,
            "sha256": each.sha256,
        }
        for each in records
    ]
