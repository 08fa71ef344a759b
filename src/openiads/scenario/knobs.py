"""The knobs: everything that carries knowledge spread, listed once in knobs.toml.

A knob belongs to one catalog entry (`64n6e2.snr`) or to the world (`world.earth_factor`). It turns a number u
in (0, 1) into an offset in decibels, a factor, or the values of its fields. World knobs are shared by all variants of
a comparison, system knobs are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.toml import parse_toml
from openiads.base.words import nearest
from openiads.catalog.load import parse_value
from openiads.catalog.records import Catalog, Entry, Value, value_at

if TYPE_CHECKING:
    from openiads.physics.calibration import Calibration, QuotedRange
    from openiads.scenario.load import Scenario


KINDS = ("offset", "factor", "replaces", "share")
BUILDS = ("none", "mask", "flyout", "arcs")
LEVELS = 5  # of a knob that forces new flyout tables: its variance in a sample is 1 - 1 / LEVELS^2 of the band's


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing in doubt.

    Attributes
    ----------
    name : str
        `ENTRY.KNOB` or `world.KNOB`, the key of its draw and of the values that a build takes.
    kind : str
        "offset" (decibels added), "factor", "replaces" (SI value of the field of that name) or "share" (0 to 1, where
        each of its fields stands between the ends of its own interval, so that all move together).
    entry : str
        Catalog entry, empty for the world.
    fields : tuple of str
        What it moves.
    rebuild : str
        Build product that changes with it.
    meaning : str
        In words.
    nominal, low, high : float
        Of the knob itself.
    scale : str
        "linear" or "log".
    source, status, note : tuple of str, str, str
        Evidence of the band.
    """

    name: str
    kind: str
    entry: str
    fields: tuple[str, ...]
    rebuild: str
    meaning: str
    nominal: float
    low: float
    high: float
    scale: str
    source: tuple[str, ...]
    status: str
    note: str

    @property
    def world(self) -> bool:
        """Whether all variants of a comparison share it."""
        return not self.entry

    @property
    def certain(self) -> bool:
        """True where a scenario fixes it or nothing is in doubt."""
        return self.low == self.high

    def at(self, u: float, weighting: str = "uniform") -> float:
        """The knob's value at u in (0, 1) of its band; weighting as in `value_at`."""
        numbers = (self.nominal, self.low, self.high)
        bare = ("", self.low, self.high, (), self.status, "", "number", self.scale, self.certain)
        return value_at(Value(self.nominal, *bare, *numbers), u, weighting)


def known_knobs(names: Iterable[str], catalog: Catalog, scenario: Scenario) -> dict[str, Knob]:
    """The knobs of a scenario by name; InputError, with the nearest one, for a name that is none of them."""
    known = {knob.name: knob for knob in knob_list(catalog, scenario)}
    for name in names:
        if name not in known:
            remedy = f"{nearest(name, list(known))}See docs/reference/catalog.md"
            raise InputError(f"knob.{name}", f"not a knob of {scenario.name}", remedy)
    return known


def sample(knobs: Iterable[Knob], u: ArrayLike, weighting: str = "uniform") -> list[dict[str, float]]:
    """Parameter samples: the values, by name, that a run takes as ``knobs``.

    A parameter that forces new flyout tables takes one of five values, the middles of equally likely parts of its
    interval, so that the tables of a sample are few and are exact for the values told.

    Parameters
    ----------
    knobs : iterable of Knob
        Those of the world come first, then the others in the order given; a certain one takes its column and its value.
    u : array_like
        Shares in (0, 1), (samples, knobs), a column for each in that order.
    weighting : {"uniform", "triangular"}
        Of the intervals.

    Returns
    -------
    list of dict
        One for each row of `u`.

    Raises
    ------
    InputError
        For numbers that are no such sample.

    Examples
    --------
    >>> import openiads as oi
    >>> knobs = oi.knob_list(oi.catalog(), oi.load("one_on_one"))[:2]
    >>> len(oi.sample(knobs, [[0.5, 0.5], [0.1, 0.9]]))
    2
    """
    ordered = sorted(knobs, key=lambda knob: not knob.world)
    shares = np.asarray(u, dtype=np.float64)
    if shares.ndim != 2 or shares.shape[1] != len(ordered) or not ((shares > 0.0) & (shares < 1.0)).all():
        raise InputError(
            "knobs.sample",
            f"shares of shape {shares.shape} for {len(ordered)} knobs",
            "Give one row for each world and one column for each knob, all between 0 and 1.",
        )
    stepped = (np.floor(shares * LEVELS) + 0.5) / LEVELS
    columns = [
        [knob.at(float(share), weighting) for share in (stepped if knob.rebuild == "flyout" else shares)[:, k]]
        for k, knob in enumerate(ordered)
    ]
    names = [knob.name for knob in ordered]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@cache
