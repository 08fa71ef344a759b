"""What the band of each knob implies: the published kind of figure (a detection range, a reach) at its ends.

*Range on 1 m2* is where one look detects a slowly fluctuating target of 1 m2 with probability 0.5, in free space on
boresight.  *Reach* and *peak speed* are those of the reach table, with the knob alone moved.  *Horizon* is that of an
antenna 20 m above a smooth sea against a flight at 100 m.  One set of functions serves every entry of every side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from openiads.base.jsonable import JsonObject
from openiads.catalog.records import Catalog, Entry
from openiads.catalog.rounds import round_of
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.sight import horizon_range
from openiads.physics.detection import REFERENCE_RANGE, required_snr
from openiads.physics.reach import greatest_range, long_shot, range_height
from openiads.scenario.bands import factors_of
from openiads.scenario.joint import Joint, joint
from openiads.scenario.knobs import Knob, knob_list
from openiads.scenario.load import Scenario
from openiads.scenario.signals import calibration


@dataclass(frozen=True, slots=True)
class Implied:
    """A figure at the low end, the nominal value and the high end of a knob."""

    name: str
    unit: str
    low: float
    nominal: float
    high: float


def table(catalog: Catalog, scenario: Scenario | None = None, *, several: bool = False) -> list[JsonObject]:
    """One row for each knob, of a scenario or of the whole catalog, or only for those that move more than one value;
    plain JSON.

    knob, kind, meaning, nominal, low, high, scale, certain, status, source, note, and ``figures``: rows of `Implied`
    """
    same = ("kind", "meaning", "nominal", "low", "high", "scale", "certain", "status", "note")
    return [
        {
            "knob": knob.name,
            **{name: getattr(knob, name) for name in same},
            "source": list(knob.source),
            "figures": [asdict(figure) for figure in implied(knob, catalog)],
        }
        for knob in knob_list(catalog, scenario)
        if not several or knob.world or knob.kind != "replaces"
    ]


def implied(knob: Knob, catalog: Catalog) -> list[Implied]:
    """What a knob's band means in published kinds of figure; none where nobody publishes one."""

    def moved(name: str, unit: str, figure: Callable[[float], float]) -> Implied:
        return Implied(name, unit, *(float(figure(value)) for value in (knob.low, knob.nominal, knob.high)))

    what = knob.name.partition(".")[2]
    if what == "earth_factor":
        return [moved("horizon", "km", lambda factor: horizon_range(20.0, 100.0, factor * MEAN_RADIUS) / 1000.0)]
    if knob.world:
        return []
    entry = catalog[knob.entry]
    if what == "snr":
        return [moved("range on 1 m2", "km", lambda decibels: _seen(entry, decibels) / 1000.0)]
    if what == "flight":
        return _kept(joint(entry, factors_of(entry), catalog.model))
    if what in ("impulse", "drag"):
        return [
            moved("reach", "km", lambda factor: _flown(entry, what, factor)[0] / 1000.0),
            moved("peak speed", "m/s", lambda factor: _flown(entry, what, factor)[1]),
        ]
    if what == "pk":
        asked = {name.removeprefix("pk_"): entry.get(name) for name in knob.fields}
        return [Implied(f"kill of {name}", "", v.si_low, v.si, v.si_high) for name, v in asked.items()]
    if what == "signature":
        nose = dict(entry.every_value())[knob.fields[0]].si
        return [
            moved("nose-on cross-section", "m2", lambda decibels: nose * 10.0 ** (decibels / 10.0)),
            moved("detection range over the nominal", "", lambda decibels: 10.0 ** (decibels / 40.0)),
        ]
    named = {"crew": ("crew delay", "s"), "cep_factor": ("median miss", "m"), "speed": ("speed", "m/s")}
    if what not in named:
        return []
    scale = 1.0 if what == "speed" else entry.si(knob.fields[0])
    return [moved(*named[what], lambda value: scale * value)]


def _kept(flight: Joint) -> list[Implied]:
    """The published figures of a flight: least and greatest over what is sampled of it."""
    words = {
        "max_range": ("reach", "km", 1e-3),
        "range_max": ("range", "km", 1e-3),
        "peak_speed": ("peak speed", "m/s", 1.0),
        "burnout_speed": ("burnout speed", "m/s", 1.0),
    }
    found = []
    for field, (name, unit, scale) in words.items():
        if field in flight.after:
            least, most = flight.after[field]
            found.append(Implied(name, unit, scale * least, scale * flight.nominal[field], scale * most))
    return found


def _seen(radar: Entry, decibels: float) -> float:
    """Range (m) on 1 m2 with a knob on the calibration, not above the instrumented range."""
    ratio = required_snr(0.5, swerling=1, n_pulses=int(radar.pulses.si), pfa=radar.false_alarm_probability.si)
    snr = 10.0 ** ((calibration(radar).nominal + decibels) / 10.0)
    return min(REFERENCE_RANGE * float(snr / ratio) ** 0.25, float(radar.instrumented_range.si))


def _flown(entry: Entry, what: str, factor: float) -> tuple[float, float]:
    """Reach (m) and peak speed (m/s) of a round with one of its flight knobs moved."""
    row = round_of(entry, **{what: factor})
    height = range_height(entry.si("min_altitude"), entry.si("max_altitude"))
    distance = greatest_range(row, height=height, limit=1.5 * entry.max_range.si + 50e3)
    return distance, long_shot(row, distance, height)[0] if distance > 0.0 else 0.0
