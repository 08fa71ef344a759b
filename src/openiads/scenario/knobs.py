"""The knobs: everything that carries parameter uncertainty.

A knob belongs to one catalog entry (`64n6e2.snr`) or to the world (`world.earth_factor`). It turns a number u
in (0, 1) into an offset in decibels, a factor, or the values of its fields. What is correlated has a knob in
`knobs.toml`; every other value in doubt has one of its own. World knobs are shared by all variants of a comparison,
system knobs are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.words import nearest
from openiads.catalog.checks import RECEIVERS
from openiads.catalog.grades import ODDS, PREFIX
from openiads.catalog.records import Catalog, Entry, Value, value_at
from openiads.scenario import bands, signals
from openiads.scenario.emission import unread_by
from openiads.scenario.joint import DRAWS, FACTORS, members

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario


LEVELS = 5  # of a factor on a flight: its variance in a sample is 1 - 1 / LEVELS^2 of the band's
COARSE = 3  # of a knob that forces other tables
STEPS = {"flyout": LEVELS, "arcs": COARSE, "tables": COARSE, "relief": COARSE, "misses": COARSE}


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing in doubt.

    Attributes
    ----------
    name : str
        `ENTRY.KNOB` or `world.KNOB`, the key of its draw and of the values that a build takes.
    kind : str
        "offset" (decibels added), "factor", "replaces" (SI value of the field of that name), "share" (0 to 1, where
        each of its fields stands between the ends of its own interval, so that all move together), "joint" (0 to 1,
        which of the draws of its fields that keep what is published, `scenario.joint`) or "state" (0 to 1, which of
        some states, each over its share of time).
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
    whole : bool
        Whether it counts: every whole number of the band is as likely as the next.
    within : str
        The joint knob that samples it; by itself it can only be set.
    doubted : tuple of float
        Of a share of kill probabilities: lowest counted figure, low, nominal and high of the class with the farthest
        way from the first to the third; the arms "log_uniform" and "skeptical" are even in the logarithm of its figure.
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
    whole: bool = False
    within: str = ""
    doubted: tuple[float, ...] = ()

    @property
    def world(self) -> bool:
        """Whether all variants of a comparison share it."""
        return not self.entry

    @property
    def certain(self) -> bool:
        """True where a scenario fixes it or nothing is in doubt."""
        return self.low == self.high

    @property
    def steps(self) -> int:
        """Values that it takes in a sample, the middles of equally likely parts of its band; 0: any."""
        return DRAWS if self.kind == "joint" else STEPS.get(self.rebuild, 0)

    def at(self, u: float, weighting: str = "uniform") -> float:
        """The knob's value at u in (0, 1) of its band.

        Parameters
        ----------
        u : float
        weighting : {"uniform", "triangular", "log_uniform", "skeptical"}
            As in `value_at`. "skeptical" takes a share of kill probabilities from the lowest figure that somebody
            counted (a value below 0: `scenario.moved`) to the nominal one, evenly in the logarithm; of other knobs it
            is uniform. The draws of a joint knob and of a state are equally likely whatever the weighting.
        """
        if self.kind in ("joint", "state"):
            return u
        if self.doubted and weighting in ("log_uniform", "skeptical"):
            return _doubted(self.doubted, u, weighting)
        numbers = (self.nominal, self.low, self.high)
        dimension = "count" if self.whole else "number"
        bare = ("", self.low, self.high, (), self.status, "", dimension, self.scale, self.certain)
        return value_at(Value(self.nominal, *bare, *numbers), u, weighting)


def _doubted(figures: tuple[float, ...], u: float, weighting: str) -> float:
    """Share of an interval of kill probability, even in the logarithm of the figure of its widest class."""
    floor, low, nominal, high = figures
    begin, end = (low, high) if weighting == "log_uniform" else (floor, nominal)
    figure = begin * math.pow(end / begin, u)
    if figure >= low:
        return (figure - low) / (high - low)
    return math.log(figure / floor) / math.log(low / floor) - 1.0


def known_knobs(names: Iterable[str], catalog: Catalog, scenario: Scenario) -> dict[str, Knob]:
    """The knobs of a scenario by name; InputError, with the nearest one, for a name that is none of them."""
    known = {knob.name: knob for knob in (*knob_list(catalog, scenario), *set_only(catalog, scenario))}
    for name in names:
        if name not in known:
            remedy = f"{nearest(name, list(known))}See docs/reference/catalog.md"
            raise InputError(f"knob.{name}", f"not a knob of {scenario.name}", remedy)
    return known


def sample(knobs: Iterable[Knob], u: ArrayLike, weighting: str = "uniform") -> list[dict[str, float]]:
    """Parameter samples: the values, by name, that a run takes as ``knobs``.

    A parameter that forces new tables takes one of few values, the middles of equally likely parts of its
    interval, so that the tables of a sample are few and are exact for the values told.

    Parameters
    ----------
    knobs : iterable of Knob
        Those of the world come first, then the others in the order given; a certain one takes its column and its value.
    u : array_like
        Shares in (0, 1), (samples, knobs), a column for each in that order.
    weighting : {"uniform", "triangular", "log_uniform", "skeptical"}
        Of the intervals: `Knob.at`.

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
    columns = []
    for knob, column in zip(ordered, shares.T, strict=True):
        middles = (np.floor(column * knob.steps) + 0.5) / knob.steps if knob.steps else column
        columns.append([knob.at(float(share), weighting) for share in middles])
    names = [knob.name for knob in ordered]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


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
    found = [_world_knob(row, scenario) for row in bands.templates("world")]
    for name in _names(catalog, scenario):
        found += _of_entry(catalog, catalog[name])
    idle = frozenset() if scenario is None else unread_by(scenario) | undrawn(scenario)
    return tuple(knob for knob in found if not knob.fields or not idle.issuperset(knob.fields))


