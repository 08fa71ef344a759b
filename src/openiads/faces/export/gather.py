"""What a run holds of one replication, gathered into a story for the formats to write."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.base.errors import UsageError
from openiads.explain.sentences import said
from openiads.faces.draw.lines import Line, geodetic, on_the_ellipsoid
from openiads.faces.export.about import About, epoch_of
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, rounded, word
from openiads.faces.export.thin import TOLERANCE, spaced, thinned
from openiads.faces.words.text import clean
from openiads.world.codes import Down, Element, Event, Identity, RoundEnd, Side, Status, Terminal, ThreatClass

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Seconds between two positions of a ship before they are thinned.
SHIP_STEP = 60.0
#: Of an aircraft on station.
STATION_STEP = 5.0

_XYZ = (Event.TERMINAL, Event.FALSE_TRACK)  # kinds whose values begin with a position
_RECORDED = (Event.LOOK, Event.TRACK_UPDATE, Event.FLIGHT_STATE, Event.ROUND_STATE)  # kinds that are no key events
_ELSEWHERE = (*_XYZ, Event.LAUNCH, Event.DAMAGE, Event.ELEMENT_DOWN)  # kinds that happen not where a flight is
_DOWN = {Element.RADAR: "radars", Element.LAUNCHER: "launchers", Element.POST: "posts"}


def _spots(positions: np.ndarray) -> list[Spot]:
    lat, lon, height = geodetic(positions)
    return [rounded(spot) for spot in zip(lon.tolist(), lat.tolist(), height.tolist(), strict=True)]


# ------------------------------------------------------------------ what moves


def _path(times: np.ndarray, earth: np.ndarray, every: float | None) -> tuple[Line, int]:
    """The positions to write of those recorded, and how many these were; of two at one time the later row counts."""
    last = np.append(np.diff(times) > 0.0, True)
    times, earth = times[last], earth[last]
    lat, lon, height = geodetic(earth)
    if every is None:
        keep = thinned(times, earth, np.column_stack([np.radians(lat), np.radians(lon), height]))
    else:
        keep = spaced(times, every)
    return Line(times[keep], lat[keep], lon[keep], height[keep]), len(times)


def _beliefs(events: np.ndarray) -> tuple[dict[int, list[tuple[float, Identity]]], dict[int, list[Any]]]:
    """By flight and by track: what the posts believe, from when.  A flight is what its latest decided track is."""
    about = events[np.isin(events["kind"], (Event.TRACK, Event.IDENTIFY, Event.SWAP, Event.TRACK_DROP))]
    flights: dict[int, list[tuple[float, Identity]]] = {}
    tracks: dict[int, list[Any]] = {}
    held: dict[int, tuple[int, Identity]] = {}  # serial -> flight, belief
    of: dict[int, dict[int, Identity]] = {}  # flight -> serial -> belief; the latest decided last
    columns = (about[name].tolist() for name in ("track", "flight", "kind", "code", "time"))
    for serial, flight, kind, code, time in zip(*columns, strict=True):
        before = held.pop(serial, (flight, Identity.PENDING))
        of.setdefault(before[0], {}).pop(serial, None)
        if kind == Event.TRACK_DROP:
            touched = {before[0]}
        else:
            belief = Identity(code) if kind == Event.IDENTIFY else before[1]
            held[serial] = (flight, belief)
            of.setdefault(flight, {})[serial] = belief
            touched = {before[0], flight}
            if not tracks.get(serial) or tracks[serial][-1][1] != belief:
                tracks.setdefault(serial, []).append((round(time, 6), belief))
        for each in touched - {-1}:
            now = next(reversed(of[each].values()), Identity.NONE)
            spells = flights.setdefault(each, [])
            if now != (spells[-1][1] if spells else Identity.NONE):
                spells.append((round(time, 6), now))
    return flights, tracks


def _grouped(rows: np.ndarray, by: str) -> Iterator[tuple[int, np.ndarray]]:
    """Rows of each value of a column, in order of time."""
    rows = rows[np.argsort(rows[by], kind="stable")]
    values, first = np.unique(rows[by], return_index=True)
    yield from zip(values.tolist(), np.split(rows, first)[1:], strict=True)


class _Gathering:
    """A replication on its way to a story."""

    def __init__(self, run: Run, events: np.ndarray, every: float | None) -> None:
        self.run, self.every = run, every
        self.events, self.key = events, events[~np.isin(events["kind"], _RECORDED)]
        self.names = {noun: [clean(name) for name in names] for noun, names in run.names.items()}
        self.by_flight, self.by_track = _beliefs(self.key)
        flown = events[np.isin(events["kind"], (Event.FLIGHT_STATE, Event.TERMINAL)) & (events["flight"] >= 0)]
        self.flown = dict(_grouped(flown, "flight"))
        self.ships = list(self._ships())
        self.flights = dict(self._flights())
        self.rounds = dict(self._rounds())
        self.still: dict[str, list[Spot]] = {}  # noun -> where its rows stand

    # -------------------------------------------------------------- paths

    def _flights(self) -> Iterator[tuple[int, Mover]]:
        facts = self.run.facts
        for f, mine in self.flown.items():
            line, seen = _path(mine["time"], mine["value"][:, :3], self.every)
            ends = mine[mine["kind"] == Event.TERMINAL]
            ended = Terminal(int(ends["code"][0])) if len(ends) else Terminal.NONE
            side, what = Side(facts["flight_side"][f]), ThreatClass(facts["flight_class"][f])
            about = {"side": word(side), "class": word(what), "end": word(ended)}
            name = self.names["flights"][f]
            yield f, Mover(f"flight/{f}", "flight", name, side, what, line, seen, about, self.by_flight.get(f, []))

    def _rounds(self) -> Iterator[tuple[int, Mover]]:
        states = self.events[self.events["kind"] == Event.ROUND_STATE]
        ends = {int(row["round"]): row for row in self.key[self.key["kind"] == Event.ROUND_END]}
        met = {int(row["round"]): row for row in self.key[self.key["kind"] == Event.INTERCEPT]}
        for serial, mine in _grouped(states[states["round"] >= 0], "round"):
            times, earth = mine["time"], mine["value"][:, :3]
            if serial in met and float(met[serial]["time"]) > float(times[-1]):
                times = np.append(times, met[serial]["time"])
                earth = np.vstack([earth, self._truth(int(met[serial]["flight"]), float(times[-1]))])
            line, seen = _path(times, earth, self.every)
            unit, flight = int(mine["unit"][0]), int(mine["flight"][0])
            how = RoundEnd(int(ends[serial]["code"])) if serial in ends else RoundEnd.NONE
            about = {"fire unit": self.name("units", unit), "target": self.name("flights", flight), "end": word(how)}
            name = f"{self.name('units', unit)} round {serial}"
            yield (
                serial,
                Mover(
                    f"round/{serial}",
                    "round",
                    name,
                    Side.FRIEND,
                    ThreatClass.NONE,
                    line,
                    seen,
                    about,
                    unit=unit,
                    flight=flight,
                ),
            )

    def _truth(self, flight: int, time: float) -> np.ndarray:
        """Where a flight is (ECEF, m), from its recorded states on either side."""
        rows = self.flown[flight]
        return np.array([np.interp(time, rows["time"], rows["value"][:, k]) for k in range(3)])

    def tracks(self) -> Iterator[Mover]:
        """Every track that was confirmed or is a radar's own, as its owner believed it."""
        updates = self.events[self.events["kind"] == Event.TRACK_UPDATE]
        for serial, mine in _grouped(updates[updates["track"] >= 0], "track"):
            owner = int(mine["code"][0])
            if owner < 0 and serial not in self.by_track:
                continue
            line, seen = _path(mine["time"], mine["value"][:, :3], self.every)
            holder = "command post" if owner < 0 else self.name("radars", owner)
            follows = sorted({self.name("flights", int(f)) or "nothing" for f in np.unique(mine["flight"])})
            beliefs = self.by_track.get(serial, [])
            about = {"owner": holder, "follows": ", ".join(follows)}
            if owner < 0:
                about["believed"] = word(beliefs[-1][1])
            kind = "track" if owner < 0 else "radar track"
            flights, updated = np.unique(mine["flight"], return_counts=True)
            yield Mover(
                f"track/{serial}",
                kind,
                f"Track {serial}",
                Side.NONE,
                ThreatClass.NONE,
                line,
                seen,
                about,
                beliefs,
                flight=int(flights[updated.argmax()]),
                radar=max(owner, -1),
            )

    def _ships(self) -> Iterator[Mover]:
        """What carries the defense, a row of the platforms each: ships, then what early warning flies or sails on."""
        from openiads.earth.geodesy import direct

        under_way = [(s, s.course) for s in self.run.scenario.sites if s.course is not None and s.speed]
        for k, (site, course) in enumerate(under_way):
            duration = float(self.run.scenario.duration)
            times = np.append(np.arange(0.0, duration, SHIP_STEP), duration)
            lat, lon = direct(site.at.latitude, site.at.longitude, course, site.speed * times)
            line, seen = _path(times, on_the_ellipsoid(lat, lon), None)
            about = {"carries": clean(site.name)}
            name = clean(site.name)
            yield Mover(f"ship/{k}", "ship", name, Side.FRIEND, ThreatClass.NONE, line, seen, about)
        yield from self._on_station(len(under_way))

    def _on_station(self, first: int) -> Iterator[Mover]:
        """Early-warning sensors that move, from when they come to when they leave; ``first`` : row of the first."""
        from openiads.physics.motion import local_up, state_at

        world, duration = self.run.world, float(self.run.scenario.duration)
        moving = [s for s in self.run.scenario.early_warnings if s.moves and s.availability > 0.0]
        for k, sensor in enumerate(moving, first):
            ends = min(sensor.off_station if sensor.off_station is not None else duration, duration)
            times = np.append(np.arange(min(sensor.on_station, ends), ends, STATION_STEP), ends)
            row, earth = world.rows["platforms"][k], np.empty((len(times), 3))
            for n, time in enumerate(times.tolist()):
                x, y, z, *_ = state_at(world.tables, int(row["path"]), time)
                ux, uy, uz, _ = local_up(x, y, z)
                earth[n] = np.array((x, y, z)) + (sensor.altitude or 0.0) * np.array((ux, uy, uz))
            line, seen = _path(times, earth, None)
            what = ThreatClass.AIRCRAFT if sensor.carrier == "aircraft" else ThreatClass.NONE
            about = {"carries": sensor.radar, "reports to": clean(sensor.reports_to)}
            yield Mover(f"ship/{k}", "ship", clean(sensor.name), Side.FRIEND, what, line, seen, about)

    def there(self) -> list[Mover]:
        """The carriers that take part in this replication: a sensor may not be on station."""
        gone = self.key[(self.key["kind"] == Event.ELEMENT_DOWN) & (self.key["time"] <= 0.0)]
        radars = self.run.world.rows["radars"]
        lost = {int(radars["platform"][r]) for r in gone["radar"].tolist() if r >= 0 and radars["early"][r] == 1}
        return [ship for k, ship in enumerate(self.ships) if k not in lost]

    # -------------------------------------------------------------- what stands, and where

    def name(self, noun: str, row: int) -> str:
        """A name by row, empty for none."""
        return self.names[noun][row] if 0 <= row < len(self.names[noun]) else ""

    def stands(self, noun: str, row: int, time: float) -> Spot | None:
        """Where a radar, unit, launcher, post or asset is at a time, on its ship if it has one."""
        rows = self.run.world.rows[noun]
        if not 0 <= row < len(rows):
            return None
        platform = int(rows["platform"][row])
        if platform >= 0:
            return self.ships[platform].at(time)
        return self.stood(noun)[row]

    def stood(self, noun: str) -> list[Spot]:
        """Where each radar, unit, launcher, post or asset is at the start."""
        if noun not in self.still:
            self.still[noun] = _spots(self.run.world.rows[noun]["position"])
        return self.still[noun]

    def places(self) -> Iterator[Place]:
        """Sites, then what stands on the ground; a site under way is a ship."""
        scenario, world = self.run.scenario, self.run.world
        for k, site in enumerate(s for s in scenario.sites if s.course is None or not s.speed):
            at = site.at
            height = float(world.terrain.height(at.latitude, at.longitude))
            spot = (math.degrees(at.longitude), math.degrees(at.latitude), height)
            yield Place(f"site/{k}", "site", clean(site.name), rounded(spot))
        for kind, noun in (("asset", "assets"), ("post", "posts"), ("radar", "radars"), ("fire unit", "units")):
            rows = world.rows[noun]
            for k, name in enumerate(self.names[noun]):
                if rows["platform"][k] >= 0 or (noun == "posts" and rows["alone"][k] == 1):
                    continue
                radius = float(rows["radius"][k]) if noun == "assets" else 0.0
                yield Place(f"{kind.replace(' ', '-')}/{k}", kind, name, self.stood(noun)[k], radius)

    # -------------------------------------------------------------- what happens

    def where(self, row: np.void) -> Spot | None:
        """Where an event happens: its own position, its round's, its flight's, its radar's or its unit's."""
        kind, time = Event(int(row["kind"])), float(row["time"])
        if kind in _XYZ:
            return _spots(row["value"][None, :3])[0]
        if kind == Event.LAUNCH and int(row["round"]) in self.rounds:
            return self.rounds[int(row["round"])].at(time)
        if kind == Event.DAMAGE:
            return self.stands("assets", int(row["code"]), time)
        if kind == Event.ELEMENT_DOWN and Element(int(row["code"])) in _DOWN:
            return self.stands(_DOWN[Element(int(row["code"]))], int(row["value"][0]), time)
        if kind == Event.NOTICE:
            return self.stands("posts", int(row["value"][0]), time)
        if int(row["flight"]) in self.flights:
            return self.flights[int(row["flight"])].at(time)
        return self.stands("radars", int(row["radar"]), time) or self.stands("units", int(row["unit"]), time)

    def wheres(self, rows: np.ndarray) -> list[Spot | None]:
        """``where`` of many events: those that happen where their flight is, by far the most, by flight at once."""
        found: dict[int, Spot] = {}
        plain = np.flatnonzero(~np.isin(rows["kind"], _ELSEWHERE))
        order = plain[np.argsort(rows["flight"][plain], kind="stable")]
        flights, first = np.unique(rows["flight"][order], return_index=True)
        for flight, at in zip(flights.tolist(), np.split(order, first)[1:], strict=True):
            if flight in self.flights:
                found.update(zip(at.tolist(), self.flights[flight].all_at(rows["time"][at]), strict=True))
        return [found[k] if k in found else self.where(row) for k, row in enumerate(rows)]

    def moments(self, *, gates: bool = True) -> Iterator[Moment]:
        """Every key event in order, with or without changes of gates."""
        rows = self.key if gates else self.key[self.key["kind"] != Event.GATE]
        for row, code, spot in zip(rows, rows["kind"].tolist(), self.wheres(rows), strict=True):
            kind = Event(code)
            words = said(kind, row, self.names)
            if kind == Event.ELEMENT_DOWN and Element(int(row["code"])) in _DOWN:
                fate = "was not ready" if row["value"][1] == Down.NOT_READY else "is out of action"
                words = f"{self.name(_DOWN[Element(int(row['code']))], int(row['value'][0]))} {fate}"
            elif kind == Event.DAMAGE:
                words = f"{self.name('assets', int(row['code']))} is hit"
            elif kind == Event.FALSE_TRACK:
                words = "a track is confirmed on false alarms"
            yield Moment(row, kind, words, spot)

    def engagements(self) -> Iterator[Engagement]:
        """One for each assignment, with what its unit did against its flight until the release."""
        open_: dict[tuple[int, int], Engagement] = {}
        found: list[Engagement] = []
        for row in self.key[self.key["unit"] >= 0]:
            kind, time, flight = int(row["kind"]), float(row["time"]), int(row["flight"])
            key = (int(row["unit"]), int(row["track"]))
            if kind == Event.ASSIGN:
                target = f"flight/{flight}" if flight in self.flights else ""
                platform = int(self.run.world.rows["units"]["platform"][key[0]])
                shooter = f"ship/{platform}" if platform >= 0 else f"fire-unit/{key[0]}"
                open_[key] = Engagement(
                    f"engagement/{len(found)}",
                    self.name("units", key[0]),
                    self.name("flights", flight),
                    shooter,
                    target,
                    key[1],
                    int(row["code"]),
                    time,
                    unit_at=self.stands("units", key[0], time),
                    unit_row=key[0],
                    flight_row=flight,
                )
                found.append(open_[key])
            elif key in open_:
                _advance(open_[key], kind, int(row["code"]), time)
        for each in found:
            last = [t for t in (each.intercepted, each.assessed, each.released) if not math.isnan(t)]
            each.end = max([each.assigned, *last]) if last else self.run.scenario.duration
            at = each.end if math.isnan(each.intercepted) else each.intercepted
            if each.target:
                each.target_at = self.flights[int(each.target.partition("/")[2])].at(at)
            yield each


