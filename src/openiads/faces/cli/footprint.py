"""The command that draws defended footprints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import Json, read, refuse_files, told
from openiads.faces.cli.map_options import (
    PICTURES,
    Cued,
    Extent,
    Limits,
    arms_of,
    corners,
    no_other_window,
    write_all,
)


@told
def footprint(
    system: Annotated[str, typer.Argument(help="A system of the catalog, for example patriot_pac2.")],
    against: Annotated[str, typer.Option("--against", help="A ballistic missile of the catalog, for example scud_b.")],
    distance: Annotated[
        str | None,
        typer.Option(
            "--range", help='How far it flies, "300 km"; 0.9 of its greatest range if left out.', show_default=False
        ),
    ] = None,
    limits: Limits = "both",
    off: Annotated[
        str, typer.Option("--off", help="Angle from the radar's facing to where the attack comes from.")
    ] = "0 deg",
    at: Annotated[
        str | None, typer.Option("--at", help='Where the unit stands, "34.92 N 35.90 E".', show_default=False)
    ] = None,
    attack: Annotated[str, typer.Option("--from", help="Azimuth that the attack comes from.")] = "0 deg",
    reaction: Annotated[
        str | None,
        typer.Option("--reaction", help='Time to a launch, "15 s"; the published one if left out.', show_default=False),
    ] = None,
    cued: Cued = True,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Worlds of the interval; 0 for none.")] = 6,
    size: Annotated[
        str | None,
        typer.Option("--size", help='Side of the map, "120 km"; the footprint if left out.', show_default=False),
    ] = None,
    center: Annotated[
        str | None, typer.Option("--center", help="Middle of that map; the unit if left out.", show_default=False)
    ] = None,
    extent: Extent = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", help="A file to write: .png, .svg, .geojson, .kml, .czml, .csv or .tif; repeat."),
    ] = None,
    json: Json = False,
) -> None:  # fmt: skip
    """On which ground one fire unit can still shoot at a ballistic missile that falls there."""
    import math
    from functools import partial

    from openiads.catalog.load import catalog
    from openiads.faces.cli import show
    from openiads.faces.draw import footprint as footprint_map
    from openiads.faces.geo import footprint as shown
    from openiads.faces.words import footprint as words
    from openiads.reach import footprint as study
    from openiads.reach.attack import PLACE, Plan

    arms = arms_of(limits)
    refuse_files(out or [], (*PICTURES, *shown.WRITERS))
    _check(at, center, size, extent, out or [])
    plan = Plan(
        system, against, math.nan if distance is None else read("--range", distance, "length"),
        read("--off", off, "angle"), cued, math.nan if reaction is None else read("--reaction", reaction, "time"),
        PLACE if at is None else read("--at", at, "position"), read("--from", attack, "angle"),
    )  # fmt: skip
    with show.progress_bars() as phases:
        phases.phase("following arcs, compiling if need be")
        found = study.footprints(plan, arms, samples, _window(plan, center, size, extent))
        phases.phase("writing")
        book = catalog()
        delay = float(book[system].reaction_time.si) if math.isnan(plan.reaction) else plan.reaction
        answer = study.FootprintAnswer(plan, plan.range_of(book), delay, found)
        title = f"{book[system].title} against {book[against].title}, flown {answer.distance / 1000:.0f} km"
        draw = partial(footprint_map.draw, answer, title)
        written = write_all(out, partial(shown.write, answer), draw, "footprint", "Defended footprint")
    if json:
        show.as_json(words.as_data(answer) | {"out": written})
        return
    show.console().print(show.grid(title, words.HEAD, [words.cells(each) for each in found], numbers=(1, 3, 5, 7)))
    _print(answer, windowed=size is not None or extent is not None)
    print(*written, sep="\n", end="\n" if written else "")


def _check(at: str | None, center: str | None, size: str | None, extent: str | None, out: list[Path]) -> None:
    """Options that exclude or need one another; InputError."""
    from openiads.base.errors import InputError

    no_other_window(center, size, extent)
    if center is not None and size is None:
        raise InputError("--center", "without --size", 'Give the side of the map as well, "120 km".')
    if at is None and (out or center is not None or extent is not None):
        needing = "--out" if out else "--center" if center is not None else "--extent"
        raise InputError(needing, "needs a place on earth", "Give --at, and --from where the attack comes from.")


def _window(plan: Any, center: str | None, size: str | None, extent: str | None) -> Any:
    """The box along the attack that is looked at, m; None: whatever the footprint needs."""
    import numpy as np

    from openiads.reach.attack import window_of

    if extent is not None:
        (south, west), (north, east) = corners("--extent", extent)
        return window_of(plan, np.array([[south, west], [south, east], [north, west], [north, east]]))
    if size is None:
        return None
    half = 0.5 * read("--size", size, "length")
    middle = plan.place if center is None else read("--center", center, "position")
    along, _, across, _ = window_of(plan, np.array([middle]))
    return along - half, along + half, across - half, across + half


def _print(answer: Any, *, windowed: bool) -> None:

    from openiads.faces.words import footprint as words

    found = answer.found
    if any(each.possible.any() for each in found):
        wide = max(each.cell for each in found)
        marks = "# a shot is possible" if len(found) == 1 else "# possible with both limits, + with emergent ones only"
        print("\n".join(words.picture(found)))
        print(f"The attack comes from above; one letter is {wide / 1000:.3g} km wide; {marks}; o the unit.")
    if windowed:
        print("Areas and extents are of what lies within the chosen map.")
    print(f"Possible: launched {answer.reaction:g} s or more after it is seen, in time, with lift to spare.")
    if found[0].samples:
        print(f"Interval: least and greatest of the nominal world and of sampled ones ({found[0].samples}).")