def undrawn(scenario: Scenario) -> frozenset[str]:
    """Fields that are read only where the state of the air is drawn, and here it is declared."""
    drawn = {"ducting", "duct_evaporation_share", "duct_surface_share"}
    return frozenset() if scenario.world.ducting == "drawn" else frozenset(drawn)


def set_only(catalog: Catalog, scenario: Scenario | None = None) -> tuple[Knob, ...]:
    """The knobs that no sample takes by themselves, because a share or a joint one does: they can only be set."""
    found = []
    for entry in (catalog[name] for name in _names(catalog, scenario)):
        found += [_entry_knob(row, entry, catalog) for row in _rows(entry) if row.get("within")]
        values = dict(entry.every_value())
        for knob in _of_entry(catalog, entry):
            if knob.kind in ("share", "joint"):
                single = [path for path in knob.fields if path in values and values[path].doubtful]
                found += [_single_knob(catalog, entry, p, (p,), values[p], knob.name) for p in single]
    return tuple(found)


def _names(catalog: Catalog, scenario: Scenario | None) -> list[str]:
    """The entries that have knobs."""
    if scenario is None:
        return sorted(catalog.entries)
    return sorted(used_entries(catalog, scenario) | {catalog.identification.name, catalog.model.name})


def _of_entry(catalog: Catalog, entry: Entry) -> list[Knob]:
    """The knobs of an entry: those of `knobs.toml`, then one for each value in doubt that none of them moves."""
    found = [_entry_knob(row, entry, catalog) for row in _rows(entry) if not row.get("within")]
    taken = {path for row in _rows(entry) for path in bands.paths(entry, row["fields"])}
    taken |= {path for knob in found for path in knob.fields} | bands.unread(entry.kind)
    for path, value in entry.every_value():
        if value.doubtful and path not in taken:
            taken.add(path)
            found.append(_single_knob(catalog, entry, path, (path,), value))
    return found


