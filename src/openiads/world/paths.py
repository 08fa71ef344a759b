"""What flies: raids and single flights become rows with tabulated paths."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.base.words import nearest
from openiads.catalog.records import Entry
from openiads.earth.geodesy import bearing, inverse, offset, to_geodetic
from openiads.earth.terrain import Terrain
from openiads.physics.ballistics import missile, solve_aim
from openiads.physics.motion import (
    Track,
    ballistic_path,
    end_time,
    ground_track,
    level_route,
    state_at,
    terrain_following,
    turn_radius,
)
from openiads.scenario.load import Scenario
from openiads.scenario.model import Flight, Raid, Site
from openiads.world.codes import Element, Evasion, Side, ThreatClass
from openiads.world.layout import FLIGHT
from openiads.world.places import BANDS, Places, ground_at
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Arena, Values

Points = list[tuple[float, float]]
AWAY = 180.0  # s on its way home after which a flight that has released is counted as gone
LOW_FLIGHT = 300.0  # m above ground, below which results over coarse terrain are terrain-limited


class Paths:
    """Collects the rows of all flights; the order of raids and of flights in a raid is the file's canonical one."""

    def __init__(
        self,
        scenario: Scenario,
        values: Values,
        terrain: Terrain,
        arena: Arena,
        places: Places,
        prebuilt: Prebuilt,
    ) -> None:
        self.prebuilt = prebuilt
        self.scenario = scenario
        self.values = values
        self.terrain = terrain
        self.arena = arena
        self.places = places
        self.rows: list[Any] = []
        self.names: list[str] = []
        self._signatures: dict[str, list[list[float]]] = {}
        self.asset_rows = {asset.name: k for k, asset in enumerate(scenario.assets)}
        self.corridor_rows = {corridor.name: k for k, corridor in enumerate(scenario.corridors)}
        for number, raid in enumerate(scenario.raids):
            self._raid(number, raid)
        for flight in scenario.flights:
            self._flight(flight)

    def array(self) -> np.ndarray:
        """All flights as a structured array."""
        out = np.zeros(len(self.rows), FLIGHT)
        for k, row in enumerate(self.rows):
            out[k] = row
        return out

    def _row(self, name: str, entry: Entry, side: Side, path: int, table: Any) -> Any:
        row = np.zeros(1, FLIGHT)[0]
        row["actor"] = actor_number(f"flight/{name}")
        kind = ThreatClass[entry.text["class"].upper()]
        row["kind"], row["pk_class"], row["side"] = int(kind), int(kind), int(side)
        row["path"] = path
        row["starts"], row["ends"] = float(table[0]), float(end_time(table, 0))
        row["dead_at"] = row["first_detected"] = math.inf
        row["asset"], row["corridor"], row["raid"], row["killed_by"] = -1, -1, -1, -1
        row["turns_at"], row["route_ends"], row["parent"] = math.inf, row["ends"], -1
        row["swerling"] = int(entry.swerling.si)
        row["rcs"] = self._signature(entry)
        row["transponder"] = 1 if entry.flags.get("transponder") else 0
        self.rows.append(row)
        self.names.append(name)
        return row

    def _signature(self, entry: Entry) -> list[list[float]]:
        """Cross-sections (m2) of a threat by band and aspect."""
        if entry.name not in self._signatures:
            aspects = ("nose", "beam", "tail")
            of = self.values.signature
            self._signatures[entry.name] = [[of(entry, band, aspect) for aspect in aspects] for band in BANDS]
        return self._signatures[entry.name]

    def _ground(self, lat: float, lon: float) -> float:
        return ground_at(self.terrain, self.prebuilt, lat, lon)

    # ------------------------------------------------------------------ raids

    def _raid(self, number: int, raid: Raid) -> None:
        if raid.count == 0:
            return
        entry = self.values.catalog[raid.threat]
        ballistic = entry.text["class"] == "ballistic"
        shared = self._ballistic(raid, entry) if ballistic else None
        for n in range(raid.count):
            table, release = (shared, 0.0) if shared is not None else self._routed(raid, entry, n)
            later = n * raid.spacing
            begins = float(table[0])
            if raid.time_on_target is not None:
                arrives = release if raid.weapon is not None else float(end_time(table, 0)) - float(table[0])
                begins = raid.time_on_target - arrives
            elif raid.start is not None:
                begins = raid.start
            if shared is None or n == 0:
                path = self.arena.add(table)
            row = self._row(f"{raid.name}[{n + 1}]", entry, Side[raid.side.upper()], path, table)
            move(row, begins + later - float(table[0]))
            row["raid"] = number
            row["jitter"] = raid.jitter
            row["evasion"] = int(Evasion[raid.evasion.upper()])
            row["load"] = raid.evasion_load or self.values.of(entry, "max_load_factor")
            self._aimed(row, raid, entry)
            low = raid.agl if raid.agl is not None else self.values.of(entry, "agl", math.inf)
            over = raid.altitude is None and low < LOW_FLIGHT
            row["terrain_limited"] = 1 if over and self.terrain.coarse and not ballistic else 0
            if raid.weapon is not None:
                row["leaves"], row["asset"], row["element"], row["cep"] = 1, -1, 0, 0.0
                self._weapons(number, raid, len(self.rows) - 1, table, release)

    def _aimed(self, row: Any, raid: Raid, entry: Entry) -> None:
        """What a flight is aimed at, and how well; one without a published miss (a decoy) harms nothing."""
        if not entry.has("cep"):
            return
        v = self.values.of
        scale = self.values.knob(f"{entry.name}.cep_factor", 1.0)
        row["cep"] = v(entry, "cep") * scale
        if raid.target is not None:
            row["asset"] = self.asset_rows[raid.target]
        if raid.strikes is not None:
            row["element"], row["element_row"], _ = self._element(raid.strikes)
            if entry.text.get("seeks") == "emitter":
                row["cep_blind"] = v(entry, "cep_blind", v(entry, "cep")) * scale

    def _weapons(self, number: int, raid: Raid, parent: int, carrier: Any, release: float) -> None:
        """What a flight releases, one after the other from the release point on, each on its own path to the target.

        A weapon that follows no terrain flies straight from its carrier's height down to its target; one that harms
        nothing (a decoy) keeps that height.
        """
        entry = self.values.catalog[raid.weapon or ""]
        shift = float(self.rows[parent]["shift"])
        for k in range(raid.weapons):
            since = float(carrier[0]) + release + k * raid.weapon_spacing
            x, y, z, _, _, _ = state_at(carrier, 0, since)
            at = to_geodetic(x, y, z)
            altitude = None if bool(entry.flags.get("terrain_following")) else float(at[2])
            end = self._aim_height(raid) if entry.has("cep") else None
            points = [(float(at[0]), float(at[1])), self._aim(raid)[:2]]
            table = self._table(points, entry, altitude, None, None, end)
            for _ in range(2 if self._ship_of(raid) is not None else 0):
                points[-1] = self._ship_at(raid, since + shift + float(end_time(table, 0)) - float(table[0]))
                table = self._table(points, entry, altitude, None, None, end)
            name = f"{self.names[parent]}/{entry.name}[{k + 1}]"
            row = self._row(name, entry, Side[raid.side.upper()], self.arena.add(table), table)
            move(row, since - float(table[0]) + shift)
            row["parent"], row["follows"], row["raid"] = parent, shift, number
            self._aimed(row, raid, entry)

    def _element(self, name: str) -> tuple[int, int, tuple[float, float, float]]:
        """(codes.Element, row, place) of "SITE/ELEMENT"; its place: latitude, longitude (rad), height (m)."""
        names, rows = self.places.names, self.places.rows
        site, _, element = name.partition("/")
        numbered = f"{site}/{element.partition('/')[2]}"  # a launcher's row goes without its kind: 5p85se/1/2 is 1/2
        nouns = ((Element.RADAR, names.radars, "radars"), (Element.LAUNCHER, names.launchers, "launchers"))
        for kind, known, noun in (*nouns, (Element.POST, names.posts, "posts")):
            wanted = numbered if kind == Element.LAUNCHER else name
            for k, each in enumerate(known):
                if each == wanted:
                    at = to_geodetic(*(float(c) for c in rows[noun][k]["position"]))
                    return int(kind), k, (float(at[0]), float(at[1]), float(at[2]))
        known = [*names.radars, *names.posts, *names.launchers]
        raise InputError("raid.strikes", f"no element {name!r}", f"{nearest(name, known)}Elements: {', '.join(known)}")

    def _aim(self, raid: Raid) -> tuple[float, float, float]:
        if raid.target is not None:
            asset = self.scenario.assets[self.asset_rows[raid.target]]
            return asset.at.latitude, asset.at.longitude, asset.height
        if raid.strikes is not None:
            _, _, (lat, lon, _) = self._element(raid.strikes)
            return lat, lon, 0.0
        assert raid.aim is not None
        return raid.aim.latitude, raid.aim.longitude, 0.0

    def _aim_height(self, raid: Raid) -> float:
        """Height above the sea (m) of what a raid is aimed at."""
        if raid.strikes is not None:
            return self._element(raid.strikes)[2][2]
        lat, lon, height = self._aim(raid)
        return self._ground(lat, lon) + height

    def _ship_of(self, raid: Raid) -> Site | None:
        """The ship under way that a raid is aimed at, or on which the element stands that it strikes."""
        asset = None if raid.target is None else self.scenario.assets[self.asset_rows[raid.target]]
        name = (raid.strikes or "").partition("/")[0] if asset is None else asset.ship
        site = next((s for s in self.scenario.sites if s.name == name), None)
        return site if site is not None and site.course is not None and site.speed else None

    def _ship_at(self, raid: Raid, when: float) -> tuple[float, float]:
        """Where the ship that a raid is aimed at will be at a time."""
        site = self._ship_of(raid)
        assert site is not None and site.course is not None and site.speed is not None
        lat, lon = offset(site.at.latitude, site.at.longitude, site.course, site.speed * when)
        return float(lat), float(lon)

    def _points(self, raid: Raid) -> Points:
        points = [(p.latitude, p.longitude) for p in raid.route]
        if raid.origin is not None:
            points.insert(0, (raid.origin.latitude, raid.origin.longitude))
        lat, lon, _ = self._aim(raid)
        if not points or math.hypot(points[-1][0] - lat, points[-1][1] - lon) > 1e-9:
            points.append((lat, lon))
        return points

    def _routed(self, raid: Raid, entry: Entry, n: int) -> tuple[Any, float]:
        """(path, time to the release) of the n-th flight of a raid: its route moved aside, the last point unmoved.

        A raid against a ship is aimed at where the ship will be; one that releases weapons turns back there.
        """
        points = self._points(raid)
        aside = (n - (raid.count - 1) / 2.0) * raid.lateral_spacing
        if aside != 0.0:
            points = list(self.prebuilt.once(("aside", *points, aside), partial(moved_aside, tuple(points), aside)))
        end = self._aim_height(raid) if entry.text.get("seeks") == "emitter" else None
        table = self._table(points, entry, raid.altitude, raid.agl, raid.speed, end)
        for _ in range(2 if self._ship_of(raid) is not None else 0):
            flown = float(end_time(table, 0)) - float(table[0])
            when = raid.time_on_target if raid.time_on_target is not None else (raid.start or 0.0) + flown
            points[-1] = self._ship_at(raid, when + n * raid.spacing)
            table = self._table(points, entry, raid.altitude, raid.agl, raid.speed, end)
        if raid.weapon is None or raid.release_range is None:
            return table, 0.0
        inverse_way = self.prebuilt.once(("inverse", *points[-2:]), partial(inverse, *points[-2], *points[-1]))
        rest = float(inverse_way[0]) - raid.release_range
        if rest <= 0.0:
            raise InputError(
                f"raid.{raid.name}.release_range", f"{raid.release_range / 1000:g} km, more than the last leg",
                f"Give less than {float(inverse_way[0]) / 1000:.0f} km, or a longer last leg.",
            )  # fmt: skip
        release = offset(*points[-2], float(inverse_way[1]), rest)
        out = [*points[:-1], (float(release[0]), float(release[1]))]
        there = self._table(out, entry, raid.altitude, raid.agl, raid.speed)
        speed = raid.speed if raid.speed is not None else self.values.of(entry, "speed")
        turn = (turn_radius(speed, self._load(entry)), AWAY * speed)
        home = self.prebuilt.once(("home", *out, points[-1], *turn), lambda: way_home(out, points[-1], *turn))
        table = self._table([*out[:-1], *home], entry, raid.altitude, raid.agl, raid.speed)
        return table, float(end_time(there, 0)) - float(there[0])

    def _load(self, entry: Entry) -> float:
        """Load factor of the turns on a flight's path."""
        return min(max(self.values.of(entry, "max_load_factor", 19.6) / 9.80665, 1.2), 2.0)

    def _table(
        self,
        points: Points,
        entry: Entry,
        altitude: float | None,
        agl: float | None,
        speed: float | None,
        end: float | None = None,
    ) -> Any:
        """Path along points, following the ground or level; with ``end`` (m above the sea) its last leg leads there."""
        speed = speed if speed is not None else self.values.of(entry, "speed")
        follows = agl is not None or (altitude is None and bool(entry.flags.get("terrain_following")))
        load = self._load(entry)
        route = tuple(points)
        key: tuple[Any, ...] = (route, speed, load)
        if follows:
            above = agl if agl is not None else self.values.of(entry, "agl")
            key = ("following", *key, above, self.terrain.relief_digest, self.terrain.crest_factor)
            return self.prebuilt.once(key, lambda: self._following(route, above, speed, load))
        level = altitude if altitude is not None else self.values.of(entry, "altitude")
        heights = level if end is None else (*[level] * (len(points) - 1), end)

        def flown() -> Any:
            return level_route(route, heights, speed, 0.0, load, track=self._track(route, speed, load)[1])

        return self.prebuilt.once(("level", *key, heights), flown)

    def _track(self, route: tuple[tuple[float, float], ...], speed: float, load: float) -> tuple[Any, Track]:
        """Key and ground track of a route; at what speed it is flown matters for its turns alone."""
        radius = turn_radius(speed, load)
        key = ("track", route, radius if len(route) > 2 else 0.0)
        return key, self.prebuilt.once(key, lambda: ground_track(route, radius))

    def _following(self, route: tuple[tuple[float, float], ...], above: float, speed: float, load: float) -> Any:
        """Path of a route that follows the ground."""
        key, track = self._track(route, speed, load)
        terrain = self.terrain

        def height(lats: Any, lons: Any) -> Any:
            below = ("relief below", *key, terrain.relief_digest)
            return terrain.raised(*self.prebuilt.once(below, lambda: terrain.relief(lats, lons)))

        return terrain_following(route, above, speed, height, 0.0, load, track=track)

    def _ballistic(self, raid: Raid, entry: Entry) -> Any:
        v = self.values.of
        drag = entry.curves["drag"].columns
        kind = missile(
            {
                "launch_mass": v(entry, "launch_mass"), "burnout_mass": v(entry, "burnout_mass"),
                "burn_time": v(entry, "burn_time"), "specific_impulse": v(entry, "specific_impulse"),
                "diameter": v(entry, "diameter"), "loft": v(entry, "loft_angle"), "pitch_rate": v(entry, "turn_rate"),
                "cd": {"mach": list(drag["mach"]), "value": list(drag["cd"])},
            },
            entry.name,
        )  # fmt: skip
        lat, lon, height = self._aim(raid)
        start = raid.origin if raid.origin is not None else raid.route[0]
        begins = (start.latitude, start.longitude, self._ground(start.latitude, start.longitude))
        ends = (lat, lon, self._ground(lat, lon) + height)

        def solved() -> Any:
            return ballistic_path(solve_aim(*begins, *ends, kind, place=f"raid.{raid.name}"), 0.0)

        return self.prebuilt.once(("arc", kind.tobytes(), *begins, *ends), solved)

    # ------------------------------------------------------------------ single flights

    def _flight(self, flight: Flight) -> None:
        entry = self.values.catalog[flight.kind]
        points = [(p.latitude, p.longitude) for p in flight.route]
        table = self._table(points, entry, flight.altitude, flight.agl, flight.speed)
        row = self._row(flight.name, entry, Side[flight.side.upper()], self.arena.add(table), table)
        move(row, flight.start - float(table[0]))
        if flight.transponder is not None:
            row["transponder"] = int(flight.transponder)
        row["flight_plan"] = int(flight.flight_plan)
        row["corridor"] = -1 if flight.corridor is None else self.corridor_rows[flight.corridor]


