"""Where pieces of what was killed come down: an answer worked out after a run, from the places of its kills.

Every kill of a declared class breaks up into pieces.  A piece keeps some of the flight's velocity and a random speed of
the breakup until drag has taken both, falls at terminal speed through air that thins with height, and drifts with the
wind on its way.  What comes out are places and means under these assumptions; nothing in it says that a place is safe.

Sources: closed forms of `textbook.debris` [rcc321]; the way of a level piece under drag that grows with the square of
its speed is (2 beta / rho) ln(1 + rho v t / (2 beta)), elementary mechanics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from openiads.base.constants import STANDARD_GRAVITY
from openiads.base.draws import Purpose, normals, uniforms
from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.earth.geodesy import enu_axes, inverse, offset, to_geodetic
from openiads.experiments.debris_file import DebrisFile, Pieces, Town, Wind, load_debris
from openiads.physics.motion import state_at
from openiads.runs.digest import hash_of
from openiads.runs.run import Run, open_run
from openiads.statistics.intervals import mean_interval, wilson
from openiads.statistics.moments import Moments
from openiads.textbook.debris import SCALE_HEIGHT, SEA_DENSITY
from openiads.world.codes import Event, Terminal, ThreatClass

if TYPE_CHECKING:
    from openiads.world.build import World

Floats = NDArray[np.float64]
#: Places of a path at which the nearest to a kill is looked for.
_PLACES = 2_000


@dataclass(frozen=True)
class Kill:
    """A flight that was killed: where, and how it flew.

    Attributes
    ----------
    replication, flight : int
    latitude, longitude : float
        rad
    height : float
        Above the ground that is taken as level below it, m.
    east, north : float
        Of its velocity, m/s.
    """

    replication: int
    flight: int
    latitude: float
    longitude: float
    height: float
    east: float
    north: float


# ------------------------------------------------------------------ the way of pieces


def pieces_of(kill: Kill, pieces: Pieces, number: int, seed: int, actor: int) -> Floats:
    """Ballistic coefficient and speeds of the breakup of some pieces, shape (number, 3): kg/m2, m/s east and north."""
    out = np.empty((number, 3))
    low, high = math.log(pieces.coefficient.low), math.log(pieces.coefficient.high)
    for k in range(number):
        u = uniforms(seed, kill.replication, int(Purpose.DEBRIS), actor, k)
        n, m = normals(u[1], u[2])
        out[k] = math.exp(low + (high - low) * u[0]), pieces.throw * n, pieces.throw * m
    return out


def landing(height: float, coefficient: Floats, east: Floats, north: Floats, wind: Wind) -> Floats:
    """Where pieces come down from below their breakup.

    Parameters
    ----------
    height : float
        Above level ground, m, at least 0.
    coefficient : ndarray, shape (n,)
        Ballistic coefficients, kg/m2, above 0.
    east, north : ndarray, shape (n,)
        Level speeds at the breakup, m/s.
    wind : Wind

    Returns
    -------
    ndarray, shape (n, 2)
        East and north, m.
    """
    double = 2.0 * SCALE_HEIGHT
    at_ground = np.sqrt(2.0 * coefficient * STANDARD_GRAVITY / SEA_DENSITY)
    steady, rising = -math.expm1(-height / double), float(gammainc(2.0, height / double))
    time = double * steady / at_ground
    drift = double / at_ground * (wind.speed * steady + wind.shear * double * rising)
    density = SEA_DENSITY * math.exp(-height / SCALE_HEIGHT)
    speed = np.hypot(east, north)
    slowing = 2.0 * coefficient / density  # m in which drag takes most of the speed
    vacuum = speed * math.sqrt(2.0 * height / STANDARD_GRAVITY)  # no piece flies farther than without air
    way = np.minimum(slowing * np.log1p(speed * time / slowing), vacuum)
    share = np.divide(way, speed, out=np.zeros_like(way), where=speed > 0.0)
    toward = wind.bearing + math.pi
    return np.column_stack([share * east + drift * math.sin(toward), share * north + drift * math.cos(toward)])


# ------------------------------------------------------------------ kills of a run


def kills_of(run: Run, world: World, classes: frozenset[ThreatClass]) -> tuple[list[Kill], dict[str, int]]:
    """The kills of a run's declared classes, and how many of other classes there were."""
    found: list[Kill] = []
    others: dict[str, int] = {}
    flights = world.rows["flights"]
    for replication in range(run.replications):
        events = run.key_events(replication)
        ended = events[(events["kind"] == int(Event.TERMINAL)) & (events["code"] == int(Terminal.KILLED))]
        for row in ended:
            flight = int(row["flight"])
            kind = ThreatClass(int(flights[flight]["threat_class"]))
            if kind not in classes:
                others[kind.name.lower()] = others.get(kind.name.lower(), 0) + 1
                continue
            found.append(kill_at(world, replication, flight, [float(v) for v in row["value"][:3]]))
    return found, others