def _single_knob(
    catalog: Catalog, entry: Entry, path: str, fields: tuple[str, ...], value: Value, within: str = ""
) -> Knob:
    """The knob that sets one value, under the value's own name."""
    table, _, inner = path.partition("[")
    spec = catalog.raw["fields"].get(entry.kind, {}).get(table, [])
    spec = spec if not inner else spec.get(path.rpartition(".")[2], [])
    meaning = str(spec[2]) if isinstance(spec, list) and len(spec) > 2 else path
    names = {path: name for name, path in entry.named.items()}
    name = f"{entry.name}.{names[path]}"
    rebuild = bands.rebuild_of(entry.kind, path)
    band = (value.si, value.si_low, value.si_high, value.scale)
    evidence = (value.source, value.status, value.note)
    whole = value.dimension == "count"
    return Knob(name, "replaces", entry.name, fields, rebuild, meaning, *band, *evidence, whole, within)


def _rows(entry: Entry) -> list[JsonObject]:
    """The rows of `knobs.toml` that an entry has something for."""
    rows = bands.templates_of(entry)
    return [row for row in rows if row["band"] not in ("value", "joint") or _has(entry, row)]


def nominal_values(knobs: Iterable[Knob]) -> dict[str, float]:
    """Knob name -> nominal value; shares are left out, because their fields are not all nominal at one share."""
    return {knob.name: knob.nominal for knob in knobs if knob.kind not in ("share", "joint", "state")}


def used_entries(catalog: Catalog, scenario: Scenario) -> set[str]:
    """Names of all catalog entries that a scenario puts in place."""
    used = {raid.threat for raid in scenario.raids} | {flight.kind for flight in scenario.flights}
    used |= {kind for airway in scenario.airways for kind in airway.kinds}
    used |= {kind for row in scenario.recordings for kind in (row.kind, *row.kinds.values())}
    used |= {raid.weapon for raid in scenario.raids if raid.weapon} | {command.post for command in scenario.commands}
    jammers = jammers_of(scenario)
    used |= jammers
    used |= {sensor.radar for sensor in scenario.early_warnings}
    for site in scenario.sites:
        system = catalog[site.system]
        low = site.low_altitude or system.get("low_altitude", "none")
        used |= {
            site.system,
            system.post,
            system.get("fire_unit_post", system.post),
            *system.surveillance,
            system.engagement_radar,
        }
        used |= {row.text[key] for row in system.launchers for key in ("launcher", "interceptor")}
        used |= {low} - {"none"}
    if jammers:
        used |= {receiver_of(catalog[name]) for name in used if catalog[name].kind == "radars"}
    return used


def jammers_of(scenario: Scenario) -> set[str]:
    """Names of the jammers that its raids and flights carry."""
    carried = [raid.jammer for raid in scenario.raids] + [flight.jammer for flight in scenario.flights]
    return {name for name in carried if name}


def receiver_of(radar: Entry) -> str:
    """Name of the class of receiver of a radar: its own, or that of its role."""
    return str(radar.text.get("receiver", RECEIVERS[radar.text["role"]]))


def _world_knob(row: JsonObject, scenario: Scenario | None) -> Knob:
    knob = _own(row)
    given = None if scenario is None or knob.kind == "state" else getattr(scenario.world, row["setting"])
    return knob if given is None else replace(knob, nominal=given, low=given, high=given, note="fixed by the scenario")


