"""What a world holds that was hardly meant: ways below the ground, sites and raids that never meet, swapped places.

Only the nominal world is looked at: sampled ones differ from it too little to turn sense into nonsense.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.errors import InputError, InputErrors
from openiads.earth.geodesy import inverse, to_ecef, to_geodetic
from openiads.physics.motion import HEADER, ROW
from openiads.physics.paths import interpolated
from openiads.runs.unknown_ground import unknown_ground
from openiads.scenario.measures import Position
from openiads.scenario.model import Site
from openiads.scenario.traffic import Raid
from openiads.world.build import World
from openiads.world.codes import Side

#: Spacing (m) at which level ways are held against the ground, and how many places of one at most.
SPACING, MOST_PLACES = 300.0, 1_500
#: Depth (m) from which a place counts as below the ground: heights of data and interpolation differ by less.
DEPTH = 5.0
#: Share of a way below the ground from which it is refused.
REFUSED = 0.01
#: Looks, updates or decisions of one element in a replication above which it is told, and how many take about a second.
MOST_TURNS, PACE = 10_000_000, 3_000_000
#: Distance (m) between places of one scenario from which they were hardly meant.
FAR = 2_000_000.0
#: Distance (m) within which a place would be with latitude and longitude the other way round.
NEAR = 500_000.0
#: Distance (m) from what it defends from which a site in reach may have its coordinates the other way round, and the
#: share of it that is then left at most.
APART, LEFT = 50_000.0, 0.2


def objections(world: World) -> list[str]:
    """What was hardly meant, a line each.

    Parameters
    ----------
    world : World

    Returns
    -------
    list of str
        Nothing for a sampled world.

    Raises
    ------
    InputError
        For ways that lie below the ground for more than ``REFUSED`` of their length.
    """
    if world.knobs:
        return []
    places = [*misplaced_sites(world), *far_flights(world), *out_of_reach(world)]
    return [*below_ground(world), *places, *laborious(world), *unknown_ground(world)]


# ------------------------------------------------------------------ ways below the ground


@dataclass(frozen=True, slots=True)
class Buried:
    """How much of a way lies below the ground.

    Parameters
    ----------
    share : float
        Of its places.
    depth : float
        m, at the deepest.
    ground, way : float
        m above the sea, both there.
    """

    share: float
    depth: float
    ground: float
    way: float

    def __str__(self) -> str:
        share = f"{100.0 * self.share:.0f} %" if self.share >= 0.01 else f"{100.0 * self.share:.1f} %"
        return (
            f"{share} of its way lies below the ground, by {self.depth:,.0f} m at most (ground {self.ground:,.0f} m, "
            f"way {self.way:,.0f} m above the sea)"
        )


def buried(world: World, path: int) -> Buried | None:
    """How much of the way whose table begins at ``path`` lies below the ground; None for none of it."""
    places = _places(world, path)
    lat, lon, height = (
        np.array(each) for each in zip(*(to_geodetic(*place) for place in places.tolist()), strict=True)
    )
    known = world.terrain.covers(lat, lon)
    if not known.any():
        return None
    ground = world.terrain.height(lat[known], lon[known])
    below = ground - height[known]
    k = int(np.argmax(below))
    if below[k] <= DEPTH:
        return None
    return Buried(float(np.sum(below > DEPTH)) / len(lat), float(below[k]), float(ground[k]), float(height[known][k]))


def _places(world: World, path: int) -> NDArray[np.float64]:
    """ECEF places (n, 3) along a way that is flown level, evenly spaced."""
    step, knots = float(world.tables[path + 1]), int(world.tables[path + 2])
    table = world.tables[path : path + HEADER + ROW * knots]
    points = table[HEADER:].reshape(-1, ROW)[:, :3]
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    count = int(min(max(math.ceil(length / SPACING), 2), MOST_PLACES))
    return interpolated(table, np.linspace(0.0, step * (knots - 1), count))


def _level(world: World) -> Iterator[tuple[str, int]]:
    """What is flown at a declared height, in words, and where its table begins: each way once."""
    known, raids = world.catalog, world.scenario.raids
    alone = {flight.name: flight for flight in world.scenario.flights}
    seen: set[int] = set()
    for row, name in zip(world.rows["flights"], world.names.flights, strict=True):
        if row["airway"] < 0:  # recorded: the ground is coarser than what was flown
            continue
        if row["airway"] > 0:  # at one of its levels
            if int(row["path"]) not in seen:
                seen.add(int(row["path"]))
                yield f'airway "{world.scenario.airways[int(row["airway"]) - 1].name}"', int(row["path"])
            continue
        given = raids[int(row["raid"])] if row["raid"] >= 0 else alone[name]
        whose = f'flight "{name}"' if row["raid"] < 0 else f'raid "{given.name}"'
        declared = given.agl is None and given.altitude is not None
        if row["parent"] >= 0 and isinstance(given, Raid):
            entry, declared = known[given.weapon or ""], False
            whose += f", its {entry.name}"
        else:
            entry = known[given.threat if isinstance(given, Raid) else given.kind]
        follows = given.agl is not None and row["parent"] < 0
        level = declared or not (follows or bool(entry.flags.get("terrain_following")))
        if level and entry.text["class"] != "ballistic" and int(row["path"]) not in seen:
            seen.add(int(row["path"]))
            yield whose, int(row["path"])


def below_ground(world: World) -> list[str]:
    """A line for each raid or flight whose way lies below the ground in part; InputError for more than ``REFUSED``."""
    worst: dict[str, Buried] = {}
    for whose, path in _level(world):
        low = buried(world, path)
        if low is not None and (whose not in worst or low.share > worst[whose].share):
            worst[whose] = low
    refused = [(whose, low) for whose, low in worst.items() if low.share > REFUSED]
    if refused:
        remedy = "Raise its altitude above the ground, give agl in place of altitude, or lead its route around."
        raise InputErrors(InputError(whose, str(low), remedy) for whose, low in refused)
    return [f"{whose} goes into the ground: {low}" for whose, low in worst.items()]


# ------------------------------------------------------------------ places


def _place(at: Position) -> NDArray[np.float64]:
    """Unit vector of a place on the ground."""
    return _unit(np.array(to_ecef(at.latitude, at.longitude, 0.0)))


def _unit(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points / np.linalg.norm(points, axis=-1, keepdims=True)


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances (m) along the ground between unit vectors."""
    half = np.linalg.norm(one - other, axis=-1) / 2.0
    return 2.0 * MEAN_RADIUS * np.arcsin(np.minimum(half, 1.0))


