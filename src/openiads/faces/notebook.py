"""Runs, comparisons and sweeps as a notebook shows them: a sentence, a picture, a table; and a replay as a widget."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from types import SimpleNamespace
from typing import Any

from openiads.base.errors import UsageError
from openiads.faces.draw import kit
from openiads.faces.pages import run_charts
from openiads.faces.words import comparison, text
from openiads.faces.words.text import clean

#: Points of a sweep shown; the rest is counted.
MOST = 40
#: px, of the frame that a replay is shown in.
HEIGHT = 820

_FRAME = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("title", model.get("title"));
  frame.style.width = "100%";
  frame.style.border = "0";
  frame.style.height = model.get("height") + "px";
  frame.srcdoc = model.get("page");
  el.appendChild(frame);
}
export default { render };
"""


def html(made: Any) -> str:
    """A run, comparison or sweep as a piece of HTML in which every name is text."""
    from openiads.experiments.compare import Comparison
    from openiads.runs.run import Run

    if isinstance(made, Run):
        return _run(made)
    return _comparison(made) if isinstance(made, Comparison) else _sweep(made)


def _piece(title: str, said: str, picture: str, table: str) -> str:
    return (
        f"<div><p><b>{escape(clean(title))}</b></p><p>{escape(said)}</p>"
        f"<div>{picture}</div>{table}<p><small>{escape(text.SCOPE)}</small></p></div>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(clean(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _run(made: Any) -> str:
    told = made.summary()
    counts = {int(k): int(count) for k, count in told["leakers_distribution"].items()}
    drawn: Any = run_charts.leaker_histogram(SimpleNamespace(summary=told, leakers=counts))  # type: ignore[arg-type]
    picture = kit.svg(drawn, _key(made), "Distribution of leakers a raid", adaptive=False)
    rows = [text.metric_cells(name, value) for name, value in told["outcomes"].items()]
    return _piece(made.name, text.answer(told), picture, _table(("Measure", "Value", "95 % interval", "n"), rows))


def _comparison(made: Any) -> str:
    from openiads.faces.pages.answers.pairs import differences

    told = made.summary()
    picture = kit.svg(differences(made), _key(made), "Differences B − A", adaptive=False)
    rows = [comparison.cells(name, row) for name, row in told["metrics"].items()]
    names = f"A: {made.labels[0]}; B: {made.labels[1]}"
    return _piece(names, comparison.answer(told), picture, _table(comparison.HEAD, rows))


def _sweep(made: Any) -> str:
    from openiads.faces.pages.answers.page import sweep_figure

    rows = made.rows()
    names = list(dict.fromkeys(name for row in rows for name in row))
    shown = [[_cell(row.get(name)) for name in names] for row in rows[:MOST]]
    said = f"{text.plural(len(rows), 'point', 'points')}" + (f", the first {MOST} shown." if len(rows) > MOST else ".")
    try:
        picture = kit.svg(sweep_figure(made), _key(made), "The sweep", adaptive=False)
    except UsageError as why:  # nothing that a figure could be drawn of
        picture = escape(str(why))
    return _piece(made.name, said, picture, _table(names, shown))


def _key(made: Any) -> str:
    """A prefix of names inside a picture, so that two pictures in one notebook do not share them."""
    return f"d{made.digest[:10]}"


def _cell(value: Any) -> str:
    return text.number(float(value)) if isinstance(value, float) else "" if value is None else str(value)


def widget(run: Any, replication: int = 0) -> Any:
    """The viewer with one replication of a run, in a frame that can reach neither the notebook nor a network."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError(
            "show", "needs the package anywidget", "Install it: pip install 'openiads[notebook]'"
        ) from None
    from openiads.faces.replay.page import page

    class Replay(anywidget.AnyWidget):
        """One replay."""

        _esm = _FRAME
        page = traitlets.Unicode().tag(sync=True)
        title = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int(HEIGHT).tag(sync=True)

    body = page(run, replication).body.decode()
    return Replay(page=body, title=f"{clean(run.name)}, replication {replication}")
