"""What of a file was not used, line by line, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


@dataclass
class Account:
    """What of a file was not used, line by line, and what else there is to know.

    Attributes
    ----------
    left : dict of str to list of int
        Reason -> lines of the file.
    remarks : list of str
    """

    left: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def leave_out(self, reason: str, lines: Sequence[int] | Rows) -> None:
        """Account for lines that are not used."""
        if len(lines):
            self.left.setdefault(reason, []).extend(int(line) for line in lines)

    def told(self, most: int = 6) -> list[str]:
        """A line for each reason, with the lines of the file as far as ``most`` runs of them, then the remarks."""
        found = []
        for reason, lines in self.left.items():
            count = "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
            found.append(f"{count} not flown, {reason}: {runs_of(lines, most)}")
        return [*found, *self.remarks]


def runs_of(lines: Sequence[int] | Rows, most: int) -> str:
    """Numbers of lines as runs: "3, 7-9, 12 and 40 more"."""
    numbers = np.unique(np.asarray(lines, dtype=np.int64))
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    begins = numbers[np.concatenate([[0], breaks + 1])]
    ends = numbers[np.concatenate([breaks, [len(numbers) - 1]])]
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(begins[:most], ends[:most], strict=True)]
    rest = int(np.sum(ends[most:] - begins[most:] + 1))
    word = "line" if len(numbers) == 1 else "lines"
    return f"{word} {', '.join(shown)}{f' and {rest:,} more' if rest else ''}"
