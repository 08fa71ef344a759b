"""The command that draws radar coverage over terrain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import Json, changed, given, refuse_files, reports_errors, warn
from openiads.faces.cli.map_options import Changes, Extent, Facing, Jammers, above, save_all
from openiads.reach.defaults import CELLS, COVERAGE_HEIGHTS

if TYPE_CHECKING:
    from openiads.reach.site_radars import CoverageAnswer

Name = Annotated[
    str | None,
    typer.Argument(help="A scenario, file or packaged name, unless --system is given.", show_default=False),
]
System = Annotated[
    str | None, typer.Option("--system", help="A system of the catalog, instead of a scenario.", show_default=False)
]
SystemAt = Annotated[
    str | None, typer.Option("--at", help='Where that system stands, "34.92 N 35.90 E".', show_default=False)
]
Sites = Annotated[list[str] | None, typer.Option("--site", help="Only radars of this site.")]
Radars = Annotated[list[str] | None, typer.Option("--radar", help='Only this radar: "76n6", or "Tartus/76n6".')]
Heights = Annotated[
    list[str] | None,
    typer.Option(
        "--height", help=f"Height of the target; {', '.join(COVERAGE_HEIGHTS)} if left out.", show_default=False
    ),
]
Agl = Annotated[bool, typer.Option("--agl/--amsl", help="Heights above ground or above the sea.")]
Rcs = Annotated[str | None, typer.Option("--rcs", help="Cross-section; 1 m2 if left out.", show_default=False)]
Threat = Annotated[
    str | None,
    typer.Option("--threat", help="A threat of the catalog flying at the radar, instead.", show_default=False),
]
Probability = Annotated[float, typer.Option("--pd", help="Probability from which a cell counts as detected.")]
Looks = Annotated[str, typer.Option("--looks", help='M of N looks, "2/3".')]
EarthFactor = Annotated[
    float | None, typer.Option("--k", help="Effective earth radius factor, 1 to 2.", show_default=False)
]
Multipath = Annotated[
    bool | None, typer.Option("--multipath/--no-multipath", help="Reflections of the sea.", show_default=False)
]
Attenuation = Annotated[
    bool | None, typer.Option("--attenuation/--no-attenuation", help="Loss in gases.", show_default=False)
]
Diffraction = Annotated[
    bool | None, typer.Option("--diffraction/--no-diffraction", help="Signal bent over edges.", show_default=False)
]
Mast = Annotated[
    str | None,
    typer.Option("--mast", help="Antenna height of these radars, compared with their own.", show_default=False),
]
Dem = Annotated[
    list[Path] | None, typer.Option("--dem", help="Height files instead of the scenario's terrain; repeat.")
]
Fine = Annotated[
    bool, typer.Option("--fine", help="Line of sight on the map's own cells instead of the radars' masks.")
]
Size = Annotated[str | None, typer.Option("--size", help='Side of the map, "200 km".', show_default=False)]
Center = Annotated[
    str | None, typer.Option("--center", help="Middle of the map; that of the radars if left out.", show_default=False)
]
Cells = Annotated[int, typer.Option("--cells", min=2, max=4000, help="Cells along the longer side.")]
Route = Annotated[
    str | None, typer.Option("--route", help='An approach: "35.2 N 34.0 E; 34.91 N 35.87 E".', show_default=False)
]
Speed = Annotated[str | None, typer.Option("--speed", help="Its speed; the threat's if left out.", show_default=False)]
JammersAt = Annotated[
    str | None,
    typer.Option("--jammers-at", help='The scenario\'s own jammers as they stand then, "300 s".', show_default=False),
]
Strobes = Annotated[
    str | None,
    typer.Option("--strobes", help="A jammer of the catalog: from where it gives itself away.", show_default=False),
]
Show = Annotated[
    str | None,
    typer.Option(
        "--show",
        help="What a picture shows: heights, lowest, azimuth (ranges under jamming) or strobes; heights if left out.",
        show_default=False,
    ),
]
Title = Annotated[str | None, typer.Option("--title", help="Title of the picture.", show_default=False)]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help="A file to write: .png, .svg, .pdf, .geojson, .kml, .czml, .parquet, .csv, .tif, .nc or .npz; repeat.",
    ),
]


@reports_errors
def coverage(
    scenario: Name = None, system: System = None, at: SystemAt = None, facing: Facing = "0 deg", site: Sites = None,
    radar: Radars = None, height: Heights = None, agl: Agl = True, rcs: Rcs = None, threat: Threat = None,
    pd: Probability = 0.5, looks: Looks = "1/1", k: EarthFactor = None, multipath: Multipath = None,
    attenuation: Attenuation = None, diffraction: Diffraction = None, mast: Mast = None, dem: Dem = None,
    fine: Fine = False, size: Size = None, center: Center = None, extent: Extent = None, cells: Cells = CELLS,
    route: Route = None, speed: Speed = None, jammer: Jammers = None, jammers_at: JammersAt = None,
    strobes: Strobes = None, show: Show = None, title: Title = None, changes: Changes = None,
    out: Out = None, json: Json = False,
) -> None:  # fmt: skip
    """What radars see over terrain, and how early they see an approach."""
    from openiads.base.errors import InputError
    from openiads.base.words import listed
    from openiads.faces.cli.show import as_json, progress_bars
    from openiads.faces.geo.coverage import ENDINGS
    from openiads.faces.shapes.maps import SHOWN, coverage_data
    from openiads.faces.shapes.registry import PICTURES
    from openiads.faces.words.coverage import remarks_of
    from openiads.reach.site_radars import CoverageQuestion, coverage_of

    show = show or ("heights" if strobes is None else "strobes")
    if show not in SHOWN:
        raise InputError("--show", f'"{show}"', f"{listed(SHOWN)}.")
    if show == "azimuth" and not jammer and jammers_at is None:
        raise InputError("--show", '"azimuth" without a jammer', "Give --jammer or --jammers-at as well.")
    refuse_files(out or [], (*PICTURES, *ENDINGS))
    question = CoverageQuestion(scenario, **given(
        system=system, at=at, facing=facing, sites=site, radars=radar, heights=height, above=above(agl), rcs=rcs,
        threat=threat, probability=pd, looks=looks, earth_factor=k, multipath=multipath, attenuation=attenuation,
        diffraction=diffraction, mast=mast, dem=dem, fine=fine, size=size, center=center, extent=extent, cells=cells,
        route=route, speed=speed, jammers=jammer, jammers_at=jammers_at, strobes=strobes,
        changes=changed(changes),
    ))  # fmt: skip
    if show == "strobes" and strobes is None:
        raise InputError("--show", '"strobes" of no jammer', "Give --strobes with a jammer as well.")
    with progress_bars() as phases:
        answer = coverage_of(question, phases)
        phases.phase("writing")
        written = save_all(answer, out, title=title or "", show=show)
    for line in remarks_of(answer):
        warn(line)
    if json:
        as_json(coverage_data(answer) | {"out": written})
        return
    _print(answer)
    print(*written, sep="\n", end="\n" if written else "")


def _print(answer: CoverageAnswer) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import coverage as words
    from openiads.faces.words import jamming
    from openiads.faces.words.terrain import terrain_note

    out, way = show.console(), answer.approach
    head = words.head(answer.found)
    areas = tuple(range(2, len(head)))
    out.print(show.grid("Coverage", head, words.cells(answer.found), numbers=areas))
    if answer.before is not None:
        out.print(show.grid("With the antennas where they are", head, words.cells(answer.before), numbers=areas))
    if answer.jamming is not None:
        show.jamming(answer.jamming)
    if answer.strobes is not None:
        rows = jamming.strobe_cells(answer.strobes)
        out.print(show.grid(f"Strobes of the {answer.strobes.kind}", jamming.STROBE_HEAD, rows, numbers=(1, 2)))
    if way is not None:
        title = f"Approach of {way.ends:.0f} s"
        out.print(show.grid(title, words.APPROACH_HEAD, words.approach_cells(way), numbers=(1, 2, 3, 4, 5)))
    out.print(f"Asked: {words.conditions(answer.found)}.")
    if answer.jamming is not None:
        out.print(jamming.sentence(answer.jamming))
    out.print(terrain_note(answer.found.terrain))
