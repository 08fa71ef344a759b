"""The command that works out the engagement envelope of a fire unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.faces.cli.common import Json, given, refuse_files, reports_errors, warn
from openiads.faces.cli.map_options import (
    At,
    Cued,
    Facing,
    HeightFiles,
    Jammers,
    Limits,
    OutFiles,
    Reaction,
    save_all,
)
from openiads.reach.defaults import ENVELOPE_HEIGHTS

if TYPE_CHECKING:
    from openiads.reach.fire_unit import EnvelopeAnswer

System = Annotated[str, typer.Argument(help="A system of the catalog, for example s300pmu2.")]
Against = Annotated[
    str | None, typer.Option("--against", help="A threat that flies level, for example f16.", show_default=False)
]
Speed = Annotated[
    str | None, typer.Option("--speed", help="Speed of the target; 250 m/s if left out.", show_default=False)
]
Rcs = Annotated[str | None, typer.Option("--rcs", help="Its cross-section; 1 m2 if left out.", show_default=False)]
Maneuver = Annotated[
    str, typer.Option("--maneuver", help='Lateral acceleration it may pull, "3 g"; three times it must be there.')
]
Heights = Annotated[
    list[str] | None,
    typer.Option(
        "--height", help=f"Height above the sea; repeat. {', '.join(ENVELOPE_HEIGHTS)} if left out.", show_default=False
    ),
]
Round = Annotated[str, typer.Option("--round", help="Only this kind of round; any if left out.", show_default=False)]
Turn = Annotated[bool, typer.Option("--turn/--no-turn", help="Whether a radar that can turn in action does.")]
JammersOf = Annotated[
    str | None,
    typer.Option("--jammers-of", help="A scenario whose jammers jam as well, turned to the unit.", show_default=False),
]
JammersAt = Annotated[str | None, typer.Option("--jammers-at", help='As they stand then, "300 s".', show_default=False)]
Pk = Annotated[bool, typer.Option("--pk", help="Kill probability over range and height as well.")]


@reports_errors
def envelope(
    system: System,
    against: Against = None,
    speed: Speed = None,
    rcs: Rcs = None,
    maneuver: Maneuver = "0 g",
    height: Heights = None,
    limits: Limits = "both",
    kind: Round = "",
    at: At = None,
    dem: HeightFiles = None,
    facing: Facing = "0 deg",
    reaction: Reaction = None,
    cued: Cued = True,
    turn: Turn = True,
    pk: Pk = False,
    jammer: Jammers = None,
    jammers_of: JammersOf = None,
    jammers_at: JammersAt = None,
    out: OutFiles = None,
    json: Json = False,
) -> None:
    """Where one fire unit can meet a target that flies straight and level, and how often."""
    from openiads.faces.cli import show
    from openiads.reach.fire_unit import EnvelopeQuestion, envelope_of

    _check(at, out or [])
    question = EnvelopeQuestion(
        **given(
            system=system,
            against=against,
            speed=speed,
            rcs=rcs,
            maneuver=maneuver,
            heights=height,
            limits=limits,
            interceptor=kind,
            at=at,
            dem=dem,
            facing=facing,
            reaction=reaction,
            cued=cued,
            turn=turn,
            kill_map=pk,
            jammers=jammer,
            jammers_of=jammers_of,
            jammers_at=jammers_at,
        )
    )
    with show.progress_bars() as phases:
        answer = envelope_of(question, phases)
        phases.phase("writing")
        written = save_all(answer, out)
    _tell(answer, written, json)


def _check(at: str | None, out: list[Path]) -> None:
    """Files that cannot be written; InputError."""
    from openiads.base.errors import InputError
    from openiads.faces.geo.envelope import WRITERS
    from openiads.faces.shapes.registry import PICTURES

    refuse_files(out, (*PICTURES, *WRITERS))
    for path in out:
        if path.suffix.lower() in WRITERS and at is None:
            raise InputError("--out", f'"{path.suffix}" needs a place on earth', "Give --at as well.")


def _tell(answer: EnvelopeAnswer, written: list[str], json: bool) -> None:
    from openiads.faces.cli import show
    from openiads.faces.shapes.maps import envelope_data
    from openiads.faces.words.envelope import remarks_of

    for line in remarks_of(answer):
        warn(line)
    if json:
        show.as_json(envelope_data(answer) | {"out": written})
    else:
        _print(answer, written)


def _print(answer: EnvelopeAnswer, written: list[str]) -> None:
    from openiads.faces.cli import show
    from openiads.faces.words import envelope as words
    from openiads.faces.words import jamming
    from openiads.faces.words.terrain import terrain_note

    screen, title = show.console(), f"Envelope of {answer.world.catalog[answer.system].title}"
    head = words.head(answer)
    screen.print(show.grid(title, head, words.cells(answer), numbers=tuple(range(2, len(head)))))
    screen.print(show.grid("Straight passes", words.PASS_HEAD, words.pass_cells(answer), numbers=(1, 2, 3, 4, 5)))
    if answer.jamming is not None:
        show.jamming(answer.jamming)
    course = "inbound for the areas, the course against the facing for the passes"
    print(f"Asked: {words.asked(answer.target)}; {course}.")
    print("Inside: a round can meet the target there; whether it is fired and kills is a run's business.")
    if answer.jamming is not None:
        print(jamming.sentence(answer.jamming))
    print(terrain_note(answer.world.terrain))
    print(*written, sep="\n", end="\n" if written else "")
