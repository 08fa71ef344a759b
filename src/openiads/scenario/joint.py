"""Flight parameters drawn together, conditionally on what is published of the flight.

Impulse, drag, loft and the like are known to a tenth or a factor of two each, but what follows from them is published:
how far a round reaches, how fast it is, how high it goes.  Drawn one by one they contradict that.  So all flight
parameters of an entry are drawn together, and a draw is kept only if each published figure comes out inside its own
interval, and if the round arrives at the engagement of which its kill probabilities are said.  Where the nominal
parameters miss a published interval, it is widened to hold what they give: that much the
model is known to be off.  Rejection from the prior is the limit of history matching with an exact emulator and no
implausibility beyond the intervals.

Sources: [craig1997; vernon2010].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from openiads.base.errors import InputError
from openiads.catalog.records import Entry, Value, value_at
from openiads.catalog.rounds import drawn_missile, drawn_round

DRAWS = 12  # kept, in the order of their reach; each forces new tables, so they are few
LOOKED_AT = 24  # draws of the prior whose figures are told
BATCH = 64
MOST_TRIED = 6400
EXACT = 0.05
AGAINST = (250.0, 5 * 9.80665)  # the target of a reach, m/s, and the load that must be there, m/s2
#: Moved by a knob of their own, or no matter of how it flies.
TERMINAL = ("terminal_a", "terminal_b", "terminal_r0", "terminal_share", "lit_range", "noise_interval")
#: Published limits of a round, drawn with its flight: they say where a reference engagement is, and what is allowed.
LIMITS = (
    "max_range",
    "min_range",
    "max_altitude",
    "min_altitude",
    "ballistic_max_range",
    "ballistic_max_altitude",
    "ballistic_min_altitude",
    "target_speed_limit",
)
FACTORS = {"impulse": ("boost_thrust", "sustain_thrust"), "drag": ("cd",)}
MISSILE = (
    "launch_mass",
    "burnout_mass",
    "burn_time",
    "specific_impulse",
    "diameter",
    "turn_rate",
    "loft_angle",
)
ROUND_FIGURES = ("max_range", "peak_speed", "apogee", "average_speed", "max_altitude")
#: Assumptions of the model about the engagement of which a kill probability is said, and by class its speed.
REFERENCES = (
    "reference_height",
    "reference_speed_aircraft",
    "reference_speed_cruise",
    "reference_speed_drone",
    "reference_speed_ballistic",
    "reference_speed_airliner",
)
MISSILE_FIGURES = ("range_max", "apogee", "flight_time", "burnout_speed")

Figures = dict[str, float]
Engagements = tuple[tuple[str, float, float], ...]
Bounds = dict[str, tuple[float, float]]
Flown = Callable[[Entry, Mapping[str, float], Bounds | None], Figures | None]
Members = dict[str, Value]


@dataclass(frozen=True)
class Joint:
    """The flight draws of an entry.

    Attributes
    ----------
    entry : str
    draws : tuple of dict
        Member (field of the entry, or factor) -> SI value; in the order of their reach.
    tried : int
        Draws of the prior that this took.
    bounds : dict of str to (float, float)
        Published figure -> the interval that was asked of it, SI; stretched to hold the nominal where that is outside.
    nominal : dict of str to float
        Published figure -> what the nominal parameters give.
    before, after : dict of str to (float, float)
        Published figure -> least and greatest of it over draws of the prior, and over those kept.
    beyond : tuple of str
        Published figures that the nominal flight itself does not keep.
    """

    entry: str
    draws: tuple[dict[str, float], ...]
    tried: int
    bounds: dict[str, tuple[float, float]]
    nominal: dict[str, float]
    before: dict[str, tuple[float, float]]
    after: dict[str, tuple[float, float]]
    beyond: tuple[str, ...] = ()

    @property
    def survives(self) -> float:
        """Share of the prior volume in which every published figure is kept."""
        return len(self.draws) / self.tried

    def at(self, share: float) -> dict[str, float]:
        """The draw at a share in [0, 1] of them."""
        return self.draws[min(int(share * len(self.draws)), len(self.draws) - 1)]


_KEPT: dict[tuple[object, ...], Joint] = {}


def members(entry: Entry, factors: Mapping[str, Value]) -> Members:
    """What is drawn together of an entry: doubtful fields of its flight, and factors in place of theirs."""
    if entry.kind == "threats":
        names: tuple[str, ...] = MISSILE if entry.text["class"] == "ballistic" else ()
        factors = {}
    else:
        from openiads.physics.flyout import INTERCEPTOR

        moved = {field for name in factors for field in FACTORS[name]}
        names = (*(n for n in INTERCEPTOR.names or () if n not in (*TERMINAL, *moved)), *LIMITS)
    own = {name: entry.values[name] for name in names if name in entry.values and entry.values[name].doubtful}
    return {**factors, **own}


def joint(entry: Entry, factors: Mapping[str, Value], model: Entry) -> Joint:
    """The flight draws of an interceptor or a ballistic missile; the same for equal entries.

    Parameters
    ----------
    entry : Entry
    factors : mapping of str to Value
        Intervals of the factors ``impulse`` and ``drag``, which stand for thrust and the drag curve.
    model : Entry
        Assumptions of the model: where the engagements are of which kill probabilities are said.

    Returns
    -------
    Joint

    Raises
    ------
    InputError
        No draw, or hardly one, keeps what is published.
    """
    drawn = members(entry, factors)
    figures = [n for n in (MISSILE_FIGURES if entry.kind == "threats" else ROUND_FIGURES) if _of_flight(entry, n)]
    numbers = tuple(sorted((n, v.si_low, v.si, v.si_high, v.scale) for n, v in drawn.items()))
    asked = tuple((n, entry.values[n].si_low, entry.values[n].si, entry.values[n].si_high) for n in figures)
    rest = tuple(sorted((n, v.si) for n, v in entry.values.items()))
    curves = tuple((n, *c.columns.values()) for n, c in sorted(entry.curves.items()))
    engagements = tuple((name, model.values[name].si_low, model.values[name].si_high) for name in REFERENCES)
    key = (entry.name, numbers, asked, rest, curves, engagements)
    if key not in _KEPT:
        _KEPT[key] = _found(entry, drawn, figures, engagements)
    return _KEPT[key]


def _found(entry: Entry, drawn: Members, asked: list[str], engagements: Engagements) -> Joint:
    flown = _flown_missile if entry.kind == "threats" else _flown_round
    bounds = {name: _asked(entry.values[name]) for name in asked}
    nominal = flown(entry, {}, None)
    if nominal is None:
        raise InputError(f"{entry.name}.flight", "the nominal round reaches nothing", "Repair its flight parameters.")
    beyond = tuple(name for name, (low, high) in bounds.items() if not low <= nominal[name] <= high)
    bounds = {name: (min(low, nominal[name]), max(high, nominal[name])) for name, (low, high) in bounds.items()}
    from openiads.base.draws import actor_number  # here: its module loads the compiler, and a run is read without

    rng = np.random.default_rng([actor_number(f"flight/{entry.name}"), len(drawn)])
    kept: list[tuple[float, dict[str, float], Figures]] = []
    prior: list[Figures] = []
    tried = 0
    while tried < MOST_TRIED and len(kept) < DRAWS:
        shares = _strata(rng, BATCH, len(drawn))
        for row in shares:
            tried += 1
            draw = {n: value_at(v, float(u)) for (n, v), u in zip(drawn.items(), row, strict=True)}
            if tried <= LOOKED_AT:
                seen = flown(entry, draw, None)
                prior += [] if seen is None else [seen]
            found = _kept(entry, draw, bounds, flown)
            if found is not None and _arrives(entry, draw, engagements):
                kept.append((found[asked[0]], draw, found))
            if len(kept) == DRAWS:
                break
    if len(kept) < 2:
        raise InputError(
            f"{entry.name}.flight",
            f"of {tried} draws of its flight parameters {len(kept)} keep its published {', '.join(asked)}",
            "Widen the intervals of these figures, or narrow those of the flight parameters.",
        )
    kept.sort(key=lambda each: each[0])
    after = [figures for _, _, figures in kept]
    draws = tuple(draw for _, draw, _ in kept)
    return Joint(entry.name, draws, tried, bounds, nominal, _hull(prior, asked), _hull(after, asked), beyond)


def _kept(entry: Entry, draw: Mapping[str, float], bounds: Bounds, flown: Flown) -> Figures | None:
    """Figures of a draw that keeps all that is published: first with a quick search, then with that of the table."""
    for asked in (bounds, None):
        found = flown(entry, draw, asked)
        if found is None or not all(low <= found[n] <= high for n, (low, high) in bounds.items()):
            return None
    return found


def _of_flight(entry: Entry, name: str) -> bool:
    """Whether a figure is published of an entry, and is one of its flight and not a limit that its guidance sets."""
    return name in entry.values and name not in entry.lists.get("guidance_limits", ())


def _asked(value: Value) -> tuple[float, float]:
    """The interval of a published figure; one that is told exactly is taken to a twentieth."""
    if not value.certain:
        return value.si_low, value.si_high
    return (1.0 - EXACT) * value.si, (1.0 + EXACT) * value.si


def _strata(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A Latin hypercube."""
    places = np.stack([rng.permutation(rows) for _ in range(columns)], axis=1)
    return (places + rng.random((rows, columns))) / rows


