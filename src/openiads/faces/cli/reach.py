"""The command about neighbors: whose sky sites reach into, and the keep-out map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import Json, given, load_changed, refuse_files, reports_errors
from openiads.faces.cli.map_options import Changes, Sites, above, save_all
from openiads.reach.defaults import KEEP_OUT_HEIGHTS, SAMPLES

if TYPE_CHECKING:
    from openiads.reach.neighbors import ReachAnswer

Name = Annotated[str, typer.Argument(help="A scenario, file or packaged name.")]
Against = Annotated[str, typer.Option("--against", help="The threat of the volumes and the map.")]
Speed = Annotated[str | None, typer.Option("--speed", help="Its speed; the catalog's if left out.", show_default=False)]
Samples = Annotated[int, typer.Option("--samples", min=0, help="Worlds of the intervals; 0 for none.")]
Heights = Annotated[
    list[str] | None,
    typer.Option(
        "--height", help=f"Heights of the keep-out map; {', '.join(KEEP_OUT_HEIGHTS)} if left out.", show_default=False
    ),
]
Agl = Annotated[bool, typer.Option("--agl/--amsl", help="Heights of the map above ground or sea.")]
Size = Annotated[
    str | None,
    typer.Option("--size", help="Side of the map; as far as any round reaches if left out.", show_default=False),
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help="The keep-out map: .png, .svg, .pdf, .geojson, .kml, .czml, .parquet, .csv, .tif or .nc; repeat.",
    ),
]


@reports_errors
def reach(
    scenario: Name,
    site: Sites = None,
    against: Against = "f16",
    speed: Speed = None,
    samples: Samples = SAMPLES,
    height: Heights = None,
    agl: Agl = True,
    size: Size = None,
    changes: Changes = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Whose land, sea, airways and airports sites of a scenario reach, with intervals; and a keep-out map."""
    from openiads.faces.cli import show
    from openiads.faces.geo.keep_out import ENDINGS
    from openiads.faces.shapes.maps import reach_data
    from openiads.faces.shapes.registry import PICTURES
    from openiads.reach.keep_out import KeepOutQuestion, keep_out_of
    from openiads.reach.neighbors import ReachQuestion, reach_of_question

    refuse_files(out or [], (*PICTURES, *ENDINGS))
    source = load_changed(scenario, changes)
    shared = given(sites=site, against=against, speed=speed)
    question = ReachQuestion(source, samples=samples, **shared)
    exposed = KeepOutQuestion(source, **shared, **given(heights=height, above=above(agl), size=size)).checked()
    with show.progress_bars() as phases:
        found = reach_of_question(question, phases)
        phases.phase("drawing")
        written = save_all(keep_out_of(exposed), out) if out else []
    if json:
        show.as_json(reach_data(found) | {"out": written})
        return
    _print(found)
    print(*written, sep="\n", end="\n" if written else "")


def _print(found: ReachAnswer) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import neighbors as words
    from openiads.faces.words.envelope import asked

    screen = show.console()
    title = f"Share of what {', '.join(found.sites)} can detect and meet, by height band"
    cells = [*words.territory_cells(found), words.volume_cells(found)]
    screen.print(show.grid(title, ("", *words.band_head()), cells, numbers=(1, 2, 3, 4, 5, 6)))
    for what, rows, why in (
        ("Along schematic airways, an airliner", found.airways, " Airways are known in the Levant only."),
        ("Final approaches of 20 km from any direction, an airliner", found.airports, ""),
    ):
        cells = words.along_cells(rows, found.samples)
        if not cells:
            print(f"{what}: none reached.{why}\n")
            continue
        screen.print(show.grid(what, ("", *words.ALONG_HEAD), cells, numbers=(1, 2, 3)))
    print(f"Asked: {asked(found.target)}.")
    if found.samples:
        print(f"In brackets: least and greatest of the nominal world and of sampled ones ({found.samples}).")
    print(words.NOTE)
