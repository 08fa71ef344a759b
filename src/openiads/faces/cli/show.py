"""What the commands print: tables on a terminal, plain text in a pipe, one JSON object with ``--json``."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from openiads.base.jsonable import Json
from openiads.faces.cli import streams
from openiads.faces.words import misidentified, text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.table import Table

    from openiads.reach.burn_through import Jammed

#: Width of tables that do not go to a terminal.
PIPE_WIDTH = 130


def console(*, to_stderr: bool = False) -> Console:
    """A console on stdout or stderr; as wide as the terminal, or ``PIPE_WIDTH``."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False, markup=False, emoji=False
    )


def note(line: str) -> None:
    """A message beside the results: to stderr."""
    streams.tell(line)


def plain(value: object) -> Json:
    """A value as JSON can hold it: what is infinite or undefined becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_json(value: object) -> None:
    """One JSON object on stdout."""
    streams.json_text(plain(value))


def grid(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    widths: Mapping[int, int] | None = None,
) -> Table:
    """A rich table; columns in ``numbers`` are set to the right, ``widths`` gives columns a least width, so that tables
    below each other line up."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        title=Text(title, style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for k, name in enumerate(head):
        least = (widths or {}).get(k)
        made.add_column(Text(name), justify="right" if k in numbers else "left", overflow="fold", min_width=least)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def jamming(found: Jammed) -> None:
    """The table of what each jammer does to each radar, and what its ranges mean."""
    from openiads.faces.words import jamming as words

    rows = words.cells(found)
    console().print(grid(words.TITLE, words.HEAD, rows, numbers=words.NUMBERS))
    less = len(found.effects) - len(rows)
    console().print(words.MEANING + (f" The {less} weakest are left out." if less else ""))


def _finding(row: Mapping[str, Any]) -> str:
    return f"{text.number(row.get('mean'))} {text.span(row.get('low'), row.get('high'))}"


def results(question: str, summary: Mapping[str, Any]) -> None:
    """The result of a run: question, answer, outcomes, classes, ends, what bound first, digest, folder."""
    out = console()
    if question:
        out.print(question, style="bold")
    out.print(text.answer(summary))
    rows = [text.metric_cells(name, value) for name, value in summary["outcomes"].items()]
    out.print(grid("Outcomes a replication", ("", "value", "95 % interval", "n"), rows, numbers=(1, 2, 3)))
    columns = ("threats", "engaged", "killed", "leakers")
    classes = [
        (text.CLASS_WORDS.get(name, text.words(name)), *(_finding(row[key]) for key in columns))
        for name, row in summary["classes"].items()
        if row["threats"]["mean"]
    ]
    if classes:
        out.print(grid("By threat class", ("", *columns), classes, numbers=(1, 2, 3, 4)))
    sides = summary["sides"]
    ends = [
        (
            text.TERMINAL_WORDS.get(name, name),
            name.upper(),
            _finding(row),
            *(_finding(sides[side]["terminal"][name]) for side in sides),
        )
        for name, row in summary["terminal"].items()
        if row["mean"]
    ]
    if ends:
        head = (
            "",
            "code",
            "all flights",
            *(f"of them {text.SIDE_WORDS[side].split()[0]}" for side in sides),
        )
        out.print(grid("How flights end, a replication", head, ends, numbers=range(2, len(head))))
    mistaken, rates = summary.get("misidentified") or {}, ("", "rate", "95 % interval")
    if mistaken:
        out.print(
            grid("Shots at flights that are not hostile", rates, misidentified.rate_rows(mistaken), numbers=(1, 2))
        )
    if causes := misidentified.cause_rows(mistaken):
        out.print(grid("What stood behind them, a crossing", rates, causes, numbers=(1, 2)))
    lost = [(text.sentence(kind), _finding(row)) for kind, row in summary["lost"].items() if row["mean"]]
    if lost:
        out.print(grid("Lost to hits, a replication", ("", "elements"), lost, numbers=(1,)))
    waited = {name: row["mean"] or 0.0 for name, row in summary["bounds"].items()}
    if any(waited.values()):
        first = max(waited, key=lambda name: waited[name])
        out.print(
            f"Waited for longest: {text.BOUND_WORDS[first]} ({text.number(waited[first])} flight-seconds a replication)"
        )
    if summary["failed_replications"]:
        out.print(f"Failed replications: {summary['failed_replications']} (intervals are widened to their worst case)")
    out.print(f"Digest: {summary['digest']}")
    if summary.get("out"):
        out.print(f"Folder: {summary['out']}")


class Phases:
    """Progress on a terminal, silence elsewhere: ``phase`` names what is being done, ``count`` how far it is."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def phase(self, name: str) -> None:
        """Begin the next phase, of unknown length."""
        if self._progress is None:
            return
        if self._task is not None:
            task = self._progress.tasks[-1]
            self._progress.update(self._task, total=task.total or 1, completed=task.total or 1)
        self._task = self._progress.add_task(name, total=None, shown="")

    def count(self, done: int, of: int) -> None:
        """How far the phase is."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=of, shown=f"{done:,} / {of:,}")


def part(summary: Mapping[str, Any], json: bool) -> None:
    """What became of one part of a run or a sweep, and what comes next."""
    if json:
        as_json(summary)
        return
    if "points" in summary:
        held = f"{len(summary['points'])} points"
    else:
        first = summary["first_replication"]
        held = f"replications {first:,} to {first + summary['replications'] - 1:,}"
    out = console()
    out.print(f"Part {summary['part']} of {summary['of']}: {held}, in {summary['out']}")
    if summary["failed_replications"]:
        out.print(f"{summary['failed_replications']:,} replications failed")
    out.print("Once every part is computed: the same command with --join in place of --part")


def running(phases: Phases, name: str = "running replications") -> Callable[[int, int], None]:
    """A progress callback, as of ``replicate.run``: the first call ends the preparations and begins phase ``name``."""
    begun = False

    def progress(done: int, of: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            phases.phase(name)
        phases.count(done, of)

    return progress


@contextmanager
def progress_bars() -> Iterator[Phases]:
    """Progress bars on stderr while something long is done; nothing at all where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield Phases()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[shown]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(to_stderr=True)) as progress:
        yield Phases(progress)
