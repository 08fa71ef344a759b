"""Answers that show themselves: a picture, a table, one JSON object, and what a notebook displays.

What draws and words them is a higher floor's business, which is put in here by the package itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas
    import polars
    import pyarrow as arrow
    import xarray
    from matplotlib.figure import Figure
from types import ModuleType

from openiads.base.jsonable import JsonObject

#: The module that draws, once asked; the package itself puts it here.
painter: Callable[[], ModuleType] | None = None


def _painter() -> ModuleType:
    assert painter is not None  # importing anything of the package has put it there
    return painter()


class Shown:
    """An answer that notebooks display by themselves, with its table and its picture."""

    def _repr_html_(self) -> str:
        return str(_painter().html(self))

    def to_dict(self) -> JsonObject:
        """The answer as plain data.

        Returns
        -------
        dict
            What the command of the same name prints with ``--json``; infinite and undefined numbers are None.
        """
        told: JsonObject = _painter().to_dict(self)
        return told

    def table(self) -> arrow.Table:
        """The answer's numbers as a table.

        Returns
        -------
        pyarrow.Table
            One row for each number or finding; units stand in the names of the columns.

        Raises
        ------
        UsageError
            Where the answer has no table.
        """
        return _painter().table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The answer's table as a DataFrame of pandas.

        Returns
        -------
        pandas.DataFrame
            The rows and columns of `table`.

        Raises
        ------
        InputError
            Without pandas (extra ``data``).
        UsageError
            Where the answer has no table.
        """
        return _painter().to_pandas(self)

    def to_polars(self) -> polars.DataFrame:
        """The answer's table as a DataFrame of Polars.

        Returns
        -------
        polars.DataFrame
            The rows and columns of `table`.

        Raises
        ------
        InputError
            Without Polars (extra ``data``).
        UsageError
            Where the answer has no table.
        """
        return _painter().to_polars(self)

    def figure(self, **options: object) -> Figure:
        """The answer's picture.

        Parameters
        ----------
        **options
            Of the picture; an unknown one is refused with those that there are.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        UsageError
            Where the answer has no picture, or there is no such option.
        """
        drawn: Figure = _painter().figure(self, **options)
        return drawn


class Saved(Shown):
    """An answer that can be written for other programs."""

    def save(self, path: str | Path) -> Path:
        """Write the answer into a file.

        Parameters
        ----------
        path : str or Path
            Its ending says the format: ``.png``, ``.svg`` or ``.pdf`` for the picture; ``.geojson``, ``.kml``,
            ``.czml``, ``.parquet`` (GeoParquet), ``.csv``, ``.tif`` or ``.nc`` (NetCDF) for other programs, where the
            answer has a place on earth.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            For another ending, an answer without a place on earth, or a place that takes no file.
        """
        written: Path = _painter().save(self, path)
        return written

    def to_xarray(self) -> xarray.Dataset:
        """The cells of the answer's map as labeled arrays, with units and provenance (CF conventions).

        Returns
        -------
        xarray.Dataset
            Latitudes and longitudes in degrees, rising, beyond 180 degrees where the map lies across the antimeridian;
            heights in m; nan where there is no value.

        Raises
        ------
        InputError
            Without xarray (extra ``data``), or for an answer without a place on earth.
        """
        return _painter().to_xarray(self)


class Replayed(Shown):
    """A result of which single replications can be looked at as well."""

    def show(self, replication: int = 0) -> object:
        """A widget with the viewer and one replication, for a notebook.

        Raises
        ------
        UsageError
            Without anywidget (``make extras`` in a clone) or for a replication that is not in the run.
        """
        return _painter().widget(self, replication)