def _templates() -> tuple[JsonObject, ...]:
    text = (resources.files("openiads.scenario") / "knobs.toml").read_text(encoding="utf-8")
    rows = parse_toml(text, "knobs.toml")["knob"]
    for row in rows:
        if row["kind"] not in KINDS or row["rebuild"] not in BUILDS or row["band"] not in ("ranges", "value", "own"):
            raise InputError(f"knobs.{row.get('name')}", "unknown kind, band or rebuild", "See the head of knobs.toml.")
    return tuple(rows)


def knob_list(catalog: Catalog, scenario: Scenario | None = None) -> tuple[Knob, ...]:
    """The uncertain parameters of a scenario or of the whole catalog, those of the world first, then by entry.

    Parameters
    ----------
    catalog : Catalog
        Of `catalog` or `catalog_of`.
    scenario : Scenario, optional
        Only those of the entries it uses; a setting of the world that it gives is fixed at its value.

    Returns
    -------
    tuple of Knob
        Each with its interval, and who said so.

    Raises
    ------
    InputError
        For an entry that is not in the catalog.

    Examples
    --------
    >>> import openiads as oi
    >>> [knob.name for knob in oi.knob_list(oi.catalog(), oi.load("one_on_one"))][0].partition(".")[0]
    'world'
    """
    names = sorted(catalog.entries) if scenario is None else sorted(used_entries(catalog, scenario))
    found = [_world_knob(row, scenario) for row in _templates() if row["applies_to"] == "world"]
    for name in names:
        entry = catalog[name]
        rows = [row for row in _templates() if row["applies_to"] == entry.kind]
        found += [_entry_knob(row, entry) for row in rows if row["band"] != "value" or _has_all(entry, row["fields"])]
    return tuple(found)


def nominal_values(knobs: Iterable[Knob]) -> dict[str, float]:
    """Knob name -> nominal value; a share is left out, because its fields are not all nominal at one share."""
    return {knob.name: knob.nominal for knob in knobs if knob.kind != "share"}


def used_entries(catalog: Catalog, scenario: Scenario) -> set[str]:
    """Names of all catalog entries that a scenario puts in place."""
    used = {raid.threat for raid in scenario.raids} | {flight.kind for flight in scenario.flights}
    for site in scenario.sites:
        system = catalog[site.system]
        low = site.low_altitude or system.get("low_altitude", "none")
        used |= {
            site.system,
            system.post,
            *system.surveillance,
            system.engagement_radar,
        }
        used |= {row.text[key] for row in system.launchers for key in ("launcher", "interceptor")}
        used |= {low} - {"none"}
    return used


def quotes_of(radar: Entry, loss: Callable[[float], float] | None = None) -> list[QuotedRange]:
    """The quoted ranges of a radar entry for `calibration.calibrated_snr`.

    Parameters
    ----------
    radar : Entry
    loss : callable, optional
        Two-way loss (power ratio, 1 or more) that the simulation applies at a range in meters, so that the calibration
        undoes it. A noise-limited range with an interval enters as three quotes of one kind: its low end, its number
        and its high end; a horizon-limited one, a lower bound, as its low end alone: no more of it is sure.

    Returns
    -------
    list of QuotedRange
    """
    from openiads.physics.calibration import QuotedRange

    quotes = []
    for row in radar.tables["ranges"]:
        rcs = (row.rcs.si_low, row.rcs.si_high) if row.has("rcs") else None
        pd = (row.probability.si_low, row.probability.si_high) if row.has("probability") else None
        distances = sorted({row.range.si_low, row.range.si, row.range.si_high})
        if row.kind != "noise_limited":
            distances = [row.range.si] if row.kind == "instrumented" else [row.range.si_low]
        quotes += [QuotedRange(d, row.kind, rcs, pd, 1.0 if loss is None else loss(d)) for d in distances]
    return quotes


