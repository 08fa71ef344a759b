"""Commands about the catalog, and the schema of scenario files."""

from __future__ import annotations

from typing import Annotated

import typer

from openiads.faces.cli import streams
from openiads.faces.cli.common import Json, reports_errors

app = typer.Typer(
    help="What is known about each system, and who said so.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@reports_errors
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from openiads.scenario.load import scenario_schema

    streams.json_text(scenario_schema(), indent=2)


@app.callback()
@reports_errors
def catalog_entry(context: typer.Context, json: Json = False) -> None:
    """What is known about each system, and who said so."""
    if context.invoked_subcommand is None:
        _list(json)


def _list(json: bool) -> None:
    from openiads.catalog.load import catalog
    from openiads.faces.cli import show
    from openiads.faces.words.entries import KIND_WORDS

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


@app.command("list")
@reports_errors
def catalog_list(json: Json = False) -> None:
    """List every entry."""
    _list(json)


@app.command("show")
@reports_errors
def catalog_show(
    name: Annotated[str, typer.Argument(help="An entry, for example 48n6e2.")], json: Json = False
) -> None:
    """Show the values of one entry with interval, unit, source and status."""
    from openiads.catalog.load import catalog
    from openiads.faces.cli import show
    from openiads.faces.words import entries

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


@app.command("compare")
@reports_errors
def catalog_compare(
    left: Annotated[str, typer.Argument(metavar="NAME", help="An entry, for example s300pmu2.")],
    right: Annotated[str, typer.Argument(metavar="NAME", help="Another of the same kind, for example patriot_pac3.")],
    everything: Annotated[bool, typer.Option("--all", help="Every field instead of the main ones.")] = False,
    json: Json = False,
) -> None:
    """Two entries side by side with units and intervals; systems with their posts, radars, launchers and rounds."""
    from openiads.catalog.load import catalog
    from openiads.faces.cli import show
    from openiads.faces.words import entries

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


@app.command("reach")
@reports_errors
def catalog_reach(json: Json = False) -> None:
    """Reach of every interceptor and ballistic missile: the model's figures beside the published ones."""
    from openiads.catalog.load import catalog
    from openiads.explain import round_table
    from openiads.faces.cli import show
    from openiads.faces.words import text

    found = round_table.table(catalog())
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


@app.command("knobs")
@reports_errors
def catalog_knobs(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario by file or name: only its knobs.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """What carries knowledge spread: each knob's band, who said so, and the published kind of figure it implies."""
    from openiads.catalog.load import catalog
    from openiads.explain import knob_table
    from openiads.faces.cli import show
    from openiads.faces.words import text
    from openiads.scenario.load import catalog_of, load

    chosen = None if scenario is None else load(scenario)
    rows = knob_table.table(catalog() if chosen is None else catalog_of(chosen), chosen)
    if json:
        show.as_json({"scenario": None if chosen is None else chosen.name, "knobs": rows})
        return
    cells = [text.knob_cells(row) for row in rows]
    show.console().print(show.grid("Knobs", text.KNOB_HEAD, cells, numbers=(1, 2, 3), widths={0: 24}))


@app.command("sources")
@reports_errors
def catalog_sources(json: Json = False) -> None:
    """List the bibliography."""
    from openiads.catalog.load import catalog
    from openiads.faces.cli import show

    sources = sorted(catalog().sources.values(), key=lambda source: source.key)
    if json:
        fields = ("key", "authors", "title", "publisher", "year", "url", "doi", "isbn", "access")
        show.as_json({"sources": [{field: getattr(source, field) for field in fields} for source in sources]})
        return
    rows = [(s.key, "\n".join(part for part in (s.citation, s.url, f"({s.access})") if part)) for s in sources]
    show.console().print(show.grid("", ("key", "source, address, and how it was consulted"), rows))
