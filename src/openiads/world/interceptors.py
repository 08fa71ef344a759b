"""Interceptors: the row that flies, its flyout table for planning, and its published range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openiads.catalog.records import Entry
from openiads.catalog.rounds import drawn_round
from openiads.physics.flyout import INTERCEPTOR, interceptor
from openiads.physics.reach import flyout_table, table_height
from openiads.scenario.joint import FACTORS
from openiads.world.draft import Draft, Row
from openiads.world.values import Values

TERMINAL = ("terminal_a", "terminal_b", "terminal_share")  # that the knob of terminal errors moves
NOISE = (*TERMINAL, "terminal_r0", "lit_range", "noise_interval")  # that no planning flight feels
QUIET = {"terminal_r0": 1.0, "lit_range": 1.0, "noise_interval": 1.0}  # what must not be 0
PLANNED = 1.25  # ranges of a flyout table, as a multiple of the published range


@dataclass(frozen=True)
class InterceptorRow:
    """Where an interceptor lies in a world.

    Parameters
    ----------
    row
        Of the array of interceptors.
    table
        Offset of its flyout table in the arena.
    farthest
        Published range, m.
    """

    row: int
    table: int
    farthest: float


def interceptor_row(draft: Draft, entry: Entry) -> InterceptorRow:
    """The row of an interceptor entry, made when it is first asked for."""
    if entry.name not in draft.interceptor_rows:
        nominal = nominal_interceptor(draft, entry)
        farthest = entry.si("max_range")  # how far tables go is no matter of what is known
        # planning flights end before the terminal phase, so that its errors change no table
        top = table_height(entry.si("max_altitude"))
        key = ("flyout", quiet_interceptor(nominal).tobytes(), farthest, top)
        table = draft.arena.add(draft.prebuilt.once(key, lambda: flyout_table(nominal, PLANNED * farthest, top)))
        draft.interceptors.append(drawn_interceptor(draft, entry))
        draft.names.interceptors.append(entry.name)
        draft.interceptor_rows[entry.name] = InterceptorRow(len(draft.interceptors) - 1, table, farthest)
    return draft.interceptor_rows[entry.name]


def nominal_interceptor(draft: Draft, entry: Entry) -> Row:
    """The parameters of an interceptor as drawn, but with its nominal terminal error; not to be changed."""
    values = flight_values(draft.values, entry)
    curves = {name: (*v["mach"], *v["value"]) for name, v in values.items() if isinstance(v, dict)}
    key = ("round", *(values | curves).items())
    row: Row = draft.prebuilt.once(key, lambda: interceptor(values, entry.name))
    return row


def drawn_interceptor(draft: Draft, entry: Entry) -> Row:
    """The parameters of an interceptor as drawn, its terminal error too."""
    row: Row = nominal_interceptor(draft, entry).copy()
    for name in TERMINAL:
        row[name] *= draft.values.knob(f"{entry.name}.terminal_error", 1.0)
    return row


def quiet_interceptor(row: Row) -> Row:
    """An interceptor without noise: how it flies until its endgame, and in one without errors."""
    quiet: Row = row.copy()
    for name in NOISE:
        quiet[name] = QUIET.get(name, 0.0)
    return quiet


def flight_values(values: Values, entry: Entry) -> dict[str, Any]:
    """Fields of `physics.flyout.INTERCEPTOR` (SI) under a world's knobs, curves as ``mach`` and ``value`` lists."""
    names = [name for name in INTERCEPTOR.names or () if name in entry.values]
    drawn = {name: values.of(entry, name) for name in names if values.moves(entry, name)}
    values.read.update((entry.name, name) for name in names)
    factors = {name: values.knob(f"{entry.name}.{name}", 1.0) for name in FACTORS}
    return drawn_round(entry, {**drawn, **factors})