def kill_at(world: World, replication: int, flight: int, place: list[float]) -> Kill:
    """A kill at a place (ECEF, m), with the velocity of the flight's path where it is nearest to it."""
    path = int(world.rows["flights"][flight]["path"])
    start, step, count = world.tables[path], world.tables[path + 1], int(world.tables[path + 2])
    times = np.linspace(start, start + step * (count - 1), min(_PLACES, 4 * count), endpoint=False)
    states = np.array([state_at(world.tables, path, float(t)) for t in times])
    nearest = states[np.argmin(((states[:, :3] - place) ** 2).sum(axis=1))]
    latitude, longitude, height = to_geodetic(*place)
    axes = enu_axes(latitude, longitude)
    velocity = nearest[3:6]
    east, north = float(velocity @ axes[0:3]), float(velocity @ axes[3:6])
    ground = world.terrain.height(math.degrees(latitude), math.degrees(longitude))
    return Kill(replication, flight, latitude, longitude, max(height - ground, 0.0), east, north)


# ------------------------------------------------------------------ the answer


@dataclass(frozen=True)
class DebrisAnswer(Shown):
    """Where pieces of a run's kills come down.

    Attributes
    ----------
    name : str
        Of the scenario.
    replications : int
    kills : int
    others : dict of str to int
        Kills of classes without declared pieces, by class; they are not in the answer.
    ground : ndarray, shape (pieces, 4)
        Replication, latitude and longitude (rad), and weight of each piece.
    towns : tuple of JsonObject
        What falls on each declared town.
    footprint : JsonObject
        Distances of pieces from below their kill: median and the one of twenty that lies farther.
    digest : str
    """

    name: str
    replications: int
    kills: int
    others: dict[str, int]
    ground: Floats = field(repr=False)
    towns: tuple[JsonObject, ...]
    footprint: JsonObject
    digest: str

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return plain(
            {
                "scenario": self.name,
                "replications": self.replications,
                "kills": self.kills,
                "kills_of_other_classes": self.others,
                "footprint": self.footprint,
                "towns": list(self.towns),
                "digest": self.digest,
                "caution": CAUTION,
            }
        )

    def rows(self) -> list[JsonObject]:
        """A mapping for each town."""
        return list(self.towns)


CAUTION = (
    "Means under declared assumptions about pieces, wind and people, without shelter, fire or breakup on impact. "
    "Nothing here says that a place or a person is safe."
)


def debris(run: Run | str | Path, declared: DebrisFile | str | Path) -> DebrisAnswer:
    """Where pieces of what a run killed come down, and what falls on towns.

    Parameters
    ----------
    run : Run, str or Path
        A complete run, or its folder.
    declared : DebrisFile, str or Path
        Pieces, wind and towns, or their file.

    Returns
    -------
    DebrisAnswer
        ``towns`` has pieces, the chance of any and expected casualties of each town, with intervals.

    Raises
    ------
    InputError
        For a bad debris file.
    UsageError
        Where nothing that was killed has declared pieces.
    ResultsError
        For a run that is not complete.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.debris("run-1", "debris.toml").towns  # doctest: +SKIP
    """
    made = run if isinstance(run, Run) else open_run(run)
    told = declared if isinstance(declared, DebrisFile) else load_debris(declared)
    world = made.world
    classes = {ThreatClass[name.upper()]: pieces for name, pieces in told.pieces.items()}
    kills, others = kills_of(made, world, frozenset(classes))
    if not kills and others:
        named = ", ".join(sorted(others))
        raise UsageError("pieces", f"what was killed is of other classes ({named})", "Declare [pieces.CLASS] of these")
    ground, away = _fallen(made, world, kills, told)
    towns = tuple(_town(town, ground, made.replications, told) for town in told.town)
    footprint: JsonObject = {"median_m": None, "far_m": None}
    if len(away):
        footprint = {"median_m": float(np.median(away)), "far_m": float(np.quantile(away, 0.95))}
    digest = hash_of([made.digest, told.model_dump(mode="json")])
    return DebrisAnswer(made.name, made.replications, len(kills), others, ground, towns, footprint, digest)