def _hull(found: list[Figures], names: list[str]) -> dict[str, tuple[float, float]]:
    return {n: (min(f[n] for f in found), max(f[n] for f in found)) for n in names if found}


def _flown_round(
    entry: Entry, draw: Mapping[str, float], bounds: dict[str, tuple[float, float]] | None
) -> Figures | None:
    """Figures of a round as drawn, as in the reach table; None where it reaches nothing, or not what ``bounds`` ask."""
    from openiads.physics import reach
    from openiads.physics.flyout import interceptor

    try:
        row = interceptor(drawn_round(entry, draw), entry.name)
    except InputError:  # more propellant than mass, and the like: no such round
        return None
    height = reach.range_height(entry.si("min_altitude", 0.0), entry.si("max_altitude", math.inf))
    if bounds is None:
        distance = reach.greatest_range(row, height=height, limit=1.5 * entry.values["max_range"].si + 50e3)
    else:
        distance = _between(lambda x: _meets(row, x, height), *bounds["max_range"])
    if distance <= 0.0:
        return None
    peak, apogee, _ = reach.long_shot(row, distance, height)
    found = {"max_range": distance, "peak_speed": peak, "apogee": apogee}
    found["average_speed"] = distance / reach.meeting(row, distance, height=height)[0]
    if not _of_flight(entry, "max_altitude"):
        return found
    if bounds is None:
        return found | {"max_altitude": reach.ceiling(row, distance)}
    if any(not low <= found[n] <= high for n, (low, high) in bounds.items() if n in found):
        return None
    low, high = bounds["max_altitude"]
    top = _between(lambda h: reach.climbs(row, distance, h), low, high, 100.0)
    return found | {"max_altitude": top} if top > 0.0 else None


