"""Catalog entries as the flight models take them at nominal values: the rows of a round and of a ballistic missile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from openiads.base.jsonable import Json, JsonObject
from openiads.catalog.records import Entry

if TYPE_CHECKING:
    import numpy as np


def round_values(entry: Entry) -> JsonObject:
    """Fields of `physics.flyout.INTERCEPTOR` (SI) of an interceptor entry, curves as ``mach`` and ``value`` lists."""
    from openiads.physics.flyout import INTERCEPTOR

    names = INTERCEPTOR.names or ()
    out: JsonObject = {name: entry.values[name].si for name in names if name in entry.values}
    for name in ("cd", "cn_max"):
        if name in entry.curves:
            out[name] = {key: list(column) for key, column in entry.curves[name].columns.items()}
    out["lit_range"] = 0.5 * entry.max_range.si  # of the reference engagement
    return out | {"guidance": entry.text["guidance"], "launch_kind": entry.text["launch_kind"]}


def scaled(values: Mapping[str, Json], impulse: float, drag: float) -> JsonObject:
    """Values of a round under its knobs: ``impulse`` is a factor on every thrust, ``drag`` one on the drag curve."""
    out = dict(values)
    for name in ("boost_thrust", "sustain_thrust"):
        if name in out:
            out[name] *= impulse
    if isinstance(out.get("cd"), Mapping):
        out["cd"] = {**out["cd"], "value": [c * drag for c in out["cd"]["value"]]}
    return out


def drawn_round(entry: Entry, drawn: Mapping[str, float]) -> JsonObject:
    """Values of a round with some of them drawn; ``impulse`` and ``drag`` among them are factors as in `scaled`.

    A drawn burn time keeps the total impulse, which has a factor of its own: the thrust falls as the time grows.
    """
    values = round_values(entry)
    values |= {name: number for name, number in drawn.items() if name in values}
    for burn, thrust in (("boost_time", "boost_thrust"), ("sustain_time", "sustain_thrust")):
        if burn in drawn and burn in values and drawn[burn] > 0.0 and thrust in values and thrust not in drawn:
            values[thrust] = values[thrust] * entry.values[burn].si / drawn[burn]
    return scaled(values, drawn.get("impulse", 1.0), drawn.get("drag", 1.0))


def round_of(entry: Entry, impulse: float = 1.0, drag: float = 1.0) -> np.void:
    """A row of `physics.flyout.INTERCEPTOR` of an interceptor entry; factors as in `scaled`."""
    from openiads.physics.flyout import interceptor

    row: np.void = interceptor(scaled(round_values(entry), impulse, drag), entry.name)
    return row


def missile_values(entry: Entry) -> JsonObject:
    """What `physics.ballistics.missile` takes (SI) of a ballistic threat entry."""
    drag = entry.curves["drag"].columns
    same = ("launch_mass", "burnout_mass", "burn_time", "specific_impulse", "diameter")
    return {name: entry.si(name) for name in same} | {
        "loft": entry.si("loft_angle"),
        "pitch_rate": entry.si("turn_rate"),
        "cd": {"mach": list(drag["mach"]), "value": list(drag["cd"])},
    }


def drawn_missile(entry: Entry, drawn: Mapping[str, float]) -> JsonObject:
    """Values of a ballistic missile with some of its fields drawn."""
    fields = {"loft_angle": "loft", "turn_rate": "pitch_rate"}
    return missile_values(entry) | {fields.get(name, name): number for name, number in drawn.items()}


def missile_of(entry: Entry) -> np.void:
    """A row of `physics.ballistics.MISSILE` of a ballistic threat entry."""
    from openiads.physics.ballistics import missile

    row: np.void = missile(missile_values(entry), entry.name)
    return row
