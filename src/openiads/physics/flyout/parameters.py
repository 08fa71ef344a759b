"""Rows of interceptors from SI values: checked, and with what is derived by flying the round once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.constants import SEMI_MAJOR
from openiads.base.errors import InputError
from openiads.physics.flyout.airframe import INTERCEPTOR, MACH_STEP, MACHS, Guidance, LaunchKind, launch, new_bodies
from openiads.physics.flyout.midcourse import fly


def resampled(mach: ArrayLike, values: ArrayLike, place: str) -> NDArray[np.float64]:
    """Coefficients at this module's Mach numbers from pairs at rising Mach numbers; held constant beyond the ends."""
    m, c = np.asarray(mach, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if m.ndim != 1 or m.shape != c.shape or m.size == 0 or np.any(np.diff(m) <= 0.0):
        raise InputError(place, "needs as many values as rising Mach numbers", "give two lists of one length")
    return np.interp(np.arange(MACHS) * MACH_STEP, m, c)


DERIVED = ("burnout_speed", "slow_length")
OPTIONAL = {
    "sustain_thrust": 0.0,
    "sustain_time": 0.0,
    "sustain_propellant": 0.0,
    "reaction_control": 0.0,
    "handover_range": 0.0,
    "loft_top": 40_000.0,
    "launch_elevation": 0.0,
    "ignition_delay": 0.0,
    "terminal_r0": 10_000.0,
    "terminal_a": 0.0,
    "terminal_b": 0.0,
    "lit_range": 50_000.0,
    "terminal_share": 0.0,
    "noise_interval": 0.1,
}
POSITIVE = (
    "launch_mass",
    "boost_thrust",
    "boost_time",
    "boost_propellant",
    "area",
    "structural_limit",
    "lag",
    "life",
    "navigation",
    "loft_top",
    "terminal_r0",
    "lit_range",
    "noise_interval",
    "handover_time",
    "launch_kind",
    "guidance",
)


def interceptor(values: Mapping[str, Any], place: str = "interceptor") -> np.void:
    """One row of `INTERCEPTOR` from a mapping of field names to SI values, checked, derived fields filled in.

    ``cd`` and ``cn_max`` are numbers, 24 values, or a mapping with lists ``mach`` and ``value``; enums may be given
    by name (``guidance = "tvm"``, ``launch_kind = "vertical"``).  ``burnout_speed`` and ``slow_length`` are found by
    flying the round once, unless given.
    """
    row = np.zeros(1, INTERCEPTOR)[0]
    unknown = sorted(set(values) - set(INTERCEPTOR.names or ()))
    if unknown:
        raise InputError(f"{place}.{unknown[0]}", "no such field", f"fields: {', '.join(INTERCEPTOR.names or ())}")
    for name in INTERCEPTOR.names or ():
        if name in values:
            row[name] = _field(name, values[name], f"{place}.{name}")
        elif name in OPTIONAL:
            row[name] = OPTIONAL[name]
        elif name not in DERIVED:
            raise InputError(f"{place}.{name}", "missing", "give a value in SI units")
    for name in POSITIVE:
        if not row[name] > 0:
            raise InputError(f"{place}.{name}", f"{row[name]}", "a value above 0")
    if row["boost_propellant"] + row["sustain_propellant"] >= row["launch_mass"]:
        raise InputError(f"{place}.boost_propellant", "more propellant than launch mass", "lower it")
    if not row["burnout_speed"] > 0.0 or not row["slow_length"] > 0.0:
        _derive(row)
    return row


def _field(name: str, value: object, place: str) -> object:
    enums: dict[str, type[IntEnum]] = {"guidance": Guidance, "launch_kind": LaunchKind}
    if name in enums and isinstance(value, str):
        try:
            return int(enums[name][value.upper()])
        except KeyError:
            known = ", ".join(e.name.lower() for e in enums[name] if e)
            raise InputError(place, f'"{value}" is not known', f"one of {known}") from None
    if name in ("cd", "cn_max"):
        if isinstance(value, Mapping):
            return resampled(value["mach"], value["value"], place)
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (MACHS,))
    return value


def _derive(row: np.void) -> None:
    """Fill burnout speed and slow length from a flight to a still point 25 s of the ideal speed increment away, and as
    much farther as a sustainer burns: it must not be there before the motors end."""
    given = float(row["slow_length"])
    exhaust = row["boost_thrust"] * row["boost_time"] / row["boost_propellant"]
    row["burnout_speed"] = 0.8 * exhaust * math.log(row["launch_mass"] / (row["launch_mass"] - row["boost_propellant"]))
    row["slow_length"] = 150_000.0
    burnt = row["ignition_delay"] + row["boost_time"] + row["sustain_time"]
    for _ in range(2):
        body = new_bodies(1)[0]
        far = (25.0 + row["sustain_time"]) * row["burnout_speed"]
        target = (SEMI_MAJOR + 10_000.0, far, 0.0)
        launch(body, row, 0.0, SEMI_MAJOR, 0.0, 0.0, *target, 40.0 + row["sustain_time"])
        fly(body, row, burnt, *target, 0.0, 0.0, 0.0, 0.0, 0.5, 0.05)
        speed, begin = float(np.sqrt((body["velocity"] ** 2).sum())), body["age"]
        fly(body, row, math.inf, *target, 0.0, 0.0, 0.0, 0.0, 0.5, 0.05)
        later = float(np.sqrt((body["velocity"] ** 2).sum()))
        row["burnout_speed"] = speed
        fall = math.log(speed / later) if later < speed else 0.0
        row["slow_length"] = given or 0.5 * (speed + later) * (body["age"] - begin) / max(fall, 0.05)
