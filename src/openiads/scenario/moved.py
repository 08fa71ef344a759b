"""What a world's knob values make of the values of the catalog: every field that they move, in SI units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from openiads.catalog.grades import PREFIX
from openiads.catalog.records import Catalog, Entry, Value
from openiads.scenario import bands
from openiads.scenario.joint import FACTORS, joint
from openiads.scenario.knobs import lowest


@dataclass
class Moved:
    """Values in a world.

    Attributes
    ----------
    fields : dict of (entry, path) to float
        SI values of what is not nominal.
    factors : dict of str to float
        Factors that a joint draw brings, by knob name.
    """

    fields: dict[tuple[str, str], float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)


def moved(catalog: Catalog, knobs: Mapping[str, float]) -> Moved:
    """What knob values move; offsets and factors act where their fields are read, except those of a joint draw.

    A value that has a knob of its own and is given takes precedence over a share or a joint draw.

    Parameters
    ----------
    catalog : Catalog
    knobs : mapping of str to float
        Name -> value; names that are none are left alone.

    Returns
    -------
    Moved
    """
    out, single = Moved(), Moved()
    for name, number in knobs.items():
        owner, _, what = name.partition(".")
        if owner not in catalog.entries:
            continue
        entry = catalog[owner]
        row = bands.template(entry, what)
        if row is None:
            _set(single, entry, what, number)
        elif row["kind"] == "joint":
            _draw(out, catalog, entry, number)
        elif row["kind"] == "share":
            _share(out, catalog, entry, bands.paths(entry, row["fields"]), number)
    return Moved(out.fields | single.fields, out.factors)


def _set(out: Moved, entry: Entry, what: str, number: float) -> None:
    """A single value."""
    path = entry.named.get(what)
    if path is not None:
        out.fields[entry.name, path] = number


def _draw(out: Moved, catalog: Catalog, entry: Entry, share: float) -> None:
    """All flight parameters of an entry, as drawn together."""
    factors = bands.factors_of(entry)
    for name, number in joint(entry, factors, catalog.model).at(share).items():
        if name in FACTORS and name in factors:
            out.factors[f"{entry.name}.{name}"] = number
        else:
            out.fields[entry.name, name] = number


def _share(out: Moved, catalog: Catalog, entry: Entry, paths: tuple[str, ...], share: float) -> None:
    values = dict(entry.every_value())
    for path in paths:
        value = values[path]
        if path.startswith(PREFIX):
            out.fields[entry.name, path] = kill_probability(catalog, path, value, share)
        elif value.doubtful:
            out.fields[entry.name, path] = between(value, share)


def between(value: Value, share: float) -> float:
    """The number at a share of a value's interval, in its logarithm where it is of that scale; its ends exactly."""
    if share in (0.0, 1.0):
        return value.si_high if share else value.si_low
    if value.scale == "log" and value.si_low > 0.0:
        return value.si_low * math.pow(value.si_high / value.si_low, share)
    return value.si_low + share * (value.si_high - value.si_low)


def kill_probability(catalog: Catalog, name: str, value: Value, share: float) -> float:
    """A kill probability at a share of its interval; from 0 down to -1, evenly in the logarithm from its low end to the
    lowest figure that a sceptic grants it."""
    if share >= 0.0:
        return value.si_low + share * (value.si_high - value.si_low)
    floor = lowest(catalog, name, value)
    if not 0.0 < floor < value.si_low:
        return value.si_low
    return floor * math.pow(value.si_low / floor, max(1.0 + share, 0.0))
