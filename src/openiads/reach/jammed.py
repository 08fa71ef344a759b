"""Who jams a world's radars where no run is made: jammers at places that a question names, and a scenario's own.

A jammer at a place stands there, aboard a hostile flight, with its whole power toward every radar: in which sector it
would radiate depends on a course that nobody has given.  A scenario's own stand where their flights are at a time, and
radiate as they fly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.options import Position, Quantity, position, quantity, several
from openiads.base.units import written_position
from openiads.base.words import listed, nearest
from openiads.earth.geodesy import offset, to_geodetic
from openiads.engine.runner import Runner
from openiads.parts.flights import state_of
from openiads.parts.jamming import radiates, receive
from openiads.parts.sensing import sense
from openiads.scenario.load import Scenario, catalog_of
from openiads.scenario.traffic import Flight, Raid
from openiads.world.build import World
from openiads.world.codes import JammerFaces
from openiads.world.sensed import SPOKE

if TYPE_CHECKING:
    from openiads.world.layout import Sim

#: A jammer at a place: "escort_jammer; 34.9 N 34.0 E; 9 km", or catalog key, place and height (m above the sea).
JammerAt = str | tuple[str, Position, Quantity]

EXAMPLE = "escort_jammer; 34.9 N 34.0 E; 9 km"
CARRIER = "f16"  # an aircraft of the catalog to be aboard; nothing of it is asked
NEVER_LEAVES = 1e9  # s, before a flight leaves its first place
NEAR = 1e3  # m, to the second place of a route that is not flown


@dataclass(frozen=True)
class Placed:
    """A jammer of the catalog at a place (rad) and height (m above the sea)."""

    name: str
    kind: str
    latitude: float
    longitude: float
    height: float


@dataclass(frozen=True)
class Jamming:
    """Who jams: jammers at places, and the scenario's own as they stand at a time (s); None: these do not."""

    placed: tuple[Placed, ...] = ()
    own_at: float | None = None
    entries: Mapping[str, JsonObject] = field(default_factory=dict)  #: own jammers of another scenario, by name

    @property
    def time(self) -> float | None:
        """When it is looked at, s; None: nobody jams."""
        return self.own_at if self.own_at is not None else (0.0 if self.placed else None)


def jamming_of(given: JammerAt | Sequence[JammerAt], at: Quantity | None, scenario: Scenario) -> Jamming:
    """Who jams, of the options ``--jammer`` and ``--jammers-at``; InputError for what is no jammer, place or time."""
    kinds = list(catalog_of(scenario).jammers)
    alone = isinstance(given, tuple) and len(given) == 3 and isinstance(given[0], str) and ";" not in given[0]
    taken, placed = names_of(scenario), list[Placed]()
    for each in (given,) if alone else several(given):
        placed.append(_placed(each, free_name(f"Jammer {len(placed) + 1}", taken), kinds))
    when = None if at is None else quantity("--jammers-at", at, "time")
    if when is not None and when < 0.0:
        raise InputError("--jammers-at", f"{when:g} s", "Give a time of 0 s or more.")
    if when is not None and not any(each.jammer for each in carriers(scenario)):
        remedy = f'Give a raid or flight jammer = "escort_jammer", or place one: --jammer "{EXAMPLE}".'
        raise InputError("--jammers-at", "the scenario has no jammer", remedy)
    return Jamming(tuple(placed), when)


def jamming_from(world: World, when: float, named: tuple[Placed, ...] = ()) -> Jamming:
    """The jammers of a scenario's world (`reach.scenes.radar_world`) that radiate at a time (s), as jammers at the
    places where they are then, after ``named`` ones; InputError where none does.
    """
    sim, scenario = Runner(world, 1).sim, world.scenario
    placed = list(named)
    for row, (x, y, z, on) in zip(world.rows["jammers"], _standing_at(sim, when), strict=True):
        f = int(row["flight"])
        raid = int(world.rows["flights"][f]["raid"])
        alone = [each.jammer for each in scenario.flights if each.name == world.names.flights[f]]
        kind = scenario.raids[raid].jammer if raid >= 0 else alone[0]
        lat, lon, height = to_geodetic(x, y, z)
        if on and kind is not None:
            placed.append(Placed(f"Jammer {len(placed) + 1}", kind, float(lat), float(lon), float(height)))
    if len(placed) == len(named):
        remedy = "Give a time at which a flight with a jammer is in the air, and its jammer on."
        raise InputError("--jammers-at", f"no jammer of {scenario.name} radiates at {when:g} s", remedy)
    return Jamming(tuple(placed), None, scenario.catalog.get("jammers", {}))


def carriers(scenario: Scenario) -> list[Raid | Flight]:
    """What of a scenario may carry jammers."""
    return [*scenario.raids, *scenario.flights]


def names_of(scenario: Scenario) -> set[str]:
    """Names of raids and flights."""
    return {each.name for each in carriers(scenario)}


def _placed(given: JammerAt, name: str, kinds: list[str]) -> Placed:
    parts = [part.strip() for part in given.split(";")] if isinstance(given, str) else list(several(given))
    shown = f'"{given}"' if isinstance(given, str) else repr(given)
    if len(parts) != 3:
        raise InputError("--jammer", shown, f'Give catalog key, place and height above the sea, "{EXAMPLE}".')
    if parts[0] not in kinds:
        raise InputError(
            "--jammer", f'"{parts[0]}" is not a jammer', f"{nearest(str(parts[0]), kinds)}One of {listed(kinds)}."
        )
    height = quantity("--jammer", parts[2], "length")
    if not -500.0 <= height <= 100e3:
        raise InputError("--jammer", f"{height:g} m above the sea", "Give a height from -500 m to 100 km.")
    return Placed(name, parts[0], *position("--jammer", parts[1]), height)


