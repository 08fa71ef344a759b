"""The command line.  Nothing heavy is imported before a command needs it.

Results go to stdout, everything else to stderr.  Exit codes: 0 done; 2 usage; 65 bad input; 74 results cannot be
written, read or trusted; 130 interrupted, 143 ended by SIGTERM (the same command continues); 141 the reader of stdout
went away.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.base.errors import OpeniadsError, ResultsError
from openiads.faces import streams

UNWRITABLE = 74
INTERRUPTED = 130
UNREAD = 141  # what a shell reports of any program whose reader has gone
TERMINATED = 143

app = typer.Typer(
    name="openiads",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="An open mission-level simulation of air and missile defense, for analysis, teaching and wargaming. "
    "Results do not predict real engagements and must not be used to judge whether a flight, a site or a person "
    "is safe.",
)
catalog_app = typer.Typer(
    help="What is known about each system, and who said so.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(catalog_app, name="catalog")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
Replications = Annotated[
    int | None, typer.Option("-n", "--replications", min=1, help="How many replications.", show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed; equal seeds give equal results.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Threads; all processors if left out.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="The run's folder; a part of this very run in it is continued.", show_default=False),
]


def told(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose errors are one line each on stderr and an exit code, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except OpeniadsError as error:
            streams.tell(str(error))
            ended = isinstance(error.__cause__, streams.Terminated)
            raise typer.Exit(TERMINATED if ended else error.exit_code) from None
        except KeyboardInterrupt as stopped:
            streams.tell("Interrupted. What is stored stays; run the same command again to continue.")
            raise typer.Exit(TERMINATED if isinstance(stopped, streams.Terminated) else INTERRUPTED) from None
        except BrokenPipeError:
            streams.abandon_stdout()
            raise typer.Exit(UNREAD) from None
        except OSError as problem:
            streams.abandon_stdout()
            raise typer.Exit(_unwritable(problem)) from None

    return guarded


def _unwritable(problem: OSError) -> int:
    streams.tell(f"output: cannot be written ({problem.strerror}). Make room or choose another place.")
    return UNWRITABLE


# ------------------------------------------------------------------ running


def run_folder(scenario: Any, seed: int, replications: int, until: str | None, record: int, chunk: int | None) -> Path:
    """Where a run is kept without ``--out``: one folder for one command, so that repeating it continues it."""
    from openiads.study.replicate import default_folder

    base = default_folder(scenario, seed)
    parts = [base.name, f"n{replications}"]
    parts += [f"until-{until.replace(':', '-')}"] if until else []
    parts += [f"record{record}"] if record else []
    parts += [f"chunk{chunk}"] if chunk else []
    return base.with_name("-".join(parts))


def _load(name: str, changes: list[str]) -> Any:
    from openiads.data.reading import load, setting

    scenario = load(name)
    if changes:
        scenario = scenario.with_values(dict(setting(change) for change in changes))
    return scenario


def _warn(line: str) -> None:
    streams.tell(f"warning: {line}")


@app.command()
@told
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a packaged scenario.")],
    replications: Replications = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    chunk: Annotated[
        int | None, typer.Option("--chunk", min=1, help="Replications stored together.", show_default=False)
    ] = None,
    out: Out = None,
    record: Annotated[
        int, typer.Option("--record", min=0, help="Keep every look and position of the first so many replications.")
    ] = 0,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="path=value, for example site.Tartus.fire_units=1; may be repeated.", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until-ci", help="METRIC:W or W: stop once half the 95 % interval is at most W.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Run a scenario many times and print what comes out, with intervals."""
    from openiads.faces import show
    from openiads.study import replicate, stopping

    if until and ":" not in until:
        until = f"any_leaker:{until}"
    with show.progress_bars() as phases:
        phases.phase("reading the scenario")
        loaded = _load(scenario, changes or [])
        most = replications or (stopping.MOST if until else replicate.REPLICATIONS)
        folder = out or run_folder(loaded, seed, most, until, record, chunk)
        phases.phase("building the world, compiling if need be")
        made = replicate.run(
            loaded,
            replications=most,
            seed=seed,
            jobs=jobs,
            chunk=chunk,
            out=folder,
            record=record,
            until=until,
            progress=show.running(phases),
            warn=_warn,
        )
    _print(made, json)


