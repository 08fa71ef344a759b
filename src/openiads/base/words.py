"""Words for messages: the nearest valid name, and long lists cut short."""

from __future__ import annotations

from collections.abc import Sequence

#: How many names a message lists.
FEW = 20


def nearest(name: str, names: list[str]) -> str:
    """`Nearest: "s300pmu2". ` for a name with a likely correct spelling among `names`, else an empty text."""
    import difflib

    if len(name) > 4 * FEW:
        return ""
    if len(names) > 10 * FEW:  # comparing is slow: among so many only those with the same first letter
        names = [each for each in names if each[:1].lower() == name[:1].lower()][: 10 * FEW]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f'Nearest: "{close[0]}". ' if close else ""


def listed(names: Sequence[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    more = f", and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more}" if names else "none"
