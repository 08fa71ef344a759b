"""The command that draws defended footprints."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.faces.commands.common import Json, told


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
    limits: Annotated[str, typer.Option("--limits", help="emergent, published or both.")] = "both",
    off: Annotated[
        str, typer.Option("--off", help="Angle from the radar's facing to where the attack comes from.")
    ] = "0 deg",
    reaction: Annotated[
        str | None,
        typer.Option("--reaction", help='Time to a launch, "15 s"; the published one if left out.', show_default=False),
    ] = None,
    cued: Annotated[
        bool, typer.Option("--cued/--uncued", help="Whether surveillance radars tell the unit where to look.")
    ] = True,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Worlds of the interval; 0 for none.")] = 6,
    json: Json = False,
) -> None:
    """On which ground one fire unit can still shoot at a ballistic missile that falls there."""
    import math

    from openiads.base.errors import InputError
    from openiads.base.units import quantity
    from openiads.data.catalog import catalog
    from openiads.faces import footprints as shown
    from openiads.faces import show
    from openiads.study import footprint as study

    if limits not in (*study.LIMITS, "both"):
        raise InputError("--limits", f"{limits!r}", f"One of {', '.join(study.LIMITS)}, both.")

    def read(option: str, words: str | None, kind: str) -> float:
        try:
            return math.nan if words is None else quantity(words, kind)
        except InputError as error:
            raise InputError(option, error.reason, error.remedy) from None

    plan = study.Plan(
        system, against, read("--range", distance, "length"), read("--off", off, "angle"), cued,
        read("--reaction", reaction, "time"),
    )  # fmt: skip
    arms = study.LIMITS if limits == "both" else (limits,)
    with show.progress_bars() as phases:
        phases.phase("following arcs, compiling if need be")
        found = study.footprints(plan, arms, samples)
    book = catalog()
    delay = float(book[system].reaction_time.si) if math.isnan(plan.reaction) else plan.reaction
    if json:
        show.as_json(shown.as_data(plan, plan.range_of(book), delay, found))
        return
    out = show.console()
    title = f"{book[system].title} against {book[against].title}, flown {plan.range_of(book) / 1000:.0f} km"
    out.print(show.grid(title, shown.HEAD, [shown.cells(each) for each in found], numbers=(1, 3, 5, 7)))
    if any(each.area.nominal for each in found):
        wide = max(each.cell for each in found)
        marks = "# a shot is possible" if len(found) == 1 else "# possible with both limits, + with emergent ones only"
        print("\n".join(shown.picture(found)))
        print(f"The attack comes from above; one letter is {wide / 1000:.3g} km wide; {marks}; o the unit.")
    print(f"Possible: launched {delay:g} s or more after it is seen, in time, with lift to spare.")
    if samples:
        print(f"Interval: least and greatest of the nominal world and of sampled ones ({samples}).")
