"""The command that says what this machine has and what is missing."""

from __future__ import annotations

import typer

from openiads.faces.cli.common import Json, reports_errors

#: Exit code where something cannot work.
ILL = 69

_MARKS = {"good": "  ", "note": "- ", "bad": "! "}


@reports_errors
def doctor(json: Json = False) -> None:
    """What this machine has, what is missing, and how to mend it; for bug reports too."""
    from openiads.base.machine import BAD, NOTE, examined, report
    from openiads.faces.cli import streams

    found = examined()
    if json:
        streams.json_text(report(found))
    else:
        width = max(len(each.name) for each in found)
        for each in found:
            print(f"{_MARKS[each.state]}{each.name:<{width}}  {each.found}")
            if each.remedy:
                print(f"  {'':<{width}}  {each.remedy}")
        ill = sum(each.state == BAD for each in found)
        notes = sum(each.state == NOTE for each in found)
        print(f"\n{ill} to mend (!), {notes} to know (-).")
    if any(each.state == BAD for each in found):
        raise typer.Exit(ILL)
