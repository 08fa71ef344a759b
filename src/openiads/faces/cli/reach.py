"""The command about neighbors: whose sky sites reach into, and the keep-out map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import Json, load_changed, read, refuse_files, told
from openiads.faces.cli.map_options import PICTURES, Changes, write_all

HEIGHTS = ("50 m", "500 m", "3 km", "10 km")
LEAST = 1e3  # m, the side of a map
HIGHEST = 100e3  # m, of a flight
OUT = "The keep-out map as a file: .png, .svg, .geojson, .kml, .czml, .csv or .tif; repeat."


@told
def reach(
    scenario: Annotated[str, typer.Argument(help="A scenario, file or packaged name.")],
    site: Annotated[list[str] | None, typer.Option("--site", help="Only this site; repeat. All if left out.")] = None,
    against: Annotated[str, typer.Option("--against", help="The threat of the volumes and the map.")] = "f16",
    speed: Annotated[
        str | None, typer.Option("--speed", help="Its speed; the catalog's if left out.", show_default=False)
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Worlds of the intervals; 0 for none.")] = 6,
    height: Annotated[
        list[str] | None,
        typer.Option(
            "--height", help=f"Heights of the keep-out map; {', '.join(HEIGHTS)} if left out.", show_default=False
        ),
    ] = None,
    agl: Annotated[bool, typer.Option("--agl/--amsl", help="Heights of the map above ground or sea.")] = True,
    size: Annotated[
        str | None, typer.Option("--size", help="Side of the map; as far as any round reaches if left out.",
                                 show_default=False),
    ] = None,
    changes: Changes = None,
    out: Annotated[list[Path] | None, typer.Option("--out", help=OUT)] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Whose land, sea, airways and airports sites of a scenario reach, with intervals; and a keep-out map."""
    from dataclasses import replace

    from openiads.base.errors import InputError
    from openiads.faces.cli import show
    from openiads.faces.geo import keep_out
    from openiads.faces.words import neighbors as reaches
    from openiads.faces.words.envelope import asked
    from openiads.reach import neighbors
    from openiads.reach.exposure import MOST
    from openiads.reach.straight import of_threat

    refuse_files(out or [], (*PICTURES, *keep_out.ENDINGS))
    target = of_threat(against)
    if speed is not None:
        target = replace(target, speed=read("--speed", speed, "speed")).checked()
    heights = sorted(read("--height", words, "length") for words in height or HEIGHTS)
    if not 0.0 <= heights[0] <= heights[-1] <= HIGHEST:
        wrong = heights[0] if heights[0] < 0.0 else heights[-1]
        raise InputError("--height", f"{wrong:g} m", f"Give 0 m or more, at most {HIGHEST / 1000:g} km.")
    side = None if size is None else read("--size", size, "length")
    if side is not None and not LEAST <= side <= 2.0 * MOST:
        raise InputError("--size", f"{side / 1000:g} km", f"Give {LEAST / 1000:g} to {2.0 * MOST / 1000:g} km.")
    source = load_changed(scenario, changes or [])
    with show.progress_bars() as phases:
        phases.phase("building worlds and flying out, compiling if need be")
        found = neighbors.reach_of_sites(source, site or [], target, samples, progress=phases.count)
        phases.phase("drawing")
        written: list[str] = []
        if out:
            exposed = _keep_out(source, found.sites, target, heights, "ground" if agl else "sea", side)
            written = _write(out, exposed, source)
    if json:
        show.as_json(reaches.as_data(found) | {"scenario": source.name, "out": written})
        return
    screen = show.console()
    title = f"Share of what {', '.join(found.sites)} detect and may meet, by height band"
    cells = [*reaches.territory_cells(found), reaches.volume_cells(found)]
    screen.print(show.grid(title, ("", *reaches.band_head()), cells, numbers=(1, 2, 3, 4, 5, 6)))
    for words, rows in (("Along schematic airways, an airliner", found.airways),
                        ("Final approaches of 20 km from any direction, an airliner", found.airports)):  # fmt: skip
        cells = reaches.along_cells(rows, samples)
        screen.print(show.grid(words, ("", *reaches.ALONG_HEAD), cells, numbers=(1, 2, 3)))
    print(f"Asked: {asked(target)}.")
    if samples:
        print(f"In brackets: least and greatest of the nominal world and of sampled ones ({samples}).")
    print(reaches.NOTE)
    print(*written, sep="\n", end="\n" if written else "")


def _keep_out(
    source: Any, sites: tuple[str, ...], target: Any, heights: list[float], above: str, side: float | None
) -> Any:
    """The keep-out map of some sites; no larger than what is exposed if no side (m) is given."""
    import numpy as np

    from openiads.reach import exposure
    from openiads.reach.envelope import Question, reach_of
    from openiads.reach.keep_out import KeepOut

    world = exposure.standing_world(source)
    units = exposure.units_of(world, sites)
    widest = max(reach_of(world, u, target, Question()) for u in units) if side is None else 0.5 * side
    where = exposure.map_over(world, units, widest, 400)
    counts = exposure.keep_out(world, units, target, heights, where, above=above)
    if side is None and any(each.any() for each in counts.values()):
        i, j = np.nonzero(np.any([each.any(axis=0) for each in counts.values()], axis=0))
        used = 1.06 * max(np.abs(i - 199.5).max(), np.abs(j - 199.5).max()) / 199.5
        where = exposure.map_over(world, units, max(min(used, 1.0) * widest, 20e3), 400)
        counts = exposure.keep_out(world, units, target, heights, where, above=above)
    return KeepOut(world, units, target, heights, above, counts, where)


def _write(out: list[Path], found: Any, source: Any) -> list[str]:
    from functools import partial

    from openiads.faces.draw import keep_out as reach_map
    from openiads.faces.geo import keep_out

    world = found.world
    sites = list(dict.fromkeys(world.names.units[u].rpartition("/")[0] for u in found.units))
    kinds = sorted({world.catalog[s.system].title for s in world.scenario.sites if s.name in sites})
    title = f"{', '.join(sites)} ({', '.join(kinds)}): where a flight can be met"
    draw = partial(reach_map.draw, found, title, packaged=source.terrain.source == "levant")
    return write_all(out, partial(keep_out.write, found), draw, "reach", "Keep-out map")