# ------------------------------------------------------------------ in a scenario and its world


def with_jammers(mapping: Mapping[str, object], jamming: Jamming | None) -> JsonObject:
    """A scenario's mapping in which nothing flies but jammers."""
    raids: list[JsonObject] = list(mapping.get("raid", []))  # type: ignore[call-overload]
    flights: list[JsonObject] = list(mapping.get("flight", []))  # type: ignore[call-overload]
    own = jamming is not None and jamming.own_at is not None
    raids, flights = ([each for each in rows if own and each.get("jammer")] for rows in (raids, flights))
    flights += [] if jamming is None else flights_of(jamming)
    given = {} if jamming is None or not jamming.entries else {"catalog": {"jammers": dict(jamming.entries)}}
    return {**mapping, **given, "raid": raids, "flight": flights}


def flights_of(jamming: Jamming) -> list[JsonObject]:
    """Flights that carry the jammers at places, as a scenario file writes them; they are made to stay by
    ``standing``."""
    flights = []
    for each in jamming.placed:
        toward = math.pi if each.latitude > 0.0 else 0.0
        lat, lon, *_ = offset(each.latitude, each.longitude, toward, NEAR)
        flights.append({
            "name": each.name, "kind": CARRIER, "side": "hostile", "jammer": each.kind,
            "altitude": f"{each.height!r} m",
            "route": [written_position(each.latitude, each.longitude), written_position(float(lat), float(lon))],
        })  # fmt: skip
    return flights


def free_name(wanted: str, taken: set[str]) -> str:
    """A name that no flight has yet."""
    while wanted in taken:
        wanted += "'"
    return wanted


def standing(world: World, jamming: Jamming | None) -> World:
    """A world of a mapping of ``with_jammers`` whose placed jammers stay where they are, turned to every radar.

    InputError for one below the ground.
    """
    if jamming is None or not jamming.placed:
        return world
    flights, jammers = world.rows["flights"].copy(), world.rows["jammers"].copy()
    for each in jamming.placed:
        covered = bool(world.terrain.covers(each.latitude, each.longitude))
        ground = float(world.terrain.height(each.latitude, each.longitude)) if covered else -math.inf
        if each.height < ground:
            where = written_position(each.latitude, each.longitude)
            reason = f"{each.kind} at {where}: {each.height:,.0f} m is below the ground, which is at {ground:,.0f} m"
            raise InputError("--jammer", reason, f"Give {math.ceil(ground):,} m or more.")
        flight = flights[world.names.flights.index(each.name)]
        jammers[int(flight["jammer"])]["faces"] = int(JammerFaces.AROUND)
        flight["starts"], flight["shift"], flight["ends"] = 0.0, NEVER_LEAVES, math.inf
    return replace(world, rows=world.rows | {"flights": flights, "jammers": jammers})


# ------------------------------------------------------------------ in the radars' receivers


@kernel("void(Sim, f8, i8[:, ::1])", entry=True)
def receive_all(sim: Sim, t: float, codes: np.ndarray) -> None:
    """What every radar receives of every jammer at a time (s), and how a search look at it comes out (codes)."""
    sim.situation[0]["now"] = t
    for r in range(len(sim.radars)):
        for j in range(len(sim.jammers)):
            receive(sim, r, j, t)
            codes[r, j] = sense(sim, r, sim.jammers[j]["flight"], t, True)[0]


@kernel("void(Sim, f8, f8[:, ::1])", entry=True)
def stand_all(sim: Sim, t: float, found: np.ndarray) -> None:
    """Where every jammer is at a time (s), ECEF m, and whether it radiates (1), a row each."""
    for j in range(len(sim.jammers)):
        x, y, z, _, _, _ = state_of(sim, sim.jammers[j]["flight"], t)
        found[j, 0], found[j, 1], found[j, 2] = x, y, z
        found[j, 3] = 1.0 if radiates(sim, j, t) else 0.0


def received_at(world: World, when: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How each jammer stands in each radar's receiver, dtype ``SPOKE``, how a search look of the radar at it comes out
    (`parts.sensing`), both (radars, jammers), and which jammers radiate, (jammers,)."""
    sim = Runner(world, 1).sim
    codes = np.zeros(sim.spokes.shape, np.int64)
    receive_all(sim, when, codes)
    return sim.spokes.copy(), codes, _standing_at(sim, when)[:, 3] == 1.0


def _standing_at(sim: Sim, when: float) -> np.ndarray:
    found = np.zeros((len(sim.jammers), 4))
    stand_all(sim, when, found)
    return found


def spokes_at(world: World, when: float | None) -> np.ndarray:
    """How each jammer stands in each radar's receiver, dtype ``SPOKE``, shape (radars, jammers).

    when : s; None: nobody jams, and there is no column
    """
    if when is None or not len(world.rows["jammers"]):
        return np.zeros((len(world.rows["radars"]), 0), SPOKE)
    return received_at(world, when)[0]


def with_spokes(world: World, when: float | None) -> World:
    """The world with what its radars receive at a time among its rows, where `reach.hold` finds it."""
    return world if when is None else replace(world, rows=world.rows | {"spokes": spokes_at(world, when)})