def _print(made: Any, json: bool, **more: str) -> None:
    from openiads.faces import show

    summary = made.summary()
    if json:
        show.as_json({**summary, **more})
        return
    show.results(made.scenario.question, summary)
    for name, value in more.items():
        show.console().print(f"{name.capitalize()}: {value}")


@app.command()
@told
def demo(
    replications: Replications = None, seed: Seed = 2016, jobs: Jobs = None, out: Out = None, json: Json = False
) -> None:
    """Tartus, October 2016: a mixed raid on an S-300 site, a few hundred times, with a report to open in a browser."""
    from openiads.faces import show
    from openiads.study import replicate

    with show.progress_bars() as phases:
        phases.phase("preparing the scenario")
        loaded = _load("tartus_2016", [])
        most = replications or 300
        folder = out or run_folder(loaded, seed, most, None, 0, None)
        phases.phase("building the world, compiling if need be")
        progress = show.running(phases)
        made = replicate.run(loaded, replications=most, seed=seed, jobs=jobs, out=folder, progress=progress, warn=_warn)
        phases.phase("drawing the report")
        from openiads.faces import report as reports

        written = reports.write(made)
    _print(made, json, report=str(written.resolve()))


# ------------------------------------------------------------------ looking at runs


@app.command()
@told
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The file to write; report.html in the run's folder if left out.", show_default=False
        ),
    ] = None,
    replication: Annotated[int, typer.Option("--replication", min=0, help="The replication to draw.")] = 0,
    json: Json = False,
) -> None:
    """Write a run as one HTML file that needs nothing else."""
    from openiads.faces import report as reports
    from openiads.faces import show
    from openiads.study.replicate import open_run

    made = open_run(folder)
    with show.progress_bars() as phases:
        phases.phase("drawing the report")
        written = reports.write(made, out, replication)
    if json:
        show.as_json({"report": str(written.resolve()), "bytes": written.stat().st_size, "replication": replication})
    else:
        print(written.resolve())


