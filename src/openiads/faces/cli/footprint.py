"""The command that draws defended footprints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import Json, given, refuse_files, reports_errors
from openiads.faces.cli.map_options import Cued, Extent, Jammers, Limits, OutFiles, Reaction, save_all
from openiads.reach.defaults import SAMPLES

if TYPE_CHECKING:
    from openiads.reach.defended import FootprintAnswer

System = Annotated[str, typer.Argument(help="A system of the catalog, for example patriot_pac2.")]
Against = Annotated[str, typer.Option("--against", help="A ballistic missile of the catalog, for example scud_b.")]
Distance = Annotated[
    str | None,
    typer.Option(
        "--range", help='How far it flies, "300 km"; 0.9 of its greatest range if left out.', show_default=False
    ),
]
Off = Annotated[str, typer.Option("--off", help="Angle from the radar's facing to where the attack comes from.")]
UnitAt = Annotated[
    str | None, typer.Option("--at", help='Where the unit stands, "34.92 N 35.90 E".', show_default=False)
]
From = Annotated[str, typer.Option("--from", help="Azimuth that the attack comes from.")]
Samples = Annotated[int, typer.Option("--samples", min=0, help="Worlds of the interval; 0 for none.")]
Size = Annotated[
    str | None,
    typer.Option("--size", help='Side of the map, "120 km"; the footprint if left out.', show_default=False),
]
Center = Annotated[
    str | None, typer.Option("--center", help="Middle of that map; the unit if left out.", show_default=False)
]


@reports_errors
def footprint(
    system: System,
    against: Against,
    distance: Distance = None,
    limits: Limits = "both",
    off: Off = "0 deg",
    at: UnitAt = None,
    attack: From = "0 deg",
    reaction: Reaction = None,
    cued: Cued = True,
    samples: Samples = SAMPLES,
    size: Size = None,
    center: Center = None,
    extent: Extent = None,
    jammer: Jammers = None,
    out: OutFiles = None,
    json: Json = False,
) -> None:
    """On which ground one fire unit can still shoot at a ballistic missile that falls there."""
    from openiads.faces.cli import show
    from openiads.faces.shapes.maps import footprint_data
    from openiads.reach.defended import FootprintQuestion, footprint_of

    _check(at, out or [])
    question = FootprintQuestion(
        **given(
            system=system,
            against=against,
            distance=distance,
            limits=limits,
            off=off,
            at=at,
            attack_from=attack,
            reaction=reaction,
            cued=cued,
            samples=samples,
            size=size,
            center=center,
            extent=extent,
            jammers=jammer,
        )
    )
    with show.progress_bars() as phases:
        answer = footprint_of(question, phases)
        phases.phase("writing")
        written = save_all(answer, out)
    if json:
        show.as_json(footprint_data(answer) | {"out": written})
        return
    _print(answer)
    print(*written, sep="\n", end="\n" if written else "")


def _check(at: str | None, out: list[Path]) -> None:
    """Files that cannot be written; InputError."""
    from openiads.base.errors import InputError
    from openiads.faces.geo.footprint import WRITERS
    from openiads.faces.shapes.registry import PICTURES

    refuse_files(out, (*PICTURES, *WRITERS))
    if at is None and out:
        raise InputError("--out", "needs a place on earth", "Give --at, and --from where the attack comes from.")


def _print(answer: FootprintAnswer) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import footprint as words

    found = answer.found
    rows = [words.cells(each) for each in found]
    show.console().print(show.grid(answer.title, words.HEAD, rows, numbers=(1, 3, 5, 7)))
    if any(each.possible.any() for each in found):
        wide = max(each.cell for each in found)
        marks = "# a shot is possible" if len(found) == 1 else "# possible with both limits, + with emergent ones only"
        print("\n".join(words.picture(found)))
        print(f"The attack comes from above; one letter is {wide / 1000:.3g} km wide; {marks}; o the unit.")
    if answer.windowed:
        print("Areas and extents are of what lies within the chosen map.")
    print(f"Possible: launched {answer.reaction:g} s or more after it is seen, in time, with lift to spare.")
    if answer.clear:
        print(words.jamming_sentence(answer))
    if found[0].samples:
        print(f"Interval: least and greatest of the nominal world and of sampled ones ({found[0].samples}).")
