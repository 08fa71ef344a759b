"""Whose land or territorial sea a place is, anywhere; airports of the world, schematic airways of the Levant.

Land is divided as Natural Earth divides it de facto, with the island of Cyprus as one; the sea within 12 nautical
miles of a coast goes to the country of the nearest coast.  A rule of drawing, good to 1 to 2 km; no position on any
claim.  In the Levant (29-40 N, 28-42 E) it is a packaged lattice, elsewhere it is made from the packaged outlines tile
by tile.  Airways are straight lines between airports at one height: schematic, no published route.
"""

from __future__ import annotations

import csv
import functools
import io
import lzma
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.earth import shorelines

HIGH_SEA = 0
SEA = 1000  #: added to a country's number in its territorial sea
SOUTH, WEST, FINE = 29.0, 28.0, 120  # of the lattice of the Levant: degrees, and cells a degree
PACKED_SEA = 100  # what is added there
TILE, COARSE = 5, 60  # degrees of a tile made elsewhere, and its cells a degree
TERRITORIAL = 12 * 1852.0  # m
RADIUS = 6_371_000.0
ISLAND = "Cyprus (island)"
#: Natural Earth's parts of one island, put together so that a table on reach takes no side in its division.
PARTS = frozenset({"Cyprus", "N. Cyprus", "Cyprus U.N. Buffer Zone", "Akrotiri", "Dhekelia"})


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
def _lattice() -> tuple[NDArray[np.uint16], tuple[str, ...]]:
    with files("openiads.shelf").joinpath("levant", "territories.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        label = held["label"].astype(np.uint16)
        label[label > PACKED_SEA] += SEA - PACKED_SEA
        return label, tuple(str(name) for name in held["names"])


@functools.cache
def names() -> tuple[str, ...]:
    """Countries: the land of the k-th, from 1, has the label k.  Those of the Levant come first."""
    first = _lattice()[1]
    rest = sorted({_named(name) for name in shorelines.outlines().names} - set(first))
    return (*first, *rest)


def _named(name: str) -> str:
    return ISLAND if name in PARTS else name


def labels(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.uint16]:
    """Labels of places (rad; longitudes of any turn): a country's number, that plus ``SEA``, or ``HIGH_SEA``."""
    lattice = _lattice()[0]
    lat, lon = np.broadcast_arrays(np.degrees(np.asarray(lat, dtype=float)), np.degrees(np.asarray(lon, dtype=float)))
    lon = (lon + 180.0) % 360.0 - 180.0
    row = np.floor((lat - SOUTH) * FINE).astype(np.int64)
    column = np.floor((lon - WEST) * FINE).astype(np.int64)
    held = (row >= 0) & (row < lattice.shape[0]) & (column >= 0) & (column < lattice.shape[1])
    out = np.zeros(row.shape, np.uint16)
    out[held] = lattice[row[held], column[held]]
    south = np.clip(np.floor(lat / TILE).astype(np.int64), -90 // TILE, 90 // TILE - 1)
    west = np.clip(np.floor(lon / TILE).astype(np.int64), -180 // TILE, 180 // TILE - 1)
    key = np.where(held, -1, (south + 100) * 1000 + west + 100)
    last = TILE * COARSE - 1
    for each in np.unique(key[~held]):
        here = key == each
        s, w = int(south[here][0]), int(west[here][0])
        r = np.clip(np.floor((lat[here] - TILE * s) * COARSE).astype(np.int64), 0, last)
        c = np.clip(np.floor((lon[here] - TILE * w) * COARSE).astype(np.int64), 0, last)
        out[here] = _tile(s, w)[r, c]
    return out


def _near(south: float, north: float, west: float, east: float) -> list[int]:
    """Countries with land in a window (degrees): with an outline in it, or holding all of it."""
    found = shorelines.outlines()
    boxes = found.boxes
    hit = (boxes[:, 0] <= north) & (boxes[:, 1] >= south)
    across = np.zeros(len(hit), bool)
    for turn in (-360.0, 0.0, 360.0):
        across |= (boxes[:, 2] + turn <= east) & (boxes[:, 3] + turn >= west)
    some = set(found.owners[(hit & across)[found.owners[:, 0]], 1].tolist())
    middle = np.array([0.5 * (south + north)]), np.array([0.5 * (west + east)])
    if bool(shorelines.within(*middle)[0, 0]):
        rest = set(found.owners[:, 1].tolist()) - some
        some |= {k for k in rest if bool(shorelines.within(*middle, k)[0, 0])}
    return sorted(some)


@functools.lru_cache(maxsize=48)
def _tile(south: int, west: int) -> NDArray[np.uint16]:
    """Labels of the cells of a tile, row 0 in the south."""
    spare = math.ceil(TERRITORIAL / shorelines.METERS_PER_DEGREE * COARSE) + 1
    narrow = math.cos(math.radians(min(max(abs(south), abs(south + 1)) * TILE, 89.0)))
    aside = min(math.ceil(spare / narrow), 20 * COARSE)
    lats = south * TILE + (np.arange(-spare, TILE * COARSE + spare) + 0.5) / COARSE
    lons = west * TILE + (np.arange(-aside, TILE * COARSE + aside) + 0.5) / COARSE
    known, country = names(), shorelines.outlines().names
    label = np.zeros((len(lats), len(lons)), np.uint16)
    shore = np.full(label.shape, np.inf)
    sea = label.copy()
    for number in _near(float(lats[0]), float(lats[-1]), float(lons[0]), float(lons[-1])):
        mine = known.index(_named(country[number])) + 1
        land = shorelines.within(lats, lons, number)
        label[land] = mine
        away = -shorelines.shore_distance(land, lats, 1.0 / COARSE, TERRITORIAL + 1.0)
        nearer = (away < shore) & (away <= TERRITORIAL)
        shore[nearer], sea[nearer] = away[nearer], mine + SEA
    label = np.where(label == 0, sea, label)
    return label[spare : len(lats) - spare, aside : len(lons) - aside].copy()


def _directions(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors of places (degrees), (n, 3)."""
    y, x = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("openiads.shelf").joinpath("levant", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _airport(row: dict[str, str]) -> Airport:
    at = float(row["lat"]), float(row["lon"])
    return Airport(row["icao"], row["name"], row["country"], *at, float(row["elevation"]))


@functools.cache
def airports() -> tuple[Airport, ...]:
    """Airports of the Levant (degrees, rounded to 0.001)."""
    return tuple(_airport(row) for row in _rows("airports.csv"))


@functools.cache
def world_airports() -> tuple[Airport, ...]:
    """Airports of the world that have an IATA code (degrees, rounded to 0.0001), by ICAO code."""
    body = files("openiads.shelf").joinpath("world", "airports.csv.xz").read_bytes()
    return tuple(_airport(row) for row in csv.DictReader(io.StringIO(lzma.decompress(body).decode("utf-8"))))


def airports_about(places: Sequence[tuple[float, float]], most: int = 40, reach: float = 450e3) -> tuple[Airport, ...]:
    """Airports about some places (rad): the Levant's list if all lie in it, else the nearest of the world.

    most : how many;  reach : m, from the nearest of the places
    """
    from openiads.earth.worldwide import packaged_source

    if packaged_source(places) == "levant":
        return airports()
    ports = world_airports()
    there = _directions(np.array([port.lat for port in ports]), np.array([port.lon for port in ports]))
    here = _directions(*(np.degrees(np.array(places, dtype=float)).T))
    chord = np.linalg.norm(there[:, None] - here[None], axis=2).min(axis=1)
    order = np.argsort(chord, kind="stable")[:most]
    return tuple(ports[k] for k in order if chord[k] <= reach / RADIUS)


def airports_in(south: float, north: float, west: float, east: float) -> list[tuple[Airport, float]]:
    """Airports of the world in a window (degrees, of any turn) with their longitude as the window tells it;
    international ones by name first."""
    found = []
    for port in world_airports():
        lon = west + (port.lon - west) % 360.0
        if south <= port.lat <= north and lon <= east:
            found.append((port, lon))
    return sorted(found, key=lambda each: "International" not in each[0].name)


@functools.cache
def airways() -> tuple[Airway, ...]:
    """Schematic airways of the Levant; no source of others with clear terms was found."""
    known = {port.icao: port for port in airports()}
    return tuple(Airway(r["name"], known[r["from"]], known[r["to"]], float(r["height"])) for r in _rows("airways.csv"))