def _km(meters: float) -> str:
    return f"{meters / 1000.0:,.0f} km"


def swapped(at: Position, other: Position) -> str:
    """A question where two places would lie near each other with coordinates of one the other way round; else empty."""
    return ": are latitude and longitude of one of them swapped?" if exchanged(at, other) < NEAR else ""


def exchanged(at: Position, other: Position) -> float:
    """Distance (m) of two places with coordinates of the first the other way round; inf where that is no place."""
    if abs(at.longitude) > math.pi / 2.0:
        return math.inf
    return float(inverse(at.longitude, at.latitude, other.latitude, other.longitude)[0])


def misplaced_sites(world: World) -> list[str]:
    """Sites that stand farther from what they defend than their rounds reach, or far, and near with coordinates
    exchanged."""
    found = []
    assets = {asset.name: asset for asset in world.scenario.assets}
    for site in world.scenario.sites:
        reach = _reach_of(world, site)
        for name in site.defends:
            asset = assets[name]
            away = float(_apart(_place(site.at), _place(asset.at)))
            if asset.ship is None and site.speed is None and away > reach + asset.radius:
                found.append(
                    f'site "{site.name}" stands {_km(away)} from {name}, which it defends, and its rounds reach '
                    f"{_km(reach)}{swapped(site.at, asset.at)}"
                )
            elif asset.ship is None and site.speed is None and away > APART:
                found += _exchanged_site(site, name, asset.at, away)
    return found


def _exchanged_site(site: Site, name: str, at: Position, away: float) -> list[str]:
    """A line on a site that would stand much nearer to what it defends with its coordinates the other way round."""
    other = exchanged(site.at, at)
    if other >= LEFT * away:
        return []
    said = f'site "{site.name}" stands {_km(away)} from {name}, which it defends, and would stand {_km(other)} from it'
    return [f"{said} with latitude and longitude the other way round: are they swapped?"]


