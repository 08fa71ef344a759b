"""What the commands share: their common options, exit codes, and errors told in one line."""

from __future__ import annotations

import errno
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.base.errors import OpeniadsError
from openiads.faces.cli import streams

UNWRITABLE = 74
INTERRUPTED = 130
UNREAD = 141  # what a shell reports of any program whose reader has gone
TERMINATED = 143

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
Replications = Annotated[
    int | None, typer.Option("-n", "--replications", min=1, help="How many replications.", show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="The seed; equal seeds give equal results.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Threads or processes; all processors if left out.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="The run's folder; a part of this very run in it is continued.", show_default=False),
]
FigureFile = Annotated[
    Path | None,
    typer.Option("--figure", help="Also write the main picture as FILE.png or FILE.svg.", show_default=False),
]
On = Annotated[
    str,
    typer.Option("--on", help="threads; dask: processes as a local cluster; dask:ADDRESS: a running scheduler."),
]


def picture_asked(file: Path | None) -> None:
    """Refuse a picture that could not be written, before anything runs; UsageError, InputError or ResultsError."""
    if file is not None:
        from openiads.faces.pages.answers.common import refuse_other

        refuse_other(file)
        _refuse_place("--figure", file)


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
            raise typer.Exit(unwritable(problem)) from None

    return guarded


def unwritable(problem: OSError) -> int:
    """Say that output cannot be written; the exit code of that."""
    remedy = "Make room or choose" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else "Choose"
    streams.tell(f"output: cannot be written ({problem.strerror or problem}). {remedy} another place.")
    return UNWRITABLE


def read(option: str, words: str, kind: str) -> Any:
    """A quantity of a kind, or a "position" (rad), as an option gives it; InputError names the option."""
    from openiads.base.errors import InputError
    from openiads.base.units import position, quantity

    try:
        return position(words) if kind == "position" else quantity(words, kind)
    except InputError as error:
        raise InputError(option, error.reason, error.remedy) from None


def refuse_files(out: list[Path], endings: tuple[str, ...]) -> None:
    """Refuse files that could not be written, before anything is computed; InputError, or ResultsError for a place
    that takes no file."""
    from openiads.base.errors import InputError

    for path in out:
        if path.suffix.lower() not in endings:
            raise InputError("--out", f'"{path}"', f"End it in one of {', '.join(endings)}.")
        _refuse_place("--out", path)


def _refuse_place(option: str, path: Path) -> None:
    """Refuse a file whose folder is missing or takes no file, or whose name something else has."""
    from openiads.base.errors import InputError
    from openiads.runs import disk

    if not path.parent.is_dir():
        raise InputError(option, f'no folder "{path.parent}"', "Make it first.")
    if path.is_dir():
        raise InputError(option, f'"{path}" is a folder', "Name a file.")
    if path.exists() and not path.is_file():
        raise InputError(option, f'"{path}" is a device or a pipe', "Name a file.")
    disk.refuse_unwritable(path)


def load_changed(name: str, changes: list[str]) -> Any:
    """A scenario by file or name, with the changes of ``--set``."""
    from openiads.scenario.edits import setting
    from openiads.scenario.load import load

    scenario = load(name)
    if changes:
        scenario = scenario.with_values(dict(setting(change) for change in changes))
    return scenario


def warn(line: str) -> None:
    """A warning on stderr."""
    streams.tell(f"warning: {line}")
