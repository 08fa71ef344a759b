"""What can go wrong, for people: each error has a place, a reason and a remedy, and prints as one line.

``place`` is where (a file and line, a field, a folder, a fire unit), ``reason`` what is wrong there, and ``remedy``
what to do about it.  ``exit_code`` is what the command line returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

#: At most so many problems are printed at once; the rest is counted.
SHOWN = 50


class OpeniadsError(Exception):
    """The root of every error that openiads raises on purpose."""

    exit_code: ClassVar[int] = 70

    def __init__(self, place: str, reason: str, remedy: str = "") -> None:
        super().__init__(place, reason, remedy)
        self.place = place
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        reason = " ".join(self.reason.split())
        remedy = " ".join(self.remedy.split())
        head = f"{self.place}: {reason}" if self.place else reason
        if not remedy:
            return head
        return f"{head} {remedy}" if head.endswith((".", "!", "?")) else f"{head}. {remedy}"


class UsageError(OpeniadsError):
    """The command or the call itself makes no sense (contradictory options, a negative count)."""

    exit_code: ClassVar[int] = 2


class InputError(OpeniadsError):
    """A scenario, catalog entry, terrain file or user rule is wrong."""

    exit_code: ClassVar[int] = 65


class InputErrors(InputError):
    """Several input problems found in one pass; printed one a line."""

    def __init__(self, problems: Iterable[InputError]) -> None:
        self.problems: tuple[InputError, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("InputErrors needs at least one problem")
        first = self.problems[0]
        super().__init__(first.place, first.reason, first.remedy)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - SHOWN
        if more > 0:
            lines.append(f"... and {more} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[InputErrors], tuple[tuple[InputError, ...]]]:
        return type(self), (self.problems,)


class ResultsError(OpeniadsError):
    """Results cannot be written, read or trusted (full disk, damaged chunk, mismatch with a stored run)."""

    exit_code: ClassVar[int] = 74


class Interrupted(OpeniadsError):
    """The user stopped the run; what is stored stays and the run can be resumed."""

    exit_code: ClassVar[int] = 130