def _reach_of(world: World, site: Site) -> float:
    """Published reach (m) of a site's farthest round."""
    known = world.catalog
    rounds = {row.text["interceptor"] for row in known[site.system].tables["launchers"]}
    return max(known[name].si("max_range", 0.0) for name in rounds)


def far_flights(world: World) -> list[str]:
    """Raids that start, and flights that pass, thousands of kilometers from what the scenario is about."""
    sites = world.scenario.sites
    found = []
    rows, names = world.rows["flights"], world.names.flights
    for raid in world.scenario.raids:
        aim = next((a.at for a in world.scenario.assets if a.name == raid.target), raid.aim)
        if aim is not None and (away := float(_apart(_place(raid.begins), _place(aim)))) > FAR:
            found.append(f'raid "{raid.name}" starts {_km(away)} from its aim{swapped(raid.begins, aim)}')
    for row, name in zip(rows, names, strict=True):
        if row["raid"] >= 0 or row["airway"] != 0 or not sites:
            continue
        nearest = min(float(_nearest(world, [row], _place(site.at))) for site in sites)
        if nearest > FAR:
            first = next(flight for flight in world.scenario.flights if flight.name == name).route[0]
            found.append(f'flight "{name}" comes no nearer than {_km(nearest)} to a site{swapped(first, sites[0].at)}')
    return found


def _nearest(world: World, rows: Iterable[np.void], place: NDArray[np.float64]) -> float:
    """Least distance (m) along the ground of some flights' ways from a place."""
    return min(float(_apart(_way(world, int(row["path"])), place).min()) for row in rows)


def _way(world: World, path: int) -> NDArray[np.float64]:
    """Unit vectors along a way: its knots, and points between those of a level one."""
    knots = int(world.tables[path + 2])
    if world.tables[path + 3] == 0.0:
        return _unit(_places(world, path))
    return _unit(world.tables[path + HEADER : path + HEADER + ROW * knots].reshape(-1, ROW)[:, :3])


def out_of_reach(world: World) -> list[str]:
    """Hostile raids of which nothing, not even what they release, comes within the reach of a site's rounds."""
    rows = world.rows["flights"]
    sites = [site for site in world.scenario.sites if site.fire_units and site.launchers != 0]
    if not sites or any(site.speed is not None for site in sites):
        return []
    found = []
    for number, raid in enumerate(world.scenario.raids):
        mine = {int(row["path"]): row for row in rows[rows["raid"] == number]}.values()
        if not mine or raid.side != Side.HOSTILE.name.lower():
            continue
        nearest = [(_nearest(world, mine, _place(site.at)), _reach_of(world, site), site) for site in sites]
        away, reach, site = min(nearest, key=lambda each: each[0] - each[1])
        if away > reach:
            found.append(
                f'raid "{raid.name}" never comes within reach of a site: it passes "{site.name}" at {_km(away)}, whose '
                f"rounds reach {_km(reach)}"
            )
    return found


# ------------------------------------------------------------------ work


def laborious(world: World) -> list[str]:
    """What would make a replication take seconds: radars and posts that turn again too often for so many flights."""
    rows, names = world.rows, world.names
    flights, duration = max(len(rows["flights"]), 1), float(world.scenario.duration)
    channels = int(rows["units"]["target_channels"].sum())
    work = [
        *(
            (f'radar "{name}" looks every {row["frame"]:g} s at up to {flights} flights', row["frame"], flights)
            for row, name in zip(rows["radars"], names.radars, strict=True)
        ),
        *(
            (
                f'radar "{name}" updates its tracks every {row["service_interval"]:g} s',
                row["service_interval"],
                channels,
            )
            for row, name in zip(rows["radars"], names.radars, strict=True)
            if row["unit"] >= 0
        ),
        *(
            (f'command post "{name}" decides every {row["cycle"]:g} s on up to {flights} tracks', row["cycle"], flights)
            for row, name in zip(rows["posts"], names.posts, strict=True)
        ),
    ]
    counted = [(said, duration / max(float(every), 1e-9) * each) for said, every, each in work]
    return [
        f"{said}: {count / 1e6:,.0f} million times a replication, which takes {count / PACE:,.0f} s or more"
        for said, count in counted
        if count > MOST_TURNS
    ]
