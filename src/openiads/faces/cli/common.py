"""What the commands share: groups of options, exit codes, and errors in one line each."""

from __future__ import annotations

import errno
import functools
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from openiads.base.errors import OpeniadsError
from openiads.base.whole import REMEDY, not_whole
from openiads.faces.cli import streams

if TYPE_CHECKING:
    from openiads.runs.division import Part
    from openiads.scenario.load import Scenario

P = ParamSpec("P")

UNWRITABLE = 74
UNREADABLE = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EIO)
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows knows no quota by that name
INTERRUPTED = 130
UNREAD = 141  # what a shell reports of any program whose reader has gone
TERMINATED = 143

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
ScenarioName = Annotated[str, typer.Argument(help="A scenario file, or the name of a packaged scenario.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
RunOrSweepFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run or a sweep.")]
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
    typer.Option("--figure", help="Also write the main picture as FILE.png, FILE.svg or FILE.pdf.", show_default=False),
]
PartOf = Annotated[
    str | None,
    typer.Option("--part", help="K/N: only this part of N, as a job of a job array; see --join.", show_default=False),
]
Join = Annotated[bool, typer.Option("--join", help="Join the parts that jobs with --part have computed.")]
On = Annotated[
    str,
    typer.Option("--on", help="threads; dask: processes as a local cluster; dask:ADDRESS: a running scheduler."),
]


def of_any_leaker(until: str | None) -> str | None:
    """A stopping rule whose metric is named: a bare half width is meant for ``any_leaker``."""
    return f"any_leaker:{until}" if until and ":" not in until else until


def part_asked(part: str | None, join: bool) -> Part | None:
    """The part that an option names; UsageError for what makes no sense."""
    from openiads.runs.division import parse_part

    if part is not None and join:
        from openiads.base.errors import UsageError

        raise UsageError(
            "--join", "a part is computed or all are joined", "Leave out --part once every part is computed"
        )
    return None if part is None else parse_part(part)


def by_part(command: str, words: Sequence[str], out: Path, options: Mapping[str, object]) -> Callable[[Part], str]:
    """The command by which a part is computed, as it is typed.

    Parameters
    ----------
    command : str
        Its name.
    words : sequence of str
        What stands without an option.
    out : Path
        The folder of the whole.
    options : mapping of str to object
        Options that decide results; None and empty lists are left out, lists repeat their option.
    """
    line = [command, *words]
    for name, value in options.items():
        each = value if isinstance(value, list) else [] if value is None else [value]
        line += [text for one in each for text in (name, str(one))]
    line += ["--out", str(out)]
    return lambda part: f"{program()} {shlex.join(line)} --part {part}"


def picture_asked(file: Path | None) -> None:
    """Refuse a picture that could not be written, before anything runs; UsageError, InputError or ResultsError."""
    if file is not None:
        from openiads.faces.pages.answers.common import refuse_other

        refuse_other(file)
        _refuse_place("--figure", file)


def reports_errors(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose errors are one line each on stderr and an exit code, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
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
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception:
            if (broken := not_whole()) is None:
                raise  # a fault of the program: its traceback belongs into a report
            streams.tell(str(broken))
            raise typer.Exit(broken.exit_code) from None

    return guarded


def program() -> str:
    """How the user starts this program: ``openiads``, or what the launcher of a clone was called by."""
    return shlex.quote(os.environ.get("OPENIADS_PROGRAM") or "openiads")


def unwritable(problem: OSError) -> int:
    """Say that output cannot be written, that a name cannot be one, or that the program's own files are not all there;
    the exit code of that."""
    from importlib.resources import files

    own = str(files("openiads"))
    if problem.errno in UNREADABLE and str(problem.filename or "").startswith(own + os.sep):
        streams.tell(f"{problem.filename}: a file of openiads itself cannot be read ({problem.strerror}). {REMEDY}")
        return OpeniadsError.exit_code
    if problem.errno == errno.ENAMETOOLONG and problem.filename:
        from openiads.base.errors import InputError

        wrong = InputError(f"{str(problem.filename)[:80]}...", "is too long a name for a file", "Give a shorter one.")
        streams.tell(str(wrong))
        return wrong.exit_code
    remedy = (
        "Make room or choose" if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)) else "Choose"
    )
    streams.tell(f"output: cannot be written ({problem.strerror or problem}). {remedy} another place.")
    return UNWRITABLE


def refuse_files(out: Sequence[Path], endings: tuple[str, ...]) -> None:
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


def changed(changes: Sequence[str] | None) -> dict[str, Any]:
    """Changes of a scenario from the words of ``--set``."""
    from openiads.scenario.edits import setting

    return dict(setting(change) for change in changes or ())


def load_changed(name: str, changes: Sequence[str] | None) -> Scenario:
    """A scenario by file or name, with the changes of ``--set``."""
    from openiads.scenario.load import scenario_with

    return scenario_with(name, changed(changes))


def given(**options: object) -> dict[str, Any]:
    """Options that were given; those that were left out keep the default of the question that they belong to."""
    return {name: value for name, value in options.items() if value is not None and value != []}


def warn(line: str) -> None:
    """A warning on stderr."""
    streams.tell(f"warning: {line}")