def calibration(radar: Entry, loss: Callable[[float], float] | None = None) -> Calibration:
    """Signal-to-noise ratio (dB, 1 m2 at 100 km; nominal, low, high) of a radar entry: one function for every radar
    of every side."""
    return _calibrated(tuple(quotes_of(radar, loss)), int(radar.pulses.si), radar.false_alarm_probability.si)


@lru_cache(maxsize=64)
def _calibrated(quotes: tuple[QuotedRange, ...], pulses: int, alarm: float) -> Calibration:
    from openiads.physics.calibration import calibrated_snr

    return calibrated_snr(quotes, swerling=1, n_pulses=pulses, pfa=alarm)


def _world_knob(row: JsonObject, scenario: Scenario | None) -> Knob:
    knob = _own(row)
    given = None if scenario is None else getattr(scenario.world, row["setting"])
    return knob if given is None else replace(knob, nominal=given, low=given, high=given, note="fixed by the scenario")


def _entry_knob(row: JsonObject, entry: Entry) -> Knob:
    if row["band"] == "own":
        return _own(row, entry.name)
    if row["band"] == "ranges":
        found = calibration(entry)
        sources = tuple(sorted({key for r in entry.ranges for key in r.range.source}))
        band = (0.0, found.low - found.nominal, found.high - found.nominal, "linear")
        return _knob(row, entry.name, band, (sources, "derived", "from the quoted ranges of the radar"))
    values = dict(entry.every_value())
    first = values[row["fields"][0]]
    evidence = (first.source, first.status, first.note)
    numbers = (first.si, first.si_low, first.si_high)
    if row["kind"] == "replaces":
        return _knob(row, entry.name, (*numbers, first.scale), evidence)
    if row["kind"] == "share":
        doubtful = next((v for v in (values[field] for field in row["fields"]) if v.si_high > v.si_low), None)
        if doubtful is None:  # all exact: nothing to move
            return _knob(row, entry.name, (0.5, 0.5, 0.5, "linear"), evidence)
        share = (doubtful.si - doubtful.si_low) / (doubtful.si_high - doubtful.si_low)
        return _knob(row, entry.name, (share, 0.0, 1.0, "linear"), evidence)
    nominal, low, high = (number / first.si for number in numbers)
    if row["kind"] == "offset":
        nominal, low, high = (10.0 * math.log10(ratio) for ratio in (nominal, low, high))
        return _knob(row, entry.name, (nominal, low, high, "linear"), evidence)
    return _knob(row, entry.name, (nominal, low, high, first.scale), evidence)


def _own(row: JsonObject, entry: str = "") -> Knob:
    dimension = "decibel" if row["kind"] == "offset" else "number"
    value = parse_value(f"knobs.{row['name']}", row["value"], dimension)
    band = (value.si, value.si_low, value.si_high, value.scale)
    return _knob(row, entry, band, (value.source, value.status, value.note))


def _knob(
    row: JsonObject,
    entry: str,
    band: tuple[float, float, float, str],
    evidence: tuple[tuple[str, ...], str, str],
) -> Knob:
    name = f"{entry or 'world'}.{row['name']}"
    return Knob(name, row["kind"], entry, tuple(row["fields"]), row["rebuild"], row["meaning"], *band, *evidence)


def _has_all(entry: Entry, fields: list[str]) -> bool:
    """Whether an entry has every field, each above zero (a factor or offset of nothing is nothing)."""
    paths = dict(entry.every_value())
    return all(field in paths and paths[field].si > 0.0 for field in fields)
