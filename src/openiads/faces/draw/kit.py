"""The drawing kit: colors, style, and figures as SVG and PNG."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.caches import folder_of
from openiads.runs.disk import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Matplotlib looks for fonts anew at every start, and says so, where its user has no home.
if (_FONTS := folder_of("matplotlib")) is not None:
    os.environ.setdefault("MPLCONFIGDIR", str(_FONTS))

# Okabe and Ito's colors, safe for the color-blind.
BLUE, VERMILION, GREEN, ORANGE, SKY, PINK = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7"
INK, MUTED, RULE, PAPER = "#1b1f24", "#57606a", "#d0d7de", "#fefefe"

TITLE = 11.5  # points
#: What a file of each kind must not tell: when and by what it was made, so that equal pictures are equal files.
ABOUT: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

#: Ink of a figure -> the page's own color.
_VARIABLES = {INK: "var(--ink)", MUTED: "var(--muted)", RULE: "var(--rule)", PAPER: "var(--paper)"}


@contextmanager
def style(salt: str) -> Iterator[None]:
    """The look shared by all figures; ``salt`` keeps the ids inside an SVG stable and apart."""
    import matplotlib as mpl

    look: dict[Any, Any] = {
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "axes.titlesize": TITLE,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 10.0,
        "axes.labelsize": 9.5,
        "xtick.labelsize": 9.0,
        "ytick.labelsize": 9.0,
        "legend.fontsize": 9.0,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "grid.color": RULE,
        "grid.linewidth": 0.7,
        "axes.axisbelow": True,
        "hatch.linewidth": 0.7,
        "svg.hashsalt": salt,
        "svg.fonttype": "path",
        "text.parse_math": False,
        "savefig.dpi": 110,
    }
    with mpl.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # a name may be in any script
        yield


def blank(width: float, height: float, *, arranged: bool = True) -> Figure:
    """An empty figure of that size in inches, with no window behind it; ``arranged``: its parts find their own room."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained" if arranged else None)
    FigureCanvasAgg(figure)
    return figure


def no_share_above_all(axes: Axes) -> None:
    """Ticks of an axis of per cent up to 100, whatever room there is above."""
    most = min(axes.get_ylim()[1], 100.0)
    axes.set_yticks(
        [t for t in axes.yaxis.get_major_locator().tick_values(0.0, axes.get_ylim()[1]) if 0.0 <= t <= most]
    )


def headline(figure: Figure, words: str) -> None:
    """The finding of a figure as its title, at its left edge, broken where it is too long."""
    room = 0.976 * float(figure.get_figwidth())
    figure.suptitle("\n".join(broken(words, room)), x=0.012, ha="left", fontsize=TITLE, fontweight="bold")


def broken(words: str, room: float, size: float = TITLE) -> list[str]:
    """Lines of a bold title that are no wider than so many inches, as the font is drawn and not by their letters."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    room *= 0.96  # letters on whole pixels are up to so much wider
    font, measure = FontProperties(family="DejaVu Sans", weight="bold", size=size), TextToPath()

    def wide(line: str) -> bool:
        return measure.get_text_width_height_descent(line, font, ismath=False)[0] > 72.0 * room

    lines = [""]
    for word in words.split():
        if not wide(f"{lines[-1]} {word}".strip()):
            lines[-1] = f"{lines[-1]} {word}".strip()
            continue
        lines.append("")
        for letter in word:  # a name that is wider than the figure is broken wherever it must
            if wide(lines[-1] + letter):
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def svg(figure: Figure, key: str, label: str, *, adaptive: bool = True) -> str:
    """A figure as one ``<svg>`` element: ids prefixed by ``key``, described by ``label`` and title."""
    from xml.sax.saxutils import escape

    heading = figure.get_suptitle() or (figure.axes[0].get_title(loc="left") if figure.axes else "")
    label = f"{label}: {heading}" if heading else label
    out = io.StringIO()
    with style(key):
        figure.savefig(
            out,
            format="svg",
            transparent=adaptive,
            metadata={"Date": None, "Creator": None, "Type": None, "Format": None},
        )
    body = out.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    # Paths to a hundredth of a point, finer than any screen; scale factors elsewhere keep all their digits.
    body = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\d\.\d\d)\d+", r"\1", path[0]), body)
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = body.replace("url(#", f"url(#{key}-").replace('href="#', f'href="#{key}-')
    if adaptive:
        for ink, variable in _VARIABLES.items():
            body = re.sub(re.escape(ink), variable, body, flags=re.IGNORECASE)
    head, rest = body.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return (
        f'{head} role="img" aria-labelledby="{key}-title"><title id="{key}-title">{escape(label)}</title>{rest.strip()}'
    )


def png(figure: Figure, path: Path, *, dots: int = 110) -> None:
    """Write a figure as a PNG on white."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=dots, facecolor="white")
    save(path, out.getvalue())


def picture(figure: Figure, path: Path, key: str, label: str) -> None:
    """Write a figure as PNG, PDF or SVG, by the ending of its name; key, label : of ``svg``."""
    if path.suffix.lower() == ".png":
        png(figure, path)
    elif path.suffix.lower() == ".pdf":
        out = io.BytesIO()
        with style(key):
            figure.savefig(out, format="pdf", facecolor="white", metadata=ABOUT["pdf"])
        save(path, out.getvalue())
    else:
        save(path, svg(figure, key, label, adaptive=False).encode())
