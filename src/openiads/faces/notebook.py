"""Answers as a notebook shows them: a sentence, a picture, a table; as data and files; and a replay as a widget."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from html import escape
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from openiads.base.errors import InputError, UsageError
from openiads.base.extras import how_to_install
from openiads.base.jsonable import plain as plain_data
from openiads.base.options import check_call
from openiads.base.shown import Shown
from openiads.faces.draw import kit
from openiads.faces.shapes import registry
from openiads.faces.shapes.look import Look
from openiads.faces.shapes.registry import look_of
from openiads.faces.words import text
from openiads.faces.words.text import clean

if TYPE_CHECKING:
    import anywidget
    import pandas
    import polars
    import pyarrow as arrow
    import xarray
    from matplotlib.figure import Figure

    from openiads.runs.run import Run

#: Rows of a table shown; the rest is counted.
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


def html(made: Shown) -> str:
    """An answer as a piece of HTML in which every name is text."""
    return shown(made, look_of(made))


def shown(made: Shown, look: Look) -> str:
    """Something as a piece of HTML, shown as answers of one kind are."""
    head, rows, more = _table_of(made, look)
    picture = ""
    if look.figure is not None:
        try:
            picture = kit.svg(look.figure(made), _key(made), look.title(made), adaptive=False)
        except UsageError as why:  # nothing that a figure could be drawn of
            picture = escape(str(why))
    table = _table(head, rows) if rows else ""
    return (
        f"<div><p><b>{escape(clean(look.title(made)))}</b></p><p>{escape(look.sentence(made))}{more}</p>"
        f"<div>{picture}</div>{table}<p><small>{escape(text.SCOPE)}</small></p></div>"
    )


def to_dict(made: Shown) -> dict[str, Any]:
    """What the command of an answer prints with ``--json``."""
    plain: dict[str, Any] = plain_data(look_of(made).data(made))
    return plain


def table(made: Shown) -> arrow.Table:
    """An answer's rows as an Arrow table; UsageError if it has none."""
    from openiads.runs.parquet import table_of

    look = look_of(made)
    if look.rows is None:
        raise UsageError("table", f"{type(made).__name__} has no table", "Its numbers are in to_dict()")
    return table_of(look.rows(made), () if look.names is None else look.names(made))


def to_pandas(made: Shown) -> pandas.DataFrame:
    """An answer's rows as a pandas DataFrame; UsageError if it has none, InputError without pandas."""
    _needed("pandas", "to_pandas")
    return table(made).to_pandas()


def to_polars(made: Shown) -> polars.DataFrame:
    """An answer's rows as a Polars DataFrame; UsageError if it has none, InputError without Polars."""
    rows = table(made)
    return _needed("polars", "to_polars").from_arrow(rows)


def to_xarray(made: Shown) -> xarray.Dataset:
    """A map as labeled arrays; UsageError for another answer, InputError without xarray."""
    return registry.dataset(made)


def _needed(package: str, for_what: str) -> ModuleType:
    """A package of the extra ``data``; InputError with the command that installs it."""
    try:
        return importlib.import_module(package)
    except ImportError as missing:
        remedy = f"Use table(), or install it with: {how_to_install('data')}"
        raise InputError(for_what, f"needs the package {package}", remedy) from missing


def figure(made: Shown, **options: object) -> Figure:
    """An answer's picture; UsageError if it has none, or for an option that it does not know."""
    look = look_of(made)
    if look.figure is None:
        raise UsageError("figure", f"{type(made).__name__} has no picture", "Its numbers are in table() and to_dict()")
    check_call("figure", signature(partial(look.figure, made)), (), options)
    return look.figure(made, **options)


def save(made: Shown, path: str | Path) -> Path:
    """Write an answer into a file, in the format of its name."""
    return registry.save(made, Path(path))


def _table_of(made: Shown, look: Look) -> tuple[Sequence[str], list[Sequence[str]], str]:
    """Head and rows as people read them, and how many are left out."""
    if look.cells is not None:
        head, cells = look.cells(made)
        return head, list(cells), ""
    rows = [] if look.rows is None else look.rows(made)
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows[:MOST]]
    return names, list(cells), f" The first {MOST} of {len(rows)} rows." if len(rows) > MOST else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(clean(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _key(made: Shown) -> str:
    """A prefix of names inside a picture, so that two pictures in one notebook do not share them."""
    digest = getattr(made, "digest", None) or sha256(repr(to_dict(made)).encode()).hexdigest()
    return f"d{digest[:10]}"


def _cell(value: object) -> str:
    return text.number(float(value)) if isinstance(value, float) else "" if value is None else str(value)


def widget(run: Run, replication: int = 0) -> anywidget.AnyWidget:
    """The viewer with one replication of a run, in a frame that can reach neither the notebook nor a network."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError(
            "show", "needs the package anywidget", f"Install it with: {how_to_install('notebook')}"
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
