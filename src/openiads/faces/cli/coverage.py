"""The command that draws radar coverage over terrain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import Json, load_changed, read, refuse_files, told, warn
from openiads.faces.cli.map_options import PICTURES, Changes, Extent, Facing, corners, no_other_window, write_all

HEIGHTS = ("50 m", "500 m", "3 km", "10 km")


@told
def coverage(
    scenario: Annotated[
        str | None,
        typer.Argument(help="A scenario, file or packaged name, unless --system is given.", show_default=False),
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="A system of the catalog, instead of a scenario.", show_default=False)
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help='Where that system stands, "34.92 N 35.90 E".', show_default=False)
    ] = None,
    facing: Facing = "0 deg",
    site: Annotated[list[str] | None, typer.Option("--site", help="Only radars of this site.")] = None,
    radar: Annotated[
        list[str] | None, typer.Option("--radar", help='Only this radar: "76n6", or "Tartus/76n6".')
    ] = None,
    height: Annotated[
        list[str] | None,
        typer.Option("--height", help=f"Height of the target; {', '.join(HEIGHTS)} if left out.", show_default=False),
    ] = None,
    agl: Annotated[bool, typer.Option("--agl/--amsl", help="Heights above ground or above the sea.")] = True,
    rcs: Annotated[
        str | None, typer.Option("--rcs", help="Cross-section; 1 m2 if left out.", show_default=False)
    ] = None,
    threat: Annotated[
        str | None,
        typer.Option("--threat", help="A threat of the catalog flying at the radar, instead.", show_default=False),
    ] = None,
    pd: Annotated[float, typer.Option("--pd", help="Probability from which a cell counts as detected.")] = 0.5,
    looks: Annotated[str, typer.Option("--looks", help='M of N looks, "2/3".')] = "1/1",
    k: Annotated[
        float | None, typer.Option("--k", help="Effective earth radius factor, 1 to 2.", show_default=False)
    ] = None,
    multipath: Annotated[
        bool | None, typer.Option("--multipath/--no-multipath", help="Reflections of the sea.", show_default=False)
    ] = None,
    attenuation: Annotated[
        bool | None, typer.Option("--attenuation/--no-attenuation", help="Loss in gases.", show_default=False)
    ] = None,
    diffraction: Annotated[
        bool | None, typer.Option("--diffraction/--no-diffraction", help="Signal bent over edges.", show_default=False)
    ] = None,
    mast: Annotated[
        str | None,
        typer.Option("--mast", help="Antenna height of these radars, compared with their own.", show_default=False),
    ] = None,
    dem: Annotated[
        list[Path] | None, typer.Option("--dem", help="Height files instead of the scenario's terrain; repeat.")
    ] = None,
    fine: Annotated[
        bool, typer.Option("--fine", help="Line of sight on the map's own cells instead of the radars' masks.")
    ] = False,
    size: Annotated[str | None, typer.Option("--size", help='Side of the map, "200 km".', show_default=False)] = None,
    center: Annotated[
        str | None,
        typer.Option("--center", help="Middle of the map; that of the radars if left out.", show_default=False),
    ] = None,
    extent: Extent = None,
    cells: Annotated[int, typer.Option("--cells", min=2, max=4000, help="Cells along the longer side.")] = 400,
    route: Annotated[
        str | None,
        typer.Option("--route", help='An approach: "35.2 N 34.0 E; 34.91 N 35.87 E".', show_default=False),
    ] = None,
    speed: Annotated[
        str | None, typer.Option("--speed", help="Its speed; the threat's if left out.", show_default=False)
    ] = None,
    show: Annotated[str, typer.Option("--show", help="What a picture shows: heights or lowest.")] = "heights",
    title: Annotated[str | None, typer.Option("--title", help="Title of the picture.", show_default=False)] = None,
    changes: Changes = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", help="A file to write: .png, .svg, .geojson, .kml, .czml, .csv, .tif or .npz; repeat."),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """What radars see over terrain, and how early they see an approach."""
    from openiads.faces.cli import show as shown
    from openiads.faces.words import coverage as coverages
    from openiads.reach import approach as ways
    from openiads.reach import coverage as study
    from openiads.reach import scenes

    _check(scenario, system, at, rcs, threat, show, out or [])
    no_other_window(center, size, extent)
    heights = tuple(read("--height", words, "length") for words in height or HEIGHTS)
    question = study.Question(
        heights, "ground" if agl else "sea", 1.0 if rcs is None else read("--rcs", rcs, "area"), 1, pd, _looks(looks)
    )
    source = load_changed(scenario or "", changes or []) if system is None else (
        scenes.site_scenario(system, read("--at", at or "", "position"), read("--facing", facing, "angle"), dem or ())
    )  # fmt: skip
    with shown.progress_bars() as phases:
        phases.phase("building masks")
        flown = _route(route, threat, heights[0], agl, speed)
        world = scenes.radar_world(source, scenes.Air(k, multipath, attenuation, diffraction), dem or (), flown)
        rows = scenes.chosen(world, radar or [], site or [])
        if threat is not None:
            question = scenes.of_threat(world, threat, question)
        phases.phase("looking from every radar, compiling if need be")
        where = _map(world, rows, question, size, center, extent, cells)
        found = study.coverage(world, question, rows, where=where, fine=fine, progress=phases.count)
        before = None
        if mast is not None:
            world = scenes.on_mast(world, rows, read("--mast", mast, "length"))
            before, found = found, study.coverage(world, question, rows, where=where, fine=fine, progress=phases.count)
        way = None
        if flown is not None:
            phases.phase("following the approach")
            way = ways.approach(world, 0, rows, None if threat is not None else question.rcs_in(0))
        phases.phase("writing")
        written = _write(out, found, title or _title(found), show, world.scenario.terrain.source, before, way)
    if not found.map.known.all():
        share = 100.0 * float(1.0 - found.map.known.mean())
        warn(f"{share:.0f} % of the map has no terrain data: the sea is put there, and its cells count for nothing")
    if json:
        data = coverages.as_data(found) | {"scenario": source.name, "out": written}
        data["before"] = None if before is None else coverages.as_data(before)
        data["approach"] = None if way is None else coverages.approach_data(way)
        shown.as_json(data)
        return
    _print(found, before, way)
    print(*written, sep="\n", end="\n" if written else "")


def _check(
    scenario: str | None, system: str | None, at: str | None, rcs: str | None, threat: str | None, show: str,
    out: list[Path],
) -> None:  # fmt: skip
    """Options that exclude or need one another; InputError."""
    from openiads.base.errors import InputError
    from openiads.faces.geo.coverage import ENDINGS

    if (scenario is None) == (system is None) or (system is None) != (at is None):
        raise InputError("coverage", "needs a scenario, or --system and --at", "For example: openiads coverage raid24.")
    if rcs is not None and threat is not None:
        raise InputError("--threat", "given with --rcs", "Give one of the two.")
    if show not in ("heights", "lowest"):
        raise InputError("--show", f'"{show}"', "heights or lowest.")
    refuse_files(out, (*PICTURES, *ENDINGS))


def _map(
    world: Any, rows: Any, question: Any, size: str | None, center: str | None, extent: str | None, cells: int
) -> Any:
    """The map that the options ask for."""
    from openiads.reach import coverage as study

    if extent is not None:
        return study.map_within(world.terrain, *corners("--extent", extent), cells=cells)
    side = None if size is None else read("--size", size, "length")
    middle = None if center is None else read("--center", center, "position")
    return study.map_around(world, rows, question, size=side, cells=cells, center=middle)


def _looks(words: str) -> tuple[int, int]:
    from openiads.base.errors import InputError

    wanted, sign, count = words.partition("/")
    if not (sign and wanted.strip().isdigit() and count.strip().isdigit()):
        raise InputError("--looks", f'"{words}"', 'M of N as "2/3".')
    return int(wanted), int(count)


def _route(route: str | None, threat: str | None, height: float, agl: bool, speed: str | None) -> dict[str, Any] | None:
    """The flight of an approach as a scenario file writes it; it flies at the first height."""
    from openiads.base.errors import InputError

    if route is None:
        return None
    places = [part.strip() for part in route.split(";") if part.strip()]
    if len(places) < 2:
        remedy = 'Give two or more places with ";" between, "35.2 N 34.0 E; 34.91 N 35.87 E".'
        raise InputError("--route", f'"{route}" is no way', remedy)
    for place in places:
        read("--route", place, "position")
    flight: dict[str, Any] = {"name": "Approach", "kind": threat or "f16", "side": "hostile", "route": places,
                              "agl" if agl else "altitude": f"{height} m"}  # fmt: skip
    return flight if speed is None else flight | {"speed": speed}


def _title(found: Any) -> str:
    kinds = sorted({view.name.split("/")[1] for view in found.views})
    sites = sorted({view.name.partition("/")[0] for view in found.views})
    return f"{', '.join(sites)}: what {', '.join(kinds)} {'see' if len(found.views) > 1 else 'sees'}"


def _write(out: list[Path] | None, found: Any, title: str, show: str, source: str, before: Any, way: Any) -> list[str]:
    from functools import partial

    from openiads.faces.draw import coverage as coverage_map
    from openiads.faces.geo import coverage as areas

    packaged, real = source == "levant", source in ("levant", "files")
    draw = partial(coverage_map.draw, found, title, show=show, real=real, packaged=packaged, before=before, way=way)
    return write_all(out, partial(areas.write, found), draw, "coverage", "Radar coverage")


def _print(found: Any, before: Any, way: Any) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import coverage as coverages
    from openiads.faces.words.coverage import conditions
    from openiads.faces.words.terrain import terrain_note

    out = show.console()
    out.print(show.grid("Coverage", coverages.HEAD, coverages.cells(found), numbers=(2, 3)))
    if before is not None:
        out.print(
            show.grid("With the antennas where they are", coverages.HEAD, coverages.cells(before), numbers=(2, 3))
        )
    if way is not None:
        title = f"Approach of {way.ends:.0f} s"
        out.print(show.grid(title, coverages.APPROACH_HEAD, coverages.approach_cells(way), numbers=(1, 2, 3, 4, 5)))
    out.print(f"Asked: {conditions(found)}.")
    out.print(terrain_note(found.terrain))
