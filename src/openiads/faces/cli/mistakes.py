"""The commands about shots at flights that are not hostile: rare ones, both errors, safeguards, and hotlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from openiads.faces.cli.common import (
    FigureFile,
    Jobs,
    Json,
    Replications,
    ScenarioName,
    Seed,
    changed,
    given,
    picture_asked,
    reports_errors,
    warn,
)
from openiads.faces.cli.uncertainty_options import Changes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.base.shown import Shown
    from openiads.experiments.hotline import HotlineCurve
    from openiads.experiments.rare import RareAnswer
    from openiads.experiments.safeguards import Safeguards
    from openiads.experiments.tradeoff import Tradeoff
    from openiads.faces.cli.show import Phases

A = TypeVar("A", bound="Shown")

Screened = Annotated[
    int | None,
    typer.Option("--screened", min=2, help="Replications that are sorted by their draws.", show_default=False),
]
Thresholds = Annotated[
    list[float] | None,
    typer.Option(
        "--threshold", help="Belief from which a track is hostile under tight; may be repeated.", show_default=False
    ),
]
Questions = Annotated[
    list[int] | None,
    typer.Option("--questions", help="How often a track is asked; may be repeated.", show_default=False),
]
Reliabilities = Annotated[
    list[float] | None,
    typer.Option("--reliability", help="That a message comes through; may be repeated.", show_default=False),
]
Delays = Annotated[
    list[str] | None,
    typer.Option("--delay", help='Mean time that a message takes, "30 s"; may be repeated.', show_default=False),
]
TradeoffPage = Annotated[
    Path | None,
    typer.Option("--html", help="Write the page on which a policy is moved, as one HTML file.", show_default=False),
]
RareOut = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for rare.json, with the weight of each replication.", show_default=False),
]
CasesOut = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Keep every case as a run in this folder; the same command continues it.", show_default=False
    ),
]


def _watched(work: Callable[[Phases], A], drawn: Callable[[A], Figure], figure: Path | None) -> A:
    """What some long work finds, with progress while it lasts, and its picture if one is asked for."""
    from openiads.faces.cli import show

    picture_asked(figure)
    with show.progress_bars() as phases:
        phases.phase("reading the scenario, compiling if need be")
        found = work(phases)
        if figure is not None:
            from openiads.faces.pages import answers

            phases.phase("drawing the picture")
            answers.save(drawn(found), figure)
    return found


@reports_errors
def rare(
    scenario: ScenarioName,
    replications: Replications = None,
    screened: Screened = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    changes: Changes = None,
    out: RareOut = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """How often flights that are not hostile are shot at, however rarely: replications sorted by their draws."""
    from openiads.experiments.rare import RareQuestion, rare_of
    from openiads.faces.cli import show
    from openiads.faces.pages.answers.mistakes import odds
    from openiads.faces.words import rare as words

    def work(phases: Phases) -> RareAnswer:
        options = given(replications=replications, screened=screened)
        return rare_of(
            RareQuestion(
                scenario,
                seed=seed,
                jobs=jobs,
                changes=changed(changes),
                out=out,
                progress=show.running(phases, "sorting and running replications"),
                warn=warn,
                **options,
            )
        )

    found = _watched(work, odds, figure)
    told = found.as_dict()
    if json:
        show.as_json(told)
        return
    console = show.console()
    for line in words.lines(told):
        console.print(line)
    console.print(
        show.grid("Shots at flights that are not hostile", words.HEAD, words.table(told), numbers=range(1, 5))
    )
    if rows := words.chains(told):
        console.print(show.grid("What stood behind them", words.CHAIN_HEAD, rows, numbers=(1, 2, 3, 4)))
    console.print(show.grid("What was run", words.STRATA_HEAD, words.strata(told), numbers=range(4)))
    console.print(words.LEGEND.format(least=int(told["least_effective"])))
    console.print(f"Seed: {found.seed}\nDigest: {found.digest}")


@reports_errors
def tradeoff(
    scenario: ScenarioName,
    thresholds: Thresholds = None,
    questions: Questions = None,
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    changes: Changes = None,
    out: CasesOut = None,
    figure: FigureFile = None,
    html: TradeoffPage = None,
    json: Json = False,
) -> None:
    """Flights shot at by mistake against leakers, along control states, thresholds, and the price of waiting."""
    from openiads.experiments.tradeoff import TradeoffQuestion, tradeoff_of
    from openiads.faces.cli import show
    from openiads.faces.pages.answers import page
    from openiads.faces.pages.answers.mistakes import frontier
    from openiads.faces.pages.answers.tradeoff import tradeoff_page
    from openiads.faces.words import tradeoff as words

    def work(phases: Phases) -> Tradeoff:
        options = given(thresholds=thresholds, questions=questions, replications=replications, out=out, jobs=jobs)
        progress = show.running(phases, "running points")
        return tradeoff_of(
            TradeoffQuestion(scenario, seed=seed, changes=changed(changes), progress=progress, warn=warn, **options)
        )

    found = _watched(work, frontier, figure)
    told = found.as_dict()
    if html is not None:
        made = tradeoff_page(told, page.premises_of(found.scenario), found.digest)
        page.write(made, out or Path("runs") / "tradeoff", html)
    if json:
        show.as_json(told)
    else:
        head = words.head(told)
        _print(words.lines(told), ("Both errors", head, words.table(told)), words.LEGEND, found)


@reports_errors
def safeguards(
    scenario: ScenarioName,
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    changes: Changes = None,
    out: CasesOut = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """What would have prevented it: each safeguard of flights that are not hostile taken away or added alone."""
    from openiads.experiments.safeguards import SafeguardsQuestion, safeguards_found
    from openiads.faces.cli import show
    from openiads.faces.pages.answers.mistakes import forest
    from openiads.faces.words import safeguards as words

    def work(phases: Phases) -> Safeguards:
        options = given(replications=replications, out=out, jobs=jobs)
        progress = show.running(phases, "running cases")
        return safeguards_found(
            SafeguardsQuestion(scenario, seed=seed, changes=changed(changes), progress=progress, warn=warn, **options)
        )

    found = _watched(work, forest, figure)
    told = found.as_dict()
    if json:
        show.as_json(told)
    else:
        table = ("Each safeguard alone", words.head(told), words.table(told))
        _print(words.lines(told), table, words.LEGEND, found)


@reports_errors
def hotline(
    scenario: ScenarioName,
    reliabilities: Reliabilities = None,
    delays: Delays = None,
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    changes: Changes = None,
    out: CasesOut = None,
    figure: FigureFile = None,
    json: Json = False,
) -> None:
    """Engagements of announced flights that a hotline prevents, against its reliability and its delay."""
    from openiads.experiments.hotline import HotlineQuestion, hotline_of
    from openiads.faces.cli import show
    from openiads.faces.pages.answers.mistakes import spared
    from openiads.faces.words import hotline as words

    def work(phases: Phases) -> HotlineCurve:
        options = given(reliabilities=reliabilities, delays=delays, replications=replications, out=out, jobs=jobs)
        progress = show.running(phases, "running lines")
        return hotline_of(
            HotlineQuestion(scenario, seed=seed, changes=changed(changes), progress=progress, warn=warn, **options)
        )

    found = _watched(work, spared, figure)
    told = found.as_dict()
    if json:
        show.as_json(told)
    else:
        _print(words.lines(told), ("Hotlines", words.HEAD, words.table(told)), words.LEGEND, found)


def _print(
    lines: Sequence[str],
    table: tuple[str, Sequence[str], Sequence[Sequence[str]]],
    legend: str,
    found: Tradeoff | Safeguards | HotlineCurve,
) -> None:
    """Sentences, a table with its title and head, and what it is of."""
    from openiads.faces.cli import show

    console, (title, head, rows) = show.console(), table
    for line in lines:
        console.print(line)
    console.print(show.grid(title, head, rows))
    console.print(legend)
    console.print(f"Seed: {found.seed}\nDigest: {found.digest}")
