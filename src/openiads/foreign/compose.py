"""Features as the tables of a scenario: sites, assets, flights, raids, corridors, with what was assumed of each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from openiads.base.errors import InputError
from openiads.base.units import written
from openiads.catalog.records import Catalog
from openiads.foreign.airspace import KINDS, put_airway, put_zone
from openiads.foreign.blocks import Block, place_text, route_texts
from openiads.foreign.circles import around
from openiads.foreign.features import Feature, Gathering, plain
from openiads.foreign.moving import (
    FASTEST,
    SHORTEST,
    SLOWEST,
    Way,
    height_of,
    speed_for,
    ways,
)
from openiads.foreign.names import LONGEST_NAME, Known, Names, measure, parts, role_of, side_of, systems, threats
from openiads.foreign.question import ImportQuestion

LONGEST_RUN = 86_400.0  # s
SPARE = 60.0  # s after the last flight has arrived
SHORT_RUN = 600.0  # s, where nothing flies
WIDEST = 100_000.0  # m, of an asset
WIDTH = "20 km"  # of a corridor that names none
CALENDAR = 1e7  # s; smaller times count from a second 0 of their own
ROLES = ("asset", "site", "flight", "raid", "corridor", "airway", "zone")
COUNTS = ("fire_units", "launchers", "rounds", "reloads")


@dataclass
class Draft:
    """A scenario that is being made.

    Attributes
    ----------
    blocks : list of Block
    assumed : list of str
        What was assumed of many at once.
    places : list of (float, float)
        Latitude and longitude (degrees) of everything in it.
    ends : list of float
        When each flight has arrived, s.
    zero : float
        UTC (s) of second 0; nan where the file has no times of a calendar.
    """

    blocks: list[Block] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    zero: float = math.nan
    names: dict[str, Names] = field(default_factory=dict)
    renamed: int = 0
    unused_heights: int = 0

    def count(self, table: str) -> int:
        """How many tables of a kind there are."""
        return sum(block.table == table for block in self.blocks)

    def open(self, table: str, feature: Feature) -> Block:
        """A new table with its name, unique among its kind."""
        block = Block(table)
        given = self.names.setdefault(table, Names())
        wanted = plain(feature.name, LONGEST_NAME) or f"{table.capitalize()} {len(given) + 1}"
        name = given.give(wanted)
        self.renamed += bool(plain(feature.name)) and name != plain(feature.name, LONGEST_NAME)
        folder = f", folder {feature.about['folder']}" if feature.about.get("folder") else ""
        block.put("name", name, f"{feature.where}{folder}")
        self.blocks.append(block)
        return block


class Composer:
    """Makes a draft of the features of one file.

    Parameters
    ----------
    question : ImportQuestion
    known : Catalog
    into : Gathering
        Its features; what is left out here is added to its account.
    """

    def __init__(self, question: ImportQuestion, known: Catalog, into: Gathering) -> None:
        self.question = question
        self.known = known
        self.into = into
        self.systems: Known = systems(known)
        self.threats: Known = threats(known)
        self.radius, self.tolerance = question.meters()
        self.facing = question.azimuth()
        self.draft = Draft()

    def made(self) -> Draft:
        """The draft of all features."""
        sorted_out: dict[str, list[Feature]] = {role: [] for role in ROLES}
        for feature in self.into.taken:
            role = self._role(feature)
            if role == "skip":
                self.into.leave_out("part of a recorded run, or asked to be skipped", feature.where)
            elif feature.kind == "line" and role in ("asset", "site"):
                self.into.leave_out(f"a line that calls itself {role}", feature.where)
            elif feature.kind != "line" and role in ("flight", "raid", "corridor", "airway"):
                self.into.leave_out(f"a place that calls itself {role}", feature.where)
            else:
                sorted_out[role].append(feature)
        for feature in sorted_out["asset"]:
            self._asset(feature)
        for feature in sorted_out["site"]:
            self._site(feature)
        self._moving(sorted_out["flight"], sorted_out["raid"])
        streams = {id(feature) for feature in sorted_out["airway"]}
        for way in ways([*sorted_out["corridor"], *sorted_out["airway"]], self.tolerance)[0]:
            self._corridor(way, stream=id(way.feature) in streams)
        for feature in sorted_out["zone"]:
            self.into.remarks += put_zone(
                self.draft.open("zone", feature), feature, self._zone(feature), self.draft.zero
            )
            self.draft.places += [(float(lat), float(lon)) for lat, lon in feature.places[:, :2]]
        if not self.draft.blocks:
            told = "; ".join(self.into.left_out())
            raise InputError(
                self.into.file, f"holds nothing that a scenario takes ({told})", "See --points and --lines."
            )
        self._remarks()
        return self.draft

    def _role(self, feature: Feature) -> str:
        said = role_of(feature)
        if said is not None:
            return said
        if self._zone(feature) in KINDS:
            return "zone"
        if feature.kind == "point":
            return "site" if feature.about.get("system") else self.question.points
        return self.question.areas if feature.kind == "area" else self.question.lines

    def _zone(self, feature: Feature) -> str:
        """What is asked of features of this form."""
        return {"area": self.question.areas, "line": self.question.lines}.get(feature.kind, "")

    def _remarks(self) -> None:
        if self.draft.renamed:
            self.into.remarks.append(f"names that stood there before got a number behind them: {self.draft.renamed:,}")
        if self.draft.unused_heights:
            count = self.draft.unused_heights
            self.into.remarks.append(f"heights of {count:,} places are not used: sites and assets stand on the ground")

    # -------------------------------------------------------------- what stands

    def _asset(self, feature: Feature) -> None:
        said = feature.about.get("radius") or feature.about.get("radius_m") or feature.about.get("radius, m")
        if feature.kind == "area":
            lat, lon, radius = around(feature.places)
            if radius > WIDEST:
                self.into.leave_out(f"an area wider than {2.0 * WIDEST / 1000.0:,.0f} km", feature.where)
                return
            holes = f", its {feature.holes} holes filled" if feature.holes else ""
            why = f"the circle around the area's {len(feature.places)} corners{holes}"
        else:
            lat, lon = (float(v) for v in feature.places[0, :2])
            radius, why = self.radius, "assumed"
        block = self.draft.open("asset", feature)
        self._at(block, lat, lon, feature)
        if feature.kind == "point" and said and (given := measure(said, "length", "m")) and 1.0 <= given <= WIDEST:
            radius, why = given, ""
        block.put("radius", written(max(float(math.ceil(radius)), 1.0), "length"), why)
        self._number(block, "value", feature)

    def _at(self, block: Block, lat: float, lon: float, feature: Feature) -> None:
        block.put("at", place_text(lat, lon))
        self.draft.places.append((lat, lon))
        self.draft.unused_heights += feature.heights != "none"

    def _site(self, feature: Feature) -> None:
        block = self.draft.open("site", feature)
        said = feature.about.get("system", "")
        system = self.systems.find(said) or (None if said else self.systems.find(feature.name))
        if system is not None:
            block.put("system", system, f'the file says "{said or feature.name}"' if said != system else "")
        elif self.question.system and not said:
            block.put("system", self.question.system, "from --system")
        else:
            called = f'the file says "{said}", which the catalog does not have. ' if said else ""
            block.todo("system", f"{called}{self.systems.advice(said)}")
        lat, lon = (float(v) for v in feature.places[0, :2])
        if feature.kind == "area":
            lat, lon, _ = around(feature.places)
        self._at(block, lat, lon, feature)
        self._facing(block, feature.about.get("facing", ""))
        for key in COUNTS:
            self._number(block, key, feature, whole=True)
        if feature.about.get("mast"):
            height = measure(feature.about["mast"], "length", "m")
            block.put("mast", written(height, "length")) if height else block.todo("mast", feature.about["mast"])
        if feature.about.get("low_altitude"):
            block.put("low_altitude", feature.about["low_altitude"])
        self._defends(block, feature.about.get("defends", ""))

    def _facing(self, block: Block, said: str) -> None:
        given = measure(said, "angle", "deg") if said else None
        if given is not None:
            block.put("facing", written(given, "angle"))
        elif self.facing is not None:
            block.put("facing", written(self.facing, "angle"), "from --facing")
        else:
            block.put("facing", "0 deg", f'assumed: north. "{said}" is no azimuth' if said else "assumed: north")

    def _number(self, block: Block, key: str, feature: Feature, *, whole: bool = False) -> None:
        said = feature.about.get(key, "")
        if not said:
            return
        if re.fullmatch(r"\d{1,9}(?:[.,]0+)?", said):
            block.put(key, int(re.split("[.,]", said)[0]))
        elif not whole and re.fullmatch(r"\d{1,9}[.,]\d{1,9}", said):
            block.put(key, float(said.replace(",", ".")))
        else:
            block.todo(key, f'the file says "{said}"')

    def _defends(self, block: Block, said: str) -> None:
        there = {name.casefold(): name for name in self.draft.names.get("asset", [])}
        wanted = list(parts(said))
        known = [there[name.casefold()] for name in wanted if name.casefold() in there]
        if known:
            block.put("defends", list(dict.fromkeys(known)))
        lacking = [name for name in wanted if name.casefold() not in there]
        if lacking:
            block.lines.append(f"# the file says that it defends {plain(', '.join(lacking))}: no asset of that name")

    # -------------------------------------------------------------- what moves

    def _moving(self, flights: list[Feature], raids: list[Feature]) -> None:
        made, tolerance = ways([*flights, *raids], self.tolerance)
        coming = {id(feature) for feature in raids}
        if tolerance > self.tolerance:
            reason = f"routes have so many positions that the tolerance was widened to {written(tolerance, 'length')}"
            self.into.remarks.append(reason)
        usable = [way for way in made if self._flies(way)]
        starts = [way.start for way in usable if math.isfinite(way.start)]
        self.draft.zero = self._zero(starts, [way.end for way in usable if math.isfinite(way.end)])
        for way in usable:
            self._route(way, raid=id(way.feature) in coming)
        if usable:
            most, all_of = max(way.off for way in usable), sum(way.of for way in usable)
            turns = sum(len(way.places) for way in usable)
            self.draft.assumed.append(
                f"Routes have {turns:,} turning points of {all_of:,} positions; the others lie within "
                f"{max(most, 1.0):,.0f} m beside the legs. A route has one height and one speed."
            )

    def _flies(self, way: Way) -> bool:
        if way.length < SHORTEST:
            self.into.leave_out(f"moves less than {SHORTEST:,.0f} m", way.feature.where)
        elif math.isfinite(way.speed) and not SLOWEST <= way.speed <= FASTEST:
            self.into.leave_out(f"moves at other than {SLOWEST:g} to {FASTEST:,.0f} m/s", way.feature.where)
        else:
            return True
        return False

    def _zero(self, starts: list[float], ends: list[float]) -> float:
        """UTC of second 0: the file's own, or the first start; nan without times."""
        if not starts:
            return math.nan
        own = self.into.zero if self.into.zero is not None else (0.0 if max(ends) < CALENDAR else min(starts))
        return own if own <= min(starts) and max(ends) - own <= LONGEST_RUN - SPARE else min(starts)

    def _route(self, way: Way, *, raid: bool) -> None:
        timed = math.isfinite(way.start)
        start = way.start - self.draft.zero if timed else 0.0
        if start > LONGEST_RUN - SPARE:
            self.into.leave_out("starts more than a day after the first", way.feature.where)
            return
        said = way.feature.about.get("threat", "") or way.feature.about.get("name", "") or way.feature.name
        meant = self.threats.variant(said) or self.threats.variant(way.feature.about.get("type", ""))
        kind = meant or (None if way.feature.about.get("threat") else self.question.threat)
        entry = self.known.threats[kind] if kind else None
        ballistic = entry is not None and entry.text["class"] == "ballistic"
        block = self.draft.open("raid" if raid or ballistic else "flight", way.feature)
        key = "threat" if raid or ballistic else "kind"
        if kind is None:
            block.todo(key, f"{plain(said, 60) and 'the file says ' + plain(said, 60) + '. '}{self.threats.advice('')}")
        else:
            block.put(key, kind, (f'the file says "{said}"' if said != kind else "") if meant else "from --threat")
        texts = self._ends(block, way, raid=raid or ballistic, ballistic=ballistic)
        if not ballistic:
            self._course(block, way, texts)
        block.put("start", written(round(max(start, 0.0), 1), "time"), "" if timed else "assumed")
        took = way.length / speed_for(way, entry)
        self.draft.ends.append(start + took)
        self.draft.places += [(float(lat), float(lon)) for lat, lon in way.places[:, :2]]

    def _ends(self, block: Block, way: Way, *, raid: bool, ballistic: bool) -> list[str]:
        """Side, count and aim of what comes; the texts of its route."""
        texts = route_texts(way.places)
        side, why = side_of(way.feature)
        if not raid:
            block.put("side", side or self.question.side, why)
            return texts
        if side == "friend":
            block.put("side", "friend")
        block.put(
            "count", _count(way.feature.about.get("count", "")), "" if way.feature.about.get("count") else "assumed"
        )
        target = {name.casefold(): name for name in self.draft.names.get("asset", [])}.get(
            way.feature.about.get("target", "").casefold()
        )
        if target:
            block.put("target", target)
        else:
            block.put("aim", texts[-1], "the line's last position")
        texts = texts[:-1] if not target or len(texts) > 2 else texts
        if ballistic or len(texts) == 1:
            block.put("origin", texts[0])
            return []
        return texts

    def _course(self, block: Block, way: Way, texts: list[str]) -> None:
        """Route, height and speed."""
        if texts:
            thinned = f"{len(way.places):,} of {way.of:,} positions; the others lie within {max(way.off, 1.0):,.0f} m"
            block.route("route", texts, thinned if len(way.places) < way.of else f"all {way.of:,} positions")
        key, value, said = height_of(way)
        if key:
            block.put(key, written(value, "length"), said)
        else:
            block.lines.append(
                f"# {said or 'no height above the sea or the ground in the file'}: the catalog's is taken"
            )
        if math.isfinite(way.speed):
            behind = f", so that it is up to {way.lag / 1000.0:,.1f} km before or behind its recorded place"
            block.put("speed", written(round(way.speed, 1), "speed"), f"the mean{behind if way.lag > 100.0 else ''}")

    def _corridor(self, way: Way, *, stream: bool) -> None:
        block = self.draft.open("corridor", way.feature)
        if stream or way.feature.about.get("flow"):
            name = list(self.draft.names["corridor"])[-1]
            put_airway(self.draft.open("airway", way.feature), way, name)
        block.route("points", route_texts(way.places), f"{len(way.places):,} of {way.of:,} positions")
        given = measure(way.feature.about.get("width", ""), "length", "m")
        block.put("width", written(given, "length") if given else WIDTH, "" if given else "assumed")
        for key in ("floor", "ceiling"):
            height = measure(way.feature.about.get(key, ""), "length", "m")
            if height is not None:
                block.put(key, written(height, "length"))
        self.draft.places += [(float(lat), float(lon)) for lat, lon in way.places[:, :2]]


def _count(said: str) -> int:
    return int(said) if re.fullmatch(r"\d{1,4}", said) else 1


def end_of(ends: Iterable[float]) -> tuple[float, str]:
    """Length of the run (s) and what there is to say of it."""
    last = max(ends, default=math.nan)
    if not math.isfinite(last):
        return SHORT_RUN, "assumed: nothing flies"
    longest = 10.0 * math.ceil((last + SPARE) / 10.0)
    return (longest, "") if longest <= LONGEST_RUN else (LONGEST_RUN, "the longest; some flights go on beyond it")


__all__ = ["Composer", "Draft", "end_of"]
