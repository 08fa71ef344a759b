"""The reach table: what the flight model makes of the catalog's rounds and missiles, beside what is published.

*Range* is the greatest ground range against a head-on target of 250 m/s at 10 km with an arrival speed of at least
1.5 times the target's and 5 g available; *ceiling* the greatest height with 3 g inside half that range; *peak speed*,
*apogee* and *average speed* are those of the shot at that range; *minimum range* is where the same target at 1 km is
met from there on, out to 20 km or half the range, kinematic alone (arming and the first track are not in it).  A
ballistic missile is flown at full burn from sea level at 35 degrees north toward the north.  One set of functions
serves every entry of every side.

A figure is *fitted* where the entry's ``fitted`` list names it (tools/fit_interceptor.py and tools/fit_missile.py chose
parameters nobody published so that it comes out), else *predicted*: a check that the fit did not see.  The minimum
range of a fitted round is a *bound*: the fit keeps the kinematic one from lying beyond the published one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.catalog.evidence import FLOOR
from openiads.catalog.records import Catalog, Entry, Value
from openiads.catalog.rounds import missile_of, round_of, round_values
from openiads.physics import ballistics, flyout, lethality, reach
from openiads.reach.straight import TRACK_ANGLE

#: A fitted figure this close to the published one, as a share of it, counts as met.
CLOSE = 0.10
#: Catalog field of a published figure -> its name in the table.
ROUND_FIGURES = {
    "max_range": "range",
    "max_altitude": "ceiling",
    "peak_speed": "peak speed",
    "apogee": "apogee",
    "average_speed": "average speed",
    "min_range": "minimum range",
}
MISSILE_FIGURES = {
    "range_max": "range",
    "apogee": "apogee",
    "flight_time": "flight time",
    "burnout_speed": "burnout speed",
    "terminal_speed": "terminal speed",
}
TERMINAL_HEIGHT = 15_000.0  # m; terminal speeds are published for 10 to 20 km

#: Shares of the published range at which the miss is told.
SHARES = (0.3, 0.5, 0.9)
GLINT = 2.0  # m, of the aircraft
SAMPLING = 0.06  #: by how much a median of 200 flights may fall short of growing with range: 4 % is their own error,
#: and a round that comes down steeper sees less of what is vertical across its line of sight
CLASSES = ("command", "semi_active", "tvm", "active")


@dataclass(frozen=True)
class PublishedFigure:
    """One published figure of an entry beside the model's; numbers in ``unit``."""

    entry: str
    field: str  #: of the catalog
    name: str
    unit: str
    model: float
    published: float
    low: float  #: of the published interval; an end nobody published is the floor of the evidence status
    high: float
    kind: str  #: "fitted", "bound" or "predicted"

    @property
    def off(self) -> float:
        """Model against the published number, as a share of it (0.05: 5 % above)."""
        return self.model / self.published - 1.0

    @property
    def outside(self) -> float:
        """How far the model is outside the published interval, as a share of its nearer end; 0 inside."""
        if self.model < self.low:
            return self.model / self.low - 1.0
        return self.model / self.high - 1.0 if self.model > self.high else 0.0

    @property
    def met(self) -> bool:
        """Inside the published interval, or within ``CLOSE`` of the published number; a bound: not beyond it."""
        return self.outside == 0.0 or abs(self.off) <= CLOSE or (self.kind == "bound" and self.model <= self.high)


@dataclass(frozen=True)
class Growth:
    """Median miss (m) of a round at shares of its published range; inf where most do not arrive."""

    entry: str
    guidance: str
    notional: bool  #: another class's round flown with this class's errors, because the catalog has no round of it
    misses: tuple[float, ...]  #: at ``SHARES``
    seen: tuple[float, ...]  #: m from the radar to the target there, which a short-range round meets far above

    @property
    def kept(self) -> bool:
        """What the class demands: tvm at most doubles from 0.3 to 0.9 of the range, command grows at least as what the
        radar sees it over."""
        first, _, last = self.misses
        if self.guidance == "tvm":
            return last <= 2.0 * first
        if self.guidance == "command":
            return last >= (1.0 - SAMPLING) * self.seen[2] / self.seen[0] * first
        return math.isfinite(last)


def height_of(entry: Entry) -> float:
    """Height (m) of the target of which the range of an interceptor is told (`physics.reach.range_height`)."""
    return reach.range_height(entry.si("min_altitude"), entry.si("max_altitude"))


def flown_round(row: np.void, published_range: float, height: float = reach.USUAL_HEIGHT) -> dict[str, float]:
    """The model's figures (SI) of a row of `physics.flyout.INTERCEPTOR`, by catalog field.

    Parameters
    ----------
    row : np.void
    published_range : float
        m; the search for the greatest range begins at 1.5 times it and 50 km.
    height
        Of the target of the range, m (`height_of`).

    Returns
    -------
    dict of str to float
    """
    distance = reach.greatest_range(row, height=height, limit=1.5 * published_range + 50e3)
    if distance <= 0.0:
        return dict.fromkeys(ROUND_FIGURES, 0.0)
    peak, apogee, _ = reach.long_shot(row, distance, height)
    time, _, _ = reach.meeting(row, distance, height=height)
    return {
        "max_range": distance,
        "max_altitude": reach.ceiling(row, distance),
        "peak_speed": peak,
        "apogee": apogee,
        "average_speed": distance / time,
        "min_range": reach.minimum_range(row, out_to=min(20e3, 0.5 * distance)),
    }