@app.command()
@told
def explain(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    replication: Annotated[int, typer.Option("--replication", "-r", min=0, help="Which replication.")],
    flight: Annotated[
        str | None, typer.Option("--flight", help="Only this flight, by name.", show_default=False)
    ] = None,
    fire_unit: Annotated[
        str | None, typer.Option("--fire-unit", help="Only this fire unit, by name.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """The kill chain of each flight, and why a fire unit did not shoot."""
    from openiads.faces import show
    from openiads.study.explain import explain as explained
    from openiads.study.replicate import open_run

    found = explained(open_run(folder), replication, flight=flight, unit=fire_unit)
    if json:
        show.as_json(found.as_dict())
    else:
        print(found.text())


@app.command()
@told
def check(
    target: Annotated[
        str, typer.Argument(metavar="SCENARIO|RUN", help="A scenario (file or packaged name), or the folder of a run.")
    ],
    again: Annotated[
        int, typer.Option("--again", min=0, help="Run so many replications of a stored run again and compare.")
    ] = 3,
    json: Json = False,
) -> None:
    """Validate a scenario (all errors at once), or re-verify a stored run."""
    from openiads.faces import show

    if Path(target).is_dir():
        _check_run(Path(target), again, json)
        return
    from openiads.data.reading import load
    from openiads.faces import text
    from openiads.study.replicate import preview

    scenario = load(target)
    with show.progress_bars() as phases:
        phases.phase("building the world, compiling if need be")
        warnings = preview(scenario)
    if json:
        show.as_json({"scenario": scenario.name, "ok": True, "warnings": warnings, "digest": scenario.digest()})
        return
    for line in warnings:
        _warn(line)
    flights = sum(raid.count for raid in scenario.raids) + len(scenario.flights)
    counts = ", ".join(
        (
            text.plural(len(scenario.sites), "site", "sites"),
            text.plural(len(scenario.assets), "asset", "assets"),
            text.plural(flights, "flight", "flights"),
        )
    )
    print(f"{scenario.name}: in order ({counts})")


def _check_run(folder: Path, again: int, json: bool) -> None:
    from openiads import __version__
    from openiads.faces import show
    from openiads.study.invariants import check_run, verify_run
    from openiads.study.replicate import open_run

    made = open_run(folder)
    made.store.verify()
    violations = check_run(made)
    repeated = min(again, made.replications)
    if repeated and made.identity.version != __version__:
        repeated = 0
        _warn(
            f"{folder}: made by openiads {made.identity.version}, this is {__version__}: its files are checked, but "
            "nothing is run again"
        )
    if repeated:
        violations += verify_run(made, repeated)
    rows = [{"check": v.name, "replication": v.replication, "time": v.time, "text": v.text} for v in violations]
    if json:
        show.as_json(
            {
                "run": str(folder),
                "ok": not rows,
                "replications": made.replications,
                "repeated": repeated,
                "violations": rows,
            }
        )
    else:
        for row in rows:
            print(f"replication {row['replication']}, t={row['time']:.1f} s: {row['check']}: {row['text']}")
    if rows:
        raise ResultsError(
            str(folder),
            f"{len(rows)} violations of the invariants",
            "This is a fault of the program; please report it.",
        )
    if not json:
        told = f"{repeated} run again with equal results" if repeated else "none run again"
        print(f"{folder}: sound ({made.replications} replications, {told})")


# ------------------------------------------------------------------ footprints


@app.command()
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


# ------------------------------------------------------------------ the catalog and the schema


@app.command()
@told
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from openiads.data.scenario import scenario_schema

    print(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))


@catalog_app.callback()
@told
def catalog_entry(context: typer.Context, json: Json = False) -> None:
    """What is known about each system, and who said so."""
    if context.invoked_subcommand is None:
        _list(json)


def _list(json: bool) -> None:
    from openiads.data.catalog import catalog
    from openiads.faces import show
    from openiads.faces.entries import KIND_WORDS

    book = catalog()
    if json:
        listed = [
            {"kind": e.kind, "name": e.name, "title": e.title, "values": len(list(e.every_value()))}
            for kind in KIND_WORDS
            for e in sorted(book.of_kind(kind).values(), key=lambda e: e.name)
        ]
        show.as_json({"entries": listed})
        return
    out = show.console()
    for kind, words in KIND_WORDS.items():
        entries = sorted(book.of_kind(kind).values(), key=lambda e: e.name)
        if entries:
            rows = [(e.name, e.title, str(len(list(e.every_value())))) for e in entries]
            out.print(show.grid(words, ("name", "title", "values"), rows, numbers=(2,), widths={0: 18, 1: 66}))
    out.print("More of one: openiads catalog show NAME; two side by side: openiads catalog compare NAME NAME")


@catalog_app.command("list")
@told
def catalog_list(json: Json = False) -> None:
    """List every entry."""
    _list(json)


@catalog_app.command("show")
@told
def catalog_show(
    name: Annotated[str, typer.Argument(help="An entry, for example 48n6e2.")], json: Json = False
) -> None:
    """Show the values of one entry with interval, unit, source and status."""
    from openiads.data.catalog import catalog
    from openiads.faces import entries, show

    book = catalog()
    entry = book[name]
    if json:
        values = {
            path: {
                "value": v.number,
                "unit": v.unit,
                "low": v.low,
                "high": v.high,
                "source": v.source,
                "status": v.status,
                "note": v.note,
                "exact": v.exact,
                "si": v.si,
                "si_low": v.si_low,
                "si_high": v.si_high,
            }
            for path, v in entry.every_value()
        }
        settings = {**entry.text, **entry.flags, **entry.lists}
        tables = {name: [entries.row_as_data(row) for row in rows] for name, rows in entry.tables.items()}
        named = {"kind": entry.kind, "name": entry.name, "title": entry.title}
        show.as_json({**named, "settings": settings, "values": values, "tables": tables})
        return
    out = show.console()
    out.print(f"{entry.name}: {entry.title}", style="bold")
    for key, words in entries.settings(entry, book):
        out.print(f"  {key}: {words}")
    if entry.kind == "systems":
        for line in entries.armament(entry, book):
            out.print(f"  each fire unit: {line}")
    if entry.kind == "radars":
        out.print(f"  detects 1 m2 at: {entries.reach(entry)}")
    for title, numbers in entries.parts(entry):
        cells = [entries.value_cells(key, number) for key, number in numbers.items()]
        if cells:
            head = ("parameter", "value", "interval", "status", "note [sources]")
            out.print(show.grid(title, head, cells, numbers=(1,), widths={0: 24}))
    out.print("Sources by key: openiads catalog sources")


@catalog_app.command("compare")
@told
def catalog_compare(
    left: Annotated[str, typer.Argument(metavar="NAME", help="An entry, for example s300pmu2.")],
    right: Annotated[str, typer.Argument(metavar="NAME", help="Another of the same kind, for example patriot_pac3.")],
    everything: Annotated[bool, typer.Option("--all", help="Every field instead of the main ones.")] = False,
    json: Json = False,
) -> None:
    """Two entries side by side with units and intervals; systems with their posts, radars, launchers and rounds."""
    from openiads.data.catalog import catalog
    from openiads.faces import entries, show

    sections = entries.compare(left, right, catalog(), everything=everything)
    if json:
        show.as_json({"left": left, "right": right, "sections": entries.sections_as_data(sections)})
        return
    out = show.console()
    side = max((out.width - 30) // 2 - 2, 12)
    for section in sections:
        rows = [(line.name, entries.shown(line.left), entries.shown(line.right)) for line in section.lines]
        if rows:
            out.print(show.grid(section.title, ("", *section.heads), rows, widths={0: 24, 1: side, 2: side}))
    out.print("In parentheses the interval; ~ an assumption that no source gives; – not there or not applicable.")


@catalog_app.command("reach")
@told
def catalog_reach(json: Json = False) -> None:
    """Reach of every interceptor and ballistic missile: the model's figures beside the published ones."""
    from openiads.data.catalog import catalog
    from openiads.faces import show, text
    from openiads.study import reach_table

    found = reach_table.table(catalog())
    if json:
        show.as_json(found)
        return
    out = show.console()
    for title, key in (("Interceptors", "interceptors"), ("Ballistic missiles at full burn", "missiles")):
        rows = [text.reach_cells(row) for row in found[key]]
        out.print(show.grid(title, text.REACH_HEAD, rows, numbers=(2, 3, 4, 6, 7)))
    shares = [f"at {share:g}" for share in found["shares"]]
    rows = [text.growth_cells(row) for row in found["guidance"]]
    title = "Median miss, m, at shares of the published range"
    out.print(show.grid(title, ("round", "guidance", *shares, "as its class demands"), rows, numbers=(2, 3, 4)))


@catalog_app.command("sources")
@told
def catalog_sources(json: Json = False) -> None:
    """List the bibliography."""
    from openiads.data.catalog import catalog
    from openiads.faces import show

    sources = sorted(catalog().sources.values(), key=lambda source: source.key)
    if json:
        fields = ("key", "title", "publisher", "year", "url", "access")
        show.as_json({"sources": [{field: getattr(source, field) for field in fields} for source in sources]})
        return
    rows = []
    for s in sources:
        words = ", ".join(part for part in (s.title, s.publisher, s.year) if part)
        rows.append((s.key, "\n".join(part for part in (words, s.url, f"({s.access})" if s.access else "") if part)))
    show.console().print(show.grid("", ("key", "source, address, and how it was consulted"), rows))


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from openiads import __version__

        print(f"openiads {__version__}")
        raise typer.Exit


@app.callback()
def whole(
    show_version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before any command."""


def main() -> None:
    """The command ``openiads``; what was still to be written is flushed here, so that its failure has a code too."""
    streams.prepare()
    code: Any = 0
    try:
        app()
    except SystemExit as left:
        # The libraries that print help and tables leave with 1 when their reader has gone.
        code = UNREAD if isinstance(left.__context__, BrokenPipeError) else left.code
    except OSError as problem:  # --help onto a full disk
        streams.abandon_stdout()
        code = _unwritable(problem)
    try:
        sys.stdout.flush()
    except OSError as problem:
        streams.abandon_stdout()
        code = UNREAD if isinstance(problem, BrokenPipeError) or code == UNREAD else _unwritable(problem)
    streams.settle_stderr()
    sys.exit(code)


__all__ = ["INTERRUPTED", "app", "main", "run_folder"]
