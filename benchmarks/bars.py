"""What is asked of a figure, and how a benchmark prints its figures.

Every benchmark has ``BARS``, figures with what is asked of each, and ``measured(quick=...)``, which gives all figures
in one dict.  What a machine cannot measure is None, and ``not_run`` in the dict says why, by the name of the figure.
Whatever a peer computes is compared with ours before speeds are, and a difference raises ``ValueError``.
"""

from __future__ import annotations

import argparse
import json
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEETS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Bar:
    """What is asked of one figure.

    Attributes
    ----------
    figure : str
        Its name in the dict of ``measured``; parts of a nested one are joined by points.
    sign : str
        ``<=``, ``<``, ``>=`` or ``==``.
    bound : float
        In the figure's unit.
    what : str
        The figure in words, with its unit.
    """

    figure: str
    sign: str
    bound: float
    what: str

    def verdict(self, figures: Mapping[str, Any]) -> str:
        """``met``, ``MISSED``, or ``not run`` with the reason."""
        value = figures[self.figure]
        if value is None:
            return f"not run: {figures.get(f'not_run.{self.figure}', 'left out by an option')}"
        return "met" if MEETS[self.sign](value, self.bound) else "MISSED"


def flat(found: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested figures under one name each, joined by points."""
    told: dict[str, Any] = {}
    for key, value in found.items():
        told |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return told


def shown(value: Any) -> str:
    """A figure with four digits; a dash where there is none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def rows(bars: Sequence[Bar], found: Mapping[str, Any], *, quick: bool) -> Iterator[tuple[str, str, str, str]]:
    """Of each bar: the figure in words, its value, what is asked, the verdict.

    The quick form measures too little to be held against what is asked: ``quick`` then stands for the verdict.
    """
    figures = flat(found)
    for bar in bars:
        verdict = bar.verdict(figures)
        told = "quick" if quick and verdict in ("met", "MISSED") else verdict
        yield bar.what, shown(figures[bar.figure]), f"{bar.sign} {bar.bound:,g}", told


def table(lines: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    """Text in columns; the second one, the figures, to the right."""
    widths = [max(len(line[k]) for line in (head, *lines)) for k in range(len(head))]
    told = []
    for line in (head, *lines):
        cells = [
            cell.rjust(w) if k == 1 else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        told.append("  ".join(cells).rstrip())
    return "\n".join(told)


def rounded(value: Any) -> Any:
    """Floats cut to six digits, for reading."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def options(text: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of a table")
    parser.add_argument("--quick", action="store_true", help="little of everything: does it work, do results agree?")
    return parser


def printed(found: Mapping[str, Any], bars: Sequence[Bar], chosen: argparse.Namespace) -> None:
    """Print every figure, those with a bar first."""
    if chosen.json:
        print(json.dumps(rounded(dict(found)), indent=1))
        return
    print(table(list(rows(bars, found, quick=chosen.quick)), ("", "measured", "asked", "")))
    asked = {bar.figure for bar in bars}
    rest = [(key, shown(value)) for key, value in flat(found).items() if key not in asked]
    if rest:
        print()
        print(table(rest, ("all else", "measured")))