def flown_missile(kind: np.void, dt: float = 0.5) -> dict[str, float]:
    """The model's figures (SI) of a row of `physics.ballistics.MISSILE` at full burn, by catalog field."""
    path = ballistics.full_burn(kind, dt)
    low = path.apogee <= TERMINAL_HEIGHT
    return {
        "range_max": path.ground_range,
        "apogee": path.apogee,
        "flight_time": path.flight_time,
        "burnout_speed": path.burnout_speed,
        "terminal_speed": math.nan if low else path.speed_sinking_through(TERMINAL_HEIGHT),
    }


def figures(entry: Entry) -> list[PublishedFigure]:
    """The table's rows of an interceptor or a ballistic missile: every figure of its flight that the entry publishes; a
    limit that its guidance sets is none."""
    if entry.kind == "interceptors":
        names, flown = ROUND_FIGURES, flown_round(round_of(entry), entry.max_range.si, height_of(entry))
    elif entry.kind == "threats" and entry.text["class"] == "ballistic":
        names, flown = MISSILE_FIGURES, flown_missile(missile_of(entry))
    else:
        raise InputError(entry.name, "neither an interceptor nor a ballistic missile", "openiads catalog list")
    fitted = entry.lists.get("fitted", ())
    unknown = [name for name in fitted if name not in names or not entry.has(name)]
    if unknown:
        raise InputError(f"{entry.name}.fitted", f"{unknown[0]!r} is no published figure of it", ", ".join(names))
    return [
        _figure(entry.name, field, name, flown[field], entry.values[field], fitted)
        for field, name in names.items()
        if field in entry.values and field not in entry.lists.get("guidance_limits", ())
    ]


def _figure(entry: str, field: str, name: str, model: float, value: Value, fitted: tuple[str, ...]) -> PublishedFigure:
    kind = "fitted" if field in fitted else "bound" if fitted and field == "min_range" else "predicted"
    scale = value.si / value.number  # to the unit in which it is published
    share = FLOOR[value.status] * abs(value.number)  # an end that nobody published
    low = value.number - share if math.isnan(value.low) else value.low
    high = value.number + share if math.isnan(value.high) else value.high
    return PublishedFigure(entry, field, name, value.unit, model / scale, value.number, low, high, kind)


def growth(entry: Entry, guidance: str = "", samples: int = 200) -> Growth:
    """Median misses of a round against the target of its range: head-on, 250 m/s, at 10 km or what `height_of` says.

    Parameters
    ----------
    entry : Entry
    guidance : str, optional
        Another class whose errors the round is to have; its own if left out. Under command guidance the radar's track
        error (``TRACK_ANGLE`` times the range) stays to the end, and there is no angle error of its own.
    samples : int, optional

    Returns
    -------
    Growth
    """
    own = entry.text["guidance"]
    row = flyout.interceptor(round_values(entry) | {"guidance": guidance or own}, entry.name)
    misses = []
    for share in SHARES:
        distance = share * entry.max_range.si
        across = TRACK_ANGLE * distance
        target = lethality.ReferenceTarget(distance, height_of(entry), 250.0, GLINT)
        found = lethality.reference_misses(
            row, target, radar_angle=TRACK_ANGLE, track_error=(0.0, across, across), samples=samples
        )
        misses.append(float(np.median(found)))
    seen = tuple(math.hypot(share * entry.max_range.si, height_of(entry)) for share in SHARES)
    return Growth(entry.name, guidance or own, guidance not in ("", own), tuple(misses), seen)


def growths(book: Catalog) -> list[Growth]:
    """Misses of every round, and of one notional round for each guidance class that the catalog has no round of."""
    rounds = list(book.interceptors.values())
    lacking = [name for name in CLASSES if not any(entry.text["guidance"] == name for entry in rounds)]
    found = [growth(entry) for entry in rounds] + [growth(rounds[0], name) for name in lacking]
    return sorted(found, key=lambda each: (CLASSES.index(each.guidance), each.entry))


def ballistic(book: Catalog) -> Iterator[Entry]:
    """The ballistic missiles of the catalog."""
    return (entry for entry in book.threats.values() if entry.text["class"] == "ballistic")


def table(book: Catalog) -> JsonObject:
    """The whole table as plain values: ``interceptors`` and ``missiles`` (rows of figures), ``guidance`` (misses)."""

    def rows(entries: Iterable[Entry]) -> list[JsonObject]:
        found = [figure for entry in entries for figure in figures(entry)]
        return [asdict(each) | {"off": each.off, "outside": each.outside, "met": each.met} for each in found]

    return {
        "interceptors": rows(book.interceptors.values()),
        "missiles": rows(ballistic(book)),
        "shares": list(SHARES),
        "guidance": [asdict(each) | {"kept": each.kept} for each in growths(book)],
    }