def _advance(engagement: Engagement, kind: int, code: int, time: float) -> None:
    """Take one event of its unit against its track into an engagement."""
    if kind == Event.ACQUIRE:
        engagement.acquired = time
    elif kind == Event.LAUNCH:
        engagement.rounds += 1
        engagement.launched = time if math.isnan(engagement.launched) else engagement.launched
    elif kind == Event.INTERCEPT:
        engagement.intercepted = time
        engagement.kills += code == 1
    elif kind == Event.ASSESS:
        engagement.assessed, engagement.verdict = time, "killed" if code == 1 else "alive"
    elif kind == Event.RELEASE:
        engagement.released = time


def _positions(every: float | None) -> str:
    if every is None:
        return f"thinned: joined by straight lines in time they are within {TOLERANCE:g} m of every recorded position"
    return "every recorded position" if every == 0.0 else f"a recorded position every {every:g} s"


def _failure(row: np.void) -> str:
    """How a replication failed, in words; empty if it did not."""
    if int(row["status"]) == Status.OK:
        return ""
    return f"this replication failed ({word(Status(int(row['status'])))}) at {float(row['status_time']):g} s"


def gather(
    run: Run,
    replication: int = 0,
    *,
    epoch: str | None = None,
    every: float | None = None,
    events: np.ndarray | None = None,
    gates: bool = True,
) -> Story:
    """Everything an export of one replication writes; it is run again if it was not recorded.

    run : openiads.runs.run.Run; epoch : ISO 8601 time of its time 0, the scenario's date if left out
    events : the replication's own, if at hand;  gates : changes of gates are moments too, by far the most of them
    every : a recorded position every so many seconds (0 keeps all); left out, straight pieces are thinned
    Raises UsageError for a replication that is not in the run or a bad time, ResultsError for a damaged run.
    """
    if every is not None and not (math.isfinite(every) and every >= 0.0):
        raise UsageError("--every", f"{every:g} is not a number of seconds from 0 up", "Give one such as --every 1")
    stored = run.row(replication)
    start, epoch_said = epoch_of(run.scenario.date, epoch, float(run.scenario.duration))
    about = About(
        clean(run.name),
        run.seed,
        replication,
        run.replications,
        run.digest,
        run.identity.version,
        start,
        epoch_said,
        float(run.scenario.duration),
        _positions(every),
        _failure(stored),
    )
    log = run.events(replication) if events is None else events
    found = _Gathering(run, log, every)
    tracks = list(found.tracks())
    return Story(
        about=about,
        names=found.names,
        flights=list(found.flights.values()),
        rounds=list(found.rounds.values()),
        tracks=[t for t in tracks if t.kind == "track"],
        radar_tracks=[t for t in tracks if t.kind == "radar track"],
        ships=found.there(),
        places=list(found.places()),
        engagements=list(found.engagements()),
        moments=list(found.moments(gates=gates)),
        run=run,
        log=log,
    )