def _entry_knob(row: JsonObject, entry: Entry, catalog: Catalog) -> Knob:
    if row["band"] == "own":
        return _own(row, entry.name)
    fields = bands.paths(entry, row["fields"])
    values = dict(entry.every_value())
    if row["band"] == "joint":
        drawn = members(entry, bands.factors_of(entry))
        keys = tuple(sorted({key for value in drawn.values() for key in value.source}))
        told = (keys, "derived", "draws that keep what is published")
        moved = {field: None for name in FACTORS if name in drawn for field in FACTORS[name] if field in values}
        return _knob(row, entry.name, tuple({**drawn, **moved}), (0.5, 0.0, 1.0, "linear"), told)
    if row["band"] == "ranges":
        found = signals.calibration(entry)
        sources = tuple(sorted({key for r in entry.ranges for key in r.range.source}))
        band = (0.0, found.low - found.nominal, found.high - found.nominal, "linear")
        return _knob(row, entry.name, fields, band, (sources, "derived", "from the quoted ranges of the radar"))
    first = values[row["fields"][0]] if row["fields"][0] in values else values[fields[0]]
    if row["kind"] == "share":
        return _share(row, entry, catalog, fields)
    evidence = (first.source, first.status, first.note)
    nominal, low, high = (number / first.si for number in (first.si, first.si_low, first.si_high))
    if row["kind"] == "offset":
        nominal, low, high = (10.0 * math.log10(ratio) for ratio in (nominal, low, high))
        return _knob(row, entry.name, fields, (nominal, low, high, "linear"), evidence)
    return _knob(row, entry.name, fields, (nominal, low, high, first.scale), evidence)


def _share(row: JsonObject, entry: Entry, catalog: Catalog, fields: tuple[str, ...]) -> Knob:
    """A knob that moves several values together through their intervals; its evidence is that of the first in doubt."""
    values = dict(entry.every_value())
    doubtful = next((values[field] for field in fields if values[field].doubtful), None)
    if doubtful is None:  # all exact: nothing to move
        first = values[fields[0]]
        return _knob(row, entry.name, fields, (0.5, 0.5, 0.5, "linear"), (first.source, first.status, first.note))
    share = (doubtful.si - doubtful.si_low) / (doubtful.si_high - doubtful.si_low)
    evidence = (doubtful.source, doubtful.status, doubtful.note)
    knob = _knob(row, entry.name, fields, (share, 0.0, 1.0, "linear"), evidence)
    graded = {field: values[field] for field in fields if values[field].grade and values[field].si_low > 0.0}
    if not graded:
        return knob
    figures = [(lowest(catalog, name, v), v.si_low, v.si, v.si_high) for name, v in graded.items()]
    return replace(knob, doubted=max(figures, key=lambda each: each[2] / each[0]))


def lowest(catalog: Catalog, field: str, value: Value) -> float:
    """The lowest figure that a sceptic grants a kill probability: the lowest that somebody who neither fired nor sold
    counted for one round against that class, whatever the system; where nobody counted rounds, the least width of a
    guess."""
    told: Mapping[str, JsonObject] = catalog.raw.get("evidence", {}).get("lowest", {})
    row = told.get(field.removeprefix(PREFIX), {})
    if row.get("counts_rounds"):
        return min(float(row["low"]), 0.999 * value.si_low)
    odds = value.si / (1.0 - value.si) / ODDS["guess"]
    return min(odds / (1.0 + odds), 0.999 * value.si_low)


def _own(row: JsonObject, entry: str = "") -> Knob:
    value = bands.own_value(row)
    band = (value.si, value.si_low, value.si_high, value.scale)
    return _knob(row, entry, tuple(row["fields"]), band, (value.source, value.status, value.note))


def _knob(
    row: JsonObject,
    entry: str,
    fields: tuple[str, ...],
    band: tuple[float, float, float, str],
    evidence: tuple[tuple[str, ...], str, str],
) -> Knob:
    name, within = f"{entry or 'world'}.{row['name']}", row.get("within", "")
    told = (name, row["kind"], entry, fields, row["rebuild"], row["meaning"], *band, *evidence)
    return Knob(*told, within=f"{entry}.{within}" if within else "")


def _has(entry: Entry, row: JsonObject) -> bool:
    """Whether an entry has something in doubt for a row: a factor or offset of nothing is nothing."""
    if row["band"] == "joint":
        return bool(members(entry, bands.factors_of(entry)))
    found = dict(entry.every_value())
    values = [found[path] for path in bands.paths(entry, row["fields"])]
    if row["kind"] in ("factor", "offset"):
        return row["fields"][0] in found and values[0].si > 0.0
    return any(value.doubtful for value in values) or (row["name"] == "pk" and bool(values))
