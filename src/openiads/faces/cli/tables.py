"""What `sweep` and `query` print: a table of points, a table of an answer."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from openiads.faces.cli import show
from openiads.faces.words import text

#: Columns of a page on which a table of points must be readable.
PAGE = 80

#: Signs between two columns, and the head of the column that names columns.
GAP, COLUMN = 3, "column"

#: Points or rows that are printed; the rest is counted, and is in --json and --csv.
MOST_ROWS = 60

#: Varied values in a table of points; a point may have dozens of knobs.
MOST_PATHS = 4


def points(summary: Mapping[str, Any]) -> None:
    """The result of a sweep: question, a table of its points, digest, folder."""
    out = show.console()
    if summary["question"]:
        out.print(summary["question"], style="bold")
    rows = summary["points"]
    labels = [{**row["values"], **{f"knob.{k}": v for k, v in row["knobs"].items()}} for row in rows]
    changing = [path for path in labels[0] if any(each[path] != labels[0][path] for each in labels)]
    paths = changing if len(changing) <= MOST_PATHS else [path for path in changing if path in rows[0]["values"]]
    title = f"{summary['study']}: {text.plural(len(rows), 'point', 'points')}"
    head, cells = _laid_out(summary, labels[:MOST_ROWS], paths)
    numbers = [k for k, name in enumerate(head) if name != "metric"]
    out.print(show.grid(title, head, cells, numbers=numbers))
    if len(rows) > MOST_ROWS:
        out.print(f"{len(rows) - MOST_ROWS:,} more points: --json, or openiads query.")
    if len(changing) > len(paths):
        out.print(f'{len(changing) - len(paths)} more values vary: openiads query RUN "select * from points".')
    if summary["failed_replications"]:
        out.print(f"Failed replications: {summary['failed_replications']} (intervals are widened to their worst case)")
    out.print(f"Digest: {summary['digest']}")
    if summary.get("out"):
        out.print(f"Folder: {summary['out']}")


def _laid_out(
    summary: Mapping[str, Any], labels: Sequence[Mapping[str, Any]], paths: Sequence[str]
) -> tuple[list[str], list[list[str]]]:
    """Head and cells: a row a point, or, where that is too wide for a page, a row a point and metric."""
    metrics = summary["metrics"]
    varied = [[str(k), *(_value(each[path]) for path in paths)] for k, each in enumerate(labels)]
    found = [
        {metric: text.metric_cells(metric, row["outcomes"][metric]) for metric in metrics}
        for row in summary["points"][: len(labels)]
    ]
    front = ["point", *_short(paths)]
    head = [*front, *metrics]
    cells = [
        [*row, *(f"{each[metric][1]} {each[metric][2]}" for metric in metrics)]
        for row, each in zip(varied, found, strict=True)
    ]
    if sum(max(len(row[k]) for row in (head, *cells)) + 2 for k in range(len(head))) <= PAGE:
        return head, cells
    head = [*front, "metric", "value", "95 % interval"]
    return head, [
        [*row, metric, *each[metric][1:3]] for row, each in zip(varied, found, strict=True) for metric in metrics
    ]


def _short(paths: Sequence[str]) -> list[str]:
    """Paths as heads of columns: their last step, or more of them where that is not enough to tell them apart."""
    last = [path.rsplit(".", 1)[-1] for path in paths]
    return [name if last.count(name) == 1 else path.split(".", 1)[-1] for name, path in zip(last, paths, strict=True)]


def _value(value: object) -> str:
    return text.number(value) if isinstance(value, float) else str(value)


def answer(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """The rows of a query's answer, the first of them only if there are many."""
    out = show.console()
    cells = [["" if value is None else _value(value) for value in row] for row in rows[:MOST_ROWS]]
    numbers: Sequence[int] = [k for k in range(len(columns)) if rows and isinstance(rows[0][k], int | float)]
    if sum(max(len(row[k]) for row in (columns, *cells)) + GAP for k in range(len(columns))) > out.width and cells:
        columns, cells, numbers = _on_its_side(columns, cells, out.width)
    out.print(show.grid("", columns, cells, numbers=numbers))
    told = len(columns) - 1 if columns[:1] == (COLUMN,) else len(cells)
    if len(rows) > told:
        print(f"{len(rows) - told:,} more of {len(rows):,} rows: --csv or --json has them all.")


def _on_its_side(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> tuple[tuple[str, ...], list[list[str]], Sequence[int]]:
    """A table too wide for a page with its columns as rows, and as many of its rows, one at least, as fit beside."""
    taken, shown = max(len(name) for name in columns) + GAP, 0
    for k, row in enumerate(rows):
        taken += max(len(f"row {k + 1}"), *(len(cell) for cell in row)) + GAP
        if taken > width and shown:
            break
        shown = k + 1
    head = (COLUMN, *(f"row {k + 1}" for k in range(shown)))
    return head, [[name, *(row[n] for row in rows[:shown])] for n, name in enumerate(columns)], range(1, shown + 1)


def answer_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A query's answer as CSV with a head on stdout; what is null is empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