def moved_aside(points: tuple[tuple[float, float], ...], aside: float) -> tuple[tuple[float, float], ...]:
    """A route moved to the right of its first course (m; below 0: to the left), the last point unmoved."""
    course = float(bearing(*points[0], *points[1])[0])
    turn = course + (math.pi / 2.0 if aside > 0.0 else -math.pi / 2.0)
    moved = [offset(lat, lon, turn, abs(aside)) for lat, lon in points[:-1]]
    return (*((float(a), float(b)) for a, b in moved), points[-1])


def way_home(out: Points, target: tuple[float, float], radius: float, farthest: float) -> Points:
    """Turning points of a flight that turns back from the end of ``out``, where it releases at ``target``.

    Two quarter turns of ``radius`` (m), the first begun at the release, to the side on which its start lies; then
    straight toward the start, ``farthest`` (m) at most.
    """
    course = float(inverse(*out[-1], *target)[1])
    ahead = offset(*out[-1], course, radius)  # a quarter turn begins one radius before its corner
    back = float(inverse(float(ahead[0]), float(ahead[1]), *out[0])[1])
    side = math.copysign(math.pi / 2.0, math.remainder(back - course, 2.0 * math.pi))
    aside = offset(float(ahead[0]), float(ahead[1]), course + side, 3.0 * radius)
    corners = [(float(lat), float(lon)) for lat, lon in (ahead[:2], aside[:2])]
    way, toward = inverse(*corners[1], *out[0])
    end = offset(*corners[1], float(toward), max(min(float(way), farthest), 4.0 * radius))
    return [*corners, (float(end[0]), float(end[1]))]


def move(row: Any, later: float) -> None:
    """Let a flight fly its path ``later`` s later; what lies before the start of the run is not flown."""
    row["shift"] += later
    row["ends"] += later
    row["route_ends"] += later
    row["starts"] = max(row["starts"] + later, 0.0)
