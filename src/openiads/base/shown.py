"""Results that a notebook shows by themselves.  What draws them is a higher floor's business, so it is put in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: The module that draws, once asked; the package itself puts it here.
painter: Callable[[], Any] | None = None


class Shown:
    """A result that notebooks display as a small table with its picture."""

    def _repr_html_(self) -> str | None:
        return None if painter is None else str(painter().html(self))


class Replayed(Shown):
    """A result of which single replications can be looked at as well."""

    def show(self, replication: int = 0) -> Any:
        """A widget with the viewer and one replication, for a notebook.

        Raises UsageError without anywidget (``pip install 'openiads[notebook]'``) or for a replication that is not in
        the run.
        """
        return None if painter is None else painter().widget(self, replication)
