"""Where pieces of what was killed come down: an answer worked out after a run, from the places of its kills.

Every kill of a declared class breaks up into pieces.  A piece keeps some of the flight's velocity and a random speed of
the breakup until drag has taken both, falls at terminal speed through air that thins with height, and drifts with the
wind on its way.  What comes out are places and means under these assumptions; nothing in it says that a place is safe.

Sources: closed forms of `textbook.debris` [rcc321]; until its level speed has died away a piece is followed step by
step under gravity and a drag that grows with the square of its speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
from openiads.textbook.debris import SCALE_HEIGHT, SEA_DENSITY, wind_drift
from openiads.world.codes import Event, Terminal, ThreatClass

if TYPE_CHECKING:
    from openiads.world.build import World

Floats = NDArray[np.float64]
#: Places of a path at which the nearest to a kill is looked for.
_PLACES = 2_000
#: Steps in which a piece is followed, and how large a share of its times the first one is.
_STEPS, _SHARE = 400, 0.05


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


def landing(height: Floats, coefficient: Floats, east: Floats, north: Floats, wind: Wind) -> Floats:
    """Where pieces come down from below their breakup.

    Parameters
    ----------
    height : ndarray, shape (n,)
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
    drift = np.array([wind_drift(float(h), 1.0, wind.speed, wind.shear) for h in height])
    drift = drift / np.sqrt(coefficient)  # terminal speeds are in proportion to the root
    speed = np.hypot(east, north)
    way = level_way(height, coefficient, speed)
    share = np.divide(way, speed, out=np.zeros_like(way), where=speed > 0.0)
    toward = wind.bearing + math.pi
    return np.column_stack([share * east + drift * math.sin(toward), share * north + drift * math.cos(toward)])


def level_way(height: Floats, coefficient: Floats, speed: Floats) -> Floats:
    """How far pieces fly on in still air until their level speed is gone or they are down, m; shapes (n,).

    Steps are a small share of the time v_t / g in which level speed dies away, or of the fall without air, whichever is
    shorter: so many of them see the end of either.
    """

    def pull(z: Floats, level: Floats, down: Floats) -> tuple[Floats, Floats]:
        air = SEA_DENSITY * np.exp(-np.maximum(z, 0.0) / SCALE_HEIGHT)
        drag = air * np.hypot(level, down) / (2.0 * coefficient)
        return -drag * level, STANDARD_GRAVITY - drag * down

    thin = SEA_DENSITY * np.exp(-height / SCALE_HEIGHT)
    settles = np.sqrt(2.0 * coefficient / (thin * STANDARD_GRAVITY))  # v_t / g
    step = np.minimum(settles / (1.0 + speed / (settles * STANDARD_GRAVITY)), np.sqrt(2.0 * height / STANDARD_GRAVITY))
    step = _SHARE * step
    z, level, down, way = height.copy(), speed.copy(), np.zeros_like(speed), np.zeros_like(speed)
    for _ in range(_STEPS):
        slower, faster = pull(z, level, down)
        slower, faster = pull(z - 0.5 * step * down, level + 0.5 * step * slower, down + 0.5 * step * faster)
        fallen = step * (down + 0.5 * step * faster)
        part = np.where(fallen > z, np.divide(z, fallen, out=np.zeros_like(z), where=fallen > 0.0), 1.0)
        way += part * step * (level + 0.5 * step * slower)
        z, level, down = np.maximum(z - fallen, 0.0), level + step * slower, down + step * faster
        step = np.where(z > 0.0, np.minimum(1.02 * step, _SHARE * settles), 0.0)  # slower pieces bear longer steps
    return way


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
    east, north = (float(nearest[3:6] @ np.array(axes[k : k + 3])) for k in (0, 3))
    ground = float(world.terrain.height(latitude, longitude))
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
        Replication, latitude and longitude (rad), and class of each piece.
    towns : tuple of JsonObject
        What falls on each declared town.
    footprint : JsonObject
        Distances of pieces from below their kill: median, and the one that one in twenty exceeds.
    seed : int
    digest : str
    """

    name: str
    replications: int
    kills: int
    others: dict[str, int]
    ground: Floats = field(repr=False)
    towns: tuple[JsonObject, ...]
    footprint: JsonObject
    seed: int
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
    return DebrisAnswer(made.name, made.replications, len(kills), others, ground, towns, footprint, made.seed, digest)


#: Columns of pieces on the ground.
REPLICATION, LATITUDE, LONGITUDE, CLASS = range(4)


def _fallen(made: Run, world: World, kills: list[Kill], told: DebrisFile) -> tuple[Floats, Floats]:
    """Replication, latitude, longitude and class of each piece on the ground; and its distance from below its kill."""
    if not kills:
        return np.zeros((0, 4)), np.zeros(0)
    flights = world.rows["flights"]
    classes = [int(flights[kill.flight]["threat_class"]) for kill in kills]
    declared = {int(ThreatClass[name.upper()]): pieces for name, pieces in told.pieces.items()}
    of = [declared[kind] for kind in classes]
    numbers = [round(pieces.number.value) for pieces in of]
    actors = [int(flights[kill.flight]["actor"]) for kill in kills]
    whole = zip(kills, of, numbers, actors, strict=True)
    drawn = np.concatenate([pieces_of(kill, kind, many, made.seed, actor) for kill, kind, many, actor in whole])

    def each_piece(values: list[float]) -> Floats:
        return np.repeat(np.array(values, np.float64), numbers)

    east = each_piece([kill.east for kill in kills]) + drawn[:, 1]
    north = each_piece([kill.north for kill in kills]) + drawn[:, 2]
    at = landing(each_piece([kill.height for kill in kills]), drawn[:, 0], east, north, told.wind)
    away = np.hypot(at[:, 0], at[:, 1])
    bearing, ends = np.arctan2(at[:, 0], at[:, 1]), np.cumsum([0, *numbers])
    places = [
        np.column_stack(offset(kill.latitude, kill.longitude, bearing[a:b], away[a:b]))
        for kill, a, b in zip(kills, ends, ends[1:], strict=False)
    ]
    whose = each_piece([float(kill.replication) for kill in kills])
    return np.column_stack([whose, np.concatenate(places), each_piece([float(kind) for kind in classes])]), away


def _town(town: Town, ground: Floats, replications: int, told: DebrisFile) -> JsonObject:
    """Pieces on a town a raid, the chance of any, and expected casualties with the bounds of what is declared."""
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
        "latitude": math.degrees(lat),
        "longitude": math.degrees(lon),
        "radius_m": town.radius,
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
