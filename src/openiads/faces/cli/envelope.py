"""The command that works out the engagement envelope of a fire unit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import Json, read, refuse_files, told, warn
from openiads.faces.cli.map_options import PICTURES, Cued, Facing, HeightFiles, Limits, arms_of, write_all

HEIGHTS = ("50 m", "200 m", "1 km", "3 km", "10 km", "20 km")
AZIMUTHS = 240  # paths of the horizontal cuts


@told
def envelope(
    system: Annotated[str, typer.Argument(help="A system of the catalog, for example s300pmu2.")],
    against: Annotated[
        str | None,
        typer.Option("--against", help="A threat that flies level, for example f16.", show_default=False),
    ] = None,
    speed: Annotated[
        str | None, typer.Option("--speed", help="Speed of the target; 250 m/s if left out.", show_default=False)
    ] = None,
    rcs: Annotated[
        str | None, typer.Option("--rcs", help="Its cross-section; 1 m2 if left out.", show_default=False)
    ] = None,
    maneuver: Annotated[
        str, typer.Option("--maneuver", help='Lateral acceleration it may pull, "3 g"; three times it must be there.')
    ] = "0 g",
    height: Annotated[
        list[str] | None,
        typer.Option(
            "--height", help=f"Height above the sea; repeat. {', '.join(HEIGHTS)} if left out.", show_default=False
        ),
    ] = None,
    limits: Limits = "both",
    kind: Annotated[
        str, typer.Option("--round", help="Only this kind of round; any if left out.", show_default=False)
    ] = "",
    at: Annotated[
        str | None,
        typer.Option("--at", help='Where it stands, "34.92 N 35.90 E"; flat ground if left out.', show_default=False),
    ] = None,
    dem: HeightFiles = None,
    facing: Facing = "0 deg",
    reaction: Annotated[
        str | None,
        typer.Option("--reaction", help="Detection to launch; the published time if left out.", show_default=False),
    ] = None,
    cued: Cued = True,
    turn: Annotated[
        bool, typer.Option("--turn/--no-turn", help="Whether a radar that can turn in action does.")
    ] = True,
    pk: Annotated[bool, typer.Option("--pk", help="Kill probability over range and height as well.")] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", help="A file to write: .png, .svg, .geojson, .kml, .czml, .csv or .tif; repeat."),
    ] = None,
    json: Json = False,
) -> None:
    """Where one fire unit can meet a target that flies straight and level, and how often."""
    import math

    from openiads.base.errors import InputError
    from openiads.faces.cli import show
    from openiads.faces.words import envelope as words
    from openiads.reach import envelope as study
    from openiads.reach.scenes import unit_world

    arms = arms_of(limits)
    _check(against, rcs, at, out or [])
    if dem and at is None:
        raise InputError("--dem", "needs a place on earth", "Give --at as well.")
    target = _target(against, speed, rcs, maneuver)
    place = None if at is None else read("--at", at, "position")
    azimuth = read("--facing", facing, "angle")
    wait = math.nan if reaction is None else read("--reaction", reaction, "time")
    question = study.Question(cued, turn, wait, kind)
    heights = sorted({read("--height", words, "length") for words in height or HEIGHTS})
    with show.progress_bars() as phases:
        phases.phase("building masks and flyout tables, compiling if need be")
        world = unit_world(system, place, azimuth, kill=pk, dem=dem or ())
        phases.phase("looking and flying out")
        answer = _answer(world, target, heights, arms, question, azimuth, pk)
        phases.phase("writing")
        written = _write(out, answer)
    _warn_of_sea(answer)
    if json:
        show.as_json(words.as_data(answer) | {"system": system, "out": written})
        return
    screen = show.console()
    screen.print(show.grid(f"Envelope of {world.catalog[system].title}", words.HEAD, words.cells(answer),
                           numbers=(2, 3, 4)))  # fmt: skip
    screen.print(show.grid("Straight passes", words.PASS_HEAD, words.pass_cells(answer), numbers=(1, 2, 3, 4, 5)))
    print(f"Asked: {words.asked(target)}; inbound for the areas, the course against the facing for the passes.")
    print("Inside: a round can meet the target there; whether it is fired and kills is a run's business.")
    print(*written, sep="\n", end="\n" if written else "")


def _answer(
    world: Any, target: Any, heights: list[float], arms: tuple[str, ...], question: Any, facing: float, pk: bool
) -> Any:
    import math

    import numpy as np

    from openiads.reach import envelope as study
    from openiads.reach.fire_unit import EnvelopeAnswer
    from openiads.reach.kill_map import kill_map
    from openiads.reach.opportunities import passes

    around = np.arange(AZIMUTHS) * (math.tau / AZIMUTHS)
    cuts = study.envelopes(world, target, heights, arms, question=question, azimuths=around, step=500.0)
    plane = np.array([facing, facing + math.pi])
    levels = [15.0, 50.0, 100.0, 250.0, *np.arange(500.0, 36_000.0, 500.0)]
    side = study.envelopes(world, target, levels, arms, question=question, azimuths=plane, step=500.0)
    far = max([found.farthest(k) for found in cuts.values() for k in range(len(heights))], default=0.0)
    crossings = np.linspace(0.0, max(1.3 * far, 10e3), 27)
    some = heights if len(heights) <= 4 else heights[:: (len(heights) + 3) // 4]
    flown = {h: passes(world, target, h, facing + math.pi, crossings, limits=arms[0], question=question) for h in some}
    kill = None
    if pk and far > 0.0:
        ranges, up = np.linspace(0.05, 1.1, 14) * far, np.array([50.0, 500.0, 2e3, 5e3, 10e3, 15e3, 20e3, 25e3, 30e3])
        kill = (ranges, up, kill_map(world, target, ranges, up, kind=question.round))
    return EnvelopeAnswer(world, target, facing, cuts, side, flown, kill)


def _warn_of_sea(answer: Any) -> None:
    """Say which share of the looked-at ground has no terrain data."""
    terrain = answer.world.terrain
    paths = max((each for found in answer.cuts.values() for each in found.paths), key=lambda each: each.along.max())
    known = terrain.covers(paths.lats, paths.lons)
    if not known.all():
        share = 100.0 * float(1.0 - known.mean())
        warn(f"{share:.0f} % of the places looked at have no terrain data: the sea is put there")


def _check(against: str | None, rcs: str | None, at: str | None, out: list[Path]) -> None:
    """Options that exclude or need one another; InputError."""
    from openiads.base.errors import InputError
    from openiads.faces.geo.envelope import WRITERS

    if against is not None and rcs is not None:
        raise InputError("--against", "given with --rcs", "Give one of the two.")
    refuse_files(out, (*PICTURES, *WRITERS))
    for path in out:
        if path.suffix.lower() in WRITERS and at is None:
            raise InputError("--out", f'"{path.suffix}" needs a place on earth', "Give --at as well.")


def _target(against: str | None, speed: str | None, rcs: str | None, maneuver: str) -> Any:
    from dataclasses import replace

    from openiads.reach.straight import Target, of_threat

    load = read("--maneuver", maneuver, "acceleration")
    size = 1.0 if rcs is None else read("--rcs", rcs, "area")
    target = Target(rcs=size, load=load) if against is None else of_threat(against, load)
    return (target if speed is None else replace(target, speed=read("--speed", speed, "speed"))).checked()


def _write(out: list[Path] | None, answer: Any) -> list[str]:
    from functools import partial

    from openiads.faces.draw import envelope as envelope_figures
    from openiads.faces.geo import envelope as envelopes
    from openiads.faces.words import envelope as words

    system = answer.world.catalog[answer.world.scenario.sites[0].system]
    draw = partial(envelope_figures.draw, answer, f"{system.title}: {words.asked(answer.target)}")
    return write_all(out, partial(envelopes.write, answer), draw, "envelope", "Engagement envelope")
