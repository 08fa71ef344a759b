"""Whose land or territorial sea a place is, and the airports and schematic airways of the packaged window.

Land is divided as Natural Earth divides it de facto, with the island of Cyprus as one; the sea within 12 nautical
miles of a coast goes to the country of the nearest coast.  A rule of drawing, good to 1 to 2 km; no position on any
claim.  Airways are straight lines between airports at one height: schematic, no published route.
"""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

HIGH_SEA = 0
SEA = 100  #: added to a country's number in its territorial sea
BEYOND = 255  #: outside the packaged window: 29-40 N, 28-42 E
SOUTH, WEST, FINE = 29.0, 28.0, 120  # of the lattice: degrees, and cells a degree


@dataclass(frozen=True)
class Airport:
    """An airport; latitude and longitude in degrees, elevation in m."""

    icao: str
    name: str
    country: str
    lat: float
    lon: float
    elevation: float


@dataclass(frozen=True)
class Airway:
    """A schematic airway: straight from one airport to another at a height, m above the sea."""

    name: str
    start: Airport
    end: Airport
    height: float


@functools.cache
def _lattice() -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    with files("openiads.shelf").joinpath("levant", "territories.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        return held["label"], tuple(str(name) for name in held["names"])


def names() -> tuple[str, ...]:
    """Countries: the land of the k-th, from 1, has the label k."""
    return _lattice()[1]


def labels(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.uint8]:
    """Labels of places (rad): a country's number, that plus ``SEA``, ``HIGH_SEA`` or ``BEYOND``."""
    lattice = _lattice()[0]
    row = np.floor((np.degrees(np.asarray(lat, dtype=float)) - SOUTH) * FINE).astype(np.int64)
    column = np.floor((np.degrees(np.asarray(lon, dtype=float)) - WEST) * FINE).astype(np.int64)
    row, column = np.broadcast_arrays(row, column)
    held = (row >= 0) & (row < lattice.shape[0]) & (column >= 0) & (column < lattice.shape[1])
    out = np.full(row.shape, BEYOND, np.uint8)
    out[held] = lattice[row[held], column[held]]
    return out


def _rows(name: str) -> list[dict[str, str]]:
    text = files("openiads.shelf").joinpath("levant", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@functools.cache
def airports() -> tuple[Airport, ...]:
    """Airports of the region (degrees, rounded to 0.001)."""
    return tuple(
        Airport(r["icao"], r["name"], r["country"], float(r["lat"]), float(r["lon"]), float(r["elevation"]))
        for r in _rows("airports.csv")
    )


@functools.cache
def airways() -> tuple[Airway, ...]:
    """Schematic airways of the region."""
    known = {port.icao: port for port in airports()}
    return tuple(Airway(r["name"], known[r["from"]], known[r["to"]], float(r["height"])) for r in _rows("airways.csv"))