#: Columns of pieces on the ground.
REPLICATION, LATITUDE, LONGITUDE, CLASS = range(4)


def _fallen(made: Run, world: World, kills: list[Kill], told: DebrisFile) -> tuple[Floats, Floats]:
    """Replication, latitude, longitude and class of each piece on the ground; and its distance from below its kill."""
    parts, away = [], []
    flights = world.rows["flights"]
    for kill in kills:
        kind = int(flights[kill.flight]["threat_class"])
        pieces = told.pieces[ThreatClass(kind).name.lower()]  # type: ignore[index]
        number = round(pieces.number.value)
        drawn = pieces_of(kill, pieces, number, made.seed, int(flights[kill.flight]["actor"]))
        at = landing(kill.height, drawn[:, 0], kill.east + drawn[:, 1], kill.north + drawn[:, 2], told.wind)
        distance = np.hypot(at[:, 0], at[:, 1])
        lat, lon = offset(kill.latitude, kill.longitude, np.arctan2(at[:, 0], at[:, 1]), distance)
        parts.append(np.column_stack([np.full(number, kill.replication), lat, lon, np.full(number, kind)]))
        away.append(distance)
    if not parts:
        return np.zeros((0, 4)), np.zeros(0)
    return np.concatenate(parts), np.concatenate(away)


def _town(town: Town, ground: Floats, replications: int, told: DebrisFile) -> JsonObject:
    """Pieces on a town a raid, the chance of any, and expected casualties with the bounds of what is declared."""
    lat, lon = math.radians(town.at.latitude), math.radians(town.at.longitude)
    lat, lon = town.at.latitude, town.at.longitude
    near = np.abs(ground[:, LATITUDE] - lat) < 2.0 * town.radius / 6.3e6 + 1e-6
    inside = np.zeros(len(ground), bool)
    if near.any():
        inside[near] = inverse(lat, lon, ground[near, LATITUDE], ground[near, LONGITUDE])[0] <= town.radius
    a_raid = np.bincount(ground[inside, REPLICATION].astype(int), minlength=replications)
    sample = Moments.of(a_raid.tolist())
    most = float(np.bincount(ground[:, REPLICATION].astype(int), minlength=replications).max(initial=0))
    low, high = mean_interval(sample, bounds=(0.0, most))
    hit = int((a_raid > 0).sum())
    any_low, any_high = wilson(hit, replications)
    row: JsonObject = {
        "town": town.name,
        "pieces": sample.mean,
        "pieces_low": low,
        "pieces_high": high,
        "any": hit / replications,
        "any_low": any_low,
        "any_high": any_high,
        "n": replications,
    }
    return row | _casualties(town, ground[inside], (sample.mean, low, high), told)


def _casualties(town: Town, inside: Floats, pieces: tuple[float, float, float], told: DebrisFile) -> JsonObject:
    """E_c a raid of a town with people: its value, and bounds over chance, numbers of pieces and casualty areas."""
    if town.population is None:
        return {"expected_casualties": None, "expected_low": None, "expected_high": None}
    density = town.population / (math.pi * town.radius**2)
    kinds = [ThreatClass[name.upper()] for name in told.pieces]
    shares = {kind: float((inside[:, CLASS] == int(kind)).mean()) if len(inside) else 0.0 for kind in kinds}
    found = []
    for end, mean in zip(("value", "low", "high"), pieces, strict=True):
        each = 0.0
        for name, kind in zip(told.pieces, kinds, strict=True):
            of = told.pieces[name]
            area, scale = getattr(of.casualty_area, end), getattr(of.number, end) / max(round(of.number.value), 1)
            share = shares[kind] if len(inside) else 1.0 / len(kinds)
            each += share * area * scale
        found.append(mean * each * density)
    return {"expected_casualties": found[0], "expected_low": found[1], "expected_high": found[2]}
