"""The command line.  Nothing heavy is imported before a command needs it.

Results go to stdout, everything else to stderr.  Exit codes: 0 done; 2 usage; 65 bad input; 74 results cannot be
written, read or trusted, or a cluster cannot be used; 130 interrupted, 143 ended by SIGTERM (the same command
continues); 141 the reader of stdout went away; 69 what the doctor found to mend.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from openiads.faces.cli import (
    air_picture,
    campaign,
    catalog,
    check,
    claims,
    compare,
    contributions,
    coverage,
    debris,
    doctor,
    envelope,
    explain,
    export,
    footprint,
    import_,
    layers,
    mistakes,
    query,
    reach,
    report,
    run,
    sensitivity,
    spread,
    streams,
    sweep,
    terrain,
    twins,
    view,
)
from openiads.faces.cli.common import UNREAD, unwritable

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

for command in (
    run.run,
    run.demo,
    compare.compare,
    contributions.contributions,
    mistakes.rare,
    mistakes.tradeoff,
    mistakes.safeguards,
    mistakes.hotline,
    spread.spread,
    sensitivity.sensitivity,
    claims.claims,
    report.report,
    view.view,
    explain.explain,
    layers.layers,
    air_picture.air_picture,
    twins.twins,
    check.check,
    export.export,
    sweep.sweep,
    campaign.campaign,
    debris.debris,
    query.query,
    footprint.footprint,
    coverage.coverage,
    envelope.envelope,
    reach.reach,
    catalog.schema,
    doctor.doctor,
):
    app.command()(command)
app.command("import")(import_.import_scenario)
app.add_typer(catalog.app, name="catalog")
app.add_typer(terrain.app, name="terrain")


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from openiads.base.version import __version__

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
        code = unwritable(problem)
    try:
        sys.stdout.flush()
    except OSError as problem:
        streams.abandon_stdout()
        code = UNREAD if isinstance(problem, BrokenPipeError) or code == UNREAD else unwritable(problem)
    streams.settle_stderr()
    sys.exit(code)
