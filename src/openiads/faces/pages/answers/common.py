"""What the pictures of answers share: axes of what varies, words and scales of metrics, the small print, files."""

from __future__ import annotations

import io
import json
import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.base.errors import UsageError
from openiads.faces.draw.kit import ABOUT, BLUE, GREEN, MUTED, ORANGE, PAPER, PINK, SKY, headline, style
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.runs.findings import Finding

#: Panels, bars or points that a figure shows; more would not be read.
MOST = 60

_QUANTITY = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([^\d\s].*)")


# ------------------------------------------------------------------ words


def printable(name: str) -> str:
    """A name with what cannot be printed (control and direction characters) replaced by a mark."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)


def wrapped(name: str, width: int = 30, lines: int = 3) -> str:
    """A name in lines of at most so many characters; one too long for them loses its middle."""
    short = text.shorten(printable(name), width * lines)
    # Paths break after their dots, words at spaces.
    parts = textwrap.wrap(short.replace(".", ".\u200b"), width, break_on_hyphens=False) or [""]
    if "." in short and len(short) > width and " " not in short:
        parts = _at_dots(short, width)
    return "\n".join(part.replace("\u200b", "") for part in parts)


def _at_dots(path: str, width: int) -> list[str]:
    lines = [""]
    for step in re.findall(r"[^.]*\.|[^.]+", path):
        if len(lines[-1]) + len(step) > width and lines[-1]:
            lines.append("")
        lines[-1] += step
    return [piece for line in lines for piece in textwrap.wrap(line, width)]


def words_of(metric: str) -> str:
    """A metric in words."""
    return text.METRIC_WORDS.get(metric, text.words(printable(metric)).capitalize())


def scale_of(metric: str) -> tuple[float, str]:
    """What a metric is multiplied with on an axis, and its unit: shares are per cent, first times seconds."""
    if text.is_share(metric):
        return 100.0, " %"
    return 1.0, " s" if metric in text.TIMES else ""


def label_of(metric: str) -> str:
    """The name of an axis that shows a metric."""
    unit = scale_of(metric)[1].strip()
    name = words_of(metric)
    if metric not in text.SHARES | text.TIMES and not unit:
        name = f"{name}, mean a replication" if "_per_" not in metric else name
    return f"{name}, {unit}" if unit else name


def shown(value: float, metric: str) -> str:
    """A value of a metric, in its own unit."""
    unit = scale_of(metric)[1]
    if unit == " %":
        return text.percent(value) if math.isfinite(value) else "–"
    return f"{text.number(value)}{unit if math.isfinite(value) else ''}"


def central(finding: Finding) -> float:
    """What a finding says: the mean, of a first time the median."""
    return finding.mean if finding.median is None else finding.median


# ------------------------------------------------------------------ what varies


def quantity(value: object) -> tuple[float, str] | None:
    """A number with its unit (``250 m/s``), or None of what is neither a number nor a quantity."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value), ""
    found = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    return (float(found[1]), found[2]) if found else None


def key_of(value: object) -> str:
    """Equal for equal values of a factor."""
    return json.dumps(value, sort_keys=True, default=str)