def _arrives(entry: Entry, draw: Mapping[str, float], engagements: Engagements) -> bool:
    """Whether a round as drawn arrives at its reference engagements, at both ends and the middle of what they may be;
    a ballistic missile has none."""
    from openiads.physics.flyout import interceptor
    from openiads.physics.lethality import ReferenceTarget, reference_misses

    if entry.kind == "threats":
        return True
    row = interceptor(drawn_round(entry, draw), entry.name)
    at = {name: draw.get(name, entry.si(name)) for name in ("max_range", "max_altitude", "ballistic_max_range")}
    guided = "target_speed_limit" in entry.lists.get("guidance_limits", ())
    fastest = draw.get("target_speed_limit", entry.si("target_speed_limit")) if guided else math.inf
    for share in (1.0, 0.0, 0.5):
        height, *speeds = (low + share * (high - low) for _, low, high in engagements)
        for (name, _, _), speed in zip(engagements[1:], speeds, strict=True):
            if entry.values[f"pk_{name.removeprefix('reference_speed_')}"].si_high == 0.0:
                continue  # what a round is not made for was never said to be killed
            farthest = at["ballistic_max_range" if name.endswith("ballistic") else "max_range"]
            target = ReferenceTarget(0.5 * farthest, height * at["max_altitude"], min(speed, fastest))
            if not np.isfinite(reference_misses(row, target, samples=8)).all():
                return False
    return True


def _meets(row: np.void, distance: float, height: float) -> bool:
    """Whether the target of a reach is met there."""
    from openiads.physics import reach

    speed, load = AGAINST
    time, arrival, available = reach.meeting(row, distance, speed, height)
    return time < math.inf and arrival >= 1.5 * speed and available >= load


def _between(feasible: Callable[[float], bool], low: float, high: float, step: float = 0.0) -> float:
    """The greatest feasible argument if it lies between two, to a hundredth of them; else 0."""
    step = step or 0.01 * (high - low)
    if not feasible(low) or feasible(high) or feasible(1.05 * high):
        return 0.0
    good, bad = low, high
    while bad - good > step:
        mid = 0.5 * (good + bad)
        good, bad = (mid, bad) if feasible(mid) else (good, mid)
    return good


def _flown_missile(entry: Entry, draw: Mapping[str, float], bounds: Bounds | None) -> Figures | None:
    """Figures of a ballistic missile as drawn, at full burn; None where it does not come down."""
    from openiads.physics import ballistics

    try:
        path = ballistics.full_burn(ballistics.missile(drawn_missile(entry, draw), entry.name))
    except InputError:
        return None
    if not path.landed:
        return None
    return {
        "range_max": path.ground_range,
        "apogee": path.apogee,
        "flight_time": path.flight_time,
        "burnout_speed": path.burnout_speed,
    }