def told(value: object) -> str:
    """A value of a factor for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return text.number(value, 4)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Axis:
    """One thing that varied: its path, the levels that occur, and where each stands.

    values : distinct, ordered by size if all are numbers of one unit (``numeric``), else as they came
    """

    path: str
    values: tuple[Any, ...]
    numeric: bool
    unit: str

    def place(self, value: object) -> float:
        """Where a value stands: a number at itself, anything else at its rank."""
        found = quantity(value)
        return found[0] if self.numeric and found else float(self.rank(value))

    def rank(self, value: object) -> int:
        """Which level a value is."""
        return [key_of(each) for each in self.values].index(key_of(value))

    @property
    def title(self) -> str:
        """The path, with the unit of its numbers."""
        return wrapped(f"{self.path}, {self.unit}" if self.numeric and self.unit else self.path, 90, 2)


def axis_of(path: str, values: Iterable[Any]) -> Axis:
    """The axis of a path from the values that it took."""
    distinct = list({key_of(value): value for value in values}.values())
    found = [quantity(value) for value in distinct]
    units = {each[1] for each in found if each}
    numeric = all(found) and len(units) == 1
    if numeric:
        distinct.sort(key=lambda value: (quantity(value) or (0.0, ""))[0])
    return Axis(path, tuple(distinct), numeric, units.pop() if numeric else "")


def varied(points: Sequence[Any]) -> list[str]:
    """The paths that differ between points, in the order of the study."""
    labels = [point.label for point in points]
    return [path for path in labels[0] if len({key_of(each[path]) for each in labels}) > 1] if labels else []


def called(label: Mapping[str, Any], paths: Sequence[str], most: int = 3) -> str:
    """A point by what varies: ``fire_units = 2, launchers = 4``."""
    last = [path.rsplit(".", 1)[-1] for path in paths]
    names = [name if last.count(name) == 1 else path for name, path in zip(last, paths, strict=True)]
    parts = [f"{name} = {told(label[path])}" for name, path in zip(names, paths, strict=True)]
    return ", ".join(parts[:most]) + (", …" if len(parts) > most else "")


# ------------------------------------------------------------------ small print and files


def count(numbers: Iterable[int], of: str) -> str:
    """``n = 40 a point``, or from the least to the greatest."""
    found = sorted(set(numbers))
    if not found:
        return "n = 0"
    ends = [text.number(n, 12) for n in (found[0], found[-1])]
    return f"n = {ends[0] if len(found) == 1 else ' to '.join(ends)} {of}".strip()


def titled(figure: Figure, finding: str) -> None:
    """The finding as the title, in two lines at most."""
    headline(figure, text.shorten(printable(finding), 170))


def small_print(figure: Figure, *, n: str, seed: int, digest: str, notes: Sequence[str] = ()) -> None:
    """n, seed, digest and notes below a figure, at its left edge."""
    lines = [f"{n} · seed {seed} · digest {digest[:12]}", *notes]
    body = "\n".join(textwrap.fill(line, 150) for line in lines if line)
    figure.supxlabel(body, x=0.012, ha="left", fontsize=7.5, color=MUTED, linespacing=1.35)


def save(figure: Figure, path: str | Path, *, dots: int = 150) -> Path:
    """Write a figure as PNG or SVG, on white, by the ending of its name.

    Raises UsageError for another ending, ResultsError where it cannot be written.
    """
    from openiads.runs import disk

    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    refuse_other(target)
    out = io.BytesIO()
    with style(target.stem):
        figure.savefig(out, format=kind, dpi=dots, facecolor="white", metadata=ABOUT[kind])
    disk.write_file(target, out.getvalue())
    return target


def refuse_other(path: Path) -> None:
    """UsageError unless a file's name ends like a picture that can be written."""
    if path.suffix.lower().removeprefix(".") not in ABOUT:
        told = "Name the picture like answer.png, answer.svg or answer.pdf"
        raise UsageError(str(path), "is neither .png nor .svg nor .pdf", told)


#: Evidence status of a knob -> color and hatch: what no source gives stands out by both.
STATUS_LOOKS: dict[str, tuple[str, str]] = {
    "read": (BLUE, ""),
    "relayed": (SKY, ""),
    "derived": (GREEN, ""),
    "recalled": (PINK, "...."),
    "assumption": (ORANGE, "////"),
}


def status_legend(axes: Axes, shown: Sequence[str]) -> None:
    """What the colors and hatches of the statuses shown mean, above the axes."""
    from matplotlib.patches import Patch

    present = [status for status in STATUS_LOOKS if status in shown]
    handles = [
        Patch(
            facecolor=STATUS_LOOKS[s][0],
            hatch=STATUS_LOOKS[s][1],
            edgecolor=PAPER,
            linewidth=0.0,
            label=f"{s}: {text.STATUS_WORDS[s]}",
        )
        for s in present
    ]
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, fontsize=8, columnspacing=1.5)
